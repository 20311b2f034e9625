"""A store in Django admin: its page is the dashboard of the store's loyalty."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty_ai.jobs.models import Job
from loyalty_ai.loyalty.selectors import store_summary
from loyalty_ai.readonly_admin import ReadOnlyAdmin
from loyalty_ai.registry.admin import leaving
from loyalty_ai.serving.facts import UNKNOWN, day, money, number, percent, reasons_line
from loyalty_ai.serving.models import Alias, Deployment
from loyalty_ai.serving.opting_out import METRICS, costs, opted_out
from loyalty_ai.shop.models import Customer, Order, Product, Store

MONTHS_SHOWN = 24


class StoreAdmin(ReadOnlyAdmin):
    """The stores with their numbers; registered by `privacy.store_admin`."""

    list_display = ["slug", "live_version", "customers", "products", "orders", "synced_at", "currency", "time_zone"]
    ordering = ["slug"]
    fields = ["slug", "currency", "language", "time_zone", "synced_at", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Store]:
        live = Deployment.objects.filter(store=OuterRef("pk"), alias=Alias.CHAMPION, closed_at__isnull=True)
        return super().get_queryset(request).annotate(
            live=Subquery(live.values("version__number")[:1]),
            customer_count=rows_of(Customer),
            product_count=rows_of(Product),
            order_count=rows_of(Order),
        )  # fmt: skip

    @display(description=gettext_lazy("live version"), ordering="live")
    def live_version(self, store: Store) -> str:
        return f"v{store.live}" if store.live else ""

    @display(description=gettext_lazy("customers"), ordering="customer_count")
    def customers(self, store: Store) -> str:
        return number(store.customer_count, 0)

    @display(description=gettext_lazy("products"), ordering="product_count")
    def products(self, store: Store) -> str:
        return number(store.product_count, 0)

    @display(description=gettext_lazy("orders"), ordering="order_count")
    def orders(self, store: Store) -> str:
        return number(store.order_count, 0)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        store = self.get_object(request, object_id)
        context = {} if store is None else dashboard(store)
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})


def dashboard(store: Store) -> dict[str, Any]:
    """What the store's page shows: tiles, charts and the latest jobs."""
    summary = store_summary(store=store)
    live = Deployment.objects.filter(store=store, alias=Alias.CHAMPION, closed_at__isnull=True)
    deployment = live.select_related("version__deadline", "run").first()
    currency = summary["currency"]
    months = summary["months"][-MONTHS_SHOWN:]
    return {
        "title": _("Loyalty of %(store)s") % {"store": store.slug},
        "store": store,
        "deployment": deployment,
        "leaving": leaving(deployment.version) if deployment else "",
        "as_of": summary["as_of"],
        "tiles": tiles(summary, deployment),
        "group_rows": shares(summary["groups"], currency),
        "tier_rows": shares(summary["tiers"], currency),
        "revenue": [(f"{month['month']:%Y-%m}", month["revenue"]) for month in months],
        "returning": [(f"{month['month']:%Y-%m}", month["returning_customers"]) for month in months],
        "jobs": Job.objects.filter(store=store).order_by("-pk")[:8],
        **opting_out(store, deployment),
    }


def opting_out(store: Store, deployment: Deployment | None) -> dict[str, Any]:
    """How many opted out, and what the live version's evaluation says that it costs them."""
    people, found = opted_out(store), costs(deployment.version) if deployment else []
    context: dict[str, Any] = {"opted_out": people, "opted_out_text": number(people, 0)}
    if not found:
        return context
    first = found[0]
    line = _(
        "When version %(version)d was evaluated, ten personal products held something of the next basket for %(own)s of the "
        "customers, ten popular ones for %(popular)s."
    )
    shares = {"own": percent(first.own["hr@10"]), "popular": percent(first.popular["hr@10"])}
    rows = [
        {
            "label": cost.label,
            "own": " / ".join(number(cost.own[metric], 3) for metric in METRICS),
            "popular": " / ".join(number(cost.popular[metric], 3) for metric in METRICS),
            "lost": percent(cost.lost),
        }
        for cost in found
    ]
    return context | {"cost_line": line % {"version": deployment.version.number, **shares}, "costs": rows}


def tiles(summary: dict[str, Any], deployment: Deployment | None) -> list[tuple[str, str, str]]:
    """Name, value and note of each headline number."""
    currency, average = summary["currency"], summary["average_order_value"]
    buyers = _("%(count)s with an order") % {"count": number(summary["buyers"], 0)}
    median = _("median %(amount)s") % {"amount": money(average["median"], currency)}
    live, since = UNKNOWN, _("nothing is deployed")
    if deployment:
        live = f"v{deployment.version.number}"
        since = _("run %(run)d since %(day)s") % {"run": deployment.run_id, "day": day(deployment.opened_at)}
    true = (deployment.run.audit.get("reasons") if deployment else None) or {}
    return [
        (_("Customers"), number(summary["customers"], 0), buyers),
        (_("Repeat rate"), percent(summary["repeat_rate"]), _("buyers with two or more orders")),
        (_("Orders"), number(summary["orders"], 0), _("guests included")),
        (_("Net revenue"), money(summary["revenue"], currency), _("after refunds")),
        (_("Average order"), money(average["mean"], currency), median),
        (_("Live version"), live, since),
        (_("True reasons"), percent(true.get("share")), reasons_line(true) or _("not tested yet")),
    ]


def shares(parts: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Groups or tiers, with their numbers in words."""
    return [
        {
            "label": part["label"],
            "customers": number(part["customers"], 0),
            "share": part["share"],
            "percent": percent(part["share"]),
            "revenue": money(part["revenue"], currency),
        }
        for part in parts
    ]


def rows_of(model: type) -> Coalesce:
    """How many rows of a model a store has."""
    counted = model.objects.filter(store=OuterRef("pk")).order_by().values("store").annotate(rows=Count("pk"))
    return Coalesce(Subquery(counted.values("rows"), output_field=IntegerField()), 0)
