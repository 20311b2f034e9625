"""Short questions that go on about goods that were shown: "the wicker one", "anything in black?", "要小一点的". Pure."""

# ruff: noqa: E501 (a pattern is read as one line of a table)

from __future__ import annotations

import re
from dataclasses import dataclass

from loyalty_ai.assistant.phrases import DIGITS_ZH, NUMBERS, STOP

LONGEST = 60
"""Letters of a question that leaves out what it speaks of."""

_LEAD = (
    r"^(?:(?:and|or|ok|okay|no|then|but|just|only|maybe|perhaps|please|do you have|have you got|got|is there|are there|show me|"
    r"i (?:want|need|prefer|would like|would prefer|would rather have)|can i (?:see|have)|not (?:those|these|that|them|this one)),? )*"
)
ONE_OF_THEM = re.compile(
    rf"{_LEAD}(?:(?:the|a|an|any|that|some|with)\b(?: [\w'-]+){{1,3}} (?<!for )(?:ones?|versions?)\b|[\w'-]+ ones\b|(?!(?:this|that|which|what|the|first|second|third|fourth|last|next|another|each|every|no|any|only|cheapest|dearest|other|same|right|my|your|for|just|how|of|or|and|want|need|have|take|get)\b)[a-z'-]+ one$|(?:the )?same (?:in|but|with) |(?:a |any |some )?ones? (?:with|in|for|that|of|without|has)\b|"
    r"(?:anything|something|any|some|it|them|these|those)(?: else)? (?:in|with|without)\b|(?:anything|something) (?:a (?:bit|little) )?(?:(?:more|less) )?(?!else|for|to|in|from|like|nice|good|similar)[a-z]+$|(?:in|with|without|for) \w+|(?:that|which) (?!one|is|was|are|would|do|does|can|of)\w+|"
    r"(?:anything|something|any|some|a|an|the)?(?: bit| little| much)* ?(?:smaller|smallest|bigger|biggest|larger|largest)\b)|"
    r"^(?:(?:那|那么|要|有没有|有|我要|想要|来个|换个?)+)?[^有没吗,.?]{1,6}的(?:那[个款只种])?(?:呢|吗|么|有吗|有没有)?(?:,[^有没吗,.?]{1,5}的?(?:有吗|有没有|呢))?[?]?$|"
    r"^(?:那|那么)?(?:有没有|有|要)?[^,.?有没]{1,6}(?:图案|花纹|花样|样式|主题)的?(?:款|吗|呢|有吗|有没有)*[?]?$"
)
"""Which of them is wanted, by what it has: its kind stands in the question before."""

WHAT_ABOUT = re.compile(
    r"^(?:and |or |ok )?(?:(?:what|how) about|and|(?:any|anything|something|some|ones?) for)\b|呢[?]?$"
)
"""It may name another thing, or only another colour or kind of the same."""

_SMALL, _LARGE = (
    r"\bsmall(?:er|est)\b|小(?:一点|点|一些|些|号)",
    r"\b(?:bigg|larg)(?:er|est)\b|大(?:一点|点|一些|些|号)",
)
SIZED = {"small": re.compile(_SMALL), "large": re.compile(_LARGE)}
"""The word of a title for what is asked by comparison."""

MEANT = re.compile(
    r"\b(?:sorry,? )?i (?:really |actually )?(?:mean|meant)(?: to say)?\b|我(?:的意思)?(?:是说|的?是指|意思是|指的是|说的是|要的是)"
)
"""It puts right what was asked just now."""

IN_CHINESE = {"small": "小号", "large": "大号"}

_COUNT = rf"\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))}|half a dozen|a dozen"
_OF_THEM = r"(?: of (?:it|them|those|these|that))?"
COME_TO = re.compile(
    rf"^(?:and |so |ok,? |then )*(?:what|how much) (?:would|do|does|will|is|are|for|about)(?: the price (?:of|for))?(?: i pay for)? ?(?:be )?(?:for )?"
    rf"(?P<n>{_COUNT}){_OF_THEM}(?: (?:be|cost|come to|come out at|set me back))?(?: in total| altogether| together| all in)?[?]?$|"
    r"^(?:那|那么|如果|要是|我|再|买|要|来|拿|订|各)*(?P<zh>[一二两三四五六七八九十百]+|\d{1,3}) ?[个件只盏套份把条张盒包本瓶对块支顶双袋串卷](?:的话)?(?:一共|总共|共)?"
    r"(?:得|是|要|花)*(?:多少钱?|几块|几镑|呢)?[?]?$|"
    rf"^(?:and )?(?P<alone>{_COUNT}){_OF_THEM}[?]?$"
)
"""What so many of what is at hand cost."""

