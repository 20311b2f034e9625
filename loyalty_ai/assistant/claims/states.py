"""Guards what is said of an order's state and of a product's stock."""

from __future__ import annotations

from loyalty_ai.assistant.claims import wording
from loyalty_ai.assistant.claims.reading import Reading, Wrong
from loyalty_ai.assistant.turn import FactKind


def check_states(reading: Reading) -> None:
    """
    Raises:
        Wrong: an order that is meant is not in a state that is claimed, or a model speaks of one that is not known.
    """
    body = reading.figures
    claims = list(wording.states_in(body))
    if not claims:
        return
    orders = reading.about("order")
    if not orders and wording.ONE_ORDER.search(body) and not reading.ours:
        raise Wrong
    part = wording.PART.search(body) is not None
    for key in orders:
        states = reading.evidence.values(key, FactKind.STATE)
        if not states or not all(claim.true_of(str(states[-1]), part=part) for claim in claims):
            raise Wrong(key)
        reading.carry([key])


def check_stock(reading: Reading) -> None:
    """
    Raises:
        Wrong: a product that is meant is not so, none is known to be meant, or it is told how few are left.
    """
    body = reading.undated
    claims = list(wording.stock_in(body))
    if wording.FEW_LEFT.search(body):
        raise Wrong(*reading.about("product"))
    if not reading.products() and wording.UNSURE.search(body):
        return
    for at, available in claims:
        keys = reading.nearest(at, body) or reading.about("product")
        if not keys and wording.ALL.search(body):
            keys = reading.before or reading.evidence.keys("product")
        if not keys and reading.ours and not reading.given:
            return
        if not keys or any(reading.evidence.values(key, FactKind.AVAILABLE)[-1:] != [available] for key in keys):
            raise Wrong(*keys)
        reading.carry(keys)
