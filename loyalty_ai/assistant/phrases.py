"""The words by which a shopper's message is understood, English and Simplified Chinese. Only tables; `questions` reads them."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from enum import StrEnum

from loyalty_ai.assistant.somebody import OTHERS, RELATIVE, RELATIVE_ZH


class Intent(StrEnum):
    """What one part of a message asks for."""

    INJECTION = "injection"
    OTHERS = "others"
    SCOPE = "scope"
    PERSON = "person"
    PRIVACY = "privacy"
    CART_EMPTY = "cart_empty"
    CART_REMOVE = "cart_remove"
    CART_SET = "cart_set"
    CART_ADD = "cart_add"
    CART = "cart"
    CHECKOUT = "checkout"
    USUAL = "usual"
    GOES_WITH = "goes_with"
    COMPARE = "compare"
    SIMILAR = "similar"
    LOYALTY = "loyalty"
    NEXT_TIER = "next_tier"
    ORDER = "order"
    POLICY = "policy"
    GIFT = "gift"
    POPULAR = "popular"
    RECOMMEND = "recommend"
    STOCK = "stock"
    PRICE = "price"
    DESCRIBE = "describe"
    SEARCH = "search"
    ABUSE = "abuse"
    HELP = "help"
    ABOUT = "about"
    THANKS = "thanks"
    BYE = "bye"
    GREETING = "greeting"
    YES = "yes"
    NO = "no"
    NONE = "none"


GUARDS = (Intent.INJECTION, Intent.OTHERS, Intent.SCOPE)
"""Refused whatever else the message asks."""

SMALL_TALK = (Intent.GREETING, Intent.THANKS, Intent.BYE, Intent.YES, Intent.NO, Intent.ABUSE)
"""Count only where a part of a message says nothing else."""

SPELLED = {
    "u": "you",
    "wot": "what",
    "whens": "when is",
    "hows": "how is",
    "lookin": "looking",
    "gettin": "getting",
    "thinkin": "thinking",
    "wonderin": "wondering",
    "buyin": "buying",
    "goin": "going",
    "b4": "before",
    "sth": "something",
    "christmassy": "christmas",
    "christmasy": "christmas",
    "xmassy": "christmas",
    "eastery": "easter",
    "woud": "would",
    "wud": "would",
    "wuld": "would",
    "shoud": "should",
    "coud": "could",
    "alltogether": "altogether",
    "calender": "calendar",
    "calenders": "calendars",
    "smth": "something",
    "r": "are",
    "ur": "your",
    "pls": "please",
    "plz": "please",
    "thx": "thanks",
    "ty": "thanks",
    "im": "i am",
    "i'm": "i am",
    "ive": "i have",
    "i've": "i have",
    "id": "i would",
    "i'd": "i would",
    "we'd": "we would",
    "you'd": "you would",
    "they'd": "they would",
    "i'll": "i will",
    "you've": "you have",
    "youve": "you have",
    "we've": "we have",
    "weve": "we have",
    "they've": "they have",
    "g&t": "gin and tonic",
    "g&ts": "gin and tonic",
    "cuppa": "cup of tea",
    "ill": "i will",
    "whats": "what is",
    "what's": "what is",
    "wheres": "where is",
    "where's": "where is",
    "how's": "how is",
    "whos": "who is",
    "who's": "who is",
    "it's": "it is",
    "that's": "that is",
    "thats": "that is",
    "there's": "there is",
    "she's": "she is",
    "he's": "he is",
    "shes": "she is",
    "hes": "he is",
    "we're": "we are",
    "dont": "do not",
    "don't": "do not",
    "doesnt": "does not",
    "doesn't": "does not",
    "didnt": "did not",
    "didn't": "did not",
    "cant": "can not",
    "can't": "can not",
    "cannot": "can not",
    "havent": "have not",
    "haven't": "have not",
    "hasnt": "has not",
    "hasn't": "has not",
    "isnt": "is not",
    "isn't": "is not",
    "wanna": "want to",
    "gimme": "give me",
    "lemme": "let me",
    "gonna": "going to",
    "bday": "birthday",
    "xmas": "christmas",
    "prezzie": "present",
    "prezzies": "presents",
    "pressies": "presents",
    "pressie": "present",
    "favourite": "favorite",
    "orderd": "ordered",
    "recieve": "receive",
    "youre": "you are",
    "theyre": "they are",
    "wats": "what is",
    "wat": "what",
    "wen": "when",
    "wil": "will",
    "ariv": "arrive",
    "arive": "arrive",
    "prise": "price",
    "til": "until",
    "n": "and",
}
"""What people type for what they mean; the patterns below know only the right side."""

_KEYWORDS = """
much price delivery deliver shipping postage return returns refund exchange order orders ordered parcel package
compare recommend available stock cheapest cheaper expensive between under difference loyalty basket cart voucher
discount payment policy bought birthday present usual person someone about where when what which category describe
similar popular recommendation different stick
"""
_HELLO = r"(?:(?:hi|hiya|hello|hey|good (?:morning|afternoon|evening|day)|morning|evening|afternoon|dear \w+|excuse me|sorry|please|thanks)(?: there| all| again| team)?[ ,.!]*)*"
_SHOP = r"(?: (?:about|regarding|on|concerning|for) (?:(?:the|your|this|one of your|some of your|an?|some|something in (?:the|your)) )?(?:shop|store|site|website|products?|goods|items?|orders?|something|things|stuff|you))?"
OPENERS = re.compile(
    rf"{_HELLO}(?:(?:i|we) (?:have|have got|had|got|would like to ask|want to ask|need to ask|wanted to ask|just have|still have)|(?:just )?(?:a )?quick|just|may (?:i|we) ask|can (?:i|we) ask|could (?:i|we) ask|"
    rf"(?:i|we) (?:would like|need|want|was looking for|am looking for)|can you give me|could you give me)(?: you)?(?: (?:a|an|one|another|some|a few|a couple of|quick|little|small|short|simple|silly|general|bit of|other|two|few))*"
    rf" (?:questions?|query|queries|enquir(?:y|ies)|something|information|info|advice|thing){_SHOP}(?: please)?(?: if i may)?[ .!?:]*|"
    "(?:(?:你好|您好|嗨|哈喽|早上好|下午好|晚上好|打扰(?:一下|了)?|不好意思|请问|麻烦)[,，。!！~ ]*)*(?:我|我们)?(?:想|要|需要)?(?:向?你们?|您)?(?:可以|能)?(?:请?问|咨询|请教|打听|了解)(?:一下|下|你们?的?|您)*"
    "(?:一?个|几个|点|些|件)?(?:(?:关于)?(?:你们|贵|这个|本)?的?(?:商店|店铺|店|网店|网站|商品|产品|东西)的?)?(?:小?问题|事情?|东西)?[吗呢吧]?[.。!！?？~ ]*|"
    "(?:(?:你好|您好|嗨)[,，。!！ ]*)?(?:我|我们)有(?:一?个|几个|点|些)?(?:关于(?:你们|贵|这个|本)?的?(?:商店|店铺|店|网店|网站|商品|产品)的?)?小?(?:问题|疑问)(?:想|要)?(?:请?问|咨询|请教)?(?:一下|下|你们?|您)*[.。!！?？~ ]*"
)
"""What only announces a question, and asks none."""

KEYWORDS = frozenset(_KEYWORDS.split())
"""Words whose misspelling must not hide what is asked."""

MAKE_ZH = "代码|程序|算法|诗|作文|故事|小说|文章|邮件|论文|歌|脚本|爬虫|情书|函数|网页"

BROKEN = (
    r"(damaged|broken|broke|faulty|smashed|cracked|chipped|defective|defect|scratched|shattered|torn|leaking|not working|ripped|stained|dented|bent|snapped|"
    r"split|squashed|crushed|ruined|crumpled|shredded|bashed|mangled|wonky|in ((\w+ )?(bits|pieces|shards|halves)|two(?! (?:weeks?|days?|months?|hours?|years?|minutes?|ticks|orders|parcels|colou?rs|sizes))|half)|(a|big|huge|little|small|deep|nasty) (tear|crack|chip|hole|dent|scratch|rip|split)|"
    r"(came|fell|coming|falling|broke|broken|snapped|dropped) (off|apart|loose))\b"
)
BROKEN_ZH = (
    "破损|碎|坏(了|的)|损坏|破了|裂|瑕疵|质量问题|断(了|的|成|开)|掉(了一|下)|缺(了|口)|磕|撕(破|了)|变形|漏水|有个洞"
)
"""What goods are that came to harm."""

SERVED = (
    r"\b(?:you|your|yours|arriv\w*|came|turned up|deliver\w*|driver|courier|postman|parcel|package|order(?:ed|ing|s)?|post(?:ed|age)?|refund\w*|money|cash|"
    r"pay|paid|charged?|return\w*|sen[dt]|back|unwrapped|unpacked|opened|box|packag\w+|given|collect|pick|account|card|receipt|invoice|vat|basket|trolley|"
    r"holidays?|closed?|open|shut|packing|trade|wholesale|bulk|join\w*|enrol\w*|scheme|address|flat|moved|by|before|in time|today|tomorrow)\b"
)
"""Words of what a shop does for somebody, and of what became of goods."""
WISHED = (
    r"^(?:a|an|any|some|gifts?|presents?)\b(?!.*\b(?:came|arrived|broke|is|was|got|has|of mine)\b)|\b(?:looking for|i am after|show me|something|anything|find me|got any|have you got|do you (?:have|sell|stock)|"
    r"(?:want|need|like|fancy|get|buy) (?:me )?(?:a|an|some|one|two|three|\d+)|under \d+|that says|with (?:a|an) \w+ on)\b|有没有|想(?:买|要|找|给)|推荐|送.{0,4}什么"
)
"""Words of a wish for goods."""

_SERVED = """
delivery dispatch courier parcel order loyalty tier contact opening hours stock cost time day person points visit cart account password address
shop charge fee
"""
SERVED_IN_ENGLISH = frozenset(_SERVED.split())
"""Meanings of Chinese words that speak of a shop's service and name no goods."""

WISHES_ZH = re.compile(r"有没有|有.{0,14}[吗么没]|[买找送卖]|用的|有货|推荐|礼物|需要|来[个点些]")
MET_IN_WISHES_ZH = re.compile(
    r"天气|(?:今天|明天|后天|周末|外面).{0,6}下[雨雪]|下[雨雪]吗|气温|多少度|发烧|感冒|咳嗽|头[疼痛]|肚子疼|牙疼|失眠|怀孕|减肥|房东|律师|离婚|旅游|景点|酒店|"
    r"餐厅|饭店|机票|火车票|路线|[食菜]谱(?![盒本夹架])|怎么[做烤煮修学炒]|用[英法日德]语?|[足篮]球|电影|星座|月球|地球|太阳系|宇宙|无聊|恋爱|分手|结婚吧|数学|物理|化学|作业|偷"
)
"""What wishes for goods, and what such a wish may speak of without being a question about it: 天气太热了,有扇子吗."""

