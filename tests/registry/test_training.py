from __future__ import annotations

import json
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

import loyalty_ai.tasks  # noqa: F401 (registers the kinds of jobs)
from loyalty_ai.jobs.models import Job, JobState
from loyalty_ai.jobs.services import request_job, run_job
from loyalty_ai.jobs.work import CannotWork
from loyalty_ai.ml import training
from loyalty_ai.ml.artifact import ArtifactError, seal, verify
from loyalty_ai.ml.training import FitResult
from loyalty_ai.privacy.services import choose, erase_customer
from loyalty_ai.registry import services
from loyalty_ai.registry.models import ModelVersion, VersionDeadline
from loyalty_ai.registry.selectors import artifact_directory, standings, trained_versions
from loyalty_ai.registry.services import discard_version, reserve_version, train_version
from loyalty_ai.serving.models import Deployment, ScoringRun
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.models import Customer
from tests.fakes import FAKE_SETTINGS, NOON, make_customer, make_product, make_store, record_purchase

ESTIMATE = {
    "ndcg@10": {"value": 0.3, "se": 0.01},
    "hr@10": {"value": 0.8, "se": 0.01},
    "recall@10": {"value": 0.2, "se": 0.01},
}


def slice_row(start: int, below: int | None, *, users: int = 100, gain: float | None = None) -> dict:
    lead = None if gain is None else {"difference": gain, "low": gain - 0.05, "high": gain + 0.05}
    means = {"answers": {"value": 0.3, "se": 0.02}, "baseline": {"value": 0.1, "se": 0.01}}
    return {"from": start, "below": below, "users": users, "gain": lead} | means


RUNGS = {"repeats": "model", "new_only": "popularity"}
METRICS = {
    "next_basket": {"users": 300, "repeats": {"popularity": ESTIMATE, "model": ESTIMATE}, "new_only": {}},
    "gains": {"repeats": {"popularity": {"difference": 0.1, "low": 0.05, "high": 0.15}}, "new_only": {}},
    "decoder_gain": {"repeats": {"difference": 0.01, "low": -0.02, "high": 0.04}},
    "slices": {
        "repeats": {
            "metric": "ndcg@10",
            "baseline": "popularity",
            "tenure": [slice_row(0, 90, gain=0.2), slice_row(90, 180, gain=-0.1), slice_row(180, None, gain=0.2)],
            "activity": [slice_row(1, 2, gain=0.2), slice_row(2, 5, users=0), slice_row(5, None, users=1)],
        }
    },
    "behaviour": {
        "customers": 300,
        "horizon_days": 28,
        "model": {"auc": 0.75, "count_bias_percent": -25.2, "spend_bias_percent": 3.0},
        "naive": {"auc": 0.7, "count_bias_percent": None},
        "errors": {"model": {"auc": 0.01}},
    },
}


class FakeFit:
    """Stands in for `ml.training.fit`: writes a file, reports progress, and fails as told."""

    def __init__(self) -> None:
        self.calls: list[SimpleNamespace] = []
        self.errors: list[BaseException] = []

    def __call__(self, log, *, cutoff, model, training, directory: Path, parent, progress, cache) -> FitResult:
        found = [path.name for path in directory.iterdir()] if directory.is_dir() else []
        call = SimpleNamespace(
            log=log, cutoff=cutoff, training=training, directory=directory, parent=parent, found=found
        )
        self.calls.append(call)
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "checkpoint").write_text("half way")
        progress("decoder", 1, 2)
        if self.errors:
            raise self.errors.pop(0)
        (directory / "weights.safetensors").write_text("weights")
        digest = seal(directory, ["weights.safetensors"])
        return FitResult(directory, digest, RUNGS, METRICS, {"loss": [2.0, 1.0]}, {"decoder": 1.5}, 1234)


@pytest.fixture
def fit(monkeypatch, settings, tmp_path) -> FakeFit:
    settings.LOYALTY_AI = FAKE_SETTINGS | {"ARTIFACTS": tmp_path, "DEVICE": "cpu", "TRAINING": {"epochs": 3}}
    fake = FakeFit()
    monkeypatch.setattr(training, "fit", fake)
    return fake


@pytest.fixture
def store(db):
    store = make_store()
    record_purchase(make_customer(store), make_product(store), make_product(store))
    return store


CUTOFF = NOON.replace(month=7)


def new_job(store, slot: str = "train:1", **params) -> Job:
    return request_job(kind="train", store=store, slot=slot, params={"cutoff": CUTOFF.isoformat()} | params, wake=False)


