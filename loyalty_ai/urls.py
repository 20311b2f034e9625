"""The app's addresses; a project includes them where it likes: `path("loyalty/", include("loyalty_ai.urls"))`."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from loyalty_ai.actions.api import DismissView, MyMessagesView
from loyalty_ai.assistant import pages
from loyalty_ai.assistant.api import (
    ConfirmView,
    ConversationsView,
    ConversationView,
    FeedbackView,
    HandOverView,
    MessagesView,
)
from loyalty_ai.loyalty.api import MyLoyaltyView, SummaryView
from loyalty_ai.privacy import pages as privacy_pages
from loyalty_ai.privacy.api import (
    EraseView,
    ExportView,
    ForgetView,
    MyConsentsView,
    MyDataView,
    MyEventsView,
    MyMutesView,
    MyMuteView,
    ResetView,
)
from loyalty_ai.privacy.key_page import receipt_keys
from loyalty_ai.privacy.transparency_page import transparency
from loyalty_ai.serving.api import BoughtTogetherView, MyRecommendationsView, SimilarView, VersionsView
from loyalty_ai.shop.api import RecordEventsView

app_name = "loyalty_ai"

api = [
    path("me/recommendations/", MyRecommendationsView.as_view(), name="my-recommendations"),
    path("me/loyalty/", MyLoyaltyView.as_view(), name="my-loyalty"),
    path("me/consents/", MyConsentsView.as_view(), name="my-consents"),
    path("me/data/", MyDataView.as_view(), name="my-held-data"),
    path("me/events/", MyEventsView.as_view(), name="my-events"),
    path("me/forget/", ForgetView.as_view(), name="forget"),
    path("me/mutes/", MyMutesView.as_view(), name="my-mutes"),
    path("me/mutes/<int:mute_id>/", MyMuteView.as_view(), name="my-mute"),
    path("me/messages/", MyMessagesView.as_view(), name="my-messages"),
    path("me/messages/<int:outcome_id>/dismiss/", DismissView.as_view(), name="dismiss-message"),
    path("me/reset/", ResetView.as_view(), name="reset"),
    path("me/export/", ExportView.as_view(), name="export"),
    path("me/erase/", EraseView.as_view(), name="erase"),
    path("products/<path:product_id>/similar/", SimilarView.as_view(), name="similar"),
    path("products/<path:product_id>/bought-together/", BoughtTogetherView.as_view(), name="bought-together"),
    path("events/", RecordEventsView.as_view(), name="events"),
    path("versions/", VersionsView.as_view(), name="versions"),
    path("summary/", SummaryView.as_view(), name="summary"),
    path("assistant/conversations/", ConversationsView.as_view(), name="conversations"),
    path("assistant/conversations/<uuid:key>/", ConversationView.as_view(), name="conversation"),
    path("assistant/conversations/<uuid:key>/messages/", MessagesView.as_view(), name="messages"),
    path("assistant/conversations/<uuid:key>/hand-over/", HandOverView.as_view(), name="hand-over"),
    path("assistant/messages/<int:message_id>/feedback/", FeedbackView.as_view(), name="feedback"),
    path("assistant/confirm/", ConfirmView.as_view(), name="confirm"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]

assistant = [
    path("", pages.assistant, name="assistant"),
    path("messages/", pages.messages, name="assistant-messages"),
    path("feedback/", pages.feedback, name="assistant-feedback"),
    path("person/", pages.hand_over, name="assistant-hand-over"),
    path("confirm/", pages.confirm, name="assistant-confirm"),
    path("close/", pages.close, name="assistant-close"),
    path("delete/", pages.delete, name="assistant-delete"),
    path("stream/", pages.stream, name="assistant-stream"),
]

my_data = [
    path("", privacy_pages.my_data, name="my-data"),
    path("choice/", privacy_pages.consent, name="my-data-choice"),
    path("mute/", privacy_pages.mute, name="my-data-mute"),
    path("dismiss/", privacy_pages.dismiss_message, name="my-data-dismiss"),
    path("unmute/", privacy_pages.take_back, name="my-data-unmute"),
    path("forget/", privacy_pages.forget, name="my-data-forget"),
    path("reset/", privacy_pages.reset, name="my-data-reset"),
    path("export/", privacy_pages.export, name="my-data-export"),
    path("erase/", privacy_pages.erase, name="my-data-erase"),
    path("receipt/", privacy_pages.receipt, name="my-data-receipt"),
]

urlpatterns = [
    path("api/", include(api)),
    path("assistant/", include(assistant)),
    path("my-data/", include(my_data)),
    path("documents/<slug:slug>/", pages.document, name="document"),
    path("how-it-works/", transparency, name="transparency"),
    path("receipts/keys/", receipt_keys, name="receipt-keys"),
]
