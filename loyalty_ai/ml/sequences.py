"""From rows to baskets, and from baskets to the sequences that the decoder reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from loyalty_ai.ml.interactions import ANONYMOUS, EVENT_TYPES, PURCHASE, Interactions

POSITIVE_EVENTS = tuple(
    EVENT_TYPES.index(name) for name in ("purchase", "add_to_cart", "add_to_wishlist", "view_item", "select_item")
)
"""Events that speak for an item; refunds and hidden items are evidence for other parts of the model."""

GAP_SCALE, VALUE_BUCKETS = 16.0, 16
"""Log-seconds that bring a gap to about one, and the number of logarithmic buckets of a basket's value."""


@dataclass(frozen=True)
class Baskets:
    """Distinct items that happened together, in (user, time) order; anonymous baskets come first.

    Args:
        user: int32 [b], `ANONYMOUS` where unknown.
        time: int64 [b], seconds.
        event: int8 [b], one event type a basket (an order with two types gives two baskets).
        value: float32 [b], total value.
        offsets: int64 [b + 1], `items[offsets[j]:offsets[j + 1]]` are basket j's items.
        items: int32 [m], ascending and distinct inside a basket.
        quantity: float32 [m], units of that item in that basket.
    """

    user: np.ndarray
    time: np.ndarray
    event: np.ndarray
    value: np.ndarray
    offsets: np.ndarray
    items: np.ndarray
    quantity: np.ndarray

    def __len__(self) -> int:
        return len(self.user)

    @property
    def sizes(self) -> np.ndarray:
        """int64 [b], distinct items of each basket."""
        return np.diff(self.offsets)

    @property
    def row_basket(self) -> np.ndarray:
        """int64 [m], the basket of each entry of `items`."""
        return np.repeat(np.arange(len(self)), self.sizes)

    def take(self, keep: np.ndarray) -> Baskets:
        """Only the baskets where the boolean mask `keep` [b] holds."""
        rows = np.repeat(keep, self.sizes)
        offsets = np.concatenate([[0], np.cumsum(self.sizes[keep])])
        return Baskets(
            self.user[keep],
            self.time[keep],
            self.event[keep],
            self.value[keep],
            offsets,
            self.items[rows],
            self.quantity[rows],
        )

    def before(self, origin: int) -> Baskets:
        """The baskets with `time < origin` (seconds)."""
        return self.take(self.time < origin)

    def purchases(self) -> Baskets:
        """Only the baskets that were bought."""
        return self.take(self.event == PURCHASE)


def build_baskets(log: Interactions) -> Baskets:
    """Group a log's positive events by (user, time, basket, event), merging repeated lines of one item."""
    rows = np.flatnonzero(np.isin(log.event, POSITIVE_EVENTS))
    keys = (log.item[rows], log.event[rows], log.basket[rows], log.time[rows], log.user[rows])
    rows = rows[np.lexsort(keys)]
    user, time, basket = log.user[rows], log.time[rows], log.basket[rows]
    event, item = log.event[rows], log.item[rows]
    new_basket = np.ones(len(rows), bool)
    new_basket[1:] = (
        (user[1:] != user[:-1]) | (time[1:] != time[:-1]) | (basket[1:] != basket[:-1]) | (event[1:] != event[:-1])
    )
    new_row = new_basket.copy()
    new_row[1:] |= item[1:] != item[:-1]
    starts, item_starts = np.flatnonzero(new_basket), np.flatnonzero(new_row)
    return Baskets(
        user=user[starts],
        time=time[starts],
        event=event[starts],
        value=_sums(log.value[rows], starts),
        offsets=np.append(np.searchsorted(item_starts, starts), len(item_starts)).astype(np.int64),
        items=item[item_starts],
        quantity=_sums(log.quantity[rows], item_starts),
    )


def _sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    return np.add.reduceat(values, starts, dtype=np.float32) if len(starts) else np.zeros(0, np.float32)


def user_spans(baskets: Baskets, n_users: int) -> np.ndarray:
    """int64 [n_users + 1]: the baskets of user u are `spans[u]` up to, not including, `spans[u + 1]`."""
    return np.searchsorted(baskets.user, np.arange(n_users + 1))


def value_bucket(value: np.ndarray) -> np.ndarray:
    """int64, the logarithmic bucket of a value in the store's currency, in [0, VALUE_BUCKETS)."""
    return np.clip(np.log1p(np.maximum(value, 0)) * 1.5, 0, VALUE_BUCKETS - 1).astype(np.int64)


def gap_features(seconds: np.ndarray) -> np.ndarray:
    """float32, log(1 + seconds) scaled to about [0, 1.2]."""
    return (np.log1p(np.maximum(seconds, 0)) / GAP_SCALE).astype(np.float32)


@dataclass(frozen=True)
class Batch:
    """Sequences padded on the right to one length t.

    Args:
        users: int64 [n].
        positions: int64 [n, t], positions in `Baskets`, -1 where padded.
        lengths: int64 [n].
    """

    users: np.ndarray
    positions: np.ndarray
    lengths: np.ndarray


def sequence_batches(
    spans: np.ndarray, users: np.ndarray, *, context: int, batch_tokens: int, order: np.random.Generator | None = None
) -> Iterator[Batch]:
    """Batches of users' latest `context` baskets, bucketed by length so that little is padded.

    `order` shuffles users of one length and the batches among themselves; None keeps a fixed order (scoring).
    Users without a basket are left out.
    """
    ends, lengths = spans[users + 1], np.minimum(spans[users + 1] - spans[users], context)
    tie = order.random(len(users)) if order is not None else np.arange(len(users))
    ranked = np.lexsort((tie, lengths))
    ranked = ranked[lengths[ranked] > 0]
    chunks, start = [], 0
    while start < len(ranked):
        # lengths ascend, so the chunk is as wide as its last member
        width = lengths[ranked[start:]] * np.arange(1, len(ranked) - start + 1)
        stop = start + max(1, int(np.searchsorted(width, batch_tokens, side="right")))
        chunks.append(ranked[start:stop])
        start = stop
    for index in order.permutation(len(chunks)) if order is not None else range(len(chunks)):
        chunk = chunks[index]
        steps = np.arange(lengths[chunk].max())
        first = ends[chunk] - lengths[chunk]
        positions = np.where(steps < lengths[chunk][:, None], first[:, None] + steps, -1)
        yield Batch(users[chunk], positions, lengths[chunk])


def next_purchases(baskets: Baskets) -> np.ndarray:
    """int64 [b]: the position of the same user's next purchase after each basket, -1 where there is none (yet)."""
    following = np.full(len(baskets), -1, np.int64)
    bought = np.flatnonzero((baskets.event == PURCHASE) & (baskets.user != ANONYMOUS))
    after = np.searchsorted(bought, np.arange(len(baskets)), side="right")
    found = after < len(bought)
    following[found] = bought[after[found]]
    same = (following >= 0) & (baskets.user[following] == baskets.user)
    return np.where(same, following, -1)
