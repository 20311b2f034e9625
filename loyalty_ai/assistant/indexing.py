"""The index: a passage a product and a passage a part of a document, and how many products' passages hold each token."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from hashlib import blake2b
from itertools import pairwise
from typing import Any

from django.db import transaction

from loyalty_ai.assistant.models import Document, Passage
from loyalty_ai.assistant.tokens import MAX_LETTERS, PIECE, is_chinese, tokens, words
from loyalty_ai.assistant.wanted import BODY_WORD, CATEGORY, CATEGORY_WORD, TITLE_WORD, documents
from loyalty_ai.jobs.work import Progress
from loyalty_ai.shop.copying import copy_rows, fetch, run
from loyalty_ai.shop.models import Store

INDEX_VERSION = 1
"""Raised when products' tokens are made otherwise, so that every passage is made again."""

CHUNK = 2_000
DESCRIPTION_WORDS = 80
INDEX_LOCK = 0x6C6F7969  # "loyi": the class of the advisory lock, one lock a store

ALL = ""
"""The term that counts all product passages of a store."""


def index_products(
    store: Store,
    *,
    progress: Progress | None = None,
    transaction_of_chunk: Callable[[], AbstractContextManager[Any]] = transaction.atomic,
) -> dict[str, int]:
    """Bring the passages of the store's products up to date, chunk by chunk, and what `Term` counts with them.

    Only products whose title, category, brand or description changed are made again; those that were withdrawn leave. Stopped
    at any moment, the next call goes on with what is left.

    Args:
        transaction_of_chunk: what a chunk is committed in; a worker gives the one that its lease guards.

    Returns:
        ``{"indexed", "removed"}``.
    """
    indexed = 0
    total = stale_products(store)
    removed = fetch(f"SELECT count(*) {WITHDRAWN}", store.pk)[0][0]
    last = 0
    while total and (rows := fetch(f"{CHANGED_ROWS} LIMIT {CHUNK}", INDEX_VERSION, INDEX_VERSION, store.pk, last)):
        last = rows[-1][0]
        made = [
            (pk, digest, title, product_text(*texts), product_tokens(code, title, *texts, store.language))
            for pk, code, digest, title, *texts in rows
        ]
        with transaction_of_chunk():
            _write_products(store, made)
        indexed += len(rows)
        if progress:
            progress("index", indexed, max(total, indexed))
    if removed:
        with transaction_of_chunk():
            removed = _remove_withdrawn(store)
    if indexed or removed:
        _drop_empty_terms(store)
    settle(indexed + removed)
    return {"indexed": indexed, "removed": removed}


def settle(changed: int) -> None:
    """Let the next search find so many changed passages by the index, without waiting for autovacuum.

    What an index still has to take in is read whole by each search, until the planner rather reads the whole table.
    """
    if changed:
        run("SELECT gin_clean_pending_list('loyalty_passage_tokens')")
    if changed >= CHUNK:
        run("ANALYZE loyalty_ai_passage, loyalty_ai_term, loyalty_ai_document, loyalty_ai_product")


def stale_products(store: Store) -> int:
    """How many products are not in the index as they are now."""
    return fetch(f"SELECT count(*) {CHANGED}", INDEX_VERSION, store.pk, 0)[0][0]


DIGEST = "decode(md5(concat_ws(E'\\x1f', %s::text, p.title, p.category, p.brand, p.description)), 'hex')"

CHANGED = f"""
    FROM loyalty_ai_product p LEFT JOIN loyalty_ai_passage s ON s.product_id = p.id
    WHERE s.digest IS DISTINCT FROM {DIGEST} AND p.store_id = %s AND p.withdrawn_at IS NULL AND p.id > %s
"""

CHANGED_ROWS = (
    f"SELECT p.id, p.external_id, {DIGEST}, p.title, p.category, p.brand, p.description {CHANGED} ORDER BY p.id"
)

WITHDRAWN = """
    FROM loyalty_ai_passage s JOIN loyalty_ai_product p ON p.id = s.product_id
    WHERE s.store_id = %s AND p.withdrawn_at IS NOT NULL
"""


def product_text(category: str, brand: str, description: str) -> str:
    """What is said of a product beside its title, for the vector and for whoever reads the index."""
    return "\n".join(filter(None, (category, brand, description)))


def product_tokens(code: str, title: str, category: str, brand: str, description: str, language: str) -> list[str]:
    """The shop's code, a title's and a brand's words, pairs and pieces, and the marked ones of category and description."""
    marked = [CATEGORY + level for level in category_levels(category)]
    marked += [CATEGORY_WORD + word for word in words(category, language)]
    marked += [BODY_WORD + word for word in words(description[:4000], language)[:DESCRIPTION_WORDS]]
    found = tokens(f"{title} {brand}", language)
    plain = [token for token in found if not token.startswith(PIECE)]
    in_title = words(title, language)
    pairs = [(one + other)[:MAX_LETTERS] for one, other in pairwise(in_title) if not is_chinese(one + other)]
    return list(dict.fromkeys([*plain, *words(code, language)[:1], *pairs, *marked, *found]))


