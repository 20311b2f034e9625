"""How people ask about their own orders and tier, in English and Chinese: tables that `phrases.py` has for everything else."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re

TOGETHER = re.compile(
    r"\b(?:together|combined|in (?:all|total)|altogether|the sum|both|add(?:ed)? up|the lot)\b|加起来|加在一起|一共|总共|合计"
)
COMPARES = re.compile(
    r"\b(?:more|less|fewer|higher|lower|bigger|cheaper|dearer)\b|\bwhich (?:month|quarter|season|one|was|of)\b|\bor\b|\bthan\b|\bcompared?\b|"
    r"哪个|哪一?个?月|还是|比|更多|多还是少"
)
BACK = {
    1: re.compile(
        r"\blast but one\b|\b(?:second|2nd|next)(?: to)?[ -]last\b|\bpenultimate\b|\bbefore (?:the|my) (?:last|latest|most recent)\b|\bbefore last\b|倒数第二|上上(?:个|次|一|单|笔|回)"
    ),
    2: re.compile(r"\blast but two\b|\bthird[ -](?:to[ -])?last\b|\bthird most recent\b|倒数第三"),
}
"""Places of an order from the latest, which has 0."""
FIRST = re.compile(
    r"\b(?:first|oldest|earliest) of (?:all )?(?:my|our) (?:orders|purchases)\b|\b(?:first|oldest|earliest)(?: ever| thing| things)?(?: order| purchase| thing| shop| time)\b|\b(?:oldest|earliest) (?:one|order)|\b(?:did|had|have) (?:i|we) (?:very )?first\b|"
    r"\b(?:i|we) (?:buy|order|get|bought|ordered|got) first\b|\bfirst (?:thing|things) (?:that )?(?:i|we)\b|\b(?:i|we) (?:first|ever first) (?:bought|ordered|shopped)|\border(?:ed)?\b.{0,12}\bfirst time|"
    r"第一(?:次|回).{0,10}(?:下单|下的?单|买|购|订)|第一(?:个|笔|张)?(?:订单|单)|最早的?(?:订单|一单|一笔|那单)|首(?:单|次)"
)
NTH = re.compile(
    r"\b(?P<en>second|third|fourth|fifth|2nd|3rd|4th|5th) (?:ever )?(?:order|purchase|time (?:i|we) (?:ordered|bought))\b|第(?P<zh>[二三四五])[个次笔张]?(?:订单|单(?!价)|下的?单|买)"
)
EXTREME_GOODS = re.compile(
    r"\b(?:most expensive|dearest|priciest|cheapest|costliest|least expensive)\b(?: (?:thing|item|product|article|piece|one|stuff|single thing))?.{0,25}\b(?:i|we)\b.{0,14}\b(?:bought|buy|ordered|order|got|had|purchased|paid)\b|"
    r"(?:买|订)过?的?.{0,8}最(?:贵|便宜)|最(?:贵|便宜)的.{0,4}(?:东西|商品|一件)"
)
LEAST = re.compile(r"cheap|small|least|low|便宜|小|少")
LATEST_FEW = re.compile(
    r"\b(?:last|latest|most recent|past) (?P<en>two|three|four|2|3|4) (?:orders|purchases|parcels)\b|\b(?P<before>two|three|four) (?:last|latest|most recent) (?:orders|purchases)\b|(?:最近|最后|上|近|前)的?(?P<zh>[两二三四2-4]) ?(?:个|笔|张|次|回)?的?(?:订单|单|下单|购物|购买|消费|买)"
)
EXTREME_OF_IT = re.compile(
    r"\b(?:most expensive|dearest|priciest|cheapest|costliest|biggest|largest|smallest)\b.{0,25}\b(?:in|of|on|among) (?:it|that|there|them|those|these)\b|(?:其中|里面).{0,6}最(?:贵|便宜|大|小)|"
    r"^(?:and )?(?:what|which)(?: one| order)? (?:was|is) (?:the )?(?:biggest|largest|smallest|dearest|cheapest|most expensive|priciest)(?: one)?$|^哪.{0,3}最(?:贵|便宜|大|小|多)$"
)
_SEVERAL = (
    r"\b(?:(?:which|any|how many|all|list|show|other|more)\b.{0,20}\b(?:orders?|parcels?|packages?|things)|orders|parcels|packages|deliveries|shipments|(?:any|some|no|every)thing|others?|which of|(?:is|are) there (?:any )?more|more of mine|"
    r"what (?:else )?(?:is|are|have you|has|have i)|any ?more)\b"
)
_TO_COME = r"\b(?:on (?:their|its|the) (?:way|road|move)|not (?:yet )?(?:\w+ )?(?:arrived|come|here|been delivered|delivered|turned up|shown up|reached me|landed)|under ?way|outstanding|in transit|(?:still|yet) to (?:come|arrive|be delivered|get here|reach me)|(?:still|else) (?:coming|arriving)|pending|(?:do|should|can|must) (?:i|we) (?:still )?expect|(?:due|set|scheduled) to (?:arrive|come|be delivered|turn up|reach me)|coming (?:to me|my way)|(?:am|are) (?:i|we) (?:still )?(?:waiting for|expecting|due))\b"
_TO_COME_ZH = "(?:(?:没|未)(?:有)?(?:送到|送达|寄到|收到|到|送)(?!货)|在?路上|在途|正在?(?:寄|发|送)给我|运输中|派送中|配送中|等着?收)"
UNDERWAY = re.compile(
    rf"{_SEVERAL}.{{0,60}}{_TO_COME}|\b(?:am|are) (?:i|we) (?:still )?(?:waiting for|expecting|owed) (?:any|some|more)|\bhave (?:i|we) (?:still )?got coming\b|\b(?:i|we) (?:still )?have (?:still )?(?:got )?coming\b|"
    r"\b(?:which|what)\b.{0,20}\b(?:orders?|parcels?|packages?)\b.{0,12}\b(?:comes?|arrives?|due|be here|gets? here)\b.{0,12}\b(?:first|next|soonest|earliest)|"
    r"\b(?:have|are|did) (?:all|both|any) (?:of )?my (?:orders|parcels|packages)\b.{0,20}\b(?:delivered|arrived|arrive|come|here)|哪个?(?:包裹|订单|单|快递).{0,4}(?:最先|先|最早|最快)到|(?:订单|包裹|快递)都(?:到|送到|送达|收到)了?吗|"
    rf"(?:还有|哪些|哪几|几[个单笔]|多少(?:订单|个|单|包裹|东西)|别的|其[他它]|另外|有没有|有什么|东西|都).{{0,10}}{_TO_COME_ZH}|{_TO_COME_ZH}的?.{{0,3}}(?:订单|包裹|单|东西|有哪些|有吗)"
)
TO_COME = re.compile(f"{_TO_COME}|{_TO_COME_ZH}")
ELSE = re.compile(r"\b(?:else|others?|more|besides|apart from|except|aside from)\b|别的|其[他它]|另外|除|还有")
"""Asks which orders have yet to arrive, and which beside the one that was told."""
MONTH_BESIDE = re.compile(
    r"\b(?:the )?month (?:(?P<back>before)|after)\b|\bthe (?:next|following) month\b|(?P<zh>前一个月)|(?:后|下)一?个月呢?$"
)
IN_SUM = re.compile(r"\b(?:together|combined|altogether|in all|in total|total|sum)\b|一共|总共|合计|加起来")
THAN_BEFORE = re.compile(
    r"\bthan (?:in )?(?:the )?(?:last|previous) (?:(?P<month>month)|year)\b|比(?:去年|上个?(?P<zh>月))"
)
AVERAGE = re.compile(r"\b(?:average|typically|on the whole|usually spend|mean)\b|平均")
HOW_MANY_ORDERS = re.compile(
    r"\bhow (?:many|much|often)\b|\b(?:number|sum|total) of\b|\b(?:spen[dt]|come to|came to|cost)\b|几|多少"
)
WHICH_GOODS = re.compile(
    r"\b(?:which|what)\b(?: \w+'?s?){1,4} (?:have|did|do|had) (?:i|we)\b|\ball the\b.{0,30}\b(?:i|we)\b|哪些|哪几|什么样的|所有"
)
"""Asks for two orders together, to compare two times, for the first order, the dearest thing, the mean, the goods of a kind."""
_HISTORY_WORDS = """
ever first oldest earliest expensive dearest cheapest priciest average month months quarter quarters season week weeks
weekend anything something nothing spend spent spending more less than since altogether total sum together combined
compared most least half thing item items things penultimate back returned return sent send already one ones far whole
single orders order ordered placed placing made make purchase bill bigger higher lower fewer usually typically per each
had bought buying got years often frequently regularly came come arrived inside out two three four anybody recent latest
january february march april june july august september october november december
start beginning until till onwards date purchased taken remind remember recall forgot forgotten
"""
HISTORY_WORDS = frozenset(_HISTORY_WORDS.split())
HISTORY_WORDS_ZH = re.compile(
    "^[初底中]?以来?$|^[初底]$|倒数第[一二三]|第[一二三四](?:次|季度)?|[上这本]?个?季度|[上下]半年|[春夏秋冬]天|星期[一二三四五六日天]?|周末|平均|最[贵便宜早多少]*|加起来|东西|商品|订单|单子|"
    "哪[些个一]|多少|什么|个?月份?|[年日号个]|买过?|订过?|花(?=[了过多少钱得]|$)|下过|[我你们钱了过的下几单笔每共总比还更多少都在有没吗呢次回和跟与得]"
)
"""Words of such questions that name no goods, and what of a Chinese word names none."""

TO_NEXT = re.compile(
    r"\b(?:missing|lacking|short|left to|away from|far (?:off|from)|next (?:one|tier|level)|need(?:ed)? (?:more|for|to)|more do i|(?:get|bring|take|bump|move) me (?:up )?to|it take to (?:get|become|be|reach))\b|还差|差多少|下一级|再花"
)
HIGHER = re.compile(
    rf"{TO_NEXT.pattern}|\b(?:next$|(?:comes?|one|tier|level|what is|anything|something|there) (?:after|above|beyond|over|next|higher|better)(?: that| it| this| mine)?|"
    r"(?:go|get|move|climb|rise|be) (?:any |even |still )?(?:higher|further up|upgraded|up)|(?:highest|top|best)(?: one| tier| level)?$|upgrade)\b|"
    "下一个?(?:等级|档|级)|往上|更高|上面|再升|升级|还能.{0,4}升|最高"
)
"""After words of tiers, what is missing; after an answer about one's own tier, whether there is one above it."""
OWN = re.compile(
    r"\b(?:have|did|had|do|was|were|am) (?:i|we|my)\b|\bwhere (?:is|are) my\b|\bmy (?:last|latest|first) order|我的?(?:上|最近|订单|包裹)"
)
"""A question about one's own orders and no rule."""
OWN_TIER = re.compile(
    r"^(?:but |and |well,? )*(?:i am|i'm|we are) (?:a |an )?(?:silver|gold|platinum)(?: (?:member|customer|tier|status|level))?$|"
    r"^(?:可是?|但是?|不过|而且|那)?我是(?:个|你们的?)?(?:普通|银|金|白金|铂金|黄金|白银)(?:卡|牌|会员|客户|顾客|用户)+[的呢啊哦了呀嘛]*$"
)
OF_ONE_TIER = re.compile(
    r"^(?:and |but |so |what about |how about |is (?:it|that|this) (?:free |the same )?|even |also |for )*(?:for )?(?:a )?(?P<en>silver|gold|platinum)"
    r"(?: (?:members?|customers?|tier))?(?: (?:too|as well|though|then|pays?|free))*$|"
    r"^(?:那|那么|如果是?|对|给)*(?P<zh>普通会员|银卡|金卡|白金|铂金|黄金)(?:会员|客户|卡)*(?:也|呢|要|是|就|有|免|能|多|几|不).{0,8}$|^(?:那|那么)?(?:金卡|银卡|白金)(?:会员)?$"
)
"""Somebody tells their tier, or asks what a rule that was quoted just now is for one tier."""
CONTENTS = re.compile(r"\bwhat (?:is|was|else is|all is) (?:in|inside) (?:it|that|there)\b|里面?(?:有|都有|是)什么")
"""After an order that was told: what is in it."""
