"""The shop's own rows in the admin. Orders and refunds are kept as they were; stock and price may change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from shop_demo.models import Coupon, Customer, Order, OrderLine, Product, Refund, RefundLine


class Kept:
    """Rows that nobody adds, changes or deletes by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OrderLineInline(Kept, admin.TabularInline):
    model = OrderLine
    fields = ["code", "product", "kind", "quantity", "unit_price"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("product").order_by("id")


class RefundLineInline(Kept, admin.TabularInline):
    model = RefundLine
    fields = ["code", "product", "kind", "quantity", "unit_price", "order_line"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("product", "order_line").order_by("id")


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["sku", "title", "shelf", "price", "stock", "sold"]
    list_filter = ["shelf"]
    search_fields = ["=sku", "title"]
    readonly_fields = ["sku", "sold", "listed_at", "changed_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:  # noqa: FBT001
        obj.changed_at = timezone.now()  # so that the adapter's stream tells of it
        super().save_model(request, obj, form, change)


@admin.register(Customer)
class CustomerAdmin(Kept, admin.ModelAdmin):
    list_display = ["number", "user", "country", "joined_at"]
    list_filter = ["country", ("user", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["=number"]


@admin.register(Order)
class OrderAdmin(Kept, admin.ModelAdmin):
    list_display = ["number", "customer", "placed_at", "total", "imported"]
    list_filter = ["imported", ("customer", admin.EmptyFieldListFilter)]
    list_select_related = ["customer"]
    search_fields = ["=number", "=customer__number"]
    date_hierarchy = "placed_at"
    inlines = [OrderLineInline]


@admin.register(Refund)
class RefundAdmin(Kept, admin.ModelAdmin):
    list_display = ["number", "customer", "placed_at"]
    list_select_related = ["customer"]
    search_fields = ["=number", "=customer__number"]
    date_hierarchy = "placed_at"
    inlines = [RefundLineInline]


@admin.register(RefundLine)
class RefundLineAdmin(Kept, admin.ModelAdmin):
    """Lists what was cancelled; the filter on the order line shows what matches no purchase."""

    list_display = ["refund", "code", "product", "kind", "quantity", "unit_price", "order_line"]
    list_filter = [("order_line", admin.EmptyFieldListFilter), "kind", ("refund__customer", admin.EmptyFieldListFilter)]
    list_select_related = ["refund", "product", "order_line"]
    search_fields = ["=refund__number", "=code", "=refund__customer__number"]


@admin.register(Coupon)
class CouponAdmin(Kept, admin.ModelAdmin):
    list_display = ["code", "customer", "percent", "valid_until", "order"]
    list_select_related = ["customer", "order"]
    search_fields = ["code", "customer__number"]
