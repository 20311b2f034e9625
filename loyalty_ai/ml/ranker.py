"""The second stage: gradient-boosted trees and a small network (or a linear blend) over each candidate's evidence."""

from __future__ import annotations

import logging
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from safetensors.numpy import load, save
from torch import Tensor

from loyalty_ai.ml.config import TrainingConfig
from loyalty_ai.ml.devices import cpu_threads
from loyalty_ai.ml.evidence import Evidence

logger = logging.getLogger(__name__)

BLEND_COLUMNS = (
    "count_per_order", "frequency_14", "frequency_30", "frequency_120", "in_latest", "transition_1", "transition_5",
    "cosine", "cosine_last", "together_last", "ease", "ease_recent", "text_similarity", "popularity_7", "popularity_30",
    "popularity_90", "sales", "loyalty", "decoder",
)  # fmt: skip
"""Evidence that the linear blend weighs, see `comparable`."""

WIDTH, DROPOUT, LEARNING_RATE, LISTS, PASSES, STEPS = 64, 0.2, 2e-3, 64, 20, 2000
"""The network's hidden units, the share of them left out of a step, its peak learning rate, lists of a step, most passes over
the lists, and most steps. Chosen on three windows of Online Retail inside the training data; the steps bound the cost on large
logs."""

MORE_PASSES, MORE_TREES = 8, 0.4
"""What a ranker that goes on learns from a window: the network's passes over its lists, at half the learning rate, and the trees,
as a share of those of a whole training. Chosen on two periods of Online Retail before its last window."""

BLEND_SHARE = {"repeats": 0.0, "new_only": 0.5}
"""How wide the blend's scores are spread beside those of the trees, when they are added. Chosen on the same windows: of new
items it improved the lists in each, where items repeat in none."""

MEASURED = 1000
"""Lists, the latest, on which the spread of scores is measured."""

FARTHEST = 6.0
"""Standard deviations beyond which the network sees no difference."""

RELATIVE = ("count", "frequency", "transition", "cosine", "together", "ease", "text_similarity", "popularity")
"""How the names of evidence begin that the network also sees as a share of the list's largest."""

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
        """float32 [rows, len(names)] of the named columns, not a copy where they are all."""
        return _columns(self.features, self.names, names)

    def last(self, lists: int) -> CandidateTable:
        """Only its last groups, at most so many."""
        groups = self.groups[-lists:]
        rows = slice(len(self.label) - int(groups.sum()), None)
        return CandidateTable(self.features[rows], self.names, self.label[rows], groups)


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
        """Minimise `list_loss`."""
        values = torch.from_numpy(comparable(table.columns(names), table.groups, names))
        right = torch.from_numpy(table.label > 0)
        weights = torch.ones(len(names), requires_grad=True)
        optimiser = torch.optim.LBFGS([weights], max_iter=steps, line_search_fn="strong_wolfe")

        def closure() -> torch.Tensor:
            optimiser.zero_grad()
            loss = list_loss(values @ weights, right, table.groups) + 1e-4 * weights.square().sum()
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

    def scaled(self, factor: float) -> LinearBlend:
        """The same order of items, with scores `factor` times as large; nothing at all for 0."""
        return LinearBlend(self.weights * factor, self.names) if factor else LinearBlend(np.zeros(0), ())


