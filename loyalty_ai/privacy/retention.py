"""What is kept for how long, by `LOYALTY_AI["RETENTION"]`, and its end: in small transactions that no reader waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import BooleanField, Exists, Min, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loyalty_ai.actions.models import ActionOutcome
from loyalty_ai.assistant.models import AssistantUsage, Conversation
from loyalty_ai.conf import app_settings
from loyalty_ai.experiments.models import Exposure
from loyalty_ai.experiments.selectors import exposed_sql
from loyalty_ai.jobs.leases import LIVE
from loyalty_ai.jobs.models import Job
from loyalty_ai.loyalty.models import LoyaltySnapshot
from loyalty_ai.registry.audits import remove_left_audits
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.services import remove_artifacts, remove_snapshots
from loyalty_ai.registry.training import discard_abandoned
from loyalty_ai.serving.models import Deployment, ScoringRun
from loyalty_ai.serving.runs import drop_run, prune_runs
from loyalty_ai.shop.expiry import PURCHASES, behaviour, kept_since, shop_now
from loyalty_ai.shop.models import Customer, Event, EventKey, ForgottenEvent, Order, RejectedRow, Store
from loyalty_ai.shop.suppression import hold_off_erasure

CHUNK = 2_000
"""Rows of one transaction: tens of milliseconds, after which a waiting erasure or a lost lease has its turn."""

Transaction = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Kind:
    """One kind of data that expires.

    Args:
        rows: the store's rows of it that can expire at all.
        dated: the field that says how old a row is.
        remove: how rows older than a moment go, where deleting them is not all there is to it; returns how many went.
        shop_time: whether the shop dated the rows; else we did.
    """

    label: Any
    rows: Callable[[Store], QuerySet]
    dated: str
    remove: Callable[[Store, datetime, Transaction], int] | None = None
    shop_time: bool = False


@dataclass(frozen=True)
class Rule:
    """What holds for a kind in a store: `days` None for ever; `oldest` what is held of it; `ends` when that goes, if it does."""

    kind: str
    label: Any
    days: int | None
    oldest: datetime | date | None
    ends: datetime | date | None


def expire(
    *, store: Store, transaction_of_chunk: Transaction = transaction.atomic, progress: Callable[..., None] | None = None
) -> dict[str, int]:
    """Delete what is older than its kind is kept; how many rows, runs and versions of each kind went.

    Rows go in the order of their age, `CHUNK` a transaction. Rows that somebody else has locked stay until the next night.

    Args:
        transaction_of_chunk: what each chunk is committed in; a worker gives the one that its lease guards.
        progress: called with (kind, kinds done, kinds).
    """
    removed = {}
    for number, (name, kind) in enumerate(KINDS.items()):
        if progress is not None:
            progress(str(kind.label), number, len(KINDS))
        before = kept_since(name, now=shop_now(store) if kind.shop_time else timezone.now())
        if before is None:
            continue
        if kind.remove is not None:
            removed[name] = kind.remove(store, before, transaction_of_chunk)
        else:
            removed[name] = _delete(store, kind.rows(store), kind.dated, before, transaction_of_chunk)
    return removed


def rules(store: Store) -> Iterator[Rule]:
    """What is kept for how long and what goes next, kind by kind."""
    for name, kind in KINDS.items():
        days = app_settings.RETENTION[name]
        oldest = kind.rows(store).order_by().aggregate(oldest=Min(kind.dated))["oldest"]
        ends = None if days is None or oldest is None else oldest + timedelta(days=days)
        yield Rule(name, kind.label, days, oldest, ends)


def _delete(
    store: Store,
    rows: QuerySet,
    dated: str,
    before: datetime | date,
    transaction_of_chunk: Transaction,
    *,
    first: Callable[[list[int]], object] | None = None,
) -> int:
    """Delete the rows dated before a moment, oldest first; `first` removes what goes with the keys of a chunk."""
    removed, rows = 0, rows.filter(**{f"{dated}__lt": before})
    while True:
        with transaction_of_chunk():
            hold_off_erasure(store)
            oldest = rows.order_by(dated, "pk").select_for_update(skip_locked=True)
            found = list(oldest.values_list("pk", dated)[:CHUNK])
            keys = [key for key, _moment in found]
            if first is not None:
                first(keys)
            rows.model.objects.filter(pk__in=keys).delete()
        removed += len(found)
        if len(found) < CHUNK:
            return removed
        # All that is older went, or is somebody else's for now.
        rows = rows.filter(**{f"{dated}__gte": found[-1][1]})


def _delete_events(store: Store, rows: QuerySet[Event], before: datetime, transaction_of_chunk: Transaction) -> int:
    """Events with the keys they came under; ingest refuses what is as old, so that no sync brings them back."""
    return _delete(
        store,
        rows,
        "occurred_at",
        before,
        transaction_of_chunk,
        first=_delete_traces,
    )


def _delete_traces(events: list[int]) -> None:
    """What names events without pointing at them: the keys they came under, and the wishes to forget them."""
    EventKey.objects.filter(event_id__in=events).delete()
    ForgottenEvent.objects.filter(event_id__in=events).delete()


def _remove_behaviour(store: Store, before: datetime, transaction_of_chunk: Transaction) -> int:
    """The keys that keep forgotten behaviour from coming back go once ingest refuses its age as well."""
    gone = ForgottenEvent.objects.filter(customer__in=Customer.objects.filter(store=store))
    gone = gone.exclude(Exists(Event.objects.filter(pk=OuterRef("event_id"))))
    while forgotten := list(gone.filter(created_at__lt=before).values_list("event_id", flat=True)[:CHUNK]):
        with transaction_of_chunk():
            _delete_traces(forgotten)
    return _delete_events(store, behaviour(store), before, transaction_of_chunk)


def _remove_purchases(store: Store, before: datetime, transaction_of_chunk: Transaction) -> int:
    """An order goes whole, with its last event: a refund without its purchase would be a debt."""
    of_order = Event.objects.filter(order=OuterRef("order"))
    whole = _purchases(store).exclude(Exists(of_order.filter(occurred_at__gte=before)))
    removed = _delete_events(store, whole, before, transaction_of_chunk)
    empty = Order.objects.filter(store=store).exclude(Exists(Event.objects.filter(order=OuterRef("pk"))))
    _delete(store, empty, "placed_at", before, transaction_of_chunk)
    return removed


def _remove_history(store: Store, before: datetime, transaction_of_chunk: Transaction) -> int:
    month = before.astimezone(ZoneInfo(store.time_zone)).date().replace(day=1)
    return _delete(store, _history(store), "month", month, transaction_of_chunk)


def _remove_conversations(store: Store, before: datetime, transaction_of_chunk: Transaction) -> int:
    asked = AssistantUsage.objects.filter(store=store, customer__isnull=False)
    _delete(store, asked, "day", before.date(), transaction_of_chunk)
    return _delete(store, _conversations(store), "updated_at", before, transaction_of_chunk)


def _remove_exposures(store: Store, before: datetime, transaction_of_chunk: Transaction) -> int:
    """Those of people who refuse meanwhile go with the old ones: a merge with a guest who refuses tells nobody."""
    allowed = exposed_sql("loyalty_ai_exposure.customer_id", store=store.slug)
    refused = _exposures(store).exclude(RawSQL(allowed, [], output_field=BooleanField()))  # noqa: S611 (no input)
    removed = _delete(store, _exposures(store), "shown_at", before, transaction_of_chunk)
    return removed + _delete(store, refused, "shown_at", shop_now(store) + timedelta(days=1), transaction_of_chunk)


def _remove_runs(store: Store, before: datetime, transaction_of_chunk: Transaction) -> int:
    """Partitions are dropped, not deleted, in transactions that step back from readers; doing it twice is harmless."""
    dropped = len(prune_runs(store=store))
    return dropped + sum(drop_run(run=run) for run in _kept_runs(store).filter(finished_at__lt=before))


def _remove_trainings(store: Store, before: datetime, transaction_of_chunk: Transaction) -> int:
    remove_snapshots(store=store)
    remove_left_audits(store=store)
    return discard_abandoned(store=store, before=before)


def _remove_artifacts(store: Store, before: datetime, transaction_of_chunk: Transaction) -> int:
    with transaction_of_chunk():
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)  # nobody promotes one meanwhile
        unneeded = list(_unneeded_versions(store).filter(trained_at__lt=before).values_list("pk", flat=True))
        ModelVersion.objects.filter(pk__in=unneeded).update(artifact_removed_at=timezone.now())
    remove_artifacts(store=store)
    return len(unneeded)


def _purchases(store: Store) -> QuerySet[Event]:
    return Event.objects.filter(store=store, type__in=PURCHASES)


def _history(store: Store) -> QuerySet[LoyaltySnapshot]:
    return LoyaltySnapshot.objects.filter(customer__in=Customer.objects.filter(store=store))


def _conversations(store: Store) -> QuerySet[Conversation]:
    return Conversation.objects.filter(store=store)


def _exposures(store: Store) -> QuerySet[Exposure]:
    return Exposure.objects.filter(store=store)


def _outcomes(store: Store) -> QuerySet[ActionOutcome]:
    return ActionOutcome.objects.filter(action__store=store)


def _rejected(store: Store) -> QuerySet[RejectedRow]:
    return RejectedRow.objects.filter(store=store)


def _jobs(store: Store) -> QuerySet[Job]:
    return Job.objects.filter(store=store).exclude(state__in=LIVE)


def _kept_runs(store: Store) -> QuerySet[ScoringRun]:
    """Complete runs that are not live."""
    complete = ScoringRun.objects.filter(store=store, state=ScoringRun.State.COMPLETE)
    return complete.exclude(Exists(Deployment.objects.filter(run=OuterRef("pk"), closed_at__isnull=True)))


def _trainings(store: Store) -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(store=store, trained_at__isnull=True)


def _unneeded_versions(store: Store) -> QuerySet[ModelVersion]:
    """Trained versions with an artifact that are not live, have no run left, are no parent in use and not the newest."""
    trained = ModelVersion.objects.filter(store=store, trained_at__isnull=False)
    of_version = {"version": OuterRef("pk")}
    runs = ScoringRun.objects.filter(**of_version).exclude(state=ScoringRun.State.DROPPED)
    live = Deployment.objects.filter(**of_version, closed_at__isnull=True)
    in_training = ModelVersion.objects.filter(parent=OuterRef("pk"), trained_at__isnull=True)
    newest = trained.order_by("-number").values("pk")[:1]
    return (
        trained.filter(artifact_removed_at__isnull=True)
        .exclude(Exists(runs))
        .exclude(Exists(live))
        .exclude(Exists(in_training))
        .exclude(pk__in=newest)
    )


KINDS: dict[str, Kind] = {
    "behaviour": Kind(
        _("Views, searches, clicks and carts"), behaviour, "occurred_at", _remove_behaviour, shop_time=True
    ),
    "purchases": Kind(_("Purchases and refunds"), _purchases, "occurred_at", _remove_purchases, shop_time=True),
    "history": Kind(_("Loyalty at the end of each month"), _history, "month", _remove_history, shop_time=True),
    "conversations": Kind(_("Conversations with the assistant"), _conversations, "updated_at", _remove_conversations),
    "rejected": Kind(_("Records that could not be taken in"), _rejected, "created_at"),
    "jobs": Kind(_("Records of finished jobs"), _jobs, "finished_at"),
    "exposures": Kind(_("Rows of products that were shown"), _exposures, "shown_at", _remove_exposures, shop_time=True),
    "actions": Kind(_("Messages and offers"), _outcomes, "decided_at", shop_time=True),
    "runs": Kind(_("Older lists and predictions"), _kept_runs, "finished_at", _remove_runs),
    "trainings": Kind(_("Data of interrupted trainings"), _trainings, "created_at", _remove_trainings),
    "artifacts": Kind(_("Model versions out of use"), _unneeded_versions, "trained_at", _remove_artifacts),
}
"""Every key of `LOYALTY_AI["RETENTION"]`, in the order in which they go: runs before the versions that they need."""
