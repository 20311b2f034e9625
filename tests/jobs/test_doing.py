"""A job is asked for once, done once, and its result kept."""

from __future__ import annotations

import pytest

from loyalty_ai.jobs.models import Job, JobState
from loyalty_ai.jobs.services import request_job, run_job
from loyalty_ai.jobs.work import CannotWork, Work

pytestmark = pytest.mark.django_db


def ask(kind: str = "add", slot: str = "one", **params) -> Job:
    return request_job(kind=kind, slot=slot, params=params)


def test_a_simple_job_is_done_inline_and_keeps_its_result(register):
    seen: list[tuple[str, int, int]] = []

    def run(work: Work) -> dict:
        work.progress("adding", 1, 2)
        with work.fenced():
            pass
        return {"sum": work.params["a"] + work.params["b"]}

    register("add", queue="loyalty", run=run)
    job = run_job(job_id=ask(a=2, b=3).pk, owner="me", progress=lambda *step: seen.append(step))
    assert (job.state, job.result, job.attempts, job.lease_owner) == (JobState.DONE, {"sum": 5}, 1, "me")
    assert (job.progress_step, job.progress_done, job.progress_total) == ("adding", 1, 2)
    assert job.started_at <= job.finished_at
    assert seen == [("adding", 1, 2)]


def test_a_done_job_is_not_done_again(register):
    calls = []
    register("add", queue="loyalty", run=lambda work: calls.append(1) or {"n": len(calls)})
    job = ask()
    run_job(job_id=job.pk, owner="me")
    assert run_job(job_id=job.pk, owner="me").result == {"n": 1}
    assert ask().pk == job.pk
    assert calls == [1]


def test_a_chunked_job_prepares_once_does_every_chunk_and_finishes_once(register):
    calls: list[str] = []

    def chunk(work) -> int:
        with work.fenced():
            calls.append(f"chunk {work.payload['n']}")
        return work.payload["n"]

    register(
        "many",
        queue="loyalty_score",
        prepare=lambda work: calls.append("prepare") or [{"n": n} for n in range(3)],
        chunk=chunk,
        finish=lambda work: calls.append("finish") or {"rows": sum(c.rows for c in work.job.chunks.all())},
    )
    seen = []
    job = run_job(job_id=ask("many").pk, owner="me", progress=lambda *step: seen.append(step))
    assert calls == ["prepare", "chunk 0", "chunk 1", "chunk 2", "finish"]
    assert (job.state, job.result) == (JobState.DONE, {"rows": 3})
    assert set(job.chunks.values_list("state", flat=True)) == {JobState.DONE}
    assert seen == [("many", 1, 3), ("many", 2, 3), ("many", 3, 3)]


def test_no_chunks_still_finishes(register):
    register(
        "many", queue="loyalty", prepare=lambda work: [], chunk=lambda work: 0, finish=lambda work: {"finished": True}
    )
    assert run_job(job_id=ask("many").pk, owner="me").result == {"finished": True}


def test_an_error_is_kept_and_raised_inline(register):
    def run(work: Work) -> dict:
        raise ZeroDivisionError("by nought")

    register("add", queue="loyalty", run=run)
    job = ask()
    with pytest.raises(ZeroDivisionError):
        run_job(job_id=job.pk, owner="me")
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == (JobState.WAITING, "ZeroDivisionError: by nought", 1)


def test_what_cannot_work_fails_at_once(register):
    def run(work: Work) -> dict:
        raise CannotWork("No orders yet: run loyalty_sync first.")

    register("add", queue="loyalty", run=run)
    job = run_job(job_id=ask().pk, owner="me", wait=False)
    assert (job.state, job.error) == (JobState.FAILED, "No orders yet: run loyalty_sync first.")
    assert job.finished_at


@pytest.mark.parametrize("given", [{}, {"run": print, "chunk": print}, {"prepare": print, "chunk": print}])
def test_a_kind_is_either_simple_or_chunked(register, given):
    with pytest.raises(ValueError, match="either run, or prepare, chunk and finish"):
        register("odd", queue="loyalty", **given)


def test_an_unknown_kind_is_refused(register):
    with pytest.raises(LookupError, match="'nothing'"):
        ask("nothing")
