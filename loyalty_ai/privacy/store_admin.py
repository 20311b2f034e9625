"""The store's admin page, with what is kept of its customers for how long, and the sums over them that may leave it."""

from __future__ import annotations

import io
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyalty_ai.privacy.aggregates import COLUMNS, WRITERS, CannotReport, make_report
from loyalty_ai.privacy.models import AggregateReport
from loyalty_ai.privacy.retention import rules
from loyalty_ai.readonly_admin import ReadOnlyAdmin, may
from loyalty_ai.serving import store_admin
from loyalty_ai.shop.models import Store

MAKE_REPORT = "add_aggregatereport"
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


class ReportForm(forms.Form):
    """As what the report is downloaded."""

    format = forms.ChoiceField(choices=[("csv", "CSV"), ("json", "JSON")], label=gettext_lazy("Format"))


@admin.register(Store)
class StoreAdmin(store_admin.StoreAdmin):
    """Adds to the store's numbers what becomes of its data."""

    def get_urls(self) -> list[URLPattern]:
        report = self.admin_site.admin_view(self.report_view)
        return [path("<int:store_id>/report/", report, name="loyalty_ai_store_report"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        store = self.get_object(request, object_id)
        context = {} if store is None else {"retention": list(rules(store)), "may_report": may(request, MAKE_REPORT)}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def report_view(self, request: HttpRequest, store_id: int) -> HttpResponse:
        """Asks for the format; the form sent, makes the report, notes it in the admin's log and hands it out."""
        self.require(request, MAKE_REPORT)
        store = Store.objects.filter(pk=store_id).first()
        if store is None:
            raise Http404
        back = reverse("admin:loyalty_ai_store_change", args=[store.pk])
        form = ReportForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                given = make_report(store=store, by=request.user)
            except CannotReport as error:
                self.message_user(request, str(error), messages.ERROR)
                return HttpResponseRedirect(back)
            kind = form.cleaned_data["format"]
            said = _("Downloaded the report of sums as of %(as_of)s as %(format)s.")
            self.log_change(request, store, said % {"as_of": given.report, "format": kind})
            return download(given.report, kind)
        return self.confirmation(
            request,
            title=_("Sums over customers"),
            form=form,
            consequence=_(
                "Customers, orders and revenue by group, tier, cohort and category, of those who allow profiling. What rests on "
                "fewer than 50 people stays empty, alone or beside an earlier report. Where the total has changed by fewer, "
                "the latest report is given again. Your download is noted in the log."
            ),
            facts=[(_("Store"), store)],
            back=back,
            submit=_("Download"),
        )


@admin.register(AggregateReport)
class AggregateReportAdmin(ReadOnlyAdmin):
    """What was told when and to whom; never the counts that were held back."""

    list_display = ["__str__", "store", "made_at", "requested_by", "cells"]
    list_filter = ["store"]
    list_select_related = ["store", "requested_by"]
    ordering = ["-pk"]
    fields = ["store", "as_of", "made_at", "requested_by", "table"]

    @display(description=gettext_lazy("cells"))
    def cells(self, report: AggregateReport) -> str:
        told = sum(row["customers"] is not None for row in report.rows)
        text = ngettext("%(told)d of %(count)d cell", "%(told)d of %(count)d cells", len(report.rows))
        return text % {"told": told, "count": len(report.rows)}

    @display(description=gettext_lazy("rows"))
    def table(self, report: AggregateReport) -> SafeString:
        rows = [[row[column] for column in COLUMNS] for row in report.rows]
        return render_to_string("admin/loyalty_ai/aggregatereport/rows.html", {"columns": COLUMNS, "rows": rows})


def download(report: AggregateReport, kind: str) -> HttpResponse:
    """The report as a file."""
    stream = io.StringIO(newline="")
    WRITERS[kind](report, stream)
    name = f"{report.store.slug}-{report}.{kind}"
    return HttpResponse(
        stream.getvalue(),
        content_type=CONTENT_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
