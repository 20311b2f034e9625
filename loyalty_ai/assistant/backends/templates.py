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
    NEEDED,
    points_at_some,
)
from loyalty_ai.assistant.glossary import in_english
from loyalty_ai.assistant.hearing import CHINESE, Heard, all_heard, heard, of_goods, used_for
from loyalty_ai.assistant.periods import period
from loyalty_ai.assistant.phrases import GUARDS, SERVED, Intent
from loyalty_ai.assistant.phrases_own import OF_ONE_TIER, OWN, OWN_TIER, TOGETHER, UNDERWAY
from loyalty_ai.assistant.phrasing.choosing import (
    SURE,
    Row,
    codes_of,
    likeness,
    named,
)
from loyalty_ai.assistant.phrasing.continuing import GOES_ON_HEARD
from loyalty_ai.assistant.phrasing.finding import (
    ALIKE,
    COLOUR_WORD,
    COLOURS,
    HAVE_YOU,
    PEOPLE,
    ROOMS,
    UNWANTED,
    WEAK,
    WORDS,
)
from loyalty_ai.assistant.phrasing.listening import PLAIN_RIVAL, SURELY_HEARD
from loyalty_ai.assistant.phrasing.matters import MINE, REFERS, RULES, matters_in
from loyalty_ai.assistant.phrasing.needs import NEED, PLAIN_NEED, SURE_NEED
from loyalty_ai.assistant.phrasing.own import (
    FRIENDS,
    GOODS_HEARD,
    HARDLY_GOODS,
    MAY_NAME_GOODS,
    NOT_IN_TABLES,
    PLAINLY,
    WISH,
)
from loyalty_ai.assistant.phrasing.reading import JOINS, NAMED_GOODS, Reading
from loyalty_ai.assistant.phrasing.shop import (
    CARRIAGE,
    CHAT,
    ERASE,
    IN_ALL_WITH,
    KEEPS_TIER,
    OF_BASKET,
    RESTOCK,
    with_place,
)
from loyalty_ai.assistant.phrasing.voice import CERTAIN, asked_of, local
from loyalty_ai.assistant.questions import (
    CHEAPLY,
    MAYBE_GOODS,
    Asked,
    intent_of,
    normal,
    understand,
    words_of,
)
from loyalty_ai.assistant.telling import beside_refused
from loyalty_ai.assistant.turn import Outcome, Sentence, Turn
from loyalty_ai.assistant.wishes import PERSON, wish_of

MAY_ASK_BACK = {Intent.STOCK, Intent.POLICY, Intent.NONE, Intent.SEARCH, Intent.DESCRIBE, Intent.GIFT, Intent.ORDER}


MAY_BE_NO_GOODS = {Intent.SEARCH, Intent.NONE, Intent.STOCK, Intent.SIMILAR}
"""What the tables may read in words that goods are called by, of a question that is about none."""

PLAINLY_SERVED = {Intent.POLICY, Intent.ORDER, Intent.LOYALTY, Intent.NEXT_TIER, Intent.CART}
"""What is no question but to this shop."""

WITH_DELIVERY = {Intent.PRICE, Intent.CART}
"""What may be asked together with what its delivery costs."""

OF_THEIRS = re.compile(r"\b(?:my|mine|our|ours)\b|\b(?:i|we) (?:ordered|bought)\b|我(?:的|们的|买|订|上)")
"""Speaks of an order of theirs, whatever was quoted."""

MAY_GO_ON = {Intent.NONE, Intent.PRICE, Intent.SEARCH, Intent.RECOMMEND, Intent.DESCRIBE, Intent.HELP, Intent.PRIVACY}
"""What may go on about a rule that was quoted just now, in words that say it of anything: "and how much is that"."""

NAMED = 0.55
"""Likeness to a title from which on a question that no table knows is about that product."""

HEARD = {
    **dict.fromkeys((Intent.NONE, Intent.SEARCH, Intent.PRIVACY), 0.65),
    Intent.GIFT: 0.7,
    **dict.fromkeys((Intent.CART, Intent.STOCK, Intent.RECOMMEND, Intent.COMPARE), 0.75),
    Intent.ORDER: 0.83,
    **dict.fromkeys((Intent.DESCRIBE, Intent.CART_ADD), 0.78),
}
"""Likeness to a known wording from which on a question is one to the documents after all, whatever the tables read in it."""

