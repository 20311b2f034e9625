"""What an action changed: whoever got it beside whoever was held out, over the same days after the decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.utils.translation import gettext as _

from loyalty_ai.actions.audience import ASKED
from loyalty_ai.actions.models import Action
from loyalty_ai.experiments.effects import FEWEST, MISMATCH, mismatch
from loyalty_ai.experiments.outcomes import BEFORE, Effect, bought_sql, compare, moments_sql, rows_of
from loyalty_ai.serving.money import format_money
from loyalty_ai.shop.consent import consent_sql

DAYS = 30
"""Days after a decision that count."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of an action so far.

    Args:
        treated, held_out: people whose days are over, each by their first time; who says no since is in neither.
        waiting: people whose days are not over yet.
        first_known: when the first of them are, by the shop's clock; None where nobody waits.
        broken: whether the split is so far from the planned one that nothing may be read from it.
    """

    treated: int = 0
    held_out: int = 0
    waiting: int = 0
    first_known: datetime | None = None
    broken: bool = False
    effects: list[Effect] = field(default_factory=list)


def measure(action: Action, *, now: datetime) -> Measured:
    """The effect of an action up to `now`, the shop's time, in one statement.

    Orders and net spend a person have what was so before the decision taken out (CUPED), so that chance weighs less.
    """
    rows = rows_of(_statement(action), {"action": action.pk, "now": now})
    first = [row["first"] for row in rows.values() if row["first"]]
    people = {treated: rows.get(treated, {}).get("people", 0) for treated in (True, False)}
    unknown = _("Not yet known: it takes %(fewest)d people in both groups whose %(days)d days are over.")
    return Measured(
        treated=people[True],
        held_out=people[False],
        waiting=sum(row["waiting"] for row in rows.values()),
        first_known=min(first) + timedelta(days=DAYS) if first else None,
        broken=mismatch([people[True], people[False]], [100 - action.holdout, action.holdout]) < MISMATCH,
        effects=compare(
            rows,
            treatment=True,
            control=False,
            unknown=unknown % {"fewest": FEWEST, "days": DAYS},
            money=partial(format_money, currency=action.store.currency),
        ),
    )


def _statement(action: Action) -> str:
    """Whether treated -> moments of the people whose days are over, and how many wait."""
    person = "(SELECT m.id FROM loyalty_ai_customer m WHERE m.id = d.customer_id OR m.alias_of_id = d.customer_id)"
    allowed = " AND ".join(consent_sql(purpose, "o.customer_id", store=action.store.slug) for purpose in ASKED)
    until, since = f"d.decided_at + make_interval(days => {DAYS})", f"d.decided_at - make_interval(days => {BEFORE})"
    return f"""
        WITH decided AS (
            SELECT DISTINCT ON (o.customer_id) o.customer_id, o.treated, o.decided_at,
                o.decided_at <= %(now)s - make_interval(days => {DAYS}) AS over
            FROM loyalty_ai_actionoutcome o WHERE o.action_id = %(action)s AND {allowed}
            ORDER BY o.customer_id, o.round
        )
        SELECT d.treated, count(*) FILTER (WHERE NOT d.over) AS waiting,
            min(d.decided_at) FILTER (WHERE NOT d.over) AS first, {moments_sql("d.over")}
        FROM decided d
        CROSS JOIN LATERAL ({bought_sql(person, "d.decided_at", until)}) after
        CROSS JOIN LATERAL ({bought_sql(person, since, "d.decided_at")}) before
        GROUP BY d.treated
    """  # noqa: S608 (constants and consent's own SQL)
