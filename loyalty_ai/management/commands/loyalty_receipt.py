"""Check the receipt of an erasure; needs no database, and with --keys no settings of the shop either."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from loyalty_ai.privacy.receipts import ReceiptError, public_keys, verify_receipt


class Command(BaseCommand):
    help = _("Check the signature of an erasure's receipt.")
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help=_("The receipt, JSON."))
        parser.add_argument(
            "--keys",
            type=Path,
            metavar="FILE",
            help=_(
                "The key set that the shop publishes, as saved from receipts/keys/; by default the settings' own keys."
            ),
        )
        parser.add_argument("--json", action="store_true", help=_("Print the result as one JSON object."))

    def handle(self, *args: Any, file: Path, keys: Path | None, json: bool, **options: Any) -> None:
        try:
            receipt = verify_receipt(read(file), read(keys) if keys else public_keys())
        except ReceiptError as error:
            raise CommandError(f"{file}: {error}") from error
        self.stdout.write(as_json(receipt) if json else described(receipt))


def read(file: Path) -> Any:
    """The JSON in a file.

    Raises:
        CommandError: there is none.
    """
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(_("Cannot read %(file)s: %(error)s.") % {"file": file, "error": error.strerror}) from error
    except (ValueError, RecursionError) as error:
        raise CommandError(_("%(file)s holds no JSON.") % {"file": file}) from error


def as_json(receipt: dict[str, Any]) -> str:
    return json.dumps({"genuine": True, **receipt})


def described(receipt: dict[str, Any]) -> str:
    message = _("Genuine: store %(store)s erased %(rows)d rows at %(time)s (key %(version)s).")
    values = {"store": receipt["store"], "time": receipt["erased_at"], "version": receipt["key_version"]}
    return message % {**values, "rows": sum(receipt["rows"].values())}
