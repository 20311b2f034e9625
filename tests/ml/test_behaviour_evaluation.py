"""Behaviour metrics match tables worked by hand; an evaluation is plain JSON that compares like with like."""

import json
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from loyalty_ai.ml import behaviour_evaluation as metrics
from tests.ml.behaviour_shop import DAY, fitted, shop

YES_NO = np.array([True, False, True, False])


def test_auc_counts_pairs_with_ties_half():
    # pairs (yes, no): .9>.5, .9>.1, .5=.5, .5>.1 -> 3.5 of 4
    assert metrics.auc(YES_NO, np.array([0.9, 0.5, 0.5, 0.1])) == pytest.approx(3.5 / 4)
    assert np.isnan(metrics.auc(np.array([True, True]), np.array([0.1, 0.2])))


def test_pr_auc_is_average_precision_over_distinct_scores():
    # .9: 1 of 1 (recall 1/2); .5: both rows at once, 2 of 3 (recall 1): 1/2 * 1 + 1/2 * 2/3
    assert metrics.pr_auc(YES_NO, np.array([0.9, 0.5, 0.5, 0.1])) == pytest.approx(1 / 2 + 1 / 3)
    assert np.isnan(metrics.pr_auc(np.array([False]), np.array([0.1])))


def test_log_loss_is_the_mean_surprise_and_never_infinite():
    assert metrics.log_loss(YES_NO[:2], np.array([0.8, 0.4])) == pytest.approx(-(log(0.8) + log(0.6)) / 2)
    assert np.isfinite(metrics.log_loss(YES_NO[:2], np.array([0.0, 1.0])))


def test_ece_compares_each_bins_mean_chance_with_its_share():
    # two bins: chances .1 .3 saw 0 of 2 (gap .2 each), .6 .8 saw 2 of 2 (gap .3 each)
    happened, chance = np.array([False, False, True, True]), np.array([0.1, 0.3, 0.6, 0.8])
    assert metrics.expected_calibration_error(happened, chance, bins=2) == pytest.approx(0.25)


def test_poisson_deviance_is_worked_by_hand():
    actual, mean = np.array([0.0, 2.0]), np.array([0.5, 1.0])
    assert metrics.poisson_deviance(actual, mean) == pytest.approx((2 * 0.5 + 2 * (2 * log(2) - 1)) / 2)


def test_tweedie_deviance_is_worked_by_hand():
    # 4 (sqrt y - sqrt m)^2 / sqrt m: y=0, m=4 -> 8; y=9, m=4 -> 2
    assert metrics.tweedie_deviance(np.array([0.0, 9.0]), np.array([4.0, 4.0])) == pytest.approx(5.0)


def test_bias_is_the_error_of_the_total_in_percent():
    assert metrics.bias_percent(np.array([1.0, 3.0]), np.array([2.0, 3.0])) == pytest.approx(25.0)
    assert np.isnan(metrics.bias_percent(np.zeros(2), np.ones(2)))


def test_normalised_gini_is_one_for_the_perfect_and_minus_one_for_the_reversed_order():
    spend = np.array([0.0, 1.0, 2.0, 7.0])
    assert metrics.normalised_gini(spend, spend) == pytest.approx(1.0)
    assert metrics.normalised_gini(spend, -spend) == pytest.approx(-1.0)
    # order 2, 7, 1, 0: gains .2 .9 1 1 = 3.1; perfect .7 .9 1 1 = 3.6; diagonal 2.5
    assert metrics.normalised_gini(spend, np.array([1.0, 2.0, 4.0, 3.0])) == pytest.approx(0.6 / 1.1)


def test_spearman_shares_ranks_between_ties():
    # ranks 1.5 1.5 3 against 1 2 3
    assert metrics.spearman(np.array([0.0, 0.0, 5.0]), np.array([1.0, 2.0, 3.0])) == pytest.approx(1.5 / sqrt(1.5 * 2))
    assert np.isnan(metrics.spearman(np.array([0.0, 1.0]), np.ones(2)))


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=2, max_size=30))
def test_auc_turns_round_when_scores_do_and_ignores_their_scale(rows):
    happened = np.array([row[0] for row in rows])
    score = np.round(np.array([row[1] for row in rows]), 3)
    value = metrics.auc(happened, score)
    if np.isnan(value):
        assert happened.all() or not happened.any()
    else:
        assert metrics.auc(happened, -score) == pytest.approx(1 - value)
        assert metrics.auc(happened, 3 * score + 1) == pytest.approx(value)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=30))
def test_spearman_is_that_of_scipy(rows):
    actual, score = np.array(rows, float).T
    value = metrics.spearman(actual, score)
    if np.isnan(value):
        assert len(set(actual)) == 1 or len(set(score)) == 1
    else:
        assert value == pytest.approx(stats.spearmanr(actual, score).statistic)


def test_a_better_model_has_positive_gains_whichever_way_the_metric_points():
    assert metrics._gain("auc", 0.8, 0.7) == pytest.approx(0.1)
    assert metrics._gain("log_loss", 0.4, 0.5) == pytest.approx(0.1)
    assert metrics._gain("spend_bias_percent", -3.0, 10.0) == pytest.approx(7.0)


@pytest.fixture(scope="module")
def result():
    return metrics.evaluate_behaviour(shop().log, cutoff=shop().cutoff, horizon_days=60, model=fitted(), bootstrap=10)


class TestEvaluation:
    def test_every_model_is_measured_by_every_metric_on_the_same_customers(self, result):
        assert result["customers"] == shop().customers
        for name in ("model", "naive", "bg_nbd", "pareto_nbd"):
            assert set(metrics.HIGHER_IS_BETTER + metrics.LOWER_IS_BETTER) <= set(result[name])
            assert all(error > 0 for error in result["errors"][name].values())
        assert 0 < result["share_bought"] < 1

    def test_it_is_plain_json(self, result):
        assert json.loads(json.dumps(result, allow_nan=False)) == result

    def test_gains_are_the_differences_of_the_metrics(self, result):
        gain = result["gains"]["bg_nbd"]["log_loss"]["gain"]
        assert gain == pytest.approx(result["bg_nbd"]["log_loss"] - result["model"]["log_loss"])

    def test_the_model_beats_the_baselines_where_buying_is_regular(self, result):
        for baseline in ("naive", "bg_nbd", "pareto_nbd"):
            assert result["gains"][baseline]["log_loss"]["gain"] > 0
            assert result["gains"][baseline]["auc"]["gain"] > 0

    def test_rows_outside_the_window_change_nothing(self, result):
        inside = shop().log.before(shop().cutoff + 60 * DAY)
        assert len(inside) < len(shop().log)
        again = metrics.evaluate_behaviour(inside, cutoff=shop().cutoff, horizon_days=60, model=fitted(), bootstrap=10)
        assert again == result
