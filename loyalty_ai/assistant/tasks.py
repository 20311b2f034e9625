"""What workers do for the assistant; every task may run twice, late or never without harm."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from loyalty_ai.assistant import delivery
from loyalty_ai.jobs.work import CannotWork, Work, register


@shared_task(name="loyalty_ai.answer_message", ignore_result=True)
def answer_message(message_id: int) -> None:
    """Write an answer, unless somebody else does or did."""
    delivery.deliver(message_id=message_id)


def index(work: Work) -> dict[str, Any]:
    """Result ``{"indexed", "removed", "documents", "vectors"}``: how many passages were made again, and how many vectors."""
    from loyalty_ai.assistant.documents import index_documents
    from loyalty_ai.assistant.indexing import index_products
    from loyalty_ai.assistant.vectors import refresh_vectors

    products = index_products(work.store, progress=work.progress, transaction_of_chunk=work.fenced)
    with work.fenced():
        documents = index_documents(work.store)
    try:
        vectors = refresh_vectors(work.store, progress=work.progress, transaction_of_chunk=work.fenced)
    except ValueError as error:
        raise CannotWork(str(error)) from error
    return {**products, "documents": documents, "vectors": vectors}


# On the workers that score: they have the model's libraries and, where there is one, a GPU.
register("index", queue="loyalty_score", run=index)
