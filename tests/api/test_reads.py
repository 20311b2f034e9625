"""What the reads answer, and at what price."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from loyalty_ai.conf import get_adapter
from loyalty_ai.loyalty.referrals import referral_code
from loyalty_ai.loyalty.services import refresh_profiles
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.serving.models import ListKind, NeighbourKind
from loyalty_ai.shop.adapters.base import LiveProduct
from loyalty_ai.shop.consent import has_consent, record_consent
from loyalty_ai.shop.models import ConsentRecord
from tests import fakes

API = "/loyalty/api/"
SIGNED_IN = 2  # the session and its user


@pytest.fixture
def pots(store):
    return [fakes.make_product(store, f"pot-{n}", url=f"/pot/{n}/", image="javascript:alert(1)") for n in range(5)]


@pytest.fixture
def run(store):
    return fakes.make_run(store)


def ids(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [item["product_id"] for item in response.json()["items"]]


def test_my_recommendations(ann, store, run, pots, django_assert_num_queries):
    fakes.recommend(run, ann.customer, ListKind.RECOMMENDED, pots[:3])
    fakes.recommend(run, ann.customer, ListKind.DISCOVER, pots[3:])
    fakes.recommend(run, ann.customer, ListKind.BUY_AGAIN, pots[1:2])
    # A savepoint with one statement, a savepoint with one resolve, and, after the response, one with what was shown.
    with django_assert_num_queries(SIGNED_IN + 7):
        response = ann.get(API + "me/recommendations/", {"limit": 2})
    assert response.json() == {
        "list": "recommended",
        "items": [
            {
                "product_id": f"pot-{n}",
                "title": f"Product pot-{n}",
                "price": "10.00",
                "currency": "GBP",
                "price_note": "",
                "url": f"/pot/{n}/",
                "image": "",
                "why": "model",
                "reason": "",
            }
            for n in (0, 1)
        ],
    }
    assert ids(ann.get(API + "me/recommendations/", {"list": "discover"})) == ["pot-3", "pot-4"]
    assert ids(ann.get(API + "me/recommendations/", {"list": "buy_again"})) == ["pot-1"]


def test_price_and_stock_are_the_shops_own_words(ann, store, run, pots):
    fakes.recommend(run, ann.customer, ListKind.RECOMMENDED, pots[:2])
    get_adapter("default").stock = {
        "pot-0": LiveProduct("pot-0", "Sold out", None, "GBP", False, "/", ""),
        "pot-1": LiveProduct("pot-1", "On sale", None, "GBP", True, "/", ""),
    }
    response = ann.get(API + "me/recommendations/")
    assert ids(response) == ["pot-1"]
    assert (response.json()["items"][0]["title"], response.json()["items"][0]["price"]) == ("On sale", None)


def test_opting_out_gives_what_is_popular_at_once(ann, store, run, pots):
    fakes.recommend(run, ann.customer, ListKind.RECOMMENDED, pots[:2])
    fakes.recommend(run, None, ListKind.POPULAR, pots[4:])
    assert ids(ann.get(API + "me/recommendations/")) == ["pot-0", "pot-1", "pot-4"]
    ann.put(API + "me/consents/", {"preferences": False}, format="json")
    assert ids(ann.get(API + "me/recommendations/")) == ["pot-4"]


def test_nothing_deployed_is_an_empty_row(ann, store):
    assert ann.get(API + "me/recommendations/").json() == {"list": "recommended", "items": []}


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 51}, {"limit": "x"}, {"list": "popular"}])
def test_wrong_wishes_are_refused(ann, query):
    assert ann.get(API + "me/recommendations/", query).status_code == 400


def test_neighbours_for_everybody(stranger, ann, store, run, pots, django_assert_num_queries):
    fakes.relate(run, pots[0], NeighbourKind.SIMILAR, pots[1:3])
    fakes.relate(run, pots[0], NeighbourKind.BOUGHT_TOGETHER, pots[3:])
    with django_assert_num_queries(4):
        response = stranger.get(API + "products/pot-0/bought-together/")
    assert ids(response) == ["pot-3", "pot-4"]
    assert ids(ann.get(API + "products/pot-0/similar/", {"limit": 1})) == ["pot-1"]
    assert ids(stranger.get(API + "products/no/such/thing/similar/")) == []
    assert stranger.get(API + "products/pot-0/similar/", {"limit": 99}).status_code == 400


def test_my_loyalty(ann, store, django_assert_num_queries):
    fakes.record_purchase(ann.customer, at=datetime(2011, 6, 1, 12, tzinfo=UTC), value="200")
    fakes.record_purchase(ann.customer, at=datetime(2011, 6, 11, 12, tzinfo=UTC), value="100.50")
    refresh_profiles(store=store, as_of=datetime(2011, 6, 21, 12, tzinfo=UTC))
    with django_assert_num_queries(SIGNED_IN + 4):  # customer, profile, and consent by two
        loyalty = ann.get(API + "me/loyalty/").json()
    assert loyalty["customer_id"] == ann.customer.external_id
    assert loyalty["referral_code"] == referral_code(customer=ann.customer)
    assert loyalty["profile"] == {
        "as_of": "2011-06-21T13:00:00+01:00",
        "currency": "GBP",
        "orders": 2,
        "repeat": True,
        "units": 2,
        "gross": "300.50",
        "refunds": "0.00",
        "monetary": "300.50",
        "average_order_value": "150.25",
        "first_order_at": "2011-06-01T13:00:00+01:00",
        "last_order_at": "2011-06-11T13:00:00+01:00",
        "recency_days": 10,
        "tenure_days": 20,
        "average_days_between_orders": 10.0,
        "recency_score": 5,
        "frequency_score": 1,
        "monetary_score": 1,
        "group": "NEW",
        "tier": "silver",
        "recent_spend": "300.50",
        "next_tier": {"tier": "gold", "spend": "1000.00", "missing": "699.50"},
        "referrals": 0,
    }


def test_my_consents(ann, store, django_assert_num_queries):
    with django_assert_num_queries(SIGNED_IN + 3):
        rows = ann.get(API + "me/consents/").json()
    defaults = {"preferences": True, "analytics": True, "marketing": False, "sale_of_data": False}
    assert {row["purpose"]: row["granted"] for row in rows} == defaults
    assert {row["chosen_at"] for row in rows} == {None}
    answer = ann.put(API + "me/consents/", {"marketing": True, "text_version": "7"}, format="json").json()
    assert {row["purpose"]: row["granted"] for row in answer} == defaults | {"marketing": True}
    assert [row["purpose"] for row in answer if row["chosen_at"]] == ["marketing"]
    record = ConsentRecord.objects.get()
    assert (record.customer, record.purpose, record.granted, record.text_version, record.source) == (
        *(ann.customer, "marketing", True, "7", "api"),
    )
    assert has_consent(customer=ann.customer, purpose="marketing")


def test_global_privacy_control_hides_what_is_personal(ann, bob, store, run, pots):
    for client in (ann, bob):
        fakes.recommend(run, client.customer, ListKind.RECOMMENDED, pots[:1])
        fakes.record_purchase(client.customer)
    refresh_profiles(store=store)
    record_consent(customer=bob.customer, purpose="preferences", granted=True, source="test")
    for client, personal in ((ann, False), (bob, True)):
        items = client.get(API + "me/recommendations/", headers={"Sec-GPC": "1"}).json()["items"]
        assert any(item["why"] == "model" for item in items) is personal
        assert (client.get(API + "me/loyalty/", headers={"Sec-GPC": "1"}).json()["profile"] is not None) is personal
        assert client.get(API + "me/consents/", headers={"Sec-GPC": "1"}).json()[0]["granted"] is personal
        assert client.get(API + "me/consents/").json()[0]["granted"]


def test_everybody_sees_their_own_consents(ann, bob):
    """The rule runs inside one statement over customers: each is asked for themself."""
    record_consent(customer=ann.customer, purpose="preferences", granted=False, source="test")
    assert [client.get(API + "me/consents/").json()[0]["granted"] for client in (ann, bob)] == [False, True]


@pytest.mark.parametrize("body", [{}, {"text_version": "1"}, {"preferences": "perhaps"}, [], "yes"])
def test_a_choice_must_be_a_choice(ann, body):
    assert ann.put(API + "me/consents/", body, format="json").status_code == 400
    assert not ConsentRecord.objects.exists()


def test_the_summary(staff, store, django_assert_num_queries):
    for n in range(3):
        fakes.record_purchase(fakes.make_customer(store), value=10 + n)
    refresh_profiles(store=store)
    with django_assert_num_queries(SIGNED_IN + 2 + 1 + 4):  # permissions, the store, the numbers
        summary = staff.get(API + "summary/").json()
    assert (summary["customers"], summary["orders"], summary["revenue"]) == (3, 3, "33.00")
    assert summary["average_order_value"] == {"mean": "11.00", "median": "11.00"}
    assert summary["groups"][0]["name"] == "CHAMPIONS"
    assert summary["months"][0]["month"] == "2011-06-01"
    assert staff.get(API + "summary/", {"store": "nowhere"}).status_code == 404


def test_the_versions(staff, store, django_assert_num_queries):
    for _ in range(3):
        run = fakes.make_run(store)
    ModelVersion.objects.create(store=store, number=9, cutoff=fakes.NOON)  # still in training
    ModelVersion.objects.create(store=fakes.make_store("other"), number=7, cutoff=fakes.NOON, trained_at=fakes.NOON)
    with django_assert_num_queries(SIGNED_IN + 2 + 4):  # permissions, the store, how many, versions, deployments
        page = staff.get(API + "versions/", {"limit": 2}).json()
    assert (page["count"], [version["number"] for version in page["results"]]) == (3, [3, 2])
    assert [version["live_as"] for version in page["results"]] == [["champion"], []]
    assert page["results"][0]["number"] == run.version.number
    assert [v["number"] for v in staff.get(page["next"]).json()["results"]] == [1]
    assert staff.get(API + "versions/", {"store": "other"}).json()["results"][0]["number"] == 7


def test_before_the_first_sync_there_is_no_store(settings):
    from tests.api.conftest import sign_in

    client = sign_in("early", "view_loyaltyprofile")
    assert client.get(API + "summary/").status_code == 404
    assert client.get(API + "me/consents/").status_code == 404
    assert client.get(API + "me/recommendations/").json()["items"] == []
