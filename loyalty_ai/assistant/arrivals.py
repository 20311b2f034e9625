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

from loyalty_ai.assistant.periods import NUMBERS
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

_DAY = (
    r"(?:today|tonight|right now|now|this (?:morning|afternoon|evening)|(?:day after )?tomorrow(?: (?:morning|afternoon|evening|night))?|"
    r"(?:next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: (?:morning|afternoon|evening|night))?|(?:the|this|at the) weekend)"
)
_DAY_ZH = "(?:今天|今晚|现在|明天|后天|(?:这个?|本|下个?)?(?:周|星期|礼拜)[一二三四五六日天末])"
_BUYS_ZH = "(?:下(?:个)?单(?!的)|买(?!的(?!话)|过|了)|订(?![的过了单])|付款)"

ORDERED = re.compile(
    r"\b(?<!my )(?<!our )(?<!the )(?<!an )(?:(?:put|place|make|send) (?:an|my|the|our) order(?: in)?|order|ordered|ordering|buy|bought|buying|pay|place|placed|placing)\b"
    rf"(?: (?!be\b|by\b|here\b|in\b|to\b|come\b|arrive\b|when\b)\w+){{0,3}}? (?:on |this |the )*(?P<day>{_DAY})\b|\((?:mon|tues|wednes|thurs|fri|satur|sun)day\)|"
    rf"(?:^|, |\bon |\bif |\bwhen |\bonce ){_DAY},? (?:i|we)(?: will| would|'ll)? (?:\w+ )?(?:order|buy|place)\b|"
    r"\b(?:it is|today is|its) (?:only )?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: today| now)?\b|"
    rf"(?P<zh>{_DAY_ZH}).{{0,4}}?{_BUYS_ZH}"
)
"""The day of the order, which is not the day by which it shall be there."""

WOULD_ORDER = re.compile(
    r"\b(?:if|when|once|say|suppose|supposing) (?:i|we) (?:\w+ ){0,2}?(?:order|buy|place|pay)\b|"
    r"\b(?:i|we) (?:will|shall|would|might|may|am going to|are going to|want to|plan to|intend to|was going to) (?:be )?(?:order|buy|plac)\w*|"
    rf"\bordering (?:on |this )?{_DAY}|\border(?:ed)? (?:placed |made |put in )?(?:on )?{_DAY}\b(?<!\bi ordered)|"
    rf"(?:^|, |\bon ){_DAY},? (?:i|we)(?: will| would|'ll)? (?:order|buy|place)\b|"
    f"(?:如果|要是|假如|打算|准备|想在?|计划|{_DAY_ZH}).{{0,8}}?{_BUYS_ZH}"
)
ALREADY = re.compile(
    r"\b(?:i|we)(?: have|'ve)? (?:just |already )?(?:ordered|bought|placed|made|paid)\b|\b(?:my|our) orders?\b|下的(?:单|订单)|我的(?:订单|包裹)"
)
"""Speaks of an order that is still to be placed, on whatever day; of one that was."""

ASKS_WHEN = re.compile(
    r"\bwhen\b|\b(?:what|which) da(?:y|te)\b|\bhow (?:soon|long|quick\w*|fast|many days)\b|\bexpect\b|几[号天日]|哪[一]?天|什么时候|何时|多久|多长时间|啥时候"
)
BY_THEN = re.compile(r"\b(?:will|would|could|can|does|might) (?:it|they|that|this|one|these|those|everything)\b|[能会]")
COMES = re.compile(
    r"\b(?:get here|gets here|get to|arriv\w+|come|comes|reach\w*|be here|be with|turn up|delivered|delivery|parcel|receive|have (?:it|them)|get (?:it|them)|expect|look out for|show up|land)\b|"
    r"(?<!送)到(?!账|期)|收到?|送"
)
"""Asks when something is there."""

EVERY_WEEK = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days\b|\bat (?:the )?weekends?\b|\bweekends\b|周末送"
)
"""Any such day, and no day that is coming."""

CHRISTMAS = re.compile(r"\bchristmas(?: day)?\b|\bx-?mas\b|圣诞")
EVE = re.compile(r"\b(?:christmas|xmas) eve\b|平安夜")
NEW_YEAR = re.compile(r"\bnew year'?s?(?: eve| day)?\b|元旦|新年")
WEEKEND = re.compile(r"\b(?:the|this|for the) weekend\b|周末")
WEEK_ON = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day week\b|\b(?:a )?week on (?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
)
"""The day of that name a week after the coming one."""
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
    found = LEAD.search(whole)
    if found is None:
        return None
    first, last = sorted(int(found[one] or found[f"{one}_zh"]) for one in ("first", "last"))
    return Lead(first, last, closed_in(whole)) if last <= LONGEST else None


def closed_in(text: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The first and the last day, each with its month, around the turn of the year on which a text says that nobody works."""
    closed = CLOSED.search(text.lower())
    shut = [int(each) for each in closed.groups() if each] if closed else []
    return ((12, shut[0]), (1, shut[1])) if len(shut) == 2 else None


def ordered_on(text: str, today: date) -> date:
    """The day on which somebody would order: today, unless they say another."""
    found = ORDERED.search(text)
    return _day_of(found[0], today) if found else today


def when_it_comes(text: str) -> bool:
    """Whether a plain text asks when an order that is still to be placed would be there.

    >>> when_it_comes("if i order on sunday, which day would it come"), when_it_comes("我打算星期天下单,哪天能收到")
    (True, True)
    >>> when_it_comes("i ordered on sunday, when does it come"), when_it_comes("if i order now, when do you charge my card")
    (False, False)
    """
    asked = WOULD_ORDER.sub(" ", text)
    plans = asked != text and not ALREADY.search(text)
    return plans and (ASKS_WHEN.search(asked) or BY_THEN.search(asked)) is not None and COMES.search(asked) is not None


def named_day(text: str, today: date) -> date:
    """The day of which somebody speaks, today where they name none."""
    if WEEKEND.search(text):
        return _next(5, today)
    return _day_of(text, today)


def _day_of(text: str, today: date) -> date:
    for named in dates_in(text, today)[0]:
        if named.weekday is not None:
            return _next(named.weekday, today) + timedelta(days=7 * _of_next_week(text, named.weekday, today))
        at = _day(named.year or today.year, named.month, named.day) if named.day and named.month else None
        if at:
            return at
    return _next(5, today) if WEEKEND.search(text) else today


def _of_next_week(text: str, weekday: int, today: date) -> bool:
    """Whether a Chinese 下周五 is not the Friday that is nearest."""
    return re.search("下个?(?:周|星期|礼拜)", text) is not None and weekday >= today.weekday()


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
            later = timedelta(days=7 if WEEK_ON.search(text) else 0)
            return _next(named.weekday, max(today + timedelta(days=1), start)) + later - timedelta(days=sooner)
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
