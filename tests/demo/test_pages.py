"""The shop's pages: what they show, what they cost, and that they carry nothing inline."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from loyalty_ai.shop.consent import has_consent
from loyalty_ai.shop.models import Event, EventType
from shop_demo.delivery import journey
from shop_demo.models import Order, Product
from shop_demo.shelves import DEPARTMENTS

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"<style|<script(?! src=\"/static/)|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)


@pytest.fixture
def ann(shop, client: Client) -> Client:
    client.login(username="ann", password="come-back-soon")
    return client


def pages(*, customer: bool) -> list[str]:
    found = [
        reverse("home"),
        reverse("shop"),
        reverse("shop") + "?q=red+bag",
        reverse("shop") + "?q=nothing+at+all",
        reverse("department", args=["kitchen"]),
        reverse("shelf", args=["kitchen", "tea"]),
        reverse("product", args=["22423"]),
        reverse("cart"),
        reverse("login"),
    ]
    own = [reverse("account"), reverse("order", args=["536365"]), reverse("loyalty_ai:my-data")]
    return found + own if customer else found


@pytest.mark.parametrize("address", pages(customer=True))
def test_a_customers_pages_answer_with_the_policy_and_nothing_inline(ann: Client, address: str):
    response = ann.get(address)
    assert response.status_code == 200
    assert "script-src 'self'; style-src 'self'" in response["Content-Security-Policy"]
    assert INLINE.findall(response.content.decode()) == []


@pytest.mark.parametrize("address", pages(customer=False))
def test_a_guests_pages_answer(shop, client: Client, address: str):
    response = client.get(address)
    assert response.status_code == 200
    assert INLINE.findall(response.content.decode()) == []


@pytest.mark.parametrize("language", ["en-gb", "zh-hans"])
def test_every_department_answers_in_both_languages(shop, client: Client, language: str):
    client.cookies["django_language"] = language
    for department in DEPARTMENTS:
        response = client.get(reverse("department", args=[department.slug]))
        assert response.status_code == 200
        assert f'<html lang="{language}">' in response.content.decode()


# What a page costs. Session 1; the page of widgets 2 (scores, live products); after the response 2 (the shop's time, and one
# insert of what was shown); the rest is the page's own.
COSTS = [
    ("home", [], {"session": 1, "widgets": 2, "message": 1, "after": 2, "faces": 1, "fresh": 1}),
    ("department", ["kitchen"], {"session": 1, "count": 1, "products": 1}),
    ("cart", [], {"session": 1, "widgets": 2, "after": 2}),
    ("account", [], {"session": 1, "widgets": 2, "message": 1, "after": 2, "count": 1, "orders": 1}),
]


@pytest.mark.parametrize(("name", "arguments", "queries"), COSTS, ids=[name for name, _, _ in COSTS])
def test_pages_keep_their_budget(ann: Client, django_assert_num_queries, name, arguments, queries):
    address = reverse(name, args=arguments)
    ann.get(address)
    with django_assert_num_queries(sum(queries.values()) + savepoints(queries)):
        ann.get(address)


def savepoints(queries: dict[str, int]) -> int:
    """Inside the test's transaction `resolve` and what comes after run under a savepoint: two statements more each."""
    return 4 if "widgets" in queries else 0


def test_two_customers_see_different_rows(shop):
    seen = {}
    for name in ("ann", "ben"):
        client = Client()
        client.login(username=name, password="come-back-soon")
        text = client.get(reverse("home")).content.decode()
        row = text[text.index("loyalty-row--recommended") :]
        seen[name] = re.findall(r'loyalty-card__title" dir="auto">([^<]+)<', row[: row.index("</section>")])
    assert seen["ann"][:2] == ["Jumbo Bag Red Retrospot", "Party Bunting"]
    assert seen["ben"][:2] == ["Regency Cakestand 3 Tier", "Set of 3 Cake Tins Pantry Design"]


def test_an_order_empties_the_cart_and_the_stock(ann: Client, django_capture_on_commit_callbacks):
    before = Product.objects.get(sku="22423").stock
    with django_capture_on_commit_callbacks(execute=True):
        ann.post(reverse("add_to_cart"), {"sku": "22423", "units": "2"})
        response = ann.post(reverse("checkout"), follow=True)
    order = Order.objects.get(imported=False)
    assert response.redirect_chain[-1][0] == reverse("thanks", args=[order.number])
    assert order.customer.number == "17850"
    assert order.total == 2 * Product.objects.get(sku="22423").price
    assert Product.objects.get(sku="22423").stock == before - 2
    assert "cart" not in ann.session
    text = ann.get(reverse("account")).content.decode()
    assert order.number in text
    buy_again = text[text.index("loyalty-row--buy_again") :]
    assert buy_again.index("Regency Cakestand") < buy_again.index("White Hanging Heart")


def test_a_guest_orders_without_a_customer(shop, client: Client):
    client.post(reverse("add_to_cart"), {"sku": "22423"})
    client.post(reverse("checkout"))
    assert Order.objects.get(imported=False).customer is None


