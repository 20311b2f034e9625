"""What an experiment found: its variants beside the champion, from each person's first exposure on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from loyalty_ai.experiments.effects import FEWEST, MISMATCH, mismatch
from loyalty_ai.experiments.models import Experiment, Variant
from loyalty_ai.experiments.outcomes import BEFORE, Effect, bought_sql, compare, moments_sql, rows_of
from loyalty_ai.experiments.selectors import exposed_sql


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of an experiment.

    Args:
        people: everybody who was shown a row or would have been, by variant; who says no since is in none.
        broken: whether the split is so far from the planned one that nothing may be read from it.
        personal: personal rows beside none (the champion beside the holdout); empty where nobody is held out.
        challenger: the challenger beside the champion; empty where there is none.
    """

    people: dict[Variant, int] = field(default_factory=dict)
    broken: bool = False
    personal: list[Effect] = field(default_factory=list)
    challenger: list[Effect] = field(default_factory=list)


def analyse(experiment: Experiment, *, now: datetime, money: Callable[[float], str]) -> Found:
    """The effects up to `now`, the shop's time, or to the stop, in one statement.

    A person counts in the variant that they were first shown, with the orders after that moment; a guest is the account that it
    was merged into. Whoever refuses by now what exposures rest on is in no variant.

    Args:
        money: an amount, 0 or above, in words.
    """
    until = min(now, experiment.stopped_at or now)
    rows = rows_of(statement(experiment), {"experiment": experiment.pk, "until": until})
    shares = {variant: experiment.percent(variant) for variant in Variant}
    people = {
        variant: rows.get(variant.value, {}).get("people", 0)
        for variant in Variant
        if shares[variant] or variant.value in rows
    }
    unknown = _("Not yet known: it takes %(fewest)d people in both groups.") % {"fewest": FEWEST}

    def beside(treatment: Variant, control: Variant) -> list[Effect]:
        return compare(rows, treatment=treatment.value, control=control.value, unknown=unknown, money=money)

    return Found(
        people=people,
        broken=mismatch(list(people.values()), [shares[variant] for variant in people]) < MISMATCH,
        personal=beside(Variant.CHAMPION, Variant.HOLDOUT) if experiment.holdout else [],
        challenger=beside(Variant.CHALLENGER, Variant.CHAMPION) if experiment.challenger else [],
    )


def statement(experiment: Experiment) -> str:
    """Variant -> moments of its people."""
    person = "(SELECT m.id FROM loyalty_ai_customer m WHERE m.id = d.account OR m.alias_of_id = d.account)"
    return f"""
        WITH first AS (
            SELECT DISTINCT ON (account) COALESCE(c.alias_of_id, c.id) AS account, x.variant, x.shown_at AS since
            FROM loyalty_ai_exposure x JOIN loyalty_ai_customer c ON c.id = x.customer_id
            WHERE x.experiment_id = %(experiment)s AND x.shown_at < %(until)s
            ORDER BY account, x.shown_at, x.id
        ), divided AS MATERIALIZED (
            SELECT account, variant, since FROM first WHERE {exposed_sql("first.account", store=experiment.store.slug)}
        )
        SELECT d.variant, {moments_sql("TRUE")}
        FROM divided d
        CROSS JOIN LATERAL ({bought_sql(person, "d.since", "%(until)s")}) after
        CROSS JOIN LATERAL ({bought_sql(person, f"d.since - make_interval(days => {BEFORE})", "d.since")}) before
        GROUP BY d.variant
    """  # noqa: S608 (constants and consent's own SQL)
