"""Jobs in Django admin: what is waiting, what runs and how far, what failed and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import F
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty_ai.jobs.leases import LIVE
from loyalty_ai.jobs.models import Job, JobState
from loyalty_ai.jobs.selectors import chunk_counts
from loyalty_ai.jobs.services import cancel_job, retry_job
from loyalty_ai.readonly_admin import ReadOnlyAdmin, label, may

TONES = {
    JobState.WAITING: "",
    JobState.RUNNING: "busy",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "bad",
}
CHUNKS_SHOWN = 200


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["name", "state_label", "progress", "created_at", "took"]
    list_filter = ["state", "kind", "store"]
    list_select_related = ["store", "requested_by"]
    search_fields = ["slot"]
    ordering = ["-pk"]
    fields = [
        "kind", "store", "slot", "params", "result", "requested_by", "created_at", "started_at", "finished_at",
        "attempts", "lease_owner", "lease_epoch", "heartbeat_at", "woken_at",
    ]  # fmt: skip

    class Media:
        js = ["loyalty_ai/job_progress.js"]

    @admin.display(description=gettext_lazy("job"), ordering="pk")
    def name(self, job: Job) -> str:
        return f"{job.kind} {job.pk}"

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_label(self, job: Job) -> SafeString:
        return label(job.get_state_display(), TONES[JobState(job.state)])

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, job: Job) -> SafeString:
        if job.state == JobState.DONE or not job.progress_total:
            return mark_safe("")
        text = f"{job.progress_step} {job.progress_done:,}/{job.progress_total:,}"
        return format_html(
            '<progress class="loyalty-progress" value="{}" max="{}">{}</progress> {}',
            job.progress_done,
            job.progress_total,
            f"{job.progress_done}/{job.progress_total}",
            text,
        )

    @admin.display(description=gettext_lazy("took"))
    def took(self, job: Job) -> str:
        if job.started_at is None:
            return ""
        if job.finished_at is None:
            return timesince(job.started_at)
        return as_clock(job.finished_at - job.started_at)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:job_id>/progress/", view(self.progress_view), name="loyalty_ai_job_progress"),
            path("<int:job_id>/retry/", view(self.retry_view), name="loyalty_ai_job_retry"),
            path("<int:job_id>/cancel/", view(self.cancel_view), name="loyalty_ai_job_cancel"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        job = self.get_object(request, object_id)
        context = {} if job is None else self.context(request, job)
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def context(self, request: HttpRequest, job: Job) -> dict[str, Any]:
        counts = chunk_counts(job)
        total = sum(counts.values())
        chunks = job.chunks.order_by(F("finished_at").desc(nulls_first=True), "number")[:CHUNKS_SHOWN] if total else []
        return {
            "job": job,
            "state_label": self.state_label(job),
            "live": job.state in LIVE,
            "chunks": [(chunk, label(chunk.get_state_display(), TONES[JobState(chunk.state)])) for chunk in chunks],
            "chunk_counts": [(JobState(state).label, count) for state, count in sorted(counts.items())],
            "chunks_left_out": max(0, total - CHUNKS_SHOWN),
            "may_change": may(request, "change_job"),
            "can_retry": job.state not in (JobState.DONE, JobState.RUNNING),
            "can_cancel": job.state in LIVE,
        }

    def progress_view(self, request: HttpRequest, job_id: int) -> JsonResponse:
        """How far a job is, for the page's script: its live part as HTML, and whether to go on asking."""
        self.require(request, "view_job")
        job = self.find(job_id)
        html = render_to_string("admin/loyalty_ai/job/live.html", self.context(request, job), request)
        return JsonResponse({"html": html, "live": job.state in LIVE})

    def retry_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        consequence = _("The job gets fresh attempts; what is done stays done.")
        return self.change(request, job_id, _("Try the job again"), consequence, retry_job)

    def cancel_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        consequence = _("Nobody goes on with the job, and what its workers still write is refused.")
        return self.change(request, job_id, _("Cancel the job"), consequence, cancel_job)

    def change(self, request: HttpRequest, job_id: int, title: str, consequence: str, service: Any) -> HttpResponse:
        self.require(request, "change_job")
        job = self.find(job_id)
        address = reverse("admin:loyalty_ai_job_change", args=[job.pk])
        if request.method == "POST":
            job = service(job=job)
            state = {"job": str(job), "state": job.get_state_display()}
            self.message_user(request, _("%(job)s is %(state)s.") % state, messages.SUCCESS)
            return HttpResponseRedirect(address)
        facts = [(_("Job"), f"{job.kind} {job.pk}"), (_("State"), job.get_state_display())]
        return self.confirmation(
            request, title=title, form=Form(), facts=facts, consequence=consequence, back=address, submit=title
        )

    def find(self, job_id: int) -> Job:
        job = Job.objects.select_related("store").filter(pk=job_id).first()
        if job is None:
            raise Http404
        return job


def as_clock(duration: timedelta) -> str:
    seconds = round(duration.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60}:{seconds % 60:02} min"
