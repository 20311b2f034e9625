"""django-oscar 4: its catalogue, orders and cancellations by sync; orders, views and basket additions also as they happen.

A product is what has a page: variants (children) count as their parent. `OPTIONS`: `cancelled`, the order statuses that mean
that the money went back; `including_tax`, whether values are with tax.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.aggregates import StringAgg
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty_ai.conf import StoreSettings
from loyalty_ai.shop.adapters.base import EventRecord, ProductRecord
from loyalty_ai.shop.adapters.generic import DjangoShop, Source

logger = logging.getLogger(__name__)


class OscarShop(DjangoShop):
    """A django-oscar shop in this project.

    Prices are the stock record's, the cheapest variant's; a shop whose strategy computes others overrides `finish`.
    """

    live = True

    def __init__(
        self,
        store: StoreSettings,
        *,
        cancelled: tuple[str, ...] = ("Cancelled", "Refunded", "Returned"),
        including_tax: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(store, **options)
        self.cancelled = tuple(cancelled)
        self.line_value = "line_price_incl_tax" if including_tax else "line_price_excl_tax"

    customer_source = Source(settings.AUTH_USER_MODEL, user_id="pk", joined_at="date_joined")

    @cached_property
    def product_source(self) -> Source:
        stock_model, image_model = apps.get_model("partner.StockRecord"), apps.get_model("catalogue.ProductImage")
        own_or_variant = Q(product=OuterRef("pk")) | Q(product__parent=OuterRef("pk"))
        stock = stock_model.objects.filter(own_or_variant).order_by("price", "pk")
        in_stock = stock.filter(num_in_stock__gt=Coalesce("num_allocated", 0))
        untracked = Q(product_class__track_stock=False) & Exists(stock)
        images = image_model.objects.filter(own_or_variant).order_by("product__structure", "display_order")
        return Source(
            "catalogue.Product",
            where=~Q(structure="child"),
            changed=Greatest(F("date_updated"), Subquery(stock.order_by("-date_updated").values("date_updated")[:1])),
            title="title",
            description="description",
            category=Subquery(self._category_path()),
            price=Subquery(stock.values("price")[:1]),
            currency=Subquery(stock.values("price_currency")[:1]),
            available=Case(When(untracked | Exists(in_stock), then=True), default=False, output_field=BooleanField()),
            url="slug",
            image=Subquery(images.values("original")[:1]),
            withdrawn=Case(When(is_public=True, then=False), default=True, output_field=BooleanField()),
        )

    @cached_property
    def event_sources(self) -> list[Source]:
        return [self.line_source, self.cancellation_source]

    @cached_property
    def line_source(self) -> Source:
        return Source(
            "order.Line",
            type=Value("purchase"),
            occurred_at="order__date_placed",
            customer_id="order__user_id",
            product_id=Coalesce("product__parent_id", "product_id"),
            order_id="order__number",
            quantity="quantity",
            value=self.line_value,
        )

    @cached_property
    def cancellation_source(self) -> Source:
        """All lines of an order, at the first time that it was cancelled."""
        changes = apps.get_model("order.OrderStatusChange").objects.filter(new_status__in=self.cancelled)
        earlier = changes.filter(order=OuterRef("order"), pk__lt=OuterRef("pk"))
        return Source(
            "order.OrderStatusChange",
            where=Q(~Exists(earlier), new_status__in=self.cancelled, order__lines__isnull=False),
            key="order__lines__pk",
            type=Value("refund"),
            occurred_at="date_created",
            customer_id="order__user_id",
            product_id=Coalesce("order__lines__product__parent_id", "order__lines__product_id"),
            order_id="order__number",
            quantity="order__lines__quantity",
            value=f"order__lines__{self.line_value}",
        )

    def finish(self, product: ProductRecord) -> ProductRecord:
        """The page's address from the slug, the picture's from its storage."""
        try:
            url = reverse("catalogue:detail", kwargs={"product_slug": product.url, "pk": product.product_id})
        except NoReverseMatch:  # a shop with addresses of its own: it overrides this
            url = ""
        image = default_storage.url(product.image) if product.image else ""
        return replace(super().finish(product), url=url, image=image)

    def connect(self, record: Callable[..., None]) -> None:
        from oscar.apps.basket.signals import basket_addition
        from oscar.apps.catalogue.signals import product_viewed
        from oscar.apps.order.signals import order_placed

        def tell_order(order: Any) -> None:
            """Read as the sync reads it, so that both tell the same events."""
            rows = self.line_source.rows().filter(order=order.pk)
            record(*[line for line, _cursor in self.line_source.read(rows, EventRecord)])

        def on_order(order: Any, **kwargs: Any) -> None:
            transaction.on_commit(lambda: tell_order(order), robust=True)

        def on_view(product: Any, request: Any, **kwargs: Any) -> None:
            record(_behaviour("view_item", product, request))

        def on_basket_addition(product: Any, request: Any, **kwargs: Any) -> None:
            record(_behaviour("add_to_cart", product, request))

        receivers = {order_placed: on_order, product_viewed: on_view, basket_addition: on_basket_addition}
        for signal, receive in receivers.items():
            signal.connect(
                quietly(receive), weak=False, dispatch_uid=f"loyalty_ai:{self.store.slug}:{receive.__name__}"
            )

    def check(self) -> list[str]:
        missing = [name for name in ("oscar", "oscar.apps.catalogue", "oscar.apps.order") if not _installed(name)]
        if missing:
            return [
                _("%(apps)s is not in INSTALLED_APPS; OscarShop needs django-oscar.") % {"apps": ", ".join(missing)}
            ]
        return super().check()

    @staticmethod
    def _category_path() -> Any:
        """`Home / Kitchen`: the names on the way down to the product's first category."""
        first = (
            apps.get_model("catalogue.ProductCategory")
            .objects.filter(product=OuterRef(OuterRef("pk")))
            .order_by("pk")
            .values("category__path")[:1]
        )
        return (
            apps.get_model("catalogue.Category")
            .objects.alias(leaf=Subquery(first))
            .filter(leaf__startswith=F("path"))
            .order_by()
            .values(whole=Value(1))
            .annotate(names=StringAgg("name", " / ", ordering="path"))
            .values("names")
        )


def quietly(receive: Callable[..., None]) -> Callable[..., None]:
    """A receiver whose errors are logged: oscar sends inside the checkout, which an exception would break."""

    def receiver(sender: Any, **kwargs: Any) -> None:
        try:
            receive(**kwargs)
        except Exception:
            logger.exception("an event of the shop was not recorded")

    return receiver


def _behaviour(kind: str, product: Any, request: Any) -> EventRecord:
    user, session = getattr(request, "user", None), getattr(request, "session", None)
    return EventRecord(
        key=f"live:{uuid4()}",
        type=kind,
        occurred_at=timezone.now(),
        customer_id=str(user.pk) if user is not None and user.is_authenticated else None,
        product_id=str(product.parent_id or product.pk),
        session=(session.session_key or "") if session is not None else "",
    )


def _installed(name: str) -> bool:
    """Whether the app or a fork of it (same label) is installed."""
    label = name.rpartition(".")[2]
    return any(config.label == label for config in apps.get_app_configs())
