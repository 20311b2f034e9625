"""One question in, one checked answer out: a backend speaks, its claims are checked, and somebody always answers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from loyalty_ai.assistant.asking import spoken
from loyalty_ai.assistant.backends.base import BackendFailed, Piece
from loyalty_ai.assistant.backends.registry import FALLBACK, get_backend
from loyalty_ai.assistant.budgets import breaker_of
from loyalty_ai.assistant.claims import check
from loyalty_ai.assistant.encoder import keeping
from loyalty_ai.assistant.sentences import Cutter
from loyalty_ai.assistant.tools import Toolbox
from loyalty_ai.assistant.turn import Answer, Found, Outcome, Proposal, Sentence, Spent, Turn
from loyalty_ai.conf import app_settings
from loyalty_ai.serving.page import guarded

logger = logging.getLogger(__name__)

MOST_SENTENCES, MOST_CHARACTERS = 24, 3000
"""Of an answer; what a backend says beyond is not read."""

MOST_PIECES, MOST_RAW = 20_000, 20_000
"""Portions, and characters of raw text, that are read of a backend."""

MOST_CARDS = 8

SECONDS = 60.0
"""That a backend may take from its first word, asked whenever it says something; whatever it waits for before, it bounds itself."""

Tell = Callable[[Sentence | None], None]
"""Is told each sentence once it is checked; None: forget what you were told, somebody else begins."""


class NobodyWaits(Exception):
    """Raised by whoever is told the sentences: the answer is not theirs to give any more."""


def answer(turn: Turn, *, backend: str | None = None, tell: Tell | None = None) -> Answer:
    """Answer one question; never fails.

    Where the backend fails, takes too long or says nothing that the shop's data carries, `templates` answers; where that fails
    too, one honest sentence does.

    Args:
        backend: a name or a dotted path; by default the one of the settings.
        tell: where it raises `NobodyWaits`, the answer ends with what was said so far.
    """
    attempts: list[_Writing] = []
    with translation.override(spoken(turn.language)):
        try:
            for name in dict.fromkeys([backend or app_settings.ASSISTANT["BACKEND"], FALLBACK]):
                attempts.append(_Writing(turn, name, tell))
                if attempts[-1].succeeds():
                    break
            else:
                attempts.append(_Writing(turn, FALLBACK, tell))
                attempts[-1].apologise()
        except NobodyWaits:
            logger.info("nobody waits for the answer", extra={"store": turn.store})
        return attempts[-1].answer(sum((attempt.spent for attempt in attempts), Spent()))


class _Tools:
    """The tools of one attempt, with what they found and the last change of the cart that was proposed through them."""

    def __init__(self, turn: Turn) -> None:
        self.toolbox = Toolbox(turn)
        self.evidence = self.toolbox.evidence
        self.proposal: Proposal | None = None

    def specs(self) -> list[dict[str, Any]]:
        return self.toolbox.specs()

    def call(self, name: str, arguments: Mapping[str, Any] | str) -> Found:
        found = self.toolbox.call(name, arguments)
        self.proposal = found.proposal or self.proposal
        return found


class _Writing:
    """One attempt at an answer, with tools of its own: what a failed one found carries nothing of the next."""

    def __init__(self, turn: Turn, name: str, tell: Tell | None) -> None:
        self.turn = turn
        self.name = name
        self.tell = tell
        self.tools: _Tools | None = None
        self.sentences: list[Sentence] = []
        self.outcome: Outcome | None = None
        self.spent = Spent()
        self.cutter = Cutter()

    def succeeds(self) -> bool:
        """Whether the backend gave something to say; what it said before it failed is taken back."""
        breaker = breaker_of(self.turn.store, self.name)
        extra = {"store": self.turn.store, "backend": self.name}
        if self.name != FALLBACK and not breaker.allows():
            return False
        try:
            with guarded(), keeping():
                self.run()
        except NobodyWaits:
            raise
        except (
            Exception
        ) as error:  # a backend is others' code over a network: whatever it raises, the shopper is answered
            breaker.failed()
            logger.warning(
                "assistant backend failed: %s", error, extra=extra, exc_info=not isinstance(error, BackendFailed)
            )
            self.take_back()
            return False
        breaker.succeeded()
        if not self.sentences:
            logger.warning("nothing of an answer could be kept", extra=extra)
        return bool(self.sentences)

    def run(self) -> None:
        """Let the backend speak until it ends or enough is said.

        Raises:
            BackendFailed: and whatever else the backend raises.
            NobodyWaits: from whoever is told.
        """
        self.tools = _Tools(self.turn)
        backend = get_backend(self.turn.store, self.name)
        until, raw = None, 0
        pieces = backend.reply(self.turn, self.tools)
        try:
            for count, piece in enumerate(pieces):
                until = until or time.monotonic() + SECONDS
                if time.monotonic() > until or count == MOST_PIECES:
                    raise BackendFailed("it goes on and on")
                self.take(piece)
                raw += len(piece) if type(piece) is str else 0
                if self.full or raw > MOST_RAW:
                    break
        finally:
            close = getattr(pieces, "close", None)
            if close:
                close()
        if raw <= MOST_RAW:
            self.take_text(self.cutter.flush())

    @property
    def full(self) -> bool:
        said = sum(len(sentence.text) for sentence in self.sentences)
        return len(self.sentences) >= MOST_SENTENCES or said >= MOST_CHARACTERS

    def take(self, piece: Piece) -> None:
        if isinstance(piece, Spent):
            self.spent += piece
        elif isinstance(piece, Outcome):
            self.outcome = piece
        elif isinstance(piece, Sentence):
            self.say(self.checked(piece.text, piece.sources))
        else:
            self.take_text(self.cutter.feed(piece))

    def take_text(self, sentences: Iterable[str]) -> None:
        for text in sentences:
            self.say(self.checked(text))

    def checked(self, text: str, sources: Sequence[str] | None = None) -> Sentence | None:
        """The sentence as the shop's data carry it; `sources` where the backend's own code phrased it."""
        before = self.sentences[-1].sources if self.sentences else ()
        return check(text, self.tools.evidence, turn=self.turn, sources=sources, before=before)

    def say(self, sentence: Sentence | None) -> None:
        leads = self.sentences and self.sentences[-1].text.endswith((":", "："))  # to a list that must not stay empty
        if sentence is None or self.full:
            return  # not carried, or too much
        if sentence in self.sentences and not leads:
            return  # a model that runs in circles
        self.sentences.append(sentence)
        if self.tell:
            self.tell(sentence)

    def take_back(self) -> None:
        if self.tell and self.sentences:
            self.tell(None)
        self.sentences = []

    def apologise(self) -> None:
        """Say the one thing that is true without any backend."""
        self.outcome = Outcome.UNANSWERED
        self.say(
            Sentence(
                _(
                    "I cannot answer that just now. Please ask for a person here, and somebody from the shop will write "
                    "back to you."
                )
            )
        )

    def answer(self, spent: Spent) -> Answer:
        """What was said, with what it cites; `spent` is what all attempts cost."""
        known = self.tools.evidence.sources if self.tools else {}
        cited = [key for key in dict.fromkeys(key for said in self.sentences for key in said.sources) if key in known]
        outcome = self.outcome or (Outcome.ANSWERED if self.sentences else Outcome.UNANSWERED)
        # what each sentence is about; what introduces a list names all that follows
        told = [
            [key for key in said.sources if key.startswith("product:")]
            for said in self.sentences
            if not said.text.endswith((":", "："))
        ]
        about = [keys[0] for keys in told if 0 < len(keys) <= 2] or cited
        cards = [key.removeprefix("product:") for key in dict.fromkeys(about) if key.startswith("product:")]
        return Answer(
            sentences=tuple(self.sentences),
            outcome=outcome,
            sources=tuple(known[key] for key in cited),
            cards=tuple(cards[:MOST_CARDS]),
            proposal=self.tools.proposal if self.tools and outcome == Outcome.ANSWERED else None,
            backend=self.name,
            spent=spent,
        )
