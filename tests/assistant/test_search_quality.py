"""What shoppers ask finds the right thing among the demo shop's whole catalogue and policies, in its first three hits."""

from __future__ import annotations

import re
import time
from statistics import median
from urllib.parse import unquote

import pytest

from loyalty_ai.assistant.indexing import index_products
from loyalty_ai.assistant.knowledge import Catalogue
from loyalty_ai.assistant.passages import live_passages
from loyalty_ai.shop.models import Product, Store
from shop_demo.knowledge import publish_policies
from shop_demo.ledger import keep_ledger
from shop_demo.retail_log import Log
from shop_demo.shelves import category_path
from tests import fakes

SHARE = 0.9

PRODUCTS = {
    # plain
    "regency cake stand": "Regency Cakestand",
    "red retrospot jumbo bag": "Jumbo Bag Red Retrospot",
    "white hanging heart t-light holder": "White Hanging Heart T-Light Holder",
    "kitchen scales": "Kitchen Scales",
    "advent calendar": "Advent Calendar",
    "passport cover": "Passport Cover",
    "85123A": "White Hanging Heart T-Light Holder",
    # questions, plurals and other forms
    "Do you have any alarm clocks?": "Alarm Clock",
    "I am looking for a doormat": "Doormat",
    "have you got cushion covers in your shop": "Cushion Cover",
    "something for baking": "Baking|Cake",
    "knitting needles or a knitting kit": "Knitting",
    "wrapping paper": "Wrap",
    "scented candles under 5 pounds": "Scent.*Candle",
    "childrens umbrella": "Children's Umbrella",
    "a watering can for the garden": "Watering Can",
    "birdhouses": "Bird ?house",
    "what mugs do you have with dogs on them": "Mug.*Dog",
    "a lunch box for kids": "Lunch Box",
    "skipping ropes": "Skipping Rope",
    # other words for it
    "xmas tree decorations": "Christmas Tree",
    "tealight holder": "T-?light Holder",
    "hairgrips": "Hair ?(Clip|Grip|Slide)",
    "teddy": "Teddy|Bear",
    "wastepaper bin": "Bin",
    "brolly": "Umbrella|Parasol",
    "jewelry box": "Jewellery Box",
    "shopping bag": "Shopp(er|ing)",
    "diary": "Journal|Notebook|Diary",
    # slips
    "lantren": "Lantern",
    "chrismas stocking": "Stocking",
    "umberella": "Umbrella",
    "tea towles": "Tea Towel",
    "necklase": "Necklace",
    "jigsow puzzle": "Jigsaw",
    "hot watter bottle": "Hot Water Bottle",
    "cuttlery": "Cutlery",
    "thermometre": "Thermometer",
    # Chinese
    "有没有红色的雨伞？": "Red.*Umbrella|Umbrella.*Red",
    "我想买一个茶壶": "Teapot",
    "圣诞树装饰": "Christmas Tree",
    "热水袋": "Hot Water Bottle",
    "儿童围裙": "Children's Apron",
    "钥匙扣": "Key ?ring",
    "有什么笔记本": "Notebook",
    "首饰盒": "Jewellery Box",
    "饼干罐": "(Biscuit|Cookie).*(Tin|Jar)",
    "生日贺卡": "Birthday.*Card|Card.*Birthday",
}

