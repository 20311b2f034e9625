"""Events into the log over HTTP: a customer's own behaviour from a page, or anybody's events from a service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty_ai.shop.actors import STORE, ScopedThrottle, customer_id_of, store_of
from loyalty_ai.shop.adapters.base import EventRecord
from loyalty_ai.shop.consent import sends_gpc
from loyalty_ai.shop.models import EventType, Store
from loyalty_ai.shop.services import RowResult, record_events

MAX_EVENTS = 1000
MAX_BYTES = 1_000_000
NOT_BEHAVIOUR = {EventType.PURCHASE.label, EventType.REFUND.label}
RECORD_FOR_ANYONE = "loyalty_ai.add_event"

REFUSALS = {
    "not_allowed": _("Only the shop itself records purchases and refunds."),
    "not_yours": _("You can only record events of your own; leave customer_id out."),
    "erased": _("This customer was erased and has not come back."),
    "expired": _("Events as old as this are not kept here any more."),
    "without_consent": _(
        "Analytics is not allowed (by the customer, their browser or the shop), so behaviour is not kept."
    ),
}


class TooMuch(APIException):
    status_code = 413
    default_detail = _("The request is too large; send fewer events at once.")
    default_code = "too_large"


class MomentField(serializers.DateTimeField):
    """An aware time; one without its offset is not guessed at."""

    default_error_messages = {
        "naive": _("Send the time with its offset from UTC, such as 2026-01-31T12:00:00Z."),
        "early": _("That is before there were web shops."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.utcoffset() is None:
            self.fail("naive")
        if value.year < 1990:
            self.fail("early")
        return value


class EventInput(serializers.Serializer):
    """One event, as a service or a page sends it."""

    key = serializers.CharField(max_length=100, help_text=_("Your own id of the event; sent again it is a duplicate."))
    type = serializers.ChoiceField(EventType.labels)
    occurred_at = MomentField(help_text=_("With its offset from UTC."))
    customer_id = serializers.CharField(max_length=128, required=False, allow_null=True)
    product_id = serializers.CharField(max_length=128, required=False, allow_null=True)
    order_id = serializers.CharField(max_length=128, required=False, allow_null=True)
    quantity = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=1)
    value = serializers.DecimalField(max_digits=16, decimal_places=4, min_value=0, default=Decimal(0))
    session = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    gpc = serializers.BooleanField(
        default=False, help_text=_("Whether the shopper's browser sent Global Privacy Control (Sec-GPC: 1) to you.")
    )
    region = serializers.CharField(
        max_length=6,
        required=False,
        allow_blank=True,
        default="",
        help_text=_("Where the shopper is, ISO 3166 (DE, US-CA): whose rules of consent hold until they choose."),
    )


@extend_schema_field(EventInput(many=True))
class AnyEvents(serializers.ListField):
    """The events as sent; each is checked on its own, so that a wrong one does not spoil the others."""

    child = serializers.JSONField(allow_null=True)


class EventBatchInput(serializers.Serializer):
    """Up to 1,000 events; a wrong one does not spoil the others."""

    events = AnyEvents(min_length=1, max_length=MAX_EVENTS)


class EventResultOutput(serializers.Serializer):
    """What became of one event."""

    key = serializers.CharField(allow_blank=True)
    result = serializers.ChoiceField(["accepted", "duplicate", "rejected"])
    code = serializers.CharField(allow_blank=True, help_text=_("Why it was rejected, for programs."))
    reason = serializers.CharField(allow_blank=True, help_text=_("Why it was rejected, for people."))


class EventBatchOutput(serializers.Serializer):
    """Counts, and one result an event, in the order sent."""

    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results = EventResultOutput(many=True)


@dataclass(frozen=True)
class Sender:
    """Who records: a service for anyone, or the customer with this id for themself, under keys of their own.

    Args:
        gpc: whether the customer's browser sent Global Privacy Control.
    """

    customer_id: str | None
    anyone: bool
    gpc: bool = False

    @property
    def source(self) -> str:
        return "api" if self.anyone else "page"

    def record(self, given: dict[str, Any]) -> EventRecord | RowResult:
        """The event to store, or why this sender may not store it."""
        if self.anyone:
            return EventRecord(**given)
        if given["type"] in NOT_BEHAVIOUR:
            return refusal(given["key"], "not_allowed")
        if given.get("customer_id") not in (None, self.customer_id):
            return refusal(given["key"], "not_yours")
        return EventRecord(
            **given
            | {"key": self.own_key(given["key"]), "customer_id": self.customer_id, "order_id": None}
            | {"gpc": self.gpc or given["gpc"]}
        )

    def own_key(self, key: str) -> str:
        """A key that no other customer can take or block."""
        return blake2b(f"{self.customer_id}\0{key}".encode(), digest_size=16).hexdigest()


class RecordEventsView(APIView):
    """`POST events/`."""

    parser_classes = [JSONParser]
    permission_classes = [IsAuthenticated]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "loyalty_ingest"

    @extend_schema(
        operation_id="record_events",
        tags=["events"],
        parameters=[STORE],
        request=EventBatchInput,
        responses=EventBatchOutput,
    )
    def post(self, request: Request) -> Response:
        """Record up to 1,000 events; one sent before under the same key is a duplicate and changes nothing."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
            raise TooMuch
        sender = sender_of(request)
        batch = EventBatchInput(data=request.data)
        batch.is_valid(raise_exception=True)
        results = record_batch(
            store=store_of(request, chosen=sender.anyone), sender=sender, events=batch.validated_data["events"]
        )
        counts = {name: sum(row["result"] == name for row in results) for name in ("accepted", "duplicate", "rejected")}
        output = {"duplicates": counts.pop("duplicate"), "results": results} | counts
        return Response(EventBatchOutput(output).data)


def sender_of(request: Request) -> Sender:
    """Raises PermissionDenied for a user who is neither allowed to record for anyone nor a customer."""
    if request.user.has_perm(RECORD_FOR_ANYONE):
        return Sender(None, anyone=True)
    customer_id = customer_id_of(request)
    if customer_id is None:
        raise PermissionDenied
    return Sender(customer_id, anyone=False, gpc=sends_gpc(request))


def record_batch(*, store: Store, sender: Sender, events: list[Any]) -> list[dict[str, str]]:
    """What became of each event, in order; those that can be stored are, in one transaction."""
    judged = [judge(sender, event) for event in events]
    records = [one for one in judged if isinstance(one, EventRecord)]
    stored = record_events(store=store, source=sender.source, records=records, now=timezone.now(), row_results=True)
    rows = iter(stored.rows)
    return [
        output(key_of(event), next(rows) if isinstance(one, EventRecord) else one)
        for event, one in zip(events, judged, strict=True)
    ]


def judge(sender: Sender, event: Any) -> EventRecord | RowResult:
    given = EventInput(data=event)
    if given.is_valid():
        return sender.record(given.validated_data)
    problems = "; ".join(f"{field}: {' '.join(map(str, errors))}" for field, errors in given.errors.items())
    return RowResult(key_of(event), "rejected", "bad_field", problems)


def key_of(event: Any) -> str:
    key = event.get("key") if isinstance(event, dict) else None
    return key if isinstance(key, str) else ""


def refusal(key: str, code: str) -> RowResult:
    return RowResult(key, "rejected", code, str(REFUSALS[code]))


def output(key: str, row: RowResult) -> dict[str, str]:
    if row.status in REFUSALS:
        row = refusal(key, row.status)
    return {"key": key, "result": row.status, "code": row.code, "reason": row.reason}
