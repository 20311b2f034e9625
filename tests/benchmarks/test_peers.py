"""Peers that need only the project's environment learn a pattern, and see nothing they may not."""

import gzip
from datetime import date

import numpy as np
import pytest

from benchmarks.peers import boosted_ranker, counts, learned_behaviour
from benchmarks.peers.files import DAY, list_all, read_log, top
from benchmarks.peers.orders import read_orders


def write(path, header, rows):
    path.write_bytes(gzip.compress("\n".join([header, *(",".join(map(str, row)) for row in rows)]).encode()))
    return path


@pytest.fixture
def walks(tmp_path):
    """Everybody walks through 30 items in steps of two."""
    order = np.random.default_rng(0)
    rows = [
        (f"u{user}", f"i{(start + 2 * step) % 30}", step)
        for user, start in enumerate(order.integers(30, size=150))
        for step in range(8)
    ]
    return read_log(write(tmp_path / "w.csv.gz", "USER_ID,ITEM_ID,TIMESTAMP", rows))


@pytest.fixture
def shop(tmp_path):
    """Weekly baskets: a favourite every time, and the next item of a walk."""
    order, rows = np.random.default_rng(0), []
    for user in range(60):
        place, favourite = order.integers(30, size=2)
        for week in range(30):
            time, basket = 1_300_000_000 + week * 7 * DAY, f"{user}-{week}"
            rows += [(f"u{user}", f"i{item}", time, basket, 1, 2.5) for item in {favourite, (place + week) % 30}]
    return read_log(write(tmp_path / "s.csv.gz", "USER_ID,ITEM_ID,TIMESTAMP,BASKET_ID,QUANTITY,PRICE", rows))


class Arguments:
    method, seed, candidates = "boosted_ranker", 0, 20


def next_of(log):
    last = np.searchsorted(log.user, np.arange(len(log.users)), side="right") - 1
    return [f"i{(int(log.items[log.item[row]][1:]) + 2) % 30}" for row in last]


@pytest.mark.parametrize("method", ["boosted_ranker", "linear_blend"])
def test_two_stages_learn_a_walk(walks, method):
    arguments = Arguments()
    arguments.method = method
    lists, details = boosted_ranker.two_stages(walks, 5, arguments, boosted_ranker.Clock())
    hits = [walks.items[row[0]] == right for row, right in zip(lists["new_only"], next_of(walks), strict=True)]
    assert np.mean(hits) > 0.9
    assert details["windows"] == 5


@pytest.mark.parametrize("method", ["boosted_ranker", "linear_blend"])
def test_two_stages_learn_a_shop_in_both_modes(shop, method):
    arguments = Arguments()
    arguments.method = method
    lists, _ = boosted_ranker.two_stages(shop, 5, arguments, boosted_ranker.Clock())
    count = np.zeros(shop.shape)
    np.add.at(count, (shop.user, shop.item), 1)
    favourite = count.argmax(axis=1)
    assert np.mean([f in row[:2] for f, row in zip(favourite, lists["repeats"], strict=True)]) > 0.9
    rows, places = np.nonzero(lists["new_only"] >= 0)
    assert shop.history[rows, lists["new_only"][rows, places]].sum() == 0


def test_a_chunk_has_the_features_that_its_description_counts(walks, shop):
    chosen, features, users = next(boosted_ranker.sequence_chunks(walks, np.arange(10), 12))
    assert features.shape == (10, 12, 17)
    assert (users == np.arange(10)).all()
    assert walks.history[np.repeat(users, 12)[chosen.ravel() >= 0], chosen[chosen >= 0]].sum() == 0
    baskets = boosted_ranker.Baskets(shop, int(shop.time.max()) + 1)
    assert next(baskets.chunks(np.arange(10), 12, new_only=False))[1].shape == (10, 12, 29)


def test_what_followed_is_directional_and_fades(walks):
    table = boosted_ranker.followed(walks, 2).toarray()
    item = {key: j for j, key in enumerate(walks.items)}
    assert table[item["i0"], item["i2"]] > 0
    assert table[item["i0"], item["i4"]] == pytest.approx(table[item["i2"], item["i4"]] / 2, rel=0.5)
    assert table[item["i2"], item["i0"]] == 0


def test_counts_rank_what_they_say(shop):
    lists = list_all(shop, counts.popularity(shop), 3)
    sales = np.bincount(shop.item)
    assert (lists["repeats"][:, 0] == sales.argmax()).all()
    frequency = list_all(shop, counts.personal_frequency(shop), 1)["repeats"][:, 0]
    own = np.zeros(shop.shape)
    np.add.at(own, (shop.user, shop.item), 1)
    assert (own[np.arange(60), frequency] == own.max(axis=1)).all()


def test_a_list_ends_where_scores_do():
    assert top(np.array([[1.0, -np.inf, 3.0], [-np.inf] * 3]), 5).tolist() == [[2, 0, -1], [-1, -1, -1]]


@pytest.fixture(scope="module")
def orders(tmp_path_factory):
    """Half of 400 customers order monthly, half hardly ever; one only gives back."""
    order, rows = np.random.default_rng(0), [("z", "1997-02-01", -5)]
    for customer in range(400):
        days = np.flatnonzero(order.random(200) < (0.03 if customer % 2 else 0.004)).tolist() or [0]
        start = np.datetime64("1997-01-01")
        rows += [(f"{customer:03d}", start + day, round(order.gamma(3, 10), 2)) for day in days]
    rows.append(("000", "1999-01-01", 9999))
    path = write(tmp_path_factory.mktemp("o") / "o.csv.gz", "customer,date,amount", rows)
    return read_orders(path, date(1997, 7, 20))


def test_orders_are_customer_days_before_the_cutoff(tmp_path):
    rows = [("a", "2011-01-01", 5), ("a", "2011-01-01", 3), ("a", "2011-01-03", -3), ("a", "2011-02-01", 9)]
    rows += [("b", "2011-01-02", 4), ("b", "2011-01-02", -4), ("c", "2011-01-02", 0)]
    read = read_orders(write(tmp_path / "o.csv.gz", "customer,date,amount", rows), date(2011, 2, 1))
    assert read.customers.tolist() == ["a", "c"]  # b gave everything back, c paid nothing but ordered
    assert read.day.tolist() == [-31, -29, -30]
    assert read.net.tolist() == [8, -3, 0]
    assert [part.tolist() for part in read.summary(0)] == [[0, 0], [0, 0], [31, 30], [5, 0]]
    assert [part.tolist() for part in read.labels(-30, 0)] == [[0], [0]]


@pytest.mark.parametrize(
    "method",
    [
        learned_behaviour.naive,
        learned_behaviour.lightgbm_plain,
        learned_behaviour.lightgbm_from_pareto,
        learned_behaviour.pareto_nbd,
        learned_behaviour.ziln,
    ],
)
def test_behaviour_peers_tell_the_regular_from_the_rest(orders, method):
    p, count, spend = method(orders, 30, 0, learned_behaviour.Clock())
    regular = np.array([int(key) % 2 == 1 for key in orders.customers])
    assert len(p) == 400
    assert ((p >= 0) & (p <= 1)).all()
    for answer in (p, count, spend):
        assert np.isfinite(answer).all()
        assert answer[regular].mean() > 1.5 * answer[~regular].mean()
