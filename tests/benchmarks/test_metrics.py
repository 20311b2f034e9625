"""The evaluator against tables worked by hand, and against scikit-learn."""

import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.metrics import (
    better,
    gains_without_one,
    judge_forecasts,
    judge_lists,
    list_metrics,
    outcome_of,
    read_forecast,
)
from benchmarks.public import Task
from loyalty_ai.ml import behaviour_evaluation
from loyalty_ai.ml.behaviour_evaluation import Forecast
from loyalty_ai.ml.transactions import Outcome

sklearn_metrics = pytest.importorskip("sklearn.metrics")


def write(path: Path, *lines: str) -> Path:
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def task(folder: Path, train: list[str], held: list[str], **more) -> Task:
    return Task(
        name="t", title="T", digest="", note="",
        train=write(folder / "t_train.csv.gz", *train), held=write(folder / "t_held.csv.gz", *held), **more,
    )  # fmt: skip


class TestLists:
    @pytest.fixture
    def basket(self, tmp_path):
        train = ["USER_ID,ITEM_ID,TIMESTAMP", "a,old,1", "a,older,0", "b,x,0"]
        held = ["USER_ID,ITEM_ID", "a,old", "a,new", "b,x"]
        return task(tmp_path, train, held, kind="next_item", modes=("repeats", "new_only"))

    @pytest.fixture
    def lists(self, tmp_path):
        return write(
            tmp_path / "l.csv.gz", "user,item,rank", "a,older,1", "a,old,2", "a,new,3", "b,y,1", "b,x,2", "c,x,1"
        )

    def test_repeats_count_every_answer(self, basket, lists):
        found = judge_lists(lists, basket, "repeats")
        # a: ranks 2 and 3 of two answers: (.63093 + .5) / 1.63093; b: rank 2 of one
        assert found["ndcg@10"] == pytest.approx([1.13093 / 1.63093, 0.63093], abs=1e-5)
        assert found["hr@10"].tolist() == [1, 1]

    def test_new_only_drops_the_history_from_list_and_answers(self, basket, lists):
        found = judge_lists(lists, basket, "new_only")
        assert found["ndcg@10"] == pytest.approx([1.0])  # b has no new answer; a's list is left with `new`

    def test_leave_one_out_keeps_everybody(self, tmp_path, lists):
        train = ["USER_ID,ITEM_ID,TIMESTAMP", "a,older,0", "b,x,0"]
        loo = task(tmp_path, train, ["USER_ID,ITEM_ID", "a,new", "b,x"], kind="next_item", modes=("new_only",))
        # a: `older` is removed, new comes second; b: the answer is in the history, so nobody can hit it
        assert judge_lists(lists, loo, "new_only")["ndcg@10"] == pytest.approx([0.63093, 0.0], abs=1e-5)

    def test_a_user_without_a_list_scores_nothing(self, tmp_path, basket):
        empty = write(tmp_path / "e.csv.gz", "user,item,rank", "b,x,1")
        assert judge_lists(empty, basket, "repeats")["ndcg@10"].tolist() == [0, 1]

    @given(st.permutations(range(12)), st.sets(st.integers(0, 11), min_size=1), st.integers(1, 12))
    def test_ndcg_is_that_of_scikit_learn(self, order, answers, length):
        ranked = pl.DataFrame(
            {"USER_ID": "u", "ITEM_ID": [str(i) for i in order[:length]], "rank": range(1, length + 1)}
        )
        held = pl.DataFrame({"USER_ID": "u", "ITEM_ID": [str(i) for i in answers]})
        truth = np.array([[float(i in answers) for i in range(12)]])
        score = np.zeros((1, 12))
        score[0, order[:length]] = np.arange(length, 0, -1)
        truth_of_list = np.where(score > 0, truth, 0)
        ideal = sklearn_metrics.dcg_score(truth, truth, k=10)
        expected = sklearn_metrics.dcg_score(truth_of_list, score, k=10) / ideal
        assert list_metrics(ranked, held)["ndcg@10"][0] == pytest.approx(expected)


