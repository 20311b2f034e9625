"""The readiness ladder: the simplest model that a store's data can carry answers until a richer one proves better."""

from __future__ import annotations

import numpy as np

RUNGS = ("popularity", "personal_frequency", "linear_blend", "ranker_without_decoder", "model")
"""From the simplest to the richest, named as in the metrics."""


def choose_rung(ndcg: dict[str, np.ndarray]) -> str:
    """Climb while a richer rung has the higher NDCG@10 on the evaluation window; each kind of list climbs for itself.

    Args:
        ndcg: rung -> per-user values [n]; rungs that could not be fitted are absent.

    Returns:
        The name of a rung; "popularity" where nothing could be evaluated.
    """
    chosen, best = RUNGS[0], -np.inf
    for rung in RUNGS:
        if rung in ndcg and len(ndcg[rung]) and ndcg[rung].mean() > best:
            chosen, best = rung, float(ndcg[rung].mean())
    return chosen
