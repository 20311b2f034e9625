"""Which subject a question asks about, in words that no document may have: by its likeness to how people ask, with no model.

A question's vector is the sum of its words' vectors, rare words weighing most. Those of some thousand ordinary English words come
with the app, made once from a sentence encoder (`python -m benchmarks.assistant_hearing --write`).
"""

from __future__ import annotations

import json
import re
from array import array
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from heapq import nlargest
from math import log, sqrt
from operator import mul
from pathlib import Path

from loyalty_ai.assistant.tokens import is_chinese, words
from loyalty_ai.assistant.wordings import GOODS, wordings, wordings_zh

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

MOST_WORDS, MOST_CHARACTERS = 40, 200
"""Words of an English question that are listened to, and characters of a Chinese one."""


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
    """The subject whose wordings are most like a question; None where it shares nothing with any."""
    if CHINESE.search(question):
        return _heard_in_chinese(question)
    told = _heard_in_english(question)
    plainer = GOODS.sub("thing", question)
    if plainer == question:
        return told
    without = _heard_in_english(plainer)  # a mug that came broken is any thing that came broken
    return max(filter(None, (told, without)), key=lambda found: found.likeness, default=None)


def _heard_in_english(question: str) -> Heard | None:
    plain = _plain(question)
    shared, meant = _shared(plain), _meaning(plain)
    norm = _norm(meant, plain)
    likeness = [
        SHARED * shared.get(at, 0.0) + (sum(map(mul, meant, vector)) / norm if norm else 0.0)
        for at, vector in enumerate(_meanings())
    ]
    found = _voted(likeness, wordings())
    return Heard(found.query, min(1.0, found.likeness / (1 + SHARED))) if found else None


def _voted(likeness: list[float], asked: tuple[tuple[str, str | None], ...]) -> Heard | None:
    """The subject that the wordings most like the question say together, with the likeness of the best of its own."""
    subjects: dict[str | None, float] = defaultdict(float)
    most: dict[str | None, float] = {}
    for at in nlargest(VOTERS, range(len(likeness)), key=likeness.__getitem__):
        if likeness[at] > 0:
            query = asked[at][1]
            subjects[query] += likeness[at] ** SHARPLY
            most[query] = max(most.get(query, 0.0), likeness[at])
    best = max(subjects, key=subjects.__getitem__, default=None)
    return Heard(best, most[best]) if best in most else None


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


# ---- Chinese: characters and pairs of them, as words stand without bounds ----

CHINESE = re.compile("[\u3400-\u9fff]")
PAIRED = 1.5
"""What brings the likeness of two Chinese wordings to the scale of English ones."""

EMPTY_ZH = frozenset("的了吗呢啊呀吧么我你们是有在请问一个这那就都还会")
"""Characters that say little of what is asked."""


def _heard_in_chinese(question: str) -> Heard | None:
    held, rarity, lengths = _held_zh()
    bag = _bag_zh(question)
    length = sqrt(sum(rarity.get(each, _rarest_zh()) ** 2 for each in bag))
    likeness = [0.0] * len(lengths)
    for each in bag & held.keys():
        for at in held[each]:
            likeness[at] += rarity[each] ** 2 / (length * lengths[at])
    found = _voted(likeness, wordings_zh())
    return Heard(found.query, min(1.0, PAIRED * found.likeness)) if found else None


def _bag_zh(text: str) -> set[str]:
    runs = re.findall("[\u3400-\u9fff]+", text[:MOST_CHARACTERS])
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    return {pair for pair in pairs if not EMPTY_ZH.issuperset(pair)} | {c for run in runs for c in run} - EMPTY_ZH


def _rarest_zh() -> float:
    return log(1 + len(wordings_zh()))


@cache
def _held_zh() -> tuple[dict[str, list[int]], dict[str, float], list[float]]:
    """Character or pair -> the wordings that have it, and its rarity; the length of each wording."""
    held: dict[str, list[int]] = defaultdict(list)
    bags = [_bag_zh(wording) for wording, _ in wordings_zh()]
    for at, bag in enumerate(bags):
        for each in bag:
            held[each].append(at)
    rarity = {each: log(1 + len(bags) / len(holders)) for each, holders in held.items()}
    return held, rarity, [sqrt(sum(rarity[each] ** 2 for each in bag)) or 1.0 for bag in bags]


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


def ordinary(word: str) -> bool:
    """Whether it is an ordinary English word or the stem of one, so that nobody misspelt another."""
    return word in _places()[0]


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
