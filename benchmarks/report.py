"""The public tables, with peers side by side: runs every method and writes RESULTS.md.

    python -m benchmarks.report --data DIR [--only NAME ...] [--methods [NAME ...]] [--minutes M] [--quick] [--fresh] [--cache DIR]

Our model runs through `benchmarks.next_item` and `benchmarks.behaviour`. What a method wrote is kept in the cache under a digest
of data, settings and code, so that another run only does what changed. All that is kept is told: of a method that was not to run
again, the newest run on the same data with the same settings, marked where its code has changed since.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.metrics import (
    PerUser,
    better,
    gains_without_one,
    judge_forecasts,
    judge_lists,
    outcome_of,
    read_forecast,
)
from benchmarks.output import BadInput, positive
from benchmarks.public import TASKS, Task
from loyalty_ai.ml.evaluation import mean_and_error

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).with_name("RESULTS.md")
CHANGED = "†"
K = 20
BOOTSTRAP = 200
OURS = "loyalty_ai"


@dataclass(frozen=True)
class Method:
    """One row of a table.

    Args:
        name: key in the cache and of the peer's `--method`. label: in the table.
        module: what is run. sources: files whose change makes a kept result stale, besides the module.
        peers: whether it lives in the peers' own environment.
        minutes: most minutes of training it is given; 0 where it takes no such limit.
    """

    name: str
    label: str
    module: str
    sources: tuple[str, ...]
    peers: bool = False
    minutes: float = 0


_FILES, _ORDERS = "benchmarks/peers/files.py", "benchmarks/peers/orders.py"
_RANKER = "benchmarks.peers.boosted_ranker"


def _count(name: str, label: str) -> Method:
    return Method(name, label, "benchmarks.peers.counts", (_FILES, "benchmarks/peers/boosted_ranker.py"))


def _learned(name: str, label: str, *more: str) -> Method:
    return Method(name, label, "benchmarks.peers.learned_behaviour", (_ORDERS, *more))


NEXT_ITEM = (
    _count("popularity", "popularity"),
    _count("recent_popularity", "popularity of the last 30 days"),
    _count("personal_frequency", "personal frequency"),
    _count("transitions", "transitions"),
    _count("ease", "EASE"),
    Method("als", "ALS (implicit)", "benchmarks.peers.implicit_models", (_FILES,), peers=True),
    Method("bm25", "BM25 item-KNN (implicit)", "benchmarks.peers.implicit_models", (_FILES,), peers=True),
    Method("sasrec", "SASRec (RecTools)", "benchmarks.peers.rectools_sasrec", (_FILES,), peers=True, minutes=60),
    Method("linear_blend", "linear blend of counts", _RANKER, (_FILES,)),
    Method("boosted_ranker", "gradient-boosted ranker over counts", _RANKER, (_FILES,)),
    Method(OURS, "**loyalty_ai**", "benchmarks.next_item", ("benchmarks/data.py", "loyalty_ai/ml/*.py"), minutes=60),
)
CALENDAR_ONLY = ("recent_popularity", "personal_frequency")
"""Counts that need real times or repeats."""

BEHAVIOUR = (
    _learned("naive", "same rate as before"),
    Method(
        "bg_nbd",
        "BG/NBD + Gamma-Gamma (lifetimes, least penalty that converges)",
        "benchmarks.peers.lifetimes_models",
        (_ORDERS,),
        peers=True,
    ),
    Method(
        "pareto_nbd",
        "Pareto/NBD + Gamma-Gamma (lifetimes)",
        "benchmarks.peers.lifetimes_models",
        (_ORDERS,),
        peers=True,
    ),
    _learned("pareto_nbd_own", "the same, this project's", "loyalty_ai/ml/lifetimes.py"),
    _learned("lightgbm", "LightGBM"),
    _learned("lightgbm_from_pareto_nbd", "LightGBM started from Pareto/NBD", "loyalty_ai/ml/lifetimes.py"),
    _learned("ziln", "ZILN network"),
    Method(OURS, "**loyalty_ai**", "benchmarks.behaviour", ("benchmarks/data.py", "loyalty_ai/ml/*.py")),
)
REFERENCE = "pareto_nbd"

COLUMNS = {
    "auc": ("AUC", ".4f"), "pr_auc": ("PR-AUC", ".4f"), "log_loss": ("log loss", ".4f"), "ece": ("ECE", ".3f"),
    "count_deviance": ("count Poisson dev.", ".3f"), "count_bias_percent": ("count bias %", "+.1f"),
    "spend_gini": ("spend nGini", ".3f"), "spend_spearman": ("spend rho", ".3f"),
    "spend_deviance": ("Tweedie 1.5", ".2f"), "spend_bias_percent": ("spend bias %", "+.1f"),
}  # fmt: skip

METHODS = sorted({method.name for method in (*NEXT_ITEM, *BEHAVIOUR)})


def methods_of(task: Task) -> list[Method]:
    """The rows of a task's table."""
    if task.kind == "behaviour":
        return list(BEHAVIOUR)
    return [method for method in NEXT_ITEM if "repeats" in task.modes or method.name not in CALENDAR_ONLY]


