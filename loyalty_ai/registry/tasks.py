"""The room's kinds of jobs."""

from loyalty_ai.jobs.work import register
from loyalty_ai.registry import audits
from loyalty_ai.registry.training import KIND, QUEUE, run_training

register(KIND, queue=QUEUE, run=run_training)
register(audits.KIND, queue=audits.QUEUE, run=audits.run_audit)
