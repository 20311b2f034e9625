"""What a title says of a thing: how many it holds, how big, heavy or roomy it is, its colour. Pure."""

# ruff: noqa: E501 (a pattern is read as one line of a table)

from __future__ import annotations

import re
from itertools import pairwise

from loyalty_ai.assistant.glossary import in_english
from loyalty_ai.assistant.hearing import CHINESE
from loyalty_ai.assistant.phrases import ASPECTS, NUMBERS
from loyalty_ai.assistant.tokens import words as stems

HOW_MANY = re.compile(r"\bhow many (?P<en>\w+)|(?:多少|几)(?P<zh>[件张支只片块枚根个层盏条颗本粒格]|块(?!钱))")
PARTS_SAID = {
    "pieces",
    "items",
    "things",
    "parts",
    "bits",
    "are",
    "do",
    "does",
    "come",
    "comes",
    "is",
    "of",
    "will",
    "in",
}
"""How a question asks for the number of parts, whatever they are called."""

_N = rf"(?:\d+(?:\.\d+)?|{'|'.join(name for name, value in NUMBERS.items() if value > 1)})"
SETS = re.compile(rf"\b(?:set|pack|box|bag|pair|s)(?:/| of |s of | ){_N}\b(?! (?:piece|pce|tier)s?\b)", re.IGNORECASE)
PIECES = re.compile(
    rf"\b{_N}[ -]?(?P<of>piece|pce|pc|tier|drawer|hook|layer|light|clip|wick|cone|page|assorted|strand|peg|shelf|shelves|stem|box|card|frame|photo|compartment|ball|bell)(?:s|es)?\b",
    re.IGNORECASE,
)
"""How many of a thing a title says there are, and of what it is made."""
LEADING = re.compile(rf"{_N}\b(?! ?(?:cm|mm|x|tier)\b)", re.IGNORECASE)
TAIL = re.compile(rf"\b{_N} (?!(?:cm|mm|x|tier)\b)[A-Za-z].*$", re.IGNORECASE)
OF_ANY = {"piece", "pce", "pc", "assorted"}

_LONG = "cms?|mms?|m|met(?:er|re)s?|inch(?:es)?|feet|ft"
LENGTH = re.compile(rf"\b(?:{_N} ?(?:{_LONG})? ?x ?){{0,2}}{_N} ?(?:{_LONG})\b", re.IGNORECASE)
SIZE_WORD = re.compile(
    r"\b(?:extra large|large|medium|small|mini(?:ature)?|jumbo|giant|little|tall|a[3-6])\b", re.IGNORECASE
)
VOLUME = re.compile(rf"\b{_N} ?(?:ml|cl|l|litres?|liters?|pints?)\b", re.IGNORECASE)
WEIGHT = re.compile(rf"\b{_N} ?(?:g|kg|grams?|oz|lbs?)\b", re.IGNORECASE)

ASKS_SIZE = re.compile(
    r"\bsizes?\b|\bhow (?:big|large|small|tall|wide|long|high|deep|thick)\b|\bdimensions?\b|\bmeasurements?\b|\b(?:height|width|length|diameter)\b|"
    r"尺寸|多[大高长宽深厚]|大小|[几多少](?:厘米|公分|英寸|米)|(?:厘米|公分)"
)
ASKS_VOLUME = re.compile(r"\bcapacity\b|\b(?:litres?|liters?|ml|pints?)\b|\bhow much\b.*\bhold\b|容量|毫升|升|装多少")
ASKS_WEIGHT = re.compile(r"\bheavy\b|\bweighs?\b|\bweight\b|\bgrams?\b|\bkilos?\b|多重|重量|[几多少]克|公斤")
MATERIAL = re.compile(
    r"\b(?:cotton|wood|wooden|glass|ceramic|metal|enamel|zinc|wicker|felt|silk|paper|leather|plastic|tin|wool|woolly|linen|knitted|porcelain|"
    r"silver|brass|rubber|bamboo|canvas|willow|feather|crochet|feltcraft|acrylic|denim|cardboard)\b",
    re.IGNORECASE,
)
ASKS_MATERIAL = re.compile(r"\bmade (?:of|from|out of)\b|\bmaterials?\b|材质|材料|什么做|用什么做")
_SAYS_REAL = "real|genuine|fake|faux|artificial|imitation"
GENUINE = re.compile(r"\b(?:faux|fake|artificial|imitation|genuine)(?: (?!with|for|in|and)[a-z]+)?\b", re.IGNORECASE)
ASKS_GENUINE = re.compile(
    rf"\b(?:is|are) (?:it|this|that|they|these|those|the [\w' -]+?) (?:really |actually |made of )*(?:{_SAYS_REAL})\b|"
    rf"\b(?:{_SAYS_REAL})\b(?= or (?:is it |are they )?(?:{_SAYS_REAL})\b)|真.{{0,3}}还是假|是真(?!的?有|的?能)"
)
MEASURES = (
    (ASKS_GENUINE, GENUINE),
    (ASKS_SIZE, LENGTH),
    (ASKS_VOLUME, VOLUME),
    (ASKS_WEIGHT, WEIGHT),
    (
        re.compile(r"\bsizes?\b|\bhow (?:big|large|much)\b|多大|大小|规格"),
        re.compile(f"{VOLUME.pattern}|{WEIGHT.pattern}", re.IGNORECASE),
    ),
    (ASKS_MATERIAL, MATERIAL),
)
"""What is asked, and how a title says it."""

