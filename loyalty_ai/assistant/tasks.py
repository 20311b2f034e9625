"""What workers do for the assistant; every task may run twice, late or never without harm."""

from __future__ import annotations

from celery import shared_task

from loyalty_ai.assistant import delivery


@shared_task(name="loyalty_ai.answer_message", ignore_result=True)
def answer_message(message_id: int) -> None:
    """Write an answer, unless somebody else does or did."""
    delivery.deliver(message_id=message_id)
