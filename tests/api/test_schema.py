"""The OpenAPI schema is valid, and changes only on purpose.

After a wanted change: `python manage.py spectacular --urlconf tests.api.urls --file tests/api/schema.yml`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

GOLDEN = Path(__file__).with_name("schema.yml")


def test_the_schema_is_valid_and_as_agreed(tmp_path):
    written = tmp_path / "schema.yml"
    call_command("spectacular", urlconf="tests.api.urls", file=str(written), validate=True, fail_on_warn=True)
    assert yaml.safe_load(written.read_text()) == yaml.safe_load(GOLDEN.read_text())


@pytest.mark.django_db
def test_the_schema_is_served(stranger):
    response = stranger.get("/loyalty/api/schema/")
    assert response.status_code == 200
    assert b"my_recommendations" in response.content
