"""The whole system on the demo shop: what is missing is done, then the shop is served. `make demo` calls this."""

from __future__ import annotations

import os
import resource
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils.translation import gettext as _

from loyalty_ai.actions.models import Action
from loyalty_ai.conf import get_adapter
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.management.base import StoreCommand
from loyalty_ai.management.commands.loyalty_train import verdict
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.selectors import champion, trained_versions
from loyalty_ai.serving.deployments import promote_version
from loyalty_ai.serving.gate import GateRefused
from loyalty_ai.serving.models import ScoringRun
from loyalty_ai.shop.models import Store
from loyalty_ai.shop.selectors import data_until
from shop_demo.accounts import ADMIN, DEMO_ACCOUNTS, PASSWORD, open_demo_accounts
from shop_demo.knowledge import knowledge_missing, publish_policies
from shop_demo.loading import load_shop
from shop_demo.models import Opening
from shop_demo.welcome import start_welcome

STREAMS = ("customers", "products", "events")
FIRST_PORT, PORTS = 8000, 100


@dataclass(frozen=True)
class Step:
    """One step: whether the database says that it is missing, and what does it and tells the result in a line."""

    name: str
    missing: Callable[[Store], bool]
    do: Callable[[Store], str]


class Command(StoreCommand):
    """Every step asks the database first, so that stopping it breaks nothing and running it again does what is left."""

    help = _("Load the demo shop, measure, train, evaluate, score and publish what is missing; then serve it.")
    keep_bars = False

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--no-serve", action="store_true", help=_("Do everything but serve."))
        parser.add_argument("--port", type=int, help=_("The port to serve on. Default: 8000 or the next that is free."))

    def handle(self, *args: Any, **options: Any) -> None:
        self._began = time.monotonic()
        super().handle(*args, **options)
        if not options["no_serve"]:
            self._serve(self._port)

    def run(self, store: Store, **options: Any) -> dict[str, Any]:
        seconds = {}
        for step in self._steps():
            began = time.monotonic()
            done = step.do(store) if step.missing(store) else _("nothing to do")
            seconds[step.name] = round(time.monotonic() - began, 1)
            self._tell(step.name, done, seconds[step.name])
        total, peak = time.monotonic() - self._began, peak_memory()
        self._port = options["port"] or free_port()
        links = self._links(served=not options["no_serve"])
        return {
            "steps": seconds,
            "seconds": round(total, 1),
            "peak_memory_bytes": peak,
            "message": _("%(links)s\n\n%(seconds).0f s in all, %(gigabytes).2f GB of memory at most.")
            % {"links": links, "seconds": total, "gigabytes": peak / 1e9},
        }

    def _store(self, slug: str | None) -> Store:
        """The store's row, once its table is there."""
        began = time.monotonic()
        executor = MigrationExecutor(connection)
        if pending := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.progress(_("database"), 0, 1)
            call_command("migrate", verbosity=0, interactive=False)
            done = _("%(count)d migrations applied") % {"count": len(pending)}
        else:
            done = _("nothing to do")
        self._tell(_("database"), done, time.monotonic() - began)
        return super()._store(slug)

    def _steps(self) -> list[Step]:
        return [
            Step(_("shop"), lambda store: not Opening.objects.exists(), self._load),
            Step(_("accounts"), accounts_missing, self._open_accounts),
            Step(_("sync"), unsynced, self._sync),
            Step(_("loyalty"), unmeasured, self._measure),
            Step(_("model"), lambda store: not trained_versions(store=store).exists(), self._train),
            Step(_("scores"), lambda store: unpublished(store) and newest_run(store) is None, self._score),
            Step(_("publish"), unpublished, self._publish),
            Step(_("knowledge"), knowledge_missing, self._index),
            Step(_("message"), lambda store: not Action.objects.filter(store=store).exists(), self._welcome),
            Step(_("static files"), lambda store: not (settings.STATIC_ROOT / "shop_demo").exists(), self._collect),
        ]

    def _load(self, store: Store) -> str:
        counts = load_shop(progress=self.progress)
        return (
            _(
                "%(lines)s lines of the log: %(orders)s orders, %(refunds)s cancellations, %(customers)s customers, "
                "%(products)s products; %(unmatched)s cancelled lines without an earlier purchase"
            )
            % readable({**counts, "unmatched": counts["cancelled_without_purchase"]})
        )  # fmt: skip

    def _open_accounts(self, store: Store) -> str:
        return _("%(count)d opened") % {"count": open_demo_accounts()}

    def _sync(self, store: Store) -> str:
        result = self.run_job(kind="sync", store=store).result
        values = {stream: sum(result[stream].get(name, 0) for name in ("created", "accepted")) for stream in STREAMS}
        values["unmatched"] = result["events"].get("unmatched_refunds", 0)
        return (
            _(
                "%(events)s events, %(customers)s customers and %(products)s products taken over; "
                "%(unmatched)s refunds without an order"
            )
            % readable(values)
        )  # fmt: skip

    def _measure(self, store: Store) -> str:
        result = self.run_job(kind="metrics", store=store).result
        return _("%(profiles)d customers measured, %(months)d months of history") % result

    def _train(self, store: Store) -> str:
        params = {"cutoff": data_until(store).isoformat(), "parent": None}
        job = self.run_job(kind="train", store=store, params=params)
        version = ModelVersion.objects.get(pk=job.result["version"])
        return _("version %(number)d trained and evaluated. %(verdict)s") % {
            "number": version.number,
            "verdict": verdict(version),
        }

    def _score(self, store: Store) -> str:
        version = trained_versions(store=store).first()
        params = {"version": version.number, "cutoff": version.cutoff.isoformat(), "publish": True}
        result = self.run_job(kind="score", store=store, params=params).result
        if result["state"] != ScoringRun.State.COMPLETE:
            raise CommandError(
                _("Run %(run)d was refused by the audit: %(findings)s")
                % {"run": result["run"], "findings": " ".join(result["findings"])}
            )
        return _("%(customers)d customers scored, run %(run)d audited") % result

    def _publish(self, store: Store) -> str:
        """Make the version live. Nothing is live yet, so that what the gate holds against it is said and kept, not obeyed."""
        version = newest_run(store).version
        try:
            deployment = promote_version(store=store, version=version, reason=_("the demo's first version"))
            findings = ""
        except GateRefused as refused:
            reason = _("the demo's first version: nothing was live, and the gate's findings are kept here")
            deployment = promote_version(store=store, version=version, reason=reason, override=True)
            findings = " " + _("Against the gate, which says: %(findings)s") % {"findings": " ".join(refused.findings)}
        live = {"number": deployment.version.number, "run": deployment.run_id}
        return _("version %(number)d is live with run %(run)d.") % live + findings

    def _index(self, store: Store) -> str:
        """Publish the shop's policies and let the assistant find them and the products."""
        published = publish_policies(store)
        result = self.run_job(kind="index", store=store).result
        return (
            _("%(documents)s documents published, %(products)s products indexed, %(vectors)s vectors made")
            % readable({"documents": published, "products": result["indexed"], "vectors": result["vectors"]})
        )  # fmt: skip

    def _welcome(self, store: Store) -> str:
        """Start the retention action, and let it take people once as on any night."""
        action = start_welcome(store)
        taken = self.run_job(kind="actions", store=store).result["taken"]
        return _("“%(title)s” runs; people who allow letters and were away: %(taken)d") % {
            "title": action.title,
            "taken": taken,
        }

    def _collect(self, store: Store) -> str:
        call_command("collectstatic", verbosity=0, interactive=False)
        return _("collected")

    def _tell(self, name: str, done: str, seconds: float) -> None:
        self._bar.close()
        self.stderr._out.write(f"{name:<13} {done} ({seconds:.1f} s)\n")
        self.stderr._out.flush()

    def _links(self, *, served: bool) -> str:
        root = f"http://localhost:{self._port}"
        names = ", ".join(account.name.lower() for account in DEMO_ACCOUNTS)
        rows = [
            (_("Shop"), f"{root}{reverse('home')}", ""),
            (_("Sign in"), f"{root}{reverse('login')}", _("as %(names)s; one press each") % {"names": names}),
            (_("Admin"), f"{root}{reverse('admin:index')}", ADMIN),
            (_("API"), f"{root}{reverse('loyalty_ai:schema')}", _("OpenAPI")),
            (_("Password"), PASSWORD, _("for all of them")),
        ]
        head = "" if served else _("Not served; make demo without SERVE=0 does.") + "\n"
        return "\n" + head + "\n".join(f"{name:<10} {value:<40} {note}".rstrip() for name, value, note in rows)

    def _serve(self, port: int) -> None:
        """Become the web server: one process, a few threads, the database connection left behind."""
        connection.close()
        sys.stdout.flush()
        arguments = [
            "-m",
            "gunicorn",
            "shop_demo.wsgi",
            "--bind",
            f"localhost:{port}",
            "--threads",
            "8",
            "--no-control-socket",
        ]
        os.execv(sys.executable, [sys.executable, *arguments, "--log-level", "warning"])  # noqa: S606 - this project's server


