"""Customer-days: what is netted where, and what an origin may know."""

import numpy as np
import pytest

from loyalty_ai.ml.interactions import ANONYMOUS, PURCHASE, REFUND
from loyalty_ai.ml.transactions import Transactions
from tests.ml.behaviour_shop import CUTOFF, VIEW, make_log, shop

ROWS = [
    (0, -30.0, PURCHASE, 50.0),
    (0, -29.9, PURCHASE, 30.0),  # the same day
    (0, -10.0, PURCHASE, 40.0),
    (0, -5.0, REFUND, 15.0),
    (0, 3.0, PURCHASE, 20.0),
    (0, 8.0, REFUND, 100.0),
    (1, -7.5, PURCHASE, 99.0),
    (1, -7.4, REFUND, 99.0),  # all given back the same day: no order
    (1, 2.0, PURCHASE, 10.0),
    (2, -1.0, VIEW, 0.0),
    (ANONYMOUS, -3.0, PURCHASE, 1e6),
]


@pytest.fixture
def seen():
    return Transactions.of(make_log(ROWS), anchor=CUTOFF)


def test_a_day_is_one_order_and_guests_are_nobody(seen):
    assert list(seen.customers(0)) == [0]
    summary = seen.summary(np.array([0]), origin=0)
    assert (summary.frequency[0], summary.recency[0], summary.age[0]) == (1, 20, 30)
    assert summary.mean_value[0] == pytest.approx((80 + 40 - 15) / 2)


def test_refunds_are_netted_within_their_own_window(seen):
    users = np.array([0, 1])
    five = seen.outcome(users, origin=0, days=5)
    assert list(five.orders) == [1, 1]
    assert list(five.spend) == [20, 10]
    assert list(seen.outcome(users, origin=0, days=10).spend) == [0, 10]  # the refund of day 8 takes all, never more
    assert list(seen.outcome(users, origin=0, days=3).orders) == [0, 1]  # day 3 is outside [0, 3)


def test_features_at_an_origin_do_not_change_with_what_comes_after():
    log = shop().log
    full = Transactions.of(log, anchor=CUTOFF)
    known = Transactions.of(log.before(CUTOFF - 60 * 86_400), anchor=CUTOFF)
    users = known.customers(-60)
    np.testing.assert_array_equal(full.customers(-60), users)
    np.testing.assert_array_equal(full.features(users, origin=-60), known.features(users, origin=-60))


def test_features_do_not_depend_on_who_else_is_asked():
    seen = Transactions.of(shop().log, anchor=CUTOFF)
    users = seen.customers(0)
    assert np.isfinite(seen.features(users, origin=0)).all()
    np.testing.assert_array_equal(seen.features(users, origin=0)[5:9], seen.features(users[5:9], origin=0))
