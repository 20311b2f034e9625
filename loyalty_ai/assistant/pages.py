"""The assistant as a page that needs no script, what the widget asks (the same addresses, answering in JSON), and policies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loyalty_ai.assistant import confirmations, delivery, services, streaming
from loyalty_ai.assistant.asking import address_of, owner_of, page_language, surroundings
from loyalty_ai.assistant.confirmations import NotConfirmed
from loyalty_ai.assistant.documents import document_for, html_of, parts_of
from loyalty_ai.assistant.models import Conversation, Message
from loyalty_ai.assistant.selectors import shown_conversation, thread, unfinished
from loyalty_ai.assistant.services import CannotSay, TooFast
from loyalty_ai.assistant.suggestions import Assistant
from loyalty_ai.assistant.threads import bubbles, cart_changed
from loyalty_ai.serving.page import identify

SOON, LATER, PERSON = 300, 1200, 4000
"""Milliseconds until the widget asks again: for an answer just begun, for a slow one, and for a person."""

BEGUN = timedelta(seconds=5)

View = Callable[..., HttpResponse]


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def either_way(view: Callable[[HttpRequest], Conversation | None]) -> View:
    """A POST that changes something: back to the page, or the thread as it is now for the widget."""

    @never_cache
    @require_POST
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            conversation = view(request)
        except (Conversation.DoesNotExist, Message.DoesNotExist):
            return refusal(request, _("That is not there any more."), status=404)
        except NotConfirmed as refused:
            return refusal(request, str(refused), status=404 if refused.code == "invalid" else 409)
        except CannotSay as refused:
            return refusal(request, str(refused), status=429 if isinstance(refused, TooFast) else 400)
        if wants_json(request):
            return JsonResponse(as_json(request, conversation, after=whole(request.POST.get("after"))))
        last = conversation.messages.order_by("-pk").values_list("pk", flat=True).first() if conversation else None
        return redirect(reverse("loyalty_ai:assistant") + (f"#loyalty-message-{last}" if last else ""))

    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def assistant(request: HttpRequest) -> HttpResponse:
    """The thread as a page; a POST says something."""
    if request.method == "POST":
        return say(request)
    return page(request)


@either_way
def say(request: HttpRequest) -> Conversation:
    """Keep the message and begin its answer."""
    text = "\n".join(part for part in request.POST.getlist("text") if part.strip())
    context = surroundings(request, text=text, product=request.POST.get("product", ""))
    if not services.clean(text):
        raise CannotSay(_("Write something first."))
    owner = owner_of(request, remember=True)
    conversation = services.open_conversation(owner=owner, language=context["language"])
    question = services.say(
        conversation=conversation,
        text=text,
        context=context,
        client_key=request.POST.get("client_key", "")[:64],
        address=address_of(request),
    )
    answer = services.answer_of(question)
    if answer is not None:
        delivery.begin(message=answer)
    return conversation


@never_cache
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """What happened in the thread behind the message `?after=`; returns at once, and says when to ask again."""
    conversation = shown_conversation(owner_of(request))
    if conversation is not None:
        rescue(conversation)
    return JsonResponse(as_json(request, conversation, after=whole(request.GET.get("after"))))


@either_way
def feedback(request: HttpRequest) -> Conversation | None:
    """Thumbs up, thumbs down, neither; and a remark."""
    owner = owner_of(request)
    helpful = {"yes": True, "no": False}.get(request.POST.get("helpful", ""))
    services.give_feedback(
        owner=owner,
        message_id=whole(request.POST.get("message")),
        helpful=helpful,
        remark=request.POST.get("remark", ""),
    )
    return shown_conversation(owner)


@either_way
def hand_over(request: HttpRequest) -> Conversation:
    """Ask for a person."""
    conversation = services.open_conversation(owner=owner_of(request, remember=True), language=page_language())
    return services.hand_over(conversation=conversation)


@either_way
def confirm(request: HttpRequest) -> Conversation | None:
    """The shopper's own yes or no to a change of the cart."""
    confirmed = confirmations.confirm(request, request.POST.get("token", ""), yes=request.POST.get("answer") == "yes")
    conversation = shown_conversation(owner_of(request))
    if conversation is not None:
        cart_changed(conversation, confirmed)
    return conversation


