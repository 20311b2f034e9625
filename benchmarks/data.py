"""From the CSV files of the benchmark commands to the columnar log that the customer model reads."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.output import BadInput
from loyalty_ai.ml.interactions import PURCHASE, REFUND, Interactions

DAY = 86_400
POSITION_SHARE = 0.95
"""From this share of users whose values are exactly 0..n-1 (or 1..n), TIMESTAMP holds positions; there is no calendar."""

MILLISECONDS = 1e11
"""Numbers beyond this are milliseconds: as seconds they would lie after the year 5000."""

LINE = "line"
TIME_HELP = "write unix seconds, milliseconds, or ISO like 2011-12-09 or 2011-12-09 12:50:00"


@dataclass(frozen=True)
class Prepared:
    """A log, and when it ends.

    Args:
        log: all rows of the file.
        cutoff: seconds; every row happened before.
        positions: TIMESTAMP held positions: one day of a synthetic clock a step, everybody's last step on the last day.
    """

    log: Interactions
    cutoff: int
    positions: bool


def read_table(path: Path, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> pl.DataFrame:
    """The named columns of a CSV(.gz) file as text, with the number of each row's line in `line`.

    Column names match in any case. Lines that are empty are left out.
    """
    path = Path(path)
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file; check the path")
    try:
        header = pl.read_csv(path, n_rows=0, infer_schema=False).columns
        names = {name.strip("\ufeff ").upper(): name for name in reversed(header)}
        missing = [name for name in required if name.upper() not in names]
        if missing:
            raise BadInput(
                f"{path}, line 1: the header lacks {', '.join(missing)}; it has {', '.join(header)}; "
                "rename the columns (comma-separated, upper or lower case)"
            )
        wanted = [name for name in (*required, *optional) if name.upper() in names]
        table = pl.read_csv(path, columns=[names[name.upper()] for name in wanted], infer_schema=False)
    except pl.exceptions.NoDataError as error:
        raise BadInput(f"{path}, line 1: the file is empty; it needs a header and rows") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(f"{path}{_broken_line(path)}: cannot be read as CSV in UTF-8 ({_one_line(error)})") from error
    table = table.select(pl.col(names[name.upper()]).alias(name) for name in wanted).with_row_index(LINE, offset=2)
    table = table.filter(pl.any_horizontal(pl.col(wanted).is_not_null()))
    if table.is_empty():
        raise BadInput(f"{path}, line 2: there is a header but no rows; nothing can be learned from it")
    return table


def filled(path: Path, table: pl.DataFrame, *names: str) -> pl.DataFrame:
    """`table`, once none of these columns has an empty cell; else BadInput."""
    for name in names:
        _refuse(path, table, pl.col(name).is_null(), name, "is empty", "fill it in or remove the line")
    return table


def _one_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]


def _broken_line(path: Path) -> str:
    """ ", line n" of the first record that has another number of fields than the header, or nothing."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            width = len(next(reader, []))
            for row in reader:
                if len(row) > width:
                    return f", line {reader.line_num}"
    except (OSError, EOFError, UnicodeDecodeError, csv.Error):
        return ""
    return ""


def _refuse(path: Path, table: pl.DataFrame, wrong: pl.Expr, name: str, what: str, do: str) -> None:
    """BadInput about the first row where `wrong` holds."""
    found = table.filter(wrong).head(1)
    if len(found):
        value = found[name][0] if name in found.columns else None
        shown = "" if value is None else f" {str(value)[:40]!r}"
        raise BadInput(f"{path}, line {found[LINE][0]}: {name}{shown} {what}; {do}")


def numbers(path: Path, table: pl.DataFrame, name: str, *, empty: float | None) -> pl.DataFrame:
    """`table` with the text column `name` as float64; empty cells become `empty`, BadInput where it is no finite number."""
    number = pl.col(name).str.strip_chars().cast(pl.Float64, strict=False)
    wrong = pl.col(name).is_not_null() & ~number.is_finite().fill_null(value=False)
    _refuse(path, table, wrong, name, "is not a number", "write it with a decimal point and no other sign")
    return table.with_columns(number.fill_null(empty) if empty is not None else number)


