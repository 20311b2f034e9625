"""The job of kind "train": one version a job, however often its worker is killed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from loyalty_ai.jobs.leases import LIVE, MAX_ATTEMPTS
from loyalty_ai.jobs.models import Job
from loyalty_ai.jobs.work import CannotWork, LeaseLost, Work, WorkStopped
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.services import discard_version, reserve_version, train
from loyalty_ai.shop.models import Store

KIND, QUEUE = "train", "loyalty_train"

ABANDONED = timedelta(days=1)
"""Age after which a half version that no live job claims is removed."""


def run_training(work: Work) -> dict[str, Any]:
    """Train with `params` {"cutoff": ISO time, "parent": version id, "champion" or null}; result {"version", "number"}.

    The version's row and folder belong to the job from its first attempt on, so that the next one finds the checkpoint.
    An error that another attempt would meet again removes them.
    """
    version = _claim_version(work)
    try:
        if version.trained_at is None:
            train(version=version, progress=work.progress, fenced=work.fenced)
    except (LeaseLost, WorkStopped):
        raise
    except (ValueError, ImproperlyConfigured) as error:
        discard_version(version=version)
        raise CannotWork(str(error)) from error
    except Exception:
        if work.job.attempts >= MAX_ATTEMPTS:
            discard_version(version=version)
        raise
    return {"version": version.pk, "number": version.number}


def _claim_version(work: Work) -> ModelVersion:
    """The version an earlier attempt reserved, else a new one; what jobs long gone left half done is removed first."""
    reserved = ModelVersion.objects.select_related("store", "parent")
    version = reserved.filter(pk=work.job.result.get("version")).first()
    if version:
        return version
    discard_abandoned(store=work.store, before=timezone.now() - ABANDONED)
    parent = work.params.get("parent", "champion")
    if isinstance(parent, int):
        parent = ModelVersion.objects.get(store=work.store, pk=parent)
    with work.fenced():
        version = reserve_version(
            store=work.store,
            cutoff=datetime.fromisoformat(work.params["cutoff"]),
            parent=parent,
            requested_by=work.job.requested_by,
        )
        work.job.result = {"version": version.pk}
        work.job.save(update_fields=["result"])
    return version


def discard_abandoned(*, store: Store, before: datetime) -> int:
    """Remove the half versions of the store, begun before the moment, that no live job claims; how many."""
    at_work = Job.objects.filter(kind=KIND, store=store, state__in=LIVE, result__has_key="version")
    claimed = [job.result["version"] for job in at_work]
    abandoned = ModelVersion.objects.filter(store=store, trained_at__isnull=True, created_at__lt=before)
    halves = list(abandoned.exclude(pk__in=claimed))
    for half in halves:
        discard_version(version=half)
    return len(halves)
