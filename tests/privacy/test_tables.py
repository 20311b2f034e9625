"""No table and no column of the app is forgotten: the models themselves are asked."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from loyalty_ai.privacy.retention import KINDS
from loyalty_ai.privacy.tables import IMPERSONAL, PERSON, PERSONAL, REFERENCED
from loyalty_ai.shop.models import Customer

EXPIRES_WITH = {
    "events": "behaviour purchases",
    "forgotten_events": "behaviour",
    "orders": "purchases",
    "loyalty_history": "history",
    "predictions": "runs",
    "recommendations": "runs",
    "exposures": "exposures",
    "retention_actions": "actions",
    "cart_proposals": "conversations",
    "messages": "conversations",
    "conversations": "conversations",
    "assistant_usage": "conversations",
}
"""Personal table -> the kinds of `RETENTION` that end its rows."""

STAYS = {
    "consents": "proof of what was allowed when",
    "mutes": "a wish holds until it is taken back",
    "fresh_starts": "without it the past would speak again",
    "loyalty": "is measured anew every night from what is kept",
    "referrals": "who brought whom is a fact of the account",
}
"""Personal table -> why it is kept as long as the person."""

MODELS = list(apps.get_app_config("loyalty_ai").get_models())


def fields_to_customer(model) -> set[str]:
    return {
        field.name
        for field in model._meta.get_fields(include_hidden=True)
        if field.is_relation and not field.auto_created and field.related_model is Customer
    }


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_table_is_named_once(model):
    held = [table.model for table in PERSONAL] + [PERSON.model, *REFERENCED, *IMPERSONAL]
    assert held.count(model) == 1, f"{model.__name__}: say in privacy/tables.py where a person stands in it"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_relation_to_a_customer_is_followed(model):
    if model is Customer:
        return
    followed = {field for table in PERSONAL if table.model is model for field in table.customer}
    assert fields_to_customer(model) == followed


@pytest.mark.parametrize("table", PERSONAL, ids=lambda table: table.name)
def test_every_personal_table_expires_or_says_why_it_stays(table):
    assert (table.name in EXPIRES_WITH) != (table.name in STAYS)
    assert set(EXPIRES_WITH.get(table.name, "").split()) <= set(KINDS)


def test_no_table_elsewhere_points_at_our_customers_unseen():
    """Erasing goes through the ORM for tables of other apps; a relation that blocks it (PROTECT) would leave the person here."""
    for relation in Customer._meta.get_fields(include_hidden=True):
        if relation.is_relation and relation.auto_created and relation.related_model not in MODELS:
            assert relation.on_delete.__name__ != "PROTECT", relation


@pytest.mark.parametrize("table", [PERSON, *PERSONAL], ids=lambda table: table.name)
def test_every_column_is_exported_or_left_out_on_purpose(table):
    columns = {lookup.partition("__")[0] for lookup in table.columns.values()}
    named = columns | set(table.internal)
    assert {field.name for field in table.model._meta.concrete_fields} == named
    assert not columns & set(table.internal)
    for lookup in table.columns.values():
        try:
            table.model._meta.get_field(lookup.partition("__")[0])
        except FieldDoesNotExist:
            pytest.fail(lookup)
