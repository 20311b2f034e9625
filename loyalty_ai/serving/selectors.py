"""Everything a page shows about one customer, in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connections, router
from django.utils.dateparse import parse_datetime

from loyalty_ai.experiments.models import Variant
from loyalty_ai.experiments.selectors import variant_sql
from loyalty_ai.registry.deadlines import SERVED
from loyalty_ai.serving.models import ListKind, NeighbourKind, ReasonKind, Recommendation
from loyalty_ai.serving.rows import Candidate, Why
from loyalty_ai.shop.consent import consent_sql
from loyalty_ai.shop.wishes import forgotten_sql, muted_sql

NEIGHBOURS_READ = 12
CONTEXTS_READ = 12
BOUGHT_READ = 40
"""How much of a list a page can use; what a page never shows is not read."""

WHY = {
    ReasonKind.BECAUSE_BOUGHT: Why.BECAUSE_BOUGHT,
    ReasonKind.BOUGHT_BEFORE: Why.BOUGHT_BEFORE,
    ReasonKind.POPULAR: Why.POPULAR,
    ReasonKind.MODEL: Why.MODEL,
    ReasonKind.NEW: Why.NEW,
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What the badge says: the loyalty profile brought up to date with the orders since it was measured.

    Args:
        tier: as last measured; it changes at night.
        recent_spend: net spend of the 365 days before it was measured and since; None where it never was.
    """

    tier: str
    group: str
    orders: int
    spent: Decimal
    since: datetime | None
    recent_spend: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """The customer's part in the running experiment: its key, the variant, and how likely that variant was, in (0, 1]."""

    experiment: int
    variant: Variant
    propensity: float


@dataclass(frozen=True, slots=True)
class PageRead:
    """One read: lists of candidates by kind, and the products that they and their reasons name.

    Args:
        run: the run that the lists are of (the challenger's for who sees it), None where nothing is deployed.
        customer: the account's key, None for a stranger.
        region: where the customer lives, an ISO 3166 code; "" where that is not known.
        profiled: whether the customer allows profiling; False for a stranger.
        personal: whether personal rows are shown: to whoever is profiled, unless an experiment holds them out.
        assigned: the customer's part in an experiment, None where none runs and for whoever is not profiled.
        lists: published lists of this customer and, under POPULAR, of everyone.
        bought: products bought since the run's cutoff, latest first.
        hidden: those of the named products that the customer asked not to see.
        recent: products the customer bought, viewed or put in the cart since the cutoff, latest first.
        neighbours: kind -> product -> its (neighbour, score) pairs.
        context: external id -> key, of the context products.
        products: key -> (external id, title).
    """

    run: int | None = None
    version: int | None = None
    customer: int | None = None
    region: str = ""
    profiled: bool = False
    personal: bool = False
    assigned: Assigned | None = None
    profile: Profile | None = None
    lists: dict[ListKind, list[Candidate]] = field(default_factory=dict)
    bought: list[Candidate] = field(default_factory=list)
    hidden: frozenset[int] = frozenset()
    recent: list[int] = field(default_factory=list)
    neighbours: dict[NeighbourKind, dict[int, list[tuple[int, float]]]] = field(default_factory=dict)
    context: dict[str, int] = field(default_factory=dict)
    products: dict[int, tuple[str, str]] = field(default_factory=dict)

    def showable(self) -> set[str]:
        """External ids of the products that a row may hold, without those that only a reason names."""
        keys = {candidate.product for found in (*self.lists.values(), self.bought) for candidate in found}
        for near in self.neighbours.values():
            keys.update(item for pairs in near.values() for item, _score in pairs)
        return {self.products[key][0] for key in keys - self.hidden if key in self.products}


EMPTY = PageRead()

