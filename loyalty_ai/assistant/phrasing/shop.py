"""Answers about loyalty, policies and privacy, and to all that is no question to the shop."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from loyalty_ai.assistant.arrivals import ASKS_LATEST, lead_of, ordered_on, wanted_by, when_it_comes
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.hours import NOW, ON_A_DATE, ON_A_DAY, day_asked, hours_of, shut_on, time_in
from loyalty_ai.assistant.phrasing.extracts import best_sentences
from loyalty_ai.assistant.phrasing.listening import CHOSEN, NAMES, Listening
from loyalty_ai.assistant.phrasing.matters import MATTERS
from loyalty_ai.assistant.phrasing.tiers import (
    COUNTED,
    GIVES,
    HEARD,
    LONG_ENOUGH,
    OF_TIERS,
    PLAIN,
    RELEVANT,
    SURELY,
)
from loyalty_ai.assistant.phrasing.voice import (
    EMPTY_OF_POLICIES,
    MOST_CHOICES,
    Row,
    asked_of,
    day,
    local,
)
from loyalty_ai.assistant.questions import Asked, normal
from loyalty_ai.assistant.turn import Outcome, Sentence
from loyalty_ai.conf import app_settings

CARRIAGE = re.compile(r"\b(?:postage|shipping|delivery|p&p|carriage)\b|运费|邮费|包邮|快递费")
PAYS = re.compile(
    r"\b(?:pay|pays|cost|costs|how much|charge|charged|free|extra|on top|included?)\b|多少钱?|要付|收费|免费|另"
)
OF_BASKET = re.compile(r"\b(?:basket|cart|trolley)\b|购物车")
IN_ALL_WITH = re.compile(
    r"\b(?:altogether|in all|in total|all in|come to|comes to|for (?:this|these))\b|一共|总共|合计"
)
"""Delivery as a part of a price, a basket, and a sum that it is asked with."""

LOOKS_FOR = re.compile(r"\b(?:something|anything|looking for|i am after)\b")
"""It looks for goods, be it in words of a rule: "something to carry my shopping"."""

ALSO = re.compile(r",? and (?=(?:how|what|when|where|who|which|is|are|do|does|can|will|put|add|include)\b)")

ARRIVAL = re.compile(
    r"\b(?:will|would|can|could)\b.{0,30}\b(?:get here|arrive|be here|come|reach|delivered)\b.{0,20}\b(?:by|before|in time|for)\b|"
    r"in time for|前.{0,6}(?:能?到|收到|送到)|(?:今天|现在|明天)下单.{0,8}(?:到|收到|送)"
)

ARRIVES = {"how long delivery takes, working days", "express delivery"}
"""Subjects of questions that may ask whether an order is there by a day that they name."""

WHAT_A_TIER_GIVES = "what a tier gives"

_QUICK = r"express|expedited?|(?:next|same)[ -]day|overnight|priority|faster|quicker|quickly|sooner|rush(?:ed)?|urgent(?:ly)?|in a hurry|speed(?:y|ier)?"
_PAYS = r"pay (?:more|extra|whatever|a bit|for)|(?:would|will|can|could|happy to|willing to|glad to) pay|paying (?:more|extra)|(?:extra|additional|more) (?:cost|charge|fee|money)|few (?:pounds|quid) more|for extra|surcharge|money no object|how much|cost|charge"
_THERE = r"(?:get|here|arrive|have|need|deliver\w*|come|ship|reach)\b.{0,20}\b(?:tomorrow|today)"
FASTER = re.compile(
    rf"^(?=.*\b(?:{_QUICK})\b)(?=.*\b(?:{_PAYS})\b)(?=.*\b(?:deliver\w*|shipping|ship|post(?:age)?|option|service|way|need|get|have|arrive|express|rush|hurry|here)\b)|"
    rf"^(?=.*\b{_THERE}\b)(?=.*\b(?:pay (?:more|extra|whatever|a bit)|(?:happy|willing) to pay|paying (?:more|extra)|money no object)\b)|"
    r"\bexpress (?:delivery|shipping|post|service|option)\b|加急|次日达|特快|"
    r"^(?=.*(?:快一?[点些]|赶时间|急用|着急|明天|当天|后天|早一?[点些]))(?=.*(?:加钱|付费|加点钱|加价|额外|多[付出给花]))"
)
"""Would have an order sooner than others, for more money."""


SUPPOSING = re.compile(r"\b(?:if|once|when)\b.{0,30}\b(?:sold out|sells? out|runs? out|gone)\b|的话|如果|要是")
"""It supposes that some are sold out."""

STARTS = re.compile(r"\b(?:start|begin|show|appear|first)\w*\b|开始")
"""Asks from when on something counts."""


INVOICES = re.compile(r"\binvoices?\b|发票")
IN_WHAT = re.compile(
    r"\b(?:cash|cheques?|checks?|cards?|paypal|apple pay|google pay|instal+ments?|klarna)\b|现金|支票|刷卡|信用卡|支付宝|微信"
)
"""By what somebody would pay, and not how much."""

SHUT = re.compile(r"\b(?:closed|shut|on holiday|having (?:a )?(?:days? off|holiday))\b|放假|休息|关门|打烊|不上班|停业")
"""Asks whether nobody is there."""

TOO_LATE = re.compile(r"\btoo late\b|\bmissed\b|来不及")
"""Asks the other way round."""

REACHED = {
    *("telephone number", "opening hours", "chat with the assistant or a person", "holidays, closed"),
    *("电话", "营业时间", "节假日"),
}
"""Subjects that ask for people."""

WILL_ORDER = re.compile(
    r"\b(?:order\w*|pack(?:ed|ing)?|dispatch\w*|prepare[ds]?|ship(?:ped)?|sent out|go(?:es)? out|leave[s]?)\b|下单|发货|备货|打包|寄出"
)
"""Asks what becomes of orders on a day."""

IN_GENERAL = re.compile(r"\b(?:policy|policies|rules|terms)\b|政策|规定|规则|条款")


ASKS_MISSING = re.compile(
    r"\bhow (?:much|many|far|close|near)\b|\bneed\b|\bmissing\b|\bshort\b|还差|差多少|还要|再花|需要"
)


FOR_MANY = re.compile(r"\b(?:discounts?|reductions?|deals?|cheaper|money off)\b|折扣|优惠|打折|便宜")
"""A better price, for so many of a thing."""

RESTOCK = re.compile(
    r"\brestock\w*|\b(?:have|get|stock|sell) (?:it|them|one|those|these|this|that|any) again\b|\bback[ -]?in stock\b|\b(?:coming|come|comes|be|are|is|'?s)\b.{0,30}\bback\b(?! to)"
    r"(?=[^a-z]*$| in\b| soon\b| again\b| yet\b)"
    r"(?!.{0,20}\bmoney)|\b(?:when|will|do|are)\b.{0,12}\byou\b.{0,14}\b(?:get|getting|have|order|ordering)\b.{0,6}\b"
    r"(?:more|any more|them back|it back)\b|"
    r"^(?!.*\b(?:money|refund\w*|paid)\b).*\bwhen\b.{0,24}\b(?:expect|get|have|see|getting|having)\b.{0,20}\bback\b(?! to)|"
    r"\bwill (?:this|it|they|that|these)(?: ones?)?(?: ever| again)* (?:return|come back|be (?:back|restocked))\b(?! (?:to|my))|"
    r"补货|(?:什么时候|何时|多久|几时|还会).{0,4}(?:再|才|能|会)?(?:有货|到货|上架|再有)|再(?:有货|上架|到货)|(?<!收)到货(?!了|没|.{0,2}付|.{0,3}[碎坏破损裂错漏少])"
)
"""Asks when something that is sold out comes back."""
RESTOCK_WORDS = re.compile(
    r"\b(?:restock\w*|expect\w*|more|again|soon|idea|coming|when|stock|sold|out|things?|getting)\b|补货|到货|再有|上架|缺货|售罄|时候|东西"
)

REACHING = tuple(
    (re.compile(pattern), query)
    for pattern, query in (
        (
            "店.{0,3}(?:在哪|地址|位置|在什么地方)|哪里.{0,3}店|实体店|门店|(?:去|来|到).{0,3}(?:店|逛)|自提|自取",
            "实体店 自提",
        ),
        ("营业|几点|上班|下班|开门|关门|工作时间", "营业时间"),
        ("电话|打给", "电话"),
        ("邮箱|电邮|邮件地址|怎么联系|联系方式", "写信给我们"),
    )
)
"""Chinese questions of where the shop is, when it is there and how to reach it, each with what documents call that."""

HOLIDAY = re.compile("元旦|圣诞|节|假|新年|过年")

TIER_ENDS = re.compile(
    r"\b(?:run(?:s|ning)? out|expires?|expiry|ends?|lapse|lose|lost|last|keep|stay|remain|drop(?:ped)?|valid|forever|for life)\b|到期|过期|失效|保持|保留|掉级|降级|有效期|多久"
)

_TIER = r"(?:silver|gold|platinum|tiers?|level|status|membership)"
_TO_COME = r"(?:after|into|beyond|past|in|by|next|come|over) (?:the )?(?:new year|next year|january|february|march|april|may|june|july|august|september|october|november|december|christmas|spring|summer|autumn|winter|month|year)\b"
KEEPS_TIER = re.compile(
    rf"\b(?:losing|loosing|dropping (?:out of|from)|slipping (?:out of|from)) (?:my )?{_TIER}\b|"
    rf"\b(?:i|we)\b.{{0,20}}\b(?:stay|remain|keep|lose|hold on to|still (?:be|have)|drop (?:from|to|below)|fall (?:from|to|below|out of))\b.{{0,20}}\b{_TIER}\b|"
    rf"\bmy (?:\w+ )?{_TIER}\b.{{0,20}}\b(?:last|run out|expire|end|lapse|valid|good for|until when|for how long|be gone)\b|"
    rf"\b(?:happens?|becomes?) (?:to|of|with) my (?:\w+ )?{_TIER}\b|\b(?:i|we)\b.{{0,12}}\b(?:drop|fall|go|be (?:put|moved|downgraded)) (?:back |down )?to (?:a )?(?:member|silver|gold)\b|\b(?:drop|fall|lose|go down) (?:a|one|my) {_TIER}\b|\bbe downgraded\b|"
    rf"\b(?:last|keep|long|valid|expir\w+)\b.{{0,20}}\bmy (?:\w+ )?{_TIER}\b|\b(?:be|am|my) (?:\w+ )?{_TIER}(?: status| tier| level)? (?:still )?{_TO_COME}|"
    "(?:还|仍).{0,3}(?:是|算|能是).{0,4}(?:金|银|白金|铂金).{0,3}(?:会员|卡)?[吗么]|(?:等级|金卡|银卡|白金).{0,10}(?:到期|过期|失效|有效期|保持|保留|维持|多久|什么时候没)|(?:会|要|被)(?:掉|降)(?:级|到|回)|(?:掉|降)(?:级|回普通|到普通|到银|到金)|(?:保住|保持|维持).{0,6}(?:等级|金卡|银卡|白金)"
)
TIER_PRICES = re.compile(
    r"\b(?:cheaper|discounts?|prices?|pay less|money off|lower|reductions?|% off)\b|折扣|打折|便宜|优惠价|会员价|价格"
)
"""Whether a tier lasts, and whether it makes things cheaper."""

COURIER = re.compile(
    r"\b(?:which|what|who)\b.{0,12}\b(?:courier|carrier|delivery (?:company|firm|service)|delivers your)\b|哪家快递|(?:什么|哪个).{0,3}(?:快递|物流|承运)"
)
ERASE = re.compile(
    r"\b(?:delete|erase|remove|wipe|forget|destroy|get rid of)\b.{0,40}\b(?:me|my (?:\w+ )?(?:data|information|details|account|profile)|mine)\b|"
    r"\bmy (?:\w+ )?(?:data|information|details|account|profile)\b.{0,12}\b(?:deleted|erased|removed|wiped|gone|forgotten)\b|"
    r"(?:删除|删掉|清除|注销|抹掉).{0,14}(?:我|信息|数据|资料|账号|账户)|(?:我|信息|数据|资料|账号|账户).{0,6}(?:删除|删掉|删了|清除|清掉|清空|注销)|发票.{0,6}删|把?我的?.{0,8}(?:信息|数据|资料|账号|账户).{0,6}(?:删|清|注销)"
)
CHAT = re.compile(
    r"\b(?:keep|kept|store[ds]?|save[ds]?|record(?:ed)?|log(?:ged)?|read(?:s|ing)?|see|retain(?:ed)?)\b.{0,20}\b(?:what i (?:type|write|say|tell)|(?:this|these|our|my|the|any) (?:chats?|chat (?:history|logs?)|conversations?|messages?))\b|"
    r"\b(?:chats?|conversations?|messages?)\b.{0,15}\b(?:kept|stored|saved|recorded|logged|retained)\b|"
    r"(?:保存|保留|记录|存).{0,8}(?:聊天|对话|打的字|说的话)|(?:聊天|对话|打的字|说的话).{0,8}(?:保存|保留|记录|存|留多久)"
)
"""Wants to be forgotten; asks what becomes of what they type."""


NEARBY_PLACES = re.compile(
    r"\b(?:guernsey|jersey|channel islands|isle of man|northern ireland|ireland|scotland|wales|england|highlands|london|"
    r"(?:the )?uk|(?:great )?britain)\b|英国|苏格兰|北爱尔兰|威尔士|伦敦|根西|泽西|马恩岛"
)
OF_COUNTRIES = re.compile(r"\bcountr(?:y|ies)\b|\babroad\b|United Kingdom|国家|英国")
"""Places of the country that a shop is likely to be in; a part of a document that tells one country from others."""

THERE = re.compile(r"\b(?:out |over )?(?:to )?there\b(?=[?.! ]*$)|那[里边儿]")
"""The place that was named before."""


class Shop(Listening):
    """Quotes the shop's documents, tells the shopper's tier, and is polite."""

    def not_named(self, asked: Asked) -> list[Piece]:
        """What the documents list, where a country or a way to pay that is asked for is not among it; [] where it is."""
        for names, asking, what in NAMES:
            found = names.search(asked.text)
            passages = self.passages(_(what), 0.1)[:1] if found else []
            goes_on = (asked.follows or asked.there) and passages and passages[0]["title"] == self.topic_before
            if not (asking.search(asked.text) or goes_on):
                continue
            if passages and found[0] not in passages[0]["text"].lower():
                told = Sentence(_("“%(name)s” is not named there.") % {"name": found[0]}, (passages[0]["key"],))
                return [*self.quote(asked_of(asked, "", text=_(what)), passages), told]
        return []

    def holds_there(self, asked: Asked) -> list[Piece]:
        """What was quoted just now, where a question only names a place and that tells of other countries: "and from Ireland?"."""
        place = NAMES[0][0].search(asked.text) or NEARBY_PLACES.search(asked.text)
        if place is None or len(set(asked.words.split()) - set(place[0].split())) > 1 or not self.topic_before:
            return []
        quoted = [part for part in self.document(self.topic_before, asked.text) if part["key"] in self.turn.focus]
        told = [part for part in quoted if OF_COUNTRIES.search(part["text"])]
        return [piece for part in told[:1] for piece in self.quote(asked_of(asked, "", text=part["heading"]), [part])]

    def policy(self, asked: Asked) -> Iterator[Piece]:
        if needed := self.returns_needed(asked.text):
            yield from (piece for query in needed for piece in self.rule(query))
            return
        ends = TIER_ENDS.search(asked.text) and OF_TIERS.search(asked.text)
        if (
            (COUNTED.search(asked.text) and not STARTS.search(asked.text))
            or KEEPS_TIER.search(asked.text)
            or (ends and not MATTERS["return"].search(asked.text))
        ):
            yield from self.tier_ends(asked)
            return
        if TIER_PRICES.search(asked.text) and OF_TIERS.search(asked.text):
            query = _("no tier changes prices, everybody pays the same")
            yield from self.quote(asked_of(asked, "", text=query), self.passages(query, 0.1)[:1])
            return
        if (asked.units or 1) > 1 and FOR_MANY.search(asked.text) and (asked.here or asked.there or asked.codes):
            rules = self.passages(_("bulk discounts"), 0.1)[:1]  # "10 of these, any discount"
            yield from self.quote(asked_of(asked, "", text=_("bulk discounts")), rules)
            return
        said = self.listen(asked.text)
        another = said is not None and said.query not in (None, "", WHAT_A_TIER_GIVES) and said.likeness >= SURELY
        if GIVES.search(asked.text) and OF_TIERS.search(asked.text) and not another:
            yield from self.benefits(asked)
            return
        if (asked.follows or asked.there) and (verdict := self.arriving(asked) or self.open_then(asked)):
            yield from verdict
            return
        said = self.listen(asked.text)
        subject = said.query if said is not None and said.likeness >= HEARD else None
        if subject and (verdict := self.open_then(asked, subject)):
            yield from verdict
            return
        if (asked.follows or asked.there) and (unnamed := self.not_named(asked)):  # "and Poland?"
            yield from unnamed
            return
        if (asked.follows or asked.there) and (told := self.holds_there(asked)):
            yield from told
            return
        if going_on := self.going_on(asked):
            yield from self.for_them(self.quote(asked, going_on))
            if subject in CHOSEN:
                yield from self.expected_anyway()
            return
        pays = CARRIAGE.search(asked.text) and PAYS.search(asked.text) and not IN_WHAT.search(asked.text)
        if pays and not MATTERS["return"].search(asked.text):
            query = _("what delivery costs")
            if rule := self.treating(query):
                yield from self.quote(asked, rule)
                if NAMES[0][0].search(asked.text):  # "how much is it to Norway" may be no country at all
                    yield from self.rule(_(NAMES[0][2]))
                return
        if COURIER.search(asked.text):
            yield from self.on(_("courier, carrier company that brings parcels"), asked_of(asked, "", text=""))
            return
        if unnamed := self.not_named(asked):
            yield from unnamed
            return
        if any(pattern.search(asked.text) for pattern, _query in REACHING) and not HOLIDAY.search(asked.text):
            yield from self.reaching(asked)
            return
        if IN_GENERAL.search(asked.text):  # what a whole document says: its terms and what it costs
            query = f"{EMPTY_OF_POLICIES.sub(' ', asked.words or asked.text)} {_('how long, how many days')}"
            yield from self.quote(asked_of(asked, asked.words, text=query), self.passages(query, RELEVANT))
            return
        if verdict := self.arriving(asked) or (self.open_then(asked) if self.topic_before else []):
            yield from verdict
            return
        if ARRIVAL.search(asked.text):  # "will it be here by Christmas"
            asked = asked_of(asked, "", text=_("how long delivery takes"))
        said = self.heard(asked)
        if (said is None or said.likeness < PLAIN) and (trouble := list(self.trouble(asked))):
            yield from trouble
            return
        if said is not None and said.query is not None and said.likeness >= HEARD:
            yield from self.on(said.query, asked)
            return
        first, *more = ALSO.split(asked.text)
        passages = self.passages(first, RELEVANT) or self.passages(asked.words or asked.text, RELEVANT)
        passages = passages or self.passages(self.known_to_policies(first), RELEVANT / 2)
        if MATTERS["return"].search(asked.text) and (days := self.long_enough(best_sentences(first, passages))):
            yield from days
            return
        if LOOKS_FOR.search(asked.text) and not best_sentences(first, passages) and (rows := self.nearest(asked)):
            yield from self.show_nearest(asked, rows)
            return
        yield from self.for_them(self.quote(asked_of(asked, asked.words, text=first), passages))
        for text in more:  # "... and how long does it take?"
            yield from self.goes_on_about(asked_of(asked, "", text=text))

    def long_enough(self, found: list[tuple[str, Row]]) -> list[Piece]:
        """Until when anything may go back, where what was found for a return is of no return, or of none that goods are excepted
        from; [] where it answers."""
        days, barred = self.treating(_(LONG_ENOUGH)), self.treating(_("what cannot be returned"))
        keys = {part["key"] for _text, part in found if [part] != barred and days and part["title"] == days[0]["title"]}
        return [] if keys or not days else list(self.rule(_(LONG_ENOUGH)))

    def arriving(self, asked: Asked, subject: str | None = "") -> list[Piece]:
        """When an order would be there: by the day that is named, or ordered on one; or by when to order. With the rule.

        [] where none of that is asked, or no document says how long an order takes.
        """
        today = local(self.turn.now)
        ordered, by = ordered_on(asked.text, today), wanted_by(asked.text, today)
        supposed = when_it_comes(asked.text)
        cued = supposed or subject in ARRIVES or ARRIVAL.search(asked.text) or ASKS_LATEST.search(asked.text)
        if by is None and (supposed or ARRIVAL.search(asked.text)):  # the day is told in another part of the message
            by = wanted_by(normal(self.turn.text), today) or (ordered if supposed else None)
        if by is None and ASKS_LATEST.search(asked.text) and self.asked_before:  # and was named before
            by = wanted_by(normal(self.asked_before[0]), today)
        if by is None or not (cued or asked.follows) or MATTERS["return"].search(asked.text):
            return []
        rules = self.passages(_("how long delivery takes"), 0.1)[:1]
        if not rules or not (cued or rules[0]["title"] == self.topic_before):
            return []
        found = [*rules, *self.passages(_("holidays, closed"), 0.1)[:1]]
        lead = lead_of(each["text"] for each in found)
        first, last = lead.window(ordered) if lead else (today, today)
        if lead is None or not (lead.certain(ordered) or first > by):
            return []
        cited = tuple(each["key"] for each in found)
        latest = lead.latest(by, today) if ASKS_LATEST.search(asked.text) else None
        text = _("That is not certain: an order of %(ordered)s should arrive between %(first)s and %(last)s.")
        if by <= ordered:  # "in tomorrow, saturday": the day of the order, and none to have it by
            text = _("An order of %(ordered)s should arrive between %(first)s and %(last)s.")
        elif latest:
            text = _("To have it by %(by)s, order by %(latest)s at the latest.")
        elif (last <= by) is not (TOO_LATE.search(asked.text) is not None) and (last <= by or first > by):
            text = _("Yes: an order of %(ordered)s should arrive between %(first)s and %(last)s.")
        elif last <= by or first > by:
            text = _("No: an order of %(ordered)s should arrive between %(first)s and %(last)s.")
        told = {"ordered": ordered, "first": first, "last": last, "by": by, "latest": latest or by}
        verdict = Sentence(text % {name: day(each) for name, each in told.items()}, cited)
        if not lead.works(ordered):  # what is ordered at a weekend waits for the next working day
            weekend = self.passages(_("orders at the weekend"), 0.5)[:1]
            rules = [each for each in weekend if each["title"] == rules[0]["title"]] or rules
        self.topic = rules[0]["title"]
        return [verdict, *self.quote(asked_of(asked, "", text=_("how long delivery takes")), rules)]

    def open_then(self, asked: Asked, subject: str = "") -> list[Piece]:
        """Whether somebody is there now, or on the day or at the time that is named, with the hours; [] where that is not asked."""
        if told := self.shut_then(asked):
            return told
        at, dated = time_in(asked.text), ON_A_DATE.search(asked.text) is not None
        near = ON_A_DAY.search(asked.text) is not None
        found = self.passages(_("opening hours"), 0.1)[:1] if near or dated or at is not None else []
        about = bool(found) and (subject in REACHED or (not subject and self.topic_before == found[0]["title"]))
        hours = hours_of(found[0]["text"]) if about else None
        if hours is None:
            return []
        today = local(self.turn.now)
        then = day_asked(asked.text, today)
        if then == today and NOW.search(asked.text):
            clock = localtime(self.turn.now, app_settings.store(self.turn.store).time_zone)
            at = clock.hour * 60 + clock.minute
        off = self.treating(_("holidays, closed"), 0.1)
        shut = shut_on([each["text"] for each in off], then)
        there = not shut and hours.there(then, at)
        text = _("Yes, somebody is there then.") if there else _("No, nobody is there then.")
        if SHUT.search(asked.text):
            text = _("No, somebody is there then.") if there else _("Yes, nobody is there then.")
        sure = not there or (near and not dated)  # a date may be a public holiday, and an hour is one of any day
        keys = tuple(each["key"] for each in (off if shut else found))
        told = [
            *(off if shut or dated else []),
            *([] if shut else found),
            *self.passages(_("telephone number"), 0.1)[:1],
        ]
        rules = [piece for each in told for piece in self.quote(asked_of(asked, "", text=_("opening hours")), [each])]
        return [Sentence(text, keys), *rules] if sure else rules

    def shut_then(self, asked: Asked) -> list[Piece]:
        """What the documents say of orders on days off, where the day of one is such; [] where that is not asked."""
        if not (ON_A_DATE.search(asked.text) and WILL_ORDER.search(asked.text)):
            return []
        off = self.treating(_("holidays, closed"), 0.1)
        if not shut_on([each["text"] for each in off], day_asked(asked.text, local(self.turn.now))):
            return []
        return list(self.quote(asked_of(asked, "", text=_("holidays, closed")), off))

    def carriage(self, asked: Asked) -> Iterator[Piece]:
        """What delivery costs, where a price or a basket is asked for with it; the name of goods may have the word."""
        word = CARRIAGE.search(asked.text)
        if word and not any(word[0] in row["title"].lower() for row in self.meant):
            query = _("what delivery costs")
            yield from self.quote(asked_of(asked, "", text=query), self.treating(query))

    def restock(self, asked: Asked) -> Iterator[Piece]:
        """Whether the product that is meant can be had, and what the documents say of when things come back."""
        words = " ".join(RESTOCK_WORDS.sub(" ", asked.words).split())
        chosen = self.choose(asked_of(asked, words))
        sold_out = [row for row in chosen.products if not row["available"]] if words or chosen.sure else []
        rows = chosen.products if chosen.sure else sold_out
        if SUPPOSING.search(asked.text) and len(rows) > 1:
            rows, sold_out = [], rows  # of a kind, not of these
        if not (rows or words) and self.last_about == "product" and not self.shown[0]["available"]:
            rows = sold_out = self.shown[:1]  # what was told as sold out before what is like it
        for row in rows[:MOST_CHOICES]:
            yield self.state(row)
        if not rows or sold_out:
            yield from self.when_back(asked)

    def reaching(self, asked: Asked) -> Iterator[Piece]:
        """Where the shop is, when it is there and how to reach it: a sentence group for each that is asked."""
        for query in [query for pattern, query in REACHING if pattern.search(asked.text)]:
            yield from self.quote(asked_of(asked, "", text=query), self.passages(query, 0.1)[:1])

    def privacy(self, asked: Asked) -> Iterator[Piece]:
        """What the documents say of the data that is meant; where nobody can say which, all that they say, behind the page for it."""
        kept = asked_of(asked, "", text=_("how long conversations are kept"))
        of_chats = self.treating(_("the assistant and its conversations")) if CHAT.search(asked.text) else []
        chats = list(self.quote(kept, of_chats)) if of_chats else []
        erased = _("having your data erased")
        told = asked_of(asked, "", text=f"{erased} {asked.text}" if INVOICES.search(asked.text) else erased)
        erasing = self.for_them(self.quote(told, self.treating(erased, 0.1))) if ERASE.search(asked.text) else []
        if chats or erasing:
            yield from [*chats, *erasing]
            return
        said = self.listen(asked.text)
        subject = said.query if said is not None and said.query and said.likeness >= HEARD else ""
        if subject and (treated := self.treating(subject)):
            yield from self.quote(asked, treated)
            return
        yield Sentence(
            _(
                "What the shop keeps about you is on your own page of data and choices. There you can read it, "
                "take it with you, erase it, and switch personalised pages off."
            )
        )
        passages = self.passages(asked.text, RELEVANT) or self.passages(_("privacy data we keep about you"), RELEVANT)
        yield from self.quote(asked, passages)

    def others(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(
            _(
                "I can only talk about your own account. Other people's orders and details stay private, and so "
                "does whatever is internal to the shop."
            )
        )
        yield Outcome.REFUSED

    def injection(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("I cannot do that. How I work is fixed, and prices are the shop's own."))
        yield self.offer()
        yield Outcome.REFUSED

    def person(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("I have passed this on. Somebody from the shop will read it and answer you here."))
        yield Outcome.HANDED_OVER

    def abuse(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(
            _(
                "I am sorry that you are annoyed. Tell me what is wrong, or ask for a person, and "
                "somebody from the shop will answer."
            )
        )

    def help(self, asked: Asked) -> Iterator[Piece]:
        yield self.offer()
        yield Sentence(_("I can also propose a cart, such as your usual order; you confirm it yourself."))

    def about(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(
            _(
                "I am the shop's assistant, a program: I look things up in the shop's own data. A person "
                "answers when you ask for one."
            )
        )

    def greeting(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("Hello! What can I do for you?"))
        yield self.offer()

    def thanks(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("You are welcome."))

    def bye(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("Goodbye, and thank you for your visit."))

    def yes(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(
            _(
                "If it is about your cart: I change nothing myself, please confirm with the button. "
                "Otherwise tell me what you would like."
            )
        )

    def no(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("All right. Is there something else?"))


def with_place(text: str, message: str) -> str:
    """A text with the place that its message names, where it only says "there".

    >>> with_place("do you post there", "my sister lives in canada. do you post there?")
    'do you post to canada'
    """
    place = NAMES[0][0].search(message)
    if place is None or NAMES[0][0].search(text):
        return text
    return THERE.sub(f"to {place[0]}" if place[0].isascii() else place[0], text)
