"""Messages that leave out their kind: what they add is put together with as much of the wish before as the shop has."""

from __future__ import annotations

from typing import Any

import pytest

from loyalty_ai.assistant.phrasing.finding import not_wanted
from loyalty_ai.assistant.turn import Outcome
from tests.assistant.conftest import sell
from tests.assistant.test_templates import open_shop, say, thread  # noqa: F401 (a fixture)

GOODS = {
    "LIGHT6": ("Rabbit Night Light", "2.08"),
    "LIGHT7": ("Toadstool Night Light", "1.65"),
    "TLIGHT8": ("Easter Bunny T-Light", "0.95"),
    "MUG9": ("Flower Mug Pink", "2.55"),
    "MUG10": ("Cat Mug White", "2.95"),
    "COVER11": ("Cat Floral Cushion Cover", "4.13"),
    "FRAME12": ("White Picture Frame", "8.50"),
    "FRAME13": ("Black Picture Frame", "7.50"),
    "SHELF14": ("Photo Shelf Antique White", "9.50"),
    "MAT15": ("Doormat Hearts", "8.25"),
    "MAT16": ("Doormat Union Jack", "8.25"),
    "APRON17": ("Union Jack Apron", "6.95"),
    "JAM18": ("Jam Making Set", "4.25"),
    "LABEL19": ("Vintage Labels", "0.39"),
    "TOWEL20": ("Tea Towel Christmas", "3.25"),
    "TOWEL21": ("Tea Towel Black", "1.25"),
    "POT22": ("Regency Teapot", "9.95"),
    "ART23": ("Wall Art Modern", "8.25"),
    "BOX24": ("Spaceboy Lunch Box", "1.95"),
    "BOX25": ("Circus Lunch Box", "1.95"),
    "JIGSAW26": ("Small Circus Jigsaw", "0.42"),
    "GLOVE27": ("Gardening Gloves", "3.25"),
    "PAD28": ("Gardeners Kneeling Pad", "1.65"),
    "CAN29": ("Watering Can Green", "4.65"),
}


@pytest.fixture
def goods(open_shop: Any) -> Any:  # noqa: F811
    return sell(open_shop, GOODS)


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        (("any mugs with flowers on?", "something with cats instead"), {"MUG10"}),
        (("have you got night lights for kids", "oh a bunny would be cute"), {"LIGHT6"}),
        (("doormats", "union jack"), {"MAT16"}),
        (("jam making stuff?", "what about labels"), {"LABEL19"}),
        (("tea towels please", "less christmassy"), {"TOWEL21"}),
        (("有没有午餐盒", "太空男孩的"), {"BOX24"}),
        (("picture frames?", "is the white one waterproof", "do you have one in black"), {"FRAME13"}),
        (("any mugs?", "what about doormats"), {"MAT15", "MAT16"}),
        (("do you have a teapot", "any discount on that", "is there a regency version"), {"POT22"}),
        (("any mugs?", "cat one", "cheapest"), {"MUG10"}),
        (("how much is the spaceboy lunch box", "and the circus one"), {"BOX25"}),
    ],
)
def test_what_is_added_is_wanted_of_the_kind_before(goods: Any, messages: tuple[str, ...], found: set[str]):
    assert set(thread(*messages).cards) == found


@pytest.mark.parametrize(
    ("messages", "told", "never"),
    [
        (("a teapot for one person", "something more modern"), "modern teapot", "ART23"),
        (("有没有午餐盒", "那个小的呢"), "午餐盒", "JIGSAW26"),
        (("picture frames?", "something ornate"), "frame", "ART23"),
        (("doormats", "with robots on"), "robots doormats", "APRON17"),
    ],
)
def test_what_no_goods_of_the_kind_have_is_said_and_nothing_of_another_kind_shown(
    goods: Any, messages: tuple[str, ...], told: str, never: str
):
    answer = thread(*messages)
    assert told in answer.text
    assert never not in answer.cards


def test_what_somebody_has_is_left_out_and_the_gift_goes_on(goods: Any):
    story = ("anything for my mum who gardens under £5", "she has gloves already")
    assert {"PAD28", "CAN29"} >= set(thread(*story).cards) > set()
    assert set(thread(*story, "what about a kneeler").cards) == {"PAD28"}


@pytest.mark.parametrize(
    "asked",
    [
        "do they stack",
        "how long do they last",
        "which of those would survive outside?",
        "good for a nursery?",
        "how big",
    ],
)
def test_a_verb_alone_asks_of_the_goods_at_hand(goods: Any, asked: str):
    answer = thread("picture frames?", asked, "the white one")
    assert answer.cards == ("FRAME12",)
    assert "would rather not guess" in thread("picture frames?", asked).text


def test_places_that_were_shown_are_added_up(goods: Any):
    answer = thread("picture frames?", "ok the first two, total?")
    assert answer.outcome is Outcome.ANSWERED
    assert "£16.00 together" in answer.text


def test_a_larger_one_that_is_not_there_is_said_not_to_be(goods: Any):
    assert "in no other colour or size" in thread("doormats", "union jack", "and is there a bigger size").text


@pytest.mark.parametrize(
    ("story", "found"),
    [
        ("looking for a mug for my dad, he likes cats", {"MUG10"}),
        ("do you have a cushion? my nan loves cats", {"COVER11"}),
        ("有没有杯子？妈妈喜欢花", {"MUG9"}),
    ],
)
def test_a_gift_of_a_kind_that_is_named_is_of_that_kind(goods: Any, story: str, found: set[str]):
    assert set(say(story).cards) == found


def test_where_none_of_the_kind_has_to_do_with_what_somebody_likes_there_is_the_kind(goods: Any):
    answer = say("looking for a mug for my dad, he likes fishing")
    assert "fishing mug" in answer.text
    assert {"MUG9", "MUG10"} <= set(answer.cards)


@pytest.mark.parametrize("asked", ["what's good for a wedding", "whats good for my nephew's birthday, he's 4"])
def test_what_suits_somebody_is_a_question_of_goods(goods: Any, asked: str):
    assert say(asked).outcome is not Outcome.REFUSED


def test_a_price_that_is_asked_stays_the_question(goods: Any):
    assert "Circus Lunch Box costs £1.95" in thread("how much is the spaceboy lunch box", "and the circus one").text


def test_whom_a_gift_is_for_is_told_in_a_message_of_its_own(goods: Any):
    answer = thread("birthday present ideas please", "a girl, she's 8")
    assert answer.outcome is not Outcome.REFUSED


@pytest.mark.parametrize("asked", ["tell me about your silver tier", "what is the gold status"])
def test_a_tier_that_is_named_is_none_of_a_cake_stand(goods: Any, asked: str):
    assert not say(asked).cards


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("less christmassy", ["christmas"]),
        ("not too flowery", ["flower"]),
        ("she has too many tins already", ["tins"]),
        ("less than a tenner", []),
        ("not so expensive", []),
        ("less money", []),
    ],
)
def test_too_much_of_something_is_not_wanted(text: str, unwanted: list[str]):
    assert not_wanted(text) == unwanted
