"""What the shop's documents say of what somebody asks, in whatever words: told first, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from loyalty_ai.assistant.documents import publish_document
from loyalty_ai.assistant.turn import Outcome, Said, topic_of
from tests.assistant.test_templates import open_shop, say

__all__ = ["open_shop"]

RULES = {
    ("returns", "en"): """# Returns

## How long you have

You can return goods within 30 days of delivery.

## What cannot be returned

Hats, opened soap, and goods made for you cannot be returned.

## What a return costs

A return costs £3.95.
""",
    ("returns", "zh-hans"): """# 退货

## 退货期限

送达后 30 天内可以退货。

## 哪些不能退

帽子、已开封的肥皂，以及定制的商品不能退货。
""",
    ("harm", "en"): """# Damaged goods

## If something arrives broken

Write to us within 14 days.

## What we need from you

- your order number
- a photo of the damage

## What we do

You choose: a new one, or your money back.
""",
    ("harm", "zh-hans"): """# 损坏的商品

## 收到的东西坏了怎么办

请在 14 天内写信给我们。

## 我们需要什么

- 订单号
- 损坏处的照片

## 我们怎样处理

由您选择：补寄一件新的，或者退款。
""",
}


@pytest.fixture
def ruled(open_shop: Any) -> Any:
    """The fake shop with its rules in both languages."""
    for (slug, language), body in RULES.items():
        publish_document(store=open_shop.store, slug=slug, language=language, title="", body=body)
    return open_shop


BARRED, BARRED_ZH = "cannot be returned", "不能退货"


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("I bought a hat but do not like it, can I return it?", BARRED),
        ("how much does it cost to send a hat back", BARRED),
        ("would you take back a mug with my name on it", BARRED),
        ("may I return soap that is still sealed", "within 30 days"),
        ("can I return a mug I do not like", "within 30 days"),
        ("can I return a soap dish I do not like", "within 30 days"),
        ("买了帽子不喜欢，能退吗", BARRED_ZH),
        ("香皂没拆封，可以退吗", "30 天"),
        ("刻了名字的杯子能退吗", BARRED_ZH),
    ],
)
def test_what_is_said_of_such_goods_comes_before_the_rule_for_all(ruled: Any, question: str, first: str):
    told = say(question).text.splitlines()
    assert first in told[0]
    assert not any("Jumbo" in line for line in told)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("My mug arrived in pieces. What should I do?", ("14 days", "What we need from you: your order", "You choose")),
        ("the tins I got are dented, how do I report that?", ("14 days", "What we need from you: your", "You choose")),
        ("My mug arrived broken.", ("14 days", "What we need from you: your order")),
        ("收到的杯子碎了，我该怎么办？", ("14 天", "我们需要什么：订单号", "由您选择")),
    ],
)
def test_who_tells_of_harm_is_told_what_to_send_and_what_they_get(ruled: Any, question: str, told: tuple[str, ...]):
    text = say(question).text
    assert all(each in text for each in told)


def test_who_asks_one_thing_of_harm_is_told_no_more(ruled: Any):
    assert "order number" not in say("my mug arrived broken, do I pay for sending it back?").text


CONTACT = {
    "en": """# Contact

## Opening hours

We are there Monday to Friday from 9:00 to 17:00.

## Telephone number

Call 0113 496 0000.

## Holidays

We are closed from 25 December to 1 January. Orders placed then are prepared on the first working day after.

## Visit us

We have no shop. Orders cannot be collected.

## Write to us

Questions: help@shop.example
""",
    "zh-hans": """# 联系

## 营业时间

周一至周五 9:00 至 17:00。

## 电话

请拨打 0113 496 0000。

## 节假日

12 月 25 日至 1 月 1 日休息。期间的订单在之后第一个工作日备货。

## 有实体店吗

没有实体店，也不能自提。

## 写信给我们