# running


@dataclass(frozen=True)
class Kept:
    """Where a method wrote, what it printed, and whether its code has changed since."""

    folder: Path
    printed: dict[str, Any]
    changed: bool

    def label(self, method: Method) -> str:
        """The first cell of its row."""
        return f"{method.label} {CHANGED}" if self.changed else method.label


class Runner:
    """Runs methods as processes of their own and keeps what they wrote."""

    def __init__(self, cache: Path, *, minutes: float | None, seed: int, fresh: bool) -> None:
        self.cache, self.minutes, self.seed, self.fresh = cache, minutes, seed, fresh

    def command(self, task: Task, method: Method) -> list[str]:
        """Its arguments, without the file it writes to."""
        command = ["-m", method.module, "--train", str(task.train), "--seed", str(self.seed)]
        if method.name != OURS:
            command += ["--method", method.name]
        if task.kind == "next_item":
            command += ["--k", str(K), *task.arguments.get(method.name, [])]
        else:
            command += ["--cutoff", task.cutoff, "--horizon-days", str(task.days)]
        limit = min(method.minutes, self.minutes or task.minutes)
        return [*command, "--minutes", f"{limit:g}"] if method.minutes else command

    def folder(self, task: Task, method: Method) -> Path:
        """Where its result is kept: a name, a digest of data and settings, and one of code."""
        code = hashlib.sha256()
        own = method.module.replace(".", "/") + ".py"
        for pattern in (own, *method.sources):
            for path in sorted(ROOT.glob(pattern)):
                code.update(path.read_bytes())
        return self.cache / "results" / f"{self._asked(task, method)}-{code.hexdigest()[:12]}"

    def _asked(self, task: Task, method: Method) -> str:
        settings = [part for part in self.command(task, method) if part != str(task.train)]
        digest = hashlib.sha256(task.digest.encode() + json.dumps(settings).encode())
        return f"{task.name}-{method.name}-{digest.hexdigest()[:12]}"

    def kept(self, task: Task, method: Method) -> Kept | None:
        """Its run by the code as it is, or else the newest run on the same data with the same settings."""
        now = self.folder(task, method)
        runs = sorted(now.parent.glob(f"{self._asked(task, method)}-*/run.json"), key=lambda path: path.stat().st_mtime)
        path = now / "run.json" if now / "run.json" in runs else next(reversed(runs), None)
        return path and Kept(path.parent, json.loads(path.read_text()), changed=path.parent != now)

    def run(self, task: Task, method: Method) -> None:
        """Run it, unless it is kept. A failure is told and leaves its row empty."""
        folder = self.folder(task, method)
        if (folder / "run.json").exists() and not self.fresh:
            return
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").unlink(missing_ok=True)
        print(f"{datetime.now(UTC):%H:%M:%S} {task.name}: {method.name}", flush=True)
        try:
            python = str(peers_python(self.cache)) if method.peers else sys.executable
        except subprocess.CalledProcessError as error:
            print(f"  the peers' environment cannot be made: {error.stderr.strip().splitlines()[-1:]}", flush=True)
            return
        busy, before = os.getloadavg()[0], resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [python, *self.command(task, method), "--out", str(folder / "out.csv.gz")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        (folder / "log.txt").write_text(done.stderr)
        if done.returncode:
            print(f"  failed, see {folder / 'log.txt'}: {done.stderr.strip().splitlines()[-1:]}", flush=True)
            return
        printed = json.loads(done.stdout.strip().splitlines()[-1])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        printed["cpu_seconds"] = round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1)
        printed["machine"] = {**machine(), "load_before": round(busy, 1), "date": f"{datetime.now(UTC):%Y-%m-%d}"}
        (folder / "run.json").write_text(json.dumps(printed, indent=1))


