"""Exact reasons: what a score would have been, had one thing never been bought."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from loyalty_ai.ml.evidence import Evidence, Origin
from loyalty_ai.ml.ranker import Ranker, ranked_scores
from loyalty_ai.ml.sequences import Baskets, user_spans


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
    copies = len(history) + 1
    imagined = origin.imagined(without(past, np.full(copies, user), np.concatenate([[-1], history])), copies)
    group = np.union1d(among, items)
    places = np.searchsorted(group, items)
    scores = []
    for part, evidence in imagined.chunks(np.arange(copies)):
        scores.append(_scores(evidence, part.stop - part.start, group, ranker)[:, places])
    score = np.concatenate(scores)
    return history.astype(np.int32), score[0] - score[1:]


def _scores(evidence: Evidence, n: int, items: np.ndarray, ranker: Ranker) -> np.ndarray:
    rows, columns = np.repeat(np.arange(n), len(items)), np.tile(items, n)
    features = evidence.features(rows, columns, ranker.names)
    return ranker.predict(features, np.full(n, len(items))).reshape(n, len(items))


def falls(
    origin: Origin,
    users: np.ndarray,
    items: np.ndarray,
    because: np.ndarray,
    ranker: Ranker,
    among: Callable[[Evidence], np.ndarray],
) -> np.ndarray:
    """How much single scores fall, each when one named item leaves its user's history: the removal test of many reasons.

    Args:
        users, items, because: int [n], the score of `items[j]` for `users[j]` is explained by `because[j]`.
        among: gives bool [u, items], what a chunk of users was ranked among.

    Returns:
        float32 [n], the score less the score without; above 0 where the reason is true.
    """
    imagined = origin.imagined(without(origin.past, users, because), len(users))
    fallen = np.zeros(len(users), np.float32)
    everyone = np.arange(len(users))
    for (part, real), (_, lacking) in zip(origin.chunks(users), imagined.chunks(everyone), strict=True):
        rows, listed = everyone[: part.stop - part.start], items[part]
        group = among(real)
        group[rows, listed] = True
        scores = [ranked_scores(evidence, ranker, group)[rows, listed] for evidence in (real, lacking)]
        fallen[part] = scores[0] - scores[1]
    return fallen


def without(past: Baskets, users: np.ndarray, left_out: np.ndarray) -> Baskets:
    """The baskets of imagined users: user j is `users[j]` who never held the item `left_out[j]` (-1 = nothing is left out)."""
    spans = user_spans(past, int(users.max(initial=-1)) + 1)
    owner, baskets = _ranges(spans[users], spans[users + 1])
    row, entries = _ranges(past.offsets[baskets], past.offsets[baskets + 1])
    kept = past.items[entries] != left_out[owner[row]]
    sizes = np.bincount(row[kept], minlength=len(baskets))
    whole = Baskets(
        user=owner.astype(np.int32),
        time=past.time[baskets],
        event=past.event[baskets],
        value=past.value[baskets],
        offsets=np.concatenate([[0], np.cumsum(sizes)]),
        items=past.items[entries[kept]],
        quantity=past.quantity[entries[kept]],
    )
    return whole.take(sizes > 0)


def _ranges(starts: np.ndarray, stops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every number of every range [start, stop), after the position of its range."""
    sizes = stops - starts
    owner = np.repeat(np.arange(len(sizes)), sizes)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes - starts, sizes)
