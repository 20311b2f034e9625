"""What a shop tells while it happens: events of its signals, written behind the commit, never at the shop's cost."""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction
from django.utils import timezone

from loyalty_ai.conf import app_settings, get_adapter
from loyalty_ai.shop.adapters.base import EventRecord
from loyalty_ai.shop.ingest import record_events
from loyalty_ai.shop.services import ensure_store
from loyalty_ai.shop.sync import SOURCE

logger = logging.getLogger(__name__)


def connect_shops() -> None:
    """Connect the adapters that are live; one that cannot be made is left to the system check E001."""
    for slug in app_settings.slugs:
        try:
            adapter = get_adapter(slug)
            if adapter.live:
                adapter.connect(partial(record_live, slug))
        except Exception:  # noqa: BLE001 (a wrong setting must not keep the checks from saying so)
            logger.warning("the adapter of store %s is not connected; see manage.py check", slug)


def record_live(slug: str, *events: EventRecord) -> None:
    """Store the events after the running transaction commits, in one batch; an error is logged and goes no further."""

    def record() -> None:
        record_events(store=ensure_store(slug), source=SOURCE, records=events, now=timezone.now())

    if events:
        transaction.on_commit(record, robust=True)
