"""What every behaviour peer has in common: it reads the training file, is timed, and writes predictions, as our command does.

Only numpy and the standard library, because some peers live in an environment of their own. An order is a customer-day.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.output import Clock, peak_memory_mb, whole_file

HALF_LIVES = (7, 30, 90)


@dataclass(frozen=True)
class Orders:
    """Customer-days before the cutoff, sorted by (customer, day).

    Args:
        customers: their keys, ascending, of all who ordered.
        customer: int64 [n], positions in `customers`.
        day: int64 [n], days since the cutoff, negative.
        net: float64 [n], paid less given back that day.
        is_order: bool [n], something was bought and not all of it given back the same day.
    """

    customers: np.ndarray
    customer: np.ndarray
    day: np.ndarray
    net: np.ndarray
    is_order: np.ndarray

    def known(self, origin: int) -> np.ndarray:
        """int64, customers with an order before day `origin`."""
        return np.unique(self.customer[self.is_order & (self.day < origin)])

    def summary(self, origin: int) -> tuple[np.ndarray, ...]:
        """Of the customers `known` at an origin, float64 [n] each: repeat orders, days from the first order to the last and to
        the origin, and the mean value of all orders."""
        rows = self.is_order & (self.day < origin)
        n, who, day = len(self.customers), self.customer[rows], self.day[rows].astype(float)
        count = np.bincount(who, minlength=n)
        first, last = np.full(n, np.inf), np.full(n, -np.inf)
        np.minimum.at(first, who, day)
        np.maximum.at(last, who, day)
        past = self.day < origin
        total = np.maximum(np.bincount(self.customer[past], self.net[past], n), 0)
        known = count > 0
        first, last, count = first[known], last[known], count[known]
        return count - 1.0, last - first, origin - first, total[known] / count

    def features(self, origin: int) -> np.ndarray:
        """float64 [n, f] of the customers `known` at an origin, mostly logarithms."""
        frequency, recency, age, value = self.summary(origin)
        silent, count = age - recency, frequency + 1
        gap = np.where(frequency > 0, recency / np.maximum(frequency, 1), age)
        rows = self.is_order & (self.day < origin)
        n, known = len(self.customers), self.known(origin)
        who, back, paid = self.customer[rows], origin - self.day[rows], np.maximum(self.net[rows], 0)
        last_value = np.zeros(n)
        last_value[who] = paid  # rows ascend by day: the last one stays
        top = np.zeros(n)
        np.maximum.at(top, who, paid)
        fades = [0.5 ** (back / half_life) for half_life in HALF_LIVES]
        decayed = [np.log1p(np.bincount(who, weight, n)[known]) for fade in fades for weight in (fade, fade * paid)]
        logs = [
            count,
            np.maximum(silent, 0.5),
            age,
            np.maximum(gap, 0.5),
            value + 1,
            last_value[known] + 1,
            top[known] + 1,
        ]
        return np.stack([*map(np.log, logs), silent / age, silent / np.maximum(gap, 0.5), *decayed], axis=1)

    def labels(self, origin: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        """Orders and net spend, float64 [n] each, of the customers `known` at an origin on the days until `end`."""
        inside, known = (self.day >= origin) & (self.day < end), self.known(origin)
        count = np.bincount(self.customer[inside & self.is_order], minlength=len(self.customers))
        spend = np.bincount(self.customer[inside], self.net[inside], len(self.customers))
        return count[known].astype(float), np.maximum(spend[known], 0)

    def windows(self) -> list[int]:
        """Origins to learn from: nine days from a fifth to four fifths of the data, each with the window until the cutoff."""
        start = int(self.day.min())
        return sorted({int(start * share) for share in np.linspace(0.8, 0.2, 9)} - {0})


def read_orders(path: Path, cutoff: date) -> Orders:
    """Net the rows before the cutoff by customer and day."""
    with gzip.open(path, "rt", newline="") as stream:
        rows = [(row["customer"], row["date"][:10], float(row["amount"])) for row in csv.DictReader(stream)]
    days = {day: (date.fromisoformat(day) - cutoff).days for day in {day for _, day, _ in rows}}
    rows = [(customer, days[day], amount) for customer, day, amount in rows if days[day] < 0]
    customers, customer = np.unique([row[0] for row in rows], return_inverse=True)
    day, amount = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    pairs, at = np.unique(np.stack([customer, day], axis=1), axis=0, return_inverse=True)
    net = np.bincount(at, amount)
    bought, returned = np.bincount(at, amount >= 0) > 0, np.bincount(at, amount < 0) > 0
    is_order = bought & ~(returned & (net <= 0.005))
    buyers = np.zeros(len(customers), bool)
    buyers[pairs[is_order, 0]] = True
    kept = buyers[pairs[:, 0]]
    position = np.cumsum(buyers) - 1
    return Orders(customers[buyers], position[pairs[kept, 0]], pairs[kept, 1], net[kept], is_order[kept])


Answer = tuple[np.ndarray, np.ndarray, np.ndarray]
"""P(purchase), expected orders and expected spend, float64 [customers] each."""

Method = Callable[[Orders, int, int, Clock], Answer]
"""(orders, horizon in days, seed, clock) -> answer; times its parts `training` and `scoring`."""


def main(methods: dict[str, Method]) -> None:
    """The command of a peer: `--method NAME --train FILE --cutoff DATE --horizon-days N --out OUT [--seed S]`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", choices=methods, required=True)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--cutoff", type=date.fromisoformat, required=True)
    parser.add_argument("--horizon-days", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    clock = Clock()
    with clock.part("preparing"):
        orders = read_orders(args.train, args.cutoff)
    answer = methods[args.method](orders, args.horizon_days, args.seed, clock)
    lines = (
        f"{key},{p!r},{count!r},{spend!r}"
        for key, p, count, spend in zip(orders.customers.tolist(), *(part.tolist() for part in answer), strict=True)
    )
    with whole_file(args.out, compress=True) as stream:
        stream.write(("customer,p_purchase,exp_count,exp_spend\n" + "\n".join(lines) + "\n").encode())
    details: dict[str, Any] = {"customers": len(orders.customers)}
    print(json.dumps({"seconds": clock.total(), "peak_memory_mb": peak_memory_mb(), **details}))
