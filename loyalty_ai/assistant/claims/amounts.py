"""Guards money: each amount must be what its product, order, cart or loyalty says, or reckoned from that, and fairly put."""

from __future__ import annotations

from decimal import Decimal

from loyalty_ai.assistant.claims import sums, wording
from loyalty_ai.assistant.claims.evidence import kind_of
from loyalty_ai.assistant.claims.numbers import in_name
from loyalty_ai.assistant.claims.reading import Reading, Wrong
from loyalty_ai.assistant.readings import Amount, amounts, digits, fold, numbers
from loyalty_ai.assistant.turn import FactKind

LEAD = 40
"""Letters before an amount, and behind it, that may turn what it says."""


def check_money(reading: Reading) -> None:
    """
    Raises:
        Wrong: an amount has no one meaning, another currency than the shop's, or nothing that carries it.
    """
    own = reading.currency
    for amount in reading.money:
        known = amount.value is not None and (not amount.currencies or own in amount.currencies)
        targets = reading.nearest(amount.at, reading.figures) or reading.about("product")
        carriers = _carriers(amount, targets, reading) if known else []
        if not carriers:
            raise Wrong(*(targets or reading.about("order", "cart", "loyalty", "passage")))
        reading.carry(carriers)


def _carriers(amount: Amount, targets: list[str], reading: Reading) -> list[str]:
    """The sources that carry an amount, none where none does; `targets` are the products that it is said of."""
    value, lead = amount.value, reading.figures[max(0, amount.at - LEAD) : amount.at]
    if wording.BOUND.search(lead):
        return _bounded(value, targets, lead, reading)
    if wording.DENIED.search(lead) or wording.PAST.search(lead):
        return []
    for key in [*reading.about("cart", "order", "loyalty"), *reading.about("orders")]:
        if _holds(key, value, targets, reading):
            return [key]
    if targets and all(value in reading.evidence.values(key, FactKind.PRICE) for key in targets):
        return [] if _misleading(amount, targets, reading) else targets
    return (
        sums.of_prices(value, targets, reading)
        or sums.of_given(value, reading)
        or ([] if targets else _at_an_end(value, reading))
        or sums.of_share(value, reading)
        or sums.of_supposed(value, reading)
        or sums.of_budget(value, reading)
        or ([] if targets and not _of_orders(reading) else _given(value, reading))
    )


def _of_orders(reading: Reading) -> bool:
    """Whether our own code made the sentence from orders alone: what it says of goods is of then, and not of today."""
    return bool(reading.given) and all(kind_of(key) in ("order", "orders") for key in reading.given)


def _bounded(value: Decimal, targets: list[str], lead: str, reading: Reading) -> list[str]:
    """A limit ("under 20") holds for the products named; for none, the shopper must have set it."""
    if targets:
        above = wording.ABOVE.search(lead) is not None
        prices = [price for key in targets for price in reading.evidence.values(key, FactKind.PRICE)]
        fits = prices and all(price >= value if above else price <= value for price in prices)
        return targets if fits else []
    asked = digits(fold(reading.turn.text))
    return ["asked"] if value in {each.value for each in [*amounts(asked)[0], *numbers(asked)]} else []


def _holds(key: str, value: Decimal, targets: list[str], reading: Reading) -> bool:
    """Whether an order, the cart or the loyalty says this amount of itself, or of the product that is named."""
    if key == "loyalty" and wording.MISSING.search(reading.body):
        return any(value in missing for missing in reading.missing().values())
    if kind_of(key) == "orders" and not reading.of_these_days(key):
        return False
    titles = reading.titles(targets)
    return any(
        (fold(name) in titles if titles else not name or reading.mentions(name))
        and any(value in values.get(kind, ()) for kind in (FactKind.TOTAL, FactKind.SPENT, FactKind.PRICE))
        for name, values in reading.evidence.groups(key)
    )


def _misleading(amount: Amount, targets: list[str], reading: Reading) -> bool:
    """One unit's price said of several units, or of another measure."""
    body = reading.figures
    if wording.PER.search(body[amount.at : amount.at + LEAD]):
        return True
    several = any(
        number.value > 1 and 0 <= named.at - number.at <= 12
        for number in reading.counts
        for named in reading.products()
        if named.key in targets and (named.exact or not in_name(named.key, number, reading.evidence))
    )
    return (several or wording.SEVERAL.search(body[: amount.at]) is not None) and not wording.EACH.search(body)


def _at_an_end(value: Decimal, reading: Reading) -> list[str]:
    """All products, where the sentence tells a range of prices and this is the least or the most of them."""
    products = reading.evidence.keys("product")
    prices = [price for key in products for price in reading.evidence.values(key, FactKind.PRICE)]
    told = prices and wording.RANGE.search(reading.figures) and value in (min(prices), max(prices))
    return products if told else []


def _given(value: Decimal, reading: Reading) -> list[str]:
    """The first source of our own sentence that says the amount, be it in its words."""
    for key in reading.given:
        said = reading.evidence.values(key, FactKind.PRICE, FactKind.TOTAL, FactKind.SPENT, FactKind.WOULD_TOTAL)
        if value in said or value in sums.money_in(key, reading.evidence):
            return [key]
    return []


def check_comparison(reading: Reading) -> None:
    """Cheaper, dearer, cheapest, dearest: by the prices that were found.

    Raises:
        Wrong: it is not so, or not of two products.
    """
    claim = wording.compared(reading.figures)
    if claim is None or reading.ours:
        return
    named = list(dict.fromkeys(named.key for named in reading.products()))
    found = {key: reading.evidence.values(key, FactKind.PRICE)[-1:] for key in reading.evidence.keys("product")}
    prices = {key: values[0] for key, values in found.items() if values}
    chosen = [prices[key] for key in named if key in prices]
    if claim in ("cheapest", "dearest"):
        if not chosen or chosen[0] != (min if claim == "cheapest" else max)(prices.values()):
            raise Wrong(*named[:1])
    elif len(chosen) < 2 or not (chosen[0] < chosen[1] if claim == "cheaper" else chosen[0] > chosen[1]):
        raise Wrong(*named)
    reading.carry(named)
