"""The seam to a shop: plain records, and one small class that a shop implements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.utils import timezone

if TYPE_CHECKING:
    from django.http import HttpRequest

    from loyalty_ai.conf import StoreSettings


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer as the shop knows them: an id, and the Django user who signs in as them (if any).

    Args:
        region: where they live, an ISO 3166 code such as "DE" or "US-CA"; "" where the shop does not know. It decides which of
            the store's CONSENT_REGIONS holds for them.
    """

    customer_id: str
    user_id: int | None = None
    joined_at: datetime | None = None
    location: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product as the shop sells it; `category` is a path such as ``Home / Kitchen``."""

    product_id: str
    title: str
    description: str = ""
    category: str = ""
    brand: str = ""
    price: Decimal | None = None
    currency: str = ""
    available: bool = True
    url: str = ""
    image: str = ""
    withdrawn: bool = False
    location: str = ""


@dataclass(frozen=True, slots=True)
class EventRecord:
    """Something that happened in the shop.

    Args:
        key: the shop's own stable id of this event; the same key again is the same event.
        type: a GA4 name (`purchase`, `refund`, `view_item`, ...; see `EventType`).
        occurred_at: aware time.
        customer_id: None for somebody not signed in.
        product_id: None where the event has no product.
        order_id: the order of a purchase; the original order of a refund, None where it is unknown.
        quantity: units, never negative.
        value: line total after discount in the store's currency, never negative.
        session: the shop's session or visit.
        gpc: whether the shopper's browser sent Global Privacy Control with it (`shop.consent.sends_gpc`); it is then kept only
            where they agreed themself.
        region: where the shopper is, as `CustomerRecord.region`; counts for strangers and where the customer's own is not known.
        location: where it was read (file and line), for messages about it.
    """

    key: str
    type: str
    occurred_at: datetime
    customer_id: str | None = None
    product_id: str | None = None
    order_id: str | None = None
    quantity: int = 1
    value: Decimal = Decimal(0)
    session: str = ""
    location: str = ""
    gpc: bool = False
    region: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that an adapter could not read; streams may yield it in place of a record, and it is kept with its reason."""

    location: str
    code: str
    reason: str
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiveProduct:
    """What a page may say of a product right now.

    Args:
        personal: whether the price was made for the person who asks, by an automated decision; shown only where the store has
            PERSONAL_OFFERS.
    """

    product_id: str
    title: str
    price: Decimal | None
    currency: str
    available: bool
    url: str
    image: str
    personal: bool = False


Record = TypeVar("Record", covariant=True)


@dataclass(frozen=True, slots=True)
class CartItem:
    """One product in a shopper's cart."""

    product_id: str
    title: str
    units: int
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class OrderedItem:
    """One product of an order, its repeated lines added up; `returned` units of it came back, which had cost `refunded`, 0 where
    the shop does not say."""

    product_id: str
    title: str
    units: int
    value: Decimal
    returned: int = 0
    refunded: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One order as its customer may see it now.

    Args:
        state: placed, preparing, dispatched, delivered, cancelled, returned or partly_returned.
        total: in `currency`, all of it: goods, postage, tax.
        expected_from, expected_by: when the shop says it arrives, where it says so.
        url: its page in the shop, "" for none.
    """

    order_id: str
    placed_at: datetime
    state: str
    total: Decimal
    currency: str
    items: tuple[OrderedItem, ...] = ()
    expected_from: date | None = None
    expected_by: date | None = None
    url: str = ""


@dataclass(frozen=True)
class Change(Generic[Record]):
    """One record of a stream with the cursor to go on from once it is stored."""

    record: Record
    cursor: str


class ShopAdapter:
    """What loyalty_ai asks of a shop. Streams are iterators of plain values, never querysets: a shop may be remote.

    `since` is the adapter's own opaque cursor (the last `Change.cursor` that was stored, "" at first), not a time, so that late
    edits and refunds arrive.
    """

    live = False
    """Whether `connect` delivers events as they happen."""

    has_cart = False
    """Whether `cart` and `change_cart` work here: the assistant then shows the cart and proposes changes."""

    has_coupons = False
    """Whether `coupon` works here: retention actions may then give some, where the store has PERSONAL_OFFERS."""

    can_notify = False
    """Whether `notify` works here: what a retention action says is then handed to the shop too."""

    def __init__(self, store: StoreSettings, **options: Any) -> None:
        if options:
            raise TypeError(f"{type(self).__name__} takes no option {', '.join(sorted(options))}")
        self.store = store

    def customers(self, since: str) -> Iterator[Change[CustomerRecord | Rejected]]:
        """Customers added or changed since the cursor."""
        raise NotImplementedError

    def products(self, since: str) -> Iterator[Change[ProductRecord | Rejected]]:
        """Products added or changed since the cursor."""
        raise NotImplementedError

    def events(self, since: str) -> Iterator[Change[EventRecord | Rejected]]:
        """Events recorded since the cursor, in the order in which the shop recorded them."""
        raise NotImplementedError

    def count(self, stream: str, since: str) -> int | None:
        """How many changes `stream` ("customers", "products", "events") will yield, where the shop can say; for progress bars."""
        return None

    def resolve(self, product_ids: Iterable[str]) -> Mapping[str, LiveProduct]:
        """Live price, stock, link and image of these products in one query; a missing id is not shown.

        The default answers from the mirror, for shops that are remote.
        """
        from loyalty_ai.shop.selectors import mirrored_products

        return mirrored_products(store_slug=self.store.slug, product_ids=list(product_ids))

    def customer_id(self, request: HttpRequest) -> str | None:
        """The customer who sends this request, None for a stranger. Must cost no query beyond the session's own."""
        user = getattr(request, "user", None)
        return str(user.pk) if user is not None and user.is_authenticated else None

    def connect(self, record: Callable[..., None]) -> None:
        """Call `record` with the event or events (`record(*lines)`: one batch) as they happen.

        `record` waits for the running transaction to commit and never raises.
        """

    def now(self) -> datetime:
        """The shop's time, aware."""
        return timezone.now()

    def orders(self, customer_id: str, *, limit: int = 20, order_id: str | None = None) -> list[OrderRecord]:
        """The customer's own orders as they stand now, latest first; with `order_id` that one alone, if it is theirs.

        The default answers from the mirror, for shops that are remote.
        """
        from loyalty_ai.shop.selectors import mirrored_orders

        return mirrored_orders(store_slug=self.store.slug, customer_id=customer_id, limit=limit, order_id=order_id)

    def cart(self, request: HttpRequest) -> list[CartItem]:
        """What is in the cart of who sends this request."""
        raise NotImplementedError

    def change_cart(self, request: HttpRequest, units: Mapping[str, int]) -> dict[str, int]:
        """Let the cart hold so many units of these products, as far as the stock goes; what it holds of them then."""
        raise NotImplementedError

    def coupon(self, customer_id: str, *, percent: int, until: datetime, key: str) -> str:
        """The code of a new coupon that this customer alone can use, once, before `until`; the same key again, the same coupon.

        Args:
            percent: off the goods of one order, 1 to 90.
        """
        raise NotImplementedError

    def notify(self, customer_id: str, *, headline: str, body: str, link: str, key: str) -> None:
        """Write to the customer by e-mail or push: the shop has the addresses, we hold none; the same key is the same letter."""
        raise NotImplementedError

    def check(self) -> list[str]:
        """What is wrong with the shop's side, in sentences for the owner; empty when all is well."""
        return []
