"""What a shopper's message asks for: its parts, each with an intent and the amounts, counts, codes and words that it names.

Deterministic and pure: the tables of `phrases`, English and Simplified Chinese, in any mixture of the two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from loyalty_ai.assistant import phrases
from loyalty_ai.assistant.amounts import HAN, count_of, number, ordinals, prices, things_counted, units_of
from loyalty_ai.assistant.following import ANSWERED, ASKING, LIKED, NO_GOODS, ON_SHELVES, SEEN_HERE, SITE_SAYS, UNWANTED
from loyalty_ai.assistant.glossary import cut, in_english, in_words, meanings, untold_chinese
from loyalty_ai.assistant.hearing import heard, of_goods, of_refused
from loyalty_ai.assistant.interests import INTERESTS
from loyalty_ai.assistant.periods import NAMED
from loyalty_ai.assistant.phrases import GUARDS, SMALL_TALK, Intent
from loyalty_ai.assistant.tokens import slips_between
from loyalty_ai.assistant.wishes import budget, names_a_reason, tells_of_gift, wish_of

MOST_PARTS = 4
"""Questions of one message that are answered."""

LONGEST = 1000
"""Characters of a message that are read."""

STRONG = 5
"""The score from which on a part of a message is a question of its own."""

SPOKEN = 3
"""The score from which on a sentence about goods beside one about policies is a question of its own."""


ADVICE = {Intent.GIFT, Intent.RECOMMEND, Intent.SEARCH, Intent.NONE}
"""Parts that together make one wish: the story of a gift, its budget, what shall be found."""

FEW_CHEAP, CHEAPLY = 5, re.compile(r"^(?!.*最).*便宜(?:一?点|一?些|(?<!更便宜)的)")
"""How many are shown where they shall only be cheap, and not the cheapest: 便宜点的."""

SORTED = re.compile(
    r"\b(?:cheapest|lowest|dearest|highest|least expensive|most expensive)(?: (?:ones?|price))? first\b|"
    "从(?:低|便宜)到|从(?:高|贵)到|由低到高|由高到低"
)
"""It asks for some of a kind in the order of their prices."""

OF_PARTS = re.compile(r"(?:tiers?|tiered|pieces?|drawers?|hooks?|strands?|wicks?)\b")
"""What a number before it counts is no goods but their parts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a message.

    Args:
        text: as it was asked, in plain lower case.
        words: what it names, for the search; "" where it names nothing.
        thing: the part of `words` that says what kind of thing it is, where that was made out.
        aspects: keys of `phrases.ASPECTS`: what of an order, a product, a membership is asked.
        low, high: bounds of the price, both included; of "about 20" the bounds around it.
        order: "cheapest", "dearest" or "".
        count: how many products shall be shown.
        units: how many of something the cart shall hold, or get.
        ordinals: places in what was last shown, from 1; -1 is the last.
        codes: codes of products or numbers of orders, as typed.
        counts: how many of each of `codes`, where goods that it names are to be reckoned up.
        here, there, both: whether it points at the open page ("this one"), at what was said before ("it"), at two or more things.
        follows: whether it reads as going on with the question before.
    """

    intent: Intent
    text: str
    words: str = ""
    thing: str = ""
    aspects: frozenset[str] = frozenset()
    low: Decimal | None = None
    high: Decimal | None = None
    order: str = ""
    count: int | None = None
    units: int | None = None
    ordinals: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    available: bool = False
    here: bool = False
    there: bool = False
    both: bool = False
    follows: bool = False

    @property
    def bounded(self) -> bool:
        """Whether it names a price."""
        return self.low is not None or self.high is not None


def understand(text: str) -> list[Asked]:
    """The questions of a message in their order, at most `MOST_PARTS`; a message that must be refused gives that one alone."""
    whole = normal(text)
    if not re.search(rf"[a-z0-9{HAN}]", whole) and re.search("[👍🙏👌❤😀-😊🥰]", text):
        return [Asked(Intent.THANKS, whole)]
    if not re.search(rf"[a-z0-9{HAN}]", whole):
        return [Asked(Intent.NONE, whole)]
    if phrases.OPENERS.fullmatch(whole):
        return [Asked(Intent.GREETING, whole)]
    guard = intent_of(whole, among=GUARDS, raw=text)
    served = guard[0] is Intent.SCOPE and (
        wishes_for_goods(whole) or OF_TRADE_ZH.search(whole) or GOES_BACK.search(whole)
    )
    served = served or (guard[0] is Intent.OTHERS and gift_for_somebody(whole))
    served = served or (guard[0] in (Intent.SCOPE, Intent.OTHERS) and surely_goods(whole, guard[0]))
    if guard[0] is not Intent.NONE and not served:
        return [Asked(guard[0], whole)]
    if wish := told_gift(whole):
        return wish[:MOST_PARTS]
    said = (part for piece in IF_NOT.split(whole) if piece.strip() for part in parts(piece))
    return [each for part in said for each in ones_apart(asked(part))][:MOST_PARTS]


def ones_apart(now: Asked) -> list[Asked]:
    """A question for the cheapest, or the dearest, and one for some of that kind, as two: "your cheapest mug, any blue ones"."""
    ones = ONES.search(now.text) if now.order else None
    kind = asked(now.text[: ones.start()]) if ones else now
    some = asked(ones["ones"] or ones["zh"]) if ones else now
    if not (ones and kind.order and kind.words and some.words) or some.order or some.codes or some.bounded:
        return [now]
    return [kind, replace(some, intent=Intent.SEARCH, words=f"{some.words} {kind.words}", there=False)]


def surely_goods(whole: str, guard: Intent) -> bool:
    """Whether each sentence of a message that has words of what is refused surely asks for goods: gliders of a world war."""
    said = [each for each in SENTENCE.split(whole) if intent_of(each, among=(guard,))[0] is guard]
    return all(of_goods(each)[0] > PLAINLY_GOODS for each in said or [whole])


def wishes_for_goods(text: str) -> bool:
    """Whether a plain Chinese text wishes for goods, and speaks beside them of weather, health or travel: no question about these.

    >>> wishes_for_goods("天气太热了,有扇子吗"), wishes_for_goods("明天天气怎么样"), wishes_for_goods("推荐几个旅游景点")
    (True, False, False)
    """
    rest = phrases.MET_IN_WISHES_ZH.sub(" ", text)
    other = rest != text and intent_of(rest, among=(Intent.SCOPE,))[0] is Intent.NONE
    return other and phrases.WISHES_ZH.search(text) is not None and in_english(phrases.WISHES_ZH.sub(" ", rest)) != ""


def gift_for_somebody(text: str) -> bool:
    """Whether a text that speaks of somebody only wishes for goods to give them, and says nothing of what they bought.

    >>> gift_for_somebody("a small present for a friend who spends every hour in her garden, what would you suggest?")
    True
    >>> gift_for_somebody("what has my sister been buying lately? I want a present for her")
    False
    """
    said = heard(text)
    wishes = said is not None and said.query is None and not said.own and said.likeness >= HEARD_OF_SERVICE
    wishes = wishes and of_goods(text)[0] > of_refused(text)[0]
    return wishes and OF_WHAT_THEY_DID.search(text) is None and names_a_reason(text)


def told_gift(whole: str) -> list[Asked]:
    """The story of a gift as one question, before whatever else is asked in sentences of their own; [] where there is none.

    Where only one thing is asked, of the shop's service, the story is that question's.
    """
    if not names_a_reason(whole):
        return []
    said = heard(whole)
    sentences = list(filter(None, map(str.strip, SENTENCE.split(whole))))
    sending = said is not None and said.query in SENDING
    sending = sending and all(of_goods(each)[0] < MAYBE_GOODS for each in (whole, *sentences))
    if sending and sum(map(asks, sentences)) <= 1:
        return [replace(asked(whole), intent=Intent.POLICY)]
    told, others = [], []
    for sentence in sentences:
        intent, score = intent_of(sentence)
        anew = _anew(sentence) or SUPPOSED.match(sentence) is not None
        apart = (score >= STRONG and intent not in ADVICE and anew) or (asks(sentence) and _of_service(sentence))
        (others if apart else told).append(sentence)
    story = ". ".join(told)
    low, high = prices(story)[0]
    if not tells_of_gift(story, bounded=low is not None or high is not None):
        return []
    low, high = budget(low, high)
    gift = Asked(Intent.GIFT, story, " ".join(wish_of(story).likes), low=low, high=high, count=count_of(story))
    return [gift, *(asked(part) for sentence in others for part in parts(sentence))]


def asked(part: str) -> Asked:
    """One question with all that it names."""
    intent, _score = intent_of(BY_CODE.sub("", part))
    bounds, rest = prices(part)
    low, high = bounds
    codes = tuple(dict.fromkeys(found.upper() for found in CODE.findall(rest)))
    units = units_of(rest)
    if (low is not None or high is not None) and IN_ALL.search(part) and (many := things_counted(rest)):
        units = int(many.value)  # "12 party bags under £20 in total": what one may cost
        low, high = (None if bound is None else bound / units for bound in bounds)
        rest = f"{rest[: many.start]} {rest[many.end :]}"
    words = wanted_of(IN_ALL.sub(" ", MEASURED.sub(" ", CODE.sub(" ", NO_GOODS.sub(" ", rest)))))
    order = "dearest" if _says(rest, phrases.DEAREST) else "cheapest" if _says(rest, phrases.CHEAPEST) else ""
    first, _space, others = words.partition(" ")
    if order and others and first in phrases.NUMBERS and not OF_PARTS.match(others):  # "the five dearest bags"
        words = others
    if (count := count_of(rest)) and " " in words:  # "your cheapest five mugs"
        words = " ".join(word for word in words.split() if phrases.NUMBERS.get(word) != count) or words
    if units and words.startswith(f"{units} "):  # "24 party bags"
        words = words.removeprefix(f"{units} ")
    return Asked(
        intent=intent,
        text=part,
        words=words,
        aspects=frozenset(name for name, pair in phrases.ASPECTS.items() if _says(part, pair))
        - ({"code"} if codes else set()),  # who names it asks for no code
        low=low,
        high=high,
        order=order,
        count=count or (FEW_CHEAP if CHEAPLY.search(part) or SORTED.search(part) else None),
        units=units,
        ordinals=ordinals(NAMED.sub(" ", part)),
        codes=codes,
        available=_says(part, phrases.IN_STOCK),
        here=_says(part, phrases.HERE),
        there=_says(part, phrases.THERE),
        both=_says(part, phrases.BOTH),
        follows=_says(part, phrases.FOLLOWING),
    )


def continued(now: Asked, before: Asked) -> Asked:
    """A question that goes on with the one before: what it does not say itself is taken from there."""
    return replace(
        before,
        text=now.text,
        words=now.words or before.words,
        codes=now.codes,
        low=now.low if now.bounded else before.low,
        high=now.high if now.bounded else before.high,
        order=now.order or before.order,
        count=now.count or before.count,
        ordinals=now.ordinals,
        here=now.here,
        there=now.there,
        both=now.both,
        available=now.available or before.available,
        follows=True,
    )


# The text, made plain.

PUNCTUATION = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "。": ".", "　": " "})
WORD = re.compile(r"[a-z']+(?:&[a-z]+)?")
POUND = re.compile(r"\ba (?:pound|quid)\b", re.IGNORECASE)
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
TIERED = re.compile(r"\b([a-z]+|\d)-tier(?:ed)?\b", re.IGNORECASE)
DOZEN_ZH = re.compile("([一两二三四五六七八九半])打(?![印折算开包扫扰电火架听])")
SENT_BACK = re.compile(
    r"\b(?:send|give|bring|take|ship|post)(?:ing)? (?:(it|this|that|them|these|those|an? \w+)|something|things|stuff) back\b"
)
BACK_FIRST = re.compile(
    r"\b(?:send|give|bring|take|ship|post|sending|giving|bringing|taking|shipping|posting) back\b(?! to me)"
)
WAS_SENT_BACK = re.compile(r"\b(?:sent|brought|given|taken|posted|shipped) back\b")
SPENDING = re.compile(r"\b(?:shell|fork|splash)(?:ed)? out\b|\bpart(?:ed)? with\b")
UNWELL = re.compile(r"\b(?P<said>is|are|was|be|been|so|very|really|feels?|fell|taken) i will\b")
"""Who "is ill" wants nothing."""

GO_BACK = re.compile(r"\b(can|could|do|may) (it|this|that|them|these|those|they) (?:also |too |still )?go back\b")
WHO_PAYS = re.compile(
    r"\bwho (?:pays?|covers?|has to pay|must pay)(?: for)?(?: the)? "
    r"((?:postage|delivery|shipping|posting|sending|p&p|it|that)(?: (?:it|them|that|back))*)(?= ?(?:$|[,.?!]))|"
    r"(邮费|运费)(?:是|由|归)?谁(?:来|要)?(?:出|付|承担|负责)|"
    r"谁(?:来|要)?(?:出|付|承担)(邮费|运费)"
)
_MAYBE = "(?:might |may |could |would |perhaps |possibly |maybe |happen to |by any chance )*"
WONDERING = re.compile(
    rf"\b(?:i (?:was|am) |was |am )?(?:just )?wondering (?:if|whether) you {_MAYBE}(?=(?:have|sell|stock|do|got|carry)\b)"
)
IDEA = re.compile(
    r"\b(?:(?:do|would) you have |have you |you )?(?:got )?any (?:idea|clue) (?=(?:when|where|how|what|which|if|whether|why)\b)"
)
SEEN = re.compile(r"\b(?:can|could|may) (?:i|we) (?:see|have a look at|look at) (?:your|some|any|all your) ")
WELL_WISHES = re.compile(
    r"\b(?:i )?hope (?:you|you are|you're|everyone is|all is|this finds you)(?: all| are| keeping| having| had)* "
    r"(?:well|good|fine|ok|okay|great|a (?:good|great|nice|lovely) (?:day|week|weekend|morning|evening|afternoon))(?: today)?"
    r"[.,!;]+ ?|"
    r"(?<=[.?!,;\n]) *(?:yours|best|kind|warm|many)?(?: ?(?:truly|sincerely|faithfully|wishes|regards|thanks))?,? "
    r"(?:mr|mrs|ms|miss)\.? [a-z]+\W*$"
)
QUICK_ONES = re.compile(
    r"^(?:(?:hi|hello|hey|hiya)(?: there)?[,.! ]+)?(?:just )?"
    r"(?:(?:an?|one|two|three|a few|a couple of|couple of|some|few) )?(?:more |other )?(?:very )?"
    r"(?:(?:quick |short |small )(?:ones?|questions?|things?|queries)|questions?|things?|queries)(?: (?:please|for you))? ?[:,-]+ ?"
)
"""Says that something will be asked."""
LOOK_UP = re.compile(
    r"(?<=[a-z0-9])[,.;:!?-]+ ?(?:please |(?:can|could|would|will) you )(?:please )?(?:just )?"
    r"(?:look (?:it|that|this|them) up|have a look|(?:look|check)(?: (?:it|that|this))?)(?: for me| please)*[?.! ]*$"
)
"""Asks to look for what was asked before it."""
_TEXT = r"(?:message|note|greeting|dedication|inscription|few words|wish)s?"
_BEFORE_TEXT = "a|an|the|my|our|your|can|may|could|must|should|is|are|gift|personal|birthday|written|little"
LONG_TEXT = re.compile(
    rf"\bhow long\b(?=(?: (?:{_BEFORE_TEXT}))* {_TEXT}\b"
    r"(?!.*\b(?:take|takes|kept|keep|stored?|saved?|answer\w*|repl\w+|arriv\w+|wait\w*|until|before)\b))"
)
LENGTH_OF_TEXT = re.compile(
    r"\b(?:the |a )?(?:max(?:imum)?|greatest|longest)? ?length (?:of|for|on) (?:(?:a|an|the|my|your) )?"
    rf"(?=(?:\w+ )?{_TEXT}\b)"
)
LONG_TEXT_ZH = re.compile(
    "(?<=写)(?:的话)?(?:最多)?(?:有|是)?多长(?!时间)|(?<=[言词福句])(?:最多)?(?:能|可以|可)?(?:有|是)?多长(?!时间)"
)
"""How long a text may be: no time, but characters."""
ADD_UP = re.compile(r"\badds? up to\b|\badd up\b")
NUMERAL_ZH = re.compile("(?<=月)[一二三四五六七八九十]{1,3}(?=[日号])")
SPACED_ZH = re.compile(r"(?<=\d) (?=[年月日号])|(?<=[年月]) (?=\d)")
"""Where a day is written with spaces: 10 月 7 日."""
MY_OWN = re.compile(r"\bmy own (?=(?:spend\w*|orders?|account|tier|total|history|purchases?|parcels?|cart|basket)\b)")
GREETED = 4
GREETS = re.compile(
    r"(?:(?:oh|well|ok|and|so|just)[ ,]+)*"
    r"(?:hi|hiya|hello|hey|good|morning|evening|afternoon|greetings|howdy|yo|how|nice|anyone|alright)\b"
)
"""Words of a message from which on it is no greeting unless it begins as one: "an order I made this morning"."""
AMERICA = re.compile(r"\bUS\b|\b[uU]\.[sS]\.(?:[aA]\.)?|(?<=\bthe )us\b")


def normal(text: str) -> str:
    """Plain lower case: full-width forms narrowed, what people type short spelled out."""
    text = unicodedata.normalize("NFKC", text[:LONGEST]).translate(PUNCTUATION)
    text = TIERED.sub(lambda found: f"{phrases.NUMBERS.get(found[1].lower(), found[1])} tier", THOUSANDS.sub("", text))
    text = POUND.sub("1 pound", text)
    text = MY_OWN.sub("my ", NUMERAL_ZH.sub(lambda day: str(number(day[0]) or day[0]), SPACED_ZH.sub("", text)))
    text = DOZEN_ZH.sub(lambda found: f"{int(12 * (phrases.DIGITS_ZH.get(found[1]) or 0.5))}个", text)
    text = AMERICA.sub("usa", text if not text.isupper() else text.lower()).lower()
    text = "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    text = WORD.sub(lambda found: phrases.SPELLED.get(found[0], found[0]), text)
    text = UNWELL.sub(r"\g<said> ill", text)
    text = SEEN.sub("show me ", text)
    text = LONG_TEXT.sub("how many characters", LENGTH_OF_TEXT.sub("how many characters in a ", text))
    text = LONG_TEXT_ZH.sub("多少字", text)
    text = QUICK_ONES.sub("", text)
    text = WONDERING.sub("do you ", LOOK_UP.sub("", WELL_WISHES.sub("", text)))
    text = ADD_UP.sub("come to", IDEA.sub("", text))
    text = SPENDING.sub("spend", text)
    text = ASKING.sub("how much is", SEEN_HERE.sub(lambda found: found["goods"] or " ", text))
    text = ON_SHELVES.sub("in stock", SITE_SAYS.sub(" ", LIKED.sub(" ", text)))
    text = CAN_BE_HAD.sub(lambda had: " which in stock" if "which" in had[0] or "what" in had[0] else " in stock", text)
    text = BACK_FIRST.sub("return", WAS_SENT_BACK.sub("returned", text))
    text = GO_BACK.sub(
        r"\1 i return \2", SENT_BACK.sub(lambda found: f"return {found[1]}" if found[1] else "return", text)
    )
    if "退" not in text:  # who pays for a return is asked in these words
        text = WHO_PAYS.sub(
            lambda found: f"what does {found[1]} cost" if found[1] else f"{found[2] or found[3]}多少钱", text
        )
    return re.sub(r"[ \t\r\f\v]+", " ", text).strip()


def corrected(text: str) -> str:
    """The text with the misspelt words of `phrases.KEYWORDS` put right; only for telling what is asked, never for searching."""
    return WORD.sub(lambda found: _keyword(found[0]), text)


def _keyword(word: str) -> str:
    if len(word) < 5 or word in phrases.KEYWORDS:
        return _completed(word) if len(word) == 4 and word not in phrases.STOP else word
    most = 1 if len(word) < 8 else 2
    near = [
        key
        for key in phrases.KEYWORDS
        if key[0] == word[0] and len(key) >= 4 and slips_between(word, key, most=most) <= most
    ]
    return min(near, key=lambda key: (slips_between(word, key, most=most), key), default=word)


def _completed(word: str) -> str:
    """The keyword that a short word is, but for a letter: "ordr"."""
    near = [
        key for key in phrases.KEYWORDS if len(key) == 5 and key[0] == word[0] and slips_between(word, key, most=1) == 1
    ]
    return near[0] if len(near) == 1 else word


# Intents.


@cache
def _compiled(english: str, chinese: str) -> re.Pattern[str]:
    """Both languages in one expression; English only at the bounds of words."""
    found = []
    if english:
        found.append(rf"(?<![a-z0-9'-])(?:{english})(?![a-z])" if english[0] not in "^<(" else _bounded(english))
    if chinese:
        found.append(f"(?:{chinese})")
    return re.compile("|".join(found), re.MULTILINE)


def _bounded(english: str) -> str:
    return rf"(?:(?<![a-z0-9'-])|(?=[^a-z0-9]))(?:{english})(?![a-z])"


def _says(text: str, pair: tuple[str, str]) -> bool:
    return _compiled(*pair).search(text) is not None


def intent_of(text: str, *, among: tuple[Intent, ...] | None = None, raw: str = "") -> tuple[Intent, int]:
    """The intent with the highest score, the earlier in the table of equals; NONE where nothing fits.

    Small talk counts only where nothing else does.
    """
    text = corrected(text)
    best, most = Intent.NONE, 0
    for intent, rows in phrases.INTENTS.items():
        if (among is not None and intent not in among) or (among is None and intent in GUARDS):
            continue
        score = sum(weight for weight, english, chinese in rows if _says(text, (english, chinese)))
        if intent is Intent.INJECTION and raw and not score:
            score = sum(weight for weight, english, chinese in rows if _says(raw.lower(), (english, chinese)))
        if score > most and not (intent in SMALL_TALK and best is not Intent.NONE):
            best, most = intent, score
    if best in (Intent.YES, Intent.NO) and words_of(ANSWERED.sub(" ", text)):
        return Intent.NONE, 0  # "ok red then"
    if best is Intent.GREETING and len(text.split()) > GREETED and not GREETS.match(text):
        return Intent.NONE, 0  # "a train from York on Saturday morning"
    return best, most


# Parts.

SENTENCE = re.compile(r"(?<!\bno)(?<!\be\.g)(?<!\bi\.e)\.(?=\s|$|[\u3400-\u9fff])|[!?;\n]+")
ANEW = re.compile(
    r"(?:also |and |then )?(?:how|when|what|where|which|who|can|could|do|does|is|are|will|would)\b|"
    "(?:有没有|有|能|可以|可不可以|多久|几天|怎么|什么|是否|要不要|会不会|最低|最少|最多)"
)
JOINT = re.compile(
    r",? (?:and|also|plus|but|then) (?=(?:also |then |please |can you |could you )*(?:do|does|did|can|could|how|what|when|where|"
    r"which|who|is|are|will|would|should|have|has|add|show|tell|put|remove|take|make|drop|swap|change|"
    r"i want|i would|i need|my)\b)"
    r"| - (?=(?:what (?:would|will)|how (?:much|many|long)|is it|are they|do|does|can|could)\b)"
    r"|, (?=(?:do|does|did|can|could|how|what|when|where|which|is|are|will|would|add|show|tell|put|remove)\b)"
    r"|(?<!\bwhat)(?<!\bhow)(?<!\bwhen)(?<!\bwhere)(?<!\bwhich)(?<!\bwho)(?<!\bwhy)(?<!\blong)(?<!\bmuch)(?<!\bmany)(?<!\bif)(?<!\band)"
    r" (?=(?:do|can|could|will|does) (?:you|u|i|we|it|they)\b|how (?:much|long|many) |what (?:is|are|if|happens) |"
    r"when (?:will|do|does|can) |where (?:is|are) )"
    r"|,(?!\d{3}\b)|(?:另外|还有(?=怎么|能|你们|可以|什么|运|退|我)|顺便(?:问(?:一下|下)?)?|然后|以及)"
)
ASKS_ZH = re.compile("多久|多长|几[天日号点个折]|多少|什么|怎[么样]|[吗呢]|谁|哪|能不能|要不要|是不是|会不会|有没有")
TAG_ZH = re.compile("(?:这样|那)?(?:可以|好|行|对|是|在|能)(?:不可以|不行|不好|不能)?[吗呢]?")
PIECE = re.compile(r"[,.] ?| and ")
"""Where a part may begin to ask."""
OF_RULES = {Intent.POLICY, Intent.PRIVACY}
BESIDE_RULES = {*OF_RULES, Intent.NONE, Intent.PRICE, Intent.HELP, Intent.LOYALTY, Intent.NEXT_TIER}
"""What a Chinese part asks with; what documents answer, and what may ask for one more thing of them."""

_AUX = "do|does|did|is|are|will|would|can|could|should"
_DAY_ZH = "(?:今天|明天|后天|现在|(?:这个?|下个?)?(?:周|星期|礼拜)[一二三四五六日天末])"
SUPPOSED = re.compile(
    rf"(?:and |so |but )?(?:if|once|suppose|supposing|when(?! (?:{_AUX})\b)|"
    r"(?:i|we) (?:will|am going to|are going to|want to|plan to|intend to|would like to|might) (?:be )?(?:order|buy|plac)\w*)\b"
    rf"(?:(?! (?:what|how|which|who|(?:when )?(?:{_AUX}) (?:i|you|we|it|they|that|this|there))\b).)*|"
    "(?:那|我们?|你们)*(?:如果|要是|假如|打算|准备|想要?|计划)[^吗呢多几怎谁哪]{0,16}(?:下单|买|订)[^吗呢多几怎谁哪]{0,6}|"
    f"(?:如果|要是|假如|万一)[^吗呢多几怎谁哪]*|{_DAY_ZH}(?:下单|买)(?:的话)?"
)
"""What only says of which case the next part asks: "I will be ordering on Sunday", "if it breaks"."""

OF_TRADE_ZH = re.compile("批发|进货")
GOES_BACK = re.compile(
    r"\b(?:return|refund)\b.{0,60}\b(?:my|the|our) (?:\w+ )?order\b|\bmy (?:\w+ )?order\b.{0,60}\breturn\b"
)
CHANGES = re.compile(
    r"\b(?:can|could|would) (?:you|i|we) (?:still |please )?(?:change|cancel|stop|amend|alter|fix|correct|update)\b"
)
"""What a restaurant that buys in bulk asks; what of an order goes back; what shall be done about what was told."""

OF_WHAT_THEY_DID = re.compile(
    r"\b(?:bought|buys?|buying|orders?|ordered|ordering|purchas\w+|returned|account|address|basket|cart|parcels?|tier|phone|e-?mail|"
    r"history|data|details)\b|买[了过的]|订|下单|下的单|地址|账|包裹|购物车|花了"
)
"""What of somebody else's nobody is told."""
SENDING = {"countries we deliver to", "配送到哪些国家"}
"""What is asked in the story of a gift for somebody who lives far away."""
MAYBE_GOODS, PLAINLY_GOODS = 0.3, 0.85
"""Chance from which on a message may be about goods, and only tells beside where a gift shall go; and is, though it has words of
what is refused."""

