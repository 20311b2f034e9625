"""Top lists: from scores to ranked items."""

from __future__ import annotations

import numpy as np

from loyalty_ai.ml.evidence import Evidence
from loyalty_ai.ml.ranker import Ranker


def top_items(scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The best `k` of each row, best first, ties by position.

    Args:
        scores: float [n, items], -inf for what may not be listed.

    Returns:
        int32 [n, k] items, -1 where a row has fewer, and float32 [n, k] their scores, 0 there.
    """
    width = min(k, scores.shape[1])
    top = np.sort(np.argpartition(-scores, width - 1, axis=1)[:, :width], axis=1)
    values = np.take_along_axis(scores, top, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    top, values = np.take_along_axis(top, order, axis=1), np.take_along_axis(values, order, axis=1)
    items = np.full((len(scores), k), -1, np.int32)
    kept = np.zeros((len(scores), k), np.float32)
    real = np.isfinite(values)
    items[:, :width] = np.where(real, top, -1)
    kept[:, :width] = np.where(real, values, 0)
    return items, kept


def ranked_scores(evidence: Evidence, ranker: Ranker, mask: np.ndarray) -> np.ndarray:
    """float32 [u, items]: the ranker's scores of the cells in `mask`, -inf elsewhere."""
    rows, items = np.nonzero(mask)
    scores = np.full(mask.shape, -np.inf, np.float32)
    if len(rows):
        sizes = np.bincount(rows, minlength=len(mask))
        scores[rows, items] = ranker.predict(evidence.features(rows, items, ranker.names), sizes[sizes > 0])
    return scores
