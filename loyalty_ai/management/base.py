"""What the store commands share: one store, a progress bar, one line or one JSON object of result, errors that say what to do."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Any, TextIO

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError
from django.utils.translation import gettext as _

from loyalty_ai.conf import app_settings
from loyalty_ai.jobs.models import Job, JobState
from loyalty_ai.jobs.selectors import unfinished_job
from loyalty_ai.jobs.services import request_job, retry_job, run_job
from loyalty_ai.jobs.work import CannotWork, describe
from loyalty_ai.shop.models import Store
from loyalty_ai.shop.services import ensure_store

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


class ProgressBar:
    """Draws steps on a terminal with the time that is left; elsewhere writes one plain line when a step ends.

    With `keep=False` an ended step leaves no line on a terminal, for callers who write one of their own.
    """

    WIDTH = 28
    REDRAW_SECONDS = 0.1

    def __init__(self, stream: TextIO, *, keep: bool = True) -> None:
        self._stream = stream
        self._keep = keep
        self._live = stream.isatty()
        self._step = ""
        self._counts = (0, 0)
        self._began = self._drawn = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step != self._step:
            self.close()
            self._step, self._began = step, now
        self._counts = (done, total)
        if self._live and (now - self._drawn >= self.REDRAW_SECONDS or done >= total):
            self._drawn = now
            self._stream.write(f"\r\x1b[2K{self._line(now)}")
            self._stream.flush()

    def close(self) -> None:
        """End the line of the step being drawn."""
        if not self._step:
            return
        now = time.monotonic()
        if self._live:
            self._stream.write(f"\r\x1b[2K{self._line(now)}\n" if self._keep else "\r\x1b[2K")
        else:
            done, total = self._counts
            seconds = now - self._began
            self._stream.write(f"{self._step}: {done:,}/{total:,}, {seconds:.1f} s\n")
        self._stream.flush()
        self._step = ""

    def _line(self, now: float) -> str:
        done, total = self._counts
        part = min(1.0, done / total) if total else 0.0
        filled = round(part * self.WIDTH)
        bar = "█" * filled + "░" * (self.WIDTH - filled)
        spent = now - self._began
        clock = _("%(time)s left") % {"time": as_clock(spent * (1 - part) / part)} if 0 < part < 1 else as_clock(spent)
        return f"{self._step:<24.24} {bar} {part:>4.0%}  {done:,}/{total:,}  {clock}"


def as_clock(seconds: float) -> str:
    """Seconds as `1:05` or `1:00:05`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class StoreCommand(BaseCommand):
    """A command about one store; subclasses implement `run` and return a JSON-able dict with the key `message`."""

    keep_bars = True
    """Whether the bar of an ended step stays on the terminal."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--store", metavar="SLUG", help=_("The store's slug; not needed where there is only one."))
        parser.add_argument("--json", action="store_true", help=_("Print the result as one JSON object."))

    def run(self, store: Store, **options: Any) -> dict[str, Any]:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        self._bar = ProgressBar(self.stderr._out, keep=self.keep_bars)
        as_json, slug = options.pop("json"), options.pop("store")
        try:
            result = self.run(self._store(slug), **options)
        except KeyboardInterrupt:
            raise CommandError(
                _("Stopped. Nothing is broken: the same command goes on from here."), returncode=INTERRUPTED
            ) from None
        except (CannotWork, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(
                _("The database did not answer (%(error)s). Is it running, and is DATABASES right?")
                % {"error": str(error).strip()}
            ) from error
        finally:
            self._bar.close()
        self.stdout.write(json.dumps(result, cls=DjangoJSONEncoder) if as_json else result["message"])

    def progress(self, step: str, done: int, total: int) -> None:
        """Draw how far a step is, on standard error."""
        self._bar(step, done, total)

    def run_job(
        self, *, kind: str, store: Store | None, slot: str | None = None, params: dict[str, Any] | None = None
    ) -> Job:
        """Do a job in this process, with progress, going on with an unfinished one that asks for the same.

        Args:
            slot: the idempotency key; by default every run of the command that does not go on is a job of its own.

        Raises:
            CommandError: the job failed or was cancelled.
        """
        params = params or {}
        job = None if slot else unfinished_job(kind=kind, store=store, params=params)
        if job is None:
            slot = slot or f"{kind}:{store}:{time.time_ns()}"
            job = request_job(kind=kind, store=store, slot=slot, params=params, wake=False)
        if job.state in (JobState.FAILED, JobState.CANCELLED) or job.error:
            job = retry_job(job=job, wake=False)
        owner = f"{socket.gethostname()}:{os.getpid()}"
        try:
            job = run_job(job_id=job.pk, owner=owner, progress=self.progress)
        except (CannotWork, OperationalError, ImproperlyConfigured):
            raise
        except Exception as error:
            raise CommandError(
                _("%(job)s failed: %(error)s\nThe same command goes on from here; --traceback shows where it failed.")
                % {"job": job, "error": describe(error)}
            ) from error
        if job.state != JobState.DONE:
            raise CommandError(_("%(job)s %(state)s: %(error)s") % {"job": job, "state": job.state, "error": job.error})
        return job

    def _store(self, slug: str | None) -> Store:
        known = sorted(app_settings.STORES)
        if slug is None:
            if len(known) != 1:
                raise CommandError(
                    _("Say which store with --store. Stores in LOYALTY_AI: %(known)s.")
                    % {"known": ", ".join(known) or _("none")}
                )
            slug = known[0]
        return ensure_store(slug)
