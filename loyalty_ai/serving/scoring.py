"""The job of kind "score": every customer who allows it, in chunks that any worker takes, into a run nobody reads yet."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty_ai.conf import app_settings
from loyalty_ai.jobs.work import CannotWork, ChunkWork, Work
from loyalty_ai.registry.datasets import build_interactions
from loyalty_ai.registry.deadlines import is_overdue
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.selectors import artifact_directory, champion, text_cache, trained_versions
from loyalty_ai.serving.audit import audit_run
from loyalty_ai.serving.deployments import left_service, publish_run
from loyalty_ai.serving.models import (
    ItemNeighbours,
    ListKind,
    NeighbourKind,
    Prediction,
    ReasonKind,
    Recommendation,
    ScoringRun,
)
from loyalty_ai.serving.reasons import audit_reasons
from loyalty_ai.serving.runs import open_run, prune_runs, write_lists, write_rows
from loyalty_ai.serving.withdrawal import withdraw_late
from loyalty_ai.shop.consent import consenting_customers
from loyalty_ai.shop.models import Customer, Product, Purpose, Store

if TYPE_CHECKING:
    import numpy as np

    from loyalty_ai.ml.behaviour import BehaviourPrediction
    from loyalty_ai.ml.drivers import Drivers
    from loyalty_ai.ml.interactions import Interactions
    from loyalty_ai.ml.scoring import CustomerModel, RankedLists, ScoredUsers, Scorer

KIND, QUEUE = "score", "loyalty_score"

CHUNK_CUSTOMERS = 1000
PURCHASE_DAYS = 30
"""The horizon of `Prediction.purchase_probability`; the others are settings."""

NEWCOMER_DAYS = 90
"""How long a product is new, from the day it was first mirrored."""

NEIGHBOURS = 20
TOGETHER_FLOOR = 5
"""Customers who must have bought two products in one order before the pair is shown: fewer could be recognised."""


def prepare_scoring(work: Work) -> list[dict[str, Any]]:
    """Open a run for `params` {"version": number, "newest" or null, "cutoff": ISO time}; split its customers into ranges of keys.

    Null is the champion, or the newest version where there is none. "newest" prepares the night's training for promotion; when
    that is the champion already, there is nothing to prepare and its run is a plain one.
    """
    version = _version(work.store, work.params.get("version"))
    customers = list(_scorable(work.store).order_by("pk").values_list("pk", flat=True))
    run = open_run(version=version, cutoff=datetime.fromisoformat(work.params["cutoff"]), customers=len(customers))
    parts = [customers[start : start + CHUNK_CUSTOMERS] for start in range(0, len(customers), CHUNK_CUSTOMERS)]
    return [{"run": run.pk, "first": part[0], "last": part[-1]} for part in parts] or [
        {"run": run.pk, "first": 0, "last": 0}
    ]


def score_chunk(work: ChunkWork) -> int:
    """Score the customers of one range and write their rows in the transaction that marks the chunk done."""
    run = _running(work.payload["run"])
    seat = _seat(run.pk)
    work.progress(_("scoring"), 0, 1)
    while (done := _score_range(work, run, seat)) is None:
        pass
    return done


def _score_range(work: ChunkWork, run: ScoringRun, seat: _Seat) -> int | None:
    """How many customers were scored and written; None, with nothing written, where one was erased meanwhile."""
    # Asked again here: whoever said no since the run was opened is not scored.
    in_range = _scorable(run.store).filter(pk__range=(work.payload["first"], work.payload["last"]))
    users = seat.users(list(in_range.order_by("pk").values_list("pk", flat=True)))
    if len(users):
        scored = seat.scorer.score(
            users,
            k=app_settings.TOP_K,
            allowed=seat.allowed,
            newcomers=seat.newcomers,
            horizons_days=horizons(),
            explained_days=horizons()[1:],
        )
        keys = seat.log.user_ids[users].tolist()
        work.rows = len(keys)
        try:
            with work.fenced():
                _hold_customers(keys)
                write_rows(Prediction, prediction_rows(run, keys, scored.behaviour, scored.drivers))
                write_recommendations(run, seat.log.user_ids[users], scored, seat.log.item_ids)
        except _Erased:
            return None
    return len(users)


class _Erased(Exception):
    """A customer is gone whose scores were about to be written."""


def _hold_customers(keys: list[int]) -> None:
    """Let nobody erase these customers until the transaction ends.

    Raises:
        _Erased: somebody was already.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM loyalty_ai_customer WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [keys])
        if cursor.rowcount < len(keys):
            raise _Erased


