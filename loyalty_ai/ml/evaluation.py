"""Time-ordered next-basket evaluation: full ranking, honest intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loyalty_ai.ml.counts import purchase_matrix
from loyalty_ai.ml.interactions import ANONYMOUS
from loyalty_ai.ml.sequences import Baskets

METRICS = ("ndcg@10", "hr@10", "recall@10")
MODES = ("repeats", "new_only")
"""Lists that may repeat what a user bought, and lists of items new to the user."""

Z_95 = 1.959964


@dataclass(frozen=True)
class LabelWindow:
    """The first basket of each returning user in `[origin, end)`.

    Args:
        origin: seconds; a user's features may use only what happened before it.
        end: seconds, exclusive.
        users: int32 [n], users with a purchase before `origin` and one inside the window, ascending.
        targets: CSR bool [n, items], what the first basket of the window holds.
        history: CSR bool [n, items], what the user had bought before `origin`.
    """

    origin: int
    end: int
    users: np.ndarray
    targets: object
    history: object

    def take(self, rows: np.ndarray) -> LabelWindow:
        """Only these rows (ascending positions)."""
        return LabelWindow(self.origin, self.end, self.users[rows], self.targets[rows], self.history[rows])

    def sample(self, size: int, *, seed: int | tuple[int, ...]) -> LabelWindow:
        """At most `size` of its users, at random."""
        if len(self.users) <= size:
            return self
        return self.take(np.sort(np.random.default_rng(seed).permutation(len(self.users))[:size]))

    def mode(self, name: str) -> tuple[np.ndarray, object]:
        """Rows of the users that take part in a mode, and their targets (CSR [rows, items]).

        In `new_only` the targets are the items that the user had not bought; users without one are left out.
        """
        targets = self.targets if name == "repeats" else without(self.targets, self.history)
        rows = np.flatnonzero(np.diff(targets.indptr))
        return rows, targets[rows]


def without(matrix: object, other: object) -> object:
    """CSR `matrix` less the entries that `other` holds."""
    import scipy.sparse as sparse

    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    keep = ~contains(other, rows, matrix.indices)
    return sparse.csr_matrix((matrix.data[keep], (rows[keep], matrix.indices[keep])), shape=matrix.shape)


def contains(matrix: object, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """bool, same shape as `rows`: whether the CSR `matrix` stores each (row, column); a negative column is never stored."""
    stored = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr)) * matrix.shape[1]
    asked = rows.astype(np.int64) * matrix.shape[1] + columns
    return np.isin(asked, stored + matrix.indices) & (columns >= 0)


def label_window(baskets: Baskets, *, origin: int, end: int, n_users: int, n_items: int) -> LabelWindow:
    """Find the returning users of `[origin, end)` and the first basket of each (purchases only)."""
    bought = baskets.purchases()
    before = bought.before(origin)
    inside = np.flatnonzero((bought.time >= origin) & (bought.time < end) & (bought.user != ANONYMOUS))
    users, first = np.unique(bought.user[inside], return_index=True)
    returning = np.isin(users, before.user)
    chosen = np.zeros(len(bought), bool)
    chosen[inside[first[returning]]] = True
    users = users[returning]
    return LabelWindow(
        origin=origin,
        end=end,
        users=users,
        targets=purchase_matrix(bought.take(chosen), n_users, n_items)[users].astype(bool),
        history=purchase_matrix(before, n_users, n_items)[users].astype(bool),
    )


def ranking_metrics(ranked: np.ndarray, targets: object, k: int = 10) -> dict[str, np.ndarray]:
    """Per-user metrics of ranked lists against sets of right answers.

    Args:
        ranked: int [n, >= k], items from best to worst, -1 where a list ends early.
        targets: CSR [n, items], at least one right answer a row.
        k: how many of the list count.

    Returns:
        float64 [n] each, in [0, 1]: `ndcg@k` (binary gain, discount 1/log2(rank + 1), divided by the best possible for
        min(k, answers)), `hr@k` (any hit) and `recall@k` (hits over answers).
    """
    ranked = ranked[:, :k]
    hits = contains(targets, np.repeat(np.arange(len(ranked))[:, None], ranked.shape[1], axis=1), ranked)
    answers = np.diff(targets.indptr)
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0], np.cumsum(discount)])[np.minimum(answers, k)]
    return {
        f"ndcg@{k}": hits @ discount[: ranked.shape[1]] / ideal,
        f"hr@{k}": hits.any(axis=1).astype(float),
        f"recall@{k}": hits.sum(axis=1) / answers,
    }


def mean_and_error(values: np.ndarray) -> dict[str, float]:
    """The mean and its standard error over users, as JSON-able floats (0 users give 0 and 0)."""
    if not len(values):
        return {"value": 0.0, "se": 0.0}
    spread = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return {"value": float(values.mean()), "se": float(spread)}


def paired_gain(values: np.ndarray, others: np.ndarray) -> dict[str, float]:
    """Mean of `values - others` over the same users, with a 95 % normal interval."""
    estimate = mean_and_error(values - others)
    half = Z_95 * estimate["se"]
    return {
        "difference": estimate["value"],
        "low": estimate["value"] - half,
        "high": estimate["value"] + half,
    }


def summarise(per_user: dict[str, dict[str, np.ndarray]]) -> dict[str, dict[str, dict[str, float]]]:
    """`{method: {metric: values [n]}}` to `{method: {metric: {"value", "se"}}}`."""
    return {
        name: {metric: mean_and_error(values) for metric, values in metrics.items()}
        for name, metrics in per_user.items()
    }
