"""Answers about loyalty, policies and privacy, and to all that is no question to the shop."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loyalty_ai.assistant import phrases_own
from loyalty_ai.assistant.arrivals import ASKS_LATEST, lead_of, ordered_on, wanted_by, when_it_comes
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.hearing import CHINESE, Heard, all_heard, heard
from loyalty_ai.assistant.hours import NOW, ON_A_DATE, ON_A_DAY, day_asked, hours_of, shut_on, time_in
from loyalty_ai.assistant.keeping import last_to_count
from loyalty_ai.assistant.periods import Days, coming, period, rolling_year
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrases_own import OWN_TIER
from loyalty_ai.assistant.phrasing.extracts import Question, amounts_asked, best_sentences, erased
from loyalty_ai.assistant.phrasing.matters import HARMED, MATTERS, RULES, matters_in
from loyalty_ai.assistant.phrasing.perks import (
    ASKED_OF_ME,
    COSTS_SOMETHING,
    CUE,
    FREE,
    OF_MY_TIER,
    Perk,
    perk_asked,
    perks_of,
    says_of,
)
from loyalty_ai.assistant.phrasing.rulings import Rulings
from loyalty_ai.assistant.phrasing.terms import TIERS
from loyalty_ai.assistant.phrasing.voice import (
    CARRIED,
    CERTAIN,
    EMPTY_OF_POLICIES,
    MOST_CHOICES,
    SHOWN,
    Row,
    asked_of,
    day,
    local,
)
from loyalty_ai.assistant.questions import TAG_ZH, Asked, amounts, asks, normal
from loyalty_ai.assistant.turn import Found, Outcome, Sentence
from loyalty_ai.conf import app_settings

YEAR = 365
"""Days of orders that a tier is counted by, which the oldest leaves first."""

SAME_DOCUMENT = 0.2
"""How much less likely a subject may be that the document treats which was quoted just now."""

FAINT = 0.48
"""Likeness from which on what documents treat is heard in a question that goes on about them."""

WHOLE, CERTAINLY = 0.75, 0.86
"""Likeness to a known wording from which on a question is one by itself, whatever it begins with: 那包装要钱吗."""

RELEVANT = 0.3
"""Score of a passage from which on it may answer."""

HEARD, PLAIN, SURELY = 0.6, 0.75, 0.78
"""Likeness to a known wording from which on its subject is what is asked, plainly so, and whatever was quoted before."""

SEVERAL, AGAIN, NEARLY_AS, AHEAD = 3, 0.2, 0.1, 0.08
"""Subjects that a question may be heard as, what it is worth to have been quoted just now, how much more plainly another document
must be asked, and how much more plainly than any other subject one is asked for that was quoted."""

HARDLY, MANY, NEARBY = 0.25, 0.4, 0.12
"""Share of a question's words that a part of the documents has which hardly treats it, and one which may; how much less likely the latter may be."""

ADRIFT = re.compile(
    r"\b(?:take[ns]?|taking|get|gets|happens?|comes?|goes?|works?)\b|"
    r"\b(?:too|also|as well)\b|"
    "大概|大约|一般|也会?|一起|都|通常|以后|之后|那边|^那|[呢吗]|具体|到底|然后|^还有|^另外|^和|要?多久|多长时间|什么时候|何时|要?几[天号日]|要?多少钱?|怎[么样]|[由要]?谁[来要]?(?:付|出|承担)?"
)
"""Words that say nothing of what is meant."""

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

CHOSEN = {"express delivery", "delivery on a chosen day, at weekends", "加急和指定日期"}
UNTIL_WHEN = {
    **dict.fromkeys(
        ("how to cancel an order", "how to change an order"), "until when can an order be changed or cancelled"
    ),
    **dict.fromkeys(("怎样取消订单", "怎样修改"), "什么时候可以修改"),
}
"""How something is done that can be done for a time only, and until when: neither helps without the other."""
WHAT_A_TIER_GIVES = "what a tier gives"
TO_ANOTHER = "sending a gift to another address"
"""The subjects of what comes with a tier, and of what is sent only where the shop delivers to."""
CHOSEN_DAY = re.compile(
    r"\b(?:on )?(?:an? )?(?:mon|tues|wednes|thurs|fri|satur|sun)day (?:deliver\w*|slots?)\b|\b(?:on )?an? (?:mon|tues|wednes|thurs|fri|satur|sun)day\b|"
    r"\b(?:next|same)[ -]day\b|周末送|(?:周|星期)[一二三四五六日天]送"
)
"""Subjects of questions for another day or a quicker way than every order's, and the day as part of that."""

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

AND_SO = re.compile(
    r",? (?=(?:with|without)\b)|, (?=(?:and|but)\b)|, ?(?=[\u3400-\u9fff])|,? and (?=(?:with|without|no)\b)"
)
"""Where a second condition begins: "straight to my friend, without a bill"."""

