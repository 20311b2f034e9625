"""Job kinds that exist only in the tests, and workers as threads with connections of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from loyalty_ai.jobs import services, work


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`work.register` for the length of one test."""
    monkeypatch.setattr(work, "_kinds", dict(work._kinds))
    return work.register


@pytest.fixture(autouse=True)
def wakes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The job ids that workers were called for, instead of a broker."""
    sent: list[int] = []
    monkeypatch.setattr(services.current_app, "send_task", lambda name, args, **options: sent.append(args[0]))
    return sent


@pytest.fixture
def short_lease(settings) -> float:
    """Leases of a fifth of a second, so that tests need not wait."""
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"LEASE_SECONDS": 0.2}
    return 0.2


class Worker(threading.Thread):
    """A worker as a thread: runs a function, keeps its result or error, and closes its connection."""

    def __init__(self, target: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._target_function = target
        self.result: Any = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._target_function()
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error
        finally:
            connection.close()

    def ended(self, timeout: float = 20) -> Any:
        """The result, once the thread has ended."""
        self.join(timeout)
        assert not self.is_alive(), "the worker hangs"
        if self.error:
            raise self.error
        return self.result
