"""A store whose customers may be taken, and actions that run in it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from loyalty_ai.conf import get_adapter
from loyalty_ai.serving import page
from tests import fakes
from tests.actions.people import make_person


@pytest.fixture
def shop(settings, db, monkeypatch) -> SimpleNamespace:
    """A store by the clock of 2011, with a live run and Ann, who is at risk and allows both purposes."""
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    page._resting.clear()
    page._missed.clear()
    monkeypatch.setattr(page, "DEADLINE", 30.0)
    store = fakes.make_store()
    get_adapter("default").now = lambda: fakes.NOON
    return SimpleNamespace(store=store, run=fakes.make_run(store), ann=make_person(store, "ann"))