def document_tokens(title: str, above: Iterable[str], heading: str, text: str, language: str) -> list[str]:
    """What a part of a document is found by, all of it marked with the language; see `wanted.documents`."""
    scope = documents(language).prefix
    fields = {"": heading, BODY_WORD: text, TITLE_WORD: " ".join([title, *above])}
    found = (
        scope + mark + token
        for mark, field in fields.items()
        for token in tokens(field, language)
        if not token.startswith(PIECE)
    )
    return list(dict.fromkeys(found))


def category_levels(path: str) -> list[str]:
    """What a category path is found by: each level alone and with those above it, folded; long ones by their digest."""
    levels = [" ".join(level.casefold().split()) for level in path.split("/")]
    levels = [level for level in levels if level]
    names = [*levels, *(" / ".join(levels[: depth + 1]) for depth in range(1, len(levels)))]
    return [
        name if len(name) <= MAX_LETTERS else blake2b(name.encode(), digest_size=16).hexdigest()
        for name in dict.fromkeys(names)
    ]


def _write_products(store: Store, made: list[tuple[Any, ...]]) -> None:
    """Replace the passages of these products and count their terms anew."""
    _hold_off_indexing(store)
    columns = {"product_id": "int4", "digest": "bytea", "heading": "text", "text": "text", "tokens": "varchar[]"}
    copy_rows("loyalty_incoming_passage", columns, made)
    _count_terms(
        store,
        """
        SELECT unnest(tokens) AS token, -1 AS change FROM loyalty_ai_passage
        WHERE product_id IN (SELECT product_id FROM loyalty_incoming_passage)
        UNION ALL
        SELECT '', -1 FROM loyalty_ai_passage WHERE product_id IN (SELECT product_id FROM loyalty_incoming_passage)
        UNION ALL
        SELECT unnest(tokens), 1 FROM loyalty_incoming_passage
        UNION ALL
        SELECT '', 1 FROM loyalty_incoming_passage
        """,
    )
    run(
        """
        INSERT INTO loyalty_ai_passage (store_id, product_id, digest, anchor, heading, text, tokens)
        SELECT %s, product_id, digest, '', heading, text, tokens FROM loyalty_incoming_passage
        ON CONFLICT (product_id) DO UPDATE SET
            digest = EXCLUDED.digest, heading = EXCLUDED.heading, text = EXCLUDED.text, tokens = EXCLUDED.tokens
        """,
        store.pk,
    )


def _remove_withdrawn(store: Store) -> int:
    _hold_off_indexing(store)
    gone = f"SELECT s.id {WITHDRAWN}".replace("%s", str(store.pk))
    _count_terms(
        store,
        f"""
        SELECT unnest(tokens) AS token, -1 AS change FROM loyalty_ai_passage WHERE id IN ({gone})
        UNION ALL SELECT '', -1 FROM loyalty_ai_passage WHERE id IN ({gone})
        """,  # noqa: S608
    )
    return run(f"DELETE FROM loyalty_ai_passage WHERE id IN ({gone})")  # noqa: S608


def _count_terms(store: Store, changes: str) -> None:
    """Add the changes to the counts: terms that are new come, those that no passage has any more go."""
    run(
        f"""
        WITH change AS MATERIALIZED (
            SELECT token, sum(change)::int AS change FROM ({changes}) AS each GROUP BY token HAVING sum(change) <> 0
        ), known AS (
            UPDATE loyalty_ai_term t SET passages = GREATEST(t.passages + change.change, 0) FROM change
            WHERE t.store_id = %s AND t.token = change.token RETURNING t.token
        )
        INSERT INTO loyalty_ai_term (store_id, token, passages)
        SELECT %s, token, change FROM change WHERE change > 0 AND token NOT IN (SELECT token FROM known)
        """,  # noqa: S608
        store.pk,
        store.pk,
    )


def _drop_empty_terms(store: Store) -> None:
    run("DELETE FROM loyalty_ai_term WHERE store_id = %s AND passages = 0", store.pk)


def _hold_off_indexing(store: Store) -> None:
    """Wait for another's chunk of the store and hold the next one until this transaction ends."""
    run("SELECT pg_advisory_xact_lock(%s, %s)", INDEX_LOCK, store.pk)


# ---- Documents ----


def index_document(document: Document, *, above: Mapping[str, Iterable[str]]) -> int:
    """Bring the passages of a live document up to date. Returns how many were made again.

    Args:
        above: anchor of a part -> the headings that it stands under.
    """
    made = []
    for passage in document.passages.all():
        headings = list(above.get(passage.anchor, ()))
        text = [str(INDEX_VERSION), document.title, *headings, passage.heading, passage.text]
        digest = blake2b("\x1f".join(text).encode(), digest_size=16).digest()
        if bytes(passage.digest) != digest:
            passage.digest = digest
            passage.tokens = document_tokens(document.title, headings, passage.heading, passage.text, document.language)
            made.append(passage)
    Passage.objects.bulk_update(made, ["digest", "tokens"])
    return len(made)


def forget_document(document: Document) -> None:
    """Let a document's passages be found no more; they stay to be read."""
    document.passages.update(digest=b"", tokens=[])
