"""Whether it is really the person: before their data leave or are erased, they give their password once more.

Django's own backends judge it. A project whose people sign in otherwise names its page in `LOYALTY_AI["CONFIRM_URL"]`; that page
asks in its own way, calls `confirm(request)` and sends them back to `?next=`.
"""

from __future__ import annotations

import time

from django.contrib.auth import authenticate
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.settings import api_settings

from loyalty_ai.shop.actors import ScopedThrottle

SESSION_KEY = "loyalty_ai_confirmed"

LASTS = 600
"""Seconds that a confirmation holds in the session."""

RATES = {"loyalty_choices": "60/min", "loyalty_export": "10/hour"}
"""What holds where the project gives no rate of its own: these scopes are never without one."""


def confirm(request: HttpRequest) -> None:
    """Remember that the person who is signed in just proved who they are."""
    request.session[SESSION_KEY] = [str(request.user.pk), time.time()]


def is_confirmed(request: HttpRequest) -> bool:
    """Whether whoever is signed in proved it a moment ago."""
    session = getattr(request, "session", None)
    who, at = (session.get(SESSION_KEY) if session is not None else None) or ("", 0.0)
    return request.user.is_authenticated and who == str(request.user.pk) and 0 <= time.time() - at < LASTS


def proves(request: HttpRequest, password: str) -> bool:
    """Whether the person proved it a moment ago, or this is their password; a right one is remembered in the session."""
    if is_confirmed(request):
        return True
    user = request.user
    if not password or not user.is_authenticated:
        return False
    found = authenticate(request, username=user.get_username(), password=password)
    if found is None or found.pk != user.pk:
        return False
    if getattr(request, "session", None) is not None:
        confirm(request)
    return True


class Throttle(ScopedThrottle):
    """Obeys the scope's rate in the project's settings, else `RATES`."""

    def get_rate(self) -> str:
        return api_settings.DEFAULT_THROTTLE_RATES.get(self.scope) or RATES[self.scope]


class Asked:
    """What a throttle wants to know of a view."""

    def __init__(self, scope: str) -> None:
        self.throttle_scope = scope


def too_often(request: HttpRequest | Request, scope: str) -> bool:
    """Whether this person asks more often than the scope allows; counts the request."""
    return not Throttle().allow_request(request, Asked(scope))
