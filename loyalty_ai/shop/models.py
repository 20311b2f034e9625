"""The shop as the app knows it: who, what, and the append-only log of what happened."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Store(models.Model):
    """One entry of `LOYALTY_AI["STORES"]`; every other row belongs to one."""

    slug = models.SlugField(_("slug"), unique=True)
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(_("language"), max_length=16)
    time_zone = models.CharField(_("time zone"), max_length=64)
    cursors = models.JSONField(
        _("sync cursors"), default=dict, editable=False, help_text=_("Where each stream of the adapter goes on.")
    )
    synced_at = models.DateTimeField(_("last sync"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")

    def __str__(self) -> str:
        return self.slug


class Customer(models.Model):
    """A person (or company) the shop knows by `external_id`; holds no name and no address."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="customers")
    external_id = models.CharField(_("customer id in the shop"), max_length=128)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("user"),
        null=True,
        blank=True,
        related_name="loyalty_customers",
    )
    alias_of = models.ForeignKey(
        "self", models.SET_NULL, verbose_name=_("merged into"), null=True, blank=True, related_name="aliases"
    )
    merged_at = models.DateTimeField(_("merged"), null=True, blank=True, editable=False)
    joined_at = models.DateTimeField(_("customer since"), null=True, blank=True)
    region = models.CharField(
        _("region"),
        max_length=6,
        blank=True,
        db_default="",
        help_text=_("ISO 3166, e.g. DE or US-CA: whose rules of consent hold."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [("erase_customer", _("Can erase customers"))]
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="loyalty_customer_external_id"),
            models.UniqueConstraint(
                fields=["store", "user"], condition=Q(user__isnull=False), name="loyalty_customer_one_per_user"
            ),
            models.CheckConstraint(
                condition=Q(alias_of__isnull=True) | ~Q(alias_of=models.F("id")), name="loyalty_customer_no_self_alias"
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class Purpose(models.TextChoices):
    """What a customer can allow; `preferences` covers profiling and personalised rows."""

    PREFERENCES = "preferences", _("personalisation")
    ANALYTICS = "analytics", _("analytics")
    MARKETING = "marketing", _("marketing")
    SALE_OF_DATA = "sale_of_data", _("sale of data")


class ConsentRecord(models.Model):
    """One choice of one customer; append only, the latest row of a purpose rules."""

    customer = models.ForeignKey(Customer, models.CASCADE, verbose_name=_("customer"), related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose)
    granted = models.BooleanField(_("granted"))
    source = models.CharField(_("source"), max_length=64)
    text_version = models.CharField(_("text version"), max_length=32, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["customer", "purpose", "-id"], name="loyalty_consent_latest")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.purpose} {'+' if self.granted else '-'}"


class Product(models.Model):
    """A mirror of the shop's catalogue; price and stock on a page come live through the adapter."""

    id = models.AutoField(primary_key=True)  # integer: recommendation arrays hold it
    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="products")
    external_id = models.CharField(_("product id in the shop"), max_length=128)
    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    category = models.CharField(_("category path"), max_length=300, blank=True)
    brand = models.CharField(_("brand"), max_length=120, blank=True)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    available = models.BooleanField(_("available"), default=True)
    url = models.CharField(_("address"), max_length=500, blank=True)
    image = models.CharField(_("image"), max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    created_at = models.DateTimeField(_("first seen"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [models.UniqueConstraint(fields=["store", "external_id"], name="loyalty_product_external_id")]

    def __str__(self) -> str:
        return self.title or self.external_id


class Order(models.Model):
    """One order; its lines are the purchase and refund events that point at it."""

    class Status(models.TextChoices):
        PLACED = "placed", _("placed")
        CANCELLED = "cancelled", _("cancelled")
        REFUNDED = "refunded", _("refunded")

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="orders")
    customer = models.ForeignKey(
        Customer, models.CASCADE, verbose_name=_("customer"), null=True, blank=True, related_name="orders"
    )
    ref = models.CharField(_("order number"), max_length=128)
    placed_at = models.DateTimeField(_("placed"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PLACED)
    goods = models.DecimalField(_("goods"), max_digits=16, decimal_places=2, default=0)
    discount = models.DecimalField(_("discount"), max_digits=16, decimal_places=2, default=0)
    shipping = models.DecimalField(_("shipping"), max_digits=16, decimal_places=2, default=0)
    tax = models.DecimalField(_("tax"), max_digits=16, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [models.UniqueConstraint(fields=["store", "ref"], name="loyalty_order_ref")]
        indexes = [models.Index(fields=["customer", "-placed_at"], name="loyalty_order_customer")]

    def __str__(self) -> str:
        return self.ref


class EventType(models.IntegerChoices):
    """GA4's event names by code; the label is the name that files, adapters and the API use."""

    PURCHASE = 1, "purchase"
    REFUND = 2, "refund"
    VIEW_ITEM_LIST = 3, "view_item_list"
    SELECT_ITEM = 4, "select_item"
    VIEW_ITEM = 5, "view_item"
    ADD_TO_WISHLIST = 6, "add_to_wishlist"
    ADD_TO_CART = 7, "add_to_cart"
    REMOVE_FROM_CART = 8, "remove_from_cart"
    VIEW_CART = 9, "view_cart"
    BEGIN_CHECKOUT = 10, "begin_checkout"
    SEARCH = 11, "search"
    HIDE_ITEM = 12, "hide_item"


NEEDS_NO_CONSENT = (EventType.PURCHASE, EventType.REFUND, EventType.HIDE_ITEM)
"""Purchases and refunds rest on the contract, and a hidden product is the shopper's own wish; all else is behaviour."""


class Event(models.Model):
    """Something that happened; append only. `value` is the line total after discount, never negative."""

    # Store and customer lead an index below; one of their own would only slow the log down.
    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="events", db_index=False)
    customer = models.ForeignKey(
        Customer,
        models.CASCADE,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        related_name="events",
        db_index=False,
    )
    type = models.PositiveSmallIntegerField(_("type"), choices=EventType)
    product = models.ForeignKey(
        Product, models.PROTECT, verbose_name=_("product"), null=True, blank=True, related_name="events"
    )
    order = models.ForeignKey(
        Order, models.CASCADE, verbose_name=_("order"), null=True, blank=True, related_name="events"
    )
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=4, default=0)
    occurred_at = models.DateTimeField(_("occurred"))
    session = models.CharField(_("session"), max_length=64, blank=True)
    source = models.CharField(_("source"), max_length=32)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["customer", "occurred_at"], name="loyalty_event_customer"),
            models.Index(fields=["store", "occurred_at"], name="loyalty_event_store"),
            # Behaviour expires before purchases do, and is found without a walk over them.
            models.Index(
                fields=["store", "occurred_at"],
                condition=~Q(type__in=[event_type.value for event_type in NEEDS_NO_CONSENT]),
                name="loyalty_event_behaviour",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0), name="loyalty_event_value_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.pk}"


class EventKey(models.Model):
    """What makes ingestion idempotent; apart from Event so that Event can be partitioned."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="event_keys", db_index=False)
    source = models.CharField(max_length=32)
    key = models.CharField(max_length=160)
    fingerprint = models.BinaryField(max_length=16)
    event_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("event key")
        verbose_name_plural = _("event keys")
        constraints = [models.UniqueConstraint(fields=["store", "source", "key"], name="loyalty_event_key")]
        indexes = [models.Index(fields=["event_id"], name="loyalty_event_key_event")]

    def __str__(self) -> str:
        return f"{self.source}:{self.key}"


class Mute(models.Model):
    """What a person does not want to be shown; a `hide_item` event of theirs leaves one too."""

    class Kind(models.TextChoices):
        PRODUCT = "product", _("product")
        CATEGORY = "category", _("category")
        BRAND = "brand", _("brand")

    customer = models.ForeignKey(
        Customer, models.CASCADE, verbose_name=_("customer"), related_name="mutes", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    value = models.CharField(
        _("what"), max_length=300, help_text=_("The product's id in the shop, a category path or a brand.")
    )
    created_at = models.DateTimeField(_("since"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        constraints = [models.UniqueConstraint(fields=["customer", "kind", "value"], name="loyalty_mute_once")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.value}"


class ForgottenEvent(models.Model):
    """An event that the person asked to forget. Behaviour is gone and its key stays; a line of an order stays as an order."""

    customer = models.ForeignKey(Customer, models.CASCADE, verbose_name=_("customer"), related_name="forgotten_events")
    event_id = models.BigIntegerField(_("event"), unique=True)
    created_at = models.DateTimeField(_("forgotten"), auto_now_add=True)

    class Meta:
        verbose_name = _("forgotten event")
        verbose_name_plural = _("forgotten events")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.event_id}"


class FreshStart(models.Model):
    """A person's wish to begin anew: nothing that happened before `since` is used for what they are shown."""

    customer = models.ForeignKey(Customer, models.CASCADE, verbose_name=_("customer"), related_name="fresh_starts")
    since = models.DateTimeField(_("used since"), help_text=_("By the shop's clock."))
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)

    class Meta:
        verbose_name = _("fresh start")
        verbose_name_plural = _("fresh starts")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.since:%Y-%m-%d}"


