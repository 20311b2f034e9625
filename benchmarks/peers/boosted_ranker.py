"""The two-stage ranker that industry runs: candidates from counts, ordered by gradient boosting (LambdaRank) over counts.

The linear blend orders the same candidates by weights fitted to the same features.

Written from its description, apart from the customer model: it is the bar to beat. On positions it learns leave-one-out from
17 features, on a calendar it learns from five earlier windows of 28 days and 29 features, for each kind of list apart. Every
number a window is learned from was counted on what precedes that window.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse

from benchmarks.output import Clock
from benchmarks.peers.files import DAY, Lists, Log, main, top

WINDOW_DAYS, WINDOWS = 28, 5
LEARN_FROM = 30_000
"""Where users are few, positions before the last are learned from too, until there are about so many lists."""
EASE_REGULARISATION = 200.0
CHUNK = 512

Chunk = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Of some users: candidates int [n, c] (-1 = none), their features float32 [n, c, f], and the users."""


# item-to-item counts


def followed(log: Log, reach: int) -> sparse.csr_matrix:
    """[items, items]: how often j came within `reach` rows after i, a distance of d weighing 1/d."""
    n, total = len(log.items), None
    for step in range(1, reach + 1):
        same = log.user[step:] == log.user[:-step]
        pairs = (log.item[:-step][same], log.item[step:][same])
        part = sparse.csr_matrix((np.full(same.sum(), 1 / step, np.float32), pairs), shape=(n, n))
        total = part if total is None else total + part
    return total.tocsr()


def cosine(table: sparse.csr_matrix) -> sparse.csr_matrix:
    """Cosine between columns, each row weighing one over the root of its length; the diagonal is zero."""
    lengths = np.maximum(np.diff(table.indptr), 1)
    product = (table.T @ sparse.diags(1 / np.sqrt(lengths)) @ table).tocsr()
    norm = sparse.diags(1 / np.sqrt(np.maximum(product.diagonal(), 1e-9)))
    product.setdiag(0)
    return (norm @ product @ norm).astype(np.float32).tocsr()


def ease(table: sparse.csr_matrix) -> np.ndarray:
    """Dense weights of EASE (Steck 2019), zero on the diagonal."""
    gram = (table.T @ table).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += EASE_REGULARISATION
    inverse = np.linalg.inv(gram)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights.astype(np.float32)


def recent(log: Log, count: int, *, fading: bool) -> sparse.csr_matrix:
    """[users, items]: the last `count` rows of each user, the r-th from the end weighing 1/r if fading."""
    ends = np.searchsorted(log.user, np.arange(len(log.users)), side="right")
    back = ends[log.user] - np.arange(len(log.user))
    rows = back <= count
    weights = 1 / back[rows] if fading else np.ones(rows.sum())
    return sparse.csr_matrix((weights.astype(np.float32), (log.user[rows], log.item[rows])), shape=log.shape)


def relative(values: np.ndarray) -> np.ndarray:
    """Each row divided by its maximum."""
    return values / np.maximum(values.max(axis=1, keepdims=True), 1e-9)


# leave-one-out on positions


def sequence_chunks(log: Log, users: np.ndarray, candidates: int) -> Iterator[Chunk]:
    """Candidates that a user has not had, and 17 features of each, from the counts of `log`."""
    one, two, five, three = (followed(log, reach) for reach in (1, 2, 5, 3))
    alike, symmetric = cosine(log.history), three + three.T
    popularity = np.bincount(log.item, minlength=len(log.items)).astype(np.float32)
    length = np.maximum(np.bincount(log.user, minlength=len(log.users)), 1)
    usual = log.history @ popularity / length
    last = recent(log, 1, fading=True)
    queries = [
        (last, one), (recent(log, 2, fading=True), two), (recent(log, 5, fading=True), five),
        (recent(log, 3, fading=True), symmetric), (last, one.T.tocsr()),
        (recent(log, 10, fading=False), alike), (last, alike), (log.history, alike),
    ]  # fmt: skip
    for start in range(0, len(users), CHUNK):
        part = users[start : start + CHUNK]
        sums = [(query[part] @ table).toarray() for query, table in queries]
        shares = [relative(sums[j]) for j in (2, 3, 5, 7)]
        first = sum(shares) + 1e-3 * popularity / popularity.max()
        first[log.history[part].toarray() > 0] = -np.inf
        chosen = top(first, candidates)
        columns = [np.take_along_axis(block, chosen, axis=1) for block in sums + shares]
        columns.append(popularity[chosen])
        own = [last[part] @ popularity, usual[part], length[part]]
        columns += [np.repeat(value[:, None], chosen.shape[1], axis=1) for value in own]
        columns.append(np.broadcast_to(np.arange(chosen.shape[1]), chosen.shape))
        yield chosen, np.stack(columns, axis=2).astype(np.float32), part


