"""What a short question goes on about: a rule that was quoted, an order that was told, goods that were shown."""

from __future__ import annotations

import re
from dataclasses import replace

from django.utils.translation import gettext as _

from loyalty_ai.assistant.amounts import FEW, amounts, number, things_counted
from loyalty_ai.assistant.following import (
    BARE_PLACE,
    COME_TO,
    IN_CHINESE,
    WHAT_ABOUT,
    WHY_THOSE,
    leaves_out,
    points_at_some,
    size_of,
)
from loyalty_ai.assistant.hearing import all_heard
from loyalty_ai.assistant.periods import period
from loyalty_ai.assistant.phrases import GUARDS, NUMBERS, Intent
from loyalty_ai.assistant.phrases_own import (
    AVERAGE,
    COMPARES,
    EXTREME_OF_IT,
    HIGHER,
    MONTH_BESIDE,
    TO_NEXT,
    TOGETHER,
)
from loyalty_ai.assistant.phrasing.at_hand import shared
from loyalty_ai.assistant.phrasing.choosing import (
    named,
)
from loyalty_ai.assistant.phrasing.composing import GENERIC
from loyalty_ai.assistant.phrasing.edits import EDITS, Edits
from loyalty_ai.assistant.phrasing.finding import (
    COLOUR,
    COLOURS,
    HAVE_YOU,
    OTHERS,
    not_wanted,
    recoloured,
)
from loyalty_ai.assistant.phrasing.listening import COSTS
from loyalty_ai.assistant.phrasing.matters import (
    MATTERS,
)
from loyalty_ai.assistant.phrasing.mentions import PUTS
from loyalty_ai.assistant.phrasing.narrowing import OF_THOSE, Narrowing
from loyalty_ai.assistant.phrasing.orders import WITHOUT
from loyalty_ai.assistant.phrasing.own import MAY_NAME_GOODS, MOST_SHORT, OPEN, PLAINLY, Own
from loyalty_ai.assistant.phrasing.products import without_look
from loyalty_ai.assistant.phrasing.purchases import HOW_MANY_ALONE, PAST
from loyalty_ai.assistant.phrasing.shop import ASKS_MISSING, TIER_ENDS
from loyalty_ai.assistant.phrasing.tiers import GIVES, OF_TIERS, SUPPOSES
from loyalty_ai.assistant.phrasing.voice import FURTHEST, local
from loyalty_ai.assistant.questions import IN_ALL, Asked, continued, normal
from loyalty_ai.assistant.tokens import words as stems
from loyalty_ai.assistant.wishes import ANOTHER, owned, wish_of

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

MORE_THAN_TWO = 2
MOST_ALONE = 3
"""Words of a message that may name no goods, but only how they shall be."""

FEW_LETTERS = 30
"""Of words that a question may name beside what it goes on about."""

KEPT = {*GUARDS, Intent.ORDER, Intent.PERSON, Intent.PRIVACY, Intent.THANKS, Intent.BYE, Intent.CART_ADD, Intent.USUAL}
"""What is never read as going on about tiers."""

OF_RULES = {Intent.PRIVACY, Intent.LOYALTY, Intent.NEXT_TIER, Intent.POLICY}
"""What is about no goods, so that nothing behind it asks for a property of theirs."""

MANY = 100
"""From which on a number without a sign may be a sum: "an order of 800"."""

ANOTHER_SUM = re.compile(
    r"(?:(?:and|so|then|what about|how about|or|if it (?:is|were|was)|at|for|with|of|on|over|that|it is|那|那么|如果|要是|是) ?)*"
    r"(?P<sum>£ ?\d[\d,.]*\d|£ ?\d|\d[\d,.]* ?(?:pounds|quid|英?镑)|\d{3,})(?: ?(?:then|instead|呢|的话))*"
)
"""Another sum, and nothing else."""

OWED = re.compile(r"\brefund|\bmy money\b|\bmoney back\b|\bowe me\b|退款|我的钱")
"""Money that should come back."""

