"""The demo shop filled from the log, once, by COPY in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models, transaction

from shop_demo.ledger import Ledger, keep_ledger
from shop_demo.models import Customer, Opening, Order, OrderLine, Product, Refund, RefundLine
from shop_demo.retail_log import Log

Progress = Callable[[str, int, int], None]

READING, WRITING = "reading the log", "writing the shop"


def load_shop(*, progress: Progress | None = None, log: Log | None = None) -> dict[str, int]:
    """Load the log where that has not been done; a second call changes nothing.

    Returns:
        What was counted: lines, orders, refunds, adjustments, customers, products and the cancellations without a purchase.
    """
    tell = progress or (lambda step, done, total: None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('shop_demo.load_shop'))")
        if opening := Opening.objects.first():
            return opening.summary
        log = log or Log()
        ledger = keep_ledger(log, progress=lambda done, total: tell(READING, done, total))
        _write(cursor, ledger, tell)
        Opening.objects.create(id=1, log_ended_at=ledger.when(log.last_minute), summary=dict(ledger.counts))
    with connection.cursor() as cursor:
        for model in (Customer, Product, Order, OrderLine, Refund, RefundLine):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    return dict(ledger.counts)


def _write(cursor: Any, ledger: Ledger, tell: Progress) -> None:
    times: dict[int, str] = {}

    def when(minute: int) -> str:
        if minute not in times:
            times[minute] = ledger.when(minute).isoformat()
        return times[minute]

    total = len(ledger.order_lines)
    changed = ledger.when(max(order.minute for order in ledger.orders.values())).isoformat()
    tell(WRITING, 0, total)
    customers = _copy(
        cursor,
        Customer,
        ("number", "country", "joined_at", "changed_at"),
        ((number, ledger.countries[number], when(first.minute), changed) for number, first in ledger.customers.items()),
    )
    customer_ids = dict(zip(ledger.customers, customers, strict=True))
    products = _copy(
        cursor,
        Product,
        ("sku", "title", "shelf", "price", "stock", "sold", "listed_at", "changed_at"),
        (
            (sku, entry.title, entry.shelf, entry.price, entry.stock, len(entry.season), when(entry.first), changed)
            for sku, entry in ledger.catalogue.items()
        ),
    )
    product_ids = dict(zip(ledger.catalogue, products, strict=True))
    orders = _copy(
        cursor,
        Order,
        ("number", "customer_id", "placed_at", "total", "imported"),
        (
            (order.number, customer_ids.get(order.customer, "\\N"), when(order.minute), order.total, "t")
            for order in ledger.orders.values()
        ),
    )
    order_ids = dict(zip(ledger.orders, orders, strict=True))

    def order_lines() -> Iterable[Sequence[object]]:
        for at, line in enumerate(ledger.order_lines):
            if at % 20_000 == 0:
                tell(WRITING, at, total)
            product = product_ids.get(line.code, "\\N")
            yield (
                order_ids[line.number],
                product,
                line.code,
                line.ordinal,
                line.kind.value,
                line.quantity,
                line.unit_price,
            )

    lines = _copy(
        cursor,
        OrderLine,
        ("order_id", "product_id", "code", "ordinal", "kind", "quantity", "unit_price"),
        order_lines(),
    )
    refunds = _copy(
        cursor,
        Refund,
        ("number", "customer_id", "placed_at"),
        (
            (refund.number, customer_ids.get(refund.customer, "\\N"), when(refund.minute))
            for refund in ledger.refunds.values()
        ),
    )
    refund_ids = dict(zip(ledger.refunds, refunds, strict=True))
    _copy(
        cursor,
        RefundLine,
        ("refund_id", "order_line_id", "product_id", "code", "ordinal", "part", "kind", "quantity", "unit_price"),
        (
            (
                refund_ids[line.number],
                "\\N" if line.takes_from is None else lines[line.takes_from],
                product_ids.get(line.code, "\\N"),
                line.code,
                line.ordinal,
                line.part,
                line.kind.value,
                line.quantity,
                line.unit_price,
            )
            for line in ledger.refund_lines
        ),
    )
    tell(WRITING, total, total)


def _copy(cursor: Any, model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> range:
    """COPY rows into an empty table; the ids they got, in order."""
    table = model._meta.db_table
    cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 - our own table
    first = after = cursor.fetchone()[0] + 1
    block: list[str] = []
    with cursor.copy(f"COPY {table} (id, {', '.join(columns)}) FROM STDIN") as copy:
        for after, row in enumerate(rows, start=first + 1):
            block.append("\t".join(map(str, (after - 1, *row))) + "\n")
            if len(block) == 5_000:
                copy.write("".join(block))
                block.clear()
        copy.write("".join(block))
    cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, max(after - 1, 1)])
    return range(first, after)
