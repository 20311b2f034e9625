"""Answers to whoever looks for something: what fits, what comes nearest, what serves a need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations

from django.utils.translation import gettext as _

from loyalty_ai.assistant.amounts import number, prices
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.following import LESS, UNWANTED, leaves_out
from loyalty_ai.assistant.glossary import in_english, in_words, share_known
from loyalty_ai.assistant.hearing import CHINESE
from loyalty_ai.assistant.phrases import CHEAPEST, DEAREST, NUMBERS
from loyalty_ai.assistant.phrasing.choosing import (
    CLEARLY,
    SAME_TITLE,
    SURE,
    Row,
    by_likeness,
    codes_of,
    likeness,
    named,
)
from loyalty_ai.assistant.phrasing.extracts import best_sentences
from loyalty_ai.assistant.phrasing.voice import CERTAIN, MOST_FOUND, SHOWN, STILL, Voice, asked_of, key, unique
from loyalty_ai.assistant.questions import CHEAPLY, IN_ALL, Asked, words_of
from loyalty_ai.assistant.tokens import WHOLE
from loyalty_ai.assistant.tokens import words as stems
from loyalty_ai.assistant.turn import Sentence
from loyalty_ai.assistant.wanted import made_of
from loyalty_ai.assistant.wishes import Wish, owned

LOOKS = "red|blue|green|yellow|pink|purple|orange|black|white|ivory|cream|grey|gray|silver|gold|brown|"
LOOKS += "large|small|big|medium|mini"
COLOUR = re.compile(
    f"{LOOKS}|红色?|蓝色?|绿色?|黄色?|粉色?|粉红色?|紫色?|橙色?|橘色?|黑色?|白色?|灰色?|银色?|金色?|米色?|米白色?|棕色?|大号?|小号?"
)

_WEAK = """
own stop stops keep keeps store storing hold holding put puts hang hide match throwing throw hosting having moving isnt wont
dont doesnt never always little big tiny huge pale light bright dark cold warm hot wet dry cosy cozy scared comfy posh plain
simple style styled themed theme look looks sits work works use used using bought birthday proper grown up ups outer pieces
piece types shape shaped type sort says saying called made makes making sweet happy loud quiet boring fun funny cheeky pretty
elegant rustic quirky odd grown enough sets packs lots restaurant cafe hotel
"""
WEAK = frozenset(_WEAK.split())
"""Verbs, moods and manners: goods are rarely called so, and what has only one of these is none that was asked for."""

_ROOMS = """
bedroom kitchen bathroom lounge office room house home hall hallway garage shed flat school work sofa wall door floor table
shelf desk window sill windowsill ledge mantelpiece mantel street outside outdoors inside party pub
"""
ROOMS = frozenset(_ROOMS.split())
"""Where a thing shall be."""

_PLACES = """
wedding spotty spotted striped stripy floral vintage retro patterned wooden metal plastic ceramic girl girls boy boys kid kids
child children baby man men woman women lady ladies
"""
PLACES = ROOMS | frozenset(_PLACES.split())
"""Where a thing shall be, how it looks, whom it is for: it parts goods, and names one only where nothing else does."""


HEADS = frozenset(stems("set kit pack packet", "en"))
"""What things come in, of whatever kind: it names no goods beside a word before it that nothing has."""

STORAGE = re.compile(r"\bstorage\b|收纳|储物|整理")
"""What a box or a basket is for anyway."""

HOLDING = re.compile(r"\bto (?:put|keep|store|hold|carry|serve)\b.*\b(?:in|on)\b|(?:装|放|收纳).{1,8}的")
CONTAINERS = frozenset(
    stems(
        "box jar tin holder pot vase jug bag basket stand rack case caddy bottle pouch tidy drawer cabinet bucket bowl tray",
        "en",
    )
)
"""What things are kept in: of what is named these are wanted, where something is to be put into them."""

ENUMERATED = re.compile(r", ?(?:and )?| and | or |、|，|以及|和|还有")
ENUMERATED_ZH, CLAUSE_ZH = (
    re.compile("、|以及|和|还有|跟"),
    re.compile(r"^(?:请问|你们|我|想要?|有没有|有|要|买|找|个|点|些)+|(?:有吗|吗|呢)?[?]?$"),
)
"""The same in Chinese, where a comma parts clauses rather than things, and what stands around the first and the last thing."""
MOST_KINDS = 4
"""Things of one sentence that are looked for one by one."""

COLOUR_WORD = re.compile(
    r"\b(?:red|blue|green|yellow|pink|purple|orange|black|white|ivory|cream|gr[ea]y|silver|gold|brown)\b|[红蓝绿黄粉紫橙橘黑白灰银金米棕]色"
)
"""A colour that what is shown must have, or be said to lack."""

MADE_OF = re.compile(
    r"\b(?:leather|vegan|bamboo|silk|velvet|cashmere|marble|gluten|organic|stainless|titanium)\b|皮革|真皮|竹|丝绸|大理石|不锈钢|有机"
)
"""A material, or a diet, likewise."""

HALF_KNOWN = 0.5
"""Of what a Chinese question names, so much must be in the lexicon that it says what is wanted."""
EXPLAIN_ZH = re.compile(r"为什么|为啥|谁|如何|怎样|怎么(?!办|卖)|是什么(?!做|颜色|价)|是多少|有多[高远大重深]")
"""It asks for knowledge, be it of something that may be sold."""

EITHER = re.compile(r"\bor\b|/|或|还是")

WHOLE_SHOP = re.compile(
    r"\b(?:shop|store|catalogue|everything|(?:thing|item|product|article)s?|you (?:have|sell|do|stock))\b|店|全部|所有|你们家?最?"
)
OF_THE_SHOP = frozenset(["whole", "entire", "complete", "full", "website", "site", "shop", "single", "absolute"])
"""What is said of a shop of which the cheapest of all is asked, and no name of goods."""

OTHERS = re.compile(r"\b(?:other|others|else|another|different|instead)\b|别的|其他|其它|另外的")
"""Something else than what was told just now."""

CHEAPEST_TOO, DEAREST_TOO = (re.compile("|".join(pair)) for pair in (CHEAPEST, DEAREST))

_COUNTS = "two|three|four|five|six|[2-9]"
SO_MANY_EXTREMES = re.compile(
    rf"\b(?P<en>{_COUNTS}) (?:\w+ )?(?:are |is )?(?:the |your |very )*(?:cheapest|dearest|priciest|most|least|lowest|highest)|"
    rf"\b(?:cheapest|dearest|priciest|expensive|priced) (?P<behind>{_COUNTS})\b|"
    r"最(?:便宜|贵)的?前?(?P<zh>[两二三四五六2-9])[样个件款种]?"
)
"""How many of the very cheapest, or of the dearest."""

LETTERS = re.compile(r"\b(?:letters?|initials?) ([a-z](?![a-z])(?:(?:,? (?:and|or|&) |, ?| ?[&/] ?| )[a-z](?![a-z]))*)")
LETTER = re.compile(
    r"(?=.*\bletters?\b).*\b(?:an?|the|any) ([b-hj-z])(?= (?:and|in|please|left|one|too|for)\b|[,.?!]|$)"
)
"""Letters of the alphabet that goods shall have; one that is named behind: "letter key rings, have you got an s"."""

COLOURS = re.compile(
    r"\b(?:other|different|another|what|which|more)\b.{0,20}\b(?:colou?rs?|sizes?|designs?|patterns?|versions?)\b"
    r"(?! (?:is|are|was) (?:the|this|that|these|those|it|they|your)\b)|"
    r"(?:别的|其他|其它|哪些|(?<!是)什么|几种)(?:颜色|尺寸|大小|图案|款式)"
)
"""It asks for all that there is of a kind."""

THAN_IT = re.compile(
    r"\b(?:any|some|got|have|one|ones|something|anything)\b.*\bcheaper\b|\b(?:cheaper|less) than (?:that|this|it)\b|"
    r"比[这那它].{0,4}便宜"
)
"""Something of the kind at hand that costs less."""

REST = re.compile(r"\b(?:rest|others?|more|else)\b|别的|其[他它]|还有|剩下|更多")
"""Of all that there is of a kind, what was not shown."""

NOT_THOSE = re.compile(
    r"\b(?:not|none of|other than|apart from|besides) (?:those|these|them|any of)\b|不要这些|除了这些"
)
"""What was shown shall not be shown again."""

HAVE_YOU = re.compile(
    r"\bhave you (?:a|an|any|some)\b|"
    r"\b(?:do|does|did) (?:you|your shop|the shop)\b.{0,20}\b(?:have|sell|stock|carry|do|got)\b|\b(?:have )?you got\b|\bgot any\b|"
    r"(?:你们|店里|这里|有没)有?(?:卖|出售)?|卖.{0,12}吗"
)
"""It asks a shop for its goods."""

ASKS_FOR = re.compile(
    rf"^(?!.*\b(?:something|anything|things?|stuff|to) ).*(?:{HAVE_YOU.pattern})|"
    r"^(?:any|got|is there|are there) |卖不卖|^有.{1,8}[吗么]"
)
"""It asks a shop for a thing by its name."""

_PARTS = (
    "tiers?|tiered|pieces?|drawers?|hooks?|wicks?|strands?|pegs?|shel(?:f|ves)|baskets?|sticks?|arms?|holes?|points?"
)
SET_OF = re.compile(
    rf"\b(?:set|pack|box)s? of (\d+)|\b(\d+|{'|'.join(NUMBERS)})[ -](?:{_PARTS})\b|"
    r"(\d+) ?(?:个|只|件|支|张|条|片)?(?:一套|套装|一组|装)"
)
"""How many of a thing are sold together, or of what it is made."""

SIZE = re.compile("large|small|big|medium|mini|大号?|小号?")
COLOUR_ZH = re.compile("[红蓝绿黄粉紫橙橘黑白灰银金米棕]色")
WORDS = re.compile("[a-z]+|[0-9]+")

MOST_SHOWN, MOST_LISTED = 12, 8
"""Products of a list that was asked for by number, and of one that may show all there is."""

_PEOPLE = """
wife husband hubby partner mum mom mother dad father sister brother son daughter friend mate neighbour neighbor boss girlfriend
boyfriend fiance fiancee aunt uncle cousin nan gran grandma grandmother grandad grandfather teacher parents man woman couple host
hostess secret santa stocking filler fillers stuffer retirement leaving
"""
PEOPLE = frozenset(_PEOPLE.split())
"""Who a gift is for, where that says nothing of what they like."""

_CHILDREN = "girl girls boy boys kid kids child children baby man men woman women lady ladies adults guests"
CHILDREN = frozenset(_CHILDREN.split())


FEW_WORDS = 3
"""Fewer words than these say by themselves what is wanted: "furniture"."""

WITH = re.compile(r" with ", re.IGNORECASE)
"""What stands behind it in a title is not the thing itself."""


PLACED = re.compile(r"\b(?:for|in|on|into|at) (?:the|my|our|his|her|their) ([a-z]+)\b")
"""Where a thing shall be."""

GROWN_UP = re.compile(r"\b(?:grown[ -]?ups?|adults?)\b")


ALIKE = 0.5
"""Likeness in meaning from which on a product is shown whatever it is called."""

MEANT = 0.6
"""Likeness in meaning from which on a product with a word of the question comes nearest to it, however few words it has of it."""


MOST_STEPS, CENT = 6, Decimal("0.01")
"""Searches for the very cheapest: each begins below the cheapest of the one before."""


class Finding(Voice):
    """Finds what fits, and says how it was looked for."""

    def find(self, asked: Asked) -> Iterator[Piece]:
        if "family" in asked.aspects:
            yield from self.all_of(asked)
            return
        if "theme" in asked.aspects:
            yield from self.of_one_theme(asked)
            return
        if asked.here and asked.words and (page := self.page()):  # "do you have this in blue?"
            if asked.order == "cheapest" and THAN_IT.search(asked.text):
                page = []
            for row in page:
                asked = asked_of(asked, f"{asked.words} {recoloured(row['title'].lower(), asked.words)}")
        if asked.there and COLOUR.fullmatch(asked.words) and (pointed := self.pointed(asked)[:1]):
            kind = " ".join(word for word in pointed[0]["title"].lower().split() if not COLOUR.fullmatch(word))
            yield from self.variant(asked_of(asked, f"{asked.words} {kind}"), asked.words)
            return
        if asked.codes and (rows := self.rows(codes_of(asked))):
            self.meant = rows
            for row in rows:
                yield self.state(row)
            return
        if row := self.in_full(asked):
            yield from self.only_one(asked, row)
            return
        if asked.order and DEAREST_TOO.search(asked.text) and CHEAPEST_TOO.search(asked.text):
            for order in ("cheapest", "dearest"):
                yield from self.find(asked_of(asked, asked.words, order=order, text=""))
            return
        if asked.order == "cheapest" and THAN_IT.search(asked.text) and (rows := self.cheaper(asked)):
            row = self.at_hand_alone(asked)
            yield Sentence(_("Cheaper than %(title)s:") % {"title": row["title"]}, (key(row),))
            yield from self.lines(rows[:SHOWN])
            return
        if asked.order and not asked.words and asked.here and (page := self.page()):  # "is this the cheapest one"
            plain = [word for word in page[0]["title"].lower().split() if not COLOUR.fullmatch(word)]
            kinds = (" ".join(plain[-size:]) for size in (2, 1))
            kind = next((each for each in kinds if len(named(self.search(each), each, strictly=True)) > 1), "")
            asked = asked_of(asked, kind, here=False, both=False)
        if asked.order and self.of_all(asked):
            yield from self.extreme_of_all(asked)
            return
        if found := self.of_letters(asked):
            yield from found
            return
        if not asked.words:
            yield from self.recommend(asked)
            return
        if (several := self.several(asked)) and not asked.order:
            yield from self.show_each(asked, several)
            return
        if self.of_no_kind(asked):
            yield from self.none_of_kind(asked)
            return
        if len(looks := self.either_look(asked)) > 1:
            yield Sentence(self.searched(asked))
            yield from self.lines(looks)
            return
        if unwanted := not_wanted(asked.text):
            wanted = " ".join(word for word in asked.words.split() if word not in unwanted)
            if not wanted and self.turn.customer_id is not None:  # "something other than bags", after a recommendation
                yield from self.recommended("for_you", asked, wish=Wish(unwanted=tuple(unwanted)))
                return
            asked = asked_of(asked, wanted or asked.words)
        rows = self.extreme(asked) if asked.order else self.search(asked.words, asked, limit=20)
        if (plain := self.plainly(asked, rows)) != asked:
            found = self.extreme(plain) if asked.order else self.search(plain.words, plain, limit=20)
            asked, rows = plain, named(found, plain.words)
        kept = [row for row in rows if not any(named([row], word, strictly=True) for word in unwanted)]
        kept = themselves(kept, asked.words)
        if NOT_THOSE.search(asked.text):
            seen = {row["product_id"] for row in self.shown}
            kept = [row for row in kept if row["product_id"] not in seen]
        if rows and not kept:
            yield from self.none_found(asked)
            return
        if OTHERS.search(asked.text) and (meant := {row["product_id"] for row in self.meant}):
            kept = [row for row in kept if row["product_id"] not in meant] or kept
            if {row["product_id"] for row in kept} <= {row["product_id"] for row in self.listed}:
                return  # the list has just said it
        spelt = self.meaning(asked.words)
        read = self.told(asked.words) == asked.words and named(kept, spelt)
        whole, rows = asked, kept
        as_said = asked_of(asked, spelt) if read else asked
        asked = asked_of(asked, self.told(asked.words))
        best = max((row["score"] for row in rows), default=0)
        passages = self.passages(asked.text, max(best, SURE)) if best < SURE else []
        if passages and (best_sentences(asked.text, passages) or not self.nearest(asked)):
            yield from self.quote(asked, passages)
            return
        if not rows and EXPLAIN_ZH.search(asked.text) and not in_english(asked.words):
            yield from self.out_of_scope(asked)
            return
        if not rows:
            yield from self.nothing_fits(asked)
            return
        if not asked.order and not asked.available and (gone := self.sold_out(asked, rows)):
            yield Sentence(_("%(title)s is sold out at the moment.") % {"title": gone["title"]}, (key(gone),))
        nearest = [] if asked.order else self.lacking(as_said, rows) or self.missing(as_said, rows)
        if nearest:
            yield from self.show_nearest(whole, nearest)
            return
        if HOLDING.search(asked.text):
            holding = [row for row in rows if CONTAINERS & set(stems(row["title"], "en"))]
            rows = [row for row in holding if row["score"] >= 0.75 * best] or rows
        count = asked.count or (extremes(asked, rows) if asked.order else SHOWN)
        if not asked.order:
            rows = [row for row in by_likeness(rows, asked.words) if row["score"] >= 0.75 * best]
            rows, complete = having_most(rows, as_said)
            if not complete:
                yield from self.show_nearest(whole, rows)
                return
        self.meant = rows[:1] if count == 1 or len(rows) == 1 else self.meant
        yield Sentence(self.searched(asked))
        alike = named(rows, as_said.words) or [row for row in rows if row["score"] == best]
        fitting = [] if asked.count or asked.order else alike
        count = len(fitting) if SHOWN < len(fitting) <= MOST_LISTED else count
        yield from self.lines(rows[: min(count, MOST_SHOWN)])
        if len(fitting) > count:
            yield Sentence(_("There are more of them: ask for the rest, or say what it shall be like or cost."))
        yield from self.for_all(asked, rows[: min(count, MOST_SHOWN)])
        if STILL.search(asked.text) and not any(row["available"] for row in rows):
            yield from self.when_back(asked)

    def all_of(self, asked: Asked) -> Iterator[Piece]:
        """All there is of a kind, what can be had first, or what was not shown of it; how many more there are than a list shows."""
        found = self.search(asked.words, asked, available=False, limit=MOST_FOUND)
        rows = named(found, asked.words, strictly=True) or named(found, asked.words)
        rows.sort(key=lambda row: not row["available"])
        seen = {row["product_id"] for row in [*self.shown, *self.page()]}
        if REST.search(asked.text) and rows:
            rows = [row for row in rows if row["product_id"] not in seen]
            if not rows:
                yield Sentence(_("That is all there is of “%(words)s”.") % {"words": asked.words})
                return
        if not rows:
            yield from self.none_or_nearest(asked)
            return
        yield Sentence(self.searched(asked))
        yield from self.lines(rows[:MOST_LISTED])
        if len(rows) > MOST_LISTED and len(found) == MOST_FOUND:
            yield Sentence(_("There are more of them: ask for the rest, or say what it shall be like or cost."))
        elif rest := rows[MOST_LISTED:]:
            yield Sentence(
                _("%(number)s more of them are not in this list.") % {"number": len(rest)}, tuple(map(key, rest))
            )

    def of_one_theme(self, asked: Asked) -> Iterator[Piece]:
        """What there is of a theme: first what is called as the question says, then what stands on the shelves of that."""
        rows = named(self.search(asked.words, asked, limit=MOST_FOUND), asked.words)
        parts = [words for piece in ENUMERATED.split(asked.text) if (words := words_of(piece))]
        both = [f"{asked.words} {part}" for part in parts[:MOST_KINDS]]
        called = {row["product_id"]: row for each in both for row in named(self.search(each, asked), each)}
        rows = list(called.values()) + [row for row in rows if row["product_id"] not in called]
        shelves = {row["category"] for row in called.values()}
        tops = {shelf.partition(" / ")[0] for shelf in shelves}

        def place(row: Row) -> tuple[bool, bool, bool]:
            shelf = row["category"]
            return row["product_id"] not in called, shelf not in shelves, shelf.partition(" / ")[0] not in tops

        if parts and not called:
            text = _("I searched for “%(words)s” and found nothing that fits.")
            yield Sentence(text % {"words": both[0]})
        yield Sentence(self.searched(asked))
        yield from self.lines(sorted(rows, key=place)[:MOST_LISTED])

    def either_look(self, asked: Asked) -> list[Row]:
        """What is of a kind in one or another of the colours that are told: "cake stands in white or cream"."""
        looks = COLOUR_WORD.findall(asked.words)
        kind = " ".join(COLOUR_WORD.sub(" ", asked.words).split())
        if len(looks) < 2 or not kind or asked.order or not EITHER.search(asked.text):
            return []
        each = [self.search(f"{look} {kind}", asked, limit=20) for look in looks[:MOST_KINDS]]
        strictly = any(named(rows, kind, strictly=True) for rows in each)
        found = [
            [row for row in named(rows, kind, strictly=strictly) if named([row], look)]
            for look, rows in zip(looks, each, strict=False)
        ]
        placed = [(row, "", at) for at, rows in enumerate(found) for row in rows]
        once = {row["product_id"]: (row, "", at) for row, _said, at in placed}
        return [row for row, _said in interleaved(once.values(), asked.count or SHOWN)]

    def at_hand_alone(self, asked: Asked) -> Row | None:
        """The one product that "this" or "it" means: the open page's, or the only one that was shown."""
        rows = self.page() if asked.here and self.turn.product else self.shown
        return rows[0] if len(rows) == 1 else None

    def cheaper(self, asked: Asked) -> list[Row]:
        """What is of the kind of the one product at hand, stands on its shelf and costs less; [] where none is at hand."""
        row = self.at_hand_alone(asked)
        if row is None or row["price"] is None:
            return []
        words = asked.words if asked.words and not {*asked.words.split()} > {*row["title"].lower().split()} else ""
        kinds = [words] if words else []
        plain = row["title"].lower().split()
        kinds += [plain[-1], *plain[:-1]] if not words else []
        for kind in kinds[:3]:
            if COLOUR.fullmatch(kind) or kind.isdigit() or not words_of(kind):
                continue
            found = named(self.search(kind, limited(asked, None, row["price"]), limit=20), kind)
            less = [each for each in found if each["price"] is not None and each["price"] < row["price"]]
            if same := [each for each in less if each["category"] == row["category"]]:
                return same
            if words and less:
                return less
        return []

    def in_full(self, asked: Asked) -> Row | None:
        """The sold out product whose whole title stands in a question; what can be had is found by its words."""
        row = None if asked.order or asked.codes else self.titled(asked)
        return row if row and not row["available"] else None

    def titled(self, asked: Asked) -> Row | None:
        """The product with the longest title of those whose whole title stands in a question, be it in another order."""
        spelled = " ".join(WORDS.findall(asked.text.replace("'", "")))
        foreign = CHINESE.search(asked.text) is not None  # a title in a Chinese question is nothing else
        if len(spelled.split()) < (2 if foreign else FEW_WORDS):
            return None
        query = spelled if foreign or not asked.words else asked.words
        titles = (
            (row, " ".join(WORDS.findall(row["title"].lower().replace("'", ""))))
            for row in self.search(query, available=False)
        )
        plain, said = list(titles), {*spelled.split()}
        told = [(title, row) for row, title in plain if f" {title} " in f" {spelled} " and len(title.split()) > 1]
        apart = [(title, row) for row, title in plain if len(title.split()) >= FEW_WORDS and {*title.split()} <= said]
        longest, row = max(told or apart, key=lambda each: len(each[0]), default=("", None))
        fuller = [(title, row) for row, title in plain if {*longest.split()} < {*title.split()} <= said]
        return max(fuller, key=lambda each: len(each[0]), default=("", row))[1] if row else None

    def only_one(self, asked: Asked, row: Row) -> Iterator[Piece]:
        """That a product is sold out, and what is like it."""
        self.meant = [row]
        yield Sentence(_("%(title)s is sold out at the moment.") % {"title": row["title"]}, (key(row),))
        near = named(self.search(asked.words, asked), self.told(asked.words)) if asked.words else []
        if others := near or self.like(row):
            yield Sentence(_("Something similar:"))
            yield from self.lines(others[:3])

    def like(self, row: Row) -> list[Row]:
        """What can be had in place of a product: what stands on its shelf and shares most of its title, from its end, where the
        kind of a thing stands; else what shares that end, or what the shop knows to be similar."""
        words = [word for word in row["title"].lower().split() if not COLOUR.fullmatch(word)]
        ends = [kind for at in range(1, len(words)) if (kind := words_of(" ".join(words[at:])))]
        others: list[Row] = []
        for kind in dict.fromkeys([*ends, " ".join(words[:2])]):
            rows = named(self.search(kind), kind, strictly=True) if kind else []
            rows = [each for each in rows if each["product_id"] != row["product_id"]]
            if same := [each for each in rows if each["category"] == row["category"]]:
                return by_likeness(same, row["title"].lower())[:SHOWN]
            near = [
                each for each in rows if each["category"].partition(" / ")[0] == row["category"].partition(" / ")[0]
            ]
            others = others or (near if kind in ends else [])
        singly = [
            [each for each in named(self.search(word), word, strictly=True) if each["category"] == row["category"]]
            for word in words
            if words_of(word) and not word.isdigit()
        ]
        most = [each for each in max(singly, key=len, default=[]) if each["product_id"] != row["product_id"]]
        if others or most:
            return by_likeness(most or others, row["title"].lower())[:SHOWN]
        similar = self.call("get_product", product_id=row["product_id"]).data.get("similar", [])
        return [other for other in similar if other["available"]]

    def names_goods(self, words: str) -> bool:
        """Whether something in the shop plainly is what the words name."""
        return any(row["score"] >= CERTAIN for row in self.search(words))

    def plainly(self, asked: Asked, rows: list[Row]) -> Asked:
        """The question without where the thing shall be, whom it is for and manners, where nothing in `rows` has those as well and
        something has the rest: a mirror for the hallway."""
        words = " ".join(
            word for word in asked.words.split() if word not in ROOMS | PEOPLE | WEAK and not word.isdigit()
        )
        if not words or words == asked.words or named(rows, asked.words):
            return asked
        return asked_of(asked, words) if named(self.search(words, asked, limit=20), words, strictly=True) else asked

    def several(self, asked: Asked) -> list[tuple[str, list[Row]]]:
        """Each thing of an enumeration that nothing has all of, with what there is of it; [] where a part names no goods."""
        told = UNWANTED.sub(" ", asked.text)
        parts = [words for piece in things_in(told) if (words := words_of(prices(piece)[1]))]
        if not 2 <= len(parts) <= MOST_KINDS or any(COLOUR.fullmatch(part) for part in parts):
            return []
        together = self.search(asked.words, asked)
        if together and named(together, asked.words, strictly=True):
            return []
        parts = [parts[0], *(self.sharing(parts[0], part) for part in parts[1:])]
        found = [(part, [row for row in self.search(part, asked) if row["score"] >= CERTAIN]) for part in parts]
        there = sum(bool(rows) for _part, rows in found)
        return found if there > 1 and 2 * there > len(parts) else []

    def sharing(self, first: str, part: str) -> str:
        """A part of an enumeration with the words before the first one's thing, where goods are called so: "skull plates, cups"."""
        lead = first.split()[:-1]
        both = (" ".join([*lead[:size], part]) for size in range(len(lead), 0, -1))
        return next((words for words in both if named(self.search(words), words, strictly=True)), part)

    def of_letters(self, asked: Asked) -> list[Piece]:
        """What has the letters that a question names; [] where it names none or nothing has any."""
        letters = LETTERS.search(asked.text) or LETTER.search(asked.text)
        return list(self.lettered(asked, letters[1])) if letters else []

    def lettered(self, asked: Asked, said: str) -> Iterator[Piece]:
        """What has each of the letters that shall be on it, and which of them nothing has."""
        letters = list(dict.fromkeys(re.findall(r"\b[a-z]\b", said)))
        plain = words_of(LETTERS.sub(" ", asked.text)).replace("letter ", "")
        rest = " ".join(word for word in plain.split() if len(word) > 1)
        found = {}
        for letter in letters[:MOST_KINDS]:
            rows = self.search(f"{rest} letter {letter}", asked, available=False, limit=20)
            found[letter] = [row for row in named(rows, rest) if letter in WORDS.findall(row["title"].lower())]
        if not rest or not any(found.values()):
            return
        for letter, rows in found.items():
            if not rows:
                text = _("I searched for “%(words)s” and found nothing that fits.")
                yield Sentence(text % {"words": f"{rest} {letter.upper()}"})
            yield from self.lines(rows[:2])

    def show_each(self, asked: Asked, several: list[tuple[str, list[Row]]]) -> Iterator[Piece]:
        for words, rows in several:
            if not rows:
                yield Sentence(_("I searched for “%(words)s” and found nothing that fits.") % {"words": words})
                continue
            yield Sentence(self.searched(asked_of(asked, words)))
            yield from self.lines(by_likeness(rows, words)[:2])

    def for_all(self, asked: Asked, rows: list[Row]) -> Iterator[Piece]:
        """What so many of each come to, where that may cost no more than was named."""
        for row in rows if asked.units and asked.bounded and IN_ALL.search(asked.text) else ():
            told = {"units": asked.units, "title": row["title"], "total": self.money(asked.units * row["price"])}
            yield Sentence(_("%(units)s × %(title)s: %(total)s") % told, (key(row),))

    def lacking(self, asked: Asked, rows: list[Row]) -> list[Row]:
        """What is nearest, where a colour or what a short follow-up adds is asked for and nothing found has it."""
        colours = [found.strip() for found in (*COLOUR_WORD.findall(asked.words), *MADE_OF.findall(asked.words))]
        plain = asked.words.split()
        things = in_english(asked.words).split() if CHINESE.search(asked.words) else plain
        whole = (asked.follows and leaves_out(asked.text)) or (len(things) == 2 and not (WEAK | PLACES) & {*things})
        said = " ".join(word for word in plain if word not in WEAK) or asked.words
        words = said if whole else " ".join(colours)
        if not words or named(rows, words):
            return []
        elsewhere = WEAK | PLACES | where_for(asked.text)
        things = [word for word in plain if word not in elsewhere and not COLOUR.fullmatch(word)]
        near, kind = self.nearest(asked), (things or plain)[-1]
        return named(near, kind) or named(self.search(kind, asked), kind) or near or rows

    def missing(self, asked: Asked, rows: list[Row]) -> list[Row]:
        """What is nearest, where several words name what is wanted and nothing found has one of them: fridge magnets with owls."""
        things = (in_english(asked.words) if CHINESE.search(asked.words) else asked.words).split()
        said = [word for word in things if word not in WEAK | PLACES | PEOPLE | CHILDREN and not word.isdigit()]
        whole = len(said) < FEW_WORDS or all(named(rows, word) for word in said)
        return [] if whole or self.titled(asked) else self.nearest(asked)

    def of_no_kind(self, asked: Asked) -> bool:
        """Whether the word that says what kind of a set or a kit is wanted is one that no goods have: a chess set."""
        if CHINESE.search(asked.words):
            pieces = [word for word, tells in in_words(asked.words.replace(" ", "")) if tells]
            things = [word for piece in pieces for word in in_english(piece).split() or [piece]]
        else:
            things = asked.words.split()
        if len(things) < 2 or not HEADS.intersection(stems(things[-1], "en")) or COLOUR.fullmatch(things[-2]):
            return False
        words = " ".join(things)
        self.search(words, asked)
        return things[-2] not in {*self.told(words).split()}

    def none_of_kind(self, asked: Asked) -> Iterator[Piece]:
        """That nothing was found for all of the words, and not for those alone that goods have."""
        self.known.pop(asked.words, None)
        yield from self.none_found(asked)

    def names_no_such(self, asked: Asked) -> bool:
        """Whether a question asks for a kind of container, set or kit that nothing is called: what serves a need is none."""
        things = (in_english(asked.words) if CHINESE.search(asked.words) else asked.words).split()
        if len(things) < 2 or not (HEADS | CONTAINERS).intersection(stems(things[-1], "en")):
            return False
        kind = " ".join(things[-2:])
        return ASKS_FOR.search(asked.text) is not None and not self.has(kind)

    def has(self, words: str) -> bool:
        """Whether there is anything that has all the words."""
        return bool(named(self.search(words, available=False, limit=20), words))

    def specific(self, asked: Asked) -> Asked:
        """The question without a "storage", where nothing has all of it and something is called the rest: a sewing storage box."""
        words = " ".join(STORAGE.sub(" " if asked.words.isascii() else "", asked.words).split())
        if words == asked.words or not words or self.has(asked.words):
            return asked
        kind = f" {' '.join(stems(in_english(words) if CHINESE.search(words) else words, 'en'))} "
        rows = named(self.search(words, available=False, limit=20), words)
        called = any(kind in f" {' '.join(stems(row['title'], 'en'))} " for row in rows)
        return asked_of(asked, words) if called and " " in kind.strip() else asked

    @staticmethod
    def names_in_chinese(asked: Asked) -> bool:
        """Whether a Chinese question names something that the lexicon knows, and does not ask to have it explained."""
        if not CHINESE.search(asked.text) or EXPLAIN_ZH.search(asked.text):
            return False
        return in_english(asked.words) != ""

    def nearest(self, asked: Asked) -> list[Row]:
        """`_nearest`, of a Chinese question by its words in English first."""
        known = CHINESE.search(asked.words) and share_known(asked.words) > HALF_KNOWN
        told = in_english(asked.words) if known else ""
        rows = (self._nearest(asked_of(asked, told, text=told)) if told else []) or self._nearest(asked)
        if not CHINESE.search(asked.text) and not asked.order:  # "the toadstool lamp that stands by the bed"
            meant = [row for row in self.most_like(asked.text, asked) if row["likeness"] >= MEANT]
            shares = [
                row for row in meant if row["available"] and any(named([row], word) for word in asked.words.split())
            ]
            rows = unique([*shares, *rows])
        looks = COLOUR_ZH.findall(asked.words)
        return [row for row in rows if all(named([row], look) for look in looks)] or rows

    def _nearest(self, asked: Asked) -> list[Row]:
        """Where nothing has all that is asked for: what has most of the words that say what a thing is, the best first."""
        found = self.call("search_catalog", query=asked.words[:400], limit=1) if asked.words else None
        meant = found.data.get("read_as", {}) if found else {}
        known = saying_what(asked.words, asked.text, found.data.get("unknown", ())) if found else []
        known = [meant.get(word, word) for word in known]
        plain = [word for word in known if not COLOUR.fullmatch(word)]
        kinds = [
            word
            for word in plain
            if word not in PLACES | PEOPLE | where_for(asked.text)
            and not (word.endswith("ing") and word not in WHOLE and word != plain[0])
        ]
        kinds = kinds or plain
        if not kinds:
            return []
        given = {"min_price": asked.low, "max_price": asked.high, "available_only": True, "limit": 20}
        rows: dict[str, Row] = {}
        for query in dict.fromkeys([asked.words, " ".join(known), *kinds]):
            for row in self.call("search_catalog", query=query[:400], **given).data.get("products", []):
                rows.setdefault(row["product_id"], row)

        plain = [word for word in stems(asked.words, "en") if word.isascii()][:8]
        made = {joined for one, other in combinations(plain, 2) for joined in made_of(one, other)}

        def carries(row: Row, words: list[str], *, strictly: bool = False) -> int:
            whole = 2 * bool(made.intersection(stems(row["title"], "en")))  # "stop my door slamming": a doorstop
            return whole or sum(bool(named([row], word, strictly=strictly)) for word in words)

        fitting = {
            key: (carries(row, kinds), carries(row, known), carries(row, known, strictly=True))
            for key, row in rows.items()
            if not row.get("muted") and carries(row | {"category": ""}, kinds)
        }
        best = max(fitting.values(), default=(0, 0, 0))
        kept = [row for key, row in rows.items() if key in fitting and (fitting[key][0] == best[0] or best[0] == 1)]
        return sorted(kept, key=lambda row: fitting[row["product_id"]], reverse=True)

    def none_found(self, asked: Asked) -> Iterator[Piece]:
        plain = asked.words and not (
            asked.codes or not_wanted(asked.text) or CHINESE.search(asked.text) or self.of_no_kind(asked)
        )
        rows = [row for row in self.most_like(asked.text, asked) if row["likeness"] >= ALIKE] if plain else []
        yield from self.show_nearest(asked, rows[:SHOWN]) if rows else super().none_found(asked)

    def none_or_nearest(self, asked: Asked) -> Iterator[Piece]:
        rows = self.nearest(asked)
        yield from self.show_nearest(asked, rows) if rows else self.none_found(asked)

    def show_nearest(self, asked: Asked, rows: list[Row]) -> Iterator[Piece]:
        places = where_for(asked.text)
        told = in_english(asked.words) if CHINESE.search(asked.words) else asked.words
        goods = " ".join(dict.fromkeys(word for word in told.split() if word not in places))
        if goods != asked.words and goods and named(rows[:1], goods, strictly=True):  # "a gnome for the garden"
            yield Sentence(_("Here is what I found for “%(words)s”:") % {"words": goods})
        else:
            yield Sentence(_("Nothing is called just “%(words)s”. This comes nearest:") % {"words": asked.words})
        yield from self.lines(rows[: asked.count or SHOWN])

    def sizes_of(self, row: Row) -> Iterator[Piece]:
        """The same product in its other sizes, and nothing that is only of its kind."""
        yield from self.colours_of(row, nearly=False)

    def colours_of(self, row: Row, *, nearly: bool = True) -> Iterator[Piece]:
        """The same product in its other colours and sizes.

        Args:
            nearly: whether what has only the beginning or the end of its name counts too, where nothing has the whole.
        """
        kind = " ".join(word for word in row["title"].lower().split() if not COLOUR.fullmatch(word))
        rows = named(self.search(kind, available=False, limit=20), kind, strictly=True) if kind else []
        words = kind.split()
        # "Jumbo Bag Red Retrospot" is a jumbo bag
        for kind_of in (words[:2], words[-2:]) if nearly and len(words) > 2 and len(rows) < 2 else ():
            alike = named(self.search(" ".join(kind_of), available=False, limit=20), " ".join(kind_of), strictly=True)
            alike = [other for other in alike if other["category"] == row["category"]]  # no ridged bowl for a jar
            if len(alike) > max(len(rows), 1):
                rows, kind = alike, " ".join(kind_of)
        rows = [other for other in rows if other["product_id"] != row["product_id"]]
        if not rows:
            yield Sentence(_("I find %(title)s in no other colour or size.") % {"title": row["title"]}, (key(row),))
            return
        yield Sentence(_("Here is what I found for “%(words)s”:") % {"words": kind})
        yield from self.lines(sorted(rows, key=lambda each: not each["available"])[:MOST_SHOWN])

    def variant(self, asked: Asked, colour: str) -> Iterator[Piece]:
        """The same kind of thing in another colour."""
        rows = named(self.search(asked.words, asked), colour)
        if not rows:
            yield from self.none_found(asked)
            return
        yield Sentence(self.searched(asked))
        yield from self.lines(rows[:SHOWN])

    def sold_out(self, asked: Asked, rows: list[Row]) -> Row | None:
        """What the words name best by its title, where that is sold out and what can be had is named less well."""
        every = [*rows, *self.search(asked.words, asked, available=False)]
        best = max(every, key=lambda row: likeness(row["title"], asked.words), default=None)
        if best is None or best["available"] or likeness(best["title"], asked.words) < SAME_TITLE:
            return None
        others = max((likeness(row["title"], asked.words) for row in rows), default=0)
        return best if likeness(best["title"], asked.words) >= others + CLEARLY else None

    def of_all(self, asked: Asked) -> bool:
        """Whether the cheapest, or the dearest, of no kind of goods is asked for."""
        words = " ".join(word for word in asked.words.split() if word not in OF_THE_SHOP | WEAK | PEOPLE)
        if not words:
            return True
        rows = self.search(words, available=False)
        return WHOLE_SHOP.search(asked.text) is not None and not (
            named(rows, words) or named(rows, words.split()[-1], strictly=True)
        )

    def extreme_of_all(self, asked: Asked) -> Iterator[Piece]:
        """The cheapest or the dearest of what was shown, where the question points at it, else of the whole shop."""
        dear = asked.order == "dearest"
        meant = asked.there or asked.both or not WHOLE_SHOP.search(asked.text)
        pointed = [row for row in self.listed or self.shown if row["price"] is not None] if meant else []
        if pointed:
            edge = (max if dear else min)(row["price"] for row in pointed)
            rows = [row for row in pointed if row["price"] == edge]
        else:
            given = {"min_price": asked.low, "max_price": asked.high, "limit": MOST_SHOWN}
            rows = self.call("search_catalog", sort=asked.order, **given).data.get("products", [])
            rows = rows[: asked.count or extremes(asked, rows)]
        if not rows:
            yield from self.none_found(asked)
            return
        yield Sentence(_("The most expensive:") if dear else _("The cheapest:"))
        yield from self.lines(rows)

    def extreme(self, asked: Asked) -> list[Row]:
        """What the words name, by price: the cheapest of all or the dearest of all first."""
        cheap = asked.order == "cheapest"
        rows: dict[str, Row] = {}
        low, high, least = asked.low, asked.high, Decimal(0)
        many = asked.count or (int(number(said[0]) or 1) if (said := so_many(asked)) else 1)
        for _step in range(MOST_STEPS):
            found = self.search(asked.words, limited(asked, low, high), limit=20)
            least = least or max((Decimal(str(row["score"])) for row in found), default=Decimal(0)) * Decimal("0.8")
            fresh = [row for row in found if row["score"] >= least and row["price"] is not None]
            fresh = [row for row in fresh if row["product_id"] not in rows]
            rows |= {row["product_id"]: row for row in fresh}
            if len(found) < 20:
                break
            if not fresh:  # more than a search shows cost the same: what lies beyond
                low, high = (low, high - CENT) if cheap else (low + CENT, high)
                continue
            prices = sorted((row["price"] for row in rows.values()), reverse=not cheap)
            edge = prices[min(many, len(prices)) - 1]  # what costs as much is asked for again: it ties
            low, high = (low, edge) if cheap else (edge, high)
        kept = (
            named(rows.values(), asked.words, strictly=True)
            or named(rows.values(), asked.words.split()[-1], strictly=True)
            or named(rows.values(), asked.words)
            or list(rows.values())
        )
        kept = themselves(kept, asked.words)
        return sorted(kept, key=lambda row: row["price"], reverse=not cheap)

    def searched(self, asked: Asked) -> str:
        """What was searched for, and within which prices."""
        told = {"words": asked.words}
        if asked.order == "cheapest" and not CHEAPLY.search(asked.text):
            return _("The cheapest I found for “%(words)s”:") % told
        if asked.order == "dearest":
            return _("The most expensive I found for “%(words)s”:") % told
        if asked.bounded:
            return _("Here is what I found for “%(words)s” within your price:") % told
        return _("Here is what I found for “%(words)s”:") % told

    def nothing_fits(self, asked: Asked) -> Iterator[Piece]:
        """Say that nothing fits; where only the price or the stock forbids it, show what there is."""
        rows = by_likeness(self.search(asked.words, available=False), asked.words)
        if not rows or rows[0]["score"] < SURE:
            yield from self.none_or_nearest(asked)
            return
        if asked.bounded:
            yield Sentence(
                _("Nothing for “%(words)s” is within that price. This is what there is:") % {"words": asked.words}
            )
            rows.sort(key=lambda row: (row["price"] is None, row["price"]), reverse=asked.high is None)
        else:
            yield Sentence(
                _("All that I find for “%(words)s” cannot be ordered at the moment:") % {"words": asked.words}
            )
        yield from self.lines(rows[:3])

    def recommend(self, asked: Asked) -> Iterator[Piece]:
        """What to tell whoever names nothing to look for: advice knows."""
        raise NotImplementedError


