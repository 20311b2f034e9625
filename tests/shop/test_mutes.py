"""What somebody muted is not shown: whatever was muted, taken back, merged and undone before."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.serving.models import ListKind, NeighbourKind
from loyalty_ai.serving.page import LoyaltyPage
from loyalty_ai.shop.adapters.base import EventRecord
from loyalty_ai.shop.identity import merge_customers, unmerge_customer
from loyalty_ai.shop.models import Customer, Mute
from loyalty_ai.shop.selectors import muted_products, person_of
from loyalty_ai.shop.services import record_events
from loyalty_ai.shop.wishes import mute, unmute
from tests import fakes

pytestmark = pytest.mark.django_db

WORDS = [("Home", "Acme"), ("Home / Tea", "Acme"), ("Home / Tea / Green", "Bond"), ("Home Office", ""), ("", "Bond")]
"""Category and brand of P0, P1 ...: a path below a path, and one that only begins with the same word."""

PRODUCTS = [f"P{n}" for n in range(len(WORDS))]


@pytest.fixture
def shop(settings, monkeypatch) -> SimpleNamespace:
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    monkeypatch.setattr("loyalty_ai.serving.page.DEADLINE", 30.0)
    store = fakes.make_store()
    run = fakes.make_run(store)
    products = [
        fakes.make_product(store, name, category=category, brand=brand)
        for name, (category, brand) in zip(PRODUCTS, WORDS, strict=True)
    ]
    here = fakes.make_product(store, "here")
    ann = fakes.make_customer(store, "ann")
    fakes.recommend(run, ann, ListKind.RECOMMENDED, products[:2])
    fakes.recommend(run, ann, ListKind.BUY_AGAIN, products[:3])
    fakes.recommend(run, None, ListKind.POPULAR, products)
    for kind in NeighbourKind:
        fakes.relate(run, here, kind, products)
    return SimpleNamespace(store=store, run=run, products=products, ann=ann)


def shown(customer_id: str | None, *, late: bool = False) -> set[str]:
    """The products that any row of a page holds; `late`: the page names its product after the first row."""
    page = LoyaltyPage(store="default", customer_id=customer_id, products=[] if late else ["here"])
    rows = [page.buy_again(limit=9), page.recommended(limit=9)]
    page.shown.clear()
    rows.append(page.recommended(limit=9, kind=ListKind.POPULAR))
    for kind in NeighbourKind:
        page.shown.clear()
        rows.append(page.near(["here"], kind=kind, limit=9))
    return {item.product.product_id for row in rows if row for item in row.items}


@pytest.mark.parametrize(
    ("kind", "value", "gone"),
    [
        ("product", "P0", {"P0"}),
        ("category", "Home", {"P0", "P1", "P2"}),
        ("category", "Home / Tea", {"P1", "P2"}),
        ("category", "Home / Te", set()),
        ("brand", "Acme", {"P0", "P1"}),
        ("brand", "Bond", {"P2", "P4"}),
        ("product", "elsewhere", set()),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_mute_holds_in_every_row_until_it_is_taken_back(shop, kind, value, gone, late):
    mute(customer=shop.ann, kind=kind, value=value)
    assert shown("ann", late=late) == set(PRODUCTS) - gone
    assert muted_products(store_slug="default", customer_id="ann", product_ids=PRODUCTS) == gone
    assert shown(None) == set(PRODUCTS)
    assert unmute(person=person_of("default", "ann"), kind=kind, value=value)
    assert shown("ann", late=late) == set(PRODUCTS)


def test_nothing_is_muted_by_nothing(shop):
    with pytest.raises(ValueError, match="value"):
        mute(customer=shop.ann, kind="brand", value="")
    with pytest.raises(ValueError, match="size"):
        mute(customer=shop.ann, kind="size", value="XL")


def test_a_product_that_was_hidden_in_the_shop_is_muted_and_stays_so_only_as_long_as_wanted(shop):
    hide = [
        EventRecord(key=f"h{n}", type="hide_item", customer_id="ann", product_id="P1", occurred_at=fakes.NOON)
        for n in (1, 2)
    ]
    assert record_events(store=shop.store, source="shop", records=hide, now=fakes.NOON).accepted == 2
    assert list(Mute.objects.values_list("customer__external_id", "kind", "value")) == [("ann", "product", "P1")]
    unmute(person=person_of("default", "ann"), kind="product", value="P1")
    assert record_events(store=shop.store, source="shop", records=hide, now=fakes.NOON).duplicates == 2
    assert "P1" in shown("ann")


WHO = st.sampled_from(["ann", "guest", "other"])
WHAT = st.sampled_from(
    [*(("product", name) for name in PRODUCTS), ("category", "Home / Tea"), ("category", "Home"), ("brand", "Bond")]
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("mute"), WHO, WHAT),
        st.tuples(st.just("unmute"), WHO, WHAT),
        st.tuples(st.just("merge"), st.sampled_from(["guest", "other"])),
        st.tuples(st.just("unmerge"), st.sampled_from(["guest", "other"])),
    ),
    max_size=12,
)


def covers(kind: str, value: str, product: str) -> bool:
    """The rule in plain words, to hold the SQL against."""
    category, brand = WORDS[PRODUCTS.index(product)]
    if kind == "category":
        return category.split(" / ")[: len(value.split(" / "))] == value.split(" / ")
    return value == (product if kind == "product" else brand)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_history_of_mutes_and_merges_shows_what_is_muted(shop, steps):
    Mute.objects.all().delete()
    Customer.objects.exclude(pk=shop.ann.pk).delete()
    people = {"ann": shop.ann} | {name: fakes.make_customer(shop.store, name) for name in ("guest", "other")}
    mutes: set[tuple[str, str, str]] = set()
    merged: set[str] = set()

    def person(name: str) -> set[str]:
        together = {"ann", *merged}
        return together if name in together else {name}

    for step, name, *what in steps:
        if step == "mute":
            mute(customer=people[name], kind=what[0][0], value=what[0][1])
            mutes.add((name, *what[0]))
        elif step == "unmute":
            unmute(person=person_of("default", name), kind=what[0][0], value=what[0][1])
            mutes -= {(each, *what[0]) for each in person(name)}
        elif step == "merge" and name not in merged:
            merge_customers(alias=people[name], main=people["ann"])
            merged.add(name)
        elif step == "unmerge" and name in merged:
            unmerge_customer(alias=people[name])
            merged.remove(name)
    for name in people:
        gone = {
            product
            for who, kind, value in mutes
            if who in person(name)
            for product in PRODUCTS
            if covers(kind, value, product)
        }
        assert shown(name) == set(PRODUCTS) - gone
