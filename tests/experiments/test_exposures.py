"""What a page showed is written down after its response: once, in one statement, for whoever allows it and nobody else."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.handlers.wsgi import WSGIHandler
from django.db import DatabaseError, connection, transaction
from django.test import AsyncClient, Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from loyalty_ai.conf import get_adapter
from loyalty_ai.experiments.exposures import Shown, record_exposures
from loyalty_ai.experiments.models import Exposure, Variant
from loyalty_ai.privacy.services import erase_customer
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.identity import merge_customers
from loyalty_ai.shop.models import Customer
from tests import fakes

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.experiments.urls")]

ASKED = ["recommended", "similar", "bought_together", "buy_again", "popular"]
SEEN = ["recommended", "similar", "buy_again", "popular"]
"""What is bought together stands in the row of similar products already."""

NOW = fakes.NOON + timedelta(days=3)
SHOWN = [Shown("recommended", 1, [1, 2], ["model", "popular"])]


@pytest.fixture(autouse=True)
def clock(fake_shop, monkeypatch):
    adapter = get_adapter("default")
    adapter.customer_id = lambda request: request.headers.get("X-Customer") or getattr(request.user, "username", "")
    adapter.now = lambda: NOW


def look(who: str, address: str = "/", **headers: str) -> Client:
    client = Client(headers={"X-Customer": who, **headers})
    response = client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)
    return client


def lists(**fields) -> list[str]:
    return list(Exposure.objects.filter(**fields).order_by("pk").values_list("list", flat=True))


def test_every_row_of_a_page_leaves_one_with_what_it_held(shop):
    look("ann")
    assert lists(customer=shop.ann) == SEEN
    first, *others = Exposure.objects.order_by("pk")
    assert first.items == [product.pk for product in shop.products[1:9]]
    assert first.whys == ["model"] * 8
    assert (first.run, first.number, first.shown_at, first.store) == (shop.run, 1, NOW, shop.store)
    assert (first.experiment, first.variant, first.propensity) == (None, Variant.CHAMPION, 1.0)
    assert [row.number for row in others] == [2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_a_page_is_one_read_and_after_its_response_one_insert(shop):
    client = Client(headers={"X-Customer": "ann"})
    with CaptureQueriesContext(connection) as sent:
        client.get("/")
    ours = [query["sql"].split("\n")[1 if query["sql"].startswith("\n") else 0] for query in sent]
    assert sum("loyalty_ai_exposure" in query["sql"] for query in sent) == 1
    assert "INSERT INTO loyalty_ai_exposure" in sent[-1]["sql"]
    assert len(sent) == 3, ours  # the shop's own answer about prices is the third


def test_inside_an_experiment_the_row_says_the_variant_and_an_empty_row_counts(shop):
    experiment = fakes.make_experiment(shop.store, holdout=20, challenger=30)
    for variant in Variant:
        who = fakes.make_customer(shop.store, fakes.named_in(experiment, variant))
        look(who.external_id)
        assert lists(customer=who) == ASKED
        rows = Exposure.objects.filter(customer=who)
        assert set(rows.values_list("experiment", "variant", "propensity")) == {
            (experiment.pk, variant.value, experiment.percent(variant) / 100)
        }
        assert rows.get(list="buy_again").items == []


def test_strangers_and_pages_without_rows_leave_none(shop):
    look("")
    look("nobody-we-know")
    assert not Exposure.objects.exists()


@pytest.mark.parametrize("purpose", ["preferences", "analytics"])
def test_whoever_refuses_leaves_none(shop, purpose):
    record_consent(customer=shop.ann, purpose=purpose, granted=False, source="test")
    look("ann")
    assert not Exposure.objects.exists()


def test_global_privacy_control_leaves_none_unless_the_shopper_chose_otherwise(shop):
    look("ann", **{"Sec-GPC": "1"})
    assert not Exposure.objects.exists()
    for purpose in ("preferences", "analytics"):
        record_consent(customer=shop.ann, purpose=purpose, granted=True, source="test")
    look("ann", **{"Sec-GPC": "1"})
    assert lists() == SEEN


def test_consent_is_asked_for_again_when_it_is_written(shop):
    record_consent(customer=shop.ann, purpose="analytics", granted=False, source="between page and response's end")
    assert record_exposures(store="default", customer=shop.ann.pk, shown=SHOWN, at=NOW) == 0


def test_whoever_was_erased_meanwhile_leaves_none_and_no_error(shop, caplog):
    key = shop.ann.pk
    erase_customer(customer=shop.ann, now=NOW)
    assert record_exposures(store="default", customer=key, shown=SHOWN, at=NOW) == 0


def test_a_merged_guest_leaves_the_account_s(shop):
    merge_customers(alias=fakes.make_customer(shop.store, "guest"), main=shop.ann)
    look("guest")
    assert lists(customer=shop.ann) == SEEN


def test_a_failure_is_logged_and_reaches_nobody(shop, monkeypatch, caplog):
    def fails(**kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")

    monkeypatch.setattr("loyalty_ai.serving.page.record_exposures", fails)
    look("ann")
    assert "exposures not recorded" in caplog.text
    assert Customer.objects.exists(), "the transaction around can go on"


def test_the_shop_s_own_failing_view_and_a_streamed_page_leave_theirs_too(shop):
    with pytest.raises(ValueError):
        look("ann", "/broken/")
    look("ann", "/streamed/")
    assert lists() == SEEN


def test_the_api_leaves_them_too(shop):
    user = User.objects.create_user("ann")
    client = APIClient()
    client.force_authenticate(user)
    client.get("/loyalty/api/me/recommendations/", {"limit": 2})
    client.get("/loyalty/api/products/P0/similar/")
    assert lists() == ["recommended", "similar"]
    assert len(Exposure.objects.earliest("pk").items) == 2


@pytest.mark.django_db(transaction=True)
def test_nothing_of_one_request_reaches_another_on_the_same_or_another_thread(shop):
    people = [fakes.make_customer(shop.store, f"person-{n}") for n in range(6)]
    errors: list[BaseException] = []

    def serve(mine: list[Customer]) -> None:
        """A thread of a WSGI server that closes its responses late and in another order."""
        try:
            application = WSGIHandler()
            open_ones = []
            for customer in mine:
                environ = RequestFactory(headers={"X-Customer": customer.external_id})._base_environ(PATH_INFO="/")
                open_ones.append(application(environ, lambda status, headers: None))
            for response in reversed(open_ones):
                response.close()
        except BaseException as error:  # noqa: BLE001 (raised again below)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=serve, args=[people[start::2]]) for start in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Exposure.objects.count() == sum(len(lists(customer=one)) for one in people)
    for customer in people:
        assert "recommended" in lists(customer=customer)
        assert len(lists(customer=customer)) == len(set(lists(customer=customer)))


@pytest.mark.django_db(transaction=True)
def test_under_asgi_each_of_many_requests_at_once_leaves_its_own(shop):
    people = [fakes.make_customer(shop.store, f"person-{n}") for n in range(4)]

    async def all_look() -> None:
        client = AsyncClient()
        await asyncio.gather(*(client.get("/", headers={"X-Customer": one.external_id}) for one in people))
        await sync_to_async(lambda: connection.close())()  # the connection of the views' thread

    # A thread of its own: browser tests before this one leave a loop running on the main one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, all_look()).result(60)
    for customer in people:
        assert sorted(lists(customer=customer)) == sorted(set(lists(customer=customer)))
        assert "recommended" in lists(customer=customer)


@pytest.mark.django_db(transaction=True)
def test_somebody_who_is_being_erased_is_not_waited_for(shop):
    """The lock of an erasure is passed over, and what it deletes is never written about."""
    locked, done = threading.Event(), threading.Event()

    def erase() -> None:
        with transaction.atomic():
            Customer.objects.select_for_update().get(pk=shop.ann.pk)
            locked.set()
            done.wait(10)
        connection.close()

    eraser = threading.Thread(target=erase)
    eraser.start()
    assert locked.wait(10)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            assert record_exposures(store="default", customer=shop.ann.pk, shown=SHOWN, at=NOW) == 0
    except DatabaseError as error:
        pytest.fail(f"it waited: {error}")
    finally:
        done.set()
        eraser.join()
    assert record_exposures(store="default", customer=shop.ann.pk, shown=SHOWN, at=NOW) == 1
