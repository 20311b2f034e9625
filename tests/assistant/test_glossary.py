"""What Chinese words mean: the table, a text cut into words, and what it names in English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.glossary import TABLE, chinese, in_english, in_words, meanings

LETTERS = "".join(sorted({letter for entry in meanings() for letter in entry}))[:400]


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("想买个装首饰的盒子,十英镑以内", "jewellery box"),
        ("red的杯子 100个", "red mug"),
        ("有没有便宜的?多少钱?", ""),
        ("ＭＵＧ和茶杯", "mug teacup"),
        ("鼉龘", ""),
    ],
)
def test_a_chinese_text_is_told_in_english_words(text: str, english: str):
    assert in_english(text) == english


@given(st.text(max_size=80) | st.text(LETTERS + "的了吗,.a 1", max_size=40))
def test_only_words_of_the_table_and_of_the_text_are_told(text: str):
    known = {part[0] for meaning in meanings().values() for part in meaning}
    for word in in_english(text).split():
        assert word in known or word.isascii()


@given(st.text(LETTERS + "的了吗龘", max_size=40))
def test_a_run_is_cut_without_loss(run: str):
    assert "".join(word for word, _ in in_words(run)) == run


@given(st.lists(st.sampled_from(sorted(meanings())), max_size=6))
def test_words_between_signs_are_told_each_as_alone(entries: list[str]):
    assert in_english(", ".join(entries)) == " ".join(filter(None, map(in_english, entries)))


def test_every_entry_is_chinese_stands_once_and_means_english_words():
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = [row.split() for row in " ".join(lines).split(";") if row.strip()]
    assert len(rows) == len({entry for entry, _ in rows}), sorted(
        entry for entry, _ in rows if sum(entry == other for other, _ in rows) > 1
    )
    for entry, meaning in meanings().items():
        assert all("\u3400" <= letter <= "\u9fff" for letter in entry), entry
        assert all(word.isascii() for part in meaning for word in part), entry
    assert all(all(part) for meaning in chinese().values() for part in meaning)
