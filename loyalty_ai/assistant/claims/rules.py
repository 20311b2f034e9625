"""Guards points of policy: a rule of the shop is said in a document's own words, or so that it says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from loyalty_ai.assistant.asking import HAN
from loyalty_ai.assistant.claims import wording
from loyalty_ai.assistant.claims.evidence import Evidence, kind_of
from loyalty_ai.assistant.claims.reading import Reading, Wrong
from loyalty_ai.assistant.claims.text import plain
from loyalty_ai.assistant.claims.tiers import reaches
from loyalty_ai.assistant.paraphrase import concepts, says_the_same
from loyalty_ai.assistant.phrasing.extracts import sentences_of
from loyalty_ai.assistant.readings import amounts, digits, fold, parse
from loyalty_ai.assistant.tokens import words
from loyalty_ai.assistant.turn import FactKind, Sentence

ALIKE = 0.7
"""Share of a sentence's words of policy that one passage must hold."""

AKIN = 0.5
"""Share of a sentence's words from which on it speaks of what one sentence of a document says."""

NEAR = 0.3
"""From which share on a passage is what the sentence meant, and is said in its place."""

SAME_NUMBER = 0.5
"""What it is worth in finding that passage that it holds a number of the sentence."""

SHORTEST_QUOTE = 12
CUT_QUOTE = 60
"""Letters of what counts as a source's own words, and of what may be the beginning of them."""

_OF_BEFORE = re.compile(r"(?:It|They|These|This|That|Those)\b|.* of (?:them|it)\b")
"""How a sentence reads that speaks of what the one before named."""


def quoted(text: str, evidence: Evidence, given: Sequence[str]) -> str | None:
    """The source whose own words these are, sentence for sentence."""
    said = _bare(text)
    if len(said) < SHORTEST_QUOTE:
        return None
    cut = text.endswith("…") and len(said) > CUT_QUOTE
    priced = bool(amounts(digits(fold(text)))[0])
    for key in given or evidence.keys("passage"):
        if priced and kind_of(key) == "product":
            continue  # a description's words on money are held to the price like anybody's
        for source in evidence.values(key, FactKind.TEXT):
            parts = [_bare(part) for part in _sentences(str(source))]
            for start in range(len(parts)):
                joined = ""
                for part in parts[start:]:
                    joined += part
                    if joined == said or (cut and joined.startswith(said)):
                        return key
                    if len(joined) > len(said):
                        break
    return None


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def _sentences(text: str) -> list[str]:
    """The text cut behind full stops, question and exclamation marks, English and Chinese, and at the ends of lines."""
    return [part for part in (plain(p) for p in re.split(r"(?<=[.!?])\s+|(?<=[。！？])|\n", text)) if part]


def policy_of(reading: Reading) -> str:
    """ "strong" for what only a document can promise, "weak" for what may also be said of an order, "" for neither."""
    body = reading.figures
    if wording.UNABLE.search(body) and not re.search(r"\d|[;:]|\bbut\b|但", body):
        return ""
    if wording.STRONG.search(body):
        return "strong"
    if wording.OFFER.search(body) and not re.search(r"\d", body):
        return "weak" if _near_policy(reading, ALIKE, 3) else ""
    return "weak" if wording.WEAK.search(body) or _near_policy(reading, AKIN, 1) else ""


def _near_policy(reading: Reading, share: float, least: int) -> bool:
    """Whether it speaks of what a document speaks of: that share of its words stands in one sentence there."""
    told = digits(fold(reading.text))
    mine = concepts(told)
    if len(mine) < least or reading.named or amounts(told)[0]:
        return False
    if any(kind_of(key) != "passage" for key in reading.before):
        return False
    return any(
        len(mine & concepts(digits(fold(part)))) >= share * len(mine)
        for _key, _around, part in _rules(reading.evidence)
    )


def _rules(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    """The sentences of the documents that were found, each with its passage's key and the words that it stands under."""
    for key in evidence.keys("passage"):
        texts = evidence.values(key, FactKind.TEXT)
        around = " ".join(map(str, [*evidence.values(key, FactKind.NAME), *texts[:-1]]))
        before = ""
        for part in sentences_of(str(texts[-1])) if texts else ():
            yield key, f"{around} {before}" if _OF_BEFORE.match(part) else around, part
            before = part


def supported(reading: Reading) -> bool:
    """Whether one passage says the same: most of the words, every number, the same conditions and denials.

    Raises:
        Wrong: none does, and it speaks of nothing else that could carry it; what is near is said instead.
    """
    told = digits(fold(reading.text))
    mine, meant = _gist(told), concepts(told)
    best, near = 0.0, None
    for key, around, part in _rules(reading.evidence):
        says = digits(fold(part))
        theirs = _gist(says)
        if HAN.search(part):
            same = mine.said_by(theirs) and len(mine.words & theirs.words) >= ALIKE * len(mine.words)
            weight = _likeness(mine.words, theirs.words)
        else:
            same = says_the_same(told, says, fold(around))
            weight = _likeness(meant, concepts(says))
        if same and not (reading.products() and reading.money):
            reading.carry([key])
            return True
        weight += SAME_NUMBER * bool({*mine.numbers} & {*theirs.numbers})
        if weight > best:
            best, near = weight, Sentence(plain(part), (key,))
    if wording.STRONG.search(reading.figures) or not (
        reading.named or reading.about("order") or reaches(set(reading.missing()), reading)
    ):
        products = [named.key for named in reading.products()]
        raise Wrong(*products, instead=near if best / 2 >= NEAR and not products else None)
    return False


def _likeness(ours: set[str], theirs: set[str]) -> float:
    """What two sets of words share, as parts of either: 0 to 2."""
    shared = len(ours & theirs)
    return shared / max(len(ours), 1) + shared / max(len(theirs), 1)


@dataclass(frozen=True, slots=True)
class _Gist:
    """A sentence of policy as it is compared: its words, its numbers, who does it, and what turns it round."""

    words: set[str]
    numbers: tuple[Decimal, ...]
    turns: set[str]
    subjects: set[str]

    def said_by(self, other: _Gist) -> bool:
        """Whether the other says all of this, under the same numbers, conditions and denials."""
        new = {word for word in self.words - other.words if word.isascii()} - wording.POLICY_FREE
        return (
            not new and self.numbers == other.numbers and self.turns == other.turns and self.subjects <= other.subjects
        )


def _gist(body: str) -> _Gist:
    found = [word for word in words(body, "en") if not word[0].isdigit()]
    pairs = {a + b for a, b in pairwise(found) if not a.isascii() and not b.isascii()}
    single = {word for word in found if word.isascii() and word not in wording.POLICY_SMALL}
    values = sorted(value for value in map(parse, re.findall(r"\d[\d.,]*", body)) if value is not None)
    turns = {"not" if wording.NEGATION.fullmatch(turn) else turn for turn in wording.TURNS.findall(body)}
    subjects = set(wording.SUBJECTS.findall(body))
    return _Gist((single | pairs) - wording.DENIALS - turns - subjects, tuple(values), turns, subjects)
