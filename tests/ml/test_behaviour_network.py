"""Bins, rates and medians of the behaviour networks match values worked by hand."""

import numpy as np
import pytest
import torch

from loyalty_ai.ml.behaviour_network import (
    EDGES,
    EXTRA,
    LEVEL,
    OUTPUTS,
    OWN,
    VALUE,
    VALUE_KEPT,
    Ensemble,
    Pairs,
    corrected_rates,
    median_wait,
    time_in_bins,
)

BINS = len(EDGES) - 1


def test_a_horizon_is_spread_over_the_bins_and_the_last_one_is_open():
    assert list(time_in_bins(10)) == [7, 3, 0, 0, 0, 0, 0, 0]
    assert time_in_bins(1000.0).sum() == 1000
    assert time_in_bins(1000.0)[-1] == 1000 - EDGES[-2]


def test_without_correction_the_rates_are_those_of_the_lifetime_model():
    offsets = torch.linspace(-5, -2, 2 * BINS).reshape(1, 2, BINS)
    rates = corrected_rates(torch.zeros(1, OUTPUTS), offsets, torch.tensor([3.0]), BINS)
    torch.testing.assert_close(rates.hazard[0], offsets[0, 0].exp())
    torch.testing.assert_close(rates.intensity[0], offsets[0, 1].exp())
    assert rates.value.item() == pytest.approx(np.exp(3.0))


def test_half_of_the_members_start_from_lifetime_rates_and_half_from_everybodys_mean():
    n = 3
    offsets = torch.log(torch.tensor([0.1, 0.2, 0.3]))[:, None, None].expand(n, 2, BINS)
    exposure = torch.ones(n, 2, BINS)
    events = offsets.exp() * exposure  # in total just what is expected
    nothing = torch.zeros(n)
    pairs = Pairs(torch.zeros(n, 2, 1), torch.zeros(n, 0), offsets, nothing, events, exposure, nothing)
    net = Ensemble(members=4, features=1, states=0, width=4, outputs=OUTPUTS).eval()
    net.start_level(pairs)
    rates = corrected_rates(net(pairs.features, pairs.states, offsets), offsets, nothing, BINS)
    for members, expected in ((slice(2), [0.1, 0.2, 0.3]), (slice(2, 4), [0.2, 0.2, 0.2])):
        everywhere = torch.tensor(expected)[:, None].expand(2, n, BINS)
        torch.testing.assert_close(rates.hazard[members], everywhere)
        torch.testing.assert_close(rates.intensity[members], everywhere)


def test_the_level_says_whose_orders_are_worth_more_and_the_value_how_much_all_are():
    n = 200
    features = torch.randn(n, 2, 3, generator=torch.Generator().manual_seed(0))
    rates = torch.zeros(n, 2, BINS)
    pairs = Pairs(features, torch.zeros(n, 0), rates, torch.zeros(n), rates, rates + 1, torch.zeros(n))
    net = Ensemble(members=4, features=3, states=0, width=4, outputs=OUTPUTS).eval()
    torch.nn.init.normal_(net.last, generator=torch.Generator().manual_seed(1))
    before = net.mean_outputs(features, pairs.states, rates)
    net.settle_value(pairs)
    after = net.mean_outputs(features, pairs.states, rates)
    level = before[:, LEVEL] - before[:, LEVEL].mean()
    torch.testing.assert_close(after[:, VALUE], before[:, VALUE].mean() + VALUE_KEPT * level)
    rest = [at for at in range(OUTPUTS) if at != VALUE]
    torch.testing.assert_close(after[:, rest], before[:, rest])


def test_in_bins_never_observed_the_lifetime_rates_go_on():
    outputs = torch.zeros(1, OUTPUTS)
    outputs[0, EXTRA + 2], outputs[0, EXTRA + 5] = 1.0, 9.0  # hazard of bin 2, and of a bin that was not learned
    rates = corrected_rates(outputs, torch.zeros(1, 2, BINS), torch.zeros(1), 3)
    assert rates.hazard[0].log().tolist() == pytest.approx([0, 0, OWN] + [0] * (BINS - 3))
    assert rates.intensity[0].log().tolist() == pytest.approx([0] * BINS)


def test_the_median_wait_falls_inside_its_bin_and_has_a_limit():
    fast = torch.full((BINS,), float(np.log(2)) / 10)  # constant rate: half have ordered after 10 days
    slow = torch.full((BINS,), 1e-4)
    late = torch.zeros(BINS)
    late[1] = float(np.log(2)) / 3  # nothing for 7 days, then half within 3
    waits = median_wait(torch.stack([fast, slow, late]))
    assert waits[[0, 2]] == pytest.approx([10, 10], rel=1e-5)
    assert np.isnan(waits[1])


def test_beyond_the_usual_range_of_an_input_nothing_is_extrapolated():
    features = torch.linspace(0, 1, 1001)[:, None, None].expand(1001, 2, 1) ** 3  # skewed: a few are far above the rest
    net = Ensemble(members=4, features=1, states=0, width=4, outputs=OUTPUTS).eval()
    net.standardise(features, torch.zeros(1001, 0))
    torch.nn.init.normal_(net.last, generator=torch.Generator().manual_seed(1))

    def answers(at: float) -> torch.Tensor:
        return net(torch.full((1, 2, 1), at**3), torch.zeros(1, 0), torch.zeros(1, 2, BINS))

    torch.testing.assert_close(answers(1.0), answers(2.0))
    assert not torch.allclose(answers(0.97), answers(0.95), atol=1e-4)
