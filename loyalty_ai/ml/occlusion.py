"""Exact reasons: what a score would have been, had one thing never been bought."""

from __future__ import annotations

import numpy as np

from loyalty_ai.ml.evidence import Evidence, Origin
from loyalty_ai.ml.ranker import Ranker
from loyalty_ai.ml.sequences import Baskets


def occlusion(
    origin: Origin, user: int, items: np.ndarray, ranker: Ranker, among: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How much the score of each of `items` falls when one item leaves the user's history.

    The shop's counts stay as they are: only the user's own past is imagined without the item (baskets that held nothing else
    are gone with it). It costs one pass over as many imagined users as the history has items.

    Args:
        user: a position with at least one purchase before the origin.
        items: int [m], positions of the items whose scores are explained.
        among: int [c], the candidates that they were ranked among: a blend's score depends on the whole group.

    Returns:
        int32 [h] the distinct items of the history, ascending, and float32 [h, m] the score less the score without.
    """
    past = origin.past.take(origin.past.user == user)
    history = np.unique(past.purchases().items)
    imagined = origin.imagined(without_each(past, history), len(history) + 1)
    group = np.union1d(among, items)
    places = np.searchsorted(group, items)
    scores = []
    for part, evidence in imagined.chunks(np.arange(len(history) + 1)):
        scores.append(_scores(evidence, part.stop - part.start, group, ranker)[:, places])
    score = np.concatenate(scores)
    return history.astype(np.int32), score[0] - score[1:]


def _scores(evidence: Evidence, n: int, items: np.ndarray, ranker: Ranker) -> np.ndarray:
    rows, columns = np.repeat(np.arange(n), len(items)), np.tile(items, n)
    features = evidence.features(rows, columns, ranker.names)
    return ranker.predict(features, np.full(n, len(items))).reshape(n, len(items))


def without_each(past: Baskets, items: np.ndarray) -> Baskets:
    """One user's baskets as those of many imagined ones: user 0 is unchanged, user j + 1 lacks `items[j]`."""
    copies = len(items) + 1
    left_out = np.concatenate([[-1], items])
    kept = past.items[None, :] != left_out[:, None]  # [copies, m]
    sizes = np.add.reduceat(kept, past.offsets[:-1], axis=1).ravel()
    whole = Baskets(
        user=np.repeat(np.arange(copies, dtype=np.int32), len(past)),
        time=np.tile(past.time, copies),
        event=np.tile(past.event, copies),
        value=np.tile(past.value, copies),
        offsets=np.concatenate([[0], np.cumsum(sizes)]),
        items=np.broadcast_to(past.items, kept.shape)[kept],
        quantity=np.broadcast_to(past.quantity, kept.shape)[kept],
    )
    return whole.take(sizes > 0)
