"""The shop's streams into the mirror and the log, batch by batch, each with the cursor to go on from in its transaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from loyalty_ai.conf import get_adapter
from loyalty_ai.shop.catalogue import upsert_customers, upsert_products
from loyalty_ai.shop.copying import run
from loyalty_ai.shop.ingest import record_events
from loyalty_ai.shop.models import Customer, Event, EventKey, Order, Product, Store

BATCH = 10_000
SOURCE = "shop"
"""The source of what the adapter tells, by `sync_store` or live: one event told both ways has one key."""

STREAMS = {"customers": upsert_customers, "products": upsert_products, "events": record_events}


def sync_store(
    *,
    store: Store,
    progress: Callable[[str, int, int], None] | None = None,
    now: datetime | None = None,
    transaction_of_batch: Callable[[], AbstractContextManager[Any]] = transaction.atomic,
) -> dict[str, dict[str, int]]:
    """Take over what the shop's adapter has new: customers, products, then events. Returns the counts of each stream.

    Stopped at any moment, the next call goes on behind the last batch that was committed.

    Args:
        progress: called with the stream, the records done and their total (the records done, where the shop cannot say).
        now: what the time of events is checked against; default: the time of each batch.
        transaction_of_batch: what a batch and its cursor are committed in; a worker gives the one that its lease guards.
    """
    adapter = get_adapter(store.slug)
    store.refresh_from_db(fields=["cursors"])
    counts = {}
    for stream, take in STREAMS.items():
        since = store.cursors.get(stream, "")
        total, done = adapter.count(stream, since), 0
        counts[stream] = {}
        changes = iter(getattr(adapter, stream)(since))
        while batch := list(islice(changes, BATCH)):
            with transaction_of_batch():
                taken = take(store=store, source=SOURCE, records=[c.record for c in batch], now=now or timezone.now())
                _keep_cursor(store, stream, batch[-1].cursor)
            done += len(batch)
            for name, count in taken.counts().items():
                counts[stream][name] = counts[stream].get(name, 0) + count
            if progress is not None:
                progress(stream, done, max(total or 0, done))
    Store.objects.filter(pk=store.pk).update(synced_at=timezone.now())
    refresh_planner(rows=sum(sum(each.values()) for each in counts.values()))
    return counts


def refresh_planner(*, rows: int) -> None:
    """Let the planner count the mirror and the log after a load of a batch or more.

    Until the server comes by on its own round it plans for empty tables: measuring half a million fresh events took twenty
    times as long.
    """
    if rows >= BATCH:
        tables = (model._meta.db_table for model in (Customer, Product, Order, Event, EventKey))
        run(f"ANALYZE {', '.join(tables)}")


def _keep_cursor(store: Store, stream: str, cursor: str) -> None:
    """Set one key of the cursors, so that no other stream's is written back."""
    run(
        "UPDATE loyalty_ai_store SET cursors = jsonb_set(cursors, ARRAY[%s], %s::jsonb) WHERE id = %s",
        stream,
        json.dumps(cursor),
        store.pk,
    )
    store.cursors[stream] = cursor
