"""The small interface that every way of answering has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from loyalty_ai.assistant.turn import Found, Outcome, Sentence, Spent, Turn

if TYPE_CHECKING:
    from loyalty_ai.conf import StoreSettings


class BackendFailed(Exception):
    """The backend cannot answer now (network, time, quota, nonsense); whoever asked falls back to `templates`."""


class Tools(Protocol):
    """What a backend may look up; already bound to the store and the signed-in customer of one turn."""

    def specs(self) -> list[dict[str, Any]]:
        """Each tool as ``{"name", "description", "parameters"}``, the last a JSON schema."""
        ...

    def call(self, name: str, arguments: Mapping[str, Any] | str) -> Found:
        """Call one; never raises: a wrong name or wrong arguments (a dict or JSON text) come back as `Found.error`."""
        ...


Piece = str | Sentence | Spent | Outcome
"""What a backend yields: raw text (of a language model, in any portions), finished sentences, what it cost, how it ended.

Text is cut into sentences and each is checked against what the tools found in this turn before anybody sees it. A backend
that says nothing of the outcome has answered.
"""


class Backend:
    """One way of answering. Made once a process from `LOYALTY_AI["ASSISTANT"]`; holds no conversation."""

    name = ""
    instant = False
    """Whether it answers within a web request; any other runs in a worker."""

    def __init__(self, store: StoreSettings, **options: Any) -> None:
        if options:
            raise TypeError(f"the backend {self.name} takes no option {', '.join(sorted(options))}")
        self.store = store

    def reply(self, turn: Turn, tools: Tools) -> Iterator[Piece]:
        """Answer.

        Raises:
            BackendFailed: at any point; what was yielded before is dropped.
        """
        raise NotImplementedError

    def prepare(self) -> None:
        """Do once what else the first answer would wait for."""

    def check(self) -> list[str]:
        """What is wrong with its settings or its files, in sentences for the owner; asks no network."""
        return []
