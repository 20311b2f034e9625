"""Rules in other words: what a document says may be said freely, and what only sounds like it is not said."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shop_demo
from loyalty_ai.assistant.claims import Evidence, check
from loyalty_ai.assistant.paraphrase import says_the_same
from loyalty_ai.assistant.turn import Fact, FactKind, Found, Sentence, Source, Turn

POLICIES = Path(shop_demo.__file__).parent / "policies" / "en"


@cache
def evidence() -> Evidence:
    """Every part of the demo shop's documents, as the tool tells them, and a Silver member's loyalty."""
    facts = [Fact("loyalty", FactKind.TIER, "Silver")]
    for path in sorted(POLICIES.glob("*.md")):
        title, *parts = re.split(r"^#+ ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        for number, part in enumerate(parts):
            heading, _line, text = part.partition("\n")
            lines = "\n".join(line.strip() for line in text.splitlines() if line.strip())
            key = f"passage:{path.stem}{number}"
            facts += [Fact(key, FactKind.NAME, title.strip()), Fact(key, FactKind.TEXT, heading)]
            facts.append(Fact(key, FactKind.TEXT, lines))
    sources = tuple(Source(key, key) for key in dict.fromkeys(fact.source for fact in facts))
    return Evidence([Found(facts=tuple(facts), sources=sources)])


def said(text: str) -> Sentence | None:
    return check(text, evidence(), turn=Turn("default", "?", "en", datetime(2011, 12, 8, 12, tzinfo=UTC)))


FAITHFUL = """
Shipping is free.
Delivery costs nothing.
We ship to France.
You can pay with PayPal.
Returns from the UK cost £3.95.
Earrings can't be returned unless they arrived damaged.
We don't do exchanges.
Exchanges are not possible.
Gift wrapping is free of charge for Gold customers.
Gift wrapping costs £2.50 per parcel.
Orders cannot be collected.
There is no express delivery.
We don't deliver at weekends.
We do not ship to Japan.
Your card is charged once your order leaves our warehouse.
Prices include UK VAT of 20%.
We sell no gift vouchers.
There aren't any discount codes.
You don't need to send a broken product back unless we ask for it.
Once an order has been dispatched it can't be changed or cancelled.
A dispatched order cannot be cancelled.
You can order as a guest.
Joining is free.
A cart doesn't reserve anything.
A sold out product can't be ordered.
We don't keep your card numbers.
We never sell your data.
You can ask for a person at any time.
The time is the same for all countries.
Whoever got a gift can return it with the order number.
The refund goes to the person who paid.
You are a Silver member.
Your current tier is Silver.
You're a Silver customer.
If goods are damaged, the return costs nothing.
The warehouse in Leeds has no counter.
We wrap in brown paper with a ribbon in red and white.
Tiers do not change prices.
We send gifts to any address in the countries we deliver to.
Complaints are answered by a manager within 5 working days.
You may pay using Apple Pay.
We ship to Norway and Sweden.
Import tax may be asked by the courier in Norway.
If a price was obviously wrong we cancel the order.
We take no cash.
We don't accept cheques.
You can return goods for any reason within 30 days of delivery.
Returned goods must be unused.
Goods made for you can't be returned unless they arrived damaged.
There is no minimum order.
Gift parcels don't hold an invoice.
Most products come back in 4 to 6 weeks.
Christmas products come back in the next season only.
Write to us with the number of the product.
We set one cookie for your session.
There are no cookies for advertising.
Invoices which the law makes us keep stay with our accountants for 6 years.
No tier changes prices.
Everybody pays the same.
We count again every night.
You can ask for a person at any time.
Orders can be placed at any hour.
An order can be changed while it is being prepared.
Once an order has left we can't wrap it.
We don't wrap products one by one.
""".strip().splitlines()

FALSE = """
Delivery is never free.
We ship to Japan.
We do not ship to France.
You can pay with bitcoin.
You can pay by Visa or bitcoin.
We accept cheques.
Returns from the UK are free.
Returns from the UK cost £2.95.
Earrings cannot be returned.
Earrings can be returned.
Candles cannot be returned.
Soap can be returned.
We exchange goods.
Gift wrapping is free.
Gift wrapping is free for Silver customers.
Gift wrapping is free for customers.
Gift wrapping is free for all customers.
You wrap in brown paper.
Orders can be collected.
There is express delivery.
We deliver at weekends.
Your card is charged before your order leaves our warehouse.
Your card is charged when you order.
We sell gift vouchers.
You must send a broken product back.
You must not send a broken product back.
You don't need to send a broken product back.
We need not send a broken product back.
An order can be cancelled.
Once an order has been dispatched it can be cancelled.
An order that was not dispatched cannot be changed or cancelled.
You cannot order as a guest.
A cart reserves products.
We take pre-orders.
A sold out product can be ordered.
We keep your card numbers.
We sell your data.
The refund goes to whoever got the gift.
The person who paid can return it.
You are a Gold member.
You are not a Silver member.
You were a Silver member.
You will be a Silver member soon.
You are almost a Silver member.
You refund us within 5 working days after the goods arrive.
We refund within 5 working days.
We refund within 5 days after the goods arrive with us.
We refund within 5 working days before the goods arrive with us.
The return is free.
The return is always free.
If goods are not damaged, the return is free.
If goods are unwanted, the return is free.
Tiers change prices.
We send gifts to any address.
We have points.
All products come back within 4 to 6 weeks.
Products come back within 4 to 6 weeks.
Most products come back within 6 to 4 weeks.
Most products come back within 4 to 6 days.
Import tax is charged by the courier.
You send the invoice to us by e-mail.
You send the invoice by e-mail.
Wholesale customers cannot pay by invoice.
Customers can pay by invoice.
You can pay by invoice.
Bulk orders get 10 % off.
A wholesale order of £500 or more gets 15 % off.
A wholesale order of £1,000 or more gets 10 % off.
We repair it.
If a product fails within 12 months, we refund it.
If a product fails within 12 months although it was used as meant, we refund it.
Gold and Platinum customers have 30 days.
Silver and Gold customers have 60 days.
Customers have 60 days.
Gift messages are free.
Wear and dropped glass are covered.
You can change an order.
We can change your order after it was dispatched.
You deliver free.
We may write to you without your consent.
Letters from the shop are on until you switch them off.
As a Silver member you get free gift wrapping.
Silver members get news of new products a week before others.
You can cancel at any time.
The courier pays import tax.
We pay the postage from other countries.
You pay the postage.
From other countries we pay the postage.
Shipping to Canada is free.
Delivery costs are paid by you.
You may not pay using Apple Pay.
Parcels can be delivered on a chosen day.
We ship to Norway but not to Sweden.
The courier never asks import tax.
Letters from the shop are on until you switch them off.
If a price was obviously wrong you cancel the order.
If a price was wrong we cancel the order and you pay.
We only take cash.
You can return goods within 30 days of delivery without their packing.
You can return goods within 60 days of delivery.
Returned goods can be used.
Returned goods need not be unused.
Goods made for you can be returned.
Goods made for you can't be returned even if they arrived damaged.
A wholesale order must be at most £150.
There is a minimum order.
A gift parcel shows the prices.
Gift messages cost £2.50.
All designs come back.
Designs never come back.
Most products never come back.
Christmas products come back within 4 to 6 weeks.
Card numbers go to us.
We set cookies for advertising.
We keep your invoices forever.
Each tier changes prices.
Gold members pay less.
We count once a year.
A person can use several codes.
Only Gold customers can ask for a person.
Orders can be changed after they were dispatched.
An order can be changed unless it is being prepared.
Orders can be cancelled.
Samples are free.
If a product fails we repair it, replace it or refund it.
Once an order has left we can wrap it.
We wrap products one by one.
The return is free for everybody.
The return is free unless goods are damaged.
You refund us.
We return goods within 30 days.
Platinum customers get answers within 4 working days.
Silver customers get free gift wrapping.
Gold customers get answers from a person within 4 working hours.
The warehouse in Leeds has a counter.
Orders can be collected from the warehouse in Leeds.
We are open on Saturdays.
You hear from us within 10 working days.
We answer within 1 hour.
Guests can not order.
You need an account to order.
Your cart is reserved.
We buy data and sell it.
Your account keeps none of your orders.
Exchange goods within 30 days.
You can exchange goods.
Duties are paid by you in the European Union.
""".strip().splitlines()


@pytest.mark.parametrize("text", FAITHFUL)
def test_a_rule_in_other_words_is_said_and_cites_its_document(text: str):
    sentence = said(text)
    assert sentence is not None
    assert sentence.text == text
    assert sentence.sources


@pytest.mark.parametrize("text", FALSE)
def test_what_no_document_says_is_not_said(text: str):
    sentence = said(text)
    assert sentence is None or sentence.text != text


OTHER = {
    "we": "you", "you": "we", "before": "after", "after": "before", "if": "unless", "unless": "if", "when": "unless",
    "once": "before", "until": "after", "while": "after", "gold": "silver", "platinum": "silver", "france": "japan",
    "norway": "canada", "sweden": "canada", "japan": "france", "visa": "bitcoin", "paypal": "bitcoin", "uk": "usa", "free": "£5",
    "most": "all", "some": "all", "single": "all", "damaged": "unwanted", "wholesale": "retail", "day": "hour", "days": "hours",
    "weeks": "days", "working": "calendar", "can": "must", "must": "can", "shipping": "returning", "opened": "unopened",
}  # fmt: skip
"""Words that a false rule has in place of the true one's; longer documents may make some of them true, so each is tried here."""


