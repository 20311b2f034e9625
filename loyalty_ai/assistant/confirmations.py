"""A change of the cart that the assistant proposed, and the shopper's own yes: signed, theirs alone, good once and for 15 minutes.

No model sees a token or can send one: it stands in a form on the shopper's page, and only their POST applies the change.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty_ai.assistant.asking import owner_of
from loyalty_ai.assistant.models import Confirmation, Message
from loyalty_ai.assistant.selectors import messages_of
from loyalty_ai.assistant.turn import Proposal
from loyalty_ai.conf import get_adapter

logger = logging.getLogger(__name__)

GOOD_FOR = timedelta(minutes=15)
SALT = "loyalty_ai.assistant.confirmation"
LONGEST = 500
"""Characters of a token; ours are a third of it."""


class NotConfirmed(Exception):
    """Nothing was changed; the text tells the shopper why.

    Args:
        code: "invalid" (forged, not theirs, or there is none: all told alike), "expired", "used", or "failed" (the shop could not;
            the same token is good for another try).
    """

    def __init__(self, code: str) -> None:
        texts = {
            "invalid": _("This question cannot be answered from here."),
            "expired": _("This question has expired; ask again if you like."),
            "used": _("This question was answered already."),
            "failed": _("The cart could not be changed just now. Please try again."),
        }
        super().__init__(texts[code])
        self.code = code


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What came of an answer: units that the cart was to hold, and those that it holds now; neither where the answer was no."""

    wanted: dict[str, int]
    held: dict[str, int]

    @property
    def short(self) -> list[str]:
        """The products of which the shop has less than was wanted."""
        return [product_id for product_id, units in self.wanted.items() if self.held.get(product_id, 0) < units]


def propose(*, message: Message, proposal: Proposal) -> Confirmation:
    """Keep what an answer proposes; once a message."""
    defaults = {"units": dict(proposal.units), "expires_at": timezone.now() + GOOD_FOR}
    return Confirmation.objects.get_or_create(message=message, defaults=defaults)[0]


def sign(confirmation: Confirmation) -> str:
    """The token for the shopper's form."""
    return signing.dumps([confirmation.message_id, confirmation.nonce.hex], salt=SALT)


def confirm(request: HttpRequest, token: str, *, yes: bool) -> Confirmed:
    """Take the shopper's answer: a yes changes the cart of this request, as far as the stock goes.

    The use and the change are one transaction, so that of two presses at once one does it and the other is told so.

    Raises:
        NotConfirmed: and nothing was changed.
    """
    message_id, nonce = _read(token)
    owner = owner_of(request)
    theirs = Confirmation.objects.filter(message__in=messages_of(owner).values("pk"), message=message_id, nonce=nonce)
    now = timezone.now()
    with transaction.atomic():
        open_still = theirs.filter(used_at__isnull=True, expires_at__gt=now)
        if not open_still.update(used_at=now, accepted=yes):
            known = theirs.first()
            raise NotConfirmed("invalid" if known is None else "expired" if known.used_at is None else "used")
        if not yes:
            return Confirmed({}, {})
        wanted = {str(product_id): int(units) for product_id, units in theirs.get().units.items()}
        return Confirmed(wanted, _change(request, owner.store, wanted))


def _read(token: str) -> tuple[int, UUID]:
    """The message and the nonce of a token that we signed."""
    try:
        if not isinstance(token, str) or len(token) > LONGEST:
            raise signing.BadSignature("no token of ours")
        message_id, nonce = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except signing.SignatureExpired:
        raise NotConfirmed("expired") from None
    except signing.BadSignature:
        raise NotConfirmed("invalid") from None
    return int(message_id), UUID(hex=nonce)


def _change(request: HttpRequest, store: str, wanted: dict[str, int]) -> dict[str, int]:
    adapter = get_adapter(store)
    if not adapter.has_cart:
        raise NotConfirmed("invalid")
    try:
        with transaction.atomic():
            return dict(adapter.change_cart(request, wanted))
    except Exception:  # the adapter is the shop's code; whatever it raises, the shopper is told and may press again
        logger.exception("the cart could not be changed", extra={"store": store})
        raise NotConfirmed("failed") from None
