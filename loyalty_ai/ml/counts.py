"""Counting tables of what was bought before an origin. All are sparse or one dense matrix of small catalogues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from loyalty_ai.ml.interactions import ANONYMOUS
from loyalty_ai.ml.sequences import Baskets

DAY = 86_400
HALF_LIVES = (14, 30, 60, 120)
"""Days after which a purchase counts half, in the decayed personal frequencies."""

POPULARITY_DAYS = (7, 14, 30, 90)
TRANSITION_WINDOWS = (1, 2, 5)
"""How many baskets ahead a transition may look; a step of j baskets weighs 1/j."""

EASE_REGULARISATION = 200.0
TRANSITION_PRIOR = 10.0
"""Pseudo-baskets added to each item's count, so that one lucky pair is no certainty."""

DENSE_SHARE, DENSE_ITEMS = 0.05, 12_000
"""From this share of filled cells, up to this many items, a table is kept dense."""

Matrix = Any
"""scipy.sparse.csr_matrix float32, or a dense float32 array of the same meaning."""


def purchase_matrix(baskets: Baskets, n_users: int, n_items: int, weights: np.ndarray | None = None) -> Matrix:
    """CSR float32 [users, items]: in how many baskets each user bought each item, or the sum of basket `weights` [b]."""
    import scipy.sparse as sparse

    rows = baskets.row_basket
    known = baskets.user[rows] != ANONYMOUS
    data = (np.ones(len(baskets), np.float32) if weights is None else weights.astype(np.float32))[rows[known]]
    pairs = (baskets.user[rows[known]], baskets.items[known])
    return sparse.csr_matrix((data, pairs), shape=(n_users, n_items), dtype=np.float32)


def basket_matrix(baskets: Baskets, n_items: int) -> Matrix:
    """CSR float32 [baskets, items] of zeros and ones."""
    import scipy.sparse as sparse

    ones = np.ones(len(baskets.items), np.float32)
    return sparse.csr_matrix((ones, baskets.items, baskets.offsets), shape=(len(baskets), n_items))


def scale_rows(matrix: Matrix, factors: np.ndarray) -> Matrix:
    """CSR `matrix` with row r multiplied by `factors[r]`."""
    import scipy.sparse as sparse

    return (sparse.diags(factors.astype(np.float32)) @ matrix).tocsr().astype(np.float32)


def compact(table: Matrix) -> Matrix:
    """The same table, dense where sparse storage would be no smaller by much: products with it are then faster."""
    dense = table.nnz > DENSE_SHARE * table.shape[0] * table.shape[1] and table.shape[1] <= DENSE_ITEMS
    return table.toarray() if dense else table


def dense_rows(table: Matrix, part: slice | np.ndarray) -> np.ndarray:
    """A fresh dense array of some rows of a sparse or dense table."""
    block = table[part]
    return np.array(block) if isinstance(block, np.ndarray) else block.toarray()


@dataclass(frozen=True)
class CountTables:
    """Item-to-item tables; row i says what item i speaks for.

    Args:
        transitions: window -> [items, items], share of i's baskets that j followed within that many baskets.
        cosine: [items, items], cosine of the users who bought both, each weighted by one over the root of their history.
        together: [items, items], cosine of the baskets (anonymous ones too) that hold both.
        ease: dense [items, items] of EASE on who bought what, or None for catalogues above the limit.
        ease_recent: the same on purchases that lose half their weight in 60 days.
    """

    transitions: dict[int, Matrix]
    cosine: Matrix
    together: Matrix
    ease: np.ndarray | None
    ease_recent: np.ndarray | None


def build_counts(bought: Baskets, *, origin: int, n_users: int, n_items: int, ease_items: int) -> CountTables:
    """Count the purchases `bought`, all of them before `origin` (seconds)."""
    held = basket_matrix(bought, n_items)
    users = purchase_matrix(bought, n_users, n_items)
    users_ever = users.copy()
    users_ever.data[:] = 1
    ease = ease_recent = None
    if n_items <= ease_items:
        recent = purchase_matrix(bought, n_users, n_items, decay(bought.time, origin, 60))
        ease, ease_recent = ease_weights(users_ever), ease_weights(recent)
    return CountTables(
        transitions={window: compact(table) for window, table in transition_tables(bought, held).items()},
        cosine=compact(cosine_table(users_ever)),
        together=compact(cosine_table(held)),
        ease=ease,
        ease_recent=ease_recent,
    )


