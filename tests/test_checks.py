from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.db import connections

from loyalty_ai import checks
from loyalty_ai.assistant.backends.base import Backend
from loyalty_ai.conf import get_adapter
from loyalty_ai.shop.adapters.base import ShopAdapter
from loyalty_ai.shop.live import connect_shops
from tests.fakes import FAKE_SETTINGS, make_run, make_store

ROOT = Path(__file__).resolve().parent.parent


class HalfShop(ShopAdapter):
    def customers(self, since):
        return iter(())


class BrokenShop(HalfShop):
    products = events = HalfShop.customers

    def check(self):
        raise RuntimeError("the shop's table is gone")


def found(check, **kwargs):
    """The messages of a check by id; each has a hint, all of it."""
    messages = check(app_configs=None, **kwargs)
    assert all(message.hint and message.msg for message in messages)
    return [(message.id.removeprefix("loyalty_ai."), f"{message.msg} {message.hint}") for message in messages]


def with_store(settings, **entry):
    store = {name: value for name, value in ({"ADAPTER": "tests.fakes.FakeShop"} | entry).items() if value is not None}
    settings.LOYALTY_AI = {"STORES": {"default": store}}


def configure_celery(monkeypatch, **values):
    conf = SimpleNamespace(**({"task_routes": None, "task_default_queue": "celery"} | values))
    monkeypatch.setattr("celery.current_app", SimpleNamespace(conf=conf))


@pytest.mark.django_db
def test_a_right_configuration_passes_every_check(settings):
    settings.LOYALTY_AI = FAKE_SETTINGS | {
        "ARTIFACTS": ROOT / "var" / "some" / "new" / "folder",
        "MODEL": {"dim": 32},
        "TRAINING": {"epochs": 2, "learning_rate": 1},
        "HORIZONS": {"churn": 60},
    }
    make_run(make_store())
    ours = [
        m for m in run_checks(include_deployment_checks=True, databases=["default"]) if str(m.id).startswith("loyalty")
    ]
    assert ours == []


@pytest.mark.parametrize("given", [None, {}, {"STORES": {}}])
def test_e001_no_store(settings, given):
    if given is None:
        del settings.LOYALTY_AI
    else:
        settings.LOYALTY_AI = given
    [(code, said)] = found(checks.check_adapters)
    assert code == "E001"
    assert "knows no store" in said


@pytest.mark.parametrize(
    ("adapter", "said"),
    [
        (None, "has no ADAPTER"),
        (7, "has no ADAPTER"),
        ("nowhere.MyShop", "ModuleNotFoundError"),
        ("tests.fakes.NoSuchShop", "NoSuchShop"),
        ("no-dots", "cannot be imported"),
        ("tests.fakes.make_store", "is not a ShopAdapter"),
        ("loyalty_ai.shop.adapters.base.ShopAdapter", "does not implement customers, products, events"),
        ("tests.test_checks.HalfShop", "does not implement products, events"),
        ("tests.test_checks.BrokenShop", "the shop's table is gone"),
    ],
)
def test_e001_an_adapter_that_is_missing_or_incomplete(settings, adapter, said):
    with_store(settings, ADAPTER=adapter)
    [(code, message)] = found(checks.check_adapters)
    assert code == "E001"
    assert said in message


def test_e001_options_that_the_adapter_does_not_take(settings):
    with_store(settings, OPTIONS={"colour": "red"})
    [(code, message)] = found(checks.check_adapters)
    assert code == "E001"
    assert "colour" in message


