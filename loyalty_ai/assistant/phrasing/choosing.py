"""Which product a question means: by code, by pointing at what is shown, or by its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from loyalty_ai.assistant.glossary import in_english
from loyalty_ai.assistant.phrases import NUMBERS
from loyalty_ai.assistant.questions import Asked
from loyalty_ai.assistant.tokens import words_of_title
from loyalty_ai.assistant.wanted import EXACT, units_of
from loyalty_ai.assistant.wanted import products as catalogue

Row = dict[str, Any]
"""A product as the tools give it: product_id, title, category, price, currency, available, url."""

SURE, POSSIBLE = 0.6, 0.45
"""Scores of the search from which on a product is what the words name, or may be."""

ON_THEIR_SHELF = 4
"""What it weighs, beside ten for a title alike, that a product stands where all that were found stand."""

SAME_TITLE, CLEARLY = 0.72, 0.08
"""Likeness of title and words that decides, and how far ahead of the next it must be."""


JOINING = frozenset(["of", "and", "with", "the", "in", "on", "a", "for", "to"])
"""Words of a title that need not be said: Heart of Wicker."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The products that are meant; `sure` where it is one and no other, or as many as were pointed at."""

    products: list[Row] = field(default_factory=list)
    sure: bool = False


def by_likeness(products: Iterable[Row], words: str, *, things_first: bool = True) -> list[Row]:
    """Those that the search is sure of, the most alike title first.

    Args:
        things_first: whether what stands on the shelf of most of them goes before the rest: dolls before a doorstop with a doll.
    """
    rows = list(products)
    best = max((row.get("score", 0) for row in rows), default=0)
    kept = [row for row in rows if row.get("score", 0) >= max(POSSIBLE, 0.8 * best)]
    shelves = Counter(row.get("category", "") for row in kept)

    def place(row: Row) -> tuple[float, bool]:
        alike = round(row["score"] * 10) + 10 * likeness(row["title"], words)
        shared = shelves[row.get("category", "")] / len(kept) if things_first else 0
        return -alike - ON_THEIR_SHELF * shared, not row["available"]

    return sorted(kept, key=place)


def decide(products: Iterable[Row], words: str) -> Choice:
    """The one that the words name, or the few that they may name."""
    rows = by_likeness(products, words, things_first=False)
    figures = {word for word in words.split() if word.isdigit()}
    rows = [row for row in rows if figures <= {*re.findall(r"\d+", row["title"])}] or rows  # "the 120 one": 120cm
    if not rows:
        return Choice()
    if len(exactly := [row for row in rows if says_no_more(row["title"], words)]) == 1:
        return Choice(exactly, sure=True)
    spelled = words if words.isascii() else in_english(words)
    alike = [likeness(row["title"], spelled) for row in rows]
    if len(rows) == 1 and rows[0]["score"] >= SURE:
        return Choice(rows, sure=True)
    if alike[0] >= SAME_TITLE and alike[0] - (alike[1] if len(alike) > 1 else 0) >= CLEARLY:
        return Choice(rows[:1], sure=True)
    if rows[0]["score"] >= SURE and len(rows) > 1 and rows[0]["score"] - max(row["score"] for row in rows[1:]) >= 0.2:
        return Choice(rows[:1], sure=True)
    return Choice(rows)


def named(rows: Iterable[Row], words: str, *, strictly: bool = False, shelves: bool = True) -> list[Row]:
    """Those whose title, and where they have it category, carries all the words, English or Chinese; all without words.

    Args:
        strictly: by the title alone, and no other word in place of one that was said.
        shelves: whether the category counts too.
    """
    units = [unit for unit in units_of(words, catalogue("en")) if unit.whole]
    marks = ("", ">") if shelves and not strictly else ("",)
    wanted = [{token for token, earns in unit.found_by.items() if not strictly or earns == EXACT} for unit in units]
    found = []
    for row in rows:
        texts = (row["title"], row.get("category", ""))
        has = {mark + word for mark, text in zip(marks, texts, strict=False) for word in words_of_title(text)}
        if all(has & tokens for tokens in wanted):
            found.append(row)
    return found


def says_no_more(title: str, words: str) -> bool:
    """Whether a title has all the words, English or Chinese, and no other."""
    units = [unit for unit in units_of(words, catalogue("en")) if unit.whole]
    spelled = words_of_title(title) - JOINING
    return bool(units) and len(spelled) <= len(units) and all(spelled & unit.found_by.keys() for unit in units)


def likeness(title: str, words: str) -> float:
    """0 to 1: how much of their trigrams two names share; the order of the words and how they are joined matter little.

    >>> round(likeness("Regency Cakestand 3 Tier", "three tier regency cake stand"), 2)
    0.9
    """
    one, other = _trigrams_of_title(title), _trigrams(words)
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _trigrams(text: str) -> set[str]:
    found: set[str] = set()
    for word in re.findall(r"[a-z0-9\u3400-\u9fff]+", text.lower().replace("'", "")):
        word = str(NUMBERS.get(word, word))
        marked = f"^{word.removesuffix('s') if len(word) > 3 else word}$"
        found |= {marked[at : at + 3] for at in range(max(1, len(marked) - 2))}
    return found


@lru_cache(maxsize=16_384)
def _trigrams_of_title(title: str) -> frozenset[str]:
    return frozenset(_trigrams(title))


def codes_of(asked: Asked) -> list[str]:
    """The codes as a shop may write them."""
    return list(dict.fromkeys(form for code in asked.codes for form in (code.upper(), code.lower())))
