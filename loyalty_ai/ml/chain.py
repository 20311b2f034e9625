"""The decoder's training: one chain through time that leaves a snapshot at every origin.

The chain first learns what precedes the earliest window (early stopping on the window before it), then moves forward one
window at a time, learning the newly passed window and rehearsing the old ones. The snapshot of an origin has seen only what
happened before that origin, so whatever is scored with it is scored honestly, and one chain serves the ranker's windows, the
evaluation and the final model alike.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from accelerate import Accelerator
from safetensors.torch import load_file, save_file

from loyalty_ai.ml.config import TrainingConfig
from loyalty_ai.ml.decoder import DecoderData
from loyalty_ai.ml.model import Decoder
from loyalty_ai.ml.sequences import sequence_batches

logger = logging.getLogger(__name__)

Validation = Callable[[Decoder], float]
Progress = Callable[[str, int, int], None]

DECODER_SHARE, FIRST_SHARE = 0.6, 0.7
"""Of a limited time the decoder takes so much, and so much of that its first stage."""

WARMUP_STEPS = 20
BATCHES, SMALL_BATCH = 100, 512
"""A small log is cut into about so many batches an epoch, of at least so many baskets."""


def batch_tokens(data: DecoderData, training: TrainingConfig) -> int:
    """Most baskets of one batch of this data."""
    return min(training.batch_tokens, max(SMALL_BATCH, len(data.baskets) // BATCHES))


@dataclass(frozen=True)
class Stage:
    """One step of the chain.

    Args:
        data: what the decoder may see, all of it before the stage's origin.
        epochs: most passes over it.
        validation: the decoder's NDCG@10 on the window after `data`, for early stopping, or None to run all epochs.
        snapshot: file name of the weights that the stage leaves, or None.
        begin: prepares the decoder before the first epoch, or None; it must do the same whenever it is called.
    """

    data: DecoderData
    epochs: int
    validation: Validation | None = None
    snapshot: str | None = None
    begin: Callable[[Decoder], None] | None = None


@dataclass
class Position:
    """Where the chain stands; JSON-able, part of a checkpoint."""

    stage: int = 0
    epoch: int = 0
    step: int = 0
    total_steps: int = 0
    loss_sum: float = 0.0
    best: float = -1.0
    best_epoch: int = 0
    curves: dict[str, list[float]] = field(default_factory=lambda: {"train_loss": [], "validation_ndcg": []})


class Chain:
    """Trains a decoder through its stages, with checkpoints from which it resumes to the same weights.

    The order of batches is a function of (seed, stage, epoch) and dropout of (seed, steps so far), so a checkpoint needs no
    other random state than its counters.

    Args:
        decoder: the network, its weights the starting point.
        directory: where checkpoints and snapshots are kept; a checkpoint found there is continued.
        accelerator: devices, processes and precision.
    """

    def __init__(
        self, decoder: Decoder, *, directory: Path, training: TrainingConfig, accelerator: Accelerator, n_items: int
    ) -> None:
        self.training, self.accelerator, self.directory = training, accelerator, directory
        learned = [parameter for parameter in decoder.parameters() if parameter.requires_grad]
        self.optimiser = torch.optim.AdamW(
            learned, lr=training.learning_rate, weight_decay=training.weight_decay, betas=(0.9, 0.98)
        )
        self.negatives = training.sampled(n_items)
        self.decoder = decoder
        self.position = Position()
        self.started = perf_counter()
        directory.mkdir(parents=True, exist_ok=True)
        self._resume()
        self.model, self.optimiser = accelerator.prepare(decoder, self.optimiser)

    def run(self, stages: list[Stage], progress: Progress | None = None) -> None:
        """Train through all stages; the decoder ends as the last stage leaves it."""
        total = sum(stage.epochs for stage in stages)
        while self.position.stage < len(stages):
            stage = stages[self.position.stage]
            if stage.begin and not self.position.epoch and not self.position.step:
                stage.begin(self.decoder)
            while self.position.epoch < stage.epochs and not self._out_of_time(len(stages)):
                self._epoch(stage)
                done = sum(s.epochs for s in stages[: self.position.stage]) + self.position.epoch
                if progress:
                    progress("decoder", done, total)
                if stage.validation and self.position.epoch - self.position.best_epoch >= self.training.patience:
                    break
            if stage.validation and self._file("best").exists():
                self.decoder.load_state_dict(load_file(self._file("best")))
            if stage.snapshot:
                self._save("snapshot", self.decoder.state_dict(), self.directory / stage.snapshot)
            self.position.stage += 1
            self.position.epoch = self.position.step = 0
            self._checkpoint()
        if progress:
            progress("decoder", total, total)

    def _epoch(self, stage: Stage) -> None:
        position, training = self.position, self.training
        device, data = self.accelerator.device, stage.data
        rows = torch.from_numpy(data.rows).to(device)
        text = None if data.text is None else torch.from_numpy(data.text).to(device)
        order = np.random.default_rng((training.seed, position.stage, position.epoch))
        batches = list(
            sequence_batches(
                data.spans,
                np.arange(data.n_users),
                context=self.decoder.config.context,
                batch_tokens=batch_tokens(data, training),
                order=order,
            )
        )
        if position.step == 0:
            position.loss_sum = 0.0
        self.model.train()
        processes = self.accelerator.num_processes
        usable = len(batches) // processes * processes if processes > 1 else len(batches)
        for step in range(position.step, usable, processes):
            chosen = batches[step + self.accelerator.process_index]
            batch = data.learning_batch(chosen, device, horizon=training.horizon)
            torch.manual_seed(training.seed * 1_000_003 + position.total_steps)
            self._rate(stage, share=(position.epoch + step / max(usable, 1)) / stage.epochs)
            if batch is not None:
                with self.accelerator.autocast():
                    loss = self.model(rows, text, batch, self.negatives)
                self.accelerator.backward(loss)
                self.accelerator.clip_grad_norm_(self.model.parameters(), 1.0)
                self.optimiser.step()
                self.optimiser.zero_grad()
                position.loss_sum += loss.item()
            position.step, position.total_steps = step + processes, position.total_steps + 1
            if position.total_steps % training.checkpoint_steps == 0:
                self._checkpoint()
        position.curves["train_loss"].append(position.loss_sum / max(1, -(-usable // processes)))
        position.epoch, position.step = position.epoch + 1, 0
        if stage.validation:
            value = stage.validation(self.decoder)
            position.curves["validation_ndcg"].append(value)
            if value > position.best:
                position.best, position.best_epoch = value, position.epoch
                self._save("best", self.decoder.state_dict())
        logger.info("decoder epoch", extra={"stage": position.stage, "epoch": position.epoch})

    def _rate(self, stage: Stage, *, share: float) -> None:
        """A stage that ends by early stopping learns at the full rate, one of a known length ever slower; the first steps of all
        are small, for AdamW knows nothing yet."""
        warm = min(1.0, (self.position.total_steps + 1) / WARMUP_STEPS)
        rate = warm if stage.validation else min(warm, 1 - share)
        for group in self.optimiser.param_groups:
            group["lr"] = self.training.learning_rate * rate

    def _out_of_time(self, stages: int) -> bool:
        if self.training.minutes is None:
            return False
        share = FIRST_SHARE + (1 - FIRST_SHARE) * self.position.stage / max(stages - 1, 1)
        return perf_counter() - self.started > self.training.minutes * 60 * DECODER_SHARE * share

    def _file(self, name: str) -> Path:
        return self.directory / f"{name}.safetensors"

    def _save(self, name: str, tensors: dict[str, torch.Tensor], path: Path | None = None) -> None:
        if not self.accelerator.is_main_process:
            return
        path = path or self._file(name)
        partial = path.with_suffix(".partial")
        save_file({key: value.detach().cpu().contiguous() for key, value in tensors.items()}, partial)
        partial.replace(path)

    def _checkpoint(self) -> None:
        # each checkpoint has its own files and the position file, replaced last, names them: a crash leaves a whole one
        name = f"step-{self.position.stage}-{self.position.total_steps}"
        state = self.optimiser.state_dict()["state"]
        flat = {f"{index}.{key}": value for index, entry in state.items() for key, value in entry.items()}
        self._save(f"{name}-weights", self.decoder.state_dict())
        self._save(f"{name}-optimiser", flat)
        if self.accelerator.is_main_process:
            partial = self.directory / "position.partial"
            partial.write_text(json.dumps({"files": name, "position": vars(self.position)}))
            partial.replace(self.directory / "position.json")
            for old in self.directory.glob("step-*.safetensors"):
                if not old.name.startswith(f"{name}-"):
                    old.unlink()
        self.accelerator.wait_for_everyone()

    def _resume(self) -> None:
        path = self.directory / "position.json"
        if not path.exists():
            return
        saved = json.loads(path.read_text())
        self.position = Position(**saved["position"])
        self.decoder.load_state_dict(load_file(self._file(f"{saved['files']}-weights")))
        state: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in load_file(self._file(f"{saved['files']}-optimiser")).items():
            index, name = key.split(".", 1)
            state.setdefault(int(index), {})[name] = value
        self.optimiser.load_state_dict({"state": state, "param_groups": self.optimiser.state_dict()["param_groups"]})
