"""Effects and their intervals, against hand-worked tables, scipy and people drawn at random."""

from __future__ import annotations

import math
import random
from statistics import covariance, fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from loyalty_ai.experiments.effects import (
    FEWEST,
    MISMATCH,
    Moments,
    adjusted,
    chi_square_tail,
    difference,
    mismatch,
    t_quantile,
)

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=FEWEST, max_size=40)


def moments(values: list[float], before: list[float] | None = None) -> Moments:
    if before is None:
        return Moments(len(values), fmean(values), variance(values))
    return Moments(
        len(values), fmean(values), variance(values), fmean(before), variance(before), covariance(before, values)
    )


def test_a_hand_worked_difference_of_two_shares():
    # 60 of 400 against 40 of 400: p = .15, .10; s² = .12782, .09023; se = √(.12782/400 + .09023/400) = .023348;
    # Welch's freedom .21805² · 399 / (.12782² + .09023²) = 775, t = 1.96304; the margin is .045833.
    found = difference(Moments.of_share(n=400, hits=60), Moments.of_share(n=400, hits=40))
    assert found.estimate == pytest.approx(0.05)
    assert found.high - found.estimate == pytest.approx(0.045833, abs=2e-6)
    assert found.relative == pytest.approx(0.5)
    assert found.beyond_chance
    assert not difference(Moments.of_share(n=400, hits=50), Moments.of_share(n=400, hits=40)).beyond_chance


@given(NUMBERS, NUMBERS)
def test_the_interval_is_welchs(treatment: list[float], control: list[float]):
    ours = difference(moments(treatment), moments(control))
    scale = math.sqrt(variance(treatment) + variance(control))
    if scale < 1e-3:  # scipy warns that such samples are one number and answers nan
        return
    theirs = stats.ttest_ind(treatment, control, equal_var=False).confidence_interval()
    assert ours.low == pytest.approx(theirs.low, rel=1e-3, abs=1e-3 * scale)
    assert ours.high == pytest.approx(theirs.high, rel=1e-3, abs=1e-3 * scale)
    assert ours.low <= ours.estimate <= ours.high


def test_ten_people_a_group_are_the_fewest():
    few, enough = Moments(FEWEST - 1, 1.0, 1.0), Moments(FEWEST, 1.0, 1.0)
    assert difference(few, enough) is None
    assert difference(enough, few) is None
    assert difference(enough, enough).estimate == 0


def test_nobody_ordering_is_a_difference_of_zero_without_a_percentage():
    none = Moments.of_share(n=20, hits=0)
    found = difference(none, none)
    assert (found.estimate, found.low, found.high, found.relative) == (0, 0, 0, None)


@given(st.floats(0.025, 0.975), st.floats(FEWEST - 1, 1e6))
def test_students_t_is_near_enough(p: float, freedom: float):
    assert t_quantile(p, freedom) == pytest.approx(stats.t.ppf(p, freedom), abs=5e-4)


@given(st.floats(0, 200), st.integers(1, 12))
def test_the_tail_of_chi_square(x: float, freedom: int):
    assert chi_square_tail(x, freedom) == pytest.approx(stats.chi2.sf(x, freedom), rel=1e-9, abs=1e-300)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 90)), min_size=2, max_size=4))
def test_the_split_is_judged_by_chi_square(groups: list[tuple[int, int]]):
    counts, shares = zip(*groups, strict=True)
    people = sum(counts)
    if not people:
        assert mismatch(counts, shares) == 1
        return
    expected = [people * share / sum(shares) for share in shares]
    assert mismatch(counts, shares) == pytest.approx(stats.chisquare(counts, expected).pvalue, rel=1e-6, abs=1e-12)


def test_a_broken_split_is_seen_and_a_fair_one_is_not():
    # Hand-worked: 821 588 and 815 482 of a 50:50 plan: χ² = 22.8, p = 1.8e-6.
    assert mismatch([821_588, 815_482], [50, 50]) == pytest.approx(1.8e-6, rel=0.02)
    assert mismatch([821_588, 815_482], [50, 50]) < MISMATCH
    assert mismatch([905, 95], [90, 10]) > MISMATCH
    assert mismatch([905, 95, 0], [90, 10, 0]) == mismatch([905, 95], [90, 10])
    assert mismatch([905, 95, 3], [90, 10, 0]) == 0
    assert mismatch([905, 0], [100, 0]) == 1


def test_what_was_known_before_narrows_the_interval_and_moves_no_effect():
    drawn = random.Random(7)
    effects, widths, plain_widths, held = [], [], [], 0
    for _repeat in range(200):
        groups = []
        for effect in (0.5, 0.0):
            before = [drawn.gauss(10, 3) for _person in range(200)]
            groups.append(moments([x + effect + drawn.gauss(0, 1) for x in before], before))
        plain, found = difference(*groups), difference(*adjusted(groups))
        effects.append(found.estimate)
        widths.append(found.high - found.low)
        plain_widths.append(plain.high - plain.low)
        held += found.low <= 0.5 <= found.high
    assert fmean(effects) == pytest.approx(0.5, abs=0.03)
    # The correlation is 3/√10, so what remains is √(1 - .9) of the width.
    assert fmean(widths) / fmean(plain_widths) == pytest.approx(math.sqrt(0.1), rel=0.05)
    assert 183 <= held <= 199


def test_a_covariate_without_variance_changes_nothing():
    groups = [Moments(20, 3.0, 2.0, 1.0, 0.0, 0.0), Moments(30, 2.0, 1.0, 1.0, 0.0, 0.0)]
    assert adjusted(groups) == groups
