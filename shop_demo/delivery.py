"""When an order travels: prepared the same working day, gone the next, there two to four working days after it left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from shop_demo.ledger import LONDON

SOONEST, LATEST = 2, 4
"""Working days from the door of the shop to the customer's."""

ORDER_STATES = {
    "preparing": _("Being prepared"),
    "dispatched": _("Dispatched"),
    "delivered": _("Delivered"),
    "returned": _("Returned"),
    "partly_returned": _("Delivered, partly returned"),
}
"""Where an order is, as its page says."""


@dataclass(frozen=True, slots=True)
class Journey:
    """The days of an order's way, in London; weekends are no working days."""

    leaves: date
    expected_from: date
    expected_by: date

    def state(self, now: datetime) -> str:
        """preparing, dispatched, or delivered once the last of its days is over."""
        today = now.astimezone(LONDON).date()
        if today < self.leaves:
            return "preparing"
        return "dispatched" if today <= self.expected_by else "delivered"


def journey(placed_at: datetime) -> Journey:
    """The way of an order placed then; one of a weekend is prepared on Monday."""
    prepared = working_day(placed_at.astimezone(LONDON).date(), 0)
    leaves = working_day(prepared, 1)
    return Journey(leaves, working_day(leaves, SOONEST), working_day(leaves, LATEST))


def working_day(day: date, after: int) -> date:
    """The working day so many working days after this day; with 0 the day itself, or the next one that is."""
    while day.weekday() >= 5:
        day += timedelta(days=1)
    for _step in range(after):
        day += timedelta(days=3 if day.weekday() == 4 else 1)
    return day
