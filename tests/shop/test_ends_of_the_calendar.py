"""A time at the very ends of the calendar is a rejected record like any other, not a failed batch."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from loyalty_ai.shop.adapters.base import EventRecord
from loyalty_ai.shop.services import record_events
from tests import fakes


@pytest.mark.django_db
@pytest.mark.parametrize(("year", "hours"), [(1, 14), (9999, -12)])
def test_a_time_that_utc_does_not_have_is_rejected(year, hours):
    zone = timezone(timedelta(hours=hours))
    odd = datetime(year, 1, 1, tzinfo=zone) if year == 1 else datetime(year, 12, 31, 23, tzinfo=zone)
    records = [
        EventRecord(key="odd", type="search", occurred_at=odd),
        EventRecord(key="good", type="search", occurred_at=fakes.NOON),
    ]
    result = record_events(store=fakes.make_store(), source="test", records=records, now=fakes.NOON, row_results=True)
    assert [(row.status, row.code) for row in result.rows] == [("rejected", "bad_field"), ("accepted", "")]
