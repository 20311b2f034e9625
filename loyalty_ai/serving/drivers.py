"""What a stored prediction rests on, in words: facts of the customer beside the store's typical customer, and what each moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from loyalty_ai.conf import app_settings
from loyalty_ai.serving.facts import money, number
from loyalty_ai.serving.models import Prediction

FACTS = ("recency", "orders", "gap", "order_value")
"""The places of the stored arrays, as `ml.drivers.FACTS` has them."""

LEAST_CHANCE, LEAST_SHARE = 0.01, 0.02
"""A fact that moves a chance by less than one point, or a spend by less than a fiftieth, is not worth a line."""


@dataclass(frozen=True, slots=True)
class Driver:
    """One fact that moves a prediction.

    Args:
        fact: one of `FACTS`. value, typical: the customer's and the store's typical one.
        effect: the prediction less what it would be with the typical fact: a chance in (-1, 1) or money.
        text: the fact in words, beside the typical one. effect_text: what it does, in words.
    """

    fact: str
    value: float
    typical: float
    effect: float
    text: str
    effect_text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The drivers of a prediction, the strongest first; empty where nothing is known."""

    churn: list[Driver] = field(default_factory=list)
    value: list[Driver] = field(default_factory=list)


def explain_prediction(prediction: Prediction | None, *, typical: dict[str, Any], currency: str) -> Explanation:
    """Why the chance of no order and the expected spend are what they are, in the active language.

    Each line holds by removal: the behaviour model answered again with that one fact of the store's typical customer, and the
    effect is the difference.

    Args:
        typical: `ScoringRun.typical` of the prediction's run.
    """
    if prediction is None or prediction.facts is None:
        return Explanation()
    spend = prediction.predicted_clv or 0.0
    churn = _drivers(
        prediction.facts, prediction.churn_drivers, typical, currency, least=LEAST_CHANCE, say=_churn_effect
    )
    value = _drivers(
        prediction.facts,
        prediction.value_drivers,
        typical,
        currency,
        least=LEAST_SHARE * spend,
        say=lambda effect: _value_effect(effect, currency),
    )
    return Explanation(churn=churn, value=value)


def _drivers(
    facts: list[float | None],
    effects: list[float | None] | None,
    typical: dict[str, Any],
    currency: str,
    *,
    least: float,
    say: Callable[[float], str],
) -> list[Driver]:
    found = [
        Driver(name, fact, typical[name], effect, _fact_text(name, fact, typical[name], currency), say(effect))
        for name, fact, effect in zip(FACTS, facts, effects or [None] * len(FACTS), strict=True)
        if fact is not None and effect is not None and typical.get(name) is not None and abs(effect) > least
    ]
    return sorted(found, key=lambda driver: -abs(driver.effect))


def _fact_text(name: str, fact: float, typical: float, currency: str) -> str:
    if name == "order_value":
        text = _("an average order of %(own)s (typical: %(typical)s)")
        return text % {"own": money(fact, currency), "typical": money(typical, currency)}
    text = {
        "recency": _("last order %(own)s days ago (typical: %(typical)s)"),
        "orders": _("number of orders: %(own)s (typical: %(typical)s)"),
        "gap": _("%(own)s days between orders on average (typical: %(typical)s)"),
    }[name]
    return text % {"own": number(fact, 0), "typical": number(typical, 0)}


def _churn_effect(effect: float) -> str:
    text = _("raises the chance of no order in %(days)d days by %(points)s points")
    if effect < 0:
        text = _("lowers the chance of no order in %(days)d days by %(points)s points")
    return text % {"days": app_settings.HORIZONS["churn"], "points": number(100 * abs(effect), 0)}


def _value_effect(effect: float, currency: str) -> str:
    text = _("raises the expected spend in %(days)d days by %(amount)s")
    if effect < 0:
        text = _("lowers the expected spend in %(days)d days by %(amount)s")
    return text % {"days": app_settings.HORIZONS["value"], "amount": money(abs(effect), currency)}