HEARD_APART, HEARD_OF_SERVICE = 0.6, 0.7
"""Likeness from which on a part, or a sentence of the story of a gift, is a question to the documents."""

IF_NOT = re.compile(
    r"[.?!,;]? ?\b(?:if (?:not|so|it is not|they are not|it is sold out|it is gone|you (?:do not|have not))|otherwise)\b,? ?"
    r"(?=.*\b(?:other|others|else|another|different|instead|similar)\b)|"
    r"[,;?!。]? ?(?:如果|要是|若是?)?(?:没有?货?|没了|卖完了?|售罄了?|断货)的?话,?(?=.*(?:别的|其他|其它|类似|另外))"
)
"""What is asked only where the goods named before cannot be had: two questions."""
ONES = re.compile(
    r"(?:[.?!;,]|,? and) ?(?P<ones>(?:and |or |but )*(?:do you (?:have|do|sell) |have you (?:got )?|is there |are there |got )?"
    r"(?:any|one|some|an?|it|them|that|those)\b(?: [\w'-]+){0,3}? (?:ones?|(?:in|with|for) [a-z' -]+))[ ?.]*$|"
    r"[.?!;,] ?(?P<zh>(?:那|那么|还|请问|你们)*有(?:没有)?[^,.?]{1,10}?(?:[款的色版][吗么呢]|的|款))[ ?.]*$"
)
"""It goes on to ask for some of the kind that look so: "any Christmas ones", 有圣诞款吗."""
WORDS_OF_ONE = 3
CLAUSE = re.compile(r"(?:and |so |but )?(?:if|when|once)\b")
WHICH_OF = re.compile(
    r"(?:^|[,.] ?)(?:so |and )?(?:which|what|how many) (?!(?:is|are|was|were|do|does|did|can|could|will|would|should|happens?)\b)"
    r"(?:(?!\b(?:is|are|do|does|can|cost|costs)\b)[^,.])*$"
)
"""It only says of what is asked: "which cake stands with 3 tiers" before "do you sell"."""
BESIDE_POLICIES = {Intent.SEARCH, Intent.STOCK, Intent.PRICE, Intent.GIFT, Intent.RECOMMEND}
KEPT_TOGETHER = {Intent.COMPARE}


