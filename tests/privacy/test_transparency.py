"""The page that says how recommendations are made: it follows the settings and the live version, and nobody has to keep it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from loyalty_ai.conf import DEFAULTS
from loyalty_ai.privacy.retention import KINDS
from loyalty_ai.privacy.transparency import TOLD_KINDS
from loyalty_ai.registry.deadlines import set_deadlines
from loyalty_ai.shop.models import Purpose
from tests import fakes
from tests.admin.conftest import make_run

pytestmark = pytest.mark.django_db
URL = "/loyalty/how-it-works/"


@pytest.fixture
def store(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_store()


def text(language: str = "en") -> str:
    response = Client().get(URL, headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.text.split())


def configure(settings, **values) -> None:
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | values


@pytest.mark.parametrize(
    ("values", "then", "now"),
    [
        ({"RETENTION": {"behaviour": 17}}, "760 days", "17 days"),
        ({"RETENTION": {"purchases": 4000}}, "760 days", "4000 days"),
        ({"RETENTION": {"conversations": 1}}, "90 days", "1 day<"),
        ({"HORIZONS": {"churn": 61, "value": 777}}, "365 days", "777 days"),
        ({"ERASURE_DAYS": 13}, "within 30 days", "within 13 days"),
        ({"CONSENT_DEFAULTS": {"preferences": False}}, "On unless you say no: personalisation", "On unless you say no: analytics."),
        ({"ASSISTANT": {"BACKEND": "openai", "OPTIONS": {"model": "gpt-test"}}}, "No language model", "(gpt-test) on a server"),
        ({"ASSISTANT": {"BACKEND": "transformers", "OPTIONS": {"model": "m1"}}}, "No language model", "(m1) on the shop"),
        ({"ASSISTANT": {"BACKEND": "myshop.Robot"}}, "No language model", "a program that the shop chose"),
    ],
)  # fmt: skip
def test_a_setting_that_changes_changes_the_page(store, settings, values, then, now):
    assert then in text()
    assert now not in text()
    configure(settings, **values)
    assert now in text()


def test_regions_with_rules_of_their_own_are_named(store, settings):
    regions = {"DE": {"analytics": False}, "FR": {"analytics": False}, "GB": {"analytics": True}}
    entry = fakes.FAKE_SETTINGS["STORES"]["default"] | {"CONSENT_REGIONS": regions}
    configure(settings, STORES=fakes.FAKE_SETTINGS["STORES"] | {"default": entry})
    page = text()
    assert "Otherwise in DE, FR:" in page
    assert "In DE, FR: your consent" in page
    assert "GB" not in page


def test_an_experiment_is_told_of_while_it_runs(store):
    assert "An experiment runs" not in text()
    experiment = fakes.make_experiment(store, holdout=10, challenger=5)
    page = text()
    for words in (
        "“Do personal rows help?”",
        "10 in a hundred see nothing personal",
        "5 in a hundred see lists by another",
    ):
        assert words in page
    experiment.stopped_at = fakes.NOON + timedelta(days=1)
    experiment.save()
    assert "An experiment runs" not in text()


def test_personal_offers_are_owned_to(store, settings):
    assert "Prices are the same for everybody" in text()
    entry = fakes.FAKE_SETTINGS["STORES"]["default"] | {"PERSONAL_OFFERS": True}
    configure(settings, STORES={"default": entry})
    assert "Prices are the same for everybody" not in text()
    assert "personalised on the basis of automated decision-making" in text()


def test_the_ground_follows_from_what_holds_without_a_choice(store, settings):
    configure(settings, CONSENT_DEFAULTS=dict.fromkeys(Purpose.values, False))
    assert "legitimate interest" not in text()
    assert text().count("your consent (GDPR, article 6(1)(a))") == 4
    configure(settings, CONSENT_DEFAULTS=dict.fromkeys(Purpose.values, True))
    assert text().count("legitimate interest") == 4
    assert "your consent" not in text()


def test_the_live_version_is_told_with_what_it_was_measured_at(store):
    assert "No learnt program is at work here" in text()
    first = make_run(store, lead=0.02, deploy=True)
    told = text()
    assert f"{first.version}<small>" in told
    assert "Tried on the next orders of 900 people" in told
    assert "32 in 100" in told, "what answers found something for 32 of 100"
    assert "+0.020 (+0.010 … +0.030)" in told, "its lead with the interval"
    assert "0.312 … 0.328" in told, "its value with the interval"
    assert "so no season is in it twice" not in told
    assert "Stock, price changes, campaigns and holidays are unknown to it" in told
    second = make_run(store, lead=0.06, deploy=True)
    told = text()
    assert f"{second.version}<small>" in told
    assert "36 in 100" in told


def test_a_version_that_has_left_service_is_not_at_work(store):
    run = make_run(store, lead=0.02, deploy=True)
    set_deadlines(versions=[run.version], due_at=timezone.now() - timedelta(days=1))
    assert "No learnt program is at work here" in text()


def test_what_the_law_wants_said_is_said(store):
    told = text()
    for part in (
        "The main parameters, the weightiest first",
        "No decision with legal or similarly significant effects",
        "object to its use",
        "complain to the data protection authority",
        "You are not talking to a person",
        'href="/loyalty/my-data/"',
        "at least 5 people",
    ):
        assert part in told, part


def test_it_is_there_in_chinese(store):
    make_run(store, lead=0.02, deploy=True)
    told = text("zh-hans")
    for part in ("这里如何进行推荐", "什么决定您看到哪些商品", "助手是一个计算机程序", "您的权利", "760 天"):
        assert part in told
    assert "The main parameters" not in told
    assert "your consent" not in told


def test_it_costs_three_statements(store, settings, django_assert_num_queries):
    make_run(store, lead=0.02, deploy=True)
    settings.TEMPLATES = bare(settings)
    text()
    with django_assert_num_queries(3):
        text()


def bare(settings) -> list:
    """Templates without those of the demo shop, whose own frame counts the cart."""
    [engine] = settings.TEMPLATES
    processors = [name for name in engine["OPTIONS"]["context_processors"] if not name.startswith("shop_demo")]
    return [engine | {"DIRS": [], "OPTIONS": {"context_processors": processors}}]


def test_anybody_s_cache_may_keep_it_unless_the_frame_is_somebody_s(store, settings):
    framed = Client().get(URL)
    assert "private" in framed["Cache-Control"]
    settings.TEMPLATES = [engine | {"OPTIONS": {"context_processors": []}} for engine in bare(settings)]
    alone = Client().get(URL)
    assert "public" in alone["Cache-Control"]
    assert "max-age=300" in alone["Cache-Control"]
    assert {"Accept-Language", "Cookie"} <= {part.strip() for part in alone["Vary"].split(",")}


def test_it_only_reads(store):
    assert Client().post(URL).status_code == 405


def test_every_kind_that_is_told_exists():
    assert set(TOLD_KINDS) <= set(KINDS) == set(DEFAULTS["RETENTION"])
