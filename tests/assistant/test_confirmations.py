"""The shopper's own yes: theirs alone, once, for a while; whatever else is sent changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty_ai.assistant import confirmations
from loyalty_ai.assistant.asking import owner_of
from loyalty_ai.assistant.confirmations import SALT, NotConfirmed, confirm, propose, sign
from loyalty_ai.assistant.models import Confirmation, Message
from loyalty_ai.assistant.services import open_conversation, say
from loyalty_ai.assistant.turn import Proposal
from loyalty_ai.conf import get_adapter
from tests import fakes

STOCK = 5


@pytest.fixture
def changes(settings, monkeypatch) -> list[dict[str, int]]:
    """What the shop's cart was told to hold; it has five of everything."""
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    told: list[dict[str, int]] = []

    def change_cart(request: HttpRequest, units: Mapping[str, int]) -> dict[str, int]:
        told.append(dict(units))
        return {product: min(count, STOCK) for product, count in units.items()}

    adapter = get_adapter("default")
    monkeypatch.setattr(adapter, "has_cart", True, raising=False)
    monkeypatch.setattr(adapter, "change_cart", change_cart)
    return told


def request_of(user: User | None = None, session: SessionStore | None = None) -> HttpRequest:
    request = RequestFactory().post("/")
    request.user, request.session = user or AnonymousUser(), session or SessionStore()
    return request


def proposed(request: HttpRequest, **units: int) -> Confirmation:
    """What the assistant proposed to whoever sends this request."""
    conversation = open_conversation(owner=owner_of(request, remember=True), language="en")
    answer = say(conversation=conversation, text=f"put it in, {uuid4()}").answer
    return propose(message=answer, proposal=Proposal(tuple(units.items())))


def refused(request: HttpRequest, token: str, *, yes: bool = True) -> str:
    with pytest.raises(NotConfirmed) as why:
        confirm(request, token, yes=yes)
    assert str(why.value)
    return why.value.code


@pytest.fixture
def people(db) -> tuple[HttpRequest, ...]:
    """Requests of Ann, of Bob, and of two strangers."""
    users = [User.objects.create(username=name) for name in ("ann", "bob")]
    requests = (*(request_of(user) for user in users), request_of(), request_of())
    for request in requests:
        owner_of(request, remember=True)
    return requests


def test_a_yes_changes_the_cart_as_far_as_the_stock_goes(changes, people, django_assert_max_num_queries):
    ann = people[0]
    token = sign(proposed(ann, MUG=2, TIN=9, BAG=0))
    with django_assert_max_num_queries(6):  # savepoints of the test's own transaction among them
        done = confirm(ann, token, yes=True)
    assert changes == [{"MUG": 2, "TIN": 9, "BAG": 0}]
    assert (done.held, done.short) == ({"MUG": 2, "TIN": 5, "BAG": 0}, ["TIN"])
    assert Confirmation.objects.get().accepted is True


def test_a_no_changes_nothing_and_is_the_answer(changes, people):
    ann = people[0]
    token = sign(proposed(ann, MUG=2))
    assert confirm(ann, token, yes=False).held == {}
    assert refused(ann, token) == "used"
    assert (changes, Confirmation.objects.get().accepted) == ([], False)


def test_a_token_is_good_once(changes, people):
    ann = people[0]
    confirmation = proposed(ann, MUG=2)
    token, another = sign(confirmation), sign(confirmation)
    confirm(ann, token, yes=True)
    for again in (token, another):
        assert refused(ann, again) == "used"
        assert refused(ann, again, yes=False) == "used"
    assert changes == [{"MUG": 2}]
    assert Confirmation.objects.get().accepted is True


def test_nobody_answers_for_another(changes, people):
    for owner in people:
        token = sign(proposed(owner, MUG=1))
        for other in people:
            if other is not owner:
                assert refused(other, token) == "invalid"
                assert refused(other, token, yes=False) == "invalid"
        changes.clear()
        confirm(owner, token, yes=True)
        assert changes == [{"MUG": 1}]


def test_what_was_asked_signed_out_is_not_answered_signed_in(changes, people):
    ann, stranger = people[0], people[2]
    token = sign(proposed(stranger, MUG=1))
    assert refused(request_of(ann.user, stranger.session), token) == "invalid"
    assert changes == []


