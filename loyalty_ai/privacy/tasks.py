"""The nightly job that ends what is kept long enough."""

from __future__ import annotations

from typing import Any

from loyalty_ai.jobs.work import Work, register
from loyalty_ai.privacy.retention import expire


def run_expiry(work: Work) -> dict[str, Any]:
    """Result: how much of each kind went; anything of it may be done again."""
    return expire(store=work.store, transaction_of_chunk=work.fenced, progress=work.progress)


register("expire", queue="loyalty", run=run_expiry)
