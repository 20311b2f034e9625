"""Are the cheap reasons that are stored with every list true? Remove the named purchase, and see whether the score falls.

    python -m benchmarks.reasons [--users 200] [--version DIR] [--k 10] [--skip-days D] [--seed 0] [--device auto]

On the demo shop's log (Online Retail) a version is fitted (or read from DIR) and lists are made for a sample of customers. Each
listed product's reason is then tested by removing every item of that customer's history in turn, exactly
(`loyalty_ai.ml.occlusion`): `confirmed` is the share of the named reasons whose removal lowers the product's score, `largest`
the share that no other item's removal lowers more, both with an error over customers. `exact` is the share of listed products
that have a reason of the exact form, any item whose removal lowers the score: what is left to call popular.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.data import DAY
from benchmarks.next_item import check_device
from benchmarks.output import BadInput, Clock, add_settings, peak_memory_mb, positive, run_command
from benchmarks.retail import add_skip_days, online_retail

if TYPE_CHECKING:
    from loyalty_ai.ml.scoring import RankedLists, Scorer

BAR = 0.95


def share(marks: list[np.ndarray]) -> dict[str, float]:
    """The share of true among all `marks` (one bool array a customer), and its standard error over customers."""
    sizes, hits = (np.array([f(m) for m in marks], float) for f in (len, np.sum))
    if not sizes.sum():
        return {"named": 0}
    value = hits.sum() / sizes.sum()
    spread = np.sqrt(np.sum((hits - value * sizes) ** 2)) / sizes.sum()
    return {"named": int(sizes.sum()), "value": float(value), "se": float(spread)}


def tested(scorer: Scorer, users: np.ndarray, lists: RankedLists, mode: str) -> dict[str, Any]:
    """What the removal of every past item, one by one, says of the reasons of one kind of list."""
    from loyalty_ai.ml.reasons import ReasonKind

    falls, largest, exact, best = defaultdict(list), defaultdict(list), [], []
    for row, user in enumerate(users):
        real = np.flatnonzero(lists.items[row] >= 0)
        past, drops = scorer.explain(int(user), lists.items[row, real], mode=mode)
        most = drops.max(axis=0)
        exact.append(most > 0)
        because, kinds = lists.reason_items[row, real], lists.reason_kinds[row, real]
        named = np.flatnonzero(because >= 0)
        fall = drops[np.searchsorted(past, because[named]), named]
        for kind in ("all", *(k.name.lower() for k in ReasonKind if k != ReasonKind.POPULAR)):
            chosen = np.ones(len(named), bool) if kind == "all" else kinds[named] == ReasonKind[kind.upper()]
            falls[kind].append(fall[chosen] > 0)
            largest[kind].append(fall[chosen] >= most[named][chosen])
        best.append(most[kinds == ReasonKind.POPULAR] > 0)
    return {
        "listed": int(sum(map(len, exact))),
        "confirmed": {kind: share(marks) for kind, marks in falls.items()},
        "largest": {kind: share(marks) for kind, marks in largest.items()},
        "exact": share(exact),
        "popular_with_an_exact_reason": share(best),
    }


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    check_device(args.device)
    from loyalty_ai.ml.artifact import ArtifactError
    from loyalty_ai.ml.config import ModelConfig, TrainingConfig
    from loyalty_ai.ml.scoring import LISTS, CustomerModel
    from loyalty_ai.ml.training import fit

    clock = Clock()
    with TemporaryDirectory() as name:
        with clock.part("preparing"):
            log, end = online_retail(Path(name))
            cutoff = end - int(args.skip_days * DAY)
        directory = args.version or Path(name) / "version"
        if args.version is None:
            settings = {"seed": args.seed, "device": args.device, "threads": args.threads, "behaviour": False}
            training = TrainingConfig(**(settings | args.training))
            with clock.part("fit"):
                fit(log, cutoff=cutoff, model=ModelConfig(**args.model), training=training, directory=directory)
        try:
            model = CustomerModel.load(directory, device=args.device)
        except ArtifactError as error:
            raise BadInput(str(error)) from error
        scorer = model.scorer(log, cutoff=cutoff)
    known = np.unique(scorer.origin.bought.user)
    users = np.random.default_rng(args.seed).permutation(known[known >= 0])[: args.users].astype(np.int32)
    with clock.part("lists"):
        scored = scorer.score(users, k=args.k)
    with clock.part("removal"):
        found = {
            kind: tested(scorer, users, getattr(scored, kind), "new_only" if kind == "new_only" else "repeats")
            for kind in LISTS
        }
    return {
        "command": "reasons",
        "customers": len(users),
        "k": args.k,
        "cutoff": cutoff,
        "seed": args.seed,
        "answers": model.rungs,
        **found,
        "bar": {
            "share": BAR,
            "reached": {kind: said["confirmed"]["all"].get("value", 0) >= BAR for kind, said in found.items()},
        },
        "seconds": clock.total(),
        "peak_memory_mb": peak_memory_mb(),
    }


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reasons", description=__doc__.split("\n")[0])
    parser.add_argument("--users", type=positive(int), default=200, help="customers in the sample (200)")
    parser.add_argument("--version", type=Path, help="a version directory to test (default: fit one)")
    parser.add_argument("--k", type=positive(int), default=10, help="length of each list (10)")
    add_skip_days(parser)
    add_settings(parser)
    # the settings of production; the tests have smaller ones
    parser.set_defaults(model={}, training={})
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    args = parse(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    return run_command("reasons", lambda: run(args))


if __name__ == "__main__":
    sys.exit(main())
