"""The nightly round: every entry names a real task, and asking twice for a night is asking once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from celery import current_app

from loyalty_ai.jobs.models import Job
from loyalty_ai.jobs.schedule import SCHEDULE
from loyalty_ai.jobs.work import get_kind
from loyalty_ai.tasks import request_nightly

NIGHTLY = {name: entry for name, entry in SCHEDULE.items() if entry["task"] == "loyalty_ai.request_nightly"}


def test_every_entry_names_a_registered_task_and_a_queue_that_workers_listen_to():
    current_app.loader.import_default_modules()
    for entry in SCHEDULE.values():
        assert entry["task"] in current_app.tasks
        assert entry["options"]["queue"] == "loyalty"


def test_the_nightly_kinds_are_registered_on_their_queues():
    queues = {kind: get_kind(kind).queue for kind, _ in (entry["args"] for entry in NIGHTLY.values())}
    assert queues == {
        "sync": "loyalty", "index": "loyalty_score", "metrics": "loyalty", "train": "loyalty_train", "score": "loyalty_score",
        "expire": "loyalty", "actions": "loyalty",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", NIGHTLY)
def test_two_beats_ask_for_one_job_a_night(name):
    for _ in range(2):
        request_nightly(*NIGHTLY[name]["args"])
    job = Job.objects.get()
    assert job.kind == NIGHTLY[name]["args"][0]
    assert job.store.slug == "default"
    assert ("cutoff" in job.params) == (job.kind in ("train", "score"))


@pytest.mark.django_db
def test_the_champion_and_the_nights_training_are_scored_apart():
    for entry in NIGHTLY.values():
        request_nightly(*entry["args"])
    scores = Job.objects.filter(kind="score").order_by("pk")
    assert [job.params.get("version") for job in scores] == [None, "newest"]
    assert [job.params["publish"] for job in scores] == [True, False]


@pytest.mark.django_db
def test_the_night_is_the_stores_own(settings, monkeypatch):
    store = settings.LOYALTY_AI["STORES"]["default"]
    settings.LOYALTY_AI = settings.LOYALTY_AI | {
        "STORES": {"east": store | {"TIME_ZONE": "Asia/Tokyo"}, "west": store | {"TIME_ZONE": "America/New_York"}}
    }
    now = datetime(2026, 11, 24, 1, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    request_nightly("metrics", {})
    assert set(Job.objects.values_list("slot", flat=True)) == {"metrics:east:2026-11-24", "metrics:west:2026-11-23"}
