"""All there is of the kind at hand, what goes with a theme, and what a title says of the goods that are meant."""

# ruff: noqa: E501 (a pattern is read as one line of a table)

from __future__ import annotations

import re
from dataclasses import replace

from loyalty_ai.assistant.following import UNWANTED
from loyalty_ai.assistant.glossary import in_english
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrasing.at_hand import shared
from loyalty_ai.assistant.phrasing.choosing import Row, codes_of, named
from loyalty_ai.assistant.phrasing.finding import CHILDREN, COLOUR_WORD, COLOUR_ZH, COLOURS, PEOPLE, WEAK
from loyalty_ai.assistant.phrasing.pairs import Pairs
from loyalty_ai.assistant.phrasing.titles import (
    ASKS_GENUINE,
    HOLDS,
    HOW_MANY,
    MEASURED,
    PACKED,
    PROPERTY,
    stated_in,
    told_in,
)
from loyalty_ai.assistant.phrasing.voice import FURTHEST
from loyalty_ai.assistant.questions import Asked, normal, words_of

MAY_TELL = {Intent.SEARCH, Intent.NONE, Intent.GIFT, Intent.RECOMMEND, Intent.HELP}
ABOUT_ONE = {Intent.STOCK, Intent.PRICE, Intent.DESCRIBE}

OTHER_THINGS = re.compile(r"\b(?:things|stuff|products|items|anything)\b|东西|产品|商品")
"""Of whatever kind."""

MORE_THAN_ONE = 2
OF_TITLES = MAY_TELL | {
    Intent.DESCRIBE,
    Intent.POLICY,
    Intent.LOYALTY,
    Intent.ORDER,
    Intent.CART_ADD,
    Intent.CART_SET,
    Intent.PRICE,
}
"""What the tables may read in a question of what a title says."""

_GROUP = "series|range|collection|line|family|kind|style"
_DESIGNS = "ones?|others?|more|designs?|kinds?|styles?|models?|patterns?|versions?|sorts?|types?|motifs?"
IS_SO_ZH = re.compile("是[^,.?]{1,8}的[吗么]")
MORE_ZH = re.compile("^还有(?:吗|没有)?[?]?$")
OF_FAMILY = re.compile(
    f"{MORE_ZH.pattern}|"
    rf"\b(?:in|of|from) (?:this|that|the|the same|your|its) (?:same )?(?:{_GROUP})\b|"
    rf"^(?:and |so |ok |what about )*(?:which|what|how many)(?: other| more)? (?:{_DESIGNS}|else)\b.*(?:are there|is there|do you (?:have|do|sell)|have you(?: got)?|exist|in all)$|"
    r"\b(?:show|list|give|see|let me see)(?: me)? (?:all|the rest|the others|the other ones|some more|more|every ?one|the (?:full|whole|entire|complete) \w+)\b|"
    rf"^(?:and |so |but )*(?:(?:are|is) there |have you(?: got)? |got |do you have |any )+(?:any |some )?(?:more|others|other (?:{_DESIGNS}))(?: (?:of|like) (?:them|those|these|that|it))?$|"
    r"^(?:and )?(?:the (?:rest|others)|more|all(?: of (?:them|those))?|(?:any|anything|something) more|what else|which else)(?: please)?$|"
    r"系列|全部(?:列|都|给|展|显)|列(?:出来|一下|全)|还有(?:没有)?(?:别的|其[他它]|哪些|什么|更多)|一共有?(?:哪|几)[些几]?[款种个样]|"
    r"^(?:那|那么)?(?:别|其[他它])的?(?:款|种|呢)|剩下的|(?:看|要|来)更多|^(?:全部|所有|都)(?:的|给|列|有|是|展|显|拿|看).{0,8}$"
)
"""It asks for all that there is of the kind at hand, or for the rest of it."""
_MORE = "ranges designs kinds styles models patterns versions sorts motifs rest full whole entire complete list exist 系列 全部 别的 所有"
ALL_OF_KIND = re.compile(
    r"(?:^|[,:] )(?:and |so |please |hi,? )*(?:which|what|how many)(?: other| different)? "
    r"(?:colou?rs|designs|kinds|styles|patterns|versions|sorts|types|prints|varieties) "
    r"(?:of |(?:do|are|have) (?:you|there)(?: have| got| do| sell| stock)? (?:in|of|for) )"
    r"(?:the |your )?(?P<kind>.{3,40}?)(?= (?:for|have|do|are|with|which in stock|in stock)\b|[?]?$)|"
    r"^(?:please,? |hi,? )*(?:the |your )?(?P<first>[a-z][\w' -]{3,40}?),? (?:in )?(?:what|which) (?:colou?rs|designs|styles|patterns|versions)\b|"
    r"^(?:请问|你们的?)*(?P<zh>[^,。?？有]{2,16}?)(?:都|一共)?有(?:哪些|什么|几种|多少种)(?:不同的?)?(?:图案|颜色|款式?|花色|种类|尺寸|样式|花样)"
)
"""It asks for all that there is of a kind, and names it."""
FAMILY_WORDS = frozenset([*f"{_GROUP}|{_DESIGNS.replace('?', '')}".split("|"), *_MORE.split()])
"""Words of such a question that name no goods."""

