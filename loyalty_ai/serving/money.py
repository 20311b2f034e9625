"""Money as the reader's language writes it, without a library of locale data."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import get_language

SYMBOLS = {
    "EUR": "€",
    "GBP": "£",
    "USD": "$",
    "CNY": "¥",
    "JPY": "¥",
    "KRW": "₩",
    "INR": "₹",
    "BRL": "R$",
    "PLN": "zł",
    "ILS": "₪",
    "TRY": "₺",
    "UAH": "₴",
    "VND": "₫",
    "CAD": "CA$",
    "AUD": "A$",
}
WITHOUT_CENTS = {"JPY", "KRW", "VND", "CLP", "ISK", "HUF"}
SYMBOL_LAST = "ar bg ca cs da de es et fa fi fr he hr hu it lt lv nb pl pt ro ru sk sl sr sv uk vi"
"""Languages that write the amount first: 12,50 €."""

COUNTED_IN_THREES = ("zh", "ja", "ko")
"""Languages whose numbers Django leaves in one piece, though their readers group them as English does."""

NO_BREAK = "\N{NO-BREAK SPACE}"


def format_money(amount: Decimal | float, currency: str) -> str:
    """An amount with its currency in the active language: £1,234.50, 1.234,50 €, CHF 12.50.

    Args:
        amount: in units of the currency, not cents.
        currency: ISO 4217 code; one without a symbol here is written as its code.
    """
    decimals = 0 if currency in WITHOUT_CENTS else 2
    number = format_number(abs(Decimal(amount)), decimals)
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    language = (get_language() or "en").split("-")[0]
    symbol = SYMBOLS.get(currency, currency)
    if currency == "JPY" and language == "zh":
        symbol = "JP¥"
    if language in SYMBOL_LAST.split():
        return f"{sign}{number}{NO_BREAK}{symbol}"
    gap = NO_BREAK if symbol.isalpha() else ""
    return f"{sign}{symbol}{gap}{number}"


def format_number(value: Decimal | float, places: int) -> str:
    """A number rounded to so many decimals, with its digits grouped as the active language does."""
    rounded = round(value, places)
    if (get_language() or "en").split("-")[0] in COUNTED_IN_THREES:
        return f"{rounded:,.{places}f}"
    return number_format(rounded, decimal_pos=places, use_l10n=True, force_grouping=True)
