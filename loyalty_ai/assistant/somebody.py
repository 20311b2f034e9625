"""The words by which a message asks for what is somebody else's: other customers, people by name, what is the shop's own affair.

Only tables; `phrases` holds them beside those of the other intents.
"""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re

SOMEBODY = (
    r"(?!(?:i|we|you|it|they|the|this|that|these|those|my|your|our|a|an|her|his|their|she|he|people|most|everyone|everybody|others?|customers|shoppers|anyone|anybody|someone|somebody|"
    r"in|not|and|or|all|any|each|one|there|orders?|parcels?|delivery|postage|stuff|things?|money|gold|silver|platinum|members?|tiers?|today|yesterday|last|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august|september|october|november|december)\b)[a-z]{2,}"
)
"""Somebody by name, as the one who buys: no pronoun, and none of the words that stand there otherwise."""

RELATIVE = (
    "wife|husband|hubby|partner|mum|mom|mother|dad|father|sister|brother|son|daughter|friend|mate|neighbour|neighbor|boss|"
    "colleague|coworker|girlfriend|boyfriend|fiance|fiancee|flatmate|roommate|ex|aunt|uncle|cousin|nan|gran|grandma|"
    "grandmother|grandad|grandfather|teacher|ex-wife|ex-husband|kids?|parents?"
)
RELATIVE_ZH = (
    "婆婆|公公|岳母|岳父|嫂子|表妹|教子|老公|老婆|丈夫|妻子|先生|太太|妈妈|母亲|我妈|爸爸|父亲|我爸|朋友|同事|邻居|男友|女友|男朋友|女朋友|儿子|女儿|姐姐|妹妹|哥哥|弟弟|前任|前男友|"
    "前女友|前夫|前妻|老板|室友|同学|闺蜜|奶奶|爷爷|外婆|外公|孩子|老师|亲戚|表哥|表姐|侄女|侄子|外甥女?|孙子|孙女"
)
INSISTS = re.compile(
    rf"^(?!.*\b(?:gifts?|presents?|my (?:orders?|parcel|tier|account)|i)\b).*\b(?:she|he|her|him|they|{RELATIVE}|allowed|permission|said|(?:my|our) (?:company|firm|office|business|work)(?:'s)?)\b|^(?!.*(?:礼物|我的)).*(?:他|她|同意|允许|{RELATIVE_ZH})"
)
"""Speaks of somebody, and of nothing of one's own."""

THEIRS = "orders?|purchases?|address|e-?mails?|phone|account|basket|cart|spending|tier|parcel|password|shopping history"
PRIVATE = (
    "orders?|purchases?|address|addresses|e-?mails?|phone|account|accounts|basket|cart|details|data|history|spending|tier|parcel|"
    "package|delivery|invoice|password|card number|cards?"
)

_GIVEN = """
adam alan alex alexander alice alison amanda amelia amy andrea andrew angela anna anne anthony barbara ben benjamin beth brian
bruce carol caroline catherine charles charlie chloe chris christine christopher claire colin daniel dave david deborah dennis
diana donna doris dorothy edith edward eleanor elizabeth ella emily emma eric ethan eva evelyn fiona finn frances frank gareth
gary gavin geoff george gillian grace graham greg hannah harold harry hassan helen henry hilda howard hugh ian ingrid isabella
isla jacob james jane janet jason jean jennifer jenny jeremy jessica jim joan joanna joe john jonathan joseph josh joshua joyce
judith judy julia julie karen kate katherine kathleen katie keith ken kenneth kevin laura lauren leo leon liam linda lisa louise
lucas lucy luke lynn malcolm marcus margaret maria marie martha martin mary matt matthew maya megan mia michael michelle mike
mohammed muhammad nancy natalie neil nicholas nick nicola nigel nina noah nora oliver olivia oscar pamela patricia patrick paul
pauline peter philip phoebe priya rachel ralph raymond rebecca richard rita robert robin roger ronald rosemary ruby rupert ruth
sally sam samantha samuel sandra sarah scott sean sharon sheila shirley simon sophia sophie stella stephen steve steven stuart
susan suzanne sylvia teresa terry theresa thomas tim timothy tina tom tony tracey tracy vera veronica vincent walter wendy yusuf zoe
"""
"""Given names that are hardly words of goods, days or places."""