def test_nobody_gets_more_than_there_is(ann: Client):
    product = Product.objects.get(sku="22423")
    ann.post(reverse("add_to_cart"), {"sku": "22423", "units": "99999"})
    assert ann.session["cart"] == {"22423": product.stock}
    Product.objects.filter(sku="22423").update(stock=1)
    response = ann.post(reverse("checkout"), follow=True)
    assert "We have less of this than you want: Regency Cakestand 3 Tier" in response.content.decode()
    assert not Order.objects.filter(imported=False).exists()


def test_orders_are_private(ann: Client, client: Client):
    assert ann.get(reverse("order", args=["536370"])).status_code == 404
    stranger = Client()
    response = stranger.get(reverse("order", args=["536365"]))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


def test_an_order_says_where_it_is_and_when_to_expect_it(ann: Client):
    ann.post(reverse("add_to_cart"), {"sku": "22423"})
    ann.post(reverse("checkout"))
    way = journey(Order.objects.get(imported=False).placed_at)
    text = ann.get(reverse("order", args=[Order.objects.get(imported=False).number])).content.decode()
    days = [date_format(day, "DATE_FORMAT") for day in (way.expected_from, way.expected_by)]
    assert f"Being prepared · expected between {days[0]} and {days[1]}" in text
    assert "Delivered, partly returned" in ann.get(reverse("order", args=["536365"])).content.decode()


def test_thanks_are_for_who_ordered(ann: Client):
    ann.post(reverse("add_to_cart"), {"sku": "22423"})
    ann.post(reverse("checkout"))
    order = Order.objects.get(imported=False)
    assert Client().get(reverse("thanks", args=[order.number])).status_code == 404


def choose(client: Client, purpose: str, granted: str, **extra) -> None:
    client.post(reverse("loyalty_ai:my-data-choice"), {"purpose": purpose, "granted": granted}, **extra)


def test_opting_out_holds_from_the_next_page(ann: Client, shop):
    assert "Jumbo Bag" in ann.get(reverse("home")).content.decode().partition('id="departments"')[0]
    choose(ann, "preferences", "no")
    assert not has_consent(customer=shop.ann, purpose="preferences")
    text = ann.get(reverse("home")).content.decode().partition('id="departments"')[0]
    assert "Jumbo Bag" not in text
    assert "loyalty-badge" not in text
    choose(ann, "preferences", "yes")
    assert "Jumbo Bag" in ann.get(reverse("home")).content.decode().partition('id="departments"')[0]


def test_views_are_told_with_the_customer(ann: Client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ann.get(reverse("product", args=["22423"]))
    event = Event.objects.get(type=EventType.VIEW_ITEM)
    assert (event.customer.external_id, event.product.external_id) == ("17850", "22423")
    assert ann.session.session_key not in event.session


def test_the_browsers_wish_for_privacy_is_obeyed_until_the_shopper_says_yes(
    ann: Client, shop, django_capture_on_commit_callbacks
):
    gpc = {"headers": {"Sec-GPC": "1"}}

    def front() -> str:
        return ann.get(reverse("home"), **gpc).content.decode().partition('id="departments"')[0]

    with django_capture_on_commit_callbacks(execute=True):
        ann.get(reverse("product", args=["22423"]), **gpc)
    assert not Event.objects.filter(type=EventType.VIEW_ITEM).exists()
    assert "Jumbo Bag" not in front()
    page = ann.get(reverse("loyalty_ai:my-data"), **gpc).content.decode()
    assert "Global Privacy Control" in page
    assert 'aria-checked="true"' not in page
    choose(ann, "preferences", "yes", **gpc)
    assert "Jumbo Bag" in front()


def test_views_are_not_kept_without_consent(ann: Client, django_capture_on_commit_callbacks):
    choose(ann, "analytics", "no")
    with django_capture_on_commit_callbacks(execute=True):
        ann.get(reverse("product", args=["22423"]))
    assert not Event.objects.filter(type=EventType.VIEW_ITEM).exists()


@pytest.mark.parametrize("words", ["cakestand", "regency cake", "REGENCY", "cak"])
def test_search_finds_forms_and_beginnings(shop, client: Client, words: str):
    page = client.get(reverse("shop"), {"q": words}).context["page"]
    assert "22423" in [product.sku for product in page]


@pytest.mark.parametrize("words", ["'", "a & | !", ":*", "\\", "((", "%"])
def test_search_takes_any_sign(shop, client: Client, words: str):
    assert client.get(reverse("shop"), {"q": words}).status_code == 200


def test_going_back_stays_in_the_shop(ann: Client):
    response = ann.post(reverse("add_to_cart"), {"sku": "22423", "next": "https://elsewhere.example/"})
    assert response["Location"] == reverse("cart")


def test_one_press_signs_in(shop, client: Client):
    client.post(reverse("login"), {"username": "ann", "password": "come-back-soon"})
    assert client.session["customer"] == ["17850", "Ann"]


def test_a_cart_filled_before_signing_in_is_kept(shop, client: Client):
    client.post(reverse("add_to_cart"), {"sku": "22423"})
    client.post(reverse("login"), {"username": "ann", "password": "come-back-soon"})
    assert client.session["cart"] == {"22423": 1}


def test_what_is_not_there_is_404(shop, client: Client):
    for address in ("/product/nothing/", "/shop/nothing/", "/shop/kitchen/nothing/", "/cover/nothing.svg"):
        assert client.get(address).status_code == 404
