"""What a hostile model's server achieves in many generated calls: nothing, if all is well.

    python -m benchmarks.assistant_hostile --calls 100000

A server in this process answers every request of the real `openai` client with tool calls, text and trouble made from the seed.
Each answer goes the whole way of an answer in a worker, into a database of the run's own, and judges that share no code with what
they judge look at it (tests/assistant/siege.py). `calls` counts what the server generated: tool calls, texts, troubles. Prints one
line of JSON; the exit status is 1 where a judge found anything.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from benchmarks.output import positive, run_command


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.assistant_hostile", description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=positive(int), default=100_000, help="that the server generates (100000)")
    parser.add_argument("--processes", type=positive(int), default=2, help="each with a database of its own (2)")
    parser.add_argument("--seed", type=int, default=0, help="the only source of randomness (0)")
    options = parser.parse_args()
    result: dict[str, Any] = {}
    status = run_command("benchmarks.assistant_hostile", lambda: result.update(run(options)) or result)
    return status or int(any(result[name] for name in ("effects", "confirmed", "objections")))


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Share the calls among processes; what all of them saw."""
    start = time.perf_counter()
    share = -(-options.calls // options.processes)
    seeds = [options.seed * 1000 + number for number in range(options.processes)]
    with ProcessPoolExecutor(options.processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        parts = list(pool.map(hold, [share] * options.processes, seeds))
    whole = {name: sum((part[name] for part in parts), type(value)()) for name, value in parts[0].items()}
    return whole | {
        "first_objections": whole["first_objections"][:20],
        "seconds": round(time.perf_counter() - start, 1),
    }


def _set_up() -> None:
    """Django on an embedded database of this run's own."""
    from shop_demo.database import database_url

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ.setdefault("DATABASE_URL", database_url("postgres-tests"))
    import django

    django.setup()
    logging.disable(logging.ERROR)  # every trouble that the server makes is one warning


def hold(calls: int, seed: int) -> dict[str, Any]:
    """Let the server generate so many calls, in this process; what it achieved."""
    _set_up()
    from django.db import connection
    from django.test.utils import override_settings, setup_databases, teardown_databases

    from tests.assistant import siege as besieging
    from tests.assistant.hostile_server import Hostile, Loot

    connection.settings_dict["TEST"]["NAME"] = f"test_hostile_{os.getpid()}"  # processes may share a server
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with override_settings(LOYALTY_AI=besieging.SETTINGS):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SET synchronous_commit = off"
                )  # what a crash of the server would lose is of no interest here
            server = besieging.Besieger.server = Hostile(seed, Loot())
            siege = besieging.besiege()
            before = besieging.everything_else(siege)
            conversations = 0
            while server.generated < calls:
                besieging.converse(siege, seed * 1_000_000_000 + conversations)
                conversations += 1
            after = besieging.everything_else(siege)
            changed = [name for name in before if before[name] != after.get(name)]
            return {
                "calls": server.generated,
                "tool_calls": server.made["tool_calls"],
                "texts": server.made["text"],
                "troubles": server.made["trouble"],
                "responses": server.asked,
                "conversations": conversations,
                "answers": siege.answers,
                "answers_by_the_model": siege.by_model,
                "sentences": siege.sentences,
                "amounts_checked": siege.amounts_seen,
                "effects": changed,
                "proposals": siege.proposed,
                "confirmed": siege.confirmed,
                "objections": len(siege.found),
                "first_objections": siege.found[:20],
            }
    finally:
        connection.close()
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
