"""Versions trained on somebody who was erased leave service in time, whatever role they have."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import loyalty_ai.tasks  # noqa: F401 (registers the kinds of jobs)
from loyalty_ai import checks
from loyalty_ai.jobs.models import JobChunk
from loyalty_ai.jobs.services import request_job, run_job
from loyalty_ai.jobs.work import CannotWork, ChunkWork, Work
from loyalty_ai.privacy.services import erase_customer
from loyalty_ai.registry.deadlines import trained_on
from loyalty_ai.registry.models import ModelVersion, VersionDeadline
from loyalty_ai.registry.selectors import champion
from loyalty_ai.registry.services import reserve_version
from loyalty_ai.serving.customers import customer_sheet
from loyalty_ai.serving.deployments import CannotDeploy, promote_version, publish_run, rollback
from loyalty_ai.serving.models import Deployment, ListKind, ScoringRun
from loyalty_ai.serving.scoring import prepare_scoring, score_chunk
from loyalty_ai.serving.selectors import read_page
from tests import fakes
from tests.fakes import NOON
from tests.serving.pages import render

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def store(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_store()


@pytest.fixture
def ann(store):
    customer = fakes.make_customer(store, "ann")
    fakes.record_purchase(customer, fakes.make_product(store, "pot"), at=NOON - DAY)
    return customer


def version_of(store, *, until=NOON, since=None, **fields) -> ModelVersion:
    return fakes.make_run(store, cutoff=until, deploy=False, data_from=since, **fields).version


def leave(version: ModelVersion, *, days: float) -> None:
    VersionDeadline.objects.create(version=version, due_at=timezone.now() + days * DAY)


def due(version: ModelVersion):
    return VersionDeadline.objects.filter(version=version).values_list("due_at", flat=True).first()


def test_every_version_whose_data_hold_the_person_is_listed_with_its_date(store, ann):
    before = version_of(store, until=NOON - 2 * DAY)
    with_them = version_of(store, until=NOON)
    after = version_of(store, since=NOON, until=NOON + DAY)
    child = version_of(store, since=NOON, until=NOON + 2 * DAY, parent=with_them)
    grandchild = version_of(store, since=NOON, until=NOON + 3 * DAY, parent=child)
    elsewhere = version_of(fakes.make_store("other"))
    running = ModelVersion.objects.create(store=store, number=99, cutoff=NOON)

    now = NOON + 10 * DAY
    receipt = erase_customer(customer=ann, now=now).receipt

    left = [with_them, child, grandchild, running]
    at = now + 30 * DAY
    assert receipt["versions"] == [{"version": one.number, "leaves_by": at.isoformat()} for one in left]
    assert {due(one) for one in left} == {at}
    assert {due(one) for one in (before, after, elsewhere)} == {None}


def test_somebody_without_events_lets_every_version_stay(store):
    version_of(store)
    assert erase_customer(customer=fakes.make_customer(store), now=NOON).receipt["versions"] == []


def test_a_guest_of_the_account_and_a_refund_of_its_order_count_too(store):
    account = fakes.make_customer(store, "account")
    guest = fakes.make_customer(store, "guest", alias_of=account)
    order = fakes.record_purchase(guest, at=NOON - 9 * DAY)
    fakes.record_event(None, 2, order=order, at=NOON - DAY, store=store)
    bought, refunded = version_of(store, until=NOON - 8 * DAY), version_of(store, since=NOON - 2 * DAY, until=NOON)
    erase_customer(customer=account, now=NOON)
    assert due(bought) == due(refunded) == NOON + 30 * DAY


def test_the_earliest_date_wins_whoever_is_erased_later_or_listed_earlier(store, ann, settings):
    version = version_of(store)
    bob = fakes.make_customer(store, "bob")
    fakes.record_purchase(bob, at=NOON - DAY)
    erase_customer(customer=ann, now=NOON)
    receipt = erase_customer(customer=bob, now=NOON + 5 * DAY).receipt
    assert due(version) == NOON + 30 * DAY
    assert receipt["versions"][0]["leaves_by"] == (NOON + 30 * DAY).isoformat()
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"ERASURE_DAYS": 2}
    cid = fakes.make_customer(store, "cid")
    fakes.record_purchase(cid, at=NOON - DAY)
    erase_customer(customer=cid, now=NOON + 6 * DAY)
    assert due(version) == NOON + 8 * DAY


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    windows=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 5)), max_size=6),
    days=st.lists(st.integers(0, 9), max_size=4),
)
def test_who_holds_an_event_or_descends_from_who_does_is_found_and_nobody_else(store, windows, days):
    ModelVersion.objects.filter(store=store).delete()
    versions = []
    for number, (since, until, parent) in enumerate(windows):
        versions.append(
            ModelVersion.objects.create(
                store=store, number=number + 1, data_from=NOON + since * DAY, cutoff=NOON + until * DAY,
                parent=versions[parent] if parent < number else None,
            )
        )  # fmt: skip

    def tainted(version: ModelVersion) -> bool:
        inside = any(version.data_from <= NOON + day * DAY < version.cutoff for day in days)
        return inside or (version.parent is not None and tainted(version.parent))

    assert trained_on(store=store, times=[NOON + day * DAY for day in days]) == [v for v in versions if tainted(v)]


def test_pages_fall_back_at_the_date_in_the_same_statement(store, ann, django_assert_num_queries):
    run = fakes.make_run(store)
    products = [fakes.make_product(store, f"P{n}", title=f"Tea pot {n}") for n in range(4)]
    fakes.recommend(run, ann, ListKind.RECOMMENDED, products)
    leave(run.version, days=1)
    asked = {"store": "default", "customer_id": "ann", "seconds": 5}
    with django_assert_num_queries(1):
        assert read_page(**asked).run == run.pk
    assert "Tea pot" in render("{% recommendations %}", "ann")
    assert champion(store=store) == run.version
    VersionDeadline.objects.update(due_at=NOON)
    with django_assert_num_queries(1):
        read = read_page(**asked)
    assert (read.run, read.lists) == (None, {})
    assert "Tea pot" not in render("{% recommendations %}", "ann")
    assert champion(store=store) is None
    sheet = customer_sheet(customer=ann)
    assert (sheet.deployment, sheet.prediction, sheet.lists) == (None, None, {})


def test_the_date_is_found_by_its_key(store):
    leave(version_of(store), days=1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT FROM loyalty_ai_deployment d WHERE d.version_id = 1 AND NOT EXISTS ("
            "SELECT FROM loyalty_ai_versiondeadline u WHERE u.version_id = d.version_id AND u.due_at <= now())"
        )
        assert "loyalty_ai_versiondeadline_pkey" in "".join(line for (line,) in cursor.fetchall())


def test_what_left_service_is_not_promoted_published_or_gone_back_to(store):
    first, second, third = (fakes.make_run(store, deploy=deploy) for deploy in (True, True, False))
    leave(first.version, days=-1)
    with pytest.raises(CannotDeploy, match="No older run"):
        rollback(store=store)
    leave(second.version, days=-1)
    fresh = ScoringRun.objects.create(store=store, version=second.version, cutoff=NOON, state=ScoringRun.State.COMPLETE)
    assert publish_run(run=fresh) is None
    leave(third.version, days=-1)
    for alias in ("champion", "challenger"):
        with pytest.raises(CannotDeploy, match="Version 3 left service on"):
            promote_version(store=store, version=third.version, alias=alias, override=True, reason="I like it")
    assert Deployment.objects.get(closed_at=None).run == second


def test_a_version_that_left_service_is_no_measure_for_its_replacement(store):
    better = {"difference": 0.3, "low": 0.29, "high": 0.31}
    metrics = {"next_basket": {"users": 900, "repeats": {}, "new_only": {}}}
    old = fakes.make_run(store, metrics=metrics | {"gains": {"repeats": {"popularity": better}}})
    gain = better | {"difference": 0.1, "low": 0.09, "high": 0.11}
    new = fakes.make_run(store, deploy=False, metrics=metrics | {"gains": {"repeats": {"popularity": gain}}})
    ScoringRun.objects.update(audit={"passed": True, "findings": []})
    leave(old.version, days=-1)
    assert promote_version(store=store, version=new.version).run == new


def test_it_is_not_scored(store):
    version = fakes.make_run(store).version
    leave(version, days=-1)
    for number in (1, None, "newest"):
        job = request_job(
            kind="score",
            store=store,
            slot=f"s:{number}",
            params={"version": number, "cutoff": NOON.isoformat()},
            wake=False,
        )
        with pytest.raises(CannotWork, match="Version 1 left service on"):
            run_job(job_id=job.pk, owner="test")
    with pytest.raises(CommandError, match="left service"):
        call_command("loyalty_promote", "1")


def test_what_is_half_scored_goes_no_further(store):
    version = fakes.make_run(store).version
    job = request_job(kind="score", store=store, slot="s", params={"cutoff": NOON.isoformat()}, wake=False)
    [part] = prepare_scoring(Work(job))
    leave(version, days=-1)
    with pytest.raises(CannotWork, match="left service"):
        score_chunk(ChunkWork(job, JobChunk(job=job, number=0, payload=part)))


@pytest.mark.parametrize(("days", "fine_tuned"), [(11, True), (9.9, False), (-1, False)])
def test_training_starts_from_scratch_in_the_last_third_of_the_time(store, days, fine_tuned):
    live = fakes.make_run(store, config={"model": {}}).version
    leave(live, days=days)
    for parent in ("champion", live):
        child = reserve_version(store=store, cutoff=NOON, parent=parent)
        assert child.parent == (live if fine_tuned else None)
        assert due(child) == (due(live) if fine_tuned else None)


def test_a_version_without_a_date_hands_none_on(store):
    fakes.make_run(store, config={"model": {}})
    assert due(reserve_version(store=store, cutoff=NOON)) is None


def test_the_deployment_check_warns_in_time(store):
    version = fakes.make_run(store).version
    assert checks.check_deadlines() == []
    leave(version, days=20)
    assert checks.check_deadlines() == []
    VersionDeadline.objects.update(due_at=timezone.now() + 9 * DAY)
    [warning] = checks.check_deadlines()
    assert (warning.id, "version 1, leaves service" in warning.msg) == ("loyalty_ai.W004", True)
    VersionDeadline.objects.update(due_at=timezone.now() - DAY)
    assert [w.id for w in [*checks.check_deadlines(), *checks.check_deployments()]] == [
        *("loyalty_ai.W004", "loyalty_ai.W001"),
    ]


@pytest.mark.parametrize(
    ("days", "said"),
    [(20, "starts its replacement from scratch in time"), (5, "starts from scratch"), (-1, "left service")],
)
def test_the_admin_says_when_and_what_to_do(store, admin_client, days, said):
    run = fakes.make_run(store)
    page = "admin:loyalty_ai_{}_change".format
    addresses = [
        reverse(page("modelversion"), args=[run.version.pk]),
        reverse(page("deployment"), args=[Deployment.objects.get().pk]),
        reverse(page("store"), args=[store.pk]),
    ]
    for address in addresses:
        assert "service on" not in admin_client.get(address).text
    leave(run.version, days=days)
    for address in addresses:
        assert said in admin_client.get(address).text
    for listed in ("modelversion", "deployment"):
        html = admin_client.get(reverse(f"admin:loyalty_ai_{listed}_changelist")).text
        assert ("loyalty-label--busy" if days == 20 else "loyalty-label--bad") in html
    promote = reverse("admin:loyalty_ai_modelversion_promote", args=[run.version.pk])
    assert ("train a new version" in admin_client.get(promote).text) is (days < 0)
    score = reverse("admin:loyalty_ai_modelversion_score", args=[run.version.pk])
    assert ("train a new version" in admin_client.get(score).text) is (days < 0)
