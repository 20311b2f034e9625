"""A customer's own loyalty, and the store's numbers for its staff."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty_ai.loyalty.models import LoyaltyProfile, Tier
from loyalty_ai.loyalty.referrals import referral_code
from loyalty_ai.loyalty.rfm import tiers_above
from loyalty_ai.loyalty.selectors import profile_of, store_summary
from loyalty_ai.shop.actors import STORE, IsCustomer, MayDo, ScopedThrottle, customer_of, store_of
from loyalty_ai.shop.consent import sends_gpc


def money(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=18, decimal_places=2, **options)


class NextTierOutput(serializers.Serializer):
    """The tier above, the net spend within 365 days that earns it, and what is missing to that."""

    tier = serializers.ChoiceField(Tier.choices)
    spend = money()
    missing = money(allow_null=True, help_text=_("Null until the spend of the last 365 days is measured."))


class ProfileOutput(serializers.ModelSerializer):
    """One customer's loyalty as last measured."""

    currency = serializers.CharField(source="store.currency")
    repeat = serializers.BooleanField()
    next_tier = serializers.SerializerMethodField()

    class Meta:
        model = LoyaltyProfile
        fields = [
            *("as_of", "currency", "orders", "repeat", "units", "gross", "refunds", "monetary", "recent_spend"),
            "average_order_value",
            *("first_order_at", "last_order_at", "recency_days", "tenure_days", "average_days_between_orders"),
            *("recency_score", "frequency_score", "monetary_score", "group", "tier", "next_tier", "referrals"),
        ]

    @extend_schema_field(NextTierOutput(allow_null=True))
    def get_next_tier(self, profile: LoyaltyProfile) -> dict[str, str] | None:
        if not (above := tiers_above(profile.tier)):
            return None
        tier, spend = above[0]
        return NextTierOutput({"tier": tier, "spend": spend, "missing": profile.missing_to(spend)}).data


class LoyaltyOutput(serializers.Serializer):
    """A customer's loyalty; no profile before the first measuring, and without consent to personalisation."""

    customer_id = serializers.CharField()
    referral_code = serializers.CharField(help_text=_("For friends: their first order counts for you."))
    profile = ProfileOutput(allow_null=True)


class MyLoyaltyView(APIView):
    """`GET me/loyalty/`."""

    permission_classes = [IsCustomer]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "loyalty_read"

    @extend_schema(operation_id="my_loyalty", tags=["me"], responses=LoyaltyOutput)
    def get(self, request: Request) -> Response:
        """Your orders, spend, tier and group as last measured."""
        customer = customer_of(request)
        output = {
            "customer_id": customer.external_id,
            "referral_code": referral_code(customer=customer),
            "profile": profile_of(customer, gpc=sends_gpc(request)),
        }
        return Response(LoyaltyOutput(output).data)


class SegmentOutput(serializers.Serializer):
    """The customers of one RFM group or one tier."""

    name = serializers.CharField(help_text=_("As in a customer's profile."))
    label = serializers.CharField(help_text=_("In the language of the request."))
    customers = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text=_("Of all customers, 0 to 1."))
    revenue = money()


class MonthOutput(serializers.Serializer):
    """One calendar month in the store's time zone."""

    month = serializers.DateField(help_text=_("Its first day."))
    revenue = money(help_text=_("Net of the refunds paid in that month."))
    orders = serializers.IntegerField()
    guest_orders = serializers.IntegerField()
    new_customers = serializers.IntegerField()
    returning_customers = serializers.IntegerField()


class OrderValueOutput(serializers.Serializer):
    """What is kept of an order, on average."""

    mean = money(allow_null=True)
    median = money(allow_null=True)


class SummaryOutput(serializers.Serializer):
    """A store's loyalty in numbers."""

    store = serializers.CharField()
    currency = serializers.CharField()
    as_of = serializers.DateTimeField(allow_null=True)
    customers = serializers.IntegerField()
    buyers = serializers.IntegerField()
    repeat_customers = serializers.IntegerField()
    repeat_rate = serializers.FloatField(allow_null=True, help_text=_("Of the buyers, 0 to 1."))
    orders = serializers.IntegerField()
    revenue = money()
    average_order_value = OrderValueOutput()
    groups = SegmentOutput(many=True)
    tiers = SegmentOutput(many=True)
    months = MonthOutput(many=True)


class SummaryView(APIView):
    """`GET summary/`."""

    permission_classes = [MayDo]
    permission_required = "loyalty_ai.view_loyaltyprofile"
    throttle_classes = [ScopedThrottle]
    throttle_scope = "loyalty_read"

    @extend_schema(operation_id="store_summary", tags=["staff"], parameters=[STORE], responses=SummaryOutput)
    def get(self, request: Request) -> Response:
        """The store's customers, repeat rate, order values, groups, tiers and months."""
        return Response(SummaryOutput(store_summary(store=store_of(request, chosen=True))).data)