@never_cache
@require_safe
async def stream(request: HttpRequest) -> HttpResponseBase:
    """The thread as server-sent events while an answer is written; under WSGI, where that would hold a worker, 406."""
    if not isinstance(request, ASGIRequest):
        return HttpResponse(status=406)
    owner = await sync_to_async(owner_of)(request)
    conversation = await sync_to_async(shown_conversation)(owner)
    if conversation is None or not streaming.room():
        return HttpResponse(status=204)
    after = whole(request.GET.get("after"))
    language = get_language()

    def read() -> dict[str, Any]:
        rescue(conversation)
        with translation.override(language):
            return as_json(request, conversation, after=after)

    response = StreamingHttpResponse(streaming.events(read), content_type="text/event-stream")
    response["X-Accel-Buffering"] = "no"
    return response


@either_way
def close(request: HttpRequest) -> Conversation | None:
    """End the thread and begin a new one."""
    owner = owner_of(request, remember=True)
    conversation = shown_conversation(owner)
    if conversation is None:
        return None
    services.close(conversation=conversation)
    return services.open_conversation(owner=owner, language=page_language())


@either_way
def delete(request: HttpRequest) -> Conversation | None:
    """Delete the thread; no older one takes its place on the page."""
    owner = owner_of(request)
    conversation = shown_conversation(owner)
    if conversation is not None:
        services.delete_conversation(owner=owner, key=conversation.key)
    older = shown_conversation(owner)
    return services.open_conversation(owner=owner, language=page_language()) if older is not None else None


def rescue(conversation: Conversation) -> None:
    """Whoever looks sees to it that no answer is left lying."""
    for message in unfinished(conversation):
        delivery.rescue(message=message)


def page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    conversation = shown_conversation(owner_of(request))
    rows: list[Message] = []
    if conversation is not None:
        rescue(conversation)
        rows = thread(conversation)
    shown = bubbles(rows, store=conversation.store.slug) if conversation else []
    context = {
        "assistant": Assistant.of(request, product=request.GET.get("product", "")),
        "thread": shown,
        "unfinished": any(not bubble.done for bubble in shown),
        "state": conversation.state if conversation else Conversation.State.OPEN,
        "error": error,
    }
    return render(request, "loyalty_ai/assistant/page.html", context, status=status)


def refusal(request: HttpRequest, error: str, *, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": error, "csrf": get_token(request)}, status=status)
    return page(request, error=error, status=status)


def as_json(request: HttpRequest, conversation: Conversation | None, *, after: int) -> dict[str, Any]:
    """The thread behind a message: each message's HTML, the state, and in how many milliseconds to ask again."""
    if conversation is None:
        return {"conversation": None, "state": "none", "csrf": get_token(request), "messages": [], "wait": None}
    conversation.refresh_from_db(fields=["state"])
    rows = thread(conversation, after=after)
    return {
        "conversation": str(conversation.key),
        "state": conversation.state,
        "csrf": get_token(request),
        "messages": [
            {
                "id": int(bubble.id),
                "role": bubble.role,
                "done": bubble.done,
                "text": bubble.text,
                "sentences": sum(len(block.lines) for block in bubble.blocks),
                "html": render_to_string("loyalty_ai/assistant/message.html", {"bubble": bubble}, request),
            }
            for bubble in bubbles(rows, store=conversation.store.slug)
        ],
        "wait": wait(conversation, rows),
    }


def wait(conversation: Conversation, rows: list[Message]) -> int | None:
    """Milliseconds until there may be more; None where nothing is on its way."""
    waiting = [row for row in rows if row.state != Message.State.DONE]
    if waiting:
        return SOON if timezone.now() - waiting[-1].created_at < BEGUN else LATER
    by_person = (Conversation.State.WAITING, Conversation.State.WITH_PERSON)
    return PERSON if conversation.state in by_person else None


def whole(text: str | None) -> int:
    """A row's id out of a form, 0 for none."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """A policy of the shop in the reader's language; `?version=` shows an older one, as earlier answers cite it."""
    asked = request.GET.get("version", "")
    version = int(asked) if asked.isdecimal() and len(asked) < 9 else None
    store, language = identify(request)["store"], (get_language() or "").lower()
    found = document_for(store=store, slug=slug, language=language, version=version)
    if found is None:
        raise Http404(f"there is no document {slug}")
    parts = parts_of(found.body)
    context = {
        "document": found,
        "html": html_of(parts),
        "headings": [part for part in parts if part.level == 2 and part.heading],
    }
    response = render(request, "loyalty_ai/assistant/document.html", context)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