def parse_times(path: Path, table: pl.DataFrame, name: str) -> pl.DataFrame:
    """`table` with the text column `name` as int64 seconds since 1970 UTC.

    Reads seconds, milliseconds, dates without signs (20111209), and ISO dates and datetimes; UTC where no zone is given.
    """
    text = pl.col(name).str.strip_chars()
    number = text.cast(pl.Float64, strict=False)
    if table.select(number.is_finite().fill_null(value=False).all()).item():
        compact = text.str.to_date("%Y%m%d", strict=False)
        if table.select((compact.is_not_null() & (text.str.len_chars() == 8)).all()).item():
            return table.with_columns(compact.cast(pl.Datetime("ms")).dt.epoch("s").alias(name))
        seconds = pl.when(number.abs() > MILLISECONDS).then(number / 1000).otherwise(number)
        far = seconds.abs() > MILLISECONDS
        _refuse(path, table, far, name, "is beyond the year 5000", TIME_HELP)
        return table.with_columns(seconds.floor().cast(pl.Int64).alias(name))
    plain = text.str.replace("T", " ", literal=True).str.replace(r"\s*(Z|UTC)$", "+0000")
    zoned = plain.str.contains(r":\d\d(\.\d+)?\s*[+-]\d\d:?\d\d$")
    moment = pl.coalesce(
        pl.when(zoned).then(
            pl.coalesce(
                plain.str.to_datetime(form, strict=False, time_unit="ms", time_zone="UTC").dt.epoch("s")
                for form in ("%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z")
            )
        ),
        *(
            plain.str.to_datetime(form, strict=False, time_unit="ms").dt.epoch("s")
            for form in ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
        ),
        plain.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("ms")).dt.epoch("s"),
    )
    parsed = table.with_columns(moment.alias("_moment"))
    _refuse(path, parsed, pl.col("_moment").is_null(), name, "is no time", TIME_HELP)
    return parsed.drop(name).rename({"_moment": name})


def read_moment(text: str) -> int:
    """Seconds since 1970 UTC of one date or time; ValueError where it is none."""
    try:
        return int(parse_times(Path("cutoff"), pl.DataFrame({LINE: [0], "date": [text]}), "date")["date"][0])
    except BadInput as error:
        raise ValueError(f"{text!r} is no date; write it like 2011-09-01 or 2011-09-01 12:00:00") from error


def read_interactions(train: Path, items: Path | None = None) -> Prepared:
    """The training file of `benchmarks.next_item`, with the texts of its items file.

    Rows of one user with one BASKET_ID are one basket, at its earliest time; without BASKET_ID, rows of one user with one
    TIMESTAMP are. Negative quantities are returns. Items that only the items file knows can be recommended by their text.
    """
    required = ("USER_ID", "ITEM_ID", "TIMESTAMP")
    table = filled(train, read_table(train, required, ("BASKET_ID", "QUANTITY", "PRICE")), *required)
    for name, empty in (("QUANTITY", 1.0), ("PRICE", None)):
        if name in table.columns:
            table = numbers(train, table, name, empty=empty)
    if "PRICE" in table.columns:
        _refuse(train, table, pl.col("PRICE") < 0, "PRICE", "is negative", "write returns as negative QUANTITY")
    table = parse_times(train, table, "TIMESTAMP")
    own = [pl.col("BASKET_ID")] if "BASKET_ID" in table.columns else []
    table = table.with_columns(
        (pl.col("USER_ID").rank("dense") - 1).cast(pl.Int32).alias("user"),
        pl.coalesce(*own, pl.col("TIMESTAMP").cast(pl.String)).alias("key"),
    ).with_columns(pl.col("TIMESTAMP").min().over("user", "key").alias("time"))
    positions = are_positions(table)
    table, cutoff = _synthetic_clock(table) if positions else (table, int(table["TIMESTAMP"].max()) + 1)
    table = table.with_columns(pl.struct("user", "time", "key").rank("dense").cast(pl.Int64).alias("basket"))
    table = table.sort("user", "time", "basket", maintain_order=True)

    known = table.select(pl.col("ITEM_ID").unique())
    texts = _item_texts(items) if items is not None else None
    if texts is not None:
        known = pl.concat([known, texts.select("ITEM_ID")]).unique()
    known = known.sort("ITEM_ID").with_row_index("item")
    if texts is not None:
        known = known.join(texts, on="ITEM_ID", how="left", maintain_order="left")
    table = table.join(known.select("ITEM_ID", "item"), on="ITEM_ID", how="left", maintain_order="left")

    quantity = table["QUANTITY"].to_numpy() if "QUANTITY" in table.columns else np.ones(len(table))
    price = table["PRICE"].to_numpy() if "PRICE" in table.columns else None
    value = np.abs(quantity) if price is None else np.nan_to_num(np.abs(quantity) * price)
    log = Interactions(
        user=table["user"].to_numpy().astype(np.int32),
        item=table["item"].to_numpy().astype(np.int32),
        time=table["time"].to_numpy().astype(np.int64),
        basket=table["basket"].to_numpy().astype(np.int64),
        event=np.where(quantity < 0, REFUND, PURCHASE).astype(np.int8),
        quantity=np.abs(quantity).astype(np.float32),
        value=value.astype(np.float32),
        user_ids=np.array(table["USER_ID"].unique().sort().to_list()),
        item_ids=np.array(known["ITEM_ID"].to_list()),
        item_text=None if texts is None else known["text"].fill_null("").to_list(),
        item_price=None if price is None else _last_price(table, len(known)),
    )
    return Prepared(log, cutoff, positions)


