"""Erasing while others write: whoever comes second waits, and nobody slips back in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction

from loyalty_ai.assistant.models import Conversation, Message
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.loyalty.services import hold_off_refresh, refresh_profiles
from loyalty_ai.privacy.services import choose, erase_customer, is_erased
from loyalty_ai.serving import scoring
from loyalty_ai.serving.models import Prediction
from loyalty_ai.shop.models import Customer, Event
from loyalty_ai.shop.services import record_events
from loyalty_ai.shop.suppression import hold_off_erasure
from tests import fakes
from tests.privacy.person import NOW, records

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def store(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_store()


@pytest.fixture
def ann(store):
    fakes.make_product(store, "pot")
    record_events(store=store, source="shop", records=records("ann", "pot")[:2], now=NOW)
    return Customer.objects.get(external_id="ann")


class Beside:
    """A call on a connection of its own; `finish` waits for it and raises what it raised."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self.run, args=[call])

    def run(self, call: Callable[[], object]) -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001  raised again in the test's own thread
            self.error = error
        finally:
            connection.close()

    def start(self) -> Beside:
        self.thread.start()
        return self

    def finish(self) -> None:
        self.thread.join(30)
        assert not self.thread.is_alive()
        if self.error:
            raise self.error

    def waits(self) -> bool:
        self.thread.join(0.4)
        return self.thread.is_alive()


@pytest.mark.parametrize("hold", [hold_off_erasure, hold_off_refresh])
def test_an_erasure_waits_for_who_writes(store, ann, hold):
    with transaction.atomic():
        hold(store)
        erasing = Beside(lambda: erase_customer(customer=ann, now=NOW))
        erasing.start()
        assert erasing.waits()
        assert Customer.objects.filter(pk=ann.pk).exists()
    erasing.finish()
    assert not Customer.objects.filter(pk=ann.pk).exists()


def test_an_ingest_that_comes_second_finds_the_digest(store, ann):
    with transaction.atomic():
        erase_customer(customer=ann, now=NOW)
        ingest = Beside(lambda: record_events(store=store, source="shop", records=records("ann", "pot"), now=NOW))
        ingest.start()
        assert ingest.waits()
    ingest.finish()
    assert not Event.objects.exists()
    assert not Customer.objects.filter(external_id="ann").exists()


def test_scores_of_somebody_erased_meanwhile_are_made_again_without_them(store, ann, monkeypatch):
    """Whoever writes scores first is waited for; whoever comes second scores the rest."""
    with transaction.atomic():
        scoring._hold_customers([ann.pk])
        erasing = Beside(lambda: erase_customer(customer=ann, now=NOW)).start()
        assert erasing.waits()
        Prediction.objects.create(run=fakes.make_run(store), customer=ann)
    erasing.finish()
    assert not Prediction.objects.exists()
    with pytest.raises(scoring._Erased), transaction.atomic():
        scoring._hold_customers([ann.pk])
    answers = iter([None, 3])
    monkeypatch.setattr(scoring, "_seat", lambda key: SimpleNamespace())
    monkeypatch.setattr(scoring, "_score_range", lambda work, run, seat: next(answers))
    work = SimpleNamespace(payload={"run": 1}, progress=lambda *told: None)
    monkeypatch.setattr(scoring, "_running", lambda key: SimpleNamespace(pk=1))
    assert scoring.score_chunk(work) == 3


def test_a_message_that_is_being_written_is_refused_and_the_erasure_holds(store, ann):
    conversation = Conversation.objects.create(store=store, customer=ann, language="en")

    def write_while_they_are_erased() -> None:
        with transaction.atomic():
            Message.objects.create(conversation=conversation, role=Message.Role.SHOPPER, text="hello")
            Beside(lambda: erase_customer(customer=ann, now=NOW)).start().finish()

    with pytest.raises(IntegrityError):
        write_while_they_are_erased()
    assert not Message.objects.exists()
    assert not Conversation.objects.exists()


def test_a_refresh_that_comes_second_measures_without_them(store, ann):
    fakes.record_purchase(fakes.make_customer(store))
    with transaction.atomic():
        erase_customer(customer=ann, now=NOW)
        with_refresh = Beside(lambda: refresh_profiles(store=store))
        with_refresh.start()
        assert with_refresh.waits()
    with_refresh.finish()
    assert LoyaltyProfile.objects.count() == 1


def test_a_choice_that_comes_second_counts_as_a_new_one(store, ann):
    with transaction.atomic():
        erase_customer(customer=ann, now=NOW)
        choosing = Beside(lambda: choose(store=store, external_id="ann", choices={"marketing": False}, source="test"))
        choosing.start()
        assert choosing.waits()
    choosing.finish()
    assert is_erased(store=store, external_id="ann")


def test_two_refreshes_leave_one_truth(store, ann):
    for _ in range(3):
        both = [Beside(lambda: refresh_profiles(store=store)).start() for _ in range(2)]
        for one in both:
            one.finish()
    assert LoyaltyProfile.objects.get().orders == 1
