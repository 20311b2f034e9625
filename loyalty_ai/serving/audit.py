"""Is a run fit to be shown? Asked in SQL before anybody can see it; every finding is a sentence."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from loyalty_ai.serving.models import Alias, Deployment, ListKind, ScoringRun
from loyalty_ai.serving.reasons import finding
from loyalty_ai.shop.consent import consent_sql
from loyalty_ai.shop.models import Purpose

OVERLAP_BAND = (0.1, 1.0)
"""Mean share of a customer's top ten that the live run shows too; below the band something broke, not learned."""

COMPARED_CUSTOMERS = 50
"""Fewer customers than this in both runs say nothing about the overlap."""

LISTS = """
    SELECT r.id, r.customer_id AS whom, r.items, r.scores,
        cardinality(r.reasons) AS reasons, cardinality(r.reason_kinds) AS kinds
    FROM loyalty_ai_recommendation r WHERE r.run_id = %(run)s
    UNION ALL
    SELECT n.id, n.product_id, n.items, n.scores, cardinality(n.items), cardinality(n.items)
    FROM loyalty_ai_itemneighbours n WHERE n.run_id = %(run)s
"""

CHECKS = {
    "missing": """
        SELECT c.id FROM loyalty_ai_customer c
        WHERE c.store_id = %(store)s AND c.alias_of_id IS NULL AND c.created_at < %(opened)s AND {allowed}
            AND NOT EXISTS (SELECT FROM loyalty_ai_prediction p WHERE p.run_id = %(run)s AND p.customer_id = c.id)
            AND NOT EXISTS (
                SELECT FROM loyalty_ai_consentrecord k JOIN loyalty_ai_customer m ON m.id = k.customer_id
                WHERE (m.id = c.id OR m.alias_of_id = c.id) AND k.recorded_at >= %(opened)s)
    """,
    "uninvited": """
        SELECT c.id FROM loyalty_ai_customer c
        WHERE (c.store_id <> %(store)s OR c.alias_of_id IS NOT NULL OR NOT {allowed}) AND c.id IN (
            SELECT customer_id FROM loyalty_ai_prediction WHERE run_id = %(run)s
            UNION SELECT customer_id FROM loyalty_ai_recommendation WHERE run_id = %(run)s)
    """,
    "without_list": """
        SELECT p.customer_id FROM loyalty_ai_prediction p
        WHERE p.run_id = %(run)s AND NOT EXISTS (
            SELECT FROM loyalty_ai_recommendation r
            WHERE r.run_id = %(run)s AND r.customer_id = p.customer_id AND r.kind = %(recommended)s)
    """,
    "prediction": """
        SELECT p.customer_id FROM loyalty_ai_prediction p
        WHERE p.run_id = %(run)s AND (
            p.purchase_probability NOT BETWEEN 0 AND 1 OR p.churn_probability NOT BETWEEN 0 AND 1
            OR p.expected_orders < 0 OR p.expected_orders >= 'Infinity'
            OR p.predicted_clv < 0 OR p.predicted_clv >= 'Infinity' OR p.predicted_clv_high >= 'Infinity'
            OR p.predicted_clv_low < 0 OR p.predicted_clv_low > p.predicted_clv_high
            OR p.average_days_between_orders < 0 OR p.average_days_between_orders >= 'Infinity')
    """,
    "lengths": """
        SELECT whom FROM ({lists}) l
        WHERE cardinality(items) = 0 OR array_position(items, NULL) IS NOT NULL
            OR NOT cardinality(items) = ALL (ARRAY[cardinality(scores), reasons, kinds])
    """,
    "scores": """
        SELECT whom FROM ({lists}) l WHERE EXISTS (
            SELECT FROM unnest(scores) s WHERE s IS NULL OR s IN ('NaN', 'Infinity', '-Infinity'))
    """,
    "order": """
        SELECT whom FROM ({lists}) l WHERE scores <> ARRAY(SELECT s FROM unnest(scores) s ORDER BY s DESC)
    """,
    "repeated": """
        SELECT whom FROM ({lists}) l WHERE cardinality(items) <> (SELECT count(DISTINCT i) FROM unnest(items) i)
    """,
    "unsellable": """
        SELECT item FROM (SELECT DISTINCT unnest(items) AS item FROM ({lists}) l) listed
        WHERE NOT EXISTS (
            SELECT FROM loyalty_ai_product p
            WHERE p.id = item AND p.store_id = %(store)s AND p.available AND p.withdrawn_at IS NULL)
    """,
    "own_neighbour": """
        SELECT product_id FROM loyalty_ai_itemneighbours n WHERE n.run_id = %(run)s AND product_id = ANY(items)
    """,
}
"""What is wrong where a query returns a row; each returns the keys of the customers or products concerned."""

