"""The measured effect: against a reference computed person by person, honest about what is not known."""

from __future__ import annotations

import statistics
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.actions.measuring import measure
from loyalty_ai.actions.selectors import preview
from loyalty_ai.experiments.effects import Moments, adjusted, difference
from loyalty_ai.privacy.services import choose
from loyalty_ai.shop.identity import merge_customers
from tests import fakes
from tests.actions.people import make_action, make_person

DECIDED = fakes.NOON - timedelta(days=31)


def decided(action, name: str, *, treated: bool, orders=(), before=(), at=DECIDED):
    """A person who was taken, with orders (days after, value) and orders before (days before, value)."""
    customer = make_person(action.store, name)
    action.outcomes.create(
        customer=customer, treated=treated, state="delivered" if treated else "held_out", decided_at=at
    )
    for days, value in [*orders, *((-days, value) for days, value in before)]:
        fakes.record_purchase(customer, at=at + timedelta(days=days), value=str(value))
    return customer


@pytest.fixture
def action(shop):
    return make_action(shop.store, holdout=50)


def named(measured, name: str):
    return next(effect for effect in measured.effects if effect.name == name)


def test_it_is_not_known_before_the_days_are_over(action):
    for n in range(12):
        decided(action, f"p{n}", treated=n % 2 == 0, at=fakes.NOON - timedelta(days=29))
    measured = measure(action, now=fakes.NOON)
    assert (measured.treated, measured.held_out, measured.waiting) == (0, 0, 12)
    assert measured.first_known == fakes.NOON + timedelta(days=1)
    assert {effect.sentence[:14] for effect in measured.effects} == {"Not yet known:"}


def test_fewer_than_ten_people_show_no_mean(action):
    for n in range(13):
        decided(action, f"p{n}", treated=n < 9, orders=[(1, 10)])
    effect = named(measure(action, now=fakes.NOON), "Net spend a person")
    assert (effect.treatment, effect.control, effect.difference) == ("", "", None)


def test_an_effect_beyond_chance_is_said_with_its_interval(action):
    for n in range(40):
        decided(action, f"p{n}", treated=n % 2 == 0, orders=[(3, 20 + n % 5)] if n % 2 == 0 else [])
    measured = measure(action, now=fakes.NOON)
    ordered = named(measured, "People who ordered")
    assert (ordered.treatment, ordered.control) == ("100.0 of 100", "0.0 of 100")
    spend = named(measured, "Net spend a person")
    assert spend.sentence.startswith("It brought more: between +£")
    assert spend.difference.beyond_chance


def test_only_the_days_after_count_refunds_go_off_and_a_guest_is_the_person(action):
    ann = decided(action, "p", treated=True, orders=[(0, 30), (29, 20), (30, 500)], before=[(1, 70)])
    order = fakes.record_purchase(ann, at=DECIDED + timedelta(days=2), value="9")
    fakes.record_refund(order, at=DECIDED + timedelta(days=3), value="4")
    guest = fakes.make_customer(action.store, "guest")
    merge_customers(alias=guest, main=ann)
    choose(store=action.store, external_id="guest", choices={"marketing": True}, source="test")
    fakes.record_purchase(guest, at=DECIDED + timedelta(days=4), value="5")
    for n in range(9):
        decided(action, f"t{n}", treated=True)
    for n in range(10):
        decided(action, f"h{n}", treated=False)
    measured = measure(action, now=fakes.NOON)
    assert named(measured, "Net spend a person").treatment == "£6.00"  # (30 + 20 + 9 - 4 + 5) / 10
    assert named(measured, "Orders a person").treatment == "0.40"


def test_each_person_counts_once_by_their_first_time(action):
    customer = decided(action, "p", treated=True)
    action.outcomes.create(customer=customer, round=2, treated=True, state="delivered", decided_at=DECIDED)
    assert measure(action, now=fakes.NOON).treated == 1


@pytest.mark.parametrize("purpose", ["marketing", "preferences"])
def test_whoever_says_no_since_is_in_neither_group(action, purpose):
    decided(action, "p", treated=True)
    decided(action, "q", treated=False)
    for name in "pq":
        choose(store=action.store, external_id=name, choices={purpose: False}, source="test")
    measured = measure(action, now=fakes.NOON)
    assert (measured.treated, measured.held_out) == (0, 0)


def test_a_split_far_from_the_plan_is_said(action):
    for n in range(60):
        decided(action, f"p{n}", treated=n > 5)
    assert measure(action, now=fakes.NOON).broken


people = st.tuples(st.booleans(), st.integers(0, 60), st.integers(0, 60))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(people, min_size=24, max_size=36))
def test_the_statement_agrees_with_arithmetic_person_by_person(shop, crowd):
    action = make_action(shop.store, holdout=50)
    for n, (treated, after, before) in enumerate(crowd):
        orders, earlier = [(2, after)] if after else [], [(5, before)] if before else []
        decided(action, f"{action.key}-{n}", treated=treated, orders=orders, before=earlier)
    expected = []
    for group in (True, False):
        of = [(after, before) for treated, after, before in crowd if treated is group]
        after, before = [float(a) for a, _b in of], [float(b) for _a, b in of]
        many = len(of) > 1
        expected.append(
            Moments(
                len(of),
                statistics.fmean(after) if of else 0.0,
                statistics.variance(after) if many else 0.0,
                statistics.fmean(before) if of else 0.0,
                statistics.variance(before) if many else 0.0,
                statistics.covariance(after, before) if many else 0.0,
            )
        )
    found = named(measure(action, now=fakes.NOON), "Net spend a person").difference
    wanted = difference(*adjusted(expected))
    if wanted is None:
        assert found is None
    else:
        assert (found.estimate, found.low, found.high) == pytest.approx(
            (wanted.estimate, wanted.low, wanted.high), abs=1e-6
        )


def test_a_preview_names_no_small_group(shop):
    for group, count in (("LOYAL", 6), ("NEW", 3), ("ACTIVE", 2)):
        for n in range(count):
            make_person(shop.store, f"{group}{n}", group=group)
    action = make_action(shop.store, started=False, groups=["LOYAL", "NEW"])
    seen = preview(action, now=fakes.NOON)
    assert (seen.groups, seen.others, seen.total) == ([("Loyal", 6)], None, 6)
    action = make_action(shop.store, started=False, groups=["LOYAL", "NEW", "ACTIVE"])
    seen = preview(action, now=fakes.NOON)
    assert (seen.groups, seen.others, seen.total) == ([("Loyal", 6)], 5, 11)
