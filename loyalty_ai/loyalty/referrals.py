"""One customer brings another: a code that names its owner, taken once by a newcomer, counted when the newcomer orders."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext as _

from loyalty_ai.loyalty.models import Referral
from loyalty_ai.shop.models import Customer, Order, Store

SALT = "loyalty_ai.referral"
SEAL_LENGTH = 8


class ReferralRefused(ValueError):
    """The code does not count for this customer; the message says why, for the customer to read."""


def referral_code(*, customer: Customer) -> str:
    """The customer's own code, always the same: their key and a seal that nobody can make for another key."""
    account = customer.alias_of_id or customer.pk
    return f"{int_to_base36(account)}-{seal(account, settings.SECRET_KEY)}"


def redeem_code(*, code: str, referee: Customer) -> Referral:
    """Note that the owner of `code` brought `referee`, who has not ordered yet; the first order will count it.

    Raises:
        ReferralRefused: a wrong code, one's own, one of another store, a second one, or the customer has ordered before.
    """
    account = referee.alias_of or referee
    referrer = Customer.objects.filter(pk=owner_of(code), store=account.store_id).first()
    if referrer is None:
        raise ReferralRefused(_("This code is not valid."))
    referrer = referrer.alias_of or referrer
    if referrer == account:
        raise ReferralRefused(_("This code is your own; pass it on to somebody else."))
    if Order.objects.filter(Q(customer=account) | Q(customer__alias_of=account)).exists():
        raise ReferralRefused(_("This code is for a first order, and you have ordered before."))
    try:
        with transaction.atomic():
            return Referral.objects.create(referrer=referrer, referee=account, code=code.strip().lower())
    except IntegrityError:
        raise ReferralRefused(_("You have used a code before.")) from None


def qualify_referrals(*, store: Store, as_of: datetime) -> int:
    """Count the referrals whose referee has ordered by `as_of`, and void those whose first order was taken back.

    Returns:
        How many referrals changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(QUALIFY, {"store": store.pk, "as_of": as_of})
        return cursor.rowcount


QUALIFY = """
UPDATE loyalty_ai_referral r SET
    first_order_id = o.id, status = CASE WHEN o.status = 'placed' THEN 'qualified' ELSE 'void' END
FROM loyalty_ai_customer c
CROSS JOIN LATERAL (
    SELECT o.id, o.status FROM loyalty_ai_customer person JOIN loyalty_ai_order o ON o.customer_id = person.id
    WHERE (person.id = c.id OR person.alias_of_id = c.id) AND o.placed_at < %(as_of)s
    ORDER BY o.status <> 'placed', o.placed_at, o.id LIMIT 1
) o
WHERE c.id = r.referee_id AND c.store_id = %(store)s
    AND (r.first_order_id, r.status) IS DISTINCT FROM (o.id, CASE WHEN o.status = 'placed' THEN 'qualified' ELSE 'void' END)
"""


def seal(account: int, key: str) -> str:
    return salted_hmac(SALT, str(account), secret=key, algorithm="sha256").hexdigest()[:SEAL_LENGTH]


def owner_of(code: str) -> int | None:
    """The key that a code names, None where its seal is wrong; codes made with a former SECRET_KEY hold on."""
    name, _sep, given = code.strip().lower().partition("-")
    try:
        account = base36_to_int(name)
    except ValueError:
        return None
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return account if any(constant_time_compare(given, seal(account, key)) for key in keys) else None
