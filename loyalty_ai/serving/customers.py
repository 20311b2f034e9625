"""What the shop's staff may see of one customer: measured, predicted, recommended and why, allowed, and done lately."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.registry.deadlines import overdue
from loyalty_ai.serving.models import Alias, Deployment, ListKind, Prediction, ReasonKind, Recommendation
from loyalty_ai.serving.selectors import WHY
from loyalty_ai.serving.widgets import reason
from loyalty_ai.shop.consent import consent_sql
from loyalty_ai.shop.models import Customer, Event, Product, Purpose, Store

EVENTS_SHOWN = 25


@dataclass(frozen=True, slots=True)
class Listed:
    """One product of a published list."""

    product_id: str
    title: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class CustomerSheet:
    """Everything shown about one customer.

    Args:
        customer: the row asked for; `account` is the one its orders count for (itself unless it was merged).
        deployment: what is live, None where nothing is.
        lists: kind -> the customer's published list, best first; empty for somebody who opted out.
        consents: purpose -> whether it is allowed now.
        events: the account's latest events, newest first.
    """

    customer: Customer
    account: Customer
    profile: LoyaltyProfile | None
    deployment: Deployment | None
    prediction: Prediction | None
    lists: dict[ListKind, list[Listed]]
    consents: dict[Purpose, bool]
    events: list[Event]


def customer_sheet(*, customer: Customer, events: int = EVENTS_SHOWN) -> CustomerSheet:
    """Read the sheet of one customer in at most eight statements."""
    account = customer.alias_of or customer
    consents = allowed_purposes(account, store=customer.store)
    live = Deployment.objects.filter(store=customer.store_id, alias=Alias.CHAMPION, closed_at__isnull=True)
    deployment = live.exclude(overdue("version")).select_related("version", "run").first()
    # Who opted out since the run has rows in it until the next one; nobody looks at them.
    visible = deployment is not None and consents[Purpose.PREFERENCES]
    return CustomerSheet(
        customer=customer,
        account=account,
        profile=LoyaltyProfile.objects.filter(customer=account).first(),
        deployment=deployment,
        prediction=Prediction.objects.filter(run=deployment.run_id, customer=account).first() if visible else None,
        lists=published_lists(run_id=deployment.run_id, customer=account) if visible else {},
        consents=consents,
        events=list(account.events.select_related("product", "order").order_by("-occurred_at", "-pk")[:events]),
    )


def allowed_purposes(customer: Customer, *, store: Store) -> dict[Purpose, bool]:
    """Purpose -> whether the customer allows it now, in one statement."""
    rules = ", ".join(consent_sql(purpose, "c.id", store=store.slug) for purpose in Purpose)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {rules} FROM loyalty_ai_customer c WHERE c.id = %s", [customer.pk])  # noqa: S608 (no input)
        return dict(zip(Purpose, cursor.fetchone(), strict=True))


def published_lists(*, run_id: int, customer: Customer) -> dict[ListKind, list[Listed]]:
    """The customer's lists of one run with titles and reasons."""
    rows = list(Recommendation.objects.filter(run=run_id, customer=customer).order_by("kind"))
    names = titles(key for row in rows for key in (*row.items, *row.reasons))
    return {
        ListKind(row.kind): [
            Listed(*names[item], score, why_line(row.kind, kind, names.get(because, ("", ""))[1]))
            for item, score, because, kind in zip(row.items, row.scores, row.reasons, row.reason_kinds, strict=True)
            if item in names
        ]
        for row in rows
    }


def why_line(list_kind: int, kind: int, because: str) -> str:
    return reason(WHY[ReasonKind(kind)], because=because, row_name=ListKind(list_kind).name.lower())


def titles(keys: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Product key -> (external id, title)."""
    found = Product.objects.filter(pk__in=set(keys)).values_list("pk", "external_id", "title")
    return {key: (external_id, title) for key, external_id, title in found}


def sheet_data(sheet: CustomerSheet) -> dict[str, Any]:
    """The sheet as plain values, for JSON."""
    profile, prediction, deployment = sheet.profile, sheet.prediction, sheet.deployment
    skipped = {"id", "run", "customer", "store"}
    return {
        "customer": sheet.customer.external_id,
        "store": sheet.customer.store.slug,
        "merged_into": sheet.account.external_id if sheet.account.pk != sheet.customer.pk else None,
        "consents": {purpose.value: granted for purpose, granted in sheet.consents.items()},
        "metrics": plain(profile, skipped) if profile else None,
        "version": deployment.version.number if deployment else None,
        "run": deployment.run_id if deployment else None,
        "predictions": plain(prediction, skipped) if prediction else None,
        "recommendations": {
            kind.name.lower(): [
                {"product": i.product_id, "title": i.title, "score": i.score, "reason": i.reason} for i in items
            ]
            for kind, items in sheet.lists.items()
        },
        "events": [
            {
                "at": event.occurred_at,
                "type": event.get_type_display(),
                "product": event.product.external_id if event.product else None,
                "order": event.order.ref if event.order else None,
                "quantity": event.quantity,
                "value": event.value,
            }
            for event in sheet.events
        ],
    }


def plain(row: Any, skipped: set[str]) -> dict[str, Any]:
    """A model row's own columns by name."""
    return {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in skipped}
