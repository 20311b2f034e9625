import numpy as np
import pytest

from loyalty_ai.ml.baselines import BASELINES, personal_frequency
from loyalty_ai.ml.config import TrainingConfig
from loyalty_ai.ml.evidence import Evidence, Origin, feature_names
from loyalty_ai.ml.lists import top_items
from loyalty_ai.ml.sequences import build_baskets
from loyalty_ai.ml.text import text_vectors
from loyalty_ai.ml.windows import candidate_tables, label_windows
from tests.ml.logs import DAY, changed_after, cycle_log, make_log

CUTOFF = 120 * DAY


def origin_of(log, cutoff=CUTOFF, **options):
    text = text_vectors(log.item_text, kind="hashed", dim=16)
    settings = {"price": log.item_price, "ease_items": 1000, "text": text} | options
    return Origin(build_baskets(log), origin=cutoff, n_users=log.n_users, n_items=log.n_items, **settings)


@pytest.fixture(scope="module")
def log():
    return cycle_log(users=30)


def test_no_column_knows_the_future(log):
    users = np.arange(log.n_users)
    one, other = (Evidence(origin_of(each), users) for each in (log, changed_after(log, CUTOFF)))
    assert set(feature_names(ease=True, text=True, decoder=False)) == set(one.columns)
    for name, values in one.columns.items():
        np.testing.assert_array_equal(values, other.columns[name], err_msg=name)


def test_candidates_contain_the_history_and_the_allowed_only(log):
    evidence = Evidence(origin_of(log), np.arange(log.n_users))
    few = evidence.candidates(2)
    assert few[evidence.bought].all()
    assert (few & ~evidence.bought).any(axis=1).all()
    allowed = np.arange(log.n_items) % 3 == 0
    chosen = evidence.candidates(5, allowed)
    assert chosen.any()
    assert not chosen[:, ~allowed].any()


def test_a_source_can_be_left_out(log):
    evidence = Evidence(origin_of(log), np.arange(log.n_users))
    all_sources, without = evidence.candidates(3), evidence.candidates(3, without=("transition_1", "cosine"))
    assert (all_sources | without == all_sources).all()
    assert without.sum() < all_sources.sum()


def test_personal_facts_by_hand():
    rows = [(0, 1, 0, 1), (0, 2, 0, 1), (0, 1, 10, 2), (0, 1, 20, 3), (1, 3, 29, 4)]
    log = make_log(rows, users=2, items=5)
    evidence = Evidence(origin_of(log, cutoff=30 * DAY, text=None), np.array([0]))
    facts = {name: float(np.broadcast_to(values, (1, 5))[0, 1]) for name, values in evidence.columns.items()}
    assert facts["count"] == 3
    assert facts["count_per_order"] == 1
    assert facts["frequency_30"] == pytest.approx(2**-1 + 2 ** (-2 / 3) + 2 ** (-1 / 3))
    assert facts["days_since"] == pytest.approx(11)  # ten, plus the one that keeps zero for "never"
    assert facts["days_since_first"] == pytest.approx(31)
    assert facts["own_interval"] == pytest.approx(10)
    assert facts["in_latest"] == 1
    assert facts["user_orders"] == 3
    assert facts["user_recency"] == pytest.approx(10)
    assert facts["user_repeats"] == pytest.approx(0.5)  # four lines, two distinct items
    assert evidence.columns["count"][0].tolist() == [0, 3, 1, 0, 0]


def test_chunks_give_the_same_evidence(log, monkeypatch):
    users = np.arange(log.n_users)
    origin = origin_of(log)
    whole = Evidence(origin, users)
    monkeypatch.setattr("loyalty_ai.ml.evidence.CHUNK_CELLS", 7 * log.n_items)
    parts = list(origin.chunks(users))
    assert len(parts) == 5
    for name, values in whole.columns.items():
        if len(values) > 1:
            joined = np.concatenate([evidence.columns[name] for _, evidence in parts])
            np.testing.assert_allclose(joined, values, rtol=1e-5, atol=1e-7, err_msg=name)


def test_baselines_rank_by_what_they_say(log):
    rows = [(0, 1, 0, 1), (0, 1, 1, 2), (0, 2, 2, 3), (1, 3, 3, 4), (1, 4, 4, 5), (-1, 4, 4, 6)]
    evidence = Evidence(origin_of(make_log(rows, users=2, items=6), cutoff=5 * DAY, text=None), np.array([0]))
    assert top_items(personal_frequency(evidence), 3)[0].tolist() == [[1, 2, 4]]
    assert {name: top_items(score(evidence), 1)[0][0, 0] for name, score in BASELINES.items()}["popularity"] in (1, 4)
    assert all(score(evidence).shape == (1, 6) for score in BASELINES.values())


def test_windows_are_consecutive_and_their_tables_hold_every_proposed_answer(log):
    training = TrainingConfig(window_days=28, ranker_windows=2)
    baskets = build_baskets(log)
    windows = label_windows(baskets, cutoff=CUTOFF, training=training, n_users=log.n_users, n_items=log.n_items)
    assert [w.end for w in windows] == [*(w.origin for w in windows[1:]), CUTOFF]
    origin = origin_of(log, windows[-1].origin)
    names = feature_names(ease=True, text=True, decoder=False)
    tables = candidate_tables(origin, windows[-1], names, per_source=40, seed=0)
    assert tables["repeats"].label.sum() == windows[-1].targets.nnz  # 40 items, all proposed
    assert tables["new_only"].label.sum() == windows[-1].mode("new_only")[1].nnz
    assert all(table.groups.sum() == len(table.label) for table in tables.values())
    bought = tables["new_only"].features[:, names.index("count")]
    assert not bought.any()


def test_a_log_without_returning_users_has_no_windows():
    log = make_log([(u, 0, u, u) for u in range(30)], users=30, items=1)
    found = label_windows(build_baskets(log), cutoff=40 * DAY, training=TrainingConfig(), n_users=30, n_items=1)
    assert found == []


def test_lists_end_where_scores_end():
    items, scores = top_items(np.array([[0.5, -np.inf, 2.0]], np.float32), 4)
    assert items.tolist() == [[2, 0, -1, -1]]
    assert scores.tolist() == [[2.0, 0.5, 0, 0]]