class TestForecasts:
    rows = st.lists(
        st.tuples(st.booleans(), st.integers(1, 99), st.integers(0, 9)), min_size=4, max_size=40
    ).filter(lambda rows: 0 < sum(row[0] for row in rows) < len(rows))  # fmt: skip

    @given(rows)
    def test_chances_are_judged_as_scikit_learn_judges_them(self, rows):
        happened, p = np.array([row[0] for row in rows]), np.array([row[1] / 100 for row in rows])
        assert behaviour_evaluation.auc(happened, p) == pytest.approx(sklearn_metrics.roc_auc_score(happened, p))
        precision = sklearn_metrics.average_precision_score(happened, p)
        assert behaviour_evaluation.pr_auc(happened, p) == pytest.approx(precision)
        assert behaviour_evaluation.log_loss(happened, p) == pytest.approx(sklearn_metrics.log_loss(happened, p))

    @given(rows)
    def test_deviances_are_those_of_scikit_learn(self, rows):
        actual, mean = np.array([float(row[2]) for row in rows]), np.array([row[1] / 10 for row in rows])
        poisson = sklearn_metrics.mean_poisson_deviance(actual, mean)
        tweedie = sklearn_metrics.mean_tweedie_deviance(actual, mean, power=1.5)
        assert behaviour_evaluation.poisson_deviance(actual, mean) == pytest.approx(poisson)
        assert behaviour_evaluation.tweedie_deviance(actual, mean) == pytest.approx(tweedie)

    def test_the_better_method_gains_in_standard_deviations(self):
        order = np.random.default_rng(0)
        orders = order.poisson(1.0, 400).astype(float)
        outcome = Outcome(orders, 10 * orders)
        good, poor = (np.clip(orders + order.normal(0, noise, 400), 0.05, None) for noise in (0.5, 3.0))
        forecasts = {
            name: Forecast(1 - np.exp(-mean), mean, 10 * mean) for name, mean in (("good", good), ("poor", poor))
        }
        judged = judge_forecasts(forecasts, outcome, reference="poor", samples=40)
        assert judged["good"]["gain"]["auc"] > 2
        assert judged["good"]["gain"]["count_deviance"] > 2
        assert judged["poor"]["gain"] == {}

    def test_better_follows_the_direction_of_each_metric(self):
        assert better("auc", 0.8, 0.7) == pytest.approx(0.1)
        assert better("log_loss", 0.4, 0.5) == pytest.approx(0.1)
        assert better("count_bias_percent", -2.0, 5.0) == 3

    def test_what_happened_is_netted_within_the_window_by_day(self, tmp_path):
        train = ["customer,date,amount", "b,2011-01-01,5", "a,2011-01-02,7", "refunds only,2011-01-03,-7"]
        held = [
            "customer,date,amount",
            "a,2011-02-01,4", "a,2011-02-01,3", "a,2011-02-04,9", "a,2011-02-10,-2",
            "a,2011-02-11,-5",  # the eleventh day
            "b,2011-02-03,6", "b,2011-02-03,-6",  # wholly given back
            "new,2011-02-02,50",
        ]  # fmt: skip
        found = task(tmp_path, train, held, kind="behaviour", cutoff="2011-02-01", days=10)
        customers, outcome = outcome_of(found)
        assert customers == ["a", "b"]
        assert outcome.orders.tolist() == [2, 0]
        assert outcome.spend.tolist() == [4 + 3 + 9 - 2, 0]

    def test_a_missing_prediction_is_an_error(self, tmp_path):
        path = write(tmp_path / "p.csv.gz", "customer,p_purchase,exp_count,exp_spend", "a,.5,1,2")
        assert read_forecast(path, ["a"]).expected_spend.tolist() == [2]
        with pytest.raises(ValueError, match="lacks a finite prediction"):
            read_forecast(path, ["a", "b"])

    def test_a_gain_that_hangs_on_one_customer_is_told(self):
        rng = np.random.default_rng(0)
        spend = rng.gamma(0.5, 100, 400)
        theirs = spend + rng.normal(0, 100, 400)
        ours = spend + rng.normal(0, 60, 400)
        spend[7], ours[7], theirs[7] = 20_000, -500, 500  # one we miss
        without_best, without_worst = gains_without_one(ours, theirs, spend, samples=100)
        assert without_best < 0.5
        assert without_worst > 3