THEMES = tuple(
    map(
        re.compile,
        (
            r"\btheme (?:is|will be|of|:) ?([a-z]+)|\b(?:party|birthday) (?:is|will be) all about ([a-z]+)|主题(?:是|为)([a-z]+|[\u3400-\u9fff]{2,4})",
            r"\b([a-z]+)[ -](?:themed?|party)\b|([a-z]+|[\u3400-\u9fff]{1,4}?) ?(?:为?主题|派对)",
        ),
    )
)
_NO_THEME = (
    "派对 birthday party kids garden tea dinner christmas theme themed hen office work house summer 生日 儿童 宝宝"
)
NO_THEME = frozenset(_NO_THEME.split())
"""What a party is about, and what parties are called that have no theme."""


THEMED = re.compile(r"\bthemed?\b|主题")


class Families(Pairs):
    """Reads what a question asks of a kind of goods as a whole, or of what a title says."""

    def of_title(self, now: Asked) -> Asked | None:
        """A question of what a title says, of goods that it names or that are at hand: "how many cutters come in the kids' set"."""
        holds = HOLDS.search(now.text)
        measured = MEASURED.search(now.text) and now.intent in MAY_TELL | {Intent.DESCRIBE}
        measured = measured or ASKS_GENUINE.search(now.text)
        if IS_SO_ZH.search(now.text) and now.words and not now.codes:
            rows = named(self.search(now.words, available=False), now.words)[:1]
            holds = holds or bool(rows and stated_in(rows[0]["title"], now.text))
        if not (holds or measured) or now.bounded or now.order or now.ordinals or now.intent not in OF_TITLES:
            return None
        told = replace(now, intent=Intent.DESCRIBE, aspects=now.aspects | {"unknown", "holds"}, units=None)
        if now.codes:
            return told if self.rows(codes_of(now)) else None
        asks = " ".join(found[0] for found in MEASURED.finditer(now.text)).split()
        words = " ".join(word for word in now.words.split() if word not in asks and not PROPERTY.fullmatch(word))
        at_hand = self.page() or (self.shown if self.last_about == "product" else [])
        if len(at_hand) == 1 and told_in(at_hand[0]["title"], now.text) and named(at_hand, words):
            return replace(told, words="", there=True, here=bool(self.turn.product))
        if self.last_about == "product" and self.shown and PACKED.issuperset(words.split()) and holds:
            return replace(told, words="", there=True)  # "how many in a pack"
        if now.intent is Intent.ORDER or not words:
            return None
        counted = {found["en"] for found in HOW_MANY.finditer(now.text)}
        without = (" ".join(word for word in words.split() if word not in left) for left in (PACKED, PACKED | counted))
        if ASKS_GENUINE.search(now.text):  # "how much is the green one" asks for a green one
            without = (*without, " ".join(word for word in words.split() if not COLOUR_WORD.fullmatch(word)))
        named_so = (each for each in (words, *without) if each and named(self.search(each, available=False), each))
        goods = next(named_so, "")
        return replace(told, words=goods) if goods else None

    def of_family(self, now: Asked) -> Asked | None:
        """A question for all of the kind that was shown, or that the open page is of: "which others are in this range"."""
        may = now.intent in MAY_TELL | ABOUT_ONE | {Intent.SIMILAR, Intent.POLICY, Intent.CART_ADD}
        at_hand = self.last_about == "product" or self.turn.product
        names = now.bounded or now.codes or now.ordinals
        if not (may and at_hand and self.asks_all(now)) or names:
            return None
        if MORE_ZH.search(now.text) and len(self.shown) < MORE_THAN_ONE:
            return None  # whether the one is still to be had
        shown = self.shown if self.last_about == "product" and not (now.here and self.turn.product) else []
        before = self.wish_before() if shown else None
        kind = self.kind_of(before) if before is not None and before.words else ""
        if kind and OTHER_THINGS.search(now.text) and now.words and self.has(now.words):
            kind = now.words  # "what other things with dinosaurs do you sell", after a jigsaw
        if len(shown) > 1 and not (kind and self.has(kind)):
            kind = shared(shown)
        if not kind and (rows := shown or self.page()):
            kind = self.family_name(rows[0])
        if COLOURS.search(now.text):
            kind = " ".join(COLOUR_ZH.sub("", COLOUR_WORD.sub(" ", kind)).split()) or kind
        wish = {"low": before.low, "high": before.high} if before is not None else {}
        aspects = frozenset({"family"})
        return replace(now, intent=Intent.SEARCH, words=kind, aspects=aspects, follows=True, **wish) if kind else None

    def of_named_family(self, now: Asked) -> Asked | None:
        """A question for all of a kind that it names: "which patterns do you have in the teacup and saucer"."""
        found = ALL_OF_KIND.search(now.text)
        points = now.here or (now.there and found is not None and not found["first"])
        if not found or now.bounded or now.codes or now.order or points:
            return None
        said = found["kind"] or found["first"] or found["zh"]
        words = words_of(f"{said} {now.text[found.end() :]}")
        names = (words_of(said), words, in_english(words_of(said)))
        kind = next((each for each in names if each and self.has(each)), "")
        return replace(now, intent=Intent.SEARCH, words=kind, aspects=frozenset({"family"})) if kind else None

    def of_theme(self, now: Asked) -> Asked | None:
        """Goods for a party whose theme is told, here or before: "what have you got for the table", after one with dinosaurs."""
        own = theme_of(now.text) if now.intent is Intent.GIFT and THEMED.search(now.text) else ""
        told = (theme_of(normal(text)) for text in self.asked_before[:FURTHEST])
        theme = own or next((theme for theme in told if theme), "")
        wishes = now.intent in MAY_TELL and (now.intent is not Intent.HELP or now.words)
        if (
            not theme
            or not wishes
            or not now.words
            or now.codes
            or not self.has(theme)
            or (theme in now.words and not own)
        ):
            return None
        bounds = {"low": now.low, "high": now.high}
        return replace(now, intent=Intent.SEARCH, words=theme, aspects=frozenset({"theme"}), follows=True, **bounds)

    @staticmethod
    def asks_all(now: Asked) -> bool:
        """Whether a question only asks for all, or the rest, of what was spoken of."""
        left = words_of(OF_FAMILY.sub(" ", UNWANTED.sub(" ", now.text))).split()
        return OF_FAMILY.search(now.text) is not None and FAMILY_WORDS.issuperset(left)

    def family_name(self, row: Row) -> str:
        """The longest beginning, or else end, of a title that another product's has as well; "" where there is none."""
        plain = row["title"].lower().split()
        ends = [" ".join(plain[:size]) for size in range(len(plain) - 1, 1, -1)]
        ends += [" ".join(plain[at:]) for at in range(1, len(plain))]
        for words in ends:
            if words_of(words) and len(named(self.search(words, available=False), words, strictly=True)) > 1:
                return words
        return ""


def theme_of(text: str) -> str:
    """The theme of a party that a plain text tells of, "" where it tells of none.

    >>> theme_of("the party has a dinosaur theme"), theme_of("spaceboy主题的生日会"), theme_of("a birthday party")
    ('dinosaur', 'spaceboy', '')
    """
    for found in (found for pattern in THEMES for found in pattern.finditer(text)):
        words = words_of(next(filter(None, found.groups()))).split()
        if words and (plain := [word for word in words if word not in NO_THEME | PEOPLE | CHILDREN | WEAK]):
            return " ".join(plain)
    return ""