OVERLAP = """
    SELECT count(*), avg(shared) FROM (
        SELECT (SELECT count(*) FROM unnest(a.items[1:10]) i WHERE i = ANY(b.items[1:10]))::float8
            / LEAST(10, cardinality(a.items), cardinality(b.items)) AS shared
        FROM loyalty_ai_recommendation a
        JOIN loyalty_ai_recommendation b ON b.customer_id = a.customer_id
        WHERE a.run_id = %(run)s AND b.run_id = %(live)s AND a.kind = %(recommended)s AND b.kind = %(recommended)s
    ) compared
"""


def audit_run(*, run: ScoringRun, reasons: dict[str, Any] | None = None) -> dict[str, Any]:
    """Check a run's rows; nothing is written.

    Args:
        reasons: what `audit_reasons` found in the run, if it was asked.

    Returns:
        `passed` (the rows are sound), `findings` (sentences: what is not sound, and reasons that are not true, which the gate
        holds against a promotion but which do not stop a run of a version that is live), `counts` (check -> rows concerned),
        `overlap` with the live run (`mean` in [0, 1] over `customers` in both, None where nothing is live), and `reasons` as
        given.
    """
    values = {
        "run": run.pk,
        "store": run.store_id,
        "opened": run.created_at,
        "recommended": ListKind.RECOMMENDED.value,
    }
    allowed = consent_sql(Purpose.PREFERENCES, "c.id", store=run.store.slug)
    counts, findings = {}, []
    with connection.cursor() as cursor:
        for name, query in CHECKS.items():
            rows = query.format(allowed=allowed, lists=LISTS)
            cursor.execute(f"SELECT count(*), min(found.key) FROM ({rows}) found(key)", values)  # noqa: S608 (CHECKS)
            counts[name], example = cursor.fetchone()
            if counts[name]:
                findings.append(_sentence(name, counts[name], example))
        cursor.execute(
            "SELECT count(*) FROM loyalty_ai_recommendation WHERE run_id = %s AND kind = %s AND customer_id IS NULL",
            [run.pk, ListKind.POPULAR.value],
        )
        if cursor.fetchone() != (1,):
            findings.append(_("There is no list of popular products for everyone."))
    overlap = _overlap(run, values)
    low, high = OVERLAP_BAND
    if overlap and overlap["customers"] >= COMPARED_CUSTOMERS and not low <= overlap["mean"] <= high:
        findings.append(
            _("The lists share %(mean).0f %% with the live run; between %(low).0f %% and %(high).0f %% is expected.")
            % {"mean": 100 * overlap["mean"], "low": 100 * low, "high": 100 * high}
        )
    passed = not findings
    if reasons and (untrue := finding(reasons)):
        findings.append(untrue)
    return {"passed": passed, "findings": findings, "counts": counts, "overlap": overlap, "reasons": reasons}


def _overlap(run: ScoringRun, values: dict[str, Any]) -> dict[str, Any] | None:
    live = Deployment.objects.filter(store=run.store_id, alias=Alias.CHAMPION, closed_at__isnull=True).exclude(run=run)
    live_run = live.values_list("run_id", flat=True).first()
    if live_run is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(OVERLAP, values | {"live": live_run})
        customers, mean = cursor.fetchone()
    return {"run": live_run, "customers": customers, "mean": mean, "band": list(OVERLAP_BAND)} if customers else None


def _sentence(name: str, count: int, example: int) -> str:
    sentences = {
        "missing": _("%(count)d customers were not scored, such as %(example)d."),
        "uninvited": _("%(count)d customers who may not be profiled were scored, such as %(example)d."),
        "without_list": _("%(count)d customers have no list of recommendations, such as %(example)d."),
        "prediction": _("%(count)d customers have an impossible prediction, such as %(example)d."),
        "lengths": _("%(count)d lists are empty or their columns differ in length, such as that of %(example)d."),
        "scores": _("%(count)d lists hold a score that is no number, such as that of %(example)d."),
        "order": _("%(count)d lists are not sorted by score, such as that of %(example)d."),
        "repeated": _("%(count)d lists name a product twice, such as that of %(example)d."),
        "unsellable": _("%(count)d listed products cannot be bought, such as %(example)d."),
        "own_neighbour": _("%(count)d products are their own neighbour, such as %(example)d."),
    }
    return sentences[name] % {"count": count, "example": example}
