"""Which products and orders a sentence names: by a whole title, a code, a number, or by most words of a title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from loyalty_ai.assistant.claims import wording
from loyalty_ai.assistant.claims.evidence import Evidence, kind_of, own_id
from loyalty_ai.assistant.readings import fold
from loyalty_ai.assistant.tokens import words, words_of_title
from loyalty_ai.assistant.turn import FactKind

BLANK = "\ue000"
"""Stands for each letter of a whole name, so that its words and numbers claim nothing and places stay."""

ENOUGH = 0.6
"""Share of a title's words by which it is named, at least two."""


@dataclass(frozen=True, slots=True)
class Named:
    """A product or an order that the sentence names; `exact` where by its whole title, its code or its number."""

    at: int
    key: str
    exact: bool = True


def names_in(text: str, evidence: Evidence, given: Sequence[str]) -> tuple[list[Named], str, bool]:
    """What a sentence names, in its order.

    Args:
        given: of two products with one title only those among these keys are meant, where any is.

    Returns:
        named: with every product that shares a title.
        body: the folded text with whole names blanked out.
        elsewhere: whether it names goods of a cart or an order that no tool looked up as products.
    """
    body = fold(text)
    named: list[Named] = []
    elsewhere = False
    owners, goods = _names(evidence)
    for name in sorted(owners.keys() | goods, key=lambda name: (-len(name), name)):
        if len(name) < 2:
            continue
        start, end = r"(?<![^\W_])" if name[0].isascii() else "", r"(?![^\W_])" if name[-1].isascii() else ""
        for match in re.finditer(start + re.escape(name) + end, body) if name in body else ():
            owning = owners.get(name, [])
            meant = [key for key in owning if key in given]
            named += [Named(match.start(), key) for key in meant or owning]
            elsewhere = elsewhere or (name in goods and not owning)
            body = body[: match.start()] + BLANK * len(name) + body[match.end() :]
    named += _partly_named(body, evidence, {each.key for each in named})
    return sorted(dict.fromkeys(named), key=lambda each: each.at), body, elsewhere


def _names(evidence: Evidence) -> tuple[dict[str, list[str]], set[str]]:
    """Folded names with the products and orders that they name, none for a document's, and names of goods in orders and cart."""
    owners: dict[str, list[str]] = {}
    goods: set[str] = set()
    for key in evidence.facts:
        kind = kind_of(key)
        names = evidence.folded(key, FactKind.NAME) if kind in ("product", "passage") else []
        if kind in ("product", "order"):
            names.append(evidence.fold(own_id(key)))
        for name in names:
            owners.setdefault(name, []).extend([] if kind == "passage" else [key])
        if kind in ("order", "orders", "cart"):
            goods |= {evidence.fold(name) for name, _values in evidence.groups(key) if name}
    return owners, goods


def _partly_named(body: str, evidence: Evidence, taken: set[str]) -> list[Named]:
    """Products of which enough of the title is said, the most of it first; equals are all meant."""
    said = {word: match.start() for match in re.finditer(r"[^\W_]+", body) for word in words(match.group(), "en")}
    scores: dict[str, tuple[float, int]] = {}
    for key in evidence.keys("product"):
        for name in evidence.values(key, FactKind.NAME):
            title = words_of_title(str(name)) - wording.SMALL_WORDS
            both = title & said.keys()
            if len(both) >= 2 and len(both) / len(title) >= ENOUGH and key not in taken:
                score = (len(both) / len(title), min(said[word] for word in both))
                scores[key] = max(scores.get(key, (0.0, 0)), score)
    best: dict[int, float] = {}
    for share, at in scores.values():
        best[at] = max(best.get(at, 0), share)
    return [Named(at, key, exact=False) for key, (share, at) in scores.items() if share == best[at]]
