"""What an answer may say: true sentences stay, false ones become the fact or nothing, whichever way they are written."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loyalty_ai.assistant.claims import Evidence, check, tidy
from loyalty_ai.assistant.turn import Fact, FactKind, Found, Sentence, Source, Turn

NAME, PRICE, AVAILABLE, TEXT = FactKind.NAME, FactKind.PRICE, FactKind.AVAILABLE, FactKind.TEXT
CAKESTAND, BIRD, LUNCH, JUMBO = "product:22423", "product:84879", "product:20725", "product:85099B"
ORDER, RETURNS, RETURNS_ZH = "order:536365", "passage:7", "passage:8"

POLICY = (
    "You can return anything within 30 days of delivery. We refund the price within 5 working days once it is back. "
    "Return postage costs £3.50 unless the item is faulty. Delivery is free for orders over £50. "
    "Gift cards cannot be returned. You can pay by Visa, Mastercard or PayPal."
)
POLICY_ZH = "您可以在收到商品后30天内退货。退货运费为3.50英镑，商品有瑕疵除外。礼品卡不能退货。"


def product(key: str, title: str, price: str, *texts: str, available: bool = True) -> list[Fact]:
    facts = [Fact(key, NAME, title), Fact(key, PRICE, Decimal(price)), Fact(key, AVAILABLE, available)]
    return facts + [Fact(key, TEXT, text) for text in texts]


FACTS = (
    *product(CAKESTAND, "Regency Cakestand 3 Tier", "12.75", "Kitchen & Dining / Tea & Coffee"),
    *product(BIRD, "Assorted Colour Bird Ornament", "1.69", "Made of resin, 8 cm tall.", available=False),
    *product(LUNCH, "Lunch Bag Red Retrospot", "1.65"),
    *product(JUMBO, "Jumbo Bag Red Retrospot", "2.08"),
    Fact(ORDER, NAME, "536365"),
    Fact(ORDER, FactKind.STATE, "dispatched"),
    Fact(ORDER, FactKind.ORDERED_ON, date(2011, 12, 6)),
    Fact(ORDER, FactKind.EXPECTED_BY, date(2011, 12, 9)),
    Fact(ORDER, FactKind.EXPECTED_BY, date(2011, 12, 13)),
    Fact(ORDER, FactKind.TOTAL, Decimal("51.15")),
    Fact(ORDER, FactKind.COUNT, 2),
    Fact(ORDER, NAME, "Regency Cakestand 3 Tier"),
    Fact(ORDER, FactKind.UNITS, 2),
    Fact(ORDER, FactKind.TOTAL, Decimal("25.50")),
    Fact(ORDER, NAME, "Lunch Bag Red Retrospot"),
    Fact(ORDER, FactKind.UNITS, 4),
    Fact(ORDER, FactKind.TOTAL, Decimal("6.60")),
    Fact(RETURNS, NAME, "Returns"),
    Fact(RETURNS, TEXT, "Sending things back"),
    Fact(RETURNS, TEXT, POLICY),
    Fact(RETURNS_ZH, NAME, "退货政策"),
    Fact(RETURNS_ZH, TEXT, POLICY_ZH),
    Fact("cart", FactKind.COUNT, 1),
    Fact("cart", FactKind.UNITS, 3),
    Fact("cart", FactKind.TOTAL, Decimal("6.24")),
    Fact("cart", NAME, "Jumbo Bag Red Retrospot"),
    Fact("cart", FactKind.UNITS, 3),
    Fact("cart", PRICE, Decimal("2.08")),
    Fact("cart", FactKind.TOTAL, Decimal("6.24")),
    Fact("loyalty", FactKind.TIER, "Silver"),
    Fact("loyalty", FactKind.COUNT, 7),
    Fact("loyalty", FactKind.SPENT, Decimal("480.20")),
    Fact("loyalty", FactKind.ORDERED_ON, date(2010, 12, 1)),
)
EVIDENCE = Evidence(
    [
        Found(
            data={"products": [1, 2, 3, 4]},
            facts=FACTS,
            sources=tuple(Source(key, key, f"/at/{key}/") for key in dict.fromkeys(fact.source for fact in FACTS)),
        )
    ]
)


def said(
    text: str,
    *,
    language: str = "en",
    question: str = "?",
    sources: Sequence[str] | None = None,
    before: Sequence[str] = (),
    evidence: Evidence = EVIDENCE,
) -> Sentence | None:
    turn = Turn("default", question, language, datetime(2011, 12, 8, 12, tzinfo=UTC))
    return check(text, evidence, turn=turn, sources=sources, before=before)


TRUE = [
    ("The Regency Cakestand 3 Tier costs £12.75.", {CAKESTAND}),
    ("The Regency Cakestand 3 Tier is £12.75 and in stock.", {CAKESTAND}),
    ("Regency Cakestand 3 Tier: GBP 12.75", {CAKESTAND}),
    ("The Regency Cakestand 3 Tier costs 12 pounds 75.", {CAKESTAND}),
    ("The Regency Cakestand 3 Tier costs twelve pounds and seventy-five pence.", {CAKESTAND}),
    ("The Regency Cakestand 3 Tier – £12.75 – in stock", {CAKESTAND}),
    ("The Assorted Colour Bird Ornament is sold out at the moment.", {BIRD}),
    ("Sadly the Assorted Colour Bird Ornament isn't available right now.", {BIRD}),
    ("The Assorted Colour Bird Ornament is made of resin and 8 cm tall.", {BIRD}),
    ("The 3 tier cakestand costs £12.75.", {CAKESTAND}),
    ("The Lunch Bag Red Retrospot costs £1.65 and the Jumbo Bag Red Retrospot £2.08.", {LUNCH, JUMBO}),
    ("£1.65 for the Lunch Bag Red Retrospot and £2.08 for the Jumbo Bag Red Retrospot.", {LUNCH, JUMBO}),
    ("The Lunch Bag Red Retrospot is cheaper than the Jumbo Bag Red Retrospot.", {LUNCH, JUMBO}),
    ("The Lunch Bag Red Retrospot and the Jumbo Bag Red Retrospot come to £3.73 together.", {LUNCH, JUMBO}),
    ("The Jumbo Bag Red Retrospot costs £0.43 more than the Lunch Bag Red Retrospot.", {LUNCH, JUMBO}),
    ("Two Lunch Bag Red Retrospot come to £3.30.", {LUNCH}),
    ("The Lunch Bag Red Retrospot is under £2.", {LUNCH}),
    ("You might like the Lunch Bag Red Retrospot.", {LUNCH}),
    ("Order 536365 was dispatched and should arrive between 9 and 13 December.", {ORDER}),
    ("Order 536365 should be there by Tuesday, 13 December 2011.", {ORDER}),
    ("Your order 536365 is on its way.", {ORDER}),
    ("Order 536365 has not been delivered yet.", {ORDER}),
    ("You placed order 536365 on the sixth of December.", {ORDER}),
    ("Your order was placed on 2011-12-06 and comes to £51.15.", {ORDER}),
    ("Order 536365 holds 2 Regency Cakestand 3 Tier for £25.50.", {ORDER}),
    ("You can return anything within 30 days of delivery.", {RETURNS}),
    ("You can return things within thirty days.", {RETURNS}),
    ("Delivery is free for orders over £50.", {RETURNS}),
    ("Gift cards can't be returned.", {RETURNS}),
    ("You can pay by Visa, Mastercard or PayPal.", {RETURNS}),
    ("There are 3 Jumbo Bag Red Retrospot in your cart, for £6.24.", {"cart"}),
    ("You are a Silver member with 7 orders and have spent £480.20 so far.", {"loyalty"}),
    ("You have been a member since December 2010.", {"loyalty"}),
    ("Hello, how can I help you today?", set()),
    ("I'm sorry, I could not find anything about that.", set()),
    ("I can help with products, orders, delivery and returns.", set()),
    ("Would you like me to put it in your cart?", set()),
    ("I found 4 products for you.", set()),
]
TRUE_ZH = [
    ("Regency Cakestand 3 Tier 售价12.75英镑，有货。", {CAKESTAND}),
    ("Regency Cakestand 3 Tier 售价十二点七五英镑。", {CAKESTAND}),
    ("Assorted Colour Bird Ornament 目前缺货。", {BIRD}),
    ("订单536365已发货，预计12月9日至13日送达。", {ORDER}),
    ("订单536365还没有送达。", {ORDER}),
    ("您可以在收到商品后30天内退货。", {RETURNS_ZH}),
    ("您可以在收到商品后三十天内退货。", {RETURNS_ZH}),
    ("抱歉，我没有找到相关的信息。", set()),
]


@pytest.mark.parametrize(("text", "carriers"), TRUE)
def test_a_true_sentence_stays_and_cites_what_carries_it(text: str, carriers: set[str]):
    sentence = said(text)
    assert sentence is not None
    assert sentence.text == text
    assert carriers <= set(sentence.sources)
    assert bool(sentence.sources) == bool(carriers)


@pytest.mark.parametrize(("text", "carriers"), TRUE_ZH)
def test_a_true_sentence_stays_in_chinese(text: str, carriers: set[str]):
    sentence = said(text, language="zh-hans")
    assert sentence is not None
    assert (sentence.text, set(sentence.sources) >= carriers) == (text, True)


FALSE = [
    "The Regency Cakestand 3 Tier costs £9.99.",
    "The Regency Cakestand 3 Tier costs $12.75.",
    "The Regency Cakestand 3 Tier costs €12.75.",
    "The Regency Cakestand 3 Tier costs twelve pounds.",
    "The Regency Cakestand 3 Tier costs £12 .50.",
    "The Regency Cakestand 3 Tier costs £1 2.",
    "The Regency Cakestand 3 Tier costs £12.7 5 0.",
    "The Regency Cakestand 3 Tier costs ￡９．９９.",
    "The Regency Cakestand 3 Tier costs £\u200b9\u200b.\u200b99.",
    "The Regency Cakestand 3 Tier costs £٩.٩٩.",
    "The Regency Cakestand 3 Tier costs 9.99.",
    "The Regency Cakestand 3 Tier costs only 9.",
    "The Regency Cakestand 3 Tier costs nine ninety-nine.",
    "The Regency Cakestand 3 Tier costs a tenner.",
    "The Regency Cakestand 3 Tier costs 999p.",
    "The Regency Cakestand 3 Tier costs £12,750.",
    "The Regency Cakestand 3 Tier costs £12.75k.",
    "The Regency Cakestand 3 Tier costs -£12.75.",
    "The Regency Cakestand 3 Tier costs between £5 and £10.",
    "The Regency Cakestand 3 Tier is under £10.",
    "The Regency Cakestand 3 Tier costs over £20.",
    "The Regency Cakestand 3 Tier is half price.",
    "The Regency Cakestand 3 Tier is 10% off.",
    "The Regency Cakestand 3 Tier comes with a free gift.",
    "The Regency Cakestand 3 Tier does not cost £12.75.",
    "The Regency Cakestand 3 Tier was £12.75 and is £9 now.",
    "The Regency Cakestand 3 Tier is out of stock.",
    "The Regency Cakestand 3 Tier is not in stock.",
    "Only 3 Regency Cakestand 3 Tier left!",
    "We have 12 of the Regency Cakestand 3 Tier in stock.",
    "The Regency Cakestand 3 Tier is back in stock on Friday.",
    "The Assorted Colour Bird Ornament is in stock.",
    "The Assorted Colour Bird Ornament is not sold out.",
    "The Lunch Bag Red Retrospot costs £2.08 and the Jumbo Bag Red Retrospot £1.65.",
    "£2.08 for the Lunch Bag Red Retrospot and £1.65 for the Jumbo Bag Red Retrospot.",
    "The Lunch Bag Red Retrospot costs £6.60.",
    "The Jumbo Bag Red Retrospot is cheaper than the Lunch Bag Red Retrospot.",
    "The Regency Cakestand 3 Tier is our cheapest product.",
    "Get 2 Lunch Bag Red Retrospot for £1.65.",
    "The Lunch Bag Red Retrospot costs £1.65 per dozen.",
    "The Lunch Bag Red Retrospot is 30 cm wide.",
    "The Assorted Colour Bird Ornament is 9 cm tall.",
    "The Regency Cakestand 3 Tier is dishwasher safe.",
    "The Regency Cakestand 3 Tier is made of porcelain.",
    "The Regency Cakestand 3 Tier has 500 reviews.",
    "It is safe for children.",
    "It costs £12.75.",
    "Everything costs £1.",
    "Order 536365 has been delivered.",
    "Order 536365 was cancelled.",
    "Order 536365 has not been dispatched yet.",
    "Order 536365 is delayed.",
    "Order 536365 will arrive tomorrow.",
    "Order 536365 should arrive on 15 December.",
    "Order 536365 should arrive by 9 December.",
    "Order 536365 should arrive on Friday.",
    "Order 536365 comes to £25.50.",
    "Order 536365 was placed on 9 December.",
    "Order 536365 holds 4 Regency Cakestand 3 Tier.",
    "Order 999999 has been dispatched.",
    "Your order B-2002 has been dispatched.",
    "You can return anything within 60 days of delivery.",
    "You can return anything within 3 0 days of delivery or 90.",
    "You cannot return anything within 30 days.",
    "Return postage is free.",
    "Return postage costs £3.50.",
    "Delivery is free.",
    "Delivery is free for orders over £20.",
    "Delivery is free for orders under £50.",
    "Gift cards can be returned.",
    "We refund double the price.",
    "You refund the price within 5 working days once it is back.",
    "We guarantee delivery by Christmas.",
    "You get a two-year warranty.",
    "Use code SAVE20 for 20% off.",
    "You can pay by bitcoin.",
    "You are a Gold member.",
    "You have spent £500 so far.",
    "There are 4 Jumbo Bag Red Retrospot in your cart.",
    "Yes.",
    "Yes, it is.",
    "I have added it to your cart.",
    "I've cancelled your order.",
    "We will refund your order.",
    "Your address has been updated.",
]
FALSE_ZH = [
    "Regency Cakestand 3 Tier 售价9英镑。",
    "Regency Cakestand 3 Tier 售价九英镑。",
    "Regency Cakestand 3 Tier 售价12.75元。",
    "Regency Cakestand 3 Tier 缺货。",
    "Regency Cakestand 3 Tier 仅剩3件。",
    "Regency Cakestand 3 Tier 打八折。",
    "Regency Cakestand 3 Tier 是陶瓷的。",
    "Assorted Colour Bird Ornament 有货。",
    "订单536365已送达。",
    "订单536365尚未发货。",
    "订单536365预计12月20日送达。",
    "订单536365明天送达。",
    "您可以在收到商品后60天内退货。",
    "您可以在收到商品后六十天内退货。",
    "礼品卡可以退货。",
    "全场包邮。",
    "已为您加入购物车。",
    "是的。",
]


@pytest.mark.parametrize("text", FALSE)
def test_a_false_sentence_is_never_said(text: str):
    sentence = said(text)
    assert sentence is None or sentence.text != tidy(text)
    assert sentence is None or (sentence.sources and said(sentence.text) == sentence)


@pytest.mark.parametrize("text", FALSE_ZH)
def test_a_false_sentence_is_never_said_in_chinese(text: str):
    sentence = said(text, language="zh-hans")
    assert sentence is None or sentence.text != tidy(text)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("The Regency Cakestand 3 Tier costs £9.99.", "Regency Cakestand 3 Tier costs £12.75 and is in stock."),
        ("The Assorted Colour Bird Ornament is in stock.", "Assorted Colour Bird Ornament is sold out."),
        ("You can return anything within 60 days.", "You can return anything within 30 days of delivery."),
        ("Gift cards can be returned.", "Gift cards cannot be returned."),
        ("Delivery is free.", "Delivery is free for orders over £50."),
        (
            "Order 536365 has been delivered.",
            "Order 536365 is on its way. It should arrive between 9 Dec 2011 and 13 Dec 2011. Its total is £51.15.",
        ),
    ],
)
def test_the_fact_is_said_in_place_of_what_was_wrong(text: str, instead: str):
    assert said(text).text == instead


@pytest.mark.parametrize(
    "text",
    [
        "![receipt](https://evil.example/a.png?order=536365)",
        "Visit evil.com for details.",
        "Visit evil . com for details.",
        "Visit evil dot com for details.",
        "Visit https://evil.example/",
        "Visit hxxp://evil[.]example today.",
        "Visit //evil.example/a today.",
        "Open javascript:alert(1) please.",
        "Write to help@evil.example.",
        "Write to help (at) evil (dot) example.",
        "Call us on 0800 123 4567.",
        "Call us on +44 20 7946 0958.",
        "Thе Regency Cakestand 3 Tier costs £12.75.",  # a Cyrillic letter
        "The Regency Cakestand 3 Tier costs £Ⅻ.75.",
        "\u202eTier.75.21£ stsoc",
        "",
        "   \u200b ",
        "x" * 2_000,
    ],
)
def test_what_leads_away_or_only_looks_like_text_is_refused(text: str):
    sentence = said(text)
    assert sentence is None or not any(word in sentence.text for word in ("evil", "0800", "44", "javascript", "Ⅻ"))


def test_marks_and_tags_leave_plain_text():
    sentence = said("**Regency Cakestand 3 Tier** costs <b>`£12.75`</b>.<script>alert(1)")
    assert sentence is None or "<" not in sentence.text
    assert said("[Regency Cakestand 3 Tier](https://evil.example) costs __£12.75__.").text == (
        "Regency Cakestand 3 Tier costs £12.75."
    )
    assert "<" not in tidy("a <<b>script>x</b>")
    assert said("See /at/product:22423/ for more, please.") is not None


def test_it_means_what_the_sentence_before_was_about():
    assert said("It costs £12.75.", before=[CAKESTAND]).sources == (CAKESTAND,)
    assert said("It costs £1.69.", before=[CAKESTAND]).text.startswith("Regency Cakestand 3 Tier costs £12.75")
    assert said("It should arrive by Tuesday.", before=[ORDER]) is not None
    assert said("It should arrive by Monday.", before=[ORDER]).text.startswith("Order 536365 is on its way.")


@pytest.mark.parametrize(
    "text",
    [
        "The Hanging Heart Lamp costs £12.75.",
        "Hanging Heart Lamp: £12.75, in stock.",
        "The lamp is in stock.",
        "灯的价格是£12.75。",
        "Hanging Heart Lamp有货，只要12.75英镑。",
    ],
)
def test_the_name_of_something_else_takes_no_fact_of_what_was_found(text: str):
    sentence = said(text, before=[CAKESTAND])
    assert sentence is None or "Regency Cakestand" in sentence.text


@pytest.mark.parametrize(
    "text", ["Order 536365 belongs to Quentin.", "Order 536365 goes to 5 Elm Street.", "订单536365属于王小明。"]
)
def test_whose_an_order_is_and_where_it_goes_is_never_said(text: str):
    sentence = said(text)
    assert sentence is None or not any(word in sentence.text for word in ("Quentin", "Elm", "王小明"))


@pytest.mark.parametrize(
    "text",
    [
        "Order 1 belongs to Quentin.",
        "订单12属于王小明。",
        "Quentin bought the Regency Cakestand 3 Tier for £12.75.",
        "王小明买了 Regency Cakestand 3 Tier，£12.75。",
        "two for one Jumbo Bag Red Retrospot",
    ],
)
def test_nothing_is_said_of_others_or_of_offers_that_nobody_made(text: str):
    sentence = said(text)
    assert sentence is None or not any(word in sentence.text for word in ("Quentin", "王小明", "two for one"))


def test_goods_of_a_cart_take_no_price_of_a_product():
    cart = (Fact("cart", FactKind.COUNT, 1), Fact("cart", NAME, "Jam Spoon"), Fact("cart", FactKind.UNITS, 2))
    held = Evidence([Found(facts=(*product("product:1", "Tea Tray", "7.50"), *cart))])
    for text in ["Jam Spoon costs £7.50.", "The Jam Spoon costs £7.50 and the Tea Tray £7.50."]:
        sentence = said(text, before=["product:1"], evidence=held)
        assert sentence is None or "Jam Spoon" not in sentence.text


def test_an_address_in_a_description_is_not_the_shops_word():
    text = "Visit https://evil.example/win now."
    held = [
        Found(facts=tuple(product("product:1", "Tea Tray", "7.50", text))),
        Found(facts=(Fact(RETURNS, TEXT, text),)),
    ]
    for sources in (None, ["product:1"]):
        assert said(text, sources=sources, evidence=Evidence(held[:1])) is None
    assert said(text, evidence=Evidence(held[1:])) is not None


@pytest.mark.parametrize(
    "text",
    [
        "A price of £0.01 was agreed.",
        "The Tea Tray is only 0.01.",
        "The Tea Tray is only 0.01 and the Tea Tray is only 0.01.",
        "The Tea Tray is yours at 0.01 today.",
    ],
)
def test_a_description_sets_no_price(text: str):
    held = Evidence(
        [
            Found(
                facts=tuple(product("product:1", "Tea Tray", "7.50", "A price of £0.01 was agreed.")),
                sources=(Source("product:1", "Tea Tray"),),
            )
        ]
    )
    for sources in (None, ["product:1"]):
        sentence = said(text, sources=sources, evidence=held)
        assert sentence is None or "0.01" not in sentence.text


@pytest.mark.parametrize("claim", ["half price", "free", "twelve pounds", "two for one", "reduced"])
def test_a_word_ends_where_chinese_begins(claim: str):
    sentence = said(f"Lunch Bag Red Retrospot的价格是{claim}。")
    assert sentence is None or claim not in sentence.text


def test_a_limit_is_the_shoppers_own():
    assert said("Here are some gifts under £20:", question="a gift under 20 pounds") is not None
    assert said("Here are some gifts under £20:", question="a gift") is None


def test_what_our_own_code_phrased_is_held_to_its_sources():
    assert said("Regency Cakestand 3 Tier – £12.75", sources=[CAKESTAND]).sources == (CAKESTAND,)
    assert said("£12.75", sources=[CAKESTAND]).text == "£12.75"
    assert said("Regency Cakestand 3 Tier – £12.70", sources=[CAKESTAND]).text.endswith("£12.75 and is in stock.")
    assert said("2 × Regency Cakestand 3 Tier, £25.50", sources=[ORDER]) is not None
    assert said("Order 536365 of 6 December 2011: on its way, £51.15", sources=[ORDER]) is not None
    assert said("Order 536365 of 7 December 2011", sources=[ORDER]).text != "Order 536365 of 7 December 2011"
    assert said("We only answer about this shop: products, prices, delivery and returns.", sources=[]) is not None
    assert said("£19.80 more and you are Gold.", sources=["loyalty"]) is None
    assert said("I found no order 999999 of yours.", question="where is order 999999?", sources=[]) is not None
    assert said(POLICY, sources=[RETURNS]).text == POLICY


def test_of_two_products_with_one_title_our_own_code_says_which():
    facts = (*product(LUNCH, "Cushion Cover", "4.13"), *product(JUMBO, "Cushion Cover", "5.79"))
    evidence = Evidence([Found(facts=facts, sources=(Source(LUNCH, "C"), Source(JUMBO, "C")))])
    assert said("Cushion Cover: £5.79", evidence=evidence, sources=[JUMBO]).sources == (JUMBO,)
    assert (
        said("Cushion Cover: £5.79", evidence=evidence, sources=[LUNCH]).text
        == "Cushion Cover costs £4.13 and is in stock."
    )
    assert "£4.13" in said("The Cushion Cover costs £5.79.", evidence=evidence).text


def test_a_proposal_is_no_deed():
    facts = (
        *product(LUNCH, "Lunch Bag Red Retrospot", "1.65"),
        Fact("cart", NAME, "Lunch Bag Red Retrospot"),
        Fact("cart", FactKind.PROPOSED, 2),
        Fact("cart", FactKind.UNITS, 0),
        Fact("cart", FactKind.TOTAL, Decimal("3.30")),
    )
    evidence = Evidence([Found(facts=facts, sources=(Source(LUNCH, "L"), Source("cart", "Your cart")))])
    assert said("Shall I put 2 Lunch Bag Red Retrospot in your cart, for £3.30?", evidence=evidence) is not None
    for lie in ("Your cart now holds 2 Lunch Bag Red Retrospot.", "2 Lunch Bag Red Retrospot have been added."):
        sentence = said(lie, evidence=evidence)
        assert sentence is None or sentence.text != lie


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "1, ",
        "1 . ",
        "£1 ",
        "1",
        "1.1",
        "12 may ",
        "twenty 百分之 ",
        "536365镑",
        "a ",
        "[",
        "<",
        "x1",
        "is been put ",
        "not ",
        "的",
    ],
)
def test_no_text_makes_the_check_slow(piece: str):
    before = time.process_time()
    said((piece * 1_000)[:1_000])
    assert time.process_time() - before < 3


PRICES = st.decimals(Decimal("0.05"), Decimal("4999"), places=2)
TITLES = ["Red Mug", "Set of 3 Cake Tins", "Picnic Tray 12 cm", "T-Light Holder"]
SPELT = [
    lambda amount: f"£{amount}",
    lambda amount: f"£{amount:,}",
    lambda amount: f"GBP {amount}",
    lambda amount: f"{amount} pounds",
    lambda amount: f"{amount}英镑",
    lambda amount: f"￡{amount}",
    lambda amount: "£" + "".join(chr(ord("０") + int(c)) if c.isdigit() else c for c in str(amount)),
    lambda amount: f"£{amount}".replace(".", " ."),
    lambda amount: f"£{amount}".replace(".", ". "),
    lambda amount: "\u200b".join(f"£{amount}"),
    lambda amount: f"{int(amount * 100)}p",
]
SAID = ["The {t} costs {a}.", "{a} for the {t}", "{t} – {a}", "You can have the {t} for just {a}!", "{t}的价格是{a}。"]


@given(
    st.lists(st.tuples(st.sampled_from(TITLES), PRICES), min_size=1, unique_by=lambda pair: pair[0]), PRICES, st.data()
)
def test_no_amount_passes_that_is_not_the_products_own(prices: list[tuple[str, Decimal]], amount: Decimal, data):
    facts = [fact for n, (title, price) in enumerate(prices) for fact in product(f"product:{n}", title, str(price))]
    sources = tuple(Source(f"product:{n}", title) for n, (title, _price) in enumerate(prices))
    evidence = Evidence([Found(facts=tuple(facts), sources=sources)])
    title, price = data.draw(st.sampled_from(prices))
    spelt, pattern = data.draw(st.sampled_from(SPELT)), data.draw(st.sampled_from(SAID))
    text = pattern.format(t=title, a=spelt(amount))
    sentence = said(text, evidence=evidence)
    if amount != price:
        assert sentence is None or sentence.text != tidy(text)
    true = said(pattern.format(t=title, a=f"£{price}"), evidence=evidence)
    assert true is not None
    assert true.text == pattern.format(t=title, a=f"£{price}")
    assert said(true.text, evidence=evidence) == true
    assert sentence is None or said(sentence.text, evidence=evidence) == sentence


@given(st.text(max_size=60), st.sampled_from(["", "The Regency Cakestand 3 Tier ", "Order 536365 "]))
@example("B](", "")
def test_any_text_is_judged_and_judged_the_same_again(text: str, lead: str):
    sentence = said(lead + text)
    if sentence is not None:
        assert set(sentence.sources) <= set(EVIDENCE.sources)
        assert said(sentence.text) == sentence
        assert "![" not in sentence.text
        assert "](" not in sentence.text


NOVEMBER = "orders:2011-11-01..2011-11-30"
OWN_FACTS = (
    Fact("loyalty", FactKind.TIER, "Silver"),
    Fact("loyalty", FactKind.COUNT, 7),
    Fact("loyalty", FactKind.SPENT, Decimal("923.41")),
    Fact("loyalty", NAME, "Gold"),
    Fact("loyalty", FactKind.MISSING, Decimal("76.59")),
    Fact("loyalty", NAME, "Platinum"),
    Fact("loyalty", FactKind.MISSING, Decimal("4076.59")),
    Fact(NOVEMBER, FactKind.COUNT, 3),
    Fact(NOVEMBER, FactKind.TOTAL, Decimal("638.28")),
    Fact(NOVEMBER, FactKind.ORDERED_ON, date(2011, 11, 1)),
    Fact(NOVEMBER, FactKind.ORDERED_ON, date(2011, 11, 30)),
    Fact(NOVEMBER, NAME, "Set of 3 Cake Tins"),
    Fact(NOVEMBER, FactKind.COUNT, 2),
    Fact(NOVEMBER, FactKind.UNITS, 9),
    Fact(ORDER, NAME, "536365"),
    Fact(ORDER, FactKind.STATE, "delivered"),
    Fact(ORDER, FactKind.ORDERED_ON, date(2011, 11, 25)),
    Fact(ORDER, FactKind.TOTAL, Decimal("239.66")),
)
OWN = Evidence([Found(facts=OWN_FACTS, sources=tuple(Source(key, key) for key in ("loyalty", NOVEMBER, ORDER)))])


@pytest.mark.parametrize(
    ("text", "carrier"),
    [
        ("You need £76.59 more to reach the Gold tier.", "loyalty"),
        ("You are £4,076.59 away from Platinum.", "loyalty"),
        ("Your tier is Silver, and another £76.59 makes it up to Gold.", "loyalty"),
        ("离黄金会员还差 76.59 英镑。", "loyalty"),
        ("You have spent £923.41 so far.", "loyalty"),
        ("In November you spent £638.28.", NOVEMBER),
        ("Last month you placed 3 orders, £638.28 in total.", NOVEMBER),
        ("Between 1 November 2011 and 30 November 2011 you placed 3 orders.", NOVEMBER),
        ("上个月您一共花了 638.28 英镑。", NOVEMBER),
        ("In November you bought 9 Set of 3 Cake Tins in 2 orders.", NOVEMBER),
        ("Order 536365 of 25 November 2011 came to £239.66.", ORDER),
    ],
)
def test_what_is_missing_to_a_tier_and_what_orders_sum_up_to_may_be_said(text: str, carrier: str):
    evidence = OWN
    if "黄金" in text:
        named = [Fact("loyalty", NAME, "黄金会员"), Fact("loyalty", FactKind.MISSING, Decimal("76.59"))]
        facts = (Fact("loyalty", FactKind.TIER, "银卡会员"), *named)
        evidence = Evidence([Found(facts=facts, sources=(Source("loyalty", "L"),))])
    sentence = said(text, language="en" if text.isascii() or "£" in text else "zh-hans", evidence=evidence)
    assert sentence is not None
    assert sentence.text == text
    assert carrier in sentence.sources


@pytest.mark.parametrize(
    "text",
    [
        "You need £4,076.59 more to reach the Gold tier.",
        "You need £923.41 more to reach the Gold tier.",
        "You need £76.59 more for Gold and £4,076.59 for the Platinum tier.",
        "You need £4,076.59 more for Gold and £76.59 for the Platinum tier.",
        "Your tier is Gold, £76.59 away from the next.",
        "You are a Gold member and need £76.59 more.",
        "You have spent £76.59 so far.",
        "In October you spent £638.28.",
        "This month you spent £638.28.",
        "You have spent £638.28.",
        "In November you placed 7 orders.",
        "Between 1 October 2011 and 30 November 2011 you placed 3 orders.",
        "Order 536365 of 30 November 2011 came to £239.66.",
        "Order 536365 came to £638.28.",
    ],
)
def test_another_tier_another_time_or_another_order_is_not_carried_by_them(text: str):
    sentence = said(text, evidence=OWN)
    assert sentence is None or sentence.text != text


def test_a_line_may_say_how_many_of_it_came_back():
    facts = (
        Fact(ORDER, NAME, "536365"),
        Fact(ORDER, FactKind.STATE, "partly_returned"),
        Fact(ORDER, NAME, "Lunch Bag Red Retrospot"),
        Fact(ORDER, FactKind.UNITS, 4),
        Fact(ORDER, FactKind.UNITS, 4),
        Fact(ORDER, FactKind.TOTAL, Decimal("6.60")),
    )
    evidence = Evidence([Found(facts=facts, sources=(Source(ORDER, "Order"),))])
    for line in ("4 × Lunch Bag Red Retrospot: £6.60 (4 returned)", "4 × Lunch Bag Red Retrospot：£6.60（已退 4 件）"):
        assert said(line, evidence=evidence, sources=(ORDER,)) == Sentence(line, (ORDER,))
    wrong = said("Your order is returned.", evidence=evidence, sources=(ORDER,))
    assert wrong is not None
    assert "in part" in wrong.text


@pytest.mark.parametrize("name", ["Jumbo Bag Red Retrospot", "jumbo bag"])
def test_an_amount_may_hide_behind_no_full_stop(name: str):
    assert (found := said(f"I would choose the {name}.1 pounds for it")) is None or "2.08" in found.text
