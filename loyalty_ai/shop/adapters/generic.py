"""Any shop whose tables Django can read: name the model and the columns of each stream, and that is the adapter.

class MyShop(DjangoShop):
    customer_source = Source("auth.User", customer_id="pk", user_id="pk", joined_at="date_joined")
    product_source = Source(
        "shop.Product", changed="updated_at", product_id="sku", title="name", category="category__name", price="price"
    )
    event_sources = [
        Source(
            "shop.OrderLine", type=Value("purchase"), occurred_at="order__placed_at", customer_id="order__user_id",
            product_id="product__sku", order_id="order__number", quantity="quantity", value="total",
        ),
    ]
    product_url = "/product/{product_id}/"
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote

from django.apps import apps
from django.core.exceptions import FieldError, ValidationError
from django.db.models import Expression, F, Field, Model, Q, QuerySet
from django.utils.translation import gettext as _

from loyalty_ai.shop.adapters.base import (
    Change,
    CustomerRecord,
    EventRecord,
    LiveProduct,
    ProductRecord,
    Rejected,
    ShopAdapter,
)

OVERLAP_TIME = timedelta(minutes=5)
OVERLAP_ROWS = 1_000
"""How far behind the cursor a stream starts: a transaction that began earlier may commit rows later."""

CHUNK = 2_000

DEFAULTS: dict[type, dict[str, str]] = {
    CustomerRecord: {"customer_id": "pk"},
    ProductRecord: {"product_id": "pk"},
    EventRecord: {"key": "pk"},
}


class Source:
    """The rows that one kind of record is made from.

    Args:
        model: "app.Model".
        changed: a column or expression that grows with every change, a whole number or a time; by default the primary key,
            which is right for rows that never change.
        where: which rows, all by default.
        name: sets the keys of events of this source apart from those of others; by default the model.
        fields: for each field of the record a column ("order__number") or an expression (`Value("purchase")`).
    """

    def __init__(
        self,
        model: str,
        *,
        changed: str | Expression = "pk",
        where: Q | Expression | None = None,
        name: str = "",
        **fields: str | Expression,
    ) -> None:
        self.label, self.where, self.name, self.fields = model, where, name or model.lower(), fields
        self.changed = _expression(changed)

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.label)

    def rows(self) -> QuerySet[Any]:
        rows = self.model._default_manager.alias(loyalty_changed=self.changed)
        return rows if self.where is None else rows.filter(self.where)

    def since(self, cursor: Any) -> QuerySet[Any]:
        """The rows after the cursor (None: all), in the order of their changes."""
        rows = self.rows()
        if isinstance(cursor, str):
            rows = rows.filter(loyalty_changed__gt=datetime.fromisoformat(cursor) - OVERLAP_TIME)
        elif cursor is not None:
            rows = rows.filter(loyalty_changed__gt=cursor - OVERLAP_ROWS)
        return rows.order_by("loyalty_changed", "pk")

    def read(self, rows: QuerySet[Any], record: type) -> Iterator[tuple[Any, Any]]:
        """Each row as a record, with its cursor."""
        fields = {name: _expression(value) for name, value in (DEFAULTS[record] | self.fields).items()}
        names = list(fields)
        for changed, *values in rows.values_list(self.changed, *fields.values()).iterator(chunk_size=CHUNK):
            cursor = changed.isoformat() if isinstance(changed, datetime) else changed
            yield self._record(record, dict(zip(names, values, strict=True))), cursor

    def _record(self, record: type, values: dict[str, Any]) -> CustomerRecord | ProductRecord | EventRecord | Rejected:
        if record is EventRecord:
            values["key"] = f"{self.name}:{values['key']}"
        place = f"{self.name}:{values.get('key') or next(iter(values.values()))}"
        try:
            return record(**{name: _plain(name, value) for name, value in values.items()}, location=place)
        except (TypeError, ValueError, ArithmeticError) as error:
            reason = _("The row cannot be read: %(error)s.") % {"error": error}
            return Rejected(place, "bad_field", reason, {name: str(value) for name, value in values.items()})


def _expression(value: str | Expression) -> Expression:
    return F(value) if isinstance(value, str) else value


def possible(values: Iterable[str], field: Field) -> list[Any]:
    """The values that the column can hold at all; PostgreSQL refuses to compare others."""
    possible = []
    for value in values:
        with suppress(ValidationError):
            possible.append(field.to_python(value))
    return possible


EMPTY_IS_NONE = {"customer_id", "product_id", "order_id"}
TEXTS = {
    "title",
    "description",
    "category",
    "brand",
    "currency",
    "url",
    "image",
    "session",
    "key",
    "type",
} | EMPTY_IS_NONE
FLAGS = {"available", "withdrawn"}


def _plain(name: str, value: Any) -> Any:
    """The value as the record's field wants it."""
    if name in TEXTS:
        text = "" if value is None else str(value)
        return text or None if name in EMPTY_IS_NONE else text
    if name in FLAGS:
        return bool(value)
    if name == "price":
        return None if value is None else Decimal(str(value))
    if name == "value":
        return Decimal(str(value or 0))
    if name == "quantity":
        return int(value)
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value.astimezone(UTC)
    return value


