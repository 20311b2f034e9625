"""When a customer buys next, how often and for how much: the behaviour heads of the customer model.

Time after an origin is cut into bins. A small ensemble of networks reads the decoder's state and logarithmic features at
the origin and corrects, bin by bin, what a mixture of two lifetime models expects: the hazard of the next order
(right-censored at the cutoff, exactly, through exposure), the intensity of orders (Poisson), the value of an order (Tweedie),
and the spread of the spend of those who buy (lognormal). Each answer for any horizon is one exact integral over bins; nothing
is sampled.

The networks say who buys more than whom; how much all buy together stays mostly with the lifetime models (`level_of`). The
level of a training window is that of its season: what all origins of one spring saw ahead would pass for a habit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import torch

from loyalty_ai.ml.behaviour_network import (
    EDGES,
    OUTPUTS,
    Ensemble,
    Pairs,
    Rates,
    corrected_rates,
    median_wait,
    spread_stretch,
    time_in_bins,
    train_ensemble,
)
from loyalty_ai.ml.interactions import Interactions
from loyalty_ai.ml.lifetimes import BgNbd, GammaGamma, LifetimeMixture, NaiveRate, ParetoNbd
from loyalty_ai.ml.transactions import Summary, Transactions

States = Callable[[np.ndarray, int], np.ndarray]
"""Decoder states float32 [n, d] of users at an origin (seconds)."""

MAX_PAIRS = 200_000
MIN_EVENTS = 100
"""First orders that a bin needs to have a correction of its own."""
MIN_REPEATERS = {"network": 200, "lifetime": 20}
LEVEL_SHARE = 0.5
"""How far the total of the orders is taken back to the lifetime models': 0, 0.5, 0.75 and 1 were tried on twelve cutoffs
inside the training data of four shops."""
STEADY_SHARE = 0.25
"""Weight of Pareto/NBD with Gamma-Gamma in the logarithm of the expected spend: what holds in every season. 0, 0.25 and 0.5 were
tried on eight cutoffs inside the training data of two shops."""
COVERED = 0.8
"""Share of the spend's interval."""


@dataclass(frozen=True)
class BehaviourPrediction:
    """What users will do after the cutoff; arrays [n] or [n, horizons] in float64.

    Args:
        horizons_days: the horizons, in days.
        p_purchase: chance of at least one order within the horizon.
        expected_orders: mean number of days with an order.
        expected_spend: mean net spend, store currency.
        spend_low, spend_high: an interval that holds the net spend four times out of five; from 0 on unless an order is all but
            certain, else between the 10 % and the 90 % quantile.
        next_order_days: median days until the next order, nan beyond a year.
        average_days_between_orders: mean gap so far, nan below two orders.
        p_alive: chance of not having left for ever, by the lifetime model.
        rung: what answered: `network`, `lifetime` or `naive`.
        extrapolated: bool [horizons], longer than any window the training data showed: scaled by expected orders.
    """

    horizons_days: tuple[int, ...]
    p_purchase: np.ndarray
    expected_orders: np.ndarray
    expected_spend: np.ndarray
    spend_low: np.ndarray
    spend_high: np.ndarray
    next_order_days: np.ndarray
    average_days_between_orders: np.ndarray
    p_alive: np.ndarray
    rung: str
    extrapolated: np.ndarray


def _offsets(lifetime: LifetimeMixture | NaiveRate, summary: Summary) -> np.ndarray:
    """float32 [n, 2, bins], log of the lifetime model's mean hazard and intensity in every bin."""
    width = np.diff(EDGES)
    nobody = np.zeros_like(summary.age)
    survival = np.stack(
        [nobody] + [np.log1p(-lifetime.p_purchase(summary, edge).clip(0, 1 - 1e-12)) for edge in EDGES[1:]]
    )
    orders = np.stack([nobody] + [lifetime.expected_orders(summary, edge) for edge in EDGES[1:]])
    rates = np.stack([-np.diff(survival, axis=0), np.diff(orders, axis=0)]) / width[:, None]
    return np.log(np.maximum(rates, 1e-8)).transpose(2, 0, 1).astype(np.float32)


