"""When a customer buys next, how often and for how much: the behaviour heads of the customer model.

Time after an origin is cut into bins. A small ensemble of networks reads the decoder's state and logarithmic features at
the origin and corrects, bin by bin, what the Pareto/NBD lifetime model expects: the hazard of the next order (right-censored
at the cutoff, exactly, through exposure), the intensity of orders (Poisson), the value of an order, and the spread of the
spend of those who buy. Each answer for any horizon is one exact integral over bins; nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from loyalty_ai.ml.interactions import Interactions
from loyalty_ai.ml.lifetimes import GammaGamma, NaiveRate, ParetoNbd
from loyalty_ai.ml.transactions import Summary, Transactions

EDGES = (0.0, 7.0, 14.0, 28.0, 60.0, 90.0, 180.0, 365.0, 730.0)
"""Days after the origin where the bins of constant rate start and end; the last rate holds beyond."""

States = Callable[[np.ndarray, int], np.ndarray]
"""Decoder states float32 [n, d] of users at an origin (seconds)."""

LIKELY_LIMIT_DAYS = 365
MAX_PAIRS = 250_000
MIN_REPEATERS = {"network": 200, "lifetime": 20}
Q90 = 1.2815515655446004
"""The 90 % point of the standard normal distribution."""


@dataclass(frozen=True)
class BehaviourPrediction:
    """What users will do after the cutoff; arrays [n] or [n, horizons] in float64.

    Args:
        horizons_days: the horizons, in days.
        p_purchase: chance of at least one order within the horizon.
        expected_orders: mean number of days with an order.
        expected_spend: mean net spend, store currency.
        spend_low, spend_high: 10 % and 90 % quantiles of the net spend.
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


@dataclass(frozen=True)
class _Pairs:
    """(user, origin) training pairs: inputs at the origin, outcomes up to the cutoff (all float32 tensors)."""

    features: torch.Tensor  # [n, f]
    states: torch.Tensor  # [n, d], d may be 0
    offsets: torch.Tensor  # [n, 2, bins] log rates of the lifetime model: hazard, intensity
    value_offset: torch.Tensor  # [n] log expected value of an order
    events: torch.Tensor  # [n, 2, bins] first orders, orders
    exposure: torch.Tensor  # [n, 2, bins] days
    spend: torch.Tensor  # [n] up to the cutoff


class _Ensemble(nn.Module):
    """`members` independent two-layer networks evaluated together; their last layer starts at zero: no correction."""

    def __init__(self, *, members: int, features: int, states: int, width: int, outputs: int) -> None:
        super().__init__()

        def weight(rows: int, columns: int) -> nn.Parameter:
            return nn.Parameter(torch.randn(members, rows, columns) / max(rows, 1) ** 0.5)

        def bias(columns: int) -> nn.Parameter:
            return nn.Parameter(torch.zeros(members, 1, columns))

        self.first, self.first_bias = weight(features, width), bias(width)
        self.state = nn.Parameter(torch.zeros(members, states, width))
        self.second, self.second_bias = weight(width, width), bias(width)
        self.last, self.last_bias = nn.Parameter(torch.zeros(members, width, outputs)), bias(outputs)
        self.register_buffer("mean", torch.zeros(features + states))
        self.register_buffer("scale", torch.ones(features + states))

    def standardise(self, features: torch.Tensor, states: torch.Tensor) -> None:
        both = torch.cat([features, states], dim=1)
        self.mean.copy_(both.mean(dim=0))
        self.scale.copy_(both.std(dim=0).clamp(min=1e-3))

    def forward(self, features: torch.Tensor, states: torch.Tensor, dropout: float = 0.0) -> torch.Tensor:
        cut = features.shape[1]
        x = ((features - self.mean[:cut]) / self.scale[:cut]).clamp(-5, 5)  # [n, f]
        s = ((states - self.mean[cut:]) / self.scale[cut:]).clamp(-5, 5)  # [n, d]
        h = nn.functional.silu(x @ self.first + s @ self.state + self.first_bias)  # [members, n, width]
        h = nn.functional.dropout(h, dropout, self.training)
        h = nn.functional.silu(h @ self.second + self.second_bias)
        h = nn.functional.dropout(h, dropout, self.training)
        return h @ self.last + self.last_bias  # [members, n, outputs]


