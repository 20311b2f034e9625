"""What an action changed: whoever got it beside whoever was held out, over the same days after the decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from loyalty_ai.actions.audience import ASKED
from loyalty_ai.actions.models import Action
from loyalty_ai.experiments.effects import FEWEST, MISMATCH, Difference, Moments, adjusted, difference, mismatch
from loyalty_ai.serving.money import format_money
from loyalty_ai.shop.consent import consent_sql

DAYS, BEFORE = 30, 90
"""Days after a decision that count, and days before it whose orders and spend are taken out of the difference."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One measure in words: its mean in both groups ("" below ten people), the difference, and what it says."""

    name: str
    treated: str
    held_out: str
    sentence: str
    difference: Difference | None


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
    rows = _rows(action, now)
    waiting = sum(row["waiting"] for row in rows.values())
    first = [row["first"] for row in rows.values() if row["first"]]
    people = {treated: rows.get(treated, {}).get("people", 0) for treated in (True, False)}
    counts = [people[True], people[False]]
    return Measured(
        treated=people[True],
        held_out=people[False],
        waiting=waiting,
        first_known=min(first) + timedelta(days=DAYS) if first else None,
        broken=mismatch(counts, [100 - action.holdout, action.holdout]) < MISMATCH,
        effects=_effects(rows, currency=action.store.currency),
    )


def _rows(action: Action, now: datetime) -> dict[bool, dict[str, Any]]:
    """Whether treated -> moments of the people whose days are over, and how many wait."""
    person = "(SELECT m.id FROM loyalty_ai_customer m WHERE m.id = d.customer_id OR m.alias_of_id = d.customer_id)"
    allowed = " AND ".join(consent_sql(purpose, "o.customer_id", store=action.store.slug) for purpose in ASKED)

    def bought(since: str, until: str) -> str:
        return f"""
            SELECT count(DISTINCT e.order_id) FILTER (WHERE e.type = 1)::float AS orders,
                COALESCE(sum(CASE e.type WHEN 1 THEN e.value ELSE -e.value END), 0)::float AS spend
            FROM loyalty_ai_event e WHERE e.customer_id IN {person} AND e.type IN (1, 2)
                AND e.occurred_at >= {since} AND e.occurred_at < {until}
        """  # noqa: S608 (constants)

    def moments(name: str) -> str:
        after, before = f"after.{name}", f"before.{name}"
        over = "FILTER (WHERE d.over)"
        return f"""
            avg({after}) {over} AS {name}, var_samp({after}) {over} AS {name}_variance,
            avg({before}) {over} AS {name}_before, var_samp({before}) {over} AS {name}_before_variance,
            covar_samp({after}, {before}) {over} AS {name}_covariance"""

    statement = f"""
        WITH decided AS (
            SELECT DISTINCT ON (o.customer_id) o.customer_id, o.treated, o.decided_at,
                o.decided_at <= %(now)s - make_interval(days => {DAYS}) AS over
            FROM loyalty_ai_actionoutcome o WHERE o.action_id = %(action)s AND {allowed}
            ORDER BY o.customer_id, o.round
        )
        SELECT d.treated, count(*) FILTER (WHERE d.over) AS people, count(*) FILTER (WHERE NOT d.over) AS waiting,
            min(d.decided_at) FILTER (WHERE NOT d.over) AS first, count(*) FILTER (WHERE d.over AND after.orders > 0) AS ordered,
            {moments("orders")}, {moments("spend")}
        FROM decided d
        CROSS JOIN LATERAL ({bought("d.decided_at", f"d.decided_at + make_interval(days => {DAYS})")}) after
        CROSS JOIN LATERAL ({bought(f"d.decided_at - make_interval(days => {BEFORE})", "d.decided_at")}) before
        GROUP BY d.treated
    """  # noqa: S608 (constants and consent's own SQL)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"action": action.pk, "now": now})
        names = [column.name for column in cursor.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def _effects(rows: dict[bool, dict[str, Any]], *, currency: str) -> list[Effect]:
    def money(value: float, sign: str = "") -> str:
        text = format_money(abs(value), currency)
        return f"−{text}" if value < 0 else f"{sign}{text}"

    def points(value: float, sign: str = "") -> str:
        return _("%(number)s of 100") % {"number": signed(100 * value, sign, 1)}

    def orders(value: float, sign: str = "") -> str:
        return signed(value, sign, 2)

    measures = [(_("People who ordered"), points, None), (_("Orders a person"), orders, "orders")]
    measures.append((_("Net spend a person"), money, "spend"))
    effects = []
    for name, words, column in measures:
        raw = [_moments(rows.get(treated), column) for treated in (True, False)]
        found = difference(*adjusted(raw))
        means = [words(group.mean) if group.n >= FEWEST else "" for group in raw]
        effects.append(Effect(name, *means, _sentence(found, words), found))
    return effects


def signed(value: float, sign: str, places: int) -> str:
    return f"−{abs(value):.{places}f}" if value < 0 else f"{sign}{value:.{places}f}"


def _moments(row: dict[str, Any] | None, column: str | None) -> Moments:
    if row is None or not row["people"]:
        return Moments(0, 0.0, 0.0)
    if column is None:
        return Moments.of_share(n=row["people"], hits=row["ordered"])
    suffixes = ("", "_variance", "_before", "_before_variance", "_covariance")
    return Moments(row["people"], *(row[column + suffix] or 0.0 for suffix in suffixes))


def _sentence(found: Difference | None, words: Any) -> str:
    """What a difference says, in a sentence."""
    if found is None:
        return _("Not yet known: it takes %(fewest)d people in both groups whose %(days)d days are over.") % {
            "fewest": FEWEST,
            "days": DAYS,
        }
    between = {"low": words(found.low, "+"), "high": words(found.high, "+")}
    if not found.beyond_chance:
        return _("Not yet known: between %(low)s and %(high)s.") % between
    if found.estimate > 0:
        return _("It brought more: between %(low)s and %(high)s.") % between
    return _("It brought less: between %(low)s and %(high)s.") % between
