"""Take over what the shop has new, or the rows of a file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty_ai.management.base import StoreCommand
from loyalty_ai.shop.imports import SOURCE, import_file
from loyalty_ai.shop.models import Store
from loyalty_ai.shop.selectors import rejected_rows, rejected_table
from loyalty_ai.shop.sync import STREAMS


class Command(StoreCommand):
    help = _(
        "Take over the shop's new customers, products and events, or the rows of a CSV, JSON lines or Parquet file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--file", metavar="PATH", type=Path, help=_("Import this file instead of syncing the shop.")
        )
        parser.add_argument("--stream", choices=list(STREAMS), default="events", help=_("What the file holds."))
        parser.add_argument(
            "--rejected", metavar="OUT.csv", type=Path, help=_("Write what was not taken, with place and reason.")
        )

    def run(self, store: Store, **options: Any) -> dict[str, Any]:
        file = options["file"]
        if file is None:
            counts = self.run_job(kind="sync", store=store).result
            rows = rejected_rows(store=store)
        else:
            counts = {options["stream"]: self._import(store, file, options["stream"])}
            rows = rejected_rows(store=store, source=SOURCE).filter(location__startswith=f"{file.name}:")
        rejected = sum(stream.get("rejected", 0) for stream in counts.values())
        lines = [self._line(stream, values) for stream, values in counts.items()]
        if options["rejected"]:
            with options["rejected"].open("w", newline="", encoding="utf-8") as out:
                csv.writer(out).writerows(rejected_table(rows))
            lines.append(_("What was not taken is listed in %(path)s.") % {"path": options["rejected"]})
        elif rejected:
            lines.append(
                _("What was not taken is listed in the admin under Rejected rows; --rejected OUT.csv writes it.")
            )
            lines += [f"  {row.location}: {row.reason}" for row in rows[:5]]
        return {**counts, "message": "\n".join(lines)}

    def _import(self, store: Store, file: Path, stream: str) -> dict[str, int]:
        try:
            return import_file(store=store, path=file, stream=stream, now=timezone.now(), progress=self.progress)
        except OSError as error:
            raise CommandError(
                _("%(path)s cannot be read: %(error)s.") % {"path": file, "error": error.strerror or error}
            ) from error

    def _line(self, stream: str, counts: dict[str, int]) -> str:
        names = {
            "accepted": _("accepted"),
            "created": _("new"),
            "updated": _("changed"),
            "unchanged": _("unchanged"),
            "duplicates": _("known already"),
            "rejected": _("rejected"),
            "erased": _("of erased customers skipped"),
            "expired": _("older than is kept skipped"),
            "without_consent": _("without consent skipped"),
            "unmatched_refunds": _("refunds without a known order"),
        }
        said = [f"{counts[key]:,} {name}" for key, name in names.items() if counts.get(key)]
        return f"{stream}: {', '.join(said) or _('nothing new')}"