def test_a_trained_version_tells_what_it_saw_and_how_it_did(store, fit):
    version = train_version(store=store, cutoff=CUTOFF)
    version.refresh_from_db()
    assert (version.number, version.rungs, version.data_from) == (1, RUNGS, NOON)
    assert verify(artifact_directory(version), digest=version.digest)
    assert version.config == {"model": {}, "training": {"device": "cpu", "epochs": 3}}
    assert version.metrics == METRICS
    assert version.curves == {"loss": [2.0, 1.0]}
    assert version.data_counts["purchase"] == 2
    assert len(version.data_fingerprint) == 64
    assert {"data", "decoder"} <= version.seconds.keys()
    assert {"python", "torch", "numpy"} <= version.libraries.keys()
    assert artifact_directory(version) == fit.calls[0].directory
    assert fit.calls[0].cutoff == int(CUTOFF.timestamp())
    assert fit.calls[0].training.epochs == 3


def test_a_trained_version_is_immutable(store, fit):
    version = train_version(store=store, cutoff=CUTOFF)
    version.metrics = {"forged": 1}
    with pytest.raises(DatabaseError, match="cannot change"), transaction.atomic():
        version.save()
    discard_version(version=version)
    assert trained_versions(store=store).get() == version
    assert (artifact_directory(version) / "weights.safetensors").exists()


def test_the_card_says_what_was_measured_for_whom_and_where_it_ends(store, fit):
    directory = artifact_directory(train_version(store=store, cutoff=CUTOFF))
    facts = json.loads((directory / "card.json").read_text())
    assert (facts["version"], facts["data"]["counts"]["purchase"], facts["parameters"]) == (1, 2, 1234)
    assert (facts["slices"], facts["behaviour"]) == (METRICS["slices"], METRICS["behaviour"])
    page = (directory / "card.md").read_text()
    assert "trained from scratch" in page.lower()
    for row in (
        "| repeats | popularity | 0.3000 ± 0.0100 |",
        "+0.1000 (+0.0500 to +0.1500)",
        "| tenure 0–89 | 100 | 0.3000 ± 0.0200 | 0.1000 ± 0.0100 | +0.2000 (+0.1500 to +0.2500) |",
        "| activity 5+ | 1 |",
        "| measure | model | naive |",
        "| auc | 0.7500 ± 0.0100 | 0.7000 |",
        "| count_bias_percent | -25.2000 |  |",
    ):
        assert row in page
    for limit in (
        "Next new products: popularity answers",
        "adds nothing measurable to the ranker, +0.0100 NDCG@10 (95 % interval -0.0200 to +0.0400)",
        "no lead over popularity is shown for these customers: days since the first purchase 90–179; orders so far 5+",
        "In the 28 days that were forecast, the total of the orders was off by -25 %, that of the spend by +3 %.",
        f"The log spans {(CUTOFF - NOON).days} days, so no season is in it twice",
    ):
        assert sum(limit in line for line in facts["limits"]) == 1
        assert limit in page


def test_a_version_that_measured_nothing_has_a_card_that_says_so(store, fit, monkeypatch):
    monkeypatch.setitem(globals(), "METRICS", {"next_basket": {"users": 0}, "gains": {}, "slices": {}, "behaviour": {}})
    facts = json.loads((artifact_directory(train_version(store=store, cutoff=CUTOFF)) / "card.json").read_text())
    assert sum("was not measured" in limit for limit in facts["limits"]) == 2


def test_the_card_is_in_english_whatever_the_worker_speaks(store, fit):
    with translation.override("zh-hans"):
        directory = artifact_directory(train_version(store=store, cutoff=CUTOFF))
    assert "one window of this store's past" in (directory / "card.md").read_text()


@pytest.mark.parametrize("name", ["card.json", "card.md", "weights.safetensors"])
def test_the_digest_covers_the_card_and_the_weights(store, fit, name):
    version = train_version(store=store, cutoff=CUTOFF)
    path = artifact_directory(version) / name
    path.write_text(path.read_text() + " ")
    with pytest.raises(ArtifactError, match=name):
        verify(artifact_directory(version), digest=version.digest)


def test_standings_put_the_version_first_and_state_its_lead(store, fit):
    own, baseline = standings(train_version(store=store, cutoff=CUTOFF))
    assert (own.method, own.lead, own.metrics["hr@10"]) == ("model", None, (0.8, 0.01))
    assert (baseline.method, baseline.lead) == ("popularity", (0.1, 0.05, 0.15))


