from __future__ import annotations

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from loyalty_ai import tasks  # noqa: F401 (registers the job kinds)
from loyalty_ai.shop.adapters.base import ProductRecord
from loyalty_ai.shop.models import Event
from tests.shop.conftest import purchase
from tests.shop.test_files import HEADER, LINE


def sync(*arguments):
    out = StringIO()
    call_command("loyalty_sync", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_sync_says_what_it_took(shop):
    shop.add(ProductRecord("P3", "Third"), purchase("1"), purchase("2", product_id="P3"), purchase("3", quantity=-1))
    said = sync()
    assert "products: 1 new" in said
    assert "events: 2 accepted, 1 rejected" in said
    assert "refund" in said, "the reason of the rejected one"
    assert "events: nothing new" in sync()


def test_json_holds_the_counts(shop):
    shop.add(purchase("1"))
    assert json.loads(sync("--json"))["events"]["accepted"] == 1


def test_files_are_imported_and_what_is_bad_is_written_to_a_file_of_its_own(shop, tmp_path):
    (tmp_path / "items.csv").write_text("ITEM_ID,TITLE\nP9,Ninth\n")
    (tmp_path / "log.csv").write_text(HEADER + LINE.replace("P1", "P9") + LINE.replace("P1", "=P404") + "C1\n")
    assert "products: 1 new" in sync("--file", str(tmp_path / "items.csv"), "--stream", "products")
    said = sync("--file", str(tmp_path / "log.csv"), "--rejected", str(tmp_path / "bad.csv"))
    assert "events: 1 accepted, 2 rejected" in said
    assert str(tmp_path / "bad.csv") in said
    assert Event.objects.get().product.external_id == "P9"
    with (tmp_path / "bad.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["where", "code", "reason", "record", "rejected"]
    assert sorted((row[0], row[1]) for row in rows) == [
        ("log.csv:3", "unknown_product"),
        ("log.csv:4", "wrong_columns"),
    ]
    assert json.loads(next(row[3] for row in rows if row[1] == "unknown_product"))["product_id"] == "=P404"
    assert "1 known already, 2 rejected" in sync("--file", str(tmp_path / "log.csv"))


def test_a_file_that_is_not_there_is_a_clear_error(shop, tmp_path):
    with pytest.raises(CommandError, match=r"none\.csv cannot be read"):
        sync("--file", str(tmp_path / "none.csv"))
    (tmp_path / "log.xlsx").touch()
    with pytest.raises(CommandError, match="no known format"):
        sync("--file", str(tmp_path / "log.xlsx"))
    with pytest.raises(CommandError, match="no store 'elsewhere'"):
        sync("--store", "elsewhere")
