"""Loyalty as SQL: the log is read once, and every account is measured at the end of each month and now.

What counts, in every number of this app:

- Only events before the moment, and only those of the account: guests merged into it count as it. Days are calendar days in
  the store's time zone.
- An order is all purchases with one order number; purchases of a customer without a number are one order a moment.
- An order of which everything was paid back by then is none: it counts neither as an order nor for recency, while its money
  stands in both gross and refunds. A customer with only such orders is a prospect. The log decides, not `Order.status`, which
  does not say when.
- A refund whose order is not known takes from the customer's net spend and from no order; net spend can be below zero.
- Scores are quintiles among those with orders, and ties share one: frequency and monetary are 1 plus the fifths of customers
  who have strictly less; recency is 5 minus the fifths who ordered on a strictly later day. So the first customer of a shop is
  new, not dormant, and one order is always the lowest frequency.
- Profiling rests on consent to `preferences`: without it there is no profile and no history.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from loyalty_ai.loyalty.models import RFMGroup, Tier
from loyalty_ai.loyalty.rfm import GRID, TIERS
from loyalty_ai.shop.consent import consent_sql
from loyalty_ai.shop.models import EventType, Store

TIER_DAYS = 365

# `lines` reads the log: an event first counts at the moment whose number is its bucket plus one, so that all moments together
# cost one read. Orders that never changed after they were placed are summed up before they meet the moments; only the
# others are judged moment by moment.
MEASURE = """
CREATE TEMPORARY TABLE loyalty_measured ON COMMIT DROP AS
WITH account AS MATERIALIZED (
    SELECT id FROM loyalty_ai_customer WHERE store_id = %(store)s AND alias_of_id IS NULL AND {consent}
), lines AS MATERIALIZED (
    SELECT customer_id, order_id,
        CASE WHEN order_id IS NULL AND type = {purchase} THEN occurred_at END AS loose,
        width_bucket(occurred_at, %(moments)s::timestamptz[]) AS bucket,
        min(occurred_at) FILTER (WHERE type = {purchase}) AS placed_at,
        sum(value) FILTER (WHERE type = {purchase}) AS bought,
        sum(value) FILTER (WHERE type = {refund}) AS refunded,
        sum(CASE type WHEN {purchase} THEN quantity ELSE -quantity END) AS units,
        sum(CASE type WHEN {purchase} THEN value ELSE -value END) FILTER (WHERE occurred_at >= %(tier_from)s) AS lately
    FROM loyalty_ai_event
    WHERE store_id = %(store)s AND customer_id IS NOT NULL AND type IN ({purchase}, {refund}) AND occurred_at < %(as_of)s
    GROUP BY 1, 2, 3, 4
), moment AS (
    SELECT number, until, (until AT TIME ZONE %(zone)s)::date AS today
    FROM unnest(%(moments)s::timestamptz[]) WITH ORDINALITY AS given (until, number)
), owned AS (
    SELECT account.id AS account, lines.*,
        refunded IS NULL AND count(*) OVER (PARTITION BY account.id, order_id, loose) = 1 AS whole
    FROM lines
    JOIN loyalty_ai_customer c ON c.id = lines.customer_id
    JOIN account ON account.id = COALESCE(c.alias_of_id, c.id)
), whole_orders AS (
    SELECT account, bucket, count(*) AS orders, min(placed_at) AS first_order_at, max(placed_at) AS last_order_at,
        sum(bought) AS bought, 0 AS refunded, sum(units) AS units, sum(lately) AS lately
    FROM owned WHERE whole GROUP BY account, bucket
), changed_orders AS (
    SELECT number, account, min(placed_at) AS placed_at, COALESCE(sum(bought), 0) AS bought,
        COALESCE(sum(refunded), 0) AS refunded, sum(units) AS units, sum(lately) AS lately,
        min(placed_at) IS NOT NULL AND COALESCE(sum(refunded) < sum(bought), true) AS counts
    FROM owned JOIN moment ON number > bucket WHERE NOT whole
    GROUP BY number, account, order_id, loose
), parts AS (
    SELECT number, account, orders, first_order_at, last_order_at, bought, refunded, units, lately
    FROM whole_orders JOIN moment ON number > bucket
    UNION ALL
    SELECT number, account, counts::int, CASE WHEN counts THEN placed_at END, CASE WHEN counts THEN placed_at END,
        bought, refunded, units, lately
    FROM changed_orders
), sums AS (
    SELECT number, account, sum(orders)::int AS orders,
        min(first_order_at) AS first_order_at, max(last_order_at) AS last_order_at,
        GREATEST(sum(units), 0) AS units, round(sum(bought), 2) AS gross, round(sum(refunded), 2) AS refunds,
        round(sum(bought), 2) - round(sum(refunded), 2) AS monetary, COALESCE(sum(lately), 0) AS lately
    FROM parts GROUP BY number, account
), days AS (
    SELECT sums.*, today - (last_order_at AT TIME ZONE %(zone)s)::date AS recency_days,
        today - (first_order_at AT TIME ZONE %(zone)s)::date AS tenure_days
    FROM sums JOIN moment USING (number)
), scored AS (
    SELECT number, account,
        5 - (rank() OVER (everyone ORDER BY recency_days) - 1) * 5 / count(*) OVER everyone AS recency_score,
        1 + (rank() OVER (everyone ORDER BY orders) - 1) * 5 / count(*) OVER everyone AS frequency_score,
        1 + (rank() OVER (everyone ORDER BY monetary) - 1) * 5 / count(*) OVER everyone AS monetary_score
    FROM days WHERE orders > 0 WINDOW everyone AS (PARTITION BY number)
)
SELECT days.*, recency_score, frequency_score, monetary_score, COALESCE(
    (%(groups)s::text[])[5 * (recency_score - 1) + (frequency_score + monetary_score + 1) / 2], '{prospects}') AS "group"
