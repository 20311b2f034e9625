"""Show one customer: metrics, predictions, recommendations with reasons; take their data out, or erase it, or that of many."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty_ai.management.base import StoreCommand
from loyalty_ai.privacy.bulk import erase_listed
from loyalty_ai.privacy.selectors import export_customer
from loyalty_ai.privacy.services import erase_customer
from loyalty_ai.serving.customers import CustomerSheet, Listed, customer_sheet, sheet_data
from loyalty_ai.serving.facts import Facts, prediction_facts, profile_facts
from loyalty_ai.shop.adapters.files import read_customer_ids
from loyalty_ai.shop.adapters.rows import count_rows
from loyalty_ai.shop.models import Customer, Store

PRODUCTS_SHOWN = 10
EVENTS_SHOWN = 5
TITLE_WIDTH = 38


class Command(StoreCommand):
    help = _("Show one customer: metrics, predictions and recommendations with reasons; or export or erase their data.")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("customer", metavar="ID", nargs="?", help=_("The customer's id in the shop."))
        parser.add_argument(
            "--export", metavar="FILE", type=Path, help=_("Write all that is held about them to a JSON file.")
        )
        parser.add_argument("--erase", action="store_true", help=_("Delete all that is held about them; asks first."))
        parser.add_argument("--yes", action="store_true", help=_("Do not ask before erasing."))
        parser.add_argument(
            "--file",
            metavar="FILE",
            type=Path,
            help=_("With --erase: everybody whom the column USER_ID of this CSV, JSON lines or Parquet file names."),
        )
        parser.add_argument(
            "--receipts",
            metavar="PATH",
            type=Path,
            help=_("With --file: a folder for one receipt a person, or a file for one a line."),
        )

    def run(self, store: Store, **options: Any) -> dict[str, Any]:
        file = options["file"]
        if (options["customer"] is None) == (file is None):
            raise CommandError(_("Give a customer's id, or --erase --file FILE."))
        if file is not None:
            return self.erase_file(store, file, options)
        if options["receipts"]:
            raise CommandError(_("--receipts goes with --file; one customer's receipt is in --json."))
        customer = find_customer(store, options["customer"])
        if not options["export"] and not options["erase"]:
            sheet = customer_sheet(customer=customer)
            return {**sheet_data(sheet), "message": "\n".join(lines(sheet))}
        result: dict[str, Any] = {"customer": customer.external_id, "store": store.slug}
        messages = []
        if options["export"]:
            rows = write_export(customer, options["export"])
            result |= {"file": str(options["export"]), "exported": rows}
            messages.append(_("%(rows)d rows written to %(file)s.") % {"rows": rows, "file": options["export"]})
        if options["erase"]:
            if not options["yes"]:
                confirm(customer.external_id, _("This cannot be undone. Type the customer's id (%(word)s) to erase: "))
            record = erase_customer(customer=customer, now=timezone.now())
            rows = sum(record.counts.values())
            result |= {"erased": record.counts, "receipt": record.receipt}
            message = _(
                "Customer %(customer)s is erased: %(rows)d rows removed; the next sync does not bring them back."
            )
            messages.append(message % {"customer": customer.external_id, "rows": rows})
        return {**result, "message": "\n".join(messages)}

    def erase_file(self, store: Store, file: Path, options: dict[str, Any]) -> dict[str, Any]:
        """Erase everybody in the file; says on standard error, line by line, what could not be done."""
        if not options["erase"] or options["export"]:
            raise CommandError(_("--file goes with --erase alone."))
        try:
            total = count_rows(file)
            if not options["yes"]:
                confirm(
                    file.name, _("This cannot be undone. Type the file's name (%(word)s) to erase everybody in it: ")
                )
            erased = left_out = rows = 0
            with receipt_writer(options["receipts"]) as keep:
                for outcome in erase_listed(store=store, listed=read_customer_ids(file), now=timezone.now()):
                    if outcome.record is None:
                        left_out += 1
                        self.stderr.write(f"{outcome.place}: {outcome.problem}")
                    else:
                        erased += 1
                        rows += sum(outcome.record.counts.values())
                        keep(outcome.place, outcome.record.receipt)
                    self.progress(_("erasing"), erased + left_out, total or erased + left_out)
        except OSError as error:
            message = _("Cannot use %(file)s: %(error)s. The same command goes on from here.")
            raise CommandError(message % {"file": error.filename or file, "error": error.strerror or error}) from error
        message = _("%(erased)d customers erased, %(rows)d rows removed; %(left_out)d lines could not be done.")
        result = {"erased": erased, "rows": rows, "left_out": left_out}
        return {**result, "message": message % result}


def find_customer(store: Store, external_id: str) -> Customer:
    """The customer of that id.

    Raises:
        CommandError: there is none; names some that there are.
    """
    customers = Customer.objects.filter(store=store).select_related("store", "alias_of")
    customer = customers.filter(external_id=external_id).first()
    if customer is None:
        near = customers.filter(external_id__startswith=external_id[:2]).order_by("external_id")[:5]
        hint = ", ".join(each.external_id for each in near or customers.order_by("pk")[:5])
        message = _("Store %(store)s has no customer %(id)s. Some that it has: %(some)s.")
        raise CommandError(message % {"store": store, "id": external_id, "some": hint or _("none")})
    return customer


def write_export(customer: Customer, file: Path) -> int:
    """Write the export where only its owner can read it; returns the number of rows.

    Raises:
        CommandError: the file cannot be written.
    """
    data = export_customer(customer=customer)
    try:
        with private(file, "w") as stream:
            json.dump(data, stream, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
            stream.write("\n")
    except OSError as error:
        raise CommandError(_("Cannot write %(file)s: %(error)s.") % {"file": file, "error": error.strerror}) from error
    return sum(len(rows) for rows in data.values() if isinstance(rows, list))


def confirm(word: str, question: str) -> None:
    """Ask for a word on the terminal.

    Raises:
        CommandError: it was not given, or nobody is there to ask.
    """
    if not sys.stdin.isatty():
        raise CommandError(_("Nobody is here to confirm. Say --yes to erase without being asked."))
    if input(question % {"word": word}).strip() != word:
        raise CommandError(_("Not confirmed; nothing was erased."))


@contextmanager
def receipt_writer(path: Path | None) -> Iterator[Callable[[str, dict[str, Any]], None]]:
    """Keeps receipts with the place of their line: in a folder where there is one of that name, else added to a file.

    Written as they come and for the owner's eyes only, so what was erased when the command was stopped has its receipt.
    """
    if path is None:
        yield lambda place, receipt: None
    elif path.is_dir():

        def keep(place: str, receipt: dict[str, Any]) -> None:
            with private(path / f"{place.replace(':', '-')}.json", "w") as stream:
                json.dump(receipt, stream, indent=1)

        yield keep
    else:
        with private(path, "a") as stream:

            def add(place: str, receipt: dict[str, Any]) -> None:
                stream.write(json.dumps({"line": place, "receipt": receipt}) + "\n")
                stream.flush()

            yield add


def private(file: Path, mode: str) -> TextIO:
    """Open a file to write in, which only its owner can read."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if mode == "a" else os.O_TRUNC)
    return open(os.open(file, flags, 0o600), mode, encoding="utf-8")


