"""When an order of today would be there: working days that a shop's document gives, counted in the calendar. Pure.

Nothing is assumed of a shop: without a sentence like "3 to 5 working days after you ordered" there is nothing to count.
"""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from loyalty_ai.assistant.periods import NUMBERS, WEEKDAYS
from loyalty_ai.assistant.readings import days as dates_in

LEAD = re.compile(
    r"(?P<first>\d{1,2}) ?(?:to|-|–|and) ?(?P<last>\d{1,2}) (?:working|business) days (?:after|from|of|once) (?:you ordered|you order|ordering|the order|your order|placing)|"
    r"下单(?:之?后|起)?\s*(?P<first_zh>\d{1,2})\s*(?:至|到|-|–)\s*(?P<last_zh>\d{1,2})\s*个?工作日"
)
CLOSED = re.compile(
    r"\bclosed\b.{0,80}\bfrom (\d{1,2}) december (?:to|until) (\d{1,2}) january|12 ?月 ?(\d{1,2}) ?日(?:至|到).{0,4}1 ?月 ?(\d{1,2}) ?日"
)
"""Working days from the order to the door, and the days around the turn of the year on which nothing is sent."""

LONGEST = 60
"""Days ahead that are counted."""

ASKS_LATEST = re.compile(
    r"\b(?:latest|last) (?:\w+ )?(?:day|date|moment|minute|time|order|i can|to order|for ordering)|\bcut[- ]?off\b|\bhow late\b|\bdeadline\b|"
    r"\b(?:when|by when|what day) (?:do|must|should|would|shall|have) (?:i|we)\b.{0,12}\border|最(?:晚|迟)|截止"
)
"""Asks by when to order."""

ORDERED = re.compile(
    r"\b(?<!my )(?<!our )(?<!the )(?<!an )(?:(?:put|place|make|send) (?:an|my|the|our) order(?: in)?|order|ordered|ordering|buy|bought|buying|pay|place|placed|placing)\b"
    r"(?: (?!be\b|by\b|here\b|in\b|to\b|come\b|arrive\b)\w+){0,3}? (?:on |this |the )*"
    r"(?P<day>today|tonight|now|right now|this (?:morning|afternoon|evening)|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|\((?:mon|tues|wednes|thurs|fri|satur|sun)day\)|"
    r"\b(?:it is|today is|its) (?:only )?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: today| now)?\b|(?P<zh>今天|现在|明天)(?:下单|买|订|付款)"
)
"""The day of the order, which is not the day by which it shall be there."""

EVERY_WEEK = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days\b|\bat (?:the )?weekends?\b|\bweekends\b|周末送"
)
"""Any such day, and no day that is coming."""

CHRISTMAS = re.compile(r"\bchristmas(?: day)?\b|\bx-?mas\b|圣诞")
EVE = re.compile(r"\b(?:christmas|xmas) eve\b|平安夜")
NEW_YEAR = re.compile(r"\bnew year'?s?(?: eve| day)?\b|元旦|新年")
WEEKEND = re.compile(r"\b(?:the|this|for the) weekend\b|周末")
OF_MONTH = re.compile(r"\b(?:the )?(\d{1,2})(?:st|nd|rd|th)\b|(?<![\d月])(\d{1,2}) ?[号日]")
WITHIN = re.compile(
    rf"\b(?:in|within) (?:the next )?(\d{{1,2}}|a|{'|'.join(n for n in NUMBERS if n.isascii())}) (days?|weeks?)\b"
)
ENDS = re.compile(r"\b(?:the )?end of (?:the|this|next) (week|month)\b|\b(this|next) week\b")
SOONER = re.compile(r"\b(?:before|ahead of|prior to)\b(?! it)|之?前")


@dataclass(frozen=True, slots=True)
class Lead:
    """Working days from the order to the door, at least and at most, and days on which nothing is sent or brought."""

    first: int
    last: int
    closed: tuple[tuple[int, int], tuple[int, int]] | None = None

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        if day.weekday() >= 5:
            return False
        if self.closed is None:
            return True
        begins, ends = self.closed
        return not ((day.month, day.day) >= begins or (day.month, day.day) <= ends)

    def after(self, day: date, count: int) -> date:
        """The working day so many working days after this one, or after the next one that is."""
        while not self.works(day):
            day += timedelta(days=1)
        for _step in range(count):
            day += timedelta(days=1)
            while not self.works(day):
                day += timedelta(days=1)
        return day

    def window(self, ordered: date) -> tuple[date, date]:
        """The first and the last day on which an order of this day should be there.

        >>> [str(day) for day in Lead(3, 5).window(date(2011, 12, 9))]
        ['2011-12-14', '2011-12-16']
        """
        return self.after(ordered, self.first), self.after(ordered, self.last)

    def certain(self, ordered: date) -> bool:
        """Whether no days off lie on an order's way, of which nobody knows what the carrier does then."""
        last = self.window(ordered)[1]
        days = (ordered + timedelta(days=ahead) for ahead in range((last - ordered).days))
        return all(self.works(day) for day in days if day.weekday() < 5)

    def latest(self, by: date, today: date) -> date | None:
        """The last day, from today on, whose order should be there by then.

        >>> str(Lead(3, 5).latest(date(2011, 12, 24), date(2011, 12, 9)))
        '2011-12-16'
        """
        days = (today + timedelta(days=ahead) for ahead in range((by - today).days, -1, -1))
        return next((day for day in days if self.works(day) and self.window(day)[1] <= by), None)


