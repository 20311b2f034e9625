"""The backends by name; each is made once a process and store."""

from __future__ import annotations

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


def get_backend(store: str, name: str | None = None) -> Backend:
    """The store's backend of this name or dotted path; by default the one that the settings name.

    Only that one is given the settings' OPTIONS.

    Raises:
        ImportError, TypeError, ValueError: there is none of that name, or its options are wrong.
    """
    settings = app_settings.ASSISTANT
    name = name or settings["BACKEND"]
    if (store, name) not in _made:
        options: dict[str, Any] = settings["OPTIONS"] if name == settings["BACKEND"] else {}
        _made[store, name] = import_string(BACKENDS.get(name, name))(app_settings.store(store), **options)
    return _made[store, name]


@receiver(setting_changed)
def forget_backends(*, setting: str, **kwargs: Any) -> None:
    if setting == "LOYALTY_AI":
        _made.clear()
