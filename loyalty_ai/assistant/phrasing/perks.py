"""What the documents say that a tier gives, and which of it a question asks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from loyalty_ai.assistant.hearing import CHINESE
from loyalty_ai.assistant.phrasing.terms import TIERS
from loyalty_ai.assistant.tokens import chinese_pairs, words
from loyalty_ai.assistant.wanted import documents, units_of

OF_A_TIER = re.compile(r"^\W*(?P<tier>[^:：]{2,30})[:：]\s*(?P<gives>.+)$", re.MULTILINE)
"""A line of what a tier gives."""

THE_SAME = re.compile(r"\bthe same\b|\ball (?:of )?(?:the above|that)\b|同上|以上")
INSTEAD = re.compile(r"\binstead of\b.*|而不是.*|rather than.*")
PARTS = re.compile(r"\s*[,;，；、。]\s*(?:and |另有)?")
"""That it gives what the tier below gives; what it gives that in place of; where one thing ends."""

ASKED_OF_ME = re.compile(
    r"(?=.*\b(?:i|we|me|us|my|our)\b)(?:^(?:and |so |but |ok |then )*|[,.] |\band )"
    r"(?:do|does|am|is|are|can|could|will|would|have|must|should)\b|"
    r"^(?=.*我).*(?:[吗么]|能不能|要不要|是不是|有没有|可不可以|还是)"
)
CUE = re.compile(
    r"\b(?:free|nothing|pay|costs?|charged?|included?|comes? with|entitled|tier|level|member\w*|early|earlier|first|"
    r"before|others?|sooner|(?:do|will|would|can) (?:i|we) (?:also |still )?(?:get|have))\b|"
    r"\d|等级|级别|会员|先|早|享|免|钱|费"
)
FREE = re.compile(r"\bfree\b|\bfor nothing\b|\bincluded\b|免费|白送|不用(?:付|花|给)?钱|不收费")
COSTS_SOMETHING = re.compile(r"\b(?:pay|cost|costs|charged?)\b|付费|要钱|付钱|收费|花钱|给钱")
SPAN = re.compile(
    r"(?<![£€$.\d])(\d+)(?=[ -]?(?:working )?(?:days?|hours?|weeks?|months?|天|日|周|个?工?作?小时|个月))"
)
"""Asks whether something is so for who asks; has a word without which it is hardly about a tier; that it costs nothing, or
something; a span of time."""

OF_MY_TIER = re.compile(
    r"\b(?:with|for|as|on|in|at|by|because of|thanks to) (?:my|our|a|an|the|being)?(?: \w+)? ?"
    r"(?:tiers?|levels?|status|member(?:s|ship)?|customer)\b|"
    r"我的?这?个?(?:等级|级别|会员)(?:的|能|可以|是)*"
)
"""Names the shopper's tier as the ground for something."""

CONDITION = re.compile(r"^(?:if|when|once|as long as|while|unless)\b|^(?:如果|只要|要是|除非)")
EMPTY = frozenset(["a", "an", "the", "of", "for", "in", "within", "from", "to", "and", "with", "on", "at"])
"""What only says when it is so; words that say nothing of it."""

ENOUGH = 0.4
"""Share of the words of what a tier gives that a question has which asks for it."""


class Perk(NamedTuple):
    """Something that some tiers give, in the words of the documents."""

    text: str
    tiers: frozenset[str]


def perks_of(text: str) -> list[Perk]:
    """What each tier gives by a list of the documents, lowest tier first.

    >>> [(perk.text, sorted(perk.tiers)) for perk in perks_of("- Silver: news\\n- Gold: the same, free wrapping")]
    [('news', ['gold', 'silver']), ('free wrapping', ['gold'])]
    """
    found: dict[str, set[str]] = {}
    below: list[str] = []
    for line in OF_A_TIER.finditer(text):
        tier = next((name for name, said in TIERS.items() if said.search(line["tier"].lower())), "")
        if not tier:
            continue
        parts = [each for part in PARTS.split(line["gives"]) if (each := INSTEAD.sub("", part).strip(" -"))]
        parts = [part for part in parts if not CONDITION.search(part.lower())]
        own = [part for part in parts if not THE_SAME.search(part.lower())]
        below = [*below, *own] if len(own) < len(parts) else own
        for part in below:
            found.setdefault(part, set()).add(tier)
    return [Perk(part, frozenset(tiers)) for part, tiers in found.items()]


def perk_asked(question: str, perks: list[Perk]) -> Perk | None:
    """The one of them that a question asks for; None where it asks for none.

    >>> perks = perks_of("- Gold: free gift wrapping, returns within 60 days instead of 30")
    >>> perk_asked("do i get 60 days to return", perks).text, perk_asked("is there a free gift for me", perks)
    ('returns within 60 days', None)
    """
    meant = max(perks, key=lambda perk: likeness(question, perk.text), default=None)
    return meant if meant is not None and likeness(question, meant.text) else None


def likeness(question: str, perk: str) -> float:
    """How much of what a tier gives a question names; 0 where that is not enough to mean it."""
    spans, said = set(SPAN.findall(perk)), set(SPAN.findall(question))
    told, asked = telling(perk), {*words(question, "en"), *telling(question), *chinese_pairs(question)}
    shared = sum(word in asked for word in told) / max(1, len(told))
    if spans:
        return shared if shared and spans & said else 0.0
    if FREE.search(perk.lower()):
        costs = FREE.search(question) or COSTS_SOMETHING.search(question)
        return 1 + shared if told and told[-1] in asked and costs else 0.0
    if pairs := set(chinese_pairs(perk)):
        shared = len(pairs & asked) / len(pairs)
    return shared if shared >= ENOUGH else 0.0


def says_of(perk: Perk, text: str) -> bool:
    """Whether a text of the documents gives the rule for what a tier gives: its span of time, or that it is free."""
    spans = set(SPAN.findall(perk.text))
    return bool(spans & set(SPAN.findall(text))) if spans else FREE.search(text) is not None


def telling(text: str) -> list[str]:
    """The words of a text that say what it is about, in their order, without numbers and that it is free."""
    told = _words(FREE.sub(" ", SPAN.sub(" ", text.lower())))
    return list(dict.fromkeys(word for word in told if not word.isdigit()))


def _words(text: str) -> Iterator[str]:
    if CHINESE.search(text):
        yield from (unit.word for unit in units_of(text, documents("zh-hans")) if unit.whole and len(unit.word) > 1)
    else:
        yield from (word for plain in text.split() if plain.strip(".'") not in EMPTY for word in words(plain, "en"))
