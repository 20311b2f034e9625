"""The networks behind the behaviour heads: corrections of lifetime rates, bin by bin, and what rates say about a horizon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

EDGES = (0.0, 7.0, 14.0, 28.0, 60.0, 90.0, 180.0, 365.0, 730.0)
"""Days after the origin where the bins of constant rate start and end; the last rate holds beyond."""

DROPOUT = 0.3
EXTRA = 5
"""Outputs of a network before those of single bins: shared correction, intensity over hazard, value, level, spread."""
STATE_PARTS = 8
"""Principal components of the decoder's state that the networks may read: with few customers more of them only add noise."""
OWN = 0.25
"""Share of a bin's own correction beside the shared ones."""
VALUE, LEVEL = 2, 3
"""The outputs that correct the mean value of an order, and the logarithm of a buyer's spend."""
VALUE_KEPT = 0.75
"""How much of the level's differences between customers corrects the value of an order. 0.5, 0.75 and 1 were tried on eight
cutoffs inside the training data of two shops."""
RARE = 0.01
"""Share at either end of an input that lies beyond its usual range: within it the networks tell the best customers apart. 0.01,
0.025 and 0.05 were tried on six cutoffs inside the training data of four shops."""
OUTPUTS = EXTRA + 2 * (len(EDGES) - 1)
LIKELY_LIMIT_DAYS = 365
Q90 = 1.2815515655446004
"""The 90 % point of the standard normal distribution."""


@dataclass(frozen=True)
class Pairs:
    """(user, origin) training pairs: inputs at the origin, outcomes up to the cutoff (all float32 tensors)."""

    features: torch.Tensor  # [n, 2, f] as they are, and relative to the customers of the same origin
    states: torch.Tensor  # [n, d], d may be 0
    offsets: torch.Tensor  # [n, 2, bins] log rates of the lifetime model: hazard, intensity
    value_offset: torch.Tensor  # [n] log expected value of an order
    events: torch.Tensor  # [n, 2, bins] first orders, orders
    exposure: torch.Tensor  # [n, 2, bins] days
    spend: torch.Tensor  # [n] up to the cutoff


