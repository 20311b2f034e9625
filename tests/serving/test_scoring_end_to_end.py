"""The whole loop on a small shop with the real model: train, score, promote, opt out, score again, roll back."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

import loyalty_ai.tasks  # noqa: F401 (registers the kinds of jobs)
from loyalty_ai.jobs import services
from loyalty_ai.ml import membership
from loyalty_ai.ml.artifact import verify
from loyalty_ai.registry import audits
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.serving import scoring
from loyalty_ai.serving.models import Deployment, ItemNeighbours, ListKind, Prediction, Recommendation, ScoringRun
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.models import Customer, Event, EventType, Order, Product, Store
from tests.fakes import FAKE_SETTINGS, NOON, make_store

TRAINING = {
    "epochs": 2,
    "rolling_epochs": 1,
    "rounds": 15,
    "ranker_windows": 2,
    "window_days": 14,
    "candidates": 20,
    "threads": 1,
}
MODEL = {"dim": 16, "layers": 1, "heads": 1, "context": 16, "text_dim": 16}


def stock_shop(store: Store, *, customers: int = 60, products: int = 24, days: int = 120) -> None:
    """Every customer orders every one to three weeks, mostly from the six products of their own taste."""
    rng = np.random.default_rng(7)
    people = Customer.objects.bulk_create(Customer(store=store, external_id=f"C{n}") for n in range(customers))
    goods = Product.objects.bulk_create(
        Product(store=store, external_id=f"P{n}", title=f"{['red', 'green', 'blue', 'grey'][n % 4]} mug {n}", price=5)
        for n in range(products)
    )
    orders, lines = [], []
    for n, person in enumerate(people):
        day = rng.uniform(0, 14)
        while day < days:
            order = Order(
                store=store,
                customer=person,
                ref=f"O{len(orders)}",
                currency="GBP",
                placed_at=NOON + timedelta(days=day),
            )
            orders.append(order)
            own = [goods[(n % 4) + 4 * k] for k in range(6)]
            basket = {own[rng.integers(6)], own[rng.integers(6)], goods[rng.integers(products)]}
            lines += [(order, product) for product in basket]
            day += rng.uniform(7, 21)
    Order.objects.bulk_create(orders)
    Event.objects.bulk_create(
        Event(
            store=store,
            customer=order.customer,
            order=order,
            product=product,
            type=EventType.PURCHASE,
            value=5,
            occurred_at=order.placed_at,
            source="test",
        )
        for order, product in lines
    )


def command(name: str, *args: str) -> dict:
    out = StringIO()
    call_command(name, *args, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


@pytest.fixture
def shop(db, settings, tmp_path, monkeypatch) -> Store:
    own = {"ARTIFACTS": tmp_path, "DEVICE": "cpu", "TRAINING": TRAINING, "MODEL": MODEL, "TOP_K": 8}
    settings.LOYALTY_AI = FAKE_SETTINGS | own
    monkeypatch.setattr(services.current_app, "send_task", lambda *args, **options: None)
    scoring._seat.cache_clear()
    store = make_store()
    stock_shop(store)
    yield store
    scoring._seat.cache_clear()
    scoring._model.cache_clear()


def live(store: Store) -> Deployment:
    return Deployment.objects.get(store=store, closed_at=None)


def test_train_score_promote_opt_out_and_roll_back(shop, tmp_path):
    trained = command("loyalty_train")
    assert trained["version"] == 1
    assert "ndcg@10" in trained["next_basket"]["repeats"]["popularity"]
    version = ModelVersion.objects.get()
    assert {"card.json", "card.md"} <= set(verify(tmp_path / version.path, digest=version.digest)["files"])
    card = json.loads((tmp_path / version.path / "card.json").read_text())
    assert sum(row["users"] for row in card["slices"]["repeats"]["tenure"]) == card["evaluated_customers"] > 0

    scored = command("loyalty_score")
    assert (scored["state"], scored["customers"], scored["published"]) == ("complete", 60, False)
    run = ScoringRun.objects.get()
    assert Prediction.objects.filter(run=run).count() == 60
    recommended = Recommendation.objects.filter(run=run, kind=ListKind.RECOMMENDED)
    assert recommended.count() == 60
    assert len({tuple(row.items) for row in recommended}) > 10
    bought = {(e.customer_id, e.product_id) for e in Event.objects.filter(store=shop)}
    discover = Recommendation.objects.filter(run=run, kind=ListKind.DISCOVER)
    assert not any((row.customer_id, item) in bought for row in discover for item in row.items)
    again = Recommendation.objects.filter(run=run, kind=ListKind.BUY_AGAIN)
    assert all((row.customer_id, item) in bought for row in again for item in row.items)
    assert ItemNeighbours.objects.filter(run=run, kind=1).exists()
    reasons = {(row.customer_id, reason) for row in recommended for reason in row.reasons if reason}
    assert reasons <= bought
    tested = run.audit["reasons"]
    assert 0 < tested["true"] <= tested["sampled"] <= 60
    assert tested["low"] < tested["share"] < tested["high"]
    assert sum(kind["sampled"] for kind in tested["kinds"].values()) == tested["sampled"]

    promoted = command("loyalty_promote", "1", "--override", "--reason", "a shop of a test is small")
    assert (promoted["version"], promoted["run"], live(shop).run) == (1, run.pk, run)

    out = Customer.objects.get(external_id="C7")
    record_consent(customer=out, purpose="preferences", granted=False, source="test")
    fresh = command("loyalty_score")
    assert (fresh["customers"], fresh["published"]) == (59, True)
    assert live(shop).run_id == fresh["run"] != run.pk
    assert not Recommendation.objects.filter(run=fresh["run"], customer=out).exists()

    back = command("loyalty_promote", "--rollback")
    assert (back["run"], live(shop).run, live(shop).version) == (run.pk, run, version)

    tuned = command("loyalty_train")
    assert tuned["version"] == 2
    assert ModelVersion.objects.get(number=2).parent == version


def test_a_trained_version_is_audited_by_shadows_of_its_own_settings(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(audits, "LEAST_CUSTOMERS", 50)
    monkeypatch.setattr(membership, "RESAMPLES", 20)
    monkeypatch.setattr(membership, "CANARIES", 2)
    monkeypatch.setattr(membership, "audit_membership", partial(membership.audit_membership, shadows=4))
    command("loyalty_train")
    found = command("loyalty_audit")
    version = ModelVersion.objects.get()
    assert (found["version"], found["users"], found["shadows"]) == (1, 60, 4)
    assert version.audit.result["published"] == found["published"]
    assert verify(tmp_path / version.path, digest=version.digest)
    assert "| 60 customers | who sees lists" in (tmp_path / version.path / "audit.md").read_text()
    assert not list(tmp_path.glob("*/*.audit-*"))


def test_commands_say_what_is_missing(shop):
    with pytest.raises(CommandError, match="loyalty_train first"):
        command("loyalty_score")
    with pytest.raises(CommandError, match="no trained version 4"):
        command("loyalty_promote", "4")
    with pytest.raises(CommandError, match="Nothing is live"):
        command("loyalty_promote", "--rollback")
    with pytest.raises(CommandError, match="--rollback"):
        command("loyalty_promote")
    with pytest.raises(CommandError, match="ISO date"):
        command("loyalty_train", "--cutoff", "yesterday")


def test_a_tampered_artifact_is_never_scored(shop, tmp_path):
    command("loyalty_train", "--from-scratch")
    path: Path = tmp_path / ModelVersion.objects.get().path / "metrics.json"
    path.write_text(path.read_text() + " ")
    with pytest.raises(CommandError, match="not what was written"):
        command("loyalty_score")
    assert not Prediction.objects.exists()