POLICIES = {
    "How long does delivery take?": "delivery#how-long-delivery-takes",
    "what is the postage": "delivery#what-delivery-costs",
    "Do you ship to Germany?": "delivery#countries-we-deliver-to",
    "can you deliver to the USA": "delivery#countries-we-deliver-to",
    "I need it tomorrow, is there express shipping": "delivery#express-and-chosen-days",
    "where is my parcel": "delivery#where-your-parcel-is",
    "Can I send something back?": "returns#how-to-return-something",
    "how many days do I have to return an item": "returns#how-long-you-have",
    "when do I get my money back": "returns#when-the-money-comes-back",
    "my mug arrived broken": "damaged-goods#if-something-arrives-broken",
    "do you take paypal": "payment#ways-to-pay",
    "I have a discount code": "payment#gift-vouchers-and-discount-codes",
    "VAT invoice please": "payment#invoices",
    "how much is gift wrapping": "gift-wrapping#what-gift-wrapping-costs",
    "minimum order for wholesale": "wholesale#minimum-order",
    "discount for bulk orders": "wholesale#bulk-discounts",
    "What do I need to spend to be Gold?": "loyalty#the-tiers-member-silver-gold-platinum",
    "do you have loyalty points": "loyalty#points",
    "please delete all my data": "privacy#having-your-data-erased",
    "do you sell my personal data": "privacy#we-sell-no-data",
    "how do I turn off personalised recommendations": "privacy#switching-personalisation-off",
    "what is your phone number": "contact#telephone-number",
    "opening times": "contact#opening-hours",
    "when will it be back in stock": "stock#when-it-comes-back",
    "can I cancel my order": "order-changes#how-to-cancel-an-order",
    "I gave the wrong address": "order-changes#wrong-address",
}

POLICIES_IN_CHINESE = {
    "多久能送到？": "delivery#配送需要多久",
    "运费是多少": "delivery#运费",
    "能送到德国吗": "delivery#配送到哪些国家",
    "我想退货，有期限吗": "returns#退货期限",
    "退款要几天": "returns#多久退款",
    "收到的杯子破了": "damaged-goods#收到的东西坏了怎么办",
    "可以用什么付款": "payment#付款方式",
    "礼品包装要多少钱": "gift-wrapping#礼品包装多少钱",
    "有积分吗": "loyalty#积分",
    "金卡会员要消费多少": "loyalty#四个等级普通银卡金卡白金",
    "怎么删除我的数据": "privacy#删除您的数据",
    "客服电话": "contact#电话",
    "什么时候补货": "stock#什么时候补货",
    "怎么取消订单": "order-changes#怎样取消订单",
}

NOTHING = [
    "do you sell laptops",
    "who is the president",
    "quantum chromodynamics",
    "天气怎么样",
    "你们卖手机吗",
]


@pytest.fixture
def store(db) -> Store:
    store = fakes.make_store()
    Product.objects.bulk_create(
        Product(
            store=store,
            external_id=code,
            title=entry.title,
            category=category_path(entry.shelf),
            price=entry.price,
            currency="GBP",
            available=entry.stock > 0,
        )
        for code, entry in keep_ledger(Log()).catalogue.items()
        if entry.titles and entry.prices
    )
    index_products(store)
    publish_policies(store)
    return store


def test_questions_find_what_they_ask_for(store: Store):
    missed, seconds = {}, []
    for question, right in PRODUCTS.items():
        began = time.perf_counter()
        titles = [hit.title for hit in Catalogue("default").search(question, limit=3)]
        seconds.append(time.perf_counter() - began)
        if not any(re.search(right, title, re.IGNORECASE) for title in titles):
            missed[question] = titles
    assert len(missed) <= (1 - SHARE) * len(PRODUCTS), missed
    assert median(seconds) < 0.5  # a busy machine is allowed for; the report says what a quiet one needs

    missed = {}
    for language, questions in (("en", POLICIES), ("zh-hans", POLICIES_IN_CHINESE)):
        for question, right in questions.items():
            hits = live_passages(store="default", language=language).search(question, limit=3)
            places = [f"{hit.document}#{unquote(hit.url.partition('#')[2])}" for hit in hits]
            if right not in places:
                missed[question] = places
    assert len(missed) <= (1 - SHARE) * (len(POLICIES) + len(POLICIES_IN_CHINESE)), missed

    for question in NOTHING:
        for hits in (
            Catalogue("default").search(question),
            live_passages(store="default", language="en").search(question),
        ):
            assert all(hit.score < 0.5 for hit in hits), (question, hits[0])
