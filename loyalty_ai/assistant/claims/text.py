"""The letters of a sentence: plain text without marks, no letter that only looks like another, nothing that leads away."""

from __future__ import annotations

import re
import unicodedata

from loyalty_ai.assistant.claims.evidence import Evidence
from loyalty_ai.assistant.readings import fold
from loyalty_ai.assistant.turn import FactKind

_REMOVED = {"Cc", "Cf", "Cs", "Co", "Cn"}
_IMAGE = re.compile(r"!\[[^\]]*\]?\s*(?:\([^)]*\)?|\[[^\]]*\]?)?")
_LINK = re.compile(r"\[([^\]]*)\]\s*(?:\([^)]*\)?|\[[^\]]*\])")
_TAG = re.compile(r"<[^>]*>|<[a-z/!][^>]*$|&(?:#\w+|[a-z]+);", re.IGNORECASE)
_MARKS = re.compile(
    r"\*\*|__|`+|~~|^\s*(?:#{1,6}\s+|>\s*|[-*•]\s+|\d{1,2}[.)]\s+(?=\D))|^\|+|\|+$|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|\]\("
)
_ADDRESS = re.compile(
    r"\b(?:https?|ftps?|hxxps?|file|wss?)\s*:|\b(?:javascript|data|vbscript|mailto|tel|sms|blob)\s*:\s*\S|//|\bwww\b|"
    r"\b[a-z0-9-]+\s?\.\s?(?:com|net|org|io|co|uk|cn|de|fr|eu|info|biz|shop|store|app|dev|xyz|site|online|ru|me|ly|gl|link|click)\b|"
    r"\b[a-z0-9-]{2,}\.[a-z]{2,}(?:/|\b)|[\[(]\s*(?:dot|点)\s*[\])]|\bdot (?:com|net|org|io|co)\b|[\[{(]\s*\.\s*[\])}]\s*[a-z]|"
    r"\S@\S|\S\s*[\[({]\s*at\s*[\])}]|\bat \w+ dot \w+|(?<![\w.])/[a-z0-9_-]+/|\\\\"
)
_PHONE = re.compile(r"(?:\+|\b00?|\()\s?\d[\d\s().-]{6,}\d|\b\d{3,5}[\s-]\d{3,4}[\s-]?\d{3,4}\b")


def plain(text: str) -> str:
    """The text in one line, without control, direction, invisible and private characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _REMOVED)
    return " ".join(kept.split())


def tidy(text: str) -> str:
    """Plain text of what may hold Markdown or HTML: images go, links leave their words, marks and tags leave nothing."""
    while True:
        tidied = plain(text)
        for pattern, kept in ((_IMAGE, " "), (_LINK, r"\1"), (_TAG, " "), (_MARKS, "")):
            tidied = pattern.sub(kept, tidied)
        tidied = plain(tidied)
        if tidied == text:
            return tidied
        text = tidied


def readable(text: str, evidence: Evidence) -> bool:
    """Whether every letter is one that English or Chinese needs or that a fact holds: none only looks like another."""
    strange = {c for c in unicodedata.normalize("NFC", text) if not c.isascii() and not _known(c)}
    return not strange or strange <= {
        c for facts in evidence.facts.values() for fact in facts if isinstance(fact.value, str) for c in fact.value
    }


def _known(c: str) -> bool:
    kind = unicodedata.category(c)
    if kind[0] == "L":
        return c <= "\u017f" or "\u3400" <= c <= "\u9fff" or "\uff21" <= c <= "\uff5a" or "\uf900" <= c <= "\ufaff"
    if kind == "Nd":
        return c <= "9" or "\uff10" <= c <= "\uff19"
    return kind not in ("Nl", "Mn", "Me", "Mc") and (kind != "No" or c in "½¼¾²³")


def leads_away(text: str, evidence: Evidence) -> bool:
    """Whether it holds an address, a mailbox or a telephone number that no document of the shop holds.

    A description may be a supplier's words, and lead anywhere.
    """
    folded = fold(text)
    known = " ".join(
        [said for key in evidence.keys("passage") for said in evidence.folded(key, FactKind.TEXT, FactKind.NAME)]
        + [fold(source.url) for source in evidence.sources.values()]
    )
    for match in _ADDRESS.finditer(folded):
        start, end = folded.rfind(" ", 0, match.start()) + 1, folded.find(" ", match.end())
        if folded[start : end if end >= 0 else None].strip(".,;:!?()\"'") not in known:
            return True
    told = re.sub(r"\D", "", known)
    return any(re.sub(r"\D", "", match.group()) not in told for match in _PHONE.finditer(folded))
