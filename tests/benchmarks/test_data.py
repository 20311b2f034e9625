"""Files become the log that the model reads; what cannot be read is named with its line and a remedy."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.data import DAY, read_interactions, read_moment, read_transactions
from benchmarks.output import BadInput
from loyalty_ai.ml.evaluation import label_window
from loyalty_ai.ml.interactions import PURCHASE, REFUND
from loyalty_ai.ml.sequences import build_baskets


def write(path, *lines):
    path.write_text("\n".join(lines) + "\n")
    return path


def rows_of(log):
    return list(zip(log.user_ids[log.user].tolist(), log.item_ids[log.item].tolist(), log.time.tolist(), strict=True))


HEADER = "USER_ID,ITEM_ID,TIMESTAMP"


class TestInteractions:
    def test_ids_stay_as_they_are_written(self, tmp_path):
        log = read_interactions(write(tmp_path / "f.csv", HEADER, '007,"1,5",1000000000', "7, x ,1000000060")).log
        assert rows_of(log) == [("007", "1,5", 1_000_000_000), ("7", " x ", 1_000_000_060)]

    @pytest.mark.parametrize(
        "header", ["user_id,item_id,timestamp", "User_Id,Item_Id,Timestamp", "\ufeffUSER_ID,ITEM_ID,TIMESTAMP"]
    )
    def test_headers_match_in_any_case_and_other_columns_are_ignored(self, tmp_path, header):
        assert len(read_interactions(write(tmp_path / "f.csv", header + ",extra", "a,x,1000000000,?")).log) == 1

    @pytest.mark.parametrize(
        ("written", "seconds"),
        [
            ("1323434000", 1_323_434_000),
            ("1323434000.0", 1_323_434_000),
            ("1323434000999", 1_323_434_000),  # milliseconds
            ("20111209", 1_323_388_800),
            ("2011-12-09", 1_323_388_800),
            ("2011-12-09 12:50", 1_323_435_000),
            ("2011-12-09 12:50:00", 1_323_435_000),
            ("2011-12-09T12:50:00.250", 1_323_435_000),
            ("2011-12-09T12:50:00Z", 1_323_435_000),
            ("2011-12-09T13:50:00+01:00", 1_323_435_000),
            ("2011-12-09 07:50:00-0500", 1_323_435_000),
        ],
    )
    def test_times_are_read_in_every_common_form(self, tmp_path, written, seconds):
        prepared = read_interactions(write(tmp_path / "f.csv", HEADER, f"a,x,{written}"))
        assert prepared.log.time.tolist() == [seconds]
        assert (prepared.cutoff, prepared.positions) == (seconds + 1, False)
        assert read_moment(written) == seconds

    def test_dates_and_times_may_be_mixed(self, tmp_path):
        log = read_interactions(write(tmp_path / "f.csv", HEADER, "a,x,2011-12-09", "a,y,2011-12-09 00:00:01")).log
        assert np.diff(log.time).tolist() == [1]

    def test_one_time_is_one_basket_without_basket_ids(self, tmp_path):
        baskets = build_baskets(
            read_interactions(write(tmp_path / "f.csv", HEADER, "a,x,9e8", "a,y,9e8", "a,x,9.1e8", "b,x,9e8")).log
        )
        assert baskets.sizes.tolist() == [2, 1, 1]

    def test_a_basket_id_joins_rows_at_their_first_time_and_belongs_to_one_user(self, tmp_path):
        lines = ["a,x,900000050,1", "a,y,900000000,1", "a,z,900000000,2", "b,x,900000000,1", "b,y,900000000,"]
        log = read_interactions(write(tmp_path / "f.csv", HEADER + ",BASKET_ID", *lines)).log
        baskets = build_baskets(log)
        assert sorted(baskets.sizes.tolist()) == [1, 1, 1, 2]
        assert set(log.time.tolist()) == {900_000_000}

    def test_negative_quantities_are_returns_and_prices_make_values(self, tmp_path):
        lines = ["a,x,900000000,2,1.5", "a,y,900000001,-1,4", "a,x,900000002,,2", "a,z,900000003,1,"]
        log = read_interactions(write(tmp_path / "f.csv", HEADER + ",QUANTITY,PRICE", *lines)).log
        assert log.event.tolist() == [PURCHASE, REFUND, PURCHASE, PURCHASE]
        assert log.value.tolist() == [3, 4, 2, 0]
        np.testing.assert_array_equal(log.item_price, np.float32([2, 4, np.nan]))

    def test_the_items_file_gives_texts_and_items_nobody_bought(self, tmp_path):
        items = write(tmp_path / "i.csv", "item_id,title,category", "x,Red cup,Cups", "new,Blue cup,")
        log = read_interactions(write(tmp_path / "f.csv", HEADER, "a,x,900000000", "a,q,900000001"), items).log
        assert dict(zip(log.item_ids.tolist(), log.item_text, strict=True)) == {
            "x": "Red cup Cups", "new": "Blue cup", "q": "",
        }  # fmt: skip

    @given(st.lists(st.integers(1, 6), min_size=1, max_size=8), st.sampled_from([0, 1]), st.randoms())
    def test_positions_align_everybody_at_their_end(self, tmp_path_factory, lengths, first, order):
        lines = [f"u{u},i{u}-{p},{p + first}" for u, n in enumerate(lengths) for p in range(n)]
        order.shuffle(lines)
        prepared = read_interactions(write(tmp_path_factory.mktemp("p") / "f.csv", HEADER, *lines))
        log = prepared.log
        assert prepared.positions
        assert len(build_baskets(log)) == len(log)
        for user, n in enumerate(lengths):
            mine = log.user == user
            assert (prepared.cutoff - log.time[mine]).tolist() == [DAY * back for back in range(n, 0, -1)]
            assert log.item_ids[log.item[mine]].tolist() == [f"i{user}-{p}" for p in range(n)]
        size = {"n_users": log.n_users, "n_items": log.n_items}
        window = label_window(
            build_baskets(log), origin=prepared.cutoff - DAY, end=prepared.cutoff, **size
        )  # the last day is leave-one-out
        assert window.users.tolist() == [user for user, n in enumerate(lengths) if n > 1]

    def test_a_few_odd_users_do_not_turn_positions_into_times(self, tmp_path):
        lines = [f"u{u},i{p},{p}" for u in range(30) for p in range(4)] + ["odd,i0,3", "odd,i1,9"]
        prepared = read_interactions(write(tmp_path / "f.csv", HEADER, *lines))
        odd = prepared.log.user_ids[prepared.log.user] == "odd"
        assert prepared.positions
        assert (prepared.cutoff - prepared.log.time[odd]).tolist() == [2 * DAY, DAY]

    def test_baskets_of_positions_end_on_the_last_day(self, tmp_path):
        lines = ["a,x,0,p", "a,y,1,q", "a,z,2,q", "b,x,0,r"]
        prepared = read_interactions(write(tmp_path / "f.csv", HEADER + ",BASKET_ID", *lines))
        assert ((prepared.cutoff - prepared.log.time) // DAY).tolist() == [2, 1, 1, 1]


class TestTransactions:
    HEADER = "customer,date,amount"

    def test_rows_from_the_cutoff_on_are_not_even_looked_at(self, tmp_path):
        lines = [self.HEADER, "a,2011-01-01,5", "b,2011-01-02,0"]
        log = read_transactions(write(tmp_path / "f.csv", *lines), cutoff=read_moment("2011-01-03"))
        future = read_transactions(
            write(tmp_path / "g.csv", *lines, "c,2011-01-03,not a number", ",2012-01-01,"),
            cutoff=read_moment("2011-01-03"),
        )
        assert rows_of(log) == rows_of(future)
        assert log.user_ids.tolist() == future.user_ids.tolist() == ["a", "b"]

    def test_negative_amounts_or_quantities_are_refunds(self, tmp_path):
        lines = ["a,2011-01-01,5,x,1", "a,2011-01-02,-5,x,1", "a,2011-01-03,4,x,-2", "a,2011-01-04,0,y,1"]
        path = write(tmp_path / "f.csv", "Customer,Date,Amount,Item,Quantity", *lines)
        log = read_transactions(path, cutoff=read_moment("2012-01-01"))
        assert log.event.tolist() == [PURCHASE, REFUND, REFUND, PURCHASE]
        assert log.value.tolist() == [5, 5, 4, 0]
        assert log.quantity.tolist() == [1, 1, 2, 1]


BAD_INTERACTIONS = {
    "no rows": ([HEADER], "line 2: there is a header but no rows"),
    "no column": (["USER_ID,ITEM,TIMESTAMP", "a,x,1"], "line 1: the header lacks ITEM_ID; it has USER_ID, ITEM, TIMESTAMP"),
    "no user": ([HEADER, "a,x,1", "", ",x,2"], "line 4: USER_ID is empty"),
    "no item": ([HEADER, "a,,1"], "line 2: ITEM_ID is empty"),
    "no time": ([HEADER, "a,x,"], "line 2: TIMESTAMP is empty"),
    "short line": ([HEADER, "a,x"], "line 2: TIMESTAMP is empty"),
    "long line": ([HEADER, "a,x,1", "a,x,1,2"], "line 3: cannot be read as CSV"),
    "bad time": ([HEADER, "a,x,2011-12-09", "a,x,yesterday"], "line 3: TIMESTAMP 'yesterday' is no time; write unix seconds"),
    "bad day": ([HEADER, "a,x,2011-13-09"], "line 2: TIMESTAMP '2011-13-09' is no time"),
    "far time": ([HEADER, "a,x,1e15"], "line 2: TIMESTAMP '1e15' is beyond the year 5000"),
    "bad quantity": ([HEADER + ",QUANTITY", "a,x,1,two"], "line 2: QUANTITY 'two' is not a number"),
    "endless quantity": ([HEADER + ",QUANTITY", "a,x,1,inf"], "line 2: QUANTITY 'inf' is not a number"),
    "bad price": ([HEADER + ",PRICE", "a,x,1,1 EUR"], "line 2: PRICE '1 EUR' is not a number"),
    "negative price": ([HEADER + ",PRICE", "a,x,1,-1"], "line 2: PRICE '-1.0' is negative; write returns"),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "message"), BAD_INTERACTIONS.values(), ids=BAD_INTERACTIONS)
def test_a_bad_file_of_interactions_is_named_with_its_line(tmp_path, lines, message):
    with pytest.raises(BadInput) as error:
        read_interactions(write(tmp_path / "bad.csv", *lines))
    assert str(error.value).startswith(f"{tmp_path / 'bad.csv'}, {message}")
    assert "\n" not in str(error.value)
    assert "; " in str(error.value) or "cannot be read" in str(error.value)


BAD_TRANSACTIONS = {
    "no amount column": (["customer,date", "a,2011-01-01"], "line 1: the header lacks amount"),
    "no amount": (["customer,date,amount", "a,2011-01-01,"], "line 2: amount is empty"),
    "no customer": (["customer,date,amount", ",2011-01-01,1"], "line 2: customer is empty"),
    "bad amount": (["customer,date,amount", "a,2011-01-01,free"], "line 2: amount 'free' is not a number"),
    "bad quantity": (["customer,date,amount,quantity", "a,2011-01-01,1,?"], "line 2: quantity '?' is not a number"),
    "bad date": (["customer,date,amount", "a,1/1/2011,1"], "line 2: date '1/1/2011' is no time"),
    "no date": (["customer,date,amount", "a,,1"], "line 2: date is empty"),
}


@pytest.mark.parametrize(("lines", "message"), BAD_TRANSACTIONS.values(), ids=BAD_TRANSACTIONS)
def test_a_bad_file_of_transactions_is_named_with_its_line(tmp_path, lines, message):
    with pytest.raises(BadInput) as error:
        read_transactions(write(tmp_path / "bad.csv", *lines), cutoff=read_moment("2012-01-01"))
    assert str(error.value).startswith(f"{tmp_path / 'bad.csv'}, {message}")


def test_a_cutoff_before_everything_is_bad_input(tmp_path):
    path = write(tmp_path / "f.csv", "customer,date,amount", "a,2011-01-01,1")
    with pytest.raises(BadInput, match="choose a later --cutoff"):
        read_transactions(path, cutoff=read_moment("2011-01-01"))


def test_files_that_are_no_csv_are_bad_input(tmp_path):
    damaged = tmp_path / "damaged.csv.gz"
    damaged.write_bytes(gzip.compress(f"{HEADER}\na,x,1\n".encode() * 999)[:-20])
    latin = tmp_path / "latin.csv"
    latin.write_bytes(f"{HEADER}\ncaf\xe9,x,1\n".encode("latin-1"))
    (tmp_path / "empty.csv").touch()
    for name, message in {
        "damaged.csv.gz": "cannot be read as CSV",
        "latin.csv": "cannot be read as CSV in UTF-8",
        "empty.csv": "the file is empty",
        "missing.csv": "there is no such file",
    }.items():
        with pytest.raises(BadInput, match=message):
            read_interactions(tmp_path / name)