# Each row: weight, English, Chinese. A row counts once; the intent with the highest sum wins, the earlier of equals.
INTENTS: dict[Intent, tuple[tuple[int, str, str], ...]] = {
    Intent.INJECTION: (
        (
            8,
            r"\b(?:set|change|make|raise|switch|put|bump|upgrade) (?:my|our) (?:tier|level|status|membership)\b.{0,12}\b(?:to|up)\b|\bmake me (?:an? |the )?(?:admin\w*|manager|owner|developer)\b|\b(?:set|change|make|put) (?:the|my|that|this|all|every) .{1,40} (?:to|at|down to) (?:£ ?[01](?:\.\d+)?\b|[01]?\d ?p\b|a penny|one penny|nothing|zero|free)|\b(?:bump|upgrade|move|promote|push|put|make|set) me (?:up |straight )*(?:to |a |into |on )+(?:the )?(?:gold|silver|platinum)\b|\byou are (?:now )?(?:the|my|a) (?:shop |store )?(?:manager|boss|owner|admin\w*)\b|\bi(?: am|'m) (?:the|your) (?:(?:manager|owner|boss|director|ceo) of (?:this|the|your) (?:shop|store|site|website|company)|admin|administrator|developer)\b",
            "我(?:就是|是)(?:(?:这家|你们)店?的?(?:店长|老板|经理)|管理员|开发者)",
        ),
        (
            9,
            r"(ignore|disregard|forget|override|bypass|skip)\b.{0,40}\b(instructions?|prompts?|rules|above|previous|everything(?! .{0,20}\b(?:about|of|on) (?:me|us)\b)|"
            r"guidelines|restrictions|filters?|programming|training)",
            "(忽略|无视|忘记|忘掉|绕过|跳过|不用管|别管).{0,12}(指令|指示|规则|提示|之前|以上|前面|限制|设定|命令)",
        ),
        (
            9,
            r"(system|hidden|initial|secret|original|your|internal) (prompts?|instructions)|(hidden|secret|internal|system) (rules|guidelines|commands|settings)|"
            r"(repeat|recite|print|output|type|copy|show|tell)\b.{0,30}\b(everything|words?|text|lines?|sentences?|all|what)\b.{0,30}\b(above|before this|you were (told|given|asked)|at the (very )?(start|beginning|top)|verbatim)|"
            r"(repeat|print|reveal|show|output|leak|tell me)\b.{0,25}\b(prompt|instructions|words above|text above|configuration|"
            r"source code|internal rules|api keys?|system message)",
            "系统提示|提示词|系统指令|初始指令|(内部|隐藏|秘密|私下)的?(指令|规则|规定|设定)|(一开始|开头|最初|最开始|上面|前面).{0,8}(话|内容|文字|消息).{0,8}(重复|复述|打印|输出|念)|(重复|复述|打印|输出).{0,10}(一开始|开头|最初|最开始|上面|前面)|源代码|密钥|api ?key|系统消息",
        ),
        (
            9,
            r"jailbreak|jail break|dan mode|do anything now|developer mode|dev mode|debug mode|god mode|sudo|root access|"
            r"unrestricted|without (any )?(restrictions|limits|filters)|no restrictions",
            "越狱|开发者模式|调试模式|上帝模式|(没有|不受|解除|无).{0,3}(限制|约束|审查)",
        ),
        (
            9,
            r"pretend (to be|you|that|i|the|it|this|everything)|act as|role-?play|you are now|from now on,? you|imagine you are|your new (role|name|task)|"
            r"simulate|respond only|answer only with|say exactly|end of (the )?conversation",
            "扮演|假装你|假设你|你现在是|从现在(起|开始),?你|你的新(角色|任务|身份)|只(能)?(回答|输出|回复)|角色扮演",
        ),
        (
            9,
            r"<\s*/?\s*(script|system|img|iframe|a)\b|\{\{|\[\[?system|(^|[\n\"#*<\[] ?)(system|assistant|admin|tool|developer) ?:|"
            r"!\[|select .{1,40} from|drop table|union select|tool_?call|function_?call|base64|eval\(",
            "系统:|管理员:|【系统】|以下是系统",
        ),
        (
            9,
            r"(confirm|say|tell|agree|promise)\b.{0,30}\b(it is|is|are|costs?|for) (free|£ ?0|0\.01|one penny|1p|nothing)|"
            r"(set|make|change|drop|lower|mark) (all|every|each)\b.{0,20}\bprices?\b|(give|apply|grant|set|change|make|put|take|knock)\b.{0,30}(\b(prices?|discount)\b.{0,40}\b(to|of) (£|\d|zero|free|a penny|nothing)|\d+ ?% (off|discount))",
            "(改成|设为|按|变成|变为)\\s?(0|零|一分|免费)|(价格|售价).{0,4}(改|设)|(给我|打).{0,4}(\\d+|[一二三四五六七八九]) ?折|免费送我",
        ),
        (
            9,
            r"(admin|staff|root|database|master|owner'?s?) (password|login|credentials|access|panel)",
            "(管理员|后台|数据库|系统).{0,4}(密码|权限|账号|登录)",
        ),
    ),
    Intent.OTHERS: OTHERS,
    Intent.SCOPE: (
        (
            7,
            r"(write|draft|compose|finish|do) (me |us |out )?((my|her|his|our|their|a|an|the|some) )?([\w']+ ){0,4}?(essay|poem|homework|coursework|cover letter|love letter|limerick|haiku|dissertation)s?\b|"
            r"\b(?:cat|dog|puppy|kitten|rabbit|hamster|hens?|horse|baby|toddler) (?:is|has been|feels|keeps being) (?:\w+ )?(?:ill|sick|poorly|unwell)\b|"
            r"\bflights?\b.{0,20}\b(?:from|to)\b|\bwi-?fi\b|\brouter\b|\bbroadband\b|\bstolen (?:\w+ )?(?:cards?|numbers?|identit\w+|accounts?)\b|\bhack(?:s|ed|ing|er)?\b|\bcard numbers? that works?\b|\b(?:train|bus|plane|coach|ferry|cinema|concert|theatre|football) tickets?\b|(recommend|suggest|know( of)?|find( me)?|good|best|nearest|local) (\w+ ){0,3}(dentist|doctor|gp|surgery|plumber|electrician|solicitor|lawyer|vet|mechanic|hairdresser|restaurant|takeaway|pub|cinema|estate agent|taxi|childminder)s?\b",
            "(推荐|介绍|找|哪[家个里]).{0,8}(牙医|医生|医院|律师|水管工|餐厅|饭店|酒吧|电影院|理发店|旅馆)",
        ),
        (
            7,
            r"(?<!wet )(?<!cold )(?<!hot )(?<!bad )weather(?! ?proof)|(?<!its )(?<!is )(?<!it's )forecast|(will|is|does) it (going to )?(be )?(rain|snow|sunny|raining|snowing|hot|cold) ?(today|tomorrow|in|outside|this|\?|$)|"
            r"temperature (in|outside|today)|earthquake|air quality",
            "天气|下(雨|雪)吗|(今天|明天|后天|周末|外面).{0,6}下(雨|雪)|气温|多少度|台风|空气质量|地震",
        ),
        (
            7,
            r"(i am |so |i feel )bored\b|(tell|show) (me |us )?something (funny|interesting|exciting)|do you (like|enjoy|love) (working|your (job|work)|being|it here)|politic\w*|president|prime minister|election|elections|vote|voting|trump|biden|obama|putin|brexit|government|parliament|war|"
            r"conservatives|labour party|democrats?|republicans?|immigration|religion|believe in god|abortion|climate change|king charles|taiwan|ukraine|israel|gaza",
            "政治|大选|竞选|议员|国会|总统|首相|主席|选举|投票|特朗普|川普|拜登|普京|习近平|政府|战争|脱欧|宗教|台湾|移民政策|乌克兰|巴勒斯坦|堕胎",
        ),
        (
            7,
            r"(write|compose|draft|generate|create|make)\b (me |us |up )?(a |an |some |the |my |your )?([\w-]+ ){0,3}"
            r"(code|function|script|program|poem|haiku|essay|story|song|jokes?|letter|limerick|blog|article|speech|cv|resume|virus|website|app|"
            r"query|regex|algorithm|rap|novel|sonnet|review|tweet|homework|lullaby|riddle)\b|"
            r"(tell|give|sing|recite|know)\b (me |us )?(a |an |some |any |another )?([\w-]+ ){0,2}(jokes?|story|poem|riddle|song|haiku|fact|facts)\b",
            f"(写|编|作|做|生成|讲|说|唱).{{0,14}}({MAKE_ZH}|笑话|段子|简历|评论|绕口令|谜语|俳句)",
        ),
        (
            7,
            r"python|javascript|java|html|css|sql|c\+\+|rust lang|linux|docker|algorithm|programming|coding|debug|homework|equation|calculus|"
            r"integral|derivative|square root|prime numbers?|theorem|physics|chemistry|biology|maths? (problem|homework|question)|machine learning|neural network|chatgpt|openai|"
            r"\d+ ?(times|plus|minus|multiplied by|divided by) ?\d+|(what is|^) ?\d+ ?[x*+/×÷-] ?\d+|solve\b",
            "编程|代码|python|java|算法|作业|方程|微积分|平方根|数学|物理|化学|历史题|机器学习|人工智能原理|chatgpt|\\d+ ?(乘以?|加上?|减去?|除以|[*+/×÷]) ?\\d+|等于(几|多少)|\\d+的平方",
        ),
        (
            7,
            r"capital (city )?of|population of|who (won|wrote|invented|discovered|painted|killed|was the|is the|sang|directed|founded|built)|world cup|"
            r"football (match|score|result|game|team)|soccer|premier league|cricket score|rugby|formula 1|olympics|nba|movies?|netflix|celebrity|taylor swift|actor|actress|"
            r"how (tall|old|far|deep|high|heavy|big) (is|are|was) (the )?(?!this|that|it\b|one)(earth|moon|sun|mount|everest|eiffel|queen|king|president|\w+ away)|"
            r"when (was|did) (the )?(world war|war|titanic|rome|queen)|meaning of life|tallest|fastest|longest river|dinosaurs (die|become)|"
            r"(?<!any )\bnews(?! (?:on|of|about|from) (?:my|the|our))\b|headlines|horoscope|zodiac|star sign|lottery numbers|spell\b|synonym|define|wikipedia|speed of light|what (day|time|year) is it|photosynthesis",
            "黄金.{0,6}(一?克|价)|股票|股价|汇率|首都|人口|谁(发明|写|赢|获|导演|唱|画|是第一)|世界杯|足球|球赛|比分|篮球|奥运|电影|电视剧|明星|歌手|新闻|头条|星座|运势|彩票|珠穆朗玛|地球|月球|太阳系|宇宙|光速|"
            "(天空?|大海|海水|人类?|鸟|鱼|树叶|月亮|太阳)为(什么|啥)|为(什么|啥)(天空?|大海|海水|人们?|鸟|鱼|树叶|月亮|太阳)|几点了|星期几|人生的意义|世界(最|上最)|唐朝|历史上|成语|造句|近义词",
        ),
        (
            7,
            r"headaches?|(my|a|your|her|his) (\w+ )?(chest|head|stomach|back|tooth|throat|knee|leg|arm|heart|eye|ear)s? (hurts?|aches?|pains?)|chest pain|medicines?|"
            r"medication|dose|dosage|mg of|ibuprofen|paracetamol|aspirin|antibiotics?|symptoms?|diagnos\w+|(am i|while|get|got|getting) pregnant|fever|vaccine|cancer|diabetes|"
            r"depress\w+|suicid\w+|kill myself|antidepressants?|rash|blood pressure|lose weight|diet plan|covid|therapy|allergic reaction",
            "头疼|头痛|胸口|胸痛|肚子疼|牙疼|发烧|感冒|咳嗽|吃什么药|吃药|药量|剂量|布洛芬|症状|诊断|怀孕|癌症|糖尿病|抑郁|自杀|高血压|减肥|疫苗|过敏反应|失眠|看医生",
        ),
        (
            7,
            r"lawyer|solicitor|sue\b|suing|lawsuit|legal advice|is it legal|legally|divorce|tenant|landlord|court|custody|my rights as|visa application|"
            r"immigrate|will and testament|contract law|speeding (ticket|fine)|copyright",
            "律师|打官司|起诉|法律|离婚|房东|法院|合法吗|诉讼|抚养权|签证|遗嘱|罚单|版权",
        ),
        (
            7,
            r"bitcoin|crypto\w*|ethereum|stock market|stocks (to|should)|(which|what|good|best) (stocks|shares|funds)\b|stock (price|tip)s?|share price|shares|invest\w*|mortgage|loans?|savings|pension|"
            r"(?:tax|vat) returns?|accountants?(?= (?:for|near|in|do|is|would|can))|income tax|exchange rates?|interest rates?|forex|(?:buy|buying|sell|selling|get|hold) (?:some |more |any )?(?:euros|dollars|yen|yuan|bonds)\b|(?:(?:the|british) (?:pound|dollar|euro|yen|yuan)|sterling)\b(?: \w+){0,3}? (?:go(?:es|ing)? (?:up|down)|ris(?:e|es|ing)|fall(?:s|ing)?|drop(?:s|ping)?|crash\w*|strengthen\w*|weaken\w*|stronger|weaker|recover\w*)|(?:change|exchange|swap) (?:my |some |any )?(?:money|currency|currencies|(?:pounds|euros|dollars|yuan) (?:for|to|into))\b|recession|inflation|gdp|ftse|nasdaq|dow jones|house prices|the economy|isa\b|hedge fund|gold price|casino|betting|gambl\w+|bet on",
            r"比特币|加密货币|换汇|购汇|结汇|外汇|[买换兑](?:点|些|一?点|一?些|入|成)?(?:英镑|美元|欧元|日元|人民币|港币)(?![的付价])|(?<!\d)(?<!\d )(?:英镑|美元|欧元|人民币|日元|港币)(?:兑\w{2,4}?)?(?:明天|今天|最近|未来|今年|明年|下周|后面|还|会|要|能|是不是|是否|不|继续)*(?:涨|跌|升值|贬值|走强|走弱|走势)(?!价)|通胀|通货膨胀|大盘|[a美港]股|房价|经济(?:形势|危机|衰退|走势|前景|会|怎么样|好转|不好|下行)|股票|股市|行情|基金|理财|贷款|房贷|投资|汇率|利率|养老金|报税|税.{0,3}申报|会计师|个税|存款|炒股|赌|博彩|金价",
        ),
        (
            7,
            r"amazon|ebay|etsy|tesco|ikea|argos|john lewis|walmart|aliexpress|alibaba|temu|shein|taobao|asda|sainsbury'?s|lidl|aldi|"
            r"marks (and|&) spencer|m&s|costco|competitors?|other (shops?|stores?|websites?|retailers?)|another (shop|store|website)|elsewhere|price ?match",
            "淘宝|京东|亚马逊|拼多多|天猫|宜家|沃尔玛|易贝|速卖通|别的(店|商店|网站|商家)|别家|其他(店|商店|网站|商家|平台)|竞争对手|唯品会|抖音",
        ),
        (
            7,
            r"translate|translation|how (do|would) (i|you) (say|bake|cook|fix|repair|build|hack|lose|learn|train|get rich|tie)|"
            r"recipe for|recipes (for|with|using)|how to (make|bake|cook|fix|hack|build|lose|get rich|learn|tie|draw|invest)|"
            r"(?<!for a )(?<!for my )(?<!for our )(?<!my )(?<!our )(?<!run a )(?<!have a )(?<!own a )restaurants?|flights? to|(?<!for a )(?<!for my )(?<!for our )(?<!my )(?<!our )(?<!run a )(?<!have a )(?<!own a )hotels?(?! (?:chain|rooms?))|(book|call|get) (me )?a (taxi|cab)|uber|train times|bus times|directions to|traffic|airbnb|plane tickets?|holiday in|things to do in|visit in",
            "翻译|怎么说(英|法|日|中|德|西)|用(英|法|日|德|西班牙)语?|[菜食]谱(?![盒本夹架])|怎么(做|烤|煮|修|学|炒|黑)(?!退|换)|餐厅|饭店|机票|酒店|火车票|高铁|打车|旅游|景点|堵车|导航|路线",
        ),
        (
            7,
            r"bombs?|explosives?|weapons?|rifle|pistol|cocaine|heroin|weed|marijuana|cannabis|drugs|porn\w*|sex\b|sexy|nudes?|naked|hack (into|a|my)|"
            r"counterfeit|fake id|steal|shoplift\w*|poison|murder|racist|nazi|hitler",
            "炸弹|炸药|武器|枪支|手枪|毒品|大麻|色情|裸照|黑客|黑进|偷|假证|假钞|毒药|杀人|种族歧视|希特勒",
        ),
        (
            -20,
            r"(we|i) (run|own|manage|have|are|am opening|are opening) (a|an|the|two|three|several) ([\w'-]+ ){0,2}?(hotels?|restaurants?)|(hotel|restaurant) chain|"
            r"(our|my) (hotels?|restaurants?)|(pay|paying|payment|accept|take)\b.{0,30}\b(bitcoin|crypto\w*|ethereum)\b|for (a|an|our|my|the) ([\w'-]+ ){0,2}?(hotels?|restaurants?)",
            "",
        ),
        (
            7,
            r"(do|can|will|would) you (love|marry|date|like) me|are you single|marry me|go out with me|be my (girlfriend|boyfriend|friend|valentine)|"
            r"do you (dream|feel|sleep|eat|believe|have feelings|have a (soul|body|wife|girlfriend))|are you (conscious|sentient|alive|god)|"
            r"what do you think (about|of) (?!this|that|it\b|the\b|my)|relationship advice|my crush|dating|play a game with|sing for",
            "你(爱|喜欢)我吗|做我(女|男)朋友|你有(感情|意识|梦想|女朋友|男朋友)|你最喜欢|陪我聊|聊聊天|无聊|恋爱|分手|相亲|结婚吧|你怎么看(?!这|它)",
        ),
    ),
    Intent.PERSON: (
        (
            8,
            r"(speak|talk|chat|connect|transfer|put|pass|hand|write|escalate|get|reach|need|want|call|message)\b.{0,30}\b"
            r"(human|humans|real person|person|someone|somebody|agent|staff|representative|rep|operator|manager|adviser|advisor|customer service|"
            r"customer support|colleague|human being|team member|supervisor|support)",
            "转?人工|(?<!是)真人|(找|叫|联系|接|转|跟|和).{0,4}(客服|人聊|店员|经理|工作人员|负责人)|客服(在吗|呢)|(?<![一二三四五六日天末晚上午])有人(在)?吗|活人",
        ),
        (
            8,
            r"^(a )?(real |live )?(human|person|agent|operator|representative|customer service)( please)?$|live (agent|chat|person)|real (human|person)|(phone|call) me|not (a )?(bot|robot|machine)",
            "^客服$|不要机器人|打电话给我|不想跟机器人",
        ),
        (
            5,
            r"(make|file|have|want to) (a |to )?(formal )?complain(t)?|i am (very )?(unhappy|angry|disappointed)|unacceptable",
            "(?<!怎么)(?<!如何)(?<!哪里)(?<!向谁)投诉(?!.{0,3}(?:多久|几天|怎么|找谁))|很生气|太差了|不满意",
        ),
    ),
    Intent.PRIVACY: (
        (
            16,
            r"(delete|erase|wipe|forget|destroy) (everything|all|anything|what)\b.{0,30}\b(about|on|of) me\b|(keep|store|save|record|log)s?\b.{0,20}\b(what i (type|write|say|tell)|(this|our|my) (chats?|conversations?|messages?))\b|(chats?|conversations?) (kept|stored|saved|recorded)\b",
            "(删除|删掉|清除|抹掉).{0,14}(关于我|我的一切|我的所有)|(保存|记录|存).{0,8}(聊天|对话|打的字|说的话)|(聊天|对话|打的字|说的话).{0,8}(保存|记录|存)",
        ),
        (
            8,
            r"(all|everything|anything) (that )?(you|u) (have|hold|know|keep|store)\b.{0,12}\b(me|mine)\b",
            "cookie.{0,3}(跟踪|追踪)|跟踪我|追踪我",
        ),
        (
            7,
            r"(what|which|how much)\b.{0,30}\b(data|info|information|know|hold|store|stored|collect|keep|remember|track|saved)\b.{0,25}\b(about me|on me|me|of mine)|"
            r"what do you know|my (personal )?(data|information|info)\b|data (protection|privacy)|about me\b",
            "(保存|知道|收集|存|掌握|记录|有)了?我?.{0,6}(我的|哪些|什么|我).{0,4}(数据|信息|资料|隐私)|(知道|了解)我(什么|多少)|我的(数据|个人信息|隐私|资料)|个人(信息|数据)",
        ),
        (
            7,
            r"(delete|erase|remove|export|download|forget|wipe|access|copy of|see|correct)\b.{0,15}\b(my )?(data|account|information|profile|me\b)|(delete|erase|remove|wipe) (all|everything|anything|what) (that )?(you|u) (have|hold|know|keep|store)\b.{0,15}|gdpr|"
            r"right to be forgotten|opt(ing)? out|stop (tracking|profiling|personali\w+)|tracking me|privacy|cookies|sell my data|share my data|"
            r"(consent|personali[sz]ation|personali[sz]ed)|do you (sell|share|track)\b.{0,12}\b(my|data)",
            "(删除|注销|导出|下载|清除|更正).{0,4}(我的)?(数据|账户|账号|信息|资料|记录)|隐私|个性化|退出(推荐|跟踪)|(卖|共享|分享|泄露).{0,6}(数据|信息)|(数据|信息|资料).{0,4}(卖|共享|分享|泄露|给别人|外泄)|停止跟踪|(记录|跟踪|追踪|保存|知道).{0,8}(我|用户).{0,6}(看过|浏览|点过)",
        ),
    ),
    Intent.CART_EMPTY: (
        (
            9,
            r"(empty|clear|wipe|reset|delete) (out )?(everything |all )?(from |in )?(my |the |our )?(shopping )?(cart|basket|trolley)|(remove|delete|take) (everything|all)( of it| items)?( out)?( of| from)?(?! (you|u) (have|hold|know|keep|store))",
            "(清空|清掉|清理)(一下)?.{0,3}购物车|把?购物车(里的东西)?(都|全部|全)?(清|删|移|去)(空|掉|除|了)?|购物车.{0,4}(都不要|全不要|全删)",
        ),
    ),
    Intent.CART_REMOVE: (
        (
            8,
            r"(remove|delete|take|drop|get rid of|lose|pull|ditch)\b.{0,60}\b(from|out|off|of)\b.{0,12}\b(cart|basket|trolley|order)",
            "(从|把).{0,40}(移除|删掉|删除|去掉|拿掉|拿出|拿走|移走|去除|移出)",
        ),
        (
            6,
            r"(^|[,.] )(please |and |then |can you |could you )*(remove|delete|take out|drop|take off|get rid of|ditch|lose)\b|(^|[,.] )(please |and |then |just |can you |could you |actually )*(take|leave|pull|knock|get) (?!\d+ ?%|up|part)[\w '&-]{2,50}\b(out|off)\b(?! (of|to|for|on|my|the|your) )|\btake (the|my|that|those) [\w '&-]{2,40} (back )?out (again|please|pls|too)\b|(do not|no longer) want (the|this|that|it|those|these)\b.{0,40}(any ?more|in my|after all)?",
            "(移除|删掉|删除|去掉|拿掉|(?<!要)不要(?!太|这么|那么|超过|贵|带|有)).{0,30}(了)?$",
        ),
        (3, r"(my|the) (cart|basket)", "购物车"),
        (
            -9,
            "",
            "(想[买要找看]|买[条个把块张件套只点些一两几]|有没有|有什么|推荐|求|找|用的(?:东西|小物|商品)?,).*(不要|不想要)(?!.*(了$|购物车))",
        ),
    ),
    Intent.CART_SET: (
        (
            8,
            r"(change|set(?! of)|make|update|increase|reduce|bump)\b.{0,60}\b(to|it|that|them) (\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a dozen)\b",
            "(改成|改为|改到|变成|换成|调成|调到|加到|减到) ?[\\d一二两三四五六七八九十]+",
        ),
        (
            7,
            r"^(make|set(?! of)|change)\b.{0,40}(\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve)\b|(quantity|qty)\b",
            "数量.{0,10}[\\d一二两三四五六七八九十]+",
        ),
    ),
    Intent.CART_ADD: (
        (
            8,
            r"(add|put|pop|throw|stick|place|chuck|drop|bung|slip|stuff|move)\b.{0,80}\b(cart|basket|trolley)",
            "(加|放|添|丢|扔)(入|到|进|个|一)?.{0,40}购物车|购物车.{0,3}(加|放|添)|加购",
        ),
        (
            6,
            r"^(please |can you |could you |ok |okay |yes |and )*(add|chuck in|bung in|sling in|stick in|throw in|pop in|i will (take|have|buy)|i would like to (buy|order)|i want to (buy|order)|let me (buy|have|get)|buy|order|get me)\b (it|this|that|these|those|them|both|the|a|an|one|\d{1,3}|two|three|four|five|six|ten|twelve|a dozen|another|some)\b(?!.{0,12}\border)|"
            r"(i want|i need|give me|can i (have|get)|i would like) (\d{1,3}|one|two|three|four|five|six|ten|a dozen|a couple)( of)? (these|those|this|them|it)\b",
            "(帮我|给我|我)?(再)?(买|来|要|加|订|拿)(上)? ?[\\d一二两三四五六七八九十]+ ?(个|件|盏|套|份|只|把|条|张|盒|包|本|瓶|对|块|支|顶|双|台|串|块)|(买|要|拿|订)(下|了)?(它|这个|这款|这件|第.个)$",
        ),
        (4, "", "[\\d一二两三四五六七八九十]+ ?(个|件|盏|套|份|只|把|条|张|盒|包|本|瓶|对|支)(这个|吧|谢谢|,谢谢)?$"),
    ),
    Intent.CART: (
        (
            7,
            r"(my|the|shopping|this) (shopping )?(cart|basket|trolley)|in (cart|basket)|(?<!was )(?<!were )my (running |sub)?total( so far)?( now)?$",
            "购物车|购物篮",
        ),
    ),
    Intent.CHECKOUT: (
        (
            7,
            r"check ?out|(place|complete|submit|finish|confirm) (the |my |this |an )?order|pay (now|for (it|this|my|the|everything))|proceed to payment|buy everything",
            "结账|结算|去付款|去下单|提交订单|帮我(下单|付款|支付)|直接下单",
        ),
    ),
    Intent.USUAL: (
        (
            6,
            "",
            "再(来|买|订|要).{0,12}(上次|上回|上一?(单|批)).{0,6}(一样|同样|那些|那批|东西|的)|(上次|上回|上一?(单|批)).{0,10}(再来|再买|再订|再要|照).{0,4}",
        ),
        (
            9,
            r"(do|did) (i|we) (usually|normally|always|regularly|often|tend to) (buy|get|order|have)",
            "(平时|通常|一般|总是)(都)?(买|订)",
        ),
        (
            9,
            r"(put|add|pop|throw|get|want)\b.{0,30}\b(what|everything|all|the same|the things|the stuff|the lot)\b.{0,40}\b(last time|(last|previous|latest) order|(bought|ordered|had|got) (last|before))\b|(my|our) (top|best|favou?rite) (\w+ )?(products?|items?|things?|buys?)|(the|my|our|your|same|as) usual|usual (order|things|stuff|items|shop|basket|please|again)|^usual\b|my (regular|regulars|normal|standard|staples|typical)\b|regular (order|things|stuff|items|purchases)|what i (always|usually|normally|regularly) (buy|get|order|have)|buy (it |them |that )?again|things i buy (often|again|regularly)",
            "老样子|照旧|照常|老规矩|常买|经常买|平时(都)?(买|订)|(和|跟|同)(上次|以前|往常|平时)一样|往常一样|复购|惯例|惯常|一直买|常规",
        ),
        (
            9,
            r"(same|all) (again|as (last|before|always)|order again|stuff again|things again)|re-?order|order (the same|again|it again|that again|them again)|(repeat|redo|duplicate|replicate)\b.{0,15}\border|(repeat|same) purchase|stock up again|again please",
            "再来一(单|次|份|遍)|重新(下单|订购|买一)|再(买|订|来|要).{0,8}(上次|上回|上一?(单|批)).{0,8}(一样|同样|那些|那批|东西|的)|(上次|上回|上一?(单|批)).{0,10}(再来|再买|再订|再要|照).{0,4}|再(买|订|下)一(次|单|遍|份)|重复(上|购)|再下一?单|照上次(的)?",
        ),
        (
            9,
            r"(do|did|have|which|what) i\b.{0,20}\b(buy|bought|get|got|order|ordered|purchased?)\b.{0,20}\bmost\b|^(my )?(most (often |frequently )?(bought|ordered|purchased)|(bought|ordered|purchased) (the )?most)\b|my (most (often |frequently )?(bought|ordered|purchased|frequent)\w*|favorite (products?|items?|things?))",
            "(我|自己).{0,8}(最常|最经常|买得?最多|买的最多|次数最多|订得?最多)|最常(买|订)的?",
        ),
    ),
    Intent.GOES_WITH: (
        (
            8,
            r"(go|goes|going|match|matches|matching|pair|pairs|pairing|fit|fits|sit|suit|suits|work|works|look nice|look good|use)( well| nicely| good)?( together)? with|to go with|complements?|accessor(y|ies)|(bought|buy|sold|sells?) (together|alongside|with)|alongside|together with|match(es|ing)?( up)?\b|add-ons?|coordinat\w+",
            "搭配|配套|配什么|一起(买|用)|相配|般配|(搭|配)(我|上次|这|它|一下)|配(得上|一配)|可以配|成套",
        ),
        (
            7,
            r"(go|goes|match|matches|pairs?|suits?|fits?|complements?)( well| nicely)?( with)?\b.{0,25}\bi('ve| have| had)? (just |last |already )?(bought|ordered|got|purchased)|"
            r"(put|combine|team|serve|display|place)( it| them| these| those| up)? with\b|suits? (the|my|these|those|them)\b|(what|anything) else (would|could|might|will) (fit|go|suit|match|work|look)|based on (the|my|those|what|all)\b.{0,30}\b(bought|ordered|got|had|have|own)",
            "同系列|根据.{0,8}[买订](过|的)|搭的|能搭|(它|它们|这些?)搭",
        ),
    ),
    Intent.COMPARE: (
        (
            9,
            r"how much (more|less|dearer|cheaper)\b(?! (do|to|till|until|must|should)\b)",
            "(?<!还)(差|相差)(几|多少)|(贵|便宜)(多少|几)",
        ),
        (
            8,
            r"compare|comparing|comparison|versus|side by side|(decide|choose|torn) between|\bvs?\.?\b|differences?|differ|different (from|to)|(price|cost)s? gap|gap (in|between)|(cost|priced) (exactly |just )?the same|"
            r"sells? (better|more|best|faster|quicker)|which (one |of (them|those|these|the two) )?(do|does|have) (the )?(more |most |other )?(people|customers|folks?|shoppers|everyone|everybody)\b|"
            r"(do|does) (more )?(people|customers|folks?|shoppers) (go for|buy|prefer|choose|like|get|take)\b.{0,12}\b(more|most|better|rather)",
            "差价|价差|价格一样|价钱一样|一样贵|一样价|同价|比较一下|比较(?!便宜|贵|好|喜欢)|对比|区别|不同|比一比|vs|差别|差异",
        ),
        (
            7,
            r"which (one |of (them|these|the two|those) |of the (two|three) )?(is |are |would be )?(the )?(cheaper|better|dearer|nicer|more|less|best value|pricier|costs? (more|less))|(cheaper|better|dearer|more expensive|pricier),? .{2,80}\bor\b|which (is|would be|do you recommend)\b.{0,60}\bor\b|(is|are)\b.{2,60}\b(cheaper|dearer|better|more expensive|pricier) than",
            "^(那|那么)?(跟|和|与|同|比).{1,10}(比|相比|比起来|比较|哪).{0,4}(哪|更|谁|卖|贵|便宜|好)|(跟|和|与|还是|比).{1,14}(哪[个款种]?|谁)(更|比较|最)?(卖得|受欢迎|畅销|好卖|贵|便宜)|哪(个|一个|款|件|一款)(更|比较|要|最)?(好|便宜|贵|划算|值|合适)|(更|比较)(便宜|贵|好|划算)|还是.{1,40}(好|便宜|贵)|谁(更|比较)?便宜|(两个|这两|两款|两者).{0,6}(比|选|哪)",
        ),
    ),
    Intent.SIMILAR: (
        (
            7,
            r"similar|(something|anything|ones?|more|others|products|items|stuff) (a bit |just |much )?like (this|that|it|the|these|those)|alternatives?|instead of|in the same (style|range)|comparable|lookalikes?|other options",
            "类似|相似|替代|差不多的|(?:跟|和|与|像)(?:这|那|它).{0,4}差不多|同款|同类|像这(个|样|款|件)|一样的风格|代替|其他选择",
        ),
    ),
    Intent.NEXT_TIER: (
        (
            16,
            r"(am|are) (i|we) (a )?(gold|silver|platinum)( member| customer)?( yet| now| already)\b",
            "我.{0,4}是(金|银|白金).{0,4}了(吗|么)",
        ),
        (
            9,
            r"why\b.{0,12}\b(am|have|did|is|was)\b.{0,20}\b(silver|gold|platinum|tier|level)\b",
            "为什么.{0,8}(金|银|白金|等级|会员)",
        ),
        (
            9,
            r"(how|what|when|where)\b.{0,50}\b(reach|become|get to|get up|get|earn|move up|qualify|make|upgrade|unlock|go up|need|take|till|until|away|left)\b.{0,40}\b(gold|silver|platinum|next (tier|level|status|rank)|higher (tier|level|status)|tier up)|(spend|much)\b.{0,40}\b(gold|silver|platinum|next (tier|level))\b|(far|close|near) (am i )?(from|off|to)\b.{0,20}(gold|silver|platinum|next|tier)",
            "(怎样|怎么|如何|多少|还差|还要|才能|几时|什么时候|需要).{0,14}(升|达到|成为|变成|到|拿到).{0,8}(金|银|白金|铂金|下一|更高|级)|(升级|升到|达到|成为).{0,10}(金|银|白金|铂金|下一|会员|等级)|离.{0,10}(差|多远|多少)",
        ),
        (
            9,
            r"(tier|level|status|rank) (above|beyond|after|over)\b|(highest|top|best) (loyalty |membership |possible )?(tier|level|status|rank)\b|higher (tier|level|status|rank)|(go|turn|become|be|reach|get) (gold|silver|platinum)\b.{0,30}\b(spend|need|cost|take)\b|(gold|silver|platinum) (is |be )?(the )?(top|highest|best|maximum)\b|(above|beyond|after|(higher|better) than) (gold|silver|platinum)\b",
            "最高(级|等级|级别|的?(会员|等级|级别))|(上面|之上|以上)(还)?有.{0,4}(等级|级)|再?往上升|更高的?(等级|级)|还能.{0,4}升|(金卡|银卡|白金|铂金).{0,6}(最高|上面|之上)",
        ),
    ),
    Intent.LOYALTY: (
        (
            14,
            r"what (does|do|is|did)\b.{0,20}\b(gold|silver|platinum|(my|the) (tier|level|status))\b.{0,20}\b(do|give|get|bring|mean|good)\b",
            "",
        ),
        (14, r"(what|which|any) (perks|benefits|advantages|privileges)\b", ""),
        (
            7,
            r"(my|what) (loyalty |membership |member |current |customer )*(tier|tiers|level|status|points|membership|rank|standing|rewards?)\b|(which|what|whats?) (tier|level|status|rank)\b|(what|which) (sort|kind|type|class|grade|category) of (member|customer|client|shopper)s? (am i|are we|i am|we are)|my membership|(am i|are we) (a )?(gold|silver|platinum|member|vip|loyal)|do i have (any )?(points|rewards)|loyalty (status|level|profile|account|points|standing)|i (am|be) (at|on|in)\b.{0,8}\b(tier|level)",
            "我.{0,6}(是|属于|算)(个)?(什么|哪种|哪一?类|啥)(样的|级别的)?(会员|客户|卡)|我?(现在|目前)?(是|属于|算|到)?.{0,4}(什么|哪个|几|哪一)(会员)?(等级|级别|级|档|层级)|(我|自己)的?(会员|忠诚度?|等级|级别|积分)|会员(等级|级别|状态|身份)|我是(金|银|白金|普通)|有(多少|没有)积分|几级",
        ),
        (
            9,
            r"(how many|number of|how often|count of)\b.{0,15}\b(orders|times|purchases)\b.{0,30}\b(i|have|me|we|did|so far)\b|(how many|number of) (my )?(orders|purchases)\b|times (have|did) i|times i (have|ve)? ?(ordered|bought|shopped)",
            "(一共|总共|累计|到现在)?.{0,4}(下过|买过|订过|下了|买了|有过?)(几|多少)(次|单|回|个订单|笔|个单)|(几|多少)(次|笔|个)?(订单|单)|我(的)?(订单数|下单次数)",
        ),
        (
            9,
            r"(how much|total|what)\b.{0,30}\b(i|we)\b.{0,20}\b(spent|spend|paid)\b.{0,40}\b(total|far|here|with you|overall|altogether|ever|year|all time|your shop|this shop|your store)|(how much|what) (money )?(have|did|do) (i|we) (\w+ )?(spent|spend)|(my|total) (total )?(spend|spending|spent)\b|money i (have )?spent",
            "(一共|总共|累计|共|总的).{0,6}(花|消费)(了|过)?(多少|几)|平均.{0,4}(每|一)(单|笔|次)|(我|在(你们|这)).{0,10}(花了|消费了|花过|消费过)(多少|几)|累计消费|消费(总额|金额|总)|总消费",
        ),
        (
            8,
            r"(member|customer|shopping|buying|with you|client) (here |with you )?(since|for how long)|how long (have i|am i)\b.{0,25}\b(member|customer|shopping|buying|with you|client)|since when am i|when did i (first|join|sign up|become|start)|my first (order|purchase)",
            "(什么时候|哪年|何时|多久).{0,6}(成为|加入|注册|开始买|会员|顾客|第一次)|(会员|顾客|客户)(多久|多长|几年)|第一次.{0,10}(买|下的?单|购)",
        ),
        (
            9,
            r"what (does|do|will|would) (it|that|this|my (tier|level|status)|the (tier|level)|gold|silver|platinum)( \w+)? (give|get|bring|offer)( me)?\b|what (do|will|would|can) i get (for|from|with|out of|as) (it|that|this|my (tier|level|status))\b|for being (a )?(gold|silver|platinum)\b|(did|have|will) i (already )?(reach|reached|made|make|get to) (gold|silver|platinum)\b",
            "有什么(好处|权益|福利|特权)",
        ),
    ),
    Intent.ORDER: (
        (8, r"\b(?:do|have) i (?:have |got |had |placed |made )+(?:any|some|no) orders?\b", ""),
        (
            8,
            r"\bany (?:news|update|word)s? (?:on|about|of|from)\b.{0,60}\b(?:orders?|ordered|bought|parcel|delivery)\b|\borders? (?:\w+ ){0,2}(?:on|in|under|with) my account\b",
            "",
        ),
        (
            15,
            r"(did|have|had) (i|we)\b.{0,12}\b(sen[dt]|post(ed)?|give|given|return(ed)?)\b(?: \w+){0,3} (back|anything|something)\b",
            "我.{0,8}退(过|了)(什么|哪些|几|多少|货)",
        ),
        (
            12,
            r"(last but (one|two)|penultimate|second.(to.)?last|third.(to.)?last|oldest|earliest|first ever|very first|first) (order|purchase)s?\b(?! discount| code)|"
            r"(most expensive|dearest|priciest|cheapest|costliest)\b.{0,30}\b(i|we)\b.{0,14}\b(bought|buy|ordered|order|got|had|purchased)\b|"
            r"(which|what) order (was|is|came|cost)\b|first (thing|things) (that )?(i|we)\b|how long (ago|is it|has it been|since)\b.{0,30}\b(order|ordered|bought|shopped)|"
            r"(did|have|had) (i|we) (ever |already )?(order|ordered|buy|bought)\b.{0,60}\b(spring|summer|autumn|winter|quarter|monday|tuesday|wednesday|thursday|friday|saturday|sunday)",
            "倒数第[二三]|上上(个|次|一|单|笔)|第一(次|回)(下单|买|购)|第一(个|笔)?(订单|单)|最早的?(订单|一单)|(买|订)过?的?.{0,8}最(贵|便宜)",
        ),
        (
            8,
            r"(how many(?! times| orders)|which|what)\b.{0,50}\b(have|had|did) (i|we)( ever| already)? (had|have|bought|ordered|got|taken|take|purchased|received)\b|"
            r"(january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|winter) (order|purchase)s?\b|"
            r"(spend|spent|pay|paid)\b.{0,20}\b(more|less)\b.{0,40}\b(than|or)\b|more expensive for me",
            "",
        ),
        (
            9,
            r"(biggest|largest|smallest|most expensive|dearest|cheapest) (\w+ )?(order|purchase|shop)\b|(when|what day)\b.{0,20}\b(am|will|should|do|would) i\b.{0,20}\b(due|order|reorder|buy|shop)\b.{0,10}\b(again|next|due)\b|how often do i (order|buy|shop)|my next order\b.{0,12}\bdue\b|(did|have) (i|we) (ever )?(returned?|sen[dt] back)\b",
            "最(贵|大|高|多|便宜|小)的?.{0,4}(订单|一单|单子|一笔)|我.{0,3}退过",
        ),
        (-7, "", "^(这|那)(个|一|款|件|套|盒|里面)"),
        (
            6,
            r"(my|our|last|latest|recent|previous|this|that|newest|most recent|the) (\w+ )?(orders?|parcels?|packages?|deliver(y|ies)|purchases?|shipments?|shopping|stuff|things|items)\b(?! (cost|fee|charge|option|policy|price|time)s?)",
            "我的?(上|最近|最新|最后|这|那)?.{0,3}(订单|包裹|快递|货物|单子)|(上|最近|最新|最后|这|那)(一|个|的|一个|笔|次|一次)?.{0,1}(单|订单|包裹|快递)(?!品|价)|订单|包裹",
        ),
        (
            6,
            r"orders?( no\.?| number| nr| id)? ?(#|no\.? ?)?w?\d{3,}\w*|#\d{4,}",
            "(订单|单号|编号为)(号|是|为|:)? ?w?\\d{4,}|w?\\d{5,}\\w* ?(这单|这个订单|号订单|订单|这一单|单)",
        ),
        (
            6,
            r"where (is|are)\b.{0,30}\b(order|parcel|package|stuff|delivery|things|item|purchase|shopping|goods|it)\b|track(ing)?\b|(has|have|was|did|is|are)\b.{0,20}\b(it|order|they|package|parcel|everything|stuff|things)\b.{0,15}\b(shipped|arrived|dispatched|been sent|sent|come|delivered|arrive|ship|left|on (its|the|their) way|out for delivery|ready)|(shipped|arrived|dispatched|delivered|sent) (out )?yet|still waiting|(when|what day|what time)\b.{0,30}\b(arrive|arriving|be here|get here|come|delivered|land|turn up|show up|reach me)",
            "到哪(儿|里|了|个)|(什么时候|几时|多久|何时|哪天|几号).{0,6}(到|送|收到|能到|来|发货)|(发货|寄出|送到|签收|到货|发出|出库)了?(吗|没|了吗|了没|没有)|物流|快递|(还没|没有|没)(收到|到|发货)|查.{0,6}(单|订单|物流|包裹)|到了(吗|没)|追踪",
        ),
        (
            8,
            r"(did|have|had) i (ever |already |just |previously |last |also |even )*(buy|bought|order|ordered|get|got|purchase|purchased|pay|paid|spend on)|(what|which|when|how much|how many)\b.{0,30}\b(did|have|had) (i|we) (\w+ )?(buy|bought|order|ordered|get|got|purchase|purchased|pay|paid)|(last time|when) i (last )?(bought|ordered|got|purchased)|i (bought|ordered|purchased|got)\b.{0,40}\b(last|in|before|when|yesterday|ago)|time i (bought|ordered)|things i (have )?(bought|ordered)|(order|purchase|shopping) history|past (orders|purchases)|my (orders|purchases|receipts?)\b|bought before",
            "我?(上次|上回|上一次|最近|之前|以前|曾经|上个月|去年|上周|有没有|是否|昨天|前几天)?(都)?(买过|订过|买的|买了|买(?=.{1,12}(是什么时候|什么时候|几号))|下过|订的|订了)(?!几次|多少次)|(历史|以往|过去|所有|全部|近期)(的)?(订单|购买)|购买(记录|历史)|我(都|还)?买了(什么|些|啥)|订单(记录|历史|列表)|(上次|上回)(我)?(花|付|消费)",
        ),
        (
            9,
            r"(spend|spent)\b.{0,40}\b(more|less)\b.{0,30}\b(or|than)\b",
            "哪个月.{0,6}(花|买)|(花|买)得?.{0,3}(多|少).{0,4}还是",
        ),
        (8, r"(which|what|any) (of my )?orders (did|have|do) (i|we)\b|my (total|bill) (for|in|from|last|this)\b", ""),
        (3, r"(status|state|items|contents|total|invoice) (of|for|in)", "状态|进度|里面(有|都)|多少钱|明细"),
        (
            -6,
            r"^(\w+,? )?i (have )?(just )?(bought|ordered|got|received|purchased)\b(?!.*\b(when|what|which|how|where)\b)",
            "^我(上次|上周|昨天|前几天|最近|刚)?(买的|买了|收到).{0,12}(坏|碎|破|不合适|不喜欢|想退|小了|大了|错)",
        ),
        (
            -5,
            r"(deliver|delivery|shipping|postage) (cost|costs|fee|fees|charge|charges|time|times|option|options|policy|price|take)|(return|refund|exchange|cancel)\w*\b",
            "退|换货|运费|邮费|取消",
        ),
    ),
    Intent.POLICY: (
        (
            16,
            r"how (do|does|is|are|did)\b.{0,25}\b(work(ed)? out|count(ed)?|calculat\w+|measur\w+|decid\w+|determin\w+)\b.{0,25}\b(tiers?|levels?|status)|how (is|are) (my|the|a) (tiers?|levels?|status) (\w+ )?(count|calculat|work|decid|measur)\w*",
            "等级.{0,4}(怎么|如何)(算|计算|来)",
        ),
        (
            16,
            r"(pop|put|wrap|do|send|pack|come)\b.{0,25}\b(in|with) (some |a )?(nice|pretty|gift|wrapping|fancy|lovely)? ?(paper|ribbon|bow)\b|(which|what|who)\b.{0,12}\b(courier|carrier|delivery (company|firm|service)|delivers)\b|(royal mail|dpd|hermes|evri|ups|fedex|dhl|parcelforce)\b|(are you|do you) hir(e|ing)\b(?! out)|(any|a) (jobs?|vacanc(y|ies)) (going|at|in|with|available|here)\b|i (am|would) .{0,12}(job|work) (in|at|for) (your|the) (warehouse|shop|company)",
            "(哪家|什么|哪个).{0,3}(快递|物流|承运)|顺丰|招(人|聘|工)|(找|有).{0,3}(工作|职位|岗位)",
        ),
        (
            12,
            r"(min|minimum|smallest) (order|spend)",
            "(周|星期|礼拜)[一二三四五六日天末](下单|订)|店(铺)?在哪|去.{0,4}逛|最低.{0,4}(多少|起)",
        ),
        (7, r"what (happens )?if\b", ""),
        (9, r"(boxing day|bank holidays?|christmas day|new year'?s day)", ""),
        (
            9,
            r"(store|keep|save|hold|hang on to|remember)\b.{0,20}\bcard (details|numbers?|info\w*)|(who|how|where)\b.{0,15}\bcomplain|\d{4,} (of|pieces|units|items)\b|"
            r"wrap (each|every|all|my|a|an|separately|presents?|gifts?)\b|hand.?written|(deliver|ship|post|send)\b.{0,8}\bthere\b|(deliver|ship|post|send)\b.{0,30}\b(jersey|guernsey|isle of man|channel islands|northern ireland|scotland|wales|france|germany|spain|italy|ireland|belgium|holland|netherlands|luxembourg|portugal|austria|switzerland|sweden|norway|denmark|finland|europe|eu|usa|america|canada|australia|japan|china|india|poland|greece)\b|"
            r"(choose|pick|select)\b.{0,25}\b(day|date|time|slot)\b|(add|put|include|stick|pop|throw|chuck)\b.{0,30}\b(to|in|into|with|on|onto) (my|the|an|our|that) (order|parcel)\b|"
            r"(refer|invite|bring|get)\b.{0,10}\b(friends?|mates?)\b.{0,20}\b(join|sign|code|register)|(when|do|will)\b.{0,20}\b(charge|charged|take the money|take payment)\b(?! for)|"
            r"(pop|drop|call) (in|into|by|round)\b|(come|walk) (into|by|round to) (the|your)\b|(visit|see) (you|your (shop|store|showroom))|(shop|store) (i|we) can (visit|go|come)",
            "(上班|放假|营业|休息|开门|关门)(吗|么|不|时间|到)|扣(钱|款)|(寄|发|送|邮)(到|往|去|给)?(法国|德国|西班牙|意大利|爱尔兰|比利时|荷兰|卢森堡|葡萄牙|奥地利|瑞士|丹麦|瑞典|挪威|芬兰|美国|加拿大|澳大利亚|澳洲|日本|中国|欧洲|欧盟|苏格兰|悉尼)|支票|货到付款|少(了|发).{0,4}(件|个|东西)|漏(了|发)|预(订|定|售)|提前(看|买|知道)|新品.{0,6}(提前|先)",
        ),
        (
            7,
            r"(will|would|can|could)\b.{0,30}\b(get here|arrive|be here|come|reach|delivered)\b.{0,20}\b(by|before|in time|for) (christmas|xmas|new year|easter|the weekend|mon|tues|wednes|thurs|fri|satur|sun|the \d)|in time for",
            "(圣诞|元旦|新年|过年|周末)前.{0,6}(到|收到|送到)",
        ),
        (
            9,
            r"(if|when) (i|we) order (it |this |them )?(today|now|tomorrow|on|by|before)",
            "(今天|现在|明天)下单.{0,8}(到|收到|送)",
        ),
        (
            7,
            r"(free |express |standard |next.day |same.day |international |worldwide |home |fast |cheap |tracked |weekend |saturday |sunday )?(deliver|delivers|delivering|delivery|deliveries|shipping|postage|courier|p&p)\b(?!.{0,15}\bmy order)|(ship|ships|post|send|deliver|mail)\b.{0,15}\b(to|abroad|overseas|internationally|worldwide|outside|anywhere)\b|shipping|(how|which|what).{0,12} (do|can|will|would) you (ship|send|deliver|post)|dispatch time|how long (does|will|would|do|did) (it|this|that|they)?.{0,3}take\b|(take|get|arrive|be)\b.{0,12}\b(to|in) (france|germany|spain|italy|ireland|belgium|holland|netherlands|portugal|austria|switzerland|sweden|norway|denmark|finland|scotland|wales|europe|usa|america|canada|australia)\b|(get|have|here|arrive|come) (it |them |this )?(by|before|in time for) (mon|tues|wednes|thurs|fri|satur|sun)day|(pay|paying) (extra|more) (for|to)|if i pay extra|faster|in a hurry",
            "运费|邮费|配送|送货|包邮|免邮|快递费|寄到|寄往|送到(?!了|哪)|发到|发往|(几天|多久|多少天)(才)?(能|可以|会)?(到|送|收到|发货)(?!了)|国际(?!.?棋|象)|海外|快递公司|次日达|加急|(能|可以|支持|会).{0,6}(寄|送|发|邮)(?!了|我)",
        ),
        (
            8,
            r"(return|returns|returning|returned|refund|refunds|refunded|exchange|exchanges|exchanging|swap)\b(?! (of|customer))|(send|take|bring|give)\b.{0,30}\bback|money back|do not (like|want) (it|them|this)|changed? my mind|(does|did|do) not (fit|suit|work)|cool(ing)? off|unwanted",
            "退货|退款|换货|退换|退(吗|掉|回|了|钱)|能退|可以退|怎么退|想退|要退|不想要|不喜欢|不合适|后悔|退|无理由|调换",
        ),
        (
            8,
            rf"{BROKEN}|wrong (item|thing|product|order|colour|color|size|one)|(in|into|to) (bits|pieces|shards)\b|(missing|incomplete|not what i ordered)|(lost|stolen) (in the post|parcel|package)|(parcel|package|delivery|order|it) (gets?|got|goes|went|is|was) (lost|missing|stolen|broken)|never (arrived|came|turned up)|warranty|guarantee",
            f"{BROKEN_ZH}|少(发|了|件|一)|发错|错发|漏发|丢件|寄丢|保修|质保|保证",
        ),
        (
            8,
            r"(pay|paying|payment|payments|pays)\b(?! (attention|for order))(?!.{0,20}\border (no|number|#|\d))|paypal|visa|mastercard|amex|american express|klarna|clearpay|apple pay|google pay|credit cards?|debit cards?|bank transfer|invoice|instalments?|installments?|gift (cards?|vouchers?|certificates?)|vouchers?|(discount|promo|coupon|promotion) ?(codes?)?\b|currenc(y|ies)|vat\b|sales tax|customs|duty|duties|cash",
            "(怎么|如何|可以|能|能不能|支持|用|接受|什么方式).{0,6}(付|支付)|付款(方式|方法)|支付(方式|方法|宝)|信用卡|借记卡|微信|银联|paypal|分期|礼品卡|礼品?券|购物[券卡]|代金券|优惠(码|券|活动|吗)?|折扣|打折|促销|满减|发票|关税|增值税|税|货币|币种|现金",
        ),
        (
            8,
            r"(cancel|cancelling|canceling|cancellation|amend|modify|edit)\b|(add|put|include)\b.{0,25}\b(to|in|into|with) (my|the|an|our) (order|parcel)\b|(change|update|correct|fix)\b.{0,25}\b(address|order|e-?mail|password|details|name|phone|card)|(wrong|new|different) (address|house|flat|street|postcode|post code|door|number|town|name)|forgot(ten)? (my )?password|reset (my )?password|(create|open|close|make|need) (an |my )?account|sign up|log ?in|sign in|register|guest checkout|without (an )?account",
            "取消|(改|换|更改|修改|更新).{0,4}(地址|订单|邮箱|密码|电话|资料|收货)|忘(记|了)密码|注册|登录|登陆|(开|没有|建)账(户|号)|访客",
        ),
        (
            7,
            r"(opening|business|working|office|open) (hours|times|on)|are you open|phone number|telephone|(contact|reach|e-?mail|call|ring) (you|us|details)|how (do|can) i (contact|reach|get in touch)|get in touch|your (address|e-?mail|phone|number|location|shop|store|website)( address)?\b|where are you (based|located)|(physical|high street|real|actual) (shop|store|branch)|showroom|(click|collect|pick).{0,6}(collect|up)\b|collect (it|my|in)|complaints?\b|about (the )?(shop|company|you guys)",
            "营业时间|几点(开|关)门|电话(号码)?|联系(方式|你们|电话)|怎么联系|邮箱|客服(电话|邮箱|时间)|你们(的)?(地址|店|在哪)|实体店|门店|自提|自取|到店",
        ),
        (
            7,
            r"(put|add|include|write|enclose)\b.{0,20}\b(note|message|greeting)\b|gift.?wrap(ping|ped)?|wrap (it|this|them|the)|gift (message|note|receipt|option|box)s?|wholesale|bulk (order|buy|discount)s?|trade (account|discount|price|customer)s?|minimum order|(student|nhs|military|staff) discount|newsletter|unsubscribe|sustainab\w+|recycl\w+|eco|packaging|environment\w*|ethical|back in stock|restock\w*|pre-?order|reserve|terms|conditions|(your|the|shop|store|what|any) (\w+ )?(polic(y|ies)|rules|terms|faq)|polic(y|ies)\b|refer(ral|ring)? (a friend|friends|program)|referral",
            "礼品(包装|盒)|礼物包装|包装(服务|费|成礼物|要|收|多少钱|一下|吗)|贺卡(?!.{0,3}(吗|多少))|批发|大量(购买|采购)|团购|企业|最低(起订|消费|订单)|起订|学生(优惠|折扣)|退订|环保|可持续|回收|补货|到货通知|预订|预售|条款|政策|规定|规则|常见问题|推荐(朋友|好友|人)|邀请(朋友|好友)",
        ),
        (
            7,
            r"(loyalty|rewards?|membership|points|tier|tiers) (program(me)?|scheme|system|work|benefits|levels|card|club|perks|rules)|(benefits?|perks|advantages|rewards?) (of|for|do|are|as)\b|(do|can|will|where) (i|we) (get|have|earn|collect|use|spend) (any |my )?points\b|(what|anything)\b.{0,20}\b(get|getting|receive|offer)\b.{0,30}\b(loyal|regular|returning|members?|gold|silver|platinum)\b|how (do|does|are) (the |your )?(loyalty|tiers?|points|membership|rewards?)|(what|which|how many|explain|list)\b.{0,25}\b(tiers|levels|memberships)\b|(gold|silver|platinum|members?) (tier|member|membership|benefits|perks|get|status)\b|expire",
            "会员(制度|计划|权益|福利|好处|规则|优惠|政策|体系|有什么|分)|(有|分)(哪些|几个|几)(会员)?(等级|级|档)|(金|银|白金|铂金)(卡|级|会员)(有|的|享|是|能)|积分(规则|怎么|有效|如何|能)|等级(怎么|如何|规则|制度|划分)|过期",
        ),
        (8, r"(my|many|earn|collect|redeem|loyalty|reward|any|spend|use|get) points\b", "积分"),
        (9, r"(add|put|include)\b.{0,25}\b(to|in|into|with) (my|the|an|our) (order|parcel)\b", ""),
        (9, r"(when|do|does|will|are)\b.{0,30}\b(sold.?out|out of stock)\b.{0,30}\b(back|again|return)\b", ""),
        (
            8,
            r"vat\b|taxes|tax (included|incl)|include tax",
            "交税|要税|税(费|吗|金)|支付宝|微信支付|花呗|几点(上班|开门|营业)|上班时间",
        ),
        (8, r"(do|are|when) you (open|closed?|shut)\b|you open\b", ""),
        (
            16,
            r"(gold|silver|platinum|tiers?|level|status|members?(hip)?)\b.{0,25}\b(runs? out|expires?|expiry|ends?|lapse|for (ever|life)|cheaper|discounts?|pay less|lower prices|money off)\b|(lose|keep) (my )?(gold|silver|platinum|tier|level|status)\b",
            "(等级|会员|金卡|银卡|白金).{0,8}(到期|过期|失效|多久|保留|降级|便宜|折扣|打折|优惠)",
        ),
        (9, "", "(等级|会员|金卡|银卡|白金|身份).{0,4}(有什么|有哪些|有啥|的)?(好处|权益|福利|优惠|特权)"),
    ),
    Intent.GIFT: (
        (-12, "", "包装(成|为)?.{0,3}(礼物|礼品)?(吗|么|呢|要|多少)"),
        (-8, r"(bought|gave|got|sent|given) (me|us|it to me)\b", "(送|给)(了)?我(的|一)"),
        (
            7,
            r"gifts?\b(?! (card|voucher|wrap|receipt|certificate|bag|box|tag|message|option|note))|presents?\b|stocking (filler|stuffer)s?|secret santa|for (someone|somebody|a person|a friend|people) who|(turns?|turning|(?<!much )is) \d{1,2}\b|(birthday|anniversary|wedding|christening|housewarming|house warming|retirement|graduation|mother'?s day|father'?s day|valentine'?s?|(?:a|say|as) thank you|leaving|new home|baby shower|engagement|hostess)( (gift|present|idea|do))?",
            "礼物|送(给|妈|爸|老|女|男|朋|同|孩|小|奶|爷|她|他|人|一|个|什么|闺|领|长|点)|生日|伴手礼|送礼|乔迁|满月|纪念日|情人节(?!卡)|母亲节|父亲节|毕业|圣诞老人",
        ),
        (
            4,
            rf"for (my|a|the|an|our|his|her) (\w+ )?({RELATIVE}|baby|toddler|niece|nephew|girl|boy|man|woman|child|teen|teenager|couple|kid|host|grandson|granddaughter|wife|him|her)\b|budget",
            f"给.{{0,4}}({RELATIVE_ZH}|小朋友|孩子|宝宝|女孩|男孩)|预算",
        ),
    ),
    Intent.POPULAR: (
        (
            8,
            r"popular|best.?sell(er|ers|ing)|trending|top sell(er|ers|ing)|(most|often) (bought|sold|ordered|purchased|wanted)|favorites?|what (do|does|are|is) (other |most )?(people|everyone|everybody|customers|shoppers|others)\b.{0,15}\b(buy|buying|get|getting|order|ordering|like|love)|hot (right now|items|products)|what sells",
            "热销|畅销|最受欢迎|(大家|别人|人们|其他人)(都|一般|最)?(爱|喜欢|在)?买|爆款|热门|卖得(最)?好|最火|人气|流行",
        ),
    ),
    Intent.RECOMMEND: (
        (
            5,
            r"recommend\w*|suggest\w*|(what|anything) (should|would|could|might|do you think) i (buy|get|like|try|want|enjoy|need|love)|ideas?|inspir\w+|surprise me|(pick|choose|select) (something|one|a few) (nice )?for me|anything (new|good|interesting|nice) (for me|in)|just for me|for me\b|i might like|i would like\?|my taste|what is new|something new|new arrivals|tempt me",
            "推荐(?!码|人|链接)|建议|我(会|可能|应该)(会)?(喜欢|买|需要)|适合我|随便(看看|逛逛)|猜我|(有什么|什么)(新|好)(品|东西|货)|新品|给我(挑|选)|挑(几|一)(个|款|件)|有什么(好|值得)",
        ),
    ),
    Intent.STOCK: (
        (6, r"(?:is|are) .{3,60} to be had\b", ""),
        (
            6,
            r"in stock|sold out|out of stock|stocks?\b|availab\w+|(is|are|was|were) (this|it|that|these|those|they|the)\b.{0,40}\b(for|on) sale\b(?! price)|^(is|are) (the|your|any) [\w' &-]{3,60}(?<!plug)(?<!built)(?<!made) in$|^(have|has) .{3,60} (back )?in$|still (got|have|get|sell|buy|there|available|around|going|about|on sale)|(any|some|many|much|one|enough)\b.{0,40}\bleft|what is left\b|run out|(do you|have you) still|can i still|back in|(coming|come|be) back\b",
            "有货|缺货|现货|库存|有没有货|没货|卖完|售罄|断货|卖光|还有(吗|没有|货|么|没)|还能(买|订)|在售|有货吗|剩(多少|几|下)|还(卖|有)",
        ),
    ),
    Intent.PRICE: (
        (
            5,
            r"how (much|expensive)\b|prices?\b|priced|pricing|costs?\b|(come|comes|add up|adds up) to\b|what is the damage|what\b.{0,60}\b(set me back|go for|going for|sell for|selling for|charge|worth)|(£|\$|€)\?|what do you (want|ask|charge) for",
            "多少钱|价格|价钱|什么价|卖多少|怎么卖|价位|几块|几镑|多少(镑|块|英镑|元)|售价|贵不贵|贵吗|报价|要多少|标价|啥价",
        ),
        (
            4,
            r"how much (would|will|do|does|is|are|for)\b.{0,60}\b(cost|costs|be)\b|(come|comes|add up|adds up) to\b",
            "",
        ),
        (-6, r"my (shopping )?(basket|cart|trolley|order|parcel)\b", ""),
    ),
    Intent.DESCRIBE: (
        (
            6,
            r"(dimensions?|measurements?|materials?|sizes?|weight|height|width|ingredients|colours?|colors?) (of|for)\b",
            "",
        ),
        (
            4,
            r"(tell|know|learn|hear|read|find out|see|info|information|details|anything)\b.{0,15}\b(about|on|of)\b|describe|description|details|specifications?|specs|what (is|are) (a|an|the|this|that|it|these|your)\b|what (exactly )?(is|are)\b|what sort of thing",
            "介绍|是什么|什么东西|详情|详细|描述|说说|讲讲|了解(一下)?|具体(信息|情况)|怎么样",
        ),
        (
            6,
            r"(what|which) (section|category|department|shelf|aisle|range|part of the (shop|site))|categor(y|ies)|department|(product|item|article|stock|catalogue) (code|number|no|id)|sku|(the|its|a) code|code (of|for)|link|url|(product )?page (of|for)|web ?page|the page|(picture|photo|image)s? (of|for)",
            "(什么|哪个|哪一|哪)(分类|类别|类|区|架|部门|栏目|目录|货架)|分类|类别|货号|编号(是|多少)|商品(编号|代码|号|码)|代码|链接|网址|页面|图片|照片",
        ),
        (
            6,
            r"(what|which|is|how|any|are|does|can|do)\b.{0,50}\b((?:big|small|large|tall|wide|heavy|cotton|plastic|wooden|metal)(?= ?(?:$|[?,.!;]|or\b|and\b|enough\b|is\b|are\b|too\b|the\b|do\b|does\b|would\b|will\b|can\b|in\b|for\b))|size|sizes|dimensions?|weigh|weight|material|made (of|from)|made in|colours?|colors?|brand|batter(y|ies)|dishwasher|microwave|waterproof|washable|wash|organic|vegan|age|ages|safe|ingredients|height|width|length|capacity|hold|reviews?|ratings?|stars)\b",
            "(尺寸|多大|大小|多高|多长|多宽|多重|重量|材质|材料|什么做|颜色|品牌|牌子|电池|洗碗机|微波炉|防水|可洗|产地|适合几岁|安全吗|容量|评价|评分|口碑|质量(怎么样|好))",
        ),
    ),
    Intent.SEARCH: (
        (
            5,
            r"cheapest|most expensive|priciest|dearest|least expensive|lowest price|highest price|most affordable",
            "最便宜|最贵|价格最(低|高)",
        ),
        (
            3,
            r"show|looking for|look for|find|searching|search|(do|does|did) (you|your shop|the shop|they|u) (sell|have|stock|carry|do|offer|got)|got any|have you (got|any)|you got|is there|are there|any\b|i (want|need|would like|would love|fancy|require)|want|need|i am (after|looking|searching|hunting)|after (a|an|some)|browse|where can i (find|buy|get)|in the market for|cheapest|cheaper|most expensive|priciest|dearest|least expensive|lowest price|highest price|stuff|something|selection|range of|options|list|sells?|anything",
            "有没有|有.{1,20}(吗|么|嘛|没)|[有卖](吗|么|嘛)[?]?$|想(买|要|找|看|挑)|找|看看|卖.{0,12}(吗|么)|卖不卖|来(点|些)|需要|最便宜|最贵|便宜(点|些|的)|哪些|都有(什么|啥)|有(什么|哪)|想给|要买|求购|买(个|点|些)|要(一|个)|搜",
        ),
    ),
    Intent.ABUSE: (
        (
            1,
            r"fuck\w*|shit\w*|idiot|stupid|useless|moron|bitch|dumb|crap|bastard|wanker|asshole|arsehole|hate (you|this)|rubbish bot|garbage|shut up|piss off|screw you|dickhead|twat",
            "傻|滚|垃圾|白痴|妈的|笨|蠢|废物|他妈|操你|去死|混蛋|脑残|智障|闭嘴|坑爹|骗子",
        ),
    ),
    Intent.HELP: (
        (
            5,
            r"(what|which|how)\b.{0,25}\b(can|could|do|are) (you|i|your)\b.{0,15}\b(do|help|ask|able|offer|capable|know|answer|assist)\b(?! about (it|this|that))(?! (?:your |the |my |to )?(?:e-?mails?|mails?|letters?|phone|calls?|messages?|questions?)\b)|what (sort|kind|type)s? of (things|questions)|^help( me)?( please)?$|i need (some |your )?help( please)?$|(can|could|will|would|are) you (able to )?(please )?help( me)?( out)?( please)?$|how does this (work|chat)|your (abilities|capabilities|features)|menu|options please",
            "(你|能|可以)(能|会|可以)?.{0,4}(做|帮|干|问)(什么|些什么|啥|我什么|我做什么|哪些)|你会什么|^帮(助|我|忙)?$|怎么用你|有什么功能|我能问|能帮我(吗|什么)",
        ),
    ),
    Intent.ABOUT: (
        (
            20,
            r"(am|are) (i|we) (talking|speaking|chatting|writing|typing) (to|with)\b|are you (a |an |really )*(real|actual|live|human|robot|bot)\b|is (this|it|there) (a |an |really )*(human|robot|bot|(real|actual|live) (person|human|man|woman|somebody|someone)|(real|live)$)|(is|are) (a|any|there a|some) (real |actual |live )?(person|human)\b|(real|actual) (person|human) or\b",
            "(是|跟|和).{0,4}(真人|机器人|机器).{0,4}(聊|说话|吗|还是)|你是(不是)?(真人|机器)",
        ),
        (
            6,
            r"(are|r) (you|u|this) (a |an |really )*(robot|bot|human|real|ai|person|machine|computer|program|chatbot|chat bot|man|woman)|who (made|created|built|trained) you|(which|what) (ai|model|llm|language model|gpt)|your name|what are you(?! (going|planning|doing|gonna|able))|am i (talking|speaking|chatting) (to|with)|who are you|who am i (talking|speaking|chatting)",
            "你是(谁|机器人|真人|人吗|人工智能|ai|什么|人还是)|你叫什么|谁(开发|做|造|训练)(了|的)?你|哪个模型|什么模型",
        ),
    ),
    Intent.THANKS: (
        (
            1,
            r"^you(?: are|'re| have been| were)? (?:a |an |the |so |such |very |really |absolute(?:ly)? |total |real |most |great |big |huge )*(?:star|legend|gem|angel|diamond|treasure|life ?saver|best|kind|helpful|help|great|sweet|clever|good|patient|useful|brilliant|amazing|wonderful|fantastic)\b(?: today| here| with (?:this|that|it)| to me| of you)*[ !.]*$|"
            r"^(?:you|that|this|it) (?:have |has )?(?:really |just |so |totally )*(?:saved|helped) (?:me|my|us|the day|a lot|so much|loads)\b.{0,40}$|"
            r"^(?:(?:that|this|it) (?:is|was|has been) )?(?:a |so |such a |very |really |super |most |extremely |great |big |huge |real )+(?:help|helpful|kind|useful|grateful)(?: of you| to me| today| indeed)*$|"
            r"^(?:(?:i|we) )?(?:really |do |so |very much )*appreciate\b.{0,30}$|thanks?\b|thank you|cheers|ta\b|much appreciated|great|perfect|lovely|brilliant|awesome|nice one|thats all|that is all|that is (great|perfect|helpful|it)|good (bot|job)|wonderful|excellent|amazing|^(no[ ,]+)?nothing else",
            "^[你您](真|太|好|很|真的|真是|特别|非常|挺)*(棒|厉害|贴心|聪明|耐心|热情|周到|靠谱|专业)[了啊呀呢]?$|帮(?:了|到|上)?(?:我|我们)?(?:很|个|一个)?大忙|^(?:给我|帮我|你|您)*(?:真的?)?省了(?:我|我们)?(?:很多|不少|好多)(?:时间|功夫|事)[了啊呀]?$|解决了我的(?:大?问题|难题)|^有[你您]真好|^(?:让)?[你您]?费心了|感激|^[你您](真|太|很)好$|谢|多谢|感谢|太好了|太棒了|很好|不错|好的,?谢|没(别的)?(事|问题)了|就这些|辛苦",
        ),
    ),
    Intent.BYE: (
        (
            1,
            r"bye\b|goodbye|see you|good night|cya|later\b|farewell|have a (nice|good|great)",
            "再见|拜拜|回见|晚安|下次见|88",
        ),
    ),
    Intent.GREETING: (
        (
            1,
            r"hi\b|hiya|hello\w*|hey\w*|good (morning|afternoon|evening|day)|morning\b|evening\b|afternoon\b|greetings|howdy|yo\b|sup\b|how are you|how is it going|how do you do|what is up|nice to meet you|anyone there|alright\b",
            "你好|您好|嗨|哈喽|哈啰|早上好|早安|下午好|晚上好|早啊?$|在吗|在么|在不在|hello|hi$|吃了吗|最近怎么样|幸会|^喂",
        ),
    ),
    Intent.YES: (
        (
            1,
            r"^((lol|ha|haha+|hehe|oh|ah|hm+|well|cool|great|nice|fine|good)[ ,.!]*)*(yes|yeah|yep|yup|ok|okay|sure|please do|go ahead|do it|sounds good|confirm|alright then|absolutely|of course)\b[a-z ,]{0,20}$",
            "^(?:[哈呵嘿嗯哦]+[,，]?)*(是的?|好的?|可以|行|嗯+|对|确认|要|没问题|同意|当然)[吧啊呀的,]?$",
        ),
    ),
    Intent.NO: (
        (
            1,
            r"^(no|nope|nah|not now|no thanks|no thank you|do not|cancel that|never ?mind|forget it)\b[a-z ,]{0,15}$",
            "^(不|不要|不用|不是|算了|没有|不了|不行|取消)(了|吧|谢谢|,谢谢)?$",
        ),
    ),
}

