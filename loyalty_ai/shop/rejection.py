"""What ingest does not take, and why: a code, and a sentence that says what is wrong and what to do."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loyalty_ai.conf import is_region
from loyalty_ai.shop.adapters.base import CustomerRecord, EventRecord, ProductRecord, Rejected
from loyalty_ai.shop.models import EventType, RejectedRow, Store
from loyalty_ai.shop.suppression import erased_customers

CLOCK_SKEW = timedelta(minutes=5)
LARGEST_QUANTITY = 2**31 - 1
LARGEST_VALUE = Decimal(10) ** 12
ID_LENGTH = 128
TYPE_CODES = {event_type.label: event_type.value for event_type in EventType}

REASONS = {
    "missing_field": gettext_noop("%(field)s is missing; every record of this kind needs it."),
    "bad_field": gettext_noop("%(field)s is %(value)s, which is not %(kind)s; send it as %(kind)s."),
    "too_long": gettext_noop("%(field)s has %(length)s characters, more than the %(limit)s that are kept; shorten it."),
    "unreadable_text": gettext_noop("A text holds a character that no database can store; send clean UTF-8."),
    "unknown_type": gettext_noop("Event type “%(value)s” is not known; use one of %(known)s."),
    "naive_time": gettext_noop("The time %(value)s says no time zone; send it with its offset from UTC."),
    "future_time": gettext_noop("The time %(value)s lies in the future; correct it or the clock that wrote it."),
    "negative_quantity": gettext_noop(
        "The quantity %(value)s is negative; send what was taken back as a refund event."
    ),
    "negative_value": gettext_noop("The value %(value)s is negative; send what was paid back as a refund event."),
    "not_finite": gettext_noop("%(field)s is %(value)s, which is not a finite number; send a plain number."),
    "too_large": gettext_noop("%(field)s is %(value)s, more than can be stored; correct it."),
    "needs_product": gettext_noop("An event of type %(value)s needs a product; send its product id."),
    "unknown_product": gettext_noop(
        "Product “%(value)s” is not in the catalogue; sync or import the catalogue first, or correct the id."
    ),
    "key_conflict": gettext_noop(
        "Key “%(value)s” was recorded before with other content, which stays; send a correction under a key of its own."
    ),
}


def rejection(record: Any, where: str, code: str, **values: Any) -> Rejected:
    """The record with its code and its reason, in the language that is active."""
    reason = _(REASONS[code]) % {name: _shown(value) for name, value in values.items()}
    return Rejected(getattr(record, "location", "") or where, code, reason, asdict(record))


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:79] + "…"


EVENT_TEXTS = (
    ("key", 160),
    ("type", 40),
    ("customer_id", ID_LENGTH),
    ("product_id", ID_LENGTH),
    ("order_id", ID_LENGTH),
    ("session", 64),
)
OPTIONAL = {"customer_id", "product_id", "order_id"}
WITHOUT_PRODUCT = {"purchase", "refund", "view_item_list", "view_cart", "begin_checkout", "search"}


def event_problem(record: EventRecord, latest: datetime) -> tuple[str, dict[str, Any]] | None:
    """The code and the values of what is wrong with an event, None when all is well; `latest` is now plus the clock skew.

    Reads texts' lengths, the type, the time and the numbers. Whether product and key are known only the database can say.
    """
    for name, limit in EVENT_TEXTS:
        text = getattr(record, name)
        if text is None and name in OPTIONAL:
            continue
        if not isinstance(text, str):
            return "bad_field", {"field": name, "value": repr(text), "kind": _("text")}
        if not text and name != "session":
            return "missing_field", {"field": name}
        if len(text) > limit:
            return "too_long", {"field": name, "length": len(text), "limit": limit}
    if record.type not in TYPE_CODES:
        return "unknown_type", {"value": record.type, "known": ", ".join(TYPE_CODES)}
    if record.product_id is None and record.type not in WITHOUT_PRODUCT:
        return "needs_product", {"value": record.type}
    if (problem := time_problem("occurred_at", record.occurred_at)) is not None:
        return problem
    if record.occurred_at > latest:
        return "future_time", {"value": record.occurred_at.isoformat()}
    if type(record.quantity) is not int:
        return "bad_field", {"field": "quantity", "value": repr(record.quantity), "kind": _("a whole number")}
    if record.quantity < 0:
        return "negative_quantity", {"value": record.quantity}
    if record.quantity > LARGEST_QUANTITY:
        return "too_large", {"field": "quantity", "value": record.quantity}
    if (problem := region_problem(record.region)) is not None:
        return problem
    return money_problem("value", record.value, LARGEST_VALUE)


def time_problem(field: str, value: Any) -> tuple[str, dict[str, Any]] | None:
    if not isinstance(value, datetime):
        return "bad_field", {"field": field, "value": repr(value), "kind": _("a time")}
    if value.utcoffset() is None:
        return "naive_time", {"value": value.isoformat()}
    try:
        value.astimezone(UTC)
    except OverflowError:  # the first and the last hours of the calendar, which are before or after it in UTC
        return "bad_field", {"field": field, "value": value.isoformat(), "kind": _("a time")}
    return None


def region_problem(value: Any) -> tuple[str, dict[str, Any]] | None:
    if value == "" or is_region(value):
        return None
    return "bad_field", {"field": "region", "value": repr(value), "kind": _("an ISO 3166 code such as DE or US-CA")}


def money_problem(field: str, value: Any, limit: Decimal) -> tuple[str, dict[str, Any]] | None:
    if type(value) is not Decimal and (isinstance(value, bool) or not isinstance(value, (Decimal, int, float))):
        return "bad_field", {"field": field, "value": repr(value), "kind": _("a number")}
    if not math.isfinite(value):
        return "not_finite", {"field": field, "value": value}
    if value < 0:
        return "negative_value", {"value": value}
    if value >= limit:
        return "too_large", {"field": field, "value": value}
    return None


def customer_problem(record: CustomerRecord) -> tuple[str, dict[str, Any]] | None:
    if (problem := id_problem("customer_id", record.customer_id)) is not None:
        return problem
    if (problem := region_problem(record.region)) is not None:
        return problem
    return None if record.joined_at is None else time_problem("joined_at", record.joined_at)


def product_problem(record: ProductRecord) -> tuple[str, dict[str, Any]] | None:
    if (problem := id_problem("product_id", record.product_id)) is not None:
        return problem
    for name in ("title", "description", "category", "brand", "currency", "url", "image"):
        if not isinstance(text := getattr(record, name), str):
            return "bad_field", {"field": name, "value": repr(text), "kind": _("text")}
    return None if record.price is None else money_problem("price", record.price, LARGEST_VALUE)


def id_problem(field: str, value: Any) -> tuple[str, dict[str, Any]] | None:
    if not isinstance(value, str):
        return "bad_field", {"field": field, "value": repr(value), "kind": _("text")}
    if not value.strip():
        return "missing_field", {"field": field}
    if len(value) > ID_LENGTH:
        return "too_long", {"field": field, "length": len(value), "limit": ID_LENGTH}
    return None


def unreadable(text: str) -> bool:
    """Whether PostgreSQL would refuse the text: a zero character or half of a surrogate pair."""
    if "\0" in text:
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


CUSTOMER_NAMES = ("customer", "customers", "customerid", "customerids")
SHOP_NAMES = (*CUSTOMER_NAMES, "user", "userid")
"""What a key is called whose value names customers, without case and marks: `customer_id`, `Customer ID`, a file's `USER_ID`."""

