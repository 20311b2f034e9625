from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from loyalty_ai.ml.interactions import ANONYMOUS, EVENT_TYPES, PURCHASE, REFUND
from loyalty_ai.registry.datasets import build_dataset, build_interactions
from loyalty_ai.registry.snapshots import load_snapshot, save_snapshot
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.identity import merge_customers
from loyalty_ai.shop.models import EventType
from tests.fakes import NOON, make_customer, make_product, make_store, record_event, record_purchase, record_refund

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CUTOFF = NOON + 30 * DAY


@pytest.fixture
def shop(db) -> SimpleNamespace:
    store = make_store()
    customers = SimpleNamespace(ann=make_customer(store, "ann"), bob=make_customer(store, "bob"))
    return SimpleNamespace(store=store, products=[make_product(store, f"P{n}") for n in range(4)], **vars(customers))


def rows_of(log, customer) -> list[tuple[str, int, float]]:
    """(event, product key, value) of a customer's rows; None for nobody's."""
    position = ANONYMOUS if customer is None else int(np.flatnonzero(log.user_ids == customer.pk)[0])
    return [
        (EVENT_TYPES[log.event[row]], int(log.item_ids[log.item[row]]), round(float(log.value[row]), 2))
        for row in np.flatnonzero(log.user == position)
    ]


def test_an_order_is_one_basket_of_its_customer(shop):
    record_purchase(shop.ann, shop.products[0], shop.products[1], value="4.00", quantity=2)
    log = build_interactions(store=shop.store, cutoff=CUTOFF)
    assert rows_of(log, shop.ann) == [("purchase", shop.products[0].pk, 4.0), ("purchase", shop.products[1].pk, 4.0)]
    assert len(set(log.basket)) == 1
    assert log.time.tolist() == [int(NOON.timestamp())] * 2
    assert log.quantity.tolist() == [2.0, 2.0]


def test_nothing_at_or_after_the_cutoff_is_seen(shop):
    record_purchase(shop.ann, shop.products[0], at=NOON)
    record_purchase(shop.ann, shop.products[1], at=NOON + HOUR)
    log = build_interactions(store=shop.store, cutoff=NOON + HOUR)
    assert [product for _, product, _ in rows_of(log, shop.ann)] == [shop.products[0].pk]


def test_rows_are_sorted_by_user_time_and_basket(shop):
    for n, who in enumerate((shop.bob, None, shop.ann, shop.bob, None, shop.ann)):
        record_purchase(who, *shop.products[: n % 3 + 1], at=NOON + (7 * n % 5) * HOUR, store=shop.store)
    log = build_interactions(store=shop.store, cutoff=CUTOFF)
    order = np.lexsort((log.basket, log.time, log.user))
    assert (order == np.arange(len(log))).all()
    for basket in np.unique(log.basket):
        rows = log.basket == basket
        assert len(set(log.user[rows])) == 1
        assert len(set(log.time[rows])) == 1


def test_guests_are_evidence_order_by_order_and_no_person(shop):
    record_purchase(None, shop.products[0], shop.products[1], store=shop.store)
    record_purchase(None, shop.products[0], store=shop.store)
    log = build_interactions(store=shop.store, cutoff=CUTOFF)
    assert (log.user == ANONYMOUS).all()
    assert sorted(np.bincount(log.basket).tolist()) == [1, 2]


def test_a_customer_who_opted_out_leaves_purchases_without_a_person(shop):
    order = record_purchase(shop.ann, shop.products[0], shop.products[1], value="8.00")
    record_refund(order, shop.products[1], value="2.00", at=NOON + DAY)
    record_event(shop.ann, EventType.VIEW_ITEM, shop.products[2])
    record_consent(customer=shop.ann, purpose="preferences", granted=False, source="test")
    dataset = build_dataset(store=shop.store, cutoff=CUTOFF)
    assert shop.ann.pk not in dataset.log.user_ids
    assert [row[0] for row in rows_of(dataset.log, None)] == ["purchase", "purchase"]
    assert dataset.manifest.counts["excluded"]["without_person"] == 2


def test_orders_of_two_who_opted_out_never_share_a_basket(shop):
    for who in (shop.ann, shop.bob):
        record_event(who, EventType.PURCHASE, shop.products[0], value="1.00")
        record_consent(customer=who, purpose="preferences", granted=False, source="test")
    assert len(set(build_interactions(store=shop.store, cutoff=CUTOFF).basket)) == 2


def test_a_guest_merged_into_an_account_is_one_user(shop):
    guest = make_customer(shop.store, "guest")
    record_purchase(guest, shop.products[0])
    record_purchase(shop.ann, shop.products[1])
    merge_customers(alias=guest, main=shop.ann)
    log = build_interactions(store=shop.store, cutoff=CUTOFF)
    assert guest.pk not in log.user_ids
    assert [row[1] for row in rows_of(log, shop.ann)] == [shop.products[0].pk, shop.products[1].pk]


def test_a_merged_guest_who_opted_out_takes_the_account_along(shop):
    guest = make_customer(shop.store, "guest")
    record_consent(customer=guest, purpose="preferences", granted=False, source="test")
    record_purchase(shop.ann, shop.products[1])
    merge_customers(alias=guest, main=shop.ann)
    log = build_interactions(store=shop.store, cutoff=CUTOFF)
    assert shop.ann.pk not in log.user_ids
    assert len(rows_of(log, None)) == 1


