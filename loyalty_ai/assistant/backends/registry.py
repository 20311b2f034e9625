"""The backends by name; each is made once a process and store."""

from __future__ import annotations

import gc
from threading import Lock
from typing import Any

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

from loyalty_ai.assistant.backends.base import Backend
from loyalty_ai.conf import app_settings

FALLBACK = "templates"
"""Answers where another backend cannot or may not."""

BACKENDS = {
    "templates": "loyalty_ai.assistant.backends.templates.TemplatesBackend",
    "openai": "loyalty_ai.assistant.backends.openai.OpenAIBackend",
    "transformers": "loyalty_ai.assistant.backends.transformers.TransformersBackend",
}

_made: dict[tuple[str, str], Backend] = {}
_making = Lock()


def get_backend(store: str, name: str | None = None) -> Backend:
    """The store's backend of this name or dotted path; by default the one that the settings name.

    Only that one is given the settings' OPTIONS.

    Raises:
        ImportError, TypeError, ValueError: there is none of that name, or its options are wrong.
    """
    settings = app_settings.ASSISTANT
    name = name or settings["BACKEND"]
    with _making:  # threads that all ask first wait for one instead of each making it
        if (store, name) not in _made:
            options: dict[str, Any] = settings["OPTIONS"] if name == settings["BACKEND"] else {}
            backend = import_string(BACKENDS.get(name, name))(app_settings.store(store), **options)
            backend.prepare()
            _made[store, name] = backend
        return _made[store, name]


def prepare() -> None:
    """Make ready what answers in a web process: called in `wsgi.py` or `asgi.py`, no shopper waits for it."""
    for store in app_settings.slugs:
        get_backend(store, FALLBACK)
    gc.collect()
    gc.freeze()  # the tables stay for good, and no request need wait while the collector walks them


@receiver(setting_changed)
def forget_backends(*, setting: str, **kwargs: Any) -> None:
    if setting == "LOYALTY_AI":
        _made.clear()
