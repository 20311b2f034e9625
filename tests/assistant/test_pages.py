"""The assistant's page, and what the widget asks: no script needed, nobody sees anybody else, everything from others is text."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.db import connection
from django.template import engines
from django.test import AsyncClient, Client, RequestFactory
from django.utils import timezone, translation

from loyalty_ai.assistant import services, streaming
from loyalty_ai.assistant.models import Confirmation, Conversation, Message
from loyalty_ai.assistant.threads import own_path
from loyalty_ai.conf import get_adapter
from loyalty_ai.shop.adapters.base import LiveProduct
from tests import fakes

PAGE = "/loyalty/assistant/"
JSON = {"Accept": "application/json"}

pytestmark = pytest.mark.usefixtures("answers")


def say(client: Client, text: str = "hello", **fields: str) -> dict:
    return client.post(PAGE, {"text": text, **fields}, headers=JSON).json()


def read(client: Client, after: int = 0) -> dict:
    return client.get(f"{PAGE}messages/", {"after": after}, headers=JSON).json()


def answer_of(client: Client) -> int:
    return next(message["id"] for message in read(client)["messages"] if message["role"] == "assistant")


def test_without_script_a_question_is_a_form_and_its_answer_a_page(stranger):
    empty = stranger.get(PAGE).content.decode()
    assert "You are writing with an AI" in empty
    assert "How long does delivery take?" in empty
    sent = stranger.post(PAGE, {"text": "how long?"})
    answer = Message.objects.get(role=Message.Role.ASSISTANT)
    assert (sent.status_code, sent["Location"]) == (302, f"{PAGE}#loyalty-message-{answer.pk}")
    page = stranger.get(PAGE).content.decode()
    assert "how long?" in page
    assert "We deliver in two days." in page
    assert 'href="/loyalty/documents/delivery/#days"' in page
    assert page.count('loyalty-pick__title" dir="auto">Pot</span>') == 1


def test_a_suggestion_is_a_button_that_asks(stranger):
    stranger.post(PAGE, {"text": ["How long does delivery take?", ""]})
    assert Message.objects.get(role=Message.Role.SHOPPER).text == "How long does delivery take?"


def test_looking_costs_a_stranger_no_session_and_no_query(stranger, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert stranger.get(PAGE).status_code == 200
        assert read(stranger) | {"csrf": ""} == {
            "conversation": None, "state": "none", "csrf": "", "messages": [], "wait": None,
        }  # fmt: skip
    assert "sessionid" not in stranger.cookies


def test_a_thread_costs_the_same_however_long_it_is(ann, settings, django_assert_max_num_queries):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ASSISTANT": {"PER_MINUTE": 100}}
    for number in range(12):
        say(ann, f"question {number}")
    with django_assert_max_num_queries(10):
        read(ann)


def test_nobody_sees_or_touches_the_thread_of_another(ann, bob, stranger, viewer):
    say(ann, "my secret")
    answer = answer_of(ann)
    for other in (bob, stranger, viewer, Client()):
        assert read(other)["messages"] == []
        assert "my secret" not in other.get(PAGE).content.decode()
        assert other.post(f"{PAGE}feedback/", {"message": answer, "helpful": "no"}, headers=JSON).status_code == 404
        for change in ("close", "delete", "person"):
            other.post(f"{PAGE}{change}/")
    assert Message.objects.get(pk=answer).helpful is None
    assert Conversation.objects.get(customer=ann.customer).state == Conversation.State.OPEN
    assert len(read(ann)["messages"]) == 2


def test_signing_in_and_out_changes_the_thread(stranger, pot_shop):
    say(stranger, "as a stranger")
    user = User.objects.create_user("eve", password="x")
    assert stranger.login(username="eve", password="x")
    assert read(stranger)["messages"] == []
    say(stranger, "as eve")
    assert Conversation.objects.get(customer__external_id=str(user.pk)).messages.filter(text="as eve").exists()
    stranger.logout()
    assert read(stranger)["messages"] == []
    assert stranger.login(username="eve", password="x")
    assert "as eve" in read(stranger)["messages"][0]["html"]
    assert "as a stranger" not in stranger.get(PAGE).content.decode()


def test_forms_of_other_sites_are_refused(ann):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann.user)
    for address in ("", "feedback/", "person/", "confirm/", "close/", "delete/"):
        assert client.post(PAGE + address, {"text": "hello"}).status_code == 403
    assert not Message.objects.exists()
    token = read(client)["csrf"]
    sent = client.post(PAGE, {"text": "hello", "csrfmiddlewaretoken": token}, headers=JSON)
    assert len(sent.json()["messages"]) == 2


def test_the_same_message_sent_twice_is_one(ann):
    first, again = say(ann, "hello", client_key="k"), say(ann, "hello", client_key="k")
    assert [m["id"] for m in first["messages"]] == [m["id"] for m in again["messages"]]
    assert 'data-key="k"' in first["messages"][0]["html"]


def test_only_what_is_new_is_given(ann):
    last = say(ann)["messages"][-1]["id"]
    assert read(ann, after=last)["messages"] == []
    assert [m["role"] for m in say(ann, "again", after=str(last))["messages"]] == ["shopper", "assistant"]


def test_the_widget_is_told_when_to_ask_again(ann, answers):
    assert say(ann)["wait"] is None
    answers.clear()
    waiting = say(ann, "and?")
    assert (waiting["wait"], waiting["messages"][-1]["done"]) == (300, False)
    assert "The assistant is looking it up" in waiting["messages"][-1]["html"]
    Message.objects.update(created_at=timezone.now() - timedelta(seconds=30))
    assert read(ann)["wait"] == 1200
    Message.objects.update(state=Message.State.DONE)
    ann.post(f"{PAGE}person/")
    assert (read(ann)["state"], read(ann)["wait"]) == ("waiting", 4000)


def test_whoever_looks_sees_to_answers_that_nobody_writes(ann, answers, monkeypatch):
    answers.clear()
    say(ann)
    seen = []
    monkeypatch.setattr("loyalty_ai.assistant.delivery.rescue", lambda *, message: seen.append(message.pk))
    read(ann)
    ann.get(PAGE)
    assert seen == [Message.objects.get(role=Message.Role.ASSISTANT).pk] * 2


@pytest.mark.parametrize(("text", "said"), [("", "Write something first."), ("x" * 2001, "too long")])
def test_what_is_not_taken_is_explained(ann, text, said):
    refused = ann.post(PAGE, {"text": text}, headers=JSON)
    assert refused.status_code == 400
    assert said in refused.json()["error"]
    assert said in ann.post(PAGE, {"text": text}).content.decode()


def test_too_many_messages_a_minute_are_refused(ann, settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ASSISTANT": {"PER_MINUTE": 1}}
    say(ann)
    assert ann.post(PAGE, {"text": "again"}, headers=JSON).status_code == 429


HOSTILE = "<script>alert(1)</script><img src=//evil onerror=x> {{ 7|add:7 }} ![x](https://evil/?q)"


def test_words_of_shoppers_models_and_catalogues_stay_text(ann, answers, pot_shop):
    answers["sentences"] = [{"text": HOSTILE, "sources": ["passage:1", "product:pot"]}]
    answers["sources"] = [
        {"key": "passage:1", "title": HOSTILE, "url": "javascript:alert(1)"},
        {"key": "product:pot", "title": HOSTILE, "url": "https://evil.example/"},
    ]
    pot_shop.products.update(title=HOSTILE, url="javascript:alert(1)")
    html = "".join(message["html"] for message in say(ann, HOSTILE)["messages"])
    page = ann.get(PAGE).content.decode()
    for shown in (html, page):
        assert "{{ 7|add:7 }}" in shown
        for bad in ("<script>", "<img src=//evil", "javascript:", 'href="https://evil'):
            assert bad not in shown


@pytest.mark.parametrize(
    ("address", "kept"),
    [("/a/#b", "/a/#b"), ("//evil", ""), ("/\\evil", ""), ("https://evil", ""), ("javascript:x", ""), ("", "")],
)
def test_a_source_links_only_to_a_page_of_the_shop(address, kept):
    assert own_path(address) == kept


def test_cards_show_the_price_of_this_moment_and_what_is_gone_not_at_all(ann):
    say(ann)
    get_adapter("default").stock = {"pot": LiveProduct("pot", "Pot", 3, "GBP", False, "/p/", "")}
    html = read(ann)["messages"][-1]["html"]
    assert "£3.00" in html
    assert "Sold out" in html
    get_adapter("default").stock = {}
    assert "loyalty-pick" not in read(ann)["messages"][-1]["html"]


def test_a_shop_that_does_not_answer_costs_the_cards_only(ann, monkeypatch):
    say(ann)

    def fail(self, product_ids):
        raise RuntimeError("down")

    monkeypatch.setattr("tests.fakes.FakeShop.resolve", fail)
    html = read(ann)["messages"][-1]["html"]
    assert "We deliver in two days." in html
    assert "loyalty-pick" not in html


def test_thumbs_and_remarks(ann):
    say(ann)
    message = answer_of(ann)

    def rate(**fields: str) -> str:
        return ann.post(f"{PAGE}feedback/", {"message": message, **fields}, headers=JSON).json()["messages"][-1]["html"]

    assert 'value="none" aria-pressed="true" aria-label="Helpful"' in rate(helpful="yes")
    assert "What was wrong?" in rate(helpful="no")
    assert "Thank you. We read this." in rate(helpful="no", remark="wrong pot")
    assert Message.objects.get(pk=message).remark == "wrong pot"
    rate(helpful="none")
    assert Message.objects.get(pk=message).helpful is None


def test_a_new_conversation_and_a_deleted_one(ann):
    say(ann, "first")
    begun = ann.post(f"{PAGE}close/", headers=JSON).json()
    assert (begun["state"], begun["messages"]) == ("open", [])
    say(ann, "second")
    assert Conversation.objects.count() == 2
    ann.post(f"{PAGE}delete/")
    assert [m.text for m in Message.objects.filter(role=Message.Role.SHOPPER)] == ["first"]
    assert (read(ann)["state"], read(ann)["messages"]) == ("open", []), "no older one takes its place"


def test_a_thread_that_the_shop_closed_can_still_be_read_and_the_next_question_begins_another(ann):
    say(ann, "first")
    services.close(conversation=Conversation.objects.get())
    closed = read(ann)
    assert (closed["state"], closed["wait"]) == ("closed", None)
    assert closed["messages"][-1]["text"] == "This conversation was closed."
    assert [message["role"] for message in say(ann, "second")["messages"]] == ["shopper", "assistant"]
    assert read(ann)["conversation"] != closed["conversation"]


def test_a_person_s_answer_stands_under_the_shop_s_name(ann):
    say(ann)
    ann.post(f"{PAGE}person/")
    helen = User.objects.create(username="helen-the-helper")
    services.staff_reply(conversation=Conversation.objects.get(), staff=helen, text="I looked: it is on its way.")
    html = read(ann)["messages"][-1]["html"]
    assert "Our team" in html
    assert "it is on its way" in html
    assert "helen" not in html
    assert "Talk to a person" not in ann.get(PAGE).content.decode()


def test_logs_hold_no_words_of_anybody(ann, answers, caplog):
    caplog.set_level("DEBUG")
    say(ann, "a-very-secret-question")
    read(ann)
    ann.post(f"{PAGE}person/")
    said = caplog.text + json.dumps([vars(record) for record in caplog.records], default=str)
    for secret in ("a-very-secret-question", "We deliver in two days", str(ann.customer.external_id) + "'"):
        assert secret not in said


# --- the stream ---


def test_under_wsgi_there_is_no_stream(ann):
    say(ann)
    assert ann.get(f"{PAGE}stream/").status_code == 406
    assert "data-stream" not in ann.get(PAGE).content.decode()


def parts(chunks: list[bytes]) -> list[tuple[str, dict]]:
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", b"".join(chunks).decode())
    return [(name, json.loads(data)) for name, data in found]


async def follow(client: AsyncClient, steps: list[dict]) -> list[bytes]:
    """All that the stream sends while somebody writes the steps, one after each event."""
    message = await Message.objects.aget(role=Message.Role.ASSISTANT)
    response = await client.get(f"{PAGE}stream/")
    assert response["Content-Type"] == "text/event-stream"
    chunks, left = [], iter(steps)
    async for chunk in response.streaming_content:
        chunks.append(chunk)
        if step := next(left, None):
            await sync_to_async(write)(message.pk, step)
    return chunks


def write(pk: int, values: dict) -> None:
    Message.objects.filter(pk=pk).update(**values)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [streaming.CHANNEL, str(pk)])


@pytest.fixture
def own_loop():
    """A browser test of the same process leaves its loop marked as running."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


