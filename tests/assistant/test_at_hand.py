"""Questions that go on about the goods at hand, compare them, and reckon them up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from loyalty_ai.assistant.documents import publish_document
from loyalty_ai.assistant.following import points_at_some, reckoning
from loyalty_ai.assistant.indexing import index_products
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrasing.at_hand import shared
from loyalty_ai.assistant.phrasing.choosing import by_likeness
from loyalty_ai.assistant.questions import normal, understand
from loyalty_ai.assistant.turn import Outcome
from tests import fakes
from tests.assistant.conftest import BAG, MUG, TIN, box
from tests.assistant.test_following import full_shop  # noqa: F401 (a fixture)
from tests.assistant.test_templates import open_shop, say, thread  # noqa: F401 (fixtures)

CLOCKS = {"C1": "Red Diner Wall Clock", "C2": "Blue Diner Wall Clock", "C3": "Mint Diner Wall Clock"}
WRAPPING = "# Gift wrapping\n\n## What it costs\n\nGift wrapping costs £2.50 for each parcel.\n"
QUANTITIES = "# Large orders\n\n## Limits\n\nYou can order as many units as are in stock, at most 999 of a product.\n"


@pytest.fixture
def clock_shop(full_shop: Any) -> Any:  # noqa: F811
    for product_id, title in CLOCKS.items():
        fakes.make_product(full_shop.store, product_id, title=title, url=f"/p/{product_id}/")
    index_products(full_shop.store)
    return full_shop


@pytest.mark.parametrize(
    "ask",
    [
        "red retrospot mug or the jumbo bag strawberry, which sells better?",
        "which is more popular, the red retrospot mug or the jumbo bag strawberry?",
        "red retrospot mug vs jumbo bag strawberry - which one do more people go for and whats the price gap",
        "the red retrospot mug or the jumbo bag strawberry. price, which do people buy more?",
    ],
)
def test_what_sells_better_is_told_by_the_orders(open_shop: Any, ask: str):  # noqa: F811
    for day in range(1, 3):
        fakes.record_purchase(open_shop.bob, open_shop.products[BAG], at=fakes.NOON - timedelta(days=day))
    told = say(ask)
    assert "Jumbo Bag Strawberry sells better: more of the latest orders hold it." in told.text
    assert "The difference is £0.83." in told.text


def test_what_sold_alike_or_not_at_all_is_said_to_be_so(open_shop: Any):  # noqa: F811
    assert "They sell equally well" in say("which sells better, the red retrospot mug or the set of 3 cake tins?").text
    assert "None of the latest orders" in say("hanging heart lamp vs wooden picnic tray, which sells better").text


def test_the_place_by_sales_says_no_number_and_counts_late_orders_only(shop: Any):
    fakes.record_purchase(shop.bob, shop.products[MUG], at=fakes.NOON - timedelta(days=200), ref="OLD-1")
    found = box().call("lookup_catalog", {"product_ids": [MUG, BAG, "LAMP4"], "by_sales": True})
    assert {row["product_id"]: row["sales_place"] for row in found.data["products"]} == {MUG: 1, BAG: 1, "LAMP4": None}


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ("red retrospot mug / id take 4 packs, total?", "4 × Red Retrospot Mug: £5.00"),
        ("red retrospot mug / and 12 of those?", "12 × Red Retrospot Mug: £15.00"),
        (
            "red retrospot mug and jumbo bag strawberry prices / if i take both?",
            "Red Retrospot Mug, Jumbo Bag Strawberry: £3.33 together.",
        ),
        (
            "red retrospot mug and jumbo bag strawberry prices / and 12 of each?",
            "12 × Red Retrospot Mug, 12 × Jumbo Bag Strawberry: £39.96 together.",
        ),
        ("red retrospot mug and jumbo bag strawberry prices / the cheaper one, 5 of them", "5 × Red Retrospot Mug: £6.25"),
        ("red retrospot mug and jumbo bag strawberry prices / the strawberry, 20 pls how much",
         "20 × Jumbo Bag Strawberry: £41.60"),
    ],
)  # fmt: skip
def test_so_many_of_what_is_at_hand_are_reckoned_up(open_shop: Any, messages: str, said: str):  # noqa: F811
    assert said in thread(*messages.split(" / ")).text


def test_what_a_rule_charges_is_reckoned_up(open_shop: Any):  # noqa: F811
    publish_document(store=open_shop.store, slug="wrapping", language="en", title="", body=WRAPPING)
    told = thread("what does gift wrapping cost?", "hmm. how much would it be for 3 separate orders then")
    assert told.text == "3 × £2.50: £7.50"
    assert [source.key.partition(":")[0] for source in told.sources] == ["passage"]


def test_more_than_an_order_may_hold_is_answered_by_the_rule(open_shop: Any):  # noqa: F811
    publish_document(store=open_shop.store, slug="quantities", language="en", title="", body=QUANTITIES)
    assert "at most 999 of a product" in thread("red retrospot mug", "could I take 3000 in one go").text


def test_which_of_the_kind_at_hand_is_meant_is_told_by_its_words(clock_shop: Any):
    told = thread("wall clocks", "how much is the blue one and have you got many")
    assert told.cards == ("C2",)
    assert thread("wall clocks", "ok red then, how much").cards == ("C1",)
    told = thread("wall clocks", "the diner ones, what colours")
    assert "There are these: " in told.text
    assert all(colour in told.text for colour in ("Red", "Blue", "Mint"))


@pytest.mark.parametrize(
    "asked",
    [
        "is the battery included, and can it be washed?",
        "can the hands be replaced?",
        "which of them can go in the dishwasher",
        "are they suitable for a 3 year old",
        "can I wash them?",
        "带电池吗",
        "能洗吗",
    ],
)
def test_what_the_data_say_not_of_goods_at_hand_is_said_to_be_unsaid(clock_shop: Any, asked: str):
    told = thread("wall clocks", asked)
    assert told.outcome is Outcome.UNANSWERED
    assert set(told.cards) <= set(CLOCKS)
    assert "£10.00" in told.text
    assert thread("wall clocks", "do you have washing up gloves").cards == ()


def test_so_many_of_the_cheapest_are_of_those_shown(clock_shop: Any):
    assert "3 × Red Diner Wall Clock: £30.00" in thread("wall clocks", "3 of the cheapest").text


def test_the_one_that_has_most_of_the_words_is_meant(full_shop: Any):  # noqa: F811
    assert thread("show me mugs", "the one with feathery owls sounds fun, price?").cards == ("OWL6",)
    assert "OWL6" not in thread("show me mugs", "price of the one with a purple hedgehog").text


def test_what_the_kind_at_hand_has_not_is_said_and_nothing_else_is_taken_for_it(clock_shop: Any):
    told = thread("wall clocks", "how much is the green one")
    assert "Nothing is called just “green" in told.text
    assert set(told.cards) <= set(CLOCKS)


def test_where_all_cost_the_same_none_is_the_cheapest(clock_shop: Any):
    told = thread("wall clocks", "the diner ones - whats cheapest")
    assert set(told.cards) == set(CLOCKS)
    assert "They cost the same." in told.text


def test_two_of_those_shown_are_taken_together_or_compared(clock_shop: Any):
    assert "£20.00 together." in thread("wall clocks", "the red one and the mint one, how much for the pair?").text
    told = thread("wall clocks", "red or blue?")
    assert set(told.cards) == {"C1", "C2"}


def test_goods_of_an_order_that_was_told_are_asked_for_as_they_are_now(open_shop: Any):  # noqa: F811
    told = thread("show me my last order", "is the red mug still in stock?", customer="ann")
    assert "Red Retrospot Mug costs £1.25 and is in stock." in told.text
    told = thread("what have i bought most", "and how many still on your shelves?", customer="ann")
    assert set(told.cards) == {MUG, TIN}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("any mugs for a 4 yr old", "mugs"),
        ("mugs for 8 kids on the 12th", "mugs kids"),
        ("hiya pls show me lil mugs ugh", "mugs"),
        ("the owl mug sounds fun, thats nice", "owl mug"),
        ("cheapest mug, not fussed about looks", "mug"),
        ("mugs but not red ones", "mugs"),
        ("no not chandeliers!! string of lights", "string lights"),
        ("a mug for 2012 next year", "mug 2012"),
    ],
)
def test_fillers_ages_days_and_what_is_not_wanted_are_no_words_of_goods(text: str, words: str):
    assert understand(text)[0].words == words


def test_a_yes_or_a_no_that_names_something_names_it():
    assert understand("ok red then")[0].intent is Intent.NONE
    assert understand("yes please go ahead")[0].intent is Intent.YES
    assert understand("nope")[0].intent is Intent.NO


def test_what_stands_where_most_stand_goes_before_what_only_has_the_name():
    rows = [
        {"title": "Jumbo Bag Toys", "category": "Bags", "score": 1.0, "available": True},
        *({"title": f"Soft Toy {name}", "category": "Toys", "score": 1.0, "available": True} for name in ("Owl", "Cat", "Dog")),
    ]  # fmt: skip
    assert by_likeness(rows, "toys")[-1]["title"] == "Jumbo Bag Toys"


def test_a_small_budget_stays_while_the_kind_is_narrowed(open_shop: Any):  # noqa: F811
    told = thread("something for the kitchen under £200", "mugs")
    assert "within your price" in told.text


def test_the_name_of_goods_alone_asks_for_goods(open_shop: Any):  # noqa: F811
    fakes.make_product(open_shop.store, "CARD", title="Robot Birthday Card", url="/p/CARD/")
    open_shop.adapter.stock = None
    index_products(open_shop.store)
    assert say("birthday cards").cards[:1] == ("CARD",)


def test_the_words_that_all_titles_share_are_the_kind():
    assert shared([{"title": title} for title in CLOCKS.values()]) == "diner wall clock"


WORDS = [
    "how",
    "much",
    "both",
    "each",
    "of",
    "them",
    "12",
    "two",
    "dozen",
    "total",
    "the",
    "a",
    "red",
    "mug",
    "take",
    "i",
    "all",
    "pair",
]


@drawn(
    st.text(alphabet="abcdefghij0123456789 ,.?£", max_size=60)
    | st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
)
def test_reckoning_reads_any_text_and_counts_sensibly(text: str):
    told = reckoning(normal(text))
    assert told is None or 0 < told.units < 1000
    points_at_some(normal(text))


def test_what_names_goods_is_no_reckoning():
    for text in ("12 red mugs", "the blue one, 3 of them", "both bags", "how much is delivery", "a dozen candles"):
        assert reckoning(text) is None, text
