"""Answers to whoever asks for advice: gifts, recommendations, what is popular."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from loyalty_ai.assistant.amounts import prices
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.glossary import in_english, in_words
from loyalty_ai.assistant.hearing import CHINESE
from loyalty_ai.assistant.interests import INTERESTS
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrasing.choosing import SURE, Row, named
from loyalty_ai.assistant.phrasing.composing import PARTED
from loyalty_ai.assistant.phrasing.finding import (
    CHILDREN,
    COLOUR,
    COLOUR_WORD,
    PEOPLE,
    WEAK,
    interleaved,
    not_wanted,
)
from loyalty_ai.assistant.phrasing.needs import FAINT_NEED, NEED, PLAIN_NEED, Needs, of_different_kinds
from loyalty_ai.assistant.phrasing.voice import SHOWN, asked_of, key
from loyalty_ai.assistant.questions import Asked, interests, words_of
from loyalty_ai.assistant.turn import Sentence
from loyalty_ai.assistant.wishes import PERSON, Wish, wish_of

GIVEN_ZH = re.compile(r"(?:送|买)(?:给|他|她|我|你|[一两]?[个只件套条款把盒]|点|些)*(?P<what>[^,.;!?送买]{2,8})")
"""What shall be given: 想送她一个茶壶."""

THING_ZH = re.compile(
    r"(?:有没有|有无|想买|想要|要买|买|来)(?:给.{1,4}?)?(?:[一两几]?[个只件条把套份款张])?(?:[^,.;!?]{1,6}的)?(?P<thing>[^,.;!?的]{1,6}?)"
    r"(?:吗|么|送|给|[,.;!?]|$)"
)
SOME_GIFT = re.compile(
    r"\b(?:gifts?|presents?|prezzies?|something|anything|things?|ideas?|bits?|surprise|treat|stuff)\b|礼物|礼品|东西|礼|推荐"
)
SHE = re.compile(r"\b(?:my|she|he|they|who|whos|his|her|their|i am|i have|we)\b")
"""Goods that are named as a gift; any gift; whom it is for, behind which none is named."""

SOMETHING_OF = re.compile(rf"\b(?:something|anything) (?:in )?({COLOUR_WORD.pattern})")
"""A colour that a gift shall have."""

_CHILD = "boy girl niece nephew grandson granddaughter toddler 小孩 儿童 小朋友 男孩 女孩 侄 外甥 孙"
CHILD = frozenset(_CHILD.split())
"""Who plays, whatever else is told of them."""

BORN = re.compile(
    r"\bbaby (?:boy|girl)\b|\bnew ?born\b|\bnew baby\b|\b(?:had|having|has had|expecting|for) (?:a|her|their|the) (?:\w+ )?baby\b|"
    "新生儿|刚出生|生了|满月|宝宝出生"
)
"""A gift for a child that has just come."""

ANYTHING_NEW = re.compile(
    r"\bnew\b|\b(?:what|anything|something) else\b|\bdifferent\b|\bbored\b|\bnot (?:bought|had|got|tried)\b|"
    "新|别的|其他|没买过|换换"
)
"""It wants what was not bought before."""
FOR_ME = "recommend"
"""What of the shopper's own is heard in "what might I like, going by what I buy"."""

ANYTHING = Wish()
MOST_LINES = 6
"""Searches for one gift."""


