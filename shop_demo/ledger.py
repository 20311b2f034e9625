"""The log's lines as a shop keeps them: orders, refunds matched to what they take back, and a catalogue."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from shop_demo.models import Kind
from shop_demo.retail_log import Line, Log
from shop_demo.shelves import find_shelf
from shop_demo.titles import pleasant_title

LONDON = ZoneInfo("Europe/London")
SEASON = 90 * 24 * 60
MONTH = 30 * 24 * 60
RECENT_LINES = 40

SERVICES = {
    "POST": Kind.POSTAGE,
    "DOT": Kind.POSTAGE,
    "C2": Kind.POSTAGE,
    "23444": Kind.POSTAGE,  # next day carriage
    "23574": Kind.POSTAGE,  # packing charge
    "M": Kind.MANUAL,
    "D": Kind.DISCOUNT,
    "S": Kind.SERVICE,
    "B": Kind.SERVICE,
    "BANK CHARGES": Kind.SERVICE,
    "AMAZONFEE": Kind.SERVICE,
    "CRUK": Kind.SERVICE,
    "PADS": Kind.SERVICE,
    "22016": Kind.SERVICE,  # gift voucher
    "23702": Kind.SERVICE,  # high resolution image
}
"""Codes that charge or credit something else than goods; they never become products (nor does any `gift_...` voucher)."""


@cache
def kind_of(code: str) -> Kind:
    """What an upper-cased code charges for."""
    if code.startswith("GIFT_"):
        return Kind.SERVICE
    return SERVICES.get(code, Kind.GOODS)


@cache
def amount(price: str) -> Decimal:
    """A price of the log; there are few and they repeat."""
    return Decimal(price)


@cache
def tidy(description: str) -> str:
    """A description without doubled spaces."""
    return " ".join(description.split())


@dataclass(slots=True)
class LedgerLine:
    """A line of an order, or a part of a cancelled line; `takes_from` is the index of the order line it takes back."""

    number: str
    code: str
    ordinal: int
    kind: Kind
    quantity: int
    unit_price: Decimal
    part: int = 0
    takes_from: int | None = None


@dataclass(slots=True)
class Document:
    """An order or a refund."""

    number: str
    customer: str
    minute: int
    total: Decimal = Decimal(0)


@dataclass(slots=True)
class CatalogueEntry:
    """What the log says of one product; times in minutes since the log's start."""

    titles: Counter[str] = field(default_factory=Counter)
    prices: deque[str] = field(default_factory=lambda: deque(maxlen=RECENT_LINES))
    first: int = 0
    last: int = 0
    season: set[str] = field(default_factory=set)
    month_units: int = 0

    @property
    def title(self) -> str:
        """The most frequent description, cleaned."""
        return pleasant_title(self.titles.most_common(1)[0][0])

    @property
    def shelf(self) -> str:
        return find_shelf(self.title)

    @property
    def price(self) -> Decimal:
        """The regular price of late: the commonest of the last lines, the latest where two are as common."""
        counts = Counter(self.prices)
        usual = max(reversed(self.prices), key=lambda text: counts[text])
        return max(Decimal(usual).quantize(Decimal("0.01")), Decimal("0.01"))

    @property
    def stock(self) -> int:
        """A month of sales, at least six; none where the product has not sold for a season. The log holds no stock."""
        return max(6, min(self.month_units, 5000)) if self.season else 0


@dataclass
class Ledger:
    """Everything the shop loads, and what was counted on the way."""

    start: datetime
    orders: dict[str, Document] = field(default_factory=dict)
    refunds: dict[str, Document] = field(default_factory=dict)
    order_lines: list[LedgerLine] = field(default_factory=list)
    refund_lines: list[LedgerLine] = field(default_factory=list)
    catalogue: dict[str, CatalogueEntry] = field(default_factory=lambda: defaultdict(CatalogueEntry))
    customers: dict[str, Document] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def when(self, minute: int) -> datetime:
        """The aware time of a minute of the log, which counts in local time."""
        return (self.start + timedelta(minutes=minute)).replace(tzinfo=LONDON)


