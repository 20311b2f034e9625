"""The membership audit as a job: what it keeps, where it is shown, and what the gate makes of it."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

import loyalty_ai.tasks  # noqa: F401 (registers the kinds of jobs)
from loyalty_ai.jobs import services
from loyalty_ai.ml import membership
from loyalty_ai.registry import audits
from loyalty_ai.registry.admin import audit_table
from loyalty_ai.registry.audits import audit_findings, audit_of, remove_left_audits
from loyalty_ai.registry.card import limits
from loyalty_ai.registry.models import ModelVersion, VersionAudit
from loyalty_ai.serving.gate import gate_findings
from loyalty_ai.serving.models import ScoringRun
from tests.fakes import FAKE_SETTINGS, NOON, make_customer, make_product, make_store, record_purchase


def attacked(auc: float, tpr: float) -> dict:
    return {
        "auc": {"value": auc, "low": auc - 0.01, "high": auc + 0.01},
        "tpr": {"value": tpr, "low": tpr / 2, "high": tpr * 2},
    }


def result(*, auc: float = 0.51, tpr: float = 0.011) -> dict:
    strong = attacked(0.8, 0.2)
    canaries = {"1": {"users": 25, "published": attacked(0.6, 0.1), "artifact": attacked(0.9, 0.5)}}
    return {"users": 2000, "shadows": 8, "published": attacked(auc, tpr), "artifact": strong, "canaries": canaries}


@pytest.fixture
def version(db, settings, tmp_path, monkeypatch) -> ModelVersion:
    settings.LOYALTY_AI = FAKE_SETTINGS | {"ARTIFACTS": tmp_path, "DEVICE": "cpu"}
    monkeypatch.setattr(services.current_app, "send_task", lambda *args, **options: None)
    monkeypatch.setattr(audits, "LEAST_CUSTOMERS", 3)
    store = make_store()
    product = make_product(store)
    for n in range(3):
        record_purchase(make_customer(store, f"C{n}"), product)
    (tmp_path / "v1").mkdir()
    return ModelVersion.objects.create(
        store=store,
        number=1,
        cutoff=NOON + timedelta(days=30),
        trained_at=NOON,
        path="v1",
        config={"model": {}, "training": {"seed": 5}},
        rungs={"repeats": "model", "new_only": "model"},
        metrics={"next_basket": {"users": 0}},
    )


def command(*args: str) -> dict:
    out = StringIO()
    call_command("loyalty_audit", *args, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_an_audit_is_kept_beside_the_immutable_version_and_its_card(version, tmp_path, monkeypatch):
    asked = {}

    def audit_membership(log, **options):
        asked.update(options, users=log.n_users)
        return result()

    monkeypatch.setattr(membership, "audit_membership", audit_membership)
    assert "not audited" in limits(version)[-1]
    said = command("--version", "1")
    assert (said["version"], said["findings"]) == (1, [])
    assert "AUC 0.510 (0.500 – 0.520)" in said["message"]
    assert (asked["users"], asked["rungs"], asked["training"].seed) == (3, version.rungs, 5)
    version = ModelVersion.objects.get()
    assert audit_of(version).result["published"]["auc"]["value"] == 0.51
    assert json.loads((tmp_path / "v1/audit.json").read_text())["shadows"] == 8
    assert (
        "| 2000 customers | who sees lists and predictions | 0.510 (0.500 – 0.520) |"
        in (tmp_path / "v1/audit.md").read_text()
    )
    assert "51.0 times in 100 (50.0 to 52.0;" in limits(version)[-1]
    assert len(audit_table(version)["rows"]) == 4
    monkeypatch.setattr(membership, "audit_membership", lambda log, **options: result(auc=0.53))
    command()
    assert VersionAudit.objects.get().result["published"]["auc"]["value"] == 0.53


@pytest.mark.parametrize(("measured", "told"), [({"auc": 0.551}, "AUC 0.551"), ({"tpr": 0.021}, "2.1 %")])
def test_the_gate_refuses_what_lies_above_a_bar(version, measured, told):
    run = ScoringRun(version=version, store=version.store, audit={"findings": []})
    VersionAudit.objects.create(version=version, result=result(**measured), audited_at=NOON)
    (finding,) = gate_findings(version=version, run=run, champion=None)
    assert told in finding


def test_what_the_weights_tell_and_canaries_are_shown_but_stop_nobody(version):
    VersionAudit.objects.create(version=version, result=result(), audited_at=NOON)
    assert audit_findings(version) == []
    assert {row[2][:5] for row in audit_table(version)["rows"]} == {"0.510", "0.800", "0.600", "0.900"}
    assert "files are as confidential" in limits(version)[-1]


def test_a_version_without_an_audit_may_pass_unless_the_settings_want_one(version, settings):
    run = ScoringRun(version=version, store=version.store, audit={"findings": []})
    assert gate_findings(version=version, run=run, champion=None) == []
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"REQUIRE_AUDIT": True}
    assert "loyalty_audit" in gate_findings(version=version, run=run, champion=None)[0]


def test_what_a_stopped_audit_left_goes_once_nobody_audits(version, tmp_path):
    left = tmp_path / version.store.slug / "v1-abc.audit-123"
    left.mkdir(parents=True)
    job = services.request_job(kind=audits.KIND, store=version.store, slot="audit", wake=False)
    remove_left_audits(store=version.store)
    assert left.exists()
    services.cancel_job(job=job)
    remove_left_audits(store=version.store)
    assert not left.exists()


def test_too_few_customers_and_a_missing_version_are_said(version, monkeypatch):
    with pytest.raises(CommandError, match="no trained version 7"):
        command("--version", "7")
    monkeypatch.setattr(audits, "LEAST_CUSTOMERS", 4)
    with pytest.raises(CommandError, match="4 customers"):
        command()