NAME = rf"(?:(?:mr|mrs|ms|miss|dr|mister)\.? [a-z]+|(?:{'|'.join(_GIVEN.split())})(?: (?!(?:has|have|had|is|was|and|or|in|at|on|with|what|where|when|how|who|did|does|this|last|just|also|already|ever|please|bought|ordered|placed|spent|returned)\b)[a-z]{{3,}})?)"
"""Somebody by a plain name: "mrs patel", "sarah", "sarah jones"."""

_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方邹孟熊秦邱江尹薛段雷侯史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔"
NAME_ZH = rf"(?:(?:[小老阿][{_FAMILY}]|[{_FAMILY}](?:先生|女士|小姐|太太|老师|阿姨|叔叔|总)|(?!周)[{_FAMILY}][三四五六]|小[明红丽芳]|(?<![a-z])(?:{'|'.join(_GIVEN.split())}|mrs?\.? [a-z]+)(?: [a-z]+)?(?![a-z])))"

CUSTOMER = "(?:vip|customer|client|shopper|buyer|user|member|spender|account holder)s?"
CUSTOMER_ZH = "(?:客户|顾客|用户|会员|买家|客人)"
ANYBODY = (
    f"(?:{CUSTOMER}|people|persons?|anyone|anybody|someone|somebody|everyone|everybody|others?|the others|the rest)"
)
BOUGHT = "(?:bought|buys?|ordered|orders?|purchased?|purchases|spent|spends?|paid|placed|returns?|returned)"
BOUGHT_ZH = "(?:买|下单|下的?单|下了|订了|订购|花|消费|付了|退了?货|退的?货)"
OF_TIER = "(?:gold|silver|platinum)"
"""The people of a shop, what they do there, and in which tiers they are."""

