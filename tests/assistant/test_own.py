"""Questions about the shopper's own cart, tier and orders in words that no table knows, and about single things of their orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.assistant_subjects import called, read
from loyalty_ai.assistant.documents import publish_document
from loyalty_ai.assistant.hearing import heard
from loyalty_ai.assistant.phrases import ASPECTS, Intent
from loyalty_ai.assistant.phrasing.own import OWN_HEARD
from loyalty_ai.assistant.phrasing.purchases import says, unit_price
from loyalty_ai.assistant.subjects import OWN
from loyalty_ai.shop.adapters.base import CartItem
from tests import fakes
from tests.assistant.conftest import BAG, MUG, TITLES, TRAY
from tests.assistant.test_history import ask
from tests.assistant.test_templates import open_shop, say

__all__ = ["open_shop"]

ONLY_HEARD = {"way", "charge", "count", "which", "back"}


def test_what_is_ones_own_is_an_intent_and_known_aspects():
    own = {subject.removeprefix(OWN) for subject in called() if subject.startswith(OWN)}
    assert own
    for kind in own:
        intent, *aspects = kind.split()
        assert Intent(intent)
        assert {*aspects} <= {*ASPECTS, *ONLY_HEARD}, kind


@pytest.mark.parametrize(
    ("question", "own"),
    [
        ("what have i got in the trolley so far", "cart"),
        ("am i far from moving up", "next_tier"),
        ("has that parcel of mine left yet", "order expected way"),
        ("there's £12 gone from my card to you, why", "order charge"),
        ("how many of these did we buy in total", "order count"),
    ],
)
def test_words_of_ones_own_are_heard_by_their_likeness(question: str, own: str):
    assert question not in {row.text for row in read()}
    found = heard(question)
    assert found is not None
    assert found.own == own
    assert found.likeness >= min(OWN_HEARD.values())


@pytest.mark.parametrize(
    "goods", ["red mugs", "a gold frame", "silver earrings", "gift tags for parcels", "umbrella", ""]
)
def test_goods_are_not_heard_as_what_is_ones_own(goods: str):
    found = heard(goods)
    assert found is None or not found.own or found.likeness < OWN_HEARD[Intent.NONE] + 0.12


def test_a_basket_that_is_looked_into_is_told_and_no_rule(open_shop: Any):
    body = "# Stock\n\n## Is my cart reserved\n\nNo. A cart reserves nothing."
    publish_document(store=open_shop.store, slug="stock", language="en", title="", body=body)
    cart = (CartItem(MUG, TITLES[MUG], 2, Decimal("1.25")),)
    for question in ("whats in my basket right now and what does it come to", "what have i got in the trolley so far"):
        told = say(question, "ann", cart=cart).text
        assert "2 × Red Retrospot Mug: £2.50" in told, question
        assert "reserves" not in told
        assert "Which product" not in told
    assert "reserves nothing" in say("if i leave it in my basket will it be gone", "ann", cart=cart).text


def test_what_is_missing_to_the_next_tier_is_heard_without_its_name(open_shop: Any):
    for question in (
        "how much more do i need to spend to go up",
        "am i nearly there for the next one",
        "so how short am i",
    ):
        assert "Your tier is Silver." in say(question, "ann").text, question


def test_a_parcel_is_told_where_goods_of_it_are_named(open_shop: Any):
    for question in ("did my tins get sent", "has my last lot gone out yet? should i stay in", "any news of my parcel"):
        assert "A-1001" in say(question, "ann").text, question
    assert "sign in" in say("any news of my parcel").text


def test_the_name_of_goods_stays_one_though_it_sounds_like_an_order(open_shop: Any):
    for question in ("red retrospot mug", "have you got cake tins", "do you still have the picnic tray"):
        told = say(question, "ann").text
        assert "A-1001" not in told, question
        assert "£" in told


def test_a_sum_is_traced_to_its_order(open_shop: Any):
    told = say("there's a £10 charge from may on my card, what is that for?", "ann").text
    assert "Order A-1001 of 2 May 2011: £10.00" in told
    assert "4 × Red Retrospot Mug: £5.00" in told
    assert "None of your orders came to that sum." in say("what did you take £99 off me for", "ann").text


@pytest.fixture
def more_mugs(open_shop: Any) -> Any:
    """Three mugs more, of 22 April."""
    fakes.record_purchase(
        open_shop.ann,
        open_shop.products[MUG],
        at=open_shop.before - timedelta(days=10),
        value="3.00",
        quantity=3,
        ref="A-0999",
    )
    return open_shop


def test_how_many_were_bought_is_summed_up_whatever_else_is_said(more_mugs: Any):
    for question in (
        "how many mugs have i had off you altogether? my husband says its silly",
        "remind me how many of the red retrospot mugs ive had",
    ):
        assert "Red Retrospot Mug: in 2 orders, 7 units in all" in say(question, "ann").text, question


def test_units_of_several_goods_are_added_up(more_mugs: Any):
    fakes.record_purchase(more_mugs.ann, more_mugs.products[BAG], at=more_mugs.before, value="6.00", quantity=3)
    told = say("how many red mugs and bags have i bought in all", "ann").text
    assert "Jumbo Bag Strawberry" not in told or "Together that is" in told


def test_the_orders_that_held_a_thing_are_told(more_mugs: Any):
    told = say("which of my orders had the mugs in", "ann").text
    assert "Order A-1001 of 2 May 2011: 4 × Red Retrospot Mug" in told
    assert "Order A-0999 of 22 Apr 2011: 3 × Red Retrospot Mug" in told
    assert "7 units in all" in ask("which of my orders had the mugs in", "did i get more than one?")


def test_single_lines_of_the_order_that_was_told_are_summed_up(open_shop: Any):
    told = ask("show me my last order", "how much was just the mugs and tins")
    assert "4 × Red Retrospot Mug: £5.00, £1.25 each" in told
    assert "Together that is £10.00: " in told


def test_what_was_paid_stands_beside_the_price_of_today(open_shop: Any):
    told = ask(
        "did my tins get sent", "how many was it and what did each cost me", "thats cheaper than the site says now?"
    )
    assert "4 × Set of 3 Cake Tins: £5.00, £1.25 each" in told
    assert "Set of 3 Cake Tins costs £4.95 and is in stock." in told
    assert "Set of 3 Cake Tins is £3.70 dearer now than it was for you." in told
    assert "has the same price now" in ask("did my mugs get sent", "what do they cost now")


def test_goods_at_hand_keep_their_price_though_orders_were_told(open_shop: Any):
    assert "Wooden Picnic Tray costs £7.50" in ask("show me my last order", "how much is the picnic tray now")


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_title_says_a_word_or_not(title: str, word: str):
    assert says(title, word) in (True, False)


def test_the_price_of_one_needs_one():
    assert unit_price({"value": Decimal("10.00"), "units": 3}) == Decimal("3.33")
    assert unit_price({"value": Decimal("10.00"), "units": 0}) is None


LOYALTY = """# Loyalty tiers

