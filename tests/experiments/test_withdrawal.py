"""A no takes back what was recorded as shown, whichever of the person's ids it comes by."""

from __future__ import annotations

import pytest

from loyalty_ai.experiments.models import Exposure
from loyalty_ai.privacy.services import choose, erase_customer
from loyalty_ai.shop.identity import merge_customers
from tests import fakes

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(settings):
    """Ann and her guest, each of whom was shown something, and somebody else."""
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    store = fakes.make_store()
    ann, guest, other = (fakes.make_customer(store, name) for name in ("ann", "guest", "other"))
    merge_customers(alias=guest, main=ann)
    for customer in (ann, guest, other):
        fakes.expose(customer, experiment=None)
    return ann


def held() -> list[str]:
    return list(Exposure.objects.order_by("pk").values_list("customer__external_id", flat=True))


@pytest.mark.parametrize("purpose", ["preferences", "analytics"])
@pytest.mark.parametrize("who", ["ann", "guest"])
def test_refusing_either_purpose_deletes_it_at_once(ann, purpose, who):
    choose(store=ann.store, external_id=who, choices={purpose: False}, source="test")
    assert held() == ["other"]


def test_other_choices_leave_it(ann):
    choose(store=ann.store, external_id="ann", choices={"marketing": False, "preferences": True}, source="test")
    assert held() == ["ann", "guest", "other"]


def test_an_erasure_takes_it_and_counts_it(ann):
    record = erase_customer(customer=ann, now=fakes.NOON)
    assert record.counts["exposures"] == 2
    assert held() == ["other"]