def accounts_missing(store: Store) -> bool:
    wanted = {ADMIN, *(account.name.lower() for account in DEMO_ACCOUNTS)}
    return get_user_model().objects.filter(username__in=wanted).count() < len(wanted)


def unsynced(store: Store) -> bool:
    """Whether the shop has anything that the mirror and the log have not."""
    adapter = get_adapter(store.slug)
    return any(adapter.count(stream, store.cursors.get(stream, "")) for stream in STREAMS)


def unmeasured(store: Store) -> bool:
    """Whether something happened since the customers were measured."""
    latest = LoyaltyProfile.objects.filter(store=store).order_by("-as_of").values_list("as_of", flat=True)
    measured = latest.first()
    return measured is None or measured < data_until(store)


def unpublished(store: Store) -> bool:
    """Whether no version is live."""
    return champion(store=store) is None


def newest_run(store: Store) -> ScoringRun | None:
    """The newest complete run of the newest version."""
    version = trained_versions(store=store).first()
    runs = ScoringRun.objects.filter(store=store, version=version, state=ScoringRun.State.COMPLETE)
    return runs.select_related("version").order_by("-pk").first()


def readable(counts: dict[str, int]) -> dict[str, str]:
    """Counts with their thousands set apart."""
    return {name: f"{count:,}" for name, count in counts.items()}


def peak_memory() -> int:
    """The most memory this process ever had, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def free_port() -> int:
    """The first port from 8000 that nobody listens on."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CommandError(_("No port from %(first)d on is free; say one with --port.") % {"first": FIRST_PORT})
