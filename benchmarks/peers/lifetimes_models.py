"""BG/NBD and Pareto/NBD with Gamma-Gamma, as the `lifetimes` library fits them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from benchmarks.output import Clock
from benchmarks.peers.orders import Answer, Orders, main

PENALTIES = (0.0, 0.001, 0.01, 0.1)
"""What its documentation suggests where BG/NBD does not converge; the least with which it does is used."""


def bg_nbd(orders: Orders, days: int, seed: int, clock: Clock) -> Answer:
    """Fader, Hardie & Lee (2005)."""
    frequency, recency, age, _ = orders.summary(0)
    with clock.part("training"):
        model = _converged(frequency, recency, age)
        value = _expected_value(orders)
    with clock.part("scoring"):
        count = np.asarray(model.predict(days, frequency, recency, age), float)
        rates = model.params_
        alive = np.asarray(model.conditional_probability_alive(frequency, recency, age), float)
        # a living customer's rate is Gamma(r + x, alpha + age): none in `days` has this chance
        none = ((rates["alpha"] + age) / (rates["alpha"] + age + days)) ** (rates["r"] + frequency)
        # where nobody ever leaves (a near 0) the library's count has poles at some newcomers; its limit is the plain rate
        plain = (rates["r"] + frequency) / (rates["alpha"] + age) * days
        count = np.where(np.isfinite(count), count, plain)
    return alive * (1 - none), count, count * value


def _converged(*past: np.ndarray) -> Any:
    from lifetimes import BetaGeoFitter
    from lifetimes.utils import ConvergenceError

    for penalty in PENALTIES:
        model = BetaGeoFitter(penalizer_coef=penalty)
        try:
            model.fit(*past)
        except ConvergenceError:
            continue
        return model
    raise ConvergenceError(f"BG/NBD converges with none of the penalties {PENALTIES}")


def pareto_nbd(orders: Orders, days: int, seed: int, clock: Clock) -> Answer:
    """Schmittlein, Morrison & Colombo (1987)."""
    from lifetimes import ParetoNBDFitter

    np.random.seed(seed)  # the library draws its start from there
    model = ParetoNBDFitter()
    frequency, recency, age, _ = orders.summary(0)
    # equal customers are fitted once, with their number as weight
    distinct, number = np.unique(np.stack([frequency, recency, age], axis=1), axis=0, return_counts=True)
    with clock.part("training"):
        model.fit(*distinct.T, weights=number, maxiter=5000)
        value = _expected_value(orders)
    with clock.part("scoring"):
        count = np.asarray(
            model.conditional_expected_number_of_purchases_up_to_time(days, frequency, recency, age), float
        )
        none = model.conditional_probability_of_n_purchases_up_to_time(0, days, frequency, recency, age)
    return 1 - np.asarray(none, float), count, count * value


def _expected_value(orders: Orders) -> np.ndarray:
    """Gamma-Gamma's mean value of an order; everybody's mean for customers who paid nothing so far."""
    from lifetimes import GammaGammaFitter

    frequency, _, _, value = orders.summary(0)
    paid = value > 0
    model: Any = GammaGammaFitter(penalizer_coef=0.0)
    model.fit(frequency[paid] + 1, value[paid])
    expected = np.full(len(value), value.mean())
    expected[paid] = model.conditional_expected_average_profit(frequency[paid] + 1, value[paid])
    return expected


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main({"bg_nbd": bg_nbd, "pareto_nbd": pareto_nbd})
