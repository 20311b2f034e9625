"""From the event log to the customer model's arrays: the only translation of customer to user and product to item."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext

from loyalty_ai.shop.consent import consenting_customers
from loyalty_ai.shop.models import Customer, ErasureRecord, EventType, Product, Purpose, Store
from loyalty_ai.shop.suppression import erased_customers
from loyalty_ai.shop.wishes import forgotten_sql

if TYPE_CHECKING:
    import numpy as np

    from loyalty_ai.ml.interactions import Interactions

GIVEN_BACK = 0.99
"""Share of an order line's value that has to be refunded for the line to count as given back whole."""

PROVED_AT_ONCE = 10_000
"""Customers looked for among the erased in one statement."""

NONE = -1
"""In the copied columns: no customer, product or order."""


@dataclass(frozen=True)
class Manifest:
    """What a dataset holds and what it leaves out.

    Args:
        data_from: the first interaction's time, None where there is none.
        fingerprint: sha256 over all arrays, texts and keys; equal data have equal fingerprints.
        counts: rows by kind, users, items and baskets; under "excluded" the events left out, by reason.
    """

    data_from: datetime | None
    fingerprint: str
    counts: dict[str, Any]


@dataclass(frozen=True)
class Dataset:
    """The log as arrays, and its manifest.

    Args:
        people: int64 keys, ascending, of all customers whose events were read, as persons or as evidence without a person.
    """

    log: Interactions
    manifest: Manifest
    people: np.ndarray


class ErasedInData(ValueError):
    """Somebody who was erased is in the log again; nothing may be trained on it."""


def build_interactions(*, store: Store, cutoff: datetime) -> Interactions:
    """The store's log before `cutoff` as arrays; see `build_dataset`."""
    return build_dataset(store=store, cutoff=cutoff).log


def build_dataset(*, store: Store, cutoff: datetime) -> Dataset:
    """Purchases, refunds and behaviour before `cutoff`.

    Users are the customers who allow `preferences`, each with the guests merged into them; their keys are the primary keys
    of Customer, ascending. Purchases of everybody else, those that a person asked to forget and those from before a fresh
    start stay as evidence without a person, order by order; their other events are left out. Items are the products on
    sale and those ever sold; their keys are the primary keys of Product, ascending. A basket is an order; behaviour shares
    a basket within one session of one day, timed by its last event, so that no row is older than what it tells. A product
    of an order that was refunded whole is neither purchase nor refund; every other refund stays a row beside its purchase,
    so that net spend is right.
    """
    import numpy as np

    from loyalty_ai.ml.interactions import ANONYMOUS, EVENT_TYPES, PURCHASE, REFUND, Interactions

    rows = _copy_events(store, cutoff)
    people = np.unique(rows["owner"][rows["owner"] != NONE])
    keys, accounts = _accounts(store)
    excluded = {}

    def keep(mask: np.ndarray, reason: str) -> None:
        nonlocal rows
        excluded[reason] = int(len(rows) - mask.sum())
        rows = rows[mask]

    codes = np.full(max(EventType.values) + 1, NONE, np.int8)
    for code, name in enumerate(EVENT_TYPES):
        codes[EventType[name.upper()].value] = code
    keep(rows["product"] != NONE, "without_product")
    keep(~_given_back_whole(rows, codes[rows["type"]] == PURCHASE, codes[rows["type"]] == REFUND), "given_back_whole")
    account = _translate(rows["customer"], keys, accounts)
    user_ids = np.unique(accounts)
    keep((account != NONE) | (codes[rows["type"]] == PURCHASE), "without_person")
    account = _translate(rows["customer"], keys, accounts)

    products = _products(store, np.unique(rows["product"]))
    event = codes[rows["type"]]
    basket, time = _baskets(rows, account, event)
    user = _positions(account, user_ids)
    item = _positions(rows["product"], products.ids)
    order = np.lexsort((rows["value"], rows["quantity"], item, event, basket))
    log = Interactions(
        user=user[order].astype(np.int32),
        item=item[order].astype(np.int32),
        time=time[order],
        basket=basket[order],
        event=event[order],
        quantity=rows["quantity"][order].astype(np.float32),
        value=rows["value"][order].astype(np.float32),
        user_ids=user_ids,
        item_ids=products.ids,
        item_text=products.texts,
        item_price=products.prices,
    )
    counts = {
        "rows": len(log),
        **{name: int((log.event == code).sum()) for code, name in enumerate(EVENT_TYPES)},
        "anonymous": int((log.user == ANONYMOUS).sum()),
        "baskets": int(basket.max() + 1) if len(basket) else 0,
        "users": log.n_users,
        "items": log.n_items,
        "excluded": excluded,
    }
    first = datetime.fromtimestamp(int(log.time.min()), UTC) if len(log) else None
    return Dataset(log, Manifest(data_from=first, fingerprint=fingerprint(log), counts=counts), people)