def test_after_a_quarter_of_an_hour_it_is_too_late(changes, people, monkeypatch):
    ann = people[0]
    confirmation = proposed(ann, MUG=1)
    token = sign(confirmation)
    later = timezone.now() + timedelta(minutes=16)
    with monkeypatch.context() as patched:
        patched.setattr(signing.time, "time", later.timestamp)
        assert refused(ann, token) == "expired"
    Confirmation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refused(ann, sign(confirmation)) == "expired"  # signed anew, yet for an old proposal
    assert changes == []


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "é" * 20, "x" * 10_000, None, 5, "\x00", ":::", "😀:1:2"])
def test_what_is_no_token_is_refused(changes, people, token):
    assert refused(people[0], token) == "invalid"


def test_a_token_forged_or_taken_from_elsewhere_is_refused(changes, people):
    ann = people[0]
    confirmation = proposed(ann, MUG=1)
    genuine = [confirmation.message_id, confirmation.nonce.hex]
    other = proposed(ann, TIN=1)
    forged = [
        signing.dumps(genuine, salt="loyalty_ai.other"),
        signing.dumps(genuine, salt=SALT, key="another key"),
        signing.dumps([confirmation.message_id, uuid4().hex], salt=SALT),
        signing.dumps([other.message_id, confirmation.nonce.hex], salt=SALT),
        sign(confirmation)[:-1],
        sign(confirmation).swapcase(),
    ]
    assert {refused(ann, token) for token in forged} == {"invalid"}
    assert changes == []
    assert not Confirmation.objects.filter(used_at__isnull=False).exists()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 200), st.text(max_size=3))
def test_no_change_to_a_token_leaves_it_good(changes, people, place, new):
    token = sign(Confirmation.objects.first() or proposed(people[0], MUG=1))
    place %= len(token)
    changed = token[:place] + new + token[place + 1 :]
    if changed != token:
        assert refused(people[0], changed) in ("invalid", "expired")
    assert changes == []


def test_where_the_shop_fails_the_same_token_is_good_again(changes, people, monkeypatch, caplog):
    ann, adapter = people[0], get_adapter("default")
    token = sign(proposed(ann, MUG=1))

    def broken(request, units):
        raise RuntimeError("the shop's own fault")

    with monkeypatch.context() as patched:
        patched.setattr(adapter, "change_cart", broken)
        assert refused(ann, token) == "failed"
    assert Confirmation.objects.get().used_at is None
    confirm(ann, token, yes=True)
    assert changes == [{"MUG": 1}]


def test_a_shop_without_a_cart_has_nothing_to_confirm(changes, people, monkeypatch):
    token = sign(proposed(people[0], MUG=1))
    monkeypatch.setattr(get_adapter("default"), "has_cart", False)
    assert refused(people[0], token) == "invalid"
    assert Confirmation.objects.get().used_at is None


def test_a_message_proposes_once(changes, people):
    confirmation = proposed(people[0], MUG=1)
    again = propose(message=confirmation.message, proposal=Proposal((("MUG", 500),)))
    assert (again, again.units) == (confirmation, {"MUG": 1})


def test_a_deleted_thread_takes_its_questions_with_it(changes, people):
    confirmation = proposed(people[0], MUG=1)
    token = sign(confirmation)
    Message.objects.filter(pk=confirmation.message_id).delete()
    assert refused(people[0], token) == "invalid"


@pytest.mark.django_db(transaction=True)
def test_of_many_presses_at_once_one_changes_the_cart(changes, people):
    ann = people[0]
    token, outcomes, start = sign(proposed(ann, MUG=1)), [], threading.Barrier(6)

    def press() -> None:
        try:
            start.wait()
            confirm(request_of(ann.user, ann.session), token, yes=True)
            outcomes.append("changed")
        except NotConfirmed as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["changed"] + ["used"] * 5
    assert changes == [{"MUG": 1}]


def test_tokens_of_ours_are_short(changes, people):
    assert len(sign(proposed(people[0], MUG=1))) < confirmations.LONGEST
