from __future__ import annotations

import threading
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone

from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.serving import runs
from loyalty_ai.serving.models import Deployment, ItemNeighbours, ListKind, Prediction, Recommendation, ScoringRun
from tests.fakes import NOON, make_customer, make_product, make_store

State = ScoringRun.State


def new_version(store, number: int = 1) -> ModelVersion:
    return ModelVersion.objects.create(store=store, number=number, cutoff=NOON, trained_at=NOON)


def new_run(version, state: str = State.COMPLETE) -> ScoringRun:
    run = runs.open_run(version=version, cutoff=NOON, customers=1)
    ScoringRun.objects.filter(pk=run.pk).update(state=state)
    run.state = state
    return run


def tables_of(run) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE %s ORDER BY 1", [f"%\\_r{run.pk}"]
        )
        return [name for (name,) in cursor.fetchall()]


def write_sample(run, customer, product) -> None:
    runs.write_rows(Prediction, [(run.pk, customer.pk, 0.5, 0.25, 1.0, 10.0, 1.0, 20.0, NOON.date(), *[None] * 4)])
    runs.write_rows(Recommendation, [(run.pk, ListKind.RECOMMENDED.value, customer.pk, [product.pk], [1.0], [0], [4])])
    runs.write_rows(ItemNeighbours, [(run.pk, 1, product.pk, [product.pk], [0.5])])


@pytest.mark.django_db
def test_rows_are_written_into_the_partitions_of_their_run():
    store = make_store()
    customer, product = make_customer(store), make_product(store)
    run = new_run(new_version(store), State.RUNNING)
    assert len(tables_of(run)) == 3
    write_sample(run, customer, product)
    prediction = Prediction.objects.get(run=run)
    assert (prediction.purchase_probability, prediction.expected_date_of_next_order) == (0.5, NOON.date())
    assert prediction.average_days_between_orders is None
    assert Recommendation.objects.get(run=run).items == [product.pk]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM loyalty_ai_recommendation_r{run.pk}")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_packed_lists_arrive_as_they_were():
    store = make_store()
    run, rng = new_run(new_version(store), State.RUNNING), np.random.default_rng(5)
    customers = np.array([make_customer(store).pk for _ in range(9)])
    lengths = np.array([3, 0, 1, 3, 2, 3, 1, 0, 3])
    columns = {
        "run_id": run.pk,
        "kind": ListKind.DISCOVER.value,
        "customer_id": customers,
        "items": rng.integers(1, 2**31 - 1, (9, 3)),
        "scores": rng.normal(size=(9, 3)),
        "reasons": rng.integers(0, 9, (9, 3)),
        "reason_kinds": rng.integers(1, 5, (9, 3), np.int8),
    }
    assert runs.write_lists(Recommendation, columns, lengths) == 7
    read = {row.customer_id: row for row in Recommendation.objects.filter(run=run, kind=ListKind.DISCOVER)}
    assert set(read) == set(customers[lengths > 0].tolist())
    for n in np.flatnonzero(lengths):
        row = read[customers[n]]
        for name in ("items", "scores", "reasons", "reason_kinds"):
            assert getattr(row, name) == columns[name][n, : lengths[n]].tolist()


@pytest.mark.django_db
def test_a_dropped_run_leaves_its_row_and_no_table():
    store = make_store()
    run, other = new_run(new_version(store)), new_run(new_version(store, 2))
    write_sample(run, make_customer(store), make_product(store))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert runs.drop_run(run=run)
    assert tables_of(run) == []
    assert len(tables_of(other)) == 3
    assert ScoringRun.objects.get(pk=run.pk).state == State.DROPPED
    assert not Recommendation.objects.filter(run=run).exists()


@pytest.mark.django_db
def test_a_live_run_is_never_dropped():
    store = make_store()
    run = new_run(new_version(store))
    Deployment.objects.create(store=store, version=run.version, run=run)
    with pytest.raises(ValueError, match="live"):
        runs.drop_run(run=run)
    assert len(tables_of(run)) == 3


@pytest.mark.django_db
def test_pruning_keeps_the_live_run_and_the_two_that_were_live_before():
    store = make_store()
    version = new_version(store)
    made = [new_run(version) for _ in range(5)]
    for run in made:
        Deployment.objects.filter(store=store, closed_at=None).update(closed_at=timezone.now())
        Deployment.objects.create(store=store, version=version, run=run)
    refused, running = new_run(version, State.REFUSED), new_run(version, State.RUNNING)
    assert sorted(runs.prune_runs(store=store)) == sorted([made[0].pk, made[1].pk, refused.pk])
    kept = ScoringRun.objects.exclude(state=State.DROPPED).values_list("pk", flat=True)
    assert set(kept) == {*(run.pk for run in made[2:]), running.pk}
    assert Deployment.objects.count() == 5


@pytest.mark.django_db
def test_pruning_keeps_a_run_that_another_alias_shows_and_one_that_waits_for_promotion():
    store = make_store()
    version = new_version(store)
    challenger, *_, waiting = made = [new_run(version) for _ in range(6)]
    Deployment.objects.create(store=store, version=version, run=challenger, alias="challenger")
    for run in made[1:-1]:
        Deployment.objects.filter(store=store, alias="champion", closed_at=None).update(closed_at=timezone.now())
        Deployment.objects.create(store=store, version=version, run=run)
    assert runs.prune_runs(store=store) == [made[1].pk]
    assert {len(tables_of(challenger)), len(tables_of(waiting))} == {3}


@pytest.mark.django_db
def test_a_run_that_nobody_works_on_any_more_is_cleared_away():
    store = make_store()
    run = new_run(new_version(store), State.RUNNING)
    ScoringRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(hours=2))
    assert runs.prune_runs(store=store) == [run.pk]
    assert tables_of(run) == []


@pytest.mark.django_db(transaction=True)
def test_a_slow_reader_postpones_dropping_and_other_readers_do_not_wait(monkeypatch):
    monkeypatch.setattr(runs, "TRIES", 3)
    store = make_store()
    run = new_run(new_version(store))
    reading, finished = threading.Event(), threading.Event()

    def slow_reader() -> None:
        with transaction.atomic():
            Recommendation.objects.filter(run=run).exists()
            reading.set()
            finished.wait(20)
        connection.close()

    reader = threading.Thread(target=slow_reader)
    reader.start()
    assert reading.wait(10)
    waits: list[float] = []
    stop = threading.Event()

    def quick_reader() -> None:
        while not stop.is_set():
            begun = timezone.now()
            Recommendation.objects.filter(run=run).exists()
            waits.append((timezone.now() - begun).total_seconds())
        connection.close()

    quick = threading.Thread(target=quick_reader)
    quick.start()
    try:
        assert not runs.drop_run(run=run)
    finally:
        stop.set()
        finished.set()
        reader.join()
        quick.join()
    assert max(waits) < 1.0
    assert len(tables_of(run)) == 3
    assert runs.drop_run(run=run)
    assert tables_of(run) == []


@pytest.mark.django_db(transaction=True)
def test_opening_a_run_does_not_wait_for_readers_nor_they_for_it():
    store = make_store()
    version = new_version(store)
    reading, finished = threading.Event(), threading.Event()

    def slow_reader() -> None:
        with transaction.atomic():
            Recommendation.objects.exists()
            reading.set()
            finished.wait(20)
        connection.close()

    reader = threading.Thread(target=slow_reader)
    reader.start()
    try:
        assert reading.wait(10)
        run = new_run(version)
        assert len(tables_of(run)) == 3
    finally:
        finished.set()
        reader.join()
    runs.drop_run(run=run)
