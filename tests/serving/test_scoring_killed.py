"""A scoring process killed with SIGKILL in the middle of a chunk; another process finishes the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.db import connection

from loyalty_ai.jobs import services
from loyalty_ai.jobs.models import JobState
from loyalty_ai.jobs.services import run_job
from loyalty_ai.serving import scoring
from loyalty_ai.serving.deployments import promote_version
from loyalty_ai.serving.models import Deployment, ListKind, Prediction, Recommendation, ScoringRun
from loyalty_ai.shop.models import Store
from tests.fakes import FAKE_SETTINGS, make_customer, make_product, make_store, record_purchase
from tests.serving.test_scoring import FakeScorer, new_job, new_version

ROOT = Path(__file__).resolve().parents[2]
OWN_SETTINGS = FAKE_SETTINGS | {"TOP_K": 4, "LEASE_SECONDS": 2}
CHUNK = 3

VICTIM = """
import json, sys, time
from pathlib import Path
from types import SimpleNamespace
import django
from django.conf import settings
django.setup()
settings.LOYALTY_AI = json.loads(sys.argv[1])
import loyalty_ai.tasks
from loyalty_ai.jobs import services
from loyalty_ai.serving import scoring
from tests.serving.test_scoring import FakeScorer

write, marker, chunks = scoring.write_lists, Path(sys.argv[3]), []

def write_and_hang(*values):
    written = write(*values)
    chunks.append(values)
    if len(chunks) == 5:  # the second of the second chunk's three lists
        marker.write_text("in the middle of a chunk")
        time.sleep(600)
    return written

services.current_app.send_task = lambda *args, **options: None
scoring.CHUNK_CUSTOMERS = int(sys.argv[4])
scoring.write_lists = write_and_hang
scoring._model = lambda *args: SimpleNamespace(scorer=lambda log, cutoff, cache: FakeScorer(log))
services.run_job(job_id=int(sys.argv[2]), owner="victim")
"""


@pytest.fixture
def shop(transactional_db, settings, monkeypatch) -> SimpleNamespace:
    """Eight customers, chunks of three, a run that is live already."""
    settings.LOYALTY_AI = OWN_SETTINGS
    monkeypatch.setattr(services.current_app, "send_task", lambda *args, **options: None)
    monkeypatch.setattr(scoring, "CHUNK_CUSTOMERS", CHUNK)
    monkeypatch.setattr(
        scoring, "_model", lambda *args: SimpleNamespace(scorer=lambda log, cutoff, cache: FakeScorer(log))
    )
    scoring._seat.cache_clear()
    store = make_store()
    products = [make_product(store) for _ in range(6)]
    customers = [make_customer(store) for _ in range(8)]
    for customer in customers:
        record_purchase(customer, products[0])
    version = new_version(store, 1)
    run_job(job_id=new_job(SimpleNamespace(store=store)).pk, owner="test")
    promote_version(store=store, version=version)
    yield SimpleNamespace(store=store, customers=customers)
    scoring._seat.cache_clear()
    clean_up()


def clean_up() -> None:
    """Drop the partitions, which a flush of the tables would only empty."""
    Deployment.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind = 'r'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {table}")


def start_victim(job_id: int, marker: Path) -> subprocess.Popen:
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings", "OMP_NUM_THREADS": "1"}
    arguments = [json.dumps(OWN_SETTINGS), str(job_id), str(marker), str(CHUNK)]
    return subprocess.Popen([sys.executable, "-c", VICTIM, *arguments], cwd=ROOT, env=env, stderr=subprocess.PIPE)


def seen_by_a_page(store: Store) -> Counter:
    """Which customers' lists the live pointer leads to."""
    live = Deployment.objects.get(store=store, alias="champion", closed_at=None)
    lists = Recommendation.objects.filter(run=live.run, kind=ListKind.RECOMMENDED)
    return Counter(lists.values_list("customer_id", flat=True))


@pytest.mark.faults
def test_a_killed_process_leaves_no_half_chunk_and_another_finishes_the_run(shop, tmp_path):
    job, marker = new_job(shop, publish=True), tmp_path / "marker"
    everybody = Counter(customer.pk for customer in shop.customers)
    victim = start_victim(job.pk, marker)
    try:
        until = time.monotonic() + 120
        while not marker.exists():
            assert victim.poll() is None, victim.stderr.read().decode()[-2000:]
            assert time.monotonic() < until, "the victim never came to its second chunk"
            time.sleep(0.05)
        run = ScoringRun.objects.get(state=ScoringRun.State.RUNNING)
        assert Prediction.objects.filter(run=run).count() == CHUNK  # the first chunk; nothing of the second
        assert seen_by_a_page(shop.store) == everybody  # the live run, whole
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        victim.stderr.close()
    assert Prediction.objects.filter(run=run).count() == CHUNK
    job = run_job(job_id=job.pk, owner="successor")
    run.refresh_from_db()
    assert (job.state, run.state, run.audit["findings"]) == (JobState.DONE, ScoringRun.State.COMPLETE, [])
    assert Counter(Prediction.objects.filter(run=run).values_list("customer_id", flat=True)) == everybody
    assert Deployment.objects.get(closed_at=None).run == run
    assert seen_by_a_page(shop.store) == everybody
