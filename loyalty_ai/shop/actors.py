"""Who sends an API request, to which store, and what they may do; every room's `api.py` asks here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from loyalty_ai.conf import app_settings, get_adapter
from loyalty_ai.shop.consent import sends_gpc
from loyalty_ai.shop.models import Customer, Store

STORE = OpenApiParameter("store", str, description=str(_("Slug of the store; the first one where it is left out.")))


def store_slug(request: Request) -> str:
    """The store of a request: `request.loyalty_store` where a middleware set it, else the first of the settings."""
    return getattr(request._request, "loyalty_store", None) or next(iter(app_settings.STORES), "")


def store_of(request: Request, *, chosen: bool = False) -> Store:
    """The store's row; with `chosen` the caller may name another one as `?store=`.

    Raises:
        NotFound: there is no such store, or nothing was synced yet.
    """
    slug = (request.query_params.get("store") if chosen else None) or store_slug(request)
    store = Store.objects.filter(slug=slug).first()
    if store is None:
        raise NotFound(_("There is no store “%(slug)s”, or it was not synced yet.") % {"slug": slug})
    return store


def customer_id_of(request: Request) -> str | None:
    """The shop's own id of the customer who sends the request, as the store's adapter says."""
    if not request.user or not request.user.is_authenticated:
        return None
    return get_adapter(store_slug(request)).customer_id(request._request)


def identity_of(request: Request) -> dict[str, Any]:
    """Who asks for a page's lists, as `LoyaltyPage` takes it."""
    return {"store": store_slug(request), "customer_id": customer_id_of(request), "gpc": sends_gpc(request)}


def customer_of(request: Request) -> Customer:
    """The row of the customer who sends the request.

    Raises:
        NotFound: the shop knows them and we do not yet.
    """
    customers = Customer.objects.select_related("store", "alias_of")
    customer = customers.filter(store__slug=store_slug(request), external_id=customer_id_of(request)).first()
    if customer is None:
        raise NotFound(_("Nothing is held about you yet."))
    return customer


class IsCustomer(BasePermission):
    """Somebody who is signed in and whom the shop knows as a customer."""

    message = _("Only signed-in customers can see this.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return customer_id_of(request) is not None


class MayDo(BasePermission):
    """A user who holds the view's `permission_required`."""

    message = _("You need the permission to see this.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user and request.user.is_authenticated and request.user.has_perm(view.permission_required))


class ScopedThrottle(ScopedRateThrottle):
    """Obeys the rate of the view's `throttle_scope` where the project gives one; without, there is no limit."""

    def get_rate(self) -> str | None:
        return api_settings.DEFAULT_THROTTLE_RATES.get(self.scope)


class Pages(LimitOffsetPagination):
    """`?limit=` up to 100 and `?offset=`."""

    default_limit = 20
    max_limit = 100
