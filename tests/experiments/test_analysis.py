"""What an experiment found: against arithmetic person by person, honest about what is not known, quick over many."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.experiments.analysis import analyse
from loyalty_ai.experiments.effects import Moments, adjusted, difference
from loyalty_ai.experiments.models import Exposure, Variant
from loyalty_ai.privacy.services import choose
from loyalty_ai.shop.identity import merge_customers
from tests import fakes

pytestmark = pytest.mark.django_db
SHOWN = fakes.NOON
NOW = SHOWN + timedelta(days=28)


@pytest.fixture
def experiment(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_experiment(fakes.make_store(), holdout=30, challenger=30)


def shown(experiment, variant: Variant, *, orders=(), before=(), at=SHOWN):
    """Somebody who was shown a row, with orders (days after, value) and orders before (days before, value)."""
    customer = fakes.make_customer(experiment.store)
    fakes.expose(customer, experiment=experiment, variant=variant, at=at)
    for days, value in [*orders, *((-days, value) for days, value in before)]:
        fakes.record_purchase(customer, at=at + timedelta(days=days), value=str(value))
    return customer


def found(experiment, *, now=NOW):
    return analyse(experiment, now=now, money=lambda value: f"£{value:.2f}")


def spend(effects):
    return next(effect for effect in effects if effect.name == "Net spend a person")


def test_each_variant_stands_beside_the_champion(experiment):
    for n in range(20):
        shown(experiment, Variant.CHAMPION, orders=[(3, 20 + n % 3)])
        shown(experiment, Variant.HOLDOUT, orders=[(3, 5 + n % 3)])
        shown(experiment, Variant.CHALLENGER, orders=[(3, 40 + n % 3)])
    result = found(experiment)
    assert result.people == {Variant.CHAMPION: 20, Variant.CHALLENGER: 20, Variant.HOLDOUT: 20}
    assert not result.broken
    assert spend(result.personal).difference.estimate == pytest.approx(15)
    assert spend(result.challenger).difference.estimate == pytest.approx(20)
    assert spend(result.personal).sentence.startswith("It brought more: between +£14.")


def test_little_is_not_yet_known_and_a_part_that_is_not_planned_is_not_told(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    experiment = fakes.make_experiment(fakes.make_store(), holdout=50)
    for _n in range(9):
        shown(experiment, Variant.CHAMPION, orders=[(1, 10)])
        shown(experiment, Variant.HOLDOUT)
    result = found(experiment)
    assert spend(result.personal).treatment == ""
    assert spend(result.personal).sentence == "Not yet known: it takes 10 people in both groups."
    assert result.challenger == []
    assert set(result.people) == {Variant.CHAMPION, Variant.HOLDOUT}


def test_a_split_far_from_the_plan_is_said(experiment):
    for _n in range(60):
        shown(experiment, Variant.CHAMPION)
    assert found(experiment).broken


def test_only_what_came_between_the_first_exposure_and_the_stop_counts(experiment):
    person = shown(experiment, Variant.CHAMPION, orders=[(0, 30), (9, 4), (10, 500)], before=[(1, 70)])
    fakes.expose(person, experiment=experiment, variant=Variant.HOLDOUT, at=SHOWN + timedelta(days=5))
    guest = fakes.make_customer(experiment.store)
    fakes.record_purchase(guest, at=SHOWN + timedelta(days=2), value="6")
    fakes.expose(guest, experiment=experiment, variant=Variant.HOLDOUT, at=SHOWN + timedelta(days=1))
    merge_customers(alias=guest, main=person)
    for _n in range(9):
        shown(experiment, Variant.CHAMPION)
    for _n in range(10):
        shown(experiment, Variant.HOLDOUT)
    experiment.stopped_at = SHOWN + timedelta(days=10)
    experiment.save()
    result = found(experiment)
    assert result.people[Variant.CHAMPION] == result.people[Variant.HOLDOUT] == 10
    assert spend(result.personal).treatment == "£4.00"  # (30 + 4 + 6) / 10


@pytest.mark.parametrize("purpose", ["preferences", "analytics"])
def test_whoever_says_no_is_in_no_variant(experiment, purpose):
    person = shown(experiment, Variant.CHAMPION)
    choose(store=experiment.store, external_id=person.external_id, choices={purpose: False}, source="test")
    assert not Exposure.objects.exists()
    assert sum(found(experiment).people.values()) == 0


people = st.tuples(st.sampled_from(list(Variant)), st.integers(0, 60), st.integers(0, 60))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(people, min_size=36, max_size=48))
def test_the_statement_agrees_with_arithmetic_person_by_person(experiment, crowd):
    Exposure.objects.all().delete()
    for variant, after, before in crowd:
        shown(experiment, variant, orders=[(2, after)] if after else [], before=[(5, before)] if before else [])
    groups = []
    for variant in (Variant.CHAMPION, Variant.HOLDOUT):
        mine = [(after, before) for part, after, before in crowd if part == variant]
        if len(mine) < 10:
            return
        after, before = zip(*mine, strict=True)
        groups.append(
            Moments(
                len(mine), statistics.mean(after), statistics.variance(after),
                statistics.mean(before), statistics.variance(before), statistics.covariance(after, before),
            )
        )  # fmt: skip
    expected = difference(*adjusted(groups))
    told = spend(found(experiment).personal).difference
    assert told.estimate == pytest.approx(expected.estimate, abs=1e-6)
    assert (told.low, told.high) == (pytest.approx(expected.low, abs=1e-6), pytest.approx(expected.high, abs=1e-6))


def test_a_hundred_thousand_exposures_take_one_statement_and_seconds(experiment):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_ai_customer (store_id, external_id, created_at) "
            "SELECT %s, 'many-' || n, now() FROM generate_series(1, 5000) n RETURNING id",
            [experiment.store_id],
        )
        first = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO loyalty_ai_exposure (store_id, customer_id, experiment_id, variant, list, number, items, whys, "
            "propensity, shown_at) SELECT %s, %s + n %% 5000, %s, 1 + n %% 5000 %% 3, 'recommended', 1, '{}', '{}', 0.3, %s "
            "FROM generate_series(1, 100000) n",
            [experiment.store_id, first, experiment.pk, SHOWN],
        )
        cursor.execute("ANALYZE loyalty_ai_exposure, loyalty_ai_customer")
    started = time.monotonic()
    with CaptureQueriesContext(connection) as queries:
        result = found(experiment)
    assert len(queries) == 1
    assert sum(result.people.values()) == 5000
    assert time.monotonic() - started < 20