FROM days LEFT JOIN scored USING (number, account)
"""

PROFILES = """
WITH account AS MATERIALIZED (
    SELECT id FROM loyalty_ai_customer WHERE store_id = %(store)s AND alias_of_id IS NULL AND {consent}
), brought AS (
    SELECT COALESCE(c.alias_of_id, c.id) AS account, count(*) AS referrals
    FROM loyalty_ai_referral r
    JOIN loyalty_ai_customer c ON c.id = r.referrer_id
    JOIN loyalty_ai_order o ON o.id = r.first_order_id
    WHERE c.store_id = %(store)s AND r.status = 'qualified' AND o.placed_at < %(as_of)s
    GROUP BY 1
), gone AS (
    DELETE FROM loyalty_ai_loyaltyprofile p
    WHERE p.store_id = %(store)s AND NOT EXISTS (SELECT FROM account WHERE account.id = p.customer_id)
)
INSERT INTO loyalty_ai_loyaltyprofile (customer_id, store_id, as_of, orders, recency_days, monetary, recency_score,
    frequency_score, monetary_score, "group", first_order_at, last_order_at, units, gross, refunds, recent_spend,
    average_order_value, tenure_days, average_days_between_orders, referrals, tier)
SELECT account.id, %(store)s, %(as_of)s, COALESCE(orders, 0), recency_days, COALESCE(monetary, 0), recency_score,
    frequency_score, monetary_score, COALESCE("group", '{prospects}'), first_order_at, last_order_at, COALESCE(units, 0),
    COALESCE(gross, 0), COALESCE(refunds, 0), COALESCE(trunc(lately, 2), 0), round(monetary / NULLIF(orders, 0), 2),
    tenure_days, (tenure_days - recency_days)::float / NULLIF(orders - 1, 0), COALESCE(referrals, 0), {tier}
FROM account
LEFT JOIN loyalty_measured m ON m.account = account.id AND m.number = %(now)s
LEFT JOIN brought ON brought.account = account.id
ON CONFLICT (customer_id) DO UPDATE SET ({columns}) = ROW({excluded})
"""

HISTORY = """
WITH past AS MATERIALIZED (
    SELECT m.*, (%(months)s::date[])[number] AS month FROM loyalty_measured m WHERE number < %(now)s
), gone AS (
    DELETE FROM loyalty_ai_loyaltysnapshot s USING loyalty_ai_customer c
    WHERE c.id = s.customer_id AND c.store_id = %(store)s
        AND NOT EXISTS (SELECT FROM past WHERE past.account = s.customer_id AND past.month = s.month)
)
INSERT INTO loyalty_ai_loyaltysnapshot (customer_id, month, {columns})
SELECT account, month, {columns} FROM past
ON CONFLICT (customer_id, month) DO UPDATE SET ({columns}) = ROW({excluded})
    WHERE ({stored}) IS DISTINCT FROM ({excluded})
"""

MEASURED = ("orders", "recency_days", "monetary", "recency_score", "frequency_score", "monetary_score", '"group"')
PROFILED = (
    *("store_id", "as_of", *MEASURED, "first_order_at", "last_order_at", "units", "gross", "refunds"),
    *("recent_spend", "average_order_value", "tenure_days", "average_days_between_orders", "referrals", "tier"),
)


def statements(*, store: Store, as_of: datetime, months: list[date]) -> tuple[tuple[str, str, str], dict[str, Any]]:
    """The SQL that measures, that writes the profiles, and that writes the history, and the parameters they share.

    Args:
        as_of: the moment of the profiles.
        months: first days of the calendar months, in order, at whose end the history is taken; none ends after `as_of`.
    """
    consent = consent_sql("preferences", "loyalty_ai_customer.id", store=store.slug)
    spend = " ".join(f"WHEN lately >= {least} THEN '{tier.value}'" for least, tier in TIERS)
    sql = (
        MEASURE.format(
            consent=consent, purchase=EventType.PURCHASE.value, refund=EventType.REFUND.value, prospects=PROSPECTS
        ),
        PROFILES.format(
            consent=consent,
            prospects=PROSPECTS,
            tier=f"CASE {spend} ELSE '{Tier.MEMBER.value}' END",
            columns=", ".join(PROFILED),
            excluded=excluded(PROFILED),
        ),
        HISTORY.format(
            columns=", ".join(MEASURED),
            excluded=excluded(MEASURED),
            stored=", ".join(f"loyalty_ai_loyaltysnapshot.{column}" for column in MEASURED),
        ),
    )
    zone = ZoneInfo(store.time_zone)
    ends = [datetime.combine(following(month), datetime.min.time(), zone) for month in months]
    return sql, {
        "store": store.pk,
        "zone": store.time_zone,
        "as_of": as_of,
        "tier_from": as_of.astimezone(zone) - timedelta(days=TIER_DAYS),
        "months": months,
        "moments": [*ends, as_of],
        "now": len(months) + 1,
        "groups": [group.value for recency in sorted(GRID) for group in GRID[recency]],
    }


PROSPECTS = RFMGroup.PROSPECTS.value


def excluded(columns: tuple[str, ...]) -> str:
    return ", ".join(f"EXCLUDED.{column}" for column in columns)


def full_months(*, first: datetime, until: datetime, zone: ZoneInfo) -> list[date]:
    """The first days of the calendar months from that of `first` on that were over at `until`."""
    month, end = first.astimezone(zone).date().replace(day=1), until.astimezone(zone).date().replace(day=1)
    months = []
    while month < end:
        months.append(month)
        month = following(month)
    return months


def following(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)
