"""The words by which claims are recognised, English and Chinese, in folded text. Only tables and their readers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _


def _any(english: str, chinese: str = "") -> re.Pattern[str]:
    return re.compile(rf"\b(?:{english})\b" + (f"|(?:{chinese})" if chinese else ""))


# Money.

BOUND = re.compile(
    r"(?:\b(?:under|below|less than|cheaper than|up to|at most|no more than|not more than|within|"
    r"maximum(?: of)?|max|budget(?: of| is)?|"
    r"over|above|more than|at least|from at least|not exceeding|beneath)|不超过|不到|低于|少于|至多|"
    r"最多|预算|以内|超过|高于|至少)\s*"
    r"(?:of|your|the|是|为|:)?\s*(?:[£$€¥]|gbp|us\$)?\s*$"
)
ABOVE = re.compile(r"(?<!no )(?<!not )\b(?:over|above|more than|at least)|超过|高于|至少")
DENIED = re.compile(
    r"(?:\b(?:not|never|no longer|isn't|doesn't|don't|aren't|wasn't|won't|cannot|can't|neither|nor)\b|"
    r"不是|不要|并非|没有|不会)[^.;]{0,24}$"
)
PAST = re.compile(
    r"(?:\b(?:was|were|used to|previously|formerly|originally|normally|usually|rrp|instead of|"
    r"down from|reduced from|before)\b|原价|以前|曾经|之前|平时)[^.;]{0,16}$"
)
RANGE = _any("range|ranging|from|between|start at|starting", "从|介于|起")
TOGETHER = _any(
    "together|in total|altogether|total|both|all|sum|combined|for the (?:two|2|pair)", "一共|总共|合计|加起来|共"
)
DIFFERENCE = _any("difference|cheaper|dearer|less|more|saves?|saving|apart", "相差|便宜|贵|差")
EACH = _any("each|apiece|per (?:unit|item|piece|one)|a piece|one costs|unit price|every one", "每个|每件|单价|各|每")
PER = re.compile(
    r"^[\d\s.,']*(?:[£€$]|[a-z]{3,6}|英镑|镑|元)?\s*(?:(?:per|for (?:two|2|three|3|a (?:dozen|pair|"
    r"pack)))\b(?!\s*(?:unit|item|piece|one|each)\b)|/\s?(?!\s*(?:unit|item|piece|each))[a-z\d]|"
    r"a (?:dozen|pair|kilo)\b|每(?!个|件|只|套|份))"
)
SEVERAL = _any(
    "(?:[2-9]|\\d\\d+) of (?:them|these|those)|both|a pair|a dozen|all of them|buy \\d+", "一对|一打|[2-9]个一共"
)
FOR_THE = re.compile(
    r"[\d\s.,']*(?:[£€$¥]|gbp|eur|usd|pounds?|pence|p|英镑|镑|元|美元|欧元)?"
    r"\s*(?:(?:is the price |will buy |buys )?(?:for|of)\s+(?:(?:the|a|an|each|one)\s+)?|的\s*|:\s*)['\"]?"
)
LATEST = _any("latest|last|most recent|newest", "最近|最新|上一")

# Orders.

COMING = _any(
    r"should|will|be there|arriv\w*|deliver(?:ed|y|ies|s)?|expect\w*|due|reach\w*|receive[sd]?|get (?:it|there|to you)|"
    r"be with you|come[s]?|dispatch\w*|ship\w*|sen[dt]|"
    r"leaves?|left|refund\w*|call(?:ed)?|contact\w*|reply|replied|collect\w*",
    "送达|到达|预计|收到|送到|发货|寄出|派送|到货|抵达|退款|联系|回复",
)
ORDERED = _any(
    r"placed|ordered|bought|purchased|order date|dated|from|of|made|since|joined|ordering",
    "下单|购买|订购|订于|买的|买了|订单日期|以来|自|加入",
)
EARLIEST = _any("earliest|as early as|from|not before|as soon as|at the soonest", "最早|起")
PART = _any("part|partly|partially|some|one of|\\d+ of|\\d+ returned|in part|except", "部分|其中|一部分")
ONE_ORDER = _any(
    "(?:your|the|this|that) (?:latest |last |recent |most recent )?(?:order|parcel|package|delivery|"
    "shipment)|order (?:number|no)",
    "你的订单|您的订单|这个订单|该订单|订单号|包裹",
)

_STATES = {
    "preparing": _any(
        "being (?:prepared|packed|processed|made ready)|preparing|packing|in preparation|processing",
        "备货|准备中|处理中|打包中|配货|正在准备",
    ),
    "dispatched": _any(
        "dispatched|despatched|shipped|on (?:its|the|their) way|in transit|out for delivery|been sent|"
        "was sent|en route|"
        "left (?:our|the) (?:shop|warehouse)|handed to the courier",
        "发货了?|发出|寄出|在路上|运输中|派送中|配送中|出库|在途",
    ),
    "delivered": _any("delivered|arrived|been received|reached you", "送达|签收|送到了|已收到|已经到|已到"),
    "cancelled": _any("cancell?ed|called off", "取消"),
    "returned": _any("returned|sent back|refunded|came back", "已退货|已退回|已退款|退款成功|退了|退货完成|部分退"),
    "troubled": _any(
        "lost|delayed|stuck|held up|damaged|running late|missing|on hold", "丢失|延误|延迟|滞留|损坏|丢了|晚点"
    ),
    "paid": _any("paid|charged|payment (?:failed|received)", "已付款|已支付|付款失败"),
}
_FUTURE = re.compile(
    r"(?:\b(?:will|should|shall|to be|going to be|expected|due|can be|may be|soon|about to|'ll)\b|将|"
    r"会|预计|即将|等待|可以|可)[^.;,]{0,20}$"
)
NEGATION = re.compile(
    r"not|\w*n't|never|no|none|cannot|without|neither|nor|yet to|unable|hasn't|haven't|isn't|wasn't|未|没有|没|尚未|不|无"
)
_DENIED_STATE = re.compile(
    r"(?:\b(?:not|never|cannot|yet to|neither|nor|no)\b|\b\w+n't\b|尚未|还没有?|没有?|未|并未|不会|"
    r"不)(?:\s*\w+){0,3}\s*$"
)

_TRUE: dict[str, set[str]] = {
    "preparing": {"preparing"},
    "dispatched": {"dispatched"},
    "delivered": {"delivered"},
    "cancelled": {"cancelled"},
    "returned": {"returned"},
    "troubled": set(),
    "paid": set(),
}
_STILL: dict[str, set[str]] = {
    "dispatched": {"placed", "preparing"},
    "delivered": {"placed", "preparing", "dispatched"},
}
_KNOWN = {"placed", "preparing", "dispatched", "delivered", "cancelled", "returned", "partly_returned"}


@dataclass(frozen=True, slots=True)
class StateClaim:
    """What a sentence says of an order: a state that it is in, is not in, or will come to."""

    state: str
    denied: bool
    future: bool

    def true_of(self, state: str, *, part: bool) -> bool:
        """Whether an order in this state is truly said to be so."""
        if state not in _KNOWN:
            return False
        if self.state == "returned" and part and state == "partly_returned":
            return not self.denied
        if self.state in ("troubled", "paid"):
            return False
        if self.denied:
            later = {"delivered", "returned", "partly_returned"} if self.state == "dispatched" else set()
            some = {"partly_returned"} if self.state == "returned" else set()
            return state not in _TRUE[self.state] | later | some and (
                self.state != "delivered" or "return" not in state
            )
        return state in (_STILL.get(self.state, set()) if self.future else _TRUE[self.state])


def states_in(body: str) -> Iterator[StateClaim]:
    """The states that a sentence claims."""
    for name, pattern in _STATES.items():
        for match in pattern.finditer(body):
            lead = body[max(0, match.start() - 40) : match.start()]
            chinese = not match.group()[:1].isascii()
            denied = _DENIED_STATE.search(lead) is not None
            if (
                name == "cancelled"
                and chinese
                and not denied
                and not re.search(r"(已|被|已经)$", lead)
                and body[match.end() : match.end() + 1] != "了"
            ):
                continue  # 取消 alone is the verb
            yield StateClaim(name, denied, _FUTURE.search(lead) is not None)


def state_sentence(state: str) -> str:
    """A sentence of ours over ``%(number)s`` for a state, "" for one that is not known."""
    return {
        "placed": _("Order %(number)s has been placed."),
        "preparing": _("Order %(number)s is being prepared."),
        "dispatched": _("Order %(number)s is on its way."),
        "delivered": _("Order %(number)s has been delivered."),
        "cancelled": _("Order %(number)s has been cancelled."),
        "returned": _("Order %(number)s has been returned."),
        "partly_returned": _("Order %(number)s has been returned in part."),
    }.get(state, "")


# Stock.

_OUT = re.compile(
    r"\b(?:out of stock|sold[ -]?out|unavailable|not (?:currently |presently |now )?(?:available|"
    r"in stock)|no longer (?:available|in stock|sold)|none left|"
    r"no stock|back ?order\w*|discontinued|isn't (?:available|in stock)|aren't (?:available|in stock)|"
    r"gone)\b|缺货|售罄|卖完|卖光|没货|无货|没有库存|无现货|断货|"
    r"没有现货|无库存|下架|没有货|不可购买|暂缺|已售完"
)
_IN = re.compile(
    r"\b(?:in stock|available(?! (?:payment|option|method|deliver|colou?r))|ready to (?:ship|go|buy)|"
    r"on (?:the )?shel(?:f|ves)|(?:can|could) (?:be )?(?:buy|bought|order|ordered)(?: now| today|"
    r" right away)?)\b|"
    r"有货|现货|有库存|可以购买|可购买|在售|有现货|库存充足"
)
_DENIED_STOCK = re.compile(r"(?:\b(?:not|never|no longer|hardly)\b|\b\w+n't\b|不|没有?|未|并非)\s*(?:\w+\s+){0,2}$")
FEW_LEFT = _any(
    r"\d+(?: [\w\ue000]+){0,12}? (?:left|remaining|in stock|available)|last (?:one|few|pieces?|items?|\d+)|few left|"
    r"low (?:in |on )?stock|running (?:out|low)|selling fast|almost gone|nearly (?:gone|sold)|plenty|"
    r"back in stock|restock\w*|limited (?:stock|quantit\w+)|"
    r"(?:one|a couple|several|many|lots|hundreds|dozens|loads) (?:left|in stock|remaining|available)|"
    r"stock of \d+|while stocks last|replenish\w*|being restocked",
    r"(?:仅剩|只剩|还剩|剩下?|剩余|库存)\s*\d+|最后一|库存不多|所剩无几|补货|即将售罄|快卖完|热销中|大量现货",
)
UNSURE = _any("whether|if|check|let me|would you|can tell you", "是否|如果|看看|查")
ALL = _any("all|they|these|those|both|each|every", "都|全部|它们|这些|均")


def stock_in(body: str) -> Iterator[tuple[int, bool]]:
    """Where a sentence says that something can be bought now (True) or cannot (False)."""
    masked = body
    for match in _OUT.finditer(body):
        denied = _DENIED_STOCK.search(body[max(0, match.start() - 24) : match.start()]) is not None
        masked = masked[: match.start()] + " " * len(match.group()) + masked[match.end() :]
        yield match.start(), denied
    for match in _IN.finditer(masked):
        denied = _DENIED_STOCK.search(body[max(0, match.start() - 24) : match.start()]) is not None
        yield match.start(), not denied


# Comparisons and loyalty.

_COMPARED = {
    "cheapest": _any("cheapest|least expensive|lowest price\\w*|lowest[- ]priced|best price", "最便宜|最低价|价格最低"),
    "dearest": _any("dearest|most expensive|highest price\\w*|highest[- ]priced|priciest", "最贵|价格最高"),
    "cheaper": _any(
        "cheaper|less expensive|costs? less|lower price\\w*|lower[- ]priced|more affordable",
        "更便宜|比.{1,40}便宜|便宜一些|便宜些",
    ),
    "dearer": _any(
        "dearer|more expensive|costs? more|higher price\\w*|pricier|higher[- ]priced", "更贵|比.{1,40}贵|贵一些|贵些"
    ),
}


def compared(body: str) -> str | None:
    """cheapest, dearest, cheaper or dearer, where a sentence says so; a denial is no reading of ours."""
    return next((name for name, pattern in _COMPARED.items() if pattern.search(body)), None)


TIER = _any("tier|status|level|member(?:ship)?|rank|loyalty", "等级|会员|级别|身份")
TIERS = re.compile(r"\b(?:platinum|gold|silver|bronze|diamond|vip)\b|白金|黄金|金卡|银卡|金牌|银牌|钻石|铂金|金级|银级")
OWN_TIER = _any(
    r"(?:you(?: are|'re)|your (?:loyalty |membership )?(?:tier|status|level) is)(?: (?:currently|now|already|at the moment))?|"
    r"(?:your )?(?:current|present) (?:loyalty |membership )?(?:tier|status|level) is|(?:an?|the|in|on|at)\b|"
    r"(?:member|customer|tier|status|level)|(?:currently|now|at the moment|right now|so far|yes|so)\b|,",
    "[您你](?:的)?(?:当前|目前|现在)?的?(?:会员)?(?:等级|级别|身份)?(?:现在|目前|当前)?(?:是|为)|会员|等级|级别|客户|卡|。",
)
"""All that a sentence may hold beside the tier itself that says which tier the shopper is in."""
MISSING = _any(
    "needs?|needed|away|short|missing|to go|remaining|another|further|more (?:to|for|until|and|before)",
    "还差|差|还需|还要|再消费|再花|再买|只需|只要再",
)


def reached(tier: str, body: str) -> bool:
    """Whether a sentence speaks of reaching this tier, not of having it."""
    english = (
        rf"(?<!\w)(?:to|for|from|until|before|off|of|reach\w*|becom\w+|be|being|get|earn\w*)\s+(?:the\s+)?{tier}\b"
    )
    return re.search(rf"{english}|(?:离|距|到|为|成|升|达)(?:级|到|为|成)*{tier}", body) is not None


CUES = {
    "cart": _any("cart|basket|trolley", "购物车|购物篮"),
    "loyalty": _any(
        "loyalty|tier|member(?:ship)?|you(?:'ve| have)? spent|orders so far|your status", "会员|等级|累计|消费了|积分"
    ),
    "orders": _any(
        "orders|ordered|bought|spent|came to|in total|altogether|most often|times",
        "订单|下单|买|花|消费|共|合计|最常|次",
    ),
    "order": _any("order|orders|parcel|package|purchase|bought|ordered", "订单|包裹|下单|购买记录|买过"),
}

# Acts, offers, and what is not claimed.

_THINGS = (
    r"(?:cart|basket|order|refund|discount|voucher|coupon|code|e-?mail|address|account|payment|card|"
    r"points|subscription|booking|reservation|return|price)"
)
DONE = re.compile(
    rf"(?<!shall )(?<!should )(?<!can )(?<!could )(?<!may )(?<!if )\b(?:i|we)(?:'ve|'ll|'m| have| has|"
    rf" will| am| are|'re)?(?: just| now| already| also|"
    rf" gone ahead and| happily)?\s+(?:be )?"
    rf"(?:add|put|plac|remov|cancel|refund|appl|chang|updat|reserv|book|charg|email|mail|send|sent|"
    rf"process|issu|credit|submit|confirm|return|order|sav|extend|wav|upgrad|"
    rf"giv|gave|offer|promis|guarante)\w*\b[^.?!]*\b{_THINGS}s?\b|"
    r"\b(?:has|have|is|are|was|were) (?:now |already |just |successfully )*(?:been )?(?:added|"
    r"placed in|put in(?:to)?|removed from|applied|reserved|saved|upgraded|credited|waived)\b|"
    r"(?<!to )(?<!can )(?<!shall i )(?<!should i )\b(?:added|put) (?:it|them|this|these|that) (?:to|"
    r"in|into) your (?:cart|basket)|\byour (?:change|request|address|payment) (?:has been|is|"
    r"was) (?:made|done|saved|confirmed|accepted|updated)|"
    r"(?:已|已经|我|帮您|为您|给您)(?:为您|帮您|给您|替您)?(?:成功)?(?:添加|加入|放入|移除|取消|退款|"
    r"下单|申请|修改|更改|预留|发送|升级)(?:了|到|至|成功|好)|已(?:经)?(?:为您|帮您|给您|"
    r"替您)(?:成功)?\w"
)
OFFER = re.compile(
    r"\?\s*$|？|\b(?:i|we) can (?:help|look|check|tell|show|answer|find)|\bhappy to help|\b(?:ask|"
    r"let me know|feel free|you can ask|would you like|shall i|do you want|please (?:ask|tell|sign|"
    r"give)|"
    r"here (?:is|are)|here's|let me)\b|吗[?。]?\s*$|可以(?:问|帮)|请(?:告诉|问|先登录|登录|提供)|"
    r"需要我|要不要|这是|以下"
)
PROPOSING = re.compile(
    r"\?|？|\b(?:shall|should|would you|if you|confirm|propos\w+|press|button|suggest\w*|like me to|"
    r"want|say yes|put|change|set|take out|will then)\b|吗|确认|是否|要不要|建议|按钮|放入|改为|改成|"
    r"加入"
)
UNABLE = re.compile(
    r"\b(?:i|we)(?:'m| am|'re| are| was| were)? (?:can't|cannot|can not|couldn't|could not|don't|do not|didn't|did not|"
    r"(?:not able|unable) to|haven't|have not) (?:\w+ )?(?:find|found|see|know|look|tell|say|answer|"
    r"help|have (?:any |that |the )?"
    r"(?:information|details|access|answer)|access|show|share|discuss|give out|do that|see any)\b|"
    r"\bthere (?:is|are|was|were) no (?:information|order|product|result|document|match\w*)|"
    r"\bno (?:results?|information|matches) (?:was |were )?(?:found)?|"
    r"\b(?:i|we) (?:found|have found|see|know of|have) no(?:thing|ne)?\b|\bnothing (?:was |is )?(?:found|known)\b|"
    r"没有?(?:找到|查到)|找不到|查不到|没查到|我(?:们)?(?:无法|不能)(?:回答|提供|查|找|帮|确认|告诉|"
    r"透露|看)|不清楚|不知道|没有(?:相关|这个|该|符合)(?:信息|订单|商品|资料)"
)
COURTESY = re.compile(
    r"\b(?:thanks?|thank you|welcome|hello|hi|hey|sorry|please|help|glad|happy|goodbye|bye|enjoy|ask|"
    r"sure|course|lovely|great|wonderful|good|nice|pleasure|question|anything)\b|"
    r"谢谢|感谢|欢迎|你好|您好|抱歉|请|再见|高兴|乐意|帮|祝|不客气"
)
RELATIVE_ONLY = re.compile(r"\b(?:today|tonight|tomorrow|yesterday)\b|今天|明天|昨天")

# Policy.

STRONG = _any(
    r"free|gratis|complimentary|no (?:extra |additional )?(?:charge|cost|fee)s?|refund\w*|"
    r"money[ -]back|guarantee\w*|warrant\w+|compensat\w+|discount\w*|coupons?|vouchers?|promo\w*|"
    r"promotion\w*|offers? (?:of|on)|special offer|"
    r"sale|on sale|off|half[ -]price|reduced|bargain|clearance|buy one|bogo|"
    r"(?:two|three|four|[234]) for (?:the price of )?(?:one|two|three|[123])|cash ?back|gift card|"
    r"price match\w*|promis\w+|obliged|entitled|liab\w+|insur\w+|customs|duty|vat|tax\w*|exempt\w*|"
    r"credit|instal\w+|"
    r"points?|reward\w*|earn\w*|redeem\w*|bonus|surcharge|fees?|penalt\w+|exchange\w*|repair\w*|"
    r"replac\w+|restocking|within \d+|up to \d+ (?:days?|weeks?)|\d+[ -]?(?:working |"
    r"business )?(?:day|week|month|year|hour)s?|save|saves|saving",
    "免费|包邮|退款|退钱|保证|保修|质保|赔偿|补偿|折扣|打折|优惠|优惠券|促销|特价|半价|买一送|满减|"
    "赠送|赠品|返现|礼品卡|价保|承诺|关税|税|免税|分期|积分|奖励|手续费|附加费|换货|维修|更换|立减|"
    "折|天内|小时内|工作日|无理由",
)
WEAK = _any(
    r"deliver\w*|shipping|ships?|shipped|postage|post|courier|tracked|tracking|express|next[ -]day|"
    r"same[ -]day|dispatch\w*|despatch\w*|returns?|returnable|returned|return label|collect\w*|"
    r"click and collect|pick ?up|cancel\w*|"
    r"payments?|pay|pays|paying|cash|cheques?|bitcoin|consent|paypal|klarna|visa|mastercard|american express|apple pay|google pay|"
    r"credit cards?|debit|invoices?|bank transfer|gift[ -]?wrap\w*|wrapping|opening hours|open (?:on|"
    r"from|until|every|daily)|closed|"
    r"our (?:shop|store) (?:is|has|opens)|located|address|phone|hotline|privacy|personal data|gdpr|"
    r"cookies|delete your|unsubscribe|newsletter|terms|conditions|policy|policies|complain\w*|statutory|your rights|"
    r"legal\w*|"
    r"members? (?:get|receive|enjoy)|membership|gold|silver|platinum|(?:we|shop|store) (?:accept|"
    r"charge|ship|deliver|send|offer|give|match|wrap|store|keep|sell|donate|plant)|minimum order|"
    r"wholesale|trade account|bulk",
    "配送|送货|运费|邮费|快递|发货|寄送|物流|退货|退换|自提|取消|支付|付款|支付宝|微信支付|信用卡|"
    "发票|包装|营业|地址|电话|隐私|个人信息|注销|条款|政策|规定|投诉|会员|批发|起订|我们(?:提供|接受|"
    "收取|支持|保存|送)|本店",
)
TURNS = re.compile(
    r"\b(?:not|never|no|none|cannot|can't|without|neither|nor|except|unless|only|if|unable|excluding|"
    r"excluded|but|provided|before|"
    r"after|until|must|may|optional|free|over|under|above|below|more|less|least|most|up to|within|"
    r"from|between|half|double|twice|\w+n't)\b|"
    r"不|没有|未|除非|除了|除外|仅|只|如果|若|但|必须|之前|之后|前|后|免费|以上|以下|满|超过|不足"
)
SUBJECTS = re.compile(r"\b(?:we|you|i|they|customers|us)\b|我们|您|你|本店")
POLICY_FREE = frozenset(
    """
    thing item product order purchase shop store good please also about policy yes sure indeed just simply always normally generally
    usually day time take need get let know mean
    """.split()  # noqa: SIM905
)
POLICY_SMALL = frozenset(
    """
    a an the is are was be been being of in at and or that this it its as by our your you'll we'll also just
    simply then so there here very
    """.split()  # noqa: SIM905 (a table of words)
)

# Products.

SENSITIVE = re.compile(
    r"cotton|wool\w*|linen|silk|leather|suede|polyester|nylon|velvet|fur|feather|ceramic|stoneware|"
    r"porcelain|china|glass|crystal|steel|stainless|metal|iron|alumin\w+|brass|copper|gold|silver|"
    r"gilt|tin|enamel|wood\w*|oak|pine|"
    r"bamboo|wicker|rattan|willow|plastic|acrylic|resin|rubber|silicone|melamine|bpa|pvc|latex|paper|"
    r"cardboard|stone|marble|slate|recycl\w*|organic\w*|sustainab\w*|eco|biodegrad\w*|compost\w*|"
    r"fairtrade|handmade|hand|"
    r"dishwasher|microwave|oven|freezer|washable|machine|waterproof|water|fireproof|flammable|heat|"
    r"safe|safety|unsafe|certif\w*|tested|toxic|nontoxic|hypoallergenic|allerg\w*|gluten|vegan|"
    r"vegetarian|nut|nuts|kosher|halal|"
    r"dairy|sugar|calorie|health\w*|medical|medicin\w*|cure\w*|heal\w*|antibacterial|sterile|child|"
    r"children|baby|babi\w*|toddler|infant|choking|pet|pets|age|aged|durable|unbreakable|shatterproof|"
    r"scratch\w*|battery|batteries|"
    r"electric\w*|voltage|watt|rechargeable|usb|bluetooth|wifi|compatible|dimension\w*|cm|mm|inch\w*|"
    r"litre\w*|liter\w*|capacity|weigh\w*|heavy|lightweight|kg|gram\w*|diameter|"
    r"made|manufactur\w*|imported|british|england|italian|italy|germany|german|french|france|chinese|"
    r"japan\w*|patent\w*|award\w*|bestsell\w*|rated|rating|review\w*|star|original|genuine|authentic|"
    r"limited|edition|vintage|antique"
)
SENSITIVE_ZH = re.compile(
    "纯棉|棉质|羊毛|真皮|皮革|陶瓷|瓷|玻璃|水晶|不锈钢|金属|铁|铝|铜|纯金|纯银|实木|木质|木制|竹|"
    "塑料|树脂|硅胶|橡胶|环保|有机|可回收|手工|洗碗机|微波炉|烤箱|防水|防火|耐热|安全|认证|无毒|过敏|"
    "素食|清真|健康|医用|治疗|抗菌|儿童|婴儿|"
    "宝宝|宠物|耐用|防摔|电池|充电|尺寸|厘米|容量|重量|直径|产地|进口|英国制|德国|日本|专利|获奖|"
    "正品|限量|古董|食品级|好评|评分|畅销"
)
DENIALS = frozenset(
    """
    not cannot cant couldnt dont doesnt didnt isnt arent wasnt werent wont wouldnt shouldnt hasnt havent hadnt
    mustnt never no none without neither nor unable
    """.split()  # noqa: SIM905 (a table of words)
)
SMALL_WORDS = DENIALS | frozenset(
    """
    a an the is are was were be been being am do does did have has had of in on at to from by for with and or
    but nor so than that this these those it its they them their there here i me my we us our you your he she
    his her as if then also too very just only about into over up down out off not no yes can could will would
    shall should may might must 's 't one ones some any all each both more most other such what which who when
    where how why oh well please s t m re ve ll d 的 了 是 在 有 和 与 及 我 你 您 们 这 那 个 一 也 都 就 不 很
    为 给 到 把 被 对 从 以 可 能 会 要 吗 呢 吧 啊 哦 请 等 或 而 但 还 又 更 最
    """.split()  # noqa: SIM905 (a table of words)
)
EMPTY_WORDS = SMALL_WORDS | frozenset(
    """
    yes yeah yep no nope sure correct right true false indeed absolutely definitely certainly exactly ok okay
    course possible 对 好 行 没 错 确 实 当 然
    """.split()  # noqa: SIM905
)
BOUGHT = re.compile(
    r"\b(?:bought|purchased|ordered|belong(?:s|ed)?|owns?|owned)\b(?! together| with)|买[了过]|购买了|下了?单|属于"
)
"""Somebody's deed or property, which only their order tells."""

