from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.serving.rows import Candidate, Why, blend, merge

products = st.integers(min_value=1, max_value=12)
candidates = st.builds(Candidate, products, st.sampled_from(Why))
chains = st.lists(st.lists(candidates, max_size=10), max_size=4)


@given(chains, st.integers(min_value=-1, max_value=8), st.sets(products), st.sets(products))
def test_a_row_is_the_first_sellable_products_of_the_chain_once_each(chain, limit, skip, sold_out):
    row = merge(*chain, limit=limit, skip=skip, sellable=lambda product: product not in sold_out)

    possible = list(dict.fromkeys(c.product for one in chain for c in one if c.product not in skip | sold_out))
    assert [c.product for c in row] == possible[: max(limit, 0)]


@given(chains, st.sets(products))
def test_a_row_keeps_the_reason_of_the_best_list_that_has_the_product(chain, skip):
    first = {}
    for one in chain:
        for candidate in one:
            first.setdefault(candidate.product, candidate)
    assert all(candidate == first[candidate.product] for candidate in merge(*chain, limit=20, skip=skip))


def test_the_shop_is_asked_about_no_more_products_than_the_row_needs():
    asked = []
    merge([Candidate(n, Why.MODEL) for n in range(9)], limit=3, sellable=lambda product: asked.append(product) is None)
    assert asked == [0, 1, 2]


def test_a_later_list_is_not_read_when_the_first_fills_the_row():
    def unread():
        raise AssertionError("read")
        yield

    assert merge([Candidate(1, Why.MODEL), Candidate(2, Why.MODEL)], unread(), limit=1) == [Candidate(1, Why.MODEL)]


@given(st.dictionaries(products, st.lists(st.tuples(products, st.floats(0, 1)), max_size=6), max_size=4))
def test_blended_neighbours_come_best_sum_first_and_never_include_the_products_themselves(neighbours):
    total = {}
    for pairs in neighbours.values():
        for item, score in pairs:
            total[item] = total.get(item, 0.0) + score
    blended = [candidate.product for candidate in blend(neighbours, why=Why.SIMILAR)]
    assert sorted(blended) == sorted(set(total) - set(neighbours))
    assert [total[item] for item in blended] == sorted((total[item] for item in blended), reverse=True)


def test_the_reason_of_a_blended_neighbour_is_the_product_nearest_to_it():
    blended = list(blend({1: [(9, 0.2), (8, 0.9)], 2: [(9, 0.6)]}, why=Why.SIMILAR))
    assert blended == [Candidate(8, Why.SIMILAR, because=1), Candidate(9, Why.SIMILAR, because=2)]