def are_positions(table: pl.DataFrame) -> bool:
    """Whether (almost) every user's distinct TIMESTAMPs are exactly 0..n-1 or 1..n."""
    time = pl.col("TIMESTAMP")
    users = table.group_by("user").agg(time.min().alias("low"), time.max().alias("high"), time.n_unique().alias("n"))
    dense = pl.col("low").is_in([0, 1]) & (pl.col("high") - pl.col("low") == pl.col("n") - 1)
    return users.select(dense.mean()).item() >= POSITION_SHARE


def _synthetic_clock(table: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Sequences aligned at their end, a day a step: the last step of all lies one day before the cutoff, so that windows of
    one day are leave-one-out."""
    step = pl.col("time").rank("dense").over("user").cast(pl.Int64)
    table = table.with_columns(step.alias("step")).with_columns(pl.col("step").max().over("user").alias("steps"))
    cutoff = (int(table["steps"].max()) + 1) * DAY
    return table.with_columns((cutoff - (pl.col("steps") - pl.col("step") + 1) * DAY).alias("time")), cutoff


def _item_texts(path: Path) -> pl.DataFrame:
    """ITEM_ID and its text (title and category); the first line of an item counts."""
    table = filled(path, read_table(path, ("ITEM_ID",), ("TITLE", "CATEGORY")), "ITEM_ID")
    table = table.unique("ITEM_ID", keep="first", maintain_order=True)
    parts = [name for name in ("TITLE", "CATEGORY") if name in table.columns]
    text = pl.concat_str(parts, separator=" ", ignore_nulls=True) if parts else pl.lit("")
    return table.select("ITEM_ID", text.alias("text"))


def _last_price(table: pl.DataFrame, n_items: int) -> np.ndarray:
    """float32 [items], the price of the latest row that has one, nan where there is none."""
    known = table.filter(pl.col("PRICE").is_not_null()).sort("time", maintain_order=True)
    last = known.group_by("item", maintain_order=True).agg(pl.col("PRICE").last())
    prices = np.full(n_items, np.nan, np.float32)
    prices[last["item"].to_numpy()] = last["PRICE"].to_numpy()
    return prices


def read_transactions(path: Path, *, cutoff: int) -> Interactions:
    """The file of `benchmarks.behaviour`: its rows before `cutoff` (seconds), the rest is not even looked at.

    A row whose amount or quantity is negative is a refund; a row of amount zero is still an order.
    """
    table = read_table(path, ("customer", "date", "amount"), ("item", "quantity"))
    table = parse_times(path, filled(path, table, "date"), "date").filter(pl.col("date") < cutoff)
    if table.is_empty():
        raise BadInput(f"{path}: every date is on or after the cutoff; choose a later --cutoff")
    filled(path, table, "customer", "amount")
    table = numbers(path, table, "amount", empty=None)
    if "quantity" in table.columns:
        table = numbers(path, table, "quantity", empty=1.0)
    quantity = pl.col("quantity") if "quantity" in table.columns else pl.lit(1.0)
    item = pl.col("item").fill_null("") if "item" in table.columns else pl.lit("")
    table = table.select(
        "customer",
        pl.col("date").alias("time"),
        pl.col("amount").abs(),
        quantity.abs().alias("quantity"),
        item.alias("item"),
        ((pl.col("amount") < 0) | (quantity < 0)).alias("refund"),
        (pl.col("customer").rank("dense") - 1).cast(pl.Int32).alias("user"),
    ).sort("user", "time", maintain_order=True)
    return Interactions(
        user=table["user"].to_numpy().astype(np.int32),
        item=(table["item"].rank("dense") - 1).to_numpy().astype(np.int32),
        time=table["time"].to_numpy().astype(np.int64),
        basket=table.select(pl.struct("user", "time").rank("dense")).to_series().to_numpy().astype(np.int64),
        event=np.where(table["refund"].to_numpy(), REFUND, PURCHASE).astype(np.int8),
        quantity=table["quantity"].to_numpy().astype(np.float32),
        value=table["amount"].to_numpy().astype(np.float32),
        user_ids=np.array(table["customer"].unique().sort().to_list()),
        item_ids=np.array(table["item"].unique().sort().to_list()),
    )
