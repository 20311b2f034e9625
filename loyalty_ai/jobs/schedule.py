"""The nightly round, as a plain dict for `CELERY_BEAT_SCHEDULE`; a project may copy it and move the times.

Times are in `CELERY_TIMEZONE`. Every entry only asks for a job whose slot is kind, store, day and version, so that two beats,
or one that catches up after a pause, ask for the same job. The sweeper calls workers again for whatever nobody works on.
"""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

SWEEP_SECONDS = 30.0


def _nightly(kind: str, *, hour: int, params: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "task": "loyalty_ai.request_nightly",
        "schedule": crontab(hour=hour, minute=0),
        "args": (kind, params or {}),
        "options": {"queue": "loyalty"},
    }


SCHEDULE: dict[str, dict[str, Any]] = {
    "loyalty-sync": _nightly("sync", hour=1),
    "loyalty-index": _nightly("index", hour=2),
    "loyalty-metrics": _nightly("metrics", hour=2),
    "loyalty-train": _nightly("train", hour=3, params={"parent": "champion"}),
    "loyalty-score": _nightly("score", hour=6, params={"publish": True}),
    # The night's training, scored and audited beside the champion: an admin compares and promotes it with one press.
    "loyalty-score-newest": _nightly("score", hour=7, params={"version": "newest", "publish": False}),
    # By the night's groups and scores.
    "loyalty-actions": _nightly("actions", hour=7),
    # After the night's scores, which leave older runs behind.
    "loyalty-expire": _nightly("expire", hour=8),
    "loyalty-sweep": {
        "task": "loyalty_ai.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"queue": "loyalty", "expires": SWEEP_SECONDS},
    },
}
