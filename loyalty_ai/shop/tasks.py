"""The job that takes over what a shop has new."""

from __future__ import annotations

from typing import Any

from loyalty_ai.jobs.services import request_job
from loyalty_ai.jobs.work import Work, register


def sync(work: Work) -> dict[str, Any]:
    from loyalty_ai.shop.services import sync_store

    taken = sync_store(store=work.store, progress=work.progress, transaction_of_batch=work.fenced)
    if taken["products"].get("created") or taken["products"].get("updated"):
        request_job(kind="index", store=work.store, slot=f"index:{work.store}:after:{work.job.pk}")
    return taken


register("sync", queue="loyalty", run=sync)
