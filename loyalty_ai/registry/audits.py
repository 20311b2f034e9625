"""The job of kind "audit": does a version give away who it was trained on? Run on promotion candidates, by its own command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from loyalty_ai.conf import app_settings
from loyalty_ai.jobs.leases import LIVE, MAX_ATTEMPTS
from loyalty_ai.jobs.models import Job
from loyalty_ai.jobs.work import CannotWork, LeaseLost, Work, WorkStopped
from loyalty_ai.registry.datasets import build_dataset
from loyalty_ai.registry.models import ModelVersion, VersionAudit
from loyalty_ai.registry.selectors import artifact_directory, get_version, text_cache
from loyalty_ai.shop.models import Store

KIND, QUEUE = "audit", "loyalty_train"

BARS = {"auc": 0.55, "tpr": 0.02}
"""What an attacker who sees what leaves the system may reach at most: AUC, and true positives at 1 % false positives. The weights
do not leave it; what they would tell is measured and said, so that nobody lets them."""

LEAST_CUSTOMERS = 200
"""Fewer customers than this say nothing: half of them teach a shadow, and the interval holds every bar."""

ATTACKERS = ("published", "artifact")


def run_audit(work: Work) -> dict[str, Any]:
    """Audit the version `params` {"version": number}; the result says what was found and what the gate holds against it.

    Shadows are trained from scratch, like a version without a parent, on the version's data as the log holds them now. A job
    that is taken over goes on from the last finished shadow.
    """
    from loyalty_ai.ml.config import ModelConfig, TrainingConfig
    from loyalty_ai.ml.membership import audit_membership

    try:
        version = get_version(store=work.store, number=work.params["version"])
    except ModelVersion.DoesNotExist:
        raise CannotWork(_("There is no trained version %(number)s.") % {"number": work.params["version"]}) from None
    work.progress(_("data"), 0, 1)
    dataset = build_dataset(store=version.store, cutoff=version.cutoff)
    log = dataset.log
    if len(set(log.user[log.user >= 0].tolist())) < LEAST_CUSTOMERS:
        least = {"least": LEAST_CUSTOMERS}
        raise CannotWork(_("An audit needs %(least)d customers with orders to say anything.") % least)
    version_directory = artifact_directory(version)
    directory = version_directory.with_name(f"{version_directory.name}.audit-{dataset.manifest.fingerprint[:12]}")
    for left in version_directory.parent.glob(f"{version_directory.name}.audit-*"):
        if left != directory:  # of other data
            shutil.rmtree(left, ignore_errors=True)
    began = timezone.now()
    try:
        found = audit_membership(
            log,
            cutoff=int(version.cutoff.timestamp()),
            model=ModelConfig.from_dict(version.config["model"]),
            training=replace(TrainingConfig.from_dict(version.config["training"]), device=app_settings.DEVICE),
            rungs=version.rungs,
            directory=directory,
            progress=work.progress,
            cache=text_cache(),
        )
    except (LeaseLost, WorkStopped):
        raise
    except Exception:
        if work.job.attempts >= MAX_ATTEMPTS:
            shutil.rmtree(directory, ignore_errors=True)
        raise
    result = found | {"bars": BARS, "seconds": round((timezone.now() - began).total_seconds(), 1)}
    with work.fenced():
        audit, _new = VersionAudit.objects.update_or_create(
            version=version, defaults={"result": result, "audited_at": timezone.now()}
        )
    version.audit = audit
    write_audit(version)
    with override("en"):
        return {"version": version.number, **result, "findings": audit_findings(version)}


def remove_left_audits(*, store: Store) -> None:
    """Remove the shadows of audits that were cancelled or gave up, unless an audit is under way."""
    if not Job.objects.filter(kind=KIND, store=store, state__in=LIVE).exists():
        for left in (app_settings.artifacts / store.slug).glob("*.audit-*"):
            shutil.rmtree(left, ignore_errors=True)


def write_audit(version: ModelVersion) -> None:
    """Write `audit.json` and `audit.md`, the card's part that is only known after training, beside the sealed card."""
    directory = artifact_directory(version)
    if directory.is_dir():
        with override("en"):
            facts = version.audit.result | {"audited_at": version.audit.audited_at.isoformat()}
            (directory / "audit.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
            (directory / "audit.md").write_text(markdown(version))


def audit_of(version: ModelVersion) -> VersionAudit | None:
    """The version's audit, None where none was run."""
    return getattr(version, "audit", None)


def audit_findings(version: ModelVersion) -> list[str]:
    """What the gate holds against the version, in sentences: an attacker above a bar, or no audit where the settings want one."""
    audit = audit_of(version)
    if audit is None:
        return [_("The version was not audited: run loyalty_audit.")] if app_settings.REQUIRE_AUDIT else []
    text = {
        "auc": _("Membership: lists and predictions tell who was trained on with AUC %(value)s (%(low)s to %(high)s); the bar is "
                 "%(bar)s."),
        "tpr": _("Membership: lists and predictions give away %(value)s of those trained on at 1 %% false alarms (%(low)s to "
                 "%(high)s); the bar is %(bar)s."),
    }  # fmt: skip
    found = audit.result["published"]
    return [
        text[measure]
        % {"bar": shown(measure, bar), **{end: shown(measure, number) for end, number in found[measure].items()}}
        for measure, bar in BARS.items()
        if found[measure]["value"] > bar
    ]


def audit_limit(version: ModelVersion) -> str:
    """One sentence for the model card."""
    audit = audit_of(version)
    if audit is None:
        return _("Whether it gives away who it was trained on was not audited when this card was written; loyalty_audit asks, "
                 "and writes audit.json and audit.md beside it.")  # fmt: skip
    text = _("Of one customer that it learnt from and one that it did not, whoever sees their lists and predictions tells which is "
             "which %(published)s times in 100 (%(low)s to %(high)s; 50 is guessing), whoever holds the model's files too "
             "%(artifact)s times.")  # fmt: skip
    seen, held = (audit.result[name]["auc"] for name in ATTACKERS)
    numbers = {"published": seen["value"], "low": seen["low"], "high": seen["high"], "artifact": held["value"]}
    said = text % {name: f"{100 * number:.1f}" for name, number in numbers.items()}
    if held["value"] > BARS["auc"]:
        said += " " + _("The files are as confidential as the orders they were learnt from.")
    return said


def audit_rows(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Who is attacked, by whom, AUC and true positives with their intervals, in words."""
    for attacker in ATTACKERS:
        yield _row(_("%(count)d customers") % {"count": result["users"]}, attacker, result[attacker])
    for copies, found in result["canaries"].items():
        whom = _("%(count)d canaries, each in the data %(copies)s ×") % {"count": found["users"], "copies": copies}
        for attacker in ATTACKERS:
            yield _row(whom, attacker, found[attacker])


def attacker_name(attacker: str) -> str:
    names = {"published": _("who sees lists and predictions"), "artifact": _("who holds the weights too")}
    return names[attacker]


def shown(measure: str, value: float) -> str:
    return f"{100 * value:.1f} %" if measure == "tpr" else f"{value:.3f}"


def estimate(measure: str, found: dict[str, float]) -> str:
    return f"{shown(measure, found['value'])} ({shown(measure, found['low'])} – {shown(measure, found['high'])})"


def markdown(version: ModelVersion) -> str:
    """The audit as a page of Markdown."""
    result = version.audit.result
    lines = [
        f"# Membership audit of {version.store.slug}, v{version.number}",
        "",
        f"{result['shadows']} shadow models, each on a random half of the customers; intervals are 95 %, over customers.",
        "Canaries are made-up customers planted for this audit. 0.5 and 1 % are chance.",
        "",
        "| attacked | by | AUC | true positives at 1 % false positives |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in audit_rows(result)),
        "",
        *(f"- {finding}" for finding in audit_findings(version)),
    ]
    return "\n".join([*lines, ""])


def _row(whom: str, attacker: str, found: dict[str, Any]) -> tuple[str, str, str, str]:
    return whom, attacker_name(attacker), estimate("auc", found["auc"]), estimate("tpr", found["tpr"])
