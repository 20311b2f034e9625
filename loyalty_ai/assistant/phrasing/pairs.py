"""Two things beside each other that are told apart by their size, by nothing but their number, or by how much dearer one is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from loyalty_ai.assistant.amounts import number
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.phrases import NUMBERS, Intent
from loyalty_ai.assistant.phrasing.at_hand import AtHand
from loyalty_ai.assistant.phrasing.choosing import Row, named
from loyalty_ai.assistant.phrasing.products import asked_
from loyalty_ai.assistant.phrasing.voice import MOST_CHOICES, key
from loyalty_ai.assistant.questions import Asked, asked
from loyalty_ai.assistant.turn import Sentence

SMALL = re.compile(r"\b(?:small|little|mini|tini)(?:er|est)?\b|小(?=[号的个款只件])|(?<=大)小")
LARGE = re.compile(r"\b(?:big|large|bigg|larg|giant|jumbo)(?:er|est)?\b|大(?=[号的个款只件小])")
"""Sizes by which a question tells two of a kind apart."""
BETWEEN = re.compile(r"\bmed(?:ium)?\b|\bmiddle\b|中(?=[号的、和,，])")
"""Another size than the two: three things are meant."""
IN_TITLES = {"mini": -2, "small": -1, "little": -1, "large": 1, "big": 1, "giant": 2, "jumbo": 2}
MIDDLE = {"medium", "med"}
"""Words of size in titles, and where one without any stands between them."""

MAY_BE_SIZED = {
    *(Intent.PRICE, Intent.DESCRIBE, Intent.NONE, Intent.STOCK, Intent.COMPARE, Intent.SIMILAR, Intent.SEARCH),
    Intent.POPULAR,
}
"""What is asked of two of a kind."""

TWO = re.compile(r"\b(?:two|2|both)\b|[两2]")
APART = re.compile(
    r"\b(?:cheaper|dearer|pricier|differ\w*|difference|apart|same|compare)\b|区别|不同|差别|一样|哪[个款种]?(?:更|比较)?(?:便宜|贵)"
)
"""Two of a kind that is named alone, and what sets them apart."""

SAVES = re.compile(
    r"\b(?:save|saving|cheaper would it be|less would (?:i|we) pay|more would (?:i|we) pay)\b|"
    r"[节能可会]?省(?:下|了)?多少|少花多少|多花多少"
)
INSTEAD = re.compile(r"\b(?:instead of|rather than|in place of|compared (?:to|with)|over)\b|而不是|代替|不[买要选]")
BEFORE_A_NAME = re.compile(
    r"^.*?\b(?:if|by|when)\b(?: (?:i|we))?(?: (?:t[oa]ok|take|taking|bought|buy(?:ing)?|got|get(?:ting)?|chose|choose|choosing|"
    r"went for|go(?:ing)? for|had|have|having|pick(?:ed|ing)?))?|"
    r"^.*?(?:如果|要是|改)?(?:买|选|要|拿)"
)
"""What is saved, and what stands around the names of the two."""

_TIMES = rf"(?:\d+|{'|'.join(NUMBERS)})"
RATIO = re.compile(
    r"(?:\b(?:more than|over|at least|less than|under|almost|nearly|about|exactly|only) )?"
    rf"\b(?:(?P<double>double|twice)|(?P<triple>triple|thrice)|half|(?P<times>{_TIMES}) times)\b"
    r"(?: (?:the|as|its|much|expensive|dear|pricey|costly|high|price|cost|of|what|that|more|than|a)\b)*"
)
RATIO_ZH = re.compile(
    r"^(?P<one>.+?)的?(?:价格|价钱|售价)?(?:(?:有没有|是不是|是否|有|是)(?:超过|不到|至少)?|超过|不到|至少)"
    r"(?P<other>.+?)的?(?:价格|价钱|售价)?的?(?P<times>[两二三四五六七八九十2-9]倍|一半)(?:以上|以下|多|都不到)?[吗么?]*$"
)
"""So many times the price of something else."""
OF_PRICES = re.compile(r"\b(?:pric\w+|costs?|expensive|dear|as much)\b|价|贵|倍|一半")
MORE, LESS, AT_LEAST = (
    re.compile(r"^more than|^over|超过|倍(?:以上|多)"),
    re.compile(r"^less than|^under|不到|以下"),
    re.compile(r"at least|至少"),
)
"""Whether it supposes more than that, less, or no less."""


class Pairs(AtHand):
    """Reads and answers what is asked of two things beside each other."""

    def of_two(self, now: Asked) -> Asked | None:
        """The question about the two products that it means, by their codes."""
        if now.codes or now.ordinals or now.intent not in MAY_BE_SIZED or RATIO.search(now.text):
            return None
        saves = SAVES.search(now.text) is not None
        rows = self.both_sizes(now) or (self.saved_by_other(now) if saves else [])
        if saves or now.intent is Intent.COMPARE or APART.search(now.text):
            rows, intent = rows[:2], Intent.COMPARE
        else:
            intent = Intent.STOCK if now.intent is Intent.STOCK else Intent.PRICE
        if not rows and now.words and TWO.search(now.text) and APART.search(now.text):
            rows, intent = self.two_of(now), Intent.COMPARE
            rows = rows if len(self.parts_of(now)) < 2 else []
        return self.of_these(replace(now, units=None, order=""), rows, intent) if len(rows) > 1 else None

    def both_sizes(self, now: Asked) -> list[Row]:
        """The large and the small of each thing of the kind that a question names or that is at hand."""
        if not (SMALL.search(now.text) and LARGE.search(now.text)) or BETWEEN.search(now.text):
            return []
        words = asked(
            sizeless(RATIO.sub(" ", INSTEAD.sub(" ", SAVES.sub(" ", BEFORE_A_NAME.sub(" ", now.text, count=1)))))
        ).words
        kinds = (
            [words, asked(sizeless(now.text)).words] if words else [sizeless(row["title"]) for row in self.shown[:1]]
        )
        pairs = next((found for kind in kinds if kind and (found := self.in_sizes(kind))), [])
        return [row for pair in pairs for row in pair][:MOST_CHOICES]

    def in_sizes(self, kind: str) -> list[tuple[Row, Row]]:
        """The largest and the smallest of each thing of a kind that there is in more than one size, the best named first."""
        sized: dict[str, list[Row]] = {}
        for row in named(self.search(kind, available=False, limit=20), kind, strictly=True):
            sized.setdefault(sizeless(row["title"]), []).append(row)
        ends = ((max(rows, key=size_of), min(rows, key=size_of)) for rows in sized.values())
        return [(large, small) for large, small in ends if size_of(large) > size_of(small)]

    def saved_by_other(self, now: Asked) -> list[Row]:
        """What is taken and what is left for it: "if I took the small one instead", "the mug instead of the cup"."""
        text = BEFORE_A_NAME.sub(" ", now.text, count=1)
        comes, instead, goes = (lambda said: (said[0], len(said) > 1, said[-1]))(INSTEAD.split(text, maxsplit=1))
        if instead:
            rows = [row for part in (comes, goes) for row in self.meant_by(part)[:1]]
            return rows if len({row["product_id"] for row in rows}) == 2 else []
        at_hand = self.page() if now.here and self.turn.product else self.shown or self.page()
        if len(at_hand) != 1:
            return at_hand if len(at_hand) == 2 else []
        large, small = next(iter(self.in_sizes(sizeless(at_hand[0]["title"]))), (None, None))
        other = small if SMALL.search(now.text) else large if LARGE.search(now.text) else None
        words = asked(comes.replace("instead", " ")).words
        other = other or next(iter(self.meant_by(comes.replace("instead", " ")) if words else ()), None)
        return [at_hand[0], other] if other and other["product_id"] != at_hand[0]["product_id"] else []

    def meant_by(self, text: str) -> list[Row]:
        """The products that a part of a question names or points at."""
        part = asked_(text)
        if part.words:
            return named(self._choose(part).products, self.told(part.words), strictly=True)
        return self._choose(part).products if part.there or part.here else []

    def times(self, now: Asked) -> list[Piece]:
        """Whether one thing costs so many times what another does; [] where a question asks for no such thing."""
        found = RATIO_ZH.search(now.text)
        ratio = found or RATIO.search(now.text)
        if ratio is None or not OF_PRICES.search(now.text):
            return []
        parts = (found["one"], found["other"]) if found else (now.text[: ratio.start()], now.text[ratio.end() :])
        rows = [row for part in parts for row in self.meant_by(part)[:1]]
        if sized := self.both_sizes(now)[:2]:
            rows = sized[::-1] if SMALL.search(parts[0]) else sized
        if len({row["product_id"] for row in rows}) != 2 or any(row["price"] is None for row in rows):
            return []
        self.meant = rows
        return list(self.told_times(ratio, *rows))

    def told_times(self, ratio: re.Match[str], one: Row, other: Row) -> Iterator[Piece]:
        half = "half" in ratio[0] or "半" in ratio[0]
        many = 2 if half else times_said(ratio)
        left, right = (many * one["price"], other["price"]) if half else (one["price"], many * other["price"])
        holds = compares(ratio, left, right, half=half)
        text = _("Yes: %(fact)s") if holds else _("No: %(fact)s")
        yield Sentence(text % {"fact": self.state(one).text}, (key(one),))
        yield self.state(other)
        yield from list(self.cost(one if half else other, many))[1:]


def times_said(ratio: re.Match[str]) -> int:
    """How many times a question says, where it says no half.

    >>> times_said(RATIO.search("more than three times the price of"))
    3
    """
    said = ratio.groupdict()
    if said.get("double"):
        return 2
    if said.get("triple"):
        return 3
    times = (said.get("times") or "2").rstrip("倍")
    return 2 if times == "两" else int(number(times) or NUMBERS.get(times, 2))


def compares(ratio: re.Match[str], left: Decimal, right: Decimal, *, half: bool) -> bool:
    """Whether the one is as much more, or as much less, as a question supposes."""
    said = ratio[0]
    if MORE.search(said):
        return left > right
    if LESS.search(said):
        return left < right
    if "exactly" in said:
        return left == right
    return left <= right if half and not AT_LEAST.search(said) else left >= right


def size_of(row: Row) -> int:
    """Where a product stands among its like by the word of size in its title: -2 to 2."""
    return next((IN_TITLES[word] for word in row["title"].lower().split() if word in IN_TITLES), 0)


def sizeless(text: str) -> str:
    """A text, or a title, in lower case without words of size.

    >>> sizeless("Vintage Zinc Watering Can Small"), sizeless("大号和小号野餐篮")
    ('vintage zinc watering can', '和野餐篮')
    """
    plain = re.sub(r"[大小]+(?:号|的|个|款|只|件)?(?=[大小和跟与,.? ]|[\u3400-\u9fff]|$)", "", text.lower())
    plain = re.sub(r"\b(?:small|little|mini|big|large|giant|jumbo|medium|med)(?:g?er|est)?\b(?: ones?\b)?", " ", plain)
    return " ".join(plain.split())
