"""Which experiment runs, and who is in which part of it: the rule once in Python and once in SQL."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Max

from loyalty_ai.experiments.assignment import share, share_sql
from loyalty_ai.experiments.models import EXPOSED_BY, Experiment, Exposure, Variant
from loyalty_ai.shop.consent import consent_sql, has_consent
from loyalty_ai.shop.models import Customer, Purpose


def running_experiment(*, store: str) -> Experiment | None:
    """The experiment of this moment in a store, named by its slug."""
    return Experiment.objects.filter(store__slug=store, started_at__isnull=False, stopped_at__isnull=True).first()


def variant_of(experiment: Experiment, customer: str) -> Variant:
    """The variant of an account, by its id in the shop."""
    place = 100 * share(salt=experiment.salt, customer=customer)
    if place < experiment.holdout:
        return Variant.HOLDOUT
    return Variant.CHALLENGER if place < experiment.holdout + experiment.challenger else Variant.CHAMPION


def variant_sql(experiment: str, customer: str) -> str:
    """The same as SQL; `experiment` is the alias of its row, `customer` SQL of the account's id in the shop."""
    place = f"100 * {share_sql(f'{experiment}.salt', customer)}"
    return f"""CASE WHEN {place} < {experiment}.holdout THEN {Variant.HOLDOUT.value}
        WHEN {place} < {experiment}.holdout + {experiment}.challenger THEN {Variant.CHALLENGER.value}
        ELSE {Variant.CHAMPION.value} END"""


def membership(*, customer: Customer, gpc: bool = False) -> tuple[Experiment, Variant] | None:
    """The running experiment that the person is in, and their variant; None where there is none or they refuse.

    Args:
        gpc: whether their browser sent Global Privacy Control.
    """
    experiment = running_experiment(store=customer.store.slug)
    if experiment is None or not has_consent(customer=customer, purpose=Purpose.PREFERENCES, gpc=gpc):
        return None
    return experiment, variant_of(experiment, (customer.alias_of or customer).external_id)


def exposed_sql(customer: str, *, store: str, gpc: str = "FALSE") -> str:
    """Whether what a customer is shown may be recorded, as SQL; the arguments are those of `consent_sql`."""
    return f"({' AND '.join(consent_sql(purpose, customer, store=store, gpc=gpc) for purpose in EXPOSED_BY)})"


def exposures_of(*, customers: list[int]) -> tuple[int, datetime | None]:
    """How many rows of products are held as shown to these customers, and when the last was shown."""
    held = Exposure.objects.filter(customer__in=customers).aggregate(rows=Count("pk"), last=Max("shown_at"))
    return held["rows"], held["last"]
