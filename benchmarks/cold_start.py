"""Are products that nobody bought yet recommended to those who will buy them, by their text alone?

    python -m benchmarks.cold_start [--data FILE --items FILE] [--text hashed minilm] [--days 28] [--until DATE] [--seed 0]

A tenth of the items is hidden: their rows leave the training log, their text and listed price stay. The model is fitted as in
production on what precedes the last `--days`. Customers who bought a hidden item in those days, and anything visible before,
get a list of hidden items, and one of all items new to them; the share of the hidden items they bought that is in it is the
recall. FILE and its items are those of `benchmarks.next_item`; without them it is the demo shop's Online Retail log.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.data import DAY, read_interactions, read_moment, read_table
from benchmarks.output import BadInput, Clock, add_settings, peak_memory_mb, positive, run_command
from benchmarks.retail import as_interactions, retail_purchases

if TYPE_CHECKING:
    from loyalty_ai.ml.interactions import Interactions
    from loyalty_ai.ml.scoring import Scorer

HIDDEN = 0.1
DEPTHS = (10, 50)
PRICE_NEIGHBOURS = 50
"""Visible items nearest in price, whose mean popularity is an unsold item's guess."""


def write_online_retail(folder: Path) -> tuple[Path, Path]:
    """The demo shop's log as the two CSV files of this command, with the demo's titles and shelves."""
    import polars as pl

    from shop_demo.shelves import category_path, find_shelf
    from shop_demo.titles import pleasant_title

    lines = retail_purchases()
    train, items = folder / "train.csv", folder / "items.csv"
    as_interactions(lines).write_csv(train)
    usual = lines.group_by("code").agg(pl.col("description").mode().min()).sort("code")
    titles = [pleasant_title(text) for text in usual["description"]]
    shelves = [category_path(find_shelf(title)) for title in titles]
    pl.DataFrame({"ITEM_ID": usual["code"], "TITLE": titles, "CATEGORY": shelves}).write_csv(items)
    return train, items


def read_categories(items: Path, item_ids: np.ndarray) -> np.ndarray | None:
    """int64 [items], the number of each item's category, or None where the file has none."""
    table = read_table(items, ("ITEM_ID",), ("CATEGORY",))
    if "CATEGORY" not in table.columns:
        return None
    known = dict(zip(table["ITEM_ID"].to_list(), table["CATEGORY"].to_list(), strict=True))
    return np.unique([known.get(key) or "" for key in item_ids.tolist()], return_inverse=True)[1]


def listed_price(log: Interactions) -> np.ndarray | None:
    """float32 [items]: what each item cost first, which a shop knows of a product before it sells; None without prices."""
    if log.item_price is None:
        return None
    paid = np.flatnonzero((log.quantity > 0) & (log.value > 0))
    paid = paid[np.argsort(log.time[paid], kind="stable")]
    items, first = np.unique(log.item[paid], return_index=True)
    prices = np.full(log.n_items, np.nan, np.float32)
    prices[items] = log.value[paid[first]] / log.quantity[paid[first]]
    return prices


def guesses(scorer: Scorer, hidden: np.ndarray, categories: np.ndarray | None, seed: int) -> dict[str, np.ndarray]:
    """Method -> float64 [items], the popularity that the simplest rules give every item; visible items keep their own."""
    popularity = scorer.origin.items.popularity[30].astype(np.float64)
    found = {"popularity": popularity}
    if categories is not None:
        sums = np.bincount(categories[~hidden], popularity[~hidden], minlength=categories.max() + 1)
        counts = np.bincount(categories[~hidden], minlength=len(sums))
        found["category_popularity"] = np.where(hidden, (sums / np.maximum(counts, 1))[categories], popularity)
    price = scorer.log.item_price
    if price is not None:
        known = np.flatnonzero(~hidden & np.isfinite(price) & (price > 0))
        level = np.log(np.maximum(np.nan_to_num(price), 1e-3))
        near = np.argsort(np.abs(level[hidden][:, None] - level[known]), axis=1)[:, :PRICE_NEIGHBOURS]
        guess = popularity.copy()
        guess[hidden] = popularity[known][near].mean(axis=1)
        found["price_popularity"] = guess
    order = np.random.default_rng((seed, 2)).random(scorer.log.n_items)  # ties fall at random, not by the item's number
    return {name: values + 1e-6 * order for name, values in found.items()}


