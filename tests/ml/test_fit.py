"""The whole model on a small shop: fit, prove, save, load, score."""

import json
from dataclasses import replace

import numpy as np
import pytest

from loyalty_ai.ml.artifact import ArtifactError, verify
from loyalty_ai.ml.config import ModelConfig, TrainingConfig
from loyalty_ai.ml.evaluation import label_window, ranking_metrics
from loyalty_ai.ml.ranker import TreeRanker
from loyalty_ai.ml.reasons import ReasonKind
from loyalty_ai.ml.scoring import LISTS, NEWCOMER_PLACES, CustomerModel
from loyalty_ai.ml.sequences import build_baskets
from loyalty_ai.ml.training import fit
from tests.ml.logs import DAY, changed_after, cycle_log, make_log, shuffled_inside_baskets

CUTOFF = 160 * DAY
MODEL = ModelConfig(dim=16, layers=1, heads=2, text_dim=16)
TRAINING = TrainingConfig(
    device="cpu", epochs=4, rolling_epochs=1, ranker_windows=2, candidates=20, rounds=20, window_days=21, threads=1,
    batch_tokens=256, learning_rate=1e-2,
)  # fmt: skip


def fitted(log, directory, *, training=TRAINING, **options):
    return fit(log, cutoff=CUTOFF, model=MODEL, training=training, directory=directory, **options)


@pytest.fixture(scope="module")
def log():
    return cycle_log(users=90)


@pytest.fixture(scope="module")
def result(log, tmp_path_factory):
    return fitted(log, tmp_path_factory.mktemp("version"))


@pytest.fixture(scope="module")
def scorer(log, result):
    return CustomerModel.load(result.directory, device="cpu").scorer(log, cutoff=CUTOFF)


@pytest.fixture(scope="module")
def scored(log, scorer):
    return scorer.score(np.arange(log.n_users, dtype=np.int32), k=10)


def history(log, user):
    return set(log.item[(log.user == user) & (log.time < CUTOFF)].tolist())


def test_the_model_beats_the_simple_baselines_on_a_pattern_it_can_learn(result):
    assert set(result.rungs.values()) <= {"model", "ranker_without_decoder", "linear_blend"}
    for mode in ("repeats", "new_only"):
        ndcg = {name: m["ndcg@10"]["value"] for name, m in result.metrics["next_basket"][mode].items()}
        assert ndcg["model"] > max(ndcg["popularity"], ndcg["recent_popularity"]) + 0.1
        assert result.metrics["gains"][mode]["popularity"]["low"] > 0
    assert set(result.metrics["decoder_gain"]) == {"repeats", "new_only"}
    assert result.metrics["behaviour"]["horizon_days"] == 28


def test_a_result_is_json_and_its_curves_are_told(result):
    json.dumps([result.metrics, result.curves, result.seconds], allow_nan=False)
    assert len(result.curves["validation_ndcg"]) <= TRAINING.epochs
    assert len(result.curves["train_loss"]) == len(result.curves["validation_ndcg"]) + 3
    assert result.parameters > 0


def test_a_version_directory_is_safe_and_complete(result):
    names = {path.name for path in result.directory.iterdir()}
    assert names == {
        "config.json", "vocab.json", "metrics.json", "manifest.json", "weights.safetensors", "start.safetensors",
        "ranker_repeats.txt", "ranker_new_only.txt", "behaviour.json", "behaviour.safetensors",
    }  # fmt: skip
    assert verify(result.directory)["digest"] == result.digest


def test_a_version_names_no_customer(log, tmp_path):
    named = replace(log, user_ids=np.array([f"customer-{u}" for u in range(log.n_users)]))
    fitted(named, tmp_path)
    assert not [path.name for path in tmp_path.iterdir() if b"customer-" in path.read_bytes()]


def test_the_same_seed_gives_the_same_version_whatever_the_future_holds(log, result, tmp_path):
    again = fitted(changed_after(log, CUTOFF), tmp_path)
    assert again.metrics == result.metrics
    assert again.curves == result.curves
    assert again.digest == result.digest


