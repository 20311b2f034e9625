"""Coupons: so many percent off the goods of one order, for one customer, until a moment."""

from __future__ import annotations

import secrets
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from shop_demo.models import Coupon, Customer, Opening

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""What nobody confuses when they type it."""

THOUSANDTH = Decimal("0.001")


class CouponRefused(Exception):
    """The coupon does not count for this order; the text says why."""


def give_coupon(*, customer_number: str, percent: int, until: datetime, key: str) -> Coupon:
    """A customer's coupon; the same key again is the same coupon.

    Raises:
        Customer.DoesNotExist: the shop has no such customer.
    """
    owner = Customer.objects.get(number=customer_number)
    code = "".join(secrets.choice(LETTERS) for _place in range(8))
    made = {"code": code, "customer": owner, "percent": percent, "valid_until": until}
    return Coupon.objects.get_or_create(key=key, defaults=made)[0]


def find_coupon(code: str, *, customer_number: str | None, lock: bool = False) -> Coupon:
    """The coupon of this code, if it counts for who orders now.

    Args:
        lock: hold it until the transaction ends, so that two orders cannot use it.

    Raises:
        CouponRefused: it does not.
    """
    coupons = Coupon.objects.select_for_update(of=("self",)) if lock else Coupon.objects
    coupon = coupons.filter(code__iexact=code.strip(), customer__number=customer_number or "").first()
    if coupon is None:
        raise CouponRefused(_("This coupon is not yours, or there is none of this code."))
    if coupon.order_id is not None:
        raise CouponRefused(_("This coupon was used already."))
    if coupon.valid_until <= Opening.objects.get().now():
        raise CouponRefused(_("This coupon has run out."))
    return coupon


def reduced(price: Decimal, coupon: Coupon | None) -> Decimal:
    """A unit's price with the coupon, to a thousandth, as lines keep prices."""
    return price if coupon is None else (price * (100 - coupon.percent) / 100).quantize(THOUSANDTH)
