"""What a sentence says in numbers, money, dates and shares, in English or Chinese, however it is written. No database.

Everything here reads *folded* text: one case, one width, ASCII digits, number words as digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

_SPECIAL = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "⁄": "/",
     "ı": "i", "ł": "l", "ø": "o", "đ": "d", "。": ".", "、": ",", "·": ".", "•": " ", "×": "x", "…": " "}
)  # fmt: skip

_PARTED = re.compile(r"(?<=[\u3400-\u9fff])(?=[a-z])|(?<=[a-z])(?=[\u3400-\u9fff])")
"""Where no word of either language would end for a pattern: both kinds of letters are letters to it."""


def fold(text: str) -> str:
    """The text as it is compared: without case, accents, widths and kinds of digits; Chinese parted from Latin letters."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    folded = unicodedata.normalize("NFKC", bare).casefold().translate(_SPECIAL)
    return _PARTED.sub(" ", "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in folded))


_UNITS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
_ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_UNITS.split())}
_TENS = {word: 10 * value for value, word in enumerate(_ROUND.split(), start=2)}
_TENS["fourty"] = 40
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12}
_WORD = "|".join(sorted([*_SMALL, *_TENS, *_SCALES], key=len, reverse=True))
_SPELLED = re.compile(
    rf"\b(?:(?:half )?an? (?=(?:hundred|thousand|million|dozen)\b))?(?:{_WORD})(?:(?:[\s-]+(?:and[\s-]+)?)(?:{_WORD}))*"
    rf"(?:\s+point(?:\s+(?:{_WORD}))+)?\b"
)
_MEASURED = re.compile(
    r"\s*(?:pounds?|quid|euros?|dollars?|pence|penny|p\b|percent|per cent|%|£|days?|weeks?|months?|hours?|years?|left|units?|"
    r"pieces?|items?|cm|mm|kg|litres?|point)"
)

