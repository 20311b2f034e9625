"""The shop filled from a log, once."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shop_demo.loading import load_shop
from shop_demo.models import Customer, Kind, Opening, Order, OrderLine, Product, Refund, RefundLine

pytestmark = pytest.mark.django_db

TABLES = (Opening, Customer, Product, Order, OrderLine, Refund, RefundLine)


def test_loading_twice_changes_nothing(small_log):
    first = load_shop(log=small_log)
    before = [list(model.objects.order_by("id").values()) for model in TABLES]
    assert load_shop(log=small_log) == first
    assert [list(model.objects.order_by("id").values()) for model in TABLES] == before


def test_a_load_that_breaks_leaves_nothing(small_log):
    small_log.append(small_log[0]._replace(price="no price"))
    with pytest.raises(ArithmeticError):
        load_shop(log=small_log)
    assert [model.objects.count() for model in TABLES] == [0] * len(TABLES)


def test_orders_are_the_logs(small_log):
    load_shop(log=small_log)
    order = Order.objects.get(number="536365")
    assert (order.customer.number, order.total) == ("17850", Decimal("51.15"))
    assert order.placed_at == datetime(2011, 10, 1, 7, 0, tzinfo=UTC)
    lines = list(order.lines.order_by("id").values_list("code", "ordinal", "kind", "quantity"))
    assert lines == [
        ("85123A", 0, Kind.GOODS, 6),
        ("85123A", 1, Kind.GOODS, 2),
        ("22423", 0, Kind.GOODS, 1),
        ("POST", 0, Kind.POSTAGE, 1),
    ]
    assert Order.objects.get(number="536371").customer is None


def test_refunds_point_at_the_lines_they_take_from(small_log):
    load_shop(log=small_log)
    parts = RefundLine.objects.filter(refund__number="C536373").order_by("part")
    assert [(part.quantity, part.order_line.order.number, part.order_line.ordinal) for part in parts] == [
        (4, "536372", 0),
        (1, "536365", 1),
    ]
    alone = RefundLine.objects.get(refund__number="C536374")
    assert alone.order_line is None
    assert alone.product.sku == "22138"


def test_rows_after_the_load_get_ids_of_their_own(small_log):
    load_shop(log=small_log)
    customer = Customer.objects.create(number="20001", joined_at=Opening.objects.get().now())
    assert customer.pk == Customer.objects.exclude(number="20001").order_by("-id").first().pk + 1


def test_the_clock_goes_on_from_the_end_of_the_log(small_log):
    load_shop(log=small_log)
    now = Opening.objects.get().now()
    assert datetime(2011, 10, 2, 18, 0, tzinfo=UTC) <= now < datetime(2011, 10, 2, 18, 5, tzinfo=UTC)
