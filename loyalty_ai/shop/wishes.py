"""What a person does not want: to be shown something, or to have something that happened used for what they are shown.

The rules are written here once, as SQL, for the page's statement, the assistant and the training data.
"""

from __future__ import annotations

from django.db.models import QuerySet

from loyalty_ai.shop.models import Customer, Mute

LEVELS = " / "
"""What stands between the levels of a category path."""


def muted_sql(mute: str, product: str) -> str:
    """SQL of whether the row `mute` of mutes covers the row `product` of products; a category covers those below it.

    Holds no parameter and no percent sign.
    """
    return f"""CASE {mute}.kind
        WHEN '{Mute.Kind.PRODUCT.value}' THEN {product}.external_id = {mute}.value
        WHEN '{Mute.Kind.BRAND.value}' THEN {product}.brand = {mute}.value
        ELSE {product}.category = {mute}.value OR starts_with({product}.category, {mute}.value || '{LEVELS}') END"""


def forgotten_sql(event: str, customers: str | None = None) -> str:
    """SQL of whether somebody asked to forget the row `event` of events: the row itself, or its line of the order.

    A line is the purchase and the refunds of one product in one order. Holds no parameter and no percent sign.

    Args:
        customers: a query for the keys of the only customers who can have asked, where they are known.
    """
    asked = "SELECT event_id FROM loyalty_ai_forgottenevent"
    if customers:
        asked += f" WHERE customer_id IN ({customers})"
    lines = f"SELECT order_id, product_id FROM loyalty_ai_event WHERE id IN ({asked}) AND order_id IS NOT NULL"  # noqa: S608
    return f"""({event}.id IN ({asked}) OR COALESCE(({event}.order_id, {event}.product_id) IN ({lines}), FALSE))"""


def mute(*, customer: Customer, kind: str, value: str) -> Mute:
    """Show the person nothing of this product (the shop's id), category (a path, with all below it) or brand from now on.

    Raises:
        ValueError: an unknown kind, or no value.
    """
    if not value:
        raise ValueError("a mute needs a value")
    return Mute.objects.get_or_create(customer=customer, kind=Mute.Kind(kind).value, value=value)[0]


def unmute(*, person: QuerySet[Customer, int], kind: str, value: str) -> bool:
    """Take a mute back, whichever of the person's customers made it; whether there was one."""
    gone, _rows = Mute.objects.filter(customer__in=person, kind=kind, value=value).delete()
    return bool(gone)
