from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from loyalty_ai.assistant.indexing import index_products
from loyalty_ai.assistant.models import Message
from loyalty_ai.assistant.tools import Toolbox
from loyalty_ai.assistant.turn import Turn
from loyalty_ai.conf import get_adapter
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.serving import page
from loyalty_ai.serving.models import ListKind, NeighbourKind
from loyalty_ai.shop.adapters.base import CartItem, LiveProduct
from loyalty_ai.shop.models import Customer, Store
from tests import fakes

MUG, TIN, BAG, LAMP, TRAY = "MUG1", "TIN2", "BAG3", "LAMP4", "TRAY5"
PRICES = {MUG: "1.25", TIN: "4.95", BAG: "2.08", LAMP: "12.75", TRAY: "7.50"}
TITLES = {
    MUG: "Red Retrospot Mug",
    TIN: "Set of 3 Cake Tins",
    BAG: "Jumbo Bag Strawberry",
    LAMP: "Hanging Heart Lamp",
    TRAY: "Wooden Picnic Tray",
}


def sell(shop: SimpleNamespace, goods: Mapping[str, tuple[str, ...]]) -> SimpleNamespace:
    """The shop with these goods too, a code with its title, price and perhaps category each; everything is in stock."""
    for key, (title, price, *shelf) in goods.items():
        category = {"category": shelf[0]} if shelf else {}
        fakes.make_product(shop.store, key, title=title, price=Decimal(price), url=f"/p/{key}/", **category)
    for key, product in shop.products.items():
        product.price = Decimal(PRICES[key])
        product.save()
    shop.adapter.stock = None
    index_products(shop.store)
    return shop


@pytest.fixture
def fake_shop(settings) -> Iterator[None]:
    """The settings of the fake shop, which no earlier test has made slow."""
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    page._resting.clear()
    page._missed.clear()
    yield
    page._resting.clear()
    page._missed.clear()


@pytest.fixture
def shop(fake_shop, db) -> SimpleNamespace:
    """Five products with live prices of their own, Ann with lists, orders and loyalty, Bob with an order; the lamp is sold out."""
    store = fakes.make_store()
    run = fakes.make_run(store)
    products = {
        key: fakes.make_product(
            store,
            key,
            title=title,
            price=Decimal("99.99"),
            category="Kitchen / Things",
            brand="Larkspur",
            description=f"<p>{title}, made of stoneware.</p>",
            url=f"/p/{key}/",
        )
        for key, title in TITLES.items()
    }
    ann, bob = fakes.make_customer(store, "ann"), fakes.make_customer(store, "bob")
    adapter = get_adapter("default")
    adapter.stock = {
        key: LiveProduct(key, TITLES[key], Decimal(PRICES[key]), "GBP", key != LAMP, f"/p/{key}/", "") for key in TITLES
    }
    fakes.recommend(run, ann, ListKind.RECOMMENDED, [products[BAG], products[LAMP], products[TRAY]])
    fakes.recommend(run, ann, ListKind.BUY_AGAIN, [products[MUG]])
    fakes.recommend(run, None, ListKind.POPULAR, [products[TIN], products[TRAY]])
    fakes.relate(run, products[MUG], NeighbourKind.SIMILAR, [products[TRAY]])
    fakes.relate(run, products[MUG], NeighbourKind.BOUGHT_TOGETHER, [products[TIN], products[LAMP], products[BAG]])
    before = fakes.NOON - timedelta(days=30)
    order = fakes.record_purchase(ann, products[MUG], products[TIN], at=before, value="5.00", quantity=4, ref="A-1001")
    fakes.record_purchase(bob, products[BAG], at=before, value="20.80", quantity=10, ref="B-2002")
    LoyaltyProfile.objects.create(
        customer=ann, store=store, as_of=fakes.NOON, first_order_at=before, orders=1, monetary=Decimal("10.00"),
        recent_spend=Decimal("300.00"), tier="silver", group="NEW",
    )  # fmt: skip
    return SimpleNamespace(
        store=store, run=run, products=products, ann=ann, bob=bob, adapter=adapter, order=order, before=before
    )


TURN = Turn(store="default", text="?", language="en", now=fakes.NOON)


def box(customer: str | None = None, *, cart: tuple[CartItem, ...] | None = (), **changes: Any) -> Toolbox:
    """The tools of a turn of this customer."""
    return Toolbox(replace(TURN, customer_id=customer, cart=cart, **changes))


# --- people at pages: two customers, a stranger and staff, and an assistant that says at once what a test gave it ---

ANSWER: dict[str, Any] = {
    "state": Message.State.DONE,
    "text": "We deliver in two days.\nThe pot costs 10.",
    "sentences": [
        {"text": "We deliver in two days.", "sources": ["passage:1"]},
        {"text": "The pot costs 10.", "sources": ["product:pot"]},
    ],
    "sources": [
        {"key": "passage:1", "title": "Delivery", "url": "/loyalty/documents/delivery/#days"},
        {"key": "product:pot", "title": "Pot", "url": "/product/pot/"},
    ],
    "cards": ["pot"],
    "outcome": "answered",
}


@pytest.fixture
def pot_shop(fake_shop, db) -> Store:
    """A store that sells one pot for 10."""
    store = fakes.make_store()
    fakes.make_product(store, "pot", title="Pot", url="/product/pot/")
    return store


@pytest.fixture
def answers(monkeypatch) -> dict[str, Any]:
    """What every answer will be; a test may change it, or empty it so that nobody answers."""
    given = dict(ANSWER)

    def begin(*, message: Message) -> None:
        if given and message.state != Message.State.DONE:
            Message.objects.filter(pk=message.pk).update(**given)

    monkeypatch.setattr("loyalty_ai.assistant.delivery.begin", begin)
    monkeypatch.setattr("loyalty_ai.assistant.delivery.rescue", lambda *, message: False)
    return given


def signed_in(username: str, *permissions: str, **fields: Any) -> Client:
    client = Client()
    client.user = User.objects.create(username=username, **fields)
    client.user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(client.user)
    return client


@pytest.fixture
def ann(pot_shop) -> Client:
    client = signed_in("ann")
    client.customer = Customer.objects.create(store=pot_shop, external_id=str(client.user.pk), user=client.user)
    return client


@pytest.fixture
def bob(pot_shop) -> Client:
    return signed_in("bob")


@pytest.fixture
def stranger(pot_shop) -> Client:
    return Client()


@pytest.fixture
def viewer(pot_shop) -> Client:
    """Staff who may read conversations."""
    return signed_in("viewer", "view_conversation", is_staff=True)


@pytest.fixture
def helper(pot_shop) -> Client:
    """Staff who may answer in them."""
    return signed_in("helper", "view_conversation", "change_conversation", is_staff=True)
