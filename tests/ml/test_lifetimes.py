"""The lifetime models recover what simulated customers were made of, and agree with likelihoods worked by hand."""

from math import exp, gamma, log

import numpy as np
import pytest
import torch

from loyalty_ai.ml.lifetimes import BgNbd, GammaGamma, LifetimeMixture, NaiveRate, ParetoNbd
from loyalty_ai.ml.transactions import Summary


def simulate(rate, leaves_at, age, rng, leave_chance=None):
    """Order times of customers whose first order is at 0: Poisson at `rate` until `leaves_at` or until a coin says so."""
    frequency, recency = np.zeros(len(rate)), np.zeros(len(rate))
    for i in range(len(rate)):
        time = 0.0
        while True:
            time += rng.exponential(1 / rate[i])
            if time > min(age[i], leaves_at[i]):
                break
            frequency[i] += 1
            recency[i] = time
            if leave_chance is not None and rng.random() < leave_chance[i]:
                break
    return Summary(frequency, recency, age, np.zeros(len(rate)))


def future_orders(rate, leaves_at, age, days, rng):
    """Orders in the `days` after `age` of customers who leave at a known time."""
    return rng.poisson(rate * np.clip(leaves_at - age, 0, days))


def one(x, recency, age):
    return Summary(*(np.array([value], dtype=np.float64) for value in (x, recency, age, 0)))


def tensors(*values):
    return tuple(torch.tensor([value], dtype=torch.float64) for value in values)


class TestBgNbd:
    def test_likelihood_of_a_customer_without_repeats_is_worked_by_hand(self):
        # x = 0: only the rate matters, (alpha / (alpha + T))^r = (4 / 16)^0.5
        found = BgNbd.log_likelihood(tensors(0.5, 4.0, 1.0, 2.0), *tensors(0.0, 0.0, 12.0))
        assert found.exp().item() == pytest.approx(0.5)

    def test_likelihood_of_one_repeat_is_worked_by_hand(self):
        # x = 1, r = 1, alpha = 1, a = 1, b = 1, tx = 1, T = 3:
        # stayed: B(1,2)/B(1,1) * 1/(1+3)^2 = 1/2 * 1/16; left: B(2,1)/B(1,1) * 1/(1+1)^2 = 1/2 * 1/4
        found = BgNbd.log_likelihood(tensors(1.0, 1.0, 1.0, 1.0), *tensors(1.0, 1.0, 3.0))
        assert found.exp().item() == pytest.approx(1 / 32 + 1 / 8)
        assert BgNbd(1.0, 1.0, 1.0, 1.0).p_alive(one(1, 1, 3))[0] == pytest.approx((1 / 32) / (1 / 32 + 1 / 8))

    def test_expectation_is_that_of_the_published_worked_customer(self):
        # Fader, Hardie & Lee (2005): x = 2, tx = 30.43, T = 38.86 weeks, 39 weeks ahead, expects 1.226 orders.
        published = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        assert published.expected_orders(one(2, 30.43, 38.86), 39.0)[0] == pytest.approx(1.226, abs=2e-3)

    def test_parameters_of_simulated_customers_are_recovered(self):
        rng = np.random.default_rng(0)
        n = 8_000
        rate, leave = rng.gamma(0.8, 1 / 20.0, n), rng.beta(1.0, 3.0, n)
        age = rng.uniform(150, 300, n)
        fitted = BgNbd.fit(simulate(rate, np.full(n, np.inf), age, rng, leave))
        assert fitted.r == pytest.approx(0.8, rel=0.1)
        assert fitted.alpha == pytest.approx(20.0, rel=0.15)
        assert fitted.a / (fitted.a + fitted.b) == pytest.approx(0.25, rel=0.1)

    def test_expectation_over_a_short_time_is_the_chance_of_an_order(self):
        summary, model = one(5, 80, 100), BgNbd(0.8, 20.0, 1.0, 3.0)
        assert model.expected_orders(summary, 0.01)[0] == pytest.approx(model.p_purchase(summary, 0.01)[0], rel=1e-3)


