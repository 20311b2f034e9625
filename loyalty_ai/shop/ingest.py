"""Events into the log: checked one by one, stored set by set, idempotent by the shop's own key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from itertools import islice
from typing import Any

from django.db import transaction

from loyalty_ai.shop.adapters.base import EventRecord, Rejected
from loyalty_ai.shop.consent import consent_sql
from loyalty_ai.shop.copying import copy_rows, fetch, run
from loyalty_ai.shop.expiry import oldest_kept
from loyalty_ai.shop.models import NEEDS_NO_CONSENT, Event, EventType, Store
from loyalty_ai.shop.rejection import CLOCK_SKEW, TYPE_CODES, event_problem, keep_rejected, rejection, unreadable
from loyalty_ai.shop.suppression import erased_customers, hold_off_erasure
from loyalty_ai.signals import event_recorded

BATCH = 10_000
NAMES_THAT_NEED_NO_CONSENT = {event_type.label for event_type in NEEDS_NO_CONSENT}

COLUMNS = {
    "n": "integer",
    "id": "=bigint DEFAULT nextval(pg_get_serial_sequence('loyalty_ai_event', 'id'))",
    "key": "text",
    "fingerprint": "bytea",
    "type": "smallint",
    "customer": "text",
    "product": "text",
    "ref": "text",
    "quantity": "integer",
    "value": "numeric(16, 4)",
    "occurred_at": "timestamptz",
    "session": "text",
    "gpc": "boolean",
    "region": "text",
}


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one record: `status` is accepted, duplicate, rejected, erased, expired or without_consent."""

    key: str
    status: str
    code: str = ""
    reason: str = ""


@dataclass
class IngestResult:
    """Counts of what became of the records; `rows` holds one `RowResult` a record, in order, where they were asked for."""

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    erased: int = 0
    expired: int = 0
    """Older than what is kept of their kind, so that a sync from the start does not bring back what has expired."""
    without_consent: int = 0
    unmatched_refunds: int = 0
    """Accepted refunds whose original order is not known."""
    rows: list[RowResult] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {name: value for name, value in vars(self).items() if name != "rows"}


def record_events(
    *,
    store: Store,
    source: str,
    records: Iterable[EventRecord | Rejected],
    now: datetime,
    row_results: bool = False,
    batch_size: int = BATCH,
) -> IngestResult:
    """Store what is new and valid, in batches of one transaction each; list what is not valid.

    A key seen before with the same content is a duplicate: counted, nothing written. With other content it is rejected and what
    was stored stays. Customers not seen before are created; products must be known. Events of erased customers are counted
    and not stored; so are those that would have expired already. Nor is behaviour stored (`NEEDS_NO_CONSENT` is not) where
    analytics is not allowed: by the customer, by the default of region or store for strangers and for those who have not chosen,
    or by the Global Privacy Control of their browser. Not even its rejections are listed.

    Args:
        source: what names the keys apart, at most 32 characters ("shop", "api", "file").
        now: aware; an event more than five minutes later is rejected.
        row_results: also say what became of each record.
    """
    result, records = IngestResult(), iter(records)
    while batch := list(islice(records, batch_size)):
        with transaction.atomic():
            stored = _Batch(store=store, source=source, records=batch, now=now).store_all()
        for name, count in stored.counts.items():
            setattr(result, name, getattr(result, name) + count)
        if row_results:
            result.rows += stored.row_results()
    return result


