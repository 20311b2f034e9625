"""What may be the matter with something that a shopper bought, in words of both languages. Only tables.

Whether it is of theirs, and what then holds, `cases` finds out.
"""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re

from django.utils.translation import gettext_noop

from loyalty_ai.assistant.periods import MONTHS
from loyalty_ai.assistant.phrases import BROKEN, BROKEN_ZH
from loyalty_ai.assistant.phrases_own import BACK, FIRST, NTH

MATTERS = {
    name: re.compile(pattern)
    for name, pattern in {
        "refunded": (
            r"\b(?:did|has|have(?! (?:i|we) got)|is|was|were|are)\b.{0,40}\b(?:return|refund)\w*\b.{0,40}\b(?:go(?:ne)? through|went through|arriv\w+|com(?:e|ing) (?:back|through)|process\w*|done|received?|accepted|complete\w*|reach\w*)|"
            r"\b(?:have|did|had) (?:i|we) (?:ever )?(?:had|have|got|get|receive[d]?) (?:a|any|my|the) (?:\w+ )?refund|\b(?:did|have) i (?:get|got|receive|received)\b.{0,20}\brefund|"
            r"\b(?:where|status|state|news|happened)\b.{0,25}\bmy (?:return|refund)|\breturn (?:i|we) (?:made|sent)\b|"
            r"\b(?:what|which|how many(?! days)|how much|when)\b.{0,40}\b(?:did|have|had) (?:i|we)\b.{0,12}\b(?:return(?:ed)?|sen[dt] back|get back|got back)\b|"
            r"\bhow much\b.{0,20}\b(?:did|have) (?:i|we) (?:get|got|had) back\b|\b(?:get|got|had) (?:\w+ ){0,3}(?:money )?back for\b.{0,30}\b(?:returns?|returned|sent back)\b|"
            r"\b(?:have|has|did|was|were) (?:i|you|we|any of \w+|my \w+|some of \w+|all of \w+|anything)\b.{0,20}\b(?:been )?(?:refunded|returned|c[ao]me back)\b|"
            r"\b(?:was|were|did|has|have)\b.{0,40}\b(?:(?:sent|c[ao]me|gone|go) back(?! in)|returned|refunded)\b|(?<!if )\b(?:i|we) (?:have |had )?(?:already |ever )?(?:(?:sent|took|gave|given) (?:\w+ ){0,4}back|returned)\b|"
            r"\b(?:any|some|all|much|none) of (?:it|that|this|them|those|these)\b.{0,10}\b(?:c[ao]me back|go back|went back|refunded|returned)\b|\b(?:had|have) anything refunded\b|\b(?:was|were|been|got|get) (?:\w+ )?(?:refunded|paid back)\b|"
            r"\b(?:did|have|has) (?:you|they)\b.{0,12}\b(?:get|got|receive[d]?|had)\b.{0,40}\bback\b(?! in)|\b(?:did|have|has) (?:you|they) (?:already |yet |ever )?(?:refund\w*|pa(?:y|id) me back)|"
            r"\b(?:did|have) (?:i|we) (?:ever )?(?:return(?:ed)?|sen[dt] back|(?:sen[dt]|given?) (?:\w+ ){1,4}back)\b|"
            r"(?:退货|退款|退的|退回).{0,10}(?:到账|到了|收到|成功|完成|处理|好了|怎么样|进度|状态)|(?:收到|处理).{0,6}(?:我的?)?(?:退货|退款)|"
            r"退(?:了|过|的(?!话)).{0,14}(?:吗|没|什么|哪|几|多少|钱)|退过|有没有退|退.{0,2}(?:记录|历史)|(?:退|还)(?:给)?了?我多少"
        ),
        "late": (
            r"\b(?:supposed|meant|due|expected) (?:to (?:\w+ )?(?:come|arrive|be (?:here|delivered)|get here|turn up)|(?:here )?(?:today|yesterday|on|by|last))\b|\bshould (?:\w+ )?have (?:\w+ )?(?:come|arrived|been here|been delivered|got here|turned up)|"
            r"\b(?:has|have|did|is|was|are) (?:still |yet )?(?:not|never) (?:(?!(?:shop|buy|bought|order|visit|been|look)\w*\b)\w+ )?(?:arrive\w*|come|turn\w* up|show\w* up|here|been delivered)|"
            r"\bnever (?:arrived|came|turned up|showed up)|\bstill (?:waiting|no sign|not (?:here|come|arrived))|\bno sign of\b|\b(?:overdue|lost in the post|days late|weeks? late|so late|very late|running late)\b|\b(?:is|are|seems?) late\b|"
            r"(?:还|一直)?(?:没有?|未)(?:收到|到(?!货)|送到|送达|送来|寄来)|(?:该|应该|早该).{0,4}到了|(?:丢|迟)了|晚到"
        ),
        "fault": (
            r"\b(?:stopped|stops|no longer|quit) (?:\w+ )?(?:work\w*|tick\w*|go\w*|run\w*|light\w*|play\w*|ring\w*)|\b(?:fell|fallen|come|came|coming|falling) (?:apart|undone|off)\b|\b(?:never|not|does not|do not|will not|wo not) (?:\w+ )?work(?:ed|ing|s)?\b|"
            r"\b(?:broke|packed up|gave up|died|given up|conked out)\b|\b(?:mend|repair)(?:ed)?\b|(?:不走|不亮|不转|不响|不工作|不能用|走不准)了?|用了.{0,8}(?:就?坏|掉|断|裂)|"
            rf"\b{BROKEN}.{{0,30}}\bafter\b.{{0,25}}\b(?:weeks?|months?|years?)\b|坏了.{{0,8}}修|修(?:吗|理|好)|开线|掉色|散架"
        ),
        "broken": rf"\b{BROKEN}|{BROKEN_ZH}",
        "wrong": (
            r"\b(?:sent|delivered|got|received|given)\b.{0,12}\bthe wrong\b|\b(?:missing|not what i ordered|only (?:got|received|half)|one short)\b|\bcame without\b|\bnot in (?:it|the (?:box|parcel))\b|\bwrong (?:item|thing|product|colour|color|size|one|order)\b|(?:少|漏)(?:了|发)|(?:发|寄|送)错"
        ),
        "address": (
            r"\b(?:wrong|old|new|different|another|incorrect) (?:\w+ )?(?:address|house(?: number)?|postcode|post code|street|flat|door)\b|\b(?:change|correct|fix|update|amend)\b.{0,30}\baddress\b|\bmoved (?:house|home|flat)\b|地址.{0,6}[错改换变]|[错改换].{0,4}地址|搬家"
        ),
        "add": (
            r"\b(?:add|put)\b.{0,40}\b(?:to|in|into|onto) (?:it|that|this)\b|"
            r"(?<!did we )(?<!did i )\b(?:add|put|squeeze|slip|tack|pop|fit|sneak|include|stick|throw|chuck)\b.{0,40}\b(?:to|in|into|onto|on|with) (?:(?:my|the|our|that|this|yesterday's|today's|last|latest) )+(?:\w+ )?order\b|"
            r"\border\b.{0,40}\b(?:add|squeeze|slip|tack|pop|fit|sneak|include|put|get)\b.{0,20}\b(?:another|extra|more|something|anything)\b.{0,16}\b(?:in|into|on|to|onto)\b|"
            r"(?:还能|可以|能)?再?(?:加|添)(?:点|些|一[个件]|几|东西|别的|进去).{0,6}"
        ),
        "change": (
            r"\b(?:cancel\w*|chang(?:e|ed|ing)|amend\w*|modif\w+|edit(?:ed|ing)?|call off)\b(?! (?:my|your) mind)|\b(?:take|remove|drop|leave)\b.{0,30}\b(?:out of|off|from)\b.{0,12}\borders?\b|\b(?:stop|halt)\b.{0,20}\border\b|\binstead of\b.{0,40}\border\b|\border\b.{0,40}\binstead of\b|取消|修改|更改|改(?:一下|订单|数量)|[能可]改|不想要了|不要了"
        ),
        "return": (
            r"\b(?:return(?:ing|able)?|be returned|exchange|refund(?:able)?|swap)\b|\b(?:send|give|bring|take|ship|post)(?:ing)? (?:\w+ ){0,6}back\b|\bgo(?:ing)? back\b|\bmoney back\b|退(?!款了|了|过|订|出)|换货"
        ),
    }.items()
}
"""What the matter may be, the more particular first: goods that came broken may go back whenever the rest may."""

