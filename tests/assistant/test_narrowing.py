"""Wishes for goods: told amid a story, narrowed by what follows, asked something that the shop's data may not say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from loyalty_ai.assistant.glossary import compounds, kinds
from loyalty_ai.assistant.indexing import index_products
from loyalty_ai.assistant.phrasing.choosing import named
from loyalty_ai.assistant.phrasing.narrowing import CLAUSES, bare
from loyalty_ai.assistant.questions import understand
from tests import fakes
from tests.assistant.conftest import PRICES, sell
from tests.assistant.test_templates import open_shop, say, thread  # noqa: F401 (a fixture)

GOODS = {
    "OWL6": ("Owl Mug Blue", "3.00"),
    "CAT7": ("Cat Mug", "2.00"),
    "ROSE8": ("Rose Mug Red", "6.00"),
    "PLATE9": ("Skull Paper Plates", "0.85"),
    "CUP10": ("Skull Paper Cups", "0.65"),
    "STAND11": ("Cakestand 3 Tier Lace", "13.00"),
    "STAND12": ("Cake Stand 2 Tier Pink", "9.95"),
    "CLOCK13": ("Wall Clock Ivory", "20.00"),
    "CLOCK14": ("Wall Clock Red", "20.00"),
    "KEY15": ('Letter "H" Key Ring', "0.83"),
    "POT16": ("Green Teapot", "7.00"),
    "POT17": ("Spotty Teapot", "8.00"),
}


@pytest.fixture
def goods(open_shop: Any) -> Any:  # noqa: F811
    return sell(open_shop, GOODS)


@pytest.mark.parametrize(
    ("story", "found"),
    [
        ("My lad is turning 13 and wants skulls everywhere. Have you got skull paper plates?", {"PLATE9"}),
        ("We are having a tea party on Sunday, which cake stands do you have?", {"STAND11", "STAND12"}),
        ("skull paper plates and cups please, my brother is mad for them", {"PLATE9", "CUP10"}),
    ],
)
def test_a_clause_names_the_goods_and_the_rest_tells_a_story(goods: Any, story: str, found: set[str]):
    assert set(say(story).cards) == found


@pytest.mark.parametrize("article", ["plates", "cups and napkins", "teapot"])
def test_a_name_alone_is_bare_and_a_sentence_is_not(article: str):
    assert bare(article)
    assert not bare(f"my sister wants {article}")
    assert CLAUSES.split(f"{article}. my sister wants it")[0] == article


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        (("show me mugs", "keep it under £2.50 please, and in stock"), {"MUG1", "CAT7"}),
        (("show me mugs", "only red ones", "under £5?"), {"MUG1"}),
        (("有马克杯吗", "要红色的，2英镑以下，有货的"), {"MUG1"}),
        (("do you have mugs", "just owls or cats"), {"OWL6", "CAT7"}),
        (("any mugs?", "do any of them have cats on?"), {"CAT7"}),
        (("any mugs?", "not the red ones", "no cats please"), {"OWL6"}),
        (("有马克杯吗", "红色的不要。", "也不要带猫的"), {"OWL6"}),
        (("想买马克杯，不要猫图案的，红色的也不要",), {"OWL6"}),
        (("cheapest mug?", "sorry, I meant one with a rose"), {"ROSE8"}),
        (("最贵的马克杯", "我是说带猫的"), {"CAT7"}),
        (("do you have mugs", "I'll go for blue if there is one"), {"OWL6"}),
        (("skull paper plates", "any cups to go with them?"), {"CUP10"}),
        (("which wall clocks can I buy today, and what's the price gap?",), {"CLOCK13", "CLOCK14"}),
    ],
)
def test_what_follows_narrows_the_wish_and_keeps_what_was_said(goods: Any, messages: tuple[str, ...], found: set[str]):
    assert set(thread(*messages).cards) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("just being nosy, what is the dearest thing in the whole shop", {"CLOCK13", "CLOCK14"}),
        ("which is your dearest wall clock", {"CLOCK13", "CLOCK14"}),
        ("cheapest and dearest mug please", {"MUG1", "ROSE8"}),
        ("what are the three dearest things you sell", {"CLOCK13", "CLOCK14", "STAND11"}),
        ("最便宜和最贵的马克杯是哪个", {"MUG1", "ROSE8"}),
    ],
)
def test_all_that_cost_the_same_are_the_cheapest_or_the_dearest(goods: Any, asked: str, found: set[str]):
    assert set(say(asked).cards) == found


@pytest.mark.parametrize(
    "asked", ["Is it made in England?", "Dishwasher safe?", "what is it filled with", "可以机洗吗"]
)
def test_a_property_that_no_table_knows_is_said_not_to_be_known(goods: Any, asked: str):
    told = thread("do you have the green teapot", asked).text
    assert "Green Teapot" in told
    assert "would rather not guess" in told or "不会猜测" in told


def test_a_colour_is_told_by_the_name(goods: Any):
    assert "its colour is Green" in say("what colour is the green teapot").text


@pytest.mark.parametrize(
    "asked", ["Which 3 tier cake stands do you do?", "how many tiers does the cakestand 3 tier lace have"]
)
def test_a_stand_of_tiers_is_no_tier_of_a_customer(goods: Any, asked: str):
    assert say(asked).cards[:1] == ("STAND11",)


def test_a_kind_stands_for_what_is_of_it_and_not_the_reverse(goods: Any):
    assert set(say("mugs with animals on").cards) == {"OWL6", "CAT7"}
    assert all(named([{"title": each}], kind) for kind, members in kinds().items() for each in members)
    assert not named([{"title": "animal"}], "owl")


@pytest.mark.parametrize("typed", ["cakestand", "cake stand", "蛋糕架"])
def test_two_words_are_found_as_one_and_one_as_two(goods: Any, typed: str):
    assert set(say(f"{typed}").cards) == {"STAND11", "STAND12"}
    assert compounds()["cakestand"] == ("cake", "stand")


def test_letters_are_looked_for_one_by_one(goods: Any):
    told = say("do you have key rings with letters X and H")
    assert told.cards == ("KEY15",)
    assert "key rings X" in told.text


def test_what_is_asked_if_it_is_gone_is_a_question_of_its_own(goods: Any):
    assert len(understand("is the spotty teapot in? if not, what other teapots do you have")) == 2
    fakes.make_product(goods.store, "POT18", title="Polka Teapot", available=False, url="/p/POT18/")
    index_products(goods.store)
    told = say("Is the polka teapot in stock? If not, what other teapots do you have?")
    assert "Polka Teapot is sold out" in told.text
    assert {"POT16", "POT17"} <= set(told.cards)


@pytest.mark.parametrize(
    ("story", "found"),
    [
        (
            "I am looking for a cakestand such as my mother used to have, for her cakes",
            {"STAND11", "STAND12"},
        ),
        ("Hello, my sister has set her heart on the spotty teapot. Is it to be had, and is there another?", {"POT17"}),
        ("we are doing up the hall and want a wall clock in ivory or red, what have you got", {"CLOCK13", "CLOCK14"}),
    ],
)
def test_what_a_verb_wishes_for_is_found_in_a_story(goods: Any, story: str, found: set[str]):
    assert set(say(story).cards) >= found


@pytest.mark.parametrize("question", ["how many tiers are in it", "有几层？"])
def test_a_title_says_how_many_a_thing_holds(goods: Any, question: str):
    assert "3 Tier" in thread("how much is the cakestand 3 tier lace", question).text.splitlines()[-1]


@pytest.mark.parametrize("question", ["是陶瓷的还是金属的？", "什么材质的", "is it china or metal"])
def test_a_material_that_no_data_tells_is_said_not_to_be_known(goods: Any, question: str):
    answer = thread("how much is the spotty teapot", question)
    assert answer.cards == ("POT17",)
    assert "rather not guess" in answer.text or "不会猜测" in answer.text


@pytest.mark.parametrize("most", [5, 6, 8, 11])
def test_several_things_within_one_sum_come_to_no_more(goods: Any, most: int):
    answer = thread("show me mugs", f"two of those that come to less than £{most} together")
    prices = [Decimal(GOODS[code][1]) if code in GOODS else Decimal(PRICES[code]) for code in answer.cards]
    assert len(prices) == 2
    assert sum(prices) < most
    assert f"£{sum(prices)} together" in answer.text


def test_what_is_cheaper_is_of_the_kind_at_hand(goods: Any):
    assert thread("how much is the rose mug red", "any mug cheaper than that").cards.count("ROSE8") == 0
    assert "STAND12" in thread("how much is the cakestand 3 tier lace", "any cake stand cheaper than that?").cards
