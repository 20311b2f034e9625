"""Model versions in Django admin: how each measured beside what is simpler, and training a new one.

Who may go live is decided a room higher: `serving.admin` registers the versions with promotion and rollback.
"""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty_ai.jobs.services import request_job
from loyalty_ai.readonly_admin import ReadOnlyAdmin, flat, label, may
from loyalty_ai.registry.audits import audit_findings, audit_of, audit_rows
from loyalty_ai.registry.card import limits
from loyalty_ai.registry.deadlines import is_due_soon
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.names import MODE_NAMES, SLICE_NAMES, method_name, span
from loyalty_ai.registry.selectors import MODEL, MODES, Standing, standings
from loyalty_ai.registry.training import KIND
from loyalty_ai.shop.models import Store
from loyalty_ai.shop.selectors import data_until

METRIC = "ndcg@10"

BEHAVIOUR_NAMES = {
    "auc": gettext_lazy("Who buys: AUC"),
    "pr_auc": gettext_lazy("Who buys: PR-AUC"),
    "log_loss": gettext_lazy("Who buys: log loss (lower is better)"),
    "ece": gettext_lazy("Who buys: calibration error (lower is better)"),
    "count_deviance": gettext_lazy("How often: Poisson deviance (lower is better)"),
    "count_bias_percent": gettext_lazy("How often: bias in % (nearer 0 is better)"),
    "spend_gini": gettext_lazy("How much: normalised Gini"),
    "spend_spearman": gettext_lazy("How much: rank correlation"),
    "spend_deviance": gettext_lazy("How much: Tweedie deviance (lower is better)"),
    "spend_bias_percent": gettext_lazy("How much: bias in % (nearer 0 is better)"),
    "spend_coverage": gettext_lazy("How much: share inside the 80-percent range"),
    "spend_above_high": gettext_lazy("How much: share above the range"),
}


