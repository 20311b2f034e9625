"""The report runs what is missing, keeps it, and tells it."""

import pytest

from benchmarks import public, report
from benchmarks.output import BadInput
from benchmarks.public import Task


@pytest.fixture
def tasks(tmp_path, monkeypatch):
    import polars as pl

    def walk(data, folder):
        rows = [(f"u{u}", f"i{(u + p) % 9}", p) for u in range(40) for p in range(5)]
        table = pl.DataFrame(rows, schema=["USER_ID", "ITEM_ID", "TIMESTAMP"], orient="row")
        last = pl.col("TIMESTAMP") == 4
        stored = public._store(folder, "walk", table.filter(~last), table.filter(last).drop("TIMESTAMP"))
        return Task("walk", "A walk", "next_item", *stored, "Note.", modes=("new_only",))

    def orders(data, folder):
        rows = [
            (f"c{c}", f"2011-0{m}-{1 + c % 27:02d}", 5.0 + c) for c in range(40) for m in range(1, 5) if (c * m) % 3
        ]
        table = pl.DataFrame(rows, schema=["customer", "date", "amount"], orient="row")
        stored = public._store(
            folder, "orders", table.filter(pl.col("date") < "2011-04-01"), table.filter(pl.col("date") >= "2011-04-01")
        )
        return Task("orders", "Orders", "behaviour", *stored, "Note.", cutoff="2011-04-01", days=30)

    found = {"walk": walk, "orders": orders}
    monkeypatch.setattr(report, "TASKS", found)
    return found


