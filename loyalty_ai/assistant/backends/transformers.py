"""Answers by a language model on this machine, in a worker.

Small models call tools badly, so what the tools know of the question is looked up first and stands in the prompt.
"""

from __future__ import annotations

import importlib.util
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyalty_ai.assistant.backends.base import Backend, BackendFailed, Piece, Tools
from loyalty_ai.assistant.backends.prompt import Thoughts, as_data, history, rules, without_contacts
from loyalty_ai.assistant.sentences import Cutter
from loyalty_ai.assistant.turn import Found, Outcome, Spent, Turn
from loyalty_ai.conf import app_settings

if TYPE_CHECKING:
    from loyalty_ai.conf import StoreSettings

ORDERS = re.compile(
    r"\b(?:orders?|parcels?|deliver\w*|arriv\w*|dispatch\w*|bought|track\w*)\b|订单|包裹|快递|发货|物流|买过",
    re.IGNORECASE,
)
LOYALTY = re.compile(r"\b(?:loyalty|tier|points|member\w*)\b|会员|等级|积分", re.IGNORECASE)
CART = re.compile(r"\b(?:cart|basket)\b|购物车|购物篮", re.IGNORECASE)

NEXT_TURN = re.compile(r"\n\s*(?:Question|Shopper|Assistant|问题)\s*[:：]|</?shop_data")
"""Where a model that was trained on no conversations goes on to invent one."""


class TransformersBackend(Backend):
    """A causal language model through transformers, with its chat template where it has one.

    Args:
        model: a folder with safetensors, a .gguf file, or the name of a model in the local cache; nothing is downloaded.
        device: where it runs, by default as `LOYALTY_AI["DEVICE"]` says.
        context: most tokens of prompt and answer, within what the model reads.
        max_tokens: most tokens of an answer.
        deadline: seconds for an answer.
    """

    name = "transformers"

    def __init__(
        self,
        store: StoreSettings,
        *,
        model: str = "",
        device: str | None = None,
        context: int = 4096,
        max_tokens: int = 200,
        deadline: float = 50.0,
    ) -> None:
        super().__init__(store)
        self.model = model
        self.device = device
        self.context = context
        self.max_tokens = max_tokens
        self.deadline = deadline

    def check(self) -> list[str]:
        problems = [
            f"The backend transformers needs {package}: pip install django-loyalty-ai[worker,llm]."
            for package in ["torch", "transformers", *(["gguf"] if self.model.endswith(".gguf") else [])]
            if importlib.util.find_spec(package) is None
        ]
        if not self.model:
            problems.append(
                'The backend transformers needs OPTIONS["model"]: a folder, a .gguf file or a name in the local cache.'
            )
        elif Path(self.model).is_absolute() and not Path(self.model).exists():
            problems.append(f"There is no model at {self.model}.")
        return problems

    def reply(self, turn: Turn, tools: Tools) -> Iterator[Piece]:
        model = _load(self.model, self.device or app_settings.DEVICE)
        until = time.monotonic() + self.deadline  # the first answer of a worker waits for the model besides
        known = facts(turn, tools)
        data = [as_data(found) for found in known]
        prompt = model.prompt(turn, data, context=self.context, answer=self.max_tokens)
        yield Spent(tokens_in=len(prompt))
        if not any(found.facts for found in known):
            yield Outcome.UNANSWERED
        thoughts, cutter, text = Thoughts(), Cutter(), ""
        with model.write(prompt, most=self.max_tokens, until=until) as writing:
            ended = None
            for portion in writing:
                yield Spent(tokens_out=writing.new_tokens())
                before, text = len(text), text + portion
                ended = NEXT_TURN.search(text)
                kept = text[before : ended.start()] if ended else portion
                yield from _lines(cutter.feed(thoughts.feed(kept)))
                if ended:
                    break
        if writing.finished and not ended:  # what was cut off in the middle is not said
            yield from _lines(cutter.feed(thoughts.flush()))
            yield from _lines(cutter.flush())


def _lines(sentences: Iterator[str]) -> Iterator[str]:
    for sentence in sentences:
        yield f"{sentence}\n"


def facts(turn: Turn, tools: Tools) -> list[Found]:
    """What the tools know of the question, the most telling first."""
    wanted: list[tuple[str, dict[str, Any]]] = []
    if turn.product:
        wanted.append(("get_product", {"product_id": turn.product}))
    if turn.customer_id is not None and ORDERS.search(turn.text):
        wanted.append(("get_order", {"limit": 3}))
    if turn.customer_id is not None and LOYALTY.search(turn.text):
        wanted.append(("get_loyalty", {}))
    if turn.cart is not None and CART.search(turn.text):
        wanted.append(("get_cart", {}))
    words = turn.text[:400]
    wanted.append(("search_shop_policies_and_faqs", {"query": words, "limit": 2}))
    wanted.append(("search_catalog", {"query": words, "limit": 5}))
    found = [tools.call(name, arguments) for name, arguments in wanted]
    return [each for each in found if not each.error]


