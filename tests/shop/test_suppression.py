from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from loyalty_ai.shop.adapters.base import CustomerRecord
from loyalty_ai.shop.models import Customer, ErasureRecord, Event, RejectedRow
from loyalty_ai.shop.services import ensure_store, record_events, upsert_customers
from loyalty_ai.shop.suppression import erased_customers, erasure_digest, hold_off_ingest, lift_erasure
from tests.fakes import FAKE_SETTINGS, make_product
from tests.shop.conftest import NOW, purchase


def erase(store, external_id):
    version, digest = erasure_digest(store=store, external_id=external_id)
    return ErasureRecord.objects.create(store=store, digest=digest, key_version=version)


def test_the_events_of_an_erased_customer_do_not_come_back(store):
    erase(store, "C1")
    result = record_events(
        store=store,
        source="shop",
        records=[purchase(), purchase("2", customer_id="C2", order_id="O2"), purchase("3", customer_id=None)],
        now=NOW,
        row_results=True,
    )
    assert [row.status for row in result.rows] == ["erased", "accepted", "accepted"]
    assert result.erased == 1
    assert not Customer.objects.filter(external_id="C1").exists()


def test_a_bad_record_of_an_erased_customer_is_not_listed_either(store):
    erase(store, "C1")
    result = record_events(store=store, source="shop", records=[purchase(quantity=-1)], now=NOW)
    assert (result.erased, result.rejected) == (1, 0)
    assert not RejectedRow.objects.exists()


def test_text_that_is_no_text_does_not_stop_the_search_for_the_erased(store):
    erase(store, "C1")
    records = [purchase(customer_id="\ud800"), purchase("2", customer_id=17), purchase("3", customer_id="C2")]
    result = record_events(store=store, source="shop", records=records, now=NOW)
    assert (result.accepted, result.rejected) == (1, 2)


def test_an_erased_customer_is_not_synced_back(store):
    erase(store, "C1")
    result = upsert_customers(store=store, source="shop", records=[CustomerRecord("C1"), CustomerRecord("C2")], now=NOW)
    assert (result.created, result.erased) == (1, 1)
    assert list(Customer.objects.values_list("external_id", flat=True)) == ["C2"]


def test_a_fresh_consent_lifts_the_erasure(store):
    erase(store, "C1")
    assert lift_erasure(store=store, external_id="C1")
    assert not lift_erasure(store=store, external_id="C1")
    assert record_events(store=store, source="shop", records=[purchase()], now=NOW).accepted == 1


def test_older_keys_go_on_protecting_after_a_rotation(store, settings):
    erase(store, "C1")
    settings.LOYALTY_AI = FAKE_SETTINGS | {"ERASURE_KEYS": {"2": "newer", "1": "only-for-tests-and-nothing-else"}}
    erase(store, "C2")
    assert erasure_digest(store=store, external_id="C3")[0] == "2"
    assert erased_customers(store=store, external_ids=["C1", "C2", "C3"]) == {"C1", "C2"}


def test_a_key_that_was_thrown_away_stops_ingest_instead_of_forgetting_the_erased(store, settings):
    erase(store, "C1")
    settings.LOYALTY_AI = FAKE_SETTINGS | {"ERASURE_KEYS": {"2": "newer"}}
    with pytest.raises(ImproperlyConfigured, match="lacks version 1"):
        record_events(store=store, source="shop", records=[purchase()], now=NOW)
    assert not Event.objects.exists()


def test_erasing_needs_a_key(store, settings):
    settings.LOYALTY_AI = FAKE_SETTINGS | {"ERASURE_KEYS": {}}
    with pytest.raises(ImproperlyConfigured, match="ERASURE_KEYS"):
        erasure_digest(store=store, external_id="C1")


def test_digests_of_two_stores_tell_nothing_of_each_other(store, settings):
    stores = FAKE_SETTINGS["STORES"] | {"second": {"ADAPTER": "tests.fakes.FakeShop"}}
    settings.LOYALTY_AI = FAKE_SETTINGS | {"STORES": stores}
    erase(store, "C1")
    second = ensure_store("second")
    assert erased_customers(store=second, external_ids=["C1"]) == set()
    assert erasure_digest(store=store, external_id="C1") != erasure_digest(store=second, external_id="C1")


@pytest.mark.django_db(transaction=True)
def test_an_ingest_that_meets_an_erasure_waits_and_obeys_it(transactional_db, settings):
    settings.LOYALTY_AI = FAKE_SETTINGS
    store = ensure_store("default")
    make_product(store, "P1")
    results = []

    def ingest():
        results.append(record_events(store=store, source="shop", records=[purchase()], now=NOW))
        connection.close()

    writer = threading.Thread(target=ingest)
    with transaction.atomic():
        hold_off_ingest(store)
        writer.start()
        writer.join(0.5)
        assert writer.is_alive()
        erase(store, "C1")
    writer.join(30)
    assert results[0].erased == 1
    assert not Customer.objects.exists()
