"""Guards what is said of a shopper's tier: the one they are in, or one above with what is missing to it."""

from __future__ import annotations

from loyalty_ai.assistant.claims import wording
from loyalty_ai.assistant.claims.reading import Reading, Wrong
from loyalty_ai.assistant.readings import amounts
from loyalty_ai.assistant.turn import FactKind


def check_tier(reading: Reading) -> None:
    """
    Raises:
        Wrong: a model names another tier than the shopper's, not as one that is reached with what is missing to it.
    """
    said = set(wording.TIERS.findall(reading.figures)) if wording.TIER.search(reading.figures) else set()
    if not said:
        return
    if "loyalty" in reading.evidence.facts:
        above = {tier for tier in said if tier not in _held(reading)}
        if reading.ours or not above or reaches(above, reading):
            reading.carry(["loyalty"])
            return
    if not reading.ours:
        raise Wrong


def _held(reading: Reading) -> str:
    return " ".join(reading.evidence.folded("loyalty", FactKind.TIER))


def reaches(tiers: set[str], reading: Reading) -> bool:
    """Whether the tiers, one or more, are said to be reached with just the amount that is missing to them."""
    body, missing = reading.figures, reading.missing()
    spent = {amount.value for amount in amounts(body)[0]}
    return (
        bool(tiers)
        and tiers == missing.keys()
        and all(wording.reached(tier, body) and spent & {*values} for tier, values in missing.items())
    )


def says_own_tier(reading: Reading) -> bool:
    """Whether it says nothing but the tier that the shopper is in."""
    body = reading.figures
    said = {*wording.TIERS.findall(body)} if wording.OWN_TIER.search(body) else set()
    if len(said) != 1 or said.pop() not in _held(reading) or wording.TURNS.search(body):
        return False
    if wording.TIERS.sub(" ", wording.OWN_TIER.sub(" ", body)).strip(" .!。！"):
        return False
    reading.carry(["loyalty"])
    return True
