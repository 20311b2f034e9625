"""Are the reasons that a run stored true? A sample of them, each tested by removing the purchase that it names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from loyalty_ai.serving.models import ListKind, ReasonKind, Recommendation, ScoringRun

if TYPE_CHECKING:
    import numpy as np

    from loyalty_ai.ml.interactions import Interactions
    from loyalty_ai.ml.scoring import Scorer

SAMPLED_CUSTOMERS = 400
"""Customers of whose lists one reason each is tested: enough to tell 95 % from 98 %, and the same work for any shop."""

BAR = 0.95
"""Share of true reasons below which a run has a finding."""

Z_95 = 1.959964

NAMING = (ReasonKind.BECAUSE_BOUGHT.value, ReasonKind.BOUGHT_BEFORE.value)


@dataclass(frozen=True, slots=True)
class Sampled:
    """One stored reason: positions in the log of its user, the listed item and the past item named, and where it stands."""

    user: int
    item: int
    because: int
    list_kind: int
    reason_kind: int


def audit_reasons(*, run: ScoringRun, scorer: Scorer, log: Interactions, allowed: np.ndarray) -> dict[str, Any]:
    """The removal test of a random sample of a run's stored reasons that name a purchase; nothing is written.

    A reason is true if the score of the product would have been lower without the purchase that it names: the model scores
    the customer again as if that product had never been bought.

    Returns:
        `sampled` and `true` (counts), `share` in [0, 1] with its Wilson interval `low` to `high` (95 %), the `bar`, and the
        same by kind of reason in `kinds`; shares are None where nothing was sampled.
    """
    sample = _sample(run, log)
    true = _tested(sample, scorer, allowed)
    kinds = {
        kind.name.lower(): counted([holds for one, holds in zip(sample, true, strict=True) if one.reason_kind == kind])
        for kind in map(ReasonKind, NAMING)
    }
    return {**counted(true), "bar": BAR, "kinds": kinds}


def counted(true: list[bool]) -> dict[str, Any]:
    """How many, how many of them hold, and the share with its interval."""
    low, high = wilson(sum(true), len(true))
    share = sum(true) / len(true) if true else None
    return {"sampled": len(true), "true": sum(true), "share": share, "low": low, "high": high}


def wilson(hits: int, n: int) -> tuple[float | None, float | None]:
    """The 95 % interval of a share by Wilson (1927); None where nothing was counted."""
    if not n:
        return None, None
    share, spread = hits / n, Z_95**2 / n
    middle = share + spread / 2
    half = Z_95 * (share * (1 - share) / n + spread / (4 * n)) ** 0.5
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def finding(reasons: dict[str, Any]) -> str | None:
    """A sentence where the share of true reasons lies below the bar with its whole interval: a small sample proves nothing."""
    if reasons["high"] is None or reasons["high"] >= reasons["bar"]:
        return None
    return _(
        "Only %(share).1f %% of %(sampled)d sampled reasons are true (%(low).1f to %(high).1f %%); %(bar).0f %% must be."
    ) % ({"sampled": reasons["sampled"]} | {name: 100 * reasons[name] for name in ("share", "low", "high", "bar")})


def _sample(run: ScoringRun, log: Interactions) -> list[Sampled]:
    """One reason of each of `SAMPLED_CUSTOMERS` customers, drawn from all their lists; the same ones whoever draws."""
    import numpy as np

    order = np.random.default_rng(run.pk)
    rows = defaultdict(list)
    for row in Recommendation.objects.filter(run=run, customer__in=_drawn_customers(run)).order_by("customer", "kind"):
        named = [place for place, kind in enumerate(row.reason_kinds) if kind in NAMING]
        rows[row.customer_id] += [(row, place) for place in named]
    chosen = [places[order.integers(len(places))] for places in rows.values() if places]
    users = _positions(log.user_ids, [row.customer_id for row, _place in chosen])
    items = _positions(log.item_ids, [row.items[place] for row, place in chosen])
    because = _positions(log.item_ids, [row.reasons[place] for row, place in chosen])
    return [
        Sampled(user, item, past, row.kind, row.reason_kinds[place])
        for user, item, past, (row, place) in zip(users, items, because, chosen, strict=True)
        if user >= 0 and item >= 0  # else they left the log since they were scored
    ]


def _drawn_customers(run: ScoringRun) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT customer_id FROM (
                SELECT DISTINCT customer_id FROM loyalty_ai_recommendation
                WHERE run_id = %(run)s AND customer_id IS NOT NULL AND reason_kinds && %(naming)s::smallint[]
            ) explained
            ORDER BY md5(customer_id || '/' || %(run)s) LIMIT %(most)s
            """,
            {"run": run.pk, "naming": list(NAMING), "most": SAMPLED_CUSTOMERS},
        )
        return [key for (key,) in cursor.fetchall()]


def _positions(keys: np.ndarray, wanted: list[int]) -> list[int]:
    """Where each wanted key stands in ascending `keys`, -1 where it is not there."""
    import numpy as np

    if not len(keys):
        return [-1] * len(wanted)
    at = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1).tolist()


def _tested(sample: list[Sampled], scorer: Scorer, allowed: np.ndarray) -> list[bool]:
    """Whether each reason's score falls, asked of the ranker that made its list."""
    import numpy as np

    true = np.zeros(len(sample), bool)
    discover = np.array([one.list_kind == ListKind.DISCOVER for one in sample], bool)
    for mode, rows in (("repeats", np.flatnonzero(~discover)), ("new_only", np.flatnonzero(discover))):
        if len(rows):
            columns = [(sample[row].user, sample[row].item, sample[row].because) for row in rows]
            users, items, because = np.array(columns, np.int32).T
            true[rows] = scorer.falls(users, items, because, mode=mode, allowed=allowed) > 0
    return true.tolist()
