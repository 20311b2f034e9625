"""Fills the empty answer beside a question: who writes it, what of it can be seen already, and who steps in for a lost worker.

An answer is *free* while it waits, and again when whoever writes it has not been heard of for `STALE` (by the database's clock).
Each claim raises its epoch, and every write names the epoch: a worker that was given up on can write nothing any more. Listeners on
`CHANNEL` are told the id of the message after each write, once it is committed.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.db import Error, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from loyalty_ai.assistant import budgets
from loyalty_ai.assistant.answering import NobodyWaits, answer
from loyalty_ai.assistant.backends.registry import FALLBACK, get_backend
from loyalty_ai.assistant.confirmations import propose
from loyalty_ai.assistant.models import Message
from loyalty_ai.assistant.selectors import turn_of
from loyalty_ai.assistant.services import hand_over
from loyalty_ai.assistant.turn import Answer, Outcome, Sentence
from loyalty_ai.conf import app_settings
from loyalty_ai.jobs.services import BROKER_SECONDS
from loyalty_ai.serving.page import guarded

logger = logging.getLogger(__name__)

CHANNEL = "loyalty_ai_message"
"""NOTIFY with a message's id: it has more sentences, or is done."""

PATIENCE = timedelta(seconds=4)
"""How long an answer waits for a worker before whoever asks for it answers with `templates`."""

STALE = timedelta(seconds=12)
"""Whoever writes and is not heard of for so long is taken for dead."""

BEAT_SECONDS = 3.0
LONGEST_SECONDS = 90.0
"""Beats end then: a worker that hangs is given up on too."""

SHOW_SECONDS = 0.25
"""Between two writes of a growing answer."""


def begin(*, message: Message) -> None:
    """See to it that an empty answer is written: here and now by an instant backend, else by a worker after the commit.

    Never fails and never waits for a broker: what nobody begins, `rescue` does.
    """
    try:
        instant = get_backend(message.conversation.store.slug).instant
    except Exception:  # a backend that cannot be made answers nobody; `templates` does, in its place
        logger.exception("the assistant's backend cannot be made")
        instant = True
    if instant:
        _deliver_safely(message.pk)
    else:
        transaction.on_commit(partial(_call_worker, message.pk), robust=True)


def deliver(*, message_id: int, backend: str | None = None) -> bool:
    """Write the answer here, whole, unless somebody else does or did; whether it was written here.

    Args:
        backend: by default the one of the settings, as far as budgets allow.
    """
    claimed = _claim(message_id, backend=backend)
    if claimed is None:
        return False
    message, backend = claimed
    if backend == FALLBACK:  # what it says is there before anybody could look
        given = answer(turn_of(message.answers), backend=backend)
    else:
        pen = _Pen(message)
        with _Heart(message):
            given = answer(turn_of(message.answers), backend=backend, tell=pen.tell)
    return _finish(message, given)


def rescue(*, message: Message) -> bool:
    """For whoever asks for an answer: give it with `templates`, here, if nobody began in time or whoever did is gone.

    Returns whether that was done; costs one query where it is not needed.
    """
    if message.role != Message.Role.ASSISTANT or message.state == Message.State.DONE:
        return False
    late = Q(state=Message.State.WAITING, created_at__lt=Now() - PATIENCE)
    if not Message.objects.filter(late | _abandoned(), pk=message.pk).exists():
        return False
    logger.warning("an answer was taken over from the workers", extra={"epoch": message.epoch})
    return _deliver_safely(message.pk, backend=FALLBACK)


def _deliver_safely(message_id: int, *, backend: str | None = None) -> bool:
    """Within a page: whatever goes wrong, the page only shows no answer yet, and the next look tries again."""
    try:
        with guarded():
            return deliver(message_id=message_id, backend=backend)
    except Exception:  # the shop's code and database, on the way to an answer
        logger.exception("an answer could not be written")
        return False


def _call_worker(message_id: int) -> None:
    options = {"max_retries": 0, "socket_connect_timeout": BROKER_SECONDS}
    try:
        with current_app.connection_for_write(connect_timeout=BROKER_SECONDS, transport_options=options) as broker:
            current_app.send_task(
                "loyalty_ai.answer_message",
                args=[message_id],
                queue="loyalty",
                connection=broker,
                expires=LONGEST_SECONDS,
                ignore_result=True,
                retry=False,
            )
    except (BrokerError, KombuError, OSError) as error:
        logger.warning("no worker called for an answer, whoever asks for it answers: %s", error)


