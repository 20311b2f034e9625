from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone

import loyalty_ai.tasks  # noqa: F401 (registers the kinds of jobs)
from loyalty_ai.jobs import services
from loyalty_ai.jobs.models import JobChunk, JobState
from loyalty_ai.jobs.services import request_job, run_job
from loyalty_ai.jobs.work import CannotWork
from loyalty_ai.ml.behaviour import BehaviourPrediction
from loyalty_ai.ml.drivers import Drivers
from loyalty_ai.ml.encoder import EncoderError
from loyalty_ai.ml.interactions import Interactions
from loyalty_ai.ml.reasons import ReasonKind as Found
from loyalty_ai.ml.scoring import RankedLists, ScoredUsers
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.serving import scoring
from loyalty_ai.serving.deployments import promote_version
from loyalty_ai.serving.models import (
    Deployment,
    ItemNeighbours,
    ListKind,
    NeighbourKind,
    Prediction,
    ReasonKind,
    Recommendation,
    ScoringRun,
)
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.identity import merge_customers
from loyalty_ai.shop.models import EventType, ForgottenEvent, FreshStart, Product, Store
from tests.fakes import FAKE_SETTINGS, NOON, make_customer, make_product, make_store, record_purchase

CUTOFF = NOON + timedelta(days=30)


class FakeScorer:
    """Ranks items by key, the first item being the reason of each; keeps whom it was asked for and what was new."""

    def __init__(self, log: Interactions) -> None:
        self.log = log
        self.asked: list[int] = []

    def score(self, users, *, k, allowed, newcomers, horizons_days, explained_days):
        self.asked += self.log.user_ids[users].tolist()
        self.newcomers = self.log.item_ids[newcomers].tolist()
        sellable, n = np.flatnonzero(allowed), len(users)

        def lists(items, reason, kind):
            listed = np.full((n, k), -1, np.int32)
            listed[:, : len(items[:k])] = items[:k]
            reasons = np.where(listed >= 0, reason, -1).astype(np.int32)
            scores = np.tile(np.linspace(1, 0.1, k, dtype=np.float32), (n, 1))
            return RankedLists(listed, scores, reasons, np.full((n, k), kind, np.int8))

        shares = np.tile(np.asarray(horizons_days) / 1000, (n, 1))
        behaviour = BehaviourPrediction(
            horizons_days=horizons_days,
            p_purchase=shares,
            expected_orders=shares * 10,
            expected_spend=shares * 1000,
            spend_low=shares * 100,
            spend_high=shares * 2000,
            next_order_days=np.where(np.arange(n) % 2, 2.0, np.nan),
            average_days_between_orders=np.full(n, np.nan),
            p_alive=np.ones(n),
            rung="naive",
            extrapolated=np.zeros(len(horizons_days), bool),
        )
        return ScoredUsers(
            repeats=lists(sellable, 0, Found.HISTORY),
            new_only=lists(sellable[1:], -1, Found.NEW if newcomers.any() else Found.POPULAR),
            buy_again=lists(sellable[:1], 0, Found.REPEAT),
            behaviour=behaviour,
            drivers=Drivers(
                facts=np.tile([20.0, 1.0, np.nan, 10.0], (n, 1)),
                typical=np.array([40.0, 3.0, np.nan, 12.5]),
                churn=np.tile([-0.2, 0.1, np.nan, 0.0], (n, 1)),
                value=np.full((n, 4), np.nan),
            ),
        )

    def falls(self, users, items, because, *, mode, allowed):
        return np.ones(len(users), np.float32)

    def typical_facts(self):
        return {"recency": 40.0, "orders": 3.0, "gap": None, "order_value": 12.5}

    def popular(self, k, allowed):
        items = np.full(k, -1, np.int32)
        found = np.flatnonzero(allowed)[:k]
        items[: len(found)] = found
        return items, np.linspace(1, 0, k, dtype=np.float32)

    def similar(self, k, allowed):
        items = np.full((self.log.n_items, k), -1, np.int32)
        best = np.flatnonzero(allowed)[0]
        items[np.arange(len(items)) != best, 0] = best
        return items, np.ones(items.shape, np.float32)

    def bought_together(self, k, allowed, *, floor):
        assert floor == 5
        return np.full((self.log.n_items, k), -1, np.int32), np.zeros((self.log.n_items, k), np.float32)


