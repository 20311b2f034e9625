"""Every table of the app: where a person stands in it, what they get to see of it, or why nobody stands in it.

A test walks the models: one that is missing here, or a column that is neither exported nor left out, fails it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model, QuerySet

from loyalty_ai.actions.models import Action, ActionOutcome
from loyalty_ai.assistant.models import (
    AssistantUsage,
    Confirmation,
    Conversation,
    Document,
    Message,
    Passage,
    Term,
)
from loyalty_ai.experiments.models import Experiment, Exposure
from loyalty_ai.jobs.models import Job, JobChunk
from loyalty_ai.loyalty.models import LoyaltyProfile, LoyaltySnapshot, Referral
from loyalty_ai.privacy.models import AggregateReport
from loyalty_ai.registry.models import ModelVersion, VersionAudit, VersionDeadline
from loyalty_ai.serving.models import Deployment, ItemNeighbours, Prediction, Recommendation, ScoringRun
from loyalty_ai.shop.models import (
    ConsentRecord,
    Customer,
    ErasureRecord,
    Event,
    EventKey,
    ForgottenEvent,
    FreshStart,
    Mute,
    Order,
    Product,
    RejectedRow,
    Store,
)


@dataclass(frozen=True)
class PersonalTable:
    """A table with rows about customers.

    Args:
        name: the key in the export and in the receipt.
        customer: the fields that point at a customer; a row is the person's if any of them does.
        columns: name in the export -> lookup; the other fields of the model are in `internal`.
        internal: fields that say nothing about the person: our keys, and what `columns` says better.
        through: lookups of rows that are the person's without pointing at them.
    """

    name: str
    model: type[Model]
    customer: tuple[str, ...]
    columns: dict[str, str]
    internal: tuple[str, ...] = ("id", "customer")
    through: tuple[str, ...] = ()

    def rows(self, person: list[int]) -> QuerySet:
        """The person's rows in the order they came, given the keys of all the customers that they are."""
        every = self.model._default_manager.order_by()
        first, *others = [every.filter(**{f"{lookup}__in": person}) for lookup in (*self.customer, *self.through)]
        if not others:
            return first.order_by("pk")
        # A union, not an "or" across tables: each part has an index.
        return every.filter(pk__in=first.values("pk").union(*(rows.values("pk") for rows in others))).order_by("pk")


def same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


MEASURES = ("orders", "recency_days", "monetary", "recency_score", "frequency_score", "monetary_score", "group")

EVENTS = PersonalTable(
    "events",
    Event,
    ("customer",),
    same("type", "quantity", "value", "occurred_at", "session", "source")
    | {"product": "product__external_id", "title": "product__title", "order": "order__ref"},
    internal=("id", "customer", "store"),
    through=("order__customer",),
)

