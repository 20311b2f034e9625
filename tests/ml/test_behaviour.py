"""The behaviour model is consistent over horizons, blind to the future, and honest about what it could learn."""

import json

import numpy as np
import pytest

from loyalty_ai.ml.behaviour import STEADY_SHARE, BehaviourModel, fit_behaviour
from loyalty_ai.ml.behaviour_network import EDGES
from loyalty_ai.ml.interactions import PURCHASE
from loyalty_ai.ml.transactions import Transactions
from tests.ml.behaviour_shop import CUTOFF, DAY, VIEW, fitted, make_log, shop

ARRAYS = ("p_purchase", "expected_orders", "expected_spend", "spend_low", "spend_high", "next_order_days", "p_alive")


def buyers() -> np.ndarray:
    return Transactions.of(shop().log, anchor=CUTOFF).customers(0)


def predict(model: BehaviourModel, log=None, horizons=(7, 30, 90, 365, 800)):
    return model.predict(log or shop().log, users=buyers(), cutoff=CUTOFF, states=None, horizons_days=horizons)


def test_longer_horizons_hold_more_of_everything():
    answer = predict(fitted())
    for name in ("p_purchase", "expected_orders", "expected_spend", "spend_high"):
        assert (np.diff(getattr(answer, name), axis=1) >= 0).all(), name
    assert ((answer.p_purchase >= 0) & (answer.p_purchase <= 1)).all()
    assert (answer.expected_orders >= answer.p_purchase - 1e-6).all()
    assert (answer.spend_low <= answer.spend_high).all()


def test_any_horizon_is_read_off_the_same_curve():
    alone, among = predict(fitted(), horizons=(45,)), predict(fitted(), horizons=(30, 45, 60))
    assert alone.p_purchase[:, 0] == pytest.approx(among.p_purchase[:, 1])


def test_the_expected_wait_is_where_half_have_ordered():
    answer = predict(fitted(), horizons=(365,))
    likely = np.isfinite(answer.next_order_days)
    assert likely.any()
    assert not likely.all()
    assert (likely == (answer.p_purchase[:, 0] >= 0.5)).all()
    one = int(np.flatnonzero(likely)[0])
    days = answer.next_order_days[one]
    assert predict(fitted(), horizons=(days,)).p_purchase[one, 0] == pytest.approx(0.5, abs=1e-3)


def test_nothing_after_the_cutoff_reaches_fit_or_prediction():
    past = shop().log.before(CUTOFF)
    blind = fit_behaviour(past, cutoff=CUTOFF, states=None, seed=0, threads=1)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(predict(blind, past), name), getattr(predict(fitted()), name))


def test_a_stored_model_answers_the_same():
    tensors, settings = fitted().state()
    again = BehaviourModel.from_state(tensors, json.loads(json.dumps(settings)))
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(predict(again), name), getattr(predict(fitted()), name))
    assert predict(again).rung == "network"


def test_users_without_an_order_get_the_pace_of_newcomers():
    rows = [(0, -50.0, PURCHASE, 10.0), (0, -20.0, PURCHASE, 10.0), (1, -40.0, VIEW, 0.0), (2, -60, VIEW, 0.0)]
    rows += [(2, -30.0, PURCHASE, 30.0)]
    model = fit_behaviour(make_log(rows), cutoff=CUTOFF, states=None, seed=0)
    answer = model.predict(make_log(rows), users=np.array([1, 0]), cutoff=CUTOFF, states=None, horizons_days=(30,))
    # one first order in 30 + 40 days of waiting
    assert answer.expected_orders[0, 0] == pytest.approx(30 / 70)
    assert np.isnan(answer.average_days_between_orders[0])
    assert answer.average_days_between_orders[1] == pytest.approx(30)


def test_little_data_is_answered_by_a_lower_rung():
    rng = np.random.default_rng(0)

    def rows(customers):
        return [(user, day, PURCHASE, 20.0) for user in range(customers) for day in rng.uniform(-200, 0, 3)]

    for customers, rung in ((5, "naive"), (60, "lifetime")):
        log = make_log(rows(customers))
        model = fit_behaviour(log, cutoff=CUTOFF, states=None, seed=0)
        answer = model.predict(log, users=np.arange(customers), cutoff=CUTOFF, states=None)
        assert (model.rung, answer.rung) == (rung, rung)
        for name in ("p_purchase", "expected_orders", "expected_spend", "spend_low", "spend_high"):
            assert np.isfinite(getattr(answer, name)).all()


