"""What the store commands share: the store, the progress, one result, errors that say what to do, Ctrl-C that breaks nothing."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from loyalty_ai.jobs.models import Job, JobState
from loyalty_ai.jobs.work import CannotWork, Work
from loyalty_ai.management.base import ProgressBar, StoreCommand, as_clock

pytestmark = pytest.mark.django_db


class Command(StoreCommand):
    def run(self, store, **options):
        job = self.run_job(kind="add", store=store, params={"n": 2})
        return {"store": store.slug, "n": job.result["n"], "job": job.pk, "message": f"Doubled to {job.result['n']}."}


def double(work: Work) -> dict:
    work.progress("doubling", 1, 2)
    work.progress("doubling", 2, 2)
    return {"n": work.params["n"] * 2}


def call(*args: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(Command(stdout=out, stderr=err, no_color=True), *args)
    return out.getvalue(), err.getvalue()


def test_one_line_of_result_and_one_line_a_step(register):
    register("add", queue="loyalty", run=double)
    out, err = call()
    assert out == "Doubled to 4.\n"
    assert err.startswith("doubling: 2/2, 0.")
    assert err.count("\n") == 1


def test_json_is_one_object_and_nothing_else(register):
    register("add", queue="loyalty", run=double)
    out, _ = call("--json", "--store", "default")
    assert json.loads(out) == {
        "store": "default", "n": 4, "job": Job.objects.get().pk, "message": "Doubled to 4.",
    }  # fmt: skip


def test_every_run_is_a_job_of_its_own(register):
    register("add", queue="loyalty", run=double)
    call()
    call()
    assert list(Job.objects.values_list("state", flat=True)) == [JobState.DONE] * 2


def test_an_unknown_store_is_named_with_the_known_ones():
    with pytest.raises(CommandError, match=r"no store 'other' \(known: default\)"):
        call("--store", "other")


def test_several_stores_need_a_choice(settings):
    stores = settings.LOYALTY_AI["STORES"]
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"STORES": {"b": stores["default"], "a": stores["default"]}}
    with pytest.raises(CommandError, match=r"--store.*a, b"):
        call()


def test_an_error_is_named_and_the_next_run_goes_on_with_the_same_job(register):
    def run(work: Work) -> dict:
        raise ZeroDivisionError("by nought")

    register("add", queue="loyalty", run=run)
    with pytest.raises(CommandError, match=r"add \d+ failed: ZeroDivisionError: by nought\n.*same command"):
        call()
    register("add", queue="loyalty", run=double)
    assert call()[0] == "Doubled to 4.\n"
    assert Job.objects.get().state == JobState.DONE


def test_what_cannot_work_says_what_to_do(register):
    def run(work: Work) -> dict:
        raise CannotWork("No orders yet: run loyalty_sync first.")

    register("add", queue="loyalty", run=run)
    with pytest.raises(CommandError, match=r"^No orders yet: run loyalty_sync first\.$"):
        call()
    assert Job.objects.get().state == JobState.FAILED


def test_ctrl_c_gives_the_job_back_and_the_next_run_goes_on(register):
    def run(work: Work) -> dict:
        raise KeyboardInterrupt

    register("add", queue="loyalty", run=run)
    with pytest.raises(CommandError, match="goes on from here") as stopped:
        call()
    assert stopped.value.returncode == 130
    job = Job.objects.get()
    assert (job.state, job.lease_owner, job.attempts) == (JobState.WAITING, "", 0)
    register("add", queue="loyalty", run=double)
    assert call()[0] == "Doubled to 4.\n"
    assert Job.objects.get().pk == job.pk


def test_a_database_that_does_not_answer_is_said_plainly(register):
    def run(work: Work) -> dict:
        raise OperationalError("connection refused")

    register("add", queue="loyalty", run=run)
    with pytest.raises(CommandError, match=r"did not answer \(connection refused\)"):
        call()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_shows_part_counts_and_the_time_left(monkeypatch):
    clock = iter([100.0, 110.0, 111.0])
    monkeypatch.setattr("loyalty_ai.management.base.time.monotonic", lambda: next(clock))
    screen = Terminal()
    bar = ProgressBar(screen)
    bar("training", 0, 4_000)
    bar("training", 1_000, 4_000)
    bar.close()
    drawn = screen.getvalue().split("\r\x1b[2K")
    assert drawn[2] == "training                 ███████░░░░░░░░░░░░░░░░░░░░░  25%  1,000/4,000  0:30 left"
    assert drawn[3].endswith("\n")


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (65, "1:05"), (3605, "1:00:05")])
def test_seconds_are_shown_as_a_clock(seconds, text):
    assert as_clock(seconds) == text
