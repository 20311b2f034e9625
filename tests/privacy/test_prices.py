"""One price for everybody on every surface; a personal one only where the store owns to it, and then said so."""

from __future__ import annotations

import ast
import logging
import re
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.template.loader import render_to_string
from django.utils import translation

from loyalty_ai.actions.api import MyMessagesView
from loyalty_ai.assistant.models import Conversation, Message
from loyalty_ai.assistant.threads import bubbles
from loyalty_ai.assistant.tools import Toolbox
from loyalty_ai.assistant.turn import Turn
from loyalty_ai.conf import get_adapter
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.serving import page
from loyalty_ai.serving.api import BoughtTogetherView, MyRecommendationsView, SimilarView
from loyalty_ai.serving.models import ListKind, NeighbourKind, Prediction
from loyalty_ai.shop.adapters.base import LiveProduct
from loyalty_ai.shop.consent import record_consent
from tests import fakes
from tests.serving.pages import ALL_WIDGETS, make_request, render

APP = Path(__file__).resolve().parents[2] / "loyalty_ai"
NOTE = "This price was personalised on the basis of automated decision-making."
PEOPLE = {"champion": ("CHAMPIONS", "platinum"), "dormant": ("DORMANT", "member"), "opted_out": ("LOYAL", "gold")}


@pytest.fixture
def store(settings, db):
    """Five products, and three customers who could not differ more, with the same lists."""
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    page._resting.clear()
    store = fakes.make_store()
    run = fakes.make_run(store)
    products = [fakes.make_product(store, f"P{n}", title=f"Mug {n}", price=Decimal(n + 1)) for n in range(5)]
    get_adapter("default").stock = {
        p.external_id: LiveProduct(p.external_id, p.title, p.price + Decimal("0.25"), "GBP", True, "", "")
        for p in products
    }
    for place, (who, (group, tier)) in enumerate(PEOPLE.items()):
        customer = fakes.make_customer(store, who)
        for kind in (ListKind.RECOMMENDED, ListKind.DISCOVER, ListKind.BUY_AGAIN):
            fakes.recommend(run, customer, kind, products[1:])
        run.predictions.create(customer=customer, churn_probability=place / 3, predicted_clv=1000.0 * place)
        LoyaltyProfile.objects.create(
            customer=customer, store=store, as_of=fakes.NOON, orders=place * 40, monetary=Decimal(place * 9999),
            group=group, tier=tier, first_order_at=fakes.NOON - timedelta(days=300 * place + 1),
        )  # fmt: skip
        record_consent(customer=customer, purpose="preferences", granted=who != "opted_out", source="test")
    fakes.recommend(run, None, ListKind.POPULAR, products)
    for kind in NeighbourKind:
        fakes.relate(run, products[0], kind, products[1:])
    return store


def told_by_widgets(who: str | None) -> set[tuple[str, str]]:
    html = render(ALL_WIDGETS, who, product="P0")
    cards = re.findall(r'loyalty-card__title" dir="auto">(.*?)<.*?loyalty-card__price">(.*?)<', html, re.S)
    return set(cards)


def asked_by(who: str | None):
    request = make_request(who)
    request.user = User(pk=1, username=who) if who else AnonymousUser()
    return request


def told_by_api(who: str | None) -> set[tuple[str, str]]:
    views = [(SimilarView, {"product_id": "P0"}), (BoughtTogetherView, {"product_id": "P0"})]
    views += [(MyRecommendationsView, {})] if who else []
    rows = [view.as_view()(asked_by(who), **given).data["items"] for view, given in views]
    return {(item["title"], f"£{item['price']}") for items in rows for item in items}


def told_by_assistant(who: str | None) -> set[tuple[str, str]]:
    turn = Turn(store="default", text="?", language="en", now=fakes.NOON, customer_id=who, cart=())
    asked = [
        ("lookup_catalog", {"product_ids": [f"P{n}" for n in range(5)]}),
        ("get_recommendations", {"kind": "for_you"}),
    ]
    told = set()
    for name, arguments in asked:
        data = Toolbox(turn).call(name, arguments).data
        told |= {(row["title"], f"£{row['price']}") for row in data["products"]}
    store = fakes.make_store()
    customer = store.customers.filter(external_id=who).first()
    owner = {"customer": customer} if customer else {"session_digest": bytes(32)}
    conversation = Conversation.objects.create(store=store, language="en", **owner)
    message = Message.objects.create(conversation=conversation, role="assistant", cards=["P0", "P1"], text="These:")
    [bubble] = bubbles([message], store="default")
    return told | {(card.title, card.price) for card in bubble.cards}


