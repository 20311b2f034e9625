"""Customer-days with their net value, and what they say about every customer at an origin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loyalty_ai.ml.interactions import PURCHASE, REFUND, Interactions

DAY = 86_400
HALF_LIVES = (7.0, 30.0, 90.0)
"""Days after which an order counts half in the decayed counts."""


@dataclass(frozen=True)
class Summary:
    """What lifetime models need of users who have bought before an origin, in days.

    Args:
        frequency: float64 [n], orders after the first.
        recency: float64 [n], from the first order to the last.
        age: float64 [n], from the first order to the origin.
        mean_value: float64 [n], net value of an average order, 0 where everything was given back.
    """

    frequency: np.ndarray
    recency: np.ndarray
    age: np.ndarray
    mean_value: np.ndarray


@dataclass(frozen=True)
class Outcome:
    """What users did in a window after an origin.

    Args:
        orders: float64 [n].
        spend: float64 [n], purchases less the refunds of the same window, never negative.
    """

    orders: np.ndarray
    spend: np.ndarray


@dataclass(frozen=True)
class Transactions:
    """Customer-days of known users, sorted by (user, day); a day counts once however many orders it holds.

    Args:
        user: int64 [n].
        day: int64 [n], whole days since the anchor (negative before it).
        net: float64 [n], purchases less refunds of that day.
        is_order: bool [n], something was bought and not all of it given back the same day.
        lines: float64 [n], purchased rows.
        units: float64 [n], purchased units.
        n_users: users of the log.
        anchor: seconds since 1970; days are counted from here.
        touch_user, touch_day: int64 [m], events that are neither purchase nor refund (views, baskets), for those who buy later.
    """

    user: np.ndarray
    day: np.ndarray
    net: np.ndarray
    is_order: np.ndarray
    lines: np.ndarray
    units: np.ndarray
    n_users: int
    anchor: int
    touch_user: np.ndarray
    touch_day: np.ndarray

    @classmethod
    def of(cls, log: Interactions, *, anchor: int) -> Transactions:
        """Net the rows of `log` by user and day; anonymous rows are left out. Days start at the anchor's time of day."""
        known = log.user >= 0
        day_of = (log.time - anchor) // DAY
        bought, returned = known & (log.event == PURCHASE), known & (log.event == REFUND)
        money = bought | returned
        first = int(day_of[money].min()) if money.any() else 0
        width = int(day_of[money].max()) - first + 1 if money.any() else 1
        key = log.user[money].astype(np.int64) * width + (day_of[money] - first)
        unique, at = np.unique(key, return_inverse=True)
        value = log.value[money].astype(np.float64)
        is_purchase = bought[money]

        def total(weights: np.ndarray) -> np.ndarray:
            return np.bincount(at, weights, len(unique))

        net = total(np.where(is_purchase, value, -value))
        lines = total(is_purchase.astype(np.float64))
        whole_return = (total((~is_purchase).astype(np.float64)) > 0) & (net <= 0.005)
        touches = known & ~money
        return cls(
            user=unique // width,
            day=unique % width + first,
            net=net,
            is_order=(lines > 0) & ~whole_return,
            lines=lines,
            units=total(np.where(is_purchase, log.quantity[money], 0.0).astype(np.float64)),
            n_users=log.n_users,
            anchor=anchor,
            touch_user=log.user[touches].astype(np.int64),
            touch_day=day_of[touches],
        )

    def first_order_day(self) -> np.ndarray:
        """float64 [n_users], the day of the first order, inf for users who never ordered."""
        first = np.full(self.n_users, np.inf)
        np.minimum.at(first, self.user[self.is_order], self.day[self.is_order])
        return first

    def customers(self, origin: int) -> np.ndarray:
        """int64, ascending: users with an order before day `origin`."""
        return np.flatnonzero(self.first_order_day() < origin)

    def outcome(self, users: np.ndarray, *, origin: int, days: int) -> Outcome:
        """Orders and net spend of `users` on the `days` days from `origin` on."""
        rows = (self.day >= origin) & (self.day < origin + days)
        orders = np.bincount(self.user[rows & self.is_order], minlength=self.n_users)
        spend = np.bincount(self.user[rows], self.net[rows], self.n_users)
        return Outcome(orders[users].astype(np.float64), np.maximum(spend[users], 0.0))

    def summary(self, users: np.ndarray, *, origin: int) -> Summary:
        """Frequency, recency, age and mean value of `users`, all of whom have ordered before day `origin`."""
        past = _Past.of(self, origin)
        count = past.count[users]
        return Summary(
            frequency=count - 1,
            recency=(past.last - past.first)[users],
            age=origin - past.first[users],
            mean_value=np.maximum(past.total[users], 0.0) / count,
        )

    def features(self, users: np.ndarray, *, origin: int) -> np.ndarray:
        """float32 [n, f]: logarithms of counts, gaps and values of `users` known before day `origin`."""
        past = _Past.of(self, origin)
        count, first, last = past.count[users], past.first[users], past.last[users]
        recency, tenure = origin - last, origin - first
        mean_gap = np.where(count > 1, (last - first) / np.maximum(count - 1, 1), tenure)
        mean_value = np.maximum(past.total[users], 0.0) / count
        columns = [
            np.log(recency),
            np.log(tenure),
            np.log(count),
            np.log(np.maximum(mean_gap, 0.5)),
            np.log(recency / np.maximum(mean_gap, 0.5)),
            np.log(recency / tenure),
            np.log(np.maximum(past.last_gap[users], 0.5)),
            np.log1p(past.gap_spread[users]),
            count == 1,
            np.log1p(mean_value),
            np.log1p(past.last_value[users]),
            np.log1p(past.top_value[users]),
            np.log1p(past.lines[users] / count),
            np.log1p(past.units[users] / count),
            np.log1p(past.returned[users]),
            *(np.log1p(counts[users]) for counts in past.decayed),
            *(np.log1p(values[users]) for values in past.decayed_value),
            *(np.log1p(touches[users]) for touches in past.touched),
        ]
        return np.stack(columns, axis=1).astype(np.float32)


