"""The commands that measure speed: what they compare is the same work."""

import json

import numpy as np
import pytest

from benchmarks import scoring_speed, training_speed
from loyalty_ai.ml.evaluation import label_window
from loyalty_ai.ml.sequences import build_baskets
from tests.ml.logs import DAY, cycle_log


def test_fast_lists_are_those_of_torch(capsys):
    arguments = ["--items", "20000", "--users", "40", "--dim", "16", "--rounds", "1", "--threads", "1"]
    assert scoring_speed.main(arguments) == 0
    said = json.loads(capsys.readouterr().out)
    for precision in ("bfloat16", "float32"):
        assert said["exactness"][precision] == {"users": 40, "different_from_torch": 0, "worse_than_torch": 0}
        assert said["speedup"][precision]["torch"] > 0


@pytest.mark.parametrize("company", [True, False])
def test_the_decoder_stops_at_the_epoch_that_reaches_the_goal(company):
    log = cycle_log(users=40)
    origin = int(log.time.max()) - 20 * DAY
    window = label_window(
        build_baskets(log), origin=origin, end=int(log.time.max()) + 1, n_users=log.n_users, n_items=log.n_items
    )
    easy = training_speed.train_decoder(log, origin, window, goal=0.0, seed=0, company=company)
    assert (easy["epochs"], easy["reached"]) == (1, True)
    goal = easy["ndcg@10"] + 1e-3
    found = training_speed.train_decoder(log, origin, window, goal=goal, seed=0, company=company)
    values = [point["ndcg@10"] for point in found["curve"]]
    assert found["reached"] or found["epochs"] == training_speed.EPOCHS
    assert values[-1] >= goal - 1e-4 or not found["reached"]
    assert max(values[:-1], default=0) < goal
    assert all(np.diff([point["seconds"] for point in found["curve"]]) >= 0)


def test_a_file_with_a_calendar_is_refused_by_name(tmp_path, capsys):
    path = tmp_path / "train.csv"
    path.write_text("USER_ID,ITEM_ID,TIMESTAMP\na,x,2024-01-01\na,y,2024-02-01\nb,x,2024-01-05\n")
    assert training_speed.main(["--train", str(path), "--cache", str(tmp_path)]) == 2
    assert "train.csv: TIMESTAMP must hold positions" in capsys.readouterr().err
