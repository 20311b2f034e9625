"""Short questions that go on about goods that were shown, and goods that are told by what they shall have or do."""

from __future__ import annotations

from typing import Any

import pytest

from loyalty_ai.assistant.following import COME_TO, NEEDED, leaves_out, size_of
from loyalty_ai.assistant.indexing import index_products
from loyalty_ai.assistant.questions import normal, understand
from tests import fakes
from tests.assistant.conftest import MUG
from tests.assistant.test_templates import open_shop, say, thread  # noqa: F401 (a fixture)

MORE = {
    "OWL6": "Owl Mug Blue",
    "DOOR7": "Doorstop Owl",
    "TIN8": "Blue Biscuit Tin",
    "TEA9": "Green Teapot",
    "BISC10": "Biscuit Stickers",
}


@pytest.fixture
def full_shop(open_shop: Any) -> Any:  # noqa: F811
    for key, title in MORE.items():
        fakes.make_product(open_shop.store, key, title=title, url=f"/p/{key}/")
    open_shop.adapter.stock = None
    index_products(open_shop.store)
    return open_shop


@pytest.mark.parametrize(
    ("messages", "first"),
    [
        ("mugs / one with an owl on it?", "OWL6"),
        ("show me mugs / anything in blue", "OWL6"),
        ("show me mugs / the retrospot one", MUG),
        ("show me blue mugs / what about red", MUG),
        ("mugs / what about teapots", "TEA9"),
        ("有马克杯吗 / 有猫头鹰的吗", "OWL6"),
        ("do you sell mugs / not that, blue ones", "OWL6"),
        ("mugs but nothing with owls", MUG),
    ],
)
def test_what_leaves_out_its_kind_takes_it_from_before(full_shop: Any, messages: str, first: str):
    assert thread(*messages.split(" / ")).cards[:1] == (first,)


def test_what_has_not_what_is_asked_is_not_passed_off_as_it(full_shop: Any):
    given = say("blue teapots")
    assert given.text.startswith("Nothing is called just “blue teapots”")
    assert given.cards[:1] == ("TEA9",)
    given = thread("show me mugs", "one with a hedgehog on it?")
    assert "Nothing is called just “hedgehog mugs”" in given.text
    assert set(given.cards) == {MUG, "OWL6"}


@pytest.mark.parametrize(
    "ask", ["and what would six come to?", "price for six", "half a dozen?", "六个一共多少钱", "六个呢"]
)
def test_so_many_of_what_was_shown_are_reckoned_up(open_shop: Any, ask: str):  # noqa: F811
    assert "£7.50" in thread("how much is the red retrospot mug", ask).text


def test_a_place_alone_is_that_of_the_latest_list_that_has_it(full_shop: Any):
    mugs = thread("show me mugs")
    given = thread("show me mugs", "how much is the green teapot", "the second")
    assert given.cards == mugs.cards[1:2]


def test_which_is_bigger_is_not_guessed_from_the_price(full_shop: Any):
    given = thread("show me mugs", "which is bigger?")
    assert "cheaper" not in given.text
    assert set(given.cards) == {MUG, "OWL6"}


def test_each_thing_of_an_enumeration_is_looked_for(full_shop: Any):
    assert {MUG, "TEA9"} <= set(say("do you have mugs, a teapot and a doorstop?").cards)


def test_what_of_an_enumeration_is_not_sold_is_said(full_shop: Any):
    given = say("mugs, a teapot and a kettle")
    assert {MUG, "TEA9"} <= set(given.cards)
    assert "I searched for “kettle” and found nothing that fits." in given.text


def test_a_budget_for_all_is_shared_by_the_number(full_shop: Any):
    [asked] = understand("12 party bags under £20 in total")
    assert (asked.units, asked.words) == (12, "party bags")
    assert float(asked.high) == pytest.approx(20 / 12)
    assert "4 × Green Teapot: £40.00" in say("i need 4 green teapots for less than £50 altogether").text


def test_what_is_to_be_put_away_asks_for_what_holds_it(full_shop: Any):
    assert say("something to keep biscuits in").cards == ("TIN8",)
    assert say("what can i use to stop the door slamming?").cards == ("DOOR7",)


def test_pleasantries_are_not_searched_for():
    assert normal("Hope you are well! I was wondering if you might have any mugs") == "do you have any mugs"
    assert (
        understand("hope you're having a lovely day. just wondering if you possibly sell teapots")[0].words == "teapots"
    )


@pytest.mark.parametrize("text", ["do you have mugs", "what is your returns policy", "有马克杯吗", "how do i pay"])
def test_a_question_of_its_own_leaves_nothing_out(text: str):
    assert not (leaves_out(text))
    assert not (COME_TO.search(text))
    assert not (NEEDED.search(text))
    assert not (size_of(text))
