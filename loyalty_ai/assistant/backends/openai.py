"""Answers by any server that speaks OpenAI's chat completions: OpenAI, Azure, vLLM, Ollama, llama.cpp.

The server is trusted with nothing: its calls go through the tools, its text through the checks, and it cannot take more time,
memory or money than its bounds. What it is sent names no customer.
"""

from __future__ import annotations

import importlib.util
import os
import queue
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from loyalty_ai.assistant.backends.base import Backend, BackendFailed, Piece, Tools
from loyalty_ai.assistant.backends.prompt import Thoughts, as_data, history, rules, tokens_of, without_contacts
from loyalty_ai.assistant.sentences import Cutter
from loyalty_ai.assistant.turn import Outcome, Spent, Turn

if TYPE_CHECKING:
    import httpx2
    import openai

    from loyalty_ai.conf import StoreSettings

MOST_ROUNDS = 5
"""Requests for one answer; the last may call no tools."""

MOST_CALLS, MOST_ARGUMENTS = 8, 4000
"""Calls of one round, and characters of a call's arguments; what is beyond is not done."""

MOST_BYTES = 1_000_000
"""Of one response; an answer has some thousand."""

MOST_TOKENS = 10_000_000
"""That a server is believed to have counted for one request."""

MILLION = Decimal(1_000_000)


