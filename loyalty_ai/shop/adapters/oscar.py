"""django-oscar 4: its catalogue, orders and cancellations by sync; orders, views and basket additions also as they happen.

A product is what has a page: variants (children) count as their parent. `OPTIONS`: `cancelled`, the order statuses that mean
that the money went back; `including_tax`, whether values are with tax; `states`, what the shop's own order statuses mean.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.postgres.aggregates import StringAgg
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import BooleanField, Case, CharField, Exists, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty_ai.conf import StoreSettings
from loyalty_ai.shop.adapters.base import CartItem, EventRecord, OrderedItem, OrderRecord, ProductRecord
from loyalty_ai.shop.adapters.generic import DjangoShop, Source, possible
from loyalty_ai.shop.consent import sends_gpc

logger = logging.getLogger(__name__)

STATES = {
    "Pending": "placed",
    "Being processed": "preparing",
    "Processed": "preparing",
    "Shipped": "dispatched",
    "Dispatched": "dispatched",
    "Complete": "delivered",
    "Delivered": "delivered",
    "Cancelled": "cancelled",
    "Refunded": "returned",
    "Returned": "returned",
}
"""What the usual names of order statuses and shipping events mean to a shopper."""


class OscarShop(DjangoShop):
    """A django-oscar shop in this project.

    Prices are the stock record's, the cheapest variant's; a shop whose strategy computes others overrides `finish`.
    """

    live = True
    has_cart = True

    def __init__(
        self,
        store: StoreSettings,
        *,
        cancelled: tuple[str, ...] = ("Cancelled", "Refunded", "Returned"),
        including_tax: bool = True,
        states: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(store, **options)
        self.cancelled = tuple(cancelled)
        self.including_tax = including_tax
        self.states = dict.fromkeys(self.cancelled, "cancelled") | STATES | dict(states or {})
        self.line_value = "line_price_incl_tax" if including_tax else "line_price_excl_tax"

    @cached_property
    def customer_source(self) -> Source:
        addresses = apps.get_model("address.UserAddress").objects.filter(user=OuterRef("pk"))
        country = addresses.order_by("-is_default_for_shipping", "-pk").values("country")[:1]
        region = Coalesce(Subquery(country, output_field=CharField()), Value(""))
        return Source(settings.AUTH_USER_MODEL, user_id="pk", joined_at="date_joined", region=region)

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

    def orders(self, customer_id: str, *, limit: int = 20, order_id: str | None = None) -> list[OrderRecord]:
        """From oscar's own tables, in three queries however many they are."""
        orders, lines = apps.get_model("order.Order").objects, apps.get_model("order.Line").objects
        found = orders.filter(user__in=possible([customer_id], get_user_model()._meta.pk))
        if order_id is not None:
            found = found.filter(number__iexact=order_id)
        shipping = apps.get_model("order.ShippingEvent").objects.select_related("event_type").order_by("pk")
        found = found.order_by("-date_placed", "-pk").prefetch_related(
            Prefetch("lines", queryset=lines.select_related("product").order_by("pk")),
            Prefetch("shipping_events", queryset=shipping),
        )
        return [self._order(order) for order in found[:limit]]

    def _order(self, order: Any) -> OrderRecord:
        items: dict[str, OrderedItem] = {}
        for line in order.lines.all():
            if line.product is None:  # deleted since
                continue
            key = _page_of(line.product)
            known = items.get(key) or OrderedItem(key, line.title, 0, Decimal(0))
            value, back = getattr(line, self.line_value), self.states.get(line.status) == "returned"
            items[key] = replace(
                known,
                units=known.units + line.quantity,
                value=known.value + value,
                returned=known.returned + (line.quantity if back else 0),
                refunded=known.refunded + (value if back else 0),
            )
        try:
            url = reverse("customer:order", kwargs={"order_number": order.number})
        except NoReverseMatch:
            url = ""
        return OrderRecord(
            order.number,
            order.date_placed,
            self._state(order),
            order.total_incl_tax,
            order.currency,
            tuple(items.values()),
            url=url,
        )

    def _state(self, order: Any) -> str:
        """What the order's status means; where nobody says, what its latest shipping event does."""
        names = [order.status, *(event.event_type.name for event in reversed(order.shipping_events.all()))]
        return next((self.states[name] for name in names if name in self.states), "placed")

    def cart(self, request: HttpRequest) -> list[CartItem]:
        """The open basket; variants of one product count together."""
        items: dict[str, CartItem] = {}
        for line in _basket_lines(request):
            key = _page_of(line.product)
            known = items.get(key) or CartItem(key, line.product.get_title(), 0, self._amount(line.purchase_info.price))
            items[key] = replace(known, units=known.units + line.quantity)
        return list(items.values())

    def _amount(self, price: Any) -> Decimal | None:
        """One unit as the shop shows it, None where it has no price now."""
        if not price.exists:
            return None
        return price.incl_tax if self.including_tax and price.is_tax_known else price.excl_tax

    def change_cart(self, request: HttpRequest, units: Mapping[str, int]) -> dict[str, int]:
        return {product_id: self._hold(request, product_id, wanted) for product_id, wanted in units.items()}

    def _hold(self, request: HttpRequest, product_id: str, wanted: int) -> int:
        """Let the basket hold so many units of a product; a product with several variants only as it stands there."""
        from oscar.apps.basket.signals import basket_addition

        basket = request.basket
        lines = [line for line in _basket_lines(request) if _page_of(line.product) == product_id]
        held = sum(line.quantity for line in lines)
        for line in reversed(lines):
            surplus = min(line.quantity, max(held - wanted, 0))
            held -= surplus
            line.quantity -= surplus
            if not line.quantity:
                line.delete()
            elif surplus:
                line.save()
        if held < wanted and (product := self._buyable(product_id, lines)) is not None:
            room, _most = basket.max_allowed_quantity()
            wanted = wanted if room is None else min(wanted, held + room)
            stock = basket.strategy.fetch_for_product(product).availability
            for most in (wanted, min(wanted, getattr(stock, "num_available", 0))):
                if most > held and stock.is_purchase_permitted(most)[0]:
                    basket.add_product(product, most - held)
                    basket_addition.send(sender=type(self), product=product, user=request.user, request=request)
                    held = most
                    break
        basket.reset_offer_applications()
        return held

    @staticmethod
    def _buyable(product_id: str, lines: list[Any]) -> Any:
        """What is put into the basket for a product's page: itself, or its variant where there is no choice."""
        products = apps.get_model("catalogue.Product").objects.filter(is_public=True).exclude(structure="parent")
        if lines:
            products = products.filter(pk__in={line.product_id for line in lines})
        else:
            keys = possible([product_id], products.model._meta.pk)
            products = products.filter(Q(parent=None, pk__in=keys) | Q(parent__in=keys, parent__is_public=True))
        found = list(products[:2])
        return found[0] if len(found) == 1 else None

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


def _page_of(product: Any) -> str:
    """The id of the product whose page shows this one."""
    return str(product.parent_id or product.pk)


def _basket_lines(request: HttpRequest) -> list[Any]:
    basket = getattr(request, "basket", None)
    return [] if basket is None or basket.is_empty else list(basket.all_lines())


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
        product_id=_page_of(product),
        session=(session.session_key or "") if session is not None else "",
        gpc=sends_gpc(request),
    )


def _installed(name: str) -> bool:
    """Whether the app or a fork of it (same label) is installed."""
    label = name.rpartition(".")[2]
    return any(config.label == label for config in apps.get_app_configs())
