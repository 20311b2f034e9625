"""Lifetime models of repeat buying, the honest baselines of the customer model: naive rate, BG/NBD, Pareto/NBD, Gamma-Gamma.

A customer buys at a rate of their own while alive and leaves for ever at an unobserved moment. Sources: Fader, Hardie & Lee,
Marketing Science 24 (2005) 275 (BG/NBD); Schmittlein, Morrison & Colombo, Management Science 33 (1987) 1 (Pareto/NBD), here
with the unobserved moment integrated numerically; Fader & Hardie, "The Gamma-Gamma model of monetary value" (2013).
Parameters are maximum a posteriori under a prior so wide that it only matters for a handful of customers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass

import numpy as np
import torch

from loyalty_ai.ml.transactions import Summary

PRIOR_SPREAD = 3.0
"""Standard deviation of the prior of every log parameter, around 0 in units of the mean age or mean value."""

LIMIT = 12.0
"""Log parameters stay within this of 0, where all likelihoods are finite in float64."""

NODES = 32
"""Gauss-Legendre nodes of the integral over the moment of leaving."""


def fit_log_parameters(loss: Callable[[torch.Tensor], torch.Tensor], start: list[float]) -> np.ndarray:
    """Minimise `loss` (of log parameters, a sum over customers) plus the wide prior with L-BFGS; returns the parameters."""
    theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([theta], lr=1.0, max_iter=200, tolerance_grad=1e-6, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        value = loss(theta.clamp(-LIMIT, LIMIT)) + 0.5 * ((theta / PRIOR_SPREAD) ** 2).sum()
        value.backward()
        return value

    optimiser.step(closure)
    return theta.detach().clamp(-LIMIT, LIMIT).exp().numpy()


def _distinct(summary: Summary, scale: float) -> tuple[torch.Tensor, ...]:
    """Frequency, recency and age (in units of `scale` days) of the distinct customers, and how many share each."""
    table = np.stack([summary.frequency, summary.recency, summary.age], axis=1)
    rows, counts = np.unique(table, axis=0, return_counts=True)
    x, recency, age = torch.from_numpy(rows).T
    return x, recency / scale, age / scale, torch.from_numpy(counts.astype(np.float64))


@dataclass(frozen=True)
class NaiveRate:
    """Everyone goes on buying at the rate of their orders over their age, plus `orders` in `days` that all share."""

    orders: float = 1.0
    days: float = 0.0

    @classmethod
    def fit(cls, summary: Summary) -> NaiveRate:
        """The same, shrunk by one order at the pace of all repeat orders together."""
        return cls(days=float((summary.age.sum() + 1.0) / (summary.frequency.sum() + 1.0)))

    def expected_orders(self, summary: Summary, days: float) -> np.ndarray:
        """float64 [n], orders in the next `days` days."""
        return (summary.frequency + self.orders) / np.maximum(summary.age + self.days, 1.0) * days

    def p_purchase(self, summary: Summary, days: float) -> np.ndarray:
        """float64 [n], chance of at least one order in the next `days` days."""
        return -np.expm1(-self.expected_orders(summary, days))

    def p_alive(self, summary: Summary) -> np.ndarray:
        """float64 [n], all ones."""
        return np.ones_like(summary.age)


@dataclass(frozen=True)
class BgNbd:
    """BG/NBD: rates are Gamma(r, alpha) a day; after every repeat order the customer leaves with a Beta(a, b) chance."""

    r: float
    alpha: float
    a: float
    b: float

    @staticmethod
    def log_likelihood(theta: tuple, x: torch.Tensor, recency: torch.Tensor, age: torch.Tensor) -> torch.Tensor:
        """float64 [n] for parameters (r, alpha, a, b) in the time unit of `recency` and `age`."""
        r, alpha, a, b = theta
        gl = torch.lgamma
        rate = gl(r + x) - gl(r) + r * alpha.log()
        alive = gl(b + x) + gl(a + b) - gl(b) - gl(a + b + x) - (r + x) * (alpha + age).log()
        left = (
            (a / (b + x - 1).clamp(min=1e-9)).log() + alive + (r + x) * ((alpha + age).log() - (alpha + recency).log())
        )
        return rate + torch.where(x > 0, torch.logaddexp(alive, torch.where(x > 0, left, -torch.inf)), alive)

    @classmethod
    def fit(cls, summary: Summary) -> BgNbd:
        """Parameters in days from customers with a first order."""
        scale = max(float(summary.age.mean()), 1.0)
        x, recency, age, weight = _distinct(summary, scale)
        r, alpha, a, b = fit_log_parameters(
            lambda theta: -(weight * cls.log_likelihood(tuple(theta.exp()), x, recency, age)).sum(),
            [-0.7, -0.7, 0.0, 0.7],
        )
        return cls(float(r), float(alpha * scale), float(a), float(b))

    def p_alive(self, summary: Summary) -> np.ndarray:
        """float64 [n], chance that a customer has not left; 1 where there was no repeat order, as the model says."""
        x = summary.frequency
        odds = (self.r + x) * np.log((self.alpha + summary.age) / (self.alpha + summary.recency))
        leave = np.exp(np.minimum(odds, 700.0)) * self.a / np.maximum(self.b + x - 1, 1e-9)
        return np.where(x > 0, 1 / (1 + leave), 1.0)

    def p_purchase(self, summary: Summary, days: float) -> np.ndarray:
        """float64 [n], chance of at least one order in the next `days` days."""
        silent = (self.r + summary.frequency) * np.log1p(days / (self.alpha + summary.age))
        return -self.p_alive(summary) * np.expm1(-silent)

    def expected_orders(self, summary: Summary, days: float) -> np.ndarray:
        """float64 [n], orders in the next `days` days."""
        from scipy.special import hyp2f1

        r, a, b = self.r + summary.frequency, self.a, self.b + summary.frequency
        a = a + 1e-6 * (abs(a - 1) < 1e-6)  # the formula's removable pole
        until = self.alpha + summary.age
        still = (until / (until + days)) ** r * hyp2f1(r, b, a + b - 1, days / (until + days))
        return self.p_alive(summary) * np.maximum((a + b - 1) / (a - 1) * (1 - still), 0.0)


@dataclass(frozen=True)
class ParetoNbd:
    """Pareto/NBD: rates are Gamma(r, alpha) a day, the hazard of leaving is Gamma(s, beta) a day."""

    r: float
    alpha: float
    s: float
    beta: float

    @staticmethod
    def log_parts(theta: tuple, x: torch.Tensor, recency: torch.Tensor, age: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Log likelihoods, float64 [n] each, of being alive at `age` and of having left since the last order.

        Parameters are (r, alpha, s, beta) in the time unit of `recency` and `age`.
        """
        r, alpha, s, beta = theta
        buying = torch.lgamma(r + x) - torch.lgamma(r) + r * alpha.log()
        alive = buying - (r + x) * (alpha + age).log() + s * (beta / (beta + age)).log()
        # The moment of leaving, on a logarithmic scale: the integrand falls off fast after the last order.
        node, weight = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(NODES))
        low, span = (alpha + recency).log(), ((alpha + age) / (alpha + recency)).log()
        log_moment = low[:, None] + (node + 1) / 2 * span[:, None]
        moment = log_moment.exp() - alpha
        inside = (1 - r - x)[:, None] * log_moment - (s + 1) * (beta + moment).log()
        left = torch.logsumexp(inside + (weight / 2).log() + span.clamp(min=1e-300).log()[:, None], dim=1)
        return alive, buying + left + s.log() + s * beta.log()

    @classmethod
    def fit(cls, summary: Summary) -> ParetoNbd:
        """Parameters in days from customers with a first order."""
        scale = max(float(summary.age.mean()), 1.0)
        x, recency, age, weight = _distinct(summary, scale)

        def loss(theta: torch.Tensor) -> torch.Tensor:
            return -(weight * torch.logaddexp(*cls.log_parts(tuple(theta.exp()), x, recency, age))).sum()

        r, alpha, s, beta = fit_log_parameters(loss, [-0.7, -0.7, -0.7, -0.7])
        return cls(float(r), float(alpha * scale), float(s), float(beta * scale))

    def p_alive(self, summary: Summary) -> np.ndarray:
        """float64 [n], chance that a customer has not left."""
        theta = tuple(torch.tensor(value, dtype=torch.float64) for value in astuple(self))
        alive, left = self.log_parts(
            theta, *(torch.from_numpy(part) for part in (summary.frequency, summary.recency, summary.age))
        )
        return torch.sigmoid(alive - left).numpy()

    def p_purchase(self, summary: Summary, days: float) -> np.ndarray:
        """float64 [n], chance of at least one order in the next `days` days."""
        # 1 - P(none) = integral over u of the density of the first order: rate and survival at u are both closed.
        r, until, beta = self.r + summary.frequency, self.alpha + summary.age, self.beta + summary.age
        node, weight = np.polynomial.legendre.leggauss(NODES)
        out = np.zeros_like(until)
        span = np.log1p(days / until)  # on the scale of log(until + u), where the density is smooth
        for point, share in zip((node + 1) / 2, weight / 2, strict=True):
            grown = np.exp(span * point)
            u = until * (grown - 1)
            out += share * span * r * grown**-r * (beta / (beta + u)) ** self.s
        return self.p_alive(summary) * out

    def expected_orders(self, summary: Summary, days: float) -> np.ndarray:
        """float64 [n], orders in the next `days` days."""
        rate = (self.r + summary.frequency) / (self.alpha + summary.age)
        beta, s = self.beta + summary.age, self.s
        s = s + 1e-6 * (abs(s - 1) < 1e-6)  # the formula's removable pole
        return self.p_alive(summary) * rate * beta / (s - 1) * -np.expm1((1 - s) * np.log1p(days / beta))


