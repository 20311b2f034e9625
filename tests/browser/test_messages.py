"""A retention message in a real browser, on a phone and without a script: read, understood, closed, ended for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import Page, expect

from loyalty_ai.actions.delivery import deliver
from loyalty_ai.actions.models import Action, ActionOutcome
from loyalty_ai.actions.services import decide
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.expiry import shop_now
from tests.actions.people import make_action
from tests.browser.test_shopping import PHONE, sign_in
from tests.demo.conftest import CODES, SmallLog, log_line, open_shop

pytestmark = pytest.mark.browser
HEADLINE = "We kept your mug"


@pytest.fixture
def shop(transactional_db, live_server) -> SimpleNamespace:
    """The small shop behind a real server; Ann is at risk, allows letters, and is taken tonight."""
    cache.clear()
    lines = [
        log_line(f"53{6365 + at}", code, 12, minute=at, customer=("17850", "13047")[at % 2])
        for at, code in enumerate(CODES)
    ]
    opened = open_shop(SmallLog(lines))
    opened.url = live_server.url
    last = opened.run.cutoff - timedelta(days=100)
    LoyaltyProfile.objects.create(
        customer=opened.ann, store=opened.store, as_of=opened.run.cutoff, group="AT_RISK", orders=8, first_order_at=last,
        last_order_at=last,
    )  # fmt: skip
    record_consent(customer=opened.ann, purpose="marketing", granted=True, source="test")
    return opened


def take_ann(shop: SimpleNamespace, **fields) -> None:
    make_action(shop.store, link="/shop/", **fields)
    now = shop_now(shop.store)
    decide(store=shop.store, now=now)
    deliver(store=shop.store, now=now)


@pytest.mark.parametrize("options", [{}, PHONE | {"java_script_enabled": False}], ids=["desktop", "phone, no script"])
def test_a_message_is_read_and_closed(shop, open_page: Callable[..., Page], options):
    take_ann(shop)
    page = open_page(**options)
    sign_in(page, shop, "ann")
    page.goto(shop.url)
    notice = page.get_by_role("complementary", name=HEADLINE)
    expect(notice).to_contain_text("Come and see.")
    expect(notice.get_by_role("link", name="Have a look")).to_have_attribute("href", "/shop/")
    box = notice.get_by_role("button", name=f"Close: {HEADLINE}").bounding_box()
    assert min(box["width"], box["height"]) >= 44, "as large as a finger needs"
    assert notice.bounding_box()["width"] <= page.viewport_size["width"]
    notice.get_by_role("button", name=f"Close: {HEADLINE}").click()
    expect(page.get_by_role("status").first).to_contain_text("The message is closed.")
    assert page.url.rstrip("/") == shop.url
    expect(notice).to_have_count(0)
    assert ActionOutcome.objects.get().seen_at is not None


def test_it_says_why_and_one_press_ends_all_of_them(shop, open_page: Callable[..., Page]):
    take_ann(shop)
    page = open_page(java_script_enabled=False)
    sign_in(page, shop, "ann")
    page.goto(shop.url)
    page.get_by_role("link", name="Why you see this").click()
    offers = page.get_by_role("region", name="Messages and offers")
    expect(offers).to_contain_text("because you have not ordered for a while")
    offers.get_by_role("button", name="No more messages and offers").click()
    expect(page.get_by_role("region", name="Messages and offers")).to_contain_text("No message is chosen for you")
    page.goto(shop.url)
    expect(page.get_by_role("complementary", name=HEADLINE)).to_have_count(0)
    assert ActionOutcome.objects.get().state == "dropped"


def test_the_form_shows_what_belongs_to_the_kind_and_plans_an_action(shop, open_page: Callable[..., Page]):
    User.objects.create_superuser("owner", password="come-back-soon")
    page = open_page()
    page.goto(f"{shop.url}/admin/loyalty_ai/action/plan/")
    page.get_by_label("Username").fill("owner")
    page.get_by_label("Password").fill("come-back-soon")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Off, percent")).to_be_hidden()
    page.get_by_label("message with a coupon").check()
    expect(page.get_by_label("Off, percent")).to_be_visible()
    page.get_by_label("call of another service").check()
    expect(page.get_by_label("Headline (English)")).to_be_hidden()
    expect(page.get_by_label("Address to call")).to_be_visible()
    page.get_by_label("message in the shop").check()
    page.get_by_label("Name").fill("back")
    page.get_by_label("What it is for").fill("Bring them back")
    page.get_by_label("At risk").check()
    page.get_by_label("Headline (English)").fill(HEADLINE)
    page.get_by_label("Text (English)").fill("Come and see.")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_text("is planned. Look whom it would take")).to_be_visible()
    expect(page.get_by_role("heading", name="Whom it would take tonight")).to_be_visible()
    assert Action.objects.get().groups == ["AT_RISK"]
