"""Frozen text vectors of item descriptions, so that a product nobody bought yet has a place among the others."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path

import numpy as np
import torch

from loyalty_ai.ml.encoder import encoded_vectors, pinned

HASHES = 8
"""Random signs that each n-gram adds to; more give less noise."""


def resolved_kind(kind: str) -> str:
    """A configured `ModelConfig.text` as a version keeps it: "hashed", "none", or a sentence encoder pinned by its digest.

    Raises:
        EncoderError: the encoder is not on this machine.
    """
    return kind if kind in ("hashed", "none") else pinned(kind)


def text_vectors(
    texts: list[str] | None, *, kind: str, dim: int, cache: Path | None = None, device: torch.device | None = None
) -> np.ndarray | None:
    """Unit-length vectors float32 [items, width] of the descriptions, zero rows where a description is empty.

    Args:
        texts: one description an item, or None.
        kind: see `resolved_kind`.
        dim: width of hashed vectors; an encoder has its own.
        cache, device: see `encoded_vectors`.

    Returns:
        The vectors, or None where there are no texts or `kind` is "none".

    Raises:
        EncoderError: the sentence encoder is not on this machine, or it is another one.
    """
    if texts is None or kind == "none" or not any(text.strip() for text in texts):
        return None
    if kind == "hashed":
        return hashed_vectors(texts, dim=dim)
    return encoded_vectors(texts, name=kind, cache=cache, device=device)


def grams(text: str) -> list[str]:
    """Words and, marked at their ends, the character 3- and 4-grams of each word."""
    found = []
    for word in re.findall(r"\w+", text.lower()):
        marked = f"<{word}>"
        found.append(f" {word}")
        found += [marked[i : i + n] for n in (3, 4) for i in range(len(marked) - n + 1)]
    return found


def gram_vector(gram: str, dim: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions and signs of a gram's sparse random projection: a fixed function of its text, on every machine."""
    digest = np.frombuffer(hashlib.blake2b(gram.encode(), digest_size=4 * HASHES).digest(), "<u4")
    return (digest >> 1) % dim, np.where(digest & 1, 1.0, -1.0)


def hashed_vectors(texts: list[str], *, dim: int) -> np.ndarray:
    """float32 [items, dim]: n-gram counts, log-damped, projected by hashing, unit length.

    A gram's weight is no function of the other texts, so that a description has the same vector in every log.
    """
    projections: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    vectors = np.zeros((len(texts), dim), np.float32)
    for row, text in zip(vectors, texts, strict=True):
        for gram, count in Counter(grams(text)).items():
            if gram not in projections:
                projections[gram] = gram_vector(gram, dim)
            positions, signs = projections[gram]
            # whole words say more than their pieces
            np.add.at(row, positions, signs * (1 + np.log(count)) * (3.0 if gram[0] == " " else 1.0))
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
