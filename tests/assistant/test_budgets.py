"""What answers may cost: counted whole whoever counts at once, and nothing begun beyond a limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from loyalty_ai.assistant.budgets import Breaker, affordable, believable, charge, seat_free, today
from loyalty_ai.assistant.models import AssistantUsage, Conversation, Message
from loyalty_ai.assistant.turn import Spent
from tests import fakes

MINUTE = timedelta(minutes=1)
UNLIMITED = {"CONVERSATION_TOKENS": None, "CUSTOMER_TOKENS": None, "STORE_TOKENS": None, "STORE_MONEY": None}


@pytest.fixture
def limit(settings):
    """Set these limits and no others."""

    def use(**limits):
        settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ASSISTANT": UNLIMITED | {"CONCURRENT": None} | limits}

    use()
    return use


def talk(customer="ann"):
    store = fakes.make_store()
    if customer is None:
        return Conversation.objects.create(store=store, session_digest=b"s" * 32, language="en")
    return Conversation.objects.create(
        store=store, customer=store.customers.get_or_create(external_id=customer)[0], language="en"
    )


def answered(conversation, *, tokens_in=0, tokens_out=0):
    """An answer in the thread that cost so much, charged as delivery does."""
    spent = Spent(tokens_in, tokens_out)
    Message.objects.create(
        conversation=conversation, role=Message.Role.ASSISTANT, tokens_in=tokens_in, tokens_out=tokens_out
    )
    charge(conversation, spent)


costs = st.builds(
    Spent, st.integers(0, 10**6), st.integers(0, 10**6), st.decimals(0, 1000, places=6, allow_nan=False)
)  # fmt: skip


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(["ann", "bob", None]), costs), max_size=12))
def test_a_day_adds_up_to_what_its_answers_cost(limit, answers):
    AssistantUsage.objects.all().delete()
    for customer, spent in answers:
        charge(talk(customer), spent)
    rows = {row.customer and row.customer.external_id: row for row in AssistantUsage.objects.all()}
    for who in [None, "ann", "bob"]:
        theirs = [spent for customer, spent in answers if who is None or customer == who]
        if theirs:
            assert rows[who].answers == len(theirs)
            assert rows[who].tokens == sum(spent.tokens_in + spent.tokens_out for spent in theirs)
            assert rows[who].cost == sum(spent.cost for spent in theirs)
        else:
            assert who not in rows


@pytest.mark.django_db(transaction=True)
def test_answers_that_end_at_once_are_all_counted(limit):
    conversation = talk()

    def work(number):
        try:
            charge(conversation, Spent(1, 1, Decimal("0.5")))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    assert list(AssistantUsage.objects.values_list("answers", "tokens", "cost")) == [(40, 80, Decimal(20))] * 2


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    st.sampled_from(["CONVERSATION_TOKENS", "CUSTOMER_TOKENS", "STORE_TOKENS"]),
    st.integers(0, 3000),
    st.lists(st.integers(1, 900), min_size=1, max_size=12),
)
def test_no_answer_is_begun_beyond_a_limit(limit, which, most, answers):
    AssistantUsage.objects.all().delete()
    limit(**{which: most})
    conversation, spent = talk(), 0
    for tokens in answers:
        assert affordable(conversation) == (spent < most)
        if affordable(conversation):
            answered(conversation, tokens_in=tokens)
            spent += tokens
    assert spent < most + max(answers)


@pytest.mark.django_db
def test_limits_bind_whom_they_name(limit):
    ann, ann_again, bob, stranger = talk(), talk(), talk("bob"), talk(None)
    everybody = [ann, ann_again, bob, stranger]
    answered(ann, tokens_in=60, tokens_out=50)
    charge(ann, Spent(0, 0, Decimal("2.5")))

    def allowed(**limits):
        limit(**limits)
        return [affordable(conversation) for conversation in everybody]

    assert allowed() == [True] * 4
    assert allowed(CONVERSATION_TOKENS=110) == [False, True, True, True]
    assert allowed(CUSTOMER_TOKENS=110) == [False, False, True, True]
    assert allowed(STORE_TOKENS=110) == [False] * 4
    assert allowed(STORE_MONEY="2.5") == [False] * 4
    assert allowed(STORE_MONEY=2.6, STORE_TOKENS=111, CUSTOMER_TOKENS=111, CONVERSATION_TOKENS=111) == [True] * 4


@pytest.mark.django_db
def test_a_new_day_of_the_store_is_a_new_budget(limit, monkeypatch):
    limit(STORE_TOKENS=100)
    conversation = talk()
    answered(conversation, tokens_in=100)
    assert not affordable(conversation)
    AssistantUsage.objects.update(day=today(conversation.store) - timedelta(days=1))
    assert affordable(conversation)


def test_the_day_is_the_stores_own(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    store = Conversation.store.field.related_model
    assert today(store(time_zone="Europe/London")).isoformat() == "2026-07-01"
    assert today(store(time_zone="America/New_York")).isoformat() == "2026-06-30"


@given(
    st.builds(
        Spent,
        st.integers(-(10**40), 10**40),
        st.integers(-(10**40), 10**40),
        st.decimals(),
    )
)
def test_what_no_answer_can_have_cost_is_not_believed(spent):
    kept = believable(spent)
    assert 0 <= kept.tokens_in <= 10**9
    assert 0 <= kept.tokens_out <= 10**9
    assert 0 <= kept.cost <= 10**5
    assert believable(kept) == kept


@pytest.mark.django_db
def test_an_unbelievable_cost_can_be_kept(limit):
    conversation = talk()
    for cost in ("NaN", "Infinity", "1e90"):
        charge(conversation, Spent(10**40, -5, Decimal(cost)))
    assert AssistantUsage.objects.aggregate(all=Sum("answers"))["all"] == 6


@pytest.mark.django_db
def test_a_store_has_so_many_seats(limit):
    limit(CONCURRENT=2)
    conversation = talk()

    def writing(backend="slow", ago=0):
        message = Message.objects.create(conversation=conversation, role=Message.Role.ASSISTANT, backend=backend)
        Message.objects.filter(pk=message.pk).update(
            state=Message.State.WRITING, claimed_at=datetime.now(UTC) - timedelta(seconds=ago)
        )

    def free(store=None):
        return seat_free(store or conversation.store, "slow", fresh=MINUTE)

    assert free()
    writing()
    writing(backend="templates")
    writing(ago=61)
    assert free()
    writing()
    assert not free()
    assert free(fakes.make_store("other"))
    Message.objects.update(state=Message.State.DONE)
    assert free()


class BreakerMachine(RuleBasedStateMachine):
    """A breaker beside the plain statement of when it lets through."""

    def __init__(self):
        super().__init__()
        self.now = 100.0
        self.breaker = Breaker(failures=3, rest=30, clock=lambda: self.now)
        self.failed = 0
        self.closed_until = 0.0

    @rule(seconds=st.sampled_from([0.5, 10, 29, 30, 100]))
    def time_passes(self, seconds):
        self.now += seconds

    @rule()
    def somebody_asks(self):
        allowed = self.breaker.allows()
        assert allowed == (self.failed < 3 or self.now >= self.closed_until)
        if allowed and self.failed >= 3:
            self.closed_until = self.now + 30
            assert not self.breaker.allows()  # one tries at a time

    @rule()
    def it_fails(self):
        self.breaker.failed()
        self.failed += 1
        self.closed_until = self.now + 30

    @precondition(lambda self: self.failed)
    @rule()
    def it_succeeds(self):
        self.breaker.succeeded()
        self.failed = 0

    @invariant()
    def a_success_opens_it_for_all(self):
        if not self.failed:
            assert self.breaker.allows()
            assert self.breaker.allows()


TestBreaker = BreakerMachine.TestCase
