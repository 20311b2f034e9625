from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from loyalty_ai.jobs.models import Job, JobState


def address(name: str, job: Job) -> str:
    return reverse(f"admin:loyalty_ai_job_{name}", args=[job.pk])


@pytest.fixture
def operator(staff, staff_client):
    staff.user_permissions.add(Permission.objects.get(codename="change_job"))
    return staff_client


@pytest.fixture
def failed(data) -> Job:
    return Job.objects.get(slot="train:1")


def test_a_running_job_s_page_shows_its_chunks_and_asks_for_more(data, staff_client):
    html = staff_client.get(address("change", data.job)).text
    assert address("progress", data.job) in html
    assert "done: 1" in html
    assert 'http-equiv="refresh"' in html
    assert "/cancel/" not in html


def test_progress_is_json_with_the_live_part(data, staff_client):
    answer = staff_client.get(address("progress", data.job)).json()
    assert answer["live"] is True
    assert "1/2" in answer["html"]
    Job.objects.update(state=JobState.DONE)
    assert staff_client.get(address("progress", data.job)).json()["live"] is False


def test_a_finished_job_s_page_stands_still(failed, staff_client):
    html = staff_client.get(address("change", failed)).text
    assert "data-address" not in html
    assert "refresh" not in html
    assert "out of memory" in html


def test_a_failed_job_can_be_tried_again(failed, operator):
    assert "/retry/" in operator.get(address("change", failed)).text
    assert operator.get(address("retry", failed)).status_code == 200
    failed.refresh_from_db()
    assert failed.state == JobState.FAILED
    operator.post(address("retry", failed))
    failed.refresh_from_db()
    assert failed.state == JobState.WAITING


def test_a_running_job_can_be_cancelled(data, operator):
    assert operator.get(address("cancel", data.job)).status_code == 200
    operator.post(address("cancel", data.job))
    data.job.refresh_from_db()
    assert data.job.state == JobState.CANCELLED
    assert set(data.job.chunks.values_list("state", flat=True)) == {JobState.DONE, JobState.CANCELLED}


def test_looking_does_not_allow_either(data, failed, staff_client):
    for name, job in (("retry", failed), ("cancel", data.job)):
        assert staff_client.get(address(name, job)).status_code == 403
        assert staff_client.post(address(name, job)).status_code == 403
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.FAILED, JobState.RUNNING}


def test_a_job_that_is_gone_is_not_found(data, operator):
    for name in ("progress", "retry", "cancel"):
        assert operator.get(reverse(f"admin:loyalty_ai_job_{name}", args=[999_999])).status_code == 404
