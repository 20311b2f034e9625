"""Conversations in Django admin: an inbox where who waits for a person comes first, the thread with a reply box, and a report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty_ai.assistant import report, services
from loyalty_ai.assistant.models import Conversation, Message
from loyalty_ai.assistant.selectors import inbox, thread
from loyalty_ai.assistant.services import CannotSay
from loyalty_ai.assistant.threads import bubbles
from loyalty_ai.assistant.turn import Outcome
from loyalty_ai.readonly_admin import ReadOnlyAdmin, label, may
from loyalty_ai.serving.facts import UNKNOWN, money, number, percent
from loyalty_ai.shop.models import Store

TONES = {
    Conversation.State.OPEN: "",
    Conversation.State.WAITING: "bad",
    Conversation.State.WITH_PERSON: "busy",
    Conversation.State.CLOSED: "good",
}
OUTCOMES = {
    Outcome.ANSWERED: gettext_lazy("answered"),
    Outcome.UNANSWERED: gettext_lazy("not answered"),
    Outcome.REFUSED: gettext_lazy("refused"),
    Outcome.HANDED_OVER: gettext_lazy("handed over"),
}
THREAD = 500
DAYS = 30


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ["who", "state_label", "preview", "messages_written", "thumbs", "language", "updated_at"]
    list_filter = ["state", "language", "store", "updated_at"]
    list_select_related = ["customer", "store"]
    search_fields = ["customer__external_id__exact"]
    search_help_text = gettext_lazy("A whole customer id.")
    fields = ["key", "store", "customer", "language", "created_at", "updated_at", "handed_over_at", "staff"]

    class Media:
        js = ["loyalty_ai/assistant_inbox.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        said = Message.objects.filter(conversation=OuterRef("pk")).order_by("-pk")
        counted = said.order_by().values("conversation").annotate(count=Count("pk")).values("count")
        down = said.filter(helpful=False).order_by().values("conversation").annotate(count=Count("pk")).values("count")
        return inbox().annotate(
            last_words=Subquery(said.filter(role=Message.Role.SHOPPER).values("text")[:1]),
            message_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
            thumbs_down=Coalesce(Subquery(down, output_field=IntegerField()), 0),
        )

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["rank", "-updated_at"]

    @display(description=gettext_lazy("who"), ordering="customer")
    def who(self, conversation: Conversation) -> str:
        return name_of(conversation)

    @display(description=gettext_lazy("state"), ordering="rank")
    def state_label(self, conversation: Conversation) -> SafeString:
        return label(conversation.get_state_display(), TONES[Conversation.State(conversation.state)])

    @display(description=gettext_lazy("last words"))
    def preview(self, conversation: Conversation) -> str:
        return Truncator(conversation.last_words or "").chars(80)

    @display(description=gettext_lazy("messages"))
    def messages_written(self, conversation: Conversation) -> int:
        return conversation.message_count

    @display(description=gettext_lazy("not helpful"))
    def thumbs(self, conversation: Conversation) -> SafeString | str:
        return label(conversation.thumbs_down, "bad") if conversation.thumbs_down else ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        names: dict[str, Callable[..., HttpResponse]] = {
            "reply": self.reply_view,
            "take-over": self.take_over_view,
            "hand-back": self.hand_back_view,
            "close": self.close_view,
            "thread": self.thread_view,
        }
        return [
            path("report/", view(self.report_view), name="loyalty_ai_conversation_report"),
            *(
                path(f"<int:conversation_id>/{name}/", view(called), name=f"loyalty_ai_conversation_{name}")
                for name, called in names.items()
            ),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        conversation = self.get_object(request, object_id)
        context = {} if conversation is None else self.context(request, conversation)
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def context(self, request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
        rows = thread(conversation, limit=THREAD)
        shown = bubbles(rows, store=conversation.store.slug, whole=True)
        last = next((row for row in reversed(rows) if row.role == Message.Role.SHOPPER), None)
        currency = conversation.store.currency
        return {
            "title": name_of(conversation),
            "subtitle": None,
            "conversation": conversation,
            "state_label": self.state_label(conversation),
            "thread": [(bubble, row, outcome_of(row)) for bubble, row in zip(shown, rows, strict=True)],
            "product": last.context.get("product", "") if last else "",
            "cart": (last.context.get("cart") if last else None) or [],
            "spent": [
                (_("Tokens"), number(sum(row.tokens_in + row.tokens_out for row in rows), 0)),
                (_("Cost"), money(sum(row.cost for row in rows), currency)),
            ],
            "may_reply": may(request, "change_conversation"),
            "open": conversation.state == Conversation.State.OPEN,
            "closed": conversation.state == Conversation.State.CLOSED,
        }

    def thread_view(self, request: HttpRequest, conversation_id: int) -> JsonResponse:
        """The thread as HTML, for the page's script to renew."""
        self.require(request, "view_conversation")
        conversation = self.find(request, conversation_id)
        html = render_to_string(
            "admin/loyalty_ai/conversation/thread.html", self.context(request, conversation), request
        )
        return JsonResponse({"html": html})

    def reply_view(self, request: HttpRequest, conversation_id: int) -> HttpResponse:
        """A person's answer."""

        def reply(conversation: Conversation) -> None:
            services.staff_reply(conversation=conversation, staff=request.user, text=request.POST.get("text", ""))

        return self.change(request, conversation_id, reply, _("Sent."))

    def take_over_view(self, request: HttpRequest, conversation_id: int) -> HttpResponse:
        """A person answers from here on."""

        def take_over(conversation: Conversation) -> None:
            services.take_over(conversation=conversation, staff=request.user)

        return self.change(request, conversation_id, take_over, _("The assistant keeps silent here now."))

    def hand_back_view(self, request: HttpRequest, conversation_id: int) -> HttpResponse:
        """The assistant answers again."""

        def hand_back(conversation: Conversation) -> None:
            services.hand_back(conversation=conversation)

        return self.change(request, conversation_id, hand_back, _("The assistant answers here again."))

    def close_view(self, request: HttpRequest, conversation_id: int) -> HttpResponse:
        """The conversation ends."""

        def close(conversation: Conversation) -> None:
            services.close(conversation=conversation)

        return self.change(request, conversation_id, close, _("The conversation is closed."))

    def change(
        self, request: HttpRequest, conversation_id: int, service: Callable[[Conversation], None], done: str
    ) -> HttpResponse:
        self.require(request, "change_conversation")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        conversation = self.find(request, conversation_id)
        try:
            service(conversation)
        except CannotSay as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:loyalty_ai_conversation_change", args=[conversation.pk]))

    def find(self, request: HttpRequest, conversation_id: int) -> Conversation:
        conversation = (
            self.get_queryset(request).select_related("store", "customer", "staff").filter(pk=conversation_id)
        )
        found = conversation.first()
        if found is None:
            raise Http404
        return found

    def report_view(self, request: HttpRequest) -> HttpResponse:
        """What was asked in vain, what people think, what it costs."""
        self.require(request, "view_conversation")
        stores = list(Store.objects.order_by("pk"))
        store = next((one for one in stores if one.slug == request.GET.get("store")), stores[0] if stores else None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("How the assistant does"),
            "stores": stores,
            "store": store,
            "days": DAYS,
            "add_document": reverse("admin:loyalty_ai_document_publish") if may(request, "add_document") else "",
            **(self.figures(store) if store else {}),
        }
        return TemplateResponse(request, "admin/loyalty_ai/conversation/report.html", context)

    def figures(self, store: Store) -> dict[str, Any]:
        since = midnight(store) - timedelta(days=DAYS - 1)
        counts = report.answers_since(store=store, since=since)
        tokens, cost = report.cost_since(store=store, since=since)
        rated = counts.liked + counts.disliked
        usage = report.usage_since(store=store, since=since)
        tiles = [
            (_("Answers"), number(counts.total, 0), _("in %(days)d days") % {"days": DAYS}),
            (_("Answered"), percent(share(counts.answered, counts.total)), _("with sources, or by a person")),
            (_("Not answered"), number(counts.unanswered, 0), _("nothing was found")),
            (_("Refused"), number(counts.refused, 0), _("not the shop’s business, or not theirs")),
            (_("Helpful"), percent(share(counts.liked, rated)), _("of %(count)s rated") % {"count": number(rated, 0)}),
            (
                _("Median time"),
                UNKNOWN if counts.seconds is None else f"{counts.seconds:.1f} s",
                _("to a whole answer"),
            ),
            (_("Tokens"), number(tokens, 0), _("read and written")),
            (_("Cost"), money(cost, store.currency), _("in the currency of the backend’s prices")),
        ]
        return {
            "tiles": tiles,
            "groups": [
                (group, OUTCOMES[Outcome(group.outcome)]) for group in report.unanswered_since(store=store, since=since)
            ],
            "remarks": report.remarks_since(store=store, since=since),
            "answers_a_day": [(f"{day:%m-%d}", answers) for day, answers, _tokens, _cost in usage],
            "tokens_a_day": [(f"{day:%m-%d}", tokens) for day, _answers, tokens, _cost in usage if tokens],
            "usage": list(reversed(usage)),
        }


def name_of(conversation: Conversation) -> str:
    """The customer's id, or that nobody is signed in."""
    if conversation.customer is None:
        return _("visitor %(number)d") % {"number": conversation.pk}
    return conversation.customer.external_id


def outcome_of(message: Message) -> SafeString | str:
    if message.outcome not in (Outcome.UNANSWERED, Outcome.REFUSED):
        return ""
    return label(OUTCOMES[Outcome(message.outcome)], "bad")


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def midnight(store: Store) -> datetime:
    """When the store's day began."""
    zone = ZoneInfo(store.time_zone)
    return datetime.combine(timezone.localdate(timezone=zone), time(), tzinfo=zone)
