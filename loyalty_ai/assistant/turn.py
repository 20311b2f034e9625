"""What an answer is made of: plain values that backends, tools, checks and pages share. No database, no network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from loyalty_ai.shop.adapters.base import CartItem


class Outcome(StrEnum):
    """How a turn ended: said with sources, nothing found, politely refused, or passed to a person."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    REFUSED = "refused"
    HANDED_OVER = "handed_over"


class FactKind(StrEnum):
    """What a fact says about its source; the type of its value stands beside it."""

    NAME = "name"  # str: title of a product or of a document, number of an order
    PRICE = "price"  # Decimal, in the store's currency
    AVAILABLE = "available"  # bool
    UNITS = "units"  # int: in a cart, an order line, a stock that the shop tells
    PROPOSED = "proposed"  # int: units that the cart would hold after the shopper's yes
    WOULD_TOTAL = "would_total"  # Decimal: what the cart would come to then
    TOTAL = "total"  # Decimal: of an order or a cart, or of one line of it
    STATE = "state"  # str: of an order, as the shop names it
    ORDERED_ON = "ordered_on"  # date
    EXPECTED_BY = "expected_by"  # date
    TIER = "tier"  # str
    COUNT = "count"  # int: orders so far, products found
    SPENT = "spent"  # Decimal
    MISSING = "missing"  # Decimal: spend that is missing to the tier named before
    TEXT = "text"  # str: words of a policy, a description, a reason


FactValue = Decimal | int | bool | str | date


@dataclass(frozen=True, slots=True)
class Source:
    """What a sentence may cite.

    Args:
        key: "product:<the shop's id>", "order:<number>", "orders:<first day>..<last day>", "passage:<our key>", "cart" or
            "loyalty".
        title: how it is named to the shopper.
        url: a path of the shop's own, "" where there is no page.
    """

    key: str
    title: str
    url: str = ""


def topic_of(sources: Iterable[tuple[str, str]]) -> str:
    """The title of the document that is cited first, of sources' keys and titles; "" where none is.

    >>> topic_of([("cart", "Your cart"), ("passage:7", "Returns: How long you have")])
    'Returns'
    """
    return next((title.partition(": ")[0] for key, title in sources if key.startswith("passage:")), "")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the database says of a source, read in this turn.

    A NAME begins a group: what follows it, of the same source, is said of what it names. So an order's lines follow the order,
    and what is missing to a tier follows the tier.
    """

    source: str
    kind: FactKind
    value: FactValue


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of the cart that waits for the shopper's yes: product id -> units that the cart shall hold of it, 0 for none."""

    units: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a tool found.

    Args:
        data: the same as `facts` for a reader: JSON-able but for Decimal, date and datetime.
        cards: the shop's ids of products worth a card, best first.
        error: a sentence for whoever called, where the call was wrong or nothing may be told; then all else is empty.
    """

    data: dict[str, Any] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    sources: tuple[Source, ...] = ()
    cards: tuple[str, ...] = ()
    proposal: Proposal | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message of the conversation; of an answer with what it showed.

    Args:
        focus: its source keys in the order they were shown.
        topic: the title of the document that it quoted first, "" where it quoted none.
    """

    by_shopper: bool
    text: str
    focus: tuple[str, ...] = ()
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with all that may be known about who asks; nothing in it comes from the question's text.

    Args:
        store: its slug.
        customer_id: the shop's own id of who is signed in, None for a stranger.
        language: "en" or "zh-hans", of the answer.
        now: the shop's time.
        cart: as it stood when they wrote, None where the shop shows us no cart.
        product: the shop's id of the product whose page is open, "" on other pages.
        gpc: whether their browser sent Global Privacy Control with the question.
        history: earlier messages, oldest first.
        focus: source keys of the last answer in the order they were shown, so that "the second one" means something.
    """

    store: str
    text: str
    language: str
    now: datetime
    customer_id: str | None = None
    cart: tuple[CartItem, ...] | None = None
    product: str = ""
    gpc: bool = False
    history: tuple[Said, ...] = ()
    focus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One checked sentence of an answer, or one line of a list, with the keys of the sources that carry it."""

    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """What an answer cost: tokens read and written, and money in the currency of the backend's prices."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.tokens_in + other.tokens_in, self.tokens_out + other.tokens_out, self.cost + other.cost)


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer, all of it checked."""

    sentences: tuple[Sentence, ...]
    outcome: Outcome
    sources: tuple[Source, ...] = ()
    cards: tuple[str, ...] = ()
    proposal: Proposal | None = None
    backend: str = ""
    spent: Spent = Spent()

    @property
    def text(self) -> str:
        """Plain text, one sentence a line."""
        return "\n".join(sentence.text for sentence in self.sentences)
