"""A shop of one page, for tests that need whole requests: its widgets for whoever the header `X-Customer` names."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import include, path

from tests.serving.pages import ALL_WIDGETS, engine


def rendered(request: HttpRequest) -> str:
    return engine().from_string(ALL_WIDGETS).render({"product": "P0"}, request)


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(rendered(request))


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(rendered(request) for _once in range(1))


def broken(request: HttpRequest) -> HttpResponse:
    rendered(request)
    raise ValueError("the shop's own view fails after its widgets")


urlpatterns = [
    path("", page),
    path("streamed/", streamed),
    path("broken/", broken),
    path("loyalty/", include("loyalty_ai.urls")),
]
