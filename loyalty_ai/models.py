"""Every table of the app, gathered where Django looks for them."""

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

__all__ = [
    "Action",
    "ActionOutcome",
    "AggregateReport",
    "AssistantUsage",
    "Confirmation",
    "ConsentRecord",
    "Conversation",
    "Customer",
    "Deployment",
    "Document",
    "ErasureRecord",
    "Event",
    "EventKey",
    "Experiment",
    "Exposure",
    "ForgottenEvent",
    "FreshStart",
    "ItemNeighbours",
    "Job",
    "JobChunk",
    "LoyaltyProfile",
    "LoyaltySnapshot",
    "Message",
    "ModelVersion",
    "Mute",
    "Order",
    "Passage",
    "Prediction",
    "Product",
    "Recommendation",
    "Referral",
    "RejectedRow",
    "ScoringRun",
    "Store",
    "Term",
    "VersionAudit",
    "VersionDeadline",
]
