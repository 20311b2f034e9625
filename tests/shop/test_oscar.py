from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dj_database_url
import psycopg
import pytest

from loyalty_ai.conf import StoreSettings
from loyalty_ai.shop.adapters.oscar import OscarShop, quietly

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def oscar_database():
    """A database of the example shop's own, on the server of the tests."""
    server = dj_database_url.parse(os.environ["DATABASE_URL"])
    name = f"oscar_shop_{os.getpid()}"
    keys = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    options = {keys[key]: server[key] for key in keys if server.get(key)} | server.get("OPTIONS", {})
    with psycopg.connect(**options, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        address, _, query = os.environ["DATABASE_URL"].partition("?")
        yield f"{address.rpartition('/')[0]}/{name}{'?' if query else ''}{query}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_example_shop_sells_and_every_sale_is_recorded_once(oscar_database):
    pytest.importorskip("oscar", reason="the example needs django-oscar")
    environment = os.environ | {
        "DATABASE_URL": oscar_database,
        "DJANGO_SETTINGS_MODULE": "oscar_shop.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "examples" / "oscar_shop")]),
    }
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "shop" / "oscar_scenario.py")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip().endswith("all went well")


def test_without_oscar_the_adapter_says_so():
    [problem] = OscarShop(StoreSettings("default", "", "GBP", "en", None)).check()
    assert "django-oscar" in problem


def test_a_receiver_never_raises(caplog):
    def broken(**kwargs):
        raise RuntimeError("our own fault")

    quietly(broken)(sender=None, order=None)
    assert "our own fault" in caplog.text