TAKES = re.compile(
    r"^(?:ok |okay |so |then |well,? |and )*i (?:would |will |shall |could |think i would )*(?:rather )?(?:go (?:for|with)|take|choose|pick|have|prefer|opt for) "
    r"(?:the )?(?P<en>[a-z][a-z' -]*?)(?: one)?(?: then)?(?:,? (?:please|if (?:there|you|it|they)\b.*))?$|"
    r"^(?:(?:如果|要是)?有[^,.?]{1,8}的?(?:话|就),?)?(?:那|我|就|还是|想)*(?:选|要|拿|挑)(?P<zh>[^,.?个一两]{1,6}?)的?(?:那[个款只])?(?:吧|好了)?$"
)
"""Which of those that were shown somebody would have."""

POINTS_AT_SOME = re.compile(
    r"\b(?:the|that|this|those|these|which|an?|any|some|with|of)\b(?: [\w'&/-]+){1,4} (?<!for )ones?\b|^(?:[\w'&/-]+ ){1,3}ones\b|"
    r"\bones? (?:with|in|for|that|of|without|from|which|saying)\b|"
    r"^(?:那|我|想|就|再|要|挑|选|找|看|来|有没有)*(?:[一两几][块个款只件把条张])?(?:上面)?(?:[写印画刻带]着|[写印画带]有)[^,.?]{1,30}?的(?=[,.?那有吗哪]|$)"
)
"""Which of those spoken of is meant, wherever a question says so: "how much is the owl one"."""

_THING_ZH, _LOOK_ZH = r"([\u3400-\u9fff]{1,6}?)", "(?:图案|花纹|款式?|样式|颜色|造型|主题|系列)?的?"
UNWANTED = re.compile(
    r"\b(?:not (?:really |so |very |that |too |much )*(?:one for|a fan of|keen on|into|fond of|mad about)|"
    r"not|no|other than|except|without|apart from|but no|(?:nothing|none|not ones?) with) (?:the |any |an? |with )*"
    r"(?!(?:not|no|those|these|that|this|them|it|more|less|later|longer|problem|need|too|sure|over|above|under|below|only|just|very|for|with)\b)"
    r"([a-z]{3,})\b(?: (?:or|nor) (?:any |the |an? )?([a-z]{3,})\b)?|"
    rf"(?<![要需])(?:不要|别要|不想要|不喜欢|不含|不带|除了)(?:带有?|有|含|是|那[种些个])*(?!太|超过|这|那|贵|了|再|机器|个性|送|给|放|寄|发|打){_THING_ZH}"
    rf"{_LOOK_ZH}(?:之外|以外|外)?(?:都[可行好]以?|就[行好]|其[他它]都?[可行好]以?)?(?=[,.;!?]|$)|"
    rf"(?:^|[,.;!?但])(?:是|那|有)*(?![不别])(?!这|那|都|全|要){_THING_ZH}{_LOOK_ZH}(?:就|都|我)?(?:不要|不考虑|除外)[了吧哦啊]?(?=[,.;!?]|$)"
)
"""What shall not be among what is found: "wreaths, not easter ones", 不要猫狗图案的, 红色的不要."""