class TestParetoNbd:
    def test_likelihood_of_a_customer_without_repeats_is_worked_by_hand(self):
        # r = 1, alpha = beta = 1, s = 1, x = 0, T = 1. Alive: 1/2 * 1/2. Left at u: integral of 1/(1+u)^3 = (1 - 1/4) / 2.
        alive, left = ParetoNbd.log_parts(tensors(1.0, 1.0, 1.0, 1.0), *tensors(0.0, 0.0, 1.0))
        assert alive.exp().item() == pytest.approx(0.25)
        assert left.exp().item() == pytest.approx(0.375)
        assert ParetoNbd(1.0, 1.0, 1.0, 1.0).p_alive(one(0, 0, 1))[0] == pytest.approx(0.4)

    @pytest.mark.parametrize(("x", "recency", "age"), [(0, 0, 300), (3, 20, 200), (200, 100, 300), (40, 299, 300)])
    def test_integral_over_the_moment_of_leaving_is_exact(self, x, recency, age):
        r, alpha, s, beta = 0.6, 80.0, 0.55, 70.0
        _, left = ParetoNbd.log_parts(tensors(r, alpha, s, beta), *tensors(float(x), float(recency), float(age)))
        u = np.linspace(recency, age, 400_001)
        height = np.exp(-(r + x) * np.log((alpha + u) / (alpha + recency))) * (beta / (beta + u)) ** (s + 1) * s / beta
        area = ((height[1:] + height[:-1]) / 2).sum() * (u[1] - u[0])
        scale = torch.lgamma(torch.tensor(r + x)) - torch.lgamma(torch.tensor(r)) + r * log(alpha)
        assert left.item() == pytest.approx(float(scale) - (r + x) * log(alpha + recency) + log(area), abs=1e-4)

    def test_simulated_customers_are_recovered_and_forecast(self):
        rng = np.random.default_rng(1)
        n = 8_000
        rate, hazard = rng.gamma(0.7, 1 / 30.0, n), rng.gamma(0.9, 1 / 100.0, n)
        leaves, age = rng.exponential(1 / hazard), rng.uniform(150, 300, n)
        summary = simulate(rate, leaves, age, rng)
        fitted = ParetoNbd.fit(summary)
        assert fitted.r == pytest.approx(0.7, rel=0.15)
        assert fitted.r / fitted.alpha == pytest.approx(0.7 / 30, rel=0.1)
        later = future_orders(rate, leaves, age, 120, rng)
        alive = leaves > age
        assert fitted.expected_orders(summary, 120).sum() == pytest.approx(later.sum(), rel=0.08)
        assert fitted.p_purchase(summary, 120).mean() == pytest.approx((later > 0).mean(), abs=0.015)
        assert fitted.p_alive(summary).mean() == pytest.approx(alive.mean(), abs=0.04)

    def test_chance_grows_with_the_horizon_and_stays_below_the_chance_of_being_alive(self):
        summary, model = one(4, 90, 150), ParetoNbd(0.6, 80.0, 0.55, 70.0)
        chances = [model.p_purchase(summary, days)[0] for days in (1, 10, 100, 1000, 100_000)]
        assert chances == sorted(chances)
        assert chances[-1] <= model.p_alive(summary)[0] + 1e-9

    def test_a_recent_buyer_is_more_surely_alive_than_a_silent_one(self):
        model = ParetoNbd(0.6, 80.0, 0.55, 70.0)
        assert model.p_alive(one(5, 195, 200))[0] > model.p_alive(one(5, 60, 200))[0]


