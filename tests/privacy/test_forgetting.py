"""What a person has us forget is used no more: not on the next page, not in the next run, not after another import."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.conf import get_adapter
from loyalty_ai.experiments.models import Exposure
from loyalty_ai.privacy.forgetting import forget_event, start_afresh, use_again
from loyalty_ai.privacy.selectors import export_customer
from loyalty_ai.privacy.services import erase_customer
from loyalty_ai.registry.datasets import build_dataset
from loyalty_ai.serving.models import ListKind, Prediction, ReasonKind, Recommendation
from loyalty_ai.serving.page import LoyaltyPage
from loyalty_ai.serving.withdrawal import withdraw_late
from loyalty_ai.shop.adapters.base import EventRecord
from loyalty_ai.shop.identity import merge_customers, unmerge_customer
from loyalty_ai.shop.models import Customer, Event, EventKey, EventType, ForgottenEvent, Order
from loyalty_ai.shop.services import record_events
from tests import fakes

pytestmark = pytest.mark.django_db

LATER = fakes.NOON + timedelta(days=1)
MUCH_LATER = fakes.NOON + timedelta(days=30)


@pytest.fixture
def store(settings, monkeypatch):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    monkeypatch.setattr("loyalty_ai.serving.page.DEADLINE", 30.0)
    monkeypatch.setattr(get_adapter("default"), "now", lambda: LATER)
    return fakes.make_store()


@pytest.fixture
def ann(store):
    return fakes.make_customer(store, "ann")


@pytest.fixture
def products(store):
    return [fakes.make_product(store, f"P{n}") for n in range(8)]


def view(key: str = "v1") -> EventRecord:
    return EventRecord(key=key, type="view_item", customer_id="ann", product_id="P0", occurred_at=fakes.NOON)


def take(store, *records: EventRecord):
    return record_events(store=store, source="shop", records=records, now=MUCH_LATER)


def people_of(store, cutoff=MUCH_LATER) -> list[tuple[int, int]]:
    """The customers and products of the training data's rows; customer 0 is nobody."""
    log = build_dataset(store=store, cutoff=cutoff).log
    return [
        (int(log.user_ids[user]) if user >= 0 else 0, int(log.item_ids[item]))
        for user, item in zip(log.user, log.item, strict=True)
    ]


def recommend_because(run, customer, products, reasons, kind=ListKind.RECOMMENDED) -> None:
    fakes.recommend(run, customer, kind, products)
    because = [reason.pk if reason else 0 for reason in reasons]
    kinds = [ReasonKind.BECAUSE_BOUGHT.value if reason else ReasonKind.MODEL.value for reason in reasons]
    run.recommendations.filter(customer=customer, kind=kind).update(reasons=because, reason_kinds=kinds)


def test_a_view_that_is_forgotten_does_not_come_back_with_another_import(store, ann, products):
    take(store, view(), view("v2"))
    first = Event.objects.order_by("pk").first()
    assert forget_event(customer=ann, event_id=first.pk) is False
    assert take(store, view(), view("v2")).duplicates == 2
    assert Event.objects.count() == 1


def test_the_key_of_a_forgotten_view_goes_with_the_person(store, ann, products):
    take(store, view())
    forget_event(customer=ann, event_id=Event.objects.get().pk)
    assert export_customer(customer=ann)["event_keys"] == [{"source": "shop", "key": "v1"}]
    erase_customer(customer=ann, now=LATER)
    assert not EventKey.objects.exists()


def test_nobody_forgets_what_is_somebody_elses(store, ann, products):
    bob = fakes.make_customer(store, "bob")
    theirs = fakes.record_event(bob, EventType.VIEW_ITEM, products[0])
    order = fakes.record_purchase(bob, products[0])
    for event in (theirs, order.events.get()):
        with pytest.raises(Event.DoesNotExist):
            forget_event(customer=ann, event_id=event.pk)
        with pytest.raises(Event.DoesNotExist):
            use_again(customer=ann, event_id=event.pk)
    assert Event.objects.count() == 2
    assert not ForgottenEvent.objects.exists()


