"""Plain counts: popularity, recent popularity, personal frequency, transitions, EASE."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.output import Clock
from benchmarks.peers.boosted_ranker import ease as ease_weights
from benchmarks.peers.boosted_ranker import followed, recent
from benchmarks.peers.files import DAY, Lists, Log, Method, list_all, main

Score = Callable[[np.ndarray], np.ndarray]
"""Scores float [users, items] of some users."""


def popularity(log: Log) -> Score:
    """Rows that hold the item."""
    sales = np.bincount(log.item, minlength=len(log.items)).astype(float)
    return lambda users: np.repeat(sales[None], len(users), axis=0)


def recent_popularity(log: Log) -> Score:
    """Rows of the last 30 days that hold the item, ties by all."""
    latest = log.take(log.time > log.time.max() - 30 * DAY)
    return lambda users: popularity(latest)(users) + 1e-6 * popularity(log)(users)


def personal_frequency(log: Log) -> Score:
    """The user's own rows with the item, ties by recent popularity."""
    everyone = recent(log, len(log.user), fading=False)
    popular = recent_popularity(log)
    return lambda users: everyone[users].toarray() + 1e-6 * popular(users)


def transitions(log: Log) -> Score:
    """What came next after the last two items, weights 1 and 1/2; ties by popularity."""
    table, last, popular = followed(log, 1), recent(log, 2, fading=True), popularity(log)
    return lambda users: (last[users] @ table).toarray() + 1e-6 * popular(users)


def ease(log: Log) -> Score:
    """EASE (Steck 2019) on who had what."""
    weights = ease_weights(log.history)
    return lambda users: log.history[users] @ weights


def _method(fit: Callable[[Log], Score]) -> Method:
    def method(log: Log, k: int, args: argparse.Namespace, clock: Clock) -> tuple[Lists, dict[str, Any]]:
        with clock.part("training"):
            score = fit(log)
        with clock.part("scoring"):
            return list_all(log, score, k), {}

    return method


if __name__ == "__main__":
    counts = (popularity, recent_popularity, personal_frequency, transitions, ease)
    main({function.__name__: _method(function) for function in counts})
