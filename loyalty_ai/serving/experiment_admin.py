"""Experiments in Django admin: planned, started, stopped, and what they found."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty_ai.experiments.analysis import analyse
from loyalty_ai.experiments.models import Experiment, Variant
from loyalty_ai.experiments.outcomes import BEFORE
from loyalty_ai.experiments.services import CannotRun, start_experiment, stop_experiment
from loyalty_ai.readonly_admin import ReadOnlyAdmin, label, may
from loyalty_ai.serving.facts import percent
from loyalty_ai.serving.models import Alias, Deployment
from loyalty_ai.serving.money import format_money
from loyalty_ai.shop.expiry import shop_now
from loyalty_ai.shop.models import Store

SEES = {
    Variant.CHAMPION: gettext_lazy("their own lists, from the live version"),
    Variant.CHALLENGER: gettext_lazy("lists from the version deployed as challenger"),
    Variant.HOLDOUT: gettext_lazy("nothing personal, as if they had opted out"),
}


class PlanForm(forms.ModelForm):
    """All of an experiment that is chosen before it starts."""

    class Meta:
        model = Experiment
        fields = ["store", "key", "question", "holdout", "challenger", "days"]
        widgets = {"question": forms.TextInput(attrs={"class": "vTextField"})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["store"].empty_label = None
        self.fields["store"].initial = Store.objects.order_by("pk").first()


@admin.register(Experiment)
class ExperimentAdmin(ReadOnlyAdmin):
    list_display = ["key", "question", "state", "holdout", "challenger", "started_at", "store"]
    list_filter = ["store"]
    list_select_related = ["store"]
    search_fields = ["key", "question"]
    ordering = ["-pk"]
    change_list_template = "admin/loyalty_ai/experiment/change_list.html"
    change_form_template = "admin/loyalty_ai/experiment/change_form.html"

    @display(description=gettext_lazy("state"))
    def state(self, experiment: Experiment) -> SafeString:
        if experiment.running:
            return label(_("runs"), "good")
        return label(_("stopped")) if experiment.stopped_at else label(_("planned"), "busy")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template shows all there is, in words

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("plan/", view(self.plan_view), name="loyalty_ai_experiment_plan"),
            path("<int:experiment_id>/plan/", view(self.plan_view), name="loyalty_ai_experiment_edit"),
            path("<int:experiment_id>/start/", view(self.start_view), name="loyalty_ai_experiment_start"),
            path("<int:experiment_id>/stop/", view(self.stop_view), name="loyalty_ai_experiment_stop"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        allowed = {"may_plan": may(request, "add_experiment")}
        return super().changelist_view(request, {**allowed, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        experiment = self.get_object(request, object_id)
        context = {} if experiment is None else self.context(request, experiment)
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def context(self, request: HttpRequest, experiment: Experiment) -> dict[str, Any]:
        now, money = shop_now(experiment.store), partial(format_money, currency=experiment.store.currency)
        found = analyse(experiment, now=now, money=money) if experiment.started_at else None
        return {
            "title": experiment.question,
            "experiment": experiment,
            "state_label": self.state(experiment),
            "parts": [
                (
                    variant.label,
                    percent(experiment.percent(variant) / 100),
                    SEES[variant],
                    found and found.people[variant],
                )
                for variant in Variant
                if experiment.percent(variant)
            ],
            "found": found,
            "too_early": bool(experiment.ends_at and (experiment.stopped_at or now) < experiment.ends_at),
            "before": BEFORE,
            "missing": "" if experiment.stopped_at else missing_challenger(experiment),
            "may_edit": experiment.started_at is None and may(request, "change_experiment"),
            "may_run": may(request, "run_experiment"),
        }

    def find(self, experiment_id: int) -> Experiment:
        experiment = Experiment.objects.select_related("store").filter(pk=experiment_id).first()
        if experiment is None:
            raise Http404
        return experiment

    def plan_view(self, request: HttpRequest, experiment_id: int | None = None) -> HttpResponse:
        """The form for a new experiment, or for one that was not started yet."""
        self.require(request, "add_experiment" if experiment_id is None else "change_experiment")
        former = None if experiment_id is None else self.find(experiment_id)
        if former is not None and former.started_at is not None:
            text = _("“%(key)s” was started and cannot change; plan a new one to go on.") % {"key": former.key}
            self.message_user(request, text, messages.ERROR)
            return self.to(former)
        form = PlanForm(request.POST or None, instance=former)
        if request.method == "POST" and form.is_valid():
            experiment = form.save()
            text = _("“%(key)s” is planned. Nobody is divided before it starts.") % {"key": experiment.key}
            self.message_user(request, text, messages.SUCCESS)
            return self.to(experiment)
        title = _("Plan an experiment") if former is None else _("Change “%(title)s”") % {"title": former.key}
        where = ("changelist", []) if former is None else ("change", [former.pk])
        return self.confirmation(
            request,
            title=title,
            form=form,
            consequence=_(
                "Chance divides the people who allow personalised pages, each for good. The rest see the champion."
            ),
            submit=_("Plan it"),
            back=reverse(f"admin:loyalty_ai_experiment_{where[0]}", args=where[1]),
        )

    def start_view(self, request: HttpRequest, experiment_id: int) -> HttpResponse:
        """Asks before an experiment starts."""
        experiment = self.find(experiment_id)
        return self.run_view(
            request,
            experiment,
            run=start_experiment,
            title=_("Start “%(title)s”") % {"title": experiment.key},
            consequence=_("From the next page on people are divided. Once started it cannot change, only stop."),
            blocked=missing_challenger(experiment),
            submit=_("Start"),
            done=_("“%(key)s” runs from the next page on.") % {"key": experiment.key},
        )

    def stop_view(self, request: HttpRequest, experiment_id: int) -> HttpResponse:
        """Asks before an experiment stops."""
        experiment = self.find(experiment_id)
        return self.run_view(
            request,
            experiment,
            run=stop_experiment,
            title=_("Stop “%(title)s”") % {"title": experiment.key},
            consequence=_("From the next page on everybody sees the champion. It cannot be started again."),
            submit=_("Stop"),
            done=_("“%(key)s” is stopped.") % {"key": experiment.key},
        )

    def run_view(
        self, request: HttpRequest, experiment: Experiment, *, run: Callable[..., Experiment], done: str, **page: Any
    ) -> HttpResponse:
        self.require(request, "run_experiment")
        if request.method == "POST" and not page.get("blocked"):
            try:
                run(experiment, now=shop_now(experiment.store))
            except CannotRun as refused:
                self.message_user(request, str(refused), messages.ERROR)
            else:
                self.log_change(request, experiment, done)
                self.message_user(request, done, messages.SUCCESS)
            return self.to(experiment)
        facts = [(_("question").capitalize(), experiment.question)]
        facts += [
            (str(variant.label).capitalize(), f"{percent(experiment.percent(variant) / 100)} · {SEES[variant]}")
            for variant in Variant
            if experiment.percent(variant)
        ]
        back = reverse("admin:loyalty_ai_experiment_change", args=[experiment.pk])
        return self.confirmation(request, form=forms.Form(), facts=facts, back=back, **page)

    def to(self, experiment: Experiment) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:loyalty_ai_experiment_change", args=[experiment.pk]))


def missing_challenger(experiment: Experiment) -> str:
    """What to do where a challenger is to be shown and none is deployed; empty where all is well."""
    open_row = Deployment.objects.filter(store=experiment.store_id, alias=Alias.CHALLENGER, closed_at__isnull=True)
    if not experiment.challenger or open_row.exists():
        return ""
    return _("No version is deployed as challenger: those who are to see it would see the champion. Deploy one first.")
