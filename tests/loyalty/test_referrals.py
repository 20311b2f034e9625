"""Referral codes: whose they are, who may take them, and when they count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from loyalty_ai.loyalty.models import LoyaltyProfile, Referral
from loyalty_ai.loyalty.referrals import ReferralRefused, qualify_referrals, redeem_code, referral_code
from loyalty_ai.loyalty.services import refresh_profiles
from loyalty_ai.shop.identity import merge_customers
from loyalty_ai.shop.models import Order
from tests import fakes

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return fakes.make_store()


def test_a_referral_counts_with_the_first_order(store):
    ann, bob = fakes.make_customer(store), fakes.make_customer(store)
    referral = redeem_code(code=f"  {referral_code(customer=ann).upper()} ", referee=bob)
    assert (referral.referrer, referral.status) == (ann, "invited")
    refresh_profiles(store=store)
    assert LoyaltyProfile.objects.get(customer=ann).referrals == 0
    order = fakes.record_purchase(bob)
    fakes.record_purchase(bob, at=fakes.NOON + timedelta(days=1))
    assert refresh_profiles(store=store)["referrals"] == 1
    assert LoyaltyProfile.objects.get(customer=ann).referrals == 1
    referral.refresh_from_db()
    assert (referral.first_order, referral.status) == (order, "qualified")
    assert refresh_profiles(store=store)["referrals"] == 0


def test_an_order_taken_back_does_not_count(store):
    ann, bob = fakes.make_customer(store), fakes.make_customer(store)
    referral = redeem_code(code=referral_code(customer=ann), referee=bob)
    first = fakes.record_purchase(bob)
    qualify_referrals(store=store, as_of=fakes.NOON + timedelta(1))
    Order.objects.filter(pk=first.pk).update(status="refunded")
    refresh_profiles(store=store)
    referral.refresh_from_db()
    assert referral.status == "void"
    assert LoyaltyProfile.objects.get(customer=ann).referrals == 0
    second = fakes.record_purchase(bob, at=fakes.NOON + timedelta(days=1))
    refresh_profiles(store=store)
    referral.refresh_from_db()
    assert (referral.status, referral.first_order) == ("qualified", second)


def test_who_may_not_take_a_code(store):
    ann, bob, old = (fakes.make_customer(store) for _ in range(3))
    guest, stranger = fakes.make_customer(store), fakes.make_customer(fakes.make_store("other"))
    merge_customers(alias=guest, main=ann)
    guest.refresh_from_db()
    fakes.record_purchase(old)
    code = referral_code(customer=ann)
    assert referral_code(customer=guest) == code
    for who in (ann, guest, old, stranger):
        with pytest.raises(ReferralRefused):
            redeem_code(code=code, referee=who)
    redeem_code(code=code, referee=bob)
    with pytest.raises(ReferralRefused):
        redeem_code(code=referral_code(customer=old), referee=bob)
    assert Referral.objects.count() == 1


@pytest.mark.parametrize("code", ["", "-", "1", "1-00000000", "x" * 300, "ä-ö", "zzzzzzzzzzzzzz-00000000"])
def test_a_made_up_code_is_refused(store, code):
    with pytest.raises(ReferralRefused):
        redeem_code(code=code, referee=fakes.make_customer(store))


def test_codes_outlive_a_rotated_secret_key(store, settings):
    ann, bob = fakes.make_customer(store), fakes.make_customer(store)
    code = referral_code(customer=ann)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    assert referral_code(customer=ann) != code
    assert redeem_code(code=code, referee=bob).referrer == ann
