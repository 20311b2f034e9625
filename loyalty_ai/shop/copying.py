"""COPY of rows into a temporary table, from where a few statements take them on, set by set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

ANALYZE_FROM = 1_000
"""Rows from which it pays to let the planner count them; without that it joins nested loops over fresh tables."""


def copy_rows(table: str, columns: dict[str, str], rows: Collection[Sequence[Any]]) -> None:
    """Fill the temporary table (made once a connection, emptied here and at the end of the transaction) with the rows.

    Args:
        table: its name; trusted, as are the columns.
        columns: name to SQL type, with a default where the rows leave the column out by a leading "=".
        rows: one sequence of values a row, in the order of the columns without default.
    """
    definitions = ", ".join(f"{name} {kind.removeprefix('=')}" for name, kind in columns.items())
    given = ", ".join(name for name, kind in columns.items() if not kind.startswith("="))
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({definitions}) ON COMMIT DELETE ROWS; TRUNCATE pg_temp.{table}"
        )
        with cursor.copy(f"COPY pg_temp.{table} ({given}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        if len(rows) >= ANALYZE_FROM:
            cursor.execute(f"ANALYZE pg_temp.{table}")


def run(sql: str, *params: Any) -> int:
    """Execute one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def fetch(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """Execute one query; returns its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
