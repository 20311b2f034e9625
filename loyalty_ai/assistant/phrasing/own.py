"""Reads what is the shopper's own in questions that the tables read as something else, and what goes on about goods and rules."""

# ruff: noqa: E501 (a pattern is read as one line of a table)

from __future__ import annotations

import re
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loyalty_ai.assistant.arrivals import ASKS_LATEST, when_it_comes
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.hearing import CHINESE, of_goods
from loyalty_ai.assistant.periods import period, periods
from loyalty_ai.assistant.phrases import GUARDS, WISHED, Intent
from loyalty_ai.assistant.phrases_own import AVERAGE
from loyalty_ai.assistant.phrasing.advice import FOR_ME
from loyalty_ai.assistant.phrasing.choosing import named
from loyalty_ai.assistant.phrasing.finding import PEOPLE
from loyalty_ai.assistant.phrasing.listening import SURELY_HEARD
from loyalty_ai.assistant.phrasing.matters import EXCHANGES, IN_CART, REFERS
from loyalty_ai.assistant.phrasing.orders import BOUGHT
from loyalty_ai.assistant.phrasing.purchases import NOW, PRICED, sums_of
from loyalty_ai.assistant.phrasing.shop import FASTER, KEEPS_TIER, REACHED, Shop
from loyalty_ai.assistant.phrasing.tiers import GIVES, HEARD, OF_TIERS, SUPPOSES
from loyalty_ai.assistant.phrasing.trade import Trade
from loyalty_ai.assistant.phrasing.voice import asked_of, local
from loyalty_ai.assistant.questions import MAYBE_GOODS, Asked, asked, normal, words_of
from loyalty_ai.assistant.tokens import words as stems

WISH = re.compile(WISHED)

GIFT_SERVICES = (
    (
        re.compile(
            r"\b(?:gift[ -]?)?wrap(?:ped|ping)?\b(?! (?:for|around))|包装(?!盒|纸|袋)|包(?:起来|一下|好看|得漂亮|成礼物)"
        ),
        gettext_noop("what gift wrapping costs"),
    ),
    (
        re.compile(
            r"\b(?:put|add|include|write|enclose|slip|pop|attach|send|with|and)\b(?: \w+){0,4}? (?:notes?|message|card|greeting|few words)\b(?! (?:number|payment|holder))|"
            r"(?:放|附|写|夹|加|塞|送)上?(?:一?[张句段点些份几])?.{0,4}(?:卡片?|贺[卡词]|祝福|留言|寄语|话|纸条)"
        ),
        gettext_noop("gift messages on a card"),
    ),
    (
        re.compile(
            r"\b(?:straight|direct(?:ly)?|sen[dt]|going|go|post(?:ed)?|deliver(?:ed)?|ship(?:ped)?) (?:(?:it|them|this|straight|directly|off) )*to (?:my|her|his|a|our|their|the) \w+|"
            r"(?:直接)?(?:寄|送|发)(?:给|到)我?(?:的|们)?(?:妈|爸|朋友|姐|妹|哥|弟|奶奶|爷爷|外婆|同事|老师|女友|男友|老公|老婆|家人)"
        ),
        gettext_noop("sending a gift to another address"),
    ),
    (
        re.compile(
            r"\b(?:leave|keep|hide|take|no|without|not show|not see)\b.{0,25}\b(?:prices?|invoice|receipt|bill|what i paid)\b|"
            r"(?:不要|别|不)(?:放|写|显示|附).{0,4}(?:价格|发票|账单|小票)"
        ),
        gettext_noop("a gift parcel shows no prices, invoice"),
    ),
)
"""What may be asked for a gift in one breath, and what the documents treat it as."""
SEVERAL_SERVICES = 2
MAY_BE_SERVED = {Intent.POLICY, Intent.GIFT, Intent.NONE, Intent.SEARCH, Intent.DESCRIBE, Intent.PRICE}
"""What the tables may read in a wish for such services."""