def test_loading_gives_the_same_scores_as_before(log, result, scored):
    users = np.arange(log.n_users, dtype=np.int32)
    again = CustomerModel.load(result.directory, device="cpu").scorer(log, cutoff=CUTOFF).score(users, k=10)
    for kind in LISTS:
        assert np.array_equal(getattr(again, kind).items, getattr(scored, kind).items)
        assert np.array_equal(getattr(again, kind).scores, getattr(scored, kind).scores)


def test_saving_what_was_loaded_changes_nothing(result, tmp_path):
    model = CustomerModel.load(result.directory, device="cpu")
    assert model.save(tmp_path, metrics=result.metrics) == result.digest


def test_the_future_changes_no_score(log, result, scored):
    other = CustomerModel.load(result.directory, device="cpu").scorer(changed_after(log, CUTOFF), cutoff=CUTOFF)
    users = np.arange(log.n_users, dtype=np.int32)
    assert np.array_equal(other.score(users, k=10).repeats.scores, scored.repeats.scores)


def test_order_inside_a_basket_changes_no_list_and_no_prediction(log, result, scored):
    other = CustomerModel.load(result.directory, device="cpu").scorer(shuffled_inside_baskets(log), cutoff=CUTOFF)
    found = other.score(np.arange(log.n_users, dtype=np.int32), k=10)
    for kind in LISTS:
        assert np.array_equal(getattr(found, kind).items, getattr(scored, kind).items)
        assert np.array_equal(getattr(found, kind).scores, getattr(scored, kind).scores)
    for name in ("p_purchase", "expected_orders", "expected_spend"):
        np.testing.assert_allclose(getattr(found.behaviour, name), getattr(scored.behaviour, name), rtol=1e-6)


def test_lists_keep_their_promises(log, scored):
    for user in range(log.n_users):
        bought = history(log, user)
        new, again = set(scored.new_only.items[user].tolist()), set(scored.buy_again.items[user].tolist())
        assert not new & bought
        assert again - {-1} == bought or len(again) == 10
        assert again - {-1} <= bought
    for kind in LISTS:
        lists = getattr(scored, kind)
        assert lists.items.shape == lists.scores.shape == lists.reason_items.shape == (log.n_users, 10)
        assert (lists.items.dtype, lists.scores.dtype) == (np.int32, np.float32)
        assert np.isfinite(lists.scores).all()
        assert (np.diff(lists.scores, axis=1)[lists.items[:, 1:] >= 0] <= 0).all()
        for row in lists.items:
            assert len(set(row[row >= 0].tolist())) == (row >= 0).sum()
    assert (scored.repeats.items >= 0).all()


def test_reasons_are_from_the_users_own_history(log, scored):
    lists = scored.repeats
    assert (lists.reason_kinds == ReasonKind.REPEAT).any()
    for user in range(log.n_users):
        named = lists.reason_items[user][lists.reason_kinds[user] != ReasonKind.POPULAR]
        assert set(named.tolist()) <= history(log, user)


def test_an_exact_reason_is_what_the_score_loses_without_the_purchase(log, scorer):
    users = np.arange(12, dtype=np.int32)
    listed = scorer.score(users, k=3).repeats.items
    falls = []
    for user, items in zip(users, listed, strict=True):
        past, drops = scorer.explain(int(user), items)
        assert set(past.tolist()) == history(log, user)
        assert drops.shape == (len(past), 3)
        falls += [drops[past == item, j].item() for j, item in enumerate(items) if item in past]
    # the pattern repeats favourites: taking an item's own purchases away takes most of its score away
    assert np.mean(np.array(falls) > 0) > 0.9


