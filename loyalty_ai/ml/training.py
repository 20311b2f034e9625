"""Fit the customer model: prove it on the last window, refit it to the cutoff, write a version directory."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from loyalty_ai.ml import artifact
from loyalty_ai.ml.baselines import BASELINES
from loyalty_ai.ml.behaviour import fit_behaviour
from loyalty_ai.ml.chain import Chain, Stage
from loyalty_ai.ml.config import ModelConfig, TrainingConfig
from loyalty_ai.ml.decoder import DecoderView, decoder_data
from loyalty_ai.ml.devices import accelerator
from loyalty_ai.ml.evaluation import MODES, LabelWindow, label_window, paired_gain, ranking_metrics, summarise
from loyalty_ai.ml.evidence import Origin, feature_names
from loyalty_ai.ml.interactions import Interactions
from loyalty_ai.ml.lists import top_items
from loyalty_ai.ml.model import Decoder
from loyalty_ai.ml.ranker import (
    BLEND_COLUMNS,
    CandidateTable,
    LinearBlend,
    Ranker,
    TreeRanker,
    lightgbm_available,
    ranked_scores,
)
from loyalty_ai.ml.readiness import RUNGS, choose_rung
from loyalty_ai.ml.sequences import build_baskets
from loyalty_ai.ml.text import text_vectors
from loyalty_ai.ml.vocab import Vocab
from loyalty_ai.ml.windows import MIN_WINDOW_USERS, candidate_tables, joined, label_windows

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with a step's name, how much of it is done, and how much there is."""

K = 10
FIXED = {
    "popularity": LinearBlend(np.array([1.0, 0.01]), ("popularity_30", "sales")),
    "personal_frequency": LinearBlend(np.array([1.0, 0.01]), ("count", "popularity_30")),
}
"""The rankers of the rungs that learn nothing."""


@dataclass(frozen=True)
class FitResult:
    """What training made.

    Args:
        directory: the version directory. digest: its overall sha256. rung: what answers, one of `RUNGS`.
        metrics: JSON-able, see `fit`. curves: values per epoch. seconds: duration of each step.
        parameters: trainable numbers of the decoder.
    """

    directory: Path
    digest: str
    rung: str
    metrics: dict[str, Any]
    curves: dict[str, list[float]]
    seconds: dict[str, float]
    parameters: int


def fit(
    log: Interactions,
    *,
    cutoff: int,
    model: ModelConfig,
    training: TrainingConfig,
    directory: Path,
    parent: Path | None = None,
    progress: Progress | None = None,
) -> FitResult:
    """Train on what happened before `cutoff` (seconds) and write a version into `directory`.

    The last window before the cutoff evaluates a model fitted only on what precedes it, beside every baseline; then all is
    fitted again to the cutoff. A run that was interrupted goes on from its last checkpoint in `directory`, if data and
    settings are the same. `parent` is a version to continue from (its decoder as it was before the earliest window, so that
    the evaluation stays honest).
    """
    return _Fit(log.before(cutoff), cutoff, model, training, Path(directory), parent, progress).run()


