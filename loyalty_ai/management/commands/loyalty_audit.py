"""Ask whether a version gives away who it was trained on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from loyalty_ai.management.base import StoreCommand
from loyalty_ai.management.options import queued
from loyalty_ai.registry.audits import ATTACKERS, KIND, estimate
from loyalty_ai.registry.selectors import trained_versions
from loyalty_ai.shop.models import Store


class Command(StoreCommand):
    help = _(
        "Audit a version: train shadow models on halves of the customers and attack them; takes a few trainings' time."
    )

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        # Django's own --version, which prints Django's version, gives way to ours.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **options)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--version", dest="number", type=int, metavar="N", help=_("The version. Default: the newest trained one.")
        )
        parser.add_argument("--queue", action="store_true", help=_("Leave the work to a worker."))

    def run(self, store: Store, **options: Any) -> dict[str, Any]:
        newest = trained_versions(store=store).values_list("number", flat=True).first()
        params = {"version": options["number"] or newest or 1}
        if options["queue"]:
            return queued(kind=KIND, store=store, params=params)
        result = self.run_job(kind=KIND, store=store, params=params).result
        published, artifact = (
            _("AUC %(auc)s, true positives at 1 %% false positives %(tpr)s")
            % {measure: estimate(measure, result[attacker][measure]) for measure in ("auc", "tpr")}
            for attacker in ATTACKERS
        )
        message = _(
            "Version %(number)d by lists and predictions: %(published)s. With the weights too: %(artifact)s. %(verdict)s"
        )
        verdict = " ".join(result["findings"]) or _("Below the bars.")
        values = {"number": result["version"], "published": published, "artifact": artifact, "verdict": verdict}
        return {**result, "message": message % values}
