"""A version directory: complete in itself, and verified before anything in it is believed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
FORMAT = "loyalty_ai.v1"


class ArtifactError(ValueError):
    """A version directory that is incomplete, changed after it was written, or of a format unknown here."""


def file_digest(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def overall_digest(files: dict[str, str]) -> str:
    """One sha256 for a version: of its sorted file names and their digests."""
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Write JSON with a stable layout, so that equal values have equal digests; nan and infinity are refused."""
    path.write_text(json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """What `write_json` wrote."""
    return json.loads(path.read_text())


def seal(directory: Path, names: list[str]) -> str:
    """Write the manifest over the named files and return the overall digest."""
    files = {name: file_digest(directory / name) for name in sorted(names)}
    digest = overall_digest(files)
    write_json(directory / MANIFEST, {"format": FORMAT, "files": files, "digest": digest})
    return digest


def extend(directory: Path, names: list[str]) -> str:
    """Seal the named files too, beside those sealed already, if these are as they were; returns the new digest."""
    return seal(directory, [*verify(directory)["files"], *names])


def verify(directory: Path, *, digest: str | None = None) -> dict[str, Any]:
    """The manifest, once every file matches it (and `digest`, where the caller remembers one); else ArtifactError."""
    path = directory / MANIFEST
    if not path.is_file():
        raise ArtifactError(f"{directory} has no {MANIFEST}: the version was never finished")
    try:
        manifest = read_json(path)
        files, stated, form = manifest["files"], manifest["digest"], manifest["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path} cannot be read: {error}") from error
    if form != FORMAT:
        raise ArtifactError(f"{path} has format {form!r}, this code reads {FORMAT!r}")
    for name, expected in files.items():
        file = directory / name
        if Path(name).name != name or not file.is_file():
            raise ArtifactError(f"{directory} lacks {name}")
        if file_digest(file) != expected:
            raise ArtifactError(f"{file} is not what was written: its sha256 differs from the manifest's")
    if overall_digest(files) != stated or (digest is not None and digest != stated):
        raise ArtifactError(f"{path} is not what was written: its digest differs")
    return manifest
