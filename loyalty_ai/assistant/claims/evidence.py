"""What the tools found in one turn: the facts of each source, and nothing else may carry a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loyalty_ai.assistant.readings import fold
from loyalty_ai.assistant.turn import Fact, FactKind, FactValue, Found, Source

HOLDS_GROUPS = ("order", "orders", "cart", "loyalty")
"""Sources that hold things of other names; a product or a document has names of its own."""


def kind_of(key: str) -> str:
    """The kind of source that a key names: product, order, orders, passage, cart or loyalty."""
    return key.partition(":")[0]


def own_id(key: str) -> str:
    """The shop's id of a product, the number of an order; "" for a cart and loyalty."""
    return key.partition(":")[2]


class Evidence:
    """Everything that the tools found in one turn.

    Attributes:
        facts: source key -> its facts, in the order in which they were said.
        sources: source key -> what may be cited.
        counts: how many things each list held that was found; "I found 8" may say so.
    """

    def __init__(self, found: Iterable[Found] = ()) -> None:
        self.facts: dict[str, list[Fact]] = {}
        self.sources: dict[str, Source] = {}
        self.counts: set[int] = set()
        self._folded: dict[str, str] = {}
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
        self.counts |= {len(value) for value in found.data.values() if isinstance(value, list)}

    def keys(self, kind: str) -> list[str]:
        """The sources of one kind."""
        return [key for key in self.facts if kind_of(key) == kind]

    def citable(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Those of the keys that may be cited, each once."""
        return tuple(key for key in dict.fromkeys(keys) if key in self.sources)

    def values(self, key: str, *kinds: FactKind) -> list[FactValue]:
        """What the facts of these kinds say of a source, wherever in its groups they stand."""
        return [fact.value for fact in self.facts.get(key, ()) if fact.kind in kinds]

    def folded(self, key: str, *kinds: FactKind) -> list[str]:
        """The same values as they are compared."""
        return [self.fold(str(value)) for value in self.values(key, *kinds)]

    def fold(self, text: str) -> str:
        """The text as it is compared, kept for the turn: every sentence is held against the same names."""
        if text not in self._folded:
            self._folded[text] = fold(text)
        return self._folded[text]

    def groups(self, key: str) -> Iterator[tuple[str, dict[FactKind, list[FactValue]]]]:
        """What is said of the source and of each thing in it: its name, "" for the source itself, and values by kind."""
        own = own_id(key) if kind_of(key) == "order" else ""
        name, values = "", {}
        for fact in self.facts.get(key, ()):
            if fact.kind == FactKind.NAME and kind_of(key) in HOLDS_GROUPS:
                if values:
                    yield name, values
                name, values = ("" if fact.value == own else str(fact.value)), {}
            else:
                values.setdefault(fact.kind, []).append(fact.value)
        if values:
            yield name, values
