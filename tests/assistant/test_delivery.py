"""An empty answer is filled once, by whoever may, and seen while it grows; lost workers are replaced."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from loyalty_ai.assistant import delivery
from loyalty_ai.assistant.backends.base import BackendFailed
from loyalty_ai.assistant.delivery import begin, deliver, rescue
from loyalty_ai.assistant.models import AssistantUsage, Conversation, Message
from loyalty_ai.assistant.services import say
from loyalty_ai.assistant.tasks import answer_message
from loyalty_ai.assistant.turn import Outcome, Spent
from loyalty_ai.conf import app_settings
from tests import fakes
from tests.assistant.speakers import SPEAKER, speak_fixture  # noqa: F401
from tests.assistant.test_answering import looks_up

INSTANT = "tests.assistant.speakers.InstantSpeaker"


@pytest.fixture(autouse=True)
def calls(monkeypatch):
    """The messages that workers were called for."""
    sent = []
    monkeypatch.setattr(
        "celery.current_app.send_task",
        lambda name, args, queue, **options: sent.append((name, args, queue)),
    )
    return sent


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(delivery, "SHOW_SECONDS", 0)


def ask(text="a mug?", customer="ann"):
    """The empty answer of a question."""
    store = fakes.make_store()
    conversation = Conversation.objects.create(
        store=store, customer=store.customers.get_or_create(external_id=customer)[0], language="en"
    )
    return say(conversation=conversation, text=text).answer


def row(message):
    return Message.objects.get(pk=message.pk)


def age(message, **seconds):
    """Let the message's times lie so far back."""
    now = timezone.now()
    Message.objects.filter(pk=message.pk).update(
        **{name: now - timedelta(seconds=value) for name, value in seconds.items()}
    )


@pytest.mark.django_db
def test_a_finished_answer_is_all_in_its_row(speak):
    speak(looks_up, Spent(10, 2, Decimal("0.25")), "The mug is blue. It is new.", backend=SPEAKER)
    message = ask()
    assert deliver(message_id=message.pk)
    done = row(message)
    assert (done.state, done.outcome, done.backend, done.epoch) == ("done", "answered", SPEAKER, 1)
    assert done.text == "The mug is blue.\nIt is new."
    assert done.sentences == [
        {"text": "The mug is blue.", "sources": ["product:M"]},
        {"text": "It is new.", "sources": []},
    ]
    assert done.sources == [{"key": "product:M", "title": "Mug", "url": "/mug/"}]
    assert done.cards == ["M"]
    assert (done.tokens_in, done.tokens_out, done.cost) == (10, 2, Decimal("0.25"))
    assert done.answered_at is not None
    assert AssistantUsage.objects.get(customer=None).tokens == 12


@pytest.mark.django_db
def test_an_instant_backend_answers_on_the_page_and_calls_nobody(speak, calls, django_capture_on_commit_callbacks):
    speak("Yes.", backend=INSTANT)
    message = ask()
    with django_capture_on_commit_callbacks(execute=True):
        begin(message=message)
    assert (row(message).text, calls) == ("Yes.", [])


@pytest.mark.django_db
def test_any_other_is_asked_by_a_worker_that_is_called_after_the_commit(
    speak, calls, django_capture_on_commit_callbacks
):
    speak("Yes.")
    message = ask()
    with django_capture_on_commit_callbacks(execute=True):
        begin(message=message)
        assert calls == []
    assert calls == [("loyalty_ai.answer_message", [message.pk], "loyalty")]
    assert row(message).state == Message.State.WAITING
    answer_message(message.pk)
    assert row(message).text == "Yes."


@pytest.mark.django_db
def test_a_broker_that_is_down_and_a_backend_that_is_missing_break_no_page(
    speak, monkeypatch, django_capture_on_commit_callbacks
):
    def down(*args, **options):
        raise OSError("no broker")

    speak("Yes.")
    monkeypatch.setattr("celery.current_app.send_task", down)
    message = ask()
    with django_capture_on_commit_callbacks(execute=True):
        begin(message=message)
    age(message, created_at=60)
    assert rescue(message=row(message))
    assert row(message).text == "Plainly: a mug?"

    speak(backend="nowhere.Backend")
    message = ask()
    begin(message=message)
    assert row(message).text == "Plainly: a mug?"


@pytest.mark.django_db
def test_an_answer_is_written_once(speak):
    speak("Yes.")
    message = ask()
    assert [deliver(message_id=message.pk) for _ in range(3)] == [True, False, False]
    assert not deliver(message_id=message.answers_id)
    assert not deliver(message_id=0)
    assert row(message).epoch == 1


@pytest.mark.django_db
def test_nobody_steps_in_for_a_worker_in_time_or_alive(speak):
    speak("Yes.")
    message = ask()
    assert not rescue(message=message)
    Message.objects.filter(pk=message.pk).update(state=Message.State.WRITING)
    age(message, created_at=60, claimed_at=2)
    assert not rescue(message=row(message))
    Message.objects.filter(pk=message.pk).update(state=Message.State.DONE)
    assert not rescue(message=row(message))
    assert not rescue(message=message.answers)
    assert row(message).text == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "times"), [("waiting", {"created_at": 60}), ("writing", {"claimed_at": 60})])
