"""Build the demo's data file from the original CSV; only needed when the format of the file changes."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop_demo.retail_log import LOG, DamagedLog, write_log


class Command(BaseCommand):
    """Write `shop_demo/data/online_retail.xz` and prove that the original comes back byte for byte."""

    help = "Build the demo's data file from the original Online Retail CSV (plain or gzip)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", type=Path, required=True, help="the original CSV, .csv or .csv.gz")
        parser.add_argument("--target", type=Path, default=LOG)

    def handle(self, *, source: Path, target: Path, **options: Any) -> None:
        opener = gzip.open if source.suffix == ".gz" else open
        try:
            with opener(source, "rt", encoding="utf-8", newline="") as lines:
                count = write_log(source=lines, target=target)
        except (OSError, DamagedLog) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{count} lines in {target.stat().st_size / 1e6:.2f} MB; the original comes back byte for byte."
        )
