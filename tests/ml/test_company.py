"""A decoder begins where counting ends."""

import numpy as np
import pytest
import torch

from loyalty_ai.ml.company import affinity_table, begin_in_company, place_newcomers, spectral_vectors
from loyalty_ai.ml.config import ModelConfig
from loyalty_ai.ml.decoder import decoder_data
from loyalty_ai.ml.model import Decoder
from loyalty_ai.ml.sequences import build_baskets
from loyalty_ai.ml.vocab import UNKNOWN
from tests.ml.logs import DAY, make_log

CIRCLE = 6


@pytest.fixture(scope="module")
def log():
    """Two circles of items; a user stays in one. Item 12 joins the second circle late, item 13 is never sold."""
    order, rows = np.random.default_rng(0), []
    for user in range(60):
        circle = user % 2 * CIRCLE
        for day, item in enumerate(order.permutation(CIRCLE)[:4]):
            rows.append((user, circle + int(item), day, 10 * user + day))
        if user % 2:
            rows.append((user, 12, 20, 10 * user + 9))
    return make_log(rows, users=60, items=14)


def data_of(log, origin, text=None):
    rows = np.arange(1, log.n_items + 1)
    return decoder_data(build_baskets(log), origin=origin, n_users=log.n_users, rows=rows, text=text)


def vectors_of(decoder, data):
    with torch.no_grad():
        text = None if data.text is None else torch.from_numpy(data.text)
        vectors = decoder.eval().item_vectors(torch.from_numpy(data.rows), text)[0].numpy()
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def likeness(vectors, one, other):
    return float((vectors[one] @ vectors[other].T).mean())


def test_affinity_is_symmetric_and_never_negative(log):
    table = affinity_table(build_baskets(log), log.n_items).toarray()
    np.testing.assert_allclose(table, table.T, rtol=1e-5)
    assert table.min() >= 0
    assert table[:CIRCLE, CIRCLE : 2 * CIRCLE].sum() == 0 < table[:CIRCLE, :CIRCLE].sum()


def test_items_that_keep_company_have_like_vectors_and_an_unsold_one_has_none(log):
    vectors = spectral_vectors(affinity_table(build_baskets(log), log.n_items), 4, seed=0)
    first, second = slice(0, CIRCLE), slice(CIRCLE, 2 * CIRCLE)
    assert likeness(vectors, first, first) > likeness(vectors, first, second) + 0.5
    assert not vectors[13].any()
    np.testing.assert_array_equal(vectors, spectral_vectors(affinity_table(build_baskets(log), log.n_items), 4, seed=0))


@pytest.mark.parametrize("with_text", [False, True])
def test_a_newcomer_begins_amid_its_company_and_nobody_touches_the_unknown_item(log, with_text):
    text = np.random.default_rng(1).normal(size=(14, 5)).astype(np.float32) if with_text else None
    torch.manual_seed(0)
    decoder = Decoder(ModelConfig(dim=8), rows=15, text_dim=5 if with_text else 0)
    log_baskets = build_baskets(log)
    origin = int(log.time.min()) + 10 * DAY
    early, late = data_of(log, origin, text), data_of(log, origin + 100 * DAY, text)
    begin_in_company(decoder, data=early, baskets=log_baskets, seed=0)
    unknown = decoder.item.weight[UNKNOWN].detach().clone()
    assert early.rows[12] == UNKNOWN != late.rows[12]
    place_newcomers(decoder, data=late, earlier=early, baskets=log_baskets)
    vectors = vectors_of(decoder, late)
    first, second = slice(0, CIRCLE), slice(CIRCLE, 2 * CIRCLE)
    assert likeness(vectors, [12], second) > likeness(vectors, [12], first) + 0.5
    torch.testing.assert_close(decoder.item.weight[UNKNOWN].detach(), unknown)