def leave_one_out(log: Log, k: int, args: argparse.Namespace, clock: Clock) -> tuple[Lists, dict[str, Any]]:
    """Learn from everybody's last rows, list from all of them."""
    ends = np.searchsorted(log.user, np.arange(len(log.users)), side="right")
    back = ends[log.user] - np.arange(len(log.user))
    windows = int(np.clip(LEARN_FROM // len(log.users), 1, WINDOWS))
    with clock.part("training"):
        tables = []
        for window in range(1, windows + 1):
            before, answers = log.take(back > window), log.take(back == window)
            known = np.flatnonzero(np.bincount(before.user, minlength=len(log.users)))
            answers = answers.take(np.isin(answers.user, known))
            tables += [labelled(chunk, answers.history) for chunk in sequence_chunks(before, known, args.candidates)]
        ranker, trees = SECOND_STAGE[args.method](tables, args.seed)
    with clock.part("scoring"):
        listed = ordered(ranker, sequence_chunks(log, np.arange(len(log.users)), args.candidates), k, len(log.users))
    return {"repeats": listed, "new_only": listed}, {**trees, "windows": windows}


# next basket on a calendar


class Baskets:
    """The counts behind 29 features, of a log that ends before `origin` (seconds)."""

    def __init__(self, log: Log, origin: int) -> None:
        self.log, n = log, len(log.items)
        self.age = age = (origin - log.time) / DAY
        bought = self._table(np.ones(len(age)))
        fades = [self._table(0.5 ** (age / half_life)) for half_life in (14, 30, 60, 120)]
        self.own = [bought, *fades, self._table(log.quantity)]
        self.plain, self.decayed = ease(log.history), ease(fades[2])
        orders, order = np.unique(log.basket, return_inverse=True)
        held = sparse.csr_matrix((np.ones(len(age), np.float32), (order, log.item)), shape=(len(orders), n))
        self.together, self.alike = cosine(held), cosine(log.history)

        popular = [np.bincount(log.item[age <= days], minlength=n) for days in (7, 14, 30, 90)]
        oldest, idle = _extremes(log.item, age, n)
        price, latest = np.full(n, np.nan), np.argsort(log.time, kind="stable")
        price[log.item[latest]] = log.price[latest]
        buyers = np.bincount(bought.indices, minlength=n)
        again = np.bincount(bought.indices[bought.data > 1], minlength=n) / np.maximum(buyers, 1)
        trend, sales = popular[1] / np.maximum(popular[3], 1), np.bincount(log.item, minlength=n)
        self.popularity = popular[2] / max(popular[2].max(), 1)
        self.by_item = [*popular, trend, sales, price, oldest, idle, again]

        users = len(log.users)
        ends = np.searchsorted(log.user, np.arange(users), side="right")
        self.last = log.take(log.basket == log.basket[ends[log.user] - 1]).history
        count = np.bincount(log.user[np.diff(log.basket, prepend=-1) != 0], minlength=users)
        tenure, silent = _extremes(log.user, age, users)
        self.interval = np.maximum((tenure - silent) / np.maximum(count - 1, 1), 1.0)
        self.by_user = [count, np.diff(log.history.indptr), silent, self.interval]

    def _table(self, weight: np.ndarray) -> sparse.csr_matrix:
        log = self.log
        return sparse.csr_matrix((weight, (log.user, log.item)), shape=log.shape).astype(np.float32)

    def chunks(self, users: np.ndarray, candidates: int, *, new_only: bool) -> Iterator[Chunk]:
        """Candidates of ascending `users` from frequency, EASE, co-occurrence and popularity, and their features."""
        log = self.log
        for start in range(0, len(users), CHUNK):
            part = users[start : start + CHUNK]
            had = log.history[part].toarray() > 0
            own = [table[part].toarray() for table in self.own]
            mine = np.isin(log.user, part)
            where = (np.searchsorted(part, log.user[mine]), log.item[mine])
            first_time, last_time = np.where(had, -np.inf, np.nan), np.where(had, np.inf, np.nan)
            np.maximum.at(first_time, where, self.age[mine])
            np.minimum.at(last_time, where, self.age[mine])
            pace = self.interval[part][:, None]
            sums = [
                log.history[part] @ self.plain, self.own[3][part] @ self.decayed,
                (self.last[part] @ self.together).toarray(), (log.history[part] @ self.alike).toarray(),
            ]  # fmt: skip
            first = sum(relative(block) for block in sums[:3]) + 0.5 * self.popularity
            if new_only:
                first[had] = -np.inf
            else:
                first += relative(own[2])
            chosen = top(first, candidates)
            blocks = [*own, last_time, first_time, last_time / pace, first_time / pace, *sums, first]
            columns = [np.take_along_axis(block, chosen, axis=1) for block in blocks]
            columns += [values[chosen] for values in self.by_item]
            columns += [np.repeat(value[part][:, None], chosen.shape[1], axis=1) for value in self.by_user]
            yield chosen, np.stack(columns, axis=2).astype(np.float32), part


def _extremes(of: np.ndarray, values: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The largest and the smallest value of each of n, nan where there is none."""
    largest, smallest = np.full(n, np.nan), np.full(n, np.nan)
    np.fmax.at(largest, of, values)
    np.fmin.at(smallest, of, values)
    return largest, smallest


def next_basket(log: Log, k: int, args: argparse.Namespace, clock: Clock) -> tuple[Lists, dict[str, Any]]:
    """Learn from the first baskets of five earlier windows, list from everything."""
    end, length = int(log.time.max()) + 1, WINDOW_DAYS * DAY
    lists, details = {}, {}
    with clock.part("training"):
        tables: dict[str, list] = {"repeats": [], "new_only": []}
        for window in range(1, WINDOWS + 1):
            origin = end - window * length
            before, within = log.take(log.time < origin), (log.time >= origin) & (log.time < origin + length)
            inside = log.take(within & np.isin(log.user, before.user))
            starts = np.searchsorted(inside.user, inside.user)
            answers = inside.take(inside.basket == inside.basket[starts])
            right = answers.history
            fresh = (right - right.multiply(before.history)).tocsr()
            fresh.eliminate_zeros()
            users = np.unique(answers.user)
            baskets = Baskets(before, origin)
            for mode, labels in (("repeats", right), ("new_only", fresh)):
                made = baskets.chunks(users, args.candidates, new_only=mode == "new_only")
                tables[mode] += [labelled(chunk, labels) for chunk in made]
        rankers = {mode: SECOND_STAGE[args.method](parts, args.seed) for mode, parts in tables.items()}
    with clock.part("scoring"):
        baskets, everyone = Baskets(log, end), np.arange(len(log.users))
        for mode, (ranker, trees) in rankers.items():
            made = baskets.chunks(everyone, args.candidates, new_only=mode == "new_only")
            lists[mode] = ordered(ranker, made, k, len(log.users))
            details[mode] = trees
    return lists, details


# the second stage


def labelled(chunk: Chunk, answers: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features [rows, f], labels [rows] and candidates per user [groups] of those whose right answer was proposed."""
    chosen, features, users = chunk
    right = np.take_along_axis(answers[users].toarray() > 0, chosen, axis=1) & (chosen >= 0)
    kept = right.any(axis=1)
    real = chosen[kept] >= 0
    return features[kept][real], right[kept][real].astype(np.int8), real.sum(axis=1)


def fit_ranker(tables: list[tuple[np.ndarray, np.ndarray, np.ndarray]], seed: int) -> tuple[Any, dict[str, int]]:
    """LambdaRank, as many trees as NDCG@10 of every tenth list (not learned from) asks for; then on all lists."""
    import lightgbm

    features, labels, sizes = (np.concatenate(column) for column in zip(*tables, strict=True))
    settings = {
        "objective": "lambdarank", "metric": "ndcg", "eval_at": [10], "learning_rate": 0.05, "num_leaves": 31,
        "min_data_in_leaf": 50, "feature_fraction": 0.8, "bagging_fraction": 0.8, "bagging_freq": 1,
        "lambdarank_truncation_level": 20, "seed": seed, "verbose": -1, "deterministic": True,
    }  # fmt: skip
    held = np.random.default_rng(seed).random(len(sizes)) < 0.1
    rows = np.repeat(held, sizes)
    learn = lightgbm.Dataset(features[~rows], labels[~rows], group=sizes[~held])
    judge = lightgbm.Dataset(features[rows], labels[rows], group=sizes[held], reference=learn)
    stop = lightgbm.early_stopping(30, verbose=False)
    trees = lightgbm.train(settings, learn, 400, valid_sets=[judge], callbacks=[stop]).best_iteration
    return lightgbm.train(settings, lightgbm.Dataset(features, labels, group=sizes), max(trees, 1)), {"trees": trees}


@dataclass(frozen=True)
class Blend:
    """A weight for every feature, on a logarithmic and standardised scale."""

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray

    @staticmethod
    def logs(features: np.ndarray) -> np.ndarray:
        """Features without gaps and without long tails."""
        known = np.nan_to_num(features)
        return np.sign(known) * np.log1p(np.abs(known))

    def predict(self, features: np.ndarray) -> np.ndarray:
        """float [rows], higher is better."""
        return (self.logs(features) - self.mean) / self.scale @ self.weights


def fit_blend(tables: list[tuple[np.ndarray, np.ndarray, np.ndarray]], seed: int) -> tuple[Blend, dict[str, int]]:
    """The weights under which a softmax over each list gives its right answers the most probability."""
    from scipy.optimize import minimize

    features, labels, sizes = (np.concatenate(column) for column in zip(*tables, strict=True))
    x = Blend.logs(features)
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = (x - mean) / scale
    starts, right = np.r_[0, np.cumsum(sizes)[:-1]], labels > 0

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = x @ weights
        scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
        mass = np.exp(scores)
        all_mass, right_mass = np.add.reduceat(mass, starts), np.add.reduceat(mass * right, starts)
        pull = mass / np.repeat(all_mass, sizes) - mass * right / np.repeat(right_mass, sizes)
        gradient = x.T @ pull / len(sizes) + 2e-4 * weights
        return float(-np.log(right_mass / all_mass).mean() + 1e-4 * weights @ weights), gradient

    fitted = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return Blend(mean, scale, fitted.x), {"weights": x.shape[1]}


SECOND_STAGE = {"boosted_ranker": fit_ranker, "linear_blend": fit_blend}


def ordered(ranker: Any, chunks: Iterator[Chunk], k: int, users: int) -> np.ndarray:
    """int [users, k]: the candidates by the ranker's score, -1 beyond."""
    lists = np.full((users, k), -1)
    for chosen, features, part in chunks:
        scores = ranker.predict(features.reshape(-1, features.shape[2])).reshape(chosen.shape)
        best = top(np.where(chosen >= 0, scores, -np.inf), k)
        found = np.take_along_axis(chosen, np.maximum(best, 0), axis=1)
        lists[part, : best.shape[1]] = np.where(best >= 0, found, -1)
    return lists


def two_stages(log: Log, k: int, args: argparse.Namespace, clock: Clock) -> tuple[Lists, dict[str, Any]]:
    """Candidates and features by whichever of the two fits the log, the second stage by the method's name."""
    return (next_basket if log.has_calendar else leave_one_out)(log, k, args, clock)


if __name__ == "__main__":
    main(dict.fromkeys(SECOND_STAGE, two_stages))
