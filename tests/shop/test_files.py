from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars
import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from loyalty_ai.conf import get_adapter
from loyalty_ai.shop.adapters.base import CustomerRecord, EventRecord, ProductRecord, Rejected
from loyalty_ai.shop.adapters.files import read_customers, read_events, read_products
from loyalty_ai.shop.adapters.rows import count_rows
from loyalty_ai.shop.imports import import_file
from loyalty_ai.shop.models import Event, RejectedRow
from loyalty_ai.shop.services import ensure_store, sync_store
from tests.fakes import FAKE_SETTINGS
from tests.shop.conftest import NOW

LONDON = ZoneInfo("Europe/London")
HEADER = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,QUANTITY,ORDER_ID\n"
LINE = "C1,P1,2011-06-01T12:00:00+00:00,purchase,7.50,3,O1\n"


def events_of(tmp_path, content, name="log.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_events(path, LONDON))


def rejected_of(records):
    return [(record.location, record.code) for record in records if isinstance(record, Rejected)]


def test_a_row_in_personalizes_columns_is_an_event(tmp_path):
    [event] = events_of(tmp_path, HEADER + LINE)
    assert event == EventRecord(
        key=event.key,
        type="purchase",
        occurred_at=datetime(2011, 6, 1, 12, tzinfo=UTC),
        customer_id="C1",
        product_id="P1",
        order_id="O1",
        quantity=3,
        value=Decimal("7.50"),
        location="log.csv:2",
    )


def test_columns_come_in_either_case_any_order_and_with_strangers(tmp_path):
    content = "\ufeffevent_type;Item_Id;colour;timestamp;user_id;event_id\nView;P1;red;1306929600;;e-1\n"
    [event] = events_of(tmp_path, content)
    assert (event.type, event.product_id, event.customer_id, event.key) == ("view_item", "P1", None, "e-1")
    assert (event.occurred_at, event.quantity, event.value) == (datetime(2011, 6, 1, 12, tzinfo=UTC), 1, 0)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2011-06-01 13:00:00", datetime(2011, 6, 1, 12, tzinfo=UTC)),
        ("2011-12-01 12:00", datetime(2011, 12, 1, 12, tzinfo=UTC)),
        ("2011-06-01T13:00:00+01:00", datetime(2011, 6, 1, 12, tzinfo=UTC)),
        ("2011-06-01T12:00:00Z", datetime(2011, 6, 1, 12, tzinfo=UTC)),
        ("1306929600", datetime(2011, 6, 1, 12, tzinfo=UTC)),
        ("1306929600.5", datetime(2011, 6, 1, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("1306929600000", datetime(2011, 6, 1, 12, tzinfo=UTC)),
        ("2011-06-01", datetime(2011, 5, 31, 23, tzinfo=UTC)),
        ("20110601", datetime(2011, 5, 31, 23, tzinfo=UTC)),
        # The clock shows 01:30 twice on 30 October: the first, still in summer time, is meant.
        ("2011-10-30 01:30", datetime(2011, 10, 30, 0, 30, tzinfo=UTC)),
        # It never shows 01:30 on 27 March: what it would have been without the change.
        ("2011-03-27 01:30", datetime(2011, 3, 27, 1, 30, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_the_stores_time_zone_unless_they_say_their_own(tmp_path, written, meant):
    [event] = events_of(tmp_path, f"USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nC1,P1,{written},purchase\n")
    assert event.occurred_at == meant


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("C1,P1\n", "wrong_columns"),
        ("C1,P1,2011-06-01,purchase,1,1,O1,more\n", "wrong_columns"),
        ('C1,"P1,2011-06-01,purchase,1,1,O1\n', "malformed_line"),
        ('C1,"P"1,2011-06-01,purchase,1,1,O1\n', "malformed_line"),
        ("C1,P1,yesterday,purchase,1,1,O1\n", "bad_time"),
        ("C1,P1,99999999999999999999,purchase,1,1,O1\n", "bad_time"),
        ("C1,P1,0001-01-01T00:00+10:00,purchase,1,1,O1\n", "bad_time"),
        ("C1,P1,,purchase,1,1,O1\n", "missing_field"),
        ("C1,P1,2011-06-01,,1,1,O1\n", "missing_field"),
        ("C1,P1,2011-06-01,purchase,cheap,1,O1\n", "bad_field"),
        ("C1,P1,2011-06-01,purchase,1,1.5,O1\n", "bad_field"),
        ("C1,P1,2011-06-01,purchase,1,many,O1\n", "bad_field"),
        (b"C1,P\xe9,2011-06-01,purchase,1,1,O1\n", "bad_encoding"),
    ],
    ids=lambda value: str(value),
)
def test_a_bad_line_is_said_with_file_and_line_and_the_others_are_read(tmp_path, line, code):
    line = line if isinstance(line, bytes) else line.encode()
    records = events_of(tmp_path, (HEADER + LINE).encode() + line + LINE.replace("C1", "C2").encode())
    assert rejected_of(records) == [("log.csv:3", code)]
    assert [record.customer_id for record in records if isinstance(record, EventRecord)] == ["C1", "C2"]
    [bad] = [record for record in records if isinstance(record, Rejected)]
    assert bad.raw
    assert "%(" not in bad.reason


def test_a_truncated_gzip_gives_what_is_whole(tmp_path):
    lines = [f"C{n},P{n * 7919 % 997},2011-06-01,purchase,{n * 31 % 89},1,O{n}\n" for n in range(5000)]
    whole = gzip.compress((HEADER + "".join(lines)).encode())
    records = events_of(tmp_path, whole[: len(whole) // 2], "log.csv.gz")
    good = [record for record in records if isinstance(record, EventRecord)]
    [(location, code)] = rejected_of(records)
    assert 1000 < len(good) < 5000
    assert (location, code) == (f"log.csv.gz:{len(good) + 2}", "truncated_file")
    assert [record.customer_id for record in good] == [f"C{n}" for n in range(len(good))]


def test_what_only_claims_to_be_gzip_is_said(tmp_path):
    assert rejected_of(events_of(tmp_path, HEADER + LINE, "log.csv.gz")) == [("log.csv.gz:1", "truncated_file")]


def test_a_file_that_breaks_off_inside_a_line_loses_that_line_only(tmp_path):
    records = events_of(tmp_path, HEADER + LINE + LINE[:20])
    assert rejected_of(records) == [("log.csv:3", "wrong_columns")]
    assert isinstance(records[0], EventRecord)


def test_an_empty_file_and_a_header_alone_hold_nothing(tmp_path):
    assert events_of(tmp_path, "") == []
    assert events_of(tmp_path, HEADER) == []
    assert events_of(tmp_path, HEADER + "\n\n") == []


def test_a_file_without_the_needed_columns_says_so_on_every_line(tmp_path):
    assert rejected_of(events_of(tmp_path, "a,b\n1,2\n")) == [("log.csv:2", "missing_field")]


def test_quoted_fields_may_hold_delimiters_quotes_and_line_breaks(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text('ITEM_ID,TITLE,DESCRIPTION,PRICE\nP1,"Mug, ""big""","First.\n\nLast.",4.50\nP2,Cup,,\n')
    first, second = read_products(path, LONDON)
    assert (first.title, first.description, first.price) == ('Mug, "big"', "First.\n\nLast.", Decimal("4.50"))
    assert (second.product_id, second.price, second.location) == ("P2", None, "items.csv:5")


def test_a_stray_quote_does_not_swallow_the_rest_of_the_file(tmp_path):
    lines = [f"C{n},P1,2011-06-01,purchase,1,1,O{n}\n" for n in range(300)]
    lines[10] = 'C10,"P1,2011-06-01,purchase,1,1,O10\n'
    lines[200] = 'C200,"P1,2011-06-01,purchase,1,1,O200\n'
    records = events_of(tmp_path, HEADER + "".join(lines))
    assert rejected_of(records) == [("log.csv:12", "malformed_line"), ("log.csv:202", "malformed_line")]
    assert len(records) == 300


def test_json_lines_and_parquet_say_the_same(tmp_path):
    rows = [
        {"user_id": "C1", "ITEM_ID": "P1", "timestamp": 1306929600, "event_type": "purchase", "event_value": 7.5},
        {"user_id": None, "ITEM_ID": "P2", "timestamp": 1306929601, "event_type": "view_item", "event_value": None},
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    polars.DataFrame(rows).write_parquet(tmp_path / "log.parquet")
    plain = events_of(tmp_path, text, "log.jsonl")
    packed = events_of(tmp_path, gzip.compress(text.encode()), "log.ndjson.gz")
    columns = list(read_events(tmp_path / "log.parquet", LONDON))
    for records in (plain, packed, columns):
        assert [(r.customer_id, r.product_id, r.type, r.value) for r in records] == [
            ("C1", "P1", "purchase", Decimal("7.5")),
            (None, "P2", "view_item", 0),
        ]
    assert columns[1].location == "log.parquet:2"


def test_parquets_own_times_are_read(tmp_path):
    frame = {"ITEM_ID": [7, 8], "EVENT_TYPE": ["purchase"] * 2, "USER_ID": [1.0, 2.0]}
    naive = [datetime(2011, 6, 1, 13), datetime(2011, 6, 2, 13)]
    for name, times in {"naive": naive, "days": [date(2011, 6, 1), date(2011, 6, 2)]}.items():
        polars.DataFrame(frame | {"TIMESTAMP": times}).write_parquet(tmp_path / f"{name}.parquet")
    first, second = read_events(tmp_path / "naive.parquet", LONDON)
    assert (first.occurred_at, first.product_id, first.customer_id) == (datetime(2011, 6, 1, 12, tzinfo=UTC), "7", "1")
    assert second.occurred_at - first.occurred_at == timedelta(days=1)
    assert next(read_events(tmp_path / "days.parquet", LONDON)).occurred_at == datetime(2011, 5, 31, 23, tzinfo=UTC)


def test_bad_json_and_bad_parquet_are_said(tmp_path):
    content = '{"EVENT_TYPE": "purchase"\n[1]\n{"EVENT_TYPE":"purchase","TIMESTAMP":0}\n'
    records = events_of(tmp_path, content, "log.jsonl")
    assert rejected_of(records) == [("log.jsonl:1", "malformed_line"), ("log.jsonl:2", "malformed_line")]
    assert rejected_of(events_of(tmp_path, b"PAR1 and no more", "log.parquet")) == [("log.parquet:1", "truncated_file")]


def test_other_formats_are_refused_by_name(tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"orders\.xlsx is of no known format"):
        events_of(tmp_path, "", "orders.xlsx")


def test_what_came_back_is_a_refund_whichever_sign_it_is_written_with(tmp_path):
    records = events_of(tmp_path, HEADER + "C1,P1,2011-06-01,refund,-7.50,-3,O1\n" + LINE.replace(",3,", ",-3,"))
    assert (records[0].quantity, records[0].value) == (3, Decimal("7.50"))
    assert records[1].quantity == -3


def test_a_customers_region_is_read_in_either_case(tmp_path):
    (tmp_path / "users.csv").write_text("USER_ID,REGION\nann,de\nbob,\n")
    assert [record.region for record in read_customers(tmp_path / "users.csv", LONDON)] == ["DE", ""]


def test_products_and_customers(tmp_path):
    (tmp_path / "items.csv").write_text(
        "ITEM_ID,NAME,CATEGORY_L1,CATEGORY_L2,PRICE,AVAILABLE,WITHDRAWN\nP1,Mug,Home,Kitchen,4.50,no,1\nP2,Cup,,,x,,\n"
    )
    product, bad = read_products(tmp_path / "items.csv", LONDON)
    assert isinstance(product, ProductRecord)
    assert (product.title, product.category, product.available, product.withdrawn) == (
        "Mug",
        "Home / Kitchen",
        False,
        True,
    )
    assert (bad.location, bad.code) == ("items.csv:3", "bad_field")
    (tmp_path / "users.csv").write_text("user_id,joined_at,AGE\nC1,2011-06-01,44\nC2,,\n")
    assert list(read_customers(tmp_path / "users.csv", LONDON)) == [
        CustomerRecord("C1", joined_at=datetime(2011, 5, 31, 23, tzinfo=UTC), location="users.csv:2"),
        CustomerRecord("C2", location="users.csv:3"),
    ]


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    junk=st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line and line.count(b'"') == 0), max_size=6)
)
def test_no_bytes_stop_the_reader_or_cost_a_good_line(tmp_path, junk):
    content = HEADER.encode() + LINE.encode() + b"".join(line + b"\n" for line in junk) + LINE.encode()
    records = events_of(tmp_path, content)
    assert isinstance(records[0], EventRecord)
    assert isinstance(records[-1], EventRecord)
    assert len(records) <= len(junk) + 2


def import_events(store, path):
    return {name: n for name, n in import_file(store=store, path=path, stream="events", now=NOW).items() if n}


def test_importing_a_file_twice_changes_nothing_even_when_it_grew(store, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(HEADER + LINE + LINE + LINE.replace("P1", "P2"))
    assert import_events(store, path) == {"accepted": 3}, "repeated lines all count"
    assert import_events(store, path) == {"duplicates": 3}
    path.write_text(HEADER + LINE.replace("C1", "C0") + LINE + LINE + LINE.replace("P1", "P2") + LINE)
    assert import_events(store, path) == {"duplicates": 3, "accepted": 2}
    assert Event.objects.count() == 5


def test_the_bad_rows_of_an_import_are_listed_once_with_file_and_line(store, tmp_path):
    path = tmp_path / "log.csv"
    bad = [
        "C1,P404,2011-06-01,purchase,1,1,O1",
        "C1,P1,2031-01-01,purchase,1,1,O1",
        "C1,P1,2011-06-01,purchase,1,-1,O1",
        "C1,P1",
    ]
    path.write_text(HEADER + LINE + "\n".join(bad) + "\n" + LINE.replace("P1", "P2"))
    for expected in ({"accepted": 2, "rejected": 4}, {"duplicates": 2, "rejected": 4}):
        assert import_events(store, path) == expected
    assert sorted(RejectedRow.objects.values_list("location", "code")) == [
        ("log.csv:3", "unknown_product"),
        ("log.csv:4", "future_time"),
        ("log.csv:5", "negative_quantity"),
        ("log.csv:6", "wrong_columns"),
    ]


@pytest.fixture
def file_store(db, settings, tmp_path):
    (tmp_path / "items.csv").write_text("ITEM_ID,TITLE\nP1,Mug\n")
    (tmp_path / "log-1.csv").write_text(HEADER + LINE)
    options = {"events": str(tmp_path / "log-*.csv"), "products": [str(tmp_path / "items.csv")]}
    entry = {"ADAPTER": "loyalty_ai.shop.adapters.files.FileShop", "OPTIONS": options, "TIME_ZONE": "Europe/London"}
    settings.LOYALTY_AI = FAKE_SETTINGS | {"STORES": {"default": entry}}
    return ensure_store("default")


def test_a_shop_of_files_syncs_what_is_new(file_store, tmp_path):
    assert get_adapter("default").check() == []
    assert get_adapter("default").count("events", "") == 1
    assert sync_store(store=file_store, now=NOW)["events"]["accepted"] == 1
    assert sync_store(store=file_store, now=NOW)["events"] == {}, "an unchanged file is not read again"
    with (tmp_path / "log-1.csv").open("a") as log:
        log.write(LINE)
    (tmp_path / "log-2.csv").write_text(HEADER + LINE.replace("C1", "C2"))
    counts = sync_store(store=file_store, now=NOW)["events"]
    assert (counts["accepted"], counts["duplicates"]) == (2, 1)


def test_a_sync_of_files_that_was_cut_off_reads_the_file_again(file_store, tmp_path, monkeypatch):
    monkeypatch.setattr("loyalty_ai.shop.sync.BATCH", 2)
    (tmp_path / "log-1.csv").write_text(HEADER + "".join(LINE.replace("O1", f"O{n}") for n in range(5)))

    def stop(stream, done, total):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync_store(store=file_store, now=NOW, progress=stop)
    counts = sync_store(store=file_store, now=NOW)["events"]
    assert (counts["accepted"], counts["duplicates"]) == (1, 4)


def test_a_shop_of_files_says_what_is_missing(file_store, settings, tmp_path):
    def problems(**options):
        entry = {"ADAPTER": "loyalty_ai.shop.adapters.files.FileShop", "OPTIONS": options}
        settings.LOYALTY_AI = {"STORES": {"default": entry}}
        return get_adapter("default").check()

    (tmp_path / "log.xlsx").touch()
    assert "there is no file" in problems(events=str(tmp_path / "none.csv"))[0]
    assert "no known format" in problems(events=str(tmp_path / "log.xlsx"))[0]
    assert problems() == ["No files are named."]


def test_rows_are_counted_for_the_progress_bar(tmp_path):
    (tmp_path / "log.csv.gz").write_bytes(gzip.compress((HEADER + LINE * 9).encode()))
    (tmp_path / "log.jsonl").write_text("{}\n" * 4)
    assert count_rows(tmp_path / "log.csv.gz") == 9
    assert count_rows(tmp_path / "log.jsonl") == 4
