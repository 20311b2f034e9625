"""Many erasures at once: of everybody that a file lists, and again after a restore from a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from loyalty_ai.privacy.receipts import ReceiptError, public_keys, verify_receipt
from loyalty_ai.privacy.services import erase_customer, is_erased
from loyalty_ai.shop.adapters.base import Rejected
from loyalty_ai.shop.models import Customer, ErasureRecord, Store
from loyalty_ai.shop.rejection import unreadable
from loyalty_ai.shop.suppression import digests_of, hold_off_ingest, lift_erasure, require_keys

BATCH = 5_000
"""Customers looked for among the erased at once."""


@dataclass(frozen=True)
class Outcome:
    """What became of one line: a record of the erasure, or why there is none."""

    place: str
    record: ErasureRecord | None = None
    problem: str = ""


def erase_listed(*, store: Store, listed: Iterable[tuple[str, str] | Rejected], now: datetime) -> Iterator[Outcome]:
    """Erase one customer after another, each in a transaction of its own; stopped anywhere, the same list goes on.

    Args:
        listed: (place, the customer's id in the shop), or a line that could not be read.

    Raises:
        ImproperlyConfigured: `LOYALTY_AI["ERASURE_KEYS"]` is empty.
    """
    for line in listed:
        if isinstance(line, Rejected):
            yield Outcome(line.location, problem=line.reason)
            continue
        place, external_id = line
        known = None if unreadable(external_id) else Customer.objects.filter(store=store, external_id=external_id)
        customer = known.select_related("store").first() if known is not None else None
        if customer is not None:
            yield Outcome(place, record=erase_customer(customer=customer, now=now))
        elif known is not None and is_erased(store=store, external_id=external_id):
            yield Outcome(place, problem=_("Already erased."))
        else:
            yield Outcome(place, problem=_("The store has no customer of this id."))


def exported_erasures(*, store: Store) -> Iterator[dict[str, Any]]:
    """Every erasure of the store by its receipt, oldest first: digests, no ids."""
    for record in ErasureRecord.objects.filter(store=store).order_by("pk").iterator(chunk_size=2_000):
        yield {"receipt": record.receipt, "lifted_at": record.lifted_at and record.lifted_at.isoformat()}


@dataclass(frozen=True)
class Erasure:
    """One line of an export, checked."""

    digest: bytes
    receipt: dict[str, Any]
    erased_at: datetime
    lifted_at: datetime | None


def read_erasure(entry: Any, *, store: Store) -> Erasure:
    """A line of an export.

    Raises:
        ReceiptError: this shop's keys did not sign it for this store, or it is no line of an export.
    """
    if not isinstance(entry, dict):
        raise ReceiptError(_("This is no line of an export of erasures."))
    receipt, lifted = verify_receipt(entry.get("receipt"), public_keys()), entry.get("lifted_at")
    if receipt["store"] != store.slug:
        message = _("The receipt is of the store %(other)s, not of %(store)s.")
        raise ReceiptError(message % {"other": receipt["store"], "store": store.slug})
    try:
        lifted_at = datetime.fromisoformat(lifted).astimezone(UTC) if lifted is not None else None
    except (TypeError, ValueError, OverflowError):
        raise ReceiptError(_("This is no line of an export of erasures.")) from None
    return Erasure(bytes.fromhex(receipt["digest"]), receipt, datetime.fromisoformat(receipt["erased_at"]), lifted_at)


@dataclass
class Replayed:
    """`added` erasures the database did not know, `erased` people who were back, `left` customers who still are (0)."""

    added: int = 0
    erased: int = 0
    left: int = 0


def replay_erasures(
    *, store: Store, erasures: Iterable[Erasure] = (), progress: Callable[[int, int], None] | None = None
) -> Replayed:
    """Apply erasures again after a restore: who is back goes, and nobody comes back with the next sync.

    Without `erasures` those that the database knows are applied. Whoever was let back in by a fresh consent stays erased up to
    that consent: what an older backup holds of them goes, and they may come back. Twice is harmless.

    Raises:
        ImproperlyConfigured: a key is gone with which somebody was erased.
    """
    done = Replayed()
    require_keys(store=store)
    for erasure in sorted(erasures, key=lambda one: one.erased_at):
        done.added += remember(store, erasure)
    customers = Customer.objects.filter(store=store)
    total, seen = customers.count(), 0
    for batch in batches(customers.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH)):
        for key, record in back(store, batch).items():
            done.erased += erase_again(store, key, record)
        seen += len(batch)
        if progress:
            progress(min(seen, total), total)
    for batch in batches(customers.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH)):
        done.left += len(back(store, batch))
    return done


def batches(keys: Iterator[int]) -> Iterator[list[int]]:
    while batch := list(islice(keys, BATCH)):
        yield batch


@transaction.atomic
def remember(store: Store, erasure: Erasure) -> bool:
    """Keep an erasure that the database does not know, or that it was lifted; whether it is new."""
    hold_off_ingest(store)
    same = ErasureRecord.objects.filter(store=store, digest=erasure.digest)
    if known := same.filter(receipt__erased_at=erasure.receipt["erased_at"]).first():
        if erasure.lifted_at and known.lifted_at is None:
            ErasureRecord.objects.filter(pk=known.pk).update(lifted_at=erasure.lifted_at)
        return False
    if erasure.lifted_at is None and same.filter(lifted_at=None).exists():
        return False
    record = ErasureRecord.objects.create(
        store=store,
        digest=erasure.digest,
        key_version=erasure.receipt["key_version"],
        counts=erasure.receipt["rows"],
        receipt=erasure.receipt,
        lifted_at=erasure.lifted_at,
    )
    ErasureRecord.objects.filter(pk=record.pk).update(erased_at=erasure.erased_at)
    return True


def back(store: Store, keys: list[int]) -> dict[int, ErasureRecord]:
    """Those of the customers who should not be there: customer -> their latest erasure.

    That is whoever is suppressed, and whoever was made before an erasure that a fresh consent lifted since.
    """
    customers = list(Customer.objects.filter(pk__in=keys))
    owners = {
        digest: customer
        for customer in customers
        for digest in digests_of(store=store, external_id=customer.external_id)
    }
    latest: dict[int, ErasureRecord] = {}
    for record in ErasureRecord.objects.filter(store=store, digest__in=list(owners)).order_by("erased_at", "pk"):
        latest[owners[bytes(record.digest)].pk] = record
    made = {customer.pk: customer.created_at for customer in customers}
    return {key: record for key, record in latest.items() if record.lifted_at is None or made[key] < record.erased_at}


@transaction.atomic
def erase_again(store: Store, key: int, record: ErasureRecord) -> bool:
    """Erase somebody who is back, as of the day of their erasure, so that its promises hold; whether they were still there."""
    customer = Customer.objects.select_related("store").filter(pk=key).first()
    if customer is None:  # a guest of somebody erased a moment ago
        return False
    erase_customer(customer=customer, now=datetime.fromisoformat(record.receipt["erased_at"]))
    if record.lifted_at:
        lift_erasure(store=store, external_id=customer.external_id)
    return True
