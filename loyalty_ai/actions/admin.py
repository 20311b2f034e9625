"""Retention actions in Django admin: planned, looked at before they start, started, stopped, and their effect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from loyalty_ai.actions.forms import PlanForm
from loyalty_ai.actions.measuring import DAYS, measure
from loyalty_ai.actions.models import Action, ActionOutcome
from loyalty_ai.actions.selectors import FLOOR, counts_of, errors_of, preview
from loyalty_ai.actions.services import CannotRun, start_action, stop_action
from loyalty_ai.experiments.outcomes import BEFORE
from loyalty_ai.loyalty.models import RFMGroup
from loyalty_ai.readonly_admin import ReadOnlyAdmin, label, may
from loyalty_ai.serving.facts import percent
from loyalty_ai.serving.money import format_money
from loyalty_ai.shop.expiry import shop_now


@admin.register(Action)
class ActionAdmin(ReadOnlyAdmin):
    list_display = ["title", "key", "kind", "state", "audience", "holdout", "started_at", "store"]
    list_filter = ["kind", "store"]
    list_select_related = ["store"]
    search_fields = ["key", "title"]
    ordering = ["-pk"]
    change_list_template = "admin/loyalty_ai/action/change_list.html"
    change_form_template = "admin/loyalty_ai/action/change_form.html"

    @display(description=gettext_lazy("state"))
    def state(self, action: Action) -> SafeString:
        if action.running:
            return label(_("runs"), "good")
        return label(_("stopped")) if action.stopped_at else label(_("planned"), "busy")

    @display(description=gettext_lazy("whom it takes"))
    def audience(self, action: Action) -> str:
        return "; ".join(audience(action))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template shows all there is, in words

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("plan/", view(self.plan_view), name="loyalty_ai_action_plan"),
            path("<int:action_id>/plan/", view(self.plan_view), name="loyalty_ai_action_edit"),
            path("<int:action_id>/start/", view(self.start_view), name="loyalty_ai_action_start"),
            path("<int:action_id>/stop/", view(self.stop_view), name="loyalty_ai_action_stop"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        allowed = {"may_plan": may(request, "add_action")}
        return super().changelist_view(request, {**allowed, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        action = self.get_object(request, object_id)
        context = {} if action is None else self.context(request, action)
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def context(self, request: HttpRequest, action: Action) -> dict[str, Any]:
        now = shop_now(action.store)
        states, counts = dict(ActionOutcome.State.choices), counts_of(action)
        return {
            "title": action.title,
            "action": action,
            "state_label": self.state(action),
            "problem": "" if action.stopped_at else action.problem(),
            "audience": audience(action),
            "texts": [(get_language_name(code), words) for code, words in action.words.items()],
            "counts": [(states[state], counts[state]) for state in states if state in counts],
            "errors": errors_of(action),
            "measured": measure(action, now=now) if action.started_at else None,
            "days": DAYS,
            "before": BEFORE,
            "preview": None if action.stopped_at or "tonight" not in request.GET else preview(action, now=now),
            "floor": FLOOR,
            "may_edit": action.started_at is None and may(request, "change_action"),
            "may_run": may(request, "run_action"),
            "secret": action.secret if may(request, "change_action") else "",
        }

    def find(self, action_id: int) -> Action:
        action = Action.objects.select_related("store").filter(pk=action_id).first()
        if action is None:
            raise Http404
        return action

    def plan_view(self, request: HttpRequest, action_id: int | None = None) -> HttpResponse:
        """The form for a new action, or for one that was not started yet."""
        self.require(request, "add_action" if action_id is None else "change_action")
        former = None if action_id is None else self.find(action_id)
        if former is not None and former.started_at is not None:
            text = _("“%(key)s” was started and cannot change; plan a new action to go on.")
            self.message_user(request, text % {"key": former.key}, messages.ERROR)
            return self.to(former)
        form = PlanForm(request.POST or None, instance=former)
        if request.method == "POST" and form.is_valid():
            action = form.save()
            text = _("“%(title)s” is planned. Look whom it would take, then start it.") % {"title": action.title}
            self.message_user(request, text, messages.SUCCESS)
            return self.to(action, "?tonight=1#tonight")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Plan an action") if former is None else _("Change “%(title)s”") % {"title": former.title},
            "form": form,
            "media": self.media + form.media,
            "back": reverse("admin:loyalty_ai_action_changelist")
            if former is None
            else reverse("admin:loyalty_ai_action_change", args=[former.pk]),
        }
        return TemplateResponse(request, "admin/loyalty_ai/action/plan.html", context)

    def start_view(self, request: HttpRequest, action_id: int) -> HttpResponse:
        """Asks before an action starts."""
        action = self.find(action_id)
        return self.run_view(
            request,
            action,
            run=start_action,
            title=_("Start “%(title)s”") % {"title": action.title},
            consequence=_("From the next night on it takes people. Once started it cannot change, only stop."),
            blocked=action.problem(),
            submit=_("Start"),
            done=_("“%(title)s” runs from the next night on.") % {"title": action.title},
        )

    def stop_view(self, request: HttpRequest, action_id: int) -> HttpResponse:
        """Asks before an action stops."""
        action = self.find(action_id)
        return self.run_view(
            request,
            action,
            run=stop_action,
            title=_("Stop “%(title)s”") % {"title": action.title},
            consequence=_(
                "It takes nobody any more, and its messages go from the next page on. It cannot be started again."
            ),
            blocked="",
            submit=_("Stop"),
            done=_("“%(title)s” is stopped.") % {"title": action.title},
        )

    def run_view(
        self, request: HttpRequest, action: Action, *, run: Callable[..., Action], done: str, **page: Any
    ) -> HttpResponse:
        self.require(request, "run_action")
        form = forms.Form(request.POST or None)
        if request.method == "POST":
            now: datetime = shop_now(action.store)
            try:
                run(action, now=now)
            except CannotRun as refused:
                self.message_user(request, str(refused), messages.ERROR)
            else:
                self.log_change(request, action, done)
                self.message_user(request, done, messages.SUCCESS)
            return self.to(action)
        facts = [(_("Whom it takes"), "; ".join(audience(action))), (_("What they get"), action.get_kind_display())]
        facts.append((_("Held out"), percent(action.holdout / 100)))
        back = reverse("admin:loyalty_ai_action_change", args=[action.pk])
        return self.confirmation(request, form=form, facts=facts, back=back, **page)

    def to(self, action: Action, query: str = "") -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:loyalty_ai_action_change", args=[action.pk]) + query)


def audience(action: Action) -> list[str]:
    """Whom an action takes, a sentence's part each; all of them must hold."""
    names = dict(RFMGroup.choices)
    parts = [", ".join(str(names[group]) for group in action.groups)] if action.groups else []
    if action.days_since_order is not None:
        parts.append(_("no order in %(days)d days") % {"days": action.days_since_order})
    if action.churn_at_least is not None:
        parts.append(_("chance of no order from %(share)s") % {"share": percent(action.churn_at_least)})
    if action.purchase_at_most is not None:
        parts.append(_("chance of an order up to %(share)s") % {"share": percent(action.purchase_at_most)})
    if action.clv_at_least is not None:
        money = format_money(action.clv_at_least, action.store.currency)
        parts.append(_("expected spend from %(money)s") % {"money": money})
    return parts


def get_language_name(code: str) -> str:
    """A language's own name, as Django knows it; else its code."""
    try:
        return get_language_info(code)["name_local"]
    except KeyError:
        return code
