"""A customer's own messages."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty_ai.actions.selectors import Shown, messages_for
from loyalty_ai.actions.services import dismiss
from loyalty_ai.serving.widgets import safe_address
from loyalty_ai.shop.actors import IsCustomer, ScopedThrottle, identity_of
from loyalty_ai.shop.prices import personal_price_note
from loyalty_ai.shop.selectors import person_of

SECONDS = 5.0


class MyMessageOutput(serializers.Serializer):
    """A message of the shop that was chosen for you."""

    id = serializers.IntegerField()
    headline = serializers.CharField(help_text=_("In the language of the request, as far as the shop wrote it."))
    body = serializers.CharField()
    link = serializers.SerializerMethodField(help_text=_("May be empty."))
    coupon = serializers.CharField(help_text=_("Its code; empty without one."))
    percent = serializers.IntegerField(allow_null=True, help_text=_("Off the goods of one order, 1 to 90."))
    valid_until = serializers.DateTimeField(allow_null=True)
    price_note = serializers.SerializerMethodField(help_text=_("To be shown beside the coupon, where there is one."))

    def get_link(self, shown: Shown) -> str:
        return safe_address(shown.link)

    def get_price_note(self, shown: Shown) -> str:
        return personal_price_note() if shown.coupon else ""


class MyMessagesView(APIView):
    """`GET me/messages/`."""

    permission_classes = [IsCustomer]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "loyalty_read"

    @extend_schema(operation_id="my_messages", tags=["me"], responses=MyMessageOutput(many=True))
    def get(self, request: Request) -> Response:
        """Messages of the shop that were chosen for you, latest first; none without consent to personalisation and marketing."""
        return Response(MyMessageOutput(messages_for(**identity_of(request), seconds=SECONDS), many=True).data)


class DismissView(APIView):
    """`POST me/messages/<id>/dismiss/`."""

    permission_classes = [IsCustomer]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "loyalty_read"

    @extend_schema(operation_id="dismiss_message", tags=["me"], request=None, responses={204: None})
    def post(self, request: Request, outcome_id: int) -> Response:
        """Show a message no more; once more changes nothing."""
        who = identity_of(request)
        if not dismiss(customers=person_of(who["store"], who["customer_id"]), outcome=outcome_id, now=timezone.now()):
            raise NotFound(_("You have no such message."))
        return Response(status=status.HTTP_204_NO_CONTENT)
