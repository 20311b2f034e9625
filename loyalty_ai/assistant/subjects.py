"""Which subject a question is likely to be about: a small Transformer, tuned from the sentence encoder that comes with the app.

Its weights were learned from `benchmarks/wordings/`, English and Chinese together
(`python -m benchmarks.assistant_subjects --write`), and come with the app; no query.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from loyalty_ai.assistant import encoder

FILE = Path(__file__).with_name("subjects.bin")
"""A network as `loyalty_ai.assistant.encoder` reads it, with its `subjects`, each in English and Chinese, and the matrix of their
scores."""

GOODS, ELSEWHERE, OWN, OTHERS, MISUSE = "goods ", "elsewhere", "own ", "others", "misuse"
"""Subjects that no document treats: goods and what is the shopper's own, each with what is asked of it behind, what is no shop's
business, what is somebody else's, and what would misuse the shop."""

CHINESE = re.compile("[\u3400-\u9fff]")
_WORD = re.compile("[\u3400-\u9fff]|\\b[a-z]{2,}\\b", re.IGNORECASE)


def likely(question: str) -> list[tuple[str, float]]:
    """Subjects, as the question's language calls them, with their probabilities, which add up to 1, the likeliest first; [] where
    the question has no word, but a code."""
    np = encoder.arrays()
    if not (_WORD.search(question) and (meant := encoder.vector(question, FILE))):
        return []
    network = encoder.network(FILE)
    scores = np.asarray(meant, np.float32) @ network.matrices["subjects.weight"] + network.matrices["subjects.bias"]
    odds = np.exp(scores - scores.max())
    odds /= odds.sum()
    chinese = CHINESE.search(question) is not None
    chances: dict[str, float] = defaultdict(float)
    for names, chance in zip(network.about["subjects"], odds.tolist(), strict=True):
        chances[names[chinese]] += chance  # a Chinese subject may stand for several
    return sorted(chances.items(), key=lambda each: -each[1])
