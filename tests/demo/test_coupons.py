"""The demo's coupons: one customer's, one order's, in time; and what they take off is what the log says was spent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from loyalty_ai.conf import get_adapter
from loyalty_ai.shop.models import Event
from shop_demo.coupons import CouponRefused, find_coupon, give_coupon
from shop_demo.models import Coupon, Opening, Order, Product
from shop_demo.orders import place_order

ANN, BEN = "17850", "13047"


@pytest.fixture
def coupon(shop) -> Coupon:
    until = Opening.objects.get().now() + timedelta(days=14)
    return give_coupon(customer_number=ANN, percent=10, until=until, key="back-1")


@pytest.fixture
def product(shop) -> Product:
    return Product.objects.filter(stock__gt=3).order_by("id").first()


def test_the_adapter_gives_the_same_coupon_for_the_same_key(coupon):
    adapter = get_adapter("default")
    until = coupon.valid_until
    assert adapter.has_coupons
    assert adapter.coupon(ANN, percent=10, until=until, key="back-1") == coupon.code
    assert adapter.coupon(ANN, percent=10, until=until, key="back-2") != coupon.code


def test_an_order_with_it_costs_less_and_uses_it_up(coupon, product, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        order = place_order(customer_number=ANN, units={product.sku: 2}, coupon=coupon.code.lower())
    value = 2 * (product.price * 9 / 10).quantize(Decimal("0.001"))
    assert order.total == value.quantize(Decimal("0.01"))
    assert Event.objects.get(order__ref=order.number).value == value
    with pytest.raises(CouponRefused, match="used"):
        place_order(customer_number=ANN, units={product.sku: 1}, coupon=coupon.code)
    assert Order.objects.filter(coupon=coupon).count() == 1


@pytest.mark.parametrize("who", [BEN, None])
def test_it_is_nobody_elses(coupon, who):
    with pytest.raises(CouponRefused, match="not yours"):
        find_coupon(coupon.code, customer_number=who)


def test_it_runs_out_by_the_shops_clock(coupon):
    Coupon.objects.update(valid_until=Opening.objects.get().now() - timedelta(seconds=1))
    with pytest.raises(CouponRefused, match="run out"):
        find_coupon(coupon.code, customer_number=ANN)


def test_the_checkout_shows_what_it_saves_and_takes_it(coupon, product):
    client = Client()
    client.login(username="ann", password="come-back-soon")
    client.post(reverse("add_to_cart"), {"sku": product.sku, "units": 2})
    assert "not yours" in client.get(reverse("checkout"), {"coupon": "NONE"}).content.decode()
    page = client.get(reverse("checkout"), {"coupon": coupon.code}).content.decode()
    assert f"Coupon {coupon.code}, 10 %" in page
    response = client.post(reverse("checkout"), {"coupon": coupon.code})
    coupon.refresh_from_db()
    assert response["Location"] == reverse("thanks", args=[coupon.order.number])
    assert coupon.order.total < 2 * product.price


def test_a_coupon_that_ran_out_meanwhile_places_no_order(coupon, product):
    client, before = Client(), Order.objects.count()
    client.login(username="ann", password="come-back-soon")
    client.post(reverse("add_to_cart"), {"sku": product.sku})
    Coupon.objects.update(valid_until=Opening.objects.get().now() - timedelta(days=1))
    assert client.post(reverse("checkout"), {"coupon": coupon.code})["Location"] == reverse("checkout")
    assert Order.objects.count() == before
