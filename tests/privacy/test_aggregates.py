"""Exports of sums: what they say is right, and what rests on a few people is not in them."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse

from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.loyalty.services import refresh_profiles
from loyalty_ai.privacy.aggregates import CannotReport, make_report
from loyalty_ai.privacy.models import AggregateReport
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.models import Customer
from tests import fakes
from tests.fakes import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(settings):
    """Sixty customers who bought a mug in May and again in June, seventy who bought a lamp in June, five without an order."""
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    store = fakes.make_store()
    mug = fakes.make_product(store, category="Kitchen / Mugs")
    lamp = fakes.make_product(store, category="Light")
    for number in range(60):
        customer = fakes.make_customer(store, f"m{number}")
        fakes.record_purchase(customer, mug, at=NOON - timedelta(days=20), value="10.00")
        fakes.record_purchase(customer, mug, at=NOON, value="5.00")
    for number in range(70):
        fakes.record_purchase(fakes.make_customer(store, f"l{number}"), lamp, at=NOON, value="20.00")
    for number in range(5):
        fakes.make_customer(store, f"n{number}")
    refresh_profiles(store=store, as_of=NOON + timedelta(days=1))
    return store


def cells(report: AggregateReport) -> dict:
    return {(row["dimension"], row["cell"]): row for row in report.rows}


def test_a_report_tells_what_fifty_people_stand_behind(store):
    report = cells(make_report(store=store).report)
    assert report["all", ""]["customers"] == 135
    assert report["all", ""]["revenue"] == Decimal("2300.00")
    assert report["cohort", "2011-06"] == {
        "dimension": "cohort", "cell": "2011-06", "customers": 70, "orders": 70, "revenue": Decimal("1400.00"),
        "returning_share": 0.0,
    }  # fmt: skip
    # The five without an order would follow from the total: the next smallest cohort is hidden with them.
    assert report["cohort", "none"]["customers"] is None
    assert report["cohort", "2011-05"]["customers"] is None
    assert report["category", "Kitchen"]["returning_share"] == 1.0
    assert report["category", "Kitchen"]["revenue"] == Decimal("900.00")
    assert report["category", "Light"]["orders"] == 70


def test_who_refused_profiling_is_in_no_sum(store):
    for customer in Customer.objects.filter(external_id__in=["l1", "l2"]):
        record_consent(customer=customer, purpose="preferences", granted=False, source="test")
    refresh_profiles(store=store, as_of=NOON + timedelta(days=1))
    report = cells(make_report(store=store).report)
    assert report["all", ""]["customers"] == 133
    assert report["category", "Light"]["customers"] == 68


def test_a_report_that_would_tell_of_one_newcomer_is_the_earlier_one_again(store):
    first = make_report(store=store)
    fakes.record_purchase(fakes.make_customer(store), at=NOON + timedelta(days=2), value="999.00")
    refresh_profiles(store=store, as_of=NOON + timedelta(days=3))
    second = make_report(store=store)
    assert (first.again, second.again) == (False, True)
    assert second.report == first.report
    assert AggregateReport.objects.count() == 1


def test_a_report_after_many_newcomers_is_a_new_one(store):
    make_report(store=store)
    for _ in range(60):
        fakes.record_purchase(fakes.make_customer(store), at=NOON + timedelta(days=2), value="1.00")
    refresh_profiles(store=store, as_of=NOON + timedelta(days=3))
    second = make_report(store=store)
    assert not second.again
    assert cells(second.report)["cohort", "2011-06"]["customers"] == 130
    assert cells(second.report)["all", ""]["revenue"] == Decimal("2360.00")


def test_revenue_that_one_person_moved_is_not_told(store):
    make_report(store=store)
    fakes.record_purchase(Customer.objects.get(external_id="l1"), at=NOON + timedelta(days=2), value="999.00")
    refresh_profiles(store=store, as_of=NOON + timedelta(days=3))
    assert make_report(store=store).again


def test_the_same_day_again_tells_the_same(store):
    assert make_report(store=store).report.rows == [
        row | {"revenue": row["revenue"] and Decimal(row["revenue"])} for row in make_report(store=store).report.rows
    ]
    assert AggregateReport.objects.count() == 2


def test_a_store_of_few_customers_has_no_report(store):
    LoyaltyProfile.objects.exclude(customer__external_id__startswith="n").delete()
    with pytest.raises(CannotReport, match="fewer than 50"):
        make_report(store=store)
    assert not AggregateReport.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_the_command_writes_the_file(store, tmp_path, kind, capsys):
    path = tmp_path / f"report.{kind}"
    call_command("loyalty_report", out=path)
    assert f"as of {NOON + timedelta(days=1):%Y-%m-%d}" in capsys.readouterr().out
    text = path.read_text()
    rows = json.loads(text)["rows"] if kind == "json" else list(csv.DictReader(text.splitlines()))
    [light] = [row for row in rows if row["cell"] == "Light"]
    assert str(light["customers"]) == "70"
    [none] = [row for row in rows if row["cell"] == "none"]
    assert none["customers"] in (None, "")


def test_the_command_says_what_is_wrong(store, tmp_path):
    with pytest.raises(CommandError, match=r"neither in \.csv nor in \.json"):
        call_command("loyalty_report", out=tmp_path / "report.xls")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("loyalty_report", out=tmp_path / "missing" / "report.csv")
    LoyaltyProfile.objects.all().delete()
    with pytest.raises(CommandError, match="not measured yet"):
        call_command("loyalty_report", out=tmp_path / "report.csv")


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_an_admin_downloads_it_and_the_log_says_who(store, admin_client, admin_user, kind):
    url = reverse("admin:loyalty_ai_store_report", args=[store.pk])
    assert url in admin_client.get(reverse("admin:loyalty_ai_store_change", args=[store.pk])).text
    assert "fewer than 50 people" in admin_client.get(url).text
    assert not AggregateReport.objects.exists(), "asking changes nothing"
    response = admin_client.post(url, {"format": kind})
    assert response["Content-Disposition"] == f'attachment; filename="default-2011-06-02.{kind}"'
    assert "Light" in response.text
    report = AggregateReport.objects.get()
    assert report.requested_by == admin_user
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (admin_user, str(store.pk))
    assert f"report of sums as of 2011-06-02 as {kind}" in entry.get_change_message()
    page = admin_client.get(reverse("admin:loyalty_ai_aggregatereport_change", args=[report.pk])).text
    assert "Kitchen" in page


def test_whoever_may_not_make_reports_gets_none(store, client, django_user_model):
    viewer = django_user_model.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(viewer)
    url = reverse("admin:loyalty_ai_store_report", args=[store.pk])
    assert client.get(url).status_code == client.post(url, {"format": "csv"}).status_code == 403
    assert url not in client.get(reverse("admin:loyalty_ai_store_change", args=[store.pk])).text
    assert not AggregateReport.objects.exists()
