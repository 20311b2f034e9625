"""The days that a text names: last month, in the summer, the third quarter, before September, between June and August. Pure."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

Days = tuple[date, date]
"""First and last day, both included."""

EVER = date(2000, 1, 1)
"""The first day of "before September"."""

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
MONTHS_ZH = ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
NUMBERS |= {"eleven": 11, "twelve": 12, "few": 3, "couple of": 2}
NUMBERS |= {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "几": 3}
NUMBERS |= {"七": 7, "八": 8, "九": 9, "十": 10, "十一": 11, "十二": 12}

_MONTH = "|".join(f"{name}|{name[:3]}" for name in MONTHS if name != "may")
_MONTH_ZH = f"(?:{'|'.join(sorted(MONTHS_ZH, key=len, reverse=True))}|(?<!\\d)1?\\d ?月)份?"
_MAY = r"(?:(?<=\bin )|(?<=\bof )|(?<=\bduring )|(?<=\bsince )|(?<=\bbefore )|(?<=\bafter )|(?<=\band )|(?<=\bto )|(?<=\bor )|(?<=\bthan )|(?<=\bfrom )|(?<=\blast )|(?<=\bthe )|(?<=^))may(?! i\b| we\b)|(?<=, )may(?=,| and\b| or\b|$)"
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "final": 4}
_NTH |= {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4, "上": 1, "下": 2}
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12, "春": 3, "夏": 6, "秋": 9, "冬": 12}
_UNITS = {"day": 1, "天": 1, "week": 7, "周": 7, "星期": 7, "礼拜": 7, "fortnight": 14, "month": 30, "月": 30}
_UNITS |= {"year": 365, "年": 365}
_MANY = "|".join(sorted((re.escape(name) for name in NUMBERS if name.isascii()), key=len, reverse=True))
_MANY_ZH = "十[一二]?|[一两二三四五六七八九半几]"
YEAR_BACK = timedelta(days=365)

AGO = re.compile(
    rf"\b(?:(?:about|around|roughly|some|maybe|perhaps|nearly|almost|like) )?(?:(?P<en>\d{{1,3}}|an?|one|{_MANY}) |an? (?P<more>{_MANY}) )"
    r"(?P<unit>days?|weeks?|fortnights?|months?|years?) (?:or so )?(?:ago|back)\b|"
    rf"(?:大概|大约|差不多)?(?P<zh>\d{{1,3}}|{_MANY_ZH}) ?(?:个(?=月|星期|礼拜))?(?P<unit_zh>天|周|星期|礼拜|月|年)(?:左右)?(?:之|以)?前(?![一二三两几])"
)
"""A day that lies so far back: three weeks ago, about a month back, 三个星期前."""
_AGO = re.sub(r"\?P<[a-z_]+>", "?:", AGO.pattern)
SLACK = {1: 0, 7: 3, 14: 4, 30: 10, 365: 45}
"""Days around it that may be meant, by the unit that it is told in."""

NAMED = re.compile(
    rf"(?P<day>\b\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<of>{_MONTH}|may)\b|\b(?P<in>{_MONTH}|may) (?P<the>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)|"
    rf"(?P<on>{_MONTH_ZH.removesuffix('份?')})(?P<date>\d{{1,2}}) ?[日号]|"
    rf"(?P<ago>{_AGO})|"
    r"(?P<rolling>\b(?:past year|(?:last|past|previous) (?:12|twelve) months|(?:last|past) 365 days)\b|(?:最近|过去|近)的?这?(?:一年|1年|(?:12|十二)个月)(?:以?来|间|里)?)|"
    rf"(?P<past>(?:\b(?:last|past|previous)|最近|过去|近|前)) ?(?P<many>\d{{1,3}}|{_MANY}|{_MANY_ZH}) ?(?P<unit>days?|weeks?|months?|天|周|个?星期|个?礼拜|个月)|"
    r"(?P<whole>\b(?:last|previous|past|this) (?:month|week|year|quarter)\b|\b(?:yesterday|today)\b|上个?月|这个?月|本月|上个?(?:周|星期|礼拜)(?![一二三四五六日天末])|"
    r"(?:这个?|本)(?:周|星期)|昨天|今天|(?:去年|今年)(?!.{0,2}(?:[\d一二三四五六七八九十]+月|季))|上个?季度|(?:这个?|本)季度)(?!.{0,2}[春夏秋冬])|"
    r"(?P<quarter>\b(?:first|1st|second|2nd|third|3rd|fourth|4th|final|q ?[1-4])(?: quarter)?\b(?:(?<=quarter)|(?<=q\d)|(?<=q \d))|第[一二三四1-4]季度)|"
    r"(?P<half>\b(?:first|second|1st|2nd) half\b|[上下]半年)|"
    r"(?P<season>(?:\b(?:last|this|the|in|past|of|during|over|and|since|before|after|or|than|from) )+(?:spring|summer|autumn|fall|winter)(?:time)?\b|\b(?:spring|summer|autumn|winter)(?= orders?\b| purchases?\b)|(?:今年|去年)?[春夏秋冬](?:[天季]|(?=[里我买下花有订的呢?]|$)))|"
    rf"(?P<month>\b(?:{_MONTH})\b|{_MAY}|{_MONTH_ZH})|"
    r"(?P<weekday>\b(?:last |on |this )(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day(?='s (?:order|parcel|package|purchase|delivery)\b)|(?:上个?|这个?)(?:周|星期|礼拜)[一二三四五六日天])|"
    r"(?P<christmas>\b(?:the run.?up to |before |last )(?:last )?christmas\b(?: (?:of )?last year\b)?|圣诞节?(?:之?前)|去年圣诞)"
)
YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
LEAD = re.compile(
    r"\b(?P<since>since|after)|(?P<before>\bbefore|\bearlier than|\bprior to)|(?P<until>\buntil|\bup to)", re.IGNORECASE
)
LEAD_ZH = re.compile(
    r"^份?(?P<before>之?前|以前)|^(?:份|初|的?时候)?(?P<since>以来|之?后|以后|开始|起|(?:一直)?(?:到|至)(?:现在|目前|如今|今(?!天|年)|此刻))|"
    r"^ ?,? ?(?P<on>(?:(?:up )?until|till|(?:up )?to|through to) (?:now|date|the present)\b|onwards?\b|on(?=$|[,?.!]))"
)
START = re.compile(r"\b(?:the )?(?:very )?(?:start|beginning|first(?: day)?|1st) of(?: the)? $")
"""The first day of what is named next: since the start of August."""
RANGE = re.compile(
    r"^ ?,? ?(?:20\d\d ?)?年?(?:(?P<to>to|until|till|through|-|到|至)|and|和) ?(?:the )?(?:end of (?:the )?)?$"
)
NAMED_DAY = re.compile(rf"\b(?P<en>{'|'.join(WEEKDAYS)})\b|(?:周|星期|礼拜)(?P<zh>[一二三四五六日天])")
EVERY = re.compile(
    r"\b(?:on|any|a) (?:a |any |)(?P<en>mon|tues|wednes|thurs|fri|satur|sun)days?\b|(?<!上)(?<!这)(?<!个)(?:周|星期|礼拜)(?P<zh>[一二三四五六日天])"
)


def period(text: str, today: date) -> Days | None:
    """The days that a text names first, first and last; of "before" and "since" what lies there.

    >>> period("what I bought last month", date(2011, 12, 9))
    (datetime.date(2011, 11, 1), datetime.date(2011, 11, 30))
    >>> period("in the summer", date(2011, 12, 9)), period("before september", date(2011, 12, 9))[1]
    ((datetime.date(2011, 6, 1), datetime.date(2011, 8, 31)), datetime.date(2011, 8, 31))
    """
    found = periods(text, today)
    days = next(iter(found), None)
    for first, last in found[1:]:  # "in september and october"
        if days and first == days[1] + timedelta(days=1):
            days = (days[0], last)
    return days


def periods(text: str, today: date) -> list[Days]:
    """All the days that a text names, in its order.

    >>> [first.month for first, _ in periods("more in june or in july", date(2011, 12, 9))]
    [6, 7]
    """
    found: list[Days] = []
    end = 0
    for match in NAMED.finditer(text):
        days = _days(match, text, today)
        between = text[end : match.start()]
        joint = RANGE.match(between) if found and end else None
        if joint and (joint["to"] or re.search(r"\b(?:between|from)\b|从", text[: match.start()].lower())):
            found[-1] = (found[-1][0], max(found[-1][1], days[1]))
        else:
            before = START.sub("", text[: match.start()])[-14:]
            found.append(_turned(days, before, match[0], text[match.end() :], today))
        end = match.end()
    if not found and (year := YEAR.search(text)):
        found.append((date(int(year[1]), 1, 1), date(int(year[1]), 12, 31)))
    return [days for days in found if days[0] <= days[1]]


NEW_YEAR = re.compile(r"\b(?:new|next|the coming) year\b|明年|新年|元旦|来年")
NEXT_MONTH = re.compile(r"\bnext month\b|下个?月")
BEHIND = re.compile(r"\b(?:after|past|beyond)\b|(?:之|以)?后|过了")


def coming(text: str, today: date) -> date | None:
    """The next day that a text names as one to come: the last of a month or a season, the first behind "after".

    >>> coming("my tier after january", date(2011, 12, 9)), coming("in the spring", date(2011, 12, 9))
    (datetime.date(2012, 2, 1), datetime.date(2012, 5, 31))
    """
    found = NAMED.search(text)
    if NEXT_MONTH.search(text):
        last = _months((today.replace(day=28) + timedelta(days=4)).replace(day=1), 1)[1]
    elif found and not found["past"] and not found["whole"]:
        last = _days(found, text, today)[1]
        while last <= today:
            last = last.replace(year=last.year + 1, day=min(last.day, 28) if last.month == 2 else last.day)
    elif NEW_YEAR.search(text):
        return date(today.year + 1, 1, 1)
    else:
        return None
    return last + timedelta(days=1) if BEHIND.search(text) else last


def ago(text: str, today: date) -> date | None:
    """The day that lies as far back as a text says.

    >>> ago("about three weeks ago", date(2011, 12, 9)), ago("a fortnight back", date(2011, 12, 9))
    (datetime.date(2011, 11, 18), datetime.date(2011, 11, 25))
    """
    found = AGO.search(text)
    if found is None:
        return None
    return today - timedelta(days=_length(_said(found, "en", "more", "zh"), _said(found, "unit")))


def _said(found: re.Match[str] | None, *names: str) -> str:
    """What the first of some groups, English or Chinese, has."""
    groups = found.groupdict() if found else {}
    return next((word for name in names for word in (groups.get(name), groups.get(f"{name}_zh")) if word), "")


def _length(many: str, unit: str) -> int:
    """The days of so many weeks, months or years, be it half of one."""
    if many == "半":
        return _unit(unit) // 2
    return (int(many) if many.isdigit() else NUMBERS.get(many, 1)) * _unit(unit)


def _unit(word: str) -> int:
    """The days of a week, a month, a year."""
    return _UNITS[word.removeprefix("个").rstrip("s")]


def month_beside(days: Days, *, back: bool) -> Days:
    """The month before, or behind, some days."""
    first = (days[0] - timedelta(days=1)).replace(day=1) if back else days[1] + timedelta(days=1)
    return _months(first.replace(day=1), 1)


def latest_weekday(text: str, today: date) -> Days | None:
    """The latest day before today of the day of the week that a text names: "my order from Monday".

    >>> latest_weekday("what came on monday", date(2011, 12, 9))
    (datetime.date(2011, 12, 5), datetime.date(2011, 12, 5))
    """
    found = NAMED_DAY.search(text)
    if found is None:
        return None
    at = WEEKDAYS.index(found["en"]) if found["en"] else "一二三四五六日".find(found["zh"].replace("天", "日"))
    day = today - timedelta(days=(today.weekday() - at) % 7 or 7)
    return day, day


def weekday(text: str) -> int | None:
    """The day of the week, Monday 0, where a text asks for any such day: "on a Sunday"."""
    found = EVERY.search(text)
    if found is None:
        return None
    if found["en"]:
        return next(at for at, name in enumerate(WEEKDAYS) if name.startswith(found["en"]))
    return "一二三四五六日".find(found["zh"].replace("天", "日"))


def _turned(days: Days, before: str, named: str, after: str, today: date) -> Days:
    """What lies before these days, or after them, where the text says so."""
    lead, behind = LEAD.search(f"{before}{named}"), LEAD_ZH.search(after)
    says = {name for each in (lead, behind) if each for name, word in each.groupdict().items() if word}
    if "christmas" in named or "圣诞" in named:
        return days
    if "before" in says:
        return EVER, days[0] - timedelta(days=1)
    if "until" in says:
        return EVER, days[1]
    if "since" in says or "on" in says:
        after_it = lead is not None and lead[0].lower() == "after"
        return (days[1] + timedelta(days=1) if after_it else days[0]), today
    return days


def _days(match: re.Match[str], text: str, today: date) -> Days:
    year = int(named[1]) if (named := YEAR.search(text)) else today.year - 1 if "去年" in text[: match.end()] else None
    kind = match.lastgroup or ""
    if day := match["day"] or match["the"] or match["date"]:
        month = _month_of(match["of"] or match["in"] or match["on"])
        at = date(_year(year, month, today), month, 1)
        at = at.replace(day=min(max(int(day), 1), calendar.monthrange(at.year, month)[1]))
        return at, at
    if match["past"]:
        return today - timedelta(days=_length(match["many"], match["unit"])), today
    if match["ago"] and (at := ago(match[0], today)):
        slack = timedelta(days=SLACK[_unit(_said(AGO.search(match[0]), "unit"))])
        return at - slack, min(at + slack, today)
    return READ[kind](match[kind], year, today)


def _month_of(name: str) -> int:
    name = name.strip().removesuffix("份")
    if name[0].isdigit():
        return min(max(int(name.rstrip("月 ")), 1), 12)
    if name in MONTHS_ZH:
        return MONTHS_ZH.index(name) + 1
    return next(at for at, month in enumerate(MONTHS, 1) if month.startswith(name[:3]))


def _year(year: int | None, month: int, today: date) -> int:
    """The year that is named, else the latest in which the month has begun."""
    return year or (today.year if month <= today.month else today.year - 1)


def _months(first: date, count: int) -> Days:
    last = first.year * 12 + first.month + count - 2
    year, month = divmod(last, 12)
    return first, date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def _month(name: str, year: int | None, today: date) -> Days:
    month = _month_of(name)
    return _months(date(_year(year, month, today), month, 1), 1)


def _quarter(name: str, year: int | None, today: date) -> Days:
    at = next(number for word, number in _NTH.items() if word in name)
    return _months(date(_year(year, 3 * at - 2, today), 3 * at - 2, 1), 3)


def _half(name: str, year: int | None, today: date) -> Days:
    month = 1 if re.search("first|1st|上", name) else 7
    return _months(date(_year(year, month, today), month, 1), 6)


def _season(name: str, year: int | None, today: date) -> Days:
    month = next(month for word, month in SEASONS.items() if word in name)
    first = date(_year(year, month, today), month, 1)
    if "last" in name and _months(first, 3)[1] >= today:
        first = first.replace(year=first.year - 1)
    return _months(first, 3)


def _weekday(name: str, _year: int | None, today: date) -> Days:
    english = next((at for at, word in enumerate(WEEKDAYS) if word in name), None)
    at = "一二三四五六日".find(name[-1].replace("天", "日")) if english is None else english
    if english is None:  # of last week, or of this one
        monday = today - timedelta(days=today.weekday() + (7 if "上" in name else 0))
        return monday + timedelta(days=at), monday + timedelta(days=at)
    day = today - timedelta(days=(today.weekday() - at) % 7 or 7)
    return day, day


def _christmas(name: str, year: int | None, today: date) -> Days:
    """The weeks before Christmas, of last year where these have not begun."""
    at = year or (today.year if today.month >= 11 and "last" not in name and "去年" not in name else today.year - 1)
    return date(at, 11, 1), min(date(at, 12, 24), today)


def _whole(name: str, _year: int | None, today: date) -> Days:
    first, monday = today.replace(day=1), today - timedelta(days=today.weekday())
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last = not re.search("this|today|今|这|本", name)
    if re.search("month|月", name):
        return _months((first - timedelta(days=1)).replace(day=1), 1) if last else (first, today)
    if re.search("week|周|星期|礼拜", name):
        return (monday - timedelta(days=7), monday - timedelta(days=1)) if last else (monday, today)
    if re.search("quarter|季度", name):
        before = (quarter - timedelta(days=63)).replace(day=1)
        return _months(before, 3) if last else (quarter, today)
    if re.search("yesterday|today|昨天|今天", name):
        at = today - timedelta(days=last)
        return at, at
    return (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)) if last else (date(today.year, 1, 1), today)


def rolling_year(today: date) -> Days:
    """The last twelve months."""
    return today - YEAR_BACK, today


def _rolling(_name: str, _year: int | None, today: date) -> Days:
    return rolling_year(today)


READ: dict[str, Callable[[str, int | None, date], Days]] = {
    "rolling": _rolling,
    "whole": _whole,
    "quarter": _quarter,
    "half": _half,
    "season": _season,
    "month": _month,
    "weekday": _weekday,
    "christmas": _christmas,
}