def parts(text: str) -> list[str]:
    """The message cut where one question ends and another begins; what asks for nothing by itself stays with its neighbour."""
    found: list[tuple[str, Intent, int]] = []
    for sentence in SENTENCE.split(text):
        begins = True
        for piece in (joined := list(_joined(sentence))):
            piece = piece.strip(" ,")
            if len(joined) > 1 and (rest := ANSWERS_FIRST.sub("", piece)):
                piece = rest  # "yes the first one, is it in stock"
            if not piece.strip(".'\""):
                continue
            intent, score = intent_of(piece)
            of_goods = found and (found[-1][1] in ASKS_OF_GOODS or _says(found[-1][0], phrases.CHEAPEST))
            if of_goods and begins and score < STRONG and ONLY_TOLD.match(piece):
                continue  # "how much is the first aid tin? need one for the office"
            if found and (
                SUPPOSED.fullmatch(found[-1][0])
                or _one_wish(
                    found[-1][1:],
                    (intent, score),
                    apart=begins or _anew(piece),
                    more=one_more(found[-1], (piece, intent, score)),
                )
            ):
                together = f"{found[-1][0]}{'.' if begins else ','} {piece}"
                found[-1] = (together, *intent_of(together))
            else:
                found.append((piece, intent, score))
            begins = False
    talk = [each for each in found if each[1] not in SMALL_TALK]
    if any(score >= STRONG for _text, _intent, score in talk):
        talk = [each for each in talk if not _chatter(*each)]
    return [text for text, _intent, _score in talk or found[:1]] or [text]