MAY_BUY = re.compile(
    r"\bwhat (?:can|could|should|might) (?:i|we) (?:get|buy|use|have|order|take)\b(?!.*\b(?:back|refund|money)\b)"
)
"""It asks what there is to buy, and not what was bought."""

OWN_HEARD = {
    Intent.NONE: 0.6,
    Intent.DESCRIBE: 0.6,
    Intent.SEARCH: 0.65,
    Intent.PRICE: 0.72,
    Intent.COMPARE: 0.72,
    Intent.ORDER: 0.65,
    Intent.HELP: 0.75,
    Intent.STOCK: 0.8,
    Intent.POLICY: 0.8,
    Intent.RECOMMEND: 0.8,
    Intent.SCOPE: 0.8,
    Intent.PRIVACY: 0.8,
    Intent.GIFT: 0.8,
}
"""Likeness to a known wording from which on a question is one about what is the shopper's own, whatever the tables read in it."""

THEIRS = re.compile(
    r"\b(?:i|we|my|mine|our|ours|me|us|arriv\w+|sent|posted|shipped|dispatched|you (?:took|take)|charged?|payment|"
    r"orders?|parcels?|package|basket|cart|trolley)\b|我|订单|包裹|购物车|快递"
)
POPULAR = "popular"
MISREAD = {Intent.HELP, Intent.ORDER, Intent.PRIVACY, Intent.LOYALTY, Intent.ABOUT, Intent.GIFT}
GOODS_HEARD, SURELY_GOODS = 0.8, 0.9
AS_GOODS = {
    "price": Intent.PRICE,
    "stock": Intent.STOCK,
    "gift": Intent.GIFT,
    "about": Intent.DESCRIBE,
    "compare": Intent.COMPARE,
}
"""What the tables may read in a question about goods, the chance from which on it is one, also where they read a rule and it wishes
for something, and what it then asks."""

HARDLY_GOODS, WISHED_FOR = 0.02, {"need", "find", "stock"}
"""The chance below which a question is about no goods, whatever they are called; what is heard in a wish for goods."""

NOT_IN_TABLES = {"count", "which", "charge", "back", "way", "holds", "family", "theme", "afford", "listed"}
"""Aspects that only wordings, titles or the thread know."""

MY_TOTAL = re.compile(
    r"\b(?:my|the) total(?: (?:right )?now| so far| at the moment)\b|\bwhat is my total\b|我现在一共多少"
)
"""What the cart comes to, without naming it."""

OF_THE_LATEST = re.compile(r"\b(?:last|latest|most recent) (?:order|one|purchase)\b|最近一?[次单笔]|上一?[次单笔]")
OF_SHOWN = re.compile(r"\b(?:of|in) (?:those|these|them)\b|(?:这|那)(?:些|几个)")
"""Of one order alone; of the goods that were shown."""

A_NUMBER_OF = re.compile(r"\bhow (?:many|much|often)\b|\bmore than\b|\btwice\b|几|多少")
"""Asks for a number, and not only whether there was any."""

ARRIVING_WHEN = "how long delivery takes, working days"
"""The subject of what would be asked of one's own order, where one is named."""

MINE, PLAIN_OWN = (
    re.compile(
        r"\b(?:my|our) (?:\w+ )?(?:orders?|parcels?|package|delivery|stuff|things)\b|\bmine\b|\bto me\b|"
        "我(?:的|那|这|上|最近|之前|买|订|下)"
    ),
    0.7,
)
"""Plainly of one's own orders, and the likeness from which on that counts whatever the tables read."""

UNSAID = 0.12
"""Words of what is one's own, and how much more likeness a question needs that has none of them."""

