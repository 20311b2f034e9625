"""What a handler gets, and which handler does which kind of job."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from loyalty_ai.jobs import leases
from loyalty_ai.jobs.leases import Heartbeat, LeaseLost
from loyalty_ai.jobs.models import Job, JobChunk, LeasedWork

if TYPE_CHECKING:
    from loyalty_ai.shop.models import Store

__all__ = ["CannotWork", "ChunkWork", "Kind", "LeaseLost", "Progress", "Work", "WorkStopped", "get_kind", "register"]

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, what is done and the total."""

PROGRESS_SECONDS = 1.0


class CannotWork(Exception):
    """Raised by a handler where trying again cannot help; its message tells a person what to do."""


class WorkStopped(Exception):
    """The process is shutting down: the handler ends here and the job goes on in another."""


class Work:
    """One claimed job.

    A handler may be killed at any point and started again by another worker: it does its writes inside `fenced()` blocks
    and can repeat them.
    """

    def __init__(
        self, job: Job, *, observe: Progress | None = None, stopping: Callable[[], bool] | None = None
    ) -> None:
        self.job = job
        self._observe = observe
        self._stopping = stopping
        self._heartbeat: Heartbeat | None = None
        self._written = 0.0
        self._step = ""

    @property
    def store(self) -> Store | None:
        return self.job.store

    @property
    def params(self) -> dict[str, Any]:
        return self.job.params

    @property
    def row(self) -> LeasedWork:
        """The row that the lease is on."""
        return self.job

    def progress(self, step: str, done: int, total: int) -> None:
        """Say how far the step is; cheap to call often, as it writes once a second.

        Raises:
            LeaseLost: another worker has the job, or it was cancelled.
            WorkStopped: the process is shutting down.
        """
        if self._observe:
            self._observe(step, done, total)
        self._stop_if_lost()
        now = time.monotonic()
        if now - self._written >= PROGRESS_SECONDS or step != self._step:
            self._written, self._step = now, step
            self._write_progress(step, done, total)

    @contextmanager
    def fenced(self) -> Iterator[None]:
        """A transaction in which the job is certainly ours; compute before it, write inside it.

        Raises:
            LeaseLost: another worker has the job, or it was cancelled; nothing was written.
        """
        with transaction.atomic():
            leases.hold(self.row)
            yield
            self._leave_fence()

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Hold the lease while the block runs: a heartbeat beside it, and a fair ending for whatever ends it."""
        with Heartbeat(self.row) as self._heartbeat:
            try:
                yield
            except LeaseLost:
                raise
            except (KeyboardInterrupt, SystemExit, WorkStopped):
                leases.release(self.row)
                raise
            except Exception as error:
                leases.fail(self.row, error=describe(error), final=isinstance(error, CannotWork))
                raise

    def _stop_if_lost(self) -> None:
        if self._heartbeat and self._heartbeat.lost.is_set():
            raise LeaseLost(f"{self.row} passed to another worker")
        if self._stopping and self._stopping():
            raise WorkStopped

    def _write_progress(self, step: str, done: int, total: int) -> None:
        leases.touch(self.row, progress_step=step[:120], progress_done=done, progress_total=total)

    def _leave_fence(self) -> None:
        leases.touch(self.row)


class ChunkWork(Work):
    """One claimed chunk of a job; its single `fenced()` block commits the chunk's output and marks it done."""

    def __init__(self, job: Job, chunk: JobChunk, **options: Any) -> None:
        super().__init__(job, **options)
        self.chunk = chunk
        self.rows: int | None = None
        self.done = False

    @property
    def payload(self) -> dict[str, Any]:
        return self.chunk.payload

    @property
    def row(self) -> LeasedWork:
        return self.chunk

    @contextmanager
    def fenced(self) -> Iterator[None]:
        """The transaction of the chunk's output; leaving it marks the chunk done with it.

        Raises:
            LeaseLost: another worker has the chunk, or the job was cancelled; nothing was written.
        """
        with super().fenced():
            yield
        self.done = True

    def progress(self, step: str, done: int, total: int) -> None:
        """Keep the chunk's lease alive; a chunked job shows its progress in chunks."""
        self._stop_if_lost()
        now = time.monotonic()
        if not self.done and now - self._written >= PROGRESS_SECONDS:
            self._written = now
            leases.touch(self.row)

    def _stop_if_lost(self) -> None:
        if not self.done:
            super()._stop_if_lost()

    def _leave_fence(self) -> None:
        leases.finish(self.row, rows=self.rows or 0)


@dataclass(frozen=True)
class Kind:
    """How one kind of job is done and on which queue it waits."""

    name: str
    queue: str
    run: Callable[[Work], dict[str, Any]] | None = None
    prepare: Callable[[Work], list[dict[str, Any]]] | None = None
    chunk: Callable[[ChunkWork], int] | None = None
    finish: Callable[[Work], dict[str, Any]] | None = None


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    queue: str,
    run: Callable[[Work], dict[str, Any]] | None = None,
    prepare: Callable[[Work], list[dict[str, Any]]] | None = None,
    chunk: Callable[[ChunkWork], int] | None = None,
    finish: Callable[[Work], dict[str, Any]] | None = None,
) -> None:
    """Say who does a kind of job.

    A simple job has `run(work) -> result`. A chunked one has `prepare(work) -> payloads`, `chunk(chunk_work) -> rows` (any
    number of workers side by side) and `finish(work) -> result` (after all chunks).

    Raises:
        ValueError: neither `run` alone nor the other three together.
    """
    parts = (prepare is not None, chunk is not None, finish is not None)
    if any(parts) != all(parts) or (run is not None) == all(parts):
        raise ValueError(f"{kind}: give either run, or prepare, chunk and finish")
    _kinds[kind] = Kind(kind, queue, run, prepare, chunk, finish)


def get_kind(name: str) -> Kind:
    """The registered kind.

    Raises:
        LookupError: this process knows no such kind.
    """
    try:
        return _kinds[name]
    except KeyError:
        known = ", ".join(sorted(_kinds)) or "none"
        raise LookupError(f"no handler is registered for jobs of kind {name!r} (known: {known})") from None


def describe(error: Exception) -> str:
    """The error as a job row keeps it: the message meant for people, or else its class too."""
    return str(error) if isinstance(error, CannotWork) else f"{type(error).__name__}: {error}"