ANSWERS_FIRST = re.compile(
    r"^(?:yes|yeah|yep|ok|okay|sure|no|nope)(?: please| then)? (?=(?:the|those|that|these|this) )"
)
"""A yes or a no before what is meant."""

ASKS_OF_GOODS = {Intent.PRICE, Intent.STOCK}
ONLY_TOLD = re.compile(
    r"(?!.*\b(?:under|up to|less than|what|which|how|can you|do you|is it|are they|in (?:red|blue|green|pink|white|black))\b)"
    r"(?:(?:i|we) )?(?:just )?(?:need|want|am after|are after|would like) (?:one|some|it|them|a few)\b.*|"
    r"(?!.*\b(?:what|which|how|can|do you|loves?|likes?)\b)"
    r"(?:we|i) (?:are|am|have been|will be) (?:\w+ )?(?:late|early|behind|short|desperate|in a (?:rush|hurry))\b.*"
)
"""Says only what for, or how things are, behind a question of goods."""

PRAISE = re.compile(
    r"\b(?:just (?:wanted|want|wanna) to say|thanks?|thank you|well done|lovely|beautiful(?:ly)?|brilliant|perfect)\b.*"
)


def _chatter(text: str, intent: Intent, score: int) -> bool:
    """Whether a part beside others only leads to them: "I need to know two things", "the parcel was beautifully packed, thanks"."""
    if PRAISE.match(text) and ("thank" in text or " to say " in text) and not ANEW.search(text):
        return True
    weak = intent in (Intent.NONE, Intent.SEARCH, Intent.RECOMMEND) and score < STRONG
    return (
        weak
        and not words_of(prices(text)[1])
        and not (asks(text) or CODE.search(text) or prices(text)[0] != (None, None))
    )