def lines(sheet: CustomerSheet) -> Iterator[str]:
    """The sheet as text."""
    currency = sheet.customer.store.currency
    yield _("Customer %(id)s of %(store)s") % {"id": sheet.customer.external_id, "store": sheet.customer.store}
    if sheet.account.pk != sheet.customer.pk:
        yield _("merged into %(id)s") % {"id": sheet.account.external_id}
    allowed = [str(purpose.label) for purpose, granted in sheet.consents.items() if granted]
    yield _("allows: %(purposes)s") % {"purposes": ", ".join(allowed) or _("nothing")}
    yield from section(_("Loyalty"), profile_facts(sheet.profile, currency), _("not measured yet"))
    yield from section(_("Predictions"), prediction_facts(sheet.prediction, currency), _("none"))
    if sheet.deployment:
        yield _("  by version %(version)d, run %(run)d, data until %(day)s") % {
            "version": sheet.deployment.version.number,
            "run": sheet.deployment.run_id,
            "day": f"{sheet.deployment.run.cutoff:%Y-%m-%d}",
        }
    for kind, items in sheet.lists.items():
        yield ""
        yield str(kind.label).capitalize()
        yield from table(items[:PRODUCTS_SHOWN])
    if not sheet.lists:
        yield ""
        yield _("No recommendations: nothing is live, the run does not know them, or they refused personalisation.")
    if sheet.events:
        yield ""
        yield _("Latest events")
    for event in sheet.events[:EVENTS_SHOWN]:
        title = event.product.title if event.product else ""
        yield f"  {event.occurred_at:%Y-%m-%d}  {event.get_type_display():<10}  {event.quantity:>4} x {title}"


def section(title: str, facts: Facts, empty: str) -> Iterator[str]:
    yield ""
    yield title
    width = max((len(name) for name, _value in facts), default=0)
    for name, value in facts:
        yield f"  {name:<{width}}  {value}"
    if not facts:
        yield f"  {empty}"


def table(items: list[Listed]) -> Iterator[str]:
    width = max((len(item.product_id) for item in items), default=0)
    for rank, item in enumerate(items, start=1):
        title = item.title if len(item.title) <= TITLE_WIDTH else item.title[: TITLE_WIDTH - 1] + "…"
        yield f"  {rank:>2}  {item.product_id:<{width}}  {title:<{TITLE_WIDTH}}  {item.reason}".rstrip()
