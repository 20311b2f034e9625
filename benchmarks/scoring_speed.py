"""How fast every user's best items are found, beside torch's float32 matmul and topk.

    python -m benchmarks.scoring_speed --items 100000 --users 8192 --dim 64 --k 10

Each round times everything once, one after the other, because machines are shared; ratios are medians over rounds. The
ceiling is the rate of a square matmul large enough to show what the processor can do. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.output import positive, run_command
from loyalty_ai.ml.devices import torch_device
from loyalty_ai.ml.lists import Catalogue

CHUNKS = (32, 128, 512, 2048)
SQUARE, REPEATS = 2048, 8


def seconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


def squares(precision: torch.dtype, device: torch.device) -> Callable[[], object]:
    """`REPEATS` products of `SQUARE` by `SQUARE` matrices, to the end of the last."""
    left, right = (torch.randn(SQUARE, SQUARE, device=device).to(precision) for _ in range(2))
    out = torch.empty_like(left)

    def work() -> float:
        for _ in range(REPEATS):
            torch.mm(left, right, out=out)
        return float(out[0, 0])

    return work


def torch_lists(states: Tensor, vectors: Tensor, k: int, *, chunk: int, reuse: bool) -> np.ndarray:
    """What one writes in torch: [users, k] items, `chunk` users at a time, into new memory or into the same again."""
    room = torch.empty(chunk, len(vectors), device=vectors.device) if reuse else None
    found = []
    for part in states.split(chunk):
        scores = torch.matmul(part, vectors.T, out=None if room is None else room[: len(part)])
        found.append(scores.topk(k).indices.cpu())
    return torch.cat(found).numpy()


def comparison(states: np.ndarray, vectors: np.ndarray, theirs: np.ndarray, ours: np.ndarray) -> dict[str, int]:
    """Users whose lists differ, and those of them for whom torch's list holds higher scores in float64."""
    different = np.flatnonzero((theirs != ours).any(1))
    worse = 0
    for user in different:
        true = vectors.astype(np.float64) @ states[user].astype(np.float64)
        worse += bool((np.sort(true[theirs[user]]) > np.sort(true[ours[user]])).any())
    return {"users": len(ours), "different_from_torch": len(different), "worse_than_torch": worse}


def medians(rounds: list[dict[str, float]], names: Iterable[str], scale: float) -> dict[str, float]:
    return {name: round(scale / statistics.median(times[name] for times in rounds), 1) for name in names}


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scoring_speed", description=__doc__.split("\n")[0])
    for name, default in {
        "items": 100_000,
        "users": 8192,
        "dim": 64,
        "k": 10,
        "rounds": 5,
        "threads": 2,
        "seed": 0,
    }.items():
        parser.add_argument(f"--{name}", type=int if name == "seed" else positive(int), default=default)
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--cpu-time", action="store_true", help="time the process alone: for one thread, others waiting"
    )
    return parser.parse_args(argv)


def measured(args: argparse.Namespace) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    clock = time.process_time if args.cpu_time else time.perf_counter
    torch.set_num_threads(args.threads)
    device = torch_device(args.device)
    rng = np.random.default_rng(args.seed)
    states = rng.normal(size=(args.users, args.dim)).astype(np.float32)
    vectors = rng.normal(size=(args.items, args.dim)).astype(np.float32)
    there, items = torch.from_numpy(states).to(device), torch.from_numpy(vectors).to(device)
    few = there[: 2 * CHUNKS[-1]]
    chunk = {
        reuse: min(CHUNKS, key=lambda n: seconds(lambda: torch_lists(few, items, args.k, chunk=n, reuse=reuse), clock))  # noqa: B023
        for reuse in (False, True)
    }
    catalogues = {str(p).removeprefix("torch."): Catalogue(items, precision=p) for p in (torch.bfloat16, torch.float32)}
    chosen = str(Catalogue(items[:1]).precision).removeprefix("torch.")
    ceilings = {"float32": squares(torch.float32, device), "bfloat16": squares(torch.bfloat16, device)}
    work: dict[str, Callable[[], object]] = {
        **{f"ceiling {name}": ceiling for name, ceiling in ceilings.items()},
        **{f"ours {name}": lambda c=catalogue: c.best(states, args.k) for name, catalogue in catalogues.items()},
        "torch": lambda: torch_lists(there, items, args.k, chunk=chunk[False], reuse=False),
        "torch, memory reused": lambda: torch_lists(there, items, args.k, chunk=chunk[True], reuse=True),
    }
    for name in ceilings:
        work[f"ceiling {name}"]()
    rounds = [{name: seconds(each, clock) for name, each in work.items()} for _ in range(args.rounds)]
    flops = 2 * args.users * args.items * args.dim
    peak = 2 * SQUARE**3 * REPEATS

    def ratio(of: str, to: str, scale: float = 1.0) -> float:
        return round(scale * statistics.median(times[of] / times[to] for times in rounds), 3)

    theirs = torch_lists(there, items, args.k, chunk=chunk[True], reuse=True)
    return {
        **vars(args),
        "device": str(device),
        "machine": platform.processor() or platform.machine(),
        "torch": torch.__version__,
        "ceiling_gflops": medians(rounds, (f"ceiling {name}" for name in ceilings), peak / 1e9),
        "torch_chunk": {"torch": chunk[False], "torch, memory reused": chunk[True]},
        "users_per_second": medians(rounds, [name for name in work if "ceiling" not in name], args.users),
        "chosen": chosen,
        "speedup": {
            name: {base: ratio(base, f"ours {name}") for base in work if base.startswith("torch")}
            for name in catalogues
        },
        "share_of_float32_ceiling": {
            name: ratio("ceiling float32", f"ours {name}", flops / peak) for name in catalogues
        },
        "torch_share_of_float32_ceiling": ratio("ceiling float32", "torch", flops / peak),
        "exactness": {
            name: comparison(states, vectors, theirs, catalogue.best(states, args.k)[0])
            for name, catalogue in catalogues.items()
        },
    }


def main(argv: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    args = parse(argv)
    return run_command("scoring_speed", lambda: measured(args))


if __name__ == "__main__":
    sys.exit(main())
