"""Nobody sees or changes what is somebody else's, at any address of the app: a new address is walked without being named here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, reverse

from loyalty_ai import urls
from loyalty_ai.conf import get_adapter
from loyalty_ai.privacy.selectors import export_customer
from loyalty_ai.shop.models import Customer, Event, EventType
from tests import fakes
from tests.privacy.person import move_in

pytestmark = pytest.mark.django_db

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
PASSWORD = "bobs-own-password"
CANARIES = ("order-ann", "I am ann", "ann wants no", "seen by ann alone", "coupon-of-ann")
"""What stands in Ann's rows and in no request."""


def leaves(patterns: list) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from leaves(pattern.url_patterns)


ADDRESSES = list(leaves(urls.urlpatterns))


@pytest.fixture
def shop(settings, monkeypatch) -> SimpleNamespace:
    """Ann with rows in every table, and Bob with rows of his own."""
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    settings.REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
    monkeypatch.setattr("loyalty_ai.serving.page.DEADLINE", 30.0)
    monkeypatch.setattr(get_adapter("default"), "customer_id", lambda request: request.user.username or None)
    cache.clear()
    store = fakes.make_store()
    run = fakes.make_run(store)
    people = {name: move_in(store, name, run) for name in ("ann", "bob")}
    for name, customer in people.items():
        Customer.objects.filter(pk=customer.pk).update(user=User.objects.create_user(name, password=PASSWORD))
        customer.mutes.create(kind="brand", value=f"{name} wants no")
        seen = fakes.make_product(store, f"seen-{name}", title=f"seen by {name} alone")
        fakes.record_event(customer, EventType.VIEW_ITEM, seen)
    return SimpleNamespace(store=store, ann=people["ann"])


def arguments(pattern: URLPattern, ann: Customer) -> dict[str, object]:
    """Ann's own ids for whatever the address takes."""
    conversation = ann.conversations.get()
    known = {
        "key": conversation.key,
        "message_id": conversation.messages.order_by("pk").last().pk,
        "outcome_id": ann.action_outcomes.get().pk,
        "mute_id": ann.mutes.order_by("pk").last().pk,
        "product_id": "pot",
        "slug": "privacy",
    }
    missing = set(pattern.pattern.converters) - set(known)
    assert not missing, f"say here which of Ann's rows {missing} names"
    return {name: known[name] for name in pattern.pattern.converters}


def fields(ann: Customer) -> dict[str, object]:
    """A body and a query that name Ann and her rows in every way, and are right in all else."""
    conversation = ann.conversations.get()
    last = conversation.messages.order_by("pk").last()
    event = Event.objects.filter(customer=ann).order_by("pk").last()
    who = dict.fromkeys(("customer", "customer_id", "external_id", "user", "user_id", "username", "owner"), "ann")
    return {
        **who, "id": ann.pk, "event": event.pk, "event_id": event.pk, "mute": ann.mutes.last().pk,
        "conversation": str(conversation.key), "key": str(conversation.key), "message": last.pk, "message_id": last.pk,
        "after": 0, "outcome": ann.action_outcomes.get().pk,
        "text": "Where is my order?", "helpful": "yes", "remark": "hello", "purpose": "preferences",
        "granted": "no", "preferences": False, "kind": "brand", "value": "nothing", "product": "pot",
        "format": "json", "password": PASSWORD, "sure": "1", "answer": "yes", "token": "x",
    }  # fmt: skip


def walk(client: Client, pattern: URLPattern, ann: Customer) -> list[str]:
    """What every method answers, to a form and to JSON."""
    address = reverse(f"loyalty_ai:{pattern.name}", kwargs=arguments(pattern, ann))
    body, answers = fields(ann), []
    for method in METHODS:
        send = getattr(client, method)
        if method in ("get", "head", "options"):
            sent = [send(address, query) for query in ({}, {name: str(value) for name, value in body.items()})]
        else:
            sent = [send(address, json.dumps(body), content_type="application/json")]
            if method == "post":
                sent.append(send(address, body))
        for response in sent:
            content = b"".join(response.streaming_content) if response.streaming else response.content
            answers.append(content.decode("utf-8", "replace"))
            assert response.status_code < 500, (method, address)
    return answers


def rows_of(customer: Customer) -> dict:
    return export_customer(customer=Customer.objects.get(pk=customer.pk))


@pytest.mark.parametrize("actor", ["bob", ""], ids=["bob", "stranger"])
@pytest.mark.parametrize("pattern", ADDRESSES, ids=lambda pattern: pattern.name)
def test_nobody_reads_or_writes_what_is_anns(shop, pattern, actor):
    client, before = Client(), rows_of(shop.ann)
    if actor:
        client.force_login(User.objects.get(username=actor))
    for answer in walk(client, pattern, shop.ann):
        assert [canary for canary in CANARIES if canary in answer] == []
    assert rows_of(shop.ann) == before


def test_the_walk_would_see_what_it_looks_for(shop):
    ann, seen = Client(), set()
    ann.force_login(User.objects.get(username="ann"))
    for name in ("my-data", "my-events", "my-mutes", "assistant"):
        pattern = next(each for each in ADDRESSES if each.name == name)
        answers = walk(ann, pattern, shop.ann)
        seen |= {canary for canary in CANARIES if any(canary in answer for answer in answers)}
    assert seen == set(CANARIES)


def test_every_address_has_a_name_of_its_own():
    names = [pattern.name for pattern in ADDRESSES]
    assert None not in names
    assert len(names) == len(set(names))
