"""Guards days: when an order was placed and is expected, which days were summed up, and what documents say of dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from loyalty_ai.assistant.arrivals import reckoned
from loyalty_ai.assistant.claims import wording
from loyalty_ai.assistant.claims.reading import Reading, Wrong
from loyalty_ai.assistant.readings import Day, days, digits
from loyalty_ai.assistant.turn import FactKind

DAYS_LONG = re.compile(r"(\d+) ?(?:days|天)")


def check_days(reading: Reading) -> None:
    """
    Raises:
        Wrong: a day that is neither of the orders that are meant nor in the documents.
    """
    found, body = reading.days, reading.figures
    if not found:
        return
    if summed := [key for key in reading.about("orders") if _covers(key, reading)]:
        reading.carry(summed)
        return
    orders = reading.about("order")
    if not orders and _only_sets_the_scene(reading):
        return
    orders = orders or reading.about("loyalty")
    if not orders or not all(day.possible for day in found):
        _check_days_in_texts(reading)
        return
    arriving = [day for day in found if _arrives(day, body)]
    placed = [day for day in found if day not in arriving]
    for key in orders:
        ordered = [*reading.evidence.values(key, FactKind.ORDERED_ON)]
        if reading.ours:  # so many days later, by a document that names them
            ordered += [each + timedelta(days=many) for many in _many_days(reading) for each in ordered if each]
        expected = sorted(set(reading.evidence.values(key, FactKind.EXPECTED_BY)))
        if not _all_mean(placed, ordered) or (arriving and not _expected(arriving, expected, body)):
            raise Wrong(key)
        reading.carry([key])


def _all_mean(found: Sequence[Day], known: Sequence[date]) -> bool:
    return all(any(day.means(each) for each in known) for day in found)


def _many_days(reading: Reading) -> set[int]:
    """The numbers of days that the documents behind a sentence name."""
    texts = (str(text) for key in reading.given for text in reading.evidence.values(key, FactKind.TEXT))
    return {int(number) for text in texts for number in DAYS_LONG.findall(digits(text))}


def _covers(key: str, reading: Reading) -> bool:
    """Whether all the dates are the first and the last of the days that were summed up, or their month.

    When the next order is due only our own code says: it knows what the date means.
    """
    kinds = (FactKind.ORDERED_ON, FactKind.EXPECTED_BY) if reading.ours else (FactKind.ORDERED_ON,)
    held = [day for day in reading.evidence.values(key, *kinds) if isinstance(day, date)]
    one_order = any(named.key.startswith("order:") for named in reading.named)
    return not one_order and reading.of_these_days(key) and _all_mean(reading.days, held)


def _only_sets_the_scene(reading: Reading) -> bool:
    """ "Today" and the like claim nothing where nothing comes or goes."""
    if reading.ours or wording.COMING.search(reading.figures):
        return False
    scene = {match.start() for match in wording.RELATIVE_ONLY.finditer(reading.figures)}
    return all(day.at in scene for day in reading.days)


def _arrives(day: Day, body: str) -> bool:
    """Whether the date is of an arrival: by the last word of coming or of ordering before it, else the first behind it."""
    cues = [(match.start(), True) for match in wording.COMING.finditer(body)]
    cues += [(match.start(), False) for match in wording.ORDERED.finditer(body)]
    earlier = [cue for cue in cues if cue[0] <= day.at]
    return (max(earlier) if earlier else min(cues, default=(0, False)))[1]


def _expected(arriving: Sequence[Day], expected: Sequence[date], body: str) -> bool:
    """Whether an order is expected so: between its first and its last day, or on the one of them that is spoken of."""
    if not expected or not _all_mean(arriving, expected):
        return False
    first, last = expected[0], expected[-1]
    if len(arriving) > 1 or first == last:
        return arriving[0].means(first) and arriving[-1].means(last)
    return arriving[0].means(first if wording.EARLIEST.search(body) else last)


def _check_days_in_texts(reading: Reading) -> None:
    """
    Raises:
        Wrong: no document holds all these days, nor do its working days come to them.
    """
    keys = reading.given or reading.about("passage")
    texts = {key: reading.evidence.values(key, FactKind.TEXT) for key in keys}
    if reading.ours:  # counted in the calendar by what the documents say of working days
        counted = reckoned([str(text) for said in texts.values() for text in said], reading.today)
        if counted and _all_mean(reading.days, counted):
            reading.carry(keys)
            return
    for key in keys:
        folded = reading.evidence.folded(key, FactKind.TEXT)
        held = {_written(day) for text in folded for day in days(digits(text), reading.today)[0]}
        if held.issuperset(map(_written, reading.days)):
            reading.carry([key])
            return
    raise Wrong


def _written(day: Day) -> tuple[int | None, ...]:
    return day.year, day.month, day.day, day.weekday
