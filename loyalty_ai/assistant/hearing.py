"""What a question asks, in words that nobody foresaw: which subject it is about, and what a need asks for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

from loyalty_ai.assistant import encoder
from loyalty_ai.assistant.subjects import CHINESE, ELSEWHERE, GOODS, MISUSE, OTHERS, OWN, likely
from loyalty_ai.assistant.tokens import words
from loyalty_ai.assistant.uses import uses

if TYPE_CHECKING:
    from loyalty_ai.assistant.encoder import Numbers

__all__ = ["CHINESE", "Heard", "Use", "all_heard", "heard", "of_goods", "of_refused", "speaks_of", "used_for"]

FILE = Path(__file__).with_name("uses.bin")
"""int8 [wordings of needs, numbers], 127 for 1: their vectors, made by `python -m benchmarks.assistant_subjects --write`."""

VOTERS, SHARPLY = 8, 4
"""Wordings that say together which need it is, and the power of their likeness that each says it with."""

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


def heard(question: str, before: str = "") -> Heard | None:
    """The subject that a question is most likely about; None where nothing of it is known."""
    return next(iter(all_heard(question, before)), None)


def all_heard(question: str, before: str = "") -> list[Heard]:
    """The subjects that a question may be about, the likeliest first: alone, and behind what was said before if that is given."""
    found = likely(question)
    if found and before:
        behind = dict(likely(f"{before} {question}"))
        both = {subject: sqrt(chance * behind.get(subject, 0.0)) for subject, chance in found}
        found = [(subject, chance / sum(both.values())) for subject, chance in both.items()]
    kinds: dict[str, float] = defaultdict(float)
    for subject, chance in found:
        kinds[_kind(subject)] += chance
    chances = [(subject, sqrt(chance * kinds[_kind(subject)])) for subject, chance in found]  # its kind comes first
    return [_told(*each) for each in nlargest(MOST_HEARD, chances, key=lambda each: each[1])]


def of_goods(question: str) -> tuple[float, str]:
    """The chance that a question is about goods, and what of them it most likely asks: price, stock, find, need, gift, about,
    compare, match, narrow or cart."""
    chances = {subject.removeprefix(GOODS): chance for subject, chance in likely(question) if subject.startswith(GOODS)}
    return (sum(chances.values()), max(chances, key=chances.__getitem__)) if chances else (0.0, "")


def of_refused(question: str) -> tuple[float, str]:
    """The chance that a question must be refused, and what for: others, misuse or elsewhere; 0 where it is rather of goods or of
    the shopper's own."""
    kinds: dict[str, float] = defaultdict(float)
    for subject, chance in likely(question):
        kinds[_kind(subject)] += chance
    refused = {kind: kinds[kind] for kind in (OTHERS, MISUSE, ELSEWHERE)}
    chance = sum(refused.values())
    served = max(kinds[GOODS], kinds[OWN])
    return (chance if chance > served else 0.0), max(refused, key=refused.__getitem__)


def _kind(subject: str) -> str:
    """What a subject is one of: goods, no shop's business, the shopper's own, somebody else's, misuse, or (as "") what documents
    treat."""
    return next((kind for kind in (GOODS, ELSEWHERE, OWN, OTHERS, MISUSE) if subject.startswith(kind)), "")


def _told(subject: str, chance: float) -> Heard:
    kind = _kind(subject)
    query = "" if kind == ELSEWHERE else None if kind else subject
    own = subject.removeprefix(OWN) if kind == OWN else ""
    return Heard(query, LEAST + FURTHER * chance**BENT, own)


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
    np = encoder.arrays()
    if not (meant := encoder.vector(need)):
        return []
    alike = (_meanings() @ np.asarray(meant, np.float32)).tolist()
    votes: dict[tuple[str, ...], float] = defaultdict(float)
    most: dict[tuple[str, ...], float] = {}
    for at in nlargest(VOTERS, range(len(alike)), key=alike.__getitem__):
        if alike[at] > 0:
            kinds = uses()[at][1]
            votes[kinds] += alike[at] ** SHARPLY
            most[kinds] = max(most.get(kinds, 0.0), min(1.0, alike[at]))
    return [Use(kinds, most[kinds]) for kinds in sorted(votes, key=votes.__getitem__, reverse=True)]


def speaks_of(word: str) -> bool:
    """Whether any known need has a word, in any form: what asks for a thing that none has, a washing machine, tells no need."""
    return any(stem in _stems() for stem in words(word, "en"))


@cache
def _stems() -> frozenset[str]:
    return frozenset(stem for wording, _kinds in uses() for stem in words(wording, "en"))


@cache
def _meanings() -> Numbers:
    """float32 [wordings of needs, numbers], each of length about 1."""
    np = encoder.arrays()
    return np.frombuffer(FILE.read_bytes(), np.int8).reshape(len(uses()), -1).astype(np.float32) / 127
