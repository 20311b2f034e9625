"""Evidence: every score, count and fact that speaks for an item, for a chunk of users at one origin."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from loyalty_ai.ml.counts import (
    DAY,
    HALF_LIVES,
    CountTables,
    ItemFacts,
    basket_matrix,
    build_counts,
    decay,
    dense_rows,
    item_facts,
    purchase_matrix,
    scale_rows,
)
from loyalty_ai.ml.decoder import DecoderView
from loyalty_ai.ml.interactions import ANONYMOUS, PURCHASE
from loyalty_ai.ml.lists import top_items
from loyalty_ai.ml.sequences import Baskets, user_spans

Matrix = Any

RECENT_BASKETS = 3
"""Baskets that make up the recent part of a user's history."""

NEIGHBOUR_CHUNK = 128
CHUNK_CELLS = 1_200_000
"""Cells of one dense [users, items] array; bounds the memory of a chunk at about 40 such arrays."""

PROPOSING = (
    "decoder", "frequency_30", "frequency_120", "transition_1", "transition_5", "cosine", "cosine_last", "together_last",
    "ease", "ease_recent", "popularity_7", "popularity_30", "text_similarity",
)  # fmt: skip
"""Evidence whose best items become candidates; a user's whole history is proposed too."""


@dataclass(frozen=True)
class UserHistory:
    """Sparse facts about (user, item) pairs that were bought, CSR float32 [users, items] each.

    Args:
        count: baskets with the item. decayed: half-life in days -> decayed count. quantity: units.
        last: days since the last purchase, plus one day so that zero stays "never". first: since the first.
        latest: 1 for the last basket. recent: 1, 1/2, 1/3 for the last, the one before, and so on.
        other: decayed count of events that are no purchase.
    """

    count: Matrix
    decayed: dict[int, Matrix]
    quantity: Matrix
    last: Matrix
    first: Matrix
    latest: Matrix
    recent: Matrix
    other: Matrix


@dataclass(frozen=True)
class UserFacts:
    """float32 [users] each: orders, distinct items, days since the last order, mean days between orders, mean items of a
    basket, share of items in the last baskets that were repeats, mean unit price."""

    orders: np.ndarray
    distinct: np.ndarray
    recency: np.ndarray
    interval: np.ndarray
    basket_size: np.ndarray
    repeat_share: np.ndarray
    price: np.ndarray