def test_e001_what_the_adapter_itself_finds_wrong(settings):
    with_store(settings)
    get_adapter("default").problems = ["The shop has no products.", "The shop has no orders."]
    assert [code for code, _ in found(checks.check_adapters)] == ["E001", "E001"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "is not a dict"),
        ({"STORE": {}}, "Did you mean STORES?"),
        ({"COLOUR": "red"}, "Known keys: ARTIFACTS"),
        ({"STORES": []}, '["STORES"]'),
        ({"STORES": {"default": "tests.fakes.FakeShop"}}, '["STORES"]'),
        ({"STORES": {"my shop": {}}}, "is no slug"),
        ({"STORES": {"default": {"ADAPTOR": ""}}}, "Did you mean ADAPTER?"),
        ({"STORES": {"default": {"CURRENCY": "pounds"}}}, '["CURRENCY"]'),
        ({"STORES": {"default": {"CURRENCY": "gbp"}}}, "three capital letters"),
        ({"STORES": {"default": {"LANGUAGE": None}}}, '["LANGUAGE"]'),
        ({"STORES": {"default": {"TIME_ZONE": "Europe/Londn"}}}, "tz database"),
        ({"STORES": {"default": {"OPTIONS": ["x"]}}}, '["OPTIONS"]'),
        ({"ARTIFACTS": 7}, '["ARTIFACTS"]'),
        ({"DEVICE": None}, '["DEVICE"]'),
        ({"TOP_K": 0}, '["TOP_K"]'),
        ({"TOP_K": True}, '["TOP_K"]'),
        ({"HORIZONS": {"churn": "90"}}, '["HORIZONS"]'),
        ({"HORIZONS": {"return": 90}}, '["HORIZONS"]'),
        ({"KEEP_RUNS": -1}, '["KEEP_RUNS"]'),
        ({"REQUIRE_AUDIT": 1}, '["REQUIRE_AUDIT"]'),
        ({"CONSENT_DEFAULTS": {"everything": True}}, '["CONSENT_DEFAULTS"]'),
        ({"CONSENT_DEFAULTS": {"marketing": "yes"}}, '["CONSENT_DEFAULTS"]'),
        ({"STORES": {"default": {"CONSENT_REGIONS": {"Germany": {"analytics": False}}}}}, "ISO 3166"),
        ({"STORES": {"default": {"CONSENT_REGIONS": {"DE": {"analytics": 0}}}}}, '["CONSENT_REGIONS"]'),
        ({"LEASE_SECONDS": 0}, '["LEASE_SECONDS"]'),
        ({"CONFIRM_URL": ["/confirm/"]}, '["CONFIRM_URL"]'),
        ({"ERASURE_KEYS": {"1": ""}}, '["ERASURE_KEYS"]'),
        ({"ERASURE_KEYS": {1: "secret"}}, '["ERASURE_KEYS"]'),
        ({"MODEL": {"dimensions": 64}}, "dimensions"),
        ({"MODEL": {"dim": "64"}}, "dim must be int"),
        ({"MODEL": None}, '["MODEL"]'),
        ({"TRAINING": {"epochs": 1.5}}, "epochs must be int"),
    ],
    ids=repr,
)
def test_e002_an_unknown_or_mistyped_key_is_named_and_breaks_no_other_check(settings, given, said):
    settings.LOYALTY_AI = given
    [(code, message)] = found(checks.check_keys)
    assert code == "E002"
    assert said in message
    connect_shops()
    for check in (checks.check_adapters, checks.check_artifacts, checks.check_queues, checks.check_database_vendor):
        found(check)


def test_every_key_has_a_rule_of_its_own():
    assert set(checks.VALUES) == set(checks.DEFAULTS)
    assert set(checks.STORE_VALUES) | {"ADAPTER"} == set(checks.STORE_DEFAULTS)


def test_the_defaults_themselves_are_right(settings):
    settings.LOYALTY_AI = checks.DEFAULTS
    assert found(checks.check_keys) == []


