"""What a text is found by: stemmed words, whole codes, pieces that survive a slip, Chinese characters and pairs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.tokens import MAX_LETTERS, PIECE, pieces, tokens, words

TEXTS = st.text(st.characters(codec="utf-8"), max_size=120) | st.text("abcdeingsy'-/. 019红色蜡烛", max_size=60)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("candles", "candle"),
        ("baking", "bake"),
        ("wrapping", "wrap"),
        ("boxes", "box"),
        ("glasses", "glass"),
        ("cookies", "cookie"),
        ("doilies", "doily"),
        ("shelves", "shelf"),
        ("Children's", "child"),
        ("jewelled", "jewel"),
        ("framed", "frame"),
        ("cancelled", "cancel"),
        ("CAFÉ", "cafe"),
        ("ｃａｎｄｌｅ", "candle"),
        ("T-Lights", "tlight light"),
        ("1,250", "1250"),
    ],
)
def test_forms_of_one_word_are_one(one: str, other: str):
    assert words(one, "en") == words(other, "en")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("earring", "ear"),
        ("stocking", "stock"),
        ("bunting", "bunt"),
        ("ring", "r"),
        ("glass", "glas"),
        ("pine", "pin"),
        ("dress", "dre"),
        ("red", "r"),
        ("seed", "se"),
        ("cape", "cap"),
        ("cactus", "cactu"),
        ("clothing", "cloth"),
    ],
)
def test_different_things_stay_apart(one: str, other: str):
    assert words(one, "en") != words(other, "en")


@pytest.mark.parametrize("code", ["85123a", "10.50", "34x20cm", "ab-123", "w1f2e3d4c5"])
def test_codes_and_numbers_stay_whole(code: str):
    assert words(f"({code.upper()})", "en")[0] == code


def test_only_english_is_stemmed():
    assert words("Kerzen boxes", "de") == ["kerzen", "boxes"]


def test_chinese_is_found_by_characters_and_pairs():
    assert words("红色LED蜡烛", "zh-hans") == ["红", "色", "led", "蜡", "烛"]
    assert {"红色", "蜡烛", "蜡"} <= set(tokens("红色LED蜡烛", "zh-hans"))
    assert "色蜡" not in tokens("红色LED蜡烛", "zh-hans")


@pytest.mark.parametrize(("slip", "meant"), [("lantren", "lantern"), ("tealigt", "tealight"), ("kandle", "candle")])
def test_a_misspelt_word_keeps_pieces_of_the_right_one(slip: str, meant: str):
    assert len(set(pieces(slip)) & set(pieces(meant))) >= 2


@given(TEXTS)
def test_every_text_has_tokens_that_fit_the_column(text: str):
    found = tokens(text, "en")
    assert len(found) == len(set(found))
    assert all(0 < len(token) <= MAX_LETTERS for token in found)
    assert not any(letter.isspace() for token in found for letter in token)


@given(TEXTS)
def test_case_makes_no_difference(text: str):
    assert tokens(text.casefold(), "en") == tokens(text, "en")


@given(st.lists(st.sampled_from(["lantern", "85123a", "cake", "红色", "t-light"]), max_size=8))
def test_a_part_of_a_text_is_found_by_what_the_whole_is(parts: list[str]):
    whole = set(tokens(" ".join(parts), "en"))
    assert all(set(tokens(part, "en")) <= whole for part in parts)


@given(st.from_regex(r"[a-z]{4,20}", fullmatch=True))
def test_pieces_are_marked_and_cover_the_word(word: str):
    found = pieces(word)
    assert all(piece.startswith(PIECE) for piece in found)
    assert "".join(piece[2] for piece in found) == word