def test_removing_a_named_reason_lowers_the_score(log, scorer):
    users = np.arange(30, dtype=np.int32)
    scored, confirmed, others = scorer.score(users, k=5), [], []
    for kind in ("repeats", "new_only"):
        lists = getattr(scored, kind)
        for user, items, because in zip(users, lists.items, lists.reason_items, strict=True):
            past, falls = scorer.explain(int(user), items, mode=kind)
            confirmed += [falls[past == item, j].item() > 0 for j, item in enumerate(because) if item >= 0]
            others.append((falls > 0).mean())
    assert len(confirmed) > 200
    assert np.mean(confirmed) > max(0.8, np.mean(others) + 0.3)


def test_only_allowed_items_are_listed(log, scorer):
    allowed = np.arange(log.n_items) % 4 == 0
    found = scorer.score(np.arange(5, dtype=np.int32), k=10, allowed=allowed)
    for kind in LISTS:
        items = getattr(found, kind).items
        assert allowed[items[items >= 0]].all()
    assert allowed[scorer.popular(5, allowed)[0]].all()
    for items, _ in (scorer.similar(5, allowed), scorer.bought_together(5, allowed, floor=1)):
        assert allowed[items[items >= 0]].all()


def test_neighbours_are_others_and_pairs_need_enough_people(log, scorer):
    items, scores = scorer.similar(5)
    assert items.shape == scores.shape == (log.n_items, 5)
    assert not (items == np.arange(log.n_items)[:, None]).any()
    people: dict[tuple[int, int], set[int]] = {}
    past = log.before(CUTOFF)
    for basket in np.unique(past.basket[past.user >= 0]):
        rows = past.basket == basket
        held = past.item[rows].tolist()
        for pair in [(a, b) for a in held for b in held if a != b]:
            people.setdefault(pair, set()).add(int(past.user[rows][0]))
    for floor in (2, 4):
        shown = scorer.bought_together(log.n_items - 1, floor=floor)[0]
        pairs = {(i, int(j)) for i, row in enumerate(shown) for j in row if j >= 0}
        assert pairs == {pair for pair, users in people.items() if len(users) >= floor}


def test_strangers_get_what_is_popular_and_new_products_can_be_listed(log, result):
    grown = replace(
        log,
        user_ids=np.append(log.user_ids, 9999),
        item_ids=np.append(log.item_ids, "sku-new"),
        item_text=[*log.item_text, log.item_text[1]],
        item_price=np.append(log.item_price, np.float32(2)),
    )
    scorer = CustomerModel.load(result.directory, device="cpu").scorer(grown, cutoff=CUTOFF)
    found = scorer.score(np.array([0, log.n_users], np.int32), k=40)
    popular = scorer.popular(40)[0]
    assert found.repeats.items[1].tolist() == popular.tolist()
    assert (found.buy_again.items[1] == -1).all()
    assert log.n_items in found.new_only.items[0]
    assert np.isfinite(found.behaviour.p_purchase).all()
    assert scorer.similar(5)[0][log.n_items, 0] == 1  # the same text


def test_products_without_a_sale_get_their_places_in_lists_of_new_items(log, result):
    grown = replace(
        log,
        item_ids=np.append(log.item_ids, ["new-red", "new-blue", "barred"]),
        item_text=[*log.item_text, "thing red", "thing blue", "thing"],
        item_price=np.append(log.item_price, np.ones(3, np.float32)),
    )
    scorer = CustomerModel.load(result.directory, device="cpu").scorer(grown, cutoff=CUTOFF)
    allowed, newcomers = np.arange(grown.n_items) < log.n_items + 2, np.arange(grown.n_items) >= log.n_items - 1
    users = np.arange(8, dtype=np.int32)
    plain = scorer.score(users, k=15, allowed=allowed)
    found = scorer.score(users, k=15, allowed=allowed, newcomers=newcomers)
    unsold = [log.n_items, log.n_items + 1]
    for before, after, kinds in zip(
        plain.new_only.items, found.new_only.items, found.new_only.reason_kinds, strict=True
    ):
        assert set(unsold) <= set(after[: NEWCOMER_PLACES[-1] + 1])
        others = [item for item in after if item not in unsold]
        assert others == [item for item in before if item not in unsold][: len(others)]
        assert ((kinds == ReasonKind.NEW) == np.isin(after, unsold)).all()
    assert np.array_equal(found.repeats.items, plain.repeats.items)
    assert (np.diff(found.new_only.scores, axis=1) <= 0).all()