def test_e003_an_artifact_folder_that_cannot_be_written(settings, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    settings.LOYALTY_AI = FAKE_SETTINGS | {"ARTIFACTS": str(tmp_path / "file" / "artifacts")}
    [(code, message)] = found(checks.check_artifacts)
    assert code == "E003"
    assert str(tmp_path / "file") in message
    settings.LOYALTY_AI = FAKE_SETTINGS | {"ARTIFACTS": tmp_path / "new" / "artifacts"}
    assert found(checks.check_artifacts) == []
    monkeypatch.setattr(checks.os, "access", lambda path, mode: False)
    assert [code for code, _ in found(checks.check_artifacts)] == ["E003"]


@pytest.mark.parametrize(
    ("routes", "shared"),
    [
        ({"shop.tasks.*": {"queue": "loyalty_train"}}, 1),
        ({"shop.tasks.*": "loyalty_train", "shop.mail.*": {"queue": "mail"}}, 1),
        ([("shop.*", {"queue": "loyalty_train"}), ("mail.*", {"queue": "loyalty_train"})], 2),
        (([{"shop.*": {"queue": "loyalty_train"}}], lambda *args: None), 1),
        ({"shop.*": {"queue": "loyalty"}}, 0),
        (None, 0),
        ("shop.router", 0),
    ],
    ids=repr,
)
def test_e004_other_tasks_on_the_queue_of_training(monkeypatch, routes, shared):
    configure_celery(monkeypatch, task_routes=routes)
    assert [code for code, _ in found(checks.check_queues)] == ["E004"] * shared


def test_e004_training_on_the_default_queue(monkeypatch):
    configure_celery(monkeypatch, task_default_queue="loyalty_train")
    [(code, message)] = found(checks.check_queues)
    assert code == "E004"
    assert "the default queue" in message


OTHER_DATABASE = """
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "loyalty_ai"],
    DATABASES={"default": %s},
    LOYALTY_AI={"STORES": {"default": {"ADAPTER": "tests.fakes.FakeShop"}}, "ARTIFACTS": "/tmp"},
)
django.setup()
from django.core.management import call_command
call_command("check", databases=["default"])
"""


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ({"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}, "is sqlite, not PostgreSQL"),
        (
            {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "HOST": "127.0.0.1", "PORT": "1"},
            "does not answer",
        ),
    ],
    ids=["sqlite", "unreachable"],
)
def test_e005_a_database_that_is_not_postgresql_or_does_not_answer(database, said):
    done = subprocess.run(
        [sys.executable, "-c", OTHER_DATABASE % database], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "loyalty_ai.E005" in done.stderr
    assert said in done.stderr
    assert "HINT" in done.stderr


@pytest.mark.django_db
def test_e005_is_only_asked_where_databases_are_checked(monkeypatch):
    monkeypatch.setattr(connections["default"], "ensure_connection", lambda: 1 / 0)
    assert found(checks.check_database_answers, databases=None) == []
    with pytest.raises(ZeroDivisionError):
        found(checks.check_database_answers, databases=["default"])


@pytest.mark.django_db
def test_w001_a_store_without_a_deployment(settings):
    settings.LOYALTY_AI = FAKE_SETTINGS
    store = make_store()
    assert [code for code, _ in found(checks.check_deployments)] == ["W001"]
    run = make_run(store)
    assert found(checks.check_deployments) == []
    run.version.deployments.update(closed_at=run.cutoff)
    assert [code for code, _ in found(checks.check_deployments)] == ["W001"]


def test_w002_an_api_without_throttle_rates(settings):
    assert found(checks.check_throttles) == []
    settings.REST_FRAMEWORK = {
        "DEFAULT_THROTTLE_RATES": {"loyalty_read": "600/min", "loyalty_ingest": None, "loyalty_assistant": "9/min"}
    }
    [(code, message)] = found(checks.check_throttles)
    assert code == "W002"
    assert "loyalty_ingest" in message
    del settings.REST_FRAMEWORK
    assert len(found(checks.check_throttles)) == 3


def test_a_secret_that_can_be_guessed_is_warned_of(settings):
    keys = {"2": "a secret of twenty-four.", "1": "short"}
    settings.LOYALTY_AI = {"ERASURE_KEYS": keys}
    [(code, message)] = found(checks.check_erasure_secrets)
    assert (code, "'1'" in message) == ("W003", True)
    settings.LOYALTY_AI = {"ERASURE_KEYS": {"1": 7}}
    assert found(checks.check_erasure_secrets) == []


def test_warnings_are_only_given_for_deployment():
    ids = {message.id for message in run_checks()}
    assert not ids & {"loyalty_ai.W001", "loyalty_ai.W002", "loyalty_ai.W003"}


class GrumpyBackend(Backend):
    """A backend of a shop's own, with options."""

    def __init__(self, store, *, mood="bad"):
        super().__init__(store)
        self.mood = mood

    def check(self):
        if self.mood == "broken":
            raise OSError("no such file")
        return [] if self.mood == "good" else [f"It is in a {self.mood} mood."]


@pytest.mark.parametrize(
    ("backend", "options", "said"),
    [
        ("nowhere.Backend", {}, "cannot be imported"),
        ("tests.test_checks.NoSuchBackend", {}, "cannot be imported"),
        ("gpt", {}, "cannot be imported"),
        ("tests.test_checks.GrumpyBackend", {"colour": "red"}, "colour"),
        ("tests.test_checks.GrumpyBackend", {}, "It is in a bad mood."),
        ("tests.test_checks.GrumpyBackend", {"mood": "broken"}, "no such file"),
    ],
)
def test_e006_a_backend_that_is_missing_or_not_in_order(settings, backend, options, said):
    settings.LOYALTY_AI = FAKE_SETTINGS | {"ASSISTANT": {"BACKEND": backend, "OPTIONS": options}}
    [(code, message)] = found(checks.check_assistant)
    assert code == "E006"
    assert said in message


def test_e006_is_silent_where_the_backend_is_in_order_or_e002_speaks(settings):
    good = {"BACKEND": "tests.test_checks.GrumpyBackend", "OPTIONS": {"mood": "good"}}
    for assistant in (good, {"BACKEND": 7}, {"COLOUR": "red"}, [], {}):
        settings.LOYALTY_AI = FAKE_SETTINGS | {"ASSISTANT": assistant}
        assert found(checks.check_assistant) == []
    settings.LOYALTY_AI = []
    assert found(checks.check_assistant) == []


@pytest.mark.parametrize(
    ("retention", "said"),
    [
        (30, "a dict of days by kind of data"),
        ({"views": 30}, "unknown key 'views'"),
        ({"behavior": 30}, "Did you mean behaviour?"),
        ({"behaviour": 0}, '["behaviour"] is 0'),
        ({"behaviour": True}, '["behaviour"] is True'),
        ({"behaviour": "30"}, "a whole number of days from 1 to 36500, or None"),
        ({"jobs": 36_501}, '["jobs"] is 36501'),
    ],
)
def test_a_wrong_retention_is_named(settings, retention, said):
    settings.LOYALTY_AI = FAKE_SETTINGS | {"RETENTION": retention}
    [(code, message)] = found(checks.check_keys)
    assert code == "E002"
    assert said in message


def test_personal_offers_are_on_or_off(settings):
    with_store(settings, PERSONAL_OFFERS="yes")
    [(code, message)] = found(checks.check_keys)
    assert code == "E002"
    assert "True or False" in message


def test_a_retention_of_none_keeps(settings):
    settings.LOYALTY_AI = FAKE_SETTINGS | {"RETENTION": {"behaviour": 30, "jobs": None}}
    assert found(checks.check_keys) == []