@dataclass(frozen=True)
class _Past:
    """Sums over every user's rows before an origin, float64 [n_users] each; meaningless for users without an order."""

    count: np.ndarray
    first: np.ndarray
    last: np.ndarray
    last_gap: np.ndarray
    gap_spread: np.ndarray
    total: np.ndarray
    last_value: np.ndarray
    top_value: np.ndarray
    lines: np.ndarray
    units: np.ndarray
    returned: np.ndarray
    decayed: list[np.ndarray]
    decayed_value: list[np.ndarray]
    touched: list[np.ndarray]

    @classmethod
    def of(cls, log: Transactions, origin: int) -> _Past:
        n = log.n_users
        before = log.day < origin
        user, net = log.user[before], log.net[before]
        rows = before & log.is_order
        buyer, day, value = log.user[rows], log.day[rows].astype(np.float64), np.maximum(log.net[rows], 0.0)

        def total(weights: np.ndarray, of: np.ndarray = buyer) -> np.ndarray:
            return np.bincount(of, weights, n)

        count = np.bincount(buyer, minlength=n).astype(np.float64)
        starts = np.flatnonzero(np.diff(buyer, prepend=-1))
        ends = np.append(starts[1:], len(buyer))[: len(starts)] - 1
        who = buyer[starts]
        first, last, last_value, last_gap = (np.zeros(n) for _ in range(4))
        first[who], last[who], last_value[who] = day[starts], day[ends], value[ends]
        gap = np.where(np.diff(buyer, prepend=-1) == 0, np.diff(day, prepend=0.0), 0.0)
        last_gap[who] = gap[ends]
        mean_gap = (last - first) / np.maximum(count - 1, 1)
        spread = np.sqrt(np.maximum(total(gap**2) / np.maximum(count - 1, 1) - mean_gap**2, 0.0))
        top = np.zeros(n)
        np.maximum.at(top, buyer, value)
        age = origin - day
        fades = [0.5 ** (age / half_life) for half_life in HALF_LIVES]
        touch = log.touch_day < origin
        touch_user, touch_age = log.touch_user[touch], origin - log.touch_day[touch]
        return cls(
            count=count,
            first=first,
            last=last,
            last_gap=last_gap,
            gap_spread=spread,
            total=total(net, user),
            last_value=last_value,
            top_value=top,
            lines=total(log.lines[rows]),
            units=total(log.units[rows]),
            returned=total(np.maximum(-net, 0.0), user),
            decayed=[total(fade) for fade in fades],
            decayed_value=[total(fade * value) for fade in fades],
            touched=[total(0.5 ** (touch_age / half_life), touch_user) for half_life in HALF_LIVES[:2]],
        )
