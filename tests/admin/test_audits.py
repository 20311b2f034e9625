"""The pages that say what is true of a run's reasons, of a prediction, and of what a version gives away."""

from __future__ import annotations

from django.urls import reverse

from loyalty_ai.registry.models import VersionAudit
from loyalty_ai.serving.models import Deployment, Prediction, ScoringRun
from tests.fakes import NOON
from tests.registry.test_audits import result

SHARE = {"sampled": 300, "true": 297, "share": 0.99, "low": 0.971, "high": 0.997}


def page(client, model: str, key: int) -> str:
    response = client.get(reverse(f"admin:loyalty_ai_{model}_change", args=[key]))
    assert response.status_code == 200
    return response.text


def test_the_run_and_the_store_say_how_many_reasons_are_true(data, staff_client):
    run = Deployment.objects.get(closed_at=None).run
    assert "not tested yet" in page(staff_client, "store", run.store_id)
    kinds = {"because_bought": SHARE, "bought_before": SHARE | {"sampled": 0}}
    ScoringRun.objects.filter(pk=run.pk).update(audit=run.audit | {"reasons": SHARE | {"bar": 0.95, "kinds": kinds}})
    text = page(staff_client, "scoringrun", run.pk)
    assert "99.0 % of 300 sampled reasons are true (95 % interval 97.1 to 99.7 %)" in text
    assert "because of an earlier purchase" in text
    assert "97.1 – 99.7" in text
    assert "bought before" not in text
    assert "99.0 % of 300 sampled reasons" in page(staff_client, "store", run.store_id)


def test_a_customer_s_page_says_what_the_predictions_rest_on(data, staff_client):
    prediction = Prediction.objects.get(run__deployments__closed_at=None, run__deployments__isnull=False)
    assert "rest on" not in page(staff_client, "customer", prediction.customer_id)
    facts = {
        "facts": [5.0, 2.0, None, 21.0],
        "churn_drivers": [-0.3, 0.1, None, 0.0],
        "value_drivers": [50.0, 1.0, None, 9.0],
    }
    Prediction.objects.filter(pk=prediction.pk).update(**facts)
    typical = {"recency": 40.0, "orders": 3.0, "gap": 30.0, "order_value": 12.5}
    ScoringRun.objects.filter(pk=prediction.run_id).update(typical=typical)
    text = page(staff_client, "customer", prediction.customer_id)
    assert "last order 5 days ago (typical: 40)" in text
    assert "lowers the chance of no order in 90 days by 30 points" in text
    assert "raises the expected spend in 365 days by £50.00" in text


def test_a_version_s_page_says_what_it_gives_away(data, staff_client):
    version = Deployment.objects.get(closed_at=None).version
    text = page(staff_client, "modelversion", version.pk)
    assert "was not audited" in text
    assert "true positives" not in text.lower()
    VersionAudit.objects.create(version=version, result=result(auc=0.56), audited_at=NOON)
    text = page(staff_client, "modelversion", version.pk)
    assert "0.560 (0.550 – 0.570)" in text
    assert "the bar is 0.550" in text
    assert "25 canaries, each in the data 1 ×" in text
    assert "was not audited" not in text
