from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from loyalty_ai.serving import audit
from loyalty_ai.serving.models import Deployment, ItemNeighbours, ListKind, Prediction, Recommendation
from loyalty_ai.serving.runs import write_rows
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.identity import merge_customers
from tests.fakes import make_customer, make_product, make_run, make_store

PREDICTION = (0.5, 0.25, 1.0, 10.0, 1.0, 20.0, *[None] * 5)


@pytest.fixture
def scored(db) -> SimpleNamespace:
    """A run without a fault: two customers, their lists, a popular list and a neighbour."""
    store = make_store()
    customers = [make_customer(store, name) for name in ("ann", "bob")]
    products = [make_product(store, f"P{n}").pk for n in range(5)]
    run = make_run(store, deploy=False)
    write_rows(Prediction, [(run.pk, customer.pk, *PREDICTION) for customer in customers])
    for customer in (*customers, None):
        kind = ListKind.RECOMMENDED if customer else ListKind.POPULAR
        add_list(run, customer, products[:3], kind=kind)
    write_rows(ItemNeighbours, [(run.pk, 1, products[0], products[1:3], [0.9, 0.1])])
    return SimpleNamespace(store=store, run=run, ann=customers[0], bob=customers[1], products=products)


def add_list(run, customer, items, scores=None, *, kind=ListKind.DISCOVER, reasons=None) -> None:
    scores = [1 / (n + 1) for n in range(len(items))] if scores is None else scores
    reasons = [0] * len(items) if reasons is None else reasons
    row = (run.pk, kind.value, customer and customer.pk, items, scores, reasons, [4] * len(items))
    write_rows(Recommendation, [row])


def predict(scored, customer, **changes) -> None:
    Prediction.objects.filter(run=scored.run, customer=customer).update(**changes)


def test_a_run_without_fault_passes(scored):
    result = audit.audit_run(run=scored.run)
    assert result["passed"], result["findings"]
    assert result["overlap"] is None
    assert set(result["counts"].values()) == {0}


FAULTS = {
    "missing": lambda s: Prediction.objects.filter(run=s.run, customer=s.bob).delete(),
    "uninvited": lambda s: record_consent(customer=s.bob, purpose="preferences", granted=False, source="test"),
    "without_list": lambda s: Recommendation.objects.filter(run=s.run, customer=s.bob).delete(),
    "lengths": lambda s: add_list(s.run, s.ann, s.products[:3], [1.0, 0.5]),
    "scores": lambda s: add_list(s.run, s.ann, s.products[:2], [1.0, math.nan]),
    "order": lambda s: add_list(s.run, s.ann, s.products[:3], [0.1, 0.5, 0.2]),
    "repeated": lambda s: add_list(s.run, s.ann, [s.products[0], s.products[0]]),
    "unsellable": lambda s: s.store.products.filter(pk=s.products[1]).update(available=False),
    "own_neighbour": lambda s: write_rows(ItemNeighbours, [(s.run.pk, 2, s.products[0], s.products[:1], [0.9])]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_and_told_in_a_sentence(scored, fault):
    FAULTS[fault](scored)
    result = audit.audit_run(run=scored.run)
    assert not result["passed"]
    assert result["counts"][fault] == 1
    assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in result["findings"])


@pytest.mark.parametrize(
    "impossible",
    [
        {"purchase_probability": 1.01},
        {"purchase_probability": math.nan},
        {"churn_probability": -0.1},
        {"expected_orders": math.inf},
        {"predicted_clv": math.nan},
        {"predicted_clv_low": 21.0},
        {"average_days_between_orders": math.nan},
    ],
    ids=str,
)
def test_an_impossible_prediction_is_found(scored, impossible):
    predict(scored, scored.ann, **impossible)
    assert audit.audit_run(run=scored.run)["counts"]["prediction"] == 1


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinite_score_is_found(scored, value):
    add_list(scored.run, scored.ann, scored.products[:1], [value])
    assert audit.audit_run(run=scored.run)["counts"]["scores"] == 1


def test_a_withdrawn_product_and_one_of_another_store_are_found(scored):
    foreign = make_product(make_store("other"), "X").pk
    add_list(scored.run, scored.ann, [foreign])
    scored.store.products.filter(pk=scored.products[0]).update(withdrawn_at=scored.run.cutoff)
    assert audit.audit_run(run=scored.run)["counts"]["unsellable"] == 2


def test_a_run_without_popular_products_does_not_pass(scored):
    Recommendation.objects.filter(run=scored.run, customer=None).delete()
    assert any("popular" in sentence for sentence in audit.audit_run(run=scored.run)["findings"])


def test_who_said_yes_only_after_the_run_was_opened_is_not_missing(scored):
    eve = make_customer(scored.store, "eve")
    type(eve).objects.filter(pk=eve.pk).update(created_at=scored.run.cutoff)
    assert audit.audit_run(run=scored.run)["counts"]["missing"] == 1
    record_consent(customer=eve, purpose="preferences", granted=True, source="test")
    assert audit.audit_run(run=scored.run)["counts"]["missing"] == 0


def test_a_guest_merged_into_an_account_is_not_expected(scored):
    guest = make_customer(scored.store, "guest")
    type(guest).objects.filter(pk=guest.pk).update(created_at=scored.run.cutoff)
    merge_customers(alias=guest, main=scored.ann)
    assert audit.audit_run(run=scored.run)["passed"]


def test_another_runs_faults_are_not_this_runs(scored):
    other = make_run(scored.store, deploy=False)
    add_list(other, scored.ann, scored.products[:3], [0.1, 0.5, 0.2])
    assert audit.audit_run(run=scored.run)["passed"]


@pytest.mark.parametrize(("shared", "passes"), [(2, True), (0, False)])
def test_lists_that_share_nothing_with_the_live_run_are_held_back(scored, monkeypatch, shared, passes):
    monkeypatch.setattr(audit, "COMPARED_CUSTOMERS", 2)
    live = make_run(scored.store, deploy=False)
    others = [make_product(scored.store, f"Q{n}").pk for n in range(3)]
    for customer in (scored.ann, scored.bob):
        add_list(live, customer, scored.products[:shared] + others[shared:], kind=ListKind.RECOMMENDED)
    Deployment.objects.create(store=scored.store, version=live.version, run=live)
    result = audit.audit_run(run=scored.run)
    assert result["overlap"]["mean"] == pytest.approx(shared / 3)
    assert result["overlap"]["customers"] == 2
    assert result["passed"] is passes
