"""What a message that leaves out its kind wants: what it adds, with as much of the wish before as the shop has goods for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.hearing import CHINESE
from loyalty_ai.assistant.phrasing.choosing import named
from loyalty_ai.assistant.phrasing.finding import CHILDREN, COLOUR, PEOPLE, WEAK, Finding, recoloured
from loyalty_ai.assistant.phrasing.voice import asked_of
from loyalty_ai.assistant.questions import Asked, words_of
from loyalty_ai.assistant.tokens import WHOLE
from loyalty_ai.assistant.tokens import words as stems

_GENERIC = "pack packs size sizes version versions design designs pattern patterns option options choice brand model packet box"
GENERIC = frozenset(_GENERIC.split())
"""What any goods may be called, or have."""

ONE_OF_A_KIND = re.compile(
    r"(?:and |or |oh |also |ok |then |maybe )*(?:an?|some) (?!.*\bones?\b)[a-z' -]+?(?: too| as well| please)?"
)
OF_A_KIND, LONG_NAME = 3, 3
"""Names a thing by its article and nothing else; how many goods are called so where it is a kind; words of what names one thing."""

PARTED = re.compile(
    r"\b(?:with|for|in|on|to|that|which|who|under|below|over|around|about|from|by|like|saying|without|but|not|no|and)\b|[,.;?!]"
)
"""Where what a thing is ends, and what it shall have or do begins: "mugs with flowers on"."""


class Composing(Finding):
    """Puts together the wish before and what a message adds to it."""

    def find(self, asked: Asked) -> Iterator[Piece]:
        """What was asked for; the cheapest, or the dearest, of its kind where nothing has all that is named beside."""
        if asked.order and asked.words and not self.has(asked.words):
            thing = self.thing_of(asked)
            if named(self.search(thing, asked, limit=20), thing, strictly=True):
                asked = asked_of(asked, thing)
        yield from super().find(asked)

    def thing_of(self, wish: Asked) -> str:
        """What kind of thing is wished for, without what it shall have: "mugs" of mugs with flowers on."""
        if wish.thing and {*wish.thing.split()} <= {*wish.words.split()}:
            return wish.thing
        said = [word for word in wish.words.split() if word not in PEOPLE | CHILDREN | WEAK and not word.isdigit()]
        if CHINESE.search(wish.words):
            return " ".join(said[-1:])
        clauses = (words_of(clause).split() for clause in PARTED.split(wish.text))
        things = ([word for word in clause if word in said] for clause in clauses)
        return " ".join(next((thing for thing in things if thing), said))

    def noun_of(self, thing: str) -> str:
        """The word of a thing that says what it is: the last that those shown have, where they have any."""
        plain = [
            word
            for word in thing.split()
            if not COLOUR.fullmatch(word) and not (word.endswith("ing") and word not in WHOLE)
        ]
        borne_out = [word for word in plain if 2 * len(named(self.shown, word)) > len(self.shown)]
        return (borne_out or plain or thing.split() or [""])[-1]

    def composed(self, words: str, wish: Asked) -> Asked | None:
        """The wish with what is added to it, less what of it nothing has as well; None where nothing is of its kind and has that.

        Args:
            words: what a message names.
        """
        thing = self.thing_of(wish)
        noun = self.noun_of(thing)
        said = words.split()
        added = " ".join(word for word in said if word not in WEAK | PEOPLE | GENERIC) or words
        if not (noun and added) or {*stems(noun, "en")} & {*stems(added, "en")}:
            return None
        rest = " ".join(word for word in wish.words.split() if word not in thing.split() and word not in said)
        for look in filter(COLOUR.fullmatch, said):
            rest, thing = recoloured(rest, look), recoloured(thing, look)
        self.search(added, available=False)
        added = self.told(added)
        plain = " ".join(word for word in rest.split() if word not in PEOPLE | CHILDREN and not word.isdigit())
        of = dict.fromkeys([(rest, thing), (plain, thing), ("", thing)])
        parts = thing.split()
        if len(parts) >= LONG_NAME:  # "lunch bag woodland" is a lunch bag
            of |= dict.fromkeys([("", " ".join(parts[:-1])), ("", " ".join(parts[1:]))])
        if 2 * len(named(self.shown, thing)) < len(self.shown):  # and no egg cup, which is no cup
            of |= dict.fromkeys([(plain, noun), ("", noun)])
        for kept, kind in of:
            both = " ".join(f"{added} {kept} {kind}".split())
            rows = named(self.search(both, available=False, limit=20), both) if kind else []
            if named(rows, added, shelves=False):
                return replace(wish, words=both, thing=kind)
        return None

    def another_kind(self, now: Asked) -> bool:
        """Whether a message only names a kind of goods by itself: "and a ribbon"."""
        if not ONE_OF_A_KIND.fullmatch(now.text.strip(" ?!.")) or not now.words or COLOUR.fullmatch(now.words):
            return False
        return len(named(self.search(now.words, limit=20), now.words, strictly=True)) >= OF_A_KIND
