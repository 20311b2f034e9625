"""What every page of the shop knows, without a query beyond the session's own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from shop_demo.accounts import customer_name, customer_number
from shop_demo.cart import units_in_cart
from shop_demo.shelves import DEPARTMENTS


def shop(request: HttpRequest) -> dict[str, Any]:
    """Who is shopping, the units in the cart, and the departments."""
    return {
        "customer_number": customer_number(request),
        "customer_name": customer_name(request),
        "cart_units": sum(units_in_cart(request).values()),
        "departments": DEPARTMENTS,
    }