LONG_ENOUGH = gettext_noop("how long you have to return goods, within days of delivery")
EXCEPTED = {"what cannot be returned", "不能退货 耳环 肥皂 定制"}
EXCEPTS = re.compile(
    r"\b(?:what|which|anything|any (?:things|goods|items)|everything|exceptions?|excluded)\b|什么|哪些|哪种|例外|所有"
)
"""Until when anything may go back; the subject of what cannot, and questions for all of it: others name goods that perhaps can."""

SUPPOSING = re.compile(r"\b(?:if|once|when)\b.{0,30}\b(?:sold out|sells? out|runs? out|gone)\b|的话|如果|要是")
"""It supposes that some are sold out."""

STARTS = re.compile(r"\b(?:start|begin|show|appear|first)\w*\b|开始")
"""Asks from when on something counts."""

TOO_LITTLE = 8
"""Letters of a part that says little by itself: 怎么拿."""

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


GIVES = re.compile(
    r"\b(?:can|do|does|will|would|could) (?:i|we|it) (?:get|have|include|mean)\b.{0,40}\b(?:with|for|as|on|in) (?:my|a|the|being)? ?(?:tier|level|status|gold|silver|platinum)\b|"
    r"\bdo(?:es)? for me\b|\bin it for me\b|\bworth (?:it|having)\b|\b(?:tier|level|status|gold|silver|platinum)\b.{0,12}\bgives? me\b|\b(?:benefits?|perks|advantages|privileges)\b|\bget\b.{0,20}\bfor being\b|"
    r"\bwhat (?:does|do|will|would|can)\b.{0,25}\b(?:give|gives|get|bring|offer)\b|"
    r"好处|权益|福利|特权|享受|有什么用"
)
ASKS_MISSING = re.compile(
    r"\bhow (?:much|many|far|close|near)\b|\bneed\b|\bmissing\b|\bshort\b|还差|差多少|还要|再花|需要"
)
POINTS = re.compile(
    r"\b(?:any|earn|get|collect|have|no|there|more|how many|my|bonus|loyalty|reward) (?:\w+ )?points\b|积分"
)
"""Asks what is missing to a tier; asks for points."""

OF_TIERS = re.compile(
    r"\b(?:tiers?|levels?|status|member(?:s|ship)?|gold|silver|platinum)\b|等级|会员|金卡|银卡|白金|铂金"
)
"""A tier, and what it gives."""

COSTS = re.compile(r"(?:sending|send|posting|post|postage|delivery|cost|costs|pay|pays|long|days|\s)+|邮费|运费")
"""Words of a question that ask what something costs or how long it takes, whatever it is."""

FOR_MANY = re.compile(r"\b(?:discounts?|reductions?|deals?|cheaper|money off)\b|折扣|优惠|打折|便宜")
"""A better price, for so many of a thing."""

