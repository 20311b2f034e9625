"""An erased person is gone from every table, stays gone, can prove it, and comes back only by their own word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers import serialize
from django.db import connection

from loyalty_ai.jobs.models import Job, JobChunk
from loyalty_ai.privacy.services import choose, erase_customer, is_erased
from loyalty_ai.shop.consent import has_consent
from loyalty_ai.shop.models import ConsentRecord, Customer, ErasureRecord, Event, EventKey, Product, RejectedRow
from loyalty_ai.shop.services import record_events
from loyalty_ai.signals import customer_erased
from tests import fakes
from tests.privacy.person import NOW, move_in, records

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_store()


@pytest.fixture
def run(store):
    return fakes.make_run(store)


def everything() -> str:
    """All rows of the app but erasures, as text."""
    models = [model for model in apps.get_app_config("loyalty_ai").get_models() if model is not ErasureRecord]
    return "".join(serialize("json", model.objects.order_by("pk")) for model in models)


def rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in apps.get_app_config("loyalty_ai").get_models()}


def test_nothing_of_the_person_is_left_and_all_of_the_other_is(store, run):
    move_in(store, "other", run)
    before, text_before = rows(), everything()
    customer = move_in(store, "erased", run)
    assert "erased" in everything()

    record = erase_customer(customer=customer, now=NOW)

    Customer.objects.get(external_id="friend-of-erased").delete()  # somebody else, who stays
    assert everything() == text_before
    assert rows() == before | {"ErasureRecord": 2}
    assert record.counts == {
        "consents": 1,
        "events": 4,
        "event_keys": 4,
        "mutes": 1,
        "forgotten_events": 1,
        "fresh_starts": 1,
        "orders": 2,
        "loyalty": 1,
        "loyalty_history": 13,
        "referrals": 1,
        "predictions": 1,
        "recommendations": 2,
        "exposures": 1,
        "retention_actions": 1,
        "cart_proposals": 1,
        "messages": 2,
        "conversations": 1,
        "assistant_usage": 1,
        "rejected_rows": 1,
        "jobs": 2,
        "admin_log": 0,
        "customers": 2,
    }


def test_any_customer_of_the_person_names_the_whole_person(store, run):
    customer = move_in(store, "ann", run)
    erase_customer(customer=customer.aliases.get(), now=NOW)
    assert not Customer.objects.filter(external_id__in=["ann", "guest-of-ann"]).exists()
    assert is_erased(store=store, external_id="ann")
    assert is_erased(store=store, external_id="guest-of-ann")


def test_every_partition_is_emptied(store, run):
    customer = move_in(store, "ann", run)
    old = fakes.make_run(store)
    fakes.recommend(old, customer, 1, [Product.objects.get()])
    erase_customer(customer=customer, now=NOW)
    with connection.cursor() as cursor:
        for one in (run, old):
            cursor.execute(
                f"SELECT count(*) FROM loyalty_ai_recommendation_{one.pk} WHERE customer_id = %s", [customer.pk]
            )
            assert cursor.fetchone() == (0,)


def test_an_anonymous_event_of_their_order_goes_too(store):
    customer = fakes.make_customer(store)
    order = fakes.record_purchase(customer)
    fakes.record_event(None, 2, order=order, value=3, store=store)
    guest = fakes.record_purchase(None, store=store)
    assert erase_customer(customer=customer, now=NOW).counts["events"] == 2
    assert Event.objects.get().order == guest


def test_the_admins_log_forgets_the_id(store):
    customer, other = fakes.make_customer(store, "ann"), fakes.make_customer(store, "bob")
    kind = ContentType.objects.get_for_model(Customer)
    staff = User.objects.create(username="staff")
    for who in (customer, other):
        LogEntry.objects.create(
            user=staff, content_type=kind, object_id=str(who.pk), object_repr=str(who), action_flag=CHANGE
        )
    assert erase_customer(customer=customer, now=NOW).counts["admin_log"] == 1
    assert LogEntry.objects.get().object_repr == "bob"


def test_rejected_rows_are_found_by_what_they_say_of_the_customer(store):
    customer = fakes.make_customer(store, "12")
    for n, raw in enumerate(
        [
            {"USER_ID": "12"},
            {"Customer ID": 12},
            {"row": {"customer_id": "12"}},
            {"quantity": "12"},
            {"customer_id": "120"},
        ]
    ):
        RejectedRow.objects.create(
            store=store, source="file", location=f"{n}", code="x", reason="y", raw=raw, digest=bytes([n])
        )
    assert erase_customer(customer=customer, now=NOW).counts["rejected_rows"] == 3
    assert [row.raw for row in RejectedRow.objects.order_by("pk")] == [{"quantity": "12"}, {"customer_id": "120"}]


LINES = ("12,P1,view", "P1;12;view", '{"USER_ID": "12"', "12\t\xff", 'what "12" did')
OTHERS = ("120,P1", "2011-12-01,P1", "ab12,P1", "order-12")


def reject(store, lines) -> None:
    from loyalty_ai.shop.adapters.base import Rejected
    from loyalty_ai.shop.rejection import keep_rejected

    keep_rejected(
        store=store,
        source="file",
        rejected=[Rejected(f"f:{n}", "bad", "bad", {"line": each}) for n, each in enumerate(lines)],
    )


def test_lines_that_nobody_could_read_go_where_the_id_is_one_of_their_fields(store):
    customer = fakes.make_customer(store, "12")
    reject(store, (*LINES, *OTHERS))
    assert erase_customer(customer=customer, now=NOW).counts["rejected_rows"] == len(LINES)
    assert [row.raw["line"] for row in RejectedRow.objects.order_by("pk")] == list(OTHERS)
    RejectedRow.objects.all().delete()
    reject(store, (*LINES, *OTHERS))  # the same file again
    assert [row.raw["line"] for row in RejectedRow.objects.order_by("pk")] == list(OTHERS)


def test_an_id_of_any_characters_is_found_as_it_stands(store):
    for who in ("a.b", "a+b (c)", "王小明", "x|y", "back\\slash", "100%_", "[z]"):
        customer = fakes.make_customer(store, who)
        reject(store, [f"{who},P1", "a-b,P1"])
        assert erase_customer(customer=customer, now=NOW).counts["rejected_rows"] == 1, who


def test_errors_of_jobs_forget_whom_a_database_named(store):
    customer = fakes.make_customer(store, "ann")
    told = "IntegrityError: Key (store_id, external_id)=(1, {}) already exists.".format
    jobs = [Job.objects.create(kind="sync", slot=who, store=store, error=told(who)) for who in ("ann", "anna")]
    parts = [JobChunk.objects.create(job=job, number=0, error=told(job.slot)) for job in jobs]
    erase_customer(customer=customer, now=NOW)
    for row in (*jobs, *parts):
        row.refresh_from_db()
    assert jobs[0].error == parts[0].error == "The error named somebody who was erased."
    assert jobs[1].error == parts[1].error == told("anna")


def test_the_next_sync_brings_nobody_back(store, run):
    erase_customer(customer=move_in(store, "ann", run), now=NOW)
    result = record_events(store=store, source="shop", records=records("ann", "pot"), now=NOW)
    assert (result.accepted, result.erased) == (0, 4)
    assert not Customer.objects.filter(external_id="ann").exists()
    assert not EventKey.objects.exists()
    # Another store's customer of the same id is somebody else.
    other = fakes.make_store("other")
    fakes.make_product(other, "pot")
    assert record_events(store=other, source="shop", records=records("ann", "pot"), now=NOW).accepted == 3


def test_a_fresh_yes_lets_the_person_back_in(store, run):
    erase_customer(customer=move_in(store, "ann", run), now=NOW)
    assert choose(store=store, external_id="ann", choices={"preferences": False}, source="page") == []
    assert is_erased(store=store, external_id="ann")
    choose(store=store, external_id="ann", choices={"preferences": True, "marketing": False}, source="page")
    assert not is_erased(store=store, external_id="ann")
    assert has_consent(customer=Customer.objects.get(external_id="ann"), purpose="preferences")
    assert record_events(store=store, source="shop", records=records("ann", "pot"), now=NOW).accepted == 3
    # ... and can leave again: the old record stays lifted, a new one blocks.
    erase_customer(customer=Customer.objects.get(external_id="ann"), now=NOW + timedelta(days=1))
    assert is_erased(store=store, external_id="ann")
    lifted = [record.lifted_at is not None for record in ErasureRecord.objects.order_by("pk")]
    assert lifted == [True, False, False]  # ann's first, her guest's, ann's second


def test_a_no_before_the_first_order_counts(store):
    choose(store=store, external_id="new", choices={"preferences": False}, source="page")
    assert not has_consent(customer=Customer.objects.get(external_id="new"), purpose="preferences")
    with pytest.raises(ValueError, match="fun"):
        choose(store=store, external_id="newer", choices={"marketing": True, "fun": True}, source="page")


def test_old_keys_still_block_and_new_ones_sign(store, run, settings):
    erase_customer(customer=move_in(store, "ann", run), now=NOW)
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ERASURE_KEYS": {"2": "newer", "1": "only-for-tests-and-nothing-else"}}
    assert is_erased(store=store, external_id="ann")
    record = erase_customer(customer=fakes.make_customer(store, "bob"), now=NOW)
    assert (record.key_version, record.receipt["key_version"]) == ("2", "2")


def test_without_a_key_nothing_is_erased(store, run, settings):
    customer = move_in(store, "ann", run)
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ERASURE_KEYS": {}}
    with pytest.raises(ImproperlyConfigured, match="ERASURE_KEYS"):
        erase_customer(customer=customer, now=NOW)
    assert Event.objects.filter(customer=customer).count() == 3


def test_others_are_told_after_the_commit(store, run, django_capture_on_commit_callbacks):
    told = []

    def listen(**kwargs):
        told.append((kwargs["store"], kwargs["counts"]["events"]))
        raise RuntimeError("a receiver that breaks cannot bring the person back")

    customer_erased.connect(listen)
    try:
        customer = move_in(store, "ann", run)
        with django_capture_on_commit_callbacks(execute=True):
            erase_customer(customer=customer, now=NOW)
            assert told == []
    finally:
        customer_erased.disconnect(listen)
    assert told == [(store, 4)]
    assert not ConsentRecord.objects.exists()