LINE = "line"
"""The key of a whole line that nobody could read, whose fields have no names."""

BETWEEN_FIELDS = r"\s,;|\"':=(){}\[\]"
"""The characters that part the fields of a line and the words of an error, as a class of Python's and PostgreSQL's expressions."""

FIELD = re.compile(f"[^{BETWEEN_FIELDS}]+")


def named_customers(raw: Any) -> Iterator[str]:
    """Every text in a record that may be a customer's id: by the name of its key, or as a field of a line nobody could read."""
    for name, value in raw.items() if isinstance(raw, dict) else ():
        plain = re.sub("[^a-z]", "", str(name).lower())
        if plain in SHOP_NAMES:
            yield from (str(one) for one in (value if isinstance(value, list) else [value]))
        elif name == LINE:
            yield from FIELD.findall(str(value))
        yield from named_customers(value)
    if isinstance(raw, list):
        for value in raw:
            yield from named_customers(value)


def keep_rejected(*, store: Store, source: str, rejected: Iterable[Rejected]) -> int:
    """List rejected records; the same record rejected again for the same reason is listed once. Returns how many were given.

    What speaks of somebody who was erased is not listed.
    """
    given, rows = list(rejected), []
    named = [set(named_customers(item.raw)) for item in given]
    erased = erased_customers(store=store, external_ids=set().union(*named))
    for item in (item for item, names in zip(given, named, strict=True) if not names & erased):
        raw = {_clean(name): _plain(value) for name, value in item.raw.items()}
        location, reason = _clean(item.location)[:300], _clean(item.reason)[:500]
        content = json.dumps([source, location, item.code, raw], sort_keys=True)
        digest = blake2b(content.encode(), digest_size=16).digest()
        rows.append(
            RejectedRow(
                store=store, source=source, location=location, code=item.code, reason=reason, raw=raw, digest=digest
            )
        )
    RejectedRow.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return len(given)


def _clean(text: Any) -> str:
    return str(text).replace("\0", "\\0").encode(errors="backslashreplace").decode()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, (datetime, date, Decimal)):
        return str(value)
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return _clean(repr(value))
