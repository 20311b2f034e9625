"""Amounts that no fact holds but facts come to: together, apart, so many times, a share taken off, a supposed spend."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from loyalty_ai.assistant.claims import wording
from loyalty_ai.assistant.claims.evidence import Evidence, kind_of
from loyalty_ai.assistant.claims.reading import Reading
from loyalty_ai.assistant.phrases import SLANG_MONEY
from loyalty_ai.assistant.readings import amounts, digits, numbers, shares
from loyalty_ai.assistant.turn import FactKind

MOST_HELD = 40
"""Amounts that are reckoned with each other."""

MOST_SUPPOSED = 6
"""Amounts of the shopper's that may be spent and sent back, in any choice."""

CENT = Decimal("0.01")


def of_prices(value: Decimal, targets: list[str], reading: Reading) -> list[str]:
    """The products whose prices come to it together, apart, or one so many times, where the sentence says so."""
    body = reading.figures
    keys = dict.fromkeys([named.key for named in reading.products()] or targets or reading.given)
    prices = {key: price for key in keys for price in reading.evidence.values(key, FactKind.PRICE)[:1]}
    counts = [number.value for number in reading.counts]
    if len(prices) > 1 and wording.TOGETHER.search(body) and value == sum(prices.values()):
        return list(prices)
    if reading.ours and len(prices) == len(counts) > 1 and value == sum(map(operator.mul, prices.values(), counts)):
        reading.reckoned |= {*counts}
        return list(prices)
    if len(prices) == 2 and wording.DIFFERENCE.search(body) and value == abs(operator.sub(*prices.values())):
        return list(prices)
    if len(targets) == 1 and targets[0] in prices and not wording.EACH.search(body):
        price = prices[targets[0]]
        if used := {count for count in counts if 1 < count < 1000 and value == count * price}:
            reading.reckoned |= used
            return targets
    return []


def of_given(value: Decimal, reading: Reading) -> list[str]:
    """The sources of our own sentence where what they hold comes to it: per unit, apart, so many times, all together."""
    given, evidence = list(reading.given), reading.evidence
    lines = [line for key in given for line in _lines(key, reading)]
    each = [(total / units).quantize(value) for total, units in lines]
    if value in each or (len(lines) > 1 and value == sum(total for total, _units in lines)):
        return given
    held = each + [
        amount for key in given for amount in evidence.values(key, FactKind.TOTAL, FactKind.SPENT, FactKind.PRICE)
    ]
    held = (held + [amount for key in given for amount in money_in(key, evidence)])[:MOST_HELD]
    if any(value == abs(a - b) for a, b in combinations(held, 2)):
        return given
    if used := {number.value for number in reading.counts if any(value == number.value * each for each in held)}:
        reading.reckoned |= used
        return given
    totals = [total for key in given for total in evidence.values(key, FactKind.TOTAL)[:1]]
    if wording.TOGETHER.search(reading.figures) and value == sum(totals):
        return given
    counts = [count for key in given for count in evidence.values(key, FactKind.COUNT)[:1]]
    if len(given) == len(totals) == len(counts) == 1 and counts[0] and value == (totals[0] / counts[0]).quantize(value):
        return given
    return []


def _lines(key: str, reading: Reading) -> Iterator[tuple[Decimal, int]]:
    """What the things of an order that the sentence names came to, and how many of each there were."""
    for name, values in reading.evidence.groups(key) if kind_of(key) == "order" else ():
        totals, units = values.get(FactKind.TOTAL, []), values.get(FactKind.UNITS, [])
        if name and totals and units and reading.mentions(name):
            yield totals[0], units[0]


def of_share(value: Decimal, reading: Reading) -> list[str]:
    """The document that takes a share off, where the amount is that share of another one that is said, or what it leaves,
    or what the shopper or so many of what is cited comes to."""
    documents = [key for key in reading.given if kind_of(key) == "passage"]
    said = {amount.value for amount in reading.money} & _told(reading) if documents else set()
    for key in documents:
        texts = reading.evidence.folded(key, FactKind.TEXT)
        parts = [share / 100 for text in texts for share in shares(digits(text))[0] if share]
        taken = [(whole, (whole * part).quantize(CENT)) for whole in said for part in parts]
        if value in said or any(value in (cut, whole - cut) for whole, cut in taken):
            return [key]
    return []


def of_budget(value: Decimal, reading: Reading) -> list[str]:
    """The product, where the amount is what the shopper has to spend, or what is left of that when so many are paid."""
    given = [key for key in reading.given if kind_of(key) == "product"]
    asked = reading.asked(2)
    had = {amount.value for text in asked for amount in amounts(text)[0] if amount.value is not None}
    had |= {Decimal(worth) for word, worth in SLANG_MONEY.items() if any(word in text for text in asked)}
    counts = [number.value for number in reading.counts]
    for key in given if reading.ours and len(given) == 1 else ():
        paid = {count * price for price in reading.evidence.values(key, FactKind.PRICE)[:1] for count in counts}
        if value in had or any(value == sum_ - cost for sum_ in had for cost in paid):
            return [key]
    return []


def _told(reading: Reading) -> set[Decimal]:
    """Sums that the shopper spoke of, and what so many of what is cited come to."""
    asked = reading.asked(4)
    money = {amount.value for text in asked for amount in amounts(text)[0] if amount.value is not None}
    counts = {number.value for text in asked for number in numbers(amounts(text)[1]) if number.value}
    prices = [price for key in reading.given for price in reading.evidence.values(key, FactKind.PRICE)]
    plain = {Decimal(count) for count in counts if reading.ours}  # "an order of 800"
    return money | plain | {count * price for count in counts for price in prices}


def of_supposed(value: Decimal, reading: Reading) -> list[str]:
    """The loyalty, where that much is missing to a tier once the shopper spent or sent back what they speak of."""
    if "loyalty" not in reading.given:
        return []
    asked = reading.asked(2)
    supposed = [number.value for text in asked for number in numbers(text) if number.value]
    supposed += [amount.value for text in asked for amount in amounts(text)[0] if amount.value is not None]
    changes = {Decimal(0)}
    for each in supposed[:MOST_SUPPOSED]:
        changes |= {change + sign * each for change in changes for sign in (1, -1)}
    missing = reading.evidence.values("loyalty", FactKind.MISSING)
    return ["loyalty"] if any(value - left in changes for left in missing) else []


def money_in(key: str, evidence: Evidence) -> set[Decimal]:
    """The amounts in a source's words."""
    return {
        amount.value
        for text in evidence.folded(key, FactKind.TEXT)
        for amount in amounts(digits(text))[0]
        if amount.value is not None
    }
