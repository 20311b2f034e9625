"""The sweeper finds what nobody works on, and leaves alone what somebody does."""

from __future__ import annotations

import pytest
from django.db.models.functions import Now

from loyalty_ai.jobs import leases
from loyalty_ai.jobs.models import Job, JobChunk, JobState
from loyalty_ai.jobs.services import request_job, run_job, sweep
from loyalty_ai.jobs.work import WorkStopped
from tests.jobs.conftest import Worker

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = Now() - 2 * leases.lease()


@pytest.fixture
def job(register) -> Job:
    """A chunked job whose call for a worker was lost long ago."""
    register("many", queue="q", prepare=lambda work: [{}] * 3, chunk=lambda work: 1, finish=lambda work: {})
    job = request_job(kind="many", slot="one", wake=False)
    Job.objects.update(woken_at=LONG_AGO)
    return job


def prepared(job: Job) -> Job:
    """Stop right after the chunks were made."""
    with pytest.raises(WorkStopped):
        run_job(job_id=job.pk, owner="me", stopping=lambda: job.chunks.exists())
    Job.objects.update(woken_at=LONG_AGO)
    return Job.objects.get(pk=job.pk)


def test_a_lost_call_is_repeated_once_a_lease(job, wakes):
    assert (sweep(), sweep()) == (1, 0)
    assert wakes == [job.pk]
    Job.objects.update(woken_at=LONG_AGO)
    assert sweep() == 1


def test_a_fresh_request_is_left_to_its_own_call(job, wakes):
    Job.objects.update(woken_at=Now())
    assert (sweep(), wakes) == (0, [])


def test_a_held_job_is_left_alone_and_an_expired_one_is_not(job, wakes):
    leases.claim(Job.objects.filter(pk=job.pk), owner="me")
    assert (sweep(), wakes) == (0, [])
    Job.objects.update(heartbeat_at=LONG_AGO)
    assert (sweep(), wakes) == (1, [job.pk])


def test_a_worker_is_called_for_each_free_chunk(job, wakes):
    prepared(job)
    wakes.clear()
    leases.claim(JobChunk.objects.filter(job=job), owner="me")
    assert (sweep(), wakes) == (1, [job.pk] * 2)


def test_chunks_that_are_all_held_need_nobody(job, wakes):
    prepared(job)
    wakes.clear()
    while leases.claim(JobChunk.objects.filter(job=job), owner="me"):
        pass
    assert (sweep(), wakes) == (0, [])
    job.chunks.filter(number=1).update(heartbeat_at=LONG_AGO)
    assert (sweep(), wakes) == (1, [job.pk])


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_a_job_whose_chunks_have_ended_is_ended_too(job, wakes, state):
    prepared(job)
    wakes.clear()
    job.chunks.update(state=state, error="no")
    assert (sweep(), wakes) == (1, [job.pk])
    assert run_job(job_id=job.pk, owner="me").state == state


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_what_has_ended_is_not_swept(job, wakes, state):
    Job.objects.update(state=state)
    assert (sweep(), wakes) == (0, [])


def test_two_sweepers_call_once(job, wakes):
    for worker in [Worker(sweep) for _ in range(4)]:
        worker.ended()
    assert wakes == [job.pk]


def test_a_kind_that_this_process_does_not_know_is_no_error(job, wakes, caplog):
    Job.objects.update(kind="of a newer release")
    assert (sweep(), wakes) == (1, [])
    assert "of a newer release" in caplog.text
