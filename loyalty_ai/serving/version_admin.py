"""Model versions in Django admin, with what is live: promoting, rolling back and scoring, each after a confirmation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty_ai.jobs.services import request_job
from loyalty_ai.readonly_admin import label
from loyalty_ai.registry.admin import JobForm, ModelVersionAdmin
from loyalty_ai.registry.deadlines import is_overdue
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.serving.deployments import CannotDeploy, left_service, promote_version, rollback, run_before
from loyalty_ai.serving.gate import GateRefused, gate_findings
from loyalty_ai.serving.models import Alias, Deployment, ScoringRun
from loyalty_ai.serving.scoring import KIND as SCORE
from loyalty_ai.shop.models import Store
from loyalty_ai.shop.selectors import data_until

RUN_TONES = {
    ScoringRun.State.RUNNING: "busy",
    ScoringRun.State.COMPLETE: "good",
    ScoringRun.State.REFUSED: "bad",
    ScoringRun.State.FAILED: "bad",
    ScoringRun.State.DROPPED: "",
}


class DeployForm(forms.Form):
    """Which role, and why."""

    alias = forms.ChoiceField(choices=Alias.choices, label=gettext_lazy("Role"), initial=Alias.CHAMPION)
    reason = forms.CharField(
        max_length=500,
        required=False,
        label=gettext_lazy("Why"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy("Kept in the history."),
    )


class PromoteForm(DeployForm):
    """A promotion; what the gate holds against it can be accepted with a written reason."""

    override = forms.BooleanField(required=False, label=gettext_lazy("Promote in spite of this"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("override") and not data.get("reason", "").strip():
            self.add_error("reason", _("To override the gate, say why."))
        return data


class RollbackForm(DeployForm):
    """A rollback of one store's role."""

    store = forms.ModelChoiceField(Store.objects.all(), label=gettext_lazy("Store"), empty_label=None)
    field_order = ["store", "alias", "reason"]


