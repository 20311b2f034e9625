"""Products, found by the words of a question.

A search asks how rare the question's words are, then finds and ranks with one statement over the GIN index of the tokens. The
vectors of the products were stored beforehand by a worker; that of a need is made here (`loyalty_ai.assistant.encoder`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.db import connection

from loyalty_ai.assistant import encoder
from loyalty_ai.assistant.indexing import ALL, category_levels
from loyalty_ai.assistant.wanted import CATEGORY, MISSPELT, Unit, products, units_of
from loyalty_ai.assistant.weighing import COMMON, RAREST, SIDE_BY_SIDE, Spelling, spelt, weighed
from loyalty_ai.conf import app_settings
from loyalty_ai.registry.deadlines import SERVED
from loyalty_ai.serving.models import Alias, ListKind
from loyalty_ai.shop.copying import fetch
from loyalty_ai.shop.models import Product

TOGETHER, ALONE, SIFTED = 150, 250, 4
"""Passages taken from the index for units together and for one alone, and how many are looked at for one that is taken, as price
and stock may speak against it: what bounds the work on any catalogue."""

FEW = 600
"""Passages that may all be ranked: where no more have any of the rarest units, one condition finds them."""

BEST, RANK = 60, 60
"""Hits that are fused, and the constant of reciprocal rank fusion; https://doi.org/10.1145/1571941.1572114."""

PRODUCT_COLUMNS = "s.id, s.product_id, s.vector, s.tokens, p.external_id, p.title, p.category, p.price"

NEIGHBOURS, NEIGHBOUR_POOL, NEIGHBOUR_WEIGHT = 20, 500, 0.02
"""Neighbours that are fused, of how many of the same shelf they are the nearest, and what their rank weighs: it parts equal hits
and adds some behind them, but puts nothing before what carries more of the question."""

SEEDS, SEED_SCORE = 3, 0.5
"""Best hits whose neighbours are looked for, and the least score of one."""

MOST_COMPARED = 20_000
"""Products of a shop whose vectors are all compared with that of a need: some 30 milliseconds. In larger shops words find first."""


@dataclass(frozen=True, slots=True)
class ProductHit:
    """A product that was found; `price` is the mirror's, `score` 0 to 1 the share of the question's weight that it carries,
    `likeness` -1 to 1 the cosine of its meaning and that of `like`, where both have one."""

    product_id: str
    title: str
    category: str
    price: Decimal | None
    score: float
    likeness: float | None = None


