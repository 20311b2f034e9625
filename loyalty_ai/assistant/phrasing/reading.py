"""What each question of a message asks, read with what is at hand: the thread, the goods shown, the shop."""

from __future__ import annotations

import re
from dataclasses import replace

from django.utils.translation import gettext as _

from loyalty_ai.assistant.arrivals import wanted_by
from loyalty_ai.assistant.following import (
    BARE_PLACE,
    COME_TO,
    IN_CHINESE,
    NEEDED,
    WHAT_ABOUT,
    WHY_THOSE,
    leaves_out,
    size_of,
)
from loyalty_ai.assistant.hearing import all_heard, of_goods
from loyalty_ai.assistant.periods import period
from loyalty_ai.assistant.phrases import GUARDS, NUMBERS, Intent
from loyalty_ai.assistant.phrases_own import (
    AVERAGE,
    COMPARES,
    EXTREME_OF_IT,
    HIGHER,
    MONTH_BESIDE,
    OWN,
    OWN_TIER,
    TO_NEXT,
    TOGETHER,
    UNDERWAY,
)
from loyalty_ai.assistant.phrasing.at_hand import TOO_MANY, shared
from loyalty_ai.assistant.phrasing.choosing import (
    codes_of,
    likeness,
    named,
)
from loyalty_ai.assistant.phrasing.edits import EDITS, Edits
from loyalty_ai.assistant.phrasing.finding import (
    COLOUR,
    COLOUR_WORD,
    COLOURS,
    HAVE_YOU,
    PEOPLE,
    PLACES,
    not_wanted,
    recoloured,
)
from loyalty_ai.assistant.phrasing.matters import (
    ASKED_OF_ORDERS,
    ASKED_OF_RETURNS,
    HARMED,
    IN_CART,
    MATTERS,
    MINE,
    PAID,
    REFERS,
    WHAT_NOW,
    matters_in,
)
from loyalty_ai.assistant.phrasing.narrowing import GENERIC, Narrowing
from loyalty_ai.assistant.phrasing.orders import AS_MANY, BOUGHT, ORDER_NUMBER, WITHOUT
from loyalty_ai.assistant.phrasing.own import HARDLY_GOODS, MAY_NAME_GOODS, MOST_SHORT, OPEN, PLAINLY, WISH, Own
from loyalty_ai.assistant.phrasing.products import without_look
from loyalty_ai.assistant.phrasing.purchases import HOW_MANY_ALONE, PAST
from loyalty_ai.assistant.phrasing.shop import (
    ASKS_MISSING,
    CERTAINLY,
    CHAT,
    COSTS,
    COUNTED,
    ERASE,
    GIVES,
    HEARD,
    KEEPS_TIER,
    LONG_ENOUGH,
    NAMES,
    OF_TIERS,
    POINTS,
    SUPPOSES,
    TIER_ENDS,
    TIER_PRICES,
)
from loyalty_ai.assistant.phrasing.trade import TO_BE_HAD
from loyalty_ai.assistant.phrasing.voice import FURTHEST, local
from loyalty_ai.assistant.questions import (
    FEW,
    IN_ALL,
    MAYBE_GOODS,
    PIECE,
    Asked,
    amounts,
    asked,
    asks,
    continued,
    intent_of,
    normal,
    number,
    things_counted,
)
from loyalty_ai.assistant.somebody import INSISTS
from loyalty_ai.assistant.telling import question_of
from loyalty_ai.assistant.wishes import ANOTHER, OF_A_THING, owned, wish_of

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

WISHES = {Intent.SEARCH, Intent.NONE, Intent.STOCK, Intent.GIFT, Intent.CART_ADD}
"""What may be bounded by a part of its own: "I want a jewellery box, under £10, in stock"."""

ONLY_WHEN = re.compile(
    r"^(?:and |so |but )*when(?: will (?:it|that|they) be)?$|"
    r"^(?:and |so |but )*(?:any idea |do you know |can you (?:say|tell me) )?"
    r"(?:when|how long|how soon|will)\b.*\b(?:back|again|returns?|restock\w*|ready|wait|replenish\w*)\b|"
    r"^(?:那|那么|大概|大约|请问|要|得|等|还要|需要|它)*"
    r"(?:什么时候|多久|何时|几时|多长时间|等到?什么时候)[才能会再可以有到货补上架买得卖回来等呢]*$"
)
"""After a product that is sold out: when it comes back."""

LISTING = {Intent.SEARCH, Intent.GIFT, Intent.RECOMMEND, Intent.POPULAR}
"""What was answered with a list: a place in it is meant, and no other list."""

FEW_LETTERS = 30
"""Of words that a question may name beside what it goes on about."""

HOW_MUCH = re.compile(r"呢$|多少钱?$|一共|总共|几块|便宜[点些]?吗|(?:折|优惠|折扣)[吗么]")
"""It asks what so many would cost, and puts nothing into the cart."""

OF_ORDERS = re.compile(r"\b(?:my|mine|our|i|we|orders?|parcels?|package|deliver\w*|arriv\w+|tracking)\b")
"""It speaks of what somebody ordered."""

FOR_A_USE = {Intent.NONE, Intent.SEARCH, Intent.POLICY, Intent.LOYALTY, Intent.DESCRIBE, Intent.GIFT}
"""What may be read in goods that are told by their use: "something to wrap presents with"."""

PLAIN_RULE = 0.75
"""Likeness to a question to the documents from which on no goods are meant, whatever is called so."""

KEPT = {*GUARDS, Intent.ORDER, Intent.PERSON, Intent.PRIVACY, Intent.THANKS, Intent.BYE, Intent.CART_ADD, Intent.USUAL}
"""What is never read as going on about tiers."""

OF_RULES = {Intent.PRIVACY, Intent.LOYALTY, Intent.NEXT_TIER, Intent.POLICY}
"""What is about no goods, so that nothing behind it asks for a property of theirs."""

BEHIND_A_RULE = {Intent.POLICY, Intent.LOYALTY, Intent.NONE}
"""What may speak of goods whose price is asked next."""

BESIDE_EACH_OTHER = {Intent.COMPARE, Intent.POPULAR}

TAKEN_FOR_RULES, TIERED = {Intent.POLICY, Intent.HELP, Intent.LOYALTY, Intent.NEXT_TIER}, re.compile(r"\btiers?\b")
"""What goods may be taken for by a word that they share with a rule: a stand of three tiers."""

MAY_TELL_GOODS = MAY_NAME_GOODS | {Intent.DESCRIBE, Intent.SIMILAR}
"""What the tables may read in the name or the place of something, and nothing else: "and the second one"."""

MAY_MATCH = {Intent.GOES_WITH, Intent.RECOMMEND, Intent.NONE, Intent.SEARCH, Intent.GIFT}
"""What the tables may read in a wish for something that goes with what was bought."""

BESIDE_A_CASE = {
    *(Intent.CART, Intent.CART_ADD, Intent.CHECKOUT, Intent.USUAL, Intent.LOYALTY, Intent.NEXT_TIER, Intent.PERSON),
    *(Intent.STOCK, Intent.SIMILAR, Intent.RECOMMEND, Intent.GOES_WITH, Intent.PRIVACY),
}
"""What is asked beside the story of something that was bought, and is no part of it."""

