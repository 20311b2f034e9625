"""Two things beside each other: told apart by size, named by their kind alone, in a colour, so many times as dear."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from loyalty_ai.assistant.indexing import index_products
from tests import fakes
from tests.assistant.test_templates import open_shop, say, thread  # noqa: F401 (fixtures)

GOODS = {
    "CAN": ("Vintage Zinc Watering Can", "9.95", "Garden / Growing"),
    "CAN_SMALL": ("Vintage Zinc Watering Can Small", "4.95", "Garden / Growing"),
    "CAN_FROG": ("Frog King Watering Can", "2.95", "Garden / Growing"),
    "HAMPER_PINK": ("Pink Hawaiian Picnic Hamper", "8.29", "Home / Boxes"),
    "HAMPER_BLUE": ("Blue Savannah Picnic Hamper", "9.00", "Home / Boxes"),
    "UMB_RED": ("Red Retrospot Umbrella", "5.95", "Bags / Umbrellas"),
    "UMB_BLACK": ("Black Polkadot Umbrella", "5.95", "Bags / Umbrellas"),
    "LUNCH": ("Lunch Bag Cars Blue", "1.65", "Bags / Lunch"),
}


@pytest.fixture
def pairs(open_shop: Any) -> Any:  # noqa: F811
    for key, (title, price, shelf) in GOODS.items():
        fakes.make_product(open_shop.store, key, title=title, price=Decimal(price), url=f"/p/{key}/", category=shelf)
    open_shop.adapter.stock = None
    index_products(open_shop.store)
    return open_shop


@pytest.mark.parametrize(
    "asked",
    [
        "how much is the watering can? the big one and the small one",
        "what do the small and the large zinc watering can cost",
        "浇水壶大的小的各多少钱",
    ],
)
def test_two_sizes_of_one_thing_are_both_priced(pairs: Any, asked: str):
    assert say(asked).cards == ("CAN", "CAN_SMALL")


@pytest.mark.parametrize(
    "asked",
    [
        "how do these two picnic hampers differ",
        "what is the difference between your two picnic hampers?",
        "which of the two picnic hampers is cheaper",
        "两个 picnic hamper 有什么区别",
    ],
)
def test_two_of_a_kind_that_is_named_alone_are_compared(pairs: Any, asked: str):
    told = say(asked)
    assert set(told.cards) == {"HAMPER_PINK", "HAMPER_BLUE"}
    assert "£0.71" in told.text


@pytest.mark.parametrize(
    "messages",
    [
        ("how much would I save if I took the small watering can instead of the big one",),
        ("how much is the vintage zinc watering can", "how much would I save if I took the small one instead"),
        ("what would I save by buying the vintage zinc watering can small rather than the vintage zinc watering can",),
    ],
)
def test_what_is_saved_by_taking_one_for_another_is_told(pairs: Any, messages: tuple[str, ...]):
    assert "The difference is £5.00." in thread(*messages).text


@pytest.mark.parametrize(
    ("asked", "verdict", "sum_"),
    [
        ("is the blue savannah picnic hamper more than double the price of the frog king watering can", "Yes", "£5.90"),
        ("is the small watering can half the price of the big one?", "Yes", "£9.90"),
        ("does the red retrospot umbrella cost less than three times as much as the frog king watering can", "Yes", "£8.85"),
        ("is the red retrospot umbrella at least 4 times as expensive as the lunch bag cars blue?", "No", "£6.60"),
        ("Red Retrospot Umbrella的价格超过Frog King Watering Can的两倍吗", "是的", "£5.90"),
        ("Frog King Watering Can的价格超过Red Retrospot Umbrella的两倍吗", "否", "£11.90"),
    ],
)  # fmt: skip
def test_whether_one_costs_so_many_times_the_other_is_told_with_both_prices(
    pairs: Any, asked: str, verdict: str, sum_: str
):
    told = say(asked)
    assert told.text.startswith(verdict)
    assert len(told.cards) == 2
    assert sum_ in told.text


@pytest.mark.parametrize(
    ("messages", "there", "not_there"),
    [
        (
            ("which is cheaper, a red umbrella or a lunch bag, and does either come in black?",),
            "Black Polkadot Umbrella",
            "“black lunch bag” and found nothing",
        ),
        (
            ("which is cheaper, an umbrella or a lunch bag", "do they come in blue?"),
            "Lunch Bag Cars Blue",
            "“blue umbrella” and found nothing",
        ),
    ],
)
def test_a_colour_is_looked_for_in_each_of_what_is_compared(
    pairs: Any, messages: tuple[str, ...], there: str, not_there: str
):
    told = thread(*messages).text
    assert there in told
    assert not_there in told
