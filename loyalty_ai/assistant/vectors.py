"""Vectors of what the index holds, by which a search finds what is alike; made in workers, read in the web process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db import transaction

from loyalty_ai.assistant import encoder as english
from loyalty_ai.assistant.indexing import settle
from loyalty_ai.jobs.work import Progress
from loyalty_ai.registry.texts import text_encoder
from loyalty_ai.shop.copying import copy_rows, fetch, run
from loyalty_ai.shop.models import Store

CHUNK = 1_000
LONGEST = 2_000
"""Characters of a passage that its vector is made of."""

DIGEST = "decode(md5(%s || encode(s.digest, 'hex')), 'hex')"

STALE = f"""
    FROM loyalty_ai_passage s LEFT JOIN loyalty_ai_document d ON d.id = s.document_id
    WHERE s.vector_digest IS DISTINCT FROM {DIGEST} AND s.store_id = %s AND s.id > %s AND (d.id IS NULL OR d.live)
"""


def refresh_vectors(
    store: Store,
    *,
    progress: Progress | None = None,
    transaction_of_chunk: Callable[[], AbstractContextManager[Any]] = transaction.atomic,
) -> int:
    """Make the vectors of the passages that changed, or of all where the encoder did, chunk by chunk. Returns how many.

    An English shop's are those that a question's is compared with, any other's those of `LOYALTY_AI["MODEL"]["text"]`.

    Args:
        transaction_of_chunk: what a chunk is committed in; a worker gives the one that its lease guards.

    Raises:
        ValueError: the encoder is not on this machine.
    """
    if store.language.startswith("en"):
        name, encode = english.name(), english.vectors
    else:
        encoder = text_encoder()
        name, encode = encoder.name, encoder.encode
    total, made, last = fetch(f"SELECT count(*) {STALE}", name, store.pk, 0)[0][0], 0, 0
    rows_of_chunk = f"SELECT s.id, {DIGEST}, s.heading || E'\\n' || s.text {STALE} ORDER BY s.id LIMIT {CHUNK}"
    while rows := fetch(rows_of_chunk, name, name, store.pk, last):
        last = rows[-1][0]
        vectors = encode([text[:LONGEST] for _, _, text in rows])
        filled = [
            (key, digest, None if vector is None else f"[{','.join(map(repr, vector.tolist()))}]")
            for (key, digest, _), vector in zip(rows, vectors, strict=True)
        ]
        with transaction_of_chunk():
            copy_rows("loyalty_incoming_vector", {"id": "int8", "digest": "bytea", "vector": "text"}, filled)
            run(
                """
                UPDATE loyalty_ai_passage s SET vector = i.vector::vector, vector_digest = i.digest
                FROM loyalty_incoming_vector i WHERE s.id = i.id
                """
            )
        made += len(rows)
        if progress:
            progress("vectors", made, max(total, made))
    settle(made)  # a row with a new vector is a new row to the index of the tokens too
    return made
