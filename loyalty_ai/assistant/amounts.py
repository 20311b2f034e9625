"""Numbers in a text: money and its bounds, counts, units, places. Pure, English and Simplified Chinese in any mixture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from loyalty_ai.assistant import phrases

SPREAD = Decimal("0.25")
"""How far from "about 20" a price may be."""

HAN = r"\u3400-\u9fff"

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?"

_ENGLISH = "|".join(sorted(phrases.NUMBERS, key=len, reverse=True))

_SPELLED = rf"(?:{_ENGLISH})(?:(?:[ -]| and )(?:{_ENGLISH}))*"

_CHINESE = "[零〇一二两三四五六七八九十百千万]+"

_SLANG = "|".join(f"a {word}|{word}s?" for word in phrases.SLANG_MONEY)

NUMBER = re.compile(
    rf"(?P<slang>(?<![a-z])(?:{_SLANG})(?![a-z]))|(?P<before>(?:{phrases.CURRENCY_BEFORE}) ?)?"
    rf"(?P<number>(?<![\w.]){_DIGITS}|(?<=[\u3400-\u9fff£$€¥~-])(?:{_DIGITS})|(?<![a-z])(?:{_SPELLED})(?![a-z])|{_CHINESE})"
    rf"(?P<after> ?(?:{phrases.CURRENCY_AFTER})(?![a-z]))?"
)

ONE_PIECE = re.compile("[买要找挑选来看换拿订了]$")
"""Before a piece of something, which is no sum of money."""

_MOST = re.compile(
    "(?:"
    + "|".join(
        rf"(?<![a-z]){re.escape(word)}" if word[0].isascii() else word
        for word in sorted(phrases.MOST, key=len, reverse=True)
    )
    + r")(?: (?:of|is|a|an|just|only|the|price|to|than|:)){0,2}[ :]*$"
)

_AFTER = re.compile(
    r"^[ ,]*(?:" + "|".join(re.escape(word) for word in sorted(phrases.AFTER, key=len, reverse=True)) + r")(?![a-z])"
)

_WEAK = {
    "have",
    "only have",
    "got",
    "for",
    "from",
    "say",
    "near",
    "within",
    "inside",
    "spend",
    "spending",
    "min",
    "plus",
}
"""Bounds that count only before an amount called money: "for two", "from 2010"."""

_BETWEEN = re.compile(r"^ ?(?:and|to|-|~|or|到|至|和) ?$")

_NEEDED = re.compile(r"\b(?:need|want|take|buy|order|require) (?:about|around|roughly|some|maybe) ?$")

_DENIED = re.compile(r"(?:\bnot|n't|\bno|\bnever|\bwithout)\b[a-z ]{0,20}$|[不别勿][\u3400-\u9fff]{0,4}$")

_LONGEST_FIRST = sorted(phrases.MOST, key=len, reverse=True)

_COUNTED = re.compile(
    rf"^ ?(?:{phrases.MEASURE_ZH}|years?|days?|people|岁|天|人|pieces?|pcs|pc|tier|inch|cm|ml|of\b|x\b|items|%"
    r"|(?!pounds|euros|dollars|thanks|cheers|plus|less|this|does|christmas|as\b)[a-z]{3,}(?<!s)s\b)"
)

_N = rf"(?:{_DIGITS}|(?:{_ENGLISH})|a couple of|a dozen|a pair of|another|{_CHINESE})"

SHOWN = re.compile(
    rf"(?<![a-z])(?:show|give|find|recommend|suggest|list|see|get)(?: me| us)? (?:the |your )?(?:top |best |cheapest )?"
    rf"(?P<en>\d{{1,2}}|(?:{_ENGLISH}))(?= )(?! of)|"
    rf"(?:推荐|看|找|列|给我|介绍|来|有)(?P<zh>{_CHINESE}|\d{{1,2}})(?:{phrases.MEASURE_ZH})"
)

_GIVEN = (
    r"(?:add|put|pop|throw|stick|place|chuck|drop|want|take|have|get|buy|order|make|need|to|of|set|give me|bung)"
    r"(?: it| that| this| them| me| in)?(?: to| at)?"
)

_CHANGED = (
    "(?:来|要|买|加|拿|订|放|改成|改为|改到|变成|换成|调成|加到|减到|数量|成|到|把|进|共)(?:上|入|购物车|进|去|是|为)*"
)

UNITS = re.compile(
    rf"{_GIVEN} (?P<en>{_N})(?![\w-]*\d)(?! ?(?:pounds|quid|£))|"
    rf"^(?P<head>\d{{1,3}}|(?:{_ENGLISH})) (?:of|x)\b|(?P<x>\d{{1,3}}) ?x\b|x ?(?P<y>\d{{1,3}})\b|"
    rf"{_CHANGED}(?P<zh>{_CHINESE}|\d{{1,3}}) ?(?:{phrases.MEASURE_ZH})?|"
    rf"(?P<tail>{_CHINESE}|\d{{1,3}}) ?(?:{phrases.MEASURE_ZH})(?!多少|怎么|是)"
)

UNITS_OF = re.compile(
    r"(?:(?:would|for|do|will|are|is|and|have|got|need|want|,) |买|要)"
    rf"(?P<n>{_N}|\d{{1,3}})(?: of| x|个|只|件|盏)? ?(?:the |those |these )?"
    rf"(?!pounds?\b|quid\b|£|people|years?|days?|weeks?|hours?|tier|in\b|p\b|层)(?P<rest>[a-z{HAN}].*)"
)

FEW = {"a couple of": 2, "a dozen": 12, "a pair of": 2, "another": 1}

_THING = "one|two|item|product|option|of|and|or|on|in|is|to|from|result|thing|for"

PLACE = re.compile(
    rf"(?<![a-z0-9])(?<!they )(?<!\bit )(?<!\bto )(?P<en>{'|'.join(phrases.ORDINALS)})(?= (?:{_THING})|$|[ ,?.]*$)|"
    r"(?:number|no\.?|#|option|item) (?P<n>[1-9])(?![0-9])|"
    r"第 ?(?P<zh>[一二三四五六七八九]|[1-9])(?!次|天|人|单|名)|(?P<last>最后(?:一|那)(?:个|款|件))"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in a text, with where it stands and whether it is called money."""

    value: Decimal
    start: int
    end: int
    money: bool


