"""Is a fine-tuned version as good as one trained from scratch, and how much sooner is it ready?

    python -m benchmarks.nightly [--weeks 4] [--days 28] [--skip-days D] [--customers N] [--seed 0] [--seeds 1]

On the demo shop's log (Online Retail) a champion is trained in full; then, a week later each, a version is fine-tuned from the
one before and another trained from scratch to the same cutoff. Both rank for the customers who come back in the `--days` after
it, new products apart, and the customers who first bought in the first half of the log once more for themselves: have they
been forgotten? The last of those periods ends with the log; `--skip-days` leaves out its end, to choose settings by. Seconds
are the processor's on a CPU, so that other work on the machine costs nobody anything, and the clock's on a GPU.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.data import DAY
from benchmarks.next_item import check_device
from benchmarks.output import BadInput, add_settings, peak_memory_mb, positive, run_command
from benchmarks.retail import add_skip_days, online_retail

if TYPE_CHECKING:
    from loyalty_ai.ml.evaluation import LabelWindow
    from loyalty_ai.ml.interactions import Interactions

WEEK = 7 * DAY
KINDS = ("fine_tuned", "full")
QUALITY, TIME = 0.99, 0.25
"""The bars: the least ratio of NDCG@10, over all weeks, and the largest share of the seconds."""

Judged = dict[str, tuple[np.ndarray, np.ndarray]]
"""Mode -> the users who take part and the NDCG@10 of each."""


def timed_fit(
    log: Interactions, cutoff: int, directory: Path, parent: Path | None, seed: int, args: argparse.Namespace
) -> Any:
    """Fit one version; returns its result and its seconds: `total`, and `decoder` with what prepares it."""
    from loyalty_ai.ml.config import ModelConfig, TrainingConfig
    from loyalty_ai.ml.devices import accelerator
    from loyalty_ai.ml.training import fit

    clock = process_time if accelerator(args.device).device.type == "cpu" else perf_counter
    started, reached = clock(), {"decoder": 0.0}

    def progress(step: str, done: int, total: int) -> None:
        if step == "decoder":
            reached["decoder"] = clock() - started

    # the text vectors are hashed anew each time, as every training does
    training = TrainingConfig(seed=seed, device=args.device, threads=args.threads, **args.training)
    result = fit(
        log, cutoff=cutoff, model=ModelConfig(**args.model), training=training, directory=directory, parent=parent,
        progress=progress,
    )  # fmt: skip
    reached["total"] = clock() - started
    return result, {name: round(value, 2) for name, value in reached.items()}


def judged(log: Interactions, directory: Path, window: LabelWindow, device: str) -> Judged:
    """How good the lists are that customers would see at the window's origin."""
    from loyalty_ai.ml.evaluation import MODES, ranking_metrics
    from loyalty_ai.ml.scoring import CustomerModel

    scored = CustomerModel.load(directory, device=device).scorer(log, cutoff=window.origin).score(window.users, k=10)
    found = {}
    for mode in MODES:
        rows, targets = window.mode(mode)
        found[mode] = window.users[rows], ranking_metrics(getattr(scored, mode).items[rows], targets)["ndcg@10"]
    return found


def compared(users: np.ndarray, fine: np.ndarray, full: np.ndarray) -> dict[str, Any]:
    """Both means over `users` [n] (one counts once for each week and seed), and their ratio with a 95 % interval over customers."""
    from loyalty_ai.ml.evaluation import Z_95

    if not full.sum():
        return {"users": len(full)}
    ratio = fine.sum() / full.sum()
    off = np.bincount(users, weights=fine - ratio * full)  # a customer's weeks are no independent witnesses
    half = Z_95 * np.sqrt(np.square(off).sum()) / full.sum()
    return {
        "users": len(full),
        "fine_tuned": float(fine.mean()),
        "full": float(full.mean()),
        "ratio": {"value": float(ratio), "low": float(ratio - half), "high": float(ratio + half)},
    }


def table(found: list[dict[str, Judged]], old: np.ndarray) -> dict[str, Any]:
    """`compared` of every week in `found` (kind -> judged) together: all and `old` (bool [users]) customers, each mode."""
    said: dict[str, Any] = {"all": {}, "old": {}}
    for mode in found[0]["full"]:
        users = np.concatenate([week["full"][mode][0] for week in found])
        fine, full = (np.concatenate([week[kind][mode][1] for week in found]) for kind in KINDS)
        said["all"][mode] = compared(users, fine, full)
        said["old"][mode] = compared(users[old[users]], fine[old[users]], full[old[users]])
    return said


