"""Asking for work: one job a slot, and a worker called only once the asking transaction is committed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from celery import Celery
from django.db import transaction

from loyalty_ai.jobs import services
from loyalty_ai.jobs.models import Job
from loyalty_ai.jobs.services import request_job
from shop_demo.broker import broker_options
from tests.jobs.conftest import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def kind(register) -> None:
    register("add", queue="loyalty_train", run=lambda work: {})


def test_many_asking_at_once_for_one_slot_get_one_job():
    asking = [Worker(lambda: request_job(kind="add", slot="train:default:2026-11-24").pk) for _ in range(8)]
    assert len({worker.ended() for worker in asking}) == 1
    assert Job.objects.count() == 1


def test_a_worker_is_called_after_the_commit_and_not_before(wakes):
    with transaction.atomic():
        job = request_job(kind="add", slot="one")
        assert wakes == []
    assert wakes == [job.pk]


def test_nothing_is_asked_by_a_transaction_that_rolls_back(wakes):
    with transaction.atomic():
        request_job(kind="add", slot="one")
        transaction.set_rollback(True)
    assert (wakes, Job.objects.count()) == ([], 0)


def test_the_call_goes_to_the_queue_of_the_kind(monkeypatch):
    sent = []
    monkeypatch.setattr(services.current_app, "send_task", lambda name, **options: sent.append((name, options)))
    job = request_job(kind="add", slot="one")
    (name, options) = sent[0]
    assert (name, options["args"], options["queue"]) == ("loyalty_ai.run_job", [job.pk], "loyalty_train")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", "amqp://127.0.0.1:1"])
def test_a_broker_that_is_down_does_not_break_or_hold_up_the_caller(monkeypatch, caplog, url):
    app = Celery("down", broker=url, set_as_current=False)
    app.conf.broker_transport_options = broker_options(url, Path())
    monkeypatch.setattr(services, "current_app", app)
    began = time.monotonic()
    job = request_job(kind="add", slot="one")
    assert Job.objects.get() == job
    assert f"no worker called for job {job.pk}, the sweeper will" in caplog.text
    assert time.monotonic() - began < 3


def test_who_does_the_job_itself_calls_nobody(wakes):
    request_job(kind="add", slot="one", wake=False)
    assert wakes == []