## How to join

Everybody with an account is a Member. Joining is free.

## Bringing friends

You have a code of your own for friends.

## How the tier is counted

An order leaves the count when it is 365 days old.
"""
WHOLESALE = """# Wholesale

## Who can buy wholesale

Hotels and other businesses can open a wholesale account.

## Bulk discounts

A wholesale order of £50 or more gets 10 % off, of £1,000 or more 15 % off.
"""
CHANGES = """# Changing an order

## Until when an order can be changed

An order can be changed while it is prepared.

## How to change it

Write to us. To add a product place a second order.
"""
CONTACT = """# Contact

## Opening hours

We are there Monday to Friday from 9:00 to 17:00.

## Telephone number

Call us during the opening hours.
"""


@pytest.fixture
def documents(open_shop: Any) -> Any:
    bodies = {"loyalty": LOYALTY, "wholesale": WHOLESALE, "changes": CHANGES, "contact": CONTACT, "returns": RETURNS}
    for slug, body in bodies.items():
        publish_document(store=open_shop.store, slug=slug, language="en", title="", body=body)
    return open_shop


RETURNS = """# Returns

## How long you have

You can return goods within 30 days of delivery.

## What cannot be returned

Earrings and used picnic goods cannot be returned.
"""


def test_joining_for_a_tier_is_no_wish_for_goods_of_its_name(documents: Any):
    assert "Joining is free." in say("hiya do i need to join anything to get silver").text


def test_a_supposed_spend_is_taken_off_what_is_missing(open_shop: Any):
    told = say("if i order for £200 more do i get gold", "ann").text
    assert "With that you would be £500.00 short of Gold." in told
    assert "With that you would reach Gold." in say("if i spend £900 would i be gold", "ann").text
    told = ask("how far am i from gold", "and if i spend 240 and return 20?", "so how short am i then")
    assert "With that you would be £480.00 short of Gold." in told


def test_whoever_asks_to_keep_a_tier_hears_what_leaves_the_count(documents: Any):
    told = say("will I stay silver if i buy nothing more this winter?", "ann").text
    assert "Order A-1001 of 2 May 2011" in told
    assert "An order leaves the count when it is 365 days old." in told


def test_a_business_hears_what_comes_off_of_so_many(documents: Any):
    told = say("i need 100 red retrospot mugs for a hotel chain").text
    assert "100 × Red Retrospot Mug: £125.00" in told
    assert "10 % of £125.00 come off: £12.50, which leaves £112.50." in told
    told = ask("i need 100 red retrospot mugs for a hotel chain", "what discount would that be")
    assert "£12.50" in told
    assert "£540.00" in say("we run a B&B and would want maybe £600 of stuff to start. any deal?").text
    told = say("we run a hotel, do we get a discount for a wholesale order of £30").text
    assert "An order of £30.00 gets no discount: 10 % come off from £50.00 on." in told


@pytest.mark.parametrize(
    ("question", "off"),
    [
        ("how much do I save on an order of 800?", "10 % of £800.00 come off: £80.00, which leaves £720.00."),
        ("what discount do I get on an order of £1,200?", "15 % of £1,200.00 come off: £180.00"),
        ("is there a discount on a £30 order?", "An order of £30.00 gets no discount"),
    ],
)
def test_what_comes_off_an_order_of_so_much_is_reckoned_from_the_rule(documents: Any, question: str, off: str):
    assert off in say(question).text


@pytest.mark.parametrize(
    "question",
    [
        "could I order 200 red retrospot mugs, have you got enough?",
        "do you have 200 red retrospot mugs in stock?",
        "200个red retrospot mug够吗？",
    ],
)
def test_very_many_units_are_told_with_what_they_come_to_and_no_order(documents: Any, question: str):
    told = say(question, "ann").text
    assert "£250.00" in told
    assert "A-1001" not in told


def test_many_that_are_put_or_paid_for_are_no_question_for_the_stock(documents: Any):
    assert "how many are left" not in say("how much would 200 red retrospot mugs cost?").text
    assert "how many are left" not in say("add 60 red retrospot mugs to my basket").text


@pytest.mark.parametrize(
    ("question", "times"),
    [
        ("do I get anything for bringing a friend", 1),
        ("I brought a friend to your shop, is there a bonus for that?", 1),
        ("can you recommend something for a friend?", 0),
    ],
)
def test_what_bringing_a_friend_is_worth_is_no_wish_for_goods(documents: Any, question: str, times: int):
    assert say(question).text.count("code of your own") == times


@pytest.mark.parametrize(
    "wish", ["a mug for the office", "gifts for my boss at the hotel", "i want 2 mugs for our shop window"]
)
def test_a_few_things_are_no_business(documents: Any, wish: str):
    assert "wholesale" not in say(wish).text.lower()


def test_a_wish_to_add_goes_on_about_the_rule_for_changes(documents: Any):
    told = ask("can i change my order after i paid", "I want to add one more thing not remove")
    assert "To add a product place a second order." in told


def test_goods_at_hand_may_go_back_but_for_what_is_barred(documents: Any):
    told = ask("have you got a picnic tray", "will they be allowed back if she doesnt like them")
    assert "within 30 days" in told
    assert "picnic goods cannot be returned" in told
    told = ask("have you got cake tins", "will they be allowed back if she doesnt like them")
    assert "within 30 days" in told
    assert "picnic goods" not in told


def test_whether_somebody_is_there_is_told_by_the_clock(documents: Any):
    assert ask("what is your phone number", "what about now, its saturday").startswith("No, nobody is there then.")
    assert say("can i phone you now").text.startswith("Yes, somebody is there then.")  # Wednesday noon
    assert say("can i ring you on sunday").text.startswith("No, nobody is there then.")
    assert "there then" not in say("what is your phone number").text


def test_goods_of_a_month_are_judged_by_the_order_that_held_them(documents: Any):
    told = say("so how long do i have to return the cake tins from may", "ann").text
    assert "A-1001" in told
    assert "within 30 days" in told


def test_an_order_is_called_off_by_the_day_of_which_it_is(documents: Any):
    told = say("I want to cancel what I ordered on monday the 2nd of may, changed my mind", "ann").text
    assert "A-1001" in told


def test_what_no_document_treats_is_said_not_to_be_treated(documents: Any):
    told = say("if i buy today n its cheaper next week do i get the difference back")
    assert "I found nothing about that" in told.text


def test_other_goods_of_orders_are_told_in_their_turn(open_shop: Any):
    told = ask("how much did the mugs set me back last time", "and the tin ones?")
    assert "4 × Set of 3 Cake Tins: £5.00" in told


def test_many_units_are_told_with_a_comma(open_shop: Any):
    for product, ref in ((BAG, "A-1"), (MUG, "A-2")):
        fakes.record_purchase(
            open_shop.ann, open_shop.products[product], at=open_shop.before, value="6.00", quantity=9_000, ref=ref
        )
    told = say("how many mugs and jumbo bags have i had off you altogether", "ann").text
    assert "Together that is 18,004 units." in told


def test_a_day_of_the_order_is_no_day_it_is_wanted_by(open_shop: Any, monkeypatch: Any):
    orders = open_shop.adapter.orders
    days = {"expected_from": date(2011, 6, 2), "expected_by": date(2011, 6, 3)}
    monkeypatch.setattr(
        open_shop.adapter, "orders", lambda *a, **k: [replace(each, **days) for each in orders(*a, **k)]
    )
    assert (
        "Yes, it should arrive between 2 Jun 2011 and 3 Jun 2011." in say("will my order be here by friday", "ann").text
    )
    assert "No, it should arrive" in say("will my parcel come before thursday", "ann").text
    told = say("my stuff from the 2nd of may, has it gone", "ann").text
    assert "It should arrive between" in told
    assert "Yes" not in told


def test_a_sum_alone_is_traced_where_an_order_came_to_it(open_shop: Any):
    assert "Order A-1001" in say("i paid you 10.00 what did i get for that", "ann").text
    assert "A-1001" not in say("what mugs are there under £10", "ann").text


def test_the_usual_leaves_out_what_is_not_wanted(open_shop: Any):
    told = say("same again please but without the tins", "ann").text
    assert "Red Retrospot Mug" in told
    assert "Tins" not in told


def test_goods_are_looked_for_though_a_rule_was_quoted(documents: Any):
    assert "Wooden Picnic Tray" in ask("how long do i have to return things", "picnic tray")


def test_money_is_asked_for_after_what_came_back(documents: Any):
    order = fakes.record_purchase(documents.ann, documents.products[MUG], at=documents.before, quantity=8, ref="580904")
    fakes.record_refund(order, documents.products[MUG], quantity=5, value="2.00")
    body = "# Refunds\n\n## When the money comes back\n\nWe refund within 5 working days."
    publish_document(store=documents.store, slug="refunds", language="en", title="", body=body)
    assert "We refund within 5 working days." in ask("have you got my mugs back yet", "so wheres my money")


def test_two_months_are_compared_however_it_is_put(open_shop: Any):
    fakes.record_purchase(
        open_shop.ann, open_shop.products[TRAY], at=open_shop.before - timedelta(days=12), value="7.50", ref="A-0998"
    )
    told = say("compare my april and may", "ann").text
    assert "£7.50" in told
    assert "£10.00" in told


def test_a_thing_for_a_hotel_room_is_no_trade(documents: Any):
    assert "wholesale" not in say("its for a hotel room, a nice tray").text.lower()


def test_fewer_than_ordered_is_told_the_rule(documents: Any):
    body = "# Missing goods\n\n## If something arrives wrong or missing\n\nWrite to us within 14 days."
    publish_document(store=documents.store, slug="missing", language="en", title="", body=body)
    assert "Write to us within 14 days." in say("i only got 3 of the 4 red retrospot mugs", "ann").text


def test_what_is_owed_for_goods_sent_back_is_told_by_them(open_shop: Any):
    order = fakes.record_purchase(open_shop.ann, open_shop.products[MUG], at=open_shop.before, quantity=8, ref="580904")
    fakes.record_refund(order, open_shop.products[MUG], quantity=5, value="2.00")
    told = say("do you owe me anything for the stuff i sent back", "ann").text
    assert "5 of 8 × Red Retrospot Mug came back, and £2.00 was refunded." in told