IN_TIME_FOR = {Intent.NONE, Intent.SEARCH, Intent.GIFT, Intent.POLICY, Intent.STOCK, Intent.CART_ADD}
GETS_THERE = re.compile(
    r"\b(?:will|would|can|could|does|do|is|might)\b.{0,40}"
    r"\b(?:get (?:here|there)|arrive|be (?:here|there)|reach|make it|turn up|land|in time)\b"
)
"""What may ask whether something would be there by a day, and the words that say so."""

FOR_TRADE = {
    Intent.NONE,
    Intent.SEARCH,
    Intent.POLICY,
    Intent.PRICE,
    Intent.COMPARE,
    Intent.CART_ADD,
    Intent.DESCRIBE,
    Intent.GIFT,
}
"""What may be read in a business's wish for many things."""

AN_END = re.compile(
    r"\b(?:dearest|cheapest|priciest|(?:most|least) expensive|costs? (?:the )?(?:most|least))\b|最便宜|最贵"
)
OF_MINE = re.compile(r"\b(?:i|we|my|our|me)\b|我")
EVER_BOUGHT = re.compile(
    r"(?:and |so )?(?:did|have|had) (?:i|we) (?:\w+ )?(?:had any|buy|bought|order|ordered|get|got|had)\b|我.{0,6}[买订]过.{1,14}[吗么没]"
)
OF_TIME = re.compile(r"\b(?:days?|weeks?|months?|often|long|between|time)\b|几天|多久|隔")
FORGOTTEN = re.compile(
    r"\b(?:remember|recall|forg[oe]t\w*|remind me|no (?:idea|clue)|know|think|sure)\b.{0,12}\bwhat\b|[忘记想].{0,6}(?:什么|啥|哪)"
)
WHAT_IT_WAS = re.compile(rf"\bwhat (?:was|were|did|is|had|have)\b|什么|哪|{FORGOTTEN.pattern}")
"""Speaks of the shopper; of time and no money; has lost from mind what something was; asks which goods it was."""

MORE_OF_IT = re.compile(
    r"\b(?:can|could|may|might|would) (?:i|we) (?:still )?(?:get|have|buy|order)\b|"
    r"\b(?:still|do you|have you) (?:have|got|sell|stock)\b|"
    r"\banother\b|\bin stock\b|还(?:能|可以|有)|再[买来要订]|有货"
)
"""Whether more of what was bought can be had."""
ONES = re.compile(r"\b(?:ones?|those|them)\b|的?那[个款种些件]")
"""Of the goods of a kind that were told."""

MAY_NAME_GOODS, PLAINLY = {Intent.NONE, Intent.SEARCH}, 0.85
"""What may name goods as well, and the likeness from which on it hardly does."""

OPEN = MAY_NAME_GOODS | {Intent.PRICE, Intent.COMPARE, Intent.LOYALTY, Intent.CART, Intent.DESCRIBE, Intent.GOES_WITH}
"""What may be asked of the orders that were told just now."""

REACHES = re.compile(r"\b(?:get|bring|take|make|put) me (?:to |into |up to )?|\bbe enough\b|\breach\b|够|升到")
"""Whether what was supposed before is enough for a tier."""

MOST_SHORT = 60
"""Letters of a question that can be read only with the one before."""

MAY_REACH = OPEN | {Intent.GREETING, Intent.SEARCH, Intent.STOCK}
"""What may ask whether somebody is there: "can I call at 6 in the evening"."""

MANY_WORDS = 3
"""Words of a title that name it, whatever else is called by one of them."""

SHORT_OF_IT = re.compile(
    r"\bonly (?:got|received|had|counted|\d+)\b.{0,30}\b(?:of (?:the|my)|came|arrived|turned up|in the box)\b"
)
OWES = re.compile(r"\b(?:owe me|refund)\b.{0,40}\b(?:(?:i|we) (?:have )?(?:sent|returned)|sent back)\b")
"""Fewer came than were ordered; money for what was sent back."""

