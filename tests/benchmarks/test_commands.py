"""The two commands end to end: what they write, what they print, how they refuse."""

import csv
import gzip
import json
import subprocess
import sys

import numpy as np
import pytest

from benchmarks import behaviour, next_item


def read(path):
    with gzip.open(path, "rt") if path.read_bytes()[:2] == b"\x1f\x8b" else path.open() as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def walks(tmp_path_factory):
    """60 users who walk through 25 items in steps of two, as positions."""
    order, lines = np.random.default_rng(0), ["user_id,item_id,timestamp"]
    for user in range(60):
        start = int(order.integers(25))
        lines += [f"0{user},item {(start + 2 * p) % 25},{p}" for p in range(int(order.integers(4, 9)))]
    path = tmp_path_factory.mktemp("walks") / "train.csv.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


@pytest.fixture(scope="module")
def listed(walks):
    out = walks.parent / "lists.csv.gz"
    command = ["--train", str(walks), "--k", "7", "--out", str(out), "--device", "cpu", "--minutes", "5"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.next_item", *command], capture_output=True, text=True, check=True
    )
    return out, done.stdout


class TestNextItem:
    def test_every_user_gets_ranked_lists_of_both_kinds(self, walks, listed):
        out, _ = listed
        history = {}
        for row in read(walks):
            history.setdefault(row["user_id"], set()).add(row["item_id"])
        new = out.with_name("lists.csv.gz.new")
        assert out.read_bytes()[:2] == new.read_bytes()[:2] == b"\x1f\x8b"
        for path in (out, new):
            lists = {}
            for row in read(path):
                assert list(row) == ["user", "item", "rank", "score"]
                lists.setdefault(row["user"], []).append((int(row["rank"]), row["item"], float(row["score"])))
            assert set(lists) == set(history)
            for user, found in lists.items():
                assert [rank for rank, _, _ in found] == list(range(1, len(found) + 1))
                scores = [score for _, _, score in found]
                assert scores == sorted(scores, reverse=True)
                assert len({item for _, item, _ in found}) == len(found) == 7
                if path == new:
                    assert not history[user] & {item for _, item, _ in found}

    def test_the_pattern_is_found(self, walks, listed):
        last = {}
        for row in read(walks):
            last[row["user_id"]] = int(row["item_id"].split()[1])
        first = {row["user"]: int(row["item"].split()[1]) for row in read(listed[0]) if row["rank"] == "1"}
        assert np.mean([first[user] == (item + 2) % 25 for user, item in last.items()]) > 0.8

    def test_it_prints_one_json_line(self, listed):
        _, printed = listed
        assert printed.count("\n") == 1
        said = json.loads(printed)
        assert (said["users"], said["items"], said["clock"]) == (60, 25, "positions")
        assert {"preparing", "training", "scoring", "total"} <= set(said["seconds"])
        assert said["peak_memory_mb"] > 50
        assert said["epochs"] > 0
        assert said["parameters"] > 0
        assert set(said["answers"]) == set(said["decoder_gain"]) == {"repeats", "new_only"}
        assert said["validation"]["users"] == 60  # leave-one-out: everybody's last step
        assert {"popularity", "transitions", "model"} <= set(said["validation"]["repeats"])
        assert said["decoder_gain"]["repeats"]["low"] <= said["decoder_gain"]["repeats"]["high"]

    def test_plain_files_and_real_times(self, tmp_path, capsys):
        lines = ["USER_ID,ITEM_ID,TIMESTAMP,BASKET_ID,QUANTITY,PRICE"]
        lines += [f"{u},{(u + d) % 5},2011-01-{d + 1:02d} 10:00:00,o{u}-{d},1,2.5" for u in range(8) for d in range(4)]
        (tmp_path / "t.csv").write_text("\n".join(lines))
        (tmp_path / "i.csv").write_text("ITEM_ID,TITLE\n0,red\nunsold,blue\n")
        out = tmp_path / "lists.csv"
        arguments = [
            "--train",
            str(tmp_path / "t.csv"),
            "--items",
            str(tmp_path / "i.csv"),
            "--k",
            "3",
            "--out",
            str(out),
        ]
        assert next_item.main(arguments) == 0
        assert json.loads(capsys.readouterr().out)["clock"] == "timestamps"
        assert len({row["user"] for row in read(out)}) == 8
        assert out.read_text().startswith("user,item,rank,score\n")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["i.csv", "lists.csv", "lists.csv.new", "t.csv"]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--train", "missing.csv", "--out", "o.csv"], "missing.csv: there is no such file; check the path"),
            (["--train", "t.csv", "--out", "nowhere/o.csv"], "does not exist; make it first"),
            (["--train", "t.csv", "--out", "."], "cannot be written"),
            (["--train", "t.csv", "--out", "o.csv", "--device", "abacus"], "--device abacus: "),
            (["--train", "t.csv", "--out", "o.csv", "--items", "t.csv"], "t.csv, line 1: the header lacks ITEM_ID"),
            (["--train", "t.csv", "--out", "o.csv"], "t.csv, line 1: the header lacks USER_ID, ITEM_ID, TIMESTAMP"),
        ],
    )
    def test_bad_input_is_one_line_and_status_2(self, tmp_path, monkeypatch, capsys, arguments, message):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "t.csv").write_text("a,b\n1,2\n")
        if "--items" in arguments:
            (tmp_path / "good.csv").write_text("USER_ID,ITEM_ID,TIMESTAMP\na,x,0\n")
            arguments = ["--train", "good.csv", *arguments[2:]]
        assert next_item.main(arguments) == 2
        said = capsys.readouterr()
        assert message in said.err
        assert said.err.count("\n") == 1
        assert not said.out
        assert not list(tmp_path.glob("o.csv*"))

    @pytest.mark.parametrize("wrong", [["--k", "0"], ["--k", "ten"], ["--minutes", "-1"], ["--seed", "x"]])
    def test_bad_arguments_are_status_2(self, wrong, capsys):
        with pytest.raises(SystemExit) as error:
            next_item.main(["--train", "t.csv", "--out", "o.csv", *wrong])
        assert error.value.code == 2
        assert wrong[0] in capsys.readouterr().err


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """120 customers; half of them order weekly."""
    order, lines = np.random.default_rng(1), ["Customer,Date,Amount"]
    for customer in range(120):
        for week in range(26):
            if order.random() < (0.7 if customer % 2 else 0.1):
                day = np.datetime64("2011-01-01") + int(7 * week + order.integers(7))
                lines.append(f"00{customer},{day},{order.gamma(4, 5):.2f}")
    path = tmp_path_factory.mktemp("shop") / "orders.csv"
    path.write_text("\n".join(lines) + "\n00999,2011-02-01,-5\n")
    return path


