"""The loyalty metrics once more, customer by customer in plain Python, for the SQL to agree with."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from loyalty_ai.loyalty.rfm import rfm_group, tier_of
from loyalty_ai.shop.models import Customer, Event, EventType, Store

CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def measure(store: Store, as_of: datetime) -> dict[int, dict[str, Any]]:
    """Every measure of every account of the store as of a moment, by the account's key."""
    zone = ZoneInfo(store.time_zone)
    today = as_of.astimezone(zone).date()
    year_ago = as_of.astimezone(zone) - timedelta(days=365)
    owner = {c.pk: c.alias_of_id or c.pk for c in Customer.objects.filter(store=store)}
    events = defaultdict(list)
    for event in Event.objects.filter(store=store, occurred_at__lt=as_of, customer__isnull=False).order_by(
        "occurred_at"
    ):
        if event.type in (EventType.PURCHASE, EventType.REFUND):
            events[owner[event.customer_id]].append(event)

    measured = {account: one(events[account], zone, today, year_ago) for account in set(owner.values())}
    active = [m for m in measured.values() if m["orders"]]
    for m in measured.values():
        m["recency_score"] = m["frequency_score"] = m["monetary_score"] = None
    for m in active:
        better = sum(other["recency_days"] < m["recency_days"] for other in active)
        fewer = sum(other["orders"] < m["orders"] for other in active)
        poorer = sum(other["monetary"] < m["monetary"] for other in active)
        m["recency_score"] = 5 - better * 5 // len(active)
        m["frequency_score"] = 1 + fewer * 5 // len(active)
        m["monetary_score"] = 1 + poorer * 5 // len(active)
    for m in measured.values():
        m["group"] = rfm_group(m["recency_score"], m["frequency_score"], m["monetary_score"]).value
    return measured


def one(events: list[Event], zone: ZoneInfo, today: Any, year_ago: datetime) -> dict[str, Any]:
    orders: dict[Any, list[Event]] = defaultdict(list)
    for event in events:
        if event.order_id is not None:
            orders[event.order_id].append(event)
        elif event.type == EventType.PURCHASE:
            orders[event.occurred_at].append(event)
    placed = []
    for lines in orders.values():
        bought = [e for e in lines if e.type == EventType.PURCHASE]
        back = [e for e in lines if e.type == EventType.REFUND]
        if bought and (not back or sum(e.value for e in back) < sum(e.value for e in bought)):
            placed.append(min(e.occurred_at for e in bought))
    placed.sort()
    days = [moment.astimezone(zone).date() for moment in placed]

    def signed(event: Event, amount: Any) -> Any:
        return amount if event.type == EventType.PURCHASE else -amount

    gross = cents(sum((e.value for e in events if e.type == EventType.PURCHASE), Decimal(0)))
    refunds = cents(sum((e.value for e in events if e.type == EventType.REFUND), Decimal(0)))
    lately = sum((signed(e, e.value) for e in events if e.occurred_at >= year_ago), Decimal(0))
    return {
        "orders": len(placed),
        "first_order_at": placed[0] if placed else None,
        "last_order_at": placed[-1] if placed else None,
        "recency_days": (today - days[-1]).days if days else None,
        "tenure_days": (today - days[0]).days if days else None,
        "average_days_between_orders": (days[-1] - days[0]).days / (len(days) - 1) if len(days) > 1 else None,
        "units": max(0, sum(signed(e, e.quantity) for e in events)),
        "gross": gross,
        "refunds": refunds,
        "monetary": gross - refunds,
        "average_order_value": cents((gross - refunds) / len(placed)) if placed else None,
        "recent_spend": lately.quantize(CENT, ROUND_DOWN),
        "tier": tier_of(lately).value,
    }
