"""What an experiment changed, from the moments that SQL computes; nothing here reads a table or loads an array library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

FEWEST = 10
"""People a group needs before its effect is computed: an interval from fewer says nothing, and could name somebody."""

MISMATCH = 0.001
"""A split this improbable means that the assignment or the counting is broken, and so is every effect read from it."""


@dataclass(frozen=True, slots=True)
class Moments:
    """One group's outcome: people, mean, sample variance (n - 1); and the same of a covariate known before, where there is one."""

    n: int
    mean: float
    variance: float
    covariate_mean: float = 0.0
    covariate_variance: float = 0.0
    covariance: float = 0.0

    @classmethod
    def of_share(cls, *, n: int, hits: int) -> Moments:
        """The moments of a yes or no, e.g. 30 of 200 who ordered."""
        p = hits / n if n else 0.0
        return cls(n, p, p * (1 - p) * n / (n - 1) if n > 1 else 0.0)


@dataclass(frozen=True, slots=True)
class Difference:
    """Treatment minus control with its 95 % interval; `relative` is the change as a part of control's mean, None at zero."""

    estimate: float
    low: float
    high: float
    relative: float | None

    @property
    def beyond_chance(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def difference(treatment: Moments, control: Moments, *, confidence: float = 0.95) -> Difference | None:
    """The difference of two means with Welch's interval; None where a group has fewer than ten people.

    Args:
        confidence: above 0, below 1.
    """
    if min(treatment.n, control.n) < FEWEST:
        return None
    estimate = treatment.mean - control.mean
    of_treatment, of_control = treatment.variance / treatment.n, control.variance / control.n
    variance = of_treatment + of_control
    margin = 0.0
    if variance > 0:
        spread = of_treatment**2 / (treatment.n - 1) + of_control**2 / (control.n - 1)
        # At extreme scales the squares leave the floats; the fewest degrees of freedom possible are then the careful answer.
        freedom = variance**2 / spread if 0 < spread < math.inf else min(treatment.n, control.n) - 1
        margin = t_quantile((1 + confidence) / 2, freedom) * math.sqrt(variance)
    relative = estimate / control.mean if control.mean else None
    return Difference(estimate, estimate - margin, estimate + margin, relative)


def adjusted(groups: Sequence[Moments]) -> list[Moments]:
    """The groups with the part of the outcome that the covariate foretold taken out (CUPED).

    Means are moved to what they would be had the groups begun alike; one slope, pooled within the groups, keeps the
    comparison unbiased. Without variance in the covariate nothing changes. Deng, Xu, Kohavi and Walker (2013), "Improving
    the Sensitivity of Online Controlled Experiments by Utilizing Pre-Experiment Data", WSDM.
    """
    known = sum((group.n - 1) * group.covariate_variance for group in groups if group.n > 1)
    if known <= 0:
        return list(groups)
    slope = sum((group.n - 1) * group.covariance for group in groups if group.n > 1) / known
    centre = sum(group.n * group.covariate_mean for group in groups) / sum(group.n for group in groups)
    return [
        Moments(
            group.n,
            group.mean - slope * (group.covariate_mean - centre),
            max(0.0, group.variance + slope**2 * group.covariate_variance - 2 * slope * group.covariance),
        )
        for group in groups
    ]


def mismatch(counts: Sequence[int], shares: Sequence[float]) -> float:
    """The chance of a split at least this far from the planned one (chi-square); below `MISMATCH` something is broken.

    Args:
        counts: people seen in each group.
        shares: each group's planned part; they need not sum to one. Groups planned empty count only if somebody is in them.
    """
    if any(count and not part for count, part in zip(counts, shares, strict=True)):
        return 0.0
    groups = [(count, part) for count, part in zip(counts, shares, strict=True) if part]
    people, whole = sum(count for count, _part in groups), math.fsum(part for _count, part in groups)
    if not people or len(groups) < 2:
        return 1.0
    return chi_square_tail(
        math.fsum((count - people * part / whole) ** 2 / (people * part / whole) for count, part in groups),
        len(groups) - 1,
    )


def chi_square_tail(x: float, freedom: int) -> float:
    """The chance that a chi-square variable of so many degrees of freedom (1 or more) is at least `x`, 0 or above."""
    half = x / 2
    tail, k = (math.erfc(math.sqrt(half)), 1) if freedom % 2 else (math.exp(-half), 2)
    while k < freedom:
        tail += math.exp(k / 2 * math.log(half) - half - math.lgamma(k / 2 + 1)) if half else 0.0
        k += 2
    return tail


def t_quantile(p: float, freedom: float) -> float:
    """Student's t at `p`, 0 to 1, by Cornish and Fisher's expansion about the normal.

    Its error is below 0.0005 for 0.025 to 0.975 from nine degrees of freedom on, the fewest that two groups of ten have.
    """
    z = NormalDist().inv_cdf(p)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))