def test_a_purchase_that_is_forgotten_stays_an_order_and_is_nobodys_in_the_next_run(store, ann, products):
    order = fakes.record_purchase(ann, *products[:2])
    fakes.record_refund(order, products[0], value="2.00", at=LATER)
    assert forget_event(customer=ann, event_id=order.events.get(product=products[0], type=EventType.PURCHASE).pk)
    assert Order.objects.get().events.count() == 3
    assert sorted(people_of(store)) == [(0, products[0].pk), (ann.pk, products[1].pk)]
    use_again(customer=ann, event_id=order.events.get(product=products[0], type=EventType.PURCHASE).pk)
    assert len(people_of(store)) == 3
    assert {who for who, _ in people_of(store)} == {ann.pk}


def test_a_refund_that_comes_later_does_not_tell_of_the_purchase(store, ann, products):
    order = fakes.record_purchase(ann, products[0])
    forget_event(customer=ann, event_id=order.events.get().pk)
    fakes.record_refund(order, products[0], value="2.00", at=LATER)
    assert people_of(store) == [(0, products[0].pk)]


def test_what_is_listed_because_of_a_forgotten_purchase_leaves_the_lists_at_once(store, ann, products):
    run, older = fakes.make_run(store), fakes.make_run(store, deploy=False)
    gift, other = (
        fakes.record_purchase(ann, product, at=fakes.NOON - timedelta(days=1)).events.get() for product in products[:2]
    )
    for each in (run, older):
        recommend_because(each, ann, products[2:5], [products[0], products[1], None])
        fakes.recommend(each, ann, ListKind.BUY_AGAIN, products[:2])
        each.recommendations.filter(kind=ListKind.BUY_AGAIN).update(
            reasons=[product.pk for product in products[:2]], reason_kinds=[ReasonKind.BOUGHT_BEFORE.value] * 2
        )
    forget_event(customer=ann, event_id=gift.pk)
    for each in (run, older):
        row = each.recommendations.get(customer=ann, kind=ListKind.RECOMMENDED)
        assert row.items == [product.pk for product in products[3:5]]
        assert len(row.scores) == len(row.reasons) == len(row.reason_kinds) == 2
        assert each.recommendations.get(kind=ListKind.BUY_AGAIN).items == [products[1].pk]
    fakes.record_purchase(ann, products[1])
    forget_event(customer=ann, event_id=other.pk)
    row = run.recommendations.get(customer=ann, kind=ListKind.RECOMMENDED)
    assert row.items == [product.pk for product in products[3:5]], "bought another time too"


def test_a_forgotten_purchase_is_not_bought_recently(store, ann, products):
    fakes.make_run(store)
    order = fakes.record_purchase(ann, products[0], at=LATER)
    page = LoyaltyPage(store="default", customer_id="ann")
    assert [item.product.product_id for item in page.buy_again(limit=3).items] == ["P0"]
    forget_event(customer=ann, event_id=order.events.get().pk)
    page = LoyaltyPage(store="default", customer_id="ann")
    assert page.buy_again(limit=3) is None
    assert page.read.recent == []
    assert page.profile.orders == 1, "an order stays an order"


def test_a_fresh_start_ends_lists_and_predictions_at_once_and_the_past_is_nobodys(store, ann, products):
    run = fakes.make_run(store)
    fakes.recommend(run, ann, ListKind.RECOMMENDED, products[:3])
    run.predictions.create(customer=ann)
    guest = merge_customers(alias=fakes.make_customer(store, "guest"), main=ann)
    fakes.record_purchase(ann, products[0])
    fakes.record_purchase(guest, products[1])
    fakes.record_event(ann, EventType.VIEW_ITEM, products[2])
    fakes.expose(ann, products[:2])
    start_afresh(customer=guest)
    assert not Exposure.objects.exists()
    assert not Recommendation.objects.exists()
    assert not Prediction.objects.exists()
    assert sorted(people_of(store)) == [(0, products[0].pk), (0, products[1].pk)]
    assert LoyaltyPage(store="default", customer_id="ann").read.recent == []
    fakes.record_purchase(guest, products[3], at=LATER)
    fakes.record_purchase(ann, products[5], at=LATER - timedelta(hours=1))  # a late arrival from before
    assert sorted(people_of(store)) == sorted(
        [(0, products[0].pk), (0, products[1].pk), (0, products[5].pk), (ann.pk, products[3].pk)]
    )
    assert LoyaltyPage(store="default", customer_id="ann").read.recent == [products[3].pk]
    unmerge_customer(alias=guest)
    assert (guest.pk, products[1].pk) in people_of(store), "the account asked, not the guest"


