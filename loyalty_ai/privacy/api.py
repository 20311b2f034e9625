"""A customer's own choices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty_ai.privacy.selectors import consents_of
from loyalty_ai.privacy.services import choose
from loyalty_ai.shop.actors import IsCustomer, ScopedThrottle, customer_id_of, store_of
from loyalty_ai.shop.consent import sends_gpc
from loyalty_ai.shop.models import Purpose


class ChoicesInput(serializers.Serializer):
    """A yes or a no to each purpose that is named; the others stay as they are."""

    preferences = serializers.BooleanField(
        required=False, help_text=_("Personalised rows, and the profile behind them.")
    )
    analytics = serializers.BooleanField(required=False, help_text=_("Keeping what you look at."))
    marketing = serializers.BooleanField(required=False)
    sale_of_data = serializers.BooleanField(required=False)
    text_version = serializers.CharField(
        required=False, max_length=32, default="", allow_blank=True, help_text=_("Of the text that you agreed to.")
    )

    def validate(self, data: dict) -> dict:
        if not any(purpose in data for purpose in Purpose.values):
            raise serializers.ValidationError(_("Name at least one purpose."))
        return data


class ConsentOutput(serializers.Serializer):
    """Whether one purpose is allowed now; `chosen_at` is null where the shop's default holds."""

    purpose = serializers.ChoiceField(Purpose.choices)
    label = serializers.CharField()
    granted = serializers.BooleanField()
    chosen_at = serializers.DateTimeField(allow_null=True)


class MyConsentsView(APIView):
    """`GET` and `PUT me/consents/`."""

    parser_classes = [JSONParser]
    permission_classes = [IsCustomer]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "loyalty_read"

    @extend_schema(operation_id="my_consents", tags=["me"], responses=ConsentOutput(many=True))
    def get(self, request: Request) -> Response:
        """What you allow, purpose by purpose; Global Privacy Control (`Sec-GPC: 1`) is a no where you did not choose."""
        return self.answer(request)

    @extend_schema(operation_id="choose", tags=["me"], request=ChoicesInput, responses=ConsentOutput(many=True))
    def put(self, request: Request) -> Response:
        """Allow or refuse; it holds from the next page on. A yes lets somebody back in who was erased."""
        wanted = ChoicesInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        text_version = wanted.validated_data.pop("text_version")
        choose(
            store=store_of(request),
            external_id=customer_id_of(request),
            choices=wanted.validated_data,
            source="api",
            text_version=text_version,
        )
        return self.answer(request)

    def answer(self, request: Request) -> Response:
        consents = consents_of(store=store_of(request), external_id=customer_id_of(request), gpc=sends_gpc(request))
        return Response(ConsentOutput(consents, many=True).data)
