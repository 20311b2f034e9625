"""The demo shop's own tables: customers, products, orders with their lines, refunds, and the shop's clock."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Opening(models.Model):
    """When the log was loaded and where it ended: the shop's clock goes on from the end of its log.

    A customer of December 2011 would otherwise seem lost for years the moment somebody buys today.
    """

    log_ended_at = models.DateTimeField(_("end of the log"))
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    summary = models.JSONField(_("what was loaded"), default=dict)

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="shop_demo_one_opening")]

    def __str__(self) -> str:
        return f"{self.log_ended_at:%Y-%m-%d}"

    def now(self) -> datetime:
        """The time of the shop."""
        return self.log_ended_at + (timezone.now() - self.opened_at)


class Customer(models.Model):
    """A customer by number, with the Django user who signs in as them, if there is one."""

    number = models.CharField(_("customer number"), max_length=16, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("user"),
        null=True,
        blank=True,
        related_name="customer",
    )
    country = models.CharField(_("country"), max_length=32, blank=True)
    joined_at = models.DateTimeField(_("customer since"))
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [models.Index(fields=["changed_at", "id"], name="shop_demo_customer_changed")]

    def __str__(self) -> str:
        return self.number


class Product(models.Model):
    """Something on the shelves. Title and price come from the log; shelf and stock are derived from it."""

    sku = models.CharField(_("code"), max_length=16, unique=True)
    title = models.CharField(_("title"), max_length=80)
    shelf = models.CharField(_("shelf"), max_length=40, db_index=True)
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    stock = models.PositiveIntegerField(_("in stock"))
    sold = models.PositiveIntegerField(_("orders in the last 90 days"), default=0)
    listed_at = models.DateTimeField(_("first sold"))
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [
            models.Index(fields=["changed_at", "id"], name="shop_demo_product_changed"),
            models.Index(fields=["-sold", "id"], name="shop_demo_product_sold"),
            GinIndex(SearchVector("title", config="english"), name="shop_demo_product_words"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("product", args=[self.sku])


class Kind(models.IntegerChoices):
    """What a line charges for. Only goods are products; a manual line or a discount changes what was spent on goods."""

    GOODS = 1, _("goods")
    FREE = 2, _("free gift")
    POSTAGE = 3, _("postage")
    MANUAL = 4, _("manual")
    DISCOUNT = 5, _("discount")
    SERVICE = 6, _("service")


class Order(models.Model):
    """One order; no customer: a guest."""

    number = models.CharField(_("number"), max_length=16, unique=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, verbose_name=_("customer"), null=True, blank=True, related_name="orders"
    )
    placed_at = models.DateTimeField(_("placed"))
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    imported = models.BooleanField(_("from the log"), default=False)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [models.Index(fields=["customer", "-placed_at"], name="shop_demo_order_customer")]

    def __str__(self) -> str:
        return self.number


class Coupon(models.Model):
    """Percent off the goods of one order of one customer; used once."""

    code = models.CharField(_("code"), max_length=16, unique=True)
    key = models.CharField(_("made for"), max_length=128, unique=True)
    customer = models.ForeignKey(Customer, models.CASCADE, verbose_name=_("customer"), related_name="coupons")
    percent = models.PositiveSmallIntegerField(_("percent"))
    valid_until = models.DateTimeField(_("valid until"))
    order = models.OneToOneField(
        Order, models.SET_NULL, verbose_name=_("used for"), null=True, blank=True, related_name="coupon"
    )

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=90), name="shop_demo_coupon_percent")
        ]

    def __str__(self) -> str:
        return self.code


class Line(models.Model):
    """What lines of orders and refunds share; the key of a line is number, code and ordinal."""

    product = models.ForeignKey(
        Product, models.PROTECT, verbose_name=_("product"), null=True, blank=True, related_name="+", db_index=False
    )
    code = models.CharField(_("code"), max_length=16)
    ordinal = models.PositiveSmallIntegerField(_("ordinal"), default=0)
    kind = models.PositiveSmallIntegerField(_("kind"), choices=Kind, default=Kind.GOODS)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=3)

    class Meta:
        abstract = True

    @property
    def value(self) -> Decimal:
        """The line's total."""
        return self.quantity * self.unit_price


class OrderLine(Line):
    """A line of an order."""

    order = models.ForeignKey(Order, models.CASCADE, verbose_name=_("order"), related_name="lines", db_index=False)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [models.UniqueConstraint(fields=["order", "code", "ordinal"], name="shop_demo_order_line")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.code}/{self.ordinal}"


class Refund(models.Model):
    """One cancellation, with its own number."""

    number = models.CharField(_("number"), max_length=16, unique=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, verbose_name=_("customer"), null=True, blank=True, related_name="refunds"
    )
    placed_at = models.DateTimeField(_("cancelled"))

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        indexes = [models.Index(fields=["customer", "-placed_at"], name="shop_demo_refund_customer")]

    def __str__(self) -> str:
        return self.number


class RefundLine(Line):
    """A part of a cancelled line: units taken from one order line, or from none that is known."""

    refund = models.ForeignKey(Refund, models.CASCADE, verbose_name=_("refund"), related_name="lines", db_index=False)
    order_line = models.ForeignKey(
        OrderLine, models.PROTECT, verbose_name=_("order line"), null=True, blank=True, related_name="refunds"
    )
    part = models.PositiveSmallIntegerField(_("part"), default=0)

    class Meta:
        verbose_name = _("refund line")
        verbose_name_plural = _("refund lines")
        constraints = [
            models.UniqueConstraint(fields=["refund", "code", "ordinal", "part"], name="shop_demo_refund_line")
        ]

    def __str__(self) -> str:
        return f"{self.refund_id}/{self.code}/{self.ordinal}/{self.part}"
