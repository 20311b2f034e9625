"""A customer's own data: what is held, what they choose, mute and forget, what they take with them, and their erasure."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.parsers import JSONParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from loyalty_ai.privacy.confirming import Throttle, proves
from loyalty_ai.privacy.downloads import as_csv
from loyalty_ai.privacy.forgetting import forget_event, start_afresh, use_again
from loyalty_ai.privacy.held import Held, events_of, held_about, mutes_of
from loyalty_ai.privacy.selectors import consents_of, export_customer
from loyalty_ai.privacy.services import choose, erase_customer, mute_for
from loyalty_ai.shop.actors import IsCustomer, Pages, ScopedThrottle, customer_id_of, customer_of, store_of
from loyalty_ai.shop.consent import sends_gpc
from loyalty_ai.shop.models import Event, EventType, Mute, Purpose
from loyalty_ai.shop.selectors import person_of


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


class Mine(APIView):
    """What only concerns who asks; reads and writes have a throttle each."""

    parser_classes = [JSONParser]
    permission_classes = [IsCustomer]
    write_scope = "loyalty_choices"

    def get_throttles(self) -> list[BaseThrottle]:
        reads = self.request.method in SAFE_METHODS
        self.throttle_scope = "loyalty_read" if reads else self.write_scope
        return [ScopedThrottle() if reads else Throttle()]


class KindOutput(serializers.Serializer):
    """Events of one type: how many, and when the newest happened."""

    type = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()
    newest = serializers.DateTimeField()


class FactOutput(serializers.Serializer):
    """A measure or a prediction in words, a prediction with its horizon."""

    name = serializers.CharField()
    value = serializers.CharField()


class HeldOutput(serializers.Serializer):
    """What is held about you, in words; the rows themselves are in the export."""

    events = KindOutput(many=True, source="kinds")
    sources = serializers.ListField(child=serializers.CharField())
    group = serializers.CharField(allow_blank=True)
    measures = serializers.SerializerMethodField()
    predictions = serializers.SerializerMethodField(help_text=_("Empty where personalisation is off."))
    why = serializers.SerializerMethodField(
        help_text=_("What the predictions rest on: each fact, and how far it moves one.")
    )
    conversations = serializers.IntegerField()
    messages = serializers.IntegerField()
    exposures = serializers.IntegerField(help_text=_("Rows of products that you were shown."))
    experiment = serializers.CharField(
        source="experiment.question",
        default=None,
        allow_null=True,
        help_text=_("The one that you are in, null for none."),
    )
    part = serializers.CharField(allow_blank=True, help_text=_("What the experiment changes for you."))
    choices = serializers.SerializerMethodField(help_text=_("How many choices were recorded."))
    fresh_start = serializers.DateTimeField(source="started", allow_null=True)

    @extend_schema_field(FactOutput(many=True))
    def get_measures(self, held: Held) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in held.measures]

    @extend_schema_field(FactOutput(many=True))
    def get_predictions(self, held: Held) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in held.predictions]

    @extend_schema_field(FactOutput(many=True))
    def get_why(self, held: Held) -> list[dict[str, str]]:
        return [{"name": fact, "value": effect} for fact, effect in held.why]

    def get_choices(self, held: Held) -> int:
        return len(held.consents)


class MyDataView(Mine):
    """`GET me/data/`."""

    @extend_schema(operation_id="my_data", tags=["me"], responses=HeldOutput)
    def get(self, request: Request) -> Response:
        """What is held about you."""
        return Response(HeldOutput(held_about(customer_of(request), gpc=sends_gpc(request))).data)


class EventOutput(serializers.ModelSerializer):
    """One event; `used` says whether it counts for what you are shown."""

    type = serializers.SerializerMethodField()
    product = serializers.CharField(source="product.external_id", allow_null=True, default=None)
    title = serializers.CharField(source="product.title", allow_null=True, default=None)
    order = serializers.CharField(source="order.ref", allow_null=True, default=None)
    used = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = ["id", "type", "product", "title", "order", "quantity", "value", "occurred_at", "source", "used"]

    @extend_schema_field(serializers.ChoiceField([kind.label for kind in EventType]))
    def get_type(self, event: Event) -> str:
        return EventType(event.type).label

    def get_used(self, event: Event) -> bool:
        return not (event.forgotten or event.outdated)


class MyEventsView(Mine, generics.ListAPIView):
    """`GET me/events/`."""

    pagination_class = Pages
    serializer_class = EventOutput
    filter_backends = []
    queryset = Event.objects.none()

    @extend_schema(operation_id="my_events", tags=["me"])
    def get(self, request: Request) -> Response:
        """What happened, newest first."""
        return self.list(request)

    def get_queryset(self) -> QuerySet[Event]:
        return events_of(customer_of(self.request))


class ForgetInput(serializers.Serializer):
    """Which event of yours."""

    event = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    again = serializers.BooleanField(default=False, help_text=_("Use a forgotten line of an order again."))


class ForgottenOutput(serializers.Serializer):
    """Whether the event is still there: a line of an order stays, and is not used."""

    kept = serializers.BooleanField()


class ForgetView(Mine):
    """`POST me/forget/`."""

    @extend_schema(operation_id="forget", tags=["me"], request=ForgetInput, responses=ForgottenOutput)
    def post(self, request: Request) -> Response:
        """Forget one event: behaviour is deleted for good, a line of an order stays and is not used for recommendations."""
        wanted = ForgetInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        customer, event_id = customer_of(request), wanted.validated_data["event"]
        try:
            if wanted.validated_data["again"]:
                use_again(customer=customer, event_id=event_id)
                return Response({"kept": True})
            return Response({"kept": forget_event(customer=customer, event_id=event_id)})
        except Event.DoesNotExist:
            raise NotFound(_("There is no such event of yours.")) from None


class MuteInput(serializers.Serializer):
    """What you do not want to see: a product by the shop's id, a category path with all below it, or a brand."""

    kind = serializers.ChoiceField(Mute.Kind.choices)
    value = serializers.CharField(max_length=300)


