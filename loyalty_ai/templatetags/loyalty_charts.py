"""Small charts drawn on the server as accessible SVG, with the same numbers in a table; no script, no inline style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template

from loyalty_ai.serving.money import format_number

register = template.Library()

WIDTH, HEIGHT = 520, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 32
GRID = 5
LABELS = 6
"""In units of the picture's view box."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value where it stands in the picture."""

    x: float
    y: float
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in the picture."""

    x: float
    y: float
    width: float
    height: float
    label: str
    text: str


@register.inclusion_tag("admin/loyalty_ai/line_chart.html")
def line_chart(points: Sequence[tuple[Any, float]], title: str, places: int = 2, slug: str = "line") -> dict[str, Any]:
    """A line through (label, value) points in order; nothing where there are fewer than two.

    Args:
        places: decimals of the numbers.
        slug: makes the ids of this chart unique on its page.
    """
    points = [(x, float(y)) for x, y in points or [] if y is not None]
    if len(points) < 2:
        return {"points": []}
    ticks = nice_ticks(min(y for _, y in points), max(y for _, y in points))
    low, high = ticks[0], ticks[-1]
    step = (WIDTH - LEFT - RIGHT) / (len(points) - 1)
    drawn = [
        Point(round(LEFT + n * step, 1), height(y, low, high), str(x), format_number(y, places))
        for n, (x, y) in enumerate(points)
    ]
    return {
        **frame(ticks, places),
        "title": title,
        "slug": slug,
        "points": drawn,
        "path": " ".join(f"{point.x},{point.y}" for point in drawn),
        "labels": thin(drawn),
    }


@register.inclusion_tag("admin/loyalty_ai/bar_chart.html")
def bar_chart(bars: Sequence[tuple[Any, float]], title: str, places: int = 0, slug: str = "bar") -> dict[str, Any]:
    """Upright bars of (label, value); values below zero hang down."""
    bars = [(x, float(y)) for x, y in bars or [] if y is not None]
    if not bars:
        return {"bars": []}
    ticks = nice_ticks(min(0.0, *(y for _, y in bars)), max(0.0, *(y for _, y in bars)))
    low, high = ticks[0], ticks[-1]
    step = (WIDTH - LEFT - RIGHT) / len(bars)
    zero = height(0.0, low, high)
    drawn = [
        Bar(
            x=round(LEFT + (n + 0.14) * step, 1),
            y=min(zero, height(y, low, high)),
            width=round(step * 0.72, 1),
            height=round(abs(zero - height(y, low, high)), 1),
            label=str(x),
            text=format_number(y, places),
        )
        for n, (x, y) in enumerate(bars)
    ]
    middles = [Point(bar.x + bar.width / 2, 0, bar.label, bar.text) for bar in drawn]
    return {**frame(ticks, places), "title": title, "slug": slug, "bars": drawn, "labels": thin(middles)}


def frame(ticks: list[float], places: int) -> dict[str, Any]:
    low, high = ticks[0], ticks[-1]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "bottom": HEIGHT - 8,
        "grid": [{"y": height(tick, low, high), "text": format_number(tick, places)} for tick in ticks],
    }


def nice_ticks(low: float, high: float) -> list[float]:
    """Round numbers, at least two and evenly apart, that reach from `low` or below to `high` or above."""
    span = (high - low) or abs(high) or 1.0
    rough = span / (GRID - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [n * step for n in range(first, max(last, first + 1) + 1)]


def height(value: float, low: float, high: float) -> float:
    return round(TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)


def thin(points: list[Point]) -> list[Point]:
    """As many labels as fit beside each other."""
    every = max(1, -(-len(points) // LABELS))
    return points[::every]
