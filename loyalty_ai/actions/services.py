"""Starts and stops actions, decides whom they take, and keeps what people say of what they got."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from loyalty_ai.actions.audience import TREATED, audience_sql
from loyalty_ai.actions.models import Action, ActionOutcome
from loyalty_ai.shop.models import Customer, Store
from loyalty_ai.shop.suppression import hold_off_erasure

State = ActionOutcome.State

BATCH = 20_000
"""Customers of one transaction: a second or two, after which a waiting erasure has its turn."""


class CannotRun(Exception):
    """The action cannot be started or stopped; the text says why and what to do."""


@transaction.atomic
def start_action(action: Action, *, now: datetime) -> Action:
    """From tonight on it takes people.

    Args:
        now: the shop's time, aware.

    Raises:
        CannotRun: it was started before, or may not run in its store.
    """
    action = Action.objects.select_for_update(of=("self",)).select_related("store").get(pk=action.pk)
    if action.started_at is not None:
        raise CannotRun(_("“%(key)s” was started before; plan a new action to go on.") % {"key": action.key})
    if problem := action.problem():
        raise CannotRun(problem)
    action.started_at = now
    action.save(update_fields=["started_at"])
    return action


@transaction.atomic
def stop_action(action: Action, *, now: datetime) -> Action:
    """It takes nobody any more, shows nothing from the next page on, and drops what is not delivered yet.

    Args:
        now: the shop's time, aware.

    Raises:
        CannotRun: it does not run.
    """
    action = Action.objects.select_for_update(of=("self",)).select_related("store").get(pk=action.pk)
    if not action.running:
        raise CannotRun(_("“%(key)s” does not run.") % {"key": action.key})
    action.stopped_at = max(now, action.started_at)
    action.save(update_fields=["stopped_at"])
    action.outcomes.filter(state=State.PENDING).update(state=State.DROPPED)
    return action


def decide(
    *,
    store: Store,
    now: datetime,
    transaction_of_chunk: Callable[[], AbstractContextManager[Any]] = transaction.atomic,
) -> int:
    """Let the store's running actions take whom they match; how many were taken, held out ones too.

    One statement decides over `BATCH` customers. Run again, it takes nobody twice: a customer waits `again_after_days`, and each
    round is unique.

    Args:
        now: the shop's time, aware.
        transaction_of_chunk: what each statement is committed in; a worker gives the one that its lease guards.
    """
    taken, last = 0, 0
    while last is not None:
        ahead = Customer.objects.filter(store=store, pk__gt=last).order_by("pk").values_list("pk", flat=True)
        until = next(iter(ahead[BATCH - 1 : BATCH]), None)
        with transaction_of_chunk():
            hold_off_erasure(store)
            taken += _decide_between(store, now, last, until)
        last = until
    return taken


def _decide_between(store: Store, now: datetime, after: int, until: int | None) -> int:
    statement = f"""
        INSERT INTO loyalty_ai_actionoutcome
            (action_id, customer_id, round, "group", treated, state, attempts, error, coupon, decided_at)
        SELECT a.id, c.id, COALESCE(past.round, 0) + 1, COALESCE(p."group", ''), {TREATED},
            CASE WHEN {TREATED} THEN 'pending' ELSE 'held_out' END, 0, '', '', %(now)s
        {audience_sql(store=store.slug)} AND a.started_at IS NOT NULL AND a.stopped_at IS NULL
            AND c.id > %(after)s AND c.id <= COALESCE(%(until)s, c.id)
        ON CONFLICT DO NOTHING
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, {"store": store.pk, "now": now, "after": after, "until": until})
        return cursor.rowcount


def withdraw_outcomes(*, customers: Iterable[int]) -> None:
    """Deliver and show these customers nothing more of what actions took them for; coupons they hold stay theirs."""
    open_states = (State.PENDING, State.DELIVERED, State.SEEN)
    ActionOutcome.objects.filter(customer__in=list(customers), state__in=open_states).update(state=State.DROPPED)


def dismiss(*, customers: Iterable[int], outcome: int, now: datetime) -> bool:
    """Show a message no more; whether it is one of these customers' own.

    Args:
        now: the shop's time, aware.
    """
    own = ActionOutcome.objects.filter(pk=outcome, customer__in=customers, treated=True)
    own.filter(dismissed_at=None).update(dismissed_at=now)
    return own.exists()


def mark_seen(*, outcome: int, now: datetime) -> None:
    """The message was on a page for the first time."""
    ActionOutcome.objects.filter(pk=outcome, state=State.DELIVERED).update(state=State.SEEN, seen_at=now)
