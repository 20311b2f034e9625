"""What a question asks, in words that nobody foresaw: which subject it is about, and what a need asks for."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from heapq import nlargest
from math import log, sqrt
from operator import mul
from typing import Generic, TypeVar

from loyalty_ai.assistant.meaning import meaning, norm, place, vector_at
from loyalty_ai.assistant.subjects import CHINESE, ELSEWHERE, GOODS, OWN, likely
from loyalty_ai.assistant.tokens import is_chinese, words
from loyalty_ai.assistant.uses import uses

__all__ = ["CHINESE", "Heard", "Use", "all_heard", "heard", "speaks_of", "used_for"]

T = TypeVar("T")

SHARED = 0.5
"""What the cosine of shared words weighs beside that of meanings."""

VOTERS, SHARPLY = 8, 4
"""Wordings that say together which need it is, and the power of their likeness that each says it with."""

MOST_KEPT = 1024
"""Words whose products with all wordings are kept: of those that everybody uses."""

MOST_WORDS = 40
"""Words of a need that are listened to."""

MOST_HEARD = 8
"""Subjects of a question that are told."""

LEAST, FURTHER, BENT = 0.35, 0.55, 0.6
"""The likeness of no chance, what a sure one has above it, and the power of the chance in between."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a question seems to ask.

    Args:
        query: for the documents, "" where it is no shop's business, None where the shop's data answer and not its documents.
        likeness: 0.35 to 0.9, rising with the chance that it is about this subject, and about one of its kind.
        own: what of the shopper's own it asks, an intent and what of it; "" where it asks for nothing of that.
    """

    query: str | None
    likeness: float
    own: str = ""


RETURNS = re.compile(r"\breturn|\brefund|\bback\b|\brestock|退|寄回")
COST_OF_RETURNS = {"what a return costs", "退货费用"}
"""The postage that is meant where nothing is sent back is that of an order."""


def heard(question: str) -> Heard | None:
    """The subject that a question is most likely about; None where nothing of it is known."""
    return next(iter(all_heard(question)), None)


def all_heard(question: str) -> list[Heard]:
    """The subjects that a question may be about, the likeliest first."""
    returns = RETURNS.search(question) is not None
    found = [(subject, chance) for subject, chance in likely(question) if returns or subject not in COST_OF_RETURNS]
    kinds: dict[str, float] = defaultdict(float)
    for subject, chance in found:
        kinds[_kind(subject)] += chance
    chances = [(subject, sqrt(chance * kinds[_kind(subject)])) for subject, chance in found]  # its kind comes first
    return [_told(*each) for each in nlargest(MOST_HEARD, chances, key=lambda each: each[1])]


def _kind(subject: str) -> str:
    """What a subject is one of: goods, no shop's business, the shopper's own, or what documents treat."""
    return OWN if subject.startswith(OWN) else subject if subject in (GOODS, ELSEWHERE) else ""


def _told(subject: str, chance: float) -> Heard:
    query = None if _kind(subject) in (GOODS, OWN) else "" if subject == ELSEWHERE else subject
    return Heard(query, LEAST + FURTHER * chance**BENT, subject.removeprefix(OWN) if subject.startswith(OWN) else "")


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody wants to do, as what serves it.

    Args:
        kinds: what such goods are called, one or more in a shop that has any.
        likeness: 0 to 1, to the wording that is most like what they said.
    """

    kinds: tuple[str, ...]
    likeness: float


def used_for(need: str) -> list[Use]:
    """What serves a need that is told in English, the likeliest first: "my door bangs" wants a doorstop."""
    return [Use(*found) for found in _uses().nearest(need)]


def speaks_of(word: str) -> bool:
    """Whether any known need has a word, in any form: what asks for a thing that none has, a washing machine, tells no need."""
    return any(stem in _uses().stems for stem in words(word, "en"))


@cache
def _uses() -> Told[tuple[str, ...]]:
    return Told(uses())


class Told(Generic[T]):
    """English wordings, each with what it says.

    Args:
        rows: a wording and what it says; several say the same.
    """

    def __init__(self, rows: Iterable[tuple[str, T]]) -> None:
        self.rows = tuple(rows)
        self._alike = lru_cache(maxsize=MOST_KEPT)(self._alike_to)

    def nearest(self, question: str) -> list[tuple[T, float]]:
        """What the wordings most like a question say together, the likeliest first, with the likeness of the best of its own."""
        plain = _plain(question)
        shared, length = self._shared(plain), norm(meaning(plain), plain)
        alike = [self._alike(at) for at in map(place, plain) if at is not None]
        meant = [sum(each) / length for each in zip(*alike, strict=True)] if alike else [0.0] * len(self.rows)
        likeness = [(SHARED * shared.get(at, 0.0) + cosine) / (1 + SHARED) for at, cosine in enumerate(meant)]
        return _voted(likeness, self.rows)

    def _alike_to(self, at: int) -> array[float]:
        """What the vector at a place adds to the product of a question's and of each wording's."""
        vector = vector_at(at)
        return array("f", [sum(map(mul, vector, meant)) for meant in self._meanings])

    @property
    def stems(self) -> Container[str]:
        """The stems of all wordings."""
        return self._held[0]

    def _shared(self, plain: list[str]) -> dict[int, float]:
        """Wording -> cosine of its stems and the question's."""
        held, lengths = self._held
        stems = {stem for word in plain for stem in words(word, "en")}
        rarity = {stem: self._rarity(len(held.get(stem, ()))) ** 2 for stem in stems}
        length = sqrt(sum(rarity.values()))
        found: dict[int, float] = defaultdict(float)
        for stem in stems:
            for at in held.get(stem, ()):
                found[at] += rarity[stem] / (length * lengths[at])
        return found

    def _rarity(self, holders: int) -> float:
        return log(1 + len(self.rows) / max(holders, 0.5))

    @cached_property
    def _held(self) -> tuple[dict[str, list[int]], list[float]]:
        """Stem -> the wordings that have it; the length of each wording."""
        held: dict[str, list[int]] = defaultdict(list)
        bags = [set(words(wording, "en")) for wording, _ in self.rows]
        for at, bag in enumerate(bags):
            for stem in bag:
                held[stem].append(at)
        return held, [sqrt(sum(self._rarity(len(held[stem])) ** 2 for stem in bag)) or 1.0 for bag in bags]

    @cached_property
    def _meanings(self) -> list[list[float]]:
        """The vector of each wording, of length one."""
        made = []
        for wording, _ in self.rows:
            vector = meaning(_plain(wording))
            length = norm(vector) or 1.0
            made.append([value / length for value in vector])
        return made


def _voted(likeness: list[float], rows: tuple[tuple[str, T], ...]) -> list[tuple[T, float]]:
    """What the rows most like a question say, by their votes, each with the likeness of the best of its own."""
    votes: dict[T, float] = defaultdict(float)
    most: dict[T, float] = {}
    for at in nlargest(VOTERS, range(len(likeness)), key=likeness.__getitem__):
        if likeness[at] > 0:
            said = rows[at][1]
            votes[said] += likeness[at] ** SHARPLY
            most[said] = max(most.get(said, 0.0), min(1.0, likeness[at]))
    return [(said, most[said]) for said in sorted(votes, key=votes.__getitem__, reverse=True)]


def _plain(text: str) -> list[str]:
    return [word for word in words(text, "") if not is_chinese(word)][:MOST_WORDS]