def peers_python(cache: Path) -> Path:
    """The interpreter of the peers' environment, which is made where it is missing: our torch first, then the peers."""
    home, wanted = cache / "peers", Path(__file__).with_name("requirements.txt")
    own = f"torch=={version('torch').split('+')[0]}"
    mark, digest = home / "installed", hashlib.sha256(own.encode() + wanted.read_bytes()).hexdigest()
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not mark.exists() or mark.read_text() != digest:
        print("installing the peers", flush=True)
        venv.create(home, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*install, own], check=True, capture_output=True, text=True)
        subprocess.run([*install, own, "-r", str(wanted)], check=True, capture_output=True, text=True)
        mark.write_text(digest)
    return python


def machine() -> dict[str, Any]:
    """Processor, cores, memory and versions."""
    names = ("torch", "transformers", "numpy", "scipy", "lightgbm", "polars")
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else "none",
        "memory_gb": round(memory),
        "python": platform.python_version(),
        **{name: version(name) for name in names},
    }


# telling


def table(header: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table."""
    return ["| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rows)]


def costs(run: dict[str, Any]) -> list[str]:
    """Seconds to fit and to score, processor seconds of the whole command, and memory at most."""
    seconds = run["seconds"]
    fit = seconds.get("training", 0.0)
    return [
        f"{fit:,.1f}",
        f"{seconds.get('scoring', 0.0):,.1f}",
        f"{run['cpu_seconds']:,.0f}",
        f"{run['peak_memory_mb']:,.0f}",
    ]


def next_item_section(task: Task, runner: Runner) -> list[str]:
    """Metrics with standard errors, and the paired gain over the strongest peer, list by list."""
    methods = methods_of(task)
    runs = {method.name: runner.kept(task, method) for method in methods}
    labels = {"repeats": "repeats allowed", "new_only": "new only" if "repeats" in task.modes else "seen filtered"}
    values: dict[str, dict[str, PerUser]] = {mode: {} for mode in task.modes}
    rows = []
    for method in methods:
        kept = runs[method.name]
        if kept is None:
            rows.append([method.label, *["not run"] * (2 * len(task.modes) + 4)])
            continue
        cells = []
        for mode in task.modes:
            if mode == "new_only" and method.name == "personal_frequency":
                cells += ["", ""]
                continue
            suffix = "" if mode == "repeats" else ".new"
            found = judge_lists(kept.folder / f"out.csv.gz{suffix}", task, mode)
            values[mode][method.name] = found
            cells += [plus_minus(found["ndcg@10"]), plus_minus(found["hr@10"])]
        rows.append([kept.label(method), *cells, *costs(kept.printed)])
    header = ["", *(f"{labels[mode]} {metric}" for mode in task.modes for metric in ("NDCG@10", "HR@10"))]
    lines = [f"## {task.title}", "", task.note, "", *table([*header, "fit s", "score s", "CPU s", "MB"], rows), ""]
    if runs[OURS] is None:
        return lines
    ours = runs[OURS].printed
    for mode in values:
        peers = {name: found for name, found in values[mode].items() if name != OURS}
        if peers:
            strongest = max(peers, key=lambda name: peers[name]["ndcg@10"].mean())
            gains = [
                f"{metric.upper()} {signed(values[mode][OURS][metric] - peers[strongest][metric])}"
                for metric in ("ndcg@10", "hr@10")
            ]
            label = next(method.label for method in methods if method.name == strongest)
            lines.append(f"- {labels[mode]}: over the strongest peer here ({label}), paired: {', '.join(gains)}.")
    for mode, gain in ours["decoder_gain"].items():
        if mode in task.modes:
            lines.append(
                f"- {labels[mode]}: what the decoder adds to the ranker without it, on the validation window: NDCG@10 "
                f"{gain['difference']:+.4f} (95 % interval {gain['low']:+.4f} to {gain['high']:+.4f}); "
                f"`{ours['answers'][mode]}` answers."
            )
    limit = min(NEXT_ITEM[-1].minutes, runner.minutes or task.minutes)
    lines.append(
        f"- loyalty_ai: at most {limit:g} minutes of training; {ours['epochs']} epochs, {ours['parameters']:,} parameters in the "
        "decoder."
    )
    if runs["sasrec"] is not None:
        sasrec = runs["sasrec"].printed
        lines.append(
            f"- SASRec: {sasrec['epochs']} epochs, {sasrec['parameters']:,} parameters, "
            f"{sasrec['positions_per_second']:,} positions a second, stopped {sasrec['stopped']}."
        )
    return [*lines, ""]


def plus_minus(values: np.ndarray) -> str:
    """Mean and standard error."""
    found = mean_and_error(values)
    return f"{found['value']:.4f} ± {found['se']:.4f}"


def signed(differences: np.ndarray) -> str:
    """Mean and standard error of differences."""
    found = mean_and_error(differences)
    return f"{found['value']:+.4f} ± {found['se']:.4f}"


def behaviour_section(task: Task, runner: Runner) -> list[str]:
    """Every metric, and our paired gain over Pareto/NBD in standard deviations."""
    customers, outcome = outcome_of(task)
    runs = {m.name: kept for m in BEHAVIOUR if (kept := runner.kept(task, m)) is not None}
    forecasts = {name: read_forecast(kept.folder / "out.csv.gz", customers) for name, kept in runs.items()}
    reference = REFERENCE if REFERENCE in runs else next(iter(runs), "")
    judged = judge_forecasts(forecasts, outcome, reference=reference, samples=BOOTSTRAP, seed=runner.seed)
    rows, header = [], ["", *(title for title, _ in COLUMNS.values()), "fit s", "score s", "CPU s", "MB"]
    for method in BEHAVIOUR:
        if method.name in runs:
            cells = [format(judged[method.name]["metrics"][name], form) for name, (_, form) in COLUMNS.items()]
            kept = runs[method.name]
            rows.append([kept.label(method), *cells, *costs(kept.printed)])
        else:
            rows.append([method.label, *["not run"] * (len(header) - 1)])
    if OURS in runs and reference != OURS:
        gains = [f"{judged[OURS]['gain'][name]:+.1f}" for name in COLUMNS]
        rows.append(["paired gain over Pareto/NBD, in its standard deviations", *gains, "", "", "", ""])
    share = (outcome.orders > 0).mean()
    note = f"{task.note} {len(customers):,} customers, of whom {share:.1%} return. Positive gains are better."
    lines = [f"## {task.title}", "", note, "", *table(header, rows), ""]
    if OURS in runs and reference == REFERENCE:
        pair = (forecasts[OURS].expected_spend, forecasts[reference].expected_spend)
        low, high = gains_without_one(*pair, outcome.spend, samples=BOOTSTRAP, seed=runner.seed)
        lines += [
            f"Without the one customer who adds most to it, the gain in spend nGini is {low:+.1f} standard deviations; without the "
            f"one who takes most from it, {high:+.1f}.",
            "",
        ]
    if {"pareto_nbd", "pareto_nbd_own"} <= set(runs):
        a, b = forecasts["pareto_nbd"], forecasts["pareto_nbd_own"]
        gap = np.abs(a.p_purchase - b.p_purchase).max()
        lines += [f"This project's Pareto/NBD and that of lifetimes differ by at most {gap:.4f} in P(purchase).", ""]
    return lines + earlier_days(task, runner)


def earlier_days(task: Task, runner: Runner) -> list[str]:
    """The means of every metric at the days inside the training data, of the methods that ran at all of them."""
    kept = {m.name: [runner.kept(day, m) for day in task.earlier] for m in BEHAVIOUR}
    ran = {name: runs for name, runs in kept.items() if runs and all(runs)}
    if not {OURS, REFERENCE} <= set(ran):
        return []
    judged = []
    for i, day in enumerate(task.earlier):
        customers, outcome = outcome_of(day)
        forecasts = {name: read_forecast(runs[i].folder / "out.csv.gz", customers) for name, runs in ran.items()}
        judged.append(judge_forecasts(forecasts, outcome, reference=REFERENCE, samples=BOOTSTRAP, seed=runner.seed))
    means = {name: {c: np.mean([_size(c, day[name]["metrics"][c]) for day in judged]) for c in COLUMNS} for name in ran}
    gains = {c: [day[OURS]["gain"][c] for day in judged] for c in COLUMNS}
    rows = [
        [m.label, *(format(means[m.name][c], form.lstrip("+")) for c, (_, form) in COLUMNS.items())]
        for m in BEHAVIOUR
        if m.name in ran
    ]
    for label, chosen in (("mean", np.mean), ("least", np.min)):
        rows.append([f"{label} paired gain over Pareto/NBD", *(f"{chosen(gains[c]):+.1f}" for c in COLUMNS)])
    best = [c for c in COLUMNS if all(better(c, means[OURS][c], means[name][c]) >= 0 for name in ran)]
    days = ", ".join(f"{day.cutoff} ({day.days} days)" for day in task.earlier)
    return [
        f"The same at days inside the data to learn from, {days}; each method sees only what came before. Means, of biases without "
        f"their sign; {len(best)} of {len(COLUMNS)} are loyalty_ai's to lead.",
        "",
        *table(["", *(title for title, _ in COLUMNS.values())], rows),
        "",
    ]


def _size(metric: str, value: float) -> float:
    """A bias without its sign: too much at one day does not make up for too little at another."""
    return abs(value) if "bias" in metric else value


SECTIONS: dict[str, Callable[[Task, Runner], list[str]]] = {
    "next_item": next_item_section,
    "behaviour": behaviour_section,
}


def compose(tasks: list[Task], runner: Runner, command: str) -> str:
    """The whole of RESULTS.md from what is kept."""
    here, loads, changed = machine(), [], []
    for task in tasks:
        found = [kept for method in methods_of(task) if (kept := runner.kept(task, method))]
        loads += [kept.printed["machine"]["load_before"] for kept in found]
        changed += [kept.printed["machine"]["date"] for kept in found if kept.changed]
    versions = ", ".join(
        f"{name} {here[name]}" for name in ("torch", "transformers", "numpy", "scipy", "lightgbm", "polars")
    )
    peers = ", ".join(
        line.strip() for line in Path(__file__).with_name("requirements.txt").read_text().splitlines() if "==" in line
    )
    lines = [
        "# Results",
        "",
        f"Written by `{command}` on {datetime.now(UTC):%d %B %Y}.",
        "",
        f"{here['cpu']}, {here['cores']} cores, {here['memory_gb']} GB of memory, GPU: {here['gpu']}; "
        f"Python {here['python']}, {versions}; "
        f"peers: {peers}. Seed {runner.seed}.",
        "",
        f"Before a method started, the machine's load was {min(loads, default=0):.1f} to {max(loads, default=0):.1f} over "
        f"{here['cores']} cores: read its seconds with that in mind; CPU s are processor seconds of the whole command. "
        "MB is the most resident memory of the method's process "
        "and its largest child. ± is one standard error. Full ranking, never sampled; one evaluator for all.",
        "",
    ]
    if changed:
        since = min(changed)
        lines += [f"{CHANGED} ran on {since} or later, before the code of this row was last changed.", ""]
    for task in tasks:
        lines += SECTIONS[task.kind](task, runner)
    return "\n".join(lines).rstrip() + "\n"


def report(args: argparse.Namespace) -> None:
    """Prepare the data, run what is missing, write the tables."""
    cache = args.cache.resolve()
    (cache / "data").mkdir(parents=True, exist_ok=True)
    runner = Runner(cache, minutes=1.0 if args.quick else args.minutes, seed=args.seed, fresh=args.fresh)
    wanted = args.only or list(TASKS)
    tasks = [make(args.data, cache / "data") for name, make in TASKS.items() if name in wanted]
    for whole in tasks:
        for task in (whole, *whole.earlier):
            for method in methods_of(task):
                if args.methods is None or method.name in args.methods:
                    runner.run(task, method)
    target = cache / "QUICK.md" if args.quick else args.out
    minutes = [f"{runner.minutes:g}"] if runner.minutes else None
    options = {"minutes": minutes, "only": args.only, "methods": args.methods}
    told = "".join(" ".join([f" --{name}", *values]) for name, values in options.items() if values is not None)
    target.write_text(compose(tasks, runner, f"python -m benchmarks.report --data DIR{told}"))
    print(f"wrote {target}")


def main(argv: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with beauty_s3.csv.gz, ml1m.csv.gz, cdnow_master.csv.gz")
    parser.add_argument("--only", nargs="+", choices=list(TASKS), metavar="NAME", help=f"of {', '.join(TASKS)}")
    parser.add_argument(
        "--methods",
        nargs="*",
        choices=METHODS,
        metavar="NAME",
        help=f"run only these, or none, of {', '.join(METHODS)}",
    )
    parser.add_argument(
        "--minutes", type=positive(float), help="most of training a method, instead of the data set's own"
    )
    parser.add_argument(
        "--quick", action="store_true", help="one minute a method; writes QUICK.md into the cache instead"
    )
    parser.add_argument("--fresh", action="store_true", help="run everything again")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, default=ROOT / "var" / "benchmarks", help="where results are kept")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the report (benchmarks/RESULTS.md)")
    args = parser.parse_args(argv)
    try:
        report(args)
    except BadInput as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
