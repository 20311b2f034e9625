"""`manage.py demo` does what is missing, says so in a line a step, and nothing else."""

from __future__ import annotations

import io
import json
import socket
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from loyalty_ai.actions.models import Action
from loyalty_ai.experiments.assignment import share
from loyalty_ai.jobs.models import Job
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.shop.models import ConsentRecord, Event
from shop_demo import loading
from shop_demo.accounts import DEMO_ACCOUNTS, PASSWORD
from shop_demo.management.commands import demo
from shop_demo.models import Customer, Opening, Order, Product
from shop_demo.orders import place_order
from tests.demo.conftest import open_shop

STEPS = [
    "database",
    "shop",
    "accounts",
    "sync",
    "loyalty",
    "model",
    "scores",
    "publish",
    "knowledge",
    "message",
    "static files",
]


@pytest.fixture
def finished(transactional_db, small_log, settings, tmp_path: Path):
    """A demo that has been through every step; the model's rows are fixtures, the rest is done by the command."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    opened = open_shop(small_log)
    run_demo()
    return opened


def run_demo() -> dict[str, str]:
    """What the command says of each step."""
    err = io.StringIO()
    call_command("demo", "--no-serve", "--json", stdout=io.StringIO(), stderr=err)
    lines = [line for line in err.getvalue().splitlines() if line.endswith(" s)")]
    return {line[:13].strip(): line[13:].rpartition(" (")[0].strip() for line in lines}


def test_a_finished_demo_has_nothing_to_do(finished):
    before = (Event.objects.count(), Job.objects.count(), ModelVersion.objects.count(), Customer.objects.count())
    assert run_demo() == dict.fromkeys(STEPS, "nothing to do")
    assert before == (
        Event.objects.count(),
        Job.objects.count(),
        ModelVersion.objects.count(),
        Customer.objects.count(),
    )


def test_only_what_is_missing_is_done(finished):
    events = Event.objects.count()
    order = place_order(customer_number="17850", units={"22423": 1})
    Event.objects.filter(order__ref=order.number).delete()  # as if the live event had been lost
    finished.store.event_keys.filter(key__startswith=order.number).delete()
    said = run_demo()
    assert {step for step, line in said.items() if line != "nothing to do"} == {"sync", "loyalty"}
    assert Event.objects.count() == events + 1
    assert LoyaltyProfile.objects.get(customer=finished.ann).orders == 3


def test_one_message_runs_and_takes_nobody_who_was_not_asked(finished):
    action = Action.objects.get()
    assert action.running
    letters = ConsentRecord.objects.filter(purpose="marketing", granted=True)
    assert [record.customer.external_id for record in letters] == ["15535"]
    assert 100 * share(salt=action.salt, customer="15535") >= action.holdout


def test_the_demos_customers_can_sign_in(finished, client):
    for account in DEMO_ACCOUNTS:
        assert client.login(username=account.name.lower(), password=PASSWORD)
        assert client.session["customer"] == [account.number, account.name]


def test_stopped_while_writing_nothing_is_left(transactional_db, monkeypatch, small_log):
    copy, written = loading._copy, []

    def stop_at_the_fourth(cursor, model, *rest):
        if len(written) == 3:
            raise KeyboardInterrupt
        written.append(model)
        return copy(cursor, model, *rest)

    monkeypatch.setattr(loading, "_copy", stop_at_the_fourth)
    monkeypatch.setattr(loading, "Log", lambda: small_log)
    with pytest.raises(CommandError, match="Nothing is broken") as stopped:
        run_demo()
    assert stopped.value.returncode == 130
    assert written == [Customer, Product, Order]
    assert [model.objects.count() for model in (Customer, Product, Order, Opening)] == [0, 0, 0, 0]


def test_the_result_is_one_json_object(finished):
    out = io.StringIO()
    call_command("demo", "--no-serve", "--json", stdout=out, stderr=io.StringIO())
    result = json.loads(out.getvalue())
    assert list(result["steps"]) == STEPS[1:]
    assert result["peak_memory_bytes"] > 10_000_000
    assert "admin" in result["message"]
    assert PASSWORD in result["message"]


def test_a_port_in_use_is_passed_over(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(demo, "FIRST_PORT", taken.getsockname()[1])
        assert demo.free_port() > taken.getsockname()[1]
