"""Label windows, and the candidate tables that the second stage learns from."""

from __future__ import annotations

import numpy as np

from loyalty_ai.ml.config import TrainingConfig
from loyalty_ai.ml.evaluation import MODES, LabelWindow, label_window, without
from loyalty_ai.ml.evidence import Origin
from loyalty_ai.ml.ranker import CandidateTable, joined
from loyalty_ai.ml.sequences import Baskets

DAY = 86_400
MIN_WINDOW_USERS = 20
"""A window with fewer returning users teaches and proves nothing."""

NEGATIVES = {"repeats": 60, "new_only": 150}
"""Wrong candidates per user that a ranker learns from; new items are the harder choice and gain from more."""


def label_windows(
    baskets: Baskets, *, cutoff: int, training: TrainingConfig, n_users: int, n_items: int
) -> list[LabelWindow]:
    """Consecutive windows that end at `cutoff`, earliest first: those to learn from, then the one to evaluate.

    Going back it stops at the first window with fewer than `MIN_WINDOW_USERS` returning users, so it may be empty, and once
    those to learn from hold `training.window_users` users: data before the earliest window is the decoder's alone. A window
    with more users than that keeps a seeded sample.
    """
    length = int(training.window_days * DAY)
    windows: list[LabelWindow] = []
    for index in range(training.ranker_windows + 1):
        end = cutoff - index * length
        window = label_window(baskets, origin=end - length, end=end, n_users=n_users, n_items=n_items)
        enough = sum(len(later.users) for later in windows[1:]) >= training.window_users
        if enough or len(window.users) < MIN_WINDOW_USERS:
            break
        windows.append(window.sample(training.window_users, seed=(training.seed, index)))
    return windows[::-1]


def candidate_tables(
    origin: Origin, window: LabelWindow, names: tuple[str, ...], *, per_source: int, seed: int
) -> dict[str, CandidateTable]:
    """For each mode, the right candidates of the window's users and a seeded sample of the wrong ones.

    Only what was proposed is learnt from; a user whose right answers were all missed teaches nothing and is left out.
    """
    order = np.random.default_rng(seed)
    targets = {"repeats": window.targets, "new_only": without(window.targets, window.history)}
    parts: dict[str, list[CandidateTable]] = {mode: [] for mode in MODES}
    for part, evidence in origin.chunks(window.users):
        proposed = evidence.candidates(per_source)
        for mode in MODES:
            right = targets[mode][part].toarray() & proposed
            wrong = proposed & ~right if mode == "repeats" else proposed & ~right & ~evidence.bought
            chosen = (right | _sample(wrong, NEGATIVES[mode], order)) & right.any(axis=1, keepdims=True)
            rows, items = np.nonzero(chosen)
            sizes = np.bincount(rows, minlength=len(chosen))
            parts[mode].append(
                CandidateTable(
                    evidence.features(rows, items, names), names, right[rows, items].astype(np.int8), sizes[sizes > 0]
                )
            )
    return {mode: joined(tables) for mode, tables in parts.items()}


def _sample(mask: np.ndarray, size: int, order: np.random.Generator) -> np.ndarray:
    """bool like `mask`: at most `size` of each row's true cells, uniformly."""
    if mask.shape[1] <= size:
        return mask
    draw = np.where(mask, order.random(mask.shape, dtype=np.float32), 2)
    kept = np.zeros_like(mask)
    np.put_along_axis(kept, np.argpartition(draw, size - 1, axis=1)[:, :size], values=True, axis=1)
    return kept & mask
