"""What pages read: the scores of one run, and the pointer that says which run is live.

Prediction, Recommendation and ItemNeighbours are partitioned by run, so that an old run is dropped, not deleted.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.shop.models import Customer, Product, Store


class ScoringRun(models.Model):
    """All scores of one version at one cutoff; complete or invisible."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        COMPLETE = "complete", _("complete")
        REFUSED = "refused", _("refused by the audit")
        FAILED = "failed", _("failed")
        DROPPED = "dropped", _("dropped")

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="runs")
    version = models.ForeignKey(ModelVersion, models.CASCADE, verbose_name=_("version"), related_name="runs")
    cutoff = models.DateTimeField(_("data until"))
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.RUNNING)
    customers = models.PositiveIntegerField(_("customers to score"), default=0)
    counts = models.JSONField(_("rows"), default=dict)
    seconds = models.JSONField(_("seconds a step"), default=dict)
    typical = models.JSONField(
        _("typical customer"), default=dict, help_text=_("The medians that predictions are explained against.")
    )
    audit = models.JSONField(_("audit"), default=dict)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("scoring run")
        verbose_name_plural = _("scoring runs")

    def __str__(self) -> str:
        return f"run {self.pk}"


class Prediction(models.Model):
    """What one customer will do, at the horizons the run states (churn 90 days and value 365 days by default)."""

    run = models.ForeignKey(ScoringRun, models.CASCADE, related_name="predictions")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="predictions")
    purchase_probability = models.FloatField(_("chance of an order in 30 days"), null=True)
    churn_probability = models.FloatField(_("chance of no order in the churn horizon"), null=True)
    expected_orders = models.FloatField(_("expected orders in the value horizon"), null=True)
    predicted_clv = models.FloatField(_("expected spend in the value horizon"), null=True)
    predicted_clv_low = models.FloatField(_("low end of the 80-percent range"), null=True)
    predicted_clv_high = models.FloatField(_("high end of the 80-percent range"), null=True)
    expected_date_of_next_order = models.DateField(_("expected date of next order"), null=True)
    average_days_between_orders = models.FloatField(_("average days between orders"), null=True)
    # One place each for the facts of `serving.drivers.FACTS`; null where the customer has no such fact.
    facts = ArrayField(models.FloatField(null=True), verbose_name=_("facts it rests on"), null=True)
    churn_drivers = ArrayField(
        models.FloatField(null=True), verbose_name=_("what each fact adds to the chance of no order"), null=True
    )
    value_drivers = ArrayField(
        models.FloatField(null=True), verbose_name=_("what each fact adds to the expected spend"), null=True
    )

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        constraints = [models.UniqueConstraint(fields=["run", "customer"], name="loyalty_prediction_once")]
        indexes = [models.Index(fields=["customer"], name="loyalty_prediction_customer")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.customer_id}"


class ListKind(models.IntegerChoices):
    """The lists that are published."""

    RECOMMENDED = 1, _("recommended")
    DISCOVER = 2, _("new to the customer")
    BUY_AGAIN = 3, _("buy again")
    POPULAR = 4, _("popular")


class ReasonKind(models.IntegerChoices):
    """Why a product stands in a list; `reasons` holds the product that the first two name, else 0."""

    BECAUSE_BOUGHT = 1, _("because of an earlier purchase")
    BOUGHT_BEFORE = 2, _("bought before")
    POPULAR = 3, _("popular now")
    MODEL = 4, _("fits the customer's orders so far")
    NEW = 5, _("new in the shop")


class UniqueWithNulls(models.UniqueConstraint):
    """`UniqueConstraint(nulls_distinct=False)` that asks no server during checks, so that E005 can say that none answers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**(options | {"nulls_distinct": False}))

    def check(self, model: type[models.Model], connection: Any) -> list[Any]:
        return []

    _check = check  # its name before Django 6.0

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        return "django.db.models.UniqueConstraint", *super().deconstruct()[1:]


class Recommendation(models.Model):
    """One array row per run, kind and customer; no customer: for everyone."""

    run = models.ForeignKey(ScoringRun, models.CASCADE, related_name="recommendations")
    kind = models.PositiveSmallIntegerField(_("list"), choices=ListKind)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True, related_name="recommendations")
    items = ArrayField(models.IntegerField(), verbose_name=_("products"))
    scores = ArrayField(models.FloatField(), verbose_name=_("scores"))
    reasons = ArrayField(models.IntegerField(), verbose_name=_("reason products"))
    reason_kinds = ArrayField(models.SmallIntegerField(), verbose_name=_("reason kinds"))

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        constraints = [
            UniqueWithNulls(fields=["run", "kind", "customer"], name="loyalty_recommendation_once"),
        ]
        indexes = [models.Index(fields=["customer"], name="loyalty_recommendation_who")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.kind}/{self.customer_id}"


class NeighbourKind(models.IntegerChoices):
    """How two products belong together."""

    SIMILAR = 1, _("similar")
    BOUGHT_TOGETHER = 2, _("bought together")


class ItemNeighbours(models.Model):
    """The products nearest to one product; co-purchases by fewer than five people are never written."""

    run = models.ForeignKey(ScoringRun, models.CASCADE, related_name="neighbours")
    kind = models.PositiveSmallIntegerField(_("kind"), choices=NeighbourKind)
    product = models.ForeignKey(Product, models.CASCADE, related_name="neighbours")
    items = ArrayField(models.IntegerField(), verbose_name=_("products"))
    scores = ArrayField(models.FloatField(), verbose_name=_("scores"))

    class Meta:
        verbose_name = _("item neighbours")
        verbose_name_plural = _("item neighbours")
        constraints = [models.UniqueConstraint(fields=["run", "kind", "product"], name="loyalty_neighbours_once")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.kind}/{self.product_id}"


class Alias(models.TextChoices):
    """The roles a version can have."""

    CHAMPION = "champion", _("champion")
    CHALLENGER = "challenger", _("challenger")


class Deployment(models.Model):
    """Which run an alias points at, since when, by whom and why; the open row is live, the history is the audit trail."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="deployments")
    alias = models.CharField(_("alias"), max_length=16, choices=Alias, default=Alias.CHAMPION)
    version = models.ForeignKey(ModelVersion, models.PROTECT, verbose_name=_("version"), related_name="deployments")
    run = models.ForeignKey(ScoringRun, models.PROTECT, verbose_name=_("run"), related_name="deployments")
    opened_at = models.DateTimeField(_("from"), auto_now_add=True)
    closed_at = models.DateTimeField(_("until"), null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("why"), max_length=500, blank=True)
    overridden = models.JSONField(
        _("gate findings overridden"),
        default=list,
        blank=True,
        help_text=_("What the gate refused and an admin accepted."),
    )

    class Meta:
        verbose_name = _("deployment")
        verbose_name_plural = _("deployments")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "alias"], condition=Q(closed_at__isnull=True), name="loyalty_deployment_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.alias} -> {self.version_id}/{self.run_id}"