ASPECTS: dict[str, tuple[str, str]] = {
    "items": (
        r"(what|which|show|list|tell me)\b.{0,30}\b(in|buy|bought|get|got|order|ordered|items|inside|contain\w*|contents|purchase|purchased)\b|items|contents|products (in|of)|what (was|were) (it|that|they)$",
        "买了?(什么|些|啥|哪些)|里面(有|都|是)|有(什么|哪些|啥)|哪些(东西|商品|产品)|明细|内容|买的(什么|东西|都|是)|订了(什么|些|啥)",
    ),
    "total": (
        r"how much|total|cost|pay|paid|price|amount|come to|charged|invoice|value of",
        "多少钱|总(价|额|共|计|金额)|一共|花(了|费)|付了|金额|合计|价格|消费",
    ),
    "expected": (
        r"when|arriv\w+|eta|expected|how long|what day|get here|be here|deliver(y|ed) (date|day|by)|land|turn up|reach me",
        "什么时候(?!买|下|订)|几时|多久|何时|哪天|到货|送达|(能|会|可以)?(收到|送到)|几号",
    ),
    "bought_when": (
        r"(when|what date|what day|last time|how long ago)\b.{0,30}\b(i|we|my|was)\b.{0,30}\b(buy|bought|order|ordered|purchase|purchased|place|placed|get|got)|(date|day) of (my )?(last|latest)|ordered on",
        "(什么时候|何时|哪天|几号|多久前|几时).{0,6}(买|下|订)|(买|下|订).{0,20}(什么时候|是哪天|几号|是何时|的时间)|下单(时间|日期)|上(次|回)买.{1,14}是",
    ),
    "ever": (
        r"(did|have|had) i (ever |already |previously )*(buy|bought|order|ordered|get|got|purchase|purchased)\b|bought before",
        "(有没有|是否|曾经|以前|之前)?(买过|订过)",
    ),
    "list": (
        r"(all|list|show|see|view|recent|past|previous|my) (me )?(of )?(my )?(\w+ )?(orders|purchases)\b|history|what (all )?(have|had) (i|we) (all )?(bought|ordered|purchased)( from you| here)?( so far| until now| up to now| to date)$",
        "(所有|全部|历史|以往|最近的几|近期|列出|看看|查看|列一下).{0,6}(订单|购买|单)|订单(列表|记录|历史)|购买(记录|历史)|订单.{0,4}(都?有哪些|有几个|列)|(哪些|几个)订单|(一共|都|总共)(下过|有)(哪些|几)(个|笔)?(订单|单)",
    ),
    "cancelled": (r"cancel\w*", "取消"),
    "category": (
        r"section|categor\w+|department|shelf|aisle|part of the (shop|site)",
        "分类|类别|哪(一)?类|什么类|哪个区|货架|部门|栏目|目录",
    ),
    "code": (r"code|sku|(product|item|article|stock|catalogue) (number|no|id)", "货号|编号|代码|商品号|商品码|型号"),
    "link": (r"link|url|page|web ?page|website|picture|photo|image", "链接|网址|页面|图片|照片"),
    "unknown": (
        r"(what|which) colou?rs? (is|are|was) (the|this|that|these|those|it|they|your)|litres?|millilitres?|age range|lid|filled|(non-?)?toxic|size|sizes|dimensions?|measurements?|how (big|tall|wide|heavy|long|large|small)|weigh|weight|material|made (of|from|in)|batter(y|ies)|dishwasher|"
        r"microwave|waterproof|washable|machine wash|organic|vegan|what ages?|suitable for|safe for|ingredients|height|width|length|capacity|reviews?|ratings?|stars|brand|soy|beeswax|biodegradable|recycled|magnetic|rechargeable|adjustable|stackable|foldable",
        "尺寸|多大|大小|多高|多长|多宽|多重|重量|材质|材料|什么做|电池|洗碗机|微波炉|防水|可洗|产地|哪[里儿]产|产自|哪[里儿]生产|几岁|容量|评价|评分|口碑|质量|品牌|牌子|颜色",
    ),
    "tier": (
        r"tiers?|level|status|rank|standing|gold|silver|platinum|points|rewards?",
        "等级|级别|几级|会员|金|银|积分|档",
    ),
    "orders": (
        r"how many|how often|number of|times",
        "几次|多少次|几单|几回|多少单|几笔|多少笔|几个订单|多少个?订单|下单次数|订单数|几个单",
    ),
    "spent": (r"spent|spend\w*|money|paid", "花|消费"),
    "since": (
        r"since|how long|joined?|sign(ed)? up|first (order|purchase|time)|become a|start(ed)?",
        "多久|多长|什么时候|何时|哪年|加入|注册|第一次|几年",
    ),
    "left": (
        r"how many\b.{0,40}\b(left|have|stock|there|units)|stock level",
        "剩(多少|几)|还有(多少|几)|库存(多少|是)|多少(件|个)",
    ),
    "last_order": (
        r"(last|latest|previous|recent) (order|purchase|shop|basket|time)|(repeat|redo|duplicate)\b.{0,15}\border|order (again|the same|it again|that again)|same again",
        "上(次|一?单|回)|再来一单|重复上",
    ),
}

