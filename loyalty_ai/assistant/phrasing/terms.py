"""A rule as it holds for one shopper: of what it says for each tier and each country, theirs. Pure."""

from __future__ import annotations

import re

TIERS = {
    "platinum": re.compile(r"\bplatinum\b|白金|铂金"),
    "gold": re.compile(r"\bgold\b|(?<!白)(?<!铂)(?:金卡|黄金|金牌|金级|金会员)"),
    "silver": re.compile(r"\bsilver\b|银"),
    "member": re.compile(r"(?!)"),
}
"""A tier by its name; nobody has to reach the lowest."""

COUNTRIES = {
    "GB": re.compile(r"\bunited kingdom\b|\b(?:great )?britain\b|\bengland\b|\bscotland\b|\bwales\b|\buk\b|英国"),
    "IE": re.compile(r"\bireland\b|爱尔兰"),
    "FR": re.compile(r"\bfrance\b|法国"),
    "BE": re.compile(r"\bbelgium\b|比利时"),
    "NL": re.compile(r"\b(?:netherlands|holland|amsterdam)\b|荷兰"),
    "LU": re.compile(r"\bluxembourg\b|卢森堡"),
    "DE": re.compile(r"\bgermany\b|德国"),
    "AT": re.compile(r"\baustria\b|奥地利"),
    "CH": re.compile(r"\bswitzerland\b|瑞士"),
    "IT": re.compile(r"\bitaly\b|意大利"),
    "ES": re.compile(r"\bspain\b|西班牙"),
    "PT": re.compile(r"\bportugal\b|葡萄牙"),
    "DK": re.compile(r"\bdenmark\b|丹麦"),
    "SE": re.compile(r"\bsweden\b|瑞典"),
    "NO": re.compile(r"\bnorway\b|挪威"),
    "FI": re.compile(r"\bfinland\b|芬兰"),
}
ELSEWHERE = re.compile(r"\b(?:other|all other) countries\b|\babroad\b|\bfrom elsewhere\b|其他国家|其它国家")
PAYS = re.compile(r"\bpays?\b|\bcosts?\b|[£€$]|自付|费")
"""Countries as documents and shoppers name them, the rest of the world, and a rule of who pays."""

TIERED = re.compile(r"\b(?:Silver|Gold|Platinum)\b|银卡|金卡|白金")
"""A tier, as documents and answers write it."""

NUMBER = re.compile(r"\d+")
CLAUSES = re.compile(r"\s*[;；]\s*")


def country_in(text: str) -> str:
    """The country that a text names, as in ISO 3166; "" where it names none or several.

    >>> country_in("i live in the netherlands"), country_in("from france to spain")
    ('NL', '')
    """
    found = [code for code, name in COUNTRIES.items() if name.search(text.lower())]
    return found[0] if len(found) == 1 else ""


def for_tier(sentence: str, tier: str) -> str:
    """What a sentence says for a tier, where one clause holds for all and another gives some tiers a number of their own.

    >>> for_tier("You have 30 days to return it; Gold customers have 60 days.", "gold")
    'You have 60 days to return it.'
    >>> for_tier("You have 30 days to return it; Gold customers have 60 days.", "silver")
    'You have 30 days to return it.'
    """
    general, *others = [clause.rstrip(".。") for clause in CLAUSES.split(sentence)]
    if len(others) != 1 or any(name.search(general.lower()) for name in TIERS.values()):
        return sentence
    numbers = [NUMBER.findall(clause) for clause in (general, others[0])]
    if [len(found) for found in numbers] != [1, 1] or not any(
        name.search(others[0].lower()) for name in TIERS.values()
    ):
        return sentence
    own = TIERS[tier].search(others[0].lower()) is not None
    return NUMBER.sub(numbers[own][0], general) + ("。" if sentence.endswith("。") else ".")


def from_country(sentences: list[str], country: str) -> list[str]:
    """The sentences that hold for a country, where it costs something in one country and something else in the rest.

    >>> from_country(["From the UK it costs £3.", "From other countries you pay.", "It is free if broken."], "NL")
    ['From other countries you pay.', 'It is free if broken.']
    """
    rest = [sentence for sentence in sentences if ELSEWHERE.search(sentence.lower()) and PAYS.search(sentence.lower())]
    of_one = [
        sentence
        for sentence in sentences
        if sentence not in rest and any(name.search(sentence.lower()) for name in COUNTRIES.values())
    ]
    if not (country and rest and of_one):
        return sentences
    name = COUNTRIES.get(country)
    own = [sentence for sentence in of_one if name and name.search(sentence.lower())]
    left_out = [*rest, *of_one] if own else of_one
    return [sentence for sentence in sentences if sentence in own or sentence not in left_out]
