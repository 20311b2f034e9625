"""What people want to do, and what goods that serve it are called, as nobody who needs a doorstop says doorstop.

A need that means what one of these wordings does is heard as its goods (`loyalty_ai.assistant.hearing`), and the catalogue is asked
for those. Nothing here is particular to one shop: a shop that has none of the goods has none to show.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("uses.txt")
"""Each line: what goods are called, those that serve best first; behind the colon ways to say the need, a semicolon between two."""


@cache
def uses() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each wording of a need with what serves it."""
    found = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        kinds, _, told = line.partition(":")
        serves = tuple(kind.strip() for kind in kinds.split(","))
        found += [(wording.strip(), serves) for wording in told.split(";") if wording.strip()]
    return tuple(found)
