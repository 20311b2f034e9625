"""Why an item is recommended, in the cheap form that every list can afford."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np

from loyalty_ai.ml.counts import dense_rows


class ReasonKind(IntEnum):
    """Append only: artifacts and tables store the numbers."""

    POPULAR = 0
    HISTORY = 1
    REPEAT = 2


REPEAT_BASKETS = 2
"""Baskets with an item after which buying it counts as a habit."""


def list_reasons(items: np.ndarray, *, count: Any, likeness: Any) -> tuple[np.ndarray, np.ndarray]:
    """A reason for each listed item.

    Args:
        items: int32 [n, k], -1 = none.
        count: CSR [n, items], baskets of each user with each item.
        likeness: CSR or dense [items, items]; row i says how strongly i speaks for the others.

    Returns:
        int32 [n, k] the past item that speaks most for the listed one (for a habit the item itself), -1 where none does,
        and int8 [n, k] `ReasonKind`.
    """
    reason_items = np.full(items.shape, -1, np.int32)
    kinds = np.full(items.shape, ReasonKind.POPULAR, np.int8)
    for row, listed in enumerate(items):
        history = slice(count.indptr[row], count.indptr[row + 1])
        bought, times = count.indices[history], count.data[history]
        if not len(bought):
            continue
        real = np.flatnonzero(listed >= 0)
        block = dense_rows(likeness, bought)[:, listed[real]]
        block = np.where(bought[:, None] == listed[real], 0, block)
        best = block.argmax(axis=0)
        found = block[best, np.arange(len(real))] > 0
        reason_items[row, real[found]] = bought[best[found]]
        kinds[row, real[found]] = ReasonKind.HISTORY
        habit = np.isin(listed, bought[times >= REPEAT_BASKETS]) & (listed >= 0)
        reason_items[row, habit] = listed[habit]
        kinds[row, habit] = ReasonKind.REPEAT
    return reason_items, kinds
