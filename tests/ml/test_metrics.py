"""Metrics against tables worked by hand, scikit-learn and ranx."""

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty_ai.ml.evaluation import label_window, paired_gain, ranking_metrics, without
from loyalty_ai.ml.sequences import build_baskets
from tests.ml.logs import DAY, make_log


def right(rows: list[list[int]], items: int = 20) -> sparse.csr_matrix:
    dense = np.zeros((len(rows), items), bool)
    for row, answers in zip(dense, rows, strict=True):
        row[answers] = True
    return sparse.csr_matrix(dense)


@pytest.mark.parametrize(
    ("ranked", "answers", "ndcg", "hit", "recall"),
    [
        ([3, 1, 2], [3], 1.0, 1, 1.0),  # first place
        ([1, 3, 2], [3], 0.63093, 1, 1.0),  # 1 / log2(3)
        ([1, 2, 4], [3], 0.0, 0, 0.0),
        ([3, 1, 5], [3, 5], 1.5 / 1.63093, 1, 1.0),  # ranks 1 and 3 of two answers
        ([3, 1, 2], [3, 5, 7, 9], 1 / 2.56161, 1, 0.25),  # best possible: 1 + .63093 + .5 + .43068
        ([-1, -1, -1], [3], 0.0, 0, 0.0),  # an empty list
        ([3, -1, -1], [3], 1.0, 1, 1.0),
    ],
)
def test_one_list(ranked, answers, ndcg, hit, recall):
    metrics = ranking_metrics(np.array([ranked]), right([answers]))
    assert metrics["ndcg@10"][0] == pytest.approx(ndcg, abs=1e-4)
    assert metrics["hr@10"][0] == hit
    assert metrics["recall@10"][0] == pytest.approx(recall)


def test_places_beyond_k_do_not_count():
    metrics = ranking_metrics(np.arange(20)[None], right([[10]]))
    assert {name: values[0] for name, values in metrics.items()} == {"ndcg@10": 0, "hr@10": 0, "recall@10": 0}


def test_more_answers_than_places_can_still_be_perfect():
    assert ranking_metrics(np.arange(10)[None], right([list(range(15))]))["ndcg@10"][0] == pytest.approx(1)


@given(st.permutations(range(12)), st.sets(st.integers(0, 11), min_size=1))
def test_metrics_stay_in_bounds_and_like_a_better_place(ranked, answers):
    metrics = ranking_metrics(np.array([ranked]), right([sorted(answers)]))
    assert all(0 <= values[0] <= 1 + 1e-12 for values in metrics.values())
    best = sorted(ranked, key=lambda item: item not in answers)
    assert ranking_metrics(np.array([best]), right([sorted(answers)]))["ndcg@10"][0] == pytest.approx(1)
    assert (metrics["hr@10"][0] > 0) == (metrics["ndcg@10"][0] > 0) == (metrics["recall@10"][0] > 0)


RANKINGS = st.lists(
    st.tuples(st.permutations(range(14)), st.sets(st.integers(0, 13), min_size=1)), min_size=1, max_size=6
)


@given(RANKINGS, st.integers(1, 14))
def test_ranking_metrics_are_those_of_scikit_learn(rows, k):
    judge = pytest.importorskip("sklearn.metrics")
    ranked, answers = np.array([row[0] for row in rows]), right([sorted(row[1]) for row in rows], items=14)
    metrics, place = ranking_metrics(ranked, answers, k), np.argsort(ranked, axis=1)
    expected = [judge.ndcg_score([truth], [-row], k=k) for truth, row in zip(answers.toarray(), place, strict=True)]
    assert metrics[f"ndcg@{k}"] == pytest.approx(expected)
    assert metrics[f"recall@{k}"].mean() == pytest.approx(
        judge.recall_score(answers.toarray(), place < k, average="samples")
    )


@settings(max_examples=10)
@given(RANKINGS)
def test_ranking_metrics_are_those_of_ranx(rows):
    judge = pytest.importorskip("ranx")  # large and slow to load, so it is no requirement
    truth = {f"u{u}": {f"i{item}": 1 for item in answers} for u, (_, answers) in enumerate(rows)}
    scores = {f"u{u}": {f"i{item}": 1 / (1 + n) for n, item in enumerate(ranked)} for u, (ranked, _) in enumerate(rows)}
    found = judge.evaluate(judge.Qrels(truth), judge.Run(scores), ["ndcg@10", "hit_rate@10", "recall@10"])
    metrics = ranking_metrics(np.array([row[0] for row in rows]), right([sorted(row[1]) for row in rows], items=14))
    for name, theirs in (("ndcg@10", "ndcg@10"), ("hr@10", "hit_rate@10"), ("recall@10", "recall@10")):
        assert metrics[name].mean() == pytest.approx(found[theirs])


def test_a_paired_gain_by_hand():
    gain = paired_gain(np.array([1.0, 0.5, 0.0, 0.5]), np.array([0.5, 0.5, 0.0, 0.0]))
    # differences .5 0 0 .5: mean .25, standard deviation .288675, error .1443376
    assert gain["difference"] == pytest.approx(0.25)
    assert gain["high"] - gain["difference"] == pytest.approx(1.959964 * 0.1443376, abs=1e-6)
    assert gain["low"] + gain["high"] == pytest.approx(0.5)


def test_a_window_holds_the_first_basket_of_returning_users():
    rows = [
        (0, 1, 1, 10), (0, 1, 11, 11), (0, 2, 11, 11), (0, 3, 12, 12),  # returns with {1, 2}
        (1, 4, 11, 13),  # new in the window
        (2, 5, 2, 14),  # does not return
        (3, 6, 3, 15), (3, 6, 12, 16),  # repeats only
        (-1, 7, 11, 17),
    ]  # fmt: skip
    log = make_log(rows, users=4, items=9)
    window = label_window(build_baskets(log), origin=10 * DAY, end=20 * DAY, n_users=4, n_items=9)
    assert window.users.tolist() == [0, 3]
    assert [sorted(row.indices) for row in window.targets] == [[1, 2], [6]]
    assert [sorted(row.indices) for row in window.history] == [[1], [6]]
    rows, targets = window.mode("new_only")
    assert rows.tolist() == [0]
    assert targets.indices.tolist() == [2]


def test_positions_can_stand_for_times():
    """Leave-one-out: with right-aligned positions as days, the last window holds every user's last item."""
    rows = [(u, (u + p) % 9, p - n, 100 * u + p) for u, n in enumerate((3, 5, 4)) for p in range(n)]
    window = label_window(build_baskets(make_log(rows, users=3, items=9)), origin=-DAY, end=0, n_users=3, n_items=9)
    assert window.users.tolist() == [0, 1, 2]
    assert window.targets.indices.tolist() == [2, 5, 5]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=12), st.integers(0, 2**20 - 1))
def test_without_removes_exactly_the_others_entries(cells, bits):
    dense = np.zeros((4, 5), bool)
    for cell in cells:
        dense[cell] = True
    other = np.array([bool(bits >> i & 1) for i in range(20)]).reshape(4, 5)
    left = without(sparse.csr_matrix(dense), sparse.csr_matrix(other)).toarray()
    assert (left == (dense & ~other)).all()
