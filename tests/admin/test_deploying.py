from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from loyalty_ai.jobs.models import Job
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.serving.models import Deployment, ScoringRun
from tests.admin.conftest import live_version, make_run
from tests.serving.pages import render

TRAIN = reverse("admin:loyalty_ai_modelversion_train")
ROLLBACK = reverse("admin:loyalty_ai_modelversion_rollback")
CHAMPION = {"alias": "champion"}


def promote(version: ModelVersion) -> str:
    return reverse("admin:loyalty_ai_modelversion_promote", args=[version.pk])


def score(version: ModelVersion) -> str:
    return reverse("admin:loyalty_ai_modelversion_score", args=[version.pk])


@pytest.fixture
def allow(staff):
    """Give the viewer a permission."""
    return lambda codename: staff.user_permissions.add(Permission.objects.get(codename=codename))


@pytest.fixture
def deployer(staff_client, allow):
    allow("promote_modelversion")
    return staff_client


@pytest.fixture
def trainer(staff_client, allow):
    allow("train_modelversion")
    return staff_client


def test_looking_does_not_allow_changing(data, staff_client):
    token = {"token": uuid.uuid4(), "store": data.store.pk}
    for address in (TRAIN, ROLLBACK, promote(data.versions[1]), score(data.versions[1])):
        assert staff_client.get(address).status_code == 403
        assert staff_client.post(address, CHAMPION | token).status_code == 403
    assert live_version(data.store) == 1
    assert Job.objects.count() == 2
    html = staff_client.get(reverse("admin:loyalty_ai_modelversion_change", args=[data.versions[1].pk])).text
    assert "/promote/" not in html


def test_training_does_not_allow_promoting(data, trainer):
    assert trainer.post(promote(data.versions[1]), CHAMPION).status_code == 403
    assert trainer.post(ROLLBACK, CHAMPION | {"store": data.store.pk}).status_code == 403
    assert live_version(data.store) == 1


def test_somebody_signed_out_is_asked_to_sign_in(data, client):
    for address in (TRAIN, ROLLBACK, promote(data.versions[1])):
        assert client.post(address, CHAMPION).status_code == 302
    assert live_version(data.store) == 1


def test_asking_changes_nothing(data, deployer, allow):
    allow("train_modelversion")
    for address in (TRAIN, ROLLBACK, promote(data.versions[1]), score(data.versions[1])):
        response = deployer.get(address)
        assert response.status_code == 200
        assert "csrfmiddlewaretoken" in response.text
    assert live_version(data.store) == 1
    assert Deployment.objects.count() == 1
    assert Job.objects.count() == 2


def test_a_form_without_its_token_is_refused(data, staff, allow):
    from django.test import Client

    allow("promote_modelversion")
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    assert client.post(promote(data.versions[1]), CHAMPION).status_code == 403
    assert live_version(data.store) == 1


def test_a_promotion_moves_the_pointer_and_remembers_who_and_why(data, deployer, staff):
    response = deployer.post(promote(data.versions[1]), CHAMPION | {"reason": "better on new products"}, follow=True)

    assert "Version 2 is champion now." in response.text
    live = Deployment.objects.get(closed_at__isnull=True)
    assert (live.version, live.opened_by, live.reason) == (data.versions[1], staff, "better on new products")


def test_a_rollback_goes_to_the_run_before_and_the_page_says_so(data, deployer):
    deployer.post(promote(data.versions[1]), CHAMPION)
    assert f"v2, {data.runs[1]} → v1, {data.runs[0]}" in deployer.get(ROLLBACK).text
    response = deployer.post(ROLLBACK, CHAMPION | {"store": data.store.pk, "reason": "complaints"}, follow=True)
    assert "v1" in response.text
    assert live_version(data.store) == 1
    assert Deployment.objects.latest("pk").reason == "complaints"
    history = deployer.get(reverse("admin:loyalty_ai_deployment_changelist")).text
    assert history.count("result-count") or "complaints" in history


def test_without_anything_older_there_is_no_rollback(data, deployer):
    html = deployer.get(ROLLBACK).text
    assert "There is nothing to roll back to." in html
    assert 'type="submit"' not in html.split('id="content"')[1]
    deployer.post(ROLLBACK, CHAMPION | {"store": data.store.pk})
    assert live_version(data.store) == 1
    assert Deployment.objects.count() == 1


