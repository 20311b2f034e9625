"""A customer's measures and predictions as named, formatted lines, for the admin and the command."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from loyalty_ai.conf import app_settings
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.serving.models import Prediction
from loyalty_ai.serving.money import format_money, format_number

UNKNOWN = "–"

Facts = list[tuple[str, str]]


def profile_facts(profile: LoyaltyProfile | None, currency: str) -> Facts:
    """What was measured; empty without a profile."""
    if profile is None:
        return []
    scores = [profile.recency_score, profile.frequency_score, profile.monetary_score]
    return [
        (_("RFM group"), profile.get_group_display()),
        (_("RFM scores"), " ".join(UNKNOWN if score is None else str(score) for score in scores)),
        (_("Tier"), profile.get_tier_display()),
        (_("Orders"), number(profile.orders, 0)),
        (_("Net spend"), money(profile.monetary, currency)),
        (_("Refunds"), money(profile.refunds, currency)),
        (_("Average order"), money(profile.average_order_value, currency)),
        (_("First order"), day(profile.first_order_at)),
        (_("Last order"), day(profile.last_order_at)),
        (_("Days since last order"), number(profile.recency_days, 0)),
        (_("Average days between orders"), number(profile.average_days_between_orders, 1)),
        (_("Referrals"), number(profile.referrals, 0)),
        (_("Measured as of"), day(profile.as_of)),
    ]


def prediction_facts(prediction: Prediction | None, currency: str) -> Facts:
    """What is expected, each with its horizon; empty without a prediction."""
    if prediction is None:
        return []
    horizons = app_settings.HORIZONS
    low, high = prediction.predicted_clv_low, prediction.predicted_clv_high
    spread = f" ({money(low, currency)} – {money(high, currency)})" if low is not None and high is not None else ""
    return [
        (_("Chance of an order in 30 days"), percent(prediction.purchase_probability)),
        (_("Chance of no order in %(days)d days") % {"days": horizons["churn"]}, percent(prediction.churn_probability)),
        (_("Expected next order"), day(prediction.expected_date_of_next_order)),
        (_("Expected orders in %(days)d days") % {"days": horizons["value"]}, number(prediction.expected_orders, 1)),
        (
            _("Expected spend in %(days)d days (80 %% range)") % {"days": horizons["value"]},
            money(prediction.predicted_clv, currency) + spread,
        ),
        (_("Average days between orders"), number(prediction.average_days_between_orders, 1)),
    ]


def reasons_line(reasons: dict[str, Any] | None) -> str:
    """How many of a run's sampled reasons are true, as `audit_reasons` counts them; empty where none was sampled."""
    if not reasons or not reasons["sampled"]:
        return ""
    values = {name: number(100 * reasons[name], 1) for name in ("share", "low", "high")}
    line = _("%(share)s %% of %(sampled)s sampled reasons are true (95 %% interval %(low)s to %(high)s %%)")
    return line % {"sampled": number(reasons["sampled"], 0), **values}


def money(amount: Any, currency: str) -> str:
    return UNKNOWN if amount is None else format_money(amount, currency)


def number(value: float | None, places: int) -> str:
    if value is None:
        return UNKNOWN
    return format_number(value, places)


def percent(share: float | None) -> str:
    return UNKNOWN if share is None else f"{number(100 * share, 0)} %"


def day(moment: datetime | date | None) -> str:
    if moment is None:
        return UNKNOWN
    return date_format(localtime(moment) if isinstance(moment, datetime) else moment, "DATE_FORMAT")
