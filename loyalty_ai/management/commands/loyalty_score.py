"""Score the store's customers into a new run."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from loyalty_ai.management.base import StoreCommand
from loyalty_ai.management.options import add_cutoff, chosen_cutoff, queued
from loyalty_ai.serving.models import ScoringRun
from loyalty_ai.serving.scoring import KIND
from loyalty_ai.shop.models import Store


class Command(StoreCommand):
    help = _("Score every customer who allows it, audit the run and publish it where its version is live.")

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        # Django's own --version, which prints Django's version, gives way to ours.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **options)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_cutoff(parser)
        parser.add_argument(
            "--version",
            dest="number",
            type=int,
            metavar="N",
            help=_("The version. Default: the champion, or the newest where nothing is live."),
        )
        parser.add_argument(
            "--publish",
            action=argparse.BooleanOptionalAction,
            default=True,
            help=_("Show the scores when the audit passes and the version is the champion."),
        )
        parser.add_argument("--queue", action="store_true", help=_("Leave the work to workers."))

    def run(self, store: Store, **options: Any) -> dict[str, Any]:
        params = {
            "version": options["number"],
            "cutoff": chosen_cutoff(store, options["cutoff"]).isoformat(),
            "publish": options["publish"],
        }
        if options["queue"]:
            return queued(kind=KIND, store=store, params=params)
        job = self.run_job(kind=KIND, store=store, params=params)
        result = job.result
        if result["state"] != ScoringRun.State.COMPLETE:
            raise CommandError(
                _("Run %(run)d was refused by the audit: %(findings)s")
                % {"run": result["run"], "findings": " ".join(result["findings"])}
            )
        run = ScoringRun.objects.get(pk=result["run"])
        outcome = (
            _("published")
            if result["published"]
            else _("not published: loyalty_promote %(number)d makes it live") % {"number": result["version"]}
        )
        message = _(
            "Run %(run)d of version %(number)d: %(customers)d customers scored in %(seconds).0f s, %(outcome)s."
        )
        values = {
            "run": run.pk,
            "number": result["version"],
            "customers": result["customers"],
            "seconds": run.seconds["total"],
            "outcome": outcome,
        }
        return {**result, "counts": run.counts, "seconds": run.seconds, "message": message % values}