def test_training_starts_from_the_champion_unless_told_otherwise(store, fit):
    first = train_version(store=store, cutoff=CUTOFF)
    run = ScoringRun.objects.create(store=store, version=first, cutoff=CUTOFF)
    assert train_version(store=store, cutoff=CUTOFF).parent is None
    Deployment.objects.create(store=store, version=first, run=run)
    assert train_version(store=store, cutoff=CUTOFF).parent == first
    assert fit.calls[-1].parent == artifact_directory(first)
    assert train_version(store=store, cutoff=CUTOFF, parent=None).parent is None
    assert fit.calls[-1].parent is None


def test_another_shape_of_model_starts_from_scratch(store, fit, settings):
    first = train_version(store=store, cutoff=CUTOFF)
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"MODEL": {"dim": 32}}
    assert train_version(store=store, cutoff=CUTOFF, parent=first).parent is None


def test_a_parent_whose_files_are_gone_is_no_parent(store, fit):
    first = train_version(store=store, cutoff=CUTOFF)
    artifact_directory(first).rename(artifact_directory(first).with_name("elsewhere"))
    second = train_version(store=store, cutoff=CUTOFF, parent=first)
    assert (second.parent, fit.calls[-1].parent) == (None, None)


def test_a_training_that_fails_leaves_no_half_version(store, fit, tmp_path):
    fit.errors.append(RuntimeError("out of memory"))
    with pytest.raises(RuntimeError):
        train_version(store=store, cutoff=CUTOFF)
    assert not ModelVersion.objects.exists()
    assert list(tmp_path.glob("*/*")) == []


def test_a_killed_job_goes_on_with_its_version_its_folder_and_its_data(store, fit, tmp_path):
    class Killed(BaseException):
        """What a handler cannot catch, as it cannot a SIGKILL."""

    fit.errors.append(Killed())
    job = new_job(store)
    with pytest.raises(Killed):
        run_job(job_id=job.pk, owner="first")
    assert not trained_versions(store=store).exists()
    record_purchase(make_customer(store), make_product(store))  # late data: not what this training began with
    Job.objects.filter(pk=job.pk).update(heartbeat_at=None)
    job = run_job(job_id=job.pk, owner="second")
    version = ModelVersion.objects.get()
    assert job.result == {"version": version.pk, "number": 1}
    assert fit.calls[1].directory == fit.calls[0].directory
    assert fit.calls[1].found == ["checkpoint"]
    assert len(fit.calls[1].log) == len(fit.calls[0].log) == 2
    assert [path.name for path in tmp_path.glob("*/*")] == [artifact_directory(version).name]


def test_a_training_goes_on_without_who_said_no_meanwhile(store, fit):
    out = make_customer(store)
    record_purchase(out, make_product(store))
    fit.errors.append(OSError("disk full"))
    job = new_job(store)
    run_job(job_id=job.pk, owner="first", wait=False)
    record_consent(customer=out, purpose="preferences", granted=False, source="test")
    Job.objects.filter(pk=job.pk).update(heartbeat_at=None)
    run_job(job_id=job.pk, owner="second")
    assert out.pk in fit.calls[0].log.user_ids
    assert out.pk not in fit.calls[1].log.user_ids
    assert ModelVersion.objects.get().data_counts["anonymous"] == 1


def interrupted(store, fit) -> Job:
    """A training whose first attempt broke after its data and a checkpoint were written."""
    fit.errors.append(OSError("disk full"))
    job = new_job(store)
    run_job(job_id=job.pk, owner="first", wait=False)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=None)
    return job


def refuse_profiling(customer) -> None:
    record_consent(customer=customer, purpose="preferences", granted=False, source="test")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("profiled", [True, False])
def test_a_training_is_never_resumed_with_somebody_erased(fit, tmp_path, profiled):
    store = make_store()
    record_purchase(make_customer(store), make_product(store))
    gone = make_customer(store, "gone")
    record_purchase(gone, make_product(store))
    if not profiled:
        refuse_profiling(gone)  # evidence without a person is still theirs
    job = interrupted(store, fit)
    [snapshot] = tmp_path.glob("*/*.npz")
    erase_customer(customer=gone, now=CUTOFF)
    assert not snapshot.exists()
    run_job(job_id=job.pk, owner="second")
    assert (len(fit.calls[0].log), len(fit.calls[1].log)) == (2, 1)
    assert fit.calls[1].found == []
    erasures = ModelVersion.objects.get().data_counts["erasures"]
    assert erasures == {"in_force": 1, "customers_checked": 1, "found": 0}


@pytest.mark.parametrize("profiled", [True, False])
def test_nor_where_the_eraser_cannot_reach_the_workers_disk(store, fit, profiled):
    gone = make_customer(store)
    record_purchase(gone, make_product(store))
    if not profiled:
        refuse_profiling(gone)
    job = interrupted(store, fit)
    erase_customer(customer=gone, now=CUTOFF)  # its last step comes with the commit, which this test does not reach
    run_job(job_id=job.pk, owner="second")
    assert (len(fit.calls[0].log), len(fit.calls[1].log)) == (3, 2)
    assert fit.calls[1].found == []