_ZH = {c: v for v, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_ZH_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_ZH_RUN = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?")
_ZH_MEASURES = re.compile(
    "英镑|镑|元|块|美元|欧元|便士|日元|件|个|款|天|日|号|月|年|周|星期|小时|分钟|折|成|倍|次|单|笔|名|位|种|份|套|包|盒|"
    "厘米|公斤|毫升|升|米|%|只|张|条|把|工作日"
)
_ZH_IDIOMS = {"万一", "千万", "一一"}


def digits(folded: str) -> str:
    """The folded text with its number words, English and Chinese, as digits; "one" alone and 一个 stay what they are: articles."""
    return _ZH_RUN.sub(_chinese, _SPELLED.sub(_spelled, folded))


def _spelled(match: re.Match[str]) -> str:
    text = match.group()
    if text == "one" and not _MEASURED.match(match.string, match.end()):
        return text
    whole, _point, decimals = text.partition(" point ")
    half = whole.startswith("half a")
    groups: list[int] = []
    total, current, last = 0, 0, 10**9
    for word in re.findall(_WORD, whole):
        if word in _SCALES:
            scale = _SCALES[word]
            current = max(current, 1) * scale
            if scale >= 1000:
                total, current = total + current, 0
            last = scale
            continue
        value = _SMALL.get(word, _TENS.get(word, 0))
        if value >= last or (last < 100 and not (last >= 20 and value < 10)):  # "twelve fifty" is two numbers
            groups.append(total + current)
            total = current = 0
        current += value
        last = max(value, 1)
    groups.append((total + current) // 2 if half else total + current)
    tail = "".join(str(_SMALL[word]) for word in decimals.split() if word in _SMALL and _SMALL[word] < 10)
    return " ".join(map(str, groups)) + (f".{tail}" if tail else "")


def _chinese(match: re.Match[str]) -> str:
    run, rest = match.group(), match.string[match.end() :]
    measured = _ZH_MEASURES.match(rest) or match.string[: match.start()].endswith(("块", "元", "镑"))
    if (
        run in _ZH_IDIOMS
        or (len(run) == 1 and not measured)
        or (run == "一" and rest[:1] in "个件款种次份套位些下起直样只张条把")
    ):
        return run
    whole, _point, decimals = run.partition("点")
    tail = "." + "".join(str(_ZH[c]) for c in decimals) if decimals else ""
    if not any(c in _ZH_SCALES for c in whole):
        return "".join(str(_ZH[c]) for c in whole) + tail
    total, section, current = 0, 0, 0
    for c in whole:
        if c in _ZH:
            current = _ZH[c]
        elif _ZH_SCALES[c] >= 10_000:
            total, section, current = total + max(section + current, 1) * _ZH_SCALES[c], 0, 0
        else:
            section, current = section + max(current, 1) * _ZH_SCALES[c], 0
    return str(total + section + current) + tail


@dataclass(frozen=True, slots=True)
class Amount:
    """Money that a sentence names.

    Args:
        at: where in the text.
        value: None where the writing has no one reading.
        currencies: codes that the sign may mean, none where only a word of price stands by.
    """

    at: int
    value: Decimal | None
    currencies: frozenset[str] = frozenset()


_DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD")
_CURRENCIES: dict[tuple[str, ...], str] = {
    ("GBP",): "£ gbp pound pounds quid sterling 英镑 镑",
    ("GBP/100",): "pence penny pennies p 便士",
    ("EUR",): "€ eur euro euros 欧元",
    _DOLLARS: "$ dollar dollars buck bucks",
    ("USD",): "us$ usd 美元 美金",
    ("USD/100", "EUR/100", "CAD/100", "AUD/100"): "cent cents",
    ("CNY", "JPY"): "¥ 元 块 块钱",
    ("CNY",): "cny rmb yuan renminbi 人民币",
    ("JPY",): "jpy 日元",
} | {(code,): code.lower() for code in ("CHF", "CAD", "AUD", "PLN", "SEK", "NOK", "DKK", "INR", "KRW", "BRL")}
_SIGNS = {sign: set(codes) for codes, signs in _CURRENCIES.items() for sign in signs.split()}


def _any_of(signs: Iterable[str]) -> str:
    longest = sorted(signs, key=len, reverse=True)
    return "|".join(re.escape(sign) + ("(?![a-z])" if sign.isascii() and sign.isalpha() else "") for sign in longest)


_SIGN = _any_of(_SIGNS)
_NUMBER = r"\.?\d(?:[\d.,']|\s(?=[.,]?\s?\d))*+"
"""Digits with what stands in and between them; possessive, so that no text makes it slow and no number is cut short."""
_APART = r"(?<![a-z0-9])(?<!\d\.)(?<!\ue000(?=\.))"
"""Where a number may begin: a full stop behind a word or a name (blanked out) ends it, and is no decimal point."""

_BEFORE = re.compile(
    rf"(?<![a-z])({_SIGN})\s*(-?)\s*({_NUMBER})(\s*(?:k|m|bn|grand|thousand|million|万|千|百)(?![a-z]))?"
)
_AFTER = re.compile(rf"{_APART}(-?)({_NUMBER})(\s*(?:k|m|grand|thousand|million|万|千|百))?\s*-?\s*({_SIGN})")
_POUNDS_PENCE = re.compile(
    r"(\d+)\s*(?:pounds?|quid|英镑|镑)\s*(?:and\s+)?(\d{1,2})(?!\d|\s*%)(?:\s*(?:p|pence|便士)\b)?"
)
_BLOCKS = re.compile(r"(\d+)\s*[块元](\d{1,2})(?!\d)(?:毛|角|分)?")
_SLANG = re.compile(r"\b(?:a )?(?:fiver|tenner|grand|monkey|pony|half crown)\b")
_PRICED = re.compile(
    r"(?:\b(?:costs?|costing|priced?(?: at| is|:)?|pay|sells? for|going for|yours for|only for|for just|for only|worth|"
    r"total(?: is|:)?)|售价|价格|价钱|只要|仅需|只需|卖|总价|总共|合计)"
    r"(?:\s|:|是|为|at|is|of|only|just|around|about|approximately|roughly)*"
    rf"({_NUMBER})(?!\s*(?:%|percent|per cent|x\b|of\b|items?|units?|products?|pieces?|days?|weeks?|months?|hours?|个|件|天))"
)
_LIST = re.compile(r"(?<=\d),\s+(?=\d)")


def amounts(text: str) -> tuple[list[Amount], str]:
    """The money in folded text with digits, and the text with it blanked out."""
    text = _POUNDS_PENCE.sub(lambda m: _pad(f"£{m.group(1)}.{int(m.group(2)):02d}", m), text)
    text = _BLOCKS.sub(lambda m: _pad(f"¥{m.group(1)}.{m.group(2):0<2}", m), text)
    found: list[Amount] = []

    def take(match: re.Match[str], number: int, sign: int | None, *, wrong: bool) -> str:
        written = match.group(number)
        kept = _LIST.split(written)[0] if _LIST.search(written) else written
        value = None if wrong else parse(kept)
        currencies = set(_SIGNS[match.group(sign)]) if sign else set()
        if value is not None and any(code.endswith("/100") for code in currencies):
            value, currencies = value / 100, {code.partition("/")[0] for code in currencies}
        found.append(Amount(match.start(number), value, frozenset(currencies)))
        start = match.start()
        rest = match.group()[match.start(number) - start + len(kept) :] if kept != written else ""
        return " " * (len(match.group()) - len(rest)) + rest

    text = _BEFORE.sub(lambda m: take(m, 3, 1, wrong=bool(m.group(2) or m.group(4)) or _negative(m)), text)
    text = _AFTER.sub(lambda m: take(m, 2, 4, wrong=bool(m.group(1) or m.group(3))), text)
    text = _PRICED.sub(lambda m: _keep_words(m, take(m, 1, None, wrong=False)), text)

    def slang(match: re.Match[str]) -> str:
        found.append(Amount(match.start(), None))
        return " " * len(match.group())

    text = _SLANG.sub(slang, text)
    return sorted(found, key=lambda amount: amount.at), text


def _negative(match: re.Match[str]) -> bool:
    """Whether a minus stands before the sign, and no dash between words."""
    before = match.string[: match.start()]
    return before.endswith("-") and not before[-2:-1].isalnum()


def _pad(new: str, match: re.Match[str]) -> str:
    """The new text as long as the old, so that places stay."""
    return new.ljust(len(match.group()))


def _keep_words(match: re.Match[str], taken: str) -> str:
    lead = match.start(1) - match.start()
    return match.group()[:lead] + taken[lead:]


_PLAIN = re.compile(r"\d*\.\d+|\d+")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?")
_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")


def parse(written: str) -> Decimal | None:
    """The number that a writing means, spaces inside it aside; None where it has no one reading."""
    bare = re.sub(r"[\s']", "", written).rstrip(".,")
    if _PLAIN.fullmatch(bare):
        whole, _point, decimals = bare.partition(".")
        if len(decimals) == 3 and whole not in ("", "0"):
            return None  # 1.250 is one thing here and another there
        return Decimal(bare) if len(bare) < 16 else None
    if _THOUSANDS.fullmatch(bare):
        return Decimal(bare.replace(",", ""))
    return Decimal(bare.replace(",", ".")) if _DECIMAL_COMMA.fullmatch(bare) else None


_SHARE = re.compile(
    rf"({_NUMBER})\s*-?\s*(?:%|percent|per cent|pct\b|percentage)|百分之\s*({_NUMBER})|({_NUMBER})\s*折"
)


def shares(text: str) -> tuple[list[Decimal | None], str]:
    """The percentages in folded text with digits, and the text without them."""
    found = [parse(next(filter(None, match.groups()))) for match in _SHARE.finditer(text)]
    return found, _SHARE.sub(lambda m: " " * len(m.group()), text)


@dataclass(frozen=True, slots=True)
class Day:
    """A date that a sentence names, as far as it does.

    Args:
        at: where in the text.
        weekday: 0 for Monday.
    """

    at: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None

    def means(self, other: date) -> bool:
        return (
            self.year in (None, other.year)
            and self.month in (None, other.month)
            and self.day in (None, other.day)
            and self.weekday in (None, other.weekday())
        )

    @property
    def possible(self) -> bool:
        """Whether there is such a day."""
        if self.month is None or self.day is None:
            return self.month is None or 1 <= self.month <= 12
        try:
            real = date(self.year or 2024, self.month, self.day)
        except ValueError:
            return False
        return self.year is None or self.weekday in (None, real.weekday())


_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTH = {form: n for n, name in enumerate(_MONTH_NAMES.split(), start=1) for form in (name, name[:3])} | {"sept": 9}
_M = "(" + "|".join(sorted(_MONTH, key=len, reverse=True)) + r")\b\.?"
_DAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday"
_WEEKDAY = {form: n for n, name in enumerate(_DAY_NAMES.split()) for form in (name, name[:3])}
_WEEKDAY |= {"tues": 1, "thur": 3, "thurs": 3}
_W = "(" + "|".join(sorted(_WEEKDAY, key=len, reverse=True)) + ")"
_ORDINALS = """
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
seventeenth eighteenth nineteenth
"""
_ORDINAL = {word: n for n, word in enumerate(_ORDINALS.split(), start=1)} | {"twentieth": 20, "thirtieth": 30}
_ORDINAL |= {
    f"{tens}{gap}{word}": tens + n for tens in (20, 30) for gap in " -" for word, n in list(_ORDINAL.items())[:9]
}
_D = "(" + "|".join(sorted(_ORDINAL, key=len, reverse=True)) + r"|\d{1,2}(?:st|nd|rd|th)?)"
_TO = r"\s*(?:-|to|and|or|until|till|through|~)\s*(?:the\s+)?"
_YEAR = r"(?:,?\s*(\d{4})(?!\d))?"
_DMY = re.compile(rf"(?:\b{_W}\b[,.]?\s+)?(?:the\s+)?(?<![\d.]){_D}(?:{_TO}{_D})?\s*(?:of\s+)?{_M}{_YEAR}")
_MDY = re.compile(rf"(?:\b{_W}\b[,.]?\s+)?\b{_M}\s+(?:the\s+)?{_D}(?!\d)(?:{_TO}{_D}(?!\d))?{_YEAR}")
_ISO = re.compile(r"(?<!\d)(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})(?!\d)")
_MY = re.compile(rf"\b{_M}\s*,?\s*(\d{{4}})(?!\d)")
_M_ALONE = re.compile(rf"\b(?:in|since|until|till|of|during|by)\s+{_M}(?!\w)")
_ZH_DATE = re.compile(
    r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(?:(\d{1,2})\s*[日号])?(?:\s*(?:至|到|-|~|和|或)\s*(?:(\d{1,2})\s*月\s*)?(\d{1,2})\s*[日号])?"
)
_W_ALONE = re.compile(rf"\b{_W}s?\b(?!\s*(?:shop|market))|(?:周|星期|礼拜)([1-6一二三四五六日天])")
_ZH_WEEKDAY = {c: n for n, c in enumerate("一二三四五六日")} | {str(n + 1): n for n in range(6)} | {"天": 6}
_RELATIVE = re.compile(
    r"\b(?:the )?day after tomorrow\b|\b(tomorrow|today|tonight|yesterday)\b|(大后天|后天|明天|今天|昨天|前天)"
)
_DISTANCE = {
    "tomorrow": 1,
    "today": 0,
    "tonight": 0,
    "yesterday": -1,
    "大后天": 3,
    "后天": 2,
    "明天": 1,
    "今天": 0,
    "昨天": -1,
    "前天": -2,
}


def days(text: str, today: date) -> tuple[list[Day], str]:
    """The dates in folded text with digits, and the text with them blanked out; a numeric date is day, month, year."""
    found: list[Day] = []

    def both(
        match: re.Match[str], weekday: str | None, first: str, second: str | None, month: str, year: str | None
    ) -> str:
        numbers = [_day(each) for each in (first, second) if each]
        for number in numbers:
            named = _WEEKDAY[weekday] if weekday and number == numbers[0] else None
            found.append(Day(match.start(), int(year) if year else None, _MONTH[month], number, named))
        return " " * len(match.group())

    def numeric(match: re.Match[str], year: str, month: str, day: str) -> str:
        whole = int(year) if len(year) == 4 else 2000 + int(year)
        found.append(Day(match.start(), whole, int(month), int(day)))
        return " " * len(match.group())

    def chinese(match: re.Match[str]) -> str:
        year, month, first, month_2, second = match.groups()
        whole = int(year) if year else None
        found.append(Day(match.start(), whole, int(month), int(first) if first else None))
        if second:
            found.append(Day(match.start(), whole, int(month_2 or month), int(second)))
        return " " * len(match.group())

    def part(match: re.Match[str], **fields: int) -> str:
        found.append(Day(match.start(), **fields))
        return " " * len(match.group())

    def relative(match: re.Match[str]) -> str:
        then = today + timedelta(days=_DISTANCE[next(filter(None, match.groups()), "后天")])
        return part(match, year=then.year, month=then.month, day=then.day)

    text = _DMY.sub(lambda m: both(m, m[1], m[2], m[3], m[4], m[5]), text)
    text = _MDY.sub(lambda m: both(m, m[1], m[3], m[4], m[2], m[5]), text)
    text = _ISO.sub(lambda m: numeric(m, m[1], m[2], m[3]), text)
    text = _NUMERIC.sub(lambda m: numeric(m, m[3], m[2], m[1]), text)
    text = _ZH_DATE.sub(chinese, text)
    text = _MY.sub(lambda m: part(m, month=_MONTH[m[1]], year=int(m[2])), text)
    text = _M_ALONE.sub(lambda m: part(m, month=_MONTH[m[1]]), text)
    text = _RELATIVE.sub(relative, text)
    text = _W_ALONE.sub(lambda m: part(m, weekday=_WEEKDAY[m[1]] if m[1] else _ZH_WEEKDAY[m[2]]), text)
    return found, text


def _day(written: str) -> int:
    return _ORDINAL[written] if written in _ORDINAL else int(re.sub(r"\D", "", written))


@dataclass(frozen=True, slots=True)
class Number:
    """Any other number, with the unit that it measures."""

    at: int
    value: Decimal | None
    unit: str = ""


_UNIT = {
    "cm": "cm|centimet(?:er|re)s?|厘米|公分",
    "mm": "mm|millimet(?:er|re)s?|毫米",
    "m": "m|met(?:er|re)s?|米",
    "inch": r"inch(?:es)?|in(?=[.,;)]|$)|\"|英寸",
    "ft": "ft|feet|foot|英尺",
    "kg": "kg|kilos?|kilograms?|公斤|千克",
    "g": "g|grams?|克",
    "ml": "ml|millilit(?:er|re)s?|毫升",
    "l": "l|lit(?:er|re)s?|升",
    "oz": "oz|ounces?|盎司",
    "w": "w|watts?|瓦",
    "day": r"(?:(?:working|business|calendar)[\s-]+)?days?|个?工作日|天|日内",
    "week": "weeks?|周|个?星期",
    "month": "months?|个月",
    "year": "years?|年",
    "hour": "hours?|hrs?|h|个?小时",
    "minute": "minutes?|mins?|分钟",
    "degree": "degrees?|°c?|℃|度",
    "star": "stars?|星",
    "point": "points?|积分",
    "review": "reviews?|评价|评论",
}
_UNIT_PATTERN = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNIT.items())
_PLAIN_NUMBER = re.compile(
    rf"{_APART}({_NUMBER})(?:\s*-?\s*(?:{_UNIT_PATTERN})(?![a-z]))?|(?<=[a-z])(\d+)|(?<=\d)(?=\d)"
)


def numbers(text: str) -> list[Number]:
    """What is left of numbers in folded text once dates, money and shares are blanked out."""
    found = []
    for match in _PLAIN_NUMBER.finditer(text):
        written = match.group(1) or match.group(match.lastindex or 0)
        if not written:
            continue
        unit = next((name for name in _UNIT if match.group(name)), "")
        for each in _LIST.split(written):
            value = parse(each)
            found.append(
                Number(match.start(), value, unit if each is written or each == _LIST.split(written)[-1] else "")
            )
    return found


_CODE = re.compile(
    r"(?<![\w-])(?=[a-z0-9-]*\d)(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?![\w-])|(?<![\w.,-])\d{5,}(?![\w.,]*\d)"
)
_NO_CODE = re.compile(rf"\d+(?:st|nd|rd|th|s|x|{'|'.join(_UNIT.values())})|\d+-[a-z]+|[a-z]+-\d|x\d+")


def codes(text: str) -> list[tuple[int, str]]:
    """Words that look like the number of an order or the code of a product, with their places."""
    return [
        (m.start(), m.group())
        for m in _CODE.finditer(text)
        if len(m.group()) >= 4 and not _NO_CODE.fullmatch(m.group())
    ]
