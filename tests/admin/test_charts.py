from __future__ import annotations

import re

import pytest
from django.template import engines
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.templatetags.loyalty_charts import bar_chart, line_chart, nice_ticks

numbers = st.floats(-1e12, 1e12).filter(lambda value: value == 0 or abs(value) > 1e-9)


@given(numbers, numbers)
def test_ticks_are_few_even_and_hold_every_value(one, other):
    low, high = sorted((one, other))
    ticks = nice_ticks(low, high)
    tolerance = 1e-6 * max(abs(low), abs(high), 1e-12)
    assert ticks[0] <= low + tolerance
    assert ticks[-1] >= high - tolerance
    assert 2 <= len(ticks) <= 7


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 97, [0, 25, 50, 75, 100]), (0.1, 0.25, [0.1, 0.15, 0.2, 0.25]), (5, 5, [4, 6]), (0, 0, [0, 0.25])],
)
def test_ticks_are_round(low, high, ticks):
    assert nice_ticks(low, high) == pytest.approx(ticks)


@given(st.lists(st.tuples(st.text(max_size=5), numbers), min_size=2, max_size=40))
def test_every_point_and_bar_is_inside_the_picture(values):
    for chart, key in ((line_chart(values, "t"), "points"), (bar_chart(values, "t"), "bars")):
        assert len(chart[key]) == len(values)
        for mark in chart[key]:
            assert 0 <= mark.x <= chart["width"]
            assert -1 <= mark.y <= chart["height"]


@pytest.mark.parametrize("values", [[], None, [("one", 1.0)], [("a", None), ("b", 2.0)]])
def test_a_line_needs_two_points(values):
    assert render("line_chart", values) == ""


def test_bars_need_one():
    assert render("bar_chart", []) == ""
    assert "<rect" in render("bar_chart", [("a", 1.0)])


def render(tag: str, values) -> str:
    source = "{% load loyalty_charts %}{% " + tag + " values title 2 'x' %}"
    return engines["django"].from_string(source).render({"values": values, "title": "<b>Loss</b>"}).strip()


def test_the_numbers_stand_in_a_table_too_and_in_the_reader_s_writing():
    with translation.override("de"):
        html = render("line_chart", [("1", 1234.5), ("2", 2.25)])
    assert '<td class="loyalty-number">1.234,50</td>' in html
    coordinates = re.findall(r'(?:cx|cy|x1|y1|points)="([^"]*)"', html)
    assert coordinates
    assert all(re.fullmatch(r"[-\d. ]+|([-\d.]+,[-\d.]+ ?)+", value) for value in coordinates)


def test_titles_and_labels_are_escaped():
    html = render("bar_chart", [("<i>", 1.0), ("b", 2.0)])
    assert "<b>" not in html
    assert "<i>" not in html
