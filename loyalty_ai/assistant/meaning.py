"""What words and texts mean: vectors of ordinary English words, which come with the app, and their sums; no model, no query.

The vectors were made once from a sentence encoder (`python -m benchmarks.assistant_hearing --write`).
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from math import sqrt
from pathlib import Path

from loyalty_ai.assistant.tokens import words

FILE = Path(__file__).with_name("words.bin")
"""A line of JSON (what made it, how many numbers a word), a line of words, the most frequent first, then int8 [words, numbers]."""

RARE = 0.001
"""a / (a + p) weighs a word of frequency p, which is about 0.1 / its rank; https://openreview.net/forum?id=SyK00v5xx."""

UNKNOWN = 0.5
"""Length of the vector of a word that has none; it is like nothing."""


def ordinary(word: str) -> bool:
    """Whether it is an ordinary English word or the stem of one, so that nobody misspelt another."""
    return word in _places()[0]


def place(word: str) -> int | None:
    """Which vector a word has, or its stem; None where neither has one."""
    places = _places()[0]
    return (
        places[word] if word in places else next((places[stem] for stem in words(word, "en") if stem in places), None)
    )


def vector(word: str) -> tuple[float, ...]:
    """A word's vector, or its stem's, times its weight; empty where neither has one."""
    at = place(word)
    return () if at is None else vector_at(at)


def meaning(plain: Iterable[str]) -> list[float]:
    """The sum of the vectors of the words that have one, [numbers]; [] where none has."""
    return [sum(column) for column in zip(*filter(None, map(vector, plain)), strict=True)]


def norm(summed: Sequence[float], plain: Iterable[str] = ()) -> float:
    """The length of a sum, with that of the words that have no vector."""
    unknown = sum(UNKNOWN**2 for word in plain if not vector(word))
    return sqrt(sum(value * value for value in summed) + unknown)


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


@lru_cache(maxsize=4096)  # of the words that everybody uses, not of what somebody typed
def vector_at(at: int) -> tuple[float, ...]:
    """The vector of a place, times its word's weight."""
    _known, values, numbers = _places()
    weight = RARE / (RARE + 0.1 / (at + 1))
    return tuple(weight * value / 127 for value in values[at * numbers : (at + 1) * numbers])
