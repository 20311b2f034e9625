import numpy as np
import pytest

from loyalty_ai.ml.ranker import CandidateTable, LinearBlend, TreeRanker, ranker_from_text, relative

NAMES = ("count", "cosine", "noise")


@pytest.fixture(scope="module")
def table():
    """In every group the answer is the row where count and cosine together are largest."""
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
    yield TreeRanker.fit(table, NAMES, rounds=40, seed=0, threads=1)


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


def test_the_same_seed_grows_the_same_trees(table):
    one, other = (TreeRanker.fit(table, NAMES, rounds=10, seed=3, threads=1).text() for _ in range(2))
    assert one == other


def test_relative_divides_by_the_groups_largest():
    features = np.array([[1, 0], [2, np.nan], [5, -4]], np.float32)
    found = relative(features, np.array([2, 1]), ("count", "cosine"))
    assert found.tolist() == [[0.5, 0], [1, 0], [1, -1]]
    assert relative(np.log([[0.2], [0.1]], dtype=np.float32), np.array([2]), ("decoder",)).ravel() == pytest.approx(
        [1, 0.5]
    )
