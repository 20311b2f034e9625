"""Conversations over HTTP: everybody their own, a customer by their account, a stranger by the session."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import APIException, NotAuthenticated, NotFound, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty_ai.assistant import confirmations, delivery, services
from loyalty_ai.assistant.asking import Owner, address_of, owner_of, page_language, surroundings
from loyalty_ai.assistant.confirmations import NotConfirmed
from loyalty_ai.assistant.models import Conversation, Message
from loyalty_ai.assistant.selectors import (
    conversation_of,
    conversations_of,
    current_conversation,
    messages_behind,
    shown_products,
    unfinished,
)
from loyalty_ai.assistant.services import LONGEST, LONGEST_REMARK, CannotSay, Closed, TooFast
from loyalty_ai.assistant.threads import cart_changed, confirmation_of, live_products, own_path, state_of
from loyalty_ai.assistant.turn import Outcome
from loyalty_ai.serving.widgets import safe_address
from loyalty_ai.shop.actors import Pages, ScopedThrottle
from loyalty_ai.shop.adapters.base import LiveProduct
from loyalty_ai.shop.prices import price_note

READ, WRITE = "loyalty_read", "loyalty_assistant"


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = _("This conversation is closed.")
    default_code = "closed"


class Slow(APIException):
    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "throttled"


class ConversationOutput(serializers.ModelSerializer):
    """One thread; `state` says whether the assistant or a person answers."""

    class Meta:
        model = Conversation
        fields = ["key", "state", "language", "created_at", "updated_at"]


class SaidInput(serializers.Serializer):
    """A shopper's message."""

    text = serializers.CharField(max_length=LONGEST)
    client_key = serializers.CharField(
        max_length=64, required=False, default="", help_text=_("Your own id of it; sent again it is the same message.")
    )
    product_id = serializers.CharField(
        max_length=128, required=False, default="", allow_blank=True, help_text=_("The product whose page is open.")
    )


class SentenceOutput(serializers.Serializer):
    """One checked sentence with the keys of the sources that carry it."""

    text = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField())


class SourceOutput(serializers.Serializer):
    """What a sentence cites; `url` is a path of the shop's, or empty."""

    key = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField(allow_blank=True)


class ProductOutput(serializers.Serializer):
    """A product as the shop sells it right now."""

    product_id = serializers.CharField()
    title = serializers.CharField()
    price = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    price_note = serializers.CharField(
        allow_blank=True, help_text=_("To be shown beside the price, where there is one.")
    )
    available = serializers.BooleanField()
    url = serializers.CharField(allow_blank=True)
    image = serializers.CharField(allow_blank=True)


class ChangeOutput(serializers.Serializer):
    """Units that the cart shall hold of a product; 0 takes it out."""

    product_id = serializers.CharField()
    units = serializers.IntegerField()


class ProposalOutput(serializers.Serializer):
    """A change of the cart that waits for the shopper's yes; `token` is empty once it is decided or expired."""

    decision = serializers.ChoiceField(["open", "accepted", "declined", "expired"])
    token = serializers.CharField(allow_blank=True)
    changes = ChangeOutput(many=True)


class MessageOutput(serializers.Serializer):
    """One message; an answer grows sentence by sentence until it is `done`."""

    id = serializers.IntegerField()
    role = serializers.ChoiceField(Message.Role.choices)
    done = serializers.BooleanField()
    text = serializers.CharField(allow_blank=True)
    sentences = SentenceOutput(many=True)
    sources = SourceOutput(many=True)
    products = ProductOutput(many=True)
    proposal = ProposalOutput(allow_null=True)
    outcome = serializers.ChoiceField([outcome.value for outcome in Outcome], allow_blank=True)
    helpful = serializers.BooleanField(allow_null=True)
    remark = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class ThreadOutput(serializers.Serializer):
    """Messages, oldest first; ask again with `after` set to the last finished one while any is not done."""

    state = serializers.ChoiceField(Conversation.State.choices)
    messages = MessageOutput(many=True)


class AfterInput(serializers.Serializer):
    """From where to read."""

    after = serializers.IntegerField(
        min_value=0, default=0, help_text=_("The id of a message; those behind it are given.")
    )


