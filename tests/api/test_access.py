"""Who may ask what: every address of the API is in one of these lists, and nobody sees anybody else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from loyalty_ai import urls
from loyalty_ai.loyalty.referrals import referral_code
from loyalty_ai.loyalty.services import refresh_profiles
from loyalty_ai.privacy.services import choose
from loyalty_ai.serving.models import ListKind
from loyalty_ai.shop.models import ConsentRecord, Event
from tests import fakes

API = "/loyalty/api/"
ME = ["me/recommendations/", "me/loyalty/", "me/consents/", "me/data/", "me/events/", "me/mutes/", "me/messages/"]
ME_WRITES = [
    "me/forget/",
    "me/mutes/<int:mute_id>/",
    "me/messages/<int:outcome_id>/dismiss/",
    "me/reset/",
    "me/export/",
    "me/erase/",
]
STAFF = ["versions/", "summary/"]
OPEN = ["products/<path:product_id>/similar/", "products/<path:product_id>/bought-together/", "schema/"]
WRITE = ["events/"]
ASSISTANT = [
    "assistant/conversations/",
    "assistant/conversations/<uuid:key>/",
    "assistant/conversations/<uuid:key>/messages/",
    "assistant/conversations/<uuid:key>/hand-over/",
    "assistant/messages/<int:message_id>/feedback/",
    "assistant/confirm/",
]
"""Open to strangers too, for their own; `test_assistant` proves whose is whose."""


def test_every_address_is_in_a_list():
    assert sorted(str(each.pattern) for each in urls.api) == sorted(ME + ME_WRITES + STAFF + OPEN + WRITE + ASSISTANT)


@pytest.mark.parametrize("address", ME + STAFF)
def test_a_stranger_gets_nothing(stranger, store, address):
    assert stranger.get(API + address).status_code in (401, 403)


def test_a_stranger_writes_nothing(stranger, store):
    assert stranger.post(API + "events/", {"events": [{}]}, format="json").status_code in (401, 403)
    assert stranger.put(API + "me/consents/", {"preferences": True}, format="json").status_code in (401, 403)
    for address in ME_WRITES:
        send = stranger.delete if "mute_id" in address else stranger.post
        assert send(API + re.sub("<int:[a-z_]+>", "1", address), format="json").status_code in (401, 403)
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize("address", STAFF)
def test_a_customer_is_no_staff(ann, address):
    assert ann.get(API + address).status_code == 403


@pytest.mark.parametrize("address", STAFF)
def test_each_staff_page_needs_its_own_permission(address, staff, service):
    assert staff.get(API + address).status_code == 200
    assert service.get(API + address).status_code == 403


@pytest.mark.parametrize("address", ME)
def test_somebody_who_is_no_customer_has_no_me(staff, address, settings, monkeypatch):
    monkeypatch.setattr("tests.fakes.FakeShop.customer_id", lambda self, request: None)
    assert staff.get(API + address).status_code == 403


@pytest.mark.parametrize("address", ME)
@pytest.mark.parametrize("trick", ["customer_id", "customer", "external_id", "user", "id"])
def test_nobody_becomes_somebody_else_by_a_parameter(ann, bob, store, address, trick):
    product = fakes.make_product(store, "anns-product")
    run = fakes.make_run(store)
    fakes.recommend(run, ann.customer, ListKind.RECOMMENDED, [product])
    fakes.record_purchase(ann.customer, product, value="4321.00")
    refresh_profiles(store=store)
    mine = ann.get(API + address)
    theirs = bob.get(API + address, {trick: ann.customer.external_id})
    assert mine.status_code == theirs.status_code == 200
    assert theirs.content == bob.get(API + address).content
    for secret in ("anns-product", "4321.00", referral_code(customer=ann.customer)):
        assert secret not in theirs.content.decode()


def test_a_choice_is_only_ones_own(ann, bob):
    bob.put(API + "me/consents/", {"preferences": False, "customer_id": ann.customer.external_id}, format="json")
    assert ConsentRecord.objects.get().customer == bob.customer


def test_another_stores_customer_of_the_same_id_is_somebody_else(ann, settings):
    other = fakes.make_store("other")
    twin = fakes.make_customer(other, ann.customer.external_id)
    fakes.record_purchase(twin, value=999)
    refresh_profiles(store=other)
    assert ann.get(API + "me/loyalty/", {"store": "other"}).json()["profile"] is None
    ann.customer.delete()
    assert ann.get(API + "me/loyalty/").status_code == 404
    assert {row["chosen_at"] for row in ann.get(API + "me/consents/").json()} == {None}


def test_an_erased_customer_has_nothing_until_a_yes(ann, store):
    from loyalty_ai.privacy.services import erase_customer

    erase_customer(customer=ann.customer, now=fakes.NOON)
    assert ann.get(API + "me/loyalty/").status_code == 404
    assert ann.put(API + "me/consents/", {"preferences": False}, format="json").status_code == 200
    assert ann.get(API + "me/loyalty/").status_code == 404
    ann.put(API + "me/consents/", {"preferences": True}, format="json")
    assert ann.get(API + "me/loyalty/").status_code == 200


def test_cross_site_writes_are_refused(ann, store):
    from rest_framework.test import APIClient

    client = APIClient(enforce_csrf_checks=True)
    client.force_login(ann.user)
    assert client.put(API + "me/consents/", {"preferences": False}, format="json").status_code == 403
    assert client.post(API + "events/", {"events": [{}]}, format="json").status_code == 403


def test_an_opted_out_customer_sees_no_profile(ann, store):
    fakes.record_purchase(ann.customer)
    refresh_profiles(store=store)
    assert ann.get(API + "me/loyalty/").json()["profile"]["orders"] == 1
    choose(store=store, external_id=ann.customer.external_id, choices={"preferences": False}, source="test")
    assert ann.get(API + "me/loyalty/").json()["profile"] is None
    assert Event.objects.count() == 1


@pytest.mark.parametrize("address", [*ME, *STAFF, "products/p/similar/"])
def test_reads_are_throttled_where_the_project_says_so(ann, staff, address, settings):
    from django.core.cache import cache

    cache.clear()
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"loyalty_read": "2/min"}}
    client = staff if address in STAFF else ann
    assert [client.get(API + address).status_code for _ in range(3)] == [200, 200, 429]
    cache.clear()


def test_the_addresses_load_no_model_library():
    code = (
        "import os, sys, django\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "django.setup()\n"
        "import loyalty_ai.urls\n"
        "heavy = {'torch', 'transformers', 'numpy', 'polars', 'lightgbm', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
