"""The widgets as template tags: ``{% load loyalty_ai %}``. A widget may be empty; it may not break a page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Context, TemplateDoesNotExist, TemplateSyntaxError
from django.utils.safestring import SafeString, mark_safe

from loyalty_ai.actions import showing
from loyalty_ai.assistant.suggestions import Assistant
from loyalty_ai.serving import widgets
from loyalty_ai.serving.page import LoyaltyPage

logger = logging.getLogger(__name__)
register = template.Library()

EMPTY = mark_safe("")


@register.simple_tag(takes_context=True)
def loyalty_page(context: Context, product: object = None, products: object = ()) -> str:
    """Names the products this page is about, so that all its widgets share one read; stands above the widgets."""
    request = context.get("request")
    if request is not None:
        LoyaltyPage.of(request).want([*widgets.ids(product), *widgets.ids(products)])
    return EMPTY


@register.simple_tag(takes_context=True)
def recommendations(context: Context, limit: int = 8, title: str | None = None, list: str = "recommended") -> str:
    """A row for this customer; `list` is recommended, discover, buy_again or popular."""
    return render(context, "row", "widget", lambda r: widgets.recommendations(r, limit=limit, title=title, kind=list))


@register.simple_tag(takes_context=True)
def similar_items(context: Context, product: object, limit: int = 6, title: str | None = None) -> str:
    """Products similar to one product, by the shop's own id."""
    return render(context, "row", "widget", lambda r: widgets.similar_items(r, product, limit=limit, title=title))


@register.simple_tag(takes_context=True)
def bought_together(context: Context, product: object, limit: int = 4, title: str | None = None) -> str:
    """Products often bought with one product, or with any of a list of them."""
    return render(context, "row", "widget", lambda r: widgets.bought_together(r, product, limit=limit, title=title))


@register.simple_tag(takes_context=True)
def buy_again(context: Context, limit: int = 8, title: str | None = None) -> str:
    """What this customer buys repeatedly, with what they just bought in front."""
    return render(context, "row", "widget", lambda r: widgets.buy_again(r, limit=limit, title=title))


@register.simple_tag(takes_context=True)
def loyalty_badge(context: Context) -> str:
    """This customer's tier, orders and spend."""
    return render(context, "badge", "badge", widgets.loyalty_badge)


@register.simple_tag(takes_context=True)
def loyalty_message(context: Context) -> str:
    """The message or offer that a retention action chose this customer for, if there is one."""
    return render(context, "message", "message", showing.loyalty_message)


@register.simple_tag(takes_context=True)
def assistant(context: Context, product: object = None, suggestions: Iterable[str] = ()) -> str:
    """The shopping assistant, closed: a button, and the panel it opens; `product` is the product whose page this is."""

    def closed(request: HttpRequest) -> Assistant | None:
        here = request.resolver_match and request.resolver_match.view_name == "loyalty_ai:assistant"
        return None if here else Assistant.of(request, product=product, suggestions=tuple(suggestions))

    return render(context, "widget", "assistant", closed, folder="assistant")


def render(
    context: Context, name: str, variable: str, fetch: Callable[[Any], object], *, folder: str = "widgets"
) -> SafeString:
    """The widget's template over the page's own context (so that an override has the user, the cart and the CSRF token)."""
    request = context.get("request")
    if request is None:
        return EMPTY
    try:
        value = fetch(request)
        if value is None:
            return EMPTY
        page = context.template.engine.get_template(f"loyalty_ai/{folder}/{name}.html")
        with context.push(**{variable: value}):
            return page.render(context)
    except Exception as error:  # a shop's override may raise anything; the page goes on without the widget
        if settings.DEBUG and isinstance(error, TemplateSyntaxError | TemplateDoesNotExist):
            raise
        logger.exception("widget failed", extra={"widget": name})
        return EMPTY
