"""What others ask about loyalty: one customer's profile, one store's numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, Sum

from loyalty_ai.loyalty.models import LoyaltyProfile, LoyaltySnapshot, RFMGroup, Tier
from loyalty_ai.shop.consent import has_consent
from loyalty_ai.shop.models import Customer, EventType, Purpose, Store


def profile_of(customer: Customer, *, gpc: bool = False) -> LoyaltyProfile | None:
    """The profile of the account behind the customer as last measured; None before that, and without consent to profiling.

    Args:
        gpc: whether their browser sent Global Privacy Control.
    """
    account = customer.alias_of_id or customer.pk
    profile = LoyaltyProfile.objects.select_related("store").filter(customer=account).first()
    if profile is None or not has_consent(customer=customer, purpose=Purpose.PREFERENCES, gpc=gpc):
        return None
    return profile


def history_of(customer: Customer) -> list[LoyaltySnapshot]:
    """The account's measures at the end of each month, oldest first."""
    return list(LoyaltySnapshot.objects.filter(customer=customer.alias_of_id or customer.pk).order_by("month"))


def store_summary(*, store: Store) -> dict[str, Any]:
    """The store's loyalty in numbers, in four statements.

    Returns:
        ``as_of`` of the profiles (None before they are measured); ``customers`` (accounts with a profile), ``buyers``,
        ``repeat_customers``, ``repeat_rate`` (share of buyers with two or more orders, 0 to 1, None without buyers);
        ``orders``, ``revenue`` (net of refunds) and ``average_order_value`` (``mean`` and ``median`` of what is kept of
        each order), guests included and over all the log; ``groups`` and ``tiers`` in their fixed order with ``customers``,
        ``share`` and ``revenue``; ``months`` in the store's time zone with ``revenue``, ``orders``, ``guest_orders``,
        ``new_customers`` (first order in that month) and ``returning_customers``. Money is Decimal in ``currency``.
    """
    profiles = LoyaltyProfile.objects.filter(store=store)
    totals: dict[str, Any] = profiles.aggregate(
        as_of=Max("as_of"),
        customers=Count("pk"),
        buyers=Count("pk", filter=Q(orders__gt=0)),
        repeat_customers=Count("pk", filter=Q(orders__gt=1)),
    )
    months, overall = read_log(store)
    return totals | {
        "store": store.slug,
        "currency": store.currency,
        "repeat_rate": share(totals["repeat_customers"], totals["buyers"]),
        **overall,
        "groups": sizes(profiles, "group", RFMGroup, totals["customers"]),
        "tiers": sizes(profiles, "tier", Tier, totals["customers"]),
        "months": months,
    }


def sizes(profiles: Any, field: str, choices: Any, customers: int) -> list[dict[str, Any]]:
    """How many customers and how much net spend each of the choices has."""
    rows = profiles.order_by().values(field).annotate(size=Count("pk"), revenue=Sum("monetary"))
    found = {row[field]: row for row in rows}
    return [
        {
            "name": choice.value,
            "label": str(choice.label),
            "customers": (size := found.get(choice.value, {}).get("size", 0)),
            "share": share(size, customers),
            "revenue": found.get(choice.value, {}).get("revenue", Decimal(0)),
        }
        for choice in choices
    ]


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


# The same orders as in `metrics`, from the order rows: the events need only be read for refunds and for purchases without order.
ORDERS = """
WITH back AS (
    SELECT order_id, occurred_at, value FROM loyalty_ai_event WHERE store_id = %(store)s AND type = %(refund)s
), returned AS (
    SELECT order_id, sum(value) AS value FROM back WHERE order_id IS NOT NULL GROUP BY order_id
), placed AS (
    SELECT customer_id, placed_at, goods AS value, goods - COALESCE(returned.value, 0) AS kept,
        COALESCE(returned.value < goods, true) AS counts
    FROM loyalty_ai_order o LEFT JOIN returned ON returned.order_id = o.id
    WHERE store_id = %(store)s
    UNION ALL
    SELECT customer_id, occurred_at, sum(value), sum(value), true
    FROM loyalty_ai_event WHERE store_id = %(store)s AND type = %(purchase)s AND order_id IS NULL
    GROUP BY customer_id, occurred_at
), dated AS (
    SELECT placed.*, date_trunc('month', placed_at AT TIME ZONE %(zone)s)::date AS month, COALESCE(c.alias_of_id, c.id) AS account
    FROM placed LEFT JOIN loyalty_ai_customer c ON c.id = customer_id
), firsts AS (
    SELECT *, min(month) FILTER (WHERE counts) OVER (PARTITION BY account) AS first FROM dated
)
"""

MONTHS = """
, sold AS (
    SELECT month, sum(value) AS value, count(*) FILTER (WHERE counts) AS orders,
        count(*) FILTER (WHERE counts AND account IS NULL) AS guest_orders,
        count(DISTINCT account) FILTER (WHERE counts AND month = first) AS new_customers,
        count(DISTINCT account) FILTER (WHERE counts AND month > first) AS returning_customers
    FROM firsts GROUP BY month
), paid_back AS (
    SELECT date_trunc('month', occurred_at AT TIME ZONE %(zone)s)::date AS month, sum(value) AS value FROM back GROUP BY 1
), typical AS (
    SELECT round(avg(kept), 2) AS mean, round((percentile_cont(0.5) WITHIN GROUP (ORDER BY kept))::numeric, 2) AS median
    FROM firsts WHERE counts
)
SELECT mean, median, month, round(COALESCE(sold.value, 0) - COALESCE(paid_back.value, 0), 2) AS revenue,
    COALESCE(orders, 0) AS orders, COALESCE(guest_orders, 0) AS guest_orders, COALESCE(new_customers, 0) AS new_customers,
    COALESCE(returning_customers, 0) AS returning_customers
FROM sold FULL JOIN paid_back USING (month) CROSS JOIN typical ORDER BY month
"""


def read_log(store: Store) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The months, and what holds over all of them."""
    parameters = {
        "store": store.pk,
        "zone": store.time_zone,
        "purchase": EventType.PURCHASE.value,
        "refund": EventType.REFUND.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(ORDERS + MONTHS, parameters)
        names = [column.name for column in cursor.description]
        months = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    typical = {"mean": None, "median": None}
    for month in months:
        typical = {"mean": month.pop("mean"), "median": month.pop("median")}
    return months, {
        "orders": sum(month["orders"] for month in months),
        "revenue": sum((month["revenue"] for month in months), Decimal(0)),
        "average_order_value": typical,
    }
