"""Make a version live, or go back to the one before."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from loyalty_ai.management.base import StoreCommand
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.selectors import get_version
from loyalty_ai.serving.deployments import CannotDeploy, promote_version, rollback
from loyalty_ai.serving.gate import GateRefused
from loyalty_ai.serving.models import Alias, Deployment
from loyalty_ai.shop.models import Store


class Command(StoreCommand):
    help = _("Let an alias point at a version and its newest complete scoring run, or roll back to an older run.")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", nargs="?", type=int, metavar="VERSION", help=_("The version's number."))
        parser.add_argument("--alias", choices=Alias.values, default=Alias.CHAMPION.value)
        parser.add_argument("--reason", default="", help=_("Why; kept in the history."))
        parser.add_argument(
            "--override", action="store_true", help=_("Accept what the gate holds against it; needs --reason.")
        )
        parser.add_argument(
            "--rollback", action="store_true", help=_("Go back to the newest older run and its version.")
        )

    def run(self, store: Store, **options: Any) -> dict[str, Any]:
        number, alias, reason = options["number"], options["alias"], options["reason"]
        if (number is None) != options["rollback"]:
            raise CommandError(_("Give a version's number, or --rollback."))
        try:
            if options["rollback"]:
                deployment = rollback(store=store, alias=alias, reason=reason)
            else:
                version = get_version(store=store, number=number)
                deployment = promote_version(
                    store=store, version=version, alias=alias, reason=reason, override=options["override"]
                )
        except ModelVersion.DoesNotExist:
            raise CommandError(_("There is no trained version %(number)d.") % {"number": number}) from None
        except GateRefused as refused:
            raise CommandError(
                _("The gate refused version %(number)d:\n%(findings)s\n--override --reason accepts this in writing.")
                % {"number": number, "findings": "\n".join(f"- {finding}" for finding in refused.findings)}
            ) from refused
        except (CannotDeploy, ValueError) as error:
            raise CommandError(str(error)) from error
        return described(deployment)


def described(deployment: Deployment) -> dict[str, Any]:
    values = {
        "alias": deployment.alias,
        "version": deployment.version.number,
        "run": deployment.run_id,
        "since": deployment.opened_at,
        "overridden": deployment.overridden,
    }
    return {**values, "message": _("%(alias)s is version %(version)d, run %(run)d.") % values}
