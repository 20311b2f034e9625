"""Saleor, through its GraphQL API. A shop elsewhere: pages answer from the mirror, nothing is asked of it while they render.

The app token needs MANAGE_PRODUCTS (it sees what is unpublished), MANAGE_ORDERS and MANAGE_USERS. A line is a purchase;
refunds are its granted refunds, else its refunded fulfillments, else, once the order is cancelled, all of its lines.
Saleor does not tell of deleted products: unpublish them first.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from loyalty_ai.conf import StoreSettings
from loyalty_ai.shop.adapters.base import Change, CustomerRecord, EventRecord, ProductRecord, Rejected, ShopAdapter

PAGE = 50
OVERLAP = timedelta(minutes=5)
"""How far behind the cursor a stream starts: changes become visible when their transaction commits."""

CUSTOMERS = """
query Customers($first: Int!, $after: String, $filter: CustomerFilterInput) {
  customers(first: $first, after: $after, filter: $filter, sortBy: {field: LAST_MODIFIED_AT, direction: ASC}) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node { id dateJoined updatedAt defaultShippingAddress { country { code } } } }
  }
}
"""

PRODUCTS = """
query Products($first: Int!, $after: String, $filter: ProductFilterInput, $channel: String!) {
  products(
    first: $first, after: $after, filter: $filter, channel: $channel, sortBy: {field: LAST_MODIFIED_AT, direction: ASC}
  ) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges {
      node {
        id name slug description updatedAt isAvailable
        category { name ancestors(first: 10) { edges { node { name } } } }
        thumbnail(size: 512) { url }
        pricing { priceRange { start { gross { amount currency } } } }
      }
    }
  }
}
"""

ORDERS = """
query Orders($first: Int!, $after: String, $filter: OrderFilterInput, $channel: String!) {
  orders(
    first: $first, after: $after, filter: $filter, channel: $channel, sortBy: {field: LAST_MODIFIED_AT, direction: ASC}
  ) {
    pageInfo { hasNextPage endCursor }
    edges {
      node {
        id number created updatedAt status
        user { id }
        lines { id quantity totalPrice { gross { amount } } variant { product { id } } }
        fulfillments {
          status created
          lines { id quantity orderLine { unitPrice { gross { amount } } variant { product { id } } } }
        }
        grantedRefunds { id createdAt status amount { amount } }
        events { type date }
      }
    }
  }
}
"""

NOT_ORDERED = {"DRAFT", "UNCONFIRMED", "EXPIRED"}
PAID_BACK = {"REFUNDED", "REFUNDED_AND_RETURNED"}


class SaleorError(Exception):
    """Saleor did not answer, or refused; says what to do."""


class SaleorClient:
    """One GraphQL endpoint, asked with patience.

    Args:
        url: the API, e.g. `https://shop.example/graphql/`.
        token: an app token.
        timeout: seconds for one answer.
        attempts: how often one request is sent when the network or the server fails; waits 1, 2, 4 ... seconds between,
            or as long as the server says.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 30.0,
        attempts: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not url.startswith(("https://", "http://")):
            raise ValueError(f"{url!r} is no http(s) address")
        self.url, self.token, self.timeout, self.attempts, self.sleep = url, token, timeout, attempts, sleep

    def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of one query.

        Raises:
            SaleorError: no answer after all attempts, a refusal, or errors in the answer.
        """
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        answer = self._answer(Request(self.url, body, headers))  # noqa: S310 (an http address, checked above)
        if errors := answer.get("errors"):
            raise SaleorError(_("Saleor answered: %(errors)s") % {"errors": "; ".join(e["message"] for e in errors)})
        if not isinstance(answer.get("data"), dict):
            raise SaleorError(_("%(url)s answered without data; is it Saleor's /graphql/?") % {"url": self.url})
        return answer["data"]

    def _answer(self, request: Request) -> dict[str, Any]:
        for attempt in range(1, self.attempts + 1):
            wait = 2.0 ** (attempt - 1)
            try:
                with urlopen(request, timeout=self.timeout) as response:  # noqa: S310
                    return json.loads(response.read(), parse_float=Decimal)
            except HTTPError as error:
                with error:
                    if error.code in (401, 403):
                        raise SaleorError(_("Saleor refuses the token; give TOKEN an active app's.")) from error
                    if error.code == 400:  # Saleor's status for a query that it does not understand
                        return json.loads(error.read())
                    if error.code != 429 and error.code < 500:
                        raise SaleorError(f"{self.url}: HTTP {error.code} {error.reason}") from error
                    fault = f"HTTP {error.code}"
                    wait = float(error.headers.get("Retry-After") or wait)
            except ValueError as error:
                raise SaleorError(
                    _("%(url)s answered no JSON; is it Saleor's /graphql/?") % {"url": self.url}
                ) from error
            except (URLError, HTTPException, OSError) as error:
                fault = str(getattr(error, "reason", error) or type(error).__name__)
            if attempt < self.attempts:
                self.sleep(min(wait, 60.0))
        values = {"url": self.url, "attempts": self.attempts, "fault": fault}
        raise SaleorError(_("%(url)s did not answer in %(attempts)s attempts (%(fault)s).") % values)


class SaleorShop(ShopAdapter):
    """One channel of a Saleor shop.

    Args:
        url: the GraphQL address.
        token: an app's token, best from the environment.
        channel: the channel's slug; its currency is the store's.
        product_url: the storefront's address of a product, a pattern over `{slug}` and `{id}`.
    """

    def __init__(
        self,
        store: StoreSettings,
        *,
        url: str,
        token: str,
        channel: str,
        product_url: str = "",
        client: SaleorClient | None = None,
        **options: Any,
    ) -> None:
        super().__init__(store, **options)
        self.channel, self.product_url = channel, product_url
        self.client = client or SaleorClient(url, token)

    def customers(self, since: str) -> Iterator[Change[CustomerRecord | Rejected]]:
        return self._changes("customers", CUSTOMERS, since, lambda node: [_customer(node)])

    def products(self, since: str) -> Iterator[Change[ProductRecord | Rejected]]:
        return self._changes("products", PRODUCTS, since, lambda node: [_product(node, self.product_url)])

    def events(self, since: str) -> Iterator[Change[EventRecord | Rejected]]:
        return self._changes("orders", ORDERS, since, _order_events)

    def count(self, stream: str, since: str) -> int | None:
        query = {"customers": CUSTOMERS, "products": PRODUCTS}.get(stream)
        return None if query is None else self._page(stream, query, since, after=None, first=1)["totalCount"]

    def check(self) -> list[str]:
        """Asks nothing of the network: a shop that is down must not keep this project from starting."""
        problems = []
        if not self.client.token:
            problems.append(
                _("TOKEN is empty; give it an app's token with MANAGE_PRODUCTS, MANAGE_ORDERS, MANAGE_USERS.")
            )
        if not self.channel:
            problems.append(_("CHANNEL is empty; name the channel's slug."))
        return problems

    def _changes(
        self, stream: str, query: str, since: str, records: Callable[[dict[str, Any]], list[Any]]
    ) -> Iterator[Change[Any]]:
        after = None
        while True:
            page = self._page(stream, query, since, after=after)
            for edge in page["edges"]:
                node = edge["node"]
                try:
                    found = records(node)
                except (KeyError, TypeError, ValueError, ArithmeticError) as error:
                    reason = _("Saleor's answer cannot be read: %(error)r.") % {"error": error}
                    found = [
                        Rejected(
                            f"saleor:{node.get('id')}", "bad_field", reason, {"node": json.dumps(node, default=str)}
                        )
                    ]
                for record in found:
                    yield Change(record, node["updatedAt"])
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def _page(self, stream: str, query: str, since: str, *, after: str | None, first: int = PAGE) -> dict[str, Any]:
        start = (datetime.fromisoformat(since) - OVERLAP).isoformat() if since else None
        variables = {"first": first, "after": after, "filter": {"updatedAt": {"gte": start}} if start else None}
        if stream != "customers":
            variables["channel"] = self.channel
        return self.client.run(query, **variables)[stream]


def _customer(node: dict[str, Any]) -> CustomerRecord:
    address = node["defaultShippingAddress"]
    return CustomerRecord(
        node["id"],
        joined_at=datetime.fromisoformat(node["dateJoined"]),
        region=address["country"]["code"] if address else "",
    )


def _product(node: dict[str, Any], product_url: str) -> ProductRecord:
    start = ((node["pricing"] or {}).get("priceRange") or {}).get("start")
    gross = start["gross"] if start else {"amount": None, "currency": ""}
    category = node["category"]
    path = [edge["node"]["name"] for edge in category["ancestors"]["edges"]] + [category["name"]] if category else []
    return ProductRecord(
        product_id=node["id"],
        title=node["name"],
        description=plain_text(node["description"]),
        category=" / ".join(path),
        price=None if gross["amount"] is None else Decimal(str(gross["amount"])),
        currency=gross["currency"],
        available=bool(node["isAvailable"]),
        url=product_url.format(slug=node["slug"], id=node["id"]),
        image=(node["thumbnail"] or {}).get("url") or "",
    )


def plain_text(description: str | None) -> str:
    """The words of a rich text, which Saleor keeps as EditorJS blocks; lists as their items."""
    if not description:
        return ""
    parts = []
    for block in json.loads(description).get("blocks", []):
        data = block.get("data", {})
        parts += (
            [data["text"]] if "text" in data else [str(item) for item in data.get("items", []) if isinstance(item, str)]
        )
    return "\n".join(strip_tags(part) for part in parts)


def _order_events(order: dict[str, Any]) -> list[EventRecord]:
    if order["status"] in NOT_ORDERED:
        return []
    shared = {"customer_id": (order["user"] or {}).get("id"), "order_id": order["number"]}
    placed = datetime.fromisoformat(order["created"])
    purchases = [
        EventRecord(
            key=line["id"],
            type="purchase",
            occurred_at=placed,
            product_id=_product_id(line),
            quantity=line["quantity"],
            value=_amount(line["totalPrice"]["gross"]),
            **shared,
        )
        for line in order["lines"]
    ]
    return purchases + (_granted(order, shared) or _refunded(order, shared) or _cancelled(order, shared))


def _granted(order: dict[str, Any], shared: dict[str, Any]) -> list[EventRecord]:
    return [
        EventRecord(
            key=refund["id"],
            type="refund",
            occurred_at=datetime.fromisoformat(refund["createdAt"]),
            quantity=0,
            value=_amount(refund["amount"]),
            **shared,
        )
        for refund in order["grantedRefunds"]
        if refund["status"] == "SUCCESS"
    ]


def _refunded(order: dict[str, Any], shared: dict[str, Any]) -> list[EventRecord]:
    return [
        EventRecord(
            key=line["id"],
            type="refund",
            occurred_at=datetime.fromisoformat(fulfillment["created"]),
            product_id=_product_id(line["orderLine"]),
            quantity=line["quantity"],
            value=line["quantity"] * _amount(line["orderLine"]["unitPrice"]["gross"]),
            **shared,
        )
        for fulfillment in order["fulfillments"]
        if fulfillment["status"] in PAID_BACK
        for line in fulfillment["lines"]
    ]


def _cancelled(order: dict[str, Any], shared: dict[str, Any]) -> list[EventRecord]:
    if order["status"] != "CANCELED":
        return []
    dates = [event["date"] for event in order["events"] if event["type"] == "CANCELED"]
    at = datetime.fromisoformat(min(dates, default=order["updatedAt"]))
    return [
        EventRecord(
            key=f"{line['id']}:cancelled",
            type="refund",
            occurred_at=at,
            product_id=_product_id(line),
            quantity=line["quantity"],
            value=_amount(line["totalPrice"]["gross"]),
            **shared,
        )
        for line in order["lines"]
    ]


def _amount(money: dict[str, Any]) -> Decimal:
    return Decimal(str(money["amount"]))


def _product_id(line: dict[str, Any]) -> str | None:
    """None where the variant was deleted since."""
    return line["variant"]["product"]["id"] if line["variant"] else None