CHEAPEST = (
    r"cheapest|lowest(.priced)?|least expensive|most affordable|cheap\b|cheaper|inexpensive|budget option|bargain",
    "最便宜|最低价|最划算|便宜(点|些|一点)?的?|价格最低|实惠",
)
DEAREST = (
    r"dearest|most expensive|priciest|highest(.priced)?|poshest|most costly|top end",
    "最贵|最高价|价格最高|最高档",
)
IN_STOCK = (
    r"in stock|available|you have in|(can|could|may) (i|we|you) (actually |really |still )?(buy|order|get|have|send|ship|deliver|post)\b"
    r".{0,12}\b(now|today|straight away|at once)|(ones?|what|those|that) (i|we|you) can (actually|really|still) (buy|order|get|have|send)",
    "有货|现货|库存|能?马上(买|发|下单)|现在(就)?(能|可以)(买|下单|发)",
)
HERE = (
    r"this\b(?! (?:morning|afternoon|evening|week|weekend|month|year|time|spring|summer|autumn|winter|christmas|easter)\b)|these\b",
    "这(?!单|次|些|几|里|样|边|周|月|年|家|两|二)|此(款|商品|产品)|当前",
)
THERE = (
    r"it\b|its\b|that\b(?! (is|goes|can|i|would|are|match|matches|costs|you|fits?|works?|will|has|have|do)\b)|that one|them|those|both|they",
    "它|那(个|款|件|么|它)|其|他们|它们",
)
BOTH = (
    r"both|these( two| ones)?\b|those( two| ones)?\b|(the|these|those) (two|2|three|3)\b(?![ -](?:tiers?|tiered|pieces?|layers?|drawers?|packs?|sets?|shelf|shel))|two of (them|these)|them\b|all (of them|three)|each",
    "(这|那|前)两|两(款|者)|它们|二者|这几|这三|这些|都",
)
FOLLOWING = (
    r"^(and|or|but|so|ok|okay|then|what about|how about|what of|and what about|same for)\b|one\b(?! (?:go|piece)\b)|ones\b|instead\b",
    "呢$|呢\\?|^那|^还有|^换成|^改|的呢|那么|的那(?:个|款|种|只|条|把)",
)

