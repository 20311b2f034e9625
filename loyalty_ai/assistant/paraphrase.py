"""Whether a sentence says what a sentence of a document says, in other words. Pure, over folded text with digits.

Both are cut into statements and their clauses. Each clause must hold the same words, in any inflection or under another name of
`SAME`, the same numbers in their order, the same conditions and denials, and the same people who do it. What may be left out is
what takes nothing away: that it holds for all, members of a list, another statement. A doubt is a no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from loyalty_ai.assistant.tokens import words

# What is said in several ways, each pattern with the one it becomes; in this order.
_REWRITTEN = (
    (r"n't\b|(?<=can)not\b", " not"),
    (r"\bwon not\b", "will not"),
    (r"\bca not\b", "can not"),
    (r"'(?:re|s|ll|ve|m|d)\b", " "),
    (r"(?<=[a-z])-(?=[a-z])", ""),
    (r"(?<=\d)-(?=[a-z])", " "),
    (r"(?<=\d)\s*-\s*(?=\d)", " to "),
    (r"[£]\s?(\d[\d.,]*\d|\d)", r"\1 pound"),
    (r"%|\bper cent\b", " percent "),
    (r"\bper (?=[a-z])", "for each "),
    (r"\bunited kingdom\b|\bgreat britain\b|\bbritain\b", "uk"),
    (r"\bunited states(?: of america)?\b|\bamerica\b", "usa"),
    (r"\bvalue added tax\b", "vat"),
    (r"\b(?:the (?:person|one|customer)|those|anyone|anybody|people) who\b", "whoever"),
    (r"\b(?:do(?:es)? not|need not|no) (?:have to|need to|need|obligation to)\b|\bneed not\b", "needless"),
    (r"\b(?:have|has|need|needs|obliged|required) to\b(?! be (?:able|possible))", "must"),
    (r"\b(?:must|may|might) not\b|\bnot (?:be )?(?:possible|allowed|permitted|able) (?:to )?", "can not "),
    (r"\b(?:impossible|unable) (?:to )?", "can not "),
    (r"\b(?:is|are|be) (?:able|allowed|permitted|possible|free) to\b|\bpossible\b|\bmay\b", "can"),
    (r"\b(return|cancel|refund|deliver)able\b", r"can \1"),
    (r"\b(?:send|bring|give|post)(?:ing|s)? back\b", "return"),
    (r"\b(?:send|bring|give|post|ship)(?:ing|s)? ([a-z ]{1,30}?) back\b", r"return \1"),
    (r"\bmoney back\b|\breimburse", "refund"),
    (r"\b(?:without|no|free of|at no)(?: (?:extra|additional|any))? (?:charge|cost|fee)s?\b", "free"),
    (r"\b(?:costs?|charged?|pays?) nothing\b|\bfor nothing\b", "free"),
    (r"\bnothing is charged\b|\bnot charged (?:anything|for)\b", "free"),
    (r"\b(?:business|week) ?days?\b", "working day"),
    (r"\b(?:orders?|ordered|orders placed|placed) (?:on|of|at) (?:a |the )?weekends?\b", "weekend"),
    (r"\bas long as\b|\bas soon as\b|\bin case\b|\bprovided(?: that)?\b|\bwhen(?:ever)?\b|\bonce\b", "if"),
    (r"\bnot before\b(?=\s*(?:$|[.;]))", ""),
    (r"\b(?:leaves?|left|has left) (?:our )?(?:house|warehouse)\b", "dispatched"),
    (r"\b(?:other )?[a-z]+, (?:such as|like|including|for example) ", ""),
    (r"\bin (?=\d+ (?:to \d+ )?(?:working )?(?:days?|weeks?|months?|hours?))", "within "),
    (r"\busing\b", "by"),
    (r"\bup to\b|\bat most\b|\bno more than\b|\bnot more than\b", "most"),
    (r"\bat least\b|\bno less than\b", "least"),
    (r"\bthan\b", "than"),
)  # fmt: skip
REWRITTEN = tuple((re.compile(pattern), kept) for pattern, kept in _REWRITTEN)

_SAME = """
deliver delivery ship shipping; dispatch despatch; phone telephone ring; parcel package; customer shopper buyer client;
shop store; broken damaged; select choose pick; cost price charge fee; keep hold retain; erase delete remove; answer reply respond;
abroad overseas; purchase buy; change amend modify alter; mend repair fix; pay payment; cancel cancellation; wrap wrapping giftwrap;
accept take; whole full entire; start begin; box packing packaging; permit allow; vat vat; close closed shut;
all every each any everybody everyone anything everything anybody anyone always both ever;
usually normally generally typically mostly;
not no never none nobody nothing neither nor; we i; item product goods thing article order
"""
"""Words that may stand for one another in a rule, and no others: the glossary of the search is far too loose for that."""

_FREE = """
a an the is are was were be been being am do does did done have has had get gets got receive will shall would of in at by to on for
with as about this that these those it its they them their our your my one who which what there here such and or please also just
simply then so very well indeed sure yes good note know let mean item say us you we s t how much many
"""
_CONDITIONS = "if unless until before after while although because except without instead than but since"
_IMPERATIVES = "write call ask send pack return keep try place open use switch contact pay see ring"
HEDGES, ALL, NOT = "usually", "all", "not"
CONDITIONS = frozenset(_CONDITIONS.split())
"""What opens a clause of its own; a clause without one is what is said under them."""

PEOPLE = frozenset(["we", "you", "i", "they"])
BEFORE_OBJECTS = frozenset(["for", "to", "with", "by", "from", "at", "of", "on", "than", "between"])
IMPERATIVES = frozenset(_IMPERATIVES.split())
JOINTS = frozenset([",", "and", "or", "nor"])
VERBS = frozenset(["can", "not", "is", "are", "was", "were", "must", "have", "has", "will"])
_TOKEN = re.compile(r"[a-z]+|\d[\d.,]*\d|\d|[,;]")
_UNIVERSAL = re.compile(
    r",?\s*\b(?:and )?(?:for|to|at|in|on|from|of) (?:every|any|all) [a-z]+(?: (?:we|you) [a-z]+ to)?"
)
_COMPLEMENT = re.compile(r"(?<=\b)(\d+ (?:working )?(?:days?|weeks?|months?|years?|hours?)) of ([a-z]+)")
_STATEMENT = re.compile(
    r"[.;!?]\s+|[.;!?]$|,? (?:and|but|so) (?=(?:we|you|they|it|there|nothing|nobody)\b|(?:the )?[a-z]+ (?:can|is|are|must|will)\b)|"
    r", (?=which\b)|,? but (?=[a-z])"
)
_ASIDE = re.compile(r", which [^.;]*[.]?\s*$")
_ADDED = re.compile(r",? (?:and|so|but) |, ")
_RESTRICTS = re.compile(rf"\b(?:only|{'|'.join(sorted(CONDITIONS - {'but'}))}|within|from|under|over|below|above)\b")
_NONE_OF = re.compile(r",(?: and)? no |,? and no ")
_THAT_IS = re.compile(
    r"^((?:an?|any|every|the) [a-z]+) (?:that|which|who) (?:is|was|are|were|has been|have been) "
    r"(.+?)(?= (?:can|cannot|must|will|is|are|not)\b)"
)
"""A clause that says of which things a rule holds, which "once it is ..." says as well."""
_THERE_IS = re.compile(r"\bthere (?:is|are)(?: not?)? (?:an?y? )?([a-z]+)")
_CONDITIONAL = re.compile(rf"\b(?:{'|'.join(sorted(CONDITIONS - {'but', 'than', 'instead'}))})\b")


@cache
def _concepts() -> dict[str, str]:
    """Each word of `_SAME`, stemmed -> the first of its line."""
    found: dict[str, str] = {}
    for line in _SAME.split(";"):
        first, *others = line.split()
        name = words(first, "en")[0]
        for word in (first, *others):
            found.setdefault(words(word, "en")[0], name)
            found.setdefault(word, name)
    return found


@cache
def _free() -> frozenset[str]:
    return frozenset([*_FREE.split(), *(words(word, "en")[0] for word in _FREE.split())])


def _concept(word: str) -> str:
    stem = words(word, "en")[0]
    return _concepts().get(word) or _concepts().get(stem) or stem


@dataclass(slots=True)
class Clause:
    """One clause, read.

    Args:
        condition: the word of `CONDITIONS` that opens it, "" of what is said under them.
        said: its words as concepts, markers of place and degree among them.
        optional: more of them, which may be left out.
        lists: the members of each of its lists, any but one of which may be left out.
        done_by: who does what, `implied` what this says of it without naming them: "write to us", "there is no delivery".
        can: whether it says that something may be done.
    """

    condition: str
    said: set[str]
    optional: set[str]
    lists: list[list[set[str]]]
    numbers: tuple[str, ...]
    denied: int
    can: bool
    done_by: set[tuple[str, str]]
    implied: set[tuple[str, str]]

    def says(self, other: Clause, context: set[str]) -> bool:
        """Whether this says what the other one, of a document, says; `context` are words of its heading."""
        if (self.condition, self.numbers, self.denied) != (other.condition, other.numbers, other.denied):
            return False
        if not self.done_by <= other.done_by | other.implied or not self.allows_no_more(other):
            return False
        new = self.said - other.said - other.optional - {HEDGES} - ({ALL} if self.denied else set())
        if new - context or (new and self.condition) or ALL in new:
            return False
        listed = {word for members in other.lists for member in members for word in member}
        if other.said - self.said - listed - (set() if other.denied else {ALL}):
            return False
        for members in other.lists:
            if not any(member <= self.said for member in members):
                return False
            of_one = {word for member in members for word in member if sum(word in each for each in members) == 1}
            if any(member & self.said & of_one and not member <= self.said for member in members):
                return False
        return True

    def allows_no_more(self, other: Clause) -> bool:
        """Whether what may be done is not made sure here, nor a permission made of what is only said to be done."""
        by_us = any(who == "we" for who, _what in self.done_by)
        return self.can == other.can or other.denied > 0 or (self.can and by_us)


def says_the_same(said: str, source: str, context: str = "") -> bool:
    """Whether each statement of a sentence is one that a sentence of a document makes.

    Args:
        context: heading and title under which the document says it; their words may be used freely.

    >>> says_the_same("shipping costs nothing", "delivery is free, for every order.")
    True
    >>> says_the_same("you can change an order", "you can change an order until it was dispatched.")
    False
    """
    around = {_concept(word) for word in re.findall("[a-z]+", context)} - {NOT, "can", "must", "free", "only"}
    texts = {source, _THAT_IS.sub(r"if it is \2, \1", source), *_beginnings(source)}
    theirs = [statement for text in texts for statement in _told(text)]
    return any(
        bool(mine) and all(any(_same(one, other, around) for other in theirs) for one in mine)
        for mine in map(_statements, {said, _THAT_IS.sub(r"if it is \2, \1", said)})
    )


def _beginnings(text: str) -> list[str]:
    """The text without what is only added to it: "we count every night, so an order of today shows tomorrow"."""
    cuts = [match.span() for match in _ADDED.finditer(text) if not _RESTRICTS.search(text[match.end() :])]
    leads = re.match(r"(?:to|from|in|under|for|on|at|with)\b", text) or _CONDITIONAL.search(text)
    found = [] if leads else [text[:start] for start, _end in cuts]
    who = re.match(r"(?:we|you|they) (?:can |must |do not |can ?not )?", text)
    return found + [who[0] + text[end:] for _start, end in cuts if who and not _CONDITIONAL.search(text)]


def concepts(text: str) -> set[str]:
    """The words of a text that tell something, each under its first name of `SAME`."""
    for pattern, kept in REWRITTEN:
        text = pattern.sub(kept, text)
    return {concept for word in _TOKEN.findall(text) if (concept := _telling(word))} - CONDITIONS - {"must"}


def _same(one: tuple[Clause, ...], other: tuple[Clause, ...], context: set[str]) -> bool:
    left = list(other)
    for clause in one:
        fitting = next((each for each in left if clause.says(each, context)), None)
        if fitting is None:
            return False
        left.remove(fitting)
    return not left and any(clause.said or clause.numbers for clause in one)


@lru_cache(2048)
def _told(text: str) -> list[tuple[Clause, ...]]:
    """The statements of a document; of what was said of somebody no process keeps a copy."""
    return _statements(text)


def _statements(text: str) -> list[tuple[Clause, ...]]:
    for pattern, kept in REWRITTEN:
        text = pattern.sub(kept, text)
    lead, colon, rest = text.partition(":")
    parts: Iterable[str] = [text]
    if colon and ":" in rest:  # a list whose points are statements of their own
        parts = [lead, *rest.split(";")]
    elif colon:
        parts = [f"{lead} {rest.replace(';', ',').replace(' and ', ', ')}"] if ";" in rest else [lead, rest]
    parts = [_ASIDE.sub("", part) for part in parts]
    cut = [piece for part in parts for piece in ([part] if _CONDITIONAL.search(part) else _STATEMENT.split(part))]
    return [clauses for piece in cut for each in _each_denied(piece) if each.strip() and (clauses := _clauses(each))]


def _each_denied(statement: str) -> list[str]:
    """A statement for each thing that there is none of: "no cheques, no cash and no payment on delivery"."""
    head, *others = _NONE_OF.split(statement)
    lead = head.partition(" no ")[0]
    return [head, *(f"{lead} no {other}" for other in others)]


def _clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a statement; one under a condition ends at a comma, or where somebody else begins to do something."""
    optional = {_concept(word) for match in _UNIVERSAL.finditer(text) for word in re.findall("[a-z]+", match.group())}
    optional |= {_concept(match[2]) for match in _COMPLEMENT.finditer(text)}
    text = _COMPLEMENT.sub(r"\1", _UNIVERSAL.sub(" ", text))
    runs: list[tuple[str, list[str]]] = [("", [])]
    main = runs[0][1]
    for word in _TOKEN.findall(text):
        condition, run = runs[-1]
        if word in CONDITIONS:
            runs.append((word, []))
        elif condition and run and (word == "," or _begins_anew(word, run)):
            runs.append(("", main))
            if word != ",":
                main.append(word)
        else:
            run.append(word)
    found = [_clause(condition, run, optional) for condition, run in runs if run is not main]
    found.append(_clause("", main, optional))
    found[-1].implied.update(("we", _concept(match[1])) for match in _THERE_IS.finditer(text))
    return tuple(found)