def test_a_changed_file_is_refused(result, tmp_path):
    for name in ("weights.safetensors", "ranker_repeats.txt", "vocab.json"):
        copy = tmp_path / name
        copy.mkdir()
        for path in result.directory.iterdir():
            (copy / path.name).write_bytes(path.read_bytes())
        data = bytearray((copy / name).read_bytes())
        data[-2] ^= 1
        (copy / name).write_bytes(data)
        with pytest.raises(ArtifactError, match=name):
            CustomerModel.load(copy)


def test_a_manifest_that_was_rewritten_is_refused_by_whoever_remembers_the_digest(result, tmp_path):
    with pytest.raises(ArtifactError, match="digest differs"):
        CustomerModel.load(result.directory, digest="0" * 64)
    with pytest.raises(ArtifactError, match=r"no manifest\.json"):
        CustomerModel.load(tmp_path)
    for path in result.directory.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["files"] = {"../metrics.json": "0" * 64}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArtifactError, match="lacks"):
        CustomerModel.load(tmp_path)


def test_an_interrupted_fit_resumes_to_the_same_version(log, result, tmp_path):
    class Killed(Exception):
        pass

    steps = []

    def killed_late(step, done, total):
        steps.append(step)
        if step == "evidence":
            raise Killed

    with pytest.raises(Killed):
        fitted(log, tmp_path, progress=killed_late)
    assert not (tmp_path / "manifest.json").exists()
    again = []
    resumed = fitted(log, tmp_path, progress=lambda step, done, total: again.append((step, done, total)))
    assert resumed.digest == result.digest
    assert [step for step, done, total in again if step == "decoder"] == ["decoder"]  # nothing was trained twice
    assert all(done <= total for _, done, total in again)


def test_a_checkpoint_of_other_data_is_not_continued(log, tmp_path):
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "checkpoint" / "fingerprint").write_text("of something else")
    (tmp_path / "checkpoint" / "position.json").write_text("not even json")
    assert fitted(log, tmp_path).rungs


WEEK_LATER = CUTOFF + 7 * DAY


def test_fine_tuning_continues_the_parent_and_learns_new_items(log, result, tmp_path):
    grown = replace(log, item_ids=np.append(log.item_ids, "sku-new"), item_text=[*log.item_text, "brand new"])
    grown = replace(grown, item_price=None)
    child = fit(grown, cutoff=WEEK_LATER, model=MODEL, training=TRAINING, directory=tmp_path, parent=result.directory)
    assert child.curves["validation_ndcg"] == []  # no first training: the parent had it
    assert len(child.curves["train_loss"]) == 1
    parent, loaded = (CustomerModel.load(path, device="cpu") for path in (result.directory, tmp_path))
    assert loaded.vocab.item_ids == (*parent.vocab.item_ids, "sku-new")
    assert (loaded.cutoff, loaded.ranked, loaded.start) == (WEEK_LATER, CUTOFF, parent.start)
    for name, value in parent.weights["start"].items():
        kept = loaded.weights["start"][name]
        assert np.array_equal(kept[: len(value)] if value.dim() else kept, value)
    assert any(
        not np.array_equal(loaded.weights["weights"][n][: len(v)], v)
        for n, v in parent.weights["weights"].items()
        if v.dim()
    )
    for mode, ranker in parent.rankers.items():
        if isinstance(ranker, TreeRanker):  # a third of a window adds a third of the trees that a window is worth
            assert loaded.rankers[mode].booster.num_trees() == ranker.booster.num_trees() + 3
        else:
            assert loaded.rankers[mode].text() == ranker.text()
    assert any(isinstance(ranker, TreeRanker) for ranker in parent.rankers.values())
    assert child.metrics["behaviour"] == result.metrics["behaviour"]
    scored = loaded.scorer(grown, cutoff=WEEK_LATER).score(np.arange(3, dtype=np.int32), k=5)
    assert np.isfinite(scored.repeats.scores).all()


