"""The default backend: understands by tables, looks up by the tools, answers in sentences of its own. No language model.

Whatever it states it has just been told by a tool, so nothing can be invented; what it cannot find it says it cannot find.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from django.utils.translation import gettext as _

from loyalty_ai.assistant.backends.base import Backend, Piece, Tools
from loyalty_ai.assistant.following import (
    BARE_PLACE,
    COME_TO,
    IN_CHINESE,
    NEEDED,
    WHAT_ABOUT,
    leaves_out,
    points_at_some,
    size_of,
)
from loyalty_ai.assistant.hearing import CHINESE
from loyalty_ai.assistant.periods import period
from loyalty_ai.assistant.phrases import (
    ADDS_TO,
    AVERAGE,
    COMPARES,
    CONTENTS,
    EXTREME_OF_IT,
    GUARDS,
    LATEST_FEW,
    MONTH_BESIDE,
    NUMBERS,
    OF_ONE_TIER,
    OWN,
    OWN_TIER,
    POINTED,
    REFUND_HAD,
    SERVED,
    TO_NEXT,
    TOGETHER,
    WHEN_IT_WAS,
    Intent,
)
from loyalty_ai.assistant.phrasing.at_hand import TOO_MANY, AtHand
from loyalty_ai.assistant.phrasing.choosing import (
    SURE,
    Row,
    codes_of,
    likeness,
    named,
)
from loyalty_ai.assistant.phrasing.finding import (
    COLOUR,
    COLOUR_WORD,
    COLOURS,
    HAVE_YOU,
    NEED,
    PEOPLE,
    PLAIN_NEED,
    SURE_NEED,
    UNWANTED,
    not_wanted,
    recoloured,
)
from loyalty_ai.assistant.phrasing.orders import CAME_BACK, ORDER_NUMBER, SEND_BACK, TROUBLES
from loyalty_ai.assistant.phrasing.own import MAY_NAME_GOODS, MOST_SHORT, NOT_IN_TABLES, OPEN, PLAINLY, WISH, Own
from loyalty_ai.assistant.phrasing.shop import (
    CALL_OFF,
    CHAT,
    COSTS,
    ERASE,
    GIVES,
    OF_TIERS,
    RESTOCK,
    SUPPOSES,
    TIER_ENDS,
)
from loyalty_ai.assistant.phrasing.voice import CERTAIN, FURTHEST, asked_of, local
from loyalty_ai.assistant.questions import (
    CHEAPLY,
    FEW,
    IN_ALL,
    Asked,
    asked,
    continued,
    number,
    things_counted,
    understand,
    words_of,
)
from loyalty_ai.assistant.turn import Outcome, Sentence, Turn
from loyalty_ai.assistant.wishes import OF_A_THING, PERSON, wish_of

ABOUT_PRODUCTS = {
    Intent.PRICE,
    Intent.STOCK,
    Intent.DESCRIBE,
    Intent.SIMILAR,
    Intent.GOES_WITH,
    Intent.SEARCH,
    Intent.GIFT,
    Intent.RECOMMEND,
    Intent.CART_ADD,
    Intent.COMPARE,
}

ONLY_WHEN = re.compile(r"(?:and |so )?when(?: will (?:it|that) be)?|(?:那|大概)?(?:什么时候|多久|何时)(?:呢)?")
"""After a product that is sold out: when it comes back."""

MAY_ASK_BACK = {Intent.STOCK, Intent.POLICY, Intent.NONE, Intent.SEARCH, Intent.DESCRIBE, Intent.GIFT, Intent.ORDER}

LISTING = {Intent.SEARCH, Intent.GIFT, Intent.RECOMMEND, Intent.POPULAR}
"""What was answered with a list: a place in it is meant, and no other list."""

FEW_LETTERS = 30
"""Of words that a question may name beside what it goes on about."""

HOW_MUCH = re.compile(r"呢$|多少钱?$|一共|总共|几块")
"""It asks what so many would cost, and puts nothing into the cart."""

NAMED = 0.55
"""Likeness to a title from which on a question that no table knows is about that product."""

HEARD = {Intent.NONE: 0.65, Intent.SEARCH: 0.65, Intent.PRIVACY: 0.65, Intent.GIFT: 0.7} | dict.fromkeys(
    (Intent.ORDER, Intent.CART, Intent.STOCK, Intent.RECOMMEND, Intent.COMPARE), 0.75
)
"""Likeness to a known wording from which on a question is one to the documents after all, whatever the tables read in it."""

OF_THEIR_OWN = {Intent.ORDER, Intent.CART, Intent.STOCK, Intent.GIFT}
"""What documents answer only where they treat it."""

TOLD = (
    HEARD
    | dict.fromkeys((Intent.NONE, Intent.SEARCH), 0.47)
    | {
        Intent.GIFT: 0.55,
        Intent.DESCRIBE: 0.6,
        Intent.SIMILAR: 0.6,
        Intent.CART_ADD: 0.6,
        Intent.CART: 0.6,
        Intent.STOCK: 0.65,
        Intent.PRICE: 0.7,
        Intent.COMPARE: 0.7,
        Intent.ORDER: 0.7,
    }
)
"""The same for what speaks of a shop's service and wishes for no goods, where the documents treat it."""

