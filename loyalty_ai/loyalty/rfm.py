"""RFM scores to groups and spend to tiers, each in one table."""

from __future__ import annotations

from decimal import Decimal

from loyalty_ai.loyalty.models import RFMGroup, Tier

# Shopify describes its groups in words (the enum CustomerRfmGroup of its Admin API) and derives them from the recency score and
# FM, the mean of the frequency and the monetary score. These cells are those words on a grid; FM is rounded up.
# fmt: off
GRID: dict[int, tuple[RFMGroup, RFMGroup, RFMGroup, RFMGroup, RFMGroup]] = {
    # R    FM 1: few orders, low   2                         3: some, moderate         4: many, most spend   5: very strong
    5: (RFMGroup.NEW,         RFMGroup.ACTIVE,      RFMGroup.ACTIVE,          RFMGroup.CHAMPIONS, RFMGroup.CHAMPIONS),
    4: (RFMGroup.PROMISING,   RFMGroup.ACTIVE,      RFMGroup.ACTIVE,          RFMGroup.LOYAL,     RFMGroup.LOYAL),
    3: (RFMGroup.ALMOST_LOST, RFMGroup.ALMOST_LOST, RFMGroup.NEEDS_ATTENTION, RFMGroup.LOYAL,     RFMGroup.LOYAL),
    2: (RFMGroup.DORMANT,     RFMGroup.DORMANT,     RFMGroup.AT_RISK,         RFMGroup.AT_RISK,   RFMGroup.PREVIOUSLY_LOYAL),
    1: (RFMGroup.DORMANT,     RFMGroup.DORMANT,     RFMGroup.AT_RISK,         RFMGroup.AT_RISK,   RFMGroup.PREVIOUSLY_LOYAL),
}
# fmt: on

TIERS: tuple[tuple[Decimal, Tier], ...] = (
    (Decimal(5000), Tier.PLATINUM),
    (Decimal(1000), Tier.GOLD),
    (Decimal(250), Tier.SILVER),
)
"""The least net spend of the last 365 days, in the store's currency, for each tier; below the last one: member."""


def rfm_group(recency: int | None, frequency: int | None, monetary: int | None) -> RFMGroup:
    """The group of three scores of 1 to 5; without scores (no orders) a prospect.

    >>> rfm_group(5, 1, 1).value, rfm_group(1, 5, 4).value, rfm_group(None, None, None).value
    ('NEW', 'PREVIOUSLY_LOYAL', 'PROSPECTS')
    """
    if recency is None or frequency is None or monetary is None:
        return RFMGroup.PROSPECTS
    return GRID[recency][(frequency + monetary + 1) // 2 - 1]


def tier_of(spend: Decimal) -> Tier:
    """The tier that the net spend of the last 365 days earns."""
    return next((tier for least, tier in TIERS if spend >= least), Tier.MEMBER)


def spend_for(tier: str) -> Decimal:
    """The yearly net spend that earns a tier, 0 for the lowest."""
    return next((least for least, name in TIERS if name == tier), Decimal(0))


def tiers_above(tier: str) -> list[tuple[Tier, Decimal]]:
    """The tiers above, the next one first, each with the yearly net spend that earns it; none at the top."""
    return [(name, least) for least, name in reversed(TIERS) if RANK[name] > RANK[Tier(tier)]]


RANK = {tier: rank for rank, tier in enumerate(Tier)}