def themselves(rows: list[Row], words: str) -> list[Row]:
    """The rows that are what the words name and do not only come with it, where any are: a jigsaw of a tree with a watering can is
    no watering can."""
    return [row for row in rows if named([row | {"title": WITH.split(row["title"])[0]}], words)] or rows


def not_wanted(text: str) -> list[str]:
    """The words that name what shall not be among what is found.

    >>> not_wanted("no not chandeliers, little lights"), not_wanted("not too big"), not_wanted("less christmassy")
    (['chandeliers'], [], ['christmas'])
    >>> not_wanted("想买门垫,不要猫狗图案的"), not_wanted("红色的不要"), not_wanted("要不要红色的"), not_wanted("不要太贵的")
    (['猫狗', '猫', '狗'], ['红色'], [], [])
    """
    childish = ["children"] if GROWN_UP.search(text) else []
    said = (word for pattern in (UNWANTED, LESS) for found in pattern.finditer(text) for word in found.groups())
    unwanted = [word for word in said if word and words_of(word)]
    each = [part for word in unwanted for part, tells in in_words(word) if tells and not word.isascii()]  # 猫狗
    return list(dict.fromkeys([*unwanted, *each, *owned(text), *childish]))


def where_for(text: str) -> frozenset[str]:
    """The words that say where or for whom a thing shall be, behind a word that says so.

    >>> sorted(where_for("a gnome for the garden and a hook on my door"))
    ['door', 'garden']
    """
    return frozenset(PLACED.findall(text))