@admin.register(ModelVersion)
class PromotableVersionAdmin(ModelVersionAdmin):
    """Adds to the versions what is live, and moving it."""

    list_display = ["number", "live", *ModelVersionAdmin.list_display[1:]]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersion]:
        open_rows = Deployment.objects.filter(version=OuterRef("pk"), closed_at__isnull=True)
        roles = {alias: Exists(open_rows.filter(alias=alias)) for alias in Alias.values}
        return super().get_queryset(request).annotate(**roles)

    @display(description=gettext_lazy("live"))
    def live(self, version: ModelVersion) -> SafeString | str:
        tones = {Alias.CHAMPION: "good", Alias.CHALLENGER: "busy"}
        roles = [(label(alias.label, tones[alias]),) for alias in Alias if getattr(version, alias)]
        return format_html_join(" ", "{}", roles)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("rollback/", view(self.rollback_view), name="loyalty_ai_modelversion_rollback"),
            path("<int:version_id>/promote/", view(self.promote_view), name="loyalty_ai_modelversion_promote"),
            path("<int:version_id>/score/", view(self.score_view), name="loyalty_ai_modelversion_score"),
            *super().get_urls(),
        ]

    def context(self, request: HttpRequest, version: ModelVersion) -> dict[str, Any]:
        return {
            **super().context(request, version),
            "live_as": self.live(version),
            "runs": [(run, run_state(run)) for run in version.runs.order_by("-pk")[:10]],
            "deployments": version.deployments.select_related("opened_by").order_by("-pk")[:10],
        }

    def promote_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Shows what the gate says and asks for a reason; nothing changes before the form is sent."""
        self.require(request, "promote_modelversion")
        version = self.find(version_id)
        back = reverse("admin:loyalty_ai_modelversion_change", args=[version.pk])
        form = PromoteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                promote_version(store=version.store, version=version, by=request.user, **form.cleaned_data)
            except GateRefused as refused:
                form.add_error(None, _("The gate refused: tick the box and say why to promote all the same."))
                return self.ask_to_promote(request, version, form, findings=refused.findings)
            except CannotDeploy as error:
                self.message_user(request, str(error), messages.ERROR)
                return HttpResponseRedirect(back)
            done = {"number": version.number, "alias": Alias(form.cleaned_data["alias"]).label}
            self.message_user(request, _("Version %(number)d is %(alias)s now.") % done, messages.SUCCESS)
            return HttpResponseRedirect(back)
        return self.ask_to_promote(request, version, form, findings=None)

    def ask_to_promote(
        self, request: HttpRequest, version: ModelVersion, form: PromoteForm, *, findings: list[str] | None
    ) -> HttpResponse:
        run = version.runs.filter(state=ScoringRun.State.COMPLETE).order_by("-pk").first()
        live = open_deployment(version.store_id, Alias.CHAMPION)
        if findings is None and run is not None:
            findings = gate_findings(version=version, run=run, champion=live.version if live else None)
        if not findings:
            del form.fields["override"]
        return self.confirmation(
            request,
            title=_("Promote %(version)s") % {"version": version},
            form=form,
            consequence=_(
                "Every page shows this version's newest lists from its next load on; rolling back is one step."
            ),
            facts=[
                (_("Store"), version.store),
                (_("This version"), f"{version}, {run}" if run else version),
                (_("Live now"), f"{live.version}, {live.run}" if live else _("nothing")),
            ],
            findings=findings,
            blocked=cannot_serve(version)
            or ("" if run else _("The version has no complete scoring run: score it first.")),
            back=reverse("admin:loyalty_ai_modelversion_change", args=[version.pk]),
            submit=_("Promote"),
        )

    def rollback_view(self, request: HttpRequest) -> HttpResponse:
        """Shows where each role would go back to; nothing changes before the form is sent."""
        self.require(request, "promote_modelversion")
        back = reverse("admin:loyalty_ai_modelversion_changelist")
        form = RollbackForm(request.POST or None, initial={"store": Store.objects.first()})
        if request.method == "POST" and form.is_valid():
            try:
                deployment = rollback(by=request.user, **form.cleaned_data)
            except CannotDeploy as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                done = {"alias": deployment.get_alias_display(), "version": deployment.version, "run": deployment.run}
                self.message_user(request, _("%(alias)s is %(version)s, %(run)s again.") % done, messages.SUCCESS)
            return HttpResponseRedirect(back)
        steps = [(live, run_before(live=live)) for live in open_deployments()]
        return self.confirmation(
            request,
            title=_("Roll back"),
            form=form,
            consequence=_("Model and lists go back together, to the newest run that was live before."),
            facts=[(f"{live.store}, {live.get_alias_display()}", way_back(live, run)) for live, run in steps],
            blocked="" if any(run for _live, run in steps) else _("There is nothing to roll back to."),
            back=back,
            submit=_("Roll back"),
        )

    def score_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Asks before every customer is scored with the version; the job's page shows how far it is."""
        self.require(request, "train_modelversion")
        version = self.find(version_id)
        cutoff = data_until(version.store)
        form = JobForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            job = request_job(
                kind=SCORE,
                store=version.store,
                slot=f"{SCORE}:{version.store.slug}:{form.cleaned_data['token']}",
                params={"version": version.number, "cutoff": cutoff.isoformat(), "publish": True},
                requested_by=request.user,
            )
            self.message_user(request, _("%(job)s waits for a worker.") % {"job": job}, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:loyalty_ai_job_change", args=[job.pk]))
        return self.confirmation(
            request,
            title=_("Score with %(version)s") % {"version": version},
            form=form,
            consequence=_("Workers write a new run and audit it. It is shown only where this version is live already."),
            facts=[(_("Store"), version.store), (_("Data until"), cutoff)],
            blocked=cannot_serve(version),
            back=reverse("admin:loyalty_ai_modelversion_change", args=[version.pk]),
            submit=_("Score"),
        )

    def find(self, version_id: int) -> ModelVersion:
        version = ModelVersion.objects.select_related("store").filter(pk=version_id, trained_at__isnull=False).first()
        if version is None:
            raise Http404
        return version


def cannot_serve(version: ModelVersion) -> str:
    return left_service(version) if is_overdue(version) else ""


def run_state(run: ScoringRun) -> SafeString:
    """The state of a run as a label."""
    return label(run.get_state_display(), RUN_TONES[ScoringRun.State(run.state)])


def open_deployments() -> QuerySet[Deployment]:
    """What is live, every store and role."""
    rows = Deployment.objects.filter(closed_at__isnull=True).select_related("store", "version", "run")
    return rows.order_by("store", "alias")


def open_deployment(store_id: int, alias: str) -> Deployment | None:
    return open_deployments().filter(store=store_id, alias=alias).first()


def way_back(live: Deployment, run: ScoringRun | None) -> str:
    then = f"{run.version}, {run}" if run else _("no older run is left")
    return _("%(now)s → %(then)s") % {"now": f"{live.version}, {live.run}", "then": then}
