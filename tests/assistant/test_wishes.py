"""Gifts told as stories: the person's tastes, what is not wanted and the money, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.questions import understand
from loyalty_ai.assistant.wishes import tells_of_gift, wish_of

STORIES = [
    ("my sister just moved into her first flat and she loves cooking, I have about 25 quid", ("cooking",), (), "25"),
    ("my boss is retiring next week, something for his desk, nothing too expensive", ("desk",), (), None),
    ("secret santa, limit is a tenner, a guy who is always cold and drinks tea all day", ("cold", "tea"), (), "10"),
    ("my aunt turns 90. she loves her garden. I don't want to spend more than thirty pounds", ("garden",), (), "30"),
    ("my niece is mad about fairies. not another doll please. under twenty", ("fairies",), ("doll",), "20"),
    ("a leaving present, she likes stationery, no mugs she has hundreds, max £34", ("stationery",), ("mugs",), "34"),
    ("闺蜜生日快到了,她喜欢猫和蜡烛,不要杯子,二十镑以内", ("猫", "蜡烛"), ("杯子",), "20"),
    ("Mum is a keen gardener. Something up to 10 pounds that you can actually send me now", ("gardener",), (), "10"),
    ("my niece is absolutely mad about dinosaurs, any ideas?", ("dinosaurs",), (), None),
    ("surprise me: one thing under 2 pounds to make my cat-loving flatmate smile", ("cat",), (), "2"),
    ("老板下周退休,想送个放在办公桌上的东西,别太贵", ("办公桌",), (), None),
]


@pytest.mark.parametrize(("story", "likes", "unwanted", "most"), STORIES)
def test_a_story_is_one_wish_with_all_that_it_says(
    story: str, likes: tuple[str, ...], unwanted: tuple[str, ...], most: str | None
):
    (asked,) = understand(story)
    wish = wish_of(asked.text)
    assert asked.intent is Intent.GIFT
    assert set(likes) <= set(wish.likes)
    assert wish.unwanted == unwanted
    assert asked.high == (Decimal(most) if most else None)


@pytest.mark.parametrize(
    "text",
    [
        "can i return the present my sister bought me",
        "do you gift wrap",
        "my sister's birthday order has not arrived",
        "i like owls",
        "do you sell gift vouchers",
        "show me something for the garden under 20 pounds",
    ],
)
def test_what_is_no_search_for_a_gift_is_read_as_before(text: str):
    assert not tells_of_gift(text, bounded="20" in text)


def test_what_else_is_asked_stays_a_question_of_its_own():
    asked = understand("My mum loves tea, I need a birthday present under £10. Do you deliver to France?")
    assert [each.intent for each in asked] == [Intent.GIFT, Intent.POLICY]


@given(st.text(max_size=80))
def test_any_text_is_read(text: str):
    assert isinstance(wish_of(text).likes, tuple)
