"""One file into a store, beside what its adapter syncs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from loyalty_ai.shop.adapters.files import READERS
from loyalty_ai.shop.adapters.rows import count_rows
from loyalty_ai.shop.models import Store
from loyalty_ai.shop.sync import BATCH, STREAMS, refresh_planner

SOURCE = "file"


def import_file(
    *,
    store: Store,
    path: Path,
    stream: str,
    now: datetime,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, int]:
    """Take over the rows of a file, batch by batch; importing it again, grown or not, adds only what is new.

    Args:
        stream: "events", "products" or "customers"; the columns are those of `adapters.files`.

    Returns:
        The counts of what became of the rows.

    Raises:
        OSError: the file cannot be opened.
        ImproperlyConfigured: its format is not known, or needs polars.
    """
    total, done, counts = count_rows(path), 0, Counter()
    records = READERS[stream](path, ZoneInfo(store.time_zone))
    while batch := list(islice(records, BATCH)):
        counts.update(STREAMS[stream](store=store, source=SOURCE, records=batch, now=now).counts())
        done += len(batch)
        if progress is not None:
            progress(path.name, done, max(total or 0, done))
    refresh_planner(rows=done)
    return dict(counts)
