"""The removal test of a run's stored reasons: what is sampled, how it counts, and what it is held against."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.serving.audit import audit_run
from loyalty_ai.serving.gate import gate_findings
from loyalty_ai.serving.models import ListKind, Prediction, ReasonKind, Recommendation
from loyalty_ai.serving.reasons import audit_reasons, counted, finding, wilson
from loyalty_ai.serving.runs import write_rows
from tests.fakes import make_customer, make_product, make_run, make_store

BOUGHT, BECAUSE, MODEL = ReasonKind.BOUGHT_BEFORE, ReasonKind.BECAUSE_BOUGHT, ReasonKind.MODEL


class FakeScorer:
    """A score falls where the reason is the item before the listed one; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, list[tuple[int, int, int]]] = {}

    def falls(self, users, items, because, *, mode, allowed):
        self.asked[mode] = list(zip(users.tolist(), items.tolist(), because.tolist(), strict=True))
        return (items - because == 1).astype(np.float32)


@pytest.fixture
def scored(db) -> SimpleNamespace:
    """Three customers: one with a true reason, one with an untrue one for something new, one whom no purchase explains."""
    store = make_store()
    customers = [make_customer(store, name) for name in ("ann", "bob", "cat")]
    products = [make_product(store, f"P{n}").pk for n in range(5)]
    run = make_run(store, deploy=False)
    listed = [
        (customers[0], ListKind.RECOMMENDED, products[2], products[1], BOUGHT),
        (customers[1], ListKind.RECOMMENDED, products[2], 0, MODEL),
        (customers[1], ListKind.DISCOVER, products[4], products[1], BECAUSE),
        (customers[2], ListKind.RECOMMENDED, products[3], 0, MODEL),
    ]
    for who, kind, item, reason, why in listed:
        write_rows(Recommendation, [(run.pk, kind.value, who.pk, [item], [0.5], [reason], [why.value])])
    write_rows(Prediction, [(run.pk, who.pk, *[None] * 11) for who in customers])
    write_rows(Recommendation, [(run.pk, ListKind.POPULAR.value, None, products[:1], [1.0], [0], [3])])
    log = SimpleNamespace(user_ids=np.array([c.pk for c in customers]), item_ids=np.array(products))
    return SimpleNamespace(run=run, log=log, customers=customers)


def test_each_stored_reason_is_asked_of_the_ranker_that_made_its_list(scored):
    scorer = FakeScorer()
    found = audit_reasons(run=scored.run, scorer=scorer, log=scored.log, allowed=np.ones(5, bool))
    assert scorer.asked == {"repeats": [(0, 2, 1)], "new_only": [(1, 4, 1)]}
    assert (found["sampled"], found["true"], found["share"]) == (2, 1, 0.5)
    assert found["kinds"]["bought_before"]["true"] == 1
    assert (found["kinds"]["because_bought"]["sampled"], found["kinds"]["because_bought"]["true"]) == (1, 0)


def test_reasons_that_name_no_purchase_are_not_counted(scored):
    found = audit_reasons(run=scored.run, scorer=FakeScorer(), log=scored.log, allowed=np.ones(5, bool))
    assert found["sampled"] == 2  # of four lists
    Recommendation.objects.filter(run=scored.run, customer__in=scored.customers[:2]).delete()
    nothing = audit_reasons(run=scored.run, scorer=FakeScorer(), log=scored.log, allowed=np.ones(5, bool))
    assert (nothing["sampled"], nothing["share"], nothing["low"]) == (0, None, None)
    assert finding(nothing) is None


def test_untrue_reasons_are_held_against_a_promotion_but_do_not_stop_the_run(scored):
    untrue = counted([True] * 60 + [False] * 40) | {"bar": 0.95}
    scored.run.audit = audit_run(run=scored.run, reasons=untrue)
    assert scored.run.audit["passed"]
    sentence = finding(untrue)
    assert "60.0 % of 100" in sentence
    assert sentence in gate_findings(version=scored.run.version, run=scored.run, champion=None)


def test_a_few_untrue_reasons_of_a_small_sample_prove_nothing():
    assert finding(counted([True] * 9 + [False]) | {"bar": 0.95}) is None
    assert finding(counted([True] * 380 + [False] * 20) | {"bar": 0.95}) is None
    assert finding(counted([True] * 360 + [False] * 40) | {"bar": 0.95})


def test_the_interval_of_a_share_is_wilsons():
    assert wilson(8, 10) == pytest.approx(
        (0.4901625, 0.9433178), abs=1e-6
    )  # scipy.stats.binomtest(8, 10), method "wilson"
    assert wilson(0, 0) == (None, None)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_a_share(case):
    hits, n = case
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= high <= 1