ORDER_NUMBER = re.compile(
    r"\border(?: number| no\b\.?)?[\s#:]*([a-z]{0,3}-?\d[\w-]*)\b(?! of | x | more | unit)|订单号?[\s:：#]*([a-z]{0,3}-?\d[\d-]*)"
)
PRICE_TALK = frozenset(
    """
    pound pence gbp per each total only just exactly stock unit left price priced sell for in 只 要 仅 需 共 总 计 元 镑 英 便 士 库
    存 充 足 目 前 当 前 今 天 它 其 此 该 单 每 卖 售 出 断 缺 罄 暂 时 无 没 多 少 钱
    """.split()  # noqa: SIM905
)
SMALL_TALK = frozenset(
    """
    gift present idea ideas lovely nice great good perfect pretty beautiful charming cute sweet popular
    favourite favorite recommend suggest suggestion choice choose choos option like love enjoy look looking want
    need find found show see buy order pick price cost currently now today moment available stock product item
    thing piece set selection range kitchen home birthday christmas wedding friend mum mother dad father someone
    anyone person people who fit suit match go well together budget under pound small little big treat fun
    classic simple style colour color design touch add make mak would maybe perhaps also another different
    similar both compare comparison cheap cheaper cheapest expensive value page detail details link below above
    first second third next last best better bit lot cart basket shop here's let know help happy glad question
    answer tell check view visit browse sell sold purchase category it's that's they're you're i'm sorry right sadly
    unfortunately afraid 礼 物
    推 荐 喜 欢 看 买 选 择 价 格 商 品 件 款 适 合 好 漂 亮 可 爱 送 朋 友 生 日 便 宜 贵 现 有 货 比 较 类 似
    一 起 搭 配 页 面 详 情 售
    """.split()  # noqa: SIM905
)