@dataclass(frozen=True)
class LifetimeMixture:
    """A `share` of the customers leaves as Pareto/NBD says, the others as BG/NBD says; a customer's past tells which is likelier.

    Customers may leave at any time, or only after an order: one story alone misses the level of a long horizon by a fifth in
    some shops, and it is not always the same one.
    """

    pareto: ParetoNbd
    bg: BgNbd
    share: float

    @classmethod
    def fit(cls, summary: Summary) -> LifetimeMixture:
        """Both models on all customers, then the share that makes their pasts likeliest (expectation maximisation)."""
        model = cls(ParetoNbd.fit(summary), BgNbd.fit(summary), 0.5)
        ratio = model._log_ratio(summary)
        share = 0.5
        for _ in range(100):
            share = float((1 / (1 + (1 - share) / share * np.exp(-ratio))).mean())
        return cls(model.pareto, model.bg, share)

    def _log_ratio(self, summary: Summary) -> np.ndarray:
        """float64 [n], log likelihood of a customer's past by Pareto/NBD less that by BG/NBD, within 50 of 0."""
        past = tuple(torch.from_numpy(part) for part in (summary.frequency, summary.recency, summary.age))
        pareto, bg = (
            tuple(torch.tensor(value, dtype=torch.float64) for value in astuple(part))
            for part in (self.pareto, self.bg)
        )
        ratio = torch.logaddexp(*ParetoNbd.log_parts(pareto, *past)) - BgNbd.log_likelihood(bg, *past)
        return ratio.clamp(-50, 50).numpy()

    def _mixed(self, summary: Summary, pareto: np.ndarray, bg: np.ndarray) -> np.ndarray:
        weight = 1 / (1 + (1 - self.share) / self.share * np.exp(-self._log_ratio(summary)))
        return weight * pareto + (1 - weight) * bg

    def p_alive(self, summary: Summary) -> np.ndarray:
        """float64 [n], chance that a customer has not left."""
        return self._mixed(summary, self.pareto.p_alive(summary), self.bg.p_alive(summary))

    def p_purchase(self, summary: Summary, days: float) -> np.ndarray:
        """float64 [n], chance of at least one order in the next `days` days."""
        return self._mixed(summary, self.pareto.p_purchase(summary, days), self.bg.p_purchase(summary, days))

    def expected_orders(self, summary: Summary, days: float) -> np.ndarray:
        """float64 [n], orders in the next `days` days."""
        return self._mixed(summary, self.pareto.expected_orders(summary, days), self.bg.expected_orders(summary, days))