RECOMMENDS = {Intent.GIFT, Intent.RECOMMEND, Intent.SEARCH, Intent.DESCRIBE, Intent.NONE}
OF_GOODS = {Intent.DESCRIBE, Intent.CART_ADD, Intent.COMPARE, Intent.SIMILAR}
"""What the tables read in a wish for goods; what is rather about goods."""

PLAIN_PRICE = 0.7
"""The same for a price, where goods have only some of its words."""

OF_THEIR_OWN = {Intent.ORDER, Intent.CART, Intent.STOCK, Intent.GIFT, Intent.DESCRIBE, Intent.CART_ADD}
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
        Intent.PRICE: 0.6,
        Intent.COMPARE: 0.7,
        Intent.ORDER: 0.83,
    }
)
"""The same for what speaks of a shop's service and wishes for no goods, where the documents treat it."""

TOLD_TO_STRANGERS = 0.6
"""The same for orders where nobody is signed in."""


MAY_BE_RULES = {
    *MAY_BE_NO_GOODS,
    Intent.DESCRIBE,
    Intent.PRICE,
    Intent.RECOMMEND,
    Intent.GIFT,
    Intent.LOYALTY,
    Intent.NEXT_TIER,
    Intent.BYE,
}
"""What the tables may have read in a question that is surely about one of the documents' subjects."""

MAY_NEED = dict.fromkeys((Intent.NONE, Intent.SEARCH, Intent.RECOMMEND, Intent.DESCRIBE), NEED) | {
    Intent.POLICY: PLAIN_NEED,
}
"""What may tell a need, and the likeness to a known one from which on it does."""

HAVE_YOU_ZH = re.compile("有没有|[有卖].{1,10}[吗么]")
"""Asks for goods by their name."""

THING_WANTED = re.compile(
    r"\b(?:looking for|searching for|after|needs?|wants?|got|have|sell|any) (?P<thing>[^,.;?!]{3,30}?) "
    r"(?:to (?:put|go|use|keep|hang|take|give|wrap|fill|wear|hold|stick)\b|for (?:my|our|his|her|their|the|a) )"
)
"""A thing that is wanted, before what it is for."""

NO_NEED = {"price", "stock", "about", "compare", "cart", "narrow"}
"""What of goods is heard in no need, but of goods that are named, or were."""

WORDS_OF_A_NEED = 3
"""Words from which on a question with a "that" in it is no short one about what was shown: "something that moves in the wind"."""


TROUBLE_ZH = re.compile("怕|疼|痛|冷|热|冰|湿|脏|很乱|吵|累|睡不着|失眠|漏水|漏风|找不到|看不[见清]|[总老]是")
"""It tells a trouble rather than goods, be the trouble in a title: no cat that sleeps for somebody who cannot."""

LOOKS_FOR = re.compile(r"\bshow me\b|^i am (?:looking|searching) for\b|^我?(?:想|要)?(?:看看|看一看|找|买)")
"""It begins as who wishes for goods does."""

WISHES_FOR_USE = re.compile(
    r"\b(?:have|got|sell|stock|need|want|looking for|after)\b.{0,20}\b(?:something|anything) (?:for|to|against|that|which)\b"
)
"""It wishes for goods by what they are to do, be that no shop's business."""

IN_ITS_PLACE = re.compile(
    r"\b(?:instead|exchang\w*|swap\w*|switch\w*|chang(?:e|ing)|replac\w*|wrong|return\w*|bought|ordered)\b|换|退|买错|订错|拍错"
)
"""It wants another one for what was bought."""

HYPOTHETICAL = re.compile(r"\b(?:if|when|is it|will it|would it|the most|how many|at once)\b")
SERVICE = re.compile(SERVED)

DEALS = re.compile(r"\b(?:discounts?|deals?|reductions?|money off)\b|折扣|优惠|打折|能便宜")
"""A better price for many."""

