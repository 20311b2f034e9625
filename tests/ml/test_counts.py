"""Counting tables against small ones worked by hand."""

import numpy as np
import pytest

from loyalty_ai.ml.counts import (
    EASE_REGULARISATION,
    TRANSITION_PRIOR,
    build_counts,
    dense_rows,
    ease_weights,
    item_facts,
    purchase_matrix,
)
from loyalty_ai.ml.sequences import build_baskets
from tests.ml.logs import DAY, make_log


def table_of(table):
    return dense_rows(table, slice(None))


@pytest.fixture
def bought():
    rows = [
        (0, 0, 0, 1),
        (0, 1, 2, 2),
        (0, 2, 4, 3),
        (1, 0, 0, 4),
        (1, 1, 0, 4),
        (1, 2, 6, 5),
        (-1, 0, 5, 6),
        (-1, 2, 5, 6),
    ]
    return build_baskets(make_log(rows, users=2, items=4))


def test_transitions_are_directional_and_shared_by_window(bought):
    counts = build_counts(bought, origin=10 * DAY, n_users=2, n_items=4, ease_items=0)
    one, two = table_of(counts.transitions[1]), table_of(counts.transitions[2])
    starts = np.array([3, 2, 3, 0]) + TRANSITION_PRIOR  # baskets with each item, the guest's too
    # user 0: 0 -> 1 -> 2; user 1: {0, 1} -> 2
    assert one * starts[:, None] == pytest.approx(np.array([[0, 1, 1, 0], [0, 0, 2, 0], [0] * 4, [0] * 4]))
    # two steps ahead, 0 -> 2 of user 0 counts half
    assert (two - one)[0, 2] * starts[0] == pytest.approx(0.5)
    assert np.count_nonzero(two - one) == 1


def test_guests_speak_of_baskets_but_are_no_user(bought):
    counts = build_counts(bought, origin=10 * DAY, n_users=2, n_items=4, ease_items=0)
    assert table_of(counts.together)[0, 2] > 0
    assert table_of(counts.together)[1, 2] == 0
    assert table_of(counts.cosine)[1, 2] > 0
    assert counts.ease is None


def test_cosine_is_symmetric_with_an_empty_diagonal(bought):
    cosine = table_of(build_counts(bought, origin=10 * DAY, n_users=2, n_items=4, ease_items=0).cosine)
    assert cosine == pytest.approx(cosine.T)
    assert (np.diag(cosine) == 0).all()
    assert cosine[0, 1] == pytest.approx(1)  # bought by the same two users
    assert not cosine[3].any()


def test_ease_solves_its_regression(bought):
    users = purchase_matrix(bought, 2, 4)
    weights = ease_weights(users)
    dense = users.toarray()
    # stationarity of |X - XB|^2 + reg |B|^2 off the diagonal
    gradient = dense.T @ (dense @ weights - dense) + EASE_REGULARISATION * weights
    np.fill_diagonal(gradient, 0)
    assert gradient == pytest.approx(np.zeros((4, 4)), abs=1e-3)
    assert (np.diag(weights) == 0).all()


def test_item_facts_by_hand(bought):
    facts = item_facts(bought, origin=10 * DAY, n_users=2, n_items=4, price=None)
    assert facts.sales.tolist() == [3, 2, 3, 0]
    assert facts.buyers.tolist() == [2, 2, 2, 0]
    assert facts.popularity[7].tolist() == [1, 0, 3, 0]
    assert facts.age[:3].tolist() == [10, 10, 6]
    assert facts.idle[:3].tolist() == [5, 8, 4]
    assert np.isnan(facts.age[3])
    assert np.isnan(facts.idle[3])
