"""The real log as a shop keeps it; the numbers are the log's own, counted apart from this code."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shop_demo.ledger import LONDON, Ledger, keep_ledger, kind_of
from shop_demo.models import Kind
from shop_demo.retail_log import Line, Log


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return keep_ledger(Log())


def test_every_line_goes_somewhere(ledger: Ledger):
    cancelled = {(line.number, line.code, line.ordinal) for line in ledger.refund_lines}
    counts = ledger.counts
    assert counts["lines"] == 541_909
    assert counts["order_lines"] + len(cancelled) + counts["adjustments"] == 541_909
    assert counts["adjustments"] == 2_475 + 3  # no price and no customer; bad debt


def test_guests_stay_guests(ledger: Ledger):
    assert ledger.counts["guest_lines"] == 135_080
    assert "" not in ledger.customers
    assert ledger.counts["customers"] == 4_372


def test_repeated_lines_of_one_invoice_all_survive(ledger: Ledger):
    assert ledger.counts["repeated_lines"] == 10_686
    keys = {(line.number, line.code, line.ordinal) for line in ledger.order_lines}
    assert len(keys) == len(ledger.order_lines)


def test_cancellations_are_matched_or_counted(ledger: Ledger):
    assert ledger.counts["cancelled_lines"] == 8_905
    assert ledger.counts["cancelled_without_purchase"] == 1_306
    unmatched = [
        line for line in ledger.refund_lines if line.takes_from is None and ledger.refunds[line.number].customer
    ]
    assert len(unmatched) == 1_306 + ledger.counts["cancelled_beyond_purchases"]
    assert sum(line.quantity for line in unmatched) == ledger.counts["units_without_order"]


def test_a_refund_never_takes_more_than_was_bought(ledger: Ledger):
    taken: Counter[int] = Counter()
    for line in ledger.refund_lines:
        if line.takes_from is not None:
            taken[line.takes_from] += line.quantity
            purchase = ledger.order_lines[line.takes_from]
            order, refund = ledger.orders[purchase.number], ledger.refunds[line.number]
            assert (order.customer, purchase.code) == (refund.customer, line.code)
            assert order.minute <= refund.minute
    assert all(units <= ledger.order_lines[at].quantity for at, units in taken.items())


def test_net_spend_is_the_logs_own(ledger: Ledger):
    # Customer 12346 bought for 77,183.60 and cancelled all of it minutes later; 16446 for 168,469.60 likewise.
    def spend(customer: str) -> Decimal:
        bought = sum(o.total for o in ledger.orders.values() if o.customer == customer)
        back = sum(
            line.quantity * line.unit_price
            for line in ledger.refund_lines
            if ledger.refunds[line.number].customer == customer
        )
        return bought - back

    assert spend("12346") == 0
    assert spend("16446") == Decimal("2.90")


def test_services_are_no_products(ledger: Ledger):
    assert kind_of("POST") is Kind.POSTAGE
    assert kind_of("M") is Kind.MANUAL
    assert kind_of("GIFT_0001_20") is Kind.SERVICE
    assert all(kind_of(sku) is Kind.GOODS for sku in ledger.catalogue)
    assert ledger.counts["products"] == 3_794


def test_a_product_has_its_commonest_name_and_its_regular_price(ledger: Ledger):
    holder = ledger.catalogue["85123A"]
    assert len(holder.titles) > 1
    assert holder.title == "White Hanging Heart T-Light Holder"
    assert holder.price == Decimal("2.95")
    assert all(entry.price > 0 for entry in ledger.catalogue.values())


def test_what_sold_for_a_season_is_in_stock(ledger: Ledger):
    for entry in ledger.catalogue.values():
        assert (entry.stock > 0) == bool(entry.season)


def test_times_are_londons(ledger: Ledger):
    summer = next(order for order in ledger.orders.values() if ledger.when(order.minute).month == 7)
    when = ledger.when(summer.minute)
    assert when.tzinfo is LONDON
    assert when.utcoffset().total_seconds() == 3600
    first = ledger.orders["536365"]
    assert ledger.when(first.minute) == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


class Pages(list[Line]):
    """A log of a few lines."""

    start = datetime(2010, 12, 1, 8, 0)
    last_minute = 200_000


def line(
    invoice: str, quantity: int, *, minute: int, code: str = "85123A", price: str = "2.55", customer: str = "1"
) -> Line:
    return Line(invoice, code, "WHITE LANTERN", quantity, minute, price, customer, "EIRE")


def test_a_cancellation_takes_from_the_latest_lines_first():
    ledger = keep_ledger(
        Pages(
            [
                line("1", 6, minute=0),
                line("2", 4, minute=10),
                line("3", 5, minute=20, customer="2"),
                line("C4", -7, minute=30),
                line("C5", -7, minute=40),
                line("6", 9, minute=50),
            ]
        )
    )
    parts = [(part.number, part.part, part.quantity, part.takes_from) for part in ledger.refund_lines]
    assert parts == [("C4", 0, 4, 1), ("C4", 1, 3, 0), ("C5", 0, 3, 0), ("C5", 1, 4, None)]
    assert ledger.counts["cancelled_without_purchase"] == 0
    assert ledger.counts["cancelled_beyond_purchases"] == 1


def test_a_guests_cancellation_takes_from_nobody():
    ledger = keep_ledger(Pages([line("1", 6, minute=0, customer=""), line("C2", -6, minute=1, customer="")]))
    assert [part.takes_from for part in ledger.refund_lines] == [None]
    assert ledger.counts["cancelled_lines"] == 0


def test_a_gift_is_kept_and_found_stock_is_not_a_sale():
    ledger = keep_ledger(
        Pages(
            [
                line("1", 1, minute=0, price="0.0"),
                line("2", 50, minute=1, price="0.0", customer=""),
                line("3", -9, minute=2, price="0.0", customer=""),
            ]
        )
    )
    assert [(found.number, found.kind) for found in ledger.order_lines] == [("1", Kind.FREE)]
    assert ledger.counts["adjustments"] == 2
    assert not ledger.catalogue
