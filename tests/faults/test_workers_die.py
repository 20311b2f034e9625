"""Workers are killed and frozen at every point of a job, on each broker; nothing is lost and nothing doubled."""

from __future__ import annotations

import os
import signal
import time

import pytest

from loyalty_ai.jobs import services
from loyalty_ai.jobs.models import Job, JobState
from tests.faults import kinds
from tests.faults.conftest import LEASE, Hands, until

pytestmark = pytest.mark.timeout(120)

each_broker = pytest.mark.parametrize("hands", ["filesystem", "redis"], indirect=True)
embedded_broker = pytest.mark.parametrize("hands", ["filesystem"], indirect=True)


@each_broker
@pytest.mark.parametrize("point", kinds.POINTS)
def test_a_worker_killed_at_any_point_is_replaced_by_another(hands: Hands, point: str):
    hands.crew.top_up()
    job = hands.ask(pause=point)
    victim = hands.paused_worker()
    os.kill(victim, signal.SIGKILL)
    job = hands.finished(job)
    assert hands.written(job) == hands.everything_once
    assert job.progress_done == job.chunks.filter(state=JobState.DONE).count() == hands.chunks
    assert hands.writers(job) - {victim}, "another worker went on"


@each_broker
@pytest.mark.parametrize("point", ["chunk", "in the fence"])
def test_a_worker_frozen_past_its_lease_writes_nothing_when_it_wakes(hands: Hands, point: str):
    hands.crew.top_up()
    job = hands.ask(pause=point)
    zombie = hands.paused_worker()
    os.kill(zombie, signal.SIGSTOP)
    try:
        hands.finished(job)
        epoch = job.chunks.get(number=kinds.PAUSED_CHUNK).lease_epoch
        assert epoch == 2
        hands.let_go()
    finally:
        os.kill(zombie, signal.SIGCONT)
    refused = hands.folder / "refused"
    until(lambda: refused.exists() and refused.read_text() == str(zombie), "the zombie to be refused", hands.crew.logs)
    assert hands.written(job) == hands.everything_once
    assert job.chunks.get(number=kinds.PAUSED_CHUNK).lease_epoch == 2


@embedded_broker
def test_a_pool_that_loses_its_child_goes_on(hands: Hands):
    hands.crew.stop()
    parent = hands.crew.worker(pool="prefork")
    job = hands.ask(pause="chunk")
    child = hands.paused_worker()
    assert child != parent.pid
    os.kill(child, signal.SIGKILL)
    hands.finished(job)
    assert hands.written(job) == hands.everything_once
    assert parent.poll() is None
    hands.crew.stop()


@each_broker
def test_twenty_calls_for_one_job_do_it_once(hands: Hands):
    hands.crew.top_up()
    job = hands.ask()
    for _ in range(20):
        services.wake_workers(job=job)
    job = hands.finished(job, sweeping=False)
    assert hands.written(job) == hands.everything_once
    assert (job.attempts, job.lease_epoch) == (1, 2), "one claim to prepare, one to finish"


@each_broker
def test_two_beats_find_a_lost_call_and_ask_for_one_job_a_night(hands: Hands):
    hands.crew.top_up()
    lost = hands.ask(wake=False)
    beats = [
        hands.crew.celery("beat", "--loglevel", "INFO", "--schedule", str(hands.folder / f"schedule-{n}"))
        for n in range(2)
    ]
    hands.finished(lost, sweeping=False)
    nightly = Job.objects.filter(kind="fault_daily")
    until(lambda: nightly.filter(state=JobState.DONE), "the nightly job", hands.crew.logs)
    time.sleep(3 * LEASE)  # several more rounds of both
    for beat in beats:
        assert beat.poll() is None, hands.crew.logs()
        beat.kill()
    assert hands.written(lost) == hands.everything_once
    assert hands.written(nightly.get()) == ["daily"]


@embedded_broker
def test_ctrl_c_stops_the_workers_of_make_worker_and_frees_their_job(hands: Hands):
    hands.crew.stop()
    workers = hands.crew.start("sh", "shop_demo/worker.sh")
    job = hands.ask(pause="finish", reports=True)
    hands.paused_worker()
    os.killpg(workers.pid, signal.SIGINT)
    until(lambda: workers.poll() is not None, "the workers to stop", hands.crew.logs)
    assert workers.returncode == 0, hands.crew.logs()
    job.refresh_from_db()
    assert (job.state, job.lease_owner, job.attempts) == (JobState.WAITING, "", 0)
    hands.let_go()
    hands.crew.top_up()
    hands.finished(job)
    assert hands.written(job) == hands.everything_once
