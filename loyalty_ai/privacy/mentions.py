"""Rows that speak of a person without pointing at them: keys of their events, JSON that a shop or a job wrote, the admin's log."""

from __future__ import annotations

import re

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value

from loyalty_ai.jobs.models import Job, JobChunk
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.shop.models import Customer, EventKey, ForgottenEvent, RejectedRow
from loyalty_ai.shop.rejection import BETWEEN_FIELDS, CUSTOMER_NAMES, LINE, SHOP_NAMES


class Mentions(Func):
    """Whether any object in a JSON column, at any depth, has a key of these names whose value is, or lists, one of the ids."""

    template = """EXISTS (
        SELECT FROM (VALUES (%(expressions)s)) AS given (content, names, ids),
            jsonb_path_query(content, 'strict $.** ? (@.type() == "object")') AS object,
            jsonb_each(object) AS entry
        WHERE regexp_replace(lower(entry.key), '[^a-z]', '', 'g') = ANY(names::text[])
            AND (entry.value #>> '{}' = ANY(ids::text[]) OR jsonb_typeof(entry.value) = 'array' AND EXISTS (
                SELECT FROM jsonb_array_elements_text(entry.value) AS one WHERE one = ANY(ids::text[])))
    )"""
    output_field = BooleanField()

    def __init__(self, column: str, names: tuple[str, ...], ids: list[str]) -> None:
        texts = ArrayField(TextField())
        super().__init__(F(column), Value(list(names), output_field=texts), Value(ids, output_field=texts))


def event_keys(events: QuerySet, person: list[int]) -> QuerySet[EventKey]:
    """The keys under which the events came, and those of the events that these customers had us forget."""
    forgotten = ForgottenEvent.objects.filter(customer__in=person).order_by()
    came = events.order_by().values("pk").union(forgotten.values("event_id"))
    return EventKey.objects.filter(event_id__in=came).order_by("pk")


def rejected_rows(customers: list[Customer]) -> QuerySet[RejectedRow]:
    """What ingest did not take and was sent about these customers of one store, lines that it could not even read included."""
    about = Q(Mentions("raw", SHOP_NAMES, [customer.external_id for customer in customers]))
    about |= Q(**{f"raw__{LINE}__regex": as_field(customers)})
    return RejectedRow.objects.filter(about, store=customers[0].store_id).order_by("pk")


def jobs(customers: list[Customer]) -> QuerySet[Job]:
    """Jobs that name one of the customers, by our key or the shop's id, in parameters, result or the payload of a part."""
    ids = [*(str(customer.pk) for customer in customers), *(customer.external_id for customer in customers)]
    told = Q(Mentions("params", CUSTOMER_NAMES, ids)) | Q(Mentions("result", CUSTOMER_NAMES, ids))
    parted = JobChunk.objects.filter(Mentions("payload", CUSTOMER_NAMES, ids)).values("job")
    return Job.objects.filter(told | Q(pk__in=parted), store=customers[0].store_id).order_by("pk")


def job_errors(customers: list[Customer]) -> list[QuerySet]:
    """Jobs and their parts whose error names one of the customers, as a database tells what it refused."""
    named, store = {"error__regex": as_field(customers)}, customers[0].store_id
    return [Job.objects.filter(store=store, **named), JobChunk.objects.filter(job__store=store, **named)]


def as_field(customers: list[Customer]) -> str:
    """A PostgreSQL expression that finds the id of one of the customers where it stands as a whole field."""
    ids = "|".join(re.escape(customer.external_id) for customer in customers)
    return f"(^|[{BETWEEN_FIELDS}])({ids})([{BETWEEN_FIELDS}]|$)"


def admin_log(customers: list[Customer]) -> QuerySet | None:
    """The admin's log about the customers, which repeats their ids; None where the project has no admin."""
    if not apps.is_installed("django.contrib.admin"):
        return None
    from django.contrib.admin.models import LogEntry
    from django.contrib.contenttypes.models import ContentType

    about = ContentType.objects.get_for_models(Customer, LoyaltyProfile).values()
    keys = [str(customer.pk) for customer in customers]
    return LogEntry.objects.filter(content_type__in=list(about), object_id__in=keys)