@dataclass(frozen=True)
class GammaGamma:
    """Gamma-Gamma: order values are Gamma(p, v) with v ~ Gamma(q, gamma) of the customer; assumes q > 1."""

    p: float
    q: float
    gamma: float

    @staticmethod
    def log_likelihood(theta: tuple, orders: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
        """float64 [n] of the mean value of `orders` orders for parameters (p, q, gamma)."""
        p, q, gamma = theta
        px = p * orders
        beta = torch.lgamma(px + q) - torch.lgamma(px) - torch.lgamma(q)
        return (
            beta
            + q * gamma.log()
            + (px - 1) * mean.log()
            + px * orders.log()
            - (px + q) * (gamma + mean * orders).log()
        )

    @classmethod
    def fit(cls, summary: Summary) -> GammaGamma:
        """Parameters from every customer with a positive mean value, the first order included."""
        paid = summary.mean_value > 0
        if not paid.any():
            return cls(1.0, 2.0, 0.0)
        scale = float(summary.mean_value[paid].mean())
        orders = torch.from_numpy(summary.frequency[paid] + 1.0)
        mean = torch.from_numpy(summary.mean_value[paid] / scale)
        p, extra, gamma = fit_log_parameters(
            lambda t: -cls.log_likelihood((t[0].exp(), 1 + t[1].exp(), t[2].exp()), orders, mean).sum(), [0.7, 0.7, 0.7]
        )
        fitted = cls(float(p), float(1 + extra), float(gamma * scale))
        # Where all order values are (nearly) equal the likelihood has no maximum; everybody's mean is then the answer.
        return fitted if np.isfinite([fitted.p, fitted.q, fitted.gamma]).all() else cls(1.0, 2.0, scale)

    def expected_value(self, summary: Summary) -> np.ndarray:
        """float64 [n], value of a future order: the customer's own mean shrunk towards everybody's."""
        orders = summary.frequency + 1
        return self.p * (self.gamma + orders * summary.mean_value) / (self.p * orders + self.q - 1)
