"""Behaviour is stored, and anything personal shown, only where it is allowed: by choice, by default, by the browser."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test import RequestFactory
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from loyalty_ai.checks import check_keys
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.loyalty.services import refresh_profiles
from loyalty_ai.serving.models import ListKind
from loyalty_ai.serving.selectors import read_page
from loyalty_ai.shop.adapters.base import EventRecord
from loyalty_ai.shop.consent import consent_sql, consenting_customers, has_consent, record_consent, sends_gpc
from loyalty_ai.shop.identity import merge_customers, unmerge_customer
from loyalty_ai.shop.models import Customer, Event, EventType, Purpose, RejectedRow
from loyalty_ai.shop.services import record_events
from tests.fakes import FAKE_SETTINGS, NOON, make_customer, make_product, make_run, make_store, recommend
from tests.shop.conftest import NOW
from tests.shop.test_consent import Ledger

BEHAVIOUR = [kind.label for kind in EventType if kind.label not in ("purchase", "refund", "hide_item")]
numbers = count(1)


def event(kind: str, who: str | None = None, **changes) -> EventRecord:
    values = {"product_id": "P1", "occurred_at": NOON, "session": "s"} | changes
    return EventRecord(key=f"k{next(numbers)}", type=kind, customer_id=who, **values)


def send(store, *events, row_results=False):
    return record_events(store=store, source="shop", records=events, now=NOW, row_results=row_results)


def with_defaults(settings, **defaults):
    entry = FAKE_SETTINGS["STORES"]["default"] | {"CONSENT_DEFAULTS": defaults}
    settings.LOYALTY_AI = FAKE_SETTINGS | {"STORES": FAKE_SETTINGS["STORES"] | {"default": entry}}


def refuse(who, purpose="analytics"):
    return record_consent(customer=who, purpose=purpose, granted=False, source="test")


def agree(who, purpose="analytics"):
    return record_consent(customer=who, purpose=purpose, granted=True, source="test")


@pytest.mark.parametrize("kind", BEHAVIOUR)
def test_behaviour_of_who_refuses_is_not_stored(store, kind):
    refuse(make_customer(store, "ann"))
    result = send(store, event(kind, "ann"), event(kind, "bob"), event(kind))
    assert (result.accepted, result.without_consent) == (2, 1)
    assert {e.customer and e.customer.external_id for e in Event.objects.all()} == {"bob", None}


def test_purchases_refunds_and_hidden_products_need_no_consent(store, settings):
    with_defaults(settings, analytics=False)
    refuse(make_customer(store, "ann"))
    events = [event(kind, "ann", gpc=True) for kind in ("purchase", "refund", "hide_item")]
    assert send(store, *events).accepted == 3


def test_where_the_store_asks_first_neither_strangers_nor_the_unasked_are_stored(store, settings):
    with_defaults(settings, analytics=False)
    agree(make_customer(store, "ann"))
    make_customer(store, "known")
    result = send(
        store, event("view_item"), event("search", "new"), event("view_item", "known"), event("search", "ann")
    )
    assert (result.accepted, result.without_consent) == (1, 3)
    assert Event.objects.get().customer.external_id == "ann"
    assert not Customer.objects.filter(external_id="new").exists()


def test_each_store_has_its_own_default_over_the_apps(settings, db):
    strict = FAKE_SETTINGS["STORES"]["default"] | {"CONSENT_DEFAULTS": {"analytics": False}}
    settings.LOYALTY_AI = FAKE_SETTINGS | {
        "STORES": FAKE_SETTINGS["STORES"] | {"strict": strict},
        "CONSENT_DEFAULTS": {"preferences": False},
    }
    for slug, analytics in (("default", True), ("strict", False)):
        store = make_store(slug)
        make_product(store, "P1")
        who = make_customer(store)
        assert has_consent(customer=who, purpose="analytics") is analytics
        assert not has_consent(customer=who, purpose="preferences")
        assert consenting_customers(store=store, purpose="analytics").exists() is analytics
        assert send(store, event("view_item")).accepted == analytics


@pytest.mark.parametrize("defaults", [{"fun": True}, {"analytics": 1}, True])
def test_a_stores_wrong_default_is_a_check(settings, defaults):
    settings.LOYALTY_AI = {"STORES": {"default": {"ADAPTER": "x", "CONSENT_DEFAULTS": defaults}}}
    [error] = check_keys(app_configs=None)
    assert error.id == "loyalty_ai.E002"
    assert '["default"]["CONSENT_DEFAULTS"]' in error.msg


def test_the_regions_default_rules_for_strangers_and_for_customers_who_have_not_chosen(settings, db):
    entry = FAKE_SETTINGS["STORES"]["default"] | {"CONSENT_REGIONS": {"DE": {"analytics": False}}}
    settings.LOYALTY_AI = FAKE_SETTINGS | {"STORES": FAKE_SETTINGS["STORES"] | {"default": entry}}
    store = make_store("default")
    make_product(store, "P1")
    make_customer(store, "german", region="DE")
    agree(make_customer(store, "agreed", region="DE"))
    result = send(
        store,
        event("view_item", "german"),
        event("view_item", "agreed"),
        event("view_item", region="DE"),
        event("view_item", region="GB"),
        event("view_item", "german", region="GB"),
        event("view_item", region="Germany"),
        event("purchase", region="DE"),
    )
    assert (result.accepted, result.without_consent, result.rejected) == (3, 3, 1)


def test_the_browsers_word_is_a_no_where_the_shopper_did_not_choose(store):
    agree(make_customer(store, "ann"))
    make_customer(store, "bob")
    result = send(store, *[event("view_item", who, gpc=True) for who in ("ann", "bob", "new", None)])
    assert (result.accepted, result.without_consent) == (1, 3)
    assert Event.objects.get().customer.external_id == "ann"
    assert send(store, event("view_item", "bob")).accepted == 1, "it is said with each request"


@pytest.mark.parametrize(
    ("purpose", "chosen", "allowed"),
    [
        *[(purpose, None, False) for purpose in Purpose.values],
        *[(purpose, False, False) for purpose in Purpose.values],
        ("preferences", True, True),
        ("analytics", True, True),
        ("marketing", True, True),
        ("sale_of_data", True, False),
    ],
)
def test_what_global_privacy_control_says_of_each_purpose(store, purpose, chosen, allowed):
    who = make_customer(store)
    if chosen is not None:
        record_consent(customer=who, purpose=purpose, granted=chosen, source="test")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {consent_sql(purpose, '%s', store='default', gpc='TRUE')}", [who.pk])
        assert cursor.fetchone() == (allowed,)
    assert has_consent(customer=who, purpose=purpose, gpc=True) is allowed


@pytest.mark.parametrize(("sent", "heard"), [("1", True), (" 1", True), ("0", False), ("true", False), (None, False)])
def test_only_the_standards_value_counts(sent, heard):
    assert sends_gpc(RequestFactory().get("/", headers={} if sent is None else {"Sec-GPC": sent})) is heard


def test_a_wrong_record_of_who_refuses_is_told_to_the_sender_and_not_listed(store):
    refuse(make_customer(store, "ann"))
    wrong = [
        event("view_item", "ann", quantity=-1),
        event("view_item", "ann", product_id="unknown"),
        event("view_item", gpc=True, quantity=-1),
        event("teleport", "ann"),
        event("view_item", "bob", quantity=-1),
        event("purchase", "ann", quantity=-1),
        event("view_item", 7, gpc=True),
        event("view_item", "a\0b"),
    ]
    statuses = [row.status for row in send(store, *wrong, row_results=True).rows]
    assert statuses == ["rejected", "without_consent", *["rejected"] * 6]
    listed = [(row.raw["type"], row.raw["customer_id"]) for row in RejectedRow.objects.order_by("pk")]
    assert listed == [("view_item", "bob"), ("purchase", "ann"), ("view_item", "a\\0b")]


PEOPLE = st.integers(0, 3)
PURPOSES = st.sampled_from(["preferences", "analytics"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("choose"), PEOPLE, PURPOSES, st.booleans()),
        st.tuples(st.just("merge"), PEOPLE, PEOPLE),
        st.tuples(st.just("unmerge"), PEOPLE),
        st.tuples(
            st.just("events"),
            st.lists(
                st.tuples(st.one_of(st.none(), PEOPLE), st.sampled_from([t.label for t in EventType]), st.booleans()),
                min_size=1,
                max_size=4,
            ),
        ),
    ),
    max_size=12,
)


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    steps=STEPS,
    analytics=st.booleans(),
    preferences=st.booleans(),
    regions=st.tuples(*[st.sampled_from(["", "DE", "US", "US-CA"])] * 4),
)
def test_no_history_leads_to_an_event_a_profile_or_a_list_without_consent(
    store, settings, steps, analytics, preferences, regions
):
    of_regions = {"US": {"analytics": True, "preferences": True}, "US-CA": {"preferences": False}}
    entry = FAKE_SETTINGS["STORES"]["default"] | {"CONSENT_REGIONS": of_regions}
    entry["CONSENT_DEFAULTS"] = {"analytics": analytics, "preferences": preferences}
    settings.LOYALTY_AI = FAKE_SETTINGS | {"STORES": FAKE_SETTINGS["STORES"] | {"default": entry}}
    defaults = {"US": (True, True), "US-CA": (True, False)}
    held_to = [defaults.get(region, (analytics, preferences)) for region in regions]
    ledgers = {
        "analytics": Ledger([default for default, _ in held_to]),
        "preferences": Ledger([default for _, default in held_to]),
    }
    people = [make_customer(store, region=region) for region in regions]
    before = Event.objects.count()
    expected = []
    for kind, *step in steps:
        if kind == "choose":
            n, purpose, granted = step
            ledgers[purpose].choose(n, granted)
            record_consent(customer=people[n], purpose=purpose, granted=granted, source="test")
        elif kind == "merge":
            alias, main = step
            people[alias].refresh_from_db()
            if all(ledger.merge(alias, main) for ledger in ledgers.values()):  # the two agree on who is who
                merge_customers(alias=people[alias], main=people[main])
        elif kind == "unmerge":
            [n] = step
            people[n].refresh_from_db()
            for ledger in ledgers.values():
                ledger.unmerge(n)
            unmerge_customer(alias=people[n])
        else:
            [batch] = step
            records = [event(name, None if n is None else people[n].external_id, gpc=gpc) for n, name, gpc in batch]
            send(store, *records)
            expected += [
                (None if n is None else people[n].pk, name)
                for n, name, gpc in batch
                if name not in BEHAVIOUR
                or (analytics and not gpc if n is None else ledgers["analytics"].allows(n, gpc=gpc))
            ]
    stored = Event.objects.order_by("pk")[before:]
    assert [(e.customer_id, e.get_type_display()) for e in stored] == expected

    run = make_run(store)
    for who in people:
        recommend(run, who, ListKind.RECOMMENDED, store.products.all())
    refresh_profiles(store=store, as_of=NOW + timedelta(days=1))
    profiled = set(LoyaltyProfile.objects.values_list("customer", flat=True))
    ledger = ledgers["preferences"]
    for n, who in enumerate(people):
        assert (who.pk in profiled) is (ledger.main[n] == n and ledger.allows(n))
        for gpc in (False, True):
            page = read_page(store="default", customer_id=who.external_id, seconds=30, gpc=gpc)
            assert page.personal is ledger.allows(n, gpc=gpc)
            assert bool(page.lists) is ledger.allows(n, gpc=gpc)
            assert page.personal or (page.profile is None and not page.recent and not page.bought)
