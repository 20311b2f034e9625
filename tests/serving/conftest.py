from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from loyalty_ai.serving import page
from loyalty_ai.serving.models import ListKind, NeighbourKind
from tests import fakes


@pytest.fixture
def fake_shop(settings) -> Iterator[None]:
    """The settings of the fake shop, which no earlier test has made slow."""
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    yield
    page._resting.clear()
    page._missed.clear()


@pytest.fixture
def shop(fake_shop, db) -> SimpleNamespace:
    """A store with a live run: thirty products P0..P29, Ann with lists of her own, P20..P25 popular, neighbours of P0."""
    store = fakes.make_store()
    run = fakes.make_run(store)
    products = [fakes.make_product(store, f"P{n}", url=f"/p/P{n}/", image=f"/p/P{n}.svg") for n in range(30)]
    ann = fakes.make_customer(store, "ann")
    fakes.recommend(run, ann, ListKind.RECOMMENDED, products[1:9])
    fakes.recommend(run, ann, ListKind.DISCOVER, products[5:12])
    fakes.recommend(run, ann, ListKind.BUY_AGAIN, products[12:15])
    fakes.recommend(run, None, ListKind.POPULAR, products[20:26])
    fakes.relate(run, products[0], NeighbourKind.SIMILAR, products[15:18])
    fakes.relate(run, products[0], NeighbourKind.BOUGHT_TOGETHER, products[17:20])
    return SimpleNamespace(store=store, run=run, products=products, ann=ann)
