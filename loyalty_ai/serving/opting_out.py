"""What it costs that people may opt out: how many did, and how much worse the rows are that they see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BooleanField, F
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.names import MODE_NAMES
from loyalty_ai.registry.selectors import standings
from loyalty_ai.shop.consent import consent_sql
from loyalty_ai.shop.models import ConsentRecord, Customer, Purpose, Store

POPULAR = ("recent_popularity", "popularity")
"""What the row "popular now" is made of, as evaluations call it; the first that was measured."""

METRICS = ("ndcg@10", "hr@10")


@dataclass(frozen=True, slots=True)
class Cost:
    """One kind of list on a version's evaluation window.

    Args:
        label: the list in words.
        own: metric -> what answers for customers who may be profiled, in [0, 1].
        popular: metric -> what is popular, which is what fills the row of somebody who opted out.
    """

    label: str
    own: dict[str, float]
    popular: dict[str, float]

    @property
    def lost(self) -> float:
        """The share of NDCG@10 that is lost; negative where the popular row is the better one."""
        return 1 - self.popular["ndcg@10"] / self.own["ndcg@10"] if self.own["ndcg@10"] else 0.0


def costs(version: ModelVersion) -> list[Cost]:
    """What opting out costs in each kind of list that the version's evaluation measured both ways."""
    found = []
    for mode, label in MODE_NAMES.items():
        rows = {row.method: row for row in standings(version) if row.mode == mode}
        own = next((row for row in rows.values() if row.answers), None)
        popular = next((rows[name] for name in POPULAR if name in rows), None)
        if own and popular and all(metric in row.metrics for row in (own, popular) for metric in METRICS):
            pair = ({metric: row.metrics[metric][0] for metric in METRICS} for row in (own, popular))
            found.append(Cost(str(label), *pair))
    return found


def opted_out(store: Store) -> int:
    """How many people said no to personalisation and stand by it; whoever did not choose is not counted."""
    chose = ConsentRecord.objects.filter(customer__store=store, purpose=Purpose.PREFERENCES)
    people = chose.annotate(account=Coalesce("customer__alias_of", F("customer"))).order_by().values("account")
    allowed = RawSQL(  # noqa: S611 (no input)
        consent_sql(Purpose.PREFERENCES, "loyalty_ai_customer.id", store=store.slug), [], output_field=BooleanField()
    )
    return Customer.objects.filter(~allowed, pk__in=people).count()
