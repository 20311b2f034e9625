"""Train the store's customer model."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from loyalty_ai.management.base import StoreCommand
from loyalty_ai.management.options import add_cutoff, chosen_cutoff, queued
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.selectors import standings
from loyalty_ai.registry.training import KIND
from loyalty_ai.shop.models import Store


class Command(StoreCommand):
    help = _("Train a version of the customer model on what happened before a cutoff and evaluate it.")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_cutoff(parser)
        parser.add_argument("--from-scratch", action="store_true", help=_("Do not start from the champion's weights."))
        parser.add_argument("--queue", action="store_true", help=_("Leave the work to a worker."))

    def run(self, store: Store, **options: Any) -> dict[str, Any]:
        cutoff = chosen_cutoff(store, options["cutoff"])
        params = {"cutoff": cutoff.isoformat(), "parent": None if options["from_scratch"] else "champion"}
        if options["queue"]:
            return queued(kind=KIND, store=store, params=params)
        job = self.run_job(kind=KIND, store=store, params=params)
        version = ModelVersion.objects.get(pk=job.result["version"])
        seconds = round(sum(version.seconds.values()), 1)
        return {
            "version": version.number,
            "rungs": version.rungs,
            "next_basket": {
                mode: {s.method: s.metrics for s in standings(version) if s.mode == mode}
                for mode in ("repeats", "new_only")
            },
            "behaviour": version.metrics.get("behaviour", {}),
            "seconds": seconds,
            "message": _("Version %(number)d trained in %(seconds).0f s. %(verdict)s")
            % {"number": version.number, "seconds": seconds, "verdict": verdict(version)},
        }


def verdict(version: ModelVersion) -> str:
    """One sentence: NDCG@10 of what answers, beside the best baseline."""
    parts = []
    for mode, name in (("repeats", _("repeats allowed")), ("new_only", _("new products only"))):
        scores = {
            s.method: s.metrics["ndcg@10"][0] for s in standings(version) if s.mode == mode and "ndcg@10" in s.metrics
        }
        own = scores.pop(version.rungs.get(mode), None)
        if own is None:
            continue
        best = max(scores, key=scores.get, default=None)
        values = {"list": name, "own": own, "best": best, "other": scores.get(best, 0.0)}
        parts.append(_("%(list)s %(own).4f (best other, %(best)s: %(other).4f)") % values)
    if not parts:
        return _("Too few customers came back to evaluate it.")
    return _("NDCG@10 of the next basket: %(parts)s.") % {"parts": "; ".join(parts)}