MEASURED = re.compile("|".join(asks.pattern for asks, _said in MEASURES))
PROPERTY = re.compile(
    f"{ASPECTS['unknown'][0]}|wide|tall|heavy|deep|long|high|thick|hold|safe|proof|litres?|ml|grams?|{_SAYS_REAL}"
)
"""Words of what is asked of a thing."""
PACKED = frozenset(["set", "sets", "pack", "packs", "packet", "packets", "box", "boxes", "bag", "bags", "version"])
"""What so many of a thing come in; a title may call it otherwise."""

OF_COLOUR = re.compile(
    r"red|blue|green|yellow|pink|purple|orange|black|white|ivory|cream|gr[ea]y|silver|gold|brown|mint|turquoise|chocolate|pistachio|lilac|"
    r"natural|clear|crystal|amber|coral|violet|beige|copper|multicolou?r"
)

WHETHER = re.compile(r"^(?:and |so |but )*(?:is|are|isn't|aren't|does|do|has|have|will)\b|[吗么]$|还是|是不是")
MAY_BE_ASKED = re.compile(
    rf"{MATERIAL.pattern}|a[3-6]|batter(?:y|ies)|operated|solar|magnetic|waterproof|washable|scented|printed|wind|folding|led|electric|glow\w*|recycled",
    re.IGNORECASE,
)
"""Words of titles that answer whether a thing is so."""

HOLDS = re.compile(
    r"\bhow many\b(?!.*\b(?:left|in stock|orders?|ordered|bought|sold|you (?:have|sell|stock|got)|can i|could i|i (?:buy|have|need|want|order))\b)"
    r"(?:.*\b(?:in|per|inside|each|hold|holds|contain|contains|included?|includes|get|come|comes|does|have|has)\b|(?<=^how many)(?: [\w'-]+){1,3}$|(?<=^and how many)(?: [\w'-]+){1,3}$)|"
    r"有(?:多少|几)块(?!钱)|(?<!还)有(?:多少|几)[件张支只片块枚根个层盏条颗本粒格](?!颜色|订单|款)|"
    r"(?:套|盒|包|袋|组|串|里面?|一共|总共|共)(?:[^,.?买订剩]{0,12})(?:有|是|装|含|几|多少){1,2}(?:几|多少)?[件张支只片块枚根个层盏条颗本粒格]"
)
"""It asks how many a thing holds, and not how many there are to be had."""


def told_in(title: str, text: str) -> str:
    """What a title says of what a question asks, "" where it says nothing of it.

    >>> told_in("Baking Set 9 Piece Retrospot", "how many pieces are in it"), told_in("Regency Teapot", "几件")
    ('9 Piece', '')
    >>> told_in("Polyester Filler Pad 65cmx65cm", "how wide is it"), told_in("Bag 125g Swirly Marbles", "how big is it")
    ('65cmx65cm', '125g')
    """
    for asks, said in MEASURES:
        if asks.search(text) and (found := said.search(title)):
            return found[0]
    return number_in(title, text)


def stated_in(title: str, text: str) -> str:
    """The words of a title of which a question asks whether they are so: "is it cotton", "does it need batteries"; "" for none.

    >>> stated_in("Cotton Apron Pantry Design", "is the pantry apron cotton"), stated_in("Pantry Apron", "is it cotton")
    ('Cotton', '')
    >>> stated_in("Glass Cloche Large", "is the large glass cloche back"), stated_in("Glass Cloche Large", "is the cloche glass")
    ('', 'Glass')
    """
    if not WHETHER.search(text):
        return ""
    text = text.replace(title.lower(), " ")
    said = {*stems(in_english(text) if CHINESE.search(text) else text, "en")}
    # "is the large glass cloche back" names the thing by it
    names = re.compile(rf"\b(?:{'|'.join(map(re.escape, title.lower().split()))})\b")
    naming = {word for word, behind in pairwise(text.split()) if names.match(behind)}
    return " ".join(
        word
        for word in title.split()
        if MAY_BE_ASKED.fullmatch(word) and said.intersection(stems(word, "en")) and word.lower() not in naming
    )


def size_in(title: str, text: str) -> str:
    """The word of size in a title, where a question asks for the size."""
    found = SIZE_WORD.search(title) if ASKS_SIZE.search(text) else None
    return found[0] if found else ""


def number_in(title: str, text: str) -> str:
    """How many of what a question asks a title says it holds, "" where it says none.

    >>> number_in("3 Tier Cake Tin Red", "how many tiers does it have"), number_in("3 Tier Cake Tin Red", "how many tins")
    ('3 Tier', '')
    """
    asked_for = HOW_MANY.search(text)
    if asked_for is None:
        return ""
    thing, measure = set(stems(asked_for["en"] or "", "en")), asked_for["zh"]
    plain = measure not in (None, "层") or asked_for["en"] in PARTS_SAID
    made = [
        found[0]
        for found in PIECES.finditer(title)
        if thing & set(stems(found["of"], "en"))
        or (plain and found["of"].lower() in OF_ANY)
        or (measure == "层" and found["of"].lower() in ("tier", "layer"))
    ]
    sets = SETS.findall(title) if plain or thing & set(stems(title, "en")) else []
    tail = TAIL.search(title)
    tail = [tail[0]] if tail and (plain or thing & set(stems(tail[0], "en"))) else []
    counted = [title] if LEADING.match(title) and (plain or thing & set(stems(title, "en"))) else []
    told = made or sets or counted or tail
    return told[0] if len(told) == 1 else ""


def colours_in(title: str) -> str:
    """The colours that a title names."""
    return ", ".join(word for word in title.split() if OF_COLOUR.fullmatch(word.lower()))