RESTOCK = re.compile(
    r"\brestock\w*|\bback[ -]?in stock\b|\b(?:coming|come|comes|be|are|is|'?s)\b.{0,30}\bback\b(?! to)"
    r"(?=[^a-z]*$| in\b| soon\b| again\b| yet\b)"
    r"(?!.{0,20}\bmoney)|\b(?:when|will|do|are)\b.{0,12}\byou\b.{0,14}\b(?:get|getting|have|order|ordering)\b.{0,6}\b"
    r"(?:more|any more|them back|it back)\b|"
    r"^(?!.*\b(?:money|refund\w*|paid)\b).*\bwhen\b.{0,24}\b(?:expect|get|have|see|getting|having)\b.{0,20}\bback\b(?! to)|"
    r"\bwill (?:this|it|they|that|these)(?: ones?)?(?: ever| again)* (?:return|come back|be (?:back|restocked))\b(?! (?:to|my))|"
    r"补货|(?:什么时候|何时|多久|几时|还会).{0,4}(?:再|才|能|会)?(?:有货|到货|上架|再有)|再(?:有货|上架|到货)|(?<!收)到货(?!了|没|.{0,2}付)"
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
LEAVES = re.compile(r"(\d+) days old|满 ?(\d+) ?天")
"""The age at which an order counts no longer, as documents say it."""

TIER_ENDS = re.compile(
    r"\b(?:run(?:s|ning)? out|expires?|expiry|ends?|lapse|lose|lost|last|keep|stay|remain|drop(?:ped)?|valid|forever|for life)\b|到期|过期|失效|保持|保留|掉级|降级|有效期|多久"
)
COUNTED = re.compile(
    r"(?=.*\b(?:when|until|till|how long|no longer|any ?more|stop\w*|still|keep|next|does|do)\b)(?:.*\b(?:orders?|bought|ordered|purchases?|spent|things?|tier|level|membership)\b).*\b(?:count(?:s|ed|ing)?(?! of)|the count|drops? out|falls? out)\b|"
    r"(?:不再|不|还|多久|什么时候|什么时候就|到什么时候).{0,6}(?:计入|算(?:在|进|了|数)?(?=$|吗|了|在|进|[?？,，。])|作数)|算到(?:什么时候|几时|哪天|多久)|(?:计入|算在|算进).{0,6}(?:等级|会员)|(?:记录|消费).{0,8}保留(?:多久|到)|(?:金卡|银卡|白金|等级|级别).{0,12}(?:会掉|掉级|降级|没了|失去|保住)|"
    r"\b(?:tier|level|status|gold|silver|platinum|membership)\b.{0,30}\b(?:safe|until when|for how long)\b"
)
"""Asks how long what was bought counts towards a tier."""

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
LOSES = re.compile(
    r"\b(?:lose|losing|drop\w*|fall\w*|downgraded|go (?:back|down)|run out|expire\w*)\b|掉|降|失去|过期|到期"
)
TIER_PRICES = re.compile(
    r"\b(?:cheaper|discounts?|prices?|pay less|money off|lower|reductions?|% off)\b|折扣|打折|便宜|优惠价|会员价|价格"
)
"""Whether a tier lasts, and whether it makes things cheaper."""

NAMES = (
    (
        re.compile(
            r"\b(?:new zealand|australia|canada|mexico|brazil|argentina|japan|china|hong kong|taiwan|korea|india|pakistan|"
            r"singapore|malaysia|thailand|vietnam|indonesia|philippines|dubai|israel|turkey|egypt|south africa|nigeria|kenya|russia|ukraine|poland|"
            r"czech republic|hungary|romania|bulgaria|greece|croatia|slovenia|slovakia|serbia|estonia|latvia|lithuania|iceland|malta|cyprus|"
            r"france|germany|ireland|belgium|netherlands|luxembourg|austria|switzerland|italy|spain|portugal|denmark|sweden|norway|finland)\b|"
            r"新西兰|澳大利亚|加拿大|美国|墨西哥|巴西|日本|中国|香港|台湾|韩国|印度|新加坡|马来西亚|泰国|越南|土耳其|埃及|南非|俄罗斯|波兰|捷克|匈牙利|"
            r"希腊|冰岛|马耳他|法国|德国|爱尔兰|比利时|荷兰|卢森堡|奥地利|瑞士|意大利|西班牙|葡萄牙|丹麦|瑞典|挪威|芬兰"
        ),
        re.compile(r"\b(?:deliver\w*|ship\w*|send\w*|post\w*|mail)\b(?!.{0,30}\bback\b)|寄|送到|发到|发往|配送"),
        gettext_noop("countries we deliver to"),
    ),
    (
        re.compile(
            r"\b(?:klarna|clearpay|afterpay|paypal|apple pay|google pay|amazon pay|shop pay|venmo|bitcoin|crypto\w*|ethereum|"
            r"cheques?|cash|visa|mastercard|maestro|diners club|discover|american express|alipay|wechat(?: pay)?|unionpay)\b|"
            r"微信|支付宝|银联|比特币|花呗|支票|现金"
        ),
        re.compile(r"\b(?:pay\w*|take|accept|use)\b|付|用|支持|接受"),
        gettext_noop("ways to pay, cards"),
    ),
)
"""Names that a document may or may not list, what asks about them, and what documents call that."""
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

SUPPOSES = re.compile(
    r"\b(?:if|when|once|suppose|say) (?:i|we)\b.{0,30}\b(?:spend|spent|order|buy|bought|pay|add|return|send)\b.{0,20}\d|"
    r"\b(?:another|with|spend(?:ing)?) £ ?\d|\ban? (?:extra |further )?£ ?\d[\d.,]* (?:order|spend)\b|£ ?\d[\d.,]* (?:more|extra)\b|\border (?:of|for|worth) £ ?\d|"
    r"(?:再|如果|要是|假如).{0,6}(?:买|花|消费|下单).{0,6}\d"
)
SENT_AWAY = re.compile(r"\b(?:return|returning|refund|send(?:ing)? back|send)\b[^\d]*$")
"""A spend that somebody supposes, and what of it goes back."""


def days_counted(rules: list[dict[str, Any]]) -> timedelta:
    """How long an order counts by what the documents say."""
    found = next((each for rule in rules if (each := LEAVES.search(rule["text"]))), None)
    return timedelta(days=int(found[1] or found[2]) if found else YEAR)


NEARBY_PLACES = re.compile(
    r"\b(?:guernsey|jersey|channel islands|isle of man|northern ireland|ireland|scotland|wales|england|highlands|london|"
    r"(?:the )?uk|(?:great )?britain)\b|英国|苏格兰|北爱尔兰|威尔士|伦敦|根西|泽西|马恩岛"
)
OF_COUNTRIES = re.compile(r"\bcountr(?:y|ies)\b|\babroad\b|United Kingdom|国家|英国")
"""Places of the country that a shop is likely to be in; a part of a document that tells one country from others."""

THERE = re.compile(r"\b(?:out |over )?(?:to )?there\b(?=[?.! ]*$)|那[里边儿]")
"""The place that was named before."""


SENTENCES, IN_ITS_SENTENCE, TOO_SHORT = re.compile(r"[.?!;]+(?=\s|$|[\u3400-\u9fff])"), 0.7, 3
"""Where sentences end; likeness of one from which on a part of it is heard as the whole is, where that is plainer; letters of a part
that says too little."""


class Shop(Rulings):
    """Quotes the shop's documents, tells the shopper's tier, and is polite."""

    def loyalty(self, asked: Asked) -> Iterator[Piece]:
        if GIVES.search(asked.text):
            yield from self.benefits(asked)
            return
        if self.turn.customer_id is None:
            yield from self.sign_in()
            return
        if not OF_TIERS.search(asked.text) and (told := self.history(asked)):
            yield from told
            return
        days = period(asked.text, local(self.turn.now))
        if days and asked.aspects & {"orders", "spent"}:
            yield from self.summed(days)
            return
        found = self.call("get_loyalty")
        if found.error:
            yield self.no_loyalty()
            return
        wanted = asked.aspects & {"orders", "spent", "since"} or (
            {"tier"} if not phrases_own.AVERAGE.search(asked.text) else set()
        )
        data, cited = found.data, ("loyalty",)
        if "tier" in wanted:
            yield Sentence(_("Your tier is %(tier)s.") % {"tier": data["tier_name"]}, cited)
        so_far = self.in_all_so_far(spent=True)
        if wanted & {"orders", "tier"}:
            yield so_far[0]
        if wanted & {"spent", "tier"}:
            yield so_far[1]
        if phrases_own.AVERAGE.search(asked.text) and data["average_order"] is not None:
            text = _("An order of yours comes to %(average)s on average, less what you returned.")
            yield Sentence(text % {"average": self.money(data["average_order"])}, cited)
        if "since" in wanted and data["since"]:
            yield Sentence(_("You have been a customer since %(date)s.") % {"date": day(data["since"])}, cited)
        elif "since" in wanted:
            yield Sentence(_("You have not ordered anything yet."), cited)

    def headline(self, found: Found, days: Days) -> Iterator[Piece]:
        """What the orders of some days came to; of the last twelve months also what is left of it without what came back."""
        yield from super().headline(found, days)
        loyalty = self.call("get_loyalty") if days == rolling_year(local(self.turn.now)) and not found.error else None
        if (
            loyalty
            and not loyalty.error
            and loyalty.data["spent_in_365_days"] not in (None, found.data["summary"]["total"])
        ):
            text = _("Less what you returned, that is %(spent)s.")
            yield Sentence(text % {"spent": self.money(loyalty.data["spent_in_365_days"])}, ("loyalty",))

    @staticmethod
    def no_loyalty() -> Sentence:
        return Sentence(
            _(
                "There is no loyalty to show: it is measured from your orders, and only while you allow "
                "personalised pages."
            )
        )

    def benefits(self, asked: Asked) -> Iterator[Piece]:
        """Their tier, and what the shop's documents say that a tier gives."""
        found = self.call("get_loyalty") if self.turn.customer_id is not None else None
        if found and not found.error:
            yield Sentence(_("Your tier is %(tier)s.") % {"tier": found.data["tier_name"]}, ("loyalty",))
        query = _("what a tier gives")
        yield from self.quote(asked_of(asked, "", text=query), self.passages(query, 0.1))

    def own_perk(self, asked: Asked) -> list[Piece]:
        """Whether something that the documents say a tier gives is theirs, with the rule for it; [] where none is asked for."""
        points = asked.codes or asked.ordinals or (asked.here and self.turn.product)
        asks = ASKED_OF_ME.search(asked.text) and CUE.search(asked.text)
        if points or not asks or {*matters_in(asked.text)} - {"return"}:
            return []
        tier, told = self.tier_and_country[0], [name for name, said in TIERS.items() if said.search(asked.text)]
        if self.turn.customer_id is not None and told and tier not in told:
            return []  # what another tier gives
        lists = self.treating(_("what a tier gives"), 0.1)
        perk = perk_asked(asked.text, [perk for each in lists for perk in perks_of(each["text"])])
        if perk is None:
            return self.free_for_all(asked)
        found = self.treating(_(LONG_ENOUGH)) if matters_in(asked.text) else []
        found += self.passages(perk.text, RELEVANT)
        rules = [each for each in found if each not in lists and says_of(perk, each["text"])]
        told = list(self.for_them(self.quote(asked_of(asked, ""), rules[:1] or lists)))
        own = list(self.own_tier())  # the verdict tells it
        return [self.perk_verdict(perk, asked.text, lists[0]["key"]), *(piece for piece in told if piece not in own)]

    def free_for_all(self, asked: Asked) -> list[Piece]:
        """What the documents say of something that somebody hopes to get for nothing with a tier, and that no tier gives."""
        text = OF_MY_TIER.sub(" ", asked.text)
        if text == asked.text or not FREE.search(text):
            return []
        said = self.listen(" ".join(text.split()))
        rules = self.treating(said.query) if said is not None and said.query and said.likeness >= HEARD else []
        return list(self.for_them(self.quote(asked_of(asked, "", text=said.query), rules))) if said and rules else []

    def perk_verdict(self, perk: Perk, text: str, cited: str) -> Sentence:
        """Yes or no: whether the shopper's tier gives something, or leaves something to pay, as the question has it."""
        found = self.call("get_loyalty") if self.turn.customer_id is not None else None
        if found is None:
            return Sentence(_("Which tier is yours I can tell you once you are signed in."))
        if found.error:
            return self.no_loyalty()
        has = found.data["tier"] in perk.tiers
        verdict = _("Yes, that comes with your tier, %(tier)s.")
        if not has:
            verdict = _("No, that does not come with your tier, %(tier)s.")
        if COSTS_SOMETHING.search(text) and not FREE.search(text):
            verdict = _("No, it is free with your tier, %(tier)s.")
            if not has:
                verdict = _("Yes, it is not free with your tier, %(tier)s.")
        return Sentence(verdict % {"tier": found.data["tier_name"]}, ("loyalty", cited))

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

    def tier_ends(self, asked: Asked) -> Iterator[Piece]:
        """Until when their tier lasts without another order, and by what the documents say that it is kept."""
        leaves = _("an order leaves the count, how many days")
        rules = self.passages(leaves, 0.1)[:1]
        lasting = [] if COUNTED.search(asked.text) else self.lasting(asked.text, rules)
        yield from lasting or self.own_tier()
        if self.turn.customer_id is not None and not lasting:
            yield from self.leaving(asked.text, rules)
        for query in (leaves, *([] if lasting or COUNTED.search(asked.text) else [_("nothing expires but the tier")])):
            yield from self.quote(asked_of(asked, "", text=query), self.passages(query, 0.1)[:1])

    def lasting(self, text: str, rules: list[dict[str, Any]]) -> list[Sentence]:
        """Their tier, and until when it lasts; with yes or no where a text names a day to come. [] where that is not known."""
        found = self.call("get_loyalty") if self.turn.customer_id is not None else None
        if found is None or found.error:
            return []
        days, today = days_counted(rules), local(self.turn.now)
        counting = [
            (
                order["order_id"],
                self.placed(order),
                sum((item["value"] - item["refunded"] for item in order["items"]), Decimal(0)),
            )
            for order in self.orders_in((today - days + timedelta(days=1), today))
            if order["state"] != "cancelled"
        ]
        last = last_to_count(counting, found.data["tier_from"], found.data["spent_in_365_days"])
        if last is None:
            return []
        at, named = last[1] + days, coming(text, today)
        told = _("Without another order you stay %(tier)s until %(date)s.")
        if named and not LOSES.search(text):
            told = _("Yes, without another order you stay %(tier)s until %(date)s.")
            if named > at:
                told = _("No, without another order you stay %(tier)s until %(date)s.")
        given = {"tier": found.data["tier_name"], "date": day(at)}
        cited = ("loyalty", f"order:{last[0]}", *(rule["key"] for rule in rules))
        return [Sentence(told % given, cited)]

    def leaving(self, text: str, rules: list[dict[str, Any]]) -> Iterator[Piece]:
        """When the orders that a text means, else the oldest that still counts, count no longer."""
        days, today, of_days = days_counted(rules), local(self.turn.now), self.days_of(text)
        picked = self.picked(text) or (self.orders_in(of_days) if of_days else [])
        counting = self.orders_in((today - days, today))
        for order in (picked or counting[-1:])[:SHOWN]:
            at = self.placed(order) + days
            told = {"number": order["order_id"], "date": day(order["placed_at"]), "last": day(at)}
            text = _("Order %(number)s of %(date)s counts until %(last)s.")
            if at <= today:
                text = _("Order %(number)s of %(date)s counted until %(last)s.")
            yield Sentence(text % told, (f"order:{order['order_id']}", *(rule["key"] for rule in rules)))

    def next_tier(self, asked: Asked) -> Iterator[Piece]:
        """Their tier, what is missing to the one that they name or to the next, and how tiers are counted."""
        found = self.call("get_loyalty") if self.turn.customer_id is not None else None
        if found and not found.error:
            yield Sentence(_("Your tier is %(tier)s.") % {"tier": found.data["tier_name"]}, ("loyalty",))
            above = found.data["tiers_above"]
            said = [name for name, pattern in TIERS.items() if pattern.search(asked.text)]
            rows = [row for row in above if row["tier"] in said] or above[:1]
            if said and rows and rows[0]["tier"] not in said:
                yield Sentence(_("That tier is behind you already."))
            for row in rows:
                yield from self.missing_to(row, self.supposed(asked))
            if not above and found.data["tier"] == next(iter(TIERS)):
                yield Sentence(_("There is no tier above it."), ("loyalty",))
        elif found:
            yield self.no_loyalty()
        elif (said := self.listen(asked.text)) and said.own:  # "am I gold yet"
            yield Sentence(_("Which tier is yours I can tell you once you are signed in."))
        tiers = _("tiers spend silver gold platinum year")
        yield from self.quote(asked_of(asked, "", text=tiers), self.passages(tiers, 0.1))
        if GIVES.search(asked.text):
            yield from self.benefits(asked)
        if POINTS.search(asked.text):
            yield from self.rule(_("points to collect or to spend"))

    def missing_to(self, row: dict[str, Any], change: Decimal) -> Iterator[Piece]:
        """What is missing to a tier above, and what were once they had spent so much more."""
        told = {"tier": row["tier_name"], "missing": self.money(row["missing"])}
        enough = _("What you have spent is enough for %(tier)s; your tier follows when it is next counted.")
        short = _("You need to spend %(missing)s more to reach %(tier)s.")
        yield Sentence((short if row["missing"] else enough) % told, ("loyalty",))
        if change:
            left = row["missing"] - change
            text = _("With that you would be %(left)s short of %(tier)s.")
            reached = _("With that you would reach %(tier)s.")
            yield Sentence((text if left > 0 else reached) % (told | {"left": self.money(left)}), ("loyalty",))

    def supposed(self, asked: Asked) -> Decimal:
        """What the shopper supposes that they spend, less what they suppose to send back, in this question or the one before."""
        earlier = normal(self.asked_before[0]) if self.asked_before and asked.follows else ""
        text = next((each for each in (asked.text, normal(self.turn.text), earlier) if SUPPOSES.search(each)), "")
        change = Decimal(0)
        for each in amounts(text):
            back = SENT_AWAY.search(text[max(0, each.start - 24) : each.start])
            change += -each.value if back else each.value
        return change

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

    def listen(self, text: str) -> Heard | None:
        """What a text seems to ask, listened to only once."""
        if text not in self.listened:
            self.listened[text] = self.borne_out(text, heard(text))
        return self.listened[text]

    def borne_out(self, text: str, said: Heard | None) -> Heard | None:
        """What a text was heard as; where that part of the documents has hardly a word of it, what it was heard as nearly as
        plainly whose part has many."""
        foreign = (CHINESE.search(text) is None) != (self.turn.language == "en")
        if said is None or foreign:
            return said
        goes_on = self.last_about == "passage" and not said.own and not (said.query and self.treating(said.query))
        if goes_on and said.likeness < CERTAINLY + NEARBY:  # of a rule that was quoted rather what documents treat
            likely = (each for each in all_heard(text)[:SEVERAL] if each.query and each.likeness >= FAINT)
            return next((each for each in likely if self.treating(each.query or "")), said)
        if said.query and self.last_about == "passage" and self.topic_before and said.likeness < CERTAINLY:
            for each in all_heard(text)[:SEVERAL]:  # "what is the least I have to spend", after wholesale
                part = (
                    self.treating(each.query) if each.query and each.likeness >= said.likeness - SAME_DOCUMENT else []
                )
                if part and part[0]["title"] == self.topic_before:
                    return replace(each, likeness=said.likeness)
        if not said.query or said.likeness >= PLAIN:
            return said
        own = self.treating(said.query)
        rivals = [each for each in all_heard(text) if each.query and each.likeness >= said.likeness - NEARBY]
        if not own:
            return said
        if Question(text, own).said(own[0]) >= MANY:
            return said
        treated = [(each, part) for each in [said, *rivals[:SEVERAL]] for part in self.treating(each.query or "")]
        if len(treated) < 2:
            return said
        question = Question(text, [part for _each, part in treated])
        best, part = max(treated, key=lambda each: question.said(each[1]))
        return best if question.said(treated[0][1]) < HARDLY and question.said(part) >= MANY else said

    def heard(self, asked: Asked) -> Heard | None:
        """What a question in words of its own seems to ask; None where it goes on about something, or nobody can say."""
        goes_on = (asked.follows or asked.there) and self.turn.history and asked.intent is not Intent.POLICY
        foreign = (CHINESE.search(asked.text) is None) != (self.turn.language == "en")
        if foreign or asked.codes:
            return None
        said = self.listen(asked.text)
        within = self.listen(sentence_of(asked.text, normal(self.turn.text)))
        faint = said is not None and (not (said.query or said.own) or said.likeness < IN_ITS_SENTENCE)
        if faint and within and within.query and within.likeness >= IN_ITS_SENTENCE and said.likeness < within.likeness:
            said = within  # "could you put a note in, how much can I write"
        goods = asked.words if asked.intent is Intent.POLICY and " " in asked.words else ""
        if goods and goods in asked.text and (said is None or said.likeness < HEARD):
            plainer = self.listen(asked.text.replace(goods, "thing", 1))  # "is the price of the bread bin without vat"
            said = max(filter(None, (said, plainer)), key=lambda each: each.likeness, default=None)
        whole = said is not None and said.likeness >= WHOLE and asked.words and not asked.there
        whole = whole or (
            said is not None and said.likeness >= CERTAINLY
        )  # "if I leave it till tomorrow, will you keep it"
        return said if whole or not goes_on else None

    def on(self, subject: str, asked: Asked) -> Iterator[Piece]:
        """What the documents say of a subject."""
        if not subject:
            yield from self.out_of_scope(asked)
            return
        if subject == TO_ANOTHER and NAMES[0][0].search(asked.text):
            yield from self.not_named(asked) or self.rule(_(NAMES[0][2]))  # a gift to somebody abroad
            return
        if verdict := self.arriving(asked, subject) or self.open_then(asked, subject):
            yield from verdict
            if subject not in CHOSEN:
                return
        goods = self.shown if asked.there and "return" in subject and self.last_about == "product" else []
        yield from self.barred([row["title"] for row in goods])
        if subject in EXCEPTED and not (EXCEPTS.search(asked.text) or self.excepted(asked.text)):
            yield from self.rule(_(LONG_ENOUGH))
        passages = self.treating(subject)
        if not asked.text or (CHINESE.search(asked.text) is None) != (self.turn.language == "en"):
            asked = asked_of(asked, "", text=subject)
        if not passages:  # the shop may put it in the shopper's own words
            passages = self.passages(asked.text, CERTAIN)
            passages = passages if passages and Question(asked.text, passages).said(passages[0]) >= MANY else []
        if subject in UNTIL_WHEN:
            yield from self.rule(UNTIL_WHEN[subject])
        yield from self.for_them(self.quote(asked, passages))
        harmed = HARMED.intersection(matters_in(asked.text))
        ruled = {part["key"] for matter in harmed for part in self.treating(_(RULES[matter]), 0.1)}
        if any(part["key"] in ruled for part in passages[:1]):
            yield from self.mended()
        said = self.listen(asked.text)
        if said is None or said.likeness < CERTAINLY or said.query != subject:
            yield from self.and_so(asked, subject)
        if subject in CHOSEN and not verdict:
            yield from self.expected_anyway()

    def and_so(self, asked: Asked, subject: str) -> Iterator[Piece]:
        """What the documents say of a second condition of a question, which they treat elsewhere."""
        parts = [each for each in AND_SO.split(asked.text) if not TAG_ZH.fullmatch(each) and len(each) > TOO_SHORT]
        for text in parts if len(parts) > 1 else []:
            said = self.listen(text)
            other = said is not None and said.query not in (None, "", subject) and asks(text)
            other = other and said.likeness >= (PLAIN if len(text) < TOO_LITTLE else HEARD)
            if other and (treated := self.treating(said.query)):
                yield from self.quote(asked_of(asked, "", text=said.query), treated)

    def expected_anyway(self) -> Iterator[Piece]:
        """When an order of today should be there, for who names a day by which they need it and asks for a quicker way."""
        today = local(self.turn.now)
        rules = self.passages(_("how long delivery takes"), 0.1)[:1]
        lead = lead_of(each["text"] for each in rules)
        if (
            lead is None
            or rules[0]["key"] in self.cited
            or not wanted_by(CHOSEN_DAY.sub(" ", normal(self.turn.text)), today)
        ):
            return
        first, last = lead.window(today)
        if lead.certain(today):
            told = {"ordered": day(today), "first": day(first), "last": day(last)}
            text = _("An order of %(ordered)s should arrive between %(first)s and %(last)s.")
            yield Sentence(text % told, (rules[0]["key"],))

    def document(self, title: str, text: str) -> list[Row]:
        """The parts of a document that its title or a text finds."""
        found = [*self.passages(title.lower(), 0.0), *self.passages(f"{title.lower()} {text}", 0.0)]
        return list({each["key"]: each for each in found if each["title"] == title}.values())

    def carriage(self, asked: Asked) -> Iterator[Piece]:
        """What delivery costs, where a price or a basket is asked for with it; the name of goods may have the word."""
        word = CARRIAGE.search(asked.text)
        if word and not any(word[0] in row["title"].lower() for row in self.meant):
            query = _("what delivery costs")
            yield from self.quote(asked_of(asked, "", text=query), self.treating(query))

    def plainly_treated(self, asked: Asked, held: list[Row]) -> bool:
        """Whether a question by itself is plainly one for these parts of documents."""
        said = self.listen(asked.text)
        return (
            said is not None
            and bool(said.query)
            and said.likeness >= PLAIN
            and ([each["key"] for each in self.treating(said.query)] == [each["key"] for each in held])
        )

    def going_on(self, asked: Asked) -> list[Row]:
        """The part of the document spoken of that a question means which has no subject of its own; [] where it has one.

        What it says is heard by itself and behind the document's title ("and how long would that take"); an amount that it asks
        for is to be in the part, and what was quoted just now is no answer to anything else.
        """
        topic = self.topic or self.topic_before
        held = self.document(topic, asked.text) if topic else []
        if not held:
            return []
        question = Question(erased(ADRIFT.sub(" ", asked.text)), held)
        forms = amounts_asked(asked.text)
        before = self.cited or {key for key in self.turn.focus if key.startswith("passage:")}
        by_itself = all_heard(asked.text)
        alone = next(iter(by_itself), None)
        points = asked.follows or asked.there
        joins = points or not asked.words or COSTS.fullmatch(asked.words)
        if alone is not None and alone.query is not None and alone.likeness >= HEARD:
            own = self.treating(alone.query) if alone.query else []
            if own and own[0]["title"] == topic:
                most = max(map(question.share, held))
                others = (each.likeness for each in by_itself[1:] if each.query)
                leads = alone.likeness - max(others, default=0.0) >= AHEAD
                if alone.likeness >= PLAIN or leads or (own[0]["key"] not in before and question.share(own[0]) >= most):
                    return own
            elif (question.missing(held) and not (points and alone.likeness < SURELY)) or (
                own and not points and question.names(own[0]["title"]) and not question.names(topic)
            ):
                return []
        likely: dict[str, float] = {}
        for said in [*by_itself[:SEVERAL], *all_heard(f"{topic.lower()} {asked.text}")[:SEVERAL]]:
            for each in self.treating(said.query) if said.query and said.likeness >= CARRIED else []:
                if each["title"] == topic:
                    likely[each["key"]] = max(likely.get(each["key"], 0.0), said.likeness)
        plainly = max(SURELY, max(likely.values(), default=0.0) + NEARLY_AS)
        if not joins and alone is not None and alone.query is not None and alone.likeness >= plainly:
            return []

        def fits(each: Row) -> float:
            again = (AGAIN if forms else -AGAIN) if each["key"] in before else 0.0
            return question.share(each) + likely.get(each["key"], 0.0) + again

        formed = [each for each in held if any(form.search(each["text"]) for form in forms)]
        best = max(formed or held, key=fits)
        return [best] if fits(best) >= HEARD or not question.missing(held) else []

    def for_tier(self, asked: Asked) -> Iterator[Piece]:
        """What the rule that was quoted last says of a tier, the sentences that name it where any does."""
        before = next(
            (told for text in self.asked_before if not OWN_TIER.search(told := self.understood(text)[-1].text)), ""
        )
        told = [piece for piece in self.policy(asked_of(asked, "", text=before)) if isinstance(piece, Sentence)]
        names = next((name for name in TIERS.values() if name.search(asked.text)), None)
        yield from [piece for piece in told if names and names.search(piece.text)] or told

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


def sentence_of(part: str, message: str) -> str:
    """The sentence of a message that a part is from.

    >>> sentence_of("how much can i write", "lovely. can you put a note in, how much can i write? thanks")
    'can you put a note in, how much can i write'
    """
    return next((each.strip() for each in SENTENCES.split(message) if part in each), part)


def with_place(text: str, message: str) -> str:
    """A text with the place that its message names, where it only says "there".

    >>> with_place("do you post there", "my sister lives in canada. do you post there?")
    'do you post to canada'
    """
    place = NAMES[0][0].search(message)
    if place is None or NAMES[0][0].search(text):
        return text
    return THERE.sub(f"to {place[0]}" if place[0].isascii() else place[0], text)