BROUGHT = r"bought|ordered|got|received|purchased|had|placed|paid for"
MINE = re.compile(
    rf"(?<!\bhave )(?<!\bdo )\b(?:i|we)(?: (?:have|had|just|only|already|recently|once))* (?:{BROUGHT})\b|\b(?:my|our) (?:\w+ ){{0,2}}?(?:orders?|parcels?|packages?|purchases?|delivery)\b|"
    rf"\b(?:this|that|the|today'?s?|yesterday'?s?|last|latest) (?:\w+ )?(?:order|parcel|package|purchase)\b|\bordered (?:last|in|on|from)\b|\border (?:i|we|from|of)\b|"
    r"\b(?:what|things?|stuff|ones?|lot) (?:that )?(?:i|we) (?:\w+ )?(?:ordered|bought|got)\b|"
    rf"\b(?:return|exchange|refund)\b.{{0,50}}\bfrom (?:(?:the )?last|this|yesterday|early|late|{'|'.join(MONTHS)})\b|"
    r"(?:周|星期|礼拜).{0,2}(?:下|买|订)的|我.{0,10}(?:买|订|收到|下)(?:的|了|过)|我.{0,10}(?:订单|[这那一]单|包裹)|(?:上|最近|最新|这|那|昨天|今天|刚).{0,4}(?:单|订单|包裹|买的)|\d日?的?(?:订单|那单)"
)
"""Says that it is of what they bought."""