def test_a_run_that_was_being_made_meanwhile_brings_nothing_back(store, ann, products):
    bob = fakes.make_customer(store, "bob")
    gift = fakes.record_purchase(bob, products[0], at=fakes.NOON - timedelta(days=1)).events.get()
    run = fakes.make_run(store, deploy=False)
    start_afresh(customer=ann)
    forget_event(customer=bob, event_id=gift.pk)
    fakes.recommend(run, ann, ListKind.RECOMMENDED, products[:3])
    recommend_because(run, bob, products[2:4], [products[0], None])
    withdraw_late(run)
    assert not run.recommendations.filter(customer=ann).exists()
    assert run.recommendations.get(customer=bob).items == [products[3].pk]
    after = fakes.make_run(store, deploy=False)
    fakes.recommend(after, ann, ListKind.RECOMMENDED, products[:3])
    withdraw_late(after)
    assert after.recommendations.filter(customer=ann).exists()


WHO = st.sampled_from(["ann", "guest"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["buy", "view"]), WHO, st.integers(0, 2)),
        st.tuples(st.sampled_from(["forget", "again"]), st.integers(0, 9)),
        st.tuples(st.just("anew"), WHO),
        st.tuples(st.sampled_from(["merge", "unmerge"])),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_history_of_wishes_lets_the_training_data_tell_of_what_is_forgotten(store, products, steps):
    """An event may arrive up to two days late; each step is a day."""
    Event.objects.all().delete()
    Order.objects.all().delete()
    Customer.objects.all().delete()
    people = {name: fakes.make_customer(store, name) for name in ("ann", "guest")}
    happened: list[dict] = []
    anew: list[tuple[str, datetime]] = []
    merged = False
    for day, (step, *what) in enumerate(steps):
        now = fakes.NOON + timedelta(days=day)
        get_adapter("default").now = lambda now=now: now
        people = {name: Customer.objects.get(pk=one.pk) for name, one in people.items()}
        if step in ("buy", "view"):
            who, late = what
            at, product = now - timedelta(days=late), products[len(happened) % len(products)]
            if step == "buy":
                event = fakes.record_purchase(people[who], product, at=at).events.get()
            else:
                event = fakes.record_event(people[who], EventType.VIEW_ITEM, product, at=at)
            happened.append({"id": event.pk, "who": who, "at": at, "product": product.pk, "kind": step, "used": True})
        elif step in ("forget", "again") and what[0] < len(happened):
            event = happened[what[0]]
            if step == "forget" and Event.objects.filter(pk=event["id"]).exists():
                forget_event(customer=people[event["who"]], event_id=event["id"])
                event["used"] = False
            elif step == "again" and event["kind"] == "buy":
                use_again(customer=people[event["who"]], event_id=event["id"])
                event["used"] = True
        elif step == "anew":
            start_afresh(customer=people[what[0]])
            anew.append(("ann" if merged else what[0], now))
        elif step == "merge" and not merged:
            merge_customers(alias=people["guest"], main=people["ann"])
            merged = True
        elif step == "unmerge" and merged:
            unmerge_customer(alias=people["guest"])
            merged = False
    expected = []
    for event in happened:
        asked = [since for who, since in anew if merged or who == event["who"]]
        account = people["ann" if merged else event["who"]].pk
        used = event["used"] and event["at"] >= max(asked, default=event["at"])
        if used or event["kind"] == "buy":
            expected.append((account if used else 0, event["product"]))
    assert sorted(people_of(store)) == sorted(expected)
