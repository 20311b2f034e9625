"""A trained customer model at work: load a version, look at a log up to a cutoff, score customers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from loyalty_ai.ml.artifact import read_json, seal, verify, write_json
from loyalty_ai.ml.backbone import pinned
from loyalty_ai.ml.behaviour import BehaviourModel, BehaviourPrediction
from loyalty_ai.ml.config import ModelConfig, TrainingConfig
from loyalty_ai.ml.counts import dense_rows
from loyalty_ai.ml.decoder import DecoderView, decoder_data
from loyalty_ai.ml.devices import torch_device
from loyalty_ai.ml.drivers import FACTS, Drivers, drivers, typical_facts
from loyalty_ai.ml.evidence import Evidence, Origin
from loyalty_ai.ml.interactions import Interactions
from loyalty_ai.ml.lists import introduce, nearness, top_items
from loyalty_ai.ml.model import Decoder
from loyalty_ai.ml.occlusion import falls, occlusion
from loyalty_ai.ml.ranker import Ranker, ranked_scores, ranker_from_text
from loyalty_ai.ml.reasons import ReasonKind, list_reasons
from loyalty_ai.ml.sequences import build_baskets
from loyalty_ai.ml.text import text_vectors
from loyalty_ai.ml.transactions import Transactions
from loyalty_ai.ml.vocab import Vocab

LISTS = ("repeats", "new_only", "buy_again")
"""Kinds of personal list: anything, only items new to the user, only items bought before."""

NEWCOMER_PLACES = (4, 14)
"""Places (from 0) in lists of new items that items without a sale get: one in ten. Counts can say nothing for them, and what
nobody is shown nobody buys. `benchmarks.cold_start` measures what the places bring and what they cost."""


@dataclass(frozen=True)
class RankedLists:
    """One kind of list for n users; arrays [n, k], best first.

    Args:
        items: int32, positions in the log's `item_ids`, -1 = none.
        scores: float32 in 0 to 1, how near to the best of the list: 1 the best, 0 the last, and where there is no item. The
            ranker's own scores are not given away: their level tells who was trained on, see `membership`.
        reason_items: int32, the past item that speaks for it, -1 = none.
        reason_kinds: int8, see `ReasonKind`.
    """

    items: np.ndarray
    scores: np.ndarray
    reason_items: np.ndarray
    reason_kinds: np.ndarray


@dataclass(frozen=True)
class ScoredUsers:
    """The lists of each kind in `LISTS`, what the users will probably do, and what that rests on if it was asked."""

    repeats: RankedLists
    new_only: RankedLists
    buy_again: RankedLists
    behaviour: BehaviourPrediction | None
    drivers: Drivers | None = None


@dataclass(frozen=True)
class CustomerModel:
    """What training made, and all that scoring needs.

    Args:
        cutoff: seconds; what it was trained on happened before.
        ranked: seconds, the cutoff of the full training that its behaviour model is from and its rankers go on from.
        start: seconds, the origin of the "start" weights, or None.
        vocab: items with an embedding row.
        text_dim: width of the text vectors, 0 without.
        weights: "weights" (at the cutoff: what fine-tuning continues from) and "start" (before that full training's earliest
            label window: what the behaviour model reads); empty without a decoder.
        rungs: mode -> which rung of the readiness ladder answers.
        rankers: mode -> the second stage.
        behaviour: when and how much, or None where nobody bought.
        device: where the decoder runs.
    """

    model: ModelConfig
    training: TrainingConfig
    cutoff: int
    ranked: int
    start: int | None
    vocab: Vocab
    text_dim: int
    weights: dict[str, dict[str, torch.Tensor]]
    rungs: dict[str, str]
    rankers: dict[str, Ranker]
    behaviour: BehaviourModel | None
    device: torch.device

    def save(self, directory: Path, *, metrics: dict[str, Any]) -> str:
        """Write and seal a version directory; returns its digest."""
        config = {
            "model": self.model.to_dict(),
            "training": self.training.to_dict(),
            "cutoff": self.cutoff,
            "ranked": self.ranked,
            "start": self.start,
            "text_dim": self.text_dim,
            "rungs": self.rungs,
            "rankers": {mode: {"kind": r.kind, "names": list(r.names)} for mode, r in self.rankers.items()},
        }
        values = {"config": config, "vocab": {"item_ids": list(self.vocab.item_ids)}, "metrics": metrics}
        tensors = dict(self.weights)
        if self.behaviour is not None:
            arrays, values["behaviour"] = self.behaviour.state()
            tensors["behaviour"] = {name: torch.from_numpy(array).contiguous() for name, array in arrays.items()}
        for name, value in values.items():
            write_json(directory / f"{name}.json", value)
        for name, named in tensors.items():
            save_file(named, directory / f"{name}.safetensors")
        for mode, ranker in self.rankers.items():
            (directory / f"ranker_{mode}.txt").write_text(ranker.text())
        return seal(
            directory,
            [f"{name}.json" for name in values]
            + [f"{name}.safetensors" for name in tensors]
            + [f"ranker_{mode}.txt" for mode in self.rankers],
        )

    @classmethod
    def load(cls, directory: Path, *, device: str = "auto", digest: str | None = None) -> CustomerModel:
        """Read a version directory; ArtifactError where it is not what training wrote (or not `digest`)."""
        directory = Path(directory)
        files = verify(directory, digest=digest)["files"]
        config = read_json(directory / "config.json")
        training = TrainingConfig.from_dict(config["training"])
        tensors = {
            name.removesuffix(".safetensors"): load_file(directory / name)
            for name in files
            if name.endswith(".safetensors")
        }
        behaviour = None
        if "behaviour.json" in files:
            arrays = {name: tensor.numpy() for name, tensor in tensors.pop("behaviour").items()}
            behaviour = BehaviourModel.from_state(arrays, read_json(directory / "behaviour.json"))
        return cls(
            model=pinned(ModelConfig.from_dict(config["model"])),
            training=training,
            cutoff=config["cutoff"],
            ranked=config.get("ranked", config["cutoff"]),
            start=config["start"],
            vocab=Vocab(tuple(read_json(directory / "vocab.json")["item_ids"])),
            text_dim=config["text_dim"],
            weights=tensors,
            rungs=config["rungs"],
            rankers={
                mode: ranker_from_text(
                    saved["kind"],
                    (directory / f"ranker_{mode}.txt").read_text(),
                    tuple(saved["names"]),
                    training.threads,
                )
                for mode, saved in config["rankers"].items()
            },
            behaviour=behaviour,
            device=torch_device(device),
        )

    def decoder(self, name: str = "weights") -> Decoder | None:
        """The trained network ("start" is how it was before the earliest label window), or None on the lower rungs."""
        if name not in self.weights:
            return None
        decoder = Decoder(self.model, rows=len(self.vocab), text_dim=self.text_dim)
        decoder.load_state_dict(self.weights[name])
        return decoder.to(self.device).eval()

    def scorer(self, log: Interactions, *, cutoff: int, cache: Path | None = None) -> Scorer:
        """Count what happened before `cutoff` (seconds) once, and be ready to score any of the log's users.

        `cache` is a folder of text vectors, see `encoded_vectors`; EncoderError where the version's encoder is not here.
        """
        return Scorer(self, log, cutoff=cutoff, cache=cache)


class Scorer:
    """Scores users of one log at one cutoff. Items the model has not met are scored by their text and their counts."""

    def __init__(self, model: CustomerModel, log: Interactions, *, cutoff: int, cache: Path | None = None) -> None:
        self.model, self.log, self.cutoff = model, log, cutoff
        self.rows = model.vocab.rows(log.item_ids)
        self.text = text_vectors(
            log.item_text, kind=model.model.text, dim=model.model.text_dim, cache=cache, device=model.device
        )
        self.baskets = build_baskets(log.before(cutoff))
        self.origin = Origin(
            self.baskets,
            origin=cutoff,
            n_users=log.n_users,
            n_items=log.n_items,
            price=log.item_price,
            ease_items=model.training.ease_items,
            text=self.text,
            view=self._view(model.decoder(), cutoff),
        )
        self.start = self._view(model.decoder("start"), cutoff)

    def _view(self, decoder: Decoder | None, origin: int) -> DecoderView | None:
        if decoder is None:
            return None
        text = self.text if self.model.text_dim else None
        if self.model.text_dim and text is None:
            text = np.zeros((self.log.n_items, self.model.text_dim), np.float32)
        data = decoder_data(self.baskets, origin=origin, n_users=self.log.n_users, rows=self.rows, text=text)
        return DecoderView(decoder, data, self.model.device)

    def score(
        self,
        users: np.ndarray,
        *,
        k: int = 20,
        allowed: np.ndarray | None = None,
        newcomers: np.ndarray | None = None,
        horizons_days: tuple[int, ...] = (30, 90, 365),
        explained_days: tuple[int, int] | None = None,
    ) -> ScoredUsers:
        """Rank items for `users` (int32 positions in `log.user_ids`).

        Args:
            k: length of each list.
            allowed: bool [items], what may be listed (sellable and in stock), or None for everything.
            newcomers: bool [items], what was listed lately: those of them without a sale get `NEWCOMER_PLACES`, in the
                decoder's order. None for none.
            horizons_days: days ahead of the predictions.
            explained_days: days ahead of the churn and the value whose drivers are wanted, or None for no drivers.
        """
        lists: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {kind: [] for kind in LISTS}
        rankers, per_source = self.model.rankers, self.model.training.candidates
        decoding = {mode: rung == "model" for mode, rung in self.model.rungs.items()}
        unsold = self._unsold(newcomers, allowed)
        introduced = np.full((len(users), len(NEWCOMER_PLACES)), -1, np.int32)
        for part, evidence in self.origin.chunks(users):
            proposed = {
                with_decoder: evidence.candidates(per_source, allowed, without=() if with_decoder else ("decoder",))
                for with_decoder in set(decoding.values())
            }
            everything = ranked_scores(evidence, rankers["repeats"], proposed[decoding["repeats"]])
            new = ranked_scores(evidence, rankers["new_only"], proposed[decoding["new_only"]] & ~evidence.bought)
            stranger = ~evidence.bought.any(axis=1)
            everything[stranger] = new[stranger] = self._popularity(allowed)
            again = np.where(evidence.bought, everything, -np.inf)
            for kind, scores in zip(LISTS, (everything, new, again), strict=True):
                lists[kind].append(top_items(scores, k))
            if unsold is not None:
                liked = np.where(unsold, evidence.columns["decoder"], -np.inf)
                introduced[part] = top_items(liked, len(NEWCOMER_PLACES))[0]
        ranked = {}
        for kind, parts in lists.items():
            items = np.concatenate([p[0] for p in parts]) if parts else np.zeros((0, k), np.int32)
            scores = np.concatenate([p[1] for p in parts]) if parts else np.zeros((0, k), np.float32)
            ranker = rankers["new_only" if kind == "new_only" else "repeats"]
            if kind == "new_only":
                items, scores = introduce(items, scores, introduced, NEWCOMER_PLACES)
            reasons, kinds = list_reasons(items, users, origin=self.origin, ranker=ranker)
            if unsold is not None:
                new = (items >= 0) & unsold[items]
                reasons[new], kinds[new] = -1, ReasonKind.NEW
            ranked[kind] = RankedLists(items, nearness(items, scores), reasons, kinds)
        states = None if self.start is None or self.model.behaviour is None else self.start.states(users)
        return ScoredUsers(
            **ranked,
            behaviour=self._behaviour(users, states, horizons_days),
            drivers=self._drivers(users, states, explained_days),
        )

    def explain(self, user: int, items: np.ndarray, *, mode: str = "repeats") -> tuple[np.ndarray, np.ndarray]:
        """Exactly how much each past item of `user` holds up the scores of `items`, see `occlusion`. For a few users."""
        _, evidence = next(self.origin.chunks(np.array([user])))
        among = self.among(evidence, mode)[0]
        return occlusion(self.origin, user, items, self.model.rankers[mode], np.flatnonzero(among))

    def falls(
        self,
        users: np.ndarray,
        items: np.ndarray,
        because: np.ndarray,
        *,
        mode: str = "repeats",
        allowed: np.ndarray | None = None,
    ) -> np.ndarray:
        """float32 [n], how much the score of each of `items` falls for its user without one past item, see `occlusion.falls`.

        Args:
            users, items, because: int [n]; a user may come more than once.
            mode: the list's ranker. allowed: as in `score`.
        """
        among = partial(self.among, mode=mode, allowed=allowed)
        return falls(self.origin, users, items, because, self.model.rankers[mode], among)

    def among(self, evidence: Evidence, mode: str, allowed: np.ndarray | None = None) -> np.ndarray:
        """bool [u, items], the candidates that one mode's ranker orders."""
        without = () if self.model.rungs[mode] == "model" else ("decoder",)
        proposed = evidence.candidates(self.model.training.candidates, allowed, without=without)
        return proposed & ~evidence.bought if mode == "new_only" else proposed

    def _unsold(self, newcomers: np.ndarray | None, allowed: np.ndarray | None) -> np.ndarray | None:
        """bool [items], what only the decoder can speak for; None where there is none or no decoder."""
        if newcomers is None or self.origin.view is None or not self.model.text_dim:
            return None
        unsold = newcomers & (self.origin.items.sales == 0)
        unsold = unsold if allowed is None else unsold & allowed
        return unsold if unsold.any() else None

    def _behaviour(
        self, users: np.ndarray, states: np.ndarray | None, horizons_days: tuple[int, ...]
    ) -> BehaviourPrediction | None:
        model = self.model.behaviour
        if model is None:
            return None
        return model.predict(self.log, users=users, cutoff=self.cutoff, states=states, horizons_days=horizons_days)

    def _drivers(self, users: np.ndarray, states: np.ndarray | None, days: tuple[int, int] | None) -> Drivers | None:
        model = self.model.behaviour
        if model is None or days is None:
            return None
        churn, value = days
        ahead = {"churn_days": churn, "value_days": value}
        return drivers(model, self.log, users=users, cutoff=self.cutoff, states=states, **ahead)

    def typical_facts(self) -> dict[str, float | None]:
        """The facts of the store's typical customer, see `drivers.FACTS`; None where nobody has one."""
        seen = Transactions.of(self.log.before(self.cutoff), anchor=self.cutoff)
        return {
            name: None if np.isnan(fact) else float(fact) for name, fact in zip(FACTS, typical_facts(seen), strict=True)
        }

    def popular(self, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Items int32 [k] (-1 = none) and float32 [k] baskets of the last 30 days that held them, ties by all baskets."""
        items, values = top_items(self._popularity(allowed)[None], k)
        return items[0], values[0]

    def _popularity(self, allowed: np.ndarray | None) -> np.ndarray:
        facts = self.origin.items
        sold = facts.sales > 0 if allowed is None else (facts.sales > 0) & allowed
        return np.where(sold, facts.popularity[30] + facts.sales / max(1.0, float(facts.sales.sum())), -np.inf)

    def similar(self, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """For every item its nearest: int32 [items, k] (-1 = none) and float32 cosines, of buyers and of text."""
        return self._neighbours(k, allowed, self.origin.counts.cosine, text=self.text)

    def bought_together(
        self, k: int, allowed: np.ndarray | None = None, *, floor: int = 5
    ) -> tuple[np.ndarray, np.ndarray]:
        """For every item what shares its baskets: int32 [items, k] (-1 = none) and float32 cosines of baskets.

        Pairs that fewer than `floor` distinct known users bought in one basket are not shown.
        """
        return self._neighbours(k, allowed, self.origin.shared_baskets(floor), text=None)

    def _neighbours(
        self, k: int, allowed: np.ndarray | None, table: Any, *, text: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        n = self.log.n_items
        items, scores = np.full((n, k), -1, np.int32), np.zeros((n, k), np.float32)
        for start in range(0, n, 512):
            part = slice(start, min(start + 512, n))
            block = dense_rows(table, part)
            if text is not None:
                block = block + 0.3 * (text[part] @ text.T)
            block[np.arange(block.shape[0]), np.arange(part.start, part.stop)] = 0
            block[block <= 0] = -np.inf
            if allowed is not None:
                block[:, ~allowed] = -np.inf
            items[part], scores[part] = top_items(block, k)
        return items, scores
