"""What an answer may say: the facts that were read in this turn, and whether a sentence is carried by them.

A sentence is read, not believed. Money, dates, shares, numbers, stock, the state of an order, points of policy and properties of a
product must stand in facts of the sources that the sentence names; what does not is replaced by the fact, or dropped. A doubt
drops: a true sentence lost costs less than a false one said.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from loyalty_ai.assistant import wording
from loyalty_ai.assistant.arrivals import reckoned
from loyalty_ai.assistant.asking import HAN, spoken
from loyalty_ai.assistant.paraphrase import concepts, says_the_same
from loyalty_ai.assistant.periods import period
from loyalty_ai.assistant.phrasing.extracts import sentences_of
from loyalty_ai.assistant.readings import (
    Amount,
    Day,
    Number,
    amounts,
    codes,
    days,
    digits,
    fold,
    numbers,
    parse,
    shares,
)
from loyalty_ai.assistant.tokens import words
from loyalty_ai.assistant.turn import Fact, FactKind, FactValue, Found, Sentence, Source, Turn
from loyalty_ai.conf import app_settings
from loyalty_ai.serving.money import format_money

LONGEST = 1_000
"""Characters of one sentence; what goes on longer is no sentence."""

ALIKE = 0.7
"""Share of a sentence's words of policy that one passage must hold."""

AKIN = 0.5
"""Share of a sentence's words from which on it speaks of what one sentence of a document says."""

NEAR = 0.3
"""From which share on a passage is what the sentence meant, and is said in its place."""

SAME_NUMBER = 0.5
"""What it is worth in finding that passage that it holds a number of the sentence."""


OF_BEFORE = re.compile(r"(?:It|They|These|This|That|Those)\b|.* of (?:them|it)\b")
"""How a sentence reads that speaks of what the one before named."""


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
        self.cards |= {*found.cards, *(key.removeprefix("product:") for key in told if key.startswith("product:"))}
        self.counts |= {len(value) for value in found.data.values() if isinstance(value, list)}

    def values(self, key: str, *kinds: FactKind) -> list[FactValue]:
        """What the facts of these kinds say of a source, wherever in its groups they stand."""
        return [fact.value for fact in self.facts.get(key, ()) if fact.kind in kinds]

    def groups(self, key: str) -> Iterator[tuple[str, dict[FactKind, list[FactValue]]]]:
        """What is said of the source and of each thing in it: its name, "" for the source itself, and values by kind."""
        own = key.partition(":")[2] if key.startswith("order:") else ""
        name, values = "", {}
        for fact in self.facts.get(key, ()):
            if fact.kind == FactKind.NAME and key.partition(":")[0] in ("order", "orders", "cart", "loyalty"):
                if values:
                    yield name, values
                name, values = ("" if fact.value == own else str(fact.value)), {}
            else:
                values.setdefault(fact.kind, []).append(fact.value)
        if values:
            yield name, values


_REMOVED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def plain(text: str) -> str:
    """The text in one line, without control, direction, invisible and private characters."""
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _REMOVED)
    return " ".join(kept.split())


def check(
    text: str, evidence: Evidence, *, turn: Turn, sources: Sequence[str] | None = None, before: Sequence[str] = ()
) -> Sentence | None:
    """The sentence with the sources that carry it, or the checked fact in its place, or None where nothing carries it.

    Args:
        text: one sentence, or one line of a list.
        sources: None for words of a language model. What our own code phrased names the keys it was made from, none for words
            that say nothing of the shop; then only numbers, dates, money, stock and states are checked.
        before: what the sentence before cited: that is what "it" means.
    """
    tidied = tidy(text)
    if not tidied or len(tidied) > LONGEST or not _readable(tidied, evidence) or _leads_away(tidied, evidence):
        return None
    with override(spoken(turn.language)):
        return _Reading(tidied, evidence, turn, sources, tuple(before)).checked()


_IMAGE = re.compile(r"!\[[^\]]*\]?\s*(?:\([^)]*\)?|\[[^\]]*\]?)?")
_LINK = re.compile(r"\[([^\]]*)\]\s*(?:\([^)]*\)?|\[[^\]]*\])")
_TAG = re.compile(r"<[^>]*>|<[a-z/!][^>]*$|&(?:#\w+|[a-z]+);", re.IGNORECASE)
_MARKS = re.compile(
    r"\*\*|__|`+|~~|^\s*(?:#{1,6}\s+|>\s*|[-*•]\s+|\d{1,2}[.)]\s+(?=\D))|^\|+|\|+$|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|\]\("
)


def tidy(text: str) -> str:
    """Plain text of what may hold Markdown or HTML: images go, links leave their words, marks and tags leave nothing."""
    while True:
        tidied = plain(text)
        for pattern, kept in ((_IMAGE, " "), (_LINK, r"\1"), (_TAG, " "), (_MARKS, "")):
            tidied = pattern.sub(kept, tidied)
        tidied = plain(tidied)
        if tidied == text:
            return tidied
        text = tidied


def _readable(text: str, evidence: Evidence) -> bool:
    """Whether every letter is one that English or Chinese needs or that a fact holds: none only looks like another."""
    strange = {c for c in unicodedata.normalize("NFC", text) if not _known(c)}
    return not strange or strange <= {
        c for facts in evidence.facts.values() for fact in facts if isinstance(fact.value, str) for c in fact.value
    }


def _known(c: str) -> bool:
    kind = unicodedata.category(c)
    if kind[0] == "L":
        return c <= "\u017f" or "\u3400" <= c <= "\u9fff" or "\uff21" <= c <= "\uff5a" or "\uf900" <= c <= "\ufaff"
    if kind == "Nd":
        return c <= "9" or "\uff10" <= c <= "\uff19"
    return kind not in ("Nl", "Mn", "Me", "Mc") and (kind != "No" or c in "½¼¾²³")


