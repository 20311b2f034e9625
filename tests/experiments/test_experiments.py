"""Plans of experiments: what the database refuses, and how one is started and stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.experiments.models import Experiment, Exposure, Variant
from loyalty_ai.experiments.selectors import membership, running_experiment, variant_of, variant_sql
from loyalty_ai.experiments.services import CannotRun, start_experiment, stop_experiment
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.identity import merge_customers
from tests import fakes

pytestmark = pytest.mark.django_db

LATER = fakes.NOON + timedelta(days=7)


@pytest.fixture
def store(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_store()


def refused(**fields) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Experiment.objects.create(**fields)


@pytest.mark.parametrize(("holdout", "challenger"), [(0, 0), (100, 0), (0, 100), (50, 50), (60, 60), (99, 1)])
def test_shares_leave_somebody_to_compare_and_somebody_to_compare_with(store, holdout, challenger):
    plan = {"store": store, "key": "a", "question": "?", "holdout": holdout, "challenger": challenger}
    refused(**plan)
    with pytest.raises(ValidationError):
        Experiment(**plan).full_clean()


@pytest.mark.parametrize(("holdout", "challenger"), [(1, 0), (0, 1), (99, 0), (10, 45)])
def test_other_shares_are_fine(store, holdout, challenger):
    plan = Experiment(store=store, key="a", question="?", holdout=holdout, challenger=challenger)
    plan.full_clean()
    plan.save()
    assert sum(plan.percent(variant) for variant in Variant) == 100


def test_one_experiment_runs_in_a_store_at_a_time(store):
    first = fakes.make_experiment(store)
    refused(store=store, key="second", question="?", holdout=10, started_at=LATER)
    waiting = fakes.make_experiment(store, started_at=None)
    with pytest.raises(CannotRun, match=first.key):
        start_experiment(waiting, now=LATER)
    fakes.make_experiment(fakes.make_store("other"))
    assert stop_experiment(first, now=LATER).stopped_at == LATER
    assert running_experiment(store=store.slug) is None
    assert start_experiment(waiting, now=LATER).ends_at == LATER + timedelta(days=28)
    assert running_experiment(store=store.slug) == waiting


def test_what_was_started_cannot_be_started_again_and_what_stands_cannot_be_stopped(store):
    experiment = fakes.make_experiment(store, started_at=None)
    with pytest.raises(CannotRun):
        stop_experiment(experiment, now=LATER)
    start_experiment(experiment, now=LATER)
    stop_experiment(experiment, now=LATER - timedelta(days=1))
    experiment.refresh_from_db()
    assert experiment.stopped_at == LATER, "a clock that went back cannot end what has not begun"
    for change in (start_experiment, stop_experiment):
        with pytest.raises(CannotRun):
            change(experiment, now=LATER)


@pytest.mark.parametrize(
    "change", [{"holdout": 20}, {"challenger": 5}, {"salt": "x"}, {"days": 7}, {"started_at": None}, {"key": "b"}]
)
def test_a_plan_that_was_started_cannot_change(store, change):
    experiment = fakes.make_experiment(store)
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        Experiment.objects.filter(pk=experiment.pk).update(**change)
    Experiment.objects.filter(pk=experiment.pk).update(question="Said better")


def test_a_stopped_experiment_does_not_run_again(store):
    experiment = fakes.make_experiment(store, stopped_at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Experiment.objects.filter(pk=experiment.pk).update(stopped_at=None)
    refused(store=store, key="b", question="?", holdout=10, stopped_at=LATER)
    refused(store=store, key="b", question="?", holdout=10, started_at=LATER, stopped_at=fakes.NOON)


def test_what_was_shown_cannot_change(store):
    exposure = fakes.expose(fakes.make_customer(store), [fakes.make_product(store)])
    with pytest.raises(IntegrityError), transaction.atomic():
        Exposure.objects.filter(pk=exposure.pk).update(variant=Variant.HOLDOUT)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shares=st.tuples(st.integers(0, 99), st.integers(0, 99)).filter(lambda both: 1 <= sum(both) <= 99),
    customer=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
)
def test_python_and_the_database_give_everybody_the_same_variant(shares, customer):
    experiment = Experiment(holdout=shares[0], challenger=shares[1])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {variant_sql('e', '%s::text')} FROM (SELECT %s::text, %s::int, %s::int) e (salt, holdout, challenger)",
            [customer, customer, experiment.salt, *shares],
        )
        assert cursor.fetchone()[0] == variant_of(experiment, customer)


def test_shares_are_what_was_planned():
    experiment = Experiment(holdout=10, challenger=30, salt="fixed")
    drawn = [variant_of(experiment, str(n)) for n in range(20_000)]
    for variant in Variant:
        assert drawn.count(variant) / 20_000 == pytest.approx(experiment.percent(variant) / 100, abs=0.01)


def test_whoever_refuses_to_be_profiled_is_in_no_experiment(store):
    ann = fakes.make_customer(store, "ann")
    assert membership(customer=ann) is None
    experiment = fakes.make_experiment(store)
    assert membership(customer=ann) == (experiment, variant_of(experiment, "ann"))
    assert membership(customer=ann, gpc=True) is None
    record_consent(customer=ann, purpose="preferences", granted=False, source="test")
    assert membership(customer=ann) is None


def test_a_merged_guest_is_in_the_account_s_part(store):
    experiment = fakes.make_experiment(store)
    account = fakes.make_customer(store, fakes.named_in(experiment, Variant.HOLDOUT))
    guest = fakes.make_customer(store, f"guest-{fakes.named_in(experiment, Variant.CHAMPION)}")
    merge_customers(alias=guest, main=account)
    guest.refresh_from_db()
    assert membership(customer=guest) == (experiment, Variant.HOLDOUT)
