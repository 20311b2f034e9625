"""The items a decoder has an embedding for. It holds no customer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

UNKNOWN = 0
"""The embedding row of every item that training has not met."""


@dataclass(frozen=True)
class Vocab:
    """Item keys in the order of their embedding rows; row 0 is `UNKNOWN`, so key j has row j + 1."""

    item_ids: tuple[int | str, ...]

    def __len__(self) -> int:
        """Rows of the embedding table, `UNKNOWN` included."""
        return len(self.item_ids) + 1

    def rows(self, item_ids: np.ndarray) -> np.ndarray:
        """int64 [len(item_ids)]: the embedding row of each key, `UNKNOWN` where there is none."""
        index = {key: row for row, key in enumerate(self.item_ids, start=1)}
        return np.fromiter((index.get(key, UNKNOWN) for key in plain_keys(item_ids)), np.int64, len(item_ids))

    def extended(self, item_ids: np.ndarray) -> Vocab:
        """The same rows, followed by one for each key that is new."""
        known = set(self.item_ids)
        return Vocab((*self.item_ids, *(key for key in plain_keys(item_ids) if key not in known)))


def plain_keys(keys: np.ndarray) -> list[int | str]:
    """Keys as plain Python integers or strings, so that numpy, JSON and a database agree on equality."""
    return [key if isinstance(key, int) else str(key) for key in np.asarray(keys).tolist()]
