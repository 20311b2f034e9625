"""The shop's rows in Django admin: what is there, and what was refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from loyalty_ai.readonly_admin import EstimatedPaginator, ReadOnlyAdmin, label
from loyalty_ai.shop.models import (
    ConsentRecord,
    ErasureRecord,
    Event,
    EventType,
    Order,
    Product,
    RejectedRow,
)


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ["title", "external_id", "category", "price", "state"]
    list_filter = ["store", "available", ("withdrawn_at", admin.EmptyFieldListFilter)]
    list_select_related = ["store"]
    search_fields = ["external_id__startswith", "title"]
    search_help_text = _("The beginning of the shop's product id, or words of the title.")
    paginator = EstimatedPaginator

    @admin.display(description=_("on sale"), ordering="available")
    def state(self, product: Product) -> SafeString:
        if product.withdrawn_at:
            return label(_("withdrawn"), "bad")
        return label(_("available"), "good") if product.available else label(_("sold out"))


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ["ref", "customer", "placed_at", "status", "goods", "currency"]
    list_filter = ["store", "status", "placed_at"]
    list_select_related = ["store", "customer"]
    search_fields = ["ref__startswith", "customer__external_id__exact"]
    search_help_text = _("The beginning of the order number, or a whole customer id.")
    ordering = ["-pk"]
    paginator = EstimatedPaginator
    fields = [
        "store", "ref", "customer", "placed_at", "status", "goods", "discount", "shipping", "tax", "currency", "lines",
    ]  # fmt: skip

    @admin.display(description=_("lines"))
    def lines(self, order: Order) -> SafeString:
        return event_table(order.events.select_related("product").order_by("pk")[:200])


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["occurred_at", "kind", "customer", "product", "quantity", "value"]
    list_filter = ["store", "type", "source"]
    list_select_related = ["customer", "product"]
    search_fields = ["customer__external_id__exact"]
    search_help_text = _("A whole customer id.")
    ordering = ["-pk"]
    paginator = EstimatedPaginator
    list_display_links = ["occurred_at"]

    @admin.display(description=_("type"), ordering="type")
    def kind(self, event: Event) -> str:
        return EventType(event.type).label

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Event], search_term: str) -> Any:
        # An id holds no spaces that separate it, and one equality uses the customer's index.
        return (queryset.filter(customer__external_id=search_term) if search_term else queryset), False


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin):
    list_display = ["location", "code", "reason", "created_at"]
    list_filter = ["code", "store", "source"]
    list_select_related = ["store"]
    search_fields = ["location", "reason"]
    ordering = ["-pk"]
    fields = ["store", "source", "location", "code", "reason", "record", "created_at"]
    change_list_template = "admin/loyalty_ai/rejectedrow/change_list.html"

    @admin.display(description=_("record"))
    def record(self, row: RejectedRow) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(row.raw, indent=2, ensure_ascii=False, default=str))

    def get_urls(self) -> list[URLPattern]:
        download = self.admin_site.admin_view(self.download)
        return [path("download/", download, name="loyalty_ai_rejectedrow_download"), *super().get_urls()]

    def download(self, request: HttpRequest) -> StreamingHttpResponse:
        """The listed rows as CSV, with the list's own filters."""
        self.require(request, "view_rejectedrow")
        rows = self.get_changelist_instance(request).get_queryset(request)
        response = StreamingHttpResponse(rejected_csv(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="rejected-rows.csv"'
        return response


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ReadOnlyAdmin):
    list_display = ["recorded_at", "customer", "purpose", "choice", "source", "text_version"]
    list_filter = ["purpose", "granted", "source", "customer__store"]
    list_select_related = ["customer"]
    search_fields = ["customer__external_id__exact"]
    search_help_text = _("A whole customer id.")
    ordering = ["-pk"]

    @admin.display(description=_("choice"), ordering="granted")
    def choice(self, record: ConsentRecord) -> SafeString:
        return label(_("granted"), "good") if record.granted else label(_("denied"), "bad")


@admin.register(ErasureRecord)
class ErasureRecordAdmin(ReadOnlyAdmin):
    list_display = ["erased_at", "store", "rows_removed", "key_version", "lifted_at"]
    list_filter = ["store", ("lifted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["store"]
    ordering = ["-pk"]
    fields = ["store", "erased_at", "counts", "receipt", "key_version", "lifted_at"]

    @admin.display(description=_("rows removed"))
    def rows_removed(self, record: ErasureRecord) -> int:
        return sum(count for count in record.counts.values() if isinstance(count, int))


def event_table(events: QuerySet[Event]) -> SafeString:
    """Events as a small table: when, what, product, quantity, value."""
    return render_to_string("admin/loyalty_ai/event_table.html", {"events": events})


class Echo:
    """A file that gives back what is written to it, so that csv can stream."""

    def write(self, text: str) -> str:
        return text


def rejected_csv(rows: QuerySet[RejectedRow]) -> Iterator[str]:
    """Lines of CSV; a cell that a spreadsheet would run as a formula starts with an apostrophe."""
    writer = csv.writer(Echo())
    yield writer.writerow(["location", "source", "code", "reason", "rejected", "record"])
    for row in rows.iterator(chunk_size=2000):
        raw = json.dumps(row.raw, ensure_ascii=False, default=str)
        cells = [row.location, row.source, row.code, row.reason, row.created_at.isoformat(), raw]
        yield writer.writerow(
            [f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in cells]
        )
