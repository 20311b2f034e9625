"""What shoppers do on the pages, told to whoever listens. Guests without a session stay nobody."""

from __future__ import annotations

import secrets

from django.http import HttpRequest

from loyalty_ai.shop.adapters.base import EventRecord
from loyalty_ai.shop.consent import sends_gpc
from shop_demo.accounts import customer_number
from shop_demo.models import Opening, Product
from shop_demo.signals import announce

VISIT_KEY = "visit"


def tell(request: HttpRequest, event: str, product: Product | None = None, units: int = 1) -> None:
    """Announce an event of this visit; the visit's id is no secret, unlike the session's."""
    opening = Opening.objects.first()
    if opening is None:
        return
    announce(
        EventRecord(
            key=f"{event}/{secrets.token_hex(8)}",
            type=event,
            occurred_at=opening.now(),
            customer_id=customer_number(request),
            product_id=product.sku if product else None,
            quantity=units,
            value=units * product.price if product else 0,
            session=request.session.get(VISIT_KEY, ""),
            gpc=sends_gpc(request),
        )
    )


def begin_visit(request: HttpRequest) -> None:
    """Give the visit an id, once the shopper has a session anyway."""
    request.session.setdefault(VISIT_KEY, secrets.token_hex(8))
