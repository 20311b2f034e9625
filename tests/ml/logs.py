"""Small logs with a pattern in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from loyalty_ai.ml.interactions import ANONYMOUS, Interactions

DAY = 86_400


def make_log(rows: list[tuple], *, users: int, items: int, **columns) -> Interactions:
    """A log of `(user, item, day, basket)` rows, each optionally followed by an event code; one unit of value one."""
    rows = sorted(rows, key=lambda row: (row[0], row[2], row[3]))
    column = [np.array([row[j] for row in rows]) for j in range(4)] if rows else [np.zeros(0)] * 4
    events = np.array([row[4] if len(row) > 4 else 0 for row in rows], np.int8)
    return Interactions(
        user=column[0].astype(np.int32),
        item=column[1].astype(np.int32),
        time=(column[2] * DAY).astype(np.int64),
        basket=column[3].astype(np.int64),
        event=events,
        quantity=np.ones(len(rows), np.float32),
        value=np.ones(len(rows), np.float32),
        user_ids=np.arange(users) + 1000,
        item_ids=np.array([f"sku-{i}" for i in range(items)]),
        **columns,
    )


def cycle_log(*, users: int = 120, items: int = 40, baskets: int = 12, seed: int = 0, guests: int = 20) -> Interactions:
    """Every user walks through the items in steps of two and buys a favourite every time; guests buy item 0."""
    order = np.random.default_rng(seed)
    rows, basket = [], 0
    for user in range(users):
        place, favourite = int(order.integers(items)), int(order.integers(items))
        start = float(order.uniform(0, 15))
        for step in range(baskets):
            day = start + 14 * step + float(order.uniform(0, 6))
            rows += [(user, item, day, basket) for item in {favourite, (place + 2 * step) % items}]
            basket += 1
    for _ in range(guests):
        rows.append((ANONYMOUS, 0, float(order.uniform(0, 180)), basket))
        basket += 1
    texts = [f"thing number {i} {'red' if i % 2 else 'blue'}" for i in range(items)]
    return make_log(rows, users=users, items=items, item_text=texts, item_price=np.full(items, 2.0, np.float32))


def changed_after(log: Interactions, cutoff: int) -> Interactions:
    """The same past, another future: every later row is about item 0."""
    return replace(log, item=np.where(log.time >= cutoff, 0, log.item).astype(np.int32))


def shuffled_inside_baskets(log: Interactions, seed: int = 0) -> Interactions:
    """The same log with the rows of each basket in another order."""
    order = np.random.default_rng(seed).random(len(log))
    return log.take(np.lexsort((order, log.basket, log.time, log.user)))
