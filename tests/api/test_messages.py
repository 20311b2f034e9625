"""`me/messages/`: one's own messages and nobody else's."""

from __future__ import annotations

import pytest
from django.urls import reverse

from loyalty_ai.actions.models import ActionOutcome
from loyalty_ai.shop.consent import record_consent
from tests import fakes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def taken(ann, bob) -> ActionOutcome:
    for client in (ann, bob):
        record_consent(customer=client.customer, purpose="marketing", granted=True, source="test")
    return fakes.take(ann.customer)


def url(*rest: object) -> str:
    return reverse("loyalty_ai:my-messages") + "".join(f"{part}/" for part in rest)


def test_a_customer_reads_and_closes_their_own(ann, taken):
    [message] = ann.get(url()).data
    assert message == {
        "id": taken.pk, "headline": "We kept your mug", "body": "Come and see.", "link": "", "percent": 10,
        "coupon": f"coupon-of-{ann.customer.external_id}", "valid_until": "2011-07-01T13:00:00+01:00",
        "price_note": "This price was personalised on the basis of automated decision-making.",
    }  # fmt: skip
    for _ in range(2):
        assert ann.post(url(taken.pk, "dismiss")).status_code == 204
    assert ann.get(url()).data == []


def test_nobody_reads_or_closes_what_is_anns(ann, bob, stranger, taken):
    assert bob.get(url()).data == []
    assert bob.post(url(taken.pk, "dismiss")).status_code == 404
    assert stranger.get(url()).status_code in (401, 403)
    assert stranger.post(url(taken.pk, "dismiss")).status_code in (401, 403)
    assert len(ann.get(url()).data) == 1


def test_a_no_to_marketing_empties_the_list(ann):
    record_consent(customer=ann.customer, purpose="marketing", granted=False, source="test")
    assert ann.get(url()).data == []


def test_it_costs_two_statements_beside_signing_in(ann, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        ann.get(url())
