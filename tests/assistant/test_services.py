"""Conversations: whose they are, what is kept of a message, who answers, and when all of it goes."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant import services
from loyalty_ai.assistant.asking import Owner, language_of, owner_of, surroundings
from loyalty_ai.assistant.models import Conversation, Message
from loyalty_ai.assistant.selectors import (
    HISTORY,
    conversation_of,
    conversations_of,
    current_conversation,
    focus_of,
    inbox,
    messages_of,
    thread,
    turn_of,
)
from loyalty_ai.assistant.services import CannotSay, Closed, TooFast, open_conversation, say
from loyalty_ai.conf import get_adapter
from loyalty_ai.privacy.services import erase_customer
from loyalty_ai.shop.adapters.base import CartItem
from loyalty_ai.shop.models import Customer
from tests import fakes

ANN = Owner("default", "ann", None)
BOB = Owner("default", "bob", None)
STRANGER = Owner("default", None, b"s" * 32)
OTHER_STRANGER = Owner("default", None, b"t" * 32)
NOBODY = Owner("default", None, None)
EVERYBODY = [ANN, BOB, STRANGER, OTHER_STRANGER, NOBODY]


@pytest.fixture(autouse=True)
def store(settings, db):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_store()


def talk(owner: Owner, *texts: str) -> Conversation:
    """A conversation with these questions, each answered by its own words."""
    conversation = open_conversation(owner=owner, language="en")
    for text in texts:
        answer = say(conversation=conversation, text=text).answer
        Message.objects.filter(pk=answer.pk).update(state=Message.State.DONE, text=f"answer to {text}")
    return conversation


def request_of(session: SessionStore, user: User | None = None):
    request = RequestFactory().get("/")
    request.session, request.user = session, user or AnonymousUser()
    return request


@pytest.mark.parametrize("owner", [ANN, STRANGER], ids=["customer", "stranger"])
def test_a_conversation_is_seen_by_its_owner_alone(owner):
    conversation = talk(owner, "hello")
    for somebody in EVERYBODY:
        sees = somebody == owner
        assert list(conversations_of(somebody)) == ([conversation] if sees else [])
        assert (current_conversation(somebody) == conversation) is sees
        assert messages_of(somebody).count() == (2 if sees else 0)
        if not sees:
            with pytest.raises(Conversation.DoesNotExist):
                conversation_of(somebody, conversation.key)


def test_the_same_customer_id_in_another_store_is_somebody_else(settings):
    stores = fakes.FAKE_SETTINGS["STORES"]
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"STORES": stores | {"other": stores["default"]}}
    talk(ANN, "hello")
    assert not conversations_of(Owner("other", "ann", None)).exists()
    assert open_conversation(owner=Owner("other", "ann", None), language="en").store.slug == "other"


@pytest.mark.parametrize("owner", EVERYBODY[1:], ids=["customer", "stranger", "other", "nobody"])
def test_nobody_else_rates_or_deletes(owner):
    conversation = talk(ANN, "hello")
    answer = conversation.messages.get(role=Message.Role.ASSISTANT)
    with pytest.raises(Message.DoesNotExist):
        services.give_feedback(owner=owner, message_id=answer.pk, helpful=False)
    with pytest.raises(Conversation.DoesNotExist):
        services.delete_conversation(owner=owner, key=conversation.key)
    services.give_feedback(owner=ANN, message_id=answer.pk, helpful=True, remark=" very\0 good ")
    answer.refresh_from_db()
    assert (answer.helpful, answer.remark) == (True, "very good")
    services.delete_conversation(owner=ANN, key=conversation.key)
    assert not Message.objects.exists()


def test_only_finished_answers_are_rated():
    question = say(conversation=open_conversation(owner=ANN, language="en"), text="hello")
    for message in (question, question.answer):
        with pytest.raises(Message.DoesNotExist):
            services.give_feedback(owner=ANN, message_id=message.pk, helpful=True)


def test_the_owner_is_fixed_in_the_database():
    conversation = talk(ANN, "hello")
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        Conversation.objects.filter(pk=conversation.pk).update(customer=fakes.make_customer(conversation.store, "eve"))


def test_signing_in_and_out_changes_who_asks():
    session = SessionStore()
    stranger = owner_of(request_of(session), remember=True)
    user = User.objects.create(username="ann")
    ann = owner_of(request_of(session, user))
    assert (stranger.customer_id, ann.customer_id) == (None, str(user.pk))
    asked_as_stranger, asked_as_ann = talk(stranger, "as a stranger"), talk(ann, "as ann")
    assert list(conversations_of(ann)) == [asked_as_ann]
    assert list(conversations_of(owner_of(request_of(session)))) == [asked_as_stranger]
    session.flush()
    assert owner_of(request_of(session)).nobody


def test_a_stranger_s_secret_is_kept_only_as_a_digest():
    session = SessionStore()
    assert owner_of(request_of(session)).nobody
    assert not session.keys(), "looking alone opens no session"
    owner = owner_of(request_of(session), remember=True)
    conversation = talk(owner, "hello")
    secret = session["loyalty_assistant"]
    assert len(secret) > 40
    assert bytes(conversation.session_digest) == hashlib.sha256(f"{secret}\0".encode()).digest()


def test_a_customer_of_whom_we_know_nothing_yet_can_ask():
    assert talk(Owner("default", "new", None), "hello").customer == Customer.objects.get(external_id="new")


def test_somebody_erased_asks_like_a_stranger_and_does_not_come_back():
    talk(ANN, "hello")
    erase_customer(customer=Customer.objects.get(external_id="ann"), now=timezone.now())
    assert not Message.objects.exists()
    owner = Owner("default", "ann", b"a" * 32)
    conversation = talk(owner, "hello again")
    assert conversation.customer is None
    assert not Customer.objects.filter(external_id="ann").exists()
    assert current_conversation(owner) == conversation
    assert turn_of(conversation.messages.first()).customer_id is None
    assert current_conversation(ANN) is None


def test_a_conversation_goes_on_until_it_is_closed():
    first = talk(ANN, "hello")
    assert open_conversation(owner=ANN, language="zh-hans") == first
    services.close(conversation=first)
    assert current_conversation(ANN) is None
    with pytest.raises(Closed):
        say(conversation=first, text="anybody there?")
    assert open_conversation(owner=ANN, language="en") != first


@pytest.mark.django_db(transaction=True)
def test_two_first_messages_at_once_open_one_conversation():
    barrier = threading.Barrier(2)

    def ask():
        barrier.wait()
        conversation = open_conversation(owner=STRANGER, language="en")
        say(conversation=conversation, text="hello", client_key="k")
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Conversation.objects.count() == 1
    assert Message.objects.count() == 2


def test_a_message_comes_with_an_empty_answer_and_is_sent_once():
    conversation = open_conversation(owner=ANN, language="en")
    first = say(conversation=conversation, text="hello", client_key="k1")
    again = say(conversation=conversation, text="hello", client_key="k1")
    assert first == again
    assert (first.answer.role, first.answer.state, first.answer.text) == ("assistant", "waiting", "")
    assert conversation.messages.count() == 2
    say(conversation=conversation, text="hello", client_key="k2")
    assert conversation.messages.count() == 4


@pytest.mark.parametrize("text", ["", "  \n\t ", "\0\x07", "x" * 2001])
def test_nothing_and_too_much_are_not_taken(text):
    with pytest.raises(CannotSay):
        say(conversation=open_conversation(owner=ANN, language="en"), text=text)
    assert not Message.objects.exists()


@given(st.text())
def test_cleaning_is_final_and_leaves_no_control_characters(text):
    cleaned = services.clean(text)
    assert services.clean(cleaned) == cleaned
    assert not services.UNPRINTABLE.search(cleaned)


def test_messages_a_minute_are_counted_over_all_conversations_of_an_owner(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ASSISTANT": {"PER_MINUTE": 2}}
    conversation = talk(ANN, "one", "two")
    services.close(conversation=conversation)
    with pytest.raises(TooFast):
        talk(ANN, "three")
    talk(BOB, "one")
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    talk(ANN, "three")


def test_strangers_of_one_address_are_counted_together_however_often_they_come_anew(settings, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(services.timezone, "now", lambda: now)
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ASSISTANT": {"STRANGERS_PER_MINUTE": 2}}
    cache.clear()

    def come(number: int, address: str = "192.0.2.7") -> Message:
        stranger = Owner("default", None, bytes([number]) * 32)
        return say(conversation=open_conversation(owner=stranger, language="en"), text="hello", address=address)

    come(1), come(2)
    with pytest.raises(TooFast):
        come(3)
    come(3, "192.0.2.8")
    say(conversation=open_conversation(owner=ANN, language="en"), text="hello", address="192.0.2.7")
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ASSISTANT": {"STRANGERS_PER_MINUTE": None}}
    come(4)


def test_what_the_next_answer_is_told():
    fakes.make_product(fakes.make_store(), "P1")
    shop = get_adapter("default")
    shop.has_cart = True
    shop.cart = lambda request: [CartItem("P1", "Pot", 2, Decimal("4.50"))]
    conversation = talk(ANN, "first", "second")
    answer = conversation.messages.filter(role=Message.Role.ASSISTANT).last()
    answer.cards, answer.sources = ["P2", "P1"], [{"key": "passage:3"}, {"key": "product:P1"}]
    answer.save()
    request = request_of(SessionStore())
    request.META["HTTP_SEC_GPC"] = "1"
    with translation.override("zh-hans"):
        context = surroundings(request, text="P1?", product="P1")
    question = say(conversation=conversation, text="P1?", context=context)
    turn = turn_of(Message.objects.get(pk=question.pk))
    assert (turn.store, turn.customer_id, turn.language, turn.product) == ("default", "ann", "zh-hans", "P1")
    assert turn.cart == (CartItem("P1", "Pot", 2, Decimal("4.50")),)
    assert turn.gpc is True
    assert abs(turn.now - timezone.now()) < timedelta(minutes=1)
    assert [(said.by_shopper, said.text) for said in turn.history] == [
        (True, "first"), (False, "answer to first"), (True, "second"), (False, "answer to second"),
    ]  # fmt: skip
    assert turn.focus == focus_of(answer) == ("product:P2", "product:P1", "passage:3")


def test_history_is_bounded_in_messages_and_in_characters(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ASSISTANT": {"PER_MINUTE": 100}}
    conversation = talk(ANN, *(str(number) for number in range(HISTORY)))
    turn = turn_of(say(conversation=conversation, text="and?"))
    assert len(turn.history) == HISTORY
    assert turn.history[-1].text == f"answer to {HISTORY - 1}"
    talk(ANN, *("x" * 1900 for _ in range(4)))
    assert sum(len(said.text) for said in turn_of(say(conversation=conversation, text="and?")).history) <= 6000


def test_a_cart_that_fails_and_a_product_nobody_knows_do_no_harm():
    shop = get_adapter("default")
    shop.has_cart = True
    context = surroundings(request_of(SessionStore()), text="hello", product="no-such")
    assert (context["cart"], context["product"]) == (None, "")
    assert (
        turn_of(say(conversation=open_conversation(owner=ANN, language="en"), text="hi", context=context)).cart is None
    )


@pytest.mark.parametrize(
    ("text", "page", "language"),
    [
        ("where is my order", "zh-hans", "en"),
        ("我的订单在哪里", "en", "zh-hans"),
        ("订单 536365 where is it now", "en", "zh-hans"),
        ("536365?", "zh-hans", "zh-hans"),
        ("cake stand", "zh-hans", "zh-hans"),
        ("cake stand", "en-gb", "en"),
        ("", "fr", "en"),
    ],
)
def test_the_language_of_an_answer(text, page, language):
    with translation.override(page):
        assert language_of(text) == language


def test_a_person_takes_over_answers_and_hands_back():
    staff = User.objects.create(username="helen")
    conversation = talk(ANN, "hello")
    services.hand_over(conversation=conversation)
    services.hand_over(conversation=conversation)
    conversation.refresh_from_db()
    assert conversation.state == Conversation.State.WAITING
    assert conversation.handed_over_at is not None
    assert [m.role for m in thread(conversation)] == ["shopper", "assistant", "notice"], "asked for once"
    waiting = say(conversation=conversation, text="are you there?")
    assert not Message.objects.filter(answers=waiting).exists(), "the assistant keeps silent"

    reply = services.staff_reply(conversation=conversation, staff=staff, text="Yes, I am.")
    conversation.refresh_from_db()
    assert (conversation.state, conversation.staff) == (Conversation.State.WITH_PERSON, staff)
    assert (reply.role, reply.text) == ("staff", "Yes, I am.")
    with pytest.raises(CannotSay):
        services.staff_reply(conversation=conversation, staff=staff, text="  ")

    services.hand_back(conversation=conversation)
    assert say(conversation=conversation, text="thanks").answer.state == Message.State.WAITING


def test_notices_are_in_the_language_of_the_conversation():
    conversation = open_conversation(owner=STRANGER, language="zh-hans")
    with translation.override("en"):
        services.hand_over(conversation=conversation)
    with translation.override("zh-hans"):
        assert conversation.messages.get().text == str(
            translation.gettext("A person from our team will answer you here. You can leave this page and come back.")
        )


def test_the_inbox_has_who_waits_first():
    later, waiting, with_person = talk(ANN, "a"), talk(BOB, "b"), talk(STRANGER, "c")
    services.hand_over(conversation=waiting)
    services.take_over(conversation=with_person, staff=User.objects.create(username="helen"))
    talk(ANN, "again")
    assert list(inbox()) == [waiting, with_person, later]


def test_a_conversation_past_its_days_is_shown_no_longer(store, settings):
    talk(ANN, "hello")
    Conversation.objects.update(updated_at=timezone.now() - timedelta(days=91))
    assert not conversations_of(ANN).exists()
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"RETENTION": {"conversations": None}}
    assert conversations_of(ANN).exists()