class FeedbackInput(serializers.Serializer):
    """What the shopper thinks of an answer; null takes it back."""

    helpful = serializers.BooleanField(allow_null=True)
    remark = serializers.CharField(max_length=LONGEST_REMARK, required=False, default="", allow_blank=True)


class ConfirmInput(serializers.Serializer):
    """The shopper's own yes or no, with the token of the proposal."""

    token = serializers.CharField(max_length=500)
    accept = serializers.BooleanField()


class ConfirmOutput(serializers.Serializer):
    """What became of it; `cart` is the units that the cart holds of these products now."""

    decision = serializers.ChoiceField(["accepted", "declined"])
    cart = ChangeOutput(many=True)


def asker(request: Request, *, remember: bool = False) -> Owner:
    """Who sends the request. A session counts for strangers alone; an account must be authenticated for the API.

    Raises:
        NotAuthenticated: the session is a customer's, and the API was not told so by its own authentication.
    """
    owner = owner_of(request._request)
    if owner.customer_id is not None and not (request.user and request.user.is_authenticated):
        raise NotAuthenticated
    return owner_of(request._request, remember=True) if remember else owner


def find(request: Request, key: UUID) -> Conversation:
    """Raises NotFound for a conversation that is not theirs, as for one that is not there."""
    try:
        return conversation_of(asker(request), key)
    except Conversation.DoesNotExist:
        raise NotFound(_("There is no such conversation.")) from None


class AssistantView(APIView):
    """Open to everybody, for their own; only JSON, so that no other site's form can write."""

    parser_classes = [JSONParser]
    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle]

    def get_throttles(self) -> list[Any]:
        self.throttle_scope = READ if self.request.method == "GET" else WRITE
        return super().get_throttles()


class ConversationsView(AssistantView, generics.GenericAPIView):
    """`GET` and `POST assistant/conversations/`."""

    pagination_class = Pages
    serializer_class = ConversationOutput
    filter_backends = []
    queryset = Conversation.objects.none()

    @extend_schema(operation_id="conversations", tags=["assistant"])
    def get(self, request: Request) -> Response:
        """Your conversations, newest first."""
        page = self.paginate_queryset(conversations_of(asker(request)))
        return self.get_paginated_response(ConversationOutput(page, many=True).data)

    @extend_schema(
        operation_id="open_conversation", tags=["assistant"], request=None, responses={201: ConversationOutput}
    )
    def post(self, request: Request) -> Response:
        """The conversation that goes on, or a new one."""
        conversation = services.open_conversation(owner=asker(request, remember=True), language=page_language())
        return Response(ConversationOutput(conversation).data, status=status.HTTP_201_CREATED)


