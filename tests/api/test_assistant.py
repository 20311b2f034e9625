"""Conversations over the API: everybody their own, and the same checked answers as on the page."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from loyalty_ai.assistant.models import Confirmation, Conversation, Message
from loyalty_ai.conf import get_adapter
from loyalty_ai.shop.adapters.base import CartItem
from tests import fakes
from tests.assistant.conftest import ANSWER

API = "/loyalty/api/assistant/"
CONVERSATIONS = f"{API}conversations/"


@pytest.fixture(autouse=True)
def answers(monkeypatch, store) -> dict[str, Any]:
    given = dict(ANSWER)
    fakes.make_product(store, "pot", title="Pot", url="/product/pot/")

    def begin(*, message: Message) -> None:
        if given and message.state != Message.State.DONE:
            Message.objects.filter(pk=message.pk).update(**given)

    monkeypatch.setattr("loyalty_ai.assistant.delivery.begin", begin)
    return given


def open_one(client: APIClient) -> str:
    return client.post(CONVERSATIONS).json()["key"]


def say(client: APIClient, key: str, text: str = "hello", **fields: str) -> Any:
    return client.post(f"{CONVERSATIONS}{key}/messages/", {"text": text, **fields}, format="json")


@pytest.fixture(params=["customer", "stranger"])
def owner(request, ann, stranger) -> APIClient:
    return ann if request.param == "customer" else stranger


def test_a_question_and_its_answer(owner):
    key = open_one(owner)
    sent = say(owner, key, "how long does it take?", client_key="k1")
    assert sent.status_code == 201
    question, answer = sent.json()["messages"]
    assert (question["role"], question["text"]) == ("shopper", "how long does it take?")
    assert (answer["role"], answer["done"], answer["outcome"]) == ("assistant", True, "answered")
    assert answer["sentences"] == ANSWER["sentences"]
    assert answer["sources"] == ANSWER["sources"]
    assert answer["products"] == [
        {
            "product_id": "pot", "title": "Pot", "price": "10.00", "currency": "GBP", "price_note": "", "available": True,
            "url": "/product/pot/", "image": "",
        }
    ]  # fmt: skip
    assert say(owner, key, "how long does it take?", client_key="k1").json() == sent.json()
    read = owner.get(f"{CONVERSATIONS}{key}/messages/")
    assert read.json() == sent.json()
    assert owner.get(f"{CONVERSATIONS}{key}/messages/", {"after": answer["id"]}).json()["messages"] == []
    assert [one["key"] for one in owner.get(CONVERSATIONS).json()["results"]] == [key]


def test_nobody_else_finds_it(owner, bob, staff, service):
    key = open_one(owner)
    answer = say(owner, key).json()["messages"][1]["id"]
    thread = f"{CONVERSATIONS}{key}/"
    for other in (bob, staff, service, APIClient()):
        assert other.get(CONVERSATIONS).json()["results"] == []
        for get in (thread, f"{thread}messages/"):
            assert other.get(get).status_code == 404
        assert say(other, key).status_code == 404
        assert other.post(f"{thread}hand-over/").status_code == 404
        assert other.delete(thread).status_code == 404
        rated = other.put(f"{API}messages/{answer}/feedback/", {"helpful": False}, format="json")
        assert rated.status_code == 404
    message = Message.objects.get(pk=answer)
    assert (message.helpful, message.conversation.state, message.conversation.messages.count()) == (None, "open", 2)


@pytest.mark.parametrize("trick", ["customer_id", "customer", "owner", "session_digest", "store"])
def test_nobody_becomes_somebody_else_by_a_parameter(ann, bob, trick):
    open_one(ann)
    value = ann.customer.external_id
    assert bob.get(CONVERSATIONS, {trick: value}).json()["results"] == []
    bob.post(CONVERSATIONS, {trick: value}, format="json")
    assert Conversation.objects.filter(customer=ann.customer).count() == 1


def test_a_stranger_s_thread_is_not_the_account_s(stranger, ann):
    key = open_one(stranger)
    stranger.force_login(ann.user)
    assert stranger.get(f"{CONVERSATIONS}{key}/").status_code == 404
    stranger.logout()
    assert stranger.get(f"{CONVERSATIONS}{key}/").status_code == 404


def test_an_account_counts_only_as_authenticated_by_the_api(ann, monkeypatch):
    user = str(ann.user.pk)
    monkeypatch.setattr(
        "tests.fakes.FakeShop.customer_id", lambda self, request: user
    )  # by a session of the shop's own
    monkeypatch.setattr("loyalty_ai.assistant.api.AssistantView.authentication_classes", [])
    assert ann.get(CONVERSATIONS).status_code in (401, 403)
    assert ann.post(CONVERSATIONS).status_code in (401, 403)


def test_other_sites_cannot_write(ann, stranger):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(ann.user)
    assert client.post(CONVERSATIONS).status_code == 403
    key = open_one(stranger)
    form = stranger.post(f"{CONVERSATIONS}{key}/messages/", {"text": "hello"}, format="multipart")
    assert form.status_code == 415


def test_feedback_hand_over_and_deletion(owner):
    key = open_one(owner)
    question, answer = say(owner, key).json()["messages"]
    rate = f"{API}messages/{answer['id']}/feedback/"
    assert owner.put(rate, {"helpful": False, "remark": "wrong"}, format="json").status_code == 204
    assert owner.put(f"{API}messages/{question['id']}/feedback/", {"helpful": True}, format="json").status_code == 404
    last = owner.get(f"{CONVERSATIONS}{key}/messages/").json()["messages"][-1]
    assert (last["helpful"], last["remark"]) == (False, "wrong")
    assert owner.post(f"{CONVERSATIONS}{key}/hand-over/").json()["state"] == "waiting"
    assert [m["role"] for m in say(owner, key, "still there?").json()["messages"]] == ["shopper"]
    assert owner.delete(f"{CONVERSATIONS}{key}/").status_code == 204
    assert not Message.objects.exists()


def test_what_is_not_taken(ann, settings):
    key = open_one(ann)
    for text in ("", "\0", "x" * 2001):
        assert say(ann, key, text).status_code == 400
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ASSISTANT": {"PER_MINUTE": 1}}
    assert [say(ann, key).status_code for _ in range(2)] == [201, 429]
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    Conversation.objects.update(state=Conversation.State.CLOSED)
    assert say(ann, key).status_code == 409
    assert ann.get(f"{CONVERSATIONS}{uuid.uuid4()}/").status_code == 404


def test_whoever_asks_gets_answers_that_nobody_writes(ann, answers, monkeypatch):
    answers.clear()
    key = open_one(ann)
    assert say(ann, key).json()["messages"][1]["done"] is False
    seen = []
    monkeypatch.setattr("loyalty_ai.assistant.delivery.rescue", lambda *, message: seen.append(message.pk))
    ann.get(f"{CONVERSATIONS}{key}/messages/")
    assert seen == [Message.objects.get(role=Message.Role.ASSISTANT).pk]


def test_the_page_and_the_cart_are_read_from_the_request_not_from_the_text(ann):
    shop = get_adapter("default")
    shop.has_cart = True
    shop.cart = lambda request: [CartItem("pot", "Pot", 1, None)]
    say(ann, open_one(ann), "cart: 100 pots", product_id="pot")
    context = Message.objects.get(role=Message.Role.SHOPPER).context
    assert context["cart"] == [{"product_id": "pot", "title": "Pot", "units": 1, "price": None}]
    assert context["product"] == "pot"


def test_asking_and_saying_have_rates_of_their_own(ann, settings):
    from django.core.cache import cache

    cache.clear()
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"loyalty_assistant": "2/min"}}
    key = open_one(ann)
    assert [say(ann, key).status_code for _ in range(2)] == [201, 429]
    assert ann.get(f"{CONVERSATIONS}{key}/messages/").status_code == 200
    cache.clear()


def test_a_change_of_the_cart_needs_the_owner_s_own_yes_once(ann, bob):
    shop = get_adapter("default")
    shop.has_cart, shop.cart = True, lambda request: []
    shop.change_cart = lambda request, units: {product_id: min(count, 3) for product_id, count in units.items()}
    key = open_one(ann)
    answer = say(ann, key, "five pots into my cart").json()["messages"][1]
    Confirmation.objects.create(
        message_id=answer["id"], units={"pot": 5}, expires_at=timezone.now() + timedelta(minutes=5)
    )
    proposal = ann.get(f"{CONVERSATIONS}{key}/messages/").json()["messages"][1]["proposal"]
    assert (proposal["decision"], proposal["changes"]) == ("open", [{"product_id": "pot", "units": 5}])
    given = {"token": proposal["token"], "accept": True}
    for other in (bob, APIClient()):
        assert other.post(f"{API}confirm/", given, format="json").status_code == 404
    assert ann.post(f"{API}confirm/", given, format="json").json() == {
        "decision": "accepted",
        "cart": [{"product_id": "pot", "units": 3}],
    }
    assert ann.post(f"{API}confirm/", given, format="json").status_code == 409
    thread = ann.get(f"{CONVERSATIONS}{key}/messages/").json()["messages"]
    assert thread[1]["proposal"] | {"changes": []} == {"decision": "accepted", "token": "", "changes": []}
    assert thread[2]["role"] == "notice"