ALL_ORDERS = {"orders", "spent"}
"""What is asked of all orders together."""

OF_LOYALTY = {Intent.LOYALTY, Intent.NEXT_TIER}

MAY_LOOK = OPEN | {Intent.ORDER, Intent.POLICY, Intent.STOCK, Intent.GIFT}
"""What the tables may read in a question about one order of theirs."""

ASKS = re.compile(
    r"^(?:and |also |so )?(?:what|when|which|how|where|is|are|was|were|did|show|tell)\b|什么|几|哪|多少|吗|谁"
)
"""It asks, and does not only tell."""

ORDER_ALONE = re.compile(r"\d{6,}")
"""Too long for the code of a product."""

GOT_FOR_THEM = re.compile(r"\bfor (?:it|them|that|those)\b|\bget\b|分别|各")
"""What was had for the things of a case."""

INVERTED = re.compile(r"\b(?:do|does|can|could|will|would|is|are|may|might) (?:i|we|you|it|they|there)\b")
"""Words that only a question has."""

NAME, OF_TITLES = 3, {"birthday", "anniversary"}
"""Words of a message that may be the name of goods, and words that part goods only beside others."""

TO_ORDER = re.compile(r"\b(?:add|put|include|pop|stick)\b.+\b(?:to|on|in|into|with) my order\b")
"""Of somebody who has no order that could still be changed: into the cart."""

MANY = 100
"""From which on a number without a sign may be a sum: "an order of 800"."""

ANOTHER_SUM = re.compile(
    r"(?:(?:and|so|then|what about|how about|or|if it (?:is|were|was)|at|for|with|of|on|over|that|it is|那|那么|如果|要是|是) ?)*"
    r"(?P<sum>£ ?\d[\d,.]*\d|£ ?\d|\d[\d,.]* ?(?:pounds|quid|英?镑)|\d{3,})(?: ?(?:then|instead|呢|的话))*"
)
"""Another sum, and nothing else."""

OWED = re.compile(r"\brefund|\bmy money\b|\bmoney back\b|\bowe me\b|退款|我的钱")
"""Money that should come back."""

NEEDS_SO_MANY = re.compile(
    r"^(?:and |so |but )*(?:i|we) (?:would |will |do )?(?:need|be needing) (?:about |around )?\d+\b(?: of (?:them|it|those))?$|"
    r"^(?:我们?|总共|一共)*需要(?:大概|大约)?\d+个?$"
)
"""How many somebody needs of what is asked just before."""

SO_MANY = re.compile(
    r"(?:^|[,.] ?|\b(?:and|then|so|ok) )(?:(?:can|could|may) (?:i|we) (?:have|get|buy|order|take)|"
    r"(?:do |have )?you (?:have|got)|got) "
    r"(?P<count>\d{1,3}|(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|a dozen)(?= ?$| of\b| left\b| in stock))"
    r"(?: of (?:it|them|those|these|that))?(?: left| in stock)?$"
)
"""Whether so many of what is at hand can be had."""

OF_SOMEBODY = re.compile(
    r"^(?:ok |well |then |just |only |even |and )*(?:an?|the|one|some)? ?(?:\w+ )?"
    r"(?:e-?mail|address|names?|phone|number|initials?|town|postcode|surname)s?\b(?!.{0,20}\b(?:your|the shop|of the shop)\b)|"
    "^(?:那|就|只要?|给我)*(?:邮箱|地址|名字|电话|姓)"
)
"""What of somebody is asked again, behind a refusal."""

SUGGESTS = re.compile(r"\b(?:suggest\w*|recommend\w*|ideas?|inspiration)\b|推荐|建议")

LEADS = re.compile(
    r"(?!.*\b(?:add|put|want|need|like|show|send|return|cancel|ordered|bought)\b)"
    r"(?:so |well |hi )?(?:we|i|(?:one of )?my(?: \w+){1,2}) (?:fly|go|are|am|is|leave|travel|move|have|will)\b|"
    r"(?!.*[?])(?:hi[!,. ]+)?(?:i am )?(?:thinking of|looking for|after|planning) (?:a |some )?(?:presents?|gifts?|something)\b"
)
"""Says only why something is asked."""

PLENTY_OF_IT = re.compile(
    r"(?:\w+ ){0,2}(?:is|are) there (?:plenty|enough|lots|loads|many|much|a lot)"
    r"(?: of (?:it|them|those|these|that))?(?: left| in stock)?"
    r"|(?:还|现)?(?:货)?(?:够|多|足)(?:不够|不多|不足|吗)"
)
"""Whether there is much left of what is at hand."""

WHICH_IS_MORE = re.compile(
    r"^(?:and )?(?:which|what) (?:one |of (?:them|those|these) )?(?:is|are|would be) (?:the )?"
    r"(?!cheap|dear|low|high|pric|more (?:expensive|popular))"
    r"(?:\w+(?:er|est)|more \w+|better|best)\b|哪(?:个|款|一个)(?:更|比较|最)(?:大|小|重|轻|高|长|宽|结实)"
)
"""Which of those at hand has more of something: size, weight, strength."""

MORE_OF_TWO = re.compile(
    r"\b(?:cheaper|dearer|pricier|less expensive|more expensive|compare|difference|costs? (?:more|less))\b|"
    r"哪[个款种]?(?:更|比较)?(?:便宜|贵)|比较|对比|区别"
)
"""It sets two things beside each other."""

MORE_OR_LESS = {
    "small": re.compile(r"smaller|tinier|小(?:一?点|一?些)"),
    "large": re.compile(r"bigger|larger|大(?:一?点|一?些)"),
}
"""Sizes as titles write them, of what is compared with the goods at hand."""

ANEW = 0.78
"""Likeness to a known wording from which on a question that points at nothing asks anew."""

BY_WHAT_THEY_BOUGHT = re.compile(r"(?:judging|going) by\b|based on\b|given (?:what|all)\b|根据|按照|看看?我|凭")
"""By what something shall be recommended."""

CHANGED_MIND = re.compile(r"\bchang(?:ed|ing) (?:my|our) minds?\b|改(?:变)?主意|不想要")
"""Why something leaves the cart."""

TELLS = re.compile(
    r"(?:and |but |so |because )*(?:i am|i was|i will be|i have|i do not|i cannot|we are|we have|it is|it was|they are|"
    r"she is|he is|my \w+ (?:is|are|was|were|has|have|does|did)|nobody|no one)\b"
)
NO_WISHES = {
    Intent.POLICY,
    Intent.ORDER,
    Intent.LOYALTY,
    Intent.NEXT_TIER,
    Intent.CART,
    Intent.CART_REMOVE,
    Intent.CART_SET,
}
"""Begins to say how things are; what is asked that is no wish for goods."""

OWN_DATA = re.compile(r"\b(?:data|information|details|account)\b|数据|信息|资料|账[号户]")
"""What is erased, and no basket."""

JOINS = re.compile(r"\b(?:join(?:ing)?|sign up|enrol|register|apply|qualify|becom(?:e|ing) an? member)\b")
"""What nobody does with goods, be it "anything" that they need to join."""


