"""Customers in the admin, with erasing them after a confirmation."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyalty_ai.privacy.selectors import person_of
from loyalty_ai.privacy.services import erase_customer
from loyalty_ai.readonly_admin import may
from loyalty_ai.serving import customer_admin
from loyalty_ai.shop.models import Customer, ErasureRecord

AT_ONCE = 100
"""Customers that one page erases; for more there is `loyalty_customer --erase --file`."""


@admin.register(Customer)
class CustomerAdmin(customer_admin.CustomerAdmin):
    """Adds erasing; needs the permission `erase_customer`."""

    actions = ["erase"]

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return may(request, "erase_customer")

    @admin.action(permissions=["erase"], description=gettext_lazy("Erase the selected customers"))
    def erase(self, request: HttpRequest, queryset: QuerySet[Customer]) -> HttpResponse | None:
        keys = list(queryset.values_list("pk", flat=True)[: AT_ONCE + 1])
        if len(keys) > AT_ONCE:
            text = _(
                "One page erases at most %(count)d customers; loyalty_customer --erase --file erases a whole list."
            )
            self.message_user(request, text % {"count": AT_ONCE}, messages.ERROR)
            return None
        return HttpResponseRedirect(f"{reverse('admin:loyalty_ai_customer_erase')}?{asked(keys)}")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("erase/", view(self.erase_view), name="loyalty_ai_customer_erase"),
            path("erased/", view(self.erased_view), name="loyalty_ai_customer_erased"),
            path("receipts/<int:record_id>/", view(self.receipt_view), name="loyalty_ai_customer_receipt"),
            *super().get_urls(),
        ]

    def context(self, customer: Customer) -> dict[str, Any]:
        return {**super().context(customer), "erase_query": asked([customer.pk])}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        allowed = {"may_erase": self.has_erase_permission(request)}
        return super().change_view(request, object_id, form_url, {**allowed, **(extra_context or {})})

    def erase_view(self, request: HttpRequest) -> HttpResponse:
        """Says who goes with whom and asks; nothing changes before the form is sent."""
        self.require(request, "erase_customer")
        customers = Customer.objects.filter(pk__in=keys_of(request)).select_related("store").order_by("external_id")
        back = reverse("admin:loyalty_ai_customer_changelist")
        if not customers:
            self.message_user(request, _("These customers are not there any more."), messages.WARNING)
            return HttpResponseRedirect(back)
        if request.method == "POST":
            records = [record for customer in customers if (record := self.erase_one(request, customer.pk))]
            count = len(records)
            done = ngettext("%(count)d customer is erased.", "%(count)d customers are erased.", count)
            self.message_user(request, done % {"count": count}, messages.SUCCESS)
            keys = asked([record.pk for record in records])
            return HttpResponseRedirect(f"{reverse('admin:loyalty_ai_customer_erased')}?{keys}")
        return self.confirmation(
            request,
            title=_("Erase customers"),
            form=Form(),
            consequence=_(
                "Everything held about them is deleted from every table and cannot be brought back; the next sync leaves "
                "them out. Model versions trained on them leave service in time. What the shop itself keeps is not touched."
            ),
            facts=[(str(customer.store), who(customer)) for customer in customers],
            back=back,
            submit=_("Erase for good"),
        )

    def erase_one(self, request: HttpRequest, key: int) -> ErasureRecord | None:
        """The record, None for a guest of somebody erased a moment ago; the admin's log names the erasure, not the person."""
        customer = Customer.objects.select_related("store").filter(pk=key).first()
        if customer is None:
            return None
        record = erase_customer(customer=customer, now=timezone.now())
        self.log_addition(request, record, _("Erased a customer."))
        return record

    def erased_view(self, request: HttpRequest) -> HttpResponse:
        """The receipts of what was just erased."""
        self.require(request, "erase_customer")
        records = ErasureRecord.objects.filter(pk__in=keys_of(request)).select_related("store").order_by("pk")
        return TemplateResponse(
            request,
            "admin/loyalty_ai/customer/erased.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Erased"),
                "media": self.media,
                "records": [(record, sum(record.counts.values())) for record in records],
            },
        )

    def receipt_view(self, request: HttpRequest, record_id: int) -> HttpResponse:
        """The signed receipt as a file, for the person."""
        self.require(request, "erase_customer")
        record = ErasureRecord.objects.filter(pk=record_id).first()
        if record is None:
            raise Http404
        response = HttpResponse(json.dumps(record.receipt, indent=1), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="erasure-receipt-{record.pk}.json"'
        return response


def asked(keys: list[int]) -> str:
    return urlencode({"ids": ",".join(map(str, keys))})


def keys_of(request: HttpRequest) -> list[int]:
    """The keys in the address; none where they are not numbers."""
    keys = request.GET.get("ids", "").split(",")[:AT_ONCE]
    return [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19]


def who(customer: Customer) -> str:
    """The customer, and those who go with them because they are the same person."""
    others = [one.external_id for one in person_of(customer) if one.pk != customer.pk]
    if not others:
        return customer.external_id
    return _("%(customer)s, with %(others)s") % {"customer": customer.external_id, "others": ", ".join(others)}
