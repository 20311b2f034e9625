"""The second stage: gradient-boosted trees (or a linear blend) over each candidate's evidence."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from loyalty_ai.ml.evidence import Evidence

BLEND_COLUMNS = (
    "count_per_order", "frequency_14", "frequency_30", "frequency_120", "in_latest", "transition_1", "transition_5",
    "cosine", "cosine_last", "together_last", "ease", "ease_recent", "popularity_7", "popularity_30", "sales", "decoder",
)  # fmt: skip
"""Evidence that the linear blend weighs, each divided by the user's largest value (the decoder's score by softmax)."""


@dataclass(frozen=True)
class CandidateTable:
    """Candidates of several users, one row each, grouped by user.

    Args:
        features: float32 [rows, names]. names: what the columns hold.
        label: int8 [rows], 1 for a right answer.
        groups: int64 [groups], rows of each user.
    """

    features: np.ndarray
    names: tuple[str, ...]
    label: np.ndarray
    groups: np.ndarray

    def columns(self, names: tuple[str, ...]) -> np.ndarray:
        """float32 [rows, len(names)] of the named columns."""
        return self.features[:, [self.names.index(name) for name in names]]


class Ranker(Protocol):
    """Scores candidates; higher is better, comparable within one user."""

    names: tuple[str, ...]

    def predict(self, features: np.ndarray, groups: np.ndarray) -> np.ndarray: ...

    def text(self) -> str: ...


def lightgbm_available() -> bool:
    """Whether the trees can be grown here."""
    return importlib.util.find_spec("lightgbm") is not None


class TreeRanker:
    """LightGBM LambdaRank; its file is LightGBM's own text format."""

    kind = "trees"

    def __init__(self, booster: Any, names: tuple[str, ...], threads: int | None = None) -> None:
        self.booster, self.names, self.threads = booster, names, threads or 0

    @classmethod
    def fit(
        cls, table: CandidateTable, names: tuple[str, ...], *, rounds: int, seed: int, threads: int | None
    ) -> TreeRanker:
        """Grow `rounds` trees on groups that hold at least one right answer."""
        import lightgbm

        parameters = {
            "objective": "lambdarank",
            "lambdarank_truncation_level": 20,
            "learning_rate": 0.1,
            "num_leaves": 15,
            "min_data_in_leaf": 100,
            "feature_fraction": 0.5,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "lambda_l2": 5.0,
            "max_bin": 63,
            "seed": seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": threads or 0,
            "verbosity": -1,
        }
        data = lightgbm.Dataset(table.columns(names), table.label, group=table.groups, feature_name=list(names))
        return cls(lightgbm.train(parameters, data, num_boost_round=rounds), names, threads)

    def predict(self, features: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """float32 [rows]."""
        return self.booster.predict(features, num_threads=self.threads).astype(np.float32)

    def text(self) -> str:
        """LightGBM's text format."""
        return self.booster.model_to_string()

    @classmethod
    def from_text(cls, text: str, names: tuple[str, ...], threads: int | None = None) -> TreeRanker:
        """Read what `text` wrote."""
        import lightgbm

        return cls(lightgbm.Booster(model_str=text), names, threads)


class LinearBlend:
    """A weighted sum of a few scores, each relative to the user's largest; fitted by listwise softmax regression."""

    kind = "blend"

    def __init__(self, weights: np.ndarray, names: tuple[str, ...]) -> None:
        self.weights, self.names = weights.astype(np.float32), names

    @classmethod
    def fit(cls, table: CandidateTable, names: tuple[str, ...], *, steps: int = 150) -> LinearBlend:
        """Maximise the likelihood of each user's right answers among that user's candidates."""
        import torch

        values = torch.from_numpy(relative(table.columns(names), table.groups, names))
        group = torch.from_numpy(np.repeat(np.arange(len(table.groups)), table.groups))
        right = torch.from_numpy(table.label.astype(np.float32))
        share = right / torch.zeros(len(table.groups)).index_add_(0, group, right).clamp(min=1)[group]
        weights = torch.ones(len(names), requires_grad=True)
        optimiser = torch.optim.LBFGS([weights], max_iter=steps, line_search_fn="strong_wolfe")

        def closure() -> torch.Tensor:
            optimiser.zero_grad()
            score = values @ weights
            # scores are bounded by the sum of the weights, so the plain sum of exponentials cannot overflow here
            total = torch.zeros(len(table.groups)).index_add_(0, group, score.exp())
            loss = (share * (total.log()[group] - score)).sum() / len(table.groups) + 1e-4 * weights.square().sum()
            loss.backward()
            return loss

        optimiser.step(closure)
        return cls(weights.detach().numpy(), names)

    def predict(self, features: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """float32 [rows]."""
        return relative(features, groups, self.names) @ self.weights

    def text(self) -> str:
        """One `name weight` a line."""
        return "\n".join(f"{name} {float(weight)!r}" for name, weight in zip(self.names, self.weights, strict=True))

    @classmethod
    def from_text(cls, text: str, names: tuple[str, ...]) -> LinearBlend:
        """Read what `text` wrote."""
        return cls(np.array([float(line.rsplit(" ", 1)[1]) for line in text.splitlines()]), names)


def relative(features: np.ndarray, groups: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """float32 like `features`: every column divided by its largest value in the group; log-probabilities by exp first."""
    values = np.nan_to_num(features).astype(np.float32)
    for j, name in enumerate(names):
        if name == "decoder":
            values[:, j] = np.exp(values[:, j])
    starts = np.cumsum(groups) - groups
    largest = np.maximum.reduceat(np.abs(values), starts, axis=0) if len(values) else np.ones((0, len(names)))
    return values / np.maximum(np.repeat(largest, groups, axis=0), 1e-9)


def ranker_from_text(kind: str, text: str, names: tuple[str, ...], threads: int | None = None) -> Ranker:
    """Rebuild a ranker of the given kind from its text."""
    if kind == TreeRanker.kind:
        return TreeRanker.from_text(text, names, threads)
    return LinearBlend.from_text(text, names)


def ranked_scores(evidence: Evidence, ranker: Ranker, mask: np.ndarray) -> np.ndarray:
    """float32 [u, items]: the ranker's scores of the cells in `mask`, -inf elsewhere."""
    rows, items = np.nonzero(mask)
    scores = np.full(mask.shape, -np.inf, np.float32)
    if len(rows):
        sizes = np.bincount(rows, minlength=len(mask))
        scores[rows, items] = ranker.predict(evidence.features(rows, items, ranker.names), sizes[sizes > 0])
    return scores