def decay(time: np.ndarray, origin: int, half_life_days: float) -> np.ndarray:
    """float32 in (0, 1]: half for every `half_life_days` between `time` and `origin` (seconds)."""
    return np.exp2(-(origin - time) / (half_life_days * DAY)).astype(np.float32)


def transition_tables(bought: Baskets, held: Matrix) -> dict[int, Matrix]:
    """Directional tables for each of `TRANSITION_WINDOWS`; `held` is `bought` as a CSR matrix."""
    tables, total = {}, None
    starts = np.bincount(held.indices, minlength=held.shape[1]) + TRANSITION_PRIOR
    for step in range(1, max(TRANSITION_WINDOWS) + 1):
        same = (bought.user[:-step] == bought.user[step:]) & (bought.user[step:] != ANONYMOUS)
        first = np.flatnonzero(same)
        counted = held[first].T.tocsr() @ held[first + step] * np.float32(1 / step)
        total = counted if total is None else total + counted
        if step in TRANSITION_WINDOWS:
            tables[step] = scale_rows(total.tocsr(), 1 / starts)
    return tables


def cosine_table(matrix: Matrix) -> Matrix:
    """CSR [items, items]: cosine between columns with each row weighted by 1/sqrt(its length); zero on the diagonal."""
    weighted = scale_rows(matrix, 1 / np.sqrt(np.maximum(np.diff(matrix.indptr), 1)))
    product = (matrix.T.tocsr() @ weighted).tocsr()
    norm = 1 / np.sqrt(np.maximum(product.diagonal(), 1e-12))
    product.setdiag(0)
    product.eliminate_zeros()
    return scale_rows(scale_rows(product, norm).T.tocsr(), norm).T.tocsr()


def ease_weights(matrix: Matrix) -> np.ndarray:
    """Dense float32 [items, items] of EASE (Steck 2019), zero on the diagonal: `history @ weights` scores items."""
    import torch

    gram = torch.from_numpy((matrix.T @ matrix).toarray())
    gram.diagonal().add_(EASE_REGULARISATION)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(gram))
    weights = inverse / -inverse.diagonal()
    weights.fill_diagonal_(0)
    return weights.contiguous().numpy()  # the inverse comes column by column, products want rows


@dataclass(frozen=True)
class ItemFacts:
    """What is known of every item before an origin, each float32 [items]; times in days, nan where never sold.

    Args:
        sales: baskets that held it. buyers: distinct known users. popularity: days -> baskets in the last days.
        age: since its first sale. idle: since its last. price: last known unit price.
        loyalty: share of its buyers who bought it again.
    """

    sales: np.ndarray
    buyers: np.ndarray
    popularity: dict[int, np.ndarray]
    age: np.ndarray
    idle: np.ndarray
    price: np.ndarray
    loyalty: np.ndarray


def item_facts(bought: Baskets, *, origin: int, n_users: int, n_items: int, price: np.ndarray | None) -> ItemFacts:
    """Summarise the purchases `bought`, anonymous ones included, all of them before `origin` (seconds)."""
    time = bought.time[bought.row_basket]
    age_days = (origin - time) / DAY
    first = np.full(n_items, np.nan)
    np.fmax.at(first, bought.items, age_days)
    last = np.full(n_items, np.nan)
    np.fmin.at(last, bought.items, age_days)
    users = purchase_matrix(bought, n_users, n_items)
    buyers = np.bincount(users.indices, minlength=n_items)
    again = np.bincount(users.indices[users.data > 1], minlength=n_items)
    return ItemFacts(
        sales=np.bincount(bought.items, minlength=n_items).astype(np.float32),
        buyers=buyers.astype(np.float32),
        popularity={
            days: np.bincount(bought.items[age_days <= days], minlength=n_items).astype(np.float32)
            for days in POPULARITY_DAYS
        },
        age=first.astype(np.float32),
        idle=last.astype(np.float32),
        price=np.full(n_items, np.nan, np.float32) if price is None else price.astype(np.float32),
        loyalty=((again + 1) / (buyers + 10)).astype(np.float32),
    )
