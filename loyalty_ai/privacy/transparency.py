"""How recommendations are made here, for everybody to read: written from the settings and the live version of this moment.

What has to be told: the main parameters of a recommender and how to change them (Digital Services Act, article 27); purposes,
grounds, periods, rights, and the logic and consequences of profiling (GDPR, articles 13 to 15 and 22); that an answer comes from a
machine (AI Act, article 50).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyalty_ai.actions.models import Action
from loyalty_ai.actions.selectors import running_kinds
from loyalty_ai.conf import app_settings
from loyalty_ai.experiments.selectors import running_experiment
from loyalty_ai.privacy.retention import KINDS
from loyalty_ai.registry.card import limits
from loyalty_ai.registry.deadlines import overdue
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.names import MODE_NAMES, method_name
from loyalty_ai.registry.selectors import MODES, Standing, standings
from loyalty_ai.serving.facts import number, percent
from loyalty_ai.serving.models import Alias, Deployment
from loyalty_ai.serving.scoring import NEWCOMER_DAYS, PURCHASE_DAYS, TOGETHER_FLOOR
from loyalty_ai.shop.models import Purpose

RANKED, FOUND = "ndcg@10", "hr@10"
Z_95 = 1.959964

TOLD_KINDS = (
    "purchases",
    "behaviour",
    "history",
    "exposures",
    "actions",
    "runs",
    "conversations",
    "rejected",
    "artifacts",
)
"""What of `LOYALTY_AI["RETENTION"]` concerns the reader."""


@dataclass(frozen=True)
class Use:
    """One purpose: what it is, what it takes, by which right, and for how long."""

    purpose: str
    data: str
    ground: str | Promise
    kept: str


@dataclass(frozen=True)
class Measured:
    """One way of choosing products, alone, on customers whose next order was kept aside."""

    name: str
    answers: bool
    found: str
    ranked: str
    interval: str
    lead: str


def facts(slug: str) -> dict[str, Any]:
    """What the page says of a store, in three statements and in the active language."""
    live = (
        Deployment.objects.filter(store__slug=slug, alias=Alias.CHAMPION, closed_at__isnull=True)
        .exclude(overdue("version"))
        .select_related("version__audit")
        .first()
    )
    version = live.version if live else None
    store, acting = app_settings.store(slug), running_kinds(store=slug)
    return {
        "live": live,
        "version": version,
        "counts": {name: number(version.data_counts.get(name, 0), 0) for name in ("users", "items", "baskets")}
        if version
        else {},
        "parameters": parameters(),
        "tables": tables(version) if version else [],
        "evaluated": number(version.metrics.get("next_basket", {}).get("users", 0), 0) if version else "",
        "found": found(version) if version else None,
        "limits": limits(version) if version else [],
        "predictions": predictions(),
        "experiment": running_experiment(store=slug),
        "acting": bool(acting),
        "told_to_others": Action.Kind.WEBHOOK in acting,
        "coupons": Action.Kind.COUPON in acting,
        "personal_offers": store.personal_offers,
        "uses": uses(slug),
        "periods": [(KINDS[kind].label, period(app_settings.RETENTION[kind])) for kind in TOLD_KINDS],
        "erasure_days": app_settings.ERASURE_DAYS,
        "assistant": assistant(),
        "on": [purpose.label for purpose, on in defaults(slug).items() if on],
        "off": [purpose.label for purpose, on in defaults(slug).items() if not on],
        "elsewhere": elsewhere(slug),
    }


def parameters() -> list[tuple[str, str]]:
    """What decides which products are shown, the weightiest first, and why it counts."""
    return [
        (
            _("What you bought"),
            _("Which products, how often, how lately and in which order. It counts most, because nothing tells better what "
              "people buy next. It is used only while personalised pages are on for you."),
        ),
        (
            _("What others bought with it"),
            _("Products that at least %(people)d people bought in one order with what you look at, hold in your cart or bought "
              "before.") % {"people": TOGETHER_FLOOR},
        ),
        (
            _("What a product is like"),
            _("Its title, description and category, so that what nobody has bought yet can be shown beside what is like it."),
        ),
        (
            _("What is popular lately"),
            _("What many people buy now. It fills rows where nothing better is known, and all of them while personalised pages "
              "are off."),
        ),
        (
            _("What is new"),
            _("Products that came into the shop in the last %(days)d days get a few places, as they have had no time to be "
              "bought.") % {"days": NEWCOMER_DAYS},
        ),
        (
            _("What can be had"),
            _("What is sold out, what you have just bought, and what you said is not for you is left out."),
        ),
    ]  # fmt: skip


def predictions() -> list[str]:
    """What is worked out about a person who allows it."""
    churn, value = app_settings.HORIZONS["churn"], app_settings.HORIZONS["value"]
    return [
        _("how likely you are to order in the next %(days)d days, and in the next %(longer)d")
        % {"days": PURCHASE_DAYS, "longer": churn},
        _("how often and for how much you may order in the next %(days)d days") % {"days": value},
        _("a group by how lately, how often and for how much you bought, and the tier that the shop shows you"),
    ]


def uses(slug: str) -> list[Use]:
    """Every purpose with its ground; where the law lets a shop choose, the settings say what it chose."""
    days, nothing = app_settings.RETENTION, _("nothing of its own is kept")
    nightly = _("lists and predictions are made anew every night")
    if days["runs"] is not None:
        nightly = _("lists and predictions are made anew every night; older ones go after %(period)s") % {
            "period": period(days["runs"])
        }
    preferences, analytics, marketing, sale = (ground(slug, purpose) for purpose in Purpose)
    rows = [
        (_("Your orders and returns"), _("products, amounts, times"), CONTRACT, period(days["purchases"])),
        (_("Personalised pages"), _("your orders; views if you allow them"), preferences, nightly),
        (
            _("Improving the shop"),
            _("views, searches, clicks, carts, and which rows of products you were shown"),
            analytics,
            period(days["behaviour"]),
        ),
        (
            _("Answers of the assistant"),
            _("what you write to it, and what it looks up for you"),
            CONTRACT,
            period(days["conversations"]),
        ),
        (
            _("Letters from the shop"),
            _("your groups and predictions"),
            marketing,
            _("what you got and whether it helped: %(period)s") % {"period": period(days["actions"])},
        ),
        (_("Giving data to others"), _("nothing unless you allow it"), sale, nothing),
        (_("Your choices"), _("what you allowed and refused, and what is not for you"), OBLIGATION, period(None)),
    ]
    return [Use(*row) for row in rows]


CONTRACT: Promise = gettext_lazy("contract with you (GDPR, article 6(1)(b))")
OBLIGATION: Promise = gettext_lazy("the law wants the shop to be able to show them (GDPR, article 6(1)(c))")


def defaults(slug: str) -> dict[Purpose, bool]:
    """Purpose -> whether it holds for somebody who has not chosen."""
    chosen = app_settings.consent_defaults(slug)
    return {purpose: chosen[purpose.value] for purpose in Purpose}


def elsewhere(slug: str) -> list[tuple[str, list[str], list[str]]]:
    """Regions with rules of their own, those with the same together, and the purposes that are on and off there."""
    alike: dict[tuple[bool, ...], list[str]] = {}
    for region, rules in sorted(app_settings.consent_regions(slug).items()):
        if rules != app_settings.consent_defaults(slug):
            alike.setdefault(tuple(rules[purpose.value] for purpose in Purpose), []).append(region)
    return [
        (
            ", ".join(regions),
            [str(purpose.label) for purpose, on in zip(Purpose, rules, strict=True) if on],
            [str(purpose.label) for purpose, on in zip(Purpose, rules, strict=True) if not on],
        )
        for rules, regions in alike.items()
    ]


def ground(slug: str, purpose: Purpose) -> str:
    """A purpose that is on until somebody objects rests on the shop's interest, one that is off until they agree on consent."""
    interest = _("legitimate interest, until you say no (GDPR, articles 6(1)(f) and 21)")
    consent = _("your consent (GDPR, article 6(1)(a)); off until you say yes")
    here = defaults(slug)[purpose]
    others = [code for code, rules in app_settings.consent_regions(slug).items() if rules[purpose.value] != here]
    texts = {
        "here": interest if here else consent,
        "there": consent if here else interest,
        "regions": ", ".join(sorted(others)),
    }
    return _("%(here)s. In %(regions)s: %(there)s") % texts if others else texts["here"]