def _begins_anew(word: str, run: list[str]) -> bool:
    """Whether somebody else begins to do something: "once it has left | we cannot ..."."""
    return (word in PEOPLE or word == "it") and run[-1] not in BEFORE_OBJECTS and any(map(_telling, run))


def _clause(condition: str, run: list[str], optional: set[str]) -> Clause:
    concepts = [word if not word.isalpha() else _concept(word) for word in run]
    said = {concept for word in run if (concept := _telling(word))}
    denied = concepts.count(NOT)
    while run and run[-1] in JOINTS:
        run = run[:-1]
    free_choice = "can" in concepts or denied > 0 or condition == "if"
    listing = not condition or (condition == "if" and not denied and "and" not in run)
    lists = _lists(run, free_choice=free_choice) if listing and "between" not in run else []
    done_by = set()
    for at, word in enumerate(run):
        if word in PEOPLE and (word == "we" or at == 0 or run[at - 1] not in BEFORE_OBJECTS):
            done_by.add((_concept(word), _next(run, at + 1)))
        if word in ("us", "you") and at and run[at - 1] == "by":
            done_by.add(("we" if word == "us" else "you", _next(run[::-1], len(run) - at)))
    implied = {("you", _concept(run[0]))} if run and run[0] in IMPERATIVES else set()
    numbers = tuple(word.replace(",", "") for word in run if word[0].isdigit())
    return Clause(condition, said, optional, lists, numbers, denied, "can" in concepts, done_by, implied)