def amounts(text: str) -> list[Amount]:
    """Every number of a plain text, in digits or words.

    >>> [str(found.value) for found in amounts("£2.50, twenty five quid or 二十镑, a fiver, 50p")]
    ['2.50', '25', '20', '5', '0.5']
    """
    found = []
    for match in NUMBER.finditer(text):
        if match["slang"]:
            word = match["slang"].removeprefix("a ").rstrip("s")
            found.append(Amount(Decimal(phrases.SLANG_MONEY[word]), match.start(), match.end(), money=True))
            continue
        value = number(match["number"])
        if match["number"] == "一" and text[match.end() : match.end() + 1] in ("起", "直", "样", "般", "定"):
            continue  # 一起: together
        if value is None or text[match.end() : match.end() + 1] == "%":
            continue
        unit = (match["after"] or "").strip()
        if unit == "块" and match["number"] in ("一", "两") and ONE_PIECE.search(text[: match.start()]):
            unit = ""  # 挑一块门垫
        if unit in phrases.PENCE:
            value = (value / 100).normalize()
        found.append(Amount(value, match.start(), match.end(), money=bool(match["before"] or unit)))
    return found


def number(text: str) -> Decimal | None:
    """A number in digits, English words or Chinese characters.

    >>> number("1,200"), number("twenty five"), number("一百二十"), number("十")
    (Decimal('1200'), Decimal('25'), Decimal('120'), Decimal('10'))
    """
    if text[0].isdigit():
        return Decimal(text.replace(",", ""))
    if re.fullmatch(_CHINESE, text):
        return _chinese_number(text)
    total = current = 0
    for word in re.findall(r"[a-z]+", text.replace(" and ", " ")):
        value = phrases.NUMBERS[word]
        if value >= 100:
            current = max(current, 1) * value
            total, current = (total + current, 0) if value == 1000 else (total, current)
        else:
            current += value
    return Decimal(total + current)


def _chinese_number(text: str) -> Decimal | None:
    total = section = digit = 0
    last = 1
    for char in text:
        if char in phrases.DIGITS_ZH:
            digit = digit * 10 + phrases.DIGITS_ZH[char] if digit and last == 1 else phrases.DIGITS_ZH[char]
        elif phrases.PLACES_ZH[char] == 10_000:
            total, section, digit = (total + section + digit) * 10_000, 0, 0
            last = 10_000
        else:
            last = phrases.PLACES_ZH[char]
            section += (digit or (1 if last == 10 else 0)) * last
            digit = 0
    if digit and last >= 100 and text[-2:-1] and text[-2] in phrases.PLACES_ZH:
        digit *= last // 10  # 一百二 is 120
    return Decimal(total + section + digit) if total + section + digit else None