def test_a_version_without_a_run_cannot_be_promoted(data, deployer):
    ScoringRun.objects.filter(version=data.versions[1]).update(state="refused")
    assert "score it first" in deployer.get(promote(data.versions[1])).text
    assert "score it first" in deployer.post(promote(data.versions[1]), CHAMPION, follow=True).text
    assert live_version(data.store) == 1


@pytest.fixture
def worse(data):
    """A version that the gate refuses."""
    return make_run(data.store, lead=-0.2, deploy=False).version


def test_the_gate_s_findings_are_shown_and_hold(data, worse, deployer):
    html = deployer.get(promote(worse)).text
    assert "worse than popularity by 0.2000 NDCG@10" in html
    assert 'name="override"' in html
    response = deployer.post(promote(worse), CHAMPION | {"reason": "I like it"})
    assert "The gate refused" in response.text
    assert live_version(data.store) == 1


def test_an_override_needs_a_written_reason(data, worse, deployer):
    response = deployer.post(promote(worse), CHAMPION | {"override": "on", "reason": "  "})
    assert "To override the gate, say why." in response.text
    assert live_version(data.store) == 1


def test_an_override_in_writing_is_kept_with_what_it_overrode(data, worse, deployer, staff):
    deployer.post(promote(worse), CHAMPION | {"override": "on", "reason": "a trial agreed with the owner"})
    live = Deployment.objects.get(closed_at__isnull=True)
    assert (live.version, live.opened_by) == (worse, staff)
    assert any("worse than popularity" in finding for finding in live.overridden)
    html = deployer.get(reverse("admin:loyalty_ai_deployment_change", args=[live.pk])).text
    assert "worse than popularity" in html
    assert "a trial agreed with the owner" in html


def test_a_challenger_leaves_the_champion_alone(data, deployer):
    deployer.post(promote(data.versions[1]), {"alias": "challenger"})
    assert live_version(data.store) == 1
    assert Deployment.objects.get(alias="challenger").version == data.versions[1]


def test_the_widgets_follow_the_pointer(data, deployer):
    data.runs[1].recommendations.filter(customer=data.ann).update(items=[data.products[5].pk] * 3)
    assert "Tea pot 2" in render("{% recommendations limit=1 %}", "ann")
    deployer.post(promote(data.versions[1]), CHAMPION)
    assert "Tea pot 5" in render("{% recommendations limit=1 %}", "ann")
    deployer.post(ROLLBACK, CHAMPION | {"store": data.store.pk})
    assert "Tea pot 2" in render("{% recommendations limit=1 %}", "ann")


def test_a_training_is_asked_for_once_however_often_the_form_is_sent(data, trainer, staff):
    form = {"store": data.store.pk, "token": uuid.uuid4(), "cutoff": ""}
    for _again in range(2):
        response = trainer.post(TRAIN, form)
    job = Job.objects.latest("pk")
    assert response.url == reverse("admin:loyalty_ai_job_change", args=[job.pk])
    assert (job.kind, job.store, job.requested_by, job.params["parent"]) == ("train", data.store, staff, "champion")
    assert job.params["cutoff"].startswith("2011-05-27T12:00:01")
    assert Job.objects.count() == 3


def test_a_training_can_start_from_scratch_and_stop_at_a_date(data, trainer):
    form = {"store": data.store.pk, "token": uuid.uuid4(), "cutoff": "2011-05-01T00:00"}
    trainer.post(TRAIN, form | {"from_scratch": "on"})
    params = Job.objects.latest("pk").params
    assert params["parent"] is None
    assert params["cutoff"].startswith("2011-05-01")


def test_a_training_needs_a_store_and_an_unspent_form(data, trainer):
    for form in ({"store": data.store.pk}, {"token": uuid.uuid4()}, {"store": 0, "token": "x"}):
        assert trainer.post(TRAIN, form).status_code == 200
    assert Job.objects.count() == 2


def test_a_version_can_be_scored_again(data, trainer):
    response = trainer.post(score(data.versions[1]), {"token": uuid.uuid4()})
    job = Job.objects.latest("pk")
    assert response.url == reverse("admin:loyalty_ai_job_change", args=[job.pk])
    assert (job.kind, job.params["version"], job.params["publish"]) == ("score", 2, True)
