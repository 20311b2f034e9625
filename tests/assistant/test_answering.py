"""One question, one checked answer: what is kept of a backend's words, and who answers where it fails."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.assistant import answering
from loyalty_ai.assistant.answering import MOST_CHARACTERS, MOST_SENTENCES, NobodyWaits, answer
from loyalty_ai.assistant.backends import registry
from loyalty_ai.assistant.backends.base import BackendFailed
from loyalty_ai.assistant.backends.registry import get_backend, prepare
from loyalty_ai.assistant.budgets import FAILURES
from loyalty_ai.assistant.sentences import LONGEST
from loyalty_ai.assistant.turn import Outcome, Sentence, Source, Spent, Turn
from tests.assistant.speakers import SPEAKER, Speaker, speak_fixture  # noqa: F401

TURN = Turn(store="default", text="a mug?", language="en", now=datetime(2026, 11, 24, tzinfo=UTC))
PLAIN = (Sentence("Plainly: a mug?"),)


def looks_up(turn, tools):
    tools.call("search_catalog", {"query": "mug"})
    yield from ()


def ask(**options):
    """The answer, and what was told on the way."""
    told = []
    given = answer(TURN, tell=told.append, **options)
    return given, told


def test_text_is_cut_and_each_sentence_checked_and_told_when_it_is_complete(speak):
    said = []

    def streams(turn, tools):
        for portion in ("The mug is bl", "ue. It is fal", "se. It is ", "new"):
            yield portion
            said.append(list(told))

    told = []
    speak(looks_up, streams)
    given = answer(TURN, tell=told.append)
    assert given.sentences == (Sentence("The mug is blue.", ("product:M",)), Sentence("It is new"))
    assert told == list(given.sentences)
    assert [len(before) for before in said] == [0, 1, 1, 1]


def test_an_answer_names_its_sources_cards_proposal_cost_and_backend(speak):
    speak(looks_up, Spent(10, 2, Decimal("0.1")), "A mug.", Spent(1, 1, Decimal("0.2")))
    given, _ = ask()
    assert given.sources == (Source("product:M", "Mug", "/mug/"),)
    assert given.cards == ("M",)
    assert given.proposal.units == (("M", 2),)
    assert given.spent == Spent(11, 3, Decimal("0.3"))
    assert (given.outcome, given.backend) == (Outcome.ANSWERED, SPEAKER)


def test_what_is_not_cited_is_not_shown(speak):
    speak(looks_up, "Hello.")
    given, _ = ask()
    assert (given.sources, given.cards) == ((), ())


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNANSWERED, Outcome.HANDED_OVER])
def test_a_backend_says_how_it_ended_and_proposes_only_in_an_answer(speak, outcome):
    speak(looks_up, "No.", outcome)
    given, _ = ask()
    assert (given.outcome, given.proposal) == (outcome, None)


def test_finished_sentences_of_others_than_templates_are_checked_too(speak):
    speak(Sentence("This is false.", ("product:X",)), Sentence("Fine.", ("product:X",)))
    given, _ = ask()
    assert given.sentences == (Sentence("Fine."),)


@pytest.mark.parametrize("error", [BackendFailed("quota"), ValueError("bug"), KeyError("x"), RecursionError()])
def test_a_failing_backend_is_taken_back_and_templates_answer(speak, error):
    speak(looks_up, Spent(7, 7), "Half an answer. And", error)
    given, told = ask()
    assert given.sentences == PLAIN
    assert told == [Sentence("Half an answer."), None, *PLAIN]
    assert (given.backend, given.spent, given.proposal) == ("templates", Spent(7, 7), None)


@pytest.mark.parametrize("speech", [[], ["  \n "], ["All false. Again false."], [Spent(1, 1)], ["x" * 5000]])
def test_where_nothing_can_be_kept_templates_answer(speak, speech):
    speak(*speech)
    assert ask()[0].sentences == PLAIN


def test_a_backend_that_does_not_exist_is_replaced(speak):
    speak(backend="nowhere.Backend")
    assert ask()[0].sentences == PLAIN


def test_where_templates_fail_too_one_honest_sentence_is_said(speak, monkeypatch):
    speak(BackendFailed("quota"))
    monkeypatch.setattr("tests.assistant.speakers.Plain.reply", lambda *_: 1 / 0)
    given, told = ask()
    assert len(given.sentences) == 1
    assert "ask for a person" in given.text
    assert told == list(given.sentences)
    assert given.outcome == Outcome.UNANSWERED
    monkeypatch.setattr("tests.assistant.speakers.FakeToolbox.__init__", lambda *_: 1 / 0)
    assert answer(TURN).text == given.text


def test_an_endless_backend_ends(speak, monkeypatch):
    speak(lambda *_: itertools.repeat("again. "))
    assert ask()[0].sentences == (Sentence("again."),)
    speak(lambda *_: (f"Number {number} of many. " for number in itertools.count()))
    assert len(ask()[0].sentences) == MOST_SENTENCES
    speak(lambda *_: itertools.repeat(Spent()))
    monkeypatch.setattr(answering, "MOST_PIECES", 100)
    assert ask()[0].sentences == PLAIN


def test_a_backend_that_takes_too_long_is_replaced(speak, monkeypatch):
    monkeypatch.setattr(answering, "SECONDS", -1)
    speak("It is blue. It is new.")
    given, _ = ask()
    assert given.backend == "templates"


def test_whoever_waits_no_more_ends_the_backend(speak):
    ended = []

    def streams(turn, tools):
        try:
            yield "One. Two. Three."
        finally:
            ended.append(True)

    def leaves(sentence):
        raise NobodyWaits

    speak(Spent(5, 5), streams)
    given = answer(TURN, tell=leaves)
    assert ended == [True]
    assert (len(given.sentences), given.spent) == (1, Spent(5, 5))


def test_after_failures_in_a_row_the_backend_is_left_alone(speak):
    asked = []
    speak(lambda *_: iter(asked.append(1) or ()), BackendFailed("down"))
    for _ in range(FAILURES + 3):
        assert ask()[0].sentences == PLAIN
    assert len(asked) == FAILURES


@pytest.mark.django_db
def test_a_failed_query_of_a_backend_does_not_take_the_next_answer_with_it(speak):
    def breaks(turn, tools):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        yield "never"

    def reads(turn, tools):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        yield "It works."

    speak(breaks)
    assert ask()[0].sentences == PLAIN
    speak(reads)
    assert ask()[0].text == "It works."


pieces = st.one_of(
    st.text(st.sampled_from("ab £1.!?。\n") | st.characters(), max_size=80),
    st.just("This is false. "),
    st.builds(Spent, st.integers(0, 9), st.integers(0, 9)),
    st.sampled_from(Outcome),
    st.builds(Sentence, st.text(max_size=20)),
    st.builds(BackendFailed, st.just("x")),
    st.sampled_from([None, 3, b"x", ["x"]]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.lists(pieces, max_size=12))
def test_whatever_a_backend_yields_there_is_an_answer_within_bounds(speak, speech):
    speak(*speech)
    given, told = ask()
    assert given.sentences
    assert "false" not in given.text
    assert len(given.sentences) <= MOST_SENTENCES
    assert sum(len(sentence.text) for sentence in given.sentences) <= MOST_CHARACTERS + LONGEST
    shown = []
    for sentence in told:
        shown = [] if sentence is None else [*shown, sentence]
    assert shown == list(given.sentences)


def test_lines_of_one_wording_that_tell_of_two_orders_are_both_kept(speak, monkeypatch):
    lines = [Sentence("10 × Lunch Bag", ("order:1",)), Sentence("10 × Lunch Bag", ("order:2",))]
    monkeypatch.setattr(answering, "check", lambda text, evidence, *, turn, sources, before: Sentence(text, sources))
    speak(*lines, lines[0])
    assert list(answer(TURN).sentences) == lines


def test_a_backend_is_made_once_and_anew_for_new_settings(speak):
    first = get_backend("default")
    assert get_backend("default") is first
    assert isinstance(first, Speaker)
    speak()
    assert get_backend("default") is not first


def test_threads_that_all_ask_first_wait_for_one_backend(speak, monkeypatch):
    made = []

    def slowly(self: Speaker) -> None:
        made.append(self)
        time.sleep(0.1)

    monkeypatch.setattr(Speaker, "prepare", slowly)
    speak()
    with ThreadPoolExecutor(4) as pool:
        backends = list(pool.map(lambda _: get_backend("default"), range(4)))
    assert made == [backends[0]]
    assert len(set(backends)) == 1


def test_what_answers_is_ready_before_anybody_asks(monkeypatch):
    monkeypatch.setattr(registry, "_made", {})
    monkeypatch.setattr(registry.gc, "freeze", lambda: None)
    prepare()
    assert [name for _store, name in registry._made] == ["templates"]


def test_options_go_to_the_configured_backend_alone(speak):
    speak(OPTIONS={"colour": "red"})
    with pytest.raises(TypeError, match="takes no option colour"):
        get_backend("default")
    assert get_backend("default", "templates").name == "templates"
