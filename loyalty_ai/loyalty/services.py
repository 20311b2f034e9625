"""Writes the loyalty of every customer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Min

from loyalty_ai.conf import app_settings
from loyalty_ai.loyalty.metrics import full_months, statements
from loyalty_ai.loyalty.referrals import qualify_referrals
from loyalty_ai.shop.expiry import kept_since, shop_now
from loyalty_ai.shop.models import Event, EventType, Store
from loyalty_ai.shop.selectors import data_until

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]


def refresh_profiles(
    *, store: Store, as_of: datetime | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Measure every account of the store and rewrite its profile and monthly history, with three statements.

    Args:
        as_of: aware; events from this moment on are not seen. Default: just after the store's latest event.
        progress: called with (step, done, total).

    Returns:
        Counts and seconds: ``{"as_of", "profiles", "months", "snapshots", "referrals", "seconds"}``, JSON-able.
    """
    as_of = as_of or data_until(store)
    started = time.monotonic()
    report = progress or (lambda step, done, total: None)
    with transaction.atomic(), connection.cursor() as cursor:
        # Two refreshes of one store would delete each other's rows: the second waits.
        hold_off_refresh(store)
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("DROP TABLE IF EXISTS pg_temp.loyalty_measured")
        referrals = qualify_referrals(store=store, as_of=as_of)
        first = first_purchase(store) or as_of
        if app_settings.RETENTION["history"] is not None:
            first = max(first, kept_since("history", now=shop_now(store)))
        months = full_months(first=first, until=as_of, zone=ZoneInfo(store.time_zone))
        written = []
        sql, parameters = statements(store=store, as_of=as_of, months=months)
        for step, statement in enumerate(sql):
            report("loyalty", step, len(sql))
            cursor.execute(statement, parameters)
            written.append(cursor.rowcount)
        report("loyalty", len(sql), len(sql))
    _, profiles, snapshots = written
    seconds = round(time.monotonic() - started, 3)
    logger.info("loyalty measured", extra={"store": store.slug, "rows": profiles, "seconds": seconds})
    return {
        "as_of": as_of.isoformat(),
        "profiles": profiles,
        "months": len(months),
        "snapshots": snapshots,
        "referrals": referrals,
        "seconds": seconds,
    }


def hold_off_refresh(store: Store) -> None:
    """Wait for a running refresh of the store and hold the next one until this transaction ends; erasing calls it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [REFRESH_LOCK, store.pk])


REFRESH_LOCK = 0x6C6F7970  # "loyp": the class of the advisory lock, one lock a store


def first_purchase(store: Store) -> datetime | None:
    purchases = Event.objects.filter(store=store, type=EventType.PURCHASE, customer__isnull=False)
    return purchases.aggregate(first=Min("occurred_at"))["first"]
