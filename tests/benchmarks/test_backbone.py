"""The command that compares the small decoder with a language model, on a tiny one for a second each."""

import json

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from benchmarks.backbone import main


def test_it_prints_what_each_learnt_in_the_same_time(tmp_path, capsys):
    pytest.importorskip("peft")
    settings = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(0)
    LlamaForCausalLM(LlamaConfig(vocab_size=50, **settings)).save_pretrained(tmp_path)
    assert main(["--minutes", "0.02", "--backbone", str(tmp_path), "--rate", "0.01", "--device", "cpu"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["users"] > 1000
    assert found["small"]["trained"] == found["small"]["total"]
    assert found["pretrained"]["trained"] < found["pretrained"]["total"]
    for fitted in (found["small"], found["pretrained"]):
        assert fitted["steps"] * fitted["seconds_a_step"] == pytest.approx(0.02 * 60, rel=0.6)
        assert all(0 < value < 1 for value in fitted["ndcg@10"].values())


def test_a_missing_language_model_is_said_in_one_line(capsys):
    assert main(["--minutes", "0.001", "--backbone", "somebody/some-model", "--device", "cpu"]) == 2
    assert "hf download somebody/some-model" in capsys.readouterr().err