TOLD_TO_STRANGERS = 0.6
"""The same for orders where nobody is signed in."""

OF_ORDERS = re.compile(r"\b(?:my|mine|our|i|we|orders?|parcels?|package|deliver\w*|arriv\w+|tracking)\b")
"""It speaks of what somebody ordered."""

FOR_A_USE = {Intent.NONE, Intent.SEARCH, Intent.POLICY, Intent.LOYALTY, Intent.DESCRIBE, Intent.GIFT}
"""What may be read in goods that are told by their use: "something to wrap presents with"."""

MAY_NEED = dict.fromkeys((Intent.NONE, Intent.SEARCH, Intent.RECOMMEND, Intent.DESCRIBE), NEED) | {
    Intent.POLICY: PLAIN_NEED,
}
"""What may tell a need, and the likeness to a known one from which on it does."""

WORDS_OF_A_NEED = 3
"""Words from which on a question with a "that" in it is no short one about what was shown: "something that moves in the wind"."""

PLAIN_RULE = 0.75
"""Likeness to a question to the documents from which on no goods are meant, whatever is called so."""

KEPT = {*GUARDS, Intent.ORDER, Intent.PERSON, Intent.PRIVACY, Intent.THANKS, Intent.BYE, Intent.CART_ADD, Intent.USUAL}
"""What is never read as going on about tiers."""

BESIDE_EACH_OTHER = {Intent.COMPARE, Intent.POPULAR}

NAME, OF_TITLES = 3, {"birthday", "anniversary"}
"""Words of a message that may be the name of goods, and words that part goods only beside others."""

OWED = re.compile(r"\brefund|\bmy money\b|\bmoney back\b|\bowe me\b|退款|我的钱")
"""Money that should come back."""

SO_MANY = re.compile(
    r"(?:^|, ?|\b(?:and|then|so|ok) )(?:(?:can|could|may) (?:i|we) (?:have|get|buy|order|take)|(?:do |have )?you (?:have|got)|got) "
    r"(?P<count>\d{1,3}|(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|a dozen)(?= ?$| of\b| left\b| in stock))"
    r"(?: of (?:it|them|those|these|that))?(?: left| in stock)?$"
)
"""Whether so many of what is at hand can be had."""

WHICH_IS_MORE = re.compile(
    r"^(?:and )?(?:which|what) (?:one |of (?:them|those|these) )?(?:is|are|would be) (?:the )?"
    r"(?!cheap|dear|low|high|pric|more (?:expensive|popular))"
    r"(?:\w+(?:er|est)|more \w+|better|best)\b|哪(?:个|款|一个)(?:更|比较|最)(?:大|小|重|轻|高|长|宽|结实)"
)
"""Which of those at hand has more of something: size, weight, strength."""

MORE_OR_LESS = {
    "small": re.compile(r"smaller|tinier|小(?:一?点|一?些)"),
    "large": re.compile(r"bigger|larger|大(?:一?点|一?些)"),
}
"""Sizes as titles write them, of what is compared with the goods at hand."""

ANEW = 0.78
"""Likeness to a known wording from which on a question that points at nothing asks anew."""

JOINS = re.compile(r"\b(?:join|sign up|enrol|register|apply|qualify)\b")
"""What nobody does with goods, be it "anything" that they need to join."""

TROUBLE_ZH = re.compile("怕|疼|痛|冷|热|冰|湿|脏|很乱|吵|累|睡不着|失眠|漏水|漏风|找不到|看不[见清]|[总老]是")
"""It tells a trouble rather than goods, be the trouble in a title: no cat that sleeps for somebody who cannot."""

HYPOTHETICAL = re.compile(r"\b(?:if|when|is it|will it|would it|the most|how many|at once)\b")
SERVICE = re.compile(SERVED)

GENERAL = re.compile(
    r"^(who|why|what|how|when|where|which|is|are|does|do|can|could|should|would|tell|explain|give|name)\b|谁|为什么|什么|怎么|哪里|如何|吗|多少|哪"
)


YES_OR_NO = re.compile(r"(?:is|are|does|do|can|could)\b")
"""Whether something is so: of goods, where some carry its words."""


def alone(found: list[Asked]) -> list[Asked]:
    """The questions without what only leads to another: whose tier it is, and the sum of what shall be bought again."""
    kept: list[Asked] = []
    for now in found:
        if kept and kept[-1].intent is Intent.USUAL and now.intent in (Intent.PRICE, Intent.NONE) and not now.words:
            kept[-1] = replace(kept[-1], aspects=kept[-1].aspects | now.aspects)
        else:
            kept.append(now)
    return [now for now in kept if not OWN_TIER.search(now.text)] or kept


def units_said(count: str) -> int:
    """How many "4", "four" or "a dozen" are."""
    return FEW.get(count) or int(number(count) or 1)


class TemplatesBackend(Backend):
    """Retrieval and deterministic phrasing in the active language."""

    name = "templates"
    instant = True

    def reply(self, turn: Turn, tools: Tools) -> Iterator[Piece]:
        """Answer each question of the message in turn."""
        return Reply(turn, tools, self.store.currency).pieces()