@dataclass(frozen=True)
class _Rates:
    """Corrected rates of n users: everything a horizon needs. Tensors float32."""

    hazard: torch.Tensor  # [..., bins] first orders a day
    intensity: torch.Tensor  # [..., bins] orders a day
    value: torch.Tensor  # [...] mean net value of an order
    level: torch.Tensor  # [...] log spend of a buyer relative to orders x value, median
    spread: torch.Tensor  # [...] standard deviation of that log spend


def _rates(outputs: torch.Tensor, offsets: torch.Tensor, value_offset: torch.Tensor, learned: int) -> _Rates:
    """Apply the networks' outputs to the offsets; bins beyond the `learned` first take over the last learned correction."""
    bins = offsets.shape[-1]
    hold = torch.arange(bins).clamp(max=learned - 1)
    rates = (offsets[:, 0] + outputs[..., :bins][..., hold]).exp()
    intensity = (offsets[:, 1] + outputs[..., bins : 2 * bins][..., hold]).exp()
    value, level, spread = outputs[..., 2 * bins :].unbind(-1)
    return _Rates(
        hazard=rates,
        intensity=intensity,
        value=(value_offset + value).exp(),
        level=value_offset + level,
        spread=nn.functional.softplus(spread + 0.5).clamp(0.1, 2.0),
    )


def _time_in_bins(days: np.ndarray | float) -> np.ndarray:
    """Days of [0, days) that fall in each bin, [..., bins]; the last bin is open."""
    low = np.asarray(EDGES[:-1])
    width = np.append(np.diff(EDGES)[:-1], np.inf)
    return np.clip(np.asarray(days, dtype=np.float64)[..., None] - low, 0.0, width)


