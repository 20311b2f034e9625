"""Questions that go on about the goods at hand: the list, the products or the order shown last, and what the new words add."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from django.utils.translation import gettext as _

from loyalty_ai.assistant.amounts import number, prices
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.following import NO_THING, PICK, SELLS, points_at_some, reckoning
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrases_own import TOGETHER
from loyalty_ai.assistant.phrasing.advice import MOST_LINES
from loyalty_ai.assistant.phrasing.choosing import POSSIBLE, Row, codes_of, named
from loyalty_ai.assistant.phrasing.finding import COLOUR, COLOUR_WORD, COLOURS, ENUMERATED
from loyalty_ai.assistant.phrasing.mentions import PUTS, Mentions
from loyalty_ai.assistant.phrasing.needs import of_different_kinds
from loyalty_ai.assistant.phrasing.products import SELLS_ZH, Products
from loyalty_ai.assistant.phrasing.shop import RESTOCK, RESTOCK_WORDS
from loyalty_ai.assistant.phrasing.voice import MOST_CHOICES, key, unique
from loyalty_ai.assistant.questions import Asked, interests
from loyalty_ai.assistant.turn import Sentence
from loyalty_ai.assistant.wishes import wish_of

NAMES_GOODS = {Intent.NONE, Intent.SEARCH, Intent.GIFT, Intent.RECOMMEND}
MAY_GO_ON = NAMES_GOODS | {
    *(Intent.PRICE, Intent.STOCK, Intent.DESCRIBE, Intent.COMPARE, Intent.POPULAR, Intent.POLICY, Intent.ORDER)
}
"""What may be asked of the goods at hand."""

OF_A_SUM = {*NAMES_GOODS, Intent.PRICE}
"""What may ask for several things within one sum."""

NOW = re.compile(r"\b(?:now|today|still|left|currently|at the moment|in stock|available|shelf|shelves)\b")
"""It asks how things stand now, and not how they stood in an order."""

APART = re.compile(rf"{ENUMERATED.pattern}|\bvs\.?\b|\bversus\b|\bthan\b| - ")

MONEY = re.compile(r"[£€$](\d+(?:\.\d{1,2})?)")
CHARGED = re.compile(r"\bcosts?\b|\bcharged?\b|\bfees?\b|\bfor each\b")
SERVED_THINGS = frozenset(
    [
        "order",
        "orders",
        "parcel",
        "parcels",
        "return",
        "returns",
        "package",
        "packages",
        "separate",
        "deliveries",
        "delivery",
    ]
)
"""What a shop charges for, beside goods."""

TOO_MANY = re.compile(
    r"\b(?:(?:can|could|may|shall|will|would|do) (?:i|we|you)|(?:i|we|\w+) (?:would like|wants?|needs?)|have you)\b.{0,40}?"
    r"(?<![£$€\d])\b(?:[1-9]\d{3,}|thousands?)\b(?! ?(?:pounds|quid))|(?:买|订|要|需要).{0,4}[1-9]\d{3,} ?[个只件份套]"
)
"""More of a thing than most shops let go in one order."""

MOST_TRIED = 12
"""Goods among which those are chosen that together may cost so much."""
SO_MANY_THINGS = re.compile(
    r"(?<![£\d.])\b(?P<en>two|three|four|five|[2-5])\b(?! ?(?:pounds?|quid|p|years?|tiers?)\b)|\b(?P<both>both|the pair)\b|"
    r"(?P<zh>[两二三四五2-5])[样件个份款]"
)
SUMMED = re.compile(rf"{TOGETHER.pattern}|\bcomes? to\b|\btotal\b")

LONGEST = 120
"""Letters of a question that goes on."""


class AtHand(Products, Mentions):
    """Reads a question by what was shown: which of those products it means, and what of them shall be told."""

    def at_hand(self, now: Asked, before: Asked | None) -> Asked | None:
        """The question about the products at hand that it means, by their codes; None where it means none of them."""
        if now.intent not in MAY_GO_ON or now.codes or now.here or len(now.text) > LONGEST:
            return None
        if reckoned := self.reckoned(now):
            return reckoned
        if (now.intent is Intent.STOCK or NOW.search(now.text)) and (rows := self.of_goods_told(now)):
            return self.of_these(now, rows[:MOST_CHOICES], Intent.STOCK)
        if not self.shown or now.ordinals or not self.turn.focus or self.last_about != "product":
            return None
        back = RESTOCK.search(now.text) is not None
        words = " ".join(RESTOCK_WORDS.sub(" ", now.words).split()) if back else now.words
        if now.intent in (Intent.COMPARE, Intent.POPULAR) or (now.intent in (Intent.POLICY, Intent.ORDER) and not back):
            return None
        if not words or not (points_at_some(now.text) or COLOUR.fullmatch(words)):
            return None
        plain = now.intent in NAMES_GOODS and not (now.order or COLOURS.search(now.text))
        if plain:
            return None
        rows, both = self.of_those(words, now, before)
        intent = Intent.PRICE if now.intent in NAMES_GOODS and now.order else now.intent
        if rows:
            return self.of_these(now, rows, intent)
        return replace(now, intent=Intent.SEARCH, words=both, follows=True) if both else None

    def within_sum(self, now: Asked, before: Asked | None) -> Asked | None:
        """So many of what was shown, or of what else was wished for, that together cost no more than is said."""
        many = sum_said(now.text)
        rest = {word for word in now.words.split() if word.isascii() and not word.isdigit()} - NO_THING
        if (
            many is None
            or rest
            or now.codes
            or now.ordinals
            or now.intent not in OF_A_SUM
            or self.last_about != "product"
        ):
            return None
        rows = best_within(self.shown, *many) or best_within(self.wished_for(before, many[1]), *many)
        return (
            replace(self.of_these(now, rows, Intent.PRICE), units=1, both=True, low=None, high=None) if rows else None
        )

    def wished_for(self, wish: Asked | None, most: Decimal) -> list[Row]:
        """Goods for a wish, none dearer than so much: for what somebody likes, by the words, else what is popular."""
        bounds = replace(wish or Asked(Intent.GIFT, ""), low=None, high=most, count=MOST_TRIED)
        told = wish_of(bounds.text)
        lines = [line for like in told.likes for line in interests(like)]
        rows = [row for row, _said in self.gifts(lines[:MOST_LINES], told, bounds)] if lines else []
        words = " ".join(word for word in bounds.words.split() if not word.isdigit())
        rows = rows or (self.search(words, bounds) if words else [])
        popular = [] if rows else self.call("get_recommendations", kind="popular", limit=20).data.get("products", [])
        return rows or [row for row in popular if self.fits(row, bounds)]

    def gift(self, asked: Asked) -> Iterator[Piece]:
        """Gifts; so many that together cost no more than is said with what they come to."""
        many = sum_said(asked.text)
        if many and (rows := best_within(self.wished_for(asked, many[1]), *many)):
            yield from self.sum_of([1] * len(rows), rows)
            return
        yield from super().gift(asked)

    def of_goods_told(self, now: Asked) -> list[Row]:
        """What a question means of the goods of the order that was told lately, or of what was bought most often."""
        if not now.words and (rows := self.told_by_name()):
            return rows  # "do you still have them"
        words = next(
            (said for text in [now.text, *self.asked_before[:2]] if (said := self.understood(text)[-1].words)), ""
        )
        for back, focus in enumerate(self.focuses()):
            told = self.goods_of(focus) if back < 2 else []
            if rows := (named(told, words, strictly=True) or named(told, words)) if words else told if not back else []:
                return rows
            if told and not now.words:
                return told
            if (
                now.words
                and any(key.startswith("product:") for key in focus)
                and named(self.shown, now.words, strictly=True)
            ):
                return []
        return []

    def told_by_name(self) -> list[Row]:
        """The goods of an order, or of orders, that the last answer named."""
        return [row for row in self.goods_of(self.turn.focus) if row["title"] in self.told_before]

    def focuses(self) -> list[tuple[str, ...]]:
        """What each answer cited, the latest first."""
        return [self.turn.focus, *(said.focus for said in reversed(self.turn.history) if not said.by_shopper)][1:] or [
            self.turn.focus
        ]

    def goods_of(self, focus: tuple[str, ...]) -> list[Row]:
        """The goods of the order, or of the orders, that an answer told; [] where it told none or showed goods itself."""
        keys = [key for key in focus if key.partition(":")[0] in ("order", "orders")]
        if not keys or any(key.startswith("product:") for key in focus) or self.turn.customer_id is None:
            return []
        kind, _colon, name = keys[-1].partition(":")
        if kind == "order":
            orders = self.call("get_order", order_id=name).data.get("orders", [])
            return self.rows(item["product_id"] for order in orders for item in order["items"] if item["product_id"])
        since, _dots, until = name.partition("..")
        told = self.call("get_order", summary=True, since=since or None, until=until or None).data.get("summary", {})
        return self.rows(row["product_id"] for row in told.get("most_often", ())[:MOST_CHOICES])

    def of_those(self, words: str, now: Asked, before: Asked | None) -> tuple[list[Row], str]:
        """What of the kind at hand has these words, shown or not; and the words with the kind's, to search for."""
        here = named(self.shown, words)
        if len(here) == 1 and "one" in now.text.split():
            return here, ""
        kinds = self.kinds(before)
        if COLOUR.fullmatch(words):
            kinds = [" ".join(word for word in COLOUR_WORD.sub(" ", kind).split()) for kind in kinds]
        asked_for = [f"{words} {kind}" for kind in kinds if kind]
        whole = self.composed(words, before) if before is not None else None
        for both in [*asked_for, *([whole.words] if whole is not None else [])]:
            found = named(self.search(both, available=False, limit=20), both)
            if rows := unique([*here, *found]):
                return rows[:MOST_CHOICES], both
        if not here and "one" in now.text.split() and not COLOUR_WORD.search(words):
            here = having_half(self.shown, words)
        return here, asked_for[-1] if asked_for else ""

    @staticmethod
    def of_these(now: Asked, rows: list[Row], intent: Intent) -> Asked:
        """The question about these products and no others."""
        codes = tuple(row["product_id"] for row in rows)
        return replace(now, intent=intent, words="", codes=codes, there=False, both=False, ordinals=(), follows=True)

    def reckoned(self, now: Asked) -> Asked | None:
        """ "And 12 of each?", "if I take both?", "5 of the cheaper one": what so many of those at hand come to."""
        many = reckoning(now.text)
        if self.last_about == "product" and len(now.ordinals) > 1 and "total" in now.aspects and not now.words:
            return replace(self.of_these(now, self._choose(now).products, Intent.PRICE), units=1, both=True)
        if many is None or now.bounded or self.last_about != "product" or not self.shown:
            return None
        if self.turn.cart is not None and PUTS.search(now.text):
            return None  # "put ten in"
        rows = self._choose(now).products if now.ordinals else self.shown
        if many.each and len(rows) > MOST_CHOICES:
            return None
        return replace(self.of_these(now, rows, Intent.PRICE), units=many.units, both=many.each)

    def fee_times(self, now: Asked) -> Asked | None:
        """ "How much for 3 separate orders", after a rule that names what one costs."""
        if self.last_about != "passage" or now.intent not in (Intent.PRICE, Intent.NONE, Intent.POLICY) or now.bounded:
            return None
        plain = " ".join(word for word in now.text.split() if word.strip("?,.") not in SERVED_THINGS)
        many = reckoning(plain)
        return (
            replace(now, intent=Intent.PRICE, words="", units=many.units, follows=True)
            if many and many.units > 1 and self.fee()
            else None
        )

    def fee(self) -> tuple[Decimal, str] | None:
        """The amount that the last answer quoted first, with the key of its passage; None where it quoted none."""
        line = next((line for line in self.told_before.splitlines() if MONEY.search(line)), "")
        found = MONEY.findall(line)
        own = "loyalty" in self.turn.focus  # their tier may make it free
        if len(found) != 1 or own or self.last_about != "passage" or not CHARGED.search(line):
            return None
        keys = {passage["key"] for passage in self.passages(line, POSSIBLE) if line in passage["text"]}
        held = [name for name in self.turn.focus if name in keys]
        return (Decimal(found[0]), held[0]) if held else None

    def price(self, asked: Asked) -> Iterator[Piece]:
        """Of products that were told by their codes: which costs least, what so many cost, or all of them."""
        if asked.units and asked.follows and not (asked.codes or asked.words) and (fee := self.fee()):
            told = {"units": asked.units, "amount": self.money(fee[0]), "total": self.money(asked.units * fee[0])}
            yield Sentence(_("%(units)s × %(amount)s: %(total)s") % told, (fee[1],))
            return
        if not (asked.codes and asked.follows and (rows := self.rows(codes_of(asked)))):
            yield from super().price(asked)
            return
        self.meant = rows
        priced = [row for row in rows if row["price"] is not None]
        if asked.order and len(priced) > 1:
            prices = [row["price"] for row in priced]
            edge = max(prices) if asked.order == "dearest" else min(prices)
            if max(prices) == min(prices):
                for row in priced[:MOST_CHOICES]:
                    yield from self.cost(row, asked.units or 1)
                yield Sentence(_("They cost the same."), tuple(map(key, priced)))
                return
            rows = [row for row in priced if row["price"] == edge]
            yield Sentence(_("The most expensive:") if asked.order == "dearest" else _("The cheapest:"))
        if asked.both and len(rows) > 1:
            yield from self.sum_of([asked.units or 1] * len(rows), rows)
            return
        for row in rows[:MOST_CHOICES]:
            yield from self.cost(row, asked.units or 1)

    def describe(self, asked: Asked) -> Iterator[Piece]:
        """In which colours the products at hand are, where that is asked; else what the shop's data say of one."""
        if asked.codes and asked.follows and COLOURS.search(asked.text) and len(rows := self.rows(codes_of(asked))) > 1:
            self.meant = rows
            same = {*shared(rows).split()}
            apart = [" ".join(word for word in row["title"].split() if word.lower() not in same) for row in rows]
            if all(apart) and same:
                yield Sentence(_("There are these: %(list)s.") % {"list": ", ".join(apart)}, tuple(map(key, rows)))
            yield from self.lines(rows)
            return
        yield from super().describe(asked)

    def of_the_others_kind(self, parts: list[str], text: str) -> list[str]:
        """The parts that are compared; those that leave out their kind with that of what was shown, else of one another."""
        if not (self.shown and points_at_some(text)):
            return super().of_the_others_kind(parts, text)
        completed = [
            next(
                (both for both in (f"{part} {kind}" for kind in self.kinds(self.wish_before())) if self.has(both)), part
            )
            for part in parts
        ]
        return completed if completed != parts else super().of_the_others_kind(parts, text)

    def kinds(self, before: Asked | None) -> list[str]:
        """What the goods at hand are: the words that all that were shown share, and those that were asked for."""
        kinds = [shared(self.shown)] if len(self.shown) > 1 else []
        return [kind for kind in [*kinds, before.words if before is not None else ""] if kind]

    def recommend(self, asked: Asked) -> Iterator[Piece]:
        """What may please; of some that were shown, the one that most take."""
        rows = self.shown if PICK.search(asked.text) and not asked.words and self.last_about == "product" else []
        if len(rows) < 2:
            yield from super().recommend(asked)
            return
        told = list(self.bought_more(rows))
        cited = {source for piece in told for source in piece.sources}
        self.meant = [row for row in rows if key(row) in cited] if len(cited) == 1 else rows
        yield from told
        yield from map(self.state, self.meant[:1] if len(cited) == 1 else ())

    def why_those(self, asked: Asked) -> Iterator[Piece]:
        """Why some were shown: the reason of each that was recommended, or what was looked for."""
        found = self.call("get_recommendations", kind="for_you", limit=20).data
        reasons = {row["product_id"]: row.get("reason", "") for row in found.get("products", [])}
        rows = [row for row in self.shown if reasons.get(row["product_id"])]
        before = self.wish_before()
        if rows and not (before and before.words):
            yield Sentence(
                _("These may suit you:") if found.get("personal") else _("These are popular with our customers:")
            )
            yield from self.lines(rows, lambda row: reasons[row["product_id"]])
            yield from self.rule(_("switching personalisation off"))
            return
        if before and before.words:
            yield Sentence(
                _("They are what I found for “%(words)s”.") % {"words": before.words}, tuple(map(key, self.shown))
            )
        yield Sentence(_("Say what it shall be like or cost, and I look again."))

    def popular(self, asked: Asked) -> Iterator[Piece]:
        """What is popular; of two or three that are named or at hand, which of them is bought more."""
        if (SELLS.search(asked.text) or SELLS_ZH.search(asked.text)) and len(self.compared(asked)) > 1:
            yield from self.compare(asked)
            return
        yield from super().popular(asked)


