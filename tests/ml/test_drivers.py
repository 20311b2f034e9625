"""What predictions rest on: what is said to move a number moves it, when the orders in the log are really otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from loyalty_ai.ml.drivers import FACTS, drivers, of_users, typical_facts
from loyalty_ai.ml.interactions import PURCHASE
from loyalty_ai.ml.transactions import Transactions
from tests.ml.behaviour_shop import DAY, VIEW, fitted, shop

CHURN, VALUE = 90, 365
RECENCY, ORDERS, GAP, ORDER_VALUE = range(4)


@pytest.fixture(scope="module")
def explained():
    log, cutoff = shop().log, shop().cutoff
    users = np.arange(log.n_users)
    return drivers(fitted(), log, users=users, cutoff=cutoff, states=None, churn_days=CHURN, value_days=VALUE)


def answers(log, user):
    """The chance of no order and the spend that the model expects of one user."""
    said = fitted().predict(
        log, users=np.array([user]), cutoff=shop().cutoff, states=None, horizons_days=(CHURN, VALUE)
    )
    return np.array([1 - said.p_purchase[0, 0], said.expected_spend[0, 1]])


def moved(log, user):
    """By how much a log with that user's orders otherwise makes the two numbers smaller."""
    return answers(shop().log, user) - answers(log, user)


def customers(explained, condition):
    found = np.flatnonzero(condition(explained.facts))
    assert len(found) >= 5
    return found[:: max(1, len(found) // 5)][:5]


def test_a_later_last_order_moves_the_numbers_as_said(explained):
    log, typical = shop().log, explained.typical[RECENCY]
    for user in customers(explained, lambda facts: ~np.isnan(facts[:, RECENCY])):
        days = int(explained.facts[user, RECENCY] - typical)
        own = (log.user == user) & (log.event != VIEW) & (log.time < shop().cutoff)
        later = replace(log, time=np.where(own, log.time + days * DAY, log.time))
        said = explained.churn[user, RECENCY], explained.value[user, RECENCY]
        assert moved(later, user) == pytest.approx(said, rel=1e-3, abs=1e-4)


def test_larger_orders_move_the_value_as_said(explained):
    log = shop().log
    for user in customers(explained, lambda facts: ~np.isnan(facts[:, ORDER_VALUE])):
        scale = explained.typical[ORDER_VALUE] / explained.facts[user, ORDER_VALUE]
        other = replace(log, value=np.where(log.user == user, log.value * scale, log.value).astype(np.float32))
        said = explained.churn[user, ORDER_VALUE], explained.value[user, ORDER_VALUE]
        assert moved(other, user) == pytest.approx(said, rel=1e-2, abs=1e-3)
        assert np.sign(said[1]) == np.sign(explained.facts[user, ORDER_VALUE] - explained.typical[ORDER_VALUE])


def test_fewer_orders_move_the_numbers_as_said(explained):
    log, wanted = shop().log, int(explained.typical[ORDERS])
    for user in customers(explained, lambda facts: facts[:, ORDERS] > wanted + 1):
        own = of_users(Transactions.of(log.before(shop().cutoff), anchor=shop().cutoff), np.array([user]))
        oldest = own.day[own.is_order][-wanted]
        kept = (log.user != user) | (log.event == VIEW) | ((log.time - shop().cutoff) // DAY >= oldest)
        said = explained.churn[user, ORDERS], explained.value[user, ORDERS]
        assert moved(log.take(kept), user) == pytest.approx(said, rel=1e-3, abs=1e-4)


def test_who_buys_at_the_typical_pace_has_no_driver_in_it(explained):
    same = np.flatnonzero(explained.facts[:, RECENCY] == explained.typical[RECENCY])
    assert len(same)
    assert explained.churn[same, RECENCY] == pytest.approx(0, abs=1e-6)
    rarer = explained.facts[:, GAP] > 1.5 * explained.typical[GAP]
    assert explained.value[rarer, GAP].mean() < 0


def test_what_nobody_knows_of_a_customer_drives_nothing(explained):
    log = shop().log
    seen = Transactions.of(log.before(shop().cutoff), anchor=shop().cutoff)
    strangers = np.setdiff1d(np.arange(log.n_users), seen.customers(0))
    assert len(strangers)
    assert np.isnan(explained.churn[strangers]).all()
    once = explained.facts[:, ORDERS] == 1
    assert np.isnan(explained.value[once, GAP]).all()
    assert np.isfinite(explained.value[once, ORDERS]).all()


def test_the_typical_customer_is_the_median_of_each_fact(explained):
    log = shop().log
    bought = log.before(shop().cutoff).take((log.event == PURCHASE)[log.time < shop().cutoff])
    last = np.full(log.n_users, np.iinfo(np.int64).min)
    known = bought.user >= 0
    np.maximum.at(last, bought.user[known], (bought.time[known] - shop().cutoff) // DAY)
    facts = typical_facts(Transactions.of(log.before(shop().cutoff), anchor=shop().cutoff))
    assert dict(zip(FACTS, facts, strict=True))["recency"] == pytest.approx(np.median(-last[last > -(10**6)]), abs=1)
