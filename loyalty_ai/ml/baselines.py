"""Honest baselines: each a function of the same evidence that the model sees."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from loyalty_ai.ml.evidence import Evidence

Baseline = Callable[[Evidence], np.ndarray]
"""Evidence of u users -> float32 [u, items], higher is better."""


def popularity(evidence: Evidence) -> np.ndarray:
    """Baskets that ever held the item, anonymous ones included."""
    return evidence.dense("sales")


def recent_popularity(evidence: Evidence) -> np.ndarray:
    """Baskets of the last 30 days that held the item, ties by all of them."""
    return _then(evidence.dense("popularity_30"), evidence.dense("sales"))


def personal_frequency(evidence: Evidence) -> np.ndarray:
    """The user's own baskets with the item, ties (all new items) by recent popularity."""
    return _then(evidence.dense("count"), recent_popularity(evidence))


def transitions(evidence: Evidence) -> np.ndarray:
    """What followed the items of the user's last basket, ties by recent popularity."""
    return _then(evidence.dense("transition_1"), recent_popularity(evidence))


def cosine(evidence: Evidence) -> np.ndarray:
    """Item-to-item cosine with the user's history, ties by recent popularity."""
    return _then(evidence.dense("cosine"), recent_popularity(evidence))


def ease(evidence: Evidence) -> np.ndarray:
    """EASE on the user's history, ties by recent popularity; cosine where the catalogue is too large for EASE."""
    if "ease" not in evidence.columns:
        return cosine(evidence)
    return _then(evidence.dense("ease"), recent_popularity(evidence))


BASELINES: dict[str, Baseline] = {
    function.__name__: function
    for function in (popularity, recent_popularity, personal_frequency, transitions, cosine, ease)
}


def _then(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """`first`, with `second` squeezed below the steps that matter, to break ties."""
    top = np.max(second, axis=1, keepdims=True)
    return first.astype(np.float64) + 1e-6 * second / np.maximum(top, 1e-9)