class Catalogue:
    """The products of a store, for the searches of one answer.

    Args:
        store: its slug.
    """

    def __init__(self, store: str) -> None:
        self.store = store
        self.scope = products(app_settings.store(store).language)
        self._known: dict[str, tuple[list[Unit], float, int]] = {}

    def search(
        self,
        words: str,
        *,
        limit: int = 8,
        min_price: Decimal | None = None,
        max_price: Decimal | None = None,
        category: str = "",
        available: bool = True,
        near: Sequence[str] = (),
        like: str = "",
    ) -> list[ProductHit]:
        """Products that the words name, best first.

        Args:
            words: a question or words of one, in English or Chinese.
            min_price, max_price: bounds of the mirror's price, both included.
            category: a level of the catalogue ("Mugs & Cups", "Kitchen & Dining / Mugs & Cups") that the products are in.
            available: whether sold out products are left out.
            near: the shop's ids of products to which others shall be alike; without words these alone say what is wanted.
            like: an English text; of what the words find, what is most like it in meaning comes first.

        Returns:
            Hits with a score of 0 to 1: the share of the words' weight that the product carries, where rare words weigh most.
            Products alike the best hits come behind those, with what they carry themselves. Without words the score is how alike
            they are, or 1 where a category alone was asked for.
        """
        units, mass, shop = self._weighed(words)
        if not units and not near and not category:
            return []
        query = _Query({"store": shop, "popular": ListKind.POPULAR, "champion": Alias.CHAMPION, "near": list(near)})
        inside, where = "s.store_id = %(store)s", query.sold(min_price, max_price, available=available)
        if category:
            inside += f" AND s.tokens @> {query.add([CATEGORY + category_levels(category)[-1]])}::varchar[]"
        join = "JOIN loyalty_ai_product p ON p.id = s.product_id"
        source = f"loyalty_ai_passage s {join}"
        alone = "1.0" if not near else "NULL::numeric"
        score = query.score(units, mass) if units else alone
        meant = query.likeness(like)
        found = f"SELECT {PRODUCT_COLUMNS} FROM {source} WHERE"  # noqa: S608
        pool = query.pool(units, PRODUCT_COLUMNS, join, inside, where) if units or not near else f"{found} false"
        sql = f"""
            WITH scored AS MATERIALIZED (
                SELECT *, {score} AS score, {query.bonus(units)} AS bonus FROM (SELECT DISTINCT ON (id) * FROM ({pool}) each) s
            ),
            popular AS MATERIALIZED (
                SELECT items FROM loyalty_ai_recommendation r JOIN loyalty_ai_deployment d ON d.run_id = r.run_id
                WHERE d.store_id = %(store)s AND d.alias = %(champion)s AND d.closed_at IS NULL
                AND {SERVED.format(version="d.version_id")}
                AND r.kind = %(popular)s AND r.customer_id IS NULL LIMIT 1
            ), best AS MATERIALIZED (
                SELECT *, rank() OVER (ORDER BY score + bonus DESC) AS standing, row_number() OVER (ORDER BY score + bonus DESC,
                    array_position((SELECT items FROM popular), product_id) NULLS LAST, length(title), id) AS place
                FROM scored WHERE score > 0 ORDER BY place LIMIT {BEST}
            ), seeds AS MATERIALIZED (
                SELECT id, vector, tokens FROM best
                WHERE place <= {SEEDS} AND score >= {SEED_SCORE} AND cardinality(%(near)s::text[]) = 0
                UNION ALL
                SELECT s.id, s.vector, s.tokens FROM {source}
                WHERE s.store_id = %(store)s AND p.external_id = ANY(%(near)s::text[])
            ), {_neighbours(join, inside, where)}
            SELECT external_id, title, category, price, score::float8, {meant} AS likeness FROM (
                SELECT best.*, near.place AS near FROM best LEFT JOIN near ON near.id = best.id
                UNION ALL
                SELECT s.*, COALESCE({score}, GREATEST(0, 1 - distance)), 0, NULL, NULL, place
                FROM near JOIN LATERAL ({found} s.id = near.id) s ON true WHERE near.id NOT IN (SELECT id FROM best)
            ) s WHERE NOT external_id = ANY(%(near)s::text[])
            ORDER BY likeness DESC NULLS LAST,
                COALESCE(1.0 / ({RANK} + standing), 0) + COALESCE({NEIGHBOUR_WEIGHT} / ({RANK} + near), 0) DESC, place, id
            LIMIT {query.add(limit)}
        """  # noqa: S608 (constants of this module, and placeholders)
        return [ProductHit(*row) for row in query.rows(sql)]

    def alike(
        self,
        like: str,
        *,
        limit: int = 8,
        min_price: Decimal | None = None,
        max_price: Decimal | None = None,
        available: bool = True,
    ) -> list[ProductHit]:
        """Products whose meaning is most like an English text, whatever words they have, with a score of 0; none in a shop of
        more than `MOST_COMPARED`. See `search` for the arguments."""
        if not encoder.vector(like):
            return []
        query = _Query({"slug": self.store})
        where = query.sold(min_price, max_price, available=available)
        sql = f"""
            SELECT external_id, title, category, price, 0.0::float8, likeness FROM (
                SELECT s.id, p.external_id, p.title, p.category, p.price, {query.likeness(like)} AS likeness
                FROM loyalty_ai_passage s JOIN loyalty_ai_product p ON p.id = s.product_id
                JOIN loyalty_ai_store w ON w.id = s.store_id JOIN loyalty_ai_term t ON t.store_id = w.id AND t.token = '{ALL}'
                WHERE w.slug = %(slug)s AND t.passages <= {MOST_COMPARED} AND {where}
            ) each WHERE likeness IS NOT NULL ORDER BY likeness DESC, id LIMIT {query.add(limit)}
        """  # noqa: S608 (constants of this module, and placeholders)
        return [ProductHit(*row) for row in query.rows(sql)]

    def priced(
        self, *, dearest: bool, limit: int = 8, min_price: Decimal | None = None, max_price: Decimal | None = None
    ) -> list[ProductHit]:
        """The cheapest or the dearest products of the whole shop that can be bought, by the mirror's price."""
        found = Product.objects.filter(store__slug=self.store, available=True, withdrawn_at=None, price__isnull=False)
        bounds = {"price__gte": min_price, "price__lte": max_price}
        found = found.filter(**{bound: price for bound, price in bounds.items() if price is not None})
        rows = found.order_by("-price" if dearest else "price", "id")[:limit]
        return [ProductHit(row.external_id, row.title, row.category, row.price, 1.0) for row in rows]

    def spelling(self, words: str) -> Spelling:
        """How the words of a question were read that no product has as they stand."""
        return spelt(words, self._weighed(words)[0], self.scope)

    def _weighed(self, words: str) -> tuple[list[Unit], float, int]:
        """The units that count, weighed; the sum of their weights; the store's key."""
        if words in self._known:
            return self._known[words]
        units = units_of(words, self.scope)
        asked = {token for unit in units for token in (*unit.found_by, *unit.pieces)}
        rows = fetch(
            """
            SELECT w.id, t.token, t.passages FROM loyalty_ai_store w
            LEFT JOIN loyalty_ai_term t ON t.store_id = w.id AND t.token = ANY(%s) WHERE w.slug = %s
            """,
            [ALL, *asked],
            self.store,
        )
        shop = rows[0][0] if rows else 0
        counts = {token: passages for _, token, passages in rows if token is not None}

        def beginning(start: str) -> list[tuple[str, int]]:
            return fetch(
                "SELECT token, passages FROM loyalty_ai_term WHERE store_id = %s AND token >= %s AND token < %s AND token LIKE %s",
                shop,
                start,
                start[:-1] + chr(ord(start[-1]) + 1),
                start + "%",
            )

        found = weighed(units, self.scope, counts=counts, size=counts.get(ALL, 0), beginning=beginning)
        self._known[words] = *found, shop
        return self._known[words]


