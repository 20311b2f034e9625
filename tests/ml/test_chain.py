"""An interrupted training continues to exactly the weights of one that was not."""

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from safetensors.torch import load_file

from loyalty_ai.ml.chain import Chain, Stage
from loyalty_ai.ml.config import ModelConfig, TrainingConfig
from loyalty_ai.ml.decoder import decoder_data
from loyalty_ai.ml.model import Decoder
from loyalty_ai.ml.sequences import build_baskets
from tests.ml.logs import DAY, cycle_log

MODEL = ModelConfig(dim=16, layers=1, heads=2)
TRAINING = TrainingConfig(batch_tokens=32, checkpoint_steps=3, patience=9, device="cpu")


class Interrupted(Exception):
    pass


@pytest.fixture(scope="module")
def log():
    return cycle_log(users=12)


SCORES = [0.1, 0.3, 0.2]
"""What validation says of each epoch: the second is best, so its weights are taken up, also after a restart."""


def stages_of(log, scores=SCORES):
    baskets, rows, left = build_baskets(log), np.arange(1, log.n_items + 1), iter(scores)
    early, late = (
        decoder_data(baskets, origin=day * DAY, n_users=log.n_users, rows=rows, text=None) for day in (80, 120)
    )
    return [Stage(early, 3, validation=lambda decoder: next(left), snapshot="a"), Stage(late, 2, snapshot="b")]


def new_chain(log, directory):
    torch.manual_seed(5)
    decoder = Decoder(MODEL, rows=log.n_items + 1, text_dim=0)
    return Chain(
        decoder, directory=directory, training=TRAINING, accelerator=Accelerator(cpu=True), n_items=log.n_items
    )


@pytest.mark.parametrize("steps", [1, 4, 9, 13])
def test_an_interrupted_chain_resumes_to_the_same_weights(log, tmp_path, monkeypatch, steps):
    whole = new_chain(log, tmp_path / "whole")
    whole.run(stages_of(log))

    broken = new_chain(log, tmp_path / "broken")
    left = iter(range(steps))
    step = broken.optimiser.step

    def interrupted(*args, **kwargs):
        if next(left, None) is None:
            raise Interrupted
        return step(*args, **kwargs)

    monkeypatch.setattr(broken.optimiser, "step", interrupted)
    with pytest.raises(Interrupted):
        broken.run(stages_of(log))
    # what a new process finds: the checkpoint, and the validations not yet made
    resumed = new_chain(log, tmp_path / "broken")
    assert resumed.position.total_steps <= steps
    resumed.run(stages_of(log, SCORES[len(resumed.position.curves["validation_ndcg"]) :]))

    assert resumed.position.curves == whole.position.curves
    for name in ("a", "b"):
        expected, found = (load_file(tmp_path / run / name) for run in ("whole", "broken"))
        assert all(torch.equal(expected[key], found[key]) for key in expected)


def test_only_safetensors_and_json_are_written(log, tmp_path):
    new_chain(log, tmp_path).run(stages_of(log))
    names = [path.name for path in tmp_path.iterdir() if path.name not in ("a", "b")]
    assert names
    assert all(name.endswith((".safetensors", ".json")) for name in names)


def test_a_snapshot_holds_the_best_validated_weights(log, tmp_path):
    chain = new_chain(log, tmp_path)
    chain.run(stages_of(log)[:1])
    best, snapshot = load_file(tmp_path / "best.safetensors"), load_file(tmp_path / "a")
    assert chain.position.best == 0.3
    assert all(torch.equal(best[key], snapshot[key]) for key in best)
