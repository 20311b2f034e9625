"""By when a version leaves service: it was trained on somebody who was erased since, or fine-tuned from one that was."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from loyalty_ai.conf import app_settings
from loyalty_ai.registry.models import ModelVersion, VersionDeadline
from loyalty_ai.shop.models import Store

RENEWED_FROM = 1 / 3
"""Share of `ERASURE_DAYS` that is left when nothing is fine-tuned from a version any more: what is trained then replaces it."""

SERVED = """NOT EXISTS (
    SELECT FROM loyalty_ai_versiondeadline served_until
    WHERE served_until.version_id = {version} AND served_until.due_at <= now()
)"""
"""SQL of whether a version may still answer, by its key's SQL; for statements that read the live run."""


def overdue(version: str = "") -> Q:
    """Versions that have left service, by the database's clock; `version` is the lookup of the version in what is filtered.

    To be used in `filter` and, for those that may serve, `exclude`.
    """
    return Q(**{f"{version}__deadline__due_at__lte".removeprefix("__"): Now()})


def is_overdue(version: ModelVersion) -> bool:
    """Whether the version has left service."""
    return VersionDeadline.objects.filter(version=version, due_at__lte=Now()).exists()


def deadline_of(version: ModelVersion) -> datetime | None:
    """When the version leaves or left service; None where nobody it was trained on was erased."""
    return VersionDeadline.objects.filter(version=version).values_list("due_at", flat=True).first()


def is_due_soon(due_at: datetime | None) -> bool:
    """Whether a replacement has to be trained from scratch now to be there in time."""
    renewed = timedelta(days=app_settings.ERASURE_DAYS) * RENEWED_FROM
    return due_at is not None and due_at - timezone.now() <= renewed


def trained_on(*, store: Store, times: Iterable[datetime]) -> list[ModelVersion]:
    """The versions whose data hold an event of one of these times, and all that were fine-tuned from them, by number.

    A training that runs counts: what it reads or has read holds the events. `times` are those of all events of one person.
    """
    known = sorted(times)
    versions = list(
        ModelVersion.objects.filter(store=store).order_by("number").only("number", "data_from", "cutoff", "parent")
    )
    first = datetime.min.replace(tzinfo=UTC)

    def holds(version: ModelVersion) -> bool:
        at = bisect_left(known, version.data_from or first)
        return at < len(known) and known[at] < version.cutoff

    found: set[int] = set()
    for version in versions:  # a parent's number is below its children's
        if version.parent_id in found or holds(version):
            found.add(version.pk)
    return [version for version in versions if version.pk in found]


def set_deadlines(*, versions: Iterable[ModelVersion], due_at: datetime) -> QuerySet[VersionDeadline]:
    """Let the versions leave service at that time, or earlier where they already had to; their rows, by number."""
    keys = [version.pk for version in versions]
    VersionDeadline.objects.bulk_create(
        [VersionDeadline(version_id=key, due_at=due_at) for key in keys], ignore_conflicts=True
    )
    rows = VersionDeadline.objects.filter(version__in=keys)
    rows.filter(due_at__gt=due_at).update(due_at=due_at)
    return rows.select_related("version").order_by("version__number")


def inherit_deadline(version: ModelVersion) -> None:
    """Give a version that will be fine-tuned its parent's deadline."""
    due_at = deadline_of(version.parent) if version.parent else None
    if due_at:
        set_deadlines(versions=[version], due_at=due_at)