def _neighbours(join: str, inside: str, where: str) -> str:
    """The common table expressions that end in `near` (id, distance, place): what of the seeds' shelves is nearest to them."""
    return f"""
        seed AS MATERIALIZED (
            SELECT avg(vector) AS vector, max(vector_dims(vector)) AS width, array_agg(
                (SELECT token FROM unnest(tokens) WITH ORDINALITY AS each (token, at)
                WHERE token LIKE '{CATEGORY}%%' ORDER BY at DESC LIMIT 1)) AS shelves
            FROM seeds WHERE vector_dims(vector) = (SELECT vector_dims(vector) FROM seeds WHERE vector IS NOT NULL LIMIT 1)
        ), shelf AS MATERIALIZED (
            SELECT s.id, s.vector FROM (
                SELECT * FROM loyalty_ai_passage s WHERE s.tokens && (SELECT shelves FROM seed) AND {inside}
                AND s.vector IS NOT NULL LIMIT {NEIGHBOUR_POOL}
            ) s {join} WHERE {where}
        ), near AS MATERIALIZED (
            SELECT *, row_number() OVER (ORDER BY distance, id) AS place FROM (
                SELECT shelf.id, CASE WHEN vector_dims(shelf.vector) = seed.width THEN shelf.vector <=> seed.vector END AS distance
                FROM shelf, seed
            ) each WHERE distance IS NOT NULL ORDER BY place LIMIT {NEIGHBOURS}
        )
    """  # noqa: S608


