from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty_ai.assistant.models import Conversation
from loyalty_ai.jobs.models import Job
from loyalty_ai.models import __all__ as MODELS
from loyalty_ai.serving.opting_out import costs, opted_out
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.identity import merge_customers
from loyalty_ai.shop.models import RejectedRow
from tests import fakes

SHOWN = sorted(model._meta.model_name for model in admin.site._registry if model._meta.app_label == "loyalty_ai")

BY_MEANS_OF_ANOTHER = {
    "eventkey", "itemneighbours", "jobchunk", "loyaltyprofile", "loyaltysnapshot", "prediction", "recommendation", "referral",
    "message", "confirmation", "assistantusage", "passage", "term", "versionaudit", "versiondeadline",
    "mute", "forgottenevent", "freshstart", "actionoutcome", "exposure",
}  # fmt: skip
"""Shown on the page of the row that they belong to, or of no use to people."""


def page(model: str, kind: str, *args) -> str:
    return reverse(f"admin:loyalty_ai_{model}_{kind}", args=args)


def test_every_table_is_shown_somewhere():
    assert {name.lower() for name in MODELS} == set(SHOWN) | BY_MEANS_OF_ANOTHER


@pytest.mark.parametrize("model", SHOWN)
def test_every_list_and_every_row_has_a_page_that_changes_nothing(model, data, staff_client):
    response = staff_client.get(page(model, "changelist"))
    assert response.status_code == 200
    for key in model_rows(model):
        response = staff_client.get(page(model, "change", key))
        assert response.status_code == 200
        assert 'name="_save"' not in response.text
        assert staff_client.post(page(model, "change", key), {"external_id": "mallory"}).status_code == 403
        assert staff_client.get(page(model, "delete", key)).status_code == 403
    assert staff_client.get(page(model, "add")).status_code == 403


def model_rows(model: str) -> list:
    return [row.pk for m in admin.site._registry if m._meta.model_name == model for row in m.objects.all()]


def test_the_fixture_has_a_row_of_nearly_everything(data):
    assert [model for model in SHOWN if not model_rows(model)] == ["erasurerecord"]


@pytest.mark.parametrize("model", SHOWN)
def test_nobody_sees_a_page_without_the_permission(model, data, client, django_user_model):
    assert client.get(page(model, "changelist")).status_code == 302
    client.force_login(django_user_model.objects.create_user("nosy", is_staff=True))
    assert client.get(page(model, "changelist")).status_code == 403


def queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("model", SHOWN)
def test_a_list_costs_as_many_statements_for_many_rows_as_for_few(model, data, staff_client):
    address = page(model, "changelist")
    queries(staff_client, address)  # the first page of a process also reads what Django caches for good
    before = queries(staff_client, address)
    for number in range(8):
        customer = fakes.make_customer(data.store)
        product = fakes.make_product(data.store, f"more-{number}")
        Conversation.objects.create(store=data.store, customer=customer, language="en")
        fakes.record_purchase(customer, product)
        fakes.make_run(data.store)
        record_consent(customer=customer, purpose="analytics", granted=True, source="test")
        Job.objects.create(store=data.store, kind="sync", slot=f"sync:{number}")
        RejectedRow.objects.create(
            store=data.store, source="file", location="x", code="y", digest=bytes([9, number] * 8)
        )
    assert queries(staff_client, address) == before
    assert before <= 12


def test_customers_are_found_by_the_shop_s_id(data, staff_client):
    html = staff_client.get(page("customer", "changelist"), {"q": "an"}).text
    assert page("customer", "change", data.ann.pk) in html
    assert page("customer", "change", data.bob.pk) not in html


def test_a_customer_s_page_shows_measures_predictions_lists_and_events(data, staff_client):
    html = staff_client.get(page("customer", "change", data.ann.pk)).text
    for text in ("£42.00", "42 %", "£120.00", "Tea pot 3", "refund", "allowed"):
        assert text in html


def test_somebody_who_refused_personalisation_has_no_lists_and_predictions_on_their_page(data, staff_client):
    record_consent(customer=data.ann, purpose="preferences", granted=False, source="test")
    html = staff_client.get(page("customer", "change", data.ann.pk)).text
    assert "Tea pot 3" not in html
    assert "£120.00" not in html
    assert "refused" in html


