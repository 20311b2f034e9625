"""What changes conversations. Saving a message and answering it are separate steps: `delivery` fills what `say` leaves empty."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from loyalty_ai.assistant.asking import Owner
from loyalty_ai.assistant.models import Conversation, Message
from loyalty_ai.assistant.selectors import conversation_of, current_conversation, messages_of
from loyalty_ai.conf import app_settings
from loyalty_ai.shop.models import Customer, Store
from loyalty_ai.shop.services import ensure_store
from loyalty_ai.shop.suppression import erased_customers, hold_off_erasure

LONGEST = 2000
"""Characters of a message."""

LONGEST_REMARK = 500
OWNER_LOCK = 0x6C6F7963  # "loyc": one conversation is opened at a time for one owner
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what follows them."""


class CannotSay(Exception):
    """The message is not taken; its text tells the shopper why."""


class TooFast(CannotSay):
    """More messages a minute than `LOYALTY_AI["ASSISTANT"]["PER_MINUTE"]` or `["STRANGERS_PER_MINUTE"]`."""


class Closed(CannotSay):
    """The conversation is closed."""


@transaction.atomic
def open_conversation(*, owner: Owner, language: str) -> Conversation:
    """The owner's conversation that goes on, else a new one.

    Somebody who was erased is asked after like a stranger: nothing about them is kept under their name.

    Raises:
        ValueError: the owner is nobody; `owner_of(request, remember=True)` gives a stranger a secret.
    """
    if owner.nobody:
        raise ValueError("a conversation needs a customer or the secret of a stranger")
    store = ensure_store(owner.store)
    with connection.cursor() as cursor:
        name = f"{owner.store}|{owner.customer_id or owner.digest.hex()}"
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [OWNER_LOCK, name])
    going_on = current_conversation(owner)
    if going_on is not None:
        return going_on
    customer = _customer(store, owner.customer_id) if owner.customer_id is not None else None
    if customer is None and owner.digest is None:
        raise ValueError("a conversation needs a customer or the secret of a stranger")
    digest = None if customer else owner.digest
    return Conversation.objects.create(store=store, customer=customer, session_digest=digest, language=language)


def _customer(store: Store, external_id: str) -> Customer | None:
    hold_off_erasure(store)
    if erased_customers(store=store, external_ids=[external_id]):
        return None
    return Customer.objects.get_or_create(store=store, external_id=external_id)[0]


def say(
    *,
    conversation: Conversation,
    text: str,
    context: dict[str, Any] | None = None,
    client_key: str = "",
    address: str = "",
) -> Message:
    """Keep a shopper's message, with an empty answer beside it (`message.answer`) unless a person answers here.

    Args:
        context: what `surroundings` read from the request.
        client_key: the sender's own key of the message, up to 64 characters; the same again is the same message.
        address: the sender's network address; what strangers say from one is counted together, as they may come anew each time.

    Raises:
        TooFast, Closed, CannotSay: nothing was kept.
    """
    # Outside the transaction: the cache may be another machine, and the conversation is locked within.
    crowded = bool(address) and conversation.customer_id is None and _crowded(address)
    with transaction.atomic():
        return _keep(conversation, text, context or {}, client_key[:64], crowded=crowded)


def _keep(conversation: Conversation, text: str, context: dict[str, Any], client_key: str, *, crowded: bool) -> Message:
    conversation = Conversation.objects.select_for_update().select_related("store").get(pk=conversation.pk)
    if client_key:
        sent = conversation.messages.filter(client_key=client_key).first()
        if sent is not None:
            return sent
    text = clean(text)
    if not text:
        raise CannotSay(_("Write something first."))
    if len(text) > LONGEST:
        raise CannotSay(_("That is too long; up to %(count)d characters, please.") % {"count": LONGEST})
    if conversation.state == Conversation.State.CLOSED:
        raise Closed(_("This conversation is closed."))
    _slow_down(conversation, crowded=crowded)
    question = Message.objects.create(
        conversation=conversation,
        role=Message.Role.SHOPPER,
        text=text,
        context=context,
        client_key=client_key,
    )
    if conversation.state == Conversation.State.OPEN:
        Message.objects.create(
            conversation=conversation,
            role=Message.Role.ASSISTANT,
            state=Message.State.WAITING,
            answers=question,
        )
    _touch(conversation)
    return question


def answer_of(question: Message) -> Message | None:
    """The answer beside a question, None where a person answers."""
    answer = Message.objects.filter(answers=question).first()
    if answer is not None:
        answer.answers, answer.conversation = question, question.conversation  # they are at hand
    return answer


def clean(text: str) -> str:
    """Text as a person means it: no control characters, no blank ends, no piles of empty lines."""
    text = UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _slow_down(conversation: Conversation, *, crowded: bool) -> None:
    if conversation.customer_id:
        theirs = Q(conversation__customer=conversation.customer_id)
    else:
        theirs = Q(conversation__session_digest=conversation.session_digest)
    lately = Message.objects.filter(
        theirs, role=Message.Role.SHOPPER, created_at__gt=timezone.now() - timedelta(minutes=1)
    )
    if crowded or lately.count() >= app_settings.ASSISTANT["PER_MINUTE"]:
        raise TooFast(_("One moment, please: that were many messages in a minute."))