@pytest.fixture
def shop(db, settings, monkeypatch) -> Iterator[SimpleNamespace]:
    """Five customers with an order, a trained version, chunks of two, and a stand-in for the model."""
    settings.LOYALTY_AI = FAKE_SETTINGS | {"TOP_K": 4, "HORIZONS": {"churn": 60}}
    store = make_store()
    products = [make_product(store, f"P{n}") for n in range(6)]
    customers = [make_customer(store, f"C{n}") for n in range(5)]
    for customer in customers:
        record_purchase(customer, products[0])
    version = new_version(store, 1)
    scorers: list[FakeScorer] = []

    def scorer(log, *, cutoff, cache):
        assert cutoff == int(CUTOFF.timestamp())
        scorers.append(FakeScorer(log))
        return scorers[-1]

    monkeypatch.setattr(services.current_app, "send_task", lambda *args, **options: None)
    monkeypatch.setattr(scoring, "_model", lambda directory, digest, device: SimpleNamespace(scorer=scorer))
    monkeypatch.setattr(scoring, "CHUNK_CUSTOMERS", 2)
    scoring._seat.cache_clear()
    yield SimpleNamespace(store=store, products=products, customers=customers, version=version, scorers=scorers)
    scoring._seat.cache_clear()


def new_version(store, number: int) -> ModelVersion:
    metrics = {"next_basket": {"users": 0}}
    return ModelVersion.objects.create(store=store, number=number, cutoff=CUTOFF, trained_at=NOON, metrics=metrics)


def new_job(shop, **params):
    params = {"version": None, "cutoff": CUTOFF.isoformat(), "publish": False} | params
    slot = f"score:{timezone.now().isoformat()}"
    return request_job(kind="score", store=shop.store, slot=slot, params=params, wake=False)


def score(shop, **params) -> ScoringRun:
    job = run_job(job_id=new_job(shop, **params).pk, owner="test")
    assert job.state == JobState.DONE
    return ScoringRun.objects.get(pk=job.result["run"])


def test_every_customer_gets_one_prediction_and_their_lists(shop):
    run = score(shop)
    assert (run.state, run.audit["findings"]) == ("complete", [])
    assert run.counts == {"customers": 5, "recommended": 5, "discover": 5, "buy_again": 5, "popular": 1, "similar": 5}
    assert run.customers == 5
    assert JobChunk.objects.count() == 3
    assert len(shop.scorers) == 1
    assert sorted(shop.scorers[0].asked) == [customer.pk for customer in shop.customers]


def test_rows_carry_the_products_keys_reasons_and_stated_horizons(shop):
    run = score(shop)
    keys = [product.pk for product in shop.products]
    lists = {row.kind: row for row in Recommendation.objects.filter(run=run, customer=shop.customers[0])}
    recommended = lists[ListKind.RECOMMENDED]
    assert recommended.items == keys[:4]
    assert recommended.reasons == [keys[0]] * 4
    assert recommended.reason_kinds == [ReasonKind.BECAUSE_BOUGHT] * 4
    assert recommended.scores == sorted(recommended.scores, reverse=True)
    assert lists[ListKind.DISCOVER].reason_kinds == [ReasonKind.POPULAR] * 4
    assert lists[ListKind.DISCOVER].reasons == [0] * 4
    assert (lists[ListKind.BUY_AGAIN].reasons, lists[ListKind.BUY_AGAIN].reason_kinds) == (
        [keys[0]],
        [ReasonKind.BOUGHT_BEFORE],
    )
    first, second = Prediction.objects.filter(run=run).order_by("customer")[:2]
    assert first.purchase_probability == pytest.approx(0.03)
    assert first.churn_probability == pytest.approx(0.94)
    assert (first.expected_orders, first.predicted_clv) == pytest.approx((3.65, 365))
    assert (first.predicted_clv_low, first.predicted_clv_high) == pytest.approx((36.5, 730))
    assert first.expected_date_of_next_order is None
    assert second.expected_date_of_next_order == (CUTOFF + timedelta(days=2)).date()
    assert first.average_days_between_orders is None
    assert (first.facts, first.churn_drivers) == ([20.0, 1.0, None, 10.0], [-0.2, 0.1, None, 0.0])
    assert first.value_drivers is None
    assert run.typical == {"recency": 40.0, "orders": 3.0, "gap": None, "order_value": 12.5}
    near = ItemNeighbours.objects.get(run=run, product=shop.products[3])
    assert (near.kind, near.items) == (NeighbourKind.SIMILAR, [keys[0]])


