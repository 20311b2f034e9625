"""The shop's policies, as files beside this one; `manage.py demo` publishes them for the assistant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loyalty_ai.assistant.documents import publish_document, title_of
from loyalty_ai.assistant.indexing import stale_products
from loyalty_ai.assistant.models import Document, Passage
from loyalty_ai.shop.models import Store

POLICIES = Path(__file__).parent / "policies"


@dataclass(frozen=True, slots=True)
class Policy:
    """One file: its address is its name, its language its folder."""

    slug: str
    language: str
    body: str


def policies() -> Iterator[Policy]:
    """Every file, in each language."""
    for path in sorted(POLICIES.glob("*/*.md")):
        yield Policy(path.stem, path.parent.name, path.read_text(encoding="utf-8").strip())


def publish_policies(store: Store) -> int:
    """Publish what has no version yet. A policy that was edited in admin keeps the edited text. Returns how many."""
    missing = unpublished_policies(store)
    for policy in missing:
        publish_document(
            store=store, slug=policy.slug, language=policy.language, title=title_of(policy.body), body=policy.body
        )
    return len(missing)


def unpublished_policies(store: Store) -> list[Policy]:
    """The files that no document was ever made of."""
    known = set(Document.objects.filter(store=store).values_list("slug", "language"))
    return [policy for policy in policies() if (policy.slug, policy.language) not in known]


def knowledge_missing(store: Store) -> bool:
    """Whether a policy is not published, or a product not indexed as it is now."""
    fresh = Passage.objects.filter(store=store, vector_digest=None).exclude(document__live=False)
    return bool(unpublished_policies(store)) or stale_products(store) > 0 or fresh.exists()
