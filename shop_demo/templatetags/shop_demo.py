"""How the shop writes money."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def pounds(value: Decimal | float | None) -> str:
    """An amount in pounds, such as £1,234.50; empty for none."""
    if value is None:
        return ""
    return f"£{number_format(Decimal(value), 2, use_l10n=True, force_grouping=True)}"
