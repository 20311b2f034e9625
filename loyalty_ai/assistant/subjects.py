"""Which subject a question is likely to be about: a multinomial logistic regression on its words, their pairs and their meaning.

The weights were learned from `benchmarks/wordings/*.txt` (`python -m benchmarks.assistant_subjects --write`) and come with the app;
no model, no query.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from math import exp, sqrt
from operator import mul
from pathlib import Path
from typing import Any

from loyalty_ai.assistant.meaning import meaning, norm
from loyalty_ai.assistant.tokens import is_chinese, words

FILE = Path(__file__).with_name("subjects.bin")
"""A line of JSON (a language -> its `subjects`, its `marks` and the `unit` of its weights), then for each language in that order
float32 [marks], how rare a mark is, and int8 [marks + numbers of a meaning + 1, subjects], the weights, the last of them alone."""

GOODS, ELSEWHERE, OWN = "goods", "elsewhere", "own "
"""Subjects that no document treats: goods as such, what is no shop's business, and (with what is asked of it behind) what is the
shopper's own."""

MEANT = 2.0
"""Length of a question's meaning beside that of its marks, which is 1."""

MOST_WORDS, MOST_CHARACTERS = 60, 200
"""Words of an English question that are listened to, and characters of a Chinese one."""

CHINESE = re.compile("[\u3400-\u9fff]")
_RUN, _DIGITS, _BEFORE = re.compile("[\u3400-\u9fff]+"), re.compile(r"\d[\d.,]*"), "^"


def likely(question: str) -> list[tuple[str, float]]:
    """Subjects with their probabilities, which add up to 1, the likeliest first; [] where nothing of the question is known."""
    language = "zh" if CHINESE.search(question) else "en"
    weights = _weights()[language]
    held = [(at, weights.rarity[at]) for at in map(weights.places.get, marks(question)) if at is not None]
    meant = meant_by(question) if language == "en" else []
    if not held and not any(meant):
        return []
    length = sqrt(sum(rarity * rarity for _, rarity in held)) or 1.0
    scores = weights.row(-1)
    for at, rarity in held:
        value = rarity / length
        scores = [score + value * weight for score, weight in zip(scores, weights.row(at), strict=True)]
    if meant:
        scores = [score + sum(map(mul, meant, column)) for score, column in zip(scores, weights.columns, strict=True)]
    scores = [score * weights.unit for score in scores]
    most = max(scores)
    odds = [exp(score - most) for score in scores]
    total = sum(odds)
    found = zip(weights.subjects, (each / total for each in odds), strict=True)
    return sorted(found, key=lambda each: -each[1])


def marks(question: str) -> list[str]:
    """What a question is known by, each once: its words, their stems and pairs of neighbours; of Chinese one, two and three
    characters side by side. Any number counts as one."""
    return list(dict.fromkeys(_chinese_marks(question) if CHINESE.search(question) else _english_marks(question)))


def meant_by(question: str) -> list[float]:
    """The direction of an English question's meaning, of length `MEANT` or less; [] where none of its words is ordinary."""
    plain = _plain(question)
    meant = meaning(plain)
    length = norm(meant, plain)
    return [MEANT * value / length for value in meant] if meant and length else []


def _english_marks(question: str) -> Iterable[str]:
    plain = _plain(question)
    yield from plain
    yield from (f"~{stem}" for word in plain for stem in words(word, "en"))
    yield from (f"{one} {other}" for one, other in pairwise([_BEFORE, *plain]))


def _chinese_marks(question: str) -> Iterable[str]:
    for run in _RUN.findall(question[:MOST_CHARACTERS]):
        yield from run
        for size in (2, 3):
            yield from (run[at : at + size] for at in range(len(run) - size + 1))


def _plain(question: str) -> list[str]:
    return [word for word in words(_DIGITS.sub("0", question), "") if not is_chinese(word)][:MOST_WORDS]


class _Weights:
    """What one language's regression has learned."""

    def __init__(self, about: dict[str, Any], rarity: array[float], values: array[int]) -> None:
        self.subjects: list[str] = about["subjects"]
        self.places = {mark: at for at, mark in enumerate(about["marks"])}
        self.unit: float = about["unit"]
        self.rarity, self.values, size = rarity, values, len(about["subjects"])
        rows = [values[at : at + size] for at in range(len(rarity) * size, len(values) - size, size)]
        self.columns = [array("f", column) for column in zip(*rows, strict=True)] or [array("f")] * size

    def row(self, at: int) -> array[int]:
        """The weights of a mark, int8 [subjects]; those that every question has at -1."""
        size = len(self.subjects)
        start = len(self.values) - size if at < 0 else at * size
        return self.values[start : start + size]


@cache
def _weights() -> dict[str, _Weights]:
    found = {}
    with FILE.open("rb") as file:
        for language, about in json.loads(file.readline()).items():
            rarity, values = array("f"), array("b")
            rarity.frombytes(file.read(4 * len(about["marks"])))
            values.frombytes(file.read(len(about["subjects"]) * (len(about["marks"]) + about["numbers"] + 1)))
            found[language] = _Weights(about, rarity, values)
    return found
