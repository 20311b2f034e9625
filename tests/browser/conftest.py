from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all browser tests: the system's, else Playwright's own."""
    # Playwright keeps an event loop in this thread; Django would take the tests' own queries for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    connections.close_all()  # under an event loop Django keeps connections of its own; these would be forgotten open
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy test machine is no broken shop."""
    monkeypatch.setattr("loyalty_ai.serving.page.DEADLINE", 30.0)


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of a visitor of its own; the test fails when a page's console reports an error (a policy breach is one)."""
    contexts, errors = [], []

    def keep_errors(message: Any) -> None:
        address = message.location["url"]
        if message.type == "error" and not address.endswith("/favicon.ico"):  # Django's admin has none
            errors.append(f"{address}: {message.text}")

    def open_one(**options: Any) -> Page:
        context = chromium.new_context(**{"locale": "en-GB", **options})
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", keep_errors)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []
