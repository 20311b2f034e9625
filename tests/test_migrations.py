from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from loyalty_ai.models import ModelVersion, Store


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


@pytest.mark.django_db
def test_scores_are_partitioned_by_run():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'p' AND relname LIKE 'loyalty_ai_%%' ORDER BY relname"
        )
        names = [row[0] for row in cursor.fetchall()]
    assert names == ["loyalty_ai_itemneighbours", "loyalty_ai_prediction", "loyalty_ai_recommendation"]


@pytest.mark.django_db
def test_a_trained_version_cannot_change():
    store = Store.objects.create(slug="default", currency="GBP", language="en", time_zone="UTC")
    version = ModelVersion.objects.create(store=store, number=1, cutoff=timezone.now())
    version.trained_at = timezone.now()
    version.save()
    version.metrics = {"forged": 1}
    with pytest.raises(DatabaseError, match="cannot change"), transaction.atomic():
        version.save()
