"""Where a run's rows live: a partition of each table, made and dropped without stalling the readers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from loyalty_ai.conf import app_settings
from loyalty_ai.jobs.leases import LIVE
from loyalty_ai.jobs.models import JobChunk
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.serving.binary import HEADER, TRAILER, list_blocks
from loyalty_ai.serving.models import Deployment, ItemNeighbours, Prediction, Recommendation, ScoringRun
from loyalty_ai.shop.models import Store

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger(__name__)

TABLES = tuple(model._meta.db_table for model in (Prediction, Recommendation, ItemNeighbours))

COLUMNS: dict[type, dict[str, str]] = {
    Prediction: {
        "run_id": "int8",
        "customer_id": "int8",
        "purchase_probability": "float8",
        "churn_probability": "float8",
        "expected_orders": "float8",
        "predicted_clv": "float8",
        "predicted_clv_low": "float8",
        "predicted_clv_high": "float8",
        "expected_date_of_next_order": "date",
        "average_days_between_orders": "float8",
        "facts": "float8[]",
        "churn_drivers": "float8[]",
        "value_drivers": "float8[]",
    },
    Recommendation: {
        "run_id": "int8",
        "kind": "int2",
        "customer_id": "int8",
        "items": "int4[]",
        "scores": "float8[]",
        "reasons": "int4[]",
        "reason_kinds": "int2[]",
    },
    ItemNeighbours: {"run_id": "int8", "kind": "int2", "product_id": "int4", "items": "int4[]", "scores": "float8[]"},
}
"""What a row to write holds, in order, with PostgreSQL's types."""

LOCK_MILLISECONDS = 50
"""How long readers may stand behind us when a table's partitions change; then we step back and try again."""

TRIES = 20
LOCKED, IN_USE = ("55P03", "40P01"), "55006"
"""PostgreSQL's codes: a lock not had in time, a deadlock; a table that the present transaction still uses."""

ORPHANED = timedelta(hours=1)
"""Age after which a run that no live job works on counts as failed."""


def open_run(*, version: ModelVersion, cutoff: datetime, customers: int) -> ScoringRun:
    """A run with its partitions, invisible to readers until a deployment points at it."""

    def create() -> ScoringRun:
        run = ScoringRun.objects.create(store=version.store, version=version, cutoff=cutoff, customers=customers)
        with connection.cursor() as cursor:
            for table in TABLES:
                # Attaching a table that proves by its own constraint what it holds takes no lock that a reader waits for.
                cursor.execute(
                    f"""
                    CREATE TABLE {table}_r{run.pk} (LIKE {table} INCLUDING ALL EXCLUDING IDENTITY,
                        CONSTRAINT {table}_r{run.pk}_run CHECK (run_id = {run.pk}));
                    ALTER TABLE {table} ATTACH PARTITION {table}_r{run.pk} FOR VALUES IN ({run.pk});
                    ALTER TABLE {table}_r{run.pk} DROP CONSTRAINT {table}_r{run.pk}_run;
                    """
                )
        return run

    return _patiently(create)


def write_rows(model: type, rows: Iterable[Sequence[Any]]) -> int:
    """Binary COPY of rows (the values of `COLUMNS[model]` in order) into their run's partition; returns how many."""
    columns, written = COLUMNS[model], 0
    statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
            written += 1
    return written


def write_lists(model: type, columns: dict[str, Any], lengths: np.ndarray) -> int:
    """Binary COPY of array rows, as `binary.list_blocks` takes them (a single number stands for a whole column)."""
    import numpy as np

    types = COLUMNS[model]
    whole = {
        name: np.broadcast_to(np.asarray(columns[name]), len(lengths)) for name in types if np.ndim(columns[name]) == 0
    }
    statement = f"COPY {model._meta.db_table} ({', '.join(types)}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(HEADER)
        for block in list_blocks(types, columns | whole, lengths):
            copy.write(block)
        copy.write(TRAILER)
    return int((lengths > 0).sum())


def drop_run(*, run: ScoringRun) -> bool:
    """Drop the run's partitions and mark it dropped; False when readers did not let go, so that the next prune tries again.

    Raises:
        ValueError: the run is live.
    """

    def drop() -> None:
        Store.objects.select_for_update(no_key=True).get(pk=run.store_id)  # no promotion to it meanwhile
        if Deployment.objects.filter(run=run, closed_at__isnull=True).exists():
            raise ValueError(f"run {run.pk} is live")
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {', '.join(_partitions(run))}")
        run.state = ScoringRun.State.DROPPED
        run.save(update_fields=["state"])

    try:
        if _partitions(run):
            _patiently(drop)
        else:
            ScoringRun.objects.filter(pk=run.pk).update(state=ScoringRun.State.DROPPED)
    except OperationalError as error:
        if _state_of(error) not in (*LOCKED, IN_USE):
            raise
        logger.info("run %s stays for now: %s", run.pk, error)
        return False
    return True


def prune_runs(*, store: Store) -> list[int]:
    """Drop what no rollback and no promotion can want any more; returns the keys of the dropped runs.

    Kept are the live runs, the `KEEP_RUNS` that were live before them, and as many complete ones still waiting to be
    promoted. Refused and failed runs go at once; one that no job works on any more counts as failed.
    """
    _fail_orphans(store)
    runs = ScoringRun.objects.filter(store=store).exclude(state=ScoringRun.State.DROPPED).order_by("-pk")
    deployed = Deployment.objects.filter(run=OuterRef("pk"))
    live = set(runs.filter(Exists(deployed.filter(closed_at__isnull=True))).values_list("pk", flat=True))
    complete = runs.filter(state=ScoringRun.State.COMPLETE).exclude(pk__in=live)
    once_live = complete.filter(Exists(deployed)).values_list("pk", flat=True)[: app_settings.KEEP_RUNS]
    waiting = complete.exclude(Exists(deployed)).values_list("pk", flat=True)[: app_settings.KEEP_RUNS]
    kept = live | set(once_live) | set(waiting)
    surplus = runs.exclude(pk__in=kept).exclude(state=ScoringRun.State.RUNNING)
    return [run.pk for run in surplus if drop_run(run=run)]


def _fail_orphans(store: Store) -> None:
    worked_on = JobChunk.objects.filter(job__state__in=LIVE, payload__has_key="run").order_by()
    orphans = ScoringRun.objects.filter(store=store, state=ScoringRun.State.RUNNING, created_at__lt=Now() - ORPHANED)
    orphans.exclude(pk__in=list(worked_on.values_list("payload__run", flat=True).distinct())).update(
        state=ScoringRun.State.FAILED, finished_at=timezone.now()
    )


def _partitions(run: ScoringRun) -> list[str]:
    """The run's partitions that exist, by whatever name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname FROM pg_inherits i
            JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = ANY(%s::regclass[]) AND pg_get_expr(c.relpartbound, c.oid) = %s
            """,
            [list(TABLES), f"FOR VALUES IN ('{run.pk}')"],
        )
        return [name for (name,) in cursor.fetchall()]


def _patiently(change: Callable[[], Any]) -> Any:
    """Run a change of partitions in short transactions that step back from every lock they cannot have at once."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_MILLISECONDS}ms"])
                done = change()
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
                return done
        except OperationalError as error:
            if _state_of(error) not in LOCKED or attempt == TRIES - 1:
                raise
            time.sleep(0.05 * (attempt + 1))
    raise AssertionError("unreachable")


def _state_of(error: OperationalError) -> str | None:
    """PostgreSQL's code of the error."""
    return getattr(error.__cause__, "sqlstate", None)