MOST = {
    "under": "max", "below": "max", "less than": "max", "cheaper than": "max", "up to": "max", "max": "max", "maximum": "max",
    "maximum of": "max", "max of": "max", "at most": "max", "no more than": "max", "not more than": "max", "within": "max",
    "nothing above": "max", "nothing over": "max", "not over": "max", "not above": "max", "budget": "max", "budget of": "max",
    "budget is": "max", "a budget of": "max", "limit of": "max", "not exceeding": "max", "lower than": "max", "beneath": "max",
    "inside": "max", "spend": "max", "spending": "max", "have": "max", "only have": "max", "got": "max", "for": "max",
    "budget around": "about", "budget about": "about", "budget of about": "about", "budget of around": "about", "no more then": "max",
    "over": "min", "above": "min", "more than": "min", "at least": "min", "from": "min", "minimum": "min", "minimum of": "min",
    "upwards of": "min", "starting at": "min", "no less than": "min", "not less than": "min", "higher than": "min", "not under": "min",
    "dearer than": "min", "more expensive than": "min", "exceeding": "min", "starting from": "min", "min": "min", "not below": "min",
    "about": "about", "around": "about", "roughly": "about", "approximately": "about", "approx": "about", "circa": "about",
    "near": "about", "close to": "about", "say": "about", "something like": "about", "somewhere around": "about",
    "不超过": "max", "不高于": "max", "低于": "max", "少于": "max", "不到": "max", "最多": "max", "至多": "max", "小于": "max", "别超过": "max",
    "不要超过": "max", "不能超过": "max", "预算": "max", "预算是": "max", "预算为": "max", "预算在": "max", "控制在": "max", "上限": "max", "不多于": "max", "只有": "max",
    "超过": "min", "高于": "min", "多于": "min", "大于": "min", "至少": "min", "最少": "min", "不低于": "min", "不少于": "min", "起码": "min",
    "大约": "about", "大概": "about", "约": "about", "差不多": "about", "预算大概": "about", "预算约": "about", "预算大约": "about", "预算差不多": "about",
}  # fmt: skip
"""What stands before an amount and bounds it; the longest that fits counts."""