SO_MANY = re.compile(
    r"(?:^|[,.] ?|\b(?:and|then|so|ok) )(?:(?:can|could|may) (?:i|we) (?:have|get|buy|order|take)|"
    r"(?:do |have )?you (?:have|got)|got) "
    r"(?P<count>\d{1,3}|(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|a dozen)(?= ?$| of\b| left\b| in stock))"
    r"(?: of (?:it|them|those|these|that))?(?: left| in stock)?$"
)
"""Whether so many of what is at hand can be had."""

INTO_CART = re.compile(
    r"^(?!.*\b(?:what|whats|how|is|are|anything|show|see|have i|left)\b).+\b(?:in|into|to) (?:my|the) (?:basket|cart|trolley)\b"
)
"""It puts something into the cart without a verb: "1 ivory in my basket"."""

SUM_NOW = re.compile(r"\b(?:total|altogether|in all|come to|comes to|now)\b|总共|一共|合计|总计")
"""Asks what it all comes to."""

SO_MANY_MORE = re.compile(
    r"^(?:and |ok |go on,? |then )*(?:another|put|add)? ?(?P<count>\d{1,3}) (?:more )?(?:of (?:it|them|those|these|that) )?"
    r"(?:in|into|to) (?:my|the) (?:basket|cart|trolley|bag)\b"
)
"""So many more of what is at hand that shall be put into the cart."""

PLENTY_OF_IT = re.compile(
    r"(?:\w+ ){0,2}(?:is|are) there (?:plenty|enough|lots|loads|many|much|a lot)"
    r"(?: of (?:it|them|those|these|that))?(?: left| in stock)?"
    r"|which (?:one |of (?:them|those|these) )?(?:has|have|is there) (?:the )?(?:more|most|fewest)(?: of)?(?: left| in stock)?"
    r"|(?:还|现)?(?:货)?(?:够|多|足)(?:不够|不多|不足|吗)"
)
"""Whether there is much left of what is at hand."""

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

OF_ITS_OWN = re.compile(
    r"(?:and |so |ok )*how (?:big|large|tall|wide|deep|heavy|high|thick|small)(?: when .*)?|"
    r"(?:and |is (?:it|that) |are (?:they|those) |would (?:it|that|they) be )*"
    r"(?:good|suitable|safe|okay|ok|fine|all right|alright) (?:for|with) .*|"
    r"(?:and |so |ok )*(?:do you think|do you know (?:if|whether)|any idea (?:if|whether)|would you say) "
    r"(?:it|they|this|that|these|those)\b.*|"
    "(?:那|它|这个?|一个)*能?(?:烧|点|燃|撑|保温|保存|保鲜)多(?:久|长时间)呢?|"
    "(?:那|它|这个?|这款|大概)*(?:适合(?:几岁|多大)的?(?:孩子|小孩|宝宝|小朋友)?(?:玩|用|看)?|(?:是|有)?(?:多大尺寸|尺寸多大|什么尺寸|有多大))[的啊呀呢吗]*"
)
"""Asks for a measure, or for whom it is good, and not of what."""

ARRIVES = re.compile(
    r"\b(?:will|would|can|could) (?:it|they|that|those|these|this) (?:get|arrive|reach|come|be (?:here|there|with)|turn up)\b.*"
    r"\b(?:by|before|in time|for) "
)
"""Whether goods come in time."""

SAME = re.compile(r"\bsame (?:in|but|with) ")
"""The same of something else."""

QUOTED = re.compile("“([^”]+)”")
"""What was searched for, as answers say it."""

ANEW = 0.78
"""Likeness to a known wording from which on a question that points at nothing asks anew."""

GOES_ON_HEARD = 0.6
"""Likeness of a question to the documents from which on what names nothing goes on about the one that was quoted."""

ARRIVED = re.compile(
    r"\b(?:been|get|got|was|were) delivered\b|\b(?:arrived|turned up|been sent|been dispatched)\b|送到|送达|到了|发货了"
)
"""Asks whether it came."""


