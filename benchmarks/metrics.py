"""One neutral evaluator: every method is judged by the files it wrote, with the metrics of `loyalty_ai.ml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.data import DAY, read_moment, read_transactions
from benchmarks.public import Task
from loyalty_ai.ml.behaviour_evaluation import LOWER_IS_BETTER, Forecast, normalised_gini, ranks
from loyalty_ai.ml.evaluation import ranking_metrics
from loyalty_ai.ml.transactions import Outcome, Transactions

K = 10
PerUser = dict[str, np.ndarray]
"""Metric -> float64 [users]."""


def read_text(path: Path) -> pl.DataFrame:
    """A CSV(.gz) file with every column as text."""
    return pl.read_csv(path, infer_schema=False)


def judge_lists(lists: Path, task: Task, mode: str) -> PerUser:
    """NDCG@10, HR@10 and recall@10 of each held-out user.

    In `new_only` the user's own history is removed from the list first, so that no method gains from keeping it. On a calendar
    the answers are then the new items, and users without one are left out; in leave-one-out the one answer stays.
    """
    held, seen = read_text(task.held), read_text(task.train).select("USER_ID", "ITEM_ID").unique()
    ranked = (
        read_text(lists)
        .select(USER_ID="user", ITEM_ID="item", rank=pl.col("rank").cast(pl.Int64))
        .join(held.select("USER_ID").unique(), on="USER_ID", how="semi")
    )
    if mode == "new_only":
        ranked = ranked.join(seen, on=["USER_ID", "ITEM_ID"], how="anti")
        if "repeats" in task.modes:
            held = held.join(seen, on=["USER_ID", "ITEM_ID"], how="anti")
    return list_metrics(ranked, held)


def list_metrics(ranked: pl.DataFrame, held: pl.DataFrame) -> PerUser:
    """Metrics of `USER_ID, ITEM_ID, rank` against the answers `USER_ID, ITEM_ID`, users in ascending order of their key."""
    import scipy.sparse as sparse

    users = held.select(pl.col("USER_ID").unique().sort()).with_row_index("u")
    items = pl.concat([held.select("ITEM_ID"), ranked.select("ITEM_ID")]).unique().sort("ITEM_ID").with_row_index("i")
    right = held.join(users, on="USER_ID").join(items, on="ITEM_ID")
    place = pl.col("rank").rank("ordinal").over("u").cast(pl.Int64) - 1
    listed = ranked.join(users, on="USER_ID").join(items, on="ITEM_ID").with_columns(place.alias("place"))
    listed = listed.filter(pl.col("place") < K)
    top = np.full((len(users), K), -1)
    top[listed["u"].to_numpy(), listed["place"].to_numpy()] = listed["i"].to_numpy()
    pairs = (right["u"].to_numpy(), right["i"].to_numpy())
    return ranking_metrics(
        top, sparse.csr_matrix((np.ones(len(right), bool), pairs), shape=(len(users), len(items))), K
    )


def outcome_of(task: Task) -> tuple[list[str], Outcome]:
    """The customers with an order before the cutoff, ascending, and what they did in the days from then."""
    cutoff = read_moment(task.cutoff)
    whole = task.held.with_name(f"{task.name}_whole.csv")
    pl.concat([read_text(task.train), read_text(task.held)]).write_csv(whole)
    log = read_transactions(whole, cutoff=cutoff + task.days * DAY)
    days = Transactions.of(log, anchor=cutoff)
    users = days.customers(0)
    return log.user_ids[users].tolist(), days.outcome(users, origin=0, days=task.days)


def read_forecast(path: Path, customers: list[str]) -> Forecast:
    """The predictions for these customers; ValueError where one is missing."""
    table = pl.DataFrame({"customer": customers}).join(
        read_text(path), on="customer", how="left", maintain_order="left"
    )
    columns = [table[name].cast(pl.Float64).to_numpy() for name in ("p_purchase", "exp_count", "exp_spend")]
    if not np.isfinite(columns).all():
        raise ValueError(f"{path} lacks a finite prediction for some customers")
    return Forecast(*columns)


def judge_forecasts(
    forecasts: dict[str, Forecast], outcome: Outcome, *, reference: str, samples: int, seed: int = 0
) -> dict[str, dict[str, Any]]:
    """Every metric of each method; under `gain` how much better it is than `reference` (positive is better, for a bias:
    smaller in size), in standard deviations of that paired difference over `samples` bootstrap samples of customers."""
    n = len(outcome.orders)
    everyone, draws = np.arange(n), np.random.default_rng(seed).integers(0, n, (samples, n))
    drawn = {name: [forecast.metrics(outcome, rows) for rows in draws] for name, forecast in forecasts.items()}
    values = {name: forecast.metrics(outcome, everyone) for name, forecast in forecasts.items()}
    result: dict[str, dict[str, Any]] = {}
    for name, own in values.items():
        result[name] = {"metrics": own, "gain": {}}
        if name != reference:
            for metric in own:
                spread = [
                    better(metric, a[metric], b[metric]) for a, b in zip(drawn[name], drawn[reference], strict=True)
                ]
                deviation = float(np.std(spread, ddof=1))
                difference = better(metric, own[metric], values[reference][metric])
                result[name]["gain"][metric] = difference / deviation if deviation else 0.0
    return result


def gains_without_one(
    ours: np.ndarray, theirs: np.ndarray, spend: np.ndarray, *, samples: int, seed: int = 0
) -> tuple[float, float]:
    """The paired gain in the normalised Gini of spend, in its standard deviations, without the customer who adds most to it and
    without the one who takes most from it: how much hangs on one customer."""
    moved = spend * (ranks(ours) - ranks(theirs))
    rng, gains = np.random.default_rng(seed), []
    for one in (int(moved.argmax()), int(moved.argmin())):
        rest = np.delete(np.arange(len(spend)), one)

        def gain(rows: np.ndarray) -> float:
            return normalised_gini(spend[rows], ours[rows]) - normalised_gini(spend[rows], theirs[rows])

        spread = np.std([gain(rng.choice(rest, len(rest))) for _ in range(samples)], ddof=1)
        gains.append(float(gain(rest) / spread) if spread else 0.0)
    return gains[0], gains[1]


def better(metric: str, ours: float, theirs: float) -> float:
    """How much better `ours` is: higher, lower or, for a bias, nearer to zero, as the metric asks."""
    if "bias" in metric:
        return abs(theirs) - abs(ours)
    return theirs - ours if metric in LOWER_IS_BETTER else ours - theirs
