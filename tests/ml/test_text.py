import numpy as np
import pytest

from loyalty_ai.ml.text import hashed_vectors, text_vectors


def test_likeness_of_texts_is_seen():
    a, b, c, empty = hashed_vectors(["red heart candle", "candles, red hearts", "garden spade", ""], dim=128)
    assert a @ b > 0.4 > abs(a @ c)
    assert np.linalg.norm(a) == pytest.approx(1, abs=1e-5)
    assert not empty.any()


def test_a_text_has_one_vector_in_every_log():
    alone, among = hashed_vectors(["mug"], dim=64), hashed_vectors(["plate", "mug", "fork"], dim=64)
    assert np.array_equal(alone[0], among[1])
    # fixed for ever: artifacts rely on it
    assert hashed_vectors(["a"], dim=4)[0] == pytest.approx([0, 0.162221, -0.162221, -0.973329], abs=1e-5)


@pytest.mark.parametrize(("texts", "kind"), [(None, "hashed"), (["", ""], "hashed"), (["mug"], "none")])
def test_no_texts_no_vectors(texts, kind):
    assert text_vectors(texts, kind=kind, dim=8) is None