AFTER = {
    "or less": "max", "or under": "max", "or below": "max", "tops": "max", "max": "max", "maximum": "max", "at most": "max",
    "budget": "max", "limit": "max", "and under": "max", "or cheaper": "max", "to spend": "max", "or more": "min", "or over": "min",
    "or above": "min", "and up": "min", "and over": "min", "plus": "min", "upwards": "min", "minimum": "min", "or so": "about",
    "ish": "about", "-ish": "about", "give or take": "about", "roughly": "about",
    "以下": "max", "以内": "max", "之内": "max", "之下": "max", "内": "max", "封顶": "max", "为限": "max", "的预算": "max", "预算": "max",
    "以上": "min", "之上": "min", "起": "min", "往上": "min", "左右": "about", "上下": "about", "出头": "about", "的样子": "about",
}  # fmt: skip
"""What stands behind an amount and bounds it."""

NUMBERS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "hundred": 100, "thousand": 1000,
}  # fmt: skip
DIGITS_ZH = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
PLACES_ZH = {"十": 10, "百": 100, "千": 1000, "万": 10000}

CURRENCY_BEFORE = r"gbp|£|\$|€|¥|usd|eur|us\$"
CURRENCY_AFTER = r"pounds?|quid|gbp|sterling|bucks|dollars?|usd|euros?|eur|£|€|\$|squid|p(?![a-z])|pence|yuan|rmb|块钱|块|元钱|元|英镑|镑|磅|欧元|欧|美元|美金|刀|便士"
PENCE = ("p", "pence", "便士")
SLANG_MONEY = {"fiver": 5, "tenner": 10}

ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "sixth": 6,
    "6th": 6, "seventh": 7, "7th": 7, "eighth": 8, "8th": 8, "last": -1,
}  # fmt: skip
MEASURE_ZH = "个|件|盏|套|份|只|把|条|张|盒|包|本|瓶|对|块|支|顶|双|台|串|款|样|幅|枚|袋|罐|箱|打|副|根|卷|束|桶|颗|粒|组|朵|片|册|捆"