def _next(run: list[str], at: int) -> str:
    """The first word from there on that tells something."""
    return next((c for word in run[at:] if (c := _telling(word)) not in ("", HEDGES, ALL)), "")


def _telling(word: str) -> str:
    """What a word tells, "" where it is a number, a comma, a small word, a denial or a permission."""
    if not word.isalpha() or word in _free():
        return ""
    concept = _concept(word)
    return "" if concept in _free() or concept in (NOT, "can") else concept


def _lists(run: list[str], *, free_choice: bool) -> list[list[set[str]]]:
    """The members of the run's list; "or" gives a choice away, so its members stay unless one may choose or none may be."""
    joints = [at for at, word in enumerate(run) if word in JOINTS]
    if not joints or ("or" in run and not free_choice):
        return []
    bounds = [-1, *joints, len(run)]
    members: list[set[str]] = []
    whole = all(any(word in VERBS for word in run[a + 1 : b]) for a, b in pairwise(bounds))
    for at, (start, end) in enumerate(pairwise(bounds)):
        segment = run[start + 1 : end]
        last = end == len(run) and not whole
        stop = next((i for i, word in enumerate(segment) if word in VERBS), None) if last else None
        tells = [concept for word in segment[:stop] if (concept := _telling(word))]
        if whole:
            pass
        elif at == 0:
            tells = tells[-1:]
        elif last and not stop and all(len(member) == 1 for member in members):
            tells = tells[:1]  # "Gold and Platinum customers": the noun is of both
        if tells and not any(word[0].isdigit() for word in segment):
            members.append(set(tells))
    return [members] if len(members) > 1 else []
