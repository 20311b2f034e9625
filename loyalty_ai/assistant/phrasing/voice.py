"""What every answer of the templates needs: which product is meant, and how products and policies are put into words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loyalty_ai.assistant.backends.base import Piece, Tools
from loyalty_ai.assistant.hearing import Heard
from loyalty_ai.assistant.phrasing.choosing import (
    POSSIBLE,
    Choice,
    Row,
    codes_of,
    decide,
    named,
)
from loyalty_ai.assistant.phrasing.extracts import Question, best_sentences, sentences_of, unanswered
from loyalty_ai.assistant.questions import Asked, understand
from loyalty_ai.assistant.turn import Found, Outcome, Sentence, Turn
from loyalty_ai.serving.money import format_money

SHOWN, MOST_CHOICES = 5, 6
"""Products of a list, and to choose from."""

MOST_FOUND = 20
"""Products that a search is asked for."""

FURTHEST = 4
"""Answers back that a question may point at."""

STILL = re.compile(r"\b(?:still|left|any more|again)\b")
"""It asks for what may be sold out."""

CERTAIN = 0.75
"""Score of a product from which on the words alone say that it is meant."""

CARRIED, BY_HEADING = 0.55, 0.15
"""Score of a passage from which on it treats a subject, and what a heading that says it adds to that."""

EMPTY_OF_POLICIES = re.compile(
    r"\b(?:policy|policies|rules|terms|faq|benefits?|accept|methods?)\b|\b(?:in|into|to|hit|on) my (?:bank )?account\b|"
    r"if (?:i|we) pay (?:extra|more)|"
    r"\b(?:\d+|an?|one|two|three|four|five|six|few) (?:minutes?|hours?|days?|weeks?|months?|years?)(?: ago)?\b|"
    r"\d+ ?(?:天|周|个月|年)前?|政策|规定|规则|是什么|有哪些|方式|怎么办|咋办"
)
"""Words of a question about policies that no policy needs to hold."""


class Voice:
    """One message being answered; `meant` are the products that its questions so far were about, `topic` the title of
    the document that was quoted last, `twins` those of one title that differ in price, `changes` the units that the cart shall hold
    by what was proposed so far."""

    def __init__(self, turn: Turn, tools: Tools, currency: str) -> None:
        self.turn = turn
        self.tools = tools
        self.currency = currency
        self.meant: list[Row] = []
        self.topic = ""
        self.wanted_like = ""
        self.listed: list[Row] = []
        self.twins: set[str] = set()
        self.quoted: set[str] = set()
        self.cited: set[str] = set()
        self.known: dict[str, str] = {}
        self.spelt: dict[str, str] = {}
        self.listened: dict[str, Heard | None] = {}
        self.changes: dict[str, int] = {}
        self._understood: dict[str, list[Asked]] = {}
        self._called: dict[str, Found] = {}
        self._lists: dict[tuple[str, ...], list[Row]] = {}

    def understood(self, text: str) -> list[Asked]:
        """The questions of a message of this thread, read only once."""
        if text not in self._understood:
            self._understood[text] = understand(text)
        return self._understood[text]

    def call(self, name: str, **arguments: Any) -> Found:
        """What a tool says, asked once for the same: an answer has only so many calls."""
        given = {key: value for key, value in arguments.items() if value is not None}
        asked = f"{name} {sorted(given.items())}"
        if asked not in self._called:
            self._called[asked] = self.tools.call(name, given)
        return self._called[asked]

    def rows(self, product_ids: Iterable[str]) -> list[Row]:
        wanted = list(dict.fromkeys(product_ids))[:20]
        return self.call("lookup_catalog", product_ids=wanted).data.get("products", []) if wanted else []

    def search(
        self,
        words: str,
        asked: Asked | None = None,
        *,
        available: bool = True,
        limit: int = 12,
        like: str | None = None,
    ) -> list[Row]:
        bounds = {"min_price": asked.low, "max_price": asked.high} if asked else {}
        # one search, however many of it are read
        given = {"available_only": available, "limit": MOST_FOUND, "like": like, **bounds}
        found = self.call("search_catalog", query=words[:400], **given)
        if (unknown := found.data.get("unknown")) and (known := without(words, unknown)):
            self.known[words] = known
            found = self.call("search_catalog", query=known[:400], **given)
        meant = found.data.get("read_as", {})
        self.spelt[words] = " ".join(meant.get(word, word) for word in self.told(words).split())
        rows = found.data.get("products", [])[:limit]
        return [row for row in rows if row["score"] >= POSSIBLE and not row.get("muted")]

    def most_like(self, text: str, asked: Asked) -> list[Row]:
        """What is most like an English text in meaning, whatever words it has."""
        bounds = {"min_price": asked.low, "max_price": asked.high}
        found = self.call("search_catalog", like=text[:400], limit=MOST_FOUND, **bounds)
        return [row for row in found.data.get("products", []) if not row.get("muted")]

    def told(self, words: str) -> str:
        """The words that were searched for in the end: those that no product has are left out where others are left."""
        return self.known.get(words, words)

    def meaning(self, words: str) -> str:
        """The same, those that no product has as they were typed by what they were read as."""
        return self.spelt.get(words, self.told(words))

    @property
    def shown(self) -> list[Row]:
        """The products of the latest answer that showed any, in their order."""
        return next(self.lists(), [])

    def lists(self) -> Iterator[list[Row]]:
        """The products of each answer that showed any, the latest answer first."""
        told = [said.focus for said in reversed(self.turn.history) if not said.by_shopper]
        for focus in list(dict.fromkeys([self.turn.focus, *told]))[:FURTHEST]:
            ids = tuple(key.removeprefix("product:") for key in focus if key.startswith("product:"))
            if ids and ids not in self._lists:
                self._lists[ids] = self.rows(ids)
            if ids and self._lists[ids]:
                yield self._lists[ids]

    def recalled(self, asked: Asked) -> list[Row]:
        """The latest list in which the question's words name something ("back to the lamps, the second one"), else the
        latest that has so many places: "the second" after the cheapest alone was told."""
        lists = list(self.lists()) if asked.words else []
        long_enough = (rows for rows in self.lists() if len(rows) >= max(asked.ordinals, default=0))
        return next((rows for rows in lists if named(rows, asked.words)), next(long_enough, self.shown))

    @property
    def last_about(self) -> str:
        """What the last answer was about: "product", "order", "loyalty", "passage" or ""."""
        kinds = [key.partition(":")[0] for key in self.turn.focus]
        return next((kind for kind in ("product", "order", "loyalty", "passage") if kind in kinds), "")

    @property
    def asked_before(self) -> list[str]:
        """What the shopper said so far, the latest first."""
        return [said.text for said in reversed(self.turn.history) if said.by_shopper]

    @property
    def told_before(self) -> str:
        """The text of the last answer, "" where there was none."""
        return next((said.text for said in reversed(self.turn.history) if not said.by_shopper), "")

    @property
    def topic_before(self) -> str:
        """The title of the document that the last answer quoted, "" where it quoted none."""
        return next((said.topic for said in reversed(self.turn.history) if not said.by_shopper), "")

    def page(self) -> list[Row]:
        return self.rows([self.turn.product]) if self.turn.product else []

    def pointed(self, asked: Asked) -> list[Row]:
        """What is meant without naming it: this page, what was just said, what was last shown."""
        if asked.here:
            return self.page() or self.meant[-1:] or self.shown
        return self.meant[-1:] or self.shown or self.page()

    def choose(self, asked: Asked, *, many: bool = False) -> Choice:
        """The product that a question is about."""
        chosen = self._choose(asked)
        if many or chosen.sure or len(chosen.products) <= 1:
            self.meant = chosen.products if chosen.sure else self.meant
        return chosen

    def _choose(self, asked: Asked) -> Choice:
        if asked.codes and (rows := self.rows(codes_of(asked))):
            return Choice(rows, sure=True)
        if asked.ordinals and (rows := self.recalled(asked)):
            places = [place - 1 if place > 0 else len(rows) - 1 for place in asked.ordinals]
            return Choice([rows[place] for place in places if place < len(rows)], sure=True)
        if asked.both and (rows := (self.shown if len(self.shown) > 1 else [*self.page(), *self.shown])[:3]):
            return Choice(rows, sure=True)  # "four of them", of the one that was shown
        if asked.here and self.turn.product and (rows := self.page()):
            return Choice(rows, sure=True)
        if not asked.words or asked.there:
            rows = self.pointed(asked)
            strong = (
                [row for row in self.search(asked.words, available=False) if row["score"] >= CERTAIN]
                if asked.words
                else []
            )
            if not strong:
                return Choice(rows, sure=len(rows) == 1)
        for at, rows in enumerate(self.lists() if asked.words else ()):
            fitting = named(rows, asked.words)
            if fitting and (len(fitting) == 1 or (asked.follows and not at)):
                return Choice(fitting, sure=len(fitting) == 1)
        found = self.search(asked.words, available=False)
        in_full = [row for row in found if f" {row['title'].lower()} " in f" {asked.text} "]
        longest = max((row["title"] for row in in_full), key=len, default="")
        if longest and all(row["title"].lower() in longest.lower() for row in in_full):
            # its whole title, be its words as common as those of "Love Hot Water Bottle"
            twins = [row for row in in_full if row["title"] == longest]
            self.twins = {row["product_id"] for row in twins} if len({row["price"] for row in twins}) > 1 else set()
            return Choice(twins if self.twins else twins[:1], sure=not self.twins)
        return decide(found, self.told(asked.words))

    def money(self, amount: Decimal | None) -> str:
        return format_money(amount, self.currency) if amount is not None else ""

    def line(self, row: Row, why: str = "") -> Sentence:
        """One product of a list."""
        if row["price"] is None:
            text = _("%(title)s: sold out") if not row["available"] else _("%(title)s: no price at the moment")
        else:
            text = _("%(title)s: %(price)s, in stock") if row["available"] else _("%(title)s: %(price)s, sold out")
        text %= {"title": self.title(row), "price": self.money(row["price"])}
        if why:
            text = _("%(product)s – %(why)s") % {"product": text, "why": why}
        return Sentence(text, (key(row),))

    def lines(self, rows: Iterable[Row], why: Callable[[Row], str] = lambda row: "") -> Iterator[Sentence]:
        for row in rows:
            self.listed.append(row)
            yield self.line(row, why(row))

    def state(self, row: Row) -> Sentence:
        """What a product costs and whether it can be had."""
        if row["price"] is None:
            text = _("%(title)s has no price at the moment.")
        elif row["available"]:
            text = _("%(title)s costs %(price)s and is in stock.")
        else:
            text = _("%(title)s costs %(price)s but is sold out at the moment.")
        return Sentence(text % {"title": self.title(row), "price": self.money(row["price"])}, (key(row),))

    def title(self, row: Row) -> str:
        """A product's title, with its code where another is called so too."""
        return f"{row['title']} ({row['product_id']})" if row["product_id"] in self.twins else row["title"]

    def which(self, rows: list[Row], words: str) -> Iterator[Piece]:
        """Ask back, with the facts beside each that may be meant."""
        if words:
            yield Sentence(_("Several products fit “%(words)s”. Which one do you mean?") % {"words": self.told(words)})
        else:
            yield Sentence(_("Which one of these do you mean?"))
        yield from self.lines(rows[:MOST_CHOICES])

    def none_found(self, asked: Asked) -> Iterator[Piece]:
        if not asked.words and not asked.codes:
            yield Sentence(
                _("Which product do you mean? Its name or its code is enough, or open its page and ask again.")
            )
            yield Outcome.ANSWERED
            return
        words = self.told(asked.words) or " ".join(asked.codes)
        text = _("I searched for “%(words)s” and found nothing that fits.")
        yield Sentence(text % {"words": words})
        yield from self.offer_person()

    def offer_person(self) -> Iterator[Piece]:
        yield Sentence(
            _("Would you like a person to help? Ask for one, and somebody from the shop will answer you here.")
        )
        yield Outcome.UNANSWERED

    @staticmethod
    def fits(row: Row, asked: Asked) -> bool:
        price = row["price"]
        if not row["available"] or (asked.bounded and price is None):
            return False
        return (asked.low is None or price >= asked.low) and (asked.high is None or price <= asked.high)

    def sign_in(self) -> Iterator[Piece]:
        yield Sentence(_("That is about your own account: please sign in, then ask me again."))
        yield Outcome.REFUSED

    def passages(self, query: str, least: float) -> list[dict[str, Any]]:
        told = EMPTY_OF_POLICIES.sub(" ", query).strip() or query
        found = self.call("search_shop_policies_and_faqs", query=told[:400], limit=8).data.get("passages", [])
        return [passage for passage in found if passage["score"] >= least]

    @property
    def carried(self) -> float:
        """`CARRIED`; less in Chinese, where a word is several of the index's."""
        return CARRIED if self.turn.language == "en" else 0.4

    def treating(self, subject: str, least: float | None = None) -> list[Row]:
        """The passage that treats a subject, of near equals the one whose heading says most of it; [] where none does."""
        found = self.passages(subject, self.carried if least is None else least)
        if not found:
            return []
        asked = Question(subject, found)
        return [max(found, key=lambda each: each["score"] + BY_HEADING * asked.alike(each["heading"]))]

    def known_to_policies(self, query: str) -> str:
        """The query without the words that no document has."""
        told = EMPTY_OF_POLICIES.sub(" ", query).strip() or query
        unknown = self.call("search_shop_policies_and_faqs", query=told[:400], limit=8).data.get("unknown", ())
        return " ".join(word for word in told.split() if word not in unknown)

    def when_back(self, asked: Asked) -> Iterator[Piece]:
        """What the documents say of when things that are sold out come back."""
        query = _("when does it come back in, how many weeks")
        yield from self.quote(asked_of(asked, "", text=query), self.passages(query, 0.1)[:1])

    def quote(self, asked: Asked, passages: list[dict[str, Any]]) -> Iterator[Piece]:
        """The sentences of the policies that answer, word for word."""
        sentences = best_sentences(asked.text, passages)
        if not sentences:
            yield Sentence(_("I found nothing about that in our policies and answers."))
            yield from self.offer_person()
            return
        self.topic = sentences[0][1]["title"]
        for text, passage in [*self.amounts(asked, sentences), *sentences]:
            if text not in self.quoted:
                self.quoted.add(text)
                self.cited.add(passage["key"])
                yield Sentence(text, (passage["key"],))

    def goes_on_about(self, asked: Asked) -> Iterator[Piece]:
        """What the document that was quoted last says to a question that names nothing itself."""
        question = asked_of(asked, "", text=f"{self.topic.lower()} {asked.text}")
        yield from self.quote(
            question, [each for each in self.passages(question.text, 0.1) if each["title"] == self.topic]
        )

    def amounts(
        self, asked: Asked, sentences: list[tuple[str, dict[str, Any]]]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """What the same document says of the cost or the time asked for: "how much is it to Spain", where it only says where to."""
        words = {"money": _("what it costs"), "hours": _("opening hours"), "time": _("how long, how many days")}
        for name, form in unanswered(asked.text, (text for text, _passage in sentences)).items():
            passages = [
                each for each in self.passages(f"{self.topic} {words[name]}", 0.1) if each["title"] == self.topic
            ]
            said = [(text, each) for each in passages for text in sentences_of(each["text"]) if form.search(text)]
            yield from said[:1]

    def out_of_scope(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("I cannot help with that: I only know this shop."))
        yield self.offer()
        yield Outcome.REFUSED

    @staticmethod
    def offer() -> Sentence:
        return Sentence(
            _(
                "You can ask me about products, prices and stock, gifts, your orders and cart, your loyalty "
                "tier, delivery or returns."
            )
        )


def without(words: str, unknown: Iterable[str]) -> str:
    """The words without those that are unknown; "" where the last is, as that says what kind of thing is meant.

    >>> without("red retro bag", ["retro"]), without("washing machines", ["machines"])
    ('red bag', '')
    """
    unknown = set(unknown)
    if any(words.endswith(word) for word in unknown):
        return ""
    kept = " ".join(word for word in words.split() if word not in unknown)
    for word in unknown:
        kept = kept if word.isascii() else kept.replace(word, " ")
    return " ".join(kept.split())


def asked_of(question: Asked, words: str, **changes: Any) -> Asked:
    """The question about these words."""
    return replace(question, words=words, **changes)


def key(row: Row) -> str:
    """The source key of a product."""
    return f"product:{row['product_id']}"


def day(moment: datetime | date) -> str:
    """A date as the reader's language writes it."""
    return date_format(local(moment), "DATE_FORMAT")


def local(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def unique(rows: Iterable[Row]) -> list[Row]:
    return list({row["product_id"]: row for row in rows}.values())