class Advice(Needs):
    """Chooses for somebody by what they like, what it may cost, and what the customer model says."""

    def gift(self, asked: Asked) -> Iterator[Piece]:
        wish = wish_of(asked.text)
        if thing := self.thing_given(asked, wish):
            if not wish.likes:
                yield from self.find(asked_of(asked, thing))
                return
            yield from self.gift_of_kind(asked, thing, wish)
            return
        words = ", ".join(wish.likes)
        lines = list(dict.fromkeys(line for like in wish.likes for line in interests(like)))
        if not lines:
            words = " ".join(word for word in asked.words.split() if not word[0].isdigit() and word not in PEOPLE)
            words = "" if CHILDREN.issuperset(words.split()) else words
            if words:
                unknown = self.call("search_catalog", query=words).data.get("unknown", ())
                words = " ".join(word for word in words.split() if word not in unknown or word in INTERESTS)
            told = " ".join(re.findall(r"[\w'-]+", asked.text))
            lines = interests(words) or [line for line in interests(told) if line[0] in INTERESTS]
            lines = [line for line in lines if line[0] not in wish.unwanted]
        born = not wish.likes and BORN.search(asked.text) is not None
        if born:
            words, lines = called("baby"), [(called("baby"), search) for search in INTERESTS["baby"]]
        looks = [like for like in wish.likes if COLOUR_WORD.fullmatch(like)] or SOMETHING_OF.findall(asked.text)
        if looks:  # "she loves pink": of what else they like
            of_them = [line for line in lines if line[0] not in looks] or interests(asked.text)
            of_them += [(wish.occasion, search) for search in INTERESTS.get(wish.occasion, ())]
            of_them = [(said, search) for said, search in of_them if said in INTERESTS or said in wish.likes]
            both = [(look, f"{look} {kind}") for look in looks for _said, kind in of_them[:3]]
            lines = [*both, *(line for line in of_them if line[0] in wish.likes), *((look, look) for look in looks)]
        given = GIVEN_ZH.search(asked.text)
        thing = words_of(prices(given["what"])[1]) if given else ""
        thing = "" if thing.isdigit() else thing
        goods = thing and thing not in INTERESTS and not thing.endswith(("礼物", "礼品"))
        if goods and self.names_goods(thing):
            more = " ".join(word for word in asked.words.split() if word not in thing and thing not in word)
            both = (f"{kind} {more}" for kind in (thing, COLOUR.sub("", thing)) if more)
            yield from self.find(
                asked_of(asked, next((each for each in both if named(self.search(each, asked), each)), thing))
            )
            return
        liked = words in INTERESTS and (not words.isascii() or words in wish.likes)  # 喝茶: no name of goods
        if (
            words
            and not (liked or looks or len(wish.likes) > 1)
            and named(self.search(words, asked), words, strictly=True)
        ):  # a sewing box for a grandmother
            yield from self.find(asked_of(asked, words))
            return
        things = asked.text.partition(" for ")
        several = self.several(asked_of(asked, words_of(things[0]), text=things[0])) if things[1] else []
        if len(several) > 1 and all(rows for _words, rows in several):
            yield from self.show_each(asked, several)  # paper plates and cups for a party
            return
        if thing := self.thing_for(asked, words):  # metal signs for a man's room
            yield from self.find(asked_of(asked, thing))
            return
        taste = " and ".join(in_english(like) if CHINESE.search(like) else like for like in wish.likes)
        # whoever likes something is told what serves that, and no gift "for a colleague"
        need = asked_of(asked, taste, text=f"loves {taste}") if taste else asked
        of_child = not CHILD.isdisjoint(said for said, _search in lines)
        occasion = (
            born or of_child or wish.occasion not in ("", "christmas", "baby")
        ) and not taste  # whose own table says what suits it
        if not (looks or occasion) and INTERESTS.keys().isdisjoint(wish.likes):  # "a bloke who always drinks tea"
            lossy = CHINESE.search(asked.text) is not None
            least = PLAIN_NEED if lossy or (words and self.names_goods(words)) else NEED
            rows = [row for row in self.serving(need, least=least) if not self.unwanted(row, wish)]
            if rows:
                yield from self.show_serving(asked_of(asked, words), rows)
                return
        told = dict.fromkeys(said for said, _search in lines)
        chosen = self.gifts(lines[:MOST_LINES], wish, asked)
        if not chosen and liked and named(self.search(words, asked), words):
            yield from self.find(asked_of(asked, words))
            return
        named_first = lines[0][0] if lines and not wish.likes and lines[0][0] not in INTERESTS else ""
        if named_first and all(said != named_first for _row, said in chosen):  # "plates and napkins for a boy"
            rows = self.nearest(asked_of(asked, named_first))
            if rows := [row for row in rows if not self.unwanted(row, wish)]:
                yield from self.show_nearest(asked_of(asked, named_first), rows)
                return
        if not chosen and not wish.likes and wish.occasion not in ("", "baby"):
            words = called(wish.occasion)
            lines = [(words, search) for search in INTERESTS.get(wish.occasion, ())]
            told = dict.fromkeys([words])
            chosen = self.gifts(lines, wish, asked)
        serving = (
            [] if chosen else [row for row in self.serving(need, least=FAINT_NEED) if not self.unwanted(row, wish)]
        )
        if not chosen and not serving and wish.occasion:
            lines = [(called(wish.occasion), search) for search in INTERESTS.get(wish.occasion, ())]
            chosen = self.gifts(lines, wish, asked)
        words = words if told else ""
        if not chosen and asked.bounded and lines and (rows := self.search(lines[0][1])):
            yield Sentence(_("Nothing for “%(words)s” is within that price. This is what there is:") % {"words": words})
            yield from self.lines(sorted(rows, key=lambda row: -(row["price"] or 0))[:3])
            return
        if not chosen and serving:
            yield from self.show_serving(asked_of(asked, words or asked.words), serving)
            return
        if (
            not chosen
            and not wish.likes
            and (rows := [row for row in self.nearest(asked) if not self.unwanted(row, wish)])
        ):
            yield from self.show_nearest(asked, rows)
            return
        if not chosen:
            if lines:
                text = _("I searched for “%(words)s” and found nothing that fits.")
                yield Sentence(text % {"words": words or lines[0][0]})
                yield Sentence(_("Tell me what else they like, or what it may cost, and I look again."))
                return
            yield from self.recommended("popular", asked, wish=wish)
            return
        yield Sentence(self.gift_intro(words or lines[0][0], asked), tuple(key(row) for row, _said in chosen))
        for row, said in chosen:
            yield self.line(row, _("goes with “%(words)s”") % {"words": said})

    def thing_given(self, asked: Asked, wish: Wish) -> str:
        """The kind of goods that a gift for somebody who likes something shall be: "mug" of a mug for a dad who likes fishing; ""
        where any would do."""
        liked = {word for like in wish.likes for word in like.split()}
        if CHINESE.search(asked.text):
            found = THING_ZH.search(asked.text) if liked else None
            thing = words_of(found["thing"]) if found else ""
            of_table = thing in INTERESTS or any(like in thing for like in liked) or SOME_GIFT.search(thing)
            return thing if thing and not of_table and self.names_goods(thing) else ""
        for clause in PARTED.split(asked.text) if liked or BORN.search(asked.text) else ():
            if PERSON.search(clause) or SHE.search(clause):
                break
            said = [word for word in words_of(clause).split() if not (word in WEAK | PEOPLE or word.isdigit())]
            if not said or SOME_GIFT.search(clause) or liked.intersection(said) or INTERESTS.keys() >= {*said}:
                continue
            thing = " ".join(said)
            rows = self.search(thing, available=False, limit=20)
            thing = self.told(thing)
            return thing if named(rows, thing) else ""
        return ""

    def gift_of_kind(self, asked: Asked, thing: str, wish: Wish) -> Iterator[Piece]:
        """Goods of a kind that somebody likes; what there is of the kind, where none has anything to do with that."""
        picked: dict[str, tuple[Row, str]] = {}
        for like in wish.likes:
            for search in dict.fromkeys([like, *(search for _said, search in interests(like))]):
                both = f"{search} {thing}"
                rows = named(self.search(both, asked, limit=20), both)
                picked |= {row["product_id"]: (row, like) for row in rows if row["product_id"] not in picked}
        chosen = [(row, like) for row, like in picked.values() if not self.unwanted(row, wish)][: asked.count or SHOWN]
        if chosen:
            words = f"{', '.join(wish.likes)}, {thing}" if thing.isascii() else f"{'、'.join(wish.likes)}、{thing}"
            yield Sentence(self.gift_intro(words, asked), tuple(key(row) for row, _like in chosen))
            for row, like in chosen:
                yield self.line(row, _("goes with “%(words)s”") % {"words": like})
            return
        found = named(self.search(thing, asked, limit=20), thing)
        rows = [row for row in found if not self.unwanted(row, wish)]
        both = f"{wish.likes[0]} {thing}"
        yield from self.show_nearest(asked_of(asked, both), rows) if rows else self.none_found(asked_of(asked, thing))

    def thing_for(self, asked: Asked, words: str) -> str:
        """The goods that a wish names before whom they are for, with what else they shall have where there are such; else ""."""
        if CHINESE.search(words):
            return self.thing_at_end(words)
        thing = words_of(asked.text.partition(" for ")[0])
        if thing not in words or thing in (words, *INTERESTS):
            return ""
        said = thing.split()
        more = [word for word in words.split() if word not in [*said, *PEOPLE, *CHILDREN, *WEAK]]
        plain = " ".join(word for word in said if word not in WEAK and not COLOUR.fullmatch(word))
        kinds = [kind for kind in dict.fromkeys([thing, plain]) if kind and self.names_goods(kind)]
        fuller = (f"{kind} {' '.join(more[at:])}" for at in range(len(more)) for kind in kinds)
        return next((both for both in fuller if named(self.search(both, asked), both)), next(iter(kinds), ""))

    def thing_at_end(self, words: str) -> str:
        """The goods that stand at the end of what Chinese words name: 小夜灯 of 床头小夜灯; "" where none do, or only a gift."""
        for piece in () if wish_of(words).likes else words.split():
            parts = [word for word, tells in in_words(piece) if tells]
            ends = ("".join(parts[at:]) for at in range(len(parts)))
            if thing := next((end for end in ends if self.names_goods(end)), ""):
                return "" if thing in INTERESTS or thing.endswith(("礼物", "礼品", "生日", "东西")) else thing
        return ""

    def gifts(self, lines: Iterable[tuple[str, str]], wish: Wish, asked: Asked) -> list[tuple[Row, str]]:
        """Products for the lines of interest, a few of each, without what is not wanted."""
        picked: dict[str, tuple[Row, str, int]] = {}
        for at, (said, search) in enumerate(each_first(lines)):
            rows = [row for row in self.gifts_for(search, asked) if not self.unwanted(row, wish)]
            if look := COLOUR_WORD.match(search):
                rows = named(rows, look[0])
            if wish.modest and not asked.bounded:
                prices = sorted(row["price"] for row in rows if row["price"] is not None)
                rows = [row for row in rows if row["price"] is not None and row["price"] <= prices[len(prices) // 2]]
            if search == said:  # no table says what else serves it
                rows = named(rows, search) or rows
            rows.sort(key=lambda row: not named([row], search, strictly=True))
            for row in of_different_kinds(rows)[:4]:
                picked.setdefault(row["product_id"], (row, said, at))
        return interleaved(picked.values(), asked.count or SHOWN)

    @staticmethod
    def unwanted(row: Row, wish: Wish) -> bool:
        """Whether its title, or its shelf, has something that is not wanted."""
        return any(named([row], word) for each in wish.unwanted for word in each.split())

    @staticmethod
    def gift_intro(words: str, asked: Asked) -> str:
        if asked.bounded:
            return _("Gift ideas for “%(words)s” within your price, all in stock:") % {"words": words}
        return _("Gift ideas for “%(words)s”, all in stock:") % {"words": words}

    def recommend(self, asked: Asked) -> Iterator[Piece]:
        unwanted = not_wanted(asked.text)
        words = " ".join(
            word for word in asked.words.split() if word not in {*PEOPLE, *unwanted} and not word.isdigit()
        )
        if words and not self.for_me(asked) and self.search(words, asked):
            yield from self.find(asked_of(asked, words))
            return
        kind = "discover" if ANYTHING_NEW.search(asked.text) else "for_you"
        yield from self.recommended(kind, asked, wish=Wish(unwanted=tuple(unwanted)))

    def for_me(self, asked: Asked) -> bool:
        """Whether a question asks what may please whoever asks, and names no goods, whatever else it says."""
        said = self.listen(asked.text) if asked.intent is Intent.RECOMMEND else None
        return said is not None and said.own == FOR_ME and not self.names_goods(asked.words)

    def popular(self, asked: Asked) -> Iterator[Piece]:
        rows = self.search(asked.words, asked, limit=20) if asked.words else []
        if not rows or rows[0]["score"] < SURE:
            yield from self.recommended("popular", asked)
            return
        best = self.call("get_recommendations", kind="popular", limit=20).data.get("products", [])
        best = [row for row in named(best, self.told(asked.words)) if self.fits(row, asked)]
        if not best:
            yield from self.find(asked)
            return
        yield Sentence(_("These are popular with our customers:"))
        yield from self.lines(best[: asked.count or SHOWN])

    def recommended(self, kind: str, asked: Asked, *, wish: Wish = ANYTHING) -> Iterator[Piece]:
        found = self.call("get_recommendations", kind=kind, limit=20)
        rows = [row for row in found.data.get("products", []) if self.fits(row, asked) and not self.unwanted(row, wish)]
        if not rows and kind != "popular":
            found = self.call("get_recommendations", kind="popular", limit=20)
            rows = [row for row in found.data.get("products", []) if self.fits(row, asked)]
        if not rows and asked.bounded:
            found = self.call("search_catalog", sort="dearest", min_price=asked.low, max_price=asked.high, limit=SHOWN)
            if rows := [row for row in found.data.get("products", []) if not self.unwanted(row, wish)]:
                yield Sentence(_("This is what there is within your price:"))
                yield from self.lines(rows)
                return
        if not rows:
            yield Sentence(
                _(
                    "I have nothing to recommend at the moment. Tell me what you are looking for, and I will search for it."
                )
            )
            return
        if found.data.get("personal"):
            yield Sentence(_("These may suit you:"))
        else:
            yield Sentence(_("These are popular with our customers:"))
        yield from self.lines(rows[: asked.count or SHOWN], lambda row: row.get("reason", ""))


def called(occasion: str) -> str:
    """What a gift is for, in the active language."""
    names = {
        "anniversary": _("anniversary"),
        "housewarming": _("new home"),
        "wedding": _("wedding"),
        "valentine": _("Valentine's day"),
        "christening": _("christening"),
        "baby": _("baby"),
        "christmas": _("Christmas"),
    }
    return names.get(occasion, occasion)


def each_first(lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The lines in another order: the first of each interest, then the second of each.

    >>> each_first([("tea", "tea"), ("tea", "teapot"), ("owls", "owl")])
    [('tea', 'tea'), ('owls', 'owl'), ('tea', 'teapot')]
    """
    said: dict[str, int] = {}
    placed = []
    for interest, search in lines:
        said[interest] = said.get(interest, 0) + 1
        placed.append((said[interest], (interest, search)))
    return [line for _place, line in sorted(placed, key=lambda each: each[0])]
