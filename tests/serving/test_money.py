from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.serving.money import format_money


@pytest.mark.parametrize(
    ("language", "amount", "currency", "text"),
    [
        ("en", "1234.5", "GBP", "£1,234.50"),
        ("en", "0.005", "USD", "$0.00"),
        ("en", "0.015", "USD", "$0.02"),
        ("en", "-3", "EUR", "−€3.00"),
        ("en", "12.5", "CHF", "CHF\xa012.50"),
        ("de", "1234.5", "EUR", "1.234,50\xa0€"),
        ("fr", "12.5", "CHF", "12,50\xa0CHF"),
        ("ja", "1234.4", "JPY", "¥1,234"),
        ("zh-hans", "12.5", "CNY", "¥12.50"),
        ("zh-hans", "9716955.69", "GBP", "£9,716,955.69"),
        ("zh-hans", "12.5", "JPY", "JP¥12"),
        ("he", "12.5", "ILS", "12.50\xa0₪"),
    ],
)
def test_money_is_written_as_the_language_writes_it(language, amount, currency, text):
    with translation.override(language):
        assert format_money(Decimal(amount), currency) == text


@given(st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False), st.sampled_from(["GBP", "JPY", "XYZ"]))
def test_money_never_moves_by_more_than_half_of_its_last_digit(amount, currency):
    with translation.override("en"):
        text = format_money(amount, currency)
    number = Decimal(
        text.translate(str.maketrans({"£": "", "¥": "", "\xa0": "", ",": "", "−": "-", "X": "", "Y": "", "Z": ""}))
    )
    assert abs(number - amount) <= (Decimal("0.5") if currency == "JPY" else Decimal("0.005"))
