"""Top lists are those of sorting every score: the same items, the lower one first where scores are equal."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty_ai.ml import lists
from loyalty_ai.ml.lists import Catalogue

PRECISIONS = (torch.bfloat16, torch.float32)


@given(
    st.lists(st.integers(0, 20), unique=True, max_size=8),
    st.lists(st.integers(-1, 25), min_size=2, max_size=2, unique=True),
)
def test_introduced_items_take_their_places_and_push_the_rest_down(row, others):
    k, places = 8, (2, 5)
    items = np.full((1, k), -1, np.int32)
    items[0, : len(row)] = row
    scores = np.where(items >= 0, np.arange(k, 0, -1), 0).astype(np.float32)
    found, kept = lists.introduce(items, scores, np.array([others], np.int32), places)
    expected = list(row)
    for place, other in zip(places, others, strict=True):
        if other >= 0 and place < len(expected) and other not in expected[: place + 1]:
            rest = [item for item in expected[place:] if item != other]
            expected = [*expected[:place], other, *rest][:k]
    assert found[0].tolist() == expected + [-1] * (k - len(expected))
    assert (np.diff(kept[0]) <= 0).all()


@given(st.lists(st.lists(st.floats(-1e6, 1e6, width=32), max_size=6), min_size=1, max_size=4))
def test_nearness_tells_the_order_but_no_level(rows):
    rows = [sorted(row, reverse=True) for row in rows]
    items = np.array([[*range(len(row)), *[-1] * (6 - len(row))] for row in rows], np.int32)
    scores = np.array([[*row, *[0] * (6 - len(row))] for row in rows], np.float32)
    near = lists.nearness(items, scores)
    for row, kept in zip(rows, near, strict=True):
        assert not kept[len(row) :].any()
        assert (np.diff(kept) <= 0).all()
        if row:
            assert (kept[0], kept[len(row) - 1]) == (1, float(row[0] == row[-1]))


def test_nearness_is_the_share_of_the_way_from_the_last_to_the_best():
    items, scores = np.array([[7, 2, 5], [4, -1, -1]]), np.array([[3, 0, -1], [-2, 0, 0]], np.float32)
    assert lists.nearness(items, scores).tolist() == [[1, 0.25, 0], [1, 0, 0]]
    assert np.array_equal(lists.nearness(items, 2 * scores - 1), lists.nearness(items, scores))


def sorted_lists(scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    values = np.take_along_axis(scores, order, axis=1)
    absent = np.isneginf(values)
    short = ((0, 0), (0, k - order.shape[1]))
    items = np.pad(np.where(absent, -1, order), short, constant_values=-1)
    return items, np.pad(np.where(absent, 0, values), short)


def true_scores(states: np.ndarray, vectors: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """Products of float32 are exact in float64, so the sums rounded to float32 are what float32 at best can say."""
    exact = np.stack([(vectors.astype(np.float64) * state).sum(1) for state in states.astype(np.float64)])
    with np.errstate(over="ignore"):
        return (exact + (0 if bias is None else bias.astype(np.float64))).astype(np.float32)


def assert_best(
    states: np.ndarray,
    vectors: np.ndarray,
    bias: np.ndarray | None,
    k: int,
    precision: torch.dtype,
    barred: list[list[int]] | None = None,
) -> None:
    scores = true_scores(states, vectors, bias)
    rows = None
    if barred is not None:
        for row, items in zip(scores, barred, strict=True):
            row[items] = -np.inf
        rows = np.cumsum([0, *map(len, barred)]), np.array([item for items in barred for item in items], np.int32)
    catalogue = Catalogue(
        torch.from_numpy(vectors), None if bias is None else torch.from_numpy(bias), precision=precision
    )
    items, values = catalogue.best(states, k, barred=rows)
    expected, expected_values = sorted_lists(scores, k)
    assert items.dtype == np.int32
    assert items.tolist() == expected.tolist()
    np.testing.assert_array_equal(values, expected_values)


@st.composite
def catalogues(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """States, vectors and biases, from coarse ones that tie to norms that overflow bfloat16 or vanish in it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, items, dim = draw(st.integers(1, 9)), draw(st.integers(1, 600)), draw(st.integers(2, 9))
    states, vectors = rng.normal(size=(n, dim)), rng.normal(size=(items, dim))
    kinds = ["plain", "cancelling", "coarse", "copies", "norms", "overflow", "subnormal", "zero", "signed zero"]
    kind = draw(st.sampled_from(kinds))
    if kind in ("cancelling", "overflow"):
        states[:, 1], vectors[:, 1] = 1.1 * states[:, 0], rng.normal(size=items) / 999 - vectors[:, 0] / 1.1
    if kind == "overflow":
        states *= 10.0 ** rng.uniform(18, 20, (n, 1))
        vectors *= np.where(rng.random((items, 1)) < 0.05, 10.0**18.5, 10.0**10)
    elif kind == "coarse":
        states, vectors = states.round(), vectors.round()
    elif kind == "copies":
        vectors = vectors[rng.integers(0, 1 + items // 9, items)]
    elif kind == "norms":
        states *= 10.0 ** rng.integers(-18, 18, (n, 1))
        vectors *= 10.0 ** rng.integers(-18, 19, (items, 1))
    elif kind == "subnormal":
        states *= 10.0 ** rng.integers(-42, 36, (n, 1))
        vectors *= 10.0 ** rng.integers(-44, -36, (items, 1))
    elif kind == "zero":
        states[rng.random(n) < 0.5] = 0
    elif kind == "signed zero":
        states, vectors = states * [-0.0], vectors.round()
    bias = None
    if draw(st.booleans()):
        bias = (rng.normal(size=items) * 10.0 ** draw(st.integers(-3, 3))).astype(np.float32)
        bias[rng.random(items) < draw(st.sampled_from([0, 0.3, 1]))] = -np.inf
    return states.astype(np.float32), vectors.astype(np.float32), bias


@settings(max_examples=150, deadline=None)
@given(
    data=catalogues(),
    k=st.integers(1, 40),
    precision=st.sampled_from(PRECISIONS),
    group=st.sampled_from([1, 4, 16]),
    many=st.sampled_from([8, lists.MANY]),
    seed=st.none() | st.integers(0, 99),
)
def test_the_best_products_are_those_of_sorting_every_score(data, k, precision, group, many, seed):
    states, vectors, bias = data
    small = {"LEAST_GROUPS": 1, "USERS": 4, "ROWS": 64, "PAIRS": 7}
    barred = None
    if seed is not None:
        rng = np.random.default_rng(seed)
        size = len(vectors)
        barred = [rng.integers(0, size, rng.integers(0, size + 1)).tolist() for _ in states]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**small, "GROUP": group, "MANY": many}.items():
            patch.setattr(lists, name, value)
        assert_best(states, vectors, bias, k, precision, barred)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_large_catalogue_gives_the_same_lists_with_each_users_best_barred(precision):
    rng = np.random.default_rng(0)
    states = rng.normal(size=(40, 16)).astype(np.float32)
    vectors = (rng.normal(size=(20_011, 16)) * rng.lognormal(size=(20_011, 1))).astype(np.float32)
    bias = rng.normal(size=20_011).astype(np.float32)
    best = sorted_lists(true_scores(states, vectors, bias), 30)[0]
    assert_best(states, vectors, bias, 100, precision, best[:, ::2].tolist())
