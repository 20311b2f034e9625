"""The Online Retail log in one small file: columns, dictionaries and xz, read with the standard library alone.

The file is one xz stream: a line of JSON (row counts, dictionaries, the checksum of the original CSV), then the columns in the
header's order, each as planes of bytes (all low bytes, then all high bytes), because equal neighbours compress best. Prices and
descriptions are stored as their rank among those of the same product code. Text is kept as it was, so that the original CSV
comes back byte for byte.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import lzma
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

LOG = Path(__file__).resolve().parent / "data" / "online_retail.xz"
FIELDS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
_TYPES = {1: "B", 2: "h", 4: "i"}
_DATE = "%Y-%m-%d %H:%M:%S"
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]


class Line(NamedTuple):
    """One line of the log as it was written; `minute` counts from `Log.start` in the shop's local time."""

    invoice: str
    code: str
    description: str
    quantity: int
    minute: int
    price: str
    customer: str
    country: str


class DamagedLog(ValueError):
    """The file is not the log it says it is."""


class Log:
    """The log, opened.

    Args:
        path: a file that `write_log` wrote.

    Raises:
        DamagedLog: the file is truncated or no such log.
    """

    def __init__(self, path: Path = LOG) -> None:
        try:
            content = lzma.decompress(path.read_bytes())
            head, _, body = content.partition(b"\n")
            self.header: dict[str, Any] = json.loads(head)
            self._columns = _split(body, self.header["columns"])
        except (lzma.LZMAError, ValueError, KeyError, EOFError) as error:
            raise DamagedLog(f"{path} is damaged: {error}. Build it again with build_demo_data.") from error
        self.start = datetime.strptime(self.header["start"], _DATE)

    def __len__(self) -> int:
        return self.header["lines"]

    @property
    def last_minute(self) -> int:
        """When the last line was written, in minutes since the start."""
        return sum(self._columns["wait"]) + self._columns["later"][-1]

    def __iter__(self) -> Iterator[Line]:
        """Every line in the order of the file."""
        head, column = self.header, self._columns
        codes, quantities, countries = head["codes"], head["quantities"], head["countries"]
        prices, descriptions = head["prices"], head["descriptions"]
        line = zip(
            column["code"], column["description"], column["quantity"], column["price"], column["later"], strict=True
        )
        number, minute = head["first_invoice"], 0
        invoices = zip(
            column["size"], column["step"], column["mark"], column["wait"], column["customer"], column["country"],
            strict=True,
        )  # fmt: skip
        for size, step, mark, wait, who, where in invoices:
            number += step
            minute += wait
            invoice = f"{head['marks'][mark]}{number}"
            customer, country = head["customers"][who], countries[where]
            for _ in range(size):
                code, description, quantity, price, later = next(line)
                yield Line(
                    invoice,
                    codes[code],
                    descriptions[code][description],
                    quantities[quantity],
                    minute + later,
                    prices[code][price],
                    customer,
                    country,
                )

    def csv(self) -> Iterator[str]:
        """The original CSV, one piece a line."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        times: dict[int, str] = {}

        def piece(row: Iterable[object]) -> str:
            buffer.seek(0)
            buffer.truncate()
            writer.writerow(row)
            return buffer.getvalue()

        yield piece(FIELDS)
        for row in self:
            when = times.get(row.minute)
            if when is None:
                when = times[row.minute] = (self.start + timedelta(minutes=row.minute)).strftime(_DATE)
            yield piece((*row[:4], when, *row[5:]))

    def checksum(self) -> str:
        """SHA-256 of the original CSV as this file gives it back; equals `header["sha256"]` when nothing is lost."""
        digest = hashlib.sha256()
        for text in self.csv():
            digest.update(text.encode())
        return digest.hexdigest()


def write_log(*, source: Iterable[str], target: Path) -> int:
    """Write the lines of the original CSV to `target`; the number of lines.

    Raises:
        DamagedLog: the source is another file than the log, or does not come back byte for byte.
    """
    digest = hashlib.sha256()

    def read() -> Iterator[str]:
        for text in source:
            digest.update(text.encode())
            yield text

    reader = csv.reader(read())
    if tuple(next(reader, ())) != FIELDS:
        raise DamagedLog(f"the source's columns are not {', '.join(FIELDS)}")
    rows = list(reader)
    header, columns = _encode(rows)
    header["sha256"] = digest.hexdigest()
    header["columns"] = {name: [len(values), width] for name, (values, width) in columns.items()}
    body = b"".join(_planes(values, width) for values, width in columns.values())
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    target.write_bytes(lzma.compress(head + b"\n" + body, check=lzma.CHECK_SHA256, filters=_FILTERS))
    if (found := Log(target).checksum()) != header["sha256"]:
        raise DamagedLog(f"the log does not come back byte for byte: {found} is not {header['sha256']}")
    return len(rows)


def _encode(rows: list[list[str]]) -> tuple[dict[str, Any], dict[str, tuple[list[int], int]]]:
    codes = sorted({row[1] for row in rows})
    quantities = [int(text) for text, _ in Counter(row[3] for row in rows).most_common()]
    countries = [text for text, _ in Counter(row[7] for row in rows).most_common()]
    customers = sorted({row[6] for row in rows})
    prices, descriptions = _ranked(rows, 5), _ranked(rows, 2)
    start = datetime.strptime(rows[0][4], _DATE)
    marks = ["", "C", "A"]

    code_at = {code: index for index, code in enumerate(codes)}
    quantity_at = {quantity: index for index, quantity in enumerate(quantities)}
    country_at = {country: index for index, country in enumerate(countries)}
    customer_at = {customer: index for index, customer in enumerate(customers)}
    price_at = {code: {text: rank for rank, text in enumerate(texts)} for code, texts in prices.items()}
    description_at = {code: {text: rank for rank, text in enumerate(texts)} for code, texts in descriptions.items()}

    minutes = {
        text: int((datetime.strptime(text, _DATE) - start).total_seconds()) // 60 for text in {row[4] for row in rows}
    }
    line: dict[str, list[int]] = {name: [] for name in ("code", "description", "quantity", "price", "later")}
    invoice: dict[str, list[int]] = {name: [] for name in ("size", "step", "mark", "wait", "customer", "country")}
    before, number, minute, first = None, 0, 0, 0
    for row in rows:
        if row[0] != before:
            before = row[0]
            mark = before.rstrip("0123456789")
            found = int(before[len(mark) :])
            if not number:
                first = number = found
            invoice["size"].append(0)
            invoice["step"].append(found - number)
            invoice["mark"].append(marks.index(mark))
            invoice["wait"].append(minutes[row[4]] - minute)
            invoice["customer"].append(customer_at[row[6]])
            invoice["country"].append(country_at[row[7]])
            number, minute = found, minutes[row[4]]
        invoice["size"][-1] += 1
        line["code"].append(code_at[row[1]])
        line["description"].append(description_at[row[1]][row[2]])
        line["quantity"].append(quantity_at[int(row[3])])
        line["price"].append(price_at[row[1]][row[5]])
        line["later"].append(minutes[row[4]] - minute)
    header = {
        "lines": len(rows),
        "start": rows[0][4],
        "first_invoice": first,
        "marks": marks,
        "codes": codes,
        "quantities": quantities,
        "countries": countries,
        "customers": customers,
        "prices": [prices[code] for code in codes],
        "descriptions": [descriptions[code] for code in codes],
    }
    columns = {name: (values, _width(values)) for name, values in (line | invoice).items()}
    return header, columns


def _width(values: list[int]) -> int:
    low, high = min(values), max(values)
    if low >= 0 and high < 2**8:
        return 1
    return 2 if low >= -(2**15) and high < 2**15 else 4


def _ranked(rows: list[list[str]], field: int) -> dict[str, list[str]]:
    """The texts of a field by product code, the most frequent first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts[row[1]][row[field]] += 1
    return {code: [text for text, _ in counter.most_common()] for code, counter in counts.items()}


def _planes(values: list[int], width: int) -> bytes:
    numbers = array(_TYPES[width], values)
    if sys.byteorder == "big":
        numbers.byteswap()
    content = numbers.tobytes()
    return b"".join(content[plane::width] for plane in range(width))


def _split(body: bytes, columns: dict[str, list[int]]) -> dict[str, array[int]]:
    found: dict[str, array[int]] = {}
    at = 0
    for name, (count, width) in columns.items():
        planes = body[at : at + count * width]
        if len(planes) != count * width:
            raise DamagedLog(f"column {name} is cut short")
        content = bytearray(count * width)
        for plane in range(width):
            content[plane::width] = planes[plane * count : (plane + 1) * count]
        found[name] = array(_TYPES[width])
        found[name].frombytes(bytes(content))
        if sys.byteorder == "big":
            found[name].byteswap()
        at += count * width
    return found
