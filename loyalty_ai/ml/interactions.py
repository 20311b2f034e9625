"""The columnar log that every part of the customer model reads."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

ANONYMOUS = -1
"""The `user` of an interaction whose customer is unknown: evidence of popularity and co-purchase, never a person."""

EVENT_TYPES = ("purchase", "refund", "add_to_cart", "add_to_wishlist", "view_item", "select_item", "hide_item")
"""Names of the codes in `Interactions.event`, a code being a position here. Append only: artifacts store codes."""

PURCHASE, REFUND = EVENT_TYPES.index("purchase"), EVENT_TYPES.index("refund")


@dataclass(frozen=True)
class Interactions:
    """One store's log as parallel arrays, sorted by (user, time, basket).

    Rows of one user that share `basket` happened together and have no order among themselves. Users and items are
    positions in `user_ids` and `item_ids`; `user` is `ANONYMOUS` where nobody was signed in. A basket number belongs to
    one user only. Nothing here depends on a clock: whoever builds it chooses the cutoff.

    Args:
        user: int32 [n], position in `user_ids` or `ANONYMOUS`.
        item: int32 [n], position in `item_ids`.
        time: int64 [n], seconds since 1970-01-01 UTC, equal inside a basket.
        basket: int64 [n], an order, or any other set of simultaneous interactions.
        event: int8 [n], position in `EVENT_TYPES`.
        quantity: float32 [n], units, never negative.
        value: float32 [n], line total in the store's currency, never negative (the event type says that a refund gives
            back).
        user_ids: the caller's key of every user.
        item_ids: the caller's key of every item.
        item_text: one description an item, or None where the log has no texts.
        item_price: float32 [items], last known unit price, nan where unknown, or None.
    """

    user: np.ndarray
    item: np.ndarray
    time: np.ndarray
    basket: np.ndarray
    event: np.ndarray
    quantity: np.ndarray
    value: np.ndarray
    user_ids: np.ndarray
    item_ids: np.ndarray
    item_text: list[str] | None = None
    item_price: np.ndarray | None = None

    def __post_init__(self) -> None:
        lengths = {name: len(getattr(self, name)) for name in ROW_COLUMNS}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"every row column must have the same length, got {lengths}")

    @property
    def n_users(self) -> int:
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        return len(self.item_ids)

    def __len__(self) -> int:
        return len(self.user)

    def take(self, rows: np.ndarray) -> Interactions:
        """The same users and items with only these rows (a boolean mask or ascending positions)."""
        return Interactions(
            **{
                f.name: getattr(self, f.name)[rows] if f.name in ROW_COLUMNS else getattr(self, f.name)
                for f in fields(self)
            }
        )

    def before(self, cutoff: int) -> Interactions:
        """What was known at `cutoff`: the rows with `time < cutoff` (seconds)."""
        return self.take(self.time < cutoff)


ROW_COLUMNS = ("user", "item", "time", "basket", "event", "quantity", "value")