class Continuing(Edits, Narrowing, Own):
    """Completes a question that cannot be read alone from the thread."""

    def completed(self, now: Asked) -> Asked:
        """A question that cannot be read alone, with what it goes on about: a rule that was quoted, or a wish for products."""
        if of_tier := self.of_tier(now):
            return of_tier
        if family := self.of_family(now) or self.of_theme(now):
            return family
        if self.last_about == "order" and OWED.search(now.text) and now.intent in OPEN and self.order_before:
            codes = now.codes or (self.order_before,)
            return replace(now, intent=Intent.ORDER, aspects=now.aspects | {"back"}, codes=codes)
        if self.last_about == "product" and OF_ITS_OWN.fullmatch(now.text.strip(" ?!.")):
            return replace(now, intent=Intent.DESCRIBE, words="", aspects=frozenset({"unknown", "holds"}), there=True)
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
        if self.last_about == "product" and now.intent in MAY_NAME_GOODS | {Intent.GIFT} and ARRIVES.search(now.text):
            return replace(now, intent=Intent.POLICY, words="", follows=False, there=False)
        if self.last_about == "product" and self.asks_of_it(now):
            unknown = replace(now, intent=Intent.DESCRIBE, words="", aspects=now.aspects | {"unknown"}, there=True)
            return unknown if OF_THOSE.search(now.text) else replace(now, intent=Intent.NONE)
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
        if self.turn.cart is not None and (put := self.put_into_cart(now)):
            return put
        if now.intent is Intent.COMPARE and now.order and not now.words and len(self.shown) > MORE_THAN_TWO:
            now = replace(now, intent=Intent.SEARCH)  # 哪个便宜点, of a list
        edits = {Intent.CART, Intent.CART_ADD, *EDITS}
        sums = "total" in now.aspects and SUM_NOW.search(now.text) and before is Intent.CART
        sums = sums and not (now.codes or now.ordinals or now.units)
        of_cart = self.turn.cart and ("left" in now.aspects or sums) and not now.words
        if of_cart and any(each.intent in edits for each in self.understood((*self.asked_before, "")[0])):
            return replace(now, intent=Intent.CART)  # "so what is left in there"
        if self.shown and self.last_about == "product" and "left" in now.aspects and not (now.words or now.codes):
            meant = self._choose(now).products if now.ordinals else self.shown[:1]
            return self.of_these(now, meant, Intent.STOCK)  # "how many of that one do you have"
        if again := self.with_another_sum(now):
            return again
        wish = self.wish_before()
        if wish and self.last_about == "product" and now.intent in OPEN | {Intent.GIFT} and self.another_kind(now):
            return replace(now, intent=Intent.SEARCH, follows=True)
        if wish and (one := self.put_too(now, wish)):
            return one
        if self.last_about == "product" and (beside := self.beside_it(now, wish)):
            return beside
        if self.last_about == "product" and (taken := self.taken(now)):
            return taken
        if summed := self.within_sum(now, wish):
            return summed
        if wish and wish.intent is Intent.GIFT and ANOTHER.search(now.text):
            return replace(now, intent=Intent.GIFT, low=now.low or wish.low, high=now.high or wish.high, follows=False)
        if wish and owned(now.text) and (beside := self.changed(now, wish)):
            return beside
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
            whole = self.composed(now.words, before) if now.follows and now.words else None
            return continued(replace(now, words=whole.words) if whole is not None else now, before)
        return now

    def put_into_cart(self, now: Asked) -> Asked | None:
        """What of the goods at hand, or told of an order, a message puts into the cart by a number or a word: "put ten in"."""
        if now.intent is Intent.CART and (more := SO_MANY_MORE.search(now.text)):
            now = replace(now, intent=Intent.CART_ADD, words="", units=units_said(more["count"]), there=True)
        elif now.intent is Intent.CART and now.words and INTO_CART.search(now.text):
            wish = self.wish_before() if self.last_about == "product" else None
            whole = self.composed(now.words, wish) if wish is not None else None
            words = whole.words if whole is not None else now.words
            return replace(now, intent=Intent.CART_ADD, words=words, units=now.units or 1, follows=True)
        numbers = all(word.isdigit() or word in NUMBERS for word in now.words.split())
        if not (now.units and numbers) or now.codes or now.ordinals:
            return None
        adds = now.intent is Intent.CART_ADD
        if not adds and now.intent not in MAY_NAME_GOODS:
            return None
        if self.last_about == "product" and (adds or PUTS.search(now.text)):
            return replace(now, intent=Intent.CART_ADD, words="", there=True)
        rows = self.told_by_name() if self.last_about == "order" and (adds or now.there) else []
        if len(rows) == 1:  # "could I get 6 more of those"
            return replace(self.of_these(now, rows, Intent.CART_ADD), units=now.units)
        return now if adds and not now.words else None

    def put_too(self, now: Asked, wish: Asked) -> Asked | None:
        """Another one of the kind that was put into the cart just now: "and 2 of the suki one"."""
        may = wish.intent is Intent.CART_ADD and now.words and points_at_some(now.text)
        if not may or now.intent not in MAY_NAME_GOODS | {Intent.CART_ADD} or now.codes:
            return None
        said = " ".join(word for word in now.words.split() if not (word.isdigit() or word in NUMBERS))
        whole = self.composed(said, wish) if said else None
        many = things_counted(now.text)
        units = int(many.value) if many else now.units
        return replace(now, intent=Intent.CART_ADD, words=whole.words, units=units, follows=True) if whole else None

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

    def narrowed(self, now: Asked, before: Asked, *, of_shown: bool = True) -> Asked | None:
        """A question that names only what one of the things asked for before shall have.

        Args:
            of_shown: whether it may mean one of those shown last, which are others while the thread is read anew.
        """
        size = size_of(now.text)
        if OTHERS.search(now.text) and {*now.words.split()} < {*before.words.split()}:
            return replace(now, intent=Intent.SEARCH, follows=True)  # "any other london ones", after a mug
        before = replace(before, words=self.kind_of(before))
        plainly, words = leaves_out(now.text), (size if before.words.isascii() else IN_CHINESE.get(size)) or now.words
        if not words or now.codes or now.ordinals:
            return None
        if now.intent not in MAY_NAME_GOODS | {Intent.GIFT, Intent.STOCK} and not (size and plainly):
            return None
        if not (plainly or WHAT_ABOUT.search(now.text) or said_alone(now)):
            return None
        if of_shown and len(named(self.shown, words)) == 1 and "one" in now.text.split():
            return replace(now, intent=Intent.DESCRIBE, words=words)
        if before.intent is Intent.GIFT and wish_of(before.text).likes and said_alone(now) and self.has(words):
            return None  # "mugs?", after a gift for who drinks tea
        whole = self.composed(words, before)  # "the sweetheart one", after the regency cakestand
        rest = " ".join(word for word in before.words.split() if word not in self.thing_of(before).split())
        if whole is None and SAME.search(now.text) and rest and self.has(both := f"{words} {rest}"):
            whole = replace(before, words=both, thing=rest)  # "same in dolly girl", after spaceboy for lunch
        if whole is None and COLOUR.fullmatch(words) and len(self.shown) == 1:
            whole = self.composed(words, replace(before, words=self.shown[0]["title"].lower(), text="", thing=""))
        unheard_of = said_alone(now) and "unknown" not in now.aspects and not self.search(words, available=False)
        if whole is None and not ((plainly or unheard_of) and before.words):  # "ornate", after mirrors, is told of
            return None
        thing = whole.thing if whole is not None else self.thing_of(before)
        goes_on = whole is not None and before.intent in (Intent.PRICE, Intent.STOCK)  # "and the dolly girl one"
        return replace(
            before,
            intent=before.intent if goes_on else Intent.SEARCH,
            text=now.text,
            words=whole.words if whole is not None else f"{words} {recoloured(thing, words)}",
            thing=thing,
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
            or (" " in now.words and self.has(now.words))  # "back to shopping, silver photo frame"
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

    def wish_before(self, since: int = 0) -> Asked | None:
        """What was asked about products last, by a question that can be read alone, with what narrowed it since.

        Args:
            since: how many of the last messages are left out.
        """
        found = self._wish_told(since)
        if found is None:
            return None
        wish, at = found
        told = self.words_told() if since == at == 0 and wish.intent is not Intent.GIFT else ""
        if told and not self.has(wish.words):  # "under a fiver tho"
            kind = " ".join(word for word in told.split() if word not in self.asked_before[0].lower())
            wish = replace(wish, words=told, thing=kind)
        likes = wish.intent is not Intent.GIFT and wish_of(wish.text).likes
        older = self.wish_before(at + 1) if said_alone(wish) or likes else None
        if older is not None and likes and older.intent is Intent.GIFT:  # "she loves fairies"
            wish = replace(older, text=f"{older.text}. {wish.text}")
        elif (
            older is not None and older.intent is not Intent.GIFT and (whole := self.composed(wish.words, older))
        ):  # "doormats", then "union jack"
            wish = replace(whole, intent=Intent.SEARCH, text=wish.text)
        for text in reversed(self.asked_before[since:at]):
            now = self.understood(text)[-1]
            narrowed = self.changed(now, wish) or self.narrowed(now, wish, of_shown=False)
            wish = narrowed if narrowed is not None and narrowed.intent in LISTING else wish
        return wish

    def words_told(self) -> str:
        """The words that the last answer said it searched for, where some stood in none but earlier messages; else ""."""
        last = {*stems(self.asked_before[0], "en")}
        words = self.words_quoted().split()
        plain = (word for word in words if word.isascii())
        missing = any(word not in last and not last.issuperset(stems(word, "en")) for word in plain)
        foreign = any(word not in self.asked_before[0] for word in words if not word.isascii())
        return " ".join(words) if missing or foreign else ""

    def words_quoted(self) -> str:
        """The words that the last answer said it searched for; "" where it showed no goods."""
        found = QUOTED.search(self.told_before) if self.last_about == "product" else None
        return found[1] if found else ""

    def _wish_told(self, since: int) -> tuple[Asked, int] | None:
        """The question about products that can be read alone, and how many messages came after it."""
        for at, text in list(enumerate(self.asked_before[:FURTHEST]))[since:]:
            before = self.reread(self.understood(text)[-1])
            if before.words and {*before.words.split()} <= {*not_wanted(before.text)}:
                continue
            beside = owned(before.text) or self.asks_of_it(before) or (before.there and "unknown" in before.aspects)
            beside = beside or (before.intent in OF_RULES and before.there)  # "any discount on that"
            if beside and at + 1 < len(self.asked_before):
                continue  # "she has gloves already"
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

    @staticmethod
    def goes_on(now: Asked) -> bool:
        """Whether a question can only be read together with the one before."""
        pointed = now.here or now.there or now.ordinals or now.codes
        if now.intent is Intent.NONE:
            return bool(now.follows or now.bounded or now.order or pointed)
        return now.intent is Intent.SEARCH and not now.words and bool(now.bounded or now.order or now.follows)


def said_alone(now: Asked) -> bool:
    """Whether a message is a word or two, which may name goods or only what those spoken of shall have: "union jack"."""
    plain = now.words and not (now.bounded or now.order or HAVE_YOU.search(now.text))
    return bool(plain) and len(now.text.split()) <= MOST_ALONE and len(now.text) <= FEW_LETTERS


def units_said(count: str) -> int:
    """How many "4", "four" or "a dozen" are."""
    return FEW.get(count) or int(number(count) or 1)
