"""Can it be told from what a model gives away who it was trained on? The audit of `loyalty_ai.ml.membership` on a public log.

    python -m benchmarks.membership [--shadows 8] [--minutes M] [--version DIR] [--work DIR] [--seed 0] [--device auto]

On the demo shop's log (Online Retail) so many shadow models are fitted, each on a random half of the customers and planted
canaries, with the settings and the rungs of a version (read from DIR; by default production's settings and the ranker with the
decoder). The line of JSON holds both attackers' AUC and true positives at 1 % false positives with their intervals, for customers
and for canaries. With `--work` what a stopped run had finished is kept there and not done again.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.data import DAY
from benchmarks.next_item import check_device
from benchmarks.output import BadInput, Clock, add_settings, peak_memory_mb, positive, run_command
from benchmarks.retail import add_skip_days, online_retail


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    check_device(args.device)
    from loyalty_ai.ml.artifact import ArtifactError
    from loyalty_ai.ml.config import ModelConfig, TrainingConfig
    from loyalty_ai.ml.evaluation import MODES
    from loyalty_ai.ml.membership import audit_membership
    from loyalty_ai.ml.scoring import CustomerModel

    clock = Clock()
    settings = {"seed": args.seed, "device": args.device, "threads": args.threads}
    model, training = ModelConfig(**args.model), TrainingConfig(**(settings | args.training))
    rungs = dict.fromkeys(MODES, "model")
    if args.version is not None:
        try:
            version = CustomerModel.load(args.version, device=args.device)
        except ArtifactError as error:
            raise BadInput(str(error)) from error
        model, rungs = version.model, version.rungs
    with TemporaryDirectory() as name:
        with clock.part("preparing"):
            log, end = online_retail(Path(name))
            cutoff = end - int(args.skip_days * DAY)
        with clock.part("shadows"):
            found = audit_membership(
                log,
                cutoff=cutoff,
                model=model,
                training=training,
                rungs=rungs,
                directory=args.work or Path(name) / "audit",
                shadows=args.shadows,
                minutes=args.minutes,
            )
    return {
        "command": "membership",
        "cutoff": cutoff,
        "seed": args.seed,
        "answers": rungs,
        **found,
        "seconds": clock.total(),
        "peak_memory_mb": peak_memory_mb(),
    }


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.membership", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--shadows", type=positive(int), default=8, help="shadow models, an even number of at least 4 (8)"
    )
    parser.add_argument("--minutes", type=float, help="begin no further shadow after so long, once four are done")
    parser.add_argument("--version", type=Path, help="a version directory whose settings and rungs are audited")
    parser.add_argument("--work", type=Path, help="a folder that keeps finished shadows until the audit is done")
    add_skip_days(parser)
    add_settings(parser)
    # the settings of production; the tests have smaller ones
    parser.set_defaults(model={}, training={})
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    args = parse(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    return run_command("membership", lambda: run(args))


if __name__ == "__main__":
    sys.exit(main())
