"""The page "Your data and choices": what it says, what each form does, and who may send it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta
from itertools import count

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from loyalty_ai.experiments.assignment import share
from loyalty_ai.experiments.models import Variant
from loyalty_ai.privacy import confirming
from loyalty_ai.privacy.downloads import as_csv
from loyalty_ai.privacy.receipts import public_keys, verify_receipt
from loyalty_ai.serving.models import ListKind, ReasonKind
from loyalty_ai.shop.models import ConsentRecord, Customer, Event, EventType, ForgottenEvent, FreshStart, Mute
from tests import fakes

pytestmark = pytest.mark.django_db

PAGE = "/loyalty/my-data/"
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=")


@pytest.fixture(autouse=True)
def shop(settings, monkeypatch):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    monkeypatch.setattr("loyalty_ai.serving.page.DEADLINE", 30.0)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def store():
    return fakes.make_store()


@pytest.fixture
def client():
    client = Client()
    client.user = User.objects.create_user("ann", password="a-long-password")
    client.force_login(client.user)
    return client


@pytest.fixture
def ann(store, client):
    return fakes.make_customer(store, str(client.user.pk), user=client.user)


@pytest.fixture
def products(store):
    return [
        fakes.make_product(store, f"P{n}", title=f"Thing {n}", category="Home / Tea" if n % 2 else "Home", brand="Acme")
        for n in range(6)
    ]


@pytest.fixture
def run(store, ann, products):
    run = fakes.make_run(store)
    fakes.recommend(run, ann, ListKind.RECOMMENDED, products[:4])
    row = run.recommendations.get(customer=ann)
    row.reasons = [products[5].pk, 0, 0, 0]
    row.reason_kinds = [ReasonKind.BECAUSE_BOUGHT.value, *[ReasonKind.MODEL.value] * 3]
    row.save()
    return run


def post(client: Client, name: str, **fields):
    return client.post(f"{PAGE}{name}/", fields)


def text_of(client: Client, **query) -> str:
    return client.get(PAGE, query).content.decode()


def test_a_stranger_is_asked_to_sign_in_and_brought_back(store):
    response = Client().get(PAGE)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('login')}?next={PAGE}"
    for name in ("choice", "mute", "unmute", "forget", "reset", "export", "erase"):
        assert Client().post(f"{PAGE}{name}/")["Location"] == f"{reverse('login')}?next={PAGE}"
        assert Client(enforce_csrf_checks=True).post(f"{PAGE}{name}/").status_code == 403
    assert not Customer.objects.exists()


def test_nothing_is_changed_by_looking(client, ann):
    for name in ("choice", "mute", "unmute", "forget", "reset", "export", "erase"):
        assert client.get(f"{PAGE}{name}/").status_code == 405


def test_somebody_of_whom_nothing_is_known_can_choose(client, store):
    assert "Nothing is held about you." in text_of(client)
    assert not Customer.objects.exists()
    post(client, "choice", purpose="preferences", granted="no")
    record = ConsentRecord.objects.get()
    assert (record.granted, record.source, record.text_version) == (False, "choices page", "2026-11-29")
    assert "Personalised pages are off" in text_of(client)
    assert post(client, "choice", purpose="fun", granted="yes").status_code == 404
    assert ConsentRecord.objects.count() == 1


def test_the_sale_of_data_is_offered_only_where_it_is_a_question(client, ann, settings):
    assert "Giving your data to others" not in text_of(client)
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"CONSENT_DEFAULTS": {"sale_of_data": True}}
    assert "Giving your data to others" in text_of(client)


@pytest.mark.parametrize(
    ("variant", "seen"), [(Variant.HOLDOUT, "You see nothing personal"), (Variant.CHAMPION, "You see your own lists")]
)
def test_the_page_says_which_experiment_they_are_in_and_leaving_it_takes_one_press(client, ann, run, variant, seen):
    salt = next(
        salt for salt in map(str, count()) if (share(salt=salt, customer=ann.external_id) < 0.5) == (variant == 3)
    )
    experiment = fakes.make_experiment(ann.store, salt=salt)
    fakes.expose(ann, experiment=experiment)
    text = text_of(client)
    for words in ("Do personal rows help?", seen, "Rows of products we showed you"):
        assert words in text
    assert client.get("/loyalty/api/me/data/").json()["experiment"] == "Do personal rows help?"
    assert "Do personal rows help?" not in client.get(PAGE, headers={"Sec-GPC": "1"}).content.decode()
    post(client, "choice", purpose="preferences", granted="no")
    text = text_of(client)
    for words in ("Do personal rows help?", "Rows of products we showed you"):
        assert words not in text


def test_the_page_says_what_is_held_in_words_without_anything_inline(client, ann, run, products):
    fakes.record_purchase(ann, products[0], quantity=3)
    fakes.record_event(ann, EventType.VIEW_ITEM, products[1])
    run.predictions.create(customer=ann, purchase_probability=0.5)
    post(client, "choice", purpose="marketing", granted="yes")
    text = text_of(client)
    words = (
        "Things you bought",
        "Products you looked at",
        "Bought, 3 pieces",
        "50 %",
        "choices page",
        "It came from: test.",
    )
    assert [each for each in words if each not in text] == []
    assert INLINE.findall(text) == []
    post(client, "choice", purpose="preferences", granted="no")
    text = text_of(client)
    assert "50 %" not in text
    assert "no estimate about you is made or used" in text


def test_every_product_of_the_lists_has_a_reason(client, ann, run):
    text = text_of(client)
    assert "Because you bought Thing 5" in text
    assert text.count("Fits what you bought so far") == 3


@pytest.mark.parametrize(
    ("kind", "value", "left"), [("product", "P1", 3), ("category", "Home / Tea", 2), ("brand", "Acme", 0)]
)
def test_a_mute_is_made_listed_and_undone(client, ann, run, kind, value, left):
    assert post(client, "mute", product="P1", kind=kind)["Location"] == PAGE
    assert Mute.objects.get().value == value
    text = text_of(client)
    assert text.count("Fits what you bought so far") + text.count("Because you bought Thing 5") == left
    assert "Not shown to you" in text
    assert post(client, "unmute", kind=kind, value=value)["Location"] == PAGE
    assert not Mute.objects.exists()


def test_a_mute_from_a_row_leads_back_and_nowhere_else(client, ann, run):
    assert post(client, "mute", product="P1", next="/shop/?q=tea")["Location"] == "/shop/?q=tea"
    assert post(client, "mute", product="P1", next="https://evil.example/")["Location"] == PAGE
    assert post(client, "mute", product="P1", next="//evil.example/")["Location"] == PAGE
    assert post(client, "mute", product="nothing").status_code == 404
    assert post(client, "mute", product="P1", kind="size").status_code == 404
    assert Mute.objects.count() == 1


def test_an_event_is_forgotten_and_a_purchase_used_again(client, ann, products):
    view = fakes.record_event(ann, EventType.VIEW_ITEM, products[1])
    bought = fakes.record_purchase(ann, products[0]).events.get()
    assert post(client, "forget", event=view.pk).status_code == 302
    assert not Event.objects.filter(pk=view.pk).exists()
    post(client, "forget", event=bought.pk)
    assert "not used for recommendations" in text_of(client)
    post(client, "forget", event=bought.pk, again="1")
    assert ForgottenEvent.objects.count() == 1
    assert "· not used for recommendations" not in text_of(client)
    assert post(client, "forget", event=view.pk).status_code == 404


def test_the_history_is_paged_newest_first(client, ann, products):
    for n in range(30):
        fakes.record_event(ann, EventType.VIEW_ITEM, products[n % 6], at=fakes.NOON + timedelta(days=n))
    first, last = text_of(client), text_of(client, page=3)
    assert first.index('"2011-06-30T') < first.index('"2011-06-29T')
    assert '"2011-06-01T' in last
    assert '<span aria-current="page">3</span>' in last


def test_a_long_history_costs_no_more_statements(client, ann, run, products, django_assert_max_num_queries):
    def fill(count: int) -> None:
        for n in range(count):
            fakes.record_purchase(ann, products[n % 6])
            Mute.objects.create(customer=ann, kind="brand", value=f"brand {Mute.objects.count()}")

    fill(2)
    text_of(client)
    with django_assert_max_num_queries(45) as few:
        text_of(client)
    fill(40)
    with django_assert_max_num_queries(len(few)):
        text_of(client)


def test_beginning_anew_is_one_press(client, ann, run):
    post(client, "reset")
    assert FreshStart.objects.get().customer == ann
    assert not run.recommendations.filter(customer=ann).exists()
    assert "You began anew on" in text_of(client)


def test_the_data_leave_only_with_the_password_which_holds_ten_minutes(client, ann, run, monkeypatch):
    assert post(client, "export", format="json").status_code == 403
    wrong = post(client, "export", format="json", password="wrong")
    assert (wrong.status_code, "That is not your password." in wrong.content.decode()) == (403, True)
    right = post(client, "export", format="json", password="a-long-password")
    assert right["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert "no-store" in right["Cache-Control"]
    assert json.loads(right.content)["customer_id"] == ann.external_id
    packed = post(client, "export", format="csv")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert {"about.csv", "customers.csv", "recommendations.csv"} <= set(archive.namelist())
    now = confirming.time.time()
    monkeypatch.setattr(confirming.time, "time", lambda: now + confirming.LASTS + 1)
    assert post(client, "export", format="csv").status_code == 403


def test_a_confirmation_is_of_the_one_who_gave_it(client, ann, store):
    post(client, "export", password="a-long-password")
    session = client.session
    other = User.objects.create_user("bob", password="another-password")
    fakes.make_customer(store, str(other.pk), user=other)
    client.force_login(other)
    session = client.session
    session[confirming.SESSION_KEY] = [str(ann.user.pk), confirming.time.time()]
    session.save()
    assert post(client, "export").status_code == 403
    assert post(client, "erase", sure="1").status_code == 403


def test_guessing_passwords_is_slowed_down(client, ann):
    codes = [post(client, "export", password=f"guess {n}").status_code for n in range(12)]
    assert codes == [403] * 10 + [429] * 2
    assert post(client, "export", password="a-long-password").status_code == 429


def test_choices_obey_the_project_s_own_rate(client, ann, settings):
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"loyalty_choices": "2/min"}}
    codes = [post(client, "choice", purpose="marketing", granted="yes").status_code for _ in range(3)]
    assert codes == [302, 302, 429]
    assert ConsentRecord.objects.count() == 2
    assert client.get(PAGE).status_code == 200


def test_a_project_without_passwords_names_its_own_page(client, ann, settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"CONFIRM_URL": "home"}
    text = text_of(client)
    assert f'href="{reverse("home")}?next={PAGE}%23leave"' in text
    assert 'type="password"' not in text
    session = client.session
    session[confirming.SESSION_KEY] = [str(client.user.pk), confirming.time.time()]
    session.save()
    assert post(client, "export", format="json").status_code == 200


def test_erasing_asks_twice_and_hands_out_a_receipt_that_verifies(client, ann, run):
    assert client.get(f"{PAGE}receipt/").status_code == 404
    assert post(client, "erase", sure="1", password="wrong").status_code == 403
    assert post(client, "erase", password="a-long-password").status_code == 400
    assert Customer.objects.exists()
    response = post(client, "erase", sure="1")
    assert response["Location"] == f"{PAGE}receipt/"
    assert not Customer.objects.exists()
    assert "Your data are erased" in client.get(f"{PAGE}receipt/").content.decode()
    kept = client.get(f"{PAGE}receipt/", {"download": "1"})
    assert "attachment" in kept["Content-Disposition"]
    assert verify_receipt(kept.json(), public_keys())["rows"]["customers"] == 1
    assert "Nothing is held about you." in text_of(client)
    post(client, "mute", product="P1")
    assert not Customer.objects.exists(), "whoever was erased is let back in by a yes alone"


def test_without_erasure_keys_nothing_is_erased_and_the_page_says_so(client, ann, settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ERASURE_KEYS": {}}
    response = post(client, "erase", sure="1", password="a-long-password")
    assert response.status_code == 503
    assert Customer.objects.exists()


def test_no_cell_of_a_csv_runs_as_a_formula():
    row = {"a": "=1+1", "b": "+x", "c": "fine", "d": ["-1", {"k": "@"}], "e": -5}
    with zipfile.ZipFile(io.BytesIO(as_csv({"format": 1, "events": [row], "empty": []}))) as archive:
        assert archive.namelist() == ["about.csv", "events.csv"]
        lines = archive.read("events.csv").decode("utf-8-sig").splitlines()
    assert lines == ["a,b,c,d,e", '\'=1+1,\'+x,fine,"[""-1"", {""k"": ""@""}]",-5']
