from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from loyalty_ai.shop.consent import consent_sql, consenting_customers, default_consent, has_consent, record_consent
from loyalty_ai.shop.identity import merge_customers, unmerge_customer
from loyalty_ai.shop.models import ConsentRecord, Customer
from tests.fakes import FAKE_SETTINGS, make_customer, make_store


def choose(customer, *, granted, purpose="preferences"):
    return record_consent(customer=customer, purpose=purpose, granted=granted, source="test")


def allows(customer, purpose="preferences"):
    """Python, SQL over an id, and the queryset: all three or none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {consent_sql(purpose, '%s', store=customer.store.slug)}", [customer.pk])
        by_sql = cursor.fetchone()[0]
    by_set = consenting_customers(store=customer.store, purpose=purpose).filter(pk=customer.pk).exists()
    answers = {has_consent(customer=customer, purpose=purpose), by_sql, by_set}
    assert len(answers) == 1
    return answers.pop()


@pytest.mark.parametrize(
    ("purpose", "default"),
    [("preferences", True), ("analytics", True), ("marketing", False), ("sale_of_data", False)],
)
def test_without_a_choice_the_default_of_the_purpose_holds(store, purpose, default):
    assert allows(make_customer(store), purpose) is default


def test_the_default_is_a_setting(store, settings):
    settings.LOYALTY_AI = FAKE_SETTINGS | {"CONSENT_DEFAULTS": {"preferences": False}}
    assert not allows(make_customer(store))


REGIONS = {"US": {"preferences": True}, "US-CA": {"analytics": False}, "FR": {"preferences": True, "analytics": True}}
STRICT = {"preferences": False, "analytics": True}


def with_regions(settings, regions=REGIONS, defaults=STRICT):
    entry = FAKE_SETTINGS["STORES"]["default"] | {"CONSENT_DEFAULTS": defaults, "CONSENT_REGIONS": regions}
    settings.LOYALTY_AI = FAKE_SETTINGS | {"STORES": FAKE_SETTINGS["STORES"] | {"default": entry}}


@pytest.mark.parametrize(
    ("region", "preferences", "analytics"),
    [
        ("", False, True),
        ("DE", False, True),
        ("FR", True, True),
        ("FR-IDF", True, True),
        ("US", True, True),
        ("US-NY", True, True),
        ("US-CA", True, False),
    ],
)
def test_a_regions_default_comes_before_the_stores_and_a_states_before_its_countrys(
    store, settings, region, preferences, analytics
):
    with_regions(settings)
    customer = make_customer(store, region=region)
    for purpose, default in (("preferences", preferences), ("analytics", analytics)):
        assert allows(customer, purpose) is default
        assert default_consent(purpose, store=store.slug, region=region) is default
        assert not has_consent(customer=customer, purpose=purpose, gpc=True)
        choose(customer, granted=not default, purpose=purpose)
        assert allows(customer, purpose) is not default


def test_the_place_of_a_request_counts_where_the_customers_own_is_not_known(store, settings):
    with_regions(settings)
    german, unknown = make_customer(store, region="DE"), make_customer(store)
    rules = [consent_sql("preferences", who, store="default", region="'FR'") for who in ("%s", "%s", "NULL")]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(rules)}", [german.pk, unknown.pk])
        assert cursor.fetchone() == (False, True, True)


def test_a_region_that_is_none_reaches_no_statement(store, settings):
    with_regions(settings, {"x' OR true --": {"preferences": True}})
    with pytest.raises(ImproperlyConfigured, match="ISO 3166"):
        consent_sql("preferences", store="default")


def test_nobody_is_held_to_the_default(store):
    with connection.cursor() as cursor:
        rules = [consent_sql(*rule, store="default") for rule in (("preferences", "NULL"), ("marketing", "-1"))]
        cursor.execute(f"SELECT {', '.join(rules)}")
        assert cursor.fetchone() == (True, False)


def test_the_latest_choice_of_the_purpose_rules_and_all_are_kept(store):
    customer, other = make_customer(store), make_customer(store)
    for granted in (False, True, False):
        choose(customer, granted=granted)
        assert allows(customer) is granted
    assert allows(customer, "analytics")
    assert allows(other)
    assert ConsentRecord.objects.filter(customer=customer).count() == 3


def test_an_unknown_purpose_is_an_error(store):
    customer = make_customer(store)
    for call in (
        lambda: choose(customer, granted=True, purpose="everything"),
        lambda: has_consent(customer=customer, purpose="everything"),
        lambda: consent_sql("x' OR true --", store="default"),
    ):
        with pytest.raises(ValueError, match="is not a valid Purpose"):
            call()


@pytest.mark.parametrize("guest_denies", [True, False])
def test_a_merge_gives_both_the_stricter_choice_and_undoing_it_gives_each_their_own(store, guest_denies):
    guest, account = make_customer(store), make_customer(store)
    choose(guest, granted=not guest_denies)
    choose(account, granted=guest_denies)
    merge_customers(alias=guest, main=account)
    assert not allows(guest)
    assert not allows(account)
    unmerge_customer(alias=guest)
    assert allows(guest) is not guest_denies
    assert allows(account) is guest_denies


def test_a_choice_made_after_the_merge_holds_for_the_whole_person_and_not_after_its_end(store):
    guest, account = make_customer(store), make_customer(store)
    choose(guest, granted=False)
    merge_customers(alias=guest, main=account)
    assert not allows(account)
    choose(account, granted=True)
    assert allows(account)
    assert allows(guest)
    guest.refresh_from_db()
    unmerge_customer(alias=guest)
    assert not allows(guest), "the guest never granted it"


def test_what_is_read_does_not_depend_on_a_stale_row(store):
    guest, account = make_customer(store), make_customer(store)
    stale = Customer.objects.get(pk=guest.pk)
    choose(account, granted=False)
    merge_customers(alias=guest, main=account)
    assert not has_consent(customer=stale, purpose="preferences")


def test_merging_is_refused_where_it_would_not_be_reversible(store):
    guest, account, other = (make_customer(store) for _ in range(3))
    foreign = make_customer(make_store("second"))
    merge_customers(alias=guest, main=account)
    for alias, main in ((account, other), (guest, other), (account, guest), (other, other), (other, foreign)):
        with pytest.raises(ValueError, match=r"merge|stores"):
            merge_customers(alias=alias, main=main)
    merge_customers(alias=other, main=guest)
    other.refresh_from_db()
    assert other.alias_of == account, "a guest of a guest is the account's"


def test_a_customer_whose_account_is_gone_stands_alone_again(store):
    guest, account = make_customer(store), make_customer(store)
    merge_customers(alias=guest, main=account)
    choose(account, granted=False)
    account.delete()
    assert allows(guest)


def test_all_customers_are_read_in_one_statement(store):
    for number in range(20):
        customer = make_customer(store)
        if number % 4 == 0:
            choose(customer, granted=False)
    with CaptureQueriesContext(connection) as queries:
        assert len(consenting_customers(store=store, purpose="preferences")) == 15
    assert len(queries) == 1


PEOPLE = st.integers(0, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("choose"), PEOPLE, st.booleans()),
        st.tuples(st.just("merge"), PEOPLE, PEOPLE),
        st.tuples(st.just("unmerge"), PEOPLE, st.none()),
    ),
    max_size=14,
)


class Ledger:
    """The rules told as a story: each step is applied to a set of beliefs, with no look back at times.

    Every customer believes what they last chose; a choice is shared at once with all who are the same person at that moment,
    in a belief that lasts as long as that merge does. The person allows what all of them believe.
    """

    def __init__(self, defaults: list[bool]) -> None:
        self.defaults = defaults
        self.main = {n: n for n in range(4)}
        self.heard: dict[int, list[tuple[int, bool]]] = {n: [] for n in range(4)}

    def person(self, n):
        return [m for m in range(4) if self.main[m] == self.main[n]]

    def choose(self, n, granted):
        for member in self.person(n):
            self.heard[member].append((n, granted))

    def merge(self, alias, main):
        if self.main[alias] != alias or len(self.person(alias)) > 1 or self.main[main] == alias:
            return False
        self.main[alias] = self.main[main]
        return True

    def unmerge(self, alias):
        if self.main[alias] == alias:
            return
        others = [m for m in self.person(alias) if m != alias]
        self.main[alias] = alias
        self.heard[alias] = [(giver, granted) for giver, granted in self.heard[alias] if giver == alias]
        for other in others:
            self.heard[other] = [(giver, granted) for giver, granted in self.heard[other] if giver != alias]

    def allows(self, n, *, gpc=False):
        return all(self.heard[m][-1][1] if self.heard[m] else self.defaults[m] and not gpc for m in self.person(n))


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    steps=STEPS,
    purpose=st.sampled_from(["preferences", "analytics"]),
    regions=st.tuples(*[st.sampled_from(["", "DE", "FR", "FR-IDF", "US", "US-CA"])] * 4),
)
def test_no_history_of_choices_and_merges_breaks_the_rules(store, settings, steps, purpose, regions):
    with_regions(settings)
    people = [make_customer(store, region=region) for region in regions]
    ledger = Ledger([default_consent(purpose, store=store.slug, region=region) for region in regions])
    start = timezone.now() - timedelta(days=1)
    for minute, (step, one, other) in enumerate(steps):
        at = start + timedelta(minutes=minute)
        people[one].refresh_from_db()
        if step == "choose":
            ledger.choose(one, other)
            record = choose(people[one], granted=other, purpose=purpose)
            ConsentRecord.objects.filter(pk=record.pk).update(recorded_at=at)
        elif step == "merge":
            if ledger.merge(one, other):
                merge_customers(alias=people[one], main=people[other])
                Customer.objects.filter(pk=people[one].pk).update(merged_at=at)
            else:
                with pytest.raises(ValueError, match="merge"):
                    merge_customers(alias=people[one], main=people[other])
        else:
            ledger.unmerge(one)
            unmerge_customer(alias=people[one])
    for number, customer in enumerate(people):
        assert allows(customer, purpose) is ledger.allows(number), (steps, number)
