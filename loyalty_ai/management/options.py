"""Options that several commands share: the cutoff, and leaving the work to a worker."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from loyalty_ai.jobs.selectors import unfinished_job
from loyalty_ai.jobs.services import request_job
from loyalty_ai.shop.models import Store
from loyalty_ai.shop.selectors import data_until


def add_cutoff(parser: CommandParser) -> None:
    parser.add_argument(
        "--cutoff",
        metavar="TIME",
        help=_("Use what happened before this ISO date or time (UTC unless it says otherwise). Default: all data."),
    )


def chosen_cutoff(store: Store, text: str | None) -> datetime:
    """The aware time that `--cutoff` names, or the end of the store's data."""
    if text is None:
        return data_until(store)
    try:
        day = parse_date(text)
        moment = datetime(day.year, day.month, day.day) if day else parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(
            _("--cutoff %(text)s is no ISO date or time, such as 2011-12-09 or 2011-12-09T13:00.") % {"text": text}
        )
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment, timezone.get_fixed_timezone(0))


def queued(*, kind: str, store: Store, params: dict[str, Any]) -> dict[str, Any]:
    """Ask workers for a job, unless one that asks for the same is unfinished; the result a command returns."""
    job = unfinished_job(kind=kind, store=store, params=params) or request_job(
        kind=kind, store=store, slot=f"{kind}:{store}:{time.time_ns()}", params=params
    )
    message = _("Job %(job)d (%(kind)s) is %(state)s.")
    values = {"job": job.pk, "kind": job.kind, "state": job.get_state_display()}
    return {"job": job.pk, "state": job.state, "message": message % values}
