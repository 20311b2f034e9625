"""Durable work: Celery moves it, these rows are the truth about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """Where a piece of work stands; `waiting` work is free to be claimed, `running` work has a lease."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class LeasedWork(models.Model):
    """What a worker claims: an owner, an epoch that fences its writes, and a heartbeat by the database's clock."""

    state = models.CharField(_("state"), max_length=16, choices=JobState, default=JobState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_owner = models.CharField(_("worker"), max_length=120, blank=True)
    lease_epoch = models.PositiveIntegerField(_("lease epoch"), default=0)
    heartbeat_at = models.DateTimeField(_("heartbeat"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        abstract = True


class Job(LeasedWork):
    """One request for work, committed with the transaction that asks for it."""

    store = models.ForeignKey(
        "loyalty_ai.Store", models.CASCADE, verbose_name=_("store"), null=True, blank=True, related_name="jobs"
    )
    kind = models.CharField(_("kind"), max_length=40)
    slot = models.CharField(
        _("slot"), max_length=200, unique=True, help_text=_("Asking twice for the same slot is one job.")
    )
    params = models.JSONField(_("parameters"), default=dict)
    progress_step = models.CharField(_("step"), max_length=120, blank=True)
    progress_done = models.BigIntegerField(_("done"), default=0)
    progress_total = models.BigIntegerField(_("total"), default=0)
    result = models.JSONField(_("result"), default=dict)
    prepared_at = models.DateTimeField(_("prepared"), null=True, blank=True, help_text=_("When its chunks were made."))
    woken_at = models.DateTimeField(_("last call for a worker"), null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("requested by"),
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="loyalty_job_sweep")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class JobChunk(LeasedWork):
    """A part of a job that one worker does and commits with its output."""

    job = models.ForeignKey(Job, models.CASCADE, verbose_name=_("job"), related_name="chunks")
    number = models.PositiveIntegerField(_("number"))
    payload = models.JSONField(_("payload"), default=dict)
    rows = models.PositiveIntegerField(_("rows"), default=0)

    class Meta:
        verbose_name = _("job chunk")
        verbose_name_plural = _("job chunks")
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="loyalty_chunk_number")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"
