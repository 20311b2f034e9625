"""The shopper's page "Your data and choices": what is held, why they see what they see, and every choice, without a script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from loyalty_ai.actions.models import Action, ActionOutcome
from loyalty_ai.actions.selectors import outcomes_of
from loyalty_ai.actions.services import dismiss
from loyalty_ai.conf import app_settings
from loyalty_ai.privacy import services
from loyalty_ai.privacy.confirming import is_confirmed, proves, too_often
from loyalty_ai.privacy.downloads import as_csv, as_json
from loyalty_ai.privacy.forgetting import CONTRACT, forget_event, start_afresh, use_again
from loyalty_ai.privacy.held import DONE, events_of, held_about, mutes_of
from loyalty_ai.privacy.selectors import consents_of, export_customer
from loyalty_ai.serving.models import ListKind
from loyalty_ai.serving.page import LoyaltyPage, Row, identify
from loyalty_ai.serving.rows import Why
from loyalty_ai.serving.widgets import Card, reason, widget
from loyalty_ai.shop.consent import sends_gpc
from loyalty_ai.shop.models import Customer, Event, EventType, Mute, Product, Purpose, Store
from loyalty_ai.shop.prices import personal_price_note
from loyalty_ai.shop.selectors import person_of
from loyalty_ai.shop.services import ensure_store
from loyalty_ai.shop.wishes import LEVELS, unmute

EVENTS_PAGE = 12
OFFERS = 12
SHOWN = {ListKind.RECOMMENDED: 12, ListKind.DISCOVER: 8, ListKind.BUY_AGAIN: 8}
"""How much of each list the page explains."""

RECEIPT = "loyalty_ai_receipt"
"""Where the session keeps the receipt of an erasure until it ends."""

TEXT_VERSION = "2026-11-29"
"""Goes up when the text of a purpose changes its meaning; each choice remembers the text that it was made under."""

PURPOSES: dict[Purpose, tuple[Promise, Promise]] = {
    Purpose.PREFERENCES: (
        gettext_lazy("Personalised pages"),
        gettext_lazy(
            "We learn from your orders what may please you. Without it you see what is popular with everybody."
        ),
    ),
    Purpose.ANALYTICS: (
        gettext_lazy("Help us improve the shop"),
        gettext_lazy(
            "We keep which products you look at. Your orders are kept either way: you may want to return something."
        ),
    ),
    Purpose.MARKETING: (
        gettext_lazy("Letters from the shop"),
        gettext_lazy(
            "We may choose news and offers by what you bought, and write them to you or show them in the shop."
        ),
    ),
    Purpose.SALE_OF_DATA: (
        gettext_lazy("Giving your data to others"),
        gettext_lazy("We may give what we know about you to other companies for money or in return for theirs."),
    ),
}

SOURCES = {
    "shop": gettext_lazy("the shop"),
    "page": gettext_lazy("the shop's pages"),
    "api": gettext_lazy("another service of the shop"),
    "file": gettext_lazy("a file of the shop"),
}

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Me:
    """Who asks: the store's row, the shop's own id, and the customer's row where there is one."""

    store: Store
    external_id: str
    customer: Customer | None

    @classmethod
    def of(cls, request: HttpRequest) -> Me | None:
        """None for a stranger."""
        asked = identify(request)
        if not request.user.is_authenticated or asked["customer_id"] is None:
            return None
        store, external_id = ensure_store(asked["store"]), asked["customer_id"]
        customers = Customer.objects.select_related("store", "alias_of")
        return cls(store, external_id, customers.filter(store=store, external_id=external_id).first())


@dataclass(frozen=True, slots=True)
class Switch:
    """One purpose as the page offers it."""

    purpose: str
    title: Promise
    text: Promise
    granted: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """One product of a list with its reason, and what else of it can be muted."""

    card: Card
    why: str
    category: str
    brand: str


