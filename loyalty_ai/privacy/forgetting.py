"""One event forgotten, or a fresh start: what happened stays what it was, and is not used any more."""

from __future__ import annotations

from django.db import transaction

from loyalty_ai.actions.services import withdraw_outcomes
from loyalty_ai.conf import get_adapter
from loyalty_ai.experiments.services import withdraw_exposures
from loyalty_ai.privacy.selectors import person_of
from loyalty_ai.privacy.tables import EVENTS
from loyalty_ai.serving.withdrawal import withdraw_reasons, withdraw_scores
from loyalty_ai.shop.models import Customer, EventType, ForgottenEvent, FreshStart

CONTRACT = (EventType.PURCHASE, EventType.REFUND)
"""What rests on the contract: it stays as an order, and stops being evidence about the person."""


@transaction.atomic
def forget_event(*, customer: Customer, event_id: int) -> bool:
    """Forget one event of the person behind the customer; whether it stays as a line of an order.

    Behaviour is deleted; its key stays, so the next import does not bring it back. A purchase (with its refunds: the whole line
    of the order) stays and is evidence without a person from the next run on; what their lists hold because of it, and of no
    other purchase of theirs, leaves them now.

    Raises:
        Event.DoesNotExist: there is no such event of this person.
    """
    person = [one.pk for one in person_of(customer)]
    event = EVENTS.rows(person).select_for_update(of=("self",)).get(pk=event_id)
    owner = event.customer_id or event.order.customer_id
    ForgottenEvent.objects.get_or_create(event_id=event.pk, defaults={"customer_id": owner})
    if event.type not in CONTRACT:
        event.delete()
        return False
    withdraw_reasons(customers=person, products=[event.product_id] if event.product_id else [])
    return True


@transaction.atomic
def start_afresh(*, customer: Customer) -> FreshStart:
    """Use nothing that happened so far for what the person is shown; their lists, predictions and exposures are gone at once.

    Messages that were chosen by what was before are not shown any more.
    """
    person = [one.pk for one in person_of(customer)]
    since = get_adapter(customer.store.slug).now()
    start = FreshStart.objects.create(customer_id=person[0], since=since)
    withdraw_scores(customers=person)
    withdraw_exposures(customers=person)
    withdraw_outcomes(customers=person)
    return start


def use_again(*, customer: Customer, event_id: int) -> None:
    """Take back that a line of an order was forgotten; it counts again from the next run on.

    Raises:
        Event.DoesNotExist: there is no such event of this person.
    """
    person = [one.pk for one in person_of(customer)]
    event = EVENTS.rows(person).get(pk=event_id)
    ForgottenEvent.objects.filter(event_id=event.pk, customer__in=person).delete()
