"""The shop's rows in the admin: what has no order is listed, the past is kept, a changed price is told."""

from __future__ import annotations

import pytest
from django.urls import reverse

from shop_demo.models import Order, Product

pytestmark = pytest.mark.django_db


def test_refunds_without_an_order_are_listed(shop, admin_client):
    address = reverse("admin:shop_demo_refundline_changelist")
    rows = admin_client.get(address, {"order_line__isempty": "1", "kind__exact": "1"}).context["cl"].queryset
    assert [row.refund.number for row in rows] == ["C536374"]


def test_orders_are_shown_and_kept(shop, admin_client):
    order = Order.objects.get(number="536365")
    address = reverse("admin:shop_demo_order_change", args=[order.pk])
    assert "Regency Cakestand" in admin_client.get(address).content.decode()
    assert admin_client.post(address, {"number": "1"}).status_code == 403
    assert admin_client.post(reverse("admin:shop_demo_order_delete", args=[order.pk])).status_code == 403


def test_a_changed_price_comes_with_the_next_sync(shop, admin_client):
    product = Product.objects.get(sku="22423")
    address = reverse("admin:shop_demo_product_change", args=[product.pk])
    fields = {"title": product.title, "shelf": product.shelf, "price": "13.95", "stock": product.stock}
    assert admin_client.post(address, fields).status_code == 302
    assert Product.objects.get(sku="22423").changed_at > product.changed_at