def predict(path, capsys, out="out.csv", **changed):
    arguments = {"train": path, "cutoff": "2011-06-01", "horizon-days": 30, "out": path.with_name(out), **changed}
    status = behaviour.main([part for name, value in arguments.items() for part in (f"--{name}", str(value))])
    return status, path.with_name(out), capsys.readouterr()


class TestBehaviour:
    def test_everyone_seen_before_the_cutoff_is_predicted(self, shop, capsys):
        status, out, said = predict(shop, capsys, "p.csv.gz")
        assert status == 0
        assert out.read_bytes()[:2] == b"\x1f\x8b"
        rows = read(out)
        seen = {row["Customer"] for row in read(shop) if row["Date"] < "2011-06-01"}
        assert {row["customer"] for row in rows} == seen
        assert len(rows) == len(seen)
        p, count, spend = (
            np.array([float(row[name]) for row in rows]) for name in ("p_purchase", "exp_count", "exp_spend")
        )
        assert ((p >= 0) & (p <= 1) & (count >= p - 1e-9) & (spend >= 0)).all()
        weekly = np.array([int(row["customer"]) % 2 == 1 and row["customer"] != "00999" for row in rows])
        assert p[weekly].mean() > p[~weekly].mean() + 0.2
        printed = json.loads(said.out)
        assert said.out.count("\n") == 1
        assert printed["customers"] == len(seen)
        assert {"preparing", "training", "scoring", "total"} <= set(printed["seconds"])
        assert {"model", "naive", "bg_nbd", "pareto_nbd"} <= set(printed["validation"])
        assert printed["peak_memory_mb"] > 50

    def test_earlier_origins_are_judged_by_what_followed_them(self, shop, capsys):
        _, _, said = predict(shop, capsys, origins=2)
        found = json.loads(said.out)["rolling"]
        assert [row["origin"] for row in found] == ["2011-03-02", "2011-04-01"]  # two and three fifths of 151 days
        assert [row["days"] for row in found] == [30, 30]
        for row in found:
            assert 0 < row["spend_gini"]["model"] < 1
            assert np.isfinite(row["spend_deviance"]["gain"])

    def test_a_row_after_the_cutoff_changes_nothing(self, shop, capsys):
        text = shop.read_text()
        before = "\n".join(line for line in text.splitlines() if not "2011-06-01" <= line.split(",")[1] < "2012") + "\n"
        cut, more = shop.with_name("cut.csv"), shop.with_name("more.csv")
        cut.write_text(before)
        more.write_text(text + "001,2011-06-01,99999\nstranger,2012-01-01,-3\n002,2011-12-31,unreadable\n")
        answers = [predict(path, capsys, f"{path.stem}-out.csv")[1].read_text() for path in (shop, cut, more)]
        assert answers[0] == answers[1] == answers[2]

    @pytest.mark.parametrize(
        ("lines", "message"),
        [
            ("customer,date,amount\na,2011-01-01,x\n", "line 2: amount 'x' is not a number"),
            ("customer,date,amount\na,2011-07-01,1\n", "every date is on or after the cutoff"),
            ("customer,date\n", "line 1: the header lacks amount"),
        ],
    )
    def test_bad_input_is_one_line_and_status_2(self, tmp_path, capsys, lines, message):
        path = tmp_path / "t.csv"
        path.write_text(lines)
        status, out, said = predict(path, capsys)
        assert status == 2
        assert message in said.err
        assert said.err.count("\n") == 1
        assert not out.exists()

    @pytest.mark.parametrize("wrong", [{"cutoff": "soon"}, {"horizon-days": 0}, {"horizon-days": "many"}])
    def test_bad_arguments_are_status_2(self, shop, capsys, wrong):
        with pytest.raises(SystemExit) as error:
            predict(shop, capsys, **wrong)
        assert error.value.code == 2

    def test_one_customer_is_enough(self, tmp_path, capsys):
        path = tmp_path / "t.csv"
        path.write_text("customer,date,amount\na,2011-01-01,3\n")
        status, out, _ = predict(path, capsys)
        assert status == 0
        assert [row["customer"] for row in read(out)] == ["a"]
