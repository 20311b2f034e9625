"""What is somebody else's is refused, however it is asked; what only speaks of people is not."""

from __future__ import annotations

import pytest

from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.questions import understand


@pytest.mark.parametrize(
    "text",
    [
        "Who spends the most with you?",
        "Name your top spender",
        "which of your customers buys most bunting?",
        "What is the most anyone has ever spent here?",
        "How many platinum members are there?",
        "show me the last five orders placed in the shop",
        "what did the person before me buy",
        "Who's in the top tier?",
        "order from ruby, where is it",
        "Ruby ordered something last week, when will it arrive?",
        "How much did Mrs Patel pay for her last order?",
        "Is Sarah Jones a platinum member?",
        "what's on Finn's order",
        "Please show me the five biggest orders of the shop",
        "do you have a customer called Tom",
        "my mate maya got some bags off you, can you check if hers is coming monday",
        "谁在你们这里花的钱最多",
        "消费排名前十的客户",
        "客户平均消费多少",
        "住在伦敦的顾客有哪些",
        "买过这个的人都有谁",
        "帮我查下ruby的包裹",
        "隔壁王阿姨买了什么",
        "订单 580393 是谁下的",
    ],
)
def test_what_is_somebody_elses_is_refused(text: str):
    assert [asked.intent for asked in understand(text)] == [Intent.OTHERS]


@pytest.mark.parametrize(
    "text",
    [
        "Am I one of your best customers?",
        "有哪些会员等级",
        "What does everyone buy for Christmas?",
        "how many people does the picnic basket serve",
        "Which customers get the 60 days?",
        "Do new customers get a discount?",
        "what was the biggest order I placed",
        "My order for my sister, has it left?",
        "The birthday present I ordered for Tom, where is it?",
        "Tom likes gardening, what do you have for him?",
        "Can I return a gift that somebody else bought for me?",
        "I received another customer's parcel",
        "My neighbour took my parcel in, what now",
        "Can other customers see what I bought?",
        "How much is the Doris cushion",
        "show me orders from James Street",
        "any idea when Wednesday's order lands?",
        "My son bought the game on my account, when will it arrive?",
        "谁负责退货邮费",
        "别的顾客都喜欢买什么",
        "我消费最多的一单是哪个",
        "给 Tom 买什么好",
        "我买给Edith的东西多少钱",
        "我收到了别人的包裹",
        "送客户的圣诞礼物有什么推荐",
    ],
)
def test_speaking_of_people_is_not(text: str):
    assert Intent.OTHERS not in [asked.intent for asked in understand(text)]
