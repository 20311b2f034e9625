"""How soon an answer is seen when many talk at once: the default backend behind gunicorn, on the demo shop.

    make demo SERVE=0
    python -m benchmarks.assistant_load --conversations 50

So many shoppers, a few of them signed in, each ask a few questions over HTTP as the widget does, one after the other, with the
pause of somebody who reads between them. The clock starts once all are signed in and have a conversation open; `first_token` is the
time from sending a question to holding the text of its answer, which comes whole. Each shopper marks every question with a word of
their own: no other thread may ever hold it, nor anybody else's order. Prints one line of JSON; the exit status is 1 where threads
mixed, a question had no answer or the 95th percentile is 500 ms or more.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import Any

from benchmarks.output import BadInput, positive, run_command

LIMIT_MS = 500
ACCOUNTS, PASSWORD = ("maya", "grace", "ruby", "finn", "tom", "ingrid", "edith", "nina"), "come-back-soon"
QUESTIONS = [
    "Do you have a red mug {word}?", "What does delivery cost {word}?", "A birthday gift under 20 pounds {word}?",
    "How long can I return something {word}?", "Where is my order {word}?", "Something for baking {word}?",
    "Compare a cake tin and a lunch bag {word}", "Is there a lantern in stock {word}?", "有没有杯子 {word}", "运费是多少 {word}",
]  # fmt: skip


class Shopper:
    """One browser with its cookies."""

    def __init__(self, port: int, number: int) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.headers = {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}", "Accept": "application/json"}

    def ask(self, method: str, path: str, body: str | None = None, kind: str = "application/json") -> tuple[int, bytes]:
        headers = self.headers | {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": kind, "X-CSRFToken": self.cookies.get("csrftoken", "")}
        self.line.request(method, path, body, headers)
        response = self.line.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        text = response.read()
        self.line.close()  # gunicorn closes an idle one while its shopper reads
        return response.status, text

    def json(self, method: str, path: str, body: Any = None) -> Any:
        status, text = self.ask(method, path, None if body is None else json.dumps(body))
        if status >= 400:
            raise BadInput(f"{method} {path} answered {status}: {text[:200]!r}")
        return json.loads(text)

    def sign_in(self, name: str) -> None:
        self.ask("GET", "/sign-in/")
        form = f"username={name}&password={PASSWORD}&csrfmiddlewaretoken={self.cookies['csrftoken']}"
        self.ask("POST", "/sign-in/", form, kind="application/x-www-form-urlencoded")
        if "sessionid" not in self.cookies:
            raise BadInput(f"{name} cannot sign in; is this the demo shop?")


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.assistant_load", description=__doc__.splitlines()[0])
    parser.add_argument("--conversations", type=positive(int), default=50, help="shoppers at once (50)")
    parser.add_argument("--questions", type=positive(int), default=6, help="that each asks (6)")
    parser.add_argument(
        "--pause", type=positive(float), default=5.0, help="seconds on average between an answer and a question (5)"
    )
    parser.add_argument("--workers", type=positive(int), default=2, help="gunicorn's processes, each of 8 threads (2)")
    parser.add_argument("--seed", type=int, default=0, help="of questions and pauses (0)")
    options = parser.parse_args()
    result: dict[str, Any] = {}
    status = run_command("benchmarks.assistant_load", lambda: result.update(serve_and_load(options)) or result)
    bad = result.get("mixed", 0) or result.get("unanswered", 0) or result.get("first_token_p95_ms", 0) >= LIMIT_MS
    return status or int(bool(bad))


def serve_and_load(options: argparse.Namespace) -> dict[str, Any]:
    """Start the shop's own web server, load it, stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "shop_demo.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", str(options.workers),
        "--threads", "8", "--no-control-socket", "--log-level", "error",
    ]  # fmt: skip
    server = subprocess.Popen(command, env=os.environ | {"DJANGO_SETTINGS_MODULE": "shop_demo.settings"})
    try:
        _wait(port)
        return load(options, port)
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int) -> None:
    for _ in range(240):
        try:
            if Shopper(port, 0).ask("GET", "/")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.25)
    raise BadInput("the demo shop does not answer; run `make demo SERVE=0` first")


def load(options: argparse.Namespace, port: int) -> dict[str, Any]:
    """Let all shoppers talk; how long they waited, and whether anybody saw what was not theirs."""
    taken: list[float] = []
    outcomes: Counter[str] = Counter()
    threads: dict[int, tuple[str, str]] = {}
    errors: list[Exception] = []
    start = 0.0

    def begin() -> None:
        nonlocal start
        start = time.perf_counter()

    everybody_is_here = threading.Barrier(options.conversations, action=begin)  # signed in, with a conversation open

    def talk(number: int) -> None:
        chance = random.Random(f"{options.seed}:{number}")
        word = f"zq{chance.randrange(10**9):09}x"
        try:
            shopper = Shopper(port, number)
            if number < len(ACCOUNTS):
                shopper.sign_in(ACCOUNTS[number])
            key = shopper.json("POST", "/loyalty/api/assistant/conversations/", {})["key"]
            address = f"/loyalty/api/assistant/conversations/{key}/messages/"
            everybody_is_here.wait()
            for _ in range(options.questions):
                time.sleep(chance.uniform(0, 2 * options.pause))
                text = chance.choice(QUESTIONS).format(word=word)
                asked = time.perf_counter()
                said = shopper.json("POST", address, {"text": text})
                taken.append(time.perf_counter() - asked)
                answer = said["messages"][-1]
                outcomes[answer["outcome"] if answer["done"] and answer["text"] else "nothing"] += 1
            threads[number] = (word, json.dumps(shopper.json("GET", address), ensure_ascii=False))
        except Exception as error:  # noqa: BLE001 (raised again in the main thread)
            errors.append(error)
            everybody_is_here.abort()

    everybody = [threading.Thread(target=talk, args=[number]) for number in range(options.conversations)]
    for one in everybody:
        one.start()
    for one in everybody:
        one.join()
    if errors:
        raise next((error for error in errors if not isinstance(error, threading.BrokenBarrierError)), errors[0])
    cuts = statistics.quantiles(taken, n=100)
    return {
        "conversations": options.conversations,
        "questions": len(taken),
        "pause_s": options.pause,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "workers": options.workers,
        "seconds": round(time.perf_counter() - start, 1),
        "first_token_p50_ms": round(cuts[49] * 1000),
        "first_token_p95_ms": round(cuts[94] * 1000),
        "first_token_max_ms": round(max(taken) * 1000),
        "outcomes": dict(outcomes),
        "unanswered": outcomes["nothing"],
        "mixed": _mixed(threads),
    }


def _mixed(threads: dict[int, tuple[str, str]]) -> int:
    """Threads that hold another shopper's word, or lack their own, or a number of an order that another thread shows too."""
    orders = {number: set(re.findall(r'"order:(\w+)"', text)) for number, (_, text) in threads.items()}
    mixed = 0
    for number, (own, text) in threads.items():
        others = [word for other, (word, _) in threads.items() if other != number]
        theirs = set[str]().union(*(seen for other, seen in orders.items() if other != number))
        mixed += own not in text or any(word in text for word in others) or bool(orders[number] & theirs)
    return mixed


if __name__ == "__main__":
    sys.exit(main())
