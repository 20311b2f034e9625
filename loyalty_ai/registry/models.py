"""The trained versions of a store's customer model."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty_ai.shop.models import Store


class ModelVersion(models.Model):
    """One training of the customer model; immutable once `trained_at` is set (a trigger refuses), but for its artifact."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    parent = models.ForeignKey(
        "self", models.SET_NULL, verbose_name=_("fine-tuned from"), null=True, blank=True, related_name="children"
    )
    config = models.JSONField(_("configuration"), default=dict)
    data_from = models.DateTimeField(_("data from"), null=True)
    cutoff = models.DateTimeField(_("data until"))
    data_fingerprint = models.CharField(_("data fingerprint"), max_length=64, blank=True)
    data_counts = models.JSONField(_("data counts"), default=dict)
    rungs = models.JSONField(
        _("readiness"), default=dict, help_text=_("What the data could carry: what answers, by kind of list.")
    )
    metrics = models.JSONField(_("metrics"), default=dict)
    curves = models.JSONField(_("training curves"), default=dict)
    seconds = models.JSONField(_("seconds a step"), default=dict)
    libraries = models.JSONField(_("library versions"), default=dict)
    path = models.CharField(_("artifact"), max_length=300, blank=True, help_text=_("Relative to the artifact root."))
    digest = models.CharField(_("artifact digest"), max_length=64, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("requested by"),
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    trained_at = models.DateTimeField(_("trained"), null=True, blank=True)
    artifact_removed_at = models.DateTimeField(
        _("artifact removed"), null=True, blank=True, help_text=_("From then on it can be neither scored nor deployed.")
    )

    class Meta:
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")
        constraints = [models.UniqueConstraint(fields=["store", "number"], name="loyalty_version_number")]
        permissions = [
            ("train_modelversion", _("Can train model versions")),
            ("promote_modelversion", _("Can promote and roll back model versions")),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class VersionAudit(models.Model):
    """What the latest membership-inference audit of a version found; a table of its own, as the version is immutable."""

    version = models.OneToOneField(
        ModelVersion, models.CASCADE, verbose_name=_("version"), primary_key=True, related_name="audit"
    )
    result = models.JSONField(_("result"))
    audited_at = models.DateTimeField(_("audited"))

    class Meta:
        verbose_name = _("version's audit")
        verbose_name_plural = _("versions' audits")

    def __str__(self) -> str:
        return f"{self.version_id} {self.audited_at:%Y-%m-%d}"


class VersionDeadline(models.Model):
    """By when a version leaves service, because somebody it was trained on was erased; a table of its own, as the version is
    immutable. The earliest date counts: it only ever comes nearer."""

    version = models.OneToOneField(
        ModelVersion, models.CASCADE, verbose_name=_("version"), primary_key=True, related_name="deadline"
    )
    due_at = models.DateTimeField(_("leaves service"))

    class Meta:
        verbose_name = _("version's deadline")
        verbose_name_plural = _("versions' deadlines")

    def __str__(self) -> str:
        return f"{self.version_id} {self.due_at:%Y-%m-%d}"
