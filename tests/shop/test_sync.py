from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from loyalty_ai.jobs.services import request_job, run_job
from loyalty_ai.shop import tasks  # noqa: F401 (registers the kind)
from loyalty_ai.shop.adapters.base import CustomerRecord, ProductRecord
from loyalty_ai.shop.copying import fetch
from loyalty_ai.shop.ingest import _Batch
from loyalty_ai.shop.models import Customer, Event, Store
from loyalty_ai.shop.selectors import data_until, rejected_rows, store_counts
from loyalty_ai.shop.services import ensure_store, sync_store
from tests.fakes import FAKE_SETTINGS
from tests.shop.conftest import NOW, purchase


@pytest.fixture
def filled(shop):
    shop.add(CustomerRecord("C1"), CustomerRecord("C2"))
    shop.add(ProductRecord("P3", "Third", price=Decimal(3)))
    shop.add(*[purchase(str(n), product_id=f"P{n % 3 + 1}", order_id=f"O{n // 4}") for n in range(25)])
    return shop


def test_a_sync_takes_the_streams_over_and_the_next_only_what_is_new(store, filled):
    counts = sync_store(store=store, now=NOW)
    assert (counts["customers"]["created"], counts["products"]["created"], counts["events"]["accepted"]) == (2, 1, 25)
    assert sync_store(store=store, now=NOW) == {"customers": {}, "products": {}, "events": {}}
    filled.add(purchase("new"))
    assert sync_store(store=store, now=NOW)["events"]["accepted"] == 1
    store.refresh_from_db()
    assert store.cursors == {"customers": "2", "products": "1", "events": "26"}
    assert store.synced_at is not None


def test_a_sync_tells_how_far_it_is(store, filled, monkeypatch):
    monkeypatch.setattr("loyalty_ai.shop.sync.BATCH", 10)
    told = []
    sync_store(store=store, now=NOW, progress=lambda *args: told.append(args))
    assert told == [
        ("customers", 2, 2),
        ("products", 1, 1),
        ("events", 10, 25),
        ("events", 20, 25),
        ("events", 25, 25),
    ]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("moment", ["in a batch", "between batches"])
def test_a_sync_that_is_killed_loses_nothing_and_doubles_nothing(store, filled, monkeypatch, moment):
    monkeypatch.setattr("loyalty_ai.shop.sync.BATCH", 10)
    if moment == "in a batch":
        batches, original = iter(range(10)), _Batch._store_events

        def store_events(batch):
            original(batch)
            if next(batches) == 1:
                raise Killed

        monkeypatch.setattr("loyalty_ai.shop.ingest._Batch._store_events", store_events)
        stop = None
    else:

        def stop(stream, done, total):
            if (stream, done) == ("events", 10):
                raise Killed

    with pytest.raises(Killed):
        sync_store(store=store, now=NOW, progress=stop)
    assert Event.objects.count() == 10
    assert Store.objects.get().cursors["events"] == "10"
    assert sync_store(store=Store.objects.get(), now=NOW)["events"]["accepted"] == 15
    assert Event.objects.count() == 25
    assert sum(order.goods for order in store.orders.all()) == 25 * Decimal("7.50")


def test_a_batch_and_its_cursor_are_written_in_the_transaction_that_the_caller_gives(store, filled):
    def refused():
        raise PermissionError("another worker has the job")

    with pytest.raises(PermissionError):
        sync_store(store=store, now=NOW, transaction_of_batch=refused)
    assert not Customer.objects.exists()

    opened = []

    def counted():
        opened.append(1)
        return transaction.atomic()

    sync_store(store=store, now=NOW, transaction_of_batch=counted)
    assert len(opened) == 3


@pytest.mark.django_db(transaction=True)
def test_the_job_of_kind_sync_syncs(transactional_db, settings):
    settings.LOYALTY_AI = FAKE_SETTINGS
    from loyalty_ai.conf import get_adapter

    get_adapter("default").add(ProductRecord("P1", "First"), purchase())
    store = ensure_store("default")
    job = request_job(kind="sync", store=store, slot="sync:test")
    job = run_job(job_id=job.pk, owner="test")
    assert job.state == "done"
    assert job.result["events"]["accepted"] == 1


def test_a_stores_row_follows_its_settings(store, settings):
    entry = {"ADAPTER": "tests.fakes.FakeShop", "CURRENCY": "CHF", "TIME_ZONE": "Europe/Zurich"}
    settings.LOYALTY_AI = FAKE_SETTINGS | {"STORES": {"default": entry}}
    assert ensure_store("default") == store
    assert (ensure_store("default").currency, ensure_store("default").time_zone) == ("CHF", "Europe/Zurich")
    with pytest.raises(ImproperlyConfigured, match="no store 'elsewhere'"):
        ensure_store("elsewhere")


def test_the_data_reach_until_a_second_after_the_latest_event(store, filled):
    assert data_until(store) == store.created_at
    latest = purchase().occurred_at + timedelta(days=3)
    filled.add(purchase("late", occurred_at=latest))
    sync_store(store=store, now=NOW)
    assert data_until(store) == latest + timedelta(seconds=1)


def test_counts_and_rejected_rows_of_a_store(store, filled):
    filled.add(purchase("bad", product_id="P404"))
    sync_store(store=store, now=NOW)
    assert store_counts(store=store) == {
        "customers": 2,
        "products": 3,
        "orders": 7,
        "events": 25,
        "rejected_rows": 1,
    }
    assert rejected_rows(store=store).get().code == "unknown_product"
    assert not rejected_rows(store=store, source="file").exists()


def test_a_large_load_leaves_the_planner_knowing_its_size(store, filled, monkeypatch):
    monkeypatch.setattr("loyalty_ai.shop.sync.BATCH", 10)
    sync_store(store=store, now=NOW)
    assert fetch("SELECT reltuples::int FROM pg_class WHERE relname = 'loyalty_ai_event'") == [(25,)]
