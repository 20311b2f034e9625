"""The one way by which a price reaches a page, the API or the assistant: one price for everybody, or one that says it is not."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from loyalty_ai.conf import app_settings, get_adapter
from loyalty_ai.shop.adapters.base import LiveProduct
from loyalty_ai.shop.selectors import mirrored_products

logger = logging.getLogger(__name__)


def current_products(*, store_slug: str, product_ids: Iterable[str]) -> Mapping[str, LiveProduct]:
    """The products as the shop sells them right now, by id.

    A price that the adapter calls personal is shown only where the store's PERSONAL_OFFERS says that it makes such prices, and
    then with `price_note`. Elsewhere the ordinary price of the mirror stands in its place, and a warning in the log.
    """
    found = get_adapter(store_slug).resolve(product_ids)
    personal = [key for key, product in found.items() if product.personal]
    if not personal or app_settings.store(store_slug).personal_offers:
        return found
    logger.warning("personal prices refused", extra={"store": store_slug, "products": len(personal)})
    ordinary = mirrored_products(store_slug=store_slug, product_ids=personal)
    prices = {key: ordinary[key].price if key in ordinary else None for key in personal}
    return {
        key: replace(product, price=prices[key], personal=False) if key in prices else product
        for key, product in found.items()
    }


def price_note(product: LiveProduct) -> str:
    """What has to stand beside a personal price: the Consumer Rights Directive 2011/83/EU, article 6(1)(ea). Else empty."""
    if not product.personal or product.price is None:
        return ""
    return personal_price_note()


def personal_price_note() -> str:
    """The same words for what makes a price personal without being one: a coupon for people chosen by their profile."""
    return _("This price was personalised on the basis of automated decision-making.")
