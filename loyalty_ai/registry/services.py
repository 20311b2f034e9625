"""Training a version: reserve its number, fit on the data before a cutoff, keep what was measured, seal it."""

from __future__ import annotations

import logging
import platform
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from loyalty_ai.conf import app_settings
from loyalty_ai.jobs.work import Progress
from loyalty_ai.registry.card import write_card
from loyalty_ai.registry.datasets import Dataset, build_dataset
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.selectors import artifact_directory, champion, text_cache
from loyalty_ai.registry.snapshots import load_snapshot, save_snapshot
from loyalty_ai.shop.consent import consenting_customers
from loyalty_ai.shop.models import Purpose, Store

logger = logging.getLogger(__name__)

LIBRARIES = ("django-loyalty-ai", "torch", "transformers", "numpy", "lightgbm", "safetensors", "Django")

Fenced = Callable[[], AbstractContextManager[Any]]


def train_version(
    *,
    store: Store,
    cutoff: datetime,
    requested_by: Any = None,
    parent: ModelVersion | str | None = "champion",
    progress: Progress | None = None,
) -> ModelVersion:
    """Train the store's customer model on what happened before `cutoff` and return the sealed version.

    Args:
        parent: the version to fine-tune from, "champion", or None for a start from scratch.
        progress: called with (step, done, total).

    Raises:
        ValueError: the data cannot carry any model, or a setting is wrong.
    """
    version = reserve_version(store=store, cutoff=cutoff, parent=parent, requested_by=requested_by)
    try:
        return train(version=version, progress=progress)
    except Exception:
        discard_version(version=version)
        raise


def reserve_version(
    *, store: Store, cutoff: datetime, parent: ModelVersion | str | None = "champion", requested_by: Any = None
) -> ModelVersion:
    """A row with the store's next number and a folder of its own; nothing reads it before it is trained."""
    if isinstance(parent, str):
        parent = champion(store=store, alias=parent)
    config = {"model": dict(app_settings.MODEL), "training": {"device": app_settings.DEVICE} | app_settings.TRAINING}
    if parent and parent.config.get("model") != config["model"]:
        logger.info("version %s has another shape: training starts from scratch", parent.number)
        parent = None
    with transaction.atomic():
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        last = ModelVersion.objects.filter(store=store).aggregate(last=Max("number"))["last"] or 0
        return ModelVersion.objects.create(
            store=store,
            number=last + 1,
            parent=parent,
            config=config,
            cutoff=cutoff,
            requested_by=requested_by,
            # The rest of a folder's name keeps two databases on one artifact root apart.
            path=f"{store.slug}/v{last + 1}-{uuid4().hex[:8]}",
        )


def train(
    *, version: ModelVersion, progress: Progress | None = None, fenced: Fenced = transaction.atomic
) -> ModelVersion:
    """Fit a reserved version, going on from its checkpoint where an earlier attempt left one, and seal it.

    Args:
        fenced: the transaction of the last write; a job's refuses when the work has passed to another.
    """
    from loyalty_ai.ml.config import ModelConfig, TrainingConfig
    from loyalty_ai.ml.training import fit

    report = progress or (lambda step, done, total: None)
    started = time.monotonic()
    report("data", 0, 1)
    dataset = _dataset(version)
    report("data", 1, 1)
    read = time.monotonic() - started
    parent = artifact_directory(version.parent) if version.parent else None
    if parent and not parent.is_dir():
        logger.warning("the artifact of version %s is gone: training starts from scratch", version.parent.number)
        parent = None
    result = fit(
        dataset.log,
        cutoff=int(version.cutoff.timestamp()),
        model=ModelConfig.from_dict(version.config["model"]),
        training=TrainingConfig.from_dict(version.config["training"]),
        directory=artifact_directory(version),
        parent=parent,
        progress=report,
        cache=text_cache(),
    )
    version.data_from = dataset.manifest.data_from
    version.data_fingerprint = dataset.manifest.fingerprint
    version.data_counts = dataset.manifest.counts
    version.rungs = result.rungs
    version.metrics = result.metrics
    version.curves = result.curves
    version.seconds = {"data": round(read, 1)} | result.seconds
    version.libraries = library_versions()
    version.digest = result.digest
    version.trained_at = timezone.now()
    if parent is None:
        version.parent = None
    version.digest = write_card(version, parameters=result.parameters)
    with fenced():
        version.save()
    _snapshot_path(version).unlink(missing_ok=True)
    return version


def discard_version(*, version: ModelVersion) -> None:
    """Remove a version that was never finished, with its folder; a trained one stays."""
    removed, _ = ModelVersion.objects.filter(pk=version.pk, trained_at__isnull=True).delete()
    if removed and version.path:
        shutil.rmtree(artifact_directory(version), ignore_errors=True)
        _snapshot_path(version).unlink(missing_ok=True)


def remove_snapshots(*, store: Store) -> None:
    """Remove the data of trainings that ended without a chance to do so themselves."""
    for version in ModelVersion.objects.filter(store=store, trained_at__isnull=False).exclude(path=""):
        _snapshot_path(version).unlink(missing_ok=True)


def remove_artifacts(*, store: Store) -> None:
    """Remove the folders of versions whose row says that their artifact is removed; what a killed worker left goes too."""
    for version in ModelVersion.objects.filter(store=store, artifact_removed_at__isnull=False).exclude(path=""):
        shutil.rmtree(artifact_directory(version), ignore_errors=True)


def library_versions() -> dict[str, str]:
    """Name -> installed version of what a result depends on."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = installed(name)
        except PackageNotFoundError:
            continue
    return found


def _dataset(version: ModelVersion) -> Dataset:
    """The data of an earlier attempt, else the log as it stands now; kept only until the training ends.

    Where somebody in it was erased or said no since, the log is read again: the training then starts anew without them.
    """
    path = _snapshot_path(version)
    if path.is_file():
        dataset = load_snapshot(path)
        allowed = consenting_customers(store=version.store, purpose=Purpose.PREFERENCES)
        if set(dataset.log.user_ids.tolist()) <= set(allowed.values_list("pk", flat=True)):
            return dataset
    dataset = build_dataset(store=version.store, cutoff=version.cutoff)
    save_snapshot(dataset, path)
    return dataset


def _snapshot_path(version: ModelVersion) -> Path:
    directory = artifact_directory(version)
    return directory.with_name(f"{directory.name}.data.npz")
