"""What a customer allows, on the page "Your data and choices"."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty_ai.shop.consent import has_consent, record_consent
from loyalty_ai.shop.models import Customer, Purpose, Store
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


def loyalty_customer(number: str) -> Customer:
    """The customer in the loyalty app's mirror."""
    store = first_store()
    return Customer.objects.get_or_create(store=store, external_id=number)[0]


def choices_of(number: str) -> list[Choice]:
    """The switches as they stand."""
    customer = loyalty_customer(number)
    return [
        Choice(offer.purpose, offer.title, offer.text, has_consent(customer=customer, purpose=offer.purpose))
        for offer in OFFERED
    ]


def choose(number: str, granted: Collection[str]) -> None:
    """Record what changed; each choice holds from the next page on."""
    customer = loyalty_customer(number)
    for choice in choices_of(number):
        wanted = choice.purpose in granted
        if wanted != choice.granted:
            record_consent(
                customer=customer,
                purpose=choice.purpose,
                granted=wanted,
                source="choices page",
                text_version=TEXT_VERSION,
            )


def first_store() -> Store:
    """The demo has one store."""
    return ensure_store(next(iter(settings.LOYALTY_AI["STORES"])))