AN_END = re.compile(r"\b(?:dearest|cheapest|priciest|most expensive|least expensive)\b|最便宜|最贵")
"""The least or the most that anything costs: goods, and no rule."""

GENERAL = re.compile(
    r"^(who|why|what|how|when|where|which|is|are|does|do|can|could|should|would|tell|explain|give|name)\b|谁|为什么|什么|怎么|哪里|如何|吗|多少|哪"
)


GENERAL_WISH = re.compile(
    r"\bwhat (?:can|could|should|shall|might|would) (?:i|we|you) (?:bring|get|give|buy|take|choose|pick|suggest)\b"
)

TOO = re.compile(r"\b(?:too|as well)$|也|一起")
"""It goes on with what was said of something else: "are the invoices erased too"."""

YES_OR_NO = re.compile(r"(?:is|are|does|do|can|could)\b")
"""Whether something is so: of goods, where some carry its words."""


class TemplatesBackend(Backend):
    """Retrieval and deterministic phrasing in the active language."""

    name = "templates"
    instant = True

    def prepare(self) -> None:
        """Compile the tables and read what was learned of both languages."""
        for text in ("a red mug for my mother", "给妈妈的红色杯子"):
            understand(text)
            heard(text)
            used_for(text)

    def reply(self, turn: Turn, tools: Tools) -> Iterator[Piece]:
        """Answer each question of the message in turn."""
        return Reply(turn, tools, self.store.currency).pieces()


