"""Drawn pictures: the same for the same product, valid, and of what the title names."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop_demo.covers import cover_svg, design, drawings
from shop_demo.shelves import SHELVES, find_shelf


@pytest.mark.parametrize(
    ("title", "drawing", "pattern"),
    [
        ("Red Retrospot Mug", "mug", "dots"),
        ("White Hanging Heart T-Light Holder", "tlight", "hearts"),
        ("Jumbo Bag Red Retrospot", "bag", "dots"),
        ("Alarm Clock Bakelike Green", "alarm", None),
        ("Regency Teapot Roses", "teapot", "flowers"),
        ("Assorted Colour Bird Ornament", "bird", None),
        ("Set of 3 Regency Cake Tins", "cake", "flowers"),
    ],
)
def test_a_cover_shows_what_the_title_names(title: str, drawing: str, pattern: str | None):
    found = design("1", title, find_shelf(title))
    assert (found.drawing, found.pattern) == (drawing, pattern)


@given(
    sku=st.text("0123456789ABC", min_size=1, max_size=12),
    title=st.text(max_size=60),
    shelf=st.sampled_from(sorted(SHELVES)),
)
def test_any_cover_is_one_valid_document_without_scripts(sku: str, title: str, shelf: str):
    svg = cover_svg(sku, title, shelf)
    tree = ET.fromstring(svg)
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    assert {element.tag.rpartition("}")[2] for element in tree.iter()}.isdisjoint(
        {"script", "style", "foreignObject", "image"}
    )
    assert "{" not in svg
    assert svg == cover_svg(sku, title, shelf)


def test_every_drawing_is_called_by_some_word_or_shelf():
    from shop_demo.covers import SHELF_DRAWINGS

    for name, drawing in drawings().items():
        assert drawing.words or name in SHELF_DRAWINGS.values(), name
