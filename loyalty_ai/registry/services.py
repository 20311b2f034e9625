"""Training a version: reserve its number, fit on the data before a cutoff, keep what was measured, seal it."""

from __future__ import annotations

import logging
import platform
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
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
from loyalty_ai.registry.datasets import Dataset, build_dataset, prove_exclusion
from loyalty_ai.registry.deadlines import deadline_of, inherit_deadline, is_due_soon, is_overdue
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.selectors import artifact_directory, champion, text_cache
from loyalty_ai.registry.snapshots import load_snapshot, save_snapshot
from loyalty_ai.shop.consent import consenting_customers
from loyalty_ai.shop.models import Customer, Purpose, Store
from loyalty_ai.shop.suppression import hold_off_erasure

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
    """A row with the store's next number and a folder of its own; nothing reads it before it is trained.

    A parent whose settings differ, or that has to leave service soon, is no parent: the training starts from scratch.
    """
    if isinstance(parent, str):
        parent = champion(store=store, alias=parent)
    config = {"model": dict(app_settings.MODEL), "training": {"device": app_settings.DEVICE} | app_settings.TRAINING}
    if parent and parent.config.get("model") != config["model"]:
        logger.info("version %s has another shape: training starts from scratch", parent.number)
        parent = None
    with transaction.atomic():
        # An erasure either sees this row, or is over before its data are read.
        hold_off_erasure(store)
        if parent and is_due_soon(deadline_of(parent)):
            logger.info("version %s leaves service soon: training starts from scratch", parent.number)
            parent = None
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        last = ModelVersion.objects.filter(store=store).aggregate(last=Max("number"))["last"] or 0
        version = ModelVersion.objects.create(
            store=store,
            number=last + 1,
            parent=parent,
            config=config,
            cutoff=cutoff,
            requested_by=requested_by,
            # The rest of a folder's name keeps two databases on one artifact root apart.
            path=f"{store.slug}/v{last + 1}-{uuid4().hex[:8]}",
        )
        inherit_deadline(version)
        return version


def train(
    *, version: ModelVersion, progress: Progress | None = None, fenced: Fenced = transaction.atomic
) -> ModelVersion:
    """Fit a reserved version, going on from its checkpoint where an earlier attempt left one, and seal it.

    Args:
        fenced: the transaction of the last write; a job's refuses when the work has passed to another.

    Raises:
        ErasedInData: somebody who was erased is in the data.
        ValueError: the data cannot carry any model, or a setting is wrong.
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
    if parent and is_overdue(version.parent):
        logger.warning("version %s has left service meanwhile: training starts from scratch", version.parent.number)
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


def drop_snapshots(*, versions: Iterable[ModelVersion]) -> None:
    """Remove the data that trainings of these versions keep to go on with after an interruption: they hold somebody erased.

    A training that runs ends with what it has in memory; one that goes on later reads the log again.
    """
    for version in ModelVersion.objects.filter(pk__in=[each.pk for each in versions], trained_at__isnull=True):
        try:
            _snapshot_path(version).unlink(missing_ok=True)
        except OSError:
            logger.exception("the snapshot of version %s could not be removed", version.number)


def _dataset(version: ModelVersion) -> Dataset:
    """The data of an earlier attempt, else the log as it stands now; kept only until the training ends.

    Where somebody in it was erased or said no since, even while it was being read, the log is read again: the training then
    starts anew without them. That nobody erased is in it is checked last, and stands in its counts.
    """
    path = _snapshot_path(version)
    dataset = load_snapshot(path) if path.is_file() else None
    while dataset is None or not _may_be_used(dataset, version.store):
        path.unlink(missing_ok=True)
        shutil.rmtree(artifact_directory(version), ignore_errors=True)  # a checkpoint of other data
        dataset = build_dataset(store=version.store, cutoff=version.cutoff)
        save_snapshot(dataset, path)
    erasures = prove_exclusion(store=version.store, people=dataset.people)
    return replace(dataset, manifest=replace(dataset.manifest, counts=dataset.manifest.counts | {"erasures": erasures}))


def _may_be_used(dataset: Dataset, store: Store) -> bool:
    """Whether everybody in it is still there, and everybody whose history it holds still allows it."""
    known = set(Customer.objects.filter(store=store).values_list("pk", flat=True).iterator(chunk_size=20_000))
    allowed = consenting_customers(store=store, purpose=Purpose.PREFERENCES)
    users = set(dataset.log.user_ids.tolist())
    return known.issuperset(dataset.people.tolist()) and users <= set(allowed.values_list("pk", flat=True))


def _snapshot_path(version: ModelVersion) -> Path:
    directory = artifact_directory(version)
    return directory.with_name(f"{directory.name}.data.npz")