def lead_of(texts: Iterable[str]) -> Lead | None:
    """What documents say of how long an order takes.

    >>> lead_of(["It arrives 3 to 5 working days after you ordered."])
    Lead(first=3, last=5, closed=None)
    """
    whole = "\n".join(texts).lower()
    found, closed = LEAD.search(whole), CLOSED.search(whole)
    if found is None:
        return None
    first, last = sorted(int(found[one] or found[f"{one}_zh"]) for one in ("first", "last"))
    shut = [int(each) for each in closed.groups() if each] if closed else []
    return Lead(first, last, ((12, shut[0]), (1, shut[1])) if len(shut) == 2 else None) if last <= LONGEST else None


def ordered_on(text: str, today: date) -> date:
    """The day on which somebody would order: today, unless they say another."""
    found = ORDERED.search(text)
    day = found and (found["day"] or found["zh"])
    if day in ("tomorrow", "明天"):
        return today + timedelta(days=1)
    return _next(WEEKDAYS.index(day), today) if day in WEEKDAYS else today


def named_day(text: str, today: date) -> date:
    """The day of which somebody speaks, today where they name none."""
    if re.search(r"\btomorrow\b|明天", text):
        return today + timedelta(days=1)
    if WEEKEND.search(text):
        return _next(5, today)
    named = next((at for at, name in enumerate(WEEKDAYS) if re.search(rf"\b{name}s?\b", text)), None)
    return today if named is None else _next(named, today)


def wanted_by(text: str, today: date) -> date | None:
    """The last day on which something may come, of what a text names; None where it names none, or one that is past.

    >>> [str(wanted_by(each, date(2011, 12, 9))) for each in ("can it come by tuesday if i order now", "here before xmas?", "for the 17th")]
    ['2011-12-13', '2011-12-24', '2011-12-17']
    """
    start = ordered_on(text, today)
    text = EVERY_WEEK.sub(" ", ORDERED.sub(" ", text))
    by = _named(text, today, start, sooner=SOONER.search(text) is not None)
    if by is None or not today <= by <= today + timedelta(days=365):
        return None
    return by


def _named(text: str, today: date, start: date, *, sooner: bool) -> date | None:
    year = today.year
    if EVE.search(text):
        return date(year, 12, 24) - timedelta(days=sooner)
    if CHRISTMAS.search(text):
        return date(year, 12, 24)
    if NEW_YEAR.search(text):
        return date(year, 12, 31)
    if WEEKEND.search(text):
        return _next(4, start)
    if found := WITHIN.search(text):
        many = 1 if found[1] == "a" else int(found[1]) if found[1].isdigit() else NUMBERS[found[1]]
        return today + timedelta(days=many * (7 if found[2].startswith("week") else 1))
    if found := ENDS.search(text):
        if found[1] == "month":
            return today.replace(day=calendar.monthrange(year, today.month)[1])
        return _next(4, start + timedelta(days=7 * ("next" in found[0])))
    for named in dates_in(text, today)[0]:
        if named.day and named.month:
            at = _day(named.year or year, named.month, named.day)
            if at and at < today and named.year is None:
                at = _day(year + 1, named.month, named.day)
            return at - timedelta(days=sooner) if at else None
    if found := OF_MONTH.search(text):
        number = int(found[1] or found[2])
        months = ((year, today.month), (year + today.month // 12, today.month % 12 + 1))
        days = [at for at in (_day(*month, number) for month in months) if at and at > today]
        if days:
            return days[0] - timedelta(days=sooner)
    for named in dates_in(text, today)[0]:
        if named.weekday is not None:
            return _next(named.weekday, max(today + timedelta(days=1), start)) - timedelta(days=sooner)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    return date(year, month, day) if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1] else None


def _next(weekday: int, start: date) -> date:
    return start + timedelta(days=(weekday - start.weekday()) % 7)


def reckoned(texts: Iterable[str], today: date) -> set[date]:
    """Every day that may be said of an order by these documents: when one of a coming day should be there, and these days."""
    lead = lead_of(texts)
    if lead is None:
        return set()
    coming = [today + timedelta(days=ahead) for ahead in range(LONGEST)]
    return {*coming, *(day for ordered in coming for day in lead.window(ordered))}
