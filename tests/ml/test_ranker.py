import builtins

import numpy as np
import pytest

from loyalty_ai.ml.config import TrainingConfig
from loyalty_ai.ml.ranker import (
    CandidateTable,
    LinearBlend,
    TreeRanker,
    comparable,
    fit_rankers,
    lightgbm_available,
    ranker_from_text,
)

NAMES = ("ease", "cosine", "noise")
NONE = LinearBlend(np.zeros(0), ())


@pytest.fixture(scope="module")
def table():
    """In every group the answer is the row where ease and cosine together are largest."""
    order = np.random.default_rng(0)
    groups = np.full(150, 20)
    features = order.random((3000, 3)).astype(np.float32)
    score = (features[:, 0] + 2 * features[:, 1]).reshape(150, 20)
    return CandidateTable(features, NAMES, (score == score.max(1, keepdims=True)).ravel().astype(np.int8), groups)


def hits(ranker, table):
    best = ranker.predict(table.columns(ranker.names), table.groups).reshape(150, 20).argmax(axis=1)
    return table.label.reshape(150, 20)[np.arange(150), best].mean()


def rankers(table):
    yield LinearBlend.fit(table, NAMES)
    yield TreeRanker.fit(table, NAMES, blend=LinearBlend(np.array([0.5]), ("cosine",)), rounds=40, seed=0)


def test_rankers_learn_what_the_answers_have_in_common(table):
    blend, trees = rankers(table)
    assert hits(blend, table) > 0.9
    assert hits(trees, table) > 0.6
    assert blend.weights[1] > blend.weights[0] > abs(blend.weights[2])


def test_a_ranker_read_back_scores_the_same(table):
    for ranker in rankers(table):
        again = ranker_from_text(ranker.kind, ranker.text(), ranker.names, 1)
        features = table.columns(ranker.names)
        assert np.array_equal(ranker.predict(features, table.groups), again.predict(features, table.groups))


def test_the_blends_share_is_added_to_the_trees(table):
    blend = LinearBlend(np.array([3.0]), ("cosine",))
    alone, both = (TreeRanker.fit(table, NAMES, blend=b, rounds=5, seed=0) for b in (NONE, blend))
    added = both.predict(table.features, table.groups) - alone.predict(table.features, table.groups)
    assert added == pytest.approx(blend.predict(table.columns(("cosine",)), table.groups), abs=1e-5)
    assert blend.scaled(0).names == ()


def test_the_same_seed_grows_the_same_trees(table):
    one, other = (TreeRanker.fit(table, NAMES, blend=NONE, rounds=10, seed=3).text() for _ in range(2))
    assert one == other


def test_evidence_of_different_scales_is_made_comparable():
    features = np.array([[1, 0], [2, np.nan], [5, -4]], np.float32)
    found = comparable(features, np.array([2, 1]), ("ease", "cosine"))
    assert found.tolist() == [[0.5, 0], [1, 0], [1, -1]]
    assert comparable(np.array([[np.e - 1]], np.float32), np.array([1]), ("count",))[0, 0] == pytest.approx(1)
    assert comparable(np.array([[-8.0], [-6.0]], np.float32), np.array([2]), ("decoder",)).ravel().tolist() == [0, 1]


def test_a_blend_of_large_scores_stays_finite(table):
    large = CandidateTable(table.features * 1e4, ("frequency_14", "count", "popularity_7"), table.label, table.groups)
    assert np.isfinite(LinearBlend.fit(large, large.names).weights).all()


@pytest.mark.parametrize("error", [ImportError, OSError], ids=["not installed", "no OpenMP library"])
def test_a_lightgbm_that_cannot_be_loaded_is_not_available(monkeypatch, error):
    def refuse(name, *rest, **options):
        if name == "lightgbm":
            raise error(name)
        return original(name, *rest, **options)

    original = builtins.__import__
    assert lightgbm_available()
    monkeypatch.setattr(builtins, "__import__", refuse)
    assert not lightgbm_available()


def test_where_no_window_has_an_answer_all_evidence_counts_the_same(table):
    empty = CandidateTable(np.zeros((0, 3), np.float32), NAMES, np.zeros(0, np.int8), np.zeros(0, np.int64))
    wanted = [("linear_blend", "new_only"), ("model", "new_only"), ("model", "repeats")]
    tables = [{"repeats": table, "new_only": empty}, {"repeats": empty, "new_only": empty}]
    fitted = fit_rankers(tables, wanted, training=TrainingConfig(rounds=5))
    for rung in ("linear_blend", "model"):
        assert set(fitted[rung]["new_only"].weights.tolist()) == {1.0}
    assert hits(fitted["model"]["repeats"], table) > 0.3
