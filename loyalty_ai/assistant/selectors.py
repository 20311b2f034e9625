"""What is read of conversations; everything a shopper sees goes through their `Owner`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from loyalty_ai.assistant.asking import Owner
from loyalty_ai.assistant.models import Conversation, Message
from loyalty_ai.assistant.turn import Said, Turn, topic_of
from loyalty_ai.conf import get_adapter
from loyalty_ai.shop.adapters.base import CartItem
from loyalty_ai.shop.expiry import kept_since

PRODUCT = "product:"

THREAD = 100
"""Messages that a thread shows, the newest."""

HISTORY, HISTORY_CHARACTERS = 12, 6000
"""How much of a conversation the next answer is told: messages, and characters of them."""


def conversations_of(owner: Owner) -> QuerySet[Conversation]:
    """Their conversations that have not expired, the newest first; of nobody, none."""
    if owner.nobody:
        return Conversation.objects.none()
    theirs = Q()
    if owner.customer_id is not None:
        theirs |= Q(customer__external_id=owner.customer_id)
    if owner.digest is not None:
        theirs |= Q(session_digest=owner.digest)
    since = kept_since("conversations", now=timezone.now())
    kept = Q() if since is None else Q(updated_at__gte=since)
    return (
        Conversation.objects.filter(theirs, kept, store__slug=owner.store)
        .select_related("store", "customer")
        .order_by("-pk")
    )


def shown_conversation(owner: Owner) -> Conversation | None:
    """The conversation that their page shows: the newest, so that who was answered last reads it after it was closed."""
    return conversations_of(owner).first()


def current_conversation(owner: Owner) -> Conversation | None:
    """The conversation that goes on: their newest, unless it was closed."""
    newest = shown_conversation(owner)
    return newest if newest is not None and newest.state != Conversation.State.CLOSED else None


def conversation_of(owner: Owner, key: UUID | str) -> Conversation:
    """One of their conversations.

    Raises:
        Conversation.DoesNotExist: there is none, or it is somebody else's.
    """
    return conversations_of(owner).get(key=key)


def messages_of(owner: Owner) -> QuerySet[Message]:
    """The messages of all their conversations."""
    return Message.objects.filter(conversation__in=conversations_of(owner).order_by().values("pk"))


def thread(conversation: Conversation, *, after: int = 0, limit: int = THREAD) -> list[Message]:
    """The newest messages behind `after` (a message's id), oldest first, each with what it asks the shopper to confirm."""
    rows = conversation.messages.filter(pk__gt=after).select_related("confirmation").order_by("-pk")[:limit]
    return list(reversed(rows))


def messages_behind(conversation: Conversation, after: int, *, limit: int = THREAD) -> list[Message]:
    """The first messages behind `after` (a message's id), oldest first, each with what it asks the shopper to confirm."""
    return list(conversation.messages.filter(pk__gt=after).select_related("confirmation").order_by("pk")[:limit])


def unfinished(conversation: Conversation) -> list[Message]:
    """Its answers that are not written yet, oldest first."""
    return list(conversation.messages.exclude(state=Message.State.DONE).order_by("pk"))


def inbox() -> QuerySet[Conversation]:
    """Conversations for the staff: whoever waits for a person first, the longest waiting before the others."""
    rank = Case(
        When(state=Conversation.State.WAITING, then=Value(0)),
        When(state=Conversation.State.WITH_PERSON, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return Conversation.objects.annotate(rank=rank).order_by("rank", "-updated_at")


def turn_of(question: Message) -> Turn:
    """What may be known to whoever answers this message of a shopper."""
    conversation, context = question.conversation, question.context
    before = conversation.messages.filter(pk__lt=question.pk, state=Message.State.DONE)
    earlier = list(before.exclude(role=Message.Role.NOTICE).exclude(text="").order_by("-pk")[:HISTORY])
    last = next((message for message in earlier if message.role == Message.Role.ASSISTANT), None)
    now = context.get("now")
    return Turn(
        store=conversation.store.slug,
        text=question.text,
        language=context.get("language") or conversation.language,
        now=datetime.fromisoformat(now) if now else get_adapter(conversation.store.slug).now(),
        customer_id=conversation.customer.external_id if conversation.customer else None,
        cart=_cart(context.get("cart")),
        product=context.get("product", ""),
        gpc=context.get("gpc", False),
        history=_history(earlier),
        focus=focus_of(last) if last else (),
    )


def product_of(sentence: dict[str, Any]) -> str:
    """The product that a line is about: the one that it cites first; none where it only leads to what follows."""
    key = next(iter(sentence.get("sources", ())), "")
    leads = sentence["text"].rstrip().endswith((":", "："))
    return key.removeprefix(PRODUCT) if key.startswith(PRODUCT) and not leads else ""


def shown_products(answer: Message) -> list[str]:
    """The products on an answer's cards, in order: those that its lines name, where they list some, else those that were found."""
    listed = list(dict.fromkeys(filter(None, map(product_of, answer.sentences))))
    return listed if len(listed) > 1 else answer.cards


def focus_of(answer: Message) -> tuple[str, ...]:
    """The sources of an answer in the order in which they were shown: products on cards, then what its sentences cite."""
    cards = [f"{PRODUCT}{product_id}" for product_id in (*shown_products(answer), *answer.cards)]
    return tuple(dict.fromkeys([*cards, *(source["key"] for source in answer.sources)]))


def _history(newest_first: list[Message]) -> tuple[Said, ...]:
    kept, room = [], HISTORY_CHARACTERS
    for message in newest_first:
        room -= len(message.text)
        if room < 0:
            break
        answered = message.role == Message.Role.ASSISTANT
        focus = focus_of(message) if answered else ()
        topic = topic_of((source["key"], source.get("title", "")) for source in message.sources) if answered else ""
        kept.append(Said(message.role == Message.Role.SHOPPER, message.text, focus, topic))
    return tuple(reversed(kept))


def _cart(lines: list[dict[str, Any]] | None) -> tuple[CartItem, ...] | None:
    if lines is None:
        return None
    return tuple(
        CartItem(line["product_id"], line["title"], line["units"], line["price"] and Decimal(line["price"]))
        for line in lines
    )
