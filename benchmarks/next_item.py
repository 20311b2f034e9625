"""What will every user buy next? Train on a file of interactions, write ranked lists.

    python -m benchmarks.next_item --train FILE [--items FILE] --k 100 --out OUT [--seed 0] [--device auto] [--minutes M]

FILE is CSV(.gz) with USER_ID, ITEM_ID, TIMESTAMP and, if known, BASKET_ID, QUANTITY, PRICE. OUT gets `user,item,rank,score` with
repeats allowed, OUT.new the same of items new to the user. The model is that of production, with its default settings.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import numpy as np

from benchmarks.data import read_interactions
from benchmarks.output import BadInput, Clock, check_writable, peak_memory_mb, positive, run_command, whole_file

CHUNK = 16_384
"""Users that are scored and written at a time."""


def train_and_list(args: argparse.Namespace) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    clock = Clock()
    out = check_writable(args.out)
    check_device(args.device)
    with clock.part("preparing"):
        prepared = read_interactions(args.train, args.items)  # first: what is wrong with a file is said at once
        from loyalty_ai.ml.config import ModelConfig, TrainingConfig
        from loyalty_ai.ml.scoring import CustomerModel
        from loyalty_ai.ml.training import fit
    log, cutoff = prepared.log, prepared.cutoff
    # positions have no calendar: a window of one step is leave-one-out
    window = {"window_days": 1} if prepared.positions else {}
    training = TrainingConfig(seed=args.seed, device=args.device, minutes=args.minutes, behaviour=False, **window)
    with TemporaryDirectory() as name:
        directory = Path(name)
        with clock.part("training"):
            result = fit(log, cutoff=cutoff, model=ModelConfig(), training=training, directory=directory)
        with clock.part("scoring"):
            scorer = CustomerModel.load(directory, device=args.device).scorer(log, cutoff=cutoff)
            compress = out.suffix == ".gz"
            with (
                whole_file(out, compress=compress) as repeats,
                whole_file(out.with_name(out.name + ".new"), compress=compress) as new_only,
            ):
                for stream in (repeats, new_only):
                    stream.write(b"user,item,rank,score\n")
                for start in range(0, log.n_users, CHUNK):
                    users = np.arange(start, min(start + CHUNK, log.n_users), dtype=np.int32)
                    scored = scorer.score(users, k=args.k)
                    for stream, lists in ((repeats, scored.repeats), (new_only, scored.new_only)):
                        write_lists(stream, log.user_ids[users], log.item_ids, lists.items, lists.scores)
    return {
        "command": "next_item",
        "users": log.n_users,
        "items": log.n_items,
        "interactions": len(log),
        "clock": "positions" if prepared.positions else "timestamps",
        "seed": args.seed,
        "seconds": {**clock.total(), "steps": result.seconds},
        "peak_memory_mb": peak_memory_mb(),
        "epochs": len(result.curves.get("train_loss", [])),
        "parameters": result.parameters,
        "answers": result.rungs,
        "validation": result.metrics.get("next_basket", {}),
        "gains": result.metrics.get("gains", {}),
        "decoder_gain": result.metrics.get("decoder_gain", {}),
    }


def check_device(name: str) -> None:
    """BadInput where torch has no such device."""
    import torch

    from loyalty_ai.ml.devices import torch_device

    try:
        torch.zeros(1, device=torch_device(name))
    except (RuntimeError, AssertionError) as error:
        raise BadInput(f"--device {name}: {str(error).splitlines()[0]}; use auto, cpu or cuda") from error


def write_lists(
    stream: BinaryIO, user_ids: np.ndarray, item_ids: np.ndarray, items: np.ndarray, scores: np.ndarray
) -> None:
    """Append `user,item,rank,score` of ranked lists [n, k]; -1 is no item."""
    import polars as pl

    row, place = np.nonzero(items >= 0)
    pl.DataFrame(
        {
            "user": pl.Series(user_ids.tolist(), dtype=pl.String).gather(row),
            "item": pl.Series(item_ids.tolist(), dtype=pl.String).gather(items[row, place]),
            "rank": place + 1,
            "score": scores[row, place],
        }
    ).write_csv(stream, include_header=False)


def main(argv: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.next_item", description=__doc__.split("\n")[0])
    parser.add_argument("--train", type=Path, required=True, help="CSV(.gz): USER_ID, ITEM_ID, TIMESTAMP, ...")
    parser.add_argument("--items", type=Path, help="CSV(.gz): ITEM_ID, TITLE, CATEGORY")
    parser.add_argument("--k", type=positive(int), default=100, help="length of each list (100)")
    parser.add_argument("--out", type=Path, required=True, help="CSV to write, compressed if it ends in .gz")
    parser.add_argument("--seed", type=int, default=0, help="the only source of randomness (0)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, ... (auto)")
    parser.add_argument("--minutes", type=positive(float), help="most minutes of training")
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    return run_command("next_item", lambda: train_and_list(args))


if __name__ == "__main__":
    sys.exit(main())
