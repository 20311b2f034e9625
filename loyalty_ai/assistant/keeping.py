"""How long a tier lasts without another order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal


def last_to_count(
    orders: Iterable[tuple[str, date, Decimal]], least: Decimal, recent: Decimal
) -> tuple[str, date] | None:
    """The order whose leaving the count brings what counts below a tier's least, and its day.

    Args:
        orders: number, day and net value of each that counts today, in any order.
        least: what the tier takes, 0 for one that nobody loses.
        recent: what counts today. Returns may count on other days than their orders, so that the orders come to a little more or
            less; where that matters to the answer, none is given.

    >>> last_to_count([("A", date(2011, 3, 1), Decimal(80)), ("B", date(2011, 6, 1), Decimal(60))], Decimal(50), Decimal(140))
    ('B', datetime.date(2011, 6, 1))
    """
    counting = sorted(orders, key=lambda order: order[1])
    total = sum((value for _number, _day, value in counting), Decimal(0))
    found = {_first_below(counting, least, start) for start in (total, recent)} if least else set()
    return found.pop() if len(found) == 1 else None


def _first_below(
    counting: Sequence[tuple[str, date, Decimal]], least: Decimal, left: Decimal
) -> tuple[str, date] | None:
    for number, placed, value in counting:
        left -= value
        if left < least:
            return number, placed
    return None
