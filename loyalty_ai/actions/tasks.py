"""The nightly job that lets actions take people, and brings these what they are taken for."""

from __future__ import annotations

from typing import Any

from loyalty_ai.jobs.work import Work, register


def act(work: Work) -> dict[str, Any]:
    """Result ``{"taken", "delivered", "dropped", "pending", "failed"}`` as far as there are any; it may run twice."""
    from loyalty_ai.actions.delivery import deliver
    from loyalty_ai.actions.services import decide
    from loyalty_ai.shop.expiry import shop_now

    now = shop_now(work.store)
    taken = decide(store=work.store, now=now, transaction_of_chunk=work.fenced)
    done = deliver(store=work.store, now=now, transaction_of_chunk=work.fenced, progress=work.progress)
    return {"taken": taken, **done}


register("actions", queue="loyalty", run=act)
