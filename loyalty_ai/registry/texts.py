"""Vectors of texts by the configured encoder; only workers ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyalty_ai.conf import app_settings
from loyalty_ai.registry.selectors import text_cache

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class TextEncoder:
    """The encoder that `LOYALTY_AI["MODEL"]["text"]` names.

    Args:
        name: says all that a vector depends on beside its text: vectors of one name can be compared.
    """

    kind: str
    dim: int
    name: str

    def encode(self, texts: Sequence[str]) -> list[np.ndarray | None]:
        """Unit vectors float32 [width], None where the text says nothing or the encoder is "none".

        Raises:
            ValueError: the encoder is not on this machine any more.
        """
        from loyalty_ai.ml.devices import torch_device
        from loyalty_ai.ml.text import text_vectors

        device = torch_device(app_settings.DEVICE)
        vectors = text_vectors(list(texts), kind=self.kind, dim=self.dim, cache=text_cache(), device=device)
        if vectors is None:
            return [None] * len(texts)
        return [vector if vector.any() else None for vector in vectors]


def text_encoder() -> TextEncoder:
    """The configured encoder, pinned to what is on this machine.

    Raises:
        ValueError: there is none of that name, or a setting is wrong.
    """
    from loyalty_ai.ml.config import ModelConfig
    from loyalty_ai.ml.text import resolved_kind

    config = ModelConfig(**app_settings.MODEL)
    kind = resolved_kind(config.text)
    return TextEncoder(kind, config.text_dim, f"{kind}:{config.text_dim}" if kind == "hashed" else kind)
