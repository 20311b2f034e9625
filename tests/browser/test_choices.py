"""The page "Your data and choices" in a real browser, without a script: everything on it acts at once."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from loyalty_ai.serving.models import ListKind
from loyalty_ai.shop.models import Customer, Event, EventType, Mute
from tests import fakes
from tests.browser.test_shopping import PHONE, focus_with_tab, sign_in, titles
from tests.demo.conftest import CODES, SmallLog, log_line, open_shop

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db, live_server) -> SimpleNamespace:
    """The small shop behind a real server; Ann looked at a cake stand."""
    cache.clear()
    lines = [
        log_line(f"53{6365 + at}", code, 12, minute=at, customer=("17850", "13047")[at % 2])
        for at, code in enumerate(CODES)
    ]
    opened = open_shop(SmallLog(lines))
    opened.url = live_server.url
    opened.run.predictions.create(
        customer=opened.ann, purchase_probability=0.62, churn_probability=0.2, expected_orders=3.2, predicted_clv=120,
        predicted_clv_low=80, predicted_clv_high=210,
    )  # fmt: skip
    at = opened.run.cutoff - timedelta(minutes=1)
    fakes.record_event(opened.ann, EventType.VIEW_ITEM, opened.products["22423"], at=at)
    return opened


def open_choices(page: Page, shop: SimpleNamespace) -> None:
    sign_in(page, shop, "ann")
    page.get_by_role("link", name="Your data and choices").click()
    expect(page.get_by_role("heading", level=1, name="Your data and choices")).to_be_visible()


def said(page: Page):
    return page.get_by_role("status").first


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_not_for_me_holds_from_the_next_page_and_can_be_undone(shop, open_page: Callable[..., Page], *, script: bool):
    page = open_page(java_script_enabled=script)
    sign_in(page, shop, "ann")
    page.goto(shop.url)
    assert "Party Bunting" in titles(page, "recommended")
    page.get_by_role("button", name="Not for me: Party Bunting").click()
    expect(said(page)).to_contain_text("You will not be shown Party Bunting any more.")
    assert page.url.rstrip("/") == shop.url
    assert "Party Bunting" not in titles(page, "recommended")
    page.goto(f"{shop.url}/loyalty/my-data/")
    page.get_by_role("button", name="Undo Party Bunting").click()
    page.goto(shop.url)
    assert "Party Bunting" in titles(page, "recommended")


def test_a_whole_category_goes(shop, open_page: Callable[..., Page]):
    page = open_page()
    open_choices(page, shop)
    product = page.locator(".loyalty-data__product").filter(has_text="Jumbo Bag Red Retrospot").first
    expect(product).to_contain_text("Fits what you bought so far")
    product.get_by_text("Not for me").click()
    product.get_by_role("button", name="All of").click()
    category = shop.products["85099B"].category
    assert Mute.objects.get().value == category
    expect(page.locator(".loyalty-data__chips")).to_contain_text(category.rpartition(" / ")[2])
    expect(page.locator(".loyalty-data__product").filter(has_text="Jumbo Bag Red Retrospot")).to_have_count(0)


def test_what_is_held_is_said_in_words(shop, open_page: Callable[..., Page]):
    page = open_page()
    open_choices(page, shop)
    held = page.get_by_role("region", name="What we hold")
    for words in ("Things you bought", "Products you looked at", "Chance of an order in 30 days", "62 %", "£80.00"):
        expect(held).to_contain_text(words)


def test_an_event_is_forgotten_and_a_purchase_not_used(shop, open_page: Callable[..., Page]):
    page = open_page()
    open_choices(page, shop)
    page.get_by_role("button", name="Forget Looked at Regency Cakestand 3 Tier").click()
    expect(said(page)).to_contain_text("Forgotten.")
    assert not Event.objects.filter(type=EventType.VIEW_ITEM).exists()
    bought = page.get_by_role("button", name="Do not use Bought, 12 pieces White Hanging Heart T-Light Holder")
    bought.click()
    expect(page.get_by_role("region", name="History")).to_contain_text("not used for recommendations")
    page.get_by_role("button", name="Use again Bought, 12 pieces White Hanging Heart").click()
    expect(bought).to_be_visible()


def test_beginning_anew_empties_the_lists_at_once(shop, open_page: Callable[..., Page]):
    page = open_page()
    open_choices(page, shop)
    page.locator("summary", has_text="Begin anew").click()
    page.get_by_role("button", name="Begin anew").click()
    expect(said(page)).to_contain_text("begin anew")
    expect(page.get_by_role("region", name="Why you see what you see")).to_contain_text("You began anew on")
    assert not shop.run.recommendations.filter(customer=shop.ann).exists()
    page.goto(shop.url)
    assert titles(page, "recommended") == ["Assorted Colour Bird Ornament", "Baking Set 9 Piece Retrospot"]


def test_the_switches_work_with_the_keyboard_alone(shop, open_page: Callable[..., Page]):
    page = open_page()
    open_choices(page, shop)
    switch = page.get_by_role("switch", name="Personalised pages")
    focus_with_tab(page, switch)
    page.keyboard.press("Space")
    expect(said(page)).to_contain_text("Personalised pages: off.")
    expect(page.get_by_role("switch", name="Personalised pages")).not_to_be_checked()
    expect(page.get_by_role("region", name="Why you see what you see")).to_contain_text("Personalised pages are off")


def test_the_data_leave_only_with_the_password(shop, open_page: Callable[..., Page], tmp_path):
    page = open_page()
    open_choices(page, shop)
    page.locator("#export-password").fill("come-back-soon")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as JSON").click()
    export = json.loads(download.value.path().read_text())
    assert export["customer_id"] == "17850"
    assert export["recommendations"]
    page.reload()
    expect(page.locator("#export-password")).to_have_count(0)  # it holds for ten minutes
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert "events.csv" in archive.namelist()
        assert archive.read("events.csv").decode("utf-8-sig").splitlines()[0].startswith("type,quantity,value")


def test_erasing_hands_out_the_receipt(shop, open_page: Callable[..., Page]):
    page = open_page(**PHONE)
    open_choices(page, shop)
    page.locator("#erase-password").fill("come-back-soon")
    page.get_by_label("I am sure.").check()
    page.get_by_role("button", name="Erase everything").click()
    expect(page.get_by_role("heading", level=1, name="Your data are erased")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert not Customer.objects.filter(external_id="17850").exists()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the receipt").click()
    assert json.loads(download.value.path().read_text())["rows"]["customers"] == 1
    page.goto(f"{shop.url}/loyalty/my-data/")
    expect(page.get_by_role("region", name="What we hold")).to_contain_text("Nothing is held about you.")


@pytest.mark.parametrize("width", [320, 375, 1280])
@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_nothing_is_wider_than_the_screen(shop, open_page: Callable[..., Page], width: int, language: str):
    fakes.recommend(shop.run, shop.ann, ListKind.DISCOVER, [shop.products["22720"]])
    page = open_page(viewport={"width": width, "height": 800}, locale=language)
    page.goto(f"{shop.url}/sign-in/")
    page.locator("input[name=username]").fill("ann")
    page.locator("input[name=password]").fill("come-back-soon")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/**")
    page.goto(f"{shop.url}/loyalty/my-data/")
    for more in page.locator(".loyalty-data summary").all():
        more.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