LESS = re.compile(
    r"\b(?:less|not (?:so|too|as|that)|(?:a bit|bit|rather|far|much|way|all) too) "
    r"(?!money|expensive|pric|dear|cost|big|small|large|tall|short|heavy|much|many|long|late|fuss|both|worr|sure|keen|bad|far|soon|happy|busy|fancy)"
    r"(?P<look>[a-z]{3,}?)(?:s?y|ie|ish)?\b(?! than)|\b(?:too|so) many (?P<things>[a-z]{3,})\b|\benough (?P<had>[a-z]{3,}s) (?:already|as it is)\b|"
    r"\b(?:(?:gone|went) off|sick of|fed up (?:of|with)|bored (?:of|with)) (?:the |all |those |these )*(?P<tired>[a-z]{3,}s)\b"
)
"""What those that were shown have too much of: "less christmassy", "I've too many tins already"."""
LIKED = re.compile(
    r"\b(?:that |this |it |one )?(?:sounds?|looks?|seems?) (?:\w+ )?(?:fun|good|nice|lovely|great|fine|perfect|interesting|cute|pretty|sweet|ideal|right)\b"
)
"""What is only said of goods that were shown."""
SEEN_HERE = re.compile(
    r"\bi (?:have )?(?:saw|seen|spotted|noticed) (?P<goods>an? .{3,60}?) (?:somewhere )?(?:on|in) (?:here|your (?:web ?)?(?:site|shop|page))(?: somewhere)?\b|\bsomewhere on (?:here|your (?:web ?)?site)\b"
)
"""Says of goods that they were seen in the shop."""
ASKING = re.compile(
    r"\bwhat (?:are|is|do) (?:you|they) (?:asking|charging|want|charge) for|"
    r"\b(?:what|how much) (?:would|will|do|must) (?:i|we) (?:have to )?pay for(?= (?:that|the|this|those|an?|one|two|three|\d+) (?!delivery|postage|return|gift|wrapp|deliveries)\w)"
)
"""Asks what something costs."""
SITE_SAYS = re.compile(r"\b(?:than |as )?(?:the |your )?(?:web ?)?(?:site|page|shop|website) (?:says?|shows?|said)\b")
ON_SHELVES = re.compile(r"\b(?:on|off) (?:your|the) shel(?:f|ves)\b|\bin the warehouse\b(?=[^a-z]*$|[?.!;])")
NO_GOODS = re.compile(
    r"\b(?:what|which)(?: one)? (?:would|should|do|could|might) (?:you|i|we) (?:pick|choose|go for|get|buy|take|have)\b|"
    r"\bnot (?:too |that |really )?(?:fussed|bothered|fussy|picky|worried) (?:about|by|what|which|how|as to)\b[^,.;?!]*|"
    r"\b(?:next|this|last|coming) (?:years?|months?|weeks?|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|"
    r"\b\d{1,3}(?:st|nd|rd|th)\b|\b\d{1,3}[ -]?(?:yrs?|years?|y/?o|months?|mths?|weeks?|wks?|days?|nights?)(?:[ -]?olds?|\b)(?:'s)?|"
    r"\b(?:aged?|turn(?:s|ed|ing)?|(?:she|he)(?: is|'s)?) \d{1,3}\b|"
    r"\b\d{1,3} (?=(?:\w+ )?(?:people|persons|kids?|child(?:ren)?|girls?|boys?|guests?|adults?|grown-?ups?|friends|ladies|men|women|of us|mates|colleagues)\b)"
)
"""Ages, days and numbers of people."""
ANSWERED = re.compile(
    r"\b(?:ok|okay|yes|yeah|yep|yup|no|nope|nah|sure|please|do it|go ahead|absolutely|confirm|of course|course|alright|never ?mind|forget it|cancel that|"
    r"not now|problem|thing|way|need|go on|fine|right|true|ahead|exactly|definitely|certainly)\b|[\u3400-\u9fff]+"
)
"""Words of a yes or a no that name nothing."""

PICK = re.compile(
    r"\b(?:what|which)(?: one)?(?: of (?:those|these|them))? (?:would|do|should) (?:you|i|we) "
    r"(?:pick|choose|go for|recommend|suggest|get|buy|take|have)\b|哪(?:个|款|一个|种)(?:更|比较|最)?(?:好|值得|推荐)|[选买挑]哪"
)
"""Which of those that were shown somebody should take."""
WHY_THOSE = re.compile(
    r"^(?:and |but |so |ok )*why (?:those|these|them|that(?: one)?|this(?: one)?|did you|do you|would you|are you)\b.{0,40}$|^为(?:什么|啥|何)[^,，]{0,10}[这那]"
)
"""Why they were shown."""
SELLS = re.compile(
    r"\bsell(?:s|ing)? (?:better|more|most|best|faster|quicker)\b|\b(?:more|most) (?:popular|bought)\b|\bbought (?:more|most)\b|"
    r"\b(?:more|most) (?:people|customers|folks?|shoppers|buyers)\b|"
    r"\b(?:do|does|have) (?:the )?(?:other |your )?(?:people|customers|everyone|everybody|folks?|shoppers|others)\b.{0,20}\b(?:more|most|rather|prefer|go for|better)\b|"
    r"\b(?:better|best|bigger|biggest|top)[ -]sell\w+|哪.{0,6}更(?:受欢迎|畅销|热门)"
)
"""Which of some is bought more."""

_QUANTITY = """
pack packs set sets box boxes unit units pairs pieces apiece lot lots damage sum bill both each all two three together altogether
total dozen half couple combined add adds added up comes come take takes took taking grab bought buying wanted whole cost costs
'd 'll separately multiply times compared compare comparison differences difference overall gap works work charge charged charging set back
"""
NO_THING = STOP | frozenset(_QUANTITY.split()) | NUMBERS.keys()
_EACH = re.compile(
    r"\b(?:both|each|either|every one|the (?:pair|lot|two|three|four|five)|all(?: (?:of )?(?:them|those|these|two|three|four|five))?|them all|together)\b"
)
_RECKON = re.compile(
    r"\b(?:total|altogether|in all|how much|what (?:would|will|does|do|is)|cost\w*|price|come to|comes to|together|damage|sum|both|each|"
    r"if i|if we|take|pair|lot|of the (?:first|second|third|fourth|fifth|last|next)|of (?:them|those|these|it|the (?:cheap|dear)\w+)|all)\b"
)
_HOW_MANY = re.compile(
    rf"\b(?:(?P<half>half a dozen)|(?P<dozen>a dozen)|(?P<couple>a couple)|(?P<n>\d{{1,3}}|{_COUNT}))\b"
)