TRACES = re.compile(r"\b(?:what|which|why|where|who)\b")
AN_ORDER = re.compile(r"\b(?:an?|the|that|this) (?:£ ?\d[\d.,]* )?(?:order|payment|charge|transaction)\b")
LIMITS = re.compile(r"\b(?:under|below|less than|up to|about|around|between|over|above|more than|budget|spend)\b")
"""Asks where a sum comes from, and sets no bound with it."""

AT_HAND, GOING_ON = 0.65, 0.6
"""Likeness to a wording from which on a question asks documents of the goods at hand, or goes on about the one quoted."""

MAY_EXCHANGE = {
    *(Intent.POLICY, Intent.NONE, Intent.SEARCH, Intent.DESCRIBE, Intent.STOCK, Intent.ORDER, Intent.GIFT),
    *(Intent.RECOMMEND, Intent.SIMILAR, Intent.CART_ADD, Intent.CART_SET),
}
"""What the tables may read in the wish for something else in the place of what was bought."""

MAY_SAVE = FOR_TRADE | {Intent.STOCK, Intent.ORDER, Intent.LOYALTY, Intent.PRIVACY, Intent.RECOMMEND}
"""What the tables may read in a question for what comes off a large order."""

FRIENDS = gettext_noop("bringing friends, code")
"""What documents call to bring friends."""

MAY_REFER = MAY_EXCHANGE | {Intent.LOYALTY, Intent.HELP, Intent.PRICE, Intent.PERSON, Intent.POPULAR}
"""What the tables may read in a question for what bringing a friend is worth."""

MAY_BE_PERK = {
    *(Intent.POLICY, Intent.LOYALTY, Intent.NEXT_TIER, Intent.NONE, Intent.SEARCH, Intent.PRICE, Intent.GIFT),
    *(Intent.PERSON, Intent.HELP, Intent.RECOMMEND, Intent.DESCRIBE, Intent.STOCK),
}
"""What the tables may read in a question for something that a tier gives."""