@dataclass(frozen=True, slots=True)
class Offered:
    """One thing an action brought the person: its text (none where another service was told) and why it was them."""

    outcome: ActionOutcome
    headline: str
    body: str
    why: list[str]


@dataclass(frozen=True, slots=True)
class Happened:
    """One event in words; `state` is "", "forgotten" or "outdated"."""

    id: int
    at: Any
    text: str
    product: str
    source: str
    state: str
    contract: bool


def own(view: View) -> View:
    """For whoever is signed in as a customer; everybody else is asked to sign in first."""

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        me = Me.of(request)
        if me is None:
            target = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("loyalty_ai:my-data")
            return redirect_to_login(target, resolve_url(settings.LOGIN_URL))
        return view(request, me, **kwargs)

    return answer


def act(view: Callable[[HttpRequest, Me], str]) -> View:
    """A POST that changes something: it says what it did, and the person is back where they were."""

    @own
    @require_POST
    @wraps(view)
    def answer(request: HttpRequest, me: Me) -> HttpResponse:
        if too_often(request, "loyalty_choices"):
            return page(request, me, error=_("That was too often. Please wait a minute."), status=429)
        try:
            done = view(request, me)
        except (ActionOutcome.DoesNotExist, Event.DoesNotExist, Product.DoesNotExist, ValueError):
            return page(request, me, error=_("That is not there any more."), status=404)
        messages.success(request, done, fail_silently=True)
        back = request.POST.get("next", "")
        here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        return redirect(back if here else reverse("loyalty_ai:my-data") + anchor(request.POST.get("at", "")))

    return answer


def anchor(name: str) -> str:
    return f"#{name}" if name in ("choices", "reasons", "offers", "held", "history", "leave") else ""


@own
@require_safe
def my_data(request: HttpRequest, me: Me) -> HttpResponse:
    """The page."""
    return page(request, me)


@act
def consent(request: HttpRequest, me: Me) -> str:
    """One switch."""
    purpose, granted = Purpose(request.POST.get("purpose", "")), request.POST.get("granted") == "yes"
    services.choose(
        store=me.store,
        external_id=me.external_id,
        choices={purpose.value: granted},
        source="choices page",
        text_version=TEXT_VERSION,
    )
    title = PURPOSES[purpose][0]
    if granted:
        return _("%(choice)s: on. It holds from now on.") % {"choice": title}
    return _("%(choice)s: off. It holds from now on.") % {"choice": title}


@act
def mute(request: HttpRequest, me: Me) -> str:
    """Show no more of a product, of its category or of its brand."""
    product = Product.objects.get(store=me.store, external_id=request.POST.get("product", ""))
    kind = Mute.Kind(request.POST.get("kind", Mute.Kind.PRODUCT))
    value = {Mute.Kind.PRODUCT: product.external_id, Mute.Kind.CATEGORY: product.category}.get(kind, product.brand)
    services.mute_for(store=me.store, external_id=me.external_id, kind=kind, value=value)
    name = product.title if kind == Mute.Kind.PRODUCT else value.rpartition(LEVELS)[2]
    return _("You will not be shown %(what)s any more. You can undo it under “Your data and choices”.") % {"what": name}


@act
def dismiss_message(request: HttpRequest, me: Me) -> str:
    """Show a message of the shop no more."""
    person = person_of(me.store.slug, me.external_id)
    if not dismiss(customers=person, outcome=whole(request.POST.get("outcome")), now=timezone.now()):
        raise ActionOutcome.DoesNotExist
    return _("The message is closed. You find it under “Your data and choices”.")


@act
def take_back(request: HttpRequest, me: Me) -> str:
    """Show a muted thing again."""
    person = person_of(me.store.slug, me.external_id)
    unmute(person=person, kind=request.POST.get("kind", ""), value=request.POST.get("value", ""))
    return _("It may be shown again.")