@pytest.mark.usefixtures("own_loop")
@pytest.mark.django_db(transaction=True)
def test_a_stream_sends_sentences_as_they_are_written_and_ends(pot_shop, answers):
    answers.clear()
    one, two = {"text": "One.", "sources": []}, {"text": "Two.", "sources": []}
    steps = [
        {"state": Message.State.WRITING, "sentences": [one]},
        {"state": Message.State.DONE, "sentences": [one, two]},
    ]

    async def go() -> list[bytes]:
        client = AsyncClient()
        await client.post(PAGE, {"text": "hello"}, headers=JSON)
        return await follow(client, steps)

    sent = parts(async_to_sync(go)())
    assert [name for name, _ in sent] == ["thread", "thread", "thread", "end"]
    assert [data["messages"][-1]["sentences"] for name, data in sent if name == "thread"] == [0, 1, 2]
    assert streaming._open == 0


@pytest.mark.usefixtures("own_loop")
@pytest.mark.django_db(transaction=True)
def test_a_stream_is_its_owner_s_alone_and_there_are_not_too_many(pot_shop, answers, monkeypatch):
    answers.clear()

    async def go() -> list[int]:
        owner = AsyncClient()
        await owner.post(PAGE, {"text": "hello"}, headers=JSON)
        others = await AsyncClient().get(f"{PAGE}stream/")
        monkeypatch.setattr(streaming, "MOST", 0)
        return [others.status_code, (await owner.get(f"{PAGE}stream/")).status_code]

    assert async_to_sync(go)() == [204, 204]


