"""The assistant's pages for shoppers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from loyalty_ai.assistant.documents import document_for, html_of, parts_of
from loyalty_ai.serving.page import identify


@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """A policy of the shop in the reader's language; `?version=` shows an older one, as earlier answers cite it."""
    asked = request.GET.get("version", "")
    version = int(asked) if asked.isdecimal() and len(asked) < 9 else None
    store, language = identify(request)["store"], (get_language() or "").lower()
    found = document_for(store=store, slug=slug, language=language, version=version)
    if found is None:
        raise Http404(f"there is no document {slug}")
    parts = parts_of(found.body)
    context = {
        "document": found,
        "html": html_of(parts),
        "headings": [part for part in parts if part.level == 2 and part.heading],
    }
    response = render(request, "loyalty_ai/assistant/document.html", context)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