class DjangoShop(ShopAdapter):
    """A shop in this Django project (or in a database that it can read). Subclasses name their sources."""

    customer_source: Source | None = None
    product_source: Source
    event_sources: ClassVar[list[Source]] = []

    product_url = ""
    """The address of a product where its source has no `url`: a pattern over `{product_id}`."""

    def customers(self, since: str) -> Iterator[Change[CustomerRecord | Rejected]]:
        sources = [] if self.customer_source is None else [self.customer_source]
        return self._changes(sources, CustomerRecord, since)

    def products(self, since: str) -> Iterator[Change[ProductRecord | Rejected]]:
        return self._changes([self.product_source], ProductRecord, since)

    def events(self, since: str) -> Iterator[Change[EventRecord | Rejected]]:
        return self._changes(self.event_sources, EventRecord, since)

    def count(self, stream: str, since: str) -> int:
        cursors = json.loads(since or "{}")
        return sum(source.since(cursors.get(source.name)).count() for source in self._sources(stream))

    def resolve(self, product_ids: Iterable[str]) -> Mapping[str, LiveProduct]:
        """In one query, from the product source; a withdrawn product is missing."""
        source = self.product_source
        identity = _expression((DEFAULTS[ProductRecord] | source.fields)["product_id"])
        rows = source.rows().alias(loyalty_product=identity)
        wanted = possible(product_ids, rows.query.annotations["loyalty_product"].output_field)
        records = (record for record, _cursor in source.read(rows.filter(loyalty_product__in=wanted), ProductRecord))
        products = (
            self.finish(record) for record in records if isinstance(record, ProductRecord) and not record.withdrawn
        )
        return {
            product.product_id: LiveProduct(
                product.product_id,
                product.title,
                product.price,
                product.currency,
                product.available,
                product.url,
                product.image,
            )
            for product in products
        }

    def finish(self, product: ProductRecord) -> ProductRecord:
        """What Python adds to a product, for the mirror and for pages alike: here the currency and the address."""
        url = product.url or self.product_url.format(product_id=quote(product.product_id, safe=""))
        return replace(product, url=url, currency=product.currency or self.store.currency)

    def check(self) -> list[str]:
        if not isinstance(getattr(self, "product_source", None), Source):
            return [_("product_source is missing; name the model and the columns of the products.")]
        problems = []
        names = [source.name for source in self.event_sources]
        problems += [
            _("Two event sources are called %(name)s; give one a name of its own.") % {"name": name}
            for name in sorted({name for name in names if names.count(name) > 1})
        ]
        for stream, record in RECORDS.items():
            for source in self._sources(stream):
                problems += _source_problems(source, record)
        return problems

    def _sources(self, stream: str) -> list[Source]:
        customers = [] if self.customer_source is None else [self.customer_source]
        return {"customers": customers, "products": [self.product_source], "events": list(self.event_sources)}[stream]

    def _changes(self, sources: list[Source], record: type, since: str) -> Iterator[Change[Any]]:
        cursors = json.loads(since or "{}")
        for source in sources:
            for item, cursor in source.read(source.since(cursors.get(source.name)), record):
                cursors[source.name] = cursor
                finished = self.finish(item) if isinstance(item, ProductRecord) else item
                yield Change(finished, json.dumps(cursors))


RECORDS: dict[str, type] = {"customers": CustomerRecord, "products": ProductRecord, "events": EventRecord}
NEEDED = {CustomerRecord: set(), ProductRecord: {"title"}, EventRecord: {"type", "occurred_at"}}


def _source_problems(source: Source, record: type) -> list[str]:
    known = set(record.__dataclass_fields__) - {"location"}
    if unknown := sorted(set(source.fields) - known):
        return [_("%(source)s: there is no field %(names)s.") % {"source": source.name, "names": ", ".join(unknown)}]
    if missing := sorted(NEEDED[record] - set(source.fields)):
        return [_("%(source)s: %(names)s is missing.") % {"source": source.name, "names": ", ".join(missing)}]
    try:
        str(source.rows().values_list(*[_expression(value) for value in source.fields.values()]).query)
    except (LookupError, FieldError, ValueError) as error:
        return [f"{source.name}: {error}"]
    return []