def _joined(sentence: str) -> Iterator[str]:
    """The sentence at its joints, where what comes after asks for something else."""
    start = 0
    for joint in JOINT.finditer(sentence):
        head, tail = sentence[start : joint.start()].strip(), sentence[joint.end() :].strip()
        if joint.group() == " " and (len(head.split()) < WORDS_OF_ONE or CLAUSE.match(head) or WHICH_OF.search(head)):
            continue  # without a comma or an "and": only behind what is a question by itself
        here, there = intent_of(head), intent_of(tail)
        if SUPPOSED.fullmatch(head.strip(" ,")):
            continue
        more = joint.group() != " " and one_more((head, *here), (tail, *there))
        if not _one_wish(here, there, apart=_anew(tail), more=more) and here[0] not in KEPT_TOGETHER:
            yield head
            start = joint.end()
    yield sentence[start:]


def _anew(piece: str) -> bool:
    """Whether a part asks anew ("... and how long does it take") and does not only go on."""
    return ANEW.match(piece.strip(" ,")) is not None


def _of_service(sentence: str) -> bool:
    """Whether a sentence is heard as a question to the documents: "do you post parcels out there", beside the story of a gift."""
    said = heard(sentence)
    return said is not None and bool(said.query) and said.likeness >= HEARD_OF_SERVICE


