"""The room's rows in Django admin: runs with their audit, and the history of what was live."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyalty_ai.readonly_admin import ReadOnlyAdmin, flat, label
from loyalty_ai.registry.admin import leaves_label, leaving
from loyalty_ai.serving.facts import number, reasons_line
from loyalty_ai.serving.models import Deployment, ReasonKind, ScoringRun
from loyalty_ai.serving.version_admin import PromotableVersionAdmin, run_state

__all__ = ["DeploymentAdmin", "PromotableVersionAdmin", "ScoringRunAdmin"]


@admin.register(ScoringRun)
class ScoringRunAdmin(ReadOnlyAdmin):
    list_display = [
        "__str__",
        "version",
        "state_label",
        "audited",
        "scored",
        "seconds_total",
        "finished_at",
    ]
    list_filter = ["store", "state"]
    list_select_related = ["store", "version"]
    ordering = ["-pk"]
    fields = ["store", "version", "cutoff", "customers", "created_at", "finished_at"]

    @display(description=gettext_lazy("state"), ordering="state")
    def state_label(self, run: ScoringRun) -> SafeString:
        return run_state(run)

    @display(description=gettext_lazy("audit"))
    def audited(self, run: ScoringRun) -> SafeString | str:
        if not run.audit:
            return ""
        count = len(run.audit.get("findings", []))
        if not count:
            return label(_("passed"), "good")
        return label(ngettext("%(count)d finding", "%(count)d findings", count) % {"count": count}, "bad")

    @display(description=gettext_lazy("customers"), ordering="customers")
    def scored(self, run: ScoringRun) -> int:
        return run.customers

    def context(self, run: ScoringRun) -> dict[str, Any]:
        return {
            "run": run,
            "state_label": run_state(run),
            "audited": self.audited(run),
            "reasons": reasons_line(run.audit.get("reasons")),
            "reason_kinds": reason_rows(run),
            "checks": flat(run.audit.get("counts", {})),
            "counts": flat(run.counts),
            "seconds": flat(run.seconds),
        }

    @display(description=gettext_lazy("seconds"))
    def seconds_total(self, run: ScoringRun) -> str:
        total = run.seconds.get("total")
        return f"{total:.1f}" if total is not None else ""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        context = {} if run is None else self.context(run)
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})


def reason_rows(run: ScoringRun) -> list[tuple[str, dict[str, Any], str]]:
    """Each kind of reason that names a purchase, what its removal test counted, and the interval in percent."""
    kinds = (run.audit.get("reasons") or {}).get("kinds", {})
    return [
        (kind.label, counted, f"{number(100 * counted['low'], 1)} – {number(100 * counted['high'], 1)}")
        for kind in ReasonKind
        if (counted := kinds.get(kind.name.lower())) and counted["sampled"]
    ]


@admin.register(Deployment)
class DeploymentAdmin(ReadOnlyAdmin):
    list_display = ["opened_at", "alias", "version", "run", "until", "leaves", "opened_by", "reason", "gate"]
    list_filter = ["store", "alias"]
    list_select_related = ["store", "version__deadline", "run", "opened_by"]
    ordering = ["-pk"]
    fields = ["store", "alias", "version", "run", "opened_at", "closed_at", "to_do", "opened_by", "reason", "findings"]

    @display(description=gettext_lazy("until"), ordering="closed_at")
    def until(self, deployment: Deployment) -> Any:
        return deployment.closed_at or label(_("live"), "good")

    @display(description=gettext_lazy("leaves service"))
    def leaves(self, deployment: Deployment) -> SafeString | str:
        return "" if deployment.closed_at else leaves_label(deployment.version)

    @display(description=gettext_lazy("leaves service"))
    def to_do(self, deployment: Deployment) -> str:
        return "" if deployment.closed_at else leaving(deployment.version)

    @display(description=gettext_lazy("gate"))
    def gate(self, deployment: Deployment) -> SafeString | str:
        return label(_("overridden"), "bad") if deployment.overridden else ""

    @display(description=gettext_lazy("gate findings overridden"))
    def findings(self, deployment: Deployment) -> SafeString | str:
        lines = format_html_join("", "<li>{}</li>", [(finding,) for finding in deployment.overridden])
        return format_html("<ul>{}</ul>", lines) if deployment.overridden else ""
