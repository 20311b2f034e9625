"""What the demo shop tells loyalty_ai, by stream and live."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from loyalty_ai.conf import app_settings, get_adapter
from loyalty_ai.shop.models import Event, EventType
from loyalty_ai.shop.services import sync_store
from shop_demo.adapter import DemoShop
from shop_demo.loading import load_shop
from shop_demo.models import Product
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
