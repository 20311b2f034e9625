"""What loyalty means in numbers: one profile a customer, a monthly history, referrals."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty_ai.shop.models import Customer, Order, Store


class RFMGroup(models.TextChoices):
    """Shopify's eleven RFM groups."""

    CHAMPIONS = "CHAMPIONS", _("Champions")
    LOYAL = "LOYAL", _("Loyal")
    ACTIVE = "ACTIVE", _("Active")
    NEW = "NEW", _("New")
    PROMISING = "PROMISING", _("Promising")
    NEEDS_ATTENTION = "NEEDS_ATTENTION", _("Needs attention")
    AT_RISK = "AT_RISK", _("At risk")
    ALMOST_LOST = "ALMOST_LOST", _("Almost lost")
    PREVIOUSLY_LOYAL = "PREVIOUSLY_LOYAL", _("Previously loyal")
    DORMANT = "DORMANT", _("Dormant")
    PROSPECTS = "PROSPECTS", _("Prospects")


class Tier(models.TextChoices):
    """The shopper-facing level, earned by net spend over the last 365 days."""

    MEMBER = "member", _("Member")
    SILVER = "silver", _("Silver")
    GOLD = "gold", _("Gold")
    PLATINUM = "platinum", _("Platinum")


class LoyaltyMeasures(models.Model):
    """The measures that the profile and its history share; money is in the store's currency, net of refunds."""

    orders = models.PositiveIntegerField(_("orders"), default=0)
    recency_days = models.PositiveIntegerField(_("days since last order"), null=True)
    monetary = models.DecimalField(_("net spend"), max_digits=16, decimal_places=2, default=0)
    recency_score = models.PositiveSmallIntegerField(_("recency score"), null=True)
    frequency_score = models.PositiveSmallIntegerField(_("frequency score"), null=True)
    monetary_score = models.PositiveSmallIntegerField(_("monetary score"), null=True)
    group = models.CharField(_("RFM group"), max_length=20, choices=RFMGroup, default=RFMGroup.PROSPECTS)

    class Meta:
        abstract = True


class LoyaltyProfile(LoyaltyMeasures):
    """One customer's loyalty as of a moment."""

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, verbose_name=_("customer"), related_name="loyalty"
    )
    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="loyalty_profiles")
    as_of = models.DateTimeField(_("as of"))
    first_order_at = models.DateTimeField(_("first order"), null=True)
    last_order_at = models.DateTimeField(_("last order"), null=True)
    units = models.PositiveIntegerField(_("units"), default=0)
    gross = models.DecimalField(_("spend before refunds"), max_digits=16, decimal_places=2, default=0)
    refunds = models.DecimalField(_("refunds"), max_digits=16, decimal_places=2, default=0)
    recent_spend = models.DecimalField(
        _("net spend of the last 365 days"), max_digits=16, decimal_places=2, null=True
    )  # whole cents, the rest cut off, so that the tier follows from it
    average_order_value = models.DecimalField(_("average order value"), max_digits=16, decimal_places=2, null=True)
    tenure_days = models.PositiveIntegerField(_("days since first order"), null=True)
    average_days_between_orders = models.FloatField(_("average days between orders"), null=True)
    referrals = models.PositiveIntegerField(_("referrals"), default=0)
    tier = models.CharField(_("tier"), max_length=16, choices=Tier, default=Tier.MEMBER)

    class Meta:
        verbose_name = _("loyalty profile")
        verbose_name_plural = _("loyalty profiles")
        indexes = [models.Index(fields=["store", "group"], name="loyalty_profile_group")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.group}"

    @property
    def repeat(self) -> bool:
        """Whether the customer came back."""
        return self.orders > 1

    def missing_to(self, spend: Decimal) -> Decimal | None:
        """What the net spend of the last 365 days falls short of this; None where it is not measured yet."""
        return None if self.recent_spend is None else max(spend - self.recent_spend, Decimal(0))


class LoyaltySnapshot(LoyaltyMeasures):
    """The measures of one customer at the end of one month."""

    customer = models.ForeignKey(Customer, models.CASCADE, verbose_name=_("customer"), related_name="loyalty_history")
    month = models.DateField(_("month"), help_text=_("Its first day."))

    class Meta:
        verbose_name = _("loyalty snapshot")
        verbose_name_plural = _("loyalty snapshots")
        constraints = [models.UniqueConstraint(fields=["customer", "month"], name="loyalty_snapshot_month")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.month:%Y-%m}"


class Referral(models.Model):
    """One customer brought another; a customer is referred once."""

    class Status(models.TextChoices):
        INVITED = "invited", _("invited")
        QUALIFIED = "qualified", _("ordered")
        VOID = "void", _("void")

    referrer = models.ForeignKey(Customer, models.CASCADE, verbose_name=_("referrer"), related_name="referrals_made")
    referee = models.OneToOneField(Customer, models.CASCADE, verbose_name=_("referee"), related_name="referral")
    code = models.CharField(_("code"), max_length=40)
    first_order = models.ForeignKey(
        Order, models.SET_NULL, verbose_name=_("first order"), null=True, blank=True, related_name="+"
    )
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.INVITED)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.CheckConstraint(condition=~Q(referrer=models.F("referee")), name="loyalty_referral_not_self")
        ]

    def __str__(self) -> str:
        return f"{self.referrer_id} -> {self.referee_id}"
