from __future__ import annotations

import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.selectors import champion
from loyalty_ai.serving.deployments import CannotDeploy, promote_version, publish_run, rollback
from loyalty_ai.serving.gate import GateRefused
from loyalty_ai.serving.models import Deployment, ScoringRun
from loyalty_ai.signals import scores_published, version_promoted
from tests.fakes import NOON, make_store

State = ScoringRun.State


def trained(store, number: int, *, lead: float = 0.05) -> ModelVersion:
    gain = {"difference": lead, "low": lead - 0.01, "high": lead + 0.01}
    metrics = {
        "next_basket": {"users": 1000, "repeats": {"model": {}, "popularity": {}}, "new_only": {}},
        "gains": {"repeats": {"popularity": gain}, "new_only": {}},
    }
    return ModelVersion.objects.create(
        store=store,
        number=number,
        cutoff=NOON,
        rungs={"repeats": "model", "new_only": "model"},
        metrics=metrics,
        trained_at=NOON,
    )


def scored(version: ModelVersion, state: str = State.COMPLETE) -> ScoringRun:
    audit = {"passed": True, "findings": []}
    return ScoringRun.objects.create(store=version.store, version=version, cutoff=NOON, state=state, audit=audit)


def live(store, alias: str = "champion") -> Deployment | None:
    return Deployment.objects.filter(store=store, alias=alias, closed_at=None).first()


@pytest.fixture
def store(db):
    return make_store()


@pytest.fixture
def heard(store):
    told = []
    receivers = {
        version_promoted: lambda version, run, alias, **kwargs: told.append(("promoted", version.number, alias)),
        scores_published: lambda run, **kwargs: told.append(("published", run.pk)),
    }
    for signal, receiver in receivers.items():
        signal.connect(receiver, weak=False)
    yield told
    for signal, receiver in receivers.items():
        signal.disconnect(receiver)


def test_promotion_opens_a_row_and_closes_the_one_before(store):
    first, second = trained(store, 1), trained(store, 2)
    runs = [scored(first), scored(second)]
    by = get_user_model().objects.create(username="admin")
    promote_version(store=store, version=first)
    promote_version(store=store, version=second, by=by, reason="better")
    assert champion(store=store) == second
    old, new = Deployment.objects.order_by("pk")
    assert (old.run, old.closed_at is None) == (runs[0], False)
    assert (new.run, new.opened_by, new.reason, new.closed_at) == (runs[1], by, "better", None)


def test_the_newest_complete_run_is_taken(store):
    version = trained(store, 1)
    scored(version)
    newest = scored(version)
    scored(version, State.REFUSED)
    assert promote_version(store=store, version=version).run == newest


@pytest.mark.parametrize("state", [State.RUNNING, State.REFUSED, State.DROPPED, State.FAILED, None])
def test_a_version_without_a_complete_run_cannot_go_live_not_even_by_override(store, state):
    version = trained(store, 1)
    if state:
        scored(version, state)
    with pytest.raises(CannotDeploy, match="score it first"):
        promote_version(store=store, version=version, override=True, reason="I insist")
    assert live(store) is None


def test_a_version_that_loses_needs_an_override_with_a_reason(store):
    version = trained(store, 1, lead=-0.05)
    scored(version)
    with pytest.raises(GateRefused, match="popularity") as refused:
        promote_version(store=store, version=version)
    with pytest.raises(ValueError, match="say why"):
        promote_version(store=store, version=version, override=True, reason=" ")
    assert live(store) is None
    promote_version(store=store, version=version, override=True, reason="demonstration")
    assert live(store).overridden == refused.value.findings
    assert live(store).reason == "demonstration"


def test_promoting_what_is_live_changes_nothing(store):
    version = trained(store, 1)
    scored(version)
    assert promote_version(store=store, version=version) == promote_version(store=store, version=version)
    assert Deployment.objects.count() == 1


def test_aliases_are_apart(store):
    first, second = trained(store, 1), trained(store, 2)
    scored(first), scored(second)
    promote_version(store=store, version=first)
    promote_version(store=store, version=second, alias="challenger")
    assert (live(store).version, live(store, "challenger").version) == (first, second)


def test_rollback_brings_back_the_older_run_with_its_version(store):
    first, second = trained(store, 1), trained(store, 2)
    old, _ = scored(first), scored(second)
    promote_version(store=store, version=first)
    promote_version(store=store, version=second)
    rollback(store=store, reason="complaints")
    assert (live(store).run, live(store).version, live(store).reason) == (old, first, "complaints")
    assert Deployment.objects.count() == 3
    with pytest.raises(CannotDeploy, match="No older run"):
        rollback(store=store)


def test_rollback_goes_further_back_each_time_and_passes_over_dropped_runs(store):
    version = trained(store, 1)
    made = []
    for _ in range(4):
        made.append(scored(version))
        promote_version(store=store, version=version)
    ScoringRun.objects.filter(pk=made[2].pk).update(state=State.DROPPED)
    assert rollback(store=store).run == made[1]
    assert rollback(store=store).run == made[0]


def test_rollback_without_anything_live_says_so(store):
    with pytest.raises(CannotDeploy, match="Nothing is live"):
        rollback(store=store)


def test_fresh_scores_of_the_champion_are_published_and_others_are_not(store):
    first, second = trained(store, 1), trained(store, 2)
    scored(first)
    promote_version(store=store, version=first)
    fresh, other = scored(first), scored(second)
    assert publish_run(run=other) is None
    assert publish_run(run=fresh).run == fresh
    assert publish_run(run=fresh) == live(store)
    assert (live(store).run, live(store).version) == (fresh, first)


def test_an_older_or_refused_run_is_not_published_over_a_newer(store):
    version = trained(store, 1)
    older, newer = scored(version), scored(version)
    promote_version(store=store, version=version)
    refused = scored(version, State.REFUSED)
    assert publish_run(run=older) is None
    assert publish_run(run=refused) is None
    assert live(store).run == newer


def test_others_are_told_after_the_commit_and_cannot_break_it(store, heard, django_capture_on_commit_callbacks):
    version = trained(store, 1)
    run = scored(version)
    with django_capture_on_commit_callbacks() as callbacks:
        promote_version(store=store, version=version)
        assert heard == []
    for callback in callbacks:
        callback()
    assert heard == [("promoted", 1, "champion"), ("published", run.pk)]
    heard.clear()
    fresh = scored(version)
    with django_capture_on_commit_callbacks(execute=True):
        publish_run(run=fresh)
    assert heard == [("published", fresh.pk)]


@pytest.mark.django_db(transaction=True)
def test_promotions_at_once_leave_one_open_row_and_a_gapless_history():
    store = make_store()
    versions = [trained(store, number) for number in range(1, 7)]
    for version in versions:
        scored(version)
    barrier, errors = threading.Barrier(len(versions)), []

    def promote(version: ModelVersion) -> None:
        try:
            barrier.wait(10)
            promote_version(store=store, version=version)
        except Exception as error:  # noqa: BLE001 (reported below, from the thread)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=promote, args=[version]) for version in versions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    rows = list(Deployment.objects.filter(store=store).order_by("pk"))
    assert len(rows) == len(versions)
    assert [row.closed_at is None for row in rows] == [False] * 5 + [True]
    assert [row.closed_at for row in rows[:-1]] == sorted(row.closed_at for row in rows[:-1])
