"""What a person takes with them: all of theirs, nothing of anybody else's, readable anywhere."""

from __future__ import annotations

import json

import pytest

from loyalty_ai.privacy.selectors import export_customer
from loyalty_ai.privacy.tables import PERSON, PERSONAL
from tests import fakes
from tests.privacy.person import move_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_store()


@pytest.fixture
def run(store):
    return fakes.make_run(store)


def test_the_export_is_complete_and_plain_json(store, run):
    customer = move_in(store, "ann", run)
    export = export_customer(customer=customer)
    assert json.loads(json.dumps(export)) == export
    assert (export["store"], export["customer_id"], export["currency"]) == ("default", "ann", "GBP")
    assert export["allowed"] == {"preferences": True, "analytics": True, "marketing": True, "sale_of_data": False}
    for table in (PERSON, *PERSONAL):
        assert export[table.name], f"{table.name} is empty"
    assert [one["customer_id"] for one in export["customers"]] == ["ann", "guest-of-ann"]
    assert export["orders"][0] | {"ref": "order-ann", "goods": "20.00", "status": "placed"} == export["orders"][0]
    purchase, refund, view, guests = export["events"]
    assert (purchase["type"], purchase["product"], purchase["order"], purchase["value"]) == (
        *("purchase", "pot", "order-ann", "20.0000"),
    )
    assert (refund["type"], view["type"], guests["title"]) == ("refund", "view_item", "Product pot")
    assert purchase["occurred_at"] == fakes.NOON.isoformat()
    assert export["loyalty"][0]["monetary"] == "20.00"
    assert export["recommendations"][0]["products"] == ["pot"]
    assert export["recommendations"][0]["list"] == "recommended"
    assert export["retention_actions"][0]["text"]["en"]["headline"] == "We kept your mug"
    assert export["exposures"][0]["products"] == ["pot"]
    assert export["exposures"][0]["variant"] == "champion"
    assert export["predictions"][0]["churn_probability"] == 0.25
    assert export["event_keys"] == [{"source": "shop", "key": f"ann-{n}"} for n in (1, 2, 3, "forgotten")]
    assert export["rejected_rows"][0]["raw"]["product_id"] == "no-such-product"


def test_the_export_holds_nothing_of_anybody_else(store, run):
    customer = move_in(store, "ann", run)
    move_in(store, "stranger", run)
    text = json.dumps(export_customer(customer=customer))
    assert "stranger" not in text
    assert "friend-of-ann" not in text


def test_a_guest_exports_the_whole_person(store, run):
    customer = move_in(store, "ann", run)
    assert export_customer(customer=customer.aliases.get()) == export_customer(customer=customer)


def test_somebody_with_nothing_gets_empty_lists(store):
    export = export_customer(customer=fakes.make_customer(store))
    assert all(export[table.name] == [] for table in PERSONAL)


def test_an_export_costs_the_same_for_any_history(store, run, django_assert_max_num_queries):
    customer, product = fakes.make_customer(store), fakes.make_product(store)
    for _ in range(30):
        fakes.record_purchase(customer, product)
    with django_assert_max_num_queries(30):
        export_customer(customer=customer)