class OpenAIBackend(Backend):
    """Chat completions with streaming and tools.

    Args:
        model: the server's name of the model.
        base_url: of the server; None for OpenAI's own.
        api_key: or `api_key_env`, the environment variable that holds it. A server of your own may want none.
        timeout: seconds that the server may be silent.
        deadline: seconds for a whole answer, however the server spends them.
        max_tokens: most tokens written in one round.
        temperature: None leaves it to the server.
        price_in, price_out: money for a million tokens read and written, for the budgets.
        retries: of a request that failed before its answer began.
    """

    name = "openai"

    def __init__(
        self,
        store: StoreSettings,
        *,
        model: str = "",
        base_url: str | None = None,
        api_key: str = "",
        api_key_env: str = "OPENAI_API_KEY",
        timeout: float = 20.0,
        deadline: float = 45.0,
        max_tokens: int = 700,
        temperature: float | None = None,
        price_in: Decimal | float | str = 0,
        price_out: Decimal | float | str = 0,
        retries: int = 1,
    ) -> None:
        super().__init__(store)
        self.model = model
        self.base_url = base_url
        self.api_key = api_key
        self.api_key_env = api_key_env
        self.timeout = timeout
        self.deadline = deadline
        self.max_tokens = max_tokens
        self.temperature = temperature
        self.price_in, self.price_out = Decimal(str(price_in)), Decimal(str(price_out))
        self.retries = retries
        self._client: openai.OpenAI | None = None
        self._lock = threading.Lock()

    def check(self) -> list[str]:
        problems = []
        if importlib.util.find_spec("openai") is None:
            problems.append("The backend openai needs its package: pip install django-loyalty-ai[openai].")
        if not self.model:
            problems.append('The backend openai needs OPTIONS["model"], the server\'s name of the model.')
        if self.base_url is None and not self._key():
            problems.append(f"OpenAI wants a key: set the environment variable {self.api_key_env}.")
        if self.base_url is not None and urlsplit(self.base_url).scheme not in ("http", "https"):
            problems.append(f'OPTIONS["base_url"] is {self.base_url!r}, which is no http or https address.')
        return problems

    def reply(self, turn: Turn, tools: Tools) -> Iterator[Piece]:
        until = time.monotonic() + self.deadline
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": rules(turn)},
            *({"role": "user" if said.by_shopper else "assistant", "content": said.text} for said in history(turn)),
            {"role": "user", "content": without_contacts(turn.text)},
        ]
        specs = [{"type": "function", "function": spec} for spec in tools.specs()]
        looked, found_any, wrote = False, False, False
        for number in range(1, MOST_ROUNDS + 1):
            last = number == MOST_ROUNDS
            round_ = _Round(self, {"messages": messages, **self._tool_choice(specs, last=last)}, until)
            for piece in round_.pieces():
                wrote = wrote or isinstance(piece, str)
                yield piece
            if last or not round_.calls:
                break
            messages.append(round_.as_message())
            for call in round_.calls:
                found = tools.call(call.name, call.arguments)
                looked, found_any = True, found_any or bool(found.facts)
                messages.append({"role": "tool", "tool_call_id": call.id, "content": as_data(found)})
        if looked and not found_any:
            yield Outcome.UNANSWERED
        if not wrote:
            raise BackendFailed("the model called tools and said nothing")

    @staticmethod
    def _tool_choice(specs: list[dict[str, Any]], *, last: bool) -> dict[str, Any]:
        return {"tools": specs, "tool_choice": "none" if last else "auto"} if specs else {}

    def cost(self, read: int, written: int) -> Spent:
        """So many tokens, with their price."""
        return Spent(read, written, (read * self.price_in + written * self.price_out) / MILLION)

    def chunks(self, request: dict[str, Any], until: float) -> Iterator[Any]:
        """The chunks of one streamed response.

        A thread reads them, so that no server can hold the answer past its deadline, be it by a byte a second; left alone, the
        thread ends with the response's bounds.

        Raises:
            BackendFailed: the server failed, or the time is over.
        """
        arrived: queue.SimpleQueue[Any] = queue.SimpleQueue()
        left = threading.Event()
        limit = "max_tokens" if self.base_url and not _is_openais(self.base_url) else "max_completion_tokens"
        options: dict[str, Any] = {"model": self.model, limit: self.max_tokens, **request}
        if self.temperature is not None:
            options["temperature"] = self.temperature

        def read() -> None:
            try:
                with self.client().chat.completions.create(
                    stream=True, stream_options={"include_usage": True}, **options
                ) as stream:
                    for chunk in stream:
                        if left.is_set():
                            return
                        arrived.put(chunk)
                arrived.put(None)
            except Exception as error:  # noqa: BLE001 (any server may make the SDK raise anything)
                arrived.put(BackendFailed(f"{type(error).__name__} from the model's server"))

        threading.Thread(target=read, name="reads a model's answer", daemon=True).start()
        try:
            while True:
                try:
                    chunk = arrived.get(timeout=max(0.0, until - time.monotonic()))
                except queue.Empty:
                    raise BackendFailed("the model's server took too long") from None
                if isinstance(chunk, BackendFailed):
                    raise chunk
                if chunk is None:
                    return
                yield chunk
        finally:
            left.set()

    def client(self) -> openai.OpenAI:
        """The SDK's client, made when it is first needed, in the worker that needs it."""
        import httpx2
        import openai

        with self._lock:
            if self._client is None:
                timeout = httpx2.Timeout(self.timeout, connect=min(5.0, self.timeout))
                self._client = openai.OpenAI(
                    base_url=self.base_url,
                    api_key=self._key() or "none",
                    max_retries=self.retries,
                    timeout=timeout,
                    default_headers={"Accept-Encoding": "identity"},
                    http_client=openai.DefaultHttpxClient(
                        transport=bounded(self.transport()), timeout=timeout, follow_redirects=False
                    ),
                )
            return self._client

    def transport(self) -> httpx2.BaseTransport:
        """What carries the requests."""
        import httpx2

        return httpx2.HTTPTransport()

    def _key(self) -> str:
        return self.api_key or os.environ.get(self.api_key_env, "")


class _Call:
    """A tool's call as its portions arrive."""

    def __init__(self, key: str) -> None:
        self.id = key
        self.name = ""
        self.arguments = ""

    def add(self, delta: Any) -> None:
        function = getattr(delta, "function", None)
        name, arguments = getattr(function, "name", None), getattr(function, "arguments", None)
        if isinstance(name, str) and not self.name:
            self.name = name[:64]
        if isinstance(arguments, str) and len(self.arguments) <= MOST_ARGUMENTS:
            self.arguments += arguments

    def as_message(self) -> dict[str, Any]:
        arguments = self.arguments if len(self.arguments) <= MOST_ARGUMENTS else "{}"
        return {"id": self.id, "type": "function", "function": {"name": self.name, "arguments": arguments}}