class _Batch:
    """Up to some ten thousand records on their way into the log, inside one transaction."""

    def __init__(self, *, store: Store, source: str, records: Sequence[EventRecord | Rejected], now: datetime) -> None:
        self.store, self.source, self.records, self.now = store, source, records, now
        self.counts: Counter[str] = Counter()
        self.fate: dict[int, tuple[str, Rejected | None]] = {}  # by position, of the records that are not accepted

    def store_all(self) -> _Batch:
        hold_off_erasure(self.store)
        rows = self._checked()
        if rows:
            copy_rows("loyalty_incoming_event", COLUMNS, rows)
            left = len(rows) - self._drop(self._unfit())
            if left and self._claim_keys() < left:
                left -= self._drop(self._known_keys())
            if left:
                self._add_customers()
                self._store_orders()
                self.counts["accepted"] = left
                self._store_events()
                transaction.on_commit(lambda: self._tell(left))
        self._keep_rejected()
        return self

    def row_results(self) -> list[RowResult]:
        results = []
        for n, record in enumerate(self.records):
            status, rejected = self.fate.get(n, ("accepted", None))
            key = getattr(record, "key", "") or ""
            results.append(RowResult(str(key), status, *((rejected.code, rejected.reason) if rejected else ())))
        return results

    def _checked(self) -> list[tuple[Any, ...]]:
        """The rows to copy: what Python alone can judge is judged here, repeated keys inside the batch too."""
        latest, oldest = self.now + CLOCK_SKEW, oldest_kept(store=self.store, now=self.now)
        erased = erased_customers(
            store=self.store,
            external_ids={who for r in self.records if isinstance(who := getattr(r, "customer_id", None), str)},
        )
        rows, seen = [], {}
        for n, record in enumerate(self.records):
            if isinstance(record, Rejected):
                self._reject(n, record)
                continue
            if isinstance(record.customer_id, str) and record.customer_id in erased:  # not even listed as rejected
                self._set_aside(n, "erased")
                continue
            if (problem := event_problem(record, latest)) is not None:
                self._refuse(n, problem[0], **problem[1])
                continue
            if (first := oldest.get(record.type)) is not None and record.occurred_at < first:
                self._set_aside(n, "expired")
                continue
            row = _row(n, record)
            if row is None:
                self._refuse(n, "unreadable_text")
                continue
            known = seen.setdefault(record.key, row[2])
            if known is row[2]:
                rows.append(row)
            elif known == row[2]:
                self._set_aside(n, "duplicate")
            else:
                self._refuse(n, "key_conflict", value=record.key)
        return rows

    def _unfit(self) -> list[tuple[int, str]]:
        """Rows that name a product nobody knows, or behaviour that may not be kept."""
        return fetch(
            f"""
            SELECT n, CASE WHEN allowed THEN 'unknown_product' ELSE 'without_consent' END
            FROM (
                SELECT i.n, i.product IS NULL OR p.id IS NOT NULL AS known, i.type = ANY(%s) OR {self._allowed("i")} AS allowed
                FROM loyalty_incoming_event i
                LEFT JOIN loyalty_ai_product p ON p.store_id = %s AND p.external_id = i.product
                LEFT JOIN loyalty_ai_customer c ON c.store_id = %s AND c.external_id = i.customer
            ) judged
            WHERE NOT (known AND allowed)
            """,  # noqa: S608
            [event_type.value for event_type in NEEDS_NO_CONSENT],
            self.store.pk,
            self.store.pk,
        )

    def _allowed(self, event: str) -> str:
        """SQL of whether the behaviour in a row may be kept; its customer is joined as `c`."""
        return consent_sql("analytics", "c.id", store=self.store.slug, gpc=f"{event}.gpc", region=f"{event}.region")

    def _claim_keys(self) -> int:
        """Write the keys that are free; another transaction that writes the same ones is waited for. How many were free."""
        return run(
            """
            INSERT INTO loyalty_ai_eventkey (store_id, source, key, fingerprint, event_id)
            SELECT %s, %s, key, fingerprint, id FROM loyalty_incoming_event ORDER BY key COLLATE "C"
            ON CONFLICT (store_id, source, key) DO NOTHING
            """,
            self.store.pk,
            self.source,
        )

    def _known_keys(self) -> list[tuple[int, str]]:
        # A subquery, not a join: one look into the index a row, however wrong the planner is about a table that just grew.
        return fetch(
            """
            SELECT n, CASE WHEN same THEN 'duplicate' ELSE 'key_conflict' END
            FROM (
                SELECT i.n, (
                    SELECT k.fingerprint = i.fingerprint FROM loyalty_ai_eventkey k
                    WHERE k.store_id = %s AND k.source = %s AND k.key = i.key AND k.event_id <> i.id
                ) AS same
                FROM loyalty_incoming_event i
            ) known
            WHERE same IS NOT NULL
            """,
            self.store.pk,
            self.source,
        )

    def _drop(self, rows: list[tuple[int, str]]) -> int:
        """Take rows out of the batch, each with its status or the code of its rejection."""
        for n, status in rows:
            record = self.records[n]
            if status == "unknown_product":
                self._refuse(n, status, value=record.product_id)
            elif status == "key_conflict":
                self._refuse(n, status, value=record.key)
            else:
                self._set_aside(n, status)
        if rows:
            run("DELETE FROM loyalty_incoming_event WHERE n = ANY(%s::integer[])", [n for n, _ in rows])
        return len(rows)

    def _add_customers(self) -> None:
        run(
            """
            INSERT INTO loyalty_ai_customer (store_id, external_id, created_at)
            SELECT DISTINCT %s, customer, now() FROM loyalty_incoming_event i
            WHERE customer IS NOT NULL
                AND NOT EXISTS (SELECT FROM loyalty_ai_customer c WHERE c.store_id = %s AND c.external_id = i.customer)
            ORDER BY customer
            ON CONFLICT (store_id, external_id) DO NOTHING
            """,
            self.store.pk,
            self.store.pk,
        )

    def _store_orders(self) -> None:
        """Create the orders that the purchases are lines of, or add the lines to them."""
        run(
            """
            INSERT INTO loyalty_ai_order
                (store_id, customer_id, ref, placed_at, status, goods, discount, shipping, tax, currency)
            SELECT %s, max(c.id), i.ref, min(i.occurred_at), 'placed', sum(i.value), 0, 0, 0, %s
            FROM loyalty_incoming_event i
            LEFT JOIN loyalty_ai_customer c ON c.store_id = %s AND c.external_id = i.customer
            WHERE i.type = %s AND i.ref IS NOT NULL
            GROUP BY i.ref ORDER BY i.ref
            ON CONFLICT (store_id, ref) DO UPDATE SET
                customer_id = COALESCE(loyalty_ai_order.customer_id, EXCLUDED.customer_id),
                placed_at = LEAST(loyalty_ai_order.placed_at, EXCLUDED.placed_at),
                goods = loyalty_ai_order.goods + EXCLUDED.goods
            """,
            self.store.pk,
            self.store.currency,
            self.store.pk,
            EventType.PURCHASE.value,
        )

    def _store_events(self) -> None:
        run(
            """
            INSERT INTO loyalty_ai_event (id, store_id, customer_id, type, product_id, order_id, quantity, value,
                occurred_at, session, source)
            SELECT i.id, %s, c.id, i.type, p.id, o.id, i.quantity, i.value, i.occurred_at, i.session, %s
            FROM loyalty_incoming_event i
            LEFT JOIN loyalty_ai_customer c ON c.store_id = %s AND c.external_id = i.customer
            LEFT JOIN loyalty_ai_product p ON p.store_id = %s AND p.external_id = i.product
            LEFT JOIN loyalty_ai_order o ON o.store_id = %s AND o.ref = i.ref
            ORDER BY i.id
            """,
            self.store.pk,
            self.source,
            self.store.pk,
            self.store.pk,
            self.store.pk,
        )
        types = {record.type for record in self.records if isinstance(record, EventRecord)}
        if "hide_item" in types:
            self._mute_products()
        if "refund" in types:
            self._settle_refunds()

    def _mute_products(self) -> None:
        """A product that somebody hid in the shop is muted here as if they had said so on our page."""
        run(
            """
            INSERT INTO loyalty_ai_mute (customer_id, kind, value)
            SELECT DISTINCT c.id, 'product', i.product
            FROM loyalty_incoming_event i JOIN loyalty_ai_customer c ON c.store_id = %s AND c.external_id = i.customer
            WHERE i.type = %s AND i.product IS NOT NULL
            ON CONFLICT (customer_id, kind, value) DO NOTHING
            """,
            self.store.pk,
            EventType.HIDE_ITEM.value,
        )

    def _settle_refunds(self) -> None:
        """Count the refunds without an order, and close the orders of which everything was paid back."""
        refund = EventType.REFUND.value
        [(self.counts["unmatched_refunds"],)] = fetch(
            """
            SELECT count(*) FROM loyalty_incoming_event i JOIN loyalty_ai_event e ON e.id = i.id
            WHERE e.type = %s AND e.order_id IS NULL
            """,
            refund,
        )
        run(
            """
            UPDATE loyalty_ai_order o SET status = 'refunded'
            FROM (SELECT DISTINCT ref FROM loyalty_incoming_event WHERE type = %s AND ref IS NOT NULL) touched
            WHERE o.store_id = %s AND o.ref = touched.ref AND o.status = 'placed'
                AND o.goods <= (SELECT sum(e.value) FROM loyalty_ai_event e WHERE e.order_id = o.id AND e.type = %s)
            """,
            refund,
            self.store.pk,
            refund,
        )

    def _refuse(self, n: int, code: str, **values: Any) -> None:
        record = self.records[n]
        self._reject(n, rejection(record, f"{self.source}:{record.key}", code, **values))

    def _reject(self, n: int, rejected: Rejected) -> None:
        self.fate[n] = "rejected", rejected
        self.counts["rejected"] += 1

    def _set_aside(self, n: int, status: str) -> None:
        self.fate[n] = status, None
        self.counts["duplicates" if status == "duplicate" else status] += 1

    def _keep_rejected(self) -> None:
        rejected = {n: item for n, (_, item) in self.fate.items() if item is not None}
        # A wrong record holds behaviour just as a right one does.
        for n in self._without_consent(rejected):
            del rejected[n]
        if rejected:
            keep_rejected(store=self.store, source=self.source, rejected=rejected.values())

    def _without_consent(self, numbers: Iterable[int]) -> list[int]:
        """Which of these records are behaviour that may not be kept."""
        behaviour = [
            (n, record.customer_id if _is_text(record.customer_id) else None, bool(record.gpc), record.region)
            for n in numbers
            if isinstance(record := self.records[n], EventRecord) and record.type not in NAMES_THAT_NEED_NO_CONSENT
        ]
        if not behaviour:
            return []
        found = fetch(
            f"""
            SELECT i.n FROM unnest(%s::integer[], %s::text[], %s::boolean[], %s::text[])
                AS i (n, customer, gpc, region)
            LEFT JOIN loyalty_ai_customer c ON c.store_id = %s AND c.external_id = i.customer
            WHERE NOT {self._allowed("i")}
            """,  # noqa: S608
            *map(list, zip(*behaviour, strict=True)),
            self.store.pk,
        )
        return [n for (n,) in found]

    def _tell(self, accepted: int) -> None:
        event_recorded.send_robust(Event, store=self.store, source=self.source, accepted=accepted)


def _row(n: int, record: EventRecord) -> tuple[Any, ...] | None:
    """What is copied, None where a text cannot be stored. The fingerprint covers all that is stored of the record."""
    value = record.value if isinstance(record.value, Decimal) else Decimal(str(record.value))
    moment = record.occurred_at.astimezone(UTC).isoformat()
    content = "\x1f".join(
        (
            record.key,
            record.type,
            moment,
            _present(record.customer_id),
            _present(record.product_id),
            _present(record.order_id),
            f"{record.quantity}\x1f{value:.4f}",
            record.session,
        )
    )
    if unreadable(content):
        return None
    return (
        n,
        record.key,
        blake2b(content.encode(), digest_size=16).digest(),
        TYPE_CODES[record.type],
        record.customer_id,
        record.product_id,
        record.order_id,
        record.quantity,
        value,
        moment,
        record.session,
        record.gpc,
        record.region,
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not unreadable(value)


def _present(text: str | None) -> str:
    return "-" if text is None else f"+{text}"
