"""The log's shouted descriptions as pleasant titles: `SET/6 RED SPOTTY CUPS` becomes `Set of 6 Red Spotty Cups`."""

from __future__ import annotations

import re

SMALL = frozenset(
    ["a", "and", "at", "by", "de", "des", "du", "for", "from", "in", "la", "le", "of", "on", "or", "the", "to", "with"]
)
CAPITAL = frozenset(["3D", "ABC", "CD", "DIY", "I", "LED", "TV", "UK", "US", "USB", "VIP", "WC"])
SPELLED = {
    "&": "&",
    "ASS": "Assorted",
    "ASSTD": "Assorted",
    "B'FLY": "Butterfly",
    "BLK": "Black",
    "C/COVER": "Cushion Cover",
    "CHILDRENS": "Children's",
    "CHILDS": "Child's",
    "COL": "Colour",
    "DEC": "Decoration",
    "M.O.P": "Mother of Pearl",
    "MOP": "Mother of Pearl",
    "NO": "No",
    "P'WEIGHT": "Paperweight",
    "RND": "Round",
    "TURQ": "Turquoise",
    "W": "with",
    "WHT": "White",
}

_COUNTED = re.compile(r"\b(SET|S|PACK|BOX)\s?/\s?(\d+)\b", re.IGNORECASE)
_WITH = re.compile(r"\bW/(?=[A-Z])")
_MEASURE = re.compile(r"^\d+([.,]\d+)?(\s?[x×]\s?\d+)*(cm|mm|kg|g|ml|w|pc)(x\d+cm)?$", re.IGNORECASE)
_NAMES = {"s": "Set", "set": "Set", "pack": "Pack", "box": "Box"}


def pleasant_title(description: str) -> str:
    """A description of the log in title case, its commonest abbreviations spelled out."""
    text = description.strip().lstrip("*").strip(" ,.-")
    text = _COUNTED.sub(lambda found: f"{_NAMES[found[1].lower()]} of {found[2]}", text)
    text = _WITH.sub("with ", text)
    text = re.sub(r"(?<=\d)'S\b", "s", text)
    text = re.sub(r"\s*,\s*", ", ", text)
    text = re.sub(r"(?<=\w)\+(?=\w)", " & ", text)
    words = text.replace(" + ", " & ").split()
    return " ".join(_word(word, first=index == 0) for index, word in enumerate(words))


def _word(word: str, *, first: bool) -> str:
    bare, comma = (word[:-1], ",") if word.endswith(",") else (word, "")
    if bare.upper() in SPELLED:
        found = SPELLED[bare.upper()]
        return (found[0].upper() + found[1:] if first else found) + comma
    if bare.upper() in CAPITAL:
        return bare.upper() + comma
    if not first and bare.lower() in SMALL:
        return bare.lower() + comma
    if _MEASURE.match(bare):
        return bare.lower() + comma
    return (
        re.sub(r"(?<!\w)[^\W\d_]+('[^\W\d_]+)?", lambda part: part[0][:1].upper() + part[0][1:].lower(), bare) + comma
    )
