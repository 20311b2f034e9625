"""Factories of rows, and a shop in memory, that tests of every room share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection
from django.utils import timezone

from loyalty_ai.actions.models import Action, ActionOutcome
from loyalty_ai.conf import StoreSettings
from loyalty_ai.experiments.models import Experiment, Exposure, Variant
from loyalty_ai.experiments.selectors import variant_of
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.serving.models import Deployment, ListKind, NeighbourKind, ScoringRun
from loyalty_ai.shop.adapters.base import (
    Change,
    CustomerRecord,
    EventRecord,
    LiveProduct,
    ProductRecord,
    Rejected,
    ShopAdapter,
)
from loyalty_ai.shop.models import Customer, Event, EventType, Mute, Order, Product, Store

NOON = datetime(2011, 6, 1, 12, tzinfo=UTC)
"""The time of whatever a test does not date."""

FAKE_SETTINGS: dict[str, Any] = {
    "STORES": {"default": {"ADAPTER": "tests.fakes.FakeShop", "CURRENCY": "GBP", "TIME_ZONE": "Europe/London"}},
    "ERASURE_KEYS": {"1": "only-for-tests-and-nothing-else"},
}
"""`LOYALTY_AI` of a test that needs a shop: `settings.LOYALTY_AI = FAKE_SETTINGS`, then fill `get_adapter("default")`."""

_numbers = count(1)


def make_store(slug: str = "default", *, currency: str = "GBP", time_zone: str = "Europe/London") -> Store:
    """A store's row, made once."""
    defaults = {"currency": currency, "language": "en", "time_zone": time_zone}
    return Store.objects.update_or_create(slug=slug, defaults=defaults)[0]


def make_customer(store: Store, external_id: str | None = None, **fields: Any) -> Customer:
    """A customer; `user`, `alias_of` and `joined_at` as keywords."""
    return Customer.objects.create(store=store, external_id=external_id or f"C{next(_numbers)}", **fields)


def make_product(store: Store, external_id: str | None = None, **fields: Any) -> Product:
    """A product on sale for 10.00."""
    external_id = external_id or f"P{next(_numbers)}"
    defaults = {"title": f"Product {external_id}", "price": Decimal("10.00"), "currency": store.currency}
    return Product.objects.create(store=store, external_id=external_id, **(defaults | fields))


def record_purchase(
    customer: Customer | None,
    *products: Product | None,
    at: datetime = NOON,
    value: Decimal | float | str = "10.00",
    quantity: int = 1,
    ref: str | None = None,
    store: Store | None = None,
) -> Order:
    """An order of one line a product, each of `quantity` units worth `value` in all; `store` where the customer is a guest."""
    store = store or customer.store
    products = products or (None,)
    order = Order.objects.create(
        store=store,
        customer=customer,
        ref=ref or f"O{next(_numbers)}",
        placed_at=at,
        goods=Decimal(value) * len(products),
        currency=store.currency,
    )
    for product in products:
        record_event(
            customer, EventType.PURCHASE, product, at=at, order=order, value=value, quantity=quantity, store=store
        )
    return order


def record_refund(
    order: Order | None,
    product: Product | None = None,
    *,
    at: datetime = NOON,
    value: Decimal | float | str = "10.00",
    quantity: int = 1,
    customer: Customer | None = None,
) -> Event:
    """Money back for (part of) an order; for a refund without order name the customer."""
    customer = customer or order.customer
    return record_event(customer, EventType.REFUND, product, at=at, order=order, value=value, quantity=quantity)


def record_event(
    customer: Customer | None,
    type: EventType,
    product: Product | None = None,
    *,
    at: datetime = NOON,
    order: Order | None = None,
    value: Decimal | float | str = 0,
    quantity: int = 1,
    store: Store | None = None,
    session: str = "",
) -> Event:
    """One event of any type, straight into the log."""
    return Event.objects.create(
        store=store or customer.store,
        customer=customer,
        type=type,
        product=product,
        order=order,
        value=Decimal(value),
        quantity=quantity,
        occurred_at=at,
        session=session,
        source="test",
    )


def hide(customer: Customer, product: Product) -> Mute:
    """The customer does not want to see the product."""
    return Mute.objects.create(customer=customer, kind=Mute.Kind.PRODUCT, value=product.external_id)


PARTITIONED = ("loyalty_ai_prediction", "loyalty_ai_recommendation", "loyalty_ai_itemneighbours")


def make_run(store: Store, *, cutoff: datetime = NOON, deploy: bool = True, **version_fields: Any) -> ScoringRun:
    """A complete, still empty run of a new version, with its partitions; live unless `deploy` is False."""
    number = ModelVersion.objects.filter(store=store).count() + 1
    version = ModelVersion.objects.create(
        store=store, number=number, cutoff=cutoff, trained_at=cutoff, **version_fields
    )
    run = ScoringRun.objects.create(store=store, version=version, cutoff=cutoff, state=ScoringRun.State.COMPLETE)
    with connection.cursor() as cursor:
        for table in PARTITIONED:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {table}_{run.pk} PARTITION OF {table} FOR VALUES IN ({run.pk})")
    if deploy:
        Deployment.objects.filter(store=store, closed_at__isnull=True).update(closed_at=cutoff)
        Deployment.objects.create(store=store, version=version, run=run)
    return run


