"""The two tables: groups and tiers."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from loyalty_ai.loyalty.models import RFMGroup, Tier
from loyalty_ai.loyalty.rfm import rfm_group, tier_of, tiers_above


def test_every_score_has_a_group_and_every_group_a_score():
    groups = {rfm_group(*scores) for scores in product(range(1, 6), repeat=3)}
    assert groups | {rfm_group(None, None, None)} == set(RFMGroup)


@pytest.mark.parametrize(
    ("scores", "group"),
    [
        ((5, 5, 5), "CHAMPIONS"),  # very recent, many orders, the most spend
        ((4, 4, 5), "LOYAL"),  # recent, many orders, the most spend
        ((4, 3, 2), "ACTIVE"),  # recent, some orders, moderate spend
        ((5, 1, 1), "NEW"),  # very recent, few orders, low spend
        ((4, 1, 1), "PROMISING"),  # recent, few orders, low spend
        ((3, 3, 3), "NEEDS_ATTENTION"),  # less recent, some orders, moderate spend
        ((2, 4, 3), "AT_RISK"),  # not recent, a strong history
        ((3, 1, 2), "ALMOST_LOST"),  # not recent, fewer orders, lower spend
        ((1, 5, 5), "PREVIOUSLY_LOYAL"),  # not recent, a very strong history
        ((1, 1, 2), "DORMANT"),  # not recent, infrequent, low
    ],
)
def test_groups_mean_what_shopify_says(scores, group):
    assert rfm_group(*scores) == group


def test_a_better_score_never_lowers_the_group_within_a_recency():
    order = [  # of one recency each, by rising frequency and spend
        ["NEW", "ACTIVE", "CHAMPIONS"],
        ["PROMISING", "ACTIVE", "LOYAL"],
        ["ALMOST_LOST", "NEEDS_ATTENTION", "LOYAL"],
        ["DORMANT", "AT_RISK", "PREVIOUSLY_LOYAL"],
        ["DORMANT", "AT_RISK", "PREVIOUSLY_LOYAL"],
    ]
    for recency, groups in zip(range(5, 0, -1), order, strict=True):
        ranks = [groups.index(rfm_group(recency, (fm + 1) // 2, fm // 2)) for fm in range(2, 11)]
        assert ranks == sorted(ranks)


def test_tiers_and_the_way_to_the_next():
    assert [tier_of(Decimal(spend)) for spend in (-5, 0, 250, 999, 1000, 10**6)] == [
        *(Tier.MEMBER, Tier.MEMBER, Tier.SILVER, Tier.SILVER, Tier.GOLD, Tier.PLATINUM)
    ]
    assert tiers_above("silver") == [(Tier.GOLD, Decimal(1000)), (Tier.PLATINUM, Decimal(5000))]
    assert tiers_above("platinum") == []
