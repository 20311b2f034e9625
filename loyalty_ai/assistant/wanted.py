"""What a question names, as units to search for: its words and codes, each with what may stand for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from loyalty_ai.assistant.glossary import alike, chinese, compounds, in_words, kinds, light, untold, untold_of_goods
from loyalty_ai.assistant.tokens import MAX_LETTERS, is_chinese, pieces, words

CATEGORY_WORD, BODY_WORD, TITLE_WORD, CATEGORY = ">", "~", "^", "="
"""Marks of a word of the category path, of a description or a part's text, of what a part stands under; of a whole category."""

MARKS = (CATEGORY_WORD, BODY_WORD, TITLE_WORD)

EXACT, ALIKE, MISSPELT = 1.0, 0.85, 0.75
"""How much of a word's weight a passage earns that has it, one alike, or most pieces of one that no passage has."""

LIGHTLY = 0.3
"""How much of its weight a light word has."""

NOTHING_ALONE = frozenset(["can", "make", "up"])
"""Words that say nothing alone and something beside another: a watering can, a make up bag."""

_NUMBER = r"£?\s?\d[\d,]*(?:\.\d+)?"
_ASIDE = re.compile(
    rf"(?:\b(?:under|below|less than|up to|over|above|more than|between|around|about|at most|max(?:imum)?)\s+{_NUMBER}"
    rf"(?:\s?(?:and|to|-|–)\s?{_NUMBER})?(?:\s?(?:pounds?|quid|gbp)\b)?)|£\s?\d[\d,.]*|{_NUMBER}\s?(?:pounds?|quid|gbp)\b"
    r"|\d[\d,.]*\s?(?:英?镑|块钱?|元)|\b(?:who|that)\s+(?:really\s+)?(?:loves?|likes?|enjoys?)\b",
    re.IGNORECASE,
)

MOST_UNITS = 12
"""Units of a question that are looked at."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where is searched.

    Args:
        language: of the texts.
        prefix: what all its tokens begin with.
        marks: those of words, with the share of a word's weight that each earns.
        untold: words that say nothing.
        light: words that say little.
        in_pieces: whether a word that nothing has is found by its pieces.
    """

    language: str
    prefix: str
    marks: tuple[tuple[str, float], ...]
    untold: frozenset[str]
    light: frozenset[str] = frozenset()
    in_pieces: bool = True

    def ways(self, word: str, most: float) -> dict[str, float]:
        """The tokens that a passage with the word may have, each with what it earns."""
        return {self.prefix + mark + word: most * part for mark, part in self.marks}


def products(language: str) -> Scope:
    """The catalogue, in its language: titles and brands say most, and a shelf holds many things."""
    return Scope(language, "", (("", 1.0), (BODY_WORD, 0.6), (CATEGORY_WORD, 0.5)), untold() | untold_of_goods())


def documents(language: str) -> Scope:
    """The live documents of a language: a part's heading, its text, then what it stands under. Texts are too long for pieces."""
    marks = (("", 1.0), (BODY_WORD, 0.8), (TITLE_WORD, 0.7))
    return Scope(language, f"@{language}:", marks, untold() - light(), light(), in_pieces=False)


@dataclass
class Unit:
    """One thing that a question names.

    Args:
        word: as it was asked, stemmed.
        found_by: token -> share of the unit's weight that a passage with it earns.
        pieces: looked for where no passage has any of those tokens.
        whole: whether its weight counts when nothing is known of it.
        damping: factor of its weight.
        bonus: whether it only parts what is equal otherwise.
        share: of the passages, those that hold it as it stands.
        holders: how many passages hold any of its tokens, at most.
    """

    word: str
    found_by: dict[str, float]
    pieces: list[str] = field(default_factory=list)
    whole: bool = True
    damping: float = 1.0
    bonus: bool = False
    weight: float = 0.0
    share: float = 0.0
    holders: int = 0

    def levels(self) -> dict[float, list[str]]:
        """The tokens by what they earn, the most first."""
        levels: dict[float, list[str]] = {}
        for token, earns in sorted(self.found_by.items(), key=lambda item: (-item[1], item[0])):
            levels.setdefault(earns, []).append(token)
        return levels


def units_of(text: str, scope: Scope) -> list[Unit]:
    """What a question names, in its order, each thing once; sums of money and whose taste it is are left out."""
    units: list[Unit] = []
    run = ""
    typed = words(_ASIDE.sub(" ", text), scope.language)[: 6 * MOST_UNITS]
    plain = [word for each in typed for word in (compounds().get(each, (each,)) if scope.in_pieces else (each,))]
    for at, word in enumerate([*plain, ""]):
        if is_chinese(word):
            run += word
            continue
        units += _chinese_units(run, scope)
        run = ""
        if word and word not in scope.untold:
            units.append(_latin_unit(plain, at, scope))
    units = list({tuple(sorted(unit.found_by)): unit for unit in units}.values())[:MOST_UNITS]
    return units + list(_pair_units(plain, scope))[:MOST_UNITS]