@act
def forget(request: HttpRequest, me: Me) -> str:
    """Forget one event, or use one again."""
    event_id = whole(request.POST.get("event"))
    if me.customer is None:
        raise Event.DoesNotExist
    if request.POST.get("again"):
        use_again(customer=me.customer, event_id=event_id)
        return _("It counts again when the next recommendations are made.")
    if forget_event(customer=me.customer, event_id=event_id):
        return _("It stays among your orders, and is not used for recommendations any more.")
    return _("Forgotten. It does not come back.")


@act
def reset(request: HttpRequest, me: Me) -> str:
    """Begin anew."""
    if me.customer is not None:
        start_afresh(customer=me.customer)
    return _("Your recommendations begin anew. What was before is not used for them any more.")


@own
@require_POST
def export(request: HttpRequest, me: Me) -> HttpResponse:
    """Everything, as JSON or as CSV."""
    refused = prove(request, me, field="export")
    if refused is not None:
        return refused
    if me.customer is None:
        return page(request, me, error=_("Nothing is held about you."), status=404)
    data, day = export_customer(customer=me.customer), timezone.now().strftime("%Y-%m-%d")
    packed = request.POST.get("format") == "csv"
    response = HttpResponse(
        as_csv(data) if packed else as_json(data), content_type="application/zip" if packed else "application/json"
    )
    response["Content-Disposition"] = f'attachment; filename="my-data-{day}.{"zip" if packed else "json"}"'
    return response


@own
@require_POST
def erase(request: HttpRequest, me: Me) -> HttpResponse:
    """Delete everything, and hand out the receipt."""
    refused = prove(request, me, field="erase")
    if refused is not None:
        return refused
    if me.customer is None:
        return page(request, me, error=_("Nothing is held about you."), status=404)
    if not request.POST.get("sure"):
        return page(request, me, error=_("Tick the box to say that you are sure."), field="erase", status=400)
    try:
        record = services.erase_customer(customer=me.customer, now=timezone.now())
    except ImproperlyConfigured:
        return page(
            request, me, error=_("The shop cannot erase here yet. Please write to it."), field="erase", status=503
        )
    request.session[RECEIPT] = record.receipt
    return redirect("loyalty_ai:my-data-receipt")


@own
@require_safe
def receipt(request: HttpRequest, me: Me) -> HttpResponse:
    """The receipt of the erasure, to read and, with `?download=1`, to keep; the session holds it until it ends."""
    held = request.session.get(RECEIPT)
    if held is None:
        raise Http404
    if request.GET.get("download"):
        response = JsonResponse(held, json_dumps_params={"indent": 1})
        response["Content-Disposition"] = 'attachment; filename="erasure-receipt.json"'
        return response
    rows = sum(held["rows"].values())
    context = {"receipt": held, "rows": rows, "erased_at": parse_datetime(held["erased_at"])}
    return render(request, "loyalty_ai/privacy/receipt.html", context)


def prove(request: HttpRequest, me: Me, *, field: str) -> HttpResponse | None:
    """The refusal of somebody who did not prove who they are, or asks too often; None where all is well."""
    if too_often(request, "loyalty_export"):
        return page(request, me, error=_("That was too often. Please try again in an hour."), field=field, status=429)
    if proves(request, request.POST.get("password", "")):
        return None
    return page(request, me, error=_("That is not your password."), field=field, status=403)


