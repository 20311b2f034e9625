"""The store's admin page, with what is kept of its customers for how long."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from loyalty_ai.privacy.retention import rules
from loyalty_ai.serving import store_admin
from loyalty_ai.shop.models import Store


@admin.register(Store)
class StoreAdmin(store_admin.StoreAdmin):
    """Adds to the store's numbers what becomes of its data."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        store = self.get_object(request, object_id)
        context = {} if store is None else {"retention": list(rules(store))}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})
