"""The page that says how recommendations are made here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from loyalty_ai.conf import app_settings
from loyalty_ai.privacy.transparency import facts

KEPT_SECONDS = 300
"""How long the page may be kept; a setting or a version that changes shows after it."""


@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    """`GET how-it-works/`: for everybody, no sign-in.

    The page says nothing about who reads it. Anybody's cache may keep it, unless the frame that the shop puts around it does:
    a session that was read, a form with a token.
    """
    slug = getattr(request, "loyalty_store", None) or next(iter(app_settings.STORES), "")
    response = render(request, "loyalty_ai/privacy/transparency.html", facts(slug))
    session = getattr(request, "session", None)
    framed_for_one = (session is not None and session.accessed) or "CSRF_COOKIE" in request.META
    patch_cache_control(response, max_age=KEPT_SECONDS, **{"private" if framed_for_one else "public": True})
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
