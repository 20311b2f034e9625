"""One worker holds a row at a time, and whoever lost it writes nothing; real transactions, real threads."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from loyalty_ai.jobs import leases
from loyalty_ai.jobs.models import Job, JobState
from loyalty_ai.jobs.services import cancel_job, request_job, retry_job, run_job
from loyalty_ai.jobs.work import LeaseLost, Work, WorkStopped
from tests.jobs.conftest import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job(register) -> Job:
    register("add", queue="loyalty", run=lambda work: {})
    return request_job(kind="add", slot="one")


def claim(job: Job, owner: str = "me") -> Job | None:
    return leases.claim(Job.objects.filter(pk=job.pk), owner=owner)


def let_expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(heartbeat_at=Now() - leases.lease() - timedelta(seconds=1))


def test_of_many_claiming_at_once_one_gets_it(job):
    start = threading.Barrier(8)

    def rush() -> Job | None:
        start.wait()
        return claim(job)

    got = [worker.ended() for worker in [Worker(rush) for _ in range(8)]]
    assert sum(row is not None for row in got) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease_epoch) == (JobState.RUNNING, 1, 1)


def test_a_held_row_is_not_claimed_and_an_expired_one_is_under_a_new_epoch(job):
    first = claim(job)
    assert claim(job) is None
    let_expire(job)
    second = claim(job)
    assert (first.lease_epoch, second.lease_epoch) == (1, 2)


def test_a_worker_left_behind_cannot_write_report_or_finish(job):
    zombie = Work(claim(job, "zombie"))
    let_expire(job)
    claim(job, "other")
    with pytest.raises(LeaseLost), zombie.fenced():
        Job.objects.filter(pk=job.pk).update(result={"written by": "zombie"})
    with pytest.raises(LeaseLost):
        zombie.progress("on", 1, 2)
    with pytest.raises(LeaseLost):
        leases.finish(zombie.job, result={"written by": "zombie"})
    leases.fail(zombie.job, error="zombie")
    leases.release(zombie.job)
    job.refresh_from_db()
    assert (job.state, job.result, job.error, job.lease_owner) == (JobState.RUNNING, {}, "", "other")


def test_an_expired_lease_that_nobody_took_still_writes(job):
    work = Work(claim(job))
    let_expire(job)
    with work.fenced():
        pass
    assert claim(job) is None, "the write was a heartbeat too"


def test_nobody_claims_a_row_inside_its_fence(job):
    work = Work(claim(job))
    let_expire(job)
    with work.fenced():
        other = Worker(lambda: claim(job, "other"))
        assert other.ended() is None


def test_the_heartbeat_keeps_a_lease_while_a_handler_is_silent(register, short_lease):
    def run(work: Work) -> dict:
        time.sleep(short_lease * 4)
        with work.fenced():
            return {"done by": work.job.lease_owner}

    register("slow", queue="loyalty", run=run)
    job = request_job(kind="slow", slot="one")
    first = Worker(lambda: run_job(job_id=job.pk, owner="first", wait=False))
    stolen = []
    while first.is_alive():
        stolen.append(claim(job, "thief")) if job.attempts else job.refresh_from_db()
        time.sleep(short_lease / 4)
    first.ended()
    assert len(stolen) > 8
    assert set(stolen) == {None}
    job.refresh_from_db()
    assert (job.state, job.result, job.lease_epoch) == (JobState.DONE, {"done by": "first"}, 1)


def test_a_silent_handler_learns_of_its_lost_lease_at_the_next_progress(register, short_lease):
    started, cancelled = threading.Event(), threading.Event()
    heard: list[type] = []

    def run(work: Work) -> dict:
        work.progress("on", 0, 9)
        started.set()
        cancelled.wait(5)
        time.sleep(short_lease)  # the heartbeat finds out
        try:
            work.progress("on", 1, 9)  # within the second in which nothing is written
        except LeaseLost as lost:
            heard.append(type(lost))
            raise
        return {}

    register("slow", queue="loyalty", run=run)
    job = request_job(kind="slow", slot="one")
    worker = Worker(lambda: run_job(job_id=job.pk, owner="me", wait=False))
    assert started.wait(5)
    cancel_job(job=job)
    cancelled.set()
    assert worker.ended().state == JobState.CANCELLED
    assert heard == [LeaseLost]


def test_a_worker_frozen_inside_a_fence_is_cut_off_by_the_server(job, short_lease):
    inside = threading.Event()

    def freeze() -> None:
        with Work(claim(job, "frozen")).fenced():
            inside.set()
            time.sleep(short_lease * 3)

    frozen = Worker(freeze)
    assert inside.wait(5)
    deadline = time.monotonic() + 5
    while (other := claim(job, "other")) is None and time.monotonic() < deadline:
        time.sleep(short_lease / 4)
    assert other is not None
    assert other.lease_owner == "other"
    with pytest.raises(DatabaseError, match="idle-in-transaction"):
        frozen.ended()


def test_the_heartbeat_leaves_no_connection_behind(job, short_lease):
    def connections() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return cursor.fetchone()[0]

    before = connections()
    with Work(claim(job)).kept_alive():
        time.sleep(short_lease)
        assert connections() == before + 1
    deadline = time.monotonic() + 5
    while connections() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert connections() == before


def test_a_failed_attempt_rests_and_is_tried_until_its_attempts_are_spent(register):
    def run(work: Work) -> dict:
        raise ZeroDivisionError("by nought")

    register("bad", queue="loyalty", run=run)
    job = request_job(kind="bad", slot="one")
    for attempt in range(1, leases.MAX_ATTEMPTS + 1):
        job = run_job(job_id=job.pk, owner="me", wait=False)
        assert job.attempts == attempt
        assert run_job(job_id=job.pk, owner="me", wait=False).attempts == attempt, "it rests"
        let_expire(job)
    assert (job.state, job.error) == (JobState.FAILED, "ZeroDivisionError: by nought")


def test_work_that_kills_its_workers_fails_in_the_end(job):
    for _ in range(leases.MAX_ATTEMPTS):
        assert claim(job)
        let_expire(job)
    assert claim(job) is None
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "vanished 5 times" in job.error


def test_a_failed_job_can_be_retried_at_once(job, wakes):
    leases.fail(claim(job), error="no", final=True)
    wakes.clear()
    assert retry_job(job=job).state == JobState.WAITING
    assert wakes == [job.pk]
    assert run_job(job_id=job.pk, owner="me").state == JobState.DONE
    assert retry_job(job=job).state == JobState.DONE, "what is done stays done"


@pytest.mark.parametrize("ending", [KeyboardInterrupt, SystemExit, WorkStopped])
def test_whoever_is_stopped_gives_the_job_back_unharmed(register, ending):
    def run(work: Work) -> dict:
        raise ending

    register("slow", queue="loyalty", run=run)
    job = request_job(kind="slow", slot="one")
    with pytest.raises(ending):
        run_job(job_id=job.pk, owner="me")
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (JobState.WAITING, 0, "")
    register("slow", queue="loyalty", run=lambda work: {"went": "on"})
    assert run_job(job_id=job.pk, owner="me").result == {"went": "on"}


def test_a_process_that_shuts_down_stops_at_the_next_progress(register):
    def run(work: Work) -> dict:
        for step in range(100):
            work.progress("on", step, 100)
            closing.append(step)
        return {}

    closing: list[int] = []
    register("slow", queue="loyalty", run=run)
    job = request_job(kind="slow", slot="one")
    with pytest.raises(WorkStopped):
        run_job(job_id=job.pk, owner="me", wait=False, stopping=lambda: len(closing) >= 3)
    assert closing == [0, 1, 2]


def test_a_cancelled_job_is_not_done(job):
    work = Work(claim(job))
    assert cancel_job(job=job).state == JobState.CANCELLED
    with pytest.raises(LeaseLost), work.fenced():
        pass
    with transaction.atomic():
        assert claim(job) is None
    assert run_job(job_id=job.pk, owner="me").state == JobState.CANCELLED
