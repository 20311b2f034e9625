"""The demo shop as loyalty_ai sees it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from loyalty_ai.shop.adapters.base import (
    CartItem,
    Change,
    CustomerRecord,
    EventRecord,
    LiveProduct,
    OrderedItem,
    OrderRecord,
    ProductRecord,
    ShopAdapter,
)
from shop_demo.accounts import customer_number
from shop_demo.cart import change_units, read_cart
from shop_demo.coupons import give_coupon
from shop_demo.delivery import journey
from shop_demo.models import Customer, Kind, Opening, OrderLine, Product, RefundLine
from shop_demo.retail_log import LOG
from shop_demo.shelves import category_path
from shop_demo.signals import events_happened

if TYPE_CHECKING:
    from shop_demo.orders import OrderView

SPENT_ON_GOODS = (Kind.GOODS, Kind.MANUAL, Kind.DISCOUNT)
"""Lines that change what a customer spent on goods. Postage, fees and vouchers are the shop's own business."""

CHUNK = 10_000

COUNTRIES = {
    "United Kingdom": "GB", "Germany": "DE", "France": "FR", "EIRE": "IE", "Spain": "ES", "Netherlands": "NL",
    "Belgium": "BE", "Switzerland": "CH", "Portugal": "PT", "Australia": "AU", "Norway": "NO", "Italy": "IT",
    "Finland": "FI", "Cyprus": "CY", "Sweden": "SE", "Austria": "AT", "Denmark": "DK", "Japan": "JP", "Poland": "PL",
    "Israel": "IL", "USA": "US", "Hong Kong": "HK", "Singapore": "SG", "Iceland": "IS", "Canada": "CA", "Greece": "GR",
    "Malta": "MT", "United Arab Emirates": "AE", "RSA": "ZA", "Lebanon": "LB", "Lithuania": "LT", "Brazil": "BR",
    "Czech Republic": "CZ", "Bahrain": "BH", "Saudi Arabia": "SA",
}  # fmt: skip
"""The log's names of countries as ISO 3166; the rest of them (Channel Islands, Unspecified, ...) are none."""


class DemoShop(ShopAdapter):
    """Reads the shop's own tables. Manual lines and discounts are events without a product."""

    live = True
    has_cart = True
    has_coupons = True

    def customers(self, since: str) -> Iterator[Change[CustomerRecord]]:
        rows = changed(Customer.objects.all(), since).values_list(
            "id", "changed_at", "number", "user_id", "joined_at", "country"
        )
        for pk, changed_at, number, user_id, joined_at, country in rows.iterator(CHUNK):
            record = CustomerRecord(number, user_id, joined_at, region=COUNTRIES.get(country, ""))
            yield Change(record, cursor_of(changed_at, pk))

    def products(self, since: str) -> Iterator[Change[ProductRecord]]:
        rows = changed(Product.objects.all(), since)
        for product in rows.iterator(CHUNK):
            record = ProductRecord(
                product_id=product.sku,
                title=product.title,
                category=category_path(product.shelf),
                price=product.price,
                currency=self.store.currency,
                available=product.stock > 0,
                url=product.get_absolute_url(),
                image=cover_address(product.sku),
            )
            yield Change(record, cursor_of(product.changed_at, product.pk))

    def events(self, since: str) -> Iterator[Change[EventRecord]]:
        """Purchases and refunds in one stream, by time; the cursor holds the last line of each kind."""
        line, refund = _positions(since)
        for kind, at, record in heapq.merge(_purchases(line), _refunds(refund), key=_time):
            if kind == "line":
                line = at
            else:
                refund = at
            yield Change(record, f"{line}.{refund}")

    def count(self, stream: str, since: str) -> int:
        if stream == "events":
            line, refund = _positions(since)
            return _lines(OrderLine, line).count() + _lines(RefundLine, refund).count()
        return changed(Customer.objects.all() if stream == "customers" else Product.objects.all(), since).count()

    def resolve(self, product_ids: Iterable[str]) -> Mapping[str, LiveProduct]:
        rows = Product.objects.filter(sku__in=list(product_ids)).values_list("sku", "title", "price", "stock")
        address, cover = reverse("product", args=["SKU"]), cover_address("SKU")
        return {
            sku: LiveProduct(
                sku,
                title,
                price,
                self.store.currency,
                stock > 0,
                address.replace("SKU", sku),
                cover.replace("SKU", sku),
            )
            for sku, title, price, stock in rows
        }

    def customer_id(self, request: HttpRequest) -> str | None:
        return customer_number(request)

    def now(self) -> datetime:
        opening = Opening.objects.first()
        return opening.now() if opening else super().now()

    def orders(self, customer_id: str, *, limit: int = 20, order_id: str | None = None) -> list[OrderRecord]:
        """From the shop's own ledger, in four queries however many they are."""
        from shop_demo.orders import orders_of, view_order, with_lines

        found = orders_of(customer_id)
        if order_id is not None:
            found = found.filter(number__iexact=order_id)
        now = self.now()
        return [order_record(view_order(order), now, self.store.currency) for order in with_lines(found)[:limit]]

    def cart(self, request: HttpRequest) -> list[CartItem]:
        return [
            CartItem(line.product.sku, line.product.title, line.units, line.product.price)
            for line in read_cart(request).lines
        ]

    def change_cart(self, request: HttpRequest, units: Mapping[str, int]) -> dict[str, int]:
        products = Product.objects.in_bulk(list(units), field_name="sku")
        return {sku: change_units(request, products[sku], count) for sku, count in units.items() if sku in products}

    def coupon(self, customer_id: str, *, percent: int, until: datetime, key: str) -> str:
        return give_coupon(customer_number=customer_id, percent=percent, until=until, key=key).code

    def connect(self, record: Callable[..., None]) -> None:
        def take(**event: Any) -> None:
            record(*event["records"])

        events_happened.connect(take, weak=False, dispatch_uid=f"shop_demo.adapter.{self.store.slug}")

    def check(self) -> list[str]:
        return [] if LOG.exists() else [f"The demo's data {LOG} is missing; manage.py build_demo_data writes it."]