class JobForm(forms.Form):
    """A form that asks for a job; sent twice, it is one job."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class TrainForm(JobForm):
    """What a training needs: whose data, until when, and whether to start from the champion."""

    store = forms.ModelChoiceField(Store.objects.all(), label=gettext_lazy("Store"), empty_label=None)
    cutoff = forms.DateTimeField(
        label=gettext_lazy("Data until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=gettext_lazy("Empty: all there is."),
    )
    from_scratch = forms.BooleanField(
        label=gettext_lazy("Start from scratch instead of from the champion"), required=False
    )


class ModelVersionAdmin(ReadOnlyAdmin):
    """The trained versions with their proof; registered by `serving.admin`."""

    list_display = ["number", "data_until", "answers", "basket", "basket_best", "basket_lead", "leaves"]
    list_filter = ["store"]
    list_select_related = ["store", "requested_by", "parent", "deadline"]
    ordering = ["-pk"]
    change_list_template = "admin/loyalty_ai/modelversion/change_list.html"
    change_form_template = "admin/loyalty_ai/modelversion/change_form.html"
    fields = ["store", "created_at", "path", "digest", "artifact_removed_at"]

    @display(description=gettext_lazy("answers with"))
    def answers(self, version: ModelVersion) -> SafeString | str:
        if version.trained_at is None:
            return label(_("in training"), "busy")
        return method_names(version)

    @display(description=gettext_lazy("NDCG@10"))
    def basket(self, version: ModelVersion) -> str:
        return measured(version, "repeats", version.rungs.get("repeats", ""))

    @display(description=gettext_lazy("best simpler method"))
    def basket_best(self, version: ModelVersion) -> str:
        best = best_baseline(version, "repeats")
        return f"{method_name(best.method)} {best.metrics[METRIC][0]:.4f}" if best else ""

    @display(description=gettext_lazy("lead over it (95 %)"))
    def basket_lead(self, version: ModelVersion) -> SafeString | str:
        best = best_baseline(version, "repeats")
        return lead_label(best.lead) if best and best.lead else ""

    @display(description=gettext_lazy("leaves service"), ordering="deadline__due_at")
    def leaves(self, version: ModelVersion) -> SafeString | str:
        return leaves_label(version)

    @display(description=gettext_lazy("data until"), ordering="cutoff")
    def data_until(self, version: ModelVersion) -> date:
        return localtime(version.cutoff).date()

    def get_urls(self) -> list[URLPattern]:
        train = self.admin_site.admin_view(self.train_view)
        return [path("train/", train, name="loyalty_ai_modelversion_train"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        allowed = {"may_train": may(request, "train_modelversion"), "may_promote": may(request, "promote_modelversion")}
        return super().changelist_view(request, {**allowed, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        version = self.get_object(request, object_id)
        context = {} if version is None else self.context(request, version)
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def context(self, request: HttpRequest, version: ModelVersion) -> dict[str, Any]:
        """What the version's page shows beside its fields."""
        return {
            "version": version,
            "method": method_names(version),
            "evaluated_customers": version.metrics.get("next_basket", {}).get("users"),
            "modes": [(MODE_NAMES[mode], rows) for mode in MODES if (rows := standing_rows(version, mode))],
            "slices": slice_tables(version),
            "behaviour": behaviour_table(version),
            "limits": limits(version),
            "audit": audit_table(version),
            "leaves": leaves_label(version),
            "leaving": leaving(version),
            "loss": list(enumerate(version.curves.get("train_loss", []), start=1)),
            "validation": list(enumerate(version.curves.get("validation_ndcg", []), start=1)),
            "counts": flat(version.data_counts),
            "seconds": flat(version.seconds),
            "libraries": flat(version.libraries),
            "config": json.dumps(version.config, indent=2, sort_keys=True, ensure_ascii=False),
            "may_promote": may(request, "promote_modelversion"),
            "may_train": may(request, "train_modelversion"),
        }

    def train_view(self, request: HttpRequest) -> HttpResponse:
        """Asks which store and data, then asks for the job; the job's page shows how far it is."""
        self.require(request, "train_modelversion")
        back = reverse("admin:loyalty_ai_modelversion_changelist")
        form = TrainForm(request.POST or None, initial={"store": Store.objects.first()})
        if request.method == "POST" and form.is_valid():
            store, cutoff = form.cleaned_data["store"], form.cleaned_data["cutoff"]
            job = request_job(
                kind=KIND,
                store=store,
                slot=f"{KIND}:{store.slug}:{form.cleaned_data['token']}",
                params={
                    "cutoff": (cutoff or data_until(store)).isoformat(),
                    "parent": None if form.cleaned_data["from_scratch"] else "champion",
                },
                requested_by=request.user,
            )
            self.message_user(request, _("%(job)s waits for a worker.") % {"job": job}, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:loyalty_ai_job_change", args=[job.pk]))
        return self.confirmation(
            request,
            title=_("Train a new version"),
            form=form,
            consequence=_("A worker trains on the store's log up to the date, measures the version beside every simpler "
                          "method, and leaves what is live alone."),
            back=back,
            submit=_("Train"),
        )  # fmt: skip


def audit_table(version: ModelVersion) -> dict[str, Any] | None:
    """The membership audit, if one was run: its rows, and what the gate holds against the version."""
    audit = audit_of(version)
    if audit is None:
        return None
    return {"at": audit.audited_at, "rows": list(audit_rows(audit.result)), "findings": audit_findings(version)} | {
        "shadows": audit.result["shadows"]
    }


def method_names(version: ModelVersion) -> str:
    """What answers, once where both kinds of list have the same."""
    names = {mode: method_name(rung) for mode, rung in version.rungs.items()}
    if len(set(names.values())) < 2:
        return next(iter(names.values()), "")
    return ", ".join(f"{MODE_NAMES[mode]}: {name}" for mode, name in names.items())


def due_at(version: ModelVersion) -> datetime | None:
    """The version's deadline, as read with it."""
    return getattr(getattr(version, "deadline", None), "due_at", None)


def leaves_label(version: ModelVersion) -> SafeString | str:
    """The day by which the version leaves service, coloured when it is time to replace it; nothing where it may stay."""
    at = due_at(version)
    if at is None:
        return ""
    return label(date_format(localtime(at), "DATE_FORMAT"), "bad" if is_due_soon(at) else "busy")


def leaving(version: ModelVersion) -> str:
    """Why and when the version leaves service, and what to do; nothing where it may stay."""
    at = due_at(version)
    if at is None:
        return ""
    day = {"version": version, "day": date_format(localtime(at), "DATE_FORMAT")}
    if at <= timezone.now():
        return _("%(version)s left service on %(day)s, because somebody it was trained on was erased: nothing of it is shown "
                 "any more. Train a new version, score it and promote it.") % day  # fmt: skip
    if is_due_soon(at):
        return _("%(version)s leaves service on %(day)s, because somebody it was trained on was erased. What is trained from "
                 "now on starts from scratch: score it and promote it before that day.") % day  # fmt: skip
    return _("%(version)s leaves service on %(day)s, because somebody it was trained on was erased. The nightly training "
             "starts its replacement from scratch in time; compare and promote that one.") % day  # fmt: skip


def measured(version: ModelVersion, mode: str, method: str) -> str:
    value = version.metrics.get("next_basket", {}).get(mode, {}).get(method, {}).get(METRIC)
    return f"{value['value']:.4f}" if value else ""


def best_baseline(version: ModelVersion, mode: str) -> Standing | None:
    """The strongest method beside what answers; the rungs that are parts of the model itself count too."""
    others = [
        s
        for s in standings(version)
        if s.mode == mode and not s.answers and s.method not in (MODEL, "champion") and s.metrics
    ]
    return max(others, key=lambda s: s.metrics[METRIC][0], default=None)


def lead_label(lead: tuple[float, float, float]) -> SafeString:
    """A lead with its interval: good where all of it is above zero, bad where all of it is below."""
    difference, low, high = lead
    tone = "good" if low > 0 else "bad" if high < 0 else ""
    return label(f"{difference:+.4f} ({low:+.4f} … {high:+.4f})", tone)


def gain_label(gain: dict[str, float] | None) -> SafeString | str:
    return lead_label((gain["difference"], gain["low"], gain["high"])) if gain else ""


def standing_rows(version: ModelVersion, mode: str) -> list[dict[str, Any]]:
    """The methods of a mode, best first."""
    found = [s for s in standings(version) if s.mode == mode and METRIC in s.metrics]
    return [
        {
            "method": method_name(s.method),
            "own": s.answers,
            "metrics": [s.metrics.get(name) for name in (METRIC, "hr@10", "recall@10")],
            "lead": lead_label(s.lead) if s.lead else "",
        }
        for s in sorted(found, key=lambda s: -s.metrics[METRIC][0])
    ]


def slice_tables(version: ModelVersion) -> list[dict[str, Any]]:
    """What answers beside the strongest simple baseline by slice of customers, a table for each mode and fact."""
    measured = version.metrics.get("slices", {})
    return [
        {
            "name": f"{MODE_NAMES[mode]}: {name}",
            "baseline": method_name(measured[mode]["baseline"]),
            "rows": [
                row | {"span": span(row), "lead": gain_label(row["gain"])}
                for row in measured[mode][fact]
                if row["users"]
            ],
        }
        for mode in MODES
        if mode in measured
        for fact, name in SLICE_NAMES.items()
    ]


def behaviour_table(version: ModelVersion) -> dict[str, Any] | None:
    """The predictions of who, how often and how much beside the lifetime baselines: methods across, metrics down."""
    measured = version.metrics.get("behaviour") or {}
    methods = [name for name, part in measured.items() if isinstance(part, dict) and "auc" in part]
    if not methods:
        return None
    errors = measured.get("errors", {})
    return {
        "customers": measured.get("customers"),
        "horizon": measured.get("horizon_days"),
        "methods": [method_name(name) for name in methods],
        "rows": [
            (name, [(measured[method].get(metric), errors.get(method, {}).get(metric)) for method in methods])
            for metric, name in BEHAVIOUR_NAMES.items()
            if any(measured[method].get(metric) is not None for method in methods)
        ],
    }
