from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model

from loyalty_ai.serving import page
from loyalty_ai.serving.models import ListKind, NeighbourKind
from loyalty_ai.shop.services import ensure_store, sync_store
from shop_demo.loading import load_shop
from shop_demo.models import Customer, Opening
from shop_demo.retail_log import Line
from tests import fakes

TITLES = {
    "85123A": "WHITE HANGING HEART T-LIGHT HOLDER",
    "22423": "REGENCY CAKESTAND 3 TIER",
    "85099B": "JUMBO BAG RED RETROSPOT",
    "47566": "PARTY BUNTING",
    "20725": "LUNCH BAG RED RETROSPOT",
    "84879": "ASSORTED COLOUR BIRD ORNAMENT",
    "22720": "SET OF 3 CAKE TINS PANTRY DESIGN",
    "22138": "BAKING SET 9 PIECE RETROSPOT",
}
CODES = list(TITLES)


class SmallLog(list[Line]):
    """A log of a few lines, for what does not need the real one."""

    start = datetime(2011, 10, 1, 8, 0)

    @property
    def last_minute(self) -> int:
        return self[-1].minute


def log_line(
    invoice: str, code: str, quantity: int = 6, *, minute: int = 0, price: str = "2.55", customer: str = "17850"
) -> Line:
    return Line(invoice, code, TITLES.get(code, code), quantity, minute, price, customer, "United Kingdom")


@pytest.fixture
def small_log() -> SmallLog:
    """Two customers and a guest, postage, a repeated line, a cancellation across orders and one without an order."""
    return SmallLog(
        [
            log_line("536365", "85123A", 6),
            log_line("536365", "85123A", 2),
            log_line("536365", "22423", 1, price="12.75"),
            log_line("536365", "POST", 1, price="18.00"),
            log_line("536370", "85099B", 10, minute=60, price="2.08", customer="13047"),
            log_line("536370", "47566", 4, minute=60, price="4.95", customer="13047"),
            log_line("536371", "20725", 3, minute=90, price="1.65", customer=""),
            log_line("536372", "85123A", 4, minute=1440),
            log_line("536372", "M", 1, minute=1440, price="7.50"),
            log_line("C536373", "85123A", -5, minute=1500),
            log_line("C536374", "22138", -1, minute=1510, price="4.95", customer="13047"),
            log_line("C536375", "D", -1, minute=1520, price="2.00"),
            log_line("536376", "84879", 8, minute=2000, price="1.69", customer="13047"),
            log_line("536377", "22720", 2, minute=2100, price="4.95", customer=""),
            log_line("536377", "22138", 2, minute=2100, price="4.95", customer=""),
        ]
    )


@pytest.fixture
def shop(db, small_log: SmallLog) -> SimpleNamespace:
    """The demo shop with the small log, synced, its lists published, and Ann and Ben who can sign in."""
    return open_shop(small_log)


def open_shop(log: SmallLog) -> SimpleNamespace:
    page._resting.clear()
    summary = load_shop(log=log)
    users = get_user_model()
    for number, name in (("17850", "ann"), ("13047", "ben")):
        user = users.objects.create_user(name, password="come-back-soon", first_name=name.capitalize())
        Customer.objects.filter(number=number).update(user=user)
    store = ensure_store("default")
    sync_store(store=store)
    run = fakes.make_run(store, cutoff=Opening.objects.get().log_ended_at + timedelta(milliseconds=1))
    products = {product.external_id: product for product in store.products.all()}
    ann, ben = (store.customers.get(external_id=number) for number in ("17850", "13047"))
    fakes.recommend(run, ann, ListKind.RECOMMENDED, [products["85099B"], products["47566"], products["20725"]])
    fakes.recommend(run, ben, ListKind.RECOMMENDED, [products["22423"], products["22720"], products["20725"]])
    fakes.recommend(run, ann, ListKind.BUY_AGAIN, [products["85123A"]])
    fakes.recommend(run, None, ListKind.POPULAR, [products["84879"], products["22138"]])
    fakes.relate(run, products["22423"], NeighbourKind.BOUGHT_TOGETHER, [products["22720"]])
    fakes.relate(run, products["22423"], NeighbourKind.SIMILAR, [products["22138"]])
    return SimpleNamespace(summary=summary, store=store, run=run, products=products, ann=ann, ben=ben)
