"""Customers and products as the shop tells them, mirrored by COPY and one upsert that touches only what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from loyalty_ai.shop.adapters.base import CustomerRecord, ProductRecord, Rejected
from loyalty_ai.shop.copying import copy_rows, fetch, run
from loyalty_ai.shop.models import Customer, Product, Store
from loyalty_ai.shop.rejection import customer_problem, keep_rejected, product_problem, rejection, unreadable
from loyalty_ai.shop.suppression import erased_customers, hold_off_erasure

BATCH = 10_000


@dataclass
class UpsertResult:
    """Counts of what became of the records."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    erased: int = 0

    def counts(self) -> dict[str, int]:
        return dict(vars(self))


def upsert_customers(
    *, store: Store, source: str, records: Iterable[CustomerRecord | Rejected], now: datetime
) -> UpsertResult:
    """Add or update customers; erased ones are skipped. A user, a joining date or a region once known is not forgotten.

    A user belongs to one customer of a store: the record that claims one last has it, an unknown user is left out.
    """
    result, records = UpsertResult(), iter(records)
    while batch := list(islice(records, BATCH)):
        with transaction.atomic():
            hold_off_erasure(store)
            rows = _accepted(store, source, batch, customer_problem, _customer_row, result)
            erased = erased_customers(store=store, external_ids=rows)
            result.erased += len(erased)
            rows = {key: row for key, row in rows.items() if key not in erased}
            if rows:
                _write_customers(store, list(rows.values()), now, result)
    return result


def upsert_products(
    *, store: Store, source: str, records: Iterable[ProductRecord | Rejected], now: datetime
) -> UpsertResult:
    """Add or update products; one that the shop withdrew keeps its events and gets `withdrawn_at`, until it comes back.

    Longer texts are cut to what the mirror keeps; an address or an image link that is too long is left out.
    """
    result, records = UpsertResult(), iter(records)
    while batch := list(islice(records, BATCH)):
        with transaction.atomic():
            rows = _accepted(store, source, batch, product_problem, _product_row, result)
            if rows:
                _write_products(store, list(rows.values()), now, result)
    return result


def _accepted(store: Store, source: str, batch: list, problem_of, row_of, result: UpsertResult) -> dict[str, Sequence]:
    """Rows by their id, the last one of an id; the rest is listed as rejected."""
    rows, rejected = {}, []
    for record in batch:
        if isinstance(record, Rejected):
            rejected.append(record)
            continue
        problem = problem_of(record)
        row = None if problem else row_of(record)
        if problem is None and any(isinstance(value, str) and unreadable(value) for value in row):
            problem = "unreadable_text", {}
        if problem is not None:
            identity = getattr(record, "customer_id", None) or getattr(record, "product_id", None)
            rejected.append(rejection(record, f"{source}:{identity}", problem[0], **problem[1]))
        else:
            rows.pop(row[0], None)
            rows[row[0]] = row
    result.rejected += keep_rejected(store=store, source=source, rejected=rejected)
    return rows


def _customer_row(record: CustomerRecord) -> tuple[Any, ...]:
    user = None if record.user_id is None else str(record.user_id)
    return record.customer_id, user, record.joined_at, record.region