class Reply(Reading):
    """The answer to one message, question by question."""

    def pieces(self) -> Iterator[Piece]:
        """Sentences, then how it ended: answered where any question was; behind a refusal what is asked beside what is refused."""
        refused, rests = beside_refused(self.turn.text)
        if refused in (Intent.OTHERS, Intent.SCOPE) and (plain := self.by_code()):
            yield from Reply(replace(self.turn, text=plain), self.tools, self.currency).pieces()
            return
        for rest in rests:
            text = with_place(rest, normal(self.turn.text))
            if beside := Reply(replace(self.turn, text=text), self.tools, self.currency).served():
                yield next(METHODS[refused](self, Asked(refused, rest)))
                yield from beside
                return
        yield from self.answered()

    def by_code(self) -> str:
        """The message with a product's title as its code, where only the title seems to ask for what must be refused: a doll
        called Maria, a political globe; "" where none does."""
        text = normal(self.turn.text)
        row = self.titled(Asked(Intent.NONE, text, words_of(text)))
        title = r"\W+".join(map(re.escape, WORDS.findall(row["title"].lower()))) if row else ""
        plain = re.sub(title, row["product_id"], text, count=1) if row else ""
        return plain if plain != text and intent_of(plain, among=GUARDS)[0] is Intent.NONE else ""

    def served(self) -> list[Piece]:
        """The answer to a message that plainly asks what this shop answers; [] for any other."""
        told = list(self.answered()) if all(map(self.of_this_shop, self.questions())) else []
        return told if told and told[-1] is Outcome.ANSWERED else []

    def of_this_shop(self, question: Asked) -> bool:
        """Whether a question is plainly one to this shop: to its documents, of the shopper's own, or for goods that it names."""
        if question.intent in PLAINLY_SERVED:
            return True
        said = self.listen(question.text) if question.intent in MAY_NAME_GOODS else None
        if said is not None and said.query and said.likeness >= PLAINLY:
            return True
        wished = question.intent in NAMED_GOODS | {Intent.CART_ADD} and question.words
        return bool(wished) and (HAVE_YOU.search(question.text) is not None or self.names_goods(question.words))

    def answered(self) -> Iterator[Piece]:
        """Sentences of each question, then how it ended."""
        outcomes: list[Outcome] = []
        said: set[Piece] = set()
        for question in self.questions():
            listing = False
            pieces = list(self.answer(question))
            if question.intent is Intent.POLICY and (subject := self.surely_of(question)):
                treated = {part["key"] for part in self.treating(subject)}
                cited = {source for piece in pieces if not isinstance(piece, Outcome) for source in piece.sources}
                pieces = pieces if treated & cited else [*self.on(subject, question), Outcome.ANSWERED]
            for piece in pieces:
                if isinstance(piece, Outcome):
                    outcomes.append(piece)
                    continue
                if (
                    piece not in said or listing
                ):  # two questions may have part of their answer in common, but no list is left empty
                    said.add(piece)
                    yield piece
                listing = piece.text.endswith((":", "：")) or (listing and bool(piece.sources))
        yield from self.proposed()
        order = (Outcome.HANDED_OVER, Outcome.ANSWERED, Outcome.UNANSWERED, Outcome.REFUSED)
        yield min(outcomes, key=order.index)

    def answer(self, question: Asked) -> Iterator[Piece]:
        """One question's sentences and its outcome."""
        question = replace(question, text=with_place(question.text, normal(self.turn.text)))
        if (summed := self.with_delivery(question)) is not None:
            yield from METHODS[summed.intent](self, summed)
            yield from self.carriage(summed)
            yield Outcome.ANSWERED
            return
        method: Callable[[Asked], Iterator[Piece]] = METHODS[question.intent]
        if self.tells_tier(question):
            yield from self.for_tier(question)
            yield Outcome.ANSWERED
            return
        subject = None
        if "case" in question.aspects:
            method = Reply.case
        elif "why" in question.aspects:
            method = Reply.why_those
        elif "need" in question.aspects:
            method = Reply.need_again
        elif "needed" in question.aspects:
            method = Reply.need_told
        elif "enough" in question.aspects:
            method = Reply.so_many
        elif told := self.ruled(question):
            yield from told
            yield Outcome.ANSWERED
            return
        elif question.intent in MAY_ASK_BACK and RESTOCK.search(question.text):
            method = Reply.restock
        elif verdict := (
            self.within(question) or self.times(question) or self.of_service(question) or self.verdict(question)
        ):
            yield from verdict
            yield Outcome.ANSWERED
            return
        elif told := self.rule_going_on(question):
            yield from told
            yield Outcome.ANSWERED
            return
        else:
            surely = self.surely_of(question) if question.intent in MAY_BE_RULES else None
            subject = surely or self.asks_documents(question)
            if surely is None and subject and self.untreated(question, subject):
                subject = None  # goods that the shop may have, rather than a rule that it has not
            if surely is None and (rows := self.needed(question, subject)):
                yield from self.show_serving(question, rows)
                yield Outcome.ANSWERED
                return
        ended = False
        for piece in method(self, question) if subject is None else self.on(subject, question):
            ended = ended or isinstance(piece, Outcome)
            yield piece
        if subject is None and question.intent in WITH_DELIVERY:
            yield from self.carriage(question)
        many = max([question.units or 1, *question.counts]) > 1
        if subject is None and question.intent is Intent.PRICE and many and DEALS.search(question.text):
            yield from self.quote(
                asked_of(question, "", text=_("bulk discounts")), self.passages(_("bulk discounts"), 0.1)[:1]
            )
        if not ended:
            yield Outcome.ANSWERED

    def with_delivery(self, question: Asked) -> Asked | None:
        """A sum that is asked with its delivery as what it is first: the basket's, or the price of the page that is open."""
        if question.intent is not Intent.POLICY or not CARRIAGE.search(question.text):
            return None
        if self.turn.cart and (OF_BASKET.search(question.text) or IN_ALL_WITH.search(question.text)):
            return replace(question, intent=Intent.CART, words="")
        if question.here and self.turn.product and not question.codes:
            return replace(question, intent=Intent.PRICE, words="")
        return None

    def untreated(self, question: Asked, subject: str) -> bool:
        """Whether what a wish for goods was heard as is no subject of the documents, and was not surely heard."""
        wishes = HAVE_YOU.search(question.text) or HAVE_YOU_ZH.search(question.text)
        said = self.listen(question.text) if wishes and question.intent is Intent.SEARCH else None
        return said is not None and said.likeness < PLAIN_RIVAL and not self.treating(subject)

    def surely_of(self, question: Asked) -> str | None:
        """What documents treat and a question is surely about, whatever the tables read in it; None where it may be about goods,
        the shopper's own or what was told before."""
        points = question.here or question.both or question.ordinals or question.codes or question.counts
        goes_on = (question.follows or question.there) and self.turn.history
        theirs = self.turn.customer_id is not None and MINE.search(question.text) and matters_in(question.text)
        said = None if points or goes_on or theirs or self.excepted(question.text) else self.listen(question.text)
        if said is None or not said.query or said.likeness < SURELY_HEARD or of_goods(question.text)[0] >= HARDLY_GOODS:
            return None
        return said.query if self.treating(said.query) else None

    def rule_going_on(self, question: Asked) -> list[Piece]:
        """What the document quoted just now says to a question that the tables took for one of goods; [] where it is none."""
        just_now = self.topic or (self.topic_before and self.last_about in ("passage", "loyalty"))
        points = (
            question.codes or question.ordinals or question.here or question.bounded or (question.there and self.meant)
        )
        of_rule = question.intent in MAY_GO_ON or (
            question.intent is Intent.ORDER
            and (self.turn.customer_id is None or self.topic)
            and not OF_THEIRS.search(question.text)
        )
        of_data = question.intent is Intent.PRIVACY and (ERASE.search(question.text) or CHAT.search(question.text))
        if not just_now or points or of_data or (question.units or 1) > 1 or not of_rule:
            return []
        if (question.follows or question.there) and (told := self.arriving(question) or self.open_then(question)):
            return told
        held = self.going_on(question)
        joins = question.follows or question.there or TOO.search(question.text)
        plain = held and (question.intent is Intent.ORDER or self.plainly_treated(question, held))
        if question.words and not plain and (not joins or self.names_goods(question.words)):
            return []
        return list(self.for_them(self.quote(question, held))) if held else []

    def tells_tier(self, question: Asked) -> bool:
        """Whether a question only names a tier, after a rule that was quoted."""
        named = OWN_TIER.search(question.text) or OF_ONE_TIER.search(question.text)
        return named is not None and self.last_about == "passage"

    def asks_documents(self, asked: Asked) -> str | None:
        """The subject of a question that no table knows for one to the documents; None where it is none, or names goods."""
        if asked.aspects & NOT_IN_TABLES or (asked.intent is Intent.SEARCH and AN_END.search(asked.text)):
            return None
        if asked.intent is Intent.ORDER and self.turn.customer_id is not None and UNDERWAY.search(asked.text):
            return None  # "what is still on its way, and by when": no rule about parcels that are late
        if self.last_about == "order" and asked.intent in (Intent.SEARCH, Intent.RECOMMEND):
            likely = [] if asked.words or asked.codes else all_heard(asked.text)[:2]
            for each in likely:  # "I want to add one more thing", after an order was told
                if each.query and each.likeness >= GOES_ON_HEARD and self.treating(each.query):
                    return each.query
        if (
            asked.there
            and not asked.words
            and self.listed
            and (asked.intent is Intent.PRICE or COLOURS.search(asked.text))
        ):
            return None  # "what do you charge for it" of what this answer lists
        if subject := self.goes_on_about_service(asked):
            return subject
        if asked.intent in (Intent.STOCK, Intent.PRICE) and asked.here and self.turn.product and not asked.words:
            return None  # "can I still buy this one"
        if asked.intent in NAMED_GOODS and COLOURS.search(asked.text) and not IN_ITS_PLACE.search(asked.text):
            return None  # "does it come in other colours"
        named_so = asked.intent is not Intent.POLICY and self.names_in_full(asked.words)
        may = asked.intent in NAMED_GOODS or (asked.intent is Intent.NONE and CHINESE.search(asked.text))
        if named_so or (may and self.titled(asked)):
            return None  # a product by its title, be it a cafe sugar dispenser
        plain = self.heard(asked) if asked.intent in MAY_BE_NO_GOODS else None
        if plain is not None and self.no_goods(asked, plain):
            return plain.query
        if (
            asked.intent is Intent.SEARCH
            and (asked.follows or NEEDED.search(asked.text))
            and not JOINS.search(asked.text)
        ):
            return None
        if asked.intent is Intent.SEARCH and asked.words == asked.text and self.has(asked.words):
            return None  # "birthday cards": the name of goods, and nothing of a rule
        if asked.intent is Intent.SEARCH and LOOKS_FOR.search(asked.text) and self.has(asked.words):
            return None
        if asked.intent is Intent.PRIVACY and (ERASE.search(asked.text) or CHAT.search(asked.text)):
            return None
        if asked.intent is Intent.NONE and wish_of(asked.text).likes and PERSON.search(asked.text):
            return None  # "my nephew is mad about space"
        said = self.heard(asked) if asked.intent in TOLD else None
        if asked.intent is Intent.SEARCH and self.asks_for_goods(asked):
            return None
        strange = asked.intent is Intent.ORDER and self.turn.customer_id is None  # nobody's order can be told them
        if said is None or said.query is None or said.likeness < (TOLD_TO_STRANGERS if strange else TOLD[asked.intent]):
            return None
        subject = said.query
        untold = (
            subject and asked.intent is Intent.SEARCH and said.likeness < SURELY_HEARD and not self.treating(subject)
        )
        if untold and HAVE_YOU.search(asked.text):
            return None  # goods that the shop may have, rather than a rule that it has not
        recommends = asked.intent is Intent.GIFT or (asked.intent in RECOMMENDS and CHINESE.search(asked.text))
        if subject in (FRIENDS, _(FRIENDS)) and recommends and not REFERS.search(asked.text):
            return None  # a gift for a friend, 推荐3款靠垫
        points = asked.here or (asked.there and self.shown)
        if asked.intent in OF_GOODS and said.likeness < PLAINLY and (points or of_goods(asked.text)[0] >= MAYBE_GOODS):
            return None  # 介绍一下这个
        wishes = WISHES_FOR_USE.search(asked.text) or (asked.intent is Intent.SEARCH and HAVE_YOU.search(asked.text))
        if subject == "" and wishes and said.likeness < PLAINLY:
            return None  # "do you have something for a sore neck"
        if (
            asked.intent is Intent.PRICE and subject and asked.words
        ):  # of nothing that the shop has: "what does joining cost"
            rows = self.search(asked.words, available=False)
            named_goods = named(rows, asked.words) if said.likeness >= PLAIN_PRICE else rows
            named_goods = [] if said.likeness >= PLAINLY or CARRIAGE.fullmatch(asked.words) else named_goods
            return None if named_goods or not self.passages(subject, self.carried) else subject
        wrong = any(matter in RULES for matter in matters_in(asked.text))
        of_days = self.turn.customer_id is not None and period(asked.text, local(self.turn.now)) is not None
        if asked.intent is Intent.ORDER and (wrong or (not strange and (of_days or OWN.search(asked.text)))):
            return None
        if strange and subject and self.passages(subject, self.carried):
            return subject
        if subject and self.tells_of_service(asked) and self.passages(subject, self.carried):
            return subject
        if said.likeness < HEARD.get(asked.intent, 1.1):
            return None
        if subject and asked.words and said.likeness < PLAINLY and self.means_goods(asked):
            return None  # "do you do the sparkly letter keyrings" is about no engraving
        if asked.intent in OF_THEIR_OWN:
            return subject if subject and self.passages(subject, self.carried) else None
        plain = asked.intent not in MAY_NAME_GOODS or said.likeness >= PLAINLY
        looked_for = subject == "" and asked.intent is Intent.SEARCH  # "I'm after a recipe box" asks for no recipe
        if (not subject or not asked.words or plain) and not (looked_for and asked.words):
            return subject
        if any(row["score"] >= (SURE if subject == "" else CERTAIN) for row in self.search(asked.words)):
            return None
        return None if looked_for and HAVE_YOU.search(asked.text) and self.nearest(asked) else subject

    def no_goods(self, asked: Asked, said: Heard) -> bool:
        """Whether a question that the tables took for one of goods is plainly heard as one to the documents, and hardly as one of
        goods, whatever they are called: "who do I ring", "do you have a points card"."""
        may = asked.intent in MAY_BE_NO_GOODS and not (asked.codes or asked.here or (asked.there and self.shown))
        plainly = bool(said.query) and said.likeness >= PLAIN_PRICE and of_goods(asked.text)[0] < HARDLY_GOODS
        return may and plainly and bool(self.passages(said.query or "", self.carried))

    def needed(self, asked: Asked, subject: str | None) -> list[Row]:
        """Goods for what somebody wants to do, where they name no goods and ask nothing of the shop's service."""
        goes_on = (asked.follows or asked.there) and self.turn.history and len(asked.words.split()) < WORDS_OF_A_NEED
        points = asked.here or asked.both or asked.ordinals or asked.codes
        goes_on = goes_on or (asked.follows and points_at_some(asked.text))  # "how much is the big one"
        if asked.intent not in MAY_NEED or goes_on or points or not asked.words or KEEPS_TIER.search(asked.text):
            return []
        asks = of_goods(asked.text)[1]
        if asks in NO_NEED:
            return []
        if CHEAPLY.search(asked.text):
            asked = replace(asked, order="", count=None)
        if asked.intent is Intent.NONE and wish_of(asked.text).likes and PERSON.search(asked.text):
            return []  # a gift for somebody who likes what they like
        if (
            self.several(asked)
            or (asked.intent is Intent.DESCRIBE and "unknown" in asked.aspects)
            or self.for_me(asked)
        ):
            return []
        if self.of_no_kind(asked) or self.names_no_such(asked) or self.in_full(asked):
            return []
        kind = asked.words.split()[-1]
        if asked.order and named(self.search(kind, available=False), kind, strictly=True):
            return []  # "the dearest garden gnome" is a gnome
        if CHINESE.search(asked.text) and self.titled(asked):
            return []  # an English title in a Chinese question
        if named(self.search(asked.words, available=False), asked.words, strictly=True) and not self.search(
            asked.words
        ):
            return []  # all that is called so is sold out, and that is to be said
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
        thing, said, _look = asked.text.partition(" with ")
        if said and HAVE_YOU.search(thing) and self.names_goods(words_of(thing)):
            return []  # "do you have any clocks with birds" wants clocks
        serving = self.serving(asked, least=least)
        wanted = THING_WANTED.search(asked.text)
        kind = words_of(wanted["thing"]) if wanted else ""
        if kind and kind != asked.words and self.names_goods(kind):  # "looking for pencils to put in party bags"
            return named(self.search(kind, asked, limit=20, like=asked.text), kind.split()[-1], strictly=True)
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
        names = not PEOPLE.issuperset(asked.words.split())
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
        if row := self.in_full(asked):  # "can I buy the ... right now", of what is sold out
            yield from self.only_one(asked, row)
            return
        rows = self.search(asked.words, asked if TOGETHER.search(asked.text) else None) if asked.words else []
        whole, asked = asked, asked_of(asked, self.told(asked.words))
        best = max((row["score"] for row in rows), default=0)
        general = GENERAL.search(asked.text) is not None and not self.names_in_chinese(asked)
        if several := self.several(asked):
            yield from self.show_each(asked, several)
            return
        if (
            best >= CERTAIN
            or self.either_look(asked)
            or (rows and UNWANTED.search(asked.text))
            or (best >= SURE and not general)
        ):
            yield from self.find(whole)
            return
        if asked.bounded and not rows and not general:
            said = in_english(asked.words) if CHINESE.search(asked.words) else asked.words
            named_goods = " ".join(word for word in said.split() if word not in ROOMS | WEAK)
            if self.names_goods(named_goods):
                yield from self.find(asked_of(asked, named_goods))
            else:
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
        if asked.bounded and GENERAL_WISH.search(asked.text):
            yield from self.recommended("popular", asked)  # "what could I bring to a dinner party, about £8"
            return
        if general and of_goods(asked.text)[0] >= GOODS_HEARD:
            alike = [row for row in self.most_like(asked.text, asked) if row["likeness"] >= ALIKE]
            yield from self.show_serving(asked, alike) if alike else self.none_found(asked)
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
        if self.names_in_chinese(asked) or (asked.words and HAVE_YOU.search(asked.text)):
            yield from self.none_found(asked)
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