class Origin:
    """Everything that may be known at `origin` (seconds): tables, histories and, if given, the decoder's view."""

    def __init__(
        self,
        baskets: Baskets,
        *,
        origin: int,
        n_users: int,
        n_items: int,
        price: np.ndarray | None,
        ease_items: int,
        text: np.ndarray | None = None,
        view: DecoderView | None = None,
    ) -> None:
        self.past = past = baskets.before(origin)
        self.origin, self.n_users, self.n_items = origin, n_users, n_items
        self.bought = past.purchases()
        self.counts: CountTables = build_counts(
            self.bought, origin=origin, n_users=n_users, n_items=n_items, ease_items=ease_items
        )
        self.items: ItemFacts = item_facts(self.bought, origin=origin, n_users=n_users, n_items=n_items, price=price)
        self.history = user_history(past, self.bought, origin=origin, n_users=n_users, n_items=n_items)
        self.users = user_facts(self.bought, self.history, self.items, origin=origin, n_users=n_users)
        self.text, self.view = text, view

    def imagined(self, past: Baskets, n_users: int) -> Origin:
        """The same shop at the same moment, asked about other users: those of `past`, who leave no trace in its counts."""
        other = copy(self)
        other.past, other.bought, other.n_users = past, past.purchases(), n_users
        size = {"origin": self.origin, "n_users": n_users}
        other.history = user_history(past, other.bought, n_items=self.n_items, **size)
        other.users = user_facts(other.bought, other.history, self.items, **size)
        other.view = None if self.view is None else self.view.imagined(past, **size)
        return other

    def shared_baskets(self, floor: int, per_item: int = 100) -> Matrix:
        """CSR [items, items]: basket cosine of each item's nearest `per_item`, where `floor` known users share the pair."""
        import scipy.sparse as sparse

        table, bought = self.counts.together, self.bought.take(self.bought.user != ANONYMOUS)
        held = basket_matrix(bought, self.n_items)
        holders = held.T.tocsr()
        rows, columns, values = [], [], []
        for start in range(0, self.n_items, NEIGHBOUR_CHUNK):
            stop = min(start + NEIGHBOUR_CHUNK, self.n_items)
            block = dense_rows(table, slice(start, stop))
            width = min(per_item, self.n_items)
            near = np.zeros(block.shape, bool)
            np.put_along_axis(near, np.argpartition(-block, width - 1, axis=1)[:, :width], values=True, axis=1)
            near &= block > 0
            part = holders[start:stop]
            item = np.repeat(np.arange(stop - start), np.diff(part.indptr))  # [pairs of item and basket]
            sizes = bought.sizes[part.indices]
            within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            other = bought.items[np.repeat(bought.offsets[part.indices], sizes) + within]
            item, user = np.repeat(item, sizes), np.repeat(bought.user[part.indices], sizes)
            kept = near[item, other]
            pair = item[kept].astype(np.int64) * self.n_items + other[kept]
            people = np.unique(pair * self.n_users + user[kept]) // self.n_users
            pair, count = np.unique(people, return_counts=True)
            pair = pair[count >= floor]
            rows.append(pair // self.n_items + start)
            columns.append(pair % self.n_items)
            values.append(block[pair // self.n_items, pair % self.n_items])
        cells = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
        return sparse.csr_matrix(cells, shape=(self.n_items, self.n_items), dtype=np.float32)

    def chunks(self, users: np.ndarray) -> Iterator[tuple[slice, Evidence]]:
        """Evidence of `users`, a bounded number at a time."""
        size = max(1, CHUNK_CELLS // max(1, self.n_items))
        for start in range(0, len(users), size):
            part = slice(start, min(start + size, len(users)))
            yield part, Evidence(self, users[part])


class Evidence:
    """Named float32 arrays that broadcast to [users, items], computed for one chunk of users.

    `columns` maps a name to an array [u, items], [1, items] or [u, 1]; `bought` is bool [u, items].
    """

    def __init__(self, origin: Origin, users: np.ndarray) -> None:
        history, counts, items, facts = origin.history, origin.counts, origin.items, origin.users
        self.users, self.n_items = users, origin.n_items
        count = history.count[users]
        dense = count.toarray()
        self.bought = dense > 0
        ever = count.copy()
        ever.data[:] = 1
        profile = _unit_rows(ever)
        latest, recent = _unit_rows(history.latest[users]), _unit_rows(history.recent[users])
        orders = np.maximum(facts.orders[users], 1)[:, None]
        last, first = history.last[users].toarray(), history.first[users].toarray()
        own_interval = np.where(dense > 1, (first - last) / np.maximum(dense - 1, 1), np.nan)
        columns = {
            "count": dense,
            "count_per_order": dense / orders,
            **{f"frequency_{days}": history.decayed[days][users].toarray() for days in HALF_LIVES},
            "quantity": history.quantity[users].toarray(),
            "days_since": _or_nan(last),
            "days_since_first": _or_nan(first),
            "days_since_over_interval": _or_nan(last) / np.maximum(facts.interval[users], 1)[:, None],
            "own_interval": own_interval,
            "due": _or_nan(last) / np.maximum(own_interval, 1),
            "in_latest": history.latest[users].toarray(),
            "other_events": history.other[users].toarray(),
        }
        for window, table in counts.transitions.items():
            columns[f"transition_{window}"] = _product(latest if window == 1 else recent, table)
        columns["cosine"] = _product(profile, counts.cosine)
        columns["cosine_last"] = _product(latest, counts.cosine)
        columns["together_last"] = _product(recent, counts.together)
        columns["together"] = _product(profile, counts.together)
        if counts.ease is not None:
            columns["ease"] = _product(ever, counts.ease)
            columns["ease_recent"] = _product(history.decayed[60][users], counts.ease_recent)
        if origin.text is not None:
            columns["text_similarity"] = _product(profile, origin.text) @ origin.text.T
        columns |= {f"popularity_{days}": values[None] for days, values in items.popularity.items()}
        with np.errstate(divide="ignore", invalid="ignore"):
            columns |= {
                "sales": items.sales[None],
                "buyers": items.buyers[None],
                "trend_7": ((items.popularity[7] + 1) / (items.popularity[30] + 4))[None],
                "trend_30": ((items.popularity[30] + 1) / (items.popularity[90] + 3))[None],
                "age": items.age[None],
                "idle": items.idle[None],
                "price": items.price[None],
                "loyalty": items.loyalty[None],
                "price_ratio": items.price[None] / facts.price[users][:, None],
            }
        columns |= {
            "user_orders": facts.orders[users][:, None],
            "user_distinct": facts.distinct[users][:, None],
            "user_recency": facts.recency[users][:, None],
            "user_interval": facts.interval[users][:, None],
            "user_basket": facts.basket_size[users][:, None],
            "user_repeats": facts.repeat_share[users][:, None],
        }
        if origin.view is not None:
            columns["decoder"] = origin.view.scores(origin.view.states(users))
        self.columns: dict[str, np.ndarray] = columns

    def dense(self, name: str) -> np.ndarray:
        """float32 [u, items] of one column."""
        return np.broadcast_to(self.columns[name], self.bought.shape)

    def candidates(
        self, per_source: int, allowed: np.ndarray | None = None, *, without: tuple[str, ...] = ()
    ) -> np.ndarray:
        """bool [u, items]: all that the user bought, and each source's best `per_source` of the items that are new.

        `allowed` (bool [items]) bars items, `without` names sources that may not propose.
        """
        chosen = self.bought.copy()
        for name in PROPOSING:
            if name not in self.columns or name in without:
                continue
            new = np.where(self.bought, -np.inf, self.columns[name])
            top = top_items(new if allowed is None else np.where(allowed, new, -np.inf), per_source)[0]
            rows, places = np.nonzero(top >= 0)
            chosen[rows, top[rows, places]] = True
        return chosen if allowed is None else chosen & allowed

    def features(self, rows: np.ndarray, items: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
        """float32 [len(rows), len(names)]: the named columns at (row of the chunk, item) pairs, nan where absent."""
        table = np.full((len(rows), len(names)), np.nan, np.float32)
        for j, name in enumerate(names):
            values = self.columns.get(name)
            if values is not None:
                u, v = values.shape
                table[:, j] = values[rows if u > 1 else 0, items if v > 1 else 0]
        return table


def user_history(past: Baskets, bought: Baskets, *, origin: int, n_users: int, n_items: int) -> UserHistory:
    """Collect the (user, item) facts of the purchases `bought` and of all events `past`."""
    import scipy.sparse as sparse

    count = purchase_matrix(bought, n_users, n_items)
    rows = bought.row_basket
    known = np.flatnonzero(bought.user[rows] != ANONYMOUS)
    user, item = bought.user[rows[known]].astype(np.int64), bought.items[known]
    days = ((origin - bought.time[rows[known]]) / DAY + 1).astype(np.float32)
    # rows come in time order, so the last assignment of a pair is its latest purchase and, reversed, its first
    order = np.lexsort((-days, item, user))
    user, item, days = user[order], item[order], days[order]
    key = user * n_items + item
    begins = np.ones(len(key), bool)
    begins[1:] = key[1:] != key[:-1]
    ends = np.roll(begins, -1) if len(begins) else begins
    shape = (n_users, n_items)

    def facts(rows_of_pair: np.ndarray) -> Matrix:
        return sparse.csr_matrix((days[rows_of_pair], (user[rows_of_pair], item[rows_of_pair])), shape=shape)

    weights = bought.quantity[known]
    quantity = sparse.csr_matrix((weights, (bought.user[rows[known]], bought.items[known])), shape=shape)
    spans = user_spans(bought, n_users)
    back = np.full(len(bought), -1)
    of_known = bought.user != ANONYMOUS
    back[of_known] = spans[bought.user[of_known] + 1] - np.flatnonzero(of_known)  # 1 for the last basket
    others = past.take(past.event != PURCHASE)
    return UserHistory(
        count=count,
        decayed={d: purchase_matrix(bought, n_users, n_items, decay(bought.time, origin, d)) for d in HALF_LIVES},
        quantity=quantity.astype(np.float32),
        last=facts(ends),
        first=facts(begins),
        latest=purchase_matrix(bought.take(back == 1), n_users, n_items),
        recent=purchase_matrix(
            bought.take((back >= 1) & (back <= RECENT_BASKETS)),
            n_users,
            n_items,
            1 / back[(back >= 1) & (back <= RECENT_BASKETS)],
        ),
        other=purchase_matrix(others, n_users, n_items, decay(others.time, origin, 30)),
    )


def user_facts(bought: Baskets, history: UserHistory, items: ItemFacts, *, origin: int, n_users: int) -> UserFacts:
    """Summarise every user's purchases before `origin` (seconds)."""
    known = bought.take(bought.user != ANONYMOUS)
    orders = np.bincount(known.user, minlength=n_users).astype(np.float32)
    days = (origin - known.time) / DAY
    recency = np.full(n_users, np.nan)
    np.fmin.at(recency, known.user, days)
    tenure = np.full(n_users, np.nan)
    np.fmax.at(tenure, known.user, days)
    distinct = np.diff(history.count.indptr).astype(np.float32)
    lines = np.bincount(known.user, weights=known.sizes, minlength=n_users)
    paid = np.nan_to_num(items.price)
    bought_once = history.count.copy()
    bought_once.data[:] = 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return UserFacts(
            orders=orders,
            distinct=distinct,
            recency=recency.astype(np.float32),
            interval=np.where(orders > 1, (tenure - recency) / np.maximum(orders - 1, 1), np.nan).astype(np.float32),
            basket_size=(lines / orders).astype(np.float32),
            repeat_share=(1 - distinct / lines).astype(np.float32),
            price=(bought_once @ paid / distinct).astype(np.float32),
        )


def _unit_rows(matrix: Matrix) -> Matrix:
    """CSR rows divided by the root of their sum: long histories speak louder, but not in proportion."""
    totals = np.asarray(matrix.sum(axis=1)).ravel()
    return scale_rows(matrix, 1 / np.sqrt(np.maximum(totals, 1e-9)))


def _product(profile: Matrix, table: Matrix) -> np.ndarray:
    product = profile @ table
    return (product if isinstance(product, np.ndarray) else product.toarray()).astype(np.float32, copy=False)


def _or_nan(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, np.nan).astype(np.float32)


def feature_names(*, ease: bool, text: bool, decoder: bool) -> tuple[str, ...]:
    """The columns of the ranker's table, in order."""
    pair = ["count", "count_per_order", *(f"frequency_{d}" for d in HALF_LIVES), "quantity", "days_since"]
    pair += ["days_since_first", "days_since_over_interval", "own_interval", "due", "in_latest", "other_events"]
    pair += ["transition_1", "transition_2", "transition_5", "cosine", "cosine_last", "together_last", "together"]
    pair += ["ease", "ease_recent"] if ease else []
    pair += ["text_similarity"] if text else []
    item = ["popularity_7", "popularity_14", "popularity_30", "popularity_90", "sales", "buyers", "trend_7", "trend_30"]
    item += ["age", "idle", "price", "loyalty", "price_ratio"]
    user = ["user_orders", "user_distinct", "user_recency", "user_interval", "user_basket", "user_repeats"]
    return (*pair, *item, *user, *(["decoder"] if decoder else []))
