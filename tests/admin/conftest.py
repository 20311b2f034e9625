from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from loyalty_ai.assistant.documents import publish_document
from loyalty_ai.assistant.models import Conversation, Message
from loyalty_ai.assistant.services import say
from loyalty_ai.jobs.models import Job, JobChunk, JobState
from loyalty_ai.loyalty.services import refresh_profiles
from loyalty_ai.privacy.models import AggregateReport
from loyalty_ai.serving.models import Deployment, ListKind, ScoringRun
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.models import RejectedRow, Store
from tests import fakes


def measured(value: float) -> dict:
    return {name: {"value": value, "se": 0.004} for name in ("ndcg@10", "hr@10", "recall@10")}


def make_metrics(lead: float) -> dict:
    """What an evaluation leaves on a version whose model is ahead of every other method by `lead`."""
    methods = {"model": measured(0.3 + lead), "linear_blend": measured(0.3), "popularity": measured(0.06)}
    gain = {"difference": lead, "low": lead - 0.01, "high": lead + 0.01}
    row = {"users": 450, "answers": measured(0.3 + lead)["ndcg@10"], "baseline": measured(0.06)["ndcg@10"]}
    newcomers = row | {"from": 0, "below": 90, "gain": gain}
    regulars = row | {"from": 5, "below": None, "gain": gain | {"low": -0.03}}
    slices = {"metric": "ndcg@10", "baseline": "popularity", "tenure": [newcomers], "activity": [regulars]}
    behaviour = {"auc": 0.75, "ece": 0.03, "spend_bias_percent": -4.0}
    return {
        "next_basket": {"users": 900, "repeats": methods, "new_only": methods},
        "gains": {mode: {"linear_blend": gain, "popularity": gain} for mode in ("repeats", "new_only")},
        "slices": {"repeats": slices},
        "behaviour": {
            "customers": 800,
            "horizon_days": 90,
            "model": behaviour,
            "pareto_nbd": behaviour | {"auc": 0.73},
            "errors": {"model": {"auc": 0.01}},
        },
    }


def make_run(store: Store, *, lead: float, deploy: bool) -> ScoringRun:
    """A run as a training, a scoring and a clean audit leave it."""
    run = fakes.make_run(
        store,
        deploy=deploy,
        rungs={"repeats": "model", "new_only": "model"},
        metrics=make_metrics(lead),
        curves={"train_loss": [3.0, 2.5, 2.25], "validation_ndcg": [0.1, 0.2, 0.25]},
        seconds={"decoder": 12.5, "items": 1.0},
        data_counts={"rows": 1234, "items": 77, "excluded": {"without_person": 3}},
        libraries={"torch": "2.0"},
        config={"model": {"layers": 2}},
    )
    run.audit = {"passed": True, "findings": [], "counts": {"scores": 0}, "overlap": None}
    run.seconds, run.counts, run.customers = {"total": 3.5, "items": 1.0}, {"predictions": 1, "items": 5}, 1
    run.save()
    return run


@pytest.fixture
def data(db, settings) -> SimpleNamespace:
    """A store with one row or more of everything that the admin shows; version 1 is live, version 2 waits."""
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    store = fakes.make_store()
    products = [fakes.make_product(store, f"P{n}", title=f"Tea pot {n}") for n in range(6)]
    ann, bob = fakes.make_customer(store, "ann"), fakes.make_customer(store, "bob")
    order = fakes.record_purchase(ann, products[0], products[1], at=fakes.NOON - timedelta(days=40), value="30.00")
    fakes.record_purchase(ann, products[0], at=fakes.NOON - timedelta(days=5), value="12.00")
    fakes.record_refund(order, products[1], at=fakes.NOON - timedelta(days=39), value="30.00")
    refresh_profiles(store=store, as_of=fakes.NOON)
    record_consent(customer=bob, purpose="preferences", granted=False, source="account page")
    runs = []
    for lead, deploy in ((0.02, True), (0.03, False)):
        run = make_run(store, lead=lead, deploy=deploy)
        fakes.recommend(run, ann, ListKind.RECOMMENDED, products[2:5])
        fakes.recommend(run, None, ListKind.POPULAR, products[:3])
        run.predictions.create(customer=ann, purchase_probability=0.42, predicted_clv=120.0, expected_orders=3.5)
        runs.append(run)
    job = Job.objects.create(
        store=store, kind="score", slot="score:1", state=JobState.RUNNING, progress_step="score", progress_done=1,
        progress_total=2, started_at=timezone.now(),
    )  # fmt: skip
    for number, state in enumerate((JobState.DONE, JobState.RUNNING)):
        JobChunk.objects.create(job=job, number=number, state=state, rows=500)
    Job.objects.create(store=store, kind="train", slot="train:1", state=JobState.FAILED, error="out of memory")
    for number, code in enumerate(("future", "unknown_product")):
        RejectedRow.objects.create(
            store=store, source="file", location=f"log.csv:{number + 2}", code=code, reason=f"reason {number}",
            raw={"ITEM_ID": "=1+1"}, digest=bytes([number] * 16),
        )  # fmt: skip
    row = {"dimension": "all", "cell": "", "customers": 70, "orders": 80, "revenue": "9.50", "returning_share": None}
    AggregateReport.objects.create(store=store, as_of=fakes.NOON, rows=[row])
    fakes.take(ann)
    fakes.make_experiment(store, salt="ann-sees-her-own-rows")  # no coin decides whether she is held out
    publish_document(store=store, slug="care", language="en", title="Care", body="Wipe with a dry cloth.")
    conversation = Conversation.objects.create(store=store, customer=ann, language="en")
    question = say(conversation=conversation, text="Where is my pot?")
    Message.objects.filter(answers=question).update(
        state=Message.State.DONE, text="On its way.", outcome="unanswered", cards=["P1"], helpful=False, remark="no"
    )
    return SimpleNamespace(
        store=store, products=products, ann=ann, bob=bob, order=order, runs=runs, job=job,
        versions=[run.version for run in runs],
    )  # fmt: skip


@pytest.fixture
def staff(db) -> User:
    """Somebody who may look at everything and change nothing."""
    user = User.objects.create_user("viewer", password="viewer", is_staff=True)
    viewing = Permission.objects.filter(content_type__app_label="loyalty_ai", codename__startswith="view_")
    user.user_permissions.set(viewing)
    return user


@pytest.fixture
def staff_client(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def live_version(store) -> int:
    """The number of the champion."""
    return Deployment.objects.get(store=store, alias="champion", closed_at__isnull=True).version.number