class Reply(AtHand, Own):
    """The answer to one message, question by question."""

    def pieces(self) -> Iterator[Piece]:
        """Sentences, then how it ended: answered where any question was."""
        outcomes: list[Outcome] = []
        said: set[Piece] = set()
        for question in self.questions():
            for piece in self.answer(question):
                if isinstance(piece, Outcome):
                    outcomes.append(piece)
                elif piece not in said:  # two questions may have part of their answer in common
                    said.add(piece)
                    yield piece
        order = (Outcome.HANDED_OVER, Outcome.ANSWERED, Outcome.UNANSWERED, Outcome.REFUSED)
        yield min(outcomes, key=order.index)

    def questions(self) -> list[Asked]:
        """The message's questions; one that goes on with the last message's is completed from there."""
        found = self.compared_together(alone([self.as_own(now) for now in understand(self.turn.text)]))
        found = [
            replace(now, intent=Intent.PRICE, there=not now.words)
            if now.intent is Intent.CART_ADD and HOW_MUCH.search(now.text)
            else now
            for now in found
        ]
        if self.asked_before:
            found[0] = self.completed(found[0])
        found = [
            replace(now, intent=Intent.SEARCH)
            if now.words
            and (
                (now.intent in FOR_A_USE and NEEDED.search(now.text) and not JOINS.search(now.text))
                or (
                    now.intent is Intent.DESCRIBE
                    and HAVE_YOU.search(now.text)
                    and not (now.here or now.there or now.codes)
                )
            )
            else now
            for now in found
        ]
        found = [
            replace(now, intent=Intent.DESCRIBE)
            if OF_A_THING.match(now.text)
            and (now.intent is Intent.GIFT or (now.intent is Intent.NONE and "unknown" in now.aspects))
            else replace(now, intent=Intent.SEARCH)
            if now.intent is Intent.POLICY and self.asks_for_goods(now)
            else replace(now, intent=Intent.LOYALTY, text=f"{now.text} {_('benefits')}")
            if now.intent is Intent.NEXT_TIER and GIVES.search(now.text)
            else now
            for now in found
        ]
        if self.turn.customer_id is None:  # "where is the doily stuff" is no stranger's order
            found = [
                replace(now, intent=Intent.SEARCH)
                if now.intent is Intent.ORDER and not OF_ORDERS.search(now.text) and self.names_goods(now.words)
                else now
                for now in found
            ]
        found = [
            replace(now, intent=Intent.SEARCH, words=now.text)
            if now.intent in (Intent.NONE, Intent.GIFT) and self.is_name(now)
            else now
            for now in found
        ]
        found = [
            replace(
                now,
                intent=Intent.POLICY,
                words="",
                codes=(),
                text=_("limits: as many units as are in stock, at most so many of a product"),
            )
            if TOO_MANY.search(now.text) and now.intent in ABOUT_PRODUCTS | {Intent.NONE, Intent.POLICY, Intent.ORDER}
            else now
            for now in found
        ]
        of_lines = found[0].intent is Intent.ORDER and len(found) > 1 and self.names_nothing(found[1])
        if of_lines and self.turn.customer_id and self.lines_asked(found[0]) is not None:
            del found[1]  # "still in stock, and how much each": the price of today is told with the stock
        for at, question in enumerate(found):
            if self.turn.customer_id is not None and question.intent in OPEN | {Intent.POLICY, Intent.ORDER}:
                if CAME_BACK.search(question.text) or REFUND_HAD.search(question.text):
                    found[at] = question = replace(question, intent=Intent.ORDER)
                if at and found[at - 1].intent is Intent.ORDER and EXTREME_OF_IT.search(question.text):
                    found[at] = question = replace(question, intent=Intent.ORDER, codes=found[at - 1].codes)
            goes_on = question.there or question.follows
            if at and found[at - 1].intent is Intent.CART and self.names_nothing(question):
                found[at] = question = replace(question, intent=Intent.CART)
            of_order = (
                found[at - 1].intent is Intent.ORDER
                if at
                else bool((self.order_before or self.days_before) and goes_on)
            )
            of_order = of_order and not question.codes and not (question.units and self.last_about == "product")
            of_days = not question.there and period(question.text, local(self.turn.now)) is not None
            of_days = of_days and self.turn.customer_id is not None
            if (of_order or of_days) and self.names_nothing(question):  # "where is my order and how much was it"
                found[at] = replace(question, intent=Intent.ORDER)
                if of_days and not question.aspects:  # "and in november?"
                    before = found[at - 1] if at else next(iter(map(understand, self.asked_before)), [question])[-1]
                    asked_of_days = {"total"} if "spent" in before.aspects else before.aspects
                    found[at] = replace(found[at], aspects=frozenset(asked_of_days))
        return found

    def completed(self, now: Asked) -> Asked:
        """A question that cannot be read alone, with what it goes on about: a rule that was quoted, or a wish for products."""
        if of_tier := self.of_tier(now):
            return of_tier
        if self.last_about == "order" and OWED.search(now.text) and now.intent in OPEN and self.order_before:
            codes = now.codes or (self.order_before,)
            return replace(now, intent=Intent.ORDER, aspects=now.aspects | {"back"}, codes=codes)
        if fee_times := self.fee_times(now):
            return fee_times
        if self.goes_on_about_service(now):
            return now
        if self.last_about in ("passage", "loyalty") and self.asks_on(now):
            gives = self.last_about == "loyalty" and GIVES.search(now.text)
            return replace(now, intent=Intent.LOYALTY if gives else Intent.POLICY, follows=True)
        if (
            self.turn.customer_id is not None
            and now.intent in OPEN | {Intent.STOCK}
            and self.lines_asked(now) is not None
        ):
            return replace(now, intent=Intent.ORDER)
        if self.last_about == "order" and self.turn.customer_id is not None:
            pointed = now.there or POINTED.search(self.turn.text) is not None
            if TOGETHER.search(now.text) and not self.things(now) and LATEST_FEW.search(self.asked_before[0].lower()):
                return replace(understand(self.asked_before[0])[-1], follows=True)  # its answer says the sum
            if ADDS_TO.search(now.text) and pointed:
                return replace(now, intent=Intent.POLICY, words="", text=f"{now.text} {_('order')}")
            if WHEN_IT_WAS.search(now.text) and now.intent in OPEN | {Intent.ORDER} and not now.codes:
                return replace(now, intent=Intent.ORDER, there=True, words="", aspects=now.aspects | {"bought_when"})
            if now.there and CONTENTS.search(now.text) and not now.codes:
                return replace(now, intent=Intent.ORDER, words="", aspects=now.aspects | {"items"})
            if pointed and not now.codes and (SEND_BACK.search(now.text) or CALL_OFF.search(now.text)):
                return replace(now, intent=Intent.POLICY, words="", there=True)
            if goods := self.of_lines(now):
                return goods
            days = period(now.text, local(self.turn.now))
            if now.intent is Intent.PRICE and not (now.codes or self.things(now)):
                return replace(now, intent=Intent.ORDER, words="", there=True)
            if part := self.next_part(now):
                return part
            asks = (
                TOGETHER,
                AVERAGE,
                EXTREME_OF_IT,
                MONTH_BESIDE,
                *([COMPARES] if days or len(set(self.days_told())) > 1 else []),
            )
            if now.intent in OPEN and any(pattern.search(now.text) for pattern in asks):
                return replace(now, intent=Intent.ORDER)
        if (
            self.last_about == "product"
            and now.intent in MAY_NAME_GOODS
            and (many := SO_MANY.search(now.text.rstrip(" ?!.")))
        ):
            left = now.aspects | {"left"}
            return replace(
                now, intent=Intent.STOCK, words="", units=units_said(many["count"]), aspects=left, follows=True
            )
        if at_hand := self.at_hand(now, wish := self.wish_before()):
            return at_hand
        if wish and (unwanted := not_wanted(now.text)) and {*now.words.split()} <= {*unwanted}:  # "not with gnomes"
            return replace(wish, text=now.text, intent=Intent.SEARCH, follows=True)
        if self.shown and (pointing := self.pointing(now)):
            return pointing
        if now.there and COLOURS.search(now.text) and self.last_about == "product":
            return replace(now, intent=Intent.DESCRIBE, words="")
        if self.last_about == "product" and WHICH_IS_MORE.search(now.text) and len(now.words.split()) < 2:
            return replace(now, intent=Intent.DESCRIBE, words="", aspects=frozenset({"unknown"}), both=True)
        if self.last_about == "product" and ONLY_WHEN.fullmatch(now.text) and not self.shown[0]["available"]:
            return replace(now, intent=Intent.STOCK, text=f"{now.text} back in stock", there=True)
        if self.last_about == "product" and now.intent is Intent.PRICE and "total" in now.aspects:
            many = understand(self.asked_before[0])[-1].units  # "what would that come to"
            if many and not (now.words or now.codes or now.units):
                return replace(now, units=many, there=True)
        if other := self.other_goods_bought(now):
            return other
        before = self.wish_before()
        if before is None:
            return now
        if narrowed := self.narrowed(now, before):
            return narrowed
        if (
            before.intent is Intent.GIFT and now.intent in MAY_NAME_GOODS and wish_of(now.text).likes
        ):  # "she collects owls"
            low, high = (now.low, now.high) if now.bounded else (before.low, before.high)
            return replace(now, intent=Intent.GIFT, low=low, high=high, follows=True)
        if now.intent in MAY_NAME_GOODS and now.words == now.text.strip(" ?!.") and not now.bounded:
            now = replace(now, low=before.low, high=before.high)  # "bracelets", after "jewellery up to 5"
        if size := next((size for size, said in MORE_OR_LESS.items() if said.fullmatch(now.words)), ""):
            now = replace(now, words=size, intent=Intent.SEARCH)
        if COLOUR.fullmatch(now.words) and now.intent in (Intent.SEARCH, Intent.NONE) and not now.here:
            words = f"{now.words} {recoloured(before.words, now.words)}"
            return replace(before, intent=Intent.SEARCH, text=now.text, words=words, follows=True)
        if now.ordinals and before.intent in LISTING and not now.order:
            return now
        if self.goes_on(now):
            words = self.words_beside(now, before) if now.follows and now.words else now.words
            return continued(replace(now, words=words), before)
        return now

    def of_lines(self, now: Asked) -> Asked | None:
        """What is asked of a place among the things of the order that was told, or what so many more of its only thing cost."""
        if now.intent not in (Intent.PRICE, Intent.STOCK) or now.codes or (self.things(now) and not now.ordinals):
            return None
        many = things_counted(now.text)
        orders = self.one_told(now) if now.ordinals or many else []
        items = orders[0]["items"] if orders else []
        if now.ordinals:
            places = (place - 1 if place > 0 else len(items) - 1 for place in now.ordinals)
            meant = [items[place] for place in places if place < len(items)]
        else:
            meant = items if len(items) == 1 else []
        codes = tuple(item["product_id"] for item in meant if item["product_id"])
        units = int(many.value) if many and not now.ordinals else None
        return replace(now, words="", ordinals=(), codes=codes, units=units, there=True) if codes else None

    def next_part(self, now: Asked) -> Asked | None:
        """ "And in the second?" after the first quarter."""
        whole = next((part for part in ("quarter", "half", "季度") if part in self.asked_before[0].lower()), "")
        if not (whole and now.ordinals and now.follows) or whole in now.text or len(now.text) > MOST_SHORT:
            return None
        before = understand(self.asked_before[0])[-1]
        return replace(before, text=f"how much {now.text} {whole}", intent=Intent.ORDER, words="", follows=True)

    def pointing(self, now: Asked) -> Asked | None:
        """A place, a number or a measure alone, of what was shown."""
        if BARE_PLACE.search(now.text) and now.ordinals:
            return replace(now, intent=Intent.DESCRIBE, words="", there=True)
        if self.last_about != "product":
            return None
        if (many := COME_TO.search(now.text)) and now.intent is not Intent.CART_ADD:
            said = many["n"] or many["zh"] or many["alone"]
            units = {"a dozen": 12, "half a dozen": 6}.get(said) or number(said)
            return replace(now, intent=Intent.PRICE, words="", there=True, units=int(units or 1), follows=True)
        rest = [word for word in IN_ALL.sub(" ", now.words).split() if word not in NUMBERS]
        asks_price = now.intent is Intent.PRICE or IN_ALL.search(now.text)
        if asks_price and not rest and not now.bounded and not now.ordinals and (many := things_counted(now.text)):
            return replace(now, intent=Intent.PRICE, words="", there=True, units=int(many.value), follows=True)
        return None

    def narrowed(self, now: Asked, before: Asked) -> Asked | None:
        """A question that names only what one of the things asked for before shall have."""
        size = size_of(now.text)
        plainly, words = leaves_out(now.text), (size if before.words.isascii() else IN_CHINESE.get(size)) or now.words
        if not words or now.codes or now.ordinals:
            return None
        if now.intent not in MAY_NAME_GOODS | {Intent.GIFT, Intent.STOCK} and not (size and plainly):
            return None
        if not plainly and not WHAT_ABOUT.search(now.text):
            return None
        if len(named(self.shown, words)) == 1 and "one" in now.text.split():
            return replace(now, intent=Intent.DESCRIBE, words=words)
        kind = before.words
        if COLOUR.fullmatch(words):  # "what about green", after pink cushions
            kind = " ".join(word for word in COLOUR_WORD.sub(" ", kind).split() if not COLOUR.fullmatch(word)) or kind
        both = f"{words} {kind}" if words.isascii() or not kind.isascii() else f"{kind} {words}"
        if not plainly and not named(self.search(both, available=False, limit=20), both):
            return None
        return replace(
            before,
            intent=Intent.SEARCH,
            text=now.text,
            words=both,
            low=now.low if now.bounded else before.low,
            high=now.high if now.bounded else before.high,
            order=now.order,
            ordinals=(),
            both=False,
            there=False,
            follows=True,
        )

    def of_tier(self, now: Asked) -> Asked | None:
        """A short question after one about tiers that goes on about them: what is missing, whether it lasts, another tier."""
        before = self.asked_before[0].lower()
        if (
            now.intent in KEPT
            or not (self.last_about == "loyalty" or OF_TIERS.search(before))
            or len(now.text) > MOST_SHORT
        ):
            return None
        if TO_NEXT.search(now.text) or SUPPOSES.search(now.text):
            return replace(now, intent=Intent.NEXT_TIER)
        if GIVES.search(now.text) or (OF_TIERS.search(now.text) and now.follows and GIVES.search(before)):
            return replace(now, intent=Intent.LOYALTY, text=f"{now.text} {_('benefits')}")
        if TIER_ENDS.search(now.text) and not SEND_BACK.search(now.text):
            return replace(now, intent=Intent.POLICY, text=f"{now.text} {_('tier')}")
        return None

    def words_beside(self, now: Asked, before: Asked) -> str:
        """What "and the small one" names: of the kind that was asked about before, the one that has these words."""
        figures = {word for word in now.words.split() if word.isdigit()}
        rest = " ".join(word for word in before.words.split() if not (figures and word.isdigit()))
        both = f"{now.words} {rest}"
        rows = named(self.search(both, available=False, limit=20), now.words)
        rows = [
            row for row in rows if figures <= {str(NUMBERS.get(word, word)) for word in row["title"].lower().split()}
        ]
        return max((row["title"].lower() for row in rows), key=lambda title: likeness(title, both), default=now.words)

    def wish_before(self) -> Asked | None:
        """What was asked about products last, by a question that can be read alone."""
        for text in self.asked_before[:FURTHEST]:
            before = understand(text)[-1]
            if before.words and {*before.words.split()} <= {*not_wanted(before.text)}:
                continue
            if leaves_out(before.text) or BARE_PLACE.search(before.text) or COME_TO.search(before.text):
                continue
            if before.intent is Intent.COMPARE and (before.ordinals or WHICH_IS_MORE.search(before.text)):
                continue
            if before.intent is Intent.NONE and before.words and self.last_about == "product":  # "umbrellas"
                return replace(before, intent=Intent.SEARCH)
            if before.intent in ABOUT_PRODUCTS and (before.words or before.intent is Intent.GIFT):
                return before
            if (
                before.intent is Intent.NONE
                and before.words
                and any(named(rows, word) for rows in self.lists() for word in before.words.split())
            ):
                return replace(before, intent=Intent.SEARCH)  # "doormats please"
            if before.intent not in ABOUT_PRODUCTS and not (self.goes_on(before) or WHICH_IS_MORE.search(before.text)):
                return None
        return None

    def asks_on(self, now: Asked) -> bool:
        """Whether a question of nothing in particular goes on about what was quoted last."""
        if now.codes or now.ordinals or now.here or now.bounded:
            return False
        said = self.listen(now.text) if now.intent is Intent.NONE else None
        if said is not None and said.query and said.likeness >= (PLAINLY if now.follows or now.there else ANEW):
            return False
        if now.intent is Intent.NONE and now.words and not now.follows and self.names_goods(now.words):
            return False
        if now.intent is Intent.PRICE:
            return not now.words or COSTS.fullmatch(now.words) is not None
        short = len(now.words.split()) <= 2 and len(now.words) <= FEW_LETTERS
        return (
            now.intent is Intent.NONE
            and short
            and not any(named(rows, now.words) for rows in self.lists() if now.words)
        )

    def names_nothing(self, question: Asked) -> bool:
        """Whether a question of a price or of nothing at all says not of what."""
        named = self.things(question) or question.codes or question.here or question.ordinals or question.bounded
        return question.intent in (Intent.PRICE, Intent.NONE) and not named

    def compared_together(self, found: list[Asked]) -> list[Asked]:
        """The questions; two things named in one, and what of them is compared in another, as one question."""
        at = next((at for at, now in enumerate(found) if now.intent in BESIDE_EACH_OTHER and not now.words), 0)
        before = found[:at]
        if not before or any(now.intent not in MAY_NAME_GOODS | {Intent.PRICE} for now in before):
            return found
        whole = asked(", ".join(now.text for now in found[: at + 1]))
        if len(self.parts_of(whole)) < 2:
            return found
        return [replace(whole, intent=Intent.COMPARE), *found[at + 1 :]]

    def is_name(self, now: Asked) -> bool:
        """Whether a question is the name of goods and nothing else: "birthday cards"."""
        said = now.text.split()
        plain = now.words and {*said} - {*now.words.split()} <= OF_TITLES and len(said) <= NAME
        return bool(plain) and not (now.codes or now.follows or now.bounded) and self.has(now.text)

    @staticmethod
    def goes_on(now: Asked) -> bool:
        """Whether a question can only be read together with the one before."""
        pointed = now.here or now.there or now.ordinals or now.codes
        if now.intent is Intent.NONE:
            return bool(now.follows or now.bounded or now.order or pointed)
        return now.intent is Intent.SEARCH and not now.words and bool(now.bounded or now.order or now.follows)

    def answer(self, question: Asked) -> Iterator[Piece]:
        """One question's sentences and its outcome."""
        method: Callable[[Asked], Iterator[Piece]] = METHODS[question.intent]
        if self.tells_tier(question):
            yield from self.for_tier(question)
            yield Outcome.ANSWERED
            return
        subject = None
        returns = (
            SEND_BACK.search(question.text) and self.turn.customer_id is not None and ORDER_NUMBER.search(question.text)
        )
        if returns and question.intent is Intent.ORDER and period(question.text, local(self.turn.now)):
            method = Reply.policy
        elif question.intent in MAY_ASK_BACK and RESTOCK.search(question.text):
            method = Reply.restock
        elif verdict := self.verdict(question):
            yield from verdict
            yield Outcome.ANSWERED
            return
        else:
            subject = self.asks_documents(question)
            if rows := self.needed(question, subject):
                yield from self.show_serving(question, rows)
                yield Outcome.ANSWERED
                return
        ended = False
        for piece in method(self, question) if subject is None else self.on(subject, question):
            ended = ended or isinstance(piece, Outcome)
            yield piece
        if not ended:
            yield Outcome.ANSWERED

    def tells_tier(self, question: Asked) -> bool:
        """Whether a question only names a tier, after a rule that was quoted."""
        named = OWN_TIER.search(question.text) or OF_ONE_TIER.search(question.text)
        return named is not None and self.last_about == "passage"

    def asks_for_goods(self, asked: Asked) -> bool:
        """Whether it asks for goods by their name, and is not plainly a question to the documents: gift cards, a shop to visit."""
        said = self.heard(asked) if HAVE_YOU.search(asked.text) else None
        plainly = said is not None and said.query and said.likeness >= PLAIN_RULE
        return HAVE_YOU.search(asked.text) is not None and not plainly and self.names_goods(asked.words)

    def asks_documents(self, asked: Asked) -> str | None:
        """The subject of a question that no table knows for one to the documents; None where it is none, or names goods."""
        if asked.aspects & NOT_IN_TABLES:
            return None
        if subject := self.goes_on_about_service(asked):
            return subject
        if (
            asked.intent is Intent.SEARCH
            and (asked.follows or NEEDED.search(asked.text))
            and not JOINS.search(asked.text)
        ):
            return None
        if asked.intent is Intent.SEARCH and asked.words == asked.text and self.has(asked.words):
            return None  # "birthday cards": the name of goods, and nothing of a rule
        if asked.intent is Intent.PRIVACY and (ERASE.search(asked.text) or CHAT.search(asked.text)):
            return None
        if asked.intent is Intent.SEARCH and self.asks_for_goods(asked):
            return None
        said = self.heard(asked) if asked.intent in TOLD else None
        strange = asked.intent is Intent.ORDER and self.turn.customer_id is None  # nobody's order can be told them
        if said is None or said.query is None or said.likeness < (TOLD_TO_STRANGERS if strange else TOLD[asked.intent]):
            return None
        subject = said.query
        wrong = any(pattern.search(asked.text) for pattern, _query in TROUBLES)
        of_days = self.turn.customer_id is not None and period(asked.text, local(self.turn.now)) is not None
        if asked.intent is Intent.ORDER and (wrong or (not strange and (of_days or OWN.search(asked.text)))):
            return None
        if subject and self.tells_of_service(asked) and self.passages(subject, self.carried):
            return subject
        if said.likeness < HEARD.get(asked.intent, 1.1):
            return None
        if asked.intent in OF_THEIR_OWN:
            return subject if subject and self.passages(subject, self.carried) else None
        plain = asked.intent not in MAY_NAME_GOODS or said.likeness >= PLAINLY
        looked_for = subject == "" and asked.intent is Intent.SEARCH  # "I'm after a recipe box" asks for no recipe
        if (not subject or not asked.words or plain) and not (looked_for and asked.words):
            return subject
        if any(row["score"] >= (SURE if subject == "" else CERTAIN) for row in self.search(asked.words)):
            return None
        return None if looked_for and HAVE_YOU.search(asked.text) and self.nearest(asked) else subject

    def needed(self, asked: Asked, subject: str | None) -> list[Row]:
        """Goods for what somebody wants to do, where they name no goods and ask nothing of the shop's service."""
        goes_on = (asked.follows or asked.there) and self.turn.history and len(asked.words.split()) < WORDS_OF_A_NEED
        points = asked.here or asked.both or asked.ordinals or asked.codes
        goes_on = goes_on or (asked.follows and points_at_some(asked.text))  # "how much is the big one"
        if asked.intent not in MAY_NEED or goes_on or points or not asked.words:
            return []
        if CHEAPLY.search(asked.text):
            asked = replace(asked, order="", count=None)
        if self.several(asked) or (asked.intent is Intent.DESCRIBE and "unknown" in asked.aspects):
            return []
        least = MAY_NEED[asked.intent]
        if subject is not None or asked.intent is Intent.POLICY:
            said = self.heard(asked)
            if self.tells_of_service(asked):
                return []
            least = max(least, PLAIN_NEED, said.likeness if said else 0)
        if (plain := " ".join(COLOUR_WORD.sub(" ", asked.words).split())) != asked.words and named(
            self.search(plain), plain
        ):
            return []  # "orange mug": a thing, in whatever colour
        rows = self.search(asked.words, asked)
        if max((row["score"] for row in rows), default=0) >= CERTAIN:
            told = self.told(asked.words)
            if told == asked.words or named(rows, asked.words):
                if not (NEEDED.search(asked.text) or TROUBLE_ZH.search(asked.text)):
                    return []
                serving = self.serving(asked, least=max(least, SURE_NEED))
                found = {
                    row["product_id"] for row in rows
                }  # the words found what serves: a hand warmer to keep hands warm
                return [] if any(row["product_id"] in found for row in serving) else serving
            if 2 * len(told.split()) > len(asked.words.split()):  # less is hardly what the question is about
                least = max(least, PLAIN_NEED)
        serving = self.serving(asked, least=least)
        thing, said, _whom = asked.text.partition(" for ")
        kind = words_of(thing)
        if said and self.names_goods(kind):  # "a sign for the loo" wants signs, whatever else serves
            return named(serving, kind.split()[-1], strictly=True)
        return serving

    @staticmethod
    def tells_of_service(asked: Asked) -> bool:
        """Whether a question speaks of what a shop does, or of what became of goods, and wishes for none."""
        if asked.order or asked.bounded or asked.available:
            return False
        names = PEOPLE.issuperset(asked.words.split()) is False
        if names and asked.intent in (Intent.CART_ADD, Intent.DESCRIBE) and not HYPOTHETICAL.search(asked.text):
            return False
        told = SERVICE.search(asked.text) or CHINESE.search(asked.text)
        return told is not None and (WISH.search(asked.text) is None or JOINS.search(asked.text) is not None)

    def unknown(self, asked: Asked) -> Iterator[Piece]:
        """Nothing in the tables fits: whatever the shop's data knows of the words, else an honest no."""
        if asked.codes:
            if rows := self.rows(codes_of(asked)):
                self.meant = rows
                for row in rows:
                    yield self.state(row)
            else:
                yield from self.order(asked)
            return
        if asked.there and not asked.words and self.last_about == "product":  # "is that one also £2"
            yield from self.price(asked)
            return
        if asked.bounded and not asked.words:
            yield from self.recommend(asked)
            return
        if wish_of(asked.text).likes and PERSON.search(asked.text):  # "my daughter is mad about unicorns"
            yield from self.gift(asked)
            return
        if asked.here and not asked.words and (page := self.page()):  # "what is in this set"
            yield from self.describe_one(asked_of(asked, "", aspects=frozenset({"unknown"})), page[0])
            return
        if pointed := (asked.ordinals or asked.both) and self._choose(asked).products:
            for row in pointed:
                yield self.state(row)
            return
        if self.topic and not asked.words:
            yield from self.goes_on_about(asked)
            return
        rows = self.search(asked.words, asked if TOGETHER.search(asked.text) else None) if asked.words else []
        whole, asked = asked, asked_of(asked, self.told(asked.words))
        best = max((row["score"] for row in rows), default=0)
        general = GENERAL.search(asked.text) is not None and not self.names_in_chinese(asked)
        if several := self.several(asked):
            yield from self.show_each(asked, several)
            return
        if best >= CERTAIN or (rows and UNWANTED.search(asked.text)) or (best >= SURE and not general):
            yield from self.find(whole)
            return
        if asked.bounded and not rows and not general:
            yield from self.recommended("popular", asked)
            return
        if not general and (plain := self.plainly(asked, rows)) != asked:
            yield from self.find(plain)
            return
        if rows and not general and COLOUR_WORD.search(asked.words) and (near := self.lacking(asked, rows)):
            yield from self.show_nearest(asked, near)
            return
        alike = max(rows, key=lambda row: likeness(row["title"], asked.words), default=None)
        if (
            alike is not None and likeness(alike["title"], asked.words) >= NAMED
        ):  # "does the paint set come with a brush"
            self.meant = [alike]
            yield from self.describe_one(asked_of(asked, asked.words, aspects=frozenset({"unknown"})), alike)
            return
        passages = self.passages(asked.text, SURE)
        if passages:
            yield from self.quote(asked, passages)
            return
        if asked.words and general:
            near = [row for row in self.nearest(asked) if YES_OR_NO.match(asked.text)]
            if near and sum(bool(named([near[0]], word)) for word in asked.words.split()) > 1:
                yield from self.show_nearest(asked, near)
                return
            yield from self.out_of_scope(asked)
            return
        if near := self.nearest(asked):
            yield from self.show_nearest(asked, near)
            return
        yield Sentence(_("Sorry, I did not understand that."))
        yield self.offer()
        yield from self.offer_person()