def alone(found: list[Asked]) -> list[Asked]:
    """The questions without what only leads to another, or only bounds the one before: whose tier it is, the sum of what shall be
    bought again, what the goods may cost."""
    kept: list[Asked] = []
    for now in found:
        total = now.intent in (Intent.PRICE, Intent.NONE) and "total" in now.aspects and names_none(now)
        if kept and kept[-1].units and total and not now.bounded and not now.units and points(kept[-1]):
            pointed = {"here": kept[-1].here, "there": kept[-1].there, "codes": kept[-1].codes}
            kept.append(
                replace(now, intent=Intent.PRICE, units=kept[-1].units, follows=True, **pointed)
            )  # "10 of these, any discount, what total"
        elif kept and kept[-1].intent is Intent.USUAL and now.intent in (Intent.PRICE, Intent.NONE) and not now.words:
            kept[-1] = replace(kept[-1], aspects=kept[-1].aspects | now.aspects)
        elif (
            kept and now.intent is Intent.RECOMMEND and kept[-1].intent in WISHES and kept[-1].words and names_none(now)
        ):
            kept[-1] = replace(kept[-1], count=now.count or kept[-1].count)  # "three ideas, please"
        elif kept and sums_orders(kept[-1]) and sum_alone(now):
            kept[-1] = replace(kept[-1], text=f"{kept[-1].text}, {now.text}", aspects=kept[-1].aspects | {"spent"})
        elif kept and kept[-1].intent is Intent.STOCK and "left" in kept[-1].aspects and NEEDS_SO_MANY.search(now.text):
            kept[-1] = replace(kept[-1], units=now.units or kept[-1].units)  # 我需要150个
        elif kept and kept[-1].intent is Intent.CART_ADD and not now.words and AS_MANY.search(now.text):
            kept[-1] = replace(kept[-1], text=f"{kept[-1].text}, {now.text}")
        elif kept and kept[-1].intent in WISHES and kept[-1].words and only_bounds(now):
            intent = Intent.SEARCH if kept[-1].intent is Intent.CART_ADD else kept[-1].intent
            bounds = {"low": now.low, "high": now.high} if now.bounded else {}
            available = kept[-1].available or now.available
            kept[-1] = replace(kept[-1], intent=intent, available=available, units=None, **bounds)
        else:
            kept.append(now)
    kept = [now for now in kept if not OWN_TIER.search(now.text)] or kept
    if any(each.intent is Intent.RECOMMEND for each in kept):  # "see what I usually buy, and recommend me something"
        past = [now for now in kept if now.intent is Intent.ORDER and BY_WHAT_THEY_BOUGHT.match(now.text)]
        kept = [now for now in kept if now.intent is not Intent.USUAL and now not in past]
    if any(each.intent is Intent.CART_REMOVE for each in kept):
        kept = [now for now in kept if now.intent is Intent.CART_REMOVE or not CHANGED_MIND.search(now.text)]
    return [now for now in kept if not (only_tells(now) and any(each.intent in NO_WISHES for each in kept))]


def only_tells(now: Asked) -> bool:
    """Whether a part of a message only says how things are, beside what it asks: "I'm at work all week"."""
    tells = now.intent in MAY_NAME_GOODS and TELLS.match(now.text) and not (asks(now.text) or WISH.search(now.text))
    return bool(tells) and not now.codes


def what_now(now: Asked) -> bool:
    """Whether a part only asks what to do about what another tells."""
    return WHAT_NOW.search(now.text) is not None and not matters_in(now.text) and len(now.words.split()) < 2


def costs_of_return(text: str) -> bool:
    """Whether a text speaks of a return and of what something costs."""
    return MATTERS["return"].search(text) is not None and ASKED_OF_RETURNS["cost"].search(text) is not None


def asks_else(text: str) -> bool:
    """Whether a part of a message asks something else than what becomes of a return."""
    of_returns = matters_in(text) or any(asked_of.search(text) for asked_of in ASKED_OF_RETURNS.values())
    return asks(text) and not of_returns


GOES_ON_HEARD = 0.6
"""Likeness of a question to the documents from which on what names nothing goes on about the one that was quoted."""

COSTS_ME = re.compile(
    r"\b(?:cost|charge|set) (?:me|us)\b|\bpay (?:for )?(?:the )?(?:postage|to send)\b|\bwho pays\b|运费|邮费|要钱吗"
)
TO_DO = re.compile(
    r"\bwhat (?:do|must|should|would) (?:i|we) (?:have to |need to )?do\b|"
    r"\bhow do (?:i|we) (?:do (?:it|that)|go about)|怎么[退办弄寄]"
)
"""Asks what something costs whoever asks, and what they have to do."""

MAY_BE_PART = {
    *(Intent.POLICY, Intent.NONE, Intent.SEARCH, Intent.DESCRIBE, Intent.SCOPE, Intent.RECOMMEND, Intent.HELP),
    *(Intent.SIMILAR, Intent.GOES_WITH, Intent.ABOUT, Intent.CHECKOUT, Intent.CART),
}
"""What the tables may read in a part of a message that is one question to the documents."""

ANY_PART = MAY_BE_PART | {Intent.GIFT, Intent.LOYALTY, Intent.NEXT_TIER, Intent.STOCK}
"""The same where it is about no goods."""

HOW_SOON = re.compile(r"\bhow (?:soon|long|quickly|fast)\b|多快|多久|几个?小时|几天")
"""Asks when somebody answers, and not for somebody."""

A_CODE = re.compile(r"\b(?:referral|friend|discount|promo|own) codes?\b|推荐码|优惠码")

OF_OTHERS = 0.72
"""Likeness from which on a message asks for what is somebody else's."""

ARRIVED = re.compile(
    r"\b(?:been|get|got|was|were) delivered\b|\b(?:arrived|turned up|been sent|been dispatched)\b|送到|送达|到了|发货了"
)
"""Asks whether it came."""


def only_bounds(now: Asked) -> bool:
    """Whether a part of a message only says what goods may cost, or that they shall be had now."""
    bounds = now.bounded or now.available
    return (
        bool(bounds) and now.intent in WISHES | {Intent.RECOMMEND} and names_none(now) and not (now.here or now.there)
    )


def points(now: Asked) -> bool:
    return bool(now.here or now.there or now.codes)


def asks_of_goods(now: Asked) -> bool:
    """Whether a question asks the price or the stock of goods, or whether there are any."""
    return now.intent in (Intent.PRICE, Intent.STOCK) or (
        now.intent is Intent.SEARCH and HAVE_YOU.search(now.text) is not None
    )


def names_none(now: Asked) -> bool:
    return not (now.words or now.codes or now.ordinals or now.order or now.units)


def sums_orders(now: Asked) -> bool:
    """Whether a question that was read as one of loyalty asks how many orders there are or what they come to."""
    return now.intent is Intent.LOYALTY and bool(now.aspects & ALL_ORDERS) and not OF_TIERS.search(now.text)


def sum_alone(now: Asked) -> bool:
    """Whether a question asks for a sum, and says not of what."""
    return now.intent is Intent.PRICE and "total" in now.aspects and not (now.words or now.codes or now.there)


