"""The shared fakes hold what their docstrings say, so that no other test builds on sand."""

from __future__ import annotations

import pytest

from loyalty_ai.conf import get_adapter
from loyalty_ai.serving.models import ListKind, NeighbourKind
from loyalty_ai.shop.adapters.base import CustomerRecord, ProductRecord
from loyalty_ai.shop.models import Event
from tests import fakes


@pytest.mark.django_db
def test_rows_of_a_shop_and_a_live_run():
    store = fakes.make_store()
    customer, product = fakes.make_customer(store), fakes.make_product(store)
    order = fakes.record_purchase(customer, product, value="7.50", quantity=3)
    fakes.record_refund(order, product, value="2.50")
    assert [event.get_type_display() for event in Event.objects.order_by("pk")] == ["purchase", "refund"]
    run = fakes.make_run(store)
    fakes.recommend(run, customer, ListKind.RECOMMENDED, [product])
    fakes.relate(run, product, NeighbourKind.SIMILAR, [product])
    assert customer.recommendations.get().items == [product.pk]
    assert store.deployments.get(closed_at=None).run == run
    assert fakes.make_store() == store


def test_the_fake_shop_goes_on_from_a_cursor(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    shop = get_adapter("default")
    shop.add(CustomerRecord("1"), CustomerRecord("2"), ProductRecord("p", "Pot"))
    first, second = shop.customers("")
    assert [change.record.customer_id for change in (first, second)] == ["1", "2"]
    assert list(shop.customers(first.cursor)) == [second]
    assert list(shop.customers(second.cursor)) == []
    assert shop.count("customers", first.cursor) == 1