SURFACES = (told_by_widgets, told_by_api, told_by_assistant)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_price_does_not_depend_on_who_asks(store, surface):
    told = defaultdict(set)
    with translation.override("en"):
        for who in (None, *PEOPLE):
            seen = surface(who)
            assert seen, who
            for title, price in seen:
                told[title].add(price)
    assert set(told) >= {f"Mug {n}" for n in range(1, 5)}
    assert told == {title: {f"£{int(title[-1]) + 1}.25"} for title in told}


def own_to(settings, *, personal: bool) -> None:
    """Let the store have personal offers, and its adapter a personal price for P1."""
    entry = fakes.FAKE_SETTINGS["STORES"]["default"] | {"PERSONAL_OFFERS": personal}
    stock = get_adapter("default").stock
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"STORES": {"default": entry}}
    get_adapter("default").stock = stock | {"P1": replace(stock["P1"], price=Decimal("1.99"), personal=True)}


@pytest.mark.parametrize("surface", SURFACES)
def test_a_personal_price_is_refused_where_the_store_has_no_personal_offers(store, settings, surface, caplog):
    own_to(settings, personal=False)
    with caplog.at_level(logging.WARNING), translation.override("en"):
        told = dict(surface("champion"))
    assert told["Mug 1"] == "£2.00", "the ordinary price of the mirror"
    assert told["Mug 2"] == "£3.25"
    assert any(record.message == "personal prices refused" and record.products == 1 for record in caplog.records)


def test_a_personal_price_says_that_it_is_one(store, settings):
    own_to(settings, personal=True)
    with translation.override("en"):
        html = render("{% similar_items 'P0' %}", "champion")
        assert re.search(r"£1\.99</p><p class=\"loyalty-card__note\">" + re.escape(NOTE), html)
        assert html.count(NOTE) == 1
        items = SimilarView.as_view()(asked_by("champion"), product_id="P0").data["items"]
        assert {item["product_id"]: item["price_note"] for item in items} == {
            "P1": NOTE, "P2": "", "P3": "", "P4": ""
        }  # fmt: skip
        conversation = Conversation.objects.create(store=store, language="en", session_digest=bytes(32))
        message = Message.objects.create(conversation=conversation, role="assistant", cards=["P1", "P2"], text="These:")
        [bubble] = bubbles([message], store="default")
        assert [card.price_note for card in bubble.cards] == [NOTE, ""]
        assert NOTE in render_to_string("loyalty_ai/assistant/message.html", {"bubble": bubble})
    with translation.override("zh-hans"):
        assert "自动化决策" in render("{% similar_items 'P0' %}", "champion")


def test_a_coupon_by_profile_says_that_it_makes_a_personal_price(store, settings):
    own_to(settings, personal=True)
    champion = store.customers.get(external_id="champion")
    for purpose in ("preferences", "marketing"):
        record_consent(customer=champion, purpose=purpose, granted=True, source="test")
    fakes.take(champion)
    with translation.override("en"):
        html = render("{% loyalty_message %}", "champion")
        assert re.search(r"coupon-of-champion</code>.*?loyalty-notice__note\">" + re.escape(NOTE), html, re.S)
        assert [each["price_note"] for each in MyMessagesView.as_view()(asked_by("champion")).data] == [NOTE]


# --- the same, proved from the source ---

PROFILE = {field.name for model in (LoyaltyProfile, Prediction) for field in model._meta.get_fields()} - {
    "id",
    "store",
    "run",
}
ROOMS = ("serving", "actions", "assistant")


def sources() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text())) for room in ROOMS for path in sorted((APP / room).rglob("*.py"))]


def test_only_one_place_asks_the_shop_for_prices():
    asking = [
        str(path.relative_to(APP))
        for path in sorted(APP.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "resolve" and isinstance(node.ctx, ast.Load)
        if "adapter" in ast.unparse(node.value)
    ]
    assert asking == ["shop/prices.py"]


def test_no_page_and_no_answer_makes_a_price_of_a_profile():
    priced = 0
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                values = [each.value for each in node.keywords if each.arg == "price"]
                assert ast.unparse(node.func) != "LiveProduct", f"{path}: only a shop says what it sells"
            elif isinstance(node, ast.Dict):
                keys = zip(node.keys, node.values, strict=True)
                values = [value for key, value in keys if isinstance(key, ast.Constant) and key.value == "price"]
            else:
                continue
            for value in values:
                priced += 1
                read = {each.attr for each in ast.walk(value) if isinstance(each, ast.Attribute)}
                read |= {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}
                read |= {each.value for each in ast.walk(value) if isinstance(each, ast.Constant)}
                assert not read & (PROFILE | {"profile"}), f"{path}:{value.lineno}: {ast.unparse(value)}"
    assert priced > 5, "the proof looks at prices"