def _offsets(lifetime: ParetoNbd | NaiveRate, summary: Summary) -> np.ndarray:
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

    lifetime: ParetoNbd | NaiveRate
    value: GammaGamma

    def inputs(self, log: Transactions, users: np.ndarray, origin: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Features float32 [n, f], offsets float32 [n, 2, bins] and log order values float32 [n] at day `origin`."""
        summary = log.summary(users, origin=origin)
        offsets = _offsets(self.lifetime, summary)
        value = np.log(np.maximum(self.value.expected_value(summary), 1e-3)).astype(np.float32)
        expected = [self.lifetime.p_alive(summary), offsets[:, 0, 0], offsets[:, 1, 0], offsets[:, 1, -2], value]
        features = np.concatenate([log.features(users, origin=origin), np.stack(expected, axis=1)], axis=1)
        return features.astype(np.float32), offsets, value


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
    exposure = np.broadcast_to(_time_in_bins(float(end - origin)), first_event.shape)
    at_risk = _time_in_bins(np.minimum(first, end - origin))
    spend = log.outcome(users, origin=origin, days=end - origin).spend
    return (
        np.stack([first_event, orders[users]], axis=1).astype(np.float32),
        np.stack([at_risk, exposure], axis=1).astype(np.float32),
        spend.astype(np.float32),
    )


def _origins(log: Transactions, end: int) -> list[int]:
    """Days at which training pairs are taken: from a tenth of the data on, one to four weeks apart, up to a week before `end`."""
    start = int(log.day[log.is_order].min())
    span = end - start
    step = int(np.clip(span // 12, 7, 28))
    return list(range(end - 7, start + span // 10, -step))


def _training_pairs(
    basis: _Basis, log: Transactions, origins: list[int], end: int, states: States | None, rng: np.random.Generator
) -> _Pairs:
    parts = []
    for origin in origins:
        users = log.customers(origin)
        most = MAX_PAIRS // len(origins)
        if len(users) > most:
            users = np.sort(rng.choice(users, most, replace=False))
        features, offsets, value = basis.inputs(log, users, origin)
        seen = states(users, log.anchor + origin * 86_400) if states else np.zeros((len(users), 0), np.float32)
        parts.append((features, seen.astype(np.float32), offsets, value, *_outcomes(log, users, origin, end)))
    return _Pairs(*(torch.from_numpy(np.concatenate(column)) for column in zip(*parts, strict=True)))


def _loss(outputs: torch.Tensor, pairs: _Pairs, rows: torch.Tensor, learned: int, value_unit: float) -> torch.Tensor:
    """Sum over members of the mean negative log likelihood of first orders, orders and spend."""
    rates = _rates(outputs, pairs.offsets[rows], pairs.value_offset[rows], learned)
    both = torch.stack([rates.hazard, rates.intensity], dim=-2)  # [members, n, 2, bins]
    exposure, spend = pairs.exposure[rows], pairs.spend[rows] / value_unit
    timing = (both * exposure - pairs.events[rows] * both.log()).sum(dim=(-1, -2))
    orders = (rates.intensity.detach() * exposure[:, 1]).sum(dim=-1)  # [members, n] up to the cutoff
    bought = -torch.expm1(-(rates.hazard.detach() * exposure[:, 1]).sum(dim=-1))
    mean = (orders * rates.value / value_unit).clamp(min=1e-6)
    tweedie = 2 * (mean.sqrt() + spend / mean.sqrt())  # deviance of power 1.5 but for a constant
    middle = rates.level + (orders / bought.clamp(min=1e-6)).log()
    error = ((spend * value_unit).clamp(min=1e-3).log() - middle) / rates.spread
    size = torch.where(spend > 0, 0.5 * error**2 + rates.spread.log(), 0.0)
    return (timing + tweedie + size).mean(dim=1).sum()


def _train(
    pairs: _Pairs,
    learned: int,
    seed: int,
    progress: Callable[[float], None] | None,
    *,
    members: int = 4,
    width: int = 48,
) -> _Ensemble:
    bins = len(EDGES) - 1
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = _Ensemble(
            members=members,
            features=pairs.features.shape[1],
            states=pairs.states.shape[1],
            width=width,
            outputs=2 * bins + 3,
        )
        net.standardise(pairs.features, pairs.states)
        unit = float(pairs.spend.mean().clamp(min=1e-3))
        batch, steps = 1024, 1500
        optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=3e-3, total_steps=steps)
        net.train()
        for step in range(steps):
            rows = torch.randint(len(pairs.features), (min(batch, len(pairs.features)),))
            loss = _loss(net(pairs.features[rows], pairs.states[rows], 0.1), pairs, rows, learned, unit)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            if progress and step % 50 == 49:
                progress((step + 1) / steps)
    return net.eval()


class BehaviourModel:
    """A fitted behaviour model; `fit_behaviour` makes one, `state` and `from_state` store it without pickle."""

    def __init__(
        self,
        *,
        rung: str,
        basis: _Basis,
        net: _Ensemble | None,
        learned: int,
        carried_days: int,
        first_order_rate: float,
    ) -> None:
        self.rung = rung
        self.basis = basis
        self.net = net
        self.learned = learned
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
        answers = [self._answer(rates, days) for days in horizons_days]
        p, orders, spend, low, high = (np.stack(column, axis=1) for column in zip(*answers, strict=True))
        summary = seen.summary(users[known], origin=0)
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
            next_order_days=whole(_median_wait(rates.hazard), np.nan),
            average_days_between_orders=whole(gap, np.nan),
            p_alive=whole(self.basis.lifetime.p_alive(summary), 1.0),
            rung=self.rung,
            extrapolated=np.asarray(horizons_days) > self.carried_days,
        )

    def _rates_at(self, log: Transactions, users: np.ndarray, states: np.ndarray | None) -> _Rates:
        features, offsets, value = (torch.from_numpy(part) for part in self.basis.inputs(log, users, 0))
        outputs = torch.zeros(len(users), 2 * (len(EDGES) - 1) + 3)
        if self.net is not None:
            if (states is None) != (self.net.state.shape[1] == 0):
                raise ValueError("states must be given exactly when the model was fitted with states")
            seen = torch.from_numpy(states.astype(np.float32)) if states is not None else features[:, :0]
            with torch.no_grad():
                for start in range(0, len(users), 16_384):
                    part = slice(start, start + 16_384)
                    outputs[part] = self.net(features[part], seen[part]).mean(dim=0)
        return _rates(outputs, offsets, value, self.learned)

    def _answer(self, rates: _Rates, days: float) -> tuple[np.ndarray, ...]:
        """P(purchase), expected orders, expected spend, 10 % and 90 % quantile of spend, float64 [n] each."""
        time = torch.from_numpy(_time_in_bins(float(days))).float()
        p = -torch.expm1(-(rates.hazard * time).sum(dim=1))
        orders = torch.maximum((rates.intensity * time).sum(dim=1), p)
        middle = rates.level + (orders / p.clamp(min=1e-6)).log()

        def quantile(share: float) -> torch.Tensor:
            point = ((share - 1 + p) / p.clamp(min=1e-6)).clamp(1e-6, 1 - 1e-6)
            return torch.where(p > 1 - share, (middle + rates.spread * torch.special.ndtri(point)).exp(), 0.0)

        answer = (p, orders, orders * rates.value, quantile(0.1), quantile(0.9))
        return tuple(part.double().numpy() for part in answer)

    def _newcomer(self, horizons_days: tuple[int, ...]) -> np.ndarray:
        """float64 [3, horizons]: P(purchase), orders and spend of users who are known but have never ordered."""
        orders = self.first_order_rate * np.asarray(horizons_days, dtype=np.float64)
        value = self.basis.value.p * self.basis.value.gamma / max(self.basis.value.q - 1, 1e-3)
        return np.stack([-np.expm1(-orders), orders, orders * value])

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        """Tensors for safetensors and settings for JSON; `from_state` is the inverse."""
        tensors = {} if self.net is None else {k: v.detach().numpy().copy() for k, v in self.net.state_dict().items()}
        return tensors, {
            "rung": self.rung,
            "lifetime": {"name": type(self.basis.lifetime).__name__, **vars(self.basis.lifetime)},
            "value": vars(self.basis.value),
            "learned": self.learned,
            "carried_days": self.carried_days,
            "first_order_rate": self.first_order_rate,
        }

    @classmethod
    def from_state(cls, tensors: dict[str, np.ndarray], settings: dict) -> BehaviourModel:
        """The model that `state` described."""
        lifetime = dict(settings["lifetime"])
        kind = {"ParetoNbd": ParetoNbd, "NaiveRate": NaiveRate}[lifetime.pop("name")]
        net = None
        if tensors:
            members, features, width = tensors["first"].shape
            net = _Ensemble(
                members=members,
                features=features,
                states=tensors["state"].shape[1],
                width=width,
                outputs=tensors["last"].shape[2],
            )
            net.load_state_dict({name: torch.from_numpy(np.array(part)) for name, part in tensors.items()})
            net.eval()
        return cls(
            rung=settings["rung"],
            basis=_Basis(kind(**lifetime), GammaGamma(**settings["value"])),
            net=net,
            learned=settings["learned"],
            carried_days=settings["carried_days"],
            first_order_rate=settings["first_order_rate"],
        )


def _median_wait(hazard: torch.Tensor) -> np.ndarray:
    """float64 [n], days until half of such users have ordered, nan beyond a year."""
    width = torch.diff(torch.tensor(EDGES))
    total = torch.cat([torch.zeros(len(hazard), 1), (hazard * width).cumsum(dim=1)], dim=1)  # [n, bins + 1]
    goal = float(np.log(2.0))
    at = (total[:, 1:-1] < goal).sum(dim=1)  # the bin in which the median falls
    start = torch.tensor(EDGES)[at]
    rest = (goal - total.gather(1, at[:, None])[:, 0]) / hazard.gather(1, at[:, None])[:, 0].clamp(min=1e-12)
    wait = (start + rest).double().numpy()
    return np.where(wait <= LIKELY_LIMIT_DAYS, wait, np.nan)


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
    if not len(users):
        raise ValueError("no orders before the cutoff")
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
    span = -int(seen.day[seen.is_order].min())
    value = GammaGamma.fit(summary)
    shared = {"first_order_rate": _first_order_rate(seen), "carried_days": span}
    if repeaters < MIN_REPEATERS["lifetime"]:
        return BehaviourModel(
            rung="naive", basis=_Basis(NaiveRate.fit(summary), value), net=None, learned=len(EDGES) - 1, **shared
        )
    basis = _Basis(ParetoNbd.fit(summary), value)
    origins = _origins(seen, 0)
    if repeaters < MIN_REPEATERS["network"] or len(origins) < 3:
        return BehaviourModel(rung="lifetime", basis=basis, net=None, learned=len(EDGES) - 1, **shared)
    pairs = _training_pairs(basis, seen, origins, 0, states, np.random.default_rng(seed))
    learned = max(int((pairs.events[:, 0].sum(dim=0) >= 100).sum()), 1)
    net = _train(pairs, learned, seed, progress)
    shared["carried_days"] = -origins[-1]
    return BehaviourModel(rung="network", basis=basis, net=net, learned=learned, **shared)


def _first_order_rate(log: Transactions) -> float:
    """First orders a day of users who were seen before they ever ordered."""
    start = np.full(log.n_users, np.inf)
    np.minimum.at(start, log.touch_user, log.touch_day)
    first = log.first_order_day()
    waiting = np.isfinite(start) & (first > start)
    days = np.maximum(np.minimum(first, 0.0) - start, 1.0)[waiting].sum()
    return float(np.isfinite(first[waiting]).sum() / days) if days else 0.0