# Scalar subqueries, not joins, name the run: PostgreSQL then opens that run's partition and no other.
STATEMENT = """
WITH store AS (
    SELECT id FROM loyalty_ai_store WHERE slug = %(store)s
), asked AS (
    SELECT COALESCE(alias_of_id, id) AS account, region FROM loyalty_ai_customer
    WHERE store_id = (SELECT id FROM store) AND external_id = %(customer)s
), person AS (
    SELECT c.id FROM loyalty_ai_customer c
    WHERE c.id = (SELECT account FROM asked) OR c.alias_of_id = (SELECT account FROM asked)
), allowed AS MATERIALIZED (
    SELECT {consent} AS yes FROM asked
), assigned AS MATERIALIZED (
    SELECT e.id AS experiment, {variant} AS variant, e.holdout, e.challenger
    FROM loyalty_ai_experiment e JOIN loyalty_ai_customer c ON c.id = (SELECT account FROM asked)
    WHERE e.store_id = (SELECT id FROM store) AND e.started_at IS NOT NULL AND e.stopped_at IS NULL
        AND (SELECT yes FROM allowed)
), personal AS MATERIALIZED (
    SELECT yes AND NOT EXISTS (SELECT FROM assigned WHERE variant = {holdout}) AS yes FROM allowed
), live AS (
    SELECT d.run_id AS run, v.number AS version, r.cutoff
    FROM loyalty_ai_deployment d
    JOIN loyalty_ai_scoringrun r ON r.id = d.run_id
    JOIN loyalty_ai_modelversion v ON v.id = d.version_id
    WHERE d.store_id = (SELECT id FROM store) AND d.closed_at IS NULL AND {served}
        AND (d.alias = 'champion' OR d.alias = 'challenger' AND EXISTS (SELECT FROM assigned WHERE variant = {challenger}))
    ORDER BY d.alias = 'champion' LIMIT 1
), since AS MATERIALIZED (
    SELECT e.type, e.product_id, e.quantity, e.occurred_at FROM loyalty_ai_event e
    WHERE (SELECT yes FROM personal) AND e.customer_id IN (SELECT id FROM person)
        AND e.type IN (1, 2, 5, 7) AND e.product_id IS NOT NULL
        AND e.occurred_at >= COALESCE((SELECT cutoff FROM live), '-infinity')
        AND e.occurred_at >= COALESCE((
            SELECT max(f.since) FROM loyalty_ai_freshstart f WHERE f.customer_id IN (SELECT id FROM person)
        ), '-infinity')
        AND NOT {forgotten}
), bought AS (
    SELECT product_id, max(occurred_at) FILTER (WHERE type = 1) AS at FROM since WHERE type IN (1, 2)
    GROUP BY product_id HAVING sum(CASE type WHEN 1 THEN quantity ELSE -quantity END) > 0
    ORDER BY at DESC, product_id LIMIT %(bought)s
), recent AS (
    SELECT product_id, max(occurred_at) AS at FROM since WHERE type IN (1, 5, 7)
    GROUP BY product_id ORDER BY at DESC, product_id LIMIT 5
), lists AS (
    SELECT kind, items, reasons, reason_kinds FROM loyalty_ai_recommendation
    WHERE run_id = (SELECT run FROM live) AND customer_id = (SELECT account FROM asked) AND (SELECT yes FROM personal)
    UNION ALL
    SELECT kind, items, reasons, reason_kinds FROM loyalty_ai_recommendation
    WHERE run_id = (SELECT run FROM live) AND customer_id IS NULL
), context AS (
    SELECT id, external_id FROM loyalty_ai_product
    WHERE store_id = (SELECT id FROM store) AND external_id = ANY(%(products)s)
), near AS (
    SELECT kind, product_id, items[1:%(near)s] AS items, scores[1:%(near)s] AS scores FROM loyalty_ai_itemneighbours
    WHERE run_id = (SELECT run FROM live)
        AND product_id = ANY(ARRAY(SELECT id FROM context UNION SELECT product_id FROM recent))
), named AS (
    SELECT unnest(items || reasons) AS id FROM lists
    UNION SELECT unnest(items) FROM near
    UNION SELECT product_id FROM bought
    UNION SELECT product_id FROM recent
    UNION SELECT id FROM context
), muted AS MATERIALIZED (
    SELECT kind, value FROM loyalty_ai_mute WHERE customer_id IN (SELECT id FROM person)
), hidden AS (
    SELECT p.id AS product_id FROM loyalty_ai_product p
    WHERE EXISTS (SELECT FROM muted) AND p.id = ANY(ARRAY(SELECT id FROM named))
        AND EXISTS (SELECT FROM muted WHERE {muted})
), measured AS (
    SELECT p.tier, p."group", p.orders, p.monetary, p.recent_spend, p.first_order_at, p.as_of
    FROM loyalty_ai_loyaltyprofile p
    WHERE p.customer_id = (SELECT account FROM asked) AND (SELECT yes FROM allowed)
), later AS (
    SELECT count(DISTINCT e.order_id) FILTER (WHERE e.type = 1) AS orders,
        COALESCE(sum(CASE e.type WHEN 1 THEN e.value ELSE -e.value END), 0) AS value,
        min(e.occurred_at) FILTER (WHERE e.type = 1) AS first
    FROM loyalty_ai_event e
    WHERE (SELECT yes FROM allowed) AND e.customer_id IN (SELECT id FROM person) AND e.type IN (1, 2)
        AND e.occurred_at >= COALESCE((SELECT as_of FROM measured), '-infinity')
)
SELECT jsonb_build_object(
    'live', (SELECT to_jsonb(live) FROM live),
    'customer', (SELECT account FROM asked),
    'region', (SELECT region FROM asked),
    'profiled', (SELECT yes FROM allowed),
    'personal', (SELECT yes FROM personal),
    'assigned', (SELECT to_jsonb(assigned) FROM assigned),
    'profile', (SELECT to_jsonb(measured) FROM measured),
    'later', (SELECT to_jsonb(later) FROM later),
    'lists', (SELECT jsonb_agg(lists) FROM lists),
    'bought', (SELECT jsonb_agg(bought) FROM bought),
    'recent', (SELECT jsonb_agg(product_id) FROM recent),
    'hidden', (SELECT jsonb_agg(product_id) FROM hidden),
    'near', (SELECT jsonb_agg(near) FROM near),
    'context', (SELECT jsonb_object_agg(external_id, id) FROM context),
    'products', (SELECT jsonb_object_agg(p.id, jsonb_build_array(p.external_id, p.title)) FROM loyalty_ai_product p
        WHERE p.id = ANY(ARRAY(SELECT id FROM named)))
)::text
"""