def units_said(count: str) -> int:
    """How many "4", "four" or "a dozen" are."""
    return FEW.get(count) or int(number(count) or 1)


class Reading(Edits, Narrowing, Own):
    """Reads the message that is being answered."""

    def questions(self) -> list[Asked]:
        """The message's questions; one that goes on with the last message's is completed from there."""
        if self.insists() or self.of_others():
            return [Asked(Intent.OTHERS, normal(self.turn.text))]
        if (many := self.many_wanted()) and not any(now.intent in GUARDS for now in self.understood(self.turn.text)):
            return [many]
        if whole := self.heard_whole():
            return [whole]
        read = [self.after_return(now) for now in self.understood(question_of(self.turn.text))]
        found = self.compared_together(alone(self.edited([self.as_goods(self.as_own(now)) for now in read])))
        found = [
            replace(now, intent=Intent.PRICE, there=not now.words)
            if now.intent is Intent.CART_ADD and HOW_MUCH.search(now.text)
            else now
            for now in found
        ]
        if not any(now.intent in GUARDS for now in found) and (afforded := self.afforded()):
            return afforded
        of_at_hand = (self.last_about == "product" or self.turn.product) and self.asks_fact(found[0])
        two = [self.of_two(now) for now in found]
        found = [pair or now for pair, now in zip(two, found, strict=True)]
        found = self.asking(found if of_at_hand or any(two) else self.reckoned_up(found))
        found = self.priced(found)
        if self.asked_before and not found[0].counts and found[0] not in two:
            found[0] = self.completed(found[0])
        read = [
            now
            if now.counts or now in two or now.aspects & {"family", "theme"}
            else self.had_by_title(now)
            or self.of_family(now)
            or self.of_named_family(now)
            or self.of_theme(now)
            or self.of_it(now, beside=any(each.intent not in OF_RULES for each in found[:at]))
            or self.of_the_same(now, found[:at])
            or self.reread(now)
            for at, now in enumerate(found)
        ]
        found = self.with_case(read)
        of_lines = found[0].intent is Intent.ORDER and len(found) > 1 and self.names_nothing(found[1])
        if of_lines and self.turn.customer_id and self.lines_asked(found[0]) is not None:
            found[0] = replace(found[0], text=f"{found[0].text}, {found[1].text}")
            del found[1]  # "still in stock, and how much each": the price of today is told with the stock
        for at, question in enumerate(found):
            of_it = at and found[at - 1].intent is Intent.ORDER and EXTREME_OF_IT.search(question.text)
            if of_it and self.turn.customer_id is not None and question.intent in OPEN | {Intent.POLICY}:
                found[at] = question = replace(question, intent=Intent.ORDER, codes=found[at - 1].codes)
            if (
                at
                and found[at - 1].intent in OF_LOYALTY
                and (
                    question.intent in OPEN | {Intent.RECOMMEND, Intent.POLICY}
                    or (question.intent is Intent.STOCK and HIGHER.search(question.text))
                )
            ):
                found[at] = question = self.on_tiers(question)
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
                    before = (
                        found[at - 1] if at else next(iter(map(self.understood, self.asked_before)), [question])[-1]
                    )
                    asked_of_days = {"total"} if "spent" in before.aspects else before.aspects
                    found[at] = replace(found[at], aspects=frozenset(asked_of_days))
        return found

    def priced(self, found: list[Asked]) -> list[Asked]:
        """The questions; a price that is asked behind a rule for goods, as theirs: "any money off the teapot, what would I pay"."""
        for at, now in enumerate(found[1:], 1):
            alone = now.intent in (Intent.PRICE, Intent.POLICY) and "total" in now.aspects and names_none(now)
            row = (
                self.titled(found[at - 1])
                if alone and not now.there and found[at - 1].intent in BEHIND_A_RULE
                else None
            )
            if row:
                found[at] = replace(now, intent=Intent.PRICE, codes=(row["product_id"],), there=True)
        return found

    def had_by_title(self, now: Asked) -> Asked | None:
        """Whether a product can be had that the story of a gift names by its whole title: "I would love the ... for my niece"; the
        open page's, where a question names it by its kind: 这款温度计能买吗."""
        if (
            now.here
            and not (now.words or now.codes)
            and now.intent in OPEN
            and TO_BE_HAD.search(now.text)
            and self.page()
        ):
            return replace(now, intent=Intent.STOCK)
        if now.here and now.words and TO_BE_HAD.search(now.text) and named(self.page(), now.words):
            return replace(now, intent=Intent.STOCK, words="")
        row = self.titled(now) if now.intent is Intent.GIFT and TO_BE_HAD.search(now.text) else None
        return replace(now, intent=Intent.STOCK, words="", codes=(row["product_id"],)) if row else None

    def asking(self, found: list[Asked]) -> list[Asked]:
        """The questions without what only leads to one of the rules: whose birthday it is, how somebody would rather not pay."""
        rules = {
            treated[0]["title"]
            for now in found
            if asks(now.text) and (said := self.heard(now)) and said.query and (treated := self.treating(said.query))
        }

        def leads(now: Asked) -> bool:
            if any(map(asks, PIECE.split(now.text))) or INVERTED.search(now.text) or now.codes:
                return False
            if now.intent in (Intent.GIFT, Intent.NONE, Intent.SEARCH) and PEOPLE.issuperset(now.words.split()):
                return bool(rules) and wanted_by(now.text, local(self.turn.now)) is not None
            tells = now.intent is Intent.POLICY and not matters_in(now.text) and not amounts(now.text)
            said = self.heard(now) if tells else None
            if said is None or not said.query or said.likeness >= PLAIN_RULE:
                return False
            treated = self.treating(said.query)
            return bool(treated) and treated[0]["title"] in rules

        harmed = any(HARMED.intersection(matters_in(now.text)) for now in found)
        found = [now for now in found if not (harmed and what_now(now))] or found
        of_goods = [now for now in found if (now.words or now.codes) and asks_of_goods(now)]
        if of_goods:  # "we fly out in two weeks, so: is the passport cover in stock"
            told = [now for now in found if LEADS.match(now.text) and not (asks(now.text) or matters_in(now.text))]
            found = [now for now in found if now in of_goods or now not in told]
        return [now for now in found if not leads(now)] or found

    def of_tiers(self, now: Asked) -> bool:
        """Whether a question is heard as one of tiers: "how much do you have to spend to be gold" wants no frames."""
        said = self.listen(now.text)
        own = said is not None and said.own.startswith((Intent.NEXT_TIER, Intent.LOYALTY))
        return own and said is not None and said.likeness >= HEARD

    def reread(self, now: Asked) -> Asked:
        """A question as what it is in this shop: goods that the tables took for a rule, or the reverse."""
        if self.undoubted(now):
            return replace(now, intent=Intent.POLICY)
        if now.intent is Intent.USUAL and SUGGESTS.search(now.text):
            now = replace(now, intent=Intent.RECOMMEND, words="")  # "any suggestions based on what I usually buy"
        if now.words and now.intent in FOR_A_USE and NEEDED.search(now.text) and not JOINS.search(now.text):
            now = replace(now, intent=Intent.SEARCH)
        elif now.codes and now.intent in (Intent.DESCRIBE, Intent.SEARCH) and HAVE_YOU.search(now.text):
            now = replace(now, intent=Intent.STOCK) if self.rows(codes_of(now)) else now
        elif now.words and now.intent is Intent.DESCRIBE and HAVE_YOU.search(now.text):
            now = now if now.here or now.there else replace(now, intent=Intent.SEARCH)
        if now.intent is Intent.CART_REMOVE and not self.in_cart(now.words) and not IN_CART.search(now.text):
            said = self.heard(now)
            if said is not None and said.query and said.likeness >= PLAIN_RULE:
                now = replace(now, intent=Intent.POLICY)  # "leave the bill out of the box" is about no cart
        erases = now.intent in (Intent.CART, Intent.CART_REMOVE, Intent.POLICY) and ERASE.search(now.text)
        if (erases and OWN_DATA.search(now.text)) or (now.intent not in GUARDS and CHAT.search(now.text)):
            now = replace(now, intent=Intent.PRIVACY)
        if now.intent in (Intent.POLICY, Intent.CART_ADD) and TO_ORDER.search(now.text) and not self.may_change():
            now = replace(now, intent=Intent.CART_ADD) if self.has(now.words) else now
        property_asked = now.intent is Intent.GIFT or (now.intent is Intent.NONE and "unknown" in now.aspects)
        if property_asked and OF_A_THING.match(now.text):
            now = replace(now, intent=Intent.DESCRIBE)
        elif KEEPS_TIER.search(now.text):
            return now
        elif (
            now.intent in TAKEN_FOR_RULES
            and self.names_beside(now.words)
            and self.asks_for_goods(now)
            and not self.of_tiers(now)
        ):
            now = replace(now, intent=Intent.SEARCH)
        elif POINTS.search(now.text) and now.intent in OPEN | {Intent.POLICY, Intent.STOCK, Intent.ORDER}:
            now = replace(now, intent=Intent.POLICY, words="", text=_("points to collect or to spend"))
        elif (now.intent is Intent.LOYALTY and (TO_NEXT if GIVES.search(now.text) else HIGHER).search(now.text)) or (
            now.intent in OPEN and "tier" in now.aspects and TO_NEXT.search(now.text)
        ):
            now = replace(now, intent=Intent.NEXT_TIER)
        elif now.intent is Intent.LOYALTY and TIER_PRICES.search(now.text):
            now = replace(now, intent=Intent.POLICY)  # "is there a price for members"
        elif now.intent is Intent.NEXT_TIER and GIVES.search(now.text) and not ASKS_MISSING.search(now.text):
            now = replace(now, intent=Intent.LOYALTY, text=f"{now.text} {_('benefits')}")
        elif now.intent is Intent.ORDER and self.turn.customer_id is None and self.quoted_of_no_order(now):
            now = replace(now, intent=Intent.POLICY, follows=True)
        elif now.intent is Intent.ORDER and self.turn.customer_id is None and not OF_ORDERS.search(now.text):
            now = (
                replace(now, intent=Intent.SEARCH) if self.names_goods(now.words) else now
            )  # "where is the doily stuff"
        elif now.intent in TAKEN_FOR_RULES and TIERED.search(now.words) and self.names_beside(now.words):
            now = replace(now, intent=Intent.DESCRIBE)  # "how many tiers does the cakestand have"
        now = self.of_clause(now)
        if now.intent in (Intent.NONE, Intent.GIFT) and self.is_name(now):
            now = replace(now, intent=Intent.SEARCH, words=now.text)
        now = self.specific(now) if now.intent is Intent.SEARCH else now
        of_order = now.codes and ORDER_NUMBER.search(now.text)
        if (
            TOO_MANY.search(now.text)
            and not of_order
            and not (now.codes and self.rows(codes_of(now)))
            and now.intent in ABOUT_PRODUCTS | {Intent.NONE, Intent.POLICY, Intent.ORDER}
        ):
            limits = _("limits: as many units as are in stock, at most so many of a product")
            return replace(now, intent=Intent.POLICY, words="", codes=(), text=limits)
        return now

    def undoubted(self, now: Asked) -> bool:
        """Whether a question is one to the documents beyond doubt, whatever else the tables read in it: "can I use my own code"."""
        of_theirs = MINE.search(now.text) or UNDERWAY.search(now.text) or period(now.text, local(self.turn.now))
        of_rule = now.intent is Intent.ORDER and "return" in matters_in(now.text) and not of_theirs
        of_code = now.intent is Intent.ORDER and A_CODE.search(now.text)
        how_soon = now.intent is Intent.PERSON and HOW_SOON.search(now.text)
        may = now.intent is Intent.LOYALTY or of_rule or of_code or how_soon
        if not may or now.codes or of_goods(now.text)[0] >= HARDLY_GOODS:
            return False
        said = self.listen(now.text)
        least = PLAIN_RULE if how_soon else CERTAINLY
        return said is not None and bool(said.query) and said.likeness >= least and bool(self.treating(said.query))

    def heard_whole(self) -> Asked | None:
        """A message of several parts that is surely heard as one question to the documents, and no part of it as another."""
        whole = normal(self.turn.text)
        parts = self.understood(question_of(self.turn.text))
        said = self.listen(whole) if len(parts) > 1 else None
        if said is None or not said.query or said.likeness < CERTAINLY or not self.treating(said.query):
            return None
        if self.turn.customer_id is not None and MINE.search(whole) and matters_in(whole):
            return None  # what they bought, and no rule in general
        of_none = of_goods(whole)[0] < HARDLY_GOODS
        may = all(now.intent in (ANY_PART if of_none else MAY_BE_PART) and not now.codes for now in parts)
        heard = [self.listen(now.text) for now in parts if asks(now.text)]
        others = any(each and each.query != said.query and each.likeness >= said.likeness - 0.06 for each in heard)
        goods = not of_none and any(self.names_goods(now.words) for now in parts if now.words)
        return None if others or goods or not may else replace(asked(whole), intent=Intent.POLICY)

    def after_return(self, now: Asked) -> Asked:
        """What is to be done, or what it costs, behind whether something may go back: "what do I have to do"."""
        before = matters_in(normal(self.asked_before[0])) if self.asked_before else ()
        may = now.intent in {Intent.HELP, Intent.PRICE, Intent.NONE, Intent.ORDER, Intent.POLICY}
        if (
            before == ("return",) and may and self.other_than_theirs(now)
        ):  # "what about a necklace then", after earrings
            return replace(
                now, intent=Intent.POLICY, words="", text=next(iter(self.excepted(now.text)), _(LONG_ENOUGH))
            )
        if before != ("return",) or not may or now.codes or self.things(now) or matters_in(now.text):
            return now
        subject = _("what a return costs") if COSTS_ME.search(now.text) else ""
        subject = subject or (_("how to return something") if TO_DO.search(now.text) else "")
        return replace(now, intent=Intent.POLICY, words="", text=subject, there=False) if subject else now

    def other_than_theirs(self, now: Asked) -> bool:
        """Whether a question only names other goods than those of the question before, and none that they bought."""
        names = WHAT_ABOUT.search(now.text) and now.words and not (now.codes or matters_in(now.text))
        names = names and not NAMES[0][0].search(now.text)  # "and from Ireland?"
        return (
            bool(names)
            and of_goods(now.text)[0] >= MAYBE_GOODS
            and (self.turn.customer_id is None or not self.bought_any(now.words))
        )

    def of_others(self) -> bool:
        """Whether a message is heard to ask for what is somebody else's, in words that no table has."""
        said = self.listen(normal(self.turn.text))
        return said is not None and said.others and said.likeness >= OF_OTHERS

    def insists(self) -> bool:
        """Whether a message goes on about somebody, or an order, of whom nothing is told, and asks for nothing else."""
        text, before = normal(self.turn.text), normal(self.asked_before[0]) if self.asked_before else ""
        refused = bool(before) and self.turn.customer_id is not None and self.names_order(before)
        if not (refused or (before and self.understood(before)[0].intent is Intent.OTHERS)) or WISH.search(text):
            return False
        question = asked(text)
        about_it = question.there and not question.codes and not self.things(question)
        if self.understood(before)[0].intent is Intent.OTHERS and OF_SOMEBODY.search(text):
            return True  # "just an e-mail address would do"
        asks = any(pattern.search(text) for pattern in ASKED_OF_ORDERS.values())
        return INSISTS.search(text) is not None or (refused and about_it and asks)

    def with_case(self, found: list[Asked]) -> list[Asked]:
        """The questions; the parts of a story about something that was bought, or of what a return is bound to, as one."""
        whole = normal(self.turn.text)
        if len(found) == 1 and (returned := self.returned_too(whole)):
            return [returned]
        of_cart = self.turn.cart and not ORDER_NUMBER.search(whole) and any(now.intent in EDITS for now in found)
        into_cart = TO_ORDER.search(whole) and any(now.intent is Intent.CART_ADD for now in found)
        if of_cart or into_cart or any(now.intent in GUARDS or now.counts for now in found):
            return found
        if A_CODE.search(whole):
            return found  # "my own code on my first order": a rule
        if REFERS.search(whole) and not any(REFERS.search(now.text) for now in found):
            return [replace(asked(whole), intent=Intent.POLICY)]  # "I brought a friend, do I get anything for that"
        if self.matches_bought(whole, found):
            return [replace(asked(whole), intent=Intent.GOES_WITH)]
        of_tier = OF_TIERS.search(whole) and TIER_PRICES.search(whole) and not SUPPOSES.search(whole)
        if of_tier and not any(OF_TIERS.sub(" ", now.words).strip() for now in found) and len(found) > 1:
            return [replace(asked(whole), intent=Intent.POLICY)]
        if COUNTED.search(whole) and not CHAT.search(whole):
            beside = [now for now in found if now.intent is Intent.NEXT_TIER and not COUNTED.search(now.text)]
            return [*beside, replace(asked(whole), intent=Intent.POLICY)]
        if self.names_order(whole):
            return [replace(asked(whole), intent=Intent.ORDER)]
        if self.turn.customer_id is not None and UNDERWAY.search(whole):
            return [replace(asked(whole), intent=Intent.ORDER)]
        owed = any("back" in now.aspects for now in found)
        case = self.case_of(whole, owed=owed)
        tells = any(MATTERS["return"].search(now.text) and not asks(now.text) for now in found[:-1])
        spread = tells and costs_of_return(whole)  # "I am returning a jug, who pays the postage"
        terms = case is None and (spread or self.returns_needed(whole))
        if case is None and not terms:
            return self.with_look([self.with_price_paid(now) for now in found])
        told = [at for at, now in enumerate(found) if not self.apart(now) and not (terms and asks_else(now.text))]
        if not told:
            return found
        aspects = frozenset({"case", *(["back"] if owed else [])}) if case else frozenset()
        one = replace(asked(whole), intent=Intent.POLICY if terms else Intent.ORDER, aspects=aspects)
        return [one if at == told[0] else now for at, now in enumerate(found) if at == told[0] or at not in told]

    def returned_too(self, whole: str) -> Asked | None:
        """ "And the second one?", after it was told whether something of an order may go back; None for anything else."""
        alone = asked(whole)
        goes_on = (
            alone.follows and alone.intent in MAY_TELL_GOODS and alone.aspects <= {"link"} and len(whole) <= MOST_SHORT
        )
        before = next(filter(None, (matters_in(normal(text)) for text in self.asked_before[:FURTHEST])), ())
        if before != ("return",) or not goes_on or matters_in(whole) or self.turn.customer_id is None:
            return None
        held = self.of_order_told(whole, alone)
        text = f"{whole} {'return' if whole.isascii() else '退货'}"
        return replace(asked(text), intent=Intent.ORDER, aspects=frozenset({"case"})) if held and held[0][1] else None

    def matches_bought(self, whole: str, found: list[Asked]) -> bool:
        """Whether a message asks for what goes with goods that they bought, be these told in a sentence of their own."""
        if self.turn.customer_id is None or not BOUGHT.search(whole):
            return False
        matches = any(now.intent is Intent.GOES_WITH for now in found) or intent_of(whole, among=(Intent.GOES_WITH,))[1]
        beside = MAY_MATCH | {now.intent for now in found if not any(map(asks, PIECE.split(now.text)))}
        words = " ".join(now.words for now in found)
        return bool(matches) and beside.issuperset(now.intent for now in found) and self.bought_any(words)

    def names_order(self, text: str) -> bool:
        """Whether a message names a number that can only be an order's, and one of nobody's here."""
        question = asked(text)
        told = question.codes and (
            ORDER_NUMBER.search(text) or all(ORDER_ALONE.fullmatch(code) for code in question.codes)
        )
        if not told or matters_in(text) or self.rows(codes_of(question)):
            return False
        return self.turn.customer_id is None or not self.call("get_order", order_id=question.codes[0]).data.get(
            "orders"
        )

    def with_price_paid(self, now: Asked) -> Asked:
        """A question of what goods cost them, where they bought such."""
        if now.intent not in MAY_LOOK or self.turn.customer_id is None or not PAID.search(now.text):
            return now
        bought = now.intent is not Intent.ORDER and not now.codes and self.paid_for(now)
        return replace(now, intent=Intent.ORDER, aspects=frozenset({"case"})) if bought else now

    def with_look(self, found: list[Asked]) -> list[Asked]:
        """The questions; those that ask something of one order, as one."""
        others = BESIDE_A_CASE - {Intent.STOCK}
        told = [
            now
            for now in found
            if "case" not in now.aspects and (now.intent not in others or now.codes or sums_orders(now))
        ]
        if not told or any(now.intent not in MAY_LOOK or now.bounded for now in told):
            return found
        text = ", ".join(now.text for now in told)
        if self.looks_at(text) is None:
            return found
        one = replace(asked(text), intent=Intent.ORDER, aspects=frozenset({"case"}))
        return [one if now is told[0] else now for now in found if now is told[0] or now not in told]

    @staticmethod
    def apart(now: Asked) -> bool:
        """Whether a question beside a case is one of its own."""
        if now.intent is Intent.USUAL:
            return True
        if (
            "back" in now.aspects
            or matters_in(now.text)
            or any(asks.search(now.text) for asks in ASKED_OF_RETURNS.values())
        ):
            return False
        asks = now.intent is Intent.ORDER and ASKS.search(now.text) is not None
        return now.intent in BESIDE_A_CASE or (asks and not GOT_FOR_THEM.search(now.text))

    def names_beside(self, words: str) -> bool:
        """Whether goods are called so, by more than the tiers that rules have as well."""
        beside = TIERED.sub(" ", words).strip(" 0123456789")
        rows = named(self.search(beside, available=False), beside, strictly=True) if beside else []
        return bool(rows) or TIERED.search(words) is None

    def quoted_of_no_order(self, now: Asked) -> bool:
        """Whether a stranger goes on about a rule that was quoted, and not about an order of theirs."""
        return self.last_about == "passage" and not OWN.search(now.text) and not now.codes

    def completed(self, now: Asked) -> Asked:
        """A question that cannot be read alone, with what it goes on about: a rule that was quoted, or a wish for products."""
        if of_tier := self.of_tier(now):
            return of_tier
        if family := self.of_family(now) or self.of_theme(now):
            return family
        if self.last_about == "order" and OWED.search(now.text) and now.intent in OPEN and self.order_before:
            codes = now.codes or (self.order_before,)
            return replace(now, intent=Intent.ORDER, aspects=now.aspects | {"back"}, codes=codes)
        if usual := self.usual_without(now):
            return usual
        before = self.understood(self.asked_before[0])[-1].intent
        if before is Intent.RECOMMEND and now.intent in OPEN | {Intent.STOCK} and (unwanted := not_wanted(now.text)):
            return replace(now, intent=Intent.SEARCH, words=" ".join(unwanted), there=False)  # "not bags please"
        if self.of_listed(now) is not None:
            return replace(now, intent=Intent.ORDER, aspects=now.aspects | {"listed"})
        if fee_times := self.fee_times(now):
            return fee_times
        if self.of_lines_alone(now):
            return replace(now, intent=Intent.ORDER)
        if look := self.look_of_compared(now):
            return look
        if self.goes_on_about_service(now) or (self.last_about == "product" and self.asks_fact(now)):
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
            if now.follows and now.intent is Intent.POLICY and ARRIVED.search(now.text):
                return replace(now, intent=Intent.ORDER, words="", aspects=now.aspects | {"listed", "way"})
        if (
            self.last_about == "product"
            and now.intent in MAY_NAME_GOODS
            and (many := SO_MANY.search(now.text.rstrip(" ?!.")))
        ):
            left = now.aspects | {"left"}
            return replace(
                now, intent=Intent.STOCK, words="", units=units_said(many["count"]), aspects=left, follows=True
            )
        edits = {Intent.CART, Intent.CART_ADD, *EDITS}
        of_cart = self.turn.cart and "left" in now.aspects and not now.words
        if of_cart and any(each.intent in edits for each in self.understood((*self.asked_before, "")[0])):
            return replace(now, intent=Intent.CART)  # "so what is left in there"
        if self.shown and self.last_about == "product" and "left" in now.aspects and not (now.words or now.codes):
            meant = self._choose(now).products if now.ordinals else self.shown[:1]
            return self.of_these(now, meant, Intent.STOCK)  # "how many of that one do you have"
        if again := self.with_another_sum(now):
            return again
        wish = self.wish_before()
        if self.last_about == "product" and (beside := self.beside_it(now, wish)):
            return beside
        if self.last_about == "product" and (taken := self.taken(now)):
            return taken
        if summed := self.within_sum(now, wish):
            return summed
        if wish and wish.intent is Intent.GIFT and ANOTHER.search(now.text):
            return replace(now, intent=Intent.GIFT, low=now.low or wish.low, high=now.high or wish.high, follows=False)
        if (
            wish and owned(now.text) and now.intent in MAY_NAME_GOODS | {Intent.GIFT}
        ):  # "he has the lunch box, something else"
            return replace(wish, text=f"{wish.text}. {now.text}", follows=True)
        if self.last_about == "product" and (sized := self.in_size(now)):
            return sized
        if wish and self.last_about == "product" and (need := self.need_narrowed(now, wish)):
            return need
        if wish and self.last_about == "product" and (changed := self.changed(now, wish)):
            return changed
        of_them = now.there and COLOURS.search(now.text) and GENERIC.issuperset(now.words.split())
        if of_them and len(self.shown) > 1 and self.last_about == "product" and self.has(kind := shared(self.shown)):
            return replace(now, intent=Intent.SEARCH, words=kind, aspects=frozenset({"family"}), follows=True)
        if at_hand := self.at_hand(now, wish):
            return at_hand
        if self.shown and (pointing := self.pointing(now)):
            return pointing
        if now.there and COLOURS.search(now.text) and self.last_about == "product":
            return replace(now, intent=Intent.DESCRIBE, words="")
        if self.last_about == "product" and WHICH_IS_MORE.search(now.text) and len(now.words.split()) < 2:
            return replace(now, intent=Intent.DESCRIBE, words="", aspects=frozenset({"unknown"}), both=True)
        if self.last_about == "product" and ONLY_WHEN.search(now.text) and not self.shown[0]["available"]:
            return replace(now, intent=Intent.STOCK, text=f"{now.text} back in stock", there=True)
        if self.last_about == "product" and now.intent is Intent.PRICE and "total" in now.aspects:
            many = self.understood(self.asked_before[0])[-1].units  # "what would that come to"
            if many and not (now.words or now.codes or now.units):
                return replace(now, units=many, there=True)
        if wish and self.last_about == "product" and (narrowed := self.heard_narrowing(now, wish)):
            return narrowed
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

    def may_change(self) -> bool:
        """Whether any of their orders has not left yet."""
        orders = self.orders_in(None) if self.turn.customer_id is not None else []
        return any(order["state"] in ("placed", "preparing") for order in orders)

    def with_another_sum(self, now: Asked) -> Asked | None:
        """The question before about a rule or a tier, with another sum: "and at £1,200?"."""
        said = ANOTHER_SUM.fullmatch(now.text.strip(" ?!.")) if self.last_about in ("passage", "loyalty") else None
        before = normal(self.asked_before[0])
        sums = [each for each in amounts(before) if each.money or each.value >= MANY]
        if said is None or len(sums) != 1:
            return None
        old, new = before[sums[0].start : sums[0].end], said["sum"]
        again = before.replace(old, new if "£" in new or "镑" in new else f"£{new}", 1)
        parts = self.understood(again)
        told = next((each for each in parts if each.intent in OF_RULES), parts[0])
        return self.reread(self.as_own(replace(told, text=again)))

    def look_of_compared(self, now: Asked) -> Asked | None:
        """In which colour the things are that were compared just now, where that is all that is asked."""
        before = self.understood(self.asked_before[0])[-1]
        plain, look = without_look(now)
        compared = before.intent is Intent.COMPARE and len(self.parts_of(without_look(before)[0])) > 1
        if not look or plain.words or not compared or self.last_about != "product":
            return None
        text = f"{without_look(before)[0].text}, {now.text}"
        return replace(before, text=text, aspects=before.aspects | {"look"}, follows=True)

    def of_lines_alone(self, now: Asked) -> bool:
        """Whether a question asks how many the things that were told of an order were, or what they cost, and names none."""
        if self.turn.customer_id is None or self.last_about != "order" or not self.order_before or self.things(now):
            return False
        many = HOW_MANY_ALONE.fullmatch(now.text.strip(" ?!."))
        paid = now.there and "total" in now.aspects and PAST.search(now.text)
        return bool(many or paid) and self.lines_asked(now) is not None

    def usual_without(self, now: Asked) -> Asked | None:
        """What they buy again and again, or bought last, without what a message leaves out of the proposal before."""
        before = self.understood(self.asked_before[0])[-1]
        if before.intent is not Intent.USUAL or now.intent in GUARDS or not WITHOUT.search(now.text):
            return None
        return replace(before, text=f"{before.text} {now.text}", words="")

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
        before = self.understood(self.asked_before[0])[-1]
        return replace(before, text=f"how much {now.text} {whole}", intent=Intent.ORDER, words="", follows=True)

    def pointing(self, now: Asked) -> Asked | None:
        """A place, a number or a measure alone, of what was shown."""
        if BARE_PLACE.search(now.text) and now.ordinals:
            return replace(now, intent=Intent.DESCRIBE, words="", there=True)
        if self.last_about != "product":
            return None
        if WHY_THOSE.search(now.text.strip(" ?!.")) and not now.words:
            return replace(now, intent=Intent.DESCRIBE, there=True, aspects=frozenset({"why"}))
        if PLENTY_OF_IT.fullmatch(now.text.strip(" ?!.")):
            return replace(now, intent=Intent.STOCK, words="", there=True, aspects=frozenset({"left"}))
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
        before = replace(before, words=self.kind_of(before))
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
        if COLOUR.fullmatch(words) and len(self.shown) == 1:
            kind = self.shown[0]["title"].lower()
        if COLOUR.fullmatch(words):  # "what about green", after pink cushions
            kind = " ".join(word for word in COLOUR_WORD.sub(" ", kind).split() if not COLOUR.fullmatch(word)) or kind
        both = f"{words} {kind}" if words.isascii() or not kind.isascii() else f"{kind} {words}"
        plain = kind.split()
        parted = [plain[at:] for at in range(1, len(plain)) if words.isascii() and kind.isascii()]
        ends = (f"{words} {' '.join(end)}" for end in parted if not PLACES.issuperset(end))
        if not self.has(both):  # "the sweetheart one", after the regency cakestand
            both = next((end for end in ends if self.has(end)), both)
        if not plainly and not named(self.search(both, available=False, limit=20), both):
            return None
        return replace(
            before,
            intent=Intent.SEARCH,
            text=now.text,
            words=both,
            low=now.low if now.bounded else before.low,
            high=now.high if now.bounded else before.high,
            order=now.order or (before.order if plainly else ""),
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
        missing = HIGHER if self.last_about == "loyalty" else TO_NEXT
        if missing.search(now.text) or SUPPOSES.search(now.text):
            return replace(now, intent=Intent.NEXT_TIER)
        if OF_TIERS.search(now.text) and now.follows and self.last_about == "loyalty" and ASKS_MISSING.search(before):
            return replace(now, intent=Intent.NEXT_TIER)
        if GIVES.search(now.text) or (OF_TIERS.search(now.text) and now.follows and GIVES.search(before)):
            return replace(now, intent=Intent.LOYALTY, text=f"{now.text} {_('benefits')}")
        if TIER_ENDS.search(now.text) and not MATTERS["return"].search(now.text):
            return replace(now, intent=Intent.POLICY, text=f"{now.text} {_('tier')}")
        return None

    @staticmethod
    def on_tiers(now: Asked) -> Asked:
        """A part of a message that goes on about tiers: what is missing to the next, what that gives."""
        if HIGHER.search(now.text):
            return replace(now, intent=Intent.NEXT_TIER)
        gives = GIVES.search(now.text) is not None
        return replace(now, intent=Intent.LOYALTY, text=f"{now.text} {_('benefits')}") if gives else now

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
        """What was asked about products last, by a question that can be read alone, with what narrowed it since."""
        found = self._wish_told()
        if found is None:
            return None
        wish, at = found
        for text in reversed(self.asked_before[:at]):
            now = self.understood(text)[-1]
            narrowed = self.changed(now, wish) or self.narrowed(now, wish)
            wish = narrowed if narrowed is not None and narrowed.intent in LISTING else wish
        return wish

    def _wish_told(self) -> tuple[Asked, int] | None:
        """The question about products that can be read alone, and how many messages came after it."""
        for at, text in enumerate(self.asked_before[:FURTHEST]):
            before = self.reread(self.understood(text)[-1])
            if before.words and {*before.words.split()} <= {*not_wanted(before.text)}:
                continue
            if (
                self.asks_all(before)
                or leaves_out(before.text)
                or BARE_PLACE.search(before.text)
                or COME_TO.search(before.text)
            ):
                continue
            if before.intent is Intent.COMPARE and (before.ordinals or WHICH_IS_MORE.search(before.text)):
                continue
            if before.intent is Intent.NONE and before.words and self.last_about == "product":  # "umbrellas"
                return replace(before, intent=Intent.SEARCH), at
            if before.intent in ABOUT_PRODUCTS and (before.words or before.intent is Intent.GIFT):
                return before, at
            if (
                before.intent is Intent.NONE
                and before.words
                and any(named(rows, word) for rows in self.lists() for word in before.words.split())
            ):
                return replace(before, intent=Intent.SEARCH), at  # "doormats please"
            if before.intent not in ABOUT_PRODUCTS and not (self.goes_on(before) or WHICH_IS_MORE.search(before.text)):
                return None
        return None

    def asks_on(self, now: Asked) -> bool:
        """Whether a question of nothing in particular goes on about what was quoted last."""
        if now.codes or now.ordinals or now.here or now.bounded:
            return False
        wishes = now.intent in (Intent.SEARCH, Intent.RECOMMEND) and not now.words  # "I want to add one more thing"
        if wishes and any(each.query and each.likeness >= GOES_ON_HEARD for each in all_heard(now.text)[:2]):
            return True
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
        whole = [asked(", ".join(now.text for now in found))] if len(found) > 1 else found
        compares = {Intent.COMPARE, Intent.PRICE} & {now.intent for now in found} and MORE_OF_TWO.search(whole[0].text)
        if compares and without_look(whole[0])[1] and len(self.parts_of(without_look(whole[0])[0])) > 1:
            return [replace(whole[0], intent=Intent.COMPARE)]
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

    def asks_for_goods(self, asked: Asked) -> bool:
        """Whether it asks for goods by their name, and is not plainly a question to the documents: gift cards, a shop to visit."""
        said = self.heard(asked) if HAVE_YOU.search(asked.text) else None
        plainly = said is not None and said.query and said.likeness >= PLAIN_RULE
        return HAVE_YOU.search(asked.text) is not None and not plainly and self.names_goods(asked.words)
