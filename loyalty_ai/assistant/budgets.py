"""What answers may cost: tokens and money, how many are written at once, and when a backend that fails is left alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.signals import setting_changed
from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Now
from django.dispatch import receiver
from django.utils import timezone

from loyalty_ai.assistant.models import AssistantUsage, Conversation, Message
from loyalty_ai.assistant.turn import Spent
from loyalty_ai.conf import app_settings
from loyalty_ai.shop.models import Store

FAILURES, REST = 5, 30.0
"""After so many failures in a row a backend is left alone by this process for so many seconds."""

MOST_TOKENS, MOST_COST = 1_000_000_000, Decimal(100_000)
"""That one answer is believed to have cost, whatever its backend says."""

SEATS_LOCK = 0x6C6F7977  # "loyw": one answer of a store takes a seat at a time


def today(store: Store) -> date:
    """The day of the store's own calendar that budgets are counted in."""
    return timezone.localdate(timezone=ZoneInfo(store.time_zone))


def affordable(conversation: Conversation) -> bool:
    """Whether the conversation, its customer and its store may spend more today.

    Asked before an answer is begun: a limit is passed by no more than the answers that are being written then.
    """
    limits = app_settings.ASSISTANT
    if (most := limits["CONVERSATION_TOKENS"]) is not None:
        said = conversation.messages.aggregate(read=Sum("tokens_in", default=0), written=Sum("tokens_out", default=0))
        if said["read"] + said["written"] >= most:
            return False
    day = AssistantUsage.objects.filter(store=conversation.store_id, day=today(conversation.store))
    limited = [(day.filter(customer=None), limits["STORE_TOKENS"], limits["STORE_MONEY"])]
    if conversation.customer_id is not None:
        limited.append((day.filter(customer=conversation.customer_id), limits["CUSTOMER_TOKENS"], None))
    for rows, most_tokens, most_money in limited:
        if most_tokens is None and most_money is None:
            continue
        tokens, cost = rows.values_list("tokens", "cost").first() or (0, Decimal(0))
        if most_tokens is not None and tokens >= most_tokens:
            return False
        if most_money is not None and cost >= Decimal(str(most_money)):
            return False
    return True


def seat_free(store: Store, backend: str, *, fresh: timedelta) -> bool:
    """Whether the backend may write one more answer of the store.

    Within the transaction in which the caller takes the seat, by marking a message as being written by this backend; nobody else
    takes one before it ends.

    Args:
        fresh: how long ago whoever writes must have been heard of for its seat to count.
    """
    most = app_settings.ASSISTANT["CONCURRENT"]
    if most is None:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SEATS_LOCK, store.pk])
    writing = Message.objects.filter(
        state=Message.State.WRITING, claimed_at__gt=Now() - fresh, backend=backend, conversation__store=store
    )
    return writing.count() < most


def charge(conversation: Conversation, spent: Spent) -> None:
    """Add one answer's cost to the day of its store and of its customer."""
    spent = believable(spent)
    values = [spent.tokens_in + spent.tokens_out, spent.cost]
    rows = [(None, "(store_id, day) WHERE customer_id IS NULL")]
    if conversation.customer_id is not None:
        rows.append((conversation.customer_id, "(store_id, day, customer_id) WHERE customer_id IS NOT NULL"))
    with connection.cursor() as cursor:
        for customer, conflict in rows:
            cursor.execute(
                ADD_USAGE % conflict, [conversation.store_id, customer, today(conversation.store), 1, *values]
            )


ADD_USAGE = """
INSERT INTO loyalty_ai_assistantusage AS usage (store_id, customer_id, day, answers, tokens, cost)
VALUES (%%s, %%s, %%s, %%s, %%s, %%s)
ON CONFLICT %s DO UPDATE
SET answers = usage.answers + EXCLUDED.answers,
    tokens = usage.tokens + EXCLUDED.tokens,
    cost = usage.cost + EXCLUDED.cost
"""


def believable(spent: Spent) -> Spent:
    """The same within what one answer can have cost and a row can hold; backends report what a server told them."""
    return Spent(
        tokens_in=min(max(0, spent.tokens_in), MOST_TOKENS),
        tokens_out=min(max(0, spent.tokens_out), MOST_TOKENS),
        cost=min(max(Decimal(0), spent.cost), MOST_COST) if spent.cost.is_finite() else Decimal(0),
    )


class Breaker:
    """Leaves a backend alone that failed again and again, then lets one answer try it.

    Closed, it lets everybody through. After `failures` in a row it is open for `rest` seconds; then one may try at a time, and
    their success closes it, their failure opens it anew. Whoever tries and is never heard of again gives way after another rest.
    """

    def __init__(
        self, *, failures: int = FAILURES, rest: float = REST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._rest = rest
        self._clock = clock
        self._failed = 0
        self._until = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether the backend may be asked now; True from an open breaker is leave for one try."""
        with self._lock:
            if self._failed < self._most:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + self._rest
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            self._until = self._clock() + self._rest


_breakers: dict[tuple[str, str], Breaker] = {}


def breaker_of(store: str, backend: str) -> Breaker:
    """This process's breaker of a store's backend."""
    return _breakers.setdefault((store, backend), Breaker())


@receiver(setting_changed)
def forget_breakers(*, setting: str, **kwargs: Any) -> None:
    if setting == "LOYALTY_AI":
        _breakers.clear()
