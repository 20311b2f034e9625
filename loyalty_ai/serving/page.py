"""One page's read, made once and shared by every widget on it; whatever fails, the page only shows less."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from loyalty_ai.conf import app_settings, get_adapter
from loyalty_ai.experiments.exposures import Shown, record_exposures
from loyalty_ai.serving.models import ListKind, NeighbourKind
from loyalty_ai.serving.rows import Candidate, Why, blend, merge
from loyalty_ai.serving.selectors import EMPTY, PageRead, Profile, read_page
from loyalty_ai.shop.adapters.base import LiveProduct
from loyalty_ai.shop.consent import sends_gpc
from loyalty_ai.shop.prices import current_products

logger = logging.getLogger(__name__)

DEADLINE = 0.3
"""Seconds that a page gives the database for the scores, and the shop for prices and stock."""

MISSES, REST = 2, 30.0
"""After so many missed deadlines in a row, whoever missed them is not asked again by this process for so many seconds."""

_missed: dict[tuple[str, str], int] = {}
_resting: dict[tuple[str, str], float] = {}


@dataclass(frozen=True, slots=True)
class Item:
    """One product of a row as a card needs it; `because` is the title that the reason names."""

    product: LiveProduct
    why: Why
    because: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of products: the list it was asked for, its number on the page, and the items, never none."""

    name: str
    number: int
    items: list[Item]


class LoyaltyPage:
    """The lists of one page for one customer, read when the first widget asks.

    The first widget costs one statement, and the first one with products one `resolve`; all others cost nothing, unless
    one brings a product that the page did not name: that is one more of each.

    Args:
        patience: seconds that whoever waits gives the database and the shop, `DEADLINE` by default.
        gpc: whether the shopper's browser sent Global Privacy Control.
    """

    def __init__(
        self,
        *,
        store: str,
        customer_id: str | None,
        products: Iterable[str] = (),
        patience: float | None = None,
        gpc: bool = False,
    ) -> None:
        self.store = store
        self.gpc = gpc
        self.patience = patience
        self.customer_id = customer_id
        self.wanted: list[str] = [str(product) for product in products]
        self.shown: set[int] = set()
        self.rows = 0
        self.exposures: list[Shown] = []
        self._read: PageRead | None = None
        self._live: dict[str, LiveProduct] = {}
        self._asked: set[str] = set()
        self._known: set[str] = set()

    @classmethod
    def of(cls, request: HttpRequest, **asked: Any) -> LoyaltyPage:
        """The page of this request, the same object however often it is asked for.

        What it shows is written down after the response.

        Args:
            asked: the page's arguments, where they are not those of `identify`.
        """
        page = getattr(request, "_loyalty_page", None)
        if page is None:
            page = cls(**(asked or identify(request)))
            request._loyalty_page = page
            after_response(request, page.record)
        return page

    def record(self) -> None:
        """Write down what was shown, in one statement; whatever fails, nobody waits for it."""
        shown, self.exposures = self.exposures, []
        if not shown or self._read is None or self._read.customer is None or resting(self.store, "database"):
            return
        try:
            with guarded():
                at = get_adapter(self.store).now()
                record_exposures(store=self.store, customer=self._read.customer, shown=shown, at=at, gpc=self.gpc)
        except Exception:  # the response has been sent, and nothing may come after it
            logger.exception("exposures not recorded", extra={"store": self.store})

    def want(self, products: Iterable[str]) -> list[str]:
        """Name products the page is about, at best before its first widget; their ids as text."""
        names = [str(product) for product in products]
        self.wanted.extend(name for name in names if name not in self.wanted)
        return names

    @property
    def read(self) -> PageRead:
        """The page's read; empty where nothing could be read."""
        if self._read is None:
            self._read = self._ask_database(self.customer_id, self.wanted)
            self._known = set(self.wanted)
        elif missing := [name for name in self.wanted if name not in self._known]:
            self._known.update(missing)
            more = self._ask_database(self.customer_id, missing)
            near = {kind: dict(found) for kind, found in self._read.neighbours.items()}
            for kind, found in more.neighbours.items():
                near.setdefault(kind, {}).update(found)
            self._read = replace(
                self._read,
                neighbours=near,
                hidden=self._read.hidden | more.hidden,
                context=self._read.context | more.context,
                products=self._read.products | more.products,
            )
        return self._read

    @property
    def profile(self) -> Profile | None:
        """The customer's loyalty, None for a stranger and for somebody who opted out of personalisation."""
        return self.read.profile

    def recommended(self, *, limit: int, kind: ListKind = ListKind.RECOMMENDED) -> Row | None:
        """Products for this customer: the published list, then neighbours of what is at hand, then what is popular."""
        read = self.read
        if kind == ListKind.BUY_AGAIN:
            return self.buy_again(limit=limit)
        chain = [] if kind == ListKind.POPULAR else [read.lists.get(kind, []), self._at_hand()]
        just_bought = {candidate.product for candidate in read.bought}
        return self._row(
            kind.name.lower(),
            *chain,
            read.lists.get(ListKind.POPULAR, []),
            limit=limit,
            skip=just_bought | self.shown,
        )

    def near(self, products: Iterable[str], *, kind: NeighbourKind, limit: int) -> Row | None:
        """Products that belong with these; where too few are similar, products bought together with them follow."""
        wanted = self.want(products)
        context = self.read.context
        keys = [context[name] for name in wanted if name in context]
        kinds = dict.fromkeys((kind, NeighbourKind.BOUGHT_TOGETHER))
        return self._row(
            kind.name.lower(), *(self._neighbours(each, keys) for each in kinds), limit=limit, skip=self.shown
        )

    def buy_again(self, *, limit: int) -> Row | None:
        """What the customer buys repeatedly, led by what they bought since the lists were made; may repeat other rows."""
        return self._row("buy_again", self.read.bought, self.read.lists.get(ListKind.BUY_AGAIN, []), limit=limit)

    def _at_hand(self) -> Iterator[Candidate]:
        keys = [*self.read.context.values(), *self.read.recent]
        for kind in (NeighbourKind.BOUGHT_TOGETHER, NeighbourKind.SIMILAR):
            yield from self._neighbours(kind, keys)

    def _neighbours(self, kind: NeighbourKind, keys: Iterable[int]) -> Iterator[Candidate]:
        near = self.read.neighbours.get(kind, {})
        return blend({key: near[key] for key in keys if key in near}, why=Why(kind.name.lower()))

    def _row(self, name: str, *lists: Iterable[Candidate], limit: int, skip: Iterable[int] = ()) -> Row | None:
        read = self.read
        candidates = merge(
            *lists,
            limit=limit,
            skip=read.hidden.union(skip, read.context.values()),
            sellable=lambda key: self._live_product(key) is not None,
        )
        self._note(name, candidates)
        if not candidates:
            return None
        self.shown.update(candidate.product for candidate in candidates)
        self.rows += 1
        items = [
            Item(
                self._live[read.products[candidate.product][0]],
                candidate.why,
                read.products.get(candidate.because, ("", ""))[1],
                candidate.at,
            )
            for candidate in candidates
        ]
        return Row(name, self.rows, items)

    def _note(self, name: str, candidates: list[Candidate]) -> None:
        """Keep what was shown. In an experiment an empty row counts too: in another variant it might have been full."""
        read = self.read
        if not read.profiled or not (candidates or read.assigned):
            return
        part = {}
        if read.assigned is not None:
            part = {name: getattr(read.assigned, name) for name in ("experiment", "variant", "propensity")}
        items, whys = [each.product for each in candidates], [each.why.value for each in candidates]
        self.exposures.append(Shown(name, len(self.exposures) + 1, items, whys, read.run, **part))

    def _live_product(self, key: int) -> LiveProduct | None:
        if key not in self.read.products:
            return None
        external_id = self.read.products[key][0]
        if external_id not in self._asked:
            missing = self.read.showable() - self._asked | {external_id}
            self._asked |= missing
            self._live.update(self._ask_shop(sorted(missing)))
        product = self._live.get(external_id)
        return product if product is not None and product.available else None

    def _ask_database(self, customer_id: str | None, products: list[str]) -> PageRead:
        if resting(self.store, "database"):
            return EMPTY
        try:
            with deadline(self.store, "database", self.patience):
                seconds = self.patience or DEADLINE
                return read_page(
                    store=self.store, customer_id=customer_id, products=products, seconds=seconds, gpc=self.gpc
                )
        except Exception:  # a widget may be empty, it may not break a page
            logger.exception("page read failed", extra={"store": self.store})
            return EMPTY

    def _ask_shop(self, product_ids: list[str]) -> Mapping[str, LiveProduct]:
        if resting(self.store, "shop"):
            return {}
        try:
            with deadline(self.store, "shop", self.patience), guarded():
                return current_products(store_slug=self.store, product_ids=product_ids)
        except Exception:  # the adapter is the shop's code: whatever it raises, the page goes on
            logger.exception("adapter failed to resolve products", extra={"store": self.store})
            return {}


