from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest

import loyalty_ai

LOCALE = Path(loyalty_ai.__path__[0]) / "locale"
LANGUAGES = sorted(path.name for path in LOCALE.iterdir())
PLACEHOLDER = re.compile(r"%\((\w+)\)[-+.\d]*([a-z])|(%%)")


def catalog(language: str) -> dict:
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return {key: text for key, text in gettext.GNUTranslations(file)._catalog.items() if key}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_survives_translation(language):
    for key, text in catalog(language).items():
        source = key[0] if isinstance(key, tuple) else key
        assert sorted(PLACEHOLDER.findall(source)) == sorted(PLACEHOLDER.findall(text)), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_source_and_lacks_nothing(language):
    source = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text()
    assert "#, fuzzy" not in source
    assert len(catalog(language)) == len(re.findall(r"^msgid ", source, flags=re.M)) - 1
