from __future__ import annotations

from django.http import HttpRequest


def cart(request: HttpRequest) -> dict[str, int]:
    """The number of units in the cart, for the header."""
    session = getattr(request, "session", {})
    return {"cart_units": sum(session.get("cart", {}).values())}