def prices(text: str) -> tuple[tuple[Decimal | None, Decimal | None], str]:
    """The bounds of a price that a text names, and the text without them.

    >>> prices("mugs between 2 and £4.50")[0], prices("under twenty pounds")[0], prices("20镑以内")[0]
    ((Decimal('2'), Decimal('4.50')), (None, Decimal('20')), (None, Decimal('20')))
    """
    low = high = None
    gone: list[tuple[int, int]] = []
    found = amounts(text)
    skip = -1
    for at, amount in enumerate(found):
        if at <= skip:
            continue
        before, after = text[max(0, amount.start - 40) : amount.start], text[amount.end : amount.end + 14]
        following = found[at + 1] if at + 1 < len(found) else None
        if following and _BETWEEN.match(text[amount.end : following.start]):
            opened = re.search(r"(?:between|from|在|range(?: of)?|budget(?: is| of)?|spend|预算(?:是|在)?) ?$", before)
            closed = re.match(r" ?(?:之间|区间|的)", text[following.end :])
            if opened or closed or amount.money or following.money:
                if (opened or closed) and not (amount.money or following.money) and _counts(text, following):
                    continue
                low, high = sorted((amount.value, following.value))
                start = opened.start() + amount.start - len(before) if opened else amount.start
                gone.append((start, following.end + (closed.end() if closed else 0)))
                skip = at + 1
                continue
        told = None if _NEEDED.search(before) and not amount.money else _MOST.search(before)  # "i need about 15"
        word = next((key for key in _LONGEST_FIRST if told and told[0].startswith(key)), "")
        if phrases.MOST.get(word) == "min" and _DENIED.search(
            before[: told.start()]
        ):  # "I do not want to spend more than"
            word = "up to"
        behind = _AFTER.match(after)
        if not amount.money and (word in _WEAK or _counts(text, amount)):
            word = ""
            behind = behind if behind and not _counts(text, amount) else None
        if not word and not behind and not amount.money:
            continue
        kind = phrases.MOST.get(word) or (phrases.AFTER[behind[0].strip(" ,")] if behind else "max")
        if behind and word in (_WEAK | {"budget", "a budget of", "budget of", "预算"}):
            kind = phrases.AFTER[behind[0].strip(" ,")]
        if kind == "about":
            low, high = amount.value * (1 - SPREAD), amount.value * (1 + SPREAD)
        elif kind == "max":
            high = amount.value
        else:
            low = amount.value
        start = amount.start - len(told[0]) if word else amount.start
        gone.append((start, amount.end + (behind.end() if behind else 0)))
    for start, end in reversed(gone):
        text = f"{text[:start]} {text[end:]}"
    return (low, high), text


def _counts(text: str, amount: Amount) -> bool:
    """Whether a number counts things, so that it is no price."""
    return _COUNTED.match(text[amount.end :]) is not None


def count_of(text: str) -> int | None:
    """How many products shall be shown, where it says so."""
    found = SHOWN.search(text)
    value = number(found["en"] or found["zh"]) if found else None
    return int(value) if value and 1 < value <= 20 else None


def units_of(text: str) -> int | None:
    """How many of a thing the cart shall hold or get, where it says so."""
    text = re.sub(
        r"第 ?(?:[一二三四五六七八九十]+|\d+) ?(?:个|款|件|条)?|(?:set|pack|box|pair)s? of \d+|这一?个|那一?个|这一?款",
        " ",
        text,
    )
    for found in UNITS.finditer(text):
        word = next(group for group in found.groups() if group)
        value = FEW.get(word) or number(word)
        if value is not None and 0 < value <= 999 and value == int(value):
            return int(value)
    return None


def things_counted(text: str) -> Amount | None:
    """The number of things that a text without its prices names."""
    found = [each for each in amounts(text) if not each.money and 1 < each.value <= 999]
    return found[0] if len(found) == 1 and found[0].value == int(found[0].value) else None


def counted(text: str) -> tuple[int, str] | None:
    """How many of what a text speaks of; None where it names no number of things.

    >>> counted("how much would 6 of the rabbit night lights cost"), counted("the 3 tier cakestand")
    ((6, 'rabbit night lights cost'), None)
    """
    found = UNITS_OF.search(text)
    value = (FEW.get(found["n"]) or number(found["n"])) if found else None
    if found is None or value is None or not 1 < value <= 999 or value != int(value):
        return None
    return int(value), found["rest"]


def ordinals(text: str) -> tuple[int, ...]:
    """The places that a text names, from 1; -1 for the last.

    >>> ordinals("compare the first and the third one"), ordinals("第二个多少钱"), ordinals("the last one")
    ((1, 3), (2,), (-1,))
    """
    found = []
    for match in PLACE.finditer(text):
        if match["en"]:
            if re.search(r"(?:last|first) (?:order|time|month|week|year|parcel)", text[match.start() :][:20]):
                continue
            found.append(phrases.ORDINALS[match["en"]])
        elif match["last"]:
            found.append(-1)
        else:
            found.append(int(match["n"] or phrases.DIGITS_ZH.get(match["zh"], 0) or match["zh"]))
    if re.search(r"(?<![a-z])(?:the )?first two(?![a-z])|前(?:两|二)(?:个|款|件)", text):
        found = [1, 2]
    if re.search(r"前三(?:个|款|件)|(?<![a-z])first three(?![a-z])", text):
        found = [1, 2, 3]
    return tuple(dict.fromkeys(found))
