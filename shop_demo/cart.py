"""The cart: codes and units in the session, nothing else, so that prices and stock are always today's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest

from shop_demo.models import Product
from shop_demo.tracking import begin_visit, tell

SESSION_KEY = "cart"
MOST_UNITS = 999


@dataclass(frozen=True, slots=True)
class CartLine:
    """One product in the cart; `units` never exceed the stock when they were last changed."""

    product: Product
    units: int

    @property
    def value(self) -> Decimal:
        return self.units * self.product.price

    @property
    def too_many(self) -> bool:
        """Whether the stock no longer covers the units."""
        return self.units > self.product.stock


@dataclass(frozen=True, slots=True)
class Cart:
    """The lines in the order in which they were added."""

    lines: list[CartLine]

    @property
    def total(self) -> Decimal:
        return sum((line.value for line in self.lines), Decimal(0))

    @property
    def skus(self) -> list[str]:
        return [line.product.sku for line in self.lines]

    @property
    def orderable(self) -> bool:
        return bool(self.lines) and not any(line.too_many for line in self.lines)


def units_in_cart(request: HttpRequest) -> dict[str, int]:
    """Units by product code; no query beyond the session's own."""
    session = getattr(request, "session", None)
    return session.get(SESSION_KEY, {}) if session is not None else {}


def read_cart(request: HttpRequest) -> Cart:
    """The cart with today's products, in one query."""
    units = units_in_cart(request)
    products = Product.objects.in_bulk(list(units), field_name="sku") if units else {}
    return Cart([CartLine(products[sku], count) for sku, count in units.items() if sku in products])


def set_units(request: HttpRequest, product: Product, units: int) -> int:
    """Put this many units of a product into the cart, as far as the stock goes; the units that are there now."""
    cart = dict(units_in_cart(request))
    units = max(0, min(units, product.stock, MOST_UNITS))
    if units:
        cart[product.sku] = units
    else:
        cart.pop(product.sku, None)
    request.session[SESSION_KEY] = cart
    return units


def change_units(request: HttpRequest, product: Product, units: int) -> int:
    """`set_units`, told to whoever listens; the units that are there now."""
    before = units_in_cart(request).get(product.sku, 0)
    now = set_units(request, product, units)
    if now > before:
        begin_visit(request)
        tell(request, "add_to_cart", product, now - before)
    elif now < before:
        tell(request, "remove_from_cart", product, before - now)
    return now


def empty_cart(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)
