"""Retention actions: whom a rule takes, what they get, and what became of it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from loyalty_ai.conf import app_settings, get_adapter
from loyalty_ai.experiments.assignment import new_salt
from loyalty_ai.loyalty.models import RFMGroup
from loyalty_ai.shop.models import Customer, Store

SHOWN_FOR = timedelta(days=30)
"""How long a message without a coupon is shown; one with a coupon as long as that is valid."""

MOST_ATTEMPTS = 5


def whole(lowest: int, highest: int) -> list[Any]:
    return [MinValueValidator(lowest), MaxValueValidator(highest)]


def new_secret() -> str:
    """What a webhook is signed with: 64 hexadecimal digits."""
    return secrets.token_hex(32)


class Action(models.Model):
    """A rule that takes customers every night; once started it cannot change, or its effect could not be told.

    All its dates are by the shop's clock.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", _("message in the shop")
        COUPON = "coupon", _("message with a coupon")
        WEBHOOK = "webhook", _("call of another service")

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="actions")
    key = models.SlugField(_("name"), help_text=_("Letters, digits, hyphens and underscores."))
    title = models.CharField(_("what it is for"), max_length=120, help_text=_("For the staff, in a few words."))
    kind = models.CharField(_("what they get"), max_length=8, choices=Kind, default=Kind.MESSAGE)

    groups = ArrayField(
        models.CharField(max_length=20, choices=RFMGroup),
        verbose_name=_("RFM groups"),
        default=list,
        blank=True,
        help_text=_("None: every group."),
    )
    days_since_order = models.PositiveSmallIntegerField(
        _("days since the last order, at least"), null=True, blank=True, validators=whole(1, 3650)
    )
    churn_at_least = models.FloatField(
        _("chance of no order, at least"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_("0 to 1, in the churn horizon, as the live version predicts."),
    )
    purchase_at_most = models.FloatField(
        _("chance of an order in 30 days, at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_("0 to 1, as the live version predicts."),
    )
    clv_at_least = models.FloatField(
        _("expected spend, at least"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0)],
        help_text=_("In the store's currency, in the value horizon, as the live version predicts."),
    )
    holdout = models.PositiveSmallIntegerField(
        _("held out, percent"),
        default=10,
        validators=whole(0, 90),
        help_text=_("Of a hundred customers taken, how many get nothing, so that the effect can be measured."),
    )
    again_after_days = models.PositiveSmallIntegerField(
        _("again after days"),
        default=90,
        validators=whole(1, 365),
        help_text=_("A customer is taken at most once in so many days."),
    )

    words = models.JSONField(
        _("text"), default=dict, blank=True, help_text=_("By language: headline and body."), editable=False
    )
    link = models.CharField(
        _("link"),
        max_length=500,
        blank=True,
        validators=[
            RegexValidator(r"^(/(?!/)|https?://)", _("Begin with / for a page of the shop, or with https://."))
        ],
    )
    percent = models.PositiveSmallIntegerField(_("off, percent"), null=True, blank=True, validators=whole(1, 90))
    valid_days = models.PositiveSmallIntegerField(_("valid, days"), null=True, blank=True, validators=whole(1, 365))
    url = models.CharField(_("address to call"), max_length=500, blank=True)

    secret = models.CharField(_("secret"), max_length=64, default=new_secret, editable=False)
    salt = models.CharField(_("salt"), max_length=32, default=new_salt, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("retention action")
        verbose_name_plural = _("retention actions")
        permissions = [("run_action", _("Can start and stop retention actions"))]
        constraints = [
            models.UniqueConstraint(fields=["store", "key"], name="loyalty_action_key"),
            models.CheckConstraint(condition=Q(holdout__lte=90), name="loyalty_action_holdout"),
            models.CheckConstraint(
                condition=Q(again_after_days__gte=1, again_after_days__lte=365), name="loyalty_action_again"
            ),
            models.CheckConstraint(
                condition=~Q(kind="coupon")
                | Q(
                    percent__isnull=False, percent__gte=1, percent__lte=90, valid_days__isnull=False, valid_days__gte=1
                ),
                name="loyalty_action_coupon",
                violation_error_message=_("A coupon needs its percent, 1 to 90, and the days it is valid."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="webhook") | ~Q(url=""),
                name="loyalty_action_webhook",
                violation_error_message=_("Say which address is called."),
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at"), started_at__isnull=False),
                name="loyalty_action_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def clean(self) -> None:
        if self.store_id is None:
            return  # the field says so itself
        if problem := self.problem():
            raise ValidationError(problem)
        if self.kind == self.Kind.WEBHOOK and self.url:
            from loyalty_ai.actions.webhook import RefusedAddress, require_address

            try:
                require_address(self.url)
            except RefusedAddress as refused:
                raise ValidationError({"url": str(refused)}) from None

    def problem(self) -> str:
        """Why the action may not run in its store, in a sentence that says what to do; empty where it may."""
        bounds = (self.days_since_order, self.churn_at_least, self.purchase_at_most, self.clv_at_least)
        if not self.groups and all(bound is None for bound in bounds):
            return gettext("Say for whom it is: choose a group, or set a bound.")
        if self.kind != self.Kind.WEBHOOK and not self.words:
            return gettext("Write the headline and the body in at least one language.")
        return offer_problem(self.store.slug) if self.kind == self.Kind.COUPON else ""

    @property
    def running(self) -> bool:
        return self.started_at is not None and self.stopped_at is None

    def text(self, language: str | None = None) -> tuple[str, str]:
        """Headline and body in the language, by default the active one; else in the store's; else in any."""
        return words_in(self.words, self.store.language, language)


def words_in(words: dict[str, dict[str, str]], of_store: str, language: str | None = None) -> tuple[str, str]:
    """Headline and body in the language, by default the active one; else in the store's; else in any."""
    language = language or get_language() or ""
    wanted = (language, language.partition("-")[0], of_store, *words)
    found = next((words[name] for name in wanted if name in words), {})
    return found.get("headline", ""), found.get("body", "")


def offer_problem(slug: str) -> str:
    """Why a store may give no coupons to people chosen by profile; empty where it may."""
    if slug not in app_settings.slugs:
        return ""
    if not app_settings.store(slug).personal_offers:
        text = gettext(
            "A coupon for people chosen by their profile is a personal price. “%(store)s” makes none: set "
            'LOYALTY_AI["STORES"]["%(store)s"]["PERSONAL_OFFERS"] to True if it shall, and tell your customers.'
        )
        return text % {"store": slug}
    if not get_adapter(slug).has_coupons:
        return gettext("The adapter of “%(store)s” makes no coupons: give it `has_coupons` and `coupon()`.") % {
            "store": slug
        }
    return ""


class ActionOutcome(models.Model):
    """That an action took a customer, and what became of it; one row a customer and round, however often a task runs.

    `decided_at` and `valid_until` are by the shop's clock, as orders are; what the person sees is dated by ours.
    """

    class State(models.TextChoices):
        HELD_OUT = "held_out", _("held out")
        PENDING = "pending", _("pending")
        DELIVERED = "delivered", _("delivered")
        SEEN = "seen", _("seen")
        FAILED = "failed", _("failed")
        DROPPED = "dropped", _("dropped")

    action = models.ForeignKey(
        Action, models.CASCADE, verbose_name=_("action"), related_name="outcomes", db_index=False
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, verbose_name=_("customer"), related_name="action_outcomes", db_index=False
    )
    round = models.PositiveIntegerField(_("round"), default=1)
    group = models.CharField(_("RFM group"), max_length=20, choices=RFMGroup, blank=True)
    treated = models.BooleanField(_("treated"))
    state = models.CharField(_("state"), max_length=9, choices=State)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    coupon = models.CharField(_("coupon"), max_length=64, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"))
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    dismissed_at = models.DateTimeField(_("dismissed"), null=True, blank=True)

    class Meta:
        verbose_name = _("outcome of an action")
        verbose_name_plural = _("outcomes of actions")
        constraints = [
            models.UniqueConstraint(fields=["action", "customer", "round"], name="loyalty_outcome_once"),
            models.CheckConstraint(
                condition=Q(treated=False, state="held_out") | (Q(treated=True) & ~Q(state="held_out")),
                name="loyalty_outcome_held_out",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-decided_at"], name="loyalty_outcome_customer"),
            models.Index(fields=["action", "id"], condition=Q(state="pending"), name="loyalty_outcome_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} {self.customer_id}"

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt to deliver it, different for everything else."""
        return f"{self.action.key}-{self.pk}"

    def why(self) -> list[Promise | str]:
        """Why the action took the person, each as the end of a sentence that begins with "because"."""
        action, reasons = self.action, []
        if action.groups and self.group in BECAUSE:
            reasons.append(BECAUSE[self.group])
        if action.days_since_order is not None:
            reasons.append(_("your last order is %(days)d days ago or more") % {"days": action.days_since_order})
        if action.churn_at_least is not None or action.purchase_at_most is not None:
            reasons.append(_("we expect that you may not order soon"))
        if action.clv_at_least is not None:
            reasons.append(_("we expect that you may order much in the coming year"))
        return reasons


AWAY = _("you have not ordered for a while")
BECAUSE: dict[str, Promise] = {
    RFMGroup.CHAMPIONS: _("you order often and were here lately"),
    RFMGroup.LOYAL: _("you come back again and again"),
    RFMGroup.ACTIVE: _("you ordered lately"),
    RFMGroup.NEW: _("your first order was not long ago"),
    RFMGroup.PROMISING: _("your first order was not long ago"),
    RFMGroup.NEEDS_ATTENTION: AWAY,
    RFMGroup.AT_RISK: AWAY,
    RFMGroup.ALMOST_LOST: AWAY,
    RFMGroup.PREVIOUSLY_LOYAL: AWAY,
    RFMGroup.DORMANT: AWAY,
    RFMGroup.PROSPECTS: _("you have not ordered yet"),
}
