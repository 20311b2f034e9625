"""One sentence as the guards read it: what it says in figures, what it is about, and the sources that carry it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from loyalty_ai.assistant.claims import wording
from loyalty_ai.assistant.claims.evidence import Evidence, kind_of
from loyalty_ai.assistant.claims.naming import Named, names_in
from loyalty_ai.assistant.periods import period
from loyalty_ai.assistant.readings import Number, amounts, days, digits, fold, numbers, shares
from loyalty_ai.assistant.turn import FactKind, FactValue, Sentence, Turn
from loyalty_ai.conf import app_settings


class Wrong(Exception):
    """The sentence says what its facts do not.

    Args:
        keys: products and orders whose facts may be said in its place.
        instead: the very sentence that may.
    """

    def __init__(self, *keys: str, instead: Sentence | None = None) -> None:
        super().__init__(*keys)
        self.keys = keys
        self.instead = instead


@dataclass
class Reading:
    """One sentence, read.

    Args:
        given: source keys from which our own code phrased it.
        ours: whether our own code phrased it, be it from no source.
        before: what the sentence before cited.

    Attributes:
        named: the products and orders that it names, in its order.
        elsewhere: whether it names goods of a cart or an order that no tool looked up as products.
        body: folded, whole names blanked out.
        figures: `body` with number words as digits.
        undated: `figures` without its days and its money.
        bare: `undated` without its percentages.
        carriers: the sources that guards found to carry it.
        reckoned: counts that an amount was reckoned with, which need no source of their own.
    """

    text: str
    evidence: Evidence
    turn: Turn
    given: tuple[str, ...]
    ours: bool
    before: tuple[str, ...]
    carriers: list[str] = field(default_factory=list)
    reckoned: set[Decimal] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.named, self.body, self.elsewhere = names_in(self.text, self.evidence, self.given)
        self.figures = digits(self.body)
        self.days, rest = days(self.figures, self.today)
        self.money, self.undated = amounts(rest)
        self.shares, self.bare = shares(self.undated)
        self.numbers = numbers(self.bare)

    @property
    def today(self) -> date:
        return self.turn.now.date()

    @property
    def currency(self) -> str:
        return app_settings.store(self.turn.store).currency

    @cached_property
    def counts(self) -> list[Number]:
        """Its numbers that are no money, those of dates and percentages among them."""
        return [number for number in numbers(amounts(self.figures)[1]) if number.value]

    def asked(self, last: int) -> list[str]:
        """What the shopper wrote, folded with digits: so many of their messages."""
        told = [*(said.text for said in self.turn.history if said.by_shopper), self.turn.text]
        return [digits(fold(text)) for text in told[-last:]]

    def carry(self, keys: Iterable[str]) -> None:
        self.carriers += [key for key in keys if key not in self.carriers]

    def cited(self, more: Iterable[str] = ()) -> tuple[str, ...]:
        return self.evidence.citable([*self.given, *self.carriers, *more])

    # What it is about.

    def products(self) -> list[Named]:
        return [named for named in self.named if kind_of(named.key) == "product"]

    def about(self, *kinds: str) -> list[str]:
        """The sources that a claim of these kinds can be about: named, given, cued by a word, or what "it" means."""
        facts = self.evidence.facts
        if named := [named.key for named in self.named if kind_of(named.key) in kinds]:
            return list(dict.fromkeys(named))
        if self.given:
            return [key for key in self.given if kind_of(key) in kinds and key in facts]
        cued = [key for key in ("cart", "loyalty") if key in kinds and key in facts and self.speaks_of(key)]
        if "orders" in kinds and self.speaks_of("orders"):
            cued += self.evidence.keys("orders")
        meant = [key for key in self.before if kind_of(key) in kinds and key in facts]
        if cued or meant:
            return cued or meant
        if "order" in kinds and self.speaks_of("order"):
            orders = self.evidence.keys("order")
            return orders[:1] if wording.LATEST.search(self.body) else orders
        known = [key for kind in kinds if kind in ("product", "passage") for key in self.evidence.keys(kind)]
        return known if len(known) == 1 else []

    def speaks_of(self, kind: str) -> bool:
        if kind == "loyalty" and wording.MISSING.search(self.body) and self.missing():
            return True
        return wording.CUES[kind].search(self.body) is not None

    def nearest(self, at: int, text: str) -> list[str]:
        """The products that something said at this place is said of: those just named, or those named right behind it."""
        products = self.products()
        after = [named for named in products if named.at > at]
        if after and wording.FOR_THE.fullmatch(text[at : after[0].at]):
            return [named.key for named in after if named.at == after[0].at]
        earlier = [named for named in products if named.at <= at]
        chosen = earlier[-1].at if earlier else after[0].at if after else None
        return [named.key for named in products if named.at == chosen]

    def titles(self, keys: Iterable[str]) -> set[str]:
        """The folded names of products."""
        return {name for key in keys for name in self.evidence.folded(key, FactKind.NAME)}

    def mentions(self, name: str) -> bool:
        """Whether the name of a thing in an order or a cart stands in it."""
        return fold(name) in fold(self.text)

    def missing(self) -> dict[str, list[FactValue]]:
        """What is missing to the tier above that the sentence names; nothing where it names more than one."""
        named = set(wording.TIERS.findall(self.body))
        groups = [(fold(name), values.get(FactKind.MISSING, [])) for name, values in self.evidence.groups("loyalty")]
        found = [(word, values) for name, values in groups for word in named if values and word in name]
        return dict(found) if len(found) == 1 else {}

    def of_these_days(self, key: str) -> bool:
        """Whether a sentence that sums up orders speaks of the days that were summed up, and of no others."""
        if self.ours:
            return True
        days_of = [day for day in self.evidence.values(key, FactKind.ORDERED_ON) if isinstance(day, date)]
        said = period(self.body, self.today)
        if said is None:
            return key in self.before or not days_of
        return len(days_of) == 2 and (said[0], min(said[1], self.today)) == (days_of[0], min(days_of[1], self.today))
