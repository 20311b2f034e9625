"""The evaluation window: the model beside every baseline and the champion, on the same users."""

from __future__ import annotations

from typing import Any

import numpy as np

from loyalty_ai.ml.baselines import BASELINES
from loyalty_ai.ml.counts import DAY
from loyalty_ai.ml.evaluation import MODES, LabelWindow, mean_and_error, paired_gain, ranking_metrics, summarise
from loyalty_ai.ml.evidence import Origin
from loyalty_ai.ml.lists import top_items
from loyalty_ai.ml.ranker import Ranker, ranked_scores

K = 10

SLICES = {"tenure": (0, 90, 180), "activity": (1, 2, 5)}
"""Where each slice of users begins: days since the first purchase, and orders so far. It ends where the next begins."""

PerUser = dict[str, dict[str, dict[str, np.ndarray]]]
"""Mode -> method -> metric -> float64 [users of the mode]."""

Lists = dict[str, np.ndarray]
"""Mode -> int32 [users of the window, K], the items that a method lists."""


def method_lists(
    origin: Origin, window: LabelWindow, rankers: dict[str, dict[str, Ranker]], *, per_source: int
) -> dict[str, Lists]:
    """The lists of every baseline and of `rankers` (rung -> mode -> ranker, where it has one) for the window's users.

    Only the rung "model" may list what the decoder proposed.
    """
    parts: dict[str, dict[str, list[np.ndarray]]] = {}
    for _, evidence in origin.chunks(window.users):
        proposed = {
            True: evidence.candidates(per_source),
            False: evidence.candidates(per_source, without=("decoder",)),
        }
        for mode in MODES:
            barred = evidence.bought if mode == "new_only" else np.zeros_like(evidence.bought)
            scored = {name: np.where(barred, -np.inf, score(evidence)) for name, score in BASELINES.items()}
            for rung, by_mode in rankers.items():
                if mode not in by_mode:
                    continue
                scored[rung] = ranked_scores(evidence, by_mode[mode], proposed[rung == "model"] & ~barred)
            for name, scores in scored.items():
                parts.setdefault(name, {}).setdefault(mode, []).append(top_items(scores, K)[0])
    return {name: {mode: np.concatenate(found) for mode, found in modes.items()} for name, modes in parts.items()}


def per_user_metrics(window: LabelWindow, lists: dict[str, Lists]) -> PerUser:
    """Every metric of every method, user by user."""
    results: PerUser = {}
    for mode in MODES:
        rows, targets = window.mode(mode)
        results[mode] = {
            name: ranking_metrics(found[mode][rows], targets) for name, found in lists.items() if mode in found
        }
    return results


def contest_metrics(origin: Origin, window: LabelWindow, per_user: PerUser, rungs: dict[str, str]) -> dict[str, Any]:
    """The JSON-able `next_basket`, `gains` (NDCG@10 of what answers minus each other), `decoder_gain` (of the ranker with
    the decoder minus without) and `slices` of `FitResult`; `rungs` says what answers in each mode."""

    def gain(mode: str, own: str, other: str) -> dict[str, float]:
        return paired_gain(per_user[mode][own]["ndcg@10"], per_user[mode][other]["ndcg@10"])

    gains = {
        mode: {name: gain(mode, rungs[mode], name) for name in methods if name != rungs[mode]}
        for mode, methods in per_user.items()
    }
    decoder, without = "model", "ranker_without_decoder"
    facts = slice_facts(origin, window.users)
    return {
        "next_basket": {
            "users": len(window.users),
            **{mode: summarise(methods) for mode, methods in per_user.items()},
        },
        "gains": gains,
        "decoder_gain": {
            mode: gain(mode, decoder, without)
            for mode, methods in per_user.items()
            if {decoder, without} <= set(methods)
        },
        "slices": {
            mode: sliced({name: values[window.mode(mode)[0]] for name, values in facts.items()}, methods, rungs[mode])
            for mode, methods in per_user.items()
        },
    }


def slice_facts(origin: Origin, users: np.ndarray) -> dict[str, np.ndarray]:
    """What `SLICES` divides `users` by, float64 [users] each, as it was known at the origin."""
    first = origin.bought.time[np.searchsorted(origin.bought.user, users)]  # baskets are in order of user and time
    return {
        "tenure": (origin.origin - first) / DAY,
        "activity": origin.users.orders[users].astype(float),
    }


def sliced(
    facts: dict[str, np.ndarray], methods: dict[str, dict[str, np.ndarray]], answers: str, metric: str = "ndcg@10"
) -> dict[str, Any]:
    """What answers beside the strongest simple baseline, in each slice of a mode's users.

    Args:
        facts: name in `SLICES` -> value of each user [n]. methods: method -> metric -> values [n].

    Returns:
        JSON-able: `metric`, the name of the `baseline` (the best of `BASELINES` over all these users, unless it is what
        answers), and a list a fact: `from` (inclusive), `below` (None: no end), `users`, of `answers` and of `baseline`
        the mean with its error, and their paired `gain` (None below two users).
    """
    simple = [name for name in BASELINES if name in methods and name != answers]
    baseline = max(simple, key=lambda name: methods[name][metric].mean() if len(methods[name][metric]) else 0)
    own, other = methods[answers][metric], methods[baseline][metric]
    result: dict[str, Any] = {"metric": metric, "baseline": baseline}
    for name, starts in SLICES.items():
        result[name] = []
        for start, end in zip(starts, (*starts[1:], None), strict=True):
            inside = (facts[name] >= start) & (facts[name] < (np.inf if end is None else end))
            result[name].append(
                {
                    "from": start,
                    "below": end,
                    "users": int(inside.sum()),
                    "answers": mean_and_error(own[inside]),
                    "baseline": mean_and_error(other[inside]),
                    "gain": paired_gain(own[inside], other[inside]) if inside.sum() > 1 else None,
                }
            )
    return result