def falsified(text: str) -> list[str]:
    """The sentence made false in every way that it offers: denied or not, with other numbers or words, its condition gone."""
    found = []
    bare = re.sub(r"\b(can)not\b|n't\b", r"\1 not", text)
    if re.search(r"\bnot\b", bare):
        found.append(re.sub(r" \bnot\b", "", bare, count=1))
    elif not re.search(r"\b(?:no|never)\b", text):
        found.append(re.sub(r"\b(is|are|can|must|costs?|ships?|returns?|arrived|goes)\b", r"\1 not", text, count=1))
        found.append(re.sub(r"\b(is|are|can|must|be)\b", r"\1 never", text, count=1))
    changed = [(number, f"{float(number[0]) + 1:g}") for number in re.finditer(r"\d+(?:\.\d+)?", text)]
    changed += [(word, OTHER.get(word[0].lower(), "")) for word in re.finditer(r"[A-Za-z]+", text)]
    found += [text[: at.start()] + other + text[at.end() :] for at, other in changed if other]
    if condition := re.search(r",? (?:unless|if|until|while|after|only)\b[^,.]*", text):
        found.append(text[: condition.start()] + text[condition.end() :])
    if condition := re.match(r"(?:If|Once|When|Unless)\b[^,]*, ", text):
        found.append(text[condition.end() :].capitalize())
    return [each for each in dict.fromkeys(found) if each != text]


@given(st.sampled_from(FAITHFUL), st.randoms(use_true_random=False))
def test_a_faithful_sentence_made_false_is_not_said(text: str, dice: random.Random):
    if changed := falsified(text):
        false = dice.choice(changed)
        sentence = said(false)
        assert sentence is None or sentence.text != false


@given(st.text(alphabet="abcdeno tif,.;:-'1£%", max_size=80), st.text(alphabet="abcdeno tif,.;:-'1£%", max_size=80))
def test_any_two_texts_are_compared(one: str, other: str):
    assert says_the_same(one, other) in (True, False)
