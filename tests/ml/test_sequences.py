import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.ml.interactions import ANONYMOUS, EVENT_TYPES, REFUND
from loyalty_ai.ml.sequences import build_baskets, next_purchases, sequence_batches, user_spans
from tests.ml.logs import DAY, make_log, shuffled_inside_baskets

ROWS = st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 5), st.integers(0, 6)), max_size=40)


def log_of(rows):
    return make_log([(u, i, day, 10 * (u + 1) + day) for u, i, day in rows], users=4, items=6)


def test_repeated_lines_are_one_item_with_the_sum_of_their_quantities():
    baskets = build_baskets(make_log([(0, 3, 1, 1), (0, 1, 1, 1), (0, 3, 1, 1)], users=1, items=5))
    assert baskets.items.tolist() == [1, 3]
    assert baskets.quantity.tolist() == [1, 2]
    assert baskets.value.tolist() == [3]


def test_refunds_are_no_baskets_and_event_types_do_not_mix():
    view = EVENT_TYPES.index("view_item")
    baskets = build_baskets(make_log([(0, 1, 1, 1), (0, 2, 1, 1, view), (0, 3, 2, 2, REFUND)], users=1, items=5))
    assert baskets.event.tolist() == [0, view]
    assert baskets.purchases().items.tolist() == [1]


@given(ROWS)
def test_baskets_keep_every_user_time_and_item(rows):
    baskets = build_baskets(log_of(rows))
    held = {
        (int(u), int(t) // DAY, int(i))
        for u, t, i in zip(
            baskets.user[baskets.row_basket], baskets.time[baskets.row_basket], baskets.items, strict=True
        )
    }
    assert held == {(u, day, i) for u, i, day in rows}
    assert (np.diff(baskets.offsets) > 0).all()


@given(ROWS, st.integers(0, 6))
def test_before_keeps_only_the_past(rows, day):
    whole, part = build_baskets(log_of(rows)), build_baskets(log_of(rows).before(day * DAY))
    past = whole.before(day * DAY)
    assert past.items.tolist() == part.items.tolist()
    assert past.offsets.tolist() == part.offsets.tolist()


@given(ROWS, st.integers(0, 99))
def test_order_inside_a_basket_changes_nothing(rows, seed):
    log = log_of(rows)
    one, other = build_baskets(log), build_baskets(shuffled_inside_baskets(log, seed))
    assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in vars(one))


@given(ROWS)
def test_the_next_purchase_is_the_same_users_and_the_first_later_one(rows):
    baskets = build_baskets(log_of(rows))
    following = next_purchases(baskets)
    for j, target in enumerate(following):
        later = [k for k in range(j + 1, len(baskets)) if baskets.user[k] == baskets.user[j] != ANONYMOUS]
        assert target == (later[0] if later else -1)


@given(ROWS, st.integers(1, 4), st.integers(1, 12))
def test_batches_hold_each_users_latest_baskets_once(rows, context, tokens):
    baskets = build_baskets(log_of(rows))
    spans = user_spans(baskets, 4)
    seen = {}
    for batch in sequence_batches(
        spans, np.arange(4), context=context, batch_tokens=tokens, order=np.random.default_rng(0)
    ):
        assert batch.positions.size <= max(tokens, context)
        for user, positions, length in zip(batch.users, batch.positions, batch.lengths, strict=True):
            assert (positions[length:] == -1).all()
            assert user not in seen
            seen[user] = positions[:length].tolist()
    expected = {u: list(range(*spans[u : u + 2]))[-context:] for u in range(4) if spans[u] < spans[u + 1]}
    assert seen == expected
