"""The admin pages of every room; Django looks here."""

from loyalty_ai.jobs.admin import JobAdmin
from loyalty_ai.serving.admin import (
    CustomerAdmin,
    DeploymentAdmin,
    PromotableVersionAdmin,
    ScoringRunAdmin,
    StoreAdmin,
)
from loyalty_ai.shop.admin import (
    ConsentRecordAdmin,
    ErasureRecordAdmin,
    EventAdmin,
    OrderAdmin,
    ProductAdmin,
    RejectedRowAdmin,
)

__all__ = [
    "ConsentRecordAdmin",
    "CustomerAdmin",
    "DeploymentAdmin",
    "ErasureRecordAdmin",
    "EventAdmin",
    "JobAdmin",
    "OrderAdmin",
    "ProductAdmin",
    "PromotableVersionAdmin",
    "RejectedRowAdmin",
    "ScoringRunAdmin",
    "StoreAdmin",
]
