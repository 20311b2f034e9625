"""What goes on about orders that were listed, what goes with goods that were bought, and how long a tier lasts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.keeping import last_to_count
from loyalty_ai.assistant.periods import coming, period
from tests.assistant.test_history import TODAY, ask, open_shop, two_orders
from tests.assistant.test_templates import say

__all__ = ["open_shop", "two_orders"]


@pytest.mark.parametrize(
    "question",
    [
        "And what do they come to all together?",
        "how much is that in total?",
        "what did I pay for all of those?",
        "这些一共多少钱?",
    ],
)
def test_orders_that_were_listed_are_summed_up(two_orders: Any, question: str):
    first = "列出我的订单" if not question.isascii() else "please list my orders"
    assert "£17.50" in ask(first, question).splitlines()[0]


def test_a_list_is_summed_up_though_one_of_it_was_told_since(two_orders: Any):
    assert "£17.50" in ask("list my orders", "what was in the first one?", "and how much are they all together?")


def test_one_of_the_orders_that_were_listed_is_told(two_orders: Any):
    assert "20 Apr 2011" in ask("show me my orders", "which was the oldest of those?")
    assert "£7.50" in ask("show me my orders", "which of them was the cheapest?")
    assert "Tray" in ask("show me my orders", "what is in the second one?")


def test_goods_that_were_counted_are_summed_up(two_orders: Any):
    told = ask("how many mugs have I bought?", "what did I pay for all of those?")
    assert "Mug" in told
    assert told.startswith("Together that is £")


def test_months_are_told_one_by_one(two_orders: Any):
    told = ask("how much did I spend in March, April and May each?").splitlines()
    assert ["nothing" in told[0], "£7.50" in told[1], "£10.00" in told[2]] == [True] * 3
    assert period("in september and october", TODAY) == (date(2011, 9, 1), date(2011, 10, 31))


@pytest.mark.parametrize(
    "question",
    [
        "What would go nicely with the mugs I have bought from you?",
        "I bought mugs from you. What could I put with them?",
        "based on the mugs I ordered, what should I get next?",
        "我在你们这里买过马克杯,有什么可以和它们搭配的?",
    ],
)
def test_what_goes_with_goods_that_were_bought(two_orders: Any, question: str):
    told = say(question, "ann").text
    assert "Mug" in told.splitlines()[0]
    assert "Tin" in told or "Bag" in told


def test_what_was_never_bought_is_said_to_be_none_of_theirs(two_orders: Any):
    assert "I find nothing for “bag”" in say("what goes with the bag I bought?", "ann").text


@pytest.mark.parametrize("question", ["What comes after that?", "and what's next?", "is there anything higher?"])
def test_a_tier_that_was_told_is_gone_on_about(two_orders: Any, question: str):
    assert "£700.00 more to reach Gold" in ask("which tier am I in?", question)


def test_two_tiers_are_told_what_is_missing_to_each(two_orders: Any):
    told = say("How far am I from gold and from platinum?", "ann").text
    assert "£700.00 more to reach Gold" in told
    assert "£4,700.00 more to reach Platinum" in told


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("my tier after january", date(2012, 2, 1)),
        ("will i be gold in spring", date(2012, 5, 31)),
        ("into next year", date(2012, 1, 1)),
        ("next month", date(2012, 1, 31)),
        ("明年一月我还是金卡吗", date(2012, 1, 31)),
        ("do i keep it", None),
    ],
)
def test_a_day_to_come_is_read(text: str, day: date | None):
    assert coming(text, TODAY) == day


@given(
    st.lists(st.tuples(st.integers(0, 364), st.integers(1, 500)), max_size=8), st.integers(0, 600), st.integers(-50, 50)
)
def test_the_order_that_ends_a_tier_is_told_where_it_is_sure(counted: list[tuple[int, int]], least: int, apart: int):
    orders = [(str(at), TODAY - timedelta(days=ago), Decimal(value)) for at, (ago, value) in enumerate(counted)]
    total = sum((value for _number, _day, value in orders), Decimal(0))
    found = last_to_count(orders, Decimal(least), total + apart)
    if not least:
        assert found is None
    elif found:
        left = sum(value for _number, placed, value in orders if placed > found[1])
        assert left < least


def test_goods_of_an_order_that_is_named_by_its_place_are_those_of_that_order(two_orders: Any):
    told = say("how many mugs did I get in my last order?", "ann").text
    assert "A-1001" in told
    assert "4 × Red Retrospot Mug" in told
    assert "20 Apr 2011" not in told


def test_the_second_order_is_counted_from_the_first(two_orders: Any):
    assert "A-1001" in say("when was my second order?", "ann").text


@pytest.mark.parametrize(
    "question", ["Am I still waiting for anything?", "how many orders of mine are still on the road"]
)
def test_what_is_yet_to_come_is_told_in_everyday_words(two_orders: Any, question: str):
    assert "£17.50" in say(question, "ann").text.splitlines()[-1]


def test_the_mean_is_told_of_all_orders(two_orders: Any):
    assert "on average" in say("what is my average order worth?", "ann").text


def test_goods_that_no_order_held_are_said_to_be_in_none(two_orders: Any):
    assert "I find nothing for “bag”" in say("the bag I ordered for my daughter, what did it cost?", "ann").text


def test_the_usual_is_proposed_without_what_a_message_leaves_out(two_orders: Any):
    told = ask("repeat my last order", "without the mugs and the lamps")
    assert "Cake Tins" in told
    assert "Mug" not in told


@pytest.mark.parametrize("question", ["show me all orders with mugs", "列出所有有马克杯的订单"])
def test_the_orders_that_held_some_goods_are_listed(two_orders: Any, question: str):
    told = say(question, "ann").text
    assert "A-1001" in told
    assert "4 ×" in told


def test_what_was_bought_is_set_beside_the_price_of_today(two_orders: Any):
    told = say("is the tray I bought still the same price?", "ann").text
    assert "Wooden Picnic Tray" in told
    assert "now" in told


def test_the_first_of_all_is_no_place_in_the_list(two_orders: Any):
    assert "20 Apr 2011" in ask("list my orders", "and what was the first of all?")


def test_two_months_told_in_turn_are_summed_up(two_orders: Any):
    assert "£17.50" in ask("what did I spend in April?", "in May?", "and both together?")


def test_the_month_of_most_spending_is_told(two_orders: Any):
    assert "1 May 2011 to 31 May 2011" in say("which month did I spend the most in?", "ann").text


def test_all_orders_are_summed_up_with_their_list(two_orders: Any):
    assert "£10.00" in say("我所有订单加起来花了多少?", "ann").text


def test_asking_for_ones_tier_is_no_question_about_goods_with_tiers(two_orders: Any):
    assert say("which tier do I have?", "ann").text.startswith("Your tier is Silver.")