OF_THEM = re.compile(
    r"\bstill (?:be )?(?:return|send|sent|give|take|exchange|get|go)\w*\b|\b(?:my|our|these|those) |我的|[这那][些个几]"
)
HYPOTHETICAL = re.compile(
    r"^(?:what|how|and|but)? ?(?:happens |about )?if\b|\bwhat (?:happens )?if\b|\bin case\b|\bsuppos(?:e|ing)\b|\b(?:in general|generally|usually|normally|policy|policies|rules)\b|如果|假如|万一|要是|一般|规定|政策"
)
"""Asks for the rule, whatever order of theirs it might be about."""

STORY_ZH = re.compile(
    r"[想要还可能]*退[货掉了吗]*|[那这上]?[一个笔]?单|[那这]一?|总?价格?|几?样|\d+|现在|怎么|一直|还没|没到|收到|没用过|用过|打开|打算|地址|邮费|多少|什么|公司|我们|金额?(?!\S)|(?<!\S)[个件盒套只副块张支双条瓶](?!\S)|东西|几天|晚了|买的|的?时候|一[套个件份]|以前|有没有|过|星期.|[里中的了吗呢]"
)
STORY = re.compile(
    r"packs?|sets?|boxe?s?|pairs?|part|parts|anything|something|some|date|amount|value|valuable|sum|whether|deliver\w*|dispatched|shipped|sent|state|status|different|contents?|total|returns?|returned|returning|refund\w*|exchange|go|goes|went|through|arrive\w*|received?|process\w*|late|still|open(?:ed)?|unopened|unused|untouched|used|lit|never|wrapp\w+|box|packag\w+|packing|"
    r"postage|pays?|paid|paying|costs?|address|wrong|house|number|cancel\w*|mistake|changed?|mind|days?|long|sign|waiting|broken?|damaged|cracked|working|worked|apart|fix|typed?|entered|gave|put|moved?|moving|old|new|please|options?|sure|month|weeks?|ago|退\S*|晚|邮费|地址|怎么办|没用过"
)
"""Words of such a story that name no goods."""

ASKED_OF_RETURNS = {
    "days": re.compile(
        r"\bhow (?:long|many days)\b|\buntil when\b|\bby when\b|\btoo late\b|\bdeadline\b|\bstill\b|几天|多久|多少天|期限|多长时间|晚了|来得及|还能|还可以"
    ),
    "cost": re.compile(
        r"\bcosts?\b|\bpays?\b|\bpaying\b|\bpostage\b|\bcharge[ds]?\b|\bfree\b|邮费|运费|费用|多少钱|收费|免费|要钱"
    ),
}
"""What may be asked of returns in general."""

OF_A_DAY = re.compile(r"\b(today|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day)'?s\b")
DAYS_LONG = re.compile(r"(\d+) ?(?:working )?(?:days|天)")
WAITS = re.compile(r"(\d+) working days have passed|过去 ?(\d+) ?个?工作日")
RULES = {
    "fault": gettext_noop("faults that show later, months, repair"),
    "broken": gettext_noop("if something arrives broken or damaged"),
    "wrong": gettext_noop("something arrives wrong or missing, not what you ordered"),
    "late": gettext_noop("a parcel does not arrive, we look for it"),
}
"""What documents call what may be wrong with an order."""

