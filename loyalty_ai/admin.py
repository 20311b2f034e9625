"""The admin pages of every room; Django looks here."""

from loyalty_ai.actions.admin import ActionAdmin
from loyalty_ai.assistant.conversation_admin import ConversationAdmin
from loyalty_ai.assistant.document_admin import DocumentAdmin
from loyalty_ai.jobs.admin import JobAdmin
from loyalty_ai.privacy.customer_admin import CustomerAdmin
from loyalty_ai.privacy.store_admin import AggregateReportAdmin, StoreAdmin
from loyalty_ai.serving.admin import (
    DeploymentAdmin,
    PromotableVersionAdmin,
    ScoringRunAdmin,
)
from loyalty_ai.serving.experiment_admin import ExperimentAdmin
from loyalty_ai.shop.admin import (
    ConsentRecordAdmin,
    ErasureRecordAdmin,
    EventAdmin,
    OrderAdmin,
    ProductAdmin,
    RejectedRowAdmin,
)

__all__ = [
    "ActionAdmin",
    "AggregateReportAdmin",
    "ConsentRecordAdmin",
    "ConversationAdmin",
    "CustomerAdmin",
    "DeploymentAdmin",
    "DocumentAdmin",
    "ErasureRecordAdmin",
    "EventAdmin",
    "ExperimentAdmin",
    "JobAdmin",
    "OrderAdmin",
    "ProductAdmin",
    "PromotableVersionAdmin",
    "RejectedRowAdmin",
    "ScoringRunAdmin",
    "StoreAdmin",
]
