"""Two shoppers in a real browser, on the demo shop with published scores."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from tests.demo.conftest import CODES, SmallLog, log_line, open_shop

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


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


def sign_in(page: Page, shop: SimpleNamespace, name: str) -> None:
    page.goto(f"{shop.url}/sign-in/")
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label("Password").fill("come-back-soon")
    page.locator(".form").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name=name.capitalize())).to_be_visible()


def titles(page: Page, row: str) -> list[str]:
    return page.locator(f".loyalty-row--{row} .loyalty-card__title").all_inner_texts()


def test_two_customers_see_rows_of_their_own(shop, open_page: Callable[..., Page]):
    seen = {}
    for name in ("ann", "ben"):
        page = open_page()
        sign_in(page, shop, name)
        page.goto(shop.url)
        seen[name] = titles(page, "recommended")
    assert seen["ann"][:2] == ["Jumbo Bag Red Retrospot", "Party Bunting"]
    assert seen["ben"][:2] == ["Regency Cakestand 3 Tier", "Set of 3 Cake Tins Pantry Design"]


def test_an_order_changes_buy_again_and_the_badge(shop, open_page: Callable[..., Page]):
    page = open_page()
    sign_in(page, shop, "ann")
    badge = page.locator(".loyalty-badge__orders")
    expect(badge).to_have_text("4 orders")
    assert titles(page, "buy_again") == ["White Hanging Heart T-Light Holder"]

    page.goto(shop.url)
    card = page.locator(".loyalty-row--recommended .loyalty-card").filter(has_text="Party Bunting")
    card.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("status")).to_contain_text("Party Bunting is in your cart.")
    page.get_by_role("link", name="Cart 1", exact=True).click()
    page.get_by_role("link", name="Check out").click()
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_role("heading", name="Thank you, Ann")).to_be_visible()
    expect(page.locator(".loyalty-badge__orders")).to_have_text("5 orders")
    assert titles(page, "buy_again") == ["Party Bunting", "White Hanging Heart T-Light Holder"]

    page.goto(shop.url)
    expect(page.locator(".me__cart")).to_have_text("Cart0")
    assert "Party Bunting" not in titles(page, "recommended")


def test_opting_out_takes_effect_on_the_next_page(shop, open_page: Callable[..., Page]):
    page = open_page()
    sign_in(page, shop, "ann")
    page.get_by_role("link", name="Your data and choices").click()
    switch = page.get_by_role("switch", name="Personalised pages")
    expect(switch).to_be_checked()
    switch.click()
    expect(page.get_by_role("status")).to_contain_text("Personalised pages: off.")
    expect(page.get_by_role("switch", name="Personalised pages")).not_to_be_checked()
    page.goto(shop.url)
    assert titles(page, "recommended") == ["Assorted Colour Bird Ornament", "Baking Set 9 Piece Retrospot"]
    assert titles(page, "buy_again") == []
    expect(page.locator(".loyalty-badge")).to_have_count(0)


def test_the_shop_works_with_the_keyboard_alone(shop, open_page: Callable[..., Page]):
    page = open_page()
    page.goto(shop.url)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    page.goto(f"{shop.url}/product/22423/")
    focus_with_tab(page, page.locator(".buy select"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator(".buy button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Regency Cakestand 3 Tier is in your cart.")
    expect(page.locator(".count")).to_have_text("2")


def focus_with_tab(page: Page, target) -> None:
    """Press Tab until the target has the focus; every stop on the way shows that it has it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        outlined = page.evaluate(
            "() => { const e = document.activeElement, shown = s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0;"
            " return shown(getComputedStyle(e)) || shown(getComputedStyle(e, '::after')) }"
        )
        assert outlined, page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail("the keyboard does not get there")


@pytest.mark.parametrize(
    "address",
    ["/", "/shop/", "/shop/kitchen/", "/product/22423/", "/cart/", "/sign-in/", "/account/", "/loyalty/my-data/"],
)
def test_nothing_is_wider_than_a_phone(shop, open_page: Callable[..., Page], address: str):
    page = open_page(**PHONE)
    sign_in(page, shop, "ann")
    page.goto(f"{shop.url}/product/22423/")
    page.locator(".buy button").click()
    page.goto(shop.url + address)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


def test_the_pictures_are_drawn(shop, open_page: Callable[..., Page]):
    page = open_page()
    page.goto(f"{shop.url}/shop/")
    pictures = page.locator(".card__image")
    expect(pictures).to_have_count(len(CODES))
    for at in range(len(CODES)):
        pictures.nth(at).scroll_into_view_if_needed()
        expect(pictures.nth(at)).to_have_js_property("complete", value=True)
        assert pictures.nth(at).evaluate("image => image.naturalWidth") > 0


def test_the_shop_speaks_chinese(shop, open_page: Callable[..., Page]):
    page = open_page()
    page.goto(shop.url)
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.get_by_role("link", name="登录", exact=True)).to_be_visible()
