"""Shoppers and a helper talk through the assistant in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from loyalty_ai.assistant.models import Conversation, Message
from tests.browser.test_shopping import PHONE, focus_with_tab, sign_in
from tests.demo.conftest import CODES, SmallLog, log_line, open_shop

pytestmark = pytest.mark.browser

STAND = "Regency Cakestand 3 Tier"


@pytest.fixture
def shop(transactional_db, live_server, settings) -> SimpleNamespace:
    """The small shop behind a real server, with a clerk for an assistant."""
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"ASSISTANT": {"BACKEND": "tests.browser.clerk.Clerk"}}
    lines = [
        log_line(f"53{6365 + at}", code, 12, minute=at, customer=("17850", "13047")[at % 2])
        for at, code in enumerate(CODES)
    ]
    opened = open_shop(SmallLog(lines))
    opened.url = live_server.url
    return opened


def panel(page: Page):
    return page.get_by_role("dialog", name="Shopping assistant")


def open_panel(page: Page) -> None:
    page.get_by_role("button", name="Ask us").click()
    expect(panel(page)).to_be_visible()
    panel(page).evaluate("panel => Promise.all(panel.getAnimations().map(each => each.finished))")


def ask(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def answer(page: Page):
    return page.locator(".loyalty-message--assistant").last


def test_a_question_an_answer_and_a_card(shop, open_page: Callable[..., Page]):
    page = open_page()
    page.goto(f"{shop.url}/product/22423/")
    open_panel(page)
    expect(panel(page)).to_contain_text("You are writing with an AI, not a person.")
    expect(page.get_by_label("Your message")).to_be_focused()
    page.get_by_role("button", name="What goes well with this?").click()
    expect(page.locator(".loyalty-message--shopper")).to_have_text("You: What goes well with this?")
    expect(answer(page)).to_contain_text(f"{STAND} costs £2.55.")
    expect(answer(page).locator(".loyalty-message__cite")).to_have_attribute("href", "/product/22423/")
    expect(page.get_by_role("status").last).to_contain_text(f"{STAND} costs £2.55.")
    answer(page).get_by_role("button", name="Add to cart").click()
    expect(page.locator(".me__cart")).to_have_text("Cart1")
    assert page.url == f"{shop.url}/product/22423/", "the page stays where it is"
    assert Message.objects.get(role=Message.Role.SHOPPER).context["product"] == "22423"


def test_the_history_goes_along_from_page_to_page(shop, open_page: Callable[..., Page]):
    page = open_page()
    page.goto(shop.url)
    open_panel(page)
    ask(page, "how much is the stand?")
    expect(answer(page)).to_contain_text("costs")
    page.goto(f"{shop.url}/shop/")
    expect(panel(page)).to_be_visible()
    expect(page.locator(".loyalty-message")).to_have_count(2)
    panel(page).get_by_role("button", name="Close").click()
    expect(panel(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Ask us")).to_be_focused()
    page.goto(shop.url)
    expect(panel(page)).to_be_hidden()
    open_panel(page)
    expect(page.locator(".loyalty-message")).to_have_count(2)


def test_another_visitor_and_an_account_see_threads_of_their_own(shop, open_page: Callable[..., Page]):
    first, second = open_page(), open_page()
    first.goto(shop.url)
    open_panel(first)
    ask(first, "my secret")
    expect(answer(first)).to_contain_text("costs")
    second.goto(shop.url)
    open_panel(second)
    expect(second.locator(".loyalty-message")).to_have_count(0)
    sign_in(first, shop, "ann")
    expect(first.locator(".loyalty-message")).to_have_count(0)
    expect(panel(first)).to_be_visible()
    ask(first, "as ann")
    expect(answer(first)).to_contain_text("costs")
    assert Conversation.objects.filter(customer__isnull=False).count() == 1


def test_the_keyboard_alone_asks_rates_and_closes(shop, open_page: Callable[..., Page]):
    page = open_page()
    page.goto(shop.url)
    page.locator(".footer a").last.focus()
    focus_with_tab(page, page.locator("[data-loyalty-launcher]"))
    page.keyboard.press("Space")
    expect(page.get_by_label("Your message")).to_be_focused()
    page.keyboard.type("how much?")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("please")
    page.keyboard.press("Enter")
    expect(answer(page)).to_contain_text("costs")
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(page.get_by_label("Your message")).to_have_value("")
    page.locator("[data-loyalty-scroll]").focus()
    focus_with_tab(page, page.get_by_role("button", name="Helpful", exact=True))
    page.keyboard.press("Enter")
    pressed = page.get_by_role("button", name="Helpful", exact=True)
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(pressed).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Ask us")).to_be_focused()
    assert Message.objects.get(role=Message.Role.ASSISTANT).helpful is True
    assert Message.objects.get(role=Message.Role.SHOPPER).text == "how much?\nplease"


def test_on_a_phone_the_panel_is_the_screen_and_everything_is_large_enough(shop, open_page: Callable[..., Page]):
    page = open_page(**PHONE)
    page.goto(shop.url)
    open_panel(page)
    ask(page, "put it into my cart")
    expect(answer(page)).to_contain_text("costs")
    box = panel(page).bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 360, 740)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.evaluate(
        # What still moves is measured a fraction of a pixel too small.
        "async () => (await Promise.allSettled(document.getAnimations()"
        ".filter(a => a.effect.getTiming().iterations < Infinity).map(a => a.finished)),"
        "[...document.querySelectorAll('.loyalty-assistant__panel :is(button, summary, textarea)')]"
        ".filter(e => e.offsetParent && !e.closest('.loyalty-pick'))"
        ".map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])"
        ".filter(([, r]) => r.height < 44 || r.width < 44).map(([html]) => html))"
    )
    assert small == []
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('.loyalty-assistant__panel')"), "Tab leaves the sheet"
    page.goto(f"{shop.url}/shop/")
    expect(panel(page)).to_be_hidden()


def test_without_script_the_launcher_is_a_link_and_all_of_it_works(shop, open_page: Callable[..., Page]):
    page = open_page(java_script_enabled=False)
    page.goto(shop.url)
    page.get_by_role("link", name="Ask us").click()
    expect(page.get_by_role("heading", name="Shopping assistant")).to_be_visible()
    expect(page.get_by_role("link", name="Ask us")).to_have_count(0)
    page.get_by_role("button", name="How long does delivery take?").click()
    expect(answer(page)).to_contain_text("costs")
    page.get_by_label("Your message").fill("two of it into my cart, please")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Yes, change it").click()
    expect(answer(page)).to_contain_text("Done. Your cart is changed.")
    expect(page.locator(".count")).to_have_text("2")
    answer(page).get_by_role("button", name="Not helpful").click()
    answer(page).get_by_label("What was wrong?").fill("too dear")
    answer(page).get_by_role("button", name="Send").click()
    expect(answer(page)).to_contain_text("Thank you. We read this.")
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator(".loyalty-message--notice")).to_contain_text("A person from our team will answer you here.")
    assert Message.objects.filter(remark="too dear").count() == 1


def test_the_cart_changes_by_the_shopper_s_own_yes_alone(shop, open_page: Callable[..., Page]):
    page = open_page()
    page.goto(f"{shop.url}/cart/")
    open_panel(page)
    ask(page, "two of it into my cart")
    card = answer(page).get_by_role("region", name="Your cart would then hold")
    expect(card).to_contain_text("2 × £2.55")
    expect(page.locator(".me__cart")).to_have_text("Cart0")
    card.get_by_role("button", name="No, leave it").click()
    expect(answer(page)).to_contain_text("Your cart was left as it was.")
    ask(page, "now into my cart")
    answer(page).get_by_role("button", name="Yes, change it").click()
    expect(answer(page)).to_contain_text("Done. Your cart is changed.")
    expect(page.locator(".me__cart")).to_have_text("Cart2")
    page.reload()
    expect(page.locator(".line__title")).to_have_text(STAND)
    expect(answer(page)).to_contain_text("Done. Your cart is changed.")


def test_both_languages(shop, open_page: Callable[..., Page]):
    page = open_page(locale="zh-CN")
    page.goto(shop.url)
    page.get_by_role("button", name="问问我们").click()
    dialog = page.get_by_role("dialog", name="购物助手")
    expect(dialog).to_contain_text("您正在与人工智能对话")
    page.get_by_label("您的消息").fill("请放进购物车")
    page.keyboard.press("Enter")
    expect(answer(page)).to_contain_text(f"{STAND}：£2.55。")
    expect(answer(page).get_by_role("button", name="好，更改")).to_be_visible()
    page.get_by_label("您的消息").fill("how much is it in English please")
    page.keyboard.press("Enter")
    expect(answer(page)).to_contain_text("costs £2.55.")


def test_a_person_joins_from_the_admin_and_is_seen_at_once(shop, open_page: Callable[..., Page]):
    get_user_model().objects.create_superuser("owner", password="owner")
    page = open_page()
    page.goto(shop.url)
    open_panel(page)
    ask(page, "I want a person")
    expect(panel(page)).to_contain_text("A person from our team will answer you here.")
    expect(page.get_by_role("button", name="Talk to a person")).to_be_hidden()

    owner = open_page()
    owner.goto(f"{shop.url}/admin/loyalty_ai/conversation/")
    owner.fill("[name=username]", "owner")
    owner.fill("[name=password]", "owner")
    owner.press("[name=password]", "Enter")
    expect(owner.locator("#result_list")).to_contain_text("waiting for a person")
    owner.locator("#result_list tbody th a").first.click()
    owner.get_by_label("Your answer, under the shop’s name").fill("Hello, Helen here. How can I help?")
    owner.get_by_role("button", name="Send").click()
    expect(owner.locator("#loyalty-chat-live")).to_contain_text("Hello, Helen here.")

    staff = page.locator(".loyalty-message--staff")
    expect(staff).to_contain_text("Our team")
    expect(staff).to_contain_text("Hello, Helen here. How can I help?")
    ask(page, "Where is my stand?")
    expect(page.locator(".loyalty-message--shopper").last).to_contain_text("Where is my stand?")
    expect(owner.locator("#loyalty-chat-live")).to_contain_text("Where is my stand?")
    assert Message.objects.filter(role=Message.Role.ASSISTANT).count() == 1, "the assistant keeps silent"
    owner.get_by_role("button", name="Hand back to the assistant").click()
    expect(panel(page)).to_contain_text("The assistant answers again.")
    ask(page, "how much is it?")
    expect(answer(page)).to_contain_text("costs")


def test_what_does_not_get_through_can_be_sent_again_once(shop, open_page: Callable[..., Page]):
    page = open_page()
    page.goto(shop.url)
    open_panel(page)
    expect(page.locator(".loyalty-intro")).to_be_visible()
    sent = []

    def lose_the_answer(route):
        sent.append(route.request.post_data)
        if len(sent) == 1:
            route.fetch()  # the server takes it, the shopper does not hear of it
            route.fulfill(status=200, content_type="text/html", body="a gateway's own page")
        else:
            route.continue_()

    page.route("**/loyalty/assistant/", lose_the_answer)
    ask(page, "how much?")
    page.get_by_role("button", name="Try again").click()
    expect(answer(page)).to_contain_text("costs")
    expect(page.locator(".loyalty-message--shopper")).to_have_count(1)
    assert Message.objects.filter(role=Message.Role.SHOPPER).count() == 1
