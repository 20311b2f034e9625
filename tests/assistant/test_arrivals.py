"""Whether an order is there by a day that is named: counted in working days that a document gives, and by nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.arrivals import Lead, lead_of, ordered_on, reckoned, wanted_by, when_it_comes
from loyalty_ai.assistant.claims import Evidence, check
from loyalty_ai.assistant.documents import publish_document
from loyalty_ai.assistant.questions import normal
from loyalty_ai.assistant.turn import Fact, FactKind, Found, Source
from tests.assistant.conftest import TURN
from tests.assistant.test_history import ask
from tests.assistant.test_templates import open_shop, say

__all__ = ["open_shop"]

FRIDAY = date(2011, 12, 9)
RULE = "It arrives 2 to 4 working days after it left, so 3 to 5 working days after you ordered."
DELIVERY = f"# Delivery\n\n## How long delivery takes\n\n{RULE}\n\n## Express\n\nThere is no express delivery."
CLOSED = "We are closed on the public holidays of England, and from 25 December to 1 January."

BY = {
    "can it come by tuesday if i order now?": date(2011, 12, 13),
    "if i order tonight (friday) will it be here before xmas?": date(2011, 12, 24),
    "in time for christmas eve": date(2011, 12, 24),
    "before christmas eve": date(2011, 12, 23),
    "for a party on the 17th": date(2011, 12, 17),
    "would it reach us before 20 december": date(2011, 12, 19),
    "my birthday is 2 january": date(2012, 1, 2),
    "will it be here in 3 days": date(2011, 12, 12),
    "by the end of next week": date(2011, 12, 16),
    "if i order on monday will it come before the weekend": date(2011, 12, 16),
    "圣诞前能到吗": date(2011, 12, 24),
    "12月15日能到吗": date(2011, 12, 15),
}


@pytest.mark.parametrize(("text", "by"), BY.items(), ids=str)
def test_the_day_by_which_it_is_wanted_is_read(text: str, by: date):
    assert wanted_by(normal(text), FRIDAY) == by


@pytest.mark.parametrize(
    "text", ["how long does it take", "do you deliver on saturdays", "a christening mug", "the 45th", ""]
)
def test_no_day_is_read_where_none_is_meant(text: str):
    assert wanted_by(normal(text), FRIDAY) is None


def test_the_day_of_the_order_is_not_the_day_it_is_wanted():
    assert ordered_on("if i order on monday will it come by friday", FRIDAY) == date(2011, 12, 12)
    assert ordered_on("will my order be here by monday", FRIDAY) == FRIDAY


def test_working_days_are_read_from_the_documents_alone():
    assert lead_of([RULE, CLOSED]) == Lead(3, 5, ((12, 25), (1, 1)))
    assert lead_of(["也就是下单后 3 至 5 个工作日。"]) == Lead(3, 5)
    assert lead_of(["We are quick.", "We refund within 5 working days after the goods arrive."]) is None


def test_weekends_and_days_off_are_no_working_days():
    lead = Lead(3, 5, ((12, 25), (1, 1)))
    assert lead.window(FRIDAY) == (date(2011, 12, 14), date(2011, 12, 16))
    assert lead.window(date(2011, 12, 10)) == lead.window(date(2011, 12, 12))
    assert lead.window(date(2011, 12, 22))[0] > date(2012, 1, 1)
    assert not lead.certain(date(2011, 12, 22))
    assert lead.latest(date(2011, 12, 24), FRIDAY) == date(2011, 12, 16)
    assert lead.latest(date(2011, 12, 12), FRIDAY) is None


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.integers(0, 20), st.integers(0, 20), st.integers(0, 60))
def test_the_latest_day_is_the_last_that_is_in_time(today: date, one: int, other: int, ahead: int):
    lead, by = Lead(min(one, other), max(one, other)), today + timedelta(days=ahead)
    first, last = lead.window(today)
    assert today <= first <= last
    assert first.weekday() < 5 > last.weekday()
    latest = lead.latest(by, today)
    if latest is not None:
        assert lead.window(latest)[1] <= by
    later = (today + timedelta(days=days) for days in range((latest - today).days + 1 if latest else 0, ahead + 1))
    assert not any(lead.works(day) and lead.window(day)[1] <= by for day in later)


@given(st.text(max_size=80), st.dates(date(2001, 1, 1), date(2098, 12, 31)))
def test_any_text_wants_a_day_that_comes_or_none(text: str, today: date):
    by = wanted_by(text, today)
    assert by is None or today <= by <= today + timedelta(days=365)
    assert ordered_on(text, today) >= today


ORDERED = {
    "if i order this afternoon when will it get here": FRIDAY,
    "i will be ordering on sunday, which day would it come": date(2011, 12, 11),
    "when will it get here if i order on monday": date(2011, 12, 12),
    "i order tomorrow, when does it come": date(2011, 12, 10),
    "when would an order placed on wednesday arrive": date(2011, 12, 14),
    "我打算这个星期天下单,大概哪天能收到": date(2011, 12, 11),
    "下周一下单,什么时候能到": date(2011, 12, 12),
    "下周五下单几号到": date(2011, 12, 16),
}


@pytest.mark.parametrize(("text", "on"), ORDERED.items(), ids=str)
def test_an_order_that_is_still_to_be_placed_is_of_the_day_that_is_named(text: str, on: date):
    assert when_it_comes(normal(text))
    assert ordered_on(normal(text), FRIDAY) == on


@pytest.mark.parametrize(
    "text",
    [
        "i ordered on monday, when will it arrive",
        "我今天下的单什么时候到",
        "if i order now, when do you charge my card",
        "how long is delivery",
    ],
)
def test_an_order_that_was_placed_is_none_to_be_reckoned(text: str):
    assert not when_it_comes(normal(text))


@given(st.text(max_size=80))
def test_any_text_may_be_asked_whether_an_order_comes(text: str):
    assert when_it_comes(text) in (True, False)


@pytest.fixture
def delivering(open_shop: Any) -> Any:
    publish_document(store=open_shop.store, slug="delivery", language="en", title="", body=DELIVERY)
    return open_shop


def test_who_needs_it_by_a_day_and_asks_for_express_is_told_when_it_comes_anyway(delivering: Any):
    told = say("the party is on the 17th, do you do express delivery").text
    assert "There is no express delivery." in told
    assert "should arrive between 6 Jun 2011 and 8 Jun 2011" in told
    assert "should arrive" not in say("do you do express delivery").text


@pytest.mark.parametrize(
    "text",
    [
        "I'm in a rush - is there next-day delivery, I'd pay extra",
        "can I pay more for faster shipping?",
        "Is there an expedited option at extra cost?",
    ],
)
def test_who_would_pay_for_a_quicker_way_is_told_that_there_is_none_and_how_long_it_takes(delivering: Any, text: str):
    told = say(text).text
    assert "There is no express delivery." in told
    assert RULE.splitlines()[0] in told


def test_the_day_of_a_name_may_be_meant_a_week_later():
    friday = date(2011, 12, 9)
    assert wanted_by("would it be here by saturday week", friday) == date(2011, 12, 17)
    assert wanted_by("will it come in time for a week on tuesday", friday) == date(2011, 12, 20)


def test_a_day_that_is_named_is_answered_with_yes_or_no(delivering: Any):
    dates = "an order of 1 Jun 2011 should arrive between 6 Jun 2011 and 8 Jun 2011."
    assert say("if i order today will it be here by friday the 10th?").text.startswith(f"Yes: {dates}")
    assert say("can it come by friday if i order now?").text.startswith(f"No: {dates}")
    assert say("will it arrive in time for the 7th of june").text.startswith(f"That is not certain: {dates}")
    assert RULE in say("can it come by friday if i order now?").text
    assert "1 Jun" not in say("how long does delivery take").text


def test_when_an_order_of_a_named_day_comes_is_counted(delivering: Any):
    said = "An order of 3 Jun 2011 should arrive between 8 Jun 2011 and 10 Jun 2011."
    assert say("I will be ordering on Friday. Which day would it come?").text.startswith(said)
    assert say("when would an order placed on friday get here").text.startswith(said)


def test_the_last_day_to_order_is_counted(delivering: Any):
    told = say("what is the latest day i can order to have it by 17 june").text
    assert told.startswith("To have it by 17 Jun 2011, order by 10 Jun 2011 at the latest.")


def test_a_day_alone_goes_on_about_delivery(delivering: Any):
    assert ask("how long does delivery take", "so by friday then?").startswith("No: an order of 1 Jun 2011")


def test_without_a_rule_nothing_is_counted(open_shop: Any):
    assert "should arrive" not in say("if i order today will it be here by friday?").text


def test_a_day_that_no_rule_gives_is_never_said():
    facts = (Fact("passage:1", FactKind.NAME, "Delivery"), Fact("passage:1", FactKind.TEXT, RULE))
    evidence = Evidence([Found(facts=facts, sources=(Source("passage:1", "Delivery"),))])
    said = "Yes: an order of 1 Jun 2011 should arrive between 6 Jun 2011 and {}."
    assert check(said.format("8 Jun 2011"), evidence, turn=TURN, sources=("passage:1",)) is not None
    assert check(said.format("8 Jun 2012"), evidence, turn=TURN, sources=("passage:1",)) is None
    assert check(said.format("8 Jun 2011"), evidence, turn=TURN) is None
    assert reckoned(["We are quick."], FRIDAY) == set()


def test_too_late_is_answered_the_other_way_round(delivering: Any):
    assert say("is it too late to have it by friday the 10th").text.startswith("No: an order of 1 Jun 2011")
    assert say("is it too late to have it by friday").text.startswith("Yes: an order of 1 Jun 2011")


def test_a_gift_that_should_get_there_by_a_day_is_judged(delivering: Any):
    assert say("its my mums birthday on the 14th, would a card get there").text.startswith(
        "Yes: an order of 1 Jun 2011"
    )
