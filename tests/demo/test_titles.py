"""Pleasant titles and the shelves that follow from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop_demo.shelves import SHELVES, category_path, find_shelf
from shop_demo.titles import pleasant_title


@pytest.mark.parametrize(
    ("shouted", "pleasant"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White Hanging Heart T-Light Holder"),
        ("SET/6 RED SPOTTY PAPER CUPS", "Set of 6 Red Spotty Paper Cups"),
        ("S/4 GROOVY CAT MAGNETS", "Set of 4 Groovy Cat Magnets"),
        ("CAKE STAND W HANGING CAKES", "Cake Stand with Hanging Cakes"),
        ("CHILDRENS CUTLERY DOLLY GIRL", "Children's Cutlery Dolly Girl"),
        ("POLYESTER FILLER PAD 45x45cm", "Polyester Filler Pad 45x45cm"),
        ("60CM PINK CHRISTMAS TREE", "60cm Pink Christmas Tree"),
        ("3D DOG PICTURE PLAYING CARDS", "3D Dog Picture Playing Cards"),
        ("GIANT 50'S CHRISTMAS CRACKER", "Giant 50s Christmas Cracker"),
        ("METAL SIGN,CUPCAKE SINGLE HOOK", "Metal Sign, Cupcake Single Hook"),
        ("THE KING GIFT BAG", "The King Gift Bag"),
        ("I LOVE LONDON MINI BACKPACK", "I Love London Mini Backpack"),
        ("*USB Office Mirror Ball", "USB Office Mirror Ball"),
        ("ASHTRAY,", "Ashtray"),
    ],
)
def test_titles_are_pleasant(shouted: str, pleasant: str):
    assert pleasant_title(shouted) == pleasant


@given(st.text(alphabet="ABCDEFG w/+,'0123456789-.", max_size=35))
def test_a_title_is_clean_and_stays_as_it_is(text: str):
    title = pleasant_title(text)
    assert title == " ".join(title.split())
    assert find_shelf(title) in SHELVES


@pytest.mark.parametrize(
    ("title", "shelf"),
    [
        ("Red Retrospot Mug", "kitchen/mugs"),
        ("White Hanging Heart T-Light Holder", "light/holders"),
        ("Pack of 72 Retrospot Cake Cases", "kitchen/baking"),
        ("Regency Cakestand 3 Tier", "kitchen/tea"),
        ("Jumbo Bag Red Retrospot", "bags/bags"),
        ("Lunch Bag Red Retrospot", "bags/lunch"),
        ("Party Bunting", "party/bunting"),
        ("Wrap Red Vintage Doily", "party/wrap"),
        ("Christmas Lights 10 Reindeer", "christmas/tree"),
        ("Alarm Clock Bakelike Green", "home/clocks"),
        ("Zinc Metal Heart Decoration", "home/ornaments"),
        ("Sombrero", "home/finds"),
    ],
)
def test_a_title_finds_its_shelf(title: str, shelf: str):
    assert find_shelf(title) == shelf


def test_a_category_is_a_path():
    assert category_path("kitchen/mugs") == "Kitchen & Dining / Mugs & Cups"
