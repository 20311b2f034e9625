import numpy as np
import pytest

from loyalty_ai.ml.evidence import Evidence, Origin
from loyalty_ai.ml.occlusion import falls, occlusion, without
from loyalty_ai.ml.ranker import LinearBlend
from loyalty_ai.ml.sequences import build_baskets
from tests.ml.logs import DAY, make_log

ROWS = [(0, 1, 0, 1), (0, 2, 0, 1), (0, 1, 5, 2), (0, 3, 9, 3), (1, 4, 2, 4), (1, 1, 2, 4)]


@pytest.fixture
def origin():
    baskets = build_baskets(make_log(ROWS, users=2, items=6))
    return Origin(baskets, origin=10 * DAY, n_users=2, n_items=6, price=None, ease_items=10)


def test_each_imagined_user_lacks_one_item(origin):
    imagined = without(origin.past, np.zeros(4, int), np.array([-1, 1, 2, 3]))
    held = [
        [imagined.items[a:b].tolist() for a, b in zip(imagined.offsets[:-1], imagined.offsets[1:], strict=True)][j]
        for j in range(len(imagined))
    ]
    assert imagined.user.tolist() == [0, 0, 0, 1, 1, 2, 2, 2, 3, 3]
    assert held == [[1, 2], [1], [3], [2], [3], [1], [1], [3], [1, 2], [1]]
    assert imagined.time.tolist() == [0, 5 * DAY, 9 * DAY, 0, 9 * DAY, 0, 5 * DAY, 9 * DAY, 0, 5 * DAY]


def test_imagining_nothing_changes_nothing(origin):
    real = Evidence(origin, np.array([1, 0]))
    same = Evidence(origin.imagined(without(origin.past, np.array([1, 0]), np.full(2, -1)), 2), np.arange(2))
    for name, values in real.columns.items():
        np.testing.assert_array_equal(values, same.columns[name], err_msg=name)


def test_the_drop_is_the_evidence_that_went(origin):
    ranker = LinearBlend(np.array([1.0]), ("count",))
    past, drops = occlusion(origin, 0, np.array([1, 3]), ranker, np.arange(4))
    assert past.tolist() == [1, 2, 3]
    expected = np.log1p([[2, 0], [0, 0], [0, 1]])
    assert drops == pytest.approx(expected, abs=1e-6)


def test_a_score_that_depends_on_its_group_is_explained_within_it():
    rows = [(0, 1, 0, 1), (0, 2, 1, 2), (0, 3, 2, 3)]
    rows += [(user, item, 3, 3 + user) for user, pair in ((1, (1, 5)), (2, (2, 5)), (3, (3, 6))) for item in pair]
    shop = Origin(
        build_baskets(make_log(rows, users=4, items=7)), origin=10 * DAY, n_users=4, n_items=7, price=None, ease_items=0
    )
    ranker = LinearBlend(np.array([1.0]), ("cosine",))
    # 1 and 2 speak for 5, 3 speaks for 6; alone, what is left of a score is still the largest there is
    _, alone = occlusion(shop, 0, np.array([5]), ranker, np.zeros(0, int))
    past, among = occlusion(shop, 0, np.array([5]), ranker, np.array([5, 6]))
    assert past.tolist() == [1, 2, 3]
    assert alone.ravel().tolist() == [0, 0, 0]
    assert among[0, 0] > 0
    assert among[1, 0] > 0
    assert among[2, 0] == 0


def test_many_reasons_are_tested_at_once_as_each_would_be_alone(origin):
    ranker = LinearBlend(np.array([1.0, 0.5]), ("cosine", "count"))
    named = [
        (user, past)
        for user in (0, 1)
        for past in np.unique(origin.past.items[origin.past.user[origin.past.row_basket] == user])
    ]
    users, because = np.array(named).T
    for item in range(6):
        exact = [occlusion(origin, user, np.array([item]), ranker, np.arange(6)) for user in (0, 1)]
        found = falls(
            origin, users, np.full(len(users), item), because, ranker, lambda e: np.ones(e.bought.shape, bool)
        )
        assert found == pytest.approx(np.concatenate([drops[:, 0] for _, drops in exact]), abs=1e-6)


def test_removing_what_was_never_bought_changes_nothing(origin):
    ranker = LinearBlend(np.array([1.0]), ("cosine",))
    never = falls(origin, np.array([0]), np.array([1]), np.array([5]), ranker, lambda e: np.ones(e.bought.shape, bool))
    assert never.tolist() == [0]
