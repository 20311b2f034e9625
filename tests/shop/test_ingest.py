from __future__ import annotations

import random
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from loyalty_ai.shop.adapters.base import EventRecord, Rejected
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.models import Customer, Event, EventKey, EventType, Order, RejectedRow
from loyalty_ai.shop.services import ensure_store, record_events
from loyalty_ai.signals import event_recorded
from tests.fakes import FAKE_SETTINGS, make_customer, make_product
from tests.shop.conftest import NOW, purchase


def take(store, *records, source="shop", **options):
    return record_events(store=store, source=source, records=records, now=NOW, **options)


def test_a_purchase_is_stored_as_it_was_told(store):
    counts = take(store, purchase(session="visit-1")).counts()
    assert counts.pop("accepted") == 1
    assert not any(counts.values())
    event = Event.objects.select_related("customer", "product", "order").get()
    assert (event.customer.external_id, event.product.external_id, event.order.ref) == ("C1", "P1", "O1")
    assert (event.type, event.quantity, event.value) == (EventType.PURCHASE, 3, Decimal("7.50"))
    assert event.occurred_at == datetime(2011, 6, 1, 12, tzinfo=UTC)
    assert (event.session, event.source, event.store) == ("visit-1", "shop", store)
    assert EventKey.objects.get().event_id == event.pk


