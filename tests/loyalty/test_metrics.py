"""What the metrics count: hand-worked tables, the edges of days, refunds and aliases, and agreement with plain Python."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.loyalty.models import LoyaltyProfile, LoyaltySnapshot
from loyalty_ai.loyalty.rfm import tier_of
from loyalty_ai.loyalty.services import refresh_profiles
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.models import EventType
from tests import fakes
from tests.loyalty import reference

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


def london(*when: int) -> datetime:
    return datetime(*when, tzinfo=LONDON)


@pytest.fixture
def store():
    return fakes.make_store()


def profile(customer, as_of=None) -> LoyaltyProfile:
    refresh_profiles(store=customer.store, as_of=as_of)
    return LoyaltyProfile.objects.get(customer=customer)


def test_one_customer_worked_by_hand(store):
    customer, pot, pan = fakes.make_customer(store), fakes.make_product(store), fakes.make_product(store)
    fakes.record_purchase(customer, pot, pan, at=london(2011, 1, 10, 9), value="20.00", quantity=2)  # 40.00, 4 units
    second = fakes.record_purchase(customer, pot, at=london(2011, 1, 20, 18), value="15.50", quantity=3)
    fakes.record_purchase(customer, pan, at=london(2011, 2, 9, 12), value="100.00", quantity=1)
    fakes.record_refund(second, pot, at=london(2011, 1, 25), value="5.25", quantity=1)

    p = profile(customer, as_of=london(2011, 3, 1))

    assert (p.orders, p.units) == (3, 7)
    assert (p.gross, p.refunds, p.monetary) == (Decimal("155.50"), Decimal("5.25"), Decimal("150.25"))
    assert p.average_order_value == Decimal("50.08")
    assert (p.recency_days, p.tenure_days, p.average_days_between_orders) == (20, 50, 15.0)
    assert (p.first_order_at, p.last_order_at) == (london(2011, 1, 10, 9), london(2011, 2, 9, 12))
    assert (p.recency_score, p.frequency_score, p.monetary_score, p.group) == (5, 1, 1, "NEW")


def test_ten_customers_scored_by_hand(store):
    """Customer i of 1..10 ordered i times for i pounds each, last on day i: quintiles are pairs."""
    customers = [fakes.make_customer(store) for _ in range(10)]
    for i, customer in enumerate(customers, start=1):
        for _ in range(i):
            fakes.record_purchase(customer, at=london(2011, 5, i, 12), value=i)
    refresh_profiles(store=store, as_of=london(2011, 5, 11))
    scores = LoyaltyProfile.objects.order_by("customer_id").values_list(
        "recency_score", "frequency_score", "monetary_score", "group"
    )
    assert list(scores) == [
        *[(1, 1, 1, "DORMANT")] * 2,
        *[(2, 2, 2, "DORMANT")] * 2,
        *[(3, 3, 3, "NEEDS_ATTENTION")] * 2,
        *[(4, 4, 4, "LOYAL")] * 2,
        *[(5, 5, 5, "CHAMPIONS")] * 2,
    ]


def test_ties_share_a_score(store):
    customers = [fakes.make_customer(store) for _ in range(6)]
    for customer in customers:
        fakes.record_purchase(customer, at=london(2011, 5, 1, 12))
    fakes.record_purchase(customers[0], at=london(2011, 5, 3, 12))
    refresh_profiles(store=store, as_of=london(2011, 5, 4))
    scores = LoyaltyProfile.objects.order_by("customer_id").values_list("recency_score", "frequency_score", "group")
    # One of six is ahead of the rest: the rest still stand in the best fifth but one of recency, and tie for the lowest frequency.
    assert list(scores) == [(5, 5, "CHAMPIONS"), *[(5, 1, "NEW")] * 5]


def test_a_customer_without_orders_is_a_prospect(store):
    customer = fakes.make_customer(store)
    fakes.record_event(customer, EventType.VIEW_ITEM, fakes.make_product(store))
    p = profile(customer)
    assert (p.orders, p.group, p.recency_days, p.recency_score, p.average_order_value) == (
        0,
        "PROSPECTS",
        None,
        None,
        None,
    )
    assert (p.monetary, p.tier) == (0, "member")


def test_an_order_paid_back_in_full_is_no_order(store):
    customer = fakes.make_customer(store)
    kept = fakes.record_purchase(customer, at=london(2011, 1, 1, 12), value=10)
    gone = fakes.record_purchase(customer, at=london(2011, 2, 1, 12), value=168_469)
    fakes.record_refund(gone, at=london(2011, 2, 1, 13), value=168_469)
    p = profile(customer, as_of=london(2011, 3, 1))
    assert (p.orders, p.last_order_at, p.monetary) == (1, kept.placed_at, 10)
    assert (p.gross, p.refunds, p.tier) == (168_479, 168_469, "member")


def test_a_partial_refund_keeps_the_order(store):
    customer = fakes.make_customer(store)
    order = fakes.record_purchase(customer, value=10)
    fakes.record_refund(order, value="9.99")
    assert profile(customer).orders == 1


def test_a_customer_whose_every_order_went_back_is_a_prospect(store):
    customer = fakes.make_customer(store)
    fakes.record_refund(fakes.record_purchase(customer), value=10)
    p = profile(customer)
    assert (p.orders, p.group, p.gross, p.monetary) == (0, "PROSPECTS", 10, 0)


def test_a_refund_without_order_takes_from_the_spend_only(store):
    customer = fakes.make_customer(store)
    fakes.record_purchase(customer, value=10)
    fakes.record_refund(None, customer=customer, value=30)
    p = profile(customer)
    assert (p.orders, p.monetary, p.units) == (1, -20, 0)


def test_purchases_without_order_number_are_one_order_a_moment(store):
    customer = fakes.make_customer(store)
    for at in (london(2011, 1, 1, 12), london(2011, 1, 1, 12), london(2011, 1, 1, 13)):
        fakes.record_event(customer, EventType.PURCHASE, at=at, value=5)
    assert profile(customer).orders == 2


def test_a_free_order_counts(store):
    customer = fakes.make_customer(store)
    fakes.record_purchase(customer, value=0)
    assert profile(customer).orders == 1


def test_nothing_from_the_moment_on_is_seen(store):
    customer = fakes.make_customer(store)
    order = fakes.record_purchase(customer, at=london(2011, 1, 1, 12), value=10)
    fakes.record_purchase(customer, at=london(2011, 1, 2, 0), value=99)
    fakes.record_refund(order, at=london(2011, 1, 3), value=10)
    p = profile(customer, as_of=london(2011, 1, 2, 0))
    assert (p.orders, p.monetary, p.recency_days) == (1, 10, 1)


def test_a_guest_counts_as_the_account_it_was_merged_into(store):
    account = fakes.make_customer(store)
    guest = fakes.make_customer(store)
    fakes.record_purchase(account, at=london(2011, 1, 1, 12), value=10)
    fakes.record_purchase(guest, at=london(2011, 1, 11, 12), value=30)
    refresh_profiles(store=store)
    assert LoyaltyProfile.objects.count() == 2
    guest.alias_of = account
    guest.save()
    p = profile(account)
    assert (p.orders, p.monetary, p.average_days_between_orders) == (2, 40, 10.0)
    assert LoyaltyProfile.objects.get() == p


def test_no_consent_to_profiling_no_profile_and_no_history(store):
    customer, other = fakes.make_customer(store), fakes.make_customer(store)
    for who in (customer, other):
        fakes.record_purchase(who, at=london(2011, 1, 1, 12))
    fakes.record_purchase(other, at=london(2011, 2, 20, 12))
    refresh_profiles(store=store)
    assert LoyaltyProfile.objects.count() == 2
    assert LoyaltySnapshot.objects.count() == 2
    record_consent(customer=customer, purpose="preferences", granted=False, source="test")
    refresh_profiles(store=store)
    assert LoyaltyProfile.objects.get().customer == other
    assert LoyaltySnapshot.objects.get().customer == other


def test_other_stores_are_left_alone(store):
    customer, stranger = fakes.make_customer(store), fakes.make_customer(fakes.make_store("other"))
    fakes.record_purchase(customer)
    fakes.record_purchase(stranger)
    refresh_profiles(store=stranger.store)
    assert profile(customer).frequency_score == 1
    assert LoyaltyProfile.objects.get(customer=stranger).orders == 1


@pytest.mark.parametrize(
    ("spend", "tier"),
    [("249.99", "member"), ("250", "silver"), ("1000", "gold"), ("4999.99", "gold"), ("5000", "platinum")],
)
def test_the_tier_is_the_net_spend_of_a_year(store, spend, tier):
    customer = fakes.make_customer(store)
    fakes.record_purchase(customer, at=london(2010, 6, 1, 0) - timedelta(microseconds=1), value=9999)
    order = fakes.record_purchase(customer, at=london(2010, 6, 1, 0), value=Decimal(spend) + 7)
    fakes.record_refund(order, at=london(2010, 7, 1), value=7)
    measured = profile(customer, as_of=london(2011, 6, 1))
    assert (measured.tier, measured.recent_spend) == (tier, Decimal(spend))
    assert tier_of(measured.recent_spend) == tier
    assert measured.missing_to(Decimal(1000)) == max(1000 - Decimal(spend), 0)


@pytest.mark.parametrize(
    ("zone", "placed", "as_of", "days"),
    [
        # London sprang forward on 2011-03-27: 23 hours apart, yet one day.
        ("Europe/London", (2011, 3, 27, 0), (2011, 3, 28, 0), 1),
        # ... and fell back on 2011-10-30: 24.5 hours apart, on the same day.
        ("Europe/London", (2011, 10, 30, 0), (2011, 10, 30, 23, 30), 0),
        # Just before midnight in Auckland is noon the day before in London.
        ("Pacific/Auckland", (2011, 6, 1, 23, 59), (2011, 6, 2, 0, 1), 1),
        ("Europe/London", (2011, 6, 1, 0, 1), (2011, 6, 1, 23, 59), 0),
        # Samoa skipped 2011-12-30 altogether.
        ("Pacific/Apia", (2011, 12, 29, 12), (2011, 12, 31, 12), 2),
    ],
)
def test_days_are_calendar_days_of_the_store(zone, placed, as_of, days):
    store = fakes.make_store(time_zone=zone)
    customer = fakes.make_customer(store)
    fakes.record_purchase(customer, at=datetime(*placed, tzinfo=ZoneInfo(zone)))
    assert profile(customer, as_of=datetime(*as_of, tzinfo=ZoneInfo(zone))).recency_days == days


def test_both_hours_of_the_fold_are_seen_apart(store):
    """01:30 happens twice on 2011-10-30: an order in the second one is after a moment in the first."""
    customer = fakes.make_customer(store)
    fakes.record_purchase(customer, at=london(2011, 10, 30, 1, 30).replace(fold=1))
    assert profile(customer, as_of=london(2011, 10, 30, 1, 30).replace(fold=0)).orders == 0
    assert profile(customer, as_of=london(2011, 10, 30, 1, 31).replace(fold=1)).orders == 1


def test_history_is_what_the_profile_would_have_said_at_each_month_end(store):
    customers = [fakes.make_customer(store) for _ in range(4)]
    orders = [
        fakes.record_purchase(customers[i % 4], at=london(2011, 1 + i % 5, 1 + i % 27, i % 24), value=5 + i)
        for i in range(20)
    ]
    fakes.record_refund(orders[3], at=london(2011, 5, 6), value=8)
    fakes.record_refund(orders[9], at=london(2011, 6, 1, 0), value=3)
    refresh_profiles(store=store, as_of=london(2011, 6, 2))
    assert sorted(set(LoyaltySnapshot.objects.values_list("month", flat=True))) == [
        date(2011, m, 1) for m in range(1, 6)
    ]
    for month in range(1, 6):
        expected = reference.measure(store, london(2011, month + 1, 1))
        for snapshot in LoyaltySnapshot.objects.filter(month=date(2011, month, 1)):
            m = expected.pop(snapshot.customer_id)
            fields = [
                "orders",
                "recency_days",
                "monetary",
                "recency_score",
                "frequency_score",
                "monetary_score",
                "group",
            ]
            assert {f: getattr(snapshot, f) for f in fields} == {f: m[f] for f in fields}
        assert all(m["gross"] == 0 for m in expected.values())


def test_history_follows_the_log(store):
    customer = fakes.make_customer(store)
    order = fakes.record_purchase(customer, at=london(2011, 1, 31, 23), value=10)
    refresh_profiles(store=store, as_of=london(2011, 3, 1))
    first = list(LoyaltySnapshot.objects.order_by("month").values_list("month", "orders", "recency_days", "monetary"))
    assert first == [(date(2011, 1, 1), 1, 1, 10), (date(2011, 2, 1), 1, 29, 10)]
    fakes.record_refund(order, at=london(2011, 2, 3), value=10)
    report = refresh_profiles(store=store, as_of=london(2011, 3, 1))
    assert report["snapshots"] == 1
    assert list(LoyaltySnapshot.objects.order_by("month").values_list("orders", "group")) == [
        (1, "NEW"),
        (0, "PROSPECTS"),
    ]
    refresh_profiles(store=store, as_of=london(2011, 2, 1))
    assert LoyaltySnapshot.objects.get().month == date(2011, 1, 1)


def test_the_whole_refresh_is_a_fixed_number_of_statements(store, django_assert_num_queries):
    for i in range(3):
        fakes.record_purchase(fakes.make_customer(store), at=london(2011, 1 + i, 1, 12))
    with django_assert_num_queries(11):  # savepoint pair included
        refresh_profiles(store=store)


moments = st.integers(0, 24 * 120).map(lambda hours: datetime(2011, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
amounts = st.decimals(0, 400, places=4)
purchases = st.tuples(st.integers(0, 5), st.integers(0, 9) | st.none(), moments, amounts, st.integers(0, 20))
refunds = st.tuples(st.integers(0, 30) | st.none(), st.integers(0, 5), moments, amounts | st.none(), st.integers(0, 9))
_slugs = count()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    zone=st.sampled_from(["UTC", "Europe/London", "Pacific/Auckland", "America/Los_Angeles"]),
    bought=st.lists(purchases, max_size=25),
    back=st.lists(refunds, max_size=10),
    aliased=st.booleans(),
    as_of=moments,
)
def test_sql_agrees_with_plain_python(zone, bought, back, aliased, as_of):
    store = fakes.make_store(f"s{next(_slugs)}", time_zone=zone)
    customers = [fakes.make_customer(store) for _ in range(6)]
    if aliased:
        customers[5].alias_of = customers[4]
        customers[5].save()
    orders = {}
    for who, ref, at, value, quantity in bought:
        line = {"at": at, "value": value, "quantity": quantity}
        if ref is None:
            fakes.record_event(customers[who], EventType.PURCHASE, **line)
        elif ref in orders:
            fakes.record_event(orders[ref].customer, EventType.PURCHASE, order=orders[ref], **line)
        else:
            orders[ref] = fakes.record_purchase(customers[who], **line)
    for which, who, at, value, quantity in back:
        order = list(orders.values())[which % len(orders)] if orders and which is not None else None
        value = value if value is not None else (order.goods if order else 0)
        fakes.record_refund(order, at=at, value=value, quantity=quantity, customer=None if order else customers[who])

    refresh_profiles(store=store, as_of=as_of)

    for account, expected in reference.measure(store, as_of).items():
        p = LoyaltyProfile.objects.get(customer=account)
        assert {name: getattr(p, name) for name in expected} == expected
