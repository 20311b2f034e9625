"""Customers in Django admin: what was measured and predicted, what each one sees and why, what they allow."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty_ai.loyalty.selectors import history_of
from loyalty_ai.readonly_admin import EstimatedPaginator, ReadOnlyAdmin, label
from loyalty_ai.serving.customers import customer_sheet
from loyalty_ai.serving.drivers import explain_prediction
from loyalty_ai.serving.facts import prediction_facts, profile_facts
from loyalty_ai.serving.money import format_money
from loyalty_ai.shop.models import Customer


class CustomerAdmin(ReadOnlyAdmin):
    """The customers with their numbers; registered by `privacy.customer_admin`."""

    list_display = ["external_id", "group", "tier", "orders", "spend", "last_order", "merged"]
    list_filter = ["store", "loyalty__group", "loyalty__tier"]
    list_select_related = ["store", "loyalty", "alias_of"]
    search_fields = ["external_id__startswith"]
    search_help_text = gettext_lazy("The beginning of the customer's id in the shop.")
    ordering = ["-pk"]
    paginator = EstimatedPaginator
    fields = ["store", "external_id", "user", "alias_of", "region", "joined_at", "created_at"]

    @display(description=gettext_lazy("RFM group"), ordering="loyalty__group")
    def group(self, customer: Customer) -> str:
        return customer.loyalty.get_group_display() if hasattr(customer, "loyalty") else ""

    @display(description=gettext_lazy("tier"), ordering="loyalty__tier")
    def tier(self, customer: Customer) -> str:
        return customer.loyalty.get_tier_display() if hasattr(customer, "loyalty") else ""

    @display(description=gettext_lazy("orders"), ordering="loyalty__orders")
    def orders(self, customer: Customer) -> int | str:
        return customer.loyalty.orders if hasattr(customer, "loyalty") else ""

    @display(description=gettext_lazy("net spend"), ordering="loyalty__monetary")
    def spend(self, customer: Customer) -> str:
        return format_money(customer.loyalty.monetary, customer.store.currency) if hasattr(customer, "loyalty") else ""

    @display(description=gettext_lazy("last order"), ordering="loyalty__last_order_at")
    def last_order(self, customer: Customer) -> date | None:
        latest = customer.loyalty.last_order_at if hasattr(customer, "loyalty") else None
        return localtime(latest).date() if latest else None

    @display(description=gettext_lazy("merged into"), ordering="alias_of")
    def merged(self, customer: Customer) -> str:
        return str(customer.alias_of or "")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        customer = self.get_object(request, object_id)
        context = {} if customer is None else self.context(customer)
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def context(self, customer: Customer) -> dict[str, Any]:
        sheet = customer_sheet(customer=customer)
        currency = customer.store.currency
        return {
            "sheet": sheet,
            "metrics": profile_facts(sheet.profile, currency),
            "predictions": prediction_facts(sheet.prediction, currency),
            "why": explain_prediction(
                sheet.prediction, typical=sheet.deployment.run.typical if sheet.deployment else {}, currency=currency
            ),
            "consents": [
                (purpose.label, label(_("allowed"), "good") if granted else label(_("refused"), "bad"))
                for purpose, granted in sheet.consents.items()
            ],
            "lists": [(kind.label, items) for kind, items in sheet.lists.items()],
            "history": [(f"{each.month:%Y-%m}", each.monetary) for each in history_of(customer)],
        }
