"""What the words of a question weigh: the fewer passages hold one, the more; a misspelt one is read as what was meant."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from loyalty_ai.assistant.encoder import knows
from loyalty_ai.assistant.tokens import slips_between
from loyalty_ai.assistant.tokens import words as stems
from loyalty_ai.assistant.wanted import MARKS, MISSPELT, Scope, Unit

COMMON = 0.2
"""Share of the passages from which on a word only ranks, where rarer ones find."""

RAREST = 3
"""Units that find."""

SIDE_BY_SIDE = 0.03
"""What neighbouring words earn that a passage has side by side: it parts equal hits."""

SLIPS = ((8, 2), (5, 1))
"""Letters from which on a word may be so many slips away from what is meant."""

SECOND_SLIP = 0.6
"""What is left of what a word earns if it takes two slips to make it another: a president is rarely a present."""

Beginning = Callable[[str], Iterable[tuple[str, int]]]
"""The tokens that begin so, each with how many passages hold it."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """What became of words that nothing has as they were typed.

    Args:
        unknown: those that nothing has in any form or near spelling, as they stand in the question.
        meant: those that nothing has so -> the stem that they are read as.
    """

    unknown: list[str]
    meant: dict[str, str]


def weighed(
    units: list[Unit], scope: Scope, *, counts: dict[str, int], size: int, beginning: Beginning
) -> tuple[list[Unit], float]:
    """The units that count, weighed, those that nothing has as they stand by what they may have meant; the sum of their weights.

    Args:
        counts: token -> how many passages hold it, of all tokens of the units that any holds.
        size: how many passages the scope has.
    """
    for unit in units:
        if size and unit.whole and unit.word.isascii() and not any(token in counts for token in unit.found_by):
            if scope.in_pieces and unit.word.isalpha() and knows(unit.word):
                unit.pieces, unit.found_by = [], {}  # "cold" is no misspelt "colour"
            else:
                unit.found_by = _respelt(unit, scope, counts, beginning)
    return weigh(units, counts, size)


def spelt(words: str, units: Iterable[Unit], scope: Scope) -> Spelling:
    """How the words of a question were read whose weighed units these are."""
    typed = {stem: word for word in words.split() for stem in stems(word, scope.language)}
    unknown = {unit.word for unit in units if unit.whole and not unit.found_by}
    meant = {
        typed[unit.word]: max(unit.found_by, key=unit.found_by.__getitem__).lstrip("".join(MARKS))
        for unit in units
        if unit.whole and unit.word in typed and unit.found_by and max(unit.found_by.values()) <= MISSPELT
    }
    latin = [word for word in words.split() if unknown.intersection(stems(word, scope.language))]
    return Spelling([*latin, *(word for word in unknown if not word.isascii())], meant)


def _respelt(unit: Unit, scope: Scope, counts: dict[str, int], beginning: Beginning) -> dict[str, float]:
    """The words that the one meant which no passage has: with its first two letters, one slip away, two in a long word."""
    slips = next((slips for letters, slips in SLIPS if len(unit.word) >= letters), 0)
    if not slips:
        return {}
    found = {}
    for mark, part in scope.marks:
        for token, passages in beginning(scope.prefix + mark + unit.word[:2]):
            word = token.removeprefix(scope.prefix + mark)
            distance = slips_between(unit.word, word, most=slips)
            if distance <= slips:
                found[token] = MISSPELT * part * (SECOND_SLIP if distance > 1 else 1)
                counts[token] = passages
    return found


def weigh(units: list[Unit], counts: dict[str, int], size: int) -> tuple[list[Unit], float]:
    """The units that count, with their weights, and the sum of these.

    A unit weighs the logarithm of how few passages have it. One that no passage has weighs most, and is looked for by its
    pieces; unless it is a number or a lone character, which may mean something else than goods.
    """
    kept = []
    for unit in units:
        unit.found_by = {token: earns for token, earns in unit.found_by.items() if counts.get(token)}
        if unit.found_by:
            most = max(unit.found_by.values())
            held_by = max(counts[token] for token, earns in unit.found_by.items() if earns == most)
            unit.holders = sum(counts[token] for token in unit.found_by)
            unit.pieces = []
        elif unit.whole:
            held_by = 0
            there = [piece for piece in unit.pieces if counts.get(piece)]
            unit.pieces = unit.pieces if 2 * len(there) >= len(unit.pieces) else []
        else:
            continue
        unit.share = held_by / max(size, 1)
        unit.weight = unit.damping * math.log(1 + max(size, 1) / max(held_by, 1))
        kept.append(unit)
    return kept, sum(unit.weight for unit in kept if not unit.bonus)
