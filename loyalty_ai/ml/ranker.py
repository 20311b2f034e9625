"""The second stage: gradient-boosted trees (or a linear blend) over each candidate's evidence."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from loyalty_ai.ml.config import TrainingConfig
from loyalty_ai.ml.evidence import Evidence

logger = logging.getLogger(__name__)

BLEND_COLUMNS = (
    "count_per_order", "frequency_14", "frequency_30", "frequency_120", "in_latest", "transition_1", "transition_5",
    "cosine", "cosine_last", "together_last", "ease", "ease_recent", "text_similarity", "popularity_7", "popularity_30",
    "popularity_90", "sales", "loyalty", "decoder",
)  # fmt: skip
"""Evidence that the linear blend weighs, see `comparable`."""

BLEND_SHARE = {"repeats": 0.0, "new_only": 0.25}
"""How much of the blend's score is added to the trees': chosen on two windows of Online Retail, where adding a quarter raised
NDCG@10 of new items by 1.5 % and none was best where items repeat."""

COUNTED = ("count", "frequency", "in_latest", "popularity", "sales", "loyalty")


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

    kind: str
    names: tuple[str, ...]

    def predict(self, features: np.ndarray, groups: np.ndarray) -> np.ndarray: ...

    def text(self) -> str: ...


class LinearBlend:
    """A weighted sum of a few scores made comparable; fitted by listwise softmax regression."""

    kind = "blend"

    def __init__(self, weights: np.ndarray, names: tuple[str, ...]) -> None:
        self.weights, self.names = weights.astype(np.float32), names

    @classmethod
    def fit(cls, table: CandidateTable, names: tuple[str, ...], *, steps: int = 150) -> LinearBlend:
        """Maximise the likelihood of each user's right answers among that user's candidates."""
        import torch

        values = torch.from_numpy(comparable(table.columns(names), table.groups, names))
        group = torch.from_numpy(np.repeat(np.arange(len(table.groups)), table.groups))
        right = torch.from_numpy(table.label.astype(np.float32))
        share = right / torch.zeros(len(table.groups)).index_add_(0, group, right).clamp(min=1)[group]
        weights = torch.ones(len(names), requires_grad=True)
        optimiser = torch.optim.LBFGS([weights], max_iter=steps, line_search_fn="strong_wolfe")

        def closure() -> torch.Tensor:
            optimiser.zero_grad()
            score = values @ weights
            top = torch.full((len(table.groups),), -torch.inf).scatter_reduce(0, group, score.detach(), "amax")
            score = score - top[group]
            total = torch.zeros(len(table.groups)).index_add_(0, group, score.exp())
            loss = (share * (total.log()[group] - score)).sum() / len(table.groups) + 1e-4 * weights.square().sum()
            loss.backward()
            return loss

        optimiser.step(closure)
        return cls(weights.detach().numpy(), names)

    def predict(self, features: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """float32 [rows]."""
        return comparable(features, groups, self.names) @ self.weights

    def text(self) -> str:
        """One `name weight` a line."""
        return "\n".join(f"{name} {float(weight)!r}" for name, weight in zip(self.names, self.weights, strict=True))

    @classmethod
    def from_text(cls, text: str) -> LinearBlend:
        """Read what `text` wrote."""
        pairs = [line.rsplit(" ", 1) for line in text.splitlines()]
        return cls(np.array([float(weight) for _, weight in pairs]), tuple(name for name, _ in pairs))

    def scaled(self, share: float) -> LinearBlend:
        """The same order of items, with scores `share` as large; nothing at all for 0."""
        return LinearBlend(self.weights * share, self.names) if share else LinearBlend(np.zeros(0), ())


class TreeRanker:
    """LightGBM LambdaRank over all evidence, plus a share of the linear blend.

    Its file is the blend's lines, an empty line, and LightGBM's own text format.
    """

    kind = "trees"

    def __init__(self, booster: Any, names: tuple[str, ...], blend: LinearBlend, threads: int | None = None) -> None:
        self.booster, self.names, self.blend, self.threads = booster, names, blend, threads or 0

    @classmethod
    def fit(
        cls, table: CandidateTable, names: tuple[str, ...], *, blend: LinearBlend, rounds: int, seed: int
    ) -> TreeRanker:
        """Grow `rounds` trees on groups that hold a right answer; one thread, so every machine grows the same.

        `blend` is added as it is: its weights already carry its share.
        """
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
            "num_threads": 1,
            "verbosity": -1,
        }
        data = lightgbm.Dataset(table.columns(names), table.label, group=table.groups, feature_name=list(names))
        return cls(lightgbm.train(parameters, data, num_boost_round=rounds), names, blend)

    def predict(self, features: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """float32 [rows]."""
        grown = self.booster.predict(features, num_threads=self.threads).astype(np.float32)
        if not self.blend.names:
            return grown
        return grown + self.blend.predict(features[:, [self.names.index(name) for name in self.blend.names]], groups)

    def text(self) -> str:
        """The blend's lines, an empty line, LightGBM's text format."""
        return f"{self.blend.text()}\n\n{self.booster.model_to_string()}"

    @classmethod
    def from_text(cls, text: str, names: tuple[str, ...], threads: int | None = None) -> TreeRanker:
        """Read what `text` wrote."""
        import lightgbm

        lines, _, trees = text.partition("\n\n")
        return cls(lightgbm.Booster(model_str=trees), names, LinearBlend.from_text(lines), threads)


def lightgbm_available() -> bool:
    """Whether the trees can be grown here; its macOS wheel is of no use without an OpenMP library, and says so by an OSError."""
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def comparable(features: np.ndarray, groups: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """float32 like `features`, every column brought to about [0, 1]: counts by their logarithm, the decoder's
    log-probability shifted and scaled, other scores over the largest of the group; nan becomes 0."""
    values = np.nan_to_num(features).astype(np.float32)
    starts = np.cumsum(groups) - groups
    for j, name in enumerate(names):
        column = values[:, j]
        if name == "decoder":
            column[:] = (column + 8) / 2
        elif name.startswith(COUNTED):
            column[:] = np.log1p(column) * (1 / 3 if name.startswith(("popularity", "sales")) else 1)
        elif len(column):
            largest = np.maximum.reduceat(np.abs(column), starts)
            column /= np.maximum(np.repeat(largest, groups), 1e-9)
    return values


def ranker_from_text(kind: str, text: str, names: tuple[str, ...], threads: int | None = None) -> Ranker:
    """Rebuild a ranker of the given kind from its text."""
    if kind == TreeRanker.kind:
        return TreeRanker.from_text(text, names, threads)
    return LinearBlend.from_text(text)


FIXED = {
    "popularity": LinearBlend(np.array([1.0, 0.01]), ("popularity_30", "sales")),
    "personal_frequency": LinearBlend(np.array([1.0, 0.01]), ("count", "popularity_30")),
}
"""The rankers of the rungs that learn nothing."""


def fit_rankers(
    tables: list[dict[str, CandidateTable]],
    wanted: Iterable[tuple[str, str]],
    *,
    training: TrainingConfig,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, dict[str, Ranker]]:
    """Rung -> mode -> ranker for each `wanted` (rung, mode), learnt from the candidates of `tables` (windows, earliest first).

    The linear blend learns from the latest window, the trees from all. Without LightGBM the trees' place is taken by a blend
    over all windows, with the decoder's score among its evidence where the rung has it.
    """
    trees = lightgbm_available()
    if not trees:
        logger.warning("lightgbm cannot be imported: the ranker is a linear blend")

    def fit_one(rung: str, mode: str) -> Ranker:
        table = everything[mode]
        names = tuple(name for name in table.names if rung == "model" or name != "decoder")
        blended = tuple(name for name in BLEND_COLUMNS if name in names)
        if not len(table.groups):  # no window has an answer of this mode: all evidence counts the same
            return LinearBlend(np.ones(len(blended)), blended)
        if rung != "linear_blend" and not trees:
            return LinearBlend.fit(table, blended)
        latest = next(found[mode] for found in reversed(tables) if len(found[mode].groups))
        blend = LinearBlend.fit(latest, blended)
        if rung == "linear_blend":
            return blend
        return TreeRanker.fit(
            table, names, blend=blend.scaled(BLEND_SHARE[mode]), rounds=training.rounds, seed=training.seed
        )

    everything = {mode: joined([table[mode] for table in tables]) for mode in tables[-1]}
    fitted: dict[str, dict[str, Ranker]] = {}
    # whole rankers side by side, each on one thread: trees are too small for their threads to wait for one another
    with ThreadPoolExecutor(training.threads or os.cpu_count()) as pool:
        work = {pool.submit(fit_one, rung, mode): (rung, mode) for rung, mode in wanted}
        for done, future in enumerate(as_completed(work), start=1):
            rung, mode = work[future]
            fitted.setdefault(rung, {})[mode] = future.result()
            progress(done, len(work))
    return fitted


def joined(tables: list[CandidateTable]) -> CandidateTable:
    """Tables of the same columns, one after the other."""
    return CandidateTable(
        np.concatenate([t.features for t in tables]),
        tables[0].names,
        np.concatenate([t.label for t in tables]),
        np.concatenate([t.groups for t in tables]),
    )


def ranked_scores(evidence: Evidence, ranker: Ranker, mask: np.ndarray) -> np.ndarray:
    """float32 [u, items]: the ranker's scores of the cells in `mask`, -inf elsewhere."""
    rows, items = np.nonzero(mask)
    scores = np.full(mask.shape, -np.inf, np.float32)
    if len(rows):
        sizes = np.bincount(rows, minlength=len(mask))
        scores[rows, items] = ranker.predict(evidence.features(rows, items, ranker.names), sizes[sizes > 0])
    return scores
