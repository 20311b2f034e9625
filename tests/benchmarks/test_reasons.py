"""The reasons command: what it tests and how it counts."""

import json

import numpy as np
import pytest

from benchmarks import reasons
from benchmarks.reasons import share
from tests.ml.logs import cycle_log

SMALL = {
    "model": {"dim": 16, "layers": 1, "text_dim": 16},
    "training": {"epochs": 2, "rolling_epochs": 1, "ranker_windows": 2, "candidates": 20, "rounds": 20},
}


def test_reasons_are_tested_by_removal(monkeypatch):
    log = cycle_log()
    monkeypatch.setattr(reasons, "online_retail", lambda folder: (log, int(log.time.max()) + 1))
    args = reasons.parse(["--users", "12", "--k", "5", "--device", "cpu"])
    vars(args).update(SMALL)
    said = json.loads(json.dumps(reasons.run(args), allow_nan=False))
    assert said["customers"] == 12
    for kind in ("repeats", "new_only", "buy_again"):
        found = said[kind]
        assert 0 < found["confirmed"]["all"]["named"] <= found["listed"] <= 60
        assert said["bar"]["reached"][kind] == (found["confirmed"]["all"]["value"] >= 0.95)
        assert found["largest"]["all"]["value"] <= found["confirmed"]["all"]["value"]
    assert said["repeats"]["confirmed"]["all"]["value"] > 0.5
    assert said["new_only"]["confirmed"]["repeat"] == {"named": 0}
    assert said["buy_again"]["confirmed"]["repeat"]["named"] == said["buy_again"]["listed"]


def test_a_share_is_over_reasons_and_its_error_over_customers():
    found = share([np.array([True, True]), np.array([False, True])])
    assert found == pytest.approx({"named": 4, "value": 0.75, "se": np.sqrt(0.5**2 + 0.5**2) / 4})
    assert share([np.zeros(0, bool)]) == {"named": 0}


def test_a_directory_that_is_no_version_is_refused(tmp_path, capsys):
    assert reasons.main(["--version", str(tmp_path), "--device", "cpu"]) == 2
    assert "manifest" in capsys.readouterr().err