def _abandoned() -> Q:
    return Q(state=Message.State.WRITING) & (Q(claimed_at__isnull=True) | Q(claimed_at__lt=Now() - STALE))


def _claim(message_id: int, *, backend: str | None) -> tuple[Message, str] | None:
    """Take the free answer under a new epoch, with the backend that may write it; None where it is not free."""
    free = Message.objects.filter(Q(state=Message.State.WAITING) | _abandoned(), role=Message.Role.ASSISTANT)
    with transaction.atomic():
        message = (
            free.filter(pk=message_id, answers__isnull=False)
            .select_related("answers", "conversation__store", "conversation__customer")
            .select_for_update(of=("self",), skip_locked=True, no_key=True)
            .first()
        )
        if message is None:
            return None
        backend = backend or _allowed(message)
        message.state, message.epoch, message.backend = Message.State.WRITING, message.epoch + 1, backend[:64]
        Message.objects.filter(pk=message.pk).update(
            state=message.state, epoch=message.epoch, backend=message.backend, claimed_at=Now(), sentences=[], text=""
        )
    return message, backend


def _allowed(message: Message) -> str:
    """The backend of the settings, or `templates` where it may cost nothing more or has its hands full."""
    name = app_settings.ASSISTANT["BACKEND"]
    store = message.conversation.store
    if name == FALLBACK:
        return name
    if not budgets.affordable(message.conversation):
        logger.info("the assistant's budget is spent", extra={"store": store.slug, "backend": name})
        return FALLBACK
    if not budgets.seat_free(store, name[:64], fresh=STALE):
        logger.info("the assistant has its hands full", extra={"store": store.slug, "backend": name})
        return FALLBACK
    return name


def _write(message: Message, **values: Any) -> bool:
    """Write under the epoch of the claim, and tell the listeners; False where the answer is somebody else's by now."""
    ours = Message.objects.filter(pk=message.pk, epoch=message.epoch, state=Message.State.WRITING)
    if not ours.update(claimed_at=Now(), **values):
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(message.pk)])
    return True


def _finish(message: Message, given: Answer) -> bool:
    spent = budgets.believable(given.spent)
    with transaction.atomic():
        written = _write(
            message,
            state=Message.State.DONE,
            text=given.text,
            sentences=[asdict(sentence) for sentence in given.sentences],
            sources=[asdict(source) for source in given.sources],
            cards=list(given.cards),
            outcome=given.outcome,
            backend=given.backend[:64],
            tokens_in=spent.tokens_in,
            tokens_out=spent.tokens_out,
            cost=spent.cost,
            answered_at=Now(),
        )
        if written and given.proposal is not None:
            propose(message=message, proposal=given.proposal)
        if written and given.outcome == Outcome.HANDED_OVER:
            hand_over(conversation=message.conversation)
        budgets.charge(message.conversation, spent)  # paid for, whoever's answer is shown
    return written


class _Pen:
    """Writes the growing answer into its row, not more often than `SHOW_SECONDS`; what it leaves out, the finished one holds."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.sentences: list[Sentence] = []
        self.written_at = 0.0

    def tell(self, sentence: Sentence | None) -> None:
        if sentence is None:
            self.sentences = []
        else:
            self.sentences.append(sentence)
        if sentence is None or time.monotonic() - self.written_at >= SHOW_SECONDS:
            self.show()

    def show(self) -> None:
        self.written_at = time.monotonic()
        try:
            with guarded():
                ours = _write(self.message, sentences=[asdict(sentence) for sentence in self.sentences])
        except Error:
            logger.warning("a growing answer could not be shown", exc_info=True)
            return
        if not ours:
            raise NobodyWaits


class _Heart(threading.Thread):
    """Says for a worker whose backend is silent that it lives; connects only when the first beat is due."""

    def __init__(self, message: Message) -> None:
        super().__init__(name=f"heart of {message}", daemon=True)
        self.message = message
        self._done = threading.Event()

    def run(self) -> None:
        until = time.monotonic() + LONGEST_SECONDS
        try:
            while not self._done.wait(BEAT_SECONDS) and time.monotonic() < until:
                mine = Message.objects.filter(pk=self.message.pk, epoch=self.message.epoch, state=Message.State.WRITING)
                try:
                    mine.update(claimed_at=Now())
                except Error:
                    logger.warning("no beat: the database did not answer", exc_info=True)
                    connection.close()
        finally:
            connection.close()

    def __enter__(self) -> _Heart:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._done.set()
        self.join(timeout=10)
