"""Retention actions in admin: planned with plain errors, looked at, started and stopped by whoever may."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from loyalty_ai.actions.models import Action
from loyalty_ai.actions.services import decide
from loyalty_ai.shop.expiry import shop_now
from tests import fakes
from tests.actions.people import make_action, make_person

PLAN = "admin:loyalty_ai_action_plan"


@pytest.fixture
def store(db, settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_store()


@pytest.fixture
def marketer(staff) -> Client:
    names = ["add_action", "change_action", "run_action"]
    staff.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(staff)
    return client


def send(client: Client, store, address: str | None = None, **fields):
    given = {
        "store": store.pk, "key": "back", "title": "Bring them back", "groups": ["AT_RISK"], "kind": "message", "holdout": 10,
        "again_after_days": 90, "headline_en-gb": "We kept your mug", "body_en-gb": "Come and see.",
    }  # fmt: skip
    return client.post(address or reverse(PLAN), given | fields, follow=True)


def page(client: Client, action: Action, query: str = "") -> str:
    return client.get(reverse("admin:loyalty_ai_action_change", args=[action.pk]) + query).text


def test_an_action_is_planned_looked_at_started_and_stopped(store, marketer):
    for n in range(6):
        make_person(store, f"p{n}")
    shown = send(marketer, store).text
    action = Action.objects.get()
    assert action.words == {"en-gb": {"headline": "We kept your mug", "body": "Come and see."}}
    assert "“Bring them back” is planned." in shown
    assert "6 people or more" in shown
    address = reverse("admin:loyalty_ai_action_start", args=[action.pk])
    assert "cannot change, only stop" in marketer.get(address).text
    assert "runs from the next night on" in marketer.post(address, follow=True).text
    action.refresh_from_db()
    assert action.running
    decide(store=store, now=shop_now(store))
    shown = page(marketer, action)
    assert "What it changed" in shown
    assert "Not yet known" in shown
    assert "6 people more count from" in shown
    assert "is stopped" in marketer.post(reverse("admin:loyalty_ai_action_stop", args=[action.pk]), follow=True).text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"groups": []}, "Say for whom it is"),
        ({"body_en-gb": ""}, "Write headline and text in"),
        ({"headline_en-gb": "", "body_en-gb": ""}, "Write the headline and the body"),
        ({"kind": "coupon", "percent": 10, "valid_days": 14}, "is a personal price"),
        ({"kind": "coupon"}, "needs its percent"),
        ({"kind": "webhook"}, "Say which address"),
        ({"kind": "webhook", "url": "http://crm.example/"}, "Only https://"),
        ({"link": "javascript:alert(1)"}, "Begin with /"),
        ({"holdout": 91}, "less than or equal to 90"),
        ({"again_after_days": 0}, "greater than or equal to 1"),
        ({"churn_at_least": 1.5}, "less than or equal to 1"),
        ({"title": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_planned(store, marketer, fields, says):
    assert says in send(marketer, store, **fields).text
    assert not Action.objects.exists()


def test_a_name_is_used_once_in_a_store(store, marketer):
    make_action(store, key="back")
    assert "already exists" in send(marketer, store).text


def test_a_planned_action_can_change_and_a_started_one_cannot(store, marketer):
    action = make_action(store, started=False, key="back")
    edit = reverse("admin:loyalty_ai_action_edit", args=[action.pk])
    assert "AT_RISK" in marketer.get(edit).text
    send(marketer, store, edit, title="Another title")
    assert Action.objects.get().title == "Another title"
    marketer.post(reverse("admin:loyalty_ai_action_start", args=[action.pk]))
    assert "cannot change" in send(marketer, store, edit, title="Third").text
    assert Action.objects.get().title == "Another title"


def test_whoever_may_only_look_sees_no_secret_and_changes_nothing(store, staff_client):
    action = make_action(store, kind="webhook", url="https://crm.example/")
    assert action.secret not in page(staff_client, action, "?tonight=1")
    for name, arguments in (("plan", []), ("edit", [action.pk]), ("start", [action.pk]), ("stop", [action.pk])):
        address = reverse(f"admin:loyalty_ai_action_{name}", args=arguments)
        assert staff_client.get(address).status_code == 403
        assert staff_client.post(address).status_code == 403
    action.refresh_from_db()
    assert action.running


def test_the_secret_is_there_for_whoever_may_change_it(store, marketer):
    action = make_action(store, kind="webhook", url="https://crm.example/")
    assert action.secret in page(marketer, action)


def test_nobody_without_permission_sees_any(store, client):
    action = make_action(store)
    address = reverse("admin:loyalty_ai_action_change", args=[action.pk])
    assert client.get(address).status_code == 302
    assert client.get(reverse("admin:loyalty_ai_action_changelist")).status_code == 302


def test_texts_are_escaped(store, marketer):
    action = make_action(store, title="<b>T</b>", words={"en": {"headline": "<script>x</script>", "body": "b"}})
    shown = page(marketer, action)
    assert "<script>x" not in shown
    assert "<b>T</b>" not in shown
