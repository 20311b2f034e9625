"""Properties of the decoder: causal, indifferent to padding and to order inside a basket, able to learn."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty_ai.ml.config import ModelConfig
from loyalty_ai.ml.decoder import DecoderView, decoder_data
from loyalty_ai.ml.model import Decoder, LogSumExp, next_basket_loss, sampled_log_normaliser
from loyalty_ai.ml.sequences import Batch, build_baskets, sequence_batches
from loyalty_ai.ml.vocab import UNKNOWN
from tests.ml.logs import DAY, changed_after, cycle_log, make_log, shuffled_inside_baskets

CPU = torch.device("cpu")
SMALL = ModelConfig(dim=16, layers=2, heads=2, dropout=0.0, id_dropout=0.0)


@pytest.fixture(scope="module")
def log():
    return cycle_log(users=20)


def new_decoder(log, seed=0, text_dim=0, config=SMALL):
    torch.manual_seed(seed)
    return Decoder(config, rows=log.n_items + 1, text_dim=text_dim)


def data_of(log, origin, **options):
    rows = np.arange(1, log.n_items + 1)
    return decoder_data(
        build_baskets(log), origin=origin, n_users=log.n_users, **({"rows": rows, "text": None} | options)
    )


def scores_at(log, origin, decoder):
    view = DecoderView(decoder, data_of(log, origin), CPU)
    return view.scores(view.states(np.arange(log.n_users)))


def test_the_future_changes_no_past_score(log):
    decoder, origin = new_decoder(log), 100 * DAY
    assert (log.time >= origin).any()
    assert np.array_equal(scores_at(log, origin, decoder), scores_at(changed_after(log, origin), origin, decoder))


def test_a_state_never_sees_later_baskets(log):
    """Within one pass: the states of a prefix are those of the whole sequence."""
    decoder, data = new_decoder(log).eval(), data_of(log, 400 * DAY)
    vectors, _ = decoder.item_vectors(torch.from_numpy(data.rows), None)
    batch = next(sequence_batches(data.spans, np.arange(1), context=64, batch_tokens=64))
    with torch.no_grad():
        whole = decoder.hidden(vectors, data.tokens(batch, CPU))
        prefix = Batch(batch.users, batch.positions[:, :5], np.array([5]))
        part = decoder.hidden(vectors, data.tokens(prefix, CPU))
    torch.testing.assert_close(whole[:, :5], part)


def test_padding_changes_nothing(log):
    decoder, data = new_decoder(log).eval(), data_of(log, 400 * DAY)
    vectors, _ = decoder.item_vectors(torch.from_numpy(data.rows), None)
    batch = next(sequence_batches(data.spans, np.arange(1), context=64, batch_tokens=64))
    padded = Batch(batch.users, np.pad(batch.positions, ((0, 0), (0, 7)), constant_values=-1), batch.lengths)
    with torch.no_grad():
        plain, longer = (decoder.hidden(vectors, data.tokens(b, CPU)) for b in (batch, padded))
    torch.testing.assert_close(plain, longer[:, : plain.shape[1]])


def test_order_inside_a_basket_changes_nothing_at_all():
    rows = [(0, item, day, day) for day in range(4) for item in (1, 3, 5, day)]
    log = make_log(rows, users=1, items=8)
    decoder = new_decoder(log)
    other = shuffled_inside_baskets(log, seed=3)
    assert not np.array_equal(log.item, other.item)
    assert np.array_equal(scores_at(log, 400 * DAY, decoder), scores_at(other, 400 * DAY, decoder))


ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 8)), min_size=1, max_size=30)


def any_log(rows):
    return make_log([(user, item, day, 10 * user + day) for user, item, day in rows], users=4, items=6)


@settings(max_examples=30)
@given(ROWS, st.integers(0, 9), st.integers(0, 99))
def test_neither_the_future_nor_order_inside_a_basket_changes_a_score(rows, day, seed):
    log, decoder = any_log(rows), new_decoder(any_log(rows))
    scores = scores_at(log, day * DAY, decoder)
    assert np.array_equal(scores, scores_at(changed_after(log, day * DAY), day * DAY, decoder))
    assert np.array_equal(scores, scores_at(log.before(day * DAY), day * DAY, decoder))
    assert np.array_equal(scores, scores_at(shuffled_inside_baskets(log, seed), day * DAY, decoder))


@settings(max_examples=30)
@given(ROWS)
def test_a_user_scores_the_same_alone_as_padded_beside_others(rows):
    log = any_log(rows)
    view = DecoderView(new_decoder(log), data_of(log, 9 * DAY), CPU)
    together, alone = view.states(np.arange(4)), [view.states(np.array([user]))[0] for user in range(4)]
    np.testing.assert_allclose(together, np.stack(alone), rtol=1e-4, atol=1e-5)


def test_a_user_without_history_gets_finite_scores():
    log = make_log([(0, 1, 1, 1)], users=2, items=4)
    scores = scores_at(log, 400 * DAY, new_decoder(log))
    assert np.isfinite(scores).all()
    assert np.exp(scores).sum(axis=1) == pytest.approx(1, abs=1e-4)


def test_items_unseen_before_the_origin_share_the_unknown_row_and_differ_by_text(log):
    text = np.eye(log.n_items, 8, dtype=np.float32)
    data = data_of(log, 1 * DAY, text=text)
    unseen = np.flatnonzero(~np.isin(np.arange(log.n_items), log.item[(log.time < DAY) & (log.user >= 0)]))
    assert (data.rows[unseen] == UNKNOWN).all()
    view = DecoderView(new_decoder(log, text_dim=8), data, CPU)
    assert not torch.equal(view.vectors[unseen[0]], view.vectors[unseen[1]])


def test_the_loss_falls_on_a_toy_pattern(log):
    config = ModelConfig(dim=32, layers=1, heads=2, dropout=0.0, id_dropout=0.0)
    decoder, data = new_decoder(log, config=config), data_of(log, 400 * DAY)
    optimiser = torch.optim.AdamW(decoder.parameters(), lr=1e-2)
    rows, losses = torch.from_numpy(data.rows), []
    for _ in range(70):
        for batch in sequence_batches(data.spans, np.arange(log.n_users), context=64, batch_tokens=1024):
            loss = decoder(rows, None, data.learning_batch(batch, CPU, horizon=1), None)
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
            losses.append(loss.item())
    # a basket has two items, so even certainty costs log(2)
    assert losses[0] > 3
    assert losses[-1] < 1.2


def test_the_loss_by_hand():
    logits = torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
    state, item = torch.tensor([0, 0, 1]), torch.tensor([0, 2, 1])
    weight = torch.tensor([0.5, 0.5, 1.0])
    log_z = np.log(np.exp(1) + np.exp(2) + np.exp(3))
    expected = (0.5 * (log_z - 1) + 0.5 * (log_z - 3) + np.log(3)) / 2
    loss = next_basket_loss(logits[state, item], torch.logsumexp(logits, dim=-1), state, weight)
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def sampled(logits, right, drawn):
    state, item = right.nonzero().unbind(1)
    return sampled_log_normaliser(logits[state, item], logits[:, drawn], state, item, drawn, logits.shape[1])


def test_the_sampled_normaliser_is_exact_when_everything_is_sampled():
    torch.manual_seed(0)
    logits = torch.randn(4, 10)
    right = torch.rand(4, 10) < 0.3
    right[:, 0] = True
    torch.testing.assert_close(sampled(logits, right, torch.randperm(10)), torch.logsumexp(logits, dim=-1))


def test_the_sampled_normaliser_is_unbiased():
    torch.manual_seed(0)
    logits, right = torch.randn(3, 60), torch.rand(3, 60) < 0.1
    right[:, 0] = True
    draws = torch.stack([sampled(logits, right, torch.randperm(60)[:20]).exp() for _ in range(4000)])
    error = draws.std(dim=0) / len(draws) ** 0.5
    assert ((draws.mean(dim=0) - logits.exp().sum(dim=-1)).abs() < 4 * error).all()


@given(st.integers(0, 2**32 - 1), st.floats(-200, 200))
def test_log_sum_exp_and_its_gradient_are_those_of_torch(seed, shift):
    x = (torch.randn(3, 7, generator=torch.Generator().manual_seed(seed)) * 20 + shift).requires_grad_()
    weight = torch.tensor([1.0, -2.0, 0.5])
    (ours,) = torch.autograd.grad((LogSumExp.apply(x) * weight).sum(), x)
    (theirs,) = torch.autograd.grad((torch.logsumexp(x, dim=-1) * weight).sum(), x)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(LogSumExp.apply(x), torch.logsumexp(x, dim=-1), rtol=1e-5, atol=1e-4)


def test_sampling_every_item_gives_the_full_softmax_loss(log):
    decoder, data = new_decoder(log), data_of(log, 400 * DAY)
    batch = next(sequence_batches(data.spans, np.arange(log.n_users), context=64, batch_tokens=256))
    rows, learning = torch.from_numpy(data.rows), data.learning_batch(batch, CPU, horizon=2)
    full, sampled = decoder(rows, None, learning, None), decoder(rows, None, learning, log.n_items)
    torch.testing.assert_close(full, sampled)


def test_later_purchases_weigh_less():
    log = make_log([(0, i, i, i) for i in range(4)], users=1, items=4)
    data = data_of(log, 400 * DAY)
    batch = next(sequence_batches(data.spans, np.arange(1), context=64, batch_tokens=64))
    learning, state, item, weight = data.targets(batch, horizon=2)
    assert learning.tolist() == [0, 1, 2]
    assert sorted(zip(state.tolist(), item.tolist(), weight.tolist(), strict=True)) == [
        (0, 1, 1.0), (0, 2, 0.5), (1, 2, 1.0), (1, 3, 0.5), (2, 3, 1.0),
    ]  # fmt: skip
