"""Guards what is left of the figures: numbers, percentages, numbers of orders and codes of products."""

from __future__ import annotations

import re
from datetime import date, timedelta

from loyalty_ai.assistant.claims import wording
from loyalty_ai.assistant.claims.evidence import Evidence, kind_of, own_id
from loyalty_ai.assistant.claims.reading import Reading, Wrong
from loyalty_ai.assistant.readings import Number, amounts, codes, digits, fold, numbers, shares
from loyalty_ai.assistant.turn import FactKind

DATES = (FactKind.ORDERED_ON, FactKind.EXPECTED_BY)


def check_codes(reading: Reading) -> None:
    """Numbers of orders and codes of products that were not found: only to say that they were not.

    Raises:
        Wrong: more is said of them, or the shopper did not name them.
    """
    body, asked = reading.figures, fold(reading.turn.text)
    found = [code for _at, code in codes(reading.body)]
    if not reading.ours:
        said = {match[1] or match[2] for match in wording.ORDER_NUMBER.finditer(body)}
        found += said - {fold(own_id(key)) for key in reading.evidence.keys("order")}
    claims = reading.money or reading.days or (not reading.ours and any(wording.states_in(body)))
    for code in found:
        echoed = code in asked and (reading.ours or wording.UNABLE.search(body))
        in_texts = any(
            code in text
            for key in reading.given or reading.evidence.facts
            for text in reading.evidence.folded(key, FactKind.TEXT, FactKind.NAME)
        )
        if not in_texts and (claims or not echoed):
            raise Wrong


def check_shares(reading: Reading) -> None:
    """A percentage stands in the documents, and only our own code, which knows of what it is one, may say it.

    Raises:
        Wrong: it does not, or a model says it.
    """
    keys = reading.given or reading.about("passage")
    for share in reading.shares:
        holders = [
            key
            for key in keys
            if share is not None
            and any(share in shares(digits(text))[0] for text in reading.evidence.folded(key, FactKind.TEXT))
        ]
        if not holders or not reading.ours:
            raise Wrong
        reading.carry(holders)


def check_numbers(reading: Reading) -> None:
    """
    Raises:
        Wrong: a number that no source counts or says, that is not the shopper's own, nor counted by our own code.
    """
    for number in reading.numbers:
        if number.value is None:
            raise Wrong(*reading.about("product", "order"))
        if number.value in reading.reckoned:
            continue
        targets = reading.nearest(number.at, reading.bare)
        holder = next((key for key in _keys(targets, reading) if _says(key, number, targets, reading)), None)
        if holder is not None:
            reading.carry([holder])
        elif not (_of_a_list(number, targets, reading) or _counted(number, reading) or _echoed(number, reading)):
            raise Wrong(*(targets or reading.about("order", "cart", "loyalty")))


def _keys(targets: list[str], reading: Reading) -> list[str]:
    """The sources that may say a number, which is said of these products."""
    if reading.given:
        return [key for key in reading.given if key in reading.evidence.facts]
    holders = [*reading.about("cart", "order", "loyalty"), *reading.about("orders")]
    return list(dict.fromkeys([*holders, *(targets or reading.about("product", "passage"))]))


def _says(key: str, number: Number, targets: list[str], reading: Reading) -> bool:
    """Whether a source says this number: as a count of its own or of the product named, or in its name or its words."""
    kind, evidence = kind_of(key), reading.evidence
    if kind == "orders" and not reading.of_these_days(key):
        return False
    if kind in ("cart", "order", "loyalty", "orders") and not number.unit:
        titles = reading.titles(targets) if kind != "loyalty" else set()
        kinds = [FactKind.UNITS, FactKind.COUNT]
        if reading.ours or wording.PROPOSING.search(reading.body):
            kinds.append(FactKind.PROPOSED)
        for name, values in evidence.groups(key):
            its_own = fold(name) in titles if titles else not name or reading.mentions(name)
            if its_own and any(number.value in values.get(each, ()) for each in kinds):
                return True
    if in_name(key, number, evidence) and not any(named.key == key and named.exact for named in reading.named):
        return True
    if any(_written(number, text) for text in evidence.folded(key, FactKind.TEXT)):
        return True
    return any(number.value == day.year for day in evidence.values(key, *DATES) if isinstance(day, date))


def in_name(key: str, number: Number, evidence: Evidence) -> bool:
    """Whether the number stands in the source's name: "Set of 3"."""
    return any(_written(number, name) for name in evidence.folded(key, FactKind.NAME))


def _written(number: Number, folded: str) -> bool:
    held = numbers(amounts(digits(folded))[1])  # what is money there carries no bare number: "is only 0.01"
    return any(each.value == number.value and number.unit in ("", each.unit) for each in held)


def _of_a_list(number: Number, targets: list[str], reading: Reading) -> bool:
    """Whether so many things were found, and it is said of none of them."""
    return not targets and not number.unit and number.value in reading.evidence.counts


def _counted(number: Number, reading: Reading) -> bool:
    """Whether our own code may have counted it: days since a date, products shown, units in all."""
    if not reading.ours:
        return False
    dates = [day for key in reading.given for day in reading.evidence.values(key, *DATES)]
    counted = {abs((reading.today - day) // timedelta(days=1)) for day in dates if isinstance(day, date)}
    units = [count for key in reading.given for count in reading.evidence.values(key, FactKind.UNITS)]
    return number.value in counted | {len(reading.given), sum(units)}


def _echoed(number: Number, reading: Reading) -> bool:
    """Whether it is the shopper's own, and said of nothing that was found or of what is proposed."""
    body = reading.figures
    if str(number.value) not in re.findall(r"\d+", fold(reading.turn.text)):
        return False
    if wording.UNABLE.search(body) or (reading.ours and not reading.given):
        return True
    proposed = any(reading.evidence.values("cart", FactKind.PROPOSED))
    return not number.unit and proposed and wording.PROPOSING.search(body) is not None