def run(tmp_path, *arguments):
    methods = ["--methods", "popularity", "transitions", "naive", "pareto_nbd_own"]
    options = ["--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "R.md"), *methods, *arguments]
    assert report.main(options) == 0
    return (tmp_path / "R.md").read_text()


def test_methods_run_once_and_are_told_side_by_side(tasks, tmp_path, capsys):
    text = run(tmp_path)
    assert capsys.readouterr().out.count("\n") == 5  # four runs and where it was written
    row = next(line for line in text.splitlines() if line.startswith("| transitions |"))
    assert "1.0000 ± 0.0000" in row
    assert "| SASRec (RecTools) | not run |" in text
    assert "| same rate as before | " in text
    assert all(title in text for title in ("AUC", "spend nGini", "CPU s", "## A walk", "## Orders", "Seed 0"))
    assert run(tmp_path).split("##")[1:] == text.split("##")[1:]
    assert capsys.readouterr().out.count("\n") == 1  # all kept
    run(tmp_path, "--only", "walk", "--fresh")
    assert capsys.readouterr().out.count("\n") == 3


def test_changed_code_data_or_settings_make_a_result_stale(tasks, tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    task = tasks["walk"](None, folder)
    method = report.NEXT_ITEM[0]
    runner = report.Runner(tmp_path, minutes=None, seed=0, fresh=False)
    names = {runner.folder(task, method).name}
    names.add(runner.folder(Task(**{**vars(task), "digest": "other"}), method).name)
    names.add(report.Runner(tmp_path, minutes=None, seed=1, fresh=False).folder(task, method).name)
    other = tmp_path / "code"
    (other / "benchmarks/peers").mkdir(parents=True)
    (other / "benchmarks/peers/counts.py").write_text("changed")
    monkeypatch.setattr(report, "ROOT", other)
    names.add(runner.folder(task, method).name)
    assert len(names) == 4


def test_what_is_kept_is_told_without_running_and_marked_where_its_code_has_changed(
    tasks, tmp_path, monkeypatch, capsys
):
    text, options = run(tmp_path), ["--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "R.md"), "--methods"]
    assert report.main(options) == 0
    assert (tmp_path / "R.md").read_text().split("\n\n", 2)[2] == text.split("\n\n", 2)[2]
    other = tmp_path / "code"
    (other / "benchmarks/peers").mkdir(parents=True)
    (other / "benchmarks/peers/counts.py").write_text("changed")
    monkeypatch.setattr(report, "ROOT", other)
    capsys.readouterr()
    assert report.main(options) == 0
    assert capsys.readouterr().out.count("\n") == 1  # nothing ran
    again = (tmp_path / "R.md").read_text()
    assert "| transitions † |" in again
    assert "† ran on " in again
    assert report.main(["--seed", "1", *options]) == 0
    assert "| transitions | not run |" in (tmp_path / "R.md").read_text()  # other settings


def test_a_failing_method_leaves_its_row_empty(tasks, tmp_path, capsys):
    folder = tmp_path / "data"
    folder.mkdir()
    task = tasks["walk"](None, folder)
    task.train.write_bytes(b"broken")
    runner = report.Runner(tmp_path, minutes=None, seed=0, fresh=False)
    runner.run(task, report.NEXT_ITEM[0])
    assert "failed, see" in capsys.readouterr().out
    assert runner.kept(task, report.NEXT_ITEM[0]) is None


def test_data_that_may_not_ship_has_to_be_given(tmp_path, capsys):
    assert report.main(["--only", "beauty", "--cache", str(tmp_path)]) == 2
    assert "beauty_s3.csv.gz" in capsys.readouterr().err
    with pytest.raises(BadInput, match=r"there is no ml1m\.csv\.gz"):
        public.movielens(tmp_path, tmp_path)


def test_days_inside_the_training_data_end_before_the_cutoff_and_see_only_what_came_before(tmp_path):
    import polars as pl

    task = public.online_retail_behaviour(None, tmp_path)
    whole = pl.read_csv(task.train, infer_schema=False)
    assert len(task.earlier) == public.EARLIER
    assert "2011-04-01" < task.earlier[0].cutoff < task.earlier[-1].cutoff < task.cutoff
    for day in task.earlier:
        train, held = (pl.read_csv(path, infer_schema=False)["date"] for path in (day.train, day.held))
        assert train.max() < day.cutoff <= held.min()
        assert held.max() < task.cutoff
        assert day.days <= task.days
        assert len(train) + len(held) <= len(whole)


def test_means_over_the_days_inside_the_training_data_are_told_below_the_table(tasks, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "REFERENCE", "pareto_nbd_own")
    made = tasks["orders"]

    def rolling(data, folder):
        task = made(data, folder)
        return Task(**{**vars(task), "earlier": (Task(**{**vars(task), "name": "orders", "title": "Earlier"}),)})

    monkeypatch.setattr(report, "TASKS", {"orders": rolling})
    options = ["--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "R.md")]
    assert report.main([*options, "--methods", "naive", "pareto_nbd_own"]) == 0
    assert "The same at days inside" not in (tmp_path / "R.md").read_text()  # without ours nothing leads
    assert report.main([*options, "--methods", "loyalty_ai"]) == 0
    text = (tmp_path / "R.md").read_text()
    assert "2011-04-01 (30 days); each method sees only what came before" in text
    whole, earlier = (line for line in text.splitlines() if line.startswith("| same rate as before |"))
    assert earlier.split(" | ")[1] == whole.split(" | ")[1]
    biased = 6  # its sign is left out
    assert earlier.split(" | ")[biased] == whole.split(" | ")[biased].lstrip("+-")
    assert "| least paired gain over Pareto/NBD |" in text


def test_online_retail_comes_from_the_demo_and_is_cut_by_time(tmp_path):
    import polars as pl

    task = public.online_retail(None, tmp_path)
    train, held = (pl.read_csv(path, infer_schema=False) for path in (task.train, task.held))
    assert (len(train), train["USER_ID"].n_unique(), train["ITEM_ID"].n_unique()) == (335_422, 4_097, 3_624)
    assert held["USER_ID"].n_unique() == 1_334
    assert train["TIMESTAMP"].cast(pl.Int64).max() < 1_320_969_600  # 2011-11-11
    assert not {"POST", "M", "BANK CHARGES"} & set(train["ITEM_ID"])
