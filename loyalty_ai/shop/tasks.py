"""The job that takes over what a shop has new."""

from __future__ import annotations

from typing import Any

from loyalty_ai.jobs.work import Work, register


def sync(work: Work) -> dict[str, Any]:
    from loyalty_ai.shop.services import sync_store

    return sync_store(store=work.store, progress=work.progress, transaction_of_batch=work.fenced)


register("sync", queue="loyalty", run=sync)