def test_whoever_asks_answers_for_a_worker_that_never_came_or_died(speak, state, times):
    speak("Yes.")
    message = ask()
    Message.objects.filter(pk=message.pk).update(state=state, epoch=3, sentences=[{"text": "Ha", "sources": []}])
    age(message, **times)
    assert rescue(message=row(message))
    done = row(message)
    assert (done.text, done.backend, done.epoch, done.state) == ("Plainly: a mug?", "templates", 4, "done")


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_given_up_on_writes_nothing_but_what_it_cost(speak):
    def is_slow(turn, tools):
        yield Spent(100, 0)
        yield "One. "
        age(message, claimed_at=60)
        assert rescue(message=row(message))
        yield "Two. "
        yield "Three. "
        heard.append("Three")

    heard = []
    speak(is_slow)
    message = ask()
    assert not deliver(message_id=message.pk)
    done = row(message)
    assert (done.text, done.backend, done.epoch, done.tokens_in) == ("Plainly: a mug?", "templates", 2, 0)
    assert heard == []
    assert AssistantUsage.objects.get(customer=None).tokens == 100


@pytest.mark.django_db
def test_an_answer_grows_where_it_can_be_seen_and_half_of_one_vanishes(speak):
    def watched(turn, tools):
        yield "One. "
        yield "Two. "
        yield "Three"
        seen.append([sentence["text"] for sentence in row(message).sentences])
        raise BackendFailed("gone")

    def plain(self, turn, tools):
        seen.append(row(message).sentences)
        yield from ()

    seen = []
    speak(watched)
    message = ask()
    deliver(message_id=message.pk)
    assert seen == [["One.", "Two."]]
    assert row(message).text == "Plainly: a mug?"


@pytest.mark.django_db(transaction=True)
def test_a_conversation_that_is_deleted_meanwhile_ends_the_answer(speak):
    def erases(turn, tools):
        message.conversation.delete()
        yield "One. Two. Three."

    speak(erases)
    message = ask()
    assert not deliver(message_id=message.pk)
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_whom_the_backend_hands_over_waits_for_a_person(speak):
    speak("A person will help.", Outcome.HANDED_OVER)
    message = ask()
    deliver(message_id=message.pk)
    assert row(message).conversation.state == Conversation.State.WAITING


@pytest.mark.django_db
@pytest.mark.parametrize(
    "limits", [{"CONVERSATION_TOKENS": 0}, {"CUSTOMER_TOKENS": 0}, {"STORE_TOKENS": 0}, {"CONCURRENT": 0}]
)
def test_beyond_a_limit_templates_answer(speak, limits):
    asked = []
    speak(lambda *_: iter([asked.append(1) or "Yes."]), **limits)
    message = ask()
    deliver(message_id=message.pk)
    assert (row(message).backend, asked) == ("templates", [])


@pytest.mark.django_db(transaction=True)
def test_one_of_many_workers_and_pages_writes_the_answer(speak):
    speak("Yes.", Spent(1, 1))
    message = ask()
    age(message, created_at=60)
    barrier, written = threading.Barrier(6), []

    def work(attempt):
        try:
            barrier.wait()
            written.append(attempt())
        finally:
            connection.close()

    attempts = [lambda: deliver(message_id=message.pk), lambda: rescue(message=row(message))] * 3
    threads = [threading.Thread(target=work, args=[attempt]) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(written) == [False] * 5 + [True]
    assert row(message).epoch == 1


@pytest.mark.django_db(transaction=True)
def test_no_more_answers_are_written_at_once_than_there_are_seats(speak):
    writing, most, lock, everybody = [], [], threading.Lock(), threading.Barrier(6)

    def counts(turn, tools):
        with lock:
            writing.append(1)
            most.append(len(writing))
        everybody_or_time.wait(1)
        with lock:
            writing.pop()
        yield "Yes."

    everybody_or_time = threading.Event()
    speak(counts, CONCURRENT=2)
    messages = [ask(customer=f"C{number}") for number in range(6)]

    def work(message):
        try:
            everybody.wait()
            deliver(message_id=message.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[message]) for message in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 2
    assert sorted(row(message).backend for message in messages) == ["templates"] * 4 + [SPEAKER] * 2


@pytest.mark.django_db(transaction=True)
def test_listeners_are_told_of_every_write_once_it_is_committed(speak):
    speak("One. Two. Three.")
    message = ask()
    parameters = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key in ("dbname", "user", "password", "host", "port")
    }
    with psycopg.connect(**parameters, autocommit=True) as listener:
        listener.execute(f"LISTEN {delivery.CHANNEL}")
        with transaction.atomic():
            deliver(message_id=message.pk)
            assert list(listener.notifies(timeout=0.2)) == []
        told = list(listener.notifies(timeout=0.2))
    assert {note.payload for note in told} == {str(message.pk)}


@pytest.mark.django_db(transaction=True)
def test_a_silent_backend_keeps_its_answer_while_its_worker_lives(speak, monkeypatch):
    monkeypatch.setattr(delivery, "BEAT_SECONDS", 0.05)
    silent, done = threading.Event(), threading.Event()

    def is_silent(turn, tools):
        silent.set()
        done.wait(10)
        yield "Yes."

    speak(is_silent)
    message = ask()

    def work():
        try:
            deliver(message_id=message.pk)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    silent.wait(10)
    age(message, claimed_at=60)
    before = row(message).claimed_at
    for _ in range(100):
        if row(message).claimed_at > before + timedelta(seconds=30):
            break
        threading.Event().wait(0.05)
    assert not rescue(message=row(message))
    done.set()
    worker.join()
    assert row(message).text == "Yes."


def test_the_limits_of_time_fit_each_other():
    from loyalty_ai.assistant.answering import SECONDS

    assert delivery.BEAT_SECONDS * 3 < delivery.STALE.total_seconds() < SECONDS < delivery.LONGEST_SECONDS
    assert app_settings.ASSISTANT["CONCURRENT"] > 0
