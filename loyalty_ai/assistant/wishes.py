"""A gift told as a story: for whom, what for, what they like, what is not wanted, what it may cost. Pure, both languages."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from loyalty_ai.assistant.interests import INTERESTS
from loyalty_ai.assistant.phrases import STOP
from loyalty_ai.assistant.somebody import RELATIVE, RELATIVE_ZH
from loyalty_ai.assistant.wanted import NOTHING_ALONE

SPREAD = Decimal("0.6")
"""The lower over the upper bound of "about 20", of which a gift may cost 20."""

ENOUGH = 4
"""Points from which on a message tells of a gift."""

GIFT = re.compile(
    r"\b(?:gifts?|presents?|prezzies?|stocking (?:filler|stuffer)s?|secret santa)\b(?! (?:card|voucher|wrap|receipt|bag|box|tag)\w*)|"
    r"\b(?:bring|get|buy|give|find)\b.{0,12}\b(?:something|her|him|them|somebody|someone|my)\b|\bsomething (?:\w+ )?for\b|"
    r"\bwhat (?:(?:can|could|should|shall|do|might) (?:i|we)|would you) (?:bring|get|give|buy|take|pick|choose)\b|"
    r"\bthank\b.{0,20}\b(?:her|him|them|my)\b|\bcheer\b.{0,20}\b(?:you|her|him|them|up)\b|\b(?:impossible )?to buy for\b|\bcollected\b|\bmake\b.{0,40}\b(?:smile|laugh|happy|day)\b|礼物|送礼|送(?!货|到|达)|买点|买些"
)
SOUGHT = re.compile(
    r"\b(?:something|anything|(?:any|some) (?:\w+ )?(?:ideas?|suggestions?|recommendations?|tips|inspiration))\b|\b(?:what (?:do|would|can) you (?:reckon|suggest|recommend|advise|think)|any thoughts)\b|推荐|东西|有什么|有没有|想[买找]"
)
"""For somebody who likes something it seeks a gift, be that not called one."""
AVAILABLE_TOO = re.compile(
    r"(?P<lead>\b(?:some|any)thing\b[^?]*?)\bin stock\b(?: now| today)?|(?:现在|要|必须)+有现?货的"
)
"""A gift that can be had now is no question of the stock of one."""
PERSON = re.compile(
    rf"\b(?:{RELATIVE}|niece|nephew|grandson|granddaughter|flatmate|childminder|nanny|couple|family|baby|toddler|boys?|girls?|"
    rf"children|someone|somebody|guy|lady|hostess?|nana|nanny|uncle|granny|in-laws?|postman|team)s?\b|\ban? (?:keen |big |real )?\w+(?:worm|ener|aker|ist|lover|fan|nut|watcher|drinker)\b|{RELATIVE_ZH}|宝宝|小朋友|侄|闺蜜"
)
SOMEBODY = re.compile(rf"(?:{RELATIVE}|niece|nephew|grandson|granddaughter|boy|girl|lad|child)s?")
ANOTHER = re.compile(
    r"^(?:(?:lovely|great|thanks|perfect|ok|good|nice)[,.!]? )?(?:and |now |also |what about |then )*"
    r"(?:(?:something|one|one thing|anything|a gift|a present) )?for (?:his|her|my|their|the|our) (?:\w+ )?"
    rf"(?:{RELATIVE}|niece|nephew|grandson|granddaughter|baby|boys?|girls?)\b"
)
"""It goes on to somebody else: "and for his sister"."""

OCCASIONS: dict[str, re.Pattern[str]] = {
    "anniversary": re.compile(r"\banniversary\b|\bmarried (?:for )?(?:\d+|[a-z]+) years\b|周年|纪念日|[银金]婚"),
    "housewarming": re.compile(
        r"house ?warming|\b(?:new|first) (?:\w+ )?(?:home|house|flat|apartment|place)\b|\bmov(?:e|ed|ing) (?:in|into|house|to|out to)\b|\bdownsiz\w+|搬.{0,2}家|乔迁|新居|新房"
    ),
    "wedding": re.compile(r"\bwedding\b|\bgetting married\b|\bmarr(?:y|ies|ied)\b|结婚|婚礼"),
    "christening": re.compile(r"\bchristening\b|\bbaptism\b|洗礼"),
    "baby": re.compile(r"\bmaternity\b|\bbaby\b|\bnewborn\b|产假|宝宝|新生儿|满月"),
    "christmas": re.compile(r"\bchristmas\b|\bsecret santa\b|\bstocking (?:filler|stuffer)|圣诞"),
    "valentine": re.compile(r"\bvalentine|情人节|七夕"),
    "": re.compile(
        r"\bbirthday\b|\bturn(?:s|ed|ing)? (?:\d+|[a-z]+ty|[a-z]+teen)\b|\banniversary\b|\bretir\w+|\bleaving\b|\bgraduat\w+|\bdriving test\b|"
        r"\bvalentine|\b(?:mother|father)'?s day\b|\bthank\b(?! you\b(?! (?:gift|present|prezzie|card)))|\binvited\b|\bhosting\b|\bcheer\w*|生日|大寿|退休|毕业|纪念日|感谢|节日"
    ),
}
"""What a gift may be for, by the entry of `INTERESTS` that goes with it."""

_LIKING = (
    r"loves?|likes?|adores?|enjoys?|collects?|(?:mad|crazy) (?:about|on)|obsessed with|keen on|fond of|fan of|lives? for|goes on about|(?:talks?|thinks?|cares?) about is|mak(?:es?|ing) (?:stuff|things) (?:with|from|out of)|(?:(?:is|are|really|very|"
    r"so|they're|he's|she's) )+into|interested in|passionate about|plays?|drinks?|reads?|(?:is |are |'s )?always|(?:something|anything|bits?|things?)"
    r"(?: \w+){0,2} for (?:his|her|their|the|your)"
)
_END = (
    r"(?=[,.;!?()]|$| (?:and|but|so|because|who|which|that) (?:i|we|she|he|they|it|hates?|has|have|is|are|my|our|the budget|needs?|drinks?|"
    r"loves?|likes?|reads?|want|got)\b| but\b| budget\b| (?:under|up to|around|about|for|max|less than|no more|not more)\b| £)"
)
PLACED_ZH = re.compile(r"放在?(?P<what>[^,.;!?]{2,5}?)[上里]")
LIKES = (
    re.compile(rf"(?<!would )(?<!\bi )\b(?:{_LIKING}) (?P<what>.+?){_END}"),
    re.compile(r"\b(?:keen|avid|passionate|enthusiastic|serious) (?P<what>[a-z]+)"),
    re.compile(r"\b(?<!')(?P<what>[a-z]+)[ -](?:lovers?|loving|drinkers?|fan|addict|enthusiast|mad(?! (?:about|on|for))|obsessed(?! with)|nut|freak|geek|buff|fanatic)(?! (?:necklace|bowl|cracker|tin))\b"),
    re.compile(r"(?:特别|很|非常|最|也)?(?:喜欢|喜爱|热爱|爱好|爱|着?迷)(?!你|我|他|她)(?P<what>[^,.;!?、]+?(?:[和与、跟][^,.;!?、]+?)*)(?=[,.;!?]|$|[也还]?爱|[也还又]喜欢|预算|不要)"),
    PLACED_ZH,
)  # fmt: skip
HAVING = re.compile(r"\b(?:has|have|having|got|keeps?|owns?|with)\b[^.,;!?]*|[养有][^.,;!?]*")
KEEPS = re.compile(r"\bkeeps? (?:\w+ )?(bees|hens|chickens|horses|birds|dogs|cats)\b")
HAS = re.compile(
    r"\b(?:an?|two|three|four|some|several|own)(?: \w+){0,2}? "
    r"(gardens?|allotments?|greenhouse|sheds?|dogs?|puppy|cats?|kittens?|horses?|hens|chickens|sweet tooth|bees|birds?)\b|"
    r"(?:养|有)了?(?:[一两几]?[只条个匹])?(猫|狗|花园|院子|鸟|马)"
)
"""What somebody has, as they like what goes with it."""
DOES = re.compile(
    r"\b(bakes?|baking|cooks?|gardening|reads?|knits?|sews?|paints?|draws?|cycles|cycling|camps|camping|(?<=who )gardens|(?<=he )gardens)\b|\ban? (?:\w+ )?(gardener|reader|baker|cyclist|birdwatcher|chef)\b"
)
"""What somebody does is what they like, said without saying so."""

_TOO = r"(?!(?:too|more|less|over|above|much|idea|sure|need|longer|problem|only|very|so|to|be|spend|wrong|one|rush|clue)\b)"
UNWANTED = (
    re.compile(
        r"\bnot (?:really |so |very |that |too |much )*(?:one for|a fan of|keen on|into|fond of|mad about) (?:the |any )?"
        r"(?P<what>[a-z]+(?: or [a-z]+)*)"
    ),
    re.compile(
        rf"\b(?:not another|not any|not a|not the|nothing|without|avoid|hates?|dislikes?|(?:do(?:es)? not|can not) (?:like|want|need|wear|stand|have)|"
        rf"anything but|except|allergic to|no|not) {_TOO}(?:more |any |another |the |a |an )*{_TOO}(?P<what>[a-z]+(?: [a-z]+)?)"
    ),
    re.compile(r"\b(?:already (?:owns?|has|have|got)|has|have|owns?)(?: got)? (?:every|all|so many|too many|enough|plenty of|loads of|hundreds of|lots of) (?:the )?(?P<what>[a-z]+)"),
    re.compile(r"(?:不要|别送|别买|不想要|除了|讨厌|不喜欢|不爱)(?!太|超过|贵)(?P<what>[\u3400-\u9fff]{1,6}?)(?=[,.;!?和、]|$|了|以外|之外)"),
)  # fmt: skip
OWNED = (
    re.compile(r"\b(?:has|have|had|owns?|got)(?: got)? (?:the|an?|his|her|their|one|that) (?P<what>[a-z-]+(?: [a-z-]+)?) already\b"),
    re.compile(r"\b(?:has|have|had|is) already got (?:the|an?|that|his|her|one) ?(?P<what>[a-z-]+(?: (?!though\b|so\b|but\b)[a-z-]+)?)"),
    re.compile(r"\balready (?:has|have|had|owns?|got)(?: got)? (?:the|an?|that|his|her) (?P<what>[a-z-]+(?: (?!though\b|so\b|but\b)[a-z-]+)?)"),
    re.compile(r"\b(?:has|have|owns?|got)(?: got)? (?P<what>(?!this\b|his\b|always\b)[a-z-]+s) already\b"),
    re.compile(r"(?:已经|早就)(?:买过|买了|有)(?P<what>[\u3400-\u9fff]{1,6}?)了"),
)  # fmt: skip
"""What somebody has already, and shall not get again."""
MODEST = re.compile(
    r"\b(?:not|nothing|isn't|without)\b.{0,12}\b(?:expensive|pricey|dear|fancy|much money|a fortune)\b|\b(?:not|n't) (?:have )?much money\b|"
    r"\bsomething (?:small|little|cheap)\b|(?:别|不要|不|别买)太?贵|便宜(?:点|一点|些)"
)
ELSE = re.compile(
    r"\b(?:return\w*|refund\w*|exchang\w+|swap\w*|wrap\w*|deliver\w*|shipping|track\w*|cancel\w*|vouchers?|in stock|how much|my (?:order|parcel|basket|"
    r"cart)|ordered|arrived?|bought|(?:referral|discount|promo) codes?|codes? (?:i|we|to) (?:can )?(?:give|share|use))\b|退(?!休)|换货|运费|包装|订单|快递|多少钱|有货|购物车"
)
"""What a question about a gift that is there already, or about a rule, speaks of."""

OF_A_THING = re.compile(r"(?:is|are|was|can|could|will|would|does|do) (?:the|this|that|these|those|your) ")
"""How a question begins that asks something of goods: whether the night light is safe for a baby."""

_BARE_WORDS = "absolutely totally completely utterly quite just such good cup nice really everything stuff things all lots being going out very own bit kind sort pretty rather also"
_BARE = frozenset(_BARE_WORDS.split())
_SPLIT = re.compile(r",| and | & | or |/|、|和|与|跟|及|以及")


@dataclass(frozen=True, slots=True)
class Wish:
    """A gift that somebody looks for.

    Args:
        likes: what the person likes or where it shall stand, as it was said.
        unwanted: what it shall not be, nor have.
        occasion: a key of `OCCASIONS` that says what fits, "" where none does.
        modest: whether it shall not be expensive, without saying how much that is.
    """

    likes: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    occasion: str = ""
    modest: bool = False


def names_a_reason(text: str) -> bool:
    """Whether a plain text names a person or an occasion, without which none tells of a gift."""
    return PERSON.search(text) is not None or any(pattern.search(text) for pattern in OCCASIONS.values())


def tells_of_gift(text: str, *, bounded: bool) -> bool:
    """Whether a plain message as a whole tells of a gift that somebody looks for.

    Args:
        bounded: whether it names a price.
    """
    if ELSE.search(AVAILABLE_TOO.sub(r"\g<lead>", text)) or OF_A_THING.match(text):
        return False
    wish = wish_of(text)
    occasion = any(pattern.search(text) for pattern in OCCASIONS.values())
    gift, person = GIFT.search(text) is not None, PERSON.search(text) is not None
    sought = bool(wish.likes) and SOUGHT.search(text) is not None
    points = 3 * gift + 2 * (occasion + sought) + person
    points += bool(wish.likes) + bool(wish.unwanted) + bounded + wish.modest
    return points >= ENOUGH and (person or occasion) and (gift or bool(wish.likes) or (occasion and bounded))


def wish_of(text: str) -> Wish:
    """What a plain text says of the person and the gift.

    >>> wish_of("my aunt loves owls and a good cup of tea, no mugs please, nothing too expensive")
    Wish(likes=('owls', 'tea'), unwanted=('mugs',), occasion='', modest=True)
    """
    unwanted = [each for pattern in UNWANTED for found in pattern.finditer(text) for each in _things(found["what"])]
    unwanted += owned(text)
    rest = text
    for pattern in (*UNWANTED, *OWNED):
        rest = pattern.sub(" , ", rest)
    likes = [each for pattern in LIKES for found in pattern.finditer(rest) for each in _things(found["what"])]
    likes += [does for found in DOES.finditer(rest) if (does := found[1] or found[2]) in INTERESTS]
    having = [clause[0] for clause in HAVING.finditer(rest)] if PERSON.search(rest) else []
    likes += [found[1] for found in KEEPS.finditer(rest)]
    likes += [found[1] or found[2] for clause in having for found in HAS.finditer(clause)]
    occasion = next((name for name, pattern in OCCASIONS.items() if name and pattern.search(text)), "")
    places = {found["what"] for found in PLACED_ZH.finditer(rest)} if occasion else set()  # 放在窗台上的圣诞装饰
    likes = [each for each in dict.fromkeys(likes) if each not in unwanted and each not in places - INTERESTS.keys()]
    likes = [each for each in likes if not SOMEBODY.fullmatch(each)]  # "my nephew, mad about space"
    return Wish(tuple(likes), tuple(dict.fromkeys(unwanted)), occasion, MODEST.search(text) is not None)


def owned(text: str) -> list[str]:
    """What a plain text says that somebody has already: the last word of each name.

    >>> owned("he has the lunch box already, something else"), owned("have you a box")
    (['box'], [])
    >>> owned("she already has a watering can")
    ['watering-can']
    """
    found = [each["what"].split() for pattern in OWNED for each in pattern.finditer(text)]
    names = ["-".join(words[-2:]) if words[-1] in NOTHING_ALONE else words[-1] for words in found]
    return list(dict.fromkeys(names))


def budget(low: Decimal | None, high: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """The bounds for a gift: "about 25" is what somebody has."""
    if low is not None and high is not None and low == high * SPREAD:
        return None, (low + high) / 2
    return low, high


def _things(said: str) -> list[str]:
    """What is named, one by one, without the words that name nothing."""
    found = []
    for piece in _SPLIT.split(said):
        if re.search(r"[\u3400-\u9fff]", piece):
            piece = re.sub(
                rf"的(?:小?[男女]孩|小朋友|孩子|宝宝|{RELATIVE_ZH}|人).*$", "", piece
            )  # 喜欢瑜伽的朋友的礼物
            known = next(
                (key for key in sorted(INTERESTS, key=len, reverse=True) if not key.isascii() and key in piece), ""
            )
            bare = re.sub(
                r"^(?:特别|很|非常|最|也|都|她|他|的|喝|看|做|吃|种|玩|养|收集)+|[的了吧呢啊]$", "", piece.strip()
            )
            found += [known or bare] if known or bare else []
            continue
        words = [
            word
            for word in re.findall(r"[a-z][a-z'-]*", piece)
            if word not in _BARE and (word not in STOP or word in INTERESTS)
        ]
        if words:
            found.append(" ".join(words[:3]))
    return found