def page_sql(consent: str) -> str:
    """The statement, given the SQL of whether the customer may be profiled."""
    forgotten = forgotten_sql("e", "SELECT id FROM person")
    served, muted = SERVED.format(version="d.version_id"), muted_sql("muted", "p")
    return STATEMENT.format(
        consent=consent,
        forgotten=forgotten,
        muted=muted,
        served=served,
        variant=variant_sql("e", "c.external_id"),
        holdout=Variant.HOLDOUT.value,
        challenger=Variant.CHALLENGER.value,
    )


def read_page(
    *, store: str, customer_id: str | None, products: Sequence[str] = (), seconds: float, gpc: bool = False
) -> PageRead:
    """What the live run, the consent and the event log say for one page, in one statement and one round trip.

    Args:
        store: its slug.
        customer_id: the shop's own id of the customer, None for a stranger.
        products: the shop's own ids of the products the page is about; the first 12 count.
        seconds: how long the database may take.
        gpc: whether the shopper's browser sent Global Privacy Control.

    Raises:
        DatabaseError: it failed or took longer.
    """
    parameters = {
        "store": store,
        "customer": customer_id,
        "products": list(dict.fromkeys(products))[:CONTEXTS_READ],
        "near": NEIGHBOURS_READ,
        "bought": BOUGHT_READ,
        "gpc": gpc,
    }
    statement = page_sql(consent_sql("preferences", "asked.account", store=store, gpc="%(gpc)s"))
    return parse(ask(statement, parameters, seconds=seconds))


