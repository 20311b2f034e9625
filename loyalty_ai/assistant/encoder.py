"""What an English text means, as a vector: all-MiniLM-L6-v2 in plain numpy, its weights in 8 bits; no torch, no query.

The network is BERT (https://arxiv.org/abs/1810.04805) of six layers, distilled (https://arxiv.org/abs/2002.10957) and trained to
put sentences of one meaning side by side (https://arxiv.org/abs/1908.10084). `python -m benchmarks.assistant_encoder --write`
makes `FILE` of the published weights.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from loyalty_ai.assistant.tokens import words

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, Any]

FILE = Path(__file__).with_name("encoder.bin")
"""A line of JSON (`name`, `heads`, `layers`, `epsilon`, the pieces of words, and of each matrix its shape), then each matrix:
float32 [rows], what one of its numbers stands for, and int8 [rows, columns]; one of a single row is float32 as it is. A file that
was tuned from it (`tuned`) holds what is its own: more pieces, and the matrices that differ."""

MOST_PIECES, MOST_LETTERS = 64, 100
"""Pieces of a text that are read, its mark of the beginning and of the end among them, and letters of a word that is cut."""

BATCH = 2048
"""Pieces that are reckoned at once: what a worker's memory and cache bear."""

_WORD = re.compile("[\u3400-\u9fff]|[^\\W_\u3400-\u9fff]+|[^\\w\\s]|_")
"""A Chinese character is a word."""


@cache
def arrays() -> ModuleType:
    """numpy, loaded with products of one thread each, unless somebody says otherwise or loaded it before.

    A web process answers in threads of its own; products that took all cores as well would wait for each other (p95 of
    `benchmarks.assistant_load`: seconds instead of 0.2).
    """
    if "numpy" not in sys.modules:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import numpy

    return numpy


def name() -> str:
    """Which encoder it is: vectors of one name can be compared."""
    return str(network().about["name"])


def knows(word: str) -> bool:
    """Whether a plain word, or its stem, is an ordinary English one, so that nobody misspelt another."""
    known = network().pieces
    return word in known or any(stem in known for stem in words(word, "en"))


_kept: ContextVar[dict[tuple[str, Path], tuple[float, ...]] | None] = ContextVar("kept", default=None)


@contextmanager
def keeping() -> Iterator[None]:
    """Within it a text's vector is reckoned once: an answer asks for the same words again, and nobody keeps them behind it."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def vector(text: str, file: Path = FILE) -> tuple[float, ...]:
    """A text's vector by the network of a file, of length 1; () where it has no word."""
    kept = _kept.get()
    if kept is not None and (text, file) in kept:
        return kept[text, file]
    found = vectors([text], file)[0]
    made = () if found is None else tuple(found.tolist())
    if kept is not None:
        kept[text, file] = made
    return made