def _write_customers(store: Store, rows: Iterable[Sequence], now: datetime, result: UpsertResult) -> None:
    user = Customer._meta.get_field("user").remote_field.model
    users, key = user._meta.db_table, user._meta.pk.column
    copy_rows(
        "loyalty_incoming_customer",
        {"n": "=serial", "external_id": "text", "user_key": "text", "joined_at": "timestamptz", "region": "text"},
        rows,
    )
    run(
        """
        UPDATE loyalty_ai_customer c SET user_id = NULL FROM loyalty_incoming_customer i
        WHERE c.store_id = %s AND c.user_id::text = i.user_key AND c.external_id <> i.external_id
        """,
        store.pk,
    )
    written = fetch(
        f"""
        INSERT INTO loyalty_ai_customer AS c (store_id, external_id, user_id, joined_at, region, created_at)
        SELECT %s, i.external_id, u."{key}", i.joined_at, i.region, %s
        FROM (
            SELECT *, row_number() OVER (PARTITION BY user_key ORDER BY n DESC) = 1 AS claims
            FROM loyalty_incoming_customer
        ) i
        LEFT JOIN "{users}" u ON i.claims AND u."{key}"::text = i.user_key
        ORDER BY i.external_id
        ON CONFLICT (store_id, external_id) DO UPDATE SET
            user_id = COALESCE(EXCLUDED.user_id, c.user_id), joined_at = COALESCE(EXCLUDED.joined_at, c.joined_at),
            region = COALESCE(NULLIF(EXCLUDED.region, ''), c.region)
        WHERE (c.user_id, c.joined_at, c.region) IS DISTINCT FROM (
            COALESCE(EXCLUDED.user_id, c.user_id), COALESCE(EXCLUDED.joined_at, c.joined_at),
            COALESCE(NULLIF(EXCLUDED.region, ''), c.region)
        )
        RETURNING (c.xmax = 0)
        """,  # noqa: S608
        store.pk,
        now,
    )
    _count(written, fetch("SELECT count(*) FROM loyalty_incoming_customer")[0][0], result)


PRODUCT_COLUMNS = {
    "external_id": "text",
    "title": "text",
    "description": "text",
    "category": "text",
    "brand": "text",
    "price": "numeric(14, 2)",
    "currency": "text",
    "available": "boolean",
    "url": "text",
    "image": "text",
    "withdrawn": "boolean",
}


def _product_row(record: ProductRecord) -> tuple[Any, ...]:
    limits = {name: Product._meta.get_field(name).max_length for name in ("title", "category", "brand", "url", "image")}
    return (
        record.product_id,
        record.title[: limits["title"]],
        record.description,
        record.category[: limits["category"]],
        record.brand[: limits["brand"]],
        record.price,
        record.currency[:3],
        record.available,
        record.url if len(record.url) <= limits["url"] else "",
        record.image if len(record.image) <= limits["image"] else "",
        record.withdrawn,
    )


def _write_products(store: Store, rows: Iterable[Sequence], now: datetime, result: UpsertResult) -> None:
    copy_rows("loyalty_incoming_product", PRODUCT_COLUMNS, rows)
    columns = [name for name in PRODUCT_COLUMNS if name not in ("external_id", "withdrawn")]
    mirrored = ", ".join(columns)
    before, after = (", ".join(f"{table}.{name}" for name in columns) for table in ("p", "EXCLUDED"))
    written = fetch(
        f"""
        INSERT INTO loyalty_ai_product AS p (store_id, external_id, {mirrored}, withdrawn_at, updated_at)
        SELECT %s, external_id, {mirrored}, CASE WHEN withdrawn THEN %s END, %s
        FROM loyalty_incoming_product ORDER BY external_id
        ON CONFLICT (store_id, external_id) DO UPDATE SET
            ({mirrored}) = ROW ({after}), updated_at = EXCLUDED.updated_at,
            withdrawn_at = CASE WHEN EXCLUDED.withdrawn_at IS NOT NULL THEN COALESCE(p.withdrawn_at, EXCLUDED.withdrawn_at) END
        WHERE ({before}, p.withdrawn_at IS NULL) IS DISTINCT FROM ({after}, EXCLUDED.withdrawn_at IS NULL)
        RETURNING (p.xmax = 0)
        """,  # noqa: S608
        store.pk,
        now,
        now,
    )
    _count(written, fetch("SELECT count(*) FROM loyalty_incoming_product")[0][0], result)


def _count(written: list[tuple[bool]], given: int, result: UpsertResult) -> None:
    created = sum(row[0] for row in written)
    result.created += created
    result.updated += len(written) - created
    result.unchanged += given - len(written)