def _crowded(address: str) -> bool:
    """Whether strangers spoke too often from the address in this minute; the cache forgets it, and holds a digest alone."""
    most = app_settings.ASSISTANT["STRANGERS_PER_MINUTE"]
    if most is None:
        return False
    minute = int(timezone.now().timestamp()) // 60
    key = f"loyalty_ai.said.{hashlib.sha256(address.encode()).hexdigest()}.{minute}"
    cache.add(key, 0, 120)
    try:
        return cache.incr(key) > most
    except ValueError:  # a cache that was full has dropped it
        return False


def give_feedback(*, owner: Owner, message_id: int, helpful: bool | None, remark: str = "") -> Message:
    """Keep what the shopper thinks of an answer; None takes it back.

    Raises:
        Message.DoesNotExist: it is no finished answer of theirs.
    """
    message = messages_of(owner).get(pk=message_id, role=Message.Role.ASSISTANT, state=Message.State.DONE)
    message.helpful, message.remark = helpful, clean(remark)[:LONGEST_REMARK]
    message.save(update_fields=["helpful", "remark"])
    return message


@transaction.atomic
def hand_over(*, conversation: Conversation) -> Conversation:
    """Ask a person of the shop to go on; nothing changes where one was asked already."""
    conversation = _locked(conversation)
    if conversation.state == Conversation.State.OPEN:
        conversation.state, conversation.handed_over_at = Conversation.State.WAITING, timezone.now()
        conversation.save(update_fields=["state", "handed_over_at"])
        with translation.override(conversation.language):
            _notice(
                conversation, _("A person from our team will answer you here. You can leave this page and come back.")
            )
    return conversation


@transaction.atomic
def take_over(*, conversation: Conversation, staff: Any) -> Conversation:
    """A person of the shop answers from here on; the assistant keeps silent."""
    conversation = _locked(conversation)
    fresh = conversation.state != Conversation.State.WITH_PERSON
    conversation.state, conversation.staff = Conversation.State.WITH_PERSON, staff
    conversation.handed_over_at = conversation.handed_over_at or timezone.now()
    conversation.save(update_fields=["state", "staff", "handed_over_at"])
    if fresh:
        with translation.override(conversation.language):
            _notice(conversation, _("You are talking with a person from our team now."))
    return conversation


@transaction.atomic
def staff_reply(*, conversation: Conversation, staff: Any, text: str) -> Message:
    """A person's answer, under the shop's name; who wrote it is kept and taken over the conversation.

    Raises:
        CannotSay: there is no text.
    """
    text = clean(text)
    if not text:
        raise CannotSay(_("Write something first."))
    conversation = take_over(conversation=conversation, staff=staff)
    message = Message.objects.create(
        conversation=conversation, role=Message.Role.STAFF, text=text[:LONGEST], answered_at=timezone.now()
    )
    _touch(conversation)
    return message


@transaction.atomic
def hand_back(*, conversation: Conversation) -> Conversation:
    """The assistant answers again."""
    conversation = _locked(conversation)
    if conversation.state != Conversation.State.OPEN:
        conversation.state = Conversation.State.OPEN
        conversation.save(update_fields=["state"])
        with translation.override(conversation.language):
            _notice(conversation, _("The assistant answers again."))
    return conversation


@transaction.atomic
def close(*, conversation: Conversation) -> Conversation:
    """End the conversation; the next message begins a new one."""
    conversation = _locked(conversation)
    if conversation.state != Conversation.State.CLOSED:
        conversation.state = Conversation.State.CLOSED
        conversation.save(update_fields=["state"])
        with translation.override(conversation.language):
            _notice(conversation, _("This conversation was closed."))
    return conversation


@transaction.atomic
def tell_shortage(*, conversation: Conversation, held: list[tuple[str, int]]) -> None:
    """Say in the thread of which products, by title, the cart holds less than the shopper said yes to."""
    with translation.override(conversation.language):
        products = ", ".join(f"{units} × {title}" for title, units in held)
        _notice(conversation, _("The shop has less than that. Your cart holds %(products)s.") % {"products": products})


def delete_conversation(*, owner: Owner, key: Any) -> None:
    """Delete one of the owner's conversations with all its messages.

    Raises:
        Conversation.DoesNotExist: there is none, or it is somebody else's.
    """
    conversation_of(owner, key).delete()


def _locked(conversation: Conversation) -> Conversation:
    return (
        Conversation.objects.select_for_update(of=("self",)).select_related("store", "customer").get(pk=conversation.pk)
    )


def _notice(conversation: Conversation, text: str) -> None:
    Message.objects.create(conversation=conversation, role=Message.Role.NOTICE, text=text)
    _touch(conversation)


def _touch(conversation: Conversation) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=timezone.now())
