"""What the running shop says of itself, for whoever wants to hear it."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import Signal

from loyalty_ai.shop.adapters.base import EventRecord

events_happened = Signal()
"""Sent after commit with `records`, a tuple of `EventRecord`. Receivers that fail do not reach the shopper."""


def announce(*records: EventRecord) -> None:
    """Send `events_happened` once the transaction around it is committed."""
    transaction.on_commit(lambda: events_happened.send_robust(sender=EventRecord, records=records), robust=True)
