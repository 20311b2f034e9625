"""What a page showed, written down once its response has been sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connections, router

from loyalty_ai.experiments.models import Exposure, Variant
from loyalty_ai.experiments.selectors import exposed_sql


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of products of a page; the fields are those of `Exposure`, keys for rows."""

    list: str
    number: int
    items: Sequence[int]
    whys: Sequence[str]
    run: int | None = None
    experiment: int | None = None
    variant: Variant = Variant.CHAMPION
    propensity: float = 1.0


# Locked, the customer can neither be erased nor refuse while the rows are written; somebody else's lock is not waited for.
INSERT = """
WITH person AS (
    SELECT c.id, c.store_id FROM loyalty_ai_customer c WHERE c.id = %(customer)s AND {allowed}
    FOR KEY SHARE OF c SKIP LOCKED
)
INSERT INTO loyalty_ai_exposure
    (store_id, customer_id, experiment_id, variant, run_id, list, number, items, whys, propensity, shown_at)
SELECT p.store_id, p.id, s.experiment, s.variant, s.run, s.list, s.number, s.items, s.whys, s.propensity, %(at)s
FROM person p, jsonb_to_recordset(%(shown)s::jsonb) AS s
    (experiment bigint, variant smallint, run bigint, list text, number smallint, items int[], whys text[], propensity float8)
"""


def record_exposures(*, store: str, customer: int, shown: Sequence[Shown], at: datetime, gpc: bool = False) -> int:
    """Write down what one customer was shown, in one statement; how many rows were written, none for whoever refuses by now.

    Args:
        store: its slug.
        at: the shop's time.
        gpc: whether the shopper's browser sent Global Privacy Control.

    Raises:
        DatabaseError: nothing was written.
    """
    allowed = exposed_sql("c.id", store=store, gpc="%(gpc)s")
    rows = json.dumps([asdict(row) for row in shown])
    with connections[router.db_for_write(Exposure)].cursor() as cursor:
        cursor.execute(INSERT.format(allowed=allowed), {"customer": customer, "shown": rows, "at": at, "gpc": gpc})
        return cursor.rowcount