def ranked_lists(
    scorer: Scorer, users: np.ndarray, hidden: np.ndarray, simple: dict[str, np.ndarray], seed: int
) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, np.ndarray]]:
    """Table -> method -> int32 [users, depth]; and source -> bool [users, items], the hidden items it makes candidates."""
    from loyalty_ai.ml.lists import top_items

    depth, order = max(DEPTHS), np.random.default_rng((seed, 1))
    tables: dict[str, dict[str, list[np.ndarray]]] = {"hidden": defaultdict(list), "all": defaultdict(list)}
    proposed: dict[str, list[np.ndarray]] = defaultdict(list)
    per_source = scorer.model.training.candidates
    for _, evidence in scorer.origin.chunks(users):
        scores = {"random": order.random(evidence.bought.shape)}
        scores |= {name: np.broadcast_to(values, evidence.bought.shape) for name, values in simple.items()}
        for name in ("text_similarity", "decoder"):
            if name in evidence.columns:
                scores[name] = evidence.columns[name]
                fresh = top_items(np.where(evidence.bought, -np.inf, evidence.columns[name]), per_source)[0]
                mask = np.zeros(evidence.bought.shape, bool)
                np.put_along_axis(mask, fresh, values=True, axis=1)
                proposed[name].append(mask & hidden)
        proposed["any"].append(evidence.candidates(per_source) & hidden)
        for name, values in scores.items():
            tables["hidden"][name].append(top_items(np.where(hidden, values, -np.inf), depth)[0])
            tables["all"][name].append(top_items(np.where(evidence.bought, -np.inf, values), depth)[0])
    # what customers would see, by the code that shows it to them
    tables["hidden"]["model"] = [scorer.score(users, k=depth, allowed=hidden).new_only.items]
    tables["all"]["model"] = [scorer.score(users, k=depth, newcomers=hidden).new_only.items]
    tables["all"]["model_without_places"] = [scorer.score(users, k=depth).new_only.items]
    del tables["hidden"]["popularity"]  # undefined for what was never sold
    joined = {table: {name: np.concatenate(parts) for name, parts in found.items()} for table, found in tables.items()}
    return joined, {name: np.concatenate(parts) for name, parts in proposed.items()}


