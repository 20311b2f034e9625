"""The shopper's own data over the API: the same services as their page."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.cache import cache

from loyalty_ai.serving.models import ListKind
from loyalty_ai.shop.models import Customer, EventType, FreshStart, Mute
from tests import fakes

ME = "/loyalty/api/me/"


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def products(store):
    return [fakes.make_product(store, f"P{n}", brand="Acme", category="Home / Tea") for n in range(4)]


def post(client, name: str, **body):
    return client.post(f"{ME}{name}/", body, format="json")


def test_what_is_held_is_counted_and_told(ann, store, products):
    fakes.record_purchase(ann.customer, products[0])
    fakes.record_event(ann.customer, EventType.VIEW_ITEM, products[1])
    run = fakes.make_run(store)
    run.typical = {"recency": 40.0, "orders": 3.0, "gap": 30.0, "order_value": 12.5}
    run.save()
    run.predictions.create(
        customer=ann.customer, purchase_probability=0.25, facts=[12.0, 1.0, None, 20.0],
        churn_drivers=[-0.21, None, None, None],
    )  # fmt: skip
    held = ann.get(f"{ME}data/").json()
    assert {kind["type"]: kind["count"] for kind in held["events"]} == {"purchase": 1, "view_item": 1}
    assert held["predictions"] == [{"name": "Chance of an order in 30 days", "value": "25 %"}]
    effect = "lowers the chance of no order in 90 days by 21 points"
    assert held["why"] == [{"name": "last order 12 days ago (typical: 40)", "value": effect}]
    assert (held["sources"], held["choices"], held["fresh_start"]) == (["test"], 0, None)


def test_events_are_listed_and_forgotten(ann, products):
    order = fakes.record_purchase(ann.customer, products[0])
    view = fakes.record_event(ann.customer, EventType.VIEW_ITEM, products[1])
    assert [row["type"] for row in ann.get(f"{ME}events/").json()["results"]] == ["view_item", "purchase"]
    assert post(ann, "forget", event=view.pk).json() == {"kept": False}
    assert post(ann, "forget", event=view.pk).status_code == 404
    line = order.events.get().pk
    assert post(ann, "forget", event=line).json() == {"kept": True}
    [row] = ann.get(f"{ME}events/").json()["results"]
    assert (row["id"], row["title"], row["order"], row["used"]) == (line, products[0].title, order.ref, False)
    post(ann, "forget", event=line, again=True)
    assert ann.get(f"{ME}events/").json()["results"][0]["used"] is True


def test_a_mute_is_obeyed_by_the_next_answer(ann, store, products):
    fakes.recommend(fakes.make_run(store), ann.customer, ListKind.RECOMMENDED, products)
    made = post(ann, "mutes", kind="product", value="P1")
    assert made.status_code == 201
    assert made.json()[0]["label"] == products[1].title
    shown = [item["product_id"] for item in ann.get(f"{ME}recommendations/").json()["items"]]
    assert shown == ["P0", "P2", "P3"]
    post(ann, "mutes", kind="brand", value="Acme")
    assert ann.get(f"{ME}recommendations/").json()["items"] == []
    for mute in ann.get(f"{ME}mutes/").json():
        assert ann.delete(f"{ME}mutes/{mute['id']}/").status_code == 204
    assert len(ann.get(f"{ME}recommendations/").json()["items"]) == 4
    assert post(ann, "mutes", kind="size", value="XL").status_code == 400
    assert post(ann, "mutes", kind="brand", value="").status_code == 400


def test_a_mute_is_taken_back_by_its_owner_alone(ann, bob, products):
    [mute] = post(ann, "mutes", kind="product", value="P1").json()
    assert bob.delete(f"{ME}mutes/{mute['id']}/").status_code == 404
    assert Mute.objects.exists()


def test_a_fresh_start(ann, store, products):
    run = fakes.make_run(store)
    fakes.recommend(run, ann.customer, ListKind.RECOMMENDED, products)
    assert post(ann, "reset").status_code == 201
    assert FreshStart.objects.get().customer == ann.customer
    assert not run.recommendations.exists()
    assert ann.get(f"{ME}data/").json()["fresh_start"]


def test_export_and_erasure_want_the_password(ann, products):
    ann.user.set_password("a-long-password")
    ann.user.save()
    ann.force_login(ann.user)
    fakes.record_purchase(ann.customer, products[0])
    assert post(ann, "export").status_code == 403
    assert post(ann, "export", password="wrong").status_code == 403
    export = post(ann, "export", password="a-long-password")
    assert export.json()["customer_id"] == ann.customer.external_id
    packed = post(ann, "export", format="csv")
    assert "orders.csv" in zipfile.ZipFile(io.BytesIO(packed.content)).namelist()
    receipt = post(ann, "erase").json()
    assert receipt["rows"]["customers"] == 1
    assert receipt["signature"]
    assert not Customer.objects.exists()
    assert ann.get(f"{ME}data/").status_code == 404
    assert post(ann, "mutes", kind="product", value="P1").json() == []


def test_guessing_is_slowed_down_without_a_rate_of_the_project(ann):
    assert [post(ann, "erase", password=str(n)).status_code for n in range(11)] == [403] * 10 + [429]


def test_without_erasure_keys_the_answer_says_so(ann, settings):
    ann.user.set_password("a-long-password")
    ann.user.save()
    ann.force_login(ann.user)
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ERASURE_KEYS": {}}
    assert post(ann, "erase", password="a-long-password").status_code == 503
