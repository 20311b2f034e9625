"""Events over HTTP: batched, idempotent, each with its own result, and nobody records for somebody else."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.models import Customer, Event, EventKey, EventType, RejectedRow
from tests import fakes

URL = "/loyalty/api/events/"


def event(key: str = "1", /, **fields) -> dict:
    return {"key": key, "type": "view_item", "product_id": "pot", "occurred_at": "2026-01-02T03:04:05Z"} | fields


def post(client, *events, **query):
    return client.post(URL, {"events": list(events)}, format="json", query_params=query)


@pytest.fixture
def pot(store):
    return fakes.make_product(store, "pot")


def test_a_service_records_for_anyone(service, store, pot):
    purchase = event("2", type="purchase", customer_id="new", order_id="o1", quantity=2, value="19.98")
    response = post(service, event("1", customer_id=None), purchase)
    assert response.status_code == 200
    assert response.json() == {
        "accepted": 2,
        "duplicates": 0,
        "rejected": 0,
        "results": [{"key": key, "result": "accepted", "code": "", "reason": ""} for key in ("1", "2")],
    }
    view, bought = Event.objects.order_by("pk")
    assert (view.customer, view.source) == (None, "api")
    assert (bought.customer.external_id, bought.order.ref, bought.quantity, str(bought.value)) == (
        "new",
        "o1",
        2,
        "19.9800",
    )


def test_sent_twice_changes_nothing(service, pot):
    post(service, event())
    again = post(service, event(), event())
    assert [row["result"] for row in again.json()["results"]] == ["duplicate", "duplicate"]
    other = post(service, event(quantity=3)).json()["results"][0]
    assert (other["result"], other["code"]) == ("rejected", "key_conflict")
    assert Event.objects.count() == EventKey.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"product_id": "nobody-knows"}, "unknown_product"),
        ({"type": "teleport"}, "bad_field"),
        ({"occurred_at": "2026-01-02T03:04:05"}, "bad_field"),
        ({"occurred_at": "yesterday"}, "bad_field"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "bad_field"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "future_time"),
        ({"quantity": -1}, "bad_field"),
        ({"quantity": 10**12}, "bad_field"),
        ({"value": "-1"}, "bad_field"),
        ({"value": "NaN"}, "bad_field"),
        ({"product_id": None}, "needs_product"),
        ({"product_id": "a\x00b"}, "bad_field"),
        ({"session": "x" * 65}, "bad_field"),
        ({"key": ""}, "bad_field"),
        ({"key": None}, "bad_field"),
        ({"customer_id": {"a": 1}}, "bad_field"),
    ],
)
def test_a_wrong_event_is_named_and_the_others_are_kept(service, pot, fields, code):
    response = post(service, event("good"), event("wrong", **fields), event("good, too"))
    assert response.status_code == 200
    good, wrong, too = response.json()["results"]
    assert (good["result"], too["result"]) == ("accepted", "accepted")
    assert (wrong["result"], wrong["code"]) == ("rejected", code)
    assert wrong["reason"]
    assert Event.objects.count() == 2


@pytest.mark.parametrize("junk", [None, 7, "text", [], [[]]])
def test_events_that_are_no_objects_are_rejected_one_by_one(service, pot, junk):
    response = post(service, junk, event())
    assert [row["result"] for row in response.json()["results"]] == ["rejected", "accepted"]


@pytest.mark.parametrize("body", ["", "{", "[]", "7", "null", '{"events": []}', '{"events": {}}', '{"other": [1]}'])
def test_a_body_that_is_no_batch_is_refused(service, body):
    assert service.post(URL, body, content_type="application/json").status_code == 400


def test_more_than_a_thousand_events_or_a_megabyte_are_refused(service, pot):
    assert post(service, *[event(str(n)) for n in range(1001)]).status_code == 400
    assert service.post(URL, " " * 1_000_001, content_type="application/json").status_code == 413
    assert not Event.objects.exists()


def test_a_thousand_events_cost_a_fixed_number_of_statements(service, pot, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        response = post(service, *[event(str(n)) for n in range(1000)])
    assert response.json()["accepted"] == Event.objects.count() == 1000


def test_global_privacy_control_is_heard_from_the_page_and_from_a_service(ann, service, pot):
    hushed = ann.post(URL, {"events": [event()]}, format="json", headers={"Sec-GPC": "1"})
    passed_on = post(service, event(customer_id=ann.customer.external_id, gpc=True), event("2", gpc=True))
    for row in (*hushed.json()["results"], *passed_on.json()["results"]):
        assert (row["result"], row["code"]) == ("rejected", "without_consent")
    assert service.post(URL, {"events": [event()]}, format="json", headers={"Sec-GPC": "1"}).json()["accepted"] == 1


def test_a_customer_records_their_own_behaviour(ann, pot):
    response = post(ann, event("1"), event("2", customer_id=ann.customer.external_id, type="hide_item"))
    assert response.json()["accepted"] == 2
    assert {e.customer for e in Event.objects.all()} == {ann.customer}
    assert {e.source for e in Event.objects.all()} == {"page"}


@pytest.mark.parametrize("type_", [t.label for t in EventType])
def test_a_customer_records_neither_purchases_nor_refunds(ann, pot, type_):
    row = post(ann, event(type=type_, value="1000000", order_id="o")).json()["results"][0]
    if type_ in ("purchase", "refund"):
        assert (row["result"], row["code"]) == ("rejected", "not_allowed")
    else:
        assert row["result"] == "accepted"
        assert Event.objects.get().order is None


def test_a_customer_cannot_record_for_another(ann, bob, pot):
    row = post(ann, event(customer_id=bob.customer.external_id)).json()["results"][0]
    assert (row["result"], row["code"]) == ("rejected", "not_yours")
    assert post(ann, event(), store="other").json()["accepted"] == 1  # a customer cannot choose the store either
    assert Event.objects.get().customer == ann.customer


def test_customers_cannot_take_each_others_keys_or_the_shops(ann, bob, service, pot):
    for client in (ann, bob, service):
        assert post(client, event("1")).json()["results"][0]["result"] == "accepted"
    assert post(ann, event("1")).json()["results"][0]["result"] == "duplicate"
    assert Event.objects.count() == 3


def test_behaviour_without_consent_to_analytics_is_not_kept(ann, pot):
    record_consent(customer=ann.customer, purpose="analytics", granted=False, source="test")
    row = post(ann, event()).json()["results"][0]
    assert (row["result"], row["code"]) == ("rejected", "without_consent")
    assert not Event.objects.exists()


def test_events_of_an_erased_customer_are_not_kept(ann, service, pot):
    from loyalty_ai.privacy.services import erase_customer

    erase_customer(customer=ann.customer, now=timezone.now())
    for client in (ann, service):
        row = post(client, event(customer_id=ann.customer.external_id)).json()["results"][0]
        assert (row["result"], row["code"]) == ("rejected", "erased")
    assert not Event.objects.exists()
    assert not Customer.objects.filter(external_id=ann.customer.external_id).exists()
    assert not RejectedRow.objects.exists()


def test_signed_in_but_neither_customer_nor_service(staff, monkeypatch):
    monkeypatch.setattr("tests.fakes.FakeShop.customer_id", lambda self, request: None)
    assert post(staff, event()).status_code == 403


def test_results_keep_the_order_of_the_batch(service, pot):
    events = [
        event(str(n)) if n % 3 else event(str(n), type="?") if n % 2 else event(str(n), product_id="?")
        for n in range(30)
    ]
    rows = json.loads(post(service, *events).content)["results"]
    assert [row["key"] for row in rows] == [str(n) for n in range(30)]
    assert [row["result"] for row in rows] == ["accepted" if n % 3 else "rejected" for n in range(30)]


def test_ingestion_is_throttled_where_the_project_says_so(ann, pot, settings):
    from django.core.cache import cache

    cache.clear()
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"loyalty_ingest": "1/min"}}
    assert [post(ann, event(str(n))).status_code for n in range(2)] == [200, 429]
    cache.clear()