def test_somebody_erased_while_the_log_is_read_is_not_in_the_data(store, fit, monkeypatch):
    gone = make_customer(store)
    record_purchase(gone, make_product(store))
    read = services.build_dataset

    def erase_once_read(**options):
        dataset = read(**options)
        for customer in Customer.objects.filter(pk=gone.pk):
            erase_customer(customer=customer, now=CUTOFF)
        return dataset

    monkeypatch.setattr(services, "build_dataset", erase_once_read)
    version = train_version(store=store, cutoff=CUTOFF)
    assert len(fit.calls[0].log) == 2
    assert version.data_counts["erasures"]["in_force"] == 1
    assert VersionDeadline.objects.get().version == version  # the receipt says so, and it holds


def test_the_manifest_in_the_artifact_proves_who_is_not_in_it(store, fit):
    for who in ("one", "two"):
        erase_customer(customer=make_customer(store, who), now=CUTOFF)
    choose(store=store, external_id="two", choices={"marketing": True}, source="test")
    version = train_version(store=store, cutoff=CUTOFF)
    proved = {"in_force": 1, "customers_checked": 1, "found": 0}
    assert version.data_counts["erasures"] == proved
    card = json.loads((artifact_directory(version) / "card.json").read_text())
    assert card["data"]["counts"]["erasures"] == proved


def test_nothing_is_trained_on_a_log_that_holds_somebody_erased(store, fit, tmp_path):
    erase_customer(customer=make_customer(store, "back"), now=CUTOFF)
    record_purchase(make_customer(store, "back"), make_product(store))  # as a restored backup brings them back
    job = new_job(store)
    with pytest.raises(CannotWork, match="1 customers who were erased are in the log again"):
        run_job(job_id=job.pk, owner="test")
    assert fit.calls == []
    assert not ModelVersion.objects.exists()
    assert list(tmp_path.glob("*/*")) == []


def test_without_its_key_nobody_can_be_told_apart_and_nothing_is_trained(store, fit, settings):
    erase_customer(customer=make_customer(store, "back"), now=CUTOFF)
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"ERASURE_KEYS": {"2": "another"}}
    with pytest.raises(CannotWork, match="lacks version 1"):
        run_job(job_id=new_job(store).pk, owner="test")
    assert fit.calls == []


def test_a_parent_that_left_service_meanwhile_is_not_fine_tuned(store, fit):
    first = train_version(store=store, cutoff=CUTOFF)
    second = services.reserve_version(store=store, cutoff=CUTOFF, parent=first)
    VersionDeadline.objects.create(version=first, due_at=NOON)
    services.train(version=second)
    assert (second.parent, fit.calls[-1].parent) == (None, None)


def test_a_job_killed_after_the_version_was_sealed_does_not_train_twice(store, fit):
    job = run_job(job_id=new_job(store).pk, owner="first")
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heartbeat_at=None)
    job = run_job(job_id=job.pk, owner="second")
    assert job.result["version"] == ModelVersion.objects.get().pk
    assert len(fit.calls) == 1


def test_an_error_of_the_data_ends_the_job_at_once_and_is_kept_on_it(store, fit, tmp_path):
    fit.errors.append(ValueError("no orders before the cutoff"))
    job = new_job(store)
    with pytest.raises(CannotWork, match="no orders"):
        run_job(job_id=job.pk, owner="test")
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "no orders before the cutoff")
    assert not ModelVersion.objects.exists()
    assert list(tmp_path.glob("*/*")) == []


def test_an_error_that_may_pass_keeps_the_checkpoint_until_the_attempts_are_spent(store, fit, tmp_path):
    job = new_job(store)
    for attempt in range(1, 6):
        fit.errors.append(OSError("disk full"))
        run_job(job_id=job.pk, owner="test", wait=False)
        assert ModelVersion.objects.exists() is (attempt < 5)
        Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(heartbeat_at=None)
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "OSError: disk full")
    assert fit.calls[4].found == ["checkpoint"]
    assert list(tmp_path.glob("*/*")) == []


@pytest.mark.django_db(transaction=True)
def test_versions_reserved_at_once_have_numbers_of_their_own(fit):
    store = make_store()
    barrier, numbers = threading.Barrier(8), []

    def reserve() -> None:
        barrier.wait(10)
        numbers.append(reserve_version(store=store, cutoff=CUTOFF).number)
        connection.close()

    threads = [threading.Thread(target=reserve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 9))
