"""Goods that a message names one by one: which products they are, how many of each, and what is reckoned of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from loyalty_ai.assistant.indexing import index_products
from loyalty_ai.assistant.turn import Outcome
from loyalty_ai.shop.adapters.base import CartItem
from tests import fakes
from tests.assistant.conftest import BAG, MUG, TRAY
from tests.assistant.test_following import full_shop  # noqa: F401 (a fixture)
from tests.assistant.test_templates import open_shop, say, thread  # noqa: F401 (fixtures)

PRICES = {
    "Red Retrospot Mug": Decimal("1.25"),
    "Jumbo Bag Strawberry": Decimal("2.08"),
    "Wooden Picnic Tray": Decimal("7.50"),
}
CLOCKS = {"K1": "Red Station Wall Clock", "K2": "Ivory Station Wall Clock", "K3": "Gin and Tonic Clock Large"}


@pytest.fixture
def clocks(open_shop: Any) -> Any:  # noqa: F811
    for product_id, title in CLOCKS.items():
        fakes.make_product(open_shop.store, product_id, title=title, url=f"/p/{product_id}/")
        open_shop.adapter.stock[product_id] = replace(open_shop.adapter.stock[MUG], product_id=product_id, title=title)
    index_products(open_shop.store)
    return open_shop


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(
    st.dictionaries(st.sampled_from(sorted(PRICES)), st.integers(2, 60), min_size=1),
    st.sampled_from(
        ["what would %s come to?", "how much is %s altogether", "i need %s, total please", "%s: how much in all"]
    ),
    st.sampled_from([" and ", ", ", " plus "]),
)
def test_so_many_of_each_thing_come_to_their_sum(open_shop: Any, wanted: dict[str, int], asks: str, joint: str):  # noqa: F811
    named = joint.join(f"{units} {title.lower()}" for title, units in wanted.items())
    told = say(asks % named).text
    total = sum(units * PRICES[title] for title, units in wanted.items())
    assert f"£{total:,.2f}" in told
    for title, units in wanted.items():
        assert f"{units} × {title}" in told


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ("the red station clock or the ivory one, what is the difference?", "They cost the same."),
        ("how much is the red station wall clock / and the ivory one?", "Ivory Station Wall Clock costs"),
        ("how much is the wooden picnic tray / is it dearer than the red retrospot mug?", "The difference is £6.25."),
        ("price of the wooden picnic tray / price of the red retrospot mug / what is the total for those two",
         "Red Retrospot Mug, Wooden Picnic Tray: £8.75 together."),
        ("price of the red retrospot mug, and what would four come to?", "4 × Red Retrospot Mug: £5.00"),
        ("a dozen of the red retrospot mug, how much", "12 × Red Retrospot Mug: £15.00"),
        ("3个Red Retrospot Mug和2个Wooden Picnic Tray一共多少钱", "3 × Red Retrospot Mug, 2 × Wooden Picnic Tray：共 £18.75"),
        ("红色和象牙色的 station 挂钟哪个便宜", "它们价格相同"),
    ],
)  # fmt: skip
def test_what_is_named_is_reckoned_up_or_compared(clocks: Any, messages: str, said: str):
    assert said in thread(*messages.split(" / ")).text


def test_a_joint_inside_of_a_title_parts_nothing(clocks: Any):
    told = say("2 gin and tonic clocks and 3 red retrospot mugs, how much altogether").text
    assert "2 × Gin and Tonic Clock Large, 3 × Red Retrospot Mug" in told


def test_a_number_of_the_title_is_no_number_of_units(open_shop: Any):  # noqa: F811
    assert "×" not in say("how much is the set of 3 cake tins").text
    assert "2 × Set of 3 Cake Tins" in say("how much are 2 sets of 3 cake tins").text


@pytest.mark.parametrize(
    "text", ["do you have mugs, a bag and a tray?", "mugs or lamps", "the blue one or the red one"]
)
def test_what_names_kinds_and_no_products_is_not_reckoned(open_shop: Any, text: str):  # noqa: F811
    assert "together" not in say(text).text


def cart(**units: int) -> tuple[CartItem, ...]:
    titles = {MUG: "Red Retrospot Mug", BAG: "Jumbo Bag Strawberry", TRAY: "Wooden Picnic Tray"}
    return tuple(CartItem(key, titles[key], count, PRICES[titles[key]]) for key, count in units.items())


@pytest.mark.parametrize(
    ("text", "units", "total"),
    [
        ("take the mugs out and add 2 jumbo bag strawberry", {MUG: 0, BAG: 2}, "£11.66"),
        ("bit much. take the tray out - what would be left to pay?", {TRAY: 0}, "£3.75"),
        ("change the mugs to 5 and drop the tray, whats my new total", {MUG: 5, TRAY: 0}, "£6.25"),
        ("swap the picnic tray for the jumbo bag strawberry", {TRAY: 0, BAG: 1}, "£5.83"),
        ("swap the picnic tray for 3 jumbo bag strawberry", {TRAY: 0, BAG: 3}, "£9.99"),
        ("put a jumbo bag strawberry and another picnic tray in my basket", {BAG: 1, TRAY: 2}, "£20.83"),
        ("take the tray out, leave the mugs", {TRAY: 0}, "£3.75"),
        ("keep the mugs, drop the tray", {TRAY: 0}, "£3.75"),
        ("the tray can go but the mugs should stay", {TRAY: 0}, "£3.75"),
        ("just keep the tray", {MUG: 0}, "£7.50"),
        ("把托盘拿掉,马克杯留着", {TRAY: 0}, "£3.75"),
        ("只留下托盘,其他都不要了", {MUG: 0}, "£7.50"),
        ("make the mugs 5 but leave the tray as it is", {MUG: 5}, "£13.75"),
        ("change the mugs to 5 and the tray to 2", {MUG: 5, TRAY: 2}, "£21.25"),
    ],
)
def test_all_changes_of_one_message_are_one_proposal(open_shop: Any, text: str, units: dict[str, int], total: str):  # noqa: F811
    told = say(text, "ann", cart=cart(MUG1=3, TRAY5=1))
    assert dict(told.proposal.units) == units
    assert total in told.text


@pytest.mark.parametrize(
    ("messages", "units"),
    [
        ("add 2 red station wall clocks and 1 ivory to my cart", {"K1": 2, "K2": 1}),
        ("add three red station wall clocks to my cart / actually make that two red and one ivory", {"K1": 2, "K2": 1}),
        ("add a red station wall clock to my cart / no, 2 red and one ivory", {"K1": 2, "K2": 1}),
    ],
)
def test_what_a_list_for_the_cart_names_by_half_is_of_the_kind_before(
    clocks: Any, messages: str, units: dict[str, int]
):
    assert dict(thread(*messages.split(" / "), customer="ann", cart=()).proposal.units) == units


def test_another_number_of_what_waits_for_a_yes_changes_nothing_else(open_shop: Any):  # noqa: F811
    told = thread("add 6 jumbo bag strawberry", "actually make that 4", customer="ann", cart=cart(TRAY5=1))
    assert dict(told.proposal.units) == {BAG: 4}


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("is the wooden picnic tray more than a fiver?", "Yes: Wooden Picnic Tray costs £7.50"),
        ("does the red retrospot mug cost less than £1", "No: Red Retrospot Mug costs £1.25"),
        ("Wooden Picnic Tray超过5镑吗", "是的：Wooden Picnic Tray"),
    ],
)
def test_whether_something_costs_so_much_is_answered_by_yes_or_no(open_shop: Any, text: str, begins: str):  # noqa: F811
    assert say(text).text.startswith(begins)
    assert not say("are there any mugs under £2").text.startswith("Yes")


def test_a_sum_asked_beside_an_addition_is_the_carts(open_shop: Any):  # noqa: F811
    told = say("add 2 more red retrospot mugs. what's the total then?", "ann", cart=cart(MUG1=3, TRAY5=1))
    assert dict(told.proposal.units) == {MUG: 5}
    assert "Your cart would then come to £13.75." in told.text


@pytest.mark.parametrize(
    "text",
    [
        "can you write my daughter's school essay on the tudors, about 500 words?",
        "could you recommend a good dentist near the station please",
        "推荐一家附近的餐厅",
    ],
)
def test_errands_that_are_no_shops_business_are_refused(open_shop: Any, text: str):  # noqa: F811
    assert say(text).outcome == Outcome.REFUSED
