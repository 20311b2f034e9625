"""A question in words that no document has is heard by its likeness to how people ask, and the documents answer or nobody does."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.assistant_subjects import SCALE, Listener, Wording, called, held_out, mistyped, read
from benchmarks.output import BadInput
from loyalty_ai.assistant import encoder, subjects
from loyalty_ai.assistant.documents import publish_document
from loyalty_ai.assistant.hearing import all_heard, heard
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrasing.tiers import HEARD
from loyalty_ai.assistant.questions import normal, understand
from loyalty_ai.assistant.subjects import likely
from loyalty_ai.assistant.turn import Outcome, Said
from tests.assistant.test_templates import CART, MUG, keys, open_shop, say

__all__ = ["open_shop"]

DELIVERY = """# Delivery

## What delivery costs

Delivery is free.

## If a parcel does not arrive

Write to us; we look for it and send it again.
"""


FEW = ("invoices", "what a return costs", "countries we deliver to", "ways to pay, cards")


def some(*subjects: str) -> list[Wording]:
    """The wordings of a few subjects, in both languages."""
    return [row for row in read() if set(row.subjects) & set(subjects)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_learned_is_what_the_app_carries(language: str):
    names = called()
    rows = [row for row in read() if row.language == language]
    asked = rows[:: len(rows) // 150]
    right = {row.text: {names[each] if language == "zh" else each for each in row.subjects} for row in asked}
    told = {subject for subject, _ in likely(asked[0].text)}
    assert told == set(names.values() if language == "zh" else names)
    assert sum(likely(text)[0][0] in subjects for text, subjects in right.items()) > 0.9 * len(asked)


def test_the_app_reads_the_chances_that_were_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rows = some(*FEW)
    learned = Listener.fit(rows[::4], epochs=2)
    path = tmp_path / "subjects.bin"
    path.write_bytes(learned.packed(temperature=1.5))
    monkeypatch.setattr(subjects, "FILE", path)
    asked = [row.text for row in rows[::40]]
    assert {subjects.CHINESE.search(text) is None for text in asked} == {True, False}
    in_floats = torch.softmax(learned.heard(asked) / 1.5, dim=1)
    kept = encoder.network(path).matrices  # 8 bits of each
    own = len(learned.known)
    units = kept["pieces.units"][own:, None]
    learned.matrices = {name: torch.from_numpy(np.array(kept[name])) for name in learned.matrices if name != "pieces"}
    learned.matrices["pieces"] = torch.from_numpy(kept["pieces"][own:] * units)
    learned.matrices["subjects.weight"] /= SCALE
    chances = torch.softmax(learned.heard(asked), dim=1)
    assert (chances - in_floats).abs().mean() < 0.05
    for text, expected in zip(asked, chances.tolist(), strict=True):
        names = called() if subjects.CHINESE.search(text) else {each: each for each in learned.subjects}
        expected = {names[subject]: chance for subject, chance in zip(learned.subjects, expected, strict=True)}
        assert dict(likely(text)) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("zh.txt", "a wording\n", "zh.txt:1: no subject above"),
        ("zh.txt", "## 发票\none\none\n", "zh.txt:3: a second time: one"),
        ("zh.txt", "## 月亮\none\n", "zh.txt:1: subjects.tsv does not know the subject: 月亮"),
        ("en.zh.tsv", "who is there\t谁在那里\n", "en.zh.tsv: no wording, so it cannot be translated: who is there"),
    ],
)
def test_wordings_that_cannot_be_learned_are_refused(
    file: str, text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("benchmarks.assistant_subjects.WORDINGS", tmp_path)
    for name in ("en.txt", "zh.txt", "en.zh.tsv", "zh.en.tsv"):
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "subjects.tsv").write_text("invoices\t发票\n", encoding="utf-8")
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=told):
        read()


def test_wordings_that_nothing_was_learned_from_are_heard_too():
    _temperature, told = held_out(some(*FEW), epochs=3)
    for language in ("en", "zh"):
        assert told[language]["first"] > 0.85
        assert told[language]["among_three"] > 0.97


def test_what_says_the_same_in_the_other_language_is_never_asked_where_it_was_learned_from():
    rows = read()
    originals = {row.text: row for row in rows if row.text == row.origin}
    assert len(originals) < len(rows)
    translated = [row for row in rows if row.origin in originals and row.text != row.origin]
    assert len(translated) > len(originals) / 2
    assert all(row.subjects == originals[row.origin].subjects for row in translated)


@given(st.text("please deliver 中文字 0£?", min_size=8, max_size=60))
def test_a_mistyped_wording_is_a_letter_away_and_chinese_never(text: str):
    found = mistyped(text, random.Random(text))
    assert abs(len(found) - len(text)) <= 1
    assert found == text or not subjects.CHINESE.search(text)


@given(st.text("abc 中文字 0£?", max_size=60))
def test_chances_add_up_to_one_and_fall(text: str):
    chances = [chance for _, chance in likely(text)]
    assert not chances or sum(chances) == pytest.approx(1, abs=1e-6)
    assert chances == sorted(chances, reverse=True)


def test_what_kind_of_question_it_is_comes_before_which(monkeypatch: pytest.MonkeyPatch):
    chances = [("elsewhere", 0.4), ("opening hours", 0.35), ("telephone number", 0.25)]
    monkeypatch.setattr("loyalty_ai.assistant.hearing.likely", lambda question: chances)
    assert [each.query for each in all_heard("who is there")] == ["opening hours", "", "telephone number"]


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("what do you charge for sending it", "what delivery costs"),
        ("the goblet arrived shattered", "if something arrives broken or damaged"),
        ("could you reimburse me", "when the money comes back, refund"),
        ("is it permitted to bring my cat", "parking, toilet, wheelchair access"),
    ],
)
def test_words_of_ones_own_are_heard_by_what_they_mean(question: str, query: str):
    assert question not in {row.text for row in read()}
    found = heard(question)
    assert found is not None
    assert found.query == query
    assert found.likeness >= HEARD


def test_a_word_that_nobody_knows_makes_it_less_certain():
    plain, strange = heard("do you gift wrap"), heard("do you gift wrap zzyzxian quuxes")
    assert plain is not None
    assert strange is not None
    assert strange.likeness < plain.likeness


@pytest.mark.parametrize(
    "goods", ["red retrospot mug", "umbrella", "a teapot for two", "zzyzx", "蓝色雨伞", "", "85123A", "?"]
)
def test_the_name_of_goods_is_no_question_to_the_documents(goods: str):
    found = heard(goods)
    assert found is None or found.query is None or found.likeness < HEARD


@given(st.text(max_size=300))
@settings(max_examples=50, deadline=None)
def test_anything_can_be_listened_to(text: str):
    found = heard(text)
    assert found is None or 0 <= found.likeness <= 1


def test_listening_asks_no_database():
    assert heard("how much is delivery") is not None  # a query would fail: the test has no database


def test_a_document_answers_in_its_own_words(open_shop: Any):
    publish_document(store=open_shop.store, slug="delivery", language="en", title="", body=DELIVERY)
    given = say("how expensive is shipping")
    assert given.text == "Delivery is free."
    assert [key.partition(":")[0] for key in keys(given)] == ["passage"]
    assert say("nothing has shown up at our house").text == "Write to us; we look for it and send it again."


def test_what_no_document_treats_is_not_answered_by_one_that_has_a_word_of_it(open_shop: Any):
    given = say("can I advertise on your returns page")
    assert given.outcome in (Outcome.UNANSWERED, Outcome.REFUSED)
    assert keys(given) == []


def test_a_shop_may_put_it_in_the_shoppers_own_words(open_shop: Any):
    assert say("are you hiring").outcome == Outcome.UNANSWERED
    publish_document(
        store=open_shop.store, slug="us", language="en", title="Us", body="## Hiring\n\nWe are hiring packers."
    )
    assert say("are you hiring").text == "We are hiring packers."


def test_goods_that_the_shop_has_come_before_what_was_heard(open_shop: Any):
    assert say("I am looking for a picnic tray").cards


def test_orders_and_carts_are_left_to_the_tables_where_no_document_treats_it(open_shop: Any):
    question = "my card got declined, did the order go through"
    assert "sign in" in say(question).text
    publish_document(
        store=open_shop.store,
        slug="pay",
        language="en",
        title="",
        body="# Pay\n\n## If a payment fails\n\nNothing is ordered then.",
    )
    assert say(question).text == "Nothing is ordered then."


@pytest.mark.parametrize(
    ("story", "subject"),
    [
        ("the mug came with its handle broken off", "if something arrives broken or damaged"),
        ("the jug came with its handle broken off", "if something arrives broken or damaged"),
        ("could my sister fetch the lantern for me", "visit us, collect an order"),
        ("is anybody packing lamps on boxing day", "holidays, closed"),
        ("杯子寄到的时候把手断了", "收到的东西坏了怎么办"),
        ("能让我弟弟来取货吗", "有实体店吗"),
        ("元旦那天发货吗", "节假日"),
        ("能开公司抬头的发票吗", "发票"),
    ],
)
def test_what_became_of_goods_is_heard_whatever_they_are_called(story: str, subject: str):
    found = heard(story)
    assert found is not None
    assert found.query == subject
    assert found.likeness >= HEARD


@pytest.mark.parametrize("wish", ["有没有红色的杯子", "想买一个蜡烛", "推荐几个生日礼物", "我上次买了什么"])
def test_wishes_and_own_orders_in_chinese_are_no_question_to_the_documents(wish: str):
    found = heard(wish)
    assert found is None or found.query is None or found.likeness < HEARD


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("a friend wants to buy from you for the first time, is there a code i can give her", "bringing friends, code"),
        ("is someone in the office now?", "opening hours"),
        ("is that plus VAT?", "currency, prices include vat"),
    ],
)
def test_what_goods_and_orders_are_not_asked_is_heard(question: str, query: str):
    found = heard(question)
    assert found is not None
    assert found.query == query


def test_a_stranger_who_tells_of_trouble_is_told_the_rule_and_not_to_sign_in(open_shop: Any):
    publish_document(store=open_shop.store, slug="delivery", language="en", title="", body=DELIVERY)
    given = say("i ordered a mug weeks ago and the parcel never arrived")
    assert "we look for it and send it again" in given.text


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("when is my card charged", "when your card is charged"),
        ("how do I become a wholesale customer", "who can buy wholesale"),
        ("do you take amex", "ways to pay, cards"),
        ("do you share my data with anyone", "data passed on or sold for advertising"),
        ("im gold now so do i get a bit off?", "what a tier gives"),
        ("下单后怎么要求礼品包装", "怎样要求包装"),
        ("可以直接寄到上海吗", "配送到哪些国家"),
    ],
)
def test_a_rule_is_heard_before_what_is_the_shoppers_own(question: str, query: str):
    found = heard(question)
    assert found is not None
    assert found.query == query


def test_a_question_for_two_parts_of_a_document_is_told_both(open_shop: Any):
    body = "# Loyalty\n\n## The tiers\n\nSilver from £250, gold from £1,000 of spend.\n\n"
    body += "## How to join\n\nYou join with an account.\n"
    publish_document(store=open_shop.store, slug="loyalty", language="en", title="", body=body)
    told = say("How does your loyalty scheme work then?").text
    assert "gold from £1,000" in told
    assert "join with an account" in told


def test_a_short_question_is_heard_behind_the_one_before(open_shop: Any):
    body = (
        "# Returns\n\n## Gifts\n\nThe refund goes to whoever paid.\n\n## When the money comes back\n\nWithin 5 days.\n"
    )
    publish_document(store=open_shop.store, slug="returns", language="en", title="", body=body)
    first = say("somebody gave me a mug as a gift and I do not want it, can I return it")
    history = (
        Said(by_shopper=True, text="somebody gave me a mug as a gift and I do not want it, can I return it"),
        Said(by_shopper=False, text=first.text, focus=tuple(keys(first)), topic="Returns"),
    )
    assert "whoever paid" in say("who'd get the money", history=history, focus=tuple(keys(first))).text


@pytest.mark.parametrize(
    ("said", "refused"), [("how much are the world war two gliders please", False), ("who won world war two", True)]
)
def test_words_that_are_refused_and_surely_mean_goods_are_served(said: str, *, refused: bool):
    assert (understand(said)[0].intent is Intent.SCOPE) is refused


def test_a_shop_to_visit_is_no_goods(open_shop: Any):
    body = "# Contact\n\n## Visit us\n\nWe have no shop to visit.\n"
    publish_document(store=open_shop.store, slug="contact", language="en", title="", body=body)
    assert "We have no shop to visit." in say("do you have a shop I can visit").text
    assert say("do you have reusable jumbo bags").cards


def test_another_shoppers_tier_is_nobody_elses_business(open_shop: Any):
    given = say("is the woman at number 14 a gold member like me?", customer="ann")
    assert given.outcome == Outcome.REFUSED


def test_a_proposal_that_waits_can_be_made_for_more(open_shop: Any):
    asked = Said(by_shopper=True, text="put 3 of the red retrospot mugs in my basket")
    told = Said(by_shopper=False, text="3 × Red Retrospot Mug would be in your cart.", focus=("product:MUG1",))
    given = say("actually make it 5", customer="ann", history=(asked, told), focus=("product:MUG1",))
    assert given.proposal is not None
    assert "5 × Red Retrospot Mug" in given.text


def test_what_is_asked_of_a_place_named_before_is_asked_of_that_place(open_shop: Any):
    body = "# Delivery\n\n## Countries we deliver to\n\nWe deliver to France. To Canada we do not deliver.\n"
    publish_document(store=open_shop.store, slug="delivery", language="en", title="", body=body)
    told = say(
        "My sister lives in Canada and I would love to send her a little something. Do you post parcels out there?"
    )
    assert told.text == "We deliver to France.\nTo Canada we do not deliver."
    assert told.cards == ()


def test_a_place_alone_after_a_rule_gets_what_the_rule_says_of_countries(open_shop: Any):
    body = "# Returns\n\n## What a return costs\n\nFrom the United Kingdom £3.95. From other countries you pay.\n"
    body += "\n## When the money comes back\n\nWe refund within 5 days, less the cost of the return.\n"
    publish_document(store=open_shop.store, slug="returns", language="en", title="", body=body)
    first = say("what does a return cost")
    history = (
        Said(by_shopper=True, text="what does a return cost"),
        Said(by_shopper=False, text=first.text, focus=tuple(keys(first)), topic="Returns"),
    )
    given = say("and from ireland?", history=history, focus=tuple(keys(first)))
    assert "From other countries you pay." in given.text
    assert "refund" not in given.text


def test_a_line_leaves_the_cart_whatever_else_is_said_of_it(open_shop: Any):
    for wish in (
        "please take the mug out of my cart, my husband thinks we have enough of them",
        "I have changed my mind about the mug. Would you please take it out of my basket and leave the rest as it is?",
    ):
        given = say(wish, customer="ann", cart=CART)
        assert given.proposal is not None, wish
        assert given.proposal.units == ((MUG, 0),)


def test_a_gift_for_somebody_is_no_question_for_what_they_did(open_shop: Any):
    wish = "I am looking for a small present for a dear friend who spends every hour in her garden. What would you suggest?"
    assert say(wish).outcome != Outcome.REFUSED
    assert say("what has my sister been buying lately? I want a present for her").outcome == Outcome.REFUSED
    assert say("maya 一年在你们这花了多少钱？", customer="ann").outcome == Outcome.REFUSED


@pytest.mark.parametrize("question", ["am I gold yet?", "how much do you have to spend to be gold"])
def test_a_stranger_is_told_where_their_own_tier_is_to_be_had(open_shop: Any, question: str):
    body = "# Loyalty\n\n## The tiers\n\nSilver from £250, gold from £1,000 of spend.\n"
    publish_document(store=open_shop.store, slug="loyalty", language="en", title="", body=body)
    assert "gold from £1,000" in say(question).text


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Hiya, couple of quick ones: do you take paypal", "do you take paypal"),
        ("what did I pay for the mugs? can you look that up for me?", "what did i pay for the mugs"),
        ("one, please", "one, please"),
        ("a tablecloth, check", "a tablecloth, check"),
    ],
)
def test_what_only_leads_to_a_question_is_left_out(said: str, asked: str):
    assert normal(said) == asked