def prove_exclusion(*, store: Store, people: np.ndarray) -> dict[str, int]:
    """Look for erased customers among those of a dataset, by the digests of their ids.

    Returns:
        ``{"in_force": erasures of the store, "customers_checked": ..., "found": 0}``, what the version's manifest keeps.

    Raises:
        ErasedInData: somebody was found.
        ImproperlyConfigured: a key is gone with which somebody was erased, so nobody can be told apart.
    """
    found, keys = 0, people.tolist()
    for start in range(0, len(keys), PROVED_AT_ONCE):
        part = Customer.objects.filter(pk__in=keys[start : start + PROVED_AT_ONCE])
        found += len(erased_customers(store=store, external_ids=part.values_list("external_id", flat=True)))
    if found:
        message = gettext("%(count)d customers who were erased are in the log again: run loyalty_erasures --replay.")
        raise ErasedInData(message % {"count": found})
    in_force = ErasureRecord.objects.filter(store=store, lifted_at__isnull=True).count()
    return {"in_force": in_force, "customers_checked": len(keys), "found": found}


def fingerprint(log: Interactions) -> str:
    """sha256 over every column, key, text and price of a log, as 64 hexadecimal digits."""
    from loyalty_ai.ml.interactions import ROW_COLUMNS

    digest = hashlib.sha256()
    for name in (*ROW_COLUMNS, "user_ids", "item_ids", "item_price"):
        array = getattr(log, name)
        digest.update(f"{name} {None if array is None else (array.dtype.str, array.shape)}\n".encode())
        if array is not None:
            digest.update(array.tobytes())
    for text in log.item_text or ():
        digest.update(f"{len(text)} {text}\n".encode())
    return digest.hexdigest()


COLUMNS = {
    "customer": ("CASE WHEN {unused} THEN -1 ELSE COALESCE(e.customer_id, -1) END::int8", ">i8"),
    "owner": ("COALESCE(e.customer_id, -1)::int8", ">i8"),
    "product": ("COALESCE(product_id, -1)::int8", ">i8"),
    "order": ("COALESCE(order_id, -1)::int8", ">i8"),
    "session": ("hashtextextended(session, 0)::int8", ">i8"),
    "time": ("floor(date_part('epoch', occurred_at))::int8", ">i8"),
    "value": ("value::float8", ">f8"),
    "quantity": ("quantity::int4", ">i4"),
    "type": ("type::int2", ">i2"),
}
"""What is copied of an event: name -> SQL of a fixed width and never null, and its numpy type.

`owner` is whose event it is, `customer` the same where it may be used as theirs.
"""