HARMED = {"broken", "wrong"}
WHAT_NOW = re.compile(
    r"\bhow long (?:do|have) (?:i|we) (?:have|got|get) (?:to|for) (?:tell|report|let|write|claim|complain|say|reporting|telling)\w*|"
    r"\bwhat (?:now|next|then|happens|(?:should|shall|can|do|must|could|would) (?:i|we|you)|am i to)\b|"
    r"\bhow (?:do|can|should|shall) (?:i|we) (?:report|claim|go about|proceed|sort|tell|let|get)\b|\bwhere do i (?:report|turn|go)\b|"
    r"怎么(?:办|处理|申请|反映|报|弄|做|解决)|如何(?:处理|申请|解决)|该做什么"
)
"""What goods came as of which a new one is sent, and who asks what to do about it."""

SPENT = re.compile(r"\bsp(?:en[dt]|ending)\b|花了?|消费")
ASKED_OF_ORDERS = {
    name: re.compile(pattern)
    for name, pattern in {
        "items": (
            r"\bwhat(?: \w+)?(?: is| was| were| are)?(?: \w+)? (?:in|inside)\b|\b(?:what|which)\b.{0,20}\b(?:did|have|had) (?:i|we) (?:just |last )?(?:order|buy|get|bought|ordered|got)\b|\bcont(?:ents?|ain\w*)\b|"
            r"\bshow me\b|买了?(?:什么|些|啥|哪些)|里面?(?:都)?(?:有|是)(?!多少|几)|有(?:什么|哪些|啥)|明细|内容"
        ),
        "total": (
            r"\bhow much\b(?! (?:more|less))|\btotal\b|\b(?:cost|pay|paid|amount)\b|\bc[oa]me to\b|多少钱|总[价额计共]|金额|花了|合计|价格"
        ),
        "expected": (
            r"\b(?:arriv\w*|eta|expect\w*|due|turn\w* up|get here|be here|deliver(?:y|ed)|land(?:ed)?)\b|\bwhen will\b|[能会可]到|[时哪]天?候?.{0,2}[送到]|送达|到货|收到|到了?[吗没]"
        ),
        "state": r"\b(?:where|status|state|on its way|shipped|dispatched|sent|left|track\w*|news of)\b|到哪|发货|寄出|状态|物流",
        "placed": r"\bwhen (?:did (?:i|we)|was (?:it|that))\b|\b(?:what|which) (?:day|date)\b|\bdate\b|(?:什么时候|哪天|几号|何时).{0,3}(?:下|买|订)|下单(?:时间|日期)",
        "orders": (
            r"\bhow (?:many (?:orders|times|purchases|parcels)|often)\b|\b(?:number|count) of (?:my |the |our )?orders\b|\borders\b.{0,60}\bhow many\b(?! (?:things|items|products|lines))|"
            r"(?:几|多少)(?:次|单|笔|个?订单)"
        ),
        "count": (
            r"\bhow many (?:different |separate )?(?:things|items|products|lines|goods|kinds|sorts|articles)\b|几(?:种|样|件|款)|多少(?:种|样|件|款)"
        ),
        "dearest": (
            r"\b(?:spen[dt]|cost|paid?) (?:\w+ )?(?:the )?most\b|\b(?:most expensive|dearest|priciest) (?:line|thing|item|product|one)\b|\b(?:dearest|priciest|costliest|most expensive)(?: of (?:them|those|these))?$|花(?:得|的钱)?最多|最贵的?(?:是|一样|一件|东西|商品)"
        ),
    }.items()
}
"""What may be asked of one order."""

PAID = re.compile(
    r"\b(?:cost|set) (?:me|us)\b|\b(?:did|have|had) (?:i|we) (?:\w+ )?(?:pay|paid|spend|spent) (?:\w+ )?(?:for|on)\b|我.{0,8}(?:付|花)了?多少"
)
"""Asks what goods that they bought were."""

ONE_OF_THEM = re.compile(
    r"\b(?:(?:my|our) (?:(?:very )?(?:last|latest|recent|newest|most recent|current|new) )?(?:one|order|parcel|package|delivery|shipment)|(?:the|that|this) (?:last|latest|recent|newest|most recent)? ?(?:order|parcel|package))\b(?!s| before| number| history)|"
    r"(?:我的?|上|最近|最新|最后|这|那)的?(?:那|这)?[一个笔张]*(?:订单|单|包裹)(?!号)|(?:最近|最后|上)一?次(?:买|下单|购|订)"
)
"""One order of theirs: the latest, where nothing else says which."""

