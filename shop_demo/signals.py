"""What the running shop says of itself, for whoever wants to hear it."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import Signal

from loyalty_ai.shop.adapters.base import EventRecord

event_happened = Signal()
"""Sent after commit with `record`, an `EventRecord`. Receivers that fail do not reach the shopper."""


def announce(record: EventRecord) -> None:
    """Send `event_happened` once the transaction around it is committed."""
    transaction.on_commit(lambda: event_happened.send_robust(sender=EventRecord, record=record), robust=True)
