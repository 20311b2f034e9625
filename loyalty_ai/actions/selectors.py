"""What people are shown of what actions took them for, and what they got."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from loyalty_ai.actions.audience import reachable_sql
from loyalty_ai.actions.models import SHOWN_FOR, Action, ActionOutcome, words_in
from loyalty_ai.serving.selectors import ask

MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """One message that a customer is shown now; `percent` and `coupon` where it has a coupon."""

    id: int
    headline: str
    body: str
    link: str
    seen: bool
    percent: int | None = None
    coupon: str = ""
    valid_until: datetime | None = None


def messages_for(*, store: str, customer_id: str, seconds: float, gpc: bool = False) -> list[Shown]:
    """The messages that a customer is shown at this moment, latest first, in one statement.

    Whoever refuses, ordered since or dismissed it is shown none, nor is anybody once the action stopped.

    Args:
        store: its slug.
        seconds: how long the database may take.
        gpc: whether the shopper's browser sent Global Privacy Control.

    Raises:
        DatabaseError: it failed or took longer.
    """
    statement = f"""
        SELECT COALESCE((SELECT jsonb_agg(shown) FROM (
            SELECT o.id, o.seen_at IS NOT NULL AS seen, o.coupon, o.valid_until, a.words, a.link, a.kind, a.percent, s.language
            FROM loyalty_ai_customer asked
            JOIN loyalty_ai_store s ON s.id = asked.store_id AND s.slug = %(store)s
            JOIN loyalty_ai_customer c ON c.id = COALESCE(asked.alias_of_id, asked.id)
            JOIN loyalty_ai_actionoutcome o ON o.customer_id = c.id
            JOIN loyalty_ai_action a ON a.id = o.action_id
            WHERE asked.external_id = %(customer)s AND o.treated AND o.state IN ('delivered', 'seen')
                AND o.dismissed_at IS NULL AND a.kind IN ('message', 'coupon') AND a.stopped_at IS NULL
                AND o.delivered_at > now() - make_interval(days => CASE a.kind WHEN 'coupon' THEN a.valid_days ELSE %(days)s END)
                AND NOT EXISTS (
                    SELECT FROM loyalty_ai_event e JOIN loyalty_ai_customer m ON m.id = e.customer_id
                    WHERE (m.id = c.id OR m.alias_of_id = c.id) AND e.type = 1 AND e.occurred_at >= o.decided_at
                )
                AND {reachable_sql("c", store=store, gpc="%(gpc)s")}
            ORDER BY o.decided_at DESC, o.id DESC LIMIT {MOST_SHOWN}
        ) shown), '[]')::text
    """  # noqa: S608 (constants and columns)
    parameters = {"store": store, "customer": customer_id, "gpc": gpc, "days": SHOWN_FOR.days}
    return [parse(row) for row in ask(statement, parameters, seconds=seconds)]


def parse(row: dict[str, Any]) -> Shown:
    headline, body = words_in(row["words"], row["language"])
    coupon = row["kind"] == Action.Kind.COUPON
    return Shown(
        id=row["id"],
        headline=headline,
        body=body,
        link=row["link"],
        seen=row["seen"],
        percent=row["percent"] if coupon else None,
        coupon=row["coupon"],
        valid_until=parse_datetime(row["valid_until"]) if row["valid_until"] else None,
    )


def outcomes_of(*, customers: Iterable[int]) -> QuerySet[ActionOutcome]:
    """What these customers got from actions, latest first; who was held out, or never reached, got nothing."""
    got = ActionOutcome.objects.filter(customer__in=customers, delivered_at__isnull=False)
    return got.select_related("action__store").order_by("-decided_at", "-pk")


def running_kinds(*, store: str) -> set[str]:
    """Which kinds of actions run in the store at this moment; `store` is its slug."""
    running = Action.objects.filter(store__slug=store, started_at__isnull=False, stopped_at__isnull=True)
    return set(running.order_by().values_list("kind", flat=True).distinct())