def identify(request: HttpRequest) -> dict[str, Any]:
    """The store and the customer of a request, and whether it carries Global Privacy Control.

    The store is `request.loyalty_store` where a middleware set it, else the first one.
    """
    slug = getattr(request, "loyalty_store", None) or next(iter(app_settings.STORES), "")
    try:
        customer_id = get_adapter(slug).customer_id(request)
    except Exception:  # the adapter is the shop's code; somebody it cannot name is a stranger
        logger.exception("adapter failed to name the customer", extra={"store": slug})
        customer_id = None
    return {"store": slug, "customer_id": customer_id, "gpc": sends_gpc(request)}


def after_response(request: HttpRequest, then: Callable[[], None]) -> None:
    """Call `then` when the response has been sent: Django closes the request then, with or without threads, on WSGI and ASGI.

    It hangs on the request itself, so nothing of one request can reach another, and on the connection that the page used.
    """
    close = request.close

    def close_and_call() -> None:
        try:
            close()
        finally:
            then()

    request.close = close_and_call


def guarded() -> AbstractContextManager[Any]:
    """A savepoint where the page is inside a transaction, so that the shop's failed query does not poison it."""
    connection = transaction.get_connection()
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def resting(store: str, who: str) -> bool:
    """Whether the store's database or shop kept missing the deadline a moment ago."""
    return time.monotonic() < _resting.get((store, who), 0.0)


@contextmanager
def deadline(store: str, who: str, seconds: float | None = None) -> Iterator[None]:
    """Let whoever is too slow again and again rest: a call cannot be cut short from outside, but the next pages need not wait."""
    start = time.monotonic()
    try:
        yield
    finally:
        taken = time.monotonic() - start
        if taken <= (DEADLINE if seconds is None else seconds):
            _missed.pop((store, who), None)
        else:
            _missed[store, who] = _missed.get((store, who), 0) + 1
            logger.warning("page deadline missed", extra={"store": store, "missed_by": who, "seconds": round(taken, 3)})
            if _missed[store, who] >= MISSES:
                _missed.pop((store, who))
                _resting[store, who] = time.monotonic() + REST