def weeks(
    log: Interactions, end: int, old: np.ndarray, folder: Path, seed: int, args: argparse.Namespace
) -> tuple[list[dict[str, Judged]], dict[str, Any]]:
    """The champion, then every week both kinds of version; returns how the weeks were judged, and what is printed of them."""
    from loyalty_ai.ml.evaluation import label_window
    from loyalty_ai.ml.sequences import build_baskets

    cutoff, length = end - int(args.days * DAY) - args.weeks * WEEK, int(args.days * DAY)
    baskets = build_baskets(log)
    parent = folder / "champion"
    champion, spent = timed_fit(log, cutoff, parent, None, seed, args)
    found: list[dict[str, Judged]] = []
    steps: list[dict[str, Any]] = []
    for week in range(1, args.weeks + 1):
        cutoff += WEEK
        window = label_window(baskets, origin=cutoff, end=cutoff + length, n_users=log.n_users, n_items=log.n_items)
        said: dict[str, Any] = {"cutoff": cutoff, "users": len(window.users), "old_users": int(old[window.users].sum())}
        found.append({})
        for kind, source in zip(KINDS, (parent, None), strict=True):
            directory = folder / f"{kind}_{week}"
            result, seconds = timed_fit(log, cutoff, directory, source, seed, args)
            found[-1][kind] = judged(log, directory, window, args.device)
            said[kind] = {
                "seconds": seconds,
                "steps": result.seconds,
                "answers": result.rungs,
                "from_scratch": bool(result.curves["validation_ndcg"]),
            }
        parent = folder / f"fine_tuned_{week}"
        steps.append(said | {"ndcg@10": table(found[-1:], old)})
    return found, {
        "seed": seed,
        "champion": {
            "cutoff": steps[0]["cutoff"] - WEEK,
            "seconds": spent,
            "steps": champion.seconds,
            "answers": champion.rungs,
        },
        "weeks": steps,
        "ndcg@10": table(found, old),
    }


def old_customers(log: Interactions, end: int, args: argparse.Namespace) -> np.ndarray:
    """Whose history began in the first half of the log, bool [users].

    Raises:
        BadInput: so many weeks and days leave nothing to learn from.
    """
    first, last = int(log.time.min()), int(log.time.max())
    if end - int(args.days * DAY) - args.weeks * WEEK <= first:
        raise BadInput(f"so many weeks and days leave nothing to learn from: the log holds {(last - first) / DAY:.0f}")
    begun, known = np.full(log.n_users, last), log.user >= 0
    np.minimum.at(begun, log.user[known], log.time[known])
    return begun < (first + last) / 2


def simulated(log: Interactions, end: int, folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """`weeks` of every seed, and all of them together."""
    old, judged_weeks, runs = old_customers(log, end, args), [], []
    for seed in range(args.seed, args.seed + args.seeds):
        found, said = weeks(log, end, old, folder / str(seed), seed, args)
        judged_weeks += found
        runs.append(said)
    ndcg = table(judged_weeks, old)
    ratios = [part["ratio"]["value"] for modes in ndcg.values() for part in modes.values() if "ratio" in part]
    steps = [step for said in runs for step in said["weeks"]]
    parts = steps[0]["full"]["seconds"]
    seconds = {kind: {part: sum(step[kind]["seconds"][part] for step in steps) for part in parts} for kind in KINDS}
    share = {part: seconds["fine_tuned"][part] / seconds["full"][part] for part in parts if seconds["full"][part]}
    return {
        "runs": runs,
        "ndcg@10": ndcg,
        "share_of_seconds": share,
        "bars": {"quality": bool(ratios) and min(ratios) >= QUALITY, "time": share["total"] <= TIME},
    }


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    check_device(args.device)
    with TemporaryDirectory() as name:
        log, end = online_retail(Path(name))
        if args.customers is not None:
            some = np.random.default_rng(args.seed).permutation(log.n_users)[: args.customers]
            log = log.take(np.isin(log.user, some))
        found = simulated(log, end - int(args.skip_days * DAY), Path(name), args)
    return {
        "command": "nightly",
        "customers": len(np.unique(log.user)),
        "items": log.n_items,
        "days": args.days,
        "skip_days": args.skip_days,
        "threads": args.threads,
        **found,
        "peak_memory_mb": peak_memory_mb(),
    }


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nightly", description=__doc__.split("\n")[0])
    parser.add_argument("--weeks", type=positive(int), default=4, help="how many are simulated (4)")
    parser.add_argument("--days", type=positive(float), default=28, help="that follow a cutoff and judge (28)")
    add_skip_days(parser)
    parser.add_argument(
        "--seeds", type=positive(int), default=1, help="how many, from --seed on, one after another (1)"
    )
    parser.add_argument("--customers", type=positive(int), help="a sample of so many, for a quick look (all)")
    add_settings(parser)
    # the settings of production; the tests have smaller ones
    parser.set_defaults(model={}, training={})
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    args = parse(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    return run_command("nightly", lambda: run(args))


if __name__ == "__main__":
    sys.exit(main())
