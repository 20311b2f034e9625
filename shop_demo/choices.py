"""What a customer allows, on the page "Your data and choices"."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty_ai.privacy.selectors import consents_of
from loyalty_ai.privacy.services import choose as record_choices
from loyalty_ai.shop.models import Purpose, Store
from loyalty_ai.shop.services import ensure_store

TEXT_VERSION = "2026-11"


@dataclass(frozen=True, slots=True)
class Choice:
    """One switch of the page."""

    purpose: str
    title: Promise
    text: Promise
    granted: bool = False


OFFERED = (
    Choice(
        Purpose.PREFERENCES.value,
        _("Personalised pages"),
        _("We learn from your orders what may please you. Without it you see what is popular with everybody."),
    ),
    Choice(
        Purpose.ANALYTICS.value,
        _("Help us improve the shop"),
        _("We keep which products you look at. Your orders are kept either way: you may want to return something."),
    ),
    Choice(
        Purpose.MARKETING.value,
        _("Letters from the shop"),
        _("We may write to you when something you would like is new or on offer."),
    ),
)


def choices_of(number: str, *, gpc: bool) -> list[Choice]:
    """The switches as they stand; Global Privacy Control turns off what was never chosen."""
    consents = consents_of(store=first_store(), external_id=number, gpc=gpc)
    granted = {row["purpose"]: row["granted"] for row in consents}
    return [Choice(offer.purpose, offer.title, offer.text, granted[offer.purpose]) for offer in OFFERED]


def choose(number: str, granted: Collection[str], *, gpc: bool) -> None:
    """Record what changed; each choice holds from the next page on."""
    changed = {
        choice.purpose: choice.purpose in granted
        for choice in choices_of(number, gpc=gpc)
        if choice.granted != (choice.purpose in granted)
    }
    record_choices(
        store=first_store(), external_id=number, choices=changed, source="choices page", text_version=TEXT_VERSION
    )


def first_store() -> Store:
    """The demo has one store."""
    return ensure_store(next(iter(settings.LOYALTY_AI["STORES"])))
