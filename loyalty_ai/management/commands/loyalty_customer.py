"""Show one customer: metrics, predictions, recommendations with reasons; take their data out, or erase it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty_ai.management.base import StoreCommand
from loyalty_ai.privacy.selectors import export_customer
from loyalty_ai.privacy.services import erase_customer
from loyalty_ai.serving.customers import CustomerSheet, Listed, customer_sheet, sheet_data
from loyalty_ai.serving.facts import Facts, prediction_facts, profile_facts
from loyalty_ai.shop.models import Customer, Store

PRODUCTS_SHOWN = 10
EVENTS_SHOWN = 5
TITLE_WIDTH = 38


class Command(StoreCommand):
    help = _("Show one customer: metrics, predictions and recommendations with reasons; or export or erase their data.")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("customer", metavar="ID", help=_("The customer's id in the shop."))
        parser.add_argument(
            "--export", metavar="FILE", type=Path, help=_("Write all that is held about them to a JSON file.")
        )
        parser.add_argument("--erase", action="store_true", help=_("Delete all that is held about them; asks first."))
        parser.add_argument("--yes", action="store_true", help=_("Do not ask before erasing."))

    def run(self, store: Store, **options: Any) -> dict[str, Any]:
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
                confirm(customer)
            record = erase_customer(customer=customer, now=timezone.now())
            rows = sum(record.counts.values())
            result |= {"erased": record.counts, "receipt": record.receipt}
            message = _(
                "Customer %(customer)s is erased: %(rows)d rows removed; the next sync does not bring them back."
            )
            messages.append(message % {"customer": customer.external_id, "rows": rows})
        return {**result, "message": "\n".join(messages)}


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
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            json.dump(data, stream, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
            stream.write("\n")
    except OSError as error:
        raise CommandError(_("Cannot write %(file)s: %(error)s.") % {"file": file, "error": error.strerror}) from error
    return sum(len(rows) for rows in data.values() if isinstance(rows, list))


def confirm(customer: Customer) -> None:
    """Ask for the customer's id on the terminal.

    Raises:
        CommandError: it was not given, or nobody is there to ask.
    """
    if not sys.stdin.isatty():
        raise CommandError(_("Nobody is here to confirm. Say --yes to erase without being asked."))
    answer = input(
        _("This cannot be undone. Type the customer's id (%(id)s) to erase: ") % {"id": customer.external_id}
    )
    if answer.strip() != customer.external_id:
        raise CommandError(_("Not confirmed; nothing was erased."))


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
