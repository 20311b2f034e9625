"""Reads of the trained versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db.models import QuerySet

from loyalty_ai.conf import app_settings
from loyalty_ai.registry.deadlines import overdue
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.shop.models import Store

MODEL = "model"
"""The name of the ranker with the decoder among the methods of a version's metrics."""

MODES = ("repeats", "new_only")
"""Next-basket lists that may repeat what a customer bought, and lists of products new to the customer."""


@dataclass(frozen=True)
class Standing:
    """One method's next-basket metrics on a version's evaluation window, and how far the version is ahead of it.

    Args:
        mode: `repeats` or `new_only`.
        method: `model` or a baseline's name.
        metrics: name -> (mean over customers, its standard error), each in [0, 1].
        lead: NDCG@10 of what answers less the method's, with its 95 % interval (difference, low, high); None for itself.
        answers: whether the version answers with this method.
    """

    mode: str
    method: str
    metrics: dict[str, tuple[float, float]]
    lead: tuple[float, float, float] | None
    answers: bool


def trained_versions(*, store: Store) -> QuerySet[ModelVersion]:
    """The store's finished versions, newest first."""
    return ModelVersion.objects.filter(store=store, trained_at__isnull=False).order_by("-number")


def get_version(*, store: Store, number: int) -> ModelVersion:
    """The finished version of that number; ModelVersion.DoesNotExist otherwise."""
    return trained_versions(store=store).get(number=number)


def champion(*, store: Store, alias: str = "champion") -> ModelVersion | None:
    """The version that the alias points at and that has not left service, or None."""
    live = {"deployments__alias": alias, "deployments__closed_at__isnull": True}
    return ModelVersion.objects.filter(store=store, **live).exclude(overdue()).first()


def artifact_directory(version: ModelVersion) -> Path:
    """The version's folder below the artifact root."""
    return app_settings.artifacts / version.path


def text_cache() -> Path:
    """Where the text vectors of all products are kept, below the artifact root; no store's slug has a dot."""
    return app_settings.artifacts / ".text"


def standings(version: ModelVersion) -> Iterator[Standing]:
    """The metrics of every method on the version's evaluation window, what answers first in each mode."""
    measured, gains = version.metrics.get("next_basket", {}), version.metrics.get("gains", {})
    for mode in MODES:
        methods, own = measured.get(mode, {}), version.rungs.get(mode)
        for method in sorted(methods, key=lambda name: (name != own, name)):
            values = {name: (m["value"], m["se"]) for name, m in methods[method].items() if isinstance(m, dict)}
            lead = gains.get(mode, {}).get(method)
            interval = (lead["difference"], lead["low"], lead["high"]) if lead else None
            yield Standing(mode, method, values, interval, answers=method == own)
