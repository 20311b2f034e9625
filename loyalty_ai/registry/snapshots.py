"""A dataset as one file, so that a training that was interrupted goes on with the data it began with."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from loyalty_ai.registry.datasets import Dataset, Manifest


def save_snapshot(dataset: Dataset, path: Path) -> None:
    """Write the dataset as an uncompressed npz without pickled objects; the file appears whole or not at all."""
    import numpy as np

    from loyalty_ai.ml.interactions import ROW_COLUMNS

    log, manifest = dataset.log, dataset.manifest
    texts = [text.encode() for text in log.item_text or []]
    arrays = {name: getattr(log, name) for name in (*ROW_COLUMNS, "user_ids", "item_ids", "item_price")}
    arrays["people"] = dataset.people
    about = {
        "data_from": manifest.data_from and manifest.data_from.isoformat(),
        "fingerprint": manifest.fingerprint,
        "counts": manifest.counts,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as stream:
        np.savez(
            stream,
            **arrays,
            texts=np.frombuffer(b"".join(texts), np.uint8),
            text_ends=np.cumsum([len(text) for text in texts], dtype=np.int64),
            manifest=np.frombuffer(json.dumps(about).encode(), np.uint8),
        )
    os.replace(unfinished, path)


def load_snapshot(path: Path) -> Dataset:
    """The dataset that `save_snapshot` wrote."""
    import numpy as np

    from loyalty_ai.ml.interactions import Interactions

    with np.load(path, allow_pickle=False) as arrays:
        columns = {name: arrays[name] for name in arrays.files if name not in ("texts", "text_ends", "manifest")}
        texts, ends = arrays["texts"].tobytes(), arrays["text_ends"].tolist()
        about = json.loads(arrays["manifest"].tobytes())
    people = columns.pop("people")
    about["data_from"] = about["data_from"] and datetime.fromisoformat(about["data_from"])
    item_text = [texts[start:end].decode() for start, end in zip([0, *ends], ends, strict=False)]
    return Dataset(Interactions(**columns, item_text=item_text), Manifest(**about), people)
