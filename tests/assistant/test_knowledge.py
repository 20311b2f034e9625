"""Products are found by the words of a question, and the index follows the catalogue."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from loyalty_ai.assistant.indexing import ALL, index_products
from loyalty_ai.assistant.knowledge import Catalogue
from loyalty_ai.assistant.models import Passage, Term
from loyalty_ai.assistant.tokens import slips_between
from loyalty_ai.serving.models import ListKind
from loyalty_ai.shop.models import Product, Store
from tests import fakes

CATALOGUE = [
    ("MUG", "Red Retrospot Mug", "Kitchen & Dining / Mugs & Cups", "2.50"),
    ("CUP", "Blue Enamel Cup", "Kitchen & Dining / Mugs & Cups", "3.25"),
    ("CANDLE", "Scented Rose Candles", "Candles & Light / Candles & Scent", "4.95"),
    ("LANTERN", "White Metal Lantern", "Candles & Light / Lanterns & Lamps", "8.29"),
    ("TLIGHT", "Hanging Heart T-Light Holder", "Candles & Light / Candle Holders", "2.95"),
    ("STAND", "Regency Cakestand 3 Tier", "Kitchen & Dining / Tea & Coffee", "12.75"),
    ("TIN", "Set of 3 Cake Tins", "Kitchen & Dining / Baking", "4.95"),
    ("EAR", "Gold Ear Muff Headphones", "Home / Little Finds", "5.49"),
    ("EARRING", "Silver Drop Earrings", "Jewellery / Earrings & Bracelets", "2.90"),
    ("CARD", "Birthday Card Cats", "Party & Wrapping / Cards", "0.42"),
]


@pytest.fixture
def store(db) -> Store:
    store = fakes.make_store()
    for code, title, category, price in CATALOGUE:
        fakes.make_product(store, code, title=title, category=category, price=Decimal(price))
    index_products(store)
    return store


def found(text: str, **options) -> list[str]:
    return [hit.product_id for hit in Catalogue("default").search(text, **options) if hit.score > 0]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Do you have any lanterns?", "LANTERN"),
        ("lantren", "LANTERN"),
        ("kandle", "CANDLE"),
        ("a cake stand", "STAND"),
        ("scented candle", "CANDLE"),
        ("tealight holder", "TLIGHT"),
        ("t light", "TLIGHT"),
        ("earring", "EARRING"),
        ("有没有红色的杯子？", "MUG"),
        ("生日贺卡", "CARD"),
        ("TLIGHT heart", "TLIGHT"),
        ("EAR", "EAR"),
        ("something under 5 pounds for somebody who loves cake stands", "STAND"),
        ("cakestands", "STAND"),
        ("cake-stand", "STAND"),
    ],
)
def test_a_question_finds_what_it_names(store: Store, question: str, first: str):
    assert found(question)[0] == first


def test_what_a_question_says_beside_the_name_of_goods_costs_no_score(store: Store):
    for question in ("How much does the red mug cost?", "Is the red mug in stock?", "红色马克杯多少钱？"):
        assert Catalogue("default").search(question)[0].score == 1


def test_words_alike_are_found_behind_the_word_itself(store: Store):
    assert found("mug")[:2] == ["MUG", "CUP"]
    assert found("cup")[:2] == ["CUP", "MUG"]


def test_the_score_is_the_share_of_the_question_that_is_carried(store: Store):
    whole, half = (Catalogue("default").search(text)[0].score for text in ("rose candle", "zzyzx candle"))
    assert whole == 1
    assert 0 < half <= 0.5
    assert Catalogue("default").search("quantum accelerators") == []


@pytest.mark.parametrize("question", ["", "   ", "the of and", "?!", "\x00", "'; SELECT x; --", "%s %(p0)s", "的了吗"])
def test_what_names_nothing_finds_nothing(store: Store, question: str):
    assert Catalogue("default").search(question) == []


def test_bounds_hold(store: Store):
    assert found("cup mug", max_price=Decimal("3.00")) == ["MUG"]
    assert found("cup mug", min_price=Decimal("3.00")) == ["CUP"]
    Product.objects.filter(external_id="CUP").update(available=False)
    assert "CUP" not in found("cup")
    assert found("cup", available=False)[0] == "CUP"
    assert set(found("", category="Mugs & cups", available=False)) == {"MUG", "CUP"}
    assert set(found("rose", category="Kitchen & Dining / Mugs & Cups")) == set()
    assert len(found("cup mug", limit=1)) == 1


def test_the_live_popular_list_breaks_ties(store: Store):
    run = fakes.make_run(store)
    for code in ("A", "B"):
        fakes.make_product(store, code, title=f"Oak Shelf {code}")
    index_products(store)
    fakes.recommend(run, None, ListKind.POPULAR, [store.products.get(external_id="B")])
    assert found("oak shelf") == ["B", "A"]


def test_only_what_changed_is_indexed_again(store: Store):
    assert index_products(store) == {"indexed": 0, "removed": 0}
    Product.objects.filter(external_id="MUG").update(title="Red Retrospot Teapot", price=Decimal(9))
    Product.objects.filter(external_id="CUP").update(price=Decimal(9))
    Product.objects.filter(external_id="TIN").update(withdrawn_at=timezone.now())
    assert index_products(store) == {"indexed": 1, "removed": 1}
    assert found("teapot") == ["MUG"]
    assert "TIN" not in found("cake tin")


def test_terms_count_the_passages_of_each_token(store: Store):
    Product.objects.filter(external_id="MUG").update(title="Oak Shelf")
    Product.objects.filter(external_id="TIN").update(withdrawn_at=timezone.now())
    index_products(store)
    Product.objects.filter(external_id="TIN").update(withdrawn_at=None)
    index_products(store)
    counted: dict[str, int] = {ALL: Passage.objects.count()}
    for held in Passage.objects.values_list("tokens", flat=True):
        for token in held:
            counted[token] = counted.get(token, 0) + 1
    assert dict(Term.objects.values_list("token", "passages")) == counted


def test_stores_do_not_mix(store: Store):
    other = fakes.make_store("other")
    fakes.make_product(other, "X", title="White Metal Lantern")
    index_products(other)
    assert found("white metal lantern")[0] == "LANTERN"
    assert "X" not in found("white metal lantern")


def test_a_search_is_two_statements(store: Store, django_assert_num_queries):
    with django_assert_num_queries(2):
        Catalogue("default").search("a red mug or a cake stand", max_price=Decimal(20))


def test_slips_are_counted():
    assert slips_between("lantren", "lantern", most=2) == 1
    assert slips_between("candel", "candle", most=2) == 1
    assert slips_between("umberella", "umbrella", most=2) == 1
    assert slips_between("mug", "jug", most=1) == 1
    assert slips_between("cushion", "curtain", most=2) == 3