def test_a_fine_tuned_version_is_judged_as_the_parent_was_before_it_saw_the_answers(log, result, tmp_path):
    child = fit(log, cutoff=WEEK_LATER, model=MODEL, training=TRAINING, directory=tmp_path, parent=result.directory)
    window = label_window(build_baskets(log), origin=CUTOFF, end=WEEK_LATER, n_users=log.n_users, n_items=log.n_items)
    scored = CustomerModel.load(result.directory, device="cpu").scorer(log, cutoff=CUTOFF).score(window.users, k=10)
    for mode in ("repeats", "new_only"):
        rows, targets = window.mode(mode)
        expected = ranking_metrics(getattr(scored, mode).items[rows], targets)["ndcg@10"].mean()
        assert child.metrics["next_basket"][mode][result.rungs[mode]]["ndcg@10"]["value"] == pytest.approx(expected)
    assert child.metrics["next_basket"]["users"] == len(window.users)
    assert child.rungs == result.rungs


def test_versions_are_fine_tuned_until_their_rankers_are_a_window_old(log, result, tmp_path, caplog):
    training, parent, found = replace(TRAINING, window_days=14), result.directory, {}
    for days in (7, 14, 15):
        directory = tmp_path / str(days)
        found[days] = fit(
            log, cutoff=CUTOFF + days * DAY, model=MODEL, training=training, directory=directory, parent=parent
        )
        parent = directory
        assert ("starts from scratch" in caplog.text) == (days == 15)
    assert [bool(child.curves["validation_ndcg"]) for child in found.values()] == [False, False, True]
    assert CustomerModel.load(parent, device="cpu").ranked == CUTOFF + 15 * DAY


def test_a_champion_of_before_the_window_is_compared_with(log, result, tmp_path):
    later, wider = CUTOFF + 21 * DAY, replace(MODEL, dim=24)
    child = fit(log, cutoff=later, model=wider, training=TRAINING, directory=tmp_path, parent=result.directory)
    assert set(child.metrics["gains"]["repeats"]["champion"]) == {"difference", "low", "high"}


def test_without_lightgbm_a_blend_takes_the_place_of_the_trees(log, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("loyalty_ai.ml.ranker.lightgbm_available", lambda: False)
    found = fitted(log, tmp_path)
    assert "lightgbm cannot be imported" in caplog.text
    assert set(found.rungs.values()) <= {"linear_blend", "ranker_without_decoder", "model"}
    loaded = CustomerModel.load(tmp_path, device="cpu")
    assert {ranker.kind for ranker in loaded.rankers.values()} == {"blend"}
    assert (loaded.scorer(log, cutoff=CUTOFF).score(np.arange(3, dtype=np.int32)).repeats.items[:, 0] >= 0).all()


@pytest.mark.parametrize(
    "rows",
    [[], [(-1, 0, 1, 1)], [(0, 1, 1, 1)], [(u, u % 3, 10 * d, 10 * u + d) for u in range(3) for d in range(8)]],
    ids=["empty", "guest", "one order", "three users"],
)
def test_a_shop_with_little_data_gets_popularity(rows, tmp_path):
    log = make_log(rows, users=3, items=4)
    found = fitted(log, tmp_path)
    assert found.rungs == {"repeats": "popularity", "new_only": "popularity"}
    assert found.metrics["next_basket"]["users"] == 0
    scored = CustomerModel.load(tmp_path, device="cpu").scorer(log, cutoff=CUTOFF).score(np.arange(3, dtype=np.int32))
    assert scored.repeats.items.shape == (3, 20)
    assert (scored.repeats.items[:, 0] >= 0).all() == bool(rows)
