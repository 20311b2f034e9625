"""The message of a page, as plain values for its template."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from loyalty_ai.actions.selectors import Shown, messages_for
from loyalty_ai.actions.services import mark_seen
from loyalty_ai.serving.page import DEADLINE, LoyaltyPage, deadline, guarded, resting
from loyalty_ai.serving.widgets import safe_address
from loyalty_ai.shop.prices import personal_price_note

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One message as its widget shows it; `offer` and `price_note` where it has a coupon, else empty."""

    id: int
    headline: str
    body: str
    link: str
    coupon: str = ""
    offer: str = ""
    price_note: str = ""


def loyalty_message(request: HttpRequest) -> Message | None:
    """The latest message for this customer, None for a stranger and where there is none.

    It costs one statement of its own, however often the page asks, and one more when a message is seen for the first time: the
    page's one read belongs to rooms that know nothing of actions.
    """
    if not hasattr(request, "_loyalty_message"):
        request._loyalty_message = _read(LoyaltyPage.of(request))
    return request._loyalty_message


def _read(page: LoyaltyPage) -> Message | None:
    if page.customer_id is None or resting(page.store, "database"):
        return None
    seconds = page.patience or DEADLINE
    try:
        with deadline(page.store, "database", page.patience):
            shown = messages_for(store=page.store, customer_id=page.customer_id, seconds=seconds, gpc=page.gpc)
        if not shown:
            return None
        if not shown[0].seen:
            with guarded():
                mark_seen(outcome=shown[0].id, now=timezone.now())
    except DatabaseError:  # a widget may be empty, it may not break a page
        logger.exception("message read failed", extra={"store": page.store})
        return None
    return message(shown[0])


def message(shown: Shown) -> Message:
    """The message in words of the active language."""
    return Message(
        id=shown.id,
        headline=shown.headline,
        body=shown.body,
        link=safe_address(shown.link),
        coupon=shown.coupon,
        offer=offer(shown),
        price_note=personal_price_note() if shown.coupon else "",
    )


def offer(shown: Shown) -> str:
    """What a coupon is worth and until when; empty without one."""
    if not shown.coupon or shown.valid_until is None:
        return ""
    until = date_format(localtime(shown.valid_until), "DATE_FORMAT")
    return _("%(percent)d %% off one order, until %(date)s") % {"percent": shown.percent, "date": until}
