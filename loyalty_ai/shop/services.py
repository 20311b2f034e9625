"""What changes the shop's tables, gathered for the other rooms."""

from __future__ import annotations

from loyalty_ai.conf import app_settings
from loyalty_ai.shop.catalogue import UpsertResult, upsert_customers, upsert_products
from loyalty_ai.shop.ingest import IngestResult, RowResult, record_events
from loyalty_ai.shop.models import Store
from loyalty_ai.shop.sync import sync_store

__all__ = [
    "IngestResult",
    "RowResult",
    "UpsertResult",
    "ensure_store",
    "record_events",
    "sync_store",
    "upsert_customers",
    "upsert_products",
]


def ensure_store(slug: str) -> Store:
    """The row of one entry of `LOYALTY_AI["STORES"]`, made or brought in line with the settings.

    Raises:
        ImproperlyConfigured: the settings have no such store, or it names no adapter.
    """
    wanted = app_settings.store(slug)
    values = {"currency": wanted.currency, "language": wanted.language, "time_zone": wanted.time_zone.key}
    store, created = Store.objects.get_or_create(slug=slug, defaults=values)
    changed = [name for name, value in values.items() if getattr(store, name) != value]
    if not created and changed:
        for name in changed:
            setattr(store, name, values[name])
        store.save(update_fields=changed)
    return store
