"""What others ask about the shop."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from loyalty_ai.shop.adapters.base import LiveProduct, OrderedItem, OrderRecord
from loyalty_ai.shop.models import Customer, Event, EventType, Order, Product, RejectedRow, Store
from loyalty_ai.shop.wishes import muted_sql


def data_until(store: Store) -> datetime:
    """The cutoff that takes in all the store has: one second after its latest event; without events, when it was made."""
    latest = Event.objects.filter(store=store).aggregate(latest=Max("occurred_at"))["latest"]
    return store.created_at if latest is None else latest + timedelta(seconds=1)


def orders_with(*, store_slug: str, product_ids: Iterable[str], since: datetime) -> dict[str, int]:
    """How many orders since then hold each product, by the shop's id; products that none holds are missing. One query."""
    bought = Event.objects.filter(
        store__slug=store_slug,
        type=EventType.PURCHASE,
        product__external_id__in=list(product_ids),
        occurred_at__gte=since,
    )
    counted = bought.values_list("product__external_id").annotate(orders=Count("order", distinct=True))
    return {product_id: orders for product_id, orders in counted if orders}


def mirrored_products(*, store_slug: str, product_ids: Iterable[str]) -> dict[str, LiveProduct]:
    """Price, stock, link and image as last synced, by the shop's product id, in one query; withdrawn products are missing."""
    products = Product.objects.filter(
        store__slug=store_slug, external_id__in=list(product_ids), withdrawn_at__isnull=True
    ).values_list("external_id", "title", "price", "currency", "available", "url", "image")
    return {values[0]: LiveProduct(*values) for values in products}


def mirrored_orders(
    *, store_slug: str, customer_id: str, limit: int = 20, order_id: str | None = None
) -> list[OrderRecord]:
    """The person's orders from the event log, latest first, in two queries; guests merged into the account count."""
    orders = Order.objects.filter(store__slug=store_slug, customer__in=person_of(store_slug, customer_id)).order_by(
        "-placed_at", "-pk"
    )
    if order_id is not None:
        orders = orders.filter(ref__iexact=order_id)
    rows = list(orders[:limit])
    lines: dict[int, dict[str, OrderedItem]] = {}
    events = Event.objects.filter(
        order__in=rows, type__in=(EventType.PURCHASE, EventType.REFUND), product__isnull=False
    )
    for order, product_id, title, kind, quantity, value in events.order_by("pk").values_list(
        "order", "product__external_id", "product__title", "type", "quantity", "value"
    ):
        known = lines.setdefault(order, {}).get(product_id) or OrderedItem(product_id, title, 0, Decimal(0))
        if kind == EventType.PURCHASE:
            known = replace(known, units=known.units + quantity, value=known.value + value)
        else:
            known = replace(known, returned=known.returned + quantity, refunded=known.refunded + value)
        lines[order][product_id] = known
    return [
        OrderRecord(
            order.ref,
            order.placed_at,
            _state(order, lines.get(order.pk, {})),
            order.goods - order.discount + order.shipping + order.tax,
            order.currency,
            tuple(lines.get(order.pk, {}).values()),
        )
        for order in rows
    ]


def person_of(store_slug: str, customer_id: str) -> QuerySet[Customer, int]:
    """The keys of the person whom the shop knows by this id: the account and the guests merged into it; to be used in a query."""
    account = Customer.objects.filter(store__slug=store_slug, external_id=customer_id).annotate(
        account=Coalesce("alias_of", "id")
    )
    return Customer.objects.filter(
        Q(pk__in=account.values("account")) | Q(alias_of__in=account.values("account"))
    ).values_list("pk", flat=True)


def muted_products(*, store_slug: str, customer_id: str, product_ids: Iterable[str]) -> set[str]:
    """Which of these products the person asked not to see, themselves or by category or brand, in one query."""
    statement = f"""
        SELECT p.external_id FROM loyalty_ai_product p JOIN loyalty_ai_store s ON s.id = p.store_id
        WHERE s.slug = %s AND p.external_id = ANY(%s) AND EXISTS (
            SELECT FROM loyalty_ai_customer asked
            JOIN loyalty_ai_customer c
                ON c.id = COALESCE(asked.alias_of_id, asked.id) OR c.alias_of_id = COALESCE(asked.alias_of_id, asked.id)
            JOIN loyalty_ai_mute m ON m.customer_id = c.id
            WHERE asked.store_id = s.id AND asked.external_id = %s AND {muted_sql("m", "p")}
        )
    """  # noqa: S608 (constants)
    with connection.cursor() as cursor:
        cursor.execute(statement, [store_slug, list(product_ids), customer_id])
        return {product_id for (product_id,) in cursor.fetchall()}


def _state(order: Order, lines: dict[str, OrderedItem]) -> str:
    if order.status == Order.Status.CANCELLED:
        return "cancelled"
    if order.status == Order.Status.REFUNDED or (lines and all(line.returned >= line.units for line in lines.values())):
        return "returned"
    return "partly_returned" if any(line.returned for line in lines.values()) else "placed"


def rejected_rows(*, store: Store, source: str | None = None) -> QuerySet[RejectedRow]:
    """What ingest did not take, newest first."""
    rows = RejectedRow.objects.filter(store=store).order_by("-pk")
    return rows if source is None else rows.filter(source=source)


def store_counts(*, store: Store) -> dict[str, int]:
    """How many rows of each kind the store has."""
    return {
        "customers": Customer.objects.filter(store=store).count(),
        "products": Product.objects.filter(store=store).count(),
        "orders": Order.objects.filter(store=store).count(),
        "events": Event.objects.filter(store=store).count(),
        "rejected_rows": RejectedRow.objects.filter(store=store).count(),
    }


def rejected_table(rows: QuerySet[RejectedRow]) -> Iterator[list[str]]:
    """A header and one line a rejected row, for a CSV file to download, mend and send again."""
    yield ["where", "code", "reason", "record", "rejected"]
    for row in rows.iterator():
        record = json.dumps(row.raw, ensure_ascii=False)
        yield [_harmless(row.location), row.code, _harmless(row.reason), record, row.created_at.isoformat()]


def _harmless(text: str) -> str:
    """A spreadsheet runs what starts like a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
