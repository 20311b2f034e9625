"""By how much a message changes what the cart holds of something: to so many, so many more or fewer, twice, half, none. Pure."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from loyalty_ai.assistant.amounts import FEW, number
from loyalty_ai.assistant.phrases import MEASURE_ZH, NUMBERS

_N = rf"(\d{{1,3}}(?![a-z\d£%]|\.\d)|(?:{'|'.join(sorted([*NUMBERS, *FEW], key=len, reverse=True))})(?![a-z])|[一二两三四五六七八九十百]+)"
_OF = r"(?: (?:of|x|packs? of|sets? of|boxes of|pieces?|units?|packs?|sets?|items?))?"
_ZH = rf" ?{_N} ?(?:{MEASURE_ZH})?"
_CART = r"(?:cart|basket|trolley|bag|order)"

OPERATIONS: tuple[tuple[re.Pattern[str], Callable[..., int]], ...] = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (
            r"\b(?:double|twice (?:as many|the)|two times the)\b(?: of)?|翻(?:一)?倍|加倍|多一倍",
            lambda held, n: 2 * held,
        ),
        (r"\b(?:halve|(?:only )?half(?: of| as many| the)?)\b|减半|一半", lambda held, n: held // 2),
        (
            rf"\b(?:change|set|make|bring|reduce|cut|lower|raise|increase|bump|put|turn|get|take|update|adjust)\b.{{0,60}}? (?:down |up |back )?(?:to|at) {_N}{_OF}|"
            rf"\bmake (?:it|that|them|those|(?:the|my) [a-z' -]+?) {_N}{_OF}(?= |$)|\b(?:only|just) (?:need |want |have |take )?{_N}{_OF}|{_N}{_OF}[^.?!]*?,? ?(?:instead of|rather than|(?:and )?not) \w+$|\b(?:quantity|number) (?:of .+ )?(?:to|is|as) {_N}|"
            rf"(?:[改换调变降升加减]|减少|增加|提高|降低|减少数量|调整|修改|更改)(?:成|为|到|至){_ZH}|(?:只要|只留|只买|只需要?|留下?){_ZH}|数量(?:改|调|设|换|是)?(?:成|为|到)?{_ZH}",
            lambda held, n: n,
        ),
        (
            rf"\b{_N} (?:more|extra|additional|further)\b{_OF}|\b(?:another|one more)\b|[再多](?:[加来要放拿买添]|给我)*(?:上)?{_ZH}",
            lambda held, n: held + n,
        ),
        (
            rf"\b{_N} (?:fewer|less)\b{_OF}|\b(?:take|remove|drop|lose|knock|pull|leave)(?: out| off| away)? {_N}{_OF}|少(?:[要买拿放])?{_ZH}|减(?:少|去|掉)?{_ZH}|(?:拿(?:走|掉|出)|去掉|删(?:掉|除|去)?|移(?:除|走)|取(?:出|走)){_ZH}",
            lambda held, n: max(held - n, 0),
        ),
        (
            rf"\b{_CART}\b.*\b(?:without|minus|leaving out|if i (?:took|take|leave|left) out)\b|购物[车篮].*(?:不算|除了|去掉|不要).+(?:多少|一共|总共)",
            lambda held, n: 0,
        ),
    )
)
"""What a message says of a thing in the cart, and how many of it the cart shall hold then, of what it holds and the number said."""

BESIDE = re.compile(
    rf"\b(?:i would like|i want|please|can you|could you|instead|of|{_CART}|my|the|in|from|out|off|down|up|to|at|more|fewer|less|them|it|that|those|rather|than|not|both|all|everything|what would|cost|come|then|"
    rf"change|set|make|bring|reduce|cut|lower|raise|increase|bump|put|turn|get|take|update|adjust|only|just|quantity|number|extra|additional|further|another|add|plus|remove|drop|lose|knock|pull|leave|away|left|"
    rf"without|minus|except|for|double|twice|as|many|halve|half|is|and|be|have|need|want|ones?|packs?|units?|pieces?|{'|'.join([*NUMBERS, *FEW])})\b|"
    rf"(?:\d+|[一二两三四五六七八九十百]+) ?(?:{MEASURE_ZH})(?![a-z])|\d+|第[一二三四五\d][个款件样种]?|\b(?:first|second|third|fourth|last) one\b|购物[车篮](?:里面?|中)?的?|[请把将我给]|帮我|全部|所有|都|它们|[这那]个?|的?数量|不要了?|不够|翻倍|加倍|减半|一半|"
    rf"(?:[改换调变降升加减]|减少|增加|提高|降低|调整|修改|更改|只要|只留|只买|只需要?|留下?|[再多少][加来要放拿买添]?|拿[走掉出]|去掉|删[掉除去]?|移[除走]|取[出走])[成为到至]?(?:[一二两三四五六七八九十百\d]+ ?(?:{MEASURE_ZH})?)?吧?"
)
"""What stands beside an operation and names nothing."""

ALL = re.compile(r"\b(?:both|all(?: of them)?|everything|each(?: of them)?)\b|都|全部|所有|每[个样种件]")
"""All that the cart holds."""


def amended(text: str) -> tuple[Callable[..., int], str] | None:
    """What a plain text makes of the units that the cart holds of something, and the words that name it; None where it changes none.

    >>> to, words = amended("bring the skittles down to 5")
    >>> to(10), words
    (5, 'skittles')
    >>> to, words = amended("两副 vintage snap cards 不够,再加三副")
    >>> to(6)
    9
    """
    for pattern, to in OPERATIONS:
        if found := pattern.search(text):
            said = next(filter(None, found.groups()), "one")
            value = int(FEW.get(said) or number(said) or 0)
            words = " ".join(BESIDE.sub(" ", text).split())
            return partial(to, n=value), words.strip(" ,.?!")
    return None