def finish_scoring(work: Work) -> dict[str, Any]:
    """Write what everybody shares, audit the run and, with `params` {"publish": true}, show it where its version is live.

    The result says `run`, `version` (number), `state`, `customers`, `findings` and whether it was `published`.
    """
    run = ScoringRun.objects.select_related("version", "store").get(pk=work.job.chunks.first().payload["run"])
    if run.state == ScoringRun.State.RUNNING:
        _complete(work, run)
    published = bool(
        work.params.get("publish") and run.state == ScoringRun.State.COMPLETE and publish_run(run=run) is not None
    )
    work.progress(_("dropping old runs"), 0, 1)
    prune_runs(store=run.store)
    return {
        "run": run.pk,
        "version": run.version.number,
        "state": run.state,
        "customers": run.counts.get("customers", 0),
        "findings": run.audit.get("findings", []),
        "published": published,
    }


def horizons() -> tuple[int, int, int]:
    """Days ahead of the chance of an order, of churn and of the value."""
    return PURCHASE_DAYS, app_settings.HORIZONS["churn"], app_settings.HORIZONS["value"]


def prediction_rows(
    run: ScoringRun, customers: list[int], behaviour: BehaviourPrediction | None, drivers: Drivers | None
) -> Iterator[tuple[Any, ...]]:
    """Rows for `write_rows(Prediction, ...)`; without a behaviour model every number is null."""
    if behaviour is None:
        yield from ((run.pk, customer, *[None] * 11) for customer in customers)
        return
    day = run.cutoff.astimezone(ZoneInfo(run.store.time_zone))
    purchase, churn, value = range(3)
    columns = (
        behaviour.p_purchase[:, purchase],
        1 - behaviour.p_purchase[:, churn],
        behaviour.expected_orders[:, value],
        behaviour.expected_spend[:, value],
        behaviour.spend_low[:, value],
        behaviour.spend_high[:, value],
        behaviour.next_order_days,
        behaviour.average_days_between_orders,
    )
    stored = () if drivers is None else (drivers.facts, drivers.churn, drivers.value)
    explained = zip(*map(_known, stored), strict=True) if stored else [[None] * 3] * len(customers)
    for customer, why, *numbers in zip(customers, explained, *(column.tolist() for column in columns), strict=True):
        *rest, wait, gap = (None if math.isnan(number) else number for number in numbers)
        expected = None if wait is None else (day + timedelta(days=wait)).date()
        yield (run.pk, customer, *rest, expected, gap, *why)


def _known(rows: np.ndarray) -> list[list[float | None] | None]:
    """The rows with None for nan; None for a row of nothing else."""
    return [
        None if all(map(math.isnan, row)) else [None if math.isnan(number) else number for number in row]
        for row in rows.tolist()
    ]


def write_recommendations(run: ScoringRun, customers: np.ndarray, scored: ScoredUsers, products: np.ndarray) -> None:
    """Up to three lists a customer; empty ones are left out."""
    for kind, lists in (
        (ListKind.RECOMMENDED, scored.repeats),
        (ListKind.DISCOVER, scored.new_only),
        (ListKind.BUY_AGAIN, scored.buy_again),
    ):
        reasons, kinds = _reasons(kind, lists, products)
        columns = {
            "run_id": run.pk,
            "kind": kind.value,
            "customer_id": customers,
            "items": products[lists.items],
            "scores": lists.scores,
            "reasons": reasons,
            "reason_kinds": kinds,
        }
        write_lists(Recommendation, columns, (lists.items >= 0).sum(axis=1))


