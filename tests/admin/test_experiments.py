"""Experiments in admin: planned with plain errors, started and stopped by whoever may, and read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from loyalty_ai.experiments.models import Experiment, Variant
from loyalty_ai.serving.models import Alias, Deployment
from tests import fakes


@pytest.fixture
def store(db, settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_store()


@pytest.fixture
def owner(staff) -> Client:
    names = ["add_experiment", "change_experiment", "run_experiment"]
    staff.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(staff)
    return client


def address(name: str, *args: int) -> str:
    return reverse(f"admin:loyalty_ai_experiment_{name}", args=args)


def send(client: Client, store, **fields):
    given = {"store": store.pk, "key": "rows", "question": "Do personal rows help?"}
    given |= {"holdout": 10, "challenger": 0, "days": 28}
    return client.post(address("plan"), given | fields, follow=True)


def test_an_experiment_is_planned_started_read_and_stopped(store, owner):
    assert "“rows” is planned." in send(owner, store).text
    experiment = Experiment.objects.get()
    assert not experiment.running
    start = address("start", experiment.pk)
    assert "cannot change, only stop" in owner.get(start).text
    assert "runs from the next page on" in owner.post(start, follow=True).text
    experiment.refresh_from_db()
    assert experiment.running
    for n in range(20):
        customer = fakes.make_customer(store)
        variant = Variant.HOLDOUT if n % 2 else Variant.CHAMPION
        fakes.expose(customer, experiment=experiment, variant=variant, at=experiment.started_at - timedelta(days=1))
    shown = owner.get(address("change", experiment.pk)).text
    for words in (
        "What personal rows bring",
        "Not a result yet",
        "Net spend a person",
        "nothing personal, as if they had",
    ):
        assert words in shown
    assert "further off than chance" in shown  # half of them where a tenth was planned
    assert "is stopped" in owner.post(address("stop", experiment.pk), follow=True).text
    assert "was started and cannot change" in owner.get(address("edit", experiment.pk), follow=True).text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"holdout": 0}, "Holdout and challenger together are 1 to 99 percent"),
        ({"holdout": 60, "challenger": 40}, "Holdout and challenger together are 1 to 99 percent"),
        ({"holdout": 100}, "less than or equal to 99"),
        ({"days": 0}, "greater than or equal to 1"),
        ({"question": ""}, "This field is required"),
        ({"key": "two words"}, "slug"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_planned(store, owner, fields, says):
    assert says in send(owner, store, **fields).text
    assert not Experiment.objects.exists()


def test_a_second_one_waits_and_a_challenger_must_be_there(store, owner):
    fakes.make_experiment(store)
    send(owner, store, challenger=20)
    waiting = Experiment.objects.get(key="rows")
    start = address("start", waiting.pk)
    assert "No version is deployed as challenger" in owner.get(start).text
    owner.post(start)
    waiting.refresh_from_db()
    assert not waiting.running
    run = fakes.make_run(store)
    Deployment.objects.create(store=store, alias=Alias.CHALLENGER, version=run.version, run=run)
    assert "stop it first" in owner.post(start, follow=True).text


@pytest.mark.parametrize("name", ["plan", "edit", "start", "stop"])
def test_whoever_may_only_look_changes_nothing(store, staff_client, name):
    experiment = fakes.make_experiment(store, started_at=None)
    where = address(name) if name == "plan" else address(name, experiment.pk)
    assert staff_client.get(where).status_code == 403
    assert staff_client.post(where).status_code == 403


def test_one_that_is_not_there_is_not_found(store, owner):
    assert owner.get(address("start", 4_000_000)).status_code == 404
