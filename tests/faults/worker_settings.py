"""The settings of the worker and beat processes that the fault tests start: the test run's own database, short leases."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403
from tests.settings import CELERY_BEAT_SCHEDULE, DATABASES, LOYALTY_AI

DATABASES["default"]["NAME"] = os.environ["LOYALTY_FAULTS_DATABASE"]
LOYALTY_AI["LEASE_SECONDS"] = float(os.environ["LOYALTY_FAULTS_LEASE"])
CELERY_IMPORTS = ["tests.faults.kinds"]
CELERY_BEAT_SCHEDULE = {
    "sweep": CELERY_BEAT_SCHEDULE["loyalty-sweep"] | {"schedule": 0.5},
    "nightly": CELERY_BEAT_SCHEDULE["loyalty-sync"] | {"schedule": 0.5, "args": ("fault_daily", {})},
}
