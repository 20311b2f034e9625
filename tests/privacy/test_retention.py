"""What is kept long enough goes, all of it and nothing else, and neither a sync nor a refresh brings it back."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.assistant.asking import Owner
from loyalty_ai.assistant.models import AssistantUsage, Conversation, Message
from loyalty_ai.assistant.services import open_conversation
from loyalty_ai.conf import DEFAULTS, get_adapter
from loyalty_ai.experiments.models import Exposure
from loyalty_ai.jobs import leases
from loyalty_ai.jobs.models import Job, JobState
from loyalty_ai.jobs.services import request_job, run_job
from loyalty_ai.jobs.work import LeaseLost, Work
from loyalty_ai.loyalty.models import LoyaltySnapshot
from loyalty_ai.loyalty.services import refresh_profiles
from loyalty_ai.privacy import retention
from loyalty_ai.privacy.forgetting import forget_event
from loyalty_ai.privacy.retention import KINDS, expire, rules
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.selectors import artifact_directory
from loyalty_ai.serving.deployments import CannotDeploy, promote_version, rollback
from loyalty_ai.serving.models import Deployment, ScoringRun
from loyalty_ai.shop.adapters.base import EventRecord
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.models import Event, EventKey, EventType, ForgottenEvent, Order, RejectedRow
from loyalty_ai.shop.services import record_events, sync_store
from tests import fakes
from tests.fakes import NOON

DAYS = {"behaviour": 30, "purchases": 300, "history": 100, "conversations": 20, "rejected": 10, "jobs": 10, "runs": 10}
DAYS |= {"exposures": 15, "actions": 40, "trainings": 5, "artifacts": 50}


@pytest.fixture
def store(settings, tmp_path, monkeypatch):
    """A store of a shop in memory, whose time stands at noon."""
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"RETENTION": DAYS, "ARTIFACTS": tmp_path}
    get_adapter("default").now = lambda: NOON
    monkeypatch.setattr(retention, "CHUNK", 3)
    return fakes.make_store()


def ago(days: float):
    return NOON - timedelta(days=days)


def event(n: int, type: str, days: float, order: str | None = None) -> EventRecord:
    return EventRecord(
        key=f"k{n}",
        type=type,
        occurred_at=ago(days),
        customer_id="ann",
        product_id="pot",
        order_id=order,
        value=Decimal(1),
    )


def tell(store, *records: EventRecord):
    """Let the shop have the events and take them over, from its first one on."""
    adapter = get_adapter("default")
    adapter.event_changes[:] = records
    store.cursors = {}
    store.save()
    return sync_store(store=store, now=NOON)["events"]


def test_every_kind_of_the_setting_expires():
    assert set(KINDS) == set(DEFAULTS["RETENTION"])


@pytest.mark.django_db
def test_events_go_with_their_keys_and_a_sync_from_the_start_brings_none_back(store, settings):
    fakes.make_product(store, "pot")
    records = [event(n, "view_item", days) for n, days in enumerate((31, 31, 40, 50, 60, 29, 1))]
    records += [event(10, "purchase", 301, "O1"), event(11, "purchase", 299, "O2")]
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"RETENTION": DAYS | {"behaviour": None, "purchases": None}}
    get_adapter("default").now = lambda: NOON
    assert tell(store, *records)["accepted"] == 9
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"RETENTION": DAYS}
    get_adapter("default").now = lambda: NOON
    assert expire(store=store) == dict.fromkeys(KINDS, 0) | {"behaviour": 5, "purchases": 1}
    assert sorted(EventKey.objects.values_list("key", flat=True)) == ["k11", "k5", "k6"]
    assert list(Order.objects.values_list("ref", flat=True)) == ["O2"]
    again = tell(store, *records)
    assert (again["accepted"], again["duplicates"], again["expired"]) == (0, 3, 6)
    assert Event.objects.count() == 3


@pytest.mark.django_db
def test_an_order_goes_whole_with_its_last_refund(store):
    ann = fakes.make_customer(store)
    pot = fakes.make_product(store)
    early = fakes.record_purchase(ann, pot, at=ago(400))
    fakes.record_refund(early, pot, at=ago(310))
    late = fakes.record_purchase(ann, pot, at=ago(400))
    fakes.record_refund(late, pot, at=ago(290))
    assert expire(store=store)["purchases"] == 2
    assert list(Order.objects.all()) == [late]
    assert Event.objects.filter(order=late).count() == 2


@pytest.mark.django_db
def test_a_hidden_product_stays_hidden(store):
    hidden = fakes.record_event(
        fakes.make_customer(store), EventType.HIDE_ITEM, fakes.make_product(store), at=ago(9000)
    )
    expire(store=store)
    assert list(Event.objects.all()) == [hidden]


@pytest.mark.django_db
def test_what_has_no_days_stays(store, settings):
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"RETENTION": dict.fromkeys(KINDS)}
    fakes.record_event(fakes.make_customer(store), EventType.VIEW_ITEM, fakes.make_product(store), at=ago(9000))
    assert expire(store=store) == {}
    assert Event.objects.count() == 1
    assert {rule.ends for rule in rules(store)} == {None}


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(EventType.values),
            st.integers(0, 400),
            st.sampled_from([None, 0, 1, 2]),
        ),
        max_size=25,
    )
)
def test_exactly_the_old_goes(store, log):
    with transaction.atomic():
        ann, pot = fakes.make_customer(store), fakes.make_product(store)
        orders = [Order.objects.create(store=store, ref=f"r{n}", placed_at=ago(400), currency="GBP") for n in range(3)]
        rows = []
        for kind, days, order in log:
            bought = kind in (EventType.PURCHASE, EventType.REFUND)
            of = orders[order] if bought and order is not None else None
            rows.append((fakes.record_event(ann, kind, pot, at=ago(days + 0.5), order=of), days, of))
        newest = {of: min(days for _row, days, other in rows if other == of) for _row, _days, of in rows if of}
        kept = set()
        for row, days, of in rows:
            limit = {EventType.PURCHASE: 300, EventType.REFUND: 300, EventType.HIDE_ITEM: 10**6}.get(row.type, 30)
            if newest.get(of, days) < limit:
                kept.add(row.pk)
        expire(store=store)
        assert set(Event.objects.values_list("pk", flat=True)) == kept
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_readers_read_on_while_a_chunk_is_deleted(store):
    ann, pot = fakes.make_customer(store), fakes.make_product(store)
    for days in range(31, 36):
        fakes.record_event(ann, EventType.VIEW_ITEM, pot, at=ago(days))
    seen = []

    def read():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = '500ms'; SET lock_timeout = '100ms'")
                cursor.execute("SELECT count(*) FROM loyalty_ai_event")
                seen.append(cursor.fetchone()[0])
        finally:
            connection.close()

    @contextmanager
    def watched():
        with transaction.atomic():
            yield
            reader = threading.Thread(target=read)
            reader.start()
            reader.join()

    expire(store=store, transaction_of_chunk=watched)
    # The first chunk is deleted but not committed; then three are gone and two more are on their way.
    assert seen[:2] == [5, 2]
    assert Event.objects.count() == 0


@pytest.mark.django_db
def test_whoever_lost_the_job_deletes_no_more(store):
    ann, pot = fakes.make_customer(store), fakes.make_product(store)
    for days in range(31, 41):
        fakes.record_event(ann, EventType.VIEW_ITEM, pot, at=ago(days))
    request_job(kind="expire", store=store, slot="expire:1", wake=False)
    job = leases.claim(Job.objects.all(), owner="first")
    chunks = []

    def fenced():
        if chunks:
            Job.objects.update(lease_epoch=F("lease_epoch") + 1)
        chunks.append(1)
        return Work(job).fenced()

    with pytest.raises(LeaseLost):
        expire(store=store, transaction_of_chunk=fenced)
    assert Event.objects.count() == 7


@pytest.mark.django_db
def test_a_refresh_does_not_bring_back_the_history_that_has_expired(store):
    ann = fakes.make_customer(store)
    for days in (280, 200, 50, 1):
        fakes.record_purchase(ann, at=ago(days))
    refresh_profiles(store=store)
    kept = [date(2011, 2, 1), date(2011, 3, 1), date(2011, 4, 1)]
    assert list(LoyaltySnapshot.objects.order_by("month").values_list("month", flat=True)) == kept
    LoyaltySnapshot.objects.create(customer=ann, month=date(2011, 1, 1))
    assert expire(store=store)["history"] == 1
    assert list(LoyaltySnapshot.objects.order_by("month").values_list("month", flat=True)) == kept


@pytest.mark.django_db
def test_conversations_go_whoever_s_they_are_and_what_they_cost_with_them(store):
    now = timezone.now()
    ann = fakes.make_customer(store, "ann")
    owners = [Owner("default", None, bytes([n]) * 32) for n in range(4)] + [Owner("default", "ann", None)]
    talks = [open_conversation(owner=owner, language="en") for owner in owners]
    for talk in talks:
        Message.objects.create(conversation=talk, role=Message.Role.SHOPPER, text="hello")
    Conversation.objects.exclude(pk=talks[0].pk).update(updated_at=now - timedelta(days=21))
    for customer, days in ((ann, 25), (ann, 1), (None, 25)):
        AssistantUsage.objects.create(store=store, customer=customer, day=(now - timedelta(days=days)).date())
    assert expire(store=store)["conversations"] == 4
    assert list(Conversation.objects.all()) == [talks[0]]
    assert Message.objects.count() == 1
    assert (
        AssistantUsage.objects.filter(customer=ann).count() == AssistantUsage.objects.filter(customer=None).count() == 1
    )


@pytest.mark.django_db
def test_what_was_shown_goes_with_time_and_with_the_consent_of_whom_it_was_shown_to(store):
    ann, bob = fakes.make_customer(store, "ann"), fakes.make_customer(store, "bob")
    for days in (16, 17, 18, 20, 14):
        fakes.expose(ann, at=ago(days))
    fakes.expose(bob, at=ago(1))
    record_consent(customer=bob, purpose="analytics", granted=False, source="test")
    assert expire(store=store)["exposures"] == 5
    assert [(kept.customer, kept.shown_at) for kept in Exposure.objects.all()] == [(ann, ago(14))]


@pytest.mark.django_db
def test_what_actions_took_people_for_goes_by_the_shops_clock(store):
    ann = fakes.make_customer(store, "ann")
    for number, days in enumerate((41, 39)):
        fakes.take(ann, at=ago(days), round=number)
    assert expire(store=store)["actions"] == 1
    assert ann.action_outcomes.get().decided_at == ago(39)


@pytest.mark.django_db
def test_finished_jobs_and_rejected_rows_go_and_the_job_that_does_it_stays(store):
    old = timezone.now() - timedelta(days=11)
    Job.objects.create(store=store, kind="sync", slot="old", state=JobState.DONE, finished_at=old)
    waiting = Job.objects.create(store=store, kind="sync", slot="waiting", state=JobState.WAITING)
    Job.objects.filter(pk=waiting.pk).update(created_at=old)
    RejectedRow.objects.create(store=store, source="file", location="1", code="x", reason="x", digest=b"1")
    RejectedRow.objects.update(created_at=old)
    RejectedRow.objects.create(store=store, source="file", location="2", code="x", reason="x", digest=b"2")
    job = request_job(kind="expire", store=store, slot="expire:1", wake=False)
    result = run_job(job_id=job.pk, owner="test").result
    assert (result["jobs"], result["rejected"]) == (1, 1)
    assert set(Job.objects.values_list("slot", flat=True)) == {"waiting", "expire:1"}
    assert RejectedRow.objects.get().location == "2"


def make_version_run(store, *, days: float, deploy: bool) -> ScoringRun:
    """A version trained so many days ago with a folder, and its run."""
    made = timezone.now() - timedelta(days=days)
    number = ModelVersion.objects.count() + 1
    run = fakes.make_run(store, cutoff=made, deploy=deploy, path=f"default/v{number}")
    ScoringRun.objects.filter(pk=run.pk).update(finished_at=made)
    artifact_directory(run.version).mkdir(parents=True)
    (artifact_directory(run.version) / "weights.safetensors").write_bytes(b"weights")
    return run


@pytest.mark.django_db
def test_an_old_run_goes_and_its_version_later_but_never_what_is_live(store):
    first, second, live = [make_version_run(store, days=days, deploy=True) for days in (90, 80, 70)]
    newest = make_version_run(store, days=60, deploy=False)
    parent, child = first.version, None
    child = ModelVersion.objects.create(store=store, number=9, cutoff=NOON, parent=parent, path="default/v9")
    assert expire(store=store)["artifacts"] == 1
    states = dict(ScoringRun.objects.values_list("pk", "state"))
    assert [states[run.pk] for run in (first, second, live, newest)] == ["dropped", "dropped", "complete", "dropped"]
    removed = set(ModelVersion.objects.filter(artifact_removed_at__isnull=False))
    assert removed == {second.version}, "a parent in training, the live version and the newest stay"
    assert not artifact_directory(second.version).exists()
    assert all(artifact_directory(run.version).exists() for run in (first, live, newest))
    child.delete()
    assert expire(store=store)["artifacts"] == 1
    assert not artifact_directory(first.version).exists()


@pytest.mark.django_db
def test_a_version_kept_for_rollback_keeps_its_artifact(store, settings):
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"RETENTION": DAYS | {"runs": None}}
    older, _live = [make_version_run(store, days=days, deploy=True) for days in (90, 80)]
    assert expire(store=store)["artifacts"] == 0
    assert rollback(store=store).run == older


@pytest.mark.django_db
def test_a_version_without_artifact_is_history(store, admin_client):
    old = make_version_run(store, days=90, deploy=True).version
    make_version_run(store, days=80, deploy=True)
    expire(store=store)
    old.refresh_from_db()
    with pytest.raises(CannotDeploy, match="artifact of version 1 is removed"):
        promote_version(store=store, version=old)
    job = request_job(
        kind="score", store=store, slot="score:1", params={"version": 1, "cutoff": NOON.isoformat()}, wake=False
    )
    with pytest.raises(Exception, match="artifact of version 1 is removed"):
        run_job(job_id=job.pk, owner="test")
    with pytest.raises(DatabaseError, match="cannot change"), transaction.atomic():
        ModelVersion.objects.filter(pk=old.pk).update(artifact_removed_at=None)
    page = admin_client.get(reverse("admin:loyalty_ai_modelversion_change", args=[old.pk])).text
    assert "Artifact removed" in page
    assert reverse("admin:loyalty_ai_modelversion_promote", args=[old.pk]) not in page
    assert Deployment.objects.filter(version=old).exists()


@pytest.mark.django_db
def test_what_a_killed_worker_left_of_an_artifact_goes_the_next_night(store, monkeypatch):
    old = make_version_run(store, days=90, deploy=True).version
    make_version_run(store, days=80, deploy=True)
    with monkeypatch.context() as patched:
        patched.setattr(retention, "remove_artifacts", lambda store: None)
        expire(store=store)
    assert artifact_directory(old).exists()
    assert expire(store=store)["artifacts"] == 0
    assert not artifact_directory(old).exists()


@pytest.mark.django_db
def test_an_interrupted_training_goes_with_its_data_unless_a_job_claims_it(store):
    halves = []
    for number in range(1, 4):
        half = ModelVersion.objects.create(store=store, number=number, cutoff=NOON, path=f"default/v{number}")
        directory = artifact_directory(half)
        directory.mkdir(parents=True)
        directory.with_name(f"{directory.name}.data.npz").write_bytes(b"orders")
        halves.append(half)
    ModelVersion.objects.exclude(pk=halves[2].pk).update(created_at=timezone.now() - timedelta(days=6))
    Job.objects.create(store=store, kind="train", slot="t", state=JobState.RUNNING, result={"version": halves[1].pk})
    assert expire(store=store)["trainings"] == 1
    folder = artifact_directory(halves[0]).parent
    assert sorted(path.name for path in folder.iterdir()) == ["v2", "v2.data.npz", "v3", "v3.data.npz"]
    # A training that was killed right after it ended left its data.
    ModelVersion.objects.filter(pk=halves[2].pk).update(trained_at=timezone.now())
    expire(store=store)
    assert sorted(path.name for path in folder.iterdir()) == ["v2", "v2.data.npz", "v3"]


@pytest.mark.django_db
def test_the_store_s_page_says_what_goes_when(store, admin_client):
    fakes.record_event(fakes.make_customer(store), EventType.VIEW_ITEM, fakes.make_product(store), at=ago(20))
    page = admin_client.get(reverse("admin:loyalty_ai_store_change", args=[store.pk])).text
    assert "What is kept for how long" in page
    assert "Views, searches, clicks and carts" in page
    assert "30 days" in page
    [rule] = [rule for rule in rules(store) if rule.kind == "behaviour"]
    assert (rule.oldest, rule.ends) == (ago(20), ago(20) + timedelta(days=30))
    assert rule.ends.tzinfo == UTC


@pytest.mark.django_db
def test_the_api_says_that_an_event_is_too_old(store):
    fakes.make_product(store, "pot")
    result = record_events(
        store=store, source="api", records=[event(1, "view_item", 31)], now=timezone.now(), row_results=True
    )
    assert [row.status for row in result.rows] == ["expired"]
    assert result.expired == 1
    assert not RejectedRow.objects.exists()


@pytest.mark.django_db
def test_what_somebody_forgot_leaves_no_trace_once_it_is_too_old_to_come_back(store):
    pot = fakes.make_product(store, "pot")
    tell(store, event(1, "view_item", 5), event(2, "view_item", 5), event(3, "purchase", 290, "O1"))
    ann = pot.events.first().customer
    viewed, _again, bought = Event.objects.order_by("pk")
    forget_event(customer=ann, event_id=viewed.pk)
    forget_event(customer=ann, event_id=bought.pk)
    expire(store=store)
    assert EventKey.objects.count() == 3, "its key still holds the forgotten view off"
    ForgottenEvent.objects.update(created_at=ago(31))
    expire(store=store)
    assert sorted(EventKey.objects.values_list("key", flat=True)) == ["k2", "k3"]
    get_adapter("default").now = lambda: NOON + timedelta(days=20)
    expire(store=store)
    assert not ForgottenEvent.objects.exists()
