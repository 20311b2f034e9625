"""A text as tokens: stemmed words, pieces of words that survive a misspelling, Chinese characters and pairs of them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

PIECE = "*"
"""Marks a piece of a word, which no word begins with."""

MAX_LETTERS = 44
"""Longer words are cut, so that one with its marks fits the column."""

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[^\W_]+(?:['’.\-/][^\W_]+)*", re.UNICODE)
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_MIXED = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_INNER = re.compile(r"[.\-/]")
_VOWEL = re.compile(r"[aeiouy]")
_CLOSED = re.compile(r"^[^aeiou]*[aeiouy][^aeiouwxy]$")

IRREGULAR = {
    "calves": "calf", "children": "child", "feet": "foot", "geese": "goose", "halves": "half", "heroes": "hero",
    "knives": "knife", "leaves": "leaf", "lives": "life", "loaves": "loaf", "mangoes": "mango", "men": "man",
    "mice": "mouse", "potatoes": "potato", "scarves": "scarf", "shelves": "shelf", "teeth": "tooth",
    "tomatoes": "tomato", "wives": "wife", "wolves": "wolf", "women": "woman", "bought": "buy", "sent": "send",
    "paid": "pay", "broken": "break", "frozen": "freeze",
}  # fmt: skip

_UNCHANGED = """
anything bedding bling building bunting ceiling clothing darling dressing duckling dumpling earring everything evening farthing
inkling lightning morning nothing offspring outing pudding railing shopping sibling something starling sterling stocking
stuffing wedding hundred naked sacred wicked
"""
WHOLE = frozenset(_UNCHANGED.split())
"""Words that end like a verb's form and are none, or whose verb is another thing: an earring is no ear, a stocking no stock."""


def words(text: str, language: str) -> list[str]:
    """Stemmed words, numbers and codes in the order of the text, Chinese as single characters.

    Upper and lower case, accents and full width make no difference. A code or a number stays whole ("85123A", "10.50"); a
    hyphenated word is found joined and in its parts ("T-Light": "tlight", "light").

    Args:
        language: "en" and "zh-hans" stem Latin words as English; any other leaves them as they are.
    """
    stems = language.partition("-")[0] in ("en", "zh")
    found: list[str] = []
    for run in _RUN.findall(_folded(text)):
        for part in filter(None, _MIXED.split(run)):
            if _CHINESE.fullmatch(part):
                found += part
            else:
                found += (_stem(word) if stems else word for word in _latin(part))
    return [word[:MAX_LETTERS] for word in found]


@lru_cache(maxsize=16_384)
def words_of_title(title: str) -> frozenset[str]:
    """The English stems of a title of the shop's, which many questions and sentences are held against."""
    return frozenset(words(title, "en"))


def tokens(text: str, language: str) -> list[str]:
    """What a text is found by, each once: its `words`, the pairs of neighbouring Chinese characters, then `pieces` of its words.

    Args:
        language: see `words`.
    """
    plain = words(text, language)
    return list(dict.fromkeys([*plain, *chinese_pairs(text), *(piece for word in plain for piece in pieces(word))]))


def chinese_pairs(text: str) -> list[str]:
    """The pairs of neighbouring Chinese characters."""
    if text.isascii():
        return []
    return [run[at : at + 2] for run in _CHINESE.findall(_folded(text)) for at in range(len(run) - 1)]


def pieces(word: str) -> list[str]:
    """The character trigrams of a Latin word of four letters or more, its ends marked: "*^ca", "*can", ..., "*le$"."""
    if len(word) < 4 or not word.isalpha() or _CHINESE.search(word):
        return []
    marked = f"^{word}$"
    return [PIECE + marked[at : at + 3] for at in range(len(marked) - 2)]


def is_chinese(token: str) -> bool:
    """Whether the token is a Chinese character or a pair."""
    return bool(_CHINESE.fullmatch(token))


def slips_between(one: str, other: str, *, most: int) -> int:
    """Letters left out, put in, changed or swapped with their neighbour between two words; `most` + 1 stands for any more.

    >>> slips_between("lantren", "lantern", most=2), slips_between("candel", "candle", most=2), slips_between("a", "abcd", most=2)
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


def _folded(text: str) -> str:
    if text.isascii():
        return _THOUSANDS.sub("", text.lower())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _THOUSANDS.sub("", unicodedata.normalize("NFKC", bare).casefold())


def _latin(run: str) -> list[str]:
    """The words of a run without spaces."""
    if run.isalnum():
        return [run]
    run = re.sub(r"['’]s?(?![^\W_])|['’]", "", run)
    parts = [part for part in _INNER.split(run) if part]
    if len(parts) < 2:
        return parts
    if any(letter.isdigit() for letter in run):
        return [run, *(part for part in parts if part.isalpha() and len(part) > 2)]
    longer = [part for part in parts if len(part) > 1]
    return longer if "/" in run and len(longer) == len(parts) else ["".join(parts), *longer]


def _stem(word: str) -> str:
    if not word.isascii() or not word.isalpha():
        return word
    single = IRREGULAR.get(word) or _singular(word)
    return _without_e(_verb(IRREGULAR.get(single, single)))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word[:-2] + "y" if len(word) > 4 and word.endswith("ie") else word


def _verb(word: str) -> str:
    """Without -ing or -ed where a word with a vowel is left."""
    if word in WHOLE:
        return word
    for ending, least in (("ing", 3), ("ed", 3)):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < least or not _VOWEL.search(stem) or (ending == "ed" and stem.endswith("e")):
            continue
        if stem[-1] == stem[-2] and (stem[-1] not in "lsz" or (stem[-1] == "l" and len(stem) > 5)):
            return stem[:-1]
        return stem + "e" if _CLOSED.match(stem) else stem
    return word


def _without_e(word: str) -> str:
    """A longer word without its last e, which its other forms lack ("arrive", "arrived"); "stripe" stays apart from "strip"."""
    return word[:-1] if len(word) > 5 and word.endswith("e") and not _CLOSED.match(word[:-1]) else word
