"""Fit the customer model: prove it on the last window, refit it to the cutoff, write a version directory."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file

from loyalty_ai.ml import artifact
from loyalty_ai.ml.backbone import pinned
from loyalty_ai.ml.behaviour import BehaviourModel, States, fit_behaviour
from loyalty_ai.ml.behaviour_evaluation import evaluate_behaviour
from loyalty_ai.ml.chain import Chain, Stage, batch_tokens
from loyalty_ai.ml.company import begin_in_company, place_newcomers
from loyalty_ai.ml.config import ModelConfig, TrainingConfig
from loyalty_ai.ml.contest import K, Lists, contest_metrics, method_lists, per_user_metrics
from loyalty_ai.ml.decoder import DecoderData, DecoderView, decoder_data
from loyalty_ai.ml.devices import accelerator, cpu_threads
from loyalty_ai.ml.evaluation import MODES, LabelWindow, label_window
from loyalty_ai.ml.evidence import Origin, feature_names
from loyalty_ai.ml.interactions import ANONYMOUS, ROW_COLUMNS, Interactions
from loyalty_ai.ml.model import Decoder
from loyalty_ai.ml.ranker import FIXED, MORE_TREES, CandidateTable, Ranker, TreeRanker, fit_rankers
from loyalty_ai.ml.readiness import RUNGS, choose_rung
from loyalty_ai.ml.scoring import CustomerModel
from loyalty_ai.ml.sequences import build_baskets
from loyalty_ai.ml.text import resolved_kind, text_vectors
from loyalty_ai.ml.vocab import Vocab
from loyalty_ai.ml.windows import DAY, MIN_WINDOW_USERS, candidate_tables, label_windows

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with a step's name, how much of it is done, and how much there is."""

VALIDATION_USERS = 4000
"""Most users that early stopping looks at."""

BEHAVIOUR_HORIZONS = (90, 28)
"""Days that the behaviour model is evaluated on: the first for which the log is four times as long."""


SMALL_STEP = 2**28
"""Multiplications of a training step below which threads lose more by waiting for one another than they gain."""


