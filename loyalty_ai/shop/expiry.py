"""From when on events are kept, by `LOYALTY_AI["RETENTION"]`: ingest refuses what is older, the nightly job deletes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from loyalty_ai.conf import app_settings, get_adapter
from loyalty_ai.shop.models import NEEDS_NO_CONSENT, Event, EventType, Store

PURCHASES = (EventType.PURCHASE, EventType.REFUND)


def kept_since(kind: str, *, now: datetime) -> datetime | None:
    """Before this moment what is of the kind has expired; None where it is kept."""
    days = app_settings.RETENTION[kind]
    return None if days is None else now - timedelta(days=days)


def shop_now(store: Store) -> datetime:
    """The shop's own time: what the shop dates (events, months) expires by it, and what we date by ours."""
    return get_adapter(store.slug).now() if store.slug in app_settings.slugs else timezone.now()


def oldest_kept(*, store: Store, now: datetime) -> dict[str, datetime]:
    """Name of an event type -> the moment from which on its events are kept; types that are kept for ever are left out.

    A hidden product is a wish that holds until it is taken back, so it never expires.
    """
    if app_settings.RETENTION["behaviour"] is None and app_settings.RETENTION["purchases"] is None:
        return {}
    now = min(now, shop_now(store))
    behaviour, purchases = kept_since("behaviour", now=now), kept_since("purchases", now=now)
    since = {each.label: purchases if each in PURCHASES else behaviour for each in EventType}
    del since[EventType.HIDE_ITEM.label]
    return {name: moment for name, moment in since.items() if moment is not None}


def behaviour(store: Store) -> QuerySet[Event]:
    """The store's events that are neither purchases nor refunds nor wishes; an index of their own holds them by time."""
    return Event.objects.filter(store=store).exclude(type__in=[each.value for each in NEEDS_NO_CONSENT])
