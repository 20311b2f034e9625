"""The page on how recommendations are made, in a real browser: found from a row and from every page, readable on a phone."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from tests.admin.conftest import make_run
from tests.browser.test_shopping import PHONE, sign_in
from tests.demo.conftest import CODES, SmallLog, log_line, open_shop

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db, live_server) -> SimpleNamespace:
    """The small shop behind a real server."""
    lines = [
        log_line(f"53{6365 + at}", code, 12, minute=at, customer=("17850", "13047")[at % 2])
        for at, code in enumerate(CODES)
    ]
    opened = open_shop(SmallLog(lines))
    opened.url = live_server.url
    return opened


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_it_is_found_from_a_row_and_leads_to_the_choices(shop, open_page: Callable[..., Page], *, script: bool):
    page = open_page(java_script_enabled=script)
    sign_in(page, shop, "ann")
    page.goto(shop.url)
    page.get_by_role("link", name="How these are chosen").first.click()
    expect(page.get_by_role("heading", level=1, name="How recommendations are made here")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Your data and choices").first.click()
    expect(page.get_by_role("heading", level=1, name="Your data and choices")).to_be_visible()
    page.get_by_role("link", name="How recommendations are made here").click()
    expect(page.get_by_role("heading", name="What decides which products you see")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, {"viewport": {"width": 1280, "height": 900}}], ids=["phone", "desktop"])
def test_it_fits_and_is_found_from_every_page(shop, open_page: Callable[..., Page], size):
    make_run(shop.run.store, lead=0.02, deploy=True)
    page = open_page(**size)
    page.goto(shop.url)
    page.get_by_role("contentinfo").get_by_role("link", name="How we recommend").click()
    expect(page.get_by_role("heading", level=2, name="How well it works")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name="Your rights").click()
    expect(page.get_by_role("heading", level=2, name="Your rights")).to_be_in_viewport()