OF_SO_MANY = re.compile(rf"^(?:and |or |in )?(?:an? )?(?:sets?|packs?|boxe?s?|pairs?) of (?:{_COUNT})[?]?$")
"""What shall come in so many."""

_PLACES = re.compile(r"\b(?:first|last|next|other) (?:two|three|four|\d)\b")


_EVERY_ZH = re.compile(
    r"^(?:那|那么)?[这那]?[两二三四几]?[样种个款件](?:都|各|每[样种个款件])+[来买要拿订]*(?P<n>[一二两三四五六七八九十]|\d{1,3})[个件只盏套份把条张盒包本瓶对块支]?"
    r"(?:的话)?,?(?:一共|总共|共)?(?:得|是|要|花)*(?:多少钱?|几块|几镑|呢)?[?]?$"
)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How many are to be reckoned up: of each of those at hand, or of the one."""

    units: int
    each: bool


def reckoning(text: str) -> Reckoning | None:
    """What a plain text wants reckoned up of what is at hand, where it names nothing else.

    >>> reckoning("i would take 4 packs, total?"), reckoning("and 12 of each?")
    (Reckoning(units=4, each=False), Reckoning(units=12, each=True))
    >>> reckoning("if i take both?"), reckoning("what would one of each come to"), reckoning("the blue one, 3 of them")
    (Reckoning(units=1, each=True), Reckoning(units=1, each=True), None)
    """
    if every := _EVERY_ZH.search(text):
        said = every["n"]
        return Reckoning(int(said) if said.isdigit() else (DIGITS_ZH | {"十": 10}).get(said, 1), each=True)
    words = re.findall(r"[a-z']+|\d+", text)
    if OF_SO_MANY.search(text):
        return None  # "pack of 10"
    if len(text) > LONGEST or not words or not all(word.isdigit() or word in NO_THING for word in words):
        return None
    each = _EACH.search(text) is not None
    counts = [found for found in _HOW_MANY.finditer(_EACH.sub(" ", _PLACES.sub(" ", text))) if found["n"] != "one"]
    if len(counts) > 1 or not (counts or each) or not (_RECKON.search(text) or len(words) <= 3):
        return None
    if not counts:
        return Reckoning(1, each)
    told = counts[0]
    units = (
        6
        if told["half"]
        else 12
        if told["dozen"]
        else 2
        if told["couple"]
        else NUMBERS.get(told["n"]) or int(told["n"])
    )
    return Reckoning(units, each) if 0 < units < 1000 else None


BARE_PLACE = re.compile(
    r"^(?:and |ok |i (?:like|mean|meant) )?(?:the )?(?:first|second|third|fourth|fifth|last)(?: one)?(?: please| then)?[.?!]?$|"
    r"^第[一二三四五](?:个|款|件|只)?(?:呢|吧)?[?]?$"
)
"""A place in what was shown, and nothing else."""

NEEDED = re.compile(
    r"\b(?:something|anything|things?|stuff)(?: \w+)? to (?!do with\b|(?:complain|say|ask|report|pay|track|return|claim|declare|know|tell)\b)\w+|"
    r"\bwhat (?:can|could|should) i (?:use|get|buy) to (?!(?:pay|track|return|contact|cancel|log)\b)\w+|"
    r"(?:可以|能|用来|防止|方便).{1,12}的(?:东西|商品|小物)"
)
"""Goods told by what they are for."""


def leaves_out(text: str) -> bool:
    """Whether a plain question names only what one of the things spoken of shall have.

    >>> leaves_out("one with a cat on it?"), leaves_out("心形的那个"), leaves_out("do you have mugs")
    (True, True, False)
    """
    return len(text) <= LONGEST and ONE_OF_THEM.search(text) is not None


def points_at_some(text: str) -> bool:
    """Whether a plain question speaks of the one, or the ones, of some kind that it does not name.

    >>> points_at_some("how much is the union flag one and have you many"), points_at_some("how much is the owl mug")
    (True, False)
    """
    return leaves_out(text) or POINTS_AT_SOME.search(text) is not None


def size_of(text: str) -> str:
    """ "small", "large" or "", by what a question compares."""
    return next((word for word, pattern in SIZED.items() if pattern.search(text)), "")
