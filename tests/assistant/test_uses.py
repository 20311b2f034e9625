"""Somebody who needs a doorstop does not say doorstop: goods are found by what shall be done with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.documents import publish_document
from loyalty_ai.assistant.glossary import share_known
from loyalty_ai.assistant.hearing import used_for
from loyalty_ai.assistant.indexing import index_products
from loyalty_ai.assistant.knowledge import Catalogue
from loyalty_ai.assistant.phrasing.finding import not_wanted
from loyalty_ai.assistant.phrasing.needs import NEED
from loyalty_ai.assistant.turn import Outcome, Said
from loyalty_ai.assistant.uses import uses
from loyalty_ai.shop.adapters.base import LiveProduct
from loyalty_ai.shop.models import Product
from tests.assistant.conftest import MUG, TRAY
from tests.assistant.test_templates import open_shop, say

__all__ = ["open_shop"]

USEFUL = {
    "STOP1": "Owl Doorstop",
    "WARM1": "Hand Warmer Babushka",
    "KNEE1": "Gardeners Kneeling Pad",
    "BIRD1": "Tuscan Villa Bird Feeder",
    "NITE1": "Rabbit Night Light",
    "NITE2": "Blue Robot Night Light",
}


EVERY = 8
"""One wording of so many is asked: each takes the encoder some milliseconds."""


@pytest.fixture
def useful_shop(open_shop: Any) -> Any:
    """The fake shop with goods that are called otherwise than they are asked for."""
    for code, title in USEFUL.items():
        fields = {"title": title, "category": "Home / Things", "price": Decimal("2.50"), "available": True}
        Product.objects.create(store=open_shop.store, external_id=code, **fields)
        open_shop.adapter.stock[code] = LiveProduct(code, title, Decimal("2.50"), "GBP", True, f"/p/{code}/", "")
    index_products(open_shop.store)
    return open_shop


def test_wordings_are_heard_as_their_own_use():
    said: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for wording, kinds in uses():
        said[wording].add(kinds)
    asked = uses()[::EVERY]
    others = [wording for wording, kinds in asked if used_for(wording)[0].kinds not in said[wording]]
    assert len(others) < 0.06 * len(asked), others


@pytest.mark.parametrize(
    ("need", "kind"),
    [
        ("the door in our hall won't stop slamming", "doorstop"),
        ("my fingers freeze while I wait for the tram", "hand warmer"),
        ("weeding hurts my knees", "kneeling pad"),
        ("our daughter is frightened in the dark", "night light"),
        ("we cook strawberry jam every July", "jam making"),
        ("what could I keep my earrings in", "jewellery box"),
    ],
)
def test_a_need_in_other_words_is_heard(need: str, kind: str):
    assert need not in dict(uses())
    found = used_for(need)[0]
    assert kind in found.kinds
    assert found.likeness >= NEED


@given(st.text(max_size=200))
def test_a_likeness_is_a_share_whatever_was_typed(text: str):
    assert all(0 <= use.likeness <= 1 and use.kinds for use in used_for(text))


@pytest.mark.parametrize(
    ("need", "card"),
    [
        ("something to stop my door banging please", "STOP1"),
        ("my hands are always cold", "WARM1"),
        ("what have you got so I can kneel in the garden without hurting my knees", "KNEE1"),
        ("do you have anything for feeding the birds", "BIRD1"),
    ],
)
def test_goods_that_serve_a_need_are_shown(useful_shop: Any, need: str, card: str):
    given = say(need)
    assert given.cards[0] == card
    assert given.outcome == Outcome.ANSWERED


def test_of_what_serves_a_need_comes_first_what_has_more_of_its_words(useful_shop: Any):
    assert say("my son is afraid of the dark").cards[0] in ("NITE1", "NITE2")
    assert say("my son is afraid of the dark, he loves robots").cards[0] == "NITE2"


def test_a_gift_for_a_need_is_found_where_nobodys_likes_are_known(useful_shop: Any):
    assert "WARM1" in say("a present for my sister whose hands are always cold, under 5 pounds").cards


@pytest.mark.parametrize("need", ["手总是冰凉，有什么能暖手的", "我的手很冷，想暖手"])
def test_a_need_in_chinese_is_served_too(useful_shop: Any, need: str):
    assert "WARM1" in say(need).cards


def test_a_chinese_need_of_which_little_is_understood_is_not_guessed_at(useful_shop: Any):
    assert not set(say("手鼉龘鱻麤呜呜呜唉唉唉").cards) & set(USEFUL)


@given(st.text("门花园手冷暖灯的了abc 跪砰", max_size=30))
def test_the_share_of_a_text_that_is_known_is_a_share(text: str):
    assert 0 <= share_known(text) <= 1


def test_the_words_of_a_need_are_said_back(useful_shop: Any):
    assert say("my hands are always cold").text.splitlines()[0] == "For “hands always cold” these may serve:"
    assert say("we need a gift for whose hands are always cold").outcome == Outcome.ANSWERED


def test_what_shall_not_be_is_not_shown_for_a_need(useful_shop: Any):
    assert say("my son is afraid of the dark, but no rabbits").cards == ("NITE2",)


@pytest.mark.parametrize("question", ["do you sell washing machines", "who should I vote for", "chainsaw"])
def test_what_is_no_need_is_served_by_nothing(useful_shop: Any, question: str):
    assert not set(say(question).cards) & set(USEFUL)


def test_goods_that_are_named_are_found_by_their_name(useful_shop: Any):
    given = say("do you have a red retrospot mug")
    assert given.cards == (MUG,)


def test_the_dearest_of_what_serves_is_the_dearest(useful_shop: Any):
    useful_shop.adapter.stock["NITE2"] = replace(useful_shop.adapter.stock["NITE2"], price=Decimal("9.00"))
    Product.objects.filter(external_id="NITE2").update(price=Decimal("9.00"))
    given = say("the most expensive thing for a child who is scared of the dark")
    assert given.cards == ("NITE2",)


def test_a_misspelt_word_beside_unknown_ones_is_read_as_the_shop_writes_it(useful_shop: Any):
    given = say("looking for a gardners kneling pad in chartreuse for frogs")
    assert given.cards == ("KNEE1",)
    assert Catalogue("default").spelling("kneling zzyzx mug").meant == {"kneling": "kneel"}
    assert Catalogue("default").spelling("kneling zzyzx mug").unknown == ["zzyzx"]


def test_a_negation_names_what_it_forbids():
    assert not_wanted("no not chandeliers, little lights") == ["chandeliers"]


def test_a_thing_for_a_room_is_found_without_the_room(useful_shop: Any):
    given = say("a doorstop for the hallway")
    assert given.cards == ("STOP1",)
    assert given.text.startswith("Here is what I found for “doorstop”")


def test_the_cheapest_for_a_grown_up_is_nothing_for_children(useful_shop: Any):
    assert not_wanted("cheapest umbrella for a grown up") == ["children"]


def test_a_gift_that_is_named_is_found_by_its_name(useful_shop: Any):
    assert say("a picnic tray for my nan").cards == (TRAY,)


def test_who_likes_what_said_after_a_wish_keeps_its_budget(useful_shop: Any):
    asked = Said(by_shopper=True, text="secret santa for a girl at work, 3 quid limit")
    told = Said(by_shopper=False, text="...", focus=("product:MUG1",))
    given = say("someone said she likes owls", history=(asked, told), focus=("product:MUG1",))
    assert "within your price" in given.text
    assert set(given.cards) == {"STOP1"}


def test_where_all_of_a_kind_is_sold_out_it_says_when_such_things_come_back(open_shop: Any):
    body = "# Stock\n\n## When it comes back\n\nMost products come back within 4 to 6 weeks.\n"
    publish_document(store=open_shop.store, slug="stock", language="en", title="", body=body)
    given = say("have you still got the hanging heart lamps?")
    assert "sold out" in given.text
    assert "Most products come back within 4 to 6 weeks." in given.text
