"""Slices of the contest: whose lists were how good, by what was known of the users at the origin."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.ml.contest import SLICES, slice_facts, sliced
from loyalty_ai.ml.evidence import Origin
from loyalty_ai.ml.sequences import build_baskets
from tests.ml.logs import DAY, changed_after, make_log

ORIGIN = 300 * DAY
ROWS = [
    (0, 1, 5, 10), (0, 2, 5, 10), (0, 1, 299, 11),  # two orders since day 5
    (1, 1, 210, 12),  # one order, 90 days ago
    *((2, 2, 250 + n, 20 + n) for n in range(5)),  # five orders since day 250
    (0, 3, 301, 30), (1, 3, 301, 31), (2, 3, 301, 32), (3, 3, 1, 33), (-1, 3, 1, 34),
]  # fmt: skip


def facts_of(log, users):
    origin = Origin(build_baskets(log), origin=ORIGIN, n_users=4, n_items=5, price=None, ease_items=10)
    return slice_facts(origin, np.array(users, np.int32))


def test_facts_are_days_since_the_first_order_and_orders_so_far():
    facts = facts_of(make_log(ROWS, users=4, items=5), [0, 1, 2])
    assert facts["tenure"].tolist() == [295, 90, 50]
    assert facts["activity"].tolist() == [2, 1, 5]


def test_facts_do_not_know_the_future():
    log = make_log(ROWS, users=4, items=5)
    now, other = facts_of(log, [0, 1, 2]), facts_of(changed_after(log, ORIGIN), [0, 1, 2])
    assert all(np.array_equal(now[name], other[name]) for name in SLICES)


def test_slices_by_hand():
    facts = {"tenure": np.array([295.0, 90, 50, 89]), "activity": np.array([2.0, 1, 5, 1])}
    values = {"model": [0.5, 0.4, 0.2, 0.3], "popularity": [0.1, 0.2, 0.1, 0.1], "ease": [0.3, 0.4, 0.1, 0.1]}
    result = sliced(facts, {name: {"ndcg@10": np.array(v)} for name, v in values.items()}, "model")
    assert (result["metric"], result["baseline"]) == ("ndcg@10", "ease")
    young, middle, old = result["tenure"]
    assert [(row["from"], row["below"], row["users"]) for row in result["tenure"]] == [
        (0, 90, 2), (90, 180, 1), (180, None, 1),
    ]  # fmt: skip
    assert young["answers"] == pytest.approx({"value": 0.25, "se": 0.05})
    assert young["baseline"] == pytest.approx({"value": 0.1, "se": 0})
    assert young["gain"]["difference"] == pytest.approx(0.15)
    assert (middle["gain"], old["answers"]["value"]) == (None, 0.5)
    assert [row["users"] for row in result["activity"]] == [2, 1, 1]
    json.dumps(result, allow_nan=False)


def test_what_answers_is_not_its_own_baseline():
    methods = {name: {"ndcg@10": np.array([v])} for name, v in (("popularity", 0.3), ("cosine", 0.1))}
    facts = {"tenure": np.array([1.0]), "activity": np.array([1.0])}
    assert sliced(facts, methods, "popularity")["baseline"] == "cosine"


@given(st.lists(st.tuples(st.floats(0.01, 4000), st.integers(1, 50), st.floats(0, 1), st.floats(0, 1)), max_size=30))
def test_slices_divide_the_users_and_average_to_the_whole(rows):
    tenure, orders, own, other = np.array(rows, float).reshape(-1, 4).T
    methods = {"model": {"ndcg@10": own}, "popularity": {"ndcg@10": other}}
    result = sliced({"tenure": tenure, "activity": orders}, methods, "model")
    for name in SLICES:
        assert sum(row["users"] for row in result[name]) == len(rows)
        for side, values in (("answers", own), ("baseline", other)):
            total = sum(row["users"] * row[side]["value"] for row in result[name])
            assert total == pytest.approx(values.sum(), abs=1e-9)