class ConversationView(AssistantView):
    """`GET` and `DELETE assistant/conversations/{key}/`."""

    @extend_schema(operation_id="conversation", tags=["assistant"], responses=ConversationOutput)
    def get(self, request: Request, key: UUID) -> Response:
        """One conversation of yours."""
        return Response(ConversationOutput(find(request, key)).data)

    @extend_schema(operation_id="delete_conversation", tags=["assistant"], responses={204: None})
    def delete(self, request: Request, key: UUID) -> Response:
        """Delete it with all its messages."""
        services.delete_conversation(owner=asker(request), key=find(request, key).key)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MessagesView(AssistantView):
    """`GET` and `POST assistant/conversations/{key}/messages/`."""

    @extend_schema(operation_id="messages", tags=["assistant"], parameters=[AfterInput], responses=ThreadOutput)
    def get(self, request: Request, key: UUID) -> Response:
        """Up to 100 messages; it returns at once, and an answer that no worker began in time is given here."""
        wanted = AfterInput(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        conversation = find(request, key)
        for message in unfinished(conversation):
            delivery.rescue(message=message)
        conversation.refresh_from_db(fields=["state"])
        return Response(thread_data(conversation, messages_behind(conversation, wanted.validated_data["after"])))

    @extend_schema(
        operation_id="say", tags=["assistant"], request=SaidInput, responses={201: ThreadOutput, 409: None, 429: None}
    )
    def post(self, request: Request, key: UUID) -> Response:
        """Say something; the answer comes beside it, finished or to be asked for."""
        said = SaidInput(data=request.data)
        said.is_valid(raise_exception=True)
        conversation = find(request, key)
        text, product = said.validated_data["text"], said.validated_data["product_id"]
        context = surroundings(request._request, text=text, product=product)
        try:
            question = services.say(
                conversation=conversation,
                text=text,
                context=context,
                client_key=said.validated_data["client_key"],
                address=address_of(request._request),
            )
        except Closed as error:
            raise Conflict(str(error)) from error
        except TooFast as error:
            raise Slow(str(error)) from error
        except CannotSay as error:
            raise ValidationError({"text": [str(error)]}) from error
        answer = services.answer_of(question)
        if answer is not None:
            delivery.begin(message=answer)
        conversation.refresh_from_db(fields=["state"])
        rows = messages_behind(conversation, question.pk - 1)
        return Response(thread_data(conversation, rows), status=status.HTTP_201_CREATED)


class HandOverView(AssistantView):
    """`POST assistant/conversations/{key}/hand-over/`."""

    @extend_schema(operation_id="hand_over", tags=["assistant"], request=None, responses=ConversationOutput)
    def post(self, request: Request, key: UUID) -> Response:
        """Ask for a person of the shop."""
        return Response(ConversationOutput(services.hand_over(conversation=find(request, key))).data)


class FeedbackView(AssistantView):
    """`PUT assistant/messages/{id}/feedback/`."""

    @extend_schema(
        operation_id="feedback",
        tags=["assistant"],
        parameters=[OpenApiParameter("message_id", int, OpenApiParameter.PATH)],
        request=FeedbackInput,
        responses={204: None},
    )
    def put(self, request: Request, message_id: int) -> Response:
        """Whether an answer helped."""
        given = FeedbackInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            services.give_feedback(owner=asker(request), message_id=message_id, **given.validated_data)
        except Message.DoesNotExist:
            raise NotFound(_("There is no such answer.")) from None
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConfirmView(AssistantView):
    """`POST assistant/confirm/`."""

    @extend_schema(
        operation_id="confirm", tags=["assistant"], request=ConfirmInput, responses={200: ConfirmOutput, 409: None}
    )
    def post(self, request: Request) -> Response:
        """Your own yes or no to a change of the cart, once."""
        given = ConfirmInput(data=request.data)
        given.is_valid(raise_exception=True)
        owner, yes = asker(request), given.validated_data["accept"]
        try:
            confirmed = confirmations.confirm(request._request, given.validated_data["token"], yes=yes)
        except NotConfirmed as error:
            raise (NotFound if error.code == "invalid" else Conflict)(str(error)) from error
        conversation = current_conversation(owner)
        if conversation is not None:
            cart_changed(conversation, confirmed)
        cart = [{"product_id": product_id, "units": units} for product_id, units in confirmed.held.items()]
        return Response(ConfirmOutput({"decision": "accepted" if yes else "declined", "cart": cart}).data)


def thread_data(conversation: Conversation, rows: list[Message]) -> dict[str, Any]:
    """Messages for output, with one question to the shop for all their products."""
    store = conversation.store.slug
    live = live_products(store, dict.fromkeys(product_id for row in rows for product_id in shown_products(row)))
    data = [message_data(row, live) for row in rows]
    return ThreadOutput({"state": conversation.state, "messages": data}).data


def message_data(message: Message, live: Any) -> dict[str, Any]:
    confirmation = confirmation_of(message)
    proposal = None
    if confirmation is not None:
        state = state_of(confirmation)
        changes = [{"product_id": product_id, "units": units} for product_id, units in confirmation.units.items()]
        token = confirmations.sign(confirmation) if state == "open" else ""
        proposal = {"decision": state, "token": token, "changes": changes}
    return {
        "id": message.pk,
        "role": message.role,
        "done": message.state == Message.State.DONE,
        "text": message.text,
        "sentences": message.sentences,
        "sources": [source | {"url": own_path(source.get("url", ""))} for source in message.sources],
        "products": [product_data(live[product_id]) for product_id in shown_products(message) if product_id in live],
        "proposal": proposal,
        "outcome": message.outcome,
        "helpful": message.helpful,
        "remark": message.remark,
        "created_at": message.created_at,
    }


def product_data(product: LiveProduct) -> dict[str, Any]:
    return {
        "product_id": product.product_id,
        "title": product.title,
        "price": product.price,
        "currency": product.currency,
        "price_note": price_note(product),
        "available": product.available,
        "url": safe_address(product.url),
        "image": safe_address(product.image, ("data:image/",)),
    }