class Ensemble(nn.Module):
    """`members` independent two-layer networks evaluated together; their last layer starts at zero: no correction.

    Even members see features as they are, odd ones relative to the customers of the same origin: the former know absolute
    time, the latter carry over to a shop that has grown older. The first half corrects each customer's lifetime rates, the
    second half starts from everybody's mean rates. Each has blind spots the other lacks.
    """

    def __init__(self, *, members: int, features: int, states: int, width: int, outputs: int) -> None:
        super().__init__()

        def weight(rows: int, columns: int) -> nn.Parameter:
            return nn.Parameter(torch.randn(members, rows, columns) / max(rows, 1) ** 0.5)

        def bias(columns: int) -> nn.Parameter:
            return nn.Parameter(torch.zeros(members, 1, columns))

        self.first, self.first_bias = weight(features, width), bias(width)
        self.state = nn.Parameter(torch.zeros(members, min(states, STATE_PARTS), width))
        self.second, self.second_bias = weight(width, width), bias(width)
        self.last, self.last_bias = nn.Parameter(torch.zeros(members, width, outputs)), bias(outputs)
        self.register_buffer("mean", torch.zeros(2, 1, features))
        self.register_buffer("scale", torch.ones(2, 1, features))
        self.register_buffer("low", torch.zeros(2, 1, features))
        self.register_buffer("high", torch.zeros(2, 1, features))
        self.register_buffer("curve", torch.zeros(outputs - EXTRA))  # log mean rates, hazard then intensity
        self.register_buffer("state_mean", torch.zeros(states))
        self.register_buffer("state_axes", torch.zeros(states, min(states, STATE_PARTS)))

    def standardise(self, features: torch.Tensor, states: torch.Tensor) -> None:
        """Learn location, scale and usual range of the inputs; beyond that range nothing is extrapolated."""
        views = features[torch.linspace(0, len(features) - 1, min(len(features), 50_000)).long()].transpose(0, 1)
        self.mean.copy_(views.mean(dim=1, keepdim=True))
        self.scale.copy_(views.std(dim=1, keepdim=True, correction=0).clamp(min=1e-2))
        views = (views - self.mean) / self.scale
        low, high = torch.quantile(views, torch.tensor([RARE, 1 - RARE]), dim=1, keepdim=True)
        self.low.copy_(low.clamp(max=-1.5))
        self.high.copy_(high.clamp(min=1.5))
        if states.shape[1]:
            self.state_mean.copy_(states.mean(dim=0))
            centred = states - self.state_mean
            power, axes = torch.linalg.eigh((centred.T @ centred / len(states)).double())  # ascending
            parts = self.state_axes.shape[1]
            self.state_axes.copy_(axes[:, -parts:] / power[-parts:].clamp(min=1e-6).sqrt())

    def start_level(self, pairs: Pairs) -> None:
        """Let every bin start at its actual over its expected number of events."""
        rates = pairs.offsets.exp()
        self.curve.copy_(rates.mean(dim=0).log().flatten())
        expected = (rates * pairs.exposure).sum(dim=0)
        by_curve = self.curve.view_as(expected).exp() * pairs.exposure.sum(dim=0)
        half = len(self.first) // 2
        with torch.no_grad():
            for members, total in ((slice(half), expected), (slice(half, None), by_curve)):
                ratio = (pairs.events.sum(dim=0) / total.clamp(min=1e-6)).clamp(0.5, 2.0)
                self.last_bias[members, :, EXTRA:] = ratio.log().flatten() / OWN

    def forward(self, features: torch.Tensor, states: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
        x = (features.transpose(0, 1) - self.mean) / self.scale  # [2, n, f]
        x = torch.minimum(torch.maximum(x, self.low), self.high).repeat(len(self.first) // 2, 1, 1)  # [members, n, f]
        s = ((states - self.state_mean) @ self.state_axes).clamp(-4, 4)  # [n, parts]
        h = nn.functional.silu(x @ self.first + s @ self.state + self.first_bias)  # [members, n, width]
        h = nn.functional.silu(h @ self.second + self.second_bias)
        h = nn.functional.dropout(h, DROPOUT, self.training)
        outputs = h @ self.last + self.last_bias  # [members, n, outputs]
        outputs[len(outputs) // 2 :, :, EXTRA:] += (self.curve - offsets.flatten(1)) / OWN
        return outputs

    @torch.no_grad()
    def mean_outputs(self, features: torch.Tensor, states: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
        """float32 [n, outputs], the members' mean."""
        parts = zip(*(part.split(16_384) for part in (features, states.float(), offsets)), strict=True)
        return torch.cat([self(*part).mean(dim=0) for part in parts])

    @torch.no_grad()
    def settle_value(self, pairs: Pairs) -> None:
        """Let the level say whose orders are worth more, and the value's own correction only how much all are worth.

        Order values are few and wild: learned from their means, differences follow the largest ones; from logarithms they hold.
        """
        outputs = self.mean_outputs(pairs.features, pairs.states, pairs.offsets)
        orders = (pairs.offsets[:, 1].exp() * pairs.exposure[:, 1]).sum(dim=1)
        value, level = (orders @ outputs[:, [VALUE, LEVEL]]) / orders.sum()
        self.last[..., VALUE] = VALUE_KEPT * self.last[..., LEVEL]
        self.last_bias[..., VALUE] = VALUE_KEPT * (self.last_bias[..., LEVEL] - level) + value


@dataclass(frozen=True)
class Rates:
    """Corrected rates of n users: everything a horizon needs. Tensors float32."""

    hazard: torch.Tensor  # [..., bins] first orders a day
    intensity: torch.Tensor  # [..., bins] orders a day
    value: torch.Tensor  # [...] mean net value of an order
    level: torch.Tensor  # [...] log spend of a buyer relative to orders x value, median
    spread: torch.Tensor  # [...] standard deviation of that log spend


def corrected_rates(outputs: torch.Tensor, offsets: torch.Tensor, value_offset: torch.Tensor, learned: int) -> Rates:
    """Apply the networks' outputs to the offsets; in bins beyond the `learned` first the lifetime model goes on alone.

    Most of a correction is shared by all bins, and most of that by hazard and intensity: later bins are rarely observed.
    """
    bins = offsets.shape[-1]
    shared, orders, value, level, spread = outputs[..., :EXTRA].unbind(-1)
    each = OWN * outputs[..., EXTRA:].unflatten(-1, (2, bins))
    both = torch.stack([shared, shared + 0.5 * orders], dim=-1)[..., None] + each
    rates = (offsets + both * (torch.arange(bins) < learned)).exp()  # [..., 2, bins]
    return Rates(
        hazard=rates[..., 0, :],
        intensity=rates[..., 1, :],
        value=(value_offset + value).exp(),
        level=value_offset + level,
        spread=nn.functional.softplus(spread + 0.5).clamp(0.1, 2.0),
    )


def time_in_bins(days: np.ndarray | float) -> np.ndarray:
    """Days of [0, days) that fall in each bin, [..., bins]; the last bin is open."""
    low = np.asarray(EDGES[:-1])
    width = np.append(np.diff(EDGES)[:-1], np.inf)
    return np.clip(np.asarray(days, dtype=np.float64)[..., None] - low, 0.0, width)


def median_wait(hazard: torch.Tensor) -> np.ndarray:
    """float64 [n], days until half of such users have ordered, nan beyond a year."""
    width = torch.diff(torch.tensor(EDGES))
    total = torch.cat([torch.zeros(len(hazard), 1), (hazard * width).cumsum(dim=1)], dim=1)  # [n, bins + 1]
    goal = float(np.log(2.0))
    at = (total[:, 1:-1] < goal).sum(dim=1)  # the bin in which the median falls
    start = torch.tensor(EDGES)[at]
    rest = (goal - total.gather(1, at[:, None])[:, 0]) / hazard.gather(1, at[:, None])[:, 0].clamp(min=1e-12)
    wait = (start + rest).double().numpy()
    return np.where(wait <= LIKELY_LIMIT_DAYS, wait, np.nan)


def _loss(outputs: torch.Tensor, pairs: Pairs, rows: torch.Tensor, learned: int, value_unit: float) -> torch.Tensor:
    """Sum over members of the mean negative log likelihood of first orders, orders and spend."""
    rates = corrected_rates(outputs, pairs.offsets[rows], pairs.value_offset[rows], learned)
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


def train_ensemble(
    pairs: Pairs,
    learned: int,
    seed: int,
    progress: Callable[[float], None] | None,
    *,
    members: int = 4,
    width: int = 64,
) -> Ensemble:
    """Fit `members` networks to the pairs; same pairs and seed, same weights. Sizes were chosen on windows inside training data."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = Ensemble(
            members=members,
            features=pairs.features.shape[2],
            states=pairs.states.shape[1],
            width=width,
            outputs=OUTPUTS,
        )
        net.standardise(pairs.features, pairs.states)
        net.start_level(pairs)
        unit = float(pairs.spend.mean().clamp(min=1e-3))
        n = len(pairs.features)
        batch, steps = int(np.clip(n // 16, 128, 1024)), int(np.clip(n // 100, 150, 1000))
        optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=3e-3, total_steps=steps)
        net.train()
        for step in range(steps):
            rows = torch.randint(n, (batch,))
            loss = _loss(net(pairs.features[rows], pairs.states[rows], pairs.offsets[rows]), pairs, rows, learned, unit)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            if progress and step % 50 == 49:
                progress((step + 1) / steps)
    net.eval().settle_value(pairs)
    return net


def spread_stretch(net: Ensemble, pairs: Pairs, learned: int) -> tuple[float, float]:
    """By how much the lower and the upper half of the lognormal must be stretched for its 10 % and 90 % points to hold."""
    rows = torch.linspace(0, len(pairs.spend) - 1, min(len(pairs.spend), 50_000)).long()
    rows = rows[pairs.spend[rows] > 0]
    outputs = net.mean_outputs(pairs.features[rows], pairs.states[rows], pairs.offsets[rows])
    rates = corrected_rates(outputs, pairs.offsets[rows], pairs.value_offset[rows], learned)
    exposure = pairs.exposure[rows, 1]
    p = -torch.expm1(-(rates.hazard * exposure).sum(dim=1))
    middle = rates.level + ((rates.intensity * exposure).sum(dim=1) / p).log()
    error = (pairs.spend[rows].log() - middle) / rates.spread
    low, high = torch.quantile(error, torch.tensor([0.1, 0.9])).tolist()
    return float(np.clip(-low / Q90, 0.5, 2.0)), float(np.clip(high / Q90, 0.5, 2.0))