class RejectedRow(models.Model):
    """A record that ingest did not take, with where it stood and why, so that the shop can mend and send it again."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="rejected_rows")
    source = models.CharField(_("source"), max_length=32)
    location = models.CharField(_("where"), max_length=300, help_text=_("File and line, or the key of the record."))
    code = models.CharField(_("code"), max_length=40)
    reason = models.CharField(_("reason"), max_length=500)
    raw = models.JSONField(_("record"), default=dict)
    digest = models.BinaryField(max_length=16, editable=False)
    created_at = models.DateTimeField(_("rejected"), auto_now_add=True)

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        constraints = [models.UniqueConstraint(fields=["store", "digest"], name="loyalty_rejected_row_once")]

    def __str__(self) -> str:
        return f"{self.location}: {self.reason}"


class ErasureRecord(models.Model):
    """What is left of an erased customer: a keyed digest that blocks re-import, and what was removed."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="erasures")
    digest = models.BinaryField(_("digest"), max_length=32)
    key_version = models.CharField(_("key version"), max_length=16)
    counts = models.JSONField(_("rows removed"), default=dict)
    receipt = models.JSONField(_("receipt"), default=dict)
    erased_at = models.DateTimeField(_("erased"), auto_now_add=True)
    lifted_at = models.DateTimeField(_("lifted by a fresh consent"), null=True, blank=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "digest"], condition=Q(lifted_at__isnull=True), name="loyalty_erasure_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.erased_at:%Y-%m-%d}"
