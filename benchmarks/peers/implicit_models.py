"""ALS and BM25 item-KNN of the `implicit` library, with its own recommended settings."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import scipy.sparse as sparse

from benchmarks.output import Clock
from benchmarks.peers.files import Lists, Log, main


def als(log: Log, k: int, args: argparse.Namespace, clock: Clock) -> tuple[Lists, dict[str, Any]]:
    """Weighted matrix factorisation (Hu, Koren & Volinsky 2008)."""
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(factors=128, regularization=0.05, alpha=10.0, random_state=args.seed)
    with clock.part("training"):
        model.fit(_counts(log), show_progress=False)
    with clock.part("scoring"):
        lists = _recommended(model, log, k)
    return lists, {"parameters": model.user_factors.size + model.item_factors.size}


def bm25(log: Log, k: int, args: argparse.Namespace, clock: Clock) -> tuple[Lists, dict[str, Any]]:
    """Item-to-item neighbours under BM25 weights."""
    from implicit.nearest_neighbours import BM25Recommender

    model = BM25Recommender(K=200, K1=1.2, B=0.75)
    with clock.part("training"):
        model.fit(_counts(log), show_progress=False)
    with clock.part("scoring"):
        lists = _recommended(model, log, k)
    return lists, {}


def _counts(log: Log) -> sparse.csr_matrix:
    """CSR float32 [users, items]: in how many rows a user had an item."""
    ones = np.ones(len(log.user), np.float32)
    return sparse.csr_matrix((ones, (log.user, log.item)), shape=log.shape)


def _recommended(model: Any, log: Log, k: int) -> Lists:
    """Both lists of everybody; the library marks missing items by the lowest number there is."""
    lists = {}
    for mode, seen in (("repeats", False), ("new_only", True)):
        items, scores = model.recommend(np.arange(len(log.users)), _counts(log), N=k, filter_already_liked_items=seen)
        lists[mode] = np.where(scores > np.finfo(np.float32).min, items, -1)
    return lists


if __name__ == "__main__":
    main({"als": als, "bm25": bm25})
