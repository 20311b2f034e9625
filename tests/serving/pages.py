"""Renders pages of widgets for tests, with one customer signed in through a fake shop."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from loyalty_ai.conf import get_adapter

ALL_WIDGETS = (
    "{% load loyalty_ai %}{% loyalty_page product=product %}{% loyalty_badge %}{% recommendations %}"
    "{% similar_items product %}{% bought_together product %}{% buy_again %}{% recommendations list='popular' %}"
)


def make_request(customer_id: str | None = None) -> HttpRequest:
    """A request of the customer with this id, of a stranger without one."""
    get_adapter("default").customer_id = lambda request: request.customer_id
    request = RequestFactory().get("/")
    request.customer_id = customer_id
    request.user = SimpleNamespace(is_authenticated=False)
    return request


def engine(**templates: str) -> DjangoTemplates:
    """The templates of the apps without those of any project; `templates` come before them."""
    loaders = [
        ("django.template.loaders.locmem.Loader", templates),
        "django.template.loaders.app_directories.Loader",
    ]
    options = {
        "loaders": loaders,
        "context_processors": ["django.template.context_processors.request"],
        "libraries": {"loyalty_ai": "loyalty_ai.templatetags.loyalty_ai"},
    }
    return DjangoTemplates({"NAME": "test", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})


def render(template: str, customer_id: str | None = None, **context: Any) -> str:
    """The template's HTML for this customer."""
    source = template if "{% load" in template else "{% load loyalty_ai %}" + template
    return engine().from_string(source).render(context, make_request(customer_id))


def statements(template: str, customer_id: str | None = None, **context: Any) -> list[str]:
    """The SQL that a page sends."""
    with CaptureQueriesContext(connection) as captured:
        render(template, customer_id, **context)
    return [query["sql"] for query in captured]
