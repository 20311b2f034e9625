"""A rule as it holds for one shopper: of what it says for each tier, each country and certain goods, theirs. Pure."""

from __future__ import annotations

import re

from loyalty_ai.assistant.glossary import in_english
from loyalty_ai.assistant.questions import words_of
from loyalty_ai.assistant.tokens import words

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

LISTED = re.compile(r"\s*[,;、，；。.]\s*(?:and |or )?")
OF_RETURNS = frozenset(
    words(
        "return refund back send take goods thing item product order parcel delivery arrive damage break open use make can cannot "
        "unless except money",
        "en",
    )
)
"""Where one of the goods of a list ends, and stems of such a list and of questions about it that name none."""

PERSONAL = re.compile(
    r"\b(?:personali[sz]|engrav|monogram|custom(?!er)|bespoke)\w*|\b(?:made|printed) (?:to order|for (?:you|me|us))\b|"
    r"\b(?:names?|initials|logo|photo) (?:\w+ )?(?:on|printed|put|sewn)\b|定[制做]|刻字|[印刻].{0,3}(?:名字|字)"
)
OPENED = re.compile(r"\bopened\b|\bused\b|[开拆]封|拆开|用过")
SEALED = re.compile(
    r"\b(?:unopened|sealed|unused|untouched|brand new)\b|\b(?:not|never) (?:been |even |yet )?(?:open|us|lit|touch|burn)\w*|"
    r"\bstill (?:\w+ )?(?:in|wrapped|boxed|shut|closed)\b|[没未]有?(?:打开|拆|开|用|点|动)|全新"
)
FOR_THEM = re.compile(
    r"\b[a-z]+[ -](?:holders?|dish(?:es)?|stands?|plates?|racks?|hangers?|box(?:es)?|tins?|snuffers?|moulds?|bags?|cards?)\b"
)
"""Goods that are made for one shopper; goods that were opened, and that were not; what is made
for goods and is none of them: a soap dish."""


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


def excepted(text: str, rule: str) -> list[str]:
    """The parts of a rule that name goods which a text names: what it excepts of them.

    >>> excepted("i opened the soap", "Hats, opened soap, and goods made for you cannot be returned.")
    ['opened soap']
    >>> excepted("the cup with her name on it", "Hats and goods made for you cannot be returned.")
    ['Hats and goods made for you cannot be returned']
    >>> excepted("may the soap dish go back", "Opened soap cannot be returned.")
    []
    """
    said = _goods_of(text)
    personal = PERSONAL.search(text) is not None
    parts = [part for part in LISTED.split(rule) if part]
    return [part for part in parts if said & _goods_of(part) or (personal and PERSONAL.search(part))]


def _goods_of(text: str) -> set[str]:
    told = words(words_of(FOR_THEM.sub(" ", f"{text} {in_english(text)}".lower())), "en")
    return {word for word in told if word.isascii()} - OF_RETURNS
