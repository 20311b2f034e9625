"""Who asks and what they see as they ask, read from a request; nothing of it comes from the words of a question."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from rest_framework.throttling import BaseThrottle

from loyalty_ai.conf import get_adapter
from loyalty_ai.serving.page import guarded, identify
from loyalty_ai.shop.models import Product

logger = logging.getLogger(__name__)

SESSION_KEY = "loyalty_assistant"
CART_LINES = 100
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
ENOUGH_WORDS = 3
"""So many Latin words are a sentence; fewer may be the name of a product in any language."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose conversations a request may see.

    Args:
        store: its slug.
        customer_id: the shop's own id of who is signed in, None for a stranger.
        digest: SHA-256 of a secret in their session, for a stranger and for somebody of whom nothing may be kept; None where
            the session has none yet.
    """

    store: str
    customer_id: str | None
    digest: bytes | None

    @property
    def nobody(self) -> bool:
        """Whether there can be no conversation of theirs."""
        return self.customer_id is None and self.digest is None


def owner_of(request: HttpRequest, *, remember: bool = False) -> Owner:
    """Who sends the request.

    Args:
        remember: give the session a secret where it has none, so that a conversation can be kept for it.
    """
    asking = identify(request)
    session = getattr(request, "session", None)
    secret = session.get(SESSION_KEY) if session is not None else None
    if secret is None and remember and session is not None:
        secret = session[SESSION_KEY] = secrets.token_urlsafe(32)
    # The customer is part of it: what somebody asked signed out is not theirs when signed in, nor the other way round.
    digest = hashlib.sha256(f"{secret}\0{asking['customer_id'] or ''}".encode()).digest() if secret else None
    return Owner(asking["store"], asking["customer_id"], digest)


def address_of(request: HttpRequest) -> str:
    """The network address of who sends the request; behind proxies as many as REST framework's `NUM_PROXIES` says."""
    return BaseThrottle().get_ident(request)


def page_language() -> str:
    """ "zh-hans" where the page is in Chinese, else "en"."""
    return "zh-hans" if (get_language() or "").startswith("zh") else "en"


def spoken(language: str) -> str:
    """The project's own variety of a language ("en-gb" of "en"), so that dates are written as on its pages."""
    own = settings.LANGUAGE_CODE
    return own if own.partition("-")[0] == language else language


def language_of(text: str) -> str:
    """The language to answer in: by the text's script, else the page's."""
    if HAN.search(text):
        return "zh-hans"
    return "en" if len(LATIN_WORD.findall(text)) >= ENOUGH_WORDS else page_language()


def surroundings(request: HttpRequest, *, text: str, product: str = "") -> dict[str, Any]:
    """The page, the cart, the time and the language of a question, as its message keeps them.

    Args:
        product: the shop's id of the product whose page is open, as the page says; kept if the store has it.
    """
    asking = identify(request)
    store = asking["store"]
    adapter = get_adapter(store)
    known = product and len(product) <= 128 and "\0" not in product
    known = known and Product.objects.filter(store__slug=store, external_id=product).exists()
    return {
        "language": language_of(text),
        "now": adapter.now().isoformat(),
        "product": product if known else "",
        "cart": read_cart(request, store),
        "gpc": asking["gpc"],
    }


def read_cart(request: HttpRequest, store: str) -> list[dict[str, Any]] | None:
    """The cart as JSON, None where the shop shows none or fails to."""
    adapter = get_adapter(store)
    if not adapter.has_cart:
        return None
    try:
        with guarded():
            items = adapter.cart(request)[:CART_LINES]
    except Exception:  # the adapter is the shop's code: whatever it raises, the question is answered without the cart
        logger.exception("adapter failed to show the cart", extra={"store": store})
        return None
    return [
        {
            "product_id": item.product_id,
            "title": item.title,
            "units": item.units,
            "price": None if item.price is None else str(item.price),
        }
        for item in items
    ]