def period(days: int | None) -> str:
    if days is None:
        return _("until you have it erased")
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def assistant() -> str:
    """Who writes the assistant's sentences."""
    given = app_settings.ASSISTANT
    model = str(given["OPTIONS"].get("model") or _("not named"))
    texts = {
        "templates": _("Its sentences were written by people beforehand; a program picks and fills them. No language model is at "
                       "work."),
        "openai": _("Its sentences are written by a language model (%(model)s) on a server that the shop chose. Your messages, and "
                    "what is looked up to answer them, are sent there."),
        "transformers": _("Its sentences are written by a language model (%(model)s) on the shop's own machines. Your messages do "
                          "not leave them."),
    }  # fmt: skip
    text = texts.get(given["BACKEND"], _("Its sentences are written by a program that the shop chose."))
    return text % {"model": model} if "%(model)s" in text else text


def tables(version: ModelVersion) -> list[tuple[Promise, list[Measured]]]:
    """For both kinds of lists, what answers and each simpler way by itself, best first."""
    measured = {mode: [] for mode in MODES}
    for standing in standings(version):
        if RANKED in standing.metrics and FOUND in standing.metrics:
            measured[standing.mode].append(standing)
    return [
        (
            MODE_NAMES[mode],
            [described(each) for each in sorted(rows, key=lambda s: (not s.answers, -s.metrics[RANKED][0]))],
        )
        for mode, rows in measured.items()
        if rows
    ]


def described(standing: Standing) -> Measured:
    value, error = standing.metrics[RANKED]
    lead = ""
    if standing.lead is not None:
        difference, low, high = standing.lead
        lead = f"{difference:+.3f} ({low:+.3f} … {high:+.3f})"
    return Measured(
        name=method_name(standing.method),
        answers=standing.answers,
        found=percent(standing.metrics[FOUND][0]),
        ranked=f"{value:.3f}",
        interval=f"{max(0.0, value - Z_95 * error):.3f} … {min(1.0, value + Z_95 * error):.3f}",
        lead=lead,
    )


def found(version: ModelVersion) -> int | None:
    """Of a hundred customers who came back, how many found something that they then bought among the first ten."""
    own = [s for s in standings(version) if s.answers and s.mode == MODES[0] and FOUND in s.metrics]
    return round(100 * own[0].metrics[FOUND][0]) if own else None