class _Round:
    """One request and its response: pieces for the shopper, then the calls that the model wants."""

    def __init__(self, backend: OpenAIBackend, request: dict[str, Any], until: float) -> None:
        self.backend = backend
        self.request = request
        self.until = until
        self.text = ""
        self._calls: dict[int, _Call] = {}

    @property
    def calls(self) -> list[_Call]:
        return [call for call in self._calls.values() if call.name][:MOST_CALLS]

    def as_message(self) -> dict[str, Any]:
        calls = [call.as_message() for call in self.calls]
        return {"role": "assistant", "content": self.text or None, "tool_calls": calls}

    def pieces(self) -> Iterator[Piece]:
        """Whole sentences as they come, and what they cost: estimated at once, corrected if the server counted."""
        thoughts, cutter = Thoughts(), Cutter()
        charged = self.backend.cost(sum(tokens_of(str(message)) for message in self.request["messages"]), 0)
        yield charged
        ended, counted = "", None
        for chunk in self.backend.chunks(self.request, self.until):
            counted = _usage(chunk) or counted
            choice = _first(getattr(chunk, "choices", None))
            reason = getattr(choice, "finish_reason", None)
            ended = reason if isinstance(reason, str) else ended
            delta = getattr(choice, "delta", None)
            self._take_calls(getattr(delta, "tool_calls", None))
            text = getattr(delta, "content", None) or getattr(delta, "refusal", None)
            if isinstance(text, str):
                more = self.backend.cost(0, tokens_of(text))
                charged += more
                yield more
                yield from self._lines(cutter.feed(thoughts.feed(text)))
        if not ended:
            raise BackendFailed("the model's answer broke off")
        if ended != "length":  # what was cut off in the middle is not said
            yield from self._lines(cutter.feed(thoughts.flush()))
            yield from self._lines(cutter.flush())
        if counted is not None:
            real = self.backend.cost(*counted)
            yield Spent(
                real.tokens_in - charged.tokens_in, real.tokens_out - charged.tokens_out, real.cost - charged.cost
            )

    def _lines(self, sentences: Iterator[str]) -> Iterator[str]:
        for sentence in sentences:
            self.text += f"{sentence}\n"
            yield f"{sentence}\n"

    def _take_calls(self, deltas: Any) -> None:
        for delta in deltas if isinstance(deltas, list) else []:
            index = getattr(delta, "index", None)
            if not isinstance(index, int):
                index = len(self._calls)
            if index in self._calls or len(self._calls) < MOST_CALLS:
                key = f"call_{len(self.request['messages'])}_{len(self._calls)}"
                self._calls.setdefault(index, _Call(key)).add(delta)


def _first(choices: Any) -> Any:
    return choices[0] if isinstance(choices, list) and choices else None


def _usage(chunk: Any) -> tuple[int, int] | None:
    usage = getattr(chunk, "usage", None)
    read, written = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    if type(read) is int and type(written) is int and 0 <= read <= MOST_TOKENS and 0 <= written <= MOST_TOKENS:
        return read, written
    return None


def _is_openais(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    return host.endswith((".openai.com", ".azure.com"))


def bounded(transport: httpx2.BaseTransport) -> httpx2.BaseTransport:
    """The transport with responses of at most `MOST_BYTES`, and none that would only grow on unpacking."""
    import httpx2

    class Stream(httpx2.SyncByteStream):
        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def __iter__(self) -> Iterator[bytes]:
            room = MOST_BYTES
            for part in self.stream:
                room -= len(part)
                if room < 0:
                    raise httpx2.ReadError("the response is too long")
                yield part

        def close(self) -> None:
            self.stream.close()

    class Bounded(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            response = transport.handle_request(request)
            if response.headers.get("content-encoding", "identity") != "identity":
                response.close()
                raise httpx2.ReadError("the response is packed, which was not asked for")
            response.stream = Stream(response.stream)
            return response

        def close(self) -> None:
            transport.close()

    return Bounded()
