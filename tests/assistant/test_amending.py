"""Changes of what the cart holds of something, in whatever words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.amending import amended
from loyalty_ai.assistant.answering import answer
from loyalty_ai.assistant.questions import normal
from loyalty_ai.shop.adapters.base import CartItem
from tests.assistant.conftest import MUG, TRAY, TURN
from tests.assistant.test_templates import open_shop

__all__ = ["open_shop"]

CART = (
    CartItem(MUG, "Red Retrospot Mug", 10, Decimal("2.95")),
    CartItem(TRAY, "Wooden Picnic Tray", 6, Decimal("7.50")),
)


@pytest.mark.parametrize(
    ("text", "units", "words"),
    [
        ("请把购物车里的 red mug 改成 12 副", 12, "red mug"),
        ("马克杯改成3只", 3, "马克杯"),
        ("把马克杯减少到 5 套", 5, "马克杯"),
        ("购物车的马克杯只要 4 个", 4, "马克杯"),
        ("再加两只 red mug", 12, "red mug"),
        ("少要两个 red mug", 8, "red mug"),
        ("购物车里拿走两个 red mug", 8, "red mug"),
        ("change the mugs to a dozen", 12, "mugs"),
        ("bring the mugs down to 5", 5, "mugs"),
        ("only 4 mugs please, not 6", 4, "mugs"),
        ("I'd like 8 of the mugs rather than 10", 8, "mugs"),
        ("two more mugs please", 12, "mugs"),
        ("take one of the mugs out", 9, "mugs"),
        ("double the mugs", 20, "mugs"),
        ("halve the mugs in my basket", 5, "mugs"),
        ("what would my basket cost without the mugs", 0, "mugs"),
    ],
)
def test_a_change_says_how_many_of_what(text: str, units: int, words: str):
    found = amended(normal(text))
    assert found is not None
    assert (found[0](10), found[1]) == (units, words)


@pytest.mark.parametrize("text", ["how much are the mugs", "do you have mugs without hearts", "我的购物车里有什么", ""])
def test_a_question_changes_nothing(text: str):
    assert amended(normal(text)) is None


@given(st.text(max_size=60), st.integers(0, 999))
def test_nothing_makes_the_cart_hold_fewer_than_none(text: str, held: int):
    found = amended(normal(text))
    assert found is None or found[0](held) >= 0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("bring the mugs down to 5", {MUG: 5}),
        ("set both to 5", {MUG: 5, TRAY: 5}),
        ("two more trays please", {TRAY: 8}),
        ("把马克杯改成3副", {MUG: 3}),
    ],
)
def test_a_change_is_proposed_for_what_the_cart_holds(open_shop: Any, text: str, wanted: dict[str, int]):
    language = "en" if text.isascii() else "zh-hans"
    given = answer(replace(TURN, customer_id="ann", text=text, language=language, cart=CART), backend="templates")
    assert given.proposal is not None
    assert dict(given.proposal.units) == wanted


def test_all_but_what_stays_is_taken_out(open_shop: Any):
    turn = replace(TURN, customer_id="ann", text="remove everything except the mugs", cart=CART)
    given = answer(turn, backend="templates")
    assert given.proposal is not None
    assert dict(given.proposal.units) == {TRAY: 0}