@pytest.mark.usefixtures("own_loop")
@pytest.mark.django_db(transaction=True)
def test_a_silent_stream_says_that_it_lives(pot_shop, answers, monkeypatch):
    answers.clear()
    monkeypatch.setattr(streaming, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(streaming, "LONGEST_SECONDS", 0.5)

    async def go() -> list[bytes]:
        client = AsyncClient()
        await client.post(PAGE, {"text": "hello"}, headers=JSON)
        return await follow(client, [])

    chunks = async_to_sync(go)()
    assert b": still here\n\n" in chunks
    assert [name for name, _ in parts(chunks)] == ["thread", "end"]


# --- the tag ---


def render(source: str, *, user: object = None, path: str = "/", **context: object) -> str:
    request = RequestFactory().get(path)
    request.session, request.resolver_match = {}, None
    if user is not None:
        request.user = user
    return engines["django"].from_string("{% load loyalty_ai %}" + source).render(context, request)


def test_the_closed_widget_costs_no_query_and_no_cookie(pot_shop, django_assert_num_queries):
    with django_assert_num_queries(0):
        html = render("{% assistant product='pot' %}", user=User(pk=7))
    assert 'href="/loyalty/assistant/"' in html
    assert 'name="product" value="pot"' in html
    assert "What goes well with this?" in html
    assert "csrfmiddlewaretoken" not in html


def test_suggestions_fit_the_page_or_are_the_shop_s_own(pot_shop):
    assert "Where is my order?" in render("{% assistant %}", user=User(pk=7))
    assert "A gift under £20<" in render("{% assistant %}")
    html = render("{% assistant suggestions=own %}", own=["What is <new>?"])
    assert "What is &lt;new&gt;?" in html
    assert "Can I return something?" not in html


def test_a_widget_that_fails_is_left_out(pot_shop, monkeypatch):
    monkeypatch.setattr("loyalty_ai.templatetags.loyalty_ai.Assistant.of", lambda *a, **k: 1 / 0)
    assert render("before{% assistant %}after") == "beforeafter"


def test_the_page_speaks_chinese(stranger):
    with translation.override("zh-hans"):
        page = stranger.get(PAGE, headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "您正在与人工智能对话" in page


# --- a change of the cart ---


@pytest.fixture
def cart(pot_shop) -> dict[str, int]:
    """The shop's carts by session; it has three pots."""
    carts: dict[str, int] = {}

    def change(request, units):
        carts.update({product_id: min(count, 3) for product_id, count in units.items()})
        return {product_id: carts[product_id] for product_id in units}

    shop = get_adapter("default")
    shop.has_cart, shop.change_cart = True, change
    shop.cart = lambda request: []
    return carts


def propose(client: Client, units: int = 2) -> str:
    """Ask for a change of the cart; the token that stands on the shopper's own page."""
    say(client, "put it in")
    answer = Message.objects.filter(role=Message.Role.ASSISTANT).last()
    Confirmation.objects.create(message=answer, units={"pot": units}, expires_at=timezone.now() + timedelta(minutes=5))
    html = read(client)["messages"][-1]["html"]
    assert "Your cart would then hold" in html
    assert f"{units} × £10.00" in html
    return re.search(r'name="token" value="([^"]+)"', html)[1]


def decide(client: Client, token: str, answer: str = "yes"):
    return client.post(f"{PAGE}confirm/", {"token": token, "answer": answer}, headers=JSON)


def test_a_yes_changes_the_cart_once(ann, cart):
    token = propose(ann)
    assert cart == {}
    assert "Done. Your cart is changed." in decide(ann, token).json()["messages"][-1]["html"]
    assert cart == {"pot": 2}
    cart.clear()
    again = decide(ann, token)
    assert (again.status_code, cart) == (409, {})
    assert "answered already" in again.json()["error"]


def test_a_no_leaves_it(ann, cart):
    assert "left as it was" in decide(ann, propose(ann), "no").json()["messages"][-1]["html"]
    assert cart == {}


def test_nobody_says_yes_for_another_and_nothing_forged_counts(ann, bob, stranger, cart):
    token = propose(ann)
    for client, given in ((bob, token), (stranger, token), (ann, token[:-2]), (ann, ""), (ann, "x" * 10_000)):
        assert decide(client, given).status_code == 404
    assert cart == {}
    assert Confirmation.objects.get().used_at is None


def test_an_expired_question_says_so(ann, cart):
    token = propose(ann)
    Confirmation.objects.update(expires_at=timezone.now())
    assert decide(ann, token).status_code == 409
    assert cart == {}
    html = read(ann)["messages"][-1]["html"]
    assert "has expired" in html
    assert 'name="token"' not in html


def test_where_the_stock_falls_short_the_thread_says_what_the_cart_holds(ann, cart):
    messages = decide(ann, propose(ann, units=7)).json()["messages"]
    assert messages[-1]["role"] == "notice"
    assert "Your cart holds 3 × Pot." in messages[-1]["text"]


def test_without_script_yes_is_a_form_too(ann, cart):
    sent = ann.post(f"{PAGE}confirm/", {"token": propose(ann), "answer": "yes"})
    assert sent.status_code == 302
    assert "Done. Your cart is changed." in ann.get(PAGE).content.decode()
    assert cart == {"pot": 2}


# --- what stands in the bubble, and what on the cards ---


@pytest.fixture
def three(pot_shop, answers) -> list[dict]:
    """An answer that lists three products, one of which has become dearer since."""
    for key, title in (("pan", "Pan"), ("lid", "Lid")):
        fakes.make_product(pot_shop, key, title=title)
    listed = [
        ("pot", "Pot: £10.00, in stock – often bought with it"),
        ("pan", "Pan: £10.00, in stock"),
        ("lid", "Lid: £9.00, in stock"),
    ]
    lines = [{"text": text, "sources": [f"product:{key}"]} for key, text in listed]
    answers["sentences"] = [{"text": "These go with it:", "sources": []}, *lines]
    answers["sources"] = [{"key": f"product:{key}", "title": key, "url": f"/{key}/"} for key, _ in listed]
    answers["cards"] = ["pot", "pan", "lid"]
    return answers["sentences"]


def test_what_a_card_says_is_not_said_twice(ann, three):
    html = say(ann)["messages"][-1]["html"]
    assert "These go with it:" in html
    assert "Pot: £10.00" not in html
    assert html.count("£10.00") == 3, "on the cards alone"
    assert '<p class="loyalty-pick__reason" dir="auto">often bought with it</p>' in html
    assert "Lid: £9.00, in stock" in html, "the card says otherwise by now"


def test_an_answer_of_nothing_but_products_keeps_its_words(ann, answers, three):
    answers["sentences"] = three[1:3]
    html = say(ann)["messages"][-1]["html"]
    assert '<ul class="loyalty-message__list">' in html
    assert "Pan: £10.00, in stock" in html


def test_a_sentence_links_a_few_sources_at_most(ann, answers, three):
    answers["sentences"] = [
        {"text": "All of these:", "sources": ["passage:9", "product:pot", "product:pan", "product:lid"]}
    ]
    html = say(ann)["messages"][-1]["html"]
    assert html.count('class="loyalty-message__cite"') == 2, "the three first, of which one is unknown"


def test_products_that_wait_for_a_yes_have_no_cards_beside(ann, cart, answers):
    propose(ann)
    html = read(ann)["messages"][-1]["html"]
    assert "loyalty-ask" in html
    assert "loyalty-picks" not in html
