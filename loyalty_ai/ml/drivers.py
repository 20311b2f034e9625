"""What a prediction rests on: how far it would move, were one fact of a customer that of the store's typical customer.

Exact by re-evaluation: the customer's orders are imagined otherwise (moved in time, fewer or more, closer together, larger) and
the behaviour model answers again from them. What was bought, the decoder's state, stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from loyalty_ai.ml.behaviour import BehaviourModel
from loyalty_ai.ml.interactions import Interactions
from loyalty_ai.ml.transactions import Summary, Transactions

FACTS = ("recency", "orders", "gap", "order_value")
"""Days since the last order, number of orders, mean days between them, mean net value of one. Append only: rows are stored."""


@dataclass(frozen=True)
class Drivers:
    """What moves the predictions of n users, in the order of `FACTS`; nan where a user has no such fact.

    Args:
        facts: float64 [n, facts], the user's own. typical: float64 [facts], medians over the store's customers.
        churn: float64 [n, facts], the chance of no order less what it would be with the typical fact; in (-1, 1).
        value: float64 [n, facts], the expected spend less what it would be, store currency.
    """

    facts: np.ndarray
    typical: np.ndarray
    churn: np.ndarray
    value: np.ndarray


def drivers(
    model: BehaviourModel,
    log: Interactions,
    *,
    users: np.ndarray,
    cutoff: int,
    states: np.ndarray | None,
    churn_days: int,
    value_days: int,
) -> Drivers:
    """What the chance of no order in `churn_days` and the spend of `value_days` after `cutoff` (seconds) rest on.

    Args:
        users: int [n]. states: as in `BehaviourModel.predict`.
    """
    seen = Transactions.of(log.before(cutoff), anchor=cutoff)
    typical = typical_facts(seen)
    known = np.isin(users, seen.customers(0))
    own = of_users(seen, users[known])
    rows = np.arange(own.n_users)
    facts = _facts(own.summary(rows, origin=0))
    here = None if states is None else states[known]

    def answers(past: Transactions) -> np.ndarray:
        chance, _ = model.expect(past, rows, here, churn_days)
        _, spend = model.expect(past, rows, here, value_days)
        return np.stack([1 - chance, spend])

    effects = np.full((2, len(users), len(FACTS)), np.nan)
    if len(rows):
        actual = answers(own)
        for place, name in enumerate(FACTS):
            moved = actual - answers(imagined(own, name, facts, typical))
            effects[:, known, place] = np.where(np.isnan(facts[:, place]), np.nan, moved)
    whole = np.full((len(users), len(FACTS)), np.nan)
    whole[known] = facts
    return Drivers(facts=whole, typical=typical, churn=effects[0], value=effects[1])


def typical_facts(seen: Transactions) -> np.ndarray:
    """float64 [facts]: the medians over all customers with an order before day 0; of days and orders whole numbers, 1 or more."""
    facts = _facts(seen.summary(seen.customers(0), origin=0))
    middle = np.array(
        [np.median(column[~np.isnan(column)]) if (~np.isnan(column)).any() else np.nan for column in facts.T]
    )
    counted = np.array([name != "order_value" for name in FACTS])
    return np.where(counted, np.maximum(np.round(middle), 1), middle)


def of_users(log: Transactions, users: np.ndarray) -> Transactions:
    """The rows before day 0 of these distinct users alone, user `users[j]` as user j."""
    place = np.full(log.n_users, -1)
    place[users] = np.arange(len(users))
    user, touched = place[log.user], place[log.touch_user]
    rows, touches = (user >= 0) & (log.day < 0), touched >= 0
    columns = {name: getattr(log, name)[rows] for name in ("day", "net", "is_order", "lines", "units")}
    part = replace(
        log,
        user=user[rows],
        **columns,
        n_users=len(users),
        touch_user=touched[touches],
        touch_day=log.touch_day[touches],
    )
    return _sorted(part)


def imagined(log: Transactions, name: str, facts: np.ndarray, typical: np.ndarray) -> Transactions:
    """The users of `log` with one fact made typical; those without it stay as they are.

    Args:
        name: one of `FACTS`: all orders move in time together; the oldest leave, or older ones like them come before; times
            between orders stretch; values scale.
        facts: float64 [users, facts], theirs.
    """
    recency, orders, gap, value = facts.T
    at = typical[FACTS.index(name)]
    if np.isnan(at):
        return log
    if name == "recency":
        return replace(log, day=log.day + (recency - at).astype(np.int64)[log.user])
    if name == "orders":
        return _with_orders(log, int(at), orders, np.where(np.isnan(gap), typical[FACTS.index("gap")], gap))
    if name == "gap":
        stretch, last = np.where(np.isnan(gap), 1.0, at / gap)[log.user], -recency[log.user]
        return replace(log, day=np.round(last + (log.day - last) * stretch).astype(np.int64))
    return replace(log, net=log.net * np.where(value > 0, at / value, 1.0)[log.user])


def _with_orders(log: Transactions, wanted: int, orders: np.ndarray, gap: np.ndarray) -> Transactions:
    """The latest `wanted` orders of every user; who has fewer gets more like the average one, a gap apart, before the first."""
    later = np.zeros(len(log.user), np.int64)  # orders of the same user from this row on
    ordered = np.flatnonzero(log.is_order)
    last_of_user = np.cumsum(np.bincount(log.user[ordered], minlength=log.n_users))
    later[ordered] = last_of_user[log.user[ordered]] - np.arange(len(ordered))
    oldest = np.full(log.n_users, np.iinfo(np.int64).min)
    cut = ordered[later[ordered] == wanted]
    oldest[log.user[cut]] = log.day[cut]
    kept = log.day >= oldest[log.user]
    missing = np.maximum(wanted - orders, 0).astype(np.int64)
    user = np.repeat(np.arange(log.n_users), missing)
    step = np.arange(len(user)) - np.repeat(np.cumsum(missing) - missing, missing) + 1
    first = np.full(log.n_users, np.inf)
    np.minimum.at(first, log.user[log.is_order], log.day[log.is_order])
    apart = np.where(np.isnan(gap), 1.0, gap)[user]
    mean = {name: np.bincount(log.user, getattr(log, name), log.n_users) / orders for name in ("net", "lines", "units")}
    added = {
        "user": user,
        "day": np.round(first[user] - step * apart).astype(np.int64),
        "net": np.maximum(mean["net"], 0)[user],
        "is_order": np.ones(len(user), bool),
        "lines": mean["lines"][user],
        "units": mean["units"][user],
    }
    return _sorted(
        replace(log, **{name: np.concatenate([getattr(log, name)[kept], more]) for name, more in added.items()})
    )


def _sorted(log: Transactions) -> Transactions:
    order = np.lexsort((log.day, log.user))
    names = ("user", "day", "net", "is_order", "lines", "units")
    return replace(log, **{name: getattr(log, name)[order] for name in names})


def _facts(summary: Summary) -> np.ndarray:
    """float64 [n, facts] of customers; no gap below two orders, no order value where everything was given back."""
    gap = np.where(summary.frequency > 0, summary.recency / np.maximum(summary.frequency, 1), np.nan)
    value = np.where(summary.mean_value > 0, summary.mean_value, np.nan)
    return np.stack([summary.age - summary.recency, summary.frequency + 1, gap, value], axis=1)
