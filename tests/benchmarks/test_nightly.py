"""The nightly command: both kinds of version, judged on the same customers."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import nightly
from benchmarks.nightly import compared

SMALL = {
    "model": {"dim": 16, "layers": 1, "text_dim": 16},
    "training": {
        "epochs": 1, "rolling_epochs": 1, "ranker_windows": 1, "candidates": 10, "rounds": 5, "ease_items": 0,
        "behaviour": False,
    },
}  # fmt: skip


def test_a_week_is_fine_tuned_and_trained_in_full():
    args = nightly.parse(["--weeks", "1", "--customers", "250", "--device", "cpu"])
    vars(args).update(SMALL)
    said = json.loads(json.dumps(nightly.run(args), allow_nan=False))
    assert said["customers"] == 250
    (run,) = said["runs"]
    (week,) = run["weeks"]
    assert week["cutoff"] == run["champion"]["cutoff"] + 7 * 86_400
    assert (week["fine_tuned"]["from_scratch"], week["full"]["from_scratch"]) == (False, True)
    assert week["fine_tuned"]["answers"] == run["champion"]["answers"]
    for kind in ("fine_tuned", "full"):
        assert 0 < week[kind]["seconds"]["decoder"] < week[kind]["seconds"]["total"]
    everyone, old = week["ndcg@10"]["all"]["repeats"], week["ndcg@10"]["old"]["repeats"]
    assert everyone["users"] == week["users"] > old["users"] == week["old_users"] > 0
    assert everyone["ratio"]["value"] == pytest.approx(everyone["fine_tuned"] / everyone["full"])
    assert said["ndcg@10"] == week["ndcg@10"]  # of one week, all weeks together are that one
    shares = {
        part: week["fine_tuned"]["seconds"][part] / week["full"]["seconds"][part] for part in ("decoder", "total")
    }
    assert said["share_of_seconds"] == pytest.approx(shares)
    ratios = [part["ratio"]["value"] for modes in said["ndcg@10"].values() for part in modes.values()]
    assert said["bars"] == {"quality": min(ratios) >= 0.99, "time": shares["total"] <= 0.25}


def test_seeds_are_judged_together(monkeypatch):
    every = np.ones(2, dtype=bool)
    seen = []

    def weeks(log, end, old, folder, seed, args):
        seen.append((folder.name, seed))
        lists = {"repeats": (np.array([0, 1]), np.array([seed, seed]) / 10)}
        full = {"repeats": (np.array([0, 1]), np.array([0.4, 0.4]))}
        step = {"fine_tuned": {"seconds": {"total": seed}}, "full": {"seconds": {"total": 20}}}
        return [{"fine_tuned": lists, "full": full}], {"seed": seed, "weeks": [step]}

    monkeypatch.setattr(nightly, "weeks", weeks)
    monkeypatch.setattr(nightly, "old_customers", lambda *_: every)
    said = nightly.simulated(None, 0, Path("runs"), nightly.parse(["--seed", "3", "--seeds", "2"]))
    assert seen == [("3", 3), ("4", 4)]
    assert [run["seed"] for run in said["runs"]] == [3, 4]
    assert said["ndcg@10"]["all"]["repeats"]["users"] == 4
    assert said["ndcg@10"]["all"]["repeats"]["ratio"]["value"] == pytest.approx(0.35 / 0.4)
    assert said["share_of_seconds"] == {"total": pytest.approx(7 / 40)}


def test_a_ratio_is_certain_where_one_is_a_multiple_of_the_other():
    users, full = np.array([5, 0, 2]), np.array([0.2, 0.4, 0.6])
    assert compared(users, full / 2, full)["ratio"] == pytest.approx({"value": 0.5, "low": 0.5, "high": 0.5})
    noisy = compared(users, np.array([0.4, 0.2, 0.6]), full)["ratio"]
    assert noisy["value"] == pytest.approx(1)
    assert noisy["low"] < 1 < noisy["high"]
    assert compared(users, full, np.zeros(3)) == {"users": 3}


def test_the_weeks_of_one_customer_are_one_witness():
    fine, full = np.array([0.4, 0.2, 0.6]), np.array([0.2, 0.4, 0.6])
    once, twice = (
        compared(np.arange(3), fine, full),
        compared(np.tile(np.arange(3), 2), np.tile(fine, 2), np.tile(full, 2)),
    )
    assert twice["ratio"] == pytest.approx(once["ratio"])


def test_more_weeks_than_the_log_has_are_refused(capsys):
    assert nightly.main(["--weeks", "60", "--device", "cpu"]) == 2
    assert "nothing to learn from" in capsys.readouterr().err
