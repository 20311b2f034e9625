"""Jobs that stop where a test wants to kill their worker; they write to a table that would keep a doubled row."""

from __future__ import annotations

import os
import time
from pathlib import Path

from django.db import Error, connection

from loyalty_ai.jobs.models import LeasedWork
from loyalty_ai.jobs.work import ChunkWork, LeaseLost, Work, register

TABLE = "fault_output"
POINTS = ["prepare", "chunk", "in the fence", "after the commit", "finish"]
PAUSED_CHUNK = 1


def write(work: Work, text: str) -> None:
    with connection.cursor() as cursor:
        values = [work.job.pk, text, os.getpid()]
        cursor.execute(f"INSERT INTO {TABLE} (job, text, writer) VALUES (%s, %s, %s)", values)


def pause(work: Work, point: str, row: LeasedWork) -> None:
    """Stand still at the point that the job names, on its first attempt, until killed or let go."""
    if work.params.get("pause") != point or row.attempts > 1:
        return
    folder = Path(work.params["folder"])
    (folder / "paused").write_text(str(os.getpid()))
    while not (folder / "go").exists():
        time.sleep(0.02)
        if work.params.get("reports"):
            work.progress("standing", 0, 1)


def prepare(work: Work) -> list[dict]:
    pause(work, "prepare", work.job)
    return [{"n": n} for n in range(work.params["chunks"])]


def chunk(work: ChunkWork) -> int:
    paused = work.payload["n"] == PAUSED_CHUNK
    if paused:
        pause(work, "chunk", work.chunk)
    try:
        with work.fenced():
            write(work, f"chunk {work.payload['n']}")
            if paused:
                pause(work, "in the fence", work.chunk)
    except (LeaseLost, Error):  # the server cuts off whoever is frozen inside a transaction
        (Path(work.params["folder"]) / "refused").write_text(str(os.getpid()))
        raise
    if paused:
        pause(work, "after the commit", work.chunk)
    return 1


def finish(work: Work) -> dict:
    pause(work, "finish", work.job)
    with work.fenced():
        write(work, "finished")
    return {"rows": sum(work.job.chunks.values_list("rows", flat=True))}


def daily(work: Work) -> dict:
    with work.fenced():
        write(work, "daily")
    return {}


register("fault_chunks", queue="loyalty_score", prepare=prepare, chunk=chunk, finish=finish)
register("fault_daily", queue="loyalty", run=daily)
