"""The published half of the keys that sign receipts."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from loyalty_ai.privacy.receipts import public_keys

KEPT_SECONDS = 3600
"""How long whoever fetched the keys may keep them."""


@require_safe
@cache_control(public=True, max_age=KEPT_SECONDS)
def receipt_keys(request: HttpRequest) -> JsonResponse:
    """`GET receipts/keys/`: the key set, for everybody."""
    return JsonResponse(public_keys(), content_type="application/jwk-set+json")
