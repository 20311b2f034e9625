"""What the closed widget needs: who greets whom, and questions that fit the page. Costs no query beyond the session's own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.utils.translation import gettext as _

from loyalty_ai.conf import app_settings
from loyalty_ai.serving.money import format_money
from loyalty_ai.serving.page import identify
from loyalty_ai.serving.widgets import ids


@dataclass(frozen=True, slots=True)
class Assistant:
    """The widget before anybody opens it.

    Args:
        product: the shop's id of the product whose page is open, "" on other pages.
        stream: whether the server can stream answers.
    """

    product: str
    suggestions: tuple[str, ...]
    stream: bool

    @classmethod
    def of(cls, request: HttpRequest, *, product: object = None, suggestions: tuple[str, ...] = ()) -> Assistant:
        """The widget of this page, with the shop's own suggestions or ours."""
        product_id = next(iter(ids(product)), "")
        asking = identify(request)
        ours = suggested(asking["store"], product_id, signed_in=asking["customer_id"] is not None)
        return cls(product_id, suggestions or ours, isinstance(request, ASGIRequest))


def suggested(store: str, product: str, *, signed_in: bool) -> tuple[str, ...]:
    """Three questions that can be answered here."""
    if product:
        return (
            _("What goes well with this?"),
            _("Is it in stock, and when would it arrive?"),
            _("Show me something similar"),
        )
    if signed_in:
        return (_("Where is my order?"), _("My usual order, please"), _("Something new that suits me"))
    return (
        _("A gift under %(amount)s") % {"amount": whole_amount(20, app_settings.store(store).currency)},
        _("How long does delivery take?"),
        _("Can I return something?"),
    )


def whole_amount(amount: int, currency: str) -> str:
    """An amount as people say it, without cents: £20."""
    return re.sub(r"[.,]00(?!\d)", "", format_money(amount, currency))
