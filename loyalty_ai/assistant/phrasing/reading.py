"""What each question of a message asks, read with what is at hand: the thread, the goods shown, the shop."""

from __future__ import annotations

import re
from dataclasses import replace

from django.utils.translation import gettext as _

from loyalty_ai.assistant.amounts import amounts
from loyalty_ai.assistant.arrivals import wanted_by
from loyalty_ai.assistant.following import (
    NEEDED,
    WHAT_ABOUT,
    leaves_out,
)
from loyalty_ai.assistant.hearing import of_goods, of_refused
from loyalty_ai.assistant.periods import period
from loyalty_ai.assistant.phrases import GUARDS, SMALL_TALK, Intent
from loyalty_ai.assistant.phrases_own import (
    EXTREME_OF_IT,
    HIGHER,
    OWN,
    OWN_TIER,
    TO_NEXT,
    UNDERWAY,
)
from loyalty_ai.assistant.phrasing.at_hand import TOO_MANY
from loyalty_ai.assistant.phrasing.choosing import (
    codes_of,
    named,
)
from loyalty_ai.assistant.phrasing.continuing import ABOUT_PRODUCTS, OF_RULES, Continuing
from loyalty_ai.assistant.phrasing.edits import EDITS
from loyalty_ai.assistant.phrasing.finding import (
    HAVE_YOU,
    PEOPLE,
)
from loyalty_ai.assistant.phrasing.listening import CERTAINLY, NAMES, SHORT, SURELY_HEARD
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
from loyalty_ai.assistant.phrasing.needs import PLAIN_NEED
from loyalty_ai.assistant.phrasing.orders import AS_MANY, BOUGHT, ORDER_NUMBER
from loyalty_ai.assistant.phrasing.own import HARDLY_GOODS, MAY_NAME_GOODS, MOST_SHORT, OPEN, WISH
from loyalty_ai.assistant.phrasing.products import without_look
from loyalty_ai.assistant.phrasing.shop import ASKS_MISSING, CHAT, ERASE, KEEPS_TIER, TIER_PRICES
from loyalty_ai.assistant.phrasing.tiers import COUNTED, GIVES, HEARD, LONG_ENOUGH, OF_TIERS, POINTS, SUPPOSES
from loyalty_ai.assistant.phrasing.trade import TO_BE_HAD
from loyalty_ai.assistant.phrasing.voice import FURTHEST, local
from loyalty_ai.assistant.questions import CODE, MAYBE_GOODS, PIECE, Asked, asked, asks, intent_of, normal, words_of
from loyalty_ai.assistant.somebody import INSISTS
from loyalty_ai.assistant.subjects import ELSEWHERE, MISUSE, OTHERS
from loyalty_ai.assistant.telling import question_of
from loyalty_ai.assistant.wishes import OF_A_THING, names_a_reason

WISHES = {Intent.SEARCH, Intent.NONE, Intent.STOCK, Intent.GIFT, Intent.CART_ADD}
"""What may be bounded by a part of its own: "I want a jewellery box, under £10, in stock"."""


HOW_MUCH = re.compile(r"呢$|多少钱?$|一共|总共|几块|便宜[点些]?吗|(?:折|优惠|折扣)[吗么]")
"""It asks what so many would cost, and puts nothing into the cart."""

OF_ORDERS = re.compile(r"\b(?:my|mine|our|i|we|orders?|parcels?|package|deliver\w*|arriv\w+|tracking)\b")
"""It speaks of what somebody ordered."""

FOR_A_USE = {Intent.NONE, Intent.SEARCH, Intent.POLICY, Intent.LOYALTY, Intent.DESCRIBE, Intent.GIFT}
"""What may be read in goods that are told by their use: "something to wrap presents with"."""

PLAIN_RULE = 0.75
"""Likeness to a question to the documents from which on no goods are meant, whatever is called so."""


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