def asks(piece: str) -> bool:
    """Whether a part is a question by its words: "when do I get the money", 邮费谁付."""
    return not TAG_ZH.fullmatch(piece) and (_anew(piece) or ASKS_ZH.search(piece) is not None)


def one_more(head: tuple[str, Intent, int], tail: tuple[str, Intent, int]) -> bool:
    """Whether a part asks one more thing of the documents, behind a rule or another question."""
    kinds = {head[1], tail[1]}
    if not kinds <= BESIDE_RULES or not asks(tail[0]) or (CHANGES.search(tail[0]) and not asks(head[0])):
        return False
    ruled = kinds & OF_RULES and max(head[2], tail[2]) >= SPOKEN and (head[1] in OF_RULES or asks(head[0]))
    return bool(ruled) or heard_apart(head[0], tail[0])


def heard_apart(head: str, piece: str) -> bool:
    """Whether two parts sound like questions to two parts of the documents: "which cards do you take", "when is it charged"."""
    if not (asks(head) and asks(piece)):
        return False
    one, other = heard(head), heard(piece)
    plain = [each.query for each in (one, other) if each and each.query and each.likeness >= HEARD_APART]
    return len({*plain}) > 1


def _one_wish(one: tuple[Intent, int], other: tuple[Intent, int], *, apart: bool = False, more: bool = False) -> bool:
    """Whether two neighbouring parts are one question; parts of two sentences (`apart`) rather not, nor those that ask `more`."""
    kinds = {one[0], other[0]}
    if kinds == {Intent.COMPARE}:
        return True
    if kinds & set(SMALL_TALK) and len(kinds) > 1:
        return False
    if more:
        return False
    if kinds <= ADVICE:
        return True
    if apart and Intent.POLICY in kinds and kinds & BESIDE_POLICIES and other[1] >= SPOKEN:
        return False
    if min(one[1], other[1]) < STRONG:
        return True
    return len(kinds) == 1 and not apart


