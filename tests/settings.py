"""The demo shop's settings on a database of the test run's own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.setdefault("LOYALTY_DEMO_VAR", tempfile.mkdtemp(prefix="loyalty-tests-"))

from shop_demo.settings import *  # noqa: F403
from shop_demo.settings import DATABASES, VAR

DEBUG = False
SECRET_KEY = "only-for-tests"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("LOYALTY_TEST_DATABASE", f"test_loyalty_{os.getpid()}")}
DATABASES["default"]["CONN_MAX_AGE"] = 0
VAR = Path(VAR)
