"""Sums over a store's customers for a spreadsheet: by RFM group, tier, cohort and category, nothing of fewer than fifty people."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TextIO

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.privacy.disclosure import K, Numbers, Part, Table, shown_cells
from loyalty_ai.privacy.models import AggregateReport
from loyalty_ai.shop.copying import fetch
from loyalty_ai.shop.models import EventType, Store
from loyalty_ai.shop.wishes import LEVELS

DIMENSIONS = ("group", "tier", "cohort")
"""Each holds every customer once, so its cells add up to the total."""

CATEGORY = "category"
"""A customer may be in many: these have no total."""

NO_ORDER = "none"
"""The cohort of customers without an order."""

COLUMNS = ("dimension", "cell", "customers", "orders", "revenue", "returning_share")

PROFILES = """
SELECT "group", tier, COALESCE(to_char(first_order_at AT TIME ZONE %s, 'YYYY-MM'), %s), orders > 1,
    COALESCE(width_bucket(last_order_at, %s::timestamptz[]), 0), count(*), sum(orders), sum(monetary)
FROM loyalty_ai_loyaltyprofile WHERE store_id = %s
GROUP BY 1, 2, 3, 4, 5
"""

CATEGORIES = """
WITH person AS (
    SELECT profile.customer_id, split_part(p.category, %s, 1) AS category,
        count(DISTINCT COALESCE(e.order_id, -e.id)) FILTER (WHERE e.type = %s) AS orders,
        sum(CASE e.type WHEN %s THEN e.value ELSE -e.value END) AS revenue,
        max(e.occurred_at) FILTER (WHERE e.type = %s) AS last_order_at
    FROM loyalty_ai_event e
    JOIN loyalty_ai_product p ON p.id = e.product_id AND p.category <> ''
    JOIN loyalty_ai_customer c ON c.id = e.customer_id
    JOIN loyalty_ai_loyaltyprofile profile ON profile.customer_id = COALESCE(c.alias_of_id, c.id)
    WHERE e.store_id = %s AND e.type IN (%s, %s) AND e.occurred_at < %s
    GROUP BY 1, 2
)
SELECT category, orders > 1, width_bucket(last_order_at, %s::timestamptz[]), count(*), sum(orders), sum(revenue)
FROM person WHERE orders > 0
GROUP BY 1, 2, 3
"""


class CannotReport(Exception):
    """There is nothing that may be told; the message says why."""


@dataclass(frozen=True)
class Given:
    """What is handed out: a report, and whether it is an earlier one again because the present figures may not be told."""

    report: AggregateReport
    again: bool


@transaction.atomic
def make_report(*, store: Store, by: Any = None) -> Given:
    """The store's sums as last measured, of the customers who allow profiling, and remember what they told.

    A number stands in it only where `K` people or more stand behind it, behind what it leaves of the total, and behind each
    difference to the same in every earlier report (`disclosure`). Where the total itself differs by fewer, the latest
    report is given once more, word for word.

    Raises:
        CannotReport: loyalty was never measured, or there are fewer than `K` customers.
    """
    Store.objects.select_for_update(no_key=True).get(pk=store.pk)  # two reports at once would not know of each other
    as_of = LoyaltyProfile.objects.filter(store=store).aggregate(as_of=Max("as_of"))["as_of"]
    if as_of is None:
        raise CannotReport(_("Loyalty was not measured yet."))
    earlier = list(AggregateReport.objects.filter(store=store).order_by("as_of", "pk"))
    measured = _measure(store, as_of, [report.as_of for report in earlier])
    for report in earlier:  # a cell that emptied stays in the report: its absence would tell that nobody is left in it
        for dimension, parts in measured.items():
            for cell in report.numbers.get(dimension, {}):
                parts[cell, False].add(Numbers(), 0)
    people = sum((part.numbers for part in measured[DIMENSIONS[0]].values()), Numbers())
    shown = {}
    for dimension, parts in measured.items():
        overlapping = dimension == CATEGORY
        numbers = {part: one.numbers for part, one in parts.items()}
        tables = [_table(report, dimension, parts, position) for position, report in enumerate(earlier)]
        shown[dimension] = shown_cells(numbers, tables, people=people.customers if overlapping else None)
    if None in shown.values():
        if not earlier:
            raise CannotReport(_("There are fewer than %(people)d customers.") % {"people": K})
        return Given(max(earlier, key=lambda report: report.pk), again=True)
    report = AggregateReport.objects.create(
        store=store,
        as_of=as_of,
        rows=list(_rows(measured, shown, people)),
        numbers={dimension: _stored(parts) for dimension, parts in measured.items()},
        shown=shown,
        requested_by=by,
    )
    return Given(report, again=False)


def write_csv(report: AggregateReport, stream: TextIO) -> None:
    """One line a cell; a cell of which nothing may be told has no numbers."""
    lines = csv.writer(stream)
    lines.writerow(COLUMNS)
    lines.writerows([row[column] for column in COLUMNS] for row in report.rows)


def write_json(report: AggregateReport, stream: TextIO) -> None:
    """The same rows with what they are about; null where nothing may be told."""
    about = {
        "store": report.store.slug,
        "currency": report.store.currency,
        "as_of": report.as_of,
        "made_at": report.made_at,
    }
    json.dump({**about, "people": K, "rows": report.rows}, stream, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)


WRITERS = {"csv": write_csv, "json": write_json}


@dataclass
class _Measured:
    """One part of a dimension: its numbers, and for each earlier report how many of its people ordered since."""

    numbers: Numbers
    moved: list[int]

    def add(self, numbers: Numbers, bucket: int) -> None:
        self.numbers += numbers
        for position in range(len(self.moved)):
            self.moved[position] += numbers.customers if bucket > position else 0


def _measure(store: Store, as_of: datetime, earlier: list[datetime]) -> dict[str, dict[Part, _Measured]]:
    """Every part of every dimension; `earlier` ascends."""
    times = earlier or [as_of]
    # An order at or after the n-th moment falls into bucket n or a later one: reports are counted from the first.
    measured: dict[str, dict[Part, _Measured]] = {
        dimension: defaultdict(lambda: _Measured(Numbers(), [0] * len(earlier)))
        for dimension in (*DIMENSIONS, CATEGORY)
    }
    for *cells, again, bucket, customers, orders, revenue in fetch(
        PROFILES, store.time_zone, NO_ORDER, times, store.pk
    ):
        for dimension, cell in zip(DIMENSIONS, cells, strict=True):
            measured[dimension][cell, again].add(Numbers(customers, int(orders), revenue), bucket)
    bought, refunded = EventType.PURCHASE.value, EventType.REFUND.value
    rows = fetch(CATEGORIES, LEVELS, bought, bought, bought, store.pk, bought, refunded, as_of, times)
    for cell, again, bucket, customers, orders, revenue in rows:
        measured[CATEGORY][cell, again].add(Numbers(customers, int(orders), round(revenue, 2)), bucket)
    return measured


def _table(report: AggregateReport, dimension: str, parts: dict[Part, _Measured], position: int) -> Table:
    """An earlier report's table of a dimension, with how many of the people of today's parts ordered since."""
    numbers = {
        (cell, again): Numbers(customers, orders, Decimal(revenue))
        for cell, both in report.numbers.get(dimension, {}).items()
        for again, (customers, orders, revenue) in zip((False, True), both, strict=True)
    }
    moved = {part: one.moved[position] for part, one in parts.items()}
    return Table(numbers, report.shown.get(dimension, {}), moved)


def _stored(parts: dict[Part, _Measured]) -> dict[str, list[tuple[int, int, Decimal]]]:
    cells = sorted({cell for cell, _again in parts})
    return {
        cell: [
            (one.customers, one.orders, one.revenue)
            for again in (False, True)
            for one in [parts[cell, again].numbers if (cell, again) in parts else Numbers()]
        ]
        for cell in cells
    }


def _rows(
    measured: dict[str, dict[Part, _Measured]], shown: dict[str, dict[str, bool]], people: Numbers
) -> Iterator[dict[str, Any]]:
    yield _row("all", "", people, None)
    for dimension, parts in measured.items():
        for cell in sorted({cell for cell, _again in parts}):
            once, again = (
                (parts[cell, came].numbers if (cell, came) in parts else Numbers()) for came in (False, True)
            )
            if cell not in shown[dimension]:
                yield _row(dimension, cell, None, None)
                continue
            total = once + again
            share = round(again.customers / total.customers, 4) if shown[dimension][cell] and total.customers else None
            yield _row(dimension, cell, total, share)


def _row(dimension: str, cell: str, numbers: Numbers | None, share: float | None) -> dict[str, Any]:
    values: Iterable[Any] = (
        (None, None, None) if numbers is None else (numbers.customers, numbers.orders, numbers.revenue)
    )
    return dict(zip(COLUMNS, (dimension, cell, *values, share), strict=True))
