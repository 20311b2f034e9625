"""What is left of erased customers: keyed digests that ingest obeys, so that nobody comes back with the next sync."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone

from loyalty_ai.conf import app_settings
from loyalty_ai.shop.models import ErasureRecord, Store

ERASURE_LOCK = 0x6C6F7961  # "loya": the class of this app's advisory locks, one lock a store


def digest_with(key: str, *, store: Store, external_id: str) -> bytes:
    """HMAC-SHA256 of a customer's id in a store, 32 bytes."""
    return hmac.digest(key.encode(), f"{store.slug}\0{external_id}".encode(errors="surrogatepass"), hashlib.sha256)


def erasure_digest(*, store: Store, external_id: str) -> tuple[str, bytes]:
    """The version of the newest key and the digest it gives.

    Raises:
        ImproperlyConfigured: `LOYALTY_AI["ERASURE_KEYS"]` is empty.
    """
    keys = app_settings.ERASURE_KEYS
    if not keys:
        raise ImproperlyConfigured('Erasing a customer needs LOYALTY_AI["ERASURE_KEYS"], e.g. {"1": "a long secret"}.')
    version, key = next(iter(keys.items()))
    return version, digest_with(key, store=store, external_id=external_id)


def erased_customers(*, store: Store, external_ids: Iterable[str]) -> set[str]:
    """Those of the ids that were erased from the store and have not come back by a fresh consent.

    Raises:
        ImproperlyConfigured: a digest was made with a key that the settings no longer have, so nobody can be told apart.
    """
    erasures = ErasureRecord.objects.filter(store=store, lifted_at__isnull=True)
    keys = require_keys(store=store)
    owners = {
        digest_with(key, store=store, external_id=external_id): external_id
        for external_id in external_ids
        for key in keys.values()
    }
    if not owners:
        return set()
    found = erasures.filter(digest__in=list(owners)).values_list("digest", flat=True)
    return {owners[bytes(digest)] for digest in found}


def require_keys(*, store: Store) -> dict[str, str]:
    """The keys with which customers of the store were erased and did not come back, by version.

    Raises:
        ImproperlyConfigured: the settings lack one.
    """
    erasures = ErasureRecord.objects.filter(store=store, lifted_at__isnull=True)
    versions = set(erasures.values_list("key_version", flat=True).distinct())
    keys = app_settings.ERASURE_KEYS
    if lost := sorted(versions - set(keys)):
        raise ImproperlyConfigured(
            f'LOYALTY_AI["ERASURE_KEYS"] lacks version {", ".join(lost)}, with which customers were erased; '
            "put the key back (older keys stay after newer ones)."
        )
    return {version: keys[version] for version in versions}


def digests_of(*, store: Store, external_id: str) -> list[bytes]:
    """What the customer's erasure can have left, by each key of the settings."""
    return [digest_with(key, store=store, external_id=external_id) for key in app_settings.ERASURE_KEYS.values()]


def lift_erasure(*, store: Store, external_id: str) -> bool:
    """Let an erased customer back in, on their own fresh consent; whether there was an erasure to lift."""
    digests = digests_of(store=store, external_id=external_id)
    lifted = ErasureRecord.objects.filter(store=store, digest__in=digests, lifted_at__isnull=True)
    return bool(lifted.update(lifted_at=timezone.now()))


def hold_off_erasure(store: Store) -> None:
    """Make erasures of the store wait until this transaction ends; ingest calls it before it reads the digests."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [ERASURE_LOCK, store.pk])


def hold_off_ingest(store: Store) -> None:
    """Wait for running ingests of the store and hold new ones until this transaction ends; erasing calls it first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ERASURE_LOCK, store.pk])
