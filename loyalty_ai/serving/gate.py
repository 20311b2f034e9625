"""May this version go live? It has to beat what is simpler, and not fall behind what is live, by its own evaluation."""

from __future__ import annotations

from django.utils.translation import gettext as _

from loyalty_ai.registry.audits import audit_findings
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.selectors import MODEL, MODES
from loyalty_ai.serving.models import ScoringRun

METRIC = "ndcg@10"
SIMPLE = ("popularity", "recent_popularity", "personal_frequency", "transitions", "cosine", "ease")
"""What a model has to be shown better than."""

LEARNED = ("linear_blend", "ranker_without_decoder", MODEL)
"""What answers after learning from earlier windows; it has to be worth that."""

YARDSTICKS = ("linear_blend", "personal_frequency", "recent_popularity", "popularity")
"""By its lead over the first of these that both have, a version is compared with the champion: each on its own window, so
that a season's easier or harder customers favour neither."""

ENOUGH_CUSTOMERS = 200
"""From here on an interval that still holds zero is a failure to beat; with fewer customers it is only a lack of them."""

Z_95 = 1.959964

Lead = tuple[float, float, float]
"""Difference, low and high end of its 95 % interval."""


class GateRefused(Exception):
    """The gate's findings, as sentences; an admin may override them with a reason.

    Attributes:
        findings: what the gate holds against the version.
    """

    def __init__(self, findings: list[str]) -> None:
        super().__init__(" ".join(findings))
        self.findings = findings


def gate_findings(*, version: ModelVersion, run: ScoringRun, champion: ModelVersion | None) -> list[str]:
    """What speaks against showing the run: a list of sentences, empty where it may go live.

    A version loses to a method where the whole 95 % interval of its NDCG@10 lead, on the same customers, lies below zero.
    Against simple methods and with at least 200 customers the interval has to lie above zero. Lists that are answered by
    counting alone (the lower rungs of the readiness ladder) need only not lose. A membership audit above its bars speaks
    against a version; one that was not run does only where the settings require it.
    """
    findings = list(run.audit.get("findings", []))
    if not run.audit:
        findings.append(_("The run was never audited."))
    if not version.metrics.get("next_basket"):
        findings.append(_("The version was never evaluated."))
    findings += audit_findings(version)
    for mode in MODES:
        for method in _methods(version, mode):
            lead = _lead(version, mode, method)
            if lead and (verdict := _verdict(version, mode, method, lead)):
                findings.append(verdict % _facts(mode, method, lead))
        lead = _lead_over_champion(version, champion, mode) if champion and champion.pk != version.pk else None
        if lead and lead[2] < 0:
            worse = _("%(list)s: worse than the champion by %(by).4f NDCG@10 (%(low).4f to %(high).4f).")
            findings.append(worse % _facts(mode, "", lead))
    return findings


def _verdict(version: ModelVersion, mode: str, method: str, lead: Lead) -> str | None:
    _difference, low, high = lead
    if high < 0:
        return _("%(list)s: worse than %(method)s by %(by).4f NDCG@10 (%(low).4f to %(high).4f).")
    enough = version.metrics["next_basket"].get("users", 0) >= ENOUGH_CUSTOMERS
    if version.rungs.get(mode) in LEARNED and method in SIMPLE and enough and low <= 0:
        return _("%(list)s: not shown to beat %(method)s; its lead is %(lead).4f NDCG@10 (%(low).4f to %(high).4f).")
    return None


def _facts(mode: str, method: str, lead: Lead) -> dict[str, object]:
    names = {"repeats": _("Next basket"), "new_only": _("Next new products")}
    return {
        "list": names[mode],
        "method": method.replace("_", " "),
        "by": -lead[0],
        "lead": lead[0],
        "low": lead[1],
        "high": lead[2],
    }


def _methods(version: ModelVersion, mode: str) -> list[str]:
    measured = version.metrics.get("next_basket", {}).get(mode, {})
    return [method for method in measured if method != version.rungs.get(mode)]


def _lead(version: ModelVersion, mode: str, method: str) -> Lead | None:
    """How far what the version answers with is ahead of a method, on the same customers."""
    if method == version.rungs.get(mode):
        return 0.0, 0.0, 0.0
    paired = version.metrics.get("gains", {}).get(mode, {}).get(method)
    return (paired["difference"], paired["low"], paired["high"]) if paired else None


def _lead_over_champion(version: ModelVersion, champion: ModelVersion, mode: str) -> Lead | None:
    for yardstick in YARDSTICKS:
        ours, theirs = _lead(version, mode, yardstick), _lead(champion, mode, yardstick)
        if ours and theirs:
            variance = sum(((lead[2] - lead[1]) / (2 * Z_95)) ** 2 for lead in (ours, theirs))
            return _interval(ours[0] - theirs[0], variance)
    return None


def _interval(difference: float, variance: float) -> Lead:
    half = Z_95 * variance**0.5
    return difference, difference - half, difference + half
