"""Which cells of a table of sums may be shown, so that no number, and no difference of two, rests on a few people.

The threshold rule of statistical disclosure control with complementary suppression (Hundepool et al., *Statistical Disclosure
Control*, 2012, chapter 4), and against the differencing attack (Dwork & Roth, *The Algorithmic Foundations of Differential
Privacy*, 2014, section 1.1) a check of every number against what earlier tables gave away. Sums and counts alone decide: nobody's
row of an earlier table has to be kept.

What a reader can compute from one table are sums over *blocks*: each cell that is shown, split into customers who came back and
who did not where its share is shown, and all that is hidden taken together, which is the total less the rest. From two tables
they can compute the differences of blocks of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations

K = 50
"""People who have to stand behind every number and every difference of two."""

MANY = 10
"""Blocks that moved without orders, from which on their unions are not tried one by one."""

Part = tuple[str, bool]
"""A cell's customers who came back (True), or those who did not."""

Block = frozenset[Part]


@dataclass(frozen=True)
class Numbers:
    """What is summed over people; `revenue` in the store's currency."""

    customers: int = 0
    orders: int = 0
    revenue: Decimal = Decimal(0)

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(self.customers + other.customers, self.orders + other.orders, self.revenue + other.revenue)


@dataclass(frozen=True)
class Table:
    """The parts of one table.

    Args:
        numbers: part -> its numbers; a part that is left out has none.
        shown: cell -> whether its share of customers who came back is shown too; hidden cells are left out.
        moved: of an earlier table, part -> how many of the people in it now have ordered since.
    """

    numbers: Mapping[Part, Numbers]
    shown: Mapping[str, bool] = field(default_factory=dict)
    moved: Mapping[Part, int] = field(default_factory=dict)

    @property
    def cells(self) -> set[str]:
        return {cell for cell, _again in self.numbers}

    def sum(self, block: Block) -> Numbers:
        return sum((self.numbers.get(part, Numbers()) for part in block), Numbers())


def shown_cells(
    numbers: Mapping[Part, Numbers], earlier: Iterable[Table], *, people: int | None = None, k: int = K
) -> dict[str, bool] | None:
    """The cells of a table that may be shown, True where their share of customers who came back may be too.

    Every number of the table, what can be computed from it and its total, and every difference of these to an earlier table
    is either nought or rests on `k` people or more: so many more or fewer, or so many who ordered in between.

    Args:
        people: where cells overlap, so that they have no total, how many people there are; what a cell leaves of them counts.

    Returns:
        None where not even the total may be shown.
    """
    earlier = list(earlier)
    cells = {cell for cell, _again in numbers}.union(*(then.cells for then in earlier))
    table = Table({part: numbers.get(part, Numbers()) for part in _parts(cells)})
    if people is None and any(_trouble(table, earlier, k, people)):
        return None
    shown = dict.fromkeys(sorted(cells), True)
    while troubled := next(_trouble(replace(table, shown=shown), earlier, k, people), None):
        # A cell of the block steps back; where all of the block is hidden, one more cell has to join it.
        inside = {cell for cell, _again in troubled if cell in shown}
        cell = min(inside or shown, key=lambda cell: (table.sum(_parts([cell])).customers, cell))
        if inside and shown[cell]:
            shown[cell] = False
        else:
            del shown[cell]
    return shown


def _trouble(table: Table, earlier: list[Table], k: int, people: int | None) -> Iterator[Block]:
    """Blocks that rest on too few people, by themselves or beside an earlier table."""
    for block in _told(table, table.cells, people):
        count = table.sum(block).customers
        if 0 < count < k or (people is not None and 0 < people - count < k):
            yield block
    for then in earlier:
        quiet = []
        for block in _joined(_told(table, table.cells, people), _told(then, table.cells, people)):
            change = abs(table.sum(block).customers - then.sum(block).customers)
            moved = sum(then.moved.get(part, 0) for part in block)
            if 0 < change < k:
                yield block
            elif table.sum(block) != then.sum(block) and moved < k:
                if not change:
                    yield block
                quiet.append((change, moved, block))
        if people is None:
            yield from _quiet_unions(table, then, quiet, k)


def _quiet_unions(table: Table, then: Table, quiet: list[tuple[int, int, Block]], k: int) -> Iterator[Block]:
    """People who only changed cells may add up to a few who came or went: unions of such blocks are looked at too."""
    quiet = sorted(quiet, key=lambda each: each[0])
    if len(quiet) > MANY:
        yield quiet[0][2]
        return
    for size in range(2, len(quiet) + 1):
        for union in combinations(quiet, size):
            block = frozenset().union(*(each[2] for each in union))
            change = abs(table.sum(block).customers - then.sum(block).customers)
            if max(change, sum(each[1] for each in union)) < k and table.sum(block) != then.sum(block):
                yield union[0][2]


def _parts(cells: Iterable[str]) -> Block:
    return frozenset((cell, again) for cell in cells for again in (False, True))


def _told(table: Table, cells: Iterable[str], people: int | None = None) -> list[Block]:
    """What a table tells apart of the cells. One that it does not know holds nobody, which everybody can see."""
    hidden = _parts(table.cells - set(table.shown))
    blocks = [hidden] if hidden and people is None else []
    for cell in sorted(set(cells)):
        if cell not in table.cells or table.shown.get(cell):
            blocks += [frozenset([part]) for part in _parts([cell])]
        elif cell in table.shown:
            blocks.append(_parts([cell]))
    return blocks


def _joined(some: list[Block], others: list[Block]) -> list[Block]:
    """The smallest blocks that are unions of both kinds."""
    joined = list(some)
    for other in others:
        touching = [block for block in joined if block & other]
        joined = [block for block in joined if not block & other] + [other.union(*touching)]
    both = frozenset().union(*some) & frozenset().union(*others)
    return [block for block in joined if block <= both]
