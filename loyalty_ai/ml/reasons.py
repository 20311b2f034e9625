"""Why an item is recommended, in the cheap form that every list can afford."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np

from loyalty_ai.ml.evidence import Origin
from loyalty_ai.ml.ranker import Ranker, TreeRanker


class ReasonKind(IntEnum):
    """Append only: artifacts and tables store the numbers."""

    POPULAR = 0
    HISTORY = 1
    REPEAT = 2
    NEW = 3


STANDS_OUT = 1.5
"""A past item is a reason if it brings so many times an even share of the evidence. Chosen on an earlier window of Online
Retail: below, removing it left every tenth score where it was, mostly of customers with a handful of past items."""

OWN = ("count", "frequency_", "quantity", "days_since", "own_interval", "due", "in_latest")
"""How the names of evidence begin that a user's purchases of the item itself make up."""

Speech = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From past items [h] and other items [k] to float [h, k]: how strongly each of the past speaks for each of the others."""


def list_reasons(
    items: np.ndarray, users: np.ndarray, *, origin: Origin, ranker: Ranker
) -> tuple[np.ndarray, np.ndarray]:
    """A reason for each listed item: of what the ranker relies on, the past item that brought the largest part.

    An item bought before is its own reason. For another, every piece of evidence that adds up over the history is divided
    among the past items that brought it, and weighs as much as the ranker relies on it. Where no past item stands out, or
    the ranker looks at none, the item is merely popular. `occlusion` is the exact form.

    Args:
        items: int32 [n, k], -1 = none, listed for `users` [n] by `ranker` at `origin`.

    Returns:
        int32 [n, k] the past item (for an item bought before itself), -1 where there is none, and int8 [n, k] `ReasonKind`.
    """
    reason_items = np.full(items.shape, -1, np.int32)
    kinds = np.full(items.shape, ReasonKind.POPULAR, np.int8)
    weights = reliance(ranker)
    own = any(name.startswith(OWN) for name, weight in weights.items() if weight)
    spoken = {name: parts for name, parts in _spoken(origin).items() if weights.get(name)}
    total = sum(weights[name] for name in spoken)
    count = origin.history.count
    for row, (user, listed) in enumerate(zip(users, items, strict=True)):
        bought = count.indices[count.indptr[user] : count.indptr[user + 1]]
        again = np.isin(listed, bought)
        if own:
            reason_items[row, again], kinds[row, again] = listed[again], ReasonKind.REPEAT
        new = np.flatnonzero(~again & (listed >= 0))
        if not (len(bought) and len(new) and spoken):
            continue
        part = np.zeros((len(bought), len(new)))
        for name, (profile, speech) in spoken.items():
            said = np.maximum(_row(profile, user)[bought][:, None] * speech(bought, listed[new]), 0)
            part += weights[name] / total * said / np.maximum(said.sum(axis=0), 1e-12)
        best = part.argmax(axis=0)
        found = part.max(axis=0) * len(bought) >= STANDS_OUT
        reason_items[row, new[found]], kinds[row, new[found]] = bought[best[found]], ReasonKind.HISTORY
    return reason_items, kinds


def reliance(ranker: Ranker) -> dict[str, float]:
    """How much a ranker relies on each piece of evidence: what its splits gained in all, or the size of its weight."""
    if isinstance(ranker, TreeRanker):
        return dict(zip(ranker.names, ranker.booster.feature_importance("gain").tolist(), strict=True))
    return dict(zip(ranker.names, np.abs(ranker.weights).tolist(), strict=True))


def _spoken(origin: Origin) -> dict[str, tuple[Any, Speech]]:
    """The evidence that adds up over the history: its name, CSR [users, items] what each past item weighs in it, and how it
    speaks for others."""
    history, counts, text = origin.history, origin.counts, origin.text
    ever = history.count.sign()
    found = {
        f"transition_{window}": (history.latest if window == 1 else history.recent, _entries(table))
        for window, table in counts.transitions.items()
    }
    found |= {
        "cosine": (ever, _entries(counts.cosine)),
        "cosine_last": (history.latest, _entries(counts.cosine)),
        "together": (ever, _entries(counts.together)),
        "together_last": (history.recent, _entries(counts.together)),
    }
    if counts.ease is not None:
        found["ease"] = ever, _entries(counts.ease)
        found["ease_recent"] = history.decayed[60], _entries(counts.ease_recent)
    if text is not None:
        found["text_similarity"] = ever, lambda past, others: text[past] @ text[others].T
    return found


def _entries(table: Any) -> Speech:
    if isinstance(table, np.ndarray):
        return lambda past, others: table[past[:, None], others]
    return lambda past, others: table[past][:, others].toarray()


def _row(matrix: Any, row: int) -> np.ndarray:
    """A row of a CSR matrix, dense."""
    found, part = np.zeros(matrix.shape[1], np.float32), slice(matrix.indptr[row], matrix.indptr[row + 1])
    found[matrix.indices[part]] = matrix.data[part]
    return found
