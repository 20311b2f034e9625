"""Placing an order, and reading what was ordered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from shop_demo.adapter import purchase
from shop_demo.coupons import find_coupon, reduced
from shop_demo.models import Customer, Kind, Opening, Order, OrderLine, Product
from shop_demo.signals import announce

CENT = Decimal("0.01")


class SoldOut(Exception):
    """The stock does not cover the order."""

    def __init__(self, products: list[Product]) -> None:
        super().__init__(", ".join(product.title for product in products))
        self.products = products


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """One product of an order, its repeated lines added up."""

    title: str
    product: Product | None
    units: int
    value: Decimal
    returned: int
    refunded: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as its customer sees it."""

    number: str
    placed_at: datetime
    total: Decimal
    lines: list[OrderedLine] = field(default_factory=list)

    @property
    def goods(self) -> list[OrderedLine]:
        return [line for line in self.lines if line.product]


@transaction.atomic
def place_order(*, customer_number: str | None, units: dict[str, int], coupon: str = "") -> Order:
    """Order these units by product code; the stock falls, and the shop says so after commit.

    Args:
        coupon: the code of a coupon of the customer's own, "" for none; it is used up by the order.

    Raises:
        CouponRefused: the coupon does not count.
        SoldOut: the stock does not cover the units.
        ValueError: nothing is ordered.
    """
    products = list(Product.objects.select_for_update().filter(sku__in=units).order_by("id"))
    if not products:
        raise ValueError("an order needs a product")
    if short := [product for product in products if product.stock < units[product.sku]]:
        raise SoldOut(short)
    found = find_coupon(coupon, customer_number=customer_number, lock=True) if coupon else None
    prices = {product.sku: reduced(product.price, found) for product in products}
    customer = Customer.objects.filter(number=customer_number).first() if customer_number else None
    order = Order.objects.create(
        number=f"W{secrets.token_hex(5).upper()}",
        customer=customer,
        placed_at=Opening.objects.get().now(),
        total=sum(units[product.sku] * prices[product.sku] for product in products).quantize(CENT),
    )
    if found is not None:
        found.order = order
        found.save(update_fields=["order"])
    now = timezone.now()
    for product in products:
        product.stock -= units[product.sku]
        product.changed_at = now
    Product.objects.bulk_update(products, ["stock", "changed_at"])
    lines = [
        OrderLine(
            order=order, product=product, code=product.sku, quantity=units[product.sku], unit_price=prices[product.sku]
        )
        for product in products
    ]
    announce(*(purchase(line) for line in OrderLine.objects.bulk_create(lines)))
    return order


def orders_of(customer_number: str) -> QuerySet[Order]:
    """The orders of a customer, the latest first."""
    return Order.objects.filter(customer__number=customer_number).order_by("-placed_at", "-id")


def with_lines(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders with their lines, products and refunds, in four queries however many they are."""
    lines = OrderLine.objects.select_related("product").prefetch_related("refunds").order_by("id")
    return orders.prefetch_related(Prefetch("lines", queryset=lines))


def view_order(order: Order) -> OrderView:
    """An order with repeated lines of one product added up; needs `with_lines`."""
    added: dict[str, OrderedLine] = {}
    for line in order.lines.all():
        name = line.product.title if line.product else str(Kind(line.kind).label).capitalize()
        known, refunds = added.get(line.code) or OrderedLine(name, line.product, 0, Decimal(0), 0), line.refunds.all()
        added[line.code] = OrderedLine(
            known.title,
            known.product,
            known.units + line.quantity,
            known.value + line.value,
            known.returned + sum(refund.quantity for refund in refunds),
            known.refunded + sum((refund.value for refund in refunds), Decimal(0)),
        )
    return OrderView(order.number, order.placed_at, order.total, list(added.values()))
