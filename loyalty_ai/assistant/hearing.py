"""Which subject a question asks about, in words that no document may have: by its likeness to how people ask, with no model.

A question's vector is the sum of its words' vectors, rare words weighing most. Those of some thousand ordinary English words come
with the app, made once from a sentence encoder (`python -m benchmarks.assistant_hearing --write`).
"""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from heapq import nlargest
from math import log, sqrt
from operator import mul
from pathlib import Path

from loyalty_ai.assistant.tokens import is_chinese, words
from loyalty_ai.assistant.wordings import wordings

FILE = Path(__file__).with_name("words.bin")
"""A line of JSON (what made it, how many numbers a word), a line of words, the most frequent first, then int8 [words, numbers]."""

RARE = 0.001
"""a / (a + p) weighs a word of frequency p, which is about 0.1 / its rank; https://openreview.net/forum?id=SyK00v5xx."""

SHARED = 0.5
"""What the cosine of shared words weighs beside that of meanings."""

VOTERS, SHARPLY = 8, 4
"""Wordings that say together which subject it is, and the power of their likeness that each says it with."""

UNKNOWN = 0.5
"""Length of the vector of a word that has none; it is like nothing."""

MOST_WORDS = 40
"""Words of a question that are listened to."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a question seems to ask.

    Args:
        query: for the documents, "" where it is no shop's business, None where the shop's data answer and not its documents.
        likeness: 0 to 1, to the subject's wording that is most like it.
    """

    query: str | None
    likeness: float


def heard(question: str) -> Heard | None:
    """The subject whose wordings are most like an English question; None where it shares nothing with any."""
    plain = _plain(question)
    shared, meant = _shared(plain), _meaning(plain)
    norm = _norm(meant, plain)
    likeness = [
        SHARED * shared.get(at, 0.0) + (sum(map(mul, meant, vector)) / norm if norm else 0.0)
        for at, vector in enumerate(_meanings())
    ]
    subjects: dict[str | None, float] = defaultdict(float)
    most: dict[str | None, float] = {}
    for at in nlargest(VOTERS, range(len(likeness)), key=likeness.__getitem__):
        if likeness[at] > 0:
            query = wordings()[at][1]
            subjects[query] += likeness[at] ** SHARPLY
            most[query] = max(most.get(query, 0.0), likeness[at])
    best = max(subjects, key=subjects.__getitem__, default=None)
    return Heard(best, min(1.0, most[best] / (1 + SHARED))) if best in most else None


def _plain(text: str) -> list[str]:
    return [word for word in words(text, "") if not is_chinese(word)][:MOST_WORDS]


# ---- The words that a question and a wording share ----


@cache
def _held() -> tuple[dict[str, list[int]], list[float]]:
    """Stem -> the wordings that have it; the length of each wording."""
    held: dict[str, list[int]] = defaultdict(list)
    bags = [set(words(wording, "en")) for wording, _ in wordings()]
    for at, bag in enumerate(bags):
        for stem in bag:
            held[stem].append(at)
    return held, [sqrt(sum(_rarity(len(held[stem])) ** 2 for stem in bag)) for bag in bags]


def _rarity(holders: int) -> float:
    return log(1 + len(wordings()) / max(holders, 0.5))


def _shared(plain: list[str]) -> dict[int, float]:
    """Wording -> cosine of its stems and the question's."""
    held, lengths = _held()
    stems = {stem for word in plain for stem in words(word, "en")}
    rarity = {stem: _rarity(len(held.get(stem, ()))) ** 2 for stem in stems}
    length = sqrt(sum(rarity.values()))
    found: dict[int, float] = defaultdict(float)
    for stem in stems:
        for at in held.get(stem, ()):
            found[at] += rarity[stem] / (length * lengths[at])
    return found


# ---- What they mean ----


@cache
def _places() -> tuple[dict[str, int], array[int], int]:
    """Word -> its row, for a stem that of its most frequent form; the values of all rows; how many a row has."""
    with FILE.open("rb") as file:
        numbers = json.loads(file.readline())["numbers"]
        known = file.readline().decode().split()
        values = array("b", file.read())
    places = {word: at for at, word in enumerate(known)}
    for at, word in enumerate(known):
        for stem in words(word, "en"):
            places.setdefault(stem, at)
    return places, values, numbers


def _vector(word: str) -> tuple[float, ...]:
    """A word's vector, or its stem's, times its weight; empty where neither has one."""
    places, _values, _numbers = _places()
    at = next((places[form] for form in (word, *words(word, "en")) if form in places), None)
    return () if at is None else _row(at)


@lru_cache(maxsize=4096)  # of the words that everybody uses, not of what somebody typed
def _row(at: int) -> tuple[float, ...]:
    _known, values, numbers = _places()
    weight = RARE / (RARE + 0.1 / (at + 1))
    return tuple(weight * value / 127 for value in values[at * numbers : (at + 1) * numbers])


def _meaning(plain: list[str]) -> list[float]:
    """The sum of the vectors of the words that have one."""
    return [sum(column) for column in zip(*filter(None, map(_vector, plain)), strict=True)]


def _norm(vector: list[float], plain: list[str] = ()) -> float:
    """Its length, with that of the words that have no vector."""
    unknown = sum(UNKNOWN**2 for word in plain if not _vector(word))
    return sqrt(sum(value * value for value in vector) + unknown)


@cache
def _meanings() -> list[list[float]]:
    """The vector of each wording, of length one."""
    made = []
    for wording, _ in wordings():
        vector = _meaning(_plain(wording))
        norm = _norm(vector) or 1.0
        made.append([value / norm for value in vector])
    return made