@dataclass(frozen=True)
class _Basis:
    """The lifetime models every customer starts from, and the inputs they give."""

    lifetime: LifetimeMixture | NaiveRate
    value: GammaGamma

    def inputs(self, log: Transactions, users: np.ndarray, origin: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Features float32 [n, f], offsets float32 [n, 2, bins] and log order values float32 [n] at day `origin`."""
        summary = log.summary(users, origin=origin)
        offsets = _offsets(self.lifetime, summary)
        value = np.log(np.maximum(self.value.expected_value(summary), 1e-3)).astype(np.float32)
        expected = [self.lifetime.p_alive(summary), offsets[:, 0, 0], offsets[:, 1, 0], offsets[:, 1, -2], value]
        features = np.concatenate([log.features(users, origin=origin), np.stack(expected, axis=1)], axis=1)
        return features.astype(np.float32), offsets, value


@dataclass(frozen=True)
class _Population:
    """Mean and standard deviation of every feature over the customers of one origin, float32 [f] each."""

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, features: np.ndarray) -> _Population:
        if not len(features):
            return cls(np.zeros(features.shape[1], np.float32), np.ones(features.shape[1], np.float32))
        return cls(features.mean(axis=0), np.maximum(features.std(axis=0), 1e-2))

    def views(self, features: np.ndarray) -> np.ndarray:
        """float32 [n, 2, f]: features as they are, and relative to this population."""
        return np.stack([features, (features - self.mean) / self.scale], axis=1)


def _outcomes(log: Transactions, users: np.ndarray, origin: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Events and exposure float32 [n, 2, bins] (first orders, orders) and spend [n] on the days from `origin` until `end`."""
    bins = len(EDGES) - 1
    rows = log.is_order & (log.day >= origin) & (log.day < end)
    user, after = log.user[rows], log.day[rows] - origin + 0.5
    where = np.searchsorted(EDGES, after, side="right").clip(max=bins) - 1
    orders = np.bincount(user * bins + where, minlength=log.n_users * bins).reshape(-1, bins)
    first = np.full(log.n_users, np.inf)
    np.minimum.at(first, user, after)
    first = first[users]
    bought = np.isfinite(first)
    first_event = np.zeros((len(users), bins))
    first_event[bought, np.searchsorted(EDGES, first[bought], side="right").clip(max=bins) - 1] = 1
    exposure = np.broadcast_to(time_in_bins(float(end - origin)), first_event.shape)
    at_risk = time_in_bins(np.minimum(first, end - origin))
    spend = log.outcome(users, origin=origin, days=end - origin).spend
    return (
        np.stack([first_event, orders[users]], axis=1).astype(np.float32),
        np.stack([at_risk, exposure], axis=1).astype(np.float32),
        spend.astype(np.float32),
    )


def _origins(log: Transactions, end: int) -> list[int]:
    """Days at which training pairs are taken: from an eighth of the data on, one to four weeks apart, up to a week before `end`."""
    start = int(log.day[log.is_order].min(initial=end))
    span = end - start
    step = int(np.clip(span // 12, 7, 28))
    return list(range(end - 7, start + span // 8, -step))


def _training_pairs(
    basis: _Basis, log: Transactions, origins: list[int], end: int, states: States | None, rng: np.random.Generator
) -> Pairs:
    parts = []
    for origin in origins:
        users = log.customers(origin)
        most = MAX_PAIRS // len(origins)
        if len(users) > most:
            users = np.sort(rng.choice(users, most, replace=False))
        features, offsets, value = basis.inputs(log, users, origin)
        seen = states(users, log.anchor + origin * 86_400) if states else np.zeros((len(users), 0), np.float32)
        features = _Population.of(features).views(features)
        parts.append((features, seen.astype(np.float32), offsets, value, *_outcomes(log, users, origin, end)))
    return Pairs(*(torch.from_numpy(np.concatenate(column)) for column in zip(*parts, strict=True)))


class BehaviourModel:
    """A fitted behaviour model; `fit_behaviour` makes one, `state` and `from_state` store it without pickle."""

    def __init__(
        self,
        *,
        rung: str,
        basis: _Basis,
        population: _Population,
        net: Ensemble | None,
        learned: int,
        level: np.ndarray,
        stretch: tuple[float, float],
        carried_days: int,
        first_order_rate: float,
    ) -> None:
        self.rung = rung
        self.basis = basis
        self.population = population
        self.net = net
        self.learned = learned
        self.level = level
        self.stretch = stretch
        self.carried_days = carried_days
        self.first_order_rate = first_order_rate

    def predict(
        self,
        log: Interactions,
        *,
        users: np.ndarray,
        cutoff: int,
        states: np.ndarray | None,
        horizons_days: tuple[int, ...] = (30, 90, 365),
    ) -> BehaviourPrediction:
        """What `users` will do in each horizon after `cutoff` (seconds), from rows before it only.

        Args:
            states: decoder states float32 [len(users), d] at the cutoff, or None if the model was fitted without.
        """
        users = np.asarray(users, dtype=np.int64)
        seen = Transactions.of(log.before(cutoff), anchor=cutoff)
        known = np.isfinite(seen.first_order_day()[users])
        rates = self._rates_at(seen, users[known], None if states is None else states[known])
        summary = seen.summary(users[known], origin=0)
        answers = [self._answer(rates, summary, days) for days in horizons_days]
        p, orders, spend, low, high = (np.stack(column, axis=1) for column in zip(*answers, strict=True))
        gap = np.where(summary.frequency > 0, summary.recency / np.maximum(summary.frequency, 1), np.nan)
        newcomer = self._newcomer(horizons_days)

        def whole(part: np.ndarray, otherwise: np.ndarray | float) -> np.ndarray:
            out = np.empty((len(users), *part.shape[1:]))
            out[:] = otherwise
            out[known] = part
            return out

        return BehaviourPrediction(
            horizons_days=tuple(horizons_days),
            p_purchase=whole(p, newcomer[0]),
            expected_orders=whole(orders, newcomer[1]),
            expected_spend=whole(spend, newcomer[2]),
            spend_low=whole(low, 0.0),
            spend_high=whole(high, newcomer[2]),
            next_order_days=whole(median_wait(rates.hazard), np.nan),
            average_days_between_orders=whole(gap, np.nan),
            p_alive=whole(self.basis.lifetime.p_alive(summary), 1.0),
            rung=self.rung,
            extrapolated=np.asarray(horizons_days) > self.carried_days,
        )

    def expect(
        self, seen: Transactions, users: np.ndarray, states: np.ndarray | None, days: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """P(purchase) and expected spend, float64 [n] each, of `users` with an order before day 0 of `seen`, in the next `days`."""
        rates = self._rates_at(seen, users, states)
        p, _, spend, _, _ = self._answer(rates, seen.summary(users, origin=0), days)
        return p, spend

    def _rates_at(self, log: Transactions, users: np.ndarray, states: np.ndarray | None) -> Rates:
        raw, offsets, value = (torch.from_numpy(part) for part in self.basis.inputs(log, users, 0))
        outputs = torch.zeros(len(users), OUTPUTS)
        if self.net is not None:
            if (states is None) != (len(self.net.state_axes) == 0):
                raise ValueError("states must be given exactly when the model was fitted with states")
            features = torch.from_numpy(self.population.views(raw.numpy()))
            here = torch.zeros(len(users), 0) if states is None else torch.from_numpy(states)
            outputs = self.net.mean_outputs(features, here, offsets)
        return corrected_rates(outputs, offsets + torch.from_numpy(self.level), value, self.learned)

    def _answer(self, rates: Rates, summary: Summary, days: float) -> tuple[np.ndarray, ...]:
        """P(purchase), expected orders, expected spend, the ends of the interval of spend, float64 [n] each."""
        time = torch.from_numpy(time_in_bins(float(days))).float()
        p = -torch.expm1(-(rates.hazard * time).sum(dim=1))
        orders = torch.maximum((rates.intensity * time).sum(dim=1), p)
        middle = rates.level + (orders / p.clamp(min=1e-6)).log()

        def quantile(share: torch.Tensor) -> torch.Tensor:
            point = torch.special.ndtri(((share - 1 + p) / p.clamp(min=1e-6)).clamp(1e-6, 1 - 1e-6))
            point = point * torch.where(point < 0, *self.stretch)
            return torch.where(p > 1 - share, (middle + rates.spread * point).exp(), 0.0)

        below = torch.where(p > (1 + COVERED) / 2, (1 - COVERED) / 2, 0.0)  # nothing lies below a spend of 0
        p, orders, spend, low, high = (
            part.double().numpy()
            for part in (p, orders, orders * rates.value, quantile(below), quantile(below + COVERED))
        )
        lifetime = self.basis.lifetime
        if self.net is not None and isinstance(lifetime, LifetimeMixture):
            steady = lifetime.pareto.expected_orders(summary, days) * self.basis.value.expected_value(summary)
            spend = spend ** (1 - STEADY_SHARE) * steady**STEADY_SHARE
        return p, orders, spend, low, high

    def _newcomer(self, horizons_days: tuple[int, ...]) -> np.ndarray:
        """float64 [3, horizons]: P(purchase), orders and spend of users who are known but have never ordered."""
        orders = self.first_order_rate * np.asarray(horizons_days, dtype=np.float64)
        value = self.basis.value.p * self.basis.value.gamma / max(self.basis.value.q - 1, 1e-3)
        return np.stack([-np.expm1(-orders), orders, orders * value])

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        """Tensors for safetensors and settings for JSON; `from_state` is the inverse."""
        net = {} if self.net is None else self.net.state_dict()
        tensors = {f"net.{name}": part.detach().numpy().copy() for name, part in net.items()}
        tensors |= {f"population.{name}": part for name, part in vars(self.population).items()}
        return tensors, {
            "rung": self.rung,
            "lifetime": asdict(self.basis.lifetime),
            "value": asdict(self.basis.value),
            "learned": self.learned,
            "level": self.level.tolist(),
            "stretch": list(self.stretch),
            "carried_days": self.carried_days,
            "first_order_rate": self.first_order_rate,
        }

    @classmethod
    def from_state(cls, tensors: dict[str, np.ndarray], settings: dict) -> BehaviourModel:
        """The model that `state` described."""
        lifetime = settings["lifetime"]
        if settings["rung"] == "naive":
            lifetime = NaiveRate(**lifetime)
        else:
            lifetime = LifetimeMixture(ParetoNbd(**lifetime["pareto"]), BgNbd(**lifetime["bg"]), lifetime["share"])
        parts = {name.removeprefix("net."): torch.from_numpy(np.array(part)) for name, part in tensors.items()}
        population = _Population(*(parts.pop(f"population.{name}").numpy() for name in ("mean", "scale")))
        net = None
        if parts:
            members, features, width = parts["first"].shape
            net = Ensemble(
                members=members, features=features, states=len(parts["state_axes"]), width=width, outputs=OUTPUTS
            )
            net.load_state_dict(parts)
            net.eval()
        return cls(
            rung=settings["rung"],
            basis=_Basis(lifetime, GammaGamma(**settings["value"])),
            population=population,
            net=net,
            learned=settings["learned"],
            level=np.array(settings["level"], np.float32),
            stretch=tuple(settings["stretch"]),
            carried_days=settings["carried_days"],
            first_order_rate=settings["first_order_rate"],
        )


def fit_behaviour(
    log: Interactions,
    *,
    cutoff: int,
    states: States | None,
    seed: int,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> BehaviourModel:
    """Fit the behaviour heads on rows before `cutoff` (seconds); small logs get a lower rung.

    Args:
        states: decoder states float32 [n, d] of int64 users at an origin in seconds, or None.
        threads: torch threads while fitting, None leaves them alone.
        progress: called with the share done, 0 to 1.
    """
    seen = Transactions.of(log.before(cutoff), anchor=cutoff)
    users = seen.customers(0)
    before = torch.get_num_threads()
    if threads:
        torch.set_num_threads(threads)
    try:
        return _fit(seen, users, states, seed, progress)
    finally:
        torch.set_num_threads(before)


def _fit(
    seen: Transactions, users: np.ndarray, states: States | None, seed: int, progress: Callable[[float], None] | None
) -> BehaviourModel:
    summary = seen.summary(users, origin=0)
    repeaters = int((summary.frequency > 0).sum())
    span = -int(seen.day[seen.is_order].min(initial=0))
    value = GammaGamma.fit(summary)
    few = repeaters < MIN_REPEATERS["lifetime"]
    basis = _Basis(NaiveRate.fit(summary) if few else LifetimeMixture.fit(summary), value)
    origins = _origins(seen, 0)
    features, offsets, typical = basis.inputs(seen, users, 0)
    population = _Population.of(features)
    net, learned, stretch, carried = None, len(EDGES) - 1, (1.0, 1.0), span
    level = np.zeros(learned, np.float32)
    rung = "naive" if few else "lifetime"
    if repeaters >= MIN_REPEATERS["network"] and len(origins) >= 3:
        rung, carried = "network", -origins[-1]
        pairs = _training_pairs(basis, seen, origins, 0, states, np.random.default_rng(seed))
        learned = 1 + int(np.flatnonzero(pairs.events[:, 0].sum(dim=0) >= MIN_EVENTS).max(initial=0))
        carried = int(min(carried, EDGES[learned]))
        net = train_ensemble(pairs, learned, seed, progress)
        stretch = spread_stretch(net, pairs, learned)
        now = states(users, seen.anchor) if states else np.zeros((len(users), 0), np.float32)
        views, offsets, typical = map(torch.from_numpy, (population.views(features), offsets, typical))
        outputs = net.mean_outputs(views, torch.from_numpy(now), offsets)
        level = level_of(corrected_rates(outputs, offsets, typical, learned), offsets)
    return BehaviourModel(
        rung=rung,
        basis=basis,
        population=population,
        net=net,
        learned=learned,
        level=level,
        stretch=stretch,
        carried_days=carried,
        first_order_rate=_first_order_rate(seen),
    )


def level_of(rates: Rates, offsets: torch.Tensor) -> np.ndarray:
    """float32 [bins], to be added to log rates: takes the total of the orders most of the way back to the offsets' total."""
    corrected = rates.intensity.double().sum(dim=0)
    expected = offsets[:, 1].double().exp().sum(dim=0)
    return (LEVEL_SHARE * (expected / corrected).log()).float().numpy()


def _first_order_rate(log: Transactions) -> float:
    """First orders a day of users who were seen before they ever ordered."""
    start = np.full(log.n_users, np.inf)
    np.minimum.at(start, log.touch_user, log.touch_day)
    first = log.first_order_day()
    waiting = np.isfinite(start) & (first > start)
    days = np.maximum(np.minimum(first, 0.0) - start, 1.0)[waiting].sum()
    return float(np.isfinite(first[waiting]).sum() / days) if days else 0.0
