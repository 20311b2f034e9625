"""Whom an action takes, in SQL: the same rule for tonight's decisions, for the preview and for what is shown."""

from __future__ import annotations

from loyalty_ai.experiments.assignment import share_sql
from loyalty_ai.experiments.models import Variant
from loyalty_ai.experiments.selectors import variant_sql
from loyalty_ai.registry.deadlines import SERVED
from loyalty_ai.shop.consent import consent_sql
from loyalty_ai.shop.models import Purpose

ASKED = (Purpose.PREFERENCES, Purpose.MARKETING)
"""What somebody allows whom an action takes: it chooses by profile, and it is advertising."""


def reachable_sql(customer: str, *, store: str, gpc: str = "FALSE") -> str:
    """Whether actions may reach a customer at this moment; `customer` is the alias of their row.

    They allow profiling and marketing, and no experiment holds them out of what is personal.
    """
    consents = " AND ".join(consent_sql(purpose, f"{customer}.id", store=store, gpc=gpc) for purpose in ASKED)
    return f"""({consents} AND NOT EXISTS (
        SELECT FROM loyalty_ai_experiment reach_e
        WHERE reach_e.store_id = {customer}.store_id AND reach_e.started_at IS NOT NULL AND reach_e.stopped_at IS NULL
            AND ({variant_sql("reach_e", f"{customer}.external_id")}) = {Variant.HOLDOUT.value}
    ))"""


def audience_sql(*, store: str) -> str:
    """FROM and WHERE of the pairs of action `a` and account `c` that match now, with profile `p` and former rounds `past`.

    Parameters: `store` (key) and `now` (the shop's time). A profile that rests on what was before a fresh start is not used.
    """
    person = "(SELECT m.id FROM loyalty_ai_customer m WHERE m.id = c.id OR m.alias_of_id = c.id)"
    return f"""
        FROM loyalty_ai_action a
        JOIN loyalty_ai_customer c ON c.store_id = a.store_id AND c.alias_of_id IS NULL
        LEFT JOIN loyalty_ai_loyaltyprofile p ON p.customer_id = c.id
        LEFT JOIN loyalty_ai_prediction q ON q.customer_id = c.id AND q.run_id = (
            SELECT d.run_id FROM loyalty_ai_deployment d
            WHERE d.store_id = %(store)s AND d.alias = 'champion' AND d.closed_at IS NULL
                AND {SERVED.format(version="d.version_id")}
        )
        LEFT JOIN LATERAL (
            SELECT max(o.round) AS round, max(o.decided_at) AS decided_at FROM loyalty_ai_actionoutcome o
            WHERE o.action_id = a.id AND o.customer_id = c.id
        ) past ON TRUE
        WHERE a.store_id = %(store)s
            AND (cardinality(a.groups) = 0 OR p."group" = ANY(a.groups))
            AND (a.churn_at_least IS NULL OR q.churn_probability >= a.churn_at_least)
            AND (a.purchase_at_most IS NULL OR q.purchase_probability <= a.purchase_at_most)
            AND (a.clv_at_least IS NULL OR q.predicted_clv >= a.clv_at_least)
            AND (a.days_since_order IS NULL OR (
                p.last_order_at < %(now)s - make_interval(days => a.days_since_order)
                AND NOT EXISTS (
                    SELECT FROM loyalty_ai_event e WHERE e.customer_id IN {person} AND e.type = 1
                        AND e.occurred_at >= %(now)s - make_interval(days => a.days_since_order)
                )
            ))
            AND (past.decided_at IS NULL OR past.decided_at < %(now)s - make_interval(days => a.again_after_days))
            AND NOT EXISTS (
                SELECT FROM loyalty_ai_freshstart f
                WHERE f.customer_id IN {person} AND f.since > COALESCE(p.first_order_at, f.since)
            )
            AND {reachable_sql("c", store=store)}
    """  # noqa: S608 (constants and columns)


TREATED = f"100 * {share_sql('a.salt', 'c.external_id')} >= a.holdout"
"""Whether a customer taken gets it, or is held out: fixed for each customer and action, and known to nobody outside."""