def sum_said(text: str) -> tuple[int, Decimal] | None:
    """How many things of different kinds may together cost how much at most.

    >>> sum_said("so all 3 come to under a tenner altogether"), sum_said("要两样,加起来不超过20英镑"), sum_said("2 mugs under £5")
    ((3, Decimal('10')), (2, Decimal('20')), None)
    """
    clause = next((each for each in reversed(re.split(r"[,.;!?]", text)) if SUMMED.search(each)), "")
    high = prices(clause)[0][1] if clause else None
    if high is None:
        return None
    counts = [found for each in (prices(clause)[1], prices(text)[1]) for found in SO_MANY_THINGS.finditer(each)]
    if not counts:
        return None
    said = counts[0]["en"] or counts[0]["zh"] or "two"
    return (int(number(said) or 2) if said != "两" else 2), high


def best_within(rows: list[Row], many: int, most: Decimal) -> list[Row]:
    """So many of the rows as cost most together, and not more than so much; [] where no choice does."""
    priced = [row for row in of_different_kinds(rows) if row["available"] and row["price"] is not None][:MOST_TRIED]
    chosen = [each for each in combinations(priced, many) if sum(row["price"] for row in each) <= most]
    below = [each for each in chosen if sum(row["price"] for row in each) < most] or chosen
    return list(max(below, key=lambda each: sum(row["price"] for row in each), default=()))


def having_half(rows: list[Row], words: str) -> list[Row]:
    """The one of the rows that has more of the words than any other, and half of them; [] where there is none such."""
    plain = words.split()
    counts = [sum(bool(named([row], word)) for word in plain) for row in rows]
    most = max(counts, default=0)
    return [rows[counts.index(most)]] if 2 * most >= len(plain) and counts.count(most) == 1 else []


def shared(rows: list[Row]) -> str:
    """The words that all titles have, in the order of the first: "diner wall clock" of clocks in several colours."""
    titles = [row["title"].lower().split() for row in rows]
    return " ".join(word for word in titles[0] if all(word in title for title in titles[1:]))
