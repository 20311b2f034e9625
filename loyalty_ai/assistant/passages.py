"""Parts of the store's live documents, found by the words of a question.

A shop has some hundred of them, and one answer may ask for a dozen subjects: so a process holds those of a language in memory,
made anew whenever what is published is not what it holds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from urllib.parse import quote

from django.urls import reverse

from loyalty_ai.assistant.wanted import Unit, documents, units_of
from loyalty_ai.assistant.weighing import COMMON, RAREST, SIDE_BY_SIDE, Spelling, spelt, weighed
from loyalty_ai.conf import app_settings
from loyalty_ai.shop.copying import fetch

MOST_HELD = 16
"""Languages of stores whose documents a process holds."""

LIVE = """
    FROM loyalty_ai_passage s JOIN loyalty_ai_document d ON d.id = s.document_id JOIN loyalty_ai_store w ON w.id = d.store_id
    WHERE w.slug = %s AND d.language = %s AND d.live
"""


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A part of a document that was found; `key` is the passage's, `url` its place on the document's page."""

    key: int
    document: str
    version: int
    title: str
    heading: str
    text: str
    url: str
    score: float


class Passages:
    """The parts of the live documents in one language."""

    def __init__(self, store: str, language: str) -> None:
        self.scope = documents(language)
        columns = "s.tokens, s.anchor, s.id, d.slug, d.version, d.title, s.heading, s.text"
        self.parts = fetch(f"SELECT {columns} {LIVE} ORDER BY s.id", store, language)
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for at, (tokens, *_part) in enumerate(self.parts):
            for token in tokens:
                holders[token].append(at)
        self.holders = dict(holders)
        self.tokens = sorted(holders)

    def search(self, words: str, *, limit: int = 4) -> list[PassageHit]:
        """Parts that the words name, best first.

        Args:
            words: a question or words of one.

        Returns:
            Hits with a score of 0 to 1: the share of the words' weight that the part carries with its title and the headings above
            it, where rare words weigh most.
        """
        units, mass = self._weighed(words)
        if not mass:
            return []
        finding = sorted((unit for unit in units if unit.found_by and not unit.bonus), key=lambda unit: -unit.weight)
        finding = [unit for unit in finding if unit.share <= COMMON] or finding[:1]
        found = {at for unit in finding[:RAREST] for at in self._earned(unit)}
        scores, bonus = dict.fromkeys(found, 0.0), dict.fromkeys(found, 0.0)
        for unit in units:
            for at, earned in self._earned(unit).items():
                if unit.bonus and at in found:
                    bonus[at] += SIDE_BY_SIDE
                elif at in found:
                    scores[at] += earned * unit.weight / mass
        scores = {at: round(score, 3) for at, score in scores.items()}
        best = sorted((at for at in found if scores[at] > 0), key=lambda at: (-(scores[at] + bonus[at]), at))
        return [self._hit(at, scores[at]) for at in best[:limit]]

    def spelling(self, words: str) -> Spelling:
        """How the words of a question were read that no part has as they stand."""
        return spelt(words, self._weighed(words)[0], self.scope)

    def _hit(self, at: int, score: float) -> PassageHit:
        _tokens, anchor, key, slug, version, title, heading, text = self.parts[at]
        return PassageHit(key, slug, version, title, heading, text, document_url(slug, anchor), score)

    def _weighed(self, words: str) -> tuple[list[Unit], float]:
        units = units_of(words, self.scope)
        counts = {token: len(self.holders[token]) for unit in units for token in unit.found_by if token in self.holders}
        return weighed(units, self.scope, counts=counts, size=len(self.parts), beginning=self._beginning)

    def _beginning(self, start: str) -> Iterator[tuple[str, int]]:
        at = bisect_left(self.tokens, start)
        found = takewhile(lambda token: token.startswith(start), (self.tokens[i] for i in range(at, len(self.tokens))))
        return ((token, len(self.holders[token])) for token in found)

    def _earned(self, unit: Unit) -> dict[int, float]:
        """The parts that have the unit, each with the most that it earns by it."""
        earned: dict[int, float] = {}
        for token, earns in unit.found_by.items():
            for at in self.holders.get(token, ()):
                earned[at] = max(earns, earned.get(at, 0.0))
        return earned


_held: dict[tuple[str, str], tuple[tuple[int, ...], Passages]] = {}


def live_passages(*, store: str, language: str) -> Passages:
    """The parts of the store's live documents in a language, or where it has none in it, in its own.

    Args:
        store: its slug.
    """
    own = app_settings.store(store).language
    held = _live(store, language)
    return held if held.parts or language == own else _live(store, own)


def _live(store: str, language: str) -> Passages:
    # What is published may be replaced at any moment by another process, or made again by a newer release.
    made = "count(*), COALESCE(sum(s.id), 0), COALESCE(sum(hashtextextended(encode(s.digest, 'hex'), 0)), 0)"
    [stamp] = fetch(f"SELECT {made} {LIVE}", store, language)
    before = _held.pop((store, language), None)
    held = before if before and before[0] == stamp else (stamp, Passages(store, language))
    _held[store, language] = held
    for oldest in list(_held)[:-MOST_HELD]:
        _held.pop(oldest, None)
    return held[1]


def document_url(slug: str, anchor: str = "") -> str:
    """The address of a document's page, at one of its headings."""
    return reverse("loyalty_ai:document", args=[slug]) + (f"#{quote(anchor)}" if anchor else "")
