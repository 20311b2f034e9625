"""Which run is live: promotion through the gate, nightly publishing, and rollback. Model and scores move together."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from loyalty_ai.registry.deadlines import deadline_of, is_overdue, overdue
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.serving.gate import GateRefused, gate_findings
from loyalty_ai.serving.models import Alias, Deployment, ScoringRun
from loyalty_ai.shop.models import Store
from loyalty_ai.signals import scores_published, version_promoted


class CannotDeploy(Exception):
    """There is nothing to deploy or to go back to; no override helps."""


@transaction.atomic
def promote_version(
    *,
    store: Store,
    version: ModelVersion,
    alias: str = Alias.CHAMPION,
    by: Any = None,
    reason: str = "",
    override: bool = False,
) -> Deployment:
    """Let the alias point at the version and its newest complete run; promoting what is live already changes nothing.

    Args:
        by: the user who asks, kept in the history.
        reason: why, at most 500 characters; required with `override`.
        override: accept what the gate holds against the version; its findings are kept with the deployment.

    Raises:
        CannotDeploy: the version has no complete, audited run, has left service, or its artifact is removed.
        GateRefused: the gate has findings and they were not overridden.
        ValueError: `override` without a reason.
    """
    if override and not reason.strip():
        raise ValueError(_("To override the gate, say why."))
    live = _lock(store, alias)
    version.refresh_from_db(fields=["artifact_removed_at"])
    if version.artifact_removed_at:
        raise CannotDeploy(_("The artifact of version %(number)d is removed.") % {"number": version.number})
    run = (
        ScoringRun.objects.filter(store=store, version=version, state=ScoringRun.State.COMPLETE).order_by("-pk").first()
    )
    if run is None:
        raise CannotDeploy(
            _("Version %(number)d has no complete scoring run: score it first.") % {"number": version.number}
        )
    if is_overdue(version):
        raise CannotDeploy(left_service(version))
    if live and live.run_id == run.pk:
        return live
    champion = live.version if live else None
    if alias != Alias.CHAMPION or (champion and is_overdue(champion)):
        champion = (
            None  # a challenger may be worse: trying it out is what it is for; and what left service is no measure
        )
    findings = gate_findings(version=version, run=run, champion=champion)
    if findings and not override:
        raise GateRefused(findings)
    return _open(store, alias, run, live=live, by=by, reason=reason, overridden=findings)


@transaction.atomic
def publish_run(*, run: ScoringRun, alias: str = Alias.CHAMPION, by: Any = None, reason: str = "") -> Deployment | None:
    """Show fresh scores of the version that the alias points at; None where it points elsewhere or at something newer.

    Nor is a run shown whose version has left service.
    """
    live = _lock(run.store, alias)
    run.refresh_from_db()
    if live is None or live.version_id != run.version_id or run.state != ScoringRun.State.COMPLETE:
        return None
    if is_overdue(run.version):
        return None
    if live.run_id >= run.pk:
        return live if live.run_id == run.pk else None
    return _open(run.store, alias, run, live=live, by=by, reason=reason or _("fresh scores"), overridden=[])


@transaction.atomic
def rollback(*, store: Store, alias: str = Alias.CHAMPION, by: Any = None, reason: str = "") -> Deployment:
    """Point the alias at the newest run that was live under it before the present one, with that run's version.

    Raises:
        CannotDeploy: nothing is live, or no older run is left.
    """
    live = _lock(store, alias)
    if live is None:
        raise CannotDeploy(_("Nothing is live, so there is nothing to roll back."))
    run = run_before(live=live)
    if run is None:
        raise CannotDeploy(_("No older run is left to roll back to."))
    return _open(store, alias, run, live=live, by=by, reason=reason or _("rolled back"), overridden=[])


def run_before(*, live: Deployment) -> ScoringRun | None:
    """The run that a rollback of this deployment would show, of a version still in service; None where none is left."""
    older = ScoringRun.objects.filter(
        deployments__store=live.store_id,
        deployments__alias=live.alias,
        state=ScoringRun.State.COMPLETE,
        pk__lt=live.run_id,
    ).exclude(overdue("version"))
    return older.select_related("version").order_by("-pk").first()


def left_service(version: ModelVersion) -> str:
    """Why nothing can be done with a version any more, and what can be done instead."""
    message = _(
        "Version %(number)d left service on %(day)s, because somebody it was trained on was erased: train a new version."
    )
    return message % {"number": version.number, "day": date_format(localtime(deadline_of(version)), "DATE_FORMAT")}


def _lock(store: Store, alias: str) -> Deployment | None:
    """The alias's open deployment; until the transaction ends nobody else moves a pointer of the store or drops its runs."""
    Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    open_rows = Deployment.objects.filter(store=store, alias=alias, closed_at__isnull=True)
    return open_rows.select_related("version").first()


def _open(
    store: Store,
    alias: str,
    run: ScoringRun,
    *,
    live: Deployment | None,
    by: Any,
    reason: str,
    overridden: list[str],
) -> Deployment:
    now = timezone.now()
    if live:
        Deployment.objects.filter(pk=live.pk).update(closed_at=now)
    deployment = Deployment.objects.create(
        store=store,
        alias=Alias(alias),
        version=run.version,
        run=run,
        opened_by=by,
        reason=reason[:500],
        overridden=overridden,
    )
    if live is None or live.version_id != run.version_id:
        tell = partial(version_promoted.send_robust, Deployment, store=store, version=run.version, alias=alias, run=run)
        transaction.on_commit(tell)
    if alias == Alias.CHAMPION:
        transaction.on_commit(partial(scores_published.send_robust, Deployment, store=store, run=run))
    return deployment
