"""The demo shop's Online Retail log, for every benchmark that needs a shop."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from benchmarks.data import read_interactions

if TYPE_CHECKING:
    from loyalty_ai.ml.interactions import Interactions

SERVICE_CODES = ("POST", "DOT", "M", "D", "S", "B", "C2", "CRUK", "PADS", "AMAZONFEE", "BANK CHARGES")
"""Stock codes of Online Retail that are no products; neither are those that begin with GIFT."""


def retail_lines() -> pl.DataFrame:
    """Lines of known customers with a price, service codes left out; cancellations have negative quantities."""
    from shop_demo.retail_log import Log

    log = Log()
    table = pl.DataFrame(list(log), schema=list(_LINE), orient="row")
    moment = pl.lit(log.start) + pl.duration(minutes=pl.col("minute"))
    return table.with_columns(
        pl.col("code").str.to_uppercase(), pl.col("price").cast(pl.Float64), moment.alias("time")
    ).filter(
        pl.col("customer") != "",
        pl.col("price") > 0,
        ~pl.col("code").is_in(SERVICE_CODES) & ~pl.col("code").str.starts_with("GIFT"),
    )


_LINE = {
    "invoice": pl.String, "code": pl.String, "description": pl.String, "quantity": pl.Int64, "minute": pl.Int64,
    "price": pl.String, "customer": pl.String, "country": pl.String,
}  # fmt: skip


def retail_purchases() -> pl.DataFrame:
    """Of `retail_lines` what was bought, cancelled later or not."""
    return retail_lines().filter(pl.col("quantity") > 0, ~pl.col("invoice").str.contains("^[CA]"))


def as_interactions(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines in the columns that the benchmark commands read."""
    return lines.select(
        USER_ID="customer",
        ITEM_ID="code",
        TIMESTAMP=pl.col("time").dt.epoch("s"),
        BASKET_ID="invoice",
        QUANTITY="quantity",
        PRICE="price",
    )


def online_retail(folder: Path) -> tuple[Interactions, int]:
    """The purchases with their descriptions as a log, and when it ends (seconds); `folder` holds two files on the way."""
    lines = retail_purchases()
    as_interactions(lines).write_csv(folder / "train.csv")
    titles = lines.unique("code", keep="last", maintain_order=True).select(ITEM_ID="code", TITLE="description")
    titles.write_csv(folder / "items.csv")
    prepared = read_interactions(folder / "train.csv", folder / "items.csv")
    return prepared.log, prepared.cutoff


def add_skip_days(parser: argparse.ArgumentParser) -> None:
    """The option that keeps the end of the log out of sight while settings are chosen."""
    parser.add_argument("--skip-days", type=float, default=0, help="days at the end of the log to leave out (0)")