class Network:
    """Two hidden layers beside a weighted sum, over evidence on a logarithmic scale and, some of it, relative to its list.

    Args:
        arrays: float32. `mean` and `spread` [f] of what `network_values` gives; `skip` [f], the weighted sum; `first` [f, h],
            `second` [h, h] and `last` [h], the layers; `first_bias` and `second_bias` [h].
    """

    def __init__(self, arrays: dict[str, np.ndarray], names: tuple[str, ...]) -> None:
        self.arrays, self.names = arrays, names

    @classmethod
    def fit(cls, table: CandidateTable, names: tuple[str, ...], *, seed: int) -> Network:
        """Begin at random and learn from the lists."""
        order, values = np.random.default_rng(seed), network_values(table.columns(names), table.groups, names)
        scale = {
            "mean": np.array([column.mean(dtype=float) for column in values.T], np.float32),
            "spread": np.array([column.std(dtype=float) + 1e-6 for column in values.T], np.float32),
        }
        width = values.shape[1]
        shapes = {"skip": (width,), "first": (width, WIDTH), "second": (WIDTH, WIDTH), "last": (WIDTH,)}
        begun = {
            name: (order.uniform(-1, 1, shape) / np.sqrt(shape[0])).astype(np.float32) for name, shape in shapes.items()
        }
        begun |= {name: np.zeros(WIDTH, np.float32) for name in ("first_bias", "second_bias")}
        return cls(scale | begun, names)._learned(
            values, table, passes=PASSES, rate=LEARNING_RATE, order=order, seed=seed
        )

    def continued(self, table: CandidateTable, *, seed: int) -> Network:
        """Learn more from the lists of `table`, on the scale that it has."""
        values, order = network_values(table.columns(self.names), table.groups, self.names), np.random.default_rng(seed)
        return self._learned(values, table, passes=MORE_PASSES, rate=LEARNING_RATE / 2, order=order, seed=seed)

    def _learned(
        self,
        values: np.ndarray,
        table: CandidateTable,
        *,
        passes: int,
        rate: float,
        order: np.random.Generator,
        seed: int,
    ) -> Network:
        """Minimise `list_loss` over the lists in random order."""
        groups, label, drops = table.groups, table.label > 0, torch.Generator().manual_seed(seed)
        starts, scale = np.cumsum(groups) - groups, {name: self.arrays[name] for name in ("mean", "spread")}
        learnt = {name: torch.from_numpy(array.copy()) for name, array in self.arrays.items() if name not in scale}
        for weights in learnt.values():
            weights.requires_grad_()
        parts = -(-len(groups) // LISTS)
        steps = min(passes * parts, STEPS)
        optimiser = torch.optim.AdamW(learnt.values())
        # a tenth warms up, but one step at least: the schedule divides by the length of the rise
        pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=max(0.1, 2 / steps))
        for step in range(steps):
            if step % parts == 0:
                passed = np.array_split(order.permutation(len(groups)), parts)
            lists = passed[step % parts]
            sizes = groups[lists]
            rows = np.arange(sizes.sum()) + np.repeat(starts[lists] - (np.cumsum(sizes) - sizes), sizes)
            optimiser.zero_grad()
            score = _network_scores(_standard(values[rows], **scale), learnt, drops)
            list_loss(score, torch.from_numpy(label[rows]), sizes).backward()
            optimiser.step()
            pace.step()
        return Network(scale | {name: weights.detach().numpy() for name, weights in learnt.items()}, self.names)

    def predict(self, features: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """float32 [rows]."""
        arrays = {name: torch.from_numpy(array) for name, array in self.arrays.items()}
        values = network_values(features, groups, self.names)
        return _network_scores(_standard(values, self.arrays["mean"], self.arrays["spread"]), arrays).numpy()

    def scaled(self, factor: float) -> Network:
        """The same order of items, with scores `factor` times as large."""
        larger = {name: self.arrays[name] * np.float32(factor) for name in ("skip", "last")}
        return Network(self.arrays | larger, self.names)

    def text(self) -> str:
        """Its arrays as safetensors, in base64."""
        return b64encode(save(self.arrays)).decode()

    @classmethod
    def from_text(cls, text: str, names: tuple[str, ...]) -> Network:
        """Read what `text` wrote."""
        return cls(load(b64decode(text)), names)


class TreeRanker:
    """LightGBM LambdaRank and a `Network`, each over all evidence, and a `LinearBlend`; their scores are added.

    Its file is the blend's lines, the network's line, and LightGBM's own text format, with empty lines between.
    """

    kind = "trees"

    def __init__(
        self, booster: Any, names: tuple[str, ...], network: Network, blend: LinearBlend, threads: int | None = None
    ) -> None:
        self.booster, self.names, self.network, self.blend = booster, names, network, blend
        self.threads = threads or 0

    @classmethod
    def fit(
        cls, table: CandidateTable, names: tuple[str, ...], *, blend: LinearBlend, share: float, rounds: int, seed: int
    ) -> TreeRanker:
        """Grow `rounds` trees on groups that hold a right answer and fit the network to them.

        The network's scores are then spread as wide within a list as those of the trees, the blend's `share` as wide.
        """
        table = CandidateTable(table.columns(names), names, table.label, table.groups)
        booster = _grown(table, names, rounds=rounds, seed=seed)
        network = Network.fit(table, names, seed=seed)
        latest = table.last(MEASURED)
        wide = spread_within(booster.predict(latest.features, num_threads=1), latest.groups)

        def widened(part: Any, share: float) -> Any:
            own = spread_within(part.predict(latest.columns(part.names), latest.groups), latest.groups)
            return part.scaled(share * wide / max(own, 1e-9))

        return cls(booster, names, widened(network, 1.0), widened(blend, share))

    def continued(self, table: CandidateTable, *, rounds: int, seed: int) -> TreeRanker:
        """Grow `rounds` trees on what those here get wrong in `table`, and let the network learn more; the blend stays."""
        if not len(table.groups):
            return self
        booster = _grown(table, self.names, rounds=rounds, seed=seed, onto=self.booster)
        return TreeRanker(booster, self.names, self.network.continued(table, seed=seed), self.blend, self.threads)

    def predict(self, features: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """float32 [rows]."""
        scores = self.booster.predict(features, num_threads=self.threads).astype(np.float32)
        scores += self.network.predict(features, groups)
        if self.blend.names:
            scores += self.blend.predict(_columns(features, self.names, self.blend.names), groups)
        return scores

    def text(self) -> str:
        """The blend's lines, the network's line, LightGBM's text format, with empty lines between."""
        return "\n\n".join([self.blend.text(), self.network.text(), self.booster.model_to_string()])

    @classmethod
    def from_text(cls, text: str, names: tuple[str, ...], threads: int | None = None) -> TreeRanker:
        """Read what `text` wrote."""
        import lightgbm

        blend, network, trees = text.split("\n\n", 2)
        network, blend = Network.from_text(network, names), LinearBlend.from_text(blend)
        return cls(lightgbm.Booster(model_str=trees), names, network, blend, threads)


def _grown(table: CandidateTable, names: tuple[str, ...], *, rounds: int, seed: int, onto: Any = None) -> Any:
    """A booster of `rounds` trees, `onto` those of another; one thread, so every machine learns the same."""
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
    # trees that go on need the table as it was, to score it by those that are there
    data = lightgbm.Dataset(
        table.columns(names), table.label, group=table.groups, feature_name=list(names), free_raw_data=onto is None
    )
    return lightgbm.train(parameters, data, num_boost_round=rounds, init_model=onto)


def lightgbm_available() -> bool:
    """Whether the trees can be grown here; its macOS wheel is of no use without an OpenMP library, and says so by an OSError."""
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def _columns(features: np.ndarray, names: tuple[str, ...], wanted: tuple[str, ...]) -> np.ndarray:
    """The `wanted` of the named columns, not a copy where they are all."""
    return features if wanted == names else features[:, [names.index(name) for name in wanted]]


def comparable(features: np.ndarray, groups: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """float32 like `features`, every column brought to about [0, 1]: counts by their logarithm, the decoder's
    log-probability shifted and scaled, other scores over the largest of the group; nan becomes 0."""
    values = np.nan_to_num(features).astype(np.float32)
    for j, name in enumerate(names):
        column = values[:, j]
        if name == "decoder":
            column[:] = (column + 8) / 2
        elif name.startswith(COUNTED):
            column[:] = np.log1p(column) * (1 / 3 if name.startswith(("popularity", "sales")) else 1)
        else:
            column[:] = over_largest(column, groups)
    return values


def network_values(features: np.ndarray, groups: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """float32 [rows, f]: every column without gaps (0 in their place) and without long tails, then the `RELATIVE` ones over
    the largest of the group."""
    relative = [j for j, name in enumerate(names) if name.startswith(RELATIVE)]
    values = np.empty((len(features), len(names) + len(relative)), np.float32)
    for j, column in enumerate(features.T):  # one at a time: tables are large
        known = np.nan_to_num(column)
        values[:, j] = np.sign(known) * np.log1p(np.abs(known))
        if j in relative:
            values[:, len(names) + relative.index(j)] = over_largest(known, groups)
    return values


def over_largest(column: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Values [rows] over the largest absolute one of their group; groups are not empty."""
    if not len(column):
        return column
    largest = np.maximum.reduceat(np.abs(column), np.cumsum(groups) - groups)
    return column / np.maximum(np.repeat(largest, groups), 1e-9)


def _standard(values: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> Tensor:
    return torch.from_numpy(np.clip((values - mean) / spread, -FARTHEST, FARTHEST))


def _network_scores(values: Tensor, weights: dict[str, Tensor], drops: torch.Generator | None = None) -> Tensor:
    """Scores [rows] of standardised evidence [rows, f]; a generator leaves a random share of the hidden units out."""
    hidden = values
    for name in ("first", "second"):
        hidden = torch.nn.functional.silu(hidden @ weights[name] + weights[f"{name}_bias"])
        if drops is not None:
            hidden = hidden * (torch.rand(hidden.shape, generator=drops) > DROPOUT) / (1 - DROPOUT)
    return values @ weights["skip"] + hidden @ weights["last"]


def list_loss(score: Tensor, right: Tensor, groups: np.ndarray) -> Tensor:
    """-log of the probability that a softmax over each list's candidates gives to its right answers together, the mean over
    lists.

    To ask for any of them, and not for each, lets a list with many answers put its surest first: chosen on three windows of
    Online Retail, where it ranks repeats much better. Every list needs a right answer.
    """
    group = torch.from_numpy(np.repeat(np.arange(len(groups)), groups))

    def log_mass(score: Tensor, group: Tensor) -> Tensor:
        top = torch.full((len(groups),), -torch.inf).scatter_reduce(0, group, score.detach(), "amax")
        return top + torch.zeros(len(groups)).index_add_(0, group, (score - top[group]).exp()).log()

    return (log_mass(score, group) - log_mass(score[right], group[right])).mean()


def spread_within(scores: np.ndarray, groups: np.ndarray) -> float:
    """Root of the mean squared distance between scores [rows] and the mean of their group."""
    means = np.add.reduceat(scores, np.cumsum(groups) - groups) / groups
    return float(np.sqrt(np.square(scores - np.repeat(means, groups)).mean()))


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

    Without LightGBM the place of trees and network is taken by a blend, with the decoder's score among its evidence where the
    rung has it.
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
        blend = LinearBlend.fit(table, blended)
        if rung == "linear_blend" or not trees:
            return blend
        return TreeRanker.fit(
            table, names, blend=blend, share=BLEND_SHARE[mode], rounds=training.rounds, seed=training.seed
        )

    everything = {mode: joined([table[mode] for table in tables]) for mode in tables[-1]}
    fitted: dict[str, dict[str, Ranker]] = {}
    # whole rankers side by side, each on one thread: trees are too small for their threads to wait for one another
    with cpu_threads(1), ThreadPoolExecutor(training.threads or os.cpu_count()) as pool:
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
