"""Goods for what somebody wants to do, or for whom: by the kinds that serve it and by what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from loyalty_ai.assistant.amounts import prices
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.following import UNWANTED
from loyalty_ai.assistant.glossary import in_english, share_known
from loyalty_ai.assistant.hearing import CHINESE, Use, heard, speaks_of, used_for
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrasing.choosing import (
    Row,
    named,
)
from loyalty_ai.assistant.phrasing.composing import Composing
from loyalty_ai.assistant.phrasing.finding import (
    ALIKE,
    ASKS_FOR,
    CHILDREN,
    FEW_WORDS,
    HAVE_YOU,
    LOOKS,
    MOST_KINDS,
    PEOPLE,
    WEAK,
    limited,
    not_wanted,
)
from loyalty_ai.assistant.phrasing.voice import SHOWN, asked_of
from loyalty_ai.assistant.questions import Asked, interests, words_of
from loyalty_ai.assistant.tokens import words as stems
from loyalty_ai.assistant.turn import Sentence

COLOURED = re.compile(rf"\b(?:{LOOKS}|mint|turquoise)\b ?")
"""The same as a word of a title."""

FAINT_NEED, NEED, PLAIN_NEED, SURE_NEED = 0.42, 0.5, 0.6, 0.7
"""Likeness to a known need from which on goods that serve it are shown: as a gift that nothing else was found for; else; where some
words name goods as well; where all do."""

NEAR_BUDGET, GIFT_SHARE = Decimal("0.5"), Decimal("0.2")
"""Of a budget: what a gift of that very name should cost, and any gift at least, where there is enough of that."""

NO_GIFT = re.compile(
    r"\b(?:birthday|greeting|christmas|thank you|wedding|valentine|easter|blank|retro spot|stripey \w+) cards?\b|"
    r"^cards? |, card\b|\bwrap\b|\bgift (?:bag|tag|box)|\btissues\b|\bdoil(?:y|ies)\b",
    re.IGNORECASE,
)
"""What goes with a gift, and is none."""

A_NUMBER = re.compile(r"\b\d+\b")
"""A set of six is not what suits six guests."""

WANTS = re.compile(r"\b(?:needs?|wants?|something|anything|looking for|after|any)\b")
"""In the part of a story that says what is wanted."""

MOST_USES, NEARLY, OF_A_KIND = 2, 0.9, 3
"""Needs that a question is heard as, the second where it is nearly as likely, and goods of one name that are shown for it."""

THE_VERY, FURTHER = 0.85, 0.01
"""Likeness of bare words to a need from which on they are that need; what each further gift of one kind counts less."""

CARRIED, OF_THAT_KIND = 0.1, 0.15
"""What a word of a need that a product carries, and the name of a kind that serves the need, add to its likeness."""

MENTIONED, OF_A_SURE_KIND, LESS_FIT = 0.03, 0.8, 0.1
"""The same where the message is surely a need: a word of it; the first kind, times the need's likeness to the known one; and what
each further kind adds less."""

MOST_SEARCHES = 9
"""Names of goods that are looked for one by one: the calls of an answer are counted."""

CLAUSE = re.compile(r"[,.;!?()]| (?:and|but|so|because|who|which|that|when|if) ")
"""Where a story of a need goes on to something else."""


class Needs(Composing):
    """Finds what serves a need."""

    def serving(self, asked: Asked, *, least: float = NEED) -> list[Row]:
        """Goods for a need that is told by what shall be done: some of each kind that serves it, those that have most of the
        words first; [] where no need is heard, or none of it is sold."""
        unwanted = not_wanted(asked.text)
        wanted = [word for word in asked.words.split() if word not in unwanted]
        things = in_english(asked.words).split() if CHINESE.search(asked.words) else wanted
        if HAVE_YOU.search(asked.text) and things:
            if not speaks_of(things[-1]):
                return []
            if CHINESE.search(asked.text) or len(wanted) < FEW_WORDS:
                least = max(least, SURE_NEED if asked.text.isascii() else PLAIN_NEED)
        text = UNWANTED.sub(" ", prices(asked.text)[1])
        text = A_NUMBER.sub(" ", text)
        if CHINESE.search(text):
            least = max(least, 1.0 - share_known(text))
            clauses = [in_english(words_of(clause)) for clause in CLAUSE.split(text)]  # without whom it is for
            thing = in_english(words_of(text)) if asked.intent is not Intent.GIFT else ""  # of gifts all that is told
            text = thing or in_english(text)
        else:
            clauses = [clause for clause in CLAUSE.split(text) if len(clause.split()) > 2]
            clauses = [clause for clause in clauses if WANTS.search(clause)] or clauses
        told = [text, *([" ".join(wanted)] if text.isascii() and len(wanted) < FEW_WORDS else []), *clauses][
            : MOST_KINDS + 1
        ]
        plain = "needed" in asked.aspects  # and its words are a story, in which goods are but mentioned
        told = [text] if plain and self.uses(text, least) else told
        sure = {" ".join(wanted): THE_VERY} if HAVE_YOU.search(asked.text) else {}  # "furniture", no washing machine
        found = [use for each in told for use in self.uses(each, sure.get(each, least))]
        found.sort(key=lambda use: -use.likeness)
        found = [use for use in found if use.likeness >= NEARLY * found[0].likeness][:MOST_USES]
        kinds: dict[str, float] = {}
        for use in found:
            for place, kind in enumerate(use.kinds):  # what serves best stands first
                kinds.setdefault(kind, OF_A_SURE_KIND * use.likeness - LESS_FIT * place if plain else OF_THAT_KIND)
        words = [word for word in (things if CHINESE.search(asked.words) else wanted) if word not in WEAK][:8]
        fits: dict[str, tuple[float, Row]] = {}

        def add(rows: list[Row], more: float) -> None:
            for row in rows:
                carries = sum(bool(named([row], word)) for word in words)
                fit = row.get("likeness", 0.0) + (MENTIONED if plain else CARRIED) * carries + more
                if not any(named([row], word, strictly=True) for word in unwanted):
                    fits[row["product_id"]] = max(
                        fits.get(row["product_id"], (0.0, row)), (fit, row), key=lambda each: each[0]
                    )

        like = self.wanted_like or text
        gift = asked.intent is Intent.GIFT  # whom it is for is in no title
        for kind in list(kinds)[:MOST_SEARCHES]:
            if asked.order:
                rows = self.extreme(asked_of(asked, kind))
            else:
                rows = self.gifts_for(kind, asked) if gift else self.search(kind, asked, limit=20, like=like)
            rows = [row for row in named(rows, kind, strictly=True) if not (gift and NO_GIFT.search(row["title"]))]
            for place, row in enumerate(of_different_kinds(rows)[:OF_A_KIND]):
                add([row], kinds[kind] - (FURTHER * place if gift else 0.0))  # of gifts first one of each kind
        if not asked.order and not gift:
            add([row for row in self.most_like(text, asked) if row["likeness"] >= ALIKE], 0.0)
        rows = [row for _fit, row in sorted(fits.values(), key=lambda each: -each[0])]
        if asked.order:
            priced = [row for row in rows if row["price"] is not None]
            rows = sorted(priced, key=lambda row: row["price"], reverse=asked.order == "dearest")[: asked.count or 1]
        return rows

    def gifts_for(self, line: str, asked: Asked) -> list[Row]:
        """Products for one line of interest; of a budget rather something worth giving than the very cheapest."""
        if asked.high is not None and asked.low is None:
            rows = self.search(line, limited(asked, asked.high * GIFT_SHARE, asked.high), limit=20)
            near = [row for row in rows if row["price"] is not None and row["price"] >= asked.high * NEAR_BUDGET]
            if near := named(near, line):
                return near
            if len(rows) >= 2:
                return rows
        rows = self.search(line, asked)
        prices = sorted(row["price"] for row in rows if row["price"] is not None)
        if asked.bounded or len(prices) < 2 * SHOWN:
            return rows
        return [row for row in rows if row["price"] is not None and row["price"] >= prices[len(prices) // 2]]

    def of_kind_like(self, asked: Asked, row: Row) -> list[Row]:
        """Goods of another kind that a question names, what is most like a product first: "which cups go with this teapot"."""
        title = {*stems(row["title"], "en")}
        words = [word for word in asked.words.split() if not title & {*stems(word, "en")} and word not in WEAK]
        kind = " ".join(words)
        if CHINESE.search(kind):
            kind = in_english(kind)
        rows = self.search(kind, asked, limit=20, like=row["title"]) if kind else []
        return [each for each in named(rows, kind) if each["product_id"] != row["product_id"]]

    def means_goods(self, asked: Asked) -> bool:
        """Whether goods are alike a question in meaning, or serve what it tells."""
        if CHINESE.search(asked.text):
            return False
        needs = used_for(asked.text)
        alike = self.most_like(asked.text, asked)
        return (bool(needs) and needs[0].likeness >= SURE_NEED) or (bool(alike) and alike[0]["likeness"] >= ALIKE)

    @staticmethod
    def uses(told: str, least: float) -> list[Use]:
        """What serves what is told, unless that is rather no shop's business."""
        elsewhere = heard(told)
        if elsewhere and elsewhere.query == "":
            least = max(least, elsewhere.likeness)
        return [use for use in used_for(told)[:MOST_USES] if use.likeness >= least]

    def need_again(self, asked: Asked) -> Iterator[Piece]:
        """What serves a need that was told before, first what is most like what was then said of it."""
        rows = self.serving(asked)
        if not rows:
            yield from self.nothing_fits(asked)
            return
        yield Sentence(_("These may serve:"))
        yield from self.lines(rows[: asked.count or SHOWN])

    def need_told(self, asked: Asked) -> Iterator[Piece]:
        """What serves a message that is surely a need."""
        yield from self.show_serving(asked, self.serving(asked, least=PLAIN_NEED))

    def show_serving(self, asked: Asked, rows: list[Row]) -> Iterator[Piece]:
        thing = len(asked.words.split()) <= FEW_WORDS and ASKS_FOR.search(asked.text)  # and no story of a need
        if thing and not self.carried_by(asked.words, rows):
            yield Sentence(_("I searched for “%(words)s” and found nothing that fits.") % {"words": asked.words})
        words = " ".join(word for word in asked.words.split() if word not in not_wanted(asked.text))
        if asked.order and words:
            self.meant = rows[:1]
            yield Sentence(self.searched(asked_of(asked, words)))
            yield from self.lines(rows)
            return
        yield Sentence(_("For “%(words)s” these may serve:") % {"words": words} if words else _("These may serve:"))
        yield from self.lines(rows[: asked.count or SHOWN])

    @staticmethod
    def carried_by(words: str, rows: list[Row]) -> bool:
        """Whether any of the rows is what the words call a thing by their last one."""
        said = (in_english(words) if CHINESE.search(words) else words).split()
        things = [word for word in said if word not in WEAK | PEOPLE | CHILDREN]
        known = (
            (*things[-1:], *(kind for _said, kind in interests(things[-1]))) if things else ()
        )  # a bike is a bicycle
        return not things or any(named(rows, each) for each in known)


def of_different_kinds(rows: Iterable[Row]) -> list[Row]:
    """The rows without those that are one before in another colour or size."""
    return list({COLOURED.sub(" ", row["title"].lower()).strip(): row for row in reversed(list(rows))}.values())[::-1]