def run(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    clock = Clock()
    with clock.part("preparing"):
        if args.data and not args.items:
            raise BadInput("--data needs --items: without titles nothing is known of an unsold item")
        data, items = (args.data, args.items) if args.data else write_online_retail(folder)
        prepared = read_interactions(data, items)
        from loyalty_ai.ml.config import ModelConfig, TrainingConfig
        from loyalty_ai.ml.evaluation import mean_and_error, paired_gain, ranking_metrics
        from loyalty_ai.ml.scoring import CustomerModel
        from loyalty_ai.ml.training import fit
    log, end = prepared.log, prepared.cutoff if args.until is None else read_moment(args.until)
    days = 1 if prepared.positions else args.days
    cutoff = end - int(days * DAY)
    hidden = np.zeros(log.n_items, bool)
    order = np.random.default_rng(args.seed).permutation(log.n_items)
    hidden[order[: max(1, round(HIDDEN * log.n_items))]] = True
    train = replace(log, item_price=listed_price(log)).take((log.time < cutoff) & ~hidden[log.item])
    users, targets = wanted(train, log, hidden, cutoff, end)
    categories = read_categories(items, log.item_ids)
    training = TrainingConfig(seed=args.seed, device=args.device, window_days=days, threads=args.threads)
    results, recalls = {}, {}
    for text in args.text:
        directory = folder / f"version_{len(results)}"
        with clock.part(f"{text}: fit"):
            fitted = fit(
                train, cutoff=cutoff, model=ModelConfig(text=text), training=training, directory=directory,
                cache=folder / "cache",
            )  # fmt: skip
        with clock.part(f"{text}: rank"):
            model = CustomerModel.load(directory, device=args.device)
            scorer = model.scorer(train, cutoff=cutoff, cache=folder / "cache")
            simple = guesses(scorer, hidden, categories, args.seed)
            lists, proposed = ranked_lists(scorer, users, hidden, simple, args.seed)
        found = recalls[text] = {
            table: {
                name: {f"recall@{k}": ranking_metrics(ranked, targets, k)[f"recall@{k}"] for k in DEPTHS}
                for name, ranked in methods.items()
            }
            for table, methods in lists.items()
        }
        right = targets.toarray()
        results[text] = {
            "text": model.model.text,
            **{
                f"among_{table}_items": {
                    name: {metric: mean_and_error(values) for metric, values in metrics.items()}
                    for name, metrics in methods.items()
                }
                for table, methods in found.items()
            },
            "cost_of_the_places": cost(scorer, log, hidden, cutoff, end),
            "wanted_that_were_candidates": {
                name: mean_and_error((mask & right).sum(axis=1) / right.sum(axis=1)) for name, mask in proposed.items()
            },
            "answers": fitted.rungs,
            "validation": fitted.metrics["next_basket"],
            "steps": fitted.seconds,
        }
    first, *others = args.text
    return {
        "command": "cold_start",
        "items": log.n_items,
        "hidden_items": int(hidden.sum()),
        "customers": len(users),
        "wanted": int(targets.nnz),
        "cutoff": cutoff,
        "days": days,
        "seed": args.seed,
        "results": results,
        "gains": {
            f"{other} - {first}": {
                f"among_{table}_items": {
                    name: {
                        metric: paired_gain(values, recalls[first][table][name][metric])
                        for metric, values in recalls[other][table][name].items()
                    }
                    for name in ("text_similarity", "decoder", "model")
                    if name in recalls[first][table] and name in recalls[other][table]
                }
                for table in ("hidden", "all")
            }
            for other in others
        },
        "seconds": clock.total(),
        "peak_memory_mb": peak_memory_mb(),
    }


def wanted(train: Interactions, log: Interactions, hidden: np.ndarray, cutoff: int, end: int) -> tuple[np.ndarray, Any]:
    """int32 [n] users of the training log who bought hidden items in `[cutoff, end)`, and CSR bool [n, items] which."""
    import scipy.sparse as sparse

    from loyalty_ai.ml.interactions import PURCHASE

    known = np.unique(train.user[train.event == PURCHASE])
    rows = (log.event == PURCHASE) & (log.time >= cutoff) & (log.time < end) & hidden[log.item]
    bought = sparse.csr_matrix(
        (np.ones(rows.sum(), bool), (log.user[rows], log.item[rows])), shape=(log.n_users, log.n_items)
    )
    users = np.intersect1d(np.unique(log.user[rows]), known[known >= 0]).astype(np.int32)
    if not len(users):
        raise BadInput("nobody bought a hidden item in those days; choose another --until, --days or --seed")
    return users, bought[users]


def cost(scorer: Scorer, log: Interactions, hidden: np.ndarray, cutoff: int, end: int) -> dict[str, Any]:
    """NDCG@10 of the lists of new items with the places that newcomers get minus without, hidden items counted as bought, for
    all customers who came back."""
    from loyalty_ai.ml.evaluation import label_window, paired_gain, ranking_metrics
    from loyalty_ai.ml.sequences import build_baskets

    window = label_window(build_baskets(log), origin=cutoff, end=end, n_users=log.n_users, n_items=log.n_items)
    rows, targets = window.mode("new_only")
    users = window.users[rows]
    found = {
        name: ranking_metrics(scorer.score(users, k=max(DEPTHS), newcomers=new).new_only.items, targets, 10)["ndcg@10"]
        for name, new in (("with", hidden), ("without", None))
    }
    return {name: float(values.mean()) for name, values in found.items()} | {
        "gain": paired_gain(found["with"], found["without"])
    }


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="CSV(.gz): USER_ID, ITEM_ID, TIMESTAMP, ... (Online Retail)")
    parser.add_argument("--items", type=Path, help="CSV(.gz): ITEM_ID, TITLE, CATEGORY")
    parser.add_argument("--text", nargs="+", default=["hashed", "minilm"], help="settings to compare (hashed minilm)")
    parser.add_argument("--days", type=positive(float), default=28, help="length of the evaluation period (28)")
    parser.add_argument("--until", help="its end, exclusive; an earlier one than the log's to choose by")
    add_settings(parser, threads=None)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    args = parse(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    with TemporaryDirectory() as name:
        return run_command("cold_start", lambda: run(args, Path(name)))


if __name__ == "__main__":
    sys.exit(main())
