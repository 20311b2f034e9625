from __future__ import annotations

import pytest
from django.db import transaction

from loyalty_ai.conf import get_adapter
from loyalty_ai.shop.live import connect_shops
from loyalty_ai.shop.models import Event
from loyalty_ai.shop.services import ensure_store, sync_store
from tests.fakes import FAKE_SETTINGS, make_product
from tests.shop.conftest import NOW, purchase


@pytest.fixture
def live_shop(transactional_db, settings):
    entry = FAKE_SETTINGS["STORES"]["default"] | {"OPTIONS": {"live": True}}
    settings.LOYALTY_AI = FAKE_SETTINGS | {"STORES": {"default": entry}}
    make_product(ensure_store("default"), "P1")
    connect_shops()
    return get_adapter("default")


def test_events_are_recorded_as_they_happen_and_the_sync_does_not_double_them(live_shop):
    lines = [purchase("1"), purchase("2")]
    live_shop.recorder(*lines)
    assert Event.objects.count() == 2
    live_shop.add(*lines, purchase("3"))
    counts = sync_store(store=ensure_store("default"), now=NOW)["events"]
    assert (counts["accepted"], counts["duplicates"]) == (1, 2)


def test_what_is_rolled_back_never_happened(live_shop):
    with transaction.atomic():
        live_shop.recorder(purchase("1"))
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    with transaction.atomic():
        live_shop.recorder(purchase("2"))
        assert not Event.objects.exists()
    assert Event.objects.count() == 1


@pytest.mark.parametrize("inside", [True, False])
def test_our_own_fault_never_reaches_the_shop(live_shop, monkeypatch, caplog, inside):
    monkeypatch.setattr("loyalty_ai.shop.live.record_events", lambda **kwargs: 1 / 0)
    if inside:
        with transaction.atomic():
            live_shop.recorder(purchase("1"))
    else:
        live_shop.recorder(purchase("1"))
    assert "division by zero" in caplog.text


def test_a_shop_that_is_not_live_or_cannot_be_made_is_left_alone(settings, caplog):
    settings.LOYALTY_AI = FAKE_SETTINGS
    connect_shops()
    assert get_adapter("default").recorder is None
    settings.LOYALTY_AI = {"STORES": {"default": {"ADAPTER": "nowhere.Shop"}}}
    connect_shops()
    assert "see manage.py check" in caplog.text
