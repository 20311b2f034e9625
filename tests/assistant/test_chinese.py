"""Chinese as shoppers write it: what is a wish, what goods are named, what a short question goes on about."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.documents import publish_document
from loyalty_ai.assistant.following import Reckoning, reckoning
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrases_own import OF_ONE_TIER, OWN_TIER
from loyalty_ai.assistant.phrasing.finding import things_in
from loyalty_ai.assistant.questions import understand, wishes_for_goods, words_of
from loyalty_ai.assistant.turn import Outcome
from tests.assistant.conftest import TRAY
from tests.assistant.test_templates import open_shop, say, thread

__all__ = ["open_shop"]

RULES = """# 退货和退款

## 退货期限

送达后 30 天内可以无理由退货；金卡和白金会员为 60 天。

## 退货费用

退货邮费为 3.95 英镑，从退款中扣除。
"""
DELIVERY = """# 配送

## 运费

所有订单都免运费。
"""


@pytest.fixture
def ruled_shop(open_shop: Any) -> Any:
    """The fake shop with rules for tiers."""
    publish_document(store=open_shop.store, slug="returns", language="zh-hans", title="", body=RULES)
    publish_document(store=open_shop.store, slug="delivery", language="zh-hans", title="", body=DELIVERY)
    return open_shop


@pytest.mark.parametrize(
    "wish",
    [
        "天气太热了,有扇子吗",
        "下雨天给小朋友用的伞,还有货吗",
        "送给英国房东老太太的圣诞礼物,十镑左右,她喜欢喝茶",
        "出国旅游用的护照套有吗",
        "肚子疼想捂一捂,有热水袋吗",
        "想买个足球图案的杯子",
        "送数学老师一个马克杯",
        "感冒了想喝热水,有保温杯吗",
    ],
)
def test_a_wish_for_goods_is_in_scope_whatever_it_speaks_of(wish: str):
    assert understand(wish)[0].intent is not Intent.SCOPE


@pytest.mark.parametrize(
    "question",
    [
        "明天天气怎么样",
        "帮我写一篇关于圣诞节的英语作文",
        "天气预报说明天下雪吗",
        "推荐几个旅游景点",
        "推荐一部电影",
        "今天股票涨了吗",
        "我头疼吃什么药",
        "房东不退押金怎么打官司",
        "帮我写一段python代码",
        "该投票给谁",
    ],
)
def test_what_is_no_shops_business_stays_out_of_scope(question: str):
    assert understand(question)[0].intent is Intent.SCOPE


@given(st.text("天气下雨房东有没买送的伞茶,?吗 ", max_size=30))
def test_any_text_is_a_wish_for_goods_or_none(text: str):
    assert wishes_for_goods(text) in (True, False)


@pytest.mark.parametrize(
    ("question", "goods"),
    [
        ("想买个装首饰的盒子", "首饰盒子"),
        ("我买的东西什么时候能到?", ""),
        ("邮费多少", ""),
        ("我是什么会员", ""),
        ("阳台上用的小花盆", "阳台 小花盆"),
        ("请问有没有红色的马克杯", "红色马克杯"),
    ],
)
def test_only_goods_are_named_by_a_question(question: str, goods: str):
    assert words_of(question) == goods


@given(st.text("红色的茶壶有没有多少钱门砰龘买送", max_size=30))
def test_the_words_of_a_question_stand_in_it(text: str):
    assert all(set(word) <= set(text) for word in words_of(text).split())


def test_a_comma_parts_clauses_and_things_alike():
    assert things_in("有没有蜡烛,杯子和围裙") == ["蜡烛", "杯子", "围裙"]
    assert things_in("孩子怕黑,有没有夜灯") == ["孩子怕黑,有没有夜灯"]
    assert things_in("mugs, plates and trays") == ["mugs", "plates", "trays"]


def test_cheap_goods_are_several_and_the_cheapest_is_one():
    assert understand("有没有便宜点的杯子")[0].count == 5
    assert understand("最便宜的杯子")[0].count is None


def test_goods_that_shall_not_be_too_large_take_nothing_out_of_the_cart():
    assert understand("白色的烛台,不要太大的")[0].intent is not Intent.CART_REMOVE
    assert understand("想买块门垫,不要猫狗图案的")[0].intent is Intent.SEARCH
    assert understand("不要马克杯了")[0].intent is Intent.CART_REMOVE


def test_a_piece_of_something_is_no_price():
    assert not understand("挑一块写着 home 的门垫")[0].bounded
    assert understand("一块钱的贺卡")[0].high == Decimal(1)


@pytest.mark.parametrize(
    "text", ["我是金卡呢", "但我是白金会员", "我是银卡会员的", "i am gold", "but i am a platinum member"]
)
def test_somebody_tells_their_tier(text: str):
    assert OWN_TIER.search(text)


@pytest.mark.parametrize("text", ["我是金卡吗", "我是什么会员", "我是客户", "is gold free", "i am gold plated"])
def test_what_tells_no_tier(text: str):
    assert not OWN_TIER.search(text)


def test_a_rule_is_told_for_the_tier_that_somebody_names(ruled_shop: Any):
    assert thread("退货要几天内", "我是金卡呢").text == "送达后 30 天内可以无理由退货；金卡和白金会员为 60 天。"
    assert "60 天" in thread("退货要几天内", "金卡也是吗").text
    assert OF_ONE_TIER.search("金卡也要钱吗")
    assert "60 天" in say("我是金卡会员,退货有多少天").text


def test_who_pays_the_postage_is_asked_of_what_was_quoted(ruled_shop: Any):
    assert "3.95" in thread("退货要几天内", "我是金卡呢", "邮费谁出").text
    assert "3.95" not in say("邮费谁出").text


def test_what_was_bought_last_is_reckoned_up_for_buying_it_again(open_shop: Any):
    told = say("我想再买上次那批一样的,一共要多少钱", customer="ann").text
    assert any("×" in line and "共" in line and "£" in line for line in told.splitlines())
    assert say("把上次买的再来一份要花多少钱", customer="ann").text == told


def test_the_sum_of_the_latest_orders_is_that_of_those_told(open_shop: Any):
    told = thread("我最近两次订单分别花了多少钱", "加起来呢", customer="ann").text
    assert "£10.00" in told


def test_a_chinese_question_that_names_goods_is_never_refused(open_shop: Any):
    for question in ("孩子过生日用的独木舟有吗", "我想学缝纫,完全新手,买什么好?", "女朋友怕冷,买什么小东西好"):
        given_ = say(question)
        assert given_.outcome is not Outcome.REFUSED, question
        assert not any(word in given_.text.lower() for word in ("housewarming", "sorry", "the ")), question


def test_no_amount_but_the_shops_own_is_told_of_a_need():
    assert Decimal("15") == understand("爷爷喜欢喝茶,想送他一个茶壶,15镑以内")[0].high


def test_a_place_among_the_things_of_an_order_is_asked_of_today(open_shop: Any):
    listed = thread("我最近的订单里有什么", customer="ann")
    assert "×" in listed.text
    told = thread("我最近的订单里有什么", "第一个还有货吗", customer="ann")
    assert len(told.cards) == 1
    assert "×" not in told.text


@pytest.mark.parametrize("more", ["再买100包多少钱", "买100个多少钱", "那100件一共多少钱"])
def test_so_many_of_what_is_at_hand_are_reckoned_up(open_shop: Any, more: str):
    assert "£125.00" in thread("Red Retrospot Mug多少钱", more).text


def test_a_colour_and_a_look_narrow_what_was_asked_before(open_shop: Any):
    told = thread("有没有杯子", "复古的那种,红色有吗")
    assert "Red Retrospot Mug" in told.text


def test_two_goods_are_compared_by_price_and_by_what_is_popular(open_shop: Any):
    told = say("红色马克杯跟托盘哪个便宜,哪个更受欢迎").text
    assert "Red Retrospot Mug 更便宜" in told
    assert "卖得更好" in told


@pytest.mark.parametrize("question", ["跟托盘比哪个便宜", "和托盘比哪个卖得好"])
def test_what_is_set_beside_the_goods_at_hand_is_no_new_search(open_shop: Any, question: str):
    assert "Red Retrospot Mug" in thread("Red Retrospot Mug多少钱", question).text


def test_what_shall_be_given_goes_before_what_somebody_likes(open_shop: Any):
    assert say("奶奶喜欢喝茶,想送她一个托盘").cards == (TRAY,)
    assert understand("奶奶喜欢喝茶,想送她一个托盘")[0].intent is Intent.GIFT


def test_so_many_of_each_at_hand_are_told():
    assert reckoning("两样各来五个多少钱") == Reckoning(5, each=True)
    assert reckoning("这两个各买3个一共多少钱") == Reckoning(3, each=True)
    assert reckoning("两样都好看") is None
    assert understand("天空为什么是蓝的")[0].intent is Intent.SCOPE


def test_a_whole_title_in_a_chinese_question_is_the_product_that_is_meant(open_shop: Any):
    assert "售罄" in say("Hanging Heart Lamp 现在买得到吗？").text
    given = thread("Hanging Heart Lamp 现在买得到吗？", "大概什么时候补货？")
    assert "Hanging Heart Lamp" in given.text


def test_how_many_are_left_is_not_known_and_what_is_needed_is_reckoned_up(open_shop: Any):
    given = say("How many red retrospot mugs are actually in the warehouse? I'd need 150 of them.")
    assert "£187.50" in given.text
    assert "I cannot see how many are left." in given.text
    assert "£187.50" in say("red retrospot mug 仓库里还有多少个？我需要150个。").text


def test_only_who_asks_for_a_program_hears_of_one():
    assert understand("are you a real person")[0].intent is Intent.ABOUT
    assert understand("你是真人吗")[0].intent is Intent.ABOUT
    assert understand("the chocolate throw - is it real fur or fake?")[0].intent is not Intent.ABOUT
