"""A message on the shop's pages: to whom it belongs, while it holds, at one statement, and closed without a script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from loyalty_ai.actions import showing
from loyalty_ai.actions.models import Action, ActionOutcome
from loyalty_ai.actions.services import stop_action
from loyalty_ai.conf import get_adapter
from loyalty_ai.privacy.services import choose
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.identity import merge_customers
from tests import fakes
from tests.actions.people import make_action, make_person
from tests.serving.pages import ALL_WIDGETS, make_request, render, statements

TAG = "{% loyalty_message %}"
NOTE = "This price was personalised on the basis of automated decision-making."


@pytest.fixture
def taken(shop) -> ActionOutcome:
    """Ann was taken yesterday."""
    return take(shop.ann, make_action(shop.store, link="/shop/"))


def take(customer, action: Action, **fields) -> ActionOutcome:
    given = {"treated": True, "state": "delivered", "group": "AT_RISK", "delivered_at": timezone.now()}
    return ActionOutcome.objects.create(
        action=action, customer=customer, decided_at=fakes.NOON - timedelta(hours=1), **(given | fields)
    )


def shown(who: str | None = "ann") -> bool:
    return "We kept your mug" in render(TAG, who)


def test_it_is_shown_to_whom_it_belongs(taken, shop):
    make_person(shop.store, "bob")
    assert shown()
    assert not shown("bob")
    assert not shown(None)
    html = render(TAG, "ann")
    assert 'href="/shop/"' in html
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html)


def test_a_shop_says_it_in_the_language_of_the_page(taken):
    with translation.override("zh-hans"):
        assert "欢迎回来" in render(TAG, "ann")
    with translation.override("fr"):
        assert shown(), "the store's own where the page's is not written"


def test_it_is_escaped(shop):
    words = {"en": {"headline": "<b>Hi</b>", "body": "a & b"}}
    take(shop.ann, make_action(shop.store, words=words, link="javascript:alert(1)"))
    html = render(TAG, "ann")
    assert "&lt;b&gt;Hi&lt;/b&gt;" in html
    assert "javascript:" not in html


@pytest.mark.parametrize("purpose", ["preferences", "marketing"])
def test_a_no_takes_effect_on_the_next_page(taken, shop, purpose):
    choose(store=shop.store, external_id="ann", choices={purpose: False}, source="test")
    assert not shown()


@pytest.mark.parametrize("purpose", ["preferences", "marketing"])
def test_a_no_that_left_the_row_open_is_heard_too(taken, shop, purpose):
    record_consent(customer=shop.ann, purpose=purpose, granted=False, source="import")
    assert not shown()


def test_global_privacy_control_hides_it_where_nothing_was_chosen(taken, shop, settings):
    def with_gpc() -> str:
        request = make_request("ann")
        request.META["HTTP_SEC_GPC"] = "1"
        return str(showing.loyalty_message(request))

    assert "We kept your mug" in with_gpc()  # Ann switched both on herself
    shop.ann.consents.all().delete()
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"CONSENT_DEFAULTS": {"marketing": True}}
    assert shown()
    assert with_gpc() == "None"


def test_whoever_came_back_is_not_asked_to(taken, shop):
    guest = fakes.make_customer(shop.store, "guest")
    record_consent(customer=guest, purpose="marketing", granted=True, source="test")
    merge_customers(alias=guest, main=shop.ann)
    assert shown("guest")
    fakes.record_purchase(guest, at=fakes.NOON)
    assert not shown()


@pytest.mark.parametrize(
    "change",
    [{"delivered_at": timezone.now() - timedelta(days=31)}, {"dismissed_at": timezone.now()}, {"state": "pending"}],
)
def test_it_ends(taken, change):
    ActionOutcome.objects.update(**change)
    assert not shown()


def test_it_ends_with_its_action(taken):
    stop_action(taken.action, now=fakes.NOON)
    assert not shown()


def test_one_at_a_time_the_latest(taken, shop):
    words = {"en": {"headline": "Newer", "body": "b"}}
    take(shop.ann, make_action(shop.store, words=words))
    html = render(TAG, "ann")
    assert html.count("loyalty-notice__title") == 1
    assert "Newer" in html


def test_it_costs_one_statement_and_one_more_when_first_seen(taken, shop):
    def cost(who: str | None) -> int:
        with CaptureQueriesContext(connection) as captured:
            render(TAG * 3, who)
        return len([query for query in captured if "SAVEPOINT" not in query["sql"] or "SELECT" in query["sql"]])

    assert cost("ann") == 2
    assert ActionOutcome.objects.get().state == "seen"
    assert cost("ann") == 1
    assert cost(None) == 0, "strangers cost nothing"
    before = len(statements(ALL_WIDGETS, "ann", product=""))
    assert len(statements(ALL_WIDGETS + TAG, "ann", product="")) == before + 1


def test_a_database_that_fails_leaves_the_page_whole(taken, monkeypatch):
    monkeypatch.setattr(showing, "messages_for", lambda **asked: connection.cursor().execute("SELECT 1/0"))
    with CaptureQueriesContext(connection):
        assert render("a" + TAG + "b", None) == "ab"


def test_a_coupon_shows_its_code_its_end_and_that_it_is_a_personal_price(shop):
    action = make_action(shop.store, kind="coupon", percent=10, valid_days=14)
    take(shop.ann, action, coupon="ANN10", valid_until=fakes.NOON + timedelta(days=14))
    html = render(TAG, "ann")
    assert "ANN10" in html
    assert "10 % off one order" in html
    assert NOTE in html
    with translation.override("zh-hans"):
        assert "自动化决策" in render(TAG, "ann")


# --- closed and listed on the person's own page ---


@pytest.fixture
def client(taken, shop, monkeypatch):
    cache.clear()
    user = User.objects.create_user("ann", password="x")
    monkeypatch.setattr(get_adapter("default"), "customer_id", lambda request: request.user.username or None)
    client = Client()
    client.force_login(user)
    return client


def test_closing_it_is_a_plain_form(client, taken):
    page = client.post("/loyalty/my-data/dismiss/", {"outcome": taken.pk, "next": "/shop/"})
    assert page["Location"] == "/shop/"
    assert not showing.messages_for(store="default", customer_id="ann", seconds=5)
    assert client.post("/loyalty/my-data/dismiss/", {"outcome": taken.pk}).status_code == 302, "twice is harmless"


def test_nobody_closes_what_is_somebody_elses(client, shop):
    other = take(make_person(shop.store, "bob"), make_action(shop.store))
    assert client.post("/loyalty/my-data/dismiss/", {"outcome": other.pk}).status_code == 404
    assert ActionOutcome.objects.get(pk=other.pk).dismissed_at is None


def test_the_persons_page_says_what_they_got_and_why_and_how_to_end_it(client):
    page = " ".join(client.get("/loyalty/my-data/").content.decode().split())
    assert "<strong>We kept your mug</strong>" in page
    assert "because you have not ordered for a while" in page
    assert "No more messages and offers" in page
    client.post("/loyalty/my-data/choice/", {"purpose": "marketing", "granted": "no"})
    page = " ".join(client.get("/loyalty/my-data/").content.decode().split())
    assert "No message is chosen for you" in page
    assert "<strong>We kept your mug</strong>" in page, "what they got stays told"


def test_the_public_page_tells_of_messages_only_while_an_action_runs(client, taken):
    def told() -> str:
        return " ".join(Client().get("/loyalty/how-it-works/").content.decode().split())

    assert "chooses whom it shows or writes a message" in told()
    assert "you need give no reason" in told()
    stop_action(taken.action, now=fakes.NOON)
    assert "chooses whom it shows or writes a message" not in told()
