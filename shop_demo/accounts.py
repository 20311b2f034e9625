"""Who is shopping: the customer's number and name stand in the session, so that pages need no query for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop_demo.models import Customer, Opening

SESSION_KEY = "customer"
PASSWORD = "come-back-soon"  # noqa: S105 - shown on the sign-in page of the demo
ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account to look around with: a real customer of the log under an invented first name."""

    name: str
    number: str
    about: Promise


DEMO_ACCOUNTS = (
    DemoAccount("Maya", "16458", _("buys bags, again and again")),
    DemoAccount("Grace", "14560", _("fills her kitchen")),
    DemoAccount("Ruby", "15738", _("is always planning a party")),
    DemoAccount("Finn", "17402", _("shops for children")),
    DemoAccount("Tom", "16438", _("came in autumn, likes candlelight")),
    DemoAccount("Ingrid", "14646", _("orders from Amsterdam, the best customer of all")),
    DemoAccount("Edith", "15535", _("has not been here since June")),
    DemoAccount("Nina", "20001", _("has never bought anything")),
)


def remember_customer(*, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Keep number and name of who signs in."""
    number = Customer.objects.filter(user=user).values_list("number", flat=True).first()
    if number:
        request.session[SESSION_KEY] = [number, user.first_name or user.get_username()]
    else:
        request.session.pop(SESSION_KEY, None)


def customer_number(request: HttpRequest) -> str | None:
    """The number of the customer who sends this request, None for a guest."""
    return _remembered(request)[0]


def customer_name(request: HttpRequest) -> str:
    """The first name of the customer who sends this request, empty for a guest."""
    return _remembered(request)[1]


def open_demo_accounts() -> int:
    """Make the demo's accounts and its admin where they are missing; how many were made."""
    users = get_user_model()
    known = set(users.objects.values_list("username", flat=True))
    secret = make_password(PASSWORD)
    made = 0
    with transaction.atomic():
        if ADMIN not in known:
            users.objects.create_superuser(ADMIN, password=PASSWORD)
            made += 1
        for account in DEMO_ACCOUNTS:
            username = account.name.lower()
            if username in known:
                continue
            user = users.objects.create(username=username, first_name=account.name, password=secret)
            opening = Opening.objects.first()
            joined = opening.now() if opening else timezone.now()
            Customer.objects.update_or_create(
                number=account.number,
                defaults={"user": user, "changed_at": timezone.now()},
                create_defaults={"user": user, "joined_at": joined, "changed_at": timezone.now()},
            )
            made += 1
    return made


def _remembered(request: HttpRequest) -> tuple[str | None, str]:
    session = getattr(request, "session", None)
    number, name = (session.get(SESSION_KEY) if session is not None else None) or (None, "")
    return number, name
