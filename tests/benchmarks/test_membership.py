"""The membership command: it audits the settings and rungs it was given and prints plain numbers."""

import json

from benchmarks import membership
from loyalty_ai.ml import membership as audit
from tests.benchmarks.test_reasons import SMALL
from tests.ml.logs import cycle_log


def test_the_command_prints_both_attackers(monkeypatch, capsys):
    log = cycle_log(users=60)
    monkeypatch.setattr(membership, "online_retail", lambda folder: (log, int(log.time.max()) + 1))
    monkeypatch.setattr(audit, "RESAMPLES", 20)
    monkeypatch.setattr(audit, "CANARIES", 2)
    args = membership.parse(["--shadows", "4", "--device", "cpu"])
    vars(args).update(SMALL)
    said = json.loads(json.dumps(membership.run(args), allow_nan=False))
    assert (said["users"], said["shadows"], said["answers"]["repeats"]) == (60, 4, "model")
    assert 0 <= said["published"]["auc"]["low"] <= said["artifact"]["auc"]["high"] <= 1


def test_a_directory_that_is_no_version_is_refused(tmp_path, monkeypatch, capsys):
    assert membership.main(["--version", str(tmp_path), "--device", "cpu"]) == 2
    assert "manifest" in capsys.readouterr().err
