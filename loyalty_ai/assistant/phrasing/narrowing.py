"""What a message adds to the goods that were asked for before, and which clause of a story names any."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from loyalty_ai.assistant.amounts import prices
from loyalty_ai.assistant.following import MEANT, TAKES, UNWANTED, WHAT_ABOUT, leaves_out
from loyalty_ai.assistant.glossary import in_english
from loyalty_ai.assistant.hearing import CHINESE, of_goods, used_for
from loyalty_ai.assistant.phrases import GUARDS, NUMBERS, SERVED, SERVED_IN_ENGLISH, Intent
from loyalty_ai.assistant.phrasing.choosing import POSSIBLE, named
from loyalty_ai.assistant.phrasing.composing import GENERIC
from loyalty_ai.assistant.phrasing.families import ABOUT_ONE, MAY_TELL, Families
from loyalty_ai.assistant.phrasing.finding import (
    CHILDREN,
    COLOUR,
    COLOURS,
    ENUMERATED,
    HAVE_YOU,
    PEOPLE,
    ROOMS,
    THAN_IT,
    WEAK,
    WORDS,
    not_wanted,
    recoloured,
)
from loyalty_ai.assistant.phrasing.needs import NEED, SURE_NEED
from loyalty_ai.assistant.questions import IN_ALL, Asked, asked, words_of
from loyalty_ai.assistant.tokens import words as stems
from loyalty_ai.assistant.wishes import owned, wish_of

CLAUSES = re.compile(
    r"[.,;!?()\n]+ ?| - | (?:and|but|so|because) (?=(?:is|are|does|do|can|could|it|he|she|they|i|we|my|our)\b)"
)
TELLS = re.compile(r"\b(?:i|we|my|our|me|us|he|she|his|her|they|their|it|its|the)\b|[我他她它]")
"""A clause that tells of somebody, or goes on about something, and is no further thing that is wanted."""

WHICH_YOU = re.compile(r"\b(?:which|what)\b.{1,60}\b(?:do|have) you\b|哪[些款种]|有什么")
ASKS = re.compile(
    rf"{HAVE_YOU.pattern}|{WHICH_YOU.pattern}|\b(?:any|looking for|i am after|show me)\b|有没有|想[买要找看]"
)
"""It asks a shop for goods."""

_UNTIL = (
    r"(?=[,.;!?()]| (?:such|as|which|that|so|because|but|like|if|when|is|are|do|does)\b|"
    r" (?:can|could) (?:i|we|you|it|they|he|she|be|also)\b|"
    r" and (?:i|we|my|how|what|the|it|is|are|can|could|do|does|was|would)\b|$)"
)
WISHES_FOR = re.compile(
    r"\b(?:(?:looking|searching|hunting) for|seeking|in search of|am after|are after|thinking (?:of|about)|"
    r"(?:heart|hearts|eye|mind) (?:is |are )?(?:set )?on|wanted|wants?|would (?:dearly )?(?:love|like)|needs?) "
    rf"(?P<en>[^,.;!?()]+?){_UNTIL}|"
    r"\b(?:which|what) (?P<you>[^,.;!?()]+?) (?:do )?you (?:keep|stock|have|sell|carry|do)\b|"
    r"(?:想要|想买|想看看?|想找|要买|要找|看中了?|看上了?)(?:[一两几]?[把个只套件条款])?(?P<zh>[^,.;!?]+)"
)
"""What is wished for by a verb of wishing, wherever that stands in a longer message."""

BESIDE_IT = re.compile(
    r"\b(?:an?|any|some|have you|got|which|what) (?P<en>[a-z][a-z ]+?) (?:(?:that|which) )?"
    r"(?:to go|goes|go|going|would go|to match|matching) (?:\w+ )?(?:with )?(?:it|them|that|this|those|these)\b|"
    r"^(?:and |or |also )*(?!something|anything|what|one)(?P<bare>[a-z]+(?: [a-z]+)?) "
    r"(?:to|that|which) (?:would )?(?:match(?:es)?|go(?:es)? with (?:it|them|that))(?: (?:it|them|that))?$|"
    r"\b(?:an?|any|some) matching (?P<matching>[a-z][a-z ]+?)(?: for (?:it|them|that))?$|"
    r"(?:搭配|配套|搭|配|同主题|一样主题)(?:它|这个|那个)?的?(?P<zh>[\u3400-\u9fff]{1,5}?)(?:吗|呢|有吗|有没有)?$"
)
"""A kind of goods that shall go with what is at hand: "a card to go with it"."""

CAN_BE_HAD = re.compile(r"\b(?:to be had|be had|in stock|available|have (?:it|one|them) in)\b|有货|现货")
ROOM_ONLY = re.compile(
    r"^(?:and |but |ok |just |only |something |anything |things? |stuff |maybe )*(?:for|in|to go in) |^(?:只?要|想要|给|放在?|适合)"
)
"""It says only where the goods shall be."""

NARROWS = {Intent.NONE, Intent.SEARCH, Intent.GIFT, Intent.RECOMMEND, Intent.POPULAR, Intent.STOCK, Intent.PRICE}
"""What may only bound what was asked for before: by a price, by a colour, by what can be had now."""

ONLY = re.compile(
    r"^(?:ok |and |but |oh |then |maybe )*(?:just|only|preferably|rather)\b(?! (?:one|two|the one|the first))|^只要"
)
OF_THEM = re.compile(r"\b(?:any|which|some|ones?) of (?:them|those|these)\b.*\b(?:with|have|has|got|for|show|say)\b")
ANY_SUCH = re.compile(r"^(?:anything|something|nothing)\b|[.,] (?:anything|something)\b")

OF_IT = re.compile(
    r"^(?:and |but |also |so |oh )*(?:(?:is|are|was|were|does|do|can|could|will|would|has|have|should) "
    r"(?:it|they|this|these|that|those)\b|"
    r"(?:what|how|which|who|where)\b.*\b(?:is|are|was|were|does|do|can|could|will|has|have) (?:it|they|this|these|that|those)\b)|"
    r"^(?:那|那么|它|这个|这款|那个)*(?:可以|可不可以|能不能|能|会不会|会|是不是|需要|需不需要|"
    r"要不要|带不带|防|耐|好不好)"
)
OF_THOSE = re.compile(
    r"^(?:and |so )*which (?:one |ones )?of (?:those|these|them) (?:would|will|can|could|is|are|do|does)\b"
)
"""Of which of those at hand something is so."""
FACT = re.compile(
    r"^(?:那|那么|它|这个|这款|这|那|一)*[套包盒组]?(?:一共|总共|共|里面|里)?(?:有|装|含|是)?(?:多少|几)[层件张支只片块枚根条个](?:的|一套)?$|"
    r"^(?:那|那么|它|这个|这款)*是?用?什么(?:材质|材料|做)|"
    r"^(?:那|那么|它|这个|这款|它们)*是[^,.?]{1,8}的(?:还是[^,.?]{1,8})?[吗呢]?$|"
    r"^(?:and |so |but )*how many (?!.*\b(?:left|you|stock|orders?)\b)(?:\w+ )?(?:are |do (?:i|we) get |come |is )?(?:there )?"
    r"(?:in|to) (?:it|this|that|the|an?|one|each)\b(?: \w+)?$"
)
"""It asks of what is at hand how many it holds, or of what it is made."""
"""It asks something of what is at hand."""
_KEPT_SO = (
    r"(?:included|removable|detachable|replaceable|refillable|wash(?:ed|able)|wiped|ironed|tumble[ -]dried|dry[ -]cleaned|"
    r"removed|detached|replaced|refilled|recharged|folded|stacked|adjusted|dimmed|lined|padded|insulated|assembled|fade|"
    r"shrink|(?:heat|oven|freezer) ?(?:proof|safe)|dishwashers?|microwaves?|oven|freezer|washing machine|tumble dryer|"
    r"(?:with|need|needs|take|takes|have|include) (?:an? |any |its |the |their )?(?:own )?(?:batter(?:y|ies)|bulbs?|lids?|"
    r"plug|cable|charger|instructions|covers?|inner|filling|pad|stand|strap|handles?|zip|lining|saucers?|liner|box))"
)
_BEARS = (
    "(?:machine |hand )?(?:wash|iron|microwave|freeze|heat|boil|fold|stack|refill|recharge|wipe|put|use|leave|hang)"
)
OF_A_PART = re.compile(
    r"^(?:and |but |also |so |oh )*(?:"
    r"(?:is|are|does|do|can|could|will|would|how (?:is|are|do|should)) (?!i\b|you\b|we\b|there\b)"
    rf"(?:[\w'-]+ ){{1,6}}?{_KEPT_SO}\b|"
    rf"(?:can|could|may|should|how do) (?:i|you|we) {_BEARS} (?:it|them|this|these|those|the [\w'-]+)\b|"
    r"(?:is|are|would) (?:it|they|this|these|that|those)(?: ones?)? (?:be )?(?:suitable|safe|okay|ok|appropriate)\b|"
    rf"(?:which|what|(?:is|are|can|do|does) any|any)\b.{{0,30}}\b(?:safe|suitable|proof|{_KEPT_SO})\b)|"
    r"^(?:那|那么|它们?|这些?|里面|这个|这款)*(?:自带|包含|包括|附带|带|配|含)有?[^,.?有]{1,6}[吗么]$|"
    r"^(?:那|那么|它们?|这些?|这个|这款)*[^,.?有没]{0,5}(?:是否|是不是)?(?:包括|包含)?在内[吗么]?$|"
    r"^(?:那|那么|它们?|这些?|哪[个些款种]|[^,.?有没]{1,3}子)*(?:能不能|可不可以|能|可以|可)(?:用|直接|放心)?(?:机|水|手)?"
    r"(?:洗|拆|放进|进|叠|折|充电|加热|熨)"
)
"""It asks of goods at hand what comes with them, what they bear and how they are kept, by naming a part or none."""
PARTS = re.compile(
    rf"{_KEPT_SO}|\b{_BEARS}\b|\b(?:lid|cover|pad|handle|tier|box|strap|stand|bulb|batterie|battery|inner|filling|zip|lining|liner|saucer|"
    r"colou?r|hand|plug|cable|charger|instruction|leg|top|base|label|picture|safe|suitable|proof)s?\b"
)
"""What of a thing may be spoken of, and no other goods."""
NEEDS = re.compile(r"(?:does|do) (?:the|these|this|those|your) .*\bneeds?\b")
ASKS_OF = re.compile(
    r"^(?:and |so )?(?:is|are|does|do|has|have|can|could|will|what is in|what comes|how)\b|[什怎多吗几能]"
)
"""It asks something of what it names."""
SERVICE = re.compile(SERVED)
SOMETHING_TO = re.compile(r"\b(?:something|anything|somewhere|what have you got) (?:to|for) \w+")
"""It tells another need."""
OF_A_THING_AT_HAND = {Intent.NONE, Intent.DESCRIBE, Intent.SEARCH, Intent.SCOPE, Intent.GIFT}
"""What the tables may read in it."""
NO_NARROWING = {*GUARDS, Intent.CART, Intent.CART_ADD, Intent.CART_REMOVE, Intent.CART_SET, Intent.PERSON}
GOES_ON, OF_LIST = {"narrow", "find", "match", "stock", "gift", "need"}, 0.7
"""What may be heard in a message that goes on about a list, and the chance from which on it is about goods at all; half of that
where it says what they may cost."""

OF_A_GIFT = {"narrow", "gift", "need"}
"""What may be heard in one that goes on about a gift."""

NOT_TOO = re.compile(
    r"^(?:and |but |just |something |anything |one )*not (?:too|so|very|that) (?:(?P<big>big|large|huge|bulky)|small|little|tiny)$"
)
"""How large those shall not be that are wanted."""

CHEAPER = re.compile(
    r"\b(?:cheaper|less (?:expensive|pricey)|not (?:so|as) (?:dear|expensive|pricey))\b|便宜一?点|更便宜"
)
SIZED = re.compile(r"\b(?:(?P<large>bigger|larger)|smaller)\b|(?P<more>大)[一点些号]|小[一点些号]")
"""It wants what costs less; what is larger or smaller."""

MOST_THEMES = 6
"""Words of a title that are looked for beside a kind, and goods that share them."""

WHOM = re.compile(
    r"^(?:it is |she is |he is |for )*(?:an? |my )?(?:\w+ )?(?:boy|girl|lad|man|woman|lady|toddler|teenager|baby)s?\b|"
    r"^(?:she|he|they)(?: is| are|'s|'re) (?:about |nearly |only )*\d{1,2}\b|\b\d{1,2} ?(?:yrs?|years?|yo|y/o)(?: olds?)?$|"
    r"^(?:是|给)?(?:个)?(?:男孩|女孩|男生|女生|男的|女的)|\d{1,2} ?岁"
)
SO_SHORT = 40
"""Says whom a gift is for, or how old they are; the letters that it takes at most."""
MOST_VERB = 2
"""Words of what is asked by a verb alone: "do they stack"."""
MOST_BARE = 6
"""Words of a property that is asked for without a verb: "suitable for a 9 year old"."""


class Narrowing(Families):
    """Reads what narrows a wish, and what of a longer message is the wish."""

    def of_clause(self, now: Asked) -> Asked:
        """What a story asks for, where the whole names no goods: what it asks the shop for, or else what it wishes for."""
        may = now.intent in MAY_TELL | ABOUT_ONE and not now.codes and (now.words or now.intent is Intent.GIFT)
        if not may or (now.words and self.has(now.words)):
            return now
        needs = used_for(now.text)
        if needs and needs[0].likeness >= SURE_NEED:
            return now  # "I want to take up sewing again, what do you have to get me started"
        ways = (
            (self.wished, self.clause_asked) if HAVE_YOU.search(now.text) is None else (self.clause_asked, self.wished)
        )
        return ways[0](now) or ways[1](now) or now

    def clause_asked(self, now: Asked) -> Asked | None:
        """The clause of a question that names goods, where the rest only tells a story: "my lad wants skulls on everything, have
        you got skull plates"."""
        clauses = [clause for clause in CLAUSES.split(now.text) if clause.strip()]
        plainly = HAVE_YOU.search(now.text) or WHICH_YOU.search(now.text)
        if len(clauses) < 2 or (now.intent is Intent.GIFT and not plainly):
            return None
        naming = next((at for at, clause in enumerate(clauses) if self.names_what(clause, now.intent)), None)
        if naming is None:
            return None
        until = naming + 1
        while until < len(clauses) and bare(clauses[until]):
            until += 1
        others = [*clauses[:naming], *clauses[until:]]
        if any(words_of(other) and not TELLS.search(other) for other in others):
            return None
        text = ", ".join(clauses[naming:until])
        told = asked(text)
        likes = [like for other in others for like in wish_of(other).likes]
        words = next((both for like in likes if self.has(both := f"{like} {told.words}")), told.words)
        intent = Intent.SEARCH if now.intent in MAY_TELL else now.intent
        bounds = {"low": now.low, "high": now.high, "available": now.available, "order": now.order, "count": now.count}
        return replace(told, intent=intent, text=text, words=words, **bounds)

    def wished(self, now: Asked) -> Asked | None:
        """The goods that a longer message wishes for by a verb, where it names them: "I am looking for a proper sewing box such as
        my mother had"; a gift for who likes what they like stays one."""
        if now.intent is Intent.GIFT and wish_of(now.text).likes:
            return None
        for found in WISHES_FOR.finditer(now.text):
            said = words_of(found["en"] or found["you"] or found["zh"]).split()
            words = [word for word in said if word not in WEAK | PEOPLE and not word.isdigit()]
            thing = [word for word in words if not COLOUR.fullmatch(word)]
            if not thing or len(words) >= len(now.words.split()) > 0 or not self.has(" ".join(thing)):
                continue
            intent = Intent.SEARCH if now.intent in MAY_TELL else now.intent
            intent = Intent.STOCK if CAN_BE_HAD.search(now.text) else intent
            more = [
                word
                for word in now.words.split()
                if word not in {*said} | PEOPLE | CHILDREN | WEAK and not word.isdigit()
            ]
            fuller = (f"{' '.join(kept)} {' '.join(more)}" for kept in (words, thing) if more)
            named_so = next((each for each in fuller if self.has(each)), " ".join(words))
            return replace(now, intent=intent, words=named_so, there=False, here=False)
        return None

    def names_what(self, clause: str, intent: Intent) -> bool:
        """Whether a clause asks for goods by their name, or asks of them what the whole does."""
        told = asked(clause)
        asks = told.intent is intent if intent in ABOUT_ONE else ASKS.search(clause) or bare(clause)
        asks = asks and not (intent is Intent.GIFT and not (HAVE_YOU.search(clause) or WHICH_YOU.search(clause)))
        return bool(asks) and any(
            self.has(words) for piece in ENUMERATED.split(clause) if (words := words_of(piece)) not in ("", *NUMBERS)
        )

    def narrowing(self, now: Asked, before: Asked) -> Asked | None:
        """What was asked for before within a price, in a colour, in stock, where a message says no more than that."""
        if now.intent not in NARROWS or now.codes or now.ordinals or now.here or now.units or IN_ALL.search(now.text):
            return None
        words = now.words.split()
        looks = [word for word in words if COLOUR.fullmatch(word)]
        rest = [word for word in words if word not in looks and word not in WEAK | PEOPLE and not word.isdigit()]
        if rest and ROOM_ONLY.search(now.text) and all(in_room(word) or word in CHILDREN for word in rest):
            theme = [word for word in self.kind_of(before).split() if word not in WEAK]
            if self.has(kind := " ".join([*rest, *theme])):
                bounds = {"low": now.low, "high": now.high} if now.bounded else {}
                return replace(before, intent=Intent.SEARCH, text=now.text, words=kind, follows=True, **bounds)
            if before.intent is not Intent.GIFT and (thing := self.thing_of(before)):  # nothing of it is called so
                kind = " ".join([*rest, thing])
                return replace(before, intent=Intent.SEARCH, text=now.text, words=kind, thing=thing, follows=True)
        such = (
            not (rest or looks or now.order)
            and not WEAK.isdisjoint(words)
            and bool(ANY_SUCH.search(now.text) or leaves_out(now.text))
        )
        kinds = ONLY.search(now.text) or OF_THEM.search(now.text) or (leaves_out(now.text) and " or " in now.text)
        if rest and kinds and now.intent is not Intent.STOCK:
            return self.of_kinds(now, before)
        if rest or not (now.bounded or (looks and now.available) or such) or COLOURS.search(now.text):
            return None
        kind = self.kind_of(before)
        for look in looks:
            kind = f"{look} {recoloured(kind, look)}"
        gift = before.intent is Intent.GIFT and not looks
        return replace(
            before,
            intent=Intent.GIFT if gift else Intent.SEARCH,
            text=f"{before.text}. {now.text}" if gift else now.text,
            words=kind,
            low=now.low if now.bounded else before.low,
            high=now.high if now.bounded else before.high,
            available=now.available or before.available,
            order=now.order or before.order,
            count=now.count or before.count,
            both=False,
            there=False,
            follows=True,
        )

    def in_size(self, now: Asked) -> Asked | None:
        """ "Is there a bigger one?": what else is called as the one at hand, but for its size."""
        before = self.wish_before() if NOT_TOO.search(now.text) and now.intent in MAY_TELL else None
        if before is not None:
            look = "small" if NOT_TOO.search(now.text)["big"] else "large"
            return self.composed(look, before) or replace(before, text=now.text, follows=True)
        size = SIZED.search(now.text) if len(self.shown) == 1 and now.intent not in NO_NARROWING else None
        if size is None:
            return None
        look = "large" if size["large"] or size["more"] else "small"
        words = f"{look} {recoloured(words_of(self.shown[0]['title'].lower()), look)}"
        if self.has(words):
            return replace(now, intent=Intent.SEARCH, words=words, units=None, aspects=frozenset())
        rest = [word for word in now.words.split() if word not in WEAK | GENERIC and not SIZED.fullmatch(word)]
        text = "other sizes" if now.text.isascii() else "其他尺寸"
        aspects = frozenset({"sizes"})
        sizes = replace(now, intent=Intent.DESCRIBE, text=text, words="", units=None, aspects=aspects, there=True)
        return None if rest else sizes

    def need_narrowed(self, now: Asked, before: Asked) -> Asked | None:
        """A need that was told before, as a message bounds what shall serve it: "is there one in cream", "preferably under £5"."""
        chance, asks = of_goods(now.text)
        less = THAN_IT.search(now.text) is not None
        points = now.codes or now.ordinals or now.here or now.both or now.units or (less and len(self.shown) < 2)
        of_them = "unknown" in now.aspects or any(each.search(now.text) for each in (OF_IT, OF_A_PART, FACT, COLOURS))
        if now.intent in NO_NARROWING or points or of_them or asks not in GOES_ON or chance < OF_LIST / 2:
            return None
        needs = [] if CHINESE.search(before.text) or before.intent is Intent.GIFT else used_for(before.text)
        named_goods = any(map(self.has, filter(None, (self.kind_of(before), before.thing))))
        if not needs or needs[0].likeness < NEED or named_goods:
            return None
        said = [
            word for word in now.words.split() if word not in WEAK | PEOPLE | GENERIC and not COLOUR.fullmatch(word)
        ]
        if said and (self.names_goods(" ".join(said)) or used_for(now.text)[0].likeness >= NEED):
            return None
        (low, high), rest = prices(now.text)
        high = high if low or high or not less else self.mean_shown()
        self.wanted_like = rest if now.words else ""
        bounds = {"low": low, "high": high} if low or high else {}
        return replace(before, intent=Intent.SEARCH, aspects=frozenset({"need"}), order=now.order, **bounds)

    def mean_shown(self) -> Decimal | None:
        """What those at hand cost on average."""
        known = [row["price"] for row in self.shown if row["price"] is not None]
        return sum(known, Decimal(0)) / len(known) if known else None

    def heard_narrowing(self, now: Asked, before: Asked) -> Asked | None:
        """What was asked for before, as a message that is heard to go on about its list bounds it: "which is the cheapest pack"."""
        chance, asks = of_goods(now.text)
        points = now.codes or now.ordinals or now.here or now.both or THAN_IT.search(now.text)
        anew = SOMETHING_TO.search(now.text) or COLOURS.search(now.text)
        if now.intent in NO_NARROWING or points or anew or asks not in GOES_ON:
            return None
        low, high = (now.low, now.high) if now.bounded else prices(now.text)[0]
        if chance < (OF_LIST / 2 if low or high or now.order else OF_LIST):
            return None
        others = WHAT_ABOUT.search(now.text) and any(row["score"] >= POSSIBLE for row in self.search(now.words))
        if before.intent is Intent.GIFT and others:
            bounds = {"low": low or before.low, "high": high or before.high}
            return replace(now, intent=Intent.SEARCH, follows=True, **bounds)  # "what about a kneeler"
        if before.intent is Intent.GIFT:  # "anything with a bit of humour"
            if CHEAPER.search(now.text) and not (low or high):
                high = self.mean_shown()  # "anything cheaper"
            bounds = {"low": low, "high": high} if low or high else {}
            both = replace(before, text=f"{before.text}. {now.text}", follows=True, **bounds)
            return both if asks in OF_A_GIFT else None
        kind = self.kind_of(before)
        kind = kind if not kind or self.has(kind) else self.thing_of(before)
        known = {*kind.split()} | WEAK | PEOPLE | GENERIC
        said = [word for word in now.words.split() if word not in known and not word.isdigit()]
        whole = self.composed(" ".join(said), before) if said and kind else None
        whole = whole or next(filter(None, (self.composed(word, before) for word in said if len(said) > 1)), None)
        words = whole.words if whole is not None else ""
        if not words and said and (rows := named(self.shown, " ".join(said))) and len(rows) < len(self.shown):
            return self.of_these(now, rows, now.intent if now.intent in ABOUT_ONE else Intent.STOCK)
        bounds = {"low": low, "high": high} if low or high else {}
        order, count = now.order or before.order, now.count or before.count
        if not words and (not kind or not (low or high or now.order) or any(map(self.names_goods, said))):
            return None
        thing = whole.thing if whole is not None else before.thing
        intent = before.intent if whole is not None and before.intent in (Intent.PRICE, Intent.STOCK) else Intent.SEARCH
        changed = replace(before, intent=intent, words=words or kind, thing=thing, order=order, count=count, **bounds)
        available = now.available or before.available
        return replace(changed, text=now.text, available=available, both=False, there=False, follows=True)

    def of_kinds(self, now: Asked, before: Asked) -> Asked | None:
        """ "Just cats or dogs", after mugs with animals: those of the kind before that have one of these."""
        kind = self.kind_of(before).split()
        said = [words for piece in ENUMERATED.split(now.text) if (words := words_of(piece))]
        for at in range(len(kind)):
            for of in (kind[: len(kind) - at], kind[at:]):
                both = [f"{word} {' '.join(of)}" for word in said]
                if both := [each for each in both[:3] if self.has(each)]:
                    return replace(
                        before, intent=Intent.SEARCH, text=" or ".join(both), words=" ".join(both), follows=True
                    )
        return None

    def taken(self, now: Asked) -> Asked | None:
        """The ones of those shown that somebody would have: "I'll go for mint if there is one"."""
        found = TAKES.match(now.text) if now.intent not in {*GUARDS, Intent.CART_ADD, Intent.POLICY} else None
        words = words_of(found["en"] or found["zh"]) if found else ""
        rows = named(self.shown, words, strictly=True) or named(self.shown, words) if words else []
        return self.of_these(now, rows, Intent.STOCK) if 0 < len(rows) < len(self.shown) else None

    def changed(self, now: Asked, before: Asked) -> Asked | None:
        """What was asked for before as a message puts it right, leaves something out of it, or bounds it."""
        if owned(now.text) and now.intent in MAY_TELL:  # "he has the lunch box, something else"
            return replace(before, text=f"{before.text}. {now.text}", follows=True)
        of_gift = before.intent is Intent.GIFT and now.intent in MAY_TELL and not now.bounded
        if of_gift and len(now.text) <= SO_SHORT and WHOM.search(now.text):
            return replace(before, text=f"{before.text}. {now.text}", follows=True)  # "a boy, he is 6"
        return self.meant_so(now, before) or self.without(now, before) or self.narrowing(now, before)

    def meant_so(self, now: Asked, before: Asked) -> Asked | None:
        """What was asked for before, its order and its price with it, as a message puts it right: "I mean one for the wall"."""
        if not MEANT.search(now.text) or now.intent in GUARDS or now.codes or now.ordinals:
            return None
        kind = self.kind_of(before).split()
        words = asked(MEANT.sub(" ", now.text)).words
        said = " ".join(word for word in words.split() if word not in kind)
        whole = self.composed(said, before) if said else None
        if whole is None and not (words and self.has(words)):
            return None
        thing = whole.thing if whole is not None else ""
        return replace(before, text=now.text, words=whole.words if whole else words, thing=thing, follows=True)

    def without(self, now: Asked, before: Asked) -> Asked | None:
        """What was asked for before, less what a message only says that it shall not have: "not with gnomes", 红色的不要."""
        unwanted = not_wanted(now.text)
        known = {*unwanted, *stems(" ".join(unwanted), "en"), "either"} | WEAK
        if (
            not unwanted
            or any(
                word not in known and not known.issuperset(stems(word, "en") or [word]) for word in now.words.split()
            )
            or now.intent in GUARDS
            or self.in_cart(now.words)
        ):
            return None
        if before.intent is Intent.GIFT:
            return replace(before, text=f"{before.text}. {now.text}", follows=True)
        text = ". ".join([*(found[0] for found in UNWANTED.finditer(before.text)), now.text])
        rows = named(self.search(before.words, available=False, limit=20), before.words, strictly=True)
        words = before.words if rows else self.thing_of(before)
        return replace(before, text=text, words=words, intent=Intent.SEARCH, follows=True)

    def beside_it(self, now: Asked, before: Asked | None) -> Asked | None:
        """Goods of the kind that shall go with what is at hand, of its theme: the card that shares most of the mug's title, or
        of what somebody likes."""
        found = BESIDE_IT.search(now.text) if self.shown and not now.codes else None
        kind = words_of(found["en"] or found["matching"] or found["bare"] or found["zh"]) if found else ""
        if kind and found and found["bare"] and not self.has(kind):
            return replace(now, intent=Intent.SEARCH, words=kind, there=False, follows=False)
        if not kind or not self.has(kind):
            return None
        title = words_of(self.shown[0]["title"].lower()).split()
        likes = wish_of(before.text).likes if before else ()
        themes = [word for word in dict.fromkeys([*" ".join(likes).split(), *title[:-1]]) if theme(word)]
        asked_for = [f"{word} {kind}" for word in themes[:MOST_THEMES]]
        rows = {row["product_id"]: row for both in asked_for for row in named(self.search(both, now), both)}
        rows = {row["product_id"]: row for row in named(rows.values(), kind, strictly=True)} or rows
        shared = {key: sum(bool(named([row], word, strictly=True)) for word in themes) for key, row in rows.items()}
        best = tuple(key for key, many in shared.items() if many == max(shared.values()))[:MOST_THEMES]
        return replace(now, intent=Intent.SEARCH, words="" if best else kind, codes=best, there=False, follows=True)

    def kind_of(self, before: Asked) -> str:
        """The words of a wish, without whom it was for where nothing is called so: "party bags for 12 kids"."""
        plain = " ".join(word for word in before.words.split() if word not in PEOPLE | CHILDREN and not word.isdigit())
        return before.words if not plain or plain == before.words or self.has(before.words) else plain

    def of_it(self, now: Asked, *, beside: bool) -> Asked | None:
        """A question of some property of the goods at hand that no table knows: "is it made in England", "dishwasher safe".

        Args:
            beside: whether the message asks something else as well.
        """
        at_hand = self.last_about == "product" or self.turn.product or beside
        if told := self.of_title(now):
            return told
        if now.codes or now.ordinals or now.bounded or now.order or COLOURS.search(now.text):
            return None
        unknown = "unknown" in now.aspects
        if self.asks_of_titled(now):
            return replace(now, intent=Intent.DESCRIBE, aspects=now.aspects | {"unknown"}, there=False)
        if at_hand and self.asks_fact(now):
            return replace(
                now, intent=Intent.DESCRIBE, words="", aspects=frozenset({"unknown"}), units=None, there=True
            )
        may = now.intent in OF_A_THING_AT_HAND and not HAVE_YOU.search(now.text)
        of_part = may and OF_A_PART.search(now.text) and SERVED_IN_ENGLISH.isdisjoint(stems(now.words, "en"))
        others = self.names_others(now) if of_part or unknown else ""
        if of_part and (others or at_hand):
            aspects = now.aspects | {"unknown"}
            return replace(now, intent=Intent.DESCRIBE, words=others, aspects=aspects, there=not others)
        asks = at_hand and now.intent in (Intent.NONE, Intent.DESCRIBE) and OF_IT.search(now.text)
        asks = asks and (unknown or not SERVICE.search(now.text))
        asks = asks and not leaves_out(now.text)
        asks = asks and (unknown or (now.words and not COLOUR.fullmatch(now.words) and not HAVE_YOU.search(now.text)))
        alone = at_hand and unknown and now.intent in (Intent.NONE, Intent.DESCRIBE, Intent.GIFT, Intent.POLICY)
        alone = alone and len(now.text.split()) <= MOST_BARE and not HAVE_YOU.search(now.text) and not others
        plain = len(now.words) < 2 or COLOUR.fullmatch(now.words)  # 大
        if not asks and not (alone and (plain or not self.has(now.words))):
            return None
        return replace(now, intent=Intent.DESCRIBE, words="", aspects=now.aspects | {"unknown"}, there=True)

    def asks_of_it(self, now: Asked) -> bool:
        """Whether a question asks something of the goods at hand by a verb that says nothing of their kind: "do they stack"."""
        asks = OF_IT.search(now.text) or OF_THOSE.search(now.text)
        may = now.there and now.intent in (Intent.NONE, Intent.SEARCH) and asks
        may = may and not (now.codes or now.ordinals or now.bounded or now.order or HAVE_YOU.search(now.text))
        may = may and not (leaves_out(now.text) or SERVICE.search(now.text) or COLOURS.search(now.text))
        looks = any(map(COLOUR.fullmatch, now.words.split()))
        looks = looks or 0 < len(named(self.shown, now.words)) < len(self.shown)
        return bool(may) and not looks and len(now.words.split()) <= MOST_VERB

    def names_others(self, now: Asked) -> str:
        """What a question of some property calls goods other than those at hand; "" where it speaks of no others."""
        words = words_of(PARTS.sub(" ", now.text))
        if not words or CHINESE.search(words) or named(self.page() or self.shown, words):
            return ""
        return words if self.names_goods(words) or self.titled(now) is not None else ""

    @staticmethod
    def asks_fact(now: Asked) -> bool:
        """Whether a question only asks how many something holds, or of what it is made."""
        may = now.intent in MAY_TELL | {Intent.DESCRIBE, Intent.POLICY}
        return may and FACT.search(now.text) is not None and not any(map(COLOUR.fullmatch, now.words.split()))

    def asks_of_titled(self, now: Asked) -> bool:
        """Whether a question names a product by its whole title and asks something of it: whether it is wide enough."""
        property_ = now.intent is Intent.STOCK and "unknown" in now.aspects
        needs = now.intent is Intent.SEARCH and NEEDS.match(now.text)
        if not (property_ or needs or now.intent in (Intent.NONE, Intent.DESCRIBE, Intent.GIFT)) or not ASKS_OF.search(
            now.text
        ):
            return False
        row = self.titled(now)
        others = named(self.search(now.words, available=False), now.words) if row and now.words else []
        if any(other["product_id"] != row["product_id"] for other in others):
            return False  # a hanger for a rolling pin
        if row is None or now.aspects & {"code", "category", "link"} or COLOURS.search(now.text):
            return False
        spelled = " ".join(WORDS.findall(now.text.replace("'", "")))
        return bool(words_of(f" {spelled} ".replace(f" {' '.join(WORDS.findall(row['title'].lower()))} ", " ")))

    def of_the_same(self, now: Asked, before: list[Asked]) -> Asked | None:
        """A later part of a message that names nothing the shop has, where an earlier one names goods: what it asks is of those."""
        if now.intent not in ABOUT_ONE or not now.words or now.codes or not any(part.words for part in before):
            return None
        if self.search(now.words, available=False) or in_english(now.words):
            return None
        return replace(now, words="", there=True)


def theme(word: str) -> bool:
    """Whether a word of a title, or of what somebody likes, says of what it is: no colour, number or manner."""
    return not (COLOUR.fullmatch(word) or word.isdigit() or word in WEAK | PEOPLE | CHILDREN or word in NUMBERS)


def in_room(word: str) -> bool:
    """Whether a word, English or Chinese, is a room."""
    return word in ROOMS or (not word.isascii() and in_english(word) in ROOMS)


def bare(clause: str) -> bool:
    """Whether a clause is the name of something and nothing else.

    >>> bare("cups and napkins"), bare("my sister wants one")
    (True, False)
    """
    said = [word for word in re.findall(r"[\w'&-]+", clause) if word not in ("and", "or")]
    return bool(said) and " ".join(said) == words_of(clause)
