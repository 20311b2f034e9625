"""Who is taken: whoever matches and allows it, once, and by a key that nobody outside knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.actions import services
from loyalty_ai.actions.audience import TREATED
from loyalty_ai.actions.models import ActionOutcome
from loyalty_ai.actions.services import CannotRun, decide, start_action, stop_action
from loyalty_ai.experiments.assignment import share
from loyalty_ai.experiments.models import Variant
from loyalty_ai.privacy.services import choose, erase_customer
from loyalty_ai.shop.identity import merge_customers
from loyalty_ai.shop.models import FreshStart
from tests import fakes
from tests.actions.people import make_action, make_person
from tests.jobs.conftest import Worker


def taken() -> list[str]:
    return sorted(ActionOutcome.objects.values_list("customer__external_id", flat=True))


def night(shop, days: int = 0) -> list[str]:
    decide(store=shop.store, now=fakes.NOON + timedelta(days=days))
    return taken()


def test_groups_take_their_own(shop):
    make_person(shop.store, "bob", group="LOYAL")
    make_action(shop.store, groups=["AT_RISK", "ALMOST_LOST"])
    assert night(shop) == ["ann"]


@pytest.mark.parametrize(
    ("bound", "prediction", "matches"),
    [
        ({"churn_at_least": 0.5}, {"churn_probability": 0.5}, True),
        ({"churn_at_least": 0.5}, {"churn_probability": 0.49}, False),
        ({"churn_at_least": 0.5}, None, False),
        ({"purchase_at_most": 0.2}, {"purchase_probability": 0.2}, True),
        ({"purchase_at_most": 0.2}, {"purchase_probability": 0.3}, False),
        ({"clv_at_least": 50.0}, {"predicted_clv": 80.0}, True),
        ({"clv_at_least": 50.0}, {"predicted_clv": 20.0}, False),
        ({"days_since_order": 99}, None, True),
        ({"days_since_order": 101}, None, False),
    ],
)
def test_bounds_are_those_of_the_live_run_and_the_log(shop, bound, prediction, matches):
    if prediction:
        shop.run.predictions.create(customer=shop.ann, **prediction)
    make_action(shop.store, groups=[], **bound)
    assert night(shop) == (["ann"] if matches else [])


def test_an_order_since_the_measuring_counts_too(shop):
    guest = fakes.make_customer(shop.store, "guest")
    merge_customers(alias=guest, main=shop.ann)
    make_action(shop.store, groups=[], days_since_order=60)
    fakes.record_purchase(guest, at=fakes.NOON - timedelta(days=2))
    assert night(shop) == []


@pytest.mark.parametrize("purpose", ["preferences", "marketing"])
def test_both_purposes_are_needed(shop, purpose):
    choose(store=shop.store, external_id="ann", choices={purpose: False}, source="test")
    make_action(shop.store)
    assert night(shop) == []


def test_nobody_is_written_to_who_has_not_said_yes_to_marketing(shop):
    shop.ann.consents.filter(purpose="marketing").delete()
    make_action(shop.store)
    assert night(shop) == []


def test_an_account_is_taken_and_never_its_guests(shop):
    guest = make_person(shop.store, "guest")
    merge_customers(alias=guest, main=shop.ann)
    make_action(shop.store)
    assert night(shop) == ["ann"]


def test_whoever_began_anew_is_not_taken_by_what_was_before(shop):
    FreshStart.objects.create(customer=shop.ann, since=fakes.NOON - timedelta(days=50))
    make_action(shop.store)
    assert night(shop) == []


def test_an_experiments_holdout_gets_nothing_personal(shop):
    experiment = fakes.make_experiment(shop.store)
    for variant in (Variant.HOLDOUT, Variant.CHAMPION):
        make_person(shop.store, fakes.named_in(experiment, variant))
    shop.ann.delete()
    make_action(shop.store)
    assert night(shop) == [fakes.named_in(experiment, Variant.CHAMPION)]


def test_a_night_may_run_twice(shop):
    make_action(shop.store)
    assert night(shop) == night(shop) == ["ann"]


def test_batches_leave_nobody_out(shop, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    for n in range(5):
        make_person(shop.store, f"p{n}")
    make_action(shop.store)
    assert night(shop) == ["ann", "p0", "p1", "p2", "p3", "p4"]


@pytest.mark.django_db(transaction=True)
def test_two_nights_at_once_take_everybody_once(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    store = fakes.make_store()
    for n in range(20):
        make_person(store, f"p{n}")
    make_action(store)
    workers = [Worker(lambda: decide(store=store, now=fakes.NOON)) for _ in range(3)]
    assert sum(worker.ended() for worker in workers) == 20
    assert len(taken()) == len(set(taken())) == 20


def test_they_are_taken_again_after_their_days_and_not_before(shop):
    make_action(shop.store, again_after_days=30)
    assert night(shop) == ["ann"]
    assert night(shop, days=30) == ["ann"]
    assert night(shop, days=31) == ["ann", "ann"]
    assert list(ActionOutcome.objects.order_by("pk").values_list("round", flat=True)) == [1, 2]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(again=st.integers(1, 40), nights=st.lists(st.integers(0, 200), min_size=1, max_size=12))
def test_whatever_nights_run_nobody_is_taken_twice_within_their_days(shop, again, nights):
    action = make_action(shop.store, again_after_days=again)
    expected: list[int] = []
    for day in sorted(nights):
        decide(store=shop.store, now=fakes.NOON + timedelta(days=day))
        if not expected or day > expected[-1] + again:
            expected.append(day)
    seen = [(at - fakes.NOON).days for at in action.outcomes.order_by("round").values_list("decided_at", flat=True)]
    assert seen == expected
    action.outcomes.all().delete()
    stop_action(action, now=fakes.NOON)


def test_a_round_is_unique_in_the_database(shop):
    make_action(shop.store)
    night(shop)
    outcome = ActionOutcome.objects.get()
    outcome.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        outcome.save()


def test_only_what_runs_takes_anybody(shop):
    waiting, stopped = make_action(shop.store, started=False), make_action(shop.store)
    stop_action(stopped, now=fakes.NOON)
    assert night(shop) == []
    start_action(waiting, now=fakes.NOON)
    assert night(shop) == ["ann"]


def test_what_was_started_cannot_change(shop):
    action = make_action(shop.store)
    action.holdout = 50
    with pytest.raises(IntegrityError), transaction.atomic():
        action.save()
    with pytest.raises(CannotRun, match="started before"):
        start_action(action, now=fakes.NOON)


def test_whoever_is_held_out_is_known_by_the_keyed_hash(shop):
    action = make_action(shop.store, holdout=50)
    names = [f"person-{n}" for n in range(60)]
    for name in names:
        make_person(shop.store, name)
    night(shop)
    expected = {name: 100 * share(salt=action.salt, customer=name) >= 50 for name in [*names, "ann"]}
    assert dict(ActionOutcome.objects.values_list("customer__external_id", "treated")) == expected
    assert set(ActionOutcome.objects.filter(treated=False).values_list("state", flat=True)) == {"held_out"}
    assert 15 < sum(expected.values()) < 46
    assert "salt" in TREATED


@pytest.mark.django_db(transaction=True)
@settings(max_examples=8, deadline=None)
@given(holdout=st.integers(91, 200))
def test_the_database_refuses_a_holdout_beyond_ninety(holdout):
    store = fakes.make_store()
    with pytest.raises(IntegrityError):
        make_action(store, holdout=holdout)


def test_an_erasure_takes_the_outcomes(shop):
    make_action(shop.store)
    night(shop)
    record = erase_customer(customer=shop.ann, now=fakes.NOON)
    assert record.counts["retention_actions"] == 1
    assert taken() == []
