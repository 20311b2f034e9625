"""Forgets a person, and lets them back in when they ask."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from loyalty_ai.actions.audience import ASKED
from loyalty_ai.actions.services import withdraw_outcomes
from loyalty_ai.assistant.models import Conversation
from loyalty_ai.conf import app_settings
from loyalty_ai.experiments.models import EXPOSED_BY
from loyalty_ai.experiments.services import withdraw_exposures
from loyalty_ai.loyalty.services import hold_off_refresh
from loyalty_ai.privacy import mentions
from loyalty_ai.privacy.receipts import make_receipt
from loyalty_ai.privacy.selectors import person_of
from loyalty_ai.privacy.tables import EVENTS, PERSONAL
from loyalty_ai.registry.deadlines import set_deadlines, trained_on
from loyalty_ai.registry.models import VersionDeadline
from loyalty_ai.registry.services import drop_snapshots
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.models import ConsentRecord, Customer, ErasureRecord, Mute, Store
from loyalty_ai.shop.suppression import (
    erased_customers,
    erasure_digest,
    hold_off_erasure,
    hold_off_ingest,
    lift_erasure,
)
from loyalty_ai.shop.wishes import mute
from loyalty_ai.signals import customer_erased

logger = logging.getLogger(__name__)

ERROR_NAMED_SOMEBODY = "The error named somebody who was erased."


@transaction.atomic
def erase_customer(*, customer: Customer, now: datetime) -> ErasureRecord:
    """Delete every row about the person behind the customer, and keep them from coming back with the next sync.

    The person is the account and every guest merged into it; each of their ids leaves a keyed digest that ingest obeys. What
    the shop itself keeps (its own orders, the login) is the shop's business. Every model version trained on the person, and
    those fine-tuned from it, leave service `ERASURE_DAYS` after `now`.

    Args:
        now: aware; when the receipt says it happened.

    Returns:
        The record of the account, with the rows removed by table and the receipt for the person, which lists these versions.

    Raises:
        ImproperlyConfigured: `LOYALTY_AI["ERASURE_KEYS"]` is empty; nothing was deleted.
    """
    store = customer.store
    hold_off_ingest(store)
    hold_off_refresh(store)
    people = person_of(customer)
    digests = [erasure_digest(store=store, external_id=one.external_id) for one in people]
    hold_writers(people)
    leaving = retire_versions(store, people, now=now)
    counts = delete_rows(people)
    records = [
        keep_digest(store=store, digest=digest, key_version=version, counts=counts, leaving=leaving, now=now)
        for version, digest in digests
    ]
    logger.info("customer erased", extra={"store": store.slug, "rows": sum(counts.values())})
    transaction.on_commit(
        lambda: customer_erased.send_robust(Customer, store=store, digest=bytes(records[0].digest), counts=counts)
    )
    transaction.on_commit(lambda: drop_snapshots(versions=[deadline.version for deadline in leaving]))
    return records[0]


def hold_writers(people: list[Customer]) -> None:
    """Wait for whoever is writing a row about these customers, and let nobody write another."""
    keys = [one.pk for one in people]
    list(Customer.objects.filter(pk__in=keys).order_by("pk").select_for_update().values_list("pk"))
    list(Conversation.objects.filter(customer__in=keys).order_by("pk").select_for_update().values_list("pk"))


def retire_versions(store: Store, people: list[Customer], *, now: datetime) -> list[VersionDeadline]:
    """By when which versions leave service that these customers' events are in."""
    times = EVENTS.rows([one.pk for one in people]).values_list("occurred_at", flat=True)
    due_at = now + timedelta(days=app_settings.ERASURE_DAYS)
    return list(set_deadlines(versions=trained_on(store=store, times=times), due_at=due_at))


def delete_rows(people: list[Customer]) -> dict[str, int]:
    """Empty every table of these customers of one store; rows removed by table."""
    keys = [one.pk for one in people]
    for failed in mentions.job_errors(people):
        failed.update(error=ERROR_NAMED_SOMEBODY)
    found = {
        "event_keys": mentions.event_keys(EVENTS.rows(keys), keys),
        "rejected_rows": mentions.rejected_rows(people),
        "jobs": mentions.jobs(people),
        "admin_log": mentions.admin_log(people),
        **{table.name: table.rows(keys) for table in PERSONAL},
        # Last, so that tables of other apps that point at a customer do what they declared.
        "customers": Customer.objects.filter(pk__in=keys),
    }
    return {name: rows.delete()[1].get(rows.model._meta.label, 0) for name, rows in found.items() if rows is not None}


def keep_digest(
    *,
    store: Store,
    digest: bytes,
    key_version: str,
    counts: dict[str, int],
    leaving: list[VersionDeadline],
    now: datetime,
) -> ErasureRecord:
    receipt = make_receipt(
        store=store.slug,
        digest=digest,
        key_version=key_version,
        counts=counts,
        versions={deadline.version.number: deadline.due_at for deadline in leaving},
        erased_at=now,
    )
    record, _created = ErasureRecord.objects.update_or_create(
        store=store,
        digest=digest,
        lifted_at=None,
        defaults={"key_version": key_version, "counts": counts, "receipt": receipt},
    )
    return record


@transaction.atomic
def choose(
    *, store: Store, external_id: str, choices: dict[str, bool], source: str, text_version: str = ""
) -> list[ConsentRecord]:
    """Record what a person themself chose, e.g. `{"preferences": True}`; whoever was erased is let back in by a yes.

    A customer whom nobody knows yet is made, so that a no counts before the first order. A no of somebody who was erased
    leaves them erased and records nothing. A no to personalisation or analytics deletes what was recorded as shown to them; one
    to personalisation or marketing ends what retention actions took them for.

    Raises:
        ValueError: an unknown purpose; nothing was recorded.
    """
    hold_off_erasure(store)
    if is_erased(store=store, external_id=external_id):
        if not any(choices.values()):
            return []
        lift_erasure(store=store, external_id=external_id)
    customer, _created = Customer.objects.get_or_create(store=store, external_id=external_id)
    refused = {purpose for purpose, granted in choices.items() if not granted}
    if refused & {*EXPOSED_BY, *ASKED}:
        people = person_of(customer)
        keys = [one.pk for one in people]
        hold_writers(people)  # first: a lock made stronger later could wait for somebody who does the same
        if refused & {*EXPOSED_BY}:
            withdraw_exposures(customers=keys)
        if refused & {*ASKED}:
            withdraw_outcomes(customers=keys)
    return [
        record_consent(customer=customer, purpose=purpose, granted=granted, source=source, text_version=text_version)
        for purpose, granted in choices.items()
    ]


def is_erased(*, store: Store, external_id: str) -> bool:
    """Whether the customer was erased and has not come back."""
    return bool(erased_customers(store=store, external_ids=[external_id]))


@transaction.atomic
def mute_for(*, store: Store, external_id: str, kind: str, value: str) -> Mute | None:
    """Show the person nothing of it from the next page on; None for somebody who was erased: of them nothing is kept.

    Raises:
        ValueError: an unknown kind, or no value.
    """
    hold_off_erasure(store)
    if is_erased(store=store, external_id=external_id):
        return None
    customer, _created = Customer.objects.get_or_create(store=store, external_id=external_id)
    return mute(customer=customer, kind=kind, value=value)
