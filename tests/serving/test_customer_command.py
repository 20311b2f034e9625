from __future__ import annotations

import io
import json
import stat
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from loyalty_ai.loyalty.services import refresh_profiles
from loyalty_ai.serving.models import Deployment, ListKind
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.identity import merge_customers
from loyalty_ai.shop.models import Customer, ErasureRecord
from tests import fakes


@pytest.fixture
def ann(shop) -> Customer:
    fakes.record_purchase(shop.ann, shop.products[0], at=fakes.NOON - timedelta(days=9), value="25.00")
    refresh_profiles(store=shop.store, as_of=fakes.NOON)
    row = shop.run.recommendations.get(customer=shop.ann, kind=ListKind.RECOMMENDED)
    row.reasons, row.reason_kinds = [shop.products[0].pk] + [0] * 7, [1] + [4] * 7
    row.save()
    shop.run.predictions.create(
        customer=shop.ann, purchase_probability=0.31, churn_probability=0.4, expected_orders=2.5, predicted_clv=80.0,
        predicted_clv_low=20.0, predicted_clv_high=160.0, expected_date_of_next_order=fakes.NOON.date(),
    )  # fmt: skip
    return shop.ann


def say(*arguments: str) -> str:
    out = io.StringIO()
    call_command("loyalty_customer", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_text_shows_metrics_predictions_and_lists_with_reasons(ann):
    text = say("ann")
    for line in (
        "Customer ann of default",
        "Net spend                    £25.00",
        "Chance of an order in 30 days",
        "31 %",
        "£80.00 (£20.00 – £160.00)",
        "Recommended",
        " 1  P1  Product P1                              Because you bought Product P0",
        "Buy again",
    ):
        assert line in text


def test_the_json_holds_the_same(ann):
    data = json.loads(say("ann", "--json"))
    assert data["metrics"]["monetary"] == "25.00"
    assert data["predictions"]["purchase_probability"] == 0.31
    first = data["recommendations"]["recommended"][0]
    assert (first["product"], first["reason"]) == ("P1", "Because you bought Product P0")
    assert data["consents"]["preferences"] is True
    assert data["events"][0]["type"] == "purchase"


def test_somebody_who_refused_has_neither_predictions_nor_lists(ann):
    record_consent(customer=ann, purpose="preferences", granted=False, source="test")
    data = json.loads(say("ann", "--json"))
    assert data["predictions"] is None
    assert data["recommendations"] == {}
    assert "refused personalisation" in say("ann")


def test_nothing_deployed_is_said(ann):
    Deployment.objects.all().delete()
    assert "No recommendations" in say("ann")


def test_a_merged_guest_is_shown_as_the_account(ann, shop):
    guest = fakes.make_customer(shop.store, "guest")
    merge_customers(alias=guest, main=ann)
    text = say("guest")
    assert "merged into ann" in text
    assert "Because you bought Product P0" in text


def test_help_says_what_it_does(capsys):
    with pytest.raises(SystemExit, match="0"):
        call_command("loyalty_customer", "--help")
    out = capsys.readouterr().out
    assert "Show one customer" in out
    assert "--erase" in out


def test_an_unknown_customer_is_named_with_some_that_exist(ann):
    with pytest.raises(CommandError, match=r"no customer anna.*ann"):
        say("anna")


def test_an_export_is_a_file_that_only_its_owner_reads(ann, tmp_path):
    file = tmp_path / "ann.json"
    text = say("ann", "--export", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    export = json.loads(file.read_text())
    assert export["customer_id"] == "ann"
    assert len(export["events"]) == 1
    assert f"rows written to {file}" in text
    assert Customer.objects.filter(external_id="ann").exists()


def test_an_export_that_cannot_be_written_is_an_error(ann, tmp_path):
    with pytest.raises(CommandError, match="Cannot write"):
        say("ann", "--export", str(tmp_path / "nowhere" / "ann.json"))


def test_erasing_without_a_terminal_needs_yes(ann, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match="--yes"):
        say("ann", "--erase")
    assert Customer.objects.filter(external_id="ann").exists()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "erased"), [("ann", True), ("yes", False), ("", False)])
def test_erasing_asks_for_the_customer_s_id(ann, monkeypatch, answer, erased):
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda prompt: answer)
    if erased:
        assert "is erased" in say("ann", "--erase")
    else:
        with pytest.raises(CommandError, match="nothing was erased"):
            say("ann", "--erase")
    assert Customer.objects.filter(external_id="ann").exists() is not erased


def test_exporting_and_erasing_together_leaves_the_file_and_a_receipt(ann, tmp_path):
    file = tmp_path / "ann.json"
    result = json.loads(say("ann", "--export", str(file), "--erase", "--yes", "--json"))
    assert json.loads(file.read_text())["customer_id"] == "ann"
    assert result["erased"]["events"] == 1
    assert result["receipt"]
    assert not Customer.objects.filter(external_id="ann").exists()
    assert ErasureRecord.objects.count() == 1
