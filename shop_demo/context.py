"""What every page of the shop knows, without a query beyond the session's own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from shop_demo.accounts import customer_name, customer_number
from shop_demo.cart import units_in_cart
from shop_demo.shelves import DEPARTMENTS


def shop(request: HttpRequest) -> dict[str, Any]:
    """Who is shopping, the units in the cart, the departments and the languages."""
    return {
        "customer_number": customer_number(request),
        "customer_name": customer_name(request),
        "cart_units": sum(units_in_cart(request).values()),
        "departments": DEPARTMENTS,
        "languages": settings.LANGUAGES,  # each under its own name, whatever language the page is in
    }