def test_a_line_given_back_whole_is_neither_purchase_nor_refund(shop):
    order = record_purchase(shop.ann, shop.products[0], shop.products[1], value="6.00", quantity=3)
    record_refund(order, shop.products[0], value="6.00", quantity=3, at=NOON + DAY)
    dataset = build_dataset(store=shop.store, cutoff=CUTOFF)
    assert rows_of(dataset.log, shop.ann) == [("purchase", shop.products[1].pk, 6.0)]
    assert dataset.manifest.counts["excluded"]["given_back_whole"] == 2


def test_a_line_given_back_in_part_keeps_both_rows_and_the_net_spend(shop):
    order = record_purchase(shop.ann, shop.products[0], value="6.00", quantity=3)
    record_refund(order, shop.products[0], value="2.00", quantity=1, at=NOON + DAY)
    log = build_interactions(store=shop.store, cutoff=CUTOFF)
    assert rows_of(log, shop.ann) == [("purchase", shop.products[0].pk, 6.0), ("refund", shop.products[0].pk, 2.0)]
    net = log.value[log.event == PURCHASE].sum() - log.value[log.event == REFUND].sum()
    assert net == pytest.approx(4.0)
    assert log.time[0] < log.time[1]


def test_a_refund_after_the_cutoff_does_not_reach_back(shop):
    order = record_purchase(shop.ann, shop.products[0], value="6.00")
    record_refund(order, shop.products[0], value="6.00", at=NOON + 2 * DAY)
    log = build_interactions(store=shop.store, cutoff=NOON + DAY)
    assert [row[0] for row in rows_of(log, shop.ann)] == ["purchase"]


def test_two_orders_of_a_product_are_settled_apart(shop):
    first = record_purchase(shop.ann, shop.products[0], value="6.00")
    record_purchase(shop.ann, shop.products[0], value="6.00", at=NOON + DAY)
    record_refund(first, shop.products[0], value="6.00", at=NOON + 2 * DAY)
    log = build_interactions(store=shop.store, cutoff=CUTOFF)
    assert rows_of(log, shop.ann) == [("purchase", shop.products[0].pk, 6.0)]
    assert log.time[0] == int((NOON + DAY).timestamp())


def test_behaviour_of_a_session_is_one_basket_timed_by_its_last_event(shop):
    for minutes, product in ((0, 0), (5, 1), (20, 2)):
        at = NOON + timedelta(minutes=minutes)
        record_event(shop.ann, EventType.VIEW_ITEM, shop.products[product], at=at, session="s1")
    record_event(shop.ann, EventType.VIEW_ITEM, shop.products[3], at=NOON, session="s2")
    log = build_interactions(store=shop.store, cutoff=CUTOFF)
    assert sorted(np.unique(log.basket, return_counts=True)[1].tolist()) == [1, 3]
    assert log.time.max() == int((NOON + timedelta(minutes=20)).timestamp())
    assert (log.time == log.time.max()).sum() == 3


def test_products_on_sale_and_products_sold_are_items(shop):
    withdrawn = [make_product(shop.store, f"W{n}", withdrawn_at=NOON, title="Old lamp") for n in range(2)]
    record_purchase(shop.ann, withdrawn[0])
    log = build_interactions(store=shop.store, cutoff=CUTOFF)
    assert log.item_ids.tolist() == [*(p.pk for p in shop.products), withdrawn[0].pk]
    assert log.item_text[-1] == "Old lamp"
    assert log.item_price.tolist() == [10.0] * 5


def test_another_store_is_not_seen(shop):
    other = make_store("other")
    record_purchase(make_customer(other, "zoe"), make_product(other, "X"))
    log = build_interactions(store=shop.store, cutoff=CUTOFF)
    assert len(log) == 0
    assert log.n_users == 2


def test_events_without_a_product_are_counted_and_left_out(shop):
    record_purchase(shop.ann, None, value="3.00")
    dataset = build_dataset(store=shop.store, cutoff=CUTOFF)
    assert len(dataset.log) == 0
    assert dataset.manifest.counts["excluded"]["without_product"] == 1
    assert dataset.manifest.data_from is None


def test_the_fingerprint_changes_with_the_data_and_only_then(shop):
    record_purchase(shop.ann, shop.products[0])
    first = build_dataset(store=shop.store, cutoff=CUTOFF).manifest
    assert build_dataset(store=shop.store, cutoff=CUTOFF + DAY).manifest.fingerprint == first.fingerprint
    record_purchase(shop.bob, shop.products[0])
    assert build_dataset(store=shop.store, cutoff=CUTOFF).manifest.fingerprint != first.fingerprint
    assert first.counts["purchase"] == 1
    assert first.data_from == NOON


def test_a_snapshot_gives_back_the_same_dataset(shop, tmp_path):
    shop.products[0].title = "Täglich ☕"
    shop.products[0].save()
    record_purchase(shop.ann, *shop.products)
    dataset = build_dataset(store=shop.store, cutoff=CUTOFF)
    save_snapshot(dataset, tmp_path / "v1.data.npz")
    again = load_snapshot(tmp_path / "v1.data.npz")
    assert again.manifest == dataset.manifest
    for field in fields(dataset.log):
        kept, read = getattr(dataset.log, field.name), getattr(again.log, field.name)
        assert np.array_equal(kept, read), field.name
    assert [path.name for path in tmp_path.iterdir()] == ["v1.data.npz"]
