"""Whether something that a tier gives is the shopper's own is said first, as the documents tell it."""

from __future__ import annotations

from typing import Any

import pytest

from loyalty_ai.assistant.documents import publish_document
from tests.assistant.test_templates import open_shop, say

__all__ = ["open_shop"]

TIERS = """# Loyalty tiers

## What a tier gives

- Silver: early word of new products, if you allow letters, and returns within 45 days instead of 30
- Gold: the same, and free gift wrapping
"""
WRAPPING = """# Gift wrapping

## What gift wrapping costs

Gift wrapping costs £2.50 for each parcel. It is free for Gold customers.
"""
RETURNS = """# Returns

## How long you have

You can return goods within 30 days of delivery; Silver and Gold customers have 45 days.
"""


@pytest.fixture
def with_tiers(open_shop: Any) -> Any:
    """The fake shop, in which Ann is Silver, with what its tiers give."""
    for slug, body in {"tiers": TIERS, "wrapping": WRAPPING, "returns": RETURNS}.items():
        publish_document(store=open_shop.store, slug=slug, language="en", title="", body=body)
    return open_shop


@pytest.mark.parametrize(
    ("question", "verdict", "rule"),
    [
        ("do I get free gift wrapping with my tier?", "No, that does not come with", "£2.50"),
        ("do I have to pay for gift wrapping?", "Yes, it is not free", "£2.50"),
        ("do I get 45 days to return things?", "Yes, that comes with", "within 45 days"),
        ("do I get early word of new products?", "Yes, that comes with", "if you allow letters"),
    ],
)
def test_a_verdict_for_their_tier_leads_and_the_rule_follows(
    with_tiers: Any, question: str, verdict: str, rule: str
) -> None:
    first, *rest = say(question, "ann").text.splitlines()
    assert first.startswith(verdict)
    assert "Silver" in first
    assert rule in "\n".join(rest)


def test_a_guest_is_told_the_rule_and_to_sign_in(with_tiers: Any) -> None:
    told = say("do I get free gift wrapping with my tier?").text
    assert "signed in" in told
    assert "free for Gold customers" in told


@pytest.mark.parametrize(
    "question", ["do I get a free gift?", "do you do gift wrapping?", "do I get 30 days to return?"]
)
def test_what_no_tier_gives_or_nobody_asks_for_themselves_gets_no_verdict(with_tiers: Any, question: str) -> None:
    assert "your tier, Silver" not in say(question, "ann").text
