"""Starts the embedded PostgreSQL before pytest-django reads the settings, so an early plugin and not a conftest."""

from __future__ import annotations

import os

from shop_demo.database import database_url

os.environ["DATABASE_URL"] = database_url("postgres-tests")