def write_neighbours(
    run: ScoringRun, kind: NeighbourKind, items: np.ndarray, scores: np.ndarray, products: np.ndarray
) -> None:
    """The neighbours of every product that has some."""
    columns = {"run_id": run.pk, "kind": kind.value, "product_id": products, "items": products[items], "scores": scores}
    write_lists(ItemNeighbours, columns, (items >= 0).sum(axis=1))


def _reasons(kind: ListKind, lists: RankedLists, products: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Reason products (0 = none) and `ReasonKind` codes, each [n, k]."""
    import numpy as np

    from loyalty_ai.ml.reasons import ReasonKind as Found

    if kind == ListKind.BUY_AGAIN:
        return products[lists.items], np.full(lists.items.shape, ReasonKind.BOUGHT_BEFORE.value)
    named = lists.reason_items >= 0
    # Where no single purchase speaks for a product, it is the model's word for customers with a history, else popularity.
    unknown = np.where((named & (lists.items >= 0)).any(axis=1), ReasonKind.MODEL.value, ReasonKind.POPULAR.value)
    kinds = np.broadcast_to(unknown[:, None], lists.items.shape).copy()
    kinds[named & (lists.reason_kinds == Found.HISTORY)] = ReasonKind.BECAUSE_BOUGHT.value
    kinds[named & (lists.reason_kinds == Found.REPEAT)] = ReasonKind.BOUGHT_BEFORE.value
    kinds[lists.reason_kinds == Found.NEW] = ReasonKind.NEW.value
    return np.where(named, products[lists.reason_items], 0), kinds


def _complete(work: Work, run: ScoringRun) -> None:
    """Shared rows, withdrawn customers, audit and verdict: all in one transaction, so that a killed one left nothing."""
    begun = time.monotonic()
    work.progress(_("reasons"), 0, 3)
    seat = _seat(run.pk)
    reasons = audit_reasons(run=run, scorer=seat.scorer, log=seat.log, allowed=seat.allowed)
    tested = time.monotonic()
    work.progress(_("shared lists"), 1, 3)
    popular = seat.scorer.popular(app_settings.TOP_K, seat.allowed)
    similar = seat.scorer.similar(NEIGHBOURS, seat.allowed)
    together = seat.scorer.bought_together(NEIGHBOURS, seat.allowed, floor=TOGETHER_FLOOR)
    typical = seat.scorer.typical_facts()
    products = seat.log.item_ids
    work.progress(_("audit"), 2, 3)
    with work.fenced():
        _withdraw(run)
        write_rows(Recommendation, _popular_row(run, *popular, products))
        for kind, (items, scores) in ((NeighbourKind.SIMILAR, similar), (NeighbourKind.BOUGHT_TOGETHER, together)):
            write_neighbours(run, kind, items, scores, products)
        shared = time.monotonic()
        run.audit = audit_run(run=run, reasons=reasons)
        run.typical = typical
        run.counts = _counts(run)
        run.finished_at = timezone.now()
        run.seconds = {
            "reasons": round(tested - begun, 1),
            "shared": round(shared - tested, 1),
            "audit": round(time.monotonic() - shared, 1),
            "total": round((run.finished_at - run.created_at).total_seconds(), 1),
        }
        run.state = ScoringRun.State.COMPLETE if run.audit["passed"] else ScoringRun.State.REFUSED
        run.save()
    _seat.cache_clear()


def _popular_row(
    run: ScoringRun, items: np.ndarray, scores: np.ndarray, products: np.ndarray
) -> Iterator[tuple[Any, ...]]:
    length = int((items >= 0).sum())
    if length:
        listed, kinds = products[items[:length]].tolist(), [ReasonKind.POPULAR.value] * length
        yield (run.pk, ListKind.POPULAR.value, None, listed, scores[:length].tolist(), [0] * length, kinds)


def _withdraw(run: ScoringRun) -> None:
    """Remove what people asked to remove after their chunk was scored, and the rows of who was merged into another account."""
    withdraw_late(run)
    scored = set(Prediction.objects.filter(run=run).values_list("customer_id", flat=True))
    if gone := scored.difference(_scorable(run.store).values_list("pk", flat=True)):
        Recommendation.objects.filter(run=run, customer__in=gone).delete()
        Prediction.objects.filter(run=run, customer__in=gone).delete()


def _counts(run: ScoringRun) -> dict[str, int]:
    lists = Recommendation.objects.filter(run=run).values_list("kind").annotate(Count("pk"))
    near = ItemNeighbours.objects.filter(run=run).values_list("kind").annotate(Count("pk"))
    return {
        "customers": Prediction.objects.filter(run=run).count(),
        **{ListKind(kind).name.lower(): count for kind, count in lists},
        **{NeighbourKind(kind).name.lower(): count for kind, count in near},
    }


@dataclass(frozen=True)
class _Seat:
    """What scoring a run needs, made once a process."""

    log: Interactions
    scorer: Scorer
    allowed: np.ndarray
    newcomers: np.ndarray

    def users(self, customers: list[int]) -> np.ndarray:
        """int32 positions of those customers, ascending by key, that the log knows."""
        import numpy as np

        return np.flatnonzero(np.isin(self.log.user_ids, customers)).astype(np.int32)


@lru_cache(maxsize=1)
def _seat(run_id: int) -> _Seat:
    import numpy as np

    run = _running(run_id)
    log = build_interactions(store=run.store, cutoff=run.cutoff)
    sellable = Product.objects.filter(store=run.store, available=True, withdrawn_at__isnull=True)
    # What came with the first sync may have stood in the shop for years.
    since = max(run.cutoff - timedelta(days=NEWCOMER_DAYS), run.store.created_at + timedelta(days=1))
    listed_lately = sellable.filter(created_at__gte=since)
    version = run.version
    model = _model(str(artifact_directory(version)), version.digest, app_settings.DEVICE)
    return _Seat(
        log=log,
        scorer=_scorer(model, log, run),
        allowed=np.isin(log.item_ids, list(sellable.values_list("pk", flat=True))),
        newcomers=np.isin(log.item_ids, list(listed_lately.values_list("pk", flat=True))),
    )


def _scorer(model: CustomerModel, log: Interactions, run: ScoringRun) -> Scorer:
    from loyalty_ai.ml.encoder import EncoderError

    try:
        return model.scorer(log, cutoff=int(run.cutoff.timestamp()), cache=text_cache())
    except EncoderError as error:
        raise CannotWork(str(error)) from error


@lru_cache(maxsize=2)
def _model(directory: str, digest: str, device: str) -> CustomerModel:
    from pathlib import Path

    from loyalty_ai.ml.artifact import ArtifactError
    from loyalty_ai.ml.scoring import CustomerModel

    try:
        return CustomerModel.load(Path(directory), device=device, digest=digest)
    except ArtifactError as error:
        raise CannotWork(str(error)) from error


def _running(run_id: int) -> ScoringRun:
    run = ScoringRun.objects.select_related("version", "store").get(pk=run_id)
    if is_overdue(run.version):
        raise CannotWork(left_service(run.version))
    if run.state != ScoringRun.State.RUNNING:
        raise CannotWork(_("Run %(run)d is %(state)s.") % {"run": run.pk, "state": run.get_state_display()})
    return run


def _scorable(store: Store) -> QuerySet[Customer]:
    """Accounts, not the guests merged into them, that may be profiled."""
    return consenting_customers(store=store, purpose=Purpose.PREFERENCES).filter(alias_of__isnull=True)


def _version(store: Store, number: int | str | None) -> ModelVersion:
    versions = trained_versions(store=store)
    if number == "newest":
        version = versions.first()
    else:
        version = versions.filter(number=number).first() if number else champion(store=store) or versions.first()
    if version is None:
        missing = _("There is no trained version %(number)s.") % {"number": number}
        raise CannotWork(missing if number else _("No version is trained yet: run loyalty_train first."))
    if is_overdue(version):
        raise CannotWork(left_service(version))
    if version.artifact_removed_at:
        raise CannotWork(
            _("The artifact of version %(number)d is removed: train a new one.") % {"number": version.number}
        )
    return version