def _latin_unit(plain: list[str], at: int, scope: Scope) -> Unit:
    word = plain[at]
    found_by = scope.ways(word, EXACT)
    for left in (at - 1, at):
        if joined := _joined(plain, left):
            found_by |= scope.ways(joined, EXACT)
            _add(found_by, alike().get(joined, ()), ALIKE, scope)  # tea lights are called t-lights
    if scope.in_pieces and word not in scope.untold:  # "stop my door": a doorstop
        others = [other for other in plain if other not in scope.untold and not is_chinese(other)][:MOST_UNITS]
        _add(found_by, (made for other in others if other != word for made in made_of(word, other)), ALIKE, scope)
    _add(found_by, (*alike().get(word, ()), *kinds().get(word, ())), ALIKE, scope)
    optional = word.isdigit() or len(word) == 1 or word in scope.light
    return Unit(
        word,
        found_by,
        [scope.prefix + piece for piece in pieces(word)] if scope.in_pieces else [],
        whole=not optional,
        damping=LIGHTLY if word in scope.light else 0.5 if optional else 1.0,
    )


def made_of(one: str, other: str) -> Iterator[str]:
    """Two words written as one, either way round."""
    if min(len(one), len(other)) > 2:
        yield (one + other)[:MAX_LETTERS]
        yield (other + one)[:MAX_LETTERS]


def _pair_units(plain: list[str], scope: Scope) -> Iterator[Unit]:
    """Neighbouring words as one: a pleasure where a title has them so, a need where one alone says nothing ("watering can")."""
    for left in range(len(plain) - 1):
        pair, joined = set(plain[left : left + 2]), _joined(plain, left)
        if joined and pair & NOTHING_ALONE:
            yield Unit(joined, scope.ways(joined, EXACT), whole=False)
        elif joined and not pair & scope.untold:
            yield Unit(joined, scope.ways(joined, EXACT), whole=False, bonus=True)


def _joined(plain: list[str], left: int) -> str:
    """The word at `left` and the next one, written as one; "" where there are no two or one is Chinese."""
    pair = plain[left : left + 2] if left >= 0 else []
    return "" if len(pair) < 2 or any(map(is_chinese, pair)) else "".join(pair)[:MAX_LETTERS]


def _chinese_units(run: str, scope: Scope) -> Iterator[Unit]:
    """Words of the glossary; what is left between them and the words that tell nothing."""
    for word, tells in in_words(run):
        if word in chinese() and tells:
            yield from _glossary_units(word, scope)
        elif tells:
            yield from _unknown_units(word, scope)


def _glossary_units(entry: str, scope: Scope) -> Iterator[Unit]:
    """A unit for each part of the entry's meaning; a Chinese text has them all with the entry or another of its meaning."""
    meaning = chinese()[entry]
    in_chinese: dict[str, float] = {}
    _add(in_chinese, _pairs(entry), EXACT if len(entry) <= 2 else MISSPELT, scope)
    _add(in_chinese, (other for other in _same_meaning()[_meaning(entry)] if len(other) == 2), ALIKE, scope)
    joined = [left[0] + right[0] for left, right in pairwise(meaning)]
    for part in (part for part in meaning if part[0] not in scope.untold):
        found_by = dict(in_chinese)
        _add(found_by, joined, EXACT, scope)
        _add(found_by, part, EXACT, scope)
        others = (other for word in part for other in (*alike().get(word, ()), *kinds().get(word, ())))
        _add(found_by, others, ALIKE, scope)
        yield Unit(entry, found_by)
    for left, right in pairwise(part[0] for part in meaning):
        if right in NOTHING_ALONE:  # a watering can
            yield Unit(left + right, scope.ways(left + right, EXACT), whole=False)


def _unknown_units(rest: str, scope: Scope) -> Iterator[Unit]:
    if len(rest) == 1:
        yield Unit(rest, scope.ways(rest, EXACT), whole=False, damping=0.5)
    elif rest:
        found_by = scope.ways(rest, EXACT) if len(rest) == 2 else {}
        yield Unit(rest, found_by, [way for pair in _pairs(rest) for way in scope.ways(pair, EXACT)])


def _add(
    found_by: dict[str, float],
    others: Iterable[str],
    most: float,
    scope: Scope,
) -> None:
    for other in others:
        for way, earns in scope.ways(other, most).items():
            found_by.setdefault(way, earns)


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _meaning(entry: str) -> tuple[str, ...]:
    return tuple(part[0] for part in chinese()[entry])


@cache
def _same_meaning() -> dict[tuple[str, ...], list[str]]:
    meanings: dict[tuple[str, ...], list[str]] = {}
    for entry in chinese():
        meanings.setdefault(_meaning(entry), []).append(entry)
    return meanings
