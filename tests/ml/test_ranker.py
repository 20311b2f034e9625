import builtins

import numpy as np
import pytest
import torch

from loyalty_ai.ml.config import TrainingConfig
from loyalty_ai.ml.ranker import (
    CandidateTable,
    LinearBlend,
    Network,
    TreeRanker,
    comparable,
    fit_rankers,
    lightgbm_available,
    list_loss,
    network_values,
    ranker_from_text,
    spread_within,
)

NAMES = ("ease", "cosine", "noise")


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


def grown(table, *, rounds, share=0.0, seed=0):
    blend = LinearBlend(np.array([0.5]), ("cosine",))
    return TreeRanker.fit(table, NAMES, blend=blend, share=share, rounds=rounds, seed=seed)


def rankers(table):
    yield LinearBlend.fit(table, NAMES)
    yield grown(table, rounds=40, share=0.5)


def test_rankers_learn_what_the_answers_have_in_common(table):
    blend, trees = rankers(table)
    assert hits(blend, table) > 0.9
    assert hits(trees, table) > 0.9
    assert blend.weights[1] > blend.weights[0] > abs(blend.weights[2])


def test_a_ranker_read_back_scores_the_same(table):
    for ranker in rankers(table):
        again = ranker_from_text(ranker.kind, ranker.text(), ranker.names, 1)
        features = table.columns(ranker.names)
        assert np.array_equal(ranker.predict(features, table.groups), again.predict(features, table.groups))


def test_trees_and_network_have_an_equal_say_and_the_blend_its_share(table):
    ranker = grown(table, rounds=20, share=0.5)
    parts = [
        ranker.booster.predict(table.features),
        ranker.network.predict(table.features, table.groups),
        ranker.blend.predict(table.columns(("cosine",)), table.groups),
    ]
    assert ranker.predict(table.features, table.groups) == pytest.approx(sum(parts), abs=1e-5)
    trees, network, blend = (spread_within(part, table.groups) for part in parts)
    assert (network, blend) == pytest.approx((trees, trees / 2), rel=1e-4)
    assert grown(table, rounds=2).blend.names == ()


def test_the_same_seed_learns_the_same(table):
    one, other = (grown(table, rounds=10, seed=3).text() for _ in range(2))
    assert one == other


def test_a_ranker_that_goes_on_learns_what_has_changed_and_keeps_its_trees(table):
    before = grown(table, rounds=20, share=0.5)
    score = (table.features[:, 2] + 2 * table.features[:, 1]).reshape(150, 20)  # what was noise is now evidence
    label = (score == score.max(1, keepdims=True)).ravel().astype(np.int8)
    changed = CandidateTable(table.features, NAMES, label, table.groups)
    read = ranker_from_text(before.kind, before.text(), NAMES, 1)
    after = read.continued(changed, rounds=10, seed=0)
    assert hits(after, changed) > hits(before, changed) + 0.1
    assert hits(after.network, changed) > hits(before.network, changed)
    assert (after.booster.num_trees(), after.blend.text()) == (30, before.blend.text())
    features = table.columns(NAMES)
    assert np.array_equal(
        after.booster.predict(features, num_iteration=20), before.booster.predict(features, num_iteration=20)
    )
    nothing = CandidateTable(features[:0], NAMES, label[:0], table.groups[:0])
    assert before.continued(nothing, rounds=10, seed=0) is before


@pytest.mark.parametrize("steps", [8, 10, 11])
def test_a_network_goes_on_for_as_few_steps_as_the_lists_ask_for(table, monkeypatch, steps):
    monkeypatch.setattr("loyalty_ai.ml.ranker.MORE_PASSES", steps)  # all of these lists are one step
    few, network = table.last(40), Network.fit(table, NAMES, seed=0)
    after = network.continued(few, seed=0).predict(few.features, few.groups)
    assert np.isfinite(after).all()
    assert not np.array_equal(after, network.predict(few.features, few.groups))


def test_a_network_learns_what_no_weighted_sum_can(table):
    middle = np.abs(table.features[:, 0] - 0.5).reshape(150, 20)
    label = (middle == middle.min(1, keepdims=True)).ravel().astype(np.int8)
    bent = CandidateTable(table.features, NAMES, label, table.groups)
    scores = Network.fit(bent, NAMES, seed=0).predict(bent.features, bent.groups).reshape(150, 20)
    near = middle[np.arange(150), scores.argmax(axis=1)]
    straight = LinearBlend.fit(bent, NAMES).predict(bent.features, bent.groups).reshape(150, 20)
    assert near.mean() < 0.5 * middle[np.arange(150), straight.argmax(axis=1)].mean()


def test_a_network_bears_evidence_that_is_absent_or_beyond_all_it_has_seen(table):
    network = Network.fit(table, NAMES, seed=0)
    odd = np.array([[np.nan] * 3, [np.inf] * 3, [-1e30] * 3, [0.5] * 3], np.float32)
    assert np.isfinite(network.predict(odd, np.array([3, 1]))).all()


def test_the_network_sees_logarithms_and_shares_of_the_largest():
    features = np.array([[np.e - 1, 1], [np.nan, 1 - np.e], [0, 3]], np.float32)
    found = network_values(features, np.array([2, 1]), ("ease", "price"))
    assert found.dtype == np.float32
    assert found == pytest.approx(np.array([[1, np.log(2), 1], [0, -1, 0], [0, np.log(4), 0]]))


def test_the_loss_asks_for_any_of_a_lists_right_answers():
    score = torch.log(torch.tensor([6.0, 3, 1, 1, 1]))
    right = torch.tensor([True, True, False, True, False])
    assert float(list_loss(score, right, np.array([3, 2]))) == pytest.approx(-(np.log(0.9) + np.log(0.5)) / 2)
    far = torch.tensor([0.0, -1000], requires_grad=True)
    list_loss(far, torch.tensor([False, True]), np.array([2])).backward()
    assert far.grad.tolist() == [1, -1]


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
