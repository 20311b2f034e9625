from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from loyalty_ai.conf import get_adapter
from loyalty_ai.shop.adapters.base import EventRecord
from loyalty_ai.shop.models import Store
from loyalty_ai.shop.services import ensure_store
from tests.fakes import FAKE_SETTINGS, FakeShop, make_product

NOW = datetime(2011, 12, 9, 13, tzinfo=UTC)


@pytest.fixture
def store(db, settings) -> Store:
    """The store of a shop in memory, with products P1 and P2 in its catalogue."""
    settings.LOYALTY_AI = FAKE_SETTINGS
    store = ensure_store("default")
    make_product(store, "P1")
    make_product(store, "P2")
    return store


@pytest.fixture
def shop(store) -> FakeShop:
    return get_adapter("default")


def purchase(key: str = "1", **changes) -> EventRecord:
    """A line of order O1: customer C1 buys three P1 for 7.50."""
    values = {
        "type": "purchase",
        "occurred_at": datetime(2011, 6, 1, 12, tzinfo=UTC),
        "customer_id": "C1",
        "product_id": "P1",
        "order_id": "O1",
        "quantity": 3,
        "value": Decimal("7.50"),
    }
    return EventRecord(key=key, **(values | changes))
