"""A person's export as files: one JSON, or a zip of one CSV a table."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run as a formula."""


def as_json(export: dict[str, Any]) -> bytes:
    """The export as indented JSON in UTF-8."""
    return (json.dumps(export, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False) + "\n").encode()


def as_csv(export: dict[str, Any]) -> bytes:
    """A zip of one CSV (UTF-8, comma, header) a table that has rows, and `about.csv` for the rest; lists stand as JSON."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        tables = {name: rows for name, rows in export.items() if isinstance(rows, list)}
        about = [{"name": name, "value": value} for name, value in export.items() if name not in tables]
        for name, rows in {"about": about, **tables}.items():
            if rows:
                archive.writestr(f"{name}.csv", table(rows))
    return packed.getvalue()


def table(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return "\ufeff" + text.getvalue()


def cell(value: Any) -> Any:
    """A value as a spreadsheet may hold it: texts that begin like a formula get an apostrophe."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
