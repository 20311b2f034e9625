"""The people behind the assistant: who may read, who may answer, what they see, and what it was asked in vain."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loyalty_ai.assistant import report, services
from loyalty_ai.assistant.asking import Owner
from loyalty_ai.assistant.models import AssistantUsage, Conversation, Message
from loyalty_ai.assistant.services import open_conversation, say
from tests import fakes

CHANGES = ["reply", "take-over", "hand-back", "close"]


def address(name: str, *args: int) -> str:
    return reverse(f"admin:loyalty_ai_conversation_{name}", args=args)


def talk(text: str, *, who: str = "ann", outcome: str = "answered", answer: str = "Yes.", **fields) -> Conversation:
    """A conversation in which this was asked and answered."""
    conversation = open_conversation(owner=Owner("default", who, None), language="en")
    question = say(conversation=conversation, text=text)
    Message.objects.filter(answers=question).update(
        state=Message.State.DONE, text=answer, outcome=outcome, answered_at=timezone.now(), **fields
    )
    return conversation


def test_nobody_reads_or_answers_without_the_permission(pot_shop, viewer, ann):
    conversation = talk("my secret")
    pages = [address("changelist"), address("report")]
    pages += [address(name, conversation.pk) for name in ("change", "thread")]
    for client in (Client(), ann):
        for page in pages:
            assert client.get(page).status_code == 302, "to the sign-in"
        for change in CHANGES:
            assert client.post(address(change, conversation.pk), {"text": "x"}).status_code == 302
    for page in pages:
        assert viewer.get(page).status_code == 200
    for change in CHANGES:
        assert viewer.post(address(change, conversation.pk), {"text": "x"}).status_code == 403
    assert 'name="text"' not in viewer.get(address("change", conversation.pk)).text
    conversation.refresh_from_db()
    assert (conversation.state, conversation.messages.count()) == ("open", 2)


def test_staff_without_any_permission_see_nothing(pot_shop, django_user_model):
    conversation = talk("my secret")
    client = Client()
    client.force_login(django_user_model.objects.create_user("nosy", is_staff=True))
    for page in (address("changelist"), address("report"), address("change", conversation.pk)):
        assert client.get(page).status_code == 403
    assert client.get(address("thread", conversation.pk)).status_code == 403


def test_the_inbox_has_who_waits_first_with_their_last_words(helper):
    talk("long ago", who="bob")
    services.hand_over(conversation=talk("I want a person", who="cat"))
    talk("just now", who="dan", helpful=False)
    html = helper.get(address("changelist")).text
    order = [html.index(words) for words in ("I want a person", "just now", "long ago")]
    assert order == sorted(order)
    assert "waiting for a person" in html


def test_a_reply_reaches_the_shopper_and_the_assistant_keeps_silent(helper):
    conversation = talk("Is my order lost?")
    services.hand_over(conversation=conversation)
    sent = helper.post(address("reply", conversation.pk), {"text": "  I found it. "}, follow=True)
    assert "Sent." in sent.text
    reply = conversation.messages.get(role=Message.Role.STAFF)
    assert reply.text == "I found it."
    conversation.refresh_from_db()
    assert (conversation.state, conversation.staff) == (Conversation.State.WITH_PERSON, helper.user)
    assert "I found it." in helper.get(address("thread", conversation.pk)).json()["html"]
    assert "Write something first." in helper.post(address("reply", conversation.pk), {"text": " "}, follow=True).text


def test_taking_over_handing_back_and_closing(helper):
    conversation = talk("hello")
    states = []
    for change in ("take-over", "hand-back", "close"):
        assert helper.get(address(change, conversation.pk)).status_code == 405
        helper.post(address(change, conversation.pk))
        conversation.refresh_from_db()
        states.append(conversation.state)
    assert states == ["with_person", "open", "closed"]
    assert "Hand back" not in helper.get(address("change", conversation.pk)).text
    assert helper.post(address("close", 10**9)).status_code == 404


def test_the_thread_shows_words_as_text(helper, pot_shop):
    hostile = "<script>alert(1)</script>{{ 7|add:7 }}"
    conversation = talk(hostile, answer=hostile, helpful=False, remark=hostile, cards=["pot"])
    html = helper.get(address("change", conversation.pk)).text
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}") == 3
    assert "<script>alert" not in html
    assert "Pot (£10.00)" in html


def test_questions_alike_are_counted_together(pot_shop, viewer):
    for who, text in enumerate(
        ["Do you sell gift cards?", "do you sell a gift card", "Gift cards?", "能送礼品卡吗", "礼品卡能送吗？"]
    ):
        talk(text, who=str(who), outcome="unanswered")
    talk("What did Bob order?", outcome="refused")
    talk("How much is the pot?", who="eve")
    groups = report.unanswered_since(store=pot_shop, since=timezone.now() - timedelta(days=1))
    assert [(group.outcome, group.count) for group in groups] == [("unanswered", 3), ("unanswered", 2), ("refused", 1)]
    assert groups[0].text == "Gift cards?", "the newest words stand for the group"
    html = viewer.get(address("report")).text
    for text in ("Gift cards?", "What did Bob order?", "礼品卡"):
        assert text in html
    assert "How much is the pot?" not in html


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("do you ship to Norway", "Do you ship to norway?", True),
        ("where is order 536365", "Where is order 536366?", True),
        ("do you ship to Norway", "do you sell to schools", False),
        ("可以开发票吗", "能开发票吗？", True),
        ("可以开发票吗", "可以退货吗", False),
    ],
)
def test_which_questions_are_alike(one, other, same):
    assert report.alike(report.content(one), report.content(other)) is same


def test_the_report_counts_outcomes_ratings_and_what_a_day_costs(pot_shop, viewer):
    now = timezone.now()
    for number, outcome in enumerate(["answered", "answered", "refused", "handed_over"]):
        talk("question", who=str(number), outcome=outcome)
    Message.objects.filter(outcome="answered").update(helpful=True)
    Message.objects.update(answered_at=F("created_at") + timedelta(seconds=2))
    Message.objects.filter(outcome="refused").update(helpful=False, remark="rude!")
    Message.objects.filter(outcome="handed_over").update(created_at=now - timedelta(days=40))
    AssistantUsage.objects.create(store=pot_shop, day=now.date(), answers=3, tokens=4321, cost=Decimal("0.25"))
    customer = fakes.make_customer(pot_shop)
    AssistantUsage.objects.create(store=pot_shop, customer=customer, day=now.date(), answers=3, tokens=4321)
    since = now - timedelta(days=30)
    counts = report.answers_since(store=pot_shop, since=since)
    assert (counts.total, counts.answered, counts.refused, counts.handed_over) == (3, 2, 1, 0)
    assert (counts.liked, counts.disliked) == (2, 1)
    assert counts.seconds == 2
    assert report.cost_since(store=pot_shop, since=since) == (4321, Decimal("0.25"))
    html = viewer.get(address("report")).text
    for text in ("67 %", "4,321", "£0.25", "rude!"):
        assert text in html


def test_an_empty_report_is_a_page(viewer):
    assert viewer.get(address("report")).status_code == 200
