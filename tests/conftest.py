"""Property tests are judged by what they find, not by how busy the machine is; no test hears the language of the one before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def projects_own_language() -> Iterator[None]:
    """A request in another language leaves it behind in its thread, which the next test would speak."""
    translation.deactivate()
    yield
    translation.deactivate()
