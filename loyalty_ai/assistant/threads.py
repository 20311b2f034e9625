"""A thread as its templates show it: messages with cited sentences, product cards at today's price, and what waits for a yes."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from loyalty_ai.assistant.confirmations import Confirmed, sign
from loyalty_ai.assistant.models import Confirmation, Conversation, Message
from loyalty_ai.assistant.selectors import PRODUCT, product_of, shown_products
from loyalty_ai.assistant.services import tell_shortage
from loyalty_ai.conf import app_settings
from loyalty_ai.serving.money import format_money
from loyalty_ai.serving.page import guarded
from loyalty_ai.serving.widgets import safe_address
from loyalty_ai.shop.adapters.base import LiveProduct
from loyalty_ai.shop.prices import current_products, price_note

logger = logging.getLogger(__name__)

DASH = re.compile(" – |——")
MOST_CITES = 3
"""Sources that one sentence links; the first carry the most."""


@dataclass(frozen=True, slots=True)
class Cite:
    """A source under its number in one answer; `url` is empty or a path of the shop's own."""

    number: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, or one line of a list, with what carries it."""

    text: str
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Sentences that run on, or the lines of a list."""

    listed: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ProductCard:
    """One product as the shop sells it right now; what a card of the widgets has, so that the shop's own action fits."""

    product_id: str
    title: str
    url: str
    image: str
    price: str
    available: bool
    reason: str = ""
    price_note: str = ""


@dataclass(frozen=True, slots=True)
class CartLine:
    """Units that the cart shall hold of a product, 0 to take it out."""

    units: int
    card: ProductCard


@dataclass(frozen=True, slots=True)
class Ask:
    """A change of the cart that waits for the shopper; `state` is open, accepted, declined or expired."""

    state: str
    lines: tuple[CartLine, ...]
    token: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message of a thread."""

    id: str
    role: str
    at: datetime
    text: str
    done: bool
    blocks: tuple[Block, ...] = ()
    sources: tuple[Cite, ...] = ()
    cards: tuple[ProductCard, ...] = ()
    ask: Ask | None = None
    helpful: bool | None = None
    remark: str = ""
    outcome: str = ""
    client_key: str = ""


def bubbles(messages: Sequence[Message], *, store: str, whole: bool = False) -> list[Bubble]:
    """Messages of one store's thread for its templates, with one question to the shop for all their products.

    Args:
        whole: with every sentence as it was said, even where a card says the same.
    """
    wanted = dict.fromkeys(product_id for message in messages for product_id in products_of(message))
    live = live_products(store, wanted)
    currency = app_settings.store(store).currency
    return [_bubble(message, live, currency, whole=whole) for message in messages]


def confirmation_of(message: Message) -> Confirmation | None:
    """What the message asks the shopper to confirm; the thread was read with it."""
    try:
        return message.confirmation
    except ObjectDoesNotExist:
        return None


def products_of(message: Message) -> list[str]:
    """The products on its cards, and those it asks to put into the cart."""
    confirmation = confirmation_of(message)
    return [*shown_products(message), *(confirmation.units if confirmation else ())]


def cart_changed(conversation: Conversation, confirmed: Confirmed) -> None:
    """Where the stock fell short of a yes, the thread says what the cart holds instead."""
    if confirmed.short:
        live = live_products(conversation.store.slug, confirmed.short)
        held = [(live[key].title if key in live else key, confirmed.held.get(key, 0)) for key in confirmed.short]
        tell_shortage(conversation=conversation, held=held)


def live_products(store: str, product_ids: Iterable[str]) -> Mapping[str, LiveProduct]:
    """The products as the shop sells them right now; none where there are none, or the shop does not say."""
    wanted = list(product_ids)
    if not wanted:
        return {}
    try:
        with guarded():
            return current_products(store_slug=store, product_ids=wanted)
    except Exception:  # the adapter is the shop's code: whatever it raises, the thread is shown without cards
        logger.exception("adapter failed to resolve products", extra={"store": store})
        return {}


def _bubble(message: Message, live: Mapping[str, LiveProduct], currency: str, *, whole: bool) -> Bubble:
    cards = [_card(live[product_id], currency) for product_id in shown_products(message) if product_id in live]
    ask = _ask(message, live, currency)
    sentences = message.sentences
    if not whole:
        sentences, cards = _on_cards(sentences, cards)
        if ask is not None and {card.product_id for card in cards} <= {line.card.product_id for line in ask.lines}:
            cards = []
            sentences = _in_question(message.sentences, ask)
    cites = dict(_cites(sentences, message.sources))
    shown = {f"{PRODUCT}{card.product_id}" for card in cards}
    return Bubble(
        id=str(message.pk),
        role=message.role,
        at=message.created_at,
        text=message.text,
        done=message.state == Message.State.DONE,
        blocks=tuple(_blocks(sentences, cites)),
        sources=tuple(cite for key, cite in cites.items() if key not in shown),
        cards=tuple(cards),
        ask=ask,
        helpful=message.helpful,
        remark=message.remark,
        outcome=message.outcome,
        client_key=message.client_key,
    )


def _on_cards(
    sentences: list[dict[str, Any]], cards: list[ProductCard]
) -> tuple[list[dict[str, Any]], list[ProductCard]]:
    """Lines of a list that say of a product what its card says, title and price, stand on the card: what follows the dash does."""
    known = {card.product_id: card for card in cards if card.available and card.price}
    kept, told = [], {}
    for sentence in sentences:
        card, text = known.get(product_of(sentence)), sentence["text"]
        if card is not None and text.startswith(card.title) and card.price in text:
            told[card.product_id] = "".join(DASH.split(text, maxsplit=1)[1:])
        else:
            kept.append(sentence)
    if len(told) < 2 or not kept:
        return sentences, cards
    return kept, [replace(card, reason=told.get(card.product_id, "")) for card in cards]


def _in_question(sentences: list[dict[str, Any]], ask: Ask) -> list[dict[str, Any]]:
    """What is left beside the question about the cart, which shows units, titles and prices itself."""

    def shown(sentence: dict[str, Any]) -> bool:
        keys, text = sentence.get("sources", ()), sentence["text"]
        cards = [line.card for line in ask.lines if f"{PRODUCT}{line.card.product_id}" in keys]
        return any(card.title in text and card.price in text for card in cards)

    return [sentence for sentence in sentences if not shown(sentence)] or sentences


def _cited(sentence: dict[str, Any]) -> list[str]:
    return list(sentence.get("sources", ()))[:MOST_CITES]


def _cites(sentences: list[dict[str, Any]], given: list[dict[str, Any]]) -> Iterator[tuple[str, Cite]]:
    """The sources that sentences name, in the order in which they are first named."""
    sources = {source["key"]: source for source in given}
    named = dict.fromkeys(key for sentence in sentences for key in _cited(sentence))
    for number, key in enumerate((key for key in named if key in sources), start=1):
        source = sources[key]
        yield key, Cite(str(number), source["title"], own_path(source.get("url", "")))


def own_path(address: str) -> str:
    """The address where it is a path of this site, else empty."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else ""


