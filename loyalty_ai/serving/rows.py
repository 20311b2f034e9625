"""What a row of products is made of, and the rule by which lists become rows: plain values, no database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Why(StrEnum):
    """Why a product stands in a row, in the order of the fallback chain."""

    BECAUSE_BOUGHT = "because_bought"
    BOUGHT_BEFORE = "bought_before"
    BOUGHT_RECENTLY = "bought_recently"
    MODEL = "model"
    NEW = "new"
    BOUGHT_TOGETHER = "bought_together"
    SIMILAR = "similar"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that may be shown: its key, why, and the product or the moment that the reason names."""

    product: int
    why: Why
    because: int = 0
    at: datetime | None = None


def merge(
    *lists: Iterable[Candidate], limit: int, skip: Container[int] = (), sellable: Callable[[int], bool] = lambda _: True
) -> list[Candidate]:
    """The first `limit` candidates in the order of the lists, each product once, none that is skipped or not sellable.

    Args:
        lists: the fallback chain, best first; a later list is only read where the earlier ones leave room.
        limit: how many products the row holds; nothing where it is not positive.
        skip: products that must not appear (hidden, just bought, already on the page).
        sellable: asked last and once a product, because it may ask the shop.
    """
    row: list[Candidate] = []
    seen: set[int] = set()
    for candidates in lists:
        for candidate in candidates:
            if len(row) >= limit:
                return row
            if candidate.product in seen or candidate.product in skip:
                continue
            seen.add(candidate.product)
            if sellable(candidate.product):
                row.append(candidate)
    return row


def blend(neighbours: Mapping[int, Iterable[tuple[int, float]]], *, why: Why) -> Iterator[Candidate]:
    """The neighbours of several products as one list, best sum of scores first; the reason names the nearest of them.

    Args:
        neighbours: product -> its (neighbour, score) pairs; scores of one kind are comparable.
    """
    total: dict[int, float] = defaultdict(float)
    nearest: dict[int, tuple[float, int]] = {}
    for product, pairs in neighbours.items():
        for item, score in pairs:
            total[item] += score
            nearest[item] = max(nearest.get(item, (score, product)), (score, product))
    for item in sorted(total, key=lambda item: (-total[item], item)):
        if item not in neighbours:
            yield Candidate(item, why, because=nearest[item][1])