def test_a_version_s_page_shows_every_baseline_beside_it_and_its_curves(data, staff_client):
    html = staff_client.get(page("modelversion", "change", data.versions[0].pk)).text
    for text in (
        "customer model",
        "linear blend",
        "+0.0200 (+0.0100 … +0.0300)",
        "Pareto/NBD",
        "0.750",
        "2.250",
        "champion",
        "excluded: without_person",
    ):
        assert text in html
    assert html.count('role="img"') == 2
    assert "style=" not in re.sub(r"<svg.*?</svg>", "", html.split('id="content"')[1], flags=re.S)


def test_a_version_s_page_is_its_model_card(data, staff_client):
    html = unescape(staff_client.get(page("modelversion", "change", data.versions[0].pk)).text)
    for text in (
        "Next basket: days since the first purchase",
        '<th scope="row">0–89</th>',
        "+0.0200 (-0.0300 … +0.0300)",
        "no lead over popularity is shown for these customers: orders so far 5+",
        "Stock, price changes, campaigns and holidays are unknown to it",
    ):
        assert text in html


def test_the_list_of_versions_names_the_best_simpler_method_and_the_lead_over_it(data, staff_client):
    html = staff_client.get(page("modelversion", "changelist")).text
    for text in ("0.3200", "linear blend 0.3000", "+0.0200", "champion"):
        assert text in html


def test_the_dashboard_shows_the_store_in_numbers(data, staff_client):
    html = staff_client.get(page("store", "change", data.store.pk)).text
    assert html.count('role="img"') >= 1
    for text in ("Repeat rate", "£42.00", "Champions", "v1"):
        assert text in html


def test_the_dashboard_says_what_opting_out_costs(data, staff_client):
    before = opted_out(data.store)
    guest = fakes.make_customer(data.store)
    for granted in (True, False):
        record_consent(customer=guest, purpose="preferences", granted=granted, source="test")
    record_consent(customer=fakes.make_customer(data.store), purpose="preferences", granted=True, source="test")
    assert opted_out(data.store) == before + 1
    html = staff_client.get(page("store", "change", data.store.pk)).text
    [first, *_rest] = costs(data.store.deployments.get(closed_at=None).version)
    assert (first.label, first.popular) == ("Next basket", {"ndcg@10": 0.06, "hr@10": 0.06})
    assert first.lost == 1 - 0.06 / first.own["ndcg@10"]
    assert "0.060 / 0.060" in html
    assert "ten popular ones for 6 %" in html


def test_opting_out_is_counted_by_person(db):
    store = fakes.make_store()
    ann, guest = fakes.make_customer(store), fakes.make_customer(store)
    merge_customers(alias=guest, main=ann)
    for customer in (ann, guest):
        record_consent(customer=customer, purpose="preferences", granted=False, source="test")
    assert opted_out(store) == 1


def test_a_store_without_data_has_a_dashboard_too(db, staff_client):
    assert staff_client.get(page("store", "change", fakes.make_store("empty").pk)).status_code == 200


def test_a_version_in_training_has_a_page(data, staff_client):
    version = data.store.versions.create(number=9, cutoff=fakes.NOON)
    assert staff_client.get(page("modelversion", "change", version.pk)).status_code == 200
    assert "in training" in staff_client.get(page("modelversion", "changelist")).text


def test_hostile_titles_are_escaped(data, staff_client):
    data.products[3].title = "<script>alert(1)</script>"
    data.products[3].save()
    assert "<script>alert(1)" not in staff_client.get(page("customer", "change", data.ann.pk)).text


def test_rejected_rows_download_as_csv_with_the_list_s_filters(data, staff_client):
    response = staff_client.get(page("rejectedrow", "download"), {"code": "future"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [row["location"] for row in rows] == ["log.csv:2"]
    assert rows[0]["reason"] == "reason 0"
    assert "code=future" in staff_client.get(page("rejectedrow", "changelist"), {"code": "future"}).text


def test_a_downloaded_cell_is_never_a_formula(data, staff_client):
    RejectedRow.objects.update(location="=HYPERLINK(1)")
    response = staff_client.get(page("rejectedrow", "download"))
    assert b"\n'=HYPERLINK" in b"".join(response.streaming_content)


def test_rejected_rows_are_not_for_everybody(data, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("nosy", is_staff=True))
    assert client.get(page("rejectedrow", "download")).status_code == 403