问题：help@shop.example
""",
}


@pytest.fixture
def reached(open_shop: Any) -> Any:
    """The fake shop with its hours and days off in both languages."""
    for language, body in CONTACT.items():
        publish_document(store=open_shop.store, slug="contact", language=language, title="", body=body)
    return open_shop


@pytest.mark.parametrize(
    ("question", "verdict", "rule"),
    [
        ("Will anybody answer the phone on 28 December, and what is the number?", "No, nobody", "0113 496 0000"),
        ("are you there on boxing day", "No, nobody", "from 25 December"),
        ("can I ring you at 6 in the evening", "No, nobody", "9:00 to 17:00"),
        ("are you open on 5 december", "", "9:00 to 17:00"),  # it may be a public holiday
        ("if I order on 27 December, when is it packed?", "", "first working day after"),
        ("12月28日有人接电话吗", "不，那时没有人在", "12 月 25 日"),
        ("12月27号下单什么时候发货", "", "第一个工作日备货"),
    ],
)
def test_a_day_or_an_hour_is_held_against_the_hours_and_the_days_off(
    reached: Any, question: str, verdict: str, rule: str
):
    told = say(question).text
    assert told.startswith(verdict or ("We are", "Monday", "12 月"))
    assert rule in told


@pytest.mark.parametrize(
    ("before", "question", "rule"),
    [
        ("do you have a shop", "could I come and fetch my order myself?", "cannot be collected"),
    ],
)
def test_what_was_quoted_may_answer_the_next_question_too(reached: Any, before: str, question: str, rule: str):
    first = say(before)
    focus = tuple(source.key for source in first.sources)
    topic = topic_of((source.key, source.title) for source in first.sources)
    history = (
        Said(by_shopper=True, text=before),
        Said(by_shopper=False, text=first.text, focus=focus, topic=topic),
    )
    assert rule in say(question, history=history, focus=focus).text


@pytest.mark.parametrize(
    "text",
    [
        "Hi, I have a question about the shop.",
        "hello, can i ask you something?",
        "Good afternoon! I need some information please.",
        "你好，我想咨询一下",
        "我有个关于你们商店的问题",
    ],
)
def test_who_only_announces_a_question_is_greeted(reached: Any, text: str):
    assert say(text).text.startswith(("Hello!", "您好！"))


@pytest.mark.parametrize(
    "text",
    [
        "My knee has been sore for days. Which painkiller should I take?",
        "my cat is ill, what shall I give her",
        "how do I install windows on my laptop",
        "which film shall we watch tonight",
        "狗生病了怎么办",
        "推荐一部好看的电影",
        "水龙头坏了怎么修",
    ],
)
def test_advice_that_is_no_shops_business_is_refused(ruled: Any, text: str):
    assert say(text).outcome == Outcome.REFUSED


def test_goods_named_in_full_are_no_question_to_a_document(open_shop: Any):
    body = "# Privacy\n\n## Cake\n\nWe bake no cake.\n"
    publish_document(store=open_shop.store, slug="cake", language="en", title="", body=body)
    assert "Set of 3 Cake Tins" in say("how many tins come in your set of 3 cake tins").text


GIFTS = """# Gifts

## What gift wrapping costs

Gift wrapping costs £2.50 for each parcel.

## What it looks like

We wrap in brown paper with a red ribbon.

## Gift messages

A message of up to 200 characters on a card is free.

## Sending a gift to another address

We send a gift to any address in the countries we deliver to.
"""
DATA = """# Your data

## What we keep about you

We keep your orders.

## The assistant and its conversations

Our assistant is a program. Conversations are kept for 90 days.

## Having your data erased

In your account you erase it yourself. Or write to privacy@shop.example.
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Could you wrap it and put a note in?", ["£2.50", "200 characters"]),
        ("I want it wrapped with a handwritten note, sent to my sister", ["£2.50", "200 characters", "any address"]),
        ("do you keep these chats, and how do i wipe everything you hold on me", ["90 days", "yourself", "privacy@"]),
        ("are these messages saved? and how can I erase my account", ["90 days", "yourself", "privacy@"]),
    ],
)
def test_each_of_two_services_that_are_asked_together_is_told(open_shop: Any, text: str, told: list[str]):
    publish_document(store=open_shop.store, slug="gifts", language="en", title="", body=GIFTS)
    publish_document(store=open_shop.store, slug="data", language="en", title="", body=DATA)
    answered = say(text).text
    assert [said for said in told if said not in answered] == []
    assert "ribbon" not in answered