def test_the_same_key_and_content_again_changes_nothing(store):
    take(store, purchase())
    zone = timezone(timedelta(hours=2))
    again = purchase(value=Decimal("7.5000"), occurred_at=datetime(2011, 6, 1, 14, tzinfo=zone), location="other.csv:9")
    counts = take(store, again, again).counts()
    assert (counts["accepted"], counts["duplicates"]) == (0, 2)
    assert Event.objects.count() == 1
    assert Order.objects.get().goods == Decimal("7.50")


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 4},
        {"value": Decimal("7.51")},
        {"product_id": "P2"},
        {"customer_id": None},
        {"order_id": None},
        {"type": "refund"},
        {"session": "s"},
        {"occurred_at": datetime(2011, 6, 1, 12, 0, 0, 1, tzinfo=UTC)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_key_with_other_content_is_rejected_and_what_was_stored_stays(store, change):
    take(store, purchase())
    before = Event.objects.values().get()
    for records in ([purchase(**change)], [purchase("2"), purchase("2", **change)]):
        result = take(store, *records)
        assert result.rejected == 1
    assert {row.code for row in RejectedRow.objects.all()} == {"key_conflict"}
    assert Event.objects.values().get(pk=before["id"]) == before
    assert Event.objects.count() == 2


def test_keys_of_different_sources_and_stores_do_not_meet(store, settings):
    stores = FAKE_SETTINGS["STORES"] | {"second": {"ADAPTER": "tests.fakes.FakeShop"}}
    settings.LOYALTY_AI = FAKE_SETTINGS | {"STORES": stores}
    second = ensure_store("second")
    make_product(second, "P1")
    assert take(store, purchase()).accepted == 1
    assert take(store, purchase(), source="api").accepted == 1
    assert take(second, purchase()).accepted == 1
    assert Customer.objects.filter(external_id="C1").count() == 2


BAD = {
    "unknown_type": {"type": "teleport"},
    "naive_time": {"occurred_at": datetime(2011, 6, 1, 12)},
    "future_time": {"occurred_at": NOW + timedelta(minutes=5, seconds=1)},
    "negative_quantity": {"quantity": -1},
    "negative_value": {"value": Decimal("-0.01")},
    "not_finite": {"value": Decimal("NaN")},
    "too_large": {"quantity": 2**31},
    "too_long": {"customer_id": "x" * 129},
    "missing_field": {"key": ""},
    "unknown_product": {"product_id": "P404"},
    "needs_product": {"type": "view_item", "product_id": None},
    "unreadable_text": {"customer_id": "C\0"},
    "bad_field": {"quantity": 1.5},
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_record_is_listed_with_place_and_reason_and_the_good_ones_are_kept(store, code):
    bad = (
        purchase("bad", **({"location": "orders.csv:17"} | BAD[code]))
        if code != "missing_field"
        else purchase(location="orders.csv:17", **BAD[code])
    )
    for _ in range(2):
        result = take(store, purchase("good"), bad, purchase("fine", product_id="P2"))
        assert result.rejected == 1
    assert Event.objects.count() == 2
    row = RejectedRow.objects.get()
    assert (row.code, row.location, row.source) == (code, "orders.csv:17", "shop")
    assert row.reason.endswith(".")
    assert "%(" not in row.reason
    assert set(row.raw) >= {"key", "type", "customer_id", "occurred_at", "value"}


@pytest.mark.parametrize(
    "change",
    [
        {"value": Decimal("Infinity")},
        {"value": float("nan")},
        {"value": "7.50"},
        {"value": Decimal(10) ** 12},
        {"value": True},
        {"occurred_at": "2011-06-01"},
        {"key": "k" * 161},
        {"product_id": "x" * 129},
        {"order_id": "x" * 129},
        {"session": "s" * 65},
        {"customer_id": ""},
        {"customer_id": 17},
        {"session": "\ud800"},
        {"session": None},
        {"type": None},
        {"quantity": True},
        {"quantity": None},
    ],
    ids=repr,
)
def test_no_record_however_odd_stops_the_batch(store, change):
    bad = replace(purchase("bad"), **change)
    result = take(store, purchase("good"), bad)
    assert (result.accepted, result.rejected) == (1, 1)
    assert RejectedRow.objects.count() == 1


def test_what_lies_on_the_limits_is_stored(store):
    records = [
        purchase("k" * 160),
        purchase("a", occurred_at=NOW + timedelta(minutes=5)),
        purchase("b", quantity=0, value=Decimal(0)),
        purchase("c", quantity=2**31 - 1, value=Decimal("999999999999.9999"), order_id=None),
        purchase("d", customer_id="x" * 128, session="s" * 64),
        purchase("e", value=7, order_id=None),
        purchase("f\t\\N\n", product_id=None),
    ]
    assert take(store, *records).accepted == len(records)


def test_an_adapters_own_rejections_are_listed_too(store):
    unreadable = Rejected("orders.csv:3", "wrong_columns", "Line 3 has 2 columns, the header 8.", {"line": "a,b\0"})
    assert take(store, unreadable, purchase()).counts()["rejected"] == 1
    row = RejectedRow.objects.get()
    assert (row.location, row.code, row.raw) == ("orders.csv:3", "wrong_columns", {"line": "a,b\\0"})


def test_row_results_follow_the_order_of_the_records(store):
    take(store, purchase("old"))
    result = take(store, purchase("old"), purchase("new"), purchase("odd", quantity=-1), row_results=True, batch_size=2)
    assert [(row.key, row.status, row.code) for row in result.rows] == [
        ("old", "duplicate", ""),
        ("new", "accepted", ""),
        ("odd", "rejected", "negative_quantity"),
    ]
    assert "refund" in result.rows[2].reason


def test_an_order_gathers_its_lines(store):
    noon = purchase().occurred_at
    take(store, purchase("1"), purchase("2", product_id="P2", occurred_at=noon - timedelta(hours=1)))
    take(store, purchase("3", value=Decimal("0.25")), purchase("4", order_id="O2", customer_id=None))
    first, guest = Order.objects.order_by("ref")
    assert (first.goods, first.placed_at) == (Decimal("15.25"), noon - timedelta(hours=1))
    assert (first.customer.external_id, first.currency, first.status) == ("C1", "GBP", "placed")
    assert (guest.ref, guest.customer) == ("O2", None)
    assert first.events.count() == 3


def test_a_refund_finds_its_order_and_closes_it_when_all_is_paid_back(store):
    take(store, purchase("1"), purchase("2", product_id="P2"))
    half = purchase("r1", type="refund", value=Decimal("7.50"))
    assert take(store, half).unmatched_refunds == 0
    assert Order.objects.get().status == "placed"
    take(store, purchase("r2", type="refund", product_id="P2", value=Decimal("7.50")))
    order = Order.objects.get()
    assert (order.status, order.goods) == ("refunded", Decimal("15.00"))
    assert order.events.filter(type=EventType.REFUND).count() == 2


def test_a_refund_without_a_known_order_is_kept_and_counted(store):
    result = take(store, purchase("r1", type="refund", order_id="O404"), purchase("r2", type="refund", order_id=None))
    assert (result.accepted, result.unmatched_refunds) == (2, 2)
    assert not Order.objects.exists()


def test_behaviour_needs_consent_to_analytics_and_purchases_do_not(store):
    customer = make_customer(store, "C1")
    view = {"type": "view_item", "order_id": None}
    assert take(store, purchase("v1", **view)).accepted == 1
    record_consent(customer=customer, purpose="analytics", granted=False, source="test")
    result = take(
        store,
        purchase("v2", **view),
        purchase("v3", customer_id=None, **view),
        purchase("p"),
        purchase("r", type="refund"),
        row_results=True,
    )
    assert [row.status for row in result.rows] == ["without_consent", "accepted", "accepted", "accepted"]
    assert result.without_consent == 1
    assert Event.objects.filter(customer=customer, type=EventType.VIEW_ITEM).count() == 1
    assert not RejectedRow.objects.exists()


def test_a_hidden_product_is_kept_without_analytics_because_the_customer_asked_for_it(store):
    customer = make_customer(store, "C1")
    record_consent(customer=customer, purpose="analytics", granted=False, source="test")
    assert take(store, purchase("h", type="hide_item", order_id=None)).accepted == 1


def test_behaviour_of_strangers_obeys_the_default(store, settings):
    settings.LOYALTY_AI = FAKE_SETTINGS | {"CONSENT_DEFAULTS": {"analytics": False}}
    result = take(store, purchase("v", type="view_item", order_id=None, customer_id="new"))
    assert (result.accepted, result.without_consent) == (0, 1)
    assert not Customer.objects.filter(external_id="new").exists()


def test_a_batch_takes_a_handful_of_statements_however_many_records(store):
    def statements(count):
        records = [
            purchase(f"{count}-{n}", order_id=f"{count}-{n // 5}", customer_id=f"C{n % 9}") for n in range(count)
        ]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert take(store, *records).accepted == count
        return len(queries)

    assert statements(2) == statements(500) <= 12


def test_listeners_hear_of_a_batch_after_its_commit_and_cannot_break_it(store, django_capture_on_commit_callbacks):
    heard = []

    def listen(**kwargs):
        heard.append((kwargs["store"], kwargs["source"], kwargs["accepted"]))
        raise RuntimeError("a listener's own fault")

    event_recorded.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            take(store, purchase(), purchase("2"))
            assert heard == []
    finally:
        event_recorded.disconnect(listen)
    assert heard == [(store, "shop", 2)]


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_the_same_keys_store_each_once(transactional_db, settings):
    settings.LOYALTY_AI = FAKE_SETTINGS
    store = ensure_store("default")
    make_product(store, "P1")
    records = [purchase(str(n), customer_id=f"C{n % 7}", order_id=f"O{n // 3}") for n in range(600)]
    results, start = [], threading.Barrier(2)

    def write(order):
        start.wait()
        results.append(record_events(store=store, source="shop", records=order, now=NOW, batch_size=200))
        connection.close()

    shuffled = random.Random(3).sample(records, len(records))
    writers = [threading.Thread(target=write, args=(order,)) for order in (records, shuffled)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert sum(result.accepted for result in results) == 600
    assert sum(result.duplicates for result in results) == 600
    assert Event.objects.count() == EventKey.objects.count() == 600
    assert sum(order.goods for order in Order.objects.all()) == 600 * Decimal("7.50")


def test_a_failure_inside_a_batch_leaves_nothing_of_it(store, monkeypatch):
    monkeypatch.setattr("loyalty_ai.shop.ingest._Batch._store_events", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        take(store, purchase())
    assert [model.objects.count() for model in (EventKey, Order, Customer)] == [0, 0, 0]


@pytest.mark.slow
def test_a_year_of_a_shop_goes_in_at_thousands_of_events_a_second(store):
    start = datetime(2011, 1, 1, tzinfo=UTC)
    records = [
        EventRecord(
            f"{n // 20}/{n}",
            "purchase",
            start + timedelta(minutes=n // 20),
            f"C{n // 20 % 4000}",
            f"P{n % 2 + 1}",
            f"O{n // 20}",
            2,
            Decimal("4.25"),
        )
        for n in range(60_000)
    ]
    began = time.perf_counter()
    assert take(store, *records).accepted == len(records)
    # Measured: 15,000 to 20,000 a second on two cores that had six other busy processes; the bound leaves room for worse.
    assert len(records) / (time.perf_counter() - began) > 3_000