class _Query:
    """A statement's parameters, and the parts of it that depend on the units."""

    def __init__(self, params: dict[str, Any]) -> None:
        self.params = params

    def add(self, value: Any) -> str:
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, self.params)
            return cursor.fetchall()

    def sold(self, least: Decimal | None, most: Decimal | None, *, available: bool) -> str:
        """SQL of whether a product `p` is sold, within a price and, where that is asked, can be bought now."""
        conditions = ["p.withdrawn_at IS NULL", *(["p.available"] if available else [])]
        conditions += [f"p.price >= {self.add(least)}"] if least is not None else []
        conditions += [f"p.price <= {self.add(most)}"] if most is not None else []
        return " AND ".join(conditions)

    def array(self, tokens: Sequence[str]) -> str:
        return f"{self.add(list(tokens))}::varchar[]"

    def likeness(self, like: str) -> str:
        """SQL of the cosine of a passage `s` and a text, NULL where either has no vector or it is another encoder's."""
        meant = encoder.vector(like) if like else ()
        if not meant:
            return "NULL::float8"
        vector = f"{self.add(str(list(meant)))}::vector"
        return f"CASE WHEN vector_dims(s.vector) = {len(meant)} THEN 1 - (s.vector <=> {vector}) END"

    def score(self, units: list[Unit], mass: float) -> str:
        """SQL of the share of the mass that a passage `s` carries."""
        earned = " + ".join(f"{self._earned(unit)} * {unit.weight / mass:.9f}" for unit in units if not unit.bonus)
        return f"round(({earned})::numeric, 3)"

    def bonus(self, units: list[Unit]) -> str:
        """SQL of a little more for neighbouring words that a passage `s` has side by side."""
        pairs = [f"(s.tokens && {self.array(list(unit.found_by))})::int" for unit in units if unit.bonus]
        return f"({SIDE_BY_SIDE} * ({' + '.join(pairs)}))" if pairs else "0"

    def _earned(self, unit: Unit) -> str:
        if unit.found_by:
            cases = (f"WHEN s.tokens && {self.array(held)} THEN {earns}" for earns, held in unit.levels().items())
            return f"CASE {' '.join(cases)} ELSE 0 END"
        if unit.pieces:
            share = f"(SELECT avg((piece = ANY(s.tokens))::int) FROM unnest({self.array(unit.pieces)}) piece)"  # noqa: S608
            most = f"CASE WHEN share >= 0.5 THEN share * {MISSPELT} ELSE 0 END"
            return f"(SELECT {most} FROM (SELECT {share} AS share) each)"  # noqa: S608
        return "0"

    def found(self, unit: Unit) -> str:
        """SQL of whether a passage `s` may have the unit, for the index."""
        if unit.found_by:
            return f"s.tokens && {self.array(list(unit.found_by))}"
        middle = len(unit.pieces) // 2
        pairs = {tuple(unit.pieces[:2]), tuple(unit.pieces[middle - 1 : middle + 1]), tuple(unit.pieces[-2:])}
        return f"({' OR '.join(f's.tokens @> {self.array(pair)}' for pair in sorted(pairs))})"

    def pool(self, units: list[Unit], columns: str, join: str, inside: str, where: str) -> str:
        """SQL of the passages worth ranking: what all units find together, two of the rarest, each of these alone.

        Args:
            columns, join: what is read of a passage `s`, and of what it belongs to.
            inside: conditions of the passage.
            where: conditions of what it belongs to; so many passages are looked at for each that is taken, whatever they sift.
        """

        def taken(parts: Sequence[str], limit: int) -> str:
            # Limited before it is joined: else the planner walks all products in order, hoping to meet enough on its way. Said
            # twice, a condition looks rarer to it than it is: else it walks the passages so for common words.
            conditions = " AND ".join([*parts, *parts, inside])
            passages = f"SELECT * FROM loyalty_ai_passage s WHERE {conditions} LIMIT {SIFTED * limit}"  # noqa: S608
            return f"(SELECT {columns} FROM ({passages}) s {join} WHERE {where} LIMIT {limit})"  # noqa: S608

        finding = sorted(
            (unit for unit in units if (unit.found_by or unit.pieces) and not unit.bonus), key=lambda unit: -unit.weight
        )
        finding = [unit for unit in finding if unit.share <= COMMON] or finding[:1]
        if not finding:
            return taken(["false"] if units else [], ALONE)
        rarest = finding[:RAREST]
        if all(unit.found_by for unit in rarest) and sum(unit.holders for unit in rarest) <= FEW:
            return taken([f"s.tokens && {self.array([token for unit in rarest for token in unit.found_by])}"], FEW)
        parts = [self.found(unit) for unit in finding]
        pools = [taken(parts, TOGETHER)] if len(parts) > 1 else []
        if len(parts) > 2:
            pools += [taken(pair, TOGETHER) for pair in combinations(parts[:RAREST], 2)]
        for unit, part in zip(rarest, parts, strict=False):
            levels = list(unit.levels().values())
            if len(levels) > 1:
                pools.append(taken([f"s.tokens && {self.array(levels[0])}"], ALONE))
            pools.append(taken([part], ALONE))
        return " UNION ALL ".join(pools)