def recommend(run: ScoringRun, customer: Customer | None, kind: ListKind, products: Iterable[Product]) -> None:
    """Publish a list for one customer, or for everyone; the model is the reason of each product."""
    items = [product.pk for product in products]
    run.recommendations.create(
        customer=customer,
        kind=kind,
        items=items,
        scores=[1 / (rank + 1) for rank in range(len(items))],
        reasons=[0] * len(items),
        reason_kinds=[4] * len(items),
    )


def relate(run: ScoringRun, product: Product, kind: NeighbourKind, products: Iterable[Product]) -> None:
    """Publish the products nearest to one product."""
    items = [product.pk for product in products]
    run.neighbours.create(
        product=product, kind=kind, items=items, scores=[1 / (rank + 1) for rank in range(len(items))]
    )


def make_experiment(store: Store, *, started_at: datetime | None = NOON, **fields: Any) -> Experiment:
    """A running experiment, half of it holdout; `started_at=None` for one that waits."""
    defaults = {"key": f"experiment-{next(_numbers)}", "question": "Do personal rows help?", "holdout": 50}
    return Experiment.objects.create(store=store, started_at=started_at, **(defaults | fields))


def named_in(experiment: Experiment, variant: Variant) -> str:
    """A customer's id that the experiment puts into the variant."""
    return next(name for name in (f"V{n}" for n in count()) if variant_of(experiment, name) == variant)


def expose(
    customer: Customer,
    products: Iterable[Product] = (),
    *,
    experiment: Experiment | None = None,
    variant: Variant | None = None,
    run: ScoringRun | None = None,
    at: datetime = NOON,
) -> Exposure:
    """The customer was shown a row; in an experiment as their variant, if no other is named."""
    if variant is None:
        variant = variant_of(experiment, customer.external_id) if experiment else Variant.CHAMPION
    items = [product.pk for product in products]
    return Exposure.objects.create(
        store=customer.store,
        customer=customer,
        experiment=experiment,
        variant=variant,
        run=run,
        list="recommended",
        number=1,
        items=items,
        whys=["model"] * len(items),
        propensity=experiment.percent(variant) / 100 if experiment else 1.0,
        shown_at=at,
    )


def take(customer: Customer, *, at: datetime = NOON, **fields: Any) -> ActionOutcome:
    """A running action of the store took the customer and shows them a message with a coupon of their own."""
    words = {"en": {"headline": "We kept your mug", "body": "Come and see."}}
    defaults = {"title": "Back", "words": words, "groups": ["AT_RISK"], "started_at": at}
    defaults |= {"kind": Action.Kind.COUPON, "percent": 10, "valid_days": 30}
    action, _made = Action.objects.get_or_create(store=customer.store, key="back", defaults=defaults)
    given = {
        "treated": True,
        "state": "delivered",
        "group": "AT_RISK",
        "decided_at": at,
        "delivered_at": timezone.now(),
    }
    given |= {"coupon": f"coupon-of-{customer.external_id}", "valid_until": at + timedelta(days=30)}
    return ActionOutcome.objects.create(action=action, customer=customer, **(given | fields))


class FakeShop(ShopAdapter):
    """A shop in memory: three lists that only grow, each cursor the number of changes read so far.

    Args:
        live: whether `connect` keeps the recorder in `recorder`, for a test to call.
    """

    def __init__(self, store: StoreSettings, *, live: bool = False, **options: Any) -> None:
        super().__init__(store, **options)
        self.live = live
        self.recorder = None
        self.customer_changes: list[CustomerRecord | Rejected] = []
        self.product_changes: list[ProductRecord | Rejected] = []
        self.event_changes: list[EventRecord | Rejected] = []
        self.stock: dict[str, LiveProduct] | None = None
        self.resolved: list[list[str]] = []
        self.problems: list[str] = []

    def add(self, *records: CustomerRecord | ProductRecord | EventRecord) -> None:
        """Append changes to the streams that they belong to."""
        streams = {
            CustomerRecord: self.customer_changes,
            ProductRecord: self.product_changes,
            EventRecord: self.event_changes,
        }
        for record in records:
            streams[type(record)].append(record)

    def customers(self, since: str) -> Iterator[Change[CustomerRecord | Rejected]]:
        return self._changes(self.customer_changes, since)

    def products(self, since: str) -> Iterator[Change[ProductRecord | Rejected]]:
        return self._changes(self.product_changes, since)

    def events(self, since: str) -> Iterator[Change[EventRecord | Rejected]]:
        return self._changes(self.event_changes, since)

    def count(self, stream: str, since: str) -> int:
        changes = {"customers": self.customer_changes, "products": self.product_changes, "events": self.event_changes}
        return len(changes[stream]) - int(since or 0)

    def resolve(self, product_ids: Iterable[str]) -> Mapping[str, LiveProduct]:
        """From `stock` where a test set it, else from the mirror; `resolved` remembers what was asked."""
        wanted = list(product_ids)
        self.resolved.append(wanted)
        if self.stock is None:
            return super().resolve(wanted)
        return {key: self.stock[key] for key in wanted if key in self.stock}

    def connect(self, record: Any) -> None:
        self.recorder = record

    def check(self) -> list[str]:
        return self.problems

    @staticmethod
    def _changes(changes: list[Any], since: str) -> Iterator[Change[Any]]:
        start = int(since or 0)
        for position, record in enumerate(changes[start:], start=start + 1):
            yield Change(record, str(position))
