"""Questions over many of the shopper's own orders: periods, sums of some, the first, the dearest, two times beside each other."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.periods import periods, weekday
from loyalty_ai.assistant.turn import Said, topic_of
from tests import fakes
from tests.assistant.conftest import MUG, TRAY
from tests.assistant.test_templates import open_shop, say

__all__ = ["open_shop"]

TODAY = date(2011, 12, 9)
SPANS = {
    "what did I spend in the summer": (date(2011, 6, 1), date(2011, 8, 31)),
    "the third quarter": (date(2011, 7, 1), date(2011, 9, 30)),
    "in the first half of the year": (date(2011, 1, 1), date(2011, 6, 30)),
    "last quarter": (date(2011, 7, 1), date(2011, 9, 30)),
    "since september": (date(2011, 9, 1), TODAY),
    "before september": (date(2000, 1, 1), date(2011, 8, 31)),
    "between june and august": (date(2011, 6, 1), date(2011, 8, 31)),
    "in the last 30 days": (date(2011, 11, 9), TODAY),
    "on the 24th of july": (date(2011, 7, 24), date(2011, 7, 24)),
    "last sunday": (date(2011, 12, 4), date(2011, 12, 4)),
    "in november 2010": (date(2010, 11, 1), date(2010, 11, 30)),
    "今年夏天": (date(2011, 6, 1), date(2011, 8, 31)),
    "上个季度": (date(2011, 7, 1), date(2011, 9, 30)),
    "去年12月": (date(2010, 12, 1), date(2010, 12, 31)),
    "上周三": (date(2011, 11, 30), date(2011, 11, 30)),
    "六月到八月": (date(2011, 6, 1), date(2011, 8, 31)),
    "since the start of august": (date(2011, 8, 1), TODAY),
    "from september until now": (date(2011, 9, 1), TODAY),
    "九月到现在": (date(2011, 9, 1), TODAY),
    "in the last twelve months": (date(2010, 12, 9), TODAY),
    "过去一年": (date(2010, 12, 9), TODAY),
    "about three weeks ago": (date(2011, 11, 15), date(2011, 11, 21)),
    "two days ago": (date(2011, 12, 7), date(2011, 12, 7)),
    "三个星期前": (date(2011, 11, 15), date(2011, 11, 21)),
}


@pytest.mark.parametrize(("text", "days"), SPANS.items(), ids=str)
def test_a_time_is_read_in_everyday_words(text: str, days: tuple[date, date]):
    assert periods(text.lower(), TODAY) == [days]


@pytest.mark.parametrize(
    "text", ["may i return it", "the second one", "can i change it", "", "march of the penguins 😀"]
)
def test_what_names_no_time_gives_none_or_a_whole_month(text: str):
    assert all((last - first).days < 31 for first, last in periods(text, TODAY))


@given(st.text(max_size=80), st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_any_text_names_times_that_begin_before_they_end(text: str, today: date):
    assert all(first <= last for first, last in periods(text, today))
    assert weekday(text) in {None, *range(7)}


def ask(*turns: str, customer: str = "ann") -> str:
    """The answer to the last of some messages of one conversation."""
    history: list[Said] = []
    focus: tuple[str, ...] = ()
    text = ""
    for turn in turns:
        given = say(turn, customer, history=tuple(history), focus=focus)
        focus = tuple(dict.fromkeys([*(f"product:{card}" for card in given.cards), *(s.key for s in given.sources)]))
        topic = topic_of((source.key, source.title) for source in given.sources)
        history += [Said(by_shopper=True, text=turn), Said(by_shopper=False, text=given.text, focus=focus, topic=topic)]
        text = given.text
    return text


@pytest.fixture
def two_orders(open_shop: Any) -> Any:
    """A-1001 of 2 May for £10.00, and one tray of 20 April for £7.50."""
    at = open_shop.before - timedelta(days=12)
    open_shop.other = fakes.record_purchase(open_shop.ann, open_shop.products[TRAY], at=at, value="7.50")
    return open_shop


def test_two_times_are_compared(two_orders: Any):
    told = ask("did I spend more in may than in april?")
    assert "£10.00" in told
    assert "£7.50" in told
    assert "You spent £2.50 more from 1 May 2011 to 31 May 2011." in told


def test_a_comparison_goes_on_from_the_time_told_before(two_orders: Any):
    assert "£2.50 more" in ask("how much did I spend in may", "was that more than april?")


def test_the_first_order_is_the_oldest(two_orders: Any):
    assert "20 Apr 2011" in ask("when did I place my very first order?")
    assert "2011年4月20日" in ask("我第一次下单是什么时候")


def test_the_last_but_one_is_the_order_before_the_latest(two_orders: Any):
    assert "20 Apr 2011" in ask("what was my last but one order")


def test_the_dearest_thing_is_by_the_piece(two_orders: Any):
    assert "1 × Wooden Picnic Tray: £7.50" in ask("what's the most expensive thing I ever bought from you")


def test_goods_of_a_time_are_only_of_that_time(two_orders: Any):
    assert "Wooden Picnic Tray" in ask("did I buy a picnic tray in the spring?")
    assert "you bought nothing of “picnic tray”" in ask("did I buy a picnic tray in may?")


def test_how_many_of_those_goes_on_about_the_goods_asked_for(two_orders: Any):
    assert "in 1 order" in ask("did I ever buy a picnic tray", "how many of those in all?")


@pytest.mark.parametrize(
    "question",
    [
        "six weeks ago I bought something off you, can't remember what",
        "What did I order about six weeks ago?",
        "六个星期前我在你们这儿买过东西，不记得是什么了",
    ],
)
def test_the_order_nearest_to_a_day_so_far_back_is_told_with_its_goods(two_orders: Any, question: str):
    told = ask(question)
    assert "Wooden Picnic Tray" in told
    assert "A-1001" not in told


def test_the_time_before_is_the_order_before_that_held_the_same_goods(two_orders: Any):
    fakes.record_purchase(
        two_orders.ann, two_orders.products[MUG], at=two_orders.before + timedelta(days=9), value="2.50"
    )
    told = ask("when did I last order the picnic tray", "and the time before?")
    assert "Wooden Picnic Tray" not in told
    assert "4 × Red Retrospot Mug" in ask("when did I last order the retrospot mug", "and the time before?")


@pytest.mark.parametrize("question", ["was there a picnic tray in my last order?", "我上一单里有野餐托盘吗？"])
def test_goods_that_the_latest_order_did_not_hold_are_found_in_the_one_before(two_orders: Any, question: str):
    told = ask(question)
    assert "A-1001" in told
    assert "1 × Wooden Picnic Tray" in told


@pytest.mark.parametrize(
    "question",
    [
        "What is still on its way to me, and by when should it be here?",
        "Which of my orders haven't turned up yet?",
        "what have I got coming",
        "我还有哪些订单在路上，预计什么时候到？",
    ],
)
def test_what_is_under_way_is_told_as_a_list(two_orders: Any, question: str):
    assert "A-1001" in ask(question)


def test_a_day_of_the_week_filters_the_orders(two_orders: Any):
    assert "20 Apr 2011" in ask("did I order anything on a wednesday?")
    assert "None of your orders was placed on that day" in ask("did I order anything on a sunday?")


def test_the_month_before_or_behind_goes_on_from_the_days_told(two_orders: Any):
    assert "£7.50" in ask("how much did I spend in may", "and the month before?")


def test_two_times_that_were_told_are_added_up(two_orders: Any):
    assert "Together they come to £17.50." in ask("how much did I spend in may", "and in april?", "together?")


def test_the_biggest_of_those_told_is_among_them_alone(two_orders: Any):
    assert "£10.00" in ask("how many orders did I place in the last 60 days", "what was the biggest?")
    assert "£17.50" in ask("how much were my last two orders together?")


def test_a_question_of_a_time_in_chinese_is_not_one_for_goods(two_orders: Any):
    assert "£17.50" in ask("第二季度花了多少")
    assert "£17.50" in ask("上半年花了多少钱")


def test_nothing_is_told_to_a_stranger(two_orders: Any):
    for question in ("what was my first order", "did I spend more in may than in april?", "我第一次下单是什么时候"):
        given = say(question)
        assert not any(source.key.startswith("order") for source in given.sources)
        assert "£" not in given.text


def test_nobody_sees_the_orders_of_another(two_orders: Any):
    told = ask("what was my first order", customer="ben")
    assert "2011" not in told or "A-1001" not in told


def test_no_number_of_orders_makes_more_calls_than_are_allowed(two_orders: Any):
    for days in range(30):
        at = two_orders.before - timedelta(days=20 + days)
        fakes.record_purchase(two_orders.ann, two_orders.products[MUG], at=at, value="1.25")
    assert "1 × Wooden Picnic Tray: £7.50" in ask("the most expensive thing I ever bought")


def test_a_place_in_a_question_about_a_days_order_is_no_kind_of_goods(two_orders):
    assert "nothing of" not in ask("has my order from april been sent to Rotterdam yet")
    assert "A-1001" not in ask("has my order from april been sent to Rotterdam yet")
    assert "bought nothing of “unicorns”" in ask("did I buy any unicorns in april")
