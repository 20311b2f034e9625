"""Short questions that go on about goods that were shown: "the wicker one", "anything in black?", "要小一点的". Pure."""

# ruff: noqa: E501 (a pattern is read as one line of a table)

from __future__ import annotations

import re

from loyalty_ai.assistant.phrases import NUMBERS

LONGEST = 60
"""Letters of a question that leaves out what it speaks of."""

_LEAD = (
    r"^(?:(?:and|or|ok|okay|no|then|but|just|only|maybe|perhaps|please|do you have|have you got|got|is there|are there|show me|"
    r"i (?:want|need|prefer|would like|would prefer|would rather have)|can i (?:see|have)|not (?:those|these|that|them|this one)),? )*"
)
ONE_OF_THEM = re.compile(
    rf"{_LEAD}(?:(?:the|a|an|any|that|some|with)\b(?: [\w'-]+){{1,3}} ones?\b|[\w'-]+ ones\b|(?:a |any |some )?ones? (?:with|in|for|that|of|without|has)\b|"
    r"(?:anything|something|any|some|it|them|these|those)(?: else)? (?:in|with|without)\b|(?:in|with|without) \w+|"
    r"(?:anything|something|any|some|a|an|the)?(?: bit| little| much)* ?(?:smaller|smallest|bigger|biggest|larger|largest)\b)|"
    r"^(?:(?:那|那么|要|有没有|有|我要|想要|来个|换个?)+)?[^有没吗,.?]{1,6}的(?:那[个款只种])?(?:呢|吗|么|有吗|有没有)?(?:,[^有没吗,.?]{1,5}的?(?:有吗|有没有|呢))?[?]?$"
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


def size_of(text: str) -> str:
    """ "small", "large" or "", by what a question compares."""
    return next((word for word, pattern in SIZED.items() if pattern.search(text)), "")
