"""A shop with two signed-in customers, a stranger, staff and a service, over real sessions."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from loyalty_ai.shop.models import Customer
from tests import fakes


@pytest.fixture(autouse=True)
def shop(settings, monkeypatch, db):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    settings.ROOT_URLCONF = "tests.api.urls"
    settings.REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
    monkeypatch.setattr("loyalty_ai.serving.page.DEADLINE", 30.0)  # a busy test machine is no broken shop


@pytest.fixture
def store():
    return fakes.make_store()


def sign_in(username: str, *permissions: str) -> APIClient:
    user = User.objects.create(username=username)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = APIClient()
    client.force_login(user)
    client.user = user
    return client


def customer_of(client: APIClient, store) -> Customer:
    return fakes.make_customer(store, str(client.user.pk), user=client.user)


@pytest.fixture
def ann(store):
    client = sign_in("ann")
    client.customer = customer_of(client, store)
    return client


@pytest.fixture
def bob(store):
    client = sign_in("bob")
    client.customer = customer_of(client, store)
    return client


@pytest.fixture
def stranger():
    return APIClient()


@pytest.fixture
def staff(store):
    return sign_in("staff", "view_modelversion", "view_loyaltyprofile")


@pytest.fixture
def service(store):
    return sign_in("service", "add_event")
