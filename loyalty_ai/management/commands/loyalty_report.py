"""Sums over a store's customers, in which nobody can be made out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from loyalty_ai.management.base import StoreCommand
from loyalty_ai.privacy.aggregates import WRITERS, CannotReport, make_report
from loyalty_ai.shop.models import Store


class Command(StoreCommand):
    help = _(
        "Write customers, orders and revenue by group, tier, cohort and category; nothing of fewer than 50 people."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=_("Ends in .csv or .json."))

    def run(self, store: Store, **options: Any) -> dict[str, Any]:
        path: Path = options["out"]
        write = WRITERS.get(path.suffix.lower().removeprefix("."))
        if write is None:
            raise CommandError(_("%(path)s ends neither in .csv nor in .json.") % {"path": path})
        try:
            given = make_report(store=store)
            with path.open("w", encoding="utf-8", newline="") as stream:
                write(given.report, stream)
        except CannotReport as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                _("%(path)s cannot be written: %(error)s.") % {"path": path, "error": error.strerror}
            ) from error
        rows = given.report.rows
        told = sum(row["customers"] is not None for row in rows)
        values = {"path": str(path), "as_of": str(given.report), "again": given.again, "told": told, "rows": len(rows)}
        text = _("%(path)s: %(told)d of %(rows)d cells as of %(as_of)s.")
        if given.again:
            text = _(
                "%(path)s: the report as of %(as_of)s once more, as the total has changed by fewer than 50 people since."
            )
        return {**values, "message": text % values}
