"""What an answer may say: the facts that were read in this turn, and whether a sentence is carried by them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from loyalty_ai.assistant.turn import Fact, Found, Source


class Evidence:
    """Everything that the tools found in one turn.

    Attributes:
        facts: source key -> its facts, in the order in which they were said.
        sources: source key -> what may be cited.
        cards: the shop's ids of products that may be shown.
        counts: how many things each list held that was found; "I found 8" may say so.
    """

    def __init__(self, found: Iterable[Found] = ()) -> None:
        self.facts: dict[str, list[Fact]] = {}
        self.sources: dict[str, Source] = {}
        self.cards: set[str] = set()
        self.counts: set[int] = set()
        for each in found:
            self.add(each)

    def add(self, found: Found) -> None:
        """Take in what a tool found."""
        told: dict[str, list[Fact]] = {}
        for fact in found.facts:
            told.setdefault(fact.source, []).append(fact)
        for key, facts in told.items():
            known = self.facts.setdefault(key, [])
            if not any(known[at : at + len(facts)] == facts for at in range(len(known))):
                known += facts
        self.sources |= {source.key: source for source in found.sources}
        self.cards |= {
            *found.cards,
            *(s.key.removeprefix("product:") for s in found.sources if s.key.startswith("product:")),
        }
        self.counts |= {len(value) for value in found.data.values() if isinstance(value, list)}


_REMOVED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def plain(text: str) -> str:
    """The text in one line, without control, direction and invisible characters."""
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _REMOVED)
    return " ".join(kept.split())
