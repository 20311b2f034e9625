"""The cold start command: what it hides, whom it asks, what it finds."""

import csv
import json

import numpy as np
import pytest

from benchmarks import cold_start
from benchmarks.cold_start import listed_price, wanted
from tests.ml.logs import DAY, make_log

WORDS = ("mug", "candle", "spade", "lamp", "scarf")


@pytest.fixture(scope="module")
def families(tmp_path_factory):
    """80 customers who each buy things of one kind, among 200."""
    order, folder = np.random.default_rng(0), tmp_path_factory.mktemp("families")
    with (folder / "train.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("USER_ID", "ITEM_ID", "TIMESTAMP", "BASKET_ID", "PRICE"))
        for user in range(80):
            for basket in range(10):
                day = 12 * basket + int(order.integers(12))
                for item in order.choice(40, 3, replace=False) * 5 + user % 5:
                    writer.writerow((user, item, 1_300_000_000 + day * DAY, f"{user}-{basket}", 1 + item % 7))
    with (folder / "items.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("ITEM_ID", "TITLE", "CATEGORY"))
        writer.writerows((item, f"{WORDS[item % 5]} {item}", "shop") for item in range(200))
    return folder


@pytest.fixture(scope="module")
def said(families):
    command = ["--data", str(families / "train.csv"), "--items", str(families / "items.csv"), "--device", "cpu"]
    args = cold_start.parse([*command, "--text", "none", "hashed", "--days", "14", "--threads", "1"])
    (families / "work").mkdir()
    return json.loads(json.dumps(cold_start.run(args, families / "work"), allow_nan=False))


def test_text_finds_hidden_items_where_nothing_else_can(said):
    hashed, none = said["results"]["hashed"], said["results"]["none"]
    assert (said["items"], said["hidden_items"]) == (200, 20)
    recall = {name: found["recall@10"]["value"] for name, found in hashed["among_hidden_items"].items()}
    assert recall["text_similarity"] > recall["random"] + 0.3
    assert "popularity" not in recall
    assert {"category_popularity", "price_popularity", "decoder", "model"} <= set(recall)
    assert "text_similarity" not in none["among_hidden_items"]
    assert hashed["among_hidden_items"]["decoder"]["recall@10"]["value"] > 0.5
    assert said["gains"]["hashed - none"]["among_hidden_items"]["decoder"]["recall@10"]["low"] > 0


def test_popularity_never_lists_what_never_sold(said):
    found = said["results"]["hashed"]["among_all_items"]
    assert found["popularity"]["recall@10"]["value"] == 0
    assert 0 < found["text_similarity"]["recall@50"]["value"] <= 1


def test_places_for_newcomers_bring_them_into_the_lists_and_their_cost_is_told(said):
    hashed = said["results"]["hashed"]
    found = {name: metrics["recall@10"]["value"] for name, metrics in hashed["among_all_items"].items()}
    assert found["model"] > found["model_without_places"]
    cost = hashed["cost_of_the_places"]
    assert cost["gain"]["difference"] == pytest.approx(cost["with"] - cost["without"])


def test_only_known_customers_of_the_period_are_asked():
    rows = [(0, 0, 1, 0), (0, 2, 10, 1), (1, 2, 10, 2), (2, 1, 2, 3), (2, 2, 30, 4), (3, 0, 1, 5), (3, 1, 10, 6)]
    log, hidden = make_log(rows, users=4, items=3), np.array([False, False, True])
    train = log.take((log.time < 5 * DAY) & ~hidden[log.item])
    users, targets = wanted(train, log, hidden, 5 * DAY, 20 * DAY)
    # user 1 is new, user 2 came too late, user 3 bought what is sold already
    assert users.tolist() == [0]
    assert targets.toarray().tolist() == [[False, False, True]]


def test_a_price_is_what_an_item_cost_first():
    log = make_log([(0, 0, 1, 0), (0, 0, 2, 1)], users=1, items=2, item_price=np.array([9.0, 9.0], np.float32))
    log.value[:] = [3, 9]
    assert listed_price(log) == pytest.approx([3, np.nan], nan_ok=True)


def test_data_without_texts_is_refused(families, capsys):
    assert cold_start.main(["--data", str(families / "train.csv")]) == 2
    assert "needs --items" in capsys.readouterr().err