# Codes and measures.

CODE = re.compile(
    r"(?<![a-z0-9£$€.])#?((?!\d+x\d+(?:x\d+)?(?:cm|mm)?\b)(?=[a-z]*\d[a-z]*\d[a-z]*\d)[a-z0-9]{5,20}|(?<=#)\d{3,20})(?![a-z0-9]|\.\d)"
)
BY_CODE = re.compile(
    r"\b(?:code|sku)(?: (?:is|number|no))?:? (?=[a-z]{0,4}\d{4,}[a-z]{0,2}\b)|(?:货号|编号|代码)(?:是|为)?:?(?= ?\d{4,})"
)
"""Leads to the code of a product: it asks for none."""

CAN_BE_HAD = re.compile(
    r"\b(?:that |which |what |ones )*(?:(?:can|could|may) (?:i|we|you)|(?:i|we|you) (?:can|could)) (?:actually |really |still )?"
    r"(?:buy|order|get|have|send|ship|deliver|post)(?: me| us| out)? (?:right now|now|today|straight away|at once)\b"
)
MEASURED = re.compile(rf"[\d一二两三四五六七八九十百]+ ?(?:{phrases.MEASURE_ZH})(?![\u3400-\u9fff]*套装)")
IN_ALL = re.compile(
    r"\b(?:in (?:total|all)|altogether|all together|all in|for (?:the lot|all of them|them all)|total)\b|一共|总共|合计"
)
"""A budget is for all, not for each."""