class MuteOutput(serializers.Serializer):
    """One thing that you are not shown; `label` is what it is called."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Mute.Kind.choices)
    value = serializers.CharField()
    label = serializers.CharField()
    since = serializers.DateTimeField()


class MyMutesView(Mine):
    """`GET` and `POST me/mutes/`."""

    @extend_schema(operation_id="my_mutes", tags=["me"], responses=MuteOutput(many=True))
    def get(self, request: Request) -> Response:
        """What you are not shown, newest first."""
        return self.answer(request, status.HTTP_200_OK)

    @extend_schema(operation_id="mute", tags=["me"], request=MuteInput, responses={201: MuteOutput(many=True)})
    def post(self, request: Request) -> Response:
        """Show me no more of it, from the next page on."""
        wanted = MuteInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        mute_for(store=store_of(request), external_id=customer_id_of(request), **wanted.validated_data)
        return self.answer(request, status.HTTP_201_CREATED)

    def answer(self, request: Request, code: int) -> Response:
        mutes = mutes_of(store=store_of(request), external_id=customer_id_of(request))
        return Response(MuteOutput(mutes, many=True).data, code)


class MyMuteView(Mine):
    """`DELETE me/mutes/{mute_id}/`."""

    @extend_schema(operation_id="unmute", tags=["me"], responses={204: None})
    def delete(self, request: Request, mute_id: int) -> Response:
        """Show me this again."""
        person = person_of(store_of(request).slug, customer_id_of(request))
        gone, _rows = Mute.objects.filter(pk=mute_id, customer__in=person).delete()
        if not gone:
            raise NotFound(_("There is no such mute of yours."))
        return Response(status=status.HTTP_204_NO_CONTENT)


class FreshStartOutput(serializers.Serializer):
    """Nothing from before this moment is used any more."""

    since = serializers.DateTimeField()


class ResetView(Mine):
    """`POST me/reset/`."""

    @extend_schema(operation_id="reset", tags=["me"], request=None, responses={201: FreshStartOutput})
    def post(self, request: Request) -> Response:
        """Begin anew: your lists and predictions are deleted, and what happened until now is not used for new ones."""
        start = start_afresh(customer=customer_of(request))
        return Response(FreshStartOutput(start).data, status.HTTP_201_CREATED)


class ProofInput(serializers.Serializer):
    """Your password, where you did not give it within the last ten minutes."""

    password = serializers.CharField(required=False, default="", allow_blank=True, trim_whitespace=False)


class ExportInput(ProofInput):
    """In which form."""

    format = serializers.ChoiceField(["json", "csv"], default="json", help_text=_("csv: a zip of one file a table."))


class Proven(Mine):
    """What leaves or goes only after the password was given."""

    write_scope = "loyalty_export"
    input_class: type[ProofInput] = ProofInput

    def proven(self, request: Request) -> dict[str, Any]:
        """The request's fields.

        Raises:
            PermissionDenied: it is not proven that it is the person who asks.
        """
        wanted = self.input_class(data=request.data)
        wanted.is_valid(raise_exception=True)
        if not proves(request._request, wanted.validated_data["password"]):
            raise PermissionDenied(_("Give your password."))
        return wanted.validated_data


class ExportView(Proven):
    """`POST me/export/`."""

    input_class = ExportInput

    @extend_schema(
        operation_id="export",
        tags=["me"],
        request=ExportInput,
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "application/zip"): OpenApiTypes.BINARY,
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Everything that is held about you, table by table."""
        wanted = self.proven(request)
        data = export_customer(customer=customer_of(request))
        if wanted["format"] == "json":
            return Response(data)
        response = HttpResponse(as_csv(data), content_type="application/zip")
        response["Content-Disposition"] = 'attachment; filename="my-data.zip"'
        return response


class CannotErase(APIException):
    """The shop has no key for erasures yet."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = _("The shop cannot erase here yet. Please write to it.")
    default_code = "cannot_erase"


class EraseView(Proven):
    """`POST me/erase/`."""

    @extend_schema(
        operation_id="erase",
        tags=["me"],
        request=ProofInput,
        responses={200: OpenApiResponse(OpenApiTypes.OBJECT, _("The signed receipt."))},
    )
    def post(self, request: Request) -> Response:
        """Delete everything that is held about you; the answer is the signed receipt, which is kept nowhere else for you."""
        self.proven(request)
        try:
            record = erase_customer(customer=customer_of(request), now=timezone.now())
        except ImproperlyConfigured:
            raise CannotErase from None
        return Response(record.receipt)
