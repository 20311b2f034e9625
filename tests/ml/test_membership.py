"""The membership audit: its arithmetic on signals whose answer is known, its canaries, and a whole audit on a small log."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from loyalty_ai.ml import membership
from loyalty_ai.ml.config import ModelConfig, TrainingConfig
from loyalty_ai.ml.membership import (
    attack,
    audit_membership,
    halves,
    likelihood_ratios,
    order_ratios,
    plant,
    standardised,
)
from tests.ml.logs import DAY, cycle_log

SHADOWS, USERS = 8, 1500


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    monkeypatch.setattr(membership, "RESAMPLES", 100)


def leaking(shift: float, *, columns: int = 2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Signals that are users' own levels, each model's own level, noise of 1, and `shift` more in the first column inside."""
    order = np.random.default_rng(seed)
    members = halves(USERS, SHADOWS, seed=seed)
    signals = order.normal(0, 3, (1, USERS, columns)) + order.normal(0, 5, (SHADOWS, 1, columns))
    signals = signals + order.normal(0, 1, (SHADOWS, USERS, columns))
    signals[:, :, 0] += shift * members
    return standardised(signals, np.arange(USERS)), members


def test_signals_that_do_not_know_the_members_give_nothing_away():
    signals, members = leaking(0.0)
    found = attack(likelihood_ratios(signals, members), members, seed=0)
    assert found["auc"]["value"] == pytest.approx(0.5, abs=0.02)
    assert found["auc"]["low"] < 0.5 < found["auc"]["high"]
    assert found["tpr"]["low"] < 0.013


def test_a_shift_is_found_as_well_as_it_can_be():
    signals, members = leaking(1.0)
    found = attack(likelihood_ratios(signals, members), members, seed=0)
    # a user's level is known from seven other shadows, so the noise is a little more than one
    best = norm.cdf(1 / np.sqrt(2 * (1 + 1 / 7)))
    assert best - 0.02 < found["auc"]["value"] < best + 0.01
    assert found["auc"]["high"] - found["auc"]["low"] < 0.03


def test_missing_signals_say_nothing():
    signals, members = leaking(1.0)
    signals[:, :500] = np.nan
    ratios = likelihood_ratios(signals, members)
    assert (ratios[:, :500] == 0).all()
    assert attack(ratios[:, 500:], members[:, 500:], seed=0)["auc"]["value"] > 0.7


def test_who_was_always_on_one_side_is_judged_by_the_common_shift():
    signals, members = leaking(1.0)
    members[:, :300] = True
    ratios = likelihood_ratios(signals, members)
    assert np.isfinite(ratios).all()
    assert ratios[:, :300].std() > 0.1


def listing(swaps: int) -> tuple[np.ndarray, np.ndarray]:
    """Lists of 20 of 100 products, each user's own in every shadow but for two at random, and `swaps` pairs that members share."""
    order = np.random.default_rng(0)
    members = halves(USERS, SHADOWS, seed=0)
    own = order.random((USERS, 100)).argsort(axis=1)
    items = np.repeat(own[None, :, None, :20], SHADOWS, axis=0)
    items[np.arange(SHADOWS)[:, None], np.arange(USERS), 0, order.integers(20, size=members.shape)] = 100
    for place in range(swaps):
        items[:, :, 0, place] = np.where(members, own[:, 50 + place], items[:, :, 0, place])
    return items, members


def test_lists_that_do_not_know_the_members_give_nothing_away():
    items, members = listing(0)
    found = attack(order_ratios(items, members, np.arange(USERS)), members, seed=0)["auc"]
    assert found["low"] < 0.5 < found["high"]


def test_lists_that_members_share_give_them_away():
    items, members = listing(2)
    ratios = order_ratios(items, members, np.arange(USERS))
    assert attack(ratios, members, seed=0)["auc"]["low"] > 0.9
    assert ratios[members].mean() > 0 > ratios[~members].mean()


def test_an_empty_list_says_nothing():
    items, members = listing(2)
    items[:, :300] = -1
    ratios = order_ratios(items, members, np.arange(USERS))
    assert not ratios[:, :300].any()
    assert ratios[:, 300:].all()


def test_the_rates_are_those_of_a_hand_worked_table():
    scores = np.array([[4.0, 3.0], [1.0, 2.0]])
    members = np.array([[True, False], [False, True]])
    found = attack(scores, members, seed=0)
    assert found["auc"]["value"] == pytest.approx(3 / 4)  # of four pairs only 2 against 3 is lost
    assert found["tpr"]["value"] == pytest.approx(1 / 2)


def test_every_user_is_in_half_of_the_shadows():
    members = halves(50, 6, seed=1)
    assert (members.sum(axis=0) == 3).all()
    assert len(np.unique(members, axis=1).T) > 10


def test_canaries_are_new_people_whose_copies_hold_the_same():
    log = cycle_log()
    planted, canaries = plant(log, seed=3)
    assert len(canaries.users) == membership.CANARIES * sum(membership.COPIES)
    assert planted.n_users == log.n_users + len(canaries.users)
    assert (planted.user[: len(log)] == log.user).all()
    assert (np.diff(planted.user) >= 0).all()
    last = canaries.users[-1]
    copies = canaries.users[canaries.group == canaries.group[-1]]
    assert len(copies) == membership.COPIES[-1]
    held = [planted.item[planted.user == user].tolist() for user in copies]
    assert held == [planted.item[planted.user == last].tolist()] * len(copies)
    assert len({basket for user in copies for basket in planted.basket[planted.user == user]}) == sum(
        len(set(planted.basket[planted.user == user])) for user in copies
    )


def test_a_whole_audit_leaves_a_result_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(membership, "CANARIES", 3)
    monkeypatch.setattr(membership, "COPIES", (1, 2))
    log = cycle_log(users=80)
    training = TrainingConfig(
        device="cpu", threads=1, epochs=2, rolling_epochs=1, ranker_windows=2, candidates=20, rounds=10
    )
    steps = []
    found = audit_membership(
        log,
        cutoff=int(log.time.max()) + DAY,
        model=ModelConfig(dim=16, layers=1, text_dim=16),
        training=training,
        rungs={"repeats": "model", "new_only": "linear_blend"},
        directory=tmp_path / "audit",
        shadows=4,
        progress=lambda *step: steps.append(step),
    )
    assert (found["users"], found["shadows"], steps[-1]) == (80, 4, ("shadows", 4, 4))
    for attacker in ("published", "artifact"):
        for measure in ("auc", "tpr"):
            one = found[attacker][measure]
            assert 0 <= one["low"] <= one["value"] <= one["high"] <= 1
        assert set(found["canaries"]) == {"1", "2"}
        assert found["canaries"]["1"]["users"] == 3
        assert 0 <= found["canaries"]["2"][attacker]["auc"]["value"] <= 1
    assert set(found["signals"]) == set(membership.SIGNALS["published"] + membership.SIGNALS["artifact"] + ("order",))
    assert not (tmp_path / "audit").exists()
