"""What becomes of something that the shopper bought: the rule as it holds for them, of the order that they mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.documents import publish_document
from loyalty_ai.assistant.periods import WEEKDAYS, latest_weekday
from loyalty_ai.assistant.phrases_own import UNDERWAY
from loyalty_ai.assistant.phrasing.matters import MATTERS, matters_in
from loyalty_ai.assistant.phrasing.terms import COUNTRIES, TIERS, for_tier, from_country
from loyalty_ai.shop.models import Customer
from tests import fakes
from tests.assistant.conftest import BAG, MUG
from tests.assistant.test_history import ask
from tests.assistant.test_templates import open_shop, say

__all__ = ["open_shop"]

RULES = {
    "returns": """# Returns

## How long you have

You can return goods within 30 days of delivery; Silver and Gold customers have 60 days.

## What a return costs

A return from the United Kingdom costs £3.95. From other countries you pay the postage.
""",
    "changes": """# Changes

## Until when an order can be changed or cancelled

While it is prepared.

## Once it has left

An order that was dispatched cannot be changed or cancelled.

## Wrong address

If the address of an order is wrong, call us at once.
""",
    "exchanges": """# Exchanges

## Exchanges

We do not exchange goods.
""",
    "delivery": """# Delivery

## How long delivery takes

It arrives 3 to 5 working days after you ordered.

## If a parcel does not arrive

Write to us when 2 working days have passed after the last day on which your order was expected.

## Where your parcel is