# Each row: weight, English, Chinese, as in `phrases.INTENTS`; what takes weight away only seems to ask for somebody else.
OTHERS: tuple[tuple[int, str, str], ...] = (
    (8, r"(check|see|tell|know|find out|look)\b.{0,20}\b(hers|theirs|his one)\b", ""),
    (
        8,
        rf"(other|another|a different|different|random|previous|next|last|latest|newest|your best|best|richest|biggest|largest|top|average|typical|highest[- ]spending|"
        rf"most (loyal|valuable|frequent|active|expensive)|(top|best|biggest|first|last) (\d+|two|three|five|ten|twenty)) (?:paying |spending |loyal )?({CUSTOMER}(?! (service|support|care))|spenders?)(?!\w)|"
        rf"{CUSTOMER} (before|after) me|the (person|one) (before|after) me|(which|what|whose) (of )?(your |the |these )?(other |{OF_TIER} )?({CUSTOMER}|people|persons?) (have |has |had |did |do |does |is the |are the )?(\w+ )?({BOUGHT}|lives?|come from|most|best|biggest)\b|(which|what) {CUSTOMER} {BOUGHT}\b|(who|which) are (your|the) (\w+ )?{CUSTOMER}\b|(every|all|any) (the )?orders?\b.{{0,40}}\b(in|on) (your|the) (system|database|books|shop)\b|\b(the|a|that|any) {CUSTOMER} (who|that|with)\b.{{0,30}}\b({BOUGHT}|orders?)\b",
        rf"((?<!给)(?<!到了)(?<!到)(?<!错)别人(?!送|给)|(?<!给)他人|(?<!级)别的(人|{CUSTOMER_ZH})|其他({CUSTOMER_ZH}|人)|(另一|某|哪)(个|位|些|几[个位])({CUSTOMER_ZH})(?!等级|级别|制度|权益|福利|好处|卡|价)|[上下前]一[位个名]({CUSTOMER_ZH}|买家|人))",
    ),
    (
        8,
        rf"who (else )?(is|are|has|have|'s)( all)?( in| on| at)?( the| your| a)*( highest| most| top| best| biggest)+ (spen\w+|orders?|tier|{CUSTOMER}|{OF_TIER})|who( is|'s)? (in|on|at) the (top|highest) (tier|level)|"
        rf"who (else )?(is|are|has|have) (a |your )?{OF_TIER}\b|who\b.{{0,20}}\b(spends?|spent|buys?|bought|orders?|ordered|returned|returns) (the )?most|"
        rf"(name|list|show me|tell me) (me )?(your |the |all )*(top|best|biggest|other|latest) (\w+ )?({CUSTOMER}|spenders?)|"
        rf"(what|how much|how many|how often)\b(?! do(es)? (people|everyone|everybody|{CUSTOMER}) buy\b).{{0,24}}\b(do|does|did|has|have|an?|the|your) (ever )?(your |other |most |average |typical |{OF_TIER} )*{ANYBODY}( else| ever)? (ever )?(spend|spent|order|ordered|bought|buy|pay|paid)\b(?! (extra|more|for (delivery|returns?|postage|it)|duty|vat|tax|by|with|most)\b)|"
        rf"((most|least)|(largest|biggest|dearest|latest|last|first|most \w+)\b.{{0,12}}\borders?\b.{{0,20}}) (that )?((anyone|anybody|somebody|someone|any customer|a customer)|(?:in|of|at) (?:the|your|this) (?:whole |entire )?(?:shop|store)|by all|you (have )?ever (had|got|received))\b(?!.{{0,12}}\b(my|me)\b)|"
        rf"how many (\w+ ){{0,2}}({CUSTOMER}|people|others)\b( there)? ?(are (there|in|on|gold|silver|platinum|members)|(do|have|did) you|(has|have) (\w+ )?{BOUGHT}|{BOUGHT}|shop|$)|(how many|what|which) orders? (did|does|do|has|have) (the|your|this) (shop|store)\b|(average|mean|total|typical) (spend\w*|order( value)?|basket|sales?) (per|of|by|for) (each |every |a |an |all |your )*{ANYBODY}|{CUSTOMER} (called|named|by the name)\b|account (for|of|under|named|called) {NAME}",
        rf"(谁|哪位|哪个人|哪些人|什么人).{{0,10}}{BOUGHT_ZH}.{{0,4}}(最|多)|{BOUGHT_ZH}.{{0,6}}最(多|高|大|贵).{{0,6}}({CUSTOMER_ZH}|的人|谁)|{BOUGHT_ZH}.{{0,8}}前.{{1,3}}的?({CUSTOMER_ZH}|人|名)|谁.{{0,3}}(最|很)?{BOUGHT_ZH}.{{0,3}}最|"
        rf"{CUSTOMER_ZH}(们|里|中|当中)?的?(平均|人均|每人|一般).{{0,6}}{BOUGHT_ZH}|{CUSTOMER_ZH}(们|里|中|当中)面?.{{0,4}}谁|(住|来自).{{1,8}}的?{CUSTOMER_ZH}|(?<!我)(?<!我的)(?<!自己)({BOUGHT_ZH}|下)(过|了|的)?(这|那|此|它).{{0,3}}的?(人|{CUSTOMER_ZH}).{{0,4}}(谁|哪)|"
        rf"最.{{1,3}}的?{CUSTOMER_ZH}.{{0,2}}(是谁|有谁)|(哪些人|什么人|哪几个人).{{0,4}}{BOUGHT_ZH}|(叫|名叫|名为|姓).{{1,8}}的{CUSTOMER_ZH}|{BOUGHT_ZH}(过|了).{{1,10}}的?(人|{CUSTOMER_ZH})?(都|有)+是?(谁|哪些人)|[刚上]才?.{{0,2}}那?(一)?[位个]{CUSTOMER_ZH}|(是谁|谁是).{{0,6}}(下的?单?(?![车了])|买的|订的|{CUSTOMER_ZH})|(下单|买|下)(过)?(这|那).{{0,4}}的?人是谁|的人(都)?(是|有)谁|多少([个位名]|白金|金卡|银卡)*{CUSTOMER_ZH}|{CUSTOMER_ZH}们?(一共|总共)?(有多少|有几)[个位名人]|({CUSTOMER_ZH}).{{0,3}}最(多|高|大)的?(一位|一个|人|是谁)",
    ),
    (
        8,
        rf"(?<!for )(?<!to )(?<!with )(?<!princess )(?<!i am )(?<!this is ){NAME} (has |have |had |also |just |already |ever |last |recently )*({BOUGHT}|shopped|shops)\b(?! (for )?(me|us)\b)(?!.*\b(gift|present|return it|exchange)\b)|"
        rf"(?:what|how much|how many|when|where|which|whether|if)\b.{{0,24}}\b(?:did|has|have|does|is|are|was|had) {NAME}\b.{{0,12}}\b({BOUGHT}|pay|buying|got|get|gets|have in|ordering|waiting|in (his|her|the) (cart|basket))\b(?! (for )?(me|us)\b)|"
        rf"{NAME} (has|have|got) in (his|her|their|the) (cart|basket|trolley)|(?:does|has|is|was|did|do) {NAME} (\w+ )?({OF_TIER}|a member|a customer|an? account|shop|shopped|{BOUGHT}|have {OF_TIER}|have an account)\b|{NAME}\b.{{0,16}}\b(is|has) (a |in |on )?{OF_TIER}\b|"
        rf"(tier|level|status|rank) (is|does|has|of) (?:{NAME}|(?:my|his|her|their|our) (?:{RELATIVE}))\b|(orders?|purchases?|parcels?|package|cart|basket|account|tier|spending|address|e-?mail|conversations?|history|details) (of|from|by|belonging to) (?!\w+ (street|road|lane|avenue)){NAME}(?! (wedding|party|collection|range|design|street|road))\b|(address|e-?mail|phone)( number)? (of|for) {NAME}|"
        rf"{NAME}'?s (\w+ )?({THEIRS}|conversations?|details|deliver(y|ies)|package|chats?)\b|{NAME} (and|or) {NAME}\b.{{0,40}}\b({BOUGHT}|tier)|^(and |so )?{NAME}, what (did|has|does) (he|she)",
        rf"(?<!给)(?<!给 )(?<!送)(?<!送 )(?<!和)(?<!跟)(?<!我是 )(?<!我是)(?<!寄)(?<!到){NAME_ZH} ?(这个人|的|在你们(这里?|店里?)?|还差多少|最近|上(一?个?月|次|周|星期)|昨天|今年|去年|一年|每年|每个?月|一共|总共|是不是|是否|有没有|一共|总共|目前|现在)*.{{0,4}}(订单|包裹|快递|等级|购物车|账[号户]|地址|电话|邮箱|积分|{BOUGHT_ZH}|是.{{0,4}}(会员|金卡|银卡|白金|{CUSTOMER_ZH})|(还|要|离).{{0,4}}(差|花|多少))(?!.{{0,8}}给我)",
    ),
    (
        -20,
        rf"(i|we) (have |had |just |also |only )*(received|got|been sent|were sent|was sent|was given|opened|found)\b.{{0,40}}\b(another|other|somebody|someone|else|different|wrong)|you (have |had |just )*(sent|delivered|given|posted)\b.{{0,20}}\b(me |us )?.{{0,20}}\b(another|somebody|someone|else'?s?)|"
        rf"(my|our) (parcel|order|package|delivery)\b.{{0,30}}\b(to|by|for|at|with|from) (a |my |the |our )?({RELATIVE}|(someone|somebody|another|other|next door))|(?<!what )(?<!which )({RELATIVE}|someone else|somebody else|else|neighbours?) (has |have |had |just |already )*(taken|took|take[ns]?|signed|accepted|collected|stole)\b.{{0,12}}\b(my|our|the|it) ?(parcel|order|package|delivery)?|"
        rf"(^|[,.;] ?)(i|we) (have |had |just )*(bought|ordered|sent|got)\b.{{0,24}}\b(for|to) (my|our|a|{NAME})|(order|parcel|present|gift|thing|\w+s?) (i|we) (have |had )?(bought|ordered|sent|got)\b.{{0,24}}\b(for|to) (my|our|his|her|a|{NAME})|(my|our) (orders?|parcel|present|gift) (for|to) |(on|from|with|through|under|via) my (own )?account|can (my|our) ({RELATIVE}) (use|share|have|see)\b|(my|a|the) ({RELATIVE}) and (i|me)\b|(me|i) and (my|a|the) ({RELATIVE})\b|"
        rf"(somebody|someone|anybody|people|{RELATIVE}|{NAME})( else)? (has |have |had )?(bought|got|gave|given|sent|ordered)\b( it| this| that| something| a \w+)? (for )?(me|us)\b|(can|could|do|will|may) (other|another|somebody|someone|anybody) ?({CUSTOMER}|people|else)? (\w+ )?(see|look|read|know|view)\b.{{0,30}}\b(i|my|me)\b|"
        rf"(if|before|in case) (somebody|someone|anybody|another|other) ?({CUSTOMER}|people|else)? (buys?|orders?|takes?|gets?|snaps?)|(?:(?:am|are|was|were|be|become|becoming|being|count as|counted as) (?:i |we )?|as )(one of |among )?(a |an |the |your |their )*(new |good |regular |loyal )?(best|biggest|top|average|other|first|typical|most loyal) {CUSTOMER}|"
        rf"how many {CUSTOMER} (can|could|will|would|fit)\b|\b(?:use|used|using)\b.{{0,12}}\b(?:my|our|a|the|your) (?:friend |referral |own )?code\b|(do|can|should) (other |new |most )?{CUSTOMER} (like|say|think|pay|recommend|prefer)",
        "(收到|寄来|发来|送来|拿到|给我).{0,6}(了)?(别人|他人|其他人)的|(别人|他人|人家|朋友|[\u3400-\u9fff]{1,3})(送|给|买给)我的|谁(给我)?签收|是谁签|(别的|其他)(人|顾客|客户|用户|会员|买家)们?(都|一般|也)?(喜欢|爱|觉得|怎么看|推荐)|(别人|其他人|他人|顾客|客户).{0,6}(看到|看见|知道|看得到).{0,6}我|买给|(?:^|(?<=我的)|(?<=我)|(?<=这个))(账[号户]|订单)(里|名下)|在我的?账",
    ),
    (
        8,
        rf"(someone|somebody|anyone|anybody|person|people|everyone|everybody) else'?s?\b(?! (?:\w+ )?(?:see|look|read|view|access|know) (?:at |into |about )?(?:my|our)).{{0,25}}\b({PRIVATE}|bought|ordered)",
        "(?<!给)(?<!卖给)(别人|他人|人家|其他人).{0,8}(订单|地址|信息|名字|买|电话|购物车|账|消费)",
    ),
    (
        8,
        rf"(?<!for )(?<!to )(?<!gift )(my|his|her|their|our|a) ({RELATIVE})('?s)? (?!(?:\w+ ){{0,2}}?(?:take|takes|collect|collects|sign|accept|receive|pick|fetch)\b)(\w+ ){{0,3}}?({THEIRS}|bought|ordered|purchased|spent|been (?:buying|ordering))\b(?! me\b)",
        f"(?<!给)(?<!送)({RELATIVE_ZH})( ?[a-z]+ ?)?(的|在|最近|上次|上个月|都|昨天|上周)?.{{0,8}}(订单|买了|买过|(?<=[都常次近般时月周天在这里店])买什么|下的单|下了|下单|账号|账户|地址|电话|购物车|消费|花了|包裹|快递|等级|的单)",
    ),
    (
        8,
        r"(customer|client|user|account|member|buyer|shopper)s? ?(no\.?|number|id|#|nr|named|called|with)? ?#?\d{2,}",
        "(客户|顾客|用户|账号|账户|会员|买家)(号|编号|号码|id)?(是|为|:)? ?\\d{2,}",
    ),
    (
        8,
        r"(all|every|list|list of|export|dump|how many|names? of|details of|emails? of|number of|who are) (of )?(the |your |our |me )*"
        r"(customers?|users|clients|members|buyers|shoppers|accounts|staff|employees|emails)\b(?! (service|support|care))",
        "(所有|全部|列出|导出|哪些|多少|几个|几位|其他)(的|个|位|你们|店里)*(客户|顾客|用户|会员|买家|员工)(?!等级|级别|制度|权益|福利|好处|卡|价)|(客户|顾客|用户|会员|员工)(的)?(名单|列表|资料|数据|数据库|信息|邮箱|电话)",
    ),
    (
        8,
        r"(i am|this is) (actually |really |now )?(the |an |a |your |one of the |from |from the |with the )*((store|shop|site)'s |store |shop |site |system |support |lead |senior )?"
        r"(admin|administrator|manager(?! of)|owner(?! of (a|an)\b)|staff|developer|employee|police|policeman|police officer|ceo|boss|head office|hq|"
        r"headquarters|support|support team|support agent|auditor|engineer|courier|postman|it department|data team|bank)\b|"
        r"i am (calling )?from (the |your )?(\w+ )?(team|department|office)\b|i (work|am working) (for you|at (this|the|your)|here|in (this|the|your) (shop|store))|calling from (?:the|your|our|head)|on behalf of (?!me)|authori[sz]ed",
        "我是(.{0,6})(管理员|店长|老板|员工|客服|开发|工程师|总部|警察|经理|审计|店主|快递员|律师)|我在(你们|这)(公司|店)(上班|工作)|(代表|受).{0,6}(委托|公司)|授权",
    ),
    (
        8,
        rf"(is|are|was|does|has) (the|that|my|this) (woman|man|lady|guy|girl|boy|people|couple|{RELATIVE}|neighbou?rs?)\b.{{0,30}}"
        r"\b(gold|silver|platinum|a member|customers?|account|ordered|bought)\b",
        "",
    ),
    (
        8,
        r"who (else )?(has |have |had |did )?(bought(?! out)|ordered|purchased|buys|orders|lives|owns|is your (best|biggest) customer|"
        rf"spent|spends|placed)|whose\b.{{0,20}}\b({PRIVATE}|bought|bag|basket)",
        "谁(还|都|也)?(买|下单|购买|花|住|是你们)|谁的(订单|地址|账|包裹)",
    ),
    (
        8,
        rf"(what|how much|how many|how often|when)( \w+)? (did|has|have|does|is) {SOMEBODY} (\w+ )?"
        r"(buy|bought|order|ordered|purchase|purchased|spend|spent|buying|got in)\b|"
        rf"^(and |so )?(has|did|does) {SOMEBODY} (ever |just |already |really )?(bought|buy|ordered|order|purchased|spent|spend|shop|shopped)\b|"
        rf"(tier|level|status|rank) (is|does|has) {SOMEBODY} (on|at|in|have|has|reached|got)\b|"
        rf"(my|his|her|our) ({RELATIVE})( [a-z]+)? (also |too |has |have |regularly |often )*(shops?|shopped|buys?|orders?|is (also )?a (customer|member))\b(?!.*\b(gift|present|birthday|for (her|him|them))\b).{{0,20}}\b(here|with you|from you|too|as well)\b",
        f"({RELATIVE_ZH})( ?[a-z]+)? ?(也|都|经常|常常|常)*在(你们|这|贵)[^礼]*?(买|下单|购物)|({RELATIVE_ZH})( ?[a-z]+)? ?(也|都)?是你们的?(会员|顾客|客户)|(最好|最大|大)的?(顾客|客户)",
    ),
    (
        8,
        rf"(?!(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|winter|week|fortnight)'s)(?!(it|that|what|when|why|which|today|tomorrow|yesterday|mother|father|children|kid|valentine|women|men|lady|gentlemen|girl|boy|"
        rf"baby|how|where|who|there|here|she|he|let|shop|store|month|week|year|last|everyone|order|parcel)'s)[a-z]+'s (\w+ )?({THEIRS})\b|"
        rf"(?!was\b|is\b|has\b|this\b|its\b|whats\b|as\b|does\b|months\b|weeks\b|years\b|products\b)[a-z]+s (last|latest|recent|previous) "
        rf"(orders?|purchases?)|(orders?|purchases?|address|e-?mail|phone( number)?|account|cart|basket) (of|from|for|belonging to) "
        rf"(mr|mrs|ms|miss|dr|customer|client|user|my ({RELATIVE})|him|her|them|(?<=of )(?!me\b|my\b|the\b|your\b|a\b){SOMEBODY}$)\b",
        "",
    ),
    (
        8,
        r"(under|in|with) (his|her|their|another|a different|someone else'?s) (name|account)|(log|sign) (me )?in as|"
        r"(switch|change) (me )?to (the |an? )?(account|user|customer)|(as|be|am) customer \d|impersonate|"
        r"(?<!to )(his|her|their) ((\w+ )?(tier|membership|points)|order|orders|parcel|purchases?|address|account|basket|cart|e-?mail|phone)\b|"
        r"\ball (the |your )?orders (that |which )?(have |were |are )?(came|come|coming|placed|received|made|from|to)\b(?!.{0,30}\b(i|me|my|we|our)\b)",
        "(他|她|他们|人家|对方)的?(订单|账号|账户|地址|购物车|包裹|电话|邮箱|名下|名字)|(登录|切换)(到|成|为)?.{0,6}(账号|账户|用户)|冒充|以.{1,8}的身份|"
        "(他|她)们?(最近|上次|都|在这|一共|总共|平时|一般)?.{0,4}(买了|买过|买什么|买些|下过|订了|花了|花过|消费|.{0,6}等级)",
    ),
    (
        8,
        r"(staff|employee|employees|supplier|worker|manager)'?s? (\w+ )?(names?|data|salary|salaries|wages|e-?mails?|phone|address|list|home)|"
        r"(your|the shop's|company|store) (revenue|turnover|profit|margins?|sales figures|database|supplier|suppliers|tables?)|"
        r"(purchase|cost|wholesale|supplier) price (you|of)|how much (money|profit) do you make|sales (figures|numbers)|"
        r"(address|e-?mails?|phone|names?|salary|salaries|number) (address )?(of|for) (your |the |a |any )?(staff|employees?|workers?|suppliers?|owner|manager|boss)",
        "员工.{0,4}(工资|名单|电话|信息|邮箱|住址)|(你们|公司|店里)的?(营业额|利润|毛利|销售额|进价|成本|供应商|数据库|收入)|赚多少|进货价",
    ),
    (
        8,
        rf"(order|ordered|orders|purchase|parcel|package|account|placed) (\w+ ){{0,2}}(by|for|of|from) (?!me\b|myself\b)(my|his|her|their) ({RELATIVE})",
        "",
    ),
    (
        8,
        "",
        r"(?<![a-z] )(^|[，。,]|查一?下?|看看|告诉我) ?(?!我)[a-z]{2,} ?[^a-z我]{0,4}(订单|买了|买过|下单|账户|花了|消费|等级)|(张三|李四|王五|小[王李张刘陈明红]).{0,6}(订单|买了|买过|下单|地址|电话|邮箱|账|购物车|花了|消费|住|等级)|(订单|购物车|账户|账号).{0,3}(属于|是谁)",
    ),
    (
        8,
        rf"(look up|look at|see|check|show|tell|find out|know|view|access|get)\b.{{0,40}}\b(what|which|how much|when) (\w+ )?(he|she|they|my ({RELATIVE})|(his|her|their|our) ({RELATIVE})) (has |have |had |did |last |just |already )*(bought|ordered|purchased?|spent|spends?|buys?|orders?|got)\b(?! me\b)|"
        rf"(what|which) (tier|level|status) (is|does|has) (he|she)\b|is (he|she) (a )?(gold|silver|platinum)\b|(what|how much|when) (did|has|have|does) (he|she|they|my ({RELATIVE})|(his|her|their|our) ({RELATIVE})) (last |just |already |ever )*(buy|bought|order|ordered|purchased?|spend|spent|get (last|here|from you))\b(?! me\b)",
        f"(({RELATIVE_ZH}|他|她)(说|让|叫|同意|允许).{{0,12}}(查|看).{{0,10}}(买|订单|消费))|(查|看)(一?下)?.{{0,3}}({RELATIVE_ZH}|他|她).{{0,8}}(买|订单|消费)",
    ),
    (
        -20,
        rf"(can|could|may|might|will|would|is|should) (my|a|an|our|the) ({RELATIVE})\b.{{0,12}}\b(collect|pick|fetch|come|drop|sign for|take it in|return|hand|send it back)\b(?!.*\b(?:(?!i\b|we\b)[a-z]+ (?:has |have |had )?(?:bought|ordered|spent)|(?:did|does|has) (?:he|she|they)|(?:her|his|their) (?:order|parcel|account))\b)",
        f"(能|可以|可不可以|能不能|让|叫).{{0,4}}({RELATIVE_ZH}).{{0,4}}(取|拿|代收|签收|来|退)(?!.*[他她](的|买|订|花|们))",
    ),
    (
        -20,
        r"what (do|does|are|is|have|has) (other |most )?(people|everyone|everybody|customers|shoppers|others)\b.{0,15}\b(buy|buying|bought|get|getting|order|ordering|like|love)( the)? most|"
        r"popular|best.?sell\w*",
        "大家都|最受欢迎|热销|别人都(爱|喜欢)?买什么|畅销",
    ),
    (
        8,
        "",
        "^(?!.*(我|上次|上回|上个|最近|之前|昨天|刚才|大家|你们|都)).{1,8}(买了|买过|订了|下过)(什么|哪些|啥|多少)",
    ),
)
