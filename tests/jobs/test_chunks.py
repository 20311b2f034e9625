"""Chunks: any number of workers, any of them lost at any point, every chunk's output exactly once."""

from __future__ import annotations

import random
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models.functions import Now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.jobs import leases, services
from loyalty_ai.jobs.models import Job, JobChunk, JobState
from loyalty_ai.jobs.services import cancel_job, request_job, retry_job, run_job
from loyalty_ai.jobs.work import ChunkWork, LeaseLost, Work, WorkStopped
from tests.jobs.conftest import Worker

CHUNKS = 12


class Killed(BaseException):
    """Ends a worker where it stands, its rows still leased to it."""


def write(text: str) -> None:
    """A chunk's output: a row that a second writer of the same chunk would violate."""
    Group.objects.create(name=text)


def output() -> list[str]:
    return sorted(Group.objects.values_list("name", flat=True))


def register_writing(register, *, chunk=None, chunks: int = CHUNKS) -> None:
    def write_chunk(work: ChunkWork) -> int:
        if chunk:
            chunk(work)
        with work.fenced():
            write(f"chunk {work.payload['n']:02}")
        return 1

    def finish(work: Work) -> dict:
        with work.fenced():
            write("finished")
        return {"rows": sum(work.job.chunks.values_list("rows", flat=True))}

    register(
        "many",
        queue="loyalty_score",
        prepare=lambda work: [{"n": n} for n in range(chunks)],
        chunk=write_chunk,
        finish=finish,
    )


ALL = [f"chunk {n:02}" for n in range(CHUNKS)] + ["finished"]


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_chunks_and_one_finishes(register):
    register_writing(register, chunk=lambda work: time.sleep(0.05))
    job = request_job(kind="many", slot="one")
    with pytest.raises(WorkStopped):
        run_job(job_id=job.pk, owner="preparer", stopping=lambda: job.chunks.exists())
    workers = [Worker(lambda: run_job(job_id=job.pk, owner=f"w{time.time_ns()}", wait=False)) for _ in range(4)]
    for worker in workers:
        worker.ended()
    job.refresh_from_db()
    assert output() == ALL
    assert (job.state, job.result, job.progress_done) == (JobState.DONE, {"rows": CHUNKS}, CHUNKS)
    assert len(set(job.chunks.values_list("lease_owner", flat=True))) > 1


@pytest.mark.django_db(transaction=True)
def test_a_command_does_it_all_and_waits_for_what_helpers_hold(register, monkeypatch):
    monkeypatch.setattr(services, "POLL_SECONDS", 0.02)
    register_writing(register, chunk=lambda work: time.sleep(0.3 if work.chunk.lease_owner == "helper" else 0))
    job = request_job(kind="many", slot="one")
    helper = Worker(lambda: run_job(job_id=job.pk, owner="helper", wait=False))
    while not job.chunks.filter(state=JobState.RUNNING).exists():
        time.sleep(0.01)
    done = run_job(job_id=job.pk, owner="me")
    helper.ended()
    assert (done.state, output()) == (JobState.DONE, ALL)
    assert set(job.chunks.values_list("lease_owner", flat=True)) == {"helper", "me"}


