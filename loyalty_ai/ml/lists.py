"""Top lists: from scores to ranked items."""

from __future__ import annotations

import numpy as np
import torch


def top_items(scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The best `k` of each row, best first.

    Args:
        scores: float [n, items], -inf for what may not be listed.

    Returns:
        int32 [n, k] items, -1 where a row has fewer, and float32 [n, k] their scores, 0 there.
    """
    width = min(k, scores.shape[1])
    values, top = (
        found.numpy() for found in torch.from_numpy(np.require(scores, requirements="CW")).topk(width, dim=1)
    )
    items = np.full((len(scores), k), -1, np.int32)
    kept = np.zeros((len(scores), k), np.float32)
    real = np.isfinite(values)
    items[:, :width] = np.where(real, top, -1)
    kept[:, :width] = np.where(real, values, 0)
    return items, kept
