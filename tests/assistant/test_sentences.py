"""Sentences of a stream: cut the same whatever portions it comes in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.sentences import LONGEST, Cutter


def cut(*portions: str) -> list[str]:
    cutter = Cutter()
    return [sentence for portion in portions for sentence in cutter.feed(portion)] + list(cutter.flush())


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It is blue. It costs £4.95! Yes?", ["It is blue.", "It costs £4.95!", "Yes?"]),
        ("Mr. Bean likes it, e.g. on toast. Order no. 5 is here.", ["Mr. Bean likes it, e.g. on toast.", "Order no. 5 is here."]),
        ("Is it red? No. It is blue.", ["Is it red?", "No.", "It is blue."]),
        ("价格是£4.95。有货！“好的。”谢谢", ["价格是£4.95。", "有货！", "“好的。”", "谢谢"]),
        ("1. Mug\n2. Plate\n- Bowl", ["1. Mug", "2. Plate", "- Bowl"]),
        ('She said "yes." Then left', ['She said "yes."', "Then left"]),
        ("Wait... what", ["Wait...", "what"]),
        (" \n\n ", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_would_say(text, sentences):
    assert cut(text) == sentences


@given(st.text(st.sampled_from("ab1 .!?。！”\n£") | st.characters(), max_size=300), st.data())
def test_portions_change_nothing(text, data):
    ends = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    portions = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    assert cut(*portions) == cut(text)


@given(st.text(st.sampled_from("ab1 .!?。”\n"), max_size=LONGEST))
def test_nothing_is_lost_or_invented(text):
    assert "".join("".join(cut(text)).split()) == "".join(text.split())


def test_a_sentence_is_given_as_soon_as_it_is_complete():
    cutter = Cutter()
    assert list(cutter.feed("It is blue. ")) == []
    assert list(cutter.feed("I")) == ["It is blue."]
    assert list(cutter.feed("t is new。好")) == ["It is new。"]


def test_a_sentence_without_end_is_dropped_whole_and_needs_little_memory():
    cutter = Cutter()
    assert [sentence for _ in range(2000) for sentence in cutter.feed("word " * 100)] == []
    assert len(cutter._text) <= 2 * LONGEST
    assert [*cutter.feed("end. It is blue."), *cutter.flush()] == ["It is blue."]