def ask(statement: str, parameters: dict[str, Any], *, seconds: float) -> Any:
    """The JSON that a statement answers in its one row and column, as text, in one round trip and within the time.

    Inside a transaction a savepoint travels in the same round trip: a statement that fails or is cut short leaves the
    page's own transaction usable.

    Raises:
        DatabaseError: it failed or took longer.
    """
    connection = connections[router.db_for_read(Recommendation)]
    connection.ensure_connection()
    statement = connection.ops.compose_sql(statement, parameters)
    limit = f"SET LOCAL statement_timeout = {round(seconds * 1000)}"
    with connection.cursor() as cursor:
        if not connection.in_atomic_block:
            cursor.execute(f"{limit}; {statement}")
            cursor.nextset()
            return json.loads(cursor.fetchone()[0])
        try:
            # Rolling back to the savepoint after the read gives the transaction its own timeout back.
            cursor.execute(
                f"SAVEPOINT loyalty_ai_page; {limit}; {statement}; "
                "ROLLBACK TO SAVEPOINT loyalty_ai_page; RELEASE SAVEPOINT loyalty_ai_page"
            )
        except Exception:
            cursor.execute("ROLLBACK TO SAVEPOINT loyalty_ai_page; RELEASE SAVEPOINT loyalty_ai_page")
            raise
        cursor.nextset()
        cursor.nextset()
        return json.loads(cursor.fetchone()[0])


def parse(row: dict[str, Any]) -> PageRead:
    """The statement's one row as candidates."""
    lists: dict[ListKind, list[Candidate]] = {}
    for entry in row["lists"] or []:
        kind = ListKind(entry["kind"])
        lists[kind] = [
            Candidate(item, Why.POPULAR if kind == ListKind.POPULAR else WHY[ReasonKind(why)], because=reason)
            for item, reason, why in zip(entry["items"], entry["reasons"], entry["reason_kinds"], strict=True)
        ]
    neighbours: dict[NeighbourKind, dict[int, list[tuple[int, float]]]] = {}
    for entry in row["near"] or []:
        pairs = list(zip(entry["items"], entry["scores"], strict=True))
        neighbours.setdefault(NeighbourKind(entry["kind"]), {})[entry["product_id"]] = pairs
    live = row["live"] or {}
    return PageRead(
        run=live.get("run"),
        version=live.get("version"),
        customer=row["customer"],
        region=row["region"] or "",
        profiled=bool(row["profiled"]),
        personal=bool(row["personal"]),
        assigned=parse_assigned(row["assigned"]),
        profile=parse_profile(row) if row["profiled"] else None,
        lists=lists,
        bought=[
            Candidate(entry["product_id"], Why.BOUGHT_RECENTLY, at=parse_datetime(entry["at"]))
            for entry in row["bought"] or []
        ],
        hidden=frozenset(row["hidden"] or ()),
        recent=row["recent"] or [],
        neighbours=neighbours,
        context=row["context"] or {},
        products={int(key): (external_id, title) for key, (external_id, title) in (row["products"] or {}).items()},
    )


def parse_assigned(row: dict[str, Any] | None) -> Assigned | None:
    if row is None:
        return None
    variant, shares = Variant(row["variant"]), {Variant.HOLDOUT: row["holdout"], Variant.CHALLENGER: row["challenger"]}
    percent = shares.get(variant, 100 - sum(shares.values()))
    return Assigned(row["experiment"], variant, percent / 100)


def parse_profile(row: dict[str, Any]) -> Profile | None:
    """The measured profile and what came later, as one; None for a customer who never ordered."""
    measured, later = row["profile"] or {}, row["later"]
    orders = measured.get("orders", 0) + later["orders"]
    if not orders:
        return None
    since, recent = measured.get("first_order_at") or later["first"], measured.get("recent_spend")
    since_then = Decimal(str(later["value"]))
    return Profile(
        tier=measured.get("tier", "member"),
        group=measured.get("group", "NEW"),
        orders=orders,
        spent=Decimal(str(measured.get("monetary", 0))) + since_then,
        since=parse_datetime(since) if since else None,
        recent_spend=None if recent is None else Decimal(str(recent)) + since_then,
    )
