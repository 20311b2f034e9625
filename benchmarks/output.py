"""What the benchmark commands have in common: how they are called, what they measure of themselves, how they write."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, BinaryIO


class BadInput(ValueError):
    """A file that cannot be used; the message says what is wrong, where, and what to do about it, in one line."""


def positive(kind: type) -> Callable[[str], Any]:
    """An argparse type: a number above zero."""

    def parse(text: str) -> Any:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"must be above zero, not {text}")
        return value

    parse.__name__ = kind.__name__
    return parse


def add_settings(parser: argparse.ArgumentParser, *, threads: int | None = 1) -> None:
    """The options of every command that trains on a fixed log: seed, device, and CPU threads (None for all)."""
    parser.add_argument("--seed", type=int, default=0, help="the only source of randomness (0)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, ... (auto)")
    parser.add_argument("--threads", type=positive(int), default=threads, help=f"CPU threads ({threads or 'all'})")


def run_command(name: str, work: Callable[[], dict[str, Any]]) -> int:
    """Print what `work` returns as one JSON line; bad input becomes one line on stderr and exit status 2."""
    try:
        result = work()
    except BadInput as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result, allow_nan=False))
    return 0


class Clock:
    """Seconds of named parts of a run."""

    def __init__(self) -> None:
        self.started = perf_counter()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time the block as `name`."""
        started = perf_counter()
        yield
        self.seconds[name] = round(perf_counter() - started, 3)

    def total(self) -> dict[str, float]:
        """All parts, and the whole."""
        return {**self.seconds, "total": round(perf_counter() - self.started, 3)}


def peak_memory_mb() -> float:
    """Most resident memory of this process so far, plus that of its largest child, in MB (10^6 bytes)."""
    unit = 1 if sys.platform == "darwin" else 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss also holds what the parent had in memory when it started this process
        own = next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return round((own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit) / 1e6, 1)


def check_writable(path: Path) -> Path:
    """`path`, if its folder exists and can be written to; else BadInput. Called before hours of work, not after."""
    folder = path.resolve().parent
    if not folder.is_dir():
        raise BadInput(f"--out {path}: the folder {folder} does not exist; make it first")
    if path.is_dir() or not os.access(folder, os.W_OK):
        raise BadInput(f"--out {path}: cannot be written; choose a file in a folder of yours")
    return path


@contextmanager
def whole_file(path: Path, *, compress: bool) -> Iterator[BinaryIO]:
    """A file to write to that appears under its name only when it is complete."""
    part = path.with_name(path.name + ".part")
    try:
        with gzip.open(part, "wb", compresslevel=4) if compress else part.open("wb") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
