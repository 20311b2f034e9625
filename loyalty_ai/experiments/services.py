"""Starts and stops experiments, and takes back what was recorded as shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from loyalty_ai.experiments.models import Experiment, Exposure
from loyalty_ai.experiments.selectors import running_experiment
from loyalty_ai.shop.models import Store


class CannotRun(Exception):
    """The experiment cannot be started or stopped; the text says why and what to do."""


@transaction.atomic
def start_experiment(experiment: Experiment, *, now: datetime) -> Experiment:
    """From the next page on the store's customers are divided.

    Args:
        now: the shop's time, aware.

    Raises:
        CannotRun: it was started before, or another one of the store runs.
    """
    Store.objects.select_for_update(no_key=True).get(pk=experiment.store_id)
    experiment.refresh_from_db()
    if experiment.started_at is not None:
        raise CannotRun(_("“%(key)s” was started before; plan a new one to go on.") % {"key": experiment.key})
    if (other := running_experiment(store=experiment.store.slug)) is not None:
        raise CannotRun(_("“%(key)s” runs in this store; stop it first.") % {"key": other.key})
    experiment.started_at = now
    experiment.save(update_fields=["started_at"])
    return experiment


@transaction.atomic
def stop_experiment(experiment: Experiment, *, now: datetime) -> Experiment:
    """From the next page on everybody sees the champion again; what was measured until `now` stays.

    Args:
        now: the shop's time, aware.

    Raises:
        CannotRun: it does not run.
    """
    experiment = Experiment.objects.select_for_update(of=("self",)).select_related("store").get(pk=experiment.pk)
    if not experiment.running:
        raise CannotRun(_("“%(key)s” does not run.") % {"key": experiment.key})
    experiment.stopped_at = max(now, experiment.started_at)
    experiment.save(update_fields=["stopped_at"])
    return experiment


def withdraw_exposures(*, customers: Iterable[int]) -> None:
    """Delete what was recorded as shown to these customers."""
    Exposure.objects.filter(customer__in=list(customers)).delete()
