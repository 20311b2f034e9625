"""How long until the decoder lists as well as RecTools' SASRec does at its best?

    python -m benchmarks.training_speed --train FILE [--minutes M] [--cache DIR] [--seed 0]

FILE is CSV(.gz) with USER_ID, ITEM_ID and TIMESTAMP, a position. Everybody's last item is held back: both train on the rest and
list new items for all users. SASRec trains until its own early stopping or M minutes; then the decoder, alone, until its NDCG@10
reaches SASRec's, once as production begins it and once from random item vectors. All run on all cores, one after the other.
Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
import polars as pl

from benchmarks.data import DAY, read_interactions
from benchmarks.output import BadInput, positive, run_command
from benchmarks.report import machine, peers_python

ROOT = Path(__file__).resolve().parent.parent
EPOCHS = 60


def compare(args: argparse.Namespace) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    prepared = read_interactions(args.train, None)
    if not prepared.positions:
        raise BadInput(f"{args.train}: TIMESTAMP must hold positions (0, 1, 2 ... of each user)")
    from loyalty_ai.ml.evaluation import label_window
    from loyalty_ai.ml.sequences import build_baskets

    log, origin = prepared.log, prepared.cutoff - DAY
    size = {"n_users": log.n_users, "n_items": log.n_items}
    window = label_window(build_baskets(log), origin=origin, end=prepared.cutoff, **size)
    peer = train_sasrec(log.before(origin), window, args)
    ours, random = (
        train_decoder(log, origin, window, goal=peer["ndcg@10"], seed=args.seed, company=company)
        for company in (True, False)
    )
    return {
        "command": "training_speed",
        "users": log.n_users,
        "items": log.n_items,
        "positions": int((log.time < origin).sum()),
        "seed": args.seed,
        "sasrec": peer,
        "decoder": ours,
        "decoder_from_random_vectors": random,
        # On a machine that others use too, processor time tells more.
        "times_faster": {
            clock: round(peer[clock] / ours[clock], 1) if ours["reached"] else None
            for clock in ("seconds", "cpu_seconds")
        },
        "machine": {**machine(), "load": round(os.getloadavg()[0], 1)},
    }


def train_sasrec(log: Any, window: Any, args: argparse.Namespace) -> dict[str, Any]:
    """The peer in its own environment: NDCG@10 of new items, seconds of training, epochs, positions a second."""
    from loyalty_ai.ml.evaluation import ranking_metrics

    with TemporaryDirectory() as name:
        train, out = Path(name) / "train.csv.gz", Path(name) / "lists.csv.gz"
        table = pl.DataFrame({"USER_ID": log.user, "ITEM_ID": log.item, "TIMESTAMP": log.time // DAY})
        first = pl.col("TIMESTAMP").min().over("USER_ID")
        table.with_columns(TIMESTAMP=pl.col("TIMESTAMP") - first).write_csv(train, compression="gzip")
        command = [peers_python(args.cache), "-m", "benchmarks.peers.rectools_sasrec", "--method", "sasrec"]
        command += ["--train", train, "--out", out, "--k", "10", "--seed", args.seed, "--minutes", args.minutes]
        done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BadInput(f"SASRec failed: {done.stderr.strip().splitlines()[-1:]}")
        printed = json.loads(done.stdout.strip().splitlines()[-1])
        lists = pl.read_csv(out.with_name(out.name + ".new"))
    ranked = np.full((log.n_users, 10), -1)
    ranked[lists["user"].to_numpy(), lists["rank"].to_numpy() - 1] = lists["item"].to_numpy()
    rows, targets = window.mode("new_only")
    return {
        "ndcg@10": round(float(ranking_metrics(ranked[window.users[rows]], targets)["ndcg@10"].mean()), 4),
        "seconds": printed["seconds"]["training"],
        "cpu_seconds": printed["training_cpu_seconds"],
        "epochs": printed["epochs"],
        "stopped": printed["stopped"],
        "positions_per_second": printed["positions_per_second"],
    }


def train_decoder(log: Any, origin: int, window: Any, *, goal: float, seed: int, company: bool) -> dict[str, Any]:
    """Our decoder, beginning in `company` as in production or from random vectors, judged after every epoch outside the clock."""
    import torch

    from loyalty_ai.ml.chain import Chain, Stage
    from loyalty_ai.ml.company import begin_in_company
    from loyalty_ai.ml.config import ModelConfig, TrainingConfig
    from loyalty_ai.ml.decoder import DecoderView, decoder_data
    from loyalty_ai.ml.devices import accelerator
    from loyalty_ai.ml.model import Decoder
    from loyalty_ai.ml.sequences import build_baskets

    started, spent = perf_counter(), process_time()
    judging, cpu_judging = 0.0, 0.0
    model, training = ModelConfig(), TrainingConfig(seed=seed, epochs=EPOCHS, patience=EPOCHS)
    device = accelerator(training.device)
    baskets = build_baskets(log.before(origin))
    data = decoder_data(baskets, origin=origin, n_users=log.n_users, rows=np.arange(1, log.n_items + 1), text=None)
    torch.manual_seed(seed)
    decoder = Decoder(model, rows=log.n_items + 1, text_dim=0).to(device.device)
    curve: list[dict[str, float]] = []

    class Reached(Exception):
        pass

    def judge(decoder: Decoder) -> float:
        nonlocal judging, cpu_judging
        before, cpu_before = perf_counter(), process_time()
        elapsed = before - started - judging
        cpu = cpu_before - spent - cpu_judging
        found = DecoderView(decoder, data, device.device).ndcg(window)["new_only"]
        curve.append({"seconds": round(elapsed, 1), "cpu_seconds": round(cpu, 1), "ndcg@10": round(found, 4)})
        judging += perf_counter() - before
        cpu_judging += process_time() - cpu_before
        if found >= goal:
            raise Reached
        return found

    begin = partial(begin_in_company, data=data, baskets=baskets, seed=seed) if company else None
    with TemporaryDirectory() as name:
        chain = Chain(decoder, directory=Path(name), training=training, accelerator=device, n_items=log.n_items)
        reached = False
        try:
            chain.run([Stage(data, EPOCHS, judge, None, begin)])
        except Reached:
            reached = True
    last = curve[-1]
    return {
        "reached": reached,
        **last,
        "epochs": len(curve),
        "positions_per_second": round(len(curve) * len(data.baskets) / max(last["seconds"], 0.1)),
        "curve": curve,
    }


def main(argv: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training_speed", description=__doc__.split("\n")[0])
    parser.add_argument("--train", type=Path, required=True, help="CSV(.gz): USER_ID, ITEM_ID, TIMESTAMP (positions)")
    parser.add_argument("--minutes", type=positive(float), default=20.0, help="most minutes for SASRec (20)")
    parser.add_argument("--cache", type=Path, default=Path("var/benchmarks"), help="where the peers' environment is")
    parser.add_argument("--seed", type=int, default=0, help="the only source of randomness (0)")
    args = parser.parse_args(argv)
    return run_command("training_speed", lambda: compare(args))


if __name__ == "__main__":
    sys.exit(main())
