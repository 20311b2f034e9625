"""The tasks and job kinds of every room, and the nightly request that needs several rooms; Celery looks here."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone

from loyalty_ai.actions import tasks as actions_tasks
from loyalty_ai.assistant import tasks as assistant_tasks
from loyalty_ai.conf import app_settings
from loyalty_ai.jobs import tasks as jobs_tasks
from loyalty_ai.jobs.services import request_job
from loyalty_ai.loyalty import tasks as loyalty_tasks
from loyalty_ai.privacy import tasks as privacy_tasks
from loyalty_ai.registry import tasks as registry_tasks
from loyalty_ai.serving import tasks as serving_tasks
from loyalty_ai.shop import tasks as shop_tasks
from loyalty_ai.shop.selectors import data_until
from loyalty_ai.shop.services import ensure_store

__all__ = [
    "actions_tasks",
    "assistant_tasks",
    "jobs_tasks",
    "loyalty_tasks",
    "privacy_tasks",
    "registry_tasks",
    "request_nightly",
    "serving_tasks",
    "shop_tasks",
]

UP_TO_A_CUTOFF = {"train", "score"}
"""Kinds that are told up to when they may look."""


@shared_task(name="loyalty_ai.request_nightly", ignore_result=True)
def request_nightly(kind: str, params: dict[str, Any]) -> None:
    """Ask for today's job of a kind for every store, the day being the store's; asking again changes nothing."""
    for slug in app_settings.STORES:
        store = ensure_store(slug)
        day = timezone.localdate(timezone=ZoneInfo(store.time_zone))
        cutoff = {"cutoff": data_until(store).isoformat()} if kind in UP_TO_A_CUTOFF else {}
        slot = ":".join([kind, slug, str(day), *([params["version"]] if "version" in params else [])])
        request_job(kind=kind, store=store, slot=slot, params=params | cutoff)
