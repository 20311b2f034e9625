"""The public data sets as the files that the benchmark commands read, and what is held out."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from benchmarks.output import BadInput
from benchmarks.retail import as_interactions, retail_lines, retail_purchases

EARLIER = 5
"""Days inside the training data at which behaviour is judged too: one held-out season is one draw."""


@dataclass(frozen=True)
class Task:
    """One table of the report.

    Args:
        name: as `--only` knows it. title: of its section.
        kind: "next_item" or "behaviour".
        train: what methods see. held: what they are judged by.
        digest: sha256 of both.
        modes: next item: which lists are judged.
        cutoff, days: behaviour: the split. earlier: the same asked of days inside `train`.
        minutes: of training that our model is given.
        arguments: of single methods, such as how many candidates a ranker orders.
        note: how the data was cut, for the report.
    """

    name: str
    title: str
    kind: str
    train: Path
    held: Path
    digest: str
    note: str
    modes: tuple[str, ...] = ()
    cutoff: str = ""
    days: int = 0
    earlier: tuple[Task, ...] = ()
    minutes: float = 20
    arguments: dict[str, list[str]] = field(default_factory=dict)


def _store(folder: Path, name: str, train: pl.DataFrame, held: pl.DataFrame) -> tuple[Path, Path, str]:
    """Write both files; returns their paths and their digest."""
    digest, paths = hashlib.sha256(), []
    for part, table in (("train", train), ("held", held)):
        content = table.write_csv().encode()
        digest.update(content)
        paths.append(folder / f"{name}_{part}.csv.gz")
        packed = gzip.compress(content, 4, mtime=0)
        if not paths[-1].exists() or paths[-1].read_bytes() != packed:  # another report may be reading it
            paths[-1].write_bytes(packed)
    return paths[0], paths[1], digest.hexdigest()


def _read(data: Path | None, file: str) -> pl.DataFrame:
    if data is None or not (data / file).is_file():
        raise BadInput(
            f"--data {data}: there is no {file}; its licence forbids shipping it, get it and say where it is"
        )
    return pl.read_csv(data / file, infer_schema=False)


def _leave_one_out(
    data: Path | None, folder: Path, file: str, name: str, title: str, candidates: int, minutes: float
) -> Task:
    """The last position is held out; `user,item,pos` becomes USER_ID, ITEM_ID, TIMESTAMP."""
    table = _read(data, f"{file}.csv.gz").with_columns(pl.col("pos").cast(pl.Int64))
    last = pl.col("pos") == pl.col("pos").max().over("user")
    train = table.filter(~last).select(USER_ID="user", ITEM_ID="item", TIMESTAMP="pos")
    held = table.filter(last).select(USER_ID="user", ITEM_ID="item")
    stored = _store(folder, name, train, held)
    note = (
        f"{train['USER_ID'].n_unique():,} users, {table['item'].n_unique():,} items, {len(train):,} interactions to learn from. "
        "Leave-one-out: everybody's last item is held out, all items compete, those of the user's own history are removed."
    )
    rank = {"boosted_ranker": ["--candidates", str(candidates)], "linear_blend": ["--candidates", str(candidates)]}
    return Task(name, title, "next_item", *stored, note, modes=("new_only",), minutes=minutes, arguments=rank)


def beauty(data: Path | None, folder: Path) -> Task:
    """Amazon Beauty 5-core, as S3-Rec cut it."""
    return _leave_one_out(data, folder, "beauty_s3", "beauty", "Amazon Beauty, next item", 120, 20)


def movielens(data: Path | None, folder: Path) -> Task:
    """MovieLens-1M, in the order of the SASRec file."""
    return _leave_one_out(data, folder, "ml1m", "movielens", "MovieLens-1M, next item", 300, 60)


def online_retail(data: Path | None, folder: Path) -> Task:
    """Online Retail (shipped with the demo): the first basket of those who return in the last 28 days."""
    lines = retail_purchases()
    start = datetime(2011, 11, 11)
    train = lines.filter(pl.col("time") < start)
    later = lines.filter(pl.col("time") >= start).join(train.select("customer").unique(), on="customer", how="semi")
    first = later.sort("time", "invoice").group_by("customer", maintain_order=True).agg(pl.col("invoice").first())
    held = later.join(first, on=["customer", "invoice"]).select(USER_ID="customer", ITEM_ID="code").unique()
    seen = as_interactions(train)
    stored = _store(folder, "online_retail", seen, held.sort("USER_ID", "ITEM_ID"))
    note = (
        f"{seen['USER_ID'].n_unique():,} customers, {seen['ITEM_ID'].n_unique():,} products, {len(seen):,} lines before "
        f"2011-11-11 to learn from. The first basket of the {len(first):,} customers who return in the 28 days from then is held "
        "out, all products compete. New-only: products that the customer had not bought before. loyalty_ai also reads the "
        "products' descriptions, as last seen before that day."
    )
    titles = folder / "online_retail_items.csv"
    train.sort("time").group_by("code").agg(TITLE=pl.col("description").last()).sort("code").rename(
        {"code": "ITEM_ID"}
    ).write_csv(titles)
    arguments = {
        "boosted_ranker": ["--candidates", "300"],
        "linear_blend": ["--candidates", "300"],
        "loyalty_ai": ["--items", str(titles)],
    }
    return Task(
        "online_retail", "Online Retail, next basket", "next_item", *stored, note,
        modes=("repeats", "new_only"), arguments=arguments,
    )  # fmt: skip


def _behaviour(folder: Path, name: str, title: str, rows: pl.DataFrame, first: str, cutoff: str, days: int) -> Task:
    start, split = (datetime.fromisoformat(day) for day in (first, cutoff))
    end = split + timedelta(days=days)
    rows = rows.filter(pl.col("date") >= start, pl.col("date") < end).sort("customer", "date", maintain_order=True)
    rows = rows.with_columns(pl.col("date").dt.strftime("%Y-%m-%d %H:%M:%S"))
    train, held = rows.filter(pl.col("date") < cutoff), rows.filter(pl.col("date") >= cutoff)
    note = f"{len(train):,} rows from {first} to {cutoff} to learn from, the {days} days from then held out."
    earlier = tuple(_earlier(folder, name, title, train, day, split, days) for day in _days_between(start, split))
    stored = _store(folder, name, train, held)
    return Task(name, title, "behaviour", *stored, note, cutoff=cutoff, days=days, earlier=earlier)


def _days_between(start: datetime, cutoff: datetime) -> list[datetime]:
    """EARLIER days, evenly spread over the second half of the time from `start` to `cutoff`."""
    span = (cutoff - start).days
    return [start + timedelta(days=span * (EARLIER + i) // (2 * EARLIER + 1)) for i in range(EARLIER)]


def _earlier(
    folder: Path, name: str, title: str, rows: pl.DataFrame, day: datetime, until: datetime, days: int
) -> Task:
    """`rows` before a day to learn from, at most `days` days from it, until a later one, held out."""
    cutoff, end = f"{day:%Y-%m-%d}", min(day + timedelta(days=days), until)
    train = rows.filter(pl.col("date") < cutoff)
    held = rows.filter(pl.col("date") >= cutoff, pl.col("date") < f"{end:%Y-%m-%d}")
    name = f"{name}_{cutoff}"
    return Task(name, title, "behaviour", *_store(folder, name, train, held), "", cutoff=cutoff, days=(end - day).days)


def cdnow(data: Path | None, folder: Path) -> Task:
    """CDNOW: 39 weeks, then 39 weeks."""
    rows = _read(data, "cdnow_master.csv.gz").select(
        "customer",
        pl.col("date").str.to_datetime("%Y-%m-%d"),
        amount=pl.col("dollars").cast(pl.Float64),
        quantity=pl.col("cds").cast(pl.Int64),
    )
    return _behaviour(folder, "cdnow", "CDNOW, when and how much", rows, "1997-01-01", "1997-10-01", 273)


def online_retail_behaviour(data: Path | None, folder: Path) -> Task:
    """Online Retail: nine months, then 100 days; cancellations give back."""
    rows = retail_lines().select(
        "customer",
        pl.col("time").alias("date"),
        amount=pl.col("quantity") * pl.col("price"),
        item="code",
        quantity="quantity",
    )
    title = "Online Retail, when and how much"
    return _behaviour(folder, "online_retail_behaviour", title, rows, "2010-12-01", "2011-09-01", 100)


TASKS: dict[str, Callable[[Path | None, Path], Task]] = {
    function.__name__: function for function in (beauty, movielens, online_retail, cdnow, online_retail_behaviour)
}
