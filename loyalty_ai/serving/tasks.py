"""The room's kinds of jobs."""

from loyalty_ai.jobs.work import register
from loyalty_ai.serving.scoring import KIND, QUEUE, finish_scoring, prepare_scoring, score_chunk

register(KIND, queue=QUEUE, prepare=prepare_scoring, chunk=score_chunk, finish=finish_scoring)
