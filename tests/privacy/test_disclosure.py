"""No table and no pair of tables tells anything of fewer than k people; shown on people, not on counts."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty_ai.privacy.disclosure import Numbers, Table, _joined, _told, shown_cells

K = 3
CELLS = ("a", "b", "c")


class People:
    """Who is in which cell, with how many orders and what spend, since when; `at` is a moment that grows.

    Who leaves and comes back has orders of their own anew, be they as many as before.
    """

    def __init__(self) -> None:
        self.of: dict[int, tuple[str, int, int, int]] = {}
        self.ordered: dict[int, int] = {}

    def step(self, at: int, changes) -> None:
        for who, cell, spend in changes:
            if cell is None:
                self.of.pop(who, None)
            elif spend and who in self.of:
                _cell, orders, revenue, since = self.of[who]
                self.of[who], self.ordered[who] = (cell, orders + 1, revenue + spend, since), at
            else:
                _cell, *kept = self.of.get(who, (cell, 1 + who % 2, 10 * who + 1, at))
                self.of[who] = (cell, *kept)

    def numbers(self):
        sums = defaultdict(Numbers)
        for cell, orders, revenue, _since in self.of.values():
            sums[cell, orders > 1] += Numbers(1, orders, Decimal(revenue))
        return dict(sums)

    def moved(self, since: int):
        counts = defaultdict(int)
        for who, (cell, orders, _revenue, _since) in self.of.items():
            counts[cell, orders > 1] += self.ordered.get(who, -1) > since
        return dict(counts)


changes = st.lists(
    st.tuples(st.integers(0, 15), st.sampled_from([*CELLS, None]), st.sampled_from([0, 0, 5, 7])), max_size=14
)


def part_of(person) -> tuple[str, bool]:
    return person[0], person[1] > 1


def unions(blocks):
    for size in range(1, len(blocks) + 1):
        for chosen in combinations(blocks, size):
            yield frozenset().union(*chosen)


@settings(max_examples=600)
@given(st.lists(changes, min_size=1, max_size=5))
def test_no_export_and_no_pair_of_exports_isolates_fewer_than_k_people(steps):
    people, released = People(), []
    for at, step in enumerate(steps):
        people.step(at, step)
        numbers = people.numbers()
        earlier = [Table(then, shown, people.moved(when)) for then, shown, when, _who in released]
        for then in earlier:  # a table goes on naming the cells that emptied
            numbers = {part: Numbers() for part in then.numbers} | numbers
        shown = shown_cells(numbers, earlier, k=K)
        if shown is not None:
            released.append((numbers, shown, at, dict(people.of)))
    told = [(table := Table(numbers, shown), _told(table, CELLS), who) for numbers, shown, _at, who in released]
    for table, blocks, _who in told:
        for union in unions(blocks):
            assert not 0 < table.sum(union).customers < K
    for (then, blocks_then, who_then), (now, blocks_now, who_now) in combinations(told, 2):
        for block in _joined(blocks_then, blocks_now):
            assert not 0 < abs(now.sum(block).customers - then.sum(block).customers) < K
        for union in unions(_joined(blocks_then, blocks_now)):
            if now.sum(union) == then.sum(union):
                continue
            inside = [
                {who: person[1:] for who, person in whole.items() if part_of(person) in union}
                for whole in (who_then, who_now)
            ]
            behind = {who for who in inside[0].keys() | inside[1].keys() if inside[0].get(who) != inside[1].get(who)}
            assert len(behind) >= K, "a difference that rests on a few people"


def cell(count: int, again: int = 0, name: str = "a") -> dict:
    return {
        (name, False): Numbers(count, count, Decimal(count)),
        (name, True): Numbers(again, again * 2, Decimal(again)),
    }


def test_a_small_cell_takes_the_next_smallest_with_it():
    numbers = cell(500, name="a") | cell(60, name="b") | cell(7, name="c")
    assert shown_cells(numbers, []) == {"a": True}


def test_a_share_that_few_people_make_is_not_told():
    assert shown_cells(cell(500, again=20), []) == {"a": False}
    assert shown_cells(cell(500, again=50), []) == {"a": True}


def test_fewer_people_than_k_are_no_table():
    assert shown_cells(cell(49), []) is None


def test_a_total_that_grew_by_a_few_is_withheld_and_one_that_grew_by_many_is_not():
    then = Table(cell(500), {"a": True}, {("a", False): 300})
    assert shown_cells(cell(501), [then]) is None
    assert shown_cells(cell(550), [then]) == {"a": True}


def test_a_cell_that_changed_by_a_few_is_hidden_with_another():
    then = Table(
        cell(500, name="a") | cell(300, name="b") | cell(200, name="c"),
        {"a": True, "b": True, "c": True},
        {("a", False): 90, ("b", False): 90, ("c", False): 90},
    )
    now = cell(503, name="a") | cell(357, name="b") | cell(300, name="c")
    assert shown_cells(now, [then]) == {"b": True} or shown_cells(now, [then]) == {"c": True}


def test_revenue_that_a_few_moved_is_hidden_though_the_count_stands():
    then = Table(cell(500, name="a") | cell(300, name="b"), {"a": True, "b": True}, {("a", False): 2, ("b", False): 80})
    now = cell(500, name="a") | cell(300, name="b")
    now["a", False] = Numbers(500, 502, Decimal(900))
    now["b", False] = Numbers(300, 390, Decimal(900))
    assert shown_cells(now, [then]) == {}


def test_where_cells_overlap_what_a_cell_leaves_counts_too():
    numbers = cell(460, name="a") | cell(300, name="b") | cell(30, name="c")
    assert shown_cells(numbers, [], people=500) == {"b": True}


def test_cells_that_exchanged_many_people_do_not_tell_together_of_a_few():
    then = Table(cell(500, name="a") | cell(500, name="b") | cell(500, name="c"), dict.fromkeys("abc", True))
    now = cell(440, name="a") | cell(565, name="b") | cell(445, name="c")  # a and b together: five more
    assert shown_cells(now, [then]) == {"b": True}
    now = cell(440, name="a") | cell(620, name="b") | cell(440, name="c")
    assert shown_cells(now, [then]) == {"a": True, "b": True, "c": True}
