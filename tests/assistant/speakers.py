"""Backends, tools and a check that say what a test tells them to."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from loyalty_ai.assistant import answering
from loyalty_ai.assistant.backends import registry
from loyalty_ai.assistant.backends.base import Backend, Piece, Tools
from loyalty_ai.assistant.turn import Fact, FactKind, Found, Proposal, Sentence, Source, Turn
from tests import fakes

MUG = Found(
    facts=(Fact("product:M", FactKind.PRICE, Decimal("4.95")),),
    sources=(Source("product:M", "Mug", "/mug/"),),
    cards=("M",),
    proposal=Proposal((("M", 2),)),
)


class Speaker(Backend):
    """Says what `speech` says, called with the turn and the tools."""

    name = "speaker"
    speech: Callable[[Turn, Tools], Iterator[Piece]]

    def reply(self, turn: Turn, tools: Tools) -> Iterator[Piece]:
        return type(self).speech(turn, tools)


class InstantSpeaker(Speaker):
    instant = True


class Plain(Backend):
    """Stands for `templates`."""

    name = "templates"
    instant = True

    def reply(self, turn: Turn, tools: Tools) -> Iterator[Piece]:
        yield Sentence(f"Plainly: {turn.text}")


class FakeToolbox:
    """Finds a mug, whatever it is asked."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.evidence = types.SimpleNamespace(sources={})

    def specs(self) -> list[dict[str, Any]]:
        return []

    def call(self, name: str, arguments: Any) -> Found:
        self.evidence.sources |= {source.key: source for source in MUG.sources}
        return MUG


def fake_check(text: str, evidence: Any, *, turn: Turn, sources: Any = None, before: Any = ()) -> Sentence | None:
    """Refuses what is "false", cites the mug where it is named and known."""
    text = " ".join(text.split())
    if not text or "false" in text:
        return None
    return Sentence(text, tuple(evidence.sources) if "mug" in text else ())


SPEAKER = "tests.assistant.speakers.Speaker"


@pytest.fixture(name="speak")
def speak_fixture(settings, monkeypatch):
    """Let the configured backend say this from now on: pieces, callables of (turn, tools), or exceptions to raise."""

    def use(*speech: Any, backend: str = SPEAKER, **limits: Any) -> None:
        def reply(turn: Turn, tools: Tools) -> Iterator[Piece]:
            for piece in speech:
                if isinstance(piece, Exception):
                    raise piece
                yield from piece(turn, tools) if callable(piece) else [piece]

        monkeypatch.setattr(Speaker, "speech", staticmethod(reply), raising=False)
        settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ASSISTANT": {"BACKEND": backend, **limits}}

    monkeypatch.setitem(registry.BACKENDS, "templates", "tests.assistant.speakers.Plain")
    monkeypatch.setattr(answering, "Toolbox", FakeToolbox)
    monkeypatch.setattr(answering, "check", fake_check)
    use()
    return use
