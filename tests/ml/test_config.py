import json
import subprocess
import sys

import pytest

from loyalty_ai.ml.config import ModelConfig, TrainingConfig


@pytest.mark.parametrize("config", [ModelConfig, TrainingConfig])
def test_a_config_survives_json(config):
    assert config.from_dict(json.loads(json.dumps(config().to_dict()))) == config()


def test_every_unknown_key_is_named():
    with pytest.raises(ValueError, match="no depth, width"):
        ModelConfig.from_dict({"width": 1, "depth": 2, "dim": 32})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": "many"}, "epochs must be int, not 'many'"),
        ({"epochs": True}, "epochs must be int, not True"),
        ({"minutes": "5"}, "minutes must be float or None"),
        ({"device": None}, "device must be str"),
    ],
)
def test_a_wrong_type_is_named(values, message):
    with pytest.raises(ValueError, match=message):
        TrainingConfig.from_dict(values)


def test_whole_numbers_and_none_are_accepted_where_they_belong():
    training = TrainingConfig.from_dict({"window_days": 28, "minutes": None, "threads": 2})
    assert (training.window_days, training.minutes, training.threads) == (28, None, 2)


@pytest.mark.parametrize("values", [{"dim": 30, "heads": 4}, {"dim": 6, "heads": 2}, {"text": " "}])
def test_an_impossible_shape_is_refused(values):
    with pytest.raises(ValueError, match="must"):
        ModelConfig(**values)


def test_the_config_loads_without_torch():
    code = "import sys, loyalty_ai.ml.config; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