def keep_ledger(log: Log, *, progress: Callable[[int, int], None] | None = None) -> Ledger:
    """Sort every line of the log into orders, refunds and stock adjustments.

    A cancellation takes units from the customer's latest earlier lines of the same code; what is left over has no order. Lines
    without price and customer are stock adjustments and the three invoices `A...` bad debt: neither is a sale.
    """
    ledger = Ledger(start=log.start)
    ordinals: Counter[tuple[str, str]] = Counter()
    bought: dict[tuple[str, str], list[list[int]]] = defaultdict(list)
    end = log.last_minute
    for at, line in enumerate(log):
        if progress and at % 20_000 == 0:
            progress(at, len(log))
        code = line.code.upper()
        ordinal = ordinals[line.invoice, code]
        ordinals[line.invoice, code] += 1
        ledger.counts["lines"] += 1
        ledger.counts["guest_lines"] += not line.customer
        ledger.counts["repeated_lines"] += ordinal > 0
        price = amount(line.price)
        if line.invoice.startswith("A") or (not price and not line.customer):
            ledger.counts["adjustments"] += 1
            continue
        _meet(ledger, line)
        if line.invoice.startswith("C"):
            _cancel(ledger, line, code, ordinal, price, bought[line.customer, code] if line.customer else [])
        else:
            _sell(ledger, line, code, ordinal, price, end)
            if line.customer:
                bought[line.customer, code].append([line.quantity, len(ledger.order_lines) - 1])
    if progress:
        progress(len(log), len(log))
    ledger.counts.update(
        orders=len(ledger.orders),
        order_lines=len(ledger.order_lines),
        refunds=len(ledger.refunds),
        refund_lines=len(ledger.refund_lines),
        customers=len(ledger.customers),
        products=len(ledger.catalogue),
    )
    return ledger


def _meet(ledger: Ledger, line: Line) -> None:
    if line.customer and line.customer not in ledger.customers:
        ledger.customers[line.customer] = Document(line.invoice, line.customer, line.minute)
    if line.customer:
        ledger.countries[line.customer] = line.country


def _sell(ledger: Ledger, line: Line, code: str, ordinal: int, price: Decimal, end: int) -> None:
    order = ledger.orders.get(line.invoice)
    if order is None:
        order = ledger.orders[line.invoice] = Document(line.invoice, line.customer, line.minute)
    order.total += line.quantity * price
    kind = kind_of(code)
    if kind is Kind.GOODS and not price:
        kind = Kind.FREE
    ledger.order_lines.append(LedgerLine(line.invoice, code, ordinal, kind, line.quantity, price))
    if kind is not Kind.GOODS:
        return
    entry = ledger.catalogue[code]
    if not entry.titles:
        entry.first = line.minute
    entry.titles[tidy(line.description)] += 1
    entry.prices.append(line.price)
    entry.last = line.minute
    if line.minute > end - SEASON:
        entry.season.add(line.invoice)
    if line.minute > end - MONTH:
        entry.month_units += line.quantity


def _cancel(ledger: Ledger, line: Line, code: str, ordinal: int, price: Decimal, earlier: Iterable[list[int]]) -> None:
    ledger.refunds.setdefault(line.invoice, Document(line.invoice, line.customer, line.minute))
    kind, left, part = kind_of(code), -line.quantity, 0

    def refund(units: int, takes_from: int | None) -> None:
        nonlocal part
        ledger.refund_lines.append(
            LedgerLine(line.invoice, code, ordinal, kind, units, price, part=part, takes_from=takes_from)
        )
        part += 1

    earlier = list(earlier)
    for purchase in reversed(earlier):
        if not left:
            break
        if taken := min(left, purchase[0]):
            purchase[0] -= taken
            left -= taken
            refund(taken, purchase[1])
    if left:
        refund(left, None)
    if line.customer:
        ledger.counts["cancelled_lines"] += 1
        ledger.counts["cancelled_without_purchase"] += not earlier
        ledger.counts["cancelled_beyond_purchases"] += bool(left and earlier)
        ledger.counts["units_without_order"] += left