def test_products_that_came_after_the_first_sync_are_new_for_a_while_and_said_to_be(shop):
    Store.objects.update(created_at=CUTOFF - timedelta(days=200))
    first, late, old = shop.products[:3]
    for product, days in ((first, 200), (late, 89), (old, 91)):
        Product.objects.filter(pk=product.pk).update(created_at=CUTOFF - timedelta(days=days))
    Product.objects.filter(pk__in=[p.pk for p in shop.products[3:]]).update(
        created_at=CUTOFF - timedelta(days=199, hours=1)
    )
    run_job(job_id=new_job(shop).pk, owner="test")
    assert shop.scorers[-1].newcomers == [late.pk]
    row = Recommendation.objects.filter(kind=ListKind.DISCOVER).first()
    assert set(row.reason_kinds) == {ReasonKind.NEW}


def test_customers_who_opted_out_and_merged_guests_are_never_scored(shop):
    out, guest, main = shop.customers[:3]
    record_consent(customer=out, purpose="preferences", granted=False, source="test")
    merge_customers(alias=guest, main=main)
    run = score(shop)
    assert run.state == "complete"
    assert {out.pk, guest.pk}.isdisjoint(shop.scorers[0].asked)
    for model in (Prediction, Recommendation):
        assert not model.objects.filter(run=run, customer__in=[out, guest]).exists()
    assert run.counts["customers"] == 3


def test_who_opts_out_while_the_run_is_made_is_taken_out_of_it(shop, monkeypatch):
    out, late = shop.customers[0], shop.customers[4]
    complete, write = scoring._complete, scoring.write_rows

    def opt_out_after_the_chunks(work, run):
        record_consent(customer=out, purpose="preferences", granted=False, source="test")
        complete(work, run)

    def opt_out_between_the_chunks(model, rows):
        if not late.consents.exists():
            record_consent(customer=late, purpose="preferences", granted=False, source="test")
        return write(model, rows)

    monkeypatch.setattr(scoring, "_complete", opt_out_after_the_chunks)
    monkeypatch.setattr(scoring, "write_rows", opt_out_between_the_chunks)
    run = score(shop)
    assert run.state == "complete"
    assert late.pk not in shop.scorers[0].asked
    assert out.pk in shop.scorers[0].asked
    assert not Prediction.objects.filter(run=run, customer__in=[out, late]).exists()
    assert not Recommendation.objects.filter(run=run, customer__in=[out, late]).exists()


def test_who_begins_anew_or_forgets_while_the_run_is_made_finds_nothing_old_in_it(shop, monkeypatch):
    anew, forgetful = shop.customers[0], shop.customers[1]
    complete = scoring._complete

    def ask_after_the_chunks(work, run):
        assert Recommendation.objects.filter(run=run, customer__in=[anew, forgetful]).exists()
        FreshStart.objects.create(customer=anew, since=run.cutoff)
        for event in forgetful.events.filter(type=EventType.PURCHASE):
            ForgottenEvent.objects.create(customer=forgetful, event_id=event.pk)
        complete(work, run)

    monkeypatch.setattr(scoring, "_complete", ask_after_the_chunks)
    run = score(shop)
    assert not Prediction.objects.filter(run=run, customer=anew).exists()
    assert not Recommendation.objects.filter(run=run, customer=anew).exists()
    bought = set(forgetful.events.filter(type=EventType.PURCHASE).values_list("product", flat=True))
    named = {
        reason
        for row in Recommendation.objects.filter(run=run, customer=forgetful)
        for reason, kind in zip(row.reasons, row.reason_kinds, strict=True)
        if kind in (ReasonKind.BECAUSE_BOUGHT, ReasonKind.BOUGHT_BEFORE)
    }
    assert not named & bought


def test_only_products_that_can_be_bought_are_listed(shop):
    sold, unsold = shop.products[:2]
    Product.objects.filter(pk=sold.pk).update(withdrawn_at=NOON)
    Product.objects.filter(pk=unsold.pk).update(available=False)
    run = score(shop)
    assert run.state == "complete"
    listed = {item for row in Recommendation.objects.filter(run=run) for item in row.items}
    assert listed == {product.pk for product in shop.products[2:]}


def test_a_faulty_run_is_refused_and_cannot_be_seen(shop, monkeypatch):
    monkeypatch.setattr(FakeScorer, "popular", lambda self, k, allowed: (np.full(k, -1), np.zeros(k)))
    job = run_job(job_id=new_job(shop, publish=True).pk, owner="test")
    assert job.result["state"] == "refused"
    assert "popular" in job.result["findings"][0]
    assert not Deployment.objects.exists()