def _blocks(sentences: list[dict[str, Any]], cites: Mapping[str, Cite]) -> Iterator[Block]:
    """Neighbouring lines that are each about a product are a list; other sentences run on."""
    run: list[Line] = []
    listed = False
    for sentence in sentences:
        line = Line(sentence["text"], tuple(cites[key] for key in _cited(sentence) if key in cites))
        item = bool(product_of(sentence))
        if run and item != listed:
            yield Block(listed and len(run) > 1, tuple(run))
            run = []
        run.append(line)
        listed = item
    if run:
        yield Block(listed and len(run) > 1, tuple(run))


def _card(product: LiveProduct, currency: str) -> ProductCard:
    price = product.price
    return ProductCard(
        product_id=product.product_id,
        title=product.title,
        url=safe_address(product.url),
        image=safe_address(product.image, ("data:image/",)),
        price=format_money(price, product.currency or currency) if price is not None else "",
        available=product.available,
        price_note=price_note(product),
    )


def _ask(message: Message, live: Mapping[str, LiveProduct], currency: str) -> Ask | None:
    confirmation = confirmation_of(message)
    if confirmation is None:
        return None
    lines = tuple(
        CartLine(units, _card(live[product_id], currency))
        for product_id, units in confirmation.units.items()
        if product_id in live
    )
    state = state_of(confirmation)
    return Ask(state, lines, sign(confirmation) if state == "open" else "")


def state_of(confirmation: Confirmation) -> str:
    """open, accepted, declined or expired."""
    if confirmation.used_at is not None:
        return "accepted" if confirmation.accepted else "declined"
    return "open" if confirmation.expires_at > timezone.now() else "expired"