_ADDRESS = re.compile(
    r"\b(?:https?|ftps?|hxxps?|file|wss?)\s*:|\b(?:javascript|data|vbscript|mailto|tel|sms|blob)\s*:\s*\S|//|\bwww\b|"
    r"\b[a-z0-9-]+\s?\.\s?(?:com|net|org|io|co|uk|cn|de|fr|eu|info|biz|shop|store|app|dev|xyz|site|online|ru|me|ly|gl|link|click)\b|"
    r"\b[a-z0-9-]{2,}\.[a-z]{2,}(?:/|\b)|[\[(]\s*(?:dot|点)\s*[\])]|\bdot (?:com|net|org|io|co)\b|[\[{(]\s*\.\s*[\])}]\s*[a-z]|"
    r"\S@\S|\S\s*[\[({]\s*at\s*[\])}]|\bat \w+ dot \w+|(?<![\w.])/[a-z0-9_-]+/|\\\\"
)
_PHONE = re.compile(r"(?:\+|\b00?|\()\s?\d[\d\s().-]{6,}\d|\b\d{3,5}[\s-]\d{3,4}[\s-]?\d{3,4}\b")


def _leads_away(text: str, evidence: Evidence) -> bool:
    """Whether it holds an address, a mailbox or a telephone number that no document of the shop holds.

    A description may be a supplier's words, and lead anywhere.
    """
    folded = fold(text)
    known = " ".join(
        [
            fold(str(f.value))
            for key, facts in evidence.facts.items()
            for f in facts
            if key.startswith("passage:") and f.kind in (FactKind.TEXT, FactKind.NAME)
        ]
        + [fold(source.url) for source in evidence.sources.values()]
    )
    for match in _ADDRESS.finditer(folded):
        start, end = folded.rfind(" ", 0, match.start()) + 1, folded.find(" ", match.end())
        if folded[start : end if end >= 0 else None].strip(".,;:!?()\"'") not in known:
            return True
    told = re.sub(r"\D", "", known)
    return any(re.sub(r"\D", "", match.group()) not in told for match in _PHONE.finditer(folded))


@dataclass(frozen=True, slots=True)
class _Named:
    """A product or an order that the sentence names; `exact` where by its whole title, its code or its number."""

    at: int
    key: str
    exact: bool = True


class _Wrong(Exception):
    """The sentence says of these sources what their facts do not."""

    def __init__(self, *keys: str) -> None:
        super().__init__(*keys)
        self.keys = keys