def test_a_version_whose_text_encoder_is_gone_says_what_to_do(shop, monkeypatch):
    def scorer(log, *, cutoff, cache):
        raise EncoderError("its weights are not installed: run pip")

    monkeypatch.setattr(scoring, "_model", lambda *args: SimpleNamespace(scorer=scorer))
    job = new_job(shop)
    with pytest.raises(CannotWork, match="run pip"):
        run_job(job_id=job.pk, owner="test")
    assert JobChunk.objects.get(job=job, state=JobState.FAILED).error == "its weights are not installed: run pip"


def test_a_chunk_that_dies_while_writing_leaves_nothing_and_is_done_again(shop, monkeypatch):
    write = scoring.write_lists
    deaths = Counter()

    def die_once(model, *values):
        written = write(model, *values)
        if model is Recommendation and not deaths["once"]:
            deaths["once"] += 1
            raise MemoryError("killed")
        return written

    monkeypatch.setattr(scoring, "write_lists", die_once)
    job = new_job(shop)
    with pytest.raises(MemoryError):
        run_job(job_id=job.pk, owner="first")
    assert Prediction.objects.count() == 0
    JobChunk.objects.filter(job=job).update(heartbeat_at=None)
    job = run_job(job_id=job.pk, owner="second")
    run = ScoringRun.objects.get(pk=job.result["run"])
    assert run.state == "complete"
    assert run.counts["customers"] == 5


def test_a_worker_that_lost_its_chunk_cannot_write_beside_its_successor(shop, monkeypatch):
    job = new_job(shop)
    compute, frozen = FakeScorer.score, []

    def freeze(self, users, **options):
        """The first worker freezes after it computed; another takes its chunk over and finishes the run."""
        scored = compute(self, users, **options)
        if not frozen:
            chunk = JobChunk.objects.get(job=job, state=JobState.RUNNING)
            frozen.append((chunk.pk, chunk.lease_epoch))
            JobChunk.objects.filter(pk=chunk.pk).update(heartbeat_at=None)
            assert run_job(job_id=job.pk, owner="successor").state == JobState.DONE
        return scored

    monkeypatch.setattr(FakeScorer, "score", freeze)
    job = run_job(job_id=job.pk, owner="frozen")
    pk, epoch = frozen[0]
    assert JobChunk.objects.get(pk=pk).lease_epoch == epoch + 1
    assert Counter(Prediction.objects.values_list("customer_id", flat=True)) == {c.pk: 1 for c in shop.customers}
    assert job.result["state"] == "complete"


def test_a_run_is_invisible_until_it_is_promoted_and_fresh_scores_follow(shop):
    first = score(shop, publish=True)
    assert not Deployment.objects.exists()
    promote_version(store=shop.store, version=shop.version)
    assert Deployment.objects.get().run == first
    second = score(shop, publish=True)
    third = score(shop, publish=False)
    live = Deployment.objects.get(closed_at=None)
    assert (live.run, live.version) == (second, shop.version)
    assert third.state == "complete"


def test_the_champion_is_scored_unless_a_version_is_named(shop):
    newer = new_version(shop.store, 2)
    assert score(shop).version == newer
    score(shop, version=1)
    promote_version(store=shop.store, version=shop.version)
    assert score(shop).version == shop.version
    assert score(shop, version=2).version == newer


@pytest.mark.parametrize(("number", "says"), [(9, "no trained version 9"), (3, "no trained version 3")])
def test_an_unknown_or_untrained_version_is_an_error_that_says_so(shop, number, says):
    ModelVersion.objects.create(store=shop.store, number=3, cutoff=CUTOFF)
    with pytest.raises(CannotWork, match=says):
        run_job(job_id=new_job(shop, version=number).pk, owner="test")


def test_a_store_without_customers_is_an_empty_run_that_shows_what_is_popular(shop):
    for customer in shop.customers:
        record_consent(customer=customer, purpose="preferences", granted=False, source="test")
    run = score(shop)
    assert (run.state, run.counts["customers"], run.counts["popular"]) == ("complete", 0, 1)


def test_old_runs_are_dropped_after_new_ones_are_made(shop):
    promote_version(store=shop.store, version=score(shop).version)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for _ in range(4):
        score(shop, publish=True)
    kept = ScoringRun.objects.exclude(state="dropped").order_by("-pk")
    assert len(kept) == 3
    assert Deployment.objects.get(closed_at=None).run == kept[0]
