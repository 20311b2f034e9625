from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from graphql import build_schema, graphql_sync

from loyalty_ai.conf import StoreSettings, get_adapter
from loyalty_ai.shop.adapters.saleor import SaleorClient, SaleorError, SaleorShop, plain_text
from loyalty_ai.shop.models import Customer, Event, EventType, Order, Product, RejectedRow
from loyalty_ai.shop.services import ensure_store, sync_store
from tests.fakes import FAKE_SETTINGS
from tests.shop.conftest import NOW

SCHEMA = build_schema((Path(__file__).parent / "saleor.graphql").read_text())
TOKEN = "app-token"


class FakeSaleor:
    """A server that checks every query against Saleor's own schema and pages through three lists.

    `faults` are answered first: a status, or bytes to send in place of an answer.
    """

    def __init__(self) -> None:
        self.customers, self.products, self.orders = [], [], []
        self.faults, self.requests = [], []
        self.page = 2
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.requests.append(body)
                if fake.faults:
                    fault = fake.faults.pop(0)
                    if isinstance(fault, int):
                        return self.answer(fault, b"{}", {"Retry-After": "7"} if fault == 429 else {})
                    return self.answer(200, fault)
                if self.headers["Authorization"] != f"Bearer {TOKEN}":
                    return self.answer(401, b"{}")
                status, answer = fake.execute(body)
                return self.answer(status, json.dumps(answer).encode())

            def answer(self, status, body, headers=()):
                self.send_response(status)
                for name, value in dict(headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/graphql/"

    def execute(self, body):
        root = {name: self.connection(getattr(self, name)) for name in ("customers", "products", "orders")}
        result = graphql_sync(SCHEMA, body["query"], root, variable_values=body["variables"])
        if result.errors:
            return 400 if result.data is None else 200, {"errors": [{"message": e.message} for e in result.errors]}
        return 200, {"data": result.data}

    def connection(self, rows):
        def resolve(info, first, after=None, filter=None, channel=None, sortBy=None):
            assert sortBy == {"field": "LAST_MODIFIED_AT", "direction": "ASC"}
            since = ((filter or {}).get("updatedAt") or {}).get("gte")
            found = [
                row for row in sorted(rows, key=lambda row: row["updatedAt"]) if not since or row["updatedAt"] >= since
            ]
            start, size = int(after or 0), min(first, self.page)
            page = found[start : start + size]
            return {
                "totalCount": len(found),
                "pageInfo": {"hasNextPage": start + size < len(found), "endCursor": str(start + size)},
                "edges": [{"node": row} for row in page],
            }

        return resolve


@pytest.fixture
def saleor():
    fake = FakeSaleor()
    thread = threading.Thread(target=fake.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield fake
    fake.server.shutdown()
    fake.server.server_close()
    thread.join()


@pytest.fixture
def shop(saleor, db, settings):
    options = {"url": saleor.url, "token": TOKEN, "channel": "uk", "product_url": "https://shop.example/{slug}"}
    entry = {"ADAPTER": "loyalty_ai.shop.adapters.saleor.SaleorShop", "CURRENCY": "GBP", "OPTIONS": options}
    settings.LOYALTY_AI = FAKE_SETTINGS | {"STORES": {"default": entry}}
    return ensure_store("default")


def at(minute):
    return datetime(2011, 6, 1, 12, minute, tzinfo=UTC).isoformat()


def customer(number):
    return {"id": f"User{number}", "dateJoined": at(0), "updatedAt": at(number), "defaultShippingAddress": None}


def product(number, **changes):
    return {
        "id": f"Product{number}",
        "name": f"Mug {number}",
        "slug": f"mug-{number}",
        "description": json.dumps(
            {"blocks": [{"data": {"text": "A <b>fine</b> mug."}}, {"data": {"items": ["blue"]}}]}
        ),
        "updatedAt": at(number),
        "isAvailable": True,
        "category": {"name": "Kitchen", "ancestors": {"edges": [{"node": {"name": "Home"}}]}},
        "thumbnail": {"url": "https://cdn.example/mug.png"},
        "pricing": {"priceRange": {"start": {"gross": {"amount": 4.5, "currency": "GBP"}}}},
    } | changes


def line(number, product_number, *, quantity=2, price=4.1):
    return {
        "id": f"Line{number}",
        "quantity": quantity,
        "totalPrice": {"gross": {"amount": quantity * price}},
        "unitPrice": {"gross": {"amount": price}},
        "variant": {"product": {"id": f"Product{product_number}"}} if product_number else None,
    }


def order(number, *lines, **changes):
    return {
        "id": f"Order{number}",
        "number": str(number),
        "created": at(number),
        "updatedAt": at(number),
        "status": "UNFULFILLED",
        "user": {"id": "User1"},
        "lines": list(lines),
        "fulfillments": [],
        "grantedRefunds": [],
        "events": [{"type": "PLACED", "date": at(number)}],
    } | changes


def events():
    rows = Event.objects.order_by("id").values_list("type", "product__external_id", "quantity", "value", "order__ref")
    return [(EventType(kind).label, *values) for kind, *values in rows]


def test_a_sync_pages_through_the_shop(saleor, shop):
    saleor.customers += [customer(n) for n in range(1, 6)]
    saleor.products += [product(n) for n in range(1, 4)]
    saleor.orders += [order(1, line(1, 1), line(2, 2)), order(2, line(3, 3), user=None), order(3, line(4, None))]
    counts = sync_store(store=shop, now=NOW)
    assert (counts["customers"]["created"], counts["products"]["created"], counts["events"]["accepted"]) == (5, 3, 4)
    mirrored = Product.objects.get(external_id="Product1")
    assert (mirrored.title, mirrored.category, mirrored.price) == ("Mug 1", "Home / Kitchen", Decimal("4.50"))
    assert (mirrored.description, mirrored.url) == ("A fine mug.\nblue", "https://shop.example/mug-1")
    assert events()[0] == ("purchase", "Product1", 2, Decimal("8.20"), "1")
    assert Customer.objects.get(external_id="User1").joined_at == datetime(2011, 6, 1, 12, tzinfo=UTC)
    assert Order.objects.get(ref="2").customer is None
    assert Event.objects.get(order__ref="3").product is None


def test_the_next_sync_asks_for_changes_only_and_doubles_nothing(saleor, shop):
    saleor.products += [product(1)]
    saleor.orders += [order(n, line(n, 1)) for n in range(1, 30)]
    sync_store(store=shop, now=NOW)
    saleor.requests.clear()
    saleor.orders += [order(31, line(31, 1))]
    counts = sync_store(store=shop, now=NOW)["events"]
    assert counts["accepted"] == 1
    assert counts["duplicates"] < 10, "only the margin is read again"
    asked = [request["variables"]["filter"] for request in saleor.requests if "query Orders" in request["query"]]
    assert all(variables["updatedAt"]["gte"] == at(24) for variables in asked)


def test_money_that_went_back_is_a_refund_once(saleor, shop):
    saleor.products += [product(1)]
    granted = [
        {"id": "Grant1", "createdAt": at(40), "status": "SUCCESS", "amount": {"amount": 3.0}},
        {"id": "Grant2", "createdAt": at(40), "status": "FAILURE", "amount": {"amount": 9.0}},
    ]
    back = {"status": "REFUNDED", "created": at(41), "lines": [{"id": "Back1", "quantity": 1, "orderLine": line(2, 1)}]}
    sent = {
        "status": "FULFILLED",
        "created": at(41),
        "lines": [{"id": "Sent1", "quantity": 1, "orderLine": line(2, 1)}],
    }
    cancelled = [{"type": "PLACED", "date": at(3)}, {"type": "CANCELED", "date": at(42)}]
    saleor.orders += [
        order(1, line(1, 1), grantedRefunds=granted),
        order(2, line(2, 1), fulfillments=[sent, back]),
        order(3, line(3, 1), status="CANCELED", events=cancelled),
        order(4, line(4, 1), status="DRAFT"),
        order(5, line(5, 1), status="EXPIRED"),
    ]
    for _ in range(2):
        sync_store(store=shop, now=NOW)
        shop.cursors = {}
        shop.save()
    assert [row for row in events() if row[0] == "refund"] == [
        ("refund", None, 0, Decimal("3.00"), "1"),
        ("refund", "Product1", 1, Decimal("4.10"), "2"),
        ("refund", "Product1", 2, Decimal("8.20"), "3"),
    ]
    assert Event.objects.filter(type=EventType.PURCHASE).count() == 3
    assert Event.objects.get(type=EventType.REFUND, order__ref="3").occurred_at == datetime(
        2011, 6, 1, 12, 42, tzinfo=UTC
    )
    assert Order.objects.get(ref="3").status == "refunded"


def test_a_product_with_little_to_say_is_mirrored_too(saleor, shop):
    saleor.products += [
        product(1, description=None, category=None, thumbnail=None, pricing=None, isAvailable=None),
        product(2, description="no json"),
    ]
    counts = sync_store(store=shop, now=NOW)["products"]
    assert (counts["created"], counts["rejected"]) == (1, 1)
    bare = Product.objects.get()
    assert (bare.price, bare.available, bare.category, bare.image) == (None, False, "", "")
    assert RejectedRow.objects.get().location == "saleor:Product2"


def test_pages_are_answered_from_the_mirror_without_a_request(saleor, shop):
    saleor.products += [product(1)]
    sync_store(store=shop, now=NOW)
    saleor.requests.clear()
    assert get_adapter("default").resolve(["Product1", "none"])["Product1"].price == Decimal("4.50")
    assert saleor.requests == []


def test_counts_for_the_progress_bar(saleor, shop):
    saleor.customers += [customer(n) for n in range(1, 4)]
    adapter = get_adapter("default")
    assert (adapter.count("customers", ""), adapter.count("products", ""), adapter.count("events", "")) == (3, 0, None)


def client_of(saleor, **options):
    waits = []
    return SaleorClient(saleor.url, options.pop("token", TOKEN), sleep=waits.append, **options), waits


QUERY = "query { customers(first: 1, sortBy: {field: LAST_MODIFIED_AT, direction: ASC}) { totalCount } }"


def test_a_server_in_trouble_is_asked_again_with_patience(saleor):
    client, waits = client_of(saleor)
    saleor.faults += [503, 429, 500]
    assert client.run(QUERY) == {"customers": {"totalCount": 0}}
    assert waits == [1, 7, 4], "as long as the server says, else twice as long each time"


def test_a_server_that_stays_in_trouble_is_given_up(saleor):
    client, waits = client_of(saleor, attempts=3)
    saleor.faults += [503] * 3
    with pytest.raises(SaleorError, match=r"did not answer in 3 attempts \(HTTP 503\)"):
        client.run(QUERY)
    assert len(waits) == 2


def test_no_server_at_all_is_a_clear_error():
    client = SaleorClient("http://127.0.0.1:1/graphql/", TOKEN, attempts=2, sleep=lambda seconds: None)
    with pytest.raises(SaleorError, match=r"did not answer in 2 attempts .*refused"):
        client.run(QUERY)


@pytest.mark.parametrize(
    ("fault", "said"),
    [(404, "HTTP 404"), (b"<html>", "answered no JSON"), (b'{"hello": 1}', "answered without data")],
)
def test_an_address_that_is_not_saleor_is_said_at_once(saleor, fault, said):
    client, waits = client_of(saleor)
    saleor.faults += [fault]
    with pytest.raises(SaleorError, match=said):
        client.run(QUERY)
    assert waits == []


def test_a_refused_token_and_a_refused_query_are_said_at_once(saleor):
    client, waits = client_of(saleor, token="wrong")
    with pytest.raises(SaleorError, match="refuses the token"):
        client.run(QUERY)
    client, waits = client_of(saleor)
    with pytest.raises(SaleorError, match="Cannot query field 'colour'"):
        client.run("query { colour }")
    assert waits == []


def test_settings_are_checked_without_the_network(saleor):
    store = StoreSettings("default", "", "GBP", "en", UTC)
    assert len(SaleorShop(store, url=saleor.url, token="", channel="").check()) == 2
    assert SaleorShop(store, url=saleor.url, token=TOKEN, channel="uk").check() == []
    assert saleor.requests == []
    with pytest.raises(ValueError, match="no http"):
        SaleorShop(store, url="file:///etc/passwd", token=TOKEN, channel="uk")


def test_rich_text_becomes_plain():
    assert plain_text(None) == plain_text("") == plain_text('{"blocks": []}') == ""
