"""A shop as files: what any system can export, in the columns of Amazon Personalize.

Events: USER_ID, ITEM_ID, TIMESTAMP, EVENT_TYPE, EVENT_VALUE (the line's total), and optionally QUANTITY, ORDER_ID, SESSION_ID
and EVENT_ID. Products: ITEM_ID, TITLE, DESCRIPTION, CATEGORY (or CATEGORY_L1 to CATEGORY_L3), BRAND, PRICE, CURRENCY, AVAILABLE,
URL, IMAGE, WITHDRAWN. Customers: USER_ID, JOINED_AT. Columns in either case, in any order; others are ignored.
"""

from __future__ import annotations

import glob
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from loyalty_ai.conf import StoreSettings
from loyalty_ai.shop.adapters.base import Change, CustomerRecord, EventRecord, ProductRecord, Rejected, ShopAdapter
from loyalty_ai.shop.adapters.rows import Row, count_rows, format_of, read_rows

TYPES = {"view": "view_item", "click": "select_item", "addtocart": "add_to_cart", "startcheckout": "begin_checkout"}
"""Names that Personalize's own recipes use, beside the GA4 names."""

MILLISECONDS_FROM = 10**11
"""A number of seconds this large lies 3,000 years ahead, so it counts milliseconds."""


class Unreadable(Exception):
    """A value that cannot be read; carries the code and the reason."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


def read_events(path: Path, zone: ZoneInfo) -> Iterator[EventRecord | Rejected]:
    """The events of a file.

    Without EVENT_ID an event's key is its content and how many equal rows stood above it. So the same file again, a
    file that grew at either end, and files that overlap add nothing twice, and repeated rows of one file all count.

    Args:
        zone: what times without an offset are read in; of an hour that the clock shows twice, the first is meant.
    """
    seen: Counter[bytes] = Counter()
    return _records(path, partial(_event, zone=zone, seen=seen))


def read_products(path: Path, zone: ZoneInfo) -> Iterator[ProductRecord | Rejected]:
    """The products of a file."""
    return _records(path, _product)


def read_customers(path: Path, zone: ZoneInfo) -> Iterator[CustomerRecord | Rejected]:
    """The customers of a file; times as in `read_events`."""
    return _records(path, partial(_customer, zone=zone))


def read_customer_ids(path: Path) -> Iterator[tuple[str, str] | Rejected]:
    """(place, USER_ID) of every line of a file, whatever else it holds."""
    return _records(path, lambda row, place: (place, _needed(row, "USER_ID")))


READERS: dict[str, Callable[[Path, ZoneInfo], Iterator[Any]]] = {
    "customers": read_customers,
    "products": read_products,
    "events": read_events,
}


def _records(path: Path, read: Callable[[Row, str], Any]) -> Iterator[Any]:
    for place, row in read_rows(path):
        if isinstance(row, Rejected):
            yield row
            continue
        try:
            yield read(row, place)
        except Unreadable as error:
            yield Rejected(place, error.code, error.reason, row)


def _event(row: Row, place: str, *, zone: ZoneInfo, seen: Counter[bytes]) -> EventRecord:
    kind = _needed(row, "EVENT_TYPE").lower()
    kind = TYPES.get(kind.replace("_", ""), kind)
    quantity, value = _quantity(row), _number(row, "EVENT_VALUE") or Decimal(0)
    if kind == "refund":  # exports write what came back either way
        quantity, value = abs(quantity), abs(value)
    return EventRecord(
        key=_text(row, "EVENT_ID") or _content_key(row, seen),
        type=kind,
        occurred_at=_time(row, "TIMESTAMP", zone),
        customer_id=_text(row, "USER_ID") or None,
        product_id=_text(row, "ITEM_ID") or None,
        order_id=_text(row, "ORDER_ID") or None,
        quantity=quantity,
        value=value,
        session=_text(row, "SESSION_ID"),
        location=place,
    )


def _content_key(row: Row, seen: Counter[bytes]) -> str:
    content = "\x1f".join(f"{name}\x1e{row[name]}" for name in sorted(row))
    digest = blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    seen[digest] += 1
    return f"{digest.hex()}-{seen[digest]}"


def _product(row: Row, place: str) -> ProductRecord:
    levels = [_text(row, f"CATEGORY_L{level}") for level in (1, 2, 3)]
    return ProductRecord(
        product_id=_needed(row, "ITEM_ID"),
        title=_text(row, "TITLE", "NAME", "ITEM_NAME", "PRODUCT_NAME"),
        description=_text(row, "DESCRIPTION", "PRODUCT_DESCRIPTION"),
        category=_text(row, "CATEGORY") or " / ".join(level for level in levels if level),
        brand=_text(row, "BRAND"),
        price=_number(row, "PRICE"),
        currency=_text(row, "CURRENCY").upper(),
        available=_flag(row, "AVAILABLE", unsaid=True),
        url=_text(row, "URL"),
        image=_text(row, "IMAGE"),
        withdrawn=_flag(row, "WITHDRAWN", unsaid=False),
        location=place,
    )


def _customer(row: Row, place: str, *, zone: ZoneInfo) -> CustomerRecord:
    joined = _time(row, "JOINED_AT", zone) if "JOINED_AT" in row else None
    return CustomerRecord(
        customer_id=_needed(row, "USER_ID"), joined_at=joined, location=place, region=_text(row, "REGION").upper()
    )


def _text(row: Row, *names: str) -> str:
    """The first of the columns that says something; numbers as they are written."""
    for name in names:
        if (value := row.get(name)) is not None:
            whole = isinstance(value, float) and value.is_integer()  # ids that a data frame turned into floats
            return str(int(value)) if whole else str(value)
    return ""


def _needed(row: Row, name: str) -> str:
    if not (text := _text(row, name)):
        raise Unreadable("missing_field", _("%(field)s is missing; every row needs it.") % {"field": name})
    return text


def _number(row: Row, name: str) -> Decimal | None:
    if (value := row.get(name)) is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        reason = _("%(field)s is “%(value)s”, which is not a number; write it like 12.50.")
        raise Unreadable("bad_field", reason % {"field": name, "value": str(value)[:80]}) from None


def _quantity(row: Row) -> int:
    number = _number(row, "QUANTITY")
    if number is None:
        return 1
    if not number.is_finite() or number != number.to_integral_value() or abs(number) > MILLISECONDS_FROM:
        reason = _("QUANTITY is “%(value)s”, which is not a whole number; write units.")
        raise Unreadable("bad_field", reason % {"value": str(number)[:80]})
    return int(number)


def _flag(row: Row, name: str, *, unsaid: bool) -> bool:
    text = str(row.get(name, unsaid)).lower()
    if text in ("true", "1", "yes", "y", "t"):
        return True
    if text in ("false", "0", "no", "n", "f"):
        return False
    reason = _("%(field)s is “%(value)s”; write true or false.")
    raise Unreadable("bad_field", reason % {"field": name, "value": text[:80]})


def _time(row: Row, name: str, zone: ZoneInfo) -> datetime:
    value = row.get(name)
    if value is None:
        raise Unreadable("missing_field", _("%(field)s is missing; every row needs it.") % {"field": name})
    try:
        moment = _moment(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        reason = _("%(field)s is “%(value)s”, which is no time; write unix seconds or ISO 8601, e.g. 2011-12-09T12:50.")
        raise Unreadable("bad_time", reason % {"field": name, "value": str(value)[:80]}) from None


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    text = str(value)
    if text.removeprefix("-").replace(".", "", 1).isdigit() and len(text) != len("20111209"):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if abs(seconds) >= MILLISECONDS_FROM else seconds, UTC)
    return datetime.fromisoformat(text)


@dataclass(frozen=True)
class _Files:
    """The files of one stream, by path or pattern."""

    patterns: tuple[str, ...]

    @property
    def paths(self) -> list[Path]:
        return [Path(name) for pattern in self.patterns for name in (sorted(glob.glob(pattern)) or [pattern])]


class FileShop(ShopAdapter):
    """A store whose shop writes files.

    Args:
        events, products, customers: a path or pattern, or a list of them: CSV, JSON lines (each also gzipped) or Parquet.

    A cursor says which files were read whole, by size and time of change; one that changed is read again from its start,
    and what is known already changes nothing.
    """

    def __init__(
        self,
        store: StoreSettings,
        *,
        events: str | list[str] = "",
        products: str | list[str] = "",
        customers: str | list[str] = "",
        **options: Any,
    ) -> None:
        super().__init__(store, **options)
        given = {"customers": customers, "products": products, "events": events}
        self.files = {name: _Files(_as_tuple(value)) for name, value in given.items()}

    def customers(self, since: str) -> Iterator[Change[CustomerRecord | Rejected]]:
        return self._changes("customers", since)

    def products(self, since: str) -> Iterator[Change[ProductRecord | Rejected]]:
        return self._changes("products", since)

    def events(self, since: str) -> Iterator[Change[EventRecord | Rejected]]:
        return self._changes("events", since)

    def count(self, stream: str, since: str) -> int | None:
        counts = [count_rows(path) for path, _ in self._changed(stream, since)]
        return None if None in counts else sum(counts)

    def check(self) -> list[str]:
        problems = []
        for name, files in self.files.items():
            for path in files.paths:
                if not path.is_file():
                    problems.append(_("%(stream)s: there is no file %(path)s.") % {"stream": name, "path": path})
                    continue
                try:
                    format_of(path)
                except ImproperlyConfigured as error:
                    problems.append(str(error))
        return problems if any(files.patterns for files in self.files.values()) else [_("No files are named.")]

    def _changed(self, stream: str, since: str) -> list[tuple[Path, str]]:
        """The files that are not as they were when they were last read whole, each with its stamp."""
        known = json.loads(since or "{}")
        found = []
        for path in self.files[stream].paths:
            state = path.stat()
            if known.get(str(path)) != (stamp := f"{state.st_size}-{state.st_mtime_ns}"):
                found.append((path, stamp))
        return found

    def _changes(self, stream: str, since: str) -> Iterator[Change[Any]]:
        whole = json.loads(since or "{}")
        for path, stamp in self._changed(stream, since):
            before = json.dumps(whole)
            whole[str(path)] = stamp
            held = None
            for record in READERS[stream](path, self.store.time_zone):
                if held is not None:
                    yield Change(held, before)
                held = record
            if held is not None:
                yield Change(held, json.dumps(whole))


def _as_tuple(value: str | list[str]) -> tuple[str, ...]:
    return tuple(str(item) for item in ([value] if isinstance(value, str | Path) else value) if str(item))