NEEDS_SO_MANY = re.compile(
    r"^(?:and |so |but )*(?:i|we) (?:would |will |do )?(?:need|be needing) (?:about |around )?\d+\b(?: of (?:them|it|those))?$|"
    r"^(?:我们?|总共|一共)*需要(?:大概|大约)?\d+个?$"
)
"""How many somebody needs of what is asked just before."""


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


MORE_OF_TWO = re.compile(
    r"\b(?:cheaper|dearer|pricier|less expensive|more expensive|compare|difference|costs? (?:more|less))\b|"
    r"哪[个款种]?(?:更|比较)?(?:便宜|贵)|比较|对比|区别"
)
"""It sets two things beside each other."""


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

SURE_PART = ANY_PART | {
    Intent.SEARCH,
    Intent.NONE,
    Intent.DESCRIBE,
    Intent.PRICE,
    Intent.SIMILAR,
    Intent.RECOMMEND,
    Intent.BYE,
}
"""The same where it is surely about what documents treat."""

HOW_SOON = re.compile(r"\bhow (?:soon|long|quickly|fast)\b|多快|多久|几个?小时|几天")
"""Asks when somebody answers, and not for somebody."""

PRICE_NOW = re.compile(
    r"\b(?:price|costs?|how much)\b.*\b(?:today|now)\b|\btoday's price\b|(?:今天|现在).{0,4}(?:价|多少钱)"
)
"""Asks what something costs now, and not what was ordered today."""

A_TIER = re.compile(
    r"(?:^|\b(?:about|explain|what is|what's|whats)\b (?:your |the |a )*)(?:silver|gold|platinum) (?:tier|level|status)\b"
)
"""Names a tier, and no stand of two."""

A_CODE = re.compile(r"\b(?:referral|friend|discount|promo|own) codes?\b|推荐码|优惠码")

REFUSED_FROM, SURELY_REFUSED = 0.25, 0.85
"""The chance from which on a message is refused for what it is heard as; and of oneself, going on, or with the name of goods."""

SUITS = re.compile(
    r"^(?:hi |hello |so )*what(?: is|s|'s)? (?:would be |really )?(?:good|nice|fun|suitable|ideal) for (?:an?|my|our|the)\b"
)
"""Asks what suits somebody or something."""

PLAINLY_MISUSE = 0.5
"""The chance from which on misuse is refused though it speaks of oneself."""

SURELY_NEEDED = 0.8
"""The chance from which on a message is a need."""

NAMED_GOODS = {Intent.STOCK, Intent.PRICE, Intent.DESCRIBE, Intent.SEARCH}
"""What the tables read in a question of goods by their name."""
NEVER_REFUSED = {
    *SMALL_TALK,
    Intent.PERSON,
    Intent.HELP,
    Intent.ABOUT,
    Intent.CART_SET,
    Intent.CART_ADD,
    Intent.CART_REMOVE,
    Intent.CART,
}
"""What the tables read in a message that is never refused for how it sounds."""
FOR_WHAT = {OTHERS: Intent.OTHERS, MISUSE: Intent.INJECTION, ELSEWHERE: Intent.SCOPE}

OF_ONESELF = re.compile(
    r"\b(?:my|our|(?:yester|to)day's) (?:\w+ ){0,2}(?:orders?|parcels?|packages?)\b|\b(?:did|have|had|do) (?:i|we)\b|"
    r"\b(?:i|we) (?:\w+ )?(?:bought|ordered)\b|"
    "我们?.{0,5}(?:下的?单|买|订)"
)


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