@dataclass(frozen=True)
class FitResult:
    """What training made.

    Args:
        directory: the version directory. digest: its overall sha256. rungs: mode -> what answers, one of
            `readiness.RUNGS`.
        metrics: JSON-able: `next_basket`, `gains`, `decoder_gain` and `slices` of `contest_metrics`, `behaviour` of
            `evaluate_behaviour`; empty dicts where the log is too small to evaluate.
        curves: `train_loss` an epoch, `validation_ndcg` an epoch of the first training.
        seconds: duration of each step. parameters: trainable numbers of the decoder, 0 without one.
    """

    directory: Path
    digest: str
    rungs: dict[str, str]
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
    cache: Path | None = None,
    rungs: dict[str, str] | None = None,
) -> FitResult:
    """Train on what happened before `cutoff` (seconds) and write a version into `directory`.

    The last window before the cutoff evaluates a model fitted only on what precedes it, beside every baseline; then all is
    fitted again to the cutoff. A run that was interrupted goes on from its last checkpoint in `directory`, if data and
    settings are the same.

    Args:
        parent: a version to fine-tune. It is judged on what its users bought since its cutoff, which it never saw; then its
            decoder and its rankers learn that, and its behaviour model goes on as it is. All starts from scratch where its last
            full training is older than `window_days`, where fewer than `MIN_WINDOW_USERS` users returned since, or where the
            parent is of another shape, of later data or without a decoder. It is then compared with, as "champion", if it was
            trained before the evaluation window.
        progress: called after each piece of work.
        cache: a folder that keeps the text vectors of a sentence encoder from run to run, or None.
        rungs: mode -> what answers, where that is decided: nothing is then evaluated, so `metrics` are empty. Else None.

    Raises:
        EncoderError: the sentence encoder of `model.text` is not on this machine.
        ArtifactError: the language model of `model.backbone` is not.
    """
    with cpu_threads(training.threads):
        return _Fit(
            log.before(cutoff), cutoff, pinned(model), training, Path(directory), parent, progress, cache, rungs
        ).run()


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
        cache: Path | None,
        rungs: dict[str, str] | None,
    ) -> None:
        self.rungs = rungs
        self.log, self.cutoff, self.training, self.directory, self.cache = log, cutoff, training, directory, cache
        self.model = replace(model, text=resolved_kind(model.text))
        self.progress = progress or (lambda step, done, total: None)
        self.parent = None if parent is None else CustomerModel.load(parent, device=training.device)
        self.parent_digest = None if parent is None else artifact.verify(parent)["digest"]
        self.parent_metrics = {} if parent is None else artifact.read_json(parent / "metrics.json")
        self.checkpoint = directory / "checkpoint"
        self.seconds: dict[str, float] = {}
        self.curves: dict[str, list[float]] = {}
        self.parameters = 0
        self.accelerator = accelerator(training.device)

    def run(self) -> FitResult:
        with self._step("prepare"):
            self._prepare()
        if self.learnable:
            with self._step("decoder"):
                self._train_decoder()
        if self.continued:
            with self._step("evidence"):
                last = self._origin(self.windows[0].origin)
                metrics = self._judge_parent(last)
            with self._step("rankers"):
                rungs, rankers = self.parent.rungs, self._continue_rankers(last)
            del last
            behaviour, metrics["behaviour"] = self.parent.behaviour, self.parent_metrics["behaviour"]
        else:
            with self._step("evidence"):
                tables, last = self._collect()
            with self._step("rankers"):
                rungs, rankers, metrics = self._prove(tables, last)
            del tables, last
            behaviour, metrics["behaviour"] = None, {}
            if self.training.behaviour:
                with self._step("behaviour"):
                    behaviour, metrics["behaviour"] = self._fit_behaviour()
        with self._step("write"):
            digest = self._write(rungs, rankers, behaviour, metrics)
        return FitResult(self.directory, digest, rungs, metrics, self.curves, self.seconds, self.parameters)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = perf_counter()
        yield
        self.seconds[name] = round(perf_counter() - started, 3)
        logger.info("training step", extra={"step": name, "seconds": self.seconds[name]})

    def _prepare(self) -> None:
        log = self.log
        self.baskets = build_baskets(log)
        self.text = text_vectors(
            log.item_text,
            kind=self.model.text,
            dim=self.model.text_dim,
            cache=self.cache,
            device=self.accelerator.device,
        )
        self.size = {"n_users": log.n_users, "n_items": log.n_items}
        passed = self._passed()
        self.continued = passed is not None
        self.windows = (
            [passed]
            if self.continued
            else label_windows(self.baskets, cutoff=self.cutoff, training=self.training, **self.size)
        )
        self.origins = [window.origin for window in self.windows] + [self.cutoff]
        # one window evaluates; at least one more must remain to learn from
        self.learnable = self.continued or len(self.windows) > 1
        known = self.parent.vocab if self.continued and self.parent else Vocab(())
        self.vocab = known.extended(log.item_ids)
        self.rows = self.vocab.rows(log.item_ids)
        fingerprint, mark = self._fingerprint(), self.checkpoint / "fingerprint"
        if not mark.exists() or mark.read_text() != fingerprint:
            shutil.rmtree(self.checkpoint, ignore_errors=True)
            self.checkpoint.mkdir(parents=True)
            mark.write_text(fingerprint)
        (self.directory / artifact.MANIFEST).unlink(missing_ok=True)

    def _passed(self) -> LabelWindow | None:
        """What happened since the parent's cutoff, or None where the parent cannot be fine-tuned."""
        parent, width = self.parent, 0 if self.text is None else self.text.shape[1]
        if parent is None:
            return None
        same = parent.model == self.model and parent.text_dim == width and "weights" in parent.weights
        kept = parent.training.behaviour == self.training.behaviour
        fresh = parent.cutoff < self.cutoff <= parent.ranked + int(self.training.window_days * DAY)
        if same and kept and fresh:
            window = label_window(self.baskets, origin=parent.cutoff, end=self.cutoff, **self.size)
            if len(window.users) >= MIN_WINDOW_USERS:
                return window.sample(self.training.window_users, seed=self.training.seed)
        logger.warning("the parent cannot be fine-tuned: training starts from scratch")
        return None

    def _fingerprint(self) -> str:
        settings = [self.cutoff, self.model.to_dict(), self.training.to_dict(), self.parent_digest]
        digest = hashlib.sha256(json.dumps([*settings, self.vocab.item_ids, self.log.item_text]).encode())
        for name in ROW_COLUMNS:
            digest.update(np.ascontiguousarray(getattr(self.log, name)).tobytes())
        return digest.hexdigest()

    # first stage

    def _data(self, origin: int) -> DecoderData:
        return decoder_data(self.baskets, origin=origin, n_users=self.log.n_users, rows=self.rows, text=self.text)

    def _decoder(self, weights: dict[str, torch.Tensor] | None = None) -> Decoder:
        torch.manual_seed(self.training.seed)
        decoder = Decoder(self.model, rows=len(self.vocab), text_dim=0 if self.text is None else self.text.shape[1])
        if weights is not None:
            decoder.load_state_dict(weights)
        return decoder.to(self.accelerator.device)

    def _adopted(self, name: str) -> Decoder:
        """A decoder of the parent, with rows for the items that came since."""
        decoder = self._decoder()
        decoder.adopt(self.parent.weights[name])
        return decoder

    def _snapshot(self, origin: int) -> Path:
        return self.checkpoint / f"origin_{origin}.safetensors"

    def _train_decoder(self) -> None:
        decoder = self._adopted("weights") if self.continued else self._decoder()
        first = self.origins[0]
        earlier = self._data(first)
        if self.continued:
            stages = [Stage(earlier, 0, None, self._snapshot(first).name)]
        else:
            validation = self._validation(self.windows[0], earlier)
            begin = partial(begin_in_company, data=earlier, baskets=self.baskets, seed=self.training.seed)
            stages = [Stage(earlier, self.training.epochs, validation, self._snapshot(first).name, begin)]
        for before, origin in pairwise(self.origins):
            data = self._data(origin)
            begin = partial(place_newcomers, data=data, earlier=earlier, baskets=self.baskets)
            # a part of a window is worth as large a part of the passes
            epochs = ceil(self.training.rolling_epochs * (origin - before) / int(self.training.window_days * DAY))
            stages.append(Stage(data, epochs, None, self._snapshot(origin).name, begin))
            earlier = data
        chain = Chain(
            decoder,
            directory=self.checkpoint,
            training=self.training,
            accelerator=self.accelerator,
            n_items=self.log.n_items,
        )
        scored = chain.negatives or self.log.n_items
        cells = batch_tokens(stages[-1].data, self.training) * scored * self.model.dim
        with cpu_threads(1 if cells < SMALL_STEP else None):
            chain.run(stages, self.progress)
        self.curves = chain.position.curves
        self.parameters = sum(p.numel() for p in decoder.parameters() if p.requires_grad)

    def _validation(self, window: LabelWindow, data: DecoderData) -> Callable[[Decoder], float]:
        """The decoder's NDCG@10 on a window, the mean of both modes, over a bounded number of users."""
        part = window.sample(VALIDATION_USERS, seed=self.training.seed)
        device = self.accelerator.device
        return lambda decoder: float(np.mean(list(DecoderView(decoder, data, device).ndcg(part).values())))

    # second stage

    def _origin(self, origin: int) -> Origin:
        view = None
        if self.learnable:
            view = DecoderView(
                self._decoder(load_file(self._snapshot(origin))), self._data(origin), self.accelerator.device
            )
        return Origin(
            self.baskets,
            origin=origin,
            price=self.log.item_price,
            ease_items=self.training.ease_items,
            text=self.text,
            view=view,
            **self.size,
        )

    def _collect(self) -> tuple[list[dict[str, CandidateTable]], Origin | None]:
        """The candidates of every window, earliest first, and the evaluation window's origin."""
        names = feature_names(
            ease=self.log.n_items <= self.training.ease_items, text=self.text is not None, decoder=self.learnable
        )
        tables, origin = [], None
        for done, window in enumerate(self.windows):
            origin = None  # frees the one before: its tables are the largest things in memory
            origin = self._origin(window.origin)
            tables.append(
                candidate_tables(
                    origin, window, names, per_source=self.training.candidates, seed=self.training.seed + done
                )
            )
            self.progress("evidence", done + 1, len(self.windows))
        return tables, origin

    def _judge_parent(self, last: Origin) -> dict[str, Any]:
        """The parent, which answers as before, beside every baseline on what came after it."""
        window, parent = self.windows[0], self.parent
        own: dict[str, dict[str, Ranker]] = {}
        for mode, rung in parent.rungs.items():
            if rung not in FIXED:
                own.setdefault(rung, {})[mode] = parent.rankers[mode]
        lists = method_lists(last, window, own, per_source=self.training.candidates)
        self.progress("evidence", 1, 1)
        return contest_metrics(last, window, per_user_metrics(window, lists), parent.rungs)

    def _continue_rankers(self, last: Origin) -> dict[str, Ranker]:
        """The parent's rankers; those with trees and network have learnt from what came after it."""
        window, rankers, training = self.windows[0], dict(self.parent.rankers), self.training
        learning = {mode: ranker for mode, ranker in rankers.items() if isinstance(ranker, TreeRanker)}
        if not learning:
            return rankers
        names = tuple({name: None for ranker in learning.values() for name in ranker.names})
        tables = candidate_tables(last, window, names, per_source=training.candidates, seed=training.seed)
        # a part of a window is worth as large a part of the trees
        part = (window.end - window.origin) / (training.window_days * DAY)
        rounds = ceil(MORE_TREES * training.rounds * part)
        with cpu_threads(1):
            for mode, ranker in learning.items():
                rankers[mode] = ranker.continued(tables[mode], rounds=rounds, seed=training.seed)
        self.progress("rankers", 1, 1)
        return rankers

    def _prove(
        self, tables: list[dict[str, CandidateTable]], last: Origin | None
    ) -> tuple[dict[str, str], dict[str, Ranker], dict[str, Any]]:
        """Evaluate on the last window, choose each list's rung, and fit its ranker again with that window's answers."""
        if last is None:
            lowest = RUNGS[0]
            return (
                dict.fromkeys(MODES, lowest),
                dict.fromkeys(MODES, FIXED[lowest]),
                {"next_basket": {"users": 0}, "gains": {}, "decoder_gain": {}, "slices": {}},
            )
        if self.rungs is not None and self.learnable:
            return self.rungs, self._rankers(tables, self.rungs), {}
        window, learned = self.windows[-1], tuple(rung for rung in RUNGS if rung not in FIXED)
        total = len(MODES) * (len(learned) + 1)
        proving = {}
        if self.learnable:
            proving = fit_rankers(
                tables[:-1],
                [(rung, mode) for mode in MODES for rung in learned],
                training=self.training,
                progress=lambda n, _: self.progress("rankers", n, total),
            )
        lists = method_lists(last, window, proving, per_source=self.training.candidates)
        lists |= self._champion_lists()
        per_user = per_user_metrics(window, lists)
        rungs = {mode: choose_rung({n: m["ndcg@10"] for n, m in found.items()}) for mode, found in per_user.items()}
        rankers = self._rankers(tables, rungs)
        self.progress("rankers", total, total)
        return rungs, rankers, contest_metrics(last, window, per_user, rungs)

    def _rankers(self, tables: list[dict[str, CandidateTable]], rungs: dict[str, str]) -> dict[str, Ranker]:
        """What answers, learnt from as many windows as were proved with, moved forward to the cutoff."""
        recent = tables[-max(1, len(tables) - 1) :]
        learnt = [(rung, mode) for mode, rung in rungs.items() if rung not in FIXED]
        fitted = fit_rankers(recent, learnt, training=self.training)
        return {mode: FIXED[rung] if rung in FIXED else fitted[rung][mode] for mode, rung in rungs.items()}

    def _champion_lists(self) -> dict[str, Lists]:
        """The parent's lists for the evaluation window, if it has not been trained on it."""
        window = self.windows[-1]
        if self.parent is None or self.parent.cutoff > window.origin:
            return {}
        scored = self.parent.scorer(self.log, cutoff=window.origin, cache=self.cache).score(window.users, k=K)
        return {"champion": {mode: getattr(scored, mode).items for mode in MODES}}

    # when and how much, and the artifact

    def _fit_behaviour(self) -> tuple[BehaviourModel | None, dict[str, Any]]:
        orders = self.baskets.purchases()
        known = orders.time[orders.user != ANONYMOUS]
        if not len(known):
            return None, {}
        states = self._states() if self.learnable else None
        settings = {"states": states, "seed": self.training.seed, "threads": self.training.threads}
        metrics = {}
        for days in BEHAVIOUR_HORIZONS:
            past = self.cutoff - days * DAY
            if (
                self.rungs is None
                and self.learnable
                and known.min() <= self.cutoff - 4 * days * DAY
                and past >= self.origins[0]
            ):
                proving = fit_behaviour(self.log.before(past), cutoff=past, **settings)
                bought = orders.before(past)
                users = np.unique(bought.user[bought.user != ANONYMOUS])
                metrics = evaluate_behaviour(
                    self.log, cutoff=past, horizon_days=days, model=proving, users=users, states=states(users, past)
                )
                break
        behaviour = fit_behaviour(
            self.log,
            cutoff=self.cutoff,
            progress=lambda share: self.progress("behaviour", int(100 * share), 100),
            **settings,
        )
        return behaviour, metrics

    def _states(self) -> States:
        """The hidden states of the decoder as it was before the earliest window, whose future it never learned."""
        decoder = self._decoder(load_file(self._snapshot(self.origins[0])))

        def states(users: np.ndarray, origin: int) -> np.ndarray:
            return DecoderView(decoder, self._data(origin), self.accelerator.device).states(users)

        return states

    def _write(
        self,
        rungs: dict[str, str],
        rankers: dict[str, Ranker],
        behaviour: BehaviourModel | None,
        metrics: dict[str, Any],
    ) -> str:
        kept = {"weights": self.origins[-1], "start": self.origins[0]} if self.learnable else {}
        weights = {name: load_file(self._snapshot(origin)) for name, origin in kept.items()}
        start, ranked = kept.get("start"), self.cutoff
        if self.continued:  # what the behaviour model reads stays as it was
            weights["start"] = self._adopted("start").cpu().state_dict()
            start, ranked = self.parent.start, self.parent.ranked
        made = CustomerModel(
            model=self.model,
            training=self.training,
            cutoff=self.cutoff,
            ranked=ranked,
            start=start,
            vocab=self.vocab,
            text_dim=0 if self.text is None else int(self.text.shape[1]),
            weights=weights,
            rungs=rungs,
            rankers=rankers,
            behaviour=behaviour,
            device=self.accelerator.device,
        )
        digest = made.save(self.directory, metrics=metrics)
        shutil.rmtree(self.checkpoint)
        return digest
