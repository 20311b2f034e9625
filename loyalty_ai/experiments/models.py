"""Experiments that divide a store's customers, and what was shown to whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty_ai.experiments.assignment import new_salt
from loyalty_ai.shop.models import Customer, Purpose, Store

EXPOSED_BY = (Purpose.PREFERENCES, Purpose.ANALYTICS)
"""What somebody allows of whom it is recorded what they were shown."""

SHARE = [MinValueValidator(0), MaxValueValidator(99)]
"""Of a hundred people at least one sees the champion: everything is compared with it."""


class Variant(models.IntegerChoices):
    """What a customer is shown: the live lists, those of the challenger, or nothing personal."""

    CHAMPION = 1, _("champion")
    CHALLENGER = 2, _("challenger")
    HOLDOUT = 3, _("holdout")


class Experiment(models.Model):
    """A division of a store's customers for a time; once started its plan cannot change, and one runs at a time.

    All its dates are by the shop's clock, as the orders are that it is judged by.
    """

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="experiments")
    key = models.SlugField(_("name"), help_text=_("Letters, digits, hyphens and underscores."))
    question = models.CharField(
        _("question"), max_length=300, help_text=_("Why it is run, in a sentence that customers may read.")
    )
    holdout = models.PositiveSmallIntegerField(
        _("holdout, percent"),
        default=0,
        validators=SHARE,
        help_text=_("Of a hundred customers, how many see nothing personal, as if they had opted out."),
    )
    challenger = models.PositiveSmallIntegerField(
        _("challenger, percent"),
        default=0,
        validators=SHARE,
        help_text=_("Of a hundred customers, how many see the lists of the version that is deployed as challenger."),
    )
    days = models.PositiveSmallIntegerField(
        _("days planned"),
        default=28,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("Whole weeks, so that every weekday counts alike. The result holds at the planned end."),
    )
    salt = models.CharField(_("salt"), max_length=32, default=new_salt, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        permissions = [("run_experiment", _("Can start and stop experiments"))]
        constraints = [
            models.UniqueConstraint(fields=["store", "key"], name="loyalty_experiment_key"),
            models.CheckConstraint(condition=Q(holdout__lte=99, challenger__lte=99), name="loyalty_experiment_shares"),
            models.CheckConstraint(
                condition=Q(holdout__gte=1 - F("challenger"), holdout__lte=99 - F("challenger")),
                name="loyalty_experiment_sum",
                violation_error_message=_("Holdout and challenger together are 1 to 99 percent."),
            ),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=730), name="loyalty_experiment_days"),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at"), started_at__isnull=False),
                name="loyalty_experiment_dates",
            ),
            models.UniqueConstraint(
                fields=["store"],
                condition=Q(started_at__isnull=False, stopped_at__isnull=True),
                name="loyalty_experiment_one_runs",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def running(self) -> bool:
        return self.started_at is not None and self.stopped_at is None

    @property
    def ends_at(self) -> datetime | None:
        """The planned end, None before the start."""
        return self.started_at + timedelta(days=self.days) if self.started_at else None

    def percent(self, variant: Variant) -> int:
        """Of a hundred customers, how many are in the variant."""
        shares = {Variant.HOLDOUT: self.holdout, Variant.CHALLENGER: self.challenger}
        return shares.get(variant, 100 - self.holdout - self.challenger)


class Exposure(models.Model):
    """One row of products as a customer was shown it; append only.

    In an experiment a row that was asked for and stayed empty leaves one too, without items: whoever would have been shown
    something counts, whichever variant they are in, or the variants would hold different people.
    """

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="exposures", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, verbose_name=_("customer"), related_name="exposures")
    experiment = models.ForeignKey(
        Experiment,
        models.CASCADE,
        verbose_name=_("experiment"),
        null=True,
        blank=True,
        related_name="exposures",
        db_index=False,
    )
    variant = models.PositiveSmallIntegerField(_("variant"), choices=Variant, default=Variant.CHAMPION)
    run = models.ForeignKey(
        "ScoringRun", models.CASCADE, verbose_name=_("run"), null=True, related_name="+", db_index=False
    )
    list = models.CharField(_("list"), max_length=32)
    number = models.PositiveSmallIntegerField(
        _("place on the page"), help_text=_("Rows count from 1 as they are asked for.")
    )
    items = ArrayField(models.IntegerField(), verbose_name=_("products"))
    whys = ArrayField(models.CharField(max_length=16), verbose_name=_("reasons"))
    propensity = models.FloatField(_("chance of the variant"), default=1.0)
    shown_at = models.DateTimeField(_("shown"), help_text=_("By the shop's clock."))

    class Meta:
        verbose_name = _("exposure")
        verbose_name_plural = _("exposures")
        indexes = [
            models.Index(fields=["store", "shown_at"], name="loyalty_exposure_store"),
            models.Index(
                fields=["experiment", "variant"],
                condition=Q(experiment__isnull=False),
                name="loyalty_exposure_experiment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.list}"
