"""Who may work on a row: claims, heartbeats by the database's clock, and the epoch that fences a worker left behind.

A row is *free* when it is waiting or running and its heartbeat is missing or older than `LEASE_SECONDS`. So one condition
covers new work, work whose worker vanished, and a failed attempt, which rests for one lease before the next.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Any, TypeVar

from django.db import Error, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from loyalty_ai.conf import app_settings
from loyalty_ai.jobs.models import JobState, LeasedWork

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
"""Claims of one row before it counts as failed; a worker that is killed leaves no error, so claims are counted."""

LIVE = (JobState.WAITING, JobState.RUNNING)
VANISHED = "The worker vanished {attempts} times (killed, or out of memory)."

Row = TypeVar("Row", bound=LeasedWork)


class LeaseLost(Exception):
    """The row has passed to another worker, or was cancelled; whoever gets this stops and writes nothing."""


def lease() -> timedelta:
    return timedelta(seconds=app_settings.LEASE_SECONDS)


def is_free() -> Q:
    """The condition under which a row may be claimed, by the database's clock."""
    return Q(state__in=LIVE) & (Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=Now() - lease()))


def claim(rows: models.QuerySet[Row], *, owner: str) -> Row | None:
    """Take the first free row under a new epoch, or None; a row claimed too often fails instead."""
    with transaction.atomic():
        free = rows.filter(is_free()).select_for_update(skip_locked=True, no_key=True, of=("self",))
        for row in free.order_by("pk")[:1]:
            if row.attempts >= MAX_ATTEMPTS:
                _update(row, state=JobState.FAILED, error=row.error or VANISHED.format(attempts=row.attempts))
                return None
            row.state, row.attempts, row.lease_epoch = JobState.RUNNING, row.attempts + 1, row.lease_epoch + 1
            row.lease_owner = owner[:120]
            _rows(row).update(
                state=row.state,
                attempts=row.attempts,
                lease_epoch=row.lease_epoch,
                lease_owner=row.lease_owner,
                heartbeat_at=Now(),
                started_at=Coalesce("started_at", Now()),
            )
            return row
    return None


def hold(row: LeasedWork) -> None:
    """Lock the row for the rest of the transaction.

    While it is locked nobody can claim it, however old its heartbeat. A worker frozen inside such a transaction is cut off
    by the server after one lease, so that the work goes on elsewhere.

    Raises:
        LeaseLost: the row is not ours any more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = %s", [int(lease().total_seconds() * 1000)])
    if not _rows(row).filter(_ours(row)).select_for_update(no_key=True).exists():
        raise LeaseLost(f"{row} passed to another worker")


def touch(row: LeasedWork, **values: Any) -> None:
    """A heartbeat, with other fields written along.

    Raises:
        LeaseLost: the row is not ours any more.
    """
    if not _rows(row).filter(_ours(row)).update(heartbeat_at=Now(), **values):
        raise LeaseLost(f"{row} passed to another worker")


def finish(row: LeasedWork, **values: Any) -> None:
    """Mark the row done.

    Raises:
        LeaseLost: the row is not ours any more.
    """
    touch(row, state=JobState.DONE, finished_at=Now(), error="", **values)


def release(row: LeasedWork) -> None:
    """Give the row back unharmed, for the next worker at once; nothing happens where it is not ours."""
    _rows(row).filter(_ours(row)).update(
        state=JobState.WAITING, attempts=F("attempts") - 1, heartbeat_at=None, lease_owner=""
    )


def fail(row: LeasedWork, *, error: str, final: bool = False) -> None:
    """Keep the error; the row rests for a lease and is tried again, until its attempts are spent or `final` says so."""
    spent = final or row.attempts >= MAX_ATTEMPTS
    values: dict[str, Any] = {"finished_at": Now()} if spent else {}
    _rows(row).filter(_ours(row)).update(
        state=JobState.FAILED if spent else JobState.WAITING, heartbeat_at=Now(), error=error[:4000], **values
    )


def beat(row: LeasedWork) -> bool:
    """One heartbeat from beside the worker: False when the row is not ours any more.

    A row locked by our own transaction is left alone: nobody else can claim it meanwhile. A row that this connection cannot
    see may be uncommitted or deleted, which the worker's next write finds out.
    """
    seen = _rows(row).values_list("lease_epoch", "state").first()
    if seen is None:
        return True
    if seen != (row.lease_epoch, JobState.RUNNING):
        return False
    with transaction.atomic():
        if _rows(row).filter(_ours(row)).select_for_update(skip_locked=True, no_key=True).exists():
            _rows(row).update(heartbeat_at=Now())
    return True


class Heartbeat(threading.Thread):
    """Keeps a lease alive from a thread of its own while a handler computes; connects only when the first beat is due."""

    def __init__(self, row: LeasedWork) -> None:
        super().__init__(name=f"heartbeat of {row}", daemon=True)
        self.row = row
        self.lost = threading.Event()
        self._done = threading.Event()

    def run(self) -> None:
        try:
            while not self._done.wait(app_settings.LEASE_SECONDS / 3):
                try:
                    alive = beat(self.row)
                except Error:
                    logger.warning("no heartbeat: the database did not answer", exc_info=True)
                    connection.close()
                    continue
                if not alive:
                    self.lost.set()
                    return
        finally:
            connection.close()

    def __enter__(self) -> Heartbeat:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._done.set()
        self.join(timeout=10)


def _rows(row: Row) -> models.QuerySet[Row]:
    return type(row)._default_manager.filter(pk=row.pk)


def _ours(row: LeasedWork) -> Q:
    return Q(lease_epoch=row.lease_epoch, state=JobState.RUNNING)


def _update(row: LeasedWork, **values: Any) -> None:
    _rows(row).update(finished_at=Now(), **values)
