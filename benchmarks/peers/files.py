"""What every next-item peer has in common: it reads the training file, is timed, and writes ranked lists, as our command does.

Only numpy, scipy and the standard library, because some peers live in an environment of their own.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse

from benchmarks.output import Clock, peak_memory_mb, whole_file

DAY = 86_400


@dataclass(frozen=True)
class Log:
    """Rows sorted by (user, time, basket), as the report writes them: TIMESTAMP is an integer.

    Args:
        users, items: their keys, ascending.
        user, item: int32 [n], positions in these.
        time: int64 [n], seconds or positions.
        basket: int64 [n], ascending; rows of one user that happened together share it.
        quantity, price: float64 [n], 1 and nan where the file has none.
    """

    users: np.ndarray
    items: np.ndarray
    user: np.ndarray
    item: np.ndarray
    time: np.ndarray
    basket: np.ndarray
    quantity: np.ndarray
    price: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.users), len(self.items)

    @cached_property
    def history(self) -> sparse.csr_matrix:
        """CSR float32 [users, items] of ones: what each user had."""
        table = sparse.csr_matrix((np.ones(len(self.user), np.float32), (self.user, self.item)), shape=self.shape)
        table.data[:] = 1
        return table

    def take(self, rows: np.ndarray) -> Log:
        """The same users and items with only these rows."""
        columns = ("user", "item", "time", "basket", "quantity", "price")
        return Log(self.users, self.items, *(getattr(self, name)[rows] for name in columns))

    @cached_property
    def has_calendar(self) -> bool:
        """Whether times are seconds and not positions."""
        return bool(self.time.max() > DAY * 365)


def read_log(path: Path) -> Log:
    """The report's training file; BASKET_ID, QUANTITY and PRICE may be missing."""
    with gzip.open(path, "rt", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        columns = dict(zip(header, zip(*reader, strict=True), strict=True))
    users, user = np.unique(np.array(columns["USER_ID"]), return_inverse=True)
    items, item = np.unique(np.array(columns["ITEM_ID"]), return_inverse=True)
    time = np.array(columns["TIMESTAMP"], np.int64)
    _, own = np.unique(np.array(columns.get("BASKET_ID", columns["TIMESTAMP"])), return_inverse=True)
    order = np.lexsort((own, time, user))
    user, item, time, own = user[order], item[order], time[order], own[order]
    new = np.ones(len(user), bool)
    new[1:] = (np.diff(user) != 0) | (np.diff(time) != 0) | (np.diff(own) != 0)
    n = len(user)
    return Log(
        users,
        items,
        user.astype(np.int32),
        item.astype(np.int32),
        time,
        np.cumsum(new) - 1,
        np.array(columns["QUANTITY"], float)[order] if "QUANTITY" in columns else np.ones(n),
        np.array(columns["PRICE"], float)[order] if "PRICE" in columns else np.full(n, np.nan),
    )


Lists = dict[str, np.ndarray]
"""Mode (`repeats`, `new_only`) -> int [users, k], positions of items from best to worst, -1 where a list ends."""


def top(scores: np.ndarray, k: int) -> np.ndarray:
    """int [n, k]: the best finite scores of each row, best first, -1 beyond."""
    k = min(k, scores.shape[1])
    part = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    values = np.take_along_axis(scores, part, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    values, items = np.take_along_axis(values, order, axis=1), np.take_along_axis(part, order, axis=1)
    return np.where(np.isfinite(values), items, -1)


def list_all(log: Log, score: Callable[[np.ndarray], np.ndarray], k: int, *, chunk: int = 1024) -> Lists:
    """Both lists of every user from `score`, which gives float [len(users), items] of some users, -inf for no item."""
    found: dict[str, list[np.ndarray]] = {"repeats": [], "new_only": []}
    for start in range(0, len(log.users), chunk):
        users = np.arange(start, min(start + chunk, len(log.users)))
        scores = score(users)
        found["repeats"].append(top(scores, k))
        found["new_only"].append(top(np.where(log.history[users].toarray() > 0, -np.inf, scores), k))
    return {mode: np.concatenate(parts) for mode, parts in found.items()}


def write_lists(log: Log, lists: Lists, out: Path) -> None:
    """`user,item,rank` of both modes, to `out` and `out`.new, compressed."""
    for mode, path in (("repeats", out), ("new_only", out.with_name(out.name + ".new"))):
        rows, places = np.nonzero(lists[mode] >= 0)
        items = log.items[lists[mode][rows, places]]
        lines = map(
            ",".join, zip(log.users[rows].tolist(), items.tolist(), map(str, (places + 1).tolist()), strict=True)
        )
        with whole_file(path, compress=True) as stream:
            stream.write(("user,item,rank\n" + "\n".join(lines) + "\n").encode())


Method = Callable[[Log, int, argparse.Namespace, Clock], tuple[Lists, dict[str, Any]]]
"""(log, k, arguments, clock) -> lists and details worth printing; times its parts `training` and `scoring`."""


def main(methods: dict[str, Method]) -> None:
    """The command of a peer: `--method NAME --train FILE --k K --out OUT [--seed S] [--minutes M] [--candidates N]`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", choices=methods, required=True)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--k", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--candidates", type=int, default=120)
    args = parser.parse_args()
    clock = Clock()
    with clock.part("preparing"):
        log = read_log(args.train)
    lists, details = methods[args.method](log, args.k, args, clock)
    write_lists(log, lists, args.out)
    print(json.dumps({"seconds": clock.total(), "peak_memory_mb": peak_memory_mb(), **details}))
