"""What the shop's documents say of what somebody asks, in whatever words: told first, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from loyalty_ai.assistant.documents import publish_document
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