def page(request: HttpRequest, me: Me, *, error: str = "", field: str = "", status: int = 200) -> HttpResponse:
    """The whole page; an error stands beside the form named by `field`, or on top."""
    loyalty = LoyaltyPage.of(request)
    consents = consents_of(store=me.store, external_id=me.external_id, gpc=sends_gpc(request))
    known = me.customer is not None
    held = held_about(me.customer, gpc=sends_gpc(request)) if known else None
    history = Paginator(events_of(me.customer) if known else Event.objects.none(), EVENTS_PAGE)
    shown = history.get_page(request.GET.get("page"))
    confirm_url = app_settings.CONFIRM_URL
    context = {
        "switches": switches(consents),
        "gpc": sends_gpc(request),
        "personal": consents[0]["granted"],
        "known": known,
        "held": held,
        "sources": [str(SOURCES.get(source, source)) for source in held.sources] if held else [],
        "lists": explained(loyalty, me.store),
        "offers": offers(me),
        "price_note": personal_price_note(),
        "offered": consents[0]["granted"] and granted(consents, Purpose.MARKETING),
        "mutes": mutes_of(store=me.store, external_id=me.external_id),
        "history": shown,
        "pages": history.get_elided_page_range(shown.number, on_each_side=1, on_ends=1),
        "events": [happened(event) for event in shown],
        "purposes": {purpose.value: title for purpose, (title, _text) in PURPOSES.items()},
        "confirmed": is_confirmed(request),
        "confirm_url": resolve_url(confirm_url) if confirm_url else "",
        "error": error,
        "field": field,
    }
    return render(request, "loyalty_ai/privacy/page.html", context, status=status)


def switches(consents: list[dict[str, Any]]) -> list[Switch]:
    """The purposes in their order; the sale of data only where it is, or ever was, a question."""
    return [
        Switch(row["purpose"], *PURPOSES[Purpose(row["purpose"])], row["granted"])
        for row in consents
        if row["purpose"] != Purpose.SALE_OF_DATA or row["granted"] or row["chosen_at"]
    ]


def granted(consents: list[dict[str, Any]], purpose: Purpose) -> bool:
    return any(row["granted"] for row in consents if row["purpose"] == purpose)


def offers(me: Me) -> list[Offered]:
    """The last messages and offers that the person got, latest first, each with its reasons."""
    found = outcomes_of(customers=person_of(me.store.slug, me.external_id))[:OFFERS]
    return [
        Offered(
            outcome,
            *(("", "") if outcome.action.kind == Action.Kind.WEBHOOK else outcome.action.text()),
            [str(reason) for reason in outcome.why()],
        )
        for outcome in found
    ]


def explained(loyalty: LoyaltyPage, store: Store) -> list[tuple[str, list[Explained]]]:
    """Each list that the person is shown now with its title, every product with its reason in words."""
    rows: list[Row] = [
        row for kind, limit in SHOWN.items() if (row := loyalty.recommended(limit=limit, kind=kind)) is not None
    ]
    wanted = [item.product.product_id for row in rows for item in row.items]
    mirrored = Product.objects.filter(store=store, external_id__in=wanted)
    words = {product.external_id: product for product in mirrored.only("external_id", "category", "brand")}
    lists = []
    for row in rows:
        shown = widget(loyalty, row, None)
        items = []
        for item, card in zip(row.items, shown.cards, strict=True):
            product = words.get(card.product_id, Product())
            said = reason(item.why, because=item.because, at=item.at, row_name="")
            if not said and item.why == Why.MODEL:
                said = _("Fits what you bought so far")
            category = product.category.rpartition(LEVELS)[2]
            items.append(Explained(card, said, category, product.brand))
        lists.append((shown.title, items))
    return lists


def happened(event: Event) -> Happened:
    """An event in words."""
    kind = EventType(event.type)
    units = event.quantity if kind in CONTRACT else 1
    text = str(DONE[kind])
    if units > 1:
        text = _("%(done)s, %(units)d pieces") % {"done": text, "units": units}
    state = "forgotten" if event.forgotten else "outdated" if event.outdated else ""
    return Happened(
        id=event.pk,
        at=event.occurred_at,
        text=text,
        product=event.product.title if event.product else "",
        source=str(SOURCES.get(event.source, event.source)),
        state=state,
        contract=kind in CONTRACT,
    )


def whole(text: str | None) -> int:
    """A row's id out of a form, 0 for none."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0
