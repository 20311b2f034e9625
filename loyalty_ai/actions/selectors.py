"""What people are shown of what actions took them for, and what they got."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from loyalty_ai.actions.audience import audience_sql, reachable_sql
from loyalty_ai.actions.models import SHOWN_FOR, Action, ActionOutcome, words_in
from loyalty_ai.loyalty.models import RFMGroup
from loyalty_ai.serving.selectors import ask

MOST_SHOWN = 10
UNMEASURED = _("not measured yet")


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


FLOOR = 5
"""Fewer people than this are not counted apart: a group so small could name somebody."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom an action would take tonight: groups of five people or more, and `others`, those of smaller groups together.

    `others` is None where they are fewer than five, none included; `total` is then what the groups sum up to.
    """

    groups: list[tuple[str, int]]
    others: int | None

    @property
    def total(self) -> int:
        return sum(count for _group, count in self.groups) + (self.others or 0)


def preview(action: Action, *, now: datetime) -> Preview:
    """Whom the action would take if it were night, held out ones too, in one statement.

    Args:
        now: the shop's time, aware.
    """
    statement = f"""
        SELECT COALESCE(p."group", ''), count(*) {audience_sql(store=action.store.slug)} AND a.id = %(action)s
        GROUP BY 1 ORDER BY 2 DESC, 1
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, {"store": action.store_id, "now": now, "action": action.pk})
        rows = cursor.fetchall()
    labels = dict(RFMGroup.choices)
    small = sum(count for _group, count in rows if count < FLOOR)
    large = [(str(labels.get(group, UNMEASURED)), count) for group, count in rows if count >= FLOOR]
    return Preview(large, small if small >= FLOOR else None)


def counts_of(action: Action) -> dict[str, int]:
    """How many outcomes of the action are in which state."""
    rows = action.outcomes.order_by().values_list("state").annotate(Count("pk"))
    return dict(rows)


def errors_of(action: Action) -> list[tuple[str, int]]:
    """What went wrong, the commonest first, and how often."""
    wrong = action.outcomes.exclude(error="").order_by().values_list("error").annotate(Count("pk"))
    return list(wrong.order_by("-pk__count", "error")[:5])