def _copy_events(store: Store, cutoff: datetime) -> np.ndarray:
    """A structured array of the log: no column is null and each has one width, so that binary COPY is an array as it comes."""
    import numpy as np

    from loyalty_ai.ml.interactions import EVENT_TYPES

    unused = f"(COALESCE(e.occurred_at < fresh.since, FALSE) OR {forgotten_sql('e')})"
    expressions = ", ".join(sql for sql, _ in COLUMNS.values()).format(unused=unused)
    statement = f"""
        COPY (
            SELECT {expressions} FROM loyalty_ai_event e LEFT JOIN (
                SELECT member.id, max(f.since) AS since
                FROM loyalty_ai_freshstart f
                JOIN loyalty_ai_customer asked ON asked.id = f.customer_id
                JOIN loyalty_ai_customer member
                    ON COALESCE(member.alias_of_id, member.id) = COALESCE(asked.alias_of_id, asked.id)
                GROUP BY member.id
            ) fresh ON fresh.id = e.customer_id
            WHERE e.store_id = %s AND e.occurred_at < %s AND e.type = ANY(%s)
        )
        TO STDOUT (FORMAT BINARY)
    """  # noqa: S608 (constants of this module)
    types = [EventType[name.upper()].value for name in EVENT_TYPES]
    data = bytearray()
    # The driver's own cursor: under DEBUG Django wraps `copy` and takes no parameters.
    with connection.cursor() as cursor, cursor.cursor.copy(statement, [store.pk, cutoff, types]) as copy:
        for block in copy:
            data += block
    header, trailer = 19, 2  # signature, flags and extension length; the closing -1
    record = [("fields", ">i2")]
    for name, (_, kind) in COLUMNS.items():
        record += [(f"{name}_width", ">i4"), (name, kind)]
    width = np.dtype(record).itemsize
    table = np.frombuffer(data, record, count=(len(data) - header - trailer) // width, offset=header)
    native = np.empty(len(table), [(name, np.dtype(kind).newbyteorder("=")) for name, (_, kind) in COLUMNS.items()])
    for name in COLUMNS:
        native[name] = table[name]
    return native


def _accounts(store: Store) -> tuple[np.ndarray, np.ndarray]:
    """int64 keys of all customers that may be profiled, ascending, and the key of the account each belongs to."""
    import numpy as np

    allowed = consenting_customers(store=store, purpose=Purpose.PREFERENCES).order_by("pk")
    pairs = [(pk, main or pk) for pk, main in allowed.values_list("pk", "alias_of_id").iterator(chunk_size=20_000)]
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _translate(values: np.ndarray, keys: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """`targets` of the `values` found in the ascending `keys`, NONE elsewhere."""
    import numpy as np

    if not len(keys):
        return np.full(len(values), NONE, np.int64)
    at = np.searchsorted(keys, values).clip(max=len(keys) - 1)
    return np.where(keys[at] == values, targets[at], NONE)


def _positions(values: np.ndarray, keys: np.ndarray) -> np.ndarray:
    import numpy as np

    return _translate(values, keys, np.arange(len(keys)))


def _given_back_whole(rows: np.ndarray, bought: np.ndarray, refunded: np.ndarray) -> np.ndarray:
    """bool [rows]: purchases and refunds of an (order, product) of which all that was bought came back."""
    import numpy as np

    linked = np.flatnonzero((bought | refunded) & (rows["order"] != NONE))
    if not len(linked):
        return np.zeros(len(rows), bool)
    _, order = np.unique(rows["order"][linked], return_inverse=True)
    _, product = np.unique(rows["product"][linked], return_inverse=True)
    _, line = np.unique(order * (product.max() + 1) + product, return_inverse=True)

    def total(column: str, of: np.ndarray) -> np.ndarray:
        return np.bincount(line, np.where(of[linked], rows[column][linked], 0).astype(np.float64))

    paid, repaid = total("value", bought), total("value", refunded)
    units, returned = total("quantity", bought), total("quantity", refunded)
    whole = (returned > 0) & (units > 0) & (repaid >= GIVEN_BACK * paid) & ((paid > 0) | (returned >= units))
    back = np.zeros(len(rows), bool)
    back[linked] = whole[line]
    return back


def _baskets(rows: np.ndarray, account: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int64 [rows] basket numbers that ascend by (user, time), and each row's time: the latest of its basket."""
    import numpy as np

    from loyalty_ai.ml.interactions import PURCHASE, REFUND

    if not len(rows):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    # Unless an order holds them together, purchases of one moment are one basket. A refund is an occasion of its own.
    time, ordered = rows["time"], rows["order"] != NONE
    kind = np.select([(event == PURCHASE) & ordered, event == PURCHASE, event == REFUND], [0, 1, 2], 3)
    first = np.select([kind == 0, kind == 3], [rows["order"], time // 86_400], time)
    second = np.select([kind == 0, kind == 2], [0, rows["order"]], rows["session"])
    person = np.where(kind == 0, account, rows["customer"])
    by_group = np.lexsort((second, first, kind, person, account))
    columns = np.stack([account, person, kind, first, second])[:, by_group]
    new = np.append(True, (columns[:, 1:] != columns[:, :-1]).any(axis=0))
    starts = np.flatnonzero(new)
    group_time, group_user = np.maximum.reduceat(time[by_group], starts), account[by_group][starts]
    ranked = np.lexsort((np.arange(len(starts)), group_time, group_user))
    number = np.empty(len(starts), np.int64)
    number[ranked] = np.arange(len(starts))
    group = np.empty(len(rows), np.int64)
    group[by_group] = np.cumsum(new) - 1
    return number[group], group_time[group]


@dataclass(frozen=True)
class _Products:
    ids: np.ndarray
    texts: list[str]
    prices: np.ndarray


def _products(store: Store, sold: np.ndarray) -> _Products:
    """The products on sale and those in the log, ascending by key."""
    import numpy as np

    known = set(sold.tolist())
    ids, texts, prices = [], [], []
    fields = ("pk", "title", "category", "brand", "description", "price", "withdrawn_at")
    for pk, title, category, brand, description, price, withdrawn_at in (
        Product.objects.filter(store=store).order_by("pk").values_list(*fields).iterator(chunk_size=20_000)
    ):
        if withdrawn_at is None or pk in known:
            ids.append(pk)
            texts.append(" ".join(filter(None, (title, category, brand, description[:500]))))
            prices.append(np.nan if price is None else float(price))
    return _Products(np.array(ids, np.int64), texts, np.array(prices, np.float32))