def things_in(text: str) -> list[str]:
    """The pieces of an enumeration.

    >>> things_in("有没有蜡烛,杯子和围裙"), things_in("孩子怕黑,有没有夜灯")
    (['蜡烛', '杯子', '围裙'], ['孩子怕黑,有没有夜灯'])
    """
    if not CHINESE.search(text):
        return ENUMERATED.split(text)
    pieces = [CLAUSE_ZH.sub("", clause.strip()) for clause in text.split(",")]
    bare = all(words_of(thing) == thing for piece in pieces for thing in ENUMERATED_ZH.split(piece))
    return [thing for piece in (pieces if bare else [text]) for thing in ENUMERATED_ZH.split(piece)]


def saying_what(words: str, text: str, unknown: Iterable[str]) -> list[str]:
    """The words that the catalogue has and that say something of goods; not those that belong to an unknown thing behind them.

    >>> saying_what("washing machine", "do you sell a washing machine", ["machine"])
    []
    >>> saying_what("brollies raining", "brollies? it keeps raining", ["raining"])
    ['brollies']
    """
    unknown = set(unknown)
    spoken = re.findall(r"[a-z0-9'&/+-]+|[^\sa-z0-9]", text)
    kept: list[str] = []
    for word in words.split():
        behind = spoken[spoken.index(word) + 1 :][:1] if word in spoken else []
        modifies = bool(behind) and behind[0] in unknown and not behind[0].endswith(("ing", "ed"))
        if word in unknown or word in WEAK or word.isdigit() or modifies or len(word) < 2:
            continue
        kept.append(word)
    return kept


