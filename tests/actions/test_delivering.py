"""What is pending arrives once; whoever says no meanwhile gets nothing; a shop or a service that fails is asked again."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError

from loyalty_ai.actions import delivery
from loyalty_ai.actions.delivery import deliver
from loyalty_ai.actions.models import Action, ActionOutcome
from loyalty_ai.actions.services import CannotRun, decide, start_action, stop_action
from loyalty_ai.actions.webhook import WebhookFailed
from loyalty_ai.checks import check_offers
from loyalty_ai.conf import get_adapter
from loyalty_ai.jobs.services import request_job, run_job
from loyalty_ai.privacy.forgetting import start_afresh
from loyalty_ai.privacy.services import choose
from loyalty_ai.shop.consent import record_consent
from tests import fakes
from tests.actions.people import make_action, make_person


def night(shop) -> dict[str, int]:
    decide(store=shop.store, now=fakes.NOON)
    return deliver(store=shop.store, now=fakes.NOON)


def states() -> list[str]:
    return list(ActionOutcome.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def offers(settings, shop) -> SimpleNamespace:
    """A store with personal offers whose adapter makes coupons and remembers them by their key."""
    entry = fakes.FAKE_SETTINGS["STORES"]["default"] | {"PERSONAL_OFFERS": True}
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"STORES": {"default": entry}}
    adapter, made = get_adapter("default"), {}
    adapter.now, adapter.has_coupons = (lambda: fakes.NOON), True
    adapter.coupon = lambda customer_id, *, percent, until, key: made.setdefault(key, f"{customer_id}-{percent}")
    return SimpleNamespace(adapter=adapter, made=made, **vars(shop))


COUPON = {"kind": "coupon", "percent": 10, "valid_days": 14}
WEBHOOK = {"kind": "webhook", "url": "https://crm.example/hook", "words": {}}


def test_a_message_is_delivered_to_the_treated_alone(shop):
    make_action(shop.store, holdout=90, key="half")
    for n in range(30):
        make_person(shop.store, f"p{n}")
    night(shop)
    assert set(ActionOutcome.objects.filter(treated=True).values_list("state", flat=True)) <= {"delivered"}
    assert set(ActionOutcome.objects.filter(treated=False).values_list("state", flat=True)) == {"held_out"}


def test_the_nightly_job_takes_and_delivers_and_may_run_twice(shop):
    make_action(shop.store)
    for slot in ("one", "two"):
        job = run_job(job_id=request_job(kind="actions", store=shop.store, slot=slot, wake=False).pk, owner="test")
    assert states() == ["delivered"]
    assert job.result == {"taken": 0}


@pytest.mark.parametrize("purpose", ["preferences", "marketing"])
def test_a_no_drops_what_is_pending_and_what_is_shown(shop, purpose):
    make_action(shop.store)
    decide(store=shop.store, now=fakes.NOON)
    choose(store=shop.store, external_id="ann", choices={purpose: False}, source="test")
    assert states() == ["dropped"]
    assert deliver(store=shop.store, now=fakes.NOON) == {}


def test_a_no_that_came_another_way_is_heard_before_delivery(shop):
    make_action(shop.store)
    decide(store=shop.store, now=fakes.NOON)
    record_consent(customer=shop.ann, purpose="marketing", granted=False, source="import")
    assert deliver(store=shop.store, now=fakes.NOON) == {"dropped": 1}


def test_beginning_anew_drops_what_was_chosen_by_before(shop):
    make_action(shop.store)
    night(shop)
    start_afresh(customer=shop.ann)
    assert states() == ["dropped"]


def test_stopping_drops_what_is_pending(shop):
    action = make_action(shop.store)
    decide(store=shop.store, now=fakes.NOON)
    stop_action(action, now=fakes.NOON)
    assert states() == ["dropped"]


def test_a_shop_that_writes_letters_is_handed_the_message(shop, monkeypatch):
    sent = []
    adapter = get_adapter("default")
    adapter.can_notify = True
    monkeypatch.setattr(
        adapter, "notify", lambda customer_id, **letter: sent.append((customer_id, letter)), raising=False
    )
    action = make_action(shop.store, link="/shop/")
    night(shop)
    key = f"{action.key}-{ActionOutcome.objects.get().pk}"
    letter = {"headline": "We kept your mug", "body": "Come and see.", "link": "/shop/", "key": key}
    assert sent == [("ann", letter)]
    assert states() == ["delivered"]


def test_a_shop_that_fails_is_asked_again_and_at_last_given_up(shop):
    adapter = get_adapter("default")
    adapter.can_notify = True
    adapter.notify = lambda *args, **letter: 1 / 0
    make_action(shop.store)
    seen = [(*night(shop), states()[0]) for _ in range(5)]
    assert [state for _count, state in seen] == ["pending"] * 4 + ["failed"]
    outcome = ActionOutcome.objects.get()
    assert (outcome.attempts, outcome.error) == (5, "ZeroDivisionError")


def test_a_worker_that_dies_is_followed_by_one_that_goes_on(shop):
    adapter, sent = get_adapter("default"), []

    def notify(customer_id, **letter):
        if len(sent) == 2:
            sent.append("died")
            raise SystemExit
        sent.append(letter["key"])

    adapter.can_notify, adapter.notify = True, notify
    for n in range(4):
        make_person(shop.store, f"p{n}")
    make_action(shop.store)
    job = request_job(kind="actions", store=shop.store, slot="one", wake=False)
    with pytest.raises(SystemExit):
        run_job(job_id=job.pk, owner="one")
    assert states().count("delivered") == 2
    run_job(job_id=job.pk, owner="another")
    assert states() == ["delivered"] * 5
    letters = [key for key in sent if key != "died"]
    assert len(letters) == len(set(letters)) == 5


def test_a_coupon_is_made_once_and_kept_with_its_end(offers):
    make_action(offers.store, **COUPON)
    night(offers)
    outcome = ActionOutcome.objects.get()
    assert (outcome.state, outcome.coupon) == ("delivered", "ann-10")
    assert outcome.valid_until == fakes.NOON + timedelta(days=14)
    ActionOutcome.objects.update(state="pending")  # as if the worker had died before its commit
    deliver(store=offers.store, now=fakes.NOON)
    assert len(offers.made) == 1


def test_a_coupon_is_refused_where_the_store_makes_no_personal_prices(shop):
    action = make_action(shop.store, started=False, **COUPON)
    with pytest.raises(ValidationError, match="PERSONAL_OFFERS"):
        action.full_clean()
    with pytest.raises(CannotRun, match="personal price"):
        start_action(action, now=fakes.NOON)


def test_a_coupon_is_refused_where_the_adapter_makes_none(offers):
    offers.adapter.has_coupons = False
    with pytest.raises(ValidationError, match="has_coupons"):
        make_action(offers.store, started=False, **COUPON).full_clean()


def test_a_running_coupon_whose_store_lost_its_leave_is_a_check_error_and_stays_pending(offers, settings):
    make_action(offers.store, key="minus-ten", **COUPON)
    assert check_offers(databases=["default"]) == []
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    [error] = check_offers(databases=["default"])
    assert error.id == "loyalty_ai.E007"
    assert "minus-ten" in error.msg
    night(offers)
    assert states() == ["pending"]
    assert ActionOutcome.objects.get().coupon == ""


def test_a_webhook_carries_the_customer_the_action_and_one_key_for_all_attempts(shop, monkeypatch):
    calls = []
    monkeypatch.setattr(delivery, "call", lambda **sent: calls.append(sent))
    action = make_action(shop.store, **WEBHOOK)
    night(shop)
    key = f"{action.key}-{ActionOutcome.objects.get().pk}"
    named = {"url": action.url, "action": action.key, "customer_id": "ann"}
    assert calls == [named | {"secret": action.secret, "key": key}]
    assert states() == ["delivered"]


def test_a_service_that_is_down_holds_no_worker(shop, monkeypatch):
    calls = []

    def down(**sent):
        calls.append(sent)
        raise WebhookFailed("It answered 503.", again=True)

    monkeypatch.setattr(delivery, "call", down)
    make_action(shop.store, **WEBHOOK)
    for n in range(9):
        make_person(shop.store, f"p{n}")
    assert night(shop) == {"pending": delivery.FAILS_IN_A_ROW}
    assert len(calls) == delivery.FAILS_IN_A_ROW
    assert states() == ["pending"] * 10


def test_an_address_that_may_not_be_called_is_said_and_waits_for_the_owner(shop):
    make_action(shop.store, kind="webhook", url="https://127.0.0.1/", words={})
    assert night(shop) == {"pending": 1}
    assert "private network" in ActionOutcome.objects.get().error


def test_a_service_that_refuses_is_not_asked_again(shop, monkeypatch):
    def refuse(**sent):
        raise WebhookFailed("It answered 400.", again=False)

    monkeypatch.setattr(delivery, "call", refuse)
    make_action(shop.store, **WEBHOOK)
    assert night(shop) == {"failed": 1}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"groups": []}, "Say for whom"),
        ({"words": {}}, "headline"),
        ({"link": "javascript:alert(1)"}, "Begin with /"),
        ({"link": "//evil.example"}, "Begin with /"),
        ({"kind": "webhook", "url": ""}, "which address"),
        ({"kind": "webhook", "url": "http://crm.example/"}, "https"),
    ],
)
def test_what_is_wrong_says_what_to_do(shop, fields, said):
    filled = {"title": "Back", "groups": ["AT_RISK"], "words": {"en": {"headline": "a", "body": "b"}}}
    with pytest.raises(ValidationError, match=said):
        Action(store=shop.store, key="new", **(filled | fields)).full_clean()
