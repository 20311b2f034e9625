"""Brings people what actions took them for, a few at a time; whoever says no meanwhile gets nothing."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from loyalty_ai.actions.audience import reachable_sql
from loyalty_ai.actions.models import MOST_ATTEMPTS, Action, ActionOutcome
from loyalty_ai.actions.webhook import RefusedAddress, WebhookFailed, call
from loyalty_ai.conf import get_adapter
from loyalty_ai.shop.models import Store
from loyalty_ai.shop.suppression import hold_off_erasure

logger = logging.getLogger(__name__)

CHUNK = 5_000
FAILS_IN_A_ROW = 3
"""After so many of one action in a row the rest waits for the next night: a service that is down holds no worker."""

State = ActionOutcome.State
Transaction = Callable[[], AbstractContextManager[Any]]


class Undeliverable(Exception):
    """It did not arrive; `again` says whether another night may help."""

    def __init__(self, text: str, *, again: bool = True) -> None:
        super().__init__(text)
        self.again = again


def deliver(
    *,
    store: Store,
    now: datetime,
    transaction_of_chunk: Transaction = transaction.atomic,
    progress: Callable[..., None] | None = None,
) -> dict[str, int]:
    """Deliver what is pending in the store; how many became what.

    Args:
        now: the shop's time, aware.
        transaction_of_chunk: what each chunk is committed in; a worker gives the one that its lease guards.
        progress: called with (key of the action, done, pending).
    """
    counts: Counter[str] = Counter()
    running = Action.objects.filter(store=store, started_at__isnull=False, stopped_at__isnull=True)
    for action in running.select_related("store").order_by("pk"):
        counts.update(_drop_refused(action, transaction_of_chunk))
        if _is_plain(action):
            while count := _show(action, transaction_of_chunk):
                counts[State.DELIVERED] += count
            continue
        keys, failed = list(_pending(action).order_by("pk").values_list("pk", flat=True)), 0
        for done, key in enumerate(keys):
            if progress is not None:
                progress(action.key, done, len(keys))
            state = _deliver_one(key, now, transaction_of_chunk)
            counts.update([state] if state else [])
            failed = failed + 1 if state in (State.PENDING, State.FAILED) else 0
            if failed == FAILS_IN_A_ROW:
                break
    return {str(state): count for state, count in counts.items()}


def _pending(action: Action) -> QuerySet[ActionOutcome]:
    return ActionOutcome.objects.filter(action=action, state=State.PENDING)


def _is_plain(action: Action) -> bool:
    """Whether delivering is showing it in the shop, and nothing else."""
    return action.kind == Action.Kind.MESSAGE and not get_adapter(action.store.slug).can_notify


def _reachable(action: Action) -> RawSQL:
    rule = f"""EXISTS (SELECT FROM loyalty_ai_customer reach_c
        WHERE reach_c.id = loyalty_ai_actionoutcome.customer_id AND reach_c.alias_of_id IS NULL
            AND {reachable_sql("reach_c", store=action.store.slug)})"""
    return RawSQL(rule, [], output_field=BooleanField())  # noqa: S611 (no input)


def _drop_refused(action: Action, transaction_of_chunk: Transaction) -> dict[str, int]:
    """Whoever refuses since, or turned out to be a guest of somebody's, gets nothing."""
    with transaction_of_chunk():
        dropped = _pending(action).exclude(_reachable(action)).update(state=State.DROPPED)
    return {State.DROPPED: dropped} if dropped else {}


def _show(action: Action, transaction_of_chunk: Transaction) -> int:
    with transaction_of_chunk():
        keys = list(_pending(action).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        return _pending(action).filter(pk__in=keys).update(state=State.DELIVERED, delivered_at=timezone.now())


def _deliver_one(key: int, now: datetime, transaction_of_chunk: Transaction) -> str | None:
    """What became of one outcome; None where it is gone, or somebody else's."""
    outcome = ActionOutcome.objects.filter(pk=key, state=State.PENDING)
    outcome = outcome.select_related("action__store", "customer").first()
    if outcome is None:
        return None
    changes: dict[str, Any]
    if outcome.action.kind == Action.Kind.WEBHOOK:  # outside the transaction: nobody waits for another's network
        if not ActionOutcome.objects.filter(pk=key).filter(_reachable(outcome.action)).exists():
            changes = {"state": State.DROPPED}
        else:
            changes = _attempt(outcome, now, _call_service)
    with transaction_of_chunk():
        hold_off_erasure(outcome.action.store)
        mine = ActionOutcome.objects.select_for_update(skip_locked=True).filter(pk=key, state=State.PENDING)
        if not list(mine.values_list("pk")):  # locks it
            return None
        if outcome.action.kind != Action.Kind.WEBHOOK:
            if mine.filter(_reachable(outcome.action)).exists():
                changes = _attempt(outcome, now, _hand_over)
            else:
                changes = {"state": State.DROPPED}
        ActionOutcome.objects.filter(pk=key).update(**changes)
    return changes["state"]


def _attempt(
    outcome: ActionOutcome, now: datetime, hand_over: Callable[[ActionOutcome, datetime], dict[str, Any]]
) -> dict[str, Any]:
    """The fields that an attempt changes."""
    attempts = outcome.attempts + 1
    try:
        changes = hand_over(outcome, now)
    except Undeliverable as error:
        again = error.again and attempts < MOST_ATTEMPTS
        state = State.PENDING if again else State.FAILED
        return {"state": state, "attempts": attempts, "error": str(error)[:300]}
    return {"state": State.DELIVERED, "attempts": attempts, "error": "", "delivered_at": timezone.now(), **changes}


def _call_service(outcome: ActionOutcome, now: datetime) -> dict[str, Any]:
    action = outcome.action
    try:
        call(
            url=action.url,
            secret=action.secret,
            key=outcome.idempotency_key,
            action=action.key,
            customer_id=outcome.customer.external_id,
        )
    except WebhookFailed as error:
        raise Undeliverable(str(error), again=error.again) from error
    except RefusedAddress as error:
        raise Undeliverable(str(error)) from error
    return {}


def _hand_over(outcome: ActionOutcome, now: datetime) -> dict[str, Any]:
    """Ask the shop for the coupon, and to write to the customer where it does that."""
    action, adapter, changes = outcome.action, get_adapter(outcome.action.store.slug), {}
    customer = outcome.customer.external_id
    try:
        with transaction.atomic():
            if action.kind == Action.Kind.COUPON:
                if problem := action.problem():
                    raise Undeliverable(problem)
                until = now + timedelta(days=action.valid_days)
                key = outcome.idempotency_key
                code = adapter.coupon(customer, percent=action.percent, until=until, key=key)
                changes = {"coupon": code, "valid_until": until}
            if adapter.can_notify:
                headline, body = action.text(action.store.language)
                adapter.notify(customer, headline=headline, body=body, link=action.link, key=outcome.idempotency_key)
    except Undeliverable:
        raise
    except Exception as error:  # the adapter is the shop's code: whatever it raises, the others get theirs
        logger.exception("adapter failed to deliver", extra={"store": action.store.slug, "action": action.key})
        raise Undeliverable(type(error).__name__) from error
    return changes