def vectors(texts: Sequence[str], file: Path = FILE) -> list[Numbers | None]:
    """Unit vectors float32 [numbers] of texts, None where one has no word; those of one length are reckoned together."""
    reckon = network(file)
    pieces = [cut(text, reckon.pieces) for text in texts]
    found: list[Numbers | None] = [None] * len(texts)
    for length in {len(each) for each in pieces if each}:
        alike = [at for at, each in enumerate(pieces) if len(each) == length]
        together = max(1, BATCH // length)
        for start in range(0, len(alike), together):
            batch = alike[start : start + together]
            for at, made in zip(batch, reckon([pieces[at] for at in batch]), strict=True):
                found[at] = made
    return found


def cut(text: str, known: dict[str, int]) -> list[int]:
    """The known pieces that the words of a text are made of, the longest first; [] where it has no word."""
    plain = "".join(each for each in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(each) != "Mn")
    found = [at for word in _WORD.findall(plain) for at in _cut(word, known)][: MOST_PIECES - 2]
    return [known["[CLS]"], *found, known["[SEP]"]] if found else []


def _cut(word: str, known: dict[str, int]) -> Iterator[int]:
    found, start = [], 0
    while start < len(word) <= MOST_LETTERS:
        mark = "##" if start else ""
        end = next((end for end in range(len(word), start, -1) if mark + word[start:end] in known), None)
        if end is None:
            break
        found.append(known[mark + word[start:end]])
        start = end
    yield from found if start == len(word) else [known["[UNK]"]]


class Network:
    """Layers of attention and of two products each, every one normed behind its sum.

    Args:
        about: the header of the file. matrices: name -> float32 [rows, columns], or [columns].
    """

    def __init__(self, about: dict[str, Any], matrices: dict[str, Numbers]) -> None:
        self.about, self.matrices = about, matrices
        self.pieces = {piece: at for at, piece in enumerate(about["pieces"])}

    def __call__(self, pieces: Sequence[Sequence[int]]) -> Numbers:
        """float32 [texts, numbers] of texts of one length."""
        np = arrays()
        ids = np.asarray(pieces)
        count, length = ids.shape
        embedded, units = self.matrices["pieces"], self.matrices["pieces.units"]
        x = embedded[ids] * units[ids][..., None] + self.matrices["places"][:length] + self.matrices["kind"]
        x = self._normed(x, "embedded").reshape(count * length, -1)
        heads, width = self.about["heads"], x.shape[1]
        for at in range(self.about["layers"]):
            mixed = self._product(x, f"{at}.attend").reshape(count, length, 3, heads, width // heads)
            asked, held, told = mixed.transpose(2, 0, 3, 1, 4)
            weights = asked @ held.swapaxes(-1, -2) / np.float32(np.sqrt(width // heads))
            weights = np.exp(weights - weights.max(-1, keepdims=True))
            weights /= weights.sum(-1, keepdims=True)
            heard = (weights @ told).transpose(0, 2, 1, 3).reshape(count * length, width)
            x = self._normed(x + self._product(heard, f"{at}.heard"), f"{at}.heard")
            wide = self._product(x, f"{at}.wide")
            wide *= 0.5 * (1 + np.tanh(np.float32(0.7978845608) * (wide + np.float32(0.044715) * wide * wide * wide)))
            x = self._normed(x + self._product(wide, f"{at}.narrow"), f"{at}.narrow")
        mean = x.reshape(count, length, width).mean(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def _product(self, x: Numbers, of: str) -> Numbers:
        return x @ self.matrices[f"{of}.weight"] + self.matrices[f"{of}.bias"]

    def _normed(self, x: Numbers, of: str) -> Numbers:
        np = arrays()
        x = x - x.mean(-1, keepdims=True)
        x /= np.sqrt((x * x).mean(-1, keepdims=True) + np.float32(self.about["epsilon"]))
        return x * self.matrices[f"{of}.scale"] + self.matrices[f"{of}.shift"]


@cache
def network(file: Path = FILE) -> Network:
    """The network of a file, read once a process."""
    np = arrays()
    matrices: dict[str, Any] = {}
    with file.open("rb") as opened:
        about = json.loads(opened.readline())
        for of, shape in about["matrices"].items():
            if len(shape) == 1:
                matrices[of] = np.frombuffer(opened.read(4 * shape[0]), np.float32)
                continue
            units = np.frombuffer(opened.read(4 * shape[0]), np.float32)
            values = np.frombuffer(opened.read(shape[0] * shape[1]), np.int8).reshape(shape)
            if of == "pieces":  # of 30,000 rows a question needs ten
                matrices[of], matrices["pieces.units"] = values, units
            else:
                matrices[of] = np.ascontiguousarray((values * units[:, None]).T)
    if about.get("tuned"):
        tuned = network()
        about["pieces"] = [*tuned.about["pieces"], *about["pieces"]]
        for of in ("pieces", "pieces.units"):
            matrices[of] = np.concatenate([tuned.matrices[of], matrices[of]])
        matrices = tuned.matrices | matrices
    return Network(about, matrices)