PERSONAL: tuple[PersonalTable, ...] = (
    PersonalTable(
        "consents",
        ConsentRecord,
        ("customer",),
        same("purpose", "granted", "source", "text_version", "recorded_at"),
    ),
    EVENTS,
    PersonalTable("mutes", Mute, ("customer",), same("kind", "value", "created_at")),
    PersonalTable(
        "forgotten_events", ForgottenEvent, ("customer",), same("created_at"), internal=("id", "customer", "event_id")
    ),
    PersonalTable("fresh_starts", FreshStart, ("customer",), same("since", "created_at")),
    PersonalTable(
        "orders",
        Order,
        ("customer",),
        same("ref", "placed_at", "status", "goods", "discount", "shipping", "tax", "currency"),
        internal=("id", "customer", "store"),
    ),
    PersonalTable(
        "loyalty",
        LoyaltyProfile,
        ("customer",),
        same("as_of", *MEASURES, "first_order_at", "last_order_at", "units", "gross", "refunds", "recent_spend")
        | same("average_order_value", "tenure_days", "average_days_between_orders", "referrals", "tier"),
        internal=("customer", "store"),
    ),
    PersonalTable("loyalty_history", LoyaltySnapshot, ("customer",), same("month", *MEASURES)),
    PersonalTable(
        "referrals",
        Referral,
        # Who the other person is, is theirs.
        ("referrer", "referee"),
        same("code", "status", "created_at"),
        internal=("id", "referrer", "referee", "first_order"),
    ),
    PersonalTable(
        "predictions",
        Prediction,
        ("customer",),
        {"model_version": "run__version__number", "data_until": "run__cutoff"}
        | same("purchase_probability", "churn_probability", "expected_orders", "predicted_clv", "predicted_clv_low")
        | same("predicted_clv_high", "expected_date_of_next_order", "average_days_between_orders")
        | same("facts", "churn_drivers", "value_drivers"),
    ),
    PersonalTable(
        "recommendations",
        Recommendation,
        ("customer",),
        {"model_version": "run__version__number", "data_until": "run__cutoff", "list": "kind", "products": "items"}
        | same("scores", "reasons", "reason_kinds"),
    ),
    PersonalTable(
        "exposures",
        Exposure,
        ("customer",),
        {"experiment": "experiment__key", "model_version": "run__version__number", "products": "items"}
        | same("variant", "list", "number", "whys", "propensity", "shown_at"),
        internal=("id", "customer", "store"),
    ),
    PersonalTable(
        "retention_actions",
        ActionOutcome,
        ("customer",),
        {"action": "action__key", "kind": "action__kind", "text": "action__words"}
        | same("round", "group", "treated", "state", "coupon", "valid_until")
        | same("decided_at", "delivered_at", "seen_at", "dismissed_at"),
        internal=("id", "customer", "attempts", "error"),
    ),
    PersonalTable(
        "cart_proposals",
        Confirmation,
        (),
        same("units", "expires_at", "used_at", "accepted"),
        internal=("id", "message", "nonce"),
        through=("message__conversation__customer",),
    ),
    PersonalTable(
        "messages",
        Message,
        (),
        {"conversation": "conversation__key"}
        | same("role", "text", "sentences", "sources", "cards", "outcome", "context", "backend", "helpful", "remark")
        | same("tokens_in", "tokens_out", "cost", "created_at", "answered_at"),
        internal=("id", "state", "client_key", "answers", "epoch", "claimed_at"),
        through=("conversation__customer",),
    ),
    PersonalTable(
        "conversations",
        Conversation,
        ("customer",),
        {"conversation": "key"} | same("language", "state", "created_at", "updated_at", "handed_over_at"),
        internal=("id", "customer", "store", "session_digest", "staff"),
    ),
    PersonalTable(
        "assistant_usage",
        AssistantUsage,
        ("customer",),
        same("day", "answers", "tokens", "cost"),
        internal=("id", "customer", "store"),
    ),
)
"""Tables that point at customers, in the order in which they can be emptied."""

PERSON = PersonalTable(
    "customers",
    Customer,
    ("pk",),
    {"customer_id": "external_id", "user": "user__username"} | same("region", "joined_at", "created_at", "merged_at"),
    internal=("id", "store", "alias_of"),
)
"""The person's own rows: the account and the guests merged into it. They go last."""

REFERENCED: dict[type[Model], str] = {
    EventKey: "Names the person's events by their key; goes with them.",
    RejectedRow: "May hold the customer's id in what the shop sent; exported, and goes.",
    Job: "May name the customer in its parameters or its result; goes.",
    JobChunk: "May name the customer in its payload; goes.",
}
"""Tables that can speak of a person without pointing at them; `services` and `selectors` search them."""

IMPERSONAL: dict[type[Model], str] = {
    AggregateReport: "Sums over fifty people or more, and the counts that they are held against.",
    Store: "The shop.",
    Product: "What it sells.",
    ModelVersion: "Weights and metrics over all customers; no row and no id of one.",
    VersionAudit: "How well strangers could tell who was trained on, over all customers.",
    VersionDeadline: "When a version leaves service; not because of whom.",
    ScoringRun: "Counts of a run.",
    ItemNeighbours: "Products bought by five people or more.",
    Deployment: "Which run is live; names staff only.",
    Action: "A rule: groups, bounds, texts and secrets; whom it took stands in its outcomes.",
    Experiment: "A plan: shares, days and a secret; who is in which part follows from it and is written nowhere.",
    Document: "The shop's policies.",
    Passage: "The catalogue and the policies, cut for searching.",
    Term: "How common a word is in the catalogue.",
    ErasureRecord: "A keyed digest of a person who is gone, kept so that they stay gone.",
}
"""Tables without persons, and why."""
