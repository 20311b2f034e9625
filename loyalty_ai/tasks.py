"""The tasks and job kinds of every room; Celery looks here."""

from loyalty_ai.jobs import tasks as jobs_tasks
from loyalty_ai.registry import tasks as registry_tasks
from loyalty_ai.serving import tasks as serving_tasks

__all__ = ["jobs_tasks", "registry_tasks", "serving_tasks"]