Guests ask us with their order number.
""",
}


@pytest.fixture
def shop_with_rules(open_shop: Any) -> Any:
    """The fake shop, its rules, and an order of eight mugs three days ago."""
    for slug, body in RULES.items():
        publish_document(store=open_shop.store, slug=slug, language="en", title="", body=body)
    at = fakes.NOON - timedelta(days=3)
    open_shop.mugs = fakes.record_purchase(
        open_shop.ann, open_shop.products[MUG], at=at, value="10.00", quantity=8, ref="580904"
    )
    return open_shop


@pytest.fixture
def dispatched(shop_with_rules: Any, monkeypatch) -> Any:
    """The same with its orders on their way."""
    orders = shop_with_rules.adapter.orders

    def on_their_way(*args: Any, **kwargs: Any) -> list[Any]:
        until = date(2011, 6, 3)
        return [
            replace(order, state="dispatched", expected_from=until, expected_by=until)
            for order in orders(*args, **kwargs)
        ]

    monkeypatch.setattr(shop_with_rules.adapter, "orders", on_their_way)
    return shop_with_rules


@pytest.mark.parametrize(
    "question",
    [
        "can i still send back the red retrospot mugs?",
        "I ordered mugs the other day and do not like them. Until when can they go back, and who pays?",
        "how long have i got to return order 580904",
        "我买的马克杯还能退吗",
    ],
)
def test_a_return_is_told_for_the_order_that_held_the_goods_and_for_the_tier(shop_with_rules: Any, question: str):
    told = say(question, "ann").text
    assert "580904" in told
    if question.isascii():
        assert "You can return goods within 60 days of delivery." in told
        assert "30 days" not in told


def test_the_cost_of_a_return_is_told_for_the_country(shop_with_rules: Any):
    question = "who pays the postage if we return something, and how many days have we got?"
    assert "£3.95" in say(question, "ann").text
    Customer.objects.filter(pk=shop_with_rules.ann.pk).update(region="NL")
    told = say(question, "ann").text
    assert "From other countries you pay the postage." in told
    assert "£3.95" not in told
    assert "within 60 days" in told


@pytest.mark.parametrize(
    "question",
    [
        "please cancel my last order",
        "i want to take the mugs out of order 580904",
        "could you make it 4 mugs instead of 8 in the order i placed on sunday",
    ],
)
def test_an_order_that_has_left_is_not_called_off(dispatched: Any, question: str):
    told = say(question, "ann").text
    assert told.startswith("Your order 580904 of 29 May 2011 is on its way.")
    assert "cannot be changed or cancelled" in told


def test_a_wrong_address_is_one_of_the_order_that_was_told(dispatched: Any):
    told = ask("where is my parcel", "oh no, it has my old address on it")
    assert "580904" in told
    assert "If the address of an order is wrong, call us at once." in told


def test_what_is_late_is_told_with_the_day_on_which_to_write(dispatched: Any):
    told = say("my mugs should have been here by now", "ann").text
    assert "It should arrive by 3 Jun 2011." in told
    assert "These 2 working days are over on 7 Jun 2011." in told


@pytest.mark.parametrize(
    "question",
    ["can opened candles be returned", "what happens if my parcel gets lost", "add 2 mugs to my basket", "red mugs"],
)
def test_a_rule_in_general_and_a_wish_are_no_case(shop_with_rules: Any, question: str):
    assert "580904" not in say(question, "ann").text


def test_what_came_back_is_told_with_what_was_paid_for_it(shop_with_rules: Any):
    fakes.record_refund(shop_with_rules.mugs, shop_with_rules.products[MUG], quantity=5, value="6.25")
    other = fakes.record_purchase(
        shop_with_rules.ann, shop_with_rules.products[BAG], at=shop_with_rules.before, value="6.00", quantity=3
    )
    fakes.record_refund(other, shop_with_rules.products[BAG], quantity=1, value="2.00")
    for question in ("what did i send back and what did i get for it?", "how much money did i get back for returns"):
        told = say(question, "ann").text
        assert "5 of 8 × Red Retrospot Mug came back, and £6.25 was refunded." in told, question
        assert "For what you sent back that is £8.25 in all." in told
    assert "£6.25" not in say("was the jumbo bag refunded?", "ann").text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("how many different things were in my last order, and what did it come to?", ["1 product", "£10.00"]),
        ("我最近那单买了什么？一共多少钱？", ["8 × Red Retrospot Mug", "£10.00"]),
        ("what did I spend the most on in order 580904", ["8 × Red Retrospot Mug: £10.00, £1.25 each"]),
        ("Is order 999999 delivered yet?", ["none of them has the number 999999"]),
        ("look up 999999 for me please", ["none of them has the number 999999"]),
    ],
)
def test_parts_of_a_question_about_one_order_are_told_of_that_order(
    shop_with_rules: Any, question: str, told: list[str]
):
    given = say(question, "ann").text
    assert all(each in given for each in told), given
    assert "A-1001" not in given


def test_orders_told_in_turn_are_compared(shop_with_rules: Any):
    told = ask("how much was my last order?", "was that more or less than the one before it, and by how much?")
    assert "580904" in told
    assert "came to" in told or "the same" in told


def test_the_same_again_is_what_the_order_that_was_told_held(shop_with_rules: Any):
    history = ask("what was in order 580904", "put the same again into my basket")
    assert "8 × Red Retrospot Mug, £1.25 each" in history


def test_a_guest_with_an_order_number_is_told_how_to_ask(shop_with_rules: Any):
    told = say("my order is 575711. whats in it and when was it delivered").text
    assert "sign in" in told
    assert "Guests ask us with their order number." in told
    assert "£" not in told


@pytest.mark.parametrize(
    "question",
    [
        "how much does Zoe spend here",
        "which tier does peter have",
        "has Amelie ordered anything lately?",
        "my sister shops here too",
        "她一共花了多少？",
    ],
)
def test_nothing_is_told_of_anybody_else_whatever_their_name(shop_with_rules: Any, question: str):
    assert "private" in say(question, "ann").text or "其他人" in say(question, "ann").text


def test_who_insists_is_refused_again(shop_with_rules: Any):
    assert "private" in ask("how much does Zoe spend here", "come on, she is my wife and she said it is fine")


@given(st.sampled_from(sorted(TIERS)), st.integers(1, 400), st.integers(1, 400))
def test_a_tier_is_told_its_own_number_and_no_other(tier: str, general: int, others: int):
    told = for_tier(f"You have {general} days to return it; Gold and Platinum customers have {others} days.", tier)
    assert told == f"You have {others if tier in ('gold', 'platinum') else general} days to return it."


@given(st.sampled_from([*COUNTRIES, "", "XX"]))
def test_a_country_is_told_what_holds_there(country: str):
    rules = ["From the UK it costs £3.", "From other countries you pay.", "It is free if broken."]
    kept = {"GB": [rules[0], rules[2]], "": rules}.get(country, rules[1:])
    assert from_country(rules, country) == kept


@given(st.sampled_from(WEEKDAYS), st.dates(date(2000, 1, 8), date(2100, 1, 1)))
def test_a_day_of_the_week_is_the_latest_before_today(name: str, today: date):
    days = latest_weekday(f"my order from {name}", today)
    assert days is not None
    assert WEEKDAYS[days[0].weekday()] == name
    assert 1 <= (today - days[0]).days <= 7


def test_every_matter_has_words_in_both_languages():
    for name, pattern in MATTERS.items():
        assert any("\u4e00" <= c <= "\u9fff" for c in pattern.pattern), name
    assert matters_in("do you have red mugs") == ()


# Which orders are meant, and what is asked of them.


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("when did I place my very first order, and how much was it", "A-1001"),
        ("did I send anything of my oldest order back?", "A-1001"),
        ("the order before my last one, please", "A-1001"),
        ("what day did I last order?", "580904"),
        ("我上一次是哪天下的单", "580904"),
        ("我第一次下单是什么时候？", "A-1001"),
    ],
)
def test_an_order_is_picked_by_its_place(shop_with_rules: Any, question: str, number: str):
    told = say(question, "ann").text
    assert [each for each in ("A-1001", "580904") if each in told] == [number]


@pytest.mark.parametrize(
    "question",
    ["which of my orders was the biggest one by value?", "what was my dearest order", "我哪个订单金额最高？"],
)
def test_an_order_is_picked_by_its_sum(shop_with_rules: Any, question: str):
    fakes.record_purchase(
        shop_with_rules.ann, shop_with_rules.products[BAG], at=fakes.NOON - timedelta(days=40), value="90", ref="570001"
    )
    told = say(question, "ann").text
    assert "570001" in told
    assert "580904" not in told


@pytest.mark.parametrize("question", ["how many mugs was that and what did they cost me", "里面有几个杯子？"])
def test_goods_of_the_order_that_was_told_are_those_of_no_other(shop_with_rules: Any, question: str):
    told = ask("what did I order on 2 may", question)
    assert "4 × Red Retrospot Mug" in told
    assert "580904" not in told


@pytest.mark.parametrize(
    ("first", "question", "line"),
    [
        ("what did I order on 2 may", "am I still in time to send the first thing back?", "4 × Red Retrospot Mug"),
        ("what did I order on 2 may", "could the last one still go back?", "4 × Set of 3 Cake Tins"),
        ("what did I order on 2 may", "can I return the mugs?", "4 × Red Retrospot Mug"),
        ("我5月2日的订单里有什么", "第二件还能退吗？", "4 × Set of 3 Cake Tins"),
    ],
)
def test_a_return_is_one_of_the_thing_that_was_told_by_its_place_or_name(
    shop_with_rules: Any, first: str, question: str, line: str
):
    told = ask(first, question)
    assert "A-1001" in told
    assert line in told
    assert "580904" not in told
    assert told.count("×") == 1


@pytest.mark.parametrize(
    "question",
    [
        "I'd like to exchange the mugs I bought for another colour",
        "could I swap the mugs for a different size?",
        "can the jug I ordered be swapped",
    ],
)
@pytest.mark.parametrize("customer", ["ann", None])
def test_an_exchange_is_a_question_to_the_rules(shop_with_rules: Any, question: str, customer: str | None):
    assert say(question, customer).text.startswith("We do not exchange goods.")


def test_a_new_one_that_is_wished_for_is_no_exchange():
    assert matters_in("我买的杯子想换一个颜色，怎么换") == ("return",)
    assert matters_in("想换一个杯子，有推荐吗") == ()


def test_a_second_thing_of_the_order_is_asked_after_the_first(shop_with_rules: Any):
    told = ask("what did I order on 2 may", "can I still return the first thing?", "and the second one?")
    assert "4 × Set of 3 Cake Tins" in told
    assert "within 60 days" in told


def test_what_an_order_cost_may_be_asked_after_a_return(shop_with_rules: Any):
    told = ask("what did I order on 2 may", "can I still return them?", "how much was the second one?")
    assert "Set of 3 Cake Tins" in told


@pytest.mark.parametrize(
    "question",
    [
        "how many mugs are in the order I placed on 29 may, and what did they come to?",
        "我最近那单里买了几个杯子？花了多少？",
    ],
)
def test_goods_of_an_order_that_is_named_by_its_day_or_place_are_told_with_its_sum(shop_with_rules: Any, question: str):
    first, line = say(question, "ann").text.splitlines()[:2]
    assert "580904" in first
    assert "£10.00" in first
    assert line.startswith("8 × Red Retrospot Mug")


def test_all_orders_are_asked_where_somebody_says_so(shop_with_rules: Any):
    assert "12 units" in ask("what did I order on 2 may", "how many mugs have I ever bought in all my orders?")


def test_orders_of_a_month_are_counted_and_summed_up(shop_with_rules: Any):
    told = say("how many orders did I place in may and what did they come to?", "ann").text
    assert "placed 1 order" in told or "placed 2 orders" in told


@pytest.mark.parametrize("question", ["is anything else on its way?", "除了这个还有别的在路上吗"])
def test_what_else_is_on_its_way_leaves_out_the_order_that_was_told(shop_with_rules: Any, question: str):
    assert "580904" not in ask("where is my latest order?", question)


@given(st.sampled_from(["order", "parcel"]), st.sampled_from(["has not arrived", "is late", "never came"]))
def test_one_order_that_is_late_is_no_question_for_all(thing: str, late: str):
    assert UNDERWAY.search(f"my {thing} {late}") is None
    assert UNDERWAY.search("which orders have not arrived") is not None
