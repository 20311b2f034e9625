"""Every table of the app, gathered where Django looks for them."""

from loyalty_ai.jobs.models import Job, JobChunk
from loyalty_ai.loyalty.models import LoyaltyProfile, LoyaltySnapshot, Referral
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.serving.models import Deployment, ItemNeighbours, Prediction, Recommendation, ScoringRun
from loyalty_ai.shop.models import (
    ConsentRecord,
    Customer,
    ErasureRecord,
    Event,
    EventKey,
    Order,
    Product,
    RejectedRow,
    Store,
)

__all__ = [
    "ConsentRecord",
    "Customer",
    "Deployment",
    "ErasureRecord",
    "Event",
    "EventKey",
    "ItemNeighbours",
    "Job",
    "JobChunk",
    "LoyaltyProfile",
    "LoyaltySnapshot",
    "ModelVersion",
    "Order",
    "Prediction",
    "Product",
    "Recommendation",
    "Referral",
    "RejectedRow",
    "ScoringRun",
    "Store",
]
