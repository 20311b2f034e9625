"""How the assistant does: what it was asked in vain, what people think of it, what it costs. Only staff see these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Extract

from loyalty_ai.assistant.models import AssistantUsage, Message
from loyalty_ai.assistant.tokens import words
from loyalty_ai.assistant.turn import Outcome
from loyalty_ai.shop.models import Store

LOOKED_AT = 1000
"""The newest unanswered questions that are grouped."""

GROUPS, EXAMPLES, REMARKS = 40, 3, 20
ALIKE = 0.5
"""Questions that share so much of their words (Jaccard) are one."""

_SMALL_WORDS = """
a an and any are at be can could do does for from get have how i in is it me much my of on or please the this to
what when where which will with would you your 的 了 吗 呢 我 你 们 是 有 在 请 问 么 什 吧 啊 能 可 以
"""
SMALL_WORDS = frozenset(_SMALL_WORDS.split())


class Median(Aggregate):
    """The middle value."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True, slots=True)
class Answers:
    """Finished answers of a period, by how they ended, with what people thought of them and the median seconds they took."""

    total: int
    answered: int
    unanswered: int
    refused: int
    handed_over: int
    liked: int
    disliked: int
    seconds: float | None


@dataclass(slots=True)
class Group:
    """Questions that are alike: the newest words, how often, in what languages, and threads to read."""

    text: str
    outcome: str
    count: int = 0
    last_at: datetime | None = None
    conversations: list[int] = field(default_factory=list)


def answers_since(*, store: Store, since: datetime) -> Answers:
    """Counts of the store's finished answers."""
    took = Extract(ExpressionWrapper(F("answered_at") - F("created_at"), DurationField()), "epoch")
    return Answers(
        **_answers(store, since).aggregate(
            total=Count("pk"),
            **{outcome.value: Count("pk", filter=Q(outcome=outcome)) for outcome in Outcome},
            liked=Count("pk", filter=Q(helpful=True)),
            disliked=Count("pk", filter=Q(helpful=False)),
            seconds=Median(took),
        )
    )


def unanswered_since(*, store: Store, since: datetime) -> list[Group]:
    """What could not be answered or was refused, questions alike together, the most frequent first."""
    failed = _answers(store, since).filter(outcome__in=[Outcome.UNANSWERED, Outcome.REFUSED], answers__isnull=False)
    rows = failed.order_by("-pk").values_list("answers__text", "outcome", "created_at", "conversation_id")[:LOOKED_AT]
    groups: list[tuple[frozenset[str], Group]] = []
    for text, outcome, at, conversation in rows:
        said = content(text)
        group = next((one for known, one in groups if one.outcome == outcome and alike(said, known)), None)
        if group is None:
            group = Group(text, outcome, last_at=at)
            groups.append((said, group))
        group.count += 1
        if len(group.conversations) < EXAMPLES and conversation not in group.conversations:
            group.conversations.append(conversation)
    return sorted((group for _, group in groups), key=lambda group: -group.count)[:GROUPS]


def usage_since(*, store: Store, since: datetime) -> list[tuple[datetime, int, int, Decimal]]:
    """Day, answers, tokens and cost, oldest first."""
    rows = AssistantUsage.objects.filter(store=store, customer=None, day__gte=since.date()).order_by("day")
    return list(rows.values_list("day", "answers", "tokens", "cost"))


def cost_since(*, store: Store, since: datetime) -> tuple[int, Decimal]:
    """Tokens and money of the period."""
    sums = AssistantUsage.objects.filter(store=store, customer=None, day__gte=since.date()).aggregate(
        tokens=Sum("tokens"), cost=Sum("cost")
    )
    return sums["tokens"] or 0, sums["cost"] or Decimal(0)


def remarks_since(*, store: Store, since: datetime) -> QuerySet[Message]:
    """The newest answers that somebody wrote something about."""
    said = _answers(store, since).exclude(remark="").select_related("answers", "conversation")
    return said.order_by("-pk")[:REMARKS]


def content(text: str) -> frozenset[str]:
    """The words that tell questions apart; numbers are all alike."""
    found = ("#" if word.isdecimal() else word for word in words(text, "en"))
    return frozenset(word for word in found if word not in SMALL_WORDS)


def alike(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two questions share so much that they are one."""
    one, other = frozenset(one), frozenset(other)
    return one == other or len(one & other) >= ALIKE * len(one | other)


def _answers(store: Store, since: datetime) -> QuerySet[Message]:
    return Message.objects.filter(
        conversation__store=store, role=Message.Role.ASSISTANT, state=Message.State.DONE, created_at__gte=since
    )
