"""The job that measures loyalty."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_datetime

from loyalty_ai.jobs.work import Work, register


def measure(work: Work) -> dict[str, Any]:
    from loyalty_ai.loyalty.services import refresh_profiles

    as_of = work.params.get("as_of")
    with work.fenced():
        return refresh_profiles(
            store=work.store, as_of=parse_datetime(as_of) if as_of else None, progress=work.progress
        )


register("metrics", queue="loyalty", run=measure)