@dataclass(slots=True)
class _Reading:
    """One sentence, read."""

    text: str
    evidence: Evidence
    turn: Turn
    given: Sequence[str] | None
    before: tuple[str, ...]
    body: str = ""
    named: list[_Named] = field(default_factory=list)
    carriers: list[str] = field(default_factory=list)
    reckoned_with: set[Decimal] = field(default_factory=set)
    elsewhere: bool = False
    """Whether it names goods of a cart or an order that no tool looked up as products."""

    def checked(self) -> Sentence | None:
        try:
            return self.judged()
        except _Wrong as wrong:
            return self.instead(wrong.keys)

    @property
    def ours(self) -> bool:
        """Whether our own code phrased it."""
        return self.given is not None

    def judged(self) -> Sentence | None:
        """
        Raises:
            _Wrong: what it says is not what the facts say.
        """
        if quoted := self.quoted():
            return Sentence(self.text, self.cited(quoted))
        self.find_names()
        body = digits(self.body)
        today = self.turn.now.date()
        found_days, rest = days(body, today)
        money, rest = amounts(rest)
        found_shares, rest = shares(rest)
        found_numbers = numbers(rest)
        unknown_codes = [code for _at, code in codes(self.body)]
        policy = "" if self.ours else self.policy_kind(body)
        if not self.ours and (self.own_tier(body) or (policy and self.supported(body, money))):
            return Sentence(self.text, self.cited(()))
        if not self.ours and wording.DONE.search(body):
            raise _Wrong
        self.check_codes(unknown_codes, money, found_days, body)
        self.check_money(money, body)
        self.check_shares(found_shares)
        self.check_states(body)
        self.check_days(found_days, body)
        self.check_stock(amounts(days(body, today)[1])[1])
        self.check_comparison(body)
        self.check_tier(body)
        self.check_numbers(found_numbers, rest, body)
        if policy == "weak" and not self.carriers:
            raise _Wrong
        if not self.ours:
            self.check_properties(body)
            if self.empty(body):
                return None
        leads = self.ours and not self.given and self.text.rstrip().endswith((":", "："))
        return Sentence(self.text, () if leads else self.cited(named.key for named in self.named))

    def keys(self, kind: str) -> list[str]:
        return [key for key in self.evidence.facts if key.partition(":")[0] == kind]

    def cited(self, more: Iterable[str]) -> tuple[str, ...]:
        keys = dict.fromkeys([*(self.given or ()), *self.carriers, *more])
        return tuple(key for key in keys if key in self.evidence.sources)

    # What the sentence is about.

    def find_names(self) -> None:
        """Find the products and orders it names; a whole title is blanked out, so that its words and numbers claim nothing."""
        body = fold(self.text)
        whole: list[tuple[str, str]] = []
        goods: set[str] = set()
        for key in self.evidence.facts:
            kind, _colon, own = key.partition(":")
            if kind == "product":
                whole += [(fold(str(name)), key) for name in self.evidence.values(key, FactKind.NAME)] + [
                    (fold(own), key)
                ]
            elif kind == "order":
                whole.append((fold(own), key))
            if kind in ("order", "orders", "cart"):
                goods |= {fold(name) for name, _values in self.evidence.groups(key) if name}
            if kind == "passage":
                whole += [(fold(str(name)), "") for name in self.evidence.values(key, FactKind.NAME)]
        for name in sorted({name for name, _owner in whole} | goods, key=len, reverse=True):
            if len(name) < 2:
                continue
            start, end = r"(?<![^\W_])" if name[0].isascii() else "", r"(?![^\W_])" if name[-1].isascii() else ""
            for match in re.finditer(start + re.escape(name) + end, body) if name in body else ():
                owners = [owner for text, owner in whole if text == name and owner]
                meant = [owner for owner in owners if owner in (self.given or ())]  # two products may share a title
                self.named += [_Named(match.start(), owner) for owner in meant or owners]
                self.elsewhere = self.elsewhere or (name in goods and not owners)
                body = body[: match.start()] + "\ue000" * len(name) + body[match.end() :]
        self.named += self.partly_named(body)
        self.named = sorted(set(self.named), key=lambda named: named.at)
        self.body = body

    def partly_named(self, body: str) -> list[_Named]:
        """Products of which enough of the title is said, the most of it first; equals are all meant."""
        said = {word: match.start() for match in re.finditer(r"[^\W_]+", body) for word in words(match.group(), "en")}
        taken = {named.key for named in self.named}
        scores: dict[str, tuple[float, int]] = {}
        for key in self.keys("product"):
            for name in self.evidence.values(key, FactKind.NAME):
                title = set(words(str(name), "en")) - wording.SMALL_WORDS
                both = title & said.keys()
                if len(both) >= 2 and len(both) / len(title) >= 0.6 and key not in taken:
                    scores[key] = max(
                        scores.get(key, (0.0, 0)), (len(both) / len(title), min(said[word] for word in both))
                    )
        best: dict[int, float] = {}
        for share, at in scores.values():
            best[at] = max(best.get(at, 0), share)
        return [_Named(at, key, exact=False) for key, (share, at) in scores.items() if share == best[at]]

    def products(self) -> list[_Named]:
        return [named for named in self.named if named.key.startswith("product:")]

    def about(self, *kinds: str) -> list[str]:
        """The sources that a claim of these kinds can be about: named, given, cued by a word, or what "it" means."""
        named = [named.key for named in self.named if named.key.partition(":")[0] in kinds]
        if named:
            return list(dict.fromkeys(named))
        if self.ours and self.given:
            return [key for key in self.given if key.partition(":")[0] in kinds and key in self.evidence.facts]
        cued = [
            key for key in ("cart", "loyalty") if key in kinds and key in self.evidence.facts and self.speaks_of(key)
        ]
        cued += [key for key in self.keys("orders") if "orders" in kinds and self.speaks_of("orders")]
        meant = [key for key in self.before if key.partition(":")[0] in kinds and key in self.evidence.facts]
        if not (cued or meant) and "order" in kinds and self.speaks_of("order"):
            orders = self.keys("order")
            return orders[:1] if wording.LATEST.search(self.body) else orders
        if cued or meant:
            return cued or meant
        known = [key for kind in kinds if kind in ("product", "passage") for key in self.keys(kind)]
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

    # One kind of claim each. Every method notes the keys that carry it and raises `_Wrong` for what is not carried.

    def carry(self, keys: Iterable[str]) -> None:
        self.carriers += [key for key in keys if key not in self.carriers]

    def check_money(self, money: list[Amount], body: str) -> None:
        own = app_settings.store(self.turn.store).currency
        for amount in money:
            known = amount.value is not None and (not amount.currencies or own in amount.currencies)
            targets = self.nearest(amount.at, body) or self.about("product")
            carriers = self.carriers_of(amount, targets, money, body) if known else []
            if not carriers:
                raise _Wrong(*(targets or self.about("order", "cart", "loyalty", "passage")))
            self.carry(carriers)

    def carriers_of(self, amount: Amount, targets: list[str], money: list[Amount], body: str) -> list[str]:
        """The sources that carry an amount, none where none does."""
        value, lead = amount.value, body[max(0, amount.at - 40) : amount.at]
        if wording.BOUND.search(lead):
            return self.bounded(value, targets, lead)
        if wording.DENIED.search(lead) or wording.PAST.search(lead):
            return []
        for key in [*self.about("cart", "order", "loyalty"), *self.about("orders")]:
            if self.holds(key, value, targets):
                return [key]
        prices = {key: self.evidence.values(key, FactKind.PRICE) for key in targets}
        if targets and all(value in found for found in prices.values()):
            return [] if self.misleading(amount, targets, body) else list(targets)
        if derived := self.derived(value, targets, body):
            return derived
        known = [price for key in self.keys("product") for price in self.evidence.values(key, FactKind.PRICE)]
        if not targets and known and wording.RANGE.search(body) and value in (min(known), max(known)):
            return self.keys("product")
        if self.ours and (keys := self.share_of(value, {each.value for each in money if each.value is not None})):
            return keys
        if self.ours and "loyalty" in (self.given or ()) and value in self.supposed():
            return ["loyalty"]
        if self.ours and not targets:
            for key in self.given or ():
                if value in self.evidence.values(
                    key, FactKind.PRICE, FactKind.TOTAL, FactKind.SPENT
                ) or value in self.text_money(key):
                    return [key]
        return []

    def share_of(self, value: Decimal, said: set[Decimal]) -> list[str]:
        """The documents that take a share off, where an amount is that share of another one that is said, or what it leaves,
        or what the shopper or so many of what is cited comes to."""
        for key in self.given or ():
            if not key.startswith("passage:"):
                continue
            parts = [
                part / 100
                for text in self.evidence.values(key, FactKind.TEXT)
                for part in shares(digits(fold(str(text))))[0]
                if part
            ]
            sums = said & self.sums_told()
            if value in sums or any(
                value in ((each * part).quantize(Decimal("0.01")), each - (each * part).quantize(Decimal("0.01")))
                for each in sums
                for part in parts
            ):
                return [key]
        return []

    def sums_told(self) -> set[Decimal]:
        """Sums that the shopper spoke of, and what so many of what is cited come to."""
        told = [self.turn.text, *(said.text for said in self.turn.history if said.by_shopper)]
        asked = [digits(fold(text)) for text in told[-4:]]
        money = {amount.value for text in asked for amount in amounts(text)[0] if amount.value is not None}
        counts = {number.value for text in asked for number in numbers(amounts(text)[1]) if number.value}
        prices = [price for key in self.given or () for price in self.evidence.values(key, FactKind.PRICE)]
        return money | {count * price for count in counts for price in prices}

    def supposed(self) -> set[Decimal]:
        """What is missing to a tier once the shopper spent or sent back what they speak of."""
        told = [self.turn.text, *(said.text for said in self.turn.history if said.by_shopper)]
        asked = [number.value for text in told[-2:] for number in numbers(digits(fold(text))) if number.value]
        asked += [each.value for text in told[-2:] for each in amounts(digits(fold(text)))[0] if each.value is not None]
        changes = {Decimal(0)}
        for each in asked[:6]:
            changes |= {change + sign * each for change in changes for sign in (1, -1)}
        missing = [
            value for _name, values in self.evidence.groups("loyalty") for value in values.get(FactKind.MISSING, [])
        ]
        return {left + change for left in missing for change in changes}

    def text_money(self, key: str) -> set[Decimal | None]:
        return {
            a.value for text in self.evidence.values(key, FactKind.TEXT) for a in amounts(digits(fold(str(text))))[0]
        }

    def holds(self, key: str, value: Decimal, targets: list[str]) -> bool:
        """Whether an order, the cart or the loyalty says this amount of itself, or of the product that is named."""
        if key == "loyalty" and wording.MISSING.search(self.body):
            return any(value in missing for _tier, missing in self.missing())
        if key.startswith("orders:") and not self.of_these_days(key):
            return False
        kinds = (FactKind.TOTAL, FactKind.SPENT, FactKind.PRICE)
        titles = {fold(str(name)) for target in targets for name in self.evidence.values(target, FactKind.NAME)}
        for name, values in self.evidence.groups(key):
            of_it = not name if not titles else fold(name) in titles
            line = name and not titles and fold(name) in fold(self.text)
            if (of_it or line) and any(value in values.get(kind, ()) for kind in kinds):
                return True
        return False

    def missing(self) -> list[tuple[str, list[FactValue]]]:
        """What is missing to the tier above that the sentence names; nothing where it names more than one."""
        named = set(wording.TIERS.findall(self.body))
        groups = [(fold(name), values.get(FactKind.MISSING, [])) for name, values in self.evidence.groups("loyalty")]
        found = [(word, values) for name, values in groups for word in named if values and word in name]
        return found if len(found) == 1 else []

    def of_these_days(self, key: str) -> bool:
        """Whether a sentence that sums up orders speaks of the days that were summed up, and of no others."""
        if self.ours:
            return True
        days_of = [day for day in self.evidence.values(key, FactKind.ORDERED_ON) if isinstance(day, date)]
        today = self.turn.now.date()
        said = period(self.body, today)
        if said is None:
            return key in self.before or not days_of
        return len(days_of) == 2 and (said[0], min(said[1], today)) == (days_of[0], min(days_of[1], today))

    def bounded(self, value: Decimal, targets: list[str], lead: str) -> list[str]:
        """A limit ("under 20") holds for the products named; for none, the shopper must have set it."""
        above = wording.ABOVE.search(lead) is not None
        if targets:
            prices = [price for key in targets for price in self.evidence.values(key, FactKind.PRICE)]
            fits = prices and all(price >= value if above else price <= value for price in prices)
            return list(targets) if fits else []
        asked = {amount.value for amount in amounts(digits(fold(self.turn.text)))[0]}
        asked |= {number.value for number in numbers(digits(fold(self.turn.text)))}
        return ["asked"] if value in asked else []

    def derived(self, value: Decimal, targets: list[str], body: str) -> list[str]:
        """Sums and differences of the named products' prices, and so many times one price, where the sentence says so."""
        keys = list(dict.fromkeys([named.key for named in self.products()] or targets or (self.given or ())))
        prices = {key: price for key in keys for price in self.evidence.values(key, FactKind.PRICE)[:1]}
        if len(prices) > 1 and wording.TOGETHER.search(body) and value == sum(prices.values()):
            return list(prices)
        counts = [number.value for number in numbers(amounts(body)[1]) if number.value]
        if self.ours and len(prices) == len(counts) > 1 and value == sum(map(operator.mul, prices.values(), counts)):
            self.reckoned_with |= {*counts}
            return list(prices)
        if len(prices) == 2 and wording.DIFFERENCE.search(body) and value == abs(prices[keys[0]] - prices[keys[1]]):
            return list(prices)
        if len(targets) == 1 and targets[0] in prices and not wording.EACH.search(body):
            times = {number.value for number in numbers(amounts(body)[1]) if number.value and 1 < number.value < 1000}
            if used := {count for count in times if value == count * prices[targets[0]]}:
                self.reckoned_with |= used
                return list(targets)
        if self.ours:
            held = [
                v
                for key in self.given or ()
                for v in self.evidence.values(key, FactKind.TOTAL, FactKind.SPENT, FactKind.PRICE)
            ]
            held += [amount for key in self.given or () for amount in self.text_money(key) if amount is not None]
            lines = [line for key in self.given or () for line in self.lines_of(key)]
            each = [(total / units).quantize(value) for total, units in lines]
            if value in each or (len(lines) > 1 and value == sum(total for total, _units in lines)):
                return list(self.given or ())
            held = each + held
            if any(value == abs(a - b) for a, b in combinations(held[:40], 2)):
                return list(self.given or ())
            if used := {count for count in counts if any(value == count * each for each in held[:40])}:
                self.reckoned_with |= used
                return list(self.given or ())
            totals = [self.evidence.values(key, FactKind.TOTAL)[:1] for key in self.given or ()]
            if wording.TOGETHER.search(body) and value == sum(each[0] for each in totals if each):
                return list(self.given or ())
            counts = [self.evidence.values(key, FactKind.COUNT)[:1] for key in self.given or ()]
            if len(totals) == 1 and totals[0] and counts[0] and value == (totals[0][0] / counts[0][0]).quantize(value):
                return list(self.given or ())
        return []

    def lines_of(self, key: str) -> Iterator[tuple[Decimal, int]]:
        """What the things of an order that the sentence names came to, and how many of each there were."""
        for name, values in self.evidence.groups(key) if key.startswith("order:") else ():
            totals, units = values.get(FactKind.TOTAL, []), values.get(FactKind.UNITS, [])
            if name and totals and units and fold(name) in fold(self.text):
                yield totals[0], units[0]

    def misleading(self, amount: Amount, targets: list[str], body: str) -> bool:
        """One unit's price said of several units, or of another measure."""
        tail = body[amount.at : amount.at + 40]
        if wording.PER.search(tail):
            return True
        several = any(
            number.value and number.value > 1 and 0 <= named.at - number.at <= 12
            for number in numbers(amounts(body)[1])
            for named in self.products()
            if named.key in targets and (named.exact or not self.in_name(named.key, number))
        )
        return (several or wording.SEVERAL.search(body[: amount.at]) is not None) and not wording.EACH.search(body)

    def check_shares(self, found: list[Decimal | None]) -> None:
        keys = self.about("passage") if not self.given else list(self.given)
        for share in found:
            holders = [
                key
                for key in keys
                if share is not None
                and any(
                    share in shares(digits(fold(str(text))))[0] for text in self.evidence.values(key, FactKind.TEXT)
                )
            ]
            if not holders or not self.ours:
                raise _Wrong(*self.keys("passage"))
            self.carry(holders)

    def check_days(self, found: list[Day], body: str) -> None:
        if not found:
            return
        if summed := [key for key in self.about("orders") if self.covers(key, found)]:
            self.carry(summed)
            return
        orders = self.about("order")
        if not orders and self.relative_only(found, body):
            return
        if not orders and (loyal := self.about("loyalty")):
            orders = loyal
        if not orders or not all(day.possible for day in found):
            self.days_in_texts(found)
            return
        for key in orders:
            ordered = self.evidence.values(key, FactKind.ORDERED_ON)
            expected = sorted(set(self.evidence.values(key, FactKind.EXPECTED_BY)))
            arriving = [day for day in found if self.arrives(day, body)]
            placed = [day for day in found if day not in arriving]
            if any(not any(day.means(each) for each in ordered) for day in placed) or not self.arrival(
                arriving, expected, body
            ):
                raise _Wrong(key)
            self.carry([key])

    def covers(self, key: str, found: list[Day]) -> bool:
        """Whether all the dates are the first and the last of the days that were summed up, or their month.

        When the next order is due only our own code says: it knows what the date means.
        """
        kinds = (FactKind.ORDERED_ON, FactKind.EXPECTED_BY) if self.ours else (FactKind.ORDERED_ON,)
        held = [day for day in self.evidence.values(key, *kinds) if isinstance(day, date)]
        one_order = any(named.key.startswith("order:") for named in self.named)
        return not one_order and self.of_these_days(key) and all(any(d.means(h) for h in held) for d in found)

    def relative_only(self, found: list[Day], body: str) -> bool:
        """ "Today" and the like claim nothing where nothing comes or goes."""
        return (
            not self.ours
            and not wording.COMING.search(body)
            and wording.RELATIVE_ONLY.search(body) is not None
            and all(day.at in {match.start() for match in wording.RELATIVE_ONLY.finditer(body)} for day in found)
        )

    def days_in_texts(self, found: list[Day]) -> None:
        keys = list(self.given) if self.given else self.about("passage")
        if self.ours:  # counted in the calendar by what the documents say of working days
            texts = [str(text) for key in keys for text in self.evidence.values(key, FactKind.TEXT)]
            counted = reckoned(texts, self.turn.now.date())
            if counted and all(any(day.means(each) for each in counted) for day in found):
                self.carry(keys)
                return
        for key in keys:
            held = [
                day
                for text in self.evidence.values(key, FactKind.TEXT)
                for day in days(digits(fold(str(text))), self.turn.now.date())[0]
            ]
            if all(
                any((d.year, d.month, d.day, d.weekday) == (h.year, h.month, h.day, h.weekday) for h in held)
                for d in found
            ):
                self.carry([key])
                return
        raise _Wrong(*self.keys("passage")[:0])

    @staticmethod
    def arrives(day: Day, body: str) -> bool:
        """Whether the date is of an arrival: by the last word of coming or of ordering before it, else the first behind it."""
        cues = [(match.start(), True) for match in wording.COMING.finditer(body)]
        cues += [(match.start(), False) for match in wording.ORDERED.finditer(body)]
        earlier = [cue for cue in sorted(cues) if cue[0] <= day.at]
        chosen = earlier[-1] if earlier else min(cues, default=(0, False))
        return chosen[1]

    @staticmethod
    def arrival(found: list[Day], expected: list[date], body: str) -> bool:
        if not found:
            return True
        if not expected or any(not any(day.means(each) for each in expected) for day in found):
            return False
        first, last = expected[0], expected[-1]
        if len(found) > 1 or first == last:
            return found[0].means(first) and found[-1].means(last)
        wanted = first if wording.EARLIEST.search(body) else last
        return found[0].means(wanted)

    def check_states(self, body: str) -> None:
        claims = list(wording.states_in(body))
        if not claims:
            return
        orders = self.about("order")
        if not orders:
            if wording.ONE_ORDER.search(body) and not self.ours:
                raise _Wrong
            return
        for key in orders:
            states = [str(state) for state in self.evidence.values(key, FactKind.STATE)]
            if not states or not all(
                claim.true_of(states[-1], part=wording.PART.search(body) is not None) for claim in claims
            ):
                raise _Wrong(key)
            self.carry([key])

    def check_stock(self, body: str) -> None:
        claims = list(wording.stock_in(body))
        if wording.FEW_LEFT.search(body):
            raise _Wrong(*self.about("product"))
        if not claims:
            return
        if not self.products() and wording.UNSURE.search(body):
            return
        for at, available in claims:
            keys = self.nearest(at, body) or self.about("product")
            if not keys and wording.ALL.search(body):
                keys = list(self.before) or self.keys("product")
            if not keys and self.ours and not self.given:
                return
            facts = [self.evidence.values(key, FactKind.AVAILABLE)[-1:] for key in keys]
            if not keys or any(fact != [available] for fact in facts):
                raise _Wrong(*keys)
            self.carry(keys)

    def check_comparison(self, body: str) -> None:
        """Cheaper, dearer, cheapest, dearest: by the prices that were found."""
        claim = wording.compared(body)
        if claim is None or self.ours:
            return
        named = list(dict.fromkeys(named.key for named in self.products()))
        prices = {
            key: self.evidence.values(key, FactKind.PRICE)[-1]
            for key in self.keys("product")
            if self.evidence.values(key, FactKind.PRICE)
        }
        chosen = [prices[key] for key in named if key in prices]
        if claim in ("cheapest", "dearest"):
            if not chosen or chosen[0] != (min if claim == "cheapest" else max)(prices.values()):
                raise _Wrong(*named[:1])
        elif len(chosen) < 2 or not (chosen[0] < chosen[1] if claim == "cheaper" else chosen[0] > chosen[1]):
            raise _Wrong(*named)
        self.carry(named)

    def check_tier(self, body: str) -> None:
        said = set(wording.TIERS.findall(body)) if wording.TIER.search(body) else set()
        if not said or "loyalty" not in self.evidence.facts:
            if said and not self.ours:
                raise _Wrong(*self.keys("passage"))
            return
        held = " ".join(fold(str(value)) for value in self.evidence.values("loyalty", FactKind.TIER))
        above = {tier for tier in said if tier not in held}
        if not self.ours and above and not self.reaches(above, body):
            raise _Wrong("loyalty")
        self.carry(["loyalty"])

    def reaches(self, tiers: set[str], body: str) -> bool:
        """Whether the tier is said to be reached with just the amount that is missing to it."""
        missing = dict(self.missing())
        spent = {amount.value for amount in amounts(body)[0]}
        return (
            bool(tiers)
            and tiers == missing.keys()
            and all(wording.reached(tier, body) and spent & {*values} for tier, values in missing.items())
        )

    def check_codes(self, found: list[str], money: list[Amount], found_days: list[Day], body: str) -> None:
        """Numbers of orders and codes of products that were not found: only to say that they were not."""
        asked = fold(self.turn.text)
        if not self.ours:
            numbers_said = {match[1] or match[2] for match in wording.ORDER_NUMBER.finditer(body)}
            found = [*found, *(numbers_said - {fold(key.partition(":")[2]) for key in self.keys("order")})]
        for code in found:
            echoed = code in asked and (self.ours or wording.UNABLE.search(body))
            in_texts = any(
                code in fold(str(v))
                for key in (self.given or self.evidence.facts)
                for v in self.evidence.values(key, FactKind.TEXT, FactKind.NAME)
            )
            if not in_texts and (
                not echoed or money or found_days or (not self.ours and list(wording.states_in(body)))
            ):
                raise _Wrong

    def check_numbers(self, found: list[Number], rest: str, body: str) -> None:
        asked = set(re.findall(r"\d+", fold(self.turn.text)))
        for number in found:
            if number.value is None:
                raise _Wrong(*self.about("product", "order"))
            if number.value in self.reckoned_with:
                continue
            targets = self.nearest(number.at, rest)
            keys = self.number_keys(number, targets)
            holder = next((key for key in keys if self.counts(key, number, targets)), None)
            if holder is not None:
                self.carry([holder])
                continue
            whole = number.value == number.value.to_integral_value()
            if not number.unit and whole and int(number.value) in self.evidence.counts and not targets:
                continue
            if self.ours and self.reckoned(number):
                continue
            echoed = str(number.value) in asked
            if echoed and (wording.UNABLE.search(body) or (self.ours and not self.given)):
                continue
            if (
                echoed
                and not number.unit
                and wording.PROPOSING.search(body)
                and any(self.evidence.values("cart", FactKind.PROPOSED))
            ):
                continue
            raise _Wrong(*(targets or self.about("order", "cart", "loyalty")))

    def number_keys(self, number: Number, targets: list[str]) -> list[str]:
        if self.ours and self.given:
            return [key for key in self.given if key in self.evidence.facts]
        holders = [*self.about("cart", "order", "loyalty"), *self.about("orders")]
        return list(dict.fromkeys([*holders, *targets, *([] if targets else self.about("product", "passage"))]))

    def counts(self, key: str, number: Number, targets: list[str]) -> bool:
        """Whether a source says this number: as a count of its own or of the product named, or in its name or its words."""
        value, kind = number.value, key.partition(":")[0]
        if kind == "orders" and not self.of_these_days(key):
            return False
        if kind in ("cart", "order", "loyalty", "orders") and not number.unit:
            titles = {fold(str(name)) for target in targets for name in self.evidence.values(target, FactKind.NAME)}
            kinds = [FactKind.UNITS, FactKind.COUNT] + [FactKind.PROPOSED] * bool(
                self.ours or wording.PROPOSING.search(self.body)
            )
            for name, values in self.evidence.groups(key):
                mine = (
                    (fold(name) in titles)
                    if titles and kind != "loyalty"
                    else (not name or fold(name) in fold(self.text))
                )
                if mine and any(value in values.get(each, ()) for each in kinds):
                    return True
        if self.in_name(key, number) and not any(named.key == key and named.exact for named in self.named):
            return True
        if any(self.says(str(text), number) for text in self.evidence.values(key, FactKind.TEXT)):
            return True
        dated = [d for d in self.evidence.values(key, FactKind.ORDERED_ON, FactKind.EXPECTED_BY) if isinstance(d, date)]
        return any(value == d.year for d in dated)

    @staticmethod
    def says(text: str, number: Number) -> bool:
        held = numbers(amounts(digits(fold(text)))[1])  # what is money there carries no bare number: "is only 0.01"
        return any(each.value == number.value and number.unit in ("", each.unit) for each in held)

    def in_name(self, key: str, number: Number) -> bool:
        return any(self.says(str(name), number) for name in self.evidence.values(key, FactKind.NAME))

    def reckoned(self, number: Number) -> bool:
        """Whether our own code may have counted it: days since a date, products shown, units in all."""
        dates = [
            d for key in self.given or () for d in self.evidence.values(key, FactKind.ORDERED_ON, FactKind.EXPECTED_BY)
        ]
        counted = {abs((self.turn.now.date() - d) // timedelta(days=1)) for d in dates if isinstance(d, date)}
        units = [v for key in self.given or () for v in self.evidence.values(key, FactKind.UNITS)]
        return number.value in counted | {len(self.given or ()), sum(units, 0)}

    # Policy and properties.

    def policy_kind(self, body: str) -> str:
        """ "strong" for what only a document can promise, "weak" for what may also be said of an order, "" for neither."""
        if wording.UNABLE.search(body) and not re.search(r"\d|[;:]|\bbut\b|但", body):
            return ""
        if wording.STRONG.search(body):
            return "strong"
        offered = wording.OFFER.search(body) and not re.search(r"\d", body)
        if offered:
            return "weak" if self.near_policy(ALIKE, 3) else ""
        return "weak" if wording.WEAK.search(body) or self.near_policy(AKIN, 1) else ""

    def near_policy(self, share: float, least: int) -> bool:
        """Whether it speaks of what a document speaks of: that share of its words stands in one sentence there."""
        told = digits(fold(self.text))
        mine = concepts(told)
        meant = self.named or [key for key in self.before if not key.startswith("passage:")]
        return bool(len(mine) >= least and not meant and not amounts(told)[0]) and any(
            len(mine & concepts(digits(fold(part)))) >= share * len(mine) for _key, _around, part in self.rules()
        )

    def rules(self) -> Iterator[tuple[str, str, str]]:
        """The sentences of the documents that were found, each with its passage's key and the words that it stands under."""
        for key in self.keys("passage"):
            texts = self.evidence.values(key, FactKind.TEXT)
            around = " ".join(map(str, [*self.evidence.values(key, FactKind.NAME), *texts[:-1]]))
            before = ""
            for part in sentences_of(str(texts[-1])) if texts else ():
                yield key, f"{around} {before}" if OF_BEFORE.match(part) else around, part
                before = part

    def quoted(self) -> list[str]:
        """The source whose own words these are, sentence for sentence."""
        said = _bare(self.text)
        if len(said) < 12:
            return []
        priced = bool(amounts(digits(fold(self.text)))[0])
        for key in self.given if self.given else self.keys("passage"):
            if priced and key.startswith("product:"):
                continue  # a description's words on money are held to the price like anybody's
            for text in self.evidence.values(key, FactKind.TEXT):
                parts = [_bare(part) for part in sentences(str(text))]
                for start in range(len(parts)):
                    joined = ""
                    for part in parts[start:]:
                        joined += part
                        if joined == said or (self.text.endswith("…") and len(said) > 60 and joined.startswith(said)):
                            return [key]
                        if len(joined) > len(said):
                            break
        return []

    def supported(self, body: str, money: list[Amount]) -> bool:
        """Whether one passage says the same: most of the words, every number, the same conditions and denials.

        Raises:
            _Wrong: a passage is near, and says otherwise.
        """
        told = digits(fold(self.text))
        mine, meant = _gist(told), concepts(told)
        best, near, holder = 0.0, "", ""
        for key, around, part in self.rules():
            says = digits(fold(part))
            theirs = _gist(says)
            if HAN.search(part):
                shared = len(mine.words & theirs.words)
                same = mine.said_by(theirs) and shared >= ALIKE * len(mine.words)
                weight = shared / max(len(mine.words), 1) + shared / max(len(theirs.words), 1)
            else:
                same = says_the_same(told, says, fold(around))
                own = concepts(says)
                weight = len(meant & own) / max(len(meant), 1) + len(meant & own) / max(len(own), 1)
            if same and not (self.products() and money):
                self.carry([key])
                return True
            weight += SAME_NUMBER * bool({*mine.numbers} & {*theirs.numbers})
            if weight > best:
                best, near, holder = weight, part, key
        reached = self.reaches(set(dict(self.missing())), body)
        if wording.STRONG.search(body) or not (self.named or self.about("order") or reached):
            named = [named.key for named in self.products()]
            raise _Wrong(*([f"{holder}\n{near}"] if best / 2 >= NEAR and not named else named))
        return False

    def own_tier(self, body: str) -> bool:
        """Whether it says nothing but the tier that the shopper is in."""
        said = {*wording.TIERS.findall(body)} if wording.OWN_TIER.search(body) else set()
        held = " ".join(fold(str(value)) for value in self.evidence.values("loyalty", FactKind.TIER))
        if len(said) != 1 or not all(tier in held for tier in said) or wording.TURNS.search(body):
            return False
        rest = wording.OWN_TIER.sub(" ", body)
        if wording.TIERS.sub(" ", rest).strip(" .!。！"):
            return False
        self.carry(["loyalty"])
        return True

    def check_properties(self, body: str) -> None:
        """Material, size, safety, health and the like stand in the product's own words; other praise needs none."""
        keys = (
            self.about("product") or [key for key in self.before if key.startswith("product:")] or self.keys("product")
        )
        held = {
            word
            for key in [*keys, *self.carriers]
            for text in self.evidence.values(key, FactKind.TEXT, FactKind.NAME, FactKind.TIER)
            for word in _content(fold(str(text)))
        }
        said = _content(body)
        if any(wording.SENSITIVE.fullmatch(word) for word in said - held) or any(
            match.group()
            not in " ".join(
                fold(str(v))
                for key in [*keys, *self.carriers]
                for v in self.evidence.values(key, FactKind.TEXT, FactKind.NAME)
            )
            for match in wording.SENSITIVE_ZH.finditer(body)
        ):
            raise _Wrong
        meant = [key for key in self.carriers if key.startswith("product:")]
        if meant and (self.elsewhere or (not self.products() and self.strange(said - held))):
            raise _Wrong(*meant)  # "it" may stand for what was found; a name of something else may not
        orders = [key for key in self.cited(named.key for named in self.named) if key.startswith("order:")]
        if orders and self.strange(said - held - _ORDER_TALK):
            raise _Wrong(*orders)  # whose it is, where it goes: nothing that a tool tells of an order
        bought = wording.BOUGHT.search(body) and not any(
            wording.BOUGHT.search(fold(str(text)))
            for key in [*keys, *self.carriers]
            for text in self.evidence.values(key, FactKind.TEXT)
        )
        summed = {key.partition(":")[0] for key in self.carriers} & {"loyalty", "cart", "orders"}
        if bought and not orders and not summed:
            raise _Wrong(*(named.key for named in self.products()))
        if not self.products() or wording.UNABLE.search(body):
            return
        asked = _content(fold(self.turn.text))
        unknown = {word for word in said - held - asked - wording.SMALL_TALK if word.isascii()}
        if len(unknown) >= 3 and len(unknown) > 0.5 * len(said):
            raise _Wrong

    @staticmethod
    def strange(words: set[str]) -> set[str]:
        """Words that may name something: all but those that any sentence of prices and stock is made of."""
        return words - wording.SMALL_TALK - wording.EMPTY_WORDS - wording.PRICE_TALK

    def empty(self, body: str) -> bool:
        """A bare yes or no, or a pronoun with a verb: says something that nobody can check."""
        if self.carriers or self.named:
            return False
        return not (_content(body) - wording.EMPTY_WORDS) and not wording.COURTESY.search(body)

    # What is said instead.

    def instead(self, keys: Sequence[str]) -> Sentence | None:
        """The facts of the first sources that were got wrong, as sentences of our own."""
        said, carriers = [], []
        for key in dict.fromkeys(keys):
            kind = key.partition(":")[0]
            passage, _line, part = key.partition("\n")
            if kind == "passage" and part:
                said, carriers = [part], [passage]
                break
            text = self.product_fact(key) if kind == "product" else self.order_fact(key) if kind == "order" else ""
            if text and len(said) < 3:
                said.append(text)
                carriers.append(key)
        return Sentence(plain(" ".join(said)), tuple(carriers)) if said else None

    def product_fact(self, key: str) -> str:
        names, prices = self.evidence.values(key, FactKind.NAME), self.evidence.values(key, FactKind.PRICE)
        if not names:
            return ""
        values = {"product": names[-1]}
        if prices:
            values["price"] = format_money(prices[-1], app_settings.store(self.turn.store).currency)
        available = self.evidence.values(key, FactKind.AVAILABLE)[-1:]
        if available == [False]:
            return _("%(product)s is sold out.") % values
        if prices and available:
            return _("%(product)s costs %(price)s and is in stock.") % values
        return _("%(product)s costs %(price)s.") % values if prices else ""

    def order_fact(self, key: str) -> str:
        number, states = key.partition(":")[2], self.evidence.values(key, FactKind.STATE)
        label = wording.state_sentence(str(states[-1])) if states else ""
        totals = [
            values[FactKind.TOTAL][0]
            for name, values in self.evidence.groups(key)
            if not name and FactKind.TOTAL in values
        ]
        said = [label % {"number": number}] if label else []
        if expected := sorted(set(self.evidence.values(key, FactKind.EXPECTED_BY))):
            first, last = (date_format(day, "DATE_FORMAT") for day in (expected[0], expected[-1]))
            between = _("It should arrive between %(first)s and %(last)s.") % {"first": first, "last": last}
            said.append(between if first != last else _("It should arrive by %(last)s.") % {"last": last})
        if totals:
            money = format_money(totals[0], app_settings.store(self.turn.store).currency)
            said.append(_("Its total is %(money)s.") % {"money": money})
        return " ".join(said)


def sentences(text: str) -> list[str]:
    """The text cut behind full stops, question and exclamation marks, English and Chinese."""
    return [part for part in (plain(p) for p in re.split(r"(?<=[.!?])\s+|(?<=[。！？])|\n", text)) if part]


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def _content(folded: str) -> set[str]:
    """Words that say something, without place holders and numbers."""
    found = words(folded.replace("\ue000", " "), "en")
    return {word for word in found if word not in wording.SMALL_WORDS and not word[0].isdigit()}


_ORDER_TALK = _content(
    fold(
        "order number placed made dispatched sent posted shipped delivered delivery delivers cancelled refunded returned "
        "prepared preparing processing packed way arrive arrives arriving arrived expected due total totals came comes "
        "contains included items units status state currently track tracking latest recent previous earlier between soon "
        "already still yet partly received come back hold holds one two three four five six seven eight nine ten eleven "
        "twelve thirteen twenty thirty first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth monday tuesday "
        "wednesday thursday friday saturday sunday january february march april may june july august september october "
        "november december day week month date tomorrow yesterday worth amount altogether paid cost "
        "订单号已发货出送达到提交合计处理中取消退款预计准备下签收部分最近上一日月年周期编共笔内含于前后之间件状态正运输途路您的是至期起止约左右还到仍"
    )
)


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
