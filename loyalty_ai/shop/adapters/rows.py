"""Rows of CSV, JSON lines and Parquet files, plain or gzipped. What cannot be read is said with file and line; the rest is kept."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from loyalty_ai.shop.adapters.base import Rejected

Row = dict[str, Any]
"""Values by column name in capitals; empty ones are left out."""

FORMATS = {".csv": "csv", ".tsv": "csv", ".jsonl": "json", ".ndjson": "json", ".json": "json", ".parquet": "parquet"}
QUOTED_LINES = 100
"""How many lines one quoted field may span; a quote that stays open longer is a fault of its own line."""


def format_of(path: Path) -> str:
    """ "csv", "json" or "parquet", by the name.

    Raises:
        ImproperlyConfigured: none of these.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    found = FORMATS.get(suffixes[-1]) if suffixes else None
    if found is None:
        raise ImproperlyConfigured(
            _("%(name)s is of no known format; name it %(known)s (text may be gzipped: .gz).")
            % {"name": path.name, "known": ", ".join(FORMATS)}
        )
    return found


def read_rows(path: Path) -> Iterator[tuple[str, Row | Rejected]]:
    """Each row with its place, e.g. `orders.csv:17`; a `Rejected` where it cannot be read.

    Raises:
        OSError: the file cannot be opened.
        ImproperlyConfigured: an unknown format, or Parquet without polars.
    """
    reader = {"csv": _csv_rows, "json": _json_rows, "parquet": _parquet_rows}[format_of(path)]
    for line, row in reader(path):
        place = f"{path.name}:{line}"
        yield place, Rejected(place, row.code, row.reason, row.raw) if isinstance(row, Rejected) else row


def count_rows(path: Path) -> int | None:
    """How many rows the file has, quoted line breaks counted twice; None where that takes as long as reading it."""
    if format_of(path) == "parquet":
        return None
    lines = sum(1 for _ in _raw_lines(path))
    return max(lines - (format_of(path) == "csv"), 0)


def _raw_lines(path: Path) -> Iterator[tuple[int, bytes | Rejected]]:
    number = 0
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        while True:
            try:
                line = file.readline()
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                reason = _("The compressed file breaks off after line %(line)s (%(error)s); send all of it again.")
                yield number + 1, _unread("truncated_file", reason % {"line": number, "error": error})
                return
            if not line:
                return
            number += 1
            yield number, line


def _text_lines(path: Path) -> Iterator[tuple[int, str | Rejected]]:
    for number, line in _raw_lines(path):
        if isinstance(line, Rejected):
            yield number, line
            continue
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            reason = _("The line is not UTF-8 (byte %(byte)s at %(position)s); save the file as UTF-8.")
            values = {"byte": hex(line[error.start]), "position": error.start + 1}
            yield number, _unread("bad_encoding", reason % values, line.decode("utf-8", "backslashreplace"))
            continue
        yield number, text


def _csv_rows(path: Path) -> Iterator[tuple[int, Row | Rejected]]:
    lines = _text_lines(path)
    number, header = next(lines, (1, ""))
    if isinstance(header, Rejected):
        yield number, header
        return
    delimiter = max(",;\t", key=header.count)
    columns = [column.strip().upper() for column in next(csv.reader([header], delimiter=delimiter), [])]
    waiting: deque[tuple[int, str | Rejected]] = deque()
    while (item := waiting.popleft() if waiting else next(lines, None)) is not None:
        number, line = item
        if isinstance(line, Rejected):
            yield number, line
            continue
        if not line.strip():
            continue
        values = _csv_values(line, delimiter)
        if values is None and line.count('"') % 2:  # a quoted field that goes on below, or a stray quote
            waiting.extend(islice(lines, QUOTED_LINES - len(waiting)))
            values = _joined_values(line, waiting, delimiter, len(columns))
        if values is None:
            reason = _("The line's quotes do not match; quote a field as a whole and double the quotes inside it.")
            yield number, _unread("malformed_line", reason, line)
        elif len(values) != len(columns):
            reason = _("The line has %(found)s columns, the header %(expected)s; complete or correct it.")
            yield number, _unread("wrong_columns", reason % {"found": len(values), "expected": len(columns)}, line)
        else:
            yield number, {name: value for name, raw in zip(columns, values, strict=True) if (value := raw.strip())}


def _csv_values(text: str, delimiter: str) -> list[str] | None:
    if '"' not in text:
        return text.rstrip("\r\n").split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _joined_values(line: str, below: deque[tuple[int, str | Rejected]], delimiter: str, width: int) -> list[str] | None:
    """The fields of a row that goes on in the lines below, which are then taken; None, and all are left, where none fits."""
    joined = line
    for count, (_number, more) in enumerate(below, start=1):
        if isinstance(more, Rejected):
            return None
        joined += more
        if '"' in more and (values := _csv_values(joined, delimiter)) is not None:
            if len(values) != width:
                return None
            for _taken in range(count):
                below.popleft()
            return values
    return None


def _json_rows(path: Path) -> Iterator[tuple[int, Row | Rejected]]:
    for number, line in _text_lines(path):
        if isinstance(line, Rejected):
            yield number, line
            continue
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            reason = _("The line is not JSON (%(error)s); write one object a line.")
            yield number, _unread("malformed_line", reason % {"error": error}, line)
            continue
        if isinstance(row, dict):
            yield number, _named(row)
        else:
            yield number, _unread("malformed_line", _("The line is JSON but no object; write one object a line."), line)


def _parquet_rows(path: Path) -> Iterator[tuple[int, Row | Rejected]]:
    try:
        import polars
    except ImportError:
        raise ImproperlyConfigured(
            _("Reading Parquet needs polars: pip install 'django-loyalty-ai[worker]'.")
        ) from None
    try:
        frame = polars.read_parquet(path)
    except polars.exceptions.PolarsError as error:
        reason = _("The file is not whole Parquet (%(error)s); write it again.")
        yield 1, _unread("truncated_file", reason % {"error": str(error).splitlines()[0]})
        return
    for number, row in enumerate(frame.iter_rows(named=True), start=1):
        yield number, _named(row)


def _named(row: dict[str, Any]) -> Row:
    pairs = ((name.strip().upper(), value.strip() if isinstance(value, str) else value) for name, value in row.items())
    return {name: value for name, value in pairs if value is not None and value != ""}


def _unread(code: str, reason: str, line: str = "") -> Rejected:
    """A rejection whose place is filled in by `read_rows`."""
    return Rejected("", code, reason, {"line": line.rstrip("\r\n")} if line else {})