def recoloured(words: str, look: str) -> str:
    """The words without the colour, or the size, in whose place another is asked for.

    >>> recoloured("large red bag", "blue"), recoloured("large red bag", "small"), recoloured("红色雨伞", "粉色")
    ('large bag', 'red bag', '雨伞')
    """
    sized = SIZE.fullmatch(look) is not None
    kept = (
        word for word in words.split() if not COLOUR.fullmatch(word) or (SIZE.fullmatch(word) is not None) is not sized
    )
    together = " ".join(kept)
    return together if sized else COLOUR_ZH.sub("", together).strip() or together


def having_most(rows: list[Row], asked: Asked) -> tuple[list[Row], bool]:
    """The rows that have the colour, size or number in a set that was named, where any has; whether there is none to miss."""
    figures = {str(NUMBERS.get(found, found)) for pair in SET_OF.findall(asked.text) for found in pair if found}
    looks = [word for word in asked.words.split() if COLOUR.fullmatch(word)] + COLOUR_ZH.findall(asked.words)
    rest = " ".join(word for word in asked.words.split() if not word.isdigit() and not COLOUR.fullmatch(word))
    rest = COLOUR_ZH.sub("", " ".join(word for word in rest.split() if word not in NUMBERS))
    kept = named(rows, rest, strictly=True) or named(rows, rest) or rows
    for figure in figures:
        kept = [row for row in kept if figure in {str(NUMBERS.get(w, w)) for w in WORDS.findall(row["title"].lower())}]
    for look in dict.fromkeys(looks):
        kept = named(kept, look)
    return (kept, True) if kept or not rows else (rows, False)


