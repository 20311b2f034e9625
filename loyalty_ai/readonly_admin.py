"""What the app's admin pages share: they show, they never edit; every change goes through a service on a page of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import connection
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

ESTIMATE_FROM = 100_000


class EstimatedPaginator(Paginator):
    """Counts a whole large table by PostgreSQL's own estimate; a count of the log would cost more than its page."""

    @cached_property
    def count(self) -> int:
        query = self.object_list.query
        if not query.where:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [query.model._meta.db_table]
                )
                estimate = cursor.fetchone()[0]
            if estimate >= ESTIMATE_FROM:
                return estimate
        return super().count


class ReadOnlyAdmin(admin.ModelAdmin):
    """Lists and shows rows; staff need the model's view permission and can change nothing here."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css = {"all": ["loyalty_ai/admin.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def require(self, request: HttpRequest, permission: str) -> None:
        """Refuse whoever lacks the app's permission of that name.

        Raises:
            PermissionDenied: they do.
        """
        if not may(request, permission):
            raise PermissionDenied

    def confirmation(self, request: HttpRequest, *, title: str, form: Form, **context: Any) -> HttpResponse:
        """The page that asks before a change: facts, what speaks against it, a form and its two ways out."""
        return TemplateResponse(
            request,
            "admin/loyalty_ai/confirmation.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": title,
                "form": form,
                "media": self.media + form.media,
                **context,
            },
        )


def may(request: HttpRequest, permission: str) -> bool:
    """Whether the user holds one of the app's permissions, such as `promote_modelversion`."""
    return request.user.has_perm(f"loyalty_ai.{permission}")


def flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """The leaves of a JSON object with their names, for a template, where `.items` would find a key of that name first."""
    leaves: list[tuple[str, Any]] = []
    for name, value in values.items():
        leaves += flat(value, f"{prefix}{name}: ") if isinstance(value, dict) else [(f"{prefix}{name}", value)]
    return leaves


def label(text: object, tone: str = "") -> SafeString:
    """A small coloured word; `tone` is good, bad, busy or empty."""
    return format_html('<span class="loyalty-label loyalty-label--{}">{}</span>', tone or "plain", text)
