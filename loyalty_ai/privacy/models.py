"""What the room remembers of the figures that left the shop."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty_ai.shop.models import Store


class AggregateReport(models.Model):
    """An export of sums over customers: its rows as they were given away, and the true counts that later ones are held against."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="reports")
    as_of = models.DateTimeField(_("as of"))
    rows = models.JSONField(_("rows"), default=list, encoder=DjangoJSONEncoder)
    numbers = models.JSONField(default=dict, editable=False, encoder=DjangoJSONEncoder)
    shown = models.JSONField(default=dict, editable=False)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("requested by"),
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("report of sums")
        verbose_name_plural = _("reports of sums")

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d}"