def so_many(asked: Asked) -> list[str]:
    """The number of the cheapest, or the dearest, that are asked for; [] where none is named.

    >>> from loyalty_ai.assistant.phrases import Intent
    >>> so_many(Asked(Intent.SEARCH, "what are the two dearest things")), so_many(Asked(Intent.SEARCH, "最贵的三样"))
    (['two'], ['三'])
    """
    said = SO_MANY_EXTREMES.search(asked.text)
    return [group for group in said.groups() if group] if said else []


def extremes(asked: Asked, rows: list[Row]) -> int:
    """How many of the rows, sorted by price, are the cheapest or the dearest: as many as are asked for, else all of one price."""
    if said := so_many(asked):
        return int(number(said[0]) or 1)
    if re.search(r"\b\w+s\b.*(are|ones)", asked.text) and not WHOLE_SHOP.search(asked.text):
        return SHOWN
    return sum(row["price"] == rows[0]["price"] for row in rows[:SHOWN])


def limited(question: Asked, low: Decimal | None, high: Decimal | None) -> Asked:
    return asked_of(question, question.words, low=low, high=high)


def interleaved(picked: Iterable[tuple[Row, str, int]], most: int) -> list[tuple[Row, str]]:
    """The first of each line, then the second of each, until there are enough."""
    lines: dict[int, list[tuple[Row, str]]] = {}
    for row, said, line in picked:
        lines.setdefault(line, []).append((row, said))
    longest = max((len(found) for found in lines.values()), default=0)
    return [found[at] for at in range(longest) for found in lines.values() if at < len(found)][:most]
