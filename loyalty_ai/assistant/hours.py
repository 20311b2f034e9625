"""Whether somebody is there on a day and at a time, by the hours and the days off that a shop's documents give. Pure."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from loyalty_ai.assistant.arrivals import EVE, NEW_YEAR, closed_in, named_day
from loyalty_ai.assistant.periods import WEEKDAYS

_MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
ON_A_DATE = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}\b|\b{_MONTH} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b|\bboxing day\b|\bchristmas (?:eve|day)\b|"
    r"\b(?:on|at|over|during) christmas\b|\bnew year'?s? (?:eve|day)\b|\d{1,2} ?月 ?\d{1,2} ?[日号]|圣诞节?(?:那天|当天|前夜)?|平安夜|节礼日|元旦|除夕"
)
ON_A_DAY = re.compile(
    r"\b(?:now|at the moment|today|tonight|tomorrow|this (?:morning|afternoon|evening)|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b|"
    "现在|今[天晚]|明天|后天|周末|(?:周|星期|礼拜)[一二三四五六日天]"
)
NOW = re.compile(r"\b(?:now|at the moment)\b|现在")
"""A date, which may be a public holiday; a day that is near; this moment."""

OPEN_HOURS = re.compile(
    rf"\b(?P<first>{'|'.join(WEEKDAYS)}) (?:to|-|–|until) (?P<last>{'|'.join(WEEKDAYS)}).{{0,12}}?(?P<from_h>\d{{1,2}})(?::(?P<from_m>\d\d))? ?"
    r"(?:to|-|–|until) (?P<to_h>\d{1,2})(?::(?P<to_m>\d\d))?|"
    r"周(?P<first_zh>[一二三四五六日])至周(?P<last_zh>[一二三四五六日]).{0,6}?(?P<from_h_zh>\d{1,2}):(?P<from_m_zh>\d\d) ?至 ?(?P<to_h_zh>\d{1,2}):(?P<to_m_zh>\d\d)"
)
"""How a document tells when people are there."""

AT = re.compile(
    r"\b(?:at|after|past|around|before|until|by) (?P<h>\d{1,2})(?::(?P<m>\d\d))? ?(?P<half>am|pm|a\.m\.|p\.m\.)?(?: ?o'?clock)?(?: (?:in the|at) (?P<part>morning|afternoon|evening|night))?\b(?! ?(?:%|days?|weeks?|pounds?|units?|items?|\w*th\b))|"
    r"(?P<part_zh>早上|上午|中午|下午|晚上|夜里)?(?P<h_zh>\d{1,2}|[一二三四五六七八九十]{1,2})点"
)
_ZH = {"十": 10, "十一": 11, "十二": 12} | {figure: n for n, figure in enumerate("一二三四五六七八九", start=1)}
LATER = {"pm", "p.m.", "afternoon", "evening", "night", "下午", "晚上", "夜里"}


@dataclass(frozen=True, slots=True)
class Hours:
    """The days of the week from 0 for Monday, both included, and the minutes of the day when people are there."""

    first: int
    last: int
    opens: int
    closes: int

    def there(self, day: date, at: int | None) -> bool:
        """Whether somebody is there on a day, and at a minute of it."""
        return self.first <= day.weekday() <= self.last and (at is None or self.opens <= at < self.closes)


def hours_of(text: str) -> Hours | None:
    """The hours that a document tells.

    >>> hours_of("We are there Monday to Friday from 9:00 to 17:30.")
    Hours(first=0, last=4, opens=540, closes=1050)
    """
    found = OPEN_HOURS.search(text.lower())
    if found is None:
        return None
    zh = "_zh" if found["first_zh"] else ""
    first, last = (
        "一二三四五六日".index(found[name]) if zh else WEEKDAYS.index(found[name])
        for name in (f"first{zh}", f"last{zh}")
    )
    opens, closes = (int(found[f"{name}_h{zh}"]) * 60 + int(found[f"{name}_m{zh}"] or 0) for name in ("from", "to"))
    return Hours(first, last, opens, closes)


def time_in(text: str) -> int | None:
    """The minute of the day that a text names, an hour without its half of the day as people mean it; None where it names none.

    >>> time_in("can i call at 6 in the evening"), time_in("after 5:30 pm"), time_in("晚上八点"), time_in("at 10")
    (1080, 1050, 1200, 600)
    """
    found = AT.search(text)
    if found is None:
        return None
    figure = found["h"] or found["h_zh"]
    hour = int(figure) if figure.isdigit() else _ZH.get(figure, 24)
    said = found["half"] or found["part"] or found["part_zh"] or ""
    if hour > 23:
        return None
    if hour < 12 and (said in LATER or (not said and hour < 8)):
        hour += 12
    return hour * 60 + int(found["m"] or 0)


def day_asked(text: str, today: date) -> date:
    """The day on which a text asks whether somebody is there, today where it names none.

    >>> str(day_asked("are you there on boxing day", date(2011, 12, 9))), str(day_asked("元旦上班吗", date(2011, 12, 9)))
    ('2011-12-26', '2012-01-01')
    """
    year = today.year
    if EVE.search(text):
        return date(year, 12, 24)
    if re.search(r"\bboxing day\b|节礼日", text):
        return date(year, 12, 26)
    if re.search(r"\bnew year'?s? eve\b|除夕", text):
        return date(year, 12, 31)
    if NEW_YEAR.search(text):
        return date(year + 1, 1, 1)
    if re.search(r"\bchristmas\b|圣诞", text):
        return date(year, 12, 25)
    day = named_day(text, today)
    return day if day >= today or not ON_A_DATE.search(text) else day.replace(year=day.year + 1)


def shut_on(texts: list[str], day: date) -> bool:
    """Whether documents say that nobody is there on a day, at the turn of the year.

    >>> shut_on(["We are closed from 25 December to 1 January."], date(2011, 12, 28))
    True
    """
    closed = closed_in("\n".join(texts))
    return closed is not None and ((day.month, day.day) >= closed[0] or (day.month, day.day) <= closed[1])
