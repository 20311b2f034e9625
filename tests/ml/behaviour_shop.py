"""A small made-up shop whose customers' habits are known, for the tests of behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from loyalty_ai.ml.behaviour import BehaviourModel, fit_behaviour
from loyalty_ai.ml.interactions import ANONYMOUS, EVENT_TYPES, PURCHASE, REFUND, Interactions

DAY = 86_400
CUTOFF = 20_000 * DAY
VIEW = EVENT_TYPES.index("view_item")


def make_log(rows: list[tuple[int, float, int, float]], n_users: int | None = None) -> Interactions:
    """A log of (user, days since the cutoff, event, value) rows, one basket a row."""
    user, day, event, value = (np.array(column) for column in zip(*rows, strict=True))
    time = CUTOFF + np.floor(day * DAY).astype(np.int64)
    order = np.lexsort((time, user))
    return Interactions(
        user=user[order].astype(np.int32),
        item=np.zeros(len(rows), np.int32),
        time=time[order],
        basket=np.arange(len(rows)),
        event=event[order].astype(np.int8),
        quantity=np.ones(len(rows), np.float32),
        value=value[order].astype(np.float32),
        user_ids=np.arange(n_users if n_users is not None else max(int(user.max()) + 1, 0)),
        item_ids=np.arange(1),
    )


@dataclass(frozen=True)
class Shop:
    log: Interactions
    cutoff: int
    customers: int  # with an order before the cutoff


@cache
def shop(customers: int = 500, days: int = 240, later: int = 120) -> Shop:
    """Half buy like clockwork every 20 to 60 days and may leave, half at random; a twentieth of orders is given back."""
    rng = np.random.default_rng(7)
    rows = []
    for user in range(customers):
        start = rng.uniform(-days, 30)
        leaves = start + rng.exponential(400)
        regular, gap, size = rng.random() < 0.5, rng.uniform(20, 60), rng.lognormal(3, 0.6)
        time = start
        while time < min(leaves, later):
            value = size * rng.lognormal(0, 0.4)
            rows.append((user, time, PURCHASE, value))
            if rng.random() < 0.05:
                rows.append((user, min(time + 2, later - 0.01), REFUND, value))
            time += gap * (rng.normal(1, 0.1) if regular else rng.exponential(1.0))
    rows += [(ANONYMOUS, day, PURCHASE, 1000.0) for day in rng.uniform(-days, later, 200)]
    rows += [(user, rng.uniform(-days, 0), VIEW, 0.0) for user in range(0, customers, 3)]
    log = make_log(rows, customers)
    return Shop(log, CUTOFF, len(np.unique(log.user[(log.user >= 0) & (log.time < CUTOFF) & (log.event == PURCHASE)])))


@cache
def fitted() -> BehaviourModel:
    made = shop()
    return fit_behaviour(made.log, cutoff=made.cutoff, states=None, seed=0, threads=1)