METHODS: dict[Intent, Callable[[Reply, Asked], Iterator[Piece]]] = {
    Intent.INJECTION: Reply.injection,
    Intent.OTHERS: Reply.others,
    Intent.SCOPE: Reply.out_of_scope,
    Intent.PERSON: Reply.person,
    Intent.PRIVACY: Reply.privacy,
    Intent.CART_EMPTY: Reply.cart_empty,
    Intent.CART_REMOVE: Reply.cart_change,
    Intent.CART_SET: Reply.cart_change,
    Intent.CART_ADD: Reply.cart_add,
    Intent.CART: Reply.cart,
    Intent.CHECKOUT: Reply.checkout,
    Intent.USUAL: Reply.usual,
    Intent.GOES_WITH: Reply.goes_with,
    Intent.COMPARE: Reply.compare,
    Intent.SIMILAR: Reply.similar,
    Intent.NEXT_TIER: Reply.next_tier,
    Intent.LOYALTY: Reply.loyalty,
    Intent.ORDER: Reply.order,
    Intent.POLICY: Reply.policy,
    Intent.GIFT: Reply.gift,
    Intent.POPULAR: Reply.popular,
    Intent.RECOMMEND: Reply.recommend,
    Intent.STOCK: Reply.stock,
    Intent.PRICE: Reply.price,
    Intent.DESCRIBE: Reply.describe,
    Intent.SEARCH: Reply.find,
    Intent.ABUSE: Reply.abuse,
    Intent.HELP: Reply.help,
    Intent.ABOUT: Reply.about,
    Intent.THANKS: Reply.thanks,
    Intent.BYE: Reply.bye,
    Intent.GREETING: Reply.greeting,
    Intent.YES: Reply.yes,
    Intent.NO: Reply.no,
    Intent.NONE: Reply.unknown,
}
