from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty_ai.shop.adapters.base import CustomerRecord, ProductRecord, Rejected
from loyalty_ai.shop.models import Customer, Product, RejectedRow
from loyalty_ai.shop.selectors import mirrored_products
from loyalty_ai.shop.services import upsert_customers, upsert_products
from tests.shop.conftest import NOW

MUG = ProductRecord(
    "MUG", "Mug", "A mug.", "Home / Kitchen", "Potter", Decimal("4.50"), "GBP", url="/p/mug", image="/i/mug.svg"
)


def take(store, *records, now=NOW):
    upsert = upsert_customers if isinstance(records[0], CustomerRecord) else upsert_products
    counts = upsert(store=store, source="shop", records=records, now=now).counts()
    return {name: count for name, count in counts.items() if count}


def test_a_product_is_mirrored_and_only_changes_are_written(store):
    assert take(store, MUG) == {"created": 1}
    product = Product.objects.get(external_id="MUG")
    assert (product.title, product.category, product.price, product.url) == (
        "Mug",
        "Home / Kitchen",
        Decimal("4.50"),
        "/p/mug",
    )
    later = NOW + timedelta(days=1)
    assert take(store, MUG, now=later) == {"unchanged": 1}
    product.refresh_from_db()
    assert product.updated_at == NOW
    assert take(store, replace(MUG, price=Decimal("4.75")), now=later) == {"updated": 1}
    product.refresh_from_db()
    assert (product.price, product.updated_at) == (Decimal("4.75"), later)


def test_a_withdrawn_product_keeps_its_first_date_until_it_comes_back(store):
    take(store, MUG)
    gone = replace(MUG, withdrawn=True)
    assert take(store, gone) == {"updated": 1}
    assert take(store, gone, now=NOW + timedelta(days=1)) == {"unchanged": 1}
    assert Product.objects.get(external_id="MUG").withdrawn_at == NOW
    assert mirrored_products(store_slug="default", product_ids=["MUG"]) == {}
    assert take(store, MUG) == {"updated": 1}
    assert Product.objects.get(external_id="MUG").withdrawn_at is None
    assert mirrored_products(store_slug="default", product_ids=["MUG", "none"])["MUG"].price == Decimal("4.50")


def test_a_customers_region_is_kept_changed_and_not_forgotten(store):
    def region():
        return Customer.objects.get(external_id="ann").region

    assert take(store, CustomerRecord("ann", region="DE")) == {"created": 1}
    assert region() == "DE"
    assert take(store, CustomerRecord("ann", region="US-CA")) == {"updated": 1}
    assert take(store, CustomerRecord("ann")) == {"unchanged": 1}
    assert region() == "US-CA"
    assert take(store, CustomerRecord("ann", region="Germany")) == {"rejected": 1}
    assert "ISO 3166" in RejectedRow.objects.get().reason
    assert region() == "US-CA"


def test_the_last_record_of_a_product_in_a_batch_counts(store):
    assert take(store, MUG, replace(MUG, title="Cup")) == {"created": 1}
    assert Product.objects.get(external_id="MUG").title == "Cup"


def test_texts_are_cut_to_the_mirror_and_links_are_whole_or_left_out(store):
    long = replace(MUG, title="t" * 400, category="c" * 400, brand="b" * 400, url="u" * 501, image="i" * 501)
    assert take(store, long) == {"created": 1}
    product = Product.objects.get(external_id="MUG")
    assert (len(product.title), len(product.category), len(product.brand)) == (300, 300, 120)
    assert (product.url, product.image) == ("", "")


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (replace(MUG, product_id=" "), "missing_field"),
        (replace(MUG, product_id="x" * 129), "too_long"),
        (replace(MUG, product_id=7), "bad_field"),
        (replace(MUG, price=Decimal("-1")), "negative_value"),
        (replace(MUG, price=Decimal("NaN")), "not_finite"),
        (replace(MUG, price="4.50"), "bad_field"),
        (replace(MUG, description="\0"), "unreadable_text"),
        (replace(MUG, title=None), "bad_field"),
        (Rejected("items.csv:2", "wrong_columns", "Two columns."), "wrong_columns"),
        (CustomerRecord(""), "missing_field"),
        (CustomerRecord("C", joined_at=datetime(2011, 1, 1)), "naive_time"),
    ],
)
def test_a_bad_record_is_listed_and_the_rest_is_kept(store, record, code):
    good = CustomerRecord("good") if isinstance(record, CustomerRecord) else MUG
    assert take(store, good, record) == {"created": 1, "rejected": 1}
    assert RejectedRow.objects.get().code == code


def test_a_customer_keeps_what_is_known_of_them(store):
    user = get_user_model().objects.create(username="ann")
    joined = datetime(2010, 12, 1, tzinfo=UTC)
    assert take(store, CustomerRecord("C1", user.pk, joined)) == {"created": 1}
    assert take(store, CustomerRecord("C1")) == {"unchanged": 1}
    customer = Customer.objects.get(external_id="C1")
    assert (customer.user, customer.joined_at) == (user, joined)


def test_a_user_belongs_to_the_customer_who_claimed_it_last_and_an_unknown_one_is_left_out(store):
    user = get_user_model().objects.create(username="ann")
    take(store, CustomerRecord("C1", user.pk), CustomerRecord("C2", user.pk), CustomerRecord("C3", 10**9))
    assert list(Customer.objects.order_by("pk").values_list("external_id", "user")) == [
        ("C1", None),
        ("C2", user.pk),
        ("C3", None),
    ]
    take(store, CustomerRecord("C1", user.pk))
    assert Customer.objects.get(user=user).external_id == "C1"


def test_thousands_of_products_take_a_handful_of_statements(store):
    records = [ProductRecord(f"N{n}", f"Product {n}") for n in range(3000)]
    with CaptureQueriesContext(connection) as queries:
        assert take(store, *records) == {"created": 3000}
    assert len(queries) <= 8