class Own(Trade, Shop):
    """Knows a question about the shopper's own from one about goods and rules in general."""

    def as_own(self, now: Asked) -> Asked:
        """A question about what is the shopper's own, in words that the tables read as something else."""
        least = OWN_HEARD.get(now.intent)
        if now.intent in OPEN | {Intent.NEXT_TIER, Intent.LOYALTY, Intent.STOCK} and KEEPS_TIER.search(now.text):
            return replace(now, intent=Intent.POLICY)
        if self.asks_mean(now):
            return replace(now, intent=Intent.LOYALTY, aspects=frozenset())
        if now.intent in OPEN and GIVES.search(now.text) and OF_TIERS.search(now.text) and OF_MINE.search(now.text):
            return replace(now, intent=Intent.LOYALTY)
        if told := self.bought_then(now):
            return told
        mine = self.turn.customer_id is not None and BOUGHT.search(now.text) and NOW.search(now.text)
        if mine and now.intent in OPEN | {Intent.STOCK} and PRICED.search(now.text) and self.lines_asked(now):
            return replace(now, intent=Intent.ORDER)
        if now.intent in OPEN and self.turn.cart and IN_CART.search(now.text) and AN_END.search(now.text):
            return replace(now, intent=Intent.CART)
        if now.intent in OPEN and self.turn.cart and MY_TOTAL.search(now.text) and not BOUGHT.search(now.text):
            return replace(now, intent=Intent.CART, aspects=frozenset())
        several = len(periods(now.text, local(self.turn.now))) > 1 and self.turn.customer_id is not None
        if several and now.intent in (Intent.COMPARE, Intent.PRICE) and not self.things(now):
            return replace(now, intent=Intent.ORDER)
        if MAY_BUY.search(now.text) and now.intent in MAY_NAME_GOODS:
            return now
        if SHORT_OF_IT.search(now.text) and now.intent in OPEN:
            return replace(now, intent=Intent.POLICY)
        if OWES.search(now.text) and self.turn.customer_id is not None:
            return replace(now, intent=Intent.ORDER, aspects=now.aspects | {"back"})
        if self.traces_a_sum(now):
            return replace(now, intent=Intent.ORDER, aspects=now.aspects | {"charge"})
        supposed = SUPPOSES.search(now.text) or (REACHES.search(now.text) and SUPPOSES.search(normal(self.turn.text)))
        if supposed and OF_TIERS.search(now.text) and now.intent not in GUARDS:
            return replace(now, intent=Intent.NEXT_TIER)
        if now.aspects & {"category", "code", "link"}:
            return now
        if least is None or (CHINESE.search(now.text) is None) != (self.turn.language == "en"):
            return now
        said = self.listen(now.text)
        if (
            said is not None
            and said.query == ARRIVING_WHEN
            and MINE.search(now.text)
            and self.turn.customer_id is not None
        ):
            return replace(now, intent=Intent.ORDER, aspects=now.aspects | {"expected", "way"})
        if said and said.own == POPULAR and self.shown and OF_SHOWN.search(now.text) and self.last_about == "product":
            return replace(now, intent=Intent.STOCK, words="", aspects=frozenset({"left"}), both=True, there=True)
        if said is None or not said.own or (said.own == POPULAR and now.order):  # "the three dearest things you sell"
            return now
        if now.units and self.shown and self.last_about == "product" and not MINE.search(now.text):
            return now  # "I would take 4 packs, total?"
        if WISH.search(now.text) and said.likeness < (PLAIN_OWN if MINE.search(now.text) else PLAINLY):
            return now
        intent, *asks = said.own.split()
        if now.intent is Intent.POLICY and MINE.search(now.text):
            least = PLAIN_OWN
        if now.intent is Intent.STOCK and intent == Intent.ORDER and of_goods(now.text)[0] < MAYBE_GOODS:
            least = OWN_HEARD[Intent.ORDER]  # "has my last lot gone out yet"
        least += 0 if THEIRS.search(now.text) or OF_TIERS.search(now.text) else UNSAID
        vague = self.last_about == "order" and not THEIRS.search(now.text)  # "and the time before"
        of_before = now.follows and self.turn.history and (self.last_about == "product" or vague)
        least = max(least, PLAINLY if of_before else 0)
        of_all = not (  # "how many orders have I placed"
            now.words or now.codes or period(now.text, local(self.turn.now)) or OF_THE_LATEST.search(now.text)
        )
        among = (Intent.ORDER, Intent.CART, *([Intent.LOYALTY] if of_all else []))
        surely = said.own == FOR_ME and said.likeness >= PLAINLY  # "what would I like, going by what I bought"
        of_tier = intent in (Intent.LOYALTY, Intent.NEXT_TIER)
        surely = surely or (of_tier and said.likeness >= SURELY_HEARD)  # "I signed up today, what status have I got"
        if said.likeness < least or (now.intent is Intent.ORDER and intent not in among and not surely):
            return now
        words = OF_TIERS.sub(" ", now.words)
        if intent != Intent.ORDER and words.strip() and said.likeness < SURELY_HEARD and self.names_goods(words):
            return now
        if now.intent is Intent.ORDER == intent:  # the tables read what of it is asked, but for this
            told = {"count"} if "ever" in now.aspects and not A_NUMBER_OF.search(now.text) else set()
            asks = [each for each in asks if each in NOT_IN_TABLES - told]
        asked_else = surely and now.intent is Intent.ORDER != intent  # what of orders the tables read is not asked
        return replace(now, intent=Intent(intent), aspects=frozenset(asks) | (set() if asked_else else now.aspects))

    def as_goods(self, now: Asked) -> Asked:
        """A question about goods, in words that the tables read as something else: "a picnic for eight, what can you offer"."""
        if now.intent not in {*MISREAD, Intent.POLICY} or now.codes or MINE.search(now.text):
            return now
        chance, asks = of_goods(now.text)
        if now.intent is Intent.POLICY and (chance < SURELY_GOODS or asks not in WISHED_FOR):
            return now
        if chance < GOODS_HEARD or (now.intent is Intent.GIFT and asks != "compare"):
            return now  # "the spaceboy gift set or the circus one, which is cheaper" seeks no gift
        return replace(now, intent=AS_GOODS.get(asks, Intent.SEARCH), aspects=frozenset())

    def asks_mean(self, now: Asked) -> bool:
        """Whether a question asks what an order of theirs comes to on average, of all that they placed."""
        of_all = now.intent in OPEN | {Intent.ORDER} and not now.codes and not period(now.text, local(self.turn.now))
        mean = AVERAGE.search(now.text) and OF_MINE.search(now.text) and not OF_TIME.search(now.text)
        return bool(of_all and mean) and self.turn.customer_id is not None and not self.orders_listed

    def bought_then(self, now: Asked) -> Asked | None:
        """What they bought on some days, be it for somebody: "I bought a gift for my sister in May, what was it"."""
        wishes = WISH.search(now.text) and not FORGOTTEN.search(now.text)
        told = BOUGHT.search(now.text) and WHAT_IT_WAS.search(now.text) and not wishes
        if (
            now.intent not in MAY_NAME_GOODS | {Intent.GIFT}
            or not (EVER_BOUGHT.match(now.text) or (told and period(now.text, local(self.turn.now))))
            or self.turn.customer_id is None
        ):
            return None
        if EVER_BOUGHT.match(now.text):  # "did I buy any gift sets": no wish for a gift
            return replace(asked(now.text), intent=Intent.ORDER)
        words = " ".join(word for word in now.words.split() if word not in PEOPLE)
        return replace(now, intent=Intent.ORDER, words=words, aspects=now.aspects | {"items"})

    def traces_a_sum(self, now: Asked) -> bool:
        """Whether a question names just what an order of theirs came to: "what was that £118.85 in april for"."""
        of_one = now.intent in OPEN | {Intent.ORDER} or (now.intent is Intent.RECOMMEND and AN_ORDER.search(now.text))
        if self.turn.customer_id is None or not of_one or now.codes:
            return False
        sums = sums_of(now.text) if TRACES.search(now.text) and not LIMITS.search(now.text) else []
        return bool(sums) and any(order["total"] in sums for order in self.orders_in(None))

    def other_goods_bought(self, now: Asked) -> Asked | None:
        """ "And the jumbo ones?" after what the lunch bags came to."""
        about_orders = self.last_about == "order" or self.about_many
        if not about_orders or not now.words or len(now.text) > MOST_SHORT:
            return None
        before = self.understood(self.asked_before[0])[-1]
        if MORE_OF_IT.search(now.text):
            return self.more_of_it(now, before)
        if not now.follows:
            return None
        if (
            now.intent not in MAY_NAME_GOODS
            or before.intent not in (Intent.ORDER, Intent.PRICE)
            or not self.things(before)
        ):
            return None
        asks = " ".join(word for word in before.text.split() if not words_of(word))
        both = f"{asks} {now.words}"
        return replace(before, intent=Intent.ORDER, text=both, words=now.words) if self.bought(now.words) else None

    def more_of_it(self, now: Asked, before: Asked) -> Asked | None:
        """ "Could I get another of the art deco ones?" after the clocks that they bought: whether these can be had today."""
        if now.intent not in MAY_NAME_GOODS | {Intent.STOCK} or not ONES.search(now.text):
            return None
        items = self.bought_of(self.orders_in(None), f"{now.words} {self.things(before)}".strip())
        codes = tuple(item["product_id"] for item in items)
        return replace(now, intent=Intent.STOCK, words="", codes=codes, follows=False) if len(codes) == 1 else None

    def names_in_full(self, words: str) -> bool:
        """Whether several words are those of one title: "kids' cookie cutters" are no cookies of a page."""
        said = {*stems(words, "en")} if words.isascii() else set()
        rows = self.search(words, available=False) if len(said) >= MANY_WORDS else []
        return any(len(said & {*stems(row["title"], "en")}) >= MANY_WORDS for row in named(rows, words, strictly=True))

    def verdict(self, asked: Asked) -> list[Piece]:
        """What is reckoned from documents: by when to order, whether somebody is there, what a business pays; [] if not asked."""
        if asked.intent in (Intent.USUAL, Intent.NEXT_TIER):
            return []
        if (ASKS_LATEST.search(asked.text) or when_it_comes(asked.text)) and (told := self.arriving(asked)):
            return told
        if (
            asked.intent in IN_TIME_FOR
            and GETS_THERE.search(asked.text)
            and (told := self.arriving(asked, "express delivery"))
        ):
            return told
        if asked.intent in OPEN and self.topic_before and (told := self.open_then(asked)):
            return told
        if asked.intent is not Intent.ORDER and (told := self.shut_then(asked)):
            return told
        said = self.listen(asked.text) if asked.intent in MAY_REACH else None
        if said and said.query in REACHED and said.likeness >= HEARD and (told := self.open_then(asked, said.query)):
            return told
        return self.trade(asked) if asked.intent in FOR_TRADE else []

    def ruled(self, question: Asked) -> list[Piece]:
        """The rule about exchanges, what comes off a large order, or whether what a tier gives is theirs; [] for anything else."""
        if question.intent in MAY_EXCHANGE and EXCHANGES.search(question.text):
            return list(self.rule(_("exchanges")))
        if question.intent in MAY_REFER and REFERS.search(question.text):
            return list(self.quote(asked_of(question, "", text=_(FRIENDS)), self.treating(_(FRIENDS))))
        if question.intent in MAY_SAVE and (told := self.saved(question)):
            return told
        return self.own_perk(question) if question.intent in MAY_BE_PERK else []

    def faster(self, asked: Asked) -> list[Piece]:
        """Whether there is a quicker way, for who would pay for one, and when an order comes; [] where no document treats that."""
        if not FASTER.search(asked.text) or asked.codes:
            return []
        query = _("express delivery")
        told = list(self.quote(asked_of(asked, "", text=query), self.treating(query)))
        return (
            [*told, *(self.arriving(asked, "express delivery") or self.rule(_("how long delivery takes")))]
            if told
            else []
        )

    def of_service(self, asked: Asked) -> list[Piece]:
        """What is told of services that are asked for in one breath, or for more money; [] where none are."""
        return self.faster(asked) or self.gift_services(asked)

    def gift_services(self, asked: Asked) -> list[Piece]:
        """What the documents say of each service for a gift, where a message asks for several: wrapped, and with a few words."""
        wanted = [_(query) for pattern, query in GIFT_SERVICES if pattern.search(asked.text)]
        if asked.intent not in MAY_BE_SERVED or len(wanted) < SEVERAL_SERVICES:
            return []
        told = [list(self.rule(query)) if self.treating(query) else [] for query in wanted]
        return [piece for each in told for piece in each] if all(told) else []

    def goes_on_about_service(self, asked: Asked) -> str | None:
        """The subject of a question that goes on about the document that was quoted, or asks of the goods at hand what
        documents answer: "and may they go back"."""
        of_goods = (asked.there and self.last_about == "product") or self.last_about == "order"
        if asked.intent not in MAY_NAME_GOODS or asked.codes or not (of_goods or self.topic_before):
            return None
        if asked.words and self.names_goods(asked.words):
            return None
        said = self.listen(asked.text) if (CHINESE.search(asked.text) is None) == (self.turn.language == "en") else None
        if said is None or not said.query or said.likeness < (AT_HAND if of_goods else GOING_ON):
            return None
        found = self.passages(said.query, self.carried)
        return said.query if found and (of_goods or found[0]["title"] == self.topic_before) else None
