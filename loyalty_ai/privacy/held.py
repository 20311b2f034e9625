"""What is held about a person, in plain words: for their own page and for `me/data/`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import BooleanField, Count, Max, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty_ai.assistant.models import Conversation, Message
from loyalty_ai.experiments.models import Experiment, Variant
from loyalty_ai.experiments.selectors import exposures_of, running_experiment, variant_of
from loyalty_ai.loyalty.models import LoyaltyProfile, RFMGroup
from loyalty_ai.privacy.selectors import person_of
from loyalty_ai.privacy.tables import EVENTS
from loyalty_ai.registry.deadlines import overdue
from loyalty_ai.serving.drivers import explain_prediction
from loyalty_ai.serving.facts import UNKNOWN, Facts, day, money, number, prediction_facts
from loyalty_ai.serving.models import Alias, Deployment, Prediction
from loyalty_ai.shop.consent import has_consent
from loyalty_ai.shop.models import ConsentRecord, Customer, Event, EventType, FreshStart, Mute, Product, Purpose, Store
from loyalty_ai.shop.selectors import person_of as keys_of_person
from loyalty_ai.shop.wishes import LEVELS, forgotten_sql

COUNTED: dict[EventType, Promise] = {
    EventType.PURCHASE: _("Things you bought"),
    EventType.REFUND: _("Things you sent back"),
    EventType.VIEW_ITEM_LIST: _("Lists you looked through"),
    EventType.SELECT_ITEM: _("Products you picked from a list"),
    EventType.VIEW_ITEM: _("Products you looked at"),
    EventType.ADD_TO_WISHLIST: _("Products you put on your wish list"),
    EventType.ADD_TO_CART: _("Products you put in the cart"),
    EventType.REMOVE_FROM_CART: _("Products you took out of the cart"),
    EventType.VIEW_CART: _("Looks at your cart"),
    EventType.BEGIN_CHECKOUT: _("Checkouts you began"),
    EventType.SEARCH: _("Searches"),
    EventType.HIDE_ITEM: _("Products you hid"),
}

DONE: dict[EventType, Promise] = {
    EventType.PURCHASE: _("Bought"),
    EventType.REFUND: _("Sent back"),
    EventType.VIEW_ITEM_LIST: _("Looked through a list"),
    EventType.SELECT_ITEM: _("Picked from a list"),
    EventType.VIEW_ITEM: _("Looked at"),
    EventType.ADD_TO_WISHLIST: _("Put on the wish list"),
    EventType.ADD_TO_CART: _("Put in the cart"),
    EventType.REMOVE_FROM_CART: _("Took out of the cart"),
    EventType.VIEW_CART: _("Looked at the cart"),
    EventType.BEGIN_CHECKOUT: _("Began a checkout"),
    EventType.SEARCH: _("Searched"),
    EventType.HIDE_ITEM: _("Hid"),
}

GROUPS: dict[str, Promise] = {
    RFMGroup.CHAMPIONS: _("You buy often, you were here lately, and you spend more than most."),
    RFMGroup.LOYAL: _("You come back again and again."),
    RFMGroup.ACTIVE: _("You were here lately and have bought more than once."),
    RFMGroup.NEW: _("Your first order was not long ago."),
    RFMGroup.PROMISING: _("You were here lately and have bought little so far."),
    RFMGroup.NEEDS_ATTENTION: _("You used to buy, and it has been a while."),
    RFMGroup.AT_RISK: _("You bought often, and have not been here for some time."),
    RFMGroup.ALMOST_LOST: _("You bought now and then, and have not been here for long."),
    RFMGroup.PREVIOUSLY_LOYAL: _("You were among the best customers, long ago."),
    RFMGroup.DORMANT: _("You bought little, long ago."),
    RFMGroup.PROSPECTS: _("You have not bought anything yet."),
}
"""What each RFM group says of whoever is in it."""


PARTS: dict[Variant, Promise] = {
    Variant.CHAMPION: _("You see your own lists, as always."),
    Variant.CHALLENGER: _("You see lists that another version of the program made for you."),
    Variant.HOLDOUT: _("You see nothing personal: your rows are filled from the page and from what is popular."),
}
"""What each part of an experiment sees."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How many events of one type are held, and the newest."""

    type: str
    label: str
    count: int
    newest: datetime


@dataclass(frozen=True, slots=True)
class Muted:
    """One thing that is not shown; `label` is what it is called."""

    id: int
    kind: str
    value: str
    label: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """What is held about one person.

    Args:
        kinds: events by type, most first.
        sources: where they came from, e.g. "shop", "file".
        measures: name and value of each measure; empty where nothing was measured.
        group: the RFM group in a sentence.
        predictions: name (with its horizon) and value; empty where profiling is off or there are none.
        predicted: the deployment that they are of.
        why: a fact about the person, and how far it moves a prediction; the strongest first.
        exposures: rows of products that they were shown.
        experiment: the one that they are in at this moment, and `part` what that changes for them, in a sentence.
        started: the latest fresh start.
    """

    kinds: list[Kind] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    measures: Facts = field(default_factory=list)
    group: str = ""
    predictions: Facts = field(default_factory=list)
    predicted: Deployment | None = None
    why: Facts = field(default_factory=list)
    conversations: int = 0
    messages: int = 0
    last_conversation: datetime | None = None
    exposures: int = 0
    last_exposure: datetime | None = None
    experiment: Experiment | None = None
    part: str = ""
    consents: list[ConsentRecord] = field(default_factory=list)
    started: datetime | None = None


