"""Which subject a question is likely to be about: a multinomial logistic regression on its words, their pairs and its meaning.

The weights were learned from `benchmarks/wordings/*.txt` (`python -m benchmarks.assistant_subjects --write`) and come with the app;
no query.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyalty_ai.assistant import encoder
from loyalty_ai.assistant.tokens import is_chinese, words

if TYPE_CHECKING:
    import numpy as np

FILE = Path(__file__).with_name("subjects.bin")
"""A line of JSON (a language -> its `subjects`, its `marks` and the `unit` of its weights), then for each language in that order
float32 [marks], how rare a mark is, and int8 [marks + numbers of a meaning + 1, subjects], the weights, the last of them alone."""

GOODS, ELSEWHERE, OWN, OTHERS, MISUSE = "goods ", "elsewhere", "own ", "others", "misuse"
"""Subjects that no document treats: goods and what is the shopper's own, each with what is asked of it behind, what is no shop's
business, what is somebody else's, and what would misuse the shop."""

MOST_WORDS, MOST_CHARACTERS = 60, 200
"""Words of an English question that are listened to, and characters of a Chinese one."""

CHINESE = re.compile("[\u3400-\u9fff]")
_RUN, _DIGITS, _BEFORE = re.compile("[\u3400-\u9fff]+"), re.compile(r"\d[\d.,]*"), "^"


def likely(question: str) -> list[tuple[str, float]]:
    """Subjects with their probabilities, which add up to 1, the likeliest first; [] where nothing of the question is known."""
    np = encoder.arrays()
    language = "zh" if CHINESE.search(question) else "en"
    weights = _weights()[language]
    found = [(mark, weights.places[mark]) for mark in marks(question) if mark in weights.places]
    if not any(mark.isalpha() for mark, _at in found):  # a code, or words of no language
        return []
    held = [at for _mark, at in found]
    rarity = weights.rarity[held]
    scores = weights.values[-1] + rarity @ weights.values[held] / np.linalg.norm(rarity)
    if meant := encoder.vector(question) if language == "en" else ():
        scores += np.asarray(meant, np.float32) @ weights.meant
    odds = np.exp((scores - scores.max()) * weights.unit)
    odds /= odds.sum()
    return [(weights.subjects[at], float(odds[at])) for at in np.argsort(-odds)]


def marks(question: str) -> list[str]:
    """What a question is known by, each once: its words, their stems and pairs of neighbours; of Chinese one, two and three
    characters side by side. Any number counts as one."""
    return list(dict.fromkeys(_chinese_marks(question) if CHINESE.search(question) else _english_marks(question)))


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
    """What one language's regression has learned.

    Args:
        rarity: float32 [marks]. values: int8 [marks + numbers of a meaning + 1, subjects].
    """

    def __init__(self, about: dict[str, Any], rarity: np.ndarray, values: np.ndarray) -> None:
        self.subjects: list[str] = about["subjects"]
        self.places = {mark: at for at, mark in enumerate(about["marks"])}
        self.unit: float = about["unit"]
        self.rarity, self.values = rarity, values
        self.meant = values[len(rarity) : -1].astype("float32")


@cache
def _weights() -> dict[str, _Weights]:
    np = encoder.arrays()
    found = {}
    with FILE.open("rb") as file:
        for language, about in json.loads(file.readline()).items():
            marked, subjects = len(about["marks"]), len(about["subjects"])
            rarity = np.frombuffer(file.read(4 * marked), np.float32)
            values = np.frombuffer(file.read(subjects * (marked + about["numbers"] + 1)), np.int8)
            found[language] = _Weights(about, rarity, values.reshape(-1, subjects))
    return found