def purchase(line: OrderLine) -> EventRecord:
    """The event of one line just sold, the same that `DemoShop.events` will stream."""
    order = line.order
    return EventRecord(
        key=f"{order.number}/{line.code}/{line.ordinal}",
        type="purchase",
        occurred_at=order.placed_at,
        customer_id=order.customer.number if order.customer else None,
        product_id=line.product.sku if line.product else None,
        order_id=order.number,
        quantity=line.quantity,
        value=line.value,
    )


def order_record(order: OrderView, now: datetime, currency: str) -> OrderRecord:
    """An order as the assistant may tell it: its goods, and where it is by the shop's own rule."""
    goods = [line for line in order.lines if line.product]
    way = journey(order.placed_at)
    state = way.state(now)
    if any(line.returned for line in goods):
        state = "returned" if all(line.returned >= line.units for line in goods) else "partly_returned"
    return OrderRecord(
        order.number,
        order.placed_at,
        state,
        order.total,
        currency,
        tuple(
            OrderedItem(line.product.sku, line.title, line.units, line.value, line.returned, line.refunded)
            for line in goods
        ),
        way.expected_from,
        way.expected_by,
        reverse("order", args=[order.number]),
    )


def cover_address(sku: str) -> str:
    """Where the drawn picture of a product is."""
    return reverse("cover", args=[sku])


def changed(rows: QuerySet[Any], since: str) -> QuerySet[Any]:
    """Rows changed behind a cursor, in order of change."""
    if since:
        moment, _, pk = since.partition("|")
        at = datetime.fromisoformat(moment)
        rows = rows.filter(Q(changed_at__gt=at) | Q(changed_at=at, id__gt=int(pk)))
    return rows.order_by("changed_at", "id")


def cursor_of(changed_at: datetime, pk: int) -> str:
    return f"{changed_at.isoformat()}|{pk}"


Position = tuple[str, int, EventRecord]


def _time(position: Position) -> datetime:
    return position[2].occurred_at


def _positions(since: str) -> tuple[int, int]:
    line, _, refund = since.partition(".")
    return int(line or 0), int(refund or 0)


def _lines(model: type[Model], after: int) -> QuerySet[Any]:
    return model.objects.filter(id__gt=after, kind__in=SPENT_ON_GOODS).order_by("id")


def _purchases(after: int) -> Iterator[Position]:
    rows = _lines(OrderLine, after).values_list(
        "id",
        "order__number",
        "code",
        "ordinal",
        "order__placed_at",
        "order__customer__number",
        "product__sku",
        "quantity",
        "unit_price",
    )
    for pk, number, code, ordinal, placed_at, customer, sku, quantity, price in rows.iterator(CHUNK):
        key = f"{number}/{code}/{ordinal}"
        yield (
            "line",
            pk,
            EventRecord(key, "purchase", placed_at, customer, sku, number, quantity, quantity * price),
        )


def _refunds(after: int) -> Iterator[Position]:
    rows = _lines(RefundLine, after).values_list(
        "id",
        "refund__number",
        "code",
        "ordinal",
        "part",
        "refund__placed_at",
        "refund__customer__number",
        "product__sku",
        "order_line__order__number",
        "quantity",
        "unit_price",
    )
    for pk, number, code, ordinal, part, placed_at, customer, sku, order, quantity, price in rows.iterator(CHUNK):
        key = f"{number}/{code}/{ordinal}/{part}"
        yield (
            "refund",
            pk,
            EventRecord(key, "refund", placed_at, customer, sku, order, quantity, quantity * price),
        )
