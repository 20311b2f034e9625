"""The index job: products, documents and their vectors, after a sync and every night, only what changed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loyalty_ai.assistant.documents import publish_document
from loyalty_ai.assistant.knowledge import Catalogue
from loyalty_ai.assistant.models import Passage, Term
from loyalty_ai.assistant.vectors import refresh_vectors
from loyalty_ai.conf import get_adapter
from loyalty_ai.jobs.models import Job, JobState
from loyalty_ai.jobs.services import request_job, run_job
from loyalty_ai.shop.adapters.base import ProductRecord
from loyalty_ai.shop.copying import fetch
from loyalty_ai.shop.models import Store
from tests import fakes

SHELF = "Candles & Light / Lanterns"
TITLES = ["White Lantern", "Black Lantern", "Iron Lantern", "Moroccan Lamp", "Storm Lamp"]


@pytest.fixture
def store(db, settings) -> Store:
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_store()


def do(kind: str, store: Store) -> Job:
    job = request_job(kind=kind, store=store, slot=f"{kind}:{Job.objects.count()}", wake=False)
    return run_job(job_id=job.pk, owner="test")


def test_the_job_makes_products_documents_and_vectors_and_then_nothing(store: Store):
    for title in TITLES:
        fakes.make_product(store, title=title, category=SHELF)
    publish_document(store=store, slug="care", language="en", title="Care", body="Wipe with a dry cloth.")
    assert do("index", store).result == {"indexed": 5, "removed": 0, "documents": 0, "vectors": 6}
    assert do("index", store).result == {"indexed": 0, "removed": 0, "documents": 0, "vectors": 0}
    store.products.filter(title="Iron Lantern").update(title="Copper Lantern")
    assert do("index", store).result == {"indexed": 1, "removed": 0, "documents": 0, "vectors": 1}


def test_no_search_finds_an_index_that_has_still_to_take_in_passages(store: Store):
    for title in TITLES:
        fakes.make_product(store, title=title, category=SHELF)
    assert do("index", store).result["vectors"] == 5
    assert fetch("SELECT gin_clean_pending_list('loyalty_passage_tokens')") == [(0,)]


def test_a_sync_that_brings_products_asks_for_the_index(store: Store):
    shop = get_adapter("default")
    shop.add(ProductRecord(product_id="A", title="White Lantern", price=Decimal(5), category=SHELF))
    do("sync", store)
    (asked,) = Job.objects.filter(kind="index")
    assert asked.state == JobState.WAITING
    run_job(job_id=asked.pk, owner="test")
    assert Catalogue("default").search("lantern")[0].product_id == "A"
    do("sync", store)
    assert Job.objects.filter(kind="index").count() == 1


def test_neighbours_come_from_stored_vectors_behind_what_was_named(store: Store):
    for title in TITLES:
        fakes.make_product(store, title=title, category=SHELF)
    for number in range(30):
        fakes.make_product(store, title=f"Oak Bookcase {number}", category="Home / Furniture")
    do("index", store)
    found = [hit.title for hit in Catalogue("default").search("white lantern", limit=20)]
    assert found[0] == "White Lantern"
    assert "Black Lantern" in found[:3]
    near = store.products.get(title="Storm Lamp").external_id
    alike = Catalogue("default").search("", near=[near])
    assert "Lamp" in alike[0].title or "Lantern" in alike[0].title
    assert near not in [hit.product_id for hit in alike]
    assert all(0 <= hit.score <= 1 for hit in alike)


@pytest.fixture
def french(store: Store) -> Store:
    """A shop in another language than the one that questions' vectors are made of: it has the customer model's."""
    store.language = "fr"
    store.save()
    return store


def test_what_means_the_same_is_found_whatever_it_is_called(store: Store):
    for title in (*TITLES, "Deluxe Sewing Kit", "Owl Doorstop"):
        fakes.make_product(store, title=title, category=SHELF)
    do("index", store)
    shop = Catalogue("default")
    assert shop.alike("I want to mend my clothes")[0].title == "Deluxe Sewing Kit"
    assert shop.alike("animals that keep the room open")[0].title == "Owl Doorstop"
    assert shop.search("lantern", like="something from north africa")[0].title == "Moroccan Lamp"
    assert not shop.alike("")


def test_what_is_alike_is_of_one_store_within_its_price_and_one_statement(store: Store, django_assert_num_queries):
    other = fakes.make_store("other")
    for shop, title, price in (
        (store, "Travel Sewing Kit", 2),
        (store, "Deluxe Sewing Kit", 6),
        (other, "Sewing Box", 2),
    ):
        fakes.make_product(shop, title=title, price=Decimal(price), category=SHELF)
    do("index", store)
    do("index", other)
    with django_assert_num_queries(1):
        found = Catalogue("default").alike("I want to mend my clothes", max_price=Decimal(5))
    assert [hit.title for hit in found] == ["Travel Sewing Kit"]


def test_a_shop_in_another_language_or_of_very_many_products_compares_no_vectors(french: Store, monkeypatch):
    fakes.make_product(french, title="White Lantern", category=SHELF)
    do("index", french)
    assert not Catalogue("default").alike("light for the garden")
    french.language = "en"
    french.save()
    refresh_vectors(french)
    assert Catalogue("default").alike("light for the garden")
    monkeypatch.setattr("loyalty_ai.assistant.knowledge.MOST_COMPARED", 0)
    assert not Catalogue("default").alike("light for the garden")


def test_another_encoder_makes_every_vector_again(french: Store, settings):
    store = french
    fakes.make_product(store, "A", title="White Lantern", category=SHELF)
    fakes.make_product(store, "B", title="Black Lantern", category=SHELF)
    do("index", store)
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"MODEL": {"text_dim": 64}}
    Passage.objects.filter(product__external_id="A").update(vector_digest=b"")
    refresh_vectors(store)
    assert [len(vector) for vector in Passage.objects.values_list("vector", flat=True)] == [64, 64]
    # while a worker is at it, vectors of two widths stand side by side
    Passage.objects.filter(product__external_id="A").update(vector=[1.0] * 32)
    assert Catalogue("default").search("lantern")


def test_without_an_encoder_words_alone_find(french: Store, settings):
    store = french
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"MODEL": {"text": "none"}}
    fakes.make_product(store, "A", title="White Lantern", category=SHELF)
    do("index", store)
    assert Passage.objects.get().vector is None
    assert Catalogue("default").search("lantern")[0].product_id == "A"


def test_an_encoder_that_is_not_there_is_said_and_words_still_find(french: Store, settings):
    store = french
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"MODEL": {"text": "/no/such/encoder"}}
    fakes.make_product(store, "A", title="White Lantern", category=SHELF)
    job = request_job(kind="index", store=store, slot="index:1", wake=False)
    with pytest.raises(Exception, match="no such folder"):
        run_job(job_id=job.pk, owner="test")
    assert Catalogue("default").search("lantern")[0].product_id == "A"


def test_stopped_between_chunks_the_next_run_does_the_rest(store: Store, monkeypatch):
    monkeypatch.setattr("loyalty_ai.assistant.indexing.CHUNK", 2)
    from loyalty_ai.assistant.indexing import index_products

    for title in TITLES:
        fakes.make_product(store, title=title, category=SHELF)

    def stop(step: str, done: int, total: int) -> None:
        if done >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_products(store, progress=stop)
    assert Term.objects.get(token="").passages == 2
    assert index_products(store)["indexed"] == 3
    assert Term.objects.get(token="").passages == 5
