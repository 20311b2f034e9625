"""What people did after they were divided, part by part: moments from SQL, and what their differences say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from loyalty_ai.experiments.effects import FEWEST, Difference, Moments, adjusted, difference

BEFORE = 90
"""Days before somebody is divided whose orders and spend are taken out of the difference."""

Rows = Mapping[Any, Mapping[str, Any]]
"""Part -> `people`, `ordered`, and the moments of `orders` and `spend`, as `moments_sql` names them."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One measure in words: its mean in both parts ("" below ten people), the difference, and what it says."""

    name: str
    treatment: str
    control: str
    sentence: str
    difference: Difference | None


def bought_sql(person: str, since: str, until: str) -> str:
    """Orders and net spend of a person, keys in `person`, between two moments, all of it SQL."""
    return f"""
        SELECT count(DISTINCT e.order_id) FILTER (WHERE e.type = 1)::float AS orders,
            COALESCE(sum(CASE e.type WHEN 1 THEN e.value ELSE -e.value END), 0)::float AS spend
        FROM loyalty_ai_event e WHERE e.customer_id IN {person} AND e.type IN (1, 2)
            AND e.occurred_at >= {since} AND e.occurred_at < {until}
    """  # noqa: S608 (constants and columns)


def moments_sql(over: str) -> str:
    """Columns with the moments of rows named `after` and `before`, of those where `over`, SQL, holds."""

    def of(name: str) -> str:
        after, before, only = f"after.{name}", f"before.{name}", f"FILTER (WHERE {over})"
        return f"""
            avg({after}) {only} AS {name}, var_samp({after}) {only} AS {name}_variance,
            avg({before}) {only} AS {name}_before, var_samp({before}) {only} AS {name}_before_variance,
            covar_samp({after}, {before}) {only} AS {name}_covariance"""

    people = f"count(*) FILTER (WHERE {over}) AS people"
    return f"{people}, count(*) FILTER (WHERE {over} AND after.orders > 0) AS ordered, {of('orders')}, {of('spend')}"


def rows_of(statement: str, parameters: Mapping[str, Any]) -> dict[Any, dict[str, Any]]:
    """The statement's rows by their first column."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def compare(rows: Rows, *, treatment: Any, control: Any, unknown: str, money: Callable[[float], str]) -> list[Effect]:
    """Two parts beside each other, measure by measure.

    Orders and net spend a person have what was so before they were divided taken out (CUPED), so that chance weighs less.

    Args:
        unknown: the sentence where a part has fewer than ten people.
        money: an amount, 0 or above, in words.
    """

    def spend(value: float, sign: str = "") -> str:
        return f"−{money(-value)}" if value < 0 else f"{sign}{money(value)}"

    def points(value: float, sign: str = "") -> str:
        return _("%(number)s of 100") % {"number": signed(100 * value, sign, 1)}

    def orders(value: float, sign: str = "") -> str:
        return signed(value, sign, 2)

    measures = [(_("People who ordered"), points, None), (_("Orders a person"), orders, "orders")]
    measures.append((_("Net spend a person"), spend, "spend"))
    effects = []
    for name, words, column in measures:
        raw = [moments_of(rows.get(part), column) for part in (treatment, control)]
        found = difference(*adjusted(raw))
        means = [words(group.mean) if group.n >= FEWEST else "" for group in raw]
        effects.append(Effect(name, *means, sentence(found, words, unknown), found))
    return effects


def signed(value: float, sign: str, places: int) -> str:
    return f"−{abs(value):.{places}f}" if value < 0 else f"{sign}{value:.{places}f}"


def moments_of(row: Mapping[str, Any] | None, column: str | None) -> Moments:
    """The moments of `orders` or `spend`, of whether they ordered where it is None; empty without people."""
    if row is None or not row["people"]:
        return Moments(0, 0.0, 0.0)
    if column is None:
        return Moments.of_share(n=row["people"], hits=row["ordered"])
    suffixes = ("", "_variance", "_before", "_before_variance", "_covariance")
    return Moments(row["people"], *(row[column + suffix] or 0.0 for suffix in suffixes))


def sentence(found: Difference | None, words: Callable[..., str], unknown: str) -> str:
    """What a difference says."""
    if found is None:
        return unknown
    between = {"low": words(found.low, "+"), "high": words(found.high, "+")}
    if not found.beyond_chance:
        return _("Not yet known: between %(low)s and %(high)s.") % between
    if found.estimate > 0:
        return _("It brought more: between %(low)s and %(high)s.") % between
    return _("It brought less: between %(low)s and %(high)s.") % between
