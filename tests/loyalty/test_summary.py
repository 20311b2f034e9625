"""One store's numbers, worked by hand, and one customer's profile as others may see it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from loyalty_ai.jobs.services import request_job, run_job
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.loyalty.selectors import history_of, profile_of, store_summary
from loyalty_ai.loyalty.services import refresh_profiles
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.identity import merge_customers
from loyalty_ai.shop.models import EventType
from tests import fakes

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


def london(*when: int) -> datetime:
    return datetime(*when, tzinfo=LONDON)


@pytest.fixture
def store():
    return fakes.make_store()


def test_a_store_worked_by_hand(store, django_assert_num_queries):
    ann, bob, _prospect = (fakes.make_customer(store) for _ in range(3))
    fakes.record_purchase(ann, at=london(2011, 1, 5), value=10)
    fakes.record_purchase(ann, at=london(2011, 2, 5), value=20)
    returned = fakes.record_purchase(bob, at=london(2011, 1, 31, 23, 59), value=40)
    fakes.record_purchase(bob, at=london(2011, 2, 1, 0, 1), value=30)
    fakes.record_purchase(None, at=london(2011, 2, 7), value=6, store=store)
    fakes.record_event(ann, EventType.PURCHASE, at=london(2011, 3, 1), value=8)
    fakes.record_refund(returned, at=london(2011, 2, 20), value=40)
    refresh_profiles(store=store, as_of=london(2011, 4, 1))

    with django_assert_num_queries(4):
        summary = store_summary(store=store)

    assert (summary["customers"], summary["buyers"], summary["repeat_customers"], summary["repeat_rate"]) == (
        3,
        2,
        1,
        0.5,
    )
    assert (summary["orders"], summary["revenue"]) == (5, 74)
    assert summary["average_order_value"] == {"mean": Decimal("14.80"), "median": 10}
    assert summary["months"] == [
        month(2011, 1, revenue=50, orders=1, new_customers=1),
        month(2011, 2, revenue=16, orders=3, guest_orders=1, new_customers=1, returning_customers=1),
        month(2011, 3, revenue=8, orders=1, returning_customers=1),
    ]
    assert [group["name"] for group in summary["groups"]][:2] == ["CHAMPIONS", "LOYAL"]
    assert sum(group["customers"] for group in summary["groups"]) == 3
    assert sum(group["share"] for group in summary["groups"]) == pytest.approx(1)
    assert {tier["name"]: tier["customers"] for tier in summary["tiers"]} == {
        "member": 3,
        "silver": 0,
        "gold": 0,
        "platinum": 0,
    }


def month(year: int, number: int, **numbers: int) -> dict:
    zeros = dict.fromkeys(("revenue", "orders", "guest_orders", "new_customers", "returning_customers"), 0)
    return {"month": date(year, number, 1)} | zeros | numbers


def test_the_summary_and_the_profiles_tell_the_same_story(store):
    for i in range(12):
        order = fakes.record_purchase(fakes.make_customer(store), at=london(2011, 1 + i, 3), value=10 + i)
        if i % 3 == 0:
            fakes.record_refund(order, at=london(2011, 1 + i, 9), value=10 if i % 2 else 10 + i)
    refresh_profiles(store=store)
    summary, profiles = store_summary(store=store), LoyaltyProfile.objects.filter(store=store)
    assert summary["orders"] == sum(p.orders for p in profiles)
    assert summary["revenue"] == sum(p.monetary for p in profiles)


def test_an_empty_store_has_a_summary(store):
    summary = store_summary(store=store)
    assert (summary["customers"], summary["repeat_rate"], summary["months"], summary["as_of"]) == (0, None, [], None)


def test_a_profile_is_the_accounts_and_ends_with_consent(store):
    account, guest = fakes.make_customer(store), fakes.make_customer(store)
    fakes.record_purchase(account, at=london(2011, 1, 1))
    fakes.record_purchase(account, at=london(2011, 3, 1))
    merge_customers(alias=guest, main=account)
    guest.refresh_from_db()
    assert profile_of(account) is None
    refresh_profiles(store=store)
    assert profile_of(account) == profile_of(guest)
    assert profile_of(guest).repeat
    assert [s.month for s in history_of(guest)] == [date(2011, 1, 1), date(2011, 2, 1)]
    record_consent(customer=account, purpose="preferences", granted=False, source="test")
    assert profile_of(account) is None
    assert profile_of(guest) is None


def test_the_metrics_job_measures_the_store_as_of_a_moment(store):
    customer = fakes.make_customer(store)
    fakes.record_purchase(customer, at=london(2011, 1, 1, 12))
    fakes.record_purchase(customer, at=london(2011, 5, 1, 12))
    import loyalty_ai.loyalty.tasks  # noqa: F401  registers the kind

    steps = []
    as_of = london(2011, 2, 1)
    job = request_job(kind="metrics", store=store, slot="m", params={"as_of": as_of.isoformat()}, wake=False)
    job = run_job(job_id=job.pk, owner="test", progress=lambda *step: steps.append(step))
    assert job.state == "done"
    assert job.result["profiles"] == 1
    assert profile_of(customer).orders == 1
    assert steps[-1] == ("loyalty", 3, 3)
