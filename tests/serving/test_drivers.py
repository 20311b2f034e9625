"""What a prediction rests on, in words."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from loyalty_ai.ml import drivers as ml_drivers
from loyalty_ai.serving import drivers
from loyalty_ai.serving.drivers import explain_prediction
from loyalty_ai.serving.models import Prediction

TYPICAL = {"recency": 40.0, "orders": 3.0, "gap": 30.0, "order_value": 12.5}


@pytest.fixture
def prediction() -> Prediction:
    return Prediction(
        predicted_clv=100.0,
        facts=[12.0, 1.0, None, 20.0],
        churn_drivers=[-0.21, 0.3, None, 0.001],
        value_drivers=[40.0, -1.0, None, 60.0],
    )


def test_the_strongest_fact_comes_first_and_a_weak_one_not_at_all(prediction):
    why = explain_prediction(prediction, typical=TYPICAL, currency="GBP")
    assert [driver.fact for driver in why.churn] == ["orders", "recency"]
    assert [driver.fact for driver in why.value] == ["order_value", "recency"]


def test_each_line_says_the_fact_the_typical_one_and_which_way_it_moves_the_number(prediction):
    orders, recency = explain_prediction(prediction, typical=TYPICAL, currency="GBP").churn
    assert recency.text == "last order 12 days ago (typical: 40)"
    assert recency.effect_text == "lowers the chance of no order in 90 days by 21 points"
    assert orders.effect_text == "raises the chance of no order in 90 days by 30 points"
    value = explain_prediction(prediction, typical=TYPICAL, currency="GBP").value[0]
    assert (value.text, value.effect_text) == (
        "an average order of £20.00 (typical: £12.50)",
        "raises the expected spend in 365 days by £60.00",
    )
    with override("zh-hans"):
        chinese = explain_prediction(prediction, typical=TYPICAL, currency="GBP").churn[1]
    assert "12" in chinese.text
    assert chinese.text != recency.text


def test_nothing_is_said_of_what_nobody_computed():
    assert explain_prediction(None, typical={}, currency="GBP").churn == []
    assert explain_prediction(Prediction(), typical=TYPICAL, currency="GBP").value == []
    known = Prediction(facts=[1.0] * 4, churn_drivers=[0.5] * 4, value_drivers=None, predicted_clv=None)
    assert explain_prediction(known, typical={}, currency="GBP").churn == []
    assert explain_prediction(known, typical=TYPICAL, currency="GBP").value == []


def test_the_stored_places_are_those_of_the_model():
    assert drivers.FACTS == ml_drivers.FACTS
