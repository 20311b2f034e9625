"""Takes published scores back from people who asked for it, in every run that is kept, so that a rollback brings nothing back."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import BooleanField, Max, Q
from django.db.models.expressions import RawSQL

from loyalty_ai.serving.models import Prediction, ReasonKind, Recommendation, ScoringRun
from loyalty_ai.shop.models import Customer, Event, EventType, ForgottenEvent, FreshStart
from loyalty_ai.shop.wishes import forgotten_sql

NAMING = (ReasonKind.BECAUSE_BOUGHT, ReasonKind.BOUGHT_BEFORE)
COLUMNS = ("items", "scores", "reasons", "reason_kinds")


def withdraw_scores(*, customers: Iterable[int]) -> None:
    """Delete the lists and predictions of these customers."""
    keys = list(customers)
    Recommendation.objects.filter(customer__in=keys).delete()
    Prediction.objects.filter(customer__in=keys).delete()


def withdraw_reasons(*, customers: Iterable[int], products: Iterable[int]) -> None:
    """Take out of one person's lists what stands there because of these products, unless they bought them another time too.

    Args:
        customers: the keys of all the customers that the person is.
        products: our keys of the products, each of a purchase that is not used any more.
    """
    person = list(customers)
    gone = set(products) - used_purchases(customers=person)
    if not gone:
        return
    for row in Recommendation.objects.filter(customer__in=person, reasons__overlap=list(gone)):
        kept = [
            at
            for at, (why, kind) in enumerate(zip(row.reasons, row.reason_kinds, strict=True))
            if why not in gone or kind not in NAMING
        ]
        shorter = {name: [getattr(row, name)[at] for at in kept] for name in COLUMNS}
        Recommendation.objects.filter(pk=row.pk, run=row.run_id).update(**shorter)


def used_purchases(*, customers: list[int]) -> set[int]:
    """Our keys of the products that the person bought and lets us use."""
    forgotten = RawSQL(forgotten_sql("loyalty_ai_event"), [], output_field=BooleanField())  # noqa: S611 (no input)
    bought = Event.objects.filter(~Q(forgotten), customer__in=customers, type=EventType.PURCHASE, product__isnull=False)
    since = FreshStart.objects.filter(customer__in=customers).aggregate(since=Max("since"))["since"]
    if since is not None:
        bought = bought.filter(occurred_at__gte=since)
    return set(bought.values_list("product", flat=True))


def withdraw_late(run: ScoringRun) -> None:
    """The same for wishes that came while the run was made, whose log may be older than they are."""
    late = {"customer__store": run.store_id, "created_at__gte": run.created_at}
    for start in FreshStart.objects.filter(**late).select_related("customer"):
        withdraw_scores(customers=keys_of(start.customer))
    for wish in ForgottenEvent.objects.filter(**late).select_related("customer"):
        products = Event.objects.filter(pk=wish.event_id, product__isnull=False).values_list("product", flat=True)
        withdraw_reasons(customers=keys_of(wish.customer), products=products)


def keys_of(customer: Customer) -> list[int]:
    """The keys of the person behind the customer: the account and the guests merged into it."""
    account = customer.alias_of_id or customer.pk
    return list(Customer.objects.filter(Q(pk=account) | Q(alias_of=account)).values_list("pk", flat=True))
