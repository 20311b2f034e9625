"""The sentences of the shop's documents that answer a question, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import Any

from loyalty_ai.assistant.tokens import chinese_pairs, words
from loyalty_ai.assistant.wanted import documents, units_of

MOST_SENTENCES = 3
"""Of one passage."""

LONGEST = 500
"""Characters of a list that is quoted as one sentence."""

HEADING, TITLE, TEXT = 0.6, 1.0, 0.3
"""What a word is worth where it stands."""

FIRST, FORM, ALIKE, BESIDE = 0.25, 0.6, 0.4, 0.5
"""What it is worth to open its document, to have the form of an answer ("30 days"), to have the question as heading, to have two
of its words side by side ("american express")."""

NEARLY = 0.75
"""Share of the best passage's worth from which on a second speaks."""

SENTENCE = re.compile(r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)\s+(?=[A-Z0-9£“\"(])|(?<=[。！？])")
POINT = re.compile(r"\s*-\s+")
MARKED = "~>=^"
"""What the index puts before a word to say where it stands."""

CHINESE = re.compile(r"[\u3400-\u9fff]")
MARKS = re.compile(r"\*\*|__|`|^#+\s*", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")

DELETED = re.compile(r"\b(?:delet|remov|wip)(?=(?:e|ed|es|ing)\b)"), re.compile("删掉|清除|抹掉|清掉|注销")
"""What documents call to erase."""
SENDS_BACK = re.compile(r"\bsend\b[^.]{0,20}\bback\b")

ASKS = (
    (
        re.compile(r"how (much|expensive)|costs?|price|fee|charge|free|spend|多少钱|费|怎么算|价"),
        re.compile(r"£|€|\$|英镑|镑|free|免费|免运费|包邮"),
    ),
    (
        re.compile(r"how (long|many|soon|quick|fast)|when|deadline|days?|几天|多久|多长|什么时候|时间|期限"),
        re.compile(r"\d+[^.。]{0,20}(day|week|hour|month|天|日|周|小时|个月)"),
    ),
    (
        re.compile(
            r"^(?!.*(?:holiday|boxing|christmas|new year|节|假)).*(?:\bopen|\bclosed?\b|what time|hours|几点|营业|上班)"
        ),
        re.compile(r"\d{1,2}:\d{2}"),
    ),
    (
        re.compile(r"^(can|do|does|is|are|may|will|could)\b|吗|能不能|可以|可不可以|支持"),
        re.compile(r"\b(yes|no|can|cannot|do not|only|not)\b|可以|不能|不可|支持|仅|不"),
    ),
)
"""What a question asks for, and how a sentence looks that says it."""

DENIED = re.compile(r"\b(?:not|cannot|never|no)\b|不能|不可")
DENYING = re.compile(r"\b(?:cannot|can ?not|can't|not be|not allowed|never|except\w*|exclud\w*)\b|不能|不可|除外|例外")
"""A heading about what is excepted, and a question about that."""

AMOUNTS = {
    "money": (
        re.compile(
            r"how (?:much|expensive)|\b(?:costs?|price|fee|charges?|postage)\b|\b(?:shipping|carriage|p&p|and delivery) to\b|"
            "多少钱|费|要.{0,3}钱"
        ),
        ASKS[0][1],
    ),
    "hours": (
        re.compile(r"what time|\bwhen (?:can|may|could|should) (?:i|we) (?:ring|call|phone|reach)|几点"),
        ASKS[2][1],
    ),
    "time": (re.compile(r"how (?:long|many (?:working )?days|soon|quick|fast)|几天|多久|多长|多少天"), ASKS[1][1]),
}
"""Questions that nothing but an amount answers, and its form."""


BARE = re.compile(r"^(?:No|Yes|不|是的?|可以|不可以)[.。](?: |$)", re.MULTILINE)
"""An answer to the heading alone, which may be the wrong way round for what was asked."""


def sentences_of(text: str) -> list[str]:
    """The sentences, a short list as one with what opens it, without Markdown's marks.

    >>> sentences_of("We deliver. To:\\n- Kent\\n- Wales\\nNo further.")
    ['We deliver.', 'To: Kent; Wales', 'No further.']
    """
    found: list[str] = []
    text = BARE.sub("", text)
    for line in LINK.sub(r"\1", MARKS.sub("", text)).splitlines():
        point = POINT.match(line)
        if point and found and len(found[-1]) + len(line) < LONGEST:
            found[-1] += f"{' ' if found[-1].endswith((':', '：')) else '; '}{line[point.end() :].strip()}"
            continue
        plain = line[point.end() :] if point else line
        found += [piece.strip() for piece in SENTENCE.split(plain) if piece.strip()]
    return found


def best_sentences(question: str, passages: Iterable[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """The few sentences that answer, in their order, each with its passage.

    The passage whose heading, title and text say most of what is asked speaks first; a second one adds a sentence where it says
    nearly as much.
    """
    ranked = weighed(question, passages)
    if not ranked:
        return []
    (worth, first), *more = ranked
    asked = Question(question, [each for _worth, each in ranked])
    chosen = [(text, first) for text in asked.best(first, MOST_SENTENCES)]
    if more and more[0][0] >= NEARLY * worth and asked.adds(first, more[0][1]):
        chosen += [(text, more[0][1]) for text in asked.best(more[0][1], 1)]
    return chosen


def weighed(question: str, passages: Iterable[dict[str, Any]]) -> list[tuple[float, dict[str, Any]]]:
    """The passages with how much of a question each says, the most first."""
    rows = sorted(passages, key=lambda passage: int(passage["key"].removeprefix("passage:")))
    if not rows:
        return []
    asked = Question(question, rows)
    firsts: dict[str, str] = {}
    for passage in rows:
        firsts.setdefault(passage["title"], passage["key"])
    worth = [asked.worth(each) + (FIRST if firsts[each["title"]] == each["key"] else 0) for each in rows]
    return sorted(zip(worth, rows, strict=True), key=lambda pair: -round(pair[0], 3))


def erased(text: str) -> str:
    """A text with what it may call to erase in the word of the documents.

    >>> erased("are invoices deleted too"), erased("发票也删掉吗")
    ('are invoices erased too', '发票也删除吗')
    """
    english, chinese = DELETED
    return chinese.sub("删除", english.sub("eras", text))


def amounts_asked(question: str) -> list[re.Pattern[str]]:
    """The forms of the amounts that a question asks for: money, time."""
    return [says for asks, says in AMOUNTS.values() if asks.search(question)]


def unanswered(question: str, sentences: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """The amounts that a question asks for and no sentence states, each with the form of a sentence that would.

    >>> list(unanswered("how much is delivery to Spain", ["We deliver to Spain."]))
    ['money']
    """
    told = list(sentences)
    return {
        name: says
        for name, (asks, says) in AMOUNTS.items()
        if asks.search(question) and not any(says.search(each) for each in told)
    }


class Question:
    """What a question asks for, weighed against the passages that may answer it."""

    def __init__(self, text: str, passages: list[dict[str, Any]]) -> None:
        self.text = text
        self.language = "zh-hans" if CHINESE.search(passages[0]["text"]) else "en"
        scope = documents(self.language)
        told = [unit for unit in units_of(text, scope) if unit.whole]
        self.units = [
            {token.removeprefix(scope.prefix).lstrip(MARKED): earns for token, earns in unit.found_by.items()}
            for unit in told
        ]
        bags = [held_by(f"{each['title']} {each['heading']} {each['text']}", self.language) for each in passages]
        self.rare = [
            unit.damping * log(1 + len(bags) / (0.5 + sum(bool(tokens.keys() & each) for each in bags)))
            for unit, tokens in zip(told, self.units, strict=True)
        ]
        self.all_words = bag(text, self.language)
        plain = words(text, self.language)
        self.pairs = [
            pair for pair in pairwise(plain) if "".join(pair).isascii() and not scope.untold.intersection(pair)
        ]

    def worth(self, passage: dict[str, Any]) -> float:
        """How much of the question a passage says: in its heading, its document's title, its text."""
        heading, title, text = (held_by(passage[part], self.language) for part in ("heading", "title", "text"))
        own = heading - title  # a word of the title says nothing of one part of the document
        said = sum(
            weight * (HEADING * has(unit, own) + TITLE * has(unit, title) + TEXT * has(unit, text))
            for unit, weight in zip(self.units, self.rare, strict=True)
        )
        said += ALIKE * len(self.all_words & heading) / max(1, len(heading))
        if self.pairs:
            stated = set(pairwise(words(f"{passage['heading']} . {passage['text']}", self.language)))
            said += BESIDE * sum(pair in stated for pair in self.pairs)
        special = any(has(unit, text) and not has(unit, title) for unit in self.units)
        if not special and DENIED.search(passage["heading"].lower()) and not DENYING.search(self.text):
            said -= FORM  # what is excepted answers no question about the rule
        return said + FORM * max(map(self.formed, sentences_of(passage["text"])), default=0.0)

    def missing(self, passages: Iterable[dict[str, Any]]) -> bool:
        """Whether the question has a word that none of the passages has; in Chinese nor one alike."""
        texts = (f"{each['title']} {each['heading']} {SENDS_BACK.sub('return', each['text'])}" for each in passages)
        held = set().union(*(held_by(text, self.language) for text in texts))
        least = 1.0 if self.language == "en" else 0.5
        return any(has(unit, held) < least for unit in self.units)

    def share(self, passage: dict[str, Any]) -> float:
        """0 to 1: how much of the question the heading and the text say, and how much the heading is like it."""
        return self.said(passage) + ALIKE * self.alike(passage["heading"])

    def said(self, passage: dict[str, Any]) -> float:
        """0 to 1: how much of the question the heading and the text say."""
        held = held_by(f"{passage['heading']} {passage['text']}", self.language)
        said = sum(weight * has(unit, held) for unit, weight in zip(self.units, self.rare, strict=True))
        return said / max(1.0, sum(self.rare))

    def alike(self, heading: str) -> float:
        """0 to 1: how much of a heading the question has."""
        held = held_by(heading, self.language) - documents(self.language).untold
        return len(self.all_words & held) / max(1, len(held))

    def names(self, title: str) -> bool:
        """Whether the question has every word of a document's title that says something."""
        told = [unit for unit in units_of(title, documents(self.language)) if unit.whole]
        return bool(told) and all(unit.word in self.all_words for unit in told)

    def adds(self, first: dict[str, Any], second: dict[str, Any]) -> bool:
        """Whether a second passage goes on in the same document, or says a word of the question that the first does not."""
        if first["title"] == second["title"]:
            return True
        bags = [held_by(f"{each['title']} {each['heading']} {each['text']}", self.language) for each in (first, second)]
        return any(has(unit, bags[1]) > has(unit, bags[0]) for unit in self.units)

    def formed(self, sentence: str) -> float:
        """1 where a sentence has the form of an answer and a word of the question, less where it has only the form."""
        if not self.has_form(sentence):
            return 0.0
        words_here = held_by(sentence, self.language)
        return 0.5 + 0.5 * max((has(unit, words_here) for unit in self.units), default=0.0)

    def best(self, passage: dict[str, Any], most: int) -> list[str]:
        """The sentences of a passage that say most, in their order; all of a short one."""
        texts = sentences_of(passage["text"])
        if len(texts) <= most:
            return texts
        worth = []
        for text in texts:
            words_here = held_by(text, self.language)
            said = sum(weight * has(unit, words_here) for unit, weight in zip(self.units, self.rare, strict=True))
            worth.append(said)
        told = max(worth) > 0  # then the form alone says nothing
        worth = [
            said + (FORM if self.has_form(text) and (said > 0 or not told) else 0)
            for said, text in zip(worth, texts, strict=True)
        ]
        best = sorted(range(len(texts)), key=lambda at: -worth[at])[:most]
        if max(worth) > 0:
            best = [at for at in best if worth[at] >= 0.5 * max(worth)]
        return [texts[at] for at in sorted(best)]

    def has_form(self, sentence: str) -> bool:
        """Whether a sentence looks like an answer: days to "how long", money to "how much"."""
        return any(asks.search(self.text) and says.search(sentence) for asks, says in ASKS)


def has(unit: dict[str, float], words_here: Set[str]) -> float:
    """1 where a text has the very word, a half where it has one that may stand for it."""
    best = max((unit[token] for token in unit.keys() & words_here), default=0.0)
    return 0.0 if not best else 1.0 if best == max(unit.values()) else 0.5


def bag(text: str, language: str) -> set[str]:
    """The words of a text, and the pairs of its Chinese characters."""
    return {*words(text, language), *chinese_pairs(text)}


@lru_cache(maxsize=4096)
def held_by(text: str, language: str) -> frozenset[str]:
    """The same of a text of the documents, which many questions are weighed against."""
    return frozenset(bag(text, language))