_MOST = r"(?:biggest|largest|greatest|highest|dearest|priciest|costliest|(?:most|least) (?:expensive|valuable)|smallest|lowest|cheapest)"
EXTREME_ORDER = re.compile(
    rf"\b{_MOST}\b(?: \w+){{0,2}} (?:orders?|purchase|bill|shop)\b|\b(?:orders?|purchases?)\b.{{0,40}}\b(?:{_MOST}|(?:cost|come|came|spen[dt]|paid|worth) (?:\w+ )?(?:the )?(?:most|least))\b|"
    rf"\b{_MOST} (?:sum|amount|total)\b.{{0,40}}\bone (?:order|go)\b|最(?:贵|大|高|多|便宜|小|低|少)的?.{{0,4}}(?:订单|单|一笔)|(?:订单|单|笔).{{0,8}}最(?:贵|大|高|多|便宜|小|低|少)"
)
_ITS_GOODS = r"(?:(?:things?|items?|products?|articles?|lines?|pieces?)|(?:in|from|on) (?:it|that|this|there)|(?:in|from|of) (?:my|our|the|that|this) (?:\w+ ){0,3}order|order \d+)"
OF_ITS_GOODS = re.compile(
    rf"\b(?:{_MOST}|most|least)\b[^,;?.-]{{0,25}}\b{_ITS_GOODS}\b|\b{_ITS_GOODS}\b[^,;?.-]{{0,25}}\b(?:{_MOST}|the (?:most|least))\b(?! order)|"
    r"(?:单[里中]|里面|其中|东西|商品|一样)[^,?。]{0,8}最|最[^,?。]{0,6}(?:东西|商品|一样|[件样款])"
)
"""Picks an order by its sum; asks for the dearest of its goods instead."""

LAST_TIME_ORDERED = re.compile(
    r"\b(?:when|(?:what|which) (?:day|date)|how long ago)\b.{0,20}\b(?:did|have) (?:i|we) (?:last|most recently) (?:order|buy|bought|shop|place)\w*\b(?: (?:from|with|at|here|something|anything|an)\b.*)?$|"
    r"\blast time (?:that )?(?:i|we) (?:ordered|bought|shopped|placed)(?: (?:from|with|at|here|something|anything|an)\b.*)?$|"
    r"\bhow long (?:ago|is it|has it been|since)\b.{0,30}\b(?:order|ordered|bought|shopped|purchase)|"
    r"\b(?:my|our) (?:very )?(?:last|latest|most recent|newest) order\b|"
    r"(?:我|^)的?(?:上|最近|最后|最新)的?[一那这]?(?:个|笔)?(?:单|订单)|(?:上|最近|最后|最新)的?一?[次回]是?(?:在?(?:什么时候|哪天|哪一天|几号|何时))?.{0,3}(?:下的?单|下了单|买东西|购物|订的?货)|距离?.{0,4}上(?:次|一次|一?单).{0,6}(?:多久|几天)|多久没(?:买|下单)"
)
"""Asks for the latest time that they ordered anything, or for the order of then."""

PICKS = re.compile(
    "|".join(
        re.sub(r"\?P<\w+>", "", each.pattern) for each in (EXTREME_ORDER, FIRST, NTH, LAST_TIME_ORDERED, *BACK.values())
    )
)
"""Picks an order by its place or by its sum."""

HOW_MANY_UNITS = re.compile(r"\bhow many\b(?! (?:do|have) you)|几[^天次时点单]|多少[个件盒套只副块张支包双条]")
HOW_MUCH_OF = re.compile(
    rf"{HOW_MANY_UNITS.pattern}|\bhow much\b|\b(?:cost|pay|paid|spen[dt]|come|came|total|amount)\b|\b(?:was|were|is|are) there\b|\bany\b.{{0,30}}\bin (?:it|that|there)\b|多少|一共|总共|合计|有没有|[吗么]$"
)
OF_THAT_ORDER = re.compile(
    r"\b(?:in|on|with|of) (?:it|that|there|this)\b|\bin (?:that|the|this) (?:one|order|parcel)\b|\b(?:did|had) (?:i|we)\b.{0,20}\bthen\b|里面?|[那这][一个]?单|其中|买了|订了"
)
OVER_ALL = re.compile(
    r"\bever\b|\ball (?:of )?my orders\b|\bover the (?:years|time)\b|\bso far\b|\b(?:have|had) (?:i|we) (?:\w+ )?(?:bought|ordered|had|got)\b|\b(?:off|from) you\b|总共买过|买过|一直以来|所有|到现在|到目前|以前"
)
"""Asks how many some goods of the order that was told were, or what they cost; points at that order; means all orders."""

