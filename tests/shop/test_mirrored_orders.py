"""What a shop that is remote tells of orders: the event log, and only a person's own part of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.conf import get_adapter
from loyalty_ai.shop.models import Customer, Order
from tests.fakes import NOON, make_customer, make_product, record_purchase, record_refund


def test_an_orders_lines_state_and_total(store, shop):
    ann = make_customer(store, "ann")
    mug, tin = make_product(store, "mug", title="Mug"), make_product(store, "tin", title="Tin")
    order = record_purchase(ann, mug, tin, value="6.00", quantity=3, ref="A-1")
    Order.objects.filter(pk=order.pk).update(shipping=Decimal("2.50"))
    [told] = shop.orders("ann")
    assert (told.order_id, told.state, told.total, told.currency) == ("A-1", "placed", Decimal("14.50"), "GBP")
    assert [(i.product_id, i.title, i.units, i.value, i.returned) for i in told.items] == [
        ("mug", "Mug", 3, Decimal("6.00"), 0),
        ("tin", "Tin", 3, Decimal("6.00"), 0),
    ]
    record_refund(order, mug, quantity=1)
    assert shop.orders("ann")[0].state == "partly_returned"
    record_refund(order, mug, quantity=2)
    record_refund(order, tin, quantity=3)
    assert shop.orders("ann")[0].state == "returned"
    Order.objects.filter(pk=order.pk).update(status=Order.Status.CANCELLED)
    assert shop.orders("ann")[0].state == "cancelled"


def test_a_merged_guests_orders_are_the_persons_own(store, shop):
    ann = make_customer(store, "ann")
    guest = make_customer(store, "guest", alias_of=ann)
    record_purchase(ann, ref="A-1", at=NOON)
    record_purchase(guest, ref="A-2", at=NOON + timedelta(days=1))
    assert [order.order_id for order in shop.orders("ann")] == ["A-2", "A-1"]
    assert [order.order_id for order in shop.orders("ann", order_id="a-1")] == ["A-1"]


def test_orders_cost_two_queries_however_many(store, shop, django_assert_num_queries):
    ann, mug = make_customer(store, "ann"), make_product(store, "mug")
    for day in range(9):
        record_purchase(ann, mug, at=NOON + timedelta(days=day))
    with django_assert_num_queries(2):
        assert len(shop.orders("ann", limit=8)) == 8


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    owners=st.lists(st.sampled_from(["ann", "bob", None]), max_size=8),
    asks=st.sampled_from(["ann", "bob", "cid", "", "ann'; --", "%", "ann,bob"]),
    number=st.sampled_from(["R0", "r1", "R2", "R5", "%", "", None]),
)
def test_nobody_sees_anothers_order(store, shop, owners, asks, number):
    Order.objects.all().delete()
    for place, owner in enumerate(owners):
        customer = Customer.objects.get_or_create(store=store, external_id=owner)[0] if owner else None
        record_purchase(customer, ref=f"R{place}", store=store)
    own = {f"R{place}" for place, owner in enumerate(owners) if owner == asks}
    wanted = own if number is None else {ref for ref in own if ref.lower() == number.lower()}
    assert {order.order_id for order in shop.orders(asks, order_id=number)} == wanted


def test_another_stores_customer_of_the_same_id_is_somebody_else(store, shop):
    from tests.fakes import make_store

    record_purchase(make_customer(make_store("other"), "ann"), ref="X-1")
    make_customer(store, "ann")
    assert shop.orders("ann") == []


@pytest.mark.parametrize(
    "remote", ["loyalty_ai.shop.adapters.saleor.SaleorShop", "loyalty_ai.shop.adapters.files.FileShop"]
)
def test_saleor_and_files_answer_from_the_mirror_and_have_no_cart(store, settings, remote):
    options = {"url": "https://shop.example/graphql/", "token": "t", "channel": "c"} if "saleor" in remote else {}
    entry = {"ADAPTER": remote, "CURRENCY": "GBP", "OPTIONS": options}
    settings.LOYALTY_AI = {"STORES": {"default": entry}}
    adapter = get_adapter("default")
    record_purchase(make_customer(store, "ann"), ref="A-1")
    assert [order.order_id for order in adapter.orders("ann")] == ["A-1"]
    assert not adapter.has_cart
