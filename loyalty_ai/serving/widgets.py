"""What the widgets say: a row or the badge as plain values for a template. The tags only fetch and render these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty_ai.conf import app_settings
from loyalty_ai.loyalty.models import Tier
from loyalty_ai.serving.models import ListKind, NeighbourKind
from loyalty_ai.serving.money import format_money
from loyalty_ai.serving.page import Item, LoyaltyPage, Row
from loyalty_ai.serving.rows import Why
from loyalty_ai.shop.prices import price_note

TITLES = {
    "recommended": gettext_lazy("Recommended for you"),
    "discover": gettext_lazy("New for you"),
    "buy_again": gettext_lazy("Buy it again"),
    "popular": gettext_lazy("Popular now"),
    "similar": gettext_lazy("Similar products"),
    "bought_together": gettext_lazy("Often bought together"),
    "neighbours": gettext_lazy("You may also like"),
}

PERSONAL = {Why.BECAUSE_BOUGHT, Why.BOUGHT_BEFORE, Why.BOUGHT_RECENTLY, Why.MODEL, Why.NEW}


@dataclass(frozen=True, slots=True)
class Card:
    """One product as its card shows it; `price` is formatted, `reason` a sentence or empty."""

    product_id: str
    title: str
    url: str
    image: str
    price: str
    reason: str
    price_note: str = ""


@dataclass(frozen=True, slots=True)
class Widget:
    """One titled row of cards.

    Args:
        name: the list's, which names its CSS class.
        heading_id: unique on the page.
        can_mute: whether a customer sees it, who can say of a product that it is not for them.
    """

    name: str
    heading_id: str
    title: str
    cards: list[Card]
    can_mute: bool = False


@dataclass(frozen=True, slots=True)
class Badge:
    """A customer's standing in the shop, in words."""

    tier: str
    tier_name: str
    orders: int
    spent: str
    since: str


def recommendations(
    request: HttpRequest, *, limit: int = 8, title: str | None = None, kind: str = "recommended"
) -> Widget | None:
    """A row for this customer, None where there is nothing to show.

    Args:
        kind: recommended, discover (new to the customer), buy_again or popular.
    """
    page = LoyaltyPage.of(request)
    return widget(page, page.recommended(limit=limit, kind=ListKind[kind.upper()]), title)


def similar_items(request: HttpRequest, product: object, *, limit: int = 6, title: str | None = None) -> Widget | None:
    """Products similar to one product, by the shop's own id."""
    page = LoyaltyPage.of(request)
    return widget(page, page.near(ids(product), kind=NeighbourKind.SIMILAR, limit=limit), title)


def bought_together(
    request: HttpRequest, product: object, *, limit: int = 4, title: str | None = None
) -> Widget | None:
    """Products often bought with one product or with any of several, by the shop's own ids."""
    page = LoyaltyPage.of(request)
    return widget(page, page.near(ids(product), kind=NeighbourKind.BOUGHT_TOGETHER, limit=limit), title)


def buy_again(request: HttpRequest, *, limit: int = 8, title: str | None = None) -> Widget | None:
    """What this customer buys repeatedly, with what they just bought in front."""
    page = LoyaltyPage.of(request)
    return widget(page, page.buy_again(limit=limit), title)


def loyalty_badge(request: HttpRequest) -> Badge | None:
    """This customer's tier, orders and spend up to this moment, None for a stranger."""
    page = LoyaltyPage.of(request)
    profile = page.profile
    if profile is None:
        return None
    return Badge(
        tier=profile.tier,
        tier_name=str(Tier(profile.tier).label),
        orders=profile.orders,
        spent=format_money(profile.spent, app_settings.store(page.store).currency),
        since=date_format(localtime(profile.since), "YEAR_MONTH_FORMAT") if profile.since else "",
    )


def ids(product: object) -> list[str]:
    """One product id or several, as text; nothing for None and for an empty text."""
    several = product if isinstance(product, Iterable) and not isinstance(product, str) else [product]
    return [str(each) for each in several if each not in (None, "")]


def widget(page: LoyaltyPage, row: Row | None, title: str | None) -> Widget | None:
    if row is None:
        return None
    name = row.name
    if name in ("recommended", "discover") and not any(item.why in PERSONAL for item in row.items):
        name = "popular" if all(item.why == Why.POPULAR for item in row.items) else "neighbours"
    currency = app_settings.store(page.store).currency
    return Widget(
        name=row.name,
        heading_id=f"loyalty-row-{row.number}",
        title=title or str(TITLES[name]),
        cards=[card(item, row_name=name, currency=currency) for item in row.items],
        can_mute=page.customer_id is not None,
    )


def card(item: Item, *, row_name: str, currency: str) -> Card:
    product = item.product
    return Card(
        product_id=product.product_id,
        title=product.title,
        url=safe_address(product.url),
        image=safe_address(product.image, ("data:image/",)),
        price=format_money(product.price, product.currency or currency) if product.price is not None else "",
        reason=reason(item.why, because=item.because, at=item.at, row_name=row_name),
        price_note=price_note(product),
    )


def safe_address(address: str, also: tuple[str, ...] = ()) -> str:
    """The address where a browser may follow it, else empty: a catalogue file must not bring `javascript:` onto a page."""
    return address if address.lower().startswith(("/", "https://", "http://", *also)) else ""


def reason(why: Why, *, because: str = "", at: datetime | None = None, row_name: str = "") -> str:
    """Why a product is shown, as a sentence; empty where the row's title already says it.

    Args:
        because: title of the product that the reason names.
        at: when it was bought.
        row_name: the row that the sentence stands in.
    """
    if why == row_name:
        return ""
    if why == Why.BOUGHT_RECENTLY and at is not None:
        return _("You bought this on %(date)s") % {"date": date_format(localtime(at), "MONTH_DAY_FORMAT")}
    if why == Why.BOUGHT_BEFORE:
        return _("You buy this often") if row_name == "buy_again" else _("You bought this before")
    if why == Why.NEW:
        return _("New in the shop")
    if why == Why.POPULAR:
        return _("Popular now")
    if not because:
        return ""
    if why == Why.BECAUSE_BOUGHT:
        return _("Because you bought %(product)s") % {"product": because}
    if why == Why.BOUGHT_TOGETHER:
        return _("Often bought with %(product)s") % {"product": because}
    return _("Similar to %(product)s") % {"product": because}