def held_about(customer: Customer, *, gpc: bool = False) -> Held:
    """What is held about the person behind the customer, in a dozen statements however much it is.

    Args:
        gpc: whether their browser sent Global Privacy Control.
    """
    person = person_of(customer)
    account, keys = person[0], [one.pk for one in person]
    currency = account.store.currency
    events = EVENTS.rows(keys).order_by()
    counts = events.values_list("type").annotate(Count("pk"), Max("occurred_at")).order_by("-pk__count", "type")
    profile = LoyaltyProfile.objects.filter(customer=account).first()
    live = Deployment.objects.filter(store=account.store, alias=Alias.CHAMPION, closed_at__isnull=True)
    deployment = live.exclude(overdue("version")).select_related("version", "run").first()
    profiled = has_consent(customer=account, purpose=Purpose.PREFERENCES, gpc=gpc)
    experiment = running_experiment(store=account.store.slug) if profiled else None
    exposures, last_exposure = exposures_of(customers=keys)
    prediction = None
    if deployment is not None and profiled:
        prediction = Prediction.objects.filter(run=deployment.run_id, customer=account).first()
    threads = Conversation.objects.filter(customer__in=keys)
    last = threads.aggregate(threads=Count("pk"), at=Max("updated_at"))
    return Held(
        kinds=[Kind(EventType(kind).label, str(COUNTED[kind]), count, newest) for kind, count, newest in counts],
        sources=sorted(events.values_list("source", flat=True).distinct()),
        measures=measures(profile, currency),
        group=str(GROUPS[profile.group]) if profile else "",
        predictions=[fact for fact in prediction_facts(prediction, currency) if fact[1] != UNKNOWN],
        predicted=deployment if prediction else None,
        why=why(prediction, deployment, currency),
        conversations=last["threads"],
        messages=Message.objects.filter(conversation__in=threads.order_by().values("pk")).count(),
        last_conversation=last["at"],
        exposures=exposures,
        last_exposure=last_exposure,
        experiment=experiment,
        part=str(PARTS[variant_of(experiment, account.external_id)]) if experiment else "",
        consents=list(ConsentRecord.objects.filter(customer__in=keys).order_by("-pk")),
        started=FreshStart.objects.filter(customer__in=keys).aggregate(at=Max("created_at"))["at"],
    )


def why(prediction: Prediction | None, deployment: Deployment | None, currency: str) -> Facts:
    """What the predictions rest on, in words."""
    if prediction is None or deployment is None:
        return []
    explanation = explain_prediction(prediction, typical=deployment.run.typical, currency=currency)
    return [(driver.text, driver.effect_text) for driver in (*explanation.churn, *explanation.value)]


def measures(profile: LoyaltyProfile | None, currency: str) -> Facts:
    """What was measured, for the person themself."""
    if profile is None:
        return []
    return [
        (str(_("Tier")), profile.get_tier_display()),
        (str(_("Group")), profile.get_group_display()),
        (str(_("Orders")), number(profile.orders, 0)),
        (str(_("Net spend")), money(profile.monetary, currency)),
        (str(_("Average order")), money(profile.average_order_value, currency)),
        (str(_("Last order")), day(profile.last_order_at)),
        (str(_("Average days between orders")), number(profile.average_days_between_orders, 1)),
        (str(_("Referrals")), number(profile.referrals, 0)),
    ]


def events_of(customer: Customer) -> QuerySet[Event]:
    """The person's events, newest first; `forgotten`: they had us forget it, `outdated`: they began anew since."""
    keys = [one.pk for one in person_of(customer)]
    since = FreshStart.objects.filter(customer__in=keys).aggregate(since=Max("since"))["since"]
    outdated = RawSQL("loyalty_ai_event.occurred_at < %s", [since]) if since else RawSQL("FALSE", [])
    forgotten = RawSQL(forgotten_sql("loyalty_ai_event"), [], output_field=BooleanField())  # noqa: S611 (no input)
    return (
        EVENTS.rows(keys)
        .select_related("product", "order")
        .annotate(forgotten=forgotten, outdated=outdated)
        .order_by("-occurred_at", "-pk")
    )


def mutes_of(*, store: Store, external_id: str) -> list[Muted]:
    """What the person does not want to be shown, newest first, in two statements."""
    mutes = list(Mute.objects.filter(customer__in=keys_of_person(store.slug, external_id)).order_by("-pk"))
    named = [mute.value for mute in mutes if mute.kind == Mute.Kind.PRODUCT]
    titles = dict(Product.objects.filter(store=store, external_id__in=named).values_list("external_id", "title"))
    return [Muted(mute.pk, mute.kind, mute.value, called(mute, titles), mute.created_at) for mute in mutes]


def called(mute: Mute, titles: dict[str, str]) -> str:
    if mute.kind == Mute.Kind.PRODUCT:
        return titles.get(mute.value, mute.value)
    return mute.value.rpartition(LEVELS)[2]