MANY_OF_THEM = re.compile(
    r"\borders\b|\bparcels\b|\b(?:all|every|each|any|other|another|first|second|third|oldest|earliest|biggest|largest|smallest|before|previous|average|usually|often|again|together|than|more|less|dearer|cheaper|difference|which|last (?:two|three|\d))\b|\bever\b|"
    r"[几两三四五]个?(?:订单|单|笔)|哪[一些个]?[单个笔]|所有|全部|每|第[一二三四]|最[早大小贵高低多少]|倒数|之前|上上|上一?个月|平均|比|再|一样|加起来|哪些|几次|每次"
)
"""Asks over several orders, or which of them."""

IN_CART = re.compile(r"\b(?:basket|cart|trolley|bag)$|\b(?:basket|cart|trolley)\b|购物车")
"""Speaks of the cart, and of no order."""

MONEY_BACK = re.compile(
    r"\b(?:refund|money)\b.{0,20}\b(?:yet|come|comes|arrive\w*|through|there|reach\w*)\b|\b(?:when|where)\b.{0,20}\b(?:refund|money)|到账|退款.{0,4}到|(?:什么时候|何时|多久).{0,8}(?:退|钱)"
)


_OWNED = r"\b(?:i|we)(?: (?:have|had|just|only|recently|already))* (?:bought|ordered|got|received|purchased)\b"
_OTHER = r"\b(?:another|different|other|bigger|smaller|larger)\b"
_EXCHANGE = r"(?:exchang(?:e|ed|ing)(?! rate)|swap(?:ped|ping)?|switch(?:ed|ing)?|trad(?:e|ed|ing)(?=.*\bin\b))"
_OF_LOOKS_ZH = "(?:颜色|尺寸|尺码|大小|款式?|花色|号|[大小]一?[点些])"
EXCHANGES = re.compile(
    rf"\b{_EXCHANGE}\b(?=.*(?:{_OWNED}|{_OTHER}))|{_OWNED}.*\b{_EXCHANGE}\b|\bchang(?:e|ed|ing)\b(?=.*{_OWNED})(?=.*\bfor\b.*{_OTHER})|"
    rf"(?:[买订](?:的|了|错)|收到).{{0,20}}换(?!购|季|算)|换货|[能可想要]以?不?[能可]?以?换(?:成|到|个|一个|[件只条]|另)?.{{0,5}}{_OF_LOOKS_ZH}"
)
"""Wants something else in the place of what was bought."""

_FRIENDS = (
    r"(?:friends?|mates?|family|relatives?|colleagues?|neighbou?rs?|somebody|someone|people|others|new customers?)"
)
REFERS = re.compile(
    rf"(?=.*\b(?:rewards?|bonus\w*|referral|credit|earn\w*|benefits?|perks?|thank\w*|in it for me|discount|(?:any|some)thing (?:for|if|when)|"
    rf"get\b.{{0,30}}\b(?:for|if|when)|what (?:happens|do i get))\b)"
    rf".*\b(?:(?:brought|introduced|referred|invited|(?:refer|bring|introduc|invit)(?:e|ing|ring|s)?)(?: in)? (?:(?:a|my|some|the|more|new|other|one of my) )*{_FRIENDS}\b|"
    rf"recommend(?:ing)? (?:you|the shop|your shop|this shop)|{_FRIENDS} (?:signs? up|joins?|uses? my code|registers?|becomes? a customer))|"
    "(?=.*(?:奖|好处|优惠|积分|回报|返|送我|得到什么|有什么用|吗|怎么))(?:(?:推荐|介绍|邀请|拉|带|叫)(?:了|一[个位])?(?:我的?)?(?:新)?(?:朋友|好友|亲友|人来|同事|家人|客户|顾客)(?!.{0,6}(?:礼物|用的|生日))|"
    "(?:朋友|好友).{0,4}(?:注册|加入|用了?我的?(?:推荐|邀请)?码))"
)
"""Asks what bringing somebody to the shop is worth, and seeks no gift for them."""


def matters_in(text: str) -> tuple[str, ...]:
    """What the matter is, the more particular first.

    >>> matters_in("can i send the cracked one back"), matters_in("我想取消订单")
    (('broken', 'return'), ('change',))
    """
    found = tuple(name for name, pattern in MATTERS.items() if pattern.search(text))
    if EXCHANGES.search(text):  # no order is changed by it
        found = (*(name for name in found if name not in ("add", "change", "return")), "return")
    return found
