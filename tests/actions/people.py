"""People with a measured loyalty, and actions for them."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from loyalty_ai.actions.models import Action
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.models import Customer, Store
from tests import fakes

_numbers = count(1)
WORDS = {
    "en": {"headline": "We kept your mug", "body": "Come and see."},
    "zh-hans": {"headline": "欢迎回来", "body": "看看吧。"},
}


def make_person(
    store: Store,
    name: str,
    *,
    group: str = "AT_RISK",
    away: int = 100,
    marketing: bool = True,
    preferences: bool = True,
) -> Customer:
    """A customer of the group whose last order was so many days before noon of the tests."""
    customer = fakes.make_customer(store, name)
    last = fakes.NOON - timedelta(days=away)
    LoyaltyProfile.objects.create(
        customer=customer, store=store, as_of=fakes.NOON, group=group, orders=3, first_order_at=last, last_order_at=last
    )
    for purpose, granted in (("marketing", marketing), ("preferences", preferences)):
        record_consent(customer=customer, purpose=purpose, granted=granted, source="test")
    return customer


def make_action(store: Store, *, started: bool = True, **fields: Any) -> Action:
    """A running message to whoever is at risk, nobody held out."""
    defaults = {"key": f"action-{next(_numbers)}", "title": "Back", "words": WORDS, "groups": ["AT_RISK"], "holdout": 0}
    started_at = fakes.NOON - timedelta(days=1) if started else None
    return Action.objects.create(store=store, started_at=started_at, **(defaults | fields))