class Reading(Continuing):
    """Reads the message that is being answered."""

    def questions(self) -> list[Asked]:
        """The message's questions; one that goes on with the last message's is completed from there."""
        if self.insists():
            return [Asked(Intent.OTHERS, normal(self.turn.text))]
        if (refused := self.heard_refused()) is not None:
            return [Asked(refused, normal(self.turn.text))]
        if (many := self.many_wanted()) and not any(now.intent in GUARDS for now in self.understood(self.turn.text)):
            return [many]
        if whole := self.heard_whole() or self.plain_need():
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
            of_days = of_days and not PRICE_NOW.search(question.text)
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
        if now.intent in NAMED_GOODS | {Intent.NONE, Intent.POLICY} and now.words and A_TIER.search(now.text):
            return replace(now, intent=Intent.LOYALTY, words="", text=f"{now.text} {_('benefits')}")
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
        least = PLAIN_RULE if how_soon or self.turn.customer_id is None else CERTAINLY
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
        surely = of_none and said.likeness >= SURELY_HEARD
        among = SURE_PART if surely else ANY_PART if of_none else MAY_BE_PART
        may = all(now.intent in among and not now.codes for now in parts)
        heard = [self.listen(now.text) for now in parts if asks(now.text)]
        others = any(each and each.query != said.query and each.likeness >= said.likeness - 0.06 for each in heard)
        goods = not of_none and any(self.names_goods(now.words) for now in parts if now.words)
        return None if others or goods or not may else replace(asked(whole), intent=Intent.POLICY)

    def plain_need(self) -> Asked | None:
        """A message that is surely heard as a need that the shop has goods for, whatever its words name beside."""
        whole = normal(self.turn.text)
        chance, what = of_goods(whole)
        if what != "need" or chance < SURELY_NEEDED or self.titled(Asked(Intent.NONE, whole, words_of(whole))):
            return None
        parts = self.understood(whole)
        points = any(now.here or now.ordinals or now.codes or now.order for now in parts)
        points = points or (self.last_about == "product" and leaves_out(whole))  # "for flour and sugar", after tins
        if points or (self.turn.history and any(now.follows or now.there or now.both for now in parts)):
            return None
        need = replace(asked(whole), intent=Intent.SEARCH, aspects=frozenset({"needed"}))
        return need if not self.has(need.words) and self.serving(need, least=PLAIN_NEED) else None

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

    def heard_refused(self) -> Intent | None:
        """What a message must be refused for that is heard in words that no table has: somebody else's data, misuse, no business of
        the shop; None where it may be answered."""
        text = normal(self.turn.text)
        chance, kind = of_refused(text)
        if chance < REFUSED_FROM or CODE.search(text):
            return None  # an order of somebody else is refused by its number, and a product is found by it
        read = self.understood(text)
        goes_on = self.last_about and (len(text) <= SHORT or any(now.follows or now.there for now in read))
        goes_on = goes_on or (self.turn.product and any(now.here or now.there for now in read))  # of the page
        if kind == ELSEWHERE and SUITS.search(text) and names_a_reason(text) and not self.asked_before:
            return None  # "what is good for a wedding"
        plainly_misuse = kind == MISUSE and chance >= PLAINLY_MISUSE  # "how do I get a refund and keep it"
        if chance < SURELY_REFUSED and (goes_on or (OF_ONESELF.search(text) and not plainly_misuse)):
            return None
        if all(now.intent in NEVER_REFUSED for now in read):
            return None
        if chance < SURELY_REFUSED and any(now.bounded or now.intent is Intent.GIFT for now in read):
            return None  # who names a price or a gift means goods
        goods = [now for now in read if now.intent in NAMED_GOODS and now.words]
        if (
            goods
            and chance < SURELY_REFUSED
            and (kind == ELSEWHERE or all(self.names_goods(now.words) for now in goods))
        ):
            return None
        if self.titled(Asked(Intent.NONE, text, words_of(text))):
            return None
        return FOR_WHAT[kind]

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

    def asks_for_goods(self, asked: Asked) -> bool:
        """Whether it asks for goods by their name, and is not plainly a question to the documents: gift cards, a shop to visit."""
        said = self.heard(asked) if HAVE_YOU.search(asked.text) else None
        plainly = said is not None and said.query and said.likeness >= PLAIN_RULE
        return HAVE_YOU.search(asked.text) is not None and not plainly and self.names_goods(asked.words)