class TestLifetimeMixture:
    def customers(self, kind, n=800):
        rng = np.random.default_rng(3)
        rate, age = rng.gamma(1.0, 1 / 15.0, n), rng.uniform(150, 300, n)
        if kind == "bg":
            return simulate(rate, np.full(n, np.inf), age, rng, rng.beta(1.0, 3.0, n))
        return simulate(rate, rng.exponential(1 / rng.gamma(0.9, 1 / 60.0, n)), age, rng)

    def test_the_share_follows_the_story_that_made_the_customers(self):
        assert LifetimeMixture.fit(self.customers("pareto")).share > 0.8
        assert LifetimeMixture.fit(self.customers("bg")).share < 0.5

    def test_answers_lie_between_those_of_its_two_models(self):
        summary = self.customers("bg", 500)
        model = LifetimeMixture.fit(summary)
        for name in ("p_purchase", "expected_orders"):
            pareto, bg, mixed = (getattr(part, name)(summary, 100) for part in (model.pareto, model.bg, model))
            assert ((mixed >= np.minimum(pareto, bg) - 1e-12) & (mixed <= np.maximum(pareto, bg) + 1e-12)).all()


class TestGammaGamma:
    def test_likelihood_of_one_order_is_worked_by_hand(self):
        # p = 1, q = 2, gamma = 1, one order of value 1: density = q gamma^q / (gamma + z)^(q+1) = 2 / 8
        found = GammaGamma.log_likelihood(tensors(1.0, 2.0, 1.0), *tensors(1.0, 1.0))
        assert found.exp().item() == pytest.approx(0.25)
        assert gamma(3) == exp(log(2))

    def test_expected_value_is_shrunk_towards_everybodys_mean(self):
        model = GammaGamma(p=2.0, q=3.0, gamma=40.0)  # mean of all: p gamma / (q - 1) = 40
        summary = Summary(np.array([0.0, 9.0]), np.zeros(2), np.ones(2), np.array([100.0, 100.0]))
        assert model.expected_value(summary) == pytest.approx([2 * 140 / 4, 2 * 1040 / 22])

    def test_simulated_values_are_recovered(self):
        rng = np.random.default_rng(2)
        orders = rng.geometric(0.4, 6_000)
        scale = rng.gamma(4.0, 1 / 60.0, 6_000)
        mean = rng.gamma(3.0 * orders, 1 / scale) / orders
        model = GammaGamma.fit(Summary(orders - 1.0, np.zeros(6_000), np.ones(6_000), mean))
        assert (model.p, model.q) == (pytest.approx(3.0, rel=0.15), pytest.approx(4.0, rel=0.15))
        assert model.p * model.gamma / (model.q - 1) == pytest.approx(60.0, rel=0.05)

    def test_a_shop_that_gave_everything_back_has_no_value(self):
        summary = Summary(np.array([0.0, 2.0]), np.zeros(2), np.ones(2), np.zeros(2))
        assert GammaGamma.fit(summary).expected_value(summary) == pytest.approx([0.0, 0.0])

    def test_a_shop_with_one_price_expects_that_price(self):
        orders = np.arange(30.0) % 4
        summary = Summary(orders, orders * 7, np.full(30, 90.0), np.full(30, 12.0))
        assert GammaGamma.fit(summary).expected_value(summary) == pytest.approx(np.full(30, 12.0), rel=0.01)


def test_naive_rate_counts_every_order_over_the_age():
    summary = one(3, 50, 100)
    assert NaiveRate().expected_orders(summary, 25)[0] == pytest.approx(1.0)
    assert NaiveRate().p_purchase(summary, 25)[0] == pytest.approx(1 - exp(-1))


@pytest.mark.parametrize("kind", [NaiveRate, BgNbd, ParetoNbd, LifetimeMixture])
def test_three_customers_are_enough_for_finite_answers(kind):
    summary = Summary(np.array([0.0, 1.0, 4.0]), np.array([0.0, 5.0, 80.0]), np.array([3.0, 50.0, 100.0]), np.ones(3))
    fitted = kind.fit(summary)
    for answer in (fitted.expected_orders(summary, 30), fitted.p_purchase(summary, 30), fitted.p_alive(summary)):
        assert np.isfinite(answer).all()
        assert (answer >= 0).all()