_STOP = """
poss possible ideally preferably rid fair enough proper kindly grateful obliged regards sirs madam
charge charges moment purchase curiosity curious nosy boss chap bloke mrs missus hiya heya howdy ugh argh grr hmm hm erm uh huh yikes crikey blimey ooh aha yay altogether together you're we're they're
time times two three both lover lovers enthusiast addict place placed suits suit fits fit goes matches lads dads fathers mothers a an the this that these those it its is are was were be been am do does did done have has had having will would can
could shall should may might must i me my mine we us our you your yours he she they them their his her him who whom
whose which what when where why how and or but so if then than as at by for from in into of off on onto out over to
up with without about around under below above between within against again more most less least any some all each
every no not only just also too very really quite please thanks thank hi hello hey ok okay yes oh well um show find
search looking look get got give want need like love likes loves wants needs buy buying bought order ordering sell
selling sold stock stocks carry offer offers available availability price prices priced pricing cost costs much many
expensive cheap cheapest cheaper dearest priciest lowest highest affordable budget tell know anything something
nothing everything stuff thing things item items product products one ones kind kinds sort sorts type types shop
store here there today now currently still left right see let go going goes gone come comes put add take make back
maybe perhaps think wondering wonder help question quick pound pounds quid gbp sterling money euro euros dollars
pence fiver tenner max maximum min minimum tops per piece nice good great best better lovely pretty beautiful cool
decent recommend recommendation recommendations suggest suggestion suggestions idea ideas gift gifts present
presents someone somebody person people birthday anniversary compare comparing comparison difference vs versus cart
basket trolley remove code sku number link page section category department details detail info information
description describe colour color made anymore ever already yet same similar alternative alternatives match matching
pair pairs set rn after before last first second third range options option selection list view pls ta cheers way
mad crazy keen enjoys enjoy enjoying fan fond turning turns turn years year old saturday sunday monday tuesday
wednesday thursday friday week weekend month tomorrow tonight soon awful lot lots bit few couple new fancy sale u ur
r plz being redoing keep dealing fully exactly actually hang though through while worth dear sir madam morning
afternoon evening day hope hoping especially particularly have'nt another pop throw stick place chuck drop change
quantity qty total pay paid send arrive spend spending spent approx approximately roughly ish differences suitable
ideal perfect im ive id would'd got'ya colleague drinks drink eats say like's does'nt yourself myself mate guys
folks anybody anyone everyone have-you do-you interested price-wise wise value deal deals bargain which's in-stock
instead other others else lover lovers enthusiast addict placed both lol lmao haha omg btw tbh mains dearer pricier saw seen
whole entire once forgot forget remember sisters brothers daughters sons yr yrs planning obsessed w bits somthing different teachers teacher daughter
wants lads smashing proper bloody selling bestselling bestseller seller sellers colours colors sizes poshest ie eg steep seems true too back lovely website question hope bother sorry x xx
hiya heya hmm hmmm hm ugh oh ooh aww aw wow yay meh eek nah yeah yep yup nope erm er um umm uh lil wee says said saying sounds sound
sells thats whats alright righto differ differs ideally preferably theme themed themes mean innit blimey gosh cheeky gap popular damage apiece separately shelves
save saves saving saved rather actually probably possibly certainly exactly especially mainly mostly usually normally generally typically
currently recently shortly quickly slowly easily properly obviously apparently eventually suddenly possible impossible taken taking took
takes brought bring brings bringing getting gets gotten becomes become became tried tries decide decided deciding chosen chose choosing
consider considering considered imagine wondered wonder hoping hopes believe believed supposed suppose seem seemed appear appears happened
happens expected expecting managed mention mentioned explain describe described suggest suggested telling told asks answered visiting
visited allow allowed allows affords afford rarely hardly barely otherwise although despite except unless towards beyond several various
certain particular specific previous far earlier instead opened fine gutted
"""
STOP = frozenset(_STOP.split())
"""English words that name no product. Where nothing else is left, what is shown (a page, the last answer) is meant."""


