"""Who is shopping: the customer number stands in the session, so that pages need no query for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from shop_demo.models import Customer

SESSION_KEY = "customer"


def remember_customer(*, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Keep the customer number of who signs in."""
    number = Customer.objects.filter(user=user).values_list("number", flat=True).first()
    if number:
        request.session[SESSION_KEY] = number
    else:
        request.session.pop(SESSION_KEY, None)


def customer_number(request: HttpRequest) -> str | None:
    """The number of the customer who sends this request, None for a guest."""
    session = getattr(request, "session", None)
    return session.get(SESSION_KEY) if session is not None else None
