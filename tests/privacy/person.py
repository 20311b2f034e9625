"""A person with rows in every table, and another one beside them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from loyalty_ai.assistant.models import AssistantUsage, Confirmation, Conversation, Message
from loyalty_ai.jobs.models import Job, JobChunk
from loyalty_ai.loyalty.models import Referral
from loyalty_ai.loyalty.services import refresh_profiles
from loyalty_ai.privacy.forgetting import forget_event
from loyalty_ai.serving.models import ListKind, ScoringRun
from loyalty_ai.shop.adapters.base import EventRecord
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.identity import merge_customers
from loyalty_ai.shop.models import Customer, EventKey, EventType, FreshStart, Store
from loyalty_ai.shop.services import record_events
from tests import fakes

NOW = fakes.NOON + timedelta(days=400)


def records(who: str, product: str) -> list[EventRecord]:
    """A purchase, a refund of half of it, a view, and a purchase of a product that nobody knows."""
    line = {"customer_id": who, "product_id": product, "order_id": f"order-{who}", "occurred_at": fakes.NOON}
    return [
        EventRecord(key=f"{who}-1", type="purchase", quantity=2, value=Decimal("20.00"), **line),
        EventRecord(key=f"{who}-2", type="refund", value=Decimal("10.00"), **line),
        EventRecord(key=f"{who}-3", type="view_item", **line | {"order_id": None}),
        EventRecord(key=f"{who}-4", type="purchase", **line | {"product_id": "no-such-product"}),
    ]


def move_in(store: Store, who: str, run: ScoringRun) -> Customer:
    """Give one customer rows in every table that can hold any, by the app's own ways in where there are some."""
    product = store.products.filter(external_id="pot").first() or fakes.make_product(store, "pot")
    record_events(store=store, source="shop", records=records(who, "pot"), now=NOW)
    customer = Customer.objects.get(store=store, external_id=who)
    guest = fakes.make_customer(store, f"guest-of-{who}")
    fakes.record_purchase(guest, product, at=fakes.NOON + timedelta(days=40))
    merge_customers(alias=guest, main=customer)
    record_consent(customer=customer, purpose="marketing", granted=True, source="account page", text_version="3")
    Referral.objects.create(
        referrer=customer, referee=fakes.make_customer(store, f"friend-of-{who}"), code=f"code-{who}"
    )
    for kind in (ListKind.RECOMMENDED, ListKind.BUY_AGAIN):
        fakes.recommend(run, customer, kind, [product])
    run.predictions.create(customer=customer, churn_probability=0.25, predicted_clv=120.5)
    Job.objects.create(kind="export", slot=f"export-{who}", store=store, params={"customer": customer.pk})
    fakes.expose(customer, [product], run=run)
    fakes.take(customer)
    job = Job.objects.create(kind="mail", slot=f"mail-{who}", store=store)
    JobChunk.objects.create(job=job, number=0, payload={"to": [{"customer_ids": [who, "somebody"]}]})
    conversation = Conversation.objects.create(store=store, customer=customer, language="en")
    question = Message.objects.create(conversation=conversation, role=Message.Role.SHOPPER, text=f"I am {who}")
    answer = Message.objects.create(conversation=conversation, role=Message.Role.ASSISTANT, answers=question)
    Confirmation.objects.create(message=answer, units={"pot": 2}, expires_at=NOW)
    AssistantUsage.objects.create(store=store, customer=customer, day=NOW.date(), answers=1, tokens=100)
    fakes.hide(customer, product)
    FreshStart.objects.create(customer=customer, since=fakes.NOON - timedelta(days=1))
    view = fakes.record_event(customer, EventType.VIEW_ITEM, product)
    EventKey.objects.create(store=store, source="shop", key=f"{who}-forgotten", fingerprint=b"", event_id=view.pk)
    forget_event(customer=customer, event_id=view.pk)
    refresh_profiles(store=store, as_of=NOW)
    return customer
