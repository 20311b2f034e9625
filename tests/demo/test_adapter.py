"""What the demo shop tells loyalty_ai, by stream and live."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.conf import app_settings, get_adapter
from loyalty_ai.shop.models import Event, EventType
from loyalty_ai.shop.services import sync_store
from shop_demo.adapter import DemoShop
from shop_demo.delivery import journey
from shop_demo.loading import load_shop
from shop_demo.models import Opening, Product
from shop_demo.orders import place_order
from shop_demo.signals import events_happened

pytestmark = pytest.mark.django_db


@pytest.fixture
def adapter(small_log) -> DemoShop:
    load_shop(log=small_log)
    return DemoShop(app_settings.store("default"))


def test_events_come_by_time_without_what_is_not_goods(adapter: DemoShop):
    records = [change.record for change in adapter.events("")]
    assert [record.occurred_at for record in records] == sorted(record.occurred_at for record in records)
    assert Counter(record.type for record in records) == {"purchase": 11, "refund": 4}
    assert not [record for record in records if "/POST/" in record.key]
    keys = [record.key for record in records]
    assert len(set(keys)) == len(keys)
    manual = next(record for record in records if record.key == "536372/M/0")
    assert (manual.product_id, manual.value) == (None, Decimal("7.500"))


def test_a_refund_names_the_order_it_takes_from(adapter: DemoShop):
    refunds = {c.record.key: c.record for c in adapter.events("") if c.record.type == "refund"}
    assert {key: (r.order_id, r.quantity, r.value) for key, r in refunds.items()} == {
        "C536373/85123A/0/0": ("536372", 4, Decimal("10.20")),
        "C536373/85123A/0/1": ("536365", 1, Decimal("2.55")),
        "C536374/22138/0/0": (None, 1, Decimal("4.95")),
        "C536375/D/0/0": (None, 1, Decimal("2.00")),
    }


@pytest.mark.parametrize("stream", ["customers", "products", "events"])
def test_every_cursor_goes_on_exactly_behind_itself(adapter: DemoShop, stream: str):
    changes = list(getattr(adapter, stream)(""))
    assert adapter.count(stream, "") == len(changes) > 0
    for position, change in enumerate(changes, start=1):
        rest = list(getattr(adapter, stream)(change.cursor))
        assert [each.record for each in rest] == [each.record for each in changes[position:]]
        assert adapter.count(stream, change.cursor) == len(rest)


def test_a_changed_product_comes_again(adapter: DemoShop):
    cursor = list(adapter.products(""))[-1].cursor
    assert list(adapter.products(cursor)) == []
    place_order(customer_number=None, units={"22423": 1})
    assert [change.record.product_id for change in adapter.products(cursor)] == ["22423"]


def test_resolve_is_one_query(adapter: DemoShop, django_assert_num_queries):
    Product.objects.filter(sku="47566").update(stock=0, price="5.45")
    with django_assert_num_queries(1):
        found = adapter.resolve(["22423", "47566", "nothing"])
    assert set(found) == {"22423", "47566"}
    assert found["22423"].available
    assert found["22423"].title == "Regency Cakestand 3 Tier"
    assert found["22423"].url == "/product/22423/"
    assert found["22423"].image == "/cover/22423.svg"
    assert (found["47566"].available, found["47566"].price) == (False, Decimal("5.45"))


def test_a_product_has_its_derived_category(adapter: DemoShop):
    records = {change.record.product_id: change.record for change in adapter.products("")}
    assert records["22423"].category == "Kitchen & Dining / Tea & Coffee"
    assert records["20725"].category == "Bags & Travel / Lunch & Picnic"


LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("placed", "leaves", "soonest", "latest"),
    [
        ("2011-11-21 08:00", "2011-11-22", "2011-11-24", "2011-11-28"),  # a Monday
        ("2011-11-24 23:59", "2011-11-25", "2011-11-29", "2011-12-01"),  # a Thursday
        ("2011-11-25 12:00", "2011-11-28", "2011-11-30", "2011-12-02"),  # a Friday
        ("2011-11-26 12:00", "2011-11-29", "2011-12-01", "2011-12-05"),  # a Saturday: prepared on Monday
        ("2011-11-27 12:00", "2011-11-29", "2011-12-01", "2011-12-05"),
    ],
)
def test_an_order_travels_on_working_days(placed: str, leaves: str, soonest: str, latest: str):
    way = journey(datetime.fromisoformat(placed).replace(tzinfo=LONDON))
    assert [str(day) for day in (way.leaves, way.expected_from, way.expected_by)] == [leaves, soonest, latest]


@given(st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)))
def test_a_way_is_two_to_four_working_days_long_and_ends_on_one(placed: datetime):
    way = journey(placed.replace(tzinfo=LONDON))
    days = [way.leaves, way.expected_from, way.expected_by]
    assert days == sorted(set(days))
    assert all(day.weekday() < 5 for day in days)
    between = [way.leaves + timedelta(days=n) for n in range(1, (way.expected_by - way.leaves).days + 1)]
    assert sum(day.weekday() < 5 for day in between) == 4
    assert placed.date() < way.leaves <= placed.date() + timedelta(days=3)


def test_an_orders_state_follows_from_the_shops_clock(adapter: DemoShop):
    order = place_order(customer_number="17850", units={"22423": 2})
    way = journey(order.placed_at)
    seen = []
    for day in range(12):
        Opening.objects.update(log_ended_at=order.placed_at + timedelta(days=day), opened_at=timezone.now())
        [told] = adapter.orders("17850", order_id=order.number)
        seen.append(told.state)
        assert (told.expected_from, told.expected_by) == (way.expected_from, way.expected_by)
    assert list(dict.fromkeys(seen)) == ["preparing", "dispatched", "delivered"]
    assert seen.count("preparing") == (way.leaves - order.placed_at.astimezone(LONDON).date()).days


def test_what_came_back_is_told_from_the_ledger(adapter: DemoShop):
    told = {order.order_id: order for order in adapter.orders("17850")}
    assert list(told) == ["536372", "536365"]
    assert (told["536372"].state, told["536365"].state) == ("returned", "partly_returned")
    assert told["536365"].url == "/account/orders/536365/"
    assert told["536365"].total == Decimal("51.15")
    assert [(i.product_id, i.title, i.units, i.value, i.returned) for i in told["536365"].items] == [
        ("85123A", "White Hanging Heart T-Light Holder", 8, Decimal("20.40"), 1),
        ("22423", "Regency Cakestand 3 Tier", 1, Decimal("12.75"), 0),
    ]


def test_nobody_sees_anothers_order(adapter: DemoShop):
    numbers = {"17850": {"536365", "536372"}, "13047": {"536370", "536376"}}
    every = {*numbers["17850"], *numbers["13047"], "536371", "536377", "none", ""}  # two of guests
    for customer in (*numbers, "nobody", ""):
        own = numbers.get(customer, set())
        assert {order.order_id for order in adapter.orders(customer)} == own
        for number in every:
            found = adapter.orders(customer, order_id=number)
            assert [order.order_id for order in found] == ([number] if number in own else [])


def test_orders_cost_four_queries_however_many(adapter: DemoShop, django_assert_num_queries):
    for _ in range(6):
        place_order(customer_number="17850", units={"22423": 1, "47566": 1})
    with django_assert_num_queries(4):
        assert len(adapter.orders("17850", limit=7)) == 7


def in_shop(number: str = "") -> HttpRequest:
    request = RequestFactory().post("/")
    request.session = SessionStore()
    if number:
        request.session["customer"] = [number, "Ann"]
    return request


def test_the_cart_changes_as_on_the_shops_own_pages(
    shop, django_capture_on_commit_callbacks, django_assert_num_queries
):
    adapter, request = get_adapter("default"), in_shop("17850")
    Product.objects.filter(sku="22423").update(stock=3)
    with django_capture_on_commit_callbacks(execute=True):
        assert adapter.change_cart(request, {"22423": 5, "47566": 2, "none": 1}) == {"22423": 3, "47566": 2}
        assert adapter.change_cart(request, {"47566": 0, "22423": 3}) == {"47566": 0, "22423": 3}
    with django_assert_num_queries(1):
        [line] = adapter.cart(request)
    assert (line.product_id, line.title, line.units, line.price) == (
        "22423", "Regency Cakestand 3 Tier", 3, Decimal("12.75"),
    )  # fmt: skip
    told = Event.objects.filter(type__in=(EventType.ADD_TO_CART, EventType.REMOVE_FROM_CART)).order_by("id")
    assert list(told.values_list("type", "product__external_id", "quantity", "customer__external_id")) == [
        (EventType.ADD_TO_CART, "22423", 3, "17850"),
        (EventType.ADD_TO_CART, "47566", 2, "17850"),
        (EventType.REMOVE_FROM_CART, "47566", 2, "17850"),
    ]
    assert len(set(told.values_list("session", flat=True))) == 1


def test_carts_do_not_mix(shop):
    adapter, ann, guest = get_adapter("default"), in_shop("17850"), in_shop()
    adapter.change_cart(ann, {"22423": 1})
    adapter.change_cart(guest, {"47566": 2})
    assert [(item.product_id, item.units) for item in adapter.cart(ann)] == [("22423", 1)]
    assert [(item.product_id, item.units) for item in adapter.cart(guest)] == [("47566", 2)]


def test_the_clock_of_the_shop_goes_on_from_its_log(adapter: DemoShop, django_assert_num_queries):
    with django_assert_num_queries(1):
        now = adapter.now()
    assert Opening.objects.get().log_ended_at <= now < Opening.objects.get().log_ended_at + timedelta(hours=1)


def test_a_second_sync_takes_nothing(shop):
    before = Event.objects.count()
    assert before == 15
    assert shop.store.orders.count() == 6
    sync_store(store=shop.store)
    assert Event.objects.count() == before


def test_an_order_is_known_at_once_and_only_once(shop, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        order = place_order(customer_number="17850", units={"22423": 2, "47566": 1})
    live = Event.objects.filter(order__ref=order.number)
    assert sorted(live.values_list("product__external_id", "quantity", "customer__external_id")) == [
        ("22423", 2, "17850"),
        ("47566", 1, "17850"),
    ]
    result = sync_store(store=shop.store)
    assert (result["events"]["accepted"], result["events"]["duplicates"]) == (0, 2)
    assert result["events"]["rejected"] == 0


def test_a_listener_that_fails_does_not_reach_the_shopper(shop, django_capture_on_commit_callbacks):
    def fail(**event: object) -> None:
        raise RuntimeError("no")

    events_happened.connect(fail)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            order = place_order(customer_number="17850", units={"22423": 1})
    finally:
        events_happened.disconnect(fail)
    assert Event.objects.filter(order__ref=order.number, type=EventType.PURCHASE).exists()


def test_the_adapter_of_the_settings_is_this_one():
    assert isinstance(get_adapter("default"), DemoShop)
    assert get_adapter("default").check() == []