@lru_cache(maxsize=1)
def _load(name: str, device: str) -> _Model:
    """The model, in memory once a process.

    Raises:
        BackendFailed: it is not on this machine, or cannot be read.
    """
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import cached_file

        path = Path(name)
        gguf = path.name if path.suffix == ".gguf" else None
        place = (path.parent if gguf else path).as_posix()
        folder = Path(cached_file(place, gguf or "config.json", local_files_only=True)).parent
        safe: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        if gguf:
            safe["gguf_file"] = gguf
        found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
        place_of_tensors = (found or torch.device("cpu")) if device == "auto" else torch.device(device)
        number = torch.bfloat16 if place_of_tensors.type == "cuda" else torch.float32
        weights = {} if gguf else {"use_safetensors": True}
        network = AutoModelForCausalLM.from_pretrained(folder, dtype=number, **safe, **weights)
        tokenizer = AutoTokenizer.from_pretrained(folder, **safe)
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        raise BackendFailed(f"the model {name!r} cannot be loaded: {error}") from error
    return _Model(network.eval().to(place_of_tensors), tokenizer)


class _Model:
    """A loaded model, which writes one answer at a time."""

    def __init__(self, network: Any, tokenizer: Any) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.free = threading.Lock()
        reads = getattr(network.config, "max_position_embeddings", None)
        self.positions = reads if isinstance(reads, int) else None
        marks = {str(token) for token in tokenizer.added_tokens_decoder.values()} | set(tokenizer.all_special_tokens)
        self.marks = re.compile("|".join(map(re.escape, sorted(marks - {""}, key=len, reverse=True))) or r"(?!)")

    def prompt(self, turn: Turn, data: list[str], *, context: int, answer: int) -> list[int]:
        """The tokens of the prompt with as much of the data, the first first, as leaves room for the answer.

        Raises:
            BackendFailed: the model reads too little for a question.
        """
        room = min(context, self.positions or context) - answer
        for kept in range(len(data), -1, -1):
            tokens = self._tokens(turn, data[:kept])
            if len(tokens) <= room:
                return tokens
        raise BackendFailed(
            f"the question and the rules are longer than the {room} tokens that the model leaves for them"
        )

    def _tokens(self, turn: Turn, data: list[str]) -> list[int]:
        said = [f"{'Shopper' if said.by_shopper else 'Assistant'}: {said.text}" for said in history(turn)]
        question = without_contacts(turn.text)
        # no text of others may hold the marks that part the turns of a conversation
        told = self.marks.sub(" ", "\n".join([*data, *said[-4:], f"Question: {question}"]))
        if self.tokenizer.chat_template is None:
            return self.tokenizer(f"{rules(turn)}\n\n{told}\nAnswer:")["input_ids"]
        return self.tokenizer.apply_chat_template(
            [{"role": "user", "content": f"{rules(turn)}\n\n{told}"}], add_generation_prompt=True, return_dict=True
        )["input_ids"]

    @contextmanager
    def write(self, prompt: list[int], *, most: int, until: float) -> Iterator[_Writing]:
        """Let the model write; leaving the block ends it within a token.

        Raises:
            BackendFailed: another answer takes all the time.
        """
        if not self.free.acquire(timeout=max(0.0, until - time.monotonic())):
            raise BackendFailed("the model is busy with other answers")
        try:
            writing = _Writing(self, prompt, most=most, until=until)
            try:
                yield writing
            finally:
                writing.end()
        finally:
            self.free.release()


class _Writing:
    """One answer as the model writes it, in a thread of its own: portions of text."""

    def __init__(self, model: _Model, prompt: list[int], *, most: int, until: float) -> None:
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        self.model = model
        self.prompt = prompt
        self.most = most
        self.until = until
        self.finished = False
        self.error: Exception | None = None
        self.tokens = self._charged = 0
        self._left = threading.Event()
        self._streamer = TextIteratorStreamer(model.tokenizer, skip_prompt=True, skip_special_tokens=True)
        self._criteria = StoppingCriteriaList([self._stops])
        self._thread = threading.Thread(target=self._generate, name="writes an answer", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[str]:
        yield from self._streamer
        self._thread.join()
        if self.error is not None:
            raise BackendFailed(f"the model failed: {type(self.error).__name__}") from self.error

    def new_tokens(self) -> int:
        """How many were written since this was asked last."""
        before, self._charged = self._charged, self.tokens
        return self._charged - before

    def end(self) -> None:
        self._left.set()
        self._thread.join()

    def _generate(self) -> None:
        import torch

        network, tokenizer = self.model.network, self.model.tokenizer
        ends = network.generation_config.eos_token_id
        ends = set(ends if isinstance(ends, list) else [ends])
        try:
            with torch.inference_mode():
                tokens = torch.tensor([self.prompt], device=network.device)
                written = network.generate(
                    input_ids=tokens,
                    attention_mask=torch.ones_like(tokens),
                    max_new_tokens=self.most,
                    do_sample=False,
                    repetition_penalty=1.1,
                    pad_token_id=tokenizer.pad_token_id
                    if tokenizer.pad_token_id is not None
                    else tokenizer.eos_token_id,
                    streamer=self._streamer,
                    stopping_criteria=self._criteria,
                )
            self.finished = int(written[0, -1]) in ends
        except Exception as error:  # noqa: BLE001 (raised again where the text is read)
            self.error = error
        finally:
            self._streamer.end()

    def _stops(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        import torch

        self.tokens = input_ids.shape[1] - len(self.prompt)
        stop = self._left.is_set() or time.monotonic() > self.until
        return torch.full((input_ids.shape[0],), stop, device=input_ids.device, dtype=torch.bool)
