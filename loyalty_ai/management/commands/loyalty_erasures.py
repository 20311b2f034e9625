"""Keep the erasures apart from the backups, and apply them again after a restore."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from loyalty_ai.management.base import StoreCommand
from loyalty_ai.privacy.bulk import Erasure, exported_erasures, read_erasure, replay_erasures
from loyalty_ai.privacy.receipts import ReceiptError
from loyalty_ai.shop.models import Store

HERE = Path()
"""`--replay` without a file: the erasures that the database knows."""


class Command(StoreCommand):
    help = _(
        "Write the store's erasures to a file, which holds digests and no ids; or apply them again after a restore."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--export", metavar="FILE", type=Path, help=_("Write every erasure, one a line, to this file.")
        )
        what.add_argument(
            "--replay",
            metavar="FILE",
            type=Path,
            nargs="?",
            const=HERE,
            help=_("Erase whoever is back, by such a file; without one, by the erasures that the database knows."),
        )

    def run(self, store: Store, **options: Any) -> dict[str, Any]:
        if options["export"]:
            written = write_erasures(store, options["export"])
            message = _("%(count)d erasures written to %(file)s.") % {"count": written, "file": options["export"]}
            return {"erasures": written, "file": str(options["export"]), "message": message}
        erasures = [] if options["replay"] == HERE else list(read_erasures(store, options["replay"]))
        done = replay_erasures(
            store=store, erasures=erasures, progress=lambda seen, total: self.progress(_("customers"), seen, total)
        )
        result = {"added": done.added, "erased": done.erased, "left": done.left}
        message = _("%(added)d erasures added, %(erased)d people erased again; %(left)d are left.")
        return {**result, "message": message % result}


def write_erasures(store: Store, file: Path) -> int:
    """Write the export; the file appears whole or not at all, and only its owner can read it.

    Raises:
        CommandError: it cannot be written.
    """
    unfinished, written = file.with_name(f"{file.name}.part"), 0
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            for entry in exported_erasures(store=store):
                stream.write(json.dumps(entry) + "\n")
                written += 1
        os.replace(unfinished, file)
    except OSError as error:
        raise CommandError(_("Cannot write %(file)s: %(error)s.") % {"file": file, "error": error.strerror}) from error
    return written


def read_erasures(store: Store, file: Path) -> Iterator[Erasure]:
    """The lines of an export; nothing is applied before all of them are checked.

    Raises:
        CommandError: it cannot be read, or this shop's keys did not sign a line.
    """
    try:
        with file.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, start=1):
                try:
                    yield read_erasure(json.loads(line), store=store)
                except ReceiptError as error:
                    raise CommandError(f"{file}:{number}: {error}") from error
    except OSError as error:
        raise CommandError(_("Cannot read %(file)s: %(error)s.") % {"file": file, "error": error.strerror}) from error
    except (ValueError, RecursionError) as error:
        raise CommandError(_("%(file)s holds no JSON.") % {"file": file}) from error
