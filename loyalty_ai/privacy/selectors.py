"""What a person may take with them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Max, Model, Q
from django.db.models.expressions import RawSQL

from loyalty_ai.experiments.models import Exposure
from loyalty_ai.loyalty.referrals import referral_code
from loyalty_ai.privacy import mentions
from loyalty_ai.privacy.tables import EVENTS, PERSON, PERSONAL, PersonalTable
from loyalty_ai.serving.models import Recommendation
from loyalty_ai.shop.consent import consent_sql, default_consent, has_consent
from loyalty_ai.shop.models import ConsentRecord, Customer, Product, Purpose, Store

FORMAT = 1
"""Goes up when a key of the export changes its meaning."""


def person_of(customer: Customer) -> list[Customer]:
    """The account behind the customer, first, and every guest merged into it."""
    account = customer.alias_of_id or customer.pk
    people = Customer.objects.filter(Q(pk=account) | Q(alias_of=account)).select_related("store")
    return sorted(people, key=lambda one: (one.pk != account, one.pk))


def export_customer(*, customer: Customer) -> dict[str, Any]:
    """Everything the app holds about the person behind the customer, as JSON, table by table.

    Money is text with its decimals, times are ISO 8601 in UTC, products and orders carry the shop's own numbers.

    Returns:
        ``{"format", "store", "currency", "customer_id", "referral_code", "allowed": {purpose: bool}, "customers": [...],
        "consents": [...], "events": [...], ...}``, one list a table of `tables`, plus ``event_keys`` and ``rejected_rows``.
    """
    people = person_of(customer)
    account, keys = people[0], [one.pk for one in people]
    titles = ProductNames(account.store_id)
    export: dict[str, Any] = {
        "format": FORMAT,
        "store": account.store.slug,
        "currency": account.store.currency,
        "customer_id": account.external_id,
        "referral_code": referral_code(customer=account),
        "allowed": {purpose.value: has_consent(customer=account, purpose=purpose) for purpose in Purpose},
    }
    for table in (PERSON, *PERSONAL):
        rows = read(table, keys)
        export[table.name] = titles.fill(rows) if table.model in (Recommendation, Exposure) else rows
    export["event_keys"] = list(mentions.event_keys(EVENTS.rows(keys), keys).values("source", "key"))
    rejected = mentions.rejected_rows(people).values("source", "location", "reason", "raw", "created_at")
    export["rejected_rows"] = [{name: plain(value) for name, value in row.items()} for row in rejected]
    return export


def read(table: PersonalTable, keys: list[int]) -> list[dict[str, Any]]:
    """The table's rows about these customers, each as its columns in the export."""
    names = {name: choices_of(table.model, lookup) for name, lookup in table.columns.items()}
    rows = table.rows(keys).values_list(*table.columns.values())
    return [
        {
            name: choices[value] if choices else plain(value)
            for (name, choices), value in zip(names.items(), row, strict=True)
        }
        for row in rows
    ]


def choices_of(model: type[Model], lookup: str) -> dict[Any, str]:
    """The names of a field's codes; a field of texts needs none."""
    if "__" in lookup:
        return {}
    return {code: str(label) for code, label in model._meta.get_field(lookup).flatchoices if isinstance(code, int)}


class ProductNames:
    """Our keys of products as the shop's own ids."""

    def __init__(self, store_id: int) -> None:
        self.products = Product.objects.filter(store=store_id)

    def fill(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        columns = [name for name in ("products", "reasons") if rows and name in rows[0]]
        wanted = {key for row in rows for name in columns for key in row[name]}
        ids = dict(self.products.filter(pk__in=wanted).values_list("pk", "external_id"))
        for row in rows:
            row.update({name: [ids.get(key) for key in row[name]] for name in columns})
        return rows


def plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, UUID)) else value


def consents_of(*, store: Store, external_id: str, gpc: bool = False) -> list[dict[str, Any]]:
    """What a customer allows now, purpose by purpose, in two statements; the defaults for one whom nobody knows yet.

    Args:
        gpc: whether their browser sent Global Privacy Control.

    Returns:
        One ``{"purpose", "label", "granted", "chosen_at"}`` a purpose; ``chosen_at`` is None where they have not chosen.
    """

    def rule(purpose: Purpose) -> str:
        return consent_sql(purpose, "loyalty_ai_customer.id", store=store.slug, gpc="TRUE" if gpc else "FALSE")

    rules = {
        purpose.value: RawSQL(rule(purpose), [], output_field=BooleanField())  # noqa: S611
        for purpose in Purpose
    }
    known = Customer.objects.filter(store=store, external_id=external_id).annotate(**rules).first()
    latest = {}
    if known is not None:
        account = known.alias_of_id or known.pk
        person = Customer.objects.filter(Q(pk=account) | Q(alias_of=account))
        records = ConsentRecord.objects.filter(customer__in=person).values("purpose").annotate(at=Max("recorded_at"))
        latest = {record["purpose"]: record["at"] for record in records}
    return [
        {
            "purpose": purpose.value,
            "label": str(purpose.label),
            "granted": getattr(known, purpose.value) if known else default_consent(purpose, store=store.slug, gpc=gpc),
            "chosen_at": latest.get(purpose.value),
        }
        for purpose in Purpose
    ]
