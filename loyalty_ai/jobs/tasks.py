"""What Celery runs; every task may run twice, late or never without harm."""

from __future__ import annotations

import logging
import os
import socket
import threading

from celery import shared_task

from loyalty_ai.jobs import services
from loyalty_ai.jobs.models import Job
from loyalty_ai.jobs.work import WorkStopped

logger = logging.getLogger(__name__)


@shared_task(name="loyalty_ai.run_job", ignore_result=True, acks_late=True, reject_on_worker_lost=True)
def run_job(job_id: int) -> None:
    """Work on a job until nothing of it is left to claim."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident() % 100_000}"
    try:
        services.run_job(job_id=job_id, owner=owner, wait=False, stopping=stopping)
    except WorkStopped:
        services.wake_workers(job=Job.objects.get(pk=job_id))
    except Job.DoesNotExist:
        logger.info("job %s is gone", job_id)
    except LookupError as error:
        logger.error("job %s stays waiting: %s", job_id, error)


@shared_task(name="loyalty_ai.sweep", ignore_result=True)
def sweep() -> None:
    """Call workers for what nobody works on."""
    services.sweep()


def stopping() -> bool:
    """Whether this Celery worker is shutting down; known in solo and thread pools, never in a prefork child."""
    from celery.worker import state as worker_state  # all of the worker, which a web process has no use for

    # Each holds None, False or an exit status, which may be 0.
    return any(
        status is not None and status is not False
        for status in (worker_state.should_stop, worker_state.should_terminate)
    )