@pytest.mark.django_db(transaction=True)
def test_helpers_are_called_once_the_chunks_exist_but_not_too_many(register, wakes):
    register_writing(register)
    job = request_job(kind="many", slot="one", wake=False)
    run_job(job_id=job.pk, owner="me")
    assert wakes == [job.pk] * services.MAX_WAKES


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_workers_that_are_killed_at_random_lose_and_double_nothing(register, short_lease, monkeypatch, seed):
    monkeypatch.setattr(services, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(leases, "MAX_ATTEMPTS", 100)
    dice = random.Random(seed)
    # A worker that is killed gives nothing back.
    monkeypatch.setattr(leases, "release", lambda row: None)

    def perhaps_die(point: str) -> None:
        if dice.random() < 0.25:
            raise SystemExit(point)

    def write_chunk(work: ChunkWork) -> int:
        perhaps_die("before the output")
        with work.fenced():
            write(f"chunk {work.payload['n']:02}")
            perhaps_die("before the commit")
        perhaps_die("after the commit")
        return 1

    def prepare(work: Work) -> list[dict]:
        perhaps_die("preparing")
        return [{"n": n} for n in range(CHUNKS)]

    def finish(work: Work) -> dict:
        perhaps_die("finishing")
        with work.fenced():
            Group.objects.get_or_create(name="finished")
        perhaps_die("after the finish")
        return {}

    register("many", queue="loyalty_score", prepare=prepare, chunk=write_chunk, finish=finish)
    job = request_job(kind="many", slot="one")

    def work_until_done() -> None:
        while Job.objects.get(pk=job.pk).state in leases.LIVE:
            try:
                run_job(job_id=job.pk, owner="w", wait=False)
            except SystemExit:
                continue  # a new process in the place of the dead one
            time.sleep(0.02)

    for worker in [Worker(work_until_done) for _ in range(3)]:
        worker.ended()
    job.refresh_from_db()
    assert (job.state, job.error, output()) == (JobState.DONE, "", ALL)


@pytest.mark.django_db(transaction=True)
def test_a_chunk_that_keeps_failing_fails_the_job_and_a_retry_does_only_what_is_missing(register):
    broken, done = [True], []

    def chunk(work: ChunkWork) -> None:
        if broken[0] and work.payload["n"] == 3:
            raise ZeroDivisionError("by nought")
        done.append(work.payload["n"])

    register_writing(register, chunk=chunk)
    job = request_job(kind="many", slot="one")
    for _ in range(leases.MAX_ATTEMPTS):
        job = run_job(job_id=job.pk, owner="me", wait=False)
        JobChunk.objects.update(heartbeat_at=None)
    job = run_job(job_id=job.pk, owner="me", wait=False)
    assert (job.state, job.error) == (JobState.FAILED, "chunk 3: ZeroDivisionError: by nought")
    assert sorted(done) == [n for n in range(CHUNKS) if n != 3]
    broken.clear()
    broken.append(False)
    retry_job(job=job)
    assert run_job(job_id=job.pk, owner="me").state == JobState.DONE
    assert sorted(done) == list(range(CHUNKS))
    assert output() == ALL


@pytest.mark.django_db(transaction=True)
def test_cancelling_stops_the_chunks_that_run_and_a_retry_goes_on(register):
    job_of: list[Job] = []

    def chunk(work: ChunkWork) -> None:
        if work.payload["n"] == 5 and job_of:
            cancel_job(job=job_of.pop())

    register_writing(register, chunk=chunk)
    job = request_job(kind="many", slot="one")
    job_of.append(job)
    assert run_job(job_id=job.pk, owner="me", wait=False).state == JobState.CANCELLED
    assert output() == ALL[:5]
    retry_job(job=job)
    assert run_job(job_id=job.pk, owner="me").state == JobState.DONE
    assert output() == ALL


STEPS = st.lists(
    st.tuples(st.sampled_from(["claim", "write", "abandon", "expire", "cancel", "retry"]), st.integers(0, 3)),
    min_size=12,
    max_size=40,
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_in_any_order_of_events_a_chunk_is_written_by_the_holder_of_its_last_lease_alone(register, steps):
    """Four workers claim, write, vanish and come back while leases expire and the job is cancelled and retried."""
    register_writing(register, chunks=3)
    savepoint = transaction.savepoint()
    job = request_job(kind="many", slot="one")
    services._Seat(owner="w", observe=None, stopping=None, wait=True).advance(
        Job.objects.get(pk=job.pk), services.get_kind("many")
    )
    hands: dict[int, list[ChunkWork]] = {n: [] for n in range(4)}
    written: list[int] = []
    for step, who in steps:
        if step == "claim":
            chunk = leases.claim(JobChunk.objects.filter(job=job, job__state__in=leases.LIVE), owner=str(who))
            if chunk:
                hands[who].append(ChunkWork(job, chunk))
        elif step == "write" and hands[who]:
            work = hands[who].pop(0)
            current = JobChunk.objects.get(pk=work.chunk.pk)
            entitled = (current.lease_epoch, current.state) == (work.chunk.lease_epoch, JobState.RUNNING)
            try:
                with work.fenced():
                    written.append(work.payload["n"])
                assert entitled
            except LeaseLost:
                assert not entitled
        elif step == "abandon":
            hands[who].reverse()  # writes later with whatever old lease it has
        elif step == "expire":
            JobChunk.objects.filter(job=job).update(heartbeat_at=Now() - leases.lease() - timedelta(seconds=1))
        elif step == "cancel":
            cancel_job(job=job)
        elif step == "retry":
            retry_job(job=job)
    assert len(written) == len(set(written)), "a chunk was written twice"
    retry_job(job=job)
    JobChunk.objects.filter(job=job, state__in=leases.LIVE).update(heartbeat_at=None, attempts=0)
    rest = [f"chunk {n:02}" for n in range(3) if n not in written]
    assert run_job(job_id=job.pk, owner="last").state == JobState.DONE
    assert output() == [*rest, "finished"]
    transaction.savepoint_rollback(savepoint)
