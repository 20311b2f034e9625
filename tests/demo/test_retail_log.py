"""The log in one small file: nothing is lost, and damage is noticed."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop_demo.retail_log import LOG, DamagedLog, Log, write_log

ORIGINAL = "78f3654ba8479e64d7f29138bf6035f1d70d4b5e414c59f84dce6c2cc5781fb3"
HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def test_the_original_comes_back_byte_for_byte():
    log = Log()
    assert len(log) == 541_909
    assert log.header["sha256"] == ORIGINAL
    assert log.checksum() == ORIGINAL


def test_the_file_is_small():
    assert LOG.stat().st_size < 1_300_000


@pytest.mark.parametrize("cut", [0, 3, 1000, 500_000])
def test_a_truncated_file_says_so(tmp_path: Path, cut: int):
    damaged = tmp_path / "log.xz"
    damaged.write_bytes(LOG.read_bytes()[:cut])
    with pytest.raises(DamagedLog, match=r"log\.xz is damaged.*build_demo_data"):
        Log(damaged)


def test_another_file_is_refused(tmp_path: Path):
    with pytest.raises(DamagedLog, match="columns are not InvoiceNo"):
        write_log(source=["a,b\n", "1,2\n"], target=tmp_path / "log.xz")


rows = st.lists(
    st.tuples(
        st.sampled_from(["536365", "536366", "C536367", "A536368"]),
        st.sampled_from(["85123A", "85123a", "POST", "22423"]),
        st.sampled_from(["WHITE LANTERN", 'CARD "I LOVE YOU", RED', "", "Ünïcode £ 5"]),
        st.integers(-80_995, 80_995),
        st.sampled_from(["2010-12-01 08:26:00", "2010-12-01 08:27:00", "2011-01-04 10:00:00"]),
        st.sampled_from(["2.55", "0.0", "-11062.06", "38970.0", "0.001"]),
        st.sampled_from(["", "17850", "12345"]),
        st.sampled_from(["United Kingdom", "EIRE"]),
    ),
    min_size=1,
    max_size=30,
)


@given(rows)
def test_any_log_comes_back(tmp_path_factory: pytest.TempPathFactory, found: list[tuple[str | int, ...]]):
    import csv

    # A customer and a country belong to an invoice, and time only goes forward: so the log is, so the file stores it.
    of_invoice: dict[str, tuple[str, str]] = {}
    found = sorted(found, key=lambda row: row[4])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        (*row[:6], *of_invoice.setdefault(str(row[0]), (str(row[6]), str(row[7])))) for row in found
    )
    source = HEAD + text.getvalue()
    target = tmp_path_factory.mktemp("log") / "log.xz"
    write_log(source=io.StringIO(source, newline=""), target=target)
    assert Log(target).checksum() == hashlib.sha256(source.encode()).hexdigest()
    assert "".join(Log(target).csv()) == source