# The words that name something.

_TOKEN = re.compile(rf"[{HAN}]+|[a-z0-9][a-z0-9'/&.+-]*")
_BASKETS = "wicker|picnic|storage|laundry|fruit|bread|bike|bicycle|flower|hanging|garden|wire|wooden|peg|easter|egg|willow|sewing"
COMPOUND = re.compile(
    r"\b(?:watering cans?|money (?:box|bank|tin)(?:e?s)?|(?:gift|birthday|party) (?:bag|box|tag|card|cake|candle|tape)(?:e?s)?|"
    r"first aid|party buntings?|"
    r"(?:weekend|overnight) bags?|(?:tea|dinner|writing|baking|jam making|cutlery|sewing|croquet|gift) sets?|"
    rf"(?:shopping|memo) lists?|drinks? (?:mat|dispenser|bottle|tin|stirrer)s?|(?:{_BASKETS}) baskets?)\b"
)
"""Names of goods of which a word says nothing elsewhere: a cart is a basket, what something costs is money."""

_KEPT_ZH = frozenset("".join(word for word in phrases.STOP_ZH if len(word) == 1))


def words_of(text: str) -> str:
    """The words that name what is wanted, in their order; everything about the asking itself is gone.

    >>> words_of("how much is the red lantern please"), words_of("请问有没有红色的马克杯")
    ('red lantern', '红色马克杯')
    """
    found = []
    kept = {whole.replace(" ", "-"): whole for whole in COMPOUND.findall(text)}
    for token in _TOKEN.findall(COMPOUND.sub(lambda whole: whole[0].replace(" ", "-"), text)):
        if "\u3400" <= token[0] <= "\u9fff":
            found += _chinese_words(token)
        elif (whole := token.rstrip(".")) in kept:
            found.append(kept[whole])
        elif (
            not {bare := token.strip("'.-/&+"), bare.removesuffix("'s")} & phrases.STOP
            and bare
            and not bare.endswith("n't")
        ):
            found.append(bare.removesuffix("'s") if len(token) > 3 else bare)
    return " ".join(word for word in found if word)


def wanted_of(text: str) -> str:
    """The same without what shall not be among what is found, where anything else is named.

    >>> wanted_of("mugs but no hearts"), wanted_of("not gnomes")
    ('mugs', 'gnomes')
    """
    named = UNWANTED.sub(lambda found: " , " if words_of(" ".join(filter(None, found.groups()))) else found[0], text)
    return words_of(named) or words_of(text)


def _chinese_words(run: str) -> list[str]:
    """What a run of characters names, in words that the glossary knows; what stands side by side is one name."""
    found = [""]
    for word, tells in cut(run, _known_zh()):
        if not tells:
            found += [""] * (len(word) > 1)
        elif word in meanings():
            found[-1] += word
        elif len(kept := re.sub("[的了吗呢]", "", word.strip("".join(_KEPT_ZH)))) > 1:
            found[-1] += kept
    return [word for word in found if word]


@cache
def _known_zh() -> dict[str, bool]:
    """Words of the glossary, and those that name no product, each with whether it names one."""
    served = (
        word for word, parts in meanings().items() if all(phrases.SERVED_IN_ENGLISH.issuperset(part) for part in parts)
    )
    empty = (word for word in (*phrases.STOP_ZH, *untold_chinese()) if len(word) > 1)
    return (
        dict.fromkeys(meanings(), True)
        | dict.fromkeys(empty, False)
        | dict.fromkeys([*served, *"的了吗呢和跟与"], False)
    )


TEENS = frozenset(["teen", "teens", "teenage", "teenager", "teenagers"])


def interests(words: str) -> list[tuple[str, str]]:
    """What to search for somebody who likes these: what was said and a search for it, words without a line of their own first.

    >>> interests("baking owls")
    [('owls', 'owls'), ('baking', 'baking cake'), ('baking', 'cookie cutter')]
    """
    lines: list[tuple[str, str]] = []
    plain = []
    if words in INTERESTS:
        return [(words, search) for search in INTERESTS[words]]
    told = words.split()
    if not TEENS.isdisjoint(told):
        told = [word for word in told if word not in ("boy", "boys", "girl", "girls", "kid", "kids")]
    looks = "vintage" in told and any(word not in INTERESTS for word in told)  # "vintage radios" are radios
    for word in told:
        if looks and word == "vintage":
            plain.append(word)
            continue
        said = next((each for each in (word, word.removesuffix("s")) if each in INTERESTS), "")
        if not word.isascii():
            said = said or next((each for each in INTERESTS if not each.isascii() and each in word), "")
            plain += (
                [each for each, tells in in_words(word) if tells and each in meanings() and said not in each]
                if said
                else []
            )
        lines += [(said, search) for search in INTERESTS.get(said, ())]
        if not said:
            plain.append(word)
    together = " ".join(plain)
    return list(dict.fromkeys([*([(together, together)] if together else []), *lines]))