def test_a_shop_without_orders_expects_none():
    log = make_log([(0, -3.0, VIEW, 0.0)])
    model = fit_behaviour(log, cutoff=CUTOFF, states=None, seed=0)
    answer = model.predict(log, users=np.array([0]), cutoff=CUTOFF, states=None)
    assert answer.rung == "naive"
    assert not answer.p_purchase.any()
    assert not answer.expected_spend.any()
    assert np.isnan(answer.next_order_days).all()


def test_forecasts_hold_on_the_days_that_followed():
    answer = predict(fitted(), horizons=(60,))
    truth = Transactions.of(shop().log, anchor=CUTOFF).outcome(buyers(), origin=0, days=60)
    assert answer.p_purchase.mean() == pytest.approx((truth.orders > 0).mean(), rel=0.15)
    assert answer.expected_orders.sum() == pytest.approx(truth.orders.sum(), rel=0.2)
    assert answer.expected_spend.sum() == pytest.approx(truth.spend.sum(), rel=0.25)
    inside = (truth.spend >= answer.spend_low[:, 0]) & (truth.spend <= answer.spend_high[:, 0])
    assert 0.75 < inside.mean() < 0.97


def test_horizons_beyond_what_the_data_teaches_are_marked_and_go_on_as_the_lifetime_model_does():
    model = fitted()
    edge = int(EDGES[model.learned])
    answer = predict(model, horizons=(7, edge, edge + 1, 365, 800))
    assert list(answer.extrapolated) == [False, False, True, True, True]
    lifetime = model.basis.lifetime
    summary = Transactions.of(shop().log.before(CUTOFF), anchor=CUTOFF).summary(buyers(), origin=0)
    more = lifetime.expected_orders(summary, 365) - lifetime.expected_orders(summary, edge)
    assert answer.expected_orders[:, 3] - answer.expected_orders[:, 1] == pytest.approx(more, rel=1e-3, abs=1e-3)


def test_the_total_of_the_orders_stays_near_the_lifetime_models():
    model = BehaviourModel.from_state(*fitted().state())
    edge = int(EDGES[model.learned])
    summary = Transactions.of(shop().log.before(CUTOFF), anchor=CUTOFF).summary(buyers(), origin=0)
    total = model.basis.lifetime.expected_orders(summary, edge).sum()
    ours = predict(model, horizons=(edge,)).expected_orders.sum()
    model.level = np.zeros_like(model.level)
    free = predict(model, horizons=(edge,)).expected_orders.sum()
    assert abs(np.log(ours / total)) < abs(np.log(free / total)) / 2


def test_expected_spend_leans_towards_pareto_nbd_with_gamma_gamma():
    model = fitted()
    seen = Transactions.of(shop().log.before(CUTOFF), anchor=CUTOFF)
    summary = seen.summary(buyers(), origin=0)
    answer = predict(model, horizons=(60,))
    rates = model._rates_at(seen, buyers(), None)
    steady = model.basis.lifetime.pareto.expected_orders(summary, 60) * model.basis.value.expected_value(summary)
    own = answer.expected_orders[:, 0] * rates.value.numpy()
    leant = np.log(answer.expected_spend[:, 0] / own)
    assert leant == pytest.approx(STEADY_SHARE * np.log(steady / own), abs=1e-4)


def test_the_interval_of_spend_starts_at_nothing_unless_an_order_is_all_but_certain():
    answer = predict(fitted())
    assert ((answer.spend_low > 0) == (answer.p_purchase > 0.9)).all()
    assert (answer.spend_high[answer.p_purchase < 0.19] == 0).all()


def test_states_are_asked_for_at_every_origin_and_used():
    truth = {user: float(np.sum(shop().log.user == user)) for user in range(shop().log.n_users)}
    asked = []

    def states(users, origin):
        asked.append(origin)
        return np.array([[truth[int(user)], 1.0] for user in users], np.float32)

    model = fit_behaviour(shop().log, cutoff=CUTOFF, states=states, seed=0, threads=1)
    assert len(asked) > 3
    assert max(asked) == CUTOFF  # where the level is set
    assert all((CUTOFF - origin) % DAY == 0 for origin in asked)
    here = states(buyers(), CUTOFF)
    with_state = model.predict(shop().log, users=buyers(), cutoff=CUTOFF, states=here, horizons_days=(60,))
    shuffled = model.predict(shop().log, users=buyers(), cutoff=CUTOFF, states=here[::-1].copy(), horizons_days=(60,))
    assert not np.allclose(with_state.p_purchase, shuffled.p_purchase)
    with pytest.raises(ValueError, match="states"):
        model.predict(shop().log, users=buyers(), cutoff=CUTOFF, states=None)