class _Fit:
    def __init__(
        self,
        log: Interactions,
        cutoff: int,
        model: ModelConfig,
        training: TrainingConfig,
        directory: Path,
        parent: Path | None,
        progress: Progress | None,
    ) -> None:
        self.log, self.cutoff, self.model, self.training = log, cutoff, model, training
        self.directory, self.parent, self.progress = directory, parent, progress
        self.seconds: dict[str, float] = {}
        if training.threads:
            torch.set_num_threads(training.threads)
        self.accelerator = accelerator(training.device)

    def run(self) -> FitResult:
        with self._step("prepare"):
            self.baskets = build_baskets(self.log)
            self.text = text_vectors(self.log.item_text, kind=self.model.text, dim=self.model.text_dim)
            self.vocab = Vocab(()).extended(self.log.item_ids)
            self.windows = label_windows(
                self.baskets,
                cutoff=self.cutoff,
                training=self.training,
                n_users=self.log.n_users,
                n_items=self.log.n_items,
            )
            self._start()
        # the latest window evaluates; at least one more must remain to learn from
        self.learnable = len(self.windows) > 1
        parameters = 0
        if self.learnable:
            with self._step("decoder"):
                parameters = self._train_decoder()
        with self._step("evidence"):
            self._collect()
        with self._step("rankers"):
            rung, metrics = self._evaluate_and_refit()
        with self._step("behaviour"):
            self._fit_behaviour()
        with self._step("write"):
            digest = self._write(rung, metrics)
        return FitResult(
            self.directory, digest, rung, metrics, self.curves if self.learnable else {}, self.seconds, parameters
        )

    @contextmanager
    def _step(self, name: str):
        started = perf_counter()
        yield
        self.seconds[name] = round(perf_counter() - started, 3)
        logger.info("training step", extra={"step": name, "seconds": self.seconds[name]})

    def _tell(self, name: str, done: int, total: int) -> None:
        if self.progress:
            self.progress(name, done, total)

    def _start(self) -> None:
        """Keep a checkpoint of the same data and settings; clear everything else."""
        self.checkpoint = self.directory / "checkpoint"
        fingerprint = self._fingerprint()
        mark = self.checkpoint / "fingerprint"
        if not mark.exists() or mark.read_text() != fingerprint:
            shutil.rmtree(self.checkpoint, ignore_errors=True)
            self.checkpoint.mkdir(parents=True)
            mark.write_text(fingerprint)
        (self.directory / artifact.MANIFEST).unlink(missing_ok=True)

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        parent = None if self.parent is None else artifact.verify(Path(self.parent))["digest"]
        settings = [self.cutoff, self.model.to_dict(), self.training.to_dict(), parent]
        digest.update(json.dumps(settings, sort_keys=True).encode())
        for name in ("user", "item", "time", "basket", "event", "quantity", "value"):
            digest.update(np.ascontiguousarray(getattr(self.log, name)).tobytes())
        digest.update(json.dumps([self.vocab.item_ids, self.log.item_text]).encode())
        return digest.hexdigest()

    # the decoder

    def _data(self, origin: int):
        return decoder_data(
            self.baskets,
            origin=origin,
            n_users=self.log.n_users,
            rows=self.vocab.rows(self.log.item_ids),
            text=self.text,
        )

    def _new_decoder(self) -> Decoder:
        torch.manual_seed(self.training.seed)
        width = 0 if self.text is None else self.text.shape[1]
        return Decoder(self.model, rows=len(self.vocab), text_dim=width).to(self.accelerator.device)

    def _train_decoder(self) -> int:
        decoder = self._new_decoder()
        origins = [window.origin for window in reversed(self.windows)] + [self.cutoff]
        length = int(self.training.window_days * 86_400)
        first = self._data(origins[0] - length)
        stages = [
            Stage(first, self.training.epochs, validation=self._validation(origins[0] - length, origins[0], first))
        ]
        stages += [
            Stage(self._data(origin), self.training.rolling_epochs, snapshot=f"origin_{origin}.safetensors")
            for origin in origins
        ]
        chain = Chain(
            decoder,
            directory=self.checkpoint,
            training=self.training,
            accelerator=self.accelerator,
            n_items=self.log.n_items,
        )
        chain.run(stages, self.progress)
        self.curves = chain.position.curves
        return sum(p.numel() for p in decoder.parameters())

    def _validation(self, origin: int, end: int, data: Any) -> Callable[[Decoder], float] | None:
        window = label_window(self.baskets, origin=origin, end=end, n_users=self.log.n_users, n_items=self.log.n_items)
        if len(window.users) < MIN_WINDOW_USERS:
            return None

        def ndcg(decoder: Decoder) -> float:
            view = DecoderView(decoder, data, self.accelerator.device)
            scores = view.scores(view.states(window.users))
            values = []
            for mode in MODES:
                rows, targets = window.mode(mode)
                allowed = scores if mode == "repeats" else np.where(window.history.toarray(), -np.inf, scores)
                if len(rows):
                    values.append(ranking_metrics(top_items(allowed[rows], K)[0], targets)["ndcg@10"].mean())
            return float(np.mean(values))

        return ndcg

    def _view(self, origin: int) -> DecoderView | None:
        path = self.checkpoint / f"origin_{origin}.safetensors"
        if not path.exists():
            return None
        decoder = self._new_decoder()
        decoder.load_state_dict(load_file(path))
        return DecoderView(decoder, self._data(origin), self.accelerator.device)

    # the second stage

    def _origin(self, origin: int) -> Origin:
        return Origin(
            self.baskets,
            origin=origin,
            n_users=self.log.n_users,
            n_items=self.log.n_items,
            price=self.log.item_price,
            ease_items=self.training.ease_items,
            text=self.text,
            view=self._view(origin),
        )

    def _collect(self) -> None:
        """Candidate tables of every window, latest first, and the evaluation window's origin."""
        ease = self.log.n_items <= self.training.ease_items
        self.names = feature_names(ease=ease, text=self.text is not None, decoder=self.learnable)
        self.tables: list[dict[str, CandidateTable]] = []
        for done, window in enumerate(self.windows):
            origin = self._origin(window.origin)
            if done == 0:
                self.evaluated = origin
            self.tables.append(
                candidate_tables(
                    origin,
                    window,
                    self.names,
                    per_source=self.training.candidates,
                    seed=self.training.seed + done,
                )
            )
            self._tell("evidence", done + 1, len(self.windows))

    def _evaluate_and_refit(self) -> tuple[str, dict[str, Any]]:
        if not self.windows:
            self.rankers = dict.fromkeys(MODES, FIXED["popularity"])
            return "popularity", {"next_basket": {"users": 0}, "gains": {}, "decoder_gain": {}, "behaviour": {}}
        proving = self._fit_rankers(self.tables[1:]) if self.learnable else {}
        per_user = self._per_user(self.windows[0], self.evaluated, proving)
        rung = choose_rung({mode: {n: m["ndcg@10"] for n, m in v.items()} for mode, v in per_user.items()})
        if not self.learnable and rung not in FIXED:
            rung = "personal_frequency"
        final = {name: dict.fromkeys(MODES, ranker) for name, ranker in FIXED.items()}
        if rung not in FIXED:
            final |= self._fit_rankers(self.tables[: max(1, len(self.tables) - 1)], only=rung)
        self.rankers = final[rung]
        gains = {
            mode: {
                name: paired_gain(methods["model"]["ndcg@10"], values["ndcg@10"])
                for name, values in methods.items()
                if name != "model" and "model" in methods
            }
            for mode, methods in per_user.items()
        }
        return rung, {
            "next_basket": {
                "users": len(self.windows[0].users),
                **{mode: summarise(methods) for mode, methods in per_user.items()},
            },
            "gains": gains,
            "decoder_gain": {
                mode: values["ranker_without_decoder"]
                for mode, values in gains.items()
                if "ranker_without_decoder" in values
            },
            "behaviour": {},
        }

    def _fit_rankers(
        self, tables: list[dict[str, CandidateTable]], only: str | None = None
    ) -> dict[str, dict[str, Ranker]]:
        """Rung -> mode -> ranker, learnt from `tables` (latest first); `only` one rung where given."""
        rungs = [only] if only else RUNGS[2:]
        without = tuple(name for name in self.names if name != "decoder")
        fitted: dict[str, dict[str, Ranker]] = {rung: {} for rung in rungs}
        for mode in MODES:
            latest, all_windows = tables[0][mode], joined(table[mode] for table in reversed(tables))
            for rung in rungs:
                if rung == "linear_blend":
                    names = tuple(name for name in BLEND_COLUMNS if name in without)
                    fitted[rung][mode] = LinearBlend.fit(latest, names)
                elif lightgbm_available():
                    fitted[rung][mode] = TreeRanker.fit(
                        all_windows,
                        self.names if rung == "model" else without,
                        rounds=self.training.rounds,
                        seed=self.training.seed,
                        threads=self.training.threads,
                    )
                else:
                    logger.warning("lightgbm cannot be imported: the ranker is a linear blend")
                    names = tuple(n for n in BLEND_COLUMNS if n in (self.names if rung == "model" else without))
                    fitted[rung][mode] = LinearBlend.fit(all_windows, names)
                self._tell("rankers", sum(map(len, fitted.values())), len(rungs) * len(MODES))
        return fitted

    def _per_user(
        self, window: LabelWindow, origin: Origin, proving: dict[str, dict[str, Ranker]]
    ) -> dict[str, dict[str, dict[str, np.ndarray]]]:
        """Mode -> method -> metric -> value of each of the mode's users."""
        lists: dict[str, dict[str, list[np.ndarray]]] = {mode: {} for mode in MODES}
        for _, evidence in origin.chunks(window.users):
            proposed = {
                True: evidence.candidates(self.training.candidates),
                False: evidence.candidates(self.training.candidates, without=("decoder",)),
            }
            for mode in MODES:
                barred = evidence.bought if mode == "new_only" else np.zeros_like(evidence.bought)
                scored = {name: np.where(barred, -np.inf, score(evidence)) for name, score in BASELINES.items()}
                for name, rankers in proving.items():
                    scored[name] = ranked_scores(evidence, rankers[mode], proposed[name == "model"] & ~barred)
                for name, scores in scored.items():
                    lists[mode].setdefault(name, []).append(top_items(scores, K)[0])
        results = {}
        for mode in MODES:
            rows, targets = window.mode(mode)
            results[mode] = {
                name: ranking_metrics(np.concatenate(parts)[rows], targets) for name, parts in lists[mode].items()
            }
        return results

    # behaviour and the artifact

    def _fit_behaviour(self) -> None:
        self.behaviour = None
        if not (self.log.user >= 0).any():
            return
        start = None
        if self.learnable:
            start = self._new_decoder()
            start.load_state_dict(load_file(self.checkpoint / f"origin_{self.windows[-1].origin}.safetensors"))

        def states(users: np.ndarray, origin: int) -> np.ndarray:
            return DecoderView(start, self._data(origin), self.accelerator.device).states(users)

        self.behaviour = fit_behaviour(
            self.log,
            cutoff=self.cutoff,
            states=states if start is not None else None,
            seed=self.training.seed,
            threads=self.training.threads,
            progress=lambda share: self._tell("behaviour", int(100 * share), 100),
        )

    def _write(self, rung: str, metrics: dict[str, Any]) -> str:
        names = ["config.json", "vocab.json", "metrics.json"]
        if self.learnable:
            for name, origin in (("weights", self.cutoff), ("start", self.windows[-1].origin)):
                shutil.copyfile(
                    self.checkpoint / f"origin_{origin}.safetensors", self.directory / f"{name}.safetensors"
                )
                names.append(f"{name}.safetensors")
        for mode, ranker in self.rankers.items():
            (self.directory / f"ranker_{mode}.txt").write_text(ranker.text())
            names.append(f"ranker_{mode}.txt")
        if self.behaviour is not None:
            tensors, settings = self.behaviour.state()
            save_file(
                {name: torch.from_numpy(value).contiguous() for name, value in tensors.items()},
                self.directory / "behaviour.safetensors",
            )
            artifact.write_json(self.directory / "behaviour.json", settings)
            names += ["behaviour.safetensors", "behaviour.json"]
        artifact.write_json(
            self.directory / "config.json",
            {
                "model": self.model.to_dict(),
                "training": self.training.to_dict(),
                "text_dim": 0 if self.text is None else int(self.text.shape[1]),
                "rung": rung,
                "rankers": {mode: {"kind": r.kind, "names": list(r.names)} for mode, r in self.rankers.items()},
                "cutoff": self.cutoff,
                "start": self.windows[-1].origin if self.windows else None,
            },
        )
        artifact.write_json(self.directory / "vocab.json", {"item_ids": list(self.vocab.item_ids)})
        artifact.write_json(self.directory / "metrics.json", metrics)
        digest = artifact.seal(self.directory, names)
        shutil.rmtree(self.checkpoint)
        return digest
