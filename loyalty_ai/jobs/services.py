"""Asking for work and doing it: Celery only wakes workers, the rows are the truth."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from loyalty_ai.jobs import leases
from loyalty_ai.jobs.leases import LIVE, LeaseLost
from loyalty_ai.jobs.models import Job, JobChunk, JobState
from loyalty_ai.jobs.selectors import chunk_counts, jobs_nobody_works_on
from loyalty_ai.jobs.work import ChunkWork, Kind, Progress, Work, WorkStopped, get_kind

if TYPE_CHECKING:
    from loyalty_ai.shop.models import Store

logger = logging.getLogger(__name__)

MAX_WAKES = 8
"""Workers called at once for the chunks of one job; those that come take chunks until none is left."""

WAKE_EXPIRES = 3600
"""Seconds after which a waiting call for a worker is void; the sweeper calls again."""

BROKER_SECONDS = 2
POLL_SECONDS = 0.5


def request_job(
    *,
    kind: str,
    store: Store | None = None,
    slot: str,
    params: dict[str, Any] | None = None,
    requested_by: Any = None,
    wake: bool = True,
) -> Job:
    """The job of this slot, made now unless it exists; a worker is called when the transaction commits.

    Args:
        kind: a registered kind.
        slot: the idempotency key, such as `train:default:2026-11-24`; whoever asks second gets the first one's job.
        params: what the handler needs, JSON; ids, not objects.
        wake: False when the caller does the job itself.

    Raises:
        LookupError: no such kind.
    """
    get_kind(kind)
    job = Job(kind=kind, store=store, slot=slot, params=params or {}, requested_by=requested_by, woken_at=Now())
    Job.objects.bulk_create([job], ignore_conflicts=True)
    job = Job.objects.get(slot=slot)
    if wake and job.state == JobState.WAITING:
        transaction.on_commit(partial(wake_workers, job=job), robust=True)
    return job


def wake_workers(*, job: Job, workers: int = 1) -> None:
    """Call workers for a job; a call that the broker does not take is only logged, as the sweeper calls again."""
    # A page that asks for a job does not wait for a broker that is down: one attempt, two seconds.
    options = {"max_retries": 0, "socket_connect_timeout": BROKER_SECONDS}
    try:
        with current_app.connection_for_write(connect_timeout=BROKER_SECONDS, transport_options=options) as connection:
            for _ in range(min(workers, MAX_WAKES)):
                current_app.send_task(
                    "loyalty_ai.run_job",
                    args=[job.pk],
                    queue=get_kind(job.kind).queue,
                    connection=connection,
                    expires=WAKE_EXPIRES,
                    ignore_result=True,
                    retry=False,
                )
    except (BrokerError, KombuError, OSError, LookupError) as error:
        logger.warning("no worker called for job %s, the sweeper will: %s", job.pk, error)


def run_job(
    *,
    job_id: int,
    owner: str,
    progress: Progress | None = None,
    wait: bool = True,
    stopping: Callable[[], bool] | None = None,
) -> Job:
    """Do the job here, beside whoever works on it already.

    With `wait` it returns when the job is finished, whoever finished it, and a handler's error is raised at once. Without
    (a Celery worker) it returns when there is nothing left to claim; errors are kept in the row and logged, and failed work
    rests for a lease before the next attempt.

    Args:
        owner: who claims, for people: `host:process`.
        progress: called with (step, done, total).
        stopping: asked often; True ends the work here and leaves it free for others.

    Raises:
        Job.DoesNotExist: no such job.
        LookupError: no handler is registered for its kind.
        WorkStopped: `stopping()` said so.
    """
    seat = _Seat(owner=owner, observe=progress, stopping=stopping, wait=wait)
    while True:
        job = Job.objects.select_related("store").get(pk=job_id)
        if job.state not in LIVE:
            return job
        if stopping and stopping():
            raise WorkStopped
        if seat.advance(job, get_kind(job.kind)):
            continue
        if not wait:
            return Job.objects.get(pk=job_id)
        if progress and job.progress_step:
            progress(job.progress_step, job.progress_done, job.progress_total)
        time.sleep(POLL_SECONDS)


def retry_job(*, job: Job, wake: bool = True) -> Job:
    """Give an unfinished, failed or cancelled job fresh attempts, at once; chunks already done stay done."""
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        if job.state == JobState.DONE:
            return job
        fresh: dict[str, Any] = {"state": JobState.WAITING, "attempts": 0, "heartbeat_at": None, "finished_at": None}
        again = [JobState.WAITING, JobState.FAILED, JobState.CANCELLED]
        job.chunks.filter(state__in=again).update(**fresh)
        if job.state in again:
            Job.objects.filter(pk=job.pk).update(**fresh, woken_at=Now())
        if wake:
            transaction.on_commit(partial(wake_workers, job=job), robust=True)
    return Job.objects.get(pk=job.pk)


def cancel_job(*, job: Job) -> Job:
    """End the job: nobody claims it any more, and the writes of whoever is at it are refused."""
    ended: dict[str, Any] = {"state": JobState.CANCELLED, "lease_epoch": F("lease_epoch") + 1, "finished_at": Now()}
    with transaction.atomic():
        Job.objects.filter(pk=job.pk, state__in=LIVE).update(**ended)
        JobChunk.objects.filter(job__pk=job.pk, job__state=JobState.CANCELLED, state__in=LIVE).update(**ended)
    return Job.objects.get(pk=job.pk)


def sweep() -> int:
    """Call workers for every job that nobody works on: its call was lost, or its worker was. Returns how many jobs."""
    with transaction.atomic():
        jobs = list(jobs_nobody_works_on().select_for_update(skip_locked=True, no_key=True, of=("self",)))
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(woken_at=Now())
    for job in jobs:
        wake_workers(job=job, workers=max(1, job.chunks.filter(leases.is_free()).count()))
    return len(jobs)


class _Seat:
    """One worker at one job: takes the next step that is free."""

    def __init__(
        self, *, owner: str, observe: Progress | None, stopping: Callable[[], bool] | None, wait: bool
    ) -> None:
        self.owner = owner
        self.observe = observe
        self.stopping = stopping
        self.wait = wait

    def advance(self, job: Job, kind: Kind) -> bool:
        """Do one step of the job; False when there was none to claim."""
        try:
            if kind.chunk and job.prepared_at:
                if self._do_chunk(job, kind):
                    return True
                counts = chunk_counts(job)
                if counts.get(JobState.FAILED):
                    return self._give_up(job)
                if counts.keys() - {JobState.DONE}:
                    return False
            return self._do_job(job, kind)
        except LeaseLost as lost:
            logger.info("left to another worker: %s", lost)
        except WorkStopped:
            raise
        except Exception:
            if self.wait:
                raise
            logger.exception("job %s (%s): this attempt failed", job.pk, job.kind)
        return True

    def _do_job(self, job: Job, kind: Kind) -> bool:
        """The part of a job that one worker does: all of a simple one, or the preparation or the end of a chunked one."""
        rows = Job.objects.select_related("store").filter(pk=job.pk, prepared_at__isnull=job.prepared_at is None)
        claimed = leases.claim(rows, owner=self.owner)
        if claimed is None:
            return False
        work = Work(claimed, observe=self.observe, stopping=self.stopping)
        with work.kept_alive():
            if kind.prepare and not claimed.prepared_at:
                self._prepare(work, kind.prepare(work))
            else:
                result = (kind.finish or kind.run)(work)
                leases.finish(claimed, result=result or {})
        return True

    def _prepare(self, work: Work, payloads: list[dict[str, Any]]) -> None:
        """Commit the chunks and let go of the job: from here on the leases are the chunks'."""
        chunks = [JobChunk(job=work.job, number=number, payload=payload) for number, payload in enumerate(payloads)]
        with transaction.atomic():
            leases.hold(work.job)
            JobChunk.objects.bulk_create(chunks, batch_size=2000)
            Job.objects.filter(pk=work.job.pk).update(
                prepared_at=Now(),
                heartbeat_at=None,
                lease_owner="",
                attempts=0,
                progress_step=work.job.kind,
                progress_done=0,
                progress_total=len(chunks),
            )
        if len(chunks) > 1:
            wake_workers(job=work.job, workers=len(chunks) - 1)

    def _do_chunk(self, job: Job, kind: Kind) -> bool:
        chunk = leases.claim(JobChunk.objects.filter(job=job.pk, job__state__in=LIVE), owner=self.owner)
        if chunk is None:
            return False
        work = ChunkWork(job, chunk, stopping=self.stopping)
        with work.kept_alive():
            rows = kind.chunk(work)
            if not work.done:
                work.rows = rows
                with work.fenced():
                    pass
            elif work.rows is None:
                JobChunk.objects.filter(pk=chunk.pk, lease_epoch=chunk.lease_epoch).update(rows=rows)
        done = job.chunks.filter(state=JobState.DONE).count()
        Job.objects.filter(pk=job.pk, state__in=LIVE, progress_done__lt=done).update(
            state=JobState.RUNNING, progress_done=done, woken_at=Now()
        )
        if self.observe:
            self.observe(job.kind, done, job.progress_total)
        return True

    def _give_up(self, job: Job) -> bool:
        chunk = job.chunks.filter(state=JobState.FAILED).order_by("number").first()
        error = f"chunk {chunk.number}: {chunk.error}" if chunk else ""
        Job.objects.filter(pk=job.pk, state__in=LIVE).update(state=JobState.FAILED, error=error, finished_at=Now())
        return True
