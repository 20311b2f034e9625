from copy import copy
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sparse

from loyalty_ai.ml.evidence import Origin
from loyalty_ai.ml.ranker import CandidateTable, LinearBlend, TreeRanker
from loyalty_ai.ml.reasons import ReasonKind, list_reasons, reliance
from loyalty_ai.ml.sequences import build_baskets
from tests.ml.logs import DAY, make_log

POPULAR, HISTORY, REPEAT = ReasonKind.POPULAR, ReasonKind.HISTORY, ReasonKind.REPEAT
TOLD = [(user, item, day, 10 * user + day) for user in (1, 2, 3) for item, day in ((0, 0), (4, 0), (1, 2), (5, 4))]
ASKING = [(0, 0, 0, 1), (0, 1, 5, 2), (0, 2, 5, 2), (0, 3, 5, 2)]
"""User 0, last of whose baskets holds 1, 2 and 3; to others 4 comes with 0, and 5 comes after 1."""


@pytest.fixture(scope="module")
def origin():
    baskets = build_baskets(make_log(TOLD + ASKING, users=5, items=7))
    return Origin(baskets, origin=10 * DAY, n_users=5, n_items=7, price=None, ease_items=10)


def reasons(origin, listed, **weights):
    ranker = LinearBlend(np.array(list(weights.values())), tuple(weights))
    items, kinds = list_reasons(np.array([listed], np.int32), np.array([0]), origin=origin, ranker=ranker)
    assert (items.dtype, kinds.dtype) == (np.int32, np.int8)
    return list(zip(items[0].tolist(), kinds[0].tolist(), strict=True))


def test_a_reason_is_the_past_item_that_brought_most_of_what_the_ranker_relies_on(origin):
    assert reasons(origin, [5], transition_1=1) == [(1, HISTORY)]
    assert reasons(origin, [4], together=1) == [(0, HISTORY)]
    assert reasons(origin, [4, 5], cosine=0.01, transition_1=-1)[1] == (1, HISTORY)
    # 5 is held by users 1 to 3, who bought 0 and 1: neither says more
    assert reasons(origin, [5], cosine=1)[0] == (0, HISTORY)
    assert reasons(origin, [5], cosine=1, transition_1=0.5) == [(1, HISTORY)]


def test_what_was_bought_before_is_its_own_reason(origin):
    assert reasons(origin, [2, 0, -1], count_per_order=1) == [(2, REPEAT), (0, REPEAT), (-1, POPULAR)]


def test_no_reason_is_invented(origin):
    assert reasons(origin, [5, 0], popularity_30=1, sales=0.1) == [(-1, POPULAR)] * 2
    assert reasons(origin, [6], cosine=1, transition_1=1) == [(-1, POPULAR)]  # nothing speaks for it
    # user 4 never bought anything
    items, kinds = list_reasons(
        np.array([[5]], np.int32), np.array([4]), origin=origin, ranker=LinearBlend(np.ones(1), ("cosine",))
    )
    assert (items.tolist(), kinds.tolist()) == ([[-1]], [[POPULAR]])


def test_where_nothing_stands_out_the_item_is_popular():
    rows = [(0, item, 5, 1) for item in range(4)] + [(u, item, 5, u + 1) for u in (1, 2) for item in range(5)]
    baskets = build_baskets(make_log(rows, users=3, items=5))
    even = Origin(baskets, origin=10 * DAY, n_users=3, n_items=5, price=None, ease_items=0)
    assert reasons(even, [4], cosine=1, together=1) == [(-1, POPULAR)]


def test_sparse_and_dense_tables_give_the_same_reasons(origin):
    other = copy(origin)
    counts = origin.counts
    other.counts = replace(
        counts,
        transitions={window: turned(table) for window, table in counts.transitions.items()},
        cosine=turned(counts.cosine),
        together=turned(counts.together),
    )
    weights = {"transition_1": 1, "transition_5": 1, "cosine": 0.5, "together_last": 0.7, "ease": 1, "count": 1}
    listed = [5, 4, 0, 6, -1]
    assert reasons(other, listed, **weights) == reasons(origin, listed, **weights)


def turned(table):
    return sparse.csr_matrix(table) if isinstance(table, np.ndarray) else table.toarray()


def test_trees_rely_on_what_their_splits_gained_from():
    order = np.random.default_rng(0)
    told, noise = order.random(2000), order.random(2000)
    features = np.stack([told, noise], axis=1).astype(np.float32)
    table = CandidateTable(features, ("cosine", "ease"), (told > 0.8).astype(np.int8), np.full(100, 20))
    nothing = LinearBlend(np.zeros(0), ())
    found = reliance(TreeRanker.fit(table, table.names, blend=nothing, share=0.0, rounds=5, seed=0))
    assert found["cosine"] > 5 * found["ease"]
    assert reliance(LinearBlend(np.array([2.0, -3.0]), ("ease", "sales"))) == {"ease": 2, "sales": 3}