_STOP_ZH = """
一次 这儿 那儿 加起来 加在一起 那批 这批 一批 上批 那次 同样 一样 照样 那些东西 分别 各自 每次 三次 两次 几次 最近 包邮 免邮
买个 买点 买些 买一些 找个 看个 请问 麻烦 你好 您好 帮我 帮忙 想要 想买 想找 想看 想问下 想问 想给 我想 我要 需要 有没有 有什么 有哪些 卖不卖 是不是 能不能 可以 可不可以 多少钱 价格 价钱 价位 售价 卖多少 怎么卖 什么价 是多少 多少
一下 看看 找找 推荐 建议 介绍 对比 比较 哪个更便宜 哪个更贵 哪个更好 哪个便宜 哪个贵 哪个好 哪个 哪款 哪些 区别 有货吗 有货 缺货 现货 库存 还有吗 还有没有 还有 还剩下 还剩 还能 还卖 没货 卖完 售罄 属于 分类 类别
货号 编号 代码 链接 页面 详情 最便宜 最贵 便宜点 便宜些 便宜的 便宜 更便宜 以下 以内 之内 以上 左右 之间 大概 大约 不超过 预算 英镑 镑 块钱 块 元 礼物 生日 送给 送 给 适合 喜欢 爱 的人 朋友 妈妈
爸爸 老婆 老公 女朋友 男朋友 同事 奶奶 爷爷 老师 女儿 儿子 小朋友 孩子 一份 一个 一款 一件 一些 一点 几个 几款 几件 两个 三个 东西 商品 产品 这个 那个 这款 那款 这件 那件 这些 那些 它 你们 我们
他们 她 他 我 你 您 是 的 了 吗 呢 吧 啊 呀 么 嘛 哦 有 在 和 跟 与 或 还是 也 都 就 很 最 更 想 要 买 卖 找 看 来 去 到 把 从 请 下 现在 目前 店里 店 今天 什么 怎么样 怎么 啥
购物车 加入 加到 放进 放到 放入 移除 删掉 删除 去掉 改成 数量 个 件 款 谢谢 搭配 一起 类似 相似 用 可 能 会 好 点 些 里 上 中 问 告诉 知道 那种 这种 种 过 得 着 呗 便 说 讲 让 不 没 挺
特别 非常 比较好 哪 谁 几 元钱 人 时候 订单 上次 上回 主题 之类的 之类 差不多 简单 平均 才 材质 材料 洗碗机 产地 尺寸 重量 容量 行不行 总价 小礼物 小礼品 颜色 周末 是啥 分别 都有 造型 图案 款式 样式 属 一共 总共 合计 相差 几块钱 差
"""
STOP_ZH = tuple(_STOP_ZH.split())
"""The same for Chinese; the longest are taken out first."""
