"""Reads of the job rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from loyalty_ai.jobs.leases import LIVE, is_free, lease
from loyalty_ai.jobs.models import Job, JobChunk

if TYPE_CHECKING:
    from loyalty_ai.shop.models import Store


def unfinished_job(*, kind: str, store: Store | None, params: dict[str, Any]) -> Job | None:
    """The newest unfinished job that asks for exactly this, so that asking again goes on with it."""
    return Job.objects.filter(kind=kind, store=store, params=params, state__in=LIVE).order_by("-pk").first()


def chunk_counts(job: Job) -> dict[str, int]:
    """How many chunks of the job are in each state."""
    return dict(job.chunks.order_by().values_list("state").annotate(Count("pk")))


def jobs_nobody_works_on() -> QuerySet[Job]:
    """Unfinished jobs with something free to claim, and no call for a worker within the last lease."""
    chunks = JobChunk.objects.filter(job=OuterRef("pk"))
    held = chunks.filter(state__in=LIVE).exclude(is_free())
    return (
        Job.objects.filter(Q(woken_at__isnull=True) | Q(woken_at__lt=Now() - lease()), state__in=LIVE)
        .annotate(is_open=Exists(chunks.filter(is_free())), is_held=Exists(held))
        .filter(Q(is_open=True) | is_free() & Q(is_held=False))
        .order_by("pk")
    )
