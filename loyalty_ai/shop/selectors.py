"""What others ask about the shop."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from loyalty_ai.shop.adapters.base import LiveProduct
from loyalty_ai.shop.models import Customer, Event, Order, Product, RejectedRow, Store


def data_until(store: Store) -> datetime:
    """The cutoff that takes in all the store has: one second after its latest event; without events, when it was made."""
    latest = Event.objects.filter(store=store).aggregate(latest=Max("occurred_at"))["latest"]
    return store.created_at if latest is None else latest + timedelta(seconds=1)


def mirrored_products(*, store_slug: str, product_ids: Iterable[str]) -> dict[str, LiveProduct]:
    """Price, stock, link and image as last synced, by the shop's product id, in one query; withdrawn products are missing."""
    products = Product.objects.filter(
        store__slug=store_slug, external_id__in=list(product_ids), withdrawn_at__isnull=True
    ).values_list("external_id", "title", "price", "currency", "available", "url", "image")
    return {values[0]: LiveProduct(*values) for values in products}


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
