"""What is recommended, to whom and next to what; and the versions behind it, for the staff."""

from __future__ import annotations

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.selectors import trained_versions
from loyalty_ai.serving.models import Alias, Deployment, ListKind, NeighbourKind
from loyalty_ai.serving.page import Item, LoyaltyPage
from loyalty_ai.serving.rows import Why
from loyalty_ai.serving.widgets import reason, safe_address
from loyalty_ai.shop.actors import STORE, IsCustomer, MayDo, Pages, ScopedThrottle, identity_of, store_of
from loyalty_ai.shop.prices import price_note

MAX_ITEMS = 50
LISTS = [kind.name.lower() for kind in (ListKind.RECOMMENDED, ListKind.DISCOVER, ListKind.BUY_AGAIN)]


class LimitInput(serializers.Serializer):
    """How many products at most."""

    limit = serializers.IntegerField(min_value=1, max_value=MAX_ITEMS, default=8)


class ListInput(LimitInput):
    """Which list, and how much of it."""

    list = serializers.ChoiceField(LISTS, default=LISTS[0])


class ItemOutput(serializers.Serializer):
    """One product, with price and stock as the shop says right now, and why it stands here."""

    product_id = serializers.CharField(source="product.product_id")
    title = serializers.CharField(source="product.title")
    price = serializers.DecimalField(max_digits=14, decimal_places=2, source="product.price", allow_null=True)
    currency = serializers.CharField(source="product.currency")
    price_note = serializers.SerializerMethodField(help_text=_("To be shown beside the price, where there is one."))
    url = serializers.SerializerMethodField()
    image = serializers.SerializerMethodField()
    why = serializers.ChoiceField([why.value for why in Why])
    reason = serializers.SerializerMethodField(help_text=_("A sentence for the customer; may be empty."))

    def get_price_note(self, item: Item) -> str:
        return price_note(item.product)

    def get_url(self, item: Item) -> str:
        return safe_address(item.product.url)

    def get_image(self, item: Item) -> str:
        return safe_address(item.product.image, ("data:image/",))

    def get_reason(self, item: Item) -> str:
        return reason(item.why, because=item.because, at=item.at)


class RowOutput(serializers.Serializer):
    """A row of products, best first; all of them are on sale. Empty where there is nothing to show."""

    list = serializers.CharField()
    items = ItemOutput(many=True)


class MyRecommendationsView(APIView):
    """`GET me/recommendations/`."""

    permission_classes = [IsCustomer]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "loyalty_read"

    @extend_schema(operation_id="my_recommendations", tags=["me"], parameters=[ListInput], responses=RowOutput)
    def get(self, request: Request) -> Response:
        """Products for you; without consent to personalisation, what is popular."""
        wanted = ListInput(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        page = LoyaltyPage.of(request._request, **identity_of(request))
        kind = ListKind[wanted.validated_data["list"].upper()]
        row = page.recommended(limit=wanted.validated_data["limit"], kind=kind)
        return Response(RowOutput({"list": wanted.validated_data["list"], "items": row.items if row else []}).data)


class NeighboursView(APIView):
    """Products that belong with one product; anybody may ask, as on the product's page."""

    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "loyalty_read"
    kind: NeighbourKind

    def answer(self, request: Request, product_id: str) -> Response:
        wanted = LimitInput(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        page = LoyaltyPage.of(request._request, **identity_of(request), products=[product_id])
        row = page.near([product_id], kind=self.kind, limit=wanted.validated_data["limit"])
        return Response(RowOutput({"list": self.kind.name.lower(), "items": row.items if row else []}).data)


class SimilarView(NeighboursView):
    """`GET products/{product_id}/similar/`."""

    kind = NeighbourKind.SIMILAR

    @extend_schema(operation_id="similar_products", tags=["products"], parameters=[LimitInput], responses=RowOutput)
    def get(self, request: Request, product_id: str) -> Response:
        """Products like this one, by the shop's own id."""
        return self.answer(request, product_id)


class BoughtTogetherView(NeighboursView):
    """`GET products/{product_id}/bought-together/`."""

    kind = NeighbourKind.BOUGHT_TOGETHER

    @extend_schema(operation_id="bought_together", tags=["products"], parameters=[LimitInput], responses=RowOutput)
    def get(self, request: Request, product_id: str) -> Response:
        """Products that at least five people bought with this one."""
        return self.answer(request, product_id)


class VersionOutput(serializers.ModelSerializer):
    """One trained version of the customer model, with its metrics beside each baseline's."""

    parent = serializers.IntegerField(source="parent.number", allow_null=True, default=None)
    live_as = serializers.SerializerMethodField()

    class Meta:
        model = ModelVersion
        fields = [
            *("number", "parent", "live_as", "created_at", "trained_at", "data_from", "cutoff", "data_counts"),
            *("rungs", "metrics", "seconds", "libraries", "digest"),
        ]

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Alias.choices)))
    def get_live_as(self, version: ModelVersion) -> list[str]:
        return sorted(deployment.alias for deployment in version.open_deployments)


class VersionsView(generics.ListAPIView):
    """`GET versions/`."""

    permission_classes = [MayDo]
    permission_required = "loyalty_ai.view_modelversion"
    throttle_classes = [ScopedThrottle]
    throttle_scope = "loyalty_read"
    pagination_class = Pages
    serializer_class = VersionOutput
    filter_backends = []
    queryset = ModelVersion.objects.none()

    @extend_schema(operation_id="versions", tags=["staff"], parameters=[STORE])
    def get(self, request: Request) -> Response:
        """The store's trained versions, newest first."""
        return self.list(request)

    def get_queryset(self):
        opened = Deployment.objects.filter(closed_at__isnull=True)
        versions = trained_versions(store=store_of(self.request, chosen=True)).select_related("parent")
        return versions.prefetch_related(Prefetch("deployments", opened, to_attr="open_deployments"))
