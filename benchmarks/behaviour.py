"""Will a customer buy again, how often, for how much? Train on a file of transactions, write predictions.

    python -m benchmarks.behaviour --train FILE --cutoff DATE --horizon-days N --out OUT [--seed 0] [--origins K]

FILE is CSV(.gz) with customer, date, amount and, if known, item, quantity; a negative amount or quantity is a refund. OUT gets
`customer,p_purchase,exp_count,exp_spend` for the N days from the cutoff on, for everyone seen before it. Orders are customer-days.
Rows on or after the cutoff are not used. With `--origins K` the model is also judged at K earlier days of the file, fitted on what
came before each; that is how it was chosen.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data import DAY, read_moment, read_transactions
from benchmarks.output import Clock, check_writable, peak_memory_mb, positive, run_command, whole_file


def train_and_predict(args: argparse.Namespace) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    import polars as pl

    from loyalty_ai.ml.behaviour import fit_behaviour

    out = check_writable(args.out)
    clock = Clock()
    with clock.part("preparing"):
        log = read_transactions(args.train, cutoff=args.cutoff)
    with clock.part("training"):
        model = fit_behaviour(log, cutoff=args.cutoff, states=None, seed=args.seed)
    with clock.part("scoring"):
        answer = model.predict(
            log,
            users=np.arange(log.n_users),
            cutoff=args.cutoff,
            states=None,
            horizons_days=(args.horizon_days,),
        )
        columns = {
            "p_purchase": answer.p_purchase,
            "exp_count": answer.expected_orders,
            "exp_spend": answer.expected_spend,
        }
        table = pl.DataFrame(
            {"customer": log.user_ids.tolist(), **{name: part[:, 0] for name, part in columns.items()}}
        )
        with whole_file(out, compress=out.suffix == ".gz") as stream:
            table.write_csv(stream)
    with clock.part("validating"):
        validation = validate(log, cutoff=args.cutoff, days=args.horizon_days, seed=args.seed)
        rolling = roll(log, cutoff=args.cutoff, days=args.horizon_days, seed=args.seed, origins=args.origins)
    _, settings = model.state()
    return {
        "command": "behaviour",
        "customers": log.n_users,
        "rows": len(log),
        "horizon_days": args.horizon_days,
        "seed": args.seed,
        "seconds": clock.total(),
        "peak_memory_mb": peak_memory_mb(),
        "answers": answer.rung,
        "extrapolated": bool(answer.extrapolated[0]),
        "parameters": sum(part.size for name, part in model.state()[0].items() if name.startswith("net.")),
        "lifetime": settings["lifetime"],
        "validation": validation,
        "rolling": rolling,
    }


def validate(log: Any, *, cutoff: int, days: int, seed: int) -> dict[str, Any]:
    """The model and the lifetime baselines on the last days before the cutoff, fitted on what came before those.

    The window is as long as the horizon, or a quarter of the log where that is less; empty where nothing came before.
    """
    span = (cutoff - int(log.time.min())) // DAY
    return _judge(log, past=cutoff - min(days, span // 4) * DAY, until=cutoff, days=days, seed=seed)


def roll(log: Any, *, cutoff: int, days: int, seed: int, origins: int) -> list[dict[str, Any]]:
    """The spend's figures at `origins` days evenly spread over the second half of the log, each judged by what followed it.

    `gain` is by how many standard deviations of the paired difference the model is better than Pareto/NBD.
    """
    span = (cutoff - int(log.time.min())) // DAY
    rows = []
    for origin in range(origins):
        past = cutoff - (span - span * (origins + origin) // (2 * origins + 1)) * DAY
        found = _judge(log, past=past, until=cutoff, days=days, seed=seed)
        if found:
            metrics = {name: _beside_pareto_nbd(found, name) for name in ("spend_gini", "spend_deviance")}
            rows.append({"origin": str(np.datetime64(past, "s"))[:10], "days": found["horizon_days"], **metrics})
    return rows


def _beside_pareto_nbd(found: dict[str, Any], metric: str) -> dict[str, float | None]:
    paired = found["gains"]["pareto_nbd"][metric]
    gain, error = paired["gain"], paired["standard_error"]
    known = {name: found[name][metric] for name in ("model", "pareto_nbd")}
    return {**known, "gain": gain / error if gain is not None and error else None}


def _judge(log: Any, *, past: int, until: int, days: int, seed: int) -> dict[str, Any]:
    """`evaluate_behaviour` of a model fitted on what came before `past`, on at most `days` days; none may reach `until`."""
    from loyalty_ai.ml.behaviour import fit_behaviour
    from loyalty_ai.ml.behaviour_evaluation import evaluate_behaviour
    from loyalty_ai.ml.transactions import Transactions

    window = min(days, (until - past) // DAY)
    if window < 1 or not len(Transactions.of(log, anchor=past).customers(0)):
        return {}
    model = fit_behaviour(log.before(past), cutoff=past, states=None, seed=seed)
    return evaluate_behaviour(log, cutoff=past, horizon_days=window, model=model)


def moment(text: str) -> int:
    """An argparse type: a date or time as seconds."""
    try:
        return read_moment(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def main(argv: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.behaviour", description=__doc__.split("\n")[0])
    parser.add_argument("--train", type=Path, required=True, help="CSV(.gz): customer, date, amount, ...")
    parser.add_argument(
        "--cutoff", type=moment, required=True, help="date or time (UTC); what comes from here on is not used"
    )
    parser.add_argument("--horizon-days", type=positive(int), required=True, help="days to predict")
    parser.add_argument("--out", type=Path, required=True, help="CSV to write, compressed if it ends in .gz")
    parser.add_argument("--seed", type=int, default=0, help="the only source of randomness (0)")
    parser.add_argument("--origins", type=positive(int), default=0, help="earlier days to judge the model at (none)")
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    return run_command("behaviour", lambda: train_and_predict(args))


if __name__ == "__main__":
    sys.exit(main())
